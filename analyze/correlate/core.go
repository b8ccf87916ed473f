package correlate

import (
	"math"
	"slices"
	"strings"

	"github.com/footfall/footfall"
)

// Bounds on what a Core holds.
const (
	maxGroups  = 1 << 16 // of one correlation
	maxEntries = 1 << 19 // events of all groups together
	maxPending = 1 << 16 // hits of one instant, for each ordered correlation
	maxInGroup = 1 << 16 // events or values of one group
)

// A Core evaluates correlations over hits in the order of time, and of the
// events' identities within an instant.
//
// An event counts for a window when it is no more than the timespan from the
// other end of it. Conditions with lower bounds alone are judged at each
// event over the timespan that ends there. All others wait for a window to
// close: it begins with the first event of the group outside the one before,
// and lasts for the timespan. Events of one instant are in any order for
// temporal_ordered, but one event is only one link of the chain. Values are
// compared without case; a hit that lacks a value for group-by is in no group.
type Core struct {
	list    []footfall.Correlation
	states  []state
	feeds   map[string][]feed
	found   map[string][]feed
	inner   [][]feed
	tell    func(m *Match, fresh []Event)
	secret  secret
	entries int
	key     []byte
	events  []Event
	limits  limits
}

type limits struct{ groups, entries int }

// A feed is a part of a correlation that a hit belongs to.
type feed struct{ correlation, part int }

// New returns a Core for correlations, each behind those that it refers to.
// tell is called when a match begins and with each event that it grows by,
// with these events; it must keep neither.
func New(list []footfall.Correlation, tell func(m *Match, fresh []Event)) *Core {
	c := &Core{
		list: list, states: make([]state, len(list)), inner: make([][]feed, len(list)), tell: tell, secret: newSecret(),
		feeds: map[string][]feed{}, found: map[string][]feed{}, limits: limits{maxGroups, maxEntries},
	}
	for i := range list {
		c.states[i] = state{core: c, index: i, c: &list[i], groups: map[string]*group{}}
		for j, p := range list[i].Parts {
			switch f := (feed{i, j}); {
			case p.Inner > 0:
				c.inner[p.Inner-1] = append(c.inner[p.Inner-1], f)
			case p.Analytic:
				c.found[p.Rule] = append(c.found[p.Rule], f)
			default:
				c.feeds[p.Rule] = append(c.feeds[p.Rule], f)
			}
		}
	}
	return c
}

// Push takes a hit. It keeps h.Values' strings, not the slice.
func (c *Core) Push(h *Hit) {
	c.Advance(h.Time - 1)
	c.give(c.of(h), h)
}

// of returns the parts that a hit belongs to.
func (c *Core) of(h *Hit) []feed {
	if h.Found {
		return c.found[h.Rule]
	}
	return c.feeds[h.Rule]
}

func (c *Core) give(to []feed, h *Hit) {
	for _, f := range to {
		c.states[f.correlation].take(f.part, h)
	}
}

// Advance settles all that ends at a time or before: instants that have
// passed and windows that close.
func (c *Core) Advance(now int64) {
	for {
		best := -1
		var at int64
		for i := range c.states {
			if t := c.states[i].due(); t <= now && t < math.MaxInt64 && (best < 0 || t < at) {
				best, at = i, t
			}
		}
		if best < 0 {
			return
		}
		c.states[best].settle(at)
	}
}

// Close ends all windows.
func (c *Core) Close() { c.Advance(math.MaxInt64 - 1) }

// Idle reports whether nothing waits for a time.
func (c *Core) Idle() bool {
	for i := range c.states {
		if c.states[i].due() != math.MaxInt64 {
			return false
		}
	}
	return true
}

// A Loss is what a correlation did not follow.
type Loss struct {
	Correlation int
	Lacking     int64 // hits without a value to group by or to look at
	Groups      int64 // groups that were given up for others
	Refused     int64 // hits of groups that there was no room for
	Cut         int64 // events that fell out of windows too full
}

// Lost returns what was not followed, of correlations that lost something.
func (c *Core) Lost() []Loss {
	var out []Loss
	for i := range c.states {
		if l := c.states[i].lost; l != (Loss{}) {
			l.Correlation = i
			out = append(out, l)
		}
	}
	return out
}

// A state is one correlation's groups, those that were seen last at the back.
type state struct {
	core          *Core
	index         int
	c             *footfall.Correlation
	groups        map[string]*group
	first, last   *group // by the time of their last event
	closes, tail  *group // windows that wait for their end, in its order
	pending       []pending
	sketch        *sketch
	lost          Loss
	sketchedUntil int64
}

