package zeek

import (
	"strings"

	"github.com/footfall/footfall"
)

// outcome reads a boolean that says whether something worked.
func outcome(s string) footfall.Outcome {
	switch s {
	case "true", "T":
		return footfall.Success
	case "false", "F":
		return footfall.Failure
	}
	return footfall.OutcomeUnknown
}

// ssh reads a session. Zeek guesses from the sizes of packets whether its
// authentication worked; where it does not know, it is a connection.
func (r *reader) ssh(e *footfall.Event) {
	v := r.v
	e.Kind, e.Service, e.Client = footfall.KindConnection, footfall.ServiceSSH, v.Get(vClient)
	if e.Outcome = outcome(v.Get(vAuthSuccess)); e.Outcome != footfall.OutcomeUnknown {
		e.Kind = footfall.KindLogon
	}
	if v.Get(vDirection) != "OUTBOUND" { // else it is where the server is
		e.Country = v.Get(vCountry)
	}
}

// rdp reads a session's negotiation. The cookie is what the client asked to
// be as, cut to nine characters; whether it was let in is not seen.
func (r *reader) rdp(e *footfall.Event) {
	v := r.v
	e.Kind, e.Service, e.Client = footfall.KindConnection, footfall.ServiceRDP, v.Get(vClientName)
	e.User = account(strings.TrimSpace(v.Get(vCookie)))
	switch s := v.Get(vResult); {
	case s == "":
	case s == "encrypted" || strings.EqualFold(s, "success"):
		e.Outcome = footfall.Success
	default: // SSL_NOT_ALLOWED_BY_SERVER, HYBRID_REQUIRED_BY_SERVER: MS-RDPBCGR 2.2.1.2.2
		e.Outcome, e.Reason = footfall.Failure, footfall.ReasonProtocol
	}
}

// account parts a domain from a name: DOMAIN\name.
func account(s string) footfall.Account {
	if i := strings.LastIndexByte(s, '\\'); i >= 0 {
		return footfall.Account{Name: s[i+1:], Domain: s[:i]}
	}
	return footfall.Account{Name: s}
}

func (r *reader) rfb(e *footfall.Event) {
	v := r.v
	e.Kind, e.Service = footfall.KindConnection, footfall.ServiceVNC
	switch v.Get(vAuthMethod) {
	case "VNC", "Tight", "Ultra":
		e.Auth = footfall.AuthPassword
	case "None":
		e.Auth, e.Guest = footfall.AuthNone, true
	case "Apple Remote Desktop":
		e.Service, e.Auth = footfall.ServiceARD, footfall.AuthPassword
	}
	if e.Outcome = outcome(v.Get(vAuth)); e.Outcome != footfall.OutcomeUnknown {
		e.Kind = footfall.KindLogon
	}
	e.Object = strings.Trim(v.Get(vDesktop), "\x00")
}

// ntlm reads an authentication within another protocol, whose port tells
// which. A record without a name is of an anonymous session, or of one of
// which only the challenge was seen.
func (r *reader) ntlm(e *footfall.Event) {
	v := r.v
	e.Auth, e.Client = footfall.AuthNTLM, v.Get(vHostname)
	e.Service = carrier(e.To.Port)
	e.To.Host = v.First(vDNSName, vNBName)
	e.User = footfall.Account{Name: v.Get(vUser), Domain: v.Get(vDomain)}
	e.Outcome = outcome(v.Get(vSuccess))
	if e.User.Name == "" && e.Outcome == footfall.OutcomeUnknown {
		e.Kind = footfall.KindConnection
		return
	}
	e.Kind, e.Guest = footfall.KindLogon, e.User.Name == ""
}

// carrier is the service that an authentication goes with: RPC has any port.
func carrier(port uint16) footfall.Service {
	if s := footfall.ServiceOfPort(port); s != footfall.ServiceUnknown {
		return s
	}
	if port >= 1024 {
		return footfall.ServiceRPC
	}
	return footfall.ServiceNetwork
}

