package engine

import (
	"cmp"
	"slices"
	"time"

	"github.com/footfall/footfall/sigma"
)

// A RuleCost is what one rule cost a hunt, over all workers.
type RuleCost struct {
	Rule *sigma.Rule
	sigma.Cost
}

// started is what nanos counts from: only differences are used.
var started = time.Now()

// nanos is the clock that evaluations are timed with.
func nanos() int64 { return int64(time.Since(started)) }

// count adds up what rules cost the workers, which have ended.
func (l *line) count(workers []*worker) {
	for _, w := range workers {
		l.logs.merge(w.logs)
	}
	if !l.opt.ProfileRules || l.set == nil {
		return
	}
	l.costs = make([]sigma.Cost, len(l.set.Rules()))
	for _, w := range workers {
		for i, c := range w.match.Costs() {
			l.costs[i].Add(c)
		}
	}
}

// Costs returns what each rule cost, the dearest first; none unless the hunt
// was asked to profile rules.
func (h *Hunt) Costs() []RuleCost {
	out := make([]RuleCost, 0, len(h.line.costs))
	for i, c := range h.line.costs {
		out = append(out, RuleCost{h.line.set.Rules()[i], c})
	}
	slices.SortStableFunc(out, func(a, b RuleCost) int {
		return cmp.Or(cmp.Compare(b.Nanos, a.Nanos), cmp.Compare(b.Evaluations, a.Evaluations), cmp.Compare(a.Rule.Meta.ID, b.Rule.Meta.ID))
	})
	return out
}
