package triage

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/yaml"
)

// A Playbook says what to ask about a case of its techniques, when to escalate
// it, what people do and what to propose against it. Its parts are the columns
// of a playbook document.
type Playbook struct {
	File       string
	Version    int
	ID         string
	Name       string
	Attack     []string // techniques that it is for; T1021 stands for its sub-techniques too
	Also       []string // techniques that come with those: used when no playbook's Attack fits a case
	Tactic     []string
	LogSources []string
	Indicators []string
	Questions  []Question
	Escalate   []Rule
	L1, T2     []Duty
	Contain    []Measure
}

// A Question is answered from facts alone.
type Question struct {
	ID      string
	Ask     string // word for word
	Tier    string
	Facts   []string         // the kinds of facts that answer it
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
	If      *condition
}

// A Duty is a task for a person; it is done once facts of all its kinds say
// yes or no.
type Duty struct {
	ID         string
	Text       string // word for word
	GatheredBy []string
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
)

// Load reads playbooks, in the order of their names. An error names the file,
// the line and the key.
func Load(files map[string][]byte) ([]*Playbook, error) {
	names := make([]string, 0, len(files))
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	var out []*Playbook
	ids := map[string]string{}
	for _, name := range names {
		p, err := parse(name, files[name])
		if err != nil {
			return nil, err
		}
		if other, ok := ids[p.ID]; ok {
			return nil, fmt.Errorf("%s: id: %q is the id of %s", name, p.ID, other)
		}
		ids[p.ID] = name
		out = append(out, p)
	}
	return out, nil
}

func parse(file string, data []byte) (*Playbook, error) {
	if len(data) > maxPlaybook {
		return nil, fmt.Errorf("%s: %d bytes, more than the %d of a playbook", file, len(data), maxPlaybook)
	}
	docs, err := yaml.Documents(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	if len(docs) != 1 || len(docs[0].Content) != 1 {
		return nil, fmt.Errorf("%s: %d documents where one is expected", file, len(docs))
	}
	r := &reader{file: file}
	p := &Playbook{File: file}
	readPlaybook(r.section("", docs[0].Content[0]), p)
	if r.err != nil {
		return nil, r.err
	}
	return p, nil
}

func readPlaybook(s *section, p *Playbook) {
	p.Version = s.number("version")
	if p.Version != playbookVersion {
		s.fail("version", "%d is not the version that this program reads, %d", p.Version, playbookVersion)
	}
	p.ID, p.Name = s.ident("id"), s.text("name")
	p.Attack = s.list("attack", technique)
	p.Also = s.optional("also", technique)
	p.Tactic = s.list("tactic", nil)
	p.LogSources = s.list("log_sources", nil)
	p.Indicators = s.list("indicators", nil)
	s.each("questions", func(q *section) { p.Questions = append(p.Questions, readQuestion(q)) })
	s.each("escalate", func(q *section) { p.Escalate = append(p.Escalate, readRule(q, p)) })
	s.each("l1", func(q *section) { p.L1 = append(p.L1, readDuty(q)) })
	s.each("t2", func(q *section) { p.T2 = append(p.T2, readDuty(q)) })
	s.each("contain", func(q *section) { p.Contain = append(p.Contain, readMeasure(q)) })
	s.done()
}

func readQuestion(s *section) Question {
	q := Question{ID: s.ident("id"), Ask: s.text("ask"), Tier: s.among("tier", tiers)}
	q.Facts = s.list("facts", among(kinds))
	q.Abuse = footfall.No
	if s.among("yes_means", []string{"abuse", "innocent"}) == "abuse" {
		q.Abuse = footfall.Yes
	}
	q.Why, q.Unknown = s.text("why"), s.text("unknown")
	s.done()
	return q
}

func readRule(s *section, p *Playbook) Rule {
	r := Rule{ID: s.ident("id"), Because: s.text("because"), To: s.among("to", tiers)}
	level, err := footfall.ParseLevel(s.text("level"))
	if err != nil || level == footfall.LevelUnknown {
		s.fail("level", "%v", err)
	}
	r.Level = level
	source := s.text("if")
	s.done()
	if s.r.err != nil {
		return r
	}
	if r.If, err = compile(source, p.Questions); err != nil {
		s.fail("if", "%v", err)
	}
	return r
}

func readDuty(s *section) Duty {
	d := Duty{ID: s.ident("id"), Text: s.text("text"), GatheredBy: s.optional("gathered_by", among(kinds))}
	s.done()
	return d
}

func readMeasure(s *section) Measure {
	m := Measure{
		ID: s.ident("id"), Text: s.text("text"),
		Verb: s.among("verb", verbNames()), Target: s.among("target", targets),
	}
	if m.For = s.maybe("for"); m.For != "" {
		if d, err := time.ParseDuration(m.For); err != nil || d <= 0 {
			s.fail("for", "%q is not a time such as 4h", m.For)
		}
	}
	m.Undo, m.Approval = s.text("undo"), s.among("approval", tiers)
	m.References = s.list("references", nil)
	s.done()
	return m
}

func technique(s string) error {
	ok := len(s) == 5 || len(s) == 9 && s[5] == '.'
	for i := range len(s) {
		digit := s[i] >= '0' && s[i] <= '9'
		ok = ok && (i == 0 && s[i] == 'T' || i == 5 || i != 0 && digit)
	}
	if !ok {
		return fmt.Errorf("%q is not a technique such as T1021 or T1021.001", s)
	}
	return nil
}

func among(allowed []string) func(string) error {
	return func(s string) error {
		if !slices.Contains(allowed, s) {
			return fmt.Errorf("%q is not one of %q", s, allowed)
		}
		return nil
	}
}

// covers reports whether a technique is one of list or a sub-technique of one.
func covers(list []string, technique string) bool {
	return slices.ContainsFunc(list, func(t string) bool {
		return t == technique || strings.HasPrefix(technique, t+".")
	})
}
