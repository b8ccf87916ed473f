package gcp

import (
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/kubeaudit"
)

// audited reads an audit log entry (google.cloud.audit.AuditLog).
func (r *reader) audited(b *footfall.Batch, e *footfall.Event) {
	v := r.values
	e.Log, e.Kind, e.Object = r.audit, footfall.KindCall, v.Get(method)
	e.User = footfall.Account{Name: v.Get(principal), SID: v.Get(subject)}
	if e.User.Name == "" {
		e.User = footfall.Account{Name: e.User.SID[strings.LastIndexAny(e.User.SID, ":/")+1:], SID: e.User.SID}
	}
	e.UID = v.Get(insertID)
	e.From.Addr, e.Client, e.Session, e.Parent = v.Addr(callerIP), v.Get(agent), v.Get(insertID), v.First(delegate, keyName)
	e.To.Host = instance(v.Get(resourceName))
	if e.To.Host == "" {
		e.To.Host = v.First(instanceName, instanceID)
	}
	r.outcome(e)
	r.names(b)
	name := v.Get(method)
	if v.Get(service) == "k8s.io" || kubeaudit.IsGKE(name) {
		r.kube(b, e)
		return
	}
	// Of an operation that takes time there are two entries; the second has
	// neither request nor rights.
	if v.Get(opLast) == "true" && v.Get(opFirst) != "true" {
		return
	}
	m, ok := methods[name[strings.LastIndexByte(name, '.')+1:]]
	if !ok {
		m = methods[lastTwo(name)]
	}
	if m.service != "" && !strings.HasPrefix(v.Get(service), m.service) {
		return
	}
	if m.kind != footfall.KindUnknown {
		e.Kind = m.kind
	}
	if m.more != nil {
		m.more(r, e)
	}
}

// names adds what rules call an operation besides its method: without the
// version of the API, with the group of a cluster's API in front, or by the
// right that it takes.
func (r *reader) names(b *footfall.Batch) {
	v := r.values
	if log := v.Get(logName); r.logField != 0 {
		if _, id, ok := strings.Cut(log, "/logs/"); ok {
			b.Add(r.logField, id)
		}
	}
	if r.methodName == 0 {
		return
	}
	name := v.Get(method)
	if version, rest, ok := strings.Cut(name, "."); ok && (version == "beta" || version == "alpha" || len(version) < 8 && len(version) > 1 && version[0] == 'v' && version[1] >= '0' && version[1] <= '9') {
		b.Add(r.methodName, rest)
	}
	if rest, ok := strings.CutPrefix(name, "io.k8s."); ok {
		if group, rest, ok := strings.Cut(rest, "."); ok {
			out := append(b.Grow(len(name)+8), group...)
			out = append(append(out, ".k8s.io."...), rest...)
			b.Add(r.methodName, b.Kept(out))
		}
	}
	if right := v.Get(permission); strings.HasPrefix(right, "iam.serviceAccounts.") {
		b.Add(r.methodName, right)
	}
}

// outcome reads the status (google.rpc.Code) and whether the right was there.
func (r *reader) outcome(e *footfall.Event) {
	v := r.values
	e.Outcome = footfall.Success
	switch code := v.Get(statusCode); {
	case code == "7", v.Get(granted) == "false":
		e.Outcome, e.Reason = footfall.Failure, footfall.ReasonRestricted
	case code == "16":
		e.Outcome, e.Reason = footfall.Failure, footfall.ReasonNoKey
	case code == "5":
		e.Outcome = footfall.Failure
	case code != "" && code != "0", v.Get(severity) == "ERROR":
		e.Outcome = footfall.Failure
	}
}

func (r *reader) kube(b *footfall.Batch, e *footfall.Event) {
	v := r.values
	e.Service, e.To.Host = footfall.ServiceKube, ""
	e.Guest = e.User.Name == "system:anonymous"
	if name := v.Get(method); kubeaudit.IsGKE(name) {
		outcome, reason := e.Outcome, e.Reason
		r.call = kubeaudit.Call{Command: v.Get(execCommand), Role: v.Get(roleRef), Subject: v.Get(roleSubject)}
		r.call.GKE(name, v.Get(resourceName))
		r.call.Mean(b, e)
		e.Outcome, e.Reason = outcome, reason
	}
}

