package barracuda

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/shared"
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
		decode := opened(t, Decoder, true)
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

func FuzzDecode(f *testing.F) {
	for _, l := range samples(f, "") {
		f.Add(l)
	}
	decode := opened(f, Decoder, true)
	var b footfall.Batch
	f.Fuzz(func(t *testing.T, in []byte) {
		b.Reset()
		if decode(&b, in) != nil {
			b.Reset()
		}
		sniff(in)
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
			_ = decode(&batch, l)
		}
	}
	b.ReportMetric(float64(b.N*len(lines))/b.Elapsed().Seconds(), "records/s")
}
