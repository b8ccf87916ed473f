package directory

import (
	"bytes"
	"os"
	"testing"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/frame"
	"github.com/footfall/footfall/internal/trial"
	"github.com/footfall/footfall/internal/txtar"
)

func in(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return txtar.Parse(data).Get("in")
}

// samples are the frames of each format, and the header of CSV.
func samples(t testing.TB) (whole, objects, rows [][]byte, header []byte) {
	t.Helper()
	whole = [][]byte{in(t, "ldif.txtar")}
	frame.JSON(in(t, "hound.txtar"), func(_ int, rec []byte) bool {
		objects = append(objects, rec)
		return true
	})
	lines := bytes.Split(bytes.TrimSpace(in(t, "csv.txtar")), []byte("\n"))
	return whole, objects, lines[1:], lines[0]
}

func TestSniff(t *testing.T) {
	for _, x := range []struct {
		d    *footfall.Decoder
		name string
	}{{&Decoder, "ldif.txtar"}, {&Hound, "hound.txtar"}, {&CSV, "csv.txtar"}} {
		if n := x.d.Sniff(in(t, x.name)); n < 90 {
			t.Errorf("%s: %d", x.name, n)
		}
	}
}

func TestNoAllocs(t *testing.T) {
	whole, objects, rows, header := samples(t)
	trial.NoAllocs(t, &Hound, nil, objects)
	trial.NoAllocs(t, &CSV, header, rows)
	trial.NoAllocs(t, &Decoder, nil, whole)
}

func BenchmarkDecode(b *testing.B) {
	whole, objects, rows, header := samples(b)
	b.Run("ldif", func(b *testing.B) { trial.Bench(b, &Decoder, nil, whole) })
	b.Run("hound", func(b *testing.B) { trial.Bench(b, &Hound, nil, objects) })
	b.Run("csv", func(b *testing.B) { trial.Bench(b, &CSV, header, rows) })
}

func FuzzDecode(f *testing.F) {
	whole, objects, rows, header := samples(f)
	table := CSV
	table.New = func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) { return openCSV(s, header) }
	trial.Fuzz(f, append(append(whole, objects...), rows...), &Decoder, &Hound, &table)
}
