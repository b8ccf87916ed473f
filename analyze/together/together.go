// Package together adds up weak signs: findings of different kinds, none of
// them strong, that name one account, one host or one way within a day. In go
// the findings of all others; out comes one finding for each such thing and
// day, and one for who touches a decoy from inside.
package together

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/recent"
	"github.com/footfall/footfall/internal/say"
)

// row is the catalogue's row of both rules; rules of decoys have it as well.
const row = "X-03"

// Analytic has one instance: it hears what all others find.
var Analytic = footfall.Analytic{
	Name: "together",
	Doc: "Three and more findings of level low by different rules, from records of at least two kinds and of at least two kinds of attack, on one account, one host or one way within 24 hours, " +
		"where none is stronger. Their weights (log-odds) are added, further ones of a kind by half. What was explained does not count, nor what the same thing showed on an earlier day. A decoy that is touched from inside counts at once. " +
		"An administrator's long day and a host that is being set up look the same.",
	Rules: []footfall.Rule{
		{
			ID: "together", Title: "Weak signs add up", Level: footfall.LevelMedium,
			Description: "Several weak findings of different kinds are about the same account, host or way on one day.",
			Attack:      []string{"T1021"}, Rows: []string{row},
			Reference: "https://attack.mitre.org/techniques/T1021/",
			Innocent:  []string{"an administrator's long day", "a host that is being set up"},
		},
		{
			ID: "together-decoy", Title: "A decoy was touched from inside", Level: footfall.LevelHigh,
			Description: "Somebody at an inner address used a host that nobody has work on.",
			Attack:      []string{"T1021"}, Rows: []string{row},
			Reference: "https://attack.mitre.org/techniques/T1021/",
			Innocent:  []string{"the people who look after the decoy", "a scanner that is not declared"},
		},
	},
	Hears: true,
	Kinds: []footfall.Kind{footfall.KindLogon},
	Keys: func(dst []footfall.Name, s *footfall.Step) []footfall.Name {
		if s.Rule != 0 || s.Kind == footfall.KindLogon {
			return append(dst, footfall.All)
		}
		return dst
	},
	New: newWatcher,
}

const (
	day = 24 * 3600 * 1e9

	limitSigns  = 3
	limitHost   = 4   // many people work on one host
	limitWeight = 2.2 // a little above what one medium finding weighs

	// added is what the sum weighs beside the findings that it rests on.
	added = 0.5
	// again is what a further sign of the same family counts: it is hardly
	// independent of the first.
	again = 0.5

	mostSigns = 12
	maxThings = 1 << 13
	maxIDs    = 1 << 14
	maxDecoys = 1 << 10
)

// What a thing is.
const (
	way = iota
	account
	host
)

// A thing is what findings have in common.
type thing struct {
	kind uint8
	a, b footfall.Name
}

// A sign is a weak finding on a thing.
type sign struct {
	rule, id  footfall.Name
	title     footfall.Name
	first, at int64 // of this rule on this thing
	event     uint64
	ref       footfall.Ref
	weight    float64
	kind      footfall.Kind
	family    footfall.Name // what of an attack it is a sign of
}

type state struct {
	signs  [mostSigns]sign
	n      int
	strong int64 // when a stronger finding was made
	told   int64 // when the finding began
	event  uint64
}

type watcher struct {
	env             *footfall.Env
	signs, hosts    int
	weight          float64
	things          *recent.Map[thing, state]
	told            *recent.Map[footfall.Name, thing] // by id of finding, where it counted
	decoys          *recent.Map[footfall.Name, int64] // by source
	current, counts []sign
	now             int64 // findings are told again with their first step
}

func newWatcher(e *footfall.Env) footfall.Watcher {
	c := e.Context
	return &watcher{
		env: e, signs: int(c.Limit("together.signs", limitSigns)), hosts: int(c.Limit("together.host", limitHost)), weight: c.Limit("together.weight", limitWeight),
		things: recent.New[thing, state](maxThings),
		told:   recent.New[footfall.Name, thing](maxIDs),
		decoys: recent.New[footfall.Name, int64](maxDecoys),
	}
}

// Observe does nothing: what counts is what others find.
func (*watcher) Observe(*footfall.Step, *footfall.Session, *footfall.Sink) {}

// Flush does nothing: each finding is whole.
func (*watcher) Flush(int64, *footfall.Sink) {}

