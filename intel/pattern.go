package intel

import "strings"

// A comparison is one part of a STIX pattern that we can look up.
type comparison struct {
	path   string
	values []string
}

// maxComparisons bounds what one pattern gives.
const maxComparisons = 10_000

// pattern reads a STIX pattern (STIX 2.1, section 9) that says "one of these":
// comparisons for equality, IN and ISSUBSET, joined by OR, in one observation
// or in several joined by OR. Anything else could not be told from one record.
func pattern(s string) ([]comparison, bool) {
	x := scanner{rest: s}
	var out []comparison
	for {
		if !x.take("[") {
			return nil, false
		}
		for {
			c, ok := x.comparison()
			if !ok || len(out) == maxComparisons {
				return nil, false
			}
			out = append(out, c)
			if !x.word("OR") {
				break
			}
		}
		if !x.take("]") {
			return nil, false
		}
		if x.space(); x.rest == "" {
			return out, true
		}
		if !x.word("OR") {
			return nil, false
		}
	}
}

type scanner struct{ rest string }

func (x *scanner) space() { x.rest = strings.TrimLeft(x.rest, " \t\r\n") }

func (x *scanner) take(s string) bool {
	x.space()
	rest, ok := strings.CutPrefix(x.rest, s)
	if ok {
		x.rest = rest
	}
	return ok
}

// word takes a keyword, which ends where a letter does.
func (x *scanner) word(s string) bool {
	x.space()
	if !strings.HasPrefix(x.rest, s) || len(x.rest) > len(s) && x.rest[len(s)] >= 'A' && x.rest[len(s)] <= 'z' && x.rest[len(s)] != '[' {
		return false
	}
	x.rest = x.rest[len(s):]
	return true
}

func (x *scanner) comparison() (c comparison, ok bool) {
	if c.path = x.path(); c.path == "" {
		return c, false
	}
	switch {
	case x.take("=="), x.take("="), x.word("ISSUBSET"):
		v, ok := x.text()
		c.values = []string{v}
		return c, ok
	case x.word("IN"):
		if !x.take("(") {
			return c, false
		}
		for {
			v, ok := x.text()
			if !ok || len(c.values) == maxComparisons {
				return c, false
			}
			c.values = append(c.values, v)
			if x.take(")") {
				return c, true
			}
			if !x.take(",") {
				return c, false
			}
		}
	}
	return c, false
}

// path takes "file:hashes.'SHA-256'", quotes dropped.
func (x *scanner) path() string {
	x.space()
	var b strings.Builder
	quote := byte(0)
	i := 0
scan:
	for ; i < len(x.rest); i++ {
		c := x.rest[i]
		switch {
		case c == quote && quote != 0:
			quote = 0
			continue
		case quote == 0 && (c == '\'' || c == '"'):
			quote = c
			continue
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '-', c == '_', c == ':', c == '.':
			b.WriteByte(c)
			continue
		}
		break scan
	}
	x.rest = x.rest[i:]
	if quote != 0 {
		return ""
	}
	return b.String()
}

// text takes a string in single quotes, in which a backslash stands before a
// quote or another backslash.
func (x *scanner) text() (string, bool) {
	if !x.take("'") {
		return "", false
	}
	var b strings.Builder
	for i := 0; i < len(x.rest); i++ {
		switch c := x.rest[i]; {
		case c == '\'':
			x.rest = x.rest[i+1:]
			return b.String(), true
		case c == '\\' && i+1 < len(x.rest):
			i++
			b.WriteByte(x.rest[i])
		default:
			b.WriteByte(c)
		}
	}
	return "", false
}
