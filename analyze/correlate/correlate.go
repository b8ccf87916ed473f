// Package correlate evaluates Sigma correlations over the hits of rules and
// the findings of analytics, in event time, with sliding windows. In go
// correlations with their references resolved and hits that carry the values
// these look at; out come findings under the correlation's own id, one for
// each run of windows in which its condition held. What it could not follow
// within its bounds it says.
package correlate

import (
	"fmt"
	"math"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/recent"
	"github.com/footfall/footfall/internal/say"
)

// Analytic has one instance: correlations group by any field.
var Analytic = footfall.Analytic{
	Name: "correlate",
	Doc: "Sigma correlations: counts, values and sequences of hits of rules and of findings, by event time in sliding windows. " +
		"What harmless activity looks the same each correlation says itself.",
	Rules: []footfall.Rule{{
		ID: "correlate", Title: "A Sigma correlation held", Level: footfall.LevelLow,
		Description: "Findings carry the id, title and level of the correlation.",
		Innocent:    []string{"what the correlation lists under falsepositives"},
	}},
	Hears: true,
	Keys:  func(dst []footfall.Name, _ *footfall.Step) []footfall.Name { return append(dst, footfall.All) },
	New:   newWatcher,
}

type watcher struct {
	env    *footfall.Env
	core   *Core
	rules  map[footfall.Name]string // rules of steps that carry values, to the ids of the rules that hit
	heard  *recent.Map[uint64, bool]
	analyt []string // analytics that correlations refer to
	values []string
	now    int64
	sink   *footfall.Sink // during a call
	grown  []*opened
}

// An opened is the finding of a match.
type opened struct {
	f     *footfall.Finding
	about footfall.Step
	told  int
	grown bool
	seen  []string // different values of the field that is counted
}

// mostGrown bounds the findings that wait to be told again.
const mostGrown = 1 << 12

func newWatcher(e *footfall.Env) footfall.Watcher {
	w := &watcher{env: e, rules: map[footfall.Name]string{}, heard: recent.New[uint64, bool](1 << 14)}
	w.core = New(e.Correlations, w.tell)
	for id := range w.core.feeds {
		w.rules[footfall.CarriedRule(e.Names, id)] = id
	}
	for name := range w.core.found {
		w.analyt = append(w.analyt, name)
	}
	slices.Sort(w.analyt)
	return w
}

// Observe takes the hits among the steps, and the time of all.
func (w *watcher) Observe(s *footfall.Step, sess *footfall.Session, out *footfall.Sink) {
	if len(w.core.list) == 0 {
		return
	}
	w.sink = out
	if s.Time > w.now {
		w.now = s.Time
		w.core.Advance(s.Time - 1)
	}
	if id := w.rules[s.Rule]; s.Rule != 0 && id != "" {
		w.values = footfall.CarriedValues(w.values[:0], w.env.Names.String(s.Values))
		h := Hit{Rule: id, Time: s.Time, ID: s.ID, Values: w.values, Seen: seen(s, sess)}
		w.core.Push(&h)
	}
	w.sink = nil
}

// seen is what a match tells of a step; what the record does not say its
// session does.
func seen(s *footfall.Step, sess *footfall.Session) Seen {
	v := Seen{
		Ref: s.Ref, SrcAddr: s.SrcAddr, SrcHost: s.SrcHost, DstAddr: s.DstAddr, DstHost: s.DstHost, Account: s.Account, Target: s.Target, Session: s.Session,
		Flags: s.Flags, Kind: s.Kind, Service: s.Service, Outcome: s.Outcome,
	}
	if sess == nil {
		return v
	}
	if v.Account == 0 {
		v.Account = sess.Account
	}
	if sess.Remote() && s.Source() == 0 {
		v.SrcAddr, v.SrcHost = sess.SrcAddr, sess.SrcHost
		v.Flags |= sess.Flags & (footfall.FlagRemote | footfall.FlagPublic)
	}
	return v
}

// Hear takes what other analytics found, once, at the time at which it was given.
func (w *watcher) Hear(f *footfall.Finding, about *footfall.Step, out *footfall.Sink) {
	for _, name := range w.analyt {
		if f.Rule.ID != name && !strings.HasPrefix(f.Rule.ID, name+"-") {
			continue
		}
		id, err := strconv.ParseUint(f.ID, 16, 64)
		if err != nil {
			continue
		}
		if _, fresh := w.heard.Put(footfall.Hash(name, f.ID)); !fresh {
			continue
		}
		w.now = max(w.now, about.Time)
		h := Hit{Rule: name, Found: true, Time: w.now, ID: id, Seen: seen(about, nil)}
		for _, field := range footfall.EntityFields {
			h.Values = append(h.Values, f.EntityValue(field))
		}
		w.sink = out
		w.core.Push(&h)
		w.sink = nil
	}
}

