// Package hayabusa reads Hayabusa's timelines, CSV and JSON: Windows events that
// its rules hit, one row for each hit. In goes a row, out comes the event with
// Windows' own names, which Hayabusa abbreviates; an event that several rules hit
// comes as often, with the number of its record. It never says what an event
// means, nor what a rule's verdict is worth: the rule's title stays a field.
package hayabusa

import (
	"bytes"
	"errors"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/csvscan"
	"github.com/footfall/footfall/internal/jsonscan"
	"github.com/footfall/footfall/internal/winevent"
)

const manual = "https://github.com/Yamato-Security/hayabusa; https://github.com/Yamato-Security/hayabusa-rules (config/default_details.txt, channel_abbreviations.txt)"

// Decoder reads json-timeline.
var Decoder = footfall.Decoder{
	Name:   "hayabusa",
	Doc:    "Timelines of Hayabusa as JSON and JSON lines (json-timeline): the Windows event of each hit, with the names that Hayabusa abbreviates written out.",
	Source: manual,
	Frame:  footfall.FrameJSON,
	By:     "the keys RuleTitle, EventID, RecordID, and Details or AllFieldInfo",
	Sniff:  sniffJSON,
	New: func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
		return newDecoder(s).json, nil
	},
}

// CSV reads csv-timeline.
var CSV = footfall.Decoder{
	Name:   "hayabusa-csv",
	Doc:    "Timelines of Hayabusa as CSV (csv-timeline), of any profile that has Details, ExtraFieldInfo or AllFieldInfo.",
	Source: manual,
	Frame:  footfall.FrameCSV,
	By:     "the columns RuleTitle, EventID, RecordID, and Details or AllFieldInfo",
	Sniff:  sniffCSV,
	New:    openCSV,
}

var (
	errColumns  = errors.New("hayabusa: the header record has no EventID, Channel and RuleTitle")
	errNotEvent = errors.New("hayabusa: no EventID with a Channel")
)

// Columns beside those that hold a part of System.
const (
	details = winevent.RoleEnd + iota // abbreviated
	extra                             // under the event's own names
	shown                             // RuleTitle, RuleID: kept as they are
)

func role(name []byte) winevent.Role {
	switch string(name) {
	case "Timestamp":
		return winevent.SystemTime
	case "Computer":
		return winevent.Computer
	case "Channel":
		return winevent.Channel
	case "Provider":
		return winevent.ProviderName
	case "EventID":
		return winevent.EventID
	case "RecordID":
		return winevent.RecordID
	case "Details":
		return details
	case "ExtraFieldInfo", "AllFieldInfo":
		return extra
	case "RuleTitle", "RuleID":
		return shown
	}
	return winevent.Skip
}

type decoder struct {
	s     jsonscan.Scanner
	w     *winevent.Writer[footfall.FieldID]
	names *winevent.Names[footfall.FieldID]
	last  []value // of the record: those of which the last counts
	list  footfall.FieldID

	batch  *footfall.Batch
	event  *footfall.Event
	parts  [2][]byte // details and extra, as text or as JSON
	buf    []byte
	header []winevent.Role
	cols   [][]byte
	fields [][]byte
	sep    byte
}

// A value is one that is put in its place when all of the record is known.
type value struct{ name, text string }

func newDecoder(s *footfall.Schema) *decoder {
	d := &decoder{w: winevent.NewWriter[footfall.FieldID](s), list: s.Asked("Data")}
	d.names = winevent.NewNames[footfall.FieldID](s, func(k string) (string, winevent.Role) { return k, winevent.Data })
	return d
}

func (d *decoder) begin(b *footfall.Batch) {
	d.batch, d.event, d.buf, d.last, d.parts = b, b.New(), d.buf[:0], d.last[:0], [2][]byte{}
	d.w.Begin(b)
	d.names.Rewind()
}

func (d *decoder) take(r winevent.Role, name, v []byte) {
	switch r {
	case winevent.Skip:
	case details:
		d.parts[0] = v
	case extra:
		d.parts[1] = v
	case shown:
		if n := d.names.Find(name); n.ID != 0 && len(v) > 0 {
			d.batch.Add(n.ID, d.batch.Keep(v))
		}
	case winevent.Channel:
		d.w.System(r, whole(v))
	default:
		d.w.System(r, v)
	}
}

func (d *decoder) json(b *footfall.Batch, frame []byte) error {
	if i := bytes.IndexByte(frame, '{'); i > 0 {
		frame = frame[i:]
	}
	d.begin(b)
	d.s.Reset(frame)
	d.s.Enter()
	for d.s.Next() {
		r := role(d.s.Key())
		switch k := d.s.Kind(); {
		case r == winevent.Skip || k == jsonscan.Null || k == jsonscan.Array:
		case k == jsonscan.Object:
			d.take(r, nil, d.s.Skip())
		default:
			d.take(r, d.s.Key(), d.text())
		}
	}
	if err := d.s.Err(); err != nil {
		return err
	}
	return d.end()
}

func (d *decoder) text() (v []byte) {
	v, d.buf = d.s.Into(d.buf)
	return v
}

func openCSV(s *footfall.Schema, head []byte) (footfall.DecodeFunc, error) {
	d := newDecoder(s)
	head = bytes.TrimPrefix(head, []byte("\xef\xbb\xbf"))
	d.sep = csvscan.Separator(head)
	names, _ := csvscan.Fields(nil, nil, head, d.sep)
	has := 0
	for _, name := range names {
		r := role(name)
		if r == winevent.EventID || r == winevent.Channel || r == shown && string(name) == "RuleTitle" {
			has++
		}
		d.header, d.cols = append(d.header, r), append(d.cols, bytes.Clone(name))
	}
	if has != 3 {
		return nil, errColumns
	}
	return d.csv, nil
}

