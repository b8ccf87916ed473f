package zeek

import (
	"net/netip"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/record"
)

// meanings are the logs that have a typed face beyond their two ends.
var meanings = map[string]func(*reader, *footfall.Event){
	"conn": (*reader).conn, "ssh": (*reader).ssh, "rdp": (*reader).rdp, "rfb": (*reader).rfb,
	"smb_files": (*reader).smbFile, "smb_mapping": (*reader).smbTree, "smb_cmd": (*reader).smbCommand, "dce_rpc": (*reader).call,
	"ntlm": (*reader).ntlm, "kerberos": (*reader).kerberos, "ldap": (*reader).ldap, "ldap_search": (*reader).ldapSearch, "radius": (*reader).radius,
	"dhcp": (*reader).dhcp, "dns": (*reader).dns, "http": (*reader).http, "ssl": (*reader).ssl, "smtp": (*reader).smtp,
	"notice": (*reader).notice, "notice_alarm": (*reader).notice, "signatures": (*reader).signature, "intel": (*reader).intel, "weird": (*reader).weird,
	"ftp": (*reader).ftp, "socks": (*reader).socks, "tunnel": (*reader).tunnel, "files": (*reader).file, "mysql": (*reader).mysql,
	"suricata_corelight": (*reader).foreign, "vpn": (*reader).vpn, "syslog": (*reader).syslog,
	"known_hosts": (*reader).known, "known_services": (*reader).known, "known_certs": (*reader).known, "software": (*reader).known,
}

// conn reads the log of connections. What conn_state says of the outcome, by
// Zeek's table of states: S1, S2, S3, SF, RSTO and RSTR were established; REJ,
// and S0, SH and RSTOS0 of which nothing but the first packets came, were not.
// A sensor that sees one direction alone writes S0 or SH for sessions that
// went on (the originator acknowledged, or sent data) and SHR for those whose
// server answered; OTH is a connection seen from its middle. UDP has no
// handshake: S0 says only that nobody answered.
func (r *reader) conn(e *footfall.Event) {
	v := r.v
	e.Kind = footfall.KindConnection
	history := v.Get(vHistory)
	sent, got := v.Int(vOrigBytes), v.Int(vRespBytes)
	if wrongWay(e, history) {
		e.From, e.To = e.To, e.From
		e.MAC = ""
		sent, got = got, sent
	}
	e.Bytes, e.Returned = total(sent, got), max(got, 0)
	e.Duration = interval(v.Get(vDuration))
	e.Service = serviceOf(v.Get(vService), e.To.Port)
	switch v.Get(vState) {
	case "SF", "S1", "S2", "S3", "RSTO", "RSTR", "SHR":
		e.Outcome = footfall.Success
	case "REJ", "RSTOS0":
		e.Outcome = footfall.Failure
	case "S0", "SH":
		if v.Get(vProto) == "tcp" && !strings.ContainsAny(history, "AD") {
			e.Outcome = footfall.Failure
		}
	}
}

func total(a, b int64) int64 {
	a, b = max(a, 0), max(b, 0)
	if a > 1<<62 || b > 1<<62 {
		return 0
	}
	return a + b
}

// wrongWay reports whether the originator is the server: a sensor that came
// late takes who sent first for it. Zeek turns such connections itself where
// its list of likely servers tells (history begins with ^); what is left has
// a service's port on the originator's side, one of no service on the other,
// and no handshake that says otherwise: a SYN of the originator (S), or its
// answer by the responder (h).
func wrongWay(e *footfall.Event, history string) bool {
	if strings.ContainsAny(history, "^Sh") || e.To.Port < 1024 || footfall.ServiceOfPort(e.To.Port) != footfall.ServiceUnknown {
		return false
	}
	switch p := e.From.Port; p {
	case 3389, 5985, 5986, 5900:
		return true
	default:
		return p < 1024 && footfall.ServiceOfPort(p) != footfall.ServiceUnknown
	}
}

