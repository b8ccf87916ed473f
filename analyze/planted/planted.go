// Package planted finds ways back that somebody made in a session from
// elsewhere and then used: an account made, enabled or given a new password
// there, and a logon by it from outside the host; and a key for SSH that was
// written, and a logon by key from a new source. In go steps with their
// sessions; out comes one finding for each way that was made and used.
package planted

import (
	"cmp"
	"fmt"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/recent"
	"github.com/footfall/footfall/internal/say"
)

// Analytic sees all hosts in one instance: an account made on one is used on another.
var Analytic = footfall.Analytic{
	Name: "planted",
	Doc: "An account is made, enabled or given a new password in a session that came over the network (4720, 4722, 4724, useradd), " +
		"and within a week somebody logs on with it from elsewhere. Those who manage accounts do so daily for others: " +
		"a domain's account that is used from another place than its maker's weighs little; one of the host itself, or used from the maker's own place, is a way back. " +
		"So is a key: authorized_keys is written, and within a day the account comes by key from a source that it never came from.",
	Rules: []footfall.Rule{{
		ID: "planted", Title: "An account made from elsewhere was used from elsewhere", Level: footfall.LevelMedium,
		Description: "Whoever makes an account in a remote session and comes back by it stays when his first way is closed.",
		Attack:      []string{"T1021", "T1021.001", "T1021.002", "T1021.004", "T1021.005", "T1021.006", "T1098", "T1133", "T1136", "T1136.001", "T1136.002"}, Rows: []string{"MIS-05"},
		Reference: "https://attack.mitre.org/techniques/T1136/",
		Innocent:  []string{"an account for a new colleague", "a service account that is set up and tried"},
	}, keyRule},
	Kinds: []footfall.Kind{footfall.KindProcess, footfall.KindAccount, footfall.KindPassword, footfall.KindLogon},
	Keys:  keys,
	New: func(e *footfall.Env) footfall.Watcher {
		return &watcher{
			env: e, within: int64(e.Context.Limit("planted.hours", limitHours) * 3600e9), made: recent.New[madeKey, made](1 << 10),
			keys: recent.New[madeKey, written](1 << 10), sources: recent.New[sourceKey, int64](1 << 13),
		}
	},
}

func keys(dst []footfall.Name, s *footfall.Step) []footfall.Name {
	if s.Rule != 0 && s.Kind == footfall.KindFile && s.Object != 0 {
		return append(dst, footfall.All) // files are steps only where a rule hits
	}
	if s.Rule != 0 || s.Outcome == footfall.Failure {
		return dst
	}
	switch s.Kind {
	case footfall.KindProcess:
		if s.Command != 0 && s.DstHost != 0 {
			return append(dst, footfall.All)
		}
	case footfall.KindAccount, footfall.KindPassword:
		if s.Target != 0 && makes(s.Event) && s.Flags&footfall.FlagTargetMachine == 0 {
			return append(dst, footfall.All)
		}
	case footfall.KindLogon:
		if s.Account != 0 && s.Outcome == footfall.Success && s.Source() != 0 && s.Flags&(footfall.FlagLoopback|footfall.FlagMachine|footfall.FlagSystem|footfall.FlagGuest) == 0 {
			return append(dst, footfall.All)
		}
	}
	return dst
}

// makes reports whether an event gives somebody an account to use: of Windows
// those that make, enable and reset; of others all, since what they take away
// is not used afterwards.
func makes(event uint32) bool {
	switch event {
	case 0, 4720, 4722, 4724:
		return true
	}
	return false
}

// limitHours (planted.hours) is how long after it was made the first use of
// an account counts.
const limitHours = 7 * 24

type madeKey struct {
	account footfall.Name // without its domain
	host    footfall.Name // of an account of one host alone, else 0
}

type made struct {
	step    footfall.Step
	srcAddr footfall.Name // of the session that it was made in
	srcHost footfall.Name
	service footfall.Service
	start   int64
	opened  footfall.Ref
	used    bool
}

type watcher struct {
	env    *footfall.Env
	within int64
	made   *recent.Map[madeKey, made]

	keys    *recent.Map[madeKey, written]
	sources *recent.Map[sourceKey, int64]
}

// Observe notes what is made in sessions from elsewhere, and who comes by it.
func (w *watcher) Observe(s *footfall.Step, sess *footfall.Session, out *footfall.Sink) {
	switch s.Kind {
	case footfall.KindLogon:
		w.keyUsed(s, out)
		w.logon(s, out)
		return
	case footfall.KindProcess, footfall.KindFile:
		w.keyWritten(s, sess)
		return
	}
	if !sess.Remote() || sess.SrcAddr|sess.SrcHost == 0 {
		return
	}
	k := madeKey{account: w.env.Names.Bare(s.Target)}
	if w.local(s.Target, s.DstHost) {
		k.host = s.DstHost
	}
	m, fresh := w.made.Put(k)
	if !fresh && s.Time-m.step.Time <= w.within {
		return // making, enabling and a password come together
	}
	*m = made{step: *s, srcAddr: sess.SrcAddr, srcHost: sess.SrcHost, service: sess.Service, start: sess.Start, opened: sess.Opened}
}

