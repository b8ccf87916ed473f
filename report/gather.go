package report

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/footfall/footfall"
)

// What one pass over the steps of a run keeps for the pages of its cases.
// However large the run, it stays within these.
const (
	mostDrawn      = 1500   // entities whose usual behaviour is drawn
	mostHappenings = 24_000 // lines of all cases' timelines
	leastOfCase    = 40     // lines of one case's
	mostOfCase     = 1200
	mostNames      = 14 // sources or hosts of one entity that have a line of their own
	foldBehind     = 8  // lines back that an equal event is folded into
	axisColumns    = 48
	beforeCase     = time.Hour // how far around a case its timeline reaches
	foldedWithin   = 30 * time.Minute
)

// A happening is one line of a case's timeline: an event, or equal ones that
// came close together.
type happening struct {
	Row
	Last  int64
	Count int
	Why   string   // what ties it to the case: account, address, host
	Also  []string // further accounts of failures from one source, up to a few
	Kinds bool     // failures of several kinds: attempts, checks, logons
	Hits  []string // titles of the rules that hit on the event, up to a few
}

// mostAlso is how many further accounts a line of failures names.
const mostAlso = 6

// hit adds a rule's hit to the event that it is of.
func (m *happening) hit(r *Row) bool {
	if r.Rule == "" || m.Input != r.Input || m.Offset != r.Offset || m.Time != r.Time {
		return false
	}
	m.Level = max(m.Level, r.Level)
	if len(m.Hits) < mostAlso && !slices.Contains(m.Hits, r.Rule) {
		m.Hits = append(m.Hits, r.Rule)
	}
	return true
}

// takes folds r into m when they are equal, or both failures of one source on
// one host, as guessing gives by the thousand.
func (m *happening) takes(r *Row) bool {
	if m.DstHost != r.DstHost || m.SrcHost != r.SrcHost || m.SrcAddr != r.SrcAddr || m.Outcome != r.Outcome || m.Rule != r.Rule || r.Time-m.Last >= int64(foldedWithin) {
		return false
	}
	if r.Outcome == footfall.Failure && r.Rule == "" && r.SrcAddr != "" && guesses(m.Kind) && guesses(r.Kind) {
		m.Kinds = m.Kinds || m.Kind != r.Kind
		if r.Account != m.Account && !slices.Contains(m.Also, r.Account) && len(m.Also) < mostAlso {
			m.Also = append(m.Also, r.Account)
		}
		return true
	}
	return m.Kind == r.Kind && m.Service == r.Service && m.Account == r.Account && m.Target == r.Target && m.Object == r.Object && m.Command == r.Command
}

// guesses reports whether a failure of this kind is one of trying to get in.
func guesses(k footfall.Kind) bool {
	return k == footfall.KindLogon || k == footfall.KindCredential || k == footfall.KindAttempt
}

// A lineup is the first and the last lines of a part of a timeline.
type lineup struct {
	list  []happening
	most  int
	head  int // list[:head] stay; the rest is a ring
	next  int // place of the ring that is written next
	Left  int // lines that were not kept
	whole bool
}

func (s *lineup) add(r *Row, why string) {
	for i := range min(foldBehind, len(s.list)) {
		m := s.back(i)
		if m.hit(r) {
			return
		}
		if m.takes(r) {
			m.Last, m.Count = r.Time, m.Count+1
			return
		}
	}
	m := happening{Row: *r, Last: r.Time, Count: 1, Why: why}
	if r.Rule != "" {
		m.Hits = []string{r.Rule}
	}
	if len(s.list) < s.most {
		s.list = append(s.list, m)
		return
	}
	s.head, s.whole = s.most/2, true
	at := s.head + s.next
	s.list[at] = m
	s.next = (s.next + 1) % (s.most - s.head)
	s.Left++
}

