// Package automaton looks for many things in a text at once: short keys
// anywhere (DFA: Aho and Corasick, 1975), keys at the beginning, at the end
// or that are all of it (Table, by hashing), and whether it matches a regular
// expression (Search, an automaton built while it runs). Keys are bytes and
// compare exactly: who wants case ignored folds both. What is built may be
// used from many goroutines, but a Searcher from one; warm, nothing allocates.
package automaton

import (
	"errors"
	"slices"
)

// ErrTooBig says that the keys need more states than a DFA can number.
var ErrTooBig = errors.New("automaton: too many keys for one automaton")

// A DFA finds every occurrence of its keys. Its cost is one table look-up for
// each byte of the text, whatever the number of keys.
type DFA struct {
	class [256]uint8 // bytes that no key has share class 0
	width uint32     // number of classes: the length of a state's row
	next  []uint32   // rows of states, in breadth-first order so that the states near the root, which most texts stay in, lie together; values are offsets of rows, with found set when a key ends there
	ends  []uint32   // state -> where its keys begin in keys
	keys  []int32    // for each state the keys that end there, the longest first
}

// A State is where a search stands in its text. The zero State is the beginning.
type State uint32

const found = 1 << 31

// Build returns the DFA of keys, which must not be empty and not contain an
// empty string. A key is reported by its index; of equal keys only the first is.
func Build(keys []string) (*DFA, error) {
	d := &DFA{}
	d.classes(keys)
	order := make([]int32, len(keys))
	total := 1
	for i, k := range keys {
		order[i] = int32(i)
		total += len(k)
	}
	if uint64(total)*uint64(d.width) >= found {
		return nil, ErrTooBig
	}
	slices.SortStableFunc(order, func(a, b int32) int {
		switch x, y := keys[a], keys[b]; {
		case x < y:
			return -1
		case x > y:
			return 1
		}
		return 0
	})
	order = slices.CompactFunc(order, func(a, b int32) bool { return keys[a] == keys[b] })
	d.rows(keys, order)
	return d, nil
}

// classes numbers the bytes that keys have.
func (d *DFA) classes(keys []string) {
	var used [256]bool
	for _, k := range keys {
		for i := range len(k) {
			used[k[i]] = true
		}
	}
	d.width = 1
	for c, u := range used {
		if u && d.width < 256 {
			d.class[c] = uint8(d.width)
			d.width++
		} else if u {
			// All 256 bytes are used: the last one takes class 0, which no
			// other byte has then.
			d.class[c] = 0
		}
	}
}

// A span is a state while it is built: the sorted keys that share its prefix.
type span struct {
	lo, hi int32
	depth  int32
	fail   uint32 // the state of the longest proper suffix that is a prefix of a key
}

// rows fills the table state by state. Sorted keys make the states of one
// depth come out in order, and the row that a state's failure link copies is
// always complete, because it belongs to a shallower state.
func (d *DFA) rows(keys []string, order []int32) {
	w := d.width
	queue := []span{{0, int32(len(order)), 0, 0}}
	d.ends = append(d.ends, 0)
	for i := 0; i < len(queue); i++ {
		s := queue[i]
		row := len(d.next)
		if i == 0 {
			d.next = append(d.next, make([]uint32, w)...)
		} else {
			d.next = append(d.next, d.next[s.fail*w:(s.fail+1)*w]...)
		}
		lo := s.lo
		if s.depth > 0 {
			if int(s.depth) == len(keys[order[lo]]) {
				d.keys = append(d.keys, order[lo])
				lo++
			}
			d.keys = append(d.keys, d.keys[d.ends[s.fail]:d.ends[s.fail+1]]...)
			d.ends = append(d.ends, uint32(len(d.keys)))
		} else {
			d.ends = append(d.ends, 0)
		}
		for lo < s.hi {
			c := keys[order[lo]][s.depth]
			hi := lo + 1
			for hi < s.hi && keys[order[hi]][s.depth] == c {
				hi++
			}
			at := row + int(d.class[c])
			fail, flag := uint32(0), uint32(0)
			if i > 0 {
				fail = (d.next[at] &^ found) / w
				flag = d.next[at] & found
			}
			if int(s.depth)+1 == len(keys[order[lo]]) {
				flag = found
			}
			d.next[at] = uint32(len(queue))*w | flag
			queue = append(queue, span{lo, hi, s.depth + 1, fail})
			lo = hi
		}
	}
	d.next = slices.Clip(d.next)
	d.keys = slices.Clip(d.keys)
}

// Next reads s from i on, in state at, to the next place where a key ends. It
// returns the place behind it, the state to go on with, and the keys that end
// there, the longest first; keys is empty at the end of s and must not be changed.
func (d *DFA) Next(s string, i int, at State) (end int, to State, keys []int32) {
	st := uint32(at)
	next := d.next
	for ; i < len(s); i++ {
		st = next[st+uint32(d.class[s[i]])]
		if st >= found {
			st &^= found
			n := st / d.width
			return i + 1, State(st), d.keys[d.ends[n]:d.ends[n+1]]
		}
	}
	return i, State(st), nil
}

// Size returns the bytes that d takes.
func (d *DFA) Size() int { return 4*(len(d.next)+len(d.ends)+len(d.keys)) + 256 }
