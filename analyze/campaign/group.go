package campaign

import "github.com/footfall/footfall"

// A group is what is known of one kind of service.
type group struct {
	n, x    int // attempts and failures since the last full hundred
	seen    int // hundreds
	moments moments
	sum     float64 // CUSUM
	worst   int     // failures of the worst hundred since it left zero
	rises   int     // hundreds since then
	excess  float64 // failures beyond the mean since then
	window  []try   // attempts since then
	last    *opened
}

func (w *watcher) count(k groupKey, g *group, t *try, s *footfall.Step, out *footfall.Sink) {
	if len(g.window) >= maxWindow {
		g.window = append(g.window[:0], g.window[maxWindow/4:]...)
	}
	g.window = append(g.window, *t)
	g.n++
	if !t.won {
		g.x++
	}
	if g.n < size {
		return
	}
	w.full(k, g, s, out)
	g.n, g.x = 0, 0
}

// full ends a hundred. What is suspected is not learned from: a campaign that
// grows slowly would teach what is usual. Once it is judged and nobody is to
// blame for it, it is what is usual now.
func (w *watcher) full(k groupKey, g *group, s *footfall.Step, out *footfall.Sink) {
	g.seen++
	if g.seen <= w.lim.groups {
		g.moments.add(g.x)
		g.window = g.window[:0]
		return
	}
	f := g.moments.fit()
	g.sum = max(0, g.sum+min((float64(g.x)-f.mean)/f.sd, most)-w.lim.k)
	g.worst, g.rises, g.excess = max(g.worst, g.x), g.rises+1, g.excess+float64(g.x)-f.mean
	switch {
	case g.sum == 0:
		g.moments.add(g.x)
		g.calm()
	case g.sum >= w.lim.h:
		if !w.alarm(k, g, &f, s, out) {
			g.moments.add(g.x)
		}
		g.sum = 0
		g.calm()
	case g.sum < w.lim.h/2:
		g.moments.add(g.x)
	}
}

func (g *group) calm() {
	g.worst, g.rises, g.excess, g.window = 0, 0, 0, g.window[:0]
}
