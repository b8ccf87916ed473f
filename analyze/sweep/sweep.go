// Package sweep finds one source that reaches a remote service on many hosts
// in a short time, and one that connects to one door again and again. In go
// connections that sensors, flow exports and firewalls saw; out come findings
// with the hosts, weighed by the source's earlier days.
package sweep

import (
	"slices"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/flow"
	"github.com/footfall/footfall/internal/recent"
)

// Analytic is keyed by the source.
var Analytic = footfall.Analytic{
	Name: "sweep",
	Doc: "One source reaches SSH, Remote Desktop, VNC, WinRM, Telnet, SMB or RPC on many hosts within ten minutes (thresholds sweep.window, sweep.floor), or one of " +
		"these on one host so often as no person does (sweep.count). Deployers, scanners and bastions that are declared, trusted sources, hosts of earlier days, " +
		"a monitor's beat and connections that carry nothing are told apart; an address that many share is named as such.",
	Rules: []footfall.Rule{{
		ID: "sweep", Title: "One source at a remote service of many hosts", Level: footfall.LevelMedium,
		Description: "A source reached a remote service of more hosts within minutes than it does in its habit.",
		Attack:      []string{"T1021", "T1021.001", "T1021.002", "T1021.004", "T1021.005", "T1021.006"}, Rows: []string{"X-02", "RDP-02", "WRM-02", "SMB-03", "SSH-03"},
		Innocent: []string{"software deployment", "a monitor", "a vulnerability scanner", "a load balancer that tests its servers"},
	}, {
		ID: "sweep-count", Title: "Very many connections to one remote service", Level: footfall.LevelLow,
		Description: "A source that is not trusted connected to one door more often than the threshold allows.",
		Attack:      []string{"T1021", "T1021.001", "T1021.004", "T1021.005", "T1021.006"}, Rows: []string{"X-02"},
		Innocent: []string{"a program that works over SSH: backup, version control, automation", "a load balancer or a monitor that tests the port", "password guessing that never gets in"},
	}},
	Kinds: []footfall.Kind{footfall.KindConnection},
	Keys: func(dst []footfall.Name, s *footfall.Step) []footfall.Name {
		if flow.Seen(s) && flow.Door(s) != footfall.ServiceUnknown {
			return append(dst, s.SrcAddr)
		}
		return dst
	},
	New: func(e *footfall.Env) footfall.Watcher {
		return &watcher{
			env: e, desk: flow.NewDesk(e),
			window: int64(e.Context.Limit("sweep.window", limitWindow) * 1e9),
			floor:  int(e.Context.Limit("sweep.floor", limitFloor)),
			most:   int(e.Context.Limit("sweep.count", limitCount)),
			fans:   recent.New[fanKey, fan](1 << 7),
			edges:  recent.New[edgeKey, edge](1 << 9),
			busy:   recent.New[footfall.Name, busy](1 << 8),
		}
	},
}

const (
	// limitWindow (sweep.window) is within how many seconds.
	limitWindow = 600
	// limitFloor (sweep.floor) is how many hosts are many for anybody; for SMB
	// and RPC, which hosts use of their own accord, it is twice that.
	limitFloor = 5
	// limitCount (sweep.count) is how many connections to one door within the
	// window no person makes.
	limitCount = 60
	// session is how many bytes are more than a knock: greeting and version of
	// any of these services fit in less.
	session = 1500
	// mostly is which part of the hosts makes it the source's work.
	mostly = 0.8
	// quantile of the source's own days that must be exceeded.
	quantile = 0.95
	day      = 24 * 3600 * 1e9
	maxHosts = 24
)

type fanKey struct {
	source footfall.Name
	door   footfall.Service
}

// A visit is what a source did at a host within the window.
type visit struct {
	to       footfall.Name
	addr     footfall.Name
	port     uint16
	known    bool // on an earlier day
	answered bool
	time     int64 // of the last connection
	bytes    int64
	ref      footfall.Ref
}

// A fan is the hosts that a source reached within the window by a service, and
// the most within one window on each of its last days.
type fan struct {
	visits [maxHosts]visit
	n      uint8
	today  int64
	most   uint16
	past   [16]uint16
	days   uint16
	anchor footfall.Name // the first host: a round that comes again comes to it again
	beat   flow.Beat
	f      *footfall.Finding
	told   int
	level  footfall.Level
}

type watcher struct {
	env    *footfall.Env
	desk   *flow.Desk
	window int64
	floor  int
	most   int
	fans   *recent.Map[fanKey, fan]
	edges  *recent.Map[edgeKey, edge]
	busy   *recent.Map[footfall.Name, busy]
}

// Observe adds a connection to its source's window.
func (w *watcher) Observe(s *footfall.Step, _ *footfall.Session, out *footfall.Sink) {
	door := flow.Door(s)
	w.tries(s, door, out)
	k, _ := w.fans.Put(fanKey{s.SrcAddr, door})
	k.turn(s.Time / day)
	fresh := k.visit(s, w)
	k.most = max(k.most, uint16(k.n))
	if int(k.n) < w.least(door) || !fresh && k.f == nil {
		return
	}
	w.judge(k, s, door, out)
}

// least is how many hosts are many.
func (w *watcher) least(door footfall.Service) int {
	if door == footfall.ServiceSMB || door == footfall.ServiceRPC {
		return min(2*w.floor, maxHosts)
	}
	return min(w.floor, maxHosts)
}

// turn ends a day: its most crowded window becomes part of the habit.
func (k *fan) turn(today int64) {
	if k.today == today {
		return
	}
	if k.most > 0 {
		k.past[k.days%uint16(len(k.past))] = k.most
		k.days++
	}
	k.today, k.most = today, 0
}

// visit adds a connection to the window and forgets what is before; it
// reports whether its host is new in it.
func (k *fan) visit(s *footfall.Step, w *watcher) bool {
	kept := k.visits[:0]
	for _, v := range k.visits[:k.n] {
		if s.Time-v.time <= w.window {
			kept = append(kept, v)
		}
	}
	k.n = uint8(len(kept))
	to := flow.To(s)
	if k.anchor == 0 {
		k.anchor = to
	}
	if to == k.anchor {
		k.beat.Add(s.Time)
	}
	answered := s.Outcome != footfall.Failure
	for i := range kept {
		if v := &kept[i]; v.to == to {
			v.time, v.bytes, v.answered = s.Time, v.bytes+s.Bytes, v.answered || answered
			return false
		}
	}
	if int(k.n) == maxHosts {
		copy(k.visits[:], k.visits[1:])
		k.n--
	}
	k.visits[k.n] = visit{to, s.DstAddr, s.DstPort, w.desk.Edge(s) > 0, answered, s.Time, s.Bytes, s.Ref}
	k.n++
	return true
}

// usually is the source's own quantile of hosts within a window.
func (k *fan) usually() int {
	n := min(int(k.days), len(k.past))
	if n == 0 {
		return 0
	}
	sorted := k.past
	slices.Sort(sorted[:n])
	return int(sorted[min(n-1, int(float64(n)*quantile))])
}

// Flush does nothing: findings are given as hosts are added.
func (*watcher) Flush(int64, *footfall.Sink) {}
