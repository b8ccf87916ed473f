package triage

import (
	"slices"

	"github.com/footfall/footfall"
)

// A walk is a finding about a path that one hand made: it may go over weeks and
// many hosts, and is a case by itself. Others belong to it that are about one of
// its hops: on the host that the hop came to or left, with an account of it, in
// the hour around. It makes no bridge: a group that has a walk takes no other, but
// for one that goes on from it.

// isWalk reports whether a finding's hops name what they went on from.
func isWalk(f *footfall.Finding) bool {
	return slices.ContainsFunc(f.Path, func(h footfall.Hop) bool { return h.ID != 0 })
}

// onePath unites the walks that share a hop, of which one goes on from the other,
// and those that the same account began from the same place within a day.
func (j *joiner) onePath() {
	type start struct{ from, account string }
	first, begun := map[uint64]int{}, map[start]int{}
	for i, f := range j.findings {
		if j.parts[i].class != walk {
			continue
		}
		h := f.Path[0]
		at := start{h.From, h.Account}
		if k, ok := begun[at]; ok && h.Account != "" && !commonAccount(h.Account) && h.Time-j.findings[k].Path[0].Time <= withAccount {
			j.union(i, k)
		}
		begun[at] = i
		for _, h := range f.Path {
			if k, ok := first[h.ID]; ok {
				j.union(i, k)
			} else if h.ID != 0 {
				first[h.ID] = i
			}
		}
	}
}

// walks unites each walk with the groups of the findings that take part and
// are about one of its hops. alone takes only those that are in no group yet.
func (j *joiner) walks(takes func(int) bool, alone bool) {
	walked, size := map[int]bool{}, map[int]int{}
	for i := range j.findings {
		size[j.find(i)]++
		if j.parts[i].class == walk {
			walked[j.find(i)] = true
		}
	}
	for w, f := range j.findings {
		if j.parts[w].class != walk {
			continue
		}
		for _, h := range f.Path {
			for _, host := range [2]string{h.To, h.From} {
				for _, i := range j.arrived[host] {
					root := j.find(i)
					if !takes(i) || walked[root] || alone && size[root] > 1 || !j.ofHop(i, w, &h) {
						continue
					}
					j.union(i, w)
					walked[j.find(w)] = true
				}
			}
			for _, i := range j.members["account\x00"+h.Account] {
				if len(j.parts[i].arrivals) > 0 {
					continue // it is told where that was
				}
				root := j.find(i)
				if takes(i) && !walked[root] && !(alone && size[root] > 1) && j.ofHop(i, w, &h) {
					j.union(i, w)
					walked[j.find(w)] = true
				}
			}
		}
	}
}

// ofHop reports whether a finding is about a hop of a walk.
func (j *joiner) ofHop(i, w int, h *footfall.Hop) bool {
	f := j.findings[i]
	if slices.ContainsFunc(f.Sessions, func(s string) bool { return !systemSession(s) && slices.Contains(j.findings[w].Sessions, s) }) {
		return true
	}
	if h.Time < f.First-withHop || h.Time > f.Last+withHop || f.Last-f.First > withAccount {
		return false
	}
	return slices.ContainsFunc(f.Entities, func(e footfall.Entity) bool {
		return isAccount(e) && e.Name != "" && (e.Name == h.Account || e.Name == h.Switch)
	})
}
