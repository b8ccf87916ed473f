package automaton

import "math/bits"

// A Place says where in a text the keys of a Table stand.
type Place uint8

const (
	Whole Place = iota // the key is the text
	First              // the text begins with the key
	Last               // the text ends with the key
)

// A Table finds the keys that stand at one end of a text, or that are all of
// it, by hashing. Long keys are cut to a few lengths before hashing and
// compared whole afterwards.
type Table struct {
	place Place
	keys  []string
	sizes []int   // the lengths that keys are cut to, ascending; for Whole unused
	lens  uint64  // for Whole: bit n is set when a key has n bytes, bit 63 for longer ones
	slots []slot  // open addressing, length a power of two
	chain []int32 // key -> the next key of its slot, -1 at the end
	shift uint8
}

type slot struct {
	hash  uint64
	first int32 // 1 + key; 0 for an empty slot
}

// cuts are the lengths that keys are cut to.
var cuts = [...]int{1, 2, 3, 4, 5, 6, 7, 8, 16, 32}

// NewTable returns the Table of keys. Of equal keys each is reported. Only
// for Whole may a key be empty.
func NewTable(place Place, keys []string) *Table {
	t := &Table{place: place, keys: keys, chain: make([]int32, len(keys))}
	n := bits.Len(uint(2 * len(keys)))
	t.slots = make([]slot, 1<<n)
	t.shift = uint8(64 - n)
	var have [len(cuts)]bool
	for i, k := range keys {
		if place == Whole {
			t.lens |= 1 << min(len(k), 63)
		} else {
			have[cut(len(k))] = true
		}
		t.put(int32(i), t.hashKey(k))
	}
	for i, h := range have {
		if h {
			t.sizes = append(t.sizes, cuts[i])
		}
	}
	return t
}

// cut returns the index of the longest cut that a key of n bytes has.
func cut(n int) int {
	i := 0
	for i+1 < len(cuts) && cuts[i+1] <= n {
		i++
	}
	return i
}

func (t *Table) hashKey(k string) uint64 {
	switch t.place {
	case First:
		return hash(k[:cuts[cut(len(k))]])
	case Last:
		return hash(k[len(k)-cuts[cut(len(k))]:])
	}
	return hash(k)
}

func (t *Table) put(key int32, h uint64) {
	i := h >> t.shift
	for t.slots[i].first != 0 && t.slots[i].hash != h {
		i = (i + 1) & uint64(len(t.slots)-1)
	}
	t.chain[key] = t.slots[i].first - 1
	t.slots[i] = slot{h, key + 1}
}

// Append appends to dst the indices of the keys that stand in s, in no
// particular order but always in the same.
func (t *Table) Append(dst []int32, s string) []int32 {
	if t.place == Whole {
		if t.lens>>min(len(s), 63)&1 == 0 {
			return dst
		}
		return t.look(dst, s, s)
	}
	for _, n := range t.sizes {
		if n > len(s) {
			break
		}
		if t.place == First {
			dst = t.look(dst, s, s[:n])
		} else {
			dst = t.look(dst, s, s[len(s)-n:])
		}
	}
	return dst
}

func (t *Table) look(dst []int32, s, part string) []int32 {
	h := hash(part)
	i := h >> t.shift
	for t.slots[i].first != 0 {
		if t.slots[i].hash == h {
			for k := t.slots[i].first - 1; k >= 0; k = t.chain[k] {
				if t.stands(t.keys[k], s) {
					dst = append(dst, k)
				}
			}
			return dst
		}
		i = (i + 1) & uint64(len(t.slots)-1)
	}
	return dst
}

func (t *Table) stands(k, s string) bool {
	if len(k) > len(s) {
		return false
	}
	switch t.place {
	case First:
		return s[:len(k)] == k
	case Last:
		return s[len(s)-len(k):] == k
	}
	return s == k
}

// Size returns the bytes that t takes, without the keys' own.
func (t *Table) Size() int { return 16*len(t.slots) + 20*len(t.keys) }

// hash mixes at most the first and the last 16 bytes and the length: keys are
// compared afterwards, and rules, not events, decide which keys there are.
func hash(s string) uint64 {
	h := uint64(len(s)) * 0x9e3779b97f4a7c15
	if n := len(s); n >= 8 {
		h = mix(h ^ word(s, 0))
		h = mix(h ^ word(s, n-8))
		if n > 16 {
			h = mix(h ^ word(s, 8))
			h = mix(h ^ word(s, n-16))
		}
		return h
	}
	var w uint64
	for i := range len(s) {
		w = w<<8 | uint64(s[i])
	}
	return mix(h ^ w)
}

func mix(h uint64) uint64 {
	hi, lo := bits.Mul64(h^0xa0761d6478bd642f, 0xe7037ed1a0b428db)
	return hi ^ lo
}

func word(s string, i int) uint64 {
	b := s[i : i+8]
	return uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24 |
		uint64(b[4])<<32 | uint64(b[5])<<40 | uint64(b[6])<<48 | uint64(b[7])<<56
}
