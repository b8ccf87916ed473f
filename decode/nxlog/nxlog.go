// Package nxlog reads Windows events as flat JSON: what NXLog's im_msvistalog
// writes, and the data sets and forwarders that took over its names. One
// object goes in, one event under Windows' own field names comes out. It
// never says what an event means.
package nxlog

import (
	"bytes"
	"errors"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/jsonscan"
	"github.com/footfall/footfall/internal/winevent"
)

// Decoder reads flat JSON.
var Decoder = footfall.Decoder{
	Name: "nxlog",
	Doc: "Windows events as flat JSON, written by NXLog (im_msvistalog), by OTRF's Security-Datasets and by tools that kept the names, by Log Analytics (SecurityEvent, WindowsEvent) and by Splunk from extracted fields. " +
		"EventTime is the clock on the wall: the zone is taken from @timestamp when the record has it, else UTC is assumed. " +
		"Whole seconds get their fraction from Sysmon's UtcTime, else the record number as nanoseconds, so that records of one log keep their order.",
	Source: "https://docs.nxlog.co/refman/current/im/msvistalog.html",
	Frame:  footfall.FrameJSON,
	By:     "the keys EventID, and Channel or SourceName, with Hostname and EventTime",
	Sniff:  sniff,
	New:    open,
}

var errNotEvent = errors.New("nxlog: no EventID with a Channel or SourceName")

// Keys that are neither System fields nor the event's own.
const (
	eventTime    = winevent.RoleEnd + iota // EventTime, TimeCreated: when it happened, in whatever zone
	receivedTime                           // EventReceivedTime: when NXLog read it, in the same zone
	stampTime                              // @timestamp: when the next in line got it, in UTC
	utcTime                                // Sysmon's own time, also a field
	message                                // Message: also read where NXLog lost the event's own fields
	userName                               // AccountName: the System user, unless the event has such a field
	userDomain                             // Domain: the same
	userType                               // AccountType: says that the two before are the System user
	eventType                              // EventType: NXLog's severity, unless Sysmon's field of that name
	processID                              // ProcessID: a number is of System, a string of the event
	wrapper                                // holds the record
)

var roles = map[string]winevent.Role{
	"Channel": winevent.Channel, "Hostname": winevent.Computer, "Computer": winevent.Computer, "ComputerName": winevent.Computer,
	"SourceName": winevent.ProviderName, "ProviderName": winevent.ProviderName, "Provider_Name": winevent.ProviderName,
	"ProviderGuid": winevent.ProviderGuid, "Provider_Guid": winevent.ProviderGuid,
	"EventID": winevent.EventID, "RecordNumber": winevent.RecordID, "EventRecordID": winevent.RecordID, "RecordID": winevent.RecordID,
	"Level": winevent.Level, "Task": winevent.Task, "Opcode": winevent.Opcode, "OpcodeValue": winevent.Opcode,
	"Keywords": winevent.Keywords, "Version": winevent.Version, "UserID": winevent.UserID,
	"ExecutionProcessID": winevent.ProcessID, "Execution_ProcessID": winevent.ProcessID,
	"ThreadID": winevent.ThreadID, "ExecutionThreadID": winevent.ThreadID, "Execution_ThreadID": winevent.ThreadID,
	"ActivityID": winevent.ActivityID, "RelatedActivityID": winevent.RelatedActivityID, "Message": message,

	"EventTime": eventTime, "TimeCreated": eventTime, "SystemTime": eventTime,
	"EventReceivedTime": receivedTime, "@timestamp": stampTime, "UtcTime": utcTime,
	"AccountName": userName, "Domain": userDomain, "AccountType": userType, "EventType": eventType,
	"ProcessID": processID, "_source": wrapper,

	// Log Analytics (SecurityEvent, WindowsEvent) and Splunk's extracted fields.
	"TimeGenerated": eventTime, "_time": eventTime, "EventSourceName": winevent.ProviderName, "Provider": winevent.ProviderName, "EventRecordId": winevent.RecordID,
	"EventCode": winevent.EventID, "LogName": winevent.Channel, "EventData": wrapper, "result": wrapper,

	"Severity": winevent.Skip, "SeverityValue": winevent.Skip, "Category": winevent.Skip,
	"SourceModuleName": winevent.Skip, "SourceModuleType": winevent.Skip, "ERROR_EVT_UNRESOLVED": winevent.Skip,
	"@version": winevent.Skip, "host": winevent.Skip, "port": winevent.Skip, "tags": winevent.Skip, "type": winevent.Skip,
	"_id": winevent.Skip, "_index": winevent.Skip, "_type": winevent.Skip, "_score": winevent.Skip,
}

