// Package takeover finds desktop sessions that another than their owner took
// up: a session is continued (4778) from a client, and its account was not
// authenticated from there, while somebody else had logged on from that very
// client. In go logons, disconnections and reconnections; out comes one finding
// for each session taken up.
package takeover

import (
	"cmp"
	"fmt"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/recent"
	"github.com/footfall/footfall/internal/say"
)

// Analytic is keyed by the host.
var Analytic = footfall.Analytic{
	Name: "takeover",
	Doc: "A remote desktop session is taken up again from another client than the one that left it, without a logon of its account from there: " +
		"tscon, run as the system, does that. Who walks from one desk to another looks the same but for the logon, which Windows records just before.",
	Rules: []footfall.Rule{{
		ID: "takeover", Title: "A desktop session was taken up by another", Level: footfall.LevelMedium,
		Description: "A session that was left is continued from a client on which its account did not log on: its programs and rights are in other hands.",
		Attack:      []string{"T1021.001", "T1563.002"}, Rows: []string{"RDP-06"},
		Reference: "https://attack.mitre.org/techniques/T1563/002/",
		Innocent:  []string{"a person who goes from one computer to another", "a log of logons that is not kept or has a hole"},
	}},
	Keys: func(dst []footfall.Name, s *footfall.Step) []footfall.Name {
		switch {
		case s.Rule != 0 || s.DstHost == 0 || s.Flags&footfall.FlagOutward != 0:
		case s.Event == reconnected, s.Event == disconnected, s.Event == loggedOn && s.Outcome == footfall.Success && s.Source() != 0:
			return append(dst, s.DstHost)
		}
		return dst
	},
	New: func(e *footfall.Env) footfall.Watcher {
		return &watcher{
			env: e, logons: recent.New[logonKey, int64](1 << 12), clients: recent.New[clientKey, footfall.Step](1 << 11),
			left: recent.New[footfall.Name, footfall.Step](1 << 11), freed: recent.New[clientKey, footfall.Step](1 << 11), hosts: recent.New[footfall.Name, int64](1 << 10),
		}
	},
}

// Events of the Security log. The terminal services' own logs have sessions
// taken up too, but not the logons by which their owners are told.
const (
	loggedOn     = 4624
	reconnected  = 4778
	disconnected = 4779
)

const (
	// before is how long before a session is taken up its account was
	// authenticated for that, and after by how much the records of one moment
	// may come in another order.
	before = 2 * 60 * 1e9
	after  = 5 * 1e9
	// stays is how long a logon from a client tells who works at it.
	stays = 12 * 3600 * 1e9
	// kept is within what time logons of the host must have been recorded for
	// a missing one to mean anything.
	kept = 24 * 3600 * 1e9
	// maxWaiting bounds the sessions whose logon may still come.
	maxWaiting = 64
)

type logonKey struct{ host, account, client footfall.Name }

type clientKey struct{ host, client footfall.Name }

type watcher struct {
	env     *footfall.Env
	logons  *recent.Map[logonKey, int64]              // when an account logged on from a client last
	clients *recent.Map[clientKey, footfall.Step]     // the last logon from a client
	left    *recent.Map[footfall.Name, footfall.Step] // who left a session, from which client
	freed   *recent.Map[clientKey, footfall.Step]     // the session that a client left last
	hosts   *recent.Map[footfall.Name, int64]         // the last logon that a host recorded
	waiting []footfall.Step
}

// Observe judges a session that was taken up once logons of the same moment
// have had time to come.
func (w *watcher) Observe(s *footfall.Step, _ *footfall.Session, out *footfall.Sink) {
	w.settle(s.Time, out)
	switch s.Kind {
	case footfall.KindLogon:
		w.logon(s)
	case footfall.KindDisconnect:
		if s.Session != 0 && s.Source() != 0 {
			l, _ := w.left.Put(s.Session)
			*l = *s
			f, _ := w.freed.Put(clientKey{s.DstHost, client(s)})
			*f = *s
		}
	case footfall.KindReconnect:
		if s.Session != 0 && s.Source() != 0 && s.Service != footfall.ServiceLocal && s.Flags&footfall.FlagLoopback == 0 && len(w.waiting) < maxWaiting {
			w.waiting = append(w.waiting, *s)
		}
	}
}

// client is by what a client is told: its address, else its name.
func client(s *footfall.Step) footfall.Name { return cmp.Or(s.SrcAddr, s.SrcHost) }

func (w *watcher) logon(s *footfall.Step) {
	if s.Account == 0 || s.Flags&(footfall.FlagMachine|footfall.FlagSystem|footfall.FlagGuest) != 0 {
		return
	}
	t, _ := w.logons.Put(logonKey{s.DstHost, w.env.Names.Bare(s.Account), client(s)})
	*t = s.Time
	h, _ := w.hosts.Put(s.DstHost)
	*h = s.Time
	if s.Service == footfall.ServiceRDP || s.LogonType == 10 || s.LogonType == 3 {
		c, _ := w.clients.Put(clientKey{s.DstHost, client(s)})
		*c = *s
	}
}

