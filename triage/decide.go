package triage

import (
	"fmt"
	"slices"
	"strings"

	"github.com/footfall/footfall"
)

const (
	matched    = "matched"
	notMatched = "not_matched"
	unknown    = "unknown"
)

var urgencies = map[footfall.Level]string{
	footfall.LevelCritical: "at once", footfall.LevelHigh: "within the hour", footfall.LevelMedium: "today",
}

// decide evaluates every escalation rule; each leaves a ground, also the ones
// that did not match and the ones that could not be evaluated.
func decide(books []*Playbook, c *footfall.Case, s *scene) footfall.Decision {
	var d footfall.Decision
	var urgent footfall.Level
	for _, p := range books {
		said := p.answers(c)
		w := s.world(said)
		for _, r := range p.Escalate {
			g := footfall.Ground{ID: p.ID + "." + r.ID, Because: r.Because, If: r.Source, To: r.To, Level: r.Level}
			g.State, g.Text = r.If.ground(w, said, c)
			if g.State == matched {
				d.Escalate = true
				d.To = max(d.To, r.To)
				urgent = max(urgent, r.Level)
			}
			d.Reasons = append(d.Reasons, g)
		}
	}
	if s.nowhere {
		urgent = min(urgent, footfall.LevelMedium) // nobody got in: it is no emergency
	}
	if d.Escalate {
		d.Urgency = urgency(urgent)
	}
	return d
}

func urgency(l footfall.Level) string {
	if u := urgencies[l]; u != "" {
		return u
	}
	return "this week"
}

// words are what the numbers of a world count.
var words = map[string]string{
	"hosts": "host", "sources": "source", "accounts": "account", "findings": "finding", "high": "reason at high or above", "medium": "reason at medium or above",
	"against": "reason against abuse",
}

func (c *condition) ground(w world, said map[string]footfall.Answer, of *footfall.Case) (state, text string) {
	v, err := c.eval(w)
	if err != nil {
		return unknown, "the rule could not be evaluated: " + err.Error()
	}
	state = map[footfall.Verdict]string{footfall.Yes: matched, footfall.No: notMatched}[v]
	if state == "" {
		state = unknown
	}
	var parts []string
	for _, a := range c.deciding(w, v) {
		parts = append(parts, a.tell(w, said, of))
	}
	for _, ask := range c.asks {
		parts = append(parts, tellFindings(ask, of))
	}
	for _, n := range []struct {
		name string
		n    int
	}{{"hosts", w.Counts.Hosts}, {"sources", w.Counts.Sources}, {"accounts", w.Counts.Accounts}, {"findings", w.Counts.Findings}, {"high", w.Counts.High}, {"medium", w.Counts.Medium}, {"against", w.Counts.Against}} {
		if strings.Contains(c.source, "counts."+n.name) {
			parts = append(parts, count(n.n, words[n.name]))
		}
	}
	return state, strings.Join(parts, "; ")
}

// deciding returns the values that a ground rests on: those that are as the
// condition wants them when it holds, those that are not when it does not, and
// those that are unknown when they leave it open.
func (c *condition) deciding(w world, v footfall.Verdict) (out []atom) {
	groups := map[string]map[string]string{"answers": w.Answers, "facts": w.Facts, "context": w.Context}
	for _, a := range c.atoms {
		have := groups[a.group][a.name]
		state := footfall.No
		switch {
		case have != "yes" && have != "no":
			state = footfall.Unknown
		case slices.Contains(c.wants[a], have):
			state = footfall.Yes
		}
		if state == v || state != footfall.Unknown && len(c.wants[a]) > 1 {
			out = append(out, a)
		}
	}
	return out
}

func (a atom) tell(w world, said map[string]footfall.Answer, of *footfall.Case) string {
	switch a.group {
	case "answers":
		q := said[a.name]
		if q.Verdict == footfall.Unknown {
			return fmt.Sprintf("the question %q is open", strings.ReplaceAll(a.name, "_", " "))
		}
		first, _, _ := strings.Cut(q.Text, ". ")
		return strings.TrimSuffix(first, ".")
	case "facts":
		var about []*footfall.Fact
		for _, f := range of.Facts {
			if f.Kind == a.name && f.Verdict.String() == w.Facts[a.name] {
				about = append(about, f)
			}
		}
		if t := tell(about); t != "" {
			return strings.TrimSuffix(t, ".")
		}
		return "it takes " + needs(a.name) + ", which is not there"
	}
	switch v := w.Context[a.name]; {
	case a.name == "critical" && v == "yes":
		return "a critical host is among the destinations"
	case a.name == "critical" && v == "no":
		return "no declared critical host is among the destinations"
	case a.name == "critical":
		return "no critical hosts are declared in the context file"
	case v == "yes":
		return "every source is declared trusted"
	case v == "no":
		return "not every source is declared trusted"
	}
	return "no trusted sources are declared in the context file"
}

func tellFindings(ask string, of *footfall.Case) string {
	var titles []string
	for _, f := range of.Findings {
		if asked(f, ask) && !slices.Contains(titles, ruleTitle(f)) {
			titles = append(titles, ruleTitle(f))
		}
	}
	if titles == nil {
		return "no finding of " + ask
	}
	return fmt.Sprintf("%s of %s: %s", count(len(titles), "reason"), ask, strings.Join(titles, ", "))
}

// asked reports whether a finding is of a technique or of a rule.
func asked(f *footfall.Finding, ask string) bool {
	return f.Level >= footfall.LevelLow &&
		(ruleID(f) == ask || slices.ContainsFunc(f.Attack, func(t string) bool { return covers([]string{ask}, t) }))
}
