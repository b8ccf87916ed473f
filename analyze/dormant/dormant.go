// Package dormant finds accounts that are used as they should not be any more,
// or never were: one that slept for months and enters from elsewhere, one that
// was disabled, a program's account that a person uses, a person without the
// role of an administrator on a host of the innermost tier. In go logons and
// changes of accounts; out come findings with what the history holds.
package dormant

import (
	"fmt"
	"slices"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/recent"
	"github.com/footfall/footfall/internal/say"
)

var rows = []string{"EXT-07"}

// Analytic is keyed by the account.
var Analytic = footfall.Analytic{
	Name: "dormant",
	Doc: "Accounts that should not be in use: last seen more than dormant.days (60) ago while the log went on, and now entering from elsewhere; disabled by a record and now entering; " +
		"a program's (declared, or at work in most hours of the week) that is used at a desktop or from a new place; and a declared role that does not administer, on a host of tier 0. " +
		"A return from long leave, a restored account and a moved service look the same.",
	Rules: []footfall.Rule{
		{
			ID: "dormant-woke", Title: "A sleeping account entered", Level: footfall.LevelMedium,
			Description: "An account that was not used for long logs on over the network, while the logs of others show that it was not the log that slept.",
			Attack:      []string{"T1021", "T1078", "T1133"}, Rows: rows,
			Reference: "https://attack.mitre.org/techniques/T1078/",
			Innocent:  []string{"a return from long leave", "a task that runs once a quarter", "a log that was not given for a while"},
		},
		{
			ID: "dormant-disabled", Title: "A disabled account entered", Level: footfall.LevelMedium,
			Description: "An account that was disabled or removed, and of which no record says that it was enabled again, logs on.",
			Attack:      []string{"T1021", "T1078", "T1133"}, Rows: rows,
			Reference: "https://attack.mitre.org/techniques/T1078/",
			Innocent:  []string{"enabled again where no log was kept", "a ticket that was still valid"},
		},
		{
			ID: "dormant-program", Title: "A program's account is used unlike a program", Level: footfall.LevelMedium,
			Description: "An account that programs log on with is used at a desktop or a portal, from a place or by a service that it never used.",
			Attack:      []string{"T1021", "T1021.001", "T1021.005", "T1078", "T1133"}, Rows: rows,
			Reference: "https://attack.mitre.org/techniques/T1078/",
			Innocent:  []string{"an administrator who sets the program up", "the program moved to another host"},
		},
		{
			ID: "dormant-role", Title: "A role that does not administer entered a host of tier 0", Level: footfall.LevelMedium,
			Description: "An account whose declared roles are not those of administrators logs on to a host of the innermost tier, at a desktop or with special rights, for the first time.",
			Attack:      []string{"T1021", "T1021.001", "T1021.006", "T1078"}, Rows: rows,
			Reference: "https://attack.mitre.org/techniques/T1078/",
			Innocent:  []string{"a person whose new role is not declared yet"},
		},
	},
	Kinds: []footfall.Kind{footfall.KindAccount, footfall.KindLogon},
	Keys: func(dst []footfall.Name, s *footfall.Step) []footfall.Name {
		switch {
		case s.Rule != 0:
		case s.Kind == footfall.KindAccount && s.Target != 0 && s.Outcome != footfall.Failure:
			return append(dst, s.Target)
		case s.Kind == footfall.KindLogon && s.Outcome == footfall.Success && s.Account != 0 &&
			s.Flags&(footfall.FlagSystem|footfall.FlagMachine|footfall.FlagGuest) == 0:
			return append(dst, s.Account)
		}
		return dst
	},
	New: newWatcher,
}

const (
	woke = iota
	disabled
	program
	role
)

const (
	day = 24 * 3600 * 1e9

	limitDays   = 60
	limitSeen   = 20  // days with logons of anybody while the account slept, and at least a third of them
	limitHours  = 120 // of the 168 hours of a week, those in which a program works
	limitSome   = 10  // sources of a program that has its places
	ticketsLast = 10 * 3600 * 1e9

	maxAccounts = 1 << 14
	maxTold     = 1 << 12
)

type toldKey struct {
	what          uint8
	account, item footfall.Name
}

// A state is what records say of an account's being enabled.
type state struct {
	off, at int64 // disabled since; told of
	ref     footfall.Ref
	by      footfall.Name
}

