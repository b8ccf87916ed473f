// Package explicit finds a change of account on the way from one host to
// another: credentials of a second account used from within a session (4648)
// against another host, and the logon there. In go steps; out come findings
// with the path of both hops.
package explicit

import (
	"fmt"
	"slices"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/recent"
	"github.com/footfall/footfall/internal/say"
)

// Analytic sees all hosts in one instance: the two records come from two.
var Analytic = footfall.Analytic{
	Name: "explicit",
	Doc: "A user used another account's credentials to reach another host (4648 and, where it is recorded, the logon there). " +
		"Administrators with a second account do so daily: the same pair on three earlier days, or two accounts of one declared person, are told apart.",
	Rules: []footfall.Rule{{
		ID: "explicit", Title: "Another account's credentials were used to reach another host", Level: footfall.LevelMedium,
		Description: "The account changed between two hops; whoever follows one account alone loses the trail here.",
		Attack:      []string{"T1021", "T1021.001", "T1021.002", "T1021.003", "T1021.006", "T1078"}, Rows: []string{"RDP-03"},
		Innocent: []string{"an administrator's second account", "a saved password for a share"},
	}},
	Kinds: []footfall.Kind{footfall.KindExplicit, footfall.KindLogon},
	Keys: func(dst []footfall.Name, s *footfall.Step) []footfall.Name {
		if s.Rule == 0 && (s.Kind == footfall.KindExplicit || s.Kind == footfall.KindLogon && s.Outcome == footfall.Success && s.Flags&footfall.FlagRemote != 0) {
			return append(dst, footfall.All)
		}
		return dst
	},
	New: newWatcher,
}

const (
	// pairing is how long after the use of credentials a logon by them is its effect.
	pairing = 5 * 60 * 1e9
	day     = 24 * 3600 * 1e9
)

// A useKey is who used whose credentials against which host.
type useKey struct{ by, as, to footfall.Name }

type use struct {
	f       *footfall.Finding
	about   footfall.Step
	from    footfall.Name // host that it was used on
	days    int           // earlier ones on which these credentials were used from there
	usual   bool
	lastDay int64
	time    int64 // of the last use
	told    int
	landed  bool // the logon on the other host was seen
	chain   bool // the session that it was used in came from elsewhere itself
}

type watcher struct {
	env  *footfall.Env
	uses *recent.Map[useKey, use]
	last *recent.Map[footfall.Name, useKey] // by the bare account used
}

func newWatcher(e *footfall.Env) footfall.Watcher {
	return &watcher{env: e, uses: recent.New[useKey, use](1 << 13), last: recent.New[footfall.Name, useKey](1 << 12)}
}

// Observe pairs uses of credentials with logons by them.
func (w *watcher) Observe(s *footfall.Step, sess *footfall.Session, out *footfall.Sink) {
	if s.Kind == footfall.KindLogon {
		w.logon(s, out)
		return
	}
	if s.Event != 4648 || s.Account == 0 || s.Target == 0 || s.Flags&(footfall.FlagSystem|footfall.FlagMachine|footfall.FlagTargetMachine|footfall.FlagTargetSystem) != 0 {
		return
	}
	from := w.host(s, sess)
	if s.Local < 0 || s.DstHost == 0 || s.DstHost == from || w.env.Names.Bare(s.Account) == w.env.Names.Bare(s.Target) {
		return
	}
	w.used(s, sess, from, out)
}

// host is where credentials were used: the session's host.
func (w *watcher) host(s *footfall.Step, sess *footfall.Session) footfall.Name {
	if sess != nil {
		return sess.Host
	}
	if h, _, ok := strings.Cut(w.env.Names.String(s.Session), "|"); ok {
		return w.env.Names.Intern(h)
	}
	return s.SrcHost
}

func (w *watcher) used(s *footfall.Step, sess *footfall.Session, from footfall.Name, out *footfall.Sink) {
	k := useKey{s.Account, s.Target, s.DstHost}
	u, fresh := w.uses.Put(k)
	if d := s.Time / day; fresh || u.lastDay != d {
		as := s.Target
		if w.env.Doer(as, from, s.DstHost) != as { // an account of the host itself has its like on others
			as = w.env.Names.Bare(as)
		}
		u.days, u.usual = w.env.Ordinary(s.Account, as, from, s.DstHost)
		u.lastDay = d
		u.f = nil
	}
	last, _ := w.last.Put(w.env.Names.Bare(s.Target))
	*last = k
	n := w.env.Names
	if u.f == nil {
		u.f = &footfall.Finding{ID: footfall.FindingID("explicit", n.String(k.by)+"|"+n.String(k.as)+"|"+n.String(k.to), s.ID), Rule: &Analytic.Rules[0]}
		u.about, u.from, u.told, u.landed, u.chain = *s, from, 0, false, false
		u.about.SrcHost = from
		if sess.Remote() && sess.Start != 0 {
			u.chain = true
			u.f.Bear(sess.Service.Technique())
			u.f.CiteRef(sess.Opened)
			u.f.Path = append(u.f.Path, footfall.Hop{Time: sess.Start, From: w.origin(sess.SrcHost, sess.SrcAddr), To: n.String(from), Account: n.String(sess.Account), Service: sess.Service, Outcome: footfall.Success, Ref: sess.Opened})
		}
		if id := n.String(s.Session); id != "" {
			u.f.Sessions = append(u.f.Sessions, id)
		}
	}
	u.time = s.Time
	u.f.Cite(s)
	u.f.Bear(service(s, n).Technique())
	w.give(u, k, out)
}

