package cloudtrail

import (
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/hostport"
	"github.com/footfall/footfall/internal/record"
)

// hidden stands where AWS leaves out a name that may be a password typed into
// the wrong field.
const hidden = "HIDDEN_DUE_TO_SECURITY_REASONS"

// who fills in who called and from where (CloudTrail userIdentity element).
func who(e *footfall.Event, v *record.Values) {
	e.UID = v.Get(eventID)
	e.Service, e.Tenant, e.Client, e.Session = footfall.ServiceCloud, v.First(recipient, idAccount), v.Get(userAgent), v.Get(idKey)
	if ip := v.Get(sourceIP); ip != "" {
		if e.From.Addr = record.Addr(ip); !e.From.Addr.IsValid() {
			if h, ok := hostport.Host(ip); ok {
				e.From.Host = h.Host // a service that called for somebody: cloudformation.amazonaws.com
			}
		}
	}
	arn := v.Get(idARN)
	e.User = footfall.Account{Name: v.Get(idName), Domain: v.Get(idAccount), SID: v.First(idPrincipal, idARN)}
	switch v.Get(idType) {
	case "Root":
		e.User.Name = "root"
	case "AssumedRole":
		e.User.Name = roleUser(arn, v)
		e.Parent = v.First(issuerARN, issuerPrincipal)
	case "FederatedUser":
		e.User.Name, e.Parent = last(arn), v.First(issuerARN, issuerPrincipal)
	case "AWSService":
		e.User.Name = v.First(idInvoker, idName)
	case "AWSAccount":
		e.User.Name = v.First(idName, idAccount)
	case "IdentityCenterUser", "Unknown":
		e.User.Name = v.First(idName, moreName, idBehalf)
	default:
		if e.User.Name == "" {
			e.User.Name = last(arn)
		}
	}
	if e.User.Name == hidden {
		e.User.Name = ""
	}
	if e.User.Name == "" {
		e.User.Domain = ""
	}
}

// roleUser names who took a role: the role, or for the roles of IAM Identity
// Center, which many people share, the session, which is the user's name there.
func roleUser(arn string, v *record.Values) string {
	role := v.Get(issuerName)
	if i := strings.Index(arn, ":assumed-role/"); i >= 0 {
		name, session, _ := strings.Cut(arn[i+len(":assumed-role/"):], "/")
		if role == "" {
			role = name
		}
		if strings.HasPrefix(name, "AWSReservedSSO_") && session != "" {
			return session
		}
	}
	return role
}

// last returns the name at the end of an ARN.
func last(arn string) string { return arn[strings.LastIndexAny(arn, ":/")+1:] }

// outcome reads the error code; a call without one was carried out.
func outcome(e *footfall.Event, v *record.Values) {
	e.Outcome = footfall.Success
	code, text := v.Get(errorCode), v.Get(errorMessage)
	if code == "" && text == "" {
		return
	}
	e.Outcome = footfall.Failure
	switch {
	case strings.Contains(code, "AccessDenied"), strings.Contains(code, "UnauthorizedOperation"), strings.Contains(code, "NotAuthorized"):
		e.Reason = footfall.ReasonRestricted
	case strings.Contains(code, "ExpiredToken"):
		e.Reason = footfall.ReasonExpired
	case code == "InvalidClientTokenId", code == "UnrecognizedClientException":
		e.Reason = footfall.ReasonNoKey
	case code == "NoSuchEntity", code == "NoSuchEntityException":
		e.Reason = footfall.ReasonNoUser
	}
}

// mean gives an event its kind by the operation.
func mean(e *footfall.Event, v *record.Values) {
	outcome(e, v)
	name := v.Get(eventName)
	e.Kind, e.Object = footfall.KindCall, name
	if name == "" {
		e.Kind = footfall.KindUnknown
		return
	}
	c, ok := calls[name]
	if !ok || c.source != "" && v.Get(eventSource) != c.source {
		return
	}
	if c.kind != footfall.KindUnknown {
		e.Kind = c.kind
	}
	if c.service != footfall.ServiceUnknown {
		e.Service = c.service
	}
	if c.object != 0 && v.Get(c.object) != "" {
		e.Object = v.Get(c.object)
	}
	if c.target != 0 {
		e.Target.Name = v.Get(c.target)
	}
	if c.host != 0 {
		e.To.Host = v.First(c.host, requestInstances)
	}
	if c.more != nil {
		c.more(e, v)
	}
}

// consoleLogin reads a sign-in to the console.
func consoleLogin(e *footfall.Event, v *record.Values) {
	e.Object, e.To.Host, e.Auth = "", v.First(recipient, idAccount), footfall.AuthPassword
	e.Session = v.First(eventID)
	switch v.Get(idType) {
	case "AssumedRole", "FederatedUser", "SAMLUser", "WebIdentityUser", "IdentityCenterUser":
		e.Auth = footfall.AuthToken // somebody else asked for the password
	}
	switch v.First(loginResult, switchResult, federationResult) {
	case "Success":
		e.Outcome = footfall.Success
	case "Failure":
		e.Outcome = footfall.Failure
	}
	mfa(e, v)
	if e.Outcome == footfall.Failure {
		e.Reason = loginReason(v.Get(errorMessage))
	}
}