// back returns the i-th line from the end, as they came.
func (s *lineup) back(i int) *happening {
	if !s.whole {
		return &s.list[len(s.list)-1-i]
	}
	n := s.most - s.head
	if i >= n {
		return &s.list[s.head-1-(i-n)]
	}
	return &s.list[s.head+(s.next-1-i+2*n)%n]
}

// lines are the lines as they came; skip is how many before the i-th of them
// are left out.
func (s *lineup) lines() (out []happening, gap int) {
	if !s.whole {
		return s.list, -1
	}
	out = slices.Concat(s.list[:s.head], s.list[s.head+s.next:], s.list[s.head:s.head+s.next])
	return out, s.head
}

// A setting is what is kept around one case.
type setting struct {
	c     *footfall.Case
	parts [3]lineup // before, during, after
	drawn []*profile
	took  int // number of the last step that it took
}

// A tie says how a name belongs to a case.
type tie struct {
	at   *setting
	kind string // account, address, host
}

// A gathering takes each step of a run once, in order.
type gathering struct {
	ties     map[string][]tie
	settings map[*footfall.Case]*setting
	profiles map[footfall.Entity]*profile
	named    map[string][]*profile
	span     spanOf
	step     int // number of the step at hand
}

// A spanOf is the time that the pictures are drawn over, in columns of a
// length that people know.
type spanOf struct {
	first, step int64
	columns     int
}

var columnSteps = [...]time.Duration{
	time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 2 * time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour, day, 2 * day, 7 * day,
}

const (
	day    = 24 * time.Hour
	monday = 4 * day // from the beginning of Unix time, a Thursday
)

func newSpan(first, last int64) spanOf {
	for i := 0; ; i++ {
		step := int64(columnSteps[min(i, len(columnSteps)-1)])
		if i >= len(columnSteps) {
			step *= int64(i - len(columnSteps) + 2)
		}
		from := int64(0)
		if step >= int64(7*day) {
			from = int64(monday)
		}
		begin := first - ((first-from)%step+step)%step
		if n := uint64(last-begin)/uint64(step) + 1; n <= axisColumns {
			return spanOf{begin, step, int(n)}
		}
	}
}

// How far around the cases the pictures reach: a few records of another age,
// or of a clock that was wrong, leave them readable.
const (
	drawnBefore = 180 * day
	drawnAfter  = 30 * day
)

// drawnSpan is the time of a run that its pictures show.
func drawnSpan(r *footfall.Run) spanOf {
	first, last := r.First, max(r.First, r.Last)
	if len(r.Cases) == 0 {
		return newSpan(first, last)
	}
	from, to := r.Cases[0].First, r.Cases[0].Last
	for _, c := range r.Cases {
		from, to = min(from, c.First), max(to, c.Last)
	}
	if from > first && from-first > int64(drawnBefore) {
		first = from - int64(drawnBefore)
	}
	if to < last && last-to > int64(drawnAfter) {
		last = to + int64(drawnAfter)
	}
	return newSpan(first, max(first, last))
}

// column is where a time stands; what lies outside is at the edge.
func (s spanOf) column(t int64) int {
	if t < s.first {
		return 0
	}
	return int(min(uint64(s.columns-1), uint64(t-s.first)/uint64(s.step)))
}

func newGathering(r *footfall.Run) *gathering {
	g := &gathering{
		ties: map[string][]tie{}, settings: map[*footfall.Case]*setting{}, profiles: map[footfall.Entity]*profile{},
		named: map[string][]*profile{}, span: drawnSpan(r),
	}
	each := fair(mostHappenings, len(r.Cases), leastOfCase, mostOfCase)
	for _, c := range r.Cases {
		s := &setting{c: c}
		s.parts[0].most, s.parts[1].most, s.parts[2].most = each/6, each*2/3, each/6
		g.settings[c] = s
		g.tie(s, fair(1200, len(r.Cases), 4, 8))
	}
	return g
}

// fair shares something between n cases, within bounds for each.
func fair(all, n, least, most int) int { return max(least, min(most, all/max(1, n))) }

