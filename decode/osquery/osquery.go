// Package osquery reads the results logs of osquery: rows of scheduled queries,
// as differences (one row a record) and as snapshots (a list of rows). In goes
// a record, out comes one event for each row, told by the columns that it has:
// who is logged in, what ran, what was connected to. A row that went away
// ("removed") is no second event of its kind.
package osquery

import (
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/frame"
	"github.com/footfall/footfall/internal/jsonlog"
)

// Decoder reads osquery's results.
var Decoder = func() footfall.Decoder {
	d := format.Decoder()
	d.New = func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) { return newReader(s).decode, nil }
	return d
}()

const (
	name = iota
	action
	host
	unix
	calendar
	rows
	data
	user
	peer
	kind
	when
	path
	cmdline
	command
	uid
	pid
	parent
	local
	remote
	localPort
	remotePort
	success
	directory
	rowHost
	message
)

var format = jsonlog.Format{
	Name:   "osquery",
	Doc:    "Results logs of osquery, differential and snapshot: logged_in_users, last, process_events, socket_events, shell_history and every other query.",
	Source: "https://osquery.readthedocs.io/en/stable/deployment/logging/; https://osquery.io/schema/",
	Logs:   []footfall.Log{{Product: "linux", Services: []string{"osquery"}}, {Product: "linux", Services: []string{"osquery"}, Categories: []string{"process_creation"}}, {Product: "linux", Services: []string{"osquery"}, Categories: []string{"network_connection"}}},
	By:     "the keys name, action and columns, name and snapshot, or name and diffResults",
	Rate:   rate,
	Inside: []string{"osquery", "log_event"},
	Names:  []string{"Image", "CommandLine", "User", "DestinationIp", "DestinationPort", "SourceIp", "SourcePort"},
	Paths: []string{
		name: "name", action: "action", host: "hostIdentifier|hostname|decorations.hostname", unix: "unixTime", calendar: "calendarTime", rows: "snapshot[]", data: "columns[]",
		user: "columns.username|columns.user", peer: "columns.host", kind: "columns.type|columns.type_name", when: "columns.time", path: "columns.path",
		cmdline: "columns.cmdline", command: "columns.command", uid: "columns.uid", pid: "columns.pid", parent: "columns.parent",
		local: "columns.local_address", remote: "columns.remote_address", localPort: "columns.local_port", remotePort: "columns.remote_port",
		success: "columns.success|columns.status", directory: "columns.directory|columns.cwd", rowHost: "columns.hostname", message: "columns.message",
	},
	Mean: func(r *jsonlog.Reader) {},
}

func rate(rec []byte) int {
	switch {
	case jsonlog.All(rec, "name", "action", "columns"), jsonlog.All(rec, "name", "snapshot", "unixTime"), jsonlog.All(rec, "name", "diffResults"):
		if jsonlog.Count(rec, "hostIdentifier", "unixTime", "calendarTime", "epoch", "decorations") > 0 || jsonlog.Count(rec, "columns") > 0 {
			return 93
		}
	}
	return 0
}

type reader struct {
	*jsonlog.Reader
	row  *jsonlog.Reader // of one row of a snapshot
	text []byte
}

func newReader(s *footfall.Schema) *reader {
	return &reader{Reader: format.Reader(s), row: format.Reader(s)}
}

// maxRows bounds how many rows of one snapshot are read.
const maxRows = 10000

func (d *reader) decode(b *footfall.Batch, rec []byte) error {
	from := len(b.Events)
	if err := d.Decode(b, rec); err != nil {
		return err
	}
	e := b.Current()
	e.Computer, e.Program = d.Get(host), "osqueryd"
	d.When(unix)
	if e.Time == 0 {
		calendarTime(e, d.Get(calendar))
	}
	query, act, list := d.Get(name), d.Get(action), d.Get(rows)
	if list == "" {
		mean(d.Reader, query, act)
		return nil
	}
	envelope := *e
	n := 0
	frame.JSON(footfall.Bytes(list), func(_ int, row []byte) bool {
		if n++; n > maxRows {
			b.Bad(0, "osquery: more rows in a snapshot than are read")
			return false
		}
		d.text = append(append(append(d.text[:0], `{"columns":`...), row...), '}')
		if d.row.Decode(b, d.text) != nil {
			b.Bad(0, "osquery: a row of a snapshot that is no object")
			return true
		}
		r := b.Current()
		r.Time, r.Zoneless, r.Computer, r.Program = envelope.Time, envelope.Zoneless, envelope.Computer, envelope.Program
		r.Len = uint32(len(rec))
		mean(d.row, query, "snapshot")
		return true
	})
	if len(b.Events) > from+1 { // the rows stand for the record
		copy(b.Events[from:], b.Events[from+1:])
		b.Events = b.Events[:len(b.Events)-1]
	}
	return nil
}