func (w *watcher) settle(now int64, out *footfall.Sink) {
	for len(w.waiting) > 0 && now-w.waiting[0].Time > after {
		s := w.waiting[0]
		w.waiting = w.waiting[1:]
		w.judge(&s, out)
	}
}

func (w *watcher) judge(s *footfall.Step, out *footfall.Sink) {
	from, owner := client(s), w.env.Names.Bare(s.Account)
	if t := w.logons.Get(logonKey{s.DstHost, owner, from}); t != nil && s.Time-*t <= before {
		return // he proved who he is
	}
	left := w.left.Get(s.Session)
	moved := left != nil && client(left) != from
	other := w.clients.Get(clientKey{s.DstHost, from})
	if other != nil && (w.env.Names.Bare(other.Account) == owner || s.Time-other.Time > stays || w.env.Shared(s.SrcAddr)) {
		other = nil // nor is it known to be the same client where many stand behind one address
	}
	if other == nil {
		other = w.swapped(s)
	}
	recorded := w.hosts.Get(s.DstHost)
	witnessed := recorded != nil && s.Time-*recorded <= kept
	// The same client again needs no new logon in every record; a client that
	// is another's does, and so does a new one where logons are recorded.
	if other == nil && (!moved || !witnessed) {
		return
	}
	w.give(s, left, other, moved, out)
}

// swap is within what time one client left a session and took up another when
// a command did both: tscon with the connection's name.
const swap = 2 * 1e9

// swapped returns how the client left another account's session in the moment in
// which it took this one up, nil when it did not.
func (w *watcher) swapped(s *footfall.Step) *footfall.Step {
	l := w.freed.Get(clientKey{s.DstHost, client(s)})
	if l == nil || l.Session == s.Session || l.SrcHost != s.SrcHost || w.env.Names.Bare(l.Account) == w.env.Names.Bare(s.Account) || max(l.Time-s.Time, s.Time-l.Time) > swap {
		return nil
	}
	return l
}

func (w *watcher) give(s, left, other *footfall.Step, moved bool, out *footfall.Sink) {
	n := w.env.Names
	who, host, from := n.String(s.Account), n.String(s.DstHost), n.String(client(s))
	f := &footfall.Finding{
		ID: footfall.FindingID("takeover", n.String(s.Session)+"|"+from, s.ID), Rule: &Analytic.Rules[0],
		Title: fmt.Sprintf("The desktop session of %s on %s was taken up from %s", who, host, from), Level: footfall.LevelMedium,
		Innocent: "A person who goes on from another computer logs on there first, and no such logon of the account is in the log, which has logons of others.",
	}
	f.Cite(s)
	f.Why = fmt.Sprintf("The session %s of %s on %s was taken up from %s at %s, and no logon of %s from there came in the %s before", n.String(s.Session), who, host, from, say.Time(s.Time), who, say.Span(before))
	if moved {
		f.CiteRef(left.Ref)
		f.Why += fmt.Sprintf("; it had been left from %s %s before", n.String(client(left)), say.Span(s.Time-left.Time))
	}
	if other != nil {
		f.Level = footfall.LevelHigh
		f.CiteRef(other.Ref)
		if other.Kind == footfall.KindDisconnect {
			f.Why += fmt.Sprintf("; that client left the session of %s in the same moment", n.String(other.Account))
		} else {
			f.Why += fmt.Sprintf("; %s had logged on from that client %s before", n.String(other.Account), say.Span(s.Time-other.Time))
		}
		f.About(footfall.RoleActor, "account", n.String(other.Account))
		f.Path = []footfall.Hop{{Time: s.Time, From: from, To: host, Account: who, Service: footfall.ServiceRDP, Outcome: footfall.Success, Switch: n.String(other.Account), Ref: s.Ref}}
	}
	f.Why += "."
	if other == nil && w.env.Own(s.Account, client(s)) {
		f.Level = footfall.LevelLow
		f.Innocent = "It fits a person who goes on from another place: the client is one that the account works from."
	}
	f.Weight = f.Level.Weight()
	f.Bear("T1563.002")
	f.Bear("T1021.001")
	f.About(footfall.RoleDestination, "host", host)
	f.About(footfall.RoleTarget, "account", who)
	f.About(footfall.RoleSource, "address", n.String(s.SrcAddr))
	f.About(footfall.RoleSource, "host", n.String(s.SrcHost))
	f.About(footfall.RoleSession, "session", n.String(s.Session))
	f.Sessions = []string{n.String(s.Session)}
	out.Find(f, s)
}

// Flush judges what still waits.
func (w *watcher) Flush(_ int64, out *footfall.Sink) {
	for i := range w.waiting {
		w.judge(&w.waiting[i], out)
	}
	w.waiting = nil
}
