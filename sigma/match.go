package sigma

import (
	"slices"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/automaton"
)

// A Matcher matches events against a Set. It belongs to one goroutine.
type Matcher struct {
	set      *Set
	rec      record
	logs     [][]*group // by LogID: the groups that the log serves; nil until it is first seen
	common   *group     // the rules about the log source that all makers share; nil when there are none
	ids      authIDs
	products []string // by LogID, as logs
	epoch    uint32   // one for each event and bucket
	truth    []uint32 // by predicate: 2*epoch+1 true, 2*epoch false, less: not known
	woken    []uint32 // by rule: epoch in which it was woken
	seen     []uint32 // by literal: epoch in which it was found
	list     []int32  // the woken rules
	scratch  []int32
	places   []automaton.Hit
	hits     []int32
	costs    *profile // nil unless rules are profiled
}

// New returns a Matcher for one goroutine.
func (s *Set) New() *Matcher {
	m := &Matcher{
		set:    s,
		common: s.shared(),
		ids:    s.authIDs(),
		truth:  make([]uint32, s.most.preds),
		woken:  make([]uint32, s.most.rules),
		seen:   make([]uint32, s.most.entries),
	}
	for _, x := range s.searches {
		m.rec.searchers = append(m.rec.searchers, x.New())
	}
	return m
}

// Match calls hit with the index of each rule that e matches, in ascending
// order. Once warm it allocates nothing. It keeps nothing of e.
func (m *Matcher) Match(e *footfall.Event, hit func(rule int)) {
	groups := m.groups(e.Log)
	common := m.common != nil && e.Authenticates()
	if len(groups) == 0 && !common {
		return
	}
	m.hits = m.hits[:0]
	if common {
		m.rec.loadAuthentication(&m.ids, e, m.products[e.Log])
		m.run(m.common.every)
	}
	if len(groups) > 0 {
		m.rec.load(&m.set.built, e)
	}
	for _, g := range groups {
		if g.every != nil {
			m.run(g.every)
		}
		if m.rec.numbers && len(g.byID) > 0 {
			if b := g.byID[m.rec.event]; b != nil {
				m.run(b)
			}
		}
	}
	slices.Sort(m.hits)
	for _, r := range m.hits {
		hit(int(r))
	}
}

// groups returns the groups of rules that a log serves. Logs may be added to
// the schema at any time, so each Matcher looks them up when they come.
func (m *Matcher) groups(id footfall.LogID) []*group {
	for int(id) >= len(m.logs) {
		m.logs = append(m.logs, nil)
		m.products = append(m.products, "")
	}
	if m.logs[id] == nil {
		log := m.set.schema.LogOf(id)
		m.products[id] = log.Product
		found := []*group{}
		for i := range m.set.groups {
			if g := &m.set.groups[i]; !g.source.common() && g.source.serves(log) {
				found = append(found, g)
			}
		}
		m.logs[id] = found
	}
	return m.logs[id]
}

// run matches the event against the rules of one bucket.
func (m *Matcher) run(b *bucket) {
	if m.epoch++; m.epoch == 1<<31 {
		clear(m.truth)
		clear(m.woken)
		clear(m.seen)
		m.epoch = 1
	}
	m.list = m.list[:0]
	for i := range m.rec.vals {
		v := &m.rec.vals[i]
		if int(v.id) < len(b.byID) {
			if x := b.byID[v.id]; x > 0 {
				m.scan(b, &b.fields[x-1], v)
			}
		}
	}
	if b.words != nil && len(m.rec.vals) > 0 {
		m.words(b, b.words)
	}
	if m.costs != nil {
		m.profiled(b, m.list)
		m.profiled(b, b.always)
		return
	}
	for _, r := range m.list {
		if m.eval(b, b.roots[r]) {
			m.hits = append(m.hits, b.rules[r])
		}
	}
	for _, r := range b.always {
		if m.eval(b, b.roots[r]) {
			m.hits = append(m.hits, b.rules[r])
		}
	}
}

