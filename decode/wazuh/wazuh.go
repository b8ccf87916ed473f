// Package wazuh reads what Wazuh writes: Windows events from its eventchannel
// reader, in alerts, archives and as the agent sends them, and alerts around
// other log lines. One object goes in, one event comes out: a Windows event
// under Windows' own field names, or an envelope with the line as its
// message. It never says what an event means.
package wazuh

import (
	"bytes"
	"errors"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/jsonscan"
	"github.com/footfall/footfall/internal/winevent"
)

// Decoder reads Wazuh's alerts, archives and eventchannel objects.
var Decoder = footfall.Decoder{
	Name: "wazuh",
	Doc: "Windows events of Wazuh's eventchannel reader (alerts.json, archives.json, the agent's own objects), with the names and backslashes that Windows writes; " +
		"alerts on other logs hand their line to the decoder of its program.",
	Source: "https://documentation.wazuh.com/current/user-manual/capabilities/log-data-collection/configuration.html",
	Frame:  footfall.FrameJSON,
	By:     "an object win with system, or keys such as agent, manager, rule, decoder and location",
	Sniff:  sniff,
	New:    open,
}

var errNotEvent = errors.New("wazuh: neither a Windows event nor a log line")

// A context is an object whose keys have a meaning of their own.
type context uint8

const (
	inRoot context = iota
	inWin
	inSystem
	inEventData
	inUserData
	inAgent
	inPredecoder
	inEnd
)

// Keys that are neither System fields nor the event's own.
const (
	wrapper    = winevent.RoleEnd + iota // data, _source: hold what the root may hold
	winObj                               // win
	systemObj                            // win.system
	eventObj                             // win.eventdata
	userObj                              // any other object in win: UserData
	agentObj                             // agent
	predecoder                           // predecoder
	fullLog                              // full_log: the line as it came
	stamp                                // timestamp, @timestamp: when the manager got it
	program                              // predecoder.program_name
	hostname                             // predecoder.hostname
	agentName                            // agent.name
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
	buf   []byte // decoded values of the record
	alert alert
}

// An alert is what Wazuh says of the log line.
type alert struct {
	line, stamp, program, host, agent []byte
	windows                           bool // it has a Windows event
}

func (d *decoder) decode(b *footfall.Batch, frame []byte) error {
	if i := bytes.IndexByte(frame, '{'); i > 0 {
		frame = frame[i:]
	} else if _, ok := winevent.Uint(frame); ok && len(frame) == 4 {
		return nil // the year before an archive's line, which stands alone when values are cut
	}
	e := b.New()
	d.buf, d.alert = d.buf[:0], alert{}
	d.w.Begin(b)
	if err := d.read(b, frame); err != nil {
		return err
	}
	a := &d.alert
	if !a.windows && len(a.line) > 1 && a.line[0] == '{' && bytes.HasPrefix(a.line, []byte(`{"win"`)) {
		// archives.json of an agent whose event no decoder of Wazuh took.
		if err := d.read(b, a.line); err != nil {
			return err
		}
	}
	if !a.windows {
		return d.envelope(b, e)
	}
	d.w.System(winevent.Computer, a.agent)
	d.w.System(winevent.SystemTime, a.stamp)
	if !d.w.End() {
		return errNotEvent
	}
	h := &d.w.Head
	e.Channel, e.Provider, e.Computer = h.Channel, h.Provider, h.Computer
	e.EventID, e.Record, e.Native, e.Time = h.EventID, h.Record, h.Native, h.Time
	return nil
}

func (d *decoder) read(b *footfall.Batch, in []byte) error {
	for _, n := range d.names {
		n.Rewind()
	}
	if d.s.Reset(in) == jsonscan.Object {
		d.object(b, inRoot)
	}
	return d.s.Err()
}

