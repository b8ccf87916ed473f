package engine

import (
	"fmt"
	"runtime"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/decode"
)

// sshdChunk is half a MiB of lines of a busy server.
func sshdChunk() (data []byte, lines int) {
	at := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	for i := 0; len(data) < 512<<10; i++ {
		at = at.Add(17 * time.Millisecond)
		var text string
		switch i % 5 {
		case 0:
			text = fmt.Sprintf("Invalid user user%d from 198.51.100.%d port %d", i%700, i%250, 30000+i%30000)
		case 1, 2:
			text = fmt.Sprintf("Failed password for invalid user user%d from 198.51.100.%d port %d ssh2", i%700, i%250, 30000+i%30000)
		case 3:
			text = fmt.Sprintf("Accepted publickey for admin%d from 10.0.%d.%d port %d ssh2: ED25519 SHA256:0123456789abcdefghijklmnopqrstuvwxyz%07d", i%50, i%7, i%50, 30000+i%30000, i%50)
		case 4:
			text = fmt.Sprintf("pam_unix(sshd:session): session closed for user admin%d", i%50)
		}
		data = fmt.Appendf(data, "%s web%02d sshd[%d]: %s\n", at.Format("2006-01-02T15:04:05.000000Z"), i%30, 1000+i%6000, text)
		lines++
	}
	return data, lines
}

// BenchmarkSSHDLinesToSteps is a worker's whole work on sshd lines: framing,
// decoding and cutting down to steps, on all processors at once.
func BenchmarkSSHDLinesToSteps(b *testing.B) {
	data, lines := sshdChunk()
	opt := Options{Decoders: decode.All}
	l := &line{opt: &opt, schema: footfall.NewSchema(false), names: footfall.NewNames()}
	workers(b, l, &footfall.Chunk{Input: &footfall.Input{Format: "syslog"}, Data: data}, lines)
}

// workers runs one worker a processor over the same chunk and reports records
// a second and CPU time a record.
func workers(b *testing.B, l *line, c *footfall.Chunk, records int) {
	n := runtime.GOMAXPROCS(0)
	b.SetBytes(int64(len(c.Data)))
	b.ReportAllocs()
	var from, to syscall.Rusage
	rounds := b.N/n + 1
	ws := make([]*worker, n)
	for i := range ws {
		w, err := newWorker(l)
		if err != nil {
			b.Fatal(err)
		}
		ws[i] = w
	}
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &from); err != nil {
		b.Fatal(err)
	}
	b.ResetTimer()
	var wg sync.WaitGroup
	for _, w := range ws {
		wg.Go(func() {
			var p product
			for range rounds {
				p.reset()
				w.chunk(c, &p)
			}
		})
	}
	wg.Wait()
	b.StopTimer()
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &to); err != nil {
		b.Fatal(err)
	}
	total := float64(rounds * n * records)
	cpu := float64(to.Utime.Nano() - from.Utime.Nano() + to.Stime.Nano() - from.Stime.Nano())
	b.ReportMetric(cpu/total, "cpu-ns/record")
	b.ReportMetric(total/b.Elapsed().Seconds()/1e6, "Mrecords/s")
}

// TestWorkerAllocatesNothing holds invariant 7 for the whole of a worker's
// work on sshd lines.
func TestWorkerAllocatesNothing(t *testing.T) {
	data, lines := sshdChunk()
	opt := Options{Decoders: decode.All}
	l := &line{opt: &opt, schema: footfall.NewSchema(false), names: footfall.NewNames()}
	w, err := newWorker(l)
	if err != nil {
		t.Fatal(err)
	}
	var p product
	c := &footfall.Chunk{Input: &footfall.Input{Format: "syslog"}, Data: data}
	if got := testing.AllocsPerRun(10, func() {
		p.reset()
		w.chunk(c, &p)
	}); got > float64(lines)/1000 {
		t.Errorf("%v allocations for %d lines, want next to none", got, lines)
	}
}

// BenchmarkSequence is everything behind border 2 on one core: identity,
// sessions, analytics and the baseline, with ten million edges known, over the
// steps of sshd's lines, again and again later.
func BenchmarkSequence(b *testing.B) {
	data, _ := sshdChunk()
	opt := Options{Decoders: decode.All, Analytics: Analytics}
	l := &line{opt: &opt, schema: footfall.NewSchema(false), names: footfall.NewNames()}
	w, err := newWorker(l)
	if err != nil {
		b.Fatal(err)
	}
	var p product
	w.chunk(&footfall.Chunk{Input: &footfall.Input{Format: "syslog"}, Data: data}, &p)
	q, err := newSequencer(l, &opt)
	if err != nil {
		b.Fatal(err)
	}
	span := p.steps[len(p.steps)-1].Time - p.steps[0].Time + 1
	teach(q, knownEdges)
	b.ResetTimer()
	n := 0
	for i := range b.N {
		for j := range p.steps {
			s := p.steps[j]
			p.texts.named(&s, l.names)
			s.Time += int64(i) * span
			q.take(&s)
			n++
		}
		q.keep.mem = q.keep.mem[:0]
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n), "ns/step")
}
