package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/graph"
	"github.com/footfall/footfall/history"
)

// after is how long after a campaign's last record it may still be told.
const after = 2 * 24 * time.Hour

// A rival is a scorer with the incidents that its scores make, in one way or in
// several.
type rival struct {
	scorer
	told []*telling
}

// A telling is one way to make incidents of scores.
type telling struct {
	name string
	*joiner
	ranked bool // nothing is told whatever the budget
}

// What rivals are called.
const (
	namePair   = "new account to destination"
	nameTriple = "new source, destination, account"
	nameEdges  = "EdgeBank"
	nameMidas  = "MIDAS-R"
	nameHopper = "Hopper"
	nameRanked = "Hopper, clear switches ranked too"
)

func newRivals(who *inventory) []*rival {
	one := func(s scorer, name string, sum bool) *rival {
		return &rival{s, []*telling{{name, newJoiner(sum), false}}}
	}
	return []*rival{
		one(newPair(), namePair, true), one(newTriple(), nameTriple, true), one(edgeBank(), nameEdges, true), one(newMidas(), nameMidas, false),
		{newHopper(who), []*telling{{nameHopper, newJoiner(false), false}, {nameRanked, newJoiner(false), true}}},
	}
}

// A field is all detectors side by side over one stream. The baseline learns
// each step after it was judged, as the line has it.
type field struct {
	w      *world
	past   *history.History
	mines  []*mine
	rivals []*rival
	ours   bool // the login at hand is of the campaign in question
	now    int64

	mineTold  func(*mine, find)
	rivalTold func(name string, i toldIncident)
}

// newField makes the detectors. Without any variants all of ours run.
func newField(w *world, list []variant) *field {
	f := &field{w: w, past: newPast(w)}
	for _, v := range list {
		f.mines = append(f.mines, newMine(w, v, f.past))
	}
	f.rivals = newRivals(&w.who)
	return f
}

func (f *field) fork() (*field, error) {
	c := &field{w: f.w}
	var err error
	if c.past, err = forkPast(f.w, f.past); err != nil {
		return nil, err
	}
	for _, m := range f.mines {
		k, err := m.fork(c.past)
		if err != nil {
			return nil, err
		}
		c.mines = append(c.mines, k)
	}
	for _, r := range f.rivals {
		k := &rival{scorer: r.fork()}
		for _, t := range r.told {
			k.told = append(k.told, &telling{t.name, t.joiner.fork(), t.ranked})
		}
		c.rivals = append(c.rivals, k)
	}
	return c, nil
}

// step gives a step to everybody.
func (f *field) step(i int) {
	w := f.w
	s := &w.steps[i]
	f.now = s.Time
	f.past.Now(s.Time)
	if at := w.at[i]; at >= 0 {
		l := &w.logins[at]
		for _, m := range f.mines {
			m.observe(l, s, func(x find) { f.mineTold(m, x) })
		}
		for _, r := range f.rivals {
			f.rival(r, l)
		}
	}
	f.past.Observe(s, nil)
}

func (f *field) rival(r *rival, l *graph.Login) {
	if !hops(l) {
		return
	}
	odd, sure := r.score(l)
	for _, t := range r.told {
		if t.pass(l.Time); odd > 0 {
			t.take(l, odd, sure && !t.ranked, f.ours, func(i toldIncident) { f.rivalTold(t.name, i) })
		}
	}
}

// row names what a detector does at a budget; "own" counts its channel without
// switches too.
func row(name string, budget int) string { return fmt.Sprintf("%s @%d", name, budget) }

func (m *mine) row() string    { return row(m.name, m.budget) }
func (m *mine) rowOwn() string { return row(m.name+" and own", m.budget) }

// A run is all that came out of one world.
type run struct {
	Code      string           `json:"code"` // fingerprint of what was measured
	Plan      plan             `json:"plan"`
	Stream    counts           `json:"stream"`
	Null      map[string][]int `json:"null"` // by row: cases on each day, without campaigns
	Campaigns []outcome        `json:"campaigns"`
	Benign    accuracy         `json:"benign"`  // whose hand the company's own logins were
	Hostile   accuracy         `json:"hostile"` // and those of campaigns
	Hosts     hostProbe        `json:"hosts"`
	Seconds   float64          `json:"seconds"`
}

