// Package duo reads the logs of Cisco Duo's Admin API: authentications of
// both versions, administrators' actions, activities. One JSON record goes
// in, one event comes out. It holds no state.
package duo

import (
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/jsonlog"
	"github.com/footfall/footfall/internal/record"
)

// Decoder reads Duo's logs.
var Decoder = format.Decoder()

const (
	stamp = iota
	isoStamp
	result
	reason
	factor
	user
	userKey
	app
	accessIP
	accessHost
	country
	txid
	action
	object
	actor
	actorKey
	targetName
	agent
	details
)

var format = jsonlog.Format{
	Name: "duo",
	Doc: "Cisco Duo's logs from its Admin API: authentications (v1 and v2), administrator actions, activities. " +
		"An authentication is the second factor of a sign-in to the application that the record names.",
	Source: "https://duo.com/docs/adminapi#logs",
	Logs:   []footfall.Log{{Product: "cisco", Services: []string{"duo"}}},
	By:     "the keys factor and result with two more of its own, authlogs, or action with isotimestamp and username",
	Rate:   rate,
	Inside: []string{"json", "cisco_duo"},
	Paths: []string{
		stamp: "timestamp", isoStamp: "isotimestamp|ts|p_event_time", result: "result", reason: "reason", factor: "factor", user: "user.name|username", userKey: "user.key",
		app: "application.name|integration", accessIP: "access_device.ip|ip", accessHost: "access_device.hostname", country: "access_device.location.country|location.country",
		txid: "txid", action: "action|action.name", object: "object", actor: "actor.name", actorKey: "actor.key", targetName: "target.name",
		agent: "access_device.browser", details: "description",
	},
	Mean: mean,
}

func rate(rec []byte) int {
	switch {
	case jsonlog.All(rec, "authlogs"):
		return 85
	case jsonlog.All(rec, "factor", "result") && jsonlog.Count(rec, "access_device", "auth_device", "integration", "new_enrollment", "txid", "application") >= 2:
		return 93
	case jsonlog.All(rec, "action", "isotimestamp", "username"):
		return 93
	case jsonlog.All(rec, "action", "activity_id", "actor"):
		return 88
	case jsonlog.All(rec, "isotimestamp", "timestamp") && jsonlog.Count(rec, "eventtype", "event_type", "phone", "credits", "host", "object") >= 1:
		return 80
	}
	return 0
}

func mean(r *jsonlog.Reader) {
	e := r.Event
	r.UTC(isoStamp, stamp)
	e.Service = footfall.ServiceCloud
	switch {
	case r.Get(result) != "" || r.Get(factor) != "":
		authentication(r)
	case r.Get(action) != "":
		administrator(r)
	}
}

func authentication(r *jsonlog.Reader) {
	e := r.Event
	e.Kind = footfall.KindCredential
	e.User = footfall.Account{Name: r.Get(user), SID: r.Get(userKey)}
	e.From.Addr, e.From.Host, e.Country = r.Addr(accessIP), host(r.Get(accessHost)), r.Get(country)
	e.To.Host, e.Session, e.UID, e.Client = r.Get(app), r.Get(txid), r.Get(txid), r.Get(agent)
	e.Object = r.Get(factor)
	switch s := r.Get(result); {
	case jsonlog.Is(s, "success"):
		e.Outcome, e.MFA = footfall.Success, footfall.MFAUsed
		if jsonlog.Is(r.Get(reason), "bypass_user", "allow_unenrolled_user", "trusted_network", "trusted_location", "allowed_by_policy", "remembered_device") || jsonlog.Has(r.Get(reason), "bypass", "allow unenrolled") {
			e.MFA = footfall.MFAAbsent
		}
	case jsonlog.Is(s, "failure", "denied", "fraud", "error"):
		e.Outcome, e.MFA, e.Reason = footfall.Failure, footfall.MFADenied, why(r.Get(reason))
	}
}

// host takes what Duo writes for unknown names away.
func host(s string) string {
	if jsonlog.Is(s, "unknown", "none") {
		return ""
	}
	return s
}

func why(s string) footfall.Reason {
	switch {
	case jsonlog.Has(s, "locked"):
		return footfall.ReasonLocked
	case jsonlog.Has(s, "disabled", "deleted", "pending"):
		return footfall.ReasonDisabled
	case jsonlog.Has(s, "not_in_permitted", "restricted", "policy", "location", "anonymous", "out_of_date", "version", "platform", "endpoint", "trust"):
		return footfall.ReasonRestricted
	case jsonlog.Has(s, "deny_unenrolled", "not_enrolled"):
		return footfall.ReasonNoUser
	}
	return footfall.ReasonMFA
}

// administrator is an action of an administrator, or an activity.
func administrator(r *jsonlog.Reader) {
	e := r.Event
	a := r.Get(action)
	e.User = footfall.Account{Name: r.First(actor, user), SID: r.Get(actorKey)}
	e.From.Addr, e.Outcome = r.Addr(accessIP), footfall.Success
	e.Object = a
	target := r.First(targetName, object)
	switch {
	case strings.HasPrefix(a, "admin_login"), strings.HasPrefix(a, "admin_2fa"):
		e.Kind, e.To.Host = footfall.KindLogon, "Duo Admin Panel"
		if !e.From.Addr.IsValid() { // the description is JSON of its own
			e.From.Addr = record.Addr(r.Pick(details, "", "", "ip_address"))
		}
		if strings.Contains(a, "error") || strings.Contains(a, "fail") || strings.Contains(a, "denied") {
			e.Outcome, e.Reason = footfall.Failure, footfall.ReasonMFA
			if strings.HasPrefix(a, "admin_login") {
				e.Reason = footfall.ReasonBadPassword
			}
		}
	case strings.Contains(a, "password"):
		e.Kind, e.Target.Name = footfall.KindPassword, target
	case strings.HasPrefix(a, "group_"), strings.Contains(a, "_group"):
		e.Kind, e.Target.Name = footfall.KindGroup, target
	case strings.HasPrefix(a, "user_"), strings.HasPrefix(a, "admin_"), strings.HasPrefix(a, "bypass_"), strings.HasPrefix(a, "phone_"), strings.HasPrefix(a, "hardtoken_"),
		strings.HasPrefix(a, "activation_"), strings.Contains(a, "webauthn"), strings.Contains(a, "enroll"), strings.HasPrefix(a, "create_child"), strings.HasPrefix(a, "u2ftoken"):
		e.Kind, e.Target.Name = footfall.KindAccount, target
	case strings.HasPrefix(a, "integration_"), strings.HasPrefix(a, "policy_"), strings.HasPrefix(a, "customer_"), strings.HasPrefix(a, "application_"), strings.HasPrefix(a, "azure_"),
		strings.HasPrefix(a, "ad_sync"), strings.HasPrefix(a, "sso_"), strings.HasPrefix(a, "trust"):
		e.Kind = footfall.KindConfig
	default:
		e.Kind = footfall.KindCall
	}
}
