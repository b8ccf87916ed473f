// Package around bears witness to what was around a finding: alerts of other
// products, others at its address, other sessions of its account, and what was
// done in its session and with data. In go steps; out come the facts
// alerts-around, others-at-source, source-shared, other-sessions, session-logs
// and transfer-after.
package around

import (
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/recent"
)

// Analytic sees what it keeps in one instance: alerts and sessions are anywhere.
var Analytic = footfall.Analytic{
	Name: "around",
	Doc: "What was around a finding, from a day before to a day after: alerts of other products on its hosts and account, other accounts at its address, other sessions of its account, " +
		"what was run in its session, what data were opened or moved. It finds nothing by itself; no is said only where records of the sort are seen to come over that time.",
	Rules: []footfall.Rule{{
		ID: "around", Title: "What was around a finding", Level: footfall.LevelInformational,
		Description: "Facts about the time of findings; no findings of its own.",
	}},
	Plain: true,
	Facts: []string{"alerts-around", "others-at-source", "source-shared", "other-sessions", "session-logs", "transfer-after"},
	Kinds: []footfall.Kind{
		footfall.KindAlert, footfall.KindLogon, footfall.KindLogoff, footfall.KindProcess, footfall.KindScript, footfall.KindService,
		footfall.KindTask, footfall.KindShell, footfall.KindCall, footfall.KindWMI, footfall.KindExplicit, footfall.KindPrivilege,
		footfall.KindShare, footfall.KindFile, footfall.KindTransfer, footfall.KindConnection,
	},
	Keys:  keys,
	About: func(dst []footfall.Name, _ *footfall.Step) []footfall.Name { return append(dst, footfall.All) },
	New: func(e *footfall.Env) footfall.Watcher {
		return &watcher{
			env: e, alerts: recent.New[footfall.Name, alerts](1 << 12), sessions: recent.New[footfall.Name, sessions](1 << 14),
			accounts: map[footfall.Name][]int{}, hosts: map[footfall.Name][]int{}, inSession: map[footfall.Name][]int{}, byID: map[string]int{},
		}
	},
}

const (
	day  = 24 * 3600 * 1e9
	hour = 3600 * 1e9
	// large is from how many bytes on a connection is worth a look.
	large = 1 << 20
)

// keys leaves out what no answer needs: small connections, and what machines
// and the system do of themselves.
func keys(dst []footfall.Name, s *footfall.Step) []footfall.Name {
	if s.Rule != 0 {
		return dst
	}
	switch s.Kind {
	case footfall.KindAlert:
	case footfall.KindProcess, footfall.KindScript, footfall.KindService, footfall.KindTask, footfall.KindShell, footfall.KindCall, footfall.KindWMI,
		footfall.KindExplicit, footfall.KindPrivilege, footfall.KindShare, footfall.KindFile, footfall.KindTransfer:
		if s.Session == 0 && s.Account == 0 || s.Flags&(footfall.FlagSystem|footfall.FlagMachine) != 0 {
			return dst
		}
	case footfall.KindConnection:
		if s.Bytes < large {
			return dst
		}
	case footfall.KindLogon:
		if s.Outcome != footfall.Success || s.Flags&(footfall.FlagSystem|footfall.FlagMachine) != 0 || s.Account == 0 {
			return dst
		}
	case footfall.KindLogoff:
		if s.Session == 0 {
			return dst
		}
	default:
		return dst
	}
	return append(dst, footfall.All)
}

// fewAlerts is how many alerts about one host or account are kept, and
// fewSessions how many sessions of one account.
const (
	fewAlerts   = 4
	fewSessions = 6
)

// alerts are the last about a host or an account.
type alerts struct {
	last [fewAlerts]footfall.Step
	n    int
}

func (a *alerts) put(s *footfall.Step) {
	a.last[a.n%fewAlerts] = *s
	a.n++
}

// A stay is a session of an account.
type stay struct {
	session, host, source footfall.Name
	start, end            int64
	service               footfall.Service
	ref                   footfall.Ref
}

// sessions are the last of an account.
type sessions struct {
	last [fewSessions]stay
	next int
}

type watcher struct {
	env      *footfall.Env
	alerts   *recent.Map[footfall.Name, alerts] // by host and by account
	sessions *recent.Map[footfall.Name, sessions]

	list                       []followed
	head                       int // those before are done
	now                        int64
	accounts, hosts, inSession map[footfall.Name][]int
	byID                       map[string]int
}

// Observe notes what answers may need, and what followed findings.
func (w *watcher) Observe(s *footfall.Step, _ *footfall.Session, out *footfall.Sink) {
	w.now = s.Time
	if w.head < len(w.list) {
		w.expire(s.Time, out)
	}
	switch s.Kind {
	case footfall.KindAlert:
		w.alert(s, out)
	case footfall.KindLogon:
		w.logon(s)
	case footfall.KindLogoff:
		w.logoff(s)
		w.data(s)
	default:
		if w.head < len(w.list) {
			w.followed(s)
		}
	}
}

