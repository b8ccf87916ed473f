package triage

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/footfall/footfall"
)

// Two findings belong together when they share
//   - a session: always, but for the ones in which Windows runs itself;
//   - an account that acts in both, within a day; one that acts in one and is
//     acted upon in the other, within an hour;
//   - a source and a destination, within a day; so with an account whose name
//     every machine has (root, administrator), which counts with its host;
//   - a host that one got into and the other left from, within an hour, also
//     with a weak hop between them, or with hops that a fact tells of;
//   - a host, within a quarter of an hour, when one of the two names neither
//     session, account nor pair.
//
// Some things are shared by all and join nothing: system accounts, declared
// scanners and deployment tools, an account seen from many sources, and
// findings that name very many accounts or sources. Through a host that many
// come to, a bastion or a domain controller, only the one group joins that came
// there in the hour before.
//
// Guessing that got nowhere is the noise of every open port. It joins the
// group of its own source, and else makes one group for each host.
const (
	withAccount = int64(24 * time.Hour)
	withPair    = int64(24 * time.Hour)
	withHop     = int64(time.Hour)
	withHost    = int64(15 * time.Minute)
	withTarget  = int64(time.Hour)
	// What is below medium belongs only to what is close to it.
	withWeak = int64(time.Hour)
	// An account of findings from so many sources is shared: it joins only
	// together with the source.
	hubSources = 10
	// A host that findings name so many sources for is a hub: a bastion, a
	// domain controller, a file server. Having been there joins nothing.
	hubArrivals = 5
	// A finding about more accounts or sources than this is about guessing at
	// large, not about each of them.
	maxNamed = 8
	// A finding with more entities than this says nothing of which account
	// came from where.
	maxEntities = 200
)

// A set is findings that belong together, and the hops by which facts join them.
type set struct {
	findings []*footfall.Finding
	hops     []footfall.Hop
}

// join returns the sets of findings that hold one at medium or above. findings
// are in order of time and id, and so are the sets and their members.
func join(findings []*footfall.Finding, facts factIndex, ctx *footfall.Context) []set {
	j := newJoiner(findings, ctx)
	is := func(c class) func(int) bool { return func(i int) bool { return j.parts[i].class == c } }
	upTo := func(c class) func(int) bool { return func(i int) bool { return j.parts[i].class < c } }
	j.unite(is(strong))
	j.bridge(facts)
	for _, c := range []class{guessing, loose, weak} {
		j.attach(is(c), j.settled(upTo(c)))
	}
	return j.groups()
}

// A class is how much a finding may do for a case; the order is that in which
// cases are made.
type class uint8

const (
	strong   class = iota // makes groups and unites them
	guessing              // failed guesses without any success
	loose                 // names only where something happened
	weak                  // below medium
)

// parts are the names by which a finding may belong to others.
type parts struct {
	class    class
	keys     []string // sessions, accounts and pairs, each with its kind in front
	sources  []string
	arrivals []string // hosts that it happened on
	leaves   []string // hosts that it came from
}

type joiner struct {
	findings []*footfall.Finding
	parts    []parts
	parent   []int
	members  map[string][]int // findings by key
	arrived  map[string][]int // by destination host
	hub      map[string]bool
	hops     map[int][]footfall.Hop // that joined a finding's group with another
}

