// Package triage makes cases of findings and facts: it joins what belongs
// together, weighs it, tells it in a sentence, answers the questions of the
// playbooks, decides on escalation, sets the tasks and proposes containment.
// Everything is recomputed from its input; it reads no clock and changes
// nothing outside.
package triage

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/footfall/footfall"
)

// Options are what Build judges findings by.
type Options struct {
	Playbooks []*Playbook
	Context   *footfall.Context // nil when nothing is declared
	Spans     []footfall.HostSpan
	First     int64 // event time of the first and last step of the run
	Last      int64
}

// Build returns the cases of findings, the worst first: by level, score, first
// time and id. The same findings in any order give the same cases; a finding
// that is given twice counts in its last form. What Build does not put into a
// case stands in findings only.
func Build(findings []*footfall.Finding, facts []*footfall.Fact, opt Options) []*footfall.Case {
	if opt.Context == nil {
		opt.Context = &footfall.Context{}
	}
	sorted := unique(findings)
	b := &builder{opt: opt, all: sorted, facts: byFinding(facts)}
	var cases []*footfall.Case
	for _, group := range join(sorted, b.facts, opt.Context) {
		cases = append(cases, b.build(group))
	}
	Order(cases)
	return cases
}

// Order puts cases in the order that Build gives them.
func Order(cases []*footfall.Case) {
	slices.SortFunc(cases, func(a, b *footfall.Case) int {
		return cmp.Or(cmp.Compare(b.Level, a.Level), cmp.Compare(b.Score, a.Score),
			cmp.Compare(a.First, b.First), strings.Compare(a.ID, b.ID))
	})
}

type builder struct {
	opt   Options
	all   []*footfall.Finding
	facts factIndex
	with  map[string]peers
	known struct { // the names of the case that is at work
		of    *footfall.Case
		names map[string]bool
	}
}

func (b *builder) build(joined set) *footfall.Case {
	group := joined.findings
	c := &footfall.Case{Findings: group}
	for _, f := range group {
		if c.ID == "" && f.Level >= footfall.LevelMedium {
			c.ID = f.ID
		}
		if c.First == 0 || f.First < c.First {
			c.First = f.First
		}
		c.Last = max(c.Last, f.Last)
	}
	c.Attack = techniques(group)
	c.Entities = entities(group)
	hops := slices.Clone(joined.hops)
	for _, f := range group {
		hops = append(hops, f.Path...)
	}
	c.Path = mergePath(hops)
	weigh(c)
	s := newScene(c, b.opt.Context)
	c.Facts = b.facts.of(c)
	books := choose(b.opt.Playbooks, c.Attack)
	for _, p := range books {
		c.Playbooks = append(c.Playbooks, p.ID)
		c.Questions = append(c.Questions, answer(p, c)...)
		c.Tasks = append(c.Tasks, tasks(p, c)...)
	}
	c.Title = s.title()
	c.Sentence = s.sentence()
	c.Decision = decide(books, c, s)
	c.Plan = b.plan(books, c, s)
	c.Health = health(c, s, b.opt)
	return c
}

// unique returns the findings by first time and id, each id once. Of equal ids
// the one that rests on the most events stays: it replaces the earlier ones.
func unique(findings []*footfall.Finding) []*footfall.Finding {
	out := slices.Clone(findings)
	slices.SortStableFunc(out, func(a, b *footfall.Finding) int {
		return cmp.Or(strings.Compare(a.ID, b.ID), cmp.Compare(b.Count, a.Count), cmp.Compare(b.Last, a.Last))
	})
	out = slices.CompactFunc(out, func(a, b *footfall.Finding) bool { return a.ID == b.ID })
	slices.SortStableFunc(out, func(a, b *footfall.Finding) int {
		return cmp.Or(cmp.Compare(a.First, b.First), strings.Compare(a.ID, b.ID))
	})
	return out
}