func resolve(key string) (string, winevent.Role) {
	r := roles[key]
	if r == winevent.Data {
		if _, ok := winevent.ParamNumber(key); ok {
			return key, winevent.Param
		}
	}
	return key, r
}

func open(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
	d := &decoder{w: winevent.NewWriter[footfall.FieldID](s), names: winevent.NewNames[footfall.FieldID](s, resolve)}
	d.parser.Field = d.fromMessage
	d.ids = ids{
		utc: s.Asked("UtcTime"), account: s.Asked("AccountName"), domain: s.Asked("Domain"),
		eventType: s.Asked("EventType"), process: s.Asked("ProcessID"), data: s.Asked("Data"),
	}
	return d.decode, nil
}

type ids struct{ utc, account, domain, eventType, process, data footfall.FieldID }

type decoder struct {
	s     jsonscan.Scanner
	w     *winevent.Writer[footfall.FieldID]
	names *winevent.Names[footfall.FieldID]
	ids   ids
	text  []byte // decoded System values of the record
	times times
	user  user

	parser  winevent.Parser
	batch   *footfall.Batch
	event   *footfall.Event
	message []byte // as it stands in the record
	escaped bool   // message holds escapes
	own     int    // fields of the event's own
	typed   bool   // EventType is one of them
}

// A user is what may be the System user or fields of the event.
type user struct {
	name, domain string
	known        bool // it is the System user
}

func (d *decoder) decode(b *footfall.Batch, frame []byte) error {
	if i := bytes.IndexByte(frame, '{'); i > 0 {
		frame = frame[i:]
	}
	e := b.New()
	d.w.Begin(b)
	d.names.Rewind()
	d.text, d.times, d.user = d.text[:0], times{}, user{}
	d.batch, d.event, d.message, d.escaped, d.own, d.typed = b, e, nil, false, 0, false
	d.s.Reset(frame)
	d.object(b)
	if err := d.s.Err(); err != nil {
		return err
	}
	if !d.user.known && !d.w.Has(winevent.UserID) {
		d.add(b, d.ids.account, d.user.name)
		d.add(b, d.ids.domain, d.user.domain)
	}
	h := &d.w.Head
	if lost := d.lost(); lost || d.w.Wants(winevent.Message) {
		text := d.decoded()
		d.w.System(winevent.Message, text)
		if lost {
			d.parser.Parse(h.Channel, h.Provider, h.EventID, text)
		}
	}
	if !d.w.End() {
		return errNotEvent
	}
	e.Channel, e.Provider, e.Computer = h.Channel, h.Provider, h.Computer
	e.EventID, e.Record, e.Native = h.EventID, h.Record, h.Native
	e.Time, e.Zoneless = d.times.resolve(h.Record)
	return nil
}

// lost says whether the message knows more than the fields: NXLog writes no
// values that have no name, as those of Windows PowerShell, no UserData, and
// System's user in place of the account of a new service.
func (d *decoder) lost() bool {
	h := &d.w.Head
	switch {
	case d.message == nil:
		return false
	case d.own == 0:
		return true
	case h.EventID == 7045:
		return d.user.name != ""
	case h.EventID >= 12 && h.EventID <= 21:
		return !d.typed && h.Provider == "Microsoft-Windows-Sysmon"
	}
	return false
}

