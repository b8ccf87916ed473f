package triage

import (
	"slices"
	"strings"

	"github.com/footfall/footfall"
)

type joiner struct {
	findings []*footfall.Finding
	parts    []parts
	parent   []int
	members  map[string][]int // findings by key
	arrived  map[string][]int // by destination host
	hub      map[string]bool
	hops     map[int][]footfall.Hop // that joined a finding's group with another
}

func newJoiner(findings []*footfall.Finding, opt *Options) *joiner {
	ctx := opt.Context
	j := &joiner{
		findings: findings, parts: make([]parts, len(findings)), parent: make([]int, len(findings)),
		members: map[string][]int{}, arrived: map[string][]int{}, hub: map[string]bool{},
		hops: map[int][]footfall.Hop{},
	}
	shared := sharedAccounts(findings, ctx)
	roles := takers(opt.Hops)
	arrivals := map[string]map[string]bool{}
	for i, f := range findings {
		j.parent[i] = i
		j.parts[i] = partsOf(f, shared, roles, opt)
		for _, k := range j.parts[i].keys {
			j.members[k] = append(j.members[k], i)
		}
		for _, h := range j.parts[i].arrivals {
			j.arrived[h] = append(j.arrived[h], i)
			if arrivals[h] == nil {
				arrivals[h] = map[string]bool{}
			}
			for _, s := range j.parts[i].sources {
				arrivals[h][s] = true
			}
		}
	}
	for h, from := range arrivals {
		j.hub[h] = len(from) >= hubArrivals || ctx.Bastions[h] || ctx.Deployers[h]
	}
	return j
}

func (j *joiner) find(i int) int {
	for j.parent[i] != i {
		j.parent[i] = j.parent[j.parent[i]]
		i = j.parent[i]
	}
	return i
}

// union keeps the earlier finding as the root, so that the result does not
// depend on the order of unions.
func (j *joiner) union(a, b int) {
	a, b = j.find(a), j.find(b)
	j.parent[max(a, b)] = min(a, b)
}

// near reports whether two findings are at most bound apart.
func (j *joiner) near(a, b int, bound int64) bool { return j.apart(a, b) <= bound }

func (j *joiner) apart(a, b int) int64 {
	x, y := j.findings[a], j.findings[b]
	return max(0, x.First-y.Last, y.First-x.Last)
}

// unite joins the findings that take part by their keys and then by their hops.
func (j *joiner) unite(takes func(int) bool) {
	for key, list := range j.members {
		kind, name, _ := strings.Cut(key, "\x00")
		if kind != "target" {
			j.chain(list, takes)
			continue
		}
		actors := j.rows("account\x00"+name, takes)
		for _, i := range list {
			for _, k := range actors.around(j.findings[i].First, j.findings) {
				if takes(i) && k >= 0 && j.related(i, k) {
					j.union(i, k)
				}
			}
		}
	}
	left := map[string][]int{}
	for i := range j.findings {
		if takes(i) {
			for _, h := range j.parts[i].leaves {
				left[h] = append(left[h], i)
			}
		}
	}
	var found [][2]int
	for host, list := range left {
		came := j.stays(slices.DeleteFunc(slices.Clone(j.arrived[host]), func(i int) bool { return !takes(i) }))
		for _, s := range j.stays(list) {
			near := slices.DeleteFunc(slices.Clone(came), func(c stay) bool {
				return c.root == s.root || max(c.first-s.last, s.first-c.last) > withHop
			})
			if j.hub[host] && !oneRoot(near) {
				continue
			}
			for _, c := range near {
				found = append(found, [2]int{c.root, s.root})
			}
		}
	}
	for _, f := range found {
		j.union(f[0], f[1])
	}
}

// bridge unites the group that got into a host with the one that left another,
// when a weak finding or a fact shows the hop between them, all within an hour
// each. Which groups there are is settled before, so the order does not matter.
func (j *joiner) bridge(facts factIndex) {
	arrived, departed := j.visits()
	var found [][2]int
	for i, f := range j.findings {
		if j.parts[i].class == strong {
			if to, hops := j.onward(i, facts.byFinding[f.ID], departed); hops != nil {
				found = append(found, [2]int{i, to})
				j.hops[i] = hops
			}
		}
		if j.parts[i].class != weak {
			continue
		}
		for _, h := range f.Path {
			if h.Outcome != footfall.Success || h.From == h.To || !slices.Contains(j.parts[i].leaves, h.From) {
				continue
			}
			before := within(arrived[h.From], h.Time-withHop, h.Time)
			after := within(departed[h.To], h.Time, h.Time+withHop)
			if oneRoot(before) && oneRoot(after) && len(before) > 0 && len(after) > 0 {
				found = append(found, [2]int{before[0].root, after[0].root}, [2]int{before[0].root, i})
			}
		}
	}
	for _, f := range found {
		j.union(f[0], f[1])
	}
}

