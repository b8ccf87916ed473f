// Package usual bears witness to what is usual for an account: from where it
// logs on, when, and to what. In go steps; out come facts about findings:
// source-usual, source-seen, hour-usual and new-destinations, each from what
// was seen before the finding alone, and unknown when that is too little.
package usual

import (
	"fmt"
	"strings"

	"github.com/footfall/footfall"
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
	Plain: true,
	Facts: []string{"source-usual", "source-seen", "hour-usual", "new-destinations"},
	Keys: func(dst []footfall.Name, s *footfall.Step) []footfall.Name {
		if s.Account == 0 {
			return dst
		}
		return append(dst, s.Account)
	},
	New: newWatcher,
}

// often is on how many earlier days something makes it usual.
const often = 2

const (
	day    = 24 * 3600 * 1e9
	hourNs = 3600 * 1e9
)

type watcher struct {
	env         *footfall.Env
	days, hours float64 // usual.days, usual.hours: how much history "usual" takes
}

func newWatcher(e *footfall.Env) footfall.Watcher {
	return &watcher{env: e, days: e.Context.Limit("usual.days", footfall.EnoughDays), hours: e.Context.Limit("usual.hours", footfall.EnoughHours)}
}

// Observe does nothing: the baseline learns.
func (*watcher) Observe(*footfall.Step, *footfall.Session, *footfall.Sink) {}

// Facts answers for the account of the step.
func (w *watcher) Facts(about *footfall.Step, f *footfall.Finding, out *footfall.Sink) {
	if about.Account == 0 || about.Flags&(footfall.FlagSystem|footfall.FlagMachine) != 0 {
		return
	}
	past := w.env.Past.AsOf(about.Time)
	q := asked{w, about, f, past, past.Habit(footfall.TraitLogon, about.Account), past.Habit(footfall.TraitHour, about.Account), w.env.Names.String(about.Account)}
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
	asOf  footfall.Past
	all   footfall.Habit // the days of its logons
	hours footfall.Habit // and their hours
	name  string
}

func (q *asked) fact(kind string) *footfall.Fact {
	n := q.w.env.Names
	f := &footfall.Fact{Kind: kind, Finding: q.f.ID, Time: q.about.Time, Evidence: []footfall.Ref{q.about.Ref}}
	f.Entities = append(f.Entities, footfall.Entity{Role: footfall.RoleActor, Kind: "account", Name: q.name})
	if a := n.String(q.about.SrcAddr); a != "" {
		f.Entities = append(f.Entities, footfall.Entity{Role: footfall.RoleSource, Kind: "address", Name: a})
	}
	if h := n.String(q.about.DstHost); h != "" {
		f.Entities = append(f.Entities, footfall.Entity{Role: footfall.RoleDestination, Kind: "host", Name: h})
	}
	if q.all.Days > 0 {
		f.Span = footfall.Span{From: q.all.First, Until: q.about.Time, Days: q.all.Days}
	}
	return f
}

// settle gives a fact its verdict.
func settle(f *footfall.Fact, v footfall.Verdict, sure float64) { f.Verdict, f.Sure = v, sure }

// short says why the history is too little to tell, "" when it is enough.
func (q *asked) short() string {
	switch {
	case q.all.Days == 0:
		return fmt.Sprintf("The log shows no logon of %s on an earlier day", q.name)
	case float64(q.all.Days) >= q.w.days && float64(q.hours.Sum) >= q.w.hours:
		return ""
	}
	return fmt.Sprintf("The log shows logons of %s in only %s of %s before", q.name, say.Count(q.hours.Sum, "hour"), say.Count(q.all.Days, "day"))
}

// stable is how sure it must be that something is new to an account: of five
// things on its days four at least were known before.
const stable = 0.8

// varied says how much of what an account does was seen on one day alone.
func (q *asked) varied(t footfall.Trait, noun string) string {
	h := q.asOf.Habit(t, q.about.Account)
	return fmt.Sprintf("of its %s %d were seen on one day alone: a new one says little", say.Count(max(0, h.Items-h.New), noun), max(0, h.Once-h.New))
}

