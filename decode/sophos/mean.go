package sophos

import (
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/clock"
	"github.com/footfall/footfall/internal/hostport"
	"github.com/footfall/footfall/internal/record"
)

// when reads date and time, or the timestamp of the central format.
func (r *reader) when(e *footfall.Event) {
	v := r.v
	if s := v.Get(kStamp); len(s) > 18 {
		if ns, n := clock.ISO(s); n > 0 && ns != 0 {
			e.Time, e.Zoneless = ns, n == 19
			return
		}
	}
	ns := civil(v.Get(kDate), v.Get(kTime))
	if ns == 0 {
		return
	}
	e.Time, e.Zoneless = ns, true
	switch zone := v.Get(kZone); {
	case zone == "GMT", zone == "UTC":
		e.Zoneless = false
	case len(zone) >= 3 && (zone[0] == '+' || zone[0] == '-'):
		if sec, ok := offset(zone); ok {
			e.Time, e.Zoneless = ns-sec*1e9, false
		}
	}
}

// civil reads "2031-05-18" and "14:38:56".
func civil(date, tod string) int64 {
	if len(date) != 10 || len(tod) != 8 {
		return 0
	}
	var buf [19]byte
	copy(buf[:], date)
	buf[10] = 'T'
	copy(buf[11:], tod)
	ns, _ := clock.ISO(footfall.Str(buf[:]))
	return ns
}

// offset reads "+08", "+0530" or "+05:30" as seconds east.
func offset(s string) (sec int64, ok bool) {
	v, n := int64(0), 0
	for _, c := range []byte(s[1:]) {
		if c == ':' {
			continue
		}
		if c-'0' > 9 || n == 4 {
			return 0, false
		}
		v = v*10 + int64(c-'0')
		n++
	}
	if n == 4 {
		v = v/100*3600 + v%100*60
	} else {
		v *= 3600
	}
	if s[0] == '-' {
		v = -v
	}
	return v, v < 16*3600 && v > -16*3600
}

// utmHead reads the head of a line of UTM: "2031:02:15-00:00:02 host program[123]: ".
func utmHead(s string) (ns int64, host, program string) {
	if i := strings.IndexByte(s, '>'); i > 0 && i < 6 && s[0] == '<' {
		s = s[i+1:]
	}
	if len(s) < 21 || s[4] != ':' || s[7] != ':' || s[10] != '-' || s[19] != ' ' {
		return 0, "", ""
	}
	var buf [19]byte
	copy(buf[:], s)
	buf[4], buf[7], buf[10] = '-', '-', 'T'
	if ns, _ = clock.ISO(footfall.Str(buf[:])); ns == 0 {
		return 0, "", ""
	}
	host, rest, _ := strings.Cut(s[20:], " ")
	program, _, _ = strings.Cut(rest, ":")
	program, _, _ = strings.Cut(program, "[")
	if !preHost(host) || strings.IndexByte(program, ' ') >= 0 {
		return 0, "", ""
	}
	return ns, host, program
}

func preHost(s string) bool { _, ok := hostport.Host(s); return ok }

// common fills what every kind of record may have.
func (r *reader) common(e *footfall.Event) {
	v := r.v
	if name := v.Get(kDevice); name != "" && (v.Get(kModel) == "" || e.Computer == "") {
		e.Computer = name // the central format has the product here
	}
	e.From = footfall.Endpoint{Addr: v.Addr(kSrc), Port: v.Port(kSrcPort), Zone: v.First(kSrcZone, kSrcIntf)}
	e.To = footfall.Endpoint{Addr: v.Addr(kDst), Port: v.Port(kDstPort), Zone: v.First(kDstZone, kDstIntf)}
	e.User.Name, e.MAC, e.Client = v.Get(kUser), v.Get(kSrcMAC), v.Get(kAgent)
	if e.Country = v.Get(kCountry); e.Country == "R1" { // Sophos' code for private addresses
		e.Country = ""
	}
	e.Returned = v.Int(kReceived)
	e.Bytes = v.Int(kSent) + e.Returned
	if d := v.Int(kDuration); d > 0 && d < 1e9 {
		e.Duration = d * 1e9
	}
}

func (r *reader) passed(b *footfall.Batch, e *footfall.Event, refused bool) {
	if e.Outcome = footfall.Success; refused {
		e.Outcome = footfall.Failure
		b.Add(r.blocked, "true")
		return
	}
	b.Add(r.blocked, "false")
}

// denied reads the subtype of a record.
func denied(s string) bool {
	switch s {
	case "Denied", "Drop", "Deny", "Block", "Blocked":
		return true
	}
	return false
}

// refused reports whether a record of Sophos Firewall says that nothing was let
// through. Of mail it is what was done with it that tells, not what it was
// taken for; a virus is never let through.
func (r *reader) refused() bool {
	v := r.v
	switch v.Get(kType) {
	case "Anti-Spam":
		for _, w := range [...]string{"DROP", "REJECT", "TMPREJECT", "QUARANTINE"} {
			if strings.EqualFold(v.Get(kMail), w) {
				return true
			}
		}
	case "Anti-Virus":
		if v.Get(kSubtype) == "Virus" {
			return true
		}
	}
	return denied(v.Get(kSubtype))
}

