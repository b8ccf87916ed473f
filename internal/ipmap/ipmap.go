// Package ipmap finds which of many networks an address lies in. In go
// networks, or ranges side by side, each with a number; out come numbers by
// address. A table is flat: borders in order and an index of their upper bits,
// without pointers, 8 bytes a border of IPv4 and 20 of IPv6.
package ipmap

import (
	"cmp"
	"encoding/binary"
	"math/bits"
	"net/netip"
	"slices"
)

// A Table gives each address a number, 0 where none is known. It is read only
// and may be used from many goroutines. The zero Table knows nothing.
type Table struct {
	four   []uint64 // where a range begins, and its number in the lower half; it ends before the next
	index4 []uint32 // by the upper bits: how many ranges begin below
	shift4 uint     // of an address, to its upper bits

	six    []wide
	value6 []uint32
	index6 []uint32
	shift6 uint
}

// A wide is an IPv6 address.
type wide struct{ hi, lo uint64 }

func (a wide) less(b wide) bool { return a.hi < b.hi || a.hi == b.hi && a.lo < b.lo }

func (a wide) compare(b wide) int { return cmp.Or(cmp.Compare(a.hi, b.hi), cmp.Compare(a.lo, b.lo)) }

// Of the upper bits, the index takes about as many as tell the ranges apart
// when they are spread evenly: a lookup then touches two or three lines of memory.
const minBits, maxBits = 10, 20

func indexBits(n int) uint { return uint(min(max(bits.Len(uint(n))-1, minBits), maxBits)) }

// spread keeps the order of addresses. Nearly all lie in 2000::/3 (RFC 3513
// section 2.5.4), so its bits behind the first three tell most apart.
func spread(hi uint64) uint64 {
	const first = 0x2000 << 48
	if hi < first {
		return 0
	}
	return min(hi-first, 1<<61-1)
}

// Lookup returns the number of an address. An IPv4 address within IPv6
// (::ffff:0:0/96) is the IPv4 address.
func (t *Table) Lookup(a netip.Addr) uint32 {
	if a = a.Unmap(); a.Is4() {
		b := a.As4()
		return t.lookup4(binary.BigEndian.Uint32(b[:]))
	}
	if !a.Is6() {
		return 0
	}
	return t.lookup6(wideOf(a))
}

func (t *Table) lookup4(k uint32) uint32 {
	if len(t.four) == 0 {
		return 0
	}
	b := k >> t.shift4
	lo, hi := t.index4[b], t.index4[b+1]
	beyond := uint64(k)<<32 | (1<<32 - 1)
	for hi-lo > fewRanges {
		m := (lo + hi) / 2
		if t.four[m] <= beyond {
			lo = m + 1
		} else {
			hi = m
		}
	}
	var in uint64
	if lo > 0 {
		in = t.four[lo-1]
	}
	for _, r := range t.four[lo:hi] {
		if r > beyond {
			break
		}
		in = r
	}
	return uint32(in)
}

// fewRanges lie in one or two lines of memory: looked through in order they
// cost less than halving, which no processor guesses.
const fewRanges = 8

func (t *Table) lookup6(k wide) uint32 {
	if len(t.six) == 0 {
		return 0
	}
	b := spread(k.hi) >> t.shift6
	lo, hi := t.near(k, t.index6[b], t.index6[b+1])
	for lo < hi {
		m := (lo + hi) / 2
		if k.less(t.six[m]) {
			hi = m
		} else {
			lo = m + 1
		}
	}
	if lo == 0 {
		return 0
	}
	return t.value6[lo-1]
}

// near narrows the ranges below which k may begin by where it would be if
// they were spread evenly: a provider's customers are, more or less.
func (t *Table) near(k wide, lo, hi uint32) (uint32, uint32) {
	const around = 8
	for range 3 {
		if hi-lo <= 2*around {
			break
		}
		a, z := t.six[lo].hi, t.six[hi-1].hi
		if k.hi <= a || k.hi >= z {
			break
		}
		m := lo + uint32(float64(k.hi-a)/float64(z-a)*float64(hi-1-lo))
		from, to := max(m, lo+around)-around, min(m+around, hi-1)
		if k.less(t.six[from]) {
			hi = from
		} else if !k.less(t.six[to]) {
			lo = to + 1
		} else {
			return from + 1, to
		}
	}
	return lo, hi
}

// Bytes returns how much memory the table takes.
func (t *Table) Bytes() int {
	return 8*cap(t.four) + 16*cap(t.six) + 4*(cap(t.value6)+cap(t.index4)+cap(t.index6))
}

// Add4 and Add6 begin a range; those of one family must come in the order of
// addresses, and end with Done. A range at the start of the one before takes
// its place, and one of the same number is joined to it.
func (t *Table) Add4(start uint32, value uint32) {
	n := len(t.four)
	if n > 0 && uint32(t.four[n-1]>>32) == start {
		n--
		t.four = t.four[:n]
	}
	if n > 0 && uint32(t.four[n-1]) == value {
		return
	}
	t.four = append(t.four, uint64(start)<<32|uint64(value))
}

