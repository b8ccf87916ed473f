package correlate

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/footfall/footfall"
)

// An entry is an event in a group.
type entry struct {
	Event
	time  int64
	hash  uint64 // of its value, for value_count
	num   number
	cited bool
}

// A group is the events that share the values of group-by.
type group struct {
	key        string
	values     []string
	prev, next *group // in the order of last
	last       int64
	gone       bool
	list       []entry // events in the window, from head on, oldest first
	head       int
	tally      tally
	chain      [][2]*link // by part, the two best that end in different events
	match      *Match
	start      int64 // of the open window, for those that are judged when they close
	waiting    bool
	later      *group // the next window to close
	hit        Hit    // the newest, for what a match carries
}

// A link is an event that ends an ordered chain.
type link struct {
	e     entry
	start int64
	prev  *link
}

// group returns the group whose key is in core.key, nil when there is no room.
func (s *state) group(h *Hit, p *footfall.CorrelationPart) *group {
	key := s.core.key
	g := s.groups[string(key)]
	if g == nil {
		s.expire(h.Time)
		if len(s.groups) >= s.core.limits.groups || s.sketch != nil || s.core.entries >= s.core.limits.entries {
			if !s.admit(key, h.Time) {
				s.lost.Refused++
				return nil
			}
		}
		g = &group{key: string(key)}
		for _, i := range p.Group {
			g.values = append(g.values, h.Values[i])
		}
		s.groups[g.key] = g
	} else {
		s.unlink(g)
	}
	g.last = h.Time
	if g.prev = s.last; g.prev != nil {
		g.prev.next = g
	} else {
		s.first = g
	}
	s.last = g
	return g
}

// held is how many events a group holds, chains counted as one for each part.
func (g *group) held() int { return len(g.list) - g.head + len(g.chain) }

func (s *state) unlink(g *group) {
	if g.prev != nil {
		g.prev.next = g.next
	} else {
		s.first = g.next
	}
	if g.next != nil {
		g.next.prev = g.prev
	} else {
		s.last = g.prev
	}
	g.prev, g.next = nil, nil
}

// expire forgets groups whose last event no window can hold any more.
func (s *state) expire(now int64) {
	for g := s.first; g != nil && g.last < now-s.c.Span && !g.waiting; g = s.first {
		s.drop(g)
	}
}

func (s *state) drop(g *group) {
	s.unlink(g)
	delete(s.groups, g.key)
	s.core.entries -= g.held()
	g.gone, g.list, g.head, g.chain = true, nil, 0, nil
}

// admit decides about a new group when there is no room: it takes the place
// of the one that is longest without an event if its key was seen at least as
// often lately, by a count-min sketch. So many groups that come once cannot
// drive out those that go on.
func (s *state) admit(key []byte, now int64) bool {
	if s.sketch == nil {
		s.sketch = &sketch{}
	}
	if now-s.sketchedUntil > s.c.Span {
		s.sketch.halve()
		s.sketchedUntil = now
	}
	seen := s.sketch.add(footfall.Hash(footfall.Str(key)))
	if len(s.groups) < s.core.limits.groups && s.core.entries < s.core.limits.entries {
		return true
	}
	victim := s.first
	if victim == nil {
		return false
	}
	if n := victim.held(); seen <= n && n > 1 || seen < 2 {
		return false
	}
	s.lost.Groups++
	s.drop(victim)
	return true
}

// A sketch counts keys roughly, never too low.
type sketch struct {
	rows [4][1 << 16]uint16
	adds int
}

func (k *sketch) add(h uint64) int {
	if k.adds++; k.adds > 1<<16 {
		k.halve()
	}
	least := uint16(math.MaxUint16)
	for i := range k.rows {
		n := &k.rows[i][h>>(16*i)&(1<<16-1)]
		if *n < math.MaxUint16 {
			*n++
		}
		least = min(least, *n)
	}
	return int(least)
}

