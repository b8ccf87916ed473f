package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/footfall/footfall"
)

// How much a picture of a path takes. What is beyond is counted in it and
// stands in the table and in ndjson.
const (
	mostArrows = 60
	manyArrows = 30 // from here on more is folded
	mostLanes  = 36
	mostOthers = 8 // lanes that only other hands begin on
	mostAlts   = 2 // other hands that are drawn for a hop
	laneName   = 25
	leastDrawn = 0.02 // other hands that are less probable are only told
)

// A folding says what is alike enough to be one arrow.
type folding struct {
	hosts  int           // from so many hosts on they share a lane
	times  int           // from so many times on a hop that comes again is one arrow
	within time.Duration // longer apart it is not the same activity
	shared bool          // also hosts that others came to as well, which then have a lane of their own too
}

var (
	foldSome = folding{hosts: 6, times: 3, within: 30 * time.Minute}
	foldMuch = folding{hosts: 3, times: 2, within: 24 * time.Hour, shared: true}
)

// unfolded makes an arrow of each hop.
func unfolded(hops []footfall.Hop) folding {
	return folding{hosts: len(hops) + 1, times: len(hops) + 1}
}

// A walk is a path as it is drawn: hosts are lanes, hops are arrows from lane
// to lane in the order of time, and what is alike is one arrow.
type walk struct {
	hops   []footfall.Hop // as given; a hop's number is its index and one
	parent []int          // the hop that each went on from, -1 when that is not among them
	arrows []arrow
	lanes  []lane
	left   int // hops that no arrow stands for
}

// An arrow is one hop, or several that are alike.
type arrow struct {
	hops     []int // indexes, in the order of time
	from, to int   // lanes
	after    int   // the arrow that it went on from, -1 when none is drawn
	alts     []other
	fromKey  string
	toKey    string
}

// An other is another hand that an arrow can have been.
type other struct {
	what string
	sure float64
	lane int // that it came from; -1 when it has none
	key  string
}

// A lane is a host, or several of which nothing but one arrow is known.
type lane struct {
	key   string
	label string // its name, as it stands at its left
	hosts []string
	from  bool // the hosts are sources
	other bool // only other hands begin here
}

// count says how many hosts share a lane.
func (l *lane) count() string {
	if l.from {
		return number(len(l.hosts)) + " sources"
	}
	return number(len(l.hosts)) + " hosts"
}

// name is what stands beside a lane, of at most n columns.
func (l *lane) name(n int) string {
	if len(l.hosts) == 1 {
		return hostName(l.hosts[0], n)
	}
	s := l.count() + ": "
	for i, h := range l.hosts[:min(len(l.hosts), 40)] {
		if i > 0 {
			s += ", "
		}
		s += hostName(h, 40)
		if columns(s) > n {
			break
		}
	}
	if columns(s) > n {
		return cutColumns(s, n-2) + ".."
	}
	return s
}

func hostName(s string, n int) string {
	switch {
	case strings.TrimSpace(s) != "":
		return short(s, n)
	case n < 11:
		return "?"
	}
	return "(not named)"
}

// short is a name in at most n columns. Of marks that take no column only two
// stay together, so that what is short to see is short to write.
func short(s string, n int) string {
	full := len(s)
	if full > 4096 {
		s = s[:2048] + s[full-2048:]
	}
	s = clean(s)
	var b strings.Builder
	run, cut := 0, false
	for _, r := range s {
		if run++; columnsOf(r) > 0 {
			run = 0
		}
		if run > 2 {
			cut = true
			continue
		}
		b.WriteRune(r)
	}
	if s = b.String(); cut {
		s += fmt.Sprintf("..(%d)", full)
	}
	if columns(s) > n {
		s = fold(s, n)
	}
	return s
}

// newWalk joins what is alike on a path.
func newWalk(hops []footfall.Hop, f folding) *walk {
	w := &walk{hops: hops}
	w.arrows = w.join(w.relate(), f)
	w.chain()
	return w
}

// newPicture makes the picture of a path: lanes too, and no more than can be
// looked at.
func newPicture(hops []footfall.Hop) *walk {
	w := newWalk(hops, foldSome)
	if len(w.arrows) > manyArrows || w.countLanes() > mostLanes {
		w = newWalk(hops, foldMuch)
	}
	w.limit()
	w.chain()
	w.others()
	w.order()
	return w
}

