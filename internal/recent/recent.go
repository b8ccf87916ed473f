// Package recent holds tables that keep what was used most recently, within a
// bound, in two generations: when the young one is full it becomes the old one
// and what the old one still held is forgotten. What is kept depends on the
// order of calls alone. Keys and values without pointers cost the garbage
// collector nothing.
package recent

import (
	"errors"
	"hash/maphash"
	"math/bits"
)

// A Map is a bounded table. The zero Map is not usable; see New.
type Map[K comparable, V any] struct {
	// last is what was found last: the same is often asked for again at once.
	last    *cell[K, V] `freeze:"-"`
	lastKey K           `freeze:"-"`
	// index is open addressing: of each entry 32 bits of its key's hash, which
	// say where it would like to be, above the number of its cell. It is made
	// anew where a table is read back, since names have other numbers then.
	index     []uint64       `freeze:"-"`
	pages     [][]cell[K, V] // each twice as large as the one before
	free      []uint32
	used      uint32
	max       int
	young     uint8  // the generation that is young: 1 or 2
	count     [3]int // entries of a generation
	forgotten int64
}

// A cell is an entry. Its key and value lie side by side and never move.
type cell[K comparable, V any] struct {
	key K
	gen uint8 // 0 for none
	val V
}

const (
	pageBits = 3 // 8 cells in the first page
	leastBig = 8 // slots of the index
)

// seed makes the hashes of this process its own: who writes logs can make no
// names that fall together.
var seed = maphash.MakeSeed()

// New returns a table of between most and twice as many entries once full.
func New[K comparable, V any](most int) *Map[K, V] {
	return &Map[K, V]{max: max(most, 1), young: 1}
}

// Get returns the value of k, nil when there is none. The pointer is good
// until the next Put.
func (m *Map[K, V]) Get(k K) *V {
	if c := m.again(k); c != nil {
		return &c.val
	}
	if m.Len() == 0 {
		return nil
	}
	c, _ := m.find(k, uint32(maphash.Comparable(seed, k)))
	if c == nil {
		return nil
	}
	if c.gen != m.young {
		m.renew(c)
	}
	m.last, m.lastKey = c, k
	return &c.val
}

// again returns the cell of k when it was asked for last and is young. One that
// was released since has no generation, and one that was given anew another key.
func (m *Map[K, V]) again(k K) *cell[K, V] {
	if c := m.last; c != nil && m.lastKey == k && c.gen == m.young && c.key == k {
		return c
	}
	return nil
}

// Put returns the value of k, a zero one when there was none; fresh says so.
// The pointer is good until the next Put.
func (m *Map[K, V]) Put(k K) (v *V, fresh bool) {
	if c := m.again(k); c != nil {
		return &c.val, false
	}
	h := uint32(maphash.Comparable(seed, k))
	if c, _ := m.find(k, h); c != nil {
		if c.gen != m.young {
			m.renew(c)
		}
		m.last, m.lastKey = c, k
		return &c.val, false
	}
	i := m.take()
	m.room()
	m.enter(h, i)
	c := m.at(i)
	c.key, c.gen = k, m.young
	m.last, m.lastKey = c, k
	m.count[m.young]++
	return &c.val, true
}

// Delete forgets k.
func (m *Map[K, V]) Delete(k K) {
	if c, slot := m.find(k, uint32(maphash.Comparable(seed, k))); c != nil {
		i := uint32(m.index[slot]) - 1
		m.leave(slot)
		m.count[c.gen]--
		m.release(c, i)
	}
}

// Len returns how many entries there are.
func (m *Map[K, V]) Len() int { return m.count[1] + m.count[2] }

// Forgotten returns how many entries made room for others.
func (m *Map[K, V]) Forgotten() int64 { return m.forgotten }

// find returns the cell of k and its slot in the index, nil when there is none.
func (m *Map[K, V]) find(k K, h uint32) (*cell[K, V], int) {
	index := m.index
	if len(index) == 0 {
		return nil, 0
	}
	mask := len(index) - 1
	for i := int(h) & mask; ; i = (i + 1) & mask {
		x := index[i]
		if x == 0 {
			return nil, 0
		}
		if uint32(x>>32) == h {
			if c := m.at(uint32(x) - 1); c.key == k {
				return c, i
			}
		}
	}
}

