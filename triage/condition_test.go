package triage

import (
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/playbooks"
)

// worlds calls f with every world of the values that a condition looks at:
// answers, facts and context yes, no and unknown, findings there or not, and
// counts up to four.
func worlds(c *condition, f func(world)) {
	states := []string{"yes", "no", "unknown"}
	total := 1
	for range c.atoms {
		total *= len(states)
	}
	total <<= len(c.asks)
	for range c.counts {
		total *= 5
	}
	for n := range total {
		rest := n
		take := func(of int) int { v := rest % of; rest /= of; return v }
		w := world{Answers: map[string]string{}, Facts: map[string]string{}, Context: map[string]string{}}
		groups := map[string]map[string]string{"answers": w.Answers, "facts": w.Facts, "context": w.Context}
		for _, a := range c.atoms {
			groups[a.group][a.name] = states[take(3)]
		}
		found := map[string]bool{}
		for _, ask := range c.asks {
			found[ask] = take(2) == 1
		}
		w.Findings.Any = func(s string) bool { return found[s] }
		for _, name := range c.counts {
			*map[string]*int{
				"hosts": &w.Counts.Hosts, "sources": &w.Counts.Sources, "accounts": &w.Counts.Accounts, "findings": &w.Counts.Findings,
				"against": &w.Counts.Against, "medium": &w.Counts.Medium, "high": &w.Counts.High,
			}[name] = take(5)
		}
		f(w)
	}
}

var (
	handValue = regexp.MustCompile(`^(answers|facts|context)(?:\.(\w+)|\["([\w-]+)"\]) == "(yes|no)"$`)
	handAsk   = regexp.MustCompile(`^findings\.any\("([\w.-]+)"\)$`)
	handCount = regexp.MustCompile(`^counts\.(\w+) (>=|==) (\d+)$`)
)

// byHand works a rule out as somebody would with paper: each part is yes, no
// or unknown; one no settles an and, one yes settles an or.
func byHand(t *testing.T, source string, w world) footfall.Verdict {
	t.Helper()
	out := footfall.No
	for _, or := range strings.Split(source, " || ") {
		all := footfall.Yes
		for _, and := range strings.Split(or, " && ") {
			switch v := partByHand(t, and, w); {
			case v == footfall.No || all == footfall.No:
				all = footfall.No
			case v == footfall.Unknown:
				all = footfall.Unknown
			}
		}
		switch {
		case all == footfall.Yes || out == footfall.Yes:
			out = footfall.Yes
		case all == footfall.Unknown:
			out = footfall.Unknown
		}
	}
	return out
}

func partByHand(t *testing.T, part string, w world) footfall.Verdict {
	t.Helper()
	is := func(b bool) footfall.Verdict {
		if b {
			return footfall.Yes
		}
		return footfall.No
	}
	if m := handValue.FindStringSubmatch(part); m != nil {
		have := map[string]map[string]string{"answers": w.Answers, "facts": w.Facts, "context": w.Context}[m[1]][m[2]+m[3]]
		if have == "unknown" {
			return footfall.Unknown
		}
		return is(have == m[4])
	}
	if m := handAsk.FindStringSubmatch(part); m != nil {
		return is(w.Findings.Any(m[1]))
	}
	m := handCount.FindStringSubmatch(part)
	if m == nil {
		t.Fatalf("%q is not worked out by hand", part)
	}
	have := map[string]int{
		"hosts": w.Counts.Hosts, "findings": w.Counts.Findings, "against": w.Counts.Against, "medium": w.Counts.Medium, "high": w.Counts.High,
	}[m[1]]
	n, err := strconv.Atoi(m[3])
	if err != nil {
		t.Fatal(err)
	}
	if m[2] == "==" {
		return is(have == n)
	}
	return is(have >= n)
}

// TestByHand works every rule of the shipped playbooks out by hand, in every
// world: the program must come to the same.
func TestByHand(t *testing.T) {
	books, err := Load(playbooks.Files())
	if err != nil {
		t.Fatal(err)
	}
	rules, tried := 0, 0
	for _, p := range books {
		for _, r := range p.Escalate {
			rules++
			worlds(r.If, func(w world) {
				tried++
				got, err := r.If.eval(w)
				if want := byHand(t, r.Source, w); err != nil || got != want {
					t.Errorf("%s.%s: %s: %v %v, by hand %v", p.ID, r.ID, r.Source, got, err, want)
				}
			})
		}
	}
	t.Logf("%d rules in %d worlds", rules, tried)
}

var someQuestions = []Question{{ID: "a"}, {ID: "b"}, {ID: "c"}}

