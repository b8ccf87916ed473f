package sonicwall

import (
	"net/netip"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/firewall"
	"github.com/footfall/footfall/internal/hostport"
	"github.com/footfall/footfall/internal/record"
)

// common fills what every kind of record may have.
func (r *reader) common(b *footfall.Batch, e *footfall.Event) {
	v := r.v
	if fw := v.Get(kFirewall); e.Computer == "" || e.Computer == v.Get(kID) {
		e.Computer = fw
	}
	e.From = r.end(b, kSrc, kSrc6, kSrcZone, r.srcIP, r.srcPort)
	e.To = r.end(b, kDst, kDst6, kDstZone, r.dstIP, r.dstPort)
	if name := v.Get(kUser); !strings.HasPrefix(name, "Unknown (") {
		e.User.Name, e.User.Domain = name, v.Get(kDomain)
	}
	e.MAC, e.Client = v.Get(kMAC), v.Get(kAgent)
	e.Returned = v.Int(kReceived)
	e.Bytes = v.Int(kSent) + e.Returned
	if ms := v.Int(kDuration); ms > 0 && ms < 1e12 {
		e.Duration = ms * 1e6
	} else if s := v.Int(kSeconds); s > 0 && s < 1e9 {
		e.Duration = s * 1e9
	}
}

// end reads "ADDRESS:PORT:INTERFACE:HOST", of which any part but the first may
// be missing; with srcV6 the first is empty. Zones have fields of their own in
// newer versions.
func (r *reader) end(b *footfall.Batch, slot, six, zone int, ip, port footfall.FieldID) (p footfall.Endpoint) {
	s := r.v.Get(slot)
	addr := r.v.Get(six)
	if s != "" {
		first, rest := s, ""
		switch {
		case s[0] == '[':
			first, rest, _ = strings.Cut(s[1:], "]")
			rest = strings.TrimPrefix(rest, ":")
		case colons(s) && record.Addr(s).Is6():
		default:
			first, rest, _ = strings.Cut(s, ":")
		}
		if first != "" {
			addr = first
		}
		number, rest, _ := strings.Cut(rest, ":")
		if n, ok := hostport.Port(number); ok {
			p.Port = n
			b.Add(port, number)
		}
		p.Zone, p.Host, _ = strings.Cut(rest, ":")
		if !preHost(p.Host) {
			p.Host = ""
		}
	}
	if a, ok := hostport.Addr(addr); ok {
		p.Addr = a
		b.Add(ip, addr)
	}
	if z := r.v.Get(zone); z != "" {
		p.Zone = z
	}
	return p
}

func preHost(s string) bool { h, ok := hostport.Host(s); return ok && h.Host != "" }

// colons reports whether s may be an address of IPv6 without brackets: an
// address of IPv4 has its dots before the first colon.
func colons(s string) bool {
	i := strings.IndexByte(s, ':')
	return i > 0 && strings.IndexByte(s[:i], '.') < 0 && strings.Count(s, ":") > 2
}

// A meaning is what a message of a number is about.
type meaning struct {
	kind    footfall.Kind
	service footfall.Service
	outcome footfall.Outcome
	reason  footfall.Reason
}

const (
	yes = footfall.Success
	no  = footfall.Failure
)

