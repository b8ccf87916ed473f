// Package pulse reads what Ivanti Connect Secure (Pulse Secure, Juniper SA)
// logs: its standard form behind syslog in every dress, the WELF form
// (id=firewall) and the text of its own .vc0 files. In goes a line, out comes
// an attempt, a logon, a lease of an inner address or a logoff. The peer is
// the one that the gateway put in brackets in front of the user's name.
package pulse

import (
	"strconv"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/clock"
	"github.com/footfall/footfall/internal/hostport"
	"github.com/footfall/footfall/internal/kvscan"
	"github.com/footfall/footfall/internal/message"
)

const source = "Ivanti Connect Secure administration guide (Logging and monitoring; log message formats Standard and WELF); message codes: Ivanti error and event reference"

var text = message.Text{
	Name: "pulse", Program: "PulseSecure",
	Log:  footfall.Log{Product: "pulse", Services: []string{"connect-secure"}},
	Head: head, Read: read,
}

// Decoder reads lines of Ivanti Connect Secure.
var Decoder = footfall.Decoder{
	Name:   "pulse",
	Doc:    "Lines of Ivanti (Pulse, Juniper) Connect Secure, standard and WELF form: logons, inner addresses, ends.",
	Source: source,
	Frame:  footfall.FrameLines,
	By:     `lines with " - NODE - [ADDRESS] USER(REALM)", or id=firewall time= with vpn= and ivs=`,
	Sniff: func(head []byte) int {
		return message.Share(head, 93, 2, func(line string) bool {
			_, ok := body(line)
			return ok
		})
	},
	New: text.Lines,
}

// Message reads messages of Ivanti Connect Secure in a log of many programs.
var Message = footfall.Decoder{
	Name:     "pulse-message",
	Doc:      "Messages of Ivanti (Pulse, Juniper) Connect Secure in syslog.",
	Source:   source,
	Frame:    footfall.FrameMessage,
	Programs: []string{"PulseSecure", "PulseSecure:", "Juniper", "Juniper:"},
	By:       "the same text",
	Sniff: func(head []byte) int {
		if _, ok := body(footfall.Str(head)); ok {
			return 70
		}
		return 0
	},
	New: text.Messages,
}

// body finds where the gateway's own text begins: "2031-01-02 03:04:05 - NODE - [ADDR] ..."
// behind a header that names the program, or "id=firewall ...".
func body(s string) (string, bool) {
	if i := strings.Index(s[:min(len(s), 256)], "id=firewall time="); i >= 0 {
		return s[i:], strings.Contains(s, " vpn=") && strings.Contains(s, " ivs=")
	}
	for i := 0; ; {
		j := strings.Index(s[i:min(len(s), 320)], " - [")
		if j < 0 {
			return s, false
		}
		i += j
		k := strings.LastIndex(s[:i], " - ")
		if k < 19 {
			i++
			continue
		}
		if _, n := clock.ISO(s[k-19:]); n == 19 {
			return s[k-19:], true
		}
		i++
	}
}

// head takes the time with a zone that a syslog header has, when there is one.
func head(e *footfall.Event, line string) (string, bool) {
	s, ok := body(line)
	if !ok {
		return line, false
	}
	before := line[:len(line)-len(s)]
	for i := 0; i+20 < len(before); i++ {
		if ns, n := clock.ISO(before[i:]); n > 19 && clock.Zoned(before[i:i+n]) {
			e.Time = ns
			break
		}
	}
	return s, true
}

func read(_ *footfall.Batch, e *footfall.Event, s string) {
	zoned := clock.Unresolved(e.Time)
	if t, ok := body(s); ok {
		if zoned || e.Time == 0 { // no year in the header: there may be a better one behind it
			var in footfall.Event
			head(&in, s)
			if in.Time != 0 {
				e.Time, e.Zoneless, zoned = in.Time, false, false
			}
		}
		s = t
	}
	if strings.HasPrefix(s, "id=firewall") {
		welf(e, s)
		return
	}
	ns, n := clock.ISO(s)
	if n == 0 {
		return
	}
	if zoned || e.Time == 0 {
		e.Time, e.Zoneless = ns, true
	}
	node, rest, ok := strings.Cut(strings.TrimPrefix(s[n:], " - "), " - [")
	addr, rest, ok2 := strings.Cut(rest, "] ")
	if !ok || !ok2 {
		return
	}
	e.Computer = node
	if a, ok := hostport.Addr(addr); ok && !a.IsLoopback() {
		e.From.Addr = a
	}
	who(e, rest)
}