// decoded is the message without escapes. Most records never need it.
func (d *decoder) decoded() []byte {
	if !d.escaped {
		return d.message
	}
	from := len(d.text)
	d.text = jsonscan.Unescape(d.text, d.message)
	return d.text[from:len(d.text):len(d.text)]
}

// fromMessage takes a field of the message that the record lacks.
func (d *decoder) fromMessage(name string, v []byte) {
	n := d.names.FindString(name)
	id := n.ID
	switch n.Role {
	case winevent.Data:
	case userName:
		id = d.ids.account
	case eventType:
		id = d.ids.eventType
	default:
		return
	}
	if _, ok := d.event.Get(id); id != 0 && (!ok || id == d.ids.data) {
		d.batch.Add(id, d.batch.Keep(v))
	}
}

func (d *decoder) add(b *footfall.Batch, id footfall.FieldID, v string) {
	if v != "" {
		b.Add(id, v)
	}
}

func (d *decoder) object(b *footfall.Batch) {
	s := &d.s
	s.Enter()
	for s.Next() {
		n := d.names.Find(s.Key())
		switch {
		case n.Role == winevent.Data:
			d.own++
			if n.ID != 0 {
				d.data(b, n.ID)
			}
		case n.Role < winevent.Param:
			if n.Role != winevent.Skip {
				d.w.System(n.Role, d.value())
			}
		default:
			d.special(b, n)
		}
	}
}

// value is the text of a scalar, good until the record ends; nothing for containers.
func (d *decoder) value() []byte {
	v, esc := d.s.Raw()
	if !esc {
		return v
	}
	from := len(d.text)
	d.text = jsonscan.Unescape(d.text, v)
	return d.text[from:len(d.text):len(d.text)]
}

// data adds a field; the elements of a list become fields of one name.
func (d *decoder) data(b *footfall.Batch, id footfall.FieldID) {
	switch d.s.Kind() {
	case jsonscan.Array:
		d.s.Enter()
		for d.s.Next() {
			d.data(b, id)
		}
	case jsonscan.Object:
		d.s.Skip()
	default:
		b.Add(id, d.s.Keep(b))
	}
}

func (d *decoder) special(b *footfall.Batch, n *winevent.Name[footfall.FieldID]) {
	switch n.Role {
	case eventTime:
		d.times.set(&d.times.event, d.value())
	case receivedTime:
		d.times.set(&d.times.received, d.value())
	case stampTime:
		d.times.set(&d.times.stamp, d.value())
	case utcTime:
		d.times.set(&d.times.utc, d.value())
		b.Add(d.ids.utc, d.s.Keep(b))
	case message:
		d.message, d.escaped = d.s.Raw()
	case userName:
		d.user.name = d.s.Keep(b)
	case userDomain:
		d.user.domain = d.s.Keep(b)
	case userType:
		d.user.known = true
	case eventType:
		if !severity(d.value()) {
			d.typed = true
			b.Add(d.ids.eventType, d.s.Keep(b))
		}
	case processID:
		if d.s.Kind() == jsonscan.Number {
			d.w.System(winevent.ProcessID, d.value())
		} else {
			b.Add(d.ids.process, d.s.Keep(b))
		}
	case winevent.Param:
		d.own++
		num, _ := winevent.ParamNumber(n.Text)
		d.w.Param(num, n.ID, d.s.Keep(b))
	case wrapper:
		switch {
		case d.s.Kind() == jsonscan.Object:
			d.object(b)
		case n.ID != 0: // EventData as text
			b.Add(n.ID, d.s.Keep(b))
		}
	}
}

// severity reports whether v is what NXLog writes as EventType of any event.
func severity(v []byte) bool {
	switch string(v) {
	case "CRITICAL", "ERROR", "WARNING", "INFO", "VERBOSE", "DEBUG", "AUDIT_SUCCESS", "AUDIT_FAILURE":
		return true
	}
	return false
}