// Flush ends all windows, and tells what was not followed.
func (w *watcher) Flush(now int64, out *footfall.Sink) {
	w.sink = out
	w.core.Close()
	w.regive()
	w.sink = nil
	for _, l := range w.core.Lost() {
		out.Notes = append(out.Notes, w.lost(&l)...)
	}
}

func (w *watcher) lost(l *Loss) []string {
	c := &w.core.list[l.Correlation]
	var out []string
	if l.Lacking > 0 {
		out = append(out, fmt.Sprintf("correlation %q: %s without %s, which could not be used", c.Rule.Title, say.Count(int(l.Lacking), "hit"), strings.Join(slices.Concat(c.GroupBy, c.Field), ", ")))
	}
	if l.Groups > 0 || l.Refused > 0 {
		out = append(out, fmt.Sprintf("correlation %q has more groups than are followed at once: %s given up for others, %s of rare ones not counted", c.Rule.Title,
			say.Count(int(l.Groups), "group"), say.Count(int(l.Refused), "event")))
	}
	if l.Cut > 0 {
		out = append(out, fmt.Sprintf("correlation %q: %s left out of windows that were full", c.Rule.Title, say.Count(int(l.Cut), "event")))
	}
	return out
}

// tell makes or extends the finding of a match.
func (w *watcher) tell(m *Match, fresh []Event) {
	c := &w.core.list[m.Correlation]
	if c.Silent {
		return
	}
	o := m.about
	if o == nil {
		o = &opened{f: w.begin(c, m)}
		m.about = o
	}
	for i := range fresh {
		e := &fresh[i]
		o.f.Failed = (o.f.Count == 0 || o.f.Failed) && footfall.Refused(e.Seen.Kind, e.Seen.Outcome)
		o.f.Cite(&footfall.Step{Time: e.Time, Ref: e.Seen.Ref})
		w.name(o.f, &e.Seen)
		if e.Value != "" && len(o.seen) < maxShown && !slices.Contains(o.seen, e.Value) {
			o.seen = append(o.seen, strings.Clone(e.Value))
		}
		o.about = footfall.Step{
			Time: e.Time, ID: e.ID, Ref: e.Seen.Ref, SrcAddr: e.Seen.SrcAddr, SrcHost: e.Seen.SrcHost, DstHost: e.Seen.DstHost,
			Account: e.Seen.Account, Target: e.Seen.Target, Session: e.Seen.Session, Flags: e.Seen.Flags, Kind: e.Seen.Kind,
			Service: e.Seen.Service, Outcome: e.Seen.Outcome, Native: true,
		}
	}
	o.f.Why = w.why(c, m, o)
	if o.f.Count >= 2*o.told {
		w.give(o)
	} else if !o.grown {
		o.grown = true
		if w.grown = append(w.grown, o); len(w.grown) >= mostGrown {
			w.regive()
		}
	}
}

func (w *watcher) give(o *opened) {
	o.told = o.f.Count
	w.sink.Find(o.f, &o.about)
}

// regive gives the findings that grew since they were given last.
func (w *watcher) regive() {
	for _, o := range w.grown {
		if o.grown = false; o.told != o.f.Count {
			w.give(o)
		}
	}
	w.grown = w.grown[:0]
}

func (w *watcher) begin(c *footfall.Correlation, m *Match) *footfall.Finding {
	r := c.Rule
	f := &footfall.Finding{
		ID:   footfall.FindingID(r.ID, strings.Join(m.Group, "|"), m.ID),
		Rule: r, Title: r.Title, Level: r.Level, Weight: r.Level.Weight(), Attack: slices.Clone(r.Attack),
		Innocent: "The correlation compares events and tests no history.",
	}
	if len(r.Innocent) > 0 {
		var harmless []string
		for _, h := range r.Innocent {
			harmless = append(harmless, strings.TrimRight(strings.TrimSpace(h), "."))
		}
		f.Innocent = "Not tested by the correlation, which names as harmless: " + say.Short(strings.Join(harmless, "; "), 300) + "."
	}
	w.behind(f, m)
	return f
}