func newJoiner(findings []*footfall.Finding, ctx *footfall.Context) *joiner {
	j := &joiner{
		findings: findings, parts: make([]parts, len(findings)), parent: make([]int, len(findings)),
		members: map[string][]int{}, arrived: map[string][]int{}, hub: map[string]bool{},
		hops: map[int][]footfall.Hop{},
	}
	shared := sharedAccounts(findings, ctx)
	arrivals := map[string]map[string]bool{}
	for i, f := range findings {
		j.parent[i] = i
		j.parts[i] = partsOf(f, shared, ctx)
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

// sharedAccounts are the accounts of findings from many sources.
func sharedAccounts(findings []*footfall.Finding, ctx *footfall.Context) map[string]bool {
	from := map[string]map[string]bool{}
	for _, f := range findings {
		if len(f.Entities) > maxEntities {
			continue
		}
		for _, e := range f.Entities {
			if !isAccount(e) {
				continue
			}
			for _, s := range f.Entities {
				if isSource(s) {
					if from[e.Name] == nil {
						from[e.Name] = map[string]bool{}
					}
					from[e.Name][s.Name] = true
				}
			}
		}
	}
	shared := map[string]bool{}
	for name, sources := range from {
		shared[name] = len(sources) >= hubSources || ctx.Services[name]
	}
	return shared
}

func partsOf(f *footfall.Finding, shared map[string]bool, ctx *footfall.Context) parts {
	var p parts
	var dests, actors, named []string
	for _, e := range f.Entities {
		switch {
		case isSource(e):
			p.sources = append(p.sources, e.Name)
		case isDestination(e):
			dests = append(dests, e.Name)
		case isAccount(e) && (SystemAccount(e.Name) || ownMachine(e.Name, f)):
		case isAccount(e) && e.Role == footfall.RoleActor:
			actors = append(actors, e.Name)
		case isAccount(e):
			named = append(named, e.Name)
		}
	}
	for _, h := range f.Path {
		p.sources, dests = append(p.sources, h.From), append(dests, h.To)
	}
	p.sources, dests, actors, named = distinct(p.sources), distinct(dests), distinct(actors), distinct(named)
	p.arrivals = dests
	for _, s := range p.sources {
		if !ctx.Scanners[s] && !sharedAddress(s, ctx) {
			p.leaves = append(p.leaves, s)
		}
	}
	for _, s := range f.Sessions {
		if !systemSession(s) {
			p.keys = append(p.keys, "session\x00"+s)
		}
	}
	pairing := p.leaves
	if len(pairing) > maxNamed {
		pairing = nil
	}
	pairing = slices.DeleteFunc(slices.Clone(pairing), func(s string) bool { return ctx.Deployers[s] })
	p.keys = append(p.keys, pairsOf(f, pairing, dests)...)
	p.keys = append(p.keys, accountKeys("account", actors, pairing, dests, shared)...)
	p.keys = append(p.keys, accountKeys("target", named, pairing, dests, shared)...)
	p.keys = distinct(p.keys)
	switch {
	case f.Level < footfall.LevelMedium:
		p.class = weak
	case failedGuess(f):
		p.class = guessing
	case len(p.keys) == 0:
		p.class = loose
	}
	return p
}

// failedGuess reports whether a finding is of guessing or knocking that got
// nowhere: no hop of it succeeded, it has no session, and no account acts in it.
func failedGuess(f *footfall.Finding) bool {
	return !slices.ContainsFunc(f.Path, func(h footfall.Hop) bool { return h.Outcome == footfall.Success }) &&
		!slices.ContainsFunc(f.Entities, func(e footfall.Entity) bool {
			return isAccount(e) && e.Role == footfall.RoleActor && !SystemAccount(e.Name)
		}) &&
		(slices.ContainsFunc(f.Attack, func(t string) bool { return covers(guesses, t) }) || knocking(f))
}

var (
	guesses = []string{"T1110"}
	knocks  = []string{"T1021", "T1133", "T1046", "T1595"}
)

// knocking reports whether a finding is of nothing but a source that tries a
// remote service.
func knocking(f *footfall.Finding) bool {
	return len(f.Sessions) == 0 && len(f.Path) == 0 && slices.ContainsFunc(f.Entities, isSource) && len(f.Attack) > 0 &&
		!slices.ContainsFunc(f.Entities, func(e footfall.Entity) bool { return isAccount(e) || e.Role == footfall.RoleObject }) &&
		!slices.ContainsFunc(f.Attack, func(t string) bool { return !covers(knocks, t) })
}

// pairsOf returns the pairs that a finding's path shows, or else all pairs of
// its sources and destinations.
func pairsOf(f *footfall.Finding, sources, dests []string) (keys []string) {
	for _, h := range f.Path {
		if _, ok := slices.BinarySearch(sources, h.From); ok {
			keys = append(keys, pairKeys([]string{h.From}, []string{h.To})...)
		}
	}
	if keys == nil {
		return pairKeys(sources, dests)
	}
	return keys
}

// maxPairs bounds the pairs of a finding that names many of both.
const maxPairs = 1024

func pairKeys(sources, dests []string) (keys []string) {
	if len(sources)*len(dests) > maxPairs {
		return nil
	}
	for _, s := range sources {
		for _, d := range dests {
			if s != d {
				keys = append(keys, "pair\x00"+s+"\x00"+d)
			}
		}
	}
	return keys
}

// accountKeys returns an account alone, or with the places where it was used
// when its name says little. kind is how the finding names it.
func accountKeys(kind string, accounts, sources, dests []string, shared map[string]bool) (keys []string) {
	if len(accounts) > maxNamed {
		return nil
	}
	for _, a := range accounts {
		if shared[a] || commonAccount(a) {
			for _, s := range sources {
				keys = append(keys, "account from\x00"+a+"\x00"+s)
			}
		}
		switch {
		case shared[a]:
		case !commonAccount(a):
			keys = append(keys, kind+"\x00"+a)
		case kind == "account":
			for _, d := range dests {
				keys = append(keys, "account at\x00"+a+"\x00"+d)
			}
		}
	}
	return keys
}

func distinct(list []string) []string {
	slices.Sort(list)
	list = slices.Compact(list)
	return slices.DeleteFunc(list, func(s string) bool { return s == "" })
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

// settled returns the rows of the findings that take part.
func (j *joiner) settled(takes func(int) bool) related {
	r := related{map[string]*row{}, map[string]*row{}}
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
	own := related{map[string]*row{}, map[string]*row{}}
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
	}
	return best
}

// A related is what findings may be attached to, by key and by host.
type related struct {
	keys, hosts map[string]*row
}

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
	byRoot := map[int]*set{}
	var roots []int
	for i, f := range j.findings {
		r := j.find(i)
		if byRoot[r] == nil {
			roots = append(roots, r)
			byRoot[r] = &set{}
		}
		byRoot[r].findings = append(byRoot[r].findings, f)
		byRoot[r].hops = append(byRoot[r].hops, j.hops[i]...)
	}
	slices.SortFunc(roots, cmp.Compare[int])
	var out []set
	for _, r := range roots {
		if slices.ContainsFunc(byRoot[r].findings, func(f *footfall.Finding) bool { return f.Level >= footfall.LevelMedium }) {
			out = append(out, *byRoot[r])
		}
	}
	return out
}
