package triage

import (
	"cmp"
	"slices"
	"strings"

	"github.com/footfall/footfall"
)

// settled returns the rows of the findings that take part.
func (j *joiner) settled(takes func(int) bool) related {
	r := newRelated()
	for i := range j.findings {
		if takes(i) {
			r.add(i, &j.parts[i], j.findings)
		}
	}
	return r
}

// attach puts each finding that takes part into the group of its nearest
// relation and unites no groups: what is weak or says little must not be a
// bridge. Those without a relation join their neighbours of the same kind.
func (j *joiner) attach(takes func(int) bool, settled related) {
	own := newRelated()
	for i := range j.findings {
		if !takes(i) {
			continue
		}
		// Only what has no names of its own belongs to a host's other findings;
		// guesses belong to the host's other guesses.
		named, host := j.parts[i].class == guessing, withHost
		if to := j.nearest(i, settled, host, named || len(j.parts[i].keys) > 0); to >= 0 {
			j.union(i, to)
			continue
		}
		if named {
			host = withPair
		}
		if to := j.nearest(i, own, host, !named && len(j.parts[i].keys) > 0); to >= 0 {
			j.union(i, to)
		}
		own.add(i, &j.parts[i], j.findings)
	}
}

// counterpart is the key by which another finding names the same account in
// the other role.
func counterpart(key string) string {
	if name, ok := strings.CutPrefix(key, "account\x00"); ok {
		return "target\x00" + name
	}
	if name, ok := strings.CutPrefix(key, "target\x00"); ok {
		return "account\x00" + name
	}
	return ""
}

// nearest returns the related finding that is nearest in time, the earlier of
// equals, -1 without one; unless only keys count, one that happened on the
// same host within the given time will do.
func (j *joiner) nearest(i int, by related, host int64, byKeys bool) int {
	best, at := -1, int64(0)
	try := func(k int, ok bool) {
		if k < 0 || k == i || !ok {
			return
		}
		if d := j.apart(i, k); best < 0 || d < at || d == at && k < best {
			best, at = k, d
		}
	}
	for _, key := range j.parts[i].keys {
		for _, key := range [2]string{key, counterpart(key)} {
			for _, k := range by.keys[key].around(j.findings[i].First, j.findings) {
				try(k, k >= 0 && j.related(i, k))
			}
		}
	}
	if best >= 0 || byKeys {
		return best
	}
	for _, at := range j.parts[i].arrivals {
		for _, k := range by.hosts[at].around(j.findings[i].First, j.findings) {
			try(k, k >= 0 && j.near(i, k, host))
		}
		if j.hub[at] {
			continue // many leave from there
		}
		for _, k := range by.left[at].around(j.findings[i].First, j.findings) {
			try(k, k >= 0 && j.near(i, k, host))
		}
	}
	return best
}

// A related is what findings may be attached to: by key, by the host that they
// happened on, by the host that they came from.
type related struct {
	keys, hosts, left map[string]*row
}

func newRelated() related { return related{map[string]*row{}, map[string]*row{}, map[string]*row{}} }

// A row is findings in order of their first times.
type row struct {
	at     []int
	latest []int // the one that lasts longest among those up to here
}

func (r related) add(i int, p *parts, findings []*footfall.Finding) {
	for _, k := range p.keys {
		addRow(r.keys, k, i, findings)
	}
	for _, h := range p.arrivals {
		addRow(r.hosts, h, i, findings)
	}
	for _, h := range p.leaves {
		addRow(r.left, h, i, findings)
	}
}

func addRow(rows map[string]*row, key string, i int, findings []*footfall.Finding) {
	r := rows[key]
	if r == nil {
		r = &row{}
		rows[key] = r
	}
	latest := i
	if n := len(r.latest); n > 0 && findings[r.latest[n-1]].Last >= findings[i].Last {
		latest = r.latest[n-1]
	}
	r.at, r.latest = append(r.at, i), append(r.latest, latest)
}

// around returns the neighbours of a time: the last that begins before it, the
// one before it that lasts longest, and the first that begins after it.
func (r *row) around(t int64, findings []*footfall.Finding) [3]int {
	out := [3]int{-1, -1, -1}
	if r == nil {
		return out
	}
	n, _ := slices.BinarySearchFunc(r.at, t, func(i int, t int64) int {
		if findings[i].First <= t {
			return -1
		}
		return 1
	})
	if n > 0 {
		out[0], out[1] = r.at[n-1], r.latest[n-1]
	}
	if n < len(r.at) {
		out[2] = r.at[n]
	}
	return out
}

func (j *joiner) groups() []set {
	byRoot, members := map[int]*set{}, map[int][]int{}
	var roots []int
	for i, f := range j.findings {
		r := j.find(i)
		if byRoot[r] == nil {
			roots = append(roots, r)
			byRoot[r] = &set{}
		}
		members[r] = append(members[r], i)
		byRoot[r].findings = append(byRoot[r].findings, f)
		byRoot[r].hops = append(byRoot[r].hops, j.hops[i]...)
	}
	slices.SortFunc(roots, cmp.Compare[int])
	var out []set
	for _, r := range roots {
		if slices.ContainsFunc(byRoot[r].findings, func(f *footfall.Finding) bool { return f.Level >= footfall.LevelMedium }) {
			byRoot[r].bonds = j.bonds(members[r])
			out = append(out, *byRoot[r])
		}
	}
	return out
}
