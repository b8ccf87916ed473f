package graph

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/history"
)

// TestPastOnly holds that a value counts when its day is over, and no longer
// than the days that are kept.
func TestPastOnly(t *testing.T) {
	var s spread
	s.turn(100, 0)
	s.add(100, 7)
	if s.n() != 0 {
		t.Error("a day counts before it is over")
	}
	s.turn(101, 0)
	if s.n() != 1 || s.above[7] != 1 || s.above[8] != 0 {
		t.Errorf("after it: %d, %d, %d", s.n(), s.above[7], s.above[8])
	}
	if s.turn(100+keptDays, 0); s.n() != 1 {
		t.Error("forgotten too early")
	}
	if s.turn(101+keptDays, 0); s.n() != 0 {
		t.Error("kept too long")
	}
	if s.turn(102, 101); s.n() != 0 {
		t.Error("a day counts on which little was known")
	}

	var o own
	o.add(100, 9)
	if p := o.rarity(100, 9, 0.5); p != 0.5 {
		t.Errorf("a hand's own way excuses itself: %v", p)
	}
	for range 20 {
		o.add(100, 9)
	}
	if p := o.rarity(101, 9, 0.01); p < 0.8 {
		t.Errorf("what a hand does every day has %v", p)
	}
	if p := o.rarity(101, 30, 0.01); p > 0.01 {
		t.Errorf("what it never does has %v", p)
	}
}

func TestShare(t *testing.T) {
	var own, all spread
	for i := range 999 {
		all.add(1, i%10)
	}
	all.turn(2, 0)
	own.turn(2, 0)
	f := func(b int, want float64) {
		t.Helper()
		if got := share(&own, &all, b); math.Abs(got-want) > 1e-9 {
			t.Errorf("bin %d: got %v, want %v", b, got, want)
		}
	}
	f(0, 1)
	f(10, 0.001)
	for range 20 {
		own.add(1, 12)
	}
	own.turn(2, 0)
	f(12, (20+borrowed*0.001)/(20+borrowed))
	f(13, 0.001) // never smaller than what so many can show
}

// TestCompound compares with what is drawn.
func TestCompound(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	const r, b, days, draws = 3.0, 10.0, 7.0, 200_000
	for _, s := range []float64{1, 4, 8} {
		over := 0
		for range draws {
			rate := 0.0 // Gamma(3) is the sum of three
			for range int(r) {
				rate += rnd.ExpFloat64()
			}
			sum, at := 0.0, rnd.ExpFloat64()
			for ; at < rate/b*days; at += rnd.ExpFloat64() {
				sum += rnd.ExpFloat64()
			}
			if sum >= s {
				over++
			}
		}
		got, want := compound(s, r, b, days), float64(over)/draws
		if math.Abs(got-want) > 0.004 {
			t.Errorf("sum %v: got %v, drawn %v", s, got, want)
		}
	}
	if p := compound(60, 100, 20, 30); p <= 0 || p > 1 || math.IsNaN(p) {
		t.Errorf("a busy hand: %v", p)
	}
}

// TestBudget holds the promise on days that are all alike: on one in twenty at
// most is more told than the budget says.
func TestBudget(t *testing.T) {
	names := footfall.NewNames()
	known := &footfall.Context{Alerts: &footfall.Alerts{All: 7, Paths: 5, Own: 2}}
	for seed := range uint64(5) {
		past := history.New(history.Options{Names: names})
		j := newJudge(Options{Names: names, Context: known, Past: past})
		rnd := rand.New(rand.NewPCG(seed, 7))
		over, told, judged := 0, 0, 0
		for d := 1; d <= 95; d++ {
			at := int64(d) * aDay
			past.Now(at)
			past.Teach(footfall.TraitAnyHost, names.Intern("x"), names.Intern("y"), 0, 0)
			past.Observe(&footfall.Step{Time: at + 1}, nil)
			j.turn(at)
			n := 0
			for k := range 40 {
				in := &incident{score: 3 + 4*rnd.ExpFloat64()}
				in.top.rare = 0.001
				j.enter(in)
				if j.allow(in, &Login{Time: at + int64(k)*aDay/40}) {
					n++
				}
			}
			if d > 35 {
				judged++
				told += n
				if float64(n) > known.Alerts.Paths {
					over++
				}
			}
		}
		if over*20 > judged {
			t.Errorf("seed %d: %d of %d days over the budget", seed, over, judged)
		}
		if told < judged*2 {
			t.Errorf("seed %d: %d told in %d days: the budget is not used", seed, told, judged)
		}
		t.Logf("seed %d: %d told in %d days, %d over", seed, told, judged, over)
	}
}

// TestKnown holds that what repeats costs no memory.
func TestKnown(t *testing.T) {
	x := newTown(t, &footfall.Context{})
	x.until(8)
	j := x.e.judge
	h := hop{id: 1, src: x.names.Intern("pc-p01"), dst: x.names.Intern("srv-1-1"), account: x.names.Intern("p01"), person: x.names.Intern("p01"), hand: x.names.Intern("p01")}
	ways := []way{{hops: []hop{h}, weight: 1}}
	l := Login{Time: x.now, ID: 1, What: Arrive, Src: h.src, Dst: h.dst, Account: h.account, Person: h.person}
	var inf Inference
	j.arrival(&l, &inf, ways, nil, &x.out)
	if n := testing.AllocsPerRun(100, func() { j.arrival(&l, &inf, ways, nil, &x.out) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkKnown(b *testing.B) {
	x := newTown(b, &footfall.Context{})
	x.until(8)
	j := x.e.judge
	h := hop{id: 1, src: x.names.Intern("pc-p01"), dst: x.names.Intern("srv-1-1"), account: x.names.Intern("p01"), person: x.names.Intern("p01"), hand: x.names.Intern("p01")}
	ways := []way{{hops: []hop{h}, weight: 1}}
	l := Login{Time: x.now, ID: 1, What: Arrive, Src: h.src, Dst: h.dst, Account: h.account, Person: h.person}
	var inf Inference
	b.ReportAllocs()
	for range b.N {
		j.arrival(&l, &inf, ways, nil, &x.out)
	}
}

// BenchmarkNew judges logins of which each has something new.
func BenchmarkNew(b *testing.B) {
	x := newTown(b, &footfall.Context{})
	x.until(20)
	j := x.e.judge
	h := hop{id: 1, src: x.names.Intern("pc-p01"), account: x.names.Intern("p01"), person: x.names.Intern("p01"), hand: x.names.Intern("p01")}
	var dsts []footfall.Name
	for i := range 1 << 12 {
		dsts = append(dsts, x.names.Intern("new"+string(rune('a'+i%26))+string(rune('a'+i/26%26))+string(rune('a'+i/676))))
	}
	var inf Inference
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		h.id, h.dst = uint64(i), dsts[i%len(dsts)]
		ways := []way{{hops: []hop{h}, weight: 1}}
		l := Login{Time: x.now, ID: h.id, What: Arrive, Src: h.src, Dst: h.dst, Account: h.account, Person: h.person}
		j.ties.two.Delete(tieKey{tieEdge, h.src, h.dst})
		j.known.Delete(gone{h.hand, h.account, h.src, h.dst})
		j.weigh(&l, &inf, ways)
	}
}
