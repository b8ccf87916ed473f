// Package syslog reads lines of syslog in every dress that files have: RFC
// 3164 with and without its parts, ISO times, RFC 5424, what rsyslog forwards,
// what journalctl prints. In goes a line, out comes an event with time, host,
// program and the message, which the decode stage hands to the decoder of the
// program. It never looks into the message, but for lines that say that the
// last one came again.
package syslog

import (
	"errors"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/unixlog"
)

// Decoder reads syslog.
var Decoder = footfall.Decoder{
	Name:   "syslog",
	Doc:    "Lines of syslogd, rsyslog, syslog-ng and journalctl: auth.log, secure, messages; behind the stamp of CloudWatch Logs or of a container runtime (CRI) too. The message goes to the decoder of the program that wrote it.",
	Source: "RFC 3164, RFC 5424, RFC 6587; systemd journalctl(1) -o",
	Frame:  footfall.FrameLines,
	By:     "lines with a header of syslog: a priority or a time, a host, a program",
	Sniff:  sniff,
	New:    newDecoder,
}

const (
	// maxRepeats is how often "last message repeated" counts at most, and
	// maxEvents how many events a batch may hold when it does: a line of 40
	// bytes must not fill the memory.
	maxRepeats = 10000
	maxEvents  = 50000
	// maxNames bounds the names of structured data that a decoder remembers.
	maxNames = 1000
)

var errNone = errors.New("not a line of syslog")

type decoder struct {
	schema                             *footfall.Schema
	other                              footfall.LogID
	logs                               map[string]footfall.LogID
	message, program, host, pri, msgID footfall.FieldID
	names                              map[string]footfall.FieldID
	name                               []byte
	now                                header // of the line at hand
	last                               unixlog.Source
	lastLog                            footfall.LogID
}

func newDecoder(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
	d := &decoder{
		schema: s, logs: make(map[string]footfall.LogID, len(unixlog.Sources)), names: map[string]footfall.FieldID{},
		message: s.Asked("message"), program: s.Asked("program"), host: s.Asked("hostname"), pri: s.Asked("priority"), msgID: s.Asked("msgid"),
	}
	d.other = s.AddLog(footfall.Log{Product: "linux", Services: unixlog.Other})
	for _, v := range unixlog.Sources {
		d.logs[v.Program] = s.AddLog(footfall.Log{Product: "linux", Services: v.Services})
	}
	return d.decode, nil
}

func (d *decoder) decode(b *footfall.Batch, frame []byte) error {
	if ignored(footfall.Str(frame)) {
		return nil
	}
	line := b.Keep(frame)
	for line != "" && (line[len(line)-1] <= ' ') {
		line = line[:len(line)-1]
	}
	h := &d.now
	if !h.split(line) {
		return errNone
	}
	if h.again {
		return d.again(b, h, len(frame))
	}
	d.event(b, h, len(frame))
	return nil
}

// event adds the event of a line.
func (d *decoder) event(b *footfall.Batch, h *header, size int) {
	e := b.New()
	e.Time, e.Zoneless, e.Len = h.time, h.zoneless, uint32(size)
	e.Computer, e.Program, e.PID, e.Message = h.host, h.program, h.pid, h.msg
	if e.Log = d.logOf(h.program); h.cri {
		e.Log = 0 // so that the message may be of any format
	}
	d.fields(b, h)
}

// logOf returns the log of a program: mostly that of the line before.
func (d *decoder) logOf(program string) footfall.LogID {
	if program == d.last.Program && d.lastLog != 0 {
		return d.lastLog
	}
	l, ok := d.logs[program]
	if !ok {
		return d.other
	}
	for _, v := range unixlog.Sources {
		if v.Program == program {
			d.last, d.lastLog = v, l
		}
	}
	return l
}

// ignored reports whether a line holds no record: it is empty, a comment, a
// line of journalctl's own, or the rest of a message with line ends in it.
func ignored(s string) bool {
	if s == "" {
		return true
	}
	switch s[0] {
	case ' ', '\t', '#', '\r':
		return true
	case '-':
	default:
		return false
	}
	return strings.HasPrefix(s, "-- Logs begin at ") || strings.HasPrefix(s, "-- Journal begins at ") ||
		strings.HasPrefix(s, "-- Boot ") || s == "-- Reboot --" || s == "-- No entries --"
}

func (d *decoder) fields(b *footfall.Batch, h *header) {
	b.Add(d.message, h.msg)
	if h.program != "" {
		b.Add(d.program, h.program)
	}
	if h.host != "" {
		b.Add(d.host, h.host)
	}
	if h.msgID != "" {
		b.Add(d.msgID, h.msgID)
	}
	if h.pri >= 0 {
		b.Add(d.pri, unixlog.Severities[h.pri&7])
	}
	if h.data != "" {
		params(h.data, func(id, name, value string) { b.Add(d.asked(id, name), unescape(b, value)) })
	}
}

// asked returns the field "id.name" of a parameter of structured data.
func (d *decoder) asked(id, name string) footfall.FieldID {
	d.name = append(append(append(d.name[:0], id...), '.'), name...)
	f, ok := d.names[string(d.name)]
	if !ok {
		key := string(d.name)
		f = d.schema.Asked(key)
		if len(d.names) < maxNames {
			d.names[key] = f
		}
	}
	return f
}

// unescape resolves the three escapes of a PARAM-VALUE (RFC 5424 section 6.3.3).
func unescape(b *footfall.Batch, v string) string {
	if strings.IndexByte(v, '\\') < 0 {
		return v
	}
	out := b.Grow(len(v))
	for i := 0; i < len(v); i++ {
		if v[i] == '\\' && i+1 < len(v) && (v[i+1] == '"' || v[i+1] == '\\' || v[i+1] == ']') {
			i++
		}
		out = append(out, v[i])
	}
	return b.Kept(out)
}

// again stands for the event before it, as often as the line says, when that
// is of the same host, and of the same program if the line names one. The
// line keeps its own text: the message decoder knows it and leaves what the
// copies already tell.
func (d *decoder) again(b *footfall.Batch, h *header, size int) error {
	n := times(h.msg)
	last := len(b.Events) - 1
	if last < 0 || !h.sameAs(&b.Events[last]) {
		d.event(b, h, size)
		return nil
	}
	copied := b.Events[last]
	copied.Time, copied.Zoneless, copied.Len, copied.Offset, copied.Message, copied.Fields = h.time, h.zoneless, uint32(size), 0, h.msg, nil
	for range min(n, maxRepeats) {
		if len(b.Events) >= maxEvents {
			b.Bad(0, "repeated messages beyond what a batch holds are not counted")
			break
		}
		*b.New() = copied
		d.fields(b, h)
	}
	return nil
}

// sameAs reports whether a line may speak of an event: of what it names,
// nothing differs.
func (h *header) sameAs(e *footfall.Event) bool {
	return (h.host == "" || h.host == e.Computer) &&
		(h.program == "" || h.program == e.Program && h.pid == e.PID)
}

// times reads the number of "last message repeated 3 times"; at least 1.
func times(s string) int {
	s = strings.TrimPrefix(strings.TrimPrefix(s, "--- "), "last message repeated ")
	w, _ := word(s)
	return max(1, int(decimal(w)))
}