// service is the one that the record names, by itself or by the class of the
// service principal: TERMSRV/host, cifs/host, HTTP/host.
func service(s *footfall.Step, n *footfall.Names) footfall.Service {
	if s.Service != footfall.ServiceUnknown && s.Service != footfall.ServiceLocal && s.Service != footfall.ServiceNetwork {
		return s.Service
	}
	class, _, _ := strings.Cut(strings.ToLower(n.String(s.Object)), "/")
	switch class {
	case "termsrv":
		return footfall.ServiceRDP
	case "cifs":
		return footfall.ServiceSMB
	case "rpcss", "rpc":
		return footfall.ServiceDCOM
	case "http", "wsman":
		return footfall.ServiceWinRM
	}
	return footfall.ServiceUnknown
}

func (w *watcher) origin(host, addr footfall.Name) string {
	if host != 0 {
		return w.env.Names.String(host)
	}
	return w.env.Names.String(addr)
}

// logon is a logon over the network: perhaps the effect of a use just before.
func (w *watcher) logon(s *footfall.Step, out *footfall.Sink) {
	k := w.last.Get(w.env.Names.Bare(s.Account))
	if k == nil {
		return
	}
	u := w.uses.Get(*k)
	if u == nil || u.f == nil || u.landed || s.Time-u.time > pairing || s.DstHost != k.to || s.SrcHost != 0 && s.SrcHost != u.from {
		return
	}
	n := w.env.Names
	u.landed = true
	u.f.Cite(s)
	via := s.Service
	if via == footfall.ServiceNetwork {
		via = footfall.ServiceSMB
	}
	u.f.Bear(via.Technique())
	u.f.Path = append(u.f.Path, footfall.Hop{Time: s.Time, From: n.String(u.from), To: n.String(s.DstHost), Account: n.String(s.Account), Service: s.Service, Outcome: s.Outcome, Switch: n.String(k.by), Ref: s.Ref})
	if id := n.String(s.Session); id != "" && !slices.Contains(u.f.Sessions, id) {
		u.f.Sessions = append(u.f.Sessions, id)
	}
	u.about.SrcAddr = s.SrcAddr
	u.told = 0
	w.give(u, *k, out)
}

func (w *watcher) give(u *use, k useKey, out *footfall.Sink) {
	if u.f.Count < 2*u.told {
		return
	}
	u.told = u.f.Count
	f, n := u.f, w.env.Names
	by, as, to, from := n.String(k.by), n.String(k.as), n.String(k.to), n.String(u.from)
	f.Title = fmt.Sprintf("%s used %s's credentials to reach %s", by, as, to)
	f.Why = fmt.Sprintf("%s on %s used the credentials of %s against %s %s", by, from, as, to, say.Count(f.Count, "time"))
	if u.landed {
		f.Why = fmt.Sprintf("%s on %s used the credentials of %s against %s, and %s logged on there from it", by, from, as, to, as)
	}
	f.Level = footfall.LevelMedium
	if u.chain {
		f.Why += "; the session on " + from + " came from elsewhere itself"
		if u.landed {
			f.Level = footfall.LevelHigh
		}
	}
	f.Why += "."
	f.Innocent = fmt.Sprintf("An administrator's second account was tested for: the same credentials were used from there on %s before.", say.Count(u.days, "day"))
	person := w.env.Person(k.by)
	switch {
	case u.usual:
		f.Level = footfall.LevelInformational
		f.Innocent = fmt.Sprintf("It fits an administrator's second account: the same credentials were used from there on %s before, against about as many hosts.", say.Count(u.days, "day"))
	case person != 0 && person == w.env.Person(k.as):
		f.Level = footfall.LevelLow
		f.Innocent = "Both accounts are of " + n.String(person) + ", as declared or as records show."
	case !u.chain && w.env.Expects(k.by, u.from):
		_, _, roles := w.env.Context.Role(by)
		f.Level = footfall.LevelLow
		f.Innocent = fmt.Sprintf("It fits the account's work: its declared roles are %s, and it works from there.", roles)
	}
	if len(f.Attack) == 0 {
		f.Bear("T1021")
	}
	if len(f.Attack) > 1 {
		f.Attack = slices.DeleteFunc(f.Attack, func(a string) bool { return a == "T1021" })
	}
	f.About(footfall.RoleSource, "host", from)
	f.About(footfall.RoleDestination, "host", to)
	f.About(footfall.RoleActor, "account", by)
	f.About(footfall.RoleTarget, "account", as)
	f.Weight = f.Level.Weight()
	if f.Level == footfall.LevelLow { // all that lowers it explains it
		f.Weight = footfall.Explained
	}
	out.Find(f, &u.about)
}

// Flush does nothing: findings are given as they grow.
func (*watcher) Flush(int64, *footfall.Sink) {}