func (t *Table) Add6(hi, lo uint64, value uint32) {
	n := len(t.six)
	if n > 0 && t.six[n-1] == (wide{hi, lo}) {
		n--
		t.six, t.value6 = t.six[:n], t.value6[:n]
	}
	if n > 0 && t.value6[n-1] == value {
		return
	}
	t.six, t.value6 = append(t.six, wide{hi, lo}), append(t.value6, value)
}

// Done makes the index, and lookups from then on see what was added.
func (t *Table) Done() {
	t.four = slices.Clip(t.four)
	t.six, t.value6 = slices.Clip(t.six), slices.Clip(t.value6)
	b4, b6 := indexBits(len(t.four)), indexBits(len(t.six))
	t.shift4, t.shift6 = 32-b4, 61-b6
	t.index4 = index(len(t.four), b4, func(i int) uint64 { return t.four[i] >> 32 >> t.shift4 })
	t.index6 = index(len(t.six), b6, func(i int) uint64 { return spread(t.six[i].hi) >> t.shift6 })
}

// index counts, for each bucket and one beyond, the ranges below it.
func index(n int, width uint, bucket func(int) uint64) []uint32 {
	if n == 0 {
		return nil
	}
	out := make([]uint32, 1<<width+1)
	for i := range n {
		out[bucket(i)+1]++
	}
	for i := range len(out) - 1 {
		out[i+1] += out[i]
	}
	return out
}

// Nest makes a table of networks that may lie in one another. An address has
// the number 1+i of the innermost network that holds it, and up[i] is the
// number of the next one around network i, 0 when there is none; equal
// networks lie around one another. Networks that are not valid hold nothing.
func Nest(list []netip.Prefix) (t *Table, up []uint32) {
	t, up = &Table{}, make([]uint32, len(list))
	var four, six []span
	for i, p := range list {
		if !p.IsValid() {
			continue
		}
		s, is4 := spanOf(p)
		s.number = uint32(i + 1)
		if is4 {
			four = append(four, s)
		} else {
			six = append(six, s)
		}
	}
	t.four, t.six = make([]uint64, 0, 2*len(four)), make([]wide, 0, 2*len(six))
	sweep(four, up, func(at wide, v uint32) { t.Add4(uint32(at.lo), v) }, 1<<32-1)
	sweep(six, up, func(at wide, v uint32) { t.Add6(at.hi, at.lo, v) }, 1<<64-1)
	t.Done()
	return t, up
}

// A span is a network by its first and last address.
type span struct {
	first, last wide
	number      uint32
}

func wideOf(a netip.Addr) wide {
	b := a.As16()
	return wide{binary.BigEndian.Uint64(b[:8]), binary.BigEndian.Uint64(b[8:])}
}

func spanOf(p netip.Prefix) (s span, is4 bool) {
	a, host := p.Masked().Addr(), p.Addr().BitLen()-p.Bits()
	if a.Is4In6() && p.Bits() >= 96 {
		a = a.Unmap()
	}
	if a.Is4() {
		b := a.As4()
		s.first.lo = uint64(binary.BigEndian.Uint32(b[:]))
		s.last.lo = s.first.lo | (1<<host - 1)
		return s, true
	}
	s.first = wideOf(a)
	s.last = s.first
	if host >= 64 {
		s.last.lo = 1<<64 - 1
		s.last.hi |= 1<<(host-64) - 1
	} else {
		s.last.lo |= 1<<host - 1
	}
	return s, false
}

// sweep walks the networks in the order of their beginnings, with those that
// hold the place on a stack: networks lie in one another or apart.
func sweep(list []span, up []uint32, add func(wide, uint32), lastLo uint64) {
	slices.SortFunc(list, func(a, b span) int {
		return cmp.Or(a.first.compare(b.first), b.last.compare(a.last), cmp.Compare(a.number, b.number))
	})
	var stack []span
	top := func() uint32 {
		if len(stack) == 0 {
			return 0
		}
		return stack[len(stack)-1].number
	}
	leave := func() {
		end := stack[len(stack)-1].last
		stack = stack[:len(stack)-1]
		if end.lo < lastLo {
			add(wide{end.hi, end.lo + 1}, top())
		} else if lastLo == 1<<64-1 && end.hi < 1<<64-1 {
			add(wide{end.hi + 1, 0}, top())
		}
	}
	for _, s := range list {
		for len(stack) > 0 && stack[len(stack)-1].last.less(s.first) {
			leave()
		}
		up[s.number-1] = top()
		stack = append(stack, s)
		add(s.first, s.number)
	}
	for len(stack) > 0 {
		leave()
	}
}
