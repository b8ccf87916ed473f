package engine

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/analyze"
	"github.com/footfall/footfall/decode"
	"github.com/footfall/footfall/identify"
	"github.com/footfall/footfall/internal/freeze"
	"github.com/footfall/footfall/internal/shared"
	"github.com/footfall/footfall/playbooks"
	"github.com/footfall/footfall/report"
	"github.com/footfall/footfall/triage"
)

// A tape is what a line made of inputs: its steps in order, as they come to a
// sequencer, so that several of them can be fed.
type tape struct {
	l       *line
	opt     Options
	steps   []footfall.Step
	entries []identify.Entry
	cover   []footfall.Coverage
}

func options(t testing.TB, paths ...string) Options {
	return Options{
		Paths: paths, Decoders: decode.All, Analytics: Analytics, Playbooks: playbooks.Files(), Rules: builtinRules(t),
		Receipt: time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC), Context: &footfall.Context{},
	}
}

func taped(t testing.TB, opt Options) *tape {
	t.Helper()
	x := &tape{opt: opt}
	l, err := begin(context.Background(), &x.opt, false)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.src.Close() })
	c := newCollector(l)
	if err := l.run(context.Background(), c.take); err != nil {
		t.Fatal(err)
	}
	if err := c.settle(); err != nil {
		t.Fatal(err)
	}
	for s := range c.sorted.merged() {
		x.steps = append(x.steps, *s)
	}
	x.l, x.entries, x.cover = l, c.entries, c.coverage()
	return x
}

func (x *tape) sequencer(t testing.TB) *sequencer {
	t.Helper()
	q, err := newSequencer(x.l, &x.opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { q.keep.close() })
	return q
}

// fresh is a sequencer of another process: nothing of it is the same but the
// options, and names have other numbers.
func (x *tape) fresh(t testing.TB) (*sequencer, func(*footfall.Step) footfall.Step) {
	t.Helper()
	l, err := begin(context.Background(), &x.opt, false)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.src.Close() })
	for i := range 100 {
		l.names.Intern(fmt.Sprint("another process's name ", i))
	}
	q, err := newSequencer(l, &x.opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { q.keep.close() })
	return q, func(s *footfall.Step) footfall.Step { return renamed(s, x.l.names, l.names) }
}

// renamed is a step with the names of another table.
func renamed(s *footfall.Step, from, to *footfall.Names) footfall.Step {
	out := *s
	v := reflect.ValueOf(&out).Elem()
	for i := range v.NumField() {
		if n, ok := v.Field(i).Interface().(footfall.Name); ok {
			made := to.Intern
			if n.Passes() {
				made = to.Pass
			}
			v.Field(i).SetUint(uint64(made(from.String(n))))
		}
	}
	return out
}

func (q *sequencer) feed(s *footfall.Step) {
	one := *s
	if q.opt.asked(one.Time) && q.uniq.keep(&one) {
		q.take(&one)
	}
}

// finish ends a run and shows all that it found.
func (x *tape) finish(t testing.TB, q *sequencer) string {
	t.Helper()
	q.together()
	q.anal.Flush(q.last, &q.sink)
	q.drain()
	books, err := triage.Load(x.opt.Playbooks)
	if err != nil {
		t.Fatal(err)
	}
	hosts := analyze.Spans(x.cover, x.l.names)
	r := &footfall.Run{Findings: q.findings(), Hosts: hosts, First: q.first, Last: q.last, Hits: map[string]int64{}, Notes: q.notes(), Health: q.health()}
	r.Cases = triage.Build(r.Findings, q.facts, triage.Options{Playbooks: books, Context: x.opt.Context, Spans: hosts, First: q.first, Last: q.last})
	r.Lookup = func(ref footfall.Ref) (footfall.Record, bool) {
		return footfall.Record{Input: fmt.Sprint(ref.Input), Offset: ref.Offset}, true
	}
	var b bytes.Buffer
	if err := report.NDJSON(&b, r); err != nil {
		t.Fatal(err)
	}
	if err := report.Text(&b, r, report.TextOptions{Width: 100}); err != nil {
		t.Fatal(err)
	}
	for _, f := range q.facts {
		fmt.Fprintf(&b, "fact %+v\n", *f)
	}
	for _, p := range q.anal.State(nil) {
		fmt.Fprintln(&b, reflect.ValueOf(p).Elem())
	}
	return b.String()
}

// through takes a snapshot after each of the steps numbered and goes on in a
// fresh sequencer from there.
func (x *tape) through(t *testing.T, at ...int) string {
	t.Helper()
	q := x.sequencer(t)
	as := func(s *footfall.Step) footfall.Step { return *s }
	for i := range x.steps {
		s := as(&x.steps[i])
		q.feed(&s)
		if !slices.Contains(at, i) {
			continue
		}
		var b bytes.Buffer
		if err := q.snapshot(&b); err != nil {
			t.Fatalf("snapshot after step %d: %v", i, err)
		}
		q, as = x.fresh(t)
		if err := q.restore(&b); err != nil {
			t.Fatalf("restoring after step %d: %v", i, err)
		}
	}
	return x.finish(t, q)
}