// local reports whether an account is one of a host alone: by its domain,
// which is the host's name, or because it has none.
func (w *watcher) local(account, host footfall.Name) bool {
	full := w.env.Names.String(account)
	bare := footfall.Bare(full)
	return len(bare) == len(full) || len(full) > len(bare) && full[:len(full)-len(bare)-1] == w.env.Names.String(host)
}

func (w *watcher) logon(s *footfall.Step, out *footfall.Sink) {
	bare := w.env.Names.Bare(s.Account)
	m := w.made.Get(madeKey{bare, s.DstHost})
	if m == nil {
		m = w.made.Get(madeKey{account: bare})
	}
	if m == nil || m.used || s.Time-m.step.Time > w.within || w.env.Names.Bare(m.step.Account) == bare {
		return
	}
	m.used = true
	w.give(s, m, out)
}

func (w *watcher) give(s *footfall.Step, m *made, out *footfall.Sink) {
	n := w.env.Names
	who, maker, on := n.String(s.Account), n.String(m.step.Account), n.String(m.step.DstHost)
	from, makerFrom := n.String(s.Source()), n.String(cmp.Or(m.srcHost, m.srcAddr))
	f := &footfall.Finding{
		ID: footfall.FindingID("planted", who+"|"+on, m.step.ID), Rule: &Analytic.Rules[0],
		Title: fmt.Sprintf("%s, made on %s from %s, was used from %s", who, on, makerFrom, from),
	}
	f.Cite(&m.step)
	f.Cite(s)
	f.CiteRef(m.opened)
	what := "made"
	switch {
	case m.step.Kind == footfall.KindPassword:
		what = "given a new password"
	case m.step.Event == 4722:
		what = "enabled"
	case m.step.Event == 0:
		what = "made or changed"
	}
	f.Why = fmt.Sprintf("%s was %s on %s at %s by %s, in a session from %s, and %s later it logged on to %s from %s by %s.", who, what, on, say.Time(m.step.Time),
		cmp.Or(maker, "somebody whom the record does not name"), makerFrom, say.Span(s.Time-m.step.Time), n.String(s.DstHost), from, s.Service)
	f.Level, f.Innocent = w.level(s, m)
	f.Weight = f.Level.Weight()
	w.bear(f, s, m)
	f.About(footfall.RoleActor, "account", maker)
	f.About(footfall.RoleTarget, "account", who)
	f.About(footfall.RoleDestination, "host", n.String(s.DstHost))
	f.About(footfall.RoleSource, "address", n.String(s.SrcAddr))
	f.About(footfall.RoleSource, "host", n.String(s.SrcHost))
	for _, id := range []footfall.Name{m.step.Session, s.Session} {
		if id != 0 {
			f.Sessions = append(f.Sessions, n.String(id))
		}
	}
	f.Path = []footfall.Hop{
		{Time: cmp.Or(m.start, m.step.Time), From: makerFrom, To: on, Account: maker, Service: m.service, Outcome: footfall.Success, Ref: m.opened},
		{Time: s.Time, From: from, To: n.String(s.DstHost), Account: who, Service: s.Service, Outcome: footfall.Success, Switch: maker, Ref: s.Ref},
	}
	out.Find(f, s)
}

func (w *watcher) level(s *footfall.Step, m *made) (footfall.Level, string) {
	same := m.srcAddr != 0 && m.srcAddr == s.SrcAddr || m.srcHost != 0 && m.srcHost == s.SrcHost || m.step.DstHost == s.SrcHost && s.SrcHost != 0
	local := w.local(m.step.Target, m.step.DstHost)
	kind := "An account for somebody else was tested for"
	switch {
	case m.step.Kind == footfall.KindPassword && !same, !local && !same && s.Flags&footfall.FlagPublic == 0:
		return footfall.LevelLow, "It fits the work of those who manage accounts: it was used from another place than its maker's."
	case same && local, s.Flags&footfall.FlagPublic != 0 && local:
		return footfall.LevelHigh, kind + ": it is an account of that host alone, and it was used from the internet or from where its maker works."
	case same:
		return footfall.LevelMedium, kind + ": it was used from where its maker works, as who tries it out does too."
	}
	return footfall.LevelMedium, kind + ": it is an account of that host alone, or it was used from the internet."
}

func (w *watcher) bear(f *footfall.Finding, s *footfall.Step, m *made) {
	switch {
	case m.step.Kind == footfall.KindPassword || m.step.Event == 4722:
		f.Bear("T1098")
	case m.step.Event != 4720:
		f.Bear("T1136")
	case w.local(m.step.Target, m.step.DstHost):
		f.Bear("T1136.001")
	default:
		f.Bear("T1136.002")
	}
	via := s.Service
	if via == footfall.ServiceNetwork {
		via = footfall.ServiceSMB
	}
	f.Bear(cmp.Or(via.Technique(), "T1021"))
	if s.Flags&footfall.FlagPublic != 0 {
		f.Bear("T1133")
	}
}

// Flush does nothing: each finding is whole.
func (*watcher) Flush(int64, *footfall.Sink) {}
