// Package okta reads the system log of Okta: sign-ins, second factors,
// policies, accounts, applications. One JSON record goes in, one event comes
// out. It holds no state.
package okta

import (
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/jsonlog"
	"github.com/footfall/footfall/internal/record"
)

// Decoder reads Okta's system log.
var Decoder = format.Decoder()

const (
	eventType = iota
	published
	result
	reason
	userName
	userID
	userType
	address
	country
	agent
	session
	credential
	device
	request
	targets
	message
	factor
	tenant
	uuid
	chain
)

var format = jsonlog.Format{
	Name:   "okta",
	Doc:    "System log of Okta, from its API or an event hook's or a collector's JSON: sessions, authentications and second factors, sign-on policies, accounts, groups, applications.",
	Source: "https://developer.okta.com/docs/reference/api/system-log/",
	Logs:   []footfall.Log{{Product: "okta", Services: []string{"okta"}}},
	By:     "the keys outcome or actor, with eventType, published, displayMessage and the like",
	Rate:   rate,
	Inside: []string{"okta", "json"},
	Paths: []string{
		eventType: "eventType|eventtype", published: "published|p_event_time", result: "outcome.result", reason: "outcome.reason",
		userName: "actor.alternateId|actor.alternateid", userID: "actor.id", userType: "actor.type",
		address: "client.ipAddress|client.ipaddress", country: "client.geographicalContext.country", agent: "client.userAgent.rawUserAgent",
		session:    "authenticationContext.externalSessionId|authenticationcontext.externalSessionId",
		credential: "authenticationContext.credentialType|authenticationcontext.credentialType",
		device:     "device.name", request: "debugContext.debugData.requestUri|debugcontext.debugData.requestUri",
		targets: "target[]", message: "displayMessage|displaymessage", factor: "debugContext.debugData.factor|debugcontext.debugData.factor",
		tenant: "debugContext.debugData.tenantId", uuid: "uuid", chain: "request.ipChain[]",
	},
	Also: map[string][]string{
		"eventtype": {"eventType"}, "eventType": {"eventtype"},
		"displaymessage": {"displayMessage"}, "displayMessage": {"displaymessage"},
		"legacyeventtype": {"legacyEventType"}, "legacyEventType": {"legacyeventtype"},
		"actor.alternateId":                          {"actor.alternateid"},
		"securitycontext.isProxy":                    {"securityContext.isProxy"},
		"debugcontext.debugData.requestUri":          {"debugContext.debugData.requestUri"},
		"debugcontext.debugData.behaviors":           {"debugContext.debugData.behaviors"},
		"debugcontext.debugData.logOnlySecurityData": {"debugContext.debugData.logOnlySecurityData"},
	},
	Mean: mean,
}

func rate(rec []byte) int {
	if !jsonlog.All(rec, "outcome") && !jsonlog.All(rec, "actor") {
		return 0
	}
	n := jsonlog.Count(rec, "eventType", "eventtype", "legacyEventType", "legacyeventtype", "displayMessage", "displaymessage",
		"authenticationContext", "authenticationcontext", "alternateId", "debugContext", "debugcontext", "published", "securityContext", "securitycontext")
	switch {
	case n >= 4:
		return 95
	case n >= 2 && jsonlog.Count(rec, "eventType", "eventtype") > 0:
		return 85
	}
	return 0
}

func mean(r *jsonlog.Reader) {
	e := r.Event
	r.UTC(published)
	e.Service = footfall.ServiceCloud
	e.User = footfall.Account{Name: r.Get(userName), SID: r.Get(userID)}
	e.From.Addr, e.Country = r.Addr(address), r.Get(country)
	if !e.From.Addr.IsValid() { // requests through a proxy of one's own: the outermost is first
		if v := r.Pick(chain, "", "", "ip"); v != "" {
			e.From.Addr = record.Addr(v)
		}
	}
	e.UID = r.Get(uuid)
	e.Client, e.Session, e.Tenant = r.Get(agent), r.Get(session), r.Get(tenant)
	e.Outcome = outcome(r.Get(result))
	if e.Outcome == footfall.Failure {
		e.Reason = why(r.Get(reason))
	}
	switch r.Get(credential) {
	case "PASSWORD":
		e.Auth = footfall.AuthPassword
	case "CERTIFICATE":
		e.Auth = footfall.AuthCertificate
	case "ASSERTION", "JWT", "OAuth2":
		e.Auth = footfall.AuthToken
	case "IWA":
		e.Auth = footfall.AuthKerberos
	}
	kind(r)
}

func outcome(s string) footfall.Outcome {
	switch s {
	case "SUCCESS", "ALLOW":
		return footfall.Success
	case "FAILURE", "DENY", "ABANDONED", "RATE_LIMIT":
		return footfall.Failure
	}
	return jsonlog.Outcome(s)
}

