// Package discovery finds movement that somebody looked round for first:
// commands that ask who one is, which hosts, groups and shares there are, in
// one session, and within the hour a remote logon out of that host. In go
// processes, logons and uses of credentials; out comes one finding for each
// session and host reached.
package discovery

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/recent"
	"github.com/footfall/footfall/internal/say"
)

// Analytic sees all hosts in one instance: who looks round on one is seen to
// arrive on another.
var Analytic = footfall.Analytic{
	Name: "discovery",
	Doc: "Three or more different commands that look round (whoami, net group, nltest, dsquery, AdFind, known_hosts, ...), one of them at the network, in one session, " +
		"and within an hour RDP, SSH, WinRM, VNC or an administrative share of another host reached from there. Administrators look round too: " +
		"an account that did so on that host on three earlier days, and hosts declared to administer others, weigh less.",
	Rules: []footfall.Rule{{
		ID: "discovery", Title: "Somebody looked round and then moved on", Level: footfall.LevelMedium,
		Description: "Commands that ask for accounts, groups, hosts and shares came before a logon from that host to another, as an intruder plans his next step.",
		Attack: []string{
			"T1016", "T1018", "T1021", "T1021.001", "T1021.002", "T1021.003", "T1021.004", "T1021.005", "T1021.006", "T1033", "T1049",
			"T1069", "T1082", "T1087", "T1135", "T1482",
		},
		Rows: []string{"MIS-03"}, Reference: "https://attack.mitre.org/tactics/TA0007/",
		Innocent: []string{"an administrator who looks for the cause of a fault", "inventory scripts", "a logon script"},
	}},
	Kinds: []footfall.Kind{footfall.KindProcess, footfall.KindLogon, footfall.KindExplicit, footfall.KindShare, footfall.KindPipe, footfall.KindConnection},
	Keys: func(dst []footfall.Name, s *footfall.Step) []footfall.Name {
		if s.Rule != 0 {
			return dst
		}
		switch s.Kind {
		case footfall.KindProcess:
			if s.Image|s.Command != 0 && s.Flags&footfall.FlagMachine == 0 {
				return append(dst, footfall.All)
			}
		case footfall.KindLogon, footfall.KindExplicit, footfall.KindShare, footfall.KindPipe, footfall.KindConnection:
			if s.Outcome != footfall.Failure && s.Flags&(footfall.FlagMachine|footfall.FlagLoopback|footfall.FlagSystem) == 0 {
				return append(dst, footfall.All)
			}
		}
		return dst
	},
	New: newWatcher,
}

const (
	hour = 3600 * 1e9
	day  = 24 * hour
	// limitVerbs (discovery.commands) is how many different commands make a
	// look round: who checks one thing types one or two.
	limitVerbs = 3
	// limitMinutes (discovery.minutes) is how long after them a move counts.
	limitMinutes = 60
	// habit is on how many earlier days the same makes it ordinary work.
	habit = 3
	// Bounds of one trail.
	maxVerbs, maxQuoted, maxTrails = 24, 5, 8
)

type trailKey struct{ host, session footfall.Name }

// A trail is the looking round of one session.
type trail struct {
	account, session footfall.Name
	verbs            []footfall.Name
	wide             int // of them, those that ask about other hosts or the domain
	first, last      int64
	refs             []footfall.Ref
	quoted           []string
	attack           []string
	remote           bool
	srcAddr, srcHost footfall.Name
	service          footfall.Service
	start            int64
	opened           footfall.Ref
	days             uint16
	told             []footfall.Name // hosts reached of which a finding was given
}

type habitKey struct{ account, host footfall.Name }

type habits struct {
	days    uint16
	lastDay int64
}

type edge struct{ from, to footfall.Name }

type watcher struct {
	env    *footfall.Env
	verbs  int
	within int64
	trails *recent.Map[trailKey, *trail]
	at     *recent.Map[footfall.Name, []trailKey] // by host, the last ones
	habits *recent.Map[habitKey, habits]
	edges  *recent.Map[edge, int64] // when one host was first reached from another
	known  *recent.Map[footfall.Name, verb]
}

func newWatcher(e *footfall.Env) footfall.Watcher {
	return &watcher{
		env: e, verbs: int(e.Context.Limit("discovery.commands", limitVerbs)), within: int64(e.Context.Limit("discovery.minutes", limitMinutes) * 60e9),
		trails: recent.New[trailKey, *trail](1 << 11), at: recent.New[footfall.Name, []trailKey](1 << 11),
		habits: recent.New[habitKey, habits](1 << 12), edges: recent.New[edge, int64](1 << 14), known: recent.New[footfall.Name, verb](1 << 12),
	}
}

// Observe adds a command to its trail, or looks for the trail that a move ends.
func (w *watcher) Observe(s *footfall.Step, sess *footfall.Session, out *footfall.Sink) {
	if s.Kind == footfall.KindProcess {
		w.looks(s, sess)
		return
	}
	if from, to, via := w.move(s, sess); from != 0 && to != 0 && from != to {
		w.moved(s, from, to, via, out)
	}
}

