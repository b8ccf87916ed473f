package windows

import "github.com/footfall/footfall"

// ntReason reads an NTSTATUS ([MS-ERREF] 2.3.1) of a logon.
func ntReason(status string) footfall.Reason {
	switch uint32(decimal(status)) {
	case 0xc0000064: // STATUS_NO_SUCH_USER
		return footfall.ReasonNoUser
	case 0xc000006a: // STATUS_WRONG_PASSWORD
		return footfall.ReasonBadPassword
	case 0xc0000072: // STATUS_ACCOUNT_DISABLED
		return footfall.ReasonDisabled
	case 0xc0000234: // STATUS_ACCOUNT_LOCKED_OUT
		return footfall.ReasonLocked
	case 0xc0000071, // STATUS_PASSWORD_EXPIRED
		0xc0000193, // STATUS_ACCOUNT_EXPIRED
		0xc0000224: // STATUS_PASSWORD_MUST_CHANGE
		return footfall.ReasonExpired
	case 0xc000006e, // STATUS_ACCOUNT_RESTRICTION
		0xc000006f, // STATUS_INVALID_LOGON_HOURS
		0xc0000070, // STATUS_INVALID_WORKSTATION
		0xc000015b, // STATUS_LOGON_TYPE_NOT_GRANTED
		0xc0000413, // STATUS_AUTHENTICATION_FIREWALL_FAILED
		0xc0000022, // STATUS_ACCESS_DENIED
		0xc00002ee: // STATUS_UNFINISHED_CONTEXT_DELETED comes of policy
		return footfall.ReasonRestricted
	case 0xc0000133, // STATUS_TIME_DIFFERENCE_AT_DC
		0xc000005e, // STATUS_NO_LOGON_SERVERS
		0xc00000dc, // STATUS_INVALID_SERVER_STATE
		0xc000018d, // STATUS_TRUSTED_RELATIONSHIP_FAILURE
		0xc0000192: // STATUS_NETLOGON_NOT_STARTED
		return footfall.ReasonProtocol
	}
	return footfall.ReasonUnknown
}

// krbReason reads a Kerberos error code (RFC 4120 section 7.5.9).
func krbReason(status string) footfall.Reason {
	switch decimal(status) {
	case 0x6, 0x7: // client or server not in the database
		return footfall.ReasonNoUser
	case 0x1, 0x2, 0x17: // entry expired, password expired
		return footfall.ReasonExpired
	case 0x12: // credentials revoked: disabled, expired or locked, the code does not say which
		return footfall.ReasonDisabled
	case 0x18, 0x19: // pre-authentication failed, further one needed
		return footfall.ReasonBadPassword
	case 0xb, 0xc, 0xd, 0x10, 0x15, 0x16: // policy, option or client not yet valid, kind of pre-authentication not there
		return footfall.ReasonRestricted
	case 0x1f, 0x20, 0x21, 0x22, 0x25, 0x29, 0x34, 0x3c, 0x44: // integrity, lifetime, replay, skew, realm
		return footfall.ReasonProtocol
	}
	return footfall.ReasonUnknown
}

// bySPN names the service of a service principal by its class.
func bySPN(spn string) footfall.Service {
	for i := range len(spn) {
		if spn[i] != '/' {
			continue
		}
		switch class := spn[:i]; {
		case equalFold(class, "termsrv"):
			return footfall.ServiceRDP
		case equalFold(class, "cifs"):
			return footfall.ServiceSMB
		case equalFold(class, "wsman"):
			return footfall.ServiceWinRM
		case equalFold(class, "rpcss"):
			return footfall.ServiceDCOM
		case equalFold(class, "ldap"), equalFold(class, "gc"):
			return footfall.ServiceLDAP
		case equalFold(class, "mssqlsvc"):
			return footfall.ServiceSQL
		}
		break
	}
	return footfall.ServiceUnknown
}

// authBy names how identity was proved by the authentication package.
func authBy(pkg, lm string) footfall.Auth {
	switch {
	case hasPrefixFold(lm, "ntlm"), hasPrefixFold(lm, "lm"): // NTLM V1, NTLM V2, LM
		return footfall.AuthNTLM
	case equalFold(pkg, "kerberos"):
		return footfall.AuthKerberos
	case equalFold(pkg, "ntlm"), hasPrefixFold(pkg, "microsoft_authentication_package"):
		return footfall.AuthNTLM
	case containsFold(pkg, "schannel"), equalFold(pkg, "pku2u"):
		return footfall.AuthCertificate
	case equalFold(pkg, "cloudap"), hasPrefixFold(pkg, "livessp"):
		return footfall.AuthToken
	}
	return footfall.AuthUnknown
}

// wellKnown fills in the SID of Windows' own accounts where a record has none
// but shows whose it is, and marks the accounts that prove no identity. It is
// shown by the logon session, whose number is fixed (winnt.h: SYSTEM_LUID,
// ANONYMOUS_LOGON_LUID, LOCALSERVICE_LUID, NETWORKSERVICE_LUID), or by the
// name, but for logons: there the client chooses the name.
func wellKnown(e *footfall.Event) {
	u := &e.User
	if u.SID == "" && (e.Kind == footfall.KindUnknown || e.Kind > footfall.KindTicket) && equalFold(u.Domain, "nt authority") {
		switch {
		case equalFold(u.Name, "system"):
			u.SID = "S-1-5-18"
		case equalFold(u.Name, "local service"):
			u.SID = "S-1-5-19"
		case equalFold(u.Name, "network service"):
			u.SID = "S-1-5-20"
		}
	}
	if u.SID == "" && u.Name != "" {
		switch e.Session {
		case "0x3e7":
			u.SID = "S-1-5-18"
		case "0x3e5":
			u.SID = "S-1-5-19"
		case "0x3e4":
			u.SID = "S-1-5-20"
		case "0x3e6":
			u.SID = "S-1-5-7"
		}
	}
	switch {
	case u.SID == "S-1-5-7":
		e.Guest = true
	case u.SID == "":
		e.Guest = equalFold(u.Name, "anonymous logon") || equalFold(u.Name, "guest")
	case len(u.SID) > 12 && u.SID[:9] == "S-1-5-21-" && u.SID[len(u.SID)-4:] == "-501":
		e.Guest = true // the built-in guest keeps its number under any name
	}
}
