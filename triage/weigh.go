package triage

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/footfall/footfall"
)

// agreeing is how many different reasons at medium or above raise a case's
// level by one step.
const agreeing = 3

// weigh sets the score, how it comes about, and the level. Weights are
// log-odds, so they add up; what rests on the same records or on the same rule
// is no second witness and counts once, with its greatest weight. They are
// rounded to a tenth before they are added, so that the shown sum is the sum.
func weigh(c *footfall.Case) {
	witnesses := independent(c.Findings)
	nowhere := gotNowhere(c.Findings)
	if nowhere {
		witnesses = onceGuessed(witnesses)
	}
	sum := 0.0
	var parts []string
	agree, guessed := 0, 0
	for _, f := range witnesses {
		w := tenth(f.Weight)
		sum += w
		parts = append(parts, fmt.Sprintf("%+.1f %s", w, ruleTitle(f)))
		switch {
		case f.Level < footfall.LevelMedium:
		case failedGuess(f):
			guessed = 1 // many ways to see that a door is tried are one reason
		default:
			agree++
		}
	}
	if nowhere && sum > 0 {
		sum -= gotNoOne
		parts = append(parts, fmt.Sprintf("%+.1f none of the guesses got in", -gotNoOne))
	}
	sum = tenth(sum)
	c.Score = probability(sum)
	var b strings.Builder
	if parts == nil {
		parts = append(parts, "no finding carries a weight")
	}
	fmt.Fprintf(&b, "%s: sum %+.1f log-odds, 100/(1+e^-(%.1f)) = %d of 100", strings.Join(parts, ", "), sum, sum, c.Score)
	if n := len(c.Findings) - len(witnesses); n > 0 {
		fmt.Fprintf(&b, "; %s more not added, of the same rules or records", count(n, "finding"))
		if nowhere {
			b.WriteString(" (failed guessing counts once)")
		}
	}
	for _, f := range c.Findings {
		c.Level = max(c.Level, f.Level)
	}
	agree += guessed
	if agree >= agreeing && c.Level < footfall.LevelCritical {
		c.Level++
		fmt.Fprintf(&b, "; level raised to %s because %d different reasons at medium or above agree", c.Level, agree)
	}
	c.ScoreText = b.String()
}

// gotNoOne is taken from the weight of guessing that got nowhere: it is abuse,
// but what an open port sees every day.
const gotNoOne = 2.0

// gotNowhere reports whether findings are failed guesses and what else was seen
// of them.
func gotNowhere(findings []*footfall.Finding) bool {
	return onlyTried(findings) && slices.ContainsFunc(findings, func(f *footfall.Finding) bool {
		return f.Level >= footfall.LevelMedium && failedGuess(f)
	})
}

// onlyTried reports whether findings are of attempts alone that all failed.
func onlyTried(findings []*footfall.Finding) bool {
	return !slices.ContainsFunc(findings, func(f *footfall.Finding) bool {
		return f.Level >= footfall.LevelMedium && !f.Failed && !failedGuess(f)
	})
}

// onceGuessed keeps the weightiest of failed guesses: that many look at the
// same door in many ways is no further witness.
func onceGuessed(witnesses []*footfall.Finding) (out []*footfall.Finding) {
	guessed := false
	for _, f := range witnesses {
		if failedGuess(f) {
			if guessed {
				continue
			}
			guessed = true
		}
		out = append(out, f)
	}
	return out
}

// probability turns log-odds into 0 to 100.
func probability(logOdds float64) int {
	if math.IsNaN(logOdds) {
		return 0
	}
	return int(math.Round(100 / (1 + math.Exp(-logOdds))))
}

func tenth(w float64) float64 {
	if math.IsNaN(w) || math.IsInf(w, 0) {
		return 0
	}
	return math.Round(max(-20, min(20, w))*10) / 10
}

// independent returns the findings that count, the weightiest first: one of
// each rule, and none all of whose records others before it rest on.
func independent(findings []*footfall.Finding) []*footfall.Finding {
	sorted := slices.Clone(findings)
	slices.SortStableFunc(sorted, func(a, b *footfall.Finding) int {
		return cmp.Or(cmp.Compare(tenth(b.Weight), tenth(a.Weight)), cmp.Compare(b.Level, a.Level))
	})
	var out []*footfall.Finding
	rules, records := map[string]bool{}, map[footfall.Ref]bool{}
	for _, f := range sorted {
		fresh := len(f.Evidence) == 0
		for _, r := range f.Evidence {
			fresh = fresh || !records[r]
		}
		if !fresh || rules[ruleID(f)] || tenth(f.Weight) == 0 {
			continue
		}
		rules[ruleID(f)] = true
		for _, r := range f.Evidence {
			records[r] = true
		}
		out = append(out, f)
	}
	return out
}

func ruleID(f *footfall.Finding) string {
	if f.Rule == nil {
		return f.ID
	}
	return f.Rule.ID
}

func ruleTitle(f *footfall.Finding) string {
	if f.Rule != nil && f.Rule.Title != "" {
		return f.Rule.Title
	}
	return f.Title
}

// count spells a number with its word.
func count(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	if first, rest, ok := strings.Cut(word, " "); ok && first == "reason" {
		return fmt.Sprintf("%d %ss %s", n, first, rest)
	}
	if strings.HasSuffix(word, "ss") {
		return fmt.Sprintf("%d %ses", n, word)
	}
	return fmt.Sprintf("%d %ss", n, word)
}