func (w *watcher) looks(s *footfall.Step, sess *footfall.Session) {
	if s.Flags&footfall.FlagSystem != 0 && !sess.Remote() || s.DstHost == 0 {
		return
	}
	v := w.verb(s)
	if v.name == 0 || w.expected(s) {
		return
	}
	k := trailKey{s.DstHost, cmp.Or(s.Session, s.Account)}
	slot, fresh := w.trails.Put(k)
	if fresh || *slot == nil || s.Time-(*slot).last > w.within {
		*slot = &trail{account: s.Account, session: s.Session, first: s.Time}
		w.remember(k)
	}
	t := *slot
	t.last = s.Time
	if sess.Remote() {
		t.remote, t.srcAddr, t.srcHost, t.service, t.start, t.opened = true, sess.SrcAddr, sess.SrcHost, sess.Service, sess.Start, sess.Opened
	}
	if slices.Contains(t.verbs, v.name) || len(t.verbs) == maxVerbs {
		return
	}
	t.verbs = append(t.verbs, v.name)
	t.refs = append(t.refs, s.Ref)
	if v.wide {
		t.wide++
	}
	if v.attack != "" && !slices.Contains(t.attack, v.attack) {
		t.attack = append(t.attack, v.attack)
	}
	if len(t.quoted) < maxQuoted {
		t.quoted = append(t.quoted, say.Quote(w.env.Names.String(cmp.Or(s.Command, s.Image)), 80))
	}
	if len(t.verbs) == w.verbs {
		t.days = w.habit(s)
	}
}

func (w *watcher) remember(k trailKey) {
	list, _ := w.at.Put(k.host)
	if i := slices.Index(*list, k); i >= 0 {
		*list = slices.Delete(*list, i, i+1)
	}
	if len(*list) >= maxTrails {
		*list = slices.Delete(*list, 0, 1)
	}
	*list = append(*list, k)
}

// habit counts on how many earlier days the account looked round here.
func (w *watcher) habit(s *footfall.Step) uint16 {
	h, fresh := w.habits.Put(habitKey{s.Account, s.DstHost})
	if today := s.Time / day; fresh || h.lastDay != today {
		if !fresh {
			h.days++
		}
		h.lastDay = today
	}
	return h.days
}

// expected reports whether the command is declared as legitimate there.
func (w *watcher) expected(s *footfall.Step) bool {
	c, n := w.env.Context, w.env.Names
	return c != nil && slices.ContainsFunc(c.Expected, func(e footfall.Expected) bool {
		return (e.Account == "" || e.Account == n.String(s.Account)) && (e.Host == "" || e.Host == n.String(s.DstHost)) && e.Parent == "" &&
			strings.HasPrefix(n.String(s.Command), e.Command) && (e.Until == 0 || s.Time < e.Until)
	})
}

// move tells from which host to which somebody went, and by what. What the
// commands of looking round do themselves (network logons at a domain
// controller, pipes that list) is none.
func (w *watcher) move(s *footfall.Step, sess *footfall.Session) (from, to footfall.Name, via footfall.Service) {
	from, to, via = s.SrcHost, s.DstHost, s.Service
	if from == 0 && s.SrcAddr != 0 {
		from = w.env.HostAt(s.SrcAddr)
	}
	switch s.Kind {
	case footfall.KindLogon:
		if s.LogonType == 3 && via == footfall.ServiceNetwork {
			return 0, 0, via
		}
	case footfall.KindExplicit:
		if sess != nil {
			from = sess.Host
		}
		if via != footfall.ServiceRDP && via != footfall.ServiceWinRM {
			class, _, _ := strings.Cut(strings.ToLower(w.env.Names.String(s.Object)), "/")
			if class != "termsrv" {
				return 0, 0, via
			}
			via = footfall.ServiceRDP
		}
	case footfall.KindShare, footfall.KindPipe:
		if !administrative(w.env.Names.String(s.Object)) {
			return 0, 0, via
		}
		via = footfall.ServiceSMB
	case footfall.KindConnection:
		if s.Flags&footfall.FlagOutward == 0 {
			return 0, 0, via
		}
		if to == 0 || to == from {
			to = cmp.Or(w.env.HostAt(s.DstAddr), s.DstAddr)
		}
	}
	switch via {
	case footfall.ServiceRDP, footfall.ServiceSSH, footfall.ServiceWinRM, footfall.ServiceVNC, footfall.ServiceTelnet:
	case footfall.ServiceSMB:
		if s.Kind == footfall.KindConnection {
			return 0, 0, via
		}
	default:
		return 0, 0, via
	}
	return from, to, via
}

