package history

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/footfall/footfall"
)

const monday = 20_000 - 20_000%7 + 4 // a day counted from 1970 that is a Monday

type world struct {
	t testing.TB
	n *footfall.Names
	h *History
}

func newWorld(t testing.TB, c *footfall.Context) world {
	n := footfall.NewNames()
	return world{t, n, New(Options{Names: n, Context: c, Extra: func(footfall.Name) *footfall.Extra { return &footfall.Extra{Source: "log"} }})}
}

func (w world) logon(day, second int, account, src, dst string) footfall.Step {
	s := footfall.Step{
		Time: int64(day)*dayNanos + int64(second)*1e9, Kind: footfall.KindLogon, Outcome: footfall.Success, Service: footfall.ServiceSSH,
		Account: w.n.Intern(account), SrcHost: w.n.Intern(src), DstHost: w.n.Intern(dst), Flags: footfall.FlagRemote,
	}
	return s
}

func (w world) see(day int, account, src, dst string) {
	s := w.logon(day, 8*3600, account, src, dst)
	w.h.Observe(&s, nil)
}

func TestWeekdays(t *testing.T) {
	for i, want := range []int{0, 0, 0, 0, 0, 1, 1} {
		if got := weekend(monday + i); got != want {
			t.Errorf("day %d of the week: got %d, want %d", i, got, want)
		}
	}
}

func TestTally(t *testing.T) {
	w := newWorld(t, nil)
	ask := func(day int) footfall.Tally {
		w.h.Now(int64(day) * dayNanos)
		return w.h.Tally(footfall.TraitHost, w.n.Intern("bob"), w.n.Intern("web1"), 0, 0)
	}
	if got := ask(monday); got.Known() {
		t.Errorf("before anything was seen: got %+v", got)
	}
	for d := range 4 {
		w.see(monday+d, "bob", "ws1", "web1")
		w.see(monday+d, "bob", "ws1", "web1")
	}
	want := footfall.Tally{First: start(monday), Last: start(monday + 3), Days: 3, Today: true}
	got := ask(monday + 3)
	if got.Fresh < 2.7 || got.Fresh > 3 {
		t.Errorf("three days, the oldest three days ago, weigh %.3f", got.Fresh)
	}
	if got.Fresh = 0; got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	got = ask(monday + 33)
	if got.Days != 4 || got.Today || got.Fresh < 1.8 || got.Fresh > 2 {
		t.Errorf("after 30 days: got %+v, want 4 days that weigh a little under 2", got)
	}
	b := w.h.Habit(footfall.TraitHost, w.n.Intern("bob"))
	if b.Items != 1 || b.Sum != 4 || b.Days != 4 || b.Once != 0 || b.Mean != 1 {
		t.Errorf("got %+v, want one host on four days", b)
	}
}

// TestTail compares with the sum of the distribution from 0 on.
func TestTail(t *testing.T) {
	for _, c := range []struct {
		n    int
		r, p float64
	}{{1, 2, 0.5}, {5, 3, 0.6}, {12, 7.5, 0.8}, {3, 0.2, 0.66}} {
		below := 0.0
		for k := range c.n {
			lg := func(x float64) float64 { v, _ := math.Lgamma(x); return v }
			x := float64(k)
			below += math.Exp(lg(c.r+x) - lg(x+1) - lg(c.r) + c.r*math.Log(c.p) + x*math.Log1p(-c.p))
		}
		if got := negativeBinomial(c.n, c.r, c.p); math.Abs(got-(1-below)) > 1e-9 {
			t.Errorf("P(X >= %d): got %g, want %g", c.n, got, 1-below)
		}
	}
	w := newWorld(t, nil)
	for d := range 15 {
		if weekend(monday+d) == 1 {
			continue
		}
		for h := range 3 {
			w.see(monday+d, "bob", "ws1", fmt.Sprint("web", h))
		}
	}
	bob := w.n.Intern("bob")
	w.h.Now(start(monday + 15))
	if p := w.h.Tail(footfall.TraitHost, bob, 3); p < 0.3 {
		t.Errorf("three hosts, as ever, have a probability of %g", p)
	}
	if p := w.h.Tail(footfall.TraitHost, bob, 20); p > 1e-6 {
		t.Errorf("twenty hosts have a probability of %g", p)
	}
	if p, q := w.h.Tail(footfall.TraitHost, bob, 9), w.h.Tail(footfall.TraitHost, w.n.Intern("new"), 9); q <= p {
		t.Errorf("nine hosts: %g for who is known, %g for who is not: less is known of him", p, q)
	}
}

// TestLikely holds that habit beats peers, and peers beat strangers.
func TestLikely(t *testing.T) {
	c := &footfall.Context{Roles: map[string][]string{"ann": {"db"}, "bob": {"db"}}}
	w := newWorld(t, c)
	for d := range 10 {
		w.see(monday+d, "ann", "ws1", "db1")
		w.see(monday+d, "bob", "ws2", "db2")
		w.see(monday+d, "eve", "ws3", "web1")
	}
	p := func(a, h string) float64 { return w.h.Likely(w.n.Intern(a), w.n.Intern(h)) }
	if a, b, c := p("bob", "db2"), p("bob", "db1"), p("bob", "web1"); a <= b || b <= c {
		t.Errorf("own %g, peer's %g, stranger's %g: each should be more than the next", a, b, c)
	}
	sum := p("bob", "db1") + p("bob", "db2") + p("bob", "web1")
	if sum > 1 {
		t.Errorf("the probabilities of three hosts are %g together", sum)
	}
}

