package openvpn

import (
	"errors"
	"strconv"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/hostport"
	"github.com/footfall/footfall/internal/message"
)

// Status reads OpenVPN's status files.
var Status = footfall.Decoder{
	Name:   "openvpn-status",
	Doc:    "Status file of OpenVPN's server, versions 1 to 3: who is in, from where, with which inner address and how many bytes.",
	Source: "openvpn(8) --status, --status-version; OpenVPN: src/openvpn/multi.c, multi_print_status",
	Frame:  footfall.FrameLines,
	By:     "OpenVPN CLIENT LIST, TITLE, or lines of CLIENT_LIST and ROUTING_TABLE",
	Sniff:  sniffStatus,
	New: func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
		log, id := s.AddLog(text.Log), s.Asked("message")
		return func(b *footfall.Batch, frame []byte) error { return status(b, frame, log, id) }, nil
	},
}

var errStatus = errors.New("not a line of an OpenVPN status file")

const most = 24 // fields of a line

func status(b *footfall.Batch, frame []byte, log footfall.LogID, id footfall.FieldID) error {
	line := strings.TrimRight(footfall.Str(frame), " \r")
	if line == "" {
		return nil
	}
	line = b.Keep(footfall.Bytes(line))
	var list [most]string
	f := split(&list, line)
	e := b.New()
	e.Log, e.Program = log, "openvpn"
	b.Add(id, line)
	switch {
	case f[0] == "CLIENT_LIST" && len(f) > 6:
		return client(e, line, f, 1)
	case f[0] == "ROUTING_TABLE" && len(f) > 4:
		return route(e, line, f, 1)
	case others(f[0]):
		return nil
	case len(f) >= 4:
		if _, ok := hostport.Addr(strings.TrimSuffix(f[0], "C")); ok || strings.Count(f[0], ":") == 5 || strings.IndexByte(f[0], '/') > 0 {
			return route(e, line, f, 0)
		}
		return client(e, line, f, 0)
	}
	return errStatus
}

// others reports whether a line holds no client.
func others(s string) bool {
	switch s {
	case "TITLE", "TIME", "HEADER", "GLOBAL_STATS", "END", "Updated", "ROUTING TABLE", "GLOBAL STATS", "OpenVPN CLIENT LIST",
		"Common Name", "Virtual Address", "OpenVPN STATISTICS", "CLIENT_LIST", "ROUTING_TABLE":
		return true
	}
	return strings.HasPrefix(s, "Max bcast/mcast queue length") || strings.HasSuffix(s, " bytes")
}

func split(list *[most]string, line string) []string {
	by := ","
	if strings.IndexByte(line, '\t') >= 0 {
		by = "\t"
	}
	n := 0
	for n < most-1 {
		var more bool
		list[n], line, more = strings.Cut(line, by)
		n++
		if !more {
			return list[:n]
		}
	}
	list[n] = line
	return list[:n+1]
}

// real finds the real address among the fields: the last one that is an
// address with a port, since a name may hold commas.
func real(f []string) int {
	for i := len(f) - 1; i > 0; i-- {
		if p, ok := endpoint(f[i]); ok && (p.Port != 0 || i == 1) {
			return i
		}
	}
	return -1
}

// name returns what stands in line before the field of the real address, from
// the field that a name begins with: names may hold commas.
func name(line string, skip, real []string) string {
	from, to := 0, -1
	for _, f := range skip {
		from += len(f) + 1
	}
	for _, f := range real {
		to += len(f) + 1
	}
	return line[from:to]
}

// client reads "NAME,REAL,[VIRTUAL,VIRTUAL6,]RECEIVED,SENT,SINCE[,SINCE,USER,...]".
func client(e *footfall.Event, line string, all []string, at int) error {
	f := all[at:]
	i := real(f)
	if i < 0 || i+3 >= len(f) {
		return errStatus
	}
	e.From, _ = endpoint(f[i])
	e.Session, e.User.Name = f[i], name(line, all[:at], all[:at+i])
	f = f[i+1:]
	for len(f) > 0 { // none in version 1, one before 2.4, two since
		a, ok := hostport.Addr(f[0])
		if !ok && f[0] != "" {
			break
		}
		if ok && !e.Assigned.IsValid() {
			e.Assigned = a
		}
		f = f[1:]
	}
	if len(f) < 3 {
		return errStatus
	}
	in, err := strconv.ParseInt(f[0], 10, 64)
	out, err2 := strconv.ParseInt(f[1], 10, 64)
	if err != nil || err2 != nil || in < 0 || out < 0 || in+out < 0 {
		return errStatus
	}
	e.Bytes, e.Returned = in+out, out
	if len(f) > 4 && f[4] != "" && f[4] != "UNDEF" {
		e.User.Name = f[4]
	}
	when(e, f[2:])
	e.Kind, e.Service, e.Outcome = footfall.KindLease, footfall.ServiceVPN, footfall.Success
	return nil
}

// route reads "VIRTUAL,NAME,REAL,LAST[,LAST]".
func route(e *footfall.Event, line string, all []string, at int) error {
	f := all[at:]
	i := real(f)
	if i < 2 || i+1 >= len(f) {
		return errStatus
	}
	e.From, _ = endpoint(f[i])
	e.Session, e.User.Name = f[i], name(line, all[:at+1], all[:at+i])
	inner, _, _ := strings.Cut(strings.TrimSuffix(f[0], "C"), "/")
	var ok bool
	if e.Assigned, ok = hostport.Addr(inner); !ok {
		e.MAC, _, _ = strings.Cut(inner, "@")
	}
	when(e, f[i+1:])
	e.Kind, e.Service, e.Outcome = footfall.KindLease, footfall.ServiceVPN, footfall.Success
	return nil
}

// when takes the time of f[0], better that of f[1] in seconds since 1970.
func when(e *footfall.Event, f []string) {
	if ns, ok := ctime(f[0]); ok {
		e.Time, e.Zoneless = ns, true
	}
	if len(f) > 1 {
		if sec, err := strconv.ParseInt(f[1], 10, 64); err == nil && sec > 0 && sec < 1<<33 {
			e.Time, e.Zoneless = sec*1e9, false
		}
	}
}

func sniffStatus(head []byte) int {
	s := footfall.Str(head)
	if strings.HasPrefix(s, "OpenVPN CLIENT LIST") || strings.HasPrefix(s, "TITLE,OpenVPN ") || strings.HasPrefix(s, "TITLE\tOpenVPN ") {
		return 98
	}
	return message.Share(head, 90, 2, func(l string) bool {
		return strings.HasPrefix(l, "CLIENT_LIST,") || strings.HasPrefix(l, "CLIENT_LIST\t") || strings.HasPrefix(l, "ROUTING_TABLE,") || strings.HasPrefix(l, "HEADER,CLIENT_LIST")
	})
}
