// Package firstflow finds the first session of a remote service between two
// hosts, one that comes from a zone of less trust or over a pair of zones that
// never carried it, and SSH at an odd port or by a client never seen. In go
// connections that sensors, flow exports and firewalls saw; out come findings.
package firstflow

import (
	"cmp"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/flow"
	"github.com/footfall/footfall/internal/recent"
)

// Analytic is keyed by the source.
var Analytic = footfall.Analytic{
	Name: "firstflow",
	Doc: "The first session of VNC, Apple Remote Desktop, Telnet, rsh or WinRM from a host to another, weaker of Remote Desktop, SSH and LDAP; any of the remote services " +
		"from a network of less declared trust, or between two zones that carried none of it for the source; SSH at an odd port, or by another client than the source's. " +
		"Sessions are told from knocks by their bytes. Ways of earlier days, declared deployers, scanners, bastions and trusted sources are left alone.",
	Rules: []footfall.Rule{{
		ID: "firstflow", Title: "First session of a remote service between two hosts", Level: footfall.LevelMedium,
		Description: "Two hosts exchanged a session of a remote service that they never did before; of how many days that is known is said.",
		Attack:      []string{"T1021", "T1021.001", "T1021.004", "T1021.005", "T1021.006"}, Rows: []string{"MIS-02", "VNC-01", "WRM-02", "X-02"},
		Innocent: []string{"an administrator's first visit", "a new machine", "a monitor"},
	}, {
		ID: "firstflow-zone", Title: "A remote service across zones", Level: footfall.LevelMedium,
		Description: "A remote service was used from a network of less trust, or between two zones that carried none of it before.",
		Attack:      []string{"T1021", "T1021.001", "T1021.002", "T1021.004", "T1021.005", "T1021.006"}, Rows: []string{"X-02", "VNC-01"},
		Innocent: []string{"a way that was opened on purpose", "a host that moved to another network"},
	}, {
		ID: "firstflow-ssh", Title: "SSH at an odd port or by a new client", Level: footfall.LevelLow,
		Description: "A sensor recognised SSH where it is not usual: at another port, or by a client that its source never used.",
		Attack:      []string{"T1021.004"}, Rows: []string{"SSH-07"},
		Innocent: []string{"an appliance or a version control server with a port of its own", "a client that was updated"},
	}},
	Kinds: []footfall.Kind{footfall.KindConnection, footfall.KindLogon},
	Keys: func(dst []footfall.Name, s *footfall.Step) []footfall.Name {
		switch {
		case flow.Seen(s) && (flow.Door(s) != footfall.ServiceUnknown || s.Service == footfall.ServiceLDAP),
			banner(s):
			return append(dst, s.SrcAddr)
		}
		return dst
	},
	New: func(e *footfall.Env) footfall.Watcher {
		return &watcher{
			env: e, desk: flow.NewDesk(e),
			least: int64(e.Context.Limit("firstflow.winrm", limitWinRM)),
			edges: recent.New[edgeKey, edge](1 << 9),
			zones: recent.New[zoneKey, zone](1 << 9),
			from:  recent.New[footfall.Name, source](1 << 9),
		}
	},
}

const (
	// limitWinRM (firstflow.winrm) is how many bytes a session of WinRM has at
	// least: each request carries a whole envelope of XML, and a shell takes ten.
	limitWinRM = 20_000
	// apart is how far connections lie that are no longer one session.
	apart = 60 * 1e9
	// console is how many hosts a source reaches by WinRM before it looks like
	// one that administers them; sweep counts those.
	console = 3
	day     = 24 * 3600 * 1e9
)

// least is how many bytes of a service are more than a knock or a refusal.
var least = map[footfall.Service]int64{
	footfall.ServiceVNC: 10_000, footfall.ServiceARD: 5000, footfall.ServiceTelnet: 300, footfall.ServiceR: 300,
	footfall.ServiceRDP: 20_000, footfall.ServiceSSH: 6000, footfall.ServiceSMB: 5000, footfall.ServiceRPC: 2000, footfall.ServiceLDAP: 300,
}

type edgeKey struct {
	source, to footfall.Name
	door       footfall.Service
}

// An edge is the session that two hosts lately had by a service.
type edge struct {
	first footfall.Step // its first connection
	last  int64
	port  uint16 // source port of the last connection
	conns int
	bytes int64
	beat  flow.Beat
	f     *footfall.Finding
	told  footfall.Level
	size  int64 // bytes when it was told
}

type zoneKey struct {
	source, from, to footfall.Name
	door             footfall.Service
}

// A zone is when a source last crossed a pair of zones by a service.
type zone struct{ first int64 }

// A source is the hosts that it reached by WinRM and the clients that it used for SSH.
type source struct {
	hosts   [console + 1]footfall.Name
	n       uint8
	clients [6]client
	odd     [4]footfall.Name // hosts that it reached by SSH at an odd port
}

type client struct {
	name  footfall.Name
	first int64
}

type watcher struct {
	env   *footfall.Env
	desk  *flow.Desk
	least int64
	edges *recent.Map[edgeKey, edge]
	zones *recent.Map[zoneKey, zone]
	from  *recent.Map[footfall.Name, source]
}

// Observe adds a connection to its edge's session.
func (w *watcher) Observe(s *footfall.Step, _ *footfall.Session, out *footfall.Sink) {
	if s.Outcome == footfall.Failure || s.DstAddr == 0 && s.DstHost == 0 {
		return
	}
	at, there := w.desk.Of(s.SrcAddr), w.desk.Of(s.DstAddr)
	if at.Public || there.Public || at.Trusted || w.desk.Trade(s) != "" {
		return
	}
	if banner(s) {
		w.client(s, out)
	}
	if s.Kind != footfall.KindConnection {
		return
	}
	door := flow.Door(s)
	if door == footfall.ServiceUnknown {
		door = s.Service
	}
	if door == footfall.ServiceSSH {
		w.port(s, out)
	}
	e, _ := w.edges.Put(edgeKey{s.SrcAddr, cmp.Or(s.DstAddr, s.DstHost), door}) // whose the address is may be learned meanwhile
	e.add(s)
	if !w.session(e, door) {
		return
	}
	if door == footfall.ServiceWinRM {
		src, _ := w.from.Put(s.SrcAddr)
		src.reaches(flow.To(s))
	}
	w.judge(e, s, door, out)
}

// add takes one more connection. Flow exports give each direction a record of
// its own; both have the same port of the client.
func (e *edge) add(s *footfall.Step) {
	if e.conns == 0 || s.Time-e.last > apart {
		e.first, e.conns, e.bytes, e.port = *s, 0, 0, 0
		e.beat.Add(s.Time)
	}
	if s.SrcPort == 0 || s.SrcPort != e.port {
		e.conns++
	}
	e.port, e.last = s.SrcPort, max(e.last, s.Time)
	e.bytes += s.Bytes
}

// session reports whether more passed than a knock. What passed is not known
// of the logs of some firewalls: they say that they let it through.
func (w *watcher) session(e *edge, door footfall.Service) bool {
	if e.bytes == 0 {
		return w.desk.Enough()
	}
	if door == footfall.ServiceWinRM {
		return e.bytes >= w.least
	}
	return e.bytes >= least[door]
}

func (src *source) reaches(to footfall.Name) {
	for _, h := range src.hosts[:src.n] {
		if h == to {
			return
		}
	}
	if int(src.n) < len(src.hosts) {
		src.hosts[src.n] = to
		src.n++
	}
}

// Flush does nothing: findings are given as sessions are seen.
func (*watcher) Flush(int64, *footfall.Sink) {}
