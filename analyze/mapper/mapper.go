// Package mapper finds remote execution over RPC by its connections alone: a
// host asks another's endpoint mapper for a port and connects there at once,
// with SMB beside it or not. In go connections that sensors, flow exports and
// firewalls saw; out comes one finding for each pair of hosts and day.
package mapper

import (
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/flow"
	"github.com/footfall/footfall/internal/recent"
)

// Analytic is keyed by the host that is called.
var Analytic = footfall.Analytic{
	Name: "mapper",
	Doc: "A host asks the endpoint mapper (port 135) of another and within seconds connects to a dynamic port there, as services, tasks, WMI and DCOM " +
		"objects that are made from afar do. Calls of a domain controller, calls on an edge of earlier days, from declared deployers and at a monitor's beat " +
		"are left alone; where nothing earlier was seen, whether it is usual is unknown.",
	Rules: []footfall.Rule{{
		ID: "mapper", Title: "A host calls another by RPC, as remote execution does", Level: footfall.LevelMedium,
		Description: "The endpoint mapper was asked for a port and that port was used within seconds, between two hosts that are not known to do so.",
		Attack:      []string{"T1021.002", "T1021.003"}, Rows: []string{"DCOM-04", "SMB-06"},
		Reference: "https://learn.microsoft.com/en-us/openspecs/windows_protocols/ms-rpce/",
		Innocent:  []string{"a console or a deployment server that administers the host", "a monitor that asks by WMI", "a server that many call: printing, mail, certificates"},
	}},
	Kinds: []footfall.Kind{footfall.KindConnection},
	Keys: func(dst []footfall.Name, s *footfall.Step) []footfall.Name {
		if flow.Seen(s) && role(s) != other {
			return append(dst, flow.To(s))
		}
		return dst
	},
	New: func(e *footfall.Env) footfall.Watcher {
		return &watcher{
			env: e, desk: flow.NewDesk(e),
			window: int64(e.Context.Limit("mapper.window", limitWindow) * 1e9), many: int(e.Context.Limit("mapper.many", limitMany)),
			pairs: recent.New[pairKey, pair](1 << 8),
			hosts: recent.New[footfall.Name, host](1 << 10),
		}
	},
}

const (
	// limitWindow (mapper.window) is how many seconds lie between the mapper and
	// the port at most: a service is called within milliseconds, an object in a
	// program that must start first within seconds.
	limitWindow = 10
	// old is the same for the ports of Windows before 2008, where databases and
	// the like listen too.
	old = 2 * 1e9
	// limitMany (mapper.many) is how many callers of its mapper make a host a
	// server that is called by trade.
	limitMany = 5
	// beside is how far SMB lies from the call when it belongs to it: tools that
	// find the port shut go on by a pipe after their timeout of 21 s, or 42 s.
	beside = 60 * 1e9
	// activation is how many bytes of one connection to the mapper's port are
	// more than a lookup: an object's activation proves who asks (MS-DCOM 3.2.4.1).
	activation = 2000
	day        = 24 * 3600 * 1e9
)

// A part is what a connection is to a call by RPC.
type part uint8

const (
	other part = iota
	mapping
	dynamic
	share
	directory
)

func role(s *footfall.Step) part {
	switch p := s.DstPort; {
	case p == 135:
		return mapping
	case p == 445 || p == 139:
		return share
	case p == 88 || p == 389 || p == 464 || p == 636 || p == 3268 || p == 3269:
		return directory
	case p >= 49152 || p > 1024 && p <= 5000:
		switch s.Service {
		case footfall.ServiceUnknown, footfall.ServiceRPC, footfall.ServiceDCOM, footfall.ServiceWMI:
			return dynamic
		}
	}
	return other
}

// A meaning is what an interface that a sensor names is for.
type meaning uint8

const (
	unnamed   meaning = iota
	activates         // it makes objects
	runs              // it makes or runs services, tasks and commands
	serves            // domain controllers alone offer it
	calm              // it runs nothing
)

// what tells the meaning of the interface that a step names (Zeek's dce_rpc
// log does), by the names of MS-SCMR, MS-TSCH, MS-WMI, MS-DCOM, MS-DRSR and MS-NRPC.
func (w *watcher) what(s *footfall.Step) meaning {
	switch strings.ToLower(w.env.Names.String(s.Object)) {
	case "":
		return unnamed
	case "iremotescmactivator", "isystemactivator", "iremoteactivation", "iactivation":
		return activates
	case "svcctl", "atsvc", "itaskschedulerservice", "sasec", "iwbemservices", "iwbemlevel1login", "iwbemloginclientid", "idispatch", "iremunknown", "iremunknown2":
		return runs
	case "drsuapi", "netlogon", "dsaop", "nspi":
		return serves
	}
	return calm
}

type pairKey struct{ from, to footfall.Name }

// A pair is what one host lately did at another.
type pair struct {
	asked footfall.Step // the first connection to the mapper of those that lie within the window
	port  uint16        // source port of the last one
	bytes int64         // of that one, both ways
	asks  int           // connections to the mapper within the window
	whole bool          // one of them was more than a lookup
	share int64         // time of the last use of SMB
	ref   footfall.Ref  // its record
	used  footfall.Step // the last connection to a dynamic port behind the mapper
	calls int
	open  bool          // a call of it was answered
	smb   bool          // SMB lay beside one
	acts  bool          // one was an activation
	runs  footfall.Name // an interface that a sensor saw and that runs things
	calm  footfall.Name // one that does not
	beat  flow.Beat
	f     *footfall.Finding
	told  footfall.Level
	count int           // calls when it was told
	said  footfall.Name // runs when it was told
}