// Hear adds a finding to what its things showed before.
func (w *watcher) Hear(f *footfall.Finding, about *footfall.Step, out *footfall.Sink) {
	if strings.HasPrefix(f.Rule.ID, "together") || about.Flags&footfall.FlagLearn != 0 || f.Level < footfall.LevelLow {
		return
	}
	w.now = max(w.now, about.Time, f.Last)
	if slices.Contains(f.Rule.Rows, row) {
		w.decoy(f, about, out)
	}
	for _, t := range w.about(f) {
		x, _ := w.things.Put(t)
		if f.Weight > 0 && f.Weight <= footfall.Explained {
			continue
		}
		if f.Level > footfall.LevelLow {
			x.strong = max(x.strong, f.Last)
			continue
		}
		w.note(x, f, about)
		if x.strong == 0 || w.now-x.strong > day {
			w.judge(t, x, about, out)
		}
	}
}

// about lists the things of a finding: the way first, which says most.
func (w *watcher) about(f *footfall.Finding) []thing {
	n := w.env.Names
	var who, where, from footfall.Name
	whos, wheres := 0, 0
	for i := range f.Entities {
		e := &f.Entities[i]
		switch {
		case e.Role == footfall.RoleActor && e.Kind == "account":
			whos++
			who = n.Intern(e.Name)
		case e.Role == footfall.RoleDestination && e.Kind == "host":
			wheres++
			where = n.Intern(e.Name)
		case e.Role == footfall.RoleSource && (from == 0 || e.Kind == "address"):
			from = n.Intern(e.Name)
		}
	}
	var list []thing
	if from != 0 && wheres == 1 && from != where {
		list = append(list, thing{way, from, where})
	}
	if whos == 1 {
		list = append(list, thing{account, who, 0})
	}
	if wheres == 1 {
		list = append(list, thing{host, where, 0})
	}
	return list
}

// note keeps a sign: the newest finding of each rule, and since when the rule
// finds on the thing.
func (w *watcher) note(x *state, f *footfall.Finding, about *footfall.Step) {
	n := w.env.Names
	g := sign{
		rule: n.Intern(f.Rule.ID), id: n.Pass(f.ID), title: n.Pass(say.Short(f.Title, 120)), first: f.First, at: f.Last,
		event: about.ID, ref: about.Ref, weight: f.Weight, kind: about.Kind, family: n.Intern(family(f)),
	}
	oldest := 0
	for i := range x.signs[:x.n] {
		have := &x.signs[i]
		if have.rule == g.rule {
			g.first = min(g.first, have.first)
			*have = g
			return
		}
		if have.at < x.signs[oldest].at {
			oldest = i
		}
	}
	if x.n < mostSigns {
		x.signs[x.n] = g
		x.n++
		return
	}
	x.signs[oldest] = g
}

// family is the technique that a finding bears out, without its variant. All
// that say no more than that somebody came are one: a single hop of an
// administrator is new in many respects at once.
func family(f *footfall.Finding) string {
	for _, t := range f.Attack {
		switch t, _, _ = strings.Cut(t, "."); t {
		case "T1021", "T1078", "T1133", "T1550", "T1134":
		default:
			return t
		}
	}
	return "access"
}

// judge adds up what a thing showed within a day, each event once, without
// what it showed on earlier days or what another thing was told of.
func (w *watcher) judge(t thing, x *state, about *footfall.Step, out *footfall.Sink) {
	w.current = w.current[:0]
	for i := range x.signs[:x.n] {
		g := &x.signs[i]
		if at := w.told.Get(g.id); w.now-g.first <= day && (at == nil || *at == t) {
			w.current = append(w.current, *g)
		}
	}
	n := w.env.Names
	slices.SortFunc(w.current, func(a, b sign) int {
		return cmp.Or(cmp.Compare(b.weight, a.weight), cmp.Compare(a.at, b.at), strings.Compare(n.String(a.rule), n.String(b.rule)))
	})
	w.counts = w.counts[:0]
	sum := 0.0
	kinds, families := map[footfall.Kind]bool{}, map[footfall.Name]bool{}
	for _, g := range w.current {
		if slices.ContainsFunc(w.counts, func(c sign) bool { return c.event == g.event }) {
			continue
		}
		w.counts = append(w.counts, g)
		if families[g.family] {
			g.weight *= again
		}
		kinds[g.kind], families[g.family] = true, true
		sum += g.weight
	}
	need := w.signs
	if t.kind == host {
		need = w.hosts
	}
	if len(w.counts) < need || len(kinds) < 2 || len(families) < 2 || sum < w.weight {
		return
	}
	if x.told == 0 || w.now-x.told > day {
		x.told, x.event = w.now, about.ID
	}
	for _, g := range w.counts {
		at, _ := w.told.Put(g.id)
		*at = t
	}
	w.tell(t, x, sum, len(families), about, out)
}

