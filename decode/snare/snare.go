// Package snare reads Windows events that agents send as syslog: Snare and NXLog's
// to_syslog_snare, NXLog's structured data (RFC 5424), QRadar's WinCollect. In goes
// the message behind the envelope, which already is the current event of the batch;
// out comes the event with Windows' own names, taken from the English message where
// the record has no others. It never says what an event means.
package snare

import (
	"errors"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/clock"
	"github.com/footfall/footfall/internal/winevent"
)

// Decoder reads agents' messages.
var Decoder = footfall.Decoder{
	Name: "snare",
	Doc: "Windows events behind syslog: Snare (MSWinEventLog), NXLog (to_syslog_snare, and to_syslog_ietf with its structured data), QRadar's WinCollect (AgentDevice=WindowsLog). " +
		"Times of Snare have no zone; the envelope's counts where it names one.",
	Source:   "https://docs.nxlog.co/refman/current/xm/syslog.html; https://www.ibm.com/docs/en/qradar-common (WinCollect log format); Snare for Windows agent guide",
	Frame:    footfall.FrameMessage,
	By:       "the message: MSWinEventLog, [NXLOG@14506 or AgentDevice=WindowsLog",
	Programs: []string{"MSWinEventLog"},
	Sniff:    sniff,
	New:      open,
}

const (
	snareMark = "MSWinEventLog"
	nxlogMark = "[NXLOG@14506 "
	agentMark = "AgentDevice=WindowsLog"
)

var (
	errNoEvent  = errors.New("snare: a message without its envelope")
	errShort    = errors.New("snare: fewer columns than MSWinEventLog has")
	errNotEvent = errors.New("snare: no event id with a log or a source")
)

func sniff(head []byte) int {
	if dress(footfall.Str(head)) != 0 {
		return 95
	}
	return 0
}

// dress says which of the marks a message begins with.
func dress(s string) byte {
	start := s[:min(len(s), 320)]
	switch i := strings.Index(start, snareMark); {
	case i == 0, i > 0 && s[i-1] == '\t' && strings.IndexByte(s[:i-1], ' ') < 0:
		return 's'
	}
	switch i := strings.Index(start, nxlogMark); {
	case i == 0, i > 0 && strings.IndexByte(s[:i-1], ' ') < 0: // behind MSGID
		return 'n'
	}
	if strings.HasPrefix(s, agentMark) || strings.HasPrefix(s, "<13>"+agentMark) {
		return 'w'
	}
	return 0
}

type decoder struct {
	w      *winevent.Writer[footfall.FieldID]
	names  *winevent.Names[footfall.FieldID]
	parser winevent.Parser
	batch  *footfall.Batch
	event  *footfall.Event
	list   footfall.FieldID
	text   []byte // of the message, unfolded
	buf    []byte // of System values
	own    int
}

func open(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
	d := &decoder{w: winevent.NewWriter[footfall.FieldID](s), list: s.Asked("Data")}
	d.names = winevent.NewNames[footfall.FieldID](s, func(k string) (string, winevent.Role) { return k, winevent.Data })
	d.parser.Field = d.field
	return d.decode, nil
}

func (d *decoder) decode(b *footfall.Batch, frame []byte) error {
	if len(b.Events) == 0 {
		return errNoEvent
	}
	e := b.Current()
	s := e.Message
	if s != string(frame) {
		s = b.Keep(frame)
	}
	d.batch, d.event, d.own, d.buf = b, e, 0, d.buf[:0]
	d.w.Begin(b)
	d.names.Rewind()
	message, err := "", error(nil)
	switch dress(s) {
	case 's':
		message, err = d.snare(e, s)
	case 'n':
		message = d.nxlog(e, s)
	case 'w':
		message = d.agent(e, s)
	default:
		return nil
	}
	if err != nil {
		return err
	}
	if message != "" {
		d.w.System(winevent.Message, footfall.Bytes(message))
		if d.own == 0 {
			h := &d.w.Head
			d.text = winevent.Unfold(d.text[:0], footfall.Bytes(message))
			d.parser.Parse(h.Channel, h.Provider, h.EventID, d.text)
		}
	}
	if !d.w.End() {
		return errNotEvent
	}
	h := &d.w.Head
	e.Channel, e.Provider, e.EventID = h.Channel, h.Provider, h.EventID
	if h.Computer != "" {
		e.Computer = h.Computer
	}
	if h.Native {
		e.Record, e.Native = h.Record, true
	}
	e.Log = 0
	return nil
}

