// Package onepassword reads the Events API of 1Password: attempts to sign in,
// uses of items, audited actions. One JSON record goes in, one event comes
// out. It holds no state.
package onepassword

import (
	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/jsonlog"
)

// Decoder reads 1Password's events.
var Decoder = format.Decoder()

const (
	stamp = iota
	category
	kindOf
	email
	userID
	address
	app
	platform
	country
	session
	action
	item
	vault
	object
	actor
	actorEmail
	location
)

var format = jsonlog.Format{
	Name:   "onepassword",
	Doc:    "Events API of 1Password: sign-in attempts, item usages, audit events.",
	Source: "https://developer.1password.com/docs/events-api/reference/",
	Logs:   []footfall.Log{{Product: "1password", Services: []string{"events"}}},
	By:     "the keys session_uuid, target_user and category; item_uuid, vault_uuid and user; or actor_uuid, action and object_type",
	Rate:   rate,
	Inside: []string{"json", "onepassword"},
	Paths: []string{
		stamp: "timestamp|p_event_time", category: "category", kindOf: "type", email: "target_user.email|user.email", userID: "target_user.uuid|user.uuid",
		address: "client.ip_address|session.ip", app: "client.app_name", platform: "client.platform_name", country: "country|location.country", session: "session_uuid|session.uuid",
		action: "action", item: "item_uuid", vault: "vault_uuid", object: "object_type", actor: "actor_uuid", actorEmail: "actor_details.email", location: "location.country",
	},
	Mean: mean,
}

func rate(rec []byte) int {
	switch {
	case jsonlog.All(rec, "session_uuid", "target_user", "category"), jsonlog.All(rec, "item_uuid", "vault_uuid", "user"):
		return 94
	case jsonlog.All(rec, "actor_uuid", "action", "object_type") && jsonlog.Count(rec, "session", "uuid", "object_uuid", "aux_info") >= 2:
		return 92
	case jsonlog.All(rec, "target_user", "category", "client"):
		return 85
	}
	return 0
}

func mean(r *jsonlog.Reader) {
	e := r.Event
	r.UTC(stamp)
	e.Service, e.Session = footfall.ServiceCloud, r.Get(session)
	e.From.Addr, e.Country, e.Client = r.Addr(address), r.First(country, location), r.First(app, platform)
	e.User = footfall.Account{Name: r.Get(email), SID: r.Get(userID)}
	switch {
	case r.Get(category) != "":
		signIn(r)
	case r.Get(item) != "":
		e.Kind, e.Outcome, e.Object = footfall.KindCall, footfall.Success, r.Get(action)
	case r.Get(actor) != "":
		audited(r)
	}
}

func signIn(r *jsonlog.Reader) {
	e := r.Event
	e.Kind, e.Object = footfall.KindLogon, r.Get(kindOf)
	switch r.Get(category) {
	case "success", "firewall_reported_success":
		e.Outcome = footfall.Success
	case "credentials_failed":
		e.Outcome, e.Reason = footfall.Failure, footfall.ReasonBadPassword
	case "mfa_failed":
		e.Outcome, e.Reason, e.MFA = footfall.Failure, footfall.ReasonMFA, footfall.MFADenied
	case "sso_failed":
		e.Outcome = footfall.Failure
	case "modern_version_failed", "firewall_failed":
		e.Outcome, e.Reason = footfall.Failure, footfall.ReasonRestricted
	}
	if r.Get(kindOf) == "mfa_ok" {
		e.MFA = footfall.MFAUsed
	}
}

func audited(r *jsonlog.Reader) {
	e := r.Event
	e.User = footfall.Account{Name: r.Get(actorEmail), SID: r.Get(actor)}
	e.Outcome, e.Object = footfall.Success, r.Get(action)
	switch r.Get(object) {
	case "user", "invite", "device", "slackapp", "mfa", "sa", "sso", "ssotkn":
		e.Kind = footfall.KindAccount
	case "gm", "group", "uva", "gva", "famchild":
		e.Kind = footfall.KindGroup
	case "account", "provsn", "template", "dlgdsess", "file", "report":
		e.Kind = footfall.KindConfig
	default:
		e.Kind = footfall.KindCall
	}
}
