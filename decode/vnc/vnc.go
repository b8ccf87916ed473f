// Package vnc reads the logs of VNC servers: Xvnc of TigerVNC and RealVNC with
// times on lines of their own, x11vnc and others of LibVNCServer, UltraVNC's
// mslogon.log, and RealVNC's and Xvnc's messages in syslog. In goes a file or
// a line, out come attempts, logons, refusals and ends with their peers.
package vnc

import (
	"bytes"
	"slices"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/clock"
	"github.com/footfall/footfall/internal/hostport"
	"github.com/footfall/footfall/internal/message"
)

const source = "TigerVNC, RealVNC 4: common/rfb/Logger.cxx, Logger_file.cxx, VNCServerST.cxx, VNCSConnectionST.cxx, SConnection.cxx, Blacklist.cxx; LibVNCServer: src/libvncserver; https://help.realvnc.com (Logging and auditing)"

// Decoder reads what Xvnc writes to its log: entries under lines of time.
var Decoder = footfall.Decoder{
	Name:   "vnc",
	Doc:    "Log of Xvnc (TigerVNC, RealVNC 4): connections, refusals, ends. The time stands on a line of its own above the entries.",
	Source: source,
	Frame:  footfall.FrameEntries,
	Begins: func(line []byte) bool { _, ok := stamp(strings.TrimRight(footfall.Str(line), " \r\n")); return ok },
	Heads:  heads,
	By:     `lines with a time alone, and entries such as " Connections: " and " VNCSConnST: "`,
	Sniff:  sniff,
	New: func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
		f := &file{log: s.AddLog(text.Log), message: s.Asked("message")}
		return f.decode, nil
	},
}

// Message reads the messages of VNC servers in syslog.
var Message = footfall.Decoder{
	Name:     "vnc-message",
	Doc:      "Messages of VNC servers in syslog: Xvnc, RealVNC's vncserver, x11vnc.",
	Source:   source,
	Frame:    footfall.FrameMessage,
	Programs: []string{"Xvnc", "Xtigervnc", "vncserver", "vncserver-x11", "vncserver-x11-serviced", "vncserver-virtual", "vncserver-virtuald", "x0vncserver", "x11vnc", "vino-server", "winvnc"},
	New:      text.Messages,
}

var text = message.Text{
	Name: "vnc", Program: "Xvnc",
	Log: footfall.Log{Product: "linux", Services: []string{"vnc", "syslog"}},
	Read: func(_ *footfall.Batch, e *footfall.Event, s string) {
		if entry(e, s) || library(e, s) {
			e.Service = footfall.ServiceVNC
		}
	},
}

// A file is the state of one file: who connected and has not proved himself yet.
type file struct {
	log     footfall.LogID
	message footfall.FieldID
	pending []string
	inside  []string // who did
}

// maxPending bounds how many connections are remembered.
const maxPending = 64

// heads writes the entries that make the state behind data of an empty one.
func heads(old, data []byte) []byte {
	var f file
	var b footfall.Batch
	for _, part := range [...][]byte{old, data} {
		if len(part) > 0 {
			_ = f.decode(&b, part)
		}
	}
	var out []byte
	for _, s := range f.inside {
		out = append(append(append(out, acceptedLine...), s...), "\n VNCSConnST:  Server default pixel format\n"...)
	}
	for _, s := range f.pending {
		out = append(append(append(out, acceptedLine...), s...), '\n')
	}
	return out
}

const acceptedLine = " Connections: accepted: "

func (f *file) decode(b *footfall.Batch, frame []byte) error {
	if len(frame) == 0 {
		f.pending, f.inside = f.pending[:0], f.inside[:0]
		return nil
	}
	now, line := int64(0), uint64(0)
	for pos := 0; pos < len(frame); {
		end := len(frame)
		if i := bytes.IndexByte(frame[pos:], '\n'); i >= 0 {
			end = pos + i
		}
		s := strings.TrimRight(footfall.Str(frame[pos:end]), " \r")
		line++
		if ns, ok := stamp(s); ok {
			now = ns
		} else if s != "" {
			e := b.New()
			e.Time, e.Zoneless, e.Log, e.Program = now, now != 0, f.log, "Xvnc"
			e.Offset, e.Len, e.Record = int64(pos), uint32(len(s)), line
			s = b.Keep(footfall.Bytes(s))
			b.Add(f.message, s)
			if s = strings.TrimLeft(s, " "); entry(e, s) {
				e.Service = footfall.ServiceVNC
				f.peer(e)
			}
		}
		pos = end + 1
	}
	return nil
}

// stamp reads a line that is a time alone, as ctime(3) writes it.
func stamp(s string) (int64, bool) {
	if len(s) != 24 || s[13] != ':' {
		return 0, false
	}
	ns, n := clock.Parse(s)
	return ns, n == len(s)
}

// peer gives the entries that name no peer that of the one connection which
// has not proved itself yet, when there is only one.
func (f *file) peer(e *footfall.Event) {
	if e.Session == "" {
		if len(f.pending) != 1 {
			return
		}
		e.Session = f.pending[0]
		e.From, _ = double(e.Session)
		if e.Kind == footfall.KindLogon {
			f.pending = f.pending[:0]
			if len(f.inside) < maxPending {
				f.inside = append(f.inside, e.Session)
			}
		}
		return
	}
	if e.Kind == footfall.KindLogoff {
		if i := slices.Index(f.inside, e.Session); i >= 0 {
			f.inside = slices.Delete(f.inside, i, i+1)
		} else { // left without having been in
			e.Kind = footfall.KindDisconnect
		}
	}
	for i, p := range f.pending {
		if p == e.Session {
			f.pending = append(f.pending[:i], f.pending[i+1:]...)
			break
		}
	}
	if e.Kind == footfall.KindAttempt && e.Outcome == footfall.OutcomeUnknown && len(f.pending) < maxPending {
		f.pending = append(f.pending, e.Session)
	}
}

