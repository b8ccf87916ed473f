// Package guacamole reads the logs of Apache Guacamole: its web application in
// Tomcat's log, in the container's output, or in the two-line form of
// java.util.logging, and the messages of guacd. In goes a line, out comes a
// logon, a refusal, a connection taken up or left. Of several addresses the
// first is the client's, as the proxies in front say.
package guacamole

import (
	"bytes"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/clock"
	"github.com/footfall/footfall/internal/hostport"
	"github.com/footfall/footfall/internal/message"
)

const source = "Apache Guacamole: guacamole/src/main/java/org/apache/guacamole/rest/auth/AuthenticationService.java, tunnel/TunnelRequestService.java; guacamole-server: src/guacd"

var text = message.Text{
	Name: "guacamole", Program: "guacamole",
	Log:  footfall.Log{Product: "linux", Services: []string{"guacamole", "syslog"}},
	Head: head,
	Read: func(_ *footfall.Batch, e *footfall.Event, s string) { read(e, s) },
}

// Decoder reads the log of the web application.
var Decoder = footfall.Decoder{
	Name:   "guacamole",
	Doc:    "Log of Apache Guacamole's web application (logback, Tomcat, container output): logons and connections.",
	Source: source,
	Frame:  footfall.FrameLines,
	By:     "lines with a class of org.apache.guacamole, o.a.g. for short",
	Sniff: func(head []byte) int {
		if old(head) || !bytes.Contains(head, []byte("o.a.g.")) && !bytes.Contains(head, []byte("org.apache.guacamole")) {
			return 0
		}
		return message.Share(head, 88, 20, func(line string) bool {
			return strings.Contains(line, "o.a.g.") || strings.Contains(line, "org.apache.guacamole")
		})
	},
	New: text.Lines,
}

// Old reads the form of java.util.logging: the time on the line before.
var Old = footfall.Decoder{
	Name:   "guacamole-juli",
	Doc:    "Log of Apache Guacamole's web application in the two-line form of java.util.logging. The time stands on the line above.",
	Source: source,
	Frame:  footfall.FrameEntries,
	Begins: func(line []byte) bool { _, ok := juli(footfall.Str(line)); return ok },
	By:     `lines such as "Apr 15, 2031 8:34:08 PM" and an authentication attempt`,
	Sniff: func(head []byte) int {
		if old(head) && bytes.Contains(head, []byte("Authentication attempt from ")) {
			return 88
		}
		return 0
	},
	New: func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
		log, id := s.AddLog(text.Log), s.Asked("message")
		return func(b *footfall.Batch, frame []byte) error { return entry(b, frame, log, id) }, nil
	},
}

// Message reads guacd's messages, and the web application's in syslog.
var Message = footfall.Decoder{
	Name:     "guacamole-message",
	Doc:      "Messages of guacd and of Guacamole's web application in syslog.",
	Source:   source,
	Frame:    footfall.FrameMessage,
	Programs: []string{"guacd", "guacamole"},
	By:       `" o.a.g." and " - "`,
	Sniff: func(head []byte) int {
		// Dots are rarer than blanks: most messages are told by the first search.
		if s := footfall.Str(head); strings.Contains(s, ".a.g.") && strings.Contains(s, " o.a.g.") && strings.Contains(s, " - ") {
			return 50
		}
		return 0
	},
	New: text.Messages,
}

// head reads the stamp, behind the name of a container: "guacamole | 2031-01-02T03:04:05,678Z [thread] WARN  class - TEXT",
// "02-Jan-2031 03:04:05.678 INFO [thread] class TEXT", "03:04:05.678 [thread] WARN class - TEXT".
func head(e *footfall.Event, line string) (string, bool) {
	s := line
	if i := strings.Index(s[:min(len(s), 80)], " | "); i > 0 && strings.IndexByte(strings.TrimRight(s[:i], " "), ' ') < 0 {
		s = strings.TrimLeft(s[i+3:], " ")
	}
	if rest, ok := message.Stamp(e, s); ok {
		return body(rest), true
	}
	if len(s) > 24 && s[2] == '-' && s[6] == '-' && s[11] == ' ' {
		if ns, ok := tomcat(s); ok {
			e.Time, e.Zoneless = ns, true
			_, rest, _ := strings.Cut(s[12:], " ")
			return body(rest), true
		}
	}
	if len(s) > 12 && s[2] == ':' && s[5] == ':' && s[8] == '.' { // no date: no time
		_, rest, _ := strings.Cut(s, " ")
		return body(rest), true
	}
	return line, true // stack traces and banners
}

// tomcat reads "02-Jan-2031 03:04:05.678".
func tomcat(s string) (int64, bool) {
	var b [20]byte
	for i := range b {
		b[i] = ' '
	}
	copy(b[:3], s[3:6])
	copy(b[4:], s[:2])
	copy(b[7:11], s[7:11])
	copy(b[12:], s[12:20])
	ns, n := clock.BSD(footfall.Str(b[:]))
	return ns, n > 0
}

// body cuts thread, level and class off.
func body(s string) string {
	if i := strings.Index(s, " - "); i > 0 && i < 200 {
		return s[i+3:]
	}
	return s
}

