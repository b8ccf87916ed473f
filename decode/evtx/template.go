package evtx

import (
	"bytes"
)

// Tokens of BinXml (MS-EVEN6 2.2.12). 0x40 says that attributes follow an
// element, or more of the same an attribute or a value.
const (
	tokEnd        = 0x00
	tokElement    = 0x01
	tokCloseStart = 0x02
	tokCloseEmpty = 0x03
	tokEndElement = 0x04
	tokValue      = 0x05
	tokAttribute  = 0x06
	tokCDATA      = 0x07
	tokCharRef    = 0x08
	tokEntityRef  = 0x09
	tokPITarget   = 0x0a
	tokPIData     = 0x0b
	tokTemplate   = 0x0c
	tokSub        = 0x0d
	tokOptional   = 0x0e
	tokFragment   = 0x0f
	tokMore       = 0x40
)

// A value is a substitution value: where it is in the chunk, and its type.
type value struct {
	off uint32
	n   uint16
	typ uint8
}

// fragment decodes the BinXml between pos and end into the event. It returns
// where it stopped and whether all that it read was sound.
func (d *decoder) fragment(pos, end uint32, depth int) (stop uint32, ok bool) {
	if depth > maxFragments {
		return pos, false
	}
	for pos < end {
		switch d.buf[pos] {
		case tokEnd:
			return pos, true
		case tokFragment:
			pos += 4
		case tokTemplate:
			if pos, ok = d.instance(pos+1, end, depth); !ok {
				return pos, false
			}
		default:
			// Elements without a template. Those of a whole record say on what they depend.
			m := &d.plain
			m.reset(pos, end, depth == 0)
			ok := m.run()
			d.exec(m.ops, m.parts, nil)
			if !ok || m.pos <= pos {
				return pos, false
			}
			pos = m.pos
		}
	}
	return pos, true
}

// instance runs a template over the values that follow it, and returns where
// they end.
func (d *decoder) instance(pos, end uint32, depth int) (uint32, bool) {
	// 1 byte unknown, template id, offset of the definition; when that is here, the definition.
	if end-pos < 13 || pos > end {
		return 0, false
	}
	def := le.Uint32(d.buf[pos+5:])
	pos += 9
	t := d.definition(def)
	if t == nil {
		return 0, false
	}
	if def == pos {
		pos += defHead + t.n
	}
	first := len(d.subs)
	next, fragments, ok := d.values(pos, end)
	if !ok {
		return 0, false
	}
	last := len(d.subs)
	d.exec(t.ops, t.parts, d.subs[first:last])
	for i := first; fragments > 0 && i < last; i++ {
		s := d.subs[i]
		if s.typ != typBinXML {
			continue
		}
		fragments--
		if _, ok := d.fragment(s.off, s.off+uint32(s.n), depth+1); !ok {
			return 0, false
		}
	}
	return next, !t.cut
}

// values appends the substitution values at pos to d.subs. All lie before end.
// It counts those that are BinXml.
func (d *decoder) values(pos, end uint32) (next uint32, fragments int, ok bool) {
	if pos > end || end-pos < 4 {
		return 0, 0, false
	}
	n := le.Uint32(d.buf[pos:])
	pos += 4
	if n > (end-pos)/4 || len(d.subs)+int(n) > maxSubs {
		return 0, 0, false
	}
	off := pos + 4*n
	for list := d.buf[pos:off]; len(list) >= 4; list = list[4:] {
		w := le.Uint32(list)
		v := value{off, uint16(w), uint8(w >> 16)}
		if v.typ == typBinXML {
			fragments++
		}
		d.subs = append(d.subs, v)
		off += uint32(v.n)
	}
	return off, fragments, off <= end
}

// A template is a compiled definition.
type template struct {
	n     uint32 // bytes of the definition behind its head
	ops   []op
	parts []part
	body  []byte // the definition as it was when compiled
	refs  []nameRef
	cut   bool // the definition broke off: its ops are those before
}

