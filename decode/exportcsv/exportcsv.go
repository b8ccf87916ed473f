// Package exportcsv reads Windows events that people export as CSV: by
// Get-WinEvent or Get-EventLog with Export-Csv, and from Event Viewer. One
// record goes in, one event comes out, its fields taken from the message that
// Windows renders in English, under Windows' own names. It never says what an
// event means.
package exportcsv

import (
	"errors"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/csvscan"
	"github.com/footfall/footfall/internal/winevent"
)

// Decoder reads exported CSV.
var Decoder = footfall.Decoder{
	Name: "exportcsv",
	Doc: "Windows events as CSV of PowerShell (Get-WinEvent or Get-EventLog with Export-Csv) and of Event Viewer, where fields come from the English message, " +
		"and CSV with a column for each field (EventID, Channel and their own), as Log Analytics (SecurityEvent), Splunk and Kibana (winlog.event_data) export them. " +
		"Times have no zone and are taken as UTC. A date 3/4/2031 is the fourth of March with AM or PM and the third of April without, " +
		"unless a number above 12 or a zero (4/03/2031) says otherwise.",
	Source: "https://learn.microsoft.com/en-us/powershell/module/microsoft.powershell.diagnostics/get-winevent",
	Frame:  footfall.FrameCSV,
	By:     "column names: ProviderName, Id and TimeCreated; EntryType, EventID and Source; or those of an event's fields",
	Sniff:  sniff,
	New:    open,
}

var (
	errNotEvent = errors.New("exportcsv: no event id with a log or a source")
	errColumns  = errors.New("exportcsv: the header record has no event id and time")
)

const (
	when    = winevent.RoleEnd + iota // TimeCreated, TimeGenerated, Date and Time
	rank                              // EntryType of Get-EventLog: a level or an audit keyword
	guid                              // ProviderId, without braces
	source                            // Source: the provider, maybe by the name that Event Viewer shows
	whenUTC                           // TimeGenerated [UTC] of Log Analytics
)

// roles are the columns, in lower case and without blanks.
var roles = map[string]winevent.Role{
	"id": winevent.EventID, "eventid": winevent.EventID, "logname": winevent.Channel, "log": winevent.Channel,
	"providername": winevent.ProviderName, "source": source, "providerid": guid, "machinename": winevent.Computer,
	"computer": winevent.Computer, "recordid": winevent.RecordID, "index": winevent.RecordID, "eventrecordid": winevent.RecordID,
	"level": winevent.Level, "task": winevent.Task, "opcode": winevent.Opcode, "keywords": winevent.Keywords,
	"version": winevent.Version, "processid": winevent.ProcessID, "threadid": winevent.ThreadID, "userid": winevent.UserID,
	"activityid": winevent.ActivityID, "message": winevent.Message, "description": winevent.Message,
	"timecreated": when, "timegenerated": when, "dateandtime": when, "entrytype": rank,
	"channel": winevent.Channel, "hostname": winevent.Computer, "computername": winevent.Computer,
	"provider_name": winevent.ProviderName, "provider_guid": winevent.ProviderGuid, "systemtime": when, "eventtime": when,
	"timegenerated[utc]": whenUTC, "_time": when, "eventsourcename": winevent.ProviderName, "eventcode": winevent.EventID, "sourcename": source, "recordnumber": winevent.RecordID,

	// Winlogbeat's events as Kibana exports them.
	"@timestamp": when, "winlog.channel": winevent.Channel, "winlog.event_id": winevent.EventID, "event.code": winevent.EventID, "winlog.computer_name": winevent.Computer, "host.name": winevent.Computer,
	"winlog.provider_name": winevent.ProviderName, "event.provider": winevent.ProviderName, "winlog.provider_guid": winevent.ProviderGuid, "winlog.record_id": winevent.RecordID, "log.level": winevent.Level,
	"winlog.keywords": winevent.Keywords, "winlog.process.pid": winevent.ProcessID, "winlog.process.thread.id": winevent.ThreadID, "winlog.user.identifier": winevent.UserID, "winlog.activity_id": winevent.ActivityID,
}

// own returns the name of a column that holds a value of the event itself.
func own(column string) string {
	for _, prefix := range [...]string{"winlog.event_data.", "winlog.user_data."} {
		if name, ok := strings.CutPrefix(column, prefix); ok {
			return name
		}
	}
	return column
}

type decoder struct {
	w       *winevent.Writer[footfall.FieldID]
	names   *winevent.Names[footfall.FieldID]
	parser  winevent.Parser
	columns []winevent.Role
	own     []footfall.FieldID // by column: a field of the event itself
	fields  [][]byte
	buf     []byte
	sep     byte
	viewer  bool // the message stands behind the last named column
	audit   bool // Event Viewer shows keywords only for the Security log
	kibana  bool
	list    footfall.FieldID

	batch *footfall.Batch
	event *footfall.Event
}