// followed notes what was done and with which data, for the findings that are followed.
func (w *watcher) followed(s *footfall.Step) {
	switch s.Kind {
	case footfall.KindShare, footfall.KindFile, footfall.KindTransfer:
		w.data(s)
		w.done(s)
	case footfall.KindConnection:
		w.data(s)
	default:
		w.done(s)
	}
}

func (w *watcher) alert(s *footfall.Step, out *footfall.Sink) {
	seen := [4]footfall.Name{s.DstHost, s.SrcHost, s.Account, s.SrcAddr}
	for i, k := range seen {
		if k == 0 || i > 0 && k == seen[0] {
			continue
		}
		a, _ := w.alerts.Put(k)
		a.put(s)
		for _, list := range [][]int{w.hosts[k], w.accounts[k]} {
			for _, j := range list {
				if x := &w.list[j]; !x.alerted && !x.done && s.Time >= x.about.Time {
					x.alerted = true
					w.tellAlerts(x, s.Time, out)
				}
			}
		}
	}
}

func (w *watcher) logon(s *footfall.Step) {
	x, _ := w.sessions.Put(s.Account)
	for i := range x.last {
		// Several records tell of one logon.
		l := &x.last[i]
		if l.start != 0 && l.host == s.DstHost && (s.Session != 0 && l.session == s.Session || l.source == s.Source() && l.service == s.Service && s.Time-l.start < 3e9) {
			return
		}
		if l.start != 0 && l.host == s.DstHost && l.source == s.Source() {
			if l.end == 0 && s.Time-l.start <= together {
				return
			}
			*l = stay{s.Session, s.DstHost, s.Source(), s.Time, 0, s.Service, s.Ref}
			return // who comes again and again takes one place
		}
	}
	i := x.next
	for j := range x.last {
		// What has ended makes room before what is open.
		if l := &x.last[(x.next+j)%fewSessions]; l.start == 0 || l.end != 0 {
			i = (x.next + j) % fewSessions
			break
		}
	}
	x.last[i] = stay{s.Session, s.DstHost, s.Source(), s.Time, 0, s.Service, s.Ref}
	x.next = (i + 1) % fewSessions
}

func (w *watcher) logoff(s *footfall.Step) {
	if x := w.sessions.Get(s.Account); x != nil {
		for i := range x.last {
			if l := &x.last[i]; l.session == s.Session && l.end == 0 {
				l.end = s.Time
			}
		}
	}
	for _, i := range w.inSession[s.Session] {
		w.list[i].ended = s.Time
	}
}

// done notes what was run in the session of a finding.
func (w *watcher) done(s *footfall.Step) {
	if s.Session == 0 {
		return
	}
	for _, i := range w.inSession[s.Session] {
		x := &w.list[i]
		if x.done || s.Time < x.about.Time || s.Time > x.about.Time+day {
			continue
		}
		x.doings.add(w.env.Names, s)
	}
}

// data notes what was opened or moved, by the account of a finding on its
// host, in its session, or from its host.
func (w *watcher) data(s *footfall.Step) {
	if s.Kind == footfall.KindLogoff && s.Bytes == 0 {
		return
	}
	note := func(i int) {
		x := &w.list[i]
		switch {
		case x.done || s.Time < x.about.Time || s.Time > x.about.Time+day || x.data.has(s.ID):
		case s.Kind == footfall.KindShare && !file(w.env.Names.String(s.Object)):
			x.opened.add(w.env.Names, s)
		default:
			x.data.add(w.env.Names, s)
			x.bytes += s.Bytes
		}
	}
	if s.Session != 0 {
		for _, i := range w.inSession[s.Session] {
			note(i)
		}
	}
	if s.Kind == footfall.KindConnection {
		for _, i := range w.hosts[s.SrcHost] {
			if s.SrcHost != 0 && s.SrcHost == w.list[i].about.DstHost {
				note(i)
			}
		}
		return
	}
	for _, i := range w.accounts[s.Account] {
		if s.Account != 0 && w.list[i].about.DstHost == s.DstHost {
			note(i)
		}
	}
}

// file reports whether the object of a share's step is something on the share,
// and not the share itself or the pipes of IPC$.
func file(object string) bool {
	object = strings.TrimPrefix(object, `\\?\`)
	if rest, ok := strings.CutPrefix(object, `\\`); ok {
		_, object, _ = strings.Cut(rest, `\`)
	}
	share, below, _ := strings.Cut(object, `\`)
	return strings.Trim(below, `\`) != "" && !strings.EqualFold(share, "IPC$")
}

// Flush answers for all that is still followed.
func (w *watcher) Flush(now int64, out *footfall.Sink) {
	for i := w.head; i < len(w.list); i++ {
		w.end(i, max(now, w.list[i].about.Time), out)
	}
	w.head = len(w.list)
}
