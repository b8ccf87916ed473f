// Package jsonscan walks one JSON value (RFC 8259) in a single pass over its
// bytes: members come out one after another, containers are entered or
// skipped, strings stay where they are and are decoded only when somebody
// wants them and they hold escapes. It never recurses, allocates only to
// report an error, and takes what logs hold beyond the RFC: raw control
// characters, invalid UTF-8 and unknown escapes inside strings.
package jsonscan

import (
	"encoding/binary"
	"fmt"
	"math/bits"
	"unicode/utf16"
	"unicode/utf8"
)

// A Kind is the type of a value.
type Kind uint8

const (
	None Kind = iota // no value: before the first, and after an error
	String
	Number
	True
	False
	Null
	Object
	Array
)

// MaxDepth is how deep containers may be nested.
const MaxDepth = 64

// An Error says where a value breaks the grammar.
type Error struct {
	Offset int
	What   string
}

func (e *Error) Error() string { return fmt.Sprintf("json: offset %d: %s", e.Offset, e.What) }

// A Scanner stands on one value at a time. The zero Scanner is ready for Reset.
// What Key, Raw and Text return is good until the next call of Next or Reset.
type Scanner struct {
	buf     []byte
	pos     int // the next byte to look at
	start   int // where the value begins
	key     []byte
	val     []byte // bytes of a string between its quotes, or of a number
	scratch []byte // decoded key
	err     *Error
	arrays  uint64 // bit per level: this container is an array
	depth   int
	kind    Kind
	esc     bool // val holds escapes
	fresh   bool // just entered: no comma is due
}

// Reset stands s on the first value of buf, past leading spaces, and returns
// its kind. What follows the value is not looked at.
func (s *Scanner) Reset(buf []byte) Kind {
	s.buf, s.pos, s.key, s.err, s.arrays, s.depth, s.fresh = buf, 0, nil, nil, 0, 0, false
	if len(buf) >= 3 && buf[0] == 0xef && buf[1] == 0xbb && buf[2] == 0xbf {
		s.pos = 3
	}
	s.value()
	return s.kind
}

// Next goes on to the next member or element of the container that s is in.
// It returns false at its end, with s then after the container, and on an error.
// A container that was not entered is skipped.
func (s *Scanner) Next() bool {
	if s.err != nil || !s.leave() || s.depth == 0 {
		return false
	}
	isArray := s.arrays>>(s.depth-1)&1 == 1
	i := s.space(s.pos)
	if i >= len(s.buf) {
		return s.fail(i, "ends inside a container")
	}
	if c := s.buf[i]; c == '}' && !isArray || c == ']' && isArray {
		s.pos, s.fresh, s.kind = i+1, false, None
		s.depth--
		return false
	} else if !s.fresh {
		if c != ',' {
			return s.fail(i, "a comma or the end of the container is due")
		}
		i = s.space(i + 1)
	}
	s.fresh = false
	s.pos = i
	if isArray {
		s.key = nil
	} else if !s.readKey() {
		return false
	}
	return s.value()
}

// Enter goes into the object or array that s stands on, so that Next yields what it holds.
func (s *Scanner) Enter() bool {
	if s.kind != Object && s.kind != Array || s.err != nil {
		return false
	}
	if s.depth == MaxDepth {
		return s.fail(s.start, "nested too deep")
	}
	s.arrays &^= 1 << s.depth
	if s.kind == Array {
		s.arrays |= 1 << s.depth
	}
	s.depth++
	s.pos, s.fresh, s.kind = s.start+1, true, None
	return true
}

// Kind returns the kind of the value.
func (s *Scanner) Kind() Kind { return s.kind }

// Key returns the name of the member, decoded; nil in an array.
func (s *Scanner) Key() []byte { return s.key }

// Raw returns a string as it stands between its quotes, or the text of a
// number; escaped says that the string holds escapes.
func (s *Scanner) Raw() (text []byte, escaped bool) { return s.val, s.esc }

// Into is Raw with the escapes decoded: such a text is appended to buf, which
// is returned grown, so that texts of one record stand side by side in it.
func (s *Scanner) Into(buf []byte) (text, grown []byte) {
	if !s.esc {
		return s.val, buf
	}
	from := len(buf)
	buf = Unescape(buf, s.val)
	return buf[from:len(buf):len(buf)], buf
}