// analyzers are Zeek's names of protocols. Those that carry others come behind.
var analyzers = []struct {
	name    string
	service footfall.Service
}{
	{"rdp", footfall.ServiceRDP},
	{"rdpeudp", footfall.ServiceRDP},
	{"ssh", footfall.ServiceSSH},
	{"rfb", footfall.ServiceVNC},
	{"smb", footfall.ServiceSMB},
	{"dce_rpc", footfall.ServiceRPC},
	{"ldap", footfall.ServiceLDAP},
	{"ldap_tcp", footfall.ServiceLDAP},
	{"ldap_udp", footfall.ServiceLDAP},
	{"ftp", footfall.ServiceFTP},
	{"ftp-data", footfall.ServiceFTP},
	{"telnet", footfall.ServiceTelnet},
	{"rlogin", footfall.ServiceR},
	{"rsh", footfall.ServiceR},
	{"login", footfall.ServiceR},
	{"socks", footfall.ServiceProxy},
	{"radius", footfall.ServiceRADIUS},
	{"mysql", footfall.ServiceSQL},
	{"postgresql", footfall.ServiceSQL},
	{"tds", footfall.ServiceSQL},
	{"ipsec", footfall.ServiceVPN},
	{"openvpn", footfall.ServiceVPN},
	{"wireguard", footfall.ServiceVPN},
	{"spicy_ipsec_udp", footfall.ServiceVPN},
	{"spicy_ipsec_ike_udp", footfall.ServiceVPN},
	{"spicy_openvpn_udp", footfall.ServiceVPN},
	{"spicy_openvpn_tcp", footfall.ServiceVPN},
	{"spicy_wireguard", footfall.ServiceVPN},
	{"smtp", footfall.ServiceMail},
	{"imap", footfall.ServiceMail},
	{"pop3", footfall.ServiceMail},
	{"dns", footfall.ServiceDNS},
	{"dhcp", footfall.ServiceDHCP},
	{"krb", footfall.ServiceKerberos},
	{"krb_tcp", footfall.ServiceKerberos},
	{"ntlm", footfall.ServiceNTLM},
}

// serviceOf tells the service of a connection by what Zeek found in it, which
// may be several things parted by commas, else by its port.
func serviceOf(names string, port uint16) footfall.Service {
	if len(names) > 200 {
		names = names[:200]
	}
	best := len(analyzers)
	web := false
	for rest, more := names, names != ""; more; {
		var name string
		name, rest, more = strings.Cut(rest, ",")
		name = strings.TrimPrefix(name, "-") // refused again later: what it began as
		web = web || name == "http"
		for i := range analyzers[:best] {
			if analyzers[i].name == name {
				best = i
				break
			}
		}
	}
	byPort := footfall.ServiceOfPort(port)
	switch {
	case best < len(analyzers):
		return analyzers[best].service
	case byPort == footfall.ServiceWinRM:
		return byPort
	case web:
		return footfall.ServiceWeb
	}
	return byPort
}

func interval(s string) int64 {
	us, ok := micros(s)
	if !ok || us < 0 || us > 9e15 {
		return 0
	}
	return us * 1e3
}

func (r *reader) ssl(e *footfall.Event) {
	// The connection itself is in conn: this adds what was agreed on.
	e.Service = footfall.ServiceOfPort(e.To.Port)
	e.Object = r.v.Get(vSNI)
	e.Outcome = outcome(r.v.Get(vEstablished))
}

