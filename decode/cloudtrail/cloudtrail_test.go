package cloudtrail

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/frame"
	"github.com/footfall/footfall/internal/shared"
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

func TestSniff(t *testing.T) {
	f := func(in string, want int) {
		t.Helper()
		if got := sniff([]byte(in)); got != want {
			t.Errorf("%s: got %d, want %d", in, got, want)
		}
	}
	f(`{"Records":[{"eventVersion":"1.08","userIdentity":{"type":"Root"},"eventSource":"a","eventName":"b"`, 96)
	f(`{"id":"1","timestamp":2,"message":"{\"eventVersion\":\"1.08\",\"userIdentity\":{},\"eventSource\":\"x\"}"}`, 96)
	f(`{"eventname":"x","eventsource":"y","awsregion":"z"}`, 96)
	f(`{"eventName":"x","eventSource":"y"}`, 0)
	f(`{"data":{"aws":{"eventName":"x","eventSource":"y","awsRegion":"z"}}}`, 0)
}

// TestShared reads the recordings of attacks: each record has a time, a user
// or a service, and a source.
func TestShared(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(shared.Dir(t), "data", "dev", "aws", "stratus.*.json"))
	if err != nil || len(files) == 0 {
		t.Fatal(err, files)
	}
	kinds := map[footfall.Kind]int{}
	for _, path := range files {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if n := sniff(data[:min(len(data), 64<<10)]); n < 90 {
			t.Errorf("%s: sniff %d", filepath.Base(path), n)
		}
		decode := newReader(footfall.NewSchema(false)).decode
		var b footfall.Batch
		frame.JSON(data, func(_ int, r []byte) bool {
			if err := decode(&b, r); err != nil {
				t.Errorf("%s: %v", filepath.Base(path), err)
			}
			return true
		})
		for i := range b.Events {
			e := &b.Events[i]
			kinds[e.Kind]++
			if e.Time == 0 || e.User.Name == "" || !e.From.Addr.IsValid() && e.From.Host == "" {
				t.Errorf("%s: record %d: %+v", filepath.Base(path), i+1, e)
			}
		}
	}
	for _, k := range []footfall.Kind{footfall.KindLogon, footfall.KindShell, footfall.KindCleared, footfall.KindExplicit, footfall.KindPassword, footfall.KindGroup, footfall.KindCall} {
		if kinds[k] == 0 {
			t.Errorf("no event is a %v", k)
		}
	}
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
