// Package kvscan walks a line of key=value pairs as firewalls write them:
// values alone, in double or in single quotes, with backslashes before quotes,
// parted by blanks, commas or semicolons, with loose words between them. In
// goes the text, out come keys and values that point into it. What a quote
// holds is never taken for a pair. It knows no names and allocates nothing.
package kvscan

import "strings"

// A Scanner stands on one pair at a time. The zero Scanner has no text.
type Scanner struct {
	Key, Val string
	Escaped  bool // Val holds backslashes before what they protect: see Unescape
	Quoted   bool // Val stood in quotes
	Loose    int  // where the first word that is no pair begins; -1 for none yet
	Comma    bool // set it when commas alone part pairs: one ends a value without quotes too
	text     string
	pos      int
}

// New returns a Scanner before the first pair of text.
func New(text string) Scanner { return Scanner{text: text, Loose: -1} }

// Pos returns where the text begins that s has not looked at.
func (s *Scanner) Pos() int { return s.pos }

// Next goes on to the next pair; false at the end of the text.
func (s *Scanner) Next() bool {
	for {
		for s.pos < len(s.text) && class[s.text[s.pos]] == blank {
			s.pos++
		}
		if s.pos >= len(s.text) {
			return false
		}
		from := s.pos
		i := from
		for i < len(s.text) && class[s.text[i]] == name {
			i++
		}
		if i > from && i < len(s.text) && s.text[i] == '=' {
			s.Key = s.text[from:i]
			s.value(i + 1)
			return true
		}
		s.loose(from, i)
	}
}

// loose passes over a word that is no pair.
func (s *Scanner) loose(from, i int) {
	if s.Loose < 0 {
		s.Loose = from
	}
	for i < len(s.text) && class[s.text[i]] != blank {
		i++
	}
	s.pos = max(i, from+1)
}

func (s *Scanner) value(i int) {
	s.Escaped, s.Quoted = false, false
	if i < len(s.text) && (s.text[i] == '"' || s.text[i] == '\'') && s.quoted(i) {
		return
	}
	end := i
	for end < len(s.text) && s.text[end] != ' ' && s.text[end] != '\t' && (!s.Comma || s.text[end] != ',') {
		end++
	}
	s.Val, s.pos = s.text[i:end], end
	// A comma or semicolon parts pairs when it ends the value.
	if v := strings.TrimRight(s.Val, ",;"); len(v) < len(s.Val) {
		s.Val = v
	}
}

// quoted reads a value in quotes. One in double quotes that do not close goes
// to the end; a single quote that does not close is a letter like others.
func (s *Scanner) quoted(i int) bool {
	q := s.text[i]
	for j := i + 1; j < len(s.text); j++ {
		switch s.text[j] {
		case '\\':
			if j+1 < len(s.text) && (s.text[j+1] == q || s.text[j+1] == '\\') && !s.last(j, q) {
				s.Escaped = true
				j++
			}
		case q:
			s.Val, s.pos, s.Quoted = s.text[i+1:j], j+1, true
			return true
		}
	}
	if q == '\'' {
		return false
	}
	s.Val, s.pos, s.Quoted = s.text[i+1:], len(s.text), true
	return true
}

// last reports whether a backslash at j ends its value, as the path of a folder
// of Windows may: behind the quote stands the end of the text.
func (s *Scanner) last(j int, q byte) bool {
	return s.text[j+1] == q && j+2 == len(s.text)
}

// Unescape appends to dst the text of a value without the backslashes that
// protect a quote or another backslash. The result is never longer than v.
func Unescape(dst []byte, v string) []byte {
	for i := 0; i < len(v); i++ {
		if v[i] == '\\' && i+1 < len(v) && (v[i+1] == '"' || v[i+1] == '\'' || v[i+1] == '\\') {
			i++
		}
		dst = append(dst, v[i])
	}
	return dst
}

// Get returns the value of the first pair of a key, "" when there is none.
func Get(text, key string) string {
	for s := New(text); s.Next(); {
		if s.Key == key {
			return s.Val
		}
	}
	return ""
}

const (
	other = iota
	name
	blank
)

var class = func() (t [256]uint8) {
	for c := range t {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c >= 0x80 {
			t[c] = name
		}
	}
	for _, c := range "_-.:/()@#$" {
		t[c] = name
	}
	for _, c := range " \t,;\r\n" {
		t[c] = blank
	}
	return t
}()
