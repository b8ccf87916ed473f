// Package strongswan reads the messages of IKE daemons: strongSwan's charon,
// behind syslog and in its own file, and the basics of Libreswan's pluto. In
// goes a message, out comes an attempt, a proof of identity, a logon, a lease
// of an inner address or a logoff. The daemon writes addresses before
// identities, so no identity can pass for an address.
package strongswan

import (
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/hostport"
	"github.com/footfall/footfall/internal/message"
)

const source = "strongSwan: src/libcharon (sa/ike_sa.c, sa/ikev2/tasks, sa/ikev1/tasks, plugins/eap_*, plugins/xauth_*, attributes/mem_pool.c); Libreswan: programs/pluto"

var text = message.Text{
	Name: "strongswan", Program: "charon",
	Log:  footfall.Log{Product: "linux", Services: []string{"strongswan", "syslog"}},
	Head: head, Read: read,
}

// Decoder reads charon's own log file.
var Decoder = footfall.Decoder{
	Name:   "strongswan",
	Doc:    "Log file of strongSwan's charon: IKE_SAs, proofs of identity, inner addresses.",
	Source: source,
	Frame:  footfall.FrameLines,
	By:     "lines with a thread and a group of charon's such as 07[IKE]",
	Sniff:  sniff,
	New:    text.Lines,
}

// Message reads charon's and pluto's messages in syslog.
var Message = footfall.Decoder{
	Name:     "strongswan-message",
	Doc:      "Messages of strongSwan's charon and Libreswan's pluto in syslog.",
	Source:   source,
	Frame:    footfall.FrameMessage,
	Programs: []string{"charon", "charon-systemd", "charon-nm", "charon-custom", "ipsec", "swanctl", "pluto", "ipsec_starter"},
	By:       "a thread and a group of charon's such as 07[IKE]",
	Sniff: func(head []byte) int {
		if _, ok := group(footfall.Str(head)); ok {
			return 50
		}
		return 0
	},
	New: text.Messages,
}

// head reads the stamp that charon.filelog.time_format makes, or none.
func head(e *footfall.Event, line string) (string, bool) {
	rest, _ := message.Stamp(e, line)
	_, ok := group(rest)
	return rest, ok || e.Time != 0
}

func sniff(head []byte) int {
	return message.Share(head, 88, 2, func(line string) bool {
		var e footfall.Event
		rest, _ := message.Stamp(&e, line)
		_, ok := group(rest)
		return ok
	})
}

// group reads "06[IKE] " and returns what follows.
func group(s string) (string, bool) {
	n := 0
	for n < len(s) && n < 4 && s[n]-'0' <= 9 {
		n++
	}
	if n < 2 || n+6 > len(s) || s[n] != '[' || s[n+4] != ']' || s[n+5] != ' ' {
		return s, false
	}
	switch s[n+1 : n+4] {
	case "IKE", "CFG", "NET", "ENC", "MGR", "JOB", "DMN", "CHD", "KNL", "LIB", "ASN", "TLS", "ESP", "IMC", "IMV", "PTS", "TNC", "APP":
		return s[n+6:], true
	}
	return s, false
}

func read(b *footfall.Batch, e *footfall.Event, s string) {
	if e.Program == "pluto" || strings.HasPrefix(s, `"`) {
		if pluto(e, s) {
			e.Service = footfall.ServiceVPN
		}
		return
	}
	line := s
	s, ok := group(s)
	if s = tagged(e, s); ok && e.Session == "" {
		// Lines without the name of their IKE_SA (charon.filelog.ike_name) are
		// tied to their packet by the thread that handles it.
		n := strings.IndexByte(line, '[')
		e.Session = b.Kept(append(append(b.Grow(1+n), footfall.PassingSession...), line[:n]...))
	}
	if initiating(e, s) || identity(e, s) || refused(e, s) || established(e, s) || address(e, s) {
		e.Service = footfall.ServiceVPN
	}
}

