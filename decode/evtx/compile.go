package evtx

import "github.com/footfall/footfall"

// A part is a piece of a value.
type part struct {
	kind partKind
	sub  uint16 // partSub: which substitution
	val  value  // partRaw: where the text is in the chunk
	text string // partText
}

type partKind uint8

const (
	partSub  partKind = iota
	partRaw           // text in the chunk
	partText          // text that the program or the template owns
)

// An op makes one field (or one for each item of an array) of a record.
type op struct {
	kind           opKind
	to             target
	id             footfall.FieldID
	sub            uint16 // opSub
	lo, hi         uint32 // its parts
	nameLo, nameHi uint32 // opNamed: the parts of its name
	text           string // opText
}

type opKind uint8

const (
	opParts opKind = iota // several parts
	opSub                 // one substitution
	opText                // text
	opNamed               // several parts, and the name too comes from the record
)

// settle picks the fastest way to do o, once its parts no longer change.
func (o *op) settle(parts []part) {
	if o.kind != opParts {
		return
	}
	switch {
	case o.lo == o.hi:
		o.kind = opText
	case o.hi-o.lo == 1 && parts[o.lo].kind == partSub:
		o.kind, o.sub = opSub, parts[o.lo].sub
	case o.hi-o.lo == 1 && parts[o.lo].kind == partText:
		o.kind, o.text = opText, parts[o.lo].text
	}
}

// Bounds of one definition or fragment. The largest template of Windows has
// some 150 fields.
const (
	maxDepth = 32
	maxOps   = 4096
	maxParts = 8192
)

// A builder reads elements and makes ops of them. It is used again and again,
// so that elements without a template cost no memory either.
type builder struct {
	d        *decoder
	start    uint32
	pos, end uint32
	dep      bool // elements say on which substitution they depend
	template bool // substitutions and references are allowed and noted

	stack [maxDepth]element
	depth int
	attr  *name // the attribute whose value is being read
	open  int   // where the parts of the value being read begin
	ops   []op
	parts []part
	refs  []nameRef
}

// An element is one that was begun and not yet ended.
type element struct {
	name           *name
	in             section // where it stands
	kids           bool
	fields         bool // it gave a field already: attributes, or text before a child
	named          bool
	id             footfall.FieldID // named by text
	nameLo, nameHi uint32           // or by these parts
}

func (m *builder) reset(pos, end uint32, dep bool) {
	m.start, m.pos, m.end, m.dep, m.template = pos, pos, end, dep, false
	m.depth, m.attr, m.open = 0, nil, 0
	m.ops, m.parts = m.ops[:0], m.parts[:0]
}

// run reads tokens until the outermost element ends, the fragment ends, or
// something makes no sense; it reports whether all of it made sense.
func (m *builder) run() bool {
	for m.pos < m.end {
		tok := m.d.buf[m.pos]
		m.pos++
		ok := true
		switch tok &^ tokMore {
		case tokEnd:
			return m.depth == 0
		case tokFragment:
			ok = m.skip(3)
		case tokElement:
			ok = m.begin(tok&tokMore != 0)
		case tokCloseStart:
			m.endAttr()
		case tokCloseEmpty, tokEndElement:
			m.endAttr()
			ok = m.finish()
			if ok && m.depth == 0 && !m.template {
				return true
			}
		case tokAttribute:
			ok = m.attribute()
		default:
			ok = m.content(tok &^ tokMore)
		}
		if !ok || len(m.ops) > maxOps || len(m.parts) > maxParts {
			return false
		}
	}
	return m.depth == 0 && m.pos == m.end
}

