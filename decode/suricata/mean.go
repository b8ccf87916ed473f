package suricata

import (
	"net/netip"
	"strconv"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/clock"
	"github.com/footfall/footfall/internal/record"
)

// meanings are the types that have a typed face beyond their two ends.
var meanings = map[string]func(*reader, *footfall.Event){
	"alert": (*reader).verdict, "drop": (*reader).drop, "flow": (*reader).flow, "netflow": (*reader).netflow, "anomaly": (*reader).anomaly,
	"ssh": (*reader).ssh, "rdp": (*reader).rdp, "smb": (*reader).smb, "dcerpc": (*reader).call, "krb5": (*reader).krb5, "rfb": (*reader).rfb, "ldap": (*reader).ldap, "pgsql": (*reader).pgsql,
	"dns": (*reader).dns, "http": (*reader).http, "tls": (*reader).tls, "dhcp": (*reader).dhcp,
	"fileinfo": (*reader).file, "ftp": (*reader).ftp, "ftp_data": (*reader).ftpData,
}

func (r *reader) verdict(e *footfall.Event) {
	e.Kind, e.Object = footfall.KindAlert, r.v.Get(vSignature)
	switch r.v.Get(vAction) {
	case "allowed":
		e.Outcome = footfall.Success
	case "blocked":
		e.Outcome = footfall.Failure
	}
}

func (r *reader) drop(e *footfall.Event) {
	e.Kind, e.Outcome, e.Object = footfall.KindConnection, footfall.Failure, r.v.Get(vSignature)
}

func (r *reader) anomaly(e *footfall.Event) { e.Object = r.v.Get(vAnomaly) }

// flow reads a flow. Whether a TCP server took it shows in the flags that it
// sent: without a SYN it refused (RST) or was silent. Where the client's
// side has none, the sensor came late and may have the ends the wrong way.
func (r *reader) flow(e *footfall.Event) {
	v := r.v
	e.Kind = footfall.KindConnection
	sent, got := v.Int(vToServer), v.Int(vToClient)
	client, known := flags(v.Get(vFlagsTS))
	server, _ := flags(v.Get(vFlagsTC))
	if (!known || client&syn == 0) && wrongWay(e) {
		turn(e)
		sent, got = got, sent
		client, server = server, client
		e.Service = r.service(e, "flow")
	}
	e.Bytes, e.Returned = total(sent, got), max(got, 0)
	e.Duration = between(v.Get(vStart), v.Get(vEnd))
	if e.Duration == 0 {
		e.Duration = min(max(v.Int(vAge), 0), 1<<30) * 1e9
	}
	switch tcp := v.Get(vProto) == "TCP"; {
	case v.Get(vVerdict) == "drop", v.Get(vTCPState) == "syn_sent":
		e.Outcome = footfall.Failure
	case tcp && known && server&syn != 0:
		e.Outcome = footfall.Success
	case tcp && known && client&(syn|ack) == syn:
		e.Outcome = footfall.Failure
	case tcp && known && client&syn != 0 && server&rst != 0:
		e.Outcome = footfall.Failure
	case !tcp && got > 0, !known && v.Get(vState) == "established":
		e.Outcome = footfall.Success
	}
}

const (
	syn = 0x02
	rst = 0x04
	ack = 0x10
)

func flags(s string) (uint64, bool) {
	if s == "" { // ParseUint allocates to say so
		return 0, false
	}
	n, err := strconv.ParseUint(s, 16, 16)
	return n, err == nil
}

func total(a, b int64) int64 {
	a, b = max(a, 0), max(b, 0)
	if a > 1<<62 || b > 1<<62 {
		return 0
	}
	return a + b
}

func between(start, end string) int64 {
	a, n := clock.ISO(start)
	b, m := clock.ISO(end)
	if n == 0 || m == 0 || b < a {
		return 0
	}
	return b - a
}

// netflow reads one direction of a flow; that of the server was turned.
func (r *reader) netflow(e *footfall.Event) {
	v := r.v
	e.Kind, e.Bytes, e.Duration = footfall.KindConnection, max(v.Int(vBytes), 0), between(v.Get(vNetStart), v.Get(vNetEnd))
	if e.From.Addr != v.Addr(vSrc) {
		e.Returned = e.Bytes
	}
}

// ssh reads the banners; nothing is seen of the authentication.
func (r *reader) ssh(e *footfall.Event) {
	e.Kind, e.Client = footfall.KindConnection, r.v.Get(vClient)
	if r.v.Get(vServer) != "" {
		e.Outcome = footfall.Success
	}
}