// double reads "ADDR::PORT" and "[ADDR]::PORT".
func double(s string) (footfall.Endpoint, bool) {
	i := strings.LastIndex(s, "::")
	if i < 0 {
		return hostport.Host(s)
	}
	port, ok := hostport.Port(s[i+2:])
	if !ok {
		return hostport.Host(s)
	}
	p, ok := hostport.Host(s[:i])
	p.Port = port
	return p, ok
}

// entry reads "Connections: accepted: ADDR::PORT" and the like.
func entry(e *footfall.Event, s string) bool {
	from, what, ok := strings.Cut(s, ":")
	if !ok || len(from) > 24 {
		return false
	}
	what = strings.TrimLeft(what, " ")
	switch from {
	case "Connections":
		return connection(e, what)
	case "SConnection", "VNCServerST", "SVncAuth", "SSecurityPlain", "VNCSConnST":
		if v, ok := strings.CutPrefix(what, "Closing "); ok && from == "VNCSConnST" {
			return closing(e, v)
		}
		if strings.HasPrefix(what, "Authentication error: ") || strings.Contains(what, "AuthFailureException") || strings.Contains(what, "Authentication failure") || strings.HasPrefix(what, "Authentication failed") {
			failed(e, footfall.KindCredential)
			return true
		}
		if from == "VNCSConnST" && strings.HasPrefix(what, "Server default pixel format") { // written once the client is in
			e.Kind, e.Outcome = footfall.KindLogon, footfall.Success
			return true
		}
		if v, ok := strings.CutPrefix(what, "Client requests security type "); ok {
			e.Auth = security(v)
			e.Guest = e.Auth == footfall.AuthNone
			return true
		}
		return strings.HasPrefix(what, "Client needs protocol version")
	case "vncext":
		if strings.HasPrefix(what, "Listening for VNC connections") {
			e.Kind = footfall.KindStart
			return true
		}
	}
	return false
}

// closing reads "ADDR::PORT: WHY": a connection that ends since its client
// could not prove himself is a logon that failed.
func closing(e *footfall.Event, s string) bool {
	peer, why, ok := strings.Cut(s, ": ")
	p, ok2 := double(peer)
	if !ok || !ok2 || !p.Addr.IsValid() {
		return false
	}
	if e.From, e.Session = p, peer; strings.Contains(why, "uthentication fail") {
		failed(e, footfall.KindLogon)
	}
	return true
}

func security(s string) footfall.Auth {
	switch {
	case strings.HasPrefix(s, "None"), strings.HasPrefix(s, "TLSNone"), strings.HasPrefix(s, "X509None"):
		return footfall.AuthNone
	case strings.HasPrefix(s, "VncAuth"), strings.HasSuffix(s, "Plain"), strings.Contains(s, "Vnc"), strings.Contains(s, "RSA-AES"):
		return footfall.AuthPassword
	}
	return footfall.AuthUnknown
}

func failed(e *footfall.Event, k footfall.Kind) {
	e.Kind, e.Outcome, e.Reason, e.Auth = k, footfall.Failure, footfall.ReasonBadPassword, footfall.AuthPassword
}

// connection reads what stands behind "Connections: ".
func connection(e *footfall.Event, s string) bool {
	what, v, _ := strings.Cut(s, ": ")
	peer, rest, _ := strings.Cut(v, " ")
	p, ok := double(strings.TrimSuffix(peer, ","))
	if !ok || !p.Addr.IsValid() {
		return false
	}
	e.From, e.Session = p, strings.TrimSuffix(peer, ",")
	switch what {
	case "accepted", "connected", "Accepted":
		e.Kind = footfall.KindAttempt
		e.User.Name = bracketed(rest)
	case "authenticated":
		e.Kind, e.Outcome = footfall.KindLogon, footfall.Success
		if _, name, ok := strings.Cut(rest, "as "); ok {
			if i := strings.LastIndex(name, " ("); i >= 0 {
				name = name[:i]
			}
			e.User.Name = name
		}
	case "closed", "disconnected", "Closed":
		e.Kind, e.Outcome = footfall.KindLogoff, footfall.Success
		if e.User.Name = bracketed(rest); strings.Contains(rest, "uthentication fail") || strings.Contains(rest, "AuthFailure") || strings.Contains(rest, "assword") {
			failed(e, footfall.KindLogon)
		}
	case "blacklisted", "rejected", "refused", "Blacklisted", "Rejected":
		e.Kind, e.Outcome, e.Reason = footfall.KindAttempt, footfall.Failure, footfall.ReasonRestricted
	default:
		return false
	}
	return true
}

// bracketed reads "([NAME])", as RealVNC names who is behind a connection.
func bracketed(s string) string {
	v, _ := message.Between(s, "([", "])")
	if strings.Contains(v, " ") {
		return "" // why it ended
	}
	return v
}

func sniff(head []byte) int {
	stamps, entries := 0, 0
	message.Lines(head, 400, func(line string) {
		if _, ok := stamp(line); ok {
			stamps++
		}
		for _, p := range [...]string{" Connections: ", " SConnection: ", " vncext: ", " VNCSConnST: ", "Xvnc "} {
			if strings.HasPrefix(line, p) {
				entries++
			}
		}
	})
	switch {
	case entries > 0 && stamps > 0:
		return 92
	case entries > 2:
		return 70
	}
	return 0
}
