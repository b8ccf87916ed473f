// Package freeze writes graphs of Go values and reads them back: unexported
// fields, pointers with their identity, cycles, maps in the order of their
// keys. In go pointers to values, the roots; reading fills fresh roots of the
// same build so that they are equal to the written ones. What belongs to the
// process and not to the state (functions, tables, rules) is kept or found by
// name. A stream that is damaged, or another build's, gives an error.
package freeze

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"reflect"
	"slices"
	"unsafe"
)

// A Shared says what is not written but found again in the process that reads.
type Shared struct {
	byAddr map[place]string
	byName map[string]place
	only   map[reflect.Type]bool // pointers to these must be known by name
	keep   map[reflect.Type]bool
	ifaces map[string]reflect.Type
	number reflect.Type
	rename func(uint32) (uint32, bool)
	// Strict makes Write fail when two values share memory without being one:
	// a pointer into a slice, two different parts of one array. For tests.
	Strict bool

	codecs map[reflect.Type]*codec
}

// A place is a value in memory: a struct and its first field have one address
// and two types.
type place struct {
	at unsafe.Pointer
	t  reflect.Type
}

// NewShared returns an empty Shared.
func NewShared() *Shared {
	return &Shared{
		byAddr: map[place]string{}, byName: map[string]place{}, only: map[reflect.Type]bool{}, keep: map[reflect.Type]bool{},
		ifaces: map[string]reflect.Type{}, codecs: map[reflect.Type]*codec{},
	}
}

// Add names what a pointer points to. All pointers to values of this type must
// be named then. Of two with one name the first counts, and the other is
// another one by a number behind it.
func (s *Shared) Add(name string, ptr any) {
	v := reflect.ValueOf(ptr)
	p := place{v.UnsafePointer(), v.Type().Elem()}
	if _, ok := s.byAddr[p]; ok {
		return
	}
	full := name
	for n := 2; s.byName[full] != (place{}); n++ {
		full = fmt.Sprintf("%s#%d", name, n)
	}
	s.byAddr[p], s.byName[full] = full, p
	s.only[p.t] = true
}

// Keep leaves values of the types of these as they are where they are read
// into. Functions are always kept.
func (s *Shared) Keep(values ...any) {
	for _, v := range values {
		s.keep[reflect.TypeOf(v)] = true
	}
}

// Rename gives numbers of the type of v, which is a uint32, other values when
// they are read: they stand for what has other numbers in another process.
func (s *Shared) Rename(v any, f func(uint32) (uint32, bool)) {
	s.number, s.rename = reflect.TypeOf(v), f
}

// Concrete names a type that interfaces may hold.
func (s *Shared) Concrete(v any) {
	t := reflect.TypeOf(v)
	s.ifaces[t.String()] = t
}

const magic = "FFZ1"

// errs that name no place of the stream.
var (
	errMagic  = errors.New("freeze: this is no snapshot")
	errBuild  = errors.New("freeze: the snapshot is of another build: its types differ")
	errDamage = errors.New("freeze: the snapshot is damaged")
)

// Write writes what the roots, which are pointers, lead to.
func Write(w io.Writer, s *Shared, roots ...any) error {
	e := &writer{s: s, ids: map[met]uint64{}, w: bufio.NewWriterSize(w, 1<<20)}
	e.buf = append(e.buf, magic...)
	list, err := s.roots(roots)
	if err != nil {
		return err
	}
	for _, r := range list {
		e.buf = binary.LittleEndian.AppendUint64(e.buf, r.c.print)
	}
	for i, r := range list {
		e.ids[met(r)] = uint64(i)
	}
	for _, r := range list {
		if err := e.content(r); err != nil {
			return err
		}
	}
	if err := e.flush(); err != nil {
		return err
	}
	if s.Strict {
		if err := e.overlaps(); err != nil {
			return err
		}
	}
	sum := binary.LittleEndian.AppendUint32(nil, e.sum)
	if _, err := e.w.Write(sum); err != nil {
		return err
	}
	return e.w.Flush()
}

// An object is a value that was met and whose content is to follow.
type object struct {
	at unsafe.Pointer
	c  *codec
}

func (s *Shared) roots(roots []any) ([]object, error) {
	list := make([]object, len(roots))
	for i, r := range roots {
		v := reflect.ValueOf(r)
		if v.Kind() != reflect.Pointer || v.IsNil() {
			return nil, fmt.Errorf("freeze: root %d is a %T, not a pointer", i, r)
		}
		c, err := s.codec(v.Type().Elem())
		if err != nil {
			return nil, err
		}
		c.printed(s)
		list[i] = object{v.UnsafePointer(), c}
	}
	return list, nil
}

// A met is a value that has a number.
type met struct {
	at unsafe.Pointer
	c  *codec
}

type writer struct {
	s     *Shared
	w     *bufio.Writer
	buf   []byte
	sum   uint32
	ids   map[met]uint64
	todo  []object
	depth int
	spans []span // Strict
}

type span struct {
	from, to uintptr
	t        reflect.Type
}

