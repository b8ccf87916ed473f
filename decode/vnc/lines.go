package vnc

import (
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/clock"
	"github.com/footfall/footfall/internal/message"
)

// Lines reads logs of VNC servers whose lines have their own times.
var Lines = footfall.Decoder{
	Name:   "vnc-lines",
	Doc:    "Logs of x11vnc and other servers on LibVNCServer, and UltraVNC's mslogon.log.",
	Source: "LibVNCServer: src/libvncserver/main.c rfbDefaultLog, rfbserver.c, auth.c; UltraVNC: addon/ms-logon",
	Frame:  footfall.FrameLines,
	By:     "lines with a time such as 02/01/2031 03:04:05 and the wording of LibVNCServer",
	Sniff: func(head []byte) int {
		times, hits := 0, 0
		message.Lines(head, 1000, func(line string) {
			var e footfall.Event
			if s, ok := dated(&e, line); ok {
				if times++; library(&e, s) {
					hits++
				}
			}
		})
		if hits == 0 || times < 2 && hits < times {
			return 0
		}
		return 80
	},
	New: lines.Lines,
}

var lines = message.Text{
	Name: "vnc-lines", Program: "vnc", Log: text.Log,
	Head: func(e *footfall.Event, line string) (string, bool) {
		if s, ok := dated(e, line); ok {
			return s, true
		}
		return line, !strings.HasPrefix(line, "{") // options and banners have no time
	},
	Read: text.Read,
}

// dated reads "02/01/2031 03:04:05 TEXT": day, month, year. UltraVNC leaves the
// seconds out and the zeros away.
func dated(e *footfall.Event, line string) (string, bool) {
	var c clock.Civil
	s := line
	for i, part := range [...]*int{&c.Day, &c.Month, &c.Year, &c.Hour, &c.Minute, &c.Second} {
		v, n := number(s)
		if n == 0 {
			return line, false
		}
		*part, s = v, s[n:]
		by := "// ::"
		switch {
		case i == 4 && !strings.HasPrefix(s, ":"):
			i = 5
		case i < 5:
			if s == "" || s[0] != by[i] && !(by[i] == '/' && (s[0] == '.' || s[0] == '-')) {
				return line, false
			}
			s = s[1:]
			continue
		}
		if i == 5 {
			break
		}
	}
	ns, ok := c.Unix()
	if !ok || c.Year < 1990 {
		return line, false
	}
	e.Time, e.Zoneless = ns, true
	return strings.TrimLeft(s, " "), true
}

func number(s string) (v, n int) {
	for n < len(s) && n < 4 && s[n]-'0' <= 9 {
		v = v*10 + int(s[n]-'0')
		n++
	}
	return v, n
}

// library reads what LibVNCServer, x11vnc and UltraVNC write.
func library(e *footfall.Event, s string) bool {
	for _, m := range [...]struct {
		prefix string
		kind   footfall.Kind
	}{
		{"Got connection from client ", footfall.KindAttempt},
		{"Got connection from ", footfall.KindAttempt},
		{"[IPv4] Got connection from client ", footfall.KindAttempt},
		{"[IPv6] Got connection from client ", footfall.KindAttempt},
		{"rfbAuthProcessClientMessage: authentication failed from ", footfall.KindLogon},
		{"authProcessClientMessage: authentication failed from ", footfall.KindLogon},
		{"rfbAuthPasswordChecked: password check failed from ", footfall.KindLogon},
		{"check_access: denying client ", 0},
		{"denying client: ", footfall.KindUnknown},
		{"Client ", footfall.KindLogoff},
	} {
		v, ok := strings.CutPrefix(s, m.prefix)
		if !ok {
			continue
		}
		host, rest, _ := strings.Cut(v, " ")
		if m.kind == footfall.KindLogoff && rest != "gone" && !strings.HasSuffix(rest, "disconnected") {
			return false
		}
		if !message.Peer(e, strings.TrimRight(host, ".,")) {
			return false
		}
		switch e.Kind = m.kind; m.kind {
		case footfall.KindLogon:
			failed(e, m.kind)
		case footfall.KindLogoff:
			e.Outcome = footfall.Success
			account(e, rest)
		case footfall.KindUnknown:
			e.Kind, e.Outcome, e.Reason = footfall.KindAttempt, footfall.Failure, footfall.ReasonRestricted
		}
		return true
	}
	for _, m := range [...]string{"Connection received from ", "Invalid attempt from client "} {
		v, ok := strings.CutPrefix(s, m)
		if !ok {
			continue
		}
		host, rest, _ := strings.Cut(v, " ")
		if !message.Peer(e, host) {
			return false
		}
		account(e, rest)
		if e.Kind, e.Outcome, e.Auth = footfall.KindLogon, footfall.Success, footfall.AuthPassword; m[0] == 'I' {
			failed(e, footfall.KindLogon)
		}
		return true
	}
	return false
}

// account reads "using NAME account".
func account(e *footfall.Event, s string) {
	s = strings.TrimLeft(s, " ")
	if v, ok := strings.CutPrefix(s, "using "); ok {
		v = strings.TrimSuffix(strings.TrimSuffix(v, " disconnected"), " account")
		v = strings.TrimSpace(v)
		if d, n, ok := strings.Cut(v, `\`); ok {
			e.User.Domain, v = d, n
		}
		e.User.Name = v
	}
}