func (r *reader) http(e *footfall.Event) {
	v := r.v
	e.Kind, e.Service = footfall.KindRequest, footfall.ServiceWeb
	if footfall.ServiceOfPort(e.To.Port) == footfall.ServiceWinRM {
		e.Service = footfall.ServiceWinRM
	}
	e.Object, e.Client, e.User.Name = v.Get(vURI), v.Get(vAgent), v.Get(vUser)
	if n := v.Int(vStatusCode); n >= 400 {
		e.Outcome = footfall.Failure
	} else if n > 0 {
		e.Outcome = footfall.Success
	}
	stem, query, _ := strings.Cut(e.Object, "?")
	r.b.Add(r.uri[0], stem)
	if query != "" {
		r.b.Add(r.uri[1], query)
	}
	if i := strings.LastIndexByte(stem, '.'); i > strings.LastIndexByte(stem, '/') {
		r.b.Add(r.uri[2], stem[i+1:])
	}
}

func (r *reader) smtp(e *footfall.Event) { e.Service = footfall.ServiceMail }

// dns reads a query with its answers. To is the first address among them, or
// the server that was asked, with its port, when there is none.
func (r *reader) dns(e *footfall.Event) {
	e.Kind, e.Service, e.Object = footfall.KindResolve, footfall.ServiceDNS, r.v.Get(vQuery)
	switch r.v.Get(vRCode) {
	case "":
	case "NOERROR":
		e.Outcome = footfall.Success
	default:
		e.Outcome = footfall.Failure
	}
	a := record.Addr(r.answer)
	if raw := r.v.Get(vAnswers); raw != "" {
		a = firstAddr(raw)
	}
	if a.IsValid() {
		e.To = footfall.Endpoint{Addr: a, Zone: e.To.Zone}
	}
}

// firstAddr finds the first address among the strings of a JSON array.
func firstAddr(raw string) netip.Addr {
	for n := 0; n < 100; n++ {
		_, rest, ok := strings.Cut(raw, `"`)
		if !ok {
			break
		}
		elem, after, ok := strings.Cut(rest, `"`)
		if !ok {
			break
		}
		if a := record.Addr(elem); a.IsValid() {
			return a
		}
		raw = after
	}
	return netip.Addr{}
}

func (r *reader) dhcp(e *footfall.Event) {
	v := r.v
	e.Service, e.MAC = footfall.ServiceDHCP, v.Get(vMAC)
	if a := v.Addr(vServerAddr); a.IsValid() || !e.To.Addr.IsValid() {
		e.To.Addr = a
	}
	e.From, e.Computer = footfall.Endpoint{Host: v.First(vHostName, vFQDN)}, ""
	e.To.Port = 67
	e.Assigned = v.Addr(vAssigned)
	if e.Assigned.IsValid() && !e.Assigned.IsUnspecified() {
		e.Kind, e.Outcome = footfall.KindLease, footfall.Success
	}
}

func (r *reader) socks(e *footfall.Event) {
	v := r.v
	e.Kind, e.Service, e.User.Name = footfall.KindConnection, footfall.ServiceProxy, v.Get(vFTPUser)
	if to := v.First(vReqHost, vReqName); to != "" {
		p := v.Get(vReqP)
		s := append(append(append(r.b.Grow(len(to)+len(p)+1), to...), ':'), p...)
		e.Object = r.b.Kept(s)
	}
	switch v.Get(vStatus) {
	case "":
	case "succeeded":
		e.Outcome = footfall.Success
	default:
		e.Outcome = footfall.Failure
	}
}

func (r *reader) tunnel(e *footfall.Event) {
	e.Object = r.v.Get(vTunnel)
	if e.Object == "Tunnel::SOCKS" || e.Object == "Tunnel::HTTP" {
		e.Service = footfall.ServiceProxy
	}
}

