package zeek

import (
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/record"
)

var (
	errNoHeader = errors.New("zeek: a line before the header that names its fields")
	errColumns  = errors.New("zeek: a line whose columns are not those of the header")
)

// maxColumns bounds how many fields a header names.
const maxColumns = 2000

// A table reads lines under the header lines in force.
type table struct {
	r                      *reader
	sep, set, empty, unset string
	path                   string
	cols                   []column
	fields                 string // the header that cols was made from
	types                  string
}

type column struct {
	c       record.Column
	kind    kind
	wanted  bool
	answers bool
}

// A kind is how a value is written.
type kind uint8

const (
	scalar kind = iota
	truth       // T or F
	list        // a set or vector: elements parted by the set separator
)

// forget sets what Zeek writes when nobody configured it.
func (t *table) forget() { t.sep, t.set, t.empty, t.unset = "\t", ",", "(empty)", "-" }

func (t *table) line(b *footfall.Batch, line []byte) error {
	if len(line) == 0 { // a chunk begins
		t.forget()
		t.path, t.cols, t.fields, t.types = "", t.cols[:0], "", ""
		return nil
	}
	if line[0] == '#' { // a value that begins so is written \x23
		t.header(footfall.Str(line))
		return nil
	}
	if len(t.cols) == 0 {
		return errNoHeader
	}
	e := t.r.begin(b, len(line))
	if !t.values(b, b.Keep(line)) {
		return errColumns
	}
	t.r.finish(e, t.path)
	return nil
}

// values hands the line's values to their columns; false when there are not
// as many as the header has.
func (t *table) values(b *footfall.Batch, rest string) bool {
	last := len(t.cols) - 1
	for i := range t.cols {
		v := rest
		at := strings.Index(rest, t.sep)
		if (at < 0) != (i == last) {
			return false
		}
		if at >= 0 {
			v, rest = rest[:at], rest[at+len(t.sep):]
		}
		if c := &t.cols[i]; c.wanted && v != t.unset {
			t.value(b, c, v)
		}
	}
	return true
}

func (t *table) value(b *footfall.Batch, c *column, v string) {
	switch {
	case c.kind == truth && v == "T":
		t.r.v.PutColumn(c.c, "true")
	case c.kind == truth && v == "F":
		t.r.v.PutColumn(c.c, "false")
	case c.kind == list:
		if v == t.empty {
			return
		}
		for more := true; more; {
			var elem string
			elem, v, more = strings.Cut(v, t.set)
			if elem == t.unset {
				continue
			}
			elem = unescape(b, elem)
			if c.answers && t.r.answer == "" && record.Addr(elem).IsValid() {
				t.r.answer = elem
			}
			t.r.v.PutColumn(c.c, elem)
		}
	case v == t.empty:
		t.r.v.PutColumn(c.c, "")
	default:
		t.r.v.PutColumn(c.c, unescape(b, v))
	}
}

// header takes a header line. The separator stands behind a blank, everything
// else behind the separator.
func (t *table) header(s string) {
	if v, ok := strings.CutPrefix(s, "#separator "); ok {
		sep := t.sep
		t.forget()
		t.sep = plain(sep, v)
		return
	}
	name, v, _ := strings.Cut(s[1:], t.sep)
	if len(v) > 64 && name != "fields" && name != "types" {
		return
	}
	switch name {
	case "set_separator":
		t.set = plain(t.set, v)
	case "empty_field":
		t.empty = kept(t.empty, v)
	case "unset_field":
		t.unset = kept(t.unset, v)
	case "path":
		t.path = kept(t.path, v)
	case "fields":
		t.names(v)
	case "types":
		t.kinds(v)
	}
}

func (t *table) names(v string) {
	if v == t.fields && len(t.cols) > 0 {
		return // another chunk of the same log
	}
	t.fields, t.types, t.cols = strings.Clone(v), "", t.cols[:0]
	for name := range strings.SplitSeq(v, t.sep) {
		if len(t.cols) == maxColumns {
			return
		}
		c := column{c: t.r.v.Column(name), answers: name == "answers"}
		c.wanted = c.c.Wanted() || c.answers
		t.cols = append(t.cols, c)
	}
}

func (t *table) kinds(v string) {
	if v == t.types {
		return
	}
	t.types = strings.Clone(v)
	i := 0
	for name := range strings.SplitSeq(v, t.sep) {
		if i == len(t.cols) {
			return
		}
		k := scalar
		switch {
		case name == "bool":
			k = truth
		case strings.HasPrefix(name, "set[") || strings.HasPrefix(name, "vector[") || name == "table" || name == "set" || name == "vector":
			k = list
		}
		t.cols[i].kind = k
		i++
	}
}

// plain reads the \xNN of a header's separators; it returns old when v says
// nothing else, since each chunk repeats the header.
func plain(old, v string) string {
	var buf [64]byte
	out := decoded(buf[:0], v)
	if len(out) == 0 || len(out) > 16 {
		return old
	}
	return kept(old, footfall.Str(out))
}

// kept is v: old when it is the same, else a copy.
func kept(old, v string) string {
	if v == old {
		return old
	}
	return strings.Clone(v)
}

// unescape reads the \xNN and \\ of the ASCII writer. Bytes that make no
// UTF-8 stay escaped, as they do in JSON.
func unescape(b *footfall.Batch, s string) string {
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	out := decoded(b.Grow(5*len(s)), s)
	if utf8.Valid(out) {
		return b.Kept(out)
	}
	// Behind what was decoded there is room for four times as much.
	n := len(out)
	for p := out[:n]; len(p) > 0; {
		c, size := utf8.DecodeRune(p)
		if c == utf8.RuneError && size == 1 {
			out = append(out, '\\', 'x', hexDigits[p[0]>>4], hexDigits[p[0]&15])
		} else {
			out = append(out, p[:size]...)
		}
		p = p[size:]
	}
	copy(out, out[n:])
	return b.Kept(out[:len(out)-n])
}

const hexDigits = "0123456789abcdef"

func decoded(out []byte, s string) []byte {
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			if s[i+1] == '\\' {
				out = append(out, '\\')
				i++
				continue
			}
			if s[i+1] == 'x' && i+3 < len(s) {
				if hi, lo := hex(s[i+2]), hex(s[i+3]); hi < 16 && lo < 16 {
					out = append(out, hi<<4|lo)
					i += 3
					continue
				}
			}
		}
		out = append(out, s[i])
	}
	return out
}

func hex(c byte) byte {
	switch {
	case c-'0' <= 9:
		return c - '0'
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return c | 0x20 - 'a' + 10
	}
	return 255
}
