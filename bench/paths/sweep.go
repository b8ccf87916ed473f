package main

import "fmt"

// knobs are what is turned until it breaks, one at a time, in one company.
var knobs = []struct {
	name, what string
	values     []float64
}{
	{"switches", "how often somebody takes another account, times what is usual", []float64{0.25, 1, 2, 3.5, 5}},
	{"silent", "share of hosts whose logs nobody has", []float64{0, 0.1, 0.25, 0.5, 0.8}},
	{"churn", "joiners, leavers and new hosts, times what is usual", []float64{0, 1, 4, 10, 20}},
	{"hubs", "share of hosts that are reached through others", []float64{0, 0.25, 0.5, 0.75, 1}},
}

// swept are the companies of the sweeps.
func (o *options) swept() []plan {
	var out []plan
	for _, k := range knobs {
		for _, v := range k.values {
			p := o.base
			p.Seed, p.Shape, p.Set = o.seeds[0], "office", fmt.Sprintf("%s=%g", k.name, v)
			p.Campaigns /= 2
			out = append(out, p)
		}
	}
	return out
}
