package evtx

import (
	"crypto/sha256"
	"syscall"
	"testing"
	"time"

	"github.com/footfall/footfall"
)

// denseChunks returns the distinct chunks of the evaluation data that are full
// of records, as those of a busy host are.
func denseChunks(tb testing.TB) (chunks [][]byte) {
	tb.Helper()
	seen := map[[32]byte]bool{}
	for _, f := range logFiles(tb) {
		_, all := chunksOf(f.data)
		for _, c := range all {
			if len(c) < chunkSize || !hasMagic(c, 0, chunkMagic) || le.Uint32(c[48:]) < 60000 {
				continue
			}
			if h := sha256.Sum256(c); !seen[h] {
				seen[h] = true
				chunks = append(chunks, c)
			}
		}
	}
	if len(chunks) < 20 {
		tb.Fatalf("%d dense chunks only", len(chunks))
	}
	return chunks
}

func cpuTime(tb testing.TB) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func benchmarkDecode(b *testing.B, s *footfall.Schema) {
	chunks := denseChunks(b)
	decode, err := New(s, nil)
	if err != nil {
		b.Fatal(err)
	}
	var batch footfall.Batch
	records, fields, size := 0, 0, 0
	round := func() {
		for _, c := range chunks {
			batch.Reset()
			if err := decode(&batch, c); err != nil {
				b.Fatal(err)
			}
			records += len(batch.Events)
			size += len(c)
			for i := range batch.Events {
				fields += len(batch.Events[i].Fields)
			}
		}
	}
	round()
	records, fields, size = 0, 0, 0
	b.ReportAllocs()
	b.ResetTimer()
	start := cpuTime(b)
	for range b.N {
		round()
	}
	cpu := cpuTime(b) - start
	b.ReportMetric(float64(records)/cpu.Seconds(), "records/cpu-s")
	b.ReportMetric(float64(size)/1e6/cpu.Seconds(), "MB/cpu-s")
	b.ReportMetric(float64(cpu.Nanoseconds())/float64(records), "cpu-ns/record")
	b.ReportMetric(float64(fields)/float64(records), "fields/record")
}

// BenchmarkAllFields decodes every field of every record.
func BenchmarkAllFields(b *testing.B) { benchmarkDecode(b, footfall.NewSchema(true)) }

// BenchmarkFiveFields decodes what a few rules ask for.
func BenchmarkFiveFields(b *testing.B) {
	s := footfall.NewSchema(false)
	for _, name := range []string{"TargetUserName", "LogonType", "IpAddress", "CommandLine", "ServiceName"} {
		s.Field(name)
	}
	benchmarkDecode(b, s)
}
