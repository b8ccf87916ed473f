package footfall

import (
	"hash/maphash"
	"iter"
	"math/bits"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// Names that pass are those of sessions: a month has about as many as logins,
// and each matters for hours. They take memory while something holds them:
// Forget drops the others. A number is never given a second time, so what
// still has that of a forgotten name finds no other under it.

// passingBit tells a name that passes from one that stays.
const passingBit Name = 1 << 31

// Passes reports whether a name is one that Pass gave.
func (id Name) Passes() bool { return id&passingBit != 0 && id != All }

const (
	passBits = 12 // names of a page
	passPage = 1 << passBits
	// maxPassing is how many names may pass in one run; further ones stay. All
	// is no name of a text.
	maxPassing  = 1<<31 - 1
	leastPassed = 1 << 10 // slots
)

// passing are the names that pass. The texts lie in pages by number; a page
// that is full and was swept keeps what was held of it.
type passing struct {
	pages atomic.Pointer[[]atomic.Pointer[passed]] // by number >> passBits
	live  atomic.Int64

	mu    sync.Mutex // of what only makers of names read
	next  uint32     // the next number
	slots []uint64   // open addressing: of each name 32 bits of its hash above its Name
}

// A passed is a page of names.
type passed struct {
	which []uint16 // the numbers within the page that it holds, in order; nil for all
	text  []string
	held  *[passPage / 64]uint64 // while names are swept
}

func (p *passed) at(id Name) (string, bool) {
	i := int(id & (passPage - 1))
	if p.which != nil {
		at, ok := slices.BinarySearch(p.which, uint16(i))
		if !ok {
			return "", false
		}
		i = at
	}
	return p.text[i], p.text[i] != ""
}

// page returns the page of a name, nil when all of it is forgotten.
func (p *passing) page(id Name) *passed {
	pages := p.pages.Load()
	if i := int((id &^ passingBit) >> passBits); pages != nil && i < len(*pages) {
		return (*pages)[i].Load()
	}
	return nil
}

func (p *passing) text(id Name) string {
	if x := p.page(id); x != nil {
		s, _ := x.at(id)
		return s
	}
	return ""
}

// Pass returns the Name of s among those that pass. It keeps a copy. The same
// text has the same Name as long as that is not forgotten.
func (n *Names) Pass(s string) Name {
	if s == "" {
		return 0
	}
	s = clip(s)
	h := uint32(maphash.String(n.seed, s) >> nameBits)
	p := &n.pass
	p.mu.Lock()
	defer p.mu.Unlock()
	if id := p.find(h, s); id != 0 {
		return id
	}
	if p.next == maxPassing {
		return n.Intern(s)
	}
	return p.add(h, strings.Clone(s))
}

func (p *passing) find(h uint32, s string) Name {
	mask := len(p.slots) - 1
	if mask < 0 {
		return 0
	}
	for i := int(h) & mask; p.slots[i] != 0; i = (i + 1) & mask {
		if x := p.slots[i]; uint32(x>>32) == h && p.text(Name(x)) == s {
			return Name(x)
		}
	}
	return 0
}

func (p *passing) add(h uint32, s string) Name {
	id := passingBit | Name(p.next)
	x := p.page(id)
	if x == nil {
		x = p.grow()
	}
	x.text[p.next&(passPage-1)] = s
	p.next++
	n := p.live.Add(1)
	if int(n) >= len(p.slots)*3/4 {
		p.place(p.slots, max(leastPassed, 2*len(p.slots)))
	}
	put(p.slots, uint64(h)<<32|uint64(id))
	return id
}

// grow makes the page of the next name.
func (p *passing) grow() *passed {
	i := int(p.next >> passBits)
	var have []atomic.Pointer[passed]
	if old := p.pages.Load(); old != nil {
		have = *old
	}
	if i >= len(have) {
		more := make([]atomic.Pointer[passed], max(16, 2*len(have)))
		for j := range have {
			more[j].Store(have[j].Load())
		}
		have = more
		p.pages.Store(&more)
	}
	x := &passed{text: make([]string, passPage)}
	have[i].Store(x)
	return x
}

// place makes the slots anew with room for n.
func (p *passing) place(old []uint64, n int) {
	p.slots = make([]uint64, n)
	for _, x := range old {
		if x != 0 {
			put(p.slots, x)
		}
	}
}

func put(slots []uint64, x uint64) {
	mask := len(slots) - 1
	i := int(x>>32) & mask
	for slots[i] != 0 {
		i = (i + 1) & mask
	}
	slots[i] = x
}

// Passing returns how many names that pass are not forgotten.
func (n *Names) Passing() int { return int(n.pass.live.Load()) }

// Forget forgets the names that pass but those that holds marks: holds calls
// mark with every Name that anything has, of any kind, and names that it does
// not mark are not to be used again. Nothing is forgotten when it fails.
func (n *Names) Forget(holds func(mark func(Name)) error) error {
	p := &n.pass
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := holds(p.hold); err != nil {
		p.sweep(func(*passed) bool { return true })
		return err
	}
	young := p.page(passingBit | Name(p.next)) // names are still added to it
	old, kept := p.slots, 0
	for i, x := range old {
		if x == 0 {
			continue
		}
		if at := p.page(Name(x)); at != young && !at.holds(Name(x)) {
			old[i] = 0
			continue
		}
		kept++
	}
	size := leastPassed
	for size*3/4 <= kept {
		size *= 2
	}
	p.place(old, size)
	p.live.Store(int64(kept))
	p.sweep(func(x *passed) bool { return x == young })
	return nil
}

func (p *passing) hold(id Name) {
	if !id.Passes() {
		return
	}
	x := p.page(id)
	if x == nil {
		return
	}
	if x.held == nil {
		x.held = new([passPage / 64]uint64)
	}
	x.held[id&(passPage-1)/64] |= 1 << (id % 64)
}

func (x *passed) holds(id Name) bool {
	return x.held != nil && x.held[id&(passPage-1)/64]>>(id%64)&1 != 0
}

// sweep makes pages anew with what is held of them, but for those to be left
// as they are.
func (p *passing) sweep(leave func(*passed) bool) {
	pages := p.pages.Load()
	for i := 0; pages != nil && i < len(*pages); i++ {
		x := (*pages)[i].Load()
		switch {
		case x == nil:
		case leave(x):
			x.held = nil
		case x.held == nil:
			(*pages)[i].Store(nil)
		default:
			(*pages)[i].Store(x.thin())
		}
	}
}

// thin returns a page with what is held of it, nil when that is nothing.
func (x *passed) thin() *passed {
	n := 0
	for _, w := range x.held {
		n += bits.OnesCount64(w)
	}
	out := &passed{which: make([]uint16, 0, n), text: make([]string, 0, n)}
	for i, w := range x.held {
		for ; w != 0; w &= w - 1 {
			at := uint16(i*64 + bits.TrailingZeros64(w))
			if s, ok := x.at(Name(at)); ok {
				out.which, out.text = append(out.which, at), append(out.text, s)
			}
		}
	}
	if len(out.which) == 0 {
		return nil
	}
	return out
}

// all yields the names that pass and are not forgotten.
func (p *passing) all() iter.Seq2[Name, string] {
	return func(yield func(Name, string) bool) {
		pages := p.pages.Load()
		for i := 0; pages != nil && i < len(*pages); i++ {
			x := (*pages)[i].Load()
			for j := 0; x != nil && j < len(x.text); j++ {
				at := j
				if x.which != nil {
					at = int(x.which[j])
				}
				if x.text[j] != "" && !yield(passingBit|Name(i<<passBits|at), x.text[j]) {
					return
				}
			}
		}
	}
}