// renew makes an old entry a young one.
func (m *Map[K, V]) renew(c *cell[K, V]) {
	m.count[c.gen]--
	c.gen = m.young
	m.room()
	c.gen = m.young
	m.count[m.young]++
}

// room turns the generations when the young one is full. What is neither
// counted nor in the index yet stays.
func (m *Map[K, V]) room() {
	if m.count[m.young] < m.max {
		return
	}
	old := 3 - m.young
	for i := range m.used {
		c := m.at(i)
		if c.gen != old {
			continue
		}
		_, slot := m.find(c.key, uint32(maphash.Comparable(seed, c.key)))
		m.leave(slot)
		m.release(c, i)
		m.forgotten++
	}
	m.count[old], m.young = 0, old
}

// enter puts a cell into the index.
func (m *Map[K, V]) enter(h, cell uint32) {
	if m.Len() >= len(m.index)*3/4 {
		old := m.index
		m.index = make([]uint64, max(leastBig, 2*len(old)))
		for _, x := range old {
			if x != 0 {
				m.place(x)
			}
		}
	}
	m.place(uint64(h)<<32 | uint64(cell+1))
}

func (m *Map[K, V]) place(x uint64) {
	mask := len(m.index) - 1
	i := int(x>>32) & mask
	for m.index[i] != 0 {
		i = (i + 1) & mask
	}
	m.index[i] = x
}

// leave empties a slot of the index, and moves up what would not be found
// behind the hole.
func (m *Map[K, V]) leave(hole int) {
	mask := len(m.index) - 1
	for i := (hole + 1) & mask; m.index[i] != 0; i = (i + 1) & mask {
		if home := int(m.index[i]>>32) & mask; (i-home)&mask >= (i-hole)&mask {
			m.index[hole] = m.index[i]
			hole = i
		}
	}
	m.index[hole] = 0
}

func (m *Map[K, V]) at(i uint32) *cell[K, V] {
	i += 1 << pageBits
	k := bits.Len32(i) - 1
	return &m.pages[k-pageBits][i&^(1<<k)]
}

// cells is how many cells there are.
func (m *Map[K, V]) cells() int { return 1<<(pageBits+len(m.pages)) - 1<<pageBits }

func (m *Map[K, V]) take() uint32 {
	if n := len(m.free); n > 0 {
		i := m.free[n-1]
		m.free = m.free[:n-1]
		return i
	}
	if int(m.used) == m.cells() {
		m.pages = append(m.pages, make([]cell[K, V], 1<<(pageBits+len(m.pages))))
	}
	m.used++
	return m.used - 1
}

func (m *Map[K, V]) release(c *cell[K, V], i uint32) {
	*c = cell[K, V]{}
	m.free = append(m.free, i)
}

// Thawed makes the index of a table that was read back and checks the rest:
// each cell is free or has a key that no other has.
func (m *Map[K, V]) Thawed() error {
	if m.max < 1 || m.young != 1 && m.young != 2 || len(m.pages) > 32-pageBits || int(m.used) > m.cells() {
		return errThawed
	}
	for i, p := range m.pages {
		if len(p) != 1<<(pageBits+i) {
			return errThawed
		}
	}
	free := make([]bool, m.used)
	for _, i := range m.free {
		if i >= m.used || free[i] || m.at(i).gen != 0 {
			return errThawed
		}
		free[i] = true
	}
	m.index = nil
	count := m.count
	m.count = [3]int{}
	for i := range m.used {
		c := m.at(i)
		if free[i] {
			continue
		}
		h := uint32(maphash.Comparable(seed, c.key))
		if other, _ := m.find(c.key, h); other != nil || c.gen == 0 || c.gen > 2 {
			return errThawed
		}
		m.enter(h, i)
		m.count[c.gen]++
	}
	if count != m.count {
		return errThawed
	}
	return nil
}

var errThawed = errors.New("recent: a table that was read back is damaged")
