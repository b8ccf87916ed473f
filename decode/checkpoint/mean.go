package checkpoint

import (
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/clock"
	"github.com/footfall/footfall/internal/hostport"
	"github.com/footfall/footfall/internal/record"
)

// when reads time, which is seconds or milliseconds since 1970, or ISO 8601.
func (r *reader) when(e *footfall.Event) {
	s := r.v.Get(kTime)
	switch n := r.v.Int(kTime); {
	case n > 0 && len(s) == 10:
		e.Time, e.Zoneless = n*1e9, false
		return
	case n > 0 && len(s) == 13:
		e.Time, e.Zoneless = n*1e6, false
		return
	}
	if ns, n := clock.ISO(s); n > 0 && ns != 0 {
		e.Time, e.Zoneless = ns, n == 19
		return
	}
	if c, ok := dated(r.clock); ok {
		if ns, ok := c.Unix(); ok && ns != 0 {
			e.Time, e.Zoneless = ns, true
		}
	}
}

var months = [...]string{"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}

// dated reads "16May2031 10:11:12" or " 6May2031 1:02:03".
func dated(s string) (c clock.Civil, ok bool) {
	date, tod, _ := strings.Cut(strings.TrimSpace(s), " ")
	if len(date) == 8 {
		c.Day = number(date[:1])
		date = date[1:]
	} else if len(date) == 9 {
		c.Day = number(date[:2])
		date = date[2:]
	} else {
		return c, false
	}
	for i, m := range months {
		if strings.EqualFold(date[:3], m) {
			c.Month = i + 1
		}
	}
	c.Year = number(date[3:])
	h, rest, _ := strings.Cut(strings.TrimSpace(tod), ":")
	m, sec, _ := strings.Cut(rest, ":")
	sec, _, _ = strings.Cut(sec, " ")
	c.Hour, c.Minute, c.Second = number(h), number(m), number(sec)
	return c, c.Hour >= 0 && c.Minute >= 0 && c.Second >= 0 && c.Day > 0 && c.Month > 0
}

// number reads up to four digits; -1 when s is none.
func number(s string) (v int) {
	if s == "" || len(s) > 4 {
		return -1
	}
	for i := range len(s) {
		if s[i]-'0' > 9 {
			return -1
		}
		v = v*10 + int(s[i]-'0')
	}
	return v
}

func (r *reader) common(e *footfall.Event) {
	v := r.v
	if name := v.First(kHostname, kOrigin); e.Computer == "" {
		e.Computer = name
	}
	e.From = end(v.Get(kSrc))
	e.From.Port, e.From.Zone = v.Port(kSrcPort), v.First(kSrcZone, kInterface)
	e.To = end(v.Get(kDst))
	e.To.Zone = v.Get(kDstZone)
	if e.To.Port = v.Port(kService); e.To.Port == 0 {
		e.To.Port = v.Port(kDstPort)
	}
	e.User = account(v.First(kUser, kUserName))
	e.MAC, e.Country = v.Get(kMAC), v.Get(kCountry)
	e.Client = v.First(kMachine, kAgent, kClient)
	e.Returned = v.Int(kReceived)
	if e.Bytes = v.Int(kSent) + e.Returned; e.Bytes == 0 {
		e.Bytes = v.Int(kBytes)
	}
	if s := v.Int(kDuration); s > 0 && s < 1e9 {
		e.Duration = s * 1e9
	}
}

// end reads an address, or a name with its address in brackets.
func end(s string) footfall.Endpoint {
	if i := strings.LastIndexByte(s, '('); i > 0 && strings.HasSuffix(s, ")") {
		if a := record.Addr(s[i+1 : len(s)-1]); a.IsValid() {
			return footfall.Endpoint{Addr: a, Host: strings.TrimSpace(s[:i])}
		}
	}
	h, _ := hostport.Host(s)
	return h
}

// account reads "Full Name (login)", "login", "DOMAIN\login" or a
// distinguished name: the login is what other logs know.
func account(s string) footfall.Account {
	s = strings.TrimSpace(s)
	if i := strings.LastIndexByte(s, '('); i > 0 && strings.HasSuffix(s, ")") && len(s)-i > 2 {
		s = s[i+1 : len(s)-1]
	}
	if domain, name, ok := strings.Cut(s, `\`); ok && domain != "" && name != "" {
		return footfall.Account{Domain: domain, Name: name}
	}
	return footfall.Account{Name: s}
}

func (r *reader) mean(b *footfall.Batch, e *footfall.Event) {
	v := r.v
	e.Log = r.log
	action, product := v.Get(kAction), v.Get(kProduct)
	switch {
	case v.Get(kAdmin) != "" || v.Get(kOperation) != "":
		r.managed(e)
	case entry(action):
		r.login(e, action, product)
	case strings.EqualFold(action, "Key Install"), strings.EqualFold(action, "keyinst"):
		e.Service, e.Object = footfall.ServiceVPN, v.Get(kPeer)
	case v.Get(kAttack) != "", v.Get(kProtection) != "", v.Get(kMalware) != "":
		r.connection(b, e, action)
		e.Kind, e.Object = footfall.KindAlert, v.First(kProtection, kAttack, kMalware)
	case v.Get(kResource) != "":
		r.connection(b, e, action)
		e.Kind, e.Service, e.Object, e.Log = footfall.KindRequest, footfall.ServiceWeb, v.Get(kResource), r.web
	case e.From.Addr.IsValid() && e.To.Addr.IsValid():
		r.connection(b, e, action)
	}
}

func entry(action string) bool {
	return among(action, "log in", "log out", "failed log in", "login", "logout", "failed login", "authorize", "deauthorize", "logged in", "logged out", "authcrypt")
}

// among reports whether s is one of words, in any case.
func among(s string, words ...string) bool {
	for _, w := range words {
		if len(s) == len(w) && strings.EqualFold(s, w) {
			return true
		}
	}
	return false
}

// has reports whether s holds a word, in any case. It makes no copy.
func has(s, word string) bool {
	for i := 0; i+len(word) <= len(s); i++ {
		if s[i]|0x20 == word[0]|0x20 && strings.EqualFold(s[i:i+len(word)], word) {
			return true
		}
	}
	return false
}

func (r *reader) connection(b *footfall.Batch, e *footfall.Event, action string) {
	v := r.v
	e.Kind, e.Object = footfall.KindConnection, v.First(kRule, kRuleUID)
	e.Service = serviceOf(v.First(kServiceID, kService), e.To.Port)
	switch {
	case among(action, "accept", "allow", "encrypt", "decrypt", "monitored", "monitor", "detect", "bypass", "inspect", "redirect", "authcrypt", "flag", "inform user", "ask user", "https inspect", "https bypass"):
		e.Outcome = footfall.Success
		b.Add(r.blocked, "false")
	case among(action, "drop", "reject", "block", "prevent", "quarantine", "deny"):
		e.Outcome = footfall.Failure
		b.Add(r.blocked, "true")
	}
}

// serviceOf tells a service by the name of Check Point's object, else by the
// port.
func serviceOf(name string, port uint16) footfall.Service {
	switch {
	case among(name, "ssh", "ssh_version_2"):
		return footfall.ServiceSSH
	case among(name, "remote_desktop_protocol", "rdp"):
		return footfall.ServiceRDP
	case among(name, "microsoft-ds", "nbsession", "cifs"):
		return footfall.ServiceSMB
	case among(name, "telnet"):
		return footfall.ServiceTelnet
	case among(name, "ftp"):
		return footfall.ServiceFTP
	case among(name, "http", "https"):
		return footfall.ServiceWeb
	case among(name, "domain-udp", "domain-tcp"):
		return footfall.ServiceDNS
	}
	return footfall.ServiceOfPort(port)
}

// login reads entries: by remote access (VPN, Mobile Access), or what Identity
// Awareness learned of who works where.
func (r *reader) login(e *footfall.Event, action, product string) {
	v := r.v
	e.Kind, e.Outcome, e.Session = footfall.KindLogon, footfall.Success, v.Get(kSession)
	switch {
	case has(action, "out"), among(action, "deauthorize"):
		e.Kind = footfall.KindLogoff
	case has(action, "failed"), failed(v.Get(kStatus)):
		e.Outcome, e.Reason = footfall.Failure, reason(v.First(kReason, kStatus))
	}
	e.Auth = method(v.Get(kAuth))
	if !e.From.Addr.IsValid() {
		if e.From.Addr = v.Addr(kClientIP); !e.From.Addr.IsValid() {
			e.From.Addr = v.Addr(kEndpointIP)
		}
	}
	e.Assigned = v.Addr(kOffice)
	switch {
	case product == "Connectra", product == "Mobile Access":
		e.Service = footfall.ServiceGateway
	case product == "Identity Awareness" && v.Get(kIdentity) != "Remote Access":
		if e.Kind == footfall.KindLogon { // a domain controller, a portal or an agent said so
			e.Kind = footfall.KindCredential
		}
	default:
		e.Service = footfall.ServiceVPN
	}
	if e.To.Addr.IsValid() && e.Service == footfall.ServiceVPN {
		e.To = footfall.Endpoint{Addr: e.To.Addr}
	}
}

func failed(status string) bool {
	return has(status, "fail") || has(status, "denied")
}

func method(s string) footfall.Auth {
	switch {
	case has(s, "certificate"):
		return footfall.AuthCertificate
	case has(s, "kerberos"):
		return footfall.AuthKerberos
	case has(s, "password"), has(s, "radius"), has(s, "ldap"):
		return footfall.AuthPassword
	case has(s, "saml"), has(s, "identity provider"):
		return footfall.AuthToken
	}
	return footfall.AuthUnknown
}

func reason(s string) footfall.Reason {
	switch {
	case has(s, "unknown user"), has(s, "no such user"), has(s, "user not found"):
		return footfall.ReasonNoUser
	case has(s, "password"), has(s, "credential"), has(s, "access denied"), has(s, "authentication failed"):
		return footfall.ReasonBadPassword
	case has(s, "locked"):
		return footfall.ReasonLocked
	case has(s, "expired"):
		return footfall.ReasonExpired
	case has(s, "second factor"), has(s, "dynamicid"), has(s, "otp"), has(s, "challenge"):
		return footfall.ReasonMFA
	case has(s, "not allowed"), has(s, "compliance"), has(s, "not permitted"), has(s, "unauthorized"):
		return footfall.ReasonRestricted
	}
	return footfall.ReasonUnknown
}

// managed reads what administrators do in SmartConsole and Gaia.
func (r *reader) managed(e *footfall.Event) {
	v := r.v
	e.Log = r.audit
	op := v.Get(kOperation)
	if name := v.Get(kAdmin); name != "" {
		e.User = account(name)
	}
	if !e.From.Addr.IsValid() {
		e.From.Addr = v.Addr(kClientIP)
	}
	e.Outcome = footfall.Success
	if failed(v.Get(kStatus)) || strings.Contains(op, "Fail") {
		e.Outcome = footfall.Failure
	}
	switch {
	case strings.Contains(op, "Log In"), strings.Contains(op, "Login"):
		e.Kind, e.Service, e.Auth = footfall.KindLogon, footfall.ServiceWeb, footfall.AuthPassword
		if e.Outcome == footfall.Failure {
			e.Reason = reason(v.First(kReason, kStatus))
		}
	case strings.Contains(op, "Log Out"), strings.Contains(op, "Logout"):
		e.Kind, e.Service = footfall.KindLogoff, footfall.ServiceWeb
	default:
		if e.Kind, e.Object = footfall.KindConfig, v.Get(kObject); e.Object == "" {
			e.Object = op
		}
	}
}
