package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"slices"
	"strings"

	"github.com/footfall/footfall/emulate/score"
	"github.com/footfall/footfall/graph"
)

// A page is what is said of all that was measured.
type page struct {
	o      *options
	runs   []*run // the sweeps' among them
	probes *probes
	cost   *cost
}

// A table is one part of the page, between markers of its name.
type table struct{ name, text string }

// names of the detectors, in the order of tables.
var (
	rivalNames = []string{namePair, nameTriple, nameEdges, nameMidas, nameHopper, nameRanked}
	allNames   = append(slices.Clone(rivalNames), full.name, full.name+" and own")
)

// budgetOf is what a row may have a day.
func budgetOf(name string, k int) int {
	if strings.HasSuffix(name, " and own") {
		return k + ownBudget
	}
	return k
}

func (p *page) main() []*run {
	var out []*run
	for _, r := range p.runs {
		if r != nil && r.Plan.Set == "" {
			out = append(out, r)
		}
	}
	return out
}

// tables are all there are.
func (p *page) tables() []table {
	s := newSample(p.main())
	out := []table{
		{"worlds", worldsTable(s)},
		{"load", loadTable(s)},
		{"found", foundTable(s, "all campaigns", anyOf)},
		{"found-switch", foundTable(s, "campaigns with a switch", withSwitch)},
		{"found-own", foundTable(s, "campaigns without a switch", switchFree)},
		{"gain", gainTable(s)},
		{"parts", partsTable(s)},
		{"cells", cellsTable(s)},
		{"late", lateTable(s)},
		{"hands", handsTable(s)},
	}
	if p.probes != nil {
		out = append(out, table{"checks", p.probes.table(s)})
	}
	if p.cost != nil {
		out = append(out, table{"cost", p.cost.table()})
	}
	if p.o.sweep {
		out = append(out, table{"sweeps", p.sweepTable()})
	}
	return out
}

func (p *page) print(w io.Writer) {
	for _, t := range p.tables() {
		fmt.Fprintf(w, "\n## %s\n\n%s", t.name, t.text)
	}
}

// rewrite puts the tables between their markers in a page.
func (p *page) rewrite(path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	for _, t := range p.tables() {
		begin, end := "<!-- measured: "+t.name+" -->\n", "<!-- end -->"
		i := bytes.Index(text, []byte(begin))
		if i < 0 {
			return fmt.Errorf("%s has no marker for %s", path, t.name)
		}
		i += len(begin)
		k := bytes.Index(text[i:], []byte(end))
		if k < 0 {
			return fmt.Errorf("%s: the marker for %s has no end", path, t.name)
		}
		text = slices.Concat(text[:i], []byte("\n"+t.text+"\n"), text[i+k:])
	}
	return os.WriteFile(path, text, 0o644)
}

// verdict is the error of what fails the program.
func (p *page) verdict() error {
	s := newSample(p.main())
	var bad []error
	for _, k := range budgets {
		for _, name := range []string{full.name, full.name + " and own"} {
			if n := budgetOf(name, k); s.load(row(name, k), n).over(n) {
				bad = append(bad, fmt.Errorf("%s tells more than %d cases a day where nobody attacks", name, n))
			}
		}
	}
	if p.probes != nil {
		bad = append(bad, p.probes.bad(s)...)
	}
	return errors.Join(bad...)
}

func percent(v float64) string {
	if math.IsNaN(v) {
		return "none"
	}
	return fmt.Sprintf("%.1f", 100*v)
}

func (e estimate) percent() string {
	if math.IsNaN(e.at) {
		return "none"
	}
	return fmt.Sprintf("%.1f (%.1f to %.1f)", 100*e.at, 100*e.low, 100*e.high)
}

func shareText(s score.Share) string {
	if s.Of == 0 {
		return "none"
	}
	low, high := s.Wilson()
	return fmt.Sprintf("%d of %d, %.0f %% (%.0f to %.0f)", s.Part, s.Of, 100*s.Rate(), 100*low, 100*high)
}

