package jsonscan

import "bytes"

// A Sink takes what an event holds, as its XML would: see xmlscan.Sink. The
// bytes are good until the next Walk.
type Sink interface {
	// System takes the text of an element of System, with attr nil, or one of its attributes.
	System(element, attr, text []byte)
	// Data takes a value of EventData or UserData; its name is "Data" when it has none.
	Data(name, text []byte)
}

// An Event walks Windows events that were turned from XML into JSON: by
// evtx_dump (#attributes, #text, or name_attributes beside name), by
// converters that write attributes as @name, or with attributes as plain
// members. Its zero value is ready.
type Event struct {
	s    Scanner
	sink Sink
	buf  []byte // decoded text
	key  []byte // element_attribute
}

// Walk hands the event in the object in to sink: its members Event, System,
// EventData and UserData, on whatever level.
func (e *Event) Walk(in []byte, sink Sink) error {
	e.sink, e.buf = sink, e.buf[:0]
	if e.s.Reset(in) == Object {
		e.event()
	}
	e.sink = nil
	return e.s.Err()
}

func (e *Event) event() {
	s := &e.s
	s.Enter()
	for s.Next() {
		if s.Kind() != Object {
			continue
		}
		switch string(s.Key()) {
		case "Event", "data", "document": // the last two are Chainsaw's
			e.event()
		case "System":
			e.system()
		case "EventData", "UserData":
			e.values()
		}
	}
}

func (e *Event) system() {
	s := &e.s
	s.Enter()
	for s.Next() {
		key := e.hold(s.Key())
		if s.Kind() == Object {
			elem, _ := bytes.CutSuffix(key, []byte("_attributes"))
			e.element(elem)
		} else if text := e.text(); text != nil {
			e.sink.System(key, nil, text)
		}
	}
}

// element reads an element of System that is an object.
func (e *Event) element(elem []byte) {
	s := &e.s
	s.Enter()
	for s.Next() {
		switch key := s.Key(); string(key) {
		case "#attributes":
			if s.Kind() == Object {
				e.element(elem)
			}
		case "#text", "Value":
			e.sink.System(elem, nil, e.text())
		default:
			attr := e.hold(bytes.TrimPrefix(key, []byte("@")))
			e.sink.System(elem, attr, e.text())
		}
	}
}

// values reads the members of EventData, of UserData and of what is in it.
func (e *Event) values() {
	s := &e.s
	s.Enter()
	for s.Next() {
		key := s.Key()
		if len(key) > 0 && (key[0] == '#' || key[0] == '@') || string(key) == "xmlns" {
			continue
		}
		if elem, ok := bytes.CutSuffix(key, []byte("_attributes")); ok {
			e.attributes(e.hold(elem))
			continue
		}
		e.value(e.hold(key))
	}
}

// value reads a value; the elements of a list are values of one name.
func (e *Event) value(name []byte) {
	s := &e.s
	switch s.Kind() {
	case Array:
		s.Enter()
		for s.Next() {
			e.value(name)
		}
	case Object:
		e.named(name)
	default:
		e.sink.Data(name, e.text())
	}
}

// named reads an object that is a value with attributes, or holds values.
func (e *Event) named(name []byte) {
	s := &e.s
	var text []byte
	has := false
	isData := string(name) == "Data"
	s.Enter()
	for s.Next() {
		key := s.Key()
		switch {
		case string(key) == "#text":
			if s.Kind() == Array {
				e.value(name)
			} else {
				text, has = e.text(), true
			}
		case string(key) == "#attributes":
			if n := e.attributes(name); n != nil {
				name = n
			}
		case isData && (string(key) == "@Name" || string(key) == "Name"):
			name = e.text()
		case len(key) > 0 && key[0] == '@', string(key) == "xmlns":
		default:
			if elem, ok := bytes.CutSuffix(key, []byte("_attributes")); ok {
				e.attributes(e.hold(elem))
				break
			}
			e.value(e.hold(key))
		}
	}
	if has || isData && len(name) > 0 && string(name) != "Data" {
		e.sink.Data(name, text)
	}
}

// attributes reads the attributes of an element that is no part of System. It
// returns the Name of a Data element; others become element_attribute.
func (e *Event) attributes(elem []byte) (name []byte) {
	s := &e.s
	if s.Kind() != Object {
		return nil
	}
	s.Enter()
	for s.Next() {
		switch key := s.Key(); {
		case string(key) == "Name" && string(elem) == "Data":
			name = e.text()
		case bytes.HasPrefix(key, []byte("xmlns")):
		case s.Kind() == Object || s.Kind() == Array:
		default:
			e.key = append(append(append(e.key[:0], elem...), '_'), key...)
			e.sink.Data(e.key, e.text())
		}
	}
	return name
}

// hold copies a key, which the scanner forgets.
func (e *Event) hold(key []byte) []byte {
	from := len(e.buf)
	e.buf = append(e.buf, key...)
	return e.buf[from:len(e.buf):len(e.buf)]
}

// text is the text of a scalar, good until the next Walk.
func (e *Event) text() []byte {
	if e.s.kind == String && e.s.esc {
		from := len(e.buf)
		e.buf = Unescape(e.buf, e.s.val)
		return e.buf[from:len(e.buf):len(e.buf)]
	}
	return e.s.val
}