func (x *tape) whole(t *testing.T) string {
	t.Helper()
	q := x.sequencer(t)
	for i := range x.steps {
		q.feed(&x.steps[i])
	}
	return x.finish(t, q)
}

// TestSnapshot holds that a snapshot anywhere changes nothing.
func TestSnapshot(t *testing.T) {
	inputs := [][]string{{example}}
	if os.Getenv("FOOTFALL_SHARED") != "" || os.Getenv("CI") == "true" || exists("../../shared/data/dev/MANIFEST.tsv") {
		data := filepath.Join(shared.Dir(t), "data", "dev")
		inputs = append(inputs, []string{filepath.Join(data, "linux-auth")}, []string{filepath.Join(data, "evtx", "sbousseaden")}, []string{filepath.Join(data, "aws"), filepath.Join(data, "vpn")})
	}
	for i, paths := range inputs {
		x := taped(t, options(t, paths...))
		want := x.whole(t)
		rnd := rand.New(rand.NewPCG(uint64(i), 7))
		n := len(x.steps)
		if n < 10 || !strings.Contains(want, "class_uid") {
			t.Fatalf("%v: %d steps say too little", paths, n)
		}
		for _, at := range [][]int{{0}, {n - 1}, {rnd.IntN(n)}, {rnd.IntN(n), rnd.IntN(n), rnd.IntN(n)}} {
			if got := x.through(t, at...); got != want {
				t.Errorf("%v: with a snapshot after %v of %d: %s", paths, at, n, firstDifference([]byte(got), []byte(want)))
			}
		}
	}
}

// TestSnapshotSynthetic does the same with steps that fill tables and make
// findings of all sorts grow.
func TestSnapshotSynthetic(t *testing.T) {
	x := taped(t, options(t, example))
	rnd := rand.New(rand.NewPCG(5, 5))
	x.steps = x.steps[:0]
	for i := range 40_000 {
		s := synthetic(x.l.names, rnd, i)
		if i%3 == 0 { // one source guesses at one host
			s.SrcAddr, s.DstHost, s.Outcome = x.l.names.Intern("203.0.113.9"), x.l.names.Intern("srv1"), footfall.Failure
		}
		x.steps = append(x.steps, s)
	}
	want := x.whole(t)
	for range 2 {
		at := []int{rnd.IntN(len(x.steps)), rnd.IntN(len(x.steps))}
		if got := x.through(t, at...); got != want {
			t.Errorf("with snapshots after %v: %s", at, firstDifference([]byte(got), []byte(want)))
		}
	}
}

// TestSnapshotShares holds that no two parts of the state share memory that a
// snapshot would tear apart, and that two snapshots of one state are the same.
func TestSnapshotShares(t *testing.T) {
	x := taped(t, options(t, example))
	q := x.sequencer(t)
	for i := range x.steps {
		q.feed(&x.steps[i])
	}
	live := q.anal.Instances()
	s := q.shared(nil)
	s.Strict = true
	if err := freezeWrite(s, q.parts(live)); err != nil {
		t.Error(err)
	}
	var a, b bytes.Buffer
	if err := q.snapshot(&a); err != nil {
		t.Fatal(err)
	}
	if err := q.snapshot(&b); err != nil || !bytes.Equal(a.Bytes(), b.Bytes()) {
		t.Errorf("one state gives two snapshots (%v)", err)
	}
}

// TestSnapshotWhole holds that every part of a sequencer is in a snapshot, or
// is known to be the process's own.
func TestSnapshotWhole(t *testing.T) {
	own := map[string]bool{
		"l": true, "opt": true, "correl": true, // of the rules and options
		"crowd": true,               // of the names
		"keep":  true,               // the steps themselves
		"told":  true,               // found anew from the facts
		"past":  true, "anal": true, // written by their own parts
	}
	q := taped(t, options(t, example)).sequencer(t)
	v := reflect.ValueOf(q).Elem()
	parts := q.parts(nil)
	for i := range v.NumField() {
		f := v.Type().Field(i)
		at := v.Field(i).Addr().UnsafePointer()
		if f.Type.Kind() == reflect.Pointer {
			at = v.Field(i).UnsafePointer()
		}
		in := slices.ContainsFunc(parts, func(p any) bool { return reflect.ValueOf(p).UnsafePointer() == at })
		if in == own[f.Name] {
			t.Errorf("the sequencer's %s: in a snapshot %v, the process's own %v", f.Name, in, own[f.Name])
		}
	}
}