func loginReason(text string) footfall.Reason {
	switch {
	case strings.HasPrefix(text, "No username found"):
		return footfall.ReasonNoUser
	case strings.Contains(text, "MFA"), strings.Contains(text, "mfa"):
		return footfall.ReasonMFA
	case text == "Failed authentication":
		return footfall.ReasonBadPassword
	case strings.Contains(text, "expired"):
		return footfall.ReasonExpired
	}
	return footfall.ReasonUnknown
}

func mfa(e *footfall.Event, v *record.Values) {
	switch v.Get(moreMFA) {
	case "Yes", "YES", "yes", "true":
		e.MFA = footfall.MFAUsed
	case "No", "NO", "no", "false":
		e.MFA = footfall.MFAAbsent
	}
	if v.Get(sessionMFA) == "true" {
		e.MFA = footfall.MFAUsed
	}
}

// checkMFA reads the answer to a second factor (CheckMfa), and the steps of a
// sign-in of IAM Identity Center (CredentialChallenge, CredentialVerification).
func checkMFA(e *footfall.Event, v *record.Values) {
	e.Object = v.First(challenge, moreCredential)
	switch v.Get(verifyResult) {
	case "Success":
		e.Outcome = footfall.Success
	case "Failure":
		e.Outcome = footfall.Failure
	}
	if e.Outcome == footfall.Success {
		e.MFA = footfall.MFAUsed
		return
	}
	e.MFA, e.Reason = footfall.MFADenied, footfall.ReasonMFA
}

// identityCenter reads UserAuthentication and CredentialVerification.
func identityCenter(e *footfall.Event, v *record.Values) {
	e.Session = v.Get(eventID)
	if v.Get(verifyResult) == "Failure" {
		e.Outcome = footfall.Failure
	}
	switch kind := v.First(moreCredential, challenge); {
	case strings.HasPrefix(kind, "PASSWORD"):
		e.Auth, e.Reason = footfall.AuthPassword, footfall.ReasonUnknown
		if e.Outcome == footfall.Failure {
			e.Reason = footfall.ReasonBadPassword
		}
	case kind == "TOTP", kind == "WEBAUTHN", kind == "EMAIL_OTP":
		e.Object, e.MFA = kind, footfall.MFAUsed
		if e.Outcome == footfall.Failure {
			e.MFA, e.Reason = footfall.MFADenied, footfall.ReasonMFA
		}
	}
}

// takeRole reads calls that give the keys of another identity. The session
// that is opened is known by its access key.
func takeRole(e *footfall.Event, v *record.Values) {
	role := v.First(requestRole, requestRoleSession)
	if to := v.Get(moreSwitchTo); to != "" {
		role = to
	}
	e.Target = footfall.Account{Name: last(role), Domain: e.User.Domain, SID: v.Get(requestRole)}
	if owner := accountOf(role); owner != "" {
		e.Target.Domain = owner
	}
	e.Object = v.Get(requestRoleSession)
	if key := v.Get(newKey); key != "" {
		e.Parent, e.Session = e.Session, key
	}
	if e.User.Name == "" {
		e.User.Name = v.Get(requestRoleSession)
	}
	if v.Get(switchResult) == "Failure" {
		e.Outcome = footfall.Failure
	}
	mfa(e, v)
}

// accountOf returns the account of an ARN, arn:partition:service:region:account:resource;
// "" when it is none.
func accountOf(arn string) string {
	for range 4 {
		_, rest, ok := strings.Cut(arn, ":")
		if !ok {
			return ""
		}
		arn = rest
	}
	account, _, ok := strings.Cut(arn, ":")
	if !ok {
		return ""
	}
	return account
}

// sendKey reads EC2 Instance Connect: a public key is put on an instance for
// sixty seconds, and a logon as that user is what it is for.
func sendKey(e *footfall.Event, v *record.Values) {
	e.Auth, e.Target.Name = footfall.AuthKey, v.Get(requestOSUser)
	e.Target.Domain = v.Get(requestInstance)
	if e.Target.Name == "" {
		e.Target.Domain = ""
	}
}

// session reads Session Manager.
func session(e *footfall.Event, v *record.Values) {
	e.Object = v.First(requestDocument, requestTarget)
	if id := v.First(newSession, requestSession); id != "" {
		e.Parent, e.Session = e.Session, id
	}
	if d := v.Get(requestDocument); strings.Contains(d, "SSH") {
		e.Service = footfall.ServiceSSH
	} else if strings.Contains(d, "RDP") || strings.Contains(d, "GUIConnect") {
		e.Service = footfall.ServiceRDP
	}
}

func command(e *footfall.Event, v *record.Values) {
	if c := v.Get(requestCommands); c != hidden {
		e.Command = c
	}
	if id := v.Get(commandID); id != "" {
		e.Parent, e.Session = e.Session, id
	}
}

// attribute tells a change of the script that an instance runs at its start.
func attribute(e *footfall.Event, v *record.Values) {
	if v.Get(requestAttribute) == "userData" || v.Get(requestUserData) != "" {
		e.Kind, e.Object = footfall.KindConfig, "userData"
	}
}

// self is for changes that without a name concern the caller.
func self(e *footfall.Event, v *record.Values) {
	if e.Target.Name = v.First(requestUser, newUser); e.Target.Name == "" {
		e.Target = e.User
	}
}

func key(e *footfall.Event, v *record.Values) {
	self(e, v)
	if id := v.First(requestKeyID, requestKeyName); id != "" {
		e.Object = id
	}
}
