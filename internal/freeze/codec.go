package freeze

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"reflect"
	"strings"
	"unsafe"
)

// An op is how the values of a type are written.
type op uint8

const (
	opBulk op = iota // as they lie in memory: no pointers in them
	opString
	opSlice
	opArray
	opStruct
	opPointer
	opMap
	opInterface
	opKeep
)

// A codec writes and reads the values of one type.
type codec struct {
	t      reflect.Type
	op     op
	elem   *codec // of slices, arrays, pointers; values of maps
	key    *codec
	fields []field
	size   uintptr
	thawed bool
	named  bool   // a pointer to what must be known by name
	print  uint64 // fingerprint, of the types of roots
	leads  bool   // to numbers; see lead

	// Of opBulk, within one value:
	gaps    [][2]uintptr // bytes that belong to no field
	bools   []uintptr
	numbers []uintptr // those that Rename gives other values
}

type field struct {
	off uintptr
	c   *codec
}

var thawerType = reflect.TypeFor[thawer]()

func (s *Shared) codec(t reflect.Type) (*codec, error) {
	if c := s.codecs[t]; c != nil {
		return c, nil
	}
	c := &codec{t: t, size: t.Size(), thawed: reflect.PointerTo(t).Implements(thawerType)}
	s.codecs[t] = c
	err := s.fill(c)
	return c, err
}

func (s *Shared) fill(c *codec) (err error) {
	t := c.t
	if s.keep[t] || t.Kind() == reflect.Func {
		c.op = opKeep
		return nil
	}
	if s.bulk(c, t, 0) {
		c.op = opBulk
		return nil
	}
	c.gaps, c.bools, c.numbers = nil, nil, nil
	switch t.Kind() {
	case reflect.String:
		c.op = opString
	case reflect.Slice:
		c.op = opSlice
		c.elem, err = s.codec(t.Elem())
	case reflect.Array:
		c.op = opArray
		c.elem, err = s.codec(t.Elem())
	case reflect.Pointer:
		c.op = opPointer
		if c.elem, err = s.codec(t.Elem()); s.only[t.Elem()] {
			c.named, err = true, nil // it is never looked into
		}
	case reflect.Map:
		c.op = opMap
		if c.key, err = s.codec(t.Key()); err != nil {
			return err
		}
		if c.key.op != opBulk && c.key.op != opString && !flat(c.key) {
			return fmt.Errorf("freeze: %v has keys that have no order of their own", t)
		}
		c.elem, err = s.codec(t.Elem())
	case reflect.Interface:
		c.op = opInterface
	case reflect.Struct:
		c.op = opStruct
		for i := range t.NumField() {
			f := t.Field(i)
			if madeAnew(f) {
				continue
			}
			fc, err := s.codec(f.Type)
			if err != nil {
				return fmt.Errorf("%w (in %v.%s)", err, t, f.Name)
			}
			if f.Type.Size() > 0 {
				c.fields = append(c.fields, field{f.Offset, fc})
			}
		}
	default:
		return fmt.Errorf("freeze: a %v cannot be written", t)
	}
	return err
}

// madeAnew reports whether a field is left out: its owner's Thawed makes it.
func madeAnew(f reflect.StructField) bool { return f.Tag.Get("freeze") == "-" }

// flat reports whether a key is made of strings and plain values.
func flat(c *codec) bool {
	switch c.op {
	case opBulk, opString:
		return true
	case opArray:
		return flat(c.elem)
	case opStruct:
		for _, f := range c.fields {
			if !flat(f.c) {
				return false
			}
		}
		return true
	}
	return false
}

// bulk notes the parts of a type without pointers, at off within the value.
func (s *Shared) bulk(c *codec, t reflect.Type, off uintptr) bool {
	if s.keep[t] {
		return false
	}
	switch t.Kind() {
	case reflect.Bool:
		c.bools = append(c.bools, off)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64,
		reflect.Float32, reflect.Float64, reflect.Complex64, reflect.Complex128:
		if t == s.number {
			c.numbers = append(c.numbers, off)
		}
	case reflect.Array:
		n := t.Len()
		if n == 0 {
			return true
		}
		var one codec
		if !s.bulk(&one, t.Elem(), 0) {
			return false
		}
		if len(one.gaps)+len(one.bools)+len(one.numbers) > 0 {
			for i := range uintptr(n) {
				s.bulk(c, t.Elem(), off+i*t.Elem().Size())
			}
		}
	case reflect.Struct:
		at := uintptr(0)
		for i := range t.NumField() {
			f := t.Field(i)
			if f.Offset > at {
				c.gaps = append(c.gaps, [2]uintptr{off + at, off + f.Offset})
			}
			if madeAnew(f) || !s.bulk(c, f.Type, off+f.Offset) {
				return false
			}
			at = f.Offset + f.Type.Size()
		}
		if t.Size() > at {
			c.gaps = append(c.gaps, [2]uintptr{off + at, off + t.Size()})
		}
	default:
		return false
	}
	return true
}

