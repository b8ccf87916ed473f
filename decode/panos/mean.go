package panos

import (
	"net/netip"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/clock"
	"github.com/footfall/footfall/internal/hostport"
	"github.com/footfall/footfall/internal/record"
)

// when reads the time that the record was made, which names no zone, and from
// PAN-OS 10 on the same once more with milliseconds and zone, in a column that
// differs by type. The second is one only when it is the same to a quarter of
// an hour's multiple: other columns are the client's to write.
func (r *reader) when(e *footfall.Event) {
	ns := generated(r.v.Get(kGenerated))
	if ns == 0 {
		return
	}
	e.Time, e.Zoneless = ns, true
	for _, f := range r.fields[min(len(r.fields), 20):] {
		if len(f) != 29 || f[10] != 'T' || f[19] != '.' {
			continue
		}
		exact, n := clock.ISO(footfall.Str(f))
		local, m := clock.ISO(footfall.Str(f[:23])) // the same without its zone
		if n == 29 && m == 23 && local-ns < slack && ns-local < slack {
			e.Time, e.Zoneless = exact, false
			return
		}
	}
}

// slack is how far the two times of a record may be apart: the second one may
// be when the session was logged.
const slack = 10e9

// generated reads "2031/05/01 10:00:00".
func generated(s string) int64 {
	if len(s) != 19 || s[4] != '/' || s[7] != '/' {
		return 0
	}
	var buf [19]byte
	copy(buf[:], s)
	buf[4], buf[7], buf[10] = '-', '-', 'T'
	ns, _ := clock.ISO(footfall.Str(buf[:]))
	return ns
}

func (r *reader) common(e *footfall.Event) {
	v := r.v
	if e.Computer == "" {
		e.Computer = v.First(kDevice, kSerial)
	}
	if name := v.Get(kDevice); name != "" {
		e.Computer = name
	}
	e.From = footfall.Endpoint{Addr: v.Addr(kSrc), Port: v.Port(kSrcPort), Zone: v.Get(kSrcZone)}
	e.To = footfall.Endpoint{Addr: v.Addr(kDst), Port: v.Port(kDstPort), Zone: v.Get(kDstZone)}
	e.User, e.Tenant, e.Client = account(v.Get(kUser)), v.Get(kVsys), v.Get(kAgent)
	e.Country = country(v.First(kSrcLoc, kRegion))
	e.Bytes, e.Returned = v.Int(kBytes), v.Int(kReceived)
	if s := v.Int(kElapsed); s > 0 && s < 1e9 {
		e.Duration = s * 1e9
	}
}

// account reads a name that may have its domain before it; some relays double
// the backslash between them.
func account(s string) footfall.Account {
	if domain, name, ok := strings.Cut(s, "\\"); ok {
		if name = strings.TrimLeft(name, "\\"); name != "" {
			return footfall.Account{Domain: domain, Name: name}
		}
	}
	return footfall.Account{Name: s}
}

// country leaves out ranges of private addresses, which PAN-OS writes for them.
func country(s string) string {
	if s == "" || s[0]-'0' <= 9 || s == "unknown" {
		return ""
	}
	return s
}

func (r *reader) mean(b *footfall.Batch, e *footfall.Event, kind string) {
	v := r.v
	e.Log = r.other
	switch kind {
	case "TRAFFIC", "GTP", "SCTP", "START", "END", "DECRYPTION":
		e.Log = r.traffic
		r.connection(b, e)
	case "THREAT", "URL":
		e.Log = r.threat
		r.seen(b, e, kind)
	case "GLOBALPROTECT":
		e.Log = r.gp
		r.globalProtect(e)
	case "SYSTEM":
		if e.Log = r.system; v.Get(kSubtype) == "globalprotect" {
			e.Log = r.gp
		}
		e.Object = v.Get(kEventID)
		r.said(e, v.Get(kDescription))
	case "CONFIG":
		e.Log = r.config
		r.changed(e)
	case "USERID":
		r.mapped(e)
	case "AUTHENTICATION":
		r.asked(e)
	case "CORRELATION":
		e.Kind, e.Object = footfall.KindAlert, v.Get(kName)
	case "HIPMATCH", "HIP-MATCH":
		e.Client = v.Get(kMachine)
	}
}

func refused(action string) bool {
	switch action {
	case "deny", "drop", "drop-icmp", "drop ICMP", "drop-packet", "drop-all-packets", "reset both", "reset client", "reset server",
		"reset-both", "reset-client", "reset-server", "block", "block-url", "block-ip", "block-continue", "block-override", "sinkhole", "random-drop", "syncookie-sent", "deny ICMP":
		return true
	}
	return false
}

