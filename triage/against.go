package triage

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/footfall/footfall"
)

// innocence says which answer of a kind of fact speaks against abuse, and how
// much it says: what the owner does every day says more than that nothing bad
// was seen.
var innocence = map[string]struct {
	verdict footfall.Verdict
	says    float64
}{
	"tickets":          {footfall.Yes, 0.95},
	"source-usual":     {footfall.Yes, 0.9},
	"source-seen":      {footfall.Yes, 0.7},
	"source-location":  {footfall.Yes, 0.6},
	"new-destinations": {footfall.No, 0.8},
	"hour-usual":       {footfall.Yes, 0.4},
	"mfa":              {footfall.Yes, 0.7},
	"failures-before":  {footfall.No, 0.3},
	"movement-after":   {footfall.No, 0.5},
	"privileges-after": {footfall.No, 0.4},
	"transfer-after":   {footfall.No, 0.4},
	"alerts-around":    {footfall.No, 0.4},
	"account-changes":  {footfall.No, 0.2},
	"source-known-bad": {footfall.No, 0.2},
}

// least is how much a reason must say to be one.
const least = 0.25

// A plea is one reason against abuse.
type plea struct {
	text string
	says float64
}

// against returns what speaks against abuse, the strongest first: what is
// declared, and what facts about the heaviest findings say, where all of a
// kind agree.
func (b *builder) against(c *footfall.Case, s *scene) []string {
	pleas := b.excused(c, s)
	for _, kind := range kinds {
		in, ok := innocence[kind]
		if !ok {
			continue
		}
		var about []*footfall.Fact
		for _, f := range c.Facts {
			if f.Kind == kind {
				about = append(about, f)
			}
		}
		about = weighty(about, c)
		if len(about) == 0 || verdict(about, guilty(kind)) != in.verdict {
			continue
		}
		says := in.says * sure(about, false)
		if t := tell(about); t != "" && says >= least && (!s.nowhere || in.verdict == footfall.Yes) {
			pleas = append(pleas, plea{t, says})
		}
	}
	if s.nowhere {
		pleas = append(pleas, plea{"Every try failed: nobody is seen to have got in.", 0.85})
	}
	slices.SortStableFunc(pleas, func(a, b plea) int { return cmp.Compare(b.says, a.says) })
	var out []string
	for _, p := range pleas {
		out = note(out, p.text)
	}
	return out
}

// guilty is the answer of a kind of fact that speaks for abuse.
func guilty(kind string) footfall.Verdict {
	if in, ok := innocence[kind]; ok && in.verdict == footfall.Yes {
		return footfall.No
	}
	return footfall.Yes
}

// excused is what the context file declares of a case's accounts, sources and
// hosts that would explain it.
func (b *builder) excused(c *footfall.Case, s *scene) (out []plea) {
	ctx := b.opt.Context
	add := func(says float64, format string, args ...any) {
		out = append(out, plea{fmt.Sprintf(format, args...), says})
	}
	for _, a := range s.accounts {
		for _, role := range ctx.Roles[a] {
			switch role {
			case "on-call", "admin", "administrator":
				add(0.5, "%s has the role %s: work on many hosts and at odd hours is a part of it.", a, role)
			}
		}
		if ctx.Services[a] {
			add(0.4, "%s is declared as a program's account: a job looks like this too.", a)
		}
		if t := ctx.Away(a, c.First); t != nil {
			add(0.75, "%s announced a journey to %s at that time.", a, t.Country)
		}
	}
	for _, from := range s.allFrom {
		switch {
		case ctx.Deployers[from]:
			add(0.8, "%s is declared to administer many hosts by trade.", from)
		case ctx.Scanners[from]:
			add(0.8, "%s is declared to scan by trade.", from)
		case ctx.Bastions[from]:
			add(0.4, "%s is declared as a host through which others are reached.", from)
		case isAddress(from) && trusted(from, ctx):
			add(0.6, "%s is declared as a trusted source.", from)
		}
	}
	return out
}