// instance returns the name of a virtual machine in the name of a resource:
// projects/P/zones/Z/instances/NAME.
func instance(name string) string {
	if !strings.Contains(name, "zones/") {
		return ""
	}
	_, rest, ok := strings.Cut(name, "/instances/")
	if !ok {
		return ""
	}
	name, _, _ = strings.Cut(rest, "/")
	return name
}

func lastTwo(name string) string {
	i := strings.LastIndexByte(name, '.')
	if i < 0 {
		return name
	}
	return name[strings.LastIndexByte(name[:i], '.')+1:]
}

// A meaning is what a method does.
type meaning struct {
	kind    footfall.Kind
	service string // the service that it must be of, when others have such a method
	more    func(*reader, *footfall.Event)
}

// methods are those that lead into machines, take identities, or change who
// may, by their last word or their last two.
var methods = map[string]meaning{
	"AuthorizeUser":      {kind: footfall.KindLogon, service: "iap.", more: tunnel},
	"CheckPolicy":        {kind: footfall.KindLogon, service: "oslogin.", more: osLogin},
	"StartSession":       {kind: footfall.KindCredential, service: "oslogin.", more: osFactor},
	"ContinueSession":    {kind: footfall.KindCredential, service: "oslogin.", more: osFactor},
	"ImportSshPublicKey": {kind: footfall.KindAccount, more: self}, "CreateSshPublicKey": {kind: footfall.KindAccount, more: self}, "DeleteSshPublicKey": {kind: footfall.KindAccount, more: self}, "UpdateSshPublicKey": {kind: footfall.KindAccount, more: self},
	"v1.connect":                         {kind: footfall.KindLogon, more: serial},
	"v1.disconnect":                      {kind: footfall.KindLogoff, more: serial},
	"instances.setMetadata":              {kind: footfall.KindConfig, more: metadata},
	"projects.setCommonInstanceMetadata": {kind: footfall.KindConfig, more: metadata},
	"instances.setServiceAccount":        {kind: footfall.KindConfig}, "instances.addAccessConfig": {kind: footfall.KindConfig},
	"firewalls.insert": {kind: footfall.KindConfig}, "firewalls.patch": {kind: footfall.KindConfig}, "firewalls.update": {kind: footfall.KindConfig}, "firewalls.delete": {kind: footfall.KindConfig},
	"CreateIngressRule": {kind: footfall.KindConfig}, "UpdateIngressRule": {kind: footfall.KindConfig}, "DeleteIngressRule": {kind: footfall.KindConfig},
	"vpnTunnels.insert": {kind: footfall.KindConfig}, "vpnTunnels.delete": {kind: footfall.KindConfig}, "networks.addPeering": {kind: footfall.KindConfig},
	"StartEnvironment": {kind: footfall.KindShell, service: "cloudshell."},

	"SetIamPolicy": {kind: footfall.KindGroup, more: binding}, "SetIAMPolicy": {kind: footfall.KindGroup, more: binding}, "setIamPolicy": {kind: footfall.KindGroup, more: binding},
	"setIamPermissions": {kind: footfall.KindGroup, more: binding}, "InsertProjectOwnershipInvite": {kind: footfall.KindGroup, more: binding},
	"CreateRole": {kind: footfall.KindGroup, service: "iam."}, "UpdateRole": {kind: footfall.KindGroup, service: "iam."},
	"CreateServiceAccount": {kind: footfall.KindAccount, more: made}, "DeleteServiceAccount": {kind: footfall.KindAccount, more: made}, "DisableServiceAccount": {kind: footfall.KindAccount, more: made}, "EnableServiceAccount": {kind: footfall.KindAccount, more: made},
	"CreateServiceAccountKey": {kind: footfall.KindAccount, more: account}, "UploadServiceAccountKey": {kind: footfall.KindAccount, more: account}, "DeleteServiceAccountKey": {kind: footfall.KindAccount, more: account},
	"GenerateAccessToken": {kind: footfall.KindExplicit, more: account}, "GenerateIdToken": {kind: footfall.KindExplicit, more: account}, "SignJwt": {kind: footfall.KindExplicit, more: account}, "SignBlob": {kind: footfall.KindExplicit, more: account},
	"ExchangeToken":       {kind: footfall.KindExplicit, service: "sts."},
	"CreateWorkforcePool": {kind: footfall.KindConfig}, "UpdateWorkforcePool": {kind: footfall.KindConfig}, "DeleteWorkforcePool": {kind: footfall.KindConfig},
	"CreateWorkloadIdentityPool": {kind: footfall.KindConfig}, "CreateWorkloadIdentityPoolProvider": {kind: footfall.KindConfig}, "UpdateWorkloadIdentityPoolProvider": {kind: footfall.KindConfig}, "DeleteWorkloadIdentityPool": {kind: footfall.KindConfig},

	"DeleteSink": {kind: footfall.KindCleared}, "DeleteLog": {kind: footfall.KindCleared}, "ConfigServiceV2.DeleteBucket": {kind: footfall.KindCleared},
	"UpdateSink": {kind: footfall.KindConfig}, "CreateSink": {kind: footfall.KindConfig}, "CreateExclusion": {kind: footfall.KindConfig}, "UpdateExclusion": {kind: footfall.KindConfig}, "ConfigServiceV2.UpdateBucket": {kind: footfall.KindConfig},

	"LoginService.loginSuccess":      {kind: footfall.KindLogon, more: workspace},
	"LoginService.loginFailure":      {kind: footfall.KindLogon, more: workspace},
	"LoginService.logout":            {kind: footfall.KindLogoff, more: workspace},
	"LoginService.loginVerification": {kind: footfall.KindCredential, more: workspace}, "LoginService.loginChallenge": {kind: footfall.KindCredential, more: workspace},
	"LoginService.suspiciousLogin": {kind: footfall.KindAlert, more: workspace}, "LoginService.suspiciousLoginLessSecureApp": {kind: footfall.KindAlert, more: workspace}, "LoginService.suspiciousProgrammaticLogin": {kind: footfall.KindAlert, more: workspace},
	"LoginService.govAttackWarning": {kind: footfall.KindAlert, more: workspace}, "LoginService.accountDisabledPasswordLeak": {kind: footfall.KindAlert, more: workspace},
	"LoginService.2svEnroll": {kind: footfall.KindAccount, more: workspace}, "LoginService.2svDisable": {kind: footfall.KindAccount, more: workspace}, "LoginService.passwordEdit": {kind: footfall.KindPassword, more: workspace},
	"AdminService.createUser": {kind: footfall.KindAccount, more: admin}, "AdminService.deleteUser": {kind: footfall.KindAccount, more: admin}, "AdminService.suspendUser": {kind: footfall.KindAccount, more: admin}, "AdminService.unsuspendUser": {kind: footfall.KindAccount, more: admin},
	"AdminService.changePassword": {kind: footfall.KindPassword, more: admin}, "AdminService.turnOff2StepVerification": {kind: footfall.KindAccount, more: admin},
	"AdminService.assignRole": {kind: footfall.KindGroup, more: admin}, "AdminService.grantAdminPrivilege": {kind: footfall.KindGroup, more: admin}, "AdminService.addGroupMember": {kind: footfall.KindGroup, more: admin},
	"AdminService.inboundSsoProfileCreated": {kind: footfall.KindConfig, more: admin}, "AdminService.inboundSsoProfileUpdated": {kind: footfall.KindConfig, more: admin}, "AdminService.inboundSsoProfileDeleted": {kind: footfall.KindConfig, more: admin},
}

