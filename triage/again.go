package triage

import "github.com/footfall/footfall"

// Again builds one case of findings that people put together or apart, as Build
// would: its questions are answered and its decision is made anew. hops are
// what is known of its path beside them.
func Again(findings []*footfall.Finding, facts []*footfall.Fact, hops []footfall.Hop, opt Options) *footfall.Case {
	b := newBuilder(findings, facts, opt)
	j := newJoiner(b.all, &b.opt)
	all := make([]int, len(b.all))
	for i := range all {
		all[i] = i
	}
	return b.build(set{findings: b.all, hops: hops, bonds: j.bonds(all)})
}
