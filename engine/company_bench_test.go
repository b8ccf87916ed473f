package engine

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/decode"
	"github.com/footfall/footfall/emulate"
)

// knownEdges is how many ways the baseline holds before the steps come.
const knownEdges = 10_000_000

// BenchmarkCompany is everything behind decoding on one core, over the steps of
// an emulated company at work, with ten million edges known: order, identity,
// sessions, analytics, baseline. Rules do not take part: they are the workers'.
func BenchmarkCompany(b *testing.B) {
	dir := b.TempDir()
	if _, err := emulate.Run(b.Context(), emulate.Config{Dir: dir, People: 300, Days: 3, Seed: 11, Start: time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)}); err != nil {
		b.Fatal(err)
	}
	declared, err := os.ReadFile(filepath.Join(dir, "context.yaml"))
	if err != nil {
		b.Fatal(err)
	}
	known, err := ReadContext("context.yaml", declared)
	if err != nil {
		b.Fatal(err)
	}
	opt := Options{Paths: []string{filepath.Join(dir, "logs")}, Decoders: decode.All, Analytics: Analytics, TempDir: b.TempDir(), Context: known}
	l, err := begin(b.Context(), &opt, false)
	if err != nil {
		b.Fatal(err)
	}
	defer l.src.Close()
	c := newCollector(l)
	if err := l.run(b.Context(), c.take); err != nil {
		b.Fatal(err)
	}
	if err := c.settle(); err != nil {
		b.Fatal(err)
	}
	var steps []footfall.Step
	for s := range c.sorted.merged() {
		steps = append(steps, *s)
	}
	q, err := newSequencer(l, &opt)
	if err != nil {
		b.Fatal(err)
	}
	teach(q, knownEdges)
	b.ResetTimer()
	n, span := 0, int64(7*24*time.Hour) // the same weekdays again
	for i := range b.N {
		for j := range steps {
			s := steps[j]
			s.Time += int64(i) * span
			q.take(&s)
		}
		q.together()
		n += len(steps)
		q.keep.mem = q.keep.mem[:0]
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "steps/s")
	b.ReportMetric(float64(q.past.Len())/1e6, "M-edges")
}

// teach fills the baseline with edges of other accounts and hosts.
func teach(q *sequencer, edges int) {
	const hosts = 5_000
	items := make([]footfall.Name, hosts)
	for i := range items {
		items[i] = q.l.names.Intern(fmt.Sprint("other", i))
	}
	s := footfall.Step{Time: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC).UnixNano()}
	for a := range edges / hosts {
		owner := q.l.names.Intern(fmt.Sprint("somebody", a))
		for _, h := range items {
			q.past.Teach(footfall.TraitHost, owner, h, 0, 0)
		}
		q.past.Observe(&s, nil)
	}
}
