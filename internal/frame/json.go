package frame

import (
	"bytes"
	"encoding/binary"
	"math/bits"
)

// JSON yields the values of data: one a line, one after another, or the
// elements of arrays, which are walked into. A value that is broken is yielded
// up to the next line that begins a value.
func JSON(data []byte, yield func(offset int, record []byte) bool) {
	s := scanner{data: data, line: -1, brk: -1, ended: true}
	for pos := 0; ; {
		v := s.value(pos)
		if v.start >= len(data) || !yield(v.start, data[v.start:v.end]) {
			return
		}
		pos = v.next
	}
}

// CutJSON is the Cut of JSON.
func CutJSON(data []byte) int {
	if n := cutBetween(data); n > 0 {
		return n
	}
	s := scanner{data: data, line: -1, brk: -1}
	cut := 0
	for pos := 0; ; {
		v := s.value(pos)
		if v.start >= len(data) {
			return cut
		}
		if !v.whole {
			return cut
		}
		cut, pos = v.next, v.next
	}
}

// cutBetween finds the last place where a line ends in a brace and the next
// one begins with a brace. Two objects without a comma between them are never
// inside another value, so this is a border of records wherever it stands, and
// most streams are cut without a look at the rest of the bytes.
func cutBetween(data []byte) int {
	const far = 128 << 10
	low := max(0, len(data)-far)
	for end := len(data); ; {
		i := bytes.LastIndex(data[low:end], []byte("\n{"))
		if i < 0 {
			return 0
		}
		i += low
		if p := bytes.TrimRight(data[max(0, i-2):i], "\r"); len(p) > 0 && p[len(p)-1] == '}' {
			return i + 1
		}
		end = i + 1
	}
}

// A scanner finds values in data. It remembers where the next line end and the
// next line that begins with a brace are, so that many values in one line do
// not each look for them.
type scanner struct {
	data  []byte
	ended bool // what follows data begins with a brace, or is nothing
	line  int  // the next line end at or behind where it was last asked for
	brk   int  // the next "\n{"
}

func (s *scanner) nextLine(pos int) int {
	if s.line < pos {
		s.line = pos + index(s.data[pos:], "\n")
	}
	return s.line
}

func (s *scanner) nextBreak(pos int) int {
	if s.brk < pos {
		s.brk = pos + index(s.data[pos:], "\n{")
	}
	return s.brk
}

// index is bytes.Index with the length of data for "not there".
func index(data []byte, sep string) int {
	var i int
	if len(sep) == 1 {
		i = bytes.IndexByte(data, sep[0])
	} else {
		i = bytes.Index(data, []byte(sep))
	}
	if i < 0 {
		return len(data)
	}
	return i
}

// value returns the value behind pos.
func (s *scanner) value(pos int) span {
	data := s.data
	for pos < len(data) && separator(data[pos]) {
		pos++
	}
	if pos == len(data) {
		return span{start: pos, end: pos, next: pos}
	}
	if data[pos] != '{' {
		return s.scalar(pos)
	}
	if v, ok := s.alone(pos); ok {
		return v
	}
	end, whole := s.object(pos)
	return span{pos, trimRight(data, pos, end), end, whole}
}

// separator says whether c stands between values: arrays are walked into, and
// 0x1E is the record separator of RFC 7464.
func separator(c byte) bool {
	return space(c) || c == ',' || c == '[' || c == ']' || c == 0x1E
}

// alone handles the common case: the object at pos fills its line, and the
// next line begins another. See cutBetween for why that is enough.
func (s *scanner) alone(pos int) (span, bool) {
	data := s.data
	if pos > 0 && data[pos-1] != '\n' {
		return span{}, false
	}
	nl := s.nextLine(pos)
	if nl == len(data) || nl+1 == len(data) && !s.ended || nl+1 < len(data) && data[nl+1] != '{' {
		return span{}, false
	}
	end := nl
	if data[end-1] == '\r' {
		end--
	}
	if data[end-1] != '}' || several(data[pos:end]) {
		return span{}, false
	}
	return span{pos, end, nl + 1, true}, true
}

// several says whether line may hold more than one object: a brace closes and
// one opens behind it, with nothing but space and a comma between.
func several(line []byte) bool {
	for i := 0; ; i++ {
		k := bytes.IndexByte(line[i:], '}')
		if k < 0 {
			return false
		}
		for i += k; i+1 < len(line) && (space(line[i+1]) || line[i+1] == ','); {
			i++
		}
		if i+1 < len(line) && line[i+1] == '{' {
			return true
		}
	}
}