func plainShare(s score.Share) string {
	if s.Of == 0 {
		return "none"
	}
	return fmt.Sprintf("%.1f %% of %d", 100*s.Rate(), s.Of)
}

func worldsTable(s *sample) string {
	var b strings.Builder
	var seeds []string
	for _, r := range s.runs {
		if n := fmt.Sprint(r.Plan.Seed); !slices.Contains(seeds, n) {
			seeds = append(seeds, n)
		}
	}
	if len(s.runs) > 0 {
		p := s.runs[0].Plan
		fmt.Fprintf(&b, "Seeds %s; %d people and %d days each, %d of them to learn from; code %s.\n\n", strings.Join(seeds, ", "), p.People, p.Days, p.Quiet, s.runs[0].Code)
	}
	b.WriteString("| shape | companies | people | hosts | days judged | logins | campaigns asked for | realised | in the logs | with a switch | hops, median | hours from first to last hop, median |\n|---|---|---|---|---|---|---|---|---|---|---|---|\n")
	shapes := map[string][]*run{}
	for _, r := range s.runs {
		shapes[r.Plan.Shape] = append(shapes[r.Plan.Shape], r)
	}
	for _, shape := range slices.Sorted(maps.Keys(shapes)) {
		var people, hosts, days, logins, asked, done, seen, switched int
		var hops, hours []float64
		for _, r := range shapes[shape] {
			people, hosts, logins = people+r.Stream.People, hosts+r.Stream.Hosts, logins+r.Stream.Logins
			days += r.Plan.Days - r.Plan.Quiet
			for i := range r.Campaigns {
				c := &r.Campaigns[i]
				if asked++; !c.Realised {
					continue
				}
				done++
				hops, hours = append(hops, float64(c.Hops)), append(hours, c.Hours)
				if c.Visible {
					seen++
				}
				if c.Switches {
					switched++
				}
			}
		}
		fmt.Fprintf(&b, "| %s | %d | %d | %d | %d | %d | %d | %d | %d | %d | %.0f | %.1f |\n", shape, len(shapes[shape]), people, hosts, days, logins, asked, done, seen, switched, score.Quantile(hops, 0.5), score.Quantile(hours, 0.5))
	}
	return b.String()
}

func loadTable(s *sample) string {
	var b strings.Builder
	b.WriteString("| detector | budget | cases a day, mean | 95 % of days at most | most | days within the budget | days above twice | first week, mean |\n|---|---|---|---|---|---|---|---|\n")
	for _, name := range allNames {
		for _, k := range budgets {
			if k != full.budget && !strings.HasPrefix(name, full.name) {
				continue
			}
			n := budgetOf(name, k)
			l := s.load(row(name, k), n)
			fmt.Fprintf(&b, "| %s | %d | %.2f (%.2f to %.2f) | %.0f | %.0f | %s %% | %s %% | %.1f |\n", name, n, l.mean.at, l.mean.low, l.mean.high, l.p95, l.max, percent(l.within), percent(l.double), l.first7)
		}
	}
	return b.String()
}

// foundText is a detection rate, or why none is said.
func foundText(s *sample, name string, k int, f filter) string {
	n := budgetOf(name, k)
	if l := s.load(row(name, k), n); l.over(n) {
		return fmt.Sprintf("over budget: %.1f a day", l.mean.at)
	}
	return s.rate(row(name, k), f).percent()
}

