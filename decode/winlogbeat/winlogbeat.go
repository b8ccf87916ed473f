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
	"github.com/footfall/footfall/internal/xmlscan"
)

// Decoder reads documents of Beats.
var Decoder = footfall.Decoder{
	Name: "winlogbeat",
	Doc: "Windows events from Winlogbeat, Filebeat or Elastic Agent, as shipped or as exported from Elasticsearch. " +
		"The host is the record's own (winlog.computer_name), also for forwarded events; the time is winlog.time_created, else @timestamp.",
	Source: "https://www.elastic.co/docs/reference/beats/winlogbeat/exported-fields-winlog",
	Frame:  footfall.FrameJSON,
	By:     "the key winlog with its members, or log_name, event_id, computer_name and the like",
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
	ecsObject                           // one of ecsObjects, kept as it stands
	logObj                              // log
	hostObj                             // host
	stamp                               // @timestamp
	hostName                            // host.name, for documents without computer_name
	original                            // XML of the event: event.original, xml of Winlogbeat 6
	text                                // message
)

func open(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
	d := &decoder{w: winevent.NewWriter[footfall.FieldID](s)}
	for i, f := range contexts {
		d.names[i] = winevent.NewNames[footfall.FieldID](s, f)
	}
	d.parser.Field = d.fromMessage
	return d.decode, nil
}

type decoder struct {
	s     jsonscan.Scanner
	w     *winevent.Writer[footfall.FieldID]
	names [inEnd]*winevent.Names[footfall.FieldID]
	buf   []byte // decoded System values of the record
	stamp []byte
	host  []byte
	moved moved
	batch *footfall.Batch
	event *footfall.Event

	message  []byte // as it stands in the document
	escaped  bool   // message holds escapes
	original []byte // XML of the event, decoded
	six      bool   // it has no winlog object: Winlogbeat 6
	own      int    // fields of the event's own
	utc      bool   // Sysmon's UtcTime is one of them: a module has not moved any

	xml    xmlscan.Scanner
	parser winevent.Parser
}

func (d *decoder) decode(b *footfall.Batch, frame []byte) error {
	if i := bytes.IndexByte(frame, '{'); i > 0 {
		frame = frame[i:]
	}
	e := b.New()
	d.w.Begin(b)
	d.buf, d.stamp, d.host, d.batch, d.event = d.buf[:0], nil, nil, b, e
	d.message, d.escaped, d.original, d.own, d.utc, d.six = nil, false, nil, 0, false, true
	d.moved.reset()
	for _, n := range d.names {
		n.Rewind()
	}
	d.s.Reset(frame)
	d.object(b, inDocument)
	if err := d.s.Err(); err != nil {
		return err
	}
	if err := d.complete(b, e); err != nil {
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

// complete adds what stands in the document by other names than winlog's.
func (d *decoder) complete(b *footfall.Batch, e *footfall.Event) error {
	h := &d.w.Head
	stripped := d.own == 0 || h.Provider == "Microsoft-Windows-Sysmon" && !d.utc
	var text []byte
	if stripped || d.w.Wants(winevent.Message) {
		text = d.text()
	}
	if d.own == 0 {
		x := d.original
		if x == nil && isXML(text) {
			x = text
		}
		if x != nil {
			if err := d.xml.Walk(x, d); err != nil {
				return err
			}
		}
	}
	if !isXML(text) {
		d.w.System(winevent.Message, text)
		if stripped && d.original == nil && len(text) > 0 {
			d.parser.Parse(h.Channel, h.Provider, h.EventID, text)
		}
	}
	d.w.System(winevent.SystemTime, d.stamp)
	d.w.System(winevent.Computer, d.host)
	if stripped || h.Provider != "Microsoft-Windows-Sysmon" {
		d.moved.values[stampTime] = d.stamp
		d.restore(b, e)
	}
	if d.six {
		d.w.System(winevent.UserID, d.moved.value(userID))
	}
	return nil
}

// text is the message without escapes.
func (d *decoder) text() []byte {
	if !d.escaped {
		return d.message
	}
	from := len(d.buf)
	d.buf = jsonscan.Unescape(d.buf, d.message)
	return d.buf[from:len(d.buf):len(d.buf)]
}

func isXML(v []byte) bool { return bytes.HasPrefix(v, []byte("<Event")) }

// System implements xmlscan.Sink.
func (d *decoder) System(element, attr, text []byte) {
	if r := winevent.Element(element, attr); r != winevent.Skip {
		d.w.System(r, text)
	}
}

// Data implements xmlscan.Sink.
func (d *decoder) Data(name, text []byte) {
	d.own++
	if n := d.names[inText].Find(name); n.ID != 0 {
		d.batch.Add(n.ID, d.batch.Keep(text))
	}
}

// fromMessage takes a field of the message that the document lacks.
func (d *decoder) fromMessage(name string, v []byte) {
	n := d.names[inText].FindString(name)
	if _, ok := d.event.Get(n.ID); n.ID != 0 && (!ok || name == "Data") {
		d.batch.Add(n.ID, d.batch.Keep(v))
	}
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
			d.own++
			d.utc = d.utc || n.Text == "UtcTime"
			if n.ID != 0 || s.Kind() == jsonscan.Object {
				d.field(b, n)
			}
		case n.Role < winevent.Param:
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
		d.six = false
		d.object(b, inWinlog)
	case eventData:
		d.object(b, inData)
	case ecsEvent:
		d.object(b, inEvent)
	case original:
		if v := d.first(); isXML(v) {
			d.original = v
		}
	case text:
		d.message, d.escaped = d.s.Raw()
	case ecsObject:
		d.keepObject(n.Text)
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
	case winevent.Param:
		d.own++
		num, _ := winevent.ParamNumber(n.Text)
		d.w.Param(num, n.ID, d.s.Keep(b))
	}
}

// keepObject keeps an object of ECS for later.
func (d *decoder) keepObject(name string) {
	for i, o := range ecsObjects {
		if o == name && d.s.Kind() == jsonscan.Object {
			d.moved.objects[i] = d.s.Skip()
		}
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

// field adds a field of the event. Modules cut some values of Security events
// into lists; these are put together again as the event has them.
func (d *decoder) field(b *footfall.Batch, n *winevent.Name[footfall.FieldID]) {
	if d.s.Kind() != jsonscan.Array {
		d.data(b, n.ID)
		return
	}
	first, each := "", ""
	switch n.Text {
	case "PrivilegeList":
		each = "\r\n\t\t\t"
	case "AccessMask", "AccessList":
		first, each = "%%", "\r\n\t\t\t\t%%"
	case "UserAccountControl":
		first, each = "\r\n\t\t%%", "\r\n\t\t%%"
	default:
		d.data(b, n.ID)
		return
	}
	from := len(d.buf)
	d.s.Enter()
	for d.s.Next() {
		v, _ := d.s.Raw()
		switch {
		case len(d.buf) > from:
			d.buf = append(d.buf, each...)
		case len(v) > 0 && v[0] >= '0' && v[0] <= '9':
			d.buf = append(d.buf, first...)
		}
		d.buf = append(d.buf, v...)
	}
	b.Add(n.ID, b.Keep(d.buf[from:]))
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
