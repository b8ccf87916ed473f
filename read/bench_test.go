package read

import (
	"context"
	"strings"
	"testing"

	"github.com/footfall/footfall"
)

// benchmark reads one file of about 64 MiB from the page cache, on one core
// for the reading.
func benchmark(b *testing.B, frame footfall.Frame, data string) {
	dir := write(b, map[string]string{"f": data})
	opt := Options{Workers: 1, Recognise: func(string, []byte) (Format, bool) { return Format{Name: "f", Frame: frame}, true }}
	b.ReportAllocs()
	for b.Loop() {
		src, err := Walk(context.Background(), []string{dir}, opt)
		if err != nil {
			b.Fatal(err)
		}
		out := make(chan *footfall.Chunk, 2)
		done := make(chan error, 1)
		go func() { done <- src.Run(context.Background(), out); close(out) }()
		n := 0
		for c := range out {
			n += len(c.Data)
			src.Release(c)
		}
		if err := <-done; err != nil || n < 32<<20 {
			b.Fatal(n, err, src.Stats())
		}
		b.SetBytes(int64(n)) // of what comes out
	}
}

func BenchmarkRead(b *testing.B) {
	const size = 64 << 20
	fill := func(record string) string { return strings.Repeat(record, size/len(record)) }
	line := "Aug 22 10:00:01 web1 sshd[4123]: Failed password for invalid user admin from 192.0.2.77 port 51234 ssh2\n"
	object := `{"@timestamp":"2026-08-22T10:00:01Z","event":{"code":4624},"winlog":{"channel":"Security","event_data":{"TargetUserName":"kim","LogonType":"3","IpAddress":"192.0.2.7","Message":"An account was successfully logged on.\n\nSubject:\n\tSecurity ID:\t\tS-1-0-0"}}}`
	evtx := "ElfFile\x00" + strings.Repeat("\x00", evtxHeader-8) + fill("ElfChnk\x00"+strings.Repeat("x", 65536-8))
	b.Run("lines", func(b *testing.B) { benchmark(b, footfall.FrameLines, fill(line)) })
	b.Run("evtx", func(b *testing.B) { benchmark(b, footfall.FrameEVTX, evtx) })
	b.Run("ndjson", func(b *testing.B) { benchmark(b, footfall.FrameJSON, fill(object+"\n")) })
	b.Run("jsonarray", func(b *testing.B) { benchmark(b, footfall.FrameJSON, "["+fill(object+",\n")+"]") })
	b.Run("envelope", func(b *testing.B) { benchmark(b, footfall.FrameJSON, `{"Records":[`+fill(object+",")+"]}") })
	b.Run("xml", func(b *testing.B) {
		benchmark(b, footfall.FrameXML, fill("<Event><System><EventID>1</EventID></System><EventData><Data Name='x'>some value of it</Data></EventData></Event>\n"))
	})
	b.Run("csv", func(b *testing.B) { benchmark(b, footfall.FrameCSV, fill(strings.Repeat(`"field one",two,`, 12)+"\n")) })
	b.Run("gzip", func(b *testing.B) { benchmark(b, footfall.FrameLines, gzipped(b, fill(line))) })
}
