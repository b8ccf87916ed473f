package winxml

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/frame"
	"github.com/footfall/footfall/internal/txtar"
)

// samples returns the records of the samples beside this file.
func samples(t testing.TB) (records [][]byte) {
	t.Helper()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no samples: %v", err)
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		f := txtar.Parse(data)
		if len(f.Get("format")) > 0 { // behind an envelope
			continue
		}
		frame.XML(f.Get("in"), func(_ int, rec []byte) bool {
			records = append(records, rec)
			return true
		})
	}
	return records
}

// good returns those records of the samples that are events.
func good(t testing.TB, f footfall.DecodeFunc) (records [][]byte) {
	t.Helper()
	for _, rec := range samples(t) {
		if f(new(footfall.Batch), rec) == nil {
			records = append(records, rec)
		}
	}
	return records
}

func TestNoAllocs(t *testing.T) {
	for _, all := range []bool{false, true} {
		f, err := Decoder.New(footfall.NewSchema(all), nil)
		if err != nil {
			t.Fatal(err)
		}
		records := good(t, f)
		b := new(footfall.Batch)
		run := func() {
			b.Reset()
			for _, rec := range records {
				if err := f(b, rec); err != nil {
					t.Fatal(err)
				}
			}
		}
		run()
		if n := testing.AllocsPerRun(100, run); n != 0 {
			t.Errorf("all fields %v: %v allocations for %d records", all, n, len(records))
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	f, err := Decoder.New(footfall.NewSchema(true), nil)
	if err != nil {
		b.Fatal(err)
	}
	rec := good(b, f)[0]
	batch := new(footfall.Batch)
	b.SetBytes(int64(len(rec)))
	b.ReportAllocs()
	for b.Loop() {
		batch.Reset()
		if f(batch, rec) != nil {
			b.Fatal("refused")
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, rec := range samples(f) {
		f.Add(rec)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		Decoder.Sniff(data)
		// A new decoder for each input: what one remembers is no part of the input.
		decode, err := Decoder.New(footfall.NewSchema(true), nil)
		if err != nil {
			t.Fatal(err)
		}
		b := new(footfall.Batch)
		if err := decode(b, data); err == nil && len(b.Events) > 1 {
			t.Fatalf("%d events in one record", len(b.Events))
		}
	})
}
