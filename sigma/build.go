package sigma

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/automaton"
)

// A wanted is a literal of a field and where it must stand.
type wanted struct {
	kind shape // equal, prefix, suffix, contains; any: the field is there; glob: it is there and not empty
	text string
}

// A builder compiles one bucket.
type builder struct {
	set    *Set
	bucket *bucket
	bound  *bound
	event  uint32 // the EventID that all events of the bucket have
	single bool   // event is set

	sel   []int32          // by selection of the rule at hand: 1 + node
	known map[string]int32 // predicates by what they ask
	lits  [][]wanted       // by predicate without a test
	uses  map[footfall.FieldID]map[wanted][]int32
	order map[footfall.FieldID][]wanted // keys of uses in the order of their coming
	asked []footfall.FieldID            // keys of order in the order of their coming
	costs []anchor                      // by node, once computed
}

// compileBucket compiles the rules of one place.
func (s *Set) compileBucket(rules []int32, event uint32, single bool) (*bucket, error) {
	c := &builder{
		set: s, bucket: &bucket{rules: rules}, event: event, single: single,
		known: map[string]int32{}, uses: map[footfall.FieldID]map[wanted][]int32{}, order: map[footfall.FieldID][]wanted{},
	}
	for _, r := range rules {
		c.bound = &s.bound[r]
		c.sel = make([]int32, len(c.bound.selections))
		c.bucket.roots = append(c.bucket.roots, c.expr(c.bound.cond))
	}
	c.wake()
	return c.bucket, c.index()
}

func (c *builder) node(op nodeOp, a, b int32) int32 {
	c.bucket.nodes = append(c.bucket.nodes, node{op, a, b})
	return int32(len(c.bucket.nodes) - 1)
}

func (c *builder) expr(x *expr) int32 {
	switch x.op {
	case opSel:
		if c.sel[x.sel] == 0 {
			c.sel[x.sel] = 1 + c.expr(c.bound.selections[x.sel])
		}
		return c.sel[x.sel] - 1
	case opItem:
		return c.item(x.item)
	case opNot:
		return c.not(c.expr(x.kids[0]))
	}
	kids := make([]int32, 0, len(x.kids))
	for _, k := range x.kids {
		kids = append(kids, c.expr(k))
	}
	return c.join(x.op, kids)
}

func (c *builder) not(k int32) int32 {
	switch n := c.bucket.nodes[k]; n.op {
	case nodeTrue:
		return c.node(nodeFalse, 0, 0)
	case nodeFalse:
		return c.node(nodeTrue, 0, 0)
	case nodeNot:
		return n.a
	}
	return c.node(nodeNot, k, 0)
}

// join makes an and or an or of nodes; what is settled already drops out.
// Cheap kids come first: the evaluation stops at the first that decides.
func (c *builder) join(o op, kids []int32) int32 {
	decides, neutral, made := nodeFalse, nodeTrue, nodeAnd
	if o == opOr {
		decides, neutral, made = nodeTrue, nodeFalse, nodeOr
	}
	kids = slices.DeleteFunc(kids, func(k int32) bool { return c.bucket.nodes[k].op == neutral })
	for _, k := range kids {
		if c.bucket.nodes[k].op == decides {
			return k
		}
	}
	switch len(kids) {
	case 0:
		return c.node(neutral, 0, 0)
	case 1:
		return kids[0]
	}
	slices.SortStableFunc(kids, func(a, b int32) int { return cmp.Compare(c.effort(a), c.effort(b)) })
	lo := int32(len(c.bucket.kids))
	c.bucket.kids = append(c.bucket.kids, kids...)
	return c.node(made, lo, int32(len(c.bucket.kids)))
}

// effort orders nodes by what their evaluation costs.
func (c *builder) effort(k int32) int {
	switch n := c.bucket.nodes[k]; n.op {
	case nodePred:
		switch p := &c.bucket.preds[n.a]; {
		case p.test != nil:
			return 3
		case p.texts != nil:
			return 1
		}
		return 0
	case nodeNot:
		return c.effort(n.a)
	case nodeAnd, nodeOr:
		for _, k := range c.bucket.kids[n.a:n.b] {
			if c.effort(k) == 3 {
				return 2
			}
		}
		return 1
	}
	return 0
}

// item makes the node of one line of a selection.
func (c *builder) item(it *item) int32 {
	if x, ok := c.settled(it); ok {
		return x
	}
	var n int32
	if it.all {
		var kids []int32
		for _, ts := range it.values {
			kids = append(kids, c.oneOf(it.field, ts))
		}
		n = c.join(opAnd, kids)
	} else {
		n = c.oneOf(it.field, slices.Concat(it.values...))
	}
	if it.neg {
		return c.not(n)
	}
	return n
}