// Text returns a string decoded, or the text of a number, true or false, and
// nothing for null. It appends to dst only when it has to decode.
func (s *Scanner) Text(dst []byte) []byte {
	switch s.kind {
	case String:
		if s.esc {
			return Unescape(dst[:0], s.val)
		}
		return s.val
	case Number, True, False:
		return s.val
	}
	return nil
}

// Skip passes over the value, a container whole, and returns its bytes; nil on an error.
func (s *Scanner) Skip() []byte {
	if s.kind == None || !s.leave() {
		return nil
	}
	return s.buf[s.start:s.pos]
}

// Depth returns how many containers s is in.
func (s *Scanner) Depth() int { return s.depth }

// Pos returns the offset of the first byte that s has not looked at.
func (s *Scanner) Pos() int { return s.pos }

// Err returns what broke the grammar, nil when nothing did.
func (s *Scanner) Err() error {
	if s.err == nil {
		return nil
	}
	return s.err
}

// Rest walks what is left of all open containers, and reports whether it is well formed.
func (s *Scanner) Rest() bool {
	for s.depth > 0 && s.err == nil {
		for s.Next() {
		}
	}
	return s.err == nil && s.leave()
}

// leave passes over a container that was not entered.
func (s *Scanner) leave() bool {
	if s.kind != Object && s.kind != Array {
		return s.err == nil
	}
	return s.skip()
}

func (s *Scanner) fail(at int, what string) bool {
	if s.err == nil {
		s.err = &Error{min(at, len(s.buf)), what}
	}
	s.kind, s.val, s.key, s.esc = None, nil, nil, false
	return false
}

func (s *Scanner) space(i int) int {
	for i < len(s.buf) {
		switch s.buf[i] {
		case ' ', '\n', '\r', '\t':
			i++
		default:
			return i
		}
	}
	return i
}

func (s *Scanner) readKey() bool {
	if s.pos >= len(s.buf) || s.buf[s.pos] != '"' {
		return s.fail(s.pos, "a member's name is due")
	}
	from := s.pos + 1
	end, esc := stringEnd(s.buf, from)
	if end < 0 {
		return s.fail(s.pos, "a string does not end")
	}
	s.key = s.buf[from:end]
	if esc {
		s.scratch = Unescape(s.scratch[:0], s.key)
		s.key = s.scratch
	}
	i := end + 1
	if i < len(s.buf) && s.buf[i] != ':' {
		i = s.space(i)
	}
	if i >= len(s.buf) || s.buf[i] != ':' {
		return s.fail(i, "a colon is due")
	}
	s.pos = i + 1
	return true
}

// value stands s on the value at pos: scalars are read, containers are left at their bracket.
func (s *Scanner) value() bool {
	i := s.pos
	if i < len(s.buf) && s.buf[i] <= ' ' {
		i = s.space(i)
	}
	if i >= len(s.buf) {
		return s.fail(i, "a value is due")
	}
	s.start, s.esc, s.val = i, false, nil
	switch c := s.buf[i]; c {
	case '"':
		end, esc := stringEnd(s.buf, i+1)
		if end < 0 {
			return s.fail(i, "a string does not end")
		}
		s.kind, s.val, s.esc, s.pos = String, s.buf[i+1:end], esc, end+1
	case '{':
		s.kind, s.pos = Object, i+1
	case '[':
		s.kind, s.pos = Array, i+1
	case 't':
		return s.word(True, "true")
	case 'f':
		return s.word(False, "false")
	case 'n':
		return s.word(Null, "null")
	default:
		return s.number(i)
	}
	return true
}

func (s *Scanner) word(k Kind, w string) bool {
	end := s.start + len(w)
	if end > len(s.buf) || string(s.buf[s.start:end]) != w {
		return s.fail(s.start, "not a value")
	}
	s.kind, s.pos = k, end
	if k != Null {
		s.val = s.buf[s.start:end]
	}
	return true
}

func (s *Scanner) number(i int) bool {
	from, digits := i, 0
	for ; i < len(s.buf); i++ {
		c := s.buf[i]
		if c >= '0' && c <= '9' {
			digits++
		} else if c != '-' && c != '+' && c != '.' && c != 'e' && c != 'E' {
			break
		}
	}
	if c := s.buf[from]; digits == 0 || c != '-' && (c < '0' || c > '9') {
		return s.fail(from, "not a value")
	}
	s.kind, s.val, s.pos = Number, s.buf[from:i], i
	return true
}