// who reads "NAME(REALM)[ROLES] - TEXT". Whoever gives a name that holds the
// end of another is taken to have come, not more.
func who(e *footfall.Event, s string) {
	i := strings.Index(s, ")[")
	if i < 0 {
		return
	}
	if j := strings.Index(s[i+2:], ")["); j >= 0 && strings.Contains(s[i+2+j:], "] - ") {
		e.Kind, e.Service = footfall.KindAttempt, footfall.ServiceVPN
		return
	}
	end := strings.Index(s[i:], "] - ")
	if end < 0 {
		return
	}
	if open := strings.LastIndexByte(s[:i], '('); open > 0 && s[:open] != "System" {
		e.User.Name, e.Tenant = s[:open], s[open+1:i]
	}
	mean(e, s[i+end+len("] - "):])
}

// welf reads the pairs of the WELF form; msg holds "CODE: TEXT".
func welf(e *footfall.Event, s string) {
	msg := ""
	zoneless := e.Time == 0 || clock.Unresolved(e.Time)
	for k := kvscan.New(s); k.Next(); {
		v := k.Val
		switch k.Key {
		case "time":
			if ns, n := clock.ISO(v); n > 0 && zoneless {
				e.Time, e.Zoneless = ns, !clock.Zoned(v[:n])
			}
		case "vpn":
			e.Computer = v
		case "user":
			e.User.Name = v
		case "realm":
			e.Tenant = v
		case "src":
			e.From.Addr, _ = hostport.Addr(v)
		case "dst":
			e.To.Addr, _ = hostport.Addr(v)
		case "dstname":
			e.To.Host = v
		case "agent":
			e.Client = v
		case "msg":
			msg = v
		}
	}
	if code, rest, ok := strings.Cut(msg, ": "); ok && len(code) == 8 {
		msg = rest
	}
	if e.User.Name == "System" {
		e.User.Name = ""
	}
	mean(e, msg)
}

func mean(e *footfall.Event, s string) {
	if said(e, s) {
		e.Service = footfall.ServiceVPN
	}
}

func set(e *footfall.Event, k footfall.Kind, o footfall.Outcome, r footfall.Reason) bool {
	e.Kind, e.Outcome, e.Reason = k, o, r
	return true
}

// said gives an event its kind by the gateway's text.
func said(e *footfall.Event, s string) bool {
	switch {
	case strings.HasPrefix(s, "Login succeeded for "), strings.HasPrefix(s, "Agent login succeeded for "):
		session(e, s)
		if i := strings.LastIndex(s, " with "); i > 0 {
			e.Client = strings.TrimSuffix(s[i+len(" with "):], ".")
		}
		return set(e, footfall.KindLogon, footfall.Success, 0)
	case strings.HasPrefix(s, "Login failed using auth server "), strings.HasPrefix(s, "Login failed from "):
		return set(e, footfall.KindLogon, footfall.Failure, why(s))
	case strings.HasPrefix(s, "Login failed. Reason: "):
		return set(e, footfall.KindCredential, footfall.Failure, why(s))
	case strings.HasPrefix(s, "Primary authentication successful for "):
		return set(e, footfall.KindCredential, footfall.Success, 0)
	case strings.HasPrefix(s, "Primary authentication failed for "):
		return set(e, footfall.KindCredential, footfall.Failure, footfall.ReasonBadPassword)
	case strings.HasPrefix(s, "Secondary authentication successful for "):
		e.MFA = footfall.MFAUsed
		return set(e, footfall.KindCredential, footfall.Success, 0)
	case strings.HasPrefix(s, "Secondary authentication failed for "):
		e.MFA = footfall.MFADenied
		return set(e, footfall.KindCredential, footfall.Failure, footfall.ReasonMFA)
	case strings.Contains(s, " realm restrictions failed for "), strings.Contains(s, " realm restrictions failed."):
		return set(e, footfall.KindLogon, footfall.Failure, footfall.ReasonRestricted)
	case strings.HasPrefix(s, "Host Checker policy ") && strings.Contains(s, " failed on host"):
		return set(e, footfall.KindCredential, footfall.Failure, footfall.ReasonRestricted)
	case strings.HasPrefix(s, "Connection from IP "):
		ip, _, _ := strings.Cut(s[len("Connection from IP "):], " ")
		if a, ok := hostport.Addr(ip); ok {
			e.From.Addr = a
		}
		return set(e, footfall.KindAttempt, 0, 0)
	case strings.HasPrefix(s, "Logout from "), strings.HasPrefix(s, "Session timed out for "), strings.HasPrefix(s, "Max session timeout for "),
		strings.HasPrefix(s, "Session for user "), strings.HasPrefix(s, "Agent logout from "):
		session(e, s)
		return set(e, footfall.KindLogoff, footfall.Success, 0)
	case strings.HasPrefix(s, "Remote address for user "):
		return moved(e, s)
	}
	return tunnel(e, s)
}