// printed computes the fingerprint of a root's type: what it is made of, down
// to where each field lies.
func (c *codec) printed(s *Shared) {
	if c.print != 0 {
		return
	}
	h := fnv.New64a()
	seen := map[*codec]bool{}
	var one uint16 = 1
	fmt.Fprintf(h, "%d %d\n", *(*byte)(unsafe.Pointer(&one)), unsafe.Sizeof(uintptr(0)))
	todo := []*codec{c}
	for len(todo) > 0 {
		c := todo[0]
		todo = todo[1:]
		if c == nil || seen[c] {
			continue
		}
		seen[c] = true
		fmt.Fprintf(h, "%v %v %d %d\n", c.t, c.t.Kind(), c.op, c.size)
		if c.named {
			continue
		}
		describe(h, c.t, c.op == opBulk)
		todo = append(todo, c.elem, c.key)
		for _, f := range c.fields {
			todo = append(todo, f.c)
		}
	}
	c.print = h.Sum64() | 1
}

func describe(h interface{ Write([]byte) (int, error) }, t reflect.Type, whole bool) {
	switch t.Kind() {
	case reflect.Array:
		if whole {
			describe(h, t.Elem(), whole)
		}
	case reflect.Struct:
		for i := range t.NumField() {
			f := t.Field(i)
			fmt.Fprintf(h, " %s %v %d\n", f.Name, f.Type, f.Offset)
			if whole {
				describe(h, f.Type, whole)
			}
		}
	}
}

func bytesAt(p unsafe.Pointer, n uintptr) []byte { return unsafe.Slice((*byte)(p), n) }

// A header is a slice's.
type header struct {
	data     unsafe.Pointer
	len, cap int
}

func (c *codec) write(e *writer, p unsafe.Pointer) error {
	switch c.op {
	case opBulk:
		e.bulk(c, p, 1)
	case opString:
		s := *(*string)(p)
		e.buf = append(binary.AppendUvarint(e.buf, uint64(len(s))), s...)
	case opSlice:
		return e.slice(c, (*header)(p))
	case opArray:
		for i := range uintptr(c.t.Len()) {
			if err := c.elem.write(e, unsafe.Add(p, i*c.elem.size)); err != nil {
				return err
			}
		}
	case opStruct:
		for _, f := range c.fields {
			if err := f.c.write(e, unsafe.Add(p, f.off)); err != nil {
				return err
			}
		}
	case opPointer:
		return e.pointer(c, *(*unsafe.Pointer)(p))
	case opMap:
		return e.table(c, reflect.NewAt(c.t, p).Elem())
	case opInterface:
		return e.held(c, reflect.NewAt(c.t, p).Elem())
	case opKeep:
		v := byte(1)
		if reflect.NewAt(c.t, p).Elem().IsZero() {
			v = 0
		}
		e.buf = append(e.buf, v)
	}
	return nil
}

// bulk writes n values that lie side by side, with nothing between fields.
func (e *writer) bulk(c *codec, p unsafe.Pointer, n int) {
	at := len(e.buf)
	e.buf = append(e.buf, bytesAt(p, c.size*uintptr(n))...)
	if len(c.gaps) == 0 {
		return
	}
	for i := range n {
		v := e.buf[at+i*int(c.size):]
		for _, g := range c.gaps {
			clear(v[g[0]:g[1]])
		}
	}
}

func (e *writer) slice(c *codec, h *header) error {
	if h.data == nil {
		e.buf = append(e.buf, 0)
		return nil
	}
	e.buf = binary.AppendUvarint(e.buf, uint64(h.len)+1)
	e.note(h.data, c.t, uintptr(h.len)*c.elem.size)
	if c.elem.op == opBulk {
		e.bulk(c.elem, h.data, h.len)
		return nil
	}
	for i := range uintptr(h.len) {
		if err := c.elem.write(e, unsafe.Add(h.data, i*c.elem.size)); err != nil {
			return err
		}
	}
	return nil
}

