package main

import (
	"bytes"
	"fmt"
	"maps"
	"time"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/graph"
	"github.com/footfall/footfall/history"
	"github.com/footfall/footfall/internal/freeze"
)

// ownBudget is what paths without a switch have a day beyond that of all paths.
const ownBudget = 2

// A variant is our engine at a budget, with parts left out.
type variant struct {
	name    string
	budget  int
	without graph.Part
}

// full is what runs with `hunt`, at the budget that it has unless told otherwise.
var full = variant{"ours", 5, 0}

// variants are all that are compared. The first one is full.
func variants() []variant {
	out := []variant{full}
	for _, k := range budgets {
		if k != full.budget {
			out = append(out, variant{"ours", k, 0})
		}
	}
	for _, p := range []struct {
		name string
		part graph.Part
	}{
		{"weights of hands", graph.PartWeights},
		{"exact links", graph.PartLinks},
		{"peers", graph.PartPeers},
		{"exposure", graph.PartExposure},
		{"velocity", graph.PartVelocity},
		{"long sessions", graph.PartLong},
		{"budget", graph.PartBudget},
	} {
		out = append(out, variant{"ours without " + p.name, full.budget, p.part})
	}
	return out
}

// A mine is one of our engines and what it has told.
type mine struct {
	variant
	w      *world
	past   *history.History
	engine *graph.Engine
	told   map[string]footfall.Level
	beyond map[string]bool // those that only the second budget let through
	sink   footfall.Sink
	hear   func(*graph.Login, *graph.Inference) // of the full one
}

// quiet is a past that what is taught to is the concern of another engine.
type quiet struct{ footfall.Past }

// Teach implements footfall.Past.
func (quiet) Teach(footfall.Trait, footfall.Name, footfall.Name, footfall.Name, footfall.Name) {}

func newMine(w *world, v variant, h *history.History) *mine {
	m := &mine{variant: v, w: w, past: h, told: map[string]footfall.Level{}, beyond: map[string]bool{}}
	past := footfall.Past(h)
	ctx := *w.context
	ctx.Alerts = &footfall.Alerts{All: float64(v.budget + ownBudget), Paths: float64(v.budget), Own: ownBudget}
	if v != full {
		past = quiet{past} // one history serves them all, and is taught once
	}
	m.engine = graph.New(graph.Options{
		Names: w.env.Names, Context: &ctx, Past: past, Zone: w.env.Zone, Without: v.without,
		Told: func(l *graph.Login, i *graph.Inference) {
			if m.hear != nil {
				m.hear(l, i)
			}
		},
		Beyond: func(id string) { m.beyond[id] = true },
	})
	return m
}

// A find is a finding that counts as a case: at medium or above.
type find struct {
	id    string
	own   bool // beyond the budget of all, within that of paths without a switch
	fresh bool // for the first time
	refs  func(yield func(footfall.Ref) bool)
}

// observe gives a login to the engine, and each case that it then tells.
func (m *mine) observe(l *graph.Login, s *footfall.Step, take func(find)) {
	m.engine.Observe(l, s, &m.sink)
	m.drain(take)
}

func (m *mine) drain(take func(find)) {
	for _, f := range m.sink.Found {
		if f.Level < footfall.LevelMedium {
			continue
		}
		_, known := m.told[f.ID]
		m.told[f.ID] = f.Level
		take(find{id: f.ID, own: m.beyond[f.ID], fresh: !known, refs: func(yield func(footfall.Ref) bool) {
			for _, r := range f.Evidence {
				if !yield(r) {
					return
				}
			}
			for i := range f.Path {
				if !yield(f.Path[i].Ref) {
					return
				}
			}
		}})
	}
	m.sink = footfall.Sink{Found: m.sink.Found[:0], At: m.sink.At[:0]}
}

// fork makes an engine that goes on as this one would, over another past.
func (m *mine) fork(past *history.History) (*mine, error) {
	c := newMine(m.w, m.variant, past)
	for id, l := range m.told {
		c.told[id] = l
	}
	maps.Copy(c.beyond, m.beyond)
	var b bytes.Buffer
	if err := freeze.Write(&b, shared(m.past), m.engine); err != nil {
		return nil, fmt.Errorf("forking %s: %w", m.name, err)
	}
	if err := freeze.Read(&b, shared(c.past), c.engine); err != nil {
		return nil, fmt.Errorf("forking %s: %w", m.name, err)
	}
	return c, nil
}

// shared says what of an engine's state is the process's; the past is copied
// beside it.
func shared(past *history.History) *freeze.Shared {
	s := freeze.NewShared()
	s.Add("past", past)
	s.Concrete(quiet{})
	s.Concrete((*history.History)(nil))
	s.Keep((*footfall.Env)(nil), (*footfall.Names)(nil), (*footfall.Context)(nil), (*time.Location)(nil))
	for i := range graph.Analytic.Rules {
		s.Add(graph.Analytic.Rules[i].ID, &graph.Analytic.Rules[i])
	}
	return s
}

// newPast is a baseline of a world that has learned nothing.
func newPast(w *world) *history.History {
	return history.New(history.Options{Names: w.env.Names, Context: w.context, Extra: w.env.Extra, Zone: w.env.Zone})
}

func forkPast(w *world, h *history.History) (*history.History, error) {
	var b bytes.Buffer
	if err := h.Save(&b); err != nil {
		return nil, err
	}
	c := newPast(w)
	return c, c.Restore(&b)
}