// settled answers what is asked of the EventID when all events of the bucket
// have the same.
func (c *builder) settled(it *item) (int32, bool) {
	if !c.single || it.field != "EventID" {
		return 0, false
	}
	all, some := true, false
	for _, ts := range it.values {
		fits := false
		for i := range ts {
			id, ok := ts[i].eventID()
			if !ok {
				return 0, false
			}
			fits = fits || id == c.event
		}
		all, some = all && fits, some || fits
	}
	if it.all && all || !it.all && some {
		some = true
	} else {
		some = false
	}
	if some != it.neg {
		return c.node(nodeTrue, 0, 0), true
	}
	return c.node(nodeFalse, 0, 0), true
}

// oneOf makes the node that holds when one of tests does.
func (c *builder) oneOf(field string, tests []test) int32 {
	id := c.set.names[field] // 0 for keywords
	var lits []wanted
	var kids []int32
	for i := range tests {
		t := &tests[i]
		switch t.kind {
		case testNull:
			kids = append(kids, c.not(c.eager(id, wanted{kind: shapeGlob})))
		case testExists:
			n := c.eager(id, wanted{kind: shapeAny})
			if !t.want {
				n = c.not(n)
			}
			kids = append(kids, n)
		case testText:
			f := t.folded()
			kind, text := f.text.shape()
			if kind == shapeGlob || t.cased && kind != shapeAny {
				kids = append(kids, c.guarded(id, f))
			} else {
				lits = append(lits, wanted{kind, text})
			}
		default:
			kids = append(kids, c.guarded(id, *t))
		}
	}
	if len(lits) > 0 {
		kids = append(kids, c.eager(id, lits...))
	}
	return c.join(opOr, kids)
}

// folded returns t with its text folded, unless case counts.
func (t *test) folded() test {
	f := *t
	if !t.cased {
		f.text = t.text.each(fold)
	}
	return f
}

// guarded makes the node of a test that is costly to ask: it is asked only
// when the value has a literal without which the test cannot hold, or at
// least when there is a value.
func (c *builder) guarded(id footfall.FieldID, t test) int32 {
	var guard []wanted
	switch t.kind {
	case testText:
		kind, text := t.text.each(fold).shape()
		switch longest := t.text.longest(); {
		case kind != shapeGlob:
			guard = []wanted{{kind, text}}
		case longest != "":
			guard = []wanted{{shapeContains, fold(longest)}}
		}
	case testRegexp:
		for _, s := range required(t.re.String()) {
			guard = append(guard, wanted{shapeContains, s})
		}
	}
	if len(guard) == 0 {
		guard = []wanted{{kind: shapeAny}}
	}
	return c.join(opAnd, []int32{c.eager(id, guard...), c.ask(id, t)})
}

// ask makes the node of a test that is asked when a rule comes to it.
func (c *builder) ask(id footfall.FieldID, t test) int32 {
	if t.kind == testRegexp {
		t.dfa = c.set.search(t.re.String())
	}
	key := fmt.Sprintf("?%d %d %v %d %d %d %q %q %v %v %v", id, t.kind, t.cased, t.cmp, t.part, t.shape, t.text, t.ref, t.num, t.net, t.re)
	return c.pred(key, pred{id: id, ref: c.set.names[t.ref], test: &t}, nil)
}

// eager makes the node that holds when one of lits is found in the field.
func (c *builder) eager(id footfall.FieldID, lits ...wanted) int32 {
	lits = slices.Clone(lits)
	slices.SortFunc(lits, func(a, b wanted) int { return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(a.text, b.text)) })
	lits = slices.Compact(lits)
	key := binary.AppendUvarint([]byte{'!'}, uint64(id))
	for _, l := range lits {
		key = append(key, byte(l.kind))
		key = binary.AppendUvarint(key, uint64(len(l.text)))
		key = append(key, l.text...)
	}
	return c.pred(string(key), pred{id: id}, lits)
}

func (c *builder) pred(key string, p pred, lits []wanted) int32 {
	n, ok := c.known[key]
	if !ok {
		n = int32(len(c.bucket.preds))
		c.known[key] = n
		c.bucket.preds = append(c.bucket.preds, p)
		c.lits = append(c.lits, lits)
		for _, l := range lits {
			c.use(p.id, l, n)
		}
	}
	return c.node(nodePred, n, 0)
}

func (c *builder) use(id footfall.FieldID, l wanted, p int32) {
	m := c.uses[id]
	if m == nil {
		m = map[wanted][]int32{}
		c.uses[id] = m
		c.asked = append(c.asked, id)
	}
	if len(m[l]) == 0 {
		c.order[id] = append(c.order[id], l)
	}
	m[l] = append(m[l], p)
}

// few is up to how many literals are looked for one by one.
const few = 3

