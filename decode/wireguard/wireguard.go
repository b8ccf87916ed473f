// Package wireguard reads what WireGuard in the Linux kernel writes when its
// dynamic debug messages are on. In goes a message of the kernel, out comes a
// handshake that a known peer made or an unknown one tried. A peer proves its
// key with the first message, so that a handshake of a numbered peer is a logon.
package wireguard

import (
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/message"
)

var text = message.Text{
	Name: "wireguard",
	Log:  footfall.Log{Product: "linux", Services: []string{"wireguard", "syslog"}},
	Read: read,
}

// Decoder reads WireGuard's messages.
var Decoder = footfall.Decoder{
	Name:   "wireguard",
	Doc:    "Messages of WireGuard in the Linux kernel (dynamic debug): handshakes of peers, invalid ones, keys that ran out.",
	Source: "Linux: drivers/net/wireguard/receive.c, send.c, timers.c, peer.c, noise.c",
	Frame:  footfall.FrameMessage,
	By:     `a message that begins with "wireguard: "`,
	Sniff: func(head []byte) int {
		if _, ok := own(footfall.Str(head)); ok {
			return 90
		}
		return 0
	},
	New: text.Messages,
}

// own cuts "[123.456789] wireguard: " off.
func own(s string) (string, bool) {
	if s != "" && s[0] == '[' {
		_, s, _ = strings.Cut(s[:min(len(s), 1024)], "] ")
	}
	return strings.CutPrefix(s, "wireguard: ")
}

// A form is a message of a peer: what stands before its number or address.
type form struct {
	prefix  string
	kind    footfall.Kind
	outcome footfall.Outcome
	reason  footfall.Reason
}

var forms = [...]form{
	{"Receiving handshake initiation from peer ", footfall.KindLogon, footfall.Success, 0},
	{"Receiving handshake response from peer ", footfall.KindLogon, footfall.Success, 0},
	{"Invalid handshake initiation from ", footfall.KindLogon, footfall.Failure, footfall.ReasonNoKey},
	{"Invalid handshake response from ", footfall.KindLogon, footfall.Failure, footfall.ReasonNoKey},
	{"Invalid MAC of handshake, dropping packet from ", footfall.KindAttempt, footfall.Failure, footfall.ReasonNoKey},
	{"Sending cookie response for denied handshake message for ", footfall.KindAttempt, footfall.Failure, footfall.ReasonProtocol},
	{"Zeroing out all keys for peer ", footfall.KindLogoff, footfall.Success, 0},
	{"Packet has unallowed src IP (", footfall.KindConnection, footfall.Failure, footfall.ReasonRestricted},
	{"Receiving keepalive packet from peer ", footfall.KindUnknown, 0, 0},
	{"Packet is neither ipv4 nor ipv6 from peer ", footfall.KindUnknown, 0, 0},
}

func read(_ *footfall.Batch, e *footfall.Event, s string) {
	s, ok := own(s)
	link, s, ok2 := strings.Cut(s, ": ")
	if !ok || !ok2 {
		return
	}
	for i := range forms {
		f := &forms[i]
		v, ok := strings.CutPrefix(s, f.prefix)
		if !ok {
			continue
		}
		e.Kind, e.Outcome, e.Reason, e.To.Zone = f.kind, f.outcome, f.reason, link
		e.Service, e.Auth = footfall.ServiceVPN, footfall.AuthKey
		peer(e, v, s)
		return
	}
}

// peer reads "3 (192.0.2.1:51820)...", or the address alone. For a packet with
// a wrong inner address the peer comes behind it.
func peer(e *footfall.Event, v, s string) {
	if _, p, ok := strings.Cut(v, ") from peer "); ok {
		v, s = p, s[len(s)-len(p)-len("peer "):]
	}
	n := 0
	for n < len(v) && v[n]-'0' <= 9 {
		n++
	}
	if n > 0 && n+1 < len(v) && v[n:n+2] == " (" {
		e.Session = v[:n]
		if i := strings.Index(s, "peer "+v[:n]); i >= 0 {
			e.User.Name = s[i : i+len("peer ")+n]
		}
		v, _, _ = strings.Cut(v[n+2:], ")")
	}
	if !message.Peer(e, v) || !e.From.Addr.IsValid() {
		e.From = footfall.Endpoint{}
	}
}
