package gcp

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/frame"
	"github.com/footfall/footfall/internal/txtar"
)

// samples are the records of the samples, one after another.
func samples(t testing.TB) [][]byte {
	t.Helper()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	var out [][]byte
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		frame.JSON(txtar.Parse(data).Get("in"), func(_ int, r []byte) bool {
			out = append(out, r)
			return true
		})
	}
	return out
}

func TestNoAllocs(t *testing.T) {
	decode := newReader(footfall.NewSchema(false)).decode
	records := samples(t)
	var b footfall.Batch
	f := func() {
		b.Reset()
		for _, r := range records {
			if err := decode(&b, r); err != nil {
				t.Fatal(err)
			}
		}
	}
	f()
	if n := testing.AllocsPerRun(100, f); n > 0 {
		t.Errorf("%v allocations in %d records", n, len(records))
	}
}

func FuzzDecode(f *testing.F) {
	for _, r := range samples(f) {
		f.Add(r)
	}
	decode := newReader(footfall.NewSchema(true)).decode
	f.Fuzz(func(t *testing.T, in []byte) {
		var b footfall.Batch
		_ = decode(&b, in)
		sniff(in)
	})
}

func BenchmarkDecode(b *testing.B) {
	decode := newReader(footfall.NewSchema(false)).decode
	records := samples(b)
	size := len(bytes.Join(records, nil))
	b.SetBytes(int64(size))
	var batch footfall.Batch
	for b.Loop() {
		batch.Reset()
		for _, r := range records {
			if err := decode(&batch, r); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(len(records)*b.N)/b.Elapsed().Seconds(), "records/s")
}
