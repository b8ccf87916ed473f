package history

import "math/bits"

// A table is open addressing over 64-bit keys, in pages that grow by a quarter
// each on their own: it is between 70 and 88 per cent full, so that a slot of
// 16 bytes costs 18 to 23, and growing never doubles the memory of the whole.
// The zero table is empty.
type table[V any] struct {
	pages [pages]page[V]
	n     int
}

type page[V any] struct {
	slots []slot[V]
	used  int
}

type slot[V any] struct {
	key uint64 // 0 is free
	val V
}

const (
	pageBits = 12
	pages    = 1 << pageBits
	smallest = 8 // slots of a page that has any
)

// fullest is how many of a page's slots are used before it grows.
func fullest(slots int) int { return slots - slots/8 }

// at is the slot that a key would like best.
func at(key uint64, slots int) int {
	hi, _ := bits.Mul64(key<<pageBits, uint64(slots))
	return int(hi)
}

// get returns the value of a key, nil when there is none. The pointer is good
// until the next put.
func (t *table[V]) get(key uint64) *V {
	p := &t.pages[key>>(64-pageBits)]
	if i, ok := p.find(key); ok {
		return &p.slots[i].val
	}
	return nil
}

// touch reads where a key would like to be, so that it is near when it is asked for.
func (t *table[V]) touch(key uint64) uint64 {
	p := &t.pages[key>>(64-pageBits)]
	if len(p.slots) == 0 {
		return 0
	}
	return p.slots[at(key, len(p.slots))].key
}

// put returns the value of a key, a zero one when there was none.
func (t *table[V]) put(key uint64) (v *V, fresh bool) {
	p := &t.pages[key>>(64-pageBits)]
	i, ok := p.find(key)
	if ok {
		return &p.slots[i].val, false
	}
	if p.used >= fullest(len(p.slots)) {
		p.resize(max(smallest, len(p.slots)+len(p.slots)/4))
		i, _ = p.find(key)
	}
	p.used++
	t.n++
	p.slots[i].key = key
	return &p.slots[i].val, true
}

// remove forgets a key.
func (t *table[V]) remove(key uint64) {
	p := &t.pages[key>>(64-pageBits)]
	i, ok := p.find(key)
	if !ok {
		return
	}
	p.slots[i] = slot[V]{}
	p.resize(len(p.slots))
	t.n--
}

// keep forgets the values for which good is false.
func (t *table[V]) keep(good func(*V) bool) {
	for i := range t.pages {
		p := &t.pages[i]
		before := p.used
		for j := range p.slots {
			if s := &p.slots[j]; s.key != 0 && !good(&s.val) {
				*s = slot[V]{}
				p.used--
			}
		}
		if p.used < before {
			t.n -= before - p.used
			p.resize(max(smallest, p.used+p.used/4+1))
		}
	}
}

// find returns the slot of a key, or the free one where it would go.
func (p *page[V]) find(key uint64) (int, bool) {
	n := len(p.slots)
	if n == 0 {
		return 0, false
	}
	for i := at(key, n); ; {
		switch p.slots[i].key {
		case key:
			return i, true
		case 0:
			return i, false
		}
		if i++; i == n {
			i = 0
		}
	}
}

func (p *page[V]) resize(slots int) {
	old := p.slots
	p.slots, p.used = make([]slot[V], slots), 0
	for i := range old {
		if old[i].key == 0 {
			continue
		}
		j, _ := p.find(old[i].key)
		p.slots[j] = old[i]
		p.used++
	}
}
