// Package signin reads sign-ins that no other decoder knows: JSON records
// with a time, a user, an address and a result under the names that services
// commonly give them, also records of many services in one file. One record
// goes in, one event comes out; what says neither is an event without a
// meaning. It holds no state.
package signin

import (
	"bytes"
	"slices"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/jsonlog"
)

// Decoder reads sign-ins of services.
var Decoder = footfall.Decoder{
	Name: format.Name, Doc: format.Doc, Source: format.Source, Frame: footfall.FrameJSON,
	By:    "keys for a user, an address, a time and a result, whatever each is called, or p_log_type",
	Sniff: sniff,
	New: func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
		return format.Reader(s).Decode, nil
	},
}

const (
	stamp = iota
	user
	userID
	address
	country
	result
	reason
	action
	app
	agent
	session
	tenant
	source
	mfa
	errorCode
	message
	anyAddress
	sort // what the action is of, where no action is named
)

var format = jsonlog.Format{
	Name: "signin",
	Doc: "Sign-ins of services that have no decoder of their own: JSON with a time, a user, an address and a result under common names (Box, Zoom, Asana, Notion, Slack, an application's own log), " +
		"and files in which records of many services stand together.",
	Source: "the names that services document for their audit logs; https://docs.panther.com/data-onboarding (p_ fields)",
	Logs:   []footfall.Log{{Product: "signin", Categories: []string{"authentication"}}},
	Rate:   rate,
	Paths: []string{
		stamp:   "timestamp|time|eventTime|event_time|created_at|createdAt|created|date|datetime|published|@timestamp|CreationTime|event.timestamp|id.time|p_event_time|createdDateTime|ts",
		user:    "user.email|user.name|username|user_name|userName|user|email|login|account|actor.email|actor.alternateId|actor.name|actor_user_name|created_by.login|userIdentity.userName|target_user.email|event.actor.person.email|protoPayload.authenticationInfo.principalEmail|properties.userPrincipalName|userPrincipalName|UserId|principal|usr.email|usr.name|subject",
		userID:  "user.id|user_id|userId|actor.id|actor_user_id|created_by.id|userIdentity.arn|target_user.uuid|actor.gid|uid",
		address: "ip|ip_address|ipAddress|ipaddr|client_ip|clientIp|client_ip_address|src_ip|source_ip|sourceIPAddress|remote_ip|remote_addr|remoteAddr|client.ipAddress|client.ip_address|context.client_ip_address|context.ip_address|context.location.ip_address|event.ip_address|protoPayload.requestMetadata.callerIP|calleripaddress|callerIpAddress|properties.ipAddress|network.client.ip|source.ip|ClientIP|access_device.ip|actor.ip",
		country: "country|country_code|client.geographicalContext.country|location.country|location|geoip.country_code",
		result:  "result|outcome|status|success|outcome.result|resultType|resulttype|responseElements.ConsoleLogin|category|authentication_result|login_result|login_status|evt.outcome",
		reason:  "reason|error|error_message|failure_reason|outcome.reason|errorMessage|message",
		action:  "action|event_type|eventType|eventName|event_name|name|operation|Operation|operationname|operationName|event.type|protoPayload.methodName|evt.name|activity",
		sort:    "type|event|event_category",
		app:     "app|application|app_name|service|application.name|resource.name|eventSource",
		agent:   "user_agent|userAgent|useragent|client.userAgent.rawUserAgent|client.app_name|context.user_agent|client_type|http.useragent|device",
		session: "session_id|sessionId|session|authenticationContext.externalSessionId|session_uuid", tenant: "tenant|org|organization|workspace_id|account_id|event.workspace_id|recipientAccountId|tenantId|team_id",
		source: "p_log_type|service_name|product|source", mfa: "mfa|mfa_used|mfaUsed|additionalEventData.MFAUsed|two_factor|is_second_factor", errorCode: "errorCode|error_code|event_type_id",
		message: "msg|description|displayMessage|text", anyAddress: "p_any_ip_addresses",
	},
	Mean: mean,
}

// sniff is sure of a file in which a platform put records of several services
// together, each with the name of its log: none of their decoders reads the rest.
func sniff(head []byte) int {
	sure := jsonlog.Sniff(head, rate)
	if sure == 0 {
		return 0
	}
	first, mixed, clusters := []byte(nil), false, true
	for rest := head; ; {
		_, after, ok := bytes.Cut(rest, []byte(`"p_log_type"`))
		if !ok {
			break
		}
		_, after, _ = bytes.Cut(after, []byte{'"'})
		name, _, _ := bytes.Cut(after, []byte{'"'})
		clusters = clusters && cluster(name)
		if first == nil {
			first = name
		} else if !bytes.Equal(first, name) && !bytes.HasPrefix(name, family(first)) {
			mixed = true
		}
		rest = after
	}
	if mixed && !clusters {
		return 97
	}
	return sure
}

// cluster tells the logs in which clouds keep the audit log of Kubernetes, whose
// decoder reads it in the dress of each.
func cluster(name []byte) bool {
	switch string(name) {
	case "Amazon.EKS.Audit", "Azure.MonitorActivity", "GCP.AuditLog":
		return true
	}
	return false
}

// family is the service in the name of a log, with its dot: "Okta.".
func family(name []byte) []byte {
	if i := bytes.IndexByte(name, '.'); i > 0 {
		return name[:i+1]
	}
	return name
}