// tagged reads "<NAME|83> " or "<83> ", the IKE_SA that a line is of.
func tagged(e *footfall.Event, s string) string {
	if s == "" || s[0] != '<' {
		return s
	}
	i := strings.IndexByte(s, '>')
	if i < 2 {
		return s
	}
	id := s[1:i]
	if j := strings.LastIndexByte(id, '|'); j >= 0 {
		id = id[j+1:]
	}
	e.Session = id
	return strings.TrimPrefix(s[i+1:], " ")
}

// bracketed reads "ADDR[4500]" or "ADDR".
func bracketed(s string) (footfall.Endpoint, bool) {
	addr, port, _ := strings.Cut(s, "[")
	p, ok := hostport.Host(addr)
	p.Port, _ = hostport.Port(strings.TrimSuffix(port, "]"))
	return p, ok && p.Addr.IsValid()
}

// initiating reads what happens before anybody is known.
func initiating(e *footfall.Event, s string) bool {
	if v, ok := strings.CutPrefix(s, "received packet: from "); ok {
		from, to, _ := strings.Cut(v, " to ")
		to, _, _ = strings.Cut(to, " ")
		if p, ok := bracketed(from); ok {
			e.From = p
		}
		if p, ok := bracketed(to); ok {
			e.To = p
		}
		return true
	}
	if host, what, ok := strings.Cut(s, " is initiating a"); ok && strings.Contains(what, "IKE_SA") {
		e.Kind = footfall.KindAttempt
		p, ok := bracketed(host)
		e.From = p
		return ok
	}
	if v, ok := strings.CutPrefix(s, "deleting half open IKE_SA with "); ok {
		host, _, _ := strings.Cut(v, " ")
		failed(e, footfall.KindAttempt, footfall.ReasonProtocol)
		p, _ := bracketed(host)
		e.From = p
		return true
	}
	if v, ok := strings.CutPrefix(s, "no IKE config found for "); ok {
		v, _, _ = strings.Cut(v, ",")
		_, remote, _ := strings.Cut(v, "...")
		failed(e, footfall.KindAttempt, footfall.ReasonProtocol)
		p, _ := bracketed(remote)
		e.From = p
		return true
	}
	if strings.HasPrefix(s, "Starting IKE charon daemon") {
		e.Kind = footfall.KindStart
		return true
	}
	return false
}

func failed(e *footfall.Event, k footfall.Kind, r footfall.Reason) {
	e.Kind, e.Outcome, e.Reason = k, footfall.Failure, r
}

func credential(e *footfall.Event, a footfall.Auth, good bool) bool {
	e.Kind, e.Auth, e.Outcome = footfall.KindCredential, a, footfall.Success
	if !good {
		e.Outcome, e.Reason = footfall.Failure, footfall.ReasonBadPassword
	}
	return true
}

// quoted returns what stands between the first ' and the last.
func quoted(s string) string {
	i, j := strings.IndexByte(s, '\''), strings.LastIndexByte(s, '\'')
	if i < 0 || j <= i {
		return ""
	}
	return s[i+1 : j]
}

// identity reads how identity was told and proved.
func identity(e *footfall.Event, s string) bool {
	switch {
	case strings.HasPrefix(s, "received EAP identity '"), strings.HasPrefix(s, "EAP-MS-CHAPv2 username: '"):
		e.Kind, e.User.Name = footfall.KindCredential, quoted(s)
		return true
	case strings.HasPrefix(s, "no EAP key found for hosts '"):
		credential(e, footfall.AuthPassword, false)
		e.Reason = footfall.ReasonNoUser
		if i := strings.Index(s, "' - '"); i > 0 {
			e.User.Name = strings.TrimSuffix(s[i+len("' - '"):], "'")
		}
		return true
	case strings.HasPrefix(s, "EAP-MS-CHAPv2 verification failed"), strings.HasPrefix(s, "EAP-MD5 verification failed"), strings.HasPrefix(s, "EAP-GTC PAM authentication failed"):
		return credential(e, footfall.AuthPassword, false)
	case strings.HasPrefix(s, "EAP method "):
		if i := strings.Index(s, " failed for peer "); i > 0 {
			e.User.Name = s[i+len(" failed for peer "):]
			return credential(e, footfall.AuthPassword, false)
		}
		return strings.Contains(s, " succeeded, ") && credential(e, footfall.AuthPassword, true)
	case strings.HasPrefix(s, "tried ") && strings.HasSuffix(s, ", but MAC mismatched"):
		if i := strings.Index(s, "' - '"); i > 0 {
			e.User.Name = strings.TrimSuffix(s[i+len("' - '"):], "', but MAC mismatched")
		}
		return credential(e, footfall.AuthKey, false)
	case strings.HasPrefix(s, "no trusted ") && strings.Contains(s, " public key found for '"):
		credential(e, footfall.AuthCertificate, false)
		e.Reason, e.User.Name = footfall.ReasonNoKey, quoted(s)
		return true
	case strings.HasPrefix(s, "certificate was revoked on "):
		credential(e, footfall.AuthCertificate, false)
		e.Reason = footfall.ReasonDisabled
		return true
	}
	return authentication(e, s)
}

