// Package zeek reads the logs of the network sensor Zeek (once Bro): tables
// under header lines, and JSON in the dresses that its writers, exporters and
// streaming packages give it. In goes one record of any log, out comes one
// event: logons, connections, shares, calls, tickets, leases, alerts. What a
// log has no typed meaning for is an event with its fields. It reads no packets
// and joins no records.
package zeek

import (
	"errors"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/clock"
	"github.com/footfall/footfall/internal/record"
)

const manual = "https://docs.zeek.org/en/master/logs/index.html"

// Decoder reads Zeek's tables.
var Decoder = footfall.Decoder{
	Name:   "zeek",
	Doc:    "Logs of the network sensor Zeek as tables (the ASCII writer): sessions, logons, shares, remote calls, tickets, leases, notices.",
	Source: manual,
	Frame:  footfall.FrameTable,
	By:     "#separator, or #fields with #types or #path",
	Sniff:  sniffTable,
	New: func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
		t := table{r: newReader(s)}
		t.forget()
		return t.line, nil
	},
}

// JSON reads Zeek's records as JSON.
var JSON = footfall.Decoder{
	Name:   "zeek-json",
	Doc:    "Logs of the network sensor Zeek as JSON: of its own writer, of json-streaming-logs, with underscores for dots, with or without the name of the log.",
	Source: manual,
	Frame:  footfall.FrameJSON,
	By:     "the keys ts with id.orig_h, _path or uid",
	Sniff:  sniffJSON,
	New: func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
		return newReader(s).json, nil
	},
}

var (
	errRecord = errors.New("zeek: a record that has neither a time nor values of a known log")
	errJSON   = errors.New("zeek: not a JSON object that ends")
)

// A log is what is done with records of one name.
type log struct {
	id   footfall.LogID
	mean func(*reader, *footfall.Event)
}

type reader struct {
	v      *record.Values
	b      *footfall.Batch
	logs   map[string]log
	other  log
	uri    [3]footfall.FieldID // c-uri-stem, c-uri-query, c-uri-extension
	answer string              // first address among the answers of a table's record
}

func newReader(s *footfall.Schema) *reader {
	r := &reader{v: record.New(s, paths[:], also()), logs: map[string]log{}}
	for i, name := range [...]string{"c-uri-stem", "c-uri-query", "c-uri-extension"} {
		r.uri[i] = s.Asked(name)
	}
	for name := range strings.FieldsSeq(logs) {
		l := footfall.Log{Product: "zeek", Services: []string{name}}
		if b := base(name); b != name {
			l.Services = append(l.Services, b)
		}
		switch base(name) {
		case "conn":
			l.Categories = []string{"firewall"}
		case "dns":
			l.Categories = []string{"dns"}
		case "http":
			l.Categories = []string{"proxy", "webserver"}
		}
		r.logs[name] = log{s.AddLog(l), meanings[base(name)]}
	}
	r.other = log{id: s.AddLog(footfall.Log{Product: "zeek"})}
	return r
}

// json reads one record. Kafka's writer puts it under the name of its log.
func (r *reader) json(b *footfall.Batch, frame []byte) error {
	name, inner := tagged(frame)
	if _, ok := r.logs[name]; !ok {
		name, inner = "", frame
	}
	e := r.begin(b, len(frame))
	if r.v.JSON(inner) != nil {
		return errJSON
	}
	if s := r.v.Get(vLog); s != "" {
		name = s
	}
	if name == "" {
		if name = r.told(); name == "" && r.v.Get(vTS) == "" && r.v.Get(vUID) == "" && !bareTime(frame) {
			return errRecord
		}
	}
	r.finish(e, name)
	return nil
}

func (r *reader) begin(b *footfall.Batch, n int) *footfall.Event {
	e := b.New()
	e.Program, e.Len = "zeek", uint32(n)
	r.b, r.answer = b, ""
	r.v.Begin(b)
	return e
}

// finish gives a record its typed face.
func (r *reader) finish(e *footfall.Event, name string) {
	l, ok := r.logs[name]
	if !ok {
		l = r.other
	}
	e.Log = l.id
	r.time(e)
	e.Session = r.v.Get(vUID)
	r.ends(e)
	if l.mean != nil {
		l.mean(r, e)
	}
}

func (r *reader) time(e *footfall.Event) {
	s := r.v.First(vTS, vWriteTS)
	if ns, ok := micros(s); ok {
		e.Time = epoch(ns)
		return
	}
	ns, n := clock.ISO(s)
	if n > 0 {
		e.Time = ns
		zone := s[19:n]
		e.Zoneless = !strings.ContainsAny(zone, "Zz+-")
	}
}

// epoch takes seconds since 1970, or JSON's TS_MILLIS when they are too many
// for seconds. us is the number times a million.
func epoch(us int64) int64 {
	const seconds = 9_000_000_000 // what nanoseconds can hold
	switch s := us / 1e6; {
	case us < 0 || s > 1000*seconds:
		return 0
	case s > seconds:
		return us
	}
	return us * 1e3
}

// ends are the two of the connection that a record is about.
func (r *reader) ends(e *footfall.Event) {
	v := r.v
	e.From.Addr, e.To.Addr = v.Addr(vOrigH), v.Addr(vRespH)
	if v.Get(vProto) != "icmp" { // ports are its type and code there
		e.From.Port, e.To.Port = v.Port(vOrigP), v.Port(vRespP)
	}
	e.MAC = v.Get(vOrigMAC)
	if s := v.Get(vVLAN); s != "" {
		e.From.Zone, e.To.Zone = s, s
	}
	if e.From.Addr.IsValid() || e.To.Addr.IsValid() {
		return
	}
	// The sensor's name would stand for the server's, so it is told only
	// where a record names neither end.
	e.Computer = v.Get(vSystem)
}
