package checkpoint

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/shared"
	"github.com/footfall/footfall/internal/trial"
)

func TestNoAllocs(t *testing.T) { trial.NoAllocs(t, &Decoder, nil, trial.Samples(t, "")) }

// TestShared decodes the recorded files of this format: each is recognised and
// each record is read.
func TestShared(t *testing.T) {
	dir := filepath.Join(shared.Dir(t), "data/dev")
	for name, want := range map[string]int{
		"firewall/checkpoint.firewall.test-checkpoint-with-time.log": 4,
		"firewall/checkpoint.firewall.test-r80x.log":                 2,
		"firewall/wazuh.checkpoint_smart1.log":                       10,
	} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if n := sniff(data[:min(len(data), 64<<10)]); n < 85 {
			t.Errorf("%s: sniff %d", name, n)
		}
		decode := trial.Open(t, &Decoder, true, nil)
		var b footfall.Batch
		for l := range bytes.Lines(data) {
			l = bytes.TrimSpace(l)
			if err := decode(&b, l); err != nil {
				t.Errorf("%s: %v\n%s", name, err, l)
			}
		}
		if len(b.Events) != want {
			t.Errorf("%s: %d events, want %d", name, len(b.Events), want)
		}
	}
}

// rows are the sample of an export: its first line and those below.
func rows(t testing.TB) (header []byte, list [][]byte) {
	in := trial.Samples(t, "checkpoint-export")
	return in[0], in[1:]
}

func TestExport(t *testing.T) {
	header, list := rows(t)
	trial.NoAllocs(t, &Export, header, list)
}

func FuzzExport(f *testing.F) {
	header, list := rows(f)
	d := Export
	d.New = func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) { return Export.New(s, header) }
	trial.Fuzz(f, list, &d)
}

func FuzzDecode(f *testing.F) { trial.Fuzz(f, trial.Samples(f, ""), &Decoder, &Message) }

func BenchmarkDecode(b *testing.B) { trial.Bench(b, &Decoder, nil, trial.Samples(b, "")) }
