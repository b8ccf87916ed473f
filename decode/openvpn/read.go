package openvpn

import (
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/hostport"
)

func read(_ *footfall.Batch, e *footfall.Event, s string) {
	e.Service = footfall.ServiceVPN
	if firewall(e, s) {
		return
	}
	s = peer(e, s)
	if !first(e, s) && !verified(e, s) && !checked(e, s) && !inside(e, s) && !ended(e, s) && e.Kind == footfall.KindUnknown {
		e.Service = footfall.ServiceUnknown
	}
}

// first reads what happens before anybody has a name.
func first(e *footfall.Event, s string) bool {
	for _, p := range [...]string{"TCP connection established with ", "TLS: Initial packet from "} {
		if v, ok := strings.CutPrefix(s, p); ok {
			e.Kind = footfall.KindAttempt
			family(e, v)
			return true
		}
	}
	switch {
	case strings.HasPrefix(s, "TLS Error: "), strings.HasPrefix(s, "TLS_ERROR: "), strings.HasPrefix(s, "tls-crypt unwrap error"),
		strings.HasPrefix(s, "WARNING: Bad encapsulated packet length from peer"), strings.HasPrefix(s, "Authenticate/Decrypt packet error"):
		e.Kind, e.Outcome, e.Reason = footfall.KindAttempt, footfall.Failure, footfall.ReasonProtocol
		if i := strings.LastIndex(s, " from [AF_INET"); i >= 0 {
			family(e, s[i+len(" from "):])
		}
		return true
	case strings.HasPrefix(s, "Initialization Sequence Completed"), strings.HasPrefix(s, "OpenVPN 2."):
		e.Kind = footfall.KindStart
		return true
	}
	if i := strings.LastIndex(s, "Peer Connection Initiated with [AF_INET"); i >= 0 && (i == 0 || s[0] == '[') {
		// Also written when the password was wrong: who is in is said by his
		// inner address (multi.c, multi_client_connect_post).
		e.Kind = footfall.KindAttempt
		if i > 2 {
			named(e, strings.TrimSuffix(s[1:i], "] "))
		}
		family(e, s[i+len("Peer Connection Initiated with "):])
		return true
	}
	return false
}

func named(e *footfall.Event, name string) {
	if name != "" && name != "UNDEF" {
		e.User.Name = name
	}
}

// verified reads what became of a certificate.
func verified(e *footfall.Event, s string) bool {
	v, ok := strings.CutPrefix(s, "VERIFY ")
	if !ok {
		return false
	}
	if v, ok := strings.CutPrefix(v, "OK: depth=0, "); ok {
		e.Kind, e.Auth, e.Outcome = footfall.KindCredential, footfall.AuthCertificate, footfall.Success
		named(e, commonName(v))
		return true
	}
	what, after, ok := strings.Cut(v, "ERROR")
	if !ok || len(what) > 20 {
		return false
	}
	e.Kind, e.Auth, e.Outcome, e.Reason = footfall.KindCredential, footfall.AuthCertificate, footfall.Failure, footfall.ReasonNoKey
	why, subject, _ := strings.Cut(strings.TrimPrefix(after, ": "), ": ")
	switch {
	case strings.Contains(why, "expired"):
		e.Reason = footfall.ReasonExpired
	case strings.Contains(why, "revoked"):
		e.Reason = footfall.ReasonDisabled
	}
	if strings.HasPrefix(why, "depth=0,") {
		named(e, commonName(subject))
	}
	return true
}

// commonName returns the CN of a subject, "C=NZ, CN=alice" or "/C=NZ/CN=alice".
func commonName(s string) string {
	if v, ok := strings.CutPrefix(s, "CN="); ok && strings.Contains(v, ",OU=") {
		v, _, _ = strings.Cut(v, ",OU=")
		return v
	}
	for _, by := range [...]string{", ", "/"} {
		for rest := s; ; {
			part, after, more := strings.Cut(rest, by)
			if v, ok := strings.CutPrefix(part, "CN="); ok {
				return v
			}
			if !more {
				break
			}
			rest = after
		}
	}
	return ""
}