// skip passes over the container at start. It follows brackets and strings
// and leaves the rest of the grammar alone.
func (s *Scanner) skip() bool {
	var arrays uint64
	level := 0
	b := s.buf
	for i := s.start; i < len(b); i++ {
		switch c := b[i]; c {
		case '"':
			end, _ := stringEnd(b, i+1)
			if end < 0 {
				return s.fail(i, "a string does not end")
			}
			i = end
		case '{', '[':
			if s.depth+level == MaxDepth {
				return s.fail(i, "nested too deep")
			}
			arrays = arrays<<1 | uint64(c>>5&1^1) // '[' is 0x5b, '{' 0x7b
			level++
		case '}', ']':
			if arrays&1 != uint64(c>>5&1^1) { // ']' is 0x5d, '}' 0x7d
				return s.fail(i, "a bracket closes what it did not open")
			}
			arrays >>= 1
			if level--; level == 0 {
				s.pos, s.kind = i+1, None
				return true
			}
		}
	}
	return s.fail(len(b), "ends inside a container")
}

const (
	low  = 0x0101010101010101
	high = 0x8080808080808080
)

// stringEnd returns the index of the quote that ends the string whose first
// byte is b[i], -1 when none does, and whether the string holds a backslash.
func stringEnd(b []byte, i int) (end int, esc bool) {
	for {
		for ; i+8 <= len(b); i += 8 {
			w := binary.LittleEndian.Uint64(b[i:])
			q, e := w^(low*'"'), w^(low*'\\')
			// The lowest set bit is exact: a borrow can only spoil bytes above a hit.
			if m := ((q - low) &^ q & high) | ((e - low) &^ e & high); m != 0 {
				i += bits.TrailingZeros64(m) >> 3
				break
			}
		}
		for i < len(b) && b[i] != '"' && b[i] != '\\' {
			i++
		}
		if i >= len(b) {
			return -1, esc
		}
		if b[i] == '"' {
			return i, esc
		}
		esc = true
		i += 2
	}
}

// Unescape appends to dst the text of a string as it stands between its
// quotes. The result is never longer than src. A lone surrogate becomes
// U+FFFD; an unknown escape stays as it is.
func Unescape(dst, src []byte) []byte {
	for i := 0; i < len(src); {
		c := src[i]
		if c != '\\' || i+1 >= len(src) {
			dst = append(dst, c)
			i++
			continue
		}
		if plain := escapes[src[i+1]]; plain != 0 {
			dst = append(dst, plain)
			i += 2
			continue
		}
		r, n := unicodeEscape(src[i:])
		if n == 0 {
			dst = append(dst, c)
			i++
			continue
		}
		dst = utf8.AppendRune(dst, r)
		i += n
	}
	return dst
}

var escapes = [256]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// unicodeEscape reads \uXXXX, or two of them that form a surrogate pair, and
// returns how many bytes they take; 0 when src does not begin with one.
func unicodeEscape(src []byte) (r rune, n int) {
	r, ok := hex4(src)
	if !ok {
		return 0, 0
	}
	if !utf16.IsSurrogate(r) {
		return r, 6
	}
	if second, ok := hex4(src[6:]); ok {
		if pair := utf16.DecodeRune(r, second); pair != utf8.RuneError {
			return pair, 12
		}
	}
	return utf8.RuneError, 6
}

func hex4(src []byte) (r rune, ok bool) {
	if len(src) < 6 || src[0] != '\\' || src[1] != 'u' {
		return 0, false
	}
	for _, c := range src[2:6] {
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c >= 'a' && c <= 'f':
			c -= 'a' - 10
		case c >= 'A' && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}

// An Arena keeps text: a footfall.Batch.
type Arena interface {
	Keep(v []byte) string
	Grow(n int) []byte
	Kept(v []byte) string
}

// Keep returns what Text returns, kept in a.
func (s *Scanner) Keep(a Arena) string {
	switch s.kind {
	case True:
		return "true"
	case False:
		return "false"
	case String:
		if s.esc {
			return a.Kept(Unescape(a.Grow(len(s.val)), s.val))
		}
	}
	return a.Keep(s.val)
}