// rate is low on purpose: whoever knows a format by its own marks is surer.
func rate(rec []byte) int {
	if jsonlog.All(rec, "p_log_type") {
		return 30
	}
	who := some(rec, "user", "username", "user_name", "userName", "email", "login", "actor", "userPrincipalName", "account", "principal", "usr")
	from := who && some(rec, "ip", "ip_address", "ipAddress", "ipaddr", "client_ip", "clientIp", "src_ip", "source_ip", "sourceIPAddress", "remote_ip", "remote_addr", "client_ip_address", "ClientIP")
	when := from && some(rec, "timestamp", "time", "eventTime", "event_time", "created_at", "createdAt", "date", "datetime", "@timestamp", "published", "createdDateTime", "ts", "created")
	what := when && some(rec, "result", "outcome", "status", "success", "event", "event_type", "eventType", "action", "type", "eventName", "event_name", "operation", "message", "msg")
	if what {
		return 25
	}
	return 0
}

// some reports whether rec has one of names.
func some(rec []byte, names ...string) bool {
	return slices.ContainsFunc(names, func(n string) bool { return jsonlog.All(rec, n) })
}

func mean(r *jsonlog.Reader) {
	e := r.Event
	r.When(stamp)
	e.Service, e.Tenant, e.Country = footfall.ServiceCloud, r.Get(tenant), r.Get(country)
	e.From.Addr, e.Client, e.Session = r.Addr(address), r.Get(agent), r.Get(session)
	if !e.From.Addr.IsValid() {
		e.From.Addr = r.Addr(anyAddress)
	}
	e.User = jsonlog.Name(r.Get(user))
	e.User.SID = r.Get(userID)
	e.To.Host = r.First(app, source)
	a := r.First(action, sort)
	e.Object = a
	switch {
	case jsonlog.Is(a, "user.session.start", "ConsoleLogin"), signs(a), signs(r.Get(message)), a == "" && r.Get(result) != "" && e.User.Name != "":
		e.Kind = footfall.KindLogon
	case jsonlog.Has(a, "logout", "log_out", "logoff", "signout", "sign_out", "session.end"):
		e.Kind = footfall.KindLogoff
	case jsonlog.Has(a, "mfa", "2fa", "two_factor", "otp"):
		e.Kind = footfall.KindCredential
	case jsonlog.Has(a, "password"):
		e.Kind = footfall.KindPassword
	case jsonlog.Is(r.Get(errorCode), "5", "8"):
		e.Kind, e.Outcome = footfall.KindLogon, footfall.Success
	case jsonlog.Is(r.Get(errorCode), "6"):
		e.Kind, e.Outcome = footfall.KindLogon, footfall.Failure
	case a != "":
		e.Kind = footfall.KindCall
	}
	if e.Kind == footfall.KindUnknown {
		e.Service = footfall.ServiceUnknown
		return
	}
	e.Outcome = outcome(r, e.Outcome)
	switch {
	case jsonlog.Is(r.Get(mfa), "yes", "true"):
		e.MFA = footfall.MFAUsed
	case jsonlog.Is(r.Get(mfa), "no", "false"):
		e.MFA = footfall.MFAAbsent
	}
	if e.Outcome == footfall.Failure && e.Kind == footfall.KindLogon {
		e.Reason = why(r.First(reason, message, action, sort))
	}
}

// signs reports whether s speaks of a sign-in. What comes from a client never
// stands in a name of an action; a message may quote one, so it counts by its beginning.
func signs(s string) bool {
	if len(s) > 64 {
		s = s[:64]
	}
	return jsonlog.Has(s, "login", "log_in", "logon", "signin", "sign_in", "sign-in", "sign in", "signed in", "logged in", "authenticat", "credentials_")
}

// outcome is what the result says, else what the action's name does.
func outcome(r *jsonlog.Reader, told footfall.Outcome) footfall.Outcome {
	if told != footfall.OutcomeUnknown {
		return told
	}
	v := r.Get(result)
	if o := jsonlog.Outcome(v); o != footfall.OutcomeUnknown {
		return o
	}
	if v == "0" && strings.Contains(r.Event.Object, "ign-in") {
		return footfall.Success
	}
	for _, s := range [...]string{v, r.Event.Object, r.Get(sort), r.Get(message)} {
		switch {
		case jsonlog.Has(s, "fail", "denied", "invalid", "reject", "error", "unsuccess", "blocked"):
			return footfall.Failure
		case jsonlog.Has(s, "succe", "logged in", "signed in", "ok", "granted", "accepted"):
			return footfall.Success
		}
	}
	if e := r.Event; e.Kind == footfall.KindLogon && r.Get(errorCode) == "" && e.Object != "" {
		return footfall.Success // services log a sign-in by its name alone when it worked
	}
	return footfall.OutcomeUnknown
}

func why(s string) footfall.Reason {
	switch {
	case jsonlog.Has(s, "locked"):
		return footfall.ReasonLocked
	case jsonlog.Has(s, "unknown user", "no such user", "user not found", "user_not_found", "no username"):
		return footfall.ReasonNoUser
	case jsonlog.Has(s, "disabled", "suspended", "deactivated"):
		return footfall.ReasonDisabled
	case jsonlog.Has(s, "expired"):
		return footfall.ReasonExpired
	case jsonlog.Has(s, "mfa", "otp", "factor"):
		return footfall.ReasonMFA
	case jsonlog.Has(s, "password", "credential", "verification_error"):
		return footfall.ReasonBadPassword
	}
	return footfall.ReasonUnknown
}
