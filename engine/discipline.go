package engine

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/footfall/footfall"
)

// Budgets of findings a day, by level: beyond them a person would no longer
// read. The context file sets them under thresholds (budget.high, ...).
var budgets = [...]struct {
	level footfall.Level
	name  string
	most  float64
}{
	{footfall.LevelCritical, "budget.critical", 100},
	{footfall.LevelHigh, "budget.high", 200},
	{footfall.LevelMedium, "budget.medium", 500},
}

// discipline applies what the context file suppresses, and the budgets: of each
// day and level the heaviest findings keep their level, and the rest are one
// lower. It says in notes what it did.
func (q *sequencer) discipline(list []*footfall.Finding) []string {
	notes := suppress(list, q.context().Suppressed)
	for _, b := range budgets {
		notes = append(notes, ration(list, b.level, int(q.context().Limit(b.name, b.most)), b.name)...)
	}
	return notes
}

func (q *sequencer) context() *footfall.Context {
	if q.opt.Context == nil {
		return &footfall.Context{}
	}
	return q.opt.Context
}

// suppress makes informational what somebody declared to be known, and says so
// in the finding.
func suppress(list []*footfall.Finding, known []footfall.Suppression) []string {
	acted := make([]int, len(known))
	for _, f := range list {
		for i := range known {
			if !known[i].Fits(f) || f.Level <= footfall.LevelInformational {
				continue
			}
			f.Innocent = fmt.Sprintf("It was %s and is suppressed until %s: %s. %s", f.Level, last(known[i].Until), known[i].Reason, f.Innocent)
			f.Level = footfall.LevelInformational
			f.Weight = f.Level.Weight()
			acted[i]++
			break
		}
	}
	var notes []string
	for i, n := range acted {
		if n > 0 {
			notes = append(notes, fmt.Sprintf("%s of %s suppressed until %s: %s", plural(n, "finding", "findings"), known[i].Rule, last(known[i].Until), known[i].Reason))
		}
	}
	return notes
}

// last is the last day before a time.
func last(until int64) string { return time.Unix(0, until-1).UTC().Format(time.DateOnly) }

// ration keeps the level of the heaviest findings of each day.
func ration(list []*footfall.Finding, level footfall.Level, most int, name string) []string {
	days := map[int64][]*footfall.Finding{}
	for _, f := range list {
		if f.Level == level {
			d := f.First / int64(24*time.Hour)
			days[d] = append(days[d], f)
		}
	}
	var notes []string
	for _, d := range slices.Sorted(maps.Keys(days)) {
		over := days[d]
		if len(over) <= most {
			continue
		}
		slices.SortStableFunc(over, func(a, b *footfall.Finding) int {
			return cmp.Or(cmp.Compare(b.Weight, a.Weight), cmp.Compare(a.First, b.First), cmp.Compare(a.ID, b.ID))
		})
		for _, f := range over[most:] {
			f.Level--
			f.Weight = min(f.Weight, f.Level.Weight())
			f.Innocent += fmt.Sprintf(" It was %s; the day had %d of these and %s is %d.", level, len(over), name, most)
		}
		notes = append(notes, fmt.Sprintf("%s on %s were more than %s (%d): the lightest %d of them count one level lower",
			plural(len(over), level.String()+" finding", level.String()+" findings"), time.Unix(0, d*int64(24*time.Hour)).UTC().Format(time.DateOnly), name, most, len(over)-most))
	}
	return notes
}