// relate returns the hops in the order of time and sets what each went on
// from; only a hop before it counts, so that no ring comes about.
func (w *walk) relate() []int {
	order := make([]int, len(w.hops))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(w.hops[a].Time, w.hops[b].Time) })
	w.parent = make([]int, len(w.hops))
	seen := map[uint64]int{}
	for _, i := range order {
		w.parent[i] = -1
		h := w.hops[i]
		if p, ok := seen[h.After]; ok && h.After != 0 {
			w.parent[i] = p
		}
		if _, ok := seen[h.ID]; !ok && h.ID != 0 {
			seen[h.ID] = i
		}
	}
	return order
}

// A fan is what hops have in common that go to, or come from, hosts of which
// nothing else is known.
type fan struct {
	in      bool
	host    string // the host that they share
	account string
	was     string
	outcome footfall.Outcome
	after   int
}

type again struct {
	fan
	to      string
	service footfall.Service
}

// join makes arrows of hops, in the order of time.
func (w *walk) join(order []int, f folding) []arrow {
	var out []arrow
	rest := order
	for _, in := range []bool{false, true} {
		var fans []arrow
		fans, rest = w.fans(rest, in, f)
		out = append(out, fans...)
	}
	runs(rest, func(i int) again {
		h := w.hops[i]
		return again{fan{host: h.From, account: h.Account, was: h.Switch, outcome: h.Outcome, after: w.parent[i]}, h.To, h.Service}
	}, w.apart(f.within), func(run []int) {
		if len(run) < f.times || slices.ContainsFunc(run, func(i int) bool { return w.hops[i].Of > 1 }) {
			for _, i := range run {
				out = append(out, arrow{hops: []int{i}})
			}
			return
		}
		out = append(out, arrow{hops: run})
	})
	for i := range out {
		a := &out[i]
		h := w.hops[a.hops[0]]
		a.toKey = cmp.Or(a.toKey, "h"+h.To)
		if h.From == "" && h.Service == footfall.ServiceLocal {
			a.fromKey = a.toKey // at the host itself
		}
		a.fromKey = cmp.Or(a.fromKey, "h"+h.From)
	}
	at := make([]int, len(w.hops))
	for n, i := range order {
		at[i] = n
	}
	slices.SortFunc(out, func(a, b arrow) int { return cmp.Compare(at[a.hops[0]], at[b.hops[0]]) })
	return out
}

// apart returns how hops are cut into runs: by time between neighbours.
func (w *walk) apart(within time.Duration) func(a, b int) bool {
	return func(a, b int) bool { return w.hops[b].Time-w.hops[a].Time > int64(within) }
}

// runs calls f for the runs of equal keys, in the order of their first.
func runs[K comparable](list []int, key func(int) K, apart func(a, b int) bool, f func([]int)) {
	at := map[K]int{}
	var all [][]int
	for _, i := range list {
		k := key(i)
		n, ok := at[k]
		if !ok || apart(all[n][len(all[n])-1], i) {
			n = len(all)
			at[k] = n
			all = append(all, nil)
		}
		all[n] = append(all[n], i)
	}
	for _, r := range all {
		f(r)
	}
}

// fans takes the hops from list that go to many hosts of which nothing else is
// known, or that come from many, and returns the others too.
func (w *walk) fans(list []int, in bool, f folding) (fans []arrow, rest []int) {
	far := func(i int) string {
		if in {
			return w.hops[i].From
		}
		return w.hops[i].To
	}
	key := func(i int) fan {
		h := w.hops[i]
		if in {
			return fan{in: true, host: h.To, outcome: h.Outcome, after: -1}
		}
		return fan{host: h.From, account: h.Account, was: h.Switch, outcome: h.Outcome, after: w.parent[i]}
	}
	alone := w.alone(in, f.shared)
	taken := map[int]bool{}
	var able []int
	for _, i := range list {
		if h := w.hops[i]; alone[far(i)] && h.From != h.To && h.Of <= 1 && (!in || w.parent[i] < 0) {
			able = append(able, i)
		}
	}
	runs(able, key, w.apart(f.within), func(run []int) {
		var hosts []string
		for _, i := range run {
			hosts = append(hosts, far(i))
		}
		slices.Sort(hosts)
		if hosts = slices.Compact(hosts); len(hosts) < f.hosts {
			return
		}
		a := arrow{hops: run}
		k := fmt.Sprintf("f%t%d", in, run[0])
		if in {
			a.fromKey = k
		} else {
			a.toKey = k
		}
		fans = append(fans, a)
		for _, i := range run {
			taken[i] = true
		}
	})
	return fans, slices.DeleteFunc(slices.Clone(list), func(i int) bool { return taken[i] })
}