// A host is who called its mapper, and whether it serves a directory.
type host struct {
	callers [8]footfall.Name
	n       uint8
	serves  bool
}

func (h *host) called(by footfall.Name) {
	for _, c := range h.callers[:h.n] {
		if c == by {
			return
		}
	}
	if int(h.n) < len(h.callers) {
		h.callers[h.n] = by
		h.n++
	}
}

type watcher struct {
	env    *footfall.Env
	desk   *flow.Desk
	window int64
	many   int
	pairs  *recent.Map[pairKey, pair]
	hosts  *recent.Map[footfall.Name, host]
}

// Observe follows the connections of a pair.
func (w *watcher) Observe(s *footfall.Step, _ *footfall.Session, out *footfall.Sink) {
	part, to := role(s), flow.To(s)
	if at := w.desk.Of(s.SrcAddr); at.Public || part != dynamic && s.Outcome == footfall.Failure {
		return
	}
	k := pairKey{s.SrcAddr, to}
	switch part {
	case directory:
		h, _ := w.hosts.Put(to)
		h.serves = true
		if p := w.pairs.Get(k); p != nil && p.f != nil {
			w.tell(p, out)
		}
	case mapping:
		h, _ := w.hosts.Put(to)
		h.called(s.SrcAddr)
		p, _ := w.pairs.Put(k)
		p.ask(s, w.window)
		p.whole = p.whole || w.what(s) == activates
	case share:
		p, _ := w.pairs.Put(k)
		p.share, p.ref = s.Time, s.Ref
		if p.f != nil && !p.smb && s.Time-p.used.Time <= beside {
			p.smb = true
			p.f.CiteRef(s.Ref)
			w.tell(p, out)
		}
	case dynamic:
		if p := w.pairs.Get(k); p != nil {
			w.dynamic(p, s, out)
		}
	}
}

// dynamic takes a connection to a dynamic port, or what a sensor saw in one.
func (w *watcher) dynamic(p *pair, s *footfall.Step, out *footfall.Sink) {
	what := w.what(s)
	if what == serves {
		h, _ := w.hosts.Put(flow.To(s))
		h.serves = true
	}
	if what == unnamed || p.f == nil {
		if what != serves && what != calm && p.follows(s, w.window) {
			w.call(p, s, out)
		}
		if what == unnamed || p.f == nil {
			return
		}
	}
	if s.DstPort != p.used.DstPort {
		return
	}
	if what == runs || what == activates {
		p.runs = s.Object
	} else {
		p.calm = s.Object
	}
	w.tell(p, out)
}

// ask notes a connection to the mapper. Flow exports give each direction a
// record of its own; both have the same port of the client.
func (p *pair) ask(s *footfall.Step, window int64) {
	if p.asks > 0 && s.SrcPort == p.port && s.SrcPort != 0 && s.Time-p.asked.Time <= window {
		p.bytes += s.Bytes
	} else {
		if p.asks == 0 || s.Time-p.asked.Time > window {
			p.asked, p.asks, p.whole = *s, 0, false
		}
		p.asks++
		p.port, p.bytes = s.SrcPort, s.Bytes
	}
	p.whole = p.whole || p.bytes >= activation
}

// follows reports whether a connection to a dynamic port lies behind the mapper.
func (p *pair) follows(s *footfall.Step, window int64) bool {
	after := s.Time - p.asked.Time
	if s.DstPort < 49152 {
		window = min(window, old)
	}
	return p.asks > 0 && after >= 0 && after <= window
}

// call adds a call to its pair. A connection that is tried again is the same call.
func (w *watcher) call(p *pair, s *footfall.Step, out *footfall.Sink) {
	again := p.calls > 0 && s.SrcPort == p.used.SrcPort && s.SrcPort != 0 && s.Time-p.used.Time <= beside
	if p.f != nil && s.Time-p.f.First > day {
		p.f, p.told, p.count, p.calls, p.open, p.smb, p.acts, p.runs, p.calm = nil, 0, 0, 0, false, false, false, 0, 0
	}
	p.open = p.open || s.Outcome != footfall.Failure
	p.smb = p.smb || p.share != 0 && s.Time-p.share <= beside
	p.acts = p.acts || p.whole
	p.used = *s
	if again && p.f == nil {
		return // a pair that is left alone
	}
	if !again {
		p.calls++
		p.beat.Add(s.Time)
		if p.f == nil && !w.begin(p, s) {
			return
		}
	}
	p.f.Cite(s)
	w.tell(p, out)
}

// begin opens a finding unless the pair is one that does this by trade.
func (w *watcher) begin(p *pair, s *footfall.Step) bool {
	if w.serves(s) || w.desk.Kind(s.SrcHost) == footfall.HostController || w.known(p) > 0 {
		return false
	}
	n := w.env.Names
	p.f = &footfall.Finding{
		ID:   footfall.FindingID("mapper", n.String(s.SrcAddr)+"|"+n.String(flow.To(s)), s.ID),
		Rule: &Analytic.Rules[0],
	}
	p.f.Cite(&p.asked)
	if p.smb {
		p.f.CiteRef(p.ref)
	}
	w.desk.Ends(p.f, s)
	return true
}

// serves reports whether a host serves the directory: members call it by RPC
// all day.
func (w *watcher) serves(s *footfall.Step) bool {
	h := w.hosts.Get(flow.To(s))
	return h != nil && h.serves || w.desk.Kind(s.DstHost) == footfall.HostController
}

// known is on how many earlier days the source called the host by RPC.
func (w *watcher) known(p *pair) int {
	s := &p.asked
	return w.desk.Caller(flow.To(s), s.SrcAddr, s.Service)
}

// Flush does nothing: findings are given as calls are seen.
func (*watcher) Flush(int64, *footfall.Sink) {}