// TestPeers: accounts of like habits become peers after a week, and an account
// does not become one by what it does this week.
func TestPeers(t *testing.T) {
	w := newWorld(t, nil)
	for d := range 21 {
		for a := range 8 {
			w.see(monday+d, fmt.Sprint("clerk", a), fmt.Sprint("ws", a), "files1")
			w.see(monday+d, fmt.Sprint("clerk", a), fmt.Sprint("ws", a), "erp1")
		}
		if d > 15 {
			w.see(monday+d, "mallory", "ws9", "files1")
			w.see(monday+d, "mallory", "ws9", "erp1")
		}
	}
	if g, n := w.h.Peers(w.n.Intern("clerk1")); g == 0 || n != 8 {
		t.Errorf("clerk1: got group %q of %d, want one of 8", w.n.String(g), n)
	} else if k := w.h.Tally(footfall.TraitPeerHost, g, w.n.Intern("erp1"), 0, 0); !k.Known() || w.h.Habit(footfall.TraitPeerHost, g).Items != 2 {
		t.Errorf("the group's hosts: got %+v and %+v, want erp1 among two", k, w.h.Habit(footfall.TraitPeerHost, g))
	}
	if g, _ := w.h.Peers(w.n.Intern("mallory")); g != 0 {
		t.Error("mallory has peers in her first week")
	}
}

// random are logons of some weeks, in order.
func random(w world, n int) []footfall.Step {
	r := rand.New(rand.NewPCG(1, 2))
	var out []footfall.Step
	for i := range n {
		a := r.IntN(40)
		s := w.logon(monday+i*30/n, i*30*86400/n%86400, fmt.Sprint("u", a), fmt.Sprint("ws", a), fmt.Sprint("h", r.IntN(3+a)))
		if r.IntN(10) == 0 {
			s.Outcome = footfall.Failure
		}
		out = append(out, s)
	}
	return out
}

