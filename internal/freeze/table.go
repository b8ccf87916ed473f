package freeze

import (
	"bytes"
	"encoding/binary"
	"reflect"
	"slices"
	"unsafe"
)

// table writes a map in the order of its keys as they are written.
func (e *writer) table(c *codec, m reflect.Value) error {
	if m.IsNil() {
		e.buf = append(e.buf, 0)
		return nil
	}
	n := m.Len()
	e.buf = binary.AppendUvarint(e.buf, uint64(n)+1)
	if n == 0 {
		return nil
	}
	if c.key.op == opBulk && c.elem.op == opBulk {
		return e.plain(c, m)
	}
	type pair struct {
		from, to int // of its key
		val      unsafe.Pointer
	}
	pairs := make([]pair, 0, n)
	vals := reflect.MakeSlice(reflect.SliceOf(c.t.Elem()), n, n)
	k := reflect.New(c.t.Key())
	it := m.MapRange()
	var keys []byte
	held := e.buf
	for it.Next() {
		k.Elem().SetIterKey(it)
		e.buf = keys
		at := len(keys)
		if err := c.key.write(e, k.UnsafePointer()); err != nil {
			return err
		}
		keys = e.buf
		v := vals.Index(len(pairs))
		v.SetIterValue(it)
		pairs = append(pairs, pair{at, len(keys), v.Addr().UnsafePointer()})
	}
	e.buf = held
	slices.SortFunc(pairs, func(a, b pair) int { return bytes.Compare(keys[a.from:a.to], keys[b.from:b.to]) })
	for _, p := range pairs {
		e.buf = append(e.buf, keys[p.from:p.to]...)
		if err := c.elem.write(e, p.val); err != nil {
			return err
		}
	}
	return nil
}

// plain writes a map without pointers: entries of one length, sorted as they are.
func (e *writer) plain(c *codec, m reflect.Value) error {
	size := int(c.key.size + c.elem.size)
	k, v := reflect.New(c.t.Key()), reflect.New(c.t.Elem())
	start := len(e.buf)
	order := make([]int, 0, m.Len())
	for it := m.MapRange(); it.Next(); {
		k.Elem().SetIterKey(it)
		v.Elem().SetIterValue(it)
		order = append(order, len(e.buf)-start)
		e.bulk(c.key, k.UnsafePointer(), 1)
		e.bulk(c.elem, v.UnsafePointer(), 1)
	}
	all := bytes.Clone(e.buf[start:])
	ks := int(c.key.size)
	slices.SortFunc(order, func(a, b int) int { return bytes.Compare(all[a:a+ks], all[b:b+ks]) })
	e.buf = e.buf[:start]
	for _, at := range order {
		e.buf = append(e.buf, all[at:at+size]...)
	}
	return nil
}

func (d *reader) table(c *codec, m reflect.Value) {
	n := d.uvarint()
	if n == 0 || d.err != nil {
		m.SetZero()
		return
	}
	n--
	t := reflect.MakeMapWithSize(c.t, int(min(n, 1<<12)))
	k, v := reflect.New(c.t.Key()), reflect.New(c.t.Elem())
	for i := uint64(0); i < n && d.err == nil; i++ {
		k.Elem().SetZero()
		v.Elem().SetZero()
		c.key.read(d, k.UnsafePointer())
		c.elem.read(d, v.UnsafePointer())
		if d.err == nil {
			t.SetMapIndex(k.Elem(), v.Elem())
		}
		if uint64(t.Len()) != i+1 {
			d.fail(errDamage) // a key twice, or none
		}
	}
	m.Set(t)
}
