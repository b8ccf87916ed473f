// Package pingone reads the audit activities of PingOne, from its API and
// webhooks. One JSON record goes in, one event comes out. It holds no state.
package pingone

import (
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/jsonlog"
)

// Decoder reads PingOne's activities.
var Decoder = format.Decoder()

const (
	recorded = iota
	created
	action
	status
	description
	user
	userID
	client
	address
	agent
	environment
	session
	correlation
	resources
)

var format = jsonlog.Format{
	Name:   "pingone",
	Doc:    "Audit activities of PingOne (API, webhooks): sign-ons, passwords and one-time codes checked, users, devices, policies, applications.",
	Source: "https://developer.pingidentity.com/pingone-api/platform/audit-activities.html",
	Logs:   []footfall.Log{{Product: "pingone", Services: []string{"audit"}}},
	By:     "the keys action and recordedAt, and three more of its own",
	Rate:   rate,
	Inside: []string{"json", "ping_one"},
	Paths: []string{
		recorded: "recordedAt", created: "createdAt", action: "action.type", status: "result.status", description: "result.description",
		user: "actors.user.name", userID: "actors.user.id", client: "actors.client.name", address: "source.ipAddress|actors.user.ipAddress", agent: "source.userAgent",
		environment: "actors.user.environment.id|actors.client.environment.id", session: "session.id", correlation: "correlationId", resources: "resources[]",
	},
	Mean: mean,
}

func rate(rec []byte) int {
	n := jsonlog.Count(rec, "recordedAt", "correlationId", "actors", "resources", "result", "createdAt")
	if jsonlog.All(rec, "action", "recordedAt") && n >= 4 {
		return 93
	}
	return 0
}

func mean(r *jsonlog.Reader) {
	e := r.Event
	r.UTC(recorded, created)
	e.Service, e.Tenant = footfall.ServiceCloud, r.Get(environment)
	e.User = footfall.Account{Name: r.Get(user), SID: r.Get(userID)}
	e.From.Addr, e.Client = r.Addr(address), r.Get(agent)
	e.Session = r.First(session, correlation)
	e.Outcome = jsonlog.Outcome(r.Get(status))
	e.Object = r.Get(action)
	kind(r, e.Object)
	if e.Outcome == footfall.Failure && e.Kind == footfall.KindLogon {
		e.Reason = why(r.Get(description))
	}
}

func kind(r *jsonlog.Reader, a string) {
	e := r.Event
	family, verb, _ := strings.Cut(a, ".")
	if strings.HasSuffix(verb, "FAILED") || strings.HasSuffix(verb, "DENIED") || strings.HasSuffix(verb, "INVALID") {
		e.Outcome = footfall.Failure
	}
	switch family {
	case "":
	case "USER":
		switch verb {
		case "ACCESS_ALLOWED", "ACCESS_DENIED":
			e.Kind, e.To.Host = footfall.KindLogon, r.First(client)
			if e.User.Name == "" {
				e.User.Name = r.Pick(resources, "type", "USER", "name")
			}
		case "SLO_REQUESTED", "SLO_SUCCESS", "LOGOUT":
			e.Kind = footfall.KindLogoff
		default:
			e.Kind, e.Target.Name = footfall.KindAccount, r.Pick(resources, "type", "USER", "name")
		}
	case "AUTHENTICATION", "SESSION", "SAML", "KERBEROS":
		e.Kind = footfall.KindLogon
		if strings.HasPrefix(verb, "DELETED") || strings.HasPrefix(verb, "ENDED") || strings.HasPrefix(verb, "TERMINATED") {
			e.Kind = footfall.KindLogoff
		}
	case "OTP", "MFA", "FLOW_EXECUTION", "PUSH_NOTIFICATION", "FIDO2", "DEVICE_AUTHENTICATION":
		e.Kind = footfall.KindCredential
		if e.Outcome == footfall.Success && strings.Contains(verb, "SUCCE") {
			e.MFA = footfall.MFAUsed
		} else if e.Outcome == footfall.Failure {
			e.MFA, e.Reason = footfall.MFADenied, footfall.ReasonMFA
		}
	case "PASSWORD":
		e.Kind, e.Target.Name = footfall.KindPassword, r.Pick(resources, "type", "USER", "name")
		if strings.HasPrefix(verb, "CHECK_") {
			e.Kind, e.Auth = footfall.KindCredential, footfall.AuthPassword
			if e.User.Name == "" {
				e.User.Name = e.Target.Name
			}
			e.Target.Name = ""
			if e.Outcome == footfall.Failure {
				e.Reason = footfall.ReasonBadPassword
			}
		}
	case "DEVICE", "ACCOUNT", "RADIUS_GATEWAY":
		e.Kind, e.Target.Name = footfall.KindAccount, r.Pick(resources, "type", "USER", "name")
	case "GROUP", "ROLE_ASSIGNMENT", "MEMBER_OF_GROUP":
		e.Kind, e.Target.Name = footfall.KindGroup, r.Pick(resources, "type", "USER", "name")
	case "RISK_EVALUATION", "RISK":
		e.Kind = footfall.KindAlert
	default:
		e.Kind = footfall.KindConfig
		if verb == "READ" || strings.HasPrefix(verb, "CHECK") {
			e.Kind = footfall.KindCall
		}
	}
}

func why(s string) footfall.Reason {
	switch {
	case jsonlog.Has(s, "locked"):
		return footfall.ReasonLocked
	case jsonlog.Has(s, "disabled"):
		return footfall.ReasonDisabled
	case jsonlog.Has(s, "otp", "mfa", "one-time"):
		return footfall.ReasonMFA
	case jsonlog.Has(s, "password"):
		return footfall.ReasonBadPassword
	}
	return footfall.ReasonRestricted
}
