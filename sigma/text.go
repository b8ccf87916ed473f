package sigma

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// maxVariants bounds how many texts windash makes of one.
const maxVariants = 625

// texts applies the modifiers that change a text, in the order given.
func (m modifiers) texts(v value) ([]test, error) {
	ps, err := []pattern{parsePattern(v.text)}, error(nil)
	anywhere := false
	for _, c := range m.chain {
		anywhere = anywhere || c == "contains" || c == "startswith" || c == "endswith"
		if ps, err = changeAll(c, ps); err != nil {
			return nil, err
		}
		// A text whose place in the encoded one is unknown is never all of a
		// field: base64offset alone means contains.
		if c == "base64offset" && !anywhere && m.chain[len(m.chain)-1] == c {
			if ps, err = changeAll("contains", ps); err != nil {
				return nil, err
			}
		}
	}
	var out []test
	for _, p := range ps {
		if m.field == "" {
			p = join(any1, p, any1)
		}
		out = append(out, test{kind: testText, text: p, cased: m.cased})
	}
	return out, nil
}

var any1 = pattern{{wild: '*'}}

func changeAll(modifier string, ps []pattern) ([]pattern, error) {
	var out []pattern
	for _, p := range ps {
		q, err := change(modifier, p)
		if err != nil {
			return nil, err
		}
		out = append(out, q...)
	}
	return out, nil
}

func change(modifier string, p pattern) ([]pattern, error) {
	switch modifier {
	case "contains":
		return []pattern{join(any1, p, any1)}, nil
	case "startswith":
		return []pattern{join(p, any1)}, nil
	case "endswith":
		return []pattern{join(any1, p)}, nil
	case "wide", "utf16le":
		return []pattern{p.each(utf16le)}, nil
	case "utf16be":
		return []pattern{p.each(utf16be)}, nil
	case "utf16":
		if p.wild() {
			return nil, errors.New("a text with wildcards has no byte order mark; use utf16le")
		}
		return []pattern{plain("\xff\xfe" + utf16le(p.literal()))}, nil
	case "windash":
		return windash(p)
	case "base64":
		return encode(p, "base64", func(s string) []string {
			return []string{base64.StdEncoding.EncodeToString([]byte(s))}
		})
	}
	return encode(p, "base64offset", base64Offsets)
}

func encode(p pattern, name string, f func(string) []string) ([]pattern, error) {
	if p.wild() {
		return nil, fmt.Errorf("%s cannot encode wildcards; write contains, startswith or endswith behind it", name)
	}
	if p.literal() == "" {
		return nil, fmt.Errorf("%s of an empty text", name)
	}
	var out []pattern
	for _, s := range f(p.literal()) {
		if s == "" {
			return nil, fmt.Errorf("%q is too short: base64offset leaves nothing of it that is always the same", p.literal())
		}
		out = append(out, plain(s))
	}
	return out, nil
}

// base64Offsets returns what of s is always the same in the Base64 of any
// text that holds it, for each of the three places in a group of three bytes
// where it may begin. The characters at both ends that also hold bits of the
// neighbours are cut off.
func base64Offsets(s string) []string {
	var out []string
	for shift := range 3 {
		e := base64.RawStdEncoding.EncodeToString([]byte("\x00\x00"[:shift] + s))
		first := (shift*8 + 5) / 6
		last := (shift + len(s)) * 8 / 6
		if last < first {
			last = first
		}
		out = append(out, e[first:last])
	}
	return out
}

func utf16le(s string) string { return utf16Bytes(s, 0, 8) }
func utf16be(s string) string { return utf16Bytes(s, 8, 0) }

func utf16Bytes(s string, first, second uint) string {
	var b strings.Builder
	for _, u := range utf16.Encode([]rune(s)) {
		b.WriteByte(byte(u >> first))
		b.WriteByte(byte(u >> second))
	}
	return b.String()
}

const dashes = "-/–—―"

// windash returns p with each dash that begins an option written in every way
// that Windows programs take. A dash begins an option when a word follows and
// none stands before it: the one in "a-b" stays. (pySigma reads it so too;
// the specification says "all permutations" and not where.)
func windash(p pattern) ([]pattern, error) {
	out := []pattern{nil}
	for _, x := range p {
		if x.wild != 0 {
			out = appendEach(out, []string{""}, x)
			continue
		}
		begin, prev := 0, rune(0)
		for i, r := range x.lit {
			n := utf8.RuneLen(r)
			if n < 0 {
				n = 1
			}
			if strings.ContainsRune(dashes, r) && !word(prev) && word(first(x.lit[i+n:])) {
				out = appendEach(out, []string{""}, piece{lit: x.lit[begin:i]})
				var ways []string
				for _, d := range dashes {
					ways = append(ways, string(d))
				}
				if len(out)*len(ways) > maxVariants {
					return nil, errors.New("windash: more than four options in one text; split it into a list with all")
				}
				out = appendEach(out, ways, piece{})
				begin = i + n
			}
			prev = r
		}
		out = appendEach(out, []string{""}, piece{lit: x.lit[begin:]})
	}
	return out, nil
}

// appendEach returns each of ps with each of ways behind it, and then x.
func appendEach(ps []pattern, ways []string, x piece) []pattern {
	var out []pattern
	for _, p := range ps {
		for _, w := range ways {
			q := join(p).text(w)
			if x.wild != 0 || x.lit != "" {
				q = q.add(x)
			}
			out = append(out, q)
		}
	}
	return out
}

func first(s string) rune {
	r, _ := utf8.DecodeRuneInString(s)
	if s == "" {
		return 0
	}
	return r
}

func word(r rune) bool {
	return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r)
}
