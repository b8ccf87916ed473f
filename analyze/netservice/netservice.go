// Package netservice finds services that somebody installs over the network:
// the ATT&CK analytic "new services being created under network logon
// sessions by non-system users", joined on the logon id, and its weaker forms
// where records are missing. In go steps; out come findings. System and
// machine accounts are told by SID and evidence, never by a trailing "$".
package netservice

import (
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/recent"
	"github.com/footfall/footfall/internal/say"
)

// Analytic sees all hosts in one instance: a deployment is told from an
// intruder by the other hosts that got the same service.
var Analytic = footfall.Analytic{
	Name: "netservice",
	Doc: "A service (4697, 7045) or a task (4698) installed in a network logon session of a user, joined on the logon id; where 4697 is missing, " +
		"after that user opened the service manager's pipe or logged on with administrator rights seconds before; and services whose " +
		"command is that of a tool that runs commands on other hosts. Software deployment looks the same: it brings the same service " +
		"to many hosts, by the same account, on more than one day, or from a host declared as a deployer.",
	Rules: []footfall.Rule{{
		ID: "netservice", Title: "A service or task was installed over the network", Level: footfall.LevelHigh,
		Description: "A user who was logged on over the network installed a service: it runs as the system, and so does what it starts.",
		Attack:      []string{"T1021.001", "T1021.002", "T1053.005", "T1543.003", "T1563.002", "T1569.002"}, Rows: []string{"SMB-01", "SMB-05", "SMB-08", "RDP-06"},
		Reference: "https://attack.mitre.org/techniques/T1021/",
		Innocent:  []string{"software deployment", "an administrator with PsExec"},
	}},
	Kinds: []footfall.Kind{footfall.KindService, footfall.KindShare, footfall.KindPipe, footfall.KindPrivilege, footfall.KindTask, footfall.KindLogon},
	Keys:  keys,
	New:   newWatcher,
}

func keys(dst []footfall.Name, s *footfall.Step) []footfall.Name {
	switch s.Kind {
	case footfall.KindService, footfall.KindShare, footfall.KindPipe, footfall.KindPrivilege:
		return append(dst, footfall.All)
	case footfall.KindTask:
		switch s.Event {
		case taskCreated, taskChanged, taskDeleted, taskRegistered, taskRemoved:
			return append(dst, footfall.All)
		}
	case footfall.KindLogon:
		if s.Outcome == footfall.Success && (s.LogonType == 3 || s.Flags&footfall.FlagRemote != 0) {
			return append(dst, footfall.All)
		}
	}
	return dst
}

// Events of scheduled tasks: those of the Security log name the session, those
// of the task scheduler's own log only the user.
const (
	taskCreated    = 4698
	taskDeleted    = 4699
	taskChanged    = 4702
	taskRegistered = 106
	taskRemoved    = 141
)

// shortLived is within what time a task that is deleted again was made for one
// command: schedules are for later.
const shortLived = 60 * 1e9

const (
	// afterPipe is how long after the service manager's pipe was opened a
	// service counts as made through it: a tool connects and installs at once.
	afterPipe = 30 * 1e9
	// afterLogon is the same after a logon with administrator rights alone.
	afterLogon = 10 * 1e9
	// sameInstall is how far apart 4697 and 7045 of one installation lie.
	sameInstall = 10 * 1e9
	// Three hosts, and a day since the first, make a deployment: an intruder's
	// tool reaches many hosts, but not over days under one name.
	deployHosts = 3
	deployAge   = 24 * 3600 * 1e9
)

// somebody is who came over the network, and by which record that is known.
type somebody struct {
	time             int64
	account          footfall.Name
	srcAddr, srcHost footfall.Name
	session          footfall.Name
	flags            footfall.Flags
	ref              footfall.Ref
}

type host struct {
	logon    somebody    // the last network logon of a user
	elevated bool        // it has administrator rights
	pipes    [2]somebody // who opened the service manager's and the task scheduler's pipe last
	last     [4]install
	n        uint8
	task     footfall.Step // the last that was made
}

// An install is one of the last on a host, for the second record of the same.
type install struct {
	name footfall.Name
	time int64
	as   how // by what evidence it is known; unknown when it is none
}

