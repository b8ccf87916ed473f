package triage

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/footfall/footfall"
)

// A Playbook says what to ask about a case of its techniques, when to escalate
// it, what people do and what to propose against it. Its parts are the columns
// of a playbook document. One that extends another holds what it adds to that.
type Playbook struct {
	File       string
	Version    int
	ID         string
	Name       string
	Modified   string    // the day of the last change: 2026-11-22
	Extends    string    // the id of the playbook that it adds to; "" for none
	Parent     *Playbook // that playbook; nil for none
	Attack     []string  // techniques that it is for; T1021 stands for its sub-techniques too
	Also       []string  // techniques that come with those: used when no playbook's Attack fits a case
	Services   []footfall.Service
	Entry      []footfall.Service // services by which somebody came in from outside
	Tactic     []string
	LogSources []string
	Indicators []string
	Questions  []Question
	Escalate   []Rule
	L1, T2     []Duty
	Contain    []Measure
	Clocks     map[footfall.Level][]footfall.Clock // by the case's level; ID and Within are set
}

// A Question is answered from facts alone.
type Question struct {
	ID      string
	Ask     string // word for word
	Tier    string
	Facts   []string         // the kinds of facts that answer it
	Negated bool             // it asks whether what the facts say is not so
	Takes   []string         // the evidence that an answer takes
	Abuse   footfall.Verdict // the answer that speaks for abuse
	Why     string           // why it matters
	Unknown string           // what to do when it cannot be answered
}

// A Rule is one reason to escalate.
type Rule struct {
	ID      string
	Because string
	To      string
	Level   footfall.Level
	Source  string // If as it is written
	If      *condition
}

// A Duty is a task for a person.
type Duty struct {
	ID         string
	Text       string   // word for word
	GatheredBy []string // it is done once facts of all these kinds say yes or no
	HelpedBy   []string // facts of these kinds are told with it
}

// A Measure is one kind of containment.
type Measure struct {
	ID         string
	Text       string // word for word
	Verb       string
	Target     string // account, source_address, source_host, destination_host, session, case
	For        string // how long it holds, as Go writes durations; "" for good
	Undo       string
	Approval   string
	References []string
}

const (
	playbookVersion = 1
	maxPlaybook     = 1 << 20 // bytes of a file
	maxItems        = 256     // entries of one list
	maxText         = 8 << 10 // bytes of one string
)

var (
	tiers   = []string{"L1", "T2", "T3"}
	targets = []string{"account", "source_address", "source_host", "destination_host", "session", "case"}
	// clockIDs are what has to be done about a case in time, in that order.
	clockIDs = []string{"acknowledge", "decide", "contain"}
)

// Chain returns the playbook that p adds to in the end, and so on down to p.
func (p *Playbook) Chain() (out []*Playbook) {
	for ; p != nil; p = p.Parent {
		out = append(out, p)
	}
	slices.Reverse(out)
	return out
}

// known returns the questions of p and of what it adds to, for the conditions of p.
func (p *Playbook) known() (out []Question) {
	for _, q := range p.Chain() {
		out = append(out, q.Questions...)
	}
	return out
}

// turn makes an answer of what facts say, or the other way round.
func (q *Question) turn(v footfall.Verdict) footfall.Verdict {
	switch {
	case !q.Negated || v == footfall.Unknown:
		return v
	case v == footfall.Yes:
		return footfall.No
	}
	return footfall.Yes
}

// Clocks returns how soon a case has to be acknowledged, decided and
// contained: of its playbooks the shortest time of each.
func Clocks(books []*Playbook, c *footfall.Case) (out []footfall.Clock) {
	for _, id := range clockIDs {
		var within time.Duration
		for _, p := range books {
			if !slices.Contains(c.Playbooks, p.ID) {
				continue
			}
			for _, k := range p.Clocks[c.Level] {
				if k.ID == id && (within == 0 || k.Within < within) {
					within = k.Within
				}
			}
		}
		if within > 0 {
			out = append(out, footfall.Clock{ID: id, Within: within})
		}
	}
	return out
}

