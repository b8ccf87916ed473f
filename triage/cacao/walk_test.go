package cacao_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/footfall/footfall/triage"
	"github.com/footfall/footfall/triage/cacao"
)

// An engine goes through a playbook as one that knows nothing of us would:
// conditions branch off and come back, ends end a branch.
type engine struct {
	t     *testing.T
	p     cacao.Playbook
	says  func(variable string) string
	names []string // of the actions that were carried out
}

func (e *engine) run(at string) {
	for steps := 0; ; steps++ {
		s, ok := e.p.Workflow[at]
		if !ok || steps > 1000 {
			e.t.Fatalf("%q is no step, or there is no end", at)
		}
		switch s.Type {
		case "end":
			return
		case "action":
			e.names = append(e.names, s.Name)
		case "if-condition":
			variable, want, _ := strings.Cut(s.Condition, ":value = ")
			if e.says(variable) == want {
				e.run(s.OnTrue)
			} else {
				e.run(s.OnFalse)
			}
		}
		at = s.OnCompletion
	}
}

func walk(t *testing.T, p *triage.Playbook, says func(string) string) []string {
	t.Helper()
	e := &engine{t: t, says: says}
	if err := json.Unmarshal(exported(t, p), &e.p); err != nil {
		t.Fatal(err)
	}
	e.run(e.p.Start)
	return e.names
}

// TestWalk goes through each export: nothing is done that was not approved,
// confirmed and escalated, and all that was is done, in the order of the plan.
func TestWalk(t *testing.T) {
	for _, p := range shipped(t) {
		var asked, verbs []string
		for _, b := range p.Chain() {
			for _, q := range b.Questions {
				asked = append(asked, q.Ask)
			}
			for _, m := range b.Contain {
				verbs = append(verbs, strings.ReplaceAll(m.Verb, "_", " "))
			}
		}
		is := func(yes ...string) func(string) string {
			return func(v string) string {
				if slices.ContainsFunc(yes, func(y string) bool { return strings.HasPrefix(v, y) }) {
					return "true"
				}
				return "false"
			}
		}
		done := func(names []string) (out []string) {
			for _, n := range names {
				if slices.Contains(verbs, n) {
					out = append(out, n)
				}
			}
			return out
		}
		quiet := walk(t, p, is())
		if !slices.Equal(quiet[:len(asked)], asked) || quiet[len(quiet)-1] != "Decide on escalation" {
			t.Errorf("%s: without a reason to escalate: %q", p.ID, quiet)
		}
		for _, yes := range [][]string{{"__escalate__"}, {"__escalate__", "__confirmed__"}, {"__confirmed__", "__approved_"}} {
			if got := done(walk(t, p, is(yes...))); got != nil {
				t.Errorf("%s: with %q alone it does %q", p.ID, yes, got)
			}
		}
		all := done(walk(t, p, is("__")))
		if len(all) != len(verbs) {
			t.Errorf("%s: it does %d of %d measures", p.ID, len(all), len(verbs))
		}
		if !slices.IsSortedFunc(all, func(a, b string) int {
			return triage.Place(strings.ReplaceAll(a, " ", "_")) - triage.Place(strings.ReplaceAll(b, " ", "_"))
		}) {
			t.Errorf("%s: the measures are in another order: %q", p.ID, all)
		}
	}
}
