// Package auth0 reads Auth0's tenant logs, from its Management API and as log
// streams wrap them. One JSON record goes in, one event comes out, by the
// record's type code. It holds no state.
package auth0

import (
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/jsonlog"
)

// Decoder reads Auth0's logs.
var Decoder = format.Decoder()

const (
	code = iota
	date
	address
	userName
	userID
	client
	clientID
	agent
	recordID
	tenant
	country
	session
	description
	status
	apiUser
	path
)

var format = jsonlog.Format{
	Name:   "auth0",
	Doc:    "Tenant logs of Auth0 as its Management API gives them and as log streams wrap them in data: sign-ins, second factors, sign-ups, changes, calls of the Management API.",
	Source: "https://auth0.com/docs/deploy-monitor/logs/log-event-type-codes",
	Logs:   []footfall.Log{{Product: "auth0", Services: []string{"auth0"}}},
	By:     "the keys log_id and type, and three more of its own",
	Rate:   rate,
	Inside: []string{"json", "auth0"},
	Paths: []string{
		code: "data.type|type", date: "data.date|date|time|p_event_time", address: "data.ip|ip", userName: "data.user_name|user_name", userID: "data.user_id|user_id",
		client: "data.client_name|client_name", clientID: "data.client_id|client_id", agent: "data.user_agent|user_agent", recordID: "log_id", tenant: "data.tenant_name|tenant_name|data.hostname|hostname",
		country: "data.location_info.country_code|location_info.country_code", session: "data.session_id|session_id", description: "data.description|description",
		status:  "data.details.response.statusCode|details.response.statusCode",
		apiUser: "data.details.request.auth.user.email|details.request.auth.user.email", path: "data.details.request.path|details.request.path",
	},
	Also: map[string][]string{"data.type": {"type"}, "data.user_name": {"user_name"}, "data.ip": {"ip"}, "data.description": {"description"}},
	Mean: mean,
}

func rate(rec []byte) int {
	if jsonlog.All(rec, "log_id", "type") && jsonlog.Count(rec, "data", "date", "user_agent", "client_id", "ip", "details", "description", "isMobile", "tenant_name") >= 3 {
		return 94
	}
	return 0
}

// A meaning is what a type code says.
type meaning struct {
	kind    footfall.Kind
	outcome footfall.Outcome
	reason  footfall.Reason
	mfa     footfall.MFA
}

const (
	ok   = footfall.Success
	fail = footfall.Failure
)

var codes = map[string]meaning{
	"s": {footfall.KindLogon, ok, 0, 0}, "ssa": {footfall.KindLogon, ok, 0, 0}, "sepft": {footfall.KindLogon, ok, 0, 0}, "scoa": {footfall.KindLogon, ok, 0, 0},
	"seacft": {footfall.KindLogon, ok, 0, 0}, "seccft": {footfall.KindLogon, ok, 0, 0}, "sede": {footfall.KindLogon, ok, 0, 0}, "seoobft": {footfall.KindLogon, ok, 0, 0},
	"seotpft": {footfall.KindLogon, ok, 0, footfall.MFAUsed}, "sercft": {footfall.KindLogon, ok, 0, footfall.MFAUsed}, "sertft": {footfall.KindCall, ok, 0, 0},
	"sens": {footfall.KindLogon, ok, 0, 0}, "si": {footfall.KindAccount, ok, 0, 0},
	"f": {footfall.KindLogon, fail, 0, 0}, "fp": {footfall.KindLogon, fail, footfall.ReasonBadPassword, 0}, "fu": {footfall.KindLogon, fail, footfall.ReasonNoUser, 0},
	"fc": {footfall.KindLogon, fail, 0, 0}, "fco": {footfall.KindCall, fail, 0, 0}, "fcoa": {footfall.KindLogon, fail, 0, 0}, "fsa": {footfall.KindLogon, fail, 0, 0},
	"fepft": {footfall.KindLogon, fail, footfall.ReasonBadPassword, 0}, "feacft": {footfall.KindLogon, fail, 0, 0}, "feccft": {footfall.KindLogon, fail, 0, 0}, "fede": {footfall.KindLogon, fail, 0, 0},
	"feoobft": {footfall.KindLogon, fail, footfall.ReasonMFA, footfall.MFADenied}, "feotpft": {footfall.KindLogon, fail, footfall.ReasonMFA, footfall.MFADenied},
	"fercft": {footfall.KindLogon, fail, footfall.ReasonMFA, footfall.MFADenied}, "fertft": {footfall.KindCall, fail, 0, 0}, "fens": {footfall.KindLogon, fail, 0, 0},
	"limit_wc": {footfall.KindLogon, fail, footfall.ReasonLocked, 0}, "limit_mu": {footfall.KindLogon, fail, footfall.ReasonLocked, 0}, "limit_sul": {footfall.KindLogon, fail, footfall.ReasonLocked, 0},
	"limit_delegation": {footfall.KindCall, fail, 0, 0}, "api_limit": {footfall.KindCall, fail, 0, 0}, "pwd_leak": {footfall.KindAlert, fail, footfall.ReasonRestricted, 0},
	"signup_pwd_leak": {footfall.KindAlert, fail, 0, 0}, "reset_pwd_leak": {footfall.KindAlert, fail, 0, 0}, "appi": {footfall.KindAlert, 0, 0, 0},
	"slo": {footfall.KindLogoff, ok, 0, 0}, "flo": {footfall.KindLogoff, fail, 0, 0}, "session_revoked": {footfall.KindLogoff, ok, 0, 0},
	"ss": {footfall.KindAccount, ok, 0, 0}, "fs": {footfall.KindAccount, fail, 0, 0}, "sdu": {footfall.KindAccount, ok, 0, 0}, "fdu": {footfall.KindAccount, fail, 0, 0}, "du": {footfall.KindAccount, ok, 0, 0},
	"sce": {footfall.KindAccount, ok, 0, 0}, "fce": {footfall.KindAccount, fail, 0, 0}, "scu": {footfall.KindAccount, ok, 0, 0}, "fcu": {footfall.KindAccount, fail, 0, 0},
	"scpn": {footfall.KindAccount, ok, 0, 0}, "fcpn": {footfall.KindAccount, fail, 0, 0}, "sui": {footfall.KindAccount, ok, 0, 0}, "fui": {footfall.KindAccount, fail, 0, 0},
	"sv": {footfall.KindAccount, ok, 0, 0}, "fv": {footfall.KindAccount, fail, 0, 0}, "ublkdu": {footfall.KindAccount, ok, 0, 0},
	"scp": {footfall.KindPassword, ok, 0, 0}, "fcp": {footfall.KindPassword, fail, 0, 0}, "scpr": {footfall.KindPassword, ok, 0, 0}, "fcpr": {footfall.KindPassword, fail, 0, 0},
	"gd_auth_succeed": {footfall.KindCredential, ok, 0, footfall.MFAUsed}, "gd_auth_failed": {footfall.KindCredential, fail, footfall.ReasonMFA, footfall.MFADenied},
	"gd_auth_rejected": {footfall.KindCredential, fail, footfall.ReasonMFA, footfall.MFADenied}, "gd_recovery_succeed": {footfall.KindCredential, ok, 0, footfall.MFAUsed},
	"gd_recovery_failed": {footfall.KindCredential, fail, footfall.ReasonMFA, footfall.MFADenied}, "gd_webauthn_challenge_failed": {footfall.KindCredential, fail, footfall.ReasonMFA, footfall.MFADenied},
	"gd_otp_rate_limit_exceed": {footfall.KindCredential, fail, footfall.ReasonMFA, footfall.MFADenied}, "gd_recovery_rate_limit_exceed": {footfall.KindCredential, fail, footfall.ReasonMFA, footfall.MFADenied},
	"gd_start_auth": {footfall.KindCredential, 0, 0, 0}, "mfar": {footfall.KindCredential, 0, 0, 0}, "gd_enrollment_complete": {footfall.KindAccount, ok, 0, 0},
	"gd_user_delete": {footfall.KindAccount, ok, 0, 0}, "gd_unenroll": {footfall.KindAccount, ok, 0, 0}, "gd_update_device_account": {footfall.KindAccount, ok, 0, 0},
	"gd_tenant_update": {footfall.KindConfig, ok, 0, 0}, "sapi": {footfall.KindCall, ok, 0, 0}, "fapi": {footfall.KindCall, fail, 0, 0}, "mgmt_api_read": {footfall.KindCall, ok, 0, 0},
	"fn": {footfall.KindCall, fail, 0, 0},
}

