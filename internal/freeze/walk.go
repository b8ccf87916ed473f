package freeze

import (
	"reflect"
	"unsafe"
)

// Numbers shows visit every number (see Rename) that the roots lead to, some
// more than once. What Write would leave out is left out.
func Numbers(s *Shared, visit func(uint32), roots ...any) error {
	list, err := s.roots(roots)
	if err != nil {
		return err
	}
	s.lead()
	w := &walker{s: s, visit: visit, met: map[met]bool{}}
	for _, r := range list {
		w.met[met(r)] = true
	}
	for _, r := range list {
		if err := w.walk(r.c, r.at); err != nil {
			return err
		}
		for len(w.pending) > 0 {
			o := w.pending[len(w.pending)-1]
			w.pending = w.pending[:len(w.pending)-1]
			if err := w.walk(o.c, o.at); err != nil {
				return err
			}
		}
	}
	return nil
}

// lead notes which types lead to numbers; what an interface holds may.
func (s *Shared) lead() {
	for more := true; more; {
		more = false
		for _, c := range s.codecs {
			if c.leads || c.op == opKeep || c.named {
				continue
			}
			c.leads = len(c.numbers) > 0 || c.op == opInterface || c.elem != nil && c.elem.leads || c.key != nil && c.key.leads
			for _, f := range c.fields {
				c.leads = c.leads || f.c.leads
			}
			more = more || c.leads
		}
	}
}

type walker struct {
	s       *Shared
	visit   func(uint32)
	met     map[met]bool
	pending []object
	depth   int
}

func (w *walker) walk(c *codec, p unsafe.Pointer) error {
	if !c.leads {
		return nil
	}
	switch c.op {
	case opBulk:
		w.bulk(c, p, 1)
	case opSlice:
		h := (*header)(p)
		return w.list(c.elem, h.data, h.len)
	case opArray:
		return w.list(c.elem, p, c.t.Len())
	case opStruct:
		for _, f := range c.fields {
			if err := w.walk(f.c, unsafe.Add(p, f.off)); err != nil {
				return err
			}
		}
	case opPointer:
		return w.pointer(c, *(*unsafe.Pointer)(p))
	case opMap:
		return w.table(c, reflect.NewAt(c.t, p).Elem())
	case opInterface:
		return w.held(reflect.NewAt(c.t, p).Elem())
	}
	return nil
}

func (w *walker) bulk(c *codec, p unsafe.Pointer, n int) {
	for i := range uintptr(n) { // a pointer to behind the last one would be none
		for _, off := range c.numbers {
			w.visit(*(*uint32)(unsafe.Add(p, i*c.size+off)))
		}
	}
}

func (w *walker) list(c *codec, p unsafe.Pointer, n int) error {
	if !c.leads || n == 0 {
		return nil
	}
	if c.op == opBulk {
		w.bulk(c, p, n)
		return nil
	}
	for i := range uintptr(n) {
		if err := w.walk(c, unsafe.Add(p, i*c.size)); err != nil {
			return err
		}
	}
	return nil
}

func (w *walker) pointer(c *codec, at unsafe.Pointer) error {
	o := object{at, c.elem}
	if at == nil || w.met[met(o)] {
		return nil
	}
	w.met[met(o)] = true
	if w.depth >= deep {
		w.pending = append(w.pending, o)
		return nil
	}
	w.depth++
	err := w.walk(c.elem, at)
	w.depth--
	return err
}

func (w *walker) table(c *codec, m reflect.Value) error {
	k, v := reflect.New(c.t.Key()), reflect.New(c.t.Elem())
	for it := m.MapRange(); it.Next(); {
		if c.key.leads {
			k.Elem().SetIterKey(it)
			if err := w.walk(c.key, k.UnsafePointer()); err != nil {
				return err
			}
		}
		if c.elem.leads {
			v.Elem().SetIterValue(it)
			if err := w.walk(c.elem, v.UnsafePointer()); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *walker) held(v reflect.Value) error {
	if v.IsNil() {
		return nil
	}
	in := v.Elem()
	c := w.s.codecs[in.Type()]
	if c == nil {
		var err error
		if c, err = w.s.codec(in.Type()); err != nil {
			return err
		}
		w.s.lead()
	}
	tmp := reflect.New(in.Type())
	tmp.Elem().Set(in)
	return w.walk(c, tmp.UnsafePointer())
}
