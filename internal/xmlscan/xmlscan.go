// Package xmlscan walks the XML of one Windows event in a single pass over
// its bytes and hands out what the event holds: the System part, element by
// element, and the values of EventData and UserData with their names. Of XML
// it knows what such events use: elements, attributes, entities, CDATA,
// comments. It resolves no external entity, never recurses, and allocates only
// to report an error.
package xmlscan

import (
	"bytes"
	"fmt"
	"unicode/utf8"
)

// MaxDepth is how deep elements may be nested.
const MaxDepth = 64

// A Sink takes what an event holds. The bytes are good until the next Walk of
// the same Scanner.
type Sink interface {
	// System takes the text of an element of System, with attr nil, or one of its attributes.
	System(element, attr, text []byte)
	// Data takes a value of EventData or UserData. Name is that of the Name
	// attribute, else of the element, with element_attribute for other
	// attributes in UserData; it is "Data" for values without a name.
	Data(name, text []byte)
}

// An Error says where an event breaks the grammar.
type Error struct {
	Offset int
	What   string
}

func (e *Error) Error() string { return fmt.Sprintf("xml: offset %d: %s", e.Offset, e.What) }

// A section is a child of Event.
type section uint8

const (
	other section = iota
	system
	eventData
	userData
)

// A Scanner walks one event after another. Its zero value is ready.
type Scanner struct {
	in    []byte
	pos   int
	sink  Sink
	depth int // open elements; Event is 1
	part  section
	elems [MaxDepth][]byte
	name  []byte // Name attribute of the open element
	text  int    // where the text of the open element begins; -1 when it is no leaf
	buf   []byte // decoded text
	key   []byte // element_attribute
	err   *Error
}

// Walk hands the first event of in to sink. It returns an error when there is
// none or when it breaks the grammar; sink may have got a part of it by then.
func (s *Scanner) Walk(in []byte, sink Sink) error {
	start := eventStart(in)
	if start < 0 {
		return &Error{0, "no <Event> element"}
	}
	*s = Scanner{in: in, pos: start, sink: sink, buf: s.buf[:0], key: s.key, text: -1}
	for s.next() {
	}
	s.sink = nil
	if s.err != nil {
		return s.err
	}
	return nil
}

// eventStart returns where the first Event element begins, -1 if none does.
func eventStart(in []byte) int {
	for i := 0; ; {
		j := bytes.IndexByte(in[i:], '<')
		if j < 0 {
			return -1
		}
		i += j
		name, _ := tagName(in[i+1:])
		if string(local(name)) == "Event" {
			return i
		}
		i++
	}
}

// next reads up to the end of one tag. It returns false behind the event's
// last tag and on an error.
func (s *Scanner) next() bool {
	i := bytes.IndexByte(s.in[s.pos:], '<')
	if i < 0 || s.pos+i+1 >= len(s.in) {
		return s.fail("ends inside an element")
	}
	tag := s.pos + i
	switch s.in[tag+1] {
	case '!', '?':
		return s.aside(tag)
	case '/':
		return s.end(tag)
	}
	return s.start(tag)
}

func (s *Scanner) fail(what string) bool {
	s.err = &Error{s.pos, what}
	return false
}

// aside passes over a comment, CDATA, a declaration. Text goes on behind it.
func (s *Scanner) aside(tag int) bool {
	n := asideLen(s.in[tag:])
	if n < 0 {
		return s.fail("a comment or CDATA does not end")
	}
	s.pos = tag + n
	return true
}

// asideLen returns the length of what begins with <! or <?, -1 when it does not end.
func asideLen(v []byte) int {
	until := ">"
	switch {
	case bytes.HasPrefix(v, []byte("<!--")):
		until = "-->"
	case bytes.HasPrefix(v, []byte("<![CDATA[")):
		until = "]]>"
	case bytes.HasPrefix(v, []byte("<?")):
		until = "?>"
	}
	i := bytes.Index(v, []byte(until))
	if i < 0 {
		return -1
	}
	return i + len(until)
}

