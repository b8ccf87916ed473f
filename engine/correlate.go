package engine

import (
	"fmt"
	"slices"

	"github.com/footfall/footfall"
)

// correlations returns those of the rules that can be evaluated: each part
// that is an analytic must be one of the run. The others are noted.
func (l *line) correlations() []footfall.Correlation {
	if l.set == nil {
		return nil
	}
	list := slices.Clone(l.set.Correlations())
	for i := range list {
		for j := range list[i].Parts {
			p := &list[i].Parts[j]
			if p.Analytic && !l.analytic(p.Rule) {
				l.notes = append(l.notes, fmt.Sprintf("correlation %q waits for findings of %q, and there is no such analytic", list[i].Rule.Title, p.Rule))
			}
		}
	}
	return list
}

// analytic reports whether a name is that of an analytic or of one of its rules.
func (l *line) analytic(name string) bool {
	return slices.ContainsFunc(l.opt.Analytics, func(a footfall.Analytic) bool {
		return a.Name == name || slices.ContainsFunc(a.Rules, func(r footfall.Rule) bool { return r.ID == name })
	})
}
