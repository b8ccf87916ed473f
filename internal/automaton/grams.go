package automaton

import (
	"cmp"
	"math/bits"
	"slices"
)

// Grams finds keys anywhere in a text. For each key it knows one row of four
// bytes, its rarest, and looks which of the text's rows are among these, in a
// filter that mostly says no. Steps do not wait for each other, as those of an
// automaton do, and the tables stay small, so that caches hold them. Keys of
// two and three bytes are known by two bytes, those of one by that.
type Grams struct {
	keys  []string
	plain []*layer // for keys of ASCII alone
	wide  []*layer // for keys with other bytes, which few texts have
}

// A layer is the keys that are known by as many bytes.
type layer struct {
	size   int    // bytes of a gram: 1, 2 or 4
	mask   uint32 // of a word: these bytes
	filter []uint64
	shift  uint8 // from a hash to a bit of filter
	slots  []gram
	fall   uint8 // from a hash to a slot
	places []spot
}

// A gram is some bytes and the keys that are known by them. to is 0 in an
// empty slot.
type gram struct {
	bytes    uint32
	from, to int32
}

// A spot is where in a key its gram stands.
type spot struct{ key, at int32 }

// NewGrams returns the Grams of keys, none of which is empty.
func NewGrams(keys []string) *Grams {
	g := &Grams{keys: keys}
	var sorted [2][5][]int32
	for i, k := range keys {
		wide := 0
		if !ascii(k) {
			wide = 1
		}
		n := min(len(k), 4)
		if n == 3 {
			n = 2
		}
		sorted[wide][n] = append(sorted[wide][n], int32(i))
	}
	for size := range 5 {
		if list := sorted[0][size]; len(list) > 0 {
			g.plain = append(g.plain, newLayer(keys, list, size))
		}
		if list := sorted[1][size]; len(list) > 0 {
			g.wide = append(g.wide, newLayer(keys, list, size))
		}
	}
	return g
}

// sparseness is how many bits of a filter there are for each that is set.
const sparseness = 32

func newLayer(keys []string, list []int32, size int) *layer {
	l := &layer{size: size, mask: uint32(1<<(8*size) - 1)}
	n := max(6, bits.Len(uint(sparseness*len(list))))
	l.filter, l.shift = make([]uint64, 1<<n/64), uint8(32-n)
	n = bits.Len(uint(2 * len(list)))
	l.slots, l.fall = make([]gram, 1<<n), uint8(32-n)
	common := count(keys, list, size)
	type known struct {
		bytes uint32
		spot
	}
	var all []known
	for _, k := range list {
		at := common.rarest(keys[k], size)
		all = append(all, known{few(keys[k], at, size), spot{k, int32(at)}})
	}
	slices.SortStableFunc(all, func(a, b known) int { return cmp.Compare(a.bytes, b.bytes) })
	for i := 0; i < len(all); {
		from := int32(len(l.places))
		b := all[i].bytes
		for ; i < len(all) && all[i].bytes == b; i++ {
			l.places = append(l.places, all[i].spot)
		}
		l.put(gram{b, from, int32(len(l.places))})
	}
	return l
}

func (l *layer) put(x gram) {
	h := spread(x.bytes)
	l.filter[h>>l.shift/64] |= 1 << (h >> l.shift % 64)
	i := h >> l.fall
	for l.slots[i].to != 0 {
		i = (i + 1) & uint32(len(l.slots)-1)
	}
	l.slots[i] = x
}

// frequency is how often grams and bytes are in keys: rules are written about
// what is common, so what is in many is common in texts too.
type frequency struct {
	grams map[uint32]int
	bytes [256]int
}

func count(keys []string, list []int32, size int) *frequency {
	f := &frequency{grams: map[uint32]int{}}
	for _, k := range list {
		for i := range len(keys[k]) {
			f.bytes[keys[k][i]]++
			if i+size <= len(keys[k]) {
				f.grams[few(keys[k], i, size)]++
			}
		}
	}
	return f
}

// rarest returns where the rarest gram of a key begins.
func (f *frequency) rarest(key string, size int) int {
	best, least := 0, [2]int{1 << 62, 0}
	for i := 0; i+size <= len(key); i++ {
		have := [2]int{f.grams[few(key, i, size)], 0}
		for j := range size {
			have[1] += f.bytes[key[i+j]]
		}
		if slices.Compare(have[:], least[:]) < 0 {
			best, least = i, have
		}
	}
	return best
}