// meanings are the messages of SonicOS that matter, by number (m=).
var meanings = map[string]meaning{
	"29":   {footfall.KindLogon, footfall.ServiceWeb, yes, 0},                           // administrator login allowed
	"30":   {footfall.KindLogon, footfall.ServiceWeb, no, footfall.ReasonBadPassword},   // ... denied due to bad credentials
	"31":   {footfall.KindLogon, footfall.ServiceWeb, yes, 0},                           // user login from an internal zone allowed
	"32":   {footfall.KindLogon, footfall.ServiceWeb, no, footfall.ReasonBadPassword},   // user login denied due to bad credentials
	"33":   {footfall.KindLogon, footfall.ServiceWeb, no, footfall.ReasonBadPassword},   // the same, of a user of an internal zone
	"35":   {footfall.KindLogon, footfall.ServiceWeb, no, footfall.ReasonRestricted},    // administrator login denied from this interface
	"139":  {footfall.KindLogon, footfall.ServiceVPN, yes, 0},                           // XAUTH succeeded
	"140":  {footfall.KindLogon, footfall.ServiceVPN, no, footfall.ReasonBadPassword},   // XAUTH failed
	"199":  {footfall.KindLogon, footfall.ServiceSSH, yes, 0},                           // CLI administrator login allowed
	"200":  {footfall.KindLogon, footfall.ServiceSSH, no, footfall.ReasonBadPassword},   // ... denied
	"235":  {footfall.KindLogon, footfall.ServiceWeb, yes, 0},                           // VPN zone administrator login allowed
	"236":  {footfall.KindLogon, footfall.ServiceWeb, yes, 0},                           // WAN zone administrator login allowed
	"237":  {footfall.KindLogon, footfall.ServiceVPN, yes, 0},                           // VPN zone remote user login allowed
	"238":  {footfall.KindLogon, footfall.ServiceWeb, yes, 0},                           // WAN zone remote user login allowed
	"261":  {footfall.KindLogoff, footfall.ServiceWeb, yes, 0},                          // administrator logged out
	"262":  {footfall.KindLogoff, footfall.ServiceWeb, yes, 0},                          // ... inactivity
	"263":  {footfall.KindLogoff, footfall.ServiceWeb, yes, 0},                          // user logged out
	"264":  {footfall.KindLogoff, footfall.ServiceWeb, yes, 0},                          // ... longest session
	"265":  {footfall.KindLogoff, footfall.ServiceWeb, yes, 0},                          // ... inactivity
	"329":  {footfall.KindLogon, footfall.ServiceWeb, no, footfall.ReasonLocked},        // failure rate exceeded
	"1080": {footfall.KindLogon, footfall.ServiceVPN, yes, 0},                           // SSL VPN zone remote user login allowed
	"98":   {footfall.KindConnection, 0, yes, 0},                                        // connection opened
	"537":  {footfall.KindConnection, 0, yes, 0},                                        // connection closed
	"1235": {footfall.KindConnection, 0, yes, 0},                                        // packet allowed
	"36":   {footfall.KindConnection, 0, no, 0},                                         // TCP connection dropped
	"37":   {footfall.KindConnection, 0, no, 0},                                         // UDP packet dropped
	"38":   {footfall.KindConnection, 0, no, 0},                                         // ICMP packet dropped
	"97":   {footfall.KindRequest, footfall.ServiceWeb, yes, 0},                         // web site hit
	"14":   {footfall.KindRequest, footfall.ServiceWeb, no, footfall.ReasonRestricted},  // web site access denied
	"16":   {footfall.KindRequest, footfall.ServiceWeb, yes, footfall.ReasonUnknown},    // web site access allowed
	"608":  {footfall.KindAlert, 0, yes, 0},                                             // IPS detection alert
	"609":  {footfall.KindAlert, 0, no, 0},                                              // IPS prevention alert
	"809":  {footfall.KindAlert, 0, no, 0},                                              // gateway anti-virus alert
	"82":   {footfall.KindAlert, 0, footfall.OutcomeUnknown, 0},                         // possible port scan
	"83":   {footfall.KindAlert, 0, footfall.OutcomeUnknown, 0},                         // probable port scan
	"346":  {footfall.KindConnection, footfall.ServiceVPN, footfall.OutcomeUnknown, 0},  // IKE initiator: the device's own try
	"483":  {footfall.KindAttempt, footfall.ServiceVPN, no, footfall.ReasonProtocol},    // IKE: notify that something is invalid
	"1388": {footfall.KindConnection, footfall.ServiceVPN, no, footfall.ReasonProtocol}, // IPsec decryption failed
}

