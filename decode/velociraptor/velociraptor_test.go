package velociraptor

import (
	"testing"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/frame"
	"github.com/footfall/footfall/internal/trial"
)

// rows are the records of a sample of CSV behind its header.
func rows(t testing.TB) (header []byte, out [][]byte) {
	t.Helper()
	lines := trial.Frames(t, "csv.txtar", "")
	header = lines[0]
	var text []byte
	for _, l := range lines[1:] {
		text = append(append(text, l...), '\n')
	}
	frame.CSV(text, func(_ int, r []byte) bool {
		out = append(out, r)
		return true
	})
	return header, out
}

func objects(t testing.TB) (out [][]byte) {
	t.Helper()
	out = trial.Frames(t, "events.txtar", "")
	return append(out, trial.Frames(t, "linux.txtar", "")...)
}

func TestAllRead(t *testing.T) { trial.AllRead(t, &Decoder, objects(t)) }

func TestSniff(t *testing.T) {
	for _, rec := range objects(t) {
		if n := Decoder.Sniff(rec); n < 88 {
			t.Errorf("%d of %s", n, rec)
		}
	}
	for _, in := range []string{`{"Line":"x"}`, `{"User":"a","Method":"GET","SourceIP":"b"}`, `{"System":{},"EventData":{}}`, `{"_Source":"x"}`, `x`, ``} {
		if n := Decoder.Sniff([]byte(in)); n != 0 {
			t.Errorf("%d of %s", n, in)
		}
	}
	header, _ := rows(t)
	if n := CSV.Sniff(append(header, '\n')); n != 97 {
		t.Errorf("%d of %s", n, header)
	}
}

func TestNoAllocs(t *testing.T) {
	trial.NoAllocs(t, &Decoder, nil, objects(t))
	header, out := rows(t)
	trial.NoAllocs(t, &CSV, header, out)
}

func BenchmarkDecode(b *testing.B) { trial.Bench(b, &Decoder, nil, objects(b)) }

func BenchmarkCSV(b *testing.B) {
	header, out := rows(b)
	trial.Bench(b, &CSV, header, out)
}

func FuzzDecode(f *testing.F) {
	header, out := rows(f)
	d := CSV
	d.New = func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) { return openCSV(s, header) }
	trial.Fuzz(f, append(objects(f), out...), &Decoder, &d)
}
