package automaton

import "math/bits"

// A Sieve says of most texts that no key stands in them, whatever the case of
// either, by looking at a few of their bytes. All keys must be long, since it
// looks only at every so many bytes as are sure to fall into a key.
type Sieve struct {
	size   int // bytes that are looked at together: a gram, 4 or 8
	step   int // from one gram to the next
	mask   uint64
	shift  uint8 // from a hash to a bit of filter
	filter []uint64
}

const (
	finest     = 5   // a step below is not worth it
	coarsest   = 16  // a longer step would only fill the filter
	sparseness = 256 // bits of a filter for each that is set
	maxFilter  = 19  // its bits, as a power of two
)

// NewSieve returns the Sieve of keys, nil when they are too short for one.
func NewSieve(keys []string) *Sieve {
	least := 1 << 30
	for _, k := range keys {
		least = min(least, len(k))
	}
	x := &Sieve{size: 4, mask: 1<<32 - 1}
	if least >= 8+coarsest/2 {
		x.size, x.mask = 8, 1<<64-1
	}
	x.step = min(coarsest, least-x.size+1)
	if x.step < finest || len(keys) == 0 {
		return nil
	}
	n := min(maxFilter, bits.Len(uint(sparseness*len(keys)*x.step)))
	x.shift, x.filter = uint8(64-n), make([]uint64, 1<<n/64)
	often := make([]uint32, 1<<n)
	for _, k := range keys {
		for i := 0; i+x.size <= len(k); i++ {
			often[x.hash(x.word(k, i))]++
		}
	}
	for _, k := range keys {
		at := x.rarest(k, often)
		for i := at; i < at+x.step; i++ {
			h := x.hash(x.word(k, i))
			x.filter[h/64] |= 1 << (h % 64)
		}
	}
	return x
}

// rarest returns the place in a key from which on it has least in common with
// others. The grams at as many places as a step has are enough: where the key
// stands, one of these is looked at, or a byte that is not ASCII.
func (x *Sieve) rarest(key string, often []uint32) int {
	best, least, sum := 0, uint32(1<<31), uint32(0)
	for i := 0; i+x.size <= len(key); i++ {
		sum += often[x.hash(x.word(key, i))]
		at := i - x.step + 1
		if at < 0 {
			continue
		}
		if sum < least {
			best, least = at, sum
		}
		sum -= often[x.hash(x.word(key, at))]
	}
	return best
}

// word returns the gram at a place.
func (x *Sieve) word(s string, i int) uint64 {
	if x.size == 8 {
		return word(s, i)
	}
	b := s[i : i+4]
	return uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24
}

// hash takes letters of either case for the same, and some other characters
// with them.
func (x *Sieve) hash(w uint64) uint64 {
	return ((w | 0x2020202020202020) & x.mask) * 0x9e3779b97f4a7c15 >> (x.shift & 63)
}

// Passes reports whether a key may stand in s. What is not ASCII passes, as
// it may be another way to write a letter.
func (x *Sieve) Passes(s string) bool {
	i := 0
	filter, mask, shift, step := x.filter, x.mask, x.shift&63, x.step
	for ; i+8 <= len(s); i += step {
		w := word(s, i) & mask
		h := (w | 0x2020202020202020&mask) * 0x9e3779b97f4a7c15 >> shift
		if filter[h/64]&(1<<(h%64)) != 0 || w&0x8080808080808080 != 0 {
			return true
		}
	}
	for ; i+x.size <= len(s); i += step {
		w := x.word(s, i)
		if h := x.hash(w); filter[h/64]&(1<<(h%64)) != 0 || w&0x8080808080808080 != 0 {
			return true
		}
	}
	return false
}

// Size returns the bytes that x takes.
func (x *Sieve) Size() int { return 8 * len(x.filter) }