// rdp reads one of the messages that a session begins with. The cookie names
// the user that the client asked to be.
func (r *reader) rdp(e *footfall.Event) {
	v := r.v
	e.User, e.Client = account(v.Get(vCookie)), v.Get(vRDPClient)
	switch v.Get(vRDPType) {
	case "initial_request", "connect_request":
		e.Kind = footfall.KindConnection
	case "initial_response":
		if v.Get(vRDPError) != "" {
			e.Kind, e.Outcome, e.Reason = footfall.KindConnection, footfall.Failure, footfall.ReasonProtocol
		}
	}
}

// account parts a domain from a name: DOMAIN\name.
func account(s string) footfall.Account {
	if i := strings.LastIndexByte(s, '\\'); i >= 0 {
		return footfall.Account{Name: s[i+1:], Domain: s[:i]}
	}
	return footfall.Account{Name: s}
}

// rfb reads a session of VNC, whose result is told when it got that far.
// Types are those of RFC 6143 section 7.2, and Apple's.
func (r *reader) rfb(e *footfall.Event) {
	v := r.v
	e.Kind, e.Object = footfall.KindConnection, v.Get(vRFBName)
	switch v.Get(vRFBType) {
	case "1", "none":
		e.Auth, e.Guest = footfall.AuthNone, true
	case "2", "vnc":
		e.Auth = footfall.AuthPassword
	case "30":
		e.Service, e.Auth = footfall.ServiceARD, footfall.AuthPassword
	}
	switch strings.ToUpper(v.Get(vRFBResult)) {
	case "OK":
		e.Kind, e.Outcome = footfall.KindLogon, footfall.Success
	case "FAIL", "TOOMANY":
		e.Kind, e.Outcome = footfall.KindLogon, footfall.Failure
	case "": // since version 3.8 of the protocol a failure has a reason, and Suricata tells that instead
		if v.Get(vRFBReason) != "" && v.Get(vRFBType) != "" {
			e.Kind, e.Outcome = footfall.KindLogon, footfall.Failure
		}
	}
}

// krb5 reads an answer of a domain controller. The service that a ticket is
// for is the object: To is who was asked.
func (r *reader) krb5(e *footfall.Event) {
	v := r.v
	e.Auth, e.Object = footfall.AuthKerberos, given(v.Get(vKrbService))
	e.User = footfall.Account{Name: given(v.Get(vKrbName)), Domain: given(v.Get(vKrbRealm))}
	ask := v.Get(vKrbType)
	if ask == "KRB_ERROR" {
		ask = v.Get(vKrbAsked)
		e.Outcome = footfall.Failure
	} else if strings.HasSuffix(ask, "_REP") {
		e.Outcome = footfall.Success
	}
	switch {
	case strings.HasSuffix(ask, "_REQ") && e.Outcome == footfall.OutcomeUnknown:
		e.Kind = footfall.KindAttempt // asked, not answered yet
	case strings.HasPrefix(ask, "KRB_AS_"):
		e.Kind = footfall.KindCredential
	case strings.HasPrefix(ask, "KRB_TGS_"):
		e.Kind = footfall.KindTicket
	default:
		e.Kind = footfall.KindConnection
	}
	switch v.Get(vKrbError) {
	case "KDC_ERR_PREAUTH_REQUIRED":
		e.Kind = footfall.KindAttempt
	case "KRB_ERR_RESPONSE_TOO_BIG": // nobody failed: the client comes again over TCP (RFC 4120 section 7.2.1)
		e.Kind, e.Outcome = footfall.KindAttempt, footfall.OutcomeUnknown
	case "KDC_ERR_C_PRINCIPAL_UNKNOWN":
		e.Reason = footfall.ReasonNoUser
	case "KDC_ERR_PREAUTH_FAILED":
		e.Reason = footfall.ReasonBadPassword
	case "KDC_ERR_CLIENT_REVOKED":
		e.Reason = footfall.ReasonDisabled
	case "KDC_ERR_KEY_EXP", "KDC_ERR_KEY_EXPIRED", "KDC_ERR_NAME_EXP":
		e.Reason = footfall.ReasonExpired
	case "KDC_ERR_POLICY", "KDC_ERR_CLIENT_NOTYET":
		e.Reason = footfall.ReasonRestricted
	}
}

// given is a name that is there: Suricata writes <empty> for none.
func given(s string) string {
	if s == "<empty>" {
		return ""
	}
	return s
}