func why(s string) footfall.Reason {
	switch _, r, _ := strings.Cut(s, "Reason: "); {
	case strings.HasPrefix(r, "Account Locked"), strings.HasPrefix(r, "Too Many"):
		return footfall.ReasonLocked
	case strings.HasPrefix(r, "Account Disabled"):
		return footfall.ReasonDisabled
	case strings.HasPrefix(r, "Account Expired"), strings.HasPrefix(r, "Password Expired"):
		return footfall.ReasonExpired
	case strings.HasPrefix(r, "No Roles"), strings.HasPrefix(r, "IP Denied"), strings.HasPrefix(r, "Host Checker"), strings.HasPrefix(r, "No Policy"):
		return footfall.ReasonRestricted
	case strings.HasPrefix(r, "Wrong Certificate"), strings.HasPrefix(r, "No Certificate"):
		return footfall.ReasonNoKey
	case strings.HasPrefix(r, "No Such User"):
		return footfall.ReasonNoUser
	}
	return footfall.ReasonBadPassword
}

// session reads "(session:ID)" and "(session: ID)".
func session(e *footfall.Event, s string) {
	if v, ok := message.Between(s, "(session:", ")"); ok {
		e.Session = strings.TrimLeft(v, " ")
	}
}

// tunnel reads what the gateway says of tunnels and their inner addresses.
func tunnel(e *footfall.Event, s string) bool {
	v, ok := strings.CutPrefix(s, "VPN Tunneling: ")
	if !ok {
		v, ok = strings.CutPrefix(s, "Network Connect: ")
	}
	switch {
	case !ok:
		return closed(e, s)
	case strings.HasPrefix(v, "Session started for user"):
		set(e, footfall.KindLease, footfall.Success, 0)
		if i := strings.LastIndex(v, ", hostname "); i >= 0 {
			e.Client, v = v[i+len(", hostname "):], v[:i]
		}
	case strings.HasPrefix(v, "Session ended for user"):
		set(e, footfall.KindLogoff, footfall.Success, 0)
	case strings.HasPrefix(v, "User with IP "):
		set(e, footfall.KindLease, footfall.Success, 0)
	default:
		return false
	}
	session(e, v)
	for _, m := range [...]string{" with IPv4 address ", " with IP ", " IPv6 address "} {
		if _, ip, ok := strings.Cut(v, m); ok {
			ip, _, _ = strings.Cut(ip, " ")
			if e.Assigned, ok = hostport.Addr(strings.TrimRight(ip, ",.")); ok {
				break
			}
		}
	}
	return true
}

// closed reads "Closed connection to HOST port 443 after N seconds, with N bytes read (in N chunks) and N bytes written".
func closed(e *footfall.Event, s string) bool {
	v, ok := strings.CutPrefix(s, "Closed connection to ")
	host, rest, ok2 := strings.Cut(v, " after ")
	if !ok || !ok2 {
		return false
	}
	set(e, footfall.KindDisconnect, footfall.Success, 0)
	host, port, _ := strings.Cut(host, " port ")
	if p, ok := hostport.Host(host); ok && !strings.HasPrefix(host, "TUN-VPN") {
		e.To = p
	}
	e.To.Port, _ = hostport.Port(port)
	sec, rest, _ := strings.Cut(rest, " seconds, with ")
	in, rest, _ := strings.Cut(rest, " bytes read")
	_, out, _ := strings.Cut(rest, ") and ")
	out, _, _ = strings.Cut(out, " bytes written")
	n, rx, tx := count(sec), count(in), count(out)
	e.Duration, e.Bytes, e.Returned = n*1e9, rx+tx, tx
	return true
}

func count(s string) int64 {
	if s == "" || len(s) > 15 || strings.Trim(s, "0123456789") != "" {
		return 0
	}
	n, _ := strconv.ParseInt(s, 10, 64)
	return min(n, 1<<52)
}

// moved reads "Remote address for user NAME/REALM changed from ADDR to ADDR. TEXT".
func moved(e *footfall.Event, s string) bool {
	i := strings.LastIndex(s, " changed from ")
	if i < 0 {
		return false
	}
	_, to, _ := strings.Cut(s[i:], " to ")
	to, rest, _ := strings.Cut(to, " ")
	if a, ok := hostport.Addr(strings.TrimRight(to, ".,")); ok {
		e.From.Addr = a
	}
	set(e, footfall.KindReconnect, footfall.Success, 0)
	if strings.Contains(rest, "denied") {
		e.Outcome, e.Reason = footfall.Failure, footfall.ReasonRestricted
	}
	return true
}
