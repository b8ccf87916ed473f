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
	grams []uint64   // a bit for each pair of bytes that some key has, for few and long keys; else nil
	step  int        // how far apart pairs are looked at
	reach int        // one less than the longest key has bytes
	keys  []int32    // for each state the keys that end there, the longest first
}

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
		d.reach = max(d.reach, len(k)-1)
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
	d.pairs(keys)
	return d, nil
}

// maxPairs is how many pairs of bytes make it likely enough that a text has
// none of them where it is looked at.
const maxPairs = 300

// pairs sets up the look at every few pairs of bytes only. Wherever a key of
// n bytes stands, one of its first n-1 pairs stands at a multiple of n-1.
func (d *DFA) pairs(keys []string) {
	d.step = len(keys[0]) - 1
	for _, k := range keys {
		d.step = min(d.step, len(k)-1)
	}
	if d.step < 3 || len(keys)*d.step > maxPairs {
		return
	}
	d.grams = make([]uint64, 1<<16/64)
	for _, k := range keys {
		for i := range d.step {
			g := pair(k, i)
			d.grams[g/64] |= 1 << (g % 64)
		}
	}
}

func pair(s string, i int) uint { return uint(s[i]) | uint(s[i+1])<<8 }

// sparse is Find for few and long keys: it searches only around pairs that
// some key has.
func (d *DFA) sparse(dst []Hit, s string, at int) (hits []Hit, next int) {
	next = at + block/d.step*d.step
	for ; at < next && at+1 < len(s); at += d.step {
		if g := pair(s, at); d.grams[g/64]>>(g%64)&1 != 0 {
			dst = d.lane(dst, s, max(0, at-d.step+1), min(at+d.reach+1, len(s)))
		}
	}
	return dst, min(next, len(s))
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

// A Hit is a place in a text where keys end.
type Hit struct {
	End   uint32 // behind the last byte of the keys
	state uint32
}

// Keys returns the keys that end at a hit, the longest first. It must not be changed.
func (d *DFA) Keys(h Hit) []int32 { return d.keys[d.ends[h.state]:d.ends[h.state+1]] }

const (
	block = 4096 // how much of a text is searched at once: it bounds the hits that wait
	lanes = 4
	brief = 32 // texts up to here are searched in one lane
)

// Find searches s from at on, which is 0 or where the last call ended, as far
// as it sees fit, and appends the hits to dst, some perhaps twice. It returns
// where to go on; at the end that is len(s).
//
// A step must wait for the step before it, so a long text is parted into
// lanes that are searched at the same time. Each begins as many bytes early
// as a key can be long, since the key may have begun there.
func (d *DFA) Find(dst []Hit, s string, at int) (hits []Hit, next int) {
	if d.grams != nil {
		return d.sparse(dst, s, at)
	}
	next = min(at+block, len(s))
	if next-at <= brief {
		return d.lane(dst, s, max(0, at-d.reach), next), next
	}
	n := (next - at) / lanes
	var from [lanes]int
	for i := range from {
		from[i] = max(0, at+i*n-d.reach)
	}
	// The first lane may lack the early bytes; all run as long as a lane that
	// has them, and the last goes on alone.
	n += d.reach
	a, b, c, e := s[from[0]:], s[from[1]:], s[from[2]:], s[from[3]:]
	n = min(n, len(e))
	a, b, c, e = a[:n], b[:n], c[:n], e[:n]
	var w, x, y, z uint32
	table, class := d.next, &d.class
	for i := 0; i < len(a) && i < len(b) && i < len(c) && i < len(e); i++ {
		w = table[w+uint32(class[a[i]])]
		x = table[x+uint32(class[b[i]])]
		y = table[y+uint32(class[c[i]])]
		z = table[z+uint32(class[e[i]])]
		if (w|x|y|z)&found != 0 {
			dst, w = d.note(dst, w, from[0]+i)
			dst, x = d.note(dst, x, from[1]+i)
			dst, y = d.note(dst, y, from[2]+i)
			dst, z = d.note(dst, z, from[3]+i)
		}
	}
	return d.lane(dst, s, max(from[3], from[3]+n-d.reach), next), next
}

// note appends a hit when a state has one, and takes the mark off the state.
func (d *DFA) note(dst []Hit, st uint32, at int) ([]Hit, uint32) {
	if st < found {
		return dst, st
	}
	st &^= found
	return append(dst, Hit{uint32(at + 1), st / d.width}), st
}

// lane searches s[from:to] alone.
func (d *DFA) lane(dst []Hit, s string, from, to int) []Hit {
	st := uint32(0)
	table := d.next
	for i := from; i < to; i++ {
		if st = table[st+uint32(d.class[s[i]])]; st >= found {
			st &^= found
			dst = append(dst, Hit{uint32(i + 1), st / d.width})
		}
	}
	return dst
}

// Size returns the bytes that d takes.
func (d *DFA) Size() int { return 4*(len(d.next)+len(d.ends)+len(d.keys)) + 8*len(d.grams) + 256 }
