package engine

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"math/bits"
	"unsafe"

	"github.com/footfall/footfall"
)

// Steps name their sessions, and what a rule's hit shows, by texts of which a
// month has as many as logins. Until steps are in order the texts go beside
// them: Session, Parent and Values are numbers into a table of the product, the
// buffer or the run that the step is in. What orders steps makes names of them
// that pass (footfall.Names.Pass).

// beside is the bit of a Name that is such a number.
const beside footfall.Name = 1 << 31

// inline is a table of texts. Its zero value is empty.
type inline struct {
	text  []byte
	ends  []uint32
	slots []uint64 // of those put: 32 bits of the hash above the number + 1
}

var inlineSeed = maphash.MakeSeed()

func (t *inline) reset() {
	t.text, t.ends = t.text[:0], t.ends[:0]
	clear(t.slots)
}

func (t *inline) at(n footfall.Name) []byte {
	i := n &^ beside
	from := uint32(0)
	if i > 0 {
		from = t.ends[i-1]
	}
	return t.text[from:t.ends[i]]
}

// of is the text of a number, nil for another name.
func (t *inline) of(n footfall.Name) []byte {
	if n&beside == 0 {
		return nil
	}
	return t.at(n)
}

// add adds a text; it may be there already.
func (t *inline) add(text []byte) footfall.Name {
	t.text = append(t.text, text...)
	t.ends = append(t.ends, uint32(len(t.text)))
	return beside | footfall.Name(len(t.ends)-1)
}

// put adds a text unless it was put before.
func (t *inline) put(text []byte) footfall.Name {
	if len(t.ends) >= len(t.slots)/2 {
		t.grow()
	}
	h := uint32(maphash.Bytes(inlineSeed, text))
	mask := len(t.slots) - 1
	i := int(h) & mask
	for ; t.slots[i] != 0; i = (i + 1) & mask {
		if n := beside | footfall.Name(uint32(t.slots[i])-1); uint32(t.slots[i]>>32) == h && string(t.at(n)) == string(text) {
			return n
		}
	}
	n := t.add(text)
	t.slots[i] = uint64(h)<<32 | uint64(n&^beside+1)
	return n
}

// putLine puts a text that may be none or longer than a name can be: those are
// cut at the same place.
func (t *inline) putLine(text []byte) footfall.Name {
	if len(text) == 0 {
		return 0
	}
	return t.put(text[:min(len(text), footfall.MaxName+1)])
}

func (t *inline) grow() {
	old := t.slots
	t.slots = make([]uint64, max(256, 2*len(old)))
	mask := len(t.slots) - 1
	for _, x := range old {
		if x == 0 {
			continue
		}
		i := int(x>>32) & mask
		for t.slots[i] != 0 {
			i = (i + 1) & mask
		}
		t.slots[i] = x
	}
}

// besides is how many names of a step may be such numbers.
const besides = 3

func besidesOf(s *footfall.Step) [besides]*footfall.Name {
	return [...]*footfall.Name{&s.Session, &s.Parent, &s.Values}
}

// named makes names of the numbers that a step has.
func (t *inline) named(s *footfall.Step, names *footfall.Names) {
	for _, n := range besidesOf(s) {
		if *n&beside != 0 {
			*n = names.Pass(footfall.Str(t.at(*n)))
		}
	}
}

// The form of a step on disk: which of its 32 columns differ from the step
// before, those columns, and the texts of its session and its parent. Steps in
// order differ in few columns, so a run takes half of the room.

const columns = stepSize / 4

// A packer packs steps that follow each other.
type packer struct{ last [columns]uint32 }

// append packs a step. text gives the text of a name that goes beside it, nil
// for others.
func (p *packer) append(dst []byte, s *footfall.Step, text func(footfall.Name) []byte) []byte {
	t := *s
	var texts [besides][]byte
	for i, n := range besidesOf(&t) {
		if texts[i] = text(*n); texts[i] != nil {
			*n = beside | footfall.Name(i)
		}
	}
	at := len(dst)
	dst = append(dst, 0, 0, 0, 0)
	var mask uint32
	for i, v := range columnsOf(&t) {
		if v != p.last[i] {
			p.last[i] = v
			mask |= 1 << i
			dst = binary.NativeEndian.AppendUint32(dst, v)
		}
	}
	binary.NativeEndian.PutUint32(dst[at:], mask)
	for _, text := range texts {
		if text != nil {
			dst = append(binary.AppendUvarint(dst, uint64(len(text))), text...)
		}
	}
	return dst
}

// An unpacker reads packed steps back.
type unpacker struct {
	r     *bufio.Reader
	cur   footfall.Step
	texts inline // of cur, by their places in besidesOf
}

// next reads the next step into cur, false when there is none.
func (u *unpacker) next() (bool, error) {
	head, err := u.r.Peek(4)
	if len(head) == 0 && errors.Is(err, io.EOF) {
		return false, nil
	}
	if err == nil {
		mask := binary.NativeEndian.Uint32(head)
		n := 4 + 4*bits.OnesCount32(mask)
		if head, err = u.r.Peek(n); err == nil {
			into := columnsOf(&u.cur)
			for p := head[4:]; mask != 0; mask &= mask - 1 {
				into[bits.TrailingZeros32(mask)] = binary.NativeEndian.Uint32(p)
				p = p[4:]
			}
			if _, err = u.r.Discard(n); err == nil {
				err = u.names()
			}
		}
	}
	if err != nil {
		return false, fmt.Errorf("engine: reading spilled steps: %w", err)
	}
	return true, nil
}

func (u *unpacker) names() error {
	t := &u.texts
	t.text, t.ends = t.text[:0], t.ends[:0]
	for _, n := range besidesOf(&u.cur) {
		if *n&beside != 0 {
			size, err := binary.ReadUvarint(u.r)
			if err != nil {
				return err
			}
			at := len(t.text)
			t.text = append(t.text, make([]byte, size)...)
			if _, err := io.ReadFull(u.r, t.text[at:]); err != nil {
				return err
			}
		}
		t.ends = append(t.ends, uint32(len(t.text)))
	}
	return nil
}

// columnsOf shows a step as the words that it lies in; Step has no pointers,
// which a test of the root package holds.
func columnsOf(s *footfall.Step) *[columns]uint32 {
	return (*[columns]uint32)(unsafe.Pointer(s))
}
