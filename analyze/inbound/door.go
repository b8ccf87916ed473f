package inbound

import (
	"fmt"
	"slices"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/flow"
	"github.com/footfall/footfall/internal/say"
)

// reaches follows what the internet finds at a door.
func (w *watcher) reaches(s *footfall.Step, out *footfall.Sink) {
	kind := classOf(s)
	d, _ := w.doors.Put(doorKey{flow.To(s), s.DstPort})
	if s.Outcome == footfall.Failure {
		d.deny(s)
		return
	}
	if kind == outer || w.desk.Of(s.SrcAddr).Trusted || w.desk.Trade(s) != "" {
		return
	}
	if d.open == 0 {
		d.open = s.Time
	}
	d.session.add(s)
	if d.f != nil && slices.Contains(d.guests[:d.g], s.SrcAddr) {
		d.f.Cite(s)
		return
	}
	level, innocent, how := w.weigh(d, s, kind)
	if level == footfall.LevelUnknown {
		return
	}
	if int(d.g) < len(d.guests) {
		d.guests[d.g] = s.SrcAddr
		d.g++
	}
	w.tell(d, s, level, innocent, how, out)
}

func (d *door) deny(s *footfall.Step) {
	if d.denials == 0 {
		d.since = s.Time
	}
	d.denials++
	if !slices.Contains(d.denied[:d.n], s.SrcAddr) && int(d.n) < len(d.denied) {
		d.denied[d.n] = s.SrcAddr
		d.n++
	}
}

// shut reports whether the door had turned the internet away before it let
// anybody through, and news of it is fresh.
func (d *door) shut(now int64) bool {
	return (d.n >= 3 || d.denials >= 10) && d.open > d.since && now-d.open <= openedFor
}

// weigh tests the harmless explanations; unknown is not worth a finding.
func (w *watcher) weigh(d *door, s *footfall.Step, kind class) (level footfall.Level, innocent, how string) {
	to, bytes := flow.To(s), d.session.bytes
	if w.desk.Caller(to, s.SrcAddr, s.Service) > 0 {
		return footfall.LevelUnknown, "", "" // it came on earlier days
	}
	o := w.opened.Get(to)
	switch {
	case d.shut(s.Time):
		how = fmt.Sprintf("; the door had turned %s away %s before it opened %s earlier", plural(int(d.n), len(d.denied), "public address"), times(d.denials), say.Span(s.Time-d.open))
		if s.Time == d.open {
			how = fmt.Sprintf("; the door had turned %s away %s before", plural(int(d.n), len(d.denied), "public address"), times(d.denials))
		}
	case o != nil && s.Time-o.time <= openedFor:
		how = fmt.Sprintf("; %s before, a rule saw there: %s", say.Span(s.Time-o.time), w.title(o.rule))
	}
	unsaid := bytes == 0
	switch {
	case unsaid && how == "", bytes < w.least && !unsaid && how == "", bytes < knock && !unsaid:
		return footfall.LevelUnknown, "", ""
	case kind == inner && (!unsaid || how != ""):
		level = footfall.LevelMedium
	default:
		level = footfall.LevelLow
	}
	innocent = "It is no trusted source and no declared scanner; "
	if w.desk.Enough() {
		innocent += fmt.Sprintf("in %d days of connections it never came here.", w.desk.Days())
	} else {
		innocent += "whether it comes here on other days is unknown: " + w.desk.History() + "."
	}
	if kind == either {
		innocent += fmt.Sprintf(" %s is offered to the internet on purpose now and then.", flow.Label(s.Service))
	}
	if there := w.desk.Of(s.DstAddr); there.Public {
		level = footfall.LevelLow
		innocent += " Its own address is public and of no declared network: it may be somebody else's."
	}
	if bytes > 0 && bytes < w.least {
		level = footfall.LevelLow
		innocent += " So little passed that a refused logon looks the same."
	}
	return level, innocent, how
}

func (w *watcher) title(rule footfall.Name) string {
	if r := w.env.Rule(rule); r != nil {
		return r.Title
	}
	return w.env.Names.String(rule)
}

func plural(n, most int, noun string) string {
	if n == most {
		return fmt.Sprintf("%d public addresses or more", n)
	}
	return say.Count(n, noun)
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

func (w *watcher) tell(d *door, s *footfall.Step, level footfall.Level, innocent, how string, out *footfall.Sink) {
	n := w.env.Names
	if d.f == nil {
		d.f = &footfall.Finding{ID: footfall.FindingID("inbound", fmt.Sprint(n.String(flow.To(s)), "|", s.DstPort), s.ID), Rule: &Analytic.Rules[0]}
		d.f.Cite(&d.session.first)
		if o := w.opened.Get(flow.To(s)); o != nil && how != "" && !d.shut(s.Time) {
			d.f.CiteRef(o.ref)
		}
	}
	f := d.f
	if s.Ref != d.session.first.Ref {
		f.Cite(s)
	}
	w.desk.Ends(f, s)
	if f.Level >= level && int(d.g) < 2*d.told {
		return
	}
	d.told = int(d.g)
	from, to := w.desk.Name(s.SrcHost, s.SrcAddr), w.desk.Name(s.DstHost, s.DstAddr)
	f.Level, f.Innocent = max(f.Level, level), innocent
	f.Weight = f.Level.Weight()
	f.Title = fmt.Sprintf("%s of %s reached from the internet", label(s), to)
	passed := "was let through to"
	if d.session.bytes > 0 {
		passed = "exchanged " + flow.Size(d.session.bytes) + " with"
	}
	f.Why = fmt.Sprintf("%s %s %s (port %d) of %s", from, passed, label(s), s.DstPort, to)
	if d.g > 1 {
		f.Why += fmt.Sprintf(", as %s did", plural(int(d.g)-1, len(d.guests)-1, "other public address"))
	}
	f.Why += how + "."
	f.Bear("T1133")
	f.Bear(s.Service.Technique())
	if len(f.Path) < 12 {
		f.Path = append(f.Path, footfall.Hop{Time: d.session.first.Time, From: from, To: to, Service: s.Service, Outcome: footfall.Success, Ref: d.session.first.Ref})
	}
	out.Find(f, s)
}

func label(s *footfall.Step) string {
	switch s.DstPort {
	case 2375, 2376:
		return "Docker"
	case 10250:
		return "the kubelet"
	}
	return flow.Label(s.Service)
}
