package report

import (
	"html"
	"strings"
	"unicode/utf8"

	"github.com/footfall/footfall"
)

// Limits of what is marked in records.
const (
	maxTerms = 200
	leastLen = 2   // bytes of a name that is marked
	around   = 56  // bytes of a long record that are shown on each side of a mark
	atOnce   = 400 // bytes of a record that are shown whole
	maxParts = 4   // pieces of a long record that are shown
)

// terms are the names that a case is about, as records spell them, in lower
// case: accounts without their domain too, hosts without theirs.
type terms map[string]bool

func newTerms(c *footfall.Case) terms {
	t := terms{}
	for _, e := range c.Entities {
		t.entity(e)
	}
	for _, h := range c.Path {
		t.add(h.From)
		t.add(h.To)
		t.account(h.Account)
		t.account(h.Switch)
	}
	return t
}

func (t terms) entity(e footfall.Entity) {
	switch e.Kind {
	case "account":
		t.account(e.Name)
	case "host", "address", "service", "task":
		t.add(e.Name)
	}
}

func (t terms) account(s string) {
	t.add(s)
	t.add(footfall.Bare(s))
}

func (t terms) add(s string) {
	if len(s) >= leastLen && len(s) <= 256 && len(t) < maxTerms {
		t[strings.ToLower(s)] = true
	}
}

// A stretch is a part of a text, from and to in bytes.
type stretch struct{ from, to int }

// find returns where names of t stand in s as whole words, in order.
func (t terms) find(s string) (out []stretch) {
	for i := 0; i < len(s); {
		if !wordByte(s[i]) {
			i++
			continue
		}
		j := i
		for j < len(s) && wordByte(s[j]) {
			j++
		}
		if from, to, ok := t.within(s, i, j); ok {
			out = append(out, stretch{from, to})
		}
		i = j
	}
	return out
}

// wordByte reports whether a byte belongs to a name: letters, digits, and what
// stands within names and addresses. A backslash and @ end one.
func wordByte(b byte) bool {
	switch {
	case b >= 'a' && b <= 'z', b >= 'A' && b <= 'Z', b >= '0' && b <= '9', b >= 0x80:
		return true
	}
	return strings.IndexByte("._-$:", b) >= 0
}

// within looks for a name in the word s[i:j]: all of it, without punctuation,
// before a colon, or its first label.
func (t terms) within(s string, i, j int) (from, to int, ok bool) {
	for i < j && strings.IndexByte(".:-", s[i]) >= 0 {
		i++
	}
	for i < j && strings.IndexByte(".:-", s[j-1]) >= 0 {
		j--
	}
	if j-i < leastLen || j-i > 256 {
		return 0, 0, false
	}
	word := strings.ToLower(s[i:j])
	if len(word) != j-i { // lower case of another length: the places would be wrong
		word = s[i:j]
	}
	if t[word] {
		return i, j, true
	}
	for _, sep := range []string{":", "."} {
		head, tail, cut := strings.Cut(word, sep)
		if cut && len(head) >= leastLen && t[head] {
			return i, i + len(head), true
		}
		if cut && sep == ":" && len(tail) >= leastLen && t[tail] {
			return j - len(tail), j, true
		}
	}
	return 0, 0, false
}

// marked writes s as HTML with the names of t marked.
func (t terms) marked(b *strings.Builder, s string) { markAt(b, s, t.find(s)) }

func markAt(b *strings.Builder, s string, at []stretch) {
	last := 0
	for _, m := range at {
		b.WriteString(html.EscapeString(s[last:m.from]))
		b.WriteString("<mark>")
		b.WriteString(html.EscapeString(s[m.from:m.to]))
		b.WriteString("</mark>")
		last = m.to
	}
	b.WriteString(html.EscapeString(s[last:]))
}

// excerpt writes the parts of a long text that the marks stand in; it reports
// false when the text is short enough to be shown whole, which it then did.
func (t terms) excerpt(b *strings.Builder, s string) bool {
	at := t.find(s)
	if len(s) <= atOnce {
		markAt(b, s, at)
		return false
	}
	var parts []stretch
	known := map[string]bool{}
	for _, m := range at {
		word := s[m.from:m.to]
		if known[word] {
			continue
		}
		from, to := boundary(s, m.from-around), boundary(s, m.to+around)
		if n := len(parts); n > 0 && from <= parts[n-1].to {
			parts[n-1].to = to
		} else if n == maxParts {
			break
		} else {
			parts = append(parts, stretch{from, to})
		}
		known[word] = true
	}
	if len(parts) == 0 {
		parts = []stretch{{0, boundary(s, atOnce/2)}}
	}
	for i, p := range parts {
		if i > 0 || p.from > 0 {
			b.WriteString(" … ")
		}
		t.marked(b, s[p.from:p.to])
	}
	if parts[len(parts)-1].to < len(s) {
		b.WriteString(" …")
	}
	return true
}

// boundary moves i back to where a character begins, within s.
func boundary(s string, i int) int {
	i = max(0, min(i, len(s)))
	for i > 0 && i < len(s) && !utf8.RuneStart(s[i]) {
		i--
	}
	return i
}
