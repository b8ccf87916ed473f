package triage

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/footfall/footfall"
)

// bonds says of each finding of a group why it is in the case: what it shares
// with the finding nearest before it, or when there is none, after it.
func (j *joiner) bonds(group []int) []footfall.Bond {
	before, after := j.ties(group), []link(nil)
	out := make([]footfall.Bond, len(group))
	for n, i := range group {
		t := before[n]
		if n > 0 && t.text == "" {
			if after == nil {
				back := slices.Clone(group)
				slices.Reverse(back)
				after = j.ties(back)
				slices.Reverse(after)
			}
			t = after[n]
		}
		out[n] = footfall.Bond{Finding: j.findings[i].ID, Because: t.text}
		switch {
		case t.text != "":
		case n == 0:
			out[n].Because = "the case begins with it"
		default:
			out[n].Because = j.loosely(i, group)
		}
	}
	return out
}

// A link is what binds a finding to another one; a lower rank says more.
type link struct {
	rank  int
	apart int64
	text  string
}

// ties goes through a group in the order given and ties each finding to one
// that came before it there.
func (j *joiner) ties(group []int) []link {
	keys, came, left := map[string]int{}, map[string]int{}, map[string]int{}
	out := make([]link, len(group))
	for n, i := range group {
		best := link{rank: 9}
		try := func(rank, k int, before, behind string) {
			d := j.apart(i, k)
			if rank < best.rank || rank == best.rank && d < best.apart {
				best = link{rank, d, before + titled(j.findings[k]) + behind + ", " + distance(d)}
			}
		}
		for _, key := range j.parts[i].keys {
			if k, ok := keys[key]; ok {
				rank, what := sharing(key)
				if host := j.common(i, k); host != "" && rank == 1 {
					what += " on the same host " + host
				}
				try(rank, k, what+" as in ", "")
			}
			if k, ok := keys[counterpart(key)]; ok {
				_, name, _ := strings.Cut(key, "\x00")
				try(3, k, "the account "+name+" acts in the one and is acted upon in the other, as in ", "")
			}
		}
		for _, h := range j.parts[i].leaves {
			if k, ok := came[h]; ok {
				try(4, k, "it came from "+h+", where ", " happened")
			}
		}
		for _, h := range j.parts[i].arrivals {
			if k, ok := left[h]; ok {
				try(4, k, "it reached "+h+", from which ", " came")
			}
			if k, ok := came[h]; ok {
				try(5, k, "the same host "+h+" as in ", "")
			}
		}
		out[n] = best
		note := func(m map[string]int, names []string) {
			for _, s := range names {
				m[s] = i
			}
		}
		note(keys, j.parts[i].keys)
		note(came, j.parts[i].arrivals)
		note(left, j.parts[i].leaves)
	}
	return out
}

// sharing says what a key is, and how much it says.
func sharing(key string) (rank int, what string) {
	kind, name, _ := strings.Cut(key, "\x00")
	name, place, _ := strings.Cut(name, "\x00")
	switch kind {
	case "session":
		return 0, "the same session " + name
	case "account":
		return 1, "the same account " + name
	case "account at":
		return 1, "the same account " + name + " on " + place
	case "account from":
		return 1, "the same account " + name + " from " + place
	case "pair":
		return 2, "the same way from " + name + " to " + place
	case "doing":
		return 2, "the same thing done from " + name
	}
	return 3, "the same account " + name + ", which is acted upon,"
}

// common is a host on which two findings happened; "" for none.
func (j *joiner) common(i, k int) string {
	for _, h := range j.parts[i].arrivals {
		if slices.Contains(j.parts[k].arrivals, h) {
			return h
		}
	}
	return ""
}

// loosely names what joins a finding that shares no name with the others: hops
// that a fact tells of, or one hand's path.
func (j *joiner) loosely(i int, group []int) string {
	for _, k := range group {
		if j.parts[k].class == walk && k != i {
			return "it is about a hop of the path in " + titled(j.findings[k])
		}
	}
	for _, k := range group {
		if len(j.hops[k]) > 0 {
			return "logons that followed " + titled(j.findings[k]) + " lead to it"
		}
	}
	return "it is near the others in time and place"
}

func titled(f *footfall.Finding) string { return `"` + ruleTitle(f) + `"` }

// distance says how far apart two findings are.
func distance(d int64) string {
	switch t := time.Duration(d); {
	case d == 0:
		return "at the same time"
	case t < time.Minute:
		return "within a minute"
	case t < 2*time.Hour:
		return fmt.Sprintf("%d min apart", (t+time.Minute-1)/time.Minute)
	case t < 48*time.Hour:
		return fmt.Sprintf("%d h apart", (t+time.Hour-1)/time.Hour)
	default:
		return fmt.Sprintf("%d days apart", (t+24*time.Hour-1)/(24*time.Hour))
	}
}
