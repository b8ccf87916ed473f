package read

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/footfall/footfall"
)

// cached is how many chunks At keeps.
const cached = 8

// At returns a chunk again. It is not to be released, and not to be changed:
// others may get the same. The error says that the input is gone or changed.
func (s *Source) At(input, chunk uint32) (*footfall.Chunk, error) {
	s.mu.Lock()
	for _, c := range s.cache {
		if c.Input.Index == int(input) && c.Index == int(chunk) {
			s.mu.Unlock()
			return c, nil
		}
	}
	s.mu.Unlock()
	var found *footfall.Chunk
	err := s.Many(map[uint32][]uint32{input: {chunk}}, func(c *footfall.Chunk) {
		data := bytes.Clone(c.Data)
		found = &footfall.Chunk{Input: c.Input, Index: c.Index, Offset: c.Offset, Header: c.Header, Data: data[:len(data):len(data)]}
	})
	if err != nil {
		return nil, err
	}
	if found == nil {
		return nil, fmt.Errorf("read: chunk %d of input %d is not there", chunk, input)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cache = append(s.cache, found); len(s.cache) > cached {
		s.cache = slices.Delete(s.cache, 0, 1)
	}
	return found, nil
}

// Many visits chunks again, refs being their sorted numbers by input, in the
// order of inputs and chunks; each file is passed over once. A chunk is good
// during the visit only, which must not ask for others itself. What cannot be
// found is told by the error, and the rest is visited all the same.
func (s *Source) Many(refs map[uint32][]uint32, visit func(*footfall.Chunk)) error {
	inputs := make([]uint32, 0, len(refs))
	for i := range refs {
		inputs = append(inputs, i)
	}
	slices.Sort(inputs)
	var errs []error
	for len(inputs) > 0 {
		first, n := s.entry(inputs[0]), 1
		if first == nil {
			errs = append(errs, fmt.Errorf("read: there is no input %d", inputs[0]))
			inputs = inputs[1:]
			continue
		}
		for n < len(inputs) && s.entry(inputs[n]) != nil && s.entry(inputs[n]).o == first.o {
			n++
		}
		if err := s.again(first.o, inputs[:n], refs, visit); err != nil {
			errs = append(errs, fmt.Errorf("read: %s: %w", first.in.Path, err))
		}
		inputs = inputs[n:]
	}
	return errors.Join(errs...)
}

func (s *Source) entry(i uint32) *entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	if int(i) >= len(s.entries) {
		return nil
	}
	return s.entries[i]
}

// again visits chunks of inputs of one file.
func (s *Source) again(o *outer, inputs []uint32, refs map[uint32][]uint32, visit func(*footfall.Chunk)) error {
	if err := o.unchanged(); err != nil {
		return err
	}
	if e := s.entry(inputs[0]); e.direct {
		return s.fromFile(e, refs[inputs[0]], visit)
	}
	v := &rereader{s: s, refs: refs, visit: visit, left: len(inputs)}
	only := tops{}
	first, last := s.entry(inputs[0]), s.entry(inputs[len(inputs)-1])
	if first.top != all && last.top != all {
		only = tops{first.top, last.top + 1}
	}
	v.next = uint32(s.start(first, only != tops{}))
	err := s.visit(context.Background(), o, only, nil, v)
	if errors.Is(err, errFound) {
		err = nil
	}
	if err == nil && v.left > 0 {
		err = errors.New("not all of its records are found again")
	}
	return err
}

// start returns the index of the first entry that a visit to all of the file of
// e meets, or to its place in a zip.
func (s *Source) start(e *entry, place bool) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := e.in.Index
	for i > 0 && s.entries[i-1].o == e.o && (!place || s.entries[i-1].top == e.top) {
		i--
	}
	return i
}

// unchanged says whether the file is what it was. One that only grew is.
func (o *outer) unchanged() error {
	if o.spooled != nil {
		return nil
	}
	info, err := os.Stat(o.path)
	switch {
	case err != nil:
		return errors.New("gone since it was read: " + cause(err))
	case !os.SameFile(info, o.info), info.Size() < o.size,
		info.Size() == o.size && !info.ModTime().Equal(o.info.ModTime()):
		return errors.New("changed since it was read")
	}
	return nil
}

// fromFile reads chunks of a file that is no archive.
func (s *Source) fromFile(e *entry, chunks []uint32, visit func(*footfall.Chunk)) error {
	f, err := e.o.open()
	if err != nil {
		return errors.New(cause(err))
	}
	defer f.Close()
	var buf []byte
	for _, k := range chunks {
		if int(k) >= len(e.places) {
			return fmt.Errorf("chunk %d is not there", k)
		}
		p := e.places[k]
		buf = slices.Grow(buf[:0], p.size)[:p.size]
		if n, err := f.ReadAt(buf, p.offset); n < p.size {
			return fmt.Errorf("at offset %d: %s", p.offset, cause(err))
		}
		visit(&footfall.Chunk{Input: &e.in, Index: int(k), Offset: p.offset, Data: buf, Header: e.headOf(p)})
	}
	return nil
}

// A rereader is the visitor that finds chunks again in what has no direct way.
type rereader struct {
	s     *Source
	refs  map[uint32][]uint32
	visit func(*footfall.Chunk)
	next  uint32 // index of the next entry
	left  int    // inputs with chunks that were not found yet
}

// errFound ends a visit when all was found.
var errFound = errors.New("read: found")

func (v *rereader) trouble(string, int, string, int64, string) { v.next++ }

func (v *rereader) leaf(n *node, r io.Reader) error {
	index := v.next
	v.next++
	want := v.refs[index]
	if len(want) == 0 {
		return nil
	}
	e := v.s.entry(index)
	if e == nil || e.in.Path != n.path {
		return errors.New("changed since it was read")
	}
	st, err := v.s.open(&e.in, r)
	if err != nil {
		return err
	}
	st.plan(e.format)
	if len(e.shared) > 0 {
		st.header = e.shared
	}
	err = st.chunks(func(c *footfall.Chunk) error {
		if len(want) > 0 && c.Index == int(want[0]) {
			v.visit(c)
			want = want[1:]
		}
		v.s.Release(c)
		if len(want) == 0 {
			return errFound
		}
		return nil
	}, func(int64, string) {})
	if len(want) == 0 {
		if v.left--; v.left == 0 {
			return errFound
		}
		return nil
	}
	if err == nil || errors.Is(err, io.EOF) {
		err = errors.New("not all of its records are found again")
	}
	return err
}
