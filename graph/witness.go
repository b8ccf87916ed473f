package graph

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/say"
)

// Facts tells how somebody came to where a finding is: the hops that led to the
// session, with how probable each is. It implements footfall.Witness.
func (w *watcher) Facts(about *footfall.Step, f *footfall.Finding, out *footfall.Sink) {
	if f.Rule == &Analytic.Rules[0] || f.Rule == &Analytic.Rules[1] || about.DstHost == 0 {
		return
	}
	ways := w.engine.wayTo(about.Session, about.DstHost, about.Account, about.Time)
	if len(ways) == 0 || ways[0].hops[0].src == 0 {
		return
	}
	n, best := w.engine.opt.Names, &ways[0]
	k := &footfall.Fact{Kind: "path-before", Finding: f.ID, Time: about.Time, Path: tellWay(n, best)}
	k.Text = sentence(n, best, about)
	switch start := &best.hops[0]; {
	case len(best.hops) > 1:
		k.Verdict, k.Sure = footfall.Yes, best.weight
	case w.begins(start):
		k.Verdict, k.Sure = footfall.No, best.weight
	default:
		k.Text = strings.TrimSuffix(k.Text, ".") + "; no log of " + n.String(start.src) + " tells whether somebody had come there first."
	}
	k.Span = footfall.Span{From: best.hops[0].time, Until: about.Time, Days: int((about.Time-best.hops[0].time)/(24*3600e9)) + 1}
	for i := range best.hops {
		h := &best.hops[i]
		k.Evidence = append(k.Evidence, h.ref)
		k.Entities = append(k.Entities, footfall.Entity{Role: footfall.RoleSource, Kind: "host", Name: n.String(h.src)})
	}
	out.Tell(k)
}

// begins reports whether the log of where a hop began tells of logons up to
// then: that nobody is seen to have come there means something only then.
// What comes from a public address came from outside.
func (w *watcher) begins(h *hop) bool {
	const before = 3600e9
	if a, err := netip.ParseAddr(w.read.env.Names.String(h.src)); err == nil && a.IsGlobalUnicast() && !a.IsPrivate() {
		return true
	}
	first, last := w.read.env.Told(h.src, footfall.ToldLogons)
	return first != 0 && first <= h.time-before && last >= h.time-24*before
}

// sentence tells a way hop by hop.
func sentence(n *footfall.Names, w *way, about *footfall.Step) string {
	var hops []string
	for i := range w.hops {
		h := &w.hops[i]
		text := fmt.Sprintf("%s -> %s as %s", n.String(h.src), n.String(h.dst), n.String(h.account))
		if h.was != 0 && h.was != h.account {
			text += " (before that " + n.String(h.was) + ")"
		}
		if d := about.Time - h.time; d >= 1e9 {
			text += " " + say.Span(d) + " before"
		} else {
			text += " at that time"
		}
		hops = append(hops, text)
	}
	hand := n.String(w.hops[len(w.hops)-1].hand)
	text := fmt.Sprintf("%s of %s led to %s: %s", say.Count(len(w.hops), "hop"), hand, n.String(about.DstHost), strings.Join(hops, ", "))
	if w.weight < 0.995 {
		text += fmt.Sprintf("; that it was that hand has a probability of %.2f", w.weight)
	}
	return text + "."
}

// wayTo returns the ways by which somebody can have come to a host, the
// likeliest first: those of the session, where it is known, else those of the
// account's sessions there. They are good until the next login.
func (e *Engine) wayTo(session, host, account footfall.Name, at int64) []way {
	arrival := uint64(0)
	if s := e.reg.seats.Get(session); session != 0 && s != nil {
		host, arrival = s.place, s.arrival
	}
	p := e.reg.get(host)
	if p == nil {
		return nil
	}
	var ways []way
	for g := range e.reg.all(p) {
		if g.node == 0 || g.at > at || arrival != 0 && g.arrival != arrival || arrival == 0 && g.account != account {
			continue
		}
		w := e.pool.way(nil, g.node)
		w.weight = float64(g.weight)
		ways = append(ways, w)
	}
	slices.SortStableFunc(ways, func(a, b way) int {
		x, y := &a.hops[len(a.hops)-1], &b.hops[len(b.hops)-1]
		return cmp.Or(cmp.Compare(y.time, x.time), cmp.Compare(b.weight, a.weight), cmp.Compare(x.id, y.id), strings.Compare(e.opt.Names.String(x.hand), e.opt.Names.String(y.hand)))
	})
	if len(ways) > handsTold {
		ways = ways[:handsTold]
	}
	return ways
}
