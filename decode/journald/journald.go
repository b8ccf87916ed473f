// Package journald reads the systemd journal in the two forms in which it is
// handed on: the export format and journalctl's JSON. In goes one entry, out
// comes an event with time, host, program and the message, which the decode
// stage hands to the decoder of the program. It never looks into the message.
package journald

import (
	"errors"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/jsonscan"
	"github.com/footfall/footfall/internal/unixlog"
)

// Decoder reads the export format.
var Decoder = footfall.Decoder{
	Name:   "journald",
	Doc:    "The systemd journal in its export format (journalctl -o export, systemd-journal-upload). The message goes to the decoder of the program that wrote it.",
	Source: "https://systemd.io/JOURNAL_EXPORT_FORMATS/; systemd.journal-fields(7)",
	Frame:  footfall.FrameJournal,
	By:     "lines of names and values, __REALTIME_TIMESTAMP among them",
	Sniff:  sniffExport,
	New: func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
		return newReader(s).export, nil
	},
}

// JSON reads journalctl's JSON.
var JSON = footfall.Decoder{
	Name:   "journald-json",
	Doc:    "The systemd journal as JSON (journalctl -o json), one object an entry. The message goes to the decoder of the program that wrote it.",
	Source: "https://systemd.io/JOURNAL_EXPORT_FORMATS/; journalctl(1) -o json",
	Frame:  footfall.FrameJSON,
	By:     "the keys __REALTIME_TIMESTAMP with MESSAGE, _BOOT_ID or _HOSTNAME",
	Sniff:  sniffJSON,
	New: func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
		return newReader(s).json, nil
	},
}

// maxNames bounds the field names that a reader remembers: hostile entries
// must not fill memory with them.
const maxNames = 4096

var (
	errEntry  = errors.New("not an entry of a journal")
	errBroken = errors.New("an entry that ends inside a field")
)

// A reader reads entries of either form.
type reader struct {
	schema                          *footfall.Schema
	other                           footfall.LogID
	logs                            map[string]footfall.LogID
	names                           map[string]footfall.FieldID
	message, program, host, urgency footfall.FieldID
	scan                            jsonscan.Scanner
	bytes                           []byte
	now                             entry
}

// An entry is what an event needs of the fields of one.
type entry struct {
	known          int // how many fields are the journal's own
	realtime       int64
	source         int64
	ident, comm    string
	pid, syslogPID uint32
	answered       bool // a message was there
}

func newReader(s *footfall.Schema) *reader {
	r := &reader{
		schema: s, logs: make(map[string]footfall.LogID, len(unixlog.Sources)), names: map[string]footfall.FieldID{},
		message: s.Asked("message"), program: s.Asked("program"), host: s.Asked("hostname"), urgency: s.Asked("priority"),
	}
	r.other = s.AddLog(footfall.Log{Product: "linux", Services: unixlog.Other})
	for _, v := range unixlog.Sources {
		r.logs[v.Program] = s.AddLog(footfall.Log{Product: "linux", Services: v.Services})
	}
	return r
}

// begin opens the event of an entry.
func (r *reader) begin(b *footfall.Batch, size int) *footfall.Event {
	r.now = entry{}
	e := b.New()
	e.Len = uint32(size)
	return e
}

// field takes one field of the entry. Of two messages the first counts.
func (r *reader) field(b *footfall.Batch, e *footfall.Event, name, value []byte) {
	v := &r.now
	switch string(name) {
	case "MESSAGE":
		if v.known++; !v.answered {
			e.Message, v.answered = b.Keep(value), true
		}
	case "_HOSTNAME":
		v.known++
		e.Computer = b.Keep(value)
		b.Add(r.host, e.Computer)
	case "SYSLOG_IDENTIFIER":
		v.known++
		v.ident = b.Keep(value)
	case "_COMM":
		v.known++
		v.comm = b.Keep(value)
	case "_PID":
		v.pid = uint32(decimal(value, 1<<32-1))
	case "SYSLOG_PID":
		v.syslogPID = uint32(decimal(value, 1<<32-1))
	case "__REALTIME_TIMESTAMP":
		v.known++
		v.realtime = decimal(value, maxMicros)
	case "_SOURCE_REALTIME_TIMESTAMP":
		v.source = decimal(value, maxMicros)
	case "PRIORITY":
		if len(value) == 1 && value[0] >= '0' && value[0] <= '7' {
			b.Add(r.urgency, unixlog.Severities[value[0]-'0'])
		}
	}
	if id := r.asked(name); id != 0 {
		b.Add(id, b.Keep(value))
	}
}

// maxMicros is the last microsecond that nanoseconds can hold.
const maxMicros = (1<<63 - 1) / 1000

// end completes the event.
func (r *reader) end(b *footfall.Batch, e *footfall.Event) error {
	v := &r.now
	if v.known < 2 {
		return errEntry
	}
	// The source's time is the message's own; the other is when the journal got it.
	if e.Time = v.source * 1000; v.source == 0 {
		e.Time = v.realtime * 1000
	}
	if e.Program = unixlog.Program(v.ident); e.Program == "" {
		e.Program = v.comm
	}
	if e.PID = v.pid; e.PID == 0 {
		e.PID = v.syslogPID
	}
	e.Message = strings.TrimRight(e.Message, " \r\n")
	e.Log = r.other
	if l, ok := r.logs[e.Program]; ok {
		e.Log = l
	}
	b.Add(r.message, e.Message)
	b.Add(r.program, e.Program)
	return nil
}

// asked returns the field of a name, 0 when nobody asked for it.
func (r *reader) asked(name []byte) footfall.FieldID {
	id, ok := r.names[string(name)]
	if !ok && len(name) <= 128 {
		key := string(name)
		id = r.schema.Asked(key)
		if len(r.names) < maxNames {
			r.names[key] = id
		}
	}
	return id
}

// decimal reads a number up to most; 0 when v is none.
func decimal(v []byte, most int64) int64 {
	n := int64(0)
	for _, c := range v {
		if c-'0' > 9 || n > (most-int64(c-'0'))/10 {
			return 0
		}
		n = n*10 + int64(c-'0')
	}
	return n
}