// behind makes a medium finding a low one where what was counted together is
// what came out of one address that stands for many people: they slip apart
// from each other, and the correlation counts them as one.
func (w *watcher) behind(f *footfall.Finding, m *Match) {
	if f.Level != footfall.LevelMedium {
		return
	}
	for _, v := range m.Group {
		if a, err := netip.ParseAddr(v); err == nil && w.env.Shared(w.env.Names.Find(a.Unmap().String())) {
			f.Level = footfall.LevelLow
			f.Weight = f.Level.Weight()
			f.Innocent = v + " is known to stand for many people, whose slips the correlation counts together. " + f.Innocent
			return
		}
	}
}

func (w *watcher) name(f *footfall.Finding, v *Seen) {
	n := w.env.Names
	f.About(footfall.RoleSource, "address", n.String(v.SrcAddr))
	f.About(footfall.RoleSource, "host", n.String(v.SrcHost))
	f.About(footfall.RoleDestination, "host", n.String(v.DstHost))
	if v.DstHost == 0 {
		f.About(footfall.RoleDestination, "address", n.String(v.DstAddr))
	}
	f.About(footfall.RoleActor, "account", n.String(v.Account))
	f.About(footfall.RoleTarget, "account", n.String(v.Target))
	if v.Session != 0 && len(f.Sessions) < footfall.MaxEvidence && !slices.Contains(f.Sessions, n.String(v.Session)) {
		f.Sessions = append(f.Sessions, n.String(v.Session))
	}
}

// maxShown is how many values a sentence names.
const maxShown = 5

// why says what was counted, with the numbers and the group.
func (w *watcher) why(c *footfall.Correlation, m *Match, o *opened) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s within %s", say.Count(m.Count, "event"), say.Span(m.Last-m.First))
	if len(c.GroupBy) > 0 {
		var of []string
		for i, g := range c.GroupBy {
			of = append(of, g+" "+say.Short(m.Group[i], 80))
		}
		fmt.Fprintf(&b, " with %s", strings.Join(of, ", "))
	}
	field := strings.Join(c.Field, " and ")
	switch c.Type {
	case footfall.ValueCount:
		fmt.Fprintf(&b, ", %s different values of %s (%s)", number64(m.Most), field, say.Short(say.List(o.seen, maxShown), 200))
	case footfall.ValueSum:
		fmt.Fprintf(&b, ", the sum of %s %s", field, number64(m.Most))
	case footfall.ValueAvg:
		fmt.Fprintf(&b, ", the average of %s %s", field, number64(m.Most))
	case footfall.ValuePercentile:
		fmt.Fprintf(&b, ", percentile %s of %s %s", number64(c.Percentile), field, number64(m.Most))
	}
	var parts []string
	for i := range c.Parts {
		parts = append(parts, c.Parts[i].Title)
	}
	join := " or "
	switch c.Type {
	case footfall.Temporal:
		join = " and "
	case footfall.TemporalOrdered:
		join = ", then "
	}
	fmt.Fprintf(&b, ": %s. The rule asks for %s within %s.", say.Short(strings.Join(parts, join), 300), asks(c), say.Span(c.Span))
	return b.String()
}

// asks writes the condition of a correlation.
func asks(c *footfall.Correlation) string {
	b := &c.Bounds
	switch {
	case c.Type == footfall.TemporalOrdered:
		return "all of them in this order"
	case c.Type == footfall.Temporal && b.Growing() && needed(b) == len(c.Parts):
		return "all of them"
	}
	var out []string
	if b.HasLow && b.HasHigh && b.Low == b.High {
		out = append(out, "exactly "+number64(b.Low))
	} else {
		if b.HasLow {
			out = append(out, map[bool]string{true: "at least ", false: "more than "}[b.LowIncluded]+number64(b.Low))
		}
		if b.HasHigh {
			out = append(out, map[bool]string{true: "at most ", false: "less than "}[b.HighIncluded]+number64(b.High))
		}
	}
	for _, n := range b.Not {
		out = append(out, "not "+number64(n))
	}
	return strings.Join(out, " and ")
}

func number64(v float64) string {
	if v == math.Trunc(v) && math.Abs(v) < 1e15 {
		return strconv.FormatInt(int64(v), 10)
	}
	return strconv.FormatFloat(v, 'g', 6, 64)
}
