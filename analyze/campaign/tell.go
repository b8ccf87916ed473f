package campaign

import (
	"fmt"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/say"
)

// How many of its sources and accounts a finding names, so that there is room
// for who got in.
const (
	namedSources  = 24
	namedAccounts = 12
)

// An opened is a campaign that goes on.
type opened struct {
	f        *footfall.Finding
	about    footfall.Step
	sources  map[footfall.Name]*member
	accounts map[footfall.Name]int // to how many sources tried it
	client   footfall.Name         // by which sources are known to take part, 0 when not by that
	public   int
	services uint64
	told     int
	why      string // what the alarm saw
	innocent string
	hosts    map[footfall.Name]bool
	won      footfall.Step
}

// A member is a source that takes part.
type member struct {
	accounts []footfall.Name
}

// alarm judges the window and reports whether there is a campaign in it.
func (w *watcher) alarm(k groupKey, g *group, f *fit, s *footfall.Step, out *footfall.Sink) bool {
	t := w.try(g.window)
	if t == nil {
		return false
	}
	o := g.last
	if o == nil || s.Time-o.f.Last > rests {
		o = &opened{
			about: *s, sources: map[footfall.Name]*member{}, accounts: map[footfall.Name]int{}, hosts: map[footfall.Name]bool{},
			f: &footfall.Finding{ID: footfall.FindingID("campaign", w.env.Names.String(k.tenant)+"|"+k.class.String(), s.ID), Rule: &Analytic.Rules[0]},
		}
		g.last = o
	}
	if o.about.Flags&footfall.FlagLearn != 0 {
		o.about = *s
	}
	if t.pClient <= w.lim.chance/5 {
		o.client = t.client
	}
	for i := range t.window {
		x := &t.window[i]
		if at, ok := t.bySource[x.source]; ok && !x.won && t.parties[at].in {
			w.join(o, x)
		}
	}
	o.why = fmt.Sprintf("the share of failures at %s rose from %.1f to as many as %d in %d attempts (a chance of %s; sum of deviations %.1f over %s, alarm at %g)",
		what(k), f.mean, g.worst, size, chance(f.tail(g.worst)), g.sum, say.Count(g.rises, "group"), w.lim.h)
	o.why += "; " + t.tests()
	o.innocent = t.harmless(g.excess, o)
	w.give(o, out)
	return true
}

func what(k groupKey) string {
	if k.class == footfall.ServiceNetwork {
		return "Windows' remote services"
	}
	return k.class.String()
}

// join counts a failure to a campaign.
func (w *watcher) join(o *opened, x *try) {
	m := o.sources[x.source]
	if m == nil {
		if len(o.sources) >= maxMembers {
			return
		}
		m = &member{}
		o.sources[x.source] = m
		if x.public {
			o.public++
		}
		if len(o.sources) <= namedSources {
			o.f.About(footfall.RoleSource, "address", w.env.Names.String(x.source))
		}
	}
	if !has(m.accounts, x.account) && len(m.accounts) < maxAccounts {
		m.accounts = append(m.accounts, x.account)
		if o.accounts[x.account] > 0 || len(o.accounts) < maxMembers {
			o.accounts[x.account]++
		}
		if len(o.accounts) <= namedAccounts {
			o.f.About(footfall.RoleTarget, "account", w.env.Names.String(x.account))
		}
	}
	if len(o.hosts) < maxMembers {
		o.hosts[x.host] = true
	}
	o.services |= 1 << x.service
	s := footfall.Step{Time: x.time, Ref: x.ref}
	o.f.Cite(&s)
}

// follow sees what becomes of a campaign: further failures, and logons.
func (w *watcher) follow(g *group, t *try, s *footfall.Step, out *footfall.Sink) {
	o := g.last
	if o == nil || t.time-o.f.Last > rests {
		return
	}
	m := o.sources[t.source]
	if t.won {
		w.entered(o, m, t, s, out)
		return
	}
	if m == nil && (o.accounts[t.account] < 2 && (o.client == 0 || o.client != t.client) || w.heard(t) || !w.newcomer(t.source)) {
		return
	}
	w.join(o, t)
	if o.f.Count >= 2*o.told {
		w.give(o, out)
	}
}

