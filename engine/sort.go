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
	runs  []*os.File
	err   error
}

func newSorter(n *footfall.Names, dir string, limit int) *sorter {
	return &sorter{names: n, dir: dir, limit: limit}
}

// add takes steps; it keeps no reference to the slice.
func (s *sorter) add(steps []footfall.Step) error {
	if s.buf == nil && len(s.runs) == 0 && len(steps) > s.limit/8 {
		s.buf = make([]footfall.Step, 0, s.limit) // a big input: no growing by copying
	}
	for len(steps) > 0 && s.err == nil {
		n := min(len(steps), s.limit-len(s.buf))
		s.buf = append(s.buf, steps[:n]...)
		steps = steps[n:]
		if len(s.buf) == s.limit {
			s.err = s.spill()
		}
	}
	return s.err
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

// asBytes shows steps as the bytes that they lie in; Step has no pointers,
// which a test of the root package holds.
func asBytes(p []footfall.Step) []byte {
	if len(p) == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(&p[0])), len(p)*stepSize)
}

// spill writes the sorted buffer as a run. The file has no name, so nothing is
// left behind after a crash.
func (s *sorter) spill() error {
	s.sort()
	f, err := unnamed(s.dir)
	if err != nil {
		return fmt.Errorf("engine: spilling steps: %w", err)
	}
	s.runs = append(s.runs, f)
	if _, err := f.Write(asBytes(s.buf)); err != nil {
		return fmt.Errorf("engine: spilling steps: %w", err)
	}
	s.buf = s.buf[:0]
	return nil
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
	var errs []error
	for _, f := range s.runs {
		errs = append(errs, f.Close())
	}
	s.runs, s.buf = nil, nil
	return errors.Join(errs...)
}

// mergeMemory is what reading the runs back may hold at once.
const mergeMemory = 16 << 20

// A run is one sorted sequence that is being merged.
type run struct {
	mem  []footfall.Step
	r    *bufio.Reader
	cur  footfall.Step
	rank int
}

func (r *run) next() (bool, error) {
	if r.r == nil {
		if len(r.mem) == 0 {
			return false, nil
		}
		r.cur, r.mem = r.mem[0], r.mem[1:]
		return true, nil
	}
	p := unsafe.Slice((*byte)(unsafe.Pointer(&r.cur)), stepSize)
	if _, err := io.ReadFull(r.r, p); err != nil {
		if errors.Is(err, io.EOF) {
			return false, nil
		}
		return false, fmt.Errorf("engine: reading spilled steps: %w", err)
	}
	return true, nil
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

// merged yields every step once, in order. It may be called once. The pointer is good until
// the next step; an error is kept in s.err.
func (s *sorter) merged() iter.Seq[*footfall.Step] {
	return func(yield func(*footfall.Step) bool) {
		s.sort()
		if len(s.runs) == 0 {
			for i := range s.buf {
				if !yield(&s.buf[i]) {
					return
				}
			}
			return
		}
		h := s.open()
		heap.Init(h)
		for h.Len() > 0 && s.err == nil {
			top := h.list[0]
			if !yield(&top.cur) {
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
	for i, f := range s.runs {
		if _, err := f.Seek(0, io.SeekStart); err != nil {
			s.err = fmt.Errorf("engine: reading spilled steps: %w", err)
			return h
		}
		// Few runs are read in big pieces; many share the same memory.
		size := min(max(mergeMemory/len(s.runs), 16<<10), 256<<10)
		add(&run{r: bufio.NewReaderSize(f, size), rank: i})
	}
	add(&run{mem: s.buf, rank: len(s.runs)})
	return h
}