// quoted returns what stands between the first " and after, which begins with
// one and counts where it stands last.
func quoted(s, after string) (string, string, bool) {
	i := strings.IndexByte(s, '"')
	if i < 0 {
		return "", "", false
	}
	j := strings.LastIndex(s, after)
	if j <= i {
		return "", "", false
	}
	return s[i+1 : j], s[j+len(after):], true
}

// addresses reads "[192.0.2.1, 10.0.0.2]" or "192.0.2.1".
func addresses(e *footfall.Event, s string) bool {
	s = strings.TrimRight(s, ".")
	s, _, _ = strings.Cut(strings.TrimSuffix(strings.TrimPrefix(s, "["), "]"), ",")
	p, ok := hostport.Host(s)
	if ok {
		e.From = p
	}
	return ok
}

func read(e *footfall.Event, s string) {
	for _, level := range [...]string{"INFO: ", "INFO:\t", "WARNING: ", "WARNING:\t", "ERROR: ", "ERROR:\t", "DEBUG: ", "SEVERE: "} {
		s = strings.TrimPrefix(s, level)
	}
	s = strings.TrimLeft(body(s), " \t")
	if entered(e, s) || worked(e, s) {
		e.Service = footfall.ServiceGateway
	} else if v, ok := strings.CutPrefix(s, `Creating new client for protocol "`); ok {
		v, _, _ = strings.Cut(v, `"`)
		e.Kind = footfall.KindConnection
		switch v {
		case "rdp":
			e.Service = footfall.ServiceRDP
		case "vnc":
			e.Service = footfall.ServiceVNC
		case "ssh":
			e.Service = footfall.ServiceSSH
		case "telnet":
			e.Service = footfall.ServiceTelnet
		case "kubernetes":
			e.Service = footfall.ServiceKube
		}
	}
}

// entered reads logons. The address stands before the name that failed, and
// after the one that did not.
func entered(e *footfall.Event, s string) bool {
	if v, ok := strings.CutPrefix(s, "Authentication attempt from "); ok {
		addr, rest, ok := strings.Cut(v, " for user ")
		name, _, ok2 := quoted(rest, `" failed`)
		if !ok || !addresses(e, addr) {
			return false
		}
		e.Kind, e.Outcome, e.Reason, e.Auth = footfall.KindLogon, footfall.Failure, footfall.ReasonBadPassword, footfall.AuthPassword
		if ok2 && name != "null" {
			e.User.Name = name
		}
		return true
	}
	if v, ok := strings.CutPrefix(s, "Anonymous authentication attempt from "); ok {
		e.Kind, e.Outcome = footfall.KindAttempt, footfall.Failure
		return addresses(e, strings.TrimSuffix(strings.TrimSuffix(v, "."), `" failed`))
	}
	if v, ok := strings.CutPrefix(s, "Blocking authentication attempt from "); ok {
		e.Kind, e.Outcome, e.Reason = footfall.KindLogon, footfall.Failure, footfall.ReasonRestricted
		v, _, _ = strings.Cut(v, " ")
		return addresses(e, v)
	}
	if !strings.HasPrefix(s, `User "`) {
		return false
	}
	if name, addr, ok := quoted(s, `" successfully authenticated from `); ok && addresses(e, addr) {
		e.Kind, e.Outcome, e.Auth, e.User.Name = footfall.KindLogon, footfall.Success, footfall.AuthPassword, name
		return true
	}
	return false
}

// worked reads what users do behind the logon, in the web application and in guacd.
func worked(e *footfall.Event, s string) bool {
	if !strings.HasPrefix(s, `User "`) {
		return false
	}
	if name, rest, ok := quoted(s, `" connected to connection "`); ok {
		e.Kind, e.Outcome, e.User.Name = footfall.KindConnection, footfall.Success, name
		e.Object, _, _ = strings.Cut(rest, `"`)
		return true
	}
	if name, rest, ok := quoted(s, `" disconnected from connection "`); ok {
		e.Kind, e.Outcome, e.User.Name = footfall.KindDisconnect, footfall.Success, name
		e.Object, rest, _ = strings.Cut(rest, `"`)
		if v, ok := message.Between(rest, "Duration: ", " milli"); ok && len(v) < 13 && strings.Trim(v, "0123456789") == "" {
			n := int64(0)
			for _, c := range []byte(v) {
				n = n*10 + int64(c-'0')
			}
			e.Duration = n * 1e6
		}
		return true
	}
	if _, rest, ok := quoted(s, `" joined connection "`); ok { // guacd knows no names
		e.Kind, e.Outcome = footfall.KindConnection, footfall.Success
		e.Session, _, _ = strings.Cut(rest, `"`)
		return true
	}
	if _, _, ok := quoted(s, `" disconnected (`); ok {
		e.Kind, e.Outcome = footfall.KindDisconnect, footfall.Success
		return true
	}
	if name, _, ok := quoted(s, `" logged out`); ok {
		e.Kind, e.Outcome, e.User.Name = footfall.KindLogoff, footfall.Success, name
		return true
	}
	return false
}
