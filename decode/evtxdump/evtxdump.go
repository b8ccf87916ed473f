// Package evtxdump reads Windows events whose XML was turned into JSON, as
// evtx_dump, Chainsaw's dump, Velociraptor and common converters do: an
// object with System and EventData or UserData. One object goes in, one event
// under Windows' own field names comes out. It never says what an event means.
package evtxdump

import (
	"bytes"
	"errors"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/jsonscan"
	"github.com/footfall/footfall/internal/winevent"
)

// Decoder reads event XML as JSON.
var Decoder = footfall.Decoder{
	Name:   "evtxdump",
	Doc:    "Windows events as JSON with the structure of the event XML: evtx_dump (-o json and jsonl), Chainsaw (dump, search and hunt with --json and --jsonl), Velociraptor parse_evtx.",
	Source: "https://github.com/omerbenamram/evtx",
	Frame:  footfall.FrameJSON,
	By:     "an object System with EventID, Channel, Computer, Provider, beside EventData or in Event",
	Sniff:  sniff,
	New:    open,
}

var errNotEvent = errors.New("evtxdump: no EventID with a Channel or Provider")

func open(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
	d := &decoder{w: winevent.NewWriter[footfall.FieldID](s)}
	d.names = winevent.NewNames[footfall.FieldID](s, func(k string) (string, winevent.Role) { return k, winevent.Data })
	return d.decode, nil
}

type decoder struct {
	s     jsonscan.Event
	w     *winevent.Writer[footfall.FieldID]
	names *winevent.Names[footfall.FieldID]
	batch *footfall.Batch
	buf   []byte
}

func (d *decoder) decode(b *footfall.Batch, frame []byte) error {
	if i := bytes.IndexByte(frame, '{'); i > 0 {
		frame = frame[i:]
	} else if i < 0 && bytes.HasPrefix(frame, []byte("Record ")) {
		return nil // evtx_dump's heading of the next record
	}
	e := b.New()
	d.batch = b
	d.buf = d.buf[:0]
	d.w.Begin(b)
	d.names.Rewind()
	if err := d.s.Walk(frame, d); err != nil {
		return err
	}
	if !d.w.End() {
		return errNotEvent
	}
	h := &d.w.Head
	e.Channel, e.Provider, e.Computer = h.Channel, h.Provider, h.Computer
	e.EventID, e.Record, e.Native, e.Time = h.EventID, h.Record, h.Native, h.Time
	return nil
}

// System implements jsonscan.Sink.
func (d *decoder) System(element, attr, text []byte) {
	if r := winevent.Element(element, attr); r != winevent.Skip {
		d.w.System(r, d.guid(text))
	}
}

// Data implements jsonscan.Sink.
func (d *decoder) Data(name, text []byte) {
	if n := d.names.Find(name); n.ID != 0 {
		d.batch.Add(n.ID, d.batch.Keep(d.guid(text)))
	}
}

// guid puts the braces around a GUID in capitals that early versions of
// evtx_dump leave out; strings that look like one are in small letters.
func (d *decoder) guid(v []byte) []byte {
	if len(v) != 36 || v[8] != '-' || v[13] != '-' || v[18] != '-' || v[23] != '-' {
		return v
	}
	capital := false
	for _, c := range v {
		switch {
		case c >= 'A' && c <= 'F':
			capital = true
		case c != '-' && (c < '0' || c > '9'):
			return v
		}
	}
	if !capital {
		return v
	}
	from := len(d.buf)
	d.buf = append(append(append(d.buf, '{'), v...), '}')
	return d.buf[from:len(d.buf):len(d.buf)]
}

// sniff looks at the first object for System and EventData, on the top or in Event.
func sniff(head []byte) int {
	head = bytes.TrimLeft(head, "\xef\xbb\xbf \r\n\t[")
	if bytes.HasPrefix(head, []byte("Record ")) {
		if nl := bytes.IndexByte(head, '\n'); nl >= 0 && nl < 32 {
			head = bytes.TrimLeft(head[nl:], " \r\n\t")
		}
	}
	if len(head) == 0 || head[0] != '{' {
		return 0
	}
	var s jsonscan.Scanner
	s.Reset(head)
	return score(&s, 0)
}

func score(s *jsonscan.Scanner, level int) int {
	best, system, data := 0, 0, false
	s.Enter()
	for s.Next() {
		switch key := string(s.Key()); {
		case s.Kind() == jsonscan.Object && (key == "Event" || key == "data" || key == "document") && level < 3:
			best = max(best, score(s, level+1))
		case s.Kind() == jsonscan.Object && key == "System":
			system = systemScore(s)
		case key == "EventData" || key == "UserData":
			data = true
		}
	}
	if system >= 3 {
		best = max(best, 80)
		if data || level > 0 {
			best = 95
		}
	}
	return best
}

func systemScore(s *jsonscan.Scanner) (n int) {
	s.Enter()
	for s.Next() {
		switch string(s.Key()) {
		case "EventID", "Channel", "Computer", "EventRecordID", "Provider", "Provider_attributes":
			n++
		}
	}
	return n
}