// alone returns the hosts that are only gone to, from one host with one
// account, and never on from; with in, those that only one host is gone to from.
// With shared it may be several.
func (w *walk) alone(in, shared bool) map[string]bool {
	out, from := map[string]bool{}, map[string]fan{}
	goesOn := map[int]bool{}
	for _, p := range w.parent {
		if p >= 0 {
			goesOn[p] = true
		}
	}
	for i, h := range w.hops {
		far, near := h.To, fan{host: h.From, account: h.Account, after: w.parent[i]}
		if in {
			far, near = h.From, fan{host: h.To}
		}
		if k, ok := from[far]; !ok {
			from[far], out[far] = near, true
		} else if k != near && !shared {
			out[far] = false
		}
		if goesOn[i] {
			out[far] = false
		}
	}
	for _, h := range w.hops {
		if in {
			out[h.To] = false
		} else {
			out[h.From] = false
		}
	}
	return out
}

func (w *walk) countLanes() int {
	seen := map[string]bool{}
	for _, a := range w.arrows {
		seen[a.fromKey], seen[a.toKey] = true, true
	}
	return len(seen)
}

// limit leaves out arrows that the picture has no room for: ways with several
// hops and changes of account stay before lone hops, and these before failures.
func (w *walk) limit() {
	rank := make([]int, len(w.arrows))
	for i := range w.arrows {
		rank[i] = 2
		for _, n := range w.arrows[i].hops {
			h := w.hops[n]
			switch {
			case w.parent[n] >= 0 || changed(h):
				rank[i] = 0
			case h.Outcome != footfall.Failure:
				rank[i] = min(rank[i], 1)
			}
		}
	}
	at := w.arrowOf()
	for i, p := range w.parent {
		if p >= 0 && p != i {
			rank[at[p]] = 0
		}
	}
	seen := map[string]bool{}
	keep := make([]bool, len(w.arrows))
	kept := 0
	for r := range 3 {
		for i, a := range w.arrows {
			fresh := 0
			for _, k := range []string{a.fromKey, a.toKey} {
				if !seen[k] {
					fresh++
				}
			}
			if rank[i] != r || kept == mostArrows || len(seen)+fresh > mostLanes {
				continue
			}
			keep[i], seen[a.fromKey], seen[a.toKey] = true, true, true
			kept++
		}
	}
	var out []arrow
	for i, a := range w.arrows {
		if keep[i] {
			out = append(out, a)
		} else {
			w.left += len(a.hops)
		}
	}
	w.arrows = out
}

// arrowOf is the arrow that stands for each hop.
func (w *walk) arrowOf() map[int]int {
	at := map[int]int{}
	for i, a := range w.arrows {
		for _, n := range a.hops {
			at[n] = i
		}
	}
	return at
}

// changed reports whether the account changed before a hop.
func changed(h footfall.Hop) bool { return h.Switch != "" && h.Switch != h.Account }

// chain sets which arrow each went on from.
func (w *walk) chain() {
	at := w.arrowOf()
	for i := range w.arrows {
		a := &w.arrows[i]
		a.after = -1
		if p := w.parent[a.hops[0]]; p >= 0 {
			// Of an arrow that stands for several hops the first counts.
			if n, ok := at[p]; ok && n < i {
				a.after = n
			}
		}
	}
}

// others adds the other hands that hops can have been, the likeliest of them
// with a lane.
func (w *walk) others() {
	known := map[string]bool{}
	for _, a := range w.arrows {
		known[a.fromKey], known[a.toKey] = true, true
	}
	fresh := 0
	for _, i := range w.doubted() {
		a := &w.arrows[i]
		x := w.hands(a.hops[0])
		left := max(0, 1-x.sure)
		for _, e := range x.rest[:min(len(x.rest), mostAlts)] {
			if e.sure < leastDrawn && len(a.alts) > 0 {
				break
			}
			o := other{what: e.text(20), sure: e.sure, key: "h" + e.from}
			left -= o.sure
			switch {
			case e.from == "" || o.key == a.fromKey:
				o.key = ""
			case !known[o.key] && fresh < mostOthers:
				known[o.key] = true
				fresh++
			case !known[o.key]:
				o.key, o.what = "", short(o.what+" from "+hostName(e.from, 14), 32)
			}
			a.alts = append(a.alts, o)
		}
		if n := len(x.rest) - len(a.alts) + x.unnamed; n > 0 {
			a.alts = append(a.alts, other{what: plural(n, "other", "others"), sure: max(0, left)})
		}
	}
}