// envelope makes e the event of a line that another decoder understands.
func (d *decoder) envelope(b *footfall.Batch, e *footfall.Event) error {
	a := &d.alert
	if len(a.line) == 0 || len(a.program) == 0 {
		return errNotEvent
	}
	msg := message(a.line, a.program)
	if msg == nil {
		return errNotEvent
	}
	host := a.host
	if len(host) == 0 {
		host = a.agent
	}
	if m, ok := winevent.Time(a.stamp); ok {
		e.Time = m.UnixNano()
	}
	e.Computer, e.Program, e.Message = b.Keep(host), b.Keep(a.program), b.Keep(msg)
	return nil
}

// message is what stands behind the tag "program:" or "program[pid]:" of line.
func message(line, program []byte) []byte {
	i := bytes.Index(line, program)
	if i < 0 {
		return nil
	}
	rest := line[i+len(program):]
	if len(rest) > 0 && rest[0] == '[' {
		j := bytes.IndexByte(rest, ']')
		if j < 0 {
			return nil
		}
		rest = rest[j+1:]
	}
	if len(rest) == 0 || rest[0] != ':' {
		return nil
	}
	return bytes.TrimLeft(rest[1:], " ")
}

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
				d.data(b, n.ID, c)
			}
		case n.Role == winevent.Message:
			d.w.System(n.Role, unquoted(d.text()))
		case n.Role < winevent.Param:
			d.w.System(n.Role, d.text())
		default:
			d.special(b, n)
		}
	}
}

func (d *decoder) special(b *footfall.Batch, n *winevent.Name[footfall.FieldID]) {
	a := &d.alert
	switch n.Role {
	case wrapper:
		d.object(b, inRoot)
	case winObj:
		a.windows = a.windows || d.s.Kind() == jsonscan.Object
		d.object(b, inWin)
	case systemObj:
		d.object(b, inSystem)
	case eventObj:
		d.object(b, inEventData)
	case userObj:
		d.object(b, inUserData)
	case agentObj:
		d.object(b, inAgent)
	case predecoder:
		d.object(b, inPredecoder)
	case winevent.Param:
		num, _ := winevent.ParamNumber(n.Text)
		d.w.Param(num, n.ID, b.Keep(d.value()))
	case fullLog:
		a.line = d.text()
	case stamp:
		a.stamp = d.text()
	case program:
		a.program = d.text()
	case hostname:
		a.host = d.text()
	case agentName:
		a.agent = d.text()
	}
}

// data adds a field of the event.
func (d *decoder) data(b *footfall.Batch, id footfall.FieldID, c context) {
	switch d.s.Kind() {
	case jsonscan.Array:
		d.s.Enter()
		for d.s.Next() {
			d.data(b, id, c)
		}
	case jsonscan.Object:
		d.object(b, c)
	default:
		b.Add(id, b.Keep(d.value()))
	}
}

// text is the text of a scalar, good until the record ends.
func (d *decoder) text() []byte {
	v, esc := d.s.Raw()
	if !esc {
		return v
	}
	from := len(d.buf)
	d.buf = jsonscan.Unescape(d.buf, v)
	return d.buf[from:len(d.buf):len(d.buf)]
}

// value is text with the backslashes of the event: the agent doubles them
// before it writes JSON.
func (d *decoder) value() []byte {
	v, esc := d.s.Raw()
	if !esc {
		return v
	}
	from := len(d.buf)
	d.buf = jsonscan.Unescape(d.buf, v)
	d.buf = d.buf[:from+len(halved(d.buf[from:]))]
	return d.buf[from:len(d.buf):len(d.buf)]
}

// halved halves the runs of backslashes of v, in place, when all of them are even.
func halved(v []byte) []byte {
	run := 0
	for _, c := range v {
		if c == '\\' {
			run++
		} else if run&1 == 1 {
			return v
		} else {
			run = 0
		}
	}
	if run&1 == 1 {
		return v
	}
	out := v[:0]
	for i := 0; i < len(v); i++ {
		out = append(out, v[i])
		if v[i] == '\\' {
			i++
		}
	}
	return out
}

// unquoted takes off the quotes that the agent puts around the rendered message.
func unquoted(v []byte) []byte {
	if len(v) >= 2 && v[0] == '"' && v[len(v)-1] == '"' {
		return v[1 : len(v)-1]
	}
	return v
}