// content reads what may stand in the value of an element or attribute.
func (m *builder) content(tok byte) bool {
	switch tok {
	case tokValue:
		return m.value()
	case tokCDATA:
		return m.text(typString)
	case tokCharRef:
		at := m.pos
		return m.skip(2) && m.add(part{kind: partText, text: charRef(le.Uint16(m.d.buf[at:]))})
	case tokEntityRef:
		x := m.name()
		return x != nil && m.add(part{kind: partText, text: entity(x.text)})
	case tokPITarget:
		return m.name() != nil
	case tokPIData:
		at := m.pos
		return m.skip(2) && m.skip(2*uint32(le.Uint16(m.d.buf[at:])))
	case tokSub, tokOptional:
		at := m.pos
		return m.template && m.skip(3) && m.add(part{kind: partSub, sub: le.Uint16(m.d.buf[at:])})
	}
	return false
}

func charRef(u uint16) string {
	return string(rune(u)) // a surrogate becomes U+FFFD
}

func entity(s string) string {
	switch s {
	case "amp":
		return "&"
	case "lt":
		return "<"
	case "gt":
		return ">"
	case "quot":
		return `"`
	case "apos":
		return "'"
	}
	return "&" + s + ";"
}

func (m *builder) skip(n uint32) bool {
	if m.pos > m.end || n > m.end-m.pos {
		return false
	}
	m.pos += n
	return true
}

func (m *builder) add(p part) bool {
	if m.depth > 0 {
		m.parts = append(m.parts, p)
	}
	return true
}

// name reads a reference to a name, and the name itself when it stands here.
func (m *builder) name() *name {
	at := m.pos
	if !m.skip(4) {
		return nil
	}
	off := le.Uint32(m.d.buf[at:])
	x := m.d.nameAt(off)
	if x == nil {
		return nil
	}
	inline := off == at+4
	if inline && !m.skip(8+uint32(len(x.raw))+2) {
		return nil
	}
	if m.template {
		m.refs = append(m.refs, nameRef{at: at - m.start, inline: inline, raw: x.raw})
	}
	return x
}

// begin reads the start of an element.
func (m *builder) begin(attrs bool) bool {
	if m.depth == maxDepth {
		return false
	}
	if m.dependency() {
		m.pos += 2
	}
	if !m.skip(4) {
		return false
	}
	x := m.name()
	if x == nil || attrs && !m.skip(4) {
		return false
	}
	in := inNothing
	if m.depth > 0 {
		m.endAttr()
		up := &m.stack[m.depth-1]
		m.beforeChild(up)
		in = inside(up.in, up.name.text)
	}
	m.stack[m.depth] = element{name: x, in: in}
	m.depth++
	m.open = len(m.parts)
	return true
}

// dependency reports whether the element that starts at pos says on which
// substitution it depends. Writers differ in where they leave that out, so a
// place where only the other reading makes sense is read that way.
func (m *builder) dependency() bool {
	if m.startsAt(m.pos, m.dep) || !m.startsAt(m.pos, !m.dep) {
		return m.dep
	}
	return !m.dep
}

func (m *builder) startsAt(pos uint32, dep bool) bool {
	if dep {
		pos += 2
	}
	if pos > m.end || m.end-pos < 8 || le.Uint32(m.d.buf[pos:]) > m.end-pos-4 {
		return false
	}
	_, ok := m.d.rawName(le.Uint32(m.d.buf[pos+4:]))
	return ok
}

// attribute reads the start of an attribute.
func (m *builder) attribute() bool {
	m.endAttr()
	x := m.name()
	if x == nil || m.depth == 0 {
		return false
	}
	m.attr, m.open = x, len(m.parts)
	return true
}

// endAttr makes a field of the attribute that was being read, if one was.
func (m *builder) endAttr() {
	if m.attr == nil {
		return
	}
	top := &m.stack[m.depth-1]
	switch {
	case m.attr.xmlns:
		m.parts = m.parts[:m.open]
	case m.attr.isName && (top.in == inData || top.name.text == "Data"):
		m.nameElement(top)
	default:
		top.fields = true
		m.emit(op{}, m.d.field(top.in, top.name, m.attr))
	}
	m.attr, m.open = nil, len(m.parts)
}

