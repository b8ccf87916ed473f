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

// A pred is one question about an event that has one answer, whichever rules
// ask. One without test and texts is answered by looking at the values, the
// others when a rule comes to them.
type pred struct {
	id    footfall.FieldID
	ref   footfall.FieldID
	test  *test    // a value of the field passes it
	texts []wanted // or has one of these
}

// A literal is a folded text that makes predicates true.
type literal struct {
	text  string
	from  int32 // for those in an automaton: where in text its key begins
	preds run   // into truths
}

// A fieldIndex finds the literals in the values of one field.
type fieldIndex struct {
	least   int              // how long the shortest of the literals that may be anywhere is
	sieve   *automaton.Sieve // what does not pass has none of them; nil when they are too short
	single  []int32          // those of them (by index into entries) that are looked for one by one
	plain   *keys            // those of ASCII
	wide    *keys            // the others, which few values can have
	tables  []table          // literals that are all of a value, its beginning or its end
	present []int32          // predicates that hold when the field is there
	filled  []int32          // predicates that hold when it is there and not empty
}

// keys find literals that may be anywhere.
type keys struct {
	dfa  *automaton.DFA
	of   []run   // by key: the literals (by index into entries) that have it
	size []int32 // by key: its length
}

// A table's key i is literal base+i.
type table struct {
	*automaton.Table
	base int32
}

// memory returns the bytes that the automata and tables of b take.
func (b *bucket) memory() int {
	n := 0
	add := func(f *fieldIndex) {
		for _, k := range []*keys{f.plain, f.wide} {
			if k != nil {
				n += k.dfa.Size()
			}
		}
		if f.sieve != nil {
			n += f.sieve.Size()
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

// Memory returns the bytes that the set's automata and tables take.
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