func why(s string) footfall.Reason {
	switch {
	case jsonlog.Has(s, "locked"):
		return footfall.ReasonLocked
	case jsonlog.Has(s, "unknown_user", "user_not_found", "unknown user"):
		return footfall.ReasonNoUser
	case jsonlog.Has(s, "expired"):
		return footfall.ReasonExpired
	case jsonlog.Has(s, "suspended", "deactivated", "inactive"):
		return footfall.ReasonDisabled
	case jsonlog.Has(s, "fastpass", "factor", "mfa", "push", "otp"):
		return footfall.ReasonMFA
	case jsonlog.Has(s, "policy", "not_assigned", "network_zone", "not allowed", "denied"):
		return footfall.ReasonRestricted
	case jsonlog.Has(s, "invalid_credentials", "verification_error", "password"):
		return footfall.ReasonBadPassword
	}
	return footfall.ReasonUnknown
}

// kind says what the event is about, by its type: exact names first, then
// the families that Okta extends with every release.
func kind(r *jsonlog.Reader) {
	e := r.Event
	name := r.Get(eventType)
	e.Object = name
	switch name {
	case "user.session.start":
		e.Kind = footfall.KindLogon
	case "user.authentication.sso", "app.generic.unauth_app_access_attempt", "user.session.access_admin_app":
		e.Kind, e.To.Host = footfall.KindLogon, r.Pick(targets, "type", "AppInstance", "displayName")
		if name[0] == 'a' {
			e.Outcome, e.Reason = footfall.Failure, footfall.ReasonRestricted
		}
	case "user.session.end", "user.session.clear", "user.session.expire":
		e.Kind = footfall.KindLogoff
	case "user.session.impersonation.initiate", "user.session.impersonation.grant":
		e.Kind, e.Target.Name = footfall.KindExplicit, r.Pick(targets, "type", "User", "alternateId")
	case "user.authentication.auth_via_mfa", "user.mfa.attempt_bypass", "system.push.send_factor_verify_push":
		factorUsed(e)
	case "user.mfa.okta_verify.deny_push", "user.mfa.okta_verify.deny_push_upgrade_needed":
		e.Outcome = footfall.Failure
		factorUsed(e)
	case "user.authentication.verify":
		e.Kind = footfall.KindCredential
	case "policy.evaluate_sign_on":
		policy(r)
	case "user.account.update_password", "user.account.reset_password", "user.account.expire_password", "user.credential.forgot_password":
		e.Kind, e.Target.Name = footfall.KindPassword, r.Pick(targets, "type", "User", "alternateId")
	case "user.account.report_suspicious_activity_by_enduser":
		e.Kind, e.Object = footfall.KindAlert, r.First(message, eventType)
	case "group.user_membership.add", "group.user_membership.remove", "group.privilege.grant", "group.privilege.revoke", "user.account.privilege.grant", "user.account.privilege.revoke":
		e.Kind, e.Target.Name = footfall.KindGroup, r.Pick(targets, "type", "User", "alternateId")
		if g := r.Pick(targets, "type", "UserGroup", "displayName"); g != "" {
			e.Object = g
		}
	default:
		family(r, name)
	}
}

func family(r *jsonlog.Reader, name string) {
	e := r.Event
	switch {
	case strings.HasPrefix(name, "user.authentication.auth"), name == "user.authentication.slo":
		e.Kind = footfall.KindLogon
		if strings.HasSuffix(name, "_radius") {
			e.Service = footfall.ServiceRADIUS
		} else if strings.HasSuffix(name, ".slo") {
			e.Kind = footfall.KindLogoff
		}
	case strings.HasPrefix(name, "user.lifecycle."), strings.HasPrefix(name, "user.account."), strings.HasPrefix(name, "user.mfa.factor."), strings.HasPrefix(name, "group.lifecycle."),
		strings.HasPrefix(name, "device.enrollment."), strings.HasPrefix(name, "device.lifecycle."):
		e.Kind, e.Target.Name = footfall.KindAccount, r.Pick(targets, "type", "User", "alternateId")
	case strings.HasPrefix(name, "security."):
		e.Kind, e.Object = footfall.KindAlert, r.First(message, eventType)
	case strings.HasPrefix(name, "policy."), strings.HasPrefix(name, "zone."), strings.HasPrefix(name, "application."), strings.HasPrefix(name, "system.idp."),
		strings.HasPrefix(name, "system.api_token."), strings.HasPrefix(name, "iam."), strings.HasPrefix(name, "system.agent."), strings.HasPrefix(name, "system.mfa."):
		e.Kind = footfall.KindConfig
	case name != "":
		e.Kind = footfall.KindCall
	}
}

// factorUsed makes e the answer to a second factor.
func factorUsed(e *footfall.Event) {
	e.Kind = footfall.KindCredential
	switch e.Outcome {
	case footfall.Success:
		e.MFA = footfall.MFAUsed
	case footfall.Failure:
		e.MFA, e.Reason = footfall.MFADenied, footfall.ReasonMFA
	}
}

// policy is the answer of a sign-on policy: DENY ends the sign-in, CHALLENGE
// asks for a second factor, ALLOW lets it go on.
func policy(r *jsonlog.Reader) {
	e := r.Event
	e.Kind, e.To.Host = footfall.KindAttempt, r.Pick(targets, "type", "AppInstance", "displayName")
	if e.Outcome == footfall.Failure {
		e.Kind, e.Reason = footfall.KindLogon, footfall.ReasonRestricted
	}
}