func open(s *footfall.Schema, header []byte) (footfall.DecodeFunc, error) {
	d := &decoder{w: winevent.NewWriter[footfall.FieldID](s), sep: csvscan.Separator(header), list: s.Asked("Data")}
	d.names = winevent.NewNames[footfall.FieldID](s, func(k string) (string, winevent.Role) { return k, winevent.Data })
	d.parser.Field = d.field
	var has [winevent.RoleEnd + 5]bool
	fields, _ := csvscan.Fields(nil, nil, header, d.sep)
	flat := flatHeader(fields)
	for _, f := range fields {
		r, ok := roles[column(f)]
		id := footfall.FieldID(0)
		switch {
		case !ok && flat:
			r, id = winevent.Data, s.Asked(winevent.NoBlanks(own(string(f))))
		case !ok:
			r = winevent.Skip
		}
		d.kibana = d.kibana || string(f) == "@timestamp"
		has[r] = true
		d.columns, d.own = append(d.columns, r), append(d.own, id)
	}
	if !has[winevent.EventID] || !has[when] && !has[whenUTC] {
		return nil, errColumns
	}
	d.viewer = !has[winevent.Message]
	d.audit = d.viewer && has[winevent.Keywords] && !has[winevent.Channel]
	return d.decode, nil
}

// flatHeader says whether fields are the columns of events laid flat, as
// converters write them: what is no part of System is the event's own.
func flatHeader(fields [][]byte) bool {
	id, channel, time := false, false, false
	for _, f := range fields {
		switch string(f) {
		case "EventID", "EventCode", "winlog.event_id", "event.code":
			id = true
		case "Channel", "LogName", "winlog.channel":
			channel = true
		case "_raw": // the record itself stands there
			return false
		default:
			time = time || roles[column(f)] == when || roles[column(f)] == whenUTC
		}
	}
	return id && channel && time
}

// column is the name of a column in lower case and without blanks.
func column(v []byte) string {
	out := make([]byte, 0, len(v))
	for _, c := range v {
		switch {
		case c >= 'A' && c <= 'Z':
			out = append(out, c|0x20)
		case c != ' ' && c != '\r':
			out = append(out, c)
		}
	}
	return string(out)
}

func (d *decoder) decode(b *footfall.Batch, frame []byte) error {
	e := b.New()
	d.batch, d.event = b, e
	d.w.Begin(b)
	d.names.Rewind()
	d.fields, d.buf = csvscan.Fields(d.fields[:0], d.buf[:0], frame, d.sep)
	message := d.record()
	if d.audit {
		d.w.System(winevent.Channel, []byte("Security"))
	}
	if !d.w.Has(winevent.Channel) && !d.w.Has(winevent.ProviderName) {
		d.w.System(winevent.ProviderName, guess(d.w.Head.EventID, message))
	}
	h := d.w.Head
	d.w.System(winevent.Message, message)
	d.parser.Parse(h.Channel, h.Provider, h.EventID, message)
	if !d.w.End() {
		return errNotEvent
	}
	e.Channel, e.Provider, e.Computer = h.Channel, h.Provider, h.Computer
	e.EventID, e.Record, e.Native = h.EventID, h.Record, h.Native
	return nil
}

// record hands on the columns and returns the message.
func (d *decoder) record() (message []byte) {
	for i, v := range d.fields {
		if i >= len(d.columns) {
			if d.viewer && message == nil {
				message = v
			}
			continue
		}
		switch r := d.columns[i]; r {
		case winevent.Skip:
		case winevent.Data:
			if d.own[i] != 0 && len(v) > 0 && !d.none(v) {
				d.batch.Add(d.own[i], d.batch.Keep(v))
			}
		case winevent.Message:
			message = v
		case when:
			if m, ok := date(v); ok {
				d.event.Time, d.event.Zoneless = m.UnixNano(), !m.Zoned
			}
		case whenUTC:
			if m, ok := date(v); ok {
				d.event.Time = m.UnixNano()
			}
		case rank:
			d.w.System(winevent.Keywords, v)
			d.w.System(winevent.Level, v)
		case guid:
			d.w.System(winevent.ProviderGuid, d.braces(v))
		case source:
			if contains(v, "WinEventLog") { // Splunk's own name for where it read the record
				continue
			}
			if string(v) == "Microsoft Windows security auditing." {
				v = []byte(auditing)
			}
			d.w.System(winevent.ProviderName, v)
		default:
			if !d.none(v) {
				d.w.System(r, v)
			}
		}
	}
	return message
}

// none tells what Kibana writes for a value that there is not.
func (d *decoder) none(v []byte) bool { return d.kibana && string(v) == "-" }

func (d *decoder) braces(v []byte) []byte {
	if len(v) != 36 {
		return v
	}
	from := len(d.buf)
	d.buf = append(append(append(d.buf, '{'), v...), '}')
	return d.buf[from:len(d.buf):len(d.buf)]
}

// field takes what the message says; the first of a name counts, but for values without one.
func (d *decoder) field(name string, v []byte) {
	n := d.names.FindString(name)
	if n.ID == 0 {
		return
	}
	if n.ID != d.list {
		if _, ok := d.event.Get(n.ID); ok {
			return
		}
	}
	d.batch.Add(n.ID, d.batch.Keep(v))
}

const auditing = "Microsoft-Windows-Security-Auditing"

// guess names the provider of a record whose columns do not, by the numbers
// and the words that only security auditing uses.
func guess(id uint32, message []byte) []byte {
	if id >= 4608 && id <= 6423 && (contains(message, "Security ID:") || contains(message, "Logon Account:") || contains(message, "Account Name:")) {
		return []byte(auditing)
	}
	return nil
}
