// Package wrapped reads records that a shipper, a container runtime or a
// search export wrote around a line of another log: JSON objects and CSV
// records with the line in one value, and what they know of its host, program
// and time beside it. In goes the wrapper, out comes an event whose message is
// the line, which the decode stage reads in turn. It never looks into the line.
package wrapped

import (
	"bytes"
	"errors"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/clock"
	"github.com/footfall/footfall/internal/csvscan"
	"github.com/footfall/footfall/internal/jsonscan"
	"github.com/footfall/footfall/internal/record"
)

// Decoder reads JSON around lines.
var Decoder = footfall.Decoder{
	Name: "wrapped",
	Doc: "JSON that a shipper or an export wrote around a line of another log: Filebeat, Fluent Bit, Vector, Docker and Kubernetes (log), CloudWatch (message), " +
		"Splunk (_raw), Elastic (event.original), Sentinel (SyslogMessage). The line is read as if it stood alone.",
	Source: "https://www.elastic.co/guide/en/ecs/current/ecs-event.html; https://docs.docker.com/engine/logging/drivers/json-file/; https://docs.splunk.com/Documentation/Splunk/latest/Search/Exportsearchresults",
	Frame:  footfall.FrameJSON,
	By:     "an object with a key that holds a line: _raw, event.original, message, log",
	Sniff:  sniff,
	New:    open,
}

// CSV reads CSV around lines.
var CSV = footfall.Decoder{
	Name:   "wrapped-csv",
	Doc:    "CSV that a search export wrote around the lines of another log: Splunk (_raw), Elastic (message, event.original), Sentinel (SyslogMessage, RawData).",
	Source: "https://docs.splunk.com/Documentation/Splunk/latest/Search/Exportsearchresults",
	Frame:  footfall.FrameCSV,
	By:     "a column that holds a line: _raw, event.original, SyslogMessage, RawData, or message beside a time",
	Sniff:  sniffCSV,
	New:    openCSV,
}

const (
	text = iota
	when
	host
	program
	process
	utc // a stamp that names no zone, in a column that does
	slots
)

// lines are the names under which wrappers keep the line, the surest first.
const lines = "_raw|event.original|SyslogMessage|RawData|RawMessage|rawEvent|raw|message|@message|MESSAGE|log|line|textPayload"

var paths = []string{
	text:    lines + "|result._raw|fields._raw",
	when:    "_time|@timestamp|TimeGenerated|EventTime|timestamp|time|result._time",
	host:    "host.name|hostname|HostName|Computer|host|agent.hostname|host.hostname|kubernetes.host|_HOSTNAME|result.host|log.source.address",
	program: "process.name|program|ProcessName|appname|app|ident|syslog_program|log.syslog.appname|SYSLOG_IDENTIFIER",
	process: "process.pid|ProcessID|procid|SYSLOG_PID",
	utc:     "TimeGenerated [UTC]|EventTime [UTC]",
}

var (
	errNoLine  = errors.New("wrapped: no line in any of the values that hold one")
	errColumns = errors.New("wrapped: the header record has no column that holds a line")
)

type decoder struct {
	v       *record.Values
	columns []record.Column
	fields  [][]byte
	buf     []byte
	sep     byte
}

func open(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
	d := &decoder{v: record.New(s, paths, nil)}
	return d.json, nil
}

func openCSV(s *footfall.Schema, header []byte) (footfall.DecodeFunc, error) {
	d := &decoder{v: record.New(s, paths, nil), sep: csvscan.Separator(header)}
	fields, _ := csvscan.Fields(nil, nil, header, d.sep)
	has := false
	for _, f := range fields {
		has = has || lineName(f)
		d.columns = append(d.columns, d.v.Column(string(f)))
	}
	if !has {
		return nil, errColumns
	}
	return d.csv, nil
}

func lineName(name []byte) bool {
	for list := lines; list != ""; {
		var one string
		if one, list, _ = strings.Cut(list, "|"); one == string(name) {
			return true
		}
	}
	return false
}

func (d *decoder) json(b *footfall.Batch, frame []byte) error {
	e := b.New()
	d.v.Begin(b)
	if err := d.v.JSON(frame); err != nil {
		return err
	}
	return d.finish(e)
}

func (d *decoder) csv(b *footfall.Batch, frame []byte) error {
	e := b.New()
	d.v.Begin(b)
	d.fields, d.buf = csvscan.Fields(d.fields[:0], d.buf[:0], frame, d.sep)
	for i, f := range d.fields {
		if i < len(d.columns) && d.columns[i].Wanted() {
			d.v.PutColumn(d.columns[i], b.Keep(f))
		}
	}
	return d.finish(e)
}