// checked reads what became of name and password.
func checked(e *footfall.Event, s string) bool {
	fail := func(kind footfall.Kind, auth footfall.Auth, reason footfall.Reason) bool {
		e.Kind, e.Auth, e.Outcome, e.Reason = kind, auth, footfall.Failure, reason
		return true
	}
	switch {
	case strings.HasPrefix(s, "TLS Auth Error: Auth Certificate"):
		return fail(footfall.KindLogon, footfall.AuthCertificate, footfall.ReasonNoKey)
	case strings.HasPrefix(s, "TLS Auth Error: --client-config-dir authentication failed"):
		return fail(footfall.KindLogon, footfall.AuthPassword, footfall.ReasonRestricted)
	case strings.HasPrefix(s, "TLS Auth Error: "):
		return fail(footfall.KindLogon, footfall.AuthPassword, footfall.ReasonBadPassword)
	case strings.HasPrefix(s, "AUTH: Received control message: AUTH_FAILED"), strings.HasPrefix(s, "Connection '") && strings.HasSuffix(s, "AUTH_FAILED"):
		return fail(footfall.KindLogon, footfall.AuthPassword, footfall.ReasonBadPassword)
	case strings.HasPrefix(s, "WARNING: Failed running command (--auth-user-pass-verify)"):
		return fail(footfall.KindCredential, footfall.AuthPassword, footfall.ReasonBadPassword)
	case strings.HasPrefix(s, "LDAP bind failed"):
		return fail(footfall.KindCredential, footfall.AuthPassword, bindReason(s))
	}
	if v, ok := strings.CutPrefix(s, "TLS: Username/Password authentication "); ok {
		what, name, _ := strings.Cut(v, " for username '")
		e.Kind, e.Auth = footfall.KindCredential, footfall.AuthPassword
		if i := strings.LastIndexByte(name, '\''); i >= 0 {
			named(e, name[:i])
		}
		if what == "succeeded" {
			e.Outcome = footfall.Success
		}
		return true
	}
	return plugged(e, s) || told(e, s)
}

// plugged reads what the plugins for PAM and LDAP write.
func plugged(e *footfall.Event, s string) bool {
	if v, ok := strings.CutPrefix(s, "AUTH-PAM: BACKGROUND: user '"); ok {
		i := strings.LastIndex(v, "' failed to authenticate")
		if i < 0 {
			return false
		}
		e.Kind, e.Auth, e.Outcome, e.Reason, e.User.Name = footfall.KindCredential, footfall.AuthPassword, footfall.Failure, footfall.ReasonBadPassword, v[:i]
		return true
	}
	if v, ok := strings.CutPrefix(s, `LDAP user "`); ok && strings.HasSuffix(v, `" was not found.`) {
		e.Kind, e.Auth, e.Outcome, e.Reason, e.User.Name = footfall.KindCredential, footfall.AuthPassword, footfall.Failure, footfall.ReasonNoUser, strings.TrimSuffix(v, `" was not found.`)
		return true
	}
	if v, ok := strings.CutPrefix(s, `Incorrect password supplied for LDAP DN "`); ok {
		e.Kind, e.Auth, e.Outcome, e.Reason = footfall.KindCredential, footfall.AuthPassword, footfall.Failure, footfall.ReasonBadPassword
		named(e, commonName(strings.ReplaceAll(strings.TrimRight(v, `".`), "cn=", "CN=")))
		return true
	}
	i := strings.LastIndex(s, "/PLUGIN_AUTH_USER_PASS_VERIFY status=")
	if !strings.HasPrefix(s, "PLUGIN_CALL: ") || i < 0 {
		return false
	}
	e.Kind, e.Auth = footfall.KindCredential, footfall.AuthPassword
	switch s[i+len("/PLUGIN_AUTH_USER_PASS_VERIFY status="):] {
	case "0":
		e.Outcome = footfall.Success
	case "1":
		e.Outcome, e.Reason = footfall.Failure, footfall.ReasonBadPassword
	}
	return true
}

// told reads "SENT CONTROL [NAME]: 'TEXT' (status=1)".
func told(e *footfall.Event, s string) bool {
	v, ok := strings.CutPrefix(s, "SENT CONTROL [")
	if !ok {
		return false
	}
	name, what, ok := strings.Cut(v, "]: '")
	if !ok {
		return false
	}
	if e.User.Name == "" {
		named(e, name)
	}
	switch {
	case strings.HasPrefix(what, "AUTH_FAILED,CRV1:"), strings.HasPrefix(what, "INFO_PRE,CR_TEXT:"), strings.HasPrefix(what, "INFO_PRE,OPEN_URL:"):
		e.Kind, e.MFA = footfall.KindCredential, footfall.MFAUsed
	case strings.HasPrefix(what, "AUTH_FAILED"):
		e.Kind, e.Outcome, e.Reason = footfall.KindCredential, footfall.Failure, footfall.ReasonBadPassword
	case strings.HasPrefix(what, "PUSH_REPLY,"):
		pushed(e, what)
	default:
		return false
	}
	return true
}

// pushed takes the inner address out of a PUSH_REPLY.
func pushed(e *footfall.Event, s string) {
	e.Kind, e.Outcome = footfall.KindLease, footfall.Success
	for rest := s; rest != ""; {
		var opt string
		opt, rest, _ = strings.Cut(rest, ",")
		if v, ok := strings.CutPrefix(opt, "ifconfig "); ok {
			v, _, _ = strings.Cut(v, " ")
			e.Assigned, _ = hostport.Addr(v)
			return
		}
		if v, ok := strings.CutPrefix(opt, "ifconfig-ipv6 "); ok {
			v, _, _ = strings.Cut(v, "/")
			e.Assigned, _ = hostport.Addr(v)
		}
	}
}

