package engine

import (
	"bufio"
	"cmp"
	"container/heap"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"slices"
	"unsafe"

	"github.com/footfall/footfall"
)

const stepSize = int(unsafe.Sizeof(footfall.Step{}))

// A sorter puts steps in the order of event time with bounded memory: what
// does not fit is sorted and spilled to a run on disk, and the runs are merged.
type sorter struct {
	names *footfall.Names
	dir   string // where runs go
	limit int    // steps in memory
	buf   []footfall.Step
	texts inline // of buf
	moved []footfall.Name
	file  *os.File // the runs, one behind the other
	ends  []int64  // where each ends
	err   error
}

// textsInMemory bounds the texts of sessions in a sort buffer.
const textsInMemory = 24 << 20

func newSorter(n *footfall.Names, dir string, limit int) *sorter {
	return &sorter{names: n, dir: dir, limit: limit}
}

// add takes steps, whose sessions' texts are in from; it keeps no reference to
// either.
func (s *sorter) add(steps []footfall.Step, from *inline) error {
	if s.buf == nil && len(s.ends) == 0 && len(steps) > s.limit/8 {
		s.buf = make([]footfall.Step, 0, s.limit) // a big input: no growing by copying
	}
	s.moved = s.moved[:0]
	for i := 0; i < len(steps) && s.err == nil; i++ {
		if len(s.buf) == s.limit || len(s.texts.text) >= textsInMemory {
			s.err = s.spill()
		}
		s.buf = append(s.buf, steps[i])
		t := &s.buf[len(s.buf)-1]
		for _, n := range besidesOf(t) {
			*n = s.move(*n, from, len(steps))
		}
	}
	return s.err
}

// move takes a text over from another table, once of those of many steps.
func (s *sorter) move(n footfall.Name, from *inline, many int) footfall.Name {
	if n&beside == 0 {
		return n
	}
	if many < 8 {
		return s.texts.add(from.at(n))
	}
	if len(s.moved) == 0 {
		s.moved = slices.Grow(s.moved, len(from.ends))[:len(from.ends)]
		clear(s.moved)
	}
	to := &s.moved[n&^beside]
	if *to == 0 {
		*to = s.texts.add(from.at(n))
	}
	return *to
}

// less orders steps by time, then by identity, then by place; a hit follows
// the step that it is a copy of.
func (s *sorter) less(a, b *footfall.Step) int {
	if c := cmp.Compare(a.Time, b.Time); c != 0 {
		return c
	}
	if c := cmp.Compare(a.ID, b.ID); c != 0 {
		return c
	}
	if c := cmp.Compare(a.Ref.Input, b.Ref.Input); c != 0 {
		return c
	}
	if c := cmp.Compare(a.Ref.Offset, b.Ref.Offset); c != 0 {
		return c
	}
	if a.Rule == b.Rule {
		return 0
	}
	return cmp.Compare(s.ruleOrder(a.Rule), s.ruleOrder(b.Rule))
}

func (s *sorter) ruleOrder(r footfall.Name) uint64 {
	if r == 0 {
		return 0
	}
	return s.names.HashOf(r) | 1
}

func (s *sorter) sort() {
	slices.SortFunc(s.buf, func(a, b footfall.Step) int { return s.less(&a, &b) })
}

// spill writes the sorted buffer as a run. The file has no name, so nothing is
// left behind after a crash.
func (s *sorter) spill() error {
	s.sort()
	if s.file == nil {
		f, err := unnamed(s.dir)
		if err != nil {
			return fmt.Errorf("engine: spilling steps: %w", err)
		}
		s.file = f
	}
	var p packer
	end := s.spilled()
	out := make([]byte, 0, 1<<20)
	for i := range s.buf {
		out = p.append(out, &s.buf[i], s.texts.of)
		if len(out) < 1<<20-4*footfall.MaxName && i < len(s.buf)-1 {
			continue
		}
		if _, err := s.file.WriteAt(out, end); err != nil {
			return fmt.Errorf("engine: spilling steps: %w", err)
		}
		end += int64(len(out))
		out = out[:0]
	}
	s.ends = append(s.ends, end)
	s.buf, s.moved = s.buf[:0], s.moved[:0]
	s.texts.reset()
	return nil
}

// spilled is how many bytes the runs have.
func (s *sorter) spilled() int64 {
	if n := len(s.ends); n > 0 {
		return s.ends[n-1]
	}
	return 0
}

// unnamed makes a file that disappears with the process.
func unnamed(dir string) (*os.File, error) {
	f, err := os.CreateTemp(dir, "footfall-run-*")
	if err != nil {
		return nil, err
	}
	if err := os.Remove(f.Name()); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

func (s *sorter) close() error {
	f := s.file
	s.file, s.ends, s.buf, s.moved, s.texts = nil, nil, nil, nil, inline{}
	if f == nil {
		return nil
	}
	return f.Close()
}

// mergeMemory is what reading the runs back may hold at once.
const mergeMemory = 16 << 20

// A run is one sorted sequence that is being merged.
type run struct {
	unpacker
	rank int
}

type runs struct {
	s    *sorter
	list []*run
}

func (h *runs) Len() int { return len(h.list) }
func (h *runs) Less(i, j int) bool {
	if c := h.s.less(&h.list[i].cur, &h.list[j].cur); c != 0 {
		return c < 0
	}
	return h.list[i].rank < h.list[j].rank
}
func (h *runs) Swap(i, j int) { h.list[i], h.list[j] = h.list[j], h.list[i] }
func (h *runs) Push(x any)    { h.list = append(h.list, x.(*run)) }
func (h *runs) Pop() any {
	x := h.list[len(h.list)-1]
	h.list = h.list[:len(h.list)-1]
	return x
}

// merged yields every step once, in order, with names for its sessions. It may
// be called once. The pointer is good until the next step; an error is kept in
// s.err.
func (s *sorter) merged() iter.Seq[*footfall.Step] {
	return func(yield func(*footfall.Step) bool) {
		for step, texts := range s.raw() {
			texts.named(step, s.names)
			if !yield(step) {
				return
			}
		}
	}
}

// raw yields what merged does before its sessions have names, with the table
// that their texts are in.
func (s *sorter) raw() iter.Seq2[*footfall.Step, *inline] {
	return func(yield func(*footfall.Step, *inline) bool) {
		if len(s.ends) == 0 {
			s.sort()
			for i := range s.buf {
				if !yield(&s.buf[i], &s.texts) {
					return
				}
			}
			return
		}
		if s.err = s.spill(); s.err != nil {
			return
		}
		s.buf, s.moved, s.texts = nil, nil, inline{} // what comes needs the room
		h := s.open()
		heap.Init(h)
		var step footfall.Step
		for h.Len() > 0 && s.err == nil {
			top := h.list[0]
			step = top.cur
			if !yield(&step, &top.texts) {
				return
			}
			more, err := top.next()
			if err != nil {
				s.err = err
			} else if more {
				heap.Fix(h, 0)
			} else {
				heap.Pop(h)
			}
		}
	}
}

func (s *sorter) open() *runs {
	h := &runs{s: s}
	add := func(r *run) {
		more, err := r.next()
		if err != nil {
			s.err = err
		}
		if more {
			h.list = append(h.list, r)
		}
	}
	from := int64(0)
	for i, end := range s.ends {
		// Few runs are read in big pieces; many share the same memory.
		size := min(max(mergeMemory/len(s.ends), 16<<10), 256<<10)
		add(&run{unpacker: unpacker{r: bufio.NewReaderSize(io.NewSectionReader(s.file, from, end-from), size)}, rank: i})
		from = end
	}
	return h
}
