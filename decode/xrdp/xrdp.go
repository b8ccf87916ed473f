// Package xrdp reads the logs of xrdp and of its session manager, their own
// files and what they send to syslog. In goes a line or a message, out comes
// an attempt, a logon, a session taken up again, left or ended. The session
// manager writes the user before the address, so the last address counts.
package xrdp

import (
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/clock"
	"github.com/footfall/footfall/internal/hostport"
	"github.com/footfall/footfall/internal/message"
	"github.com/footfall/footfall/internal/pamline"
)

const source = "xrdp: common/log.c, common/trans.c, sesman/scp_process.c, sesman/session.c, sesman/sesman_auth.c, sesman/libsesman/verify_user_pam.c, xrdp/xrdp_mm.c, xrdp/xrdp_wm.c"

var text = message.Text{
	Name: "xrdp", Program: "xrdp",
	Log:  footfall.Log{Product: "linux", Services: []string{"xrdp", "syslog"}},
	Head: head, Read: read,
}

// Decoder reads xrdp.log and xrdp-sesman.log.
var Decoder = footfall.Decoder{
	Name:   "xrdp",
	Doc:    "Log files of xrdp and its session manager: connections, logons, sessions.",
	Source: source,
	Frame:  footfall.FrameLines,
	By:     "lines with a time and a level in brackets: [20310102-03:04:05] [INFO ]",
	Sniff: func(head []byte) int {
		return message.Share(head, 92, 2, func(line string) bool {
			return text.Heads(line)
		})
	},
	New: text.Lines,
}

// Message reads what xrdp sends to syslog.
var Message = footfall.Decoder{
	Name:     "xrdp-message",
	Doc:      "Messages of xrdp and its session manager in syslog.",
	Source:   source,
	Frame:    footfall.FrameMessage,
	Programs: []string{"xrdp", "xrdp-sesman", "xrdp-sesexec", "xrdp-chansrv"},
	New:      text.Messages,
}

// head reads "[20310102-03:04:05] [INFO ] TEXT" and, since 0.9.20,
// "[2031-01-02T03:04:05.678+0100] [INFO ] TEXT".
func head(e *footfall.Event, line string) (string, bool) {
	if line[0] != '[' {
		return line, false
	}
	stamp, rest, ok := strings.Cut(line[1:], "] ")
	if !ok || !when(e, stamp) {
		return line, false
	}
	return level(rest)
}

// level cuts "[INFO ] " off.
func level(s string) (string, bool) {
	if len(s) < 8 || s[0] != '[' || s[6] != ']' {
		return s, false
	}
	switch strings.TrimRight(s[1:6], " ") {
	case "INFO", "WARN", "ERROR", "DEBUG", "CORE", "TRACE":
		return strings.TrimPrefix(s[7:], " "), true
	}
	return s, false
}

func when(e *footfall.Event, s string) bool {
	if ns, n := clock.ISO(s); n == len(s) && n > 0 {
		e.Time, e.Zoneless = ns, !clock.Zoned(s)
		return true
	}
	if len(s) != 17 || s[8] != '-' || s[11] != ':' || s[14] != ':' {
		return false
	}
	num := func(i, j int) (v int) {
		for ; i < j; i++ {
			if s[i]-'0' > 9 {
				return -1 << 20
			}
			v = v*10 + int(s[i]-'0')
		}
		return v
	}
	c := clock.Civil{Year: num(0, 4), Month: num(4, 6), Day: num(6, 8), Hour: num(9, 11), Minute: num(12, 14), Second: num(15, 17)}
	if c.Year < 0 || c.Hour < 0 || c.Minute < 0 || c.Second < 0 {
		return false
	}
	ns, ok := c.Unix()
	e.Time, e.Zoneless = ns, true
	return ok
}

