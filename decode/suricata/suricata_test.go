package suricata

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/shared"
	"github.com/footfall/footfall/internal/trial"
)

func lines(t testing.TB, dir, name string) (out [][]byte) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, "data", "dev", "suricata", name))
	if err != nil {
		t.Fatal(err)
	}
	for line := range bytes.Lines(data) {
		if line = bytes.TrimRight(line, "\r\n"); len(line) > 0 {
			out = append(out, line)
		}
	}
	return out
}

func all(t testing.TB, d *footfall.Decoder, records [][]byte) []footfall.Event {
	t.Helper()
	f, err := d.New(footfall.NewSchema(false), nil)
	if err != nil {
		t.Fatal(err)
	}
	var b footfall.Batch
	for i, r := range records {
		if err := f(&b, r); err != nil {
			t.Errorf("record %d: %v", i+1, err)
		}
	}
	if len(b.Events) != len(records) {
		t.Fatalf("%d events in %d records", len(b.Events), len(records))
	}
	return b.Events
}

// TestShared reads what is there, and compares with what Elastic reads: time,
// the ends, permitted or not. Of names To is the answer and From who asked.
func TestShared(t *testing.T) {
	dir := shared.Dir(t)
	files, _ := filepath.Glob(filepath.Join(dir, "data", "dev", "suricata", "*"))
	compared := 0
	for _, file := range files {
		name := filepath.Base(file)
		d := &Decoder
		switch {
		case strings.Contains(name, "fast"):
			d = &Fast
		case strings.HasSuffix(name, ".assert") || strings.HasSuffix(name, ".txt") || strings.Contains(name, ".expected."):
			continue
		}
		if strings.HasSuffix(name, ".assert") {
			continue
		}
		records := lines(t, dir, name)
		if n := d.Sniff(bytes.Join(records, []byte("\n"))); n < 90 {
			t.Errorf("%s: sure by %d", name, n)
		}
		events := all(t, d, records)
		data, err := os.ReadFile(file + ".expected.json")
		if err != nil {
			continue
		}
		var doc struct {
			Expected []struct {
				Timestamp time.Time `json:"@timestamp"`
				Source    struct{ IP string }
				Dest      struct{ IP string } `json:"destination"`
				Event     struct{ Type []string }
			}
		}
		if err := json.Unmarshal(data, &doc); err != nil {
			t.Fatal(err)
		}
		for i, w := range doc.Expected {
			if i >= len(events) {
				break // the truth is of the whole file, of which a part is there
			}
			e := &events[i]
			compared++
			if e.Time/1e6 != w.Timestamp.UnixMilli() {
				t.Errorf("%s:%d: time %d", name, i+1, e.Time)
			}
			if w.Source.IP == "" || e.Kind == footfall.KindResolve {
				continue
			}
			if e.From.Addr.String() != w.Source.IP || e.To.Addr.String() != w.Dest.IP {
				t.Errorf("%s:%d: %v to %v", name, i+1, e.From, e.To)
			}
		}
	}
	if compared < 20 {
		t.Errorf("%d records compared", compared)
	}
}

func TestStamp(t *testing.T) {
	f := func(in string, want int64, years int) {
		t.Helper()
		ns, n, y := stamp(in)
		if ns != want || y != years || (n == 0) != (want == 0) {
			t.Errorf("%q: got %d %d %d", in, ns, n, y)
		}
	}
	f("03/07/2026-14:00:01.000007  [**]", 1772892001000007000, 4)
	f("03/07/26-14:00:01.000007  [**]", 1772892001000007000, 2)
	f("12/28-12:55:38.765402 [**]", 94395338765402000, 0)
	f("13/28-12:55:38.765402 [**]", 0, 0)
	f("12/28-12:55", 0, 0)
	f("12/28-1a:55:38.1 [", 0, 0)
	f("12/28/-12:55:38 [**]", 0, 0)
	f("2026-03-07T14:00:01", 0, 0)
}

func TestNoAllocs(t *testing.T) {
	eve := trial.Frames(t, "first.txtar", "")
	trial.NoAllocs(t, &Decoder, nil, eve[:len(eve)-1])
	fast := trial.Frames(t, "fast.txtar", "")
	trial.NoAllocs(t, &Fast, nil, fast[:len(fast)-1])
	trial.NoAllocs(t, &Message, nil, trial.Frames(t, "message.txtar", "]: "))
}

func BenchmarkDecode(b *testing.B) {
	eve := trial.Frames(b, "first.txtar", "")
	b.Run("eve", func(b *testing.B) { trial.Bench(b, &Decoder, nil, eve[:len(eve)-1]) })
	b.Run("fast", func(b *testing.B) { trial.Bench(b, &Fast, nil, trial.Frames(b, "fast.txtar", "")) })
}

func FuzzDecode(f *testing.F) {
	seeds := append(trial.Frames(f, "first.txtar", ""), trial.Frames(f, "fast.txtar", "")...)
	trial.Fuzz(f, append(seeds, trial.Frames(f, "message.txtar", "]: ")...), &Decoder, &Fast, &Message)
}