func (r *reader) connection(b *footfall.Batch, e *footfall.Event) {
	v := r.v
	e.Kind, e.Object = footfall.KindConnection, v.Get(kRule)
	e.Service = serviceOf(v.Get(kApp), e.To.Port)
	switch action := v.Get(kAction); {
	case refused(action), v.Get(kSubtype) == "drop", v.Get(kSubtype) == "deny":
		e.Outcome = footfall.Failure
		b.Add(r.blocked, "true")
	case action != "":
		e.Outcome = footfall.Success
		b.Add(r.blocked, "false")
	}
}

// seen reads THREAT records: a page, a file, or a verdict.
func (r *reader) seen(b *footfall.Batch, e *footfall.Event, kind string) {
	v := r.v
	r.connection(b, e)
	switch sub := v.Get(kSubtype); {
	case sub == "url" || kind == "URL":
		e.Kind, e.Service, e.Object, e.Log = footfall.KindRequest, footfall.ServiceWeb, v.Get(kMisc), r.url
		if i := strings.IndexByte(e.Object, '/'); i > 0 {
			host, _, _ := strings.Cut(e.Object[:i], ":")
			if h, ok := hostport.Host(host); ok {
				e.To.Host = h.Host
			}
		}
	case sub == "file", sub == "data", sub == "data-filtering":
		e.Kind, e.Object = footfall.KindTransfer, v.Get(kMisc)
	default:
		e.Kind, e.Object = footfall.KindAlert, v.First(kThreat, kMisc)
	}
}

// serviceOf tells a service by App-ID, else by the port.
func serviceOf(app string, port uint16) footfall.Service {
	switch app {
	case "ssh", "ssh-tunnel":
		return footfall.ServiceSSH
	case "ms-rdp", "t.120", "rdp2tcp":
		return footfall.ServiceRDP
	case "ms-ds-smb", "ms-ds-smb-base", "ms-ds-smbv1", "ms-ds-smbv2", "ms-ds-smbv3", "netbios-ss", "msrpc-over-smb", "active-directory-smb":
		return footfall.ServiceSMB
	case "winrm", "ms-winrm", "windows-remote-management":
		return footfall.ServiceWinRM
	case "msrpc", "msrpc-base", "ms-service-controller", "ms-scheduler":
		return footfall.ServiceRPC
	case "ms-wmi":
		return footfall.ServiceWMI
	case "vnc", "vnc-base", "vnc-http":
		return footfall.ServiceVNC
	case "telnet":
		return footfall.ServiceTelnet
	case "ldap":
		return footfall.ServiceLDAP
	case "kerberos":
		return footfall.ServiceKerberos
	case "mssql-db", "mssql-db-base", "mssql-mon":
		return footfall.ServiceSQL
	case "teamviewer", "teamviewer-base", "anydesk", "screenconnect", "logmein", "splashtop-remote", "rustdesk", "meshcentral", "bomgar", "atera":
		return footfall.ServiceRMM
	case "panos-global-protect", "ipsec", "ike", "ipsec-esp-udp", "open-vpn", "ssl-vpn", "wireguard":
		return footfall.ServiceVPN
	case "ftp":
		return footfall.ServiceFTP
	case "dns", "dns-base":
		return footfall.ServiceDNS
	}
	return footfall.ServiceOfPort(port)
}

// globalProtect reads the steps of an entry by GlobalProtect. The portal gives
// the client its configuration, the gateway lets it in.
func (r *reader) globalProtect(e *footfall.Event) {
	v := r.v
	e.From = footfall.Endpoint{Addr: set(v.Addr(kPublic)), Host: v.Get(kMachine)}
	if !e.From.Addr.IsValid() {
		e.From.Addr = set(v.Addr(kPublic6))
	}
	inner := set(v.Addr(kPrivate))
	if !inner.IsValid() {
		inner = set(v.Addr(kPrivate6))
	}
	e.Client, e.Session = v.Get(kMachine), v.First(kHostID, kMachine)
	e.Service = footfall.ServiceVPN
	event := v.Get(kEventID)
	e.Object = event
	if strings.HasPrefix(event, "portal-") || strings.HasPrefix(event, "clientlessvpn-") {
		e.Service = footfall.ServiceGateway
	}
	if e.Outcome = footfall.Success; v.Get(kStatus) != "success" {
		e.Outcome = footfall.Failure
		e.Reason = reason(v.First(kError, kReason))
		if e.Reason == footfall.ReasonUnknown {
			e.Reason = reason(v.Get(kDescription))
		}
	}
	switch event {
	case "portal-prelogin", "gateway-prelogin":
		e.Kind = footfall.KindAttempt
	case "portal-auth", "gateway-auth", "clientlessvpn-login":
		e.Kind, e.Auth = footfall.KindLogon, method(v.Get(kMethod))
	case "gateway-register", "gateway-getconfig", "gateway-connected", "gateway-setup-ssl", "gateway-setup-ipsec", "gateway-switch-to-ssl", "gateway-switch-to-ipsec":
		if inner.IsValid() && e.Outcome == footfall.Success {
			e.Kind, e.Assigned = footfall.KindLease, inner
		}
	case "gateway-logout", "clientlessvpn-logout", "gateway-tunnel-down", "gateway-inactivity-timeout":
		e.Kind, e.Assigned = footfall.KindLogoff, inner
		if s := v.Int(kDuration); s > 0 && s < 1e9 {
			e.Duration = s * 1e9
		}
	}
}

