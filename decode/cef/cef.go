// Package cef understands records of the Common Event Format, whoever wrote
// them: by the dictionary of its extension, and by the names that some
// products have for their events. In goes a message from "CEF:" on, or a line
// with whatever stands before that; out comes one event. Of a key that comes
// twice the first counts, since makers write addresses before what others
// said.
package cef

import (
	"errors"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/firewall"
	"github.com/footfall/footfall/internal/message"
	"github.com/footfall/footfall/internal/preface"
	"github.com/footfall/footfall/internal/record"
)

const manual = "ArcSight Common Event Format (CEF) Implementation Standard, version 26"

// Decoder reads CEF behind syslog.
var Decoder = footfall.Decoder{
	Name:   "cef",
	Doc:    "Records of the Common Event Format behind syslog: connections, logons, requests and verdicts of firewalls, gateways and others.",
	Source: manual,
	Frame:  footfall.FrameMessage,
	By:     `a message that begins with "CEF:" and a version`,
	Sniff: func(m []byte) int {
		if s := footfall.Str(m); begin(s) == 0 {
			return 80
		}
		return 0
	},
	New: func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) { return newDecoder(s).message, nil },
}

// Lines reads files of CEF.
var Lines = footfall.Decoder{
	Name:   "cef-line",
	Doc:    "Lines of the Common Event Format, alone or behind any header.",
	Source: manual,
	Frame:  footfall.FrameLines,
	By:     `lines with "CEF:" and a version`,
	Sniff: func(head []byte) int {
		return message.Share(head, 85, 2, func(line string) bool { return begin(line) >= 0 })
	},
	New: func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) { return newDecoder(s).line, nil },
}

var (
	errNoEvent = errors.New("cef: a message without its envelope")
	errLine    = errors.New("not a line of CEF")
	errHeader  = errors.New("cef: the header has fewer than seven parts")
)

type decoder struct {
	values      *record.Values
	fields      firewall.Fields
	other, wall footfall.LogID
	text        footfall.FieldID
	keys        [7]record.Column
}

// header are the names of the seven parts of the header.
var header = [7]string{"CEFVersion", "DeviceVendor", "DeviceProduct", "DeviceVersion", "DeviceEventClassID", "Name", "Severity"}

func newDecoder(s *footfall.Schema) *decoder {
	d := &decoder{
		values: record.New(s, paths, nil), fields: firewall.New(s), text: s.Asked("message"),
		other: s.AddLog(footfall.Log{Product: "cef"}),
		wall:  s.AddLog(footfall.Log{Product: "cef", Categories: []string{"firewall"}}),
	}
	for i, name := range header {
		d.keys[i] = d.values.Column(name)
	}
	return d
}

func (d *decoder) message(b *footfall.Batch, frame []byte) error {
	if len(b.Events) == 0 {
		return errNoEvent
	}
	e := b.Current()
	s := e.Message
	if s != string(frame) {
		s = b.Keep(frame)
	}
	return d.read(b, e, s)
}

func (d *decoder) line(b *footfall.Batch, frame []byte) error {
	line := strings.TrimRight(footfall.Str(frame), " \t\r")
	if line == "" {
		return nil
	}
	i := begin(line)
	if i < 0 {
		return errLine
	}
	line = b.Keep(footfall.Bytes(line))
	e := b.New()
	if h := preface.Read(line[:i]); h.Time != 0 || h.Host != "" {
		e.Time, e.Zoneless, e.Computer = h.Time, !h.Zoned && h.Time != 0, h.Host
	}
	b.Add(d.text, line[i:])
	return d.read(b, e, line[i:])
}

// maxHead bounds what may stand before a record in a line.
const maxHead = 512

// begin returns where a record begins: at "CEF:", or at the front when the
// mark was taken for the name of a program and is gone. -1 when there is none.
func begin(s string) int {
	for from := 0; ; {
		i := strings.Index(s[from:min(len(s), maxHead)], "CEF:")
		if i < 0 {
			break
		}
		if i += from; whole(s[i+len("CEF:"):]) {
			return i
		}
		from = i + 1
	}
	if whole(s) {
		return 0
	}
	return -1
}

// whole reports whether s begins with a version and six more parts.
func whole(s string) bool {
	s = strings.TrimLeft(s, " ")
	if len(s) < 8 || s[0]-'0' > 1 || s[1] != '|' && s[1] != '.' {
		return false
	}
	bars := 0
	for i := 0; i < len(s) && i < 2048; i++ {
		switch s[i] {
		case '\\':
			i++
		case '|':
			if bars++; bars == 7 {
				return true
			}
		}
	}
	return bars == 6 // a record without extension may end in its severity
}

// read reads a record. s lives as long as the batch.
func (d *decoder) read(b *footfall.Batch, e *footfall.Event, s string) error {
	if i := strings.Index(s[:min(len(s), 8)], "CEF:"); i >= 0 {
		s = s[i+len("CEF:"):]
	}
	v := d.values
	v.Begin(b)
	var part [7]string
	for i := range part {
		var ok bool
		if part[i], s, ok = bar(b, s); !ok && i < 6 {
			return errHeader
		}
		if part[i] != "" {
			v.PutColumn(d.keys[i], part[i])
		}
	}
	extension(b, s, v)
	labels(v)
	d.mean(b, e, &part)
	return nil
}

// bar cuts s at its first bar without a backslash before it.
func bar(b *footfall.Batch, s string) (part, rest string, ok bool) {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '|':
			return unescape(b, strings.TrimSpace(s[:i])), s[i+1:], true
		}
	}
	return unescape(b, strings.TrimSpace(s)), "", false
}

// extension takes key=value pairs. A value goes on to the blank before the
// next key; an equals sign in a value has a backslash before it, and where a
// product forgets that, what stands before it is mostly no key.
func extension(b *footfall.Batch, s string, v *record.Values) {
	s = strings.TrimLeft(s, " ")
	key, at := keyBefore(s, 0)
	for key != "" {
		from := at + 1
		next, end := "", len(s)
		n := len(s)
		for i := from; i < len(s); i++ {
			if s[i] == '\\' {
				i++
				continue
			}
			if s[i] != '=' {
				continue
			}
			k := i
			for k > from && keyByte[s[k-1]] {
				k--
			}
			if k < i && k > from && s[k-1] == ' ' {
				next, end, n = s[k:i], k-1, i
				break
			}
		}
		v.Put(key, unescape(b, strings.TrimSpace(s[from:end])))
		key, at = next, n
	}
}

// keyBefore returns the key at the front of s and where its equals sign is.
func keyBefore(s string, from int) (key string, at int) {
	i := from
	for i < len(s) && keyByte[s[i]] {
		i++
	}
	if i == from || i == len(s) || s[i] != '=' {
		return "", 0
	}
	return s[from:i], i
}

var keyByte = func() (t [256]bool) {
	for c := range t {
		t[c] = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
	}
	for _, c := range "_.-[]" {
		t[c] = true
	}
	return t
}()

// unescape resolves the escapes of a value: \= \| \\ \n \r.
func unescape(b *footfall.Batch, s string) string {
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	out := b.Grow(len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			switch s[i+1] {
			case '=', '|', '\\':
				i++
			case 'n':
				out = append(out, '\n')
				i++
				continue
			case 'r':
				out = append(out, '\r')
				i++
				continue
			}
		}
		out = append(out, s[i])
	}
	return b.Kept(out)
}