func techniques(group []*footfall.Finding) []string {
	var out []string
	for _, f := range group {
		if f.Level >= footfall.LevelMedium {
			out = append(out, f.Attack...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func entities(group []*footfall.Finding) []footfall.Entity {
	var out []footfall.Entity
	for _, f := range group {
		out = append(out, f.Entities...)
	}
	slices.SortFunc(out, func(a, b footfall.Entity) int {
		return cmp.Or(cmp.Compare(a.Role, b.Role), strings.Compare(a.Kind, b.Kind), strings.Compare(a.Name, b.Name))
	})
	return slices.Compact(out)
}

// sameLogon is how far apart the records of one logon may be: the server's,
// the client's and the domain controller's.
const sameLogon = int64(2 * time.Second)

// mergePath puts hops in the order of time. Of equal hops (ends, account,
// service, outcome) the first stays, unless their ids say that they are several
// logons; one logon that several records tell of, by host and by address or with
// and without its service, is one hop with the best of them.
func mergePath(hops []footfall.Hop) []footfall.Hop {
	all := slices.Clone(hops)
	slices.SortStableFunc(all, func(a, b footfall.Hop) int {
		return cmp.Or(cmp.Compare(a.Time, b.Time), strings.Compare(a.From, b.From), strings.Compare(a.To, b.To),
			strings.Compare(a.Account, b.Account), cmp.Compare(a.Service, b.Service), cmp.Compare(a.Outcome, b.Outcome),
			strings.Compare(b.Switch, a.Switch), compareRef(a.Ref, b.Ref))
	})
	type end struct {
		to, account string
		outcome     footfall.Outcome
	}
	type whole struct {
		end
		from    string
		service footfall.Service
	}
	last := map[end][]int{} // hops to an end, the newest last
	known := map[whole]int{}
	var out []footfall.Hop
	for _, h := range all {
		k := end{h.To, h.Account, h.Outcome}
		w := whole{k, h.From, h.Service}
		at, ok := known[w]
		if !ok || severalLogons(&out[at], h) {
			at, ok = recentHop(out, last[k], h)
		}
		if ok {
			merge(&out[at], h)
		} else {
			at = len(out)
			last[k] = append(last[k], at)
			out = append(out, h)
		}
		known[w] = at
	}
	return out
}

// recentHop finds the hop among list, the newest last, that h is another
// record of.
func recentHop(out []footfall.Hop, list []int, h footfall.Hop) (int, bool) {
	for k := len(list) - 1; k >= 0 && h.Time-out[list[k]].Time <= sameLogon; k-- {
		p := &out[list[k]]
		from := p.From == h.From || isAddress(p.From) != isAddress(h.From) || p.From == "" || h.From == ""
		if from && !severalLogons(p, h) && (p.Service == h.Service || vague(p.Service) || vague(h.Service)) {
			return list[k], true
		}
	}
	return 0, false
}

// severalLogons reports whether two hops between the same ends are two logons: those
// that others went on from are told apart by their ids.
func severalLogons(p *footfall.Hop, h footfall.Hop) bool {
	return h.ID != 0 && p.ID != h.ID && (p.ID != 0 || h.Time-p.Time > sameLogon)
}

// vague reports whether a record does not say which service was used.
func vague(s footfall.Service) bool {
	return s == footfall.ServiceUnknown || s == footfall.ServiceNetwork
}

// merge takes from another record of a hop what it says better.
func merge(into *footfall.Hop, h footfall.Hop) {
	if into.From == "" || isAddress(into.From) && !isAddress(h.From) && h.From != "" {
		into.From = h.From
	}
	if vague(into.Service) && !vague(h.Service) {
		into.Service = h.Service
	}
	if into.Switch == "" {
		into.Switch = h.Switch
	}
	if into.ID == 0 {
		into.ID = h.ID
	}
	if into.Of == 0 && !into.Shown {
		into.After, into.Sure, into.Shown, into.Of, into.Else = cmp.Or(h.After, into.After), h.Sure, h.Shown, h.Of, h.Else
	}
}

func compareRef(a, b footfall.Ref) int {
	return cmp.Or(cmp.Compare(a.Input, b.Input), cmp.Compare(a.Chunk, b.Chunk), cmp.Compare(a.Offset, b.Offset))
}

// choose returns the playbooks for a case's techniques: those whose own
// techniques fit, and only when none does, those that take them along.
func choose(books []*Playbook, attack []string) []*Playbook {
	fits := func(list func(*Playbook) []string) (out []*Playbook) {
		for _, p := range books {
			if slices.ContainsFunc(attack, func(t string) bool { return covers(list(p), t) }) {
				out = append(out, p)
			}
		}
		return out
	}
	if own := fits(func(p *Playbook) []string { return p.Attack }); own != nil {
		return own
	}
	return fits(func(p *Playbook) []string { return p.Also })
}