func (d *decoder) finish(e *footfall.Event) error {
	e.Message = strings.TrimRight(d.v.Get(text), "\r\n")
	if e.Message == "" {
		return errNoLine
	}
	e.Computer, e.Program = d.v.Get(host), d.v.Get(program)
	if n := d.v.Int(process); n > 0 && n < 1<<32 {
		e.PID = uint32(n)
	}
	if e.Time, e.Zoneless = at(d.v.Get(when)); e.Time == 0 {
		e.Time, _ = at(d.v.Get(utc))
	}
	return nil
}

// at reads the wrapper's time: seconds or milliseconds since 1970, or a stamp.
func at(s string) (ns int64, zoneless bool) {
	if n, ok := epoch(s); ok {
		return n, false
	}
	if t, n := clock.Parse(s); n > 0 {
		return t, !clock.Zoned(s[:n])
	}
	t, n := clock.Local(s)
	return t, n > 0
}

func epoch(s string) (ns int64, ok bool) {
	whole, _, _ := strings.Cut(s, ".")
	if len(whole) != 10 && len(whole) != 13 {
		return 0, false
	}
	var v int64
	for i := range len(whole) {
		c := whole[i] - '0'
		if c > 9 {
			return 0, false
		}
		v = v*10 + int64(c)
	}
	if len(whole) == 13 {
		return v * 1e6, true
	}
	return v * 1e9, true
}

// sniff says yes, and never loudly, to an object that has a line as one of its
// own values, alone or in the list of an outer object: whoever knows the
// object's format is surer.
func sniff(head []byte) int {
	var s jsonscan.Scanner
	if s.Reset(bytes.TrimLeft(head, "\xef\xbb\xbf \t\r\n[")) != jsonscan.Object {
		return 0
	}
	s.Enter()
	for n := 0; n < 200 && s.Next(); n++ {
		if sure := member(&s); sure > 0 {
			return sure
		}
		if s.Kind() == jsonscan.Array && listed(s.Key()) {
			s.Enter()
			if s.Next() && s.Kind() == jsonscan.Object {
				return events(&s)
			}
			return 0
		}
	}
	return 0
}

// listed tells the lists of CloudWatch Logs: of a subscription, of
// get-log-events and filter-log-events.
func listed(key []byte) bool { return string(key) == "logEvents" || string(key) == "events" }

// events looks at the first element of a list of CloudWatch Logs: a message and
// when it came.
func events(s *jsonscan.Scanner) int {
	line, stamp, more := false, false, false
	s.Enter()
	for n := 0; n < 20 && s.Next(); n++ {
		switch string(s.Key()) {
		case "message":
			line = s.Kind() == jsonscan.String
		case "timestamp":
			stamp = s.Kind() == jsonscan.Number
		case "id", "eventId", "ingestionTime", "logStreamName":
			more = true
		}
	}
	if line && stamp && more {
		return 96 // surer than those that know one kind of message
	}
	return 0
}

// member says how sure the member that s stands on makes it.
func member(s *jsonscan.Scanner) int {
	switch key := s.Key(); {
	case s.Kind() == jsonscan.String && lineName(key):
		if string(key) == "_raw" || string(key) == "event.original" {
			return 30
		}
		return 22
	case s.Kind() == jsonscan.Object && (string(key) == "event" || string(key) == "result"):
		if within(s) {
			return 30
		}
	}
	return 0
}

// within looks for the line in the object that s stands on.
func within(s *jsonscan.Scanner) bool {
	found := false
	s.Enter()
	for s.Next() {
		k := string(s.Key())
		found = found || s.Kind() == jsonscan.String && (k == "original" || k == "_raw")
	}
	return found
}

func sniffCSV(head []byte) int {
	line, _, ok := bytes.Cut(head, []byte("\n"))
	if !ok || len(line) > 8192 || bytes.IndexByte(line, '{') >= 0 {
		return 0
	}
	fields, _ := csvscan.Fields(nil, nil, bytes.TrimRight(line, "\r"), csvscan.Separator(line))
	if len(fields) < 2 {
		return 0
	}
	line, when, raw := nil, false, false
	for _, f := range fields {
		switch string(f) {
		case "_time", "@timestamp", "TimeGenerated", "TimeGenerated [UTC]", "timestamp", "time", "EventTime":
			when = true
		case "_raw", "event.original", "SyslogMessage", "RawData":
			raw = true
		}
		if lineName(f) {
			line = f
		}
	}
	switch {
	case raw:
		return 55
	case line != nil && when:
		return 24
	}
	return 0
}