func (d *decoder) system(r winevent.Role, v string) {
	if v != "" && v != "-" {
		d.w.System(r, footfall.Bytes(v))
	}
}

// snare reads the columns MSWinEventLog, criticality, log, counter, time, event id,
// source, user, kind of SID, type, computer, category, data, message, and at
// times one more. They are parted by tabs, or by what a relay made of them.
func (d *decoder) snare(e *footfall.Event, s string) (message string, err error) {
	s = s[strings.Index(s, snareMark)+len(snareMark):]
	sep := "\t"
	switch {
	case strings.HasPrefix(s, "#011"): // rsyslog's tab
		sep = "#011"
	case strings.HasPrefix(s, "\\t"), strings.HasPrefix(s, ","), strings.HasPrefix(s, ";"):
		if sep = s[:1]; sep == "\\" {
			sep = "\\t"
		}
	}
	s = strings.TrimPrefix(s, sep)
	var f [11]string
	n := 0
	for ; n < len(f); n++ {
		var ok bool
		if f[n], s, ok = strings.Cut(s, sep); !ok {
			break
		}
	}
	if n < 9 {
		return "", errShort
	}
	d.system(winevent.Channel, f[1])
	d.system(winevent.EventID, f[4])
	d.system(winevent.ProviderName, f[5])
	d.system(winevent.Computer, f[9])
	d.kind(f[8])
	when(e, f[3])
	_, message, _ = strings.Cut(s, sep) // behind the data
	if message == "" {
		message = s
	}
	if i := strings.LastIndex(message, sep); i > 0 && len(message)-i < 40 && strings.Trim(message[i+len(sep):], "0123456789abcdefABCDEF\r") == "" {
		message = message[:i] // the counter or the checksum at the end
	}
	return message, nil
}

// kind takes the type of an event, which Snare words as Windows once did.
func (d *decoder) kind(s string) {
	switch s {
	case "Success Audit", "Audit Success":
		d.system(winevent.Keywords, "Audit Success")
		d.system(winevent.Level, "Information")
	case "Failure Audit", "Audit Failure":
		d.system(winevent.Keywords, "Audit Failure")
		d.system(winevent.Level, "Information")
	default:
		d.system(winevent.Level, s)
	}
}

// when takes the time of a record without a zone unless the envelope knows more.
func when(e *footfall.Event, s string) {
	if e.Time != 0 && !e.Zoneless && !clock.Unresolved(e.Time) {
		return
	}
	if ns, n := clock.Parse(s); n > 0 && !clock.Unresolved(ns) {
		e.Time, e.Zoneless = ns, !clock.Zoned(s[:n])
	}
}

// nxlogRoles are the names that NXLog has for parts of System.
var nxlogRoles = map[string]winevent.Role{
	"EventID": winevent.EventID, "Channel": winevent.Channel, "SourceName": winevent.ProviderName, "ProviderGuid": winevent.ProviderGuid, "Hostname": winevent.Computer,
	"RecordNumber": winevent.RecordID, "Keywords": winevent.Keywords, "Version": winevent.Version, "Task": winevent.Task, "OpcodeValue": winevent.Opcode,
	"ExecutionProcessID": winevent.ProcessID, "ThreadID": winevent.ThreadID, "ExecutionThreadID": winevent.ThreadID, "UserID": winevent.UserID, "ActivityID": winevent.ActivityID, "Level": winevent.Level,
	"EventType": winevent.Skip, "Severity": winevent.Skip, "SeverityValue": winevent.Skip, "Category": winevent.Skip, "Opcode": winevent.Skip, "AccountName": winevent.Skip, "AccountType": winevent.Skip, "Domain": winevent.Skip,
	"EventReceivedTime": winevent.Skip, "SourceModuleName": winevent.Skip, "SourceModuleType": winevent.Skip, "EventTime": winevent.Skip, "Message": winevent.Skip, "ERROR_EVT_UNRESOLVED": winevent.Skip,
}

