// Package ocserv reads the messages of OpenConnect's server. In goes a message
// behind syslog or a line that the server printed, out comes an attempt, a
// logon, a lease of an inner address or a logoff. The peer stands in front of
// the server's own words, where no name of a client stands before a logon.
package ocserv

import (
	"strconv"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/hostport"
	"github.com/footfall/footfall/internal/message"
)

const source = "ocserv: src/log.c, main.c, main-auth.c, main-sec-mod-cmd.c, main-ban.c, sec-mod-auth.c, worker-auth.c, worker-vpn.c"

var text = message.Text{
	Name: "ocserv", Program: "ocserv",
	Log:  footfall.Log{Product: "linux", Services: []string{"ocserv", "syslog"}},
	Head: head, Read: read,
}

// Decoder reads what the server prints in the foreground.
var Decoder = footfall.Decoder{
	Name:   "ocserv",
	Doc:    "Lines that OpenConnect's server prints: logons, inner addresses, ends.",
	Source: source,
	Frame:  footfall.FrameLines,
	By:     `lines with "ocserv[PID]: ", behind a time or not`,
	Sniff: func(head []byte) int {
		return message.Share(head, 85, 2, func(line string) bool {
			return text.Heads(line)
		})
	},
	New: text.Lines,
}

// Message reads the server's messages in syslog.
var Message = footfall.Decoder{
	Name:     "ocserv-message",
	Doc:      "Messages of OpenConnect's server in syslog.",
	Source:   source,
	Frame:    footfall.FrameMessage,
	Programs: []string{"ocserv", "ocserv-main", "ocserv-worker", "ocserv-sm"},
	New:      text.Messages,
}

// head reads "[TIME ]ocserv[123]: TEXT".
func head(e *footfall.Event, line string) (string, bool) {
	rest, _ := message.Stamp(e, line)
	rest = strings.TrimPrefix(rest, "note: ")
	v, ok := strings.CutPrefix(rest, "ocserv[")
	pid, v, ok2 := strings.Cut(v, "]: ")
	if !ok || !ok2 || pid == "" || strings.Trim(pid, "0123456789") != "" {
		return rest, false
	}
	n, _ := strconv.ParseUint(pid, 10, 32)
	e.PID = uint32(n)
	return v, true
}

func read(_ *footfall.Batch, e *footfall.Event, s string) {
	who, rest, ok := strings.Cut(s, ":")
	name := ""
	if part, _, named := strings.Cut(who, "["); named {
		i := strings.Index(s, "]:")
		if i < 0 {
			return
		}
		who, name, rest, ok = part, s[len(part)+1:i], s[i+2:], true
	}
	if !ok || who != "main" && who != "worker" && who != "sec-mod" {
		return
	}
	rest = strings.TrimPrefix(rest, " ")
	if word, after, ok := strings.Cut(rest, " "); ok && who != "sec-mod" {
		if message.Peer(e, word) && e.From.Addr.IsValid() {
			rest = after
		} else {
			e.From = footfall.Endpoint{}
		}
	}
	if name != "" && strings.Contains(rest, "]:") { // a name with the end of another in it
		e.From = footfall.Endpoint{}
	}
	e.User.Name = name
	if mean(e, rest) {
		e.Service = footfall.ServiceVPN
	}
}

