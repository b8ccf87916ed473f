package firstflow

import (
	"fmt"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/flow"
	"github.com/footfall/footfall/internal/say"
)

// A verdict is what a session is worth, by which rule, and why.
type verdict struct {
	rule     *footfall.Rule
	level    footfall.Level
	innocent string
	across   string // the zones, for the sentence
}

func (w *watcher) judge(e *edge, s *footfall.Step, door footfall.Service, out *footfall.Sink) {
	if e.f != nil && s.Time-e.f.First > day {
		e.f, e.told, e.size = nil, 0, 0
	}
	crossed := w.cross(s, door)
	if e.f == nil && (w.desk.Edge(s) > 0 || w.desk.Caller(flow.To(s), s.SrcAddr, s.Service) > 0) {
		return
	}
	v := w.weigh(e, s, door, crossed)
	if v.level == footfall.LevelUnknown {
		return
	}
	if e.f == nil {
		n := w.env.Names
		e.f = &footfall.Finding{ID: footfall.FindingID(v.rule.ID, n.String(s.SrcAddr)+"|"+n.String(flow.To(s)), e.first.ID), Rule: v.rule}
		e.f.Cite(&e.first)
		w.desk.Ends(e.f, s)
	}
	f := e.f
	if s.Ref != e.first.Ref {
		f.Cite(s)
	}
	if v.level == e.told && e.bytes < 4*e.size {
		return
	}
	e.told, e.size = v.level, e.bytes
	from, to := w.desk.Name(s.SrcHost, s.SrcAddr), w.desk.Name(s.DstHost, s.DstAddr)
	f.Level, f.Innocent, f.Weight = v.level, v.innocent, v.level.Weight()
	f.Title = fmt.Sprintf("%s from %s to %s for the first time seen", flow.Label(door), from, to)
	f.Why = w.why(e, s, door, from, to) + v.across + "."
	f.Bear(door.Technique())
	f.Path = []footfall.Hop{{Time: e.first.Time, From: from, To: to, Service: door, Outcome: footfall.Success, Ref: e.first.Ref}}
	out.Find(f, s)
}

func (w *watcher) why(e *edge, s *footfall.Step, door footfall.Service, from, to string) string {
	if e.bytes == 0 {
		return fmt.Sprintf("%s was let through to %s (port %d) of %s at %s; how much passed is not logged", from, flow.Label(door), s.DstPort, to, say.Time(e.first.Time))
	}
	text := fmt.Sprintf("%s exchanged %s by %s (port %d) with %s in %s", from, flow.Size(e.bytes), flow.Label(door), s.DstPort, to, say.Count(e.conns, "connection"))
	if d := s.Time - e.first.Time; d > 0 {
		text += " within " + say.Span(d)
	}
	return text
}

// weigh tests the harmless explanations; unknown is not worth a finding.
func (w *watcher) weigh(e *edge, s *footfall.Step, door footfall.Service, crossed *footfall.Extra) (v verdict) {
	v.rule = &Analytic.Rules[0]
	all := strength(door) == footfall.LevelUnknown // used all day: only zones tell
	if e.beat.Steady() && (!all || e.f != nil) {
		v.level, v.innocent = footfall.LevelInformational, fmt.Sprintf("It fits a monitor: %d sessions, one every %s.", e.beat.Times(), say.Span(e.beat.Every()))
		return v
	}
	if w.zone(e, s, door, crossed, &v) {
		return v
	}
	if all || told(s, door) {
		return v
	}
	if w.desk.Enough() {
		w.habit(e, s, door, &v)
		return v
	}
	v.level, v.innocent = w.alone(s, door)
	return v
}

// told reports whether the host's own log tells of the same and names the
// account: first hops are then found by that.
func told(s *footfall.Step, door footfall.Service) bool {
	switch door {
	case footfall.ServiceRDP, footfall.ServiceSSH, footfall.ServiceWinRM:
		return s.Flags&footfall.FlagCovered != 0
	}
	return false
}

// habit weighs a session where enough was seen to tell what is new.
func (w *watcher) habit(e *edge, s *footfall.Step, door footfall.Service, v *verdict) {
	uses := w.desk.Uses(s)
	v.level = strength(door)
	v.innocent = fmt.Sprintf("Habit was tested for: in %s of connections this source never came to %s of this host, nor to that of any other",
		say.Count(w.desk.Days(), "day"), flow.Label(door))
	if uses > 0 {
		v.innocent = fmt.Sprintf("Habit was tested for: in %s of connections this source never came to %s of this host, though to that of others on %s",
			say.Count(w.desk.Days(), "day"), flow.Label(door), say.Count(uses, "day"))
	}
	v.innocent += "; it is no declared deployer, scanner, bastion or trusted source."
	switch {
	case uses >= flow.Work && v.level < footfall.LevelMedium:
		v.level = footfall.LevelUnknown // one more host
	case uses >= flow.Work, e.bytes == 0:
		v.level = min(v.level, footfall.LevelLow)
	case w.desk.Crowd(s):
		v.level = min(v.level, footfall.LevelLow)
		v.innocent += " Many hosts stand behind the source: which of them it was, its own records tell."
	case door == footfall.ServiceWinRM:
		if trade := w.administered(s); trade != "" {
			v.level = footfall.LevelLow
			v.innocent += trade
		}
	}
}

