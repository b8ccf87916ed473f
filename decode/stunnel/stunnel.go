// Package stunnel reads the log of stunnel, its own file and its messages in
// syslog. In goes a line, out comes a connection that it took, refused or
// ended. Addresses stand where no client writes.
package stunnel

import (
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/clock"
	"github.com/footfall/footfall/internal/hostport"
	"github.com/footfall/footfall/internal/message"
)

const source = "stunnel: src/log.c, client.c, ssl.c, network.c"

var text = message.Text{Name: "stunnel", Program: "stunnel", Log: footfall.Log{Product: "linux", Services: []string{"stunnel", "syslog"}}, Head: head, Read: read}

// Decoder reads stunnel's own log file.
var Decoder = footfall.Decoder{
	Name: "stunnel", Doc: "Log file of stunnel: connections taken, refused, ended.", Source: source, Frame: footfall.FrameLines,
	By: "lines of a time such as 2031.01.02 03:04:05 and LOG",
	Sniff: func(head []byte) int {
		return message.Share(head, 93, 2, func(line string) bool {
			return text.Heads(line)
		})
	},
	New: text.Lines,
}

// Message reads stunnel's messages in syslog.
var Message = footfall.Decoder{
	Name: "stunnel-message", Doc: "Messages of stunnel in syslog.", Source: source, Frame: footfall.FrameMessage,
	Programs: []string{"stunnel", "stunnel4", "stunnel5"}, New: text.Messages,
}

// head reads "2031.01.02 03:04:05 LOG5[12]: TEXT".
func head(e *footfall.Event, line string) (string, bool) {
	if len(line) < 26 || line[4] != '.' || line[7] != '.' {
		return line, false
	}
	var b [19]byte
	copy(b[:], line)
	b[4], b[7] = '-', '-'
	ns, n := clock.ISO(footfall.Str(b[:]))
	if n == 0 || !strings.HasPrefix(line[19:], " LOG") {
		return line, false
	}
	e.Time, e.Zoneless = ns, true
	return line[20:], true
}

func read(_ *footfall.Batch, e *footfall.Event, s string) {
	if strings.HasPrefix(s, "LOG") {
		id, rest, ok := strings.Cut(s, "]: ")
		if !ok {
			return
		}
		if _, id, ok = strings.Cut(id, "["); ok {
			e.Session = id
		}
		s = rest
	}
	switch {
	case strings.HasPrefix(s, "Service [") && strings.Contains(s, "] accepted connection from "):
		name, addr, _ := strings.Cut(s[len("Service ["):], "] accepted connection from ")
		e.Kind, e.Object = footfall.KindAttempt, name
		peer(e, addr)
	case strings.HasPrefix(s, "Service [") && strings.Contains(s, "] connected remote server from "):
		e.Kind, e.Outcome = footfall.KindConnection, footfall.Success
		e.Object, _, _ = strings.Cut(s[len("Service ["):], "]")
	case strings.HasPrefix(s, "s_connect: connected "):
		e.Kind, e.Outcome = footfall.KindConnection, footfall.Success
		e.To, _ = hostport.Colon(s[len("s_connect: connected "):])
	case strings.HasPrefix(s, "SSL_accept from "):
		fail(e)
		addr, _, _ := strings.Cut(s[len("SSL_accept from "):], " ")
		peer(e, addr)
	case strings.HasPrefix(s, "SSL_accept: "), strings.HasPrefix(s, "Peer certificate required"), strings.HasPrefix(s, "CERT: Pre-verification error"), strings.HasPrefix(s, "Rejected by CERT"):
		fail(e)
	case strings.HasPrefix(s, "Service [") && strings.Contains(s, "] REFUSED by libwrap from "), strings.HasPrefix(s, "Connection from ") && strings.Contains(s, "REFUSED"):
		fail(e)
		e.Reason = footfall.ReasonRestricted
		_, addr, _ := strings.Cut(s, " from ")
		addr, _, _ = strings.Cut(addr, " ")
		peer(e, addr)
	case strings.HasPrefix(s, "Connection closed: "), strings.HasPrefix(s, "Connection reset: "):
		e.Kind, e.Outcome = footfall.KindLogoff, footfall.Success
	default:
		return
	}
	e.Service = footfall.ServiceProxy
}

func fail(e *footfall.Event) {
	e.Kind, e.Outcome, e.Reason, e.Auth = footfall.KindAttempt, footfall.Failure, footfall.ReasonProtocol, footfall.AuthCertificate
}

func peer(e *footfall.Event, s string) {
	if p, ok := hostport.Colon(strings.TrimRight(s, ". ")); ok {
		e.From = p
	}
}