func (r *reader) ldap(e *footfall.Event) {
	v := r.v
	if v.Get(vLDAPOp) != "bind_request" {
		return
	}
	e.Kind, e.User = footfall.KindLogon, account(v.Get(vLDAPName))
	switch v.Get(vLDAPResult) {
	case "success":
		e.Outcome = footfall.Success
	case "", "sasl_bind_in_progress":
		e.Kind = footfall.KindAttempt
	case "invalid_credentials":
		e.Outcome, e.Reason = footfall.Failure, footfall.ReasonBadPassword
	default:
		e.Outcome = footfall.Failure
	}
}

func (r *reader) pgsql(e *footfall.Event) {
	if e.User.Name = r.v.Get(vPGUser); e.User.Name != "" {
		e.Kind = footfall.KindAttempt
	}
}

// dns reads a question or an answer. To is the first address among the
// answers, or the server that was asked, with its port, when there is none.
func (r *reader) dns(e *footfall.Event) {
	v := r.v
	e.Kind, e.Object = footfall.KindResolve, v.Get(vName)
	switch v.Get(vRCode) {
	case "":
	case "NOERROR":
		e.Outcome = footfall.Success
	default:
		e.Outcome = footfall.Failure
	}
	a := v.Addr(vRData)
	if raw := v.Get(vGrouped); raw != "" && !a.IsValid() {
		a = firstAddr(raw)
	}
	if a.IsValid() {
		e.To = footfall.Endpoint{Addr: a, Zone: e.To.Zone}
	}
}

// firstAddr finds the first address among the strings of a JSON text.
func firstAddr(raw string) netip.Addr {
	for range 400 {
		_, rest, ok := strings.Cut(raw, `"`)
		elem, after, more := strings.Cut(rest, `"`)
		if !ok || !more {
			break
		}
		if a := record.Addr(elem); a.IsValid() {
			return a
		}
		raw = after
	}
	return netip.Addr{}
}

func (r *reader) http(e *footfall.Event) {
	v := r.v
	e.Kind, e.Object, e.Client, e.User.Name = footfall.KindRequest, v.Get(vURL), v.Get(vAgent), v.Get(vHTTPUser)
	if n := v.Int(vHTTPStatus); n >= 400 {
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

func (r *reader) tls(e *footfall.Event) { e.Object = r.v.Get(vSNI) }

func (r *reader) dhcp(e *footfall.Event) {
	v := r.v
	e.MAC = v.Get(vDHCPMAC)
	a := v.Addr(vAssigned)
	if v.Get(vDHCPType) != "ack" || !a.IsValid() || a.IsUnspecified() {
		return
	}
	e.Kind, e.Outcome, e.Assigned = footfall.KindLease, footfall.Success, a
	if e.From.Port == 67 { // the server answers
		e.From, e.To = e.To, e.From
	}
	e.From = footfall.Endpoint{Host: v.Get(vHostname), Zone: e.From.Zone}
}

// file reads a file that was seen whole. Src is who sent it.
func (r *reader) file(e *footfall.Event) {
	v := r.v
	e.Object, e.Bytes = v.Get(vFileName), max(v.Int(vFileSize), 0)
	if e.Service == footfall.ServiceSMB || e.Service == footfall.ServiceFTP {
		e.Kind, e.Outcome = footfall.KindTransfer, footfall.Success
	}
}

// ftp reads a command with its answer: 230 lets a user in, 530 does not (RFC 959).
func (r *reader) ftp(e *footfall.Event) {
	v := r.v
	e.Kind = footfall.KindConnection
	command, code := v.Get(vFTPCommand), v.Int(vFTPCode)
	if command == "USER" {
		e.User.Name = v.Get(vFTPData)
		e.Guest = e.User.Name == "anonymous" || e.User.Name == "ftp"
	}
	switch {
	case code >= 400:
		e.Outcome = footfall.Failure
	case code >= 100:
		e.Outcome = footfall.Success
	}
	if command != "USER" && command != "PASS" {
		return
	}
	e.Auth = footfall.AuthPassword
	switch code {
	case 230:
		e.Kind = footfall.KindLogon
	case 530, 430:
		e.Kind, e.Reason = footfall.KindLogon, footfall.ReasonBadPassword
	default:
		e.Kind, e.Outcome = footfall.KindAttempt, footfall.OutcomeUnknown
	}
}

func (r *reader) ftpData(e *footfall.Event) {
	e.Kind, e.Outcome, e.Object = footfall.KindTransfer, footfall.Success, r.v.Get(vFTPFile)
}