// kerberos reads a request to a domain controller, or (AP) a ticket that was
// shown to a server. To is who was asked; the service that a ticket is for is
// the object, since its host is not the one that answers at To's address.
func (r *reader) kerberos(e *footfall.Event) {
	v := r.v
	e.Service, e.Auth, e.Object = footfall.ServiceKerberos, footfall.AuthKerberos, v.Get(vService)
	e.User = principal(v.Get(vClient))
	e.Outcome = outcome(v.Get(vSuccess))
	ask := v.Get(vRequestType)
	if ask == "" && e.Object != "" {
		ask = "TGS"
		if strings.HasPrefix(e.Object, "krbtgt/") {
			ask = "AS"
		}
	}
	switch ask {
	case "AS":
		e.Kind = footfall.KindCredential
	case "TGS":
		e.Kind = footfall.KindTicket
	case "AP":
		e.Kind, e.Service = footfall.KindLogon, carrier(e.To.Port)
	default:
		e.Kind = footfall.KindConnection
	}
	if s := v.Get(vError); s != "" {
		e.Reason = krbReason(s)
		if s == "KDC_ERR_PREAUTH_REQUIRED" { // how each logon begins
			e.Kind = footfall.KindAttempt
		}
	}
}

// principal reads name/REALM; the name may hold slashes itself.
func principal(s string) footfall.Account {
	if i := strings.LastIndexByte(s, '/'); i >= 0 {
		return footfall.Account{Name: s[:i], Domain: s[i+1:]}
	}
	return footfall.Account{Name: s}
}

// krbReason reads the names of RFC 4120 section 7.5.9.
func krbReason(s string) footfall.Reason {
	switch s {
	case "KDC_ERR_C_PRINCIPAL_UNKNOWN":
		return footfall.ReasonNoUser
	case "KDC_ERR_PREAUTH_FAILED", "KRB_AP_ERR_BAD_INTEGRITY":
		return footfall.ReasonBadPassword
	case "KDC_ERR_CLIENT_REVOKED":
		return footfall.ReasonDisabled
	case "KDC_ERR_KEY_EXPIRED", "KDC_ERR_NAME_EXP", "KDC_ERR_KEY_EXP":
		return footfall.ReasonExpired
	case "KDC_ERR_POLICY", "KDC_ERR_CLIENT_NOTYET", "KDC_ERR_MUST_USE_USER2USER":
		return footfall.ReasonRestricted
	}
	return footfall.ReasonUnknown
}

// ldap reads one message and its answer. A bind is a logon; of SASL all but
// the last are steps on the way.
func (r *reader) ldap(e *footfall.Event) {
	v := r.v
	e.Service = footfall.ServiceLDAP
	op, result := v.Get(vOpcode), v.Get(vResult)
	bind := strings.HasPrefix(op, "bind") || strings.HasPrefix(op, "sicily")
	switch {
	case op == "unbind":
		e.Kind = footfall.KindLogoff
	case bind && op == "bind simple":
		e.Kind, e.Auth = footfall.KindLogon, footfall.AuthPassword
	case bind:
		e.Kind = footfall.KindLogon
		switch arg := v.Get(vArgument); {
		case strings.HasPrefix(arg, "NTLM"):
			e.Auth = footfall.AuthNTLM
		case arg == "GSSAPI":
			e.Auth = footfall.AuthKerberos
		case arg == "EXTERNAL":
			e.Auth = footfall.AuthCertificate
		}
	}
	switch result {
	case "success":
		e.Outcome = footfall.Success
	case "", "SASL bind in progress":
		if e.Kind == footfall.KindLogon {
			e.Kind = footfall.KindAttempt
		}
	default:
		e.Outcome = footfall.Failure
	}
	if !bind {
		e.Object = v.Get(vObject)
		return
	}
	e.User = account(v.Get(vObject))
	e.Guest = op == "bind simple" && e.User.Name == "" && e.Outcome == footfall.Success
	if e.Outcome == footfall.Failure {
		e.Reason = ldapReason(result, v.Get(vDiagnostic))
	}
}