// scan makes true what the literals in a value make true.
func (m *Matcher) scan(b *bucket, x *fieldIndex, v *val) {
	for _, p := range x.present {
		m.found(b, p)
	}
	if v.raw != "" {
		for _, p := range x.filled {
			m.found(b, p)
		}
	}
	for i := range x.tables {
		t := &x.tables[i]
		m.scratch = t.Append(m.scratch[:0], m.rec.low(v))
		for _, k := range m.scratch {
			m.entry(b, t.base+k)
		}
	}
	if x.anywhere(v) {
		m.find(b, x, m.rec.low(v))
	}
}

// anywhere reports whether a value may have a literal that may be anywhere.
func (x *fieldIndex) anywhere(v *val) bool {
	return x.least > 0 && len(v.raw) >= x.least && (x.sieve == nil || x.sieve.Passes(v.raw))
}

// words makes true what keywords in any of the values make true.
func (m *Matcher) words(b *bucket, x *fieldIndex) {
	for _, p := range x.present {
		m.found(b, p)
	}
	for i := range m.rec.vals {
		if v := &m.rec.vals[i]; x.anywhere(v) {
			m.find(b, x, m.rec.low(v))
		}
	}
}

// find makes true what the literals that may be anywhere make true.
func (m *Matcher) find(b *bucket, x *fieldIndex, s string) {
	for _, n := range x.single {
		if m.seen[n] != m.epoch && strings.Contains(s, b.entries[n].text) {
			m.entry(b, n)
		}
	}
	if x.plain != nil {
		m.keys(b, x.plain, s)
	}
	if x.wide != nil && !ascii(s) {
		m.keys(b, x.wide, s)
	}
}

// keys makes true what the literals with a key that is in s make true, where
// all of a literal stands there.
func (m *Matcher) keys(b *bucket, x *keys, s string) {
	for at := 0; at < len(s); {
		m.places, at = x.dfa.Find(m.places[:0], s, at)
		for _, h := range m.places {
			for _, k := range x.dfa.Keys(h) {
				start := int(h.End) - int(x.size[k])
				for n := x.of[k].lo; n < x.of[k].hi; n++ {
					if l := &b.entries[n]; m.seen[n] != m.epoch && l.stands(s, start) {
						m.entry(b, n)
					}
				}
			}
		}
	}
}

// stands reports whether the literal whose key is at a place in s stands there.
func (l *literal) stands(s string, key int) bool {
	start := key - int(l.from)
	end := start + len(l.text)
	return start >= 0 && end <= len(s) && s[start:end] == l.text
}

// entry makes true what a literal makes true, once for each event.
func (m *Matcher) entry(b *bucket, n int32) {
	if m.seen[n] == m.epoch {
		return
	}
	m.seen[n] = m.epoch
	r := b.entries[n].preds
	for _, p := range b.truths[r.lo:r.hi] {
		m.found(b, p)
	}
}

// found makes a predicate true and wakes its rules.
func (m *Matcher) found(b *bucket, p int32) {
	now := 2*m.epoch + 1
	if m.truth[p] == now {
		return
	}
	m.truth[p] = now
	w := b.wakes[p]
	for _, r := range b.woken[w.lo:w.hi] {
		if m.woken[r] != m.epoch {
			m.woken[r] = m.epoch
			m.list = append(m.list, r)
		}
	}
}

func (m *Matcher) eval(b *bucket, k int32) bool {
	switch n := &b.nodes[k]; n.op {
	case nodePred:
		return m.ask(b, n.a)
	case nodeAnd:
		for _, kid := range b.kids[n.a:n.b] {
			if !m.eval(b, kid) {
				return false
			}
		}
		return true
	case nodeOr:
		for _, kid := range b.kids[n.a:n.b] {
			if m.eval(b, kid) {
				return true
			}
		}
		return false
	case nodeNot:
		return !m.eval(b, n.a)
	case nodeTrue:
		return true
	}
	return false
}

// ask returns whether a predicate holds; it is answered once.
func (m *Matcher) ask(b *bucket, p int32) bool {
	if t := m.truth[p]; t>>1 == m.epoch {
		return t&1 == 1
	}
	q, holds := &b.preds[p], false
	switch {
	case q.texts != nil:
		holds = m.rec.has(q.texts, q.id)
	case q.test != nil:
		holds = m.rec.holds(q.test, q.id, q.ref)
	default:
		return false
	}
	t := 2 * m.epoch
	if holds {
		t++
	}
	m.truth[p] = t
	return holds
}