func (r *reader) connection(b *footfall.Batch, e *footfall.Event) {
	e.Kind, e.Object, e.Service = footfall.KindConnection, r.v.Get(kRule), footfall.ServiceOfPort(e.To.Port)
	r.passed(b, e, r.refused())
}

// xg reads Sophos Firewall.
func (r *reader) xg(b *footfall.Batch, e *footfall.Event) {
	v := r.v
	switch v.Get(kType) {
	case "Firewall":
		r.connection(b, e)
	case "Content Filtering", "SSL", "Web":
		r.connection(b, e)
		if v.Get(kURL) != "" {
			r.request(e)
			e.Log = r.web
		}
	case "WAF", "Web server protection":
		r.passed(b, e, false)
		r.request(e)
		if e.Log = r.server; v.Get(kQuery) != "" {
			e.Object = join(b, e.Object, v.Get(kQuery))
		}
	case "IDP", "Anti-Virus", "ATP", "Sandbox", "Sandstorm", "Zero-day protection", "Active threat response":
		r.connection(b, e)
		if e.Kind = footfall.KindAlert; v.Get(kThreat) != "" {
			e.Object = v.Get(kThreat)
		} else {
			e.Object = v.Get(kType)
		}
	case "Anti-Spam":
		r.connection(b, e)
		e.Service = footfall.ServiceMail
	case "Event", "Authentication", "VPN", "Admin":
		r.happened(e)
	}
}

// join puts a query behind its path; Sophos writes it with its question mark.
func join(b *footfall.Batch, path, query string) string {
	s := append(append(b.Grow(len(path)+len(query)), path...), query...)
	return b.Kept(s)
}

func (r *reader) request(e *footfall.Event) {
	v := r.v
	e.Kind, e.Service, e.Object = footfall.KindRequest, footfall.ServiceWeb, v.Get(kURL)
	e.To.Host = v.Get(kHost)
	if e.To.Addr.IsValid() && record.Addr(e.To.Host) == e.To.Addr {
		e.To.Host = ""
	}
	if v.Int(kCode) >= 400 {
		e.Outcome = footfall.Failure
	}
}

// happened reads events: who logged in to what, by VPN or to the device.
func (r *reader) happened(e *footfall.Event) {
	v := r.v
	component := v.Get(kComponent)
	switch component {
	case "Firewall Authentication":
		e.Kind, e.Auth = footfall.KindCredential, footfall.AuthPassword
		r.tried(e)
		if strings.Contains(v.Get(kMessage), "logged out") {
			e.Kind, e.Auth = footfall.KindLogoff, footfall.AuthUnknown
		}
	case "VPN Authentication", "SSL VPN Authentication", "My Account Authentication", "Dial-In Authentication", "External Authentication", "VPN Portal Authentication", "User Portal Authentication":
		e.Kind, e.Service, e.Auth = footfall.KindLogon, footfall.ServiceVPN, footfall.AuthPassword
		if component == "My Account Authentication" || component == "User Portal Authentication" || component == "VPN Portal Authentication" {
			e.Service = footfall.ServiceGateway
		}
		if component == "External Authentication" {
			e.Kind, e.Service = footfall.KindCredential, footfall.ServiceUnknown
		}
		r.tried(e)
		if strings.Contains(v.Get(kMessage), "logged out") {
			e.Kind, e.Auth = footfall.KindLogoff, footfall.AuthUnknown
		}
	case "GUI", "CLI", "Console", "SSH", "CCC", "API", "Central Management":
		r.admin(e, component)
	case "SSL VPN", "L2TP", "PPTP", "IPSec", "IPsec", "CVPN", "Clientless VPN", "SSL VPN Clientless":
		r.tunnel(e)
	case "DHCP Server":
		if v.Get(kStatus) == "Renew" || v.Get(kStatus) == "Lease" {
			e.Kind, e.Service = footfall.KindLease, footfall.ServiceDHCP
			e.Assigned, e.MAC, e.From = v.Addr(kInner), v.Get(kClientMAC), footfall.Endpoint{Host: v.Get(kClientHost)}
		}
	}
}

// tried reads the outcome of a logon.
func (r *reader) tried(e *footfall.Event) {
	v := r.v
	switch v.Get(kStatus) {
	case "Successful", "Success", "Established":
		e.Outcome = footfall.Success
	case "Failed", "Failure":
		e.Outcome, e.Reason = footfall.Failure, reason(v.Get(kReason))
		if e.Reason == footfall.ReasonUnknown {
			e.Reason = reason(v.Get(kMessage))
		}
	}
}

func reason(s string) footfall.Reason {
	has := func(w string) bool { return strings.Contains(s, w) }
	switch {
	case has("wrong credential"), has("assword"), has("DENIED"), has("invalid credential"):
		return footfall.ReasonBadPassword
	case has("OTP"), has("one-time"), has("token"):
		return footfall.ReasonMFA
	case has("not found"), has("does not exist"), has("unknown user"):
		return footfall.ReasonNoUser
	case has("locked"), has("too many"), has("TOO_MANY"):
		return footfall.ReasonLocked
	case has("not allowed"), has("access time"), has("policy"), has("privilege"):
		return footfall.ReasonRestricted
	case has("expired"):
		return footfall.ReasonExpired
	case has("disabled"):
		return footfall.ReasonDisabled
	}
	return footfall.ReasonUnknown
}

