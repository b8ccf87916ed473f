package triage

import (
	"fmt"
	"strings"
	"testing"

	"github.com/footfall/footfall"
)

func likeCase(id, account, source string, rules ...string) *footfall.Case {
	c := &footfall.Case{ID: id, Entities: []footfall.Entity{
		{Role: footfall.RoleSource, Kind: "address", Name: source}, {Role: footfall.RoleActor, Kind: "account", Name: account},
	}}
	for _, r := range rules {
		c.Findings = append(c.Findings, &footfall.Finding{Level: footfall.LevelMedium, Rule: &footfall.Rule{ID: r}})
	}
	return c
}

func TestSimilar(t *testing.T) {
	a := likeCase("a", "mara", "203.0.113.7", "guess", "share")
	b := likeCase("b", "mara", "203.0.113.9", "guess")
	c := likeCase("c", "jonas", "203.0.113.7", "share", "guess")
	d := likeCase("d", "root", "10.0.0.7", "spray")
	e := likeCase("e", "root", "10.0.0.8", "other")
	Similar([]*footfall.Case{a, b, c, d, e}, nil)
	f := func(c *footfall.Case, want ...string) {
		t.Helper()
		var got []string
		for _, s := range c.Similar {
			got = append(got, s.Case+": "+s.Because)
		}
		if strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("%s: got %q, want %q", c.ID, got, want)
		}
	}
	f(a, "b: same account mara; same network 203.0.113.0/24", "c: same source 203.0.113.7; same 2 rules")
	f(b, "a: same account mara; same network 203.0.113.0/24", "c: same network 203.0.113.0/24")
	b.Facts = []*footfall.Fact{{Kind: "source-location", Text: `203.0.113.9 is in Utopia, in the network of "Example" (AS64500).`}}
	e.Facts = b.Facts
	Similar([]*footfall.Case{a, b, c, d, e}, nil)
	f(e, "b: same autonomous system AS64500")
	e.Facts, b.Facts = nil, nil
	Similar([]*footfall.Case{a, b, c, d, e}, nil)
	f(d) // an inner network and an account that every machine has say nothing
	f(e)
}

// What very many share says nothing of two of them, and nobody reads more than
// twenty.
func TestSimilarBounds(t *testing.T) {
	var many []*footfall.Case
	for i := range 300 {
		many = append(many, likeCase(fmt.Sprint(i), fmt.Sprintf("user%d", i/40), fmt.Sprintf("10.0.0.%d", i%200), "guess"))
	}
	Similar(many, nil)
	for _, c := range many {
		if len(c.Similar) > maxSimilar {
			t.Fatalf("%d likenesses", len(c.Similar))
		}
		for _, s := range c.Similar {
			if strings.Contains(s.Because, "rule") {
				t.Fatalf("%s: %s", s.Case, s.Because)
			}
		}
	}
}

// Every finding of a case says why it is there.
func TestBonds(t *testing.T) {
	at := func(id string, minute int64, role footfall.Role, account, from, to, session string) *footfall.Finding {
		f := &footfall.Finding{
			ID: id, Rule: &footfall.Rule{ID: id, Title: "Rule " + id}, Level: footfall.LevelMedium, First: minute * 60e9, Last: minute * 60e9,
			Entities: []footfall.Entity{{Role: role, Kind: "account", Name: account}, {Role: footfall.RoleSource, Kind: "host", Name: from}, {Role: footfall.RoleDestination, Kind: "host", Name: to}},
		}
		if session != "" {
			f.Sessions = []string{session}
		}
		return f
	}
	list := []*footfall.Finding{
		at("1", 1, footfall.RoleActor, "mara", "ws1", "web1", "web1|7"),
		at("2", 5, footfall.RoleActor, "root", "ws1", "web1", "web1|7"),
		at("3", 20, footfall.RoleActor, "mara", "ws1", "web1", ""),
		at("4", 40, footfall.RoleActor, "jonas", "web1", "db1", ""),
	}
	cases := Build(list, nil, Options{})
	if len(cases) != 1 {
		t.Fatalf("%d cases", len(cases))
	}
	want := []string{
		"the case begins with it",
		`the same session web1|7 as in "Rule 1", 4 min apart`,
		`the same account mara on the same host web1 as in "Rule 1", 19 min apart`,
		`it came from web1, where "Rule 3" happened, 20 min apart`,
	}
	for i, b := range cases[0].Bonds {
		if b.Finding != list[i].ID || b.Because != want[i] {
			t.Errorf("%s: got %s, want %s", b.Finding, b.Because, want[i])
		}
	}
}
