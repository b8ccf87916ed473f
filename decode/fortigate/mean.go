package fortigate

import (
	"net/netip"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/clock"
	"github.com/footfall/footfall/internal/hostport"
	"github.com/footfall/footfall/internal/record"
)

// when reads the time: date and time are the device's own with tz as their
// zone; eventtime counts from 1970 in seconds and since FortiOS 6.2 in
// nanoseconds. It makes the first more exact and gives it its zone, as far as
// both can be of one moment.
func (r *reader) when(e *footfall.Event) {
	event := epoch(r.v.Get(kEventTime))
	date, tod := r.v.Get(kDate), r.v.Get(kTime)
	if len(tod) < 8 { // "12: 26:24"
		if i := strings.Index(r.text, "time="); i >= 0 {
			tod = r.text[i+len("time="):]
		}
	}
	var c clock.Civil
	zoned := false
	c.Offset, zoned = offset(r.v.Get(kZone))
	ns, ok := int64(0), false
	if day(&c, date) && hour(&c, tod) {
		ns, ok = c.Unix()
	}
	apart := int64(maxZone)
	if zoned {
		apart = 2e9
	}
	switch {
	case event != 0 && (!ok || ns == 0 || event-ns < apart && ns-event < apart):
		e.Time, e.Zoneless = event, false
	case ok && ns != 0:
		e.Time, e.Zoneless = ns, !zoned
	}
}

// maxZone is how far a zone is from UTC at most.
const maxZone = 15 * 3600 * 1e9

// epoch reads a count from 1970 in seconds or in thousandths, millionths or
// billionths of one, told apart by its length; 0 when s is none.
func epoch(s string) int64 {
	var v int64
	for i := range len(s) {
		if s[i]-'0' > 9 || i > 18 {
			return 0
		}
		v = v*10 + int64(s[i]-'0')
	}
	switch len(s) {
	case 10:
		return v * 1e9
	case 13:
		return v * 1e6
	case 16:
		return v * 1e3
	case 19:
		return v
	}
	return 0
}

func digits(s string) (v int, ok bool) {
	for i := range len(s) {
		if s[i]-'0' > 9 {
			return 0, false
		}
		v = v*10 + int(s[i]-'0')
	}
	return v, s != ""
}

func day(c *clock.Civil, s string) bool {
	if len(s) != 10 || s[4] != '-' || s[7] != '-' {
		return false
	}
	var a, b, d bool
	c.Year, a = digits(s[:4])
	c.Month, b = digits(s[5:7])
	c.Day, d = digits(s[8:])
	return a && b && d
}

// hour reads "12:26:24", also with blanks behind its colons.
func hour(c *clock.Civil, s string) bool {
	for i, to := range [...]*int{&c.Hour, &c.Minute, &c.Second} {
		s = strings.TrimLeft(s, " ")
		if len(s) < 2 || i < 2 && (len(s) < 3 || s[2] != ':') {
			return false
		}
		v, ok := digits(s[:2])
		if !ok {
			return false
		}
		if *to = v; i < 2 {
			s = s[3:]
		}
	}
	return true
}

// offset reads "-0500" or "+05:30" as seconds east.
func offset(s string) (sec int, ok bool) {
	if len(s) < 5 || s[0] != '-' && s[0] != '+' {
		return 0, false
	}
	h, a := digits(s[1:3])
	m, b := digits(s[len(s)-2:])
	if !a || !b || h > 15 || m > 59 {
		return 0, false
	}
	if sec = h*3600 + m*60; s[0] == '-' {
		sec = -sec
	}
	return sec, true
}

// common fills what every kind of record may have.
func (r *reader) common(e *footfall.Event) {
	v := r.v
	if name := v.First(kDevice, kDeviceID); name != "" && (v.Get(kDevice) != "" || e.Computer == "") {
		e.Computer = name
	}
	e.From = end(v.Get(kSrc), v.Port(kSrcPort), v.Get(kSrcIntf))
	e.To = end(v.Get(kDst), v.Port(kDstPort), v.Get(kDstIntf))
	e.User.Name = v.First(kUser, kXUser)
	e.Country = v.Get(kCountry)
	if e.Country == "Reserved" { // FortiGate's word for private addresses
		e.Country = ""
	}
	e.Tenant, e.MAC, e.Client = v.Get(kVDom), v.Get(kMAC), v.Get(kAgent)
	e.Returned = v.Int(kReceived)
	e.Bytes = v.Int(kSent) + e.Returned
	if d := v.Int(kDuration); d > 0 && d < 1e9 {
		e.Duration = d * 1e9
	}
}