// authentication reads "authentication of 'ID' with METHOD successful" and
// what RADIUS, XAuth and PAM say alike.
func authentication(e *footfall.Event, s string) bool {
	what, v, ok := strings.Cut(s, "authentication of '")
	if !ok || len(what) > 10 {
		return false
	}
	i := strings.LastIndexByte(v, '\'')
	if i < 0 {
		return false
	}
	id, how := v[:i], v[i+1:]
	if strings.HasPrefix(how, " (myself)") {
		return false
	}
	auth := footfall.AuthPassword
	switch {
	case strings.Contains(how, "pre-shared key"):
		auth = footfall.AuthKey
	case strings.Contains(how, "RSA"), strings.Contains(how, "ECDSA"), strings.Contains(how, "ED25519"), strings.Contains(how, "ED448"):
		auth = footfall.AuthCertificate
	}
	e.User.Name = id
	return credential(e, auth, strings.HasSuffix(how, " successful"))
}

// refused reads how the daemon turns a peer away.
func refused(e *footfall.Event, s string) bool {
	switch {
	case strings.HasPrefix(s, "generating ") && (strings.HasSuffix(s, " N(AUTH_FAILED) ]") || strings.HasSuffix(s, "[ EAP/FAIL ]")):
		failed(e, footfall.KindLogon, footfall.ReasonBadPassword)
	case strings.HasPrefix(s, "no matching peer config found"), strings.HasPrefix(s, "no peer config found"):
		failed(e, footfall.KindLogon, footfall.ReasonRestricted)
	case strings.HasPrefix(s, "no alternative config found"), strings.HasPrefix(s, "constraint check failed"):
		failed(e, footfall.KindCredential, footfall.ReasonRestricted)
	case strings.HasPrefix(s, "received AUTHENTICATION_FAILED notify error"), strings.HasPrefix(s, "received EAP failure, EAP authentication failed"):
		failed(e, footfall.KindCredential, footfall.ReasonBadPassword)
	case strings.HasPrefix(s, "looking for peer configs matching "):
		ends(e, s[len("looking for peer configs matching "):])
	default:
		return false
	}
	return true
}

// ends reads "LOCAL[ID]...REMOTE[ID]". The local identity is ours, what the
// peer says of itself comes last.
func ends(e *footfall.Event, s string) bool {
	local, remote, ok := strings.Cut(s, "]...")
	if !ok {
		return false
	}
	host, _, _ := strings.Cut(local, "[")
	peer, id, ok := strings.Cut(remote, "[")
	p, ok2 := hostport.Host(peer)
	if !ok || !ok2 {
		return false
	}
	e.From = p
	e.To, _ = hostport.Host(host)
	e.User.Name = strings.TrimSuffix(id, "]")
	return true
}

// established reads "IKE_SA NAME[83] established between ..." and "deleting IKE_SA NAME[83] between ...".
func established(e *footfall.Event, s string) bool {
	v, gone := strings.CutPrefix(s, "deleting ")
	sa, ok := strings.CutPrefix(v, "IKE_SA ")
	if !ok {
		return false
	}
	mark := " established between "
	if gone {
		mark = " between "
	}
	name, v, ok := strings.Cut(sa, mark)
	if !ok || !ends(e, v) {
		return false
	}
	if i := strings.LastIndexByte(name, '['); i >= 0 {
		e.Session = strings.TrimSuffix(name[i+1:], "]")
	}
	if e.Kind, e.Outcome = footfall.KindLogon, footfall.Success; gone {
		e.Kind = footfall.KindLogoff
	}
	return true
}

