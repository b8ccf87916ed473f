// Package usual bears witness to what is usual for an account: from where it
// logs on, when, and to what. In go steps; out come facts about findings:
// source-usual, source-seen, hour-usual and new-destinations, each from what
// was seen before the finding alone, and unknown when that is too little.
package usual

import (
	"fmt"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/recent"
	"github.com/footfall/footfall/internal/say"
)

// Analytic is keyed by the account.
var Analytic = footfall.Analytic{
	Name: "usual",
	Doc: "What is usual for an account: sources, hours of the week and destinations of its logons, counted in days. " +
		"It finds nothing by itself; it answers the playbooks' questions, and says unknown while the history is short.",
	Rules: []footfall.Rule{{
		ID: "usual", Title: "What is usual for an account", Level: footfall.LevelInformational,
		Description: "Facts about the accounts of findings; no findings of its own.",
	}},
	Facts: []string{"source-usual", "source-seen", "hour-usual", "new-destinations"},
	Keys: func(dst []footfall.Name, s *footfall.Step) []footfall.Name {
		if s.Account == 0 {
			return dst
		}
		return append(dst, s.Account)
	},
	New: newWatcher,
}

const (
	// limitDays and limitLogons (usual.days, usual.logons) are how much
	// history "usual" takes: a working week.
	limitDays   = 5
	limitLogons = 20
	// often is on how many earlier days something makes it usual.
	often  = 2
	day    = 24 * 3600 * 1e9
	hourNs = 3600 * 1e9

	maxAccounts = 1 << 11
	maxPairs    = 1 << 13
)

// A tally is on how many days something was seen.
type tally struct {
	first, last int64
	today       int64
	days        uint32 // all, today's among them
	times       uint32
}

func (t *tally) add(at int64) {
	if t.times == 0 {
		t.first = at
	}
	if d := at / day; t.times == 0 || t.today != d {
		t.days++
		t.today = d
	}
	t.last = at
	t.times++
}

// before is on how many days something was seen before the day of at.
func (t *tally) before(at int64) uint32 {
	if t == nil {
		return 0
	}
	if t.today == at/day && t.days > 0 {
		return t.days - 1
	}
	return t.days
}

type account struct {
	all   tally
	hours [2][24]uint16 // days with a logon in that hour, on working days and at weekends
	dayOf [2][24]uint16 // the day that was counted last, modulo 1<<16
	hosts uint32
}

type pairKey struct {
	account, other footfall.Name
	source         bool
}

type watcher struct {
	env          *footfall.Env
	days, logons float64
	accounts     *recent.Map[footfall.Name, account]
	pairs        *recent.Map[pairKey, tally]
}

func newWatcher(e *footfall.Env) footfall.Watcher {
	return &watcher{
		env: e, days: e.Context.Limit("usual.days", limitDays), logons: e.Context.Limit("usual.logons", limitLogons),
		accounts: recent.New[footfall.Name, account](maxAccounts),
		pairs:    recent.New[pairKey, tally](maxPairs),
	}
}

// Observe learns from logons that succeeded.
func (w *watcher) Observe(s *footfall.Step, _ *footfall.Session, _ *footfall.Sink) {
	if s.Kind != footfall.KindLogon || s.Outcome != footfall.Success || s.Rule != 0 ||
		s.Flags&(footfall.FlagSystem|footfall.FlagMachine) != 0 {
		return
	}
	a, _ := w.accounts.Put(s.Account)
	a.all.add(s.Time)
	a.hour(s.Time)
	if src := s.Source(); src != 0 {
		p, _ := w.pairs.Put(pairKey{s.Account, src, true})
		p.add(s.Time)
	}
	if s.DstHost != 0 {
		p, fresh := w.pairs.Put(pairKey{s.Account, s.DstHost, false})
		if fresh {
			a.hosts++
		}
		p.add(s.Time)
	}
}

// place is the hour of the week that a time falls in.
func place(t int64) (weekend, hour int) {
	// 1970-01-01 was a Thursday.
	d := (t/day%7 + 7 + 4) % 7
	if d == 0 || d == 6 {
		weekend = 1
	}
	return weekend, int((t/hourNs%24 + 24) % 24)
}

func (a *account) hour(t int64) {
	e, h := place(t)
	if d := uint16(t / day); a.dayOf[e][h] != d {
		a.dayOf[e][h] = d
		a.hours[e][h]++
	}
}

// Facts answers for the account of the step.
func (w *watcher) Facts(about *footfall.Step, f *footfall.Finding, out *footfall.Sink) {
	if about.Account == 0 || about.Flags&(footfall.FlagSystem|footfall.FlagMachine) != 0 {
		return
	}
	q := asked{w, about, f, w.accounts.Get(about.Account), w.env.Names.String(about.Account)}
	if about.Source() != 0 && about.Flags&footfall.FlagLoopback == 0 {
		out.Tell(q.sourceUsual())
		out.Tell(q.sourceSeen())
	}
	out.Tell(q.hourUsual())
	out.Tell(q.newDestinations())
}

// asked is one finding's account, at the time of its step.
type asked struct {
	w     *watcher
	about *footfall.Step
	f     *footfall.Finding
	a     *account
	name  string
}

func (q *asked) fact(kind string) *footfall.Fact {
	n := q.w.env.Names
	f := &footfall.Fact{Kind: kind, Finding: q.f.ID, Time: q.about.Time, Evidence: []footfall.Ref{q.about.Ref}}
	f.Entities = append(f.Entities, footfall.Entity{Role: footfall.RoleActor, Kind: "account", Name: q.name})
	if a := n.String(q.about.SrcAddr); a != "" {
		f.Entities = append(f.Entities, footfall.Entity{Role: footfall.RoleSource, Kind: "address", Name: a})
	}
	return f
}