// A pending is a hit of the current instant of an ordered correlation.
type pending struct {
	g *group
	e entry
	h Hit
}

// due returns when the state has something to settle: once that time has passed.
func (s *state) due() int64 {
	at := int64(math.MaxInt64)
	if len(s.pending) > 0 {
		at = s.pending[0].e.time
	}
	if s.closes != nil {
		at = min(at, s.closes.closing(s.c.Span))
	}
	return at
}

func (s *state) settle(at int64) {
	if len(s.pending) > 0 && s.pending[0].e.time == at {
		s.instant()
		return
	}
	g := s.closes
	if s.closes = g.later; s.closes == nil {
		s.tail = nil
	}
	g.later, g.waiting = nil, false
	if !g.gone {
		s.close(g, at)
	}
}

// take puts a hit into its group.
func (s *state) take(part int, h *Hit) {
	p := &s.c.Parts[part]
	e := entry{Event: Event{Time: h.Time, ID: h.ID, Part: part, Seen: h.Seen}, time: h.Time}
	if !s.grouped(p, h) || !s.valued(p, h, &e) {
		s.lost.Lacking++
		return
	}
	g := s.group(h, p)
	if g == nil {
		return
	}
	if s.c.Type == footfall.TemporalOrdered {
		if len(s.pending) == maxPending {
			s.lost.Cut++
			return
		}
		kept := *h
		kept.Values = slices.Clone(h.Values)
		s.pending = append(s.pending, pending{g, e, kept})
		return
	}
	s.add(g, &e, h)
}

// grouped makes the key of a hit's group in core.key: its values, folded,
// each behind its length.
func (s *state) grouped(p *footfall.CorrelationPart, h *Hit) bool {
	k := s.core.key[:0]
	for _, i := range p.Group {
		if i >= len(h.Values) || h.Values[i] == "" {
			return false
		}
		v := fold(h.Values[i])
		k = append(k, byte(len(v)), byte(len(v)>>8), byte(len(v)>>16))
		k = append(k, v...)
	}
	s.core.key = k
	return true
}

// valued reads the values that a correlation looks at.
func (s *state) valued(p *footfall.CorrelationPart, h *Hit, e *entry) bool {
	if len(p.Field) == 0 {
		return true
	}
	for n, i := range p.Field {
		if i >= len(h.Values) || h.Values[i] == "" {
			return false
		}
		if n > 0 {
			e.Value += ", "
		}
		e.Value += h.Values[i]
	}
	if s.c.Type != footfall.ValueCount {
		var ok bool
		e.num, ok = parseNumber(e.Value)
		return ok
	}
	e.hash = 0
	for _, i := range p.Field {
		e.hash = s.core.secret.hash(e.hash, fold(h.Values[i]))
	}
	return true
}

// fold makes values equal that differ in case alone.
func fold(s string) string { return strings.ToLower(s) }

// fire tells a match, and gives it as a hit to correlations that refer to this one.
func (s *state) fire(g *group, e *entry, h *Hit, at int64, value float64, fresh []Event) {
	if m := g.match; m != nil && at-m.held <= s.c.Span && !s.waits() {
		m.held, m.Most = at, max(m.Most, value)
		m.cite(fresh)
		s.core.tell(m, fresh)
		return
	}
	m := &Match{Correlation: s.index, Group: g.values, At: at, Most: value, ID: e.ID, held: at, First: math.MaxInt64, Last: math.MinInt64}
	m.cite(fresh)
	g.match = m
	s.core.tell(m, fresh)
	if to := s.core.inner[s.index]; len(to) > 0 {
		part := &s.c.Parts[e.Part]
		up := Hit{Time: at, ID: footfall.Hash(s.c.Rule.ID, g.key) ^ e.ID, Seen: e.Seen}
		for _, i := range part.Carry {
			v := ""
			if i < len(h.Values) {
				v = h.Values[i]
			}
			up.Values = append(up.Values, v)
		}
		s.core.give(to, &up)
	}
}

// waits reports whether windows are judged when they close.
func (s *state) waits() bool { return !s.c.Bounds.Growing() && s.c.Type != footfall.TemporalOrdered }

func (m *Match) cite(fresh []Event) {
	for i := range fresh {
		m.First, m.Last = min(m.First, fresh[i].Time), max(m.Last, fresh[i].Time)
	}
	m.Count += len(fresh)
}
