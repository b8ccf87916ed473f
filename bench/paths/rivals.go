package main

import (
	"maps"
	"math"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/graph"
)

// A scorer scores logins by what came before them. Scores above 0 are odd.
type scorer interface {
	// score judges a login and then learns from it; sure means that it is told
	// whatever the budget.
	score(l *graph.Login) (odd float64, sure bool)
	fork() scorer
}

// hops reports whether a login went from one host to another under an account
// that is no computer's: what all rivals are given.
func hops(l *graph.Login) bool {
	return l.What == graph.Arrive && l.Src != 0 && l.Dst != 0 && l.Src != l.Dst && l.Account != 0 && l.Flags&graph.FlagMachine == 0
}

// A key is what a memory knows by.
type key [3]footfall.Name

// A memory finds what was never there before: with account and destination the
// oldest detection of all, with source and destination EdgeBank (Poursafaei
// et al., NeurIPS 2022: an edge is expected when it was ever seen). Within an
// incident, each new one counts.
type memory struct {
	of   func(*graph.Login) key
	seen map[key]struct{}
}

func newPair() *memory {
	return &memory{func(l *graph.Login) key { return key{l.Account, l.Dst} }, map[key]struct{}{}}
}

func newTriple() *memory {
	return &memory{func(l *graph.Login) key { return key{l.Account, l.Src, l.Dst} }, map[key]struct{}{}}
}

func edgeBank() *memory {
	return &memory{func(l *graph.Login) key { return key{l.Src, l.Dst} }, map[key]struct{}{}}
}

func (m *memory) score(l *graph.Login) (float64, bool) {
	k := m.of(l)
	if _, ok := m.seen[k]; ok {
		return 0, false
	}
	m.seen[k] = struct{}{}
	return 1, false
}

func (m *memory) fork() scorer {
	c := *m
	c.seen = maps.Clone(m.seen)
	return &c
}

// A midas is MIDAS-R (Bhatia et al., AAAI 2020): bursts of an edge or of one
// of its ends against their mean so far, as chi-squared. Counts are exact, not
// sketched; those of the current tick, an hour, fade by half from tick to tick.
type midas struct {
	count map[key]burst
	first int64
}

type burst struct {
	now, all float64
	tick     int64
}

func newMidas() *midas { return &midas{count: map[key]burst{}} }

const fading = 0.5

func (m *midas) score(l *graph.Login) (float64, bool) {
	tick := l.Time / (3600 * 1e9)
	if m.first == 0 {
		m.first = tick
	}
	t := float64(tick-m.first) + 1
	odd := 0.0
	for _, k := range [...]key{{l.Src, l.Dst}, {l.Src}, {0, l.Dst}} {
		b := m.count[k]
		if b.tick != tick {
			b.now *= math.Pow(fading, float64(tick-b.tick))
			b.tick = tick
		}
		b.now++
		b.all++
		m.count[k] = b
		odd = max(odd, chi(b.now, b.all, t))
	}
	return odd, false
}

// chi is how far a tick's count a is from the mean of all s over t ticks.
func chi(a, s, t float64) float64 {
	if t <= 1 || s == 0 {
		return 0
	}
	d := a - s/t
	return d * d * t * t / (s * (t - 1))
}

func (m *midas) fork() scorer { return &midas{maps.Clone(m.count), m.first} }