// Codes of a pointer; above them stand the numbers of values.
const (
	codeNil = iota
	codeNamed
	codes
)

func (e *writer) pointer(c *codec, at unsafe.Pointer) error {
	if at == nil {
		e.buf = append(e.buf, codeNil)
		return nil
	}
	if c.named {
		name, ok := e.s.byAddr[place{at, c.elem.t}]
		if !ok {
			return fmt.Errorf("freeze: a pointer to a %v that has no name", c.elem.t)
		}
		e.buf = append(e.buf, codeNamed)
		e.buf = append(binary.AppendUvarint(e.buf, uint64(len(name))), name...)
		return nil
	}
	p := met{at, c.elem}
	id, ok := e.ids[p]
	if !ok {
		id = uint64(len(e.ids))
		e.ids[p] = id
	}
	e.buf = binary.AppendUvarint(e.buf, id+codes)
	if ok {
		return nil
	}
	e.note(at, c.elem.t, c.elem.size)
	if e.depth >= deep {
		e.todo = append(e.todo, object{at, c.elem})
		return nil
	}
	e.depth++
	err := c.elem.write(e, at)
	e.depth--
	if err == nil && len(e.buf) > 1<<20 {
		err = e.flush()
	}
	return err
}

// held writes what an interface holds: the name of its type, then it.
func (e *writer) held(_ *codec, v reflect.Value) error {
	if v.IsNil() {
		e.buf = append(e.buf, 0)
		return nil
	}
	in := v.Elem()
	name := in.Type().String()
	if e.s.ifaces[name] != in.Type() {
		return fmt.Errorf("freeze: an interface holds a %v, which has no name", in.Type())
	}
	e.buf = append(binary.AppendUvarint(e.buf, uint64(len(name))), name...)
	c, err := e.s.codec(in.Type())
	if err != nil {
		return err
	}
	tmp := reflect.New(in.Type())
	tmp.Elem().Set(in)
	return c.write(e, tmp.UnsafePointer())
}

func (c *codec) read(d *reader, p unsafe.Pointer) {
	if d.err != nil {
		return
	}
	switch c.op {
	case opBulk:
		d.bulk(c, p, 1)
	case opString:
		*(*string)(p) = d.text(d.uvarint())
	case opSlice:
		d.slice(c, p)
	case opArray:
		for i := range uintptr(c.t.Len()) {
			c.elem.read(d, unsafe.Add(p, i*c.elem.size))
		}
	case opStruct:
		for _, f := range c.fields {
			f.c.read(d, unsafe.Add(p, f.off))
		}
	case opPointer:
		d.pointer(c, p)
	case opMap:
		d.table(c, reflect.NewAt(c.t, p).Elem())
	case opInterface:
		d.held(reflect.NewAt(c.t, p).Elem())
	case opKeep:
		if had := d.bytes(1)[0] != 0; had && reflect.NewAt(c.t, p).Elem().IsZero() {
			d.fail(fmt.Errorf("freeze: a %v is of the process that wrote the snapshot", c.t))
		}
	}
}

// bulk reads n values that lie side by side.
func (d *reader) bulk(c *codec, p unsafe.Pointer, n int) {
	if c.size == 0 {
		return
	}
	d.full(bytesAt(p, c.size*uintptr(n)))
	if len(c.bools)+len(c.numbers) == 0 || d.err != nil {
		return
	}
	for i := range uintptr(n) {
		v := unsafe.Add(p, i*c.size)
		for _, off := range c.bools {
			if b := (*byte)(unsafe.Add(v, off)); *b > 1 {
				*b = 1
				d.fail(errDamage)
			}
		}
		for _, off := range c.numbers {
			x := (*uint32)(unsafe.Add(v, off))
			to, ok := d.s.rename(*x)
			if *x = to; !ok {
				d.fail(errDamage)
			}
		}
	}
}

// text reads a string: memory is taken as its bytes come.
func (d *reader) text(n uint64) string {
	const part = 1 << 16
	if n <= part {
		p := make([]byte, n)
		d.full(p)
		return unsafe.String(unsafe.SliceData(p), len(p))
	}
	var b strings.Builder
	for n > 0 && d.err == nil {
		p := make([]byte, min(n, part))
		d.full(p)
		b.Write(p)
		n -= uint64(len(p))
	}
	return b.String()
}

