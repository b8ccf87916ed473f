package triage_test

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/triage"
)

// TestScoreRecomputed recomputes each score from what is shown: the sum of the
// listed weights, and the probability of the sum.
func TestScoreRecomputed(t *testing.T) {
	weight := regexp.MustCompile(`(?:^|, )([+-]\d+\.\d) `)
	for _, c := range triage.Build(crowd(3000), nil, triage.Options{}) {
		listed, rest, ok := strings.Cut(c.ScoreText, ": sum ")
		if !ok {
			t.Fatalf("no sum in %q", c.ScoreText)
		}
		sum := 0.0
		for _, m := range weight.FindAllStringSubmatch(listed, -1) {
			w, err := strconv.ParseFloat(m[1], 64)
			if err != nil {
				t.Fatal(err)
			}
			sum += w
		}
		if want := fmt.Sprintf("%+.1f ", sum); !strings.HasPrefix(rest, want) {
			t.Errorf("%q: the listed weights sum up to %s", c.ScoreText, want)
		}
		if want := int(math.Round(100 / (1 + math.Exp(-sum)))); c.Score != want {
			t.Errorf("%q: score %d, want %d", c.ScoreText, c.Score, want)
		}
	}
}

// TestLevel holds that three different reasons on different records raise the
// level by one step, and that one rule, one record or mere guessing do not.
func TestLevel(t *testing.T) {
	finding := func(n int, rule string, record int64, attack string) *footfall.Finding {
		f := &footfall.Finding{
			ID: fmt.Sprint(n), Rule: &footfall.Rule{ID: rule, Title: rule}, Level: footfall.LevelMedium, Weight: 1, First: int64(n + 1), Last: int64(n + 1),
			Sessions: []string{"h|0x77"}, Evidence: []footfall.Ref{{Offset: record}}, Attack: []string{attack},
			Entities: []footfall.Entity{{Role: footfall.RoleDestination, Kind: "host", Name: "h"}},
		}
		if attack != "T1110" {
			f.Entities = append(f.Entities, footfall.Entity{Role: footfall.RoleActor, Kind: "account", Name: `d\bo`})
		}
		return f
	}
	f := func(want footfall.Level, list ...*footfall.Finding) {
		t.Helper()
		cases := triage.Build(list, nil, triage.Options{})
		if len(cases) != 1 {
			t.Fatalf("%d cases", len(cases))
		}
		if cases[0].Level != want {
			t.Errorf("%v, want %v: %s", cases[0].Level, want, cases[0].ScoreText)
		}
	}
	const move = "T1021.002"
	f(footfall.LevelMedium, finding(1, "a", 1, move), finding(2, "b", 2, move))
	f(footfall.LevelHigh, finding(1, "a", 1, move), finding(2, "b", 2, move), finding(3, "c", 3, move))
	f(footfall.LevelMedium, finding(1, "a", 1, move), finding(2, "a", 2, move), finding(3, "a", 3, move))
	f(footfall.LevelMedium, finding(1, "a", 1, move), finding(2, "b", 1, move), finding(3, "c", 1, move))
	f(footfall.LevelMedium, finding(1, "a", 1, "T1110"), finding(2, "b", 2, "T1110"), finding(3, "c", 3, "T1110"))
}

// TestNothing holds that findings below medium make no case.
func TestNothing(t *testing.T) {
	f := &footfall.Finding{ID: "1", Level: footfall.LevelLow, First: 1, Last: 1, Sessions: []string{"h|1"}}
	if cases := triage.Build([]*footfall.Finding{f}, nil, triage.Options{}); len(cases) != 0 {
		t.Errorf("%d cases", len(cases))
	}
}
