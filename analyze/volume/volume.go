// Package volume finds sessions of remote services that move far more bytes or
// last far longer than those between the same two hosts, or of the same source
// by that service, on earlier days. In go connections that sensors, flow
// exports and firewalls saw; out come findings with the chance of it.
package volume

import (
	"math"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/flow"
	"github.com/footfall/footfall/internal/recent"
)

// Analytic is keyed by the source.
var Analytic = footfall.Analytic{
	Name: "volume",
	Doc: "A session of a remote service that moves more bytes or lasts longer than nearly all of its edge, or of its source by that service where the edge is young: " +
		"beyond 4 deviations of a log-normal habit of at least 20 sessions on 5 days, five times the most so far, and more than volume.bytes (50 MB) or volume.hours (2). " +
		"Less history says nothing. It is learned within a run, before --learn-until too. Backups and copies that come at their hour are in the habit; the first of them is not.",
	Rules: []footfall.Rule{{
		ID: "volume", Title: "A session of a remote service far beyond its habit", Level: footfall.LevelMedium,
		Description: "More bytes or more time than the habit of the two hosts explains: data that is gathered or taken away, or a tunnel.",
		Attack:      []string{"T1021", "T1021.001", "T1021.002", "T1021.004", "T1021.005", "T1021.006", "T1133"}, Rows: []string{"MIS-06"},
		Reference: "https://attack.mitre.org/techniques/T1021/",
		Innocent:  []string{"a first backup or a move of data", "a session that was left open", "an update that is copied"},
	}},
	Kinds: []footfall.Kind{footfall.KindConnection},
	Keys: func(dst []footfall.Name, s *footfall.Step) []footfall.Name {
		if flow.Seen(s) && s.Outcome != footfall.Failure && s.Bytes > 0 && s.SrcPort != 0 && served(s) != footfall.ServiceUnknown {
			return append(dst, s.SrcAddr)
		}
		return dst
	},
	New: func(e *footfall.Env) footfall.Watcher {
		return &watcher{
			env: e, desk: flow.NewDesk(e),
			bytes:  e.Context.Limit("volume.bytes", limitBytes),
			hours:  e.Context.Limit("volume.hours", limitHours),
			edges:  recent.New[edgeKey, edge](1 << 9),
			source: recent.New[sourceKey, habits](1 << 8),
		}
	},
}

const (
	// limitBytes (volume.bytes) is below what a session's size is nobody's concern.
	limitBytes = 50e6
	// limitHours (volume.hours) is the same of its length: people leave sessions open.
	limitHours = 2
	// deviations of the habit that a session must lie beyond: once in 30,000.
	deviations = 4
	// times is how many times the most so far it must be.
	times = 5
	// sessions and days are the least that make a habit.
	sessions = 20
	days     = footfall.EnoughDays
	// narrow is the least deviation that is believed, of natural logarithms:
	// what was alike to a third by chance need not stay so.
	narrow = 0.3
	day    = 24 * 3600 * 1e9
)

// served is the service whose sessions have a habit: those of RPC have none.
func served(s *footfall.Step) footfall.Service {
	switch d := flow.Door(s); {
	case s.Service == footfall.ServiceFTP:
		return s.Service
	case d == footfall.ServiceRPC:
		return footfall.ServiceUnknown
	default:
		return d
	}
}

// A habit is the log-normal distribution of a size (Welford's method).
type habit struct {
	n        int32
	days     int32
	last     int64 // day
	mean, m2 float64
	most     float64
}

// learn takes a value, pulled in to 3 deviations once there is a habit: one
// that is far out must not make the next one usual.
func (h *habit) learn(v float64, now int64) {
	x := math.Log1p(v)
	if h.n >= sessions {
		x = min(x, h.mean+3*h.deviation())
	}
	if h.n < sessions || v <= times*h.most {
		h.most = max(h.most, v)
	}
	if d := now / day; d != h.last {
		h.days++
		h.last = d
	}
	h.n++
	delta := x - h.mean
	h.mean += delta / float64(h.n)
	h.m2 += delta * (x - h.mean)
}

func (h *habit) deviation() float64 {
	if h.n < 2 {
		return math.Inf(1)
	}
	return max(narrow, math.Sqrt(h.m2/float64(h.n-1)))
}

// enough reports whether there is a habit of days before this one.
func (h *habit) enough(now int64) bool {
	before := h.days
	if h.last == now/day {
		before--
	}
	return h.n >= sessions && before >= days
}

// beyond is by how many deviations a value lies above the habit, counting that
// the habit itself is known from n values only.
func (h *habit) beyond(v float64) float64 {
	return (math.Log1p(v) - h.mean) / (h.deviation() * math.Sqrt(1+1/float64(h.n)))
}

// odd reports whether a value is beyond the habit.
func (h *habit) odd(v, least float64) bool {
	return v >= least && v >= times*h.most && h.beyond(v) >= deviations
}

type habits struct{ bytes, seconds habit }

type edgeKey struct {
	source, to footfall.Name
	door       footfall.Service
}

type sourceKey struct {
	source footfall.Name
	door   footfall.Service
}

// An edge is the habit of two hosts by a service, and the session that is
// being added up: flow exports give each direction, and long ones parts.
type edge struct {
	habits
	first   footfall.Step
	bytes   int64
	seconds int64
	told    bool
}

type watcher struct {
	env    *footfall.Env
	desk   *flow.Desk
	bytes  float64
	hours  float64
	edges  *recent.Map[edgeKey, edge]
	source *recent.Map[sourceKey, habits]
}

// Observe adds a connection to its edge's session, or ends that and begins
// the next.
func (w *watcher) Observe(s *footfall.Step, _ *footfall.Session, out *footfall.Sink) {
	if w.desk.Of(s.DstAddr).Public {
		return // what goes out is another matter
	}
	door := served(s)
	e, _ := w.edges.Put(edgeKey{s.SrcAddr, flow.To(s), door})
	if e.first.Time == 0 || e.first.SrcPort != s.SrcPort || s.Time-e.first.Time > day {
		w.end(e, door)
		e.first, e.bytes, e.seconds, e.told = *s, 0, 0, false
	}
	e.bytes += s.Bytes
	e.seconds = max(e.seconds, int64(s.Took), (s.Time-e.first.Time)/1e9+int64(s.Took))
	w.judge(e, s, door, out)
}

// end makes a session part of the habit.
func (w *watcher) end(e *edge, door footfall.Service) {
	if e.first.Time == 0 {
		return
	}
	of, _ := w.source.Put(sourceKey{e.first.SrcAddr, door})
	e.habits.learn(e.bytes, e.seconds, e.first.Time)
	of.learn(e.bytes, e.seconds, e.first.Time)
}

func (h *habits) learn(bytes, seconds, now int64) {
	h.bytes.learn(float64(bytes), now)
	if seconds > 0 {
		h.seconds.learn(float64(seconds), now)
	}
}

// Flush does nothing: sessions are judged as they grow.
func (*watcher) Flush(int64, *footfall.Sink) {}
