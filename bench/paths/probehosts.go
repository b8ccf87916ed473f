package main

import "github.com/footfall/footfall/graph"

// A hostProbe says how much of the attack could be told by a name alone.
type hostProbe struct {
	Campaign int     `json:"campaigns"`
	Source   int     `json:"source"`  // most campaigns that came from one host
	Account  int     `json:"account"` // most campaigns that used one account
	Busy     float64 `json:"busy"`    // how probable it is that an attacked source is busier than another one
}

// probeHosts counts campaigns by the hosts that their hops came from.
func probeHosts(w *world) hostProbe {
	var p hostProbe
	from, by := map[string]map[int]bool{}, map[string]map[int]bool{}
	add := func(m map[string]map[int]bool, k string, c int) int {
		if m[k] == nil {
			m[k] = map[int]bool{}
		}
		m[k][c] = true
		return len(m[k])
	}
	for c, k := range w.truth.Campaigns {
		if len(k.Hops) > 0 {
			p.Campaign++
		}
		for _, h := range k.Hops {
			p.Source = max(p.Source, add(from, h.From, c))
			p.Account = max(p.Account, add(by, h.Account, c))
		}
	}
	work := map[string]float64{}
	for i := range w.logins {
		l := &w.logins[i]
		if s := w.truth.Sessions[w.marks[i].session]; s != nil && l.What == graph.Arrive && s.Campaign == "" && s.From != "" && s.From != s.To {
			work[s.From]++
		}
	}
	var attacked, others []float64
	for host, n := range work {
		if from[host] != nil {
			attacked = append(attacked, n)
		} else {
			others = append(others, n)
		}
	}
	p.Busy = auc(attacked, others)
	return p
}