func (s *Scanner) end(tag int) bool {
	name, n := tagName(s.in[tag+2:])
	i := tag + 2 + n
	for i < len(s.in) && blank(s.in[i]) {
		i++
	}
	if s.depth == 0 || i >= len(s.in) || s.in[i] != '>' || !bytes.Equal(local(name), s.elems[s.depth-1]) {
		return s.fail("an end tag closes what is not open")
	}
	if s.text >= 0 {
		s.leaf(s.in[s.text:tag])
	}
	s.pos = i + 1
	return s.close()
}

// close leaves the innermost element.
func (s *Scanner) close() bool {
	s.text = -1
	s.name = nil
	s.depth--
	return s.depth > 0
}

func (s *Scanner) start(tag int) bool {
	name, n := tagName(s.in[tag+1:])
	if len(name) == 0 {
		return s.fail("a < that begins no tag")
	}
	if s.depth == MaxDepth {
		return s.fail("nested too deep")
	}
	s.elems[s.depth] = local(name)
	s.depth++
	if s.depth == 2 {
		s.part = sectionOf(s.elems[1])
	}
	s.name = nil
	s.pos = tag + 1 + n
	for {
		more, closed := s.attribute()
		if s.err != nil {
			return false
		}
		if !more {
			if closed {
				s.leaf(nil)
				return s.close()
			}
			s.text = s.pos
			return true
		}
	}
}

func sectionOf(name []byte) section {
	switch string(name) {
	case "System":
		return system
	case "EventData":
		return eventData
	case "UserData":
		return userData
	}
	return other
}

// attribute reads one attribute, or the end of the tag; closed means that it was />.
func (s *Scanner) attribute() (more, closed bool) {
	i := s.pos
	for i < len(s.in) && blank(s.in[i]) {
		i++
	}
	s.pos = i
	if i >= len(s.in) {
		s.fail("ends inside a tag")
		return false, false
	}
	if s.in[i] == '>' {
		s.pos++
		return false, false
	}
	if s.in[i] == '/' && i+1 < len(s.in) && s.in[i+1] == '>' {
		s.pos += 2
		return false, true
	}
	key, val, n := attribute(s.in[i:])
	if n == 0 {
		s.fail("a broken attribute")
		return false, false
	}
	s.pos = i + n
	s.take(key, val)
	return true, false
}

// attribute cuts name="value" off the front of v; n is 0 when there is none.
func attribute(v []byte) (key, val []byte, n int) {
	key, i := tagName(v)
	for i < len(v) && blank(v[i]) {
		i++
	}
	if len(key) == 0 || i >= len(v) || v[i] != '=' {
		return nil, nil, 0
	}
	i++
	for i < len(v) && blank(v[i]) {
		i++
	}
	if i >= len(v) || v[i] != '"' && v[i] != '\'' {
		return nil, nil, 0
	}
	end := bytes.IndexByte(v[i+1:], v[i])
	if end < 0 {
		return nil, nil, 0
	}
	return key, v[i+1 : i+1+end], i + end + 2
}

// take hands on what an attribute says.
func (s *Scanner) take(key, val []byte) {
	elem := s.elems[s.depth-1]
	switch {
	case s.part == system && s.depth == 3:
		s.sink.System(elem, local(key), s.decode(val))
	case s.depth < 3 || s.part != eventData && s.part != userData:
	case string(key) == "Name":
		s.name = s.decode(val)
	case s.part == userData && string(key) != "xmlns" && !bytes.HasPrefix(key, []byte("xmlns:")):
		s.key = append(append(append(s.key[:0], elem...), '_'), local(key)...)
		s.sink.Data(s.key, s.decode(val))
	}
}

