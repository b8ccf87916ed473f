package f5

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/txtar"
)

// samples returns the lines of every sample of a format.
func samples(t testing.TB, format string) (lines [][]byte) {
	t.Helper()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		f := txtar.Parse(data)
		if got := string(bytes.TrimSpace(f.Get("format"))); got == format {
			lines = append(lines, bytes.Split(bytes.TrimSpace(f.Get("in")), []byte("\n"))...)
		}
	}
	return lines
}

func opened(t testing.TB, d footfall.Decoder, all bool) footfall.DecodeFunc {
	t.Helper()
	f, err := d.New(footfall.NewSchema(all), nil)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// TestNoAllocs decodes every sample again and again: once the names are known,
// nothing is allocated. Lines that cannot be read give errors that were made
// before.
func TestNoAllocs(t *testing.T) {
	decode := opened(t, Decoder, false)
	lines := samples(t, "")
	var b footfall.Batch
	f := func() {
		b.Reset()
		for _, l := range lines {
			_, l, _ = bytes.Cut(l, []byte(" bigip1 "))
			_, l, _ = bytes.Cut(l, []byte(" "))
			b.New().Message = footfall.Str(l)
			_ = decode(&b, l)
		}
	}
	for range 3 {
		f()
	}
	if n := testing.AllocsPerRun(50, f); n > 0 {
		t.Errorf("%v allocations for %d lines", n, len(lines))
	}
}

func FuzzDecode(f *testing.F) {
	for _, l := range samples(f, "") {
		f.Add(l)
	}
	decode := opened(f, Decoder, true)
	var b footfall.Batch
	f.Fuzz(func(t *testing.T, in []byte) {
		b.Reset()
		b.New().Message = string(in)
		if decode(&b, in) != nil {
			b.Reset()
		}
		Decoder.Sniff(in)
	})
}

func BenchmarkDecode(b *testing.B) {
	decode := opened(b, Decoder, false)
	lines := samples(b, "")
	size := 0
	for _, l := range lines {
		size += len(l)
	}
	b.SetBytes(int64(size))
	b.ReportAllocs()
	var batch footfall.Batch
	for b.Loop() {
		batch.Reset()
		for _, l := range lines {
			_, l, _ = bytes.Cut(l, []byte(" bigip1 "))
			_, l, _ = bytes.Cut(l, []byte(" "))
			batch.New().Message = footfall.Str(l)
			_ = decode(&batch, l)
		}
	}
	b.ReportMetric(float64(b.N*len(lines))/b.Elapsed().Seconds(), "records/s")
}
