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

	"github.com/footfall/footfall"
)

// Options are what Build judges findings by.
type Options struct {
	Playbooks []*Playbook
	Context   *footfall.Context // nil when nothing is declared
	Spans     []footfall.HostSpan
	First     int64 // event time of the first and last step of the run
	Last      int64
	Hops      []footfall.Hop           // who went where, each way at its first time; what a case's path lacks is taken from them
	Host      func(addr string) string // the host that an address was all the time, "" for none; nil knows none
	// Intel appends what lists of intelligence say of an address; nil when none were given.
	Intel func(dst []footfall.Listing, what string) []footfall.Listing
	Feeds []footfall.Feed // those lists
}

// Build returns the cases of findings, the worst first: by level, score, first
// time and id. The same findings in any order give the same cases; a finding
// that is given twice counts in its last form. What Build does not put into a
// case stands in findings only.
func Build(findings []*footfall.Finding, facts []*footfall.Fact, opt Options) []*footfall.Case {
	b := newBuilder(findings, facts, opt)
	var cases []*footfall.Case
	for _, group := range join(b.all, b.facts, &b.opt) {
		cases = append(cases, b.build(group))
	}
	Order(cases)
	Similar(cases, b.opt.Context)
	return cases
}

func newBuilder(findings []*footfall.Finding, facts []*footfall.Fact, opt Options) *builder {
	if opt.Context == nil {
		opt.Context = &footfall.Context{}
	}
	b := &builder{opt: opt, all: unique(findings), facts: byFinding(facts), ways: map[string][]footfall.Hop{}}
	for _, h := range opt.Hops {
		b.ways[h.To] = append(b.ways[h.To], h)
	}
	return b
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
	ways  map[string][]footfall.Hop // Options.Hops by where they lead
	known struct {                  // the names of the case that is at work
		of    *footfall.Case
		names map[string]bool
	}
}

func (b *builder) build(joined set) *footfall.Case {
	group := joined.findings
	c := &footfall.Case{Findings: group, Bonds: joined.bonds}
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
	facts := b.facts.of(c)
	c.Path = b.path(c, joined.hops, facts)
	weigh(c)
	s := newScene(c, b.opt.Context, b.opt.nameOf)
	c.Facts = slices.Concat(facts, b.declared(c, s))
	books := choose(b.opt.Playbooks, c, b.opt.Context)
	for _, p := range books {
		c.Playbooks = append(c.Playbooks, p.ID)
		c.Tasks = addTasks(c.Tasks, b.tasks(p, c, s))
	}
	c.Questions, c.Clocks = allAnswers(books, c), Clocks(books, c)
	c.Title = s.title()
	c.Sentence = s.sentence()
	c.Against = b.against(c, s)
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
