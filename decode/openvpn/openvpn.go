// Package openvpn reads the log of OpenVPN's server, behind syslog and with
// its own time stamps, its status files, and what pfSense and OPNsense add. In
// goes a line or a message, out comes an attempt, a logon, a lease of an inner
// address or a logoff. The peer is the one that the server names itself: in
// front of its message or behind its own words, never in a name.
package openvpn

import (
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/clock"
	"github.com/footfall/footfall/internal/hostport"
	"github.com/footfall/footfall/internal/message"
)

const source = "OpenVPN: src/openvpn/error.c, multi.c, ssl.c, ssl_verify.c, push.c, forward.c; pfSense: openvpn.auth-user.php, openvpn.connect_async.sh"

var text = message.Text{
	Name: "openvpn", Program: "openvpn",
	Log:  footfall.Log{Product: "linux", Services: []string{"openvpn", "syslog"}},
	Head: head, Read: read,
}

// Decoder reads OpenVPN's own log file.
var Decoder = footfall.Decoder{
	Name:   "openvpn",
	Doc:    "Log file of OpenVPN's server: connections, TLS errors, logons, inner addresses, ends.",
	Source: source,
	Frame:  footfall.FrameLines,
	By:     "lines with a time and OpenVPN's wording, behind a peer or not",
	Sniff:  sniff,
	New:    text.Lines,
}

// Message reads OpenVPN's messages in syslog.
var Message = footfall.Decoder{
	Name:     "openvpn-message",
	Doc:      "Messages of OpenVPN in syslog, also of pfSense and OPNsense.",
	Source:   source,
	Frame:    footfall.FrameMessage,
	Programs: []string{"openvpn", "ovpn-server", "openvpn-server", "openvpn_server"},
	By:       "a peer ADDR:PORT before OpenVPN's wording",
	Sniff:    sniffMessage,
	New:      text.Messages,
}

// head reads "2031-01-02 03:04:05 us=123 TEXT", the same behind the stamp of
// ctime(3), and "1925089445.000123 FLAGS TEXT" of --machine-readable-output.
func head(e *footfall.Event, line string) (string, bool) {
	rest, ok := message.Stamp(e, line)
	if !ok {
		return line, peer(e, line) != line || telling(line)
	}
	if v, ok := strings.CutPrefix(rest, "us="); ok {
		us, after, _ := strings.Cut(v, " ")
		if n := micros(us); n >= 0 {
			e.Time += n * 1000
			return after, true
		}
	}
	if line[0] == '1' && strings.IndexByte(line[:min(len(line), 12)], '.') > 0 {
		_, rest, _ = strings.Cut(rest, " ")
	}
	return rest, true
}

func micros(s string) int64 {
	if s == "" || len(s) > 6 {
		return -1
	}
	n := int64(0)
	for i := range len(s) {
		if s[i]-'0' > 9 {
			return -1
		}
		n = n*10 + int64(s[i]-'0')
	}
	return n
}

// peer reads "[NAME/]ADDR[:PORT][/NAME] " in front of a message, sets From,
// User and Session, and returns the message. A name may hold blanks and
// slashes: what can be a peer in more than one way is none.
func peer(e *footfall.Event, s string) string {
	word, rest, ok := strings.Cut(s, " ")
	if _, is := endpoint(word); is && ok {
		instance(e, word)
		return rest
	}
	found, end := -1, 0
	for i := 0; i < len(s) && i < 512; i++ {
		if s[i] != '/' {
			continue
		}
		addr, _, ok := strings.Cut(s[i+1:], " ")
		if p, is := hostport.Colon(addr); !ok || !is || !p.Addr.IsValid() {
			continue
		}
		if found >= 0 {
			return s
		}
		found, end = i, i+1+len(addr)
	}
	switch {
	case found < 0 && ok && instance(e, word): // "ADDR:PORT/NAME", and IPv6 without a port
		return rest
	case found < 0 || !instance(e, s[found+1:end]):
		return s
	}
	e.User.Name = s[:found]
	return s[end+1:]
}

// instance reads "NAME/ADDR:PORT", as multi_instance_string writes it.
func instance(e *footfall.Event, s string) bool {
	name, addr := "", s
	if i := strings.LastIndexByte(s, '/'); i >= 0 {
		name, addr = s[:i], s[i+1:]
	}
	p, ok := endpoint(addr)
	if !ok {
		if p, ok = endpoint(name); !ok {
			return false
		}
		name, addr = addr, name
	}
	e.From, e.Session = p, addr
	if name != "" && name != "UNDEF" {
		e.User.Name = name
	}
	return true
}