// doubted are the arrows whose other hands are drawn: the least sure ones, in
// the order of time, and fewer where the picture is full.
func (w *walk) doubted() []int {
	var list []int
	for i := range w.arrows {
		if x := w.hands(w.arrows[i].hops[0]); len(x.rest) > 0 && x.rest[0].sure >= leastDrawn {
			list = append(list, i)
		}
	}
	most := 6
	if len(w.arrows) > 24 {
		most = 3
	}
	sure := func(i int) float64 { return bound(w.hops[w.arrows[i].hops[0]].Sure) }
	slices.SortStableFunc(list, func(a, b int) int { return cmp.Compare(sure(a), sure(b)) })
	list = list[:min(len(list), most)]
	slices.Sort(list)
	return list
}

// bound keeps a probability one.
func bound(p float64) float64 { return max(0, min(1, finite(p))) }

// order puts lanes in an order: by first appearance, or each below where it was
// come from when the arrows are shorter that way. Hosts that only other hands
// begin on stand above the host where they would have been.
func (w *walk) order() {
	var first []string
	seen := map[string]bool{}
	below := map[string][]string{}
	for _, a := range w.arrows {
		if !seen[a.fromKey] {
			seen[a.fromKey] = true
			below[""] = append(below[""], a.fromKey)
			if i := slices.Index(first, a.toKey); i >= 0 {
				first = slices.Insert(first, i, a.fromKey) // above where it leads
			} else {
				first = append(first, a.fromKey)
			}
		}
		if !seen[a.toKey] {
			seen[a.toKey] = true
			first = append(first, a.toKey)
			below[a.fromKey] = append(below[a.fromKey], a.toKey)
		}
	}
	keys := first
	if tree := preorder(below); w.span(tree) < w.span(first) {
		keys = tree
	}
	for _, a := range w.arrows {
		for _, o := range a.alts {
			if o.key != "" && !seen[o.key] {
				seen[o.key] = true
				keys = slices.Insert(keys, slices.Index(keys, a.fromKey), o.key)
			}
		}
	}
	w.name(keys)
}

// preorder lists a forest without recursion, for names come from logs.
func preorder(below map[string][]string) (out []string) {
	stack := slices.Clone(below[""])
	slices.Reverse(stack)
	for len(stack) > 0 {
		k := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		out = append(out, k)
		for _, c := range slices.Backward(below[k]) {
			stack = append(stack, c)
		}
	}
	return out
}

// span is how many lanes all arrows go over together.
func (w *walk) span(keys []string) int {
	at := map[string]int{}
	for i, k := range keys {
		at[k] = i
	}
	n := 0
	for _, a := range w.arrows {
		n += max(at[a.fromKey]-at[a.toKey], at[a.toKey]-at[a.fromKey])
	}
	return n
}

// end is the lane that an arrow begins or ends on, as far as the arrow tells.
func (w *walk) end(a *arrow, to bool) lane {
	l := lane{key: a.fromKey, from: !to}
	if to {
		l.key = a.toKey
	}
	if host, ok := strings.CutPrefix(l.key, "h"); ok {
		l.hosts = []string{host}
		return l
	}
	seen := map[string]bool{}
	for _, n := range a.hops {
		h := w.hops[n].From
		if to {
			h = w.hops[n].To
		}
		if !seen[h] {
			seen[h] = true
			l.hosts = append(l.hosts, h)
		}
	}
	return l
}

// name makes the lanes and gives arrows their numbers.
func (w *walk) name(keys []string) {
	at := map[string]int{}
	w.lanes = make([]lane, len(keys))
	for i, k := range keys {
		at[k] = i
		w.lanes[i] = lane{key: k, hosts: []string{strings.TrimPrefix(k, "h")}, other: true}
	}
	for i := range w.arrows {
		a := &w.arrows[i]
		a.from, a.to = at[a.fromKey], at[a.toKey]
		w.lanes[a.from], w.lanes[a.to] = w.end(a, false), w.end(a, true)
		for j := range a.alts {
			a.alts[j].lane = -1
			if o := &a.alts[j]; o.key != "" {
				o.lane = at[o.key]
			}
		}
	}
	for i := range w.lanes {
		w.lanes[i].label = w.lanes[i].name(laneName)
	}
}
