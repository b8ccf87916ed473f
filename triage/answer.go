package triage

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/footfall/footfall"
)

type factIndex struct {
	byFinding map[string][]*footfall.Fact
	free      []*footfall.Fact // of no finding
}

func byFinding(facts []*footfall.Fact) factIndex {
	x := factIndex{byFinding: map[string][]*footfall.Fact{}}
	for _, f := range facts {
		if f.Finding == "" {
			x.free = append(x.free, f)
			continue
		}
		x.byFinding[f.Finding] = append(x.byFinding[f.Finding], f)
	}
	return x
}

// around is how long before and after a case a fact of no finding may be.
const around = int64(24 * 3600e9)

// of returns the facts of a case: those asked for one of its findings, and
// those of its time that name its entities alone.
func (x factIndex) of(c *footfall.Case) []*footfall.Fact {
	var out []*footfall.Fact
	for _, f := range c.Findings {
		out = append(out, newest(x.byFinding[f.ID])...)
	}
	known := map[string]bool{}
	for _, e := range c.Entities {
		known[e.Kind+"\x00"+e.Name] = true
	}
	for _, f := range x.free {
		if len(f.Entities) == 0 || f.Time < c.First-around || f.Time > c.Last+around {
			continue
		}
		if !slices.ContainsFunc(f.Entities, func(e footfall.Entity) bool { return !known[e.Kind+"\x00"+e.Name] }) {
			out = append(out, f)
		}
	}
	slices.SortStableFunc(out, func(a, b *footfall.Fact) int {
		return cmp.Or(cmp.Compare(a.Time, b.Time), strings.Compare(a.Kind, b.Kind),
			strings.Compare(a.Finding, b.Finding), strings.Compare(a.Text, b.Text), cmp.Compare(a.Verdict, b.Verdict))
	})
	return slices.CompactFunc(out, func(a, b *footfall.Fact) bool {
		return a.Kind == b.Kind && a.Time == b.Time && a.Text == b.Text && a.Verdict == b.Verdict && a.Finding == b.Finding
	})
}

// newest keeps the facts of each kind that were told last: when a finding was
// given again because more came to light, what was asked then replaces what
// was asked before.
func newest(facts []*footfall.Fact) []*footfall.Fact {
	last := map[string]int64{}
	for _, f := range facts {
		last[f.Kind] = max(last[f.Kind], f.Time)
	}
	return slices.DeleteFunc(slices.Clone(facts), func(f *footfall.Fact) bool { return f.Time < last[f.Kind] })
}

func answer(p *Playbook, c *footfall.Case) []footfall.Answer {
	var out []footfall.Answer
	for _, q := range p.Questions {
		a := footfall.Answer{ID: p.ID + "." + q.ID, Ask: q.Ask, Tier: q.Tier, Why: q.Why, Takes: q.Takes, Unknown: q.Unknown}
		var about []*footfall.Fact
		for _, f := range c.Facts {
			if slices.Contains(q.Facts, f.Kind) {
				about = append(about, f)
			}
		}
		about = weighty(about, c)
		told := verdict(about, q.turn(q.Abuse))
		a.Verdict = q.turn(told)
		a.Abuse = a.Verdict == q.Abuse
		deciding := slices.DeleteFunc(about, func(f *footfall.Fact) bool { return f.Verdict != told })
		a.Text = tell(deciding)
		if a.Verdict == footfall.Unknown {
			a.Text = missing(q.Facts, deciding)
		}
		a.Sure, a.Span = sure(deciding, a.Abuse), history(deciding)
		a.Evidence = evidence(deciding)
		out = append(out, a)
	}
	return out
}

// sure is how sure facts of one verdict are together: of those that speak for
// abuse one is enough, and the others must all agree.
func sure(facts []*footfall.Fact, abuse bool) float64 {
	out := 0.0
	for i, f := range facts {
		switch {
		case f.Verdict == footfall.Unknown:
		case i == 0 || abuse && f.Sure > out || !abuse && f.Sure < out:
			out = f.Sure
		}
	}
	return out
}

// history is the time that facts rest on, all together.
func history(facts []*footfall.Fact) (out footfall.Span) {
	for _, f := range facts {
		if out.From == 0 || f.Span.From != 0 && f.Span.From < out.From {
			out.From = f.Span.From
		}
		out.Until, out.Days = max(out.Until, f.Span.Until), max(out.Days, f.Span.Days)
	}
	return out
}

// weighty leaves out what is known about findings below medium when something
// is known about those above: ordinary work around an intrusion must not speak
// for it or against it. What is known about the heaviest findings comes first.
func weighty(facts []*footfall.Fact, c *footfall.Case) []*footfall.Fact {
	weight := map[string]float64{}
	for _, f := range c.Findings {
		weight[f.ID] = float64(f.Level)*100 + tenth(f.Weight)
	}
	heavy := func(f *footfall.Fact) bool { return weight[f.Finding] >= float64(footfall.LevelMedium)*100-20 }
	out := slices.Clone(facts)
	if slices.ContainsFunc(facts, heavy) {
		out = slices.DeleteFunc(out, func(f *footfall.Fact) bool { return !heavy(f) })
	}
	slices.SortStableFunc(out, func(a, b *footfall.Fact) int { return cmp.Compare(weight[b.Finding], weight[a.Finding]) })
	return out
}

// verdict joins facts: what speaks for abuse wins, then what is unknown, so
// that one quiet corner never covers up another.
func verdict(facts []*footfall.Fact, abuse footfall.Verdict) footfall.Verdict {
	if len(facts) == 0 {
		return footfall.Unknown
	}
	out := footfall.Yes
	if abuse == footfall.Yes {
		out = footfall.No
	}
	for _, f := range facts {
		switch f.Verdict {
		case abuse:
			return abuse
		case footfall.Unknown:
			out = footfall.Unknown
		}
	}
	return out
}

// tell repeats the first fact's text, which is that of the heaviest finding,
// and says how many other ones there are.
func tell(facts []*footfall.Fact) string {
	var texts []string
	for _, f := range facts {
		if t := sentenceOf(f.Text); t != "" && !slices.Contains(texts, t) {
			texts = append(texts, t)
		}
	}
	if len(texts) < 2 {
		return strings.Join(texts, "")
	}
	return fmt.Sprintf("%s (and %d more alike).", strings.TrimSuffix(texts[0], "."), len(texts)-1)
}

func sentenceOf(s string) string {
	s = strings.TrimSpace(s)
	if s == "" || strings.HasSuffix(s, ".") {
		return s
	}
	return s + "."
}

func missing(kinds []string, facts []*footfall.Fact) string {
	if t := tell(facts); t != "" {
		return t
	}
	var want []string
	for _, k := range kinds {
		want = append(want, needs(k))
	}
	return "The evidence that was read does not tell; it takes " + strings.Join(want, ", or ") + "."
}

func evidence(facts []*footfall.Fact) []footfall.Ref {
	var out []footfall.Ref
	for _, f := range facts {
		for _, r := range f.Evidence {
			if !slices.Contains(out, r) && len(out) < footfall.MaxEvidence {
				out = append(out, r)
			}
		}
	}
	return out
}
