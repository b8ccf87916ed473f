package volume

import (
	"fmt"
	"math"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/flow"
	"github.com/footfall/footfall/internal/say"
)

// judge weighs the session of an edge as far as it was seen.
func (w *watcher) judge(e *edge, s *footfall.Step, door footfall.Service, out *footfall.Sink) {
	if e.told || w.desk.Of(s.SrcAddr).Trusted || w.desk.Trade(s) != "" {
		return
	}
	now := e.first.Time
	size, whose := &e.habits.bytes, "these two hosts"
	length := &e.habits.seconds
	if !size.enough(now) {
		of := w.source.Get(sourceKey{s.SrcAddr, door})
		if of == nil {
			return
		}
		size, length, whose = &of.bytes, &of.seconds, "the source"
	}
	var text string
	level := footfall.LevelUnknown
	if size.enough(now) && size.odd(float64(e.bytes), w.bytes) {
		level = footfall.LevelMedium
		text = fmt.Sprintf("%s, where %s on %s had %s at most and %s as a rule (%s of them are as large)", flow.Size(e.bytes),
			say.Count(int(size.n), "session"), say.Count(int(size.days), "day"), flow.Size(int64(size.most)), flow.Size(int64(math.Expm1(size.mean))), size.chance(float64(e.bytes)))
	}
	if length.enough(now) && length.odd(float64(e.seconds), w.hours*3600) {
		if text != "" {
			text += ", and "
		}
		level = max(level, footfall.LevelLow)
		text += fmt.Sprintf("%s, where %s had %s at most (%s of them are as long)", say.Span(e.seconds*1e9), say.Count(int(length.n), "session"),
			say.Span(int64(length.most)*1e9), length.chance(float64(e.seconds)))
	}
	if level == footfall.LevelUnknown {
		return
	}
	e.told = true
	w.tell(e, s, door, out, verdict{level, text, whose})
}

type verdict struct {
	level footfall.Level
	text  string
	whose string
}

// chance is the part of a habit's sessions that reach a value.
func (h *habit) chance(v float64) string {
	p := math.Erfc(h.beyond(v)/math.Sqrt2) / 2
	if p < 1e-6 {
		return "less than one in a million"
	}
	return fmt.Sprintf("one in %.0f", 1/p)
}

func (w *watcher) tell(e *edge, s *footfall.Step, door footfall.Service, out *footfall.Sink, v verdict) {
	n := w.env.Names
	from, to := w.desk.Name(s.SrcHost, s.SrcAddr), w.desk.Name(s.DstHost, s.DstAddr)
	f := &footfall.Finding{
		ID: footfall.FindingID("volume", fmt.Sprint(n.String(s.SrcAddr), "|", n.String(flow.To(s)), "|", door), e.first.ID), Rule: &Analytic.Rules[0],
		Level: v.level, Title: fmt.Sprintf("%s from %s to %s far beyond its habit", flow.Label(door), from, to),
		Why:      fmt.Sprintf("A session by %s (port %d) from %s to %s came to %s, by the habit of %s.", flow.Label(door), s.DstPort, from, to, v.text, v.whose),
		Innocent: "Backups, copies and sessions that are left open were tested for: the habit holds those of earlier days, and the source is no declared deployer and not trusted.",
	}
	if w.desk.Crowd(s) {
		f.Level = min(f.Level, footfall.LevelLow)
		f.Innocent += " Many hosts stand behind the source: the habit is of all of them."
	}
	f.Weight = f.Level.Weight()
	f.Cite(&e.first)
	if s.Ref != e.first.Ref {
		f.Cite(s)
	}
	f.Bear(door.Technique())
	if w.desk.Of(s.SrcAddr).Public {
		f.Bear("T1133")
	}
	w.desk.Ends(f, s)
	f.Path = []footfall.Hop{{Time: e.first.Time, From: from, To: to, Service: door, Outcome: footfall.Success, Ref: e.first.Ref}}
	out.Find(f, s)
}