type watcher struct {
	env                     *footfall.Env
	days, seen, hours, some float64
	anybody                 footfall.Name
	off                     *recent.Map[footfall.Name, state]
	told                    *recent.Map[toldKey, int64]
	services                footfall.ServiceItems
}

func newWatcher(e *footfall.Env) footfall.Watcher {
	c := e.Context
	return &watcher{
		env: e, days: c.Limit("dormant.days", limitDays), seen: c.Limit("dormant.seen", limitSeen),
		hours: c.Limit("dormant.hours", limitHours), some: c.Limit("dormant.sources", limitSome),
		anybody: e.Names.Intern(footfall.Anybody), off: recent.New[footfall.Name, state](maxAccounts), told: recent.New[toldKey, int64](maxTold),
	}
}

// Observe judges a logon, or notes that an account was disabled or enabled.
func (w *watcher) Observe(s *footfall.Step, sess *footfall.Session, out *footfall.Sink) {
	if s.Kind == footfall.KindAccount {
		w.change(s)
		return
	}
	e := entry{w: w, s: s, sess: sess, n: w.env.Names, interactive: interactive(s)}
	e.remote = s.Flags&(footfall.FlagRemote|footfall.FlagPublic) != 0 && s.Flags&footfall.FlagLoopback == 0 || s.Service == footfall.ServiceVPN || s.Service == footfall.ServiceGateway
	if e.remote {
		e.woke(out)
		e.disabled(out)
	}
	e.program(out)
	e.role(out)
}

// change reads what became of an account: by the event of Windows, else by the
// operation's own words.
func (w *watcher) change(s *footfall.Step) {
	what := strings.ToLower(w.env.Names.String(s.Object))
	on := s.Event == 4722 || s.Event == 4720 || strings.Contains(what, "enable") || strings.Contains(what, "unsuspend") || strings.Contains(what, "reactivate") || strings.Contains(what, "restore") || strings.Contains(what, "createuser")
	off := s.Event == 4725 || s.Event == 4726 || strings.Contains(what, "disable") || strings.Contains(what, "suspend") || strings.Contains(what, "deactivate") || strings.Contains(what, "deleteuser")
	switch {
	case on:
		w.off.Delete(s.Target)
	case off:
		x, _ := w.off.Put(s.Target)
		*x = state{off: s.Time, ref: s.Ref, by: s.Account}
	}
}

// interactive reports whether somebody sees a desktop or a portal by the logon.
func interactive(s *footfall.Step) bool {
	switch s.LogonType {
	case 2, 10, 11, 12:
		return true
	case 3, 4, 5, 8, 9:
		return false
	}
	switch s.Service {
	case footfall.ServiceRDP, footfall.ServiceVNC, footfall.ServiceARD, footfall.ServiceVPN, footfall.ServiceGateway:
		return true
	}
	return false
}

// An entry is one logon that is judged.
type entry struct {
	w                   *watcher
	n                   *footfall.Names
	s                   *footfall.Step
	sess                *footfall.Session
	remote, interactive bool
}

func (e *entry) outside() bool { return e.s.Flags&footfall.FlagPublic != 0 }

func (e *entry) elevated() bool {
	return e.s.Flags&footfall.FlagElevated != 0 || e.sess != nil && e.sess.Flags&footfall.FlagElevated != 0
}

// inner reports whether the host is of the innermost tier.
func (e *entry) inner() bool {
	tier, ok := e.w.env.Context.Critical[e.n.String(e.s.DstHost)]
	return ok && tier == 0 || !ok && e.s.DstHost != 0 && e.w.env.HostKind(e.s.DstHost) == footfall.HostController
}

