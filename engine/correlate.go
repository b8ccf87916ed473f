package engine

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/decode"
	"github.com/footfall/footfall/sigma"
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

// correlates reports whether a correlation is among rules.
func correlates(list []*sigma.Rule) bool {
	return slices.ContainsFunc(list, func(r *sigma.Rule) bool { return r.Correlation != nil })
}

// correlation hunts the records of one part of a sample: together they make a
// correlation hold, or must not.
func (s *Sample) correlation(verb, format string, list []*sigma.Rule, data []byte) {
	n, err := correlated(format, list, data)
	switch {
	case err != nil:
		s.fault("\"%s %s\": %s", verb, format, err)
	case verb == "hit":
		s.Hits++
		s.Matched += min(n, 1)
		if n == 0 {
			s.fault("\"%s %s\": no correlation holds", verb, format)
		}
	case verb == "miss":
		s.Misses++
		if n > 0 {
			s.fault("\"%s %s\": a correlation holds", verb, format)
		}
	default:
		s.fault("part \"%s %s\" is neither hit nor miss", verb, format)
	}
}

// correlated counts the findings of correlations in data.
func correlated(format string, list []*sigma.Rule, data []byte) (n int, err error) {
	f, err := os.CreateTemp("", "footfall-sample-*")
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, os.Remove(f.Name())) }()
	if _, err := f.Write(data); err != nil {
		return 0, errors.Join(err, f.Close())
	}
	if err := f.Close(); err != nil {
		return 0, err
	}
	h, err := Find(context.Background(), Options{Paths: []string{f.Name()}, As: format, Year: 2026, Decoders: decode.All, Analytics: Analytics, Rules: list})
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, h.Close()) }()
	for _, r := range list {
		if r.Correlation != nil {
			n += int(h.Run.Hits[r.Meta.ID])
		}
	}
	for _, in := range h.Run.Inputs {
		for _, u := range in.Reasons {
			err = errors.Join(err, fmt.Errorf("offset %d: %s", u.Offset, u.Reason))
		}
	}
	return n, err
}