// calendarTime reads "Tue Jan  2 03:04:05 2031 UTC".
func calendarTime(e *footfall.Event, s string) {
	if ns, ok := ctime(s); ok {
		e.Time = ns
	}
}

// of reports whether a query is of a table: packs put their name before it.
func of(query, table string) bool { return strings.Contains(query, table) }

func mean(r *jsonlog.Reader, query, act string) {
	e := r.Event
	e.User = footfall.Account{Name: r.Get(user), SID: r.Get(uid)}
	if act == "removed" {
		e.Object = query
		return
	}
	e.Object = query
	switch {
	case r.Get(remote) != "":
		connected(r, query)
	case r.Get(cmdline) != "" || of(query, "process_events") || of(query, "es_process_events") || of(query, "processes") && r.Get(path) != "":
		ran(r, act)
	case of(query, "shell_history") && r.Get(command) != "":
		e.Kind, e.Command, e.Object = footfall.KindScript, r.Get(command), ""
		r.Field(1, r.Get(command))
	case of(query, "last"), of(query, "logged_in_users"), of(query, "user_events"), of(query, "utmp"), of(query, "logon_sessions"):
		loggedIn(r, query)
	}
	if e.Kind != footfall.KindUnknown {
		e.Object = ""
		r.Field(2, e.User.Name)
	}
}

// loggedIn reads rows of last and logged_in_users: type 7 (user) is a logon,
// type 8 (dead) its end (utmp(5)).
func loggedIn(r *jsonlog.Reader, query string) {
	e := r.Event
	if e.User.Name == "" {
		return
	}
	switch r.Get(kind) {
	case "7", "user", "user-process", "", "normal", "active", "Interactive", "RemoteInteractive", "Network":
		e.Kind, e.Outcome = footfall.KindLogon, footfall.Success
	case "8", "dead", "dead-process":
		e.Kind, e.Outcome = footfall.KindLogoff, footfall.Success
	default:
		return
	}
	r.When(when)
	e.Session = r.Get(pid)
	e.Service = footfall.ServiceLocal
	h := r.Get(peer)
	if a := r.Addr(peer); a.IsValid() {
		e.From.Addr, e.Service = a, footfall.ServiceSSH
	} else if h != "" && h != "localhost" && h[0] != ':' && !of(query, "logon_sessions") {
		e.From.Host, e.Service = h, footfall.ServiceSSH
	}
}

func ran(r *jsonlog.Reader, act string) {
	e := r.Event
	e.Image, e.Command = r.Get(path), r.Get(cmdline)
	if e.Image == "" {
		return
	}
	e.Kind, e.Outcome = footfall.KindProcess, footfall.Success
	if act != "snapshot" {
		r.When(when)
	}
	r.SetLog(1)
	r.Field(0, e.Image)
	r.Field(1, e.Command)
}

func connected(r *jsonlog.Reader, query string) {
	e := r.Event
	e.Kind, e.Image = footfall.KindConnection, r.Get(path)
	e.From = footfall.Endpoint{Addr: r.Addr(local), Port: r.PortOf(localPort)}
	e.To = footfall.Endpoint{Addr: r.Addr(remote), Port: r.PortOf(remotePort)}
	if r.Get(action) == "accept" || strings.HasSuffix(query, "accept") {
		e.From, e.To = e.To, e.From
	}
	if e.Outcome = footfall.Success; r.Get(success) == "0" || r.Get(success) == "failed" {
		e.Outcome = footfall.Failure
	}
	e.Service = footfall.ServiceOfPort(e.To.Port)
	r.SetLog(2)
	r.Field(0, e.Image)
	r.Field(3, r.Get(remote))
	r.Field(4, r.Get(remotePort))
	r.Field(5, r.Get(local))
	r.Field(6, r.Get(localPort))
}
