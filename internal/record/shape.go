package record

import (
	"bytes"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/jsonscan"
)

// A Shape is what the first record of a stream looks like: its scalar values
// by their names, with dots, four levels deep. Of an array it has the first
// element.
type Shape map[string]string

const (
	shapeDepth = 4
	shapeNames = 400
	shapeValue = 4096
)

// envelopes are the keys of outer objects under which exports keep records.
var envelopes = []string{"Records", "records", "Events", "events", "value", "items", "data", "results", "logEvents"}

// ShapeOf returns the shape of the first object of head, or of the first
// element of the list that an outer object holds. head may end anywhere. It is
// for recognising formats, once a stream.
func ShapeOf(head []byte) Shape {
	out := Shape{}
	i := bytes.IndexByte(head, '{')
	if i < 0 || len(bytes.TrimLeft(head[:i], "\xef\xbb\xbf \r\n\t[\x1e")) > 0 {
		return out
	}
	var s jsonscan.Scanner
	if s.Reset(head[i:]) == jsonscan.Object {
		out.members(&s, "", 1)
	}
	for _, key := range envelopes {
		if _, ok := out[key+"[]"]; ok {
			return out.below(key)
		}
	}
	return out
}

// members takes the members of the object or array that s stands on. Its depth
// is bounded by shapeDepth.
func (sh Shape) members(s *jsonscan.Scanner, prefix string, depth int) {
	array := s.Kind() == jsonscan.Array
	s.Enter()
	for first := true; s.Next(); first = false {
		if len(sh) >= shapeNames || array && !first {
			continue
		}
		name := prefix
		if !array {
			name = prefix + string(s.Key())
		}
		switch s.Kind() {
		case jsonscan.Object, jsonscan.Array:
			mark, below := name, name+"."
			if s.Kind() == jsonscan.Array {
				below = name
				if !array {
					mark = name + "[]"
				}
			}
			sh.add(mark, "")
			if depth < shapeDepth {
				sh.members(s, below, depth+1)
			}
		case jsonscan.None, jsonscan.Null:
			sh.add(name, "")
		default:
			raw, _ := s.Raw()
			sh.add(name, string(raw[:min(len(raw), shapeValue)]))
		}
	}
}

func (sh Shape) add(name, val string) {
	if _, ok := sh[name]; !ok {
		sh[name] = val
	}
}

// below returns the part of sh whose names begin with prefix and a dot.
func (sh Shape) below(prefix string) Shape {
	out := Shape{}
	for name, val := range sh {
		if len(name) > len(prefix)+1 && name[:len(prefix)] == prefix && name[len(prefix)] == '.' {
			out[name[len(prefix)+1:]] = val
		}
	}
	return out
}

// Mentions reports whether one of names stands in head, be it as a name or a
// part of one: what mentions none of the names that a format is known by need
// not be looked at more closely.
func Mentions(head []byte, names ...string) bool {
	for _, n := range names {
		if bytes.Contains(head, footfall.Bytes(n)) {
			return true
		}
	}
	return false
}

// Has reports whether the record has all of names; of an object or an array
// too ("list[]").
func (sh Shape) Has(names ...string) bool {
	for _, n := range names {
		if _, ok := sh[n]; !ok {
			return false
		}
	}
	return true
}

// Any reports whether the record has one of names.
func (sh Shape) Any(names ...string) bool {
	for _, n := range names {
		if _, ok := sh[n]; ok {
			return true
		}
	}
	return false
}