// nameElement gives the element's field the name in its Name attribute.
func (m *builder) nameElement(top *element) {
	ps := m.parts[m.open:]
	plain := len(ps) == 1 && ps[0].kind == partRaw
	if len(ps) == 0 || top.named || plain && len(m.d.trimmed(ps[0].val)) == 0 {
		m.parts = m.parts[:m.open]
		return
	}
	top.named = true
	if plain {
		top.id = m.d.dataField(m.d.trimmed(ps[0].val))
		m.parts = m.parts[:m.open]
		return
	}
	top.nameLo, top.nameHi = uint32(m.open), uint32(len(m.parts))
}

// beforeChild makes a field of the text that stands before a child.
func (m *builder) beforeChild(up *element) {
	up.kids = true
	m.emitContent(up)
}

// finish ends the innermost element.
func (m *builder) finish() bool {
	if m.depth == 0 {
		return false
	}
	m.depth--
	top := &m.stack[m.depth]
	if len(m.parts) > m.open {
		m.emitContent(top)
	} else if top.in == inData && !top.kids && (top.named || !top.fields) {
		m.emitContent(top) // an empty value is a value
	}
	m.open = len(m.parts)
	return true
}

// emitContent makes a field of the text of an element. White space around
// children is none.
func (m *builder) emitContent(top *element) {
	if top.kids && m.blank(m.parts[m.open:]) {
		m.parts = m.parts[:m.open]
		return
	}
	top.fields = true
	switch {
	case top.nameHi > top.nameLo:
		m.emit(op{kind: opNamed, nameLo: top.nameLo, nameHi: top.nameHi}, m.d.field(top.in, top.name, nil))
	case top.named:
		m.emit(op{}, kept{id: top.id})
	default:
		m.emit(op{}, m.d.field(top.in, top.name, nil))
	}
}

// emit adds o with the parts that were read since open, unless nobody asked
// for its field.
func (m *builder) emit(o op, f kept) {
	if f.id == 0 && f.to == toNothing && o.kind != opNamed {
		m.parts = m.parts[:m.open]
		return
	}
	o.id, o.to = f.id, f.to
	o.lo, o.hi = uint32(m.open), uint32(len(m.parts))
	m.ops = append(m.ops, o)
	m.open = len(m.parts)
}

func (m *builder) blank(ps []part) bool {
	for i := range ps {
		if ps[i].kind != partRaw {
			return false
		}
		raw := m.d.raw(ps[i].val)
		for j := 0; j+1 < len(raw); j += 2 {
			if c := le.Uint16(raw[j:]); c != ' ' && c != '\t' && c != '\r' && c != '\n' {
				return false
			}
		}
	}
	return true
}

// value reads a value that stands in the element itself: its type, and the
// length that its type needs.
func (m *builder) value() bool {
	at := m.pos
	if !m.skip(1) {
		return false
	}
	typ := m.d.buf[at]
	if n := width(typ); n > 0 {
		return m.raw(typ, n)
	}
	switch typ {
	case typNull:
		return true
	case typString:
		return m.text(typ)
	case typANSI, typBinary:
		at = m.pos
		return m.skip(2) && m.raw(typ, uint32(le.Uint16(m.d.buf[at:])))
	case typSID:
		if m.end-m.pos < 8 {
			return false
		}
		return m.raw(typ, 8+4*uint32(m.d.buf[m.pos+1]))
	}
	return false
}

// text reads UTF-16 behind its length in characters.
func (m *builder) text(typ uint8) bool {
	at := m.pos
	return m.skip(2) && m.raw(typ, 2*uint32(le.Uint16(m.d.buf[at:])))
}

func (m *builder) raw(typ uint8, n uint32) bool {
	at := m.pos
	return n <= 0xffff && m.skip(n) && m.add(part{kind: partRaw, val: value{at, uint16(n), typ}})
}