type deployKey struct{ account, service footfall.Name }

type deployment struct {
	hosts [deployHosts]footfall.Name
	n     uint8
	first int64
}

type watcher struct {
	env     *footfall.Env
	hosts   *recent.Map[footfall.Name, host]
	deploys *recent.Map[deployKey, deployment]
	open    *recent.Map[installKey, *footfall.Finding]
}

type installKey struct{ host, service footfall.Name }

func newWatcher(e *footfall.Env) footfall.Watcher {
	return &watcher{
		env:     e,
		hosts:   recent.New[footfall.Name, host](1 << 14),
		deploys: recent.New[deployKey, deployment](1 << 14),
		open:    recent.New[installKey, *footfall.Finding](1 << 10),
	}
}

// Observe joins services with those who came over the network.
func (w *watcher) Observe(s *footfall.Step, sess *footfall.Session, out *footfall.Sink) {
	if s.Rule != 0 || s.DstHost == 0 {
		return
	}
	switch s.Kind {
	case footfall.KindLogon:
		if user(s.Flags) && s.Account != 0 {
			h, _ := w.hosts.Put(s.DstHost)
			h.logon, h.elevated = of(s), s.Flags&footfall.FlagElevated != 0
		}
	case footfall.KindPrivilege:
		if h := w.hosts.Get(s.DstHost); h != nil && s.Session != 0 && h.logon.session == s.Session {
			h.elevated = true
		}
	case footfall.KindShare, footfall.KindPipe:
		if i := w.manager(s); i >= 0 && user(s.Flags) && s.Flags&footfall.FlagRemote != 0 {
			h, _ := w.hosts.Put(s.DstHost)
			h.pipes[i] = of(s)
		}
	case footfall.KindService:
		w.install(s, sess, toolOf(w.env.Names.String(s.Object), w.command(s)), out)
	case footfall.KindTask:
		w.task(s, sess, out)
	}
}

func user(f footfall.Flags) bool {
	return f&(footfall.FlagSystem|footfall.FlagMachine|footfall.FlagGuest) == 0
}

func of(s *footfall.Step) somebody {
	return somebody{s.Time, s.Account, s.SrcAddr, s.SrcHost, s.Session, s.Flags, s.Ref}
}

// manager tells whose pipe was opened: 0 the service manager's, 1 the task
// scheduler's, -1 another.
func (w *watcher) manager(s *footfall.Step) int {
	o := w.env.Names.String(s.Object)
	switch {
	case len(o) >= 6 && strings.EqualFold(o[len(o)-6:], "svcctl"):
		return 0
	case len(o) >= 5 && strings.EqualFold(o[len(o)-5:], "atsvc"):
		return 1
	}
	return -1
}

// A how says how an installation is known to have come over the network.
type how uint8

const (
	unknown   how = iota
	byTool        // its command is that of a remote execution tool
	byDesktop     // its logon id is a remote desktop\'s
	byLogon       // an administrator had logged on over the network just before
	byRecord      // the record itself says that a client elsewhere did it
	byPipe        // a user had opened the service manager's pipe just before
	bySession     // the logon id of the installation is a network logon's
)

// task handles a task that was made, and one that is deleted as soon as it
// ran, which is how tools get one command run elsewhere.
func (w *watcher) task(s *footfall.Step, sess *footfall.Session, out *footfall.Sink) {
	h, _ := w.hosts.Put(s.DstHost)
	switch s.Event {
	case taskCreated, taskRegistered:
		h.task = *s
		w.install(s, sess, tool{}, out)
		return
	case taskChanged:
		w.install(s, sess, tool{}, out)
		return
	}
	made := h.task
	if made.Time == 0 || made.Object != s.Object || s.Time-made.Time > shortLived || !user(made.Flags) || s.Event == taskRemoved && !w.byHand(&made) {
		return
	}
	h.task = footfall.Step{}
	w.install(&made, sess, tool{name: "a task that was deleted " + say.Span(s.Time-made.Time) + " later, as tools do that run one command on another host", smb: true}, out)
}

