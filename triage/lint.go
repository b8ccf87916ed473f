package triage

import (
	"fmt"
	"slices"
	"strings"

	"github.com/footfall/footfall/internal/yaml"
)

// CheckOptions are what Check compares playbooks with.
type CheckOptions struct {
	Beside map[string][]byte // the playbooks that come with the program: they may be extended, and their words stay
	Rules  func(string) bool // reports whether there is a rule or analytic of an id; nil knows none
}

// Check reads playbooks as Load does and tells everything that is wrong with
// them, also what Load lets pass: rules that always or never match, words of
// the program's own playbooks that were changed. A file whose id one of Beside
// has replaces that one.
func Check(files map[string][]byte, opt CheckOptions) ([]*Playbook, []Issue) {
	beside, err := Load(opt.Beside)
	if err != nil {
		return nil, []Issue{{File: "playbooks", Reason: err.Error()}}
	}
	drafts := read(files, beside)
	var books []*Playbook
	var issues []Issue
	for _, d := range drafts {
		if len(d.r.issues) == 0 {
			d.lint(opt)
		}
		for _, b := range beside {
			if b.ID == d.p.ID && b.Parent == nil {
				d.sameWords(b)
			}
		}
		if len(d.r.issues) == 0 {
			books = append(books, d.p)
		}
		slices.SortStableFunc(d.r.issues, func(a, b Issue) int { return a.Line - b.Line })
		issues = append(issues, d.r.issues...)
	}
	return books, issues
}

// personal are the facts that no log can give.
var personal = []string{"owner-confirmed"}

func (d *draft) lint(opt CheckOptions) {
	for i, q := range d.p.Questions {
		if !slices.ContainsFunc(q.Facts, func(k string) bool { return !slices.Contains(personal, k) }) {
			d.questions[i].fail("facts", "no log answers this: it is a task for a person")
		}
	}
	sources := map[string]string{}
	for _, p := range d.p.Chain() {
		for i, r := range p.Escalate {
			if p != d.p {
				sources[r.Source] = r.ID
				continue
			}
			d.lintRule(d.rules[i], r, opt)
			if other := sources[r.Source]; other != "" {
				d.rules[i].fail("if", "the rule %q has the same condition", other)
			}
			sources[r.Source] = r.ID
		}
	}
	d.lintTexts()
}

func (d *draft) lintRule(s *section, r Rule, opt CheckOptions) {
	for _, ask := range r.If.asks {
		if technique(ask) != nil && (opt.Rules == nil || !opt.Rules(ask)) {
			s.fail("if", "%q is neither a technique nor a rule or analytic of the program", ask)
		}
	}
	switch hold, fail := r.If.reach(); {
	case !hold:
		s.fail("if", "the rule can never match")
	case !fail:
		s.fail("if", "the rule matches every case")
	}
	if r.To == "T2" && !slices.ContainsFunc(d.p.Chain(), func(p *Playbook) bool { return len(p.T2) > 0 }) {
		s.fail("to", "there is nothing for T2 to do in the playbook")
	}
}

// lintTexts refuses a text that stands twice in a list of tasks.
func (d *draft) lintTexts() {
	for key, list := range map[string][]Duty{"l1": d.p.L1, "t2": d.p.T2} {
		seen := map[string]bool{}
		for i, t := range list {
			if seen[t.Text] {
				d.fail(key, i, "text", "the task is there twice")
			}
			seen[t.Text] = true
		}
	}
}

// fail tells of a key of the ith entry of a list.
func (d *draft) fail(list string, i int, key, format string, args ...any) {
	line, at := d.root.lines[list], list
	if n := d.root.keys[list]; n != nil && i < len(n.Content) {
		line, at = n.Content[i].Line, fmt.Sprintf("%s[%d]", list, i)
		for j := 0; key != "" && j+1 < len(n.Content[i].Content); j += 2 {
			if n.Content[i].Content[j].Value == key {
				line, at = n.Content[i].Content[j].Line, at+"."+key
			}
		}
	}
	d.r.fail(line, at, format, args...)
}

// sameWords holds that the columns of a playbook of the program say what they
// said: more may be added behind, nothing of it be changed or left out.
func (d *draft) sameWords(own *Playbook) {
	if d.root == nil {
		return
	}
	if got := d.p.Name; got != own.Name && got != "" {
		d.root.fail("name", "the playbook of this id is named %q", own.Name)
	}
	columns := []struct {
		list, key string
		want      []string
	}{
		{"tactic", "", own.Tactic},
		{"attack", "", own.Attack},
		{"log_sources", "", own.LogSources},
		{"indicators", "", own.Indicators},
		{"questions", "ask", texts(own.Questions, func(q Question) string { return q.Ask })},
		{"escalate", "because", texts(own.Escalate, func(r Rule) string { return r.Because })},
		{"l1", "text", texts(own.L1, func(t Duty) string { return t.Text })},
		{"t2", "text", texts(own.T2, func(t Duty) string { return t.Text })},
		{"contain", "text", texts(own.Contain, func(m Measure) string { return m.Text })},
	}
	for _, c := range columns {
		n := d.root.keys[c.list]
		if n == nil || n.Kind != yaml.Sequence {
			continue // told already
		}
		var have []string
		for _, e := range n.Content {
			have = append(have, strings.TrimSpace(valueOf(e, c.key)))
		}
		for i, want := range c.want {
			if !slices.Contains(have, want) {
				d.fail(c.list, i, c.key, "words of the playbook's document were changed or left out: %q", clip(want))
				break // what stands behind has only moved
			}
		}
	}
}

// valueOf returns a text, or of a mapping the value of a key.
func valueOf(n *yaml.Node, key string) string {
	if key == "" {
		return n.Value
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1].Value
		}
	}
	return ""
}

func texts[T any](list []T, of func(T) string) (out []string) {
	for _, x := range list {
		out = append(out, of(x))
	}
	return out
}