// visits are the stays of groups at the hosts that they came to and left.
func (j *joiner) visits() (arrived, departed map[string][]stay) {
	came, left := map[string][]int{}, map[string][]int{}
	for i := range j.findings {
		if j.parts[i].class != strong {
			continue
		}
		for _, h := range j.parts[i].arrivals {
			came[h] = append(came[h], i)
		}
		for _, h := range j.parts[i].leaves {
			left[h] = append(left[h], i)
		}
	}
	arrived, departed = map[string][]stay{}, map[string][]stay{}
	for h, list := range came {
		arrived[h] = j.stays(list)
	}
	for h, list := range left {
		departed[h] = j.stays(list)
	}
	return arrived, departed
}

// onward follows the hops that facts tell of after a finding, each within an
// hour of the one before, up to a host that one other group left within the
// hour after.
func (j *joiner) onward(i int, facts []*footfall.Fact, departed map[string][]stay) (to int, hops []footfall.Hop) {
	var all []footfall.Hop
	for _, f := range facts {
		if f.Kind == "movement-after" && f.Verdict == footfall.Yes {
			all = append(all, f.Path...)
		}
	}
	all = mergePath(all)
	at := j.findings[i].Last
	for k, h := range all {
		if h.Outcome != footfall.Success || h.Time < j.findings[i].First || h.Time > at+withHop {
			continue
		}
		at = max(at, h.Time)
		after := slices.DeleteFunc(within(departed[h.To], h.Time, h.Time+withHop), func(s stay) bool { return s.root == j.find(i) })
		if len(after) > 0 && oneRoot(after) {
			return after[0].root, all[:k+1]
		}
	}
	return 0, nil
}

// within returns the stays that a span of time touches.
func within(list []stay, from, to int64) []stay {
	return slices.DeleteFunc(slices.Clone(list), func(s stay) bool { return s.last < from || s.first > to })
}

// rows returns the findings of a key that take part.
func (j *joiner) rows(key string, takes func(int) bool) *row {
	rows := map[string]*row{}
	for _, i := range j.members[key] {
		if takes(i) {
			addRow(rows, key, i, j.findings)
		}
	}
	return rows[key]
}

// A stay is a time in which findings of one group name a host.
type stay struct {
	root        int
	first, last int64
}

// stays merges the findings of each group that are at most withHop apart: what
// is near the merged time is near one of them.
func (j *joiner) stays(list []int) []stay {
	var out []stay
	latest := map[int]int{}
	for _, i := range list {
		f, root := j.findings[i], j.find(i)
		if k, ok := latest[root]; ok && f.First-out[k].last <= withHop {
			out[k].last = max(out[k].last, f.Last)
			continue
		}
		latest[root] = len(out)
		out = append(out, stay{root, f.First, f.Last})
	}
	return out
}

func oneRoot(list []stay) bool {
	for _, s := range list {
		if s.root != list[0].root {
			return false
		}
	}
	return true
}

// chain joins each finding of one key with the last one before it. The list is
// in the order of first times, so the latest end so far is what counts.
func (j *joiner) chain(list []int, takes func(int) bool) {
	prev := -1
	for _, i := range list {
		if !takes(i) {
			continue
		}
		if prev >= 0 && j.related(i, prev) {
			j.union(i, prev)
		}
		if prev < 0 || j.findings[i].Last > j.findings[prev].Last {
			prev = i
		}
	}
}

// related reports whether two findings share a key within its time.
func (j *joiner) related(i, k int) bool {
	bound := int64(-1)
	for _, key := range j.parts[i].keys {
		kind, name, _ := strings.Cut(key, "\x00")
		switch {
		case kind == "account" && has(j.parts[k].keys, "target\x00"+name), kind == "target" && has(j.parts[k].keys, "account\x00"+name):
			bound = max(bound, withTarget)
		case kind == "target", !has(j.parts[k].keys, key):
		case kind == "session":
			return true
		case kind == "pair":
			bound = max(bound, withPair)
		case kind == "doing":
			bound = max(bound, withHost)
		default:
			bound = max(bound, withAccount)
		}
	}
	if j.parts[i].class == weak || j.parts[k].class == weak {
		bound = min(bound, withWeak)
	}
	return bound >= 0 && j.near(i, k, bound)
}

func has(keys []string, key string) bool {
	_, ok := slices.BinarySearch(keys, key)
	return ok
}
