// Package winxml reads Windows events as the XML that Windows itself renders:
// wevtutil, Get-WinEvent's ToXml, Event Viewer, evtx_dump, subscriptions. One
// Event element goes in, one event under Windows' own field names comes out.
// It never says what an event means.
package winxml

import (
	"bytes"
	"errors"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/winevent"
	"github.com/footfall/footfall/internal/xmlscan"
)

// Decoder reads event XML.
var Decoder = footfall.Decoder{
	Name: "winxml",
	Doc: "Windows events as XML: wevtutil qe /f:xml, Get-WinEvent ToXml(), Event Viewer's \"Save as XML\", evtx_dump. " +
		"What RenderingInfo repeats in words is left out.",
	Source: "https://learn.microsoft.com/en-us/windows/win32/wes/eventschema-schema",
	Frame:  footfall.FrameXML,
	By:     "<Event with the namespace of Windows events, or with <System> and <EventID",
	Sniff:  sniff,
	New:    open,
}

// Message reads the same behind a syslog header, where Sysmon for Linux writes it.
var Message = footfall.Decoder{
	Name:     "winxml-message",
	Doc:      "Events of Sysmon for Linux: XML behind syslog.",
	Source:   "https://github.com/microsoft/SysmonForLinux",
	Frame:    footfall.FrameMessage,
	Programs: []string{"sysmon"},
	New: func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
		d := newDecoder(s)
		return d.message, nil
	},
}

var errNoEvent = errors.New("winxml: a message without its envelope")

var errNotEvent = errors.New("winxml: no EventID with a Channel or Provider")

func open(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
	return newDecoder(s).decode, nil
}

func newDecoder(s *footfall.Schema) *decoder {
	d := &decoder{w: winevent.NewWriter[footfall.FieldID](s)}
	d.names = winevent.NewNames[footfall.FieldID](s, func(k string) (string, winevent.Role) { return k, winevent.Data })
	return d
}

type decoder struct {
	s     xmlscan.Scanner
	w     *winevent.Writer[footfall.FieldID]
	names *winevent.Names[footfall.FieldID]
	batch *footfall.Batch
}

func (d *decoder) decode(b *footfall.Batch, frame []byte) error {
	return d.event(b, b.New(), frame)
}

// message fills the event of an envelope. A message that is no element, as
// when Sysmon starts, stays what it is.
func (d *decoder) message(b *footfall.Batch, frame []byte) error {
	if len(b.Events) == 0 {
		return errNoEvent
	}
	frame = bytes.TrimLeft(frame, " ")
	if !bytes.HasPrefix(frame, []byte("<Event")) {
		return nil
	}
	return d.event(b, b.Current(), frame)
}

func (d *decoder) event(b *footfall.Batch, e *footfall.Event, frame []byte) error {
	computer, when := e.Computer, e.Time
	d.batch = b
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
	if e.Computer == "" {
		e.Computer = computer
	}
	if e.Zoneless = e.Zoneless && e.Time == 0; e.Time == 0 {
		e.Time = when
	}
	return nil
}

// System implements xmlscan.Sink.
func (d *decoder) System(element, attr, text []byte) {
	if r := winevent.Element(element, attr); r != winevent.Skip {
		d.w.System(r, text)
	}
}

// Data implements xmlscan.Sink.
func (d *decoder) Data(name, text []byte) {
	if n := d.names.Find(name); n.ID != 0 {
		d.batch.Add(n.ID, d.batch.Keep(text))
	}
}

// sniff wants an Event element right at the front, behind a declaration, an
// <Events> element or the "Record N" line of evtx_dump.
func sniff(head []byte) int {
	v := bytes.TrimLeft(head, "\xef\xbb\xbf \r\n\t")
	if bytes.HasPrefix(v, []byte("Record ")) {
		if nl := bytes.IndexByte(v, '\n'); nl >= 0 && nl < 32 {
			v = bytes.TrimLeft(v[nl:], " \r\n\t")
		}
	}
	if len(v) == 0 || v[0] != '<' {
		return 0
	}
	i := bytes.Index(v[:min(len(v), 4096)], []byte("<Event"))
	if i < 0 || bytes.HasPrefix(v, []byte("<html")) {
		return 0
	}
	switch {
	case bytes.Contains(v, []byte("schemas.microsoft.com/win/2004/08/events")):
		return 95
	case bytes.Contains(v, []byte("<System>")) && bytes.Contains(v, []byte("<EventID")):
		return 85
	}
	return 0
}
