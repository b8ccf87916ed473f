package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/emulate/score"
)

// Probes are the checks that nothing but paths tells attacks apart.
type probes struct {
	leak     *leak
	shuffled *run // of a company in which anybody's logins may be a colleague's
}

func (o *options) probe(ctx context.Context, errs io.Writer) (*probes, error) {
	p := o.base
	p.Seed, p.Shape, p.Campaigns = o.seeds[0], o.shapes[0], 2*p.Campaigns
	p.People = min(p.People, 200)
	l, err := leaks(ctx, p, filepath.Join(o.tmp, "footfall-paths-leak"))
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(errs, "rows of attacks and others: AUC %.3f over %d and %d rows\n", l.AUC, l.Attack, l.Benign)
	p.Campaigns /= 2
	w, err := build(ctx, p, filepath.Join(o.tmp, "footfall-paths-shuffle"))
	if err != nil {
		return nil, err
	}
	shuffle(w, rand.New(rand.NewPCG(diceSeed, 7)))
	r, err := play(ctx, w, variants()[:1], func(string, ...any) {})
	return &probes{l, r}, err
}

// shuffle gives each login of a person to anybody of the same role, by
// chance: who went where is as before, whose hand it was is lost.
func shuffle(w *world, dice *rand.Rand) {
	type label struct{ account, person footfall.Name }
	roles := map[string][]label{}
	for _, p := range w.truth.People {
		a := w.env.Names.Find(footfall.Canonical(footfall.Account{Name: p.Accounts[0]}, true))
		if a != 0 {
			roles[p.Role] = append(roles[p.Role], label{a, w.env.Person(a)})
		}
	}
	for i := range w.steps {
		s := &w.steps[i]
		p := w.who.person(s.Account)
		list := roles[w.who.role[p]]
		if p == "" || len(list) == 0 {
			continue
		}
		x := list[dice.IntN(len(list))]
		s.Account = x.account
		if at := w.at[i]; at >= 0 {
			w.logins[at].Account, w.logins[at].Person = x.account, x.person
		}
	}
}

// shuffleGain is how much more than new pairs ours finds there, at the same
// number of incidents a day.
func (p *probes) shuffleGain() estimate {
	s := newSample([]*run{p.shuffled})
	return s.gain(row(full.name+" and own", full.budget), row(namePair, 9), anyOf)
}

func (p *probes) table(s *sample) string {
	var b strings.Builder
	b.WriteString("| check | wanted | came out |\n|---|---|---|\n")
	fmt.Fprintf(&b, "| rows of attacks told from others of their kind by their words alone | AUC %.2f to %.2f | %.3f over %d and %d rows; the words that differ most: %s |\n", 0.5-tolerance, 0.5+tolerance, p.leak.AUC, p.leak.Attack, p.leak.Benign, strings.Join(p.leak.Words, ", "))
	g := p.shuffleGain()
	fmt.Fprintf(&b, "| ours less new account to destination, when logins are dealt out among colleagues | not above 0 | %s |\n", g.percent())
	source, account, busy := worstHost(s)
	fmt.Fprintf(&b, "| campaigns with hops from one and the same host, of one company | at most half | %s |\n", percentOf(source))
	fmt.Fprintf(&b, "| campaigns with one and the same account, of one company | at most half | %s |\n", percentOf(account))
	fmt.Fprintf(&b, "| an attacked source is busier than another one | reported | in %s of pairs |\n", percentOf(busy))
	return b.String()
}

func percentOf(v float64) string { return percent(v) + " %" }

// worstHost is the largest share of a company's campaigns that one name tells.
func worstHost(s *sample) (source, account, busy float64) {
	var list []float64
	for _, r := range s.runs {
		if r.Hosts.Campaign < leastCampaigns {
			continue
		}
		source = max(source, float64(r.Hosts.Source)/float64(r.Hosts.Campaign))
		account = max(account, float64(r.Hosts.Account)/float64(r.Hosts.Campaign))
		if !math.IsNaN(r.Hosts.Busy) {
			list = append(list, r.Hosts.Busy)
		}
	}
	return source, account, score.Mean(list)
}

// leastCampaigns is of how few a share says nothing.
const leastCampaigns = 10

func (p *probes) bad(s *sample) (out []error) {
	if off := math.Abs(p.leak.AUC - 0.5); off > tolerance || math.IsNaN(off) {
		out = append(out, fmt.Errorf("rows of attacks look otherwise: AUC %.3f", p.leak.AUC))
	}
	if g := p.shuffleGain(); g.low > 0 {
		out = append(out, fmt.Errorf("ours finds %s %% more than new pairs where there are no paths", g.percent()))
	}
	if source, account, _ := worstHost(s); source > 0.5 || account > 0.5 {
		out = append(out, errors.New("one name tells most campaigns"))
	}
	return out
}

// A cost is what the engine takes.
type cost struct {
	people, logins, steps int
	mean, p50, p99        float64 // ns a login
	past                  float64 // ns a step to learn it
	engine, baseline      float64 // MiB at the end
}

// measure times the engine alone over one company.
func (o *options) measure(ctx context.Context) (*cost, error) {
	p := o.base
	p.Seed, p.Shape, p.Campaigns = o.seeds[0], o.shapes[0], 0
	w, err := build(ctx, p, filepath.Join(o.tmp, "footfall-paths-cost"))
	if err != nil {
		return nil, err
	}
	c := &cost{people: len(w.truth.People), logins: len(w.logins), steps: len(w.steps)}
	before := live()
	past := newPast(w)
	begun := time.Now()
	for i := range w.steps {
		past.Now(w.steps[i].Time)
		past.Observe(&w.steps[i], nil)
	}
	c.past = float64(time.Since(begun)) / float64(len(w.steps))
	c.baseline = live() - before
	runtime.KeepAlive(past)

	past = newPast(w)
	m := newMine(w, full, past)
	times := make([]float64, 0, len(w.logins))
	for i := range w.steps {
		s := &w.steps[i]
		past.Now(s.Time)
		if at := w.at[i]; at >= 0 {
			t := time.Now()
			m.observe(&w.logins[at], s, func(find) {})
			times = append(times, float64(time.Since(t)))
		}
		past.Observe(s, nil)
	}
	c.engine = live() - before - c.baseline
	runtime.KeepAlive(m)
	runtime.KeepAlive(past)
	c.mean = score.Mean(times)
	c.p50, c.p99 = score.Quantile(times, 0.5), score.Quantile(times, 0.99)
	return c, nil
}

// live is the memory in use, in MiB.
func live() float64 {
	runtime.GC()
	runtime.GC()
	var s runtime.MemStats
	runtime.ReadMemStats(&s)
	return float64(s.HeapAlloc) / (1 << 20)
}

func (c *cost) table() string {
	var b strings.Builder
	b.WriteString("| people | steps | logins | ns a login: mean | median | 99 % | ns a step for the baseline | MiB of the engine | of the baseline |\n|---|---|---|---|---|---|---|---|---|\n")
	fmt.Fprintf(&b, "| %d | %d | %d | %.0f | %.0f | %.0f | %.0f | %.1f | %.1f |\n", c.people, c.steps, c.logins, c.mean, c.p50, c.p99, c.past, c.engine, c.baseline)
	return b.String()
}