// slice reads into the slice that is there when it has the length: what New
// of its owner put into it stays. Memory is taken as values come.
func (d *reader) slice(c *codec, p unsafe.Pointer) {
	n := d.uvarint()
	have := (*header)(p)
	if n == 0 {
		*have = header{}
		return
	}
	if n--; n > 1<<40 || c.elem.size == 0 && n > 1<<20 {
		d.fail(errDamage)
		return
	}
	if have.data == nil || uint64(have.len) != n || c.elem.op == opBulk || d.claimed[have.data] && n > 0 {
		d.fresh(c, p, int(n))
		return
	}
	if n > 0 && c.elem.size > 0 {
		d.claimed[have.data] = true
	}
	for i := range uintptr(n) {
		c.elem.read(d, unsafe.Add(have.data, i*c.elem.size))
	}
}

func (d *reader) fresh(c *codec, p unsafe.Pointer, n int) {
	const first = 64 << 10 // bytes
	room := min(n, max(1, first/int(max(c.elem.size, 1))))
	v := reflect.MakeSlice(c.t, room, room)
	for at := 0; ; {
		data := v.UnsafePointer()
		if c.elem.op == opBulk {
			d.bulk(c.elem, unsafe.Add(data, uintptr(at)*c.elem.size), room-at)
		} else {
			for i := at; i < room && d.err == nil; i++ {
				c.elem.read(d, unsafe.Add(data, uintptr(i)*c.elem.size))
			}
		}
		if d.err != nil || room == n {
			break
		}
		at, room = room, min(n, 4*room)
		w := reflect.MakeSlice(c.t, room, room)
		reflect.Copy(w, v)
		v = w
	}
	reflect.NewAt(c.t, p).Elem().Set(v)
}

// most is how much memory may be taken before the bytes that fill it come.
const most = 1 << 20

func (d *reader) pointer(c *codec, p unsafe.Pointer) {
	at := (*unsafe.Pointer)(p)
	code := d.uvarint()
	if d.err != nil {
		return
	}
	switch {
	case code == codeNil:
		*at = nil
		return
	case code == codeNamed:
		name := d.text(min(d.uvarint(), 1<<12))
		x, ok := d.s.byName[name]
		if d.err == nil && (!ok || x.t != c.elem.t) {
			d.fail(fmt.Errorf("freeze: the snapshot names %q, which this run does not have", name))
			return
		}
		*at = x.at
		return
	case c.named || code-codes > uint64(len(d.objs)):
		d.fail(errDamage)
		return
	}
	if id := code - codes; id < uint64(len(d.objs)) {
		o := d.objs[id]
		if o.c.t != c.elem.t {
			d.fail(errDamage)
			return
		}
		*at = o.at
		return
	}
	if *at == nil || d.claimed[*at] {
		if d.owed += int64(c.elem.size); d.owed > most+64*d.got {
			d.fail(errDamage)
			return
		}
		d.owed -= int64(c.elem.size)
		*at = reflect.New(c.elem.t).UnsafePointer()
	} else {
		d.claimed[*at] = true
	}
	o := object{*at, c.elem}
	d.objs = append(d.objs, o)
	if d.depth >= deep {
		d.todo, d.owed = append(d.todo, o), d.owed+int64(c.elem.size)
		return
	}
	d.owed += int64(c.elem.size)
	d.depth++
	c.elem.read(d, *at)
	d.depth--
	d.owed -= int64(c.elem.size)
}

func (d *reader) held(v reflect.Value) {
	n := d.uvarint()
	if n == 0 || d.err != nil {
		v.SetZero()
		return
	}
	name := d.text(min(n, 1<<12))
	t := d.s.ifaces[name]
	if t == nil || !t.Implements(v.Type()) {
		d.fail(errDamage)
		return
	}
	c, err := d.s.codec(t)
	if err != nil {
		d.fail(err)
		return
	}
	tmp := reflect.New(t)
	if !v.IsNil() && v.Elem().Type() == t {
		tmp.Elem().Set(v.Elem())
	}
	if d.depth++; d.depth > 4*deep {
		d.fail(errDamage)
		return
	}
	c.read(d, tmp.UnsafePointer())
	d.depth--
	v.Set(tmp.Elem())
}