// administered says what makes a session of WinRM look like administration:
// who comes to servers, or to many hosts, by it. "" is nothing.
func (w *watcher) administered(s *footfall.Step) string {
	src := w.from.Get(s.SrcAddr)
	switch k := w.desk.Kind(s.DstHost); {
	case src != nil && int(src.n) > console:
		return fmt.Sprintf(" The source reaches more than %d hosts this way, as a console does that administers them.", console)
	case k == footfall.HostServer, k == footfall.HostController, k == footfall.HostTerminalServer, k == footfall.HostBastion:
		return fmt.Sprintf(" The host is a %s, which consoles administer this way.", k)
	case w.desk.Beside(flow.To(s), s.SrcAddr) >= flow.Server:
		return " Others use services of the host too, as those of a server, which consoles administer this way."
	}
	return ""
}

// strength is what the first session of a service says where enough was seen:
// people visit new hosts by Remote Desktop and SSH, and hardly by the others.
func strength(door footfall.Service) footfall.Level {
	switch door {
	case footfall.ServiceVNC, footfall.ServiceARD, footfall.ServiceTelnet, footfall.ServiceR, footfall.ServiceWinRM:
		return footfall.LevelMedium
	case footfall.ServiceRDP, footfall.ServiceSSH, footfall.ServiceLDAP:
		return footfall.LevelLow
	}
	return footfall.LevelUnknown // SMB and RPC are used all day; see sweep and mapper
}

// alone is what a session says by itself, where nothing earlier tells whether
// it is usual. A remote shell of Windows between two hosts of which neither is
// known to administer or to serve is worth a look; a screen or a terminal less.
func (w *watcher) alone(s *footfall.Step, door footfall.Service) (footfall.Level, string) {
	unknown := "Whether that is usual is unknown: " + w.desk.History() + "."
	switch door {
	case footfall.ServiceVNC, footfall.ServiceARD, footfall.ServiceTelnet, footfall.ServiceR:
		return footfall.LevelLow, unknown
	case footfall.ServiceWinRM:
	default:
		return footfall.LevelUnknown, ""
	}
	switch trade := w.administered(s); {
	case trade != "":
		return footfall.LevelLow, unknown + trade
	case w.desk.Uses(s) > 0:
		return footfall.LevelLow, unknown + " The source used WinRM on an earlier day."
	case w.desk.Crowd(s):
		return footfall.LevelLow, unknown + " Many hosts stand behind the source: which of them it was, its own records tell."
	}
	return footfall.LevelMedium, unknown + " Nothing shows that the source administers hosts or that the other is a server, and it has no monitor's beat."
}

// cross notes that a session crosses from one zone of a firewall into another.
// It returns what names them when the source never did by that service before.
func (w *watcher) cross(s *footfall.Step, door footfall.Service) *footfall.Extra {
	if w.env.Extra == nil {
		return nil
	}
	x := w.env.Extra(s.Extra)
	if x.FromZone == "" || x.ToZone == "" || x.FromZone == x.ToZone {
		return nil
	}
	n := w.env.Names
	z, fresh := w.zones.Put(zoneKey{s.SrcAddr, n.Intern(x.FromZone), n.Intern(x.ToZone), door})
	if fresh {
		z.first = s.Time
	}
	if s.Time-z.first > day {
		return nil
	}
	return x
}

// zone weighs a session from a network of less trust, or over zones that
// carried none of its service for the source.
func (w *watcher) zone(e *edge, s *footfall.Step, door footfall.Service, x *footfall.Extra, v *verdict) bool {
	at, there := w.desk.Of(s.SrcAddr), w.desk.Of(s.DstAddr)
	switch {
	case door == footfall.ServiceLDAP:
		return false
	case at.Below(&there):
		v.rule, v.level = &Analytic.Rules[1], footfall.LevelMedium
		v.across = fmt.Sprintf("; it came from %s, which is declared %s, into %s, which is %s", at.Network, at.Trust, there.Network, there.Trust)
		v.innocent = "Whether that is usual is unknown: " + w.desk.History() + "."
		if n := w.desk.Days(); n > 1 {
			v.innocent = fmt.Sprintf("A way that is usual was tested for: it was not gone on the days before, of %d days of connections.", n)
		}
	case x != nil && w.desk.Enough():
		v.rule, v.level = &Analytic.Rules[1], footfall.LevelMedium
		v.across = fmt.Sprintf("; it crossed from zone %s into %s, as it never did by %s before", say.Quote(x.FromZone, 40), say.Quote(x.ToZone, 40), flow.Label(door))
		v.innocent = fmt.Sprintf("Habit was tested for: in %s of connections this source never crossed these zones by %s, nor came to the host.", say.Count(w.desk.Days(), "day"), flow.Label(door))
	default:
		return false
	}
	if e.bytes == 0 || w.desk.Crowd(s) {
		v.level = footfall.LevelLow
	}
	return true
}
