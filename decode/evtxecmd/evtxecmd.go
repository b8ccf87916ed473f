// Package evtxecmd reads Windows events from EvtxECmd, which KAPE runs: its
// JSON lines and its CSV. A line or record goes in, one event under Windows'
// own field names comes out, taken from Payload; the columns that EvtxECmd
// words for people are left out. It never says what an event means.
package evtxecmd

import (
	"bytes"
	"errors"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/csvscan"
	"github.com/footfall/footfall/internal/jsonscan"
	"github.com/footfall/footfall/internal/winevent"
)

// Decoder reads EvtxECmd's JSON.
var Decoder = footfall.Decoder{
	Name:   "evtxecmd",
	Doc:    "Windows events as JSON lines of Eric Zimmerman's EvtxECmd (--json). Values come from Payload.",
	Source: "https://github.com/EricZimmerman/evtx",
	Frame:  footfall.FrameJSON,
	By:     "the names of its columns as keys: MapDescription, PayloadData1, ChunkNumber",
	Sniff:  sniffJSON,
	New: func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
		return newDecoder(s).json, nil
	},
}

// CSV reads EvtxECmd's CSV.
var CSV = footfall.Decoder{
	Name:   "evtxecmd-csv",
	Doc:    "Windows events as CSV of Eric Zimmerman's EvtxECmd (--csv), which is what KAPE collects. Values come from the column Payload.",
	Source: "https://github.com/EricZimmerman/evtx",
	Frame:  footfall.FrameCSV,
	By:     "the names of its columns: MapDescription, PayloadData1, ChunkNumber",
	Sniff:  sniffCSV,
	New:    openCSV,
}

var (
	errNotEvent = errors.New("evtxecmd: no EventId with a Channel or Provider")
	errColumns  = errors.New("evtxecmd: the header record has no EventId and Payload")
)

// payload marks the column that holds the event's values as JSON.
const payload = winevent.RoleEnd

// role says what a column or key holds.
func role(name []byte) winevent.Role {
	switch string(name) {
	case "EventRecordId":
		return winevent.RecordID
	case "TimeCreated":
		return winevent.SystemTime
	case "EventId":
		return winevent.EventID
	case "Level":
		return winevent.Level
	case "Provider":
		return winevent.ProviderName
	case "Channel":
		return winevent.Channel
	case "ProcessId":
		return winevent.ProcessID
	case "ThreadId":
		return winevent.ThreadID
	case "Computer":
		return winevent.Computer
	case "UserId":
		return winevent.UserID
	case "Keywords":
		return winevent.Keywords
	case "Payload":
		return payload
	}
	return winevent.Skip
}

type decoder struct {
	s       jsonscan.Scanner
	payload jsonscan.Event
	w       *winevent.Writer[footfall.FieldID]
	names   *winevent.Names[footfall.FieldID]
	batch   *footfall.Batch
	buf     []byte // decoded values of the record
	hex     []byte
	columns []winevent.Role
	sep     byte
	fields  [][]byte
}

func newDecoder(s *footfall.Schema) *decoder {
	d := &decoder{w: winevent.NewWriter[footfall.FieldID](s)}
	d.names = winevent.NewNames[footfall.FieldID](s, func(k string) (string, winevent.Role) { return k, winevent.Data })
	return d
}

func (d *decoder) begin(b *footfall.Batch) *footfall.Event {
	d.batch, d.buf = b, d.buf[:0]
	d.w.Begin(b)
	d.names.Rewind()
	return b.New()
}

// end completes e from the System fields and the payload.
func (d *decoder) end(e *footfall.Event, values []byte) error {
	if len(values) > 0 {
		if err := d.payload.Walk(values, d); err != nil {
			return err
		}
	}
	if !d.w.End() {
		return errNotEvent
	}
	h := &d.w.Head
	e.Channel, e.Provider, e.Computer = h.Channel, h.Provider, h.Computer
	e.EventID, e.Record, e.Native, e.Time = h.EventID, h.Record, h.Native, h.Time
	return nil
}

func (d *decoder) json(b *footfall.Batch, frame []byte) error {
	if i := bytes.IndexByte(frame, '{'); i > 0 {
		frame = frame[i:]
	}
	e := d.begin(b)
	var values []byte
	d.s.Reset(frame)
	d.s.Enter()
	for d.s.Next() {
		switch r := role(d.s.Key()); r {
		case winevent.Skip:
		case payload:
			values = d.text()
			if d.s.Kind() == jsonscan.Object {
				values = d.s.Skip()
			}
		default:
			d.w.System(r, d.text())
		}
	}
	if err := d.s.Err(); err != nil {
		return err
	}
	return d.end(e, values)
}

func (d *decoder) text() (v []byte) {
	v, d.buf = d.s.Into(d.buf)
	return v
}

func openCSV(s *footfall.Schema, header []byte) (footfall.DecodeFunc, error) {
	d := newDecoder(s)
	d.sep = csvscan.Separator(header)
	d.fields, d.buf = csvscan.Fields(nil, nil, header, d.sep)
	has := 0
	for _, name := range d.fields {
		r := role(name)
		d.columns = append(d.columns, r)
		if r == winevent.EventID || r == payload {
			has++
		}
	}
	if has != 2 {
		return nil, errColumns
	}
	return d.csv, nil
}

func (d *decoder) csv(b *footfall.Batch, frame []byte) error {
	e := d.begin(b)
	d.fields, d.buf = csvscan.Fields(d.fields[:0], d.buf, frame, d.sep)
	var values []byte
	for i, v := range d.fields {
		if i >= len(d.columns) {
			break
		}
		switch r := d.columns[i]; r {
		case winevent.Skip:
		case payload:
			values = v
		default:
			d.w.System(r, v)
		}
	}
	return d.end(e, values)
}

// System implements jsonscan.Sink: Payload has no System part.
func (d *decoder) System(_, _, _ []byte) {}

// Data implements jsonscan.Sink.
func (d *decoder) Data(name, text []byte) {
	n := d.names.Find(name)
	if n.ID == 0 {
		return
	}
	v := winevent.Hex(d.hex, text)
	if len(v) > 0 && len(text) > 0 && &v[0] != &text[0] {
		d.hex = v
	}
	d.batch.Add(n.ID, d.batch.Keep(v))
}

func sniffJSON(head []byte) int {
	head = bytes.TrimLeft(head, "\xef\xbb\xbf \r\n\t[")
	if len(head) == 0 || head[0] != '{' {
		return 0
	}
	n, mark := 0, false
	var s jsonscan.Scanner
	s.Reset(head)
	s.Enter()
	for s.Next() {
		if role(s.Key()) != winevent.Skip {
			n++
		}
		switch string(s.Key()) {
		case "MapDescription", "ChunkNumber", "RecordNumber", "PayloadData1":
			mark = true
		}
	}
	return sure(n, mark)
}

func sniffCSV(head []byte) int {
	line, _, _ := bytes.Cut(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), []byte("\n"))
	if len(line) > 4096 || bytes.HasPrefix(line, []byte("{")) { // the same tool's JSON has the same names
		return 0
	}
	fields, _ := csvscan.Fields(nil, nil, bytes.TrimRight(line, "\r"), csvscan.Separator(line))
	n, mark := 0, false
	for _, f := range fields {
		if role(f) != winevent.Skip {
			n++
		}
		if string(f) == "MapDescription" || string(f) == "ChunkNumber" {
			mark = true
		}
	}
	return sure(n, mark)
}

func sure(n int, mark bool) int {
	switch {
	case mark && n >= 8:
		return 95
	case mark && n >= 5:
		return 80
	}
	return 0
}
