package sweep

import (
	"fmt"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/flow"
	"github.com/footfall/footfall/internal/say"
)

// A sum is what the visits of a window come to.
type sum struct {
	hosts, fresh, answered, sessions, sized int
	bytes                                   int64
	names                                   []string
	first                                   int64
}

func (w *watcher) sum(k *fan) (t sum) {
	t.hosts, t.first = int(k.n), k.visits[0].time
	for i := range k.visits[:k.n] {
		v := &k.visits[i]
		t.names = append(t.names, w.env.Names.String(v.to))
		t.first = min(t.first, v.time)
		t.bytes += v.bytes
		if !v.known {
			t.fresh++
		}
		if v.answered {
			t.answered++
		}
		if v.bytes > 0 {
			t.sized++
		}
		if v.answered && v.bytes >= session {
			t.sessions++
		}
	}
	return t
}

func (w *watcher) judge(k *fan, s *footfall.Step, door footfall.Service, out *footfall.Sink) {
	t := w.sum(k)
	level, innocent := w.weigh(k, &t, s, door)
	if k.f == nil || s.Time-k.f.Last > max(w.window, 3600*1e9) {
		if level == footfall.LevelUnknown {
			return
		}
		n := w.env.Names
		k.f = &footfall.Finding{ID: footfall.FindingID("sweep", n.String(s.SrcAddr)+"|"+door.String(), s.ID), Rule: &Analytic.Rules[0]}
		k.told, k.level = 0, 0
		for i := range k.visits[:k.n] {
			w.hop(k.f, s, &k.visits[i], door)
		}
	} else {
		w.hop(k.f, s, &k.visits[k.n-1], door)
	}
	if level == footfall.LevelUnknown {
		level = footfall.LevelInformational
	}
	if k.told > 0 && level == k.level && t.hosts < k.told*3/2 {
		return
	}
	k.told, k.level = t.hosts, level
	f, from := k.f, w.desk.Name(s.SrcHost, s.SrcAddr)
	f.Level, f.Innocent, f.Weight = level, innocent, level.Weight()
	f.Title = fmt.Sprintf("%s at %s of %s", from, flow.Label(door), say.Count(t.hosts, "host"))
	f.Why = w.why(k, &t, s, door, from)
	f.About(footfall.RoleSource, "address", w.env.Names.String(s.SrcAddr))
	f.About(footfall.RoleSource, "host", w.env.Names.String(s.SrcHost))
	f.Bear("T1021")
	f.Bear(door.Technique())
	out.Find(f, s)
}

// hop makes a visit evidence and part of the path.
func (w *watcher) hop(f *footfall.Finding, s *footfall.Step, v *visit, door footfall.Service) {
	n := w.env.Names
	for _, h := range f.Path {
		if h.To == n.String(v.to) {
			return
		}
	}
	f.Cite(&footfall.Step{Time: v.time, Ref: v.ref})
	f.About(footfall.RoleDestination, "host", n.String(v.to))
	if len(f.Path) < maxHosts {
		outcome := footfall.Success
		if !v.answered {
			outcome = footfall.Failure
		}
		f.Path = append(f.Path, footfall.Hop{Time: v.time, From: w.desk.Name(s.SrcHost, s.SrcAddr), To: n.String(v.to), Service: door, Outcome: outcome, Ref: v.ref})
	}
}

func (w *watcher) why(k *fan, t *sum, s *footfall.Step, door footfall.Service, from string) string {
	text := fmt.Sprintf("%s connected to %s (port %d) of %s within %s (%s), %d of them for the first time; %d answered",
		from, flow.Label(door), s.DstPort, say.Count(t.hosts, "host"), say.Span(s.Time-t.first), say.List(t.names, 8), t.fresh, t.answered)
	if t.sized > 0 {
		text += fmt.Sprintf(", and %d exchanged more than a greeting (%s in all)", t.sessions, flow.Size(t.bytes))
	}
	if k.days > 0 {
		text += fmt.Sprintf("; on %s before it reached %d within %s at most", say.Count(int(k.days), "day"), k.usually(), say.Span(w.window))
	}
	return text + "."
}

// weigh tests the harmless explanations; unknown is not worth a finding.
func (w *watcher) weigh(k *fan, t *sum, s *footfall.Step, door footfall.Service) (footfall.Level, string) {
	at := w.desk.Of(s.SrcAddr)
	floor := w.least(door)
	switch trade := w.desk.Trade(s); {
	case trade != "":
		return footfall.LevelInformational, "By trade: " + trade + "."
	case at.Trusted:
		return footfall.LevelInformational, "The source is declared as trusted."
	case k.beat.Steady():
		return footfall.LevelInformational, fmt.Sprintf("It fits a monitor or a load balancer: a round came %d times, one every %s.", k.beat.Times(), say.Span(k.beat.Every()))
	case float64(t.hosts-t.fresh) >= mostly*float64(t.hosts):
		return footfall.LevelInformational, fmt.Sprintf("It fits the source's work: it had reached %d of the %d hosts on earlier days.", t.hosts-t.fresh, t.hosts)
	case k.days >= footfall.EnoughDays && t.hosts <= k.usually():
		return footfall.LevelUnknown, "It reaches as many on its other days."
	case at.Public:
		return footfall.LevelLow, "Who searches the whole internet looks the same; the source is a public address."
	case 2*t.answered < t.hosts:
		return footfall.LevelLow, "Most did not answer: it is a search for open doors, not movement through them. No scanner is declared for the source."
	case 2*t.sized >= t.hosts && 2*t.sessions < t.hosts:
		return footfall.LevelLow, "Most carried no more than a greeting: a monitor, a load balancer or a scan, which nobody declared."
	}
	crowd := ""
	if w.desk.Crowd(s) {
		crowd = " Many hosts stand behind the source: several people may have gone to one host each."
	}
	if !w.desk.Enough() {
		innocent := "Whether that is its habit is unknown: " + w.desk.History() + ". No deployer is declared for the source." + crowd
		if t.sessions >= 2*floor && crowd == "" {
			return footfall.LevelMedium, innocent
		}
		return footfall.LevelLow, innocent
	}
	tail, uses := w.tail(s), w.desk.Uses(s)
	innocent := fmt.Sprintf("Administration was tested for: %d of the %d hosts are new to the source's %s, which it used on %s before, and so many destinations and ports come on %.2g %% of its days.%s",
		t.fresh, t.hosts, flow.Label(door), say.Count(uses, "day"), 100*tail, crowd)
	if who := w.env.Behind(s.SrcAddr); w.env.Expects(who, s.SrcAddr) {
		_, _, roles := w.env.Context.Role(w.env.Names.String(who))
		return footfall.LevelLow, fmt.Sprintf("It fits the work of %s, whose machine the source is and whose declared roles are %s.", w.env.Names.String(who), roles)
	}
	switch {
	case t.fresh < floor, crowd != "", tail >= common && t.fresh < 2*floor, uses >= flow.Work && t.fresh < 2*floor:
		return footfall.LevelLow, innocent
	}
	return footfall.LevelMedium, innocent
}

// common is how often a source has so many destinations on a day that a few
// new ones more say little.
const common = 0.05

// tail is the probability that the source has so many different destinations
// and ports on a day.
func (w *watcher) tail(s *footfall.Step) float64 {
	if w.env.Past == nil {
		return 1
	}
	h := w.env.Past.Habit(footfall.TraitFlow, s.SrcAddr)
	return w.env.Past.Tail(footfall.TraitFlow, s.SrcAddr, h.Today+1)
}
