package azure

import (
	"strings"

	"github.com/footfall/footfall"
)

// directory reads an entry of the audit log of Entra (Graph resource type
// directoryAudit).
func (r *reader) directory(b *footfall.Batch, e *footfall.Event) {
	v := r.values
	name := v.First(activity, operation)
	e.Kind, e.Object = kindOf(name), name
	e.User = footfall.Account{Name: v.Get(byUPN), SID: v.Get(byID)}
	if e.User.Name == "" {
		e.User = footfall.Account{Name: v.First(byApp, identity), SID: v.First(byAppID, byID)}
	}
	if a := v.Addr(byIP); a.IsValid() {
		e.From.Addr = a
	}
	e.Target = footfall.Account{Name: v.First(targetUPN, targetName), SID: v.Get(targetID)}
	e.Client = v.Get(userAgent)
	switch word := v.First(result, resultType); {
	case strings.EqualFold(word, "success"):
		e.Outcome = footfall.Success
	case strings.EqualFold(word, "failure"), strings.EqualFold(word, "clientError"):
		e.Outcome = footfall.Failure
	}
	changes := v.Get(targets)
	if e.Kind == footfall.KindGroup {
		for _, p := range [...]string{`"Role.DisplayName"`, `"Group.DisplayName"`, `"AppRole.Value"`} {
			if s := property(b, changes, p); s != "" {
				e.Object = s
				break
			}
		}
	}
	if r.asked.consent != 0 {
		b.Add(r.asked.consent, property(b, changes, `"ConsentContext.IsAdminConsent"`))
	}
}

// property returns the new value of a modified property in the JSON of target
// resources: a string that holds JSON of its own, "\"Global Administrator\"".
func property(b *footfall.Batch, changes, name string) string {
	_, rest, ok := strings.Cut(changes, name)
	if !ok {
		return ""
	}
	part, _, _ := strings.Cut(rest, "}")
	_, rest, ok = strings.Cut(part, `"newValue"`)
	if !ok {
		return ""
	}
	rest = strings.TrimLeft(rest, ": ")
	if len(rest) < 2 || rest[0] != '"' {
		return ""
	}
	end := 1
	for end < len(rest) && rest[end] != '"' {
		if rest[end] == '\\' {
			end++
		}
		end++
	}
	val := strings.Trim(rest[1:min(end, len(rest))], `\"`)
	return b.Keep(footfall.Bytes(val))
}

// kinds are the activities whose names no word of words tells.
var kinds = map[string]footfall.Kind{
	"Add user": footfall.KindAccount, "Delete user": footfall.KindAccount, "Hard Delete user": footfall.KindAccount, "Update user": footfall.KindAccount, "Restore user": footfall.KindAccount,
	"Disable account": footfall.KindAccount, "Enable account": footfall.KindAccount, "Invite external user": footfall.KindAccount, "Redeem external user invite": footfall.KindAccount,
	"Disable Strong Authentication": footfall.KindAccount, "Enable Strong Authentication": footfall.KindAccount, "Add device": footfall.KindAccount, "Register device": footfall.KindAccount,
	"Delete device": footfall.KindAccount, "Add application": footfall.KindAccount, "Delete application": footfall.KindAccount, "Hard Delete application": footfall.KindAccount,
	"Add passkey (device-bound)": footfall.KindAccount, "Consent to application": footfall.KindGroup, "Assigns the caller to user access admin": footfall.KindGroup,
	"User has elevated their access to User Access Administrator for their Azure Resources": footfall.KindGroup,
	"Read BitLocker key": footfall.KindCredential, "Recover device local administrator password": footfall.KindCredential, "Set Company Information": footfall.KindConfig,
	"Update application – Certificates and secrets management ": footfall.KindAccount, "Update application – Certificates and secrets management": footfall.KindAccount,
	"Disable PIM Alert": footfall.KindConfig, "Update role setting in PIM": footfall.KindConfig,
}

// words tell the kind of an activity by a part of its name, the first that fits.
var words = []struct {
	part string
	kind footfall.Kind
}{
	{"conditional access policy", footfall.KindConfig},
	{"ederation settings", footfall.KindConfig},
	{"domain authentication", footfall.KindConfig},
	{"Authentication Methods Policy", footfall.KindConfig},
	{"unverified domain", footfall.KindConfig},
	{"Verify domain", footfall.KindConfig},
	{"registration policies", footfall.KindConfig},
	{"named location", footfall.KindConfig},
	{"credentials", footfall.KindAccount},
	{"security info", footfall.KindAccount},
	{"service principal credentials", footfall.KindAccount},
	{"member to role", footfall.KindGroup},
	{"member from role", footfall.KindGroup},
	{"member to group", footfall.KindGroup},
	{"member from group", footfall.KindGroup},
	{"eligible member", footfall.KindGroup},
	{"owner to", footfall.KindGroup},
	{"owner from", footfall.KindGroup},
	{"app role assignment", footfall.KindGroup},
	{"delegated permission grant", footfall.KindGroup},
	{"assword", footfall.KindPassword},
	{"service principal", footfall.KindAccount},
}

// kindOf tells what an activity does, by the reference of audit activities
// (https://learn.microsoft.com/entra/identity/monitoring-health/reference-audit-activities).
func kindOf(name string) footfall.Kind {
	if k, ok := kinds[name]; ok {
		return k
	}
	for _, w := range words {
		if strings.Contains(name, w.part) {
			return w.kind
		}
	}
	return footfall.KindCall
}