func end(s string, port uint16, zone string) (e footfall.Endpoint) {
	if h, ok := hostport.Host(s); ok {
		e = h
	}
	e.Port, e.Zone = port, zone
	return e
}

func (r *reader) mean(b *footfall.Batch, e *footfall.Event) {
	e.Log = r.event
	switch r.v.Get(kType) {
	case "traffic":
		r.connection(b, e)
	case "utm", "anomaly", "ips", "virus", "webfilter", "app-ctrl", "dlp", "waf", "attack":
		r.security(b, e)
	case "event", "kevent":
		r.happened(e)
	case "":
		if r.v.Get(kCategory) != "" {
			r.authenticator(e)
		}
	}
}

// refused says whether an action is a refusal.
func refused(action string) bool {
	switch action {
	case "deny", "denied", "block", "blocked", "dropped", "drop", "reset", "reset_client", "reset_server", "reset-both", "drop_session", "clear_session", "quarantine", "violation", "redirect":
		return true
	}
	return false
}

func (r *reader) permitted(b *footfall.Batch, e *footfall.Event) {
	e.Outcome = footfall.Success
	blocked := "false"
	if refused(r.v.Get(kAction)) || refused(r.v.Get(kStatus)) {
		e.Outcome, blocked = footfall.Failure, "true"
	}
	b.Add(r.blocked, blocked)
}

func (r *reader) connection(b *footfall.Batch, e *footfall.Event) {
	e.Log, e.Kind = r.traffic, footfall.KindConnection
	e.Object = r.v.First(kPolicyName, kPolicy)
	e.Service = serviceOf(r.v.First(kApp, kService), e.To.Port)
	r.permitted(b, e)
}

// security reads the records of FortiGate's inspection: a page that was asked
// for, a name that was resolved, a connection whose application was told, or a
// verdict.
func (r *reader) security(b *footfall.Batch, e *footfall.Event) {
	v := r.v
	r.connection(b, e)
	sub := v.Get(kSubtype)
	if v.Get(kType) != "utm" {
		sub = v.Get(kType)
	}
	switch sub {
	case "webfilter":
		e.Log, e.Kind, e.Service, e.Object = r.web, footfall.KindRequest, footfall.ServiceWeb, v.Get(kURL)
		e.To.Host = v.Get(kHost)
	case "dns":
		e.Log, e.Kind, e.Service, e.Object = r.dns, footfall.KindResolve, footfall.ServiceDNS, v.Get(kQName)
		if first, _, _ := strings.Cut(v.Get(kAnswer), ","); first != "" {
			e.To = footfall.Endpoint{Addr: record.Addr(first)}
		}
	case "ips", "virus", "anomaly", "waf", "attack":
		e.Kind, e.Object = footfall.KindAlert, v.First(kAttack, kVirus, kMsg)
	}
}

// serviceOf tells a service by the name that the device gives the application
// or the service object, else by the port.
func serviceOf(name string, port uint16) footfall.Service {
	for i := range services {
		if strings.EqualFold(services[i].name, name) {
			return services[i].service
		}
	}
	return footfall.ServiceOfPort(port)
}

var services = [...]struct {
	name    string
	service footfall.Service
}{
	{"SSH", footfall.ServiceSSH},
	{"RDP", footfall.ServiceRDP},
	{"MS.RDP", footfall.ServiceRDP},
	{"SMB", footfall.ServiceSMB},
	{"CIFS", footfall.ServiceSMB},
	{"SAMBA", footfall.ServiceSMB},
	{"SMB.v1", footfall.ServiceSMB},
	{"SMB.v2", footfall.ServiceSMB},
	{"SMB.v3", footfall.ServiceSMB},
	{"VNC", footfall.ServiceVNC},
	{"TELNET", footfall.ServiceTelnet},
	{"TeamViewer", footfall.ServiceRMM},
	{"TeamViewer_Control", footfall.ServiceRMM},
	{"AnyDesk", footfall.ServiceRMM},
	{"ScreenConnect", footfall.ServiceRMM},
	{"LogMeIn", footfall.ServiceRMM},
	{"Splashtop", footfall.ServiceRMM},
	{"RustDesk", footfall.ServiceRMM},
	{"WinRM", footfall.ServiceWinRM},
	{"DCE-RPC", footfall.ServiceRPC},
	{"FTP", footfall.ServiceFTP},
}

