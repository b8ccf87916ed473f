// Package fanout finds one account that logs on to many hosts in a short time
// against its own habit. In go steps; out come findings with the hosts, and
// what the account did on its earlier days.
package fanout

import (
	"fmt"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/recent"
	"github.com/footfall/footfall/internal/say"
)

// Analytic is keyed by the account.
var Analytic = footfall.Analytic{
	Name: "fanout",
	Doc: "One account logs on over the network to many hosts within an hour: more than the floor, and more than on nearly all of its " +
		"earlier days. Deployment, backup and scanning do so by trade: on hosts that the account reached on earlier days, or from hosts declared for it.",
	Rules: []footfall.Rule{{
		ID: "fanout", Title: "One account on many hosts in a short time", Level: footfall.LevelMedium,
		Description: "An account reached more hosts within an hour than it does in its habit.",
		Attack:      []string{"T1021", "T1021.001", "T1021.002", "T1021.004", "T1021.006"}, Rows: []string{"RDP-02", "SMB-03", "SSH-03", "WRM-02"},
		Innocent: []string{"software deployment", "backup", "vulnerability scanning with credentials", "patch day"},
	}},
	Kinds: []footfall.Kind{footfall.KindLogon},
	Keys: func(dst []footfall.Name, s *footfall.Step) []footfall.Name {
		if s.Kind == footfall.KindLogon && s.Outcome == footfall.Success && s.Rule == 0 && s.Flags&footfall.FlagRemote != 0 && s.Account != 0 &&
			s.Flags&(footfall.FlagSystem|footfall.FlagMachine|footfall.FlagGuest) == 0 {
			return append(dst, s.Account)
		}
		return dst
	},
	New: newWatcher,
}

const (
	// limitFloor (fanout.floor) is how many hosts within an hour are many for
	// anybody: people at work reach two or three.
	limitFloor = 5
	// limitStrong (fanout.strong) is how many new ones are strong evidence.
	limitStrong = 10
	// surprise is the probability of as many hosts on a day, by the account's
	// own days, below which they are more than its habit.
	surprise = 0.01
	within   = 3600 * 1e9
	// This part of the hosts being known makes it the account's work.
	mostlyKnown = 0.8
)

const (
	maxAccounts = 1 << 9
	maxWindow   = 24
)

// A visit is the last logon on a host within the hour.
type visit struct {
	host footfall.Name
	time int64
	ref  footfall.Ref
	from footfall.Name
	via  footfall.Service
	new  bool
}

// An account is its visits of the hour: of most people one or two, so that
// room for all that count would be ten times what is needed.
type account struct{ visits []visit }

type watcher struct {
	env           *footfall.Env
	floor, strong int
	accounts      *recent.Map[footfall.Name, account]
	open          *recent.Map[footfall.Name, opened]
}

type opened struct {
	f    *footfall.Finding
	told int
}

func newWatcher(e *footfall.Env) footfall.Watcher {
	return &watcher{
		env: e, floor: int(e.Context.Limit("fanout.floor", limitFloor)), strong: int(e.Context.Limit("fanout.strong", limitStrong)),
		accounts: recent.New[footfall.Name, account](maxAccounts),
		open:     recent.New[footfall.Name, opened](maxAccounts),
	}
}

// Observe adds a logon to its account's hour.
func (w *watcher) Observe(s *footfall.Step, _ *footfall.Session, out *footfall.Sink) {
	if s.DstHost == 0 || s.DstHost == s.SrcHost {
		return
	}
	a, _ := w.accounts.Put(s.Account)
	// A host counts as known from another day: an intruder's first day teaches nothing.
	t := w.env.Past.Tally(footfall.TraitHost, s.Account, s.DstHost, 0, 0)
	if a.visit(s, t.Days == 0) {
		w.judge(s, a, out)
	}
}

// visit adds a host to the hour and forgets those of before; it reports
// whether the host is new in it.
func (a *account) visit(s *footfall.Step, fresh bool) bool {
	kept := a.visits[:0]
	for _, v := range a.visits {
		if s.Time-v.time <= within {
			kept = append(kept, v)
		}
	}
	if a.visits = kept; len(kept) == 0 {
		a.visits = nil
	}
	v := visit{s.DstHost, s.Time, s.Ref, s.Source(), s.Service, fresh}
	for i := range kept {
		if kept[i].host == s.DstHost {
			kept[i].time = s.Time
			return false
		}
	}
	if len(a.visits) == maxWindow {
		a.visits = a.visits[:copy(a.visits, a.visits[1:])]
	}
	a.visits = append(a.visits, v)
	return true
}

func (w *watcher) judge(s *footfall.Step, a *account, out *footfall.Sink) {
	hosts := len(a.visits)
	if hosts < w.floor {
		return
	}
	habit := w.env.Past.Habit(footfall.TraitHost, s.Account)
	p := 1.0
	if habit.Days > 0 {
		if p = w.env.Past.Tail(footfall.TraitHost, s.Account, hosts); p > surprise {
			return
		}
	}
	o, fresh := w.open.Put(s.Account)
	if fresh || o.f == nil || s.Time-o.f.Last > within {
		n := w.env.Names
		*o = opened{f: &footfall.Finding{ID: footfall.FindingID("fanout", n.String(s.Account), s.ID), Rule: &Analytic.Rules[0]}}
		for i := range a.visits {
			w.hop(o.f, s, &a.visits[i])
		}
	} else {
		w.hop(o.f, s, &a.visits[hosts-1])
	}
	if o.told > 0 && hosts < o.told*3/2 && o.f.Level == footfall.LevelHigh {
		return
	}
	o.told = hosts
	w.describe(o.f, s, a, habit, p)
	out.Find(o.f, s)
}