// halve forgets half of everything, so that what was long ago fades.
func (k *sketch) halve() {
	for i := range k.rows {
		for j := range k.rows[i] {
			k.rows[i][j] /= 2
		}
	}
	k.adds = 0
}

// add puts an event into a group and judges it.
func (s *state) add(g *group, e *entry, h *Hit) {
	if s.has(g, e) {
		return
	}
	if s.waits() {
		s.wait(g, e, h)
		return
	}
	if s.c.Type == footfall.Temporal {
		s.temporal(g, e, h)
		return
	}
	s.slide(g, e.time-s.c.Span)
	s.put(g, e)
	s.trim(g)
	if v, ok := g.value(s.c); ok && s.c.Bounds.Hold(v) {
		s.fire(g, e, h, e.time, v, s.fresh(g))
	}
}

// has reports whether the event is in the group already: another of the
// correlated rules hit it too. For temporal each rule's hit counts.
func (s *state) has(g *group, e *entry) bool {
	for i := len(g.list) - 1; i >= g.head && g.list[i].time == e.time; i-- {
		if g.list[i].ID == e.ID && (s.c.Type != footfall.Temporal || g.list[i].Part == e.Part) {
			return true
		}
	}
	return false
}

func (s *state) put(g *group, e *entry) {
	if g.head > 32 && g.head > len(g.list)/2 {
		n := copy(g.list, g.list[g.head:])
		clear(g.list[n:])
		g.list, g.head = g.list[:n], 0
	}
	g.list = append(g.list, *e)
	s.core.entries++
	g.tally.add(s.c.Type, e)
}

// slide takes out the events before a time.
func (s *state) slide(g *group, from int64) {
	for g.head < len(g.list) && g.list[g.head].time < from {
		s.shift(g)
	}
}

func (s *state) shift(g *group) {
	e := &g.list[g.head]
	g.tally.remove(s.c.Type, e)
	e.Value = ""
	g.head++
	s.core.entries--
}

// trim keeps what a group holds within its bounds. Of a count only as many
// events as are needed matter, the newest; of values that are counted only
// one event for each.
func (s *state) trim(g *group) {
	n := len(g.list) - g.head
	need := maxInGroup
	switch s.c.Type {
	case footfall.EventCount:
		need = max(needed(&s.c.Bounds), 1)
	case footfall.ValueCount:
		if n > 64 && n > 4*len(g.tally.values) {
			s.thin(g)
			n = len(g.list) - g.head
		}
	}
	for ; n > need; n-- {
		if need == maxInGroup {
			s.lost.Cut++
		}
		s.shift(g)
	}
	s.core.relieve(g)
}

// relieve keeps the events of all groups together within their bound: the
// groups that are longest without an event are given up, and then the oldest
// events of g.
func (c *Core) relieve(g *group) {
	for c.entries > c.limits.entries {
		var of *state
		for i := range c.states {
			s := &c.states[i]
			if s.first != nil && s.first != g && (of == nil || s.first.last < of.first.last) {
				of = s
			}
		}
		if of == nil {
			return
		}
		of.lost.Groups++
		of.drop(of.first)
	}
}

// thin leaves out events whose value came again later.
func (s *state) thin(g *group) {
	kept := g.list[:0]
	for i := g.head; i < len(g.list); i++ {
		e := g.list[i]
		if g.tally.values[e.hash].last == e.time {
			kept = append(kept, e)
			continue
		}
		v := g.tally.values[e.hash]
		v.n--
		g.tally.values[e.hash] = v
		s.core.entries--
	}
	clear(g.list[len(kept):])
	g.list, g.head = kept, 0
}

// needed is the least count that a lower bound lets through.
func needed(b *footfall.Bounds) int {
	if b.LowIncluded {
		return int(b.Low)
	}
	return int(b.Low) + 1
}

// fresh returns the events of a group that no match has told.
func (s *state) fresh(g *group) []Event {
	out := s.core.events[:0]
	for i := g.head; i < len(g.list); i++ {
		if e := &g.list[i]; !e.cited {
			e.cited = true
			out = append(out, e.Event)
		}
	}
	s.core.events = out
	return out
}