func set(a netip.Addr) netip.Addr {
	if a.IsUnspecified() {
		return netip.Addr{}
	}
	return a
}

func method(s string) footfall.Auth {
	is := func(names ...string) bool {
		for _, n := range names {
			if strings.EqualFold(s, n) {
				return true
			}
		}
		return false
	}
	switch {
	case s == "":
		return footfall.AuthUnknown
	case is("certificate", "client certificate", "cert"):
		return footfall.AuthCertificate
	case is("cookie", "saml", "override cookie"):
		return footfall.AuthToken
	case is("kerberos"):
		return footfall.AuthKerberos
	}
	return footfall.AuthPassword
}

// reason tells why a logon failed from PAN-OS' words.
func reason(s string) footfall.Reason {
	has := func(w string) bool { return strings.Contains(s, w) }
	switch {
	case has("nvalid username"), has("assword"), has("nvalid user"), has("Authentication failed"), has("authentication failed"), has("credential"):
		return footfall.ReasonBadPassword
	case has("locked"):
		return footfall.ReasonLocked
	case has("expired"):
		return footfall.ReasonExpired
	case has("allow list"), has("allowlist"), has("not in"), has("not allowed"):
		return footfall.ReasonRestricted
	case has("MFA"), has("OTP"), has("multi-factor"), has("challenge"):
		return footfall.ReasonMFA
	case has("does not exist"), has("not found"), has("unknown user"):
		return footfall.ReasonNoUser
	case has("disabled"):
		return footfall.ReasonDisabled
	case has("timeout"), has("timed out"), has("certificate"), has("handshake"):
		return footfall.ReasonProtocol
	}
	return footfall.ReasonUnknown
}

// changed reads CONFIG records. Accounts are told by their place.
func (r *reader) changed(e *footfall.Event) {
	v := r.v
	e.Kind, e.Object, e.From.Addr = footfall.KindConfig, strings.TrimSpace(v.Get(kPath)), v.Addr(kHost)
	if e.Object == "" {
		e.Object = v.Get(kCommand)
	}
	e.Client = v.Get(kClient)
	switch v.Get(kResult) {
	case "Succeeded", "Submitted":
		e.Outcome = footfall.Success
	case "Failed", "Unauthorized":
		e.Outcome = footfall.Failure
	}
	if cmd := v.Get(kCommand); cmd != "set" && cmd != "edit" && cmd != "delete" && cmd != "clone" && cmd != "rename" {
		return
	}
	if strings.Contains(e.Object, "mgt-config users") || strings.Contains(e.Object, "local-user-database user ") {
		e.Kind, e.Target.Name = footfall.KindAccount, e.Object[strings.LastIndexByte(e.Object, ' ')+1:]
	}
}

// mapped reads USERID records: who works where, as a collector, a portal or
// GlobalProtect says.
func (r *reader) mapped(e *footfall.Event) {
	e.From.Port, e.To.Port = 0, 0
	switch r.v.Get(kSubtype) {
	case "login":
		e.Kind, e.Outcome = footfall.KindCredential, footfall.Success
	case "logout":
		e.Kind, e.Outcome = footfall.KindLogoff, footfall.Success
	}
	e.Object = r.v.Get(kSource)
}

// asked reads AUTHENTICATION records: the authentication policy stands before
// what a user wants, with one factor or more.
func (r *reader) asked(e *footfall.Event) {
	v := r.v
	e.Kind, e.Object = footfall.KindCredential, v.Get(kObject)
	desc := v.Get(kDescription)
	has := func(w string) bool { return strings.Contains(desc, w) }
	switch {
	case has("ucce"), has("authenticated"):
		e.Outcome = footfall.Success
	case has("ail"), has("denied"), has("timeout"), has("timed out"):
		e.Outcome, e.Reason = footfall.Failure, reason(desc)
	}
	if v.Int(kFactor) > 1 {
		if e.MFA = footfall.MFAUsed; e.Outcome == footfall.Failure {
			e.MFA = footfall.MFADenied
		}
	}
}

// lookAddr reads an address that a blank, a comma or the end follows.
func lookAddr(s string) netip.Addr {
	if i := strings.IndexAny(s, " ,"); i >= 0 {
		s = s[:i]
	}
	return record.Addr(strings.TrimRight(s, "."))
}