// object returns where the object at pos ends. A line that begins with a brace
// where no value may begin ends a broken one; whole is false when the data
// ends first.
func (s *scanner) object(pos int) (end int, whole bool) {
	brk := s.nextBreak(pos)
	if end, whole = braces(s.data[:brk], pos); whole || brk == len(s.data) {
		return end, whole
	}
	return careful(s.data, pos)
}

// scalar returns what stands at pos and is no object: a string, a number, a
// word, or text that is no JSON, up to its line end.
func (s *scanner) scalar(pos int) span {
	data := s.data
	nl := s.nextLine(pos)
	end := nl
	whole := nl < len(data)
	switch c := data[pos]; {
	case c == '"':
		if e, ok := quoted(data[:nl], pos+1); ok {
			end, whole = e, true
		}
	default:
		if e := word(data[:nl], pos); e < nl {
			end, whole = e, true
		}
	}
	for end > pos && space(data[end-1]) {
		end--
	}
	return span{pos, end, end, whole}
}

// word returns the end of the number or literal at pos; text that is neither
// goes to the end of data.
func word(data []byte, pos int) int {
	end := pos
	for end < len(data) && !separator(data[end]) {
		end++
	}
	w := data[pos:end]
	if string(w) == "true" || string(w) == "false" || string(w) == "null" {
		return end
	}
	for _, c := range w {
		if (c < '0' || c > '9') && c != '-' && c != '+' && c != '.' && c|0x20 != 'e' {
			return len(data)
		}
	}
	return end
}

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// zeros marks the zero bytes of x, exactly up to and with the first.
func zeros(x uint64) uint64 { return (x - ones) &^ x & highs }

// braces returns the end of the object or array at pos by counting braces and
// brackets outside strings, eight bytes at a time.
func braces(data []byte, pos int) (end int, whole bool) {
	depth := 0
	i := pos
	for i < len(data) {
		for i+8 <= len(data) {
			x := binary.LittleEndian.Uint64(data[i:])
			y := x | ones*0x20 // '[' and ']' become '{' and '}'
			m := zeros(x^ones*'"') | zeros(y^ones*'{') | zeros(y^ones*'}')
			if m != 0 {
				i += bits.TrailingZeros64(m) >> 3
				break
			}
			i += 8
		}
		if i >= len(data) {
			break
		}
		switch data[i] {
		case '"':
			e, ok := quoted(data, i+1)
			if !ok {
				return len(data), false
			}
			i = e
			continue
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1, true
			}
		}
		i++
	}
	return len(data), false
}

// quoted returns where the string whose first byte is at pos ends, behind its
// closing quote.
func quoted(data []byte, pos int) (end int, ok bool) {
	for i := pos; i < len(data); {
		for i+8 <= len(data) {
			x := binary.LittleEndian.Uint64(data[i:])
			if m := zeros(x^ones*'"') | zeros(x^ones*'\\'); m != 0 {
				i += bits.TrailingZeros64(m) >> 3
				break
			}
			i += 8
		}
		if i >= len(data) {
			break
		}
		switch data[i] {
		case '"':
			return i + 1, true
		case '\\':
			i++
		}
		i++
	}
	return len(data), false
}

// careful is braces for an object that a line with a brace at its front
// crosses: it knows whether a value may begin there. An object that is cut off
// by such a line ends before it.
func careful(data []byte, pos int) (end int, whole bool) {
	var arrays uint64 // one bit a level, 1 for an array, the innermost lowest
	depth := 0
	var before byte // the last byte outside strings that is no space
	str := false
	for i := pos; i < len(data); i++ {
		c := data[i]
		if c == '\n' && i+1 < len(data) && data[i+1] == '{' {
			inArray := arrays&1 == 1
			fits := !str && (before == ':' && !inArray || inArray && (before == ',' || before == '['))
			if !fits {
				return trimRight(data, pos, i), true
			}
		}
		if str {
			if c == '\\' && i+1 < len(data) && data[i+1] != '\n' {
				i++
			} else if c == '"' {
				str, before = false, '"'
			}
			continue
		}
		switch c {
		case '"':
			str = true
		case '{':
			depth, arrays = depth+1, arrays<<1
		case '[':
			depth, arrays = depth+1, arrays<<1|1
		case '}', ']':
			depth, arrays = depth-1, arrays>>1
			if depth == 0 {
				return i + 1, true
			}
		}
		if !space(c) {
			before = c
		}
	}
	return len(data), false
}

// trimRight returns end moved left over white space, but not to pos.
func trimRight(data []byte, pos, end int) int {
	for end > pos+1 && space(data[end-1]) {
		end--
	}
	return end
}