// woke tests the account's last logon against the days on which the log goes
// on without it.
func (e *entry) woke(out *footfall.Sink) {
	w, s := e.w, e.s
	t := w.env.Past.Tally(footfall.TraitLogon, s.Account, 0, 0, 0)
	if !t.Known() || t.Today || float64(s.Time-t.Last) < w.days*day {
		return
	}
	all := w.env.Past.Habit(footfall.TraitAnyHost, w.anybody)
	before := int((t.Last-all.First)/day) + 1
	meanwhile := all.Days - before // at least so many days
	if float64(meanwhile) < w.seen || meanwhile*3 < int((s.Time-t.Last)/day) || !w.first(woke, s.Account, 0, s.Time) {
		return
	}
	level := footfall.LevelLow
	if t.Days > 1 && (e.outside() || e.inner() || e.elevated()) {
		level = footfall.LevelMedium
	}
	f := e.finding(woke, level, "dormant-woke", s.Account)
	f.Title = fmt.Sprintf("%s entered after %s", e.who(), say.Span((s.Time-t.Last)/day*day))
	f.Why = fmt.Sprintf("%s logged on by %s from %s; its last logon before was on %s, %d days ago, and it had logons on %s since %s.",
		e.who(), e.service(), e.from(), say.Day(t.Last), (s.Time-t.Last)/day, say.Count(t.Days, "day"), say.Day(t.First))
	f.Innocent = fmt.Sprintf("A log that slept was tested for: others logged on on at least %s meanwhile; a return from leave cannot be told from this log.", say.Count(meanwhile, "day"))
	out.Find(f, s)
}

func (e *entry) disabled(out *footfall.Sink) {
	w, s := e.w, e.s
	x := w.off.Get(s.Account)
	if x == nil || x.at != 0 {
		return
	}
	x.at = s.Time
	level := footfall.LevelMedium
	if s.Time-x.off < ticketsLast {
		level = footfall.LevelLow
	}
	f := e.finding(disabled, level, "dormant-disabled", s.Account)
	f.CiteRef(x.ref)
	f.Title = fmt.Sprintf("%s entered after it was disabled", e.who())
	f.Why = fmt.Sprintf("%s logged on by %s from %s, %s after %s disabled or removed it; no record says that it was enabled again.",
		e.who(), e.service(), e.from(), say.Span(s.Time-x.off), or(e.n.String(x.by), "somebody"))
	f.Innocent = "A ticket that was still valid was tested for: tickets last 10 hours, and this was later."
	if s.Time-x.off < ticketsLast {
		f.Innocent = "A ticket that was still valid is possible: tickets last 10 hours, and this was earlier."
	}
	out.Find(f, s)
}

// program tests what a program's account does against what it always did.
func (e *entry) program(out *footfall.Sink) {
	w, s, past := e.w, e.s, e.w.env.Past
	declared := w.env.Context.Services[e.who()]
	hours := past.Habit(footfall.TraitHour, s.Account)
	if !declared && (float64(hours.Items) < w.hours || hours.Days < 7) {
		return
	}
	src := s.Source()
	service := w.services.Of(e.n, s.Service)
	by := past.Tally(footfall.TraitService, s.Account, service, 0, 0)
	places := past.Habit(footfall.TraitSource, s.Account)
	at := past.Tally(footfall.TraitSource, s.Account, src, 0, 0)
	// A program with its own few places, each on many days.
	settled := places.Days >= footfall.EnoughDays && float64(places.Items) <= w.some && places.Sum >= 3*places.Items
	known := hours.Days >= footfall.EnoughDays
	newPlace := e.remote && src != 0 && settled && !at.Known()
	newWay := e.remote && known && !by.Known()
	desktop := e.interactive && (e.remote && !by.Known() || !e.remote && declared)
	if !desktop && !newPlace && !newWay {
		return
	}
	if !w.first(program, s.Account, 0, s.Time/day) {
		return
	}
	level := footfall.LevelLow
	if desktop && e.remote && declared || e.outside() && newPlace {
		level = footfall.LevelMedium
	}
	if !known || !e.remote {
		level = min(level, footfall.LevelLow)
	}
	var new []string
	if desktop {
		new = append(new, "at a desktop or a portal")
	}
	if newPlace {
		new = append(new, fmt.Sprintf("from a place that is none of its %s", say.Count(places.Items, "source")))
	}
	if newWay {
		new = append(new, "by a service that it never used")
	}
	e.tellProgram(level, declared, &hours, new, out)
}

func (e *entry) tellProgram(level footfall.Level, declared bool, hours *footfall.Habit, new []string, out *footfall.Sink) {
	s := e.s
	f := e.finding(program, level, "dormant-program", s.Account)
	f.Title = fmt.Sprintf("%s, a program's account, is used %s", e.who(), new[0])
	kind := fmt.Sprintf("it works in %d of the 168 hours of the week", hours.Items)
	if declared {
		kind = "it is declared as a service's account"
	}
	f.Why = fmt.Sprintf("%s logged on to %s by %s from %s, %s; %s, with logons on %s.",
		e.who(), or(e.n.String(s.DstHost), "a host that is not named"), e.service(), e.from(), strings.Join(new, ", "), kind, say.Count(hours.Days, "day"))
	f.Innocent = "That the program moved or is being set up was tested for: none of it was seen on an earlier day."
	if hours.Days < footfall.EnoughDays {
		f.Innocent = fmt.Sprintf("Whether it always did so is unknown: the history holds %s of it.", say.Count(hours.Days, "day"))
	}
	out.Find(f, s)
}