// TestUnknown holds what a condition makes of unknown: it decides only where
// every answer would come to the same.
func TestUnknown(t *testing.T) {
	f := func(source, a, b string, want footfall.Verdict) {
		t.Helper()
		c, err := compile(source, someQuestions)
		if err != nil {
			t.Fatalf("%s: %v", source, err)
		}
		w := world{Answers: map[string]string{"a": a, "b": b}}
		w.Findings.Any = func(string) bool { return false }
		if got, err := c.eval(w); got != want || err != nil {
			t.Errorf("%s with %s and %s: got %v %v, want %v", source, a, b, got, err, want)
		}
	}
	f(`answers.a == "yes"`, "unknown", "", footfall.Unknown)
	f(`answers.a != "yes"`, "unknown", "", footfall.Unknown)
	f(`answers.a == "no"`, "unknown", "", footfall.Unknown)
	f(`answers.a == "yes" && answers.b == "yes"`, "no", "unknown", footfall.No)
	f(`answers.a == "yes" && answers.b == "yes"`, "yes", "unknown", footfall.Unknown)
	f(`answers.a == "yes" || answers.b == "yes"`, "yes", "unknown", footfall.Yes)
	f(`answers.a == "yes" || answers.b == "yes"`, "no", "unknown", footfall.Unknown)
	f(`answers.a == "yes" || answers.a == "no"`, "unknown", "", footfall.Yes)
	f(`answers.a == "yes" && answers.a == "no"`, "unknown", "", footfall.No)
	f(`not findings.any("T1110") && answers.a == "yes"`, "unknown", "", footfall.Unknown)
}

// FuzzCondition holds of any condition that compiles: no answer that becomes
// known turns yes into no or no into yes, and what some world comes to can be
// reached.
func FuzzCondition(f *testing.F) {
	for _, s := range []string{
		`answers.a == "yes" && facts["mfa"] != "no"`, `findings.any("T1110") || not findings.any("x")`,
		`counts.high >= 2 || counts.high == 1 && counts.medium >= 3`, `context.critical == "yes"`,
		`((((answers.a == "yes"))))`, `answers.a ?? "yes"`, `answers["a"] == "yes" ? 1 : 2`, `map(1..9999999, # * 2)`, `"a" matches "(a+)+$"`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, source string) {
		if len(source) > maxText {
			return
		}
		c, err := compile(source, someQuestions)
		if err != nil || len(c.atoms)+len(c.asks) > 5 || len(c.counts) > 2 {
			return
		}
		hold, fail := c.reach()
		worlds(c, func(w world) {
			v, err := c.eval(w)
			if err != nil {
				t.Fatalf("%s: %v", source, err)
			}
			for _, a := range c.atoms {
				group := map[string]map[string]string{"answers": w.Answers, "facts": w.Facts, "context": w.Context}[a.group]
				if v == footfall.Unknown || group[a.name] != "unknown" {
					continue
				}
				for _, known := range []string{"yes", "no"} {
					group[a.name] = known
					if now, err := c.eval(w); err != nil || now != v {
						t.Errorf("%s: %v becomes %v %v when %s is known to be %s", source, v, now, err, a.name, known)
					}
				}
				group[a.name] = "unknown"
			}
			possible := w.Counts.High <= w.Counts.Medium || len(c.counts) < 2
			if len(c.counts) == 0 && (v == footfall.Yes && !hold || v == footfall.No && !fail) && possible {
				t.Errorf("%s: %v is taken for out of reach", source, v)
			}
		})
	})
}

// TestReach holds what is told of rules that never or always match.
func TestReach(t *testing.T) {
	f := func(source string, hold, fail bool) {
		t.Helper()
		c, err := compile(source, someQuestions)
		if err != nil {
			t.Fatalf("%s: %v", source, err)
		}
		if h, no := c.reach(); h != hold || no != fail {
			t.Errorf("%s: can hold %v and fail %v, want %v and %v", source, h, no, hold, fail)
		}
	}
	f(`counts.hosts >= 2`, true, true)
	f(`counts.hosts >= 0`, true, false)
	f(`counts.high > counts.medium`, false, true)
	f(`counts.high >= 2 && counts.medium < 2`, false, true)
	f(`counts.hosts == 3 && counts.hosts == 4`, false, true)
	f(`findings.any("T1110") && not findings.any("T1110")`, false, true)
	f(`answers.a == "yes" && answers.a != "yes"`, false, true)
	f(`answers.a == "yes" || answers.a == "no"`, true, false)
}
