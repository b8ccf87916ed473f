package barracuda

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
		"firewall/barracuda_cloudgen_firewall.log.test-threat.log": 3,
		"firewall/barracuda_cloudgen_firewall.log.test-web.log":    2,
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

func FuzzDecode(f *testing.F) { trial.Fuzz(f, trial.Samples(f, ""), &Decoder) }

func BenchmarkDecode(b *testing.B) { trial.Bench(b, &Decoder, nil, trial.Samples(b, "")) }
