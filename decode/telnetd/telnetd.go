// Package telnetd understands the messages of telnet servers and of xinetd,
// which starts them and other old services. In goes the message behind the
// envelope, which already is the current event of the batch; out comes an
// attempt with the peer and the service. Who logs on then, login says.
package telnetd

import (
	"errors"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/hostport"
)

// Decoder reads the messages of telnet servers and xinetd.
var Decoder = footfall.Decoder{
	Name:     "telnetd",
	Doc:      "Messages of telnetd and of xinetd: connections to telnet, ftp and the r-services, refused ones too. The logon itself is login's.",
	Source:   "netkit-telnet, GNU inetutils telnetd; xinetd: sconf.c, log.c; tcp_wrappers: refuse.c",
	Frame:    footfall.FrameMessage,
	Programs: []string{"telnetd", "in.telnetd", "utelnetd", "xinetd", "tcpd"},
	New: func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
		log := s.AddLog(footfall.Log{Product: "linux", Services: []string{"auth", "syslog"}})
		return func(b *footfall.Batch, frame []byte) error { return decode(b, frame, log) }, nil
	},
}

var errNoEvent = errors.New("telnetd: a message without its envelope")

func decode(b *footfall.Batch, frame []byte, log footfall.LogID) error {
	if len(b.Events) == 0 {
		return errNoEvent
	}
	e := b.Current()
	s := e.Message
	if s != string(frame) {
		s = b.Keep(frame)
	}
	e.Log = log
	s = strings.TrimSpace(s)
	if strings.HasSuffix(e.Program, "telnetd") {
		e.Service = footfall.ServiceTelnet
	}
	_ = wrapped(e, s) || started(e, s) || broken(e, s)
	return nil
}

// wrapped reads "connect from HOST (ADDR)" and "refused connect from HOST (ADDR)".
func wrapped(e *footfall.Event, s string) bool {
	out, why := footfall.OutcomeUnknown, footfall.ReasonUnknown
	v, refused := strings.CutPrefix(s, "refused connect from ")
	if refused {
		out, why = footfall.Failure, footfall.ReasonRestricted
	} else {
		ok := false
		if v, ok = strings.CutPrefix(s, "connect from "); !ok {
			return false
		}
	}
	if i := strings.LastIndex(v, " ("); i >= 0 && strings.HasSuffix(v, ")") {
		v = v[i+2 : len(v)-1]
	}
	h, ok := hostport.Host(v)
	if !ok {
		return false
	}
	e.Kind, e.Outcome, e.Reason, e.From = footfall.KindAttempt, out, why, h
	return true
}

// started reads xinetd's "START: SERVICE pid=7 from=ADDR" and "FAIL: SERVICE TEXT from=ADDR".
func started(e *footfall.Event, s string) bool {
	verb, rest, ok := strings.Cut(s, ": ")
	if !ok || (verb != "START" && verb != "FAIL") {
		return false
	}
	i := strings.LastIndex(rest, " from=")
	if i < 0 {
		return false
	}
	host, _, _ := strings.Cut(rest[i+len(" from="):], " ")
	h, ok := hostport.Host(host)
	if !ok {
		return false
	}
	name, _, _ := strings.Cut(rest, " ")
	e.Kind, e.Object, e.Service, e.From = footfall.KindAttempt, name, service(name), h
	if verb == "FAIL" {
		e.Outcome, e.Reason = footfall.Failure, footfall.ReasonRestricted
	}
	return true
}

// service maps the names of /etc/services.
func service(name string) footfall.Service {
	switch name {
	case "telnet", "telnets":
		return footfall.ServiceTelnet
	case "ftp", "tftp", "ftps":
		return footfall.ServiceFTP
	case "shell", "login", "exec", "rsh", "rlogin", "rexec", "klogin", "eklogin", "kshell":
		return footfall.ServiceR
	case "ssh":
		return footfall.ServiceSSH
	case "vnc":
		return footfall.ServiceVNC
	}
	return footfall.ServiceUnknown
}

// broken reads "ttloop: peer died: EOF": a client that did not speak telnet.
func broken(e *footfall.Event, s string) bool {
	if !strings.HasPrefix(s, "ttloop: ") {
		return false
	}
	e.Kind, e.Outcome, e.Reason = footfall.KindAttempt, footfall.Failure, footfall.ReasonProtocol
	return true
}
