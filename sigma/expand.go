package sigma

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// pending are the values of an item that hold placeholders.
type pending struct {
	mods   modifiers
	values []value
}

// A span of a value is either text or the name of a placeholder.
type span struct {
	text string
	name string
}

// parsePlaceholders parts a value into text and placeholders: %name% is one,
// \% is a plain percent sign, and so is a percent sign that begins no name.
// Other escapes stay, for parsePattern to read.
func parsePlaceholders(s string) []span {
	var out []span
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s) && s[i+1] == '\\':
			b.WriteString(`\\`)
			i++
		case s[i] == '\\' && i+1 < len(s) && s[i+1] == '%':
			i++
			b.WriteByte('%')
		case s[i] == '%':
			n := nameLen(s[i+1:])
			if n == 0 {
				b.WriteByte('%')
				continue
			}
			out = append(out, span{text: b.String()}, span{name: s[i+1 : i+1+n]})
			b.Reset()
			i += n + 1
		default:
			b.WriteByte(s[i])
		}
	}
	return append(out, span{text: b.String()})
}

// nameLen returns the length of the placeholder name at the beginning of s,
// 0 when a name and a percent sign do not stand there.
func nameLen(s string) int {
	for i := range len(s) {
		c := s[i]
		switch {
		case c == '%':
			return i
		case c == '_' || c == '-' || c == '.' || '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z':
		default:
			return 0
		}
	}
	return 0
}

// Placeholders returns the names of the placeholders that a rule and its
// filters hold, without percent signs, in the order of the rule.
func (r *Rule) Placeholders() []string {
	var out []string
	own := len(r.selections)
	if len(r.Filters) > 0 {
		own = r.Filters[0].first
	}
	for _, s := range r.selections[:own] {
		out = s.root.placeholders(out)
	}
	return out
}

// placeholders appends the names of the placeholders in an expr to dst.
func (x *expr) placeholders(dst []string) []string {
	for _, k := range x.kids {
		dst = k.placeholders(dst)
	}
	if x.item != nil && x.item.pending != nil {
		for _, v := range x.item.pending.values {
			for _, s := range parsePlaceholders(v.text) {
				if s.name != "" && !slices.Contains(dst, s.name) {
					dst = append(dst, s.name)
				}
			}
		}
	}
	return dst
}

// bind returns x with the values of its placeholders in their places.
func (x *expr) bind(to map[string][]string) (*expr, error) {
	out := *x
	out.kids = nil
	for _, k := range x.kids {
		b, err := k.bind(to)
		if err != nil {
			return nil, err
		}
		out.kids = append(out.kids, b)
	}
	if x.item == nil || x.item.pending == nil {
		return &out, nil
	}
	it := *x.item
	it.values = slices.Clone(it.values)
	for _, v := range it.pending.values {
		ts, err := it.pending.tests(v, to)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", label(it.key), err)
		}
		it.values = append(it.values, ts)
	}
	out.item = &it
	return &out, nil
}

// tests returns the tests of a value for every way to bind its placeholders.
func (p *pending) tests(v value, to map[string][]string) ([]test, error) {
	texts := []string{""}
	for _, s := range parsePlaceholders(v.text) {
		ways := []string{s.text}
		if s.name != "" {
			ways = to[s.name]
		}
		if len(texts)*len(ways) > maxTests {
			return nil, fmt.Errorf("the placeholders of %q have more than %d values together", v.text, maxTests)
		}
		var next []string
		for _, t := range texts {
			for _, w := range ways {
				if s.name != "" && p.mods.kind == testRegexp {
					w = parsePattern(w).regexp()
				}
				next = append(next, t+w)
			}
		}
		texts = next
	}
	var out []test
	for _, t := range texts {
		ts, err := p.mods.tests(value{t, valueText})
		if err != nil {
			return nil, err
		}
		if out = append(out, ts...); len(out) > maxTests {
			return nil, fmt.Errorf("the placeholders of %q have more than %d values together", v.text, maxTests)
		}
	}
	return out, nil
}

// regexp returns p as part of a regular expression.
func (p pattern) regexp() string {
	var b strings.Builder
	for _, x := range p {
		switch x.wild {
		case '*':
			b.WriteString(".*")
		case '?':
			b.WriteByte('.')
		default:
			b.WriteString(regexp.QuoteMeta(x.lit))
		}
	}
	return b.String()
}