// A nameRef is a place in a definition that names something by its offset in
// the chunk: the one thing in which equal definitions of two chunks differ.
type nameRef struct {
	at     uint32 // in the body
	inline bool   // the name itself stands there
	raw    []byte // else the name, in UTF-16
}

// defHead is what stands before the body of a definition: next definition,
// GUID, length.
const defHead = 24

type defKey struct {
	guid [16]byte
	n    uint32
}

type defSlot struct {
	seal, off uint32
	t         *template
}

// templates keeps what was compiled, over all chunks of the input.
type templates struct {
	known map[defKey][]*template
	count int
	bytes int
}

const (
	maxTemplates     = 8192
	maxTemplateBytes = 16 << 20
	maxVariants      = 8 // definitions of one GUID and length that differ
)

func (k *templates) init() { *k = templates{known: map[defKey][]*template{}} }

// definition returns the template whose definition is at off in the chunk,
// nil when none can be there.
func (d *decoder) definition(off uint32) *template {
	i := (off * 0x9e3779b1) % uint32(len(d.defs))
	s := &d.defs[i]
	if s.seal == d.seal && s.off == off {
		return s.t
	}
	t := d.lookup(off)
	*s = defSlot{d.seal, off, t}
	return t
}

func (d *decoder) lookup(off uint32) *template {
	size := uint32(len(d.buf))
	if off > size || size-off < defHead {
		return nil
	}
	var k defKey
	copy(k.guid[:], d.buf[off+4:])
	k.n = le.Uint32(d.buf[off+20:])
	if k.n > size-off-defHead {
		return nil
	}
	d.used.defs += int(k.n)
	if d.used.defs > maxDefBytes {
		return nil
	}
	variants := d.templates.known[k]
	for _, t := range variants {
		if d.same(t, off+defHead) {
			return t
		}
	}
	t := d.compile(off+defHead, k.n)
	if t != nil && len(variants) < maxVariants {
		d.templates.keep(k, t)
	}
	return t
}

func (k *templates) keep(key defKey, t *template) {
	if k.count >= maxTemplates || k.bytes >= maxTemplateBytes {
		k.init()
	}
	k.known[key] = append(k.known[key], t)
	k.count++
	k.bytes += len(t.body)*2 + len(t.ops)*64 + len(t.parts)*48
}

// same reports whether the body at pos is the one that t was compiled from.
func (d *decoder) same(t *template, pos uint32) bool {
	body := d.buf[pos : pos+t.n]
	done := uint32(0)
	for i := range t.refs {
		r := &t.refs[i]
		if !bytes.Equal(body[done:r.at], t.body[done:r.at]) {
			return false
		}
		off := le.Uint32(body[r.at:])
		if inline := off == pos+r.at+4; inline != r.inline {
			return false
		}
		done = r.at + 4
		if r.inline {
			done += 4 // the offset of the next name with this hash
			continue
		}
		if raw, ok := d.rawName(off); !ok || !bytes.Equal(raw, r.raw) {
			return false
		}
	}
	return bytes.Equal(body[done:], t.body[done:])
}

// compile makes a template of the body of n bytes at pos. A body that breaks
// off gives what came before.
func (d *decoder) compile(pos, n uint32) *template {
	m := &d.making
	m.reset(pos, pos+n, true)
	m.refs = m.refs[:0]
	m.template = true
	ok := m.run()
	if !ok && len(m.ops) == 0 {
		return nil
	}
	t := &template{
		n:     n,
		cut:   !ok,
		ops:   append([]op(nil), m.ops...),
		parts: append([]part(nil), m.parts...),
		body:  bytes.Clone(d.buf[pos : pos+n]),
		refs:  append([]nameRef(nil), m.refs...),
	}
	for i := range t.parts {
		if p := &t.parts[i]; p.kind == partRaw {
			*p = part{kind: partText, text: string(d.appendValue(nil, p.val))}
		}
	}
	for i := range t.ops {
		t.ops[i].settle(t.parts)
	}
	return t
}