func foundTable(s *sample, what string, f filter) string {
	var b strings.Builder
	n := 0
	for _, g := range s.groups {
		for i := range g {
			if f(&g[i]) {
				n++
			}
		}
	}
	fmt.Fprintf(&b, "| %% of %d %s |", n, what)
	for _, k := range budgets {
		fmt.Fprintf(&b, " %d a day |", k)
	}
	b.WriteString("\n|---|" + strings.Repeat("---|", nBudgets) + "\n")
	for _, name := range allNames {
		label := name
		if budgetOf(name, 0) > 0 {
			label = fmt.Sprintf("%s, %d more a day", name, ownBudget)
		}
		fmt.Fprintf(&b, "| %s |", label)
		for _, k := range budgets {
			fmt.Fprintf(&b, " %s |", foundText(s, name, k, f))
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func gainTable(s *sample) string {
	var b strings.Builder
	b.WriteString("| ours, 5 a day, less | all campaigns | with a switch | without |\n|---|---|---|---|\n")
	for _, name := range rivalNames {
		for _, k := range []int{5, 9} {
			r := row(name, k)
			a, own := row(full.name, full.budget), row(full.name+" and own", full.budget)
			fmt.Fprintf(&b, "| %s at %d | %s | %s | %s |\n", name, k, s.gain(a, r, anyOf).percent(), s.gain(a, r, withSwitch).percent(), s.gain(own, r, switchFree).percent())
		}
	}
	return b.String()
}

func partsTable(s *sample) string {
	var b strings.Builder
	b.WriteString("| | with a switch, % | lost | without a switch, % | cases a day | with the own channel |\n|---|---|---|---|---|---|\n")
	whole, wholeOwn := row(full.name, full.budget), row(full.name+" and own", full.budget)
	for _, v := range variants() {
		if v.budget != full.budget {
			continue
		}
		a, own := row(v.name, v.budget), row(v.name+" and own", v.budget)
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %.2f | %.2f |\n", v.name, s.rate(a, withSwitch).percent(), s.gain(whole, a, withSwitch).percent(), s.rate(own, switchFree).percent(),
			s.load(a, v.budget).mean.at, s.load(own, v.budget+ownBudget).mean.at)
	}
	fmt.Fprintf(&b, "| %s without the own channel | %s | %s | %s | %.2f | |\n", full.name, s.rate(whole, withSwitch).percent(), s.gain(wholeOwn, whole, withSwitch).percent(), s.rate(whole, switchFree).percent(), s.load(whole, full.budget).mean.at)
	return b.String()
}

// axisValues are the values of each axis that campaigns have, in order.
func axisValues(s *sample) [][2]string {
	seen := map[[2]string]bool{}
	for _, r := range s.runs {
		for i := range r.Campaigns {
			for axis, v := range r.Campaigns[i].Cell {
				seen[[2]string{axis, v}] = true
			}
		}
	}
	return slices.SortedFunc(maps.Keys(seen), func(a, b [2]string) int { return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1])) })
}

func cellsTable(s *sample) string {
	var b strings.Builder
	hop, pair := row(nameRanked, full.budget), row(namePair, full.budget)
	own, ours := row(full.name+" and own", full.budget), row(full.name, full.budget)
	b.WriteString("| axis | value | asked for | realised | in the logs | ours, 5 a day | and own, 7 a day | of those in the logs | Hopper ranked, 5 a day | new account to destination, 5 a day |\n|---|---|---|---|---|---|---|---|---|---|\n")
	for _, v := range axisValues(s) {
		f := onAxis(v[0], v[1])
		asked := 0
		for _, r := range s.runs {
			for i := range r.Campaigns {
				if f(&r.Campaigns[i]) {
					asked++
				}
			}
		}
		fmt.Fprintf(&b, "| %s | %s | %d | %d | %d | %s | %s | %s | %s | %s |\n", v[0], v[1], asked, s.share(own, f).Of, s.share(own, both(f, recorded)).Of,
			shareText(s.share(ours, f)), shareText(s.share(own, f)), plainShare(s.share(own, both(f, recorded))), plainShare(s.share(hop, f)), plainShare(s.share(pair, f)))
	}
	return b.String()
}

func lateTable(s *sample) string {
	var b strings.Builder
	b.WriteString("| detector | found | hops taken, median | 90 % | hosts entered, median | minutes, median | 90 % | cases for each campaign |\n|---|---|---|---|---|---|---|---|\n")
	for _, name := range allNames {
		hops, minutes, hosts, cases := s.late(row(name, full.budget), anyOf)
		if len(hops) == 0 {
			continue
		}
		fmt.Fprintf(&b, "| %s, %d a day | %d | %.0f | %.0f | %.0f | %.0f | %.0f | %.2f |\n", name, budgetOf(name, full.budget), len(hops), score.Quantile(hops, 0.5), score.Quantile(hops, 0.9),
			score.Quantile(hosts, 0.5), score.Quantile(minutes, 0.5), score.Quantile(minutes, 0.9), score.Mean(cases))
	}
	return b.String()
}

