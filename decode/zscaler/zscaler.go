// Package zscaler reads what Zscaler streams: ZPA's user status, user activity,
// browser access, app connector status and audit logs, and ZIA's web,
// firewall, tunnel and audit logs, all as JSON. In goes one record, out comes
// one event.
package zscaler

import (
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/clock"
	"github.com/footfall/footfall/internal/hostport"
	"github.com/footfall/footfall/internal/record"
)

// Decoder reads the JSON of ZPA and ZIA.
var Decoder = footfall.Decoder{
	Name:   "zscaler",
	Doc:    "Zscaler's logs as JSON: ZPA (user status, user activity, browser access, connectors, audit) and ZIA (web, firewall, tunnel, audit).",
	Source: "https://help.zscaler.com/zpa/about-log-streaming-service, https://help.zscaler.com/zia/nss-feeds",
	Frame:  footfall.FrameJSON,
	By:     "a sourcetype zscalernss-..., or the keys LogTimestamp and Customer with those of a kind of log",
	Sniff:  sniff,
	New: func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
		r := &reader{
			zia:    s.AddLog(footfall.Log{Product: "zscaler", Services: []string{"zia"}}),
			zpa:    s.AddLog(footfall.Log{Product: "zscaler", Services: []string{"zpa"}}),
			values: record.New(s, paths[:], also()),
		}
		return r.decode, nil
	},
}

const (
	logTime = iota
	otherTime
	status
	user
	session
	publicIP
	publicPort
	privateIP
	clientHost
	country
	customer
	clientType
	host
	serverIP
	serverPort
	app
	policy
	sent
	got
	connStatus
	reason
	method
	url
	code
	agent
	sourcetype
	action
	result
	category
	subcategory
	resource
	operation
	objectType
	objectName
	connector
	domain
	slots
)

// paths: names of ZIA stand in "event" when NSS sends them to a collector, or alone.
var paths = [slots]string{
	logTime: "LogTimestamp", otherTime: "event.time|event.datetime|ModifiedTime|CreationTime|datetime|time", status: "SessionStatus",
	user: "Username|NameID|User|event.adminid|event.user|event.login|event.elogin|adminid|user", session: "SessionID|ConnectionID|event.recordid",
	publicIP: "PublicIP|ClientPublicIP|ClientPublicIp|event.clientip|event.clientpublicIP|event.csip|event.sourceip|clientip|clientpublicIP|csip", publicPort: "ClientPublicPort|event.csport|csport",
	privateIP: "PrivateIP|ClientPrivateIP|ClientPrivateIp", clientHost: "Hostname|event.devicehostname|devicehostname", country: "CountryCode|ClientCountryCode|event.srcip_country",
	customer: "Customer|CustomerID|event.cloudname", clientType: "ClientType|Platform", host: "Host|event.hostname|hostname", serverIP: "ServerIP|event.serverip|event.cdip|event.ssip|serverip|cdip",
	serverPort: "ServerPort|ServicePort|ApplicationPort|event.cdport|cdport", app: "Application|event.appname", policy: "Policy|event.rulelabel|event.reason",
	sent: "ZENBytesRxClient|TotalBytesRx|RequestSize|event.requestsize|event.outbytes|requestsize", got: "ZENBytesTxClient|TotalBytesTx|ResponseSize|event.responsesize|event.inbytes|responsesize",
	connStatus: "ConnectionStatus", reason: "InternalReason|ConnectionReason", method: "Method|event.requestmethod|requestmethod", url: "URL|event.url|url", code: "StatusCode|event.status|status",
	agent: "UserAgent|event.useragent|useragent", sourcetype: "sourcetype", operation: "AuditOperationType", objectType: "ObjectType", objectName: "ObjectName", connector: "Connector", domain: "Idp",
	action: "event.action|action", result: "event.result|result", category: "event.category|category", subcategory: "event.subcategory|subcategory", resource: "event.resource|resource",
}

// also gives the names in "event" without it, as rules for the records write them.
func also() map[string][]string {
	out := map[string][]string{}
	for _, n := range strings.Fields("action adminid category clientip resource result subcategory auditlogtype interface user url hostname useragent requestmethod") {
		out["event."+n] = []string{n}
	}
	return out
}

type reader struct {
	zia, zpa footfall.LogID
	values   *record.Values
}

func (r *reader) decode(b *footfall.Batch, frame []byte) error {
	e := b.New()
	v := r.values
	e.Log, e.Program = r.zpa, "zpa"
	v.Begin(b)
	if err := v.JSON(frame); err != nil {
		return err
	}
	r.when(e)
	e.User.Name, e.Session = v.Get(user), v.Get(session)
	e.From.Addr, e.From.Port = v.Addr(publicIP), v.Port(publicPort)
	e.Country, e.Tenant, e.Client = v.Get(country), v.Get(customer), v.Get(agent)
	e.From.Host = v.Get(clientHost)
	switch {
	case v.Get(connector) != "" && v.Get(status) != "":
		e.Computer, e.From.Host = v.Get(connector), ""
	case v.Get(status) != "":
		r.entered(e)
	case v.Get(operation) != "":
		r.changed(e, v.Get(operation), v.Get(objectType), v.Get(objectName))
	case v.Get(method) != "" && v.Get(url) != "":
		r.request(e)
	case v.Get(connStatus) != "":
		r.connected(e)
	case v.Get(category) != "" && v.Get(result) != "":
		e.Log, e.Program = r.zia, "zia"
		r.administered(e)
	case v.Get(sourcetype) != "" || v.Get(action) != "":
		e.Log, e.Program = r.zia, "zia"
		r.connected(e)
	}
	return nil
}

