// Package softether reads the server and security logs of SoftEther VPN. In
// goes a line, out comes an attempt, a logon, a lease of an inner address or a
// logoff. The server writes the peer before the name that the peer gave.
package softether

import (
	"strconv"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/hostport"
	"github.com/footfall/footfall/internal/message"
)

var text = message.Text{Name: "softether", Program: "vpnserver", Log: footfall.Log{Product: "linux", Services: []string{"softether", "syslog"}}, Head: head, Open: open}

const source = "SoftEther VPN: src/bin/hamcore/strtable_en.stb (LA_, LH_, LS_ messages); https://www.softether.org/4-docs/1-manual/2/2.10 (Logging Service)"

// Decoder reads the server's and the hubs' security logs.
var Decoder = footfall.Decoder{
	Name: "softether", Doc: "Server and security logs of SoftEther VPN: connections, logons, sessions, inner addresses.", Source: source, Frame: footfall.FrameLines,
	By: `lines with a time and [HUB "...", or its wording about listeners, clients and connections`,
	Sniff: func(data []byte) int {
		return message.Share(data, 86, 3, func(line string) bool {
			var e footfall.Event
			s, ok := head(&e, line)
			return ok && (strings.HasPrefix(s, `[HUB "`) || strings.HasPrefix(s, "On the TCP Listener (Port ") || strings.HasPrefix(s, "For the client (IP address: ") || strings.HasPrefix(s, `Connection "CID-`))
		})
	},
	New: text.Lines,
}

// Message reads the same behind syslog.
var Message = footfall.Decoder{
	Name: "softether-message", Doc: "Messages of SoftEther VPN in syslog.", Source: source, Frame: footfall.FrameMessage,
	Programs: []string{"vpnserver", "vpnbridge", "SE-VPN"}, By: "[HOST/VPN/HUB] (TIME) <SECURITY_LOG>:",
	Sniff: func(head []byte) int {
		if _, ok := relayed(footfall.Str(head)); ok {
			return 80
		}
		return 0
	},
	New: text.Messages,
}

// A relay is what stands before a message that the server sends to a syslog
// server itself: "[HOST/VPN/HUB] (2031-05-02 08:15:00.123) <SECURITY_LOG>: ".
// Some take what is in brackets for the program.
type relay struct{ name, time, kind, text string }

func relayed(s string) (r relay, ok bool) {
	name := ""
	if v, found := strings.CutPrefix(s, "["); found {
		if name, s, found = strings.Cut(v, "] "); !found || !strings.Contains(name, "/VPN") {
			return r, false
		}
	}
	s, ok = strings.CutPrefix(s, "(")
	stamp, s, ok2 := strings.Cut(s, ") <")
	kind, s, ok3 := strings.Cut(s, ">: ")
	if !ok || !ok2 || !ok3 || len(stamp) > 40 || kind != "SERVER_LOG" && kind != "SECURITY_LOG" && kind != "PACKET_LOG" {
		return r, false
	}
	return relay{name, stamp, kind, s}, true
}

func open(s *footfall.Schema) func(*footfall.Batch, *footfall.Event, string) {
	packets := newPacketReader(s)
	return func(b *footfall.Batch, e *footfall.Event, s string) {
		r, ok := relayed(s)
		if !ok {
			read(e, s)
			return
		}
		message.Stamp(e, r.time)
		if r.name == "" {
			r.name = e.Program
		}
		host, hub, _ := strings.Cut(r.name, "/VPN")
		if e.Computer == "" {
			e.Computer = host
		}
		if e.Tenant = strings.TrimPrefix(hub, "/"); r.kind == "PACKET_LOG" {
			packets.read(b, e, r.text)
			return
		}
		read(e, r.text)
	}
}

func head(e *footfall.Event, line string) (string, bool) { return message.Stamp(e, line) }

func read(e *footfall.Event, s string) {
	if v, ok := strings.CutPrefix(s, `[HUB "`); ok {
		hub, rest, ok := strings.Cut(v, `"] `)
		if !ok {
			return
		}
		e.Tenant, s = hub, rest
	}
	if came(e, s) || judged(e, s) || session(e, s) {
		e.Service = footfall.ServiceVPN
	}
}