func (d *decoder) csv(b *footfall.Batch, frame []byte) error {
	d.begin(b)
	d.fields, d.buf = csvscan.Fields(d.fields[:0], d.buf, frame, d.sep)
	for i, f := range d.fields {
		if i < len(d.header) {
			d.take(d.header[i], d.cols[i], f)
		}
	}
	return d.end()
}

// end reads the values, now that it is known of which event they are.
func (d *decoder) end() error {
	h := &d.w.Head
	if h.Channel == "System" && (h.EventID == 7045 || h.EventID == 7036 || h.EventID == 7040 || h.EventID == 7034) {
		d.w.System(winevent.ProviderName, footfall.Bytes("Service Control Manager"))
	}
	short := abbreviations(h.Channel, h.EventID)
	for i, part := range d.parts {
		if i == 1 {
			short = nil
		}
		if len(part) > 1 && part[0] == '{' {
			if err := d.object(part, short); err != nil {
				return err
			}
		} else {
			d.pairs(part, short)
		}
		for i := range d.last { // before anything of the extra fields, which clients choose too
			d.first(d.last[i].name, d.last[i].text)
		}
		d.last = d.last[:0]
	}
	if !d.w.End() {
		return errNotEvent
	}
	e := d.event
	e.Channel, e.Provider, e.Computer = h.Channel, h.Provider, h.Computer
	e.EventID, e.Record, e.Native, e.Time = h.EventID, h.Record, h.Native, h.Time
	return nil
}

// object reads the values of JSON.
func (d *decoder) object(part []byte, short []pair) error {
	d.s.Reset(part)
	d.s.Enter()
	for d.s.Next() {
		switch d.s.Kind() {
		case jsonscan.Object, jsonscan.Array, jsonscan.Null:
		default:
			d.one(footfall.Str(d.s.Key()), footfall.Str(d.text()), short)
		}
	}
	return d.s.Err()
}

// pairs reads "Name: value ¦ Name: value", or one pair a line (--multiline) or
// behind a tab (--tab-separator).
func (d *decoder) pairs(part []byte, short []pair) {
	s := footfall.Str(part)
	sep := " ¦ "
	if !strings.Contains(s, sep) {
		if sep = "\n"; !strings.Contains(s, sep) {
			sep = "\t"
		}
	}
	for s != "" {
		var p string
		p, s, _ = strings.Cut(s, sep)
		if name, val, ok := strings.Cut(strings.TrimRight(p, "\r"), ": "); ok && len(name) <= 64 {
			d.one(strings.TrimSpace(name), val, short)
		}
	}
}

// one takes a value by its abbreviated name. A user name may hold the parting
// mark, and so make values of its own; what stands behind names in every message,
// the address above all, is therefore taken where it stands last.
func (d *decoder) one(name, val string, short []pair) {
	if val == "" || val == "n/a" || val == "-" {
		return
	}
	late := false
	switch name {
	case "SrcIP", "LID", "Status", "TgtIP", "SrcPort", "TgtPort":
		late = true
	case "Type":
		val, _, _ = strings.Cut(val, " - ") // 3 - NETWORK
	}
	full := name
	for i := range short {
		if short[i].short == name {
			full = short[i].full
			break
		}
	}
	if late && short != nil {
		for i := range d.last {
			if d.last[i].name == full {
				d.last[i].text = val
				return
			}
		}
		d.last = append(d.last, value{full, val})
		return
	}
	d.first(full, val)
}

// first keeps a value unless the record has one of the name.
func (d *decoder) first(name, val string) {
	n := d.names.FindString(name)
	if n.ID == 0 {
		return
	}
	if _, ok := d.event.Get(n.ID); ok && n.ID != d.list {
		return
	}
	d.batch.Add(n.ID, d.batch.Keep(footfall.Bytes(val)))
}

func sniffJSON(head []byte) int {
	head = bytes.TrimLeft(head, "\xef\xbb\xbf \r\n\t[")
	if len(head) == 0 || head[0] != '{' {
		return 0
	}
	var s jsonscan.Scanner
	s.Reset(head)
	s.Enter()
	has := marks(0)
	for n := 0; n < 100 && s.Next(); n++ {
		has |= markOf(s.Key())
	}
	return has.sure()
}

func sniffCSV(head []byte) int {
	line, _, _ := bytes.Cut(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), []byte("\n"))
	if len(line) > 4096 || bytes.HasPrefix(line, []byte("{")) {
		return 0
	}
	fields, _ := csvscan.Fields(nil, nil, bytes.TrimRight(line, "\r"), csvscan.Separator(line))
	has := marks(0)
	for _, f := range fields {
		has |= markOf(f)
	}
	return has.sure()
}

// marks are the names that only Hayabusa puts together.
type marks uint8

func markOf(name []byte) marks {
	switch string(name) {
	case "RuleTitle":
		return 1
	case "EventID":
		return 2
	case "Channel":
		return 4
	case "Details", "AllFieldInfo", "ExtraFieldInfo":
		return 8
	case "Timestamp":
		return 16
	}
	return 0
}

func (m marks) sure() int {
	if m == 31 {
		return 97
	}
	return 0
}