// inside reads what a peer that is in was given.
func inside(e *footfall.Event, s string) bool {
	if v, ok := strings.CutPrefix(s, "MULTI: primary virtual IP"); ok {
		v = strings.TrimPrefix(strings.TrimPrefix(v, "v6"), " for ")
		i := strings.LastIndex(v, ": ")
		if i < 0 || !instance(e, v[:i]) {
			return false
		}
		e.Kind, e.Outcome = footfall.KindLogon, footfall.Success
		if e.Assigned, _ = hostport.Addr(v[i+2:]); e.Assigned.Is6() {
			e.Kind = footfall.KindLease // the line for IPv4 came before; alone, the lease of IPv6 still tells
		}
		return true
	}
	if v, ok := strings.CutPrefix(s, "MULTI: Learn: "); ok {
		inner, who, ok := strings.Cut(v, " -> ")
		if !ok || !instance(e, who) {
			return false
		}
		e.Kind, e.Outcome = footfall.KindLease, footfall.Success
		inner, _, _ = strings.Cut(inner, "/")
		if e.Assigned, ok = hostport.Addr(inner); !ok {
			e.MAC, _, _ = strings.Cut(inner, "@")
		}
		return true
	}
	if v, ok := strings.CutPrefix(s, "MULTI_sva: pool returned IPv4="); ok {
		e.Kind, e.Outcome = footfall.KindLease, footfall.Success
		four, six, _ := strings.Cut(v, ", IPv6=")
		if e.Assigned, ok = hostport.Addr(four); !ok {
			e.Assigned, _ = hostport.Addr(six)
		}
		return true
	}
	if v, ok := strings.CutPrefix(s, "peer info: IV_HWADDR="); ok {
		e.MAC = v
	} else if v, ok := strings.CutPrefix(s, "peer info: IV_GUI_VER="); ok {
		e.Client = v
	}
	return s == "Authentication succeeded" && e.User.Name != "" && entered(e)
}

func entered(e *footfall.Event) bool {
	e.Kind, e.Outcome = footfall.KindLogon, footfall.Success
	return true
}

// ended reads "SIGTERM[soft,remote-exit] received, client-instance exiting".
func ended(e *footfall.Event, s string) bool {
	if !strings.HasPrefix(s, "SIG") || !strings.Contains(s, " received, client-instance ") {
		return false
	}
	switch {
	case strings.Contains(s, "[soft,delayed-exit]"): // of who was told AUTH_FAILED
		return false
	case e.User.Name == "":
		e.Kind, e.Outcome, e.Reason = footfall.KindAttempt, footfall.Failure, footfall.ReasonProtocol
	default:
		e.Kind, e.Outcome = footfall.KindLogoff, footfall.Success
	}
	return true
}

// firewall reads what pfSense and OPNsense write beside OpenVPN's own lines.
func firewall(e *footfall.Event, s string) bool {
	if v, ok := strings.CutPrefix(s, "openvpn server '"); ok {
		return connected(e, v)
	}
	v, ok := strings.CutPrefix(s, "user '")
	if !ok {
		return false
	}
	yes, no := strings.LastIndex(v, "' authenticated"), strings.LastIndex(v, "' could not authenticate")
	i := max(yes, no)
	if i < 0 {
		return false
	}
	e.Kind, e.Auth, e.User.Name = footfall.KindCredential, footfall.AuthPassword, v[:i]
	if e.Outcome = footfall.Success; no > yes {
		e.Outcome, e.Reason = footfall.Failure, footfall.ReasonBadPassword
	}
	return true
}

// connected reads "SERVER' user 'NAME' address 'ADDR[:PORT]' - connected".
func connected(e *footfall.Event, s string) bool {
	_, v, ok := strings.Cut(s, "' user '")
	i := strings.LastIndex(v, "' address '")
	j := strings.LastIndex(v, "' - ")
	if !ok || i < 0 || j < i+len("' address '") {
		return false
	}
	p, ok := endpoint(v[i+len("' address '") : j])
	if !ok {
		return false
	}
	e.From, e.User.Name, e.Session = p, v[:i], v[i+len("' address '"):j]
	switch what := v[j+4:]; {
	case strings.HasPrefix(what, "connected"):
		return entered(e)
	case strings.HasPrefix(what, "disconnected"):
		e.Kind, e.Outcome = footfall.KindLogoff, footfall.Success
	case strings.HasPrefix(what, "connecting"):
		e.Kind = footfall.KindAttempt
	}
	return true
}

// bindReason is why Active Directory refused a bind: the hexadecimal Windows
// error behind "data", as the AcceptSecurityContext comment gives it.
func bindReason(s string) footfall.Reason {
	_, code, _ := strings.Cut(s, ", data ")
	code, _, _ = strings.Cut(code, ",")
	switch code {
	case "525":
		return footfall.ReasonNoUser
	case "530", "531":
		return footfall.ReasonRestricted
	case "532", "701", "773":
		return footfall.ReasonExpired
	case "533":
		return footfall.ReasonDisabled
	case "775":
		return footfall.ReasonLocked
	}
	return footfall.ReasonBadPassword
}
