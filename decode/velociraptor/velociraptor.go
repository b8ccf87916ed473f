// Package velociraptor reads rows of Velociraptor's artifacts as it exports them,
// JSON lines or CSV: Windows events whole (parse_evtx, EvtxHunter) and cut down to
// columns (RDPAuth, ExplicitLogon and their kin), logons of Linux, and lines of
// other logs. In goes a row, out comes one event, two for a session whose end the
// row tells; lines go on to their own decoder. It never says what a Windows event
// means.
package velociraptor

import (
	"bytes"
	"errors"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/csvscan"
	"github.com/footfall/footfall/internal/jsonscan"
	"github.com/footfall/footfall/internal/record"
	"github.com/footfall/footfall/internal/winevent"
)

const manual = "https://docs.velociraptor.app/artifact_references/"

// Decoder reads rows as JSON.
var Decoder = footfall.Decoder{
	Name: "velociraptor",
	Doc: "Rows of Velociraptor's artifacts as JSON: Windows.EventLogs.* (Evtx, EvtxHunter, RDPAuth, ExplicitLogon, PowershellScriptblock ...), " +
		"Linux.Syslog.SSHLogin and Linux.Events.SSHLogin, Linux.Sys.LastUserLogin, and artifacts that give lines of logs.",
	Source: manual,
	Frame:  footfall.FrameJSON,
	By:     "the key _Source with the name of an artifact, or the columns of one that it knows",
	Sniff:  sniffJSON,
	New: func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
		return newDecoder(s).json, nil
	},
}

// CSV reads rows as CSV, in which a cell that holds more than one value is JSON.
var CSV = footfall.Decoder{
	Name:   "velociraptor-csv",
	Doc:    "Rows of Velociraptor's artifacts as CSV.",
	Source: manual,
	Frame:  footfall.FrameCSV,
	By:     "the column _Source, or the columns of an artifact that it knows",
	Sniff:  sniffCSV,
	New:    openCSV,
}

var (
	errColumns  = errors.New("velociraptor: the header record names no columns")
	errNotEvent = errors.New("velociraptor: no EventID with a Channel or an artifact that implies it")
)

type decoder struct {
	s      jsonscan.Scanner
	walk   jsonscan.Event
	w      *winevent.Writer[footfall.FieldID]
	names  *winevent.Names[footfall.FieldID]
	parser winevent.Parser
	values *record.Values
	logs   struct{ sshd, utmp, other footfall.LogID }
	list   footfall.FieldID

	batch *footfall.Batch
	event *footfall.Event
	own   int // values of EventData and UserData
	cells cells
	buf   []byte
	wrap  []byte // a cell of JSON under its name

	header  []header // CSV
	sort    sort
	columns []record.Column
	fields  [][]byte
	sep     byte
}

// A header is a column of CSV.
type header struct {
	name []byte
	role winevent.Role
}

func newDecoder(s *footfall.Schema) *decoder {
	d := &decoder{w: winevent.NewWriter[footfall.FieldID](s), values: record.New(s, paths, nil), list: s.Asked("Data")}
	d.names = winevent.NewNames[footfall.FieldID](s, func(k string) (string, winevent.Role) { return k, winevent.Data })
	d.parser.Field = d.told
	d.logs.sshd = s.AddLog(footfall.Log{Product: "linux", Services: []string{"sshd", "auth"}})
	d.logs.utmp = s.AddLog(footfall.Log{Product: "linux", Services: []string{"utmp"}})
	d.logs.other = s.AddLog(footfall.Log{Product: "velociraptor"})
	return d
}

func (d *decoder) json(b *footfall.Batch, frame []byte) error {
	if i := bytes.IndexByte(frame, '{'); i > 0 {
		frame = frame[i:]
	}
	e := b.New()
	var sh shape
	d.s.Reset(frame)
	d.s.Enter()
	for d.s.Next() {
		sh.add(d.s.Key(), d.s.Kind() == jsonscan.Object)
	}
	if err := d.s.Err(); err != nil {
		return err
	}
	if sort := sh.sort(); sort != windows {
		d.values.Begin(b)
		if err := d.values.JSON(frame); err != nil {
			return err
		}
		return d.row(b, e, sort)
	}
	d.begin(b, e)
	if sh.has&system == 0 {
		d.top(frame)
	} else {
		d.host(frame)
	}
	if sh.has&(system|data) != 0 {
		if err := d.walk.Walk(frame, d); err != nil {
			return err
		}
	}
	return d.end()
}

// top takes the columns of a row that is no whole event.
func (d *decoder) top(frame []byte) {
	d.s.Reset(frame)
	d.s.Enter()
	for d.s.Next() {
		r := role(d.s.Key())
		if k := d.s.Kind(); r == winevent.Skip || k == jsonscan.Object || k == jsonscan.Array || k == jsonscan.Null {
			continue
		}
		d.take(r, d.s.Key(), d.text())
	}
}

// host takes what a whole event says beside itself: which client it is from, and its text.
func (d *decoder) host(frame []byte) {
	d.s.Reset(frame)
	d.s.Enter()
	for d.s.Next() {
		if r := role(d.s.Key()); d.s.Kind() == jsonscan.String && (r == fqdn || r == client || r == winevent.Message) {
			d.take(r, nil, d.text())
		}
	}
}

func (d *decoder) text() (v []byte) {
	v, d.buf = d.s.Into(d.buf)
	return v
}

func openCSV(s *footfall.Schema, head []byte) (footfall.DecodeFunc, error) {
	d := newDecoder(s)
	head = bytes.TrimPrefix(head, []byte("\xef\xbb\xbf"))
	d.sep = csvscan.Separator(head)
	names, _ := csvscan.Fields(nil, nil, head, d.sep)
	var sh shape
	for _, name := range names {
		name = bytes.Clone(name)
		sh.add(name, true)
		d.header = append(d.header, header{name, role(name)})
		d.columns = append(d.columns, d.values.Column(string(name)))
	}
	if len(names) < 2 {
		return nil, errColumns
	}
	d.sort = sh.sort()
	return d.csv, nil
}

func (d *decoder) csv(b *footfall.Batch, frame []byte) error {
	e := b.New()
	d.begin(b, e)
	d.fields, d.buf = csvscan.Fields(d.fields[:0], d.buf[:0], frame, d.sep)
	if d.sort != windows {
		d.values.Begin(b)
		for i, f := range d.fields {
			if i < len(d.columns) && len(f) > 0 && d.columns[i].Wanted() {
				d.values.PutColumn(d.columns[i], b.Keep(f))
			}
		}
		return d.row(b, e, d.sort)
	}
	for i, f := range d.fields {
		if i >= len(d.header) {
			break
		}
		h := &d.header[i]
		switch {
		case h.role == winevent.Skip || len(f) == 0:
		case h.role == nested:
			if err := d.cell(h.name, f); err != nil {
				return err
			}
		default:
			d.take(h.role, h.name, f)
		}
	}
	return d.end()
}

// cell reads a cell of JSON: System, EventData or UserData.
func (d *decoder) cell(name, v []byte) error {
	if v[0] != '{' {
		return nil
	}
	d.wrap = append(append(append(d.wrap[:0], `{"`...), name...), `":`...)
	d.wrap = append(append(d.wrap, v...), '}')
	return d.walk.Walk(d.wrap, d)
}
