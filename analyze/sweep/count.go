package sweep

import (
	"fmt"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/flow"
	"github.com/footfall/footfall/internal/say"
)

// tested is how many bytes the greeting and the exchange of keys take.
const tested = 4096

type edgeKey struct {
	source, to footfall.Name
	port       uint16
}

// An edge is how often a source lately connected to one door.
type edge struct {
	since  int64
	last   int64
	lastly uint16 // source port of the last
	count  int
	failed int
	bytes  int64
	beat   flow.Beat
	told   int // connections that its source's finding counts
}

// tries counts the connections to one door. SMB and RPC are left out: hosts
// open as many as they like of them.
func (w *watcher) tries(s *footfall.Step, door footfall.Service, out *footfall.Sink) {
	if door == footfall.ServiceSMB || door == footfall.ServiceRPC {
		return
	}
	e, _ := w.edges.Put(edgeKey{s.SrcAddr, flow.To(s), s.DstPort})
	if s.Time-e.since > w.window {
		e.since, e.count, e.failed, e.bytes, e.told = s.Time, 0, 0, 0, 0
	}
	e.beat.Add(s.Time)
	if s.SrcPort == 0 || s.SrcPort != e.lastly || s.Time != e.last { // the other direction of the same is not one more
		e.count++
		if s.Outcome == footfall.Failure {
			e.failed++
		}
	}
	e.lastly, e.last = s.SrcPort, s.Time
	e.bytes += s.Bytes
	if e.count < w.most || e.told > 0 && e.count < 2*e.told {
		return
	}
	w.often(e, s, door, out)
}

// monitor reports whether each connection comes at a steady beat and carries
// no more than a test of the service takes. Who guesses at a beat carries more.
func (e *edge) monitor() bool {
	return e.beat.Steady() && 5*e.beat.Times() >= 4*e.count && e.bytes <= tested*int64(e.count)
}

// scripted is at how many doors a source must be beyond the threshold at once for
// a program to be at work, as one that guesses passwords host by host.
const scripted = 5

// A busy source is one with doors that it comes to very often.
type busy struct {
	f     *footfall.Finding
	doors int
	tries int
	told  int
}

// often adds a door to the finding of its source.
func (w *watcher) often(e *edge, s *footfall.Step, door footfall.Service, out *footfall.Sink) {
	if w.desk.Trade(s) != "" || w.desk.Of(s.SrcAddr).Trusted || w.desk.Edge(s) > 0 || e.monitor() {
		return
	}
	b, _ := w.busy.Put(s.SrcAddr)
	n := w.env.Names
	if b.f == nil || s.Time-b.f.Last > day {
		*b = busy{f: &footfall.Finding{ID: footfall.FindingID("sweep-count", n.String(s.SrcAddr), s.ID), Rule: &Analytic.Rules[1]}}
	}
	if e.told == 0 {
		b.doors++
	}
	b.tries += e.count - e.told
	e.told = e.count
	f := b.f
	f.Cite(s)
	f.First, f.Count = min(f.First, e.since), b.tries
	w.desk.Ends(f, s)
	f.Bear("T1021")
	if e.failed < e.count {
		f.Bear(door.Technique())
	}
	if b.told > 0 && b.doors < 2*b.told && b.tries < 2*b.doors*w.most {
		return
	}
	b.told = b.doors
	w.describe(f, b, e, s, door)
	out.Find(f, s)
}

func (w *watcher) describe(f *footfall.Finding, b *busy, e *edge, s *footfall.Step, door footfall.Service) {
	from, to := w.desk.Name(s.SrcHost, s.SrcAddr), w.desk.Name(s.DstHost, s.DstAddr)
	f.Level = footfall.LevelLow
	f.Innocent = "Whether that is its habit is unknown: " + w.desk.History() + ". It is no trusted source, and it has no monitor's beat."
	if w.desk.Enough() {
		f.Innocent = fmt.Sprintf("Its habit was tested for: in %s of connections it never came to this door. It is no trusted source, and it has no monitor's beat.", say.Count(w.desk.Days(), "day"))
		if !w.desk.Of(s.SrcAddr).Public && !w.desk.Crowd(s) {
			f.Level = footfall.LevelMedium
		}
	}
	if b.doors >= scripted && !w.desk.Of(s.SrcAddr).Public {
		f.Level = footfall.LevelMedium // no history makes a person of that
	}
	f.Weight = f.Level.Weight()
	f.Title = fmt.Sprintf("%d connections from %s to %s of %s", e.count, from, flow.Label(door), to)
	f.Why = fmt.Sprintf("%s connected %d times to %s (port %d) of %s within %s (threshold %d), %d of them in vain, with %s in all",
		from, e.count, flow.Label(door), s.DstPort, to, say.Span(s.Time-e.since), w.most, e.failed, flow.Size(e.bytes))
	if b.doors > 1 {
		f.Title = fmt.Sprintf("%d connections from %s to %s", b.tries, from, say.Count(b.doors, "door"))
		f.Why += fmt.Sprintf("; it came to %s so often", say.Count(b.doors, "door"))
	}
	f.Why += "."
}
