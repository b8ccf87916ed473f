package sigma

import (
	"cmp"
	"slices"
)

// An anchor is a choice of predicates of which one is true whenever a node
// is. A rule is evaluated only when one of its root's anchor came true.
type anchor struct {
	done  bool
	none  bool // there is no such choice
	preds []int32
	cost  float64 // how often it is thought to come true; only compared
}

// wake finds for each rule what wakes it.
func (c *builder) wake() {
	b := c.bucket
	c.costs = make([]anchor, len(b.nodes))
	rules := make([][]int32, len(b.preds))
	for i, root := range b.roots {
		a := c.anchor(root)
		if a.none {
			b.always = append(b.always, int32(i))
			continue
		}
		for _, p := range a.preds {
			rules[p] = append(rules[p], int32(i))
		}
	}
	c.late(rules)
	c.sort()
	for _, rs := range rules {
		lo := int32(len(b.woken))
		b.woken = append(b.woken, rs...)
		b.wakes = append(b.wakes, run{lo, int32(len(b.woken))})
	}
}

// maxLate is how many texts a predicate may ask for to be asked late.
const maxLate = 4

// late finds the predicates that wake no rule and are cheap to answer when a
// rule asks, which is seldom: they ask for a few texts at a place that is
// known, or for texts so short that they are found everywhere. Those that are
// looked for anywhere in a long value are cheaper to find with all others.
func (c *builder) late(rules [][]int32) {
	b := c.bucket
	for p := range b.preds {
		late := b.preds[p].test == nil && len(rules[p]) == 0 && len(c.lits[p]) <= maxLate &&
			!slices.ContainsFunc(c.lits[p], func(l wanted) bool { return l.kind == shapeContains && len(l.text) >= tally })
		if late {
			b.preds[p].texts = c.lits[p]
		}
	}
}

// sort puts the kids of each and in the order in which they are likely to
// settle it: those that cost little first, of these the rarest.
func (c *builder) sort() {
	b := c.bucket
	for i := range b.nodes {
		n := &b.nodes[i]
		if n.op != nodeAnd {
			continue
		}
		slices.SortStableFunc(b.kids[n.a:n.b], func(x, y int32) int {
			p, q := c.anchor(x), c.anchor(y)
			if p.none || q.none {
				return cmp.Or(cmp.Compare(c.effort(x), c.effort(y)), cmp.Compare(truth(p.none), truth(q.none)))
			}
			return cmp.Or(cmp.Compare(c.effort(x), c.effort(y)), cmp.Compare(p.cost, q.cost))
		})
	}
}

func truth(b bool) int {
	if b {
		return 1
	}
	return 0
}

// anchor returns the cheapest anchor of a node. A node that never holds has
// one without predicates.
func (c *builder) anchor(k int32) *anchor {
	a := &c.costs[k]
	if a.done {
		return a
	}
	a.done = true
	switch n := c.bucket.nodes[k]; n.op {
	case nodeFalse:
	case nodePred:
		if c.bucket.preds[n.a].test != nil {
			a.none = true
			break
		}
		a.preds, a.cost = []int32{n.a}, c.cost(n.a)
	case nodeAnd:
		a.none = true
		for _, kid := range c.bucket.kids[n.a:n.b] {
			if x := c.anchor(kid); !x.none && (a.none || x.cost < a.cost) {
				a.none, a.preds, a.cost = false, x.preds, x.cost
			}
		}
	case nodeOr:
		for _, kid := range c.bucket.kids[n.a:n.b] {
			x := c.anchor(kid)
			if x.none {
				a.none = true
				break
			}
			a.preds = append(slices.Clip(a.preds), x.preds...)
			a.cost += x.cost
		}
		slices.Sort(a.preds)
		a.preds = slices.Compact(a.preds)
	default:
		a.none = true
	}
	return a
}

// cost estimates how often a predicate comes true. Short literals are found
// more often than long ones, and what many rules look for is common, since
// rules are written about common programs. A field in which rules look for
// few things has few values. That a field is there at all, or has the value
// that a whole log has, says next to nothing.
func (c *builder) cost(p int32) float64 {
	id := c.bucket.preds[p].id
	sum, narrow := 0.0, 200/float64(len(c.order[id]))
	for _, l := range c.lits[p] {
		switch l.kind {
		case shapeAny, shapeGlob:
			sum += 1e6
		default:
			sum += 64/float64(len(l.text)+1) + float64(len(c.uses[id][l])) + narrow
		}
	}
	if b := &c.set.built; id == b.eventID || id == b.channel || id == b.provider || id == b.computer {
		sum += 1e4
	}
	return sum
}
