// Package inbound finds remote services that somebody on the internet gets
// into, doors that were shut to the internet and then are open, and sources
// that are turned away from many doors before one lets them through. In go
// connections that firewalls, sensors and flow exports saw, and hits of rules
// about services that are opened; out come findings.
package inbound

import (
	"slices"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/flow"
	"github.com/footfall/footfall/internal/recent"
)

// Analytic is keyed by the source and by the host that is reached.
var Analytic = footfall.Analytic{
	Name: "inbound",
	Doc: "A public address exchanges a session with a remote service that nobody offers to the internet on purpose (Remote Desktop, SMB, VNC, WinRM, Telnet, the kubelet, " +
		"Docker), or with a door that turned the internet away before or that a rule saw opened within a day; and a source that is denied at many doors and then let through " +
		"one (thresholds inbound.denied, inbound.session). Trusted sources, declared scanners and ways of earlier days are left alone; ports for VPN, gateways and portals are open by trade.",
	Rules: []footfall.Rule{{
		ID: "inbound", Title: "The internet gets into a remote service", Level: footfall.LevelMedium,
		Description: "A session of a public address with a remote service that is not offered to the internet on purpose, or with one that was shut before.",
		Attack:      []string{"T1021", "T1021.001", "T1021.002", "T1021.004", "T1021.005", "T1021.006", "T1133"}, Rows: []string{"MIS-09", "EXT-06", "RDP-05", "VNC-01", "SMB-07"},
		Reference: "https://attack.mitre.org/techniques/T1133/",
		Innocent:  []string{"an administrator without a VPN", "a honeypot", "a guesser who tries many passwords in one connection"},
	}, {
		ID: "inbound-denied", Title: "Turned away from many doors, then let through one", Level: footfall.LevelMedium,
		Description: "A source was denied at remote services again and again before one let it through: somebody looked for an open door and found it.",
		Attack:      []string{"T1021", "T1021.001", "T1021.002", "T1021.004", "T1021.005", "T1021.006", "T1133"}, Rows: []string{"MIS-09", "X-02"},
		Reference: "https://attack.mitre.org/techniques/T1133/",
		Innocent:  []string{"those who measure the internet for research", "a rule that was changed for the source", "a host that lost its network for a while"},
	}},
	Kinds: []footfall.Kind{footfall.KindConnection},
	Keys: func(dst []footfall.Name, s *footfall.Step) []footfall.Name {
		switch {
		case s.Rule != 0 && s.DstHost != 0:
			return append(dst, s.DstHost)
		case flow.Seen(s) && classOf(s) != closed:
			return append(dst, s.SrcAddr, flow.To(s))
		}
		return dst
	},
	New: func(e *footfall.Env) footfall.Watcher {
		return &watcher{
			env: e, desk: flow.NewDesk(e),
			many: int(e.Context.Limit("inbound.denied", limitDenied)), least: int64(e.Context.Limit("inbound.session", limitSession)),
			doors:   recent.New[doorKey, door](1 << 9),
			sources: recent.New[footfall.Name, source](1 << 8),
			opened:  recent.New[footfall.Name, opening](1 << 8),
		}
	},
}

const (
	// limitDenied (inbound.denied) is how many different doors, or four times as
	// many tries, are many.
	limitDenied = 5
	// limitSession (inbound.session) is how many bytes both ways are more than
	// a knock, a scanner's questions or a refused logon.
	limitSession = 30_000
	// knock is how many are no more than that.
	knock = 2_000
	// apart is after what time of quiet tries no longer belong together: slow
	// ones leave hours between.
	apart = 6 * 3600 * 1e9
	// openedFor is how long after a door was opened what comes through it is news.
	openedFor = 24 * 3600 * 1e9
	day       = 24 * 3600 * 1e9
)

// A class is for whom a door is meant.
type class uint8

const (
	closed class = iota // no remote service
	inner               // never offered to the internet on purpose
	either              // now and then
	outer               // made for it
)

// classOf tells the class of the door that a connection is at.
func classOf(s *footfall.Step) class {
	switch flow.Door(s) {
	case footfall.ServiceUnknown:
	case footfall.ServiceSSH:
		return either
	default:
		return inner
	}
	switch s.Service {
	case footfall.ServiceKube:
		if s.DstPort == 10250 {
			return inner
		}
		return either
	case footfall.ServiceVPN, footfall.ServiceGateway:
		return outer
	}
	if s.DstPort == 2375 || s.DstPort == 2376 { // Docker's API
		return inner
	}
	return closed
}

type doorKey struct {
	to   footfall.Name
	port uint16
}

// A door is what the internet found at it.
type door struct {
	denied  [6]footfall.Name // different public sources that were turned away
	n       uint8
	denials int
	since   int64 // of the first denial
	open    int64 // first time that it let a public source through
	session session
	guests  [12]footfall.Name // public sources that had sessions
	g       uint8
	f       *footfall.Finding
	told    int
}

// A session is the connection that is being added up: flow exports give each
// direction a record of its own.
type session struct {
	source footfall.Name
	port   uint16
	bytes  int64
	first  footfall.Step
}

// A source is from where it was turned away.
type source struct {
	doors   [16]doorKey
	n       uint8
	denials int
	since   int64
	last    int64
	first   footfall.Ref
	session session
	f       *footfall.Finding
	level   footfall.Level
}

// An opening is the last time that a rule saw a service of a host opened.
type opening struct {
	time int64
	rule footfall.Name
	ref  footfall.Ref
}

type watcher struct {
	env     *footfall.Env
	desk    *flow.Desk
	many    int
	least   int64
	doors   *recent.Map[doorKey, door]
	sources *recent.Map[footfall.Name, source]
	opened  *recent.Map[footfall.Name, opening]
}

// Observe takes a connection as its source's and as its door's, each in the
// instance that has it.
func (w *watcher) Observe(s *footfall.Step, _ *footfall.Session, out *footfall.Sink) {
	if s.Rule != 0 {
		w.opens(s)
		return
	}
	if w.mine(s.SrcAddr) {
		w.tries(s, out)
	}
	if at := w.desk.Of(s.SrcAddr); at.Public && w.mine(flow.To(s)) {
		w.reaches(s, out)
	}
}

func (w *watcher) mine(n footfall.Name) bool { return w.env.Names.Slot(n) == w.env.Slot }

// opens notes a hit of a rule about a remote service that is opened.
func (w *watcher) opens(s *footfall.Step) {
	r := w.env.Rule(s.Rule)
	if r == nil || !slices.ContainsFunc(r.Rows, func(row string) bool { return row == "EXT-06" || row == "RDP-08" || row == "WRM-03" || row == "SSH-08" }) {
		return
	}
	o, _ := w.opened.Put(s.DstHost)
	*o = opening{s.Time, s.Rule, s.Ref}
}

// add counts a connection to the session that it is a part of.
func (t *session) add(s *footfall.Step) {
	if t.source != s.SrcAddr || t.port != s.SrcPort || s.SrcPort == 0 || t.first.DstPort != s.DstPort || t.first.DstAddr != s.DstAddr || s.Time-t.first.Time > day {
		*t = session{source: s.SrcAddr, port: s.SrcPort, first: *s}
	}
	t.bytes += s.Bytes
}

// Flush does nothing: findings are given as sessions are seen.
func (*watcher) Flush(int64, *footfall.Sink) {}