func dump(t *testing.T, h *History) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := h.Save(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestRestore: going on after being written and read changes nothing.
func TestRestore(t *testing.T) {
	whole := newWorld(t, nil)
	steps := random(whole, 3000)
	for i := range steps {
		whole.h.Observe(&steps[i], nil)
	}
	want := dump(t, whole.h)
	for _, cut := range []int{0, 1, 777, 2999} {
		first := New(whole.h.opt)
		for i := range steps[:cut] {
			first.Observe(&steps[i], nil)
		}
		second := New(whole.h.opt)
		if err := second.Restore(bytes.NewReader(dump(t, first))); err != nil {
			t.Fatal(err)
		}
		for i := range steps[cut:] {
			second.Observe(&steps[cut+i], nil)
		}
		if got := dump(t, second); !same(t, got, want, whole.h.opt) {
			t.Errorf("cut at %d: the baseline is another", cut)
		}
	}
}

// same compares two baselines whatever the order of their tables.
func same(t *testing.T, a, b []byte, o Options) bool {
	t.Helper()
	read := func(p []byte) *History {
		h := New(o)
		if err := h.Restore(bytes.NewReader(p)); err != nil {
			t.Fatal(err)
		}
		return h
	}
	x, y := read(a), read(b)
	return reflect.DeepEqual(all(&x.edges), all(&y.edges)) && reflect.DeepEqual(all(&x.habits), all(&y.habits)) &&
		reflect.DeepEqual(all(&x.groups.of), all(&y.groups.of)) && reflect.DeepEqual(x.rates, y.rates) && x.sums == y.sums && reflect.DeepEqual(x.held.now, y.held.now)
}

func all[V any](t *table[V]) map[uint64]V {
	m := map[uint64]V{}
	for i := range t.pages {
		for _, s := range t.pages[i].slots {
			if s.key != 0 {
				m[s.key] = s.val
			}
		}
	}
	return m
}

// TestTwice: what a file holds of a source and a time is not counted again,
// and what is new is.
func TestTwice(t *testing.T) {
	w := newWorld(t, nil)
	for d := range 5 {
		w.see(monday+d, "bob", "ws1", "web1")
	}
	again := New(w.h.opt)
	if err := again.Load(bytes.NewReader(dump(t, w.h))); err != nil {
		t.Fatal(err)
	}
	w.h = again
	for d := range 6 {
		w.see(monday+d, "bob", "ws1", "web1")
	}
	w.h.Now(start(monday + 6))
	got := w.h.Tally(footfall.TraitHost, w.n.Intern("bob"), w.n.Intern("web1"), 0, 0)
	if got.Days != 6 || w.h.Skipped != 5 {
		t.Errorf("got %+v and %d skipped, want 6 days and 5", got, w.h.Skipped)
	}
}

// TestUnlearn: declared abuse is not learned, and is taken back from a file
// that learned it, once.
func TestUnlearn(t *testing.T) {
	w := newWorld(t, nil)
	for d := range 5 {
		w.see(monday+d, "bob", "ws1", "web1")
		w.see(monday+d, "bob", "ws1", "dc1")
	}
	before := dump(t, w.h)
	c := &footfall.Context{Abuse: []footfall.Abuse{{Account: "bob", Host: "dc1", From: start(monday + 1)}}}
	for range 2 {
		o := w.h.opt
		o.Context = c
		h := New(o)
		if err := h.Load(bytes.NewReader(before)); err != nil {
			t.Fatal(err)
		}
		w.h = h
		for d := range 5 {
			w.see(monday+d, "bob", "ws1", "web1")
			w.see(monday+d, "bob", "ws1", "dc1")
		}
		h.Now(start(monday + 6))
		if got := h.Tally(footfall.TraitHost, w.n.Intern("bob"), w.n.Intern("dc1"), 0, 0); got.Days != 1 {
			t.Errorf("dc1 is known on %d days, want the one before the abuse", got.Days)
		}
		if got := h.Tally(footfall.TraitHost, w.n.Intern("bob"), w.n.Intern("web1"), 0, 0); got.Days != 5 {
			t.Errorf("web1 is known on %d days, want 5", got.Days)
		}
		before = dump(t, h)
	}
}

func TestForget(t *testing.T) {
	w := newWorld(t, nil)
	w.h.opt.Most = 500
	for d := range 60 {
		for i := range 4 {
			w.see(monday+d, "bob", "ws1", fmt.Sprint("h", d*4+i))
		}
		w.see(monday+d, "bob", "ws1", "always")
	}
	if w.h.Len() > 600 || w.h.Forgotten == 0 {
		t.Errorf("%d things known, %d forgotten", w.h.Len(), w.h.Forgotten)
	}
	w.h.Now(start(monday + 60))
	if got := w.h.Tally(footfall.TraitHost, w.n.Intern("bob"), w.n.Intern("always"), 0, 0); got.Days != 60 {
		t.Errorf("the host of every day is known on %d", got.Days)
	}
}

func TestDamaged(t *testing.T) {
	w := newWorld(t, nil)
	for d := range 5 {
		w.see(monday+d, "bob", "ws1", "web1")
	}
	good := dump(t, w.h)
	for i := 0; i < len(good); i += 1 + i/60 { // all of the head, then fewer and fewer
		for _, bad := range [][]byte{good[:i], flip(good, i)} {
			var d *Damaged
			if err := New(w.h.opt).Load(bytes.NewReader(bad)); !errors.As(err, &d) {
				t.Fatalf("byte %d: got %v", i, err)
			}
		}
	}
}

func flip(p []byte, i int) []byte {
	p = bytes.Clone(p)
	p[i] ^= 0x10
	return p
}

func FuzzLoad(f *testing.F) {
	w := newWorld(f, nil)
	var b bytes.Buffer
	w.see(monday, "bob", "ws1", "web1")
	if err := w.h.Save(&b); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Fuzz(func(_ *testing.T, p []byte) {
		h := New(w.h.opt)
		_ = h.Load(bytes.NewReader(p))
		_ = h.Save(io.Discard)
	})
}

// fill makes a baseline of n edges.
func fill(b *testing.B, n int) *History {
	w := newWorld(b, nil)
	w.h.day = monday
	r := rand.New(rand.NewPCG(3, 4))
	for w.h.edges.n < n {
		v, _ := w.h.edges.put(r.Uint64() | 1)
		*v = pack(monday-r.IntN(90), monday, 1+r.IntN(60), freshUnit)
	}
	return w.h
}

func BenchmarkLearn(b *testing.B) {
	for _, n := range []int{0, 10_000_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			h := fill(b, n)
			w := world{b, h.opt.Names, h}
			steps := random(w, 100_000)
			b.ResetTimer()
			for i := range b.N {
				s := &steps[i%len(steps)]
				h.Now(s.Time)
				h.Tally(footfall.TraitEdge, s.Account, s.SrcHost, s.DstHost, 0)
				h.Observe(s, nil)
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "steps/s")
		})
	}
}

type counter int64

func (c *counter) Write(p []byte) (int, error) { *c += counter(len(p)); return len(p), nil }

func BenchmarkSave(b *testing.B) {
	h := fill(b, 10_000_000)
	var slots int
	for i := range h.edges.pages {
		slots += len(h.edges.pages[i].slots)
	}
	for b.Loop() {
		var c counter
		if err := h.Save(&c); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(slots*16)/float64(h.edges.n), "bytes/edge")
}

func BenchmarkRestore(b *testing.B) {
	h := fill(b, 10_000_000)
	var buf bytes.Buffer
	if err := h.Save(&buf); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if err := New(h.opt).Restore(bytes.NewReader(buf.Bytes())); err != nil {
			b.Fatal(err)
		}
	}
}
