package sigma

import (
	"strings"
	"unicode/utf8"
)

// A pattern is a Sigma string with its escapes read: literal texts and
// wildcards in turn. Neighbouring literals are one piece.
type pattern []piece

// A piece is a literal text, or a wildcard when wild is not 0.
type piece struct {
	lit  string
	wild byte // '*' any number of characters, '?' one character, 0 a literal
}

// parsePattern reads a string value (Sigma rules specification 2.0, Escaping):
// a backslash takes the meaning from the wildcard or backslash behind it, and
// is itself before anything else.
func parsePattern(s string) pattern {
	var p pattern
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\' && i+1 < len(s) && (s[i+1] == '*' || s[i+1] == '?' || s[i+1] == '\\'):
			i++
			b.WriteByte(s[i])
		case c == '*' || c == '?':
			p = p.text(b.String()).add(piece{wild: c})
			b.Reset()
		default:
			b.WriteByte(c)
		}
	}
	return p.text(b.String())
}

// plain returns the pattern of a text without wildcards.
func plain(s string) pattern { return pattern(nil).text(s) }

// text appends a literal.
func (p pattern) text(s string) pattern {
	if s == "" {
		return p
	}
	return p.add(piece{lit: s})
}

// add appends a piece to a pattern that nobody else holds.
func (p pattern) add(x piece) pattern {
	if n := len(p); n > 0 {
		last := &p[n-1]
		if x.wild == 0 && last.wild == 0 {
			last.lit += x.lit
			return p
		}
		if x.wild == '*' && last.wild == '*' {
			return p
		}
	}
	return append(p, x)
}

// join returns the pieces of all parts in a new pattern.
func join(parts ...pattern) pattern {
	var out pattern
	for _, p := range parts {
		for _, x := range p {
			out = out.add(x)
		}
	}
	return out
}

// wild reports whether p has a wildcard.
func (p pattern) wild() bool {
	for _, x := range p {
		if x.wild != 0 {
			return true
		}
	}
	return false
}

// literal returns the text of a pattern without wildcards.
func (p pattern) literal() string {
	if len(p) == 0 {
		return ""
	}
	return p[0].lit
}

// each returns p with f applied to its literals.
func (p pattern) each(f func(string) string) pattern {
	var out pattern
	for _, x := range p {
		if x.wild == 0 {
			out = out.text(f(x.lit))
		} else {
			out = out.add(x)
		}
	}
	return out
}

// String writes p so that parsePattern reads it again.
func (p pattern) String() string {
	var b strings.Builder
	for _, x := range p {
		if x.wild != 0 {
			b.WriteByte(x.wild)
			continue
		}
		for i := range len(x.lit) {
			if c := x.lit[i]; c == '*' || c == '?' || c == '\\' {
				b.WriteByte('\\')
			}
			b.WriteByte(x.lit[i])
		}
	}
	return b.String()
}

// A shape is what a pattern asks for, when that is one of the simple things.
type shape uint8

const (
	shapeGlob     shape = iota // wildcards inside
	shapeEqual                 // the text itself
	shapePrefix                // text*
	shapeSuffix                // *text
	shapeContains              // *text*
	shapeAny                   // *
)

// shape returns the shape of p and the text of the simple ones.
func (p pattern) shape() (shape, string) {
	star := func(i int) bool { return p[i].wild == '*' }
	lit := func(i int) bool { return p[i].wild == 0 }
	switch {
	case len(p) == 0:
		return shapeEqual, ""
	case len(p) == 1 && lit(0):
		return shapeEqual, p[0].lit
	case len(p) == 1 && star(0):
		return shapeAny, ""
	case len(p) == 2 && lit(0) && star(1):
		return shapePrefix, p[0].lit
	case len(p) == 2 && star(0) && lit(1):
		return shapeSuffix, p[1].lit
	case len(p) == 3 && star(0) && lit(1) && star(2):
		return shapeContains, p[1].lit
	}
	return shapeGlob, ""
}

// longest returns the longest literal of p, the first of equal ones.
func (p pattern) longest() string {
	best := ""
	for _, x := range p {
		if len(x.lit) > len(best) {
			best = x.lit
		}
	}
	return best
}

// match reports whether p fits the whole of s. Case counts. A failed try
// behind a star is taken up at the last star only, which is enough because
// the earliest place for all that stands between two stars is also the best.
func (p pattern) match(s string) bool {
	pi, si, star, mark := 0, 0, -1, 0
	for {
		if pi == len(p) && si == len(s) {
			return true
		}
		if pi < len(p) {
			if x := p[pi]; x.wild == '*' {
				if pi+1 == len(p) {
					return true
				}
				star, mark = pi, si
				pi++
				continue
			} else if n := x.fits(s[si:]); n > 0 {
				pi, si = pi+1, si+n
				continue
			}
		}
		if star < 0 || mark >= len(s) {
			return false
		}
		pi = star + 1
		if mark = p.resume(pi, s, mark); mark < 0 {
			return false
		}
		si = mark
	}
}

// fits returns how many bytes at the beginning of s the piece takes, 0 when
// it does not fit.
func (x piece) fits(s string) int {
	if x.wild == '?' {
		if s == "" {
			return 0
		}
		_, n := utf8.DecodeRuneInString(s)
		return n
	}
	if strings.HasPrefix(s, x.lit) {
		return len(x.lit)
	}
	return 0
}

// resume returns the next place behind mark where the piece at pi may begin,
// -1 when there is none.
func (p pattern) resume(pi int, s string, mark int) int {
	_, n := utf8.DecodeRuneInString(s[mark:])
	mark += n
	if p[pi].wild != 0 {
		return mark
	}
	i := strings.Index(s[mark:], p[pi].lit)
	if i < 0 {
		return -1
	}
	return mark + i
}
