// Package auditd reads the records of the Linux audit system, as auditd
// writes them to its own log and as its dispatcher hands them to syslog. In
// goes one record, out comes one event; the arguments of a program join the
// event of the system call that started it when that is the record before.
// Values that the kernel spells in hex are text again. It resolves no numbers.
package auditd

import (
	"errors"
	"net/netip"
	"strings"

	"github.com/footfall/footfall"
)

// Decoder reads audit.log.
var Decoder = footfall.Decoder{
	Name:   "auditd",
	Doc:    "The log of the Linux audit system, raw or enriched: logons, sudo, accounts, groups, started programs; all fields for Sigma.",
	Source: "https://github.com/linux-audit/audit-documentation: message dictionary, field dictionary",
	Frame:  footfall.FrameLines,
	By:     "lines with type=NAME msg=audit(TIME:SERIAL)",
	Sniff:  sniff,
	New: func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
		return newReader(s).line, nil
	},
}

// Message reads audit records that came through syslog.
var Message = footfall.Decoder{
	Name:     "auditd-message",
	Doc:      "Records of the Linux audit system behind a syslog header, as its dispatcher or the kernel hands them on.",
	Source:   "audisp-syslog(8), auditd-plugins(5)",
	Frame:    footfall.FrameMessage,
	Programs: []string{"audispd", "audisp-syslog", "auditd", "audit"},
	New: func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
		return newReader(s).message, nil
	},
}

const maxNames = 1000 // field names that a reader remembers

var (
	errRecord  = errors.New("not an audit record")
	errNoEvent = errors.New("auditd: a message without its envelope")
)

type reader struct {
	schema                *footfall.Schema
	log, process          footfall.LogID
	names                 map[string]footfall.FieldID
	typ, image, commandID footfall.FieldID
	lastExec              int    // where in the batch the newest start of a program is
	lastID                []byte // its time and serial number
	now                   record
}

// A record is what an event needs of the fields of one.
type record struct {
	kind                                             string // the record's type
	id                                               string // "1684329817.579:2995"
	acct, addr, host, exe, comm, res, op, cmd        string
	auid, uid, ses, syscall, arch, auidName, uidName string
	idName, number, grp, pid                         string
	args                                             []byte
}

func newReader(s *footfall.Schema) *reader {
	return &reader{
		schema: s, names: map[string]footfall.FieldID{}, lastExec: -1,
		log:     s.AddLog(footfall.Log{Product: "linux", Services: []string{"auditd"}}),
		process: s.AddLog(footfall.Log{Product: "linux", Services: []string{"auditd"}, Categories: []string{"process_creation"}}),
		typ:     s.Asked("type"), image: s.Asked("Image"), commandID: s.Asked("CommandLine"),
	}
}

func (r *reader) line(b *footfall.Batch, frame []byte) error {
	s := strings.TrimRight(footfall.Str(frame), " \r\n")
	if s == "" || s == "----" || strings.HasPrefix(s, "time->") { // ausearch parts events so
		return nil
	}
	s = b.Keep(footfall.Bytes(s))
	node := ""
	if v, ok := strings.CutPrefix(s, "node="); ok {
		node, s, _ = strings.Cut(v, " ")
	}
	h, ok := split(s)
	if !ok {
		return errRecord
	}
	e := b.New()
	e.Computer, e.Program, e.Len = node, "auditd", uint32(len(frame))
	e.Time = h.time
	r.record(b, len(b.Events)-1, h)
	return nil
}

func (r *reader) message(b *footfall.Batch, frame []byte) error {
	if len(b.Events) == 0 {
		return errNoEvent
	}
	e := b.Current()
	text := e.Message
	if text != string(frame) {
		text = b.Keep(frame)
	}
	if v, ok := strings.CutPrefix(text, "node="); ok {
		_, text, _ = strings.Cut(v, " ")
	}
	h, ok := split(text)
	if !ok {
		return nil // auditd also writes about itself
	}
	if h.time != 0 {
		e.Time = h.time
	}
	i := len(b.Events) - 1
	for &b.Events[i] != e {
		i--
	}
	r.record(b, i, h)
	return nil
}

// record fills event i from a record.
func (r *reader) record(b *footfall.Batch, i int, h header) {
	r.now = record{kind: h.kind, id: h.id, args: r.now.args[:0]}
	b.Add(r.typ, h.kind)
	r.pairs(b, h.body, 0)
	e := &b.Events[i]
	v := &r.now
	e.Log = r.log
	if ses := set(v.ses); ses != "" { // a number of its own, beside those of processes
		e.Session = b.Kept(append(append(b.Grow(len("ses")+len(ses)), "ses"...), ses...))
	}
	if pid, ok := digits(v.pid, 10); ok && pid < 1<<32 {
		e.PID = uint32(pid)
	}
	e.Image = v.exe
	e.User.Name, e.User.SID = v.acct, set(v.auid)
	if e.User.SID == "" && v.kind == "SYSCALL" { // in the other records uid is the daemon's that wrote them
		e.User.SID = set(v.uid)
	}
	if e.User.Name == "" {
		e.User.Name = known(v.auidName)
	}
	e.From = from(v.addr, v.host)
	e.Outcome = outcome(v.res)
	r.mean(b, i)
}

// set returns a number unless it stands for none.
func set(s string) string {
	if s == "4294967295" || s == "-1" || s == "?" {
		return ""
	}
	return s
}

func known(s string) string {
	if s == "unset" || s == "unknown" || s == "?" || s == "(unknown user)" || s == "(invalid user)" {
		return ""
	}
	return s
}

func from(addr, host string) footfall.Endpoint {
	var e footfall.Endpoint
	if addr != "" && addr != "?" && len(addr) < 64 {
		if a, err := netip.ParseAddr(addr); err == nil {
			e.Addr = a.Unmap()
			return e
		}
	}
	if host != "" && host != "?" && host != "(none)" {
		e.Host = host
	}
	return e
}

func outcome(res string) footfall.Outcome {
	switch res {
	case "success", "1", "yes":
		return footfall.Success
	case "failed", "0", "no":
		return footfall.Failure
	}
	return footfall.OutcomeUnknown
}

// asked returns the field of a name, 0 when nobody asked for it.
func (r *reader) asked(name string) footfall.FieldID {
	id, ok := r.names[name]
	if !ok && len(name) <= 64 {
		key := strings.Clone(name)
		id = r.schema.Asked(key)
		if len(r.names) < maxNames {
			r.names[key] = id
		}
	}
	return id
}

// sniff knows the head of audit records.
func sniff(head []byte) int {
	lines, good := 0, 0
	for s := range strings.SplitSeq(footfall.Str(head[:min(len(head), 16<<10)]), "\n") {
		s = strings.TrimSpace(s)
		if s == "" || s == "----" || strings.HasPrefix(s, "time->") || strings.HasPrefix(s, "#") {
			continue
		}
		if v, ok := strings.CutPrefix(s, "node="); ok {
			_, s, _ = strings.Cut(v, " ")
		}
		if lines++; lines > 32 {
			break
		}
		if _, ok := split(s); ok {
			good++
		}
	}
	if good > 0 && good*2 >= lines {
		return 95
	}
	return 0
}