// client reads "(IP address: ADDR, Host name: NAME, Port number: N".
func client(e *footfall.Event, s string) bool {
	_, v, ok := strings.Cut(s, "(IP address")
	if !ok {
		return false
	}
	v = strings.TrimLeft(v, ": ")
	addr, rest, _ := strings.Cut(v, ",")
	a, ok := hostport.Addr(strings.TrimRight(addr, ")"))
	if !ok {
		return false
	}
	e.From.Addr = a
	for _, m := range [...]string{"Port number: ", "port number: ", "Port number "} {
		if _, p, ok := strings.Cut(rest, m); ok {
			n := 0
			for n < len(p) && p[n]-'0' <= 9 {
				n++
			}
			e.From.Port, _ = hostport.Port(p[:n])
			break
		}
	}
	return true
}

func came(e *footfall.Event, s string) bool {
	switch {
	case strings.HasPrefix(s, "On the TCP Listener (Port ") && strings.HasSuffix(s, "has connected."):
		e.Kind = footfall.KindAttempt
		return client(e, s)
	case strings.HasPrefix(s, "For the client (IP address"):
		e.Kind = footfall.KindAttempt
		if v, ok := message.Between(s, `connection "`, `"`); ok {
			e.Session = v
		}
		return client(e, s)
	case strings.HasPrefix(s, `The connection "`) && strings.Contains(s, " is attempting to connect to the Virtual Hub."):
		e.Kind = footfall.KindAttempt
		e.Session, _, _ = strings.Cut(s[len(`The connection "`):], `"`)
		if _, name, ok := strings.Cut(s, `and the user name is "`); ok {
			e.User.Name = strings.TrimSuffix(name, `".`)
		}
		if v, ok := message.Between(s, `Client name: "`, `"`); ok {
			e.Client = v
		}
		return client(e, s)
	}
	return false
}

// judged reads `Connection "CID-7": Successfully authenticated as user "NAME".` and its contrary.
func judged(e *footfall.Event, s string) bool {
	v, ok := strings.CutPrefix(s, `Connection "`)
	id, v, ok2 := strings.Cut(v, `": `)
	if !ok || !ok2 {
		return false
	}
	e.Session = id
	if name, ok := strings.CutPrefix(v, `Successfully authenticated as user "`); ok {
		e.Kind, e.Outcome, e.User.Name = footfall.KindLogon, footfall.Success, strings.TrimSuffix(name, `".`)
		return true
	}
	if strings.HasPrefix(v, "User authentication failed.") {
		e.Kind, e.Outcome, e.Reason = footfall.KindLogon, footfall.Failure, footfall.ReasonBadPassword
		if _, name, ok := strings.Cut(v, `was "`); ok {
			e.User.Name = strings.TrimSuffix(name, `".`)
		}
		return true
	}
	if strings.HasPrefix(v, `The new session "`) {
		e.Kind, e.Outcome = footfall.KindReconnect, footfall.Success
		e.Session, _, _ = strings.Cut(v[len(`The new session "`):], `"`)
		e.Parent = id
		return client(e, v)
	}
	return false
}

func session(e *footfall.Event, s string) bool {
	v, ok := strings.CutPrefix(s, `Session "`)
	id, v, ok2 := strings.Cut(v, `": `)
	if !ok || !ok2 {
		return false
	}
	e.Session = id
	switch {
	case strings.HasPrefix(v, "The session has been terminated."):
		e.Kind, e.Outcome = footfall.KindLogoff, footfall.Success
		out, _ := message.Between(v, "Total outgoing data size: ", " ")
		in, _ := message.Between(v, "Total incoming data size: ", " ")
		e.Returned = count(out)
		e.Bytes = count(in) + e.Returned
	case strings.Contains(v, " the new IP address "):
		_, ip, _ := strings.Cut(v, " the new IP address ")
		e.Kind, e.Outcome = footfall.KindLease, footfall.Success
		if e.Assigned, ok = hostport.Addr(strings.TrimRight(ip, ".")); !ok {
			return false
		}
		if sid, ok := message.Between(v, `for host "SID-`, `"`); ok {
			e.Session = v[strings.Index(v, `for host "`)+len(`for host "`):][:len("SID-")+len(sid)]
		}
	default:
		return false
	}
	return true
}

func count(s string) int64 {
	if s == "" || len(s) > 15 || strings.Trim(s, "0123456789") != "" {
		return 0
	}
	n, _ := strconv.ParseInt(s, 10, 64)
	return n
}