// flush gives the buffer on. Keys of maps, which are sorted first, do not call it.
func (e *writer) flush() error {
	e.sum = crc32.Update(e.sum, castagnoli, e.buf)
	_, err := e.w.Write(e.buf)
	e.buf = e.buf[:0]
	return err
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// content writes a root and what waited in it.
func (e *writer) content(r object) error {
	e.note(r.at, r.c.t, r.c.t.Size())
	if err := r.c.write(e, r.at); err != nil {
		return err
	}
	for len(e.todo) > 0 {
		o := e.todo[0]
		if e.todo = e.todo[1:]; len(e.todo) == 0 {
			e.todo = nil
		}
		if err := o.c.write(e, o.at); err != nil {
			return err
		}
		if len(e.buf) > 1<<20 {
			if err := e.flush(); err != nil {
				return err
			}
		}
	}
	return nil
}

func (e *writer) note(at unsafe.Pointer, t reflect.Type, n uintptr) {
	if e.s.Strict && n > 0 {
		e.spans = append(e.spans, span{uintptr(at), uintptr(at) + n, t})
	}
}

func (e *writer) overlaps() error {
	slices.SortFunc(e.spans, func(a, b span) int {
		switch {
		case a.from < b.from:
			return -1
		case a.from > b.from:
			return 1
		}
		return 0
	})
	for i := 1; i < len(e.spans); i++ {
		a, b := e.spans[i-1], e.spans[i]
		if a.from == b.from && a.t == b.t && a.t.Kind() == reflect.Slice {
			continue // a shorter slice that was kept while the longer one grew
		}
		if b.from < a.to {
			return fmt.Errorf("freeze: a %v and a %v share memory", a.t, b.t)
		}
	}
	return nil
}

// deep is how many values may lie in each other before one waits: lists are
// longer than a stack.
const deep = 200

// Read fills the roots, which are pointers to values as new, with what Write
// wrote of such roots. After an error they are not to be used.
func Read(r io.Reader, s *Shared, roots ...any) error {
	list, err := s.roots(roots)
	if err != nil {
		return err
	}
	d := &reader{s: s, r: bufio.NewReaderSize(r, 1<<20), claimed: map[unsafe.Pointer]bool{}}
	if head := d.bytes(len(magic)); d.err != nil || string(head) != magic {
		return errMagic
	}
	for _, r := range list {
		if head := d.bytes(8); d.err == nil && binary.LittleEndian.Uint64(head) != r.c.print {
			return fmt.Errorf("%w (%v)", errBuild, r.c.t)
		}
	}
	d.objs = append(d.objs, list...)
	for _, o := range list {
		d.claimed[o.at] = true
	}
	for _, o := range list {
		o.c.read(d, o.at)
		for len(d.todo) > 0 && d.err == nil {
			o := d.todo[0]
			d.todo, d.owed = d.todo[1:], d.owed-int64(o.c.t.Size())
			o.c.read(d, o.at)
		}
	}
	sum := d.sum
	if tail := d.bytes(4); d.err == nil && binary.LittleEndian.Uint32(tail) != sum {
		d.err = errDamage
	}
	for i := 0; i < len(d.objs) && d.err == nil; i++ {
		if o := d.objs[i]; o.c.thawed {
			if err := reflect.NewAt(o.c.t, o.at).Interface().(thawer).Thawed(); err != nil {
				d.fail(err)
			}
		}
	}
	return d.err
}

// A thawer checks what was read into it: what it takes for granted of itself.
// It makes its fields anew that the tag `freeze:"-"` leaves out.
type thawer interface{ Thawed() error }

type reader struct {
	s       *Shared
	r       *bufio.Reader
	err     error
	sum     uint32
	got     int64 // bytes
	owed    int64 // bytes of values that were made and not yet read
	small   [16]byte
	objs    []object
	todo    []object
	claimed map[unsafe.Pointer]bool // values of the roots that were taken
	depth   int
}

func (d *reader) fail(err error) {
	if d.err == nil {
		d.err = err
	}
}

// bytes reads a few bytes. They are good until the next call.
func (d *reader) bytes(n int) []byte {
	p := d.small[:n]
	d.full(p)
	return p
}

func (d *reader) full(p []byte) {
	if d.err != nil {
		clear(p)
		return
	}
	if _, err := io.ReadFull(d.r, p); err != nil {
		clear(p)
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			err = errDamage
		}
		d.fail(err)
		return
	}
	d.sum = crc32.Update(d.sum, castagnoli, p)
	d.got += int64(len(p))
}

func (d *reader) uvarint() uint64 {
	var v uint64
	for i := 0; i < binary.MaxVarintLen64; i++ {
		b, err := d.r.ReadByte()
		if err != nil || d.err != nil {
			d.fail(errDamage)
			return 0
		}
		d.small[i] = b
		v |= uint64(b&0x7f) << (7 * i)
		if b < 0x80 {
			d.sum = crc32.Update(d.sum, castagnoli, d.small[:i+1])
			d.got += int64(i + 1)
			return v
		}
	}
	d.fail(errDamage)
	return 0
}
