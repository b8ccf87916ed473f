package triage

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/footfall/footfall"
)

// tasks returns what people do, with what the program has gathered for it.
func (b *builder) tasks(p *Playbook, c *footfall.Case, s *scene) []footfall.Task {
	var out []footfall.Task
	add := func(tier string, duties []Duty) {
		for _, d := range duties {
			t := footfall.Task{ID: p.ID + "." + d.ID, Tier: tier, Text: d.Text}
			t.State, t.Note = gathered(d.GatheredBy, c)
			if _, more := gathered(d.HelpedBy, c); more != "" {
				t.Note = strings.TrimSpace(t.Note + " " + more)
			}
			if t.State == "done" {
				t.Who, t.Until = "footfall", c.Last
			} else if slices.Contains(d.GatheredBy, "owner-confirmed") || slices.Contains(d.GatheredBy, "source-location") {
				t.To, t.Send = b.message(c, s, slices.Contains(d.GatheredBy, "source-location"))
			}
			out = append(out, t)
		}
	}
	add("L1", p.L1)
	add("T2", p.T2)
	return out
}

// gathered says whether facts of all kinds that are wanted say yes or no, and
// what they say, kind by kind: of each kind those that decide.
func gathered(want []string, c *footfall.Case) (state, note string) {
	var notes []string
	complete := len(want) > 0
	for _, k := range want {
		var about []*footfall.Fact
		for _, f := range c.Facts {
			if f.Kind == k {
				about = append(about, f)
			}
		}
		about = weighty(about, c)
		v := verdict(about, guilty(k))
		complete = complete && v != footfall.Unknown
		about = slices.DeleteFunc(about, func(f *footfall.Fact) bool { return f.Verdict != v })
		if t := tell(about); t != "" && !slices.Contains(notes, t) {
			notes = append(notes, t)
		}
	}
	if complete {
		return "done", strings.Join(notes, " ")
	}
	return "open", strings.Join(notes, " ")
}

// message is what to ask the owners of a case's accounts, and how they are
// reached; without a declared person it names the account alone.
func (b *builder) message(c *footfall.Case, s *scene, where bool) (to, text string) {
	who := s.entered
	if len(who) == 0 {
		who = s.accounts
	}
	if len(who) == 0 {
		return "", ""
	}
	var contacts []string
	person := ""
	zone := time.UTC
	for _, a := range who {
		contacts = note(contacts, b.opt.Context.Contacts[a])
		if person == "" {
			person = b.opt.Context.People[a]
			if z := b.opt.Context.PersonZone[a]; z != nil {
				zone = z
			}
		}
	}
	var m strings.Builder
	fmt.Fprintf(&m, "Hello %s,\n\n", cmp.Or(person, "owner of "+who[0]))
	fmt.Fprintf(&m, "our records show the account %s", list(who, 3))
	if len(s.sources) > 0 {
		m.WriteString(" coming from " + list(s.sources, 2))
	}
	if len(s.hosts) > 0 {
		m.WriteString(" to " + list(s.hosts, 4))
	}
	fmt.Fprintf(&m, " on %s.\n\n", time.Unix(0, c.First).In(zone).Format("Monday, 2 January 2006 at 15:04 MST"))
	m.WriteString("Was that you, or somebody who works for you? ")
	if where {
		m.WriteString("Where were you then, and did you use a VPN service or a mobile network of another country? ")
	}
	m.WriteString("Did you have to change your password lately, or did anything else seem odd to you?\n\n")
	m.WriteString("If it was not you, do not log on again, and call us at once. Please do not answer from the computer or the account in question.\n")
	return strings.Join(contacts, ", "), m.String()
}