// entered raises a campaign when a source of it gets in with an account that it
// tried. Who tried one account, which nobody else did, and gets in is the
// account's owner as likely.
func (w *watcher) entered(o *opened, m *member, t *try, s *footfall.Step, out *footfall.Sink) {
	if m == nil || o.won.Time != 0 || !has(m.accounts, t.account) || len(m.accounts) < 2 && o.accounts[t.account] < 2 {
		return
	}
	n := w.env.Names
	o.won, o.about = *s, *s
	o.f.CiteRef(s.Ref)
	o.f.Last = max(o.f.Last, s.Time)
	o.f.Path = []footfall.Hop{{Time: s.Time, From: n.String(t.source), To: n.String(s.DstHost), Account: n.String(s.Account), Service: s.Service, Outcome: s.Outcome, Ref: s.Ref}}
	if s.Session != 0 {
		o.f.Sessions = []string{n.String(s.Session)}
	}
	w.give(o, out)
}

// tests says which of the tests chance does not explain.
func (t *trial) tests() string {
	sure := t.w.lim.chance / 5
	var say []string
	add := func(p float64, format string, a ...any) {
		if p <= sure {
			say = append(say, fmt.Sprintf(format, a...)+" ("+chance(p)+")")
		}
	}
	add(t.pAccounts, "%d of %d sources that never logged on try the same accounts", t.shared, t.new)
	add(t.pClient, "%d of them call themselves %q", t.sameClient, t.w.env.Names.String(t.client))
	add(t.pUnknown, "%d of their %d accounts were never seen here", t.strange, len(t.common))
	add(t.pOrder, "their accounts follow each other by the alphabet in %d of %d places", t.ups, t.ordered-1)
	add(t.pTurns, "they take turns")
	return "of a chance without a plan, over five tests " + chance(t.p) + ": " + strings.Join(say, ", ")
}

func (t *trial) harmless(excess float64, o *opened) string {
	return fmt.Sprintf("A service with an old password and a wave of expired ones were tested for: they come from sources that logged on before or soon after, "+
		"as %d of the sources that failed did; those named here never did, and their %s stand against %.0f beyond the usual. None of them is declared to scan.",
		t.known, say.Count(o.f.Count, "failure"), max(excess, 0))
}

func chance(p float64) string {
	switch {
	case p >= 0.01:
		return fmt.Sprintf("p = %.2f", p)
	case p < 1e-9:
		return "p < 1e-09"
	}
	return fmt.Sprintf("p = %.0e", p)
}

func (w *watcher) give(o *opened, out *footfall.Sink) {
	f, n := o.f, w.env.Names
	o.told = f.Count
	f.Level = footfall.LevelMedium
	f.Title = "Slow password guessing from " + say.Count(len(o.sources), "source")
	f.Why = fmt.Sprintf("%s from %s (%d with a public address) on %s of %s within %s, %.1f from each; %s", say.Count(f.Count, "failed logon"),
		say.Count(len(o.sources), "source"), o.public, say.Count(len(o.accounts), "account"), say.Count(len(o.hosts), "host"),
		say.Span(f.Last-f.First), float64(f.Count)/float64(len(o.sources)), o.why)
	f.Innocent = o.innocent
	if o.public == 0 {
		f.Level = footfall.LevelLow
		f.Innocent += " All sources are inside: new devices with one wrong password look the same."
	}
	if o.won.Time != 0 {
		f.Level = footfall.LevelHigh
		f.Title += ", then a logon as " + n.String(o.won.Account)
		f.Why += fmt.Sprintf("; then %s, one of them, logged on as %s at %s, where it never had before", n.String(o.won.Source()), n.String(o.won.Account), say.Time(o.won.Time))
		f.About(footfall.RoleActor, "account", n.String(o.won.Account))
		f.About(footfall.RoleDestination, "host", n.String(o.won.DstHost))
	}
	f.Why += "."
	w.bear(o)
	f.About(footfall.RoleDestination, "host", n.String(o.about.DstHost))
	f.Weight = f.Level.Weight()
	out.Find(f, &o.about)
}

func (w *watcher) bear(o *opened) {
	f := o.f
	f.Attack = f.Attack[:0]
	for v := footfall.ServiceUnknown; v < 64; v++ {
		if o.services>>v&1 == 0 {
			continue
		}
		if v == footfall.ServiceNetwork {
			v = footfall.ServiceSMB
			f.Bear(v.Technique())
			v = footfall.ServiceNetwork
			continue
		}
		f.Bear(v.Technique())
	}
	if o.public > 0 {
		f.Bear("T1133")
	}
	if len(o.accounts) >= 4 {
		f.Bear("T1110.003")
	} else {
		f.Bear("T1110.001")
	}
}

// Flush gives the campaigns that grew since they were given last.
func (w *watcher) Flush(_ int64, out *footfall.Sink) {
	for _, k := range w.order {
		if g := w.groups.Get(k); g != nil && g.last != nil && g.last.told != g.last.f.Count {
			w.give(g.last, out)
		}
	}
}