// file reads what Zeek saw of a file in any protocol. Of the remote services
// it is a transfer; of the web there are too many.
func (r *reader) file(e *footfall.Event) {
	v := r.v
	e.Object, e.Bytes, e.Duration = v.Get(vFile), v.Int(vSeen), interval(v.Get(vDuration))
	sender, receiver := v.Addr(vTx), v.Addr(vRx)
	if v.Get(vIsOrig) != "true" {
		e.Returned = e.Bytes
		sender, receiver = receiver, sender
	}
	if !e.From.Addr.IsValid() && !e.To.Addr.IsValid() { // before Zeek 5.1
		e.From.Addr, e.To.Addr, e.Computer = sender, receiver, ""
	}
	switch v.Get(vSource) {
	case "SMB":
		e.Kind, e.Service, e.Outcome = footfall.KindTransfer, footfall.ServiceSMB, footfall.Success
	case "FTP_DATA":
		e.Kind, e.Service, e.Outcome = footfall.KindTransfer, footfall.ServiceFTP, footfall.Success
	}
}

// notice reads Zeek's own verdicts. Its src and dst count where no connection is named.
func (r *reader) notice(e *footfall.Event) {
	v := r.v
	e.Kind, e.Object, e.Country = footfall.KindAlert, v.Get(vNote), v.Get(vCountry)
	switch v.Get(vDropped) { // whether Zeek had the source blocked
	case "true":
		e.Outcome = footfall.Failure
	case "false":
		e.Outcome = footfall.Success
	}
	if !e.From.Addr.IsValid() && !e.To.Addr.IsValid() {
		e.From.Addr, e.To.Addr, e.To.Port = v.Addr(vSrc), v.Addr(vDst), v.Port(vP)
		if e.From.Addr.IsValid() || e.To.Addr.IsValid() {
			e.Computer = ""
		}
	}
	e.Service = footfall.ServiceOfPort(e.To.Port)
}

func (r *reader) signature(e *footfall.Event) {
	v := r.v
	e.Kind, e.Object = footfall.KindAlert, v.First(vSigID, vNote)
	e.From.Addr, e.From.Port, e.To.Addr, e.To.Port = v.Addr(vSrcAddr), v.Port(vSrcPort), v.Addr(vDstAddr), v.Port(vDstPort)
	e.Service = footfall.ServiceOfPort(e.To.Port)
}

// foreign reads an alert of Suricata that Corelight's sensors put among Zeek's logs.
func (r *reader) foreign(e *footfall.Event) {
	e.Kind, e.Object = footfall.KindAlert, r.v.Get(vSignature)
	e.Service = serviceOf(r.v.Get(vService), e.To.Port)
	switch r.v.Get(vAlertAction) {
	case "allowed":
		e.Outcome = footfall.Success
	case "blocked":
		e.Outcome = footfall.Failure
	}
}

// vpn reads what Corelight's sensors take for a tunnel, by its packets.
func (r *reader) vpn(e *footfall.Event) {
	v := r.v
	e.Kind, e.Service, e.Object = footfall.KindConnection, footfall.ServiceVPN, v.Get(vVPNType)
	got := max(v.Int(vRespBytes), 0)
	e.Bytes, e.Returned, e.Duration = total(v.Int(vOrigBytes), got), got, interval(v.Get(vDuration))
}

func (r *reader) intel(e *footfall.Event) {
	e.Kind, e.Object = footfall.KindAlert, r.v.Get(vSeenIndicator)
	e.Service = footfall.ServiceOfPort(e.To.Port)
}

func (r *reader) weird(e *footfall.Event) { e.Object = r.v.Get(vName) }

// known reads the inventory: hosts, services, certificates and software.
func (r *reader) known(e *footfall.Event) {
	v := r.v
	e.Kind, e.To.Addr = footfall.KindEntry, v.Addr(vHost)
	e.To.Port = max(v.Port(vPortNum), v.Port(vHostP))
	e.Object, e.Computer = v.Get(vUnparsed), ""
	if e.To.Port != 0 {
		e.Service = known(v.Get(vService), e.To.Port)
	}
}

// known is serviceOf for names in capitals, as the inventory has them.
func known(name string, port uint16) footfall.Service {
	for i := range analyzers {
		if strings.EqualFold(analyzers[i].name, name) {
			return analyzers[i].service
		}
	}
	return footfall.ServiceOfPort(port)
}