// administrative reports whether a share or pipe is one of administration.
func administrative(o string) bool {
	o = strings.ToLower(o)
	share, _, _ := strings.Cut(o, `\`)
	switch share {
	case "admin$", "c$", "d$", "svcctl", "atsvc":
		return true
	}
	return false
}

func (w *watcher) moved(s *footfall.Step, from, to footfall.Name, via footfall.Service, out *footfall.Sink) {
	first, fresh := w.edges.Put(edge{from, to})
	if fresh {
		*first = s.Time
	}
	list := w.at.Get(from)
	if list == nil {
		return
	}
	for _, k := range slices.Backward(*list) {
		slot := w.trails.Get(k)
		if slot == nil || *slot == nil {
			continue
		}
		t := *slot
		if len(t.verbs) < w.verbs || t.wide == 0 || s.Time-t.last > w.within || slices.Contains(t.told, to) {
			continue
		}
		if len(t.told) < maxTrails {
			t.told = append(t.told, to)
		}
		w.give(move{s: s, from: from, to: to, via: via, fresh: *first == s.Time}, t, out)
		return
	}
}

// A move is a hop out of the host that somebody looked round on.
type move struct {
	s        *footfall.Step
	from, to footfall.Name
	via      footfall.Service
	fresh    bool // the first from this host to that one
}

func (w *watcher) give(m move, t *trail, out *footfall.Sink) {
	n, s := w.env.Names, m.s
	who, from, to := n.String(t.account), n.String(m.from), n.String(m.to)
	f := &footfall.Finding{
		ID: footfall.FindingID("discovery", from+"|"+to+"|"+n.String(t.session), s.ID), Rule: &Analytic.Rules[0], First: t.first, Last: s.Time, Count: len(t.verbs) + 1,
		Title: fmt.Sprintf("%s looked round on %s and then %s was reached from it", cmp.Or(who, "Somebody"), from, to),
	}
	for _, r := range t.refs[:min(len(t.refs), footfall.MaxEvidence-2)] {
		f.CiteRef(r)
	}
	f.CiteRef(s.Ref)
	f.Why = fmt.Sprintf("%s ran %s that look round on %s, %d of them at other hosts or the domain, within %s (%s), and %s after the last %s was reached from there by %s",
		cmp.Or(who, "somebody"), say.Count(len(t.verbs), "different command"), from, t.wide, say.Span(t.last-t.first), strings.Join(t.quoted, ", "),
		say.Span(s.Time-t.last), to, m.via)
	if s.Account != 0 && s.Account != t.account {
		f.Why += " as " + n.String(s.Account)
	}
	if t.remote {
		f.Why += fmt.Sprintf("; the session had itself come from %s", n.String(cmp.Or(t.srcHost, t.srcAddr)))
	}
	f.Why += "."
	f.Level, f.Innocent = w.level(m, t)
	f.Weight = f.Level.Weight()
	for _, a := range t.attack {
		f.Bear(a)
	}
	f.Bear(m.via.Technique())
	w.name(f, m, t)
	out.Find(f, s)
}

func (w *watcher) level(m move, t *trail) (footfall.Level, string) {
	n, c := w.env.Names, w.env.Context
	if c != nil {
		for _, h := range []footfall.Name{m.from, t.srcHost, t.srcAddr} {
			if name := n.String(h); h != 0 && (c.Deployers[name] || c.Scanners[name]) {
				return footfall.LevelLow, name + " is declared to administer or scan other hosts."
			}
		}
	}
	if t.days >= habit {
		return footfall.LevelLow, fmt.Sprintf("It fits an administrator's work: the account looked round on this host on %s before.", say.Count(int(t.days), "day"))
	}
	tested := fmt.Sprintf("An administrator's habit was tested for: the account looked round on this host on %s before", say.Count(int(t.days), "day"))
	if t.remote && t.wide >= 2 && len(t.verbs) > w.verbs && m.fresh {
		return footfall.LevelHigh, tested + ", and no earlier record shows the one host reached from the other."
	}
	return footfall.LevelMedium, tested + "."
}

func (w *watcher) name(f *footfall.Finding, m move, t *trail) {
	n := w.env.Names
	f.About(footfall.RoleActor, "account", n.String(t.account))
	f.About(footfall.RoleActor, "account", n.String(m.s.Account))
	f.About(footfall.RoleSource, "host", n.String(m.from))
	f.About(footfall.RoleDestination, "host", n.String(m.to))
	f.About(footfall.RoleSession, "session", n.String(t.session))
	if id := n.String(t.session); id != "" {
		f.Sessions = append(f.Sessions, id)
	}
	if t.remote && t.start != 0 {
		f.Path = append(f.Path, footfall.Hop{Time: t.start, From: n.String(cmp.Or(t.srcHost, t.srcAddr)), To: n.String(m.from), Account: n.String(t.account), Service: t.service, Outcome: footfall.Success, Ref: t.opened})
	}
	f.Path = append(f.Path, footfall.Hop{Time: m.s.Time, From: n.String(m.from), To: n.String(m.to), Account: n.String(m.s.Account), Service: m.via, Outcome: footfall.Success, Ref: m.s.Ref})
}

// Flush does nothing: each finding is whole.
func (*watcher) Flush(int64, *footfall.Sink) {}