// TestSnapshotRefused: what is damaged or of another run gives an error.
func TestSnapshotRefused(t *testing.T) {
	x := taped(t, options(t, example))
	q := x.sequencer(t)
	for i := range x.steps[:len(x.steps)/2] {
		q.feed(&x.steps[i])
	}
	var b bytes.Buffer
	if err := q.snapshot(&b); err != nil {
		t.Fatal(err)
	}
	data := b.Bytes()
	for i := range 40 {
		bad := bytes.Clone(data)
		at := len(bad) * i / 40
		bad[at] ^= 0x55
		if x.sequencer(t).restore(bytes.NewReader(bad)) == nil {
			t.Errorf("no error with byte %d of %d changed", at, len(bad))
		}
		if x.sequencer(t).restore(bytes.NewReader(data[:at])) == nil {
			t.Errorf("no error for %d of %d bytes", at, len(data))
		}
	}
	x.opt.Rules = nil
	if r, _ := x.fresh(t); r.restore(bytes.NewReader(data)) == nil {
		t.Error("a snapshot was taken by a run with other rules")
	}
}

// TestWatermark: steps that come out of order, as late as they may, are
// judged as in a batch.
func TestWatermark(t *testing.T) {
	x := taped(t, options(t, example))
	want := x.whole(t)
	const late = 90 * 1e9
	type arrival struct {
		at int64
		i  int
	}
	for seed := range uint64(3) {
		rnd := rand.New(rand.NewPCG(seed, 3))
		order := make([]arrival, len(x.steps))
		for i := range x.steps {
			order[i] = arrival{x.steps[i].Time + rnd.Int64N(late), i}
		}
		slices.SortStableFunc(order, func(a, b arrival) int { return int(max(-1, min(1, a.at-b.at))) })
		q := x.sequencer(t)
		w := newWatermark(x.l.names, late)
		for _, a := range order {
			w.add(&x.steps[a.i], q.feed)
		}
		w.end(q.feed)
		if got := x.finish(t, q); got != want || w.Lost > 0 {
			t.Errorf("%d lost; %s", w.Lost, firstDifference([]byte(got), []byte(want)))
		}
	}
}

func freezeWrite(s *freeze.Shared, parts []any) error { return freeze.Write(io.Discard, s, parts...) }

// synthetic is a step of a large company: accounts that log on here and there,
// some in vain, and do things in their sessions.
func synthetic(n *footfall.Names, rnd *rand.Rand, i int) footfall.Step {
	host := rnd.IntN(2000)
	who, from := rnd.IntN(5000), rnd.IntN(8000)
	s := footfall.Step{
		Time: 1_700_000_000e9 + int64(i)*400e6, ID: rnd.Uint64(), Ref: footfall.Ref{Offset: int64(i)}, Kind: footfall.KindLogon,
		Service: footfall.ServiceSSH, Outcome: footfall.Success, SrcPort: uint16(1024 + rnd.IntN(60000)),
		SrcAddr: n.Intern(fmt.Sprintf("10.%d.%d.%d", from>>16, from>>8&255, from&255)), DstHost: n.Intern(fmt.Sprintf("srv%d", host)),
		Account: n.Intern(fmt.Sprintf("user%d", who)), Extra: n.Intern(fmt.Sprintf("srv%d|syslog", host)),
		Session: n.Pass(fmt.Sprintf("srv%d|%d", host, i%30000)),
	}
	switch rnd.IntN(10) {
	case 0, 1:
		s.Outcome, s.Reason = footfall.Failure, footfall.ReasonBadPassword
	case 2:
		s.Kind = footfall.KindLogoff
	case 3, 4:
		s.Kind, s.SrcAddr, s.Service, s.Command = footfall.KindProcess, 0, 0, n.Intern("id")
	}
	return s
}

// BenchmarkSnapshot measures the state of a run of a million steps.
func BenchmarkSnapshot(b *testing.B) {
	x := taped(b, options(b, example))
	q := x.sequencer(b)
	rnd := rand.New(rand.NewPCG(1, 1))
	const steps = 1_000_000
	for i := range steps {
		s := synthetic(x.l.names, rnd, i)
		q.feed(&s)
	}
	var buf bytes.Buffer
	b.Run("write", func(b *testing.B) {
		for b.Loop() {
			buf.Reset()
			if err := q.snapshot(&buf); err != nil {
				b.Fatal(err)
			}
		}
		b.SetBytes(int64(buf.Len()))
		b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N), "ms/snapshot")
	})
	b.Run("read", func(b *testing.B) {
		b.SetBytes(int64(buf.Len()))
		for b.Loop() {
			b.StopTimer()
			r, _ := x.fresh(b)
			b.StartTimer()
			if err := r.restore(bytes.NewReader(buf.Bytes())); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N), "ms/snapshot")
	})
}
