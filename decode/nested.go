package decode

import (
	"strings"
	"time"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/clock"
)

// maxNested is how many records may be wrapped around a record: syslog in
// JSON in CEF in syslog is in use, more is not.
const maxNested = 4

// nested reads a record that is the message of another: JSON behind syslog,
// any line or JSON in what a shipper or an export wraps around it. The
// record takes the place of its envelope, from which it has what it does not
// say itself.
func (st *Stage) nested(b *footfall.Batch, i int) {
	e := &b.Events[i]
	msg := strings.TrimSpace(strings.TrimPrefix(strings.TrimLeft(e.Message, " "), "@cee:"))
	d := st.recognise(e, msg)
	if d == nil {
		return
	}
	f, err := st.innerOf(d)
	if err != nil {
		b.Bad(e.Offset, err.Error())
		return
	}
	outer, from, unread := *e, len(b.Events), len(b.Unread)
	err = f(b, footfall.Bytes(msg))
	for k := unread; k < len(b.Unread); k++ {
		b.Unread[k].Offset = outer.Offset
	}
	if err != nil {
		b.Events = b.Events[:from]
		b.Bad(outer.Offset, err.Error())
		return
	}
	st.depth++
	for k := from; k < len(b.Events); k++ {
		st.inherit(b, k, &outer)
	}
	st.depth--
	if len(b.Events) > from { // else it is a line that its format passes over
		b.Events[i] = b.Events[from]
		b.Events = append(b.Events[:from], b.Events[from+1:]...)
	}
}

// inherit completes the event k of a record within the record of outer, and
// reads what is within it in turn.
func (st *Stage) inherit(b *footfall.Batch, k int, outer *footfall.Event) {
	e := &b.Events[k]
	e.Offset, e.Len = outer.Offset, outer.Len
	if !e.Native {
		e.Record = outer.Record
	}
	switch {
	case e.Time == 0:
		e.Time, e.Zoneless = outer.Time, outer.Zoneless
	case outer.Time == 0 || clock.Unresolved(outer.Time):
	default:
		yearless := clock.Unresolved(e.Time)
		if yearless {
			e.Time = nearest(e.Time, outer.Time)
		}
		// A time of syslog names no zone. What is around it does, and where the two
		// are less apart than zones are, it is the same moment.
		if (yearless || e.Zoneless) && !outer.Zoneless && max(e.Time-outer.Time, outer.Time-e.Time) <= int64(14*time.Hour) {
			e.Time, e.Zoneless = outer.Time, false
		}
	}
	if e.Computer == "" {
		e.Computer = outer.Computer
	}
	if e.Program == "" {
		e.Program, e.PID = outer.Program, outer.PID
	}
	if e.Channel != "" || e.Provider != "" {
		st.windows.Read(b, b.Reopen(k))
	}
	if e = &b.Events[k]; e.Message != "" {
		st.message(b, k)
	}
	if e = &b.Events[k]; e.Kind == footfall.KindUnknown && e.From == (footfall.Endpoint{}) && e.To == (footfall.Endpoint{}) {
		e.From, e.To = outer.From, outer.To // what a sensor saw of a message that says nothing itself
	}
}

// nearest gives a year-less time the year in which it is nearest to the time of
// what is around it.
func nearest(t, around int64) int64 {
	const half = 183 * 24 * int64(time.Hour)
	year := time.Unix(0, around).UTC().Year()
	switch d := clock.InYear(t, year) - around; {
	case d > half:
		year--
	case d < -half:
		year++
	}
	return clock.InYear(t, year)
}

// recognise returns the decoder of the record that a message is, nil when it
// is none. Behind a header that names who wrote it only JSON is looked at;
// what has no such header may be of any format that a line can hold. It
// depends on the message alone, so that the order of records does not count.
func (st *Stage) recognise(e *footfall.Event, msg string) *footfall.Decoder {
	if st.depth >= maxNested || msg == "" {
		return nil
	}
	json := msg[0] == '{'
	if !json && (e.Log != 0 && e.Program != "" || e.Channel != "") {
		return nil
	}
	head := footfall.Bytes(msg)
	if d := st.within; d != nil && d.Sniff(head) == 100 {
		return d
	}
	// Most of what is wrapped is a line of syslog by a program that is known: no
	// other need be asked.
	line := 0
	if d := st.syslog; d != nil && !json {
		if line = d.Sniff(head); line >= 90 {
			return d
		}
	}
	object, element := json || strings.IndexByte(msg, '{') >= 0, !json && strings.IndexByte(msg, '<') >= 0
	var best *footfall.Decoder
	sure := 0
	for k := range st.list {
		d := &st.list[k]
		if d.Sniff == nil || !holds(d.Frame, json, object, element) {
			continue
		}
		n := line
		if json || d != st.syslog {
			n = d.Sniff(head)
		}
		if n > sure || n == sure && n > 0 && d.Name < best.Name {
			best, sure = d, n
		}
	}
	st.within = best
	return best
}

// holds reports whether a message may be a record of a frame: without a brace
// there is no JSON in it and without an angle bracket no XML, so that half of
// the decoders need not be asked about a line of text.
func holds(f footfall.Frame, json, object, element bool) bool {
	switch f {
	case footfall.FrameJSON:
		return object
	case footfall.FrameXML:
		return element
	case footfall.FrameLines:
		return !json
	}
	return false
}

func (st *Stage) innerOf(d *footfall.Decoder) (footfall.DecodeFunc, error) {
	f := st.inner[d.Name]
	if f == nil {
		var err error
		if f, err = d.New(st.schema, nil); err != nil {
			return nil, err
		}
		st.inner[d.Name] = f
	}
	return f, nil
}