// short says why the history is too little to tell, "" when it is enough.
func (q *asked) short() string {
	if q.a == nil || q.a.all.times == 0 {
		return fmt.Sprintf("The log shows no earlier logon of %s", q.name)
	}
	days := q.a.all.before(q.about.Time)
	if float64(days) >= q.w.days && float64(q.a.all.times) >= q.w.logons {
		return ""
	}
	earlier := int(q.a.all.times)
	if q.a.all.last >= q.about.Time {
		earlier-- // the finding's own logon
	}
	if earlier == 0 {
		return fmt.Sprintf("The log shows no earlier logon of %s", q.name)
	}
	return fmt.Sprintf("The log shows only %s of %s, within %s", say.Count(earlier, "earlier logon"), q.name,
		say.Span(q.about.Time-q.a.all.first))
}

func (q *asked) sourceUsual() *footfall.Fact {
	f := q.fact("source-usual")
	src := q.w.env.Names.String(q.about.Source())
	p := q.w.pairs.Get(pairKey{q.about.Account, q.about.Source(), true})
	on := p.before(q.about.Time)
	short := q.short()
	switch {
	case on >= often && short == "":
		f.Verdict = footfall.Yes
		f.Text = fmt.Sprintf("%s logged on from %s on %s of %s before.", q.name, src, say.Count(int(on), "day"), say.Count(int(q.a.all.before(q.about.Time)), "day"))
	case short != "":
		f.Text = short + ": too little to call " + src + " usual or not."
	case on == 0:
		f.Verdict = footfall.No
		f.Text = fmt.Sprintf("%s never logged on from %s on its %s before.", q.name, src, say.Count(int(q.a.all.before(q.about.Time)), "day"))
	default:
		f.Verdict = footfall.No
		f.Text = fmt.Sprintf("%s logged on from %s on %s of %s before only.", q.name, src, say.Count(int(on), "day"), say.Count(int(q.a.all.before(q.about.Time)), "day"))
	}
	return f
}

// sourceSeen tells whether the account logged on from there before at all;
// the finding's own logons do not count.
func (q *asked) sourceSeen() *footfall.Fact {
	f := q.fact("source-seen")
	src := q.w.env.Names.String(q.about.Source())
	p := q.w.pairs.Get(pairKey{q.about.Account, q.about.Source(), true})
	start, now := q.w.env.Start(), q.about.Time
	switch {
	case p != nil && p.times > 0 && p.first < min(q.f.First, now)-hourNs:
		f.Verdict = footfall.Yes
		f.Text = fmt.Sprintf("%s logged on from %s %s before, first at %s.", q.name, src, say.Count(int(p.times), "time"), say.Time(p.first))
	case now-start < day:
		f.Text = fmt.Sprintf("No logon of %s from %s is seen before, but the log begins only %s before.", q.name, src, say.Span(now-start))
	default:
		f.Verdict = footfall.No
		f.Text = fmt.Sprintf("No logon of %s from %s in the %s of log before.", q.name, src, say.Span(now-start))
	}
	return f
}

func (q *asked) hourUsual() *footfall.Fact {
	f := q.fact("hour-usual")
	if short := q.short(); short != "" {
		f.Text = short + ": too little to call the hour usual or not."
		return f
	}
	e, h := place(q.about.Time)
	var near, all int
	for i, c := range q.a.hours[e] {
		all += int(c)
		if d := (i - h + 24) % 24; d <= 2 || d >= 22 {
			near += int(c)
		}
	}
	if q.a.dayOf[e][h] == uint16(q.about.Time/day) {
		near, all = near-1, all-1 // this logon itself
	}
	kind := [...]string{"working days", "weekends"}[e]
	f.Text = fmt.Sprintf("%d of the %d hours with a logon of %s on %s lie within two hours of %02d:00 UTC.", near, all, q.name, kind, h)
	switch {
	case near >= often:
		f.Verdict = footfall.Yes
	case near == 0 || near*50 < all:
		f.Verdict = footfall.No
	}
	return f
}

func (q *asked) newDestinations() *footfall.Fact {
	f := q.fact("new-destinations")
	host := q.w.env.Names.String(q.about.DstHost)
	p := q.w.pairs.Get(pairKey{q.about.Account, q.about.DstHost, false})
	on := p.before(q.about.Time)
	short := q.short()
	switch {
	case q.about.DstHost == 0:
		f.Text = "The record does not name the host."
	case on > 0:
		f.Verdict = footfall.No
		f.Text = fmt.Sprintf("%s logged on to %s on %s before.", q.name, host, say.Count(int(on), "day"))
	case short != "":
		f.Text = short + ": too little to call " + host + " new for it."
	default:
		f.Verdict = footfall.Yes
		f.Text = fmt.Sprintf("%s had never logged on to %s in %s on %s before; it is its %s host.", q.name, host,
			say.Count(int(q.a.all.times), "logon"), say.Count(int(q.a.all.before(q.about.Time)), "day"), ordinal(int(q.a.hosts)))
	}
	return f
}

func ordinal(n int) string {
	suffix := "th"
	switch {
	case n%100 >= 11 && n%100 <= 13:
	case n%10 == 1:
		suffix = "st"
	case n%10 == 2:
		suffix = "nd"
	case n%10 == 3:
		suffix = "rd"
	}
	return fmt.Sprintf("%d%s", n, suffix)
}

// Flush does nothing: facts are given when they are asked for.
func (*watcher) Flush(int64, *footfall.Sink) {}