// address reads what inner address a peer has, and that it gave it back.
func address(e *footfall.Event, s string) bool {
	if v, ok := strings.CutPrefix(s, "assigning virtual IP "); ok {
		ip, _, _ := strings.Cut(v, " ")
		e.Kind, e.Outcome, e.User.Name = footfall.KindLease, footfall.Success, quoted(v)
		e.Assigned, _ = hostport.Addr(ip)
		return true
	}
	if v, ok := strings.CutPrefix(s, "lease "); ok && strings.HasSuffix(s, "' went offline") {
		ip, _, _ := strings.Cut(v, " ")
		e.Kind, e.Outcome, e.User.Name = footfall.KindLogoff, footfall.Success, quoted(v)
		e.Assigned, _ = hostport.Addr(ip)
		return true
	}
	if !strings.HasPrefix(s, "CHILD_SA ") {
		return false
	}
	_, ts, ok := strings.Cut(s, " and TS ")
	_, remote, ok2 := strings.Cut(ts, " === ")
	if !ok || !ok2 || !strings.Contains(s, " established with SPIs ") {
		return false
	}
	e.Kind, e.Outcome = footfall.KindLease, footfall.Success
	ip, bits, _ := strings.Cut(remote, "/")
	if strings.HasPrefix(bits, "32") || strings.HasPrefix(bits, "128") {
		e.Assigned, _ = hostport.Addr(ip)
	}
	return true
}

// pluto reads `"NAME"[1] ADDR #3: TEXT`.
func pluto(e *footfall.Event, s string) bool {
	if v, ok := strings.CutPrefix(s, "XAUTH: User "); ok {
		return xauth(e, v)
	}
	head, v, ok := strings.Cut(s, ": ")
	if !ok || len(head) > 200 || head[0] != '"' {
		return false
	}
	conn, state, ok := strings.Cut(head, " #")
	if ok {
		e.Session = state
	}
	if i := strings.LastIndexByte(conn, ' '); i >= 0 {
		if p, ok := bracketed(conn[i+1:]); ok {
			e.From = p
		}
	}
	switch {
	case strings.HasPrefix(v, "responding to ") || strings.HasPrefix(v, "proposal "):
		e.Kind = footfall.KindAttempt
	case strings.HasPrefix(v, "XAUTH: User "):
		return xauth(e, v[len("XAUTH: User "):])
	case strings.Contains(v, "IKE SA established"), strings.Contains(v, "ISAKMP SA established"), strings.Contains(v, "established IKE SA"):
		e.Kind, e.Outcome = footfall.KindLogon, footfall.Success
		if _, id, ok := strings.Cut(v, "authenticated peer "); ok {
			_, id, _ = strings.Cut(id, "'")
			e.User.Name, _, _ = strings.Cut(id, "'")
		}
	case strings.HasPrefix(v, "authentication failed"), strings.Contains(v, "AUTHENTICATION_FAILED"), strings.HasPrefix(v, "Signature check "), strings.HasPrefix(v, "X509: certificate rejected"):
		failed(e, footfall.KindLogon, footfall.ReasonBadPassword)
	case strings.HasPrefix(v, "deleting ") && strings.Contains(v, "IKE SA"), strings.HasPrefix(v, "ESTABLISHED_IKE_SA: deleting"):
		e.Kind, e.Outcome = footfall.KindLogoff, footfall.Success
	default:
		return e.From.Addr.IsValid()
	}
	return true
}

// xauth reads "NAME: Authentication Successful" and "NAME: Authentication Failed: TEXT".
func xauth(e *footfall.Event, s string) bool {
	i := strings.LastIndex(s, ": Authentication ")
	if i < 0 {
		return false
	}
	e.User.Name = s[:i]
	return credential(e, footfall.AuthPassword, strings.HasPrefix(s[i+len(": Authentication "):], "Successful"))
}