// admin reads the logons and changes of administrators.
func (r *reader) admin(e *footfall.Event, component string) {
	msg := r.v.Get(kMessage)
	e.Service = footfall.ServiceWeb
	switch {
	case strings.Contains(msg, "using ssh"), component == "CLI" && !strings.Contains(msg, "console"), component == "SSH":
		e.Service = footfall.ServiceSSH
	case component == "Console", component == "CLI":
		e.Service = footfall.ServiceLocal
	}
	r.tried(e)
	switch {
	case strings.Contains(msg, "logged out"):
		e.Kind = footfall.KindLogoff
	case strings.Contains(msg, "logged in"), strings.Contains(msg, "to login"), strings.Contains(msg, "log in"):
		e.Kind, e.Auth = footfall.KindLogon, footfall.AuthPassword
	default:
		e.Kind, e.Object, e.Reason = footfall.KindConfig, msg, footfall.ReasonUnknown
	}
}

// tunnel reads VPN connections: ipaddress is the inner address, remote_ip where
// the client is.
func (r *reader) tunnel(e *footfall.Event) {
	v := r.v
	e.Service, e.Session, e.Object = footfall.ServiceVPN, v.Get(kSession), v.Get(kConnection)
	if !e.From.Addr.IsValid() {
		e.From.Addr = v.Addr(kRemote)
	}
	if a := v.Addr(kInner); !a.IsUnspecified() {
		e.Assigned = a
	}
	switch v.Get(kStatus) {
	case "Established", "Connected":
		e.Kind, e.Outcome = footfall.KindLogon, footfall.Success
		if e.User.Name == "" && !e.Assigned.IsValid() {
			e.Kind = footfall.KindConnection
		}
	case "Terminated", "Disconnected":
		e.Kind, e.Outcome = footfall.KindLogoff, footfall.Success
	case "Failed", "Deny", "Expire":
		e.Kind, e.Outcome, e.Reason = footfall.KindAttempt, footfall.Failure, footfall.ReasonProtocol
	}
}

// utm reads Sophos UTM by its numbers of messages, which name means the same.
func (r *reader) utm(b *footfall.Batch, e *footfall.Event) {
	v := r.v
	switch v.Get(kSub) {
	case "packetfilter":
		r.connection(b, e)
		action := v.Get(kAction)
		r.passed(b, e, action == "drop" || action == "reject")
	case "ips":
		r.connection(b, e)
		e.Kind, e.Object = footfall.KindAlert, v.First(kReason, kName)
		r.passed(b, e, v.Get(kAction) == "drop")
	case "http":
		r.passed(b, e, v.Get(kAction) == "block")
		refused := e.Outcome == footfall.Failure
		if r.request(e); refused {
			e.Outcome = footfall.Failure
		}
		e.Log = r.web
		if v.Get(kCaller) == "" && strings.HasPrefix(e.Program, "reverseproxy") {
			e.Log = r.server
		}
	case "auth":
		r.checked(e)
	case "vpn":
		r.utmTunnel(e)
	case "dhcp":
		e.Service = footfall.ServiceDHCP
	}
}

// checked reads aua, which checks passwords for all of UTM: caller says for
// whom. 3004 is a success, 3005 a failure, 3006 a refusal.
func (r *reader) checked(e *footfall.Event) {
	v := r.v
	e.Kind, e.Auth = footfall.KindLogon, footfall.AuthPassword
	switch v.Get(kCaller) {
	case "webadmin", "portal":
		e.Service = footfall.ServiceWeb
	case "sshd", "ssh":
		e.Service = footfall.ServiceSSH
	case "openvpn", "pptp", "l2tp", "ipsec", "cisco", "sslvpn":
		e.Service = footfall.ServiceVPN
	default:
		e.Kind = footfall.KindCredential
	}
	switch name := v.Get(kName); {
	case strings.Contains(name, "successful"):
		e.Outcome = footfall.Success
	case strings.Contains(name, "failed"), strings.Contains(name, "blocked"), strings.Contains(name, "denied"):
		e.Outcome, e.Reason = footfall.Failure, reason(v.Get(kReason))
	default:
		e.Kind = footfall.KindUnknown
	}
}

// utmTunnel reads the entries by VPN of UTM: 2201 is a start, 2202 an end.
func (r *reader) utmTunnel(e *footfall.Event) {
	v := r.v
	e.Service = footfall.ServiceVPN
	if a := v.Addr(kInner); !a.IsUnspecified() {
		e.Assigned = a
	}
	switch event := v.First(kEvent, kName); {
	case strings.Contains(event, "started"):
		e.Kind, e.Outcome = footfall.KindLogon, footfall.Success
	case strings.Contains(event, "terminated"), strings.Contains(event, "closed"):
		e.Kind, e.Outcome = footfall.KindLogoff, footfall.Success
	}
}