func mean(r *jsonlog.Reader) {
	e := r.Event
	r.UTC(date)
	e.Service, e.Tenant, e.Country, e.UID = footfall.ServiceCloud, r.Get(tenant), r.Get(country), r.Get(recordID)
	e.From.Addr = r.Addr(address)
	e.User = footfall.Account{Name: r.First(userName, apiUser), SID: r.Get(userID)}
	e.Client, e.Session, e.To.Host = r.Get(agent), r.Get(session), r.First(client, clientID)
	c := r.Get(code)
	m, known := codes[c]
	e.Kind, e.Outcome, e.Reason, e.MFA = m.kind, m.outcome, m.reason, m.mfa
	if !known && c != "" {
		e.Kind = footfall.KindCall
	}
	e.Object = c
	switch {
	case e.Kind == footfall.KindCall && strings.HasSuffix(c, "api"):
		management(r)
	case e.Kind == footfall.KindAlert, e.Kind == footfall.KindCall:
		if v := r.Get(description); v != "" {
			e.Object = v
		}
	case e.Kind == footfall.KindLogon && e.Outcome == footfall.Failure && e.Reason == footfall.ReasonUnknown:
		if jsonlog.Has(r.Get(description), "blocked") {
			e.Reason = footfall.ReasonLocked
		} else if jsonlog.Has(r.Get(description), "wrong email or password", "invalid credentials") {
			e.Reason = footfall.ReasonBadPassword
		}
	}
}

// management is a call of the Management API: its path says what changed.
func management(r *jsonlog.Reader) {
	e := r.Event
	if n := r.Num(status); n >= 400 {
		e.Outcome = fail
	}
	p := r.Get(path)
	if p != "" {
		e.Object = p
	}
	switch {
	case strings.Contains(p, "/roles"), strings.Contains(p, "/organizations/") && strings.Contains(p, "/members"):
		e.Kind = footfall.KindGroup
	case strings.Contains(p, "/users"), strings.Contains(p, "/guardian/enrollments"):
		e.Kind = footfall.KindAccount
	case strings.Contains(p, "/attack-protection"), strings.Contains(p, "/guardian"), strings.Contains(p, "/connections"), strings.Contains(p, "/rules"), strings.Contains(p, "/clients"),
		strings.Contains(p, "/tenants"), strings.Contains(p, "/anomaly"), strings.Contains(p, "/actions"), strings.Contains(p, "/log-streams"), strings.Contains(p, "/client-grants"):
		e.Kind = footfall.KindConfig
	}
}