// leaf hands on the text of an element that holds no other.
func (s *Scanner) leaf(raw []byte) {
	if s.depth < 3 {
		return
	}
	elem := s.elems[s.depth-1]
	switch s.part {
	case system:
		if s.depth == 3 {
			s.sink.System(elem, nil, s.decode(raw))
		}
	case eventData, userData:
		text := s.decode(raw)
		if s.part == userData && s.depth == 3 && len(text) == 0 {
			return // the wrapper, empty
		}
		name := s.name
		if len(name) == 0 {
			name = elem
		}
		s.sink.Data(name, text)
	}
}

// decode returns text with entities and CDATA resolved; blanks alone are nothing.
func (s *Scanner) decode(raw []byte) []byte {
	if onlyBlank(raw) {
		return nil
	}
	if bytes.IndexByte(raw, '&') < 0 && bytes.IndexByte(raw, '<') < 0 {
		return raw
	}
	from := len(s.buf)
	s.buf = Decode(s.buf, raw)
	return s.buf[from:len(s.buf):len(s.buf)]
}

func onlyBlank(v []byte) bool {
	for _, c := range v {
		if !blank(c) {
			return false
		}
	}
	return true
}

// Decode appends text with the predefined and numeric entities resolved, CDATA
// taken out of its brackets and comments left out. An entity that XML does not
// define stays as it is. The result is never longer than raw.
func Decode(dst, raw []byte) []byte {
	for len(raw) > 0 {
		i := bytes.IndexAny(raw, "&<")
		if i < 0 {
			return append(dst, raw...)
		}
		dst = append(dst, raw[:i]...)
		raw = raw[i:]
		if raw[0] == '<' {
			n := asideLen(raw)
			if n < 0 {
				return append(dst, raw...)
			}
			if bytes.HasPrefix(raw, []byte("<![CDATA[")) {
				dst = append(dst, raw[9:n-3]...)
			}
			raw = raw[n:]
			continue
		}
		r, n := entity(raw)
		if n == 0 {
			dst = append(dst, '&')
			raw = raw[1:]
			continue
		}
		dst = utf8.AppendRune(dst, r)
		raw = raw[n:]
	}
	return dst
}

// entity reads the reference that v begins with; n is 0 if it is none.
func entity(v []byte) (r rune, n int) {
	end := bytes.IndexByte(v[:min(len(v), 12)], ';')
	if end < 2 {
		return 0, 0
	}
	switch name := v[1:end]; string(name) {
	case "amp":
		return '&', end + 1
	case "lt":
		return '<', end + 1
	case "gt":
		return '>', end + 1
	case "quot":
		return '"', end + 1
	case "apos":
		return '\'', end + 1
	default:
		if name[0] != '#' {
			return 0, 0
		}
		r, ok := charRef(name[1:])
		if !ok {
			return 0, 0
		}
		return r, end + 1
	}
}

func charRef(v []byte) (r rune, ok bool) {
	base := rune(10)
	if len(v) > 0 && v[0]|0x20 == 'x' {
		base, v = 16, v[1:]
	}
	if len(v) == 0 || len(v) > 7 {
		return 0, false
	}
	for _, c := range v {
		d := rune(c - '0')
		if c|0x20 >= 'a' && c|0x20 <= 'f' {
			d = rune(c|0x20-'a') + 10
		} else if c < '0' || c > '9' {
			return 0, false
		}
		if d >= base {
			return 0, false
		}
		r = r*base + d
	}
	return r, utf8.ValidRune(r)
}

// tagName returns the name that v begins with and its length.
func tagName(v []byte) (name []byte, n int) {
	for n < len(v) {
		switch c := v[n]; {
		case blank(c), c == '>', c == '/', c == '=', c == '<', c == '"', c == '\'', c == '!', c == '?':
			return v[:n], n
		}
		n++
	}
	return v[:n], n
}

// local cuts the namespace's prefix off a name.
func local(name []byte) []byte {
	if i := bytes.IndexByte(name, ':'); i >= 0 {
		return name[i+1:]
	}
	return name
}

func blank(c byte) bool { return c == ' ' || c == '\n' || c == '\r' || c == '\t' }