// endpoint reads "ADDR:PORT" or "ADDR", behind a protocol as OpenVPN 2.7 puts
// it: "udp4:192.0.2.1:1194".
func endpoint(s string) (footfall.Endpoint, bool) {
	for _, p := range [...]string{"udp4:", "udp6:", "tcp4-server:", "tcp6-server:"} {
		s = strings.TrimPrefix(s, p)
	}
	if len(s) < 2 || s[0] != '[' && s[0] != ':' && hexDigit(s[0]) > 15 {
		return footfall.Endpoint{}, false
	}
	if strings.IndexByte(s, ' ') >= 0 {
		return footfall.Endpoint{}, false
	}
	if strings.Count(s, ":") != 1 && s[0] != '[' { // IPv6 comes without a port, or without brackets
		if a, ok := hostport.Addr(s); ok {
			return footfall.Endpoint{Addr: a}, true
		}
	}
	p, ok := hostport.Colon(s)
	return p, ok && p.Addr.IsValid()
}

func hexDigit(c byte) byte {
	switch {
	case c-'0' <= 9:
		return c - '0'
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return c | 0x20 - 'a' + 10
	}
	return 255
}

// family reads "[AF_INET]ADDR:PORT" wherever it ends, and what follows in
// blanks or commas: print_sockaddr_ex.
func family(e *footfall.Event, s string) bool {
	v, ok := strings.CutPrefix(s, "[AF_INET")
	if !ok {
		return false
	}
	_, v, ok = strings.Cut(v, "]")
	v, _, _ = strings.Cut(v, " ")
	v, _, _ = strings.Cut(v, ",")
	if !ok {
		return false
	}
	p, ok := hostport.Colon(v)
	if !ok || !p.Addr.IsValid() {
		return false
	}
	e.From = p
	if e.Session == "" {
		e.Session = v
	}
	return true
}

func sniff(head []byte) int {
	if s := footfall.Str(head); strings.HasPrefix(s, "{") || strings.HasPrefix(s, "<") {
		return 0
	}
	return message.Share(head, 85, 3, func(line string) bool {
		var e footfall.Event
		rest, ok := message.Stamp(&e, line)
		if !ok {
			return false
		}
		if v, ok := strings.CutPrefix(rest, "us="); ok {
			_, rest, _ = strings.Cut(v, " ")
		}
		if line[0] == '1' {
			_, rest, _ = strings.Cut(rest, " ")
		}
		return own(peer(&e, rest))
	})
}

// own reports whether a message is one that only OpenVPN writes.
func own(s string) bool {
	for _, p := range [...]string{
		"OpenVPN ", "TCP connection established with [AF_INET", "TLS: Initial packet from [AF_INET", "VERIFY OK: depth=", "VERIFY ERROR: depth=",
		"VERIFY KU ", "VERIFY EKU", "MULTI: ", "MULTI_sva", "SENT CONTROL [", "PUSH: Received control", "Control Channel: TLSv", "TLS Error: ", "TLS Auth Error: ", "TLS: ",
		"peer info: IV_", "Data Channel: ", "Outgoing Data Channel", "Incoming Data Channel", "PLUGIN_", "Initialization Sequence Completed", "SIGTERM[", "SIGUSR1[",
		"UDPv4 link", "UDPv6 link", "TCPv4_SERVER link", "TCPv6_SERVER link", "IFCONFIG POOL", "AUTH: Received control message", "Peer Connection Initiated", "WARNING: 'link-mtu'",
	} {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return strings.Contains(s, "] Peer Connection Initiated with [AF_INET")
}

// telling reports whether a line without a stamp is OpenVPN's, as it writes
// them under --suppress-timestamps.
func telling(s string) bool { return own(s) || strings.HasPrefix(s, "Options error: ") }

// sniffMessage knows OpenVPN's messages under any name: servers are instances,
// and each calls itself otherwise (ovpn-office, openvpn@server).
func sniffMessage(head []byte) int {
	s := footfall.Str(head)
	if len(s) < 20 {
		return 0
	}
	if strings.HasPrefix(s, "TCP connection established with [AF_INET") || strings.HasPrefix(s, "MULTI: ") {
		return 60
	}
	if strings.IndexByte(s[:min(len(s), 128)], '/') < 0 {
		first, _, _ := strings.Cut(s, " ")
		if c := hexDigit(s[0]); c > 15 || !strings.ContainsAny(first, ".:") {
			return 0 // neither NAME/ADDR:PORT nor ADDR
		}
	}
	var e footfall.Event
	if v := peer(&e, s); v != s && own(v) {
		return 60
	}
	return 0
}

// ctime reads the time of status files.
func ctime(s string) (int64, bool) {
	ns, n := clock.Parse(s)
	return ns, n > 0 && n == len(s)
}