// first is how sure it is that an item of the account is new to it.
func (q *asked) first(t footfall.Trait) float64 {
	h := q.asOf.Habit(t, q.about.Account)
	return footfall.SureFirst(&h)
}

// dark says why what the logs do not show of an account of a domain is not
// known: no log of the directory that checks it was read over its history, and
// it may have been used where no log was read. "" says that nothing is dark.
func (q *asked) dark() string {
	d, _, ok := strings.Cut(q.name, `\`)
	if !ok || d == q.w.env.Names.String(q.about.DstHost) || central(q.about.Service) {
		return ""
	}
	first, last := q.w.env.Told(0, footfall.ToldTickets)
	switch {
	case first == 0:
		return "its directory's log, which would tell of others, was not read."
	case first > max(q.all.First, q.w.env.Start())+day || last < q.about.Time-day:
		return "its directory's log covers only " + say.Day(first) + " to " + say.Day(last) + "."
	}
	return ""
}

// central reports whether one log holds all uses of a service's accounts.
func central(s footfall.Service) bool {
	switch s {
	case footfall.ServiceVPN, footfall.ServiceCloud, footfall.ServiceGateway, footfall.ServiceKube, footfall.ServiceRADIUS, footfall.ServiceVirtual:
		return true
	}
	return false
}

// past is the tally of one of the account's items.
func (q *asked) past(t footfall.Trait, item footfall.Name) footfall.Tally {
	return q.asOf.Tally(t, q.about.Account, item, 0, 0)
}

func (q *asked) sourceUsual() *footfall.Fact {
	f := q.fact("source-usual")
	src := q.w.env.Names.String(q.about.Source())
	on := q.past(footfall.TraitSource, q.about.Source()).Days
	short, all := q.short(), say.Count(q.all.Days, "day")
	switch {
	case on >= often && short == "":
		settle(f, footfall.Yes, footfall.SureOf(on))
		f.Text = fmt.Sprintf("%s logged on from %s on %s of %s before.", q.name, src, say.Count(on, "day"), all)
	case short != "":
		f.Text = short + ": too little to call " + src + " usual or not."
	case on == 0 && q.first(footfall.TraitSource) < stable:
		f.Text = fmt.Sprintf("%s never logged on from %s on its %s before, but %s.", q.name, src, all, q.varied(footfall.TraitSource, "source"))
	case q.dark() != "":
		f.Text = fmt.Sprintf("%s logged on from %s on %s of %s before, in the logs that were read; %s", q.name, src, say.Count(on, "day"), all, q.dark())
	case on == 0:
		settle(f, footfall.No, q.first(footfall.TraitSource))
		f.Text = fmt.Sprintf("%s never logged on from %s on its %s before.", q.name, src, all)
	default:
		settle(f, footfall.No, 1-float64(on+1)/float64(q.all.Days+2)) // as SureOf, with some days against it
		f.Text = fmt.Sprintf("%s logged on from %s on %s of %s before only.", q.name, src, say.Count(on, "day"), all)
	}
	return f
}

// sourceSeen tells whether the account logged on from there on an earlier day
// at all; what happened on the finding's own day may belong to it.
func (q *asked) sourceSeen() *footfall.Fact {
	f := q.fact("source-seen")
	src := q.w.env.Names.String(q.about.Source())
	t := q.past(footfall.TraitSource, q.about.Source())
	first, days := q.asOf.Span()
	if days > 0 {
		f.Span = footfall.Span{From: first, Until: q.about.Time, Days: days}
	}
	switch {
	case t.Days > 0 && t.First < min(q.f.First, q.about.Time):
		settle(f, footfall.Yes, footfall.SureOf(t.Days))
		f.Text = fmt.Sprintf("%s logged on from %s on %s before, first on %s.", q.name, src, say.Count(t.Days, "day"), say.Day(t.First))
	case q.about.Time-first < day || days == 0:
		f.Text = fmt.Sprintf("No logon of %s from %s is seen on an earlier day, but what is known begins on %s.", q.name, src, say.Day(max(first, q.w.env.Start())))
	case days < footfall.EnoughDays:
		f.Text = fmt.Sprintf("No logon of %s from %s on the %s before that are known, which are too few to tell.", q.name, src, say.Count(days, "day"))
	case q.all.Days > 0 && q.first(footfall.TraitSource) < stable:
		f.Text = fmt.Sprintf("No logon of %s from %s on the %s before that are known, but %s.", q.name, src, say.Count(days, "day"), q.varied(footfall.TraitSource, "source"))
	case q.dark() != "":
		f.Text = fmt.Sprintf("No logon of %s from %s on the %s before that are known, in the logs that were read; %s", q.name, src, say.Count(days, "day"), q.dark())
	default:
		settle(f, footfall.No, footfall.SureOf(days))
		f.Text = fmt.Sprintf("No logon of %s from %s on the %s before that are known.", q.name, src, say.Count(days, "day"))
	}
	return f
}

func (q *asked) hourUsual() *footfall.Fact {
	f := q.fact("hour-usual")
	if short := q.short(); short != "" {
		f.Text = short + ": too little to call the hour usual or not."
		return f
	}
	zone := q.w.env.Zone(q.about.Account)
	at := footfall.HourOfWeek(q.about.Time, zone)
	first, last, kind := 0, 5, "working days"
	if at >= 5*24 {
		first, last, kind = 5, 7, "weekends"
	}
	var near, all int
	for d := first; d < last; d++ {
		for h := range 24 {
			on := q.past(footfall.TraitHour, q.w.env.Names.Find(footfall.HourName(d*24+h))).Days
			all += on
			if away := (h - at%24 + 24) % 24; away <= 2 || away >= 22 {
				near += on
			}
		}
	}
	name := "UTC"
	if zone != nil {
		name = zone.String()
	}
	f.Text = fmt.Sprintf("%d of the %d hours with a logon of %s on %s before lie within two hours of %02d:00 %s.", near, all, q.name, kind, at%24, name)
	switch {
	case near >= often:
		settle(f, footfall.Yes, footfall.SureOf(near))
	case (near == 0 || near*50 < all) && q.dark() != "":
		f.Text = strings.TrimSuffix(f.Text, ".") + "; " + q.dark()
	case near == 0 || near*50 < all:
		settle(f, footfall.No, 1-float64(near+1)/float64(all+2))
	}
	return f
}

func (q *asked) newDestinations() *footfall.Fact {
	f := q.fact("new-destinations")
	host := q.w.env.Names.String(q.about.DstHost)
	on := q.past(footfall.TraitHost, q.about.DstHost).Days
	short := q.short()
	switch {
	case q.about.DstHost == 0:
		f.Text = "The record does not name the host."
	case on > 0:
		settle(f, footfall.No, footfall.SureOf(on))
		f.Text = fmt.Sprintf("%s logged on to %s on %s before.", q.name, host, say.Count(on, "day"))
	case short != "":
		f.Text = short + ": too little to call " + host + " new for it."
	case q.first(footfall.TraitHost) < stable:
		f.Text = fmt.Sprintf("%s had never logged on to %s on %s before, but %s.", q.name, host, say.Count(q.all.Days, "day"), q.varied(footfall.TraitHost, "host"))
	case q.dark() != "":
		f.Text = fmt.Sprintf("%s is not seen to have logged on to %s on %s before, in the logs that were read; %s", q.name, host, say.Count(q.all.Days, "day"), q.dark())
	default:
		settle(f, footfall.Yes, q.first(footfall.TraitHost))
		nth := q.asOf.Habit(footfall.TraitHost, q.about.Account).Items
		if t := q.past(footfall.TraitHost, q.about.DstHost); !t.Known() {
			nth++
		}
		f.Text = fmt.Sprintf("%s had never logged on to %s on %s before; it is its %s host.", q.name, host, say.Count(q.all.Days, "day"), ordinal(nth))
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
