package inbound

import (
	"fmt"
	"slices"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/flow"
	"github.com/footfall/footfall/internal/say"
)

// tries follows a source from door to door.
func (w *watcher) tries(s *footfall.Step, out *footfall.Sink) {
	public := w.desk.Of(s.SrcAddr).Public
	if !public && (s.Service == footfall.ServiceSMB || s.Service == footfall.ServiceRPC) {
		return // hosts look for each other's shares and printers all day
	}
	if s.Outcome == footfall.Failure {
		src, _ := w.sources.Put(s.SrcAddr)
		src.deny(s)
		return
	}
	src := w.sources.Get(s.SrcAddr)
	if src == nil || s.Outcome != footfall.Success || s.Time-src.last > apart || !w.enough(src, public) {
		return
	}
	src.session.add(s)
	level, innocent := w.judge(src, s, public)
	if level == footfall.LevelUnknown || src.f != nil && s.Time-src.f.Last <= apart && level <= src.level {
		return
	}
	n := w.env.Names
	f := &footfall.Finding{ID: footfall.FindingID("inbound-denied", n.String(s.SrcAddr), src.session.first.ID), Rule: &Analytic.Rules[1]}
	from, to := w.desk.Name(s.SrcHost, s.SrcAddr), w.desk.Name(s.DstHost, s.DstAddr)
	f.Cite(s)
	f.First, f.Count = src.since, src.denials+1
	f.CiteRef(src.first)
	f.Level, f.Innocent, f.Weight = level, innocent, level.Weight()
	f.Title = fmt.Sprintf("%s turned away from %s, then let through to %s", from, w.seen(src), to)
	f.Why = fmt.Sprintf("%s was denied %s at %s within %s, and %s later let through to %s (port %d) of %s",
		from, times(src.denials), w.seen(src), say.Span(src.last-src.since), say.Span(s.Time-src.last), label(s), s.DstPort, to)
	if src.session.bytes > 0 {
		f.Why += ", where " + flow.Size(src.session.bytes) + " passed"
	}
	f.Why += "."
	f.Bear(s.Service.Technique())
	if public {
		f.Bear("T1133")
	}
	f.Bear("T1021")
	w.desk.Ends(f, s)
	f.Path = []footfall.Hop{{Time: s.Time, From: from, To: to, Service: s.Service, Outcome: footfall.Success, Ref: s.Ref}}
	src.f, src.level = f, level
	out.Find(f, s)
}

func (w *watcher) seen(src *source) string {
	if int(src.n) == len(src.doors) {
		return fmt.Sprintf("%d doors or more", src.n)
	}
	return say.Count(int(src.n), "door")
}

func (src *source) deny(s *footfall.Step) {
	if s.Time-src.last > apart {
		*src = source{since: s.Time, first: s.Ref}
	}
	src.last = s.Time
	src.denials++
	k := doorKey{flow.To(s), s.DstPort}
	if !slices.Contains(src.doors[:src.n], k) && int(src.n) < len(src.doors) {
		src.doors[src.n] = k
		src.n++
	}
}

// enough reports whether a source was turned away often. Inside, hosts that
// are off turn others away too: there it takes twice as many doors.
func (w *watcher) enough(src *source, public bool) bool {
	if !public {
		return int(src.n) >= min(2*w.many, len(src.doors))
	}
	return int(src.n) >= w.many || src.denials >= 4*w.many
}

// judge tests the harmless explanations; unknown is not worth a finding.
func (w *watcher) judge(src *source, s *footfall.Step, public bool) (footfall.Level, string) {
	at := w.desk.Of(s.SrcAddr)
	trade := w.desk.Trade(s)
	bytes := src.session.bytes
	switch {
	case trade != "":
		return footfall.LevelInformational, "By trade: " + trade + "."
	case at.Trusted:
		return footfall.LevelInformational, "The source is declared as trusted."
	case w.desk.Edge(s) > 0:
		return footfall.LevelUnknown, "" // it gets in there on other days
	case classOf(s) == outer && bytes < w.least:
		return footfall.LevelLow, "The port is made for the internet, and nothing shows that somebody got in."
	case slices.Contains(src.doors[:src.n], doorKey{flow.To(s), s.DstPort}) && src.n == 1:
		return footfall.LevelLow, "It had been denied at this very door only: a rule was changed for it, or the host was not up."
	case public && w.desk.Of(s.DstAddr).Public:
		return footfall.LevelLow, "Both ends are public addresses, of no declared network: the door may be somebody else's."
	case bytes > 0 && bytes < knock:
		return footfall.LevelLow, "No more than a greeting passed."
	case w.desk.Crowd(s):
		return footfall.LevelLow, "Many hosts stand behind the source: who was turned away need not be who got in."
	}
	innocent := "A scanner and a rule that was changed for it were tested for: none is declared, and it had tried other doors."
	if !w.desk.Enough() {
		innocent += " Whether it gets in on other days is unknown: " + w.desk.History() + "."
	}
	if public && bytes > 0 && bytes < w.least && classOf(s) == either {
		return footfall.LevelLow, innocent + " So little passed that a refused logon looks the same."
	}
	return footfall.LevelMedium, innocent
}