// few returns n bytes of s as a number.
func few(s string, at, n int) uint32 {
	b := s[at : at+n]
	switch n {
	case 4:
		return uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16 | uint32(b[3])<<24
	case 2:
		return uint32(b[0]) | uint32(b[1])<<8
	}
	return uint32(b[0])
}

// spread is a hash whose upper bits are the good ones.
func spread(w uint32) uint32 { return w * 0x9e3779b1 }

// A Hit is a key that may stand in a text, and where it then begins: one gram
// of it stands there, the rest is to be compared.
type Hit struct{ Key, Start int32 }

// block is how much of a text is searched at once: it bounds the hits that wait.
const block = 4096

// Find searches s from at on, which is 0 or where the last call ended, as far
// as it sees fit, and appends the hits to dst. It returns where to go on; at
// the end that is len(s).
func (g *Grams) Find(dst []Hit, s string, at int) (hits []Hit, next int) {
	next = min(at+block, len(s))
	for _, l := range g.plain {
		dst = l.find(dst, s, at, next)
	}
	if len(g.wide) > 0 && !ascii(s) {
		for _, l := range g.wide {
			dst = l.find(dst, s, at, next)
		}
	}
	return dst, next
}

// batch is how many places of a text go through a filter before those that
// pass are looked at.
const batch = 64

// find appends the keys whose grams begin in s[from:to]. Places that pass the
// filter are noted without a branch, which nothing could foresee.
func (l *layer) find(dst []Hit, s string, from, to int) []Hit {
	to = min(to, len(s)-l.size+1)
	filter, shift, mask := l.filter, l.shift&31, l.mask
	for from < to {
		var at [batch]uint8
		n, i, end := uint(0), from, min(from+batch, to)
		for ; i+4 <= end && i+8 <= len(s); i += 4 {
			w, x := word(s, i), uint8(i-from)
			a, b := spread(uint32(w)&mask)>>shift, spread(uint32(w>>8)&mask)>>shift
			c, d := spread(uint32(w>>16)&mask)>>shift, spread(uint32(w>>24)&mask)>>shift
			at[n%batch] = x
			n += uint(filter[a/64] >> (a % 64) & 1)
			at[n%batch] = x + 1
			n += uint(filter[b/64] >> (b % 64) & 1)
			at[n%batch] = x + 2
			n += uint(filter[c/64] >> (c % 64) & 1)
			at[n%batch] = x + 3
			n += uint(filter[d/64] >> (d % 64) & 1)
		}
		for ; i < end; i++ {
			a := spread(few(s, i, l.size)) >> shift
			at[n%batch] = uint8(i - from)
			n += uint(filter[a/64] >> (a % 64) & 1)
		}
		for _, x := range at[:n] {
			dst = l.look(dst, s, from+int(x))
		}
		from = end
	}
	return dst
}

// look appends the keys that have the gram at a place.
func (l *layer) look(dst []Hit, s string, at int) []Hit {
	b := few(s, at, l.size)
	for i := spread(b) >> l.fall; l.slots[i].to != 0; i = (i + 1) & uint32(len(l.slots)-1) {
		if x := &l.slots[i]; x.bytes == b {
			for _, p := range l.places[x.from:x.to] {
				if start := int32(at) - p.at; start >= 0 {
					dst = append(dst, Hit{p.key, start})
				}
			}
			break
		}
	}
	return dst
}

// Stands reports whether the key of a hit stands in s where it says.
func (g *Grams) Stands(h Hit, s string) bool {
	k := g.keys[h.Key]
	end := int(h.Start) + len(k)
	return end <= len(s) && s[h.Start:end] == k
}

// Size returns the bytes that g takes, without the keys' own.
func (g *Grams) Size() int {
	n := 0
	for _, l := range slices.Concat(g.plain, g.wide) {
		n += 8*len(l.filter) + 12*len(l.slots) + 8*len(l.places)
	}
	return n
}

func ascii(s string) bool {
	i := 0
	for ; i+8 <= len(s); i += 8 {
		if word(s, i)&0x8080808080808080 != 0 {
			return false
		}
	}
	for ; i < len(s); i++ {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}
