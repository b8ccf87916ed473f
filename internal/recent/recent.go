// Package recent holds tables that keep what was used most recently, within a
// bound, in two generations: when the young one is full it becomes the old one
// and what the old one still held is forgotten. What is kept depends on the
// order of calls alone, never on the order of a map. Keys and values without
// pointers cost the garbage collector nothing.
package recent

import "errors"

// A Map is a bounded table. The zero Map is not usable; see New.
type Map[K comparable, V any] struct {
	young, old map[K]uint32
	max        int
	pages      [][]V
	free       []uint32
	used       uint32
	forgotten  int64
}

const pageBits = 5 // 32 values a page: values never move

// New returns a table of between most and twice as many entries once full.
func New[K comparable, V any](most int) *Map[K, V] {
	return &Map[K, V]{young: map[K]uint32{}, old: map[K]uint32{}, max: max(most, 1)}
}

// Get returns the value of k, nil when there is none. The pointer is good
// until the next Put.
func (m *Map[K, V]) Get(k K) *V {
	if i, ok := m.young[k]; ok {
		return m.at(i)
	}
	i, ok := m.old[k]
	if !ok {
		return nil
	}
	delete(m.old, k)
	m.add(k, i)
	return m.at(i)
}

// Put returns the value of k, a zero one when there was none; fresh says so.
// The pointer is good until the next Put.
func (m *Map[K, V]) Put(k K) (v *V, fresh bool) {
	if v := m.Get(k); v != nil {
		return v, false
	}
	i := m.take()
	m.add(k, i)
	return m.at(i), true
}

// Delete forgets k.
func (m *Map[K, V]) Delete(k K) {
	for _, g := range []map[K]uint32{m.young, m.old} {
		if i, ok := g[k]; ok {
			delete(g, k)
			m.release(i)
		}
	}
}

// Len returns how many entries there are.
func (m *Map[K, V]) Len() int { return len(m.young) + len(m.old) }

// Forgotten returns how many entries made room for others.
func (m *Map[K, V]) Forgotten() int64 { return m.forgotten }

func (m *Map[K, V]) add(k K, i uint32) {
	if len(m.young) >= m.max {
		for _, j := range m.old {
			m.release(j)
			m.forgotten++
		}
		clear(m.old)
		m.young, m.old = m.old, m.young
	}
	m.young[k] = i
}

func (m *Map[K, V]) at(i uint32) *V { return &m.pages[i>>pageBits][i&(1<<pageBits-1)] }

func (m *Map[K, V]) take() uint32 {
	if n := len(m.free); n > 0 {
		i := m.free[n-1]
		m.free = m.free[:n-1]
		return i
	}
	if int(m.used>>pageBits) == len(m.pages) {
		m.pages = append(m.pages, make([]V, 1<<pageBits))
	}
	m.used++
	return m.used - 1
}

// Thawed checks a table that was read back: each value is of one key or free.
func (m *Map[K, V]) Thawed() error {
	if m.max < 1 || m.young == nil || m.old == nil || int(m.used) > len(m.pages)<<pageBits {
		return errThawed
	}
	for _, p := range m.pages {
		if len(p) != 1<<pageBits {
			return errThawed
		}
	}
	taken := make([]bool, m.used)
	take := func(i uint32) bool {
		if i >= m.used || taken[i] {
			return false
		}
		taken[i] = true
		return true
	}
	for _, i := range m.free {
		if !take(i) {
			return errThawed
		}
	}
	for _, g := range []map[K]uint32{m.young, m.old} {
		for _, i := range g {
			if !take(i) {
				return errThawed
			}
		}
	}
	return nil
}

var errThawed = errors.New("recent: a table that was read back is damaged")

func (m *Map[K, V]) release(i uint32) {
	var zero V
	*m.at(i) = zero
	m.free = append(m.free, i)
}