// temporal keeps the last hit of each part and counts those in the window.
func (s *state) temporal(g *group, e *entry, h *Hit) {
	s.slide(g, e.time-s.c.Span)
	for i := g.head; i < len(g.list); i++ {
		if g.list[i].Part == e.Part {
			g.list = slices.Delete(g.list, i, i+1)
			s.core.entries--
			break
		}
	}
	s.put(g, e)
	if v := float64(len(g.list) - g.head); s.c.Bounds.Hold(v) {
		s.fire(g, e, h, e.time, v, s.fresh(g))
	}
}

// instant works off the hits of an instant that has passed: in the order of
// the rule, whatever order they came in.
func (s *state) instant() {
	list := s.pending
	s.pending = nil
	slices.SortStableFunc(list, func(a, b pending) int {
		return cmp.Or(cmp.Compare(a.e.Part, b.e.Part), cmp.Compare(a.e.ID, b.e.ID))
	})
	for i := range list {
		if p := &list[i]; !p.g.gone {
			s.chain(p.g, &p.e, &p.h)
		}
	}
}

// chain extends the chains of a group by one event. Of those that reach a
// part the one that began last is best: it stays within the timespan longest.
func (s *state) chain(g *group, e *entry, h *Hit) {
	if g.chain == nil {
		g.chain = make([][2]*link, len(s.c.Parts))
		s.core.entries += len(g.chain)
		s.core.relieve(g)
	}
	l := &link{e: *e, start: e.time}
	if e.Part > 0 {
		if l.prev = before(g.chain[e.Part-1], e, s.c.Span); l.prev == nil {
			return
		}
		l.start = l.prev.start
	}
	if e.Part < len(g.chain)-1 {
		insert(&g.chain[e.Part], l)
		return
	}
	n := len(s.core.events[:0])
	out := s.core.events[:n]
	for x := l; x != nil; x = x.prev {
		if !x.e.cited {
			x.e.cited = true
			out = append(out, x.e.Event)
		}
	}
	slices.Reverse(out)
	s.core.events = out
	s.fire(g, &l.e, h, e.time, float64(len(g.chain)), out)
}

// before returns the best link that e can follow, nil for none.
func before(of [2]*link, e *entry, span int64) *link {
	for _, l := range of {
		if l != nil && (l.e.ID != e.ID || l.e.time != e.time) && e.time-l.start <= span {
			return l
		}
	}
	return nil
}

func insert(to *[2]*link, l *link) {
	switch a, b := to[0], to[1]; {
	case a == nil:
		to[0] = l
	case a.e.ID == l.e.ID && a.e.time == l.e.time:
		if l.start > a.start {
			to[0] = l
		}
	case l.start >= a.start:
		to[0], to[1] = l, a
	case b == nil || l.start >= b.start:
		to[1] = l
	}
}

// wait puts an event into the window that is open, and opens one when none is.
func (s *state) wait(g *group, e *entry, h *Hit) {
	if !g.waiting {
		g.start, g.waiting = e.time, true
		s.core.entries -= len(g.list) - g.head
		g.list, g.head, g.tally = g.list[:0], 0, tally{}
		if s.tail == nil {
			s.closes = g
		} else {
			s.tail.later = g
		}
		s.tail = g
	}
	g.hit = Hit{Values: slices.Clone(h.Values)}
	if len(g.list)-g.head >= maxInGroup {
		s.lost.Cut++
		g.tally.add(s.c.Type, e)
		return
	}
	s.put(g, e)
	s.core.relieve(g)
}

func (g *group) closing(span int64) int64 {
	if g.start > math.MaxInt64-1-span {
		return math.MaxInt64 - 1
	}
	return g.start + span
}