// hop makes a visit evidence and part of the path.
func (w *watcher) hop(f *footfall.Finding, s *footfall.Step, v *visit) {
	n := w.env.Names
	f.Cite(&footfall.Step{Time: v.time, Ref: v.ref})
	f.About(footfall.RoleDestination, "host", n.String(v.host))
	via := v.via
	if via == footfall.ServiceNetwork {
		via = footfall.ServiceSMB // what a network logon is for more often than anything else
	}
	f.Bear(via.Technique())
	if len(f.Path) < maxWindow {
		f.Path = append(f.Path, footfall.Hop{Time: v.time, From: n.String(v.from), To: n.String(v.host), Account: n.String(s.Account), Service: v.via, Outcome: footfall.Success, Ref: v.ref})
	}
}

func (w *watcher) describe(f *footfall.Finding, s *footfall.Step, a *account, habit footfall.Habit, p float64) {
	n := w.env.Names
	hosts, fresh := len(a.visits), 0
	var names []string
	for _, v := range a.visits {
		names = append(names, n.String(v.host))
		if v.new {
			fresh++
		}
	}
	who := n.String(s.Account)
	f.Title = fmt.Sprintf("%s on %s within an hour", who, say.Count(hosts, "host"))
	f.Why = fmt.Sprintf("%s logged on to %s within %s (%s), %d of them for the first time within a day; ",
		who, say.Count(hosts, "host"), say.Span(s.Time-a.visits[0].time), say.List(names, 8), fresh)
	if habit.Days == 0 {
		f.Why += "no earlier day of it was seen."
	} else {
		f.Why += fmt.Sprintf("on %s before it reached %.1f a day, and as many on a day have a probability of %.2g.", say.Count(habit.Days, "day"), habit.Mean, p)
	}
	known := float64(hosts-fresh) >= mostlyKnown*float64(hosts)
	deployer := w.env.Context != nil && (w.env.Context.Deployers[n.String(s.SrcHost)] || w.env.Context.Deployers[n.String(s.SrcAddr)] ||
		w.env.Context.Scanners[n.String(s.SrcHost)] || w.env.Context.Scanners[n.String(s.SrcAddr)])
	switch {
	case deployer:
		f.Level, f.Innocent = footfall.LevelInformational, "The source is declared to reach many hosts by trade."
	case known:
		f.Level, f.Innocent = footfall.LevelInformational, fmt.Sprintf("It fits the account's work: it had reached %d of the %d hosts on earlier days.", hosts-fresh, hosts)
	case habit.Days < footfall.EnoughDays:
		f.Level, f.Innocent = footfall.LevelLow, fmt.Sprintf("Whether that is its habit is unknown: only %s of it were seen before.", say.Count(habit.Days, "day"))
		if fresh >= w.strong {
			f.Level = footfall.LevelMedium
		}
	case fresh >= w.strong && float64(hosts) >= 2*max(habit.Mean, 1):
		f.Level, f.Innocent = footfall.LevelHigh, fmt.Sprintf("Deployment was tested for: %d of the %d hosts are new to the account, and no deployer is declared.", fresh, hosts)
	default:
		f.Level, f.Innocent = footfall.LevelMedium, fmt.Sprintf("Deployment was tested for: %d of the %d hosts are new to the account.", fresh, hosts)
	}
	w.peers(f, s, a, fresh)
	f.About(footfall.RoleActor, "account", who)
	f.About(footfall.RoleSource, "address", n.String(s.SrcAddr))
	f.About(footfall.RoleSource, "host", n.String(s.SrcHost))
	f.Weight = f.Level.Weight()
}

// peers weighs the hosts that are new to an account less when nearly all of
// them are its peers' work: a level, and one more when it is declared to
// administer and comes from where it works.
func (w *watcher) peers(f *footfall.Finding, s *footfall.Step, a *account, fresh int) {
	if f.Level <= footfall.LevelLow || fresh == 0 || !w.env.Own(s.Account, s.Source()) {
		return
	}
	group, members := w.env.Past.Peers(s.Account)
	if group == 0 {
		return
	}
	theirs := 0
	for i := range a.visits {
		if v := &a.visits[i]; v.new {
			if t := w.env.Past.Tally(footfall.TraitPeerHost, group, v.host, 0, 0); t.Days > 0 {
				theirs++
			}
		}
	}
	if float64(theirs) < mostlyKnown*float64(fresh) {
		return
	}
	f.Level--
	f.Innocent += fmt.Sprintf(" It comes from where it works, and %d of the new ones are the work of its %d peers", theirs, members)
	if w.env.Expects(s.Account, s.Source()) && f.Level > footfall.LevelLow {
		f.Level--
		f.Innocent += "; it is declared to administer"
	}
	f.Innocent += "."
}

// Flush does nothing: findings are given as hosts are added.
func (*watcher) Flush(int64, *footfall.Sink) {}
