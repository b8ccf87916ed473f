// Package sentinel reads records of the table CommonSecurityLog of Microsoft
// Sentinel and Log Analytics, as exports have them. The table holds records of the
// Common Event Format (CEF) under longer names: in goes a row, out comes an event
// whose message is the record again, which the decode stage hands to whoever reads
// that device's. Rules find the table's own names too. It never says what a record
// means.
package sentinel

import (
	"bytes"
	"errors"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/clock"
	"github.com/footfall/footfall/internal/csvscan"
	"github.com/footfall/footfall/internal/record"
)

const manual = "https://learn.microsoft.com/azure/sentinel/cef-name-mapping; https://learn.microsoft.com/azure/azure-monitor/reference/tables/commonsecuritylog"

// Decoder reads rows as JSON.
var Decoder = footfall.Decoder{
	Name:   "sentinel",
	Doc:    "The table CommonSecurityLog of Microsoft Sentinel as JSON: what devices sent as CEF, read as if it came from them.",
	Source: manual,
	Frame:  footfall.FrameJSON,
	By:     "Type CommonSecurityLog, or the keys DeviceVendor and DeviceProduct beside others of the table",
	Sniff: func(head []byte) int {
		if !record.Mentions(head, "DeviceVendor", "CommonSecurityLog") {
			return 0
		}
		sh := record.ShapeOf(head)
		if sh["Type"] == "CommonSecurityLog" {
			return 97
		}
		if sh.Has("DeviceVendor", "DeviceProduct") && sh.Any("TimeGenerated", "TimeGenerated [UTC]", "Activity", "LogSeverity", "DeviceEventClassID") {
			return 95
		}
		return 0
	},
	New: func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
		return newReader(s).json, nil
	},
}

// CSV reads rows as CSV.
var CSV = footfall.Decoder{
	Name:   "sentinel-csv",
	Doc:    "The table CommonSecurityLog of Microsoft Sentinel as CSV, as the portal exports it. Times are UTC.",
	Source: manual,
	Frame:  footfall.FrameCSV,
	By:     "the columns DeviceVendor and DeviceProduct beside others of the table",
	Sniff:  sniffCSV,
	New:    openCSV,
}

var (
	errColumns = errors.New("sentinel: the header record has no DeviceVendor and DeviceProduct")
	errRow     = errors.New("sentinel: a row without DeviceVendor and DeviceProduct")
)

type reader struct {
	v       *record.Values
	columns []record.Column
	fields  [][]byte
	buf     []byte
	sep     byte
}

func newReader(s *footfall.Schema) *reader { return &reader{v: record.New(s, paths, nil)} }

func (r *reader) json(b *footfall.Batch, frame []byte) error {
	e := b.New()
	r.v.Begin(b)
	if err := r.v.JSON(frame); err != nil {
		return err
	}
	return r.row(b, e)
}

func openCSV(s *footfall.Schema, header []byte) (footfall.DecodeFunc, error) {
	r := newReader(s)
	header = bytes.TrimPrefix(header, []byte("\xef\xbb\xbf"))
	r.sep = csvscan.Separator(header)
	fields, _ := csvscan.Fields(nil, nil, header, r.sep)
	has := 0
	for _, f := range fields {
		if string(f) == "DeviceVendor" || string(f) == "DeviceProduct" {
			has++
		}
		r.columns = append(r.columns, r.v.Column(string(f)))
	}
	if has < 2 {
		return nil, errColumns
	}
	return r.csv, nil
}

func (r *reader) csv(b *footfall.Batch, frame []byte) error {
	e := b.New()
	r.v.Begin(b)
	r.fields, r.buf = csvscan.Fields(r.fields[:0], r.buf[:0], frame, r.sep)
	for i, f := range r.fields {
		if i < len(r.columns) && len(f) > 0 && r.columns[i].Wanted() {
			r.v.PutColumn(r.columns[i], b.Keep(f))
		}
	}
	return r.row(b, e)
}

