package azure

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
		if filepath.Base(f) == "csv.txtar" {
			continue
		}
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
	decode := newReader(footfall.NewSchema(false)).json
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
	decode := newReader(footfall.NewSchema(true)).json
	f.Fuzz(func(t *testing.T, in []byte) {
		var b footfall.Batch
		_ = decode(&b, in)
		sniff(in)
	})
}

// FuzzCSV reads any record under any header.
func FuzzCSV(f *testing.F) {
	f.Add([]byte("Date (UTC),Request ID,User,Username,IP address,Status\n"), []byte("2031-03-04T05:06:07Z,r1,Eve,eve@example.com,192.0.2.1,Failure\n"))
	f.Add([]byte("TimeGenerated,OperationName,ResultType,Properties\n"), []byte("\"3/4/2031, 5:06:07.000 AM\",Sign-in activity,0,\"{\"\"a\"\":1}\"\n"))
	f.Add([]byte("Correlation id;Operation name;Event initiated by\n"), []byte("c;Delete;eve@example.com\n"))
	f.Fuzz(func(t *testing.T, header, row []byte) {
		sniffCSV(header)
		decode, err := newCSV(footfall.NewSchema(true), header)
		if err != nil {
			return
		}
		var b footfall.Batch
		for range 2 {
			_ = decode(&b, row)
		}
	})
}

func BenchmarkDecode(b *testing.B) {
	decode := newReader(footfall.NewSchema(false)).json
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