// happened reads event logs.
func (r *reader) happened(e *footfall.Event) {
	v := r.v
	action := v.Get(kAction)
	e.Object = v.Get(kDesc)
	switch {
	case v.Get(kDHCP) == "Ack":
		e.Kind, e.Service, e.From = footfall.KindLease, footfall.ServiceDHCP, footfall.Endpoint{Host: v.Get(kHost)}
		e.Assigned, e.Object = v.Addr(kIP), ""
	case v.Get(kSubtype) == "vpn", v.Get(kVPN) != "", v.Get(kTunnelType) != "":
		r.vpn(e, action)
	case v.Get(kCfgPath) != "":
		r.config(e)
	case strings.EqualFold(action, "login"), strings.EqualFold(action, "logout"), action == "admin-login":
		r.admin(e, action)
	case v.Get(kSubtype) == "user":
		r.user(e, action)
	case v.Get(kLogID) != "" && strings.HasSuffix(v.Get(kLogID), "32021"): // admin login disabled after failures
		r.admin(e, "login")
		e.Outcome, e.Reason = footfall.Failure, footfall.ReasonLocked
	}
}

// failed reads status and reason of a logon.
func (r *reader) failed(e *footfall.Event) {
	switch status := r.v.Get(kStatus); {
	case strings.EqualFold(status, "success"), strings.EqualFold(status, "successful"), status == "logon", status == "timed_out", status == "logout":
		e.Outcome = footfall.Success
		return
	case status == "":
	default:
		e.Outcome = footfall.Failure
		e.Reason = reason(r.v.First(kReason, kMsg))
		if e.Reason == footfall.ReasonUnknown {
			e.Reason = reason(r.v.Get(kMsg))
		}
	}
}

// reason tells why a logon failed from the words that Fortinet writes.
func reason(s string) footfall.Reason {
	has := func(word string) bool { return strings.Contains(s, word) }
	switch {
	case has("unknown_user"), has("name_invalid"), has("no_matching"), has("invalid user"), has("not found"), has("does not exist"):
		return footfall.ReasonNoUser
	case has("token"), has("two-factor"), has("2fa"), has("fortitoken"), has("Token"):
		return footfall.ReasonMFA
	case has("passwd_invalid"), has("password"), has("permission_denied"), has("invalid credential"):
		return footfall.ReasonBadPassword
	case has("lock"), has("exceed_limit"), has("disabled for"), has("too many"):
		return footfall.ReasonLocked
	case has("expired"):
		return footfall.ReasonExpired
	case has("disabled"):
		return footfall.ReasonDisabled
	case has("trust"), has("not allowed"), has("host check"), has("policy"):
		return footfall.ReasonRestricted
	case has("peer SA proposal"), has("proposal"), has("timeout"), has("invalid SPI"), has("no SA"):
		return footfall.ReasonProtocol
	}
	return footfall.ReasonUnknown
}

// admin reads the logons of administrators: where they came from stands in ui,
// as in "ssh(192.0.2.1)".
func (r *reader) admin(e *footfall.Event, action string) {
	e.Kind, e.Auth, e.Session, e.Object = footfall.KindLogon, footfall.AuthPassword, r.v.Get(kSerial), ""
	if strings.EqualFold(action, "logout") {
		e.Kind, e.Auth = footfall.KindLogoff, footfall.AuthUnknown
	}
	how, where, _ := strings.Cut(r.v.Get(kUI), "(")
	if h, ok := hostport.Host(strings.TrimSuffix(where, ")")); ok && !e.From.Addr.IsValid() {
		e.From.Addr, e.From.Host = h.Addr, h.Host
	}
	if how == "" {
		how = r.v.Get(kMethod)
	}
	switch {
	case strings.EqualFold(how, "ssh"):
		e.Service = footfall.ServiceSSH
	case strings.EqualFold(how, "telnet"):
		e.Service = footfall.ServiceTelnet
	case strings.EqualFold(how, "console"):
		e.Service = footfall.ServiceLocal
	default:
		e.Service = footfall.ServiceWeb
	}
	r.failed(e)
}

// config reads changed settings; accounts and groups are told by their place.
func (r *reader) config(e *footfall.Event) {
	path := r.v.Get(kCfgPath)
	e.Kind, e.Outcome, e.Object = footfall.KindConfig, footfall.Success, path
	switch path {
	case "user.local", "system.admin", "system.api-user":
		e.Kind, e.Target.Name = footfall.KindAccount, r.v.Get(kCfgObj)
	case "user.group":
		e.Kind, e.Object = footfall.KindGroup, r.v.Get(kCfgObj)
	}
	if how, where, ok := strings.Cut(r.v.Get(kUI), "("); ok && how != "" && !e.From.Addr.IsValid() {
		e.From.Addr = record.Addr(strings.TrimSuffix(where, ")"))
	}
}