type counts struct {
	People, Hosts, Steps, Logins int
}

// An outcome is how a campaign fared with each detector.
type outcome struct {
	ID       string            `json:"id"`
	Cell     map[string]string `json:"cell"`
	Scenario string            `json:"scenario,omitempty"`
	Realised bool              `json:"realised"`
	Reason   string            `json:"reason,omitempty"`
	Visible  bool              `json:"visible"` // some login of it is in the stream
	Switches bool              `json:"switches"`
	Hops     int               `json:"hops"`
	Hours    float64           `json:"hours"` // from the first hop to the last
	Found    map[string]hit    `json:"found"` // by row
}

// A hit is when a campaign was told, and in how many cases.
type hit struct {
	Hops    int     `json:"hops"` // that it had taken
	Minutes float64 `json:"minutes"`
	Hosts   int     `json:"hosts"` // that it had been to
	Cases   int     `json:"cases"`

	seen []sighting
}

// A sighting is a case that a campaign is in, and how far that was then.
type sighting struct {
	id   string
	most bool // half of its records are the campaign's
	hit
}

// play runs the company alone through everybody, and each campaign beside it:
// from a copy of the state at its first record to some days after its last.
func play(ctx context.Context, w *world, list []variant, say func(string, ...any)) (*run, error) {
	begun := time.Now()
	r := &run{Plan: w.plan, Null: map[string][]int{}, Stream: counts{len(w.truth.People), len(w.truth.Hosts), len(w.steps), len(w.logins)}}
	f := newField(w, list)
	f.counting(r)
	judge := newHandJudge(w)
	f.mines[0].hear = judge.hear
	starts := w.starts()
	for i := range w.steps {
		for _, c := range starts[int32(i)] {
			o, err := w.campaign(f, c, i, judge)
			if err != nil {
				return nil, err
			}
			r.Campaigns = append(r.Campaigns, o)
			if n := len(r.Campaigns); n%20 == 0 {
				say("%s: %d campaigns", w.plan, n)
			}
		}
		if w.of[i] < 0 {
			f.step(i)
		}
		if i%4096 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
	}
	for c, k := range w.truth.Campaigns {
		if !k.Realised || !w.seen(int32(c)) {
			r.Campaigns = append(r.Campaigns, w.blank(int32(c)))
		}
	}
	due(r, f)
	r.Benign = judge.sum(func(i int32) bool { return w.marks[i].campaign < 0 })
	r.Hostile = judge.hostile
	r.Hosts = probeHosts(w)
	r.Seconds = time.Since(begun).Seconds()
	return r, nil
}

// due leaves out the cases that are told without the campaign as well, and are
// mostly about something else.
func due(r *run, f *field) {
	for _, m := range f.mines {
		for i := range r.Campaigns {
			for _, name := range [...]string{m.row(), m.rowOwn()} {
				h, ok := r.Campaigns[i].Found[name]
				if !ok {
					continue
				}
				left := slices.DeleteFunc(h.seen, func(x sighting) bool { return m.told[x.id] != 0 && !x.most })
				if len(left) == 0 {
					delete(r.Campaigns[i].Found, name)
					continue
				}
				h = left[0].hit
				h.Cases = len(left)
				r.Campaigns[i].Found[name] = h
			}
		}
	}
}

// counting counts cases by day.
func (f *field) counting(r *run) {
	all := make([]string, 0, 2*len(f.mines)+nBudgets*len(f.rivals))
	for _, m := range f.mines {
		all = append(all, m.row(), m.rowOwn())
	}
	for _, x := range f.rivals {
		for _, t := range x.told {
			for _, k := range budgets {
				all = append(all, row(t.name, k))
			}
		}
	}
	for _, name := range all {
		r.Null[name] = make([]int, f.w.plan.Days)
	}
	first := dayOf(f.w.plan.start().UnixNano())
	day := func() int { return min(max(int(dayOf(f.now)-first), 0), f.w.plan.Days-1) }
	f.mineTold = func(m *mine, x find) {
		if !x.fresh {
			return
		}
		if !x.own {
			r.Null[m.row()][day()]++
		}
		r.Null[m.rowOwn()][day()]++
	}
	f.rivalTold = func(name string, i toldIncident) {
		if i.fresh {
			r.Null[row(name, budgets[i.budget])][day()]++
		}
	}
}