// tunnel reads Identity-Aware Proxy: a tunnel to a port of a machine, or a
// page behind the proxy.
func tunnel(r *reader, e *footfall.Event) {
	v := r.values
	e.To.Addr, e.To.Port = v.Addr(destIP), v.Port(destPort)
	e.Service = footfall.ServiceGateway
	if e.To.Port != 0 {
		e.Service = footfall.ServiceOfPort(e.To.Port)
	}
	if id := v.Get(tunnelID); id != "" {
		e.Session = id
	}
	if v.Get(tunnelPhase) == "SESSION_END" {
		e.Kind = footfall.KindLogoff
		in, out := max(v.Int(tunnelIn), 0), max(v.Int(tunnelOut), 0)
		e.Bytes, e.Returned = in+out, out
	}
}

// osLogin reads the question of a machine whether somebody may log on.
func osLogin(r *reader, e *footfall.Event) {
	v := r.values
	e.Service = footfall.ServiceSSH
	if host := v.Get(requestInstance); host != "" {
		e.To.Host = host[strings.LastIndexByte(host, '/')+1:]
	}
	// The request has an address, or the number of the account.
	if name := v.Get(requestEmail); e.User.Name == "" || strings.Contains(name, "@") {
		e.User.Name = name
	} else {
		e.User.SID = name
	}
	e.Elevated = v.Get(requestPolicy) == "ADMIN_LOGIN"
	if v.Get(responseOK) == "false" {
		e.Outcome, e.Reason = footfall.Failure, footfall.ReasonRestricted
	}
}