// byHand reports whether a task of the scheduler's own log may be a tool's:
// of one word, in the root folder, made by a user. That log gives no SIDs.
func (w *watcher) byHand(made *footfall.Step) bool {
	task, who := w.env.Names.String(made.Object), w.env.Names.String(made.Account)
	domain, _, _ := strings.Cut(who, `\`)
	switch domain {
	case "", "nt authority", "autorite nt", "nt-autorität", "s-1-5-18":
		return false
	}
	return !strings.HasSuffix(who, "$") && !strings.ContainsAny(strings.TrimPrefix(task, `\`), `\ -_{.`)
}

func (w *watcher) install(s *footfall.Step, sess *footfall.Session, tool tool, out *footfall.Sink) {
	h, _ := w.hosts.Put(s.DstHost)
	who, as := w.who(s, sess, h)
	if as == unknown {
		if tool.name == "" || tool.trade {
			return
		}
		as = byTool
		who = somebody{time: s.Time, account: s.Account, session: s.Session}
	}
	f, i := w.again(s, h)
	if f == nil {
		f, i = w.begin(s), &h.last[h.n%4]
		*i = install{s.Object, s.Time, unknown}
		h.n++
	}
	if len(f.Evidence) == 0 || f.Evidence[0] != s.Ref {
		f.Cite(s)
	}
	// The better evidence may come with the second record.
	if as > i.as {
		i.as = as
		w.describe(f, s, who, as, tool)
	}
	w.name(f, s, who)
	slot, _ := w.open.Put(installKey{s.DstHost, s.Object})
	*slot = f
	out.Find(f, about(s, who))
}

// again returns the finding of the same installation's other record.
func (w *watcher) again(s *footfall.Step, h *host) (*footfall.Finding, *install) {
	for k := range h.last {
		i := &h.last[k]
		if i.as != unknown && i.name == s.Object && s.Time-i.time <= sameInstall {
			if f := w.open.Get(installKey{s.DstHost, s.Object}); f != nil {
				return *f, i
			}
		}
	}
	return nil, nil
}

// command is what a service or a task runs.
func (w *watcher) command(s *footfall.Step) string {
	if s.Command != 0 {
		return w.env.Names.String(s.Command)
	}
	return w.env.Names.String(s.Image)
}

// who finds the user behind an installation, by the best evidence there is.
func (w *watcher) who(s *footfall.Step, sess *footfall.Session, h *host) (somebody, how) {
	if !user(s.Flags) {
		return somebody{}, unknown
	}
	if sess != nil && (sess.Remote() || sess.Type == 3) {
		if !user(sess.Flags) {
			return somebody{}, unknown
		}
		as := bySession
		if sess.Type == 10 || sess.Type == 7 || sess.Service == footfall.ServiceRDP {
			as = byDesktop
		}
		return somebody{sess.Start, sess.Account, sess.SrcAddr, sess.SrcHost, sess.ID, sess.Flags, sess.Opened}, as
	}
	if sess != nil && sess.Start != 0 {
		return somebody{}, unknown // the session is known, and it was opened at the machine
	}
	same := func(b *somebody) bool { return s.Account == 0 || s.Account == b.account }
	if s.Local > 0 {
		return somebody{time: s.Time, account: s.Account, session: s.Session, ref: s.Ref}, byRecord
	}
	p := &h.pipes[0]
	if s.Kind == footfall.KindTask {
		p = &h.pipes[1]
	}
	if p.time != 0 && s.Time-p.time <= afterPipe && same(p) {
		return *p, byPipe
	}
	if l := &h.logon; h.elevated && l.time != 0 && s.Time-l.time <= afterLogon && same(l) && l.flags&footfall.FlagRemote != 0 {
		return *l, byLogon
	}
	return somebody{}, unknown
}

// about is the step as witnesses are asked about it: with who is behind it.
func about(s *footfall.Step, who somebody) *footfall.Step {
	c := *s
	if who.account != 0 {
		c.Account = who.account
	}
	c.SrcAddr, c.SrcHost = who.srcAddr, who.srcHost
	c.Flags |= who.flags & (footfall.FlagRemote | footfall.FlagPublic | footfall.FlagElevated)
	if c.Session == 0 {
		c.Session = who.session
	}
	return &c
}

// Flush does nothing: each finding is whole.
func (*watcher) Flush(int64, *footfall.Sink) {}
