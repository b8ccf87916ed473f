package evtx

import (
	"hash/crc32"
	"unicode/utf16"
)

// A chunkWriter writes a chunk as the event log service does: names and
// templates once, where they are first used, and by offset after that.
type chunkWriter struct {
	buf   []byte
	names map[string]uint32
	defs  map[string]uint32
	first uint64
	last  uint64
	at    uint32 // where the last record begins
}

func newChunk() *chunkWriter {
	w := &chunkWriter{names: map[string]uint32{}, defs: map[string]uint32{}}
	w.buf = make([]byte, chunkHead, chunkSize)
	copy(w.buf, chunkMagic)
	return w
}

func (w *chunkWriter) pos() uint32               { return uint32(len(w.buf)) }
func (w *chunkWriter) u8(v ...byte)              { w.buf = append(w.buf, v...) }
func (w *chunkWriter) u16(v uint16)              { w.buf = le.AppendUint16(w.buf, v) }
func (w *chunkWriter) u32(v uint32)              { w.buf = le.AppendUint32(w.buf, v) }
func (w *chunkWriter) u64(v uint64)              { w.buf = le.AppendUint64(w.buf, v) }
func (w *chunkWriter) size32(at uint32)          { le.PutUint32(w.buf[at:], w.pos()-at-4) }
func (w *chunkWriter) put32(at, v uint32)        { le.PutUint32(w.buf[at:], v) }
func (w *chunkWriter) put16(at uint32, v uint16) { le.PutUint16(w.buf[at:], v) }

func wide(s string) []byte {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		b = le.AppendUint16(b, u)
	}
	return b
}

// record writes a record with the BinXml that body writes, and returns where
// it begins.
func (w *chunkWriter) record(id, filetime uint64, body func()) uint32 {
	if w.first == 0 {
		w.first = id
	}
	w.last, w.at = id, w.pos()
	at := w.pos()
	w.u32(recordSig)
	w.u32(0)
	w.u64(id)
	w.u64(filetime)
	body()
	for (w.pos()+4)%8 != 0 {
		w.u8(0)
	}
	n := w.pos() + 4 - at
	w.u32(n)
	w.put32(at+4, n)
	return at
}

// done writes the header and fills the chunk up.
func (w *chunkWriter) done() []byte {
	h := w.buf[:chunkHead]
	le.PutUint64(h[8:], w.first)
	le.PutUint64(h[16:], w.last)
	le.PutUint64(h[24:], w.first)
	le.PutUint64(h[32:], w.last)
	le.PutUint32(h[40:], 128)
	le.PutUint32(h[44:], w.at)
	le.PutUint32(h[48:], w.pos())
	le.PutUint32(h[52:], crc32.ChecksumIEEE(w.buf[chunkHead:]))
	sum := crc32.Update(crc32.ChecksumIEEE(h[:120]), crc32.IEEETable, h[128:])
	le.PutUint32(h[124:], sum)
	return append(w.buf, make([]byte, chunkSize-len(w.buf))...)
}

func (w *chunkWriter) fragment() { w.u8(tokFragment, 1, 1, 0) }

func (w *chunkWriter) name(s string) {
	if off, ok := w.names[s]; ok {
		w.u32(off)
		return
	}
	w.u32(w.pos() + 4)
	w.names[s] = w.pos()
	u := wide(s)
	w.u32(0)
	w.u16(uint16(len(u) * 31)) // the hash, which nothing checks
	w.u16(uint16(len(u) / 2))
	w.buf = append(w.buf, u...)
	w.u16(0)
}

// A xmlWriter writes elements, with or without dependency ids.
type xmlWriter struct {
	*chunkWriter
	dep bool
}

type attr struct {
	name  string
	value func(x xmlWriter)
}

// element writes an element; nil content makes it empty.
func (x xmlWriter) element(name string, attrs []attr, content func(x xmlWriter)) {
	tok := byte(tokElement)
	if len(attrs) > 0 {
		tok |= tokMore
	}
	x.u8(tok)
	if x.dep {
		x.u16(0xffff)
	}
	size := x.pos()
	x.u32(0)
	x.name(name)
	if len(attrs) > 0 {
		list := x.pos()
		x.u32(0)
		for i, a := range attrs {
			tok := byte(tokAttribute)
			if i < len(attrs)-1 {
				tok |= tokMore
			}
			x.u8(tok)
			x.name(a.name)
			a.value(x)
		}
		x.size32(list)
	}
	if content == nil {
		x.u8(tokCloseEmpty)
	} else {
		x.u8(tokCloseStart)
		content(x)
		x.u8(tokEndElement)
	}
	x.size32(size)
}

func text(s string) func(xmlWriter) {
	return func(x xmlWriter) {
		u := wide(s)
		x.u8(tokValue, typString)
		x.u16(uint16(len(u) / 2))
		x.buf = append(x.buf, u...)
	}
}

