package report

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// clean makes text of a log safe to show on a terminal or a page: what is not
// to be seen (control characters, terminal escapes, direction overrides,
// zero-width and invalid bytes) stands there as its code.
func clean(s string) string {
	i := strings.IndexFunc(s, hidden)
	if i < 0 && utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	for i, r := range s {
		switch {
		case r == utf8.RuneError && !strings.HasPrefix(s[i:], "\uFFFD"):
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case r < 0x80 && hidden(r):
			fmt.Fprintf(&b, `\x%02x`, r)
		case r > 0xFFFF && hidden(r):
			fmt.Fprintf(&b, `\U%08x`, r)
		case hidden(r):
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// hidden reports whether a character has no shape of its own, or changes how
// others are shown: everything that Unicode does not call graphic, and the
// fillers and blanks that are graphic by name only.
func hidden(r rune) bool {
	switch r {
	case 0x115F, 0x1160, 0x2800, 0x3164, 0xFFA0:
		return true
	}
	return !unicode.IsGraphic(r) || unicode.Is(unicode.Zl, r) || unicode.Is(unicode.Zp, r) || unicode.Is(unicode.Variation_Selector, r)
}

const (
	maxWord = 120  // columns of one word in running text; the middle of a longer one is left out
	maxTold = 1500 // bytes of one running text
)

// tidy is clean for running text of people: long words are folded and a very
// long text is cut, both with their lengths.
func tidy(s string) string {
	s = clean(s)
	if len(s) > maxTold {
		words := strings.Split(s, " ")
		for i, w := range words {
			words[i] = fold(w, maxWord)
		}
		s = strings.Join(words, " ")
		if len(s) > maxTold {
			s = fmt.Sprintf("%s... (%d bytes)", strings.ToValidUTF8(s[:maxTold], ""), len(s))
		}
		return s
	}
	if !strings.ContainsFunc(s, func(r rune) bool { return r != ' ' }) {
		return s
	}
	words := strings.Split(s, " ")
	for i, w := range words {
		words[i] = fold(w, maxWord)
	}
	return strings.Join(words, " ")
}

// fold leaves out the middle of a text that is wider than n columns and says
// how long it is.
func fold(s string, n int) string {
	if len(s) <= n || columns(s) <= n {
		return s
	}
	mark := fmt.Sprintf("..(%d)..", len(s))
	if n < len(mark)+8 { // too little room to tell the length
		return cutColumns(s, n-2) + ".."
	}
	head := (n - len(mark)) * 2 / 3
	return cutColumns(s, head) + mark + lastColumns(s, n-len(mark)-head)
}

// columns is how wide a text is on a terminal.
func columns(s string) int {
	n := 0
	for _, r := range s {
		n += columnsOf(r)
	}
	return n
}

// columnsOf follows Unicode Standard Annex 11: East Asian wide characters and
// pictures take two columns, combining marks none.
func columnsOf(r rune) int {
	switch {
	case r < 0x300:
		return 1
	case unicode.In(r, unicode.Mn, unicode.Me):
		return 0
	case r >= 0x1100 && r <= 0x115F, r >= 0x2E80 && r <= 0xA4CF, r >= 0xAC00 && r <= 0xD7A3, r >= 0xF900 && r <= 0xFAFF,
		r >= 0xFE30 && r <= 0xFE6F, r >= 0xFF00 && r <= 0xFF60, r >= 0xFFE0 && r <= 0xFFE6, r >= 0x1F300 && r <= 0x1FAFF,
		r >= 0x20000 && r <= 0x3FFFD:
		return 2
	}
	return 1
}

func cutColumns(s string, n int) string {
	for i, r := range s {
		if n -= columnsOf(r); n < 0 {
			return s[:i]
		}
	}
	return s
}

func lastColumns(s string, n int) string {
	i := len(s)
	for i > 0 {
		r, size := utf8.DecodeLastRuneInString(s[:i])
		if n -= columnsOf(r); n < 0 {
			break
		}
		i -= size
	}
	return s[i:]
}

// wrap breaks text at spaces into lines of at most n columns; a word that is
// wider is broken anywhere.
func wrap(s string, n int) []string {
	n = max(n, 8)
	var out []string
	line, width := "", 0
	flush := func() { out, line, width = append(out, line), "", 0 }
	for _, w := range strings.Fields(s) {
		c := columns(w)
		if width > 0 && width+1+c > n {
			flush()
		}
		for c > n {
			head := cutColumns(w, n)
			if head == "" {
				break
			}
			out = append(out, head)
			w = w[len(head):]
			c = columns(w)
		}
		if width > 0 {
			line, width = line+" ", width+1
		}
		line, width = line+w, width+c
	}
	if width > 0 || len(out) == 0 {
		flush()
	}
	return out
}
