// Package onelogin reads OneLogin's events, from its API, webhooks and event
// broadcaster. One JSON record goes in, one event comes out, by the number of
// its type. It holds no state.
package onelogin

import (
	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/jsonlog"
)

// Decoder reads OneLogin's events.
var Decoder = format.Decoder()

const (
	typeID = iota
	created
	address
	actor
	actorID
	user
	userID
	app
	role
	account
	factor
	failure
)

var format = jsonlog.Format{
	Name:   "onelogin",
	Doc:    "Events of OneLogin (Events API, webhooks, broadcaster): sign-ins to the portal and to applications, assumed users, passwords, factors, roles.",
	Source: "https://developers.onelogin.com/api-docs/1/events/event-resource",
	Logs:   []footfall.Log{{Product: "onelogin", Services: []string{"onelogin.events"}}},
	By:     "the key event_type_id, and two more of its own",
	Rate:   rate,
	Inside: []string{"json", "onelogin"},
	Paths: []string{
		typeID: "event_type_id", created: "created_at|event_timestamp|p_event_time", address: "ipaddr|ip", actor: "actor_user_name", actorID: "actor_user_id", user: "user_name", userID: "user_id",
		app: "app_name", role: "role_name|privilege_name|group_name", account: "account_id", factor: "authentication_factor_description|otp_device_name", failure: "error_description|notes",
	},
	Mean: mean,
}

func rate(rec []byte) int {
	switch {
	case jsonlog.All(rec, "event_type_id") && jsonlog.Count(rec, "actor_user_id", "actor_user_name", "user_name", "ipaddr", "account_id", "created_at", "app_name") >= 2:
		return 94
	}
	return 0
}

// A meaning is what a type of event says.
type meaning struct {
	kind    footfall.Kind
	outcome footfall.Outcome
}

// types are the events that bear on access, by the number that the Event
// Types API gives; every other is a call. 9 is a number that it does not give.
var types = map[int64]meaning{
	3: {footfall.KindExplicit, footfall.Success},                                                                                      // one user assumed another
	4: {footfall.KindGroup, footfall.Success}, 72: {footfall.KindGroup, footfall.Success}, 73: {footfall.KindGroup, footfall.Success}, // roles, privileges
	147: {footfall.KindGroup, footfall.Success}, 148: {footfall.KindGroup, footfall.Success}, 149: {footfall.KindGroup, footfall.Success},
	150: {footfall.KindGroup, footfall.Success}, 151: {footfall.KindGroup, footfall.Success}, 152: {footfall.KindGroup, footfall.Success},
	5: {footfall.KindLogon, footfall.Success}, 6: {footfall.KindLogon, footfall.Failure}, 8: {footfall.KindLogon, footfall.Success},
	7: {footfall.KindLogoff, footfall.Success}, 29: {footfall.KindLogoff, footfall.Success}, // of the portal, of an application
	68: {footfall.KindLogon, footfall.Success}, 69: {footfall.KindLogon, footfall.Failure}, // by RADIUS
	85: {footfall.KindLogon, footfall.Failure}, 86: {footfall.KindLogon, footfall.Failure}, // to an application, remote authentication
	122: {footfall.KindLogon, footfall.Success}, 123: {footfall.KindLogon, footfall.Failure}, // by the API
	129: {footfall.KindLogon, footfall.Failure}, 130: {footfall.KindLogon, footfall.Success}, // a bind to the virtual LDAP
	140: {footfall.KindLogon, footfall.Success}, 141: {footfall.KindLogon, footfall.Failure}, // by a social network
	153: {footfall.KindLogon, footfall.Success}, 154: {footfall.KindLogon, footfall.Failure}, // OneLogin Desktop on a Mac
	10: {footfall.KindPassword, 0}, 11: {footfall.KindPassword, footfall.Success}, // asked for, changed
	12: {footfall.KindAccount, footfall.Success}, 13: {footfall.KindAccount, footfall.Success}, 14: {footfall.KindAccount, footfall.Success}, // unlocked, created, updated
	15: {footfall.KindAccount, footfall.Success}, 16: {footfall.KindAccount, footfall.Success}, 17: {footfall.KindAccount, footfall.Success}, // deactivated, activated, deleted
	19: {footfall.KindAccount, footfall.Success}, 21: {footfall.KindAccount, footfall.Success}, 32: {footfall.KindAccount, footfall.Success}, // locked, suspended, reactivated
	22: {footfall.KindAccount, footfall.Success}, 24: {footfall.KindAccount, footfall.Success}, // a device of one-time passwords registered, taken away
	161: {footfall.KindConfig, footfall.Success}, 162: {footfall.KindConfig, footfall.Success}, 163: {footfall.KindConfig, footfall.Success}, // RADIUS
	164: {footfall.KindConfig, footfall.Success}, 165: {footfall.KindConfig, footfall.Success}, 166: {footfall.KindConfig, footfall.Success}, // VPN
	170: {footfall.KindConfig, footfall.Success}, 171: {footfall.KindConfig, footfall.Success}, // authentication factors of the account
	172: {footfall.KindAccount, footfall.Success}, 211: {footfall.KindPassword, footfall.Success}, 532: {footfall.KindAccount, footfall.Success},
	551: {footfall.KindAccount, footfall.Success}, 553: {footfall.KindAccount, footfall.Success},
}

func mean(r *jsonlog.Reader) {
	e := r.Event
	r.UTC(created)
	n := r.Num(typeID)
	if n > 0 && n < 1<<31 {
		e.EventID = uint32(n)
	}
	e.Service, e.Tenant = footfall.ServiceCloud, r.Get(account)
	if n == 68 || n == 69 {
		e.Service = footfall.ServiceRADIUS
	}
	e.From.Addr = r.Addr(address)
	e.User = footfall.Account{Name: r.First(actor, user), SID: r.First(actorID, userID)}
	m, known := types[n]
	e.Kind, e.Outcome = m.kind, m.outcome
	if !known && r.Get(typeID) != "" {
		e.Kind, e.Object = footfall.KindCall, r.Get(typeID)
	}
	switch e.Kind {
	case footfall.KindLogon:
		e.User = footfall.Account{Name: r.First(user, actor), SID: r.First(userID, actorID)}
		e.To.Host = r.Get(app)
		if e.Outcome == footfall.Failure {
			e.Reason = why(r.Get(failure))
		}
	case footfall.KindGroup:
		e.Target, e.Object = footfall.Account{Name: r.Get(user), SID: r.Get(userID)}, r.Get(role)
	case footfall.KindAccount, footfall.KindPassword, footfall.KindExplicit:
		e.Target, e.Object = footfall.Account{Name: r.Get(user), SID: r.Get(userID)}, r.Get(factor)
	}
}

func why(s string) footfall.Reason {
	switch {
	case jsonlog.Has(s, "locked"):
		return footfall.ReasonLocked
	case jsonlog.Has(s, "otp", "mfa", "factor"):
		return footfall.ReasonMFA
	case jsonlog.Has(s, "policy", "ip address", "denied"):
		return footfall.ReasonRestricted
	case jsonlog.Has(s, "password", "credentials"):
		return footfall.ReasonBadPassword
	}
	return footfall.ReasonUnknown
}