// about are the accounts, addresses and hosts of a case, once each, with the
// names that its hops give.
func about(c *footfall.Case) (out []footfall.Entity) {
	seen := map[footfall.Entity]bool{}
	for _, e := range withPath(c.Entities, c.Path) {
		if e.Kind != "account" && e.Kind != "address" && e.Kind != "host" || e.Name == "" {
			continue
		}
		k := footfall.Entity{Kind: e.Kind, Name: e.Name}
		if !seen[k] {
			seen[k] = true
			out = append(out, e)
		}
	}
	return out
}

// tie notes by which names steps belong to a case, and which of them are drawn.
func (g *gathering) tie(s *setting, drawn int) {
	list := about(s.c)
	for _, e := range list {
		g.ties[e.Name] = append(g.ties[e.Name], tie{s, e.Kind})
	}
	place := map[string]int{}
	for i, h := range s.c.Path {
		for _, name := range []string{h.From, h.Account, h.To} {
			if _, ok := place[name]; !ok {
				place[name] = i - len(s.c.Path)
			}
		}
	}
	slices.SortStableFunc(list, func(a, b footfall.Entity) int {
		return cmp.Or(cmp.Compare(drawnFirst(a), drawnFirst(b)), cmp.Compare(place[a.Name], place[b.Name]))
	})
	for _, e := range list[:min(len(list), drawn)] {
		k := footfall.Entity{Kind: e.Kind, Name: e.Name}
		p := g.profiles[k]
		if p == nil {
			if len(g.profiles) >= mostDrawn {
				return
			}
			p = newProfile(k)
			g.profiles[k] = p
			g.named[e.Name] = append(g.named[e.Name], p)
		}
		p.role(e.Role)
		s.drawn = append(s.drawn, p)
	}
}

// drawnFirst orders entities: whose credentials were used, where they came
// from, where they went.
func drawnFirst(e footfall.Entity) int {
	switch {
	case e.Kind == "account" && e.Role == footfall.RoleActor:
		return 0
	case e.Kind == "address":
		return 1
	case e.Kind == "account":
		return 2
	}
	return 3
}

// tabled is a time as the tables tell it, in whole microseconds. A report that is
// written anew has its steps from them, and must show the same.
func tabled(t int64) int64 { return t - ((t%1000)+1000)%1000 }

// add takes one step, whose time becomes that of the tables.
func (g *gathering) add(r *Row) {
	if r.Time = tabled(r.Time); r.Time == 0 {
		return
	}
	g.step++
	g.offer(r, r.Account, "account")
	if r.Target != r.Account {
		g.offer(r, r.Target, "account")
	}
	g.offer(r, r.SrcAddr, "address")
	g.offer(r, r.SrcHost, "host")
	if r.DstHost != r.SrcHost {
		g.offer(r, r.DstHost, "host")
	}
	if r.Kind == footfall.KindLogon && r.Rule == "" {
		g.draw(r)
	}
}

// offer gives a step to the cases that a name of it belongs to.
func (g *gathering) offer(r *Row, name, kind string) {
	if name == "" || kind == "host" && !telling(r) || kind != "host" && !r.Remote() && r.Rule == "" {
		return
	}
	for _, t := range g.ties[name] {
		if i := t.at.part(r.Time); i >= 0 && t.kind == kind && t.at.took != g.step {
			t.at.took = g.step
			t.at.parts[i].add(r, kind)
		}
	}
}

// telling reports whether a step belongs to a case for its host alone: what
// changes a host, or what a rule hit on. Logons of others do not.
func telling(r *Row) bool {
	if r.Rule != "" {
		return r.Level >= footfall.LevelMedium
	}
	switch r.Kind {
	case footfall.KindService, footfall.KindTask, footfall.KindAccount, footfall.KindGroup, footfall.KindPassword, footfall.KindConfig, footfall.KindCleared, footfall.KindAlert:
		return true
	}
	return false
}