func (r *reader) mean(b *footfall.Batch, e *footfall.Event) {
	e.Log = r.log
	v := r.v
	m, ok := meanings[v.Get(kMessage)]
	if v.Get(kID) == "sslvpn" || !ok { // SMA counts otherwise
		m = words(v.Get(kMsg), v.Get(kID) == "sslvpn", e.From.Addr.IsValid() && e.To.Addr.IsValid())
	}
	e.Kind, e.Service, e.Outcome, e.Reason = m.kind, m.service, m.outcome, m.reason
	switch action := v.Get(kAction); {
	case (action == "drop" || action == "deny" || action == "block") && e.Kind != footfall.KindLogon:
		e.Outcome = no
	case action == "forward" && e.Outcome == footfall.OutcomeUnknown:
		e.Outcome = yes
	}
	switch e.Kind {
	case footfall.KindLogon, footfall.KindLogoff:
		if v.Get(kSession) == "sslvpnc" || strings.HasPrefix(e.From.Zone, "SSLVPN") {
			e.Service = footfall.ServiceVPN
		}
		if e.Kind == footfall.KindLogon {
			e.Auth, e.Assigned = footfall.AuthPassword, inner(v.Get(kNote), v.Get(kMsg))
		}
	case footfall.KindConnection:
		e.Object = v.First(kRule, kPolicy)
		if e.Service == footfall.ServiceUnknown {
			_, app, _ := strings.Cut(v.Get(kProto), "/") // "tcp/https", by the firewall's services
			e.Service = firewall.Service(app, e.To.Port)
		}
	case footfall.KindRequest:
		e.Log, e.Object, e.To.Host = r.web, v.Get(kArg), v.Get(kHost)
	case footfall.KindAlert:
		e.Object = v.First(kCategory, kMsg)
	}
	r.refused(b, e)
}

func (r *reader) refused(b *footfall.Batch, e *footfall.Event) {
	switch {
	case e.Kind != footfall.KindConnection && e.Kind != footfall.KindRequest && e.Kind != footfall.KindAlert:
	case e.Outcome == no:
		b.Add(r.blocked, "true")
	case e.Outcome == yes:
		b.Add(r.blocked, "false")
	}
}

// words reads a message whose number says nothing. sma is an SMA appliance,
// whose users come through SSL VPN; ends reports that the record has two.
func words(msg string, sma, ends bool) (m meaning) {
	has := func(w string) bool { return strings.Contains(msg, w) }
	vpn := sma || has("SSL VPN") || has("SSLVPN") || has("NetExtender") || has("VPN client") || has("XAUTH") || has("L2TP")
	m.service = footfall.ServiceWeb
	if vpn {
		m.service = footfall.ServiceVPN
	} else if has("CLI ") || has("SSH") {
		m.service = footfall.ServiceSSH
	}
	login := has("login") || has("Login") || has("XAUTH") || has("uthentication")
	switch {
	case has("logged out"), has("logout"), has("Logout"), vpn && has("disconnected"):
		m.kind, m.outcome = footfall.KindLogoff, yes
	case login && (has("allowed") || has("uccess") || has("ucceeded")):
		m.kind, m.outcome = footfall.KindLogon, yes
	case login && (has("denied") || has("failed") || has("failure") || has("Failed")):
		m.kind, m.outcome, m.reason = footfall.KindLogon, no, reason(msg)
	case has("NetExtender") && has("connected"):
		m.kind, m.outcome = footfall.KindLogon, yes
	case strings.HasSuffix(msg, "dropped"), has(" dropped"), has("denied"), has("blocked"):
		m = meaning{kind: footfall.KindConnection, outcome: no}
	case has(" Alert: "), has("attack"), has("Possible "), has("Probable "):
		m = meaning{kind: footfall.KindAlert}
	case ends:
		m = meaning{kind: footfall.KindConnection}
	default:
		m = meaning{}
	}
	return m
}

func reason(msg string) footfall.Reason {
	has := func(w string) bool { return strings.Contains(msg, w) }
	switch {
	case has("ocked"), has("rate exceeded"):
		return footfall.ReasonLocked
	case has("OTP"), has("one-time"), has("TOTP"):
		return footfall.ReasonMFA
	case has("unknown user"), has("not found"), has("no such user"):
		return footfall.ReasonNoUser
	case has("credentials"), has("assword"):
		return footfall.ReasonBadPassword
	case has("expired"):
		return footfall.ReasonExpired
	case has("not allowed"), has("privilege"), has("policy"), has("interface"), has("already logged in"):
		return footfall.ReasonRestricted
	}
	return footfall.ReasonUnknown
}

// inner finds the address that a client was given: behind the word "assigned",
// or behind "Client IP".
func inner(texts ...string) netip.Addr {
	for _, s := range texts {
		for _, mark := range [...]string{"ssigned", "Client IP"} {
			_, rest, ok := strings.Cut(s, mark)
			for ok && rest != "" {
				var w string
				w, rest, _ = strings.Cut(rest, " ")
				if a, found := hostport.Addr(strings.Trim(w, ".,;()=:'")); found {
					return a
				}
			}
		}
	}
	return netip.Addr{}
}
