package main

import (
	"math"
	"slices"

	"github.com/footfall/footfall/emulate/score"
)

// Rounds of a bootstrap, and the seed of its dice.
const (
	rounds   = 1000
	diceSeed = 20260302
)

// A sample is all campaigns that were realised, by world.
type sample struct {
	runs   []*run
	groups [][]outcome
	sizes  []int
}

func newSample(runs []*run) *sample {
	s := &sample{runs: runs}
	for _, r := range runs {
		var g []outcome
		for _, c := range r.Campaigns {
			if c.Realised {
				g = append(g, c)
			}
		}
		s.groups, s.sizes = append(s.groups, g), append(s.sizes, len(g))
	}
	return s
}

// A filter chooses campaigns.
type filter func(*outcome) bool

func anyOf(*outcome) bool          { return true }
func withSwitch(o *outcome) bool   { return o.Switches }
func switchFree(o *outcome) bool   { return !o.Switches }
func onAxis(axis, v string) filter { return func(o *outcome) bool { return o.Cell[axis] == v } }
func recorded(o *outcome) bool     { return o.Visible }
func both(a, b filter) filter      { return func(o *outcome) bool { return a(o) && b(o) } }

// share counts the campaigns that a row found.
func (s *sample) share(row string, f filter) score.Share {
	var out score.Share
	for _, g := range s.groups {
		for i := range g {
			if f(&g[i]) {
				_, yes := g[i].Found[row]
				out.Add(yes)
			}
		}
	}
	return out
}

// cell is the cell that campaigns are pooled by: those of Hopper's own table.
func cell(o *outcome) string { return o.Cell["goal"] + " " + o.Cell["stealth"] }

// An estimate is a number with its interval of 95 %.
type estimate struct{ at, low, high float64 }

// A column is what is needed of each campaign to pool a row: its cell, -1 to
// leave it out, and the values whose mean is pooled.
type column struct {
	cell  [][]int
	value [][]float64
	cells int
}

func (s *sample) column(f filter, value func(*outcome) float64) *column {
	c := &column{}
	known := map[string]int{}
	for _, g := range s.groups {
		cells, values := make([]int, len(g)), make([]float64, len(g))
		for i := range g {
			cells[i] = -1
			if f(&g[i]) {
				k := cell(&g[i])
				if _, ok := known[k]; !ok {
					known[k] = len(known)
				}
				cells[i], values[i] = known[k], value(&g[i])
			}
		}
		c.cell, c.value = append(c.cell, cells), append(c.value, values)
	}
	c.cells = len(known)
	return c
}

// pooled is the mean over cells of the means within.
func (c *column) pooled(pick []score.Group) float64 {
	n, sum := make([]float64, c.cells), make([]float64, c.cells)
	for _, p := range pick {
		for _, i := range p.Things {
			if k := c.cell[p.N][i]; k >= 0 {
				n[k]++
				sum[k] += c.value[p.N][i]
			}
		}
	}
	all, cells := 0.0, 0.0
	for k := range n {
		if n[k] > 0 {
			all += sum[k] / n[k]
			cells++
		}
	}
	return all / cells
}

func (s *sample) whole() []score.Group {
	pick := make([]score.Group, len(s.groups))
	for g, n := range s.sizes {
		pick[g].N = g
		for i := range n {
			pick[g].Things = append(pick[g].Things, i)
		}
	}
	return pick
}

func (s *sample) estimate(c *column) estimate {
	low, high := score.Bootstrap(s.sizes, rounds, diceSeed, c.pooled)
	return estimate{c.pooled(s.whole()), low, high}
}

// rate pools the detection of a row.
func (s *sample) rate(row string, f filter) estimate {
	return s.estimate(s.column(f, func(o *outcome) float64 { return found(o, row) }))
}

// gain pools the difference of two rows on the same campaigns.
func (s *sample) gain(a, b string, f filter) estimate {
	return s.estimate(s.column(f, func(o *outcome) float64 { return found(o, a) - found(o, b) }))
}

func found(o *outcome, row string) float64 {
	if _, ok := o.Found[row]; ok {
		return 1
	}
	return 0
}

// late are the hops, minutes and hosts before detection, and the cases of each
// campaign that was found.
func (s *sample) late(row string, f filter) (hops, minutes, hosts, cases []float64) {
	for _, g := range s.groups {
		for i := range g {
			if h, ok := g[i].Found[row]; ok && f(&g[i]) {
				hops, minutes = append(hops, float64(h.Hops)), append(minutes, h.Minutes)
				hosts, cases = append(hosts, float64(h.Hosts)), append(cases, float64(h.Cases))
			}
		}
	}
	return hops, minutes, hosts, cases
}

// A load is how many cases a day a row makes where nobody attacks.
type load struct {
	mean                   estimate
	p95, max               float64
	within, double, first7 float64 // shares of days within the budget and above twice; mean of the first week
}

func (s *sample) load(row string, budget int) load {
	var l load
	var all, first []float64
	within, double := 0.0, 0.0
	means := make([]float64, len(s.runs))
	ones := make([]int, len(s.runs))
	for w, r := range s.runs {
		days := r.Null[row]
		if len(days) == 0 {
			continue
		}
		var judged []float64
		for d, n := range days {
			if d >= r.Plan.Quiet {
				judged = append(judged, float64(n))
				if n <= budget {
					within++
				}
				if n > 2*budget {
					double++
				}
			} else if d < 7 {
				first = append(first, float64(n))
			}
		}
		means[w], ones[w] = score.Mean(judged), 1
		all = append(all, judged...)
	}
	low, high := score.Bootstrap(ones, rounds, diceSeed, func(pick []score.Group) float64 {
		sum := 0.0
		for _, p := range pick {
			sum += means[p.N]
		}
		return sum / float64(len(pick))
	})
	n := float64(len(all))
	l.mean = estimate{score.Mean(all), low, high}
	l.within, l.double, l.first7 = within/n, double/n, score.Mean(first)
	l.p95, l.max = score.Quantile(all, 0.95), score.Quantile(slices.Clone(all), 1)
	return l
}

// over reports whether a row makes more cases than its budget, beyond chance:
// then nothing is said of what it finds.
func (l load) over(budget int) bool { return l.mean.low > float64(budget) && !math.IsNaN(l.mean.low) }