// index makes what finds the literals of each field.
func (c *builder) index() error {
	b := c.bucket
	for _, id := range c.asked {
		x, err := c.field(id)
		if err != nil {
			return err
		}
		if id == 0 {
			b.words = x
			continue
		}
		for len(b.byID) <= int(id) {
			b.byID = append(b.byID, 0)
		}
		b.fields = append(b.fields, *x)
		b.byID[id] = uint16(len(b.fields))
	}
	return nil
}

func (c *builder) field(id footfall.FieldID) (*fieldIndex, error) {
	x, uses := &fieldIndex{}, c.uses[id]
	texts := map[shape][]string{}
	for _, l := range c.order[id] {
		uses[l] = slices.DeleteFunc(uses[l], func(p int32) bool { return c.bucket.preds[p].texts != nil })
		if len(uses[l]) == 0 {
			continue
		}
		switch l.kind {
		case shapeAny:
			x.present = append(x.present, uses[l]...)
		case shapeGlob:
			x.filled = append(x.filled, uses[l]...)
		default:
			texts[l.kind] = append(texts[l.kind], l.text)
		}
	}
	for place, kind := range [...]shape{automaton.Whole: shapeEqual, automaton.First: shapePrefix, automaton.Last: shapeSuffix} {
		if len(texts[kind]) == 0 {
			continue
		}
		x.tables = append(x.tables, table{automaton.NewTable(automaton.Place(place), texts[kind]), int32(len(c.bucket.entries))})
		for _, s := range texts[kind] {
			c.entry(literal{text: s}, uses[wanted{kind, s}])
		}
	}
	return x, c.anywhere(x, texts[shapeContains], uses)
}

func (c *builder) entry(l literal, preds []int32) {
	l.preds = run{int32(len(c.bucket.truths)), int32(len(c.bucket.truths) + len(preds))}
	c.bucket.truths = append(c.bucket.truths, preds...)
	c.bucket.entries = append(c.bucket.entries, l)
}

// anywhere makes what finds the literals that may be anywhere.
func (c *builder) anywhere(x *fieldIndex, texts []string, uses map[wanted][]int32) (err error) {
	for i, s := range texts {
		if i == 0 || len(s) < x.least {
			x.least = len(s)
		}
	}
	x.sieve = automaton.NewSieve(texts)
	if len(texts) <= few {
		for _, s := range texts {
			x.single = append(x.single, int32(len(c.bucket.entries)))
			c.entry(literal{text: s}, uses[wanted{shapeContains, s}])
		}
		return nil
	}
	var plain, wide []string
	for _, s := range texts {
		if ascii(s) {
			plain = append(plain, s)
		} else {
			wide = append(wide, s)
		}
	}
	if x.plain, err = c.keys(plain, uses); err != nil {
		return err
	}
	x.wide, err = c.keys(wide, uses)
	return err
}

// keySize is how many bytes of a literal stand in an automaton; the rest is
// compared when they are found. More bytes make automata bigger and slower,
// fewer make them find more that is not meant.
const keySize = 6

// keys makes the automaton of texts, nil when there are none.
func (c *builder) keys(texts []string, uses map[wanted][]int32) (*keys, error) {
	if len(texts) == 0 {
		return nil, nil
	}
	common := new(tallies)
	for _, s := range texts {
		for i := range len(s) - tally + 1 {
			*common.of(s, i)++
		}
	}
	at := map[string][]literal{}
	var list []string
	for _, s := range texts {
		from := rarest(s, common)
		k := s[from:min(from+keySize, len(s))]
		if at[k] == nil {
			list = append(list, k)
		}
		at[k] = append(at[k], literal{text: s, from: int32(from)})
	}
	x := &keys{}
	for _, k := range list {
		lo := int32(len(c.bucket.entries))
		for _, l := range at[k] {
			c.entry(l, uses[wanted{shapeContains, l.text}])
		}
		x.of = append(x.of, run{lo, int32(len(c.bucket.entries))})
		x.size = append(x.size, int32(len(k)))
	}
	var err error
	x.dfa, err = automaton.Build(list)
	return x, err
}

// tally is of how many bytes it is counted how often literals have them.
const tally = 4

// tallies are how often, by a hash: it need not be exact.
type tallies [1 << 16]int32

func (t *tallies) of(s string, i int) *int32 {
	w := uint32(s[i]) | uint32(s[i+1])<<8 | uint32(s[i+2])<<16 | uint32(s[i+3])<<24
	return &t[w*0x9e3779b1>>16]
}

// rarest returns where in a literal the key begins that other literals have
// least of: what rules often look for is common in what they look at.
func rarest(s string, common *tallies) int {
	best, least := 0, int64(1<<62)
	for from := 0; from+keySize <= len(s); from++ {
		rare, sum := int64(1<<31), int64(0)
		for i := from; i+tally <= from+keySize; i++ {
			n := int64(*common.of(s, i))
			rare, sum = min(rare, n), sum+n
		}
		if n := rare<<24 + sum; n < least {
			best, least = from, n
		}
	}
	return best
}