// close judges a window whose time has passed.
func (s *state) close(g *group, at int64) {
	v, ok := g.value(s.c)
	if s.c.Type == footfall.Temporal {
		v, ok = float64(g.tally.distinct(g)), true
	}
	if ok && s.c.Bounds.Hold(v) {
		s.fire(g, &g.list[len(g.list)-1], &g.hit, at, v, s.fresh(g))
	}
	s.core.entries -= len(g.list) - g.head
	g.list, g.head, g.tally = nil, 0, tally{}
}

// A number is a value in millionths, so that sums do not hang on their order.
type number struct{ units, millionths int64 }

func (n number) float() float64 { return float64(n.units) + float64(n.millionths)/1e6 }

// maxNumber bounds a value so that the sum of a full group cannot overflow.
const maxNumber = 1e13

// parseNumber reads a number in decimal, or a whole one in hexadecimal.
func parseNumber(s string) (number, bool) {
	s = strings.TrimSpace(s)
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		i, err := strconv.ParseInt(s, 0, 64)
		if err != nil {
			return number{}, false
		}
		v = float64(i)
	}
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return number{}, false
	}
	v = max(-maxNumber, min(maxNumber, v))
	whole, part := math.Modf(v)
	return number{int64(whole), int64(math.Round(part * 1e6))}, true
}

// A tally is what conditions compare, of the events in a window.
type tally struct {
	n      int
	sum    number
	values map[uint64]counted
	sorted []float64
}

type counted struct {
	n    int
	last int64
}

func (t *tally) add(of footfall.CorrelationType, e *entry) {
	t.n++
	switch of {
	case footfall.ValueCount:
		if t.values == nil {
			t.values = map[uint64]counted{}
		}
		if v, ok := t.values[e.hash]; ok || len(t.values) < maxInGroup {
			t.values[e.hash] = counted{v.n + 1, e.time}
		}
	case footfall.ValueSum, footfall.ValueAvg:
		t.sum.units += e.num.units
		t.sum.millionths += e.num.millionths
	case footfall.ValuePercentile:
		v := e.num.float()
		i, _ := slices.BinarySearch(t.sorted, v)
		t.sorted = slices.Insert(t.sorted, i, v)
	}
}

func (t *tally) remove(of footfall.CorrelationType, e *entry) {
	t.n--
	switch of {
	case footfall.ValueCount:
		if v := t.values[e.hash]; v.n > 1 {
			t.values[e.hash] = counted{v.n - 1, v.last}
		} else {
			delete(t.values, e.hash)
		}
	case footfall.ValueSum, footfall.ValueAvg:
		t.sum.units -= e.num.units
		t.sum.millionths -= e.num.millionths
	case footfall.ValuePercentile:
		if i, ok := slices.BinarySearch(t.sorted, e.num.float()); ok {
			t.sorted = slices.Delete(t.sorted, i, i+1)
		}
	}
}

// distinct counts the parts that have hits in a group.
func (t *tally) distinct(g *group) int {
	var seen [4]uint64
	n := 0
	for i := g.head; i < len(g.list); i++ {
		if p := g.list[i].Part; seen[p>>6&3]>>(p&63)&1 == 0 {
			seen[p>>6&3] |= 1 << (p & 63)
			n++
		}
	}
	return n
}

// value is what the condition compares, of the events in the window.
func (g *group) value(c *footfall.Correlation) (v float64, ok bool) {
	t := &g.tally
	switch c.Type {
	case footfall.ValueCount:
		return float64(len(t.values)), true
	case footfall.ValueSum:
		return t.sum.float(), t.n > 0
	case footfall.ValueAvg:
		return t.sum.float() / float64(max(t.n, 1)), t.n > 0
	case footfall.ValuePercentile:
		if len(t.sorted) == 0 {
			return 0, false
		}
		// The nearest rank: the least value that so many per cent do not exceed.
		rank := int(math.Ceil(c.Percentile / 100 * float64(len(t.sorted))))
		return t.sorted[max(rank, 1)-1], true
	}
	return float64(t.n), true
}