func read(_ *footfall.Batch, e *footfall.Event, s string) {
	if checked(e, s) {
		e.Service = footfall.ServiceRDP
		return
	}
	if i := strings.Index(s, ")["); i > 0 && s[0] == '(' { // "(123)(456)[INFO ] TEXT" of 0.6
		s = s[i+1:]
	}
	s, _ = level(s)
	if came(e, s) || session(e, s) || judged(e, s) {
		e.Service = footfall.ServiceRDP
	}
}

// checked reads PAM's lines.
func checked(e *footfall.Event, s string) bool {
	l, ok := pamline.Parse(s, e.Program)
	if !ok {
		return false
	}
	e.User.Name = l.User
	if l.RHost != "" {
		e.From, _ = hostport.Host(l.RHost)
	}
	switch l.What {
	case pamline.AuthFailure, pamline.MoreFailures:
		e.Kind, e.Outcome, e.Reason, e.Auth = footfall.KindCredential, footfall.Failure, footfall.ReasonBadPassword, footfall.AuthPassword
	case pamline.UnknownUser:
		e.Kind, e.Outcome, e.Reason = footfall.KindCredential, footfall.Failure, footfall.ReasonNoUser
	case pamline.AuthSuccess, pamline.SessionOpened:
		e.Kind, e.Outcome = footfall.KindCredential, footfall.Success
	case pamline.SessionClosed:
		e.Kind, e.Outcome = footfall.KindLogoff, footfall.Success
	}
	return true
}

// came reads connections: "... connection received from ADDR port N" in all
// its spellings, and what the client says of itself.
func came(e *footfall.Event, s string) bool {
	for _, m := range [...]string{"connection received from: ", "connection received from ", "connection accepted from ", "connection established from "} {
		i := strings.Index(s, m)
		if i < 0 || i > 64 {
			continue
		}
		v := s[i+len(m):]
		for _, family := range [...]string{"AF_INET6 ", "AF_INET ", "AF_UNIX"} {
			v = strings.TrimPrefix(v, family)
		}
		if !addrPort(e, v) {
			return false
		}
		if e.From.Addr.IsLoopback() { // xrdp itself, at its session manager
			return false
		}
		e.Kind = footfall.KindAttempt
		return true
	}
	if v, ok := strings.CutPrefix(s, "lib_mod_log_peer: "); ok {
		if _, v, ok = strings.Cut(v, " client_ip="); !ok {
			if _, v, ok = strings.Cut(s, " client="); !ok {
				return false
			}
		}
		e.Kind = footfall.KindConnection
		if !addrPort(e, v) {
			return false
		}
		if _, v, ok = strings.Cut(v, " client_port="); ok {
			e.From.Port, _ = hostport.Port(v)
		}
		return true
	}
	_, v, ok := strings.Cut(s, "onnected client computer name: ")
	if ok {
		e.Client = v
	}
	return ok
}

// addrPort reads "ADDR port N", "ADDR:N" and "ADDR", whatever follows.
func addrPort(e *footfall.Event, s string) bool {
	addr, rest, _ := strings.Cut(s, " ")
	addr = strings.TrimRight(addr, ",;")
	if addr == "" {
		return false
	}
	if strings.Count(addr, ":") > 1 && addr[0] != '[' { // "::ffff:192.0.2.1:5000"
		if i := strings.LastIndexByte(addr, ':'); strings.IndexByte(addr, '.') >= 0 && i > strings.LastIndexByte(addr, '.') {
			e.From, _ = hostport.Colon(addr)
			return e.From.Addr.IsValid()
		}
	}
	if !message.Peer(e, addr) || !e.From.Addr.IsValid() {
		e.From = footfall.Endpoint{}
		return false
	}
	if v, ok := strings.CutPrefix(rest, "port "); ok {
		v, _, _ = strings.Cut(v, " ")
		e.From.Port, _ = hostport.Port(strings.TrimRight(v, ":,;"))
	}
	return true
}