// user reads what the firewall learns of users: it asks for a password at a
// policy, or a collector says who works where (FSSO, RSSO).
func (r *reader) user(e *footfall.Event, action string) {
	switch action {
	case "auth-logon", "FSSO-logon", "RSSO-logon", "auth_logon":
		e.Kind, e.Outcome, e.Object = footfall.KindCredential, footfall.Success, ""
	case "auth-logout", "FSSO-logoff", "auth_logout", "RSSO-logoff":
		e.Kind, e.Outcome, e.Object = footfall.KindLogoff, footfall.Success, ""
	case "authentication", "auth-fail", "auth_fail", "explicit-proxy":
		e.Kind, e.Object = footfall.KindCredential, ""
		r.failed(e)
	}
}

// vpn reads entries by SSL VPN and IPsec.
func (r *reader) vpn(e *footfall.Event, action string) {
	v := r.v
	e.Service, e.Session, e.Object = footfall.ServiceVPN, v.Get(kTunnelID), v.Get(kVPN)
	if h, ok := hostport.Host(v.Get(kRemote)); ok {
		e.From.Addr, e.From.Host, e.From.Port = h.Addr, h.Host, v.Port(kRemotePort)
	}
	e.To.Addr = v.Addr(kLocal)
	if x := v.Get(kXUser); x != "" {
		e.User.Name = x
	}
	if e.Session == "0" {
		e.Session = ""
	}
	e.Assigned = assigned(v.Get(kTunnelIP))
	switch action {
	case "tunnel-up":
		e.Kind, e.Outcome = footfall.KindLogon, footfall.Success
		if e.User.Name == "" && !e.Assigned.IsValid() { // between two gateways
			e.Kind = footfall.KindConnection
		}
	case "tunnel-down":
		e.Kind, e.Outcome = footfall.KindLogoff, footfall.Success
	case "ssl-login-fail":
		e.Kind, e.Outcome, e.Reason, e.Auth = footfall.KindLogon, footfall.Failure, reason(v.First(kReason, kMsg)), footfall.AuthPassword
	case "ssl-new-con":
		e.Kind = footfall.KindAttempt
	case "ssl-exit-error", "ssl-exit-fail", "ssl-alert":
		e.Kind, e.Outcome, e.Reason = footfall.KindAttempt, footfall.Failure, footfall.ReasonProtocol
	case "negotiate", "phase1-neg", "phase2-neg", "xauth":
		r.negotiate(e)
	}
}

// negotiate reads the steps of IKE. The device's own tries go the other way.
func (r *reader) negotiate(e *footfall.Event) {
	v := r.v
	e.Kind = footfall.KindAttempt
	if v.Get(kRole) == "initiator" {
		e.Kind, e.From, e.To = footfall.KindConnection, footfall.Endpoint{Addr: v.Addr(kLocal)}, e.From
	}
	switch status := v.Get(kStatus); {
	case status == "success":
		e.Outcome = footfall.Success
	case status != "":
		e.Outcome, e.Reason = footfall.Failure, footfall.ReasonProtocol
		if strings.Contains(v.Get(kMsg), "XAUTH") || strings.Contains(v.Get(kReason), "XAUTH") {
			e.Kind, e.Reason = footfall.KindLogon, footfall.ReasonBadPassword
		}
	}
}

// assigned reads the inner address; 0.0.0.0 stands for none.
func assigned(s string) netip.Addr {
	a := record.Addr(s)
	if a.IsUnspecified() {
		return netip.Addr{}
	}
	return a
}

// authenticator reads FortiAuthenticator, whose text follows its pairs.
func (r *reader) authenticator(e *footfall.Event) {
	v := r.v
	if v.Get(kSubtype) != "Authentication" && !strings.EqualFold(v.Get(kAction), "login") {
		return
	}
	e.Kind, e.Service = footfall.KindCredential, footfall.ServiceRADIUS
	if h, ok := hostport.Host(v.Get(kNAS)); ok {
		e.To = h
	}
	if strings.EqualFold(v.Get(kAction), "login") && v.Get(kNAS) == "" {
		e.Kind, e.Service = footfall.KindLogon, footfall.ServiceWeb
	}
	token := strings.Contains(r.loose, "token") || strings.Contains(r.loose, "Token")
	switch status := v.Get(kStatus); {
	case strings.EqualFold(status, "success"):
		if e.Outcome = footfall.Success; token {
			e.MFA = footfall.MFAUsed
		}
	case strings.EqualFold(status, "failed"), strings.EqualFold(status, "failure"):
		if e.Outcome, e.Reason = footfall.Failure, reason(r.loose); token {
			e.MFA = footfall.MFADenied
		}
	}
}