func osFactor(r *reader, e *footfall.Event) {
	osLogin(r, e)
	if e.MFA = footfall.MFAUsed; e.Outcome == footfall.Failure {
		e.MFA, e.Reason = footfall.MFADenied, footfall.ReasonMFA
	}
}

// serial reads a session of a serial console, which is reached by SSH with a key.
func serial(r *reader, e *footfall.Event) {
	e.Service, e.Auth = footfall.ServiceSSH, footfall.AuthKey
	if e.User.Name == "" {
		e.User.Name = r.values.Get(requestUser)
	}
}

// metadata tells which keys of a machine's or a project's metadata changed;
// ssh-keys gives logons, startup-script runs.
func metadata(r *reader, e *footfall.Event) {
	for _, list := range [...]string{r.values.Get(addedKeys), r.values.Get(changedKeys)} {
		for _, key := range [...]string{"ssh-keys", "sshKeys", "windows-keys", "startup-script", "enable-oslogin", "block-project-ssh-keys", "serial-port-enable"} {
			if strings.Contains(list, key) {
				e.Object = key
				return
			}
		}
	}
}

func binding(r *reader, e *footfall.Event) {
	e.Target.Name = r.values.Get(bindingMember)
	if role := r.values.Get(bindingRole); role != "" {
		e.Object = role
	}
}

func made(r *reader, e *footfall.Event) {
	name := r.values.First(accountID, emailID, requestName)
	e.Target.Name = name[strings.LastIndexByte(name, '/')+1:]
}

func account(r *reader, e *footfall.Event) {
	name := r.values.First(emailID, requestName, resourceName)
	if _, after, ok := strings.Cut(name, "serviceAccounts/"); ok {
		name = after
	}
	e.Target.Name, _, _ = strings.Cut(name, "/")
}

func self(_ *reader, e *footfall.Event) { e.Target = e.User }

// workspace reads what Google Workspace logs of its sign-ins.
func workspace(r *reader, e *footfall.Event) {
	e.Log, e.Auth = r.login, footfall.AuthPassword
	e.Object = r.values.Get(eventName)
	name := r.values.Get(method)
	switch event := r.values.Get(eventParam); {
	case strings.HasSuffix(name, "loginFailure"):
		e.Outcome, e.Reason = footfall.Failure, footfall.ReasonUnknown
		if strings.Contains(event, "login_failure_invalid_password") {
			e.Reason = footfall.ReasonBadPassword
		}
	case strings.Contains(event, `"saml"`):
		e.Auth = footfall.AuthToken
	}
	if e.Kind == footfall.KindCredential {
		e.MFA, e.Auth = footfall.MFAUsed, footfall.AuthUnknown
	}
	if e.Kind != footfall.KindLogon {
		e.Auth = footfall.AuthUnknown
	}
}

func admin(r *reader, e *footfall.Event) {
	e.Log = r.admin
	e.Target.Name = r.values.Get(eventEmail)
}
