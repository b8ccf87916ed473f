// Package jumpcloud reads JumpCloud's Directory Insights: sign-ins of users
// and administrators, single sign-on, LDAP and RADIUS, sessions on managed
// systems, changes of the directory. One JSON record goes in, one event comes
// out. It holds no state.
package jumpcloud

import (
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/jsonlog"
)

// Decoder reads Directory Insights.
var Decoder = format.Decoder()

const (
	stamp = iota
	eventType
	service
	success
	address
	sourceIP
	email
	name
	userID
	username
	country
	organization
	factor
	application
	host
	systemName
	process
	resource
	failure
	agent
	authMethod
	sshKey
)

var format = jsonlog.Format{
	Name:   "jumpcloud",
	Doc:    "Directory Insights of JumpCloud: sign-ins to the portals, single sign-on, LDAP, RADIUS, password manager, sessions on managed systems, changes of the directory.",
	Source: "https://docs.jumpcloud.com/api/insights/directory/1.0/index.html",
	Logs:   []footfall.Log{{Product: "jumpcloud", Services: []string{"directory"}}},
	By:     "the keys event_type and organization, and three more of its own",
	Rate:   rate,
	Inside: []string{"json", "jumpcloud"},
	Paths: []string{
		stamp: "timestamp|system_timestamp", eventType: "event_type", service: "service", success: "success", address: "client_ip", sourceIP: "src_ip",
		email: "initiated_by.email", name: "initiated_by.username", userID: "initiated_by.id", username: "username", country: "geoip.country_code", organization: "organization",
		factor: "mfa", application: "application.display_label|application.name|sso_application", host: "system.hostname", systemName: "system.displayName", process: "process_name",
		resource: "resource.username|resource.email|resource.name|resource.displayName", failure: "error_message|message", agent: "useragent.name", authMethod: "auth_method", sshKey: "auth_context.auth_methods.ssh_key.success",
	},
	Mean: mean,
}

func rate(rec []byte) int {
	if jsonlog.All(rec, "event_type", "organization") &&
		jsonlog.Count(rec, "initiated_by", "organization", "service", "client_ip", "geoip", "mfa", "success", "useragent", "@version") >= 4 {
		return 93
	}
	return 0
}

func mean(r *jsonlog.Reader) {
	e := r.Event
	r.UTC(stamp)
	e.Service, e.Tenant, e.Country = footfall.ServiceCloud, r.Get(organization), r.Get(country)
	e.From.Addr = r.Addr(address)
	e.User = footfall.Account{Name: r.First(email, name, username), SID: r.Get(userID)}
	e.Client = r.Get(agent)
	e.Outcome = jsonlog.Outcome(r.Get(success))
	if r.Get(factor) == "true" {
		e.MFA = footfall.MFAUsed
	}
	kind(r, r.Get(eventType))
}

func kind(r *jsonlog.Reader, t string) {
	e := r.Event
	e.Object = t
	switch {
	case t == "login_attempt": // on a system: ssh, rdp or the console
		system(r)
	case strings.HasSuffix(t, "_login_attempt"), t == "sso_auth", t == "ldap_bind", t == "radius_auth", strings.HasPrefix(t, "radius_auth_"), t == "user_login", t == "admin_login":
		e.Kind, e.To.Host = footfall.KindLogon, r.Get(application)
		if strings.HasPrefix(t, "radius") {
			e.Service = footfall.ServiceRADIUS
		} else if strings.HasPrefix(t, "ldap") {
			e.Service, e.User.Name = footfall.ServiceLDAP, firstOf(r.Get(username), e.User.Name)
		}
		fail(r)
	case strings.HasSuffix(t, "_logout"), t == "logout":
		e.Kind = footfall.KindLogoff
	case strings.Contains(t, "password"):
		e.Kind, e.Target.Name = footfall.KindPassword, r.Get(resource)
	case strings.Contains(t, "mfa"), strings.Contains(t, "totp"), strings.Contains(t, "push"):
		e.Kind, e.Target.Name = footfall.KindCredential, r.Get(resource)
		if strings.Contains(t, "enroll") || strings.Contains(t, "delete") || strings.Contains(t, "create") || strings.Contains(t, "update") {
			e.Kind, e.MFA = footfall.KindAccount, footfall.MFAUnknown
		}
	case strings.Contains(t, "association"), strings.Contains(t, "group"):
		e.Kind, e.Object = footfall.KindGroup, firstOf(r.Get(resource), t)
	case strings.HasPrefix(t, "user_"), strings.HasPrefix(t, "admin_"), strings.HasPrefix(t, "system_create"), strings.HasPrefix(t, "system_delete"), strings.HasPrefix(t, "lockout"):
		e.Kind, e.Target.Name = footfall.KindAccount, r.Get(resource)
	case strings.HasPrefix(t, "policy_"), strings.HasPrefix(t, "application_"), strings.HasPrefix(t, "organization_"), strings.HasPrefix(t, "idsource_"), strings.HasPrefix(t, "integration_"):
		e.Kind = footfall.KindConfig
	case strings.Contains(t, "command"):
		e.Kind, e.Target.Name = footfall.KindShell, r.Get(resource)
		e.To.Host = r.First(host, systemName)
	case t != "":
		e.Kind = footfall.KindCall
	}
	if e.Kind == footfall.KindAccount || e.Kind == footfall.KindGroup {
		e.MFA = footfall.MFAUnknown
	}
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// system is a logon on a managed system, told by the agent there.
func system(r *jsonlog.Reader) {
	e := r.Event
	e.Kind, e.Service = footfall.KindLogon, footfall.ServiceLocal
	e.Computer, e.To.Host = r.First(host, systemName), r.First(host, systemName)
	e.User = footfall.Account{Name: r.First(username, name, email)}
	if a := r.Addr(sourceIP); a.IsValid() {
		e.From.Addr = a
	}
	switch p := r.Get(process); {
	case strings.Contains(p, "sshd"):
		e.Service = footfall.ServiceSSH
	case e.From.Addr.IsValid() && jsonlog.Has(p, "rdp", "winlogon", "svchost", "credential"):
		e.Service = footfall.ServiceRDP
	case e.From.Addr.IsValid():
		e.Service = footfall.ServiceNetwork
	}
	if jsonlog.Has(r.Get(authMethod), "key") || r.Get(sshKey) == "true" {
		e.Auth = footfall.AuthKey
	} else if jsonlog.Has(r.Get(authMethod), "password") {
		e.Auth = footfall.AuthPassword
	}
	fail(r)
}

func fail(r *jsonlog.Reader) {
	e := r.Event
	if e.Outcome != footfall.Failure {
		return
	}
	switch s := r.Get(failure); {
	case jsonlog.Has(s, "locked"):
		e.Reason = footfall.ReasonLocked
	case jsonlog.Has(s, "mfa", "totp", "factor"):
		e.Reason, e.MFA = footfall.ReasonMFA, footfall.MFADenied
	case jsonlog.Has(s, "suspend", "disabled"):
		e.Reason = footfall.ReasonDisabled
	case jsonlog.Has(s, "expired"):
		e.Reason = footfall.ReasonExpired
	case jsonlog.Has(s, "policy", "not authorized", "access denied"):
		e.Reason = footfall.ReasonRestricted
	case jsonlog.Has(s, "password", "credential"):
		e.Reason = footfall.ReasonBadPassword
	}
}