func (w *watcher) tell(t thing, x *state, sum float64, families int, about *footfall.Step, out *footfall.Sink) {
	n := w.env.Names
	slices.SortFunc(w.counts, func(a, b sign) int {
		return cmp.Or(cmp.Compare(a.at, b.at), strings.Compare(n.String(a.rule), n.String(b.rule)))
	})
	name := n.String(t.a)
	if t.kind == way {
		name += " to " + n.String(t.b)
	}
	f := &footfall.Finding{
		ID: footfall.FindingID("together", fmt.Sprint(t.kind, "|", n.String(t.a), "|", n.String(t.b)), x.event), Rule: &Analytic.Rules[0],
		Level: footfall.LevelMedium, Weight: added, Title: fmt.Sprintf("%s on %s within a day", say.Count(len(w.counts), "weak sign"), name),
		First: w.counts[0].at, Last: w.counts[len(w.counts)-1].at, Count: len(w.counts),
	}
	var parts []string
	for _, g := range w.counts {
		parts = append(parts, fmt.Sprintf("%s (%.1f)", n.String(g.title), g.weight))
		f.CiteRef(g.ref)
	}
	f.Why = fmt.Sprintf("%s of different rules, of %s of attack, are about %s within %s; their weights add up to %.1f, where further ones of a kind count half: %s.",
		say.Count(len(w.counts), "weak finding"), say.Count(families, "kind"), name, say.Span(max(f.Last-f.First, 1)), sum, say.List(parts, 8))
	f.Innocent = "Habit was tested for: none of these rules found anything on it on an earlier day of this run. An administrator's long day looks the same."
	f.Bear(about.Service.Technique())
	switch t.kind {
	case way:
		f.About(footfall.RoleSource, kindOf(n.String(t.a)), n.String(t.a))
		f.About(footfall.RoleDestination, "host", n.String(t.b))
		f.About(footfall.RoleActor, "account", n.String(about.Account))
	case account:
		f.About(footfall.RoleActor, "account", n.String(t.a))
	case host:
		f.About(footfall.RoleDestination, "host", n.String(t.a))
	}
	out.Find(f, about)
}

func kindOf(source string) string {
	if _, err := netip.ParseAddr(source); err == nil {
		return "address"
	}
	return "host"
}

// decoy tells of who comes to a decoy from inside, once a day: from outside
// robots come all the time.
func (w *watcher) decoy(f *footfall.Finding, about *footfall.Step, out *footfall.Sink) {
	n := w.env.Names
	src := about.Source()
	a, err := netip.ParseAddr(n.String(about.SrcAddr))
	if src == 0 || about.Flags&(footfall.FlagPublic|footfall.FlagLoopback) != 0 || err == nil && !a.IsPrivate() {
		return
	}
	at, fresh := w.decoys.Put(src)
	if !fresh && about.Time-*at <= day {
		return
	}
	*at = about.Time
	from, where := n.String(src), n.String(about.DstHost)
	level, innocent := footfall.LevelHigh, "A scanner was tested for: the source is not declared as one. Those who look after the decoy look the same."
	if about.SrcHost == 0 && w.env.HostAt(src) == 0 {
		level = footfall.LevelMedium
		innocent = "Translation of addresses was tested for: no log knows the source as a host's own, so whoever came may have come from outside through it."
	}
	if c := w.env.Context; c.Scanners[from] || c.Scanners[n.String(about.SrcHost)] {
		level, innocent = footfall.LevelLow, "The source is declared as a scanner."
	}
	d := &footfall.Finding{
		ID: footfall.FindingID("together-decoy", from, about.ID), Rule: &Analytic.Rules[1], Level: level, Weight: level.Weight(),
		Title:    fmt.Sprintf("%s touched a decoy from inside", from),
		Why:      fmt.Sprintf("%s, an inner address, used %s at %s by %s, where nobody has work to do: %s.", from, or(where, "a decoy"), say.Time(about.Time), or(about.Service.String(), "a service that is not named"), f.Title),
		Innocent: innocent,
	}
	d.Cite(about)
	d.Bear(about.Service.Technique())
	d.About(footfall.RoleSource, kindOf(from), from)
	d.About(footfall.RoleSource, "host", n.String(about.SrcHost))
	d.About(footfall.RoleDestination, "host", where)
	d.About(footfall.RoleActor, "account", n.String(about.Account))
	out.Find(d, about)
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
