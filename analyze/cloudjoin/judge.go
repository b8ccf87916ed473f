package cloudjoin

import (
	"fmt"
	"net/netip"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/say"
)

// call judges a way to a machine that is new for its principal.
func (w *watcher) call(s *footfall.Step, out *footfall.Sink) {
	n := w.env.Names
	days, known := w.known(s.Account)
	_, fresh := w.ways.Put(way{s.Account, s.DstHost, toMachine})
	t := w.env.Past.Tally(footfall.TraitHost, s.Account, s.DstHost, 0, 0)
	o, _ := w.owners.Put(s.Account)
	items := o.items
	o.see(s.Time, fresh && t.Days == 0)
	others := 0
	if h, _ := w.owners.Put(s.DstHost); fresh {
		others = h.items
		h.see(s.Time, true)
	}
	if !fresh || t.Days > 0 || w.env.Context.Services[n.String(s.Account)] {
		return
	}
	who, host := n.String(s.Account), n.String(s.DstHost)
	from := w.from(s)
	level := footfall.LevelInformational
	switch {
	case known && (from.Days == 0 && s.Source() != 0 || others == 0 && items == 0):
		level = footfall.LevelLow
	case others > 0:
		return // one more of those who look after it
	}
	f := w.begin(0, "cloudjoin-machine", level, s)
	how := "opened a session on"
	if s.Kind == footfall.KindShell {
		how = "ran a command on"
		f.Bear("T1651")
	} else {
		f.Bear("T1021.008")
		if s.Service == footfall.ServiceSSH || s.Service == footfall.ServiceRDP {
			f.Bear(s.Service.Technique())
		}
	}
	f.Title = fmt.Sprintf("%s %s %s through the cloud", who, how, host)
	f.Why = fmt.Sprintf("%s %s %s (%s) from %s for the first time; before, it entered %s so, with activity on %s.",
		who, how, host, or(say.Short(n.String(s.Object), 80), s.Service.String()), or(n.String(s.Source()), "a place that is not named"), say.Count(items, "other machine"), say.Count(days, "day"))
	f.Innocent = fmt.Sprintf("A new operator was tested for: the principal has a history without this machine, came from this source on %s before, and %s opened it.",
		say.Count(from.Days, "day"), say.Count(others, "other principal"))
	if !known {
		f.Innocent = fmt.Sprintf("Whether it is new is unknown: that takes %d days of history of the principal.", w.days)
	}
	if s.Target != 0 {
		f.About(footfall.RoleTarget, "account", n.String(s.Target))
	}
	out.Find(f, s)
	x, _ := w.open.Put(s.DstHost)
	*x = opened{f: f, about: *s, user: s.Target}
}

// from is on how many days the principal came from the step's source, or from
// its network where that is outside: a way out has several addresses.
func (w *watcher) from(s *footfall.Step) footfall.Tally {
	if s.Flags&footfall.FlagPublic != 0 {
		item := w.env.Names.Find(footfall.NetworkItem(w.env.Names.String(s.SrcAddr)))
		return w.env.Past.Tally(footfall.TraitNetwork, s.Account, item, 0, 0)
	}
	return w.env.Past.Tally(footfall.TraitSource, s.Account, s.Source(), 0, 0)
}

// joined tells the finding of a call again, with the machine's own logon.
func (w *watcher) joined(o *opened, s *footfall.Step, out *footfall.Sink) {
	n := w.env.Names
	f := o.f.Clone()
	f.Cite(s)
	f.Why += fmt.Sprintf(" %s after it %s logged on there by %s from %s, by the machine's own log.",
		say.Span(max(s.Time-o.about.Time, 1)), n.String(s.Account), or(s.Service.String(), "a service that is not named"), or(n.String(s.Source()), "the machine itself"))
	if f.Level == footfall.LevelLow {
		f.Level, f.Weight = footfall.LevelMedium, footfall.LevelMedium.Weight()
	}
	f.Bear(s.Service.Technique())
	f.About(footfall.RoleActor, "account", n.String(s.Account))
	f.About(footfall.RoleSession, "session", n.String(s.Session))
	if s.Session != 0 {
		f.Sessions = append(f.Sessions, n.String(s.Session))
	}
	f.Path = append(f.Path, footfall.Hop{Time: s.Time, From: n.String(s.Source()), To: n.String(s.DstHost), Account: n.String(s.Account), Service: s.Service, Outcome: s.Outcome, Switch: n.String(o.about.Account), Ref: s.Ref})
	out.Find(f, &o.about)
}

