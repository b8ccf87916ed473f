// Package winlogbeat reads Windows events as Beats and Elastic Agent ship
// them: documents with a winlog object, those of Winlogbeat 6 with the same
// names at the top, and documents that only carry the event's XML. One
// document goes in, one event under Windows' own field names comes out; what
// Elastic's modules moved into ECS fields is moved back. It never says what
// an event means.
package winlogbeat

import (
	"bytes"
	"errors"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/jsonscan"
	"github.com/footfall/footfall/internal/winevent"
)

// Decoder reads documents of Beats.
var Decoder = footfall.Decoder{
	Name: "winlogbeat",
	Doc: "Windows events from Winlogbeat, Filebeat or Elastic Agent, as shipped or as exported from Elasticsearch. " +
		"The host is the record's own (winlog.computer_name), also for forwarded events; the time is winlog.time_created, else @timestamp.",
	Source: "https://www.elastic.co/docs/reference/beats/winlogbeat/exported-fields-winlog",
	Frame:  footfall.FrameJSON,
	Sniff:  sniff,
	New:    open,
}

var errNotEvent = errors.New("winlogbeat: no event id with a channel or provider")

// Objects that are walked into, and values that are neither System fields nor
// the event's own.
const (
	document  = winevent.RoleEnd + iota // holds the document: _source of Elasticsearch, fields of its answers
	winlog                              // winlog
	eventData                           // event_data, user_data
	process                             // winlog.process
	thread                              // winlog.process.thread
	userObj                             // winlog.user
	ecsEvent                            // event
	logObj                              // log
	hostObj                             // host
	stamp                               // @timestamp
	hostName                            // host.name, for documents without computer_name
	original                            // XML of the event: event.original, xml of Winlogbeat 6
	text                                // message
	param                               // paramN of event_data
	firstECS                            // what modules move fields to
)

func open(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
	d := &decoder{w: winevent.NewWriter[footfall.FieldID](s)}
	for i, f := range contexts {
		d.names[i] = winevent.NewNames[footfall.FieldID](s, f)
	}
	return d.decode, nil
}

type decoder struct {
	s     jsonscan.Scanner
	w     *winevent.Writer[footfall.FieldID]
	names [inEnd]*winevent.Names[footfall.FieldID]
	buf   []byte // decoded System values of the record
	stamp []byte
	host  []byte
}

func (d *decoder) decode(b *footfall.Batch, frame []byte) error {
	if i := bytes.IndexByte(frame, '{'); i > 0 {
		frame = frame[i:]
	}
	e := b.New()
	d.w.Begin(b)
	d.buf, d.stamp, d.host = d.buf[:0], nil, nil
	for _, n := range d.names {
		n.Rewind()
	}
	d.s.Reset(frame)
	d.object(b, inDocument)
	if err := d.s.Err(); err != nil {
		return err
	}
	d.w.System(winevent.SystemTime, d.stamp)
	d.w.System(winevent.Computer, d.host)
	if !d.w.End() {
		return errNotEvent
	}
	h := &d.w.Head
	e.Channel, e.Provider, e.Computer = h.Channel, h.Provider, h.Computer
	e.EventID, e.Record, e.Native, e.Time = h.EventID, h.Record, h.Native, h.Time
	return nil
}

// object reads the object or list that the scanner stands on.
func (d *decoder) object(b *footfall.Batch, c context) {
	s := &d.s
	if s.Kind() != jsonscan.Object {
		return
	}
	s.Enter()
	for s.Next() {
		n := d.names[c].Find(s.Key())
		switch {
		case n.Role == winevent.Skip:
		case n.Role == winevent.Data:
			if n.ID != 0 || s.Kind() == jsonscan.Object {
				d.data(b, n.ID)
			}
		case n.Role < winevent.RoleEnd:
			d.w.System(n.Role, d.first())
		default:
			d.special(b, n)
		}
	}
}

func (d *decoder) special(b *footfall.Batch, n *winevent.Name[footfall.FieldID]) {
	switch n.Role {
	case document:
		d.object(b, inDocument)
	case winlog:
		d.object(b, inWinlog)
	case eventData:
		d.object(b, inData)
	case process:
		d.object(b, inProcess)
	case thread:
		d.object(b, inThread)
	case userObj:
		d.object(b, inUser)
	case logObj:
		d.object(b, inLog)
	case hostObj:
		d.object(b, inHost)
	case stamp:
		d.stamp = d.first()
	case hostName:
		d.host = d.first()
	case param:
		num, _ := winevent.ParamNumber(n.Text)
		d.w.Param(num, n.ID, d.s.Keep(b))
	}
}

// first is the text of a scalar or of the first element of a list, good until
// the record ends; nothing for objects.
func (d *decoder) first() []byte {
	if d.s.Kind() == jsonscan.Array {
		var v []byte
		d.s.Enter()
		for d.s.Next() {
			if v == nil {
				v = d.first()
			}
		}
		return v
	}
	v, esc := d.s.Raw()
	if !esc {
		return v
	}
	from := len(d.buf)
	d.buf = jsonscan.Unescape(d.buf, v)
	return d.buf[from:len(d.buf):len(d.buf)]
}

// data adds a field of the event. The elements of a list become fields of one
// name, the members of an object fields of their own.
func (d *decoder) data(b *footfall.Batch, id footfall.FieldID) {
	switch d.s.Kind() {
	case jsonscan.Array:
		d.s.Enter()
		for d.s.Next() {
			d.data(b, id)
		}
	case jsonscan.Object:
		d.object(b, inData)
	default:
		b.Add(id, d.s.Keep(b))
	}
}