// ldapReason reads the Win32 error that Active Directory puts into its
// diagnostic message ("AcceptSecurityContext error, data 52e"; MS-ADTS
// 3.1.1.3.1.9), else what the result says.
func ldapReason(result, diagnostic string) footfall.Reason {
	_, s, _ := strings.Cut(diagnostic, "error, data ")
	code, _, _ := strings.Cut(s, ",")
	switch code {
	case "525":
		return footfall.ReasonNoUser
	case "52e":
		return footfall.ReasonBadPassword
	case "530", "531":
		return footfall.ReasonRestricted
	case "532", "701", "773":
		return footfall.ReasonExpired
	case "533":
		return footfall.ReasonDisabled
	case "775":
		return footfall.ReasonLocked
	}
	if result == "invalid credentials" {
		return footfall.ReasonBadPassword
	}
	return footfall.ReasonUnknown
}

func (r *reader) ldapSearch(e *footfall.Event) {
	e.Service, e.Object = footfall.ServiceLDAP, r.v.Get(vBase)
	switch r.v.Get(vResult) {
	case "":
	case "success":
		e.Outcome = footfall.Success
	default:
		e.Outcome = footfall.Failure
	}
}

// radius reads what a network device asked about a user. From is the device.
func (r *reader) radius(e *footfall.Event) {
	v := r.v
	e.Kind, e.Service = footfall.KindCredential, footfall.ServiceRADIUS
	e.User, e.MAC, e.Client = account(v.Get(vUser)), v.Get(vMAC), v.Get(vTunnelClient)
	// 255.255.255.254 and .255 ask the device and the user to choose (RFC 2865 section 5.8).
	if a := v.Addr(vFramed); a.IsValid() && !(a.Is4() && a.As4() == [4]byte{255, 255, 255, a.As4()[3]} && a.As4()[3] >= 254) {
		e.Assigned = a
	}
	switch v.Get(vResult) {
	case "success":
		e.Outcome = footfall.Success
	case "failed", "failure", "reject":
		e.Outcome = footfall.Failure
	}
}

// ftp reads a command with its answer: 230 lets a user in, 530 does not (RFC 959).
func (r *reader) ftp(e *footfall.Event) {
	v := r.v
	e.Kind, e.Service, e.User.Name = footfall.KindConnection, footfall.ServiceFTP, v.Get(vFTPUser)
	if e.User.Name == "<unknown>" {
		e.User.Name = ""
	}
	e.Guest = e.User.Name == "anonymous" || e.User.Name == "ftp"
	reply := v.Int(vReplyCode)
	switch v.Get(vCommand) {
	case "USER", "PASS":
		e.Kind, e.Auth = footfall.KindLogon, footfall.AuthPassword
		switch {
		case reply == 230:
			e.Outcome = footfall.Success
		case reply == 530 || reply == 430:
			e.Outcome, e.Reason = footfall.Failure, footfall.ReasonBadPassword
		default:
			e.Kind = footfall.KindAttempt
		}
		return
	case "RETR", "STOR", "STOU", "APPE", "DELE":
		e.Kind, e.Object = footfall.KindTransfer, v.Get(vArg)
	}
	switch {
	case reply >= 400:
		e.Outcome = footfall.Failure
	case reply >= 100:
		e.Outcome = footfall.Success
	}
}

// mysql reads a command; that of a handshake is a logon.
func (r *reader) mysql(e *footfall.Event) {
	e.Service = footfall.ServiceSQL
	if r.v.Get(vCmd) == "login" {
		e.Kind, e.User.Name, e.Outcome = footfall.KindLogon, r.v.Get(vArg), outcome(r.v.Get(vSuccess))
	}
}

// syslog reads a message of syslog on its way over the network: it is a line of
// its own, which the decoder of its program reads. What sent it may be a relay,
// so its address names the host only where the line names none.
func (r *reader) syslog(e *footfall.Event) {
	e.Program, e.Message, e.Computer = "", r.v.Get(vMessage), r.v.Get(vOrigH)
}