func mean(e *footfall.Event, s string) bool {
	switch {
	case strings.HasPrefix(s, "new user session"):
		e.Kind, e.Outcome = footfall.KindLogon, footfall.Success
	case strings.HasPrefix(s, "user disconnected"):
		if e.Kind, e.Outcome = footfall.KindLogoff, footfall.Success; e.User.Name == "" {
			e.Kind, e.Outcome, e.Reason = footfall.KindAttempt, footfall.Failure, footfall.ReasonProtocol
		}
		counters(e, s)
	case strings.HasPrefix(s, "accepted connection"):
		e.Kind = footfall.KindAttempt
	case strings.HasPrefix(s, "user '") && strings.Contains(s, "' authenticated"), strings.HasPrefix(s, "user '") && strings.Contains(s, "' obtained cookie"):
		e.Kind, e.Outcome = footfall.KindCredential, footfall.Success
		e.User.Name = quoted(s)
	case strings.HasPrefix(s, "failed authentication for '"), strings.HasPrefix(s, "failed authentication attempt for user '"):
		e.Kind, e.Outcome, e.Reason = footfall.KindLogon, footfall.Failure, footfall.ReasonBadPassword
		e.User.Name = quoted(s)
		session(e, s)
	case strings.HasPrefix(s, "initiating session for user '"):
		e.Kind, e.Outcome, e.User.Name = footfall.KindCredential, footfall.Success, quoted(s)
		session(e, s)
	case strings.HasPrefix(s, "invalidating session of user '"), strings.HasPrefix(s, "invalidating session user '"):
		e.User.Name = quoted(s) // the end itself is what main says
		session(e, s)
	case strings.HasPrefix(s, "sending IPv4 "), strings.HasPrefix(s, "sending IPv6 "), strings.HasPrefix(s, "assigned IPv4"), strings.HasPrefix(s, "assigned IPv6"), strings.HasPrefix(s, "assigning IPv4"):
		return lease(e, s)
	case strings.HasPrefix(s, "added IP '") && strings.Contains(s, "to ban list"):
		e.Kind, e.Outcome, e.Reason = footfall.KindAttempt, footfall.Failure, footfall.ReasonRestricted
		e.From, _ = hostport.Host(quotedFirst(s))
	case strings.HasPrefix(s, "added ") && strings.Contains(s, " points (total ") && strings.HasSuffix(s, "to ban list"):
		// The one line on a wrong password at the usual log level: ten points,
		// where a connection alone has one (ban-points-wrong-password).
		points, _, _ := strings.Cut(s[len("added "):], " ")
		e.Kind, e.From = footfall.KindAttempt, footfall.Endpoint{}
		if len(points) > 1 {
			e.Kind, e.Outcome, e.Reason = footfall.KindLogon, footfall.Failure, footfall.ReasonBadPassword
		}
		e.From, _ = hostport.Host(quotedFirst(s))
	case strings.HasPrefix(s, "rejected connection from banned IP"):
		e.Kind, e.Outcome, e.Reason = footfall.KindAttempt, footfall.Failure, footfall.ReasonRestricted
	default:
		return false
	}
	return true
}

// quoted returns the name between the first ' and the last one before what the
// server adds.
func quoted(s string) string {
	i := strings.IndexByte(s, '\'')
	j := strings.LastIndexByte(s, '\'')
	if i < 0 || j <= i {
		return ""
	}
	return s[i+1 : j]
}

func quotedFirst(s string) string {
	_, v, _ := strings.Cut(s, "'")
	v, _, _ = strings.Cut(v, "'")
	return v
}

// session reads "(session: ID)" at the end.
func session(e *footfall.Event, s string) {
	if i := strings.LastIndex(s, " (session: "); i >= 0 {
		e.Session = strings.TrimSuffix(s[i+len(" (session: "):], ")")
	}
}

// lease takes the last word that is an address.
func lease(e *footfall.Event, s string) bool {
	ip := strings.Trim(s[strings.LastIndexByte(s, ' ')+1:], "'.")
	ip, _, _ = strings.Cut(ip, "/")
	a, ok := hostport.Addr(ip)
	if !ok {
		return false
	}
	e.Kind, e.Outcome, e.Assigned = footfall.KindLease, footfall.Success, a
	return true
}

// counters reads "(reason: TEXT, rx: 1, tx: 2)".
func counters(e *footfall.Event, s string) {
	i := strings.LastIndex(s, ", rx: ")
	if i < 0 {
		return
	}
	in, out, _ := strings.Cut(s[i+len(", rx: "):], ", tx: ")
	rx, err := strconv.ParseInt(in, 10, 62)
	tx, err2 := strconv.ParseInt(strings.TrimSuffix(out, ")"), 10, 62)
	if err == nil && err2 == nil && rx >= 0 && tx >= 0 {
		e.Bytes, e.Returned = rx+tx, tx
	}
}
