package engine

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/rules"
)

// A detection is a rule or an analytic that serves rows of the catalogue.
type detection struct {
	rule  *footfall.Rule
	logic string // in words
	kind  string
}

// detections are those of each row, analytics first.
func detections(t *testing.T) map[string][]detection {
	t.Helper()
	out := map[string][]detection{}
	for i := range Analytics {
		a := &Analytics[i]
		for j := range a.Rules {
			for _, row := range a.Rules[j].Rows {
				out[row] = append(out[row], detection{&a.Rules[j], a.Doc, "analytic"})
			}
		}
	}
	for _, r := range builtinRules(t) {
		kind := "Sigma rule"
		if r.Correlation != nil {
			kind = "Sigma correlation"
		}
		for _, row := range r.Meta.Rows {
			out[row] = append(out[row], detection{&r.Meta, r.Meta.Description, kind})
		}
	}
	for _, list := range out {
		slices.SortStableFunc(list, func(a, b detection) int {
			return strings.Compare(a.kind+a.rule.Title, b.kind+b.rule.Title)
		})
	}
	return out
}

// TestCatalogue holds that every row is served, that no detection names a row
// that is not there, and that its techniques fit.
func TestCatalogue(t *testing.T) {
	by := detections(t)
	known := map[string]bool{}
	for _, r := range rules.Catalogue() {
		known[r[0]] = true
		if len(by[r[0]]) == 0 {
			t.Errorf("%s (%s): no rule and no analytic serves it", r[0], r[2])
		}
		if r[1] == "" || r[2] == "" || r[3] == "" {
			t.Errorf("%s lacks techniques, a title or sources", r[0])
		}
	}
	for row, list := range by {
		if !known[row] {
			t.Errorf("%s names the row %s, which the catalogue does not have", list[0].rule.ID, row)
		}
	}
	if len(known) != 62 {
		t.Errorf("the catalogue has %d rows, want 50 and the 12 of the mission", len(known))
	}
}

// catalogue writes the rows for docs/detections.md.
func catalogue(t *testing.T, b *bytes.Buffer) {
	by, results := detections(t), readResults(t)
	b.WriteString("\n## The catalogue\n\nEach row is served by the rules and analytics below it; levels are those of a finding\nwithout a history that says otherwise. Results are scenarios of the evaluation data with\na finding at medium or above: attacks, benign recordings, samples of formats.\n")
	for _, r := range rules.Catalogue() {
		fmt.Fprintf(b, "\n### %s: %s\n\n%s. Sources: %s.", r[0], r[2], strings.ReplaceAll(r[1], " ", ", "), r[3])
		if r[4] != "" {
			fmt.Fprintf(b, " Looks at %s.", r[4])
		}
		b.WriteString("\n\n")
		for _, d := range by[r[0]] {
			res := results[d.rule.ID]
			if res == nil {
				res = &[3]int{}
			}
			fmt.Fprintf(b, "- %s `%s` %s (%s); results %d, %d, %d", d.kind, d.rule.ID, cell(d.rule.Title), d.rule.Level, res[0], res[1], res[2])
			if d.kind != "analytic" {
				fmt.Fprintf(b, ". %s", cell(strings.Join(strings.Fields(d.logic), " ")))
				if len(d.rule.Innocent) > 0 {
					fmt.Fprintf(b, " Harmless: %s", cell(strings.Join(strings.Fields(strings.Join(d.rule.Innocent, "; ")), " ")))
				}
			}
			b.WriteString("\n")
		}
	}
}