// session reads "++ created session (access granted): username NAME, ip ADDR:PORT - socket: 12"
// and the like of sessions taken up again, left and ended.
func session(e *footfall.Event, s string) bool {
	v, ok := strings.CutPrefix(s, "++ ")
	if !ok {
		return false
	}
	what, _, ok := strings.Cut(v, " session")
	_, v, ok2 := strings.Cut(v, "username ")
	if !ok || !ok2 {
		return false
	}
	switch what {
	case "created":
		e.Kind, e.Auth = footfall.KindLogon, footfall.AuthPassword
	case "reconnected":
		e.Kind = footfall.KindReconnect
	case "disconnected":
		e.Kind = footfall.KindDisconnect
	case "terminated":
		e.Kind = footfall.KindLogoff
	default:
		return false
	}
	e.Outcome = footfall.Success
	if i := strings.LastIndex(v, ", ip "); i >= 0 {
		addrPort(e, v[i+len(", ip "):])
		v = v[:i]
	}
	if i := strings.LastIndex(v, ", session_pid "); i >= 0 {
		e.Session = v[i+len(", session_pid "):]
		v = v[:i]
	}
	if i := strings.LastIndex(v, ", display "); i >= 0 {
		v = v[:i]
	}
	e.User.Name = v
	e.Elevated = v == "root" && e.Kind == footfall.KindLogon
	return true
}

// A form is a message that ends in the name of a user.
type form struct {
	prefix  string
	kind    footfall.Kind
	outcome footfall.Outcome
	reason  footfall.Reason
}

var forms = [...]form{
	{"Username or password error for user: ", footfall.KindCredential, footfall.Failure, footfall.ReasonBadPassword},
	{"Access permitted for user: ", footfall.KindCredential, footfall.Success, 0},
	{"Access denied for user: ", footfall.KindCredential, footfall.Failure, footfall.ReasonRestricted},
	{"Received request from xrdp to create a session for user ", footfall.KindLogon, footfall.Success, 0},
	{"login failed for user ", footfall.KindCredential, footfall.Failure, footfall.ReasonBadPassword},
}

// judged reads what became of name and password.
func judged(e *footfall.Event, s string) bool {
	if v, ok := strings.CutPrefix(s, "AUTHFAIL: user="); ok {
		i := strings.LastIndex(v, " ip=")
		if i < 0 {
			return false
		}
		e.Kind, e.Outcome, e.Reason, e.Auth = footfall.KindLogon, footfall.Failure, footfall.ReasonBadPassword, footfall.AuthPassword
		e.User.Name = v[:i]
		addrPort(e, v[i+len(" ip="):])
		return true
	}
	if v, ok := strings.CutPrefix(s, "Received system login request from "); ok {
		_, v, ok = strings.Cut(v, " for user: ")
		i := strings.LastIndex(v, " IP: ")
		if !ok || i < 0 {
			return false
		}
		e.Kind, e.User.Name = footfall.KindAttempt, v[:i]
		return addrPort(e, v[i+len(" IP: "):])
	}
	for i := range forms {
		f := &forms[i]
		if v, ok := strings.CutPrefix(s, f.prefix); ok {
			e.Kind, e.Outcome, e.Reason, e.User.Name = f.kind, f.outcome, f.reason, v
			return true
		}
	}
	switch {
	case strings.HasPrefix(s, "xrdp_wm_log_msg: login failed for"), strings.HasPrefix(s, "xrdp_wm_log_msg: Login failed for"):
		e.Kind, e.Outcome, e.Reason = footfall.KindCredential, footfall.Failure, footfall.ReasonBadPassword
	case strings.HasPrefix(s, "xrdp_wm_log_msg: login successful for"), strings.HasPrefix(s, "xrdp_wm_log_msg: Login successful for"):
		e.Kind, e.Outcome = footfall.KindCredential, footfall.Success
		if _, v, ok := strings.Cut(s, " for user "); ok {
			if i := strings.LastIndex(v, " on display "); i >= 0 {
				e.User.Name = v[:i]
			}
		}
	case strings.HasPrefix(s, "starting xrdp with pid "), strings.HasPrefix(s, "starting xrdp-sesman with pid "):
		e.Kind = footfall.KindStart
	default:
		return false
	}
	return true
}