// when takes LogTimestamp, in UTC as its maker says, or the record's other time.
func (r *reader) when(e *footfall.Event) {
	if ns, n := clock.Parse(r.values.Get(logTime)); n > 0 {
		e.Time = ns
		return
	}
	s := r.values.Get(otherTime)
	if ns, n := clock.Parse(s); n > 0 {
		e.Time, e.Zoneless = ns, !clock.Zoned(s[:n])
	}
}

// entered reads ZPA's user status.
func (r *reader) entered(e *footfall.Event) {
	v := r.values
	e.Service, e.Client, e.To.Host = footfall.ServiceVPN, v.Get(clientType), ""
	e.Bytes, e.Returned = total(v)
	switch v.Get(status) {
	case "ZPN_STATUS_AUTHENTICATED":
		e.Kind, e.Outcome = footfall.KindLogon, footfall.Success
	case "ZPN_STATUS_DISCONNECTED":
		e.Kind, e.Outcome = footfall.KindLogoff, footfall.Success
	case "ZPN_STATUS_AUTH_FAILED", "ZPN_STATUS_AUTHENTICATION_FAILED":
		e.Kind, e.Outcome, e.Reason = footfall.KindLogon, footfall.Failure, footfall.ReasonBadPassword
	default:
		e.Kind = footfall.KindAttempt
	}
}

func total(v *record.Values) (bytes, back int64) {
	up, down := v.Int(sent), v.Int(got)
	if up < 0 || down < 0 || up > 1<<52 || down > 1<<52 {
		return 0, 0
	}
	return up + down, down
}

// connected reads a connection that ZPA or ZIA carried.
func (r *reader) connected(e *footfall.Event) {
	v := r.values
	e.Kind, e.Outcome = footfall.KindConnection, footfall.Success
	e.To, _ = hostport.Host(v.Get(host))
	if a := v.Addr(serverIP); a.IsValid() {
		e.To.Addr = a
	}
	e.To.Port = v.Port(serverPort)
	e.Service = footfall.ServiceOfPort(e.To.Port)
	e.Object = v.First(policy, app)
	e.Bytes, e.Returned = total(v)
	low := v.Get(action)
	if strings.HasPrefix(low, "Block") || strings.HasPrefix(low, "Drop") || strings.HasPrefix(low, "block") || strings.Contains(v.Get(reason), "DENIED") || strings.Contains(v.Get(reason), "REJECTED") || strings.Contains(v.Get(reason), "POLICY_") && strings.Contains(v.Get(reason), "DENY") {
		e.Outcome, e.Reason = footfall.Failure, footfall.ReasonRestricted
	}
}

// request reads a request through browser access or ZIA.
func (r *reader) request(e *footfall.Event) {
	v := r.values
	r.connected(e)
	e.Kind, e.Service, e.Object = footfall.KindRequest, footfall.ServiceWeb, v.Get(url)
	if c := v.Get(code); len(c) == 3 && c[0] >= '4' {
		e.Outcome = footfall.Failure
	}
}

// administered reads ZIA's audit log.
func (r *reader) administered(e *footfall.Event) {
	v := r.values
	r.changed(e, v.Get(action), v.Get(subcategory), v.Get(resource))
	if v.Get(result) != "SUCCESS" {
		e.Outcome = footfall.Failure
	}
	if cat := v.Get(category); cat == "USER_MANAGEMENT" || cat == "ADMINISTRATOR_MANAGEMENT" {
		e.Kind, e.Target.Name = footfall.KindAccount, v.Get(resource)
	}
}

// changed reads what an administrator did.
func (r *reader) changed(e *footfall.Event, what, kind, name string) {
	e.Service, e.Outcome, e.Object = footfall.ServiceCloud, footfall.Success, name
	switch what {
	case "SIGN_IN", "Sign In", "Sign In Success":
		e.Kind, e.Object = footfall.KindLogon, ""
	case "Sign In Failure":
		e.Kind, e.Object, e.Outcome, e.Reason = footfall.KindLogon, "", footfall.Failure, footfall.ReasonBadPassword
	case "SIGN_OUT", "Sign Out":
		e.Kind, e.Object = footfall.KindLogoff, ""
	default:
		e.Kind = footfall.KindConfig
		if kind == "Administrator" || kind == "User" {
			e.Kind, e.Target.Name = footfall.KindAccount, name
		}
		if e.Object == "" || e.Object == "None" {
			e.Object = kind
		}
	}
}

func sniff(head []byte) int {
	s := strings.TrimLeft(footfall.Str(head[:min(len(head), 16<<10)]), " \r\n\t[\ufeff")
	if !strings.HasPrefix(s, "{") {
		return 0
	}
	has := func(list ...string) bool {
		for _, w := range list {
			if !strings.Contains(s, `"`+w+`"`) {
				return false
			}
		}
		return true
	}
	switch {
	case strings.Contains(s, `"zscalernss-`):
		return 96
	case has("LogTimestamp", "Customer") && (has("SessionStatus") || has("ConnectionStatus") || has("Exporter") || has("ConnectionID")):
		return 95
	case has("AuditOperationType", "ObjectType", "CustomerID"):
		return 95
	case has("auditlogtype", "adminid", "clientip"):
		return 94
	}
	return 0
}
