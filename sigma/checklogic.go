package sigma

import (
	"fmt"
	"slices"
)

// maxSelections is up to how many selections a condition is tried with every
// outcome of them.
const maxSelections = 14

// logic tells conditions that never or always hold, and those that little
// must be there for.
func (c *checker) logic() {
	r := c.rule
	b := bound{cond: r.cond}
	for _, s := range r.selections {
		b.selections = append(b.selections, s.root)
	}
	if why := c.contradiction(&b); why != "" {
		c.warn(place{}, "never", "the condition can never hold: %s", why)
		return
	}
	if c.outcomes(&b, true) == 0 {
		c.warn(place{}, "always", "the condition holds whatever the selections say")
		return
	}
	_, ids := b.eventIDs(b.cond)
	switch n := b.least(b.cond); {
	case n == 0 && !ids:
		c.warn(place{}, "broad", "nothing must be there for the condition to hold: no text, number or address; every event of %s is looked at", r.Logsource)
	case n > 0 && n < 3 && !ids:
		c.warn(place{}, "broad", "a text of %d characters anywhere in a field is enough", n)
	}
}

// contradiction says why a condition can never hold, "" when it may.
func (c *checker) contradiction(b *bound) string {
	if c.outcomes(b, false) == 0 {
		return "no outcome of the selections makes it true"
	}
	if ids, some := b.ids(b.cond); some && len(ids) == 0 {
		return "it asks for more than one EventID at once"
	}
	// One selection that every hit needs and that cannot fit.
	for i, x := range b.selections {
		if b.needs(b.cond, i) {
			if it := impossible(x); it != nil {
				return fmt.Sprintf("in %s %s must be several different texts at once", c.rule.selections[i].name, label(it.key))
			}
		}
	}
	return ""
}

// outcomes counts, of all outcomes of the selections, those that make the
// condition true; with not, those that make it false. -1 when there are too many.
func (c *checker) outcomes(b *bound, not bool) int {
	var used []int
	b.cond.each(func(x *expr) {
		if x.op == opSel && !slices.Contains(used, x.sel) {
			used = append(used, x.sel)
		}
	})
	if len(used) > maxSelections {
		return -1
	}
	n, on := 0, make([]bool, len(b.selections))
	for m := range 1 << len(used) {
		for i, s := range used {
			on[s] = m>>i&1 == 1
		}
		if b.cond.holds(on) != not {
			n++
		}
	}
	return n
}

// holds evaluates a condition for an outcome of its selections.
func (x *expr) holds(on []bool) bool {
	switch x.op {
	case opSel:
		return on[x.sel]
	case opNot:
		return !x.kids[0].holds(on)
	case opAnd:
		return !slices.ContainsFunc(x.kids, func(k *expr) bool { return !k.holds(on) })
	case opOr:
		return slices.ContainsFunc(x.kids, func(k *expr) bool { return k.holds(on) })
	}
	return true
}

// needs reports whether x cannot hold without selection i.
func (b *bound) needs(x *expr, i int) bool {
	switch x.op {
	case opSel:
		return x.sel == i
	case opAnd:
		return slices.ContainsFunc(x.kids, func(k *expr) bool { return b.needs(k, i) })
	case opOr:
		return !slices.ContainsFunc(x.kids, func(k *expr) bool { return !b.needs(k, i) })
	}
	return false
}

// ids returns the EventIDs with which x can hold; some is false when any may do.
func (b *bound) ids(x *expr) (ids []uint32, some bool) {
	switch x.op {
	case opSel:
		return b.ids(b.selections[x.sel])
	case opItem:
		return x.item.eventIDs()
	case opAnd:
		for _, k := range x.kids {
			got, is := b.ids(k)
			if !is {
				continue
			}
			if some {
				got = slices.DeleteFunc(slices.Clone(got), func(n uint32) bool { return !slices.Contains(ids, n) })
			}
			ids, some = got, true
		}
		return ids, some
	case opOr:
		for _, k := range x.kids {
			got, is := b.ids(k)
			if !is {
				return nil, false
			}
			ids = append(ids, got...)
		}
		return ids, true
	}
	return nil, false
}

// impossible returns an item of x, which must fit as a whole, that asks one
// value to be two texts, nil when there is none. Fields that events have
// several times are not judged.
func impossible(x *expr) *item {
	switch x.op {
	case opAnd:
		for _, k := range x.kids {
			if it := impossible(k); it != nil {
				return it
			}
		}
	case opItem:
		it := x.item
		if !it.all || it.neg || it.field == "" || it.field == "Data" {
			return nil
		}
		whole := map[string]bool{}
		for _, ts := range it.values {
			for i := range ts {
				if kind, text := ts[i].folded().text.shape(); ts[i].kind == testText && kind == shapeEqual {
					whole[text] = true
				}
			}
		}
		if len(whole) > 1 {
			return it
		}
	}
	return nil
}

// sure is the length that stands for a test that few values pass.
const sure = 99

// least returns how long the longest text is that must be there for x to
// hold, at least; 0 when x may hold without any.
func (b *bound) least(x *expr) int {
	switch x.op {
	case opSel:
		return b.least(b.selections[x.sel])
	case opItem:
		return x.item.least()
	case opAnd:
		n := 0
		for _, k := range x.kids {
			n = max(n, b.least(k))
		}
		return n
	case opOr:
		n := sure
		for _, k := range x.kids {
			n = min(n, b.least(k))
		}
		return n
	}
	return 0
}

func (it *item) least() int {
	if it.neg {
		return 0
	}
	if it.pending != nil {
		return sure
	}
	few, most := sure, 0
	for _, ts := range it.values {
		n := sure
		for i := range ts {
			n = min(n, ts[i].least())
		}
		few, most = min(few, n), max(most, n)
	}
	if it.all {
		return most
	}
	return few
}

func (t *test) least() int {
	switch t.kind {
	case testText:
		if kind, _ := t.text.shape(); kind == shapeEqual || kind == shapePrefix || kind == shapeSuffix {
			return sure
		}
		return len(t.text.longest())
	case testRegexp:
		return sure // an expression says something, however long its literals are
	case testNull:
		return 0
	case testExists:
		if !t.want {
			return 0
		}
		return sure
	}
	return sure
}