func handsTable(s *sample) string {
	var b strings.Builder
	var benign, hostile accuracy
	for _, r := range s.runs {
		benign.join(&r.Benign)
		hostile.join(&r.Hostile)
	}
	b.WriteString("| session before it is right | hands it can have been |")
	for _, c := range []graph.Class{graph.Straight, graph.Unclear, graph.Clear} {
		fmt.Fprintf(&b, " %s |", c)
	}
	b.WriteString("\n|---|---|---|---|---|\n")
	for _, x := range []struct {
		who string
		a   *accuracy
	}{{"the company's people", &benign}, {"campaigns", &hostile}} {
		for k, name := range buckets {
			fmt.Fprintf(&b, "| %s | %s |", x.who, name)
			for c := range x.a.Parents {
				fmt.Fprintf(&b, " %s |", plainShare(x.a.Parents[c][k]))
			}
			b.WriteByte('\n')
		}
	}
	b.WriteString("\n| | the company's people | campaigns |\n|---|---|---|\n")
	line := func(what string, pick func(*accuracy) score.Share) {
		fmt.Fprintf(&b, "| %s | %s | %s |\n", what, plainShare(pick(&benign)), plainShare(pick(&hostile)))
	}
	line("session before, all", (*accuracy).all)
	line("session before, of at most three hands", (*accuracy).few)
	line("session before, where a record shows it", func(a *accuracy) score.Share { return a.Shown })
	line("session before, where the true one left no record", func(a *accuracy) score.Share { return a.Gaps })
	line("first session of the path", func(a *accuracy) score.Share { return a.Roots })
	line("person", func(a *accuracy) score.Share { return a.Persons })
	line("true switches that were told", func(a *accuracy) score.Share { return a.Switched })
	line("told switches that were true", func(a *accuracy) score.Share { return a.Claimed })
	line("session before, of programs", func(a *accuracy) score.Share { return a.Programs })
	fmt.Fprintf(&b, "| expected calibration error of the likeliest hand | %.3f | %.3f |\n| Brier score | %.3f | %.3f |\n", benign.Weights.ECE(), hostile.Weights.ECE(), benign.Weights.Brier(), hostile.Weights.Brier())
	return b.String()
}

// all joins classes and numbers of hands.
func (a *accuracy) all() (out score.Share) {
	for c := range a.Parents {
		for k := range a.Parents[c] {
			join(&out, a.Parents[c][k])
		}
	}
	return out
}

// few are logins that can have been at most three hands.
func (a *accuracy) few() (out score.Share) {
	for c := range a.Parents {
		for k := range 3 {
			join(&out, a.Parents[c][k])
		}
	}
	return out
}

func (p *page) sweepTable() string {
	var b strings.Builder
	b.WriteString("| turned | to | cases a day, ours and own at 7 | found, with a switch | without a switch | session before, people | realised |\n|---|---|---|---|---|---|---|\n")
	own := row(full.name+" and own", full.budget)
	for _, k := range knobs {
		for _, v := range k.values {
			set := fmt.Sprintf("%s=%g", k.name, v)
			for _, r := range p.runs {
				if r == nil || r.Plan.Set != set {
					continue
				}
				s := newSample([]*run{r})
				fmt.Fprintf(&b, "| %s | %g | %.1f | %s | %s | %s | %d |\n", k.what, v, s.load(own, full.budget+ownBudget).mean.at,
					shareText(s.share(own, withSwitch)), shareText(s.share(own, switchFree)), plainShare(r.Benign.all()), s.sizes[0])
			}
		}
	}
	return b.String()
}