// signIn judges a sign-in to a cloud from a host that was entered shortly before.
func (w *watcher) signIn(s *footfall.Step, out *footfall.Sink) {
	if s.SrcHost == 0 || w.env.Shared(s.SrcAddr) {
		return
	}
	e := w.entered.Get(s.SrcHost)
	if e == nil || s.Time-e.time > w.onward {
		return
	}
	t := w.env.Past.Tally(footfall.TraitSource, s.Account, s.Source(), 0, 0)
	if t.Days > 0 {
		return
	}
	if at, fresh := w.told.Put(way{s.Account, s.SrcHost, fromHost}); !fresh && s.Time-*at <= day {
		return
	} else {
		*at = s.Time
	}
	n := w.env.Names
	days, known := w.known(s.Account)
	mine, theirs := w.env.Person(s.Account), w.env.Person(e.account)
	same := mine != 0 && mine == theirs || bare(n.String(s.Account)) == bare(n.String(e.account))
	came := w.env.Past.Tally(footfall.TraitHost, e.account, s.SrcHost, 0, 0)
	level := footfall.LevelInformational
	switch {
	case known && !same && came.Days == 0:
		level = footfall.LevelMedium
	case known && (!same || came.Days == 0 || e.public):
		level = footfall.LevelLow
	}
	host, where := n.String(s.SrcHost), or(n.String(s.DstHost), "a cloud")
	f := w.begin(1, "cloudjoin-onward", level, s)
	f.Title = fmt.Sprintf("From %s, entered %s before, %s signed in to %s", host, say.Span(s.Time-e.time), n.String(s.Account), where)
	f.Why = fmt.Sprintf("%s logged on to %s by %s from %s; %s later %s signed in to %s from there, where it never came from in activity on %s.",
		n.String(e.account), host, e.service, or(n.String(e.from), "a place that is not named"), say.Span(s.Time-e.time), n.String(s.Account), where, say.Count(days, "day"))
	switch {
	case !known:
		f.Innocent = fmt.Sprintf("Whether the account often does so is unknown: that takes %d days of history.", w.days)
	case same:
		f.Innocent = "One person at work on both was tested for: both accounts are the same person's, who may work from there for the first time."
	case came.Days > 0:
		f.Innocent = fmt.Sprintf("One person at work on both was tested for: nothing ties the two accounts, but who entered did so on %s before.", say.Count(came.Days, "day"))
	default:
		f.Innocent = "One person at work on both was tested for: nothing ties the two accounts, and who entered never did so before."
	}
	f.CiteRef(e.ref)
	f.Bear("T1021.007")
	f.Bear(e.service.Technique())
	f.About(footfall.RoleActor, "account", n.String(e.account))
	f.Path = append([]footfall.Hop{{Time: e.time, From: n.String(e.from), To: host, Account: n.String(e.account), Service: e.service, Outcome: footfall.Success, Ref: e.ref}}, f.Path...)
	if !same {
		f.Path[1].Switch = n.String(e.account)
	}
	out.Find(f, s)
}

// bare is an account's name without its domain on either side.
func bare(account string) string {
	account = footfall.Bare(account)
	for i := range len(account) {
		if account[i] == '@' {
			return account[:i]
		}
	}
	return account
}

// role judges a role that is taken from within a role.
func (w *watcher) role(s *footfall.Step, sess *footfall.Session, out *footfall.Sink) {
	if s.Target == 0 || sess == nil {
		return
	}
	_, fresh := w.ways.Put(way{s.Account, s.Target, toRole})
	days, known := w.known(s.Account)
	o, _ := w.owners.Put(s.Account)
	o.see(s.Time, false)
	from := sess.Parent
	if !fresh || from == nil || from.Switch == 0 || !known || w.env.Context.Services[w.env.Names.String(s.Account)] {
		return
	}
	n := w.env.Names
	f := w.begin(2, "cloudjoin-role", footfall.LevelLow, s)
	f.Title = fmt.Sprintf("%s took the role %s from the role %s", n.String(from.Switch), n.String(s.Target), n.String(from.Account))
	f.Why = fmt.Sprintf("A session of the role %s, which %s took %s before, took the role %s; in activity on %s it never did.",
		n.String(from.Account), n.String(from.Switch), say.Span(max(s.Time-from.Start, 1)), n.String(s.Target), say.Count(days, "day"))
	f.Innocent = "Automation that works in several accounts was tested for: none of it took this role on an earlier day."
	f.Bear("T1548.005")
	f.About(footfall.RoleTarget, "account", n.String(s.Target))
	out.Find(f, s)
}

func (w *watcher) begin(rule int, id string, level footfall.Level, s *footfall.Step) *footfall.Finding {
	n := w.env.Names
	who, host := n.String(s.Account), n.String(s.DstHost)
	f := &footfall.Finding{
		ID: footfall.FindingID(id, who+"|"+host, s.ID), Rule: &Analytic.Rules[rule], Level: level, Weight: level.Weight(),
		Path: []footfall.Hop{{Time: s.Time, From: n.String(s.Source()), To: host, Account: who, Service: s.Service, Outcome: s.Outcome, Ref: s.Ref}},
	}
	f.Cite(s)
	f.About(footfall.RoleActor, "account", who)
	src := n.String(s.Source())
	if _, err := netip.ParseAddr(src); err == nil {
		f.About(footfall.RoleSource, "address", src)
	}
	f.About(footfall.RoleSource, "host", n.String(s.SrcHost))
	f.About(footfall.RoleDestination, "host", host)
	f.About(footfall.RoleSession, "session", n.String(s.Session))
	if s.Session != 0 {
		f.Sessions = []string{n.String(s.Session)}
	}
	return f
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
