package firewall

import (
	"strings"

	"github.com/footfall/footfall"
)

// Outcome tells from the word that a product has for what it did, or for how
// something came out; OutcomeUnknown when the word is not known.
func Outcome(word string) footfall.Outcome {
	if len(word) > 64 {
		return footfall.OutcomeUnknown
	}
	if has(word, "not block") || has(word, "unblock") {
		return footfall.Success
	}
	for _, w := range refused {
		if has(word, w) {
			return footfall.Failure
		}
	}
	for _, w := range granted {
		if has(word, w) {
			return footfall.Success
		}
	}
	return footfall.OutcomeUnknown
}

var (
	refused = [...]string{"fail", "den", "drop", "block", "reject", "reset", "refus", "prevent", "discard", "invalid", "unsuccess", "not allowed", "quarantin", "error"}
	granted = [...]string{"succe", "allow", "accept", "pass", "permit", "close", "connected", "granted", "approve", "trust", "forward", "ok"}
)

// has reports whether s holds lower, in whatever case.
func has(s, lower string) bool {
	c := lower[0]
	for i := 0; i+len(lower) <= len(s); i++ {
		if s[i]|0x20 == c && strings.EqualFold(s[i:i+len(lower)], lower) {
			return true
		}
	}
	return false
}

// Has reports whether text holds one of words, which are in lower case, in whatever case.
func Has(text string, words ...string) bool {
	for _, w := range words {
		if has(text, w) {
			return true
		}
	}
	return false
}

// Service tells a service by the name that products have for an application,
// else by the port.
func Service(app string, port uint16) footfall.Service {
	for i := range apps {
		if strings.EqualFold(apps[i].name, app) {
			return apps[i].service
		}
	}
	return footfall.ServiceOfPort(port)
}

var apps = [...]struct {
	name    string
	service footfall.Service
}{
	{"HTTPS", footfall.ServiceWeb},
	{"HTTP", footfall.ServiceWeb},
	{"DNS", footfall.ServiceDNS},
	{"SSL", footfall.ServiceWeb},
	{"SSH", footfall.ServiceSSH},
	{"RDP", footfall.ServiceRDP},
	{"ms-rdp", footfall.ServiceRDP},
	{"SMB", footfall.ServiceSMB},
	{"CIFS", footfall.ServiceSMB},
	{"microsoft-ds", footfall.ServiceSMB},
	{"NetBIOS-ssn", footfall.ServiceSMB},
	{"NetBIOS-ssn (SMB)", footfall.ServiceSMB},
	{"ms-ds-smb", footfall.ServiceSMB},
	{"VNC", footfall.ServiceVNC},
	{"RFB", footfall.ServiceVNC},
	{"TELNET", footfall.ServiceTelnet},
	{"FTP", footfall.ServiceFTP},
	{"LDAP", footfall.ServiceLDAP},
	{"Kerberos", footfall.ServiceKerberos},
	{"DCE/RPC", footfall.ServiceRPC},
	{"MSRPC", footfall.ServiceRPC},
	{"ms-rpc", footfall.ServiceRPC},
	{"WinRM", footfall.ServiceWinRM},
	{"TeamViewer", footfall.ServiceRMM},
	{"AnyDesk", footfall.ServiceRMM},
	{"ICA", footfall.ServiceGateway},
	{"junos-ssh", footfall.ServiceSSH},
	{"junos-telnet", footfall.ServiceTelnet},
	{"junos-ftp", footfall.ServiceFTP},
	{"junos-smb", footfall.ServiceSMB},
	{"junos-smb-session", footfall.ServiceSMB},
	{"junos-http", footfall.ServiceWeb},
	{"junos-https", footfall.ServiceWeb},
	{"junos-dns-udp", footfall.ServiceDNS},
	{"junos-dns-tcp", footfall.ServiceDNS},
	{"junos-ldap", footfall.ServiceLDAP},
	{"junos-ms-rpc-tcp", footfall.ServiceRPC},
	{"junos-vnc", footfall.ServiceVNC},
	{"junos-ms-sql", footfall.ServiceSQL},
	{"junos-ike", footfall.ServiceVPN},
	{"junos-r2cp", footfall.ServiceR},
	{"IKE", footfall.ServiceVPN},
	{"OpenVPN", footfall.ServiceVPN},
}

// Meaning tells what a record is about from the name that a product has for it.
func Meaning(name string) footfall.Kind {
	switch {
	case len(name) > 256:
		return footfall.KindUnknown
	case Has(name, "logoff", "logout", "log out", "log off", "logged out", "logged off", "signed out", "sign-out", "disconnected", "session closed", "session ended"):
		return footfall.KindLogoff
	case Has(name, "logon", "login", "log in", "log on", "logged in", "logged on", "signed in", "sign-in", "sign in", "authenticat", "user connected", "client connected", "tunnel-up"):
		return footfall.KindLogon
	case Has(name, "threat", "intrusion", "attack", "malware", "virus", "exploit", "violation", "brute"):
		return footfall.KindAlert
	case Has(name, "config"):
		return footfall.KindConfig
	}
	return footfall.KindUnknown
}
