package frame

import (
	"bytes"
	"slices"
)

// envelopeKeys are the keys under which exports keep their records: CloudTrail
// files (Records), Azure (records, value), Kubernetes and Workspace lists
// (items), CloudTrail lookups (Events), Elasticsearch replies (hits), and what
// generic APIs and exporters use.
var envelopeKeys = [...]string{"Records", "records", "Events", "events", "value", "items", "logs", "logEvents", "hits", "data", "results"}

// An Envelope takes the outer objects off a stream of JSON such as
// {"Records":[{...},{...}]}. It overwrites with spaces what does not belong to
// the elements, so that offsets stay and JSON finds the elements alone.
type Envelope struct {
	in    bool // between the array's bracket and its end
	depth int  // outer objects that are still open
	str   bool // within a string of what follows the array
	esc   bool // behind a backslash of it
	wrap  int  // depth at the array
}

// Enveloped says whether the stream that head begins is one of envelopes: its
// first object holds its first array of objects under one of the known keys.
// An object that holds other objects besides is a record of its own, as those
// of Google Workspace are, when more objects follow, or when the array is one of
// events.
func Enveloped(head []byte) bool {
	start := 0
	for start < len(head) && space(head[start]) {
		start++
	}
	o := opening(head, start)
	if !o.found {
		return false
	}
	if !o.beside {
		return true
	}
	end, whole := braces(head, start)
	return !whole || Blank(head[end:]) && !o.events
}

// Cut returns how many bytes at the front of data are dealt with: outer parts
// are overwritten, elements are whole. It must be called with data that goes on
// where the last call's count ended.
func (e *Envelope) Cut(data []byte) int {
	s := scanner{data: data, line: -1, brk: -1}
	pos := 0
	for pos < len(data) {
		next, ok := e.step(&s, pos)
		if !ok {
			break
		}
		pos = next
	}
	return pos
}

// step deals with the part of data at pos: white space, an opening, an element,
// or what follows the array. ok is false when the part is not whole yet.
func (e *Envelope) step(s *scanner, pos int) (next int, ok bool) {
	data := s.data
	switch {
	case e.in && data[pos] == ']':
		e.in, e.depth = false, e.wrap
		data[pos] = ' '
		return pos + 1, true
	case e.in || e.depth == 0 && data[pos] != '{':
		if separator(data[pos]) {
			return pos + 1, true
		}
		return s.whole(pos)
	case e.depth > 0:
		return e.tail(data, pos), true
	}
	o := opening(data, pos)
	if o.more {
		return 0, false
	}
	if !o.found {
		return s.whole(pos)
	}
	erase(data[pos:o.end])
	e.in, e.wrap = true, o.depth
	return o.end, true
}

// whole returns the end of the value at pos, which may share its line with the
// end of the array.
func (s *scanner) whole(pos int) (end int, ok bool) {
	if s.data[pos] == '{' {
		return s.object(pos)
	}
	v := s.scalar(pos)
	return v.end, v.whole
}

// tail overwrites what follows the array until the outer objects are closed.
func (e *Envelope) tail(data []byte, pos int) int {
	i := pos
	for ; i < len(data) && e.depth > 0; i++ {
		c := data[i]
		switch {
		case e.esc:
			e.esc = false
		case e.str:
			e.str, e.esc = c != '"', c == '\\'
		case c == '"':
			e.str = true
		case c == '{' || c == '[':
			e.depth++
		case c == '}' || c == ']':
			e.depth--
		}
	}
	erase(data[pos:i])
	return i
}

// erase overwrites data with spaces and keeps its line ends, by which people
// count.
func erase(data []byte) {
	for i, c := range data {
		if c != '\n' {
			data[i] = ' '
		}
	}
}

// An opened is what opening found.
type opened struct {
	found  bool // data[pos:end] opens an envelope
	more   bool // data ends before that is known
	beside bool // other objects stand before the array
	events bool // the array's key is "events"
	end    int  // behind the array's bracket
	depth  int  // objects open there
}

// opening looks at the object at pos for its first array of objects.
func opening(data []byte, pos int) (o opened) {
	if pos >= len(data) {
		o.more = true
		return o
	}
	if data[pos] != '{' {
		return o
	}
	o.depth = 1
	for i := pos + 1; ; {
		i = skip(data, i, ',')
		if i >= len(data) {
			o.more = true
			return o
		}
		if data[i] != '"' {
			return o // the end, or no JSON
		}
		end, ok := quoted(data, i+1)
		if !ok {
			o.more = true
			return o
		}
		key := data[i+1 : end-1]
		if i = skip(data, end, ':'); i >= len(data) {
			o.more = true
			return o
		}
		if data[i] == '{' && o.depth == 1 && string(key) == "hits" {
			o.depth, i = 2, i+1
			continue
		}
		next, done := o.member(data, i, key)
		if done {
			return o
		}
		i = next
	}
}

// member looks at the value at i of key. done means that o says all.
func (o *opened) member(data []byte, i int, key []byte) (next int, done bool) {
	switch data[i] {
	case '[':
		first := skip(data, i+1, 0)
		if first >= len(data) {
			o.more = true
			return 0, true
		}
		known := slices.Contains(envelopeKeys[:], string(key))
		if data[first] == '{' || data[first] == ']' && known {
			o.found, o.end, o.events = known, i+1, string(key) == "events"
			return 0, true
		}
	case '{':
		o.beside = o.beside || string(key) != "_shards"
	case '"':
		end, ok := quoted(data, i+1)
		o.more = !ok
		return end, !ok
	default:
		end := bytes.IndexAny(data[i:], ",}]")
		o.more = end < 0
		return i + end, end < 0
	}
	end, ok := braces(data, i)
	o.more = !ok
	return end, !ok
}

// skip returns the first place from i that holds neither white space nor c.
func skip(data []byte, i int, c byte) int {
	for i < len(data) && (space(data[i]) || data[i] == c && c != 0) {
		i++
	}
	return i
}