// row makes an event whose message is the record.
func (r *reader) row(b *footfall.Batch, e *footfall.Event) error {
	v := r.v
	if v.Get(vendor) == "" && v.Get(product) == "" {
		return errRow
	}
	stamp := v.First(when, whenUTC)
	ns, n := clock.ISO(stamp)
	if n == 0 {
		ns, _ = clock.Local(stamp)
	}
	e.Time, e.Computer = ns, v.First(deviceName, computer, deviceAddress)
	if m := v.Get(text); strings.HasPrefix(m, "%ASA-") || strings.HasPrefix(m, "%FTD-") {
		e.Message = m // a message of a firewall of Cisco, which sends no CEF
		return nil
	}
	e.Message = r.cef(b)
	return nil
}

// cef writes the record as CEF, the header first and what the device says in
// names of its own last: of a name that comes twice the first counts.
func (r *reader) cef(b *footfall.Batch) string {
	v := r.v
	size := 16
	for i := range extensions {
		if s := v.Get(i); s != "" {
			size += 2*len(s) + len(keys[i]) + 2
		}
	}
	more := v.Get(extensions)
	out := append(b.Grow(size+2*len(more)), "CEF:0|"...)
	for _, slot := range [...]int{vendor, product, version, class, activity, severity} {
		out = append(escape(out, v.Get(slot), '|'), '|')
	}
	for i := range extensions {
		if s := v.Get(i); s != "" && keys[i] != "" {
			out = append(append(append(out, ' '), keys[i]...), '=')
			out = escape(out, s, '=')
		}
	}
	for more != "" {
		var pair string
		if pair, more = cut(more); pair != "" {
			name, val, _ := strings.Cut(pair, "=")
			out = append(append(append(out, ' '), name...), '=')
			out = escape(out, val, '=')
		}
	}
	return b.Kept(out)
}

// cut parts "name=value;name=value" at the first semicolon behind which a name
// and an equals sign stand. What is no pair is "".
func cut(s string) (pair, rest string) {
	s = strings.TrimLeft(s, "; ")
	end, next := len(s), len(s)
	for i := 0; i < len(s); i++ {
		if s[i] == ';' && named(s[i+1:]) {
			end, next = i, i+1
			break
		}
	}
	if !named(s) {
		return "", s[next:]
	}
	return strings.TrimRight(s[:end], "; "), s[next:]
}

// named reports whether s begins with a name and an equals sign.
func named(s string) bool {
	i := 0
	for i < len(s) && i < 128 {
		c := s[i]
		if (c|0x20 < 'a' || c|0x20 > 'z') && c-'0' > 9 && c != '_' && c != '.' && c != '-' {
			break
		}
		i++
	}
	return i > 0 && i < len(s) && s[i] == '='
}

// escape writes a value: what CEF parts records with has a backslash before it.
func escape(out []byte, s string, mark byte) []byte {
	for i := range len(s) {
		switch c := s[i]; c {
		case mark, '\\':
			out = append(out, '\\', c)
		case '\n':
			out = append(out, '\\', 'n')
		case '\r':
			out = append(out, '\\', 'r')
		default:
			out = append(out, c)
		}
	}
	return out
}

func sniffCSV(head []byte) int {
	line, _, _ := bytes.Cut(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), []byte("\n"))
	if len(line) > 16384 || bytes.IndexByte(line, '{') >= 0 {
		return 0
	}
	fields, _ := csvscan.Fields(nil, nil, bytes.TrimRight(line, "\r"), csvscan.Separator(line))
	device, table := 0, 0
	for _, f := range fields {
		switch string(f) {
		case "DeviceVendor", "DeviceProduct":
			device++
		case "TimeGenerated", "TimeGenerated [UTC]", "Activity", "LogSeverity", "DeviceEventClassID", "DeviceAction", "AdditionalExtensions":
			table++
		}
	}
	if device >= 2 && table >= 2 {
		return 96
	}
	return 0
}