// role tests the declared roles of who comes to a host of the innermost tier.
func (e *entry) role(out *footfall.Sink) {
	w, s := e.w, e.s
	roles := w.env.Context.Roles[e.who()]
	if len(roles) == 0 || slices.ContainsFunc(roles, administers) || !e.inner() || !e.remote || !e.interactive && !e.elevated() {
		return
	}
	t := w.env.Past.Tally(footfall.TraitHost, s.Account, s.DstHost, 0, 0)
	if t.Known() || !w.first(role, s.Account, s.DstHost, s.Time) {
		return
	}
	hosts := w.env.Past.Habit(footfall.TraitHost, s.Account)
	how := "at a desktop"
	if !e.interactive {
		how = "with special rights"
	}
	f := e.finding(role, footfall.LevelMedium, "dormant-role", s.DstHost)
	host := e.n.String(s.DstHost)
	f.Title = fmt.Sprintf("%s (%s) entered %s", e.who(), strings.Join(roles, ", "), host)
	f.Why = fmt.Sprintf("%s, whose role is %s, logged on to %s %s by %s from %s for the first time; %s is of tier 0, and its other logons on %s went to %s.",
		e.who(), strings.Join(roles, ", "), host, how, e.service(), e.from(), host, say.Count(hosts.Days, "day"), say.Count(hosts.Items, "host"))
	f.Innocent = "New duties were tested for: the declared role does not administer, and the account never was on this host."
	if hosts.Days < footfall.EnoughDays {
		f.Level, f.Innocent = footfall.LevelLow, fmt.Sprintf("Whether it was there before is unknown: the history holds %s of the account.", say.Count(hosts.Days, "day"))
		f.Weight = f.Level.Weight()
	}
	out.Find(f, s)
}

func administers(role string) bool { return strings.Contains(strings.ToLower(role), "admin") }

// first reports whether this was not told of before; a thing that is told of
// once a day has the day as its mark.
func (w *watcher) first(what uint8, account, item footfall.Name, mark int64) bool {
	at, fresh := w.told.Put(toldKey{what, account, item})
	if !fresh && (what != program || *at == mark) {
		if what == woke && float64(mark-*at) > w.days*day {
			*at = mark
			return true
		}
		return false
	}
	*at = mark
	return true
}

func (e *entry) who() string     { return e.n.String(e.s.Account) }
func (e *entry) from() string    { return or(e.n.String(e.s.Source()), "a place that is not named") }
func (e *entry) service() string { return or(e.s.Service.String(), "a service that is not named") }

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func (e *entry) finding(rule int, level footfall.Level, id string, key footfall.Name) *footfall.Finding {
	n, s := e.n, e.s
	f := &footfall.Finding{
		ID: footfall.FindingID(id, n.String(key), s.ID), Rule: &Analytic.Rules[rule], Level: level, Weight: level.Weight(),
		Path: []footfall.Hop{{Time: s.Time, From: n.String(s.Source()), To: n.String(s.DstHost), Account: e.who(), Service: s.Service, Outcome: s.Outcome, Ref: s.Ref}},
	}
	f.Cite(s)
	f.Bear("T1078")
	if e.remote {
		f.Bear(s.Service.Technique())
	}
	if e.outside() {
		f.Bear("T1133")
	}
	f.About(footfall.RoleActor, "account", e.who())
	f.About(footfall.RoleSource, "address", n.String(s.SrcAddr))
	f.About(footfall.RoleSource, "host", n.String(s.SrcHost))
	f.About(footfall.RoleDestination, "host", n.String(s.DstHost))
	f.About(footfall.RoleSession, "session", n.String(s.Session))
	if s.Session != 0 {
		f.Sessions = []string{n.String(s.Session)}
	}
	return f
}

// Flush does nothing: each finding is whole.
func (*watcher) Flush(int64, *footfall.Sink) {}