func sub(i uint16, typ byte) func(xmlWriter) {
	return func(x xmlWriter) {
		x.u8(tokSub)
		x.u16(i)
		x.u8(typ)
	}
}

func optional(i uint16, typ byte) func(xmlWriter) {
	return func(x xmlWriter) {
		x.u8(tokOptional)
		x.u16(i)
		x.u8(typ)
	}
}

func seq(fs ...func(xmlWriter)) func(xmlWriter) {
	return func(x xmlWriter) {
		for _, f := range fs {
			f(x)
		}
	}
}

func elem(name string, content func(xmlWriter), attrs ...attr) func(xmlWriter) {
	return func(x xmlWriter) { x.element(name, attrs, content) }
}

// A val is a substitution value.
type val struct {
	typ   byte
	write func(w *chunkWriter)
}

func raw(typ byte, b []byte) val {
	return val{typ, func(w *chunkWriter) { w.buf = append(w.buf, b...) }}
}

func str(s string) val { return raw(typString, wide(s)) }

func num(typ byte, size int, n uint64) val {
	return raw(typ, le.AppendUint64(nil, n)[:size])
}

// instance writes a template instance: the definition too, the first time
// that the chunk needs it.
func (w *chunkWriter) instance(guid string, body func(x xmlWriter), vals ...val) {
	w.u8(tokTemplate, 1)
	w.u32(uint32(len(guid)))
	if off, ok := w.defs[guid]; ok {
		w.u32(off)
	} else {
		w.u32(w.pos() + 4)
		w.defs[guid] = w.pos()
		w.u32(0)
		var g [16]byte
		copy(g[:], guid)
		w.u8(g[:]...)
		size := w.pos()
		w.u32(0)
		w.fragment()
		body(xmlWriter{w, true})
		w.u8(tokEnd)
		w.size32(size)
	}
	w.u32(uint32(len(vals)))
	list := w.pos()
	for _, v := range vals {
		w.u16(0)
		w.u8(v.typ, 0)
	}
	for i, v := range vals {
		at := w.pos()
		v.write(w)
		w.put16(list+4*uint32(i), uint16(w.pos()-at))
	}
}

// The system template that the tests use, as Windows lays it out.
func systemTemplate(x xmlWriter) {
	elem("Event", seq(
		elem("System", seq(
			elem("Provider", nil, attr{"Name", text("Test-Provider")}, attr{"Guid", text("{0f0e0d0c-0b0a-0908-0706-050403020100}")}),
			elem("EventID", optional(0, typUint16), attr{"Qualifiers", optional(1, typUint16)}),
			elem("Version", optional(2, typUint8)),
			elem("Level", optional(3, typUint8)),
			elem("Keywords", optional(4, typHex64)),
			elem("TimeCreated", nil, attr{"SystemTime", optional(5, typFiletime)}),
			elem("EventRecordID", optional(6, typUint64)),
			elem("Correlation", nil, attr{"ActivityID", optional(7, typGUID)}),
			elem("Execution", nil, attr{"ProcessID", optional(8, typUint32)}, attr{"ThreadID", optional(9, typUint32)}),
			elem("Channel", text("Test/Operational")),
			elem("Computer", optional(10, typString)),
			elem("Security", nil, attr{"UserID", optional(11, typSID)}),
		)),
		optional(12, typBinXML),
	), attr{"xmlns", text("http://schemas.example.test/events")})(x)
}

var localSystem = []byte{1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0}

const testTime = 0x01d5950c52f42f00 // a FILETIME in November 2019

// event writes a whole record around what data writes as the twelfth value.
func (w *chunkWriter) event(id uint64, eventID uint16, data val) uint32 {
	return w.record(id, testTime, func() {
		w.fragment()
		w.systemEvent(id, eventID, data)
		w.u8(tokEnd)
	})
}

func (w *chunkWriter) systemEvent(id uint64, eventID uint16, data val) {
	w.instance("system", systemTemplate,
		num(typUint16, 2, uint64(eventID)), raw(typNull, nil), num(typUint8, 1, 2), num(typUint8, 1, 0),
		num(typHex64, 8, 0x8020000000000000), num(typFiletime, 8, testTime+1234567), num(typUint64, 8, id+1000),
		raw(typNull, nil), num(typUint32, 4, 704), num(typUint32, 4, 5168), str("ws7.example.test"), raw(typSID, localSystem), data)
}

// eventData is the value of a template with one element for each value.
func eventData(guid string, body func(xmlWriter), vals ...val) val {
	return val{typBinXML, func(w *chunkWriter) {
		w.fragment()
		w.instance(guid, body, vals...)
		w.u8(tokEnd)
	}}
}

// plainData is EventData without a template.
func plainData(content func(xmlWriter)) val {
	return val{typBinXML, func(w *chunkWriter) {
		w.fragment()
		elem("EventData", content)(xmlWriter{w, false})
		w.u8(tokEnd)
	}}
}

func data(name string, content func(xmlWriter)) func(xmlWriter) {
	return elem("Data", content, attr{"Name", text(name)})
}