// nxlog reads NAME="VALUE" up to the bracket that ends the element; the program of
// the envelope is the source.
func (d *decoder) nxlog(e *footfall.Event, s string) (message string) {
	s = s[strings.Index(s, nxlogMark)+len(nxlogMark):]
	source := e.Program
	for {
		s = strings.TrimLeft(s, " ")
		name, rest, ok := strings.Cut(s, `="`)
		if !ok || strings.IndexByte(name, ']') >= 0 {
			break
		}
		end := 0
		for end < len(rest) && rest[end] != '"' {
			if rest[end] == '\\' {
				end++
			}
			end++
		}
		if end >= len(rest) {
			break
		}
		val := rest[:end]
		s = rest[end+1:]
		if strings.IndexByte(val, '\\') >= 0 {
			val = d.unescape(val)
		}
		if name == "EventTime" {
			when(e, val)
		}
		if r, ok := nxlogRoles[name]; ok {
			if r != winevent.Skip {
				d.system(r, val)
			}
			if name == "SourceName" {
				source = ""
			}
			continue
		}
		d.own++
		if n := d.names.FindString(name); n.ID != 0 {
			d.batch.Add(n.ID, val)
		}
	}
	d.system(winevent.ProviderName, source)
	if v, ok := strings.CutPrefix(s, "]"); ok {
		message = strings.TrimPrefix(strings.TrimPrefix(v, " "), "\ufeff")
	}
	d.system(winevent.Computer, e.Computer)
	return message
}

// unescape takes away the backslashes before a quote, a backslash and a bracket
// (RFC 5424 section 6.3.3); others are the value's own.
func (d *decoder) unescape(v string) string {
	out := d.batch.Grow(len(v))
	for i := 0; i < len(v); i++ {
		if v[i] == '\\' && i+1 < len(v) && (v[i+1] == '"' || v[i+1] == '\\' || v[i+1] == ']') {
			i++
		}
		out = append(out, v[i])
	}
	return d.batch.Kept(out)
}

// agent reads WinCollect's pairs, parted by tabs; Message is the last and holds the rest.
func (d *decoder) agent(e *footfall.Event, s string) (message string) {
	head := s
	if i := strings.Index(s, "Message="); i > 0 && (s[i-1] == '\t' || s[i-1] == ' ') {
		head, message = s[:i], s[i+len("Message="):]
	}
	sep := "\t"
	if !strings.Contains(head, "\t") {
		sep = " "
	}
	for head != "" {
		var pair string
		pair, head, _ = strings.Cut(head, sep)
		name, val, ok := strings.Cut(pair, "=")
		if !ok {
			continue
		}
		switch name {
		case "AgentLogFile":
			d.system(winevent.Channel, val)
		case "Source":
			d.system(winevent.ProviderName, val)
		case "Computer":
			d.system(winevent.Computer, val)
		case "EventIDCode", "EventID":
			if len(val) <= 5 { // EventID may hold the qualifiers too
				d.system(winevent.EventID, val)
			}
		case "RecordNumber":
			d.system(winevent.RecordID, val)
		case "Keywords":
			d.system(winevent.Keywords, val)
		case "TimeGenerated":
			if n, ok := winevent.Uint(footfall.Bytes(val)); ok && n > 0 && n < 1<<33 {
				e.Time, e.Zoneless = int64(n)*1e9, false
			}
		}
	}
	return message
}

// field takes what the message says; the first of a name counts, but for values without one.
func (d *decoder) field(name string, v []byte) {
	n := d.names.FindString(name)
	if n.ID == 0 {
		return
	}
	if _, ok := d.event.Get(n.ID); ok && n.ID != d.list {
		return
	}
	d.batch.Add(n.ID, d.batch.Keep(v))
}