// starts are the campaigns by the step that each begins with.
func (w *world) starts() map[int32][]int32 {
	out := map[int32][]int32{}
	seen := map[int32]bool{}
	for i, c := range w.of {
		if c >= 0 && !seen[c] {
			if seen[c] = true; w.truth.Campaigns[c].Realised && w.seen(c) {
				out[int32(i)] = append(out[int32(i)], c)
			}
		}
	}
	return out
}

// seen reports whether the stream has an arrival of a campaign.
func (w *world) seen(c int32) bool {
	for i := range w.logins {
		if w.marks[i].campaign == c && w.logins[i].What == graph.Arrive {
			return true
		}
	}
	return false
}

func (w *world) blank(c int32) outcome {
	k := w.truth.Campaigns[c]
	o := outcome{
		ID: k.ID, Cell: k.Cell, Scenario: k.Scenario, Realised: k.Realised, Reason: k.Reason, Visible: w.seen(c),
		Switches: k.Switches(), Hops: len(k.Hops), Found: map[string]hit{},
	}
	if k.FirstHop != nil && k.LastHop != nil {
		o.Hours = k.LastHop.Sub(*k.FirstHop).Hours()
	}
	return o
}

// campaign plays one campaign beside the company.
func (w *world) campaign(main *field, c int32, from int, judge *handJudge) (outcome, error) {
	o := w.blank(c)
	f, err := main.fork()
	if err != nil {
		return o, err
	}
	refs := map[footfall.Ref]bool{}
	last := int64(0)
	for i := from; i < len(w.steps); i++ {
		if w.of[i] == c {
			refs[w.steps[i].Ref] = true
			last = w.steps[i].Time
		}
	}
	now := int64(0)
	cases := map[string]map[any]bool{}
	found := func(name string, which any, most bool) {
		h, ok := o.Found[name]
		if !ok {
			h = w.reached(c, now)
			cases[name] = map[any]bool{}
		}
		if id, isFinding := which.(string); isFinding && !cases[name][which] {
			h.seen = append(h.seen, sighting{id, most, w.reached(c, now)})
		}
		cases[name][which] = true
		h.Cases = len(cases[name])
		o.Found[name] = h
	}
	f.mineTold = func(m *mine, x find) {
		of, all := 0, 0
		for r := range x.refs {
			if all++; refs[r] {
				of++
			}
		}
		if of == 0 {
			return
		}
		if !x.own {
			found(m.row(), x.id, 2*of >= all)
		}
		found(m.rowOwn(), x.id, 2*of >= all)
	}
	f.rivalTold = func(name string, i toldIncident) {
		if i.due {
			found(row(name, budgets[i.budget]), i.of, true)
		}
	}
	own := judge.beside(c)
	f.mines[0].hear = own.hear
	for i := from; i < len(w.steps) && w.steps[i].Time <= last+int64(after); i++ {
		if w.of[i] != c && w.of[i] >= 0 {
			continue
		}
		now, f.ours = w.steps[i].Time, w.of[i] == c
		f.step(i)
	}
	a := own.sum(func(i int32) bool { return w.marks[i].campaign == c })
	judge.hostile.join(&a)
	return o, nil
}

// reached says how far a campaign has come at a time of the logs.
func (w *world) reached(c int32, now int64) hit {
	k := w.truth.Campaigns[c]
	var h hit
	hosts := map[string]bool{}
	for _, x := range k.Hops {
		// Clocks of hosts are off by up to some minutes: the first one counts in any case.
		if x.Time.UnixNano() <= now || h.Hops == 0 {
			h.Hops++
			hosts[x.To] = true
		}
	}
	h.Hosts = len(hosts)
	if k.FirstHop != nil {
		h.Minutes = max(0, float64(now-k.FirstHop.UnixNano())/float64(time.Minute))
	}
	return h
}
