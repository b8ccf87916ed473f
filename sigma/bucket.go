package sigma

import (
	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/automaton"
)

// A bucket is the rules that one event may concern, compiled together. What
// they compare with texts is found by looking at the event's values once;
// that makes predicates true, and the rules that cannot hold without one of
// these are then evaluated.
type bucket struct {
	rules  []int32 // index into Set.rules
	roots  []int32 // by rule: its node
	always []int32 // rules (as indices of rules) that no predicate wakes
	nodes  []node
	kids   []int32
	preds  []pred

	wakes  []run    // by predicate: which part of woken
	woken  []int32  // rules (as indices of rules)
	byID   []uint16 // by FieldID: 1 + index into fields, 0 for none
	fields []fieldIndex
	words  *fieldIndex // for keywords, which are looked for in every value

	entries []literal
	truths  []int32 // the predicates of literals
}

// A run is a part of a slice.
type run struct{ lo, hi int32 }

// A node is a part of a condition.
type node struct {
	op   nodeOp
	a, b int32
}

type nodeOp uint8

const (
	nodePred  nodeOp = iota // a: predicate
	nodeAnd                 // a to b in kids
	nodeOr                  // a to b in kids
	nodeNot                 // a: node
	nodeTrue                // always
	nodeFalse               // never
)

// A pred is one question about an event that has one answer, whichever rules ask.
type pred struct {
	lazy bool // asked only when a rule comes to it; the others are answered by looking at the values
	id   footfall.FieldID
	ref  footfall.FieldID
	test *test // for lazy ones
}

// A literal is a folded text that makes predicates true.
type literal struct {
	text  string
	preds run // into truths
}

// A fieldIndex finds the literals in the values of one field.
type fieldIndex struct {
	grams   *automaton.Grams // literals that may be anywhere
	base    int32            // grams' key i is literal base+i
	least   int              // how long the shortest of the literals that may be anywhere is
	single  []int32          // literals (by index into entries) that may be anywhere and are looked for one by one
	tables  []table        // literals that are all of a value, its beginning or its end
	present []int32        // predicates that hold when the field is there
	filled  []int32        // predicates that hold when it is there and not empty
}

// A table's key i is literal base+i.
type table struct {
	*automaton.Table
	base int32
}

// memory returns the bytes that the tables of b take.
func (b *bucket) memory() int {
	n := 0
	add := func(f *fieldIndex) {
		if f.grams != nil {
			n += f.grams.Size()
		}
		for _, t := range f.tables {
			n += t.Size()
		}
	}
	for i := range b.fields {
		add(&b.fields[i])
	}
	if b.words != nil {
		add(b.words)
	}
	return n
}

// Memory returns the bytes that the set's tables take.
func (s *Set) Memory() int {
	n := 0
	for i := range s.groups {
		if b := s.groups[i].every; b != nil {
			n += b.memory()
		}
		for _, b := range s.groups[i].byID {
			n += b.memory()
		}
	}
	return n
}