// part tells before, during and after the case; -1 is out of its reach.
func (s *setting) part(t int64) int {
	first, last := tabled(s.c.First), tabled(s.c.Last)
	switch {
	case t < first-int64(beforeCase) || t > last+int64(beforeCase):
		return -1
	case t < first:
		return 0
	case t <= last:
		return 1
	}
	return 2
}

// draw counts a logon for the entities that it is of.
func (g *gathering) draw(r *Row) {
	from := cmp.Or(r.SrcHost, r.SrcAddr)
	for _, p := range g.named[r.Account] {
		if p.Kind == "account" {
			p.count(g.span, r, from, r.DstHost)
		}
	}
	for _, p := range g.named[r.SrcAddr] {
		if p.Kind == "address" {
			p.count(g.span, r, r.Account, r.DstHost)
		}
	}
	for _, p := range g.named[r.DstHost] {
		if p.Kind == "host" {
			p.count(g.span, r, from, r.Account)
		}
	}
}

// A profile is what an entity did in all of the run, as small pictures show it.
type profile struct {
	footfall.Entity
	roles [roleCount]bool
	OK    int64
	Bad   int64
	hours [7][24]uint32 // Monday first, UTC
	left  tallies       // sources of an account or a host; accounts of an address
	right tallies       // hosts of an account or an address; accounts of a host
	First int64
	Last  int64
}

const roleCount = int(footfall.RoleAddress) + 1

// A tally counts one name over the axis and over the weeks.
type tally struct {
	name   string
	ok     uint32
	bad    uint32
	first  int64
	last   int64
	axis   [axisColumns]uint16
	failed [axisColumns]bool // only failures there
}

// tallies count names, the first mostNames by themselves.
type tallies struct {
	at     map[string]int
	list   []tally
	others map[string]struct{}
	beyond int // further names, counted up to a bound
}

func newProfile(e footfall.Entity) *profile { return &profile{Entity: e} }

func (p *profile) role(r footfall.Role) { p.roles[min(int(r), roleCount-1)] = true }

func (p *profile) count(s spanOf, r *Row, left, right string) {
	if p.First == 0 {
		p.First = r.Time
	}
	p.Last = r.Time
	if r.Outcome == footfall.Failure {
		p.Bad++
	} else {
		p.OK++
		t := time.Unix(0, r.Time).UTC()
		p.hours[(int(t.Weekday())+6)%7][t.Hour()]++
	}
	p.left.count(s, r, left)
	p.right.count(s, r, right)
}

func (t *tallies) count(s spanOf, r *Row, name string) {
	if name == "" {
		name = "(not told)"
	}
	i, ok := t.at[name]
	if !ok {
		if len(t.list) >= mostNames {
			t.further(name)
			return
		}
		if t.at == nil {
			t.at = map[string]int{}
		}
		i = len(t.list)
		t.at[name] = i
		t.list = append(t.list, tally{name: name, first: r.Time})
	}
	x := &t.list[i]
	x.last = r.Time
	col := s.column(r.Time)
	if r.Outcome == footfall.Failure {
		x.bad++
		if x.axis[col] == 0 {
			x.failed[col] = true
		}
	} else {
		x.ok++
		x.failed[col] = false
	}
	if x.axis[col] < 1<<16-1 {
		x.axis[col]++
	}
}

func (t *tallies) further(name string) {
	if t.others == nil {
		t.others = map[string]struct{}{}
	}
	if _, ok := t.others[name]; !ok && len(t.others) < 4*mostNames {
		t.others[name] = struct{}{}
		t.beyond++
	}
}

// sorted are the names, those with most logons first.
func (t *tallies) sorted() []tally {
	out := slices.Clone(t.list)
	slices.SortStableFunc(out, func(a, b tally) int {
		return cmp.Or(cmp.Compare(b.ok, a.ok), cmp.Compare(b.bad, a.bad), strings.Compare(a.name, b.name))
	})
	return out
}
