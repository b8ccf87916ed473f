package azure

import (
	"strings"

	"github.com/footfall/footfall"
)

// operation reads an entry of the activity log, or of a category that only
// says what was called.
func (r *reader) operation(b *footfall.Batch, e *footfall.Event) {
	v := r.values
	name := v.Get(operation)
	e.Kind, e.Object = footfall.KindCall, name
	e.User = footfall.Account{Name: v.First(claimUPN, caller, claimName, bastionMail), SID: v.First(claimOID, principal)}
	if e.User.Name == "" {
		e.User.Name = v.First(claimApp, identity, claimOID)
	}
	id := v.Get(resourceID)
	e.To.Host = machine(id)
	e.Country, e.Client = "", v.Get(userAgent)
	e.Outcome = called(v.First(resultType, status), v.Get(statusCode))
	if provider, _, ok := strings.Cut(name, "/"); ok {
		b.Add(r.asked.provider, provider)
	}
	if e.Outcome == footfall.OutcomeUnknown && v.First(resultType, status) != "" {
		return // begun or accepted: the entry that tells how it ended has its kind
	}
	var low [96]byte
	if len(name) > len(low) {
		return
	}
	for i := range len(name) {
		c := name[i]
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		low[i] = c
	}
	lower := low[:len(name)]
	op, ok := operations[string(lower)]
	if !ok {
		op = operationOf(footfall.Str(lower))
	}
	if op.kind != footfall.KindUnknown {
		e.Kind = op.kind
	}
	if op.service != footfall.ServiceUnknown {
		e.Service = op.service
	}
}

// called reads the result of an operation: Start and Accept say nothing of it.
func called(word, code string) footfall.Outcome {
	switch {
	case strings.EqualFold(word, "Success"), strings.EqualFold(word, "Succeeded"), word == "0":
		return footfall.Success
	case strings.EqualFold(word, "Failure"), strings.EqualFold(word, "Failed"), strings.EqualFold(word, "ClientError"):
		return footfall.Failure
	case len(code) == 3 && code[0] == '2':
		return footfall.Success
	case len(code) == 3 && (code[0] == '4' || code[0] == '5'), strings.EqualFold(code, "Forbidden"):
		return footfall.Failure
	}
	return footfall.OutcomeUnknown
}

func activityCategory(c string) bool {
	switch c {
	case "Administrative", "Action", "Write", "Delete", "Security", "Policy", "Alert", "Recommendation", "ServiceHealth", "ResourceHealth", "Autoscale", "":
		return true
	}
	return false
}

type meaning struct {
	kind    footfall.Kind
	service footfall.Service
}

// operations are those that lead into machines or decide who may, by
// https://learn.microsoft.com/azure/role-based-access-control/resource-provider-operations.
var operations = map[string]meaning{
	"microsoft.compute/virtualmachines/runcommand/action":                         {kind: footfall.KindShell},
	"microsoft.compute/virtualmachines/runcommands/write":                         {kind: footfall.KindShell},
	"microsoft.compute/virtualmachinescalesets/virtualmachines/runcommand/action": {kind: footfall.KindShell},
	"microsoft.hybridcompute/machines/runcommands/write":                          {kind: footfall.KindShell},
	"microsoft.containerservice/managedclusters/runcommand/action":                {footfall.KindShell, footfall.ServiceKube},
	"microsoft.portal/consoles/write":                                             {kind: footfall.KindShell},
	"microsoft.compute/virtualmachines/extensions/write":                          {kind: footfall.KindConfig},
	"microsoft.compute/virtualmachines/login/action":                              {kind: footfall.KindLogon},
	"microsoft.compute/virtualmachines/loginasadmin/action":                       {kind: footfall.KindLogon},
	"microsoft.serialconsole/serialports/connect/action":                          {kind: footfall.KindLogon},
	"microsoft.serialconsole/consoleservices/enableconsole/action":                {kind: footfall.KindConfig},
	"microsoft.serialconsole/consoleservices/disableconsole/action":               {kind: footfall.KindConfig},
	"microsoft.network/bastionhosts/write":                                        {kind: footfall.KindConfig},
	"microsoft.network/bastionhosts/delete":                                       {kind: footfall.KindConfig},
	"microsoft.network/bastionhosts/createshareablelinks/action":                  {kind: footfall.KindConfig},
	"microsoft.network/bastionhosts/disconnectactivesessions/action":              {kind: footfall.KindLogoff},
	"microsoft.hybridconnectivity/endpoints/listcredentials/action":               {footfall.KindCredential, footfall.ServiceSSH},
	"microsoft.authorization/elevateaccess/action":                                {kind: footfall.KindGroup},
	"microsoft.security/locations/jitnetworkaccesspolicies/initiate/action":       {kind: footfall.KindConfig},
	"microsoft.insights/diagnosticsettings/delete":                                {kind: footfall.KindCleared},
	"microsoft.operationalinsights/workspaces/delete":                             {kind: footfall.KindCleared},
	"microsoft.compute/sshpublickeys/generatekeypair/action":                      {kind: footfall.KindConfig},
	"microsoft.managedidentity/userassignedidentities/write":                      {kind: footfall.KindAccount},
	"microsoft.managedidentity/userassignedidentities/assign/action":              {kind: footfall.KindGroup},
}

// changed are the resources whose writing and deletion change who may come in.
var changed = []struct {
	prefix string
	kind   footfall.Kind
}{
	{"microsoft.authorization/roleassignments/", footfall.KindGroup},
	{"microsoft.authorization/roledefinitions/", footfall.KindGroup},
	{"microsoft.authorization/roleeligibilityschedulerequests/", footfall.KindGroup},
	{"microsoft.network/networksecuritygroups/", footfall.KindConfig},
	{"microsoft.network/azurefirewalls/", footfall.KindConfig},
	{"microsoft.network/firewallpolicies/", footfall.KindConfig},
	{"microsoft.network/virtualnetworkgateways/", footfall.KindConfig},
	{"microsoft.network/p2svpngateways/", footfall.KindConfig},
	{"microsoft.network/vpngateways/", footfall.KindConfig},
	{"microsoft.network/publicipaddresses/", footfall.KindConfig},
	{"microsoft.network/virtualnetworks/virtualnetworkpeerings/", footfall.KindConfig},
	{"microsoft.keyvault/vaults/accesspolicies/", footfall.KindGroup},
}

func operationOf(op string) meaning {
	if strings.HasSuffix(op, "/write") || strings.HasSuffix(op, "/delete") {
		for _, c := range changed {
			if strings.HasPrefix(op, c.prefix) {
				return meaning{kind: c.kind}
			}
		}
	}
	if strings.HasSuffix(op, "credential/action") || strings.HasSuffix(op, "credentials/action") || strings.HasSuffix(op, "/listkeys/action") {
		return meaning{kind: footfall.KindCredential}
	}
	return meaning{}
}

// machine returns the name of the machine or cluster of a resource id.
func machine(id string) string {
	for _, kind := range [...]string{"virtualmachines", "machines", "managedclusters", "virtualmachinescalesets"} {
		if s := segment(id, kind); s != "" {
			return s
		}
	}
	return ""
}

// segment returns what stands behind "/kind/" in a resource id, whose case is
// any: /subscriptions/S/resourceGroups/G/providers/P/kind/NAME.
func segment(id, kind string) string {
	for id != "" {
		var part string
		part, id, _ = strings.Cut(id, "/")
		if len(part) == len(kind) && strings.EqualFold(part, kind) {
			name, _, _ := strings.Cut(id, "/")
			return name
		}
	}
	return ""
}