// covers reports whether a technique is one of list or a sub-technique of one.
func covers(list []string, technique string) bool {
	return slices.ContainsFunc(list, func(t string) bool {
		return t == technique || strings.HasPrefix(technique, t+".")
	})
}

// choose returns the playbooks for a case: those whose own techniques fit it,
// and only when none does, those that take them along; and behind all of them
// the ones that add to them and fit more closely.
func choose(books []*Playbook, c *footfall.Case, ctx *footfall.Context) []*Playbook {
	fits := func(list func(*Playbook) []string) (out []*Playbook) {
		for _, p := range books {
			if p.Parent == nil && slices.ContainsFunc(c.Attack, func(t string) bool { return covers(list(p), t) }) {
				out = append(out, p)
			}
		}
		return out
	}
	bases := fits(func(p *Playbook) []string { return p.Attack })
	if bases == nil {
		bases = fits(func(p *Playbook) []string { return p.Also })
	}
	out := slices.Clone(bases)
	for _, b := range bases {
		out = append(out, closer(books, b, c, ctx)...)
	}
	return out
}

// closer returns what adds to p and fits the case, and what adds to that.
func closer(books []*Playbook, p *Playbook, c *footfall.Case, ctx *footfall.Context) (out []*Playbook) {
	for _, v := range books {
		if v.Parent == p && v.fits(c, ctx) {
			out = append(append(out, v), closer(books, v, c, ctx)...)
		}
	}
	return out
}

// fits reports whether what narrows a playbook is in the case: a technique
// that the one it adds to names only in general, or a service of the path.
func (p *Playbook) fits(c *footfall.Case, ctx *footfall.Context) bool {
	for _, t := range p.narrower() {
		if slices.ContainsFunc(c.Attack, func(a string) bool { return covers([]string{t}, a) }) {
			return true
		}
	}
	return slices.ContainsFunc(c.Path, func(h footfall.Hop) bool {
		return slices.Contains(p.Services, h.Service) || slices.Contains(p.Entry, h.Service) && external(h.From, ctx)
	})
}

// narrower returns the techniques of p that its parent does not name itself.
func (p *Playbook) narrower() (out []string) {
	for _, t := range p.Attack {
		if !slices.Contains(p.Parent.Attack, t) {
			out = append(out, t)
		}
	}
	return out
}

// allAnswers returns the answers to the questions of a case's playbooks. What
// one of them asks already, by the same facts, the next one does not.
func allAnswers(books []*Playbook, c *footfall.Case) (out []footfall.Answer) {
	asked := map[string]bool{}
	for _, p := range books {
		for i, a := range answer(p, c) {
			key := fmt.Sprint(p.Questions[i].turn(p.Questions[i].Abuse), slices.Sorted(slices.Values(p.Questions[i].Facts)))
			if p.Parent != nil && asked[key] {
				continue
			}
			asked[key] = true
			out = append(out, a)
		}
	}
	return out
}

// addTasks adds tasks, but for those that are there in the same words.
func addTasks(have, more []footfall.Task) []footfall.Task {
	for _, t := range more {
		if !slices.ContainsFunc(have, func(h footfall.Task) bool { return h.Text == t.Text && h.Tier == t.Tier }) {
			have = append(have, t)
		}
	}
	return have
}

// answers returns what p and the playbooks that it adds to ask of a case, by
// the question's own id.
func (p *Playbook) answers(c *footfall.Case) map[string]footfall.Answer {
	out := map[string]footfall.Answer{}
	for _, b := range p.Chain() {
		for i, a := range answer(b, c) {
			out[b.Questions[i].ID] = a
		}
	}
	return out
}

// spell writes a time without the parts that are 0: 4h, 30m.
func spell(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}
