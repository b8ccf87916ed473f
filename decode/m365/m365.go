// Package m365 reads the unified audit log of Microsoft 365: as the
// Management API and collectors write it, as Search-UnifiedAuditLog and the
// portal export it. One record goes in, one event comes out, whichever way it
// came.
package m365

import (
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/csvscan"
	"github.com/footfall/footfall/internal/jsonlog"
)

// Decoder reads records as JSON.
var Decoder = format.Decoder()

// CSV reads exports whose records stand in a column.
var CSV = footfall.Decoder{
	Name:   "m365-csv",
	Doc:    "Unified audit log of Microsoft 365 as CSV of Search-UnifiedAuditLog or of the portal: the record is in the column AuditData.",
	Source: "https://learn.microsoft.com/purview/audit-log-export-records",
	Frame:  footfall.FrameCSV,
	By:     "a column AuditData",
	Sniff:  sniffCSV,
	New:    openCSV,
}

const (
	operation = iota
	created
	workload
	userID
	userKey
	address
	status
	errorNumber
	logonError
	appID
	object
	recordID
	tenant
	recordType
	name
	agent
	extended
	parameters
	opProperties
	actorAddress
	clientInfo
	target
	session
	country
	device
	mailbox
	members
)

var format = jsonlog.Format{
	Name:   "m365",
	Doc:    "Unified audit log of Microsoft 365 (Management Activity API, AuditData of Search-UnifiedAuditLog, what collectors wrap around): Entra ID, Exchange, SharePoint, Teams, Security & Compliance. CreationTime is UTC.",
	Source: "https://learn.microsoft.com/office/office-365-management-api/office-365-management-activity-api-schema",
	Logs:   []footfall.Log{{Product: "m365", Services: []string{"audit", "exchange", "threat_management", "threat_detection"}}},
	By:     "the keys CreationTime and RecordType with two more of its own, AuditData, or Operation, Workload and UserId",
	Rate:   rate,
	Inside: []string{"o365audit", "office365", "o365", "AuditData", "auditData"},
	Paths: []string{
		operation: "Operation|operation|Operations", created: "CreationTime|creationTime|CreationDate|createdDateTime", workload: "Workload|service",
		userID: "UserId|userId|UserIds|userPrincipalName", userKey: "UserKey", address: "ClientIP|ClientIPAddress|clientIp", status: "ResultStatus|resultStatus",
		errorNumber: "ErrorNumber|errorNumber", logonError: "LogonError", appID: "ApplicationId|AppId|ClientAppId", object: "ObjectId|objectId", recordID: "Id", tenant: "OrganizationId|organizationId",
		recordType: "RecordType|auditLogRecordType", name: "Name", agent: "UserAgent", extended: "ExtendedProperties[]", parameters: "Parameters[]", opProperties: "OperationProperties[]",
		actorAddress: "ActorIpAddress|ActorIPAddress", clientInfo: "ClientInfoString", target: "Target[]", session: "AppAccessContext.AADSessionId|SessionId|InterSystemsId",
		country: "CountryCode", device: "DeviceName", mailbox: "MailboxOwnerUPN", members: "TargetUserOrGroupName",
	},
	Also: map[string][]string{
		"Operation": {"eventName"}, "Name": {"eventName"}, "Workload": {"eventSource"}, "Operations": {"Operation"},
	},
	Names: []string{"status"},
	Mean:  mean,
}

func rate(rec []byte) int {
	n := jsonlog.Count(rec, "Operation", "Workload", "RecordType", "OrganizationId", "UserKey", "UserType", "UserId", "CreationTime", "ResultStatus", "ClientIP")
	switch {
	case jsonlog.All(rec, "CreationTime", "RecordType") && (n >= 4 || jsonlog.Count(rec, "o365audit", "office365") > 0):
		return 95
	case jsonlog.All(rec, "office365") && n >= 3:
		return 95
	case jsonlog.All(rec, "AuditData") && n >= 3:
		return 90
	case jsonlog.All(rec, "Operation", "Workload", "UserId"):
		return 85
	case jsonlog.All(rec, "auditLogRecordType", "operation", "userPrincipalName"):
		return 90
	}
	return 0
}

func mean(r *jsonlog.Reader) {
	e := r.Event
	r.UTC(created)
	e.Service, e.Tenant, e.Country, e.UID = footfall.ServiceCloud, r.Get(tenant), r.Get(country), r.Get(recordID)
	e.User = footfall.Account{Name: r.Get(userID), SID: r.Get(userKey)}
	e.From.Addr = r.Addr(address)
	if !e.From.Addr.IsValid() {
		e.From.Addr = r.Addr(actorAddress)
	}
	e.From.Port = port(r.Get(address))
	e.Client, e.Session = r.First(agent, clientInfo), r.Get(session)
	e.Outcome = footfall.Success // the log is of what was done, unless the record says otherwise
	if jsonlog.Is(r.Get(status), "failed", "failure", "false", "error") {
		e.Outcome = footfall.Failure
	}
	if e.Outcome == footfall.Success {
		r.Field(0, "success")
	} else {
		r.Field(0, "failed")
	}
	if r.Get(extended) != "" {
		r.Pairs(extended, "Name", valueKeys, property)
	}
	e.Object = r.Get(operation)
	kind(r)
}

var valueKeys = []string{"Value"}

// property takes an extended property: rules ask for them by their own names.
func property(r *jsonlog.Reader, name, val string) {
	r.Extra(name, val)
	if name == "UserAgent" && r.Event.Client == "" {
		r.Event.Client = val
	}
}

// port is what stands behind an address in a form that has one for sure.
func port(s string) uint16 {
	i := strings.LastIndexByte(s, ':')
	if i <= 0 || s[0] != '[' && strings.IndexByte(s, ':') != i || s[0] == '[' && s[i-1] != ']' {
		return 0
	}
	v, _ := jsonlog.Number(s[i+1:])
	if v < 0 || v > 65535 {
		return 0
	}
	return uint16(v)
}

// kinds are operations whose name alone says what they are. The full stop at
// the end is Entra ID's own.
var kinds = map[string]footfall.Kind{
	"UserLoggedIn": footfall.KindLogon, "UserLoginFailed": footfall.KindLogon, "ForeignRealmIndexLogonInitialAuthUsingADFSFederatedToken": footfall.KindLogon,
	"TeamsSessionStarted": footfall.KindLogon, "MailboxLogin": footfall.KindLogon, "SignInEvent": footfall.KindLogon, "UserLoggedOff": footfall.KindLogoff,
	"AlertTriggered": footfall.KindAlert, "AlertEntityGenerated": footfall.KindAlert, "AlertUpdated": footfall.KindAlert, "TIMailData": footfall.KindAlert,
	"DlpRuleMatch": footfall.KindAlert, "Sign-in event": footfall.KindLogon,
	"New-InboxRule": footfall.KindConfig, "Set-InboxRule": footfall.KindConfig, "UpdateInboxRules": footfall.KindConfig, "Enable-InboxRule": footfall.KindConfig,
	"Set-Mailbox": footfall.KindConfig, "Add-MailboxPermission": footfall.KindGroup, "Add-RecipientPermission": footfall.KindGroup, "Add-MailboxFolderPermission": footfall.KindGroup,
	"New-TransportRule": footfall.KindConfig, "Set-TransportRule": footfall.KindConfig, "Set-AdminAuditLogConfig": footfall.KindConfig, "Add-FederatedDomain": footfall.KindConfig,
	"New-ManagementRoleAssignment": footfall.KindGroup, "Add-RoleGroupMember": footfall.KindGroup, "Set-CASMailbox": footfall.KindConfig,
	"Change user password.": footfall.KindPassword, "Reset user password.": footfall.KindPassword, "Set force change user password.": footfall.KindPassword,
	"Disable Strong Authentication.": footfall.KindAccount, "Enable Strong Authentication.": footfall.KindAccount,
	"User registered security info.": footfall.KindAccount, "User deleted security info.": footfall.KindAccount, "User registered all required security info.": footfall.KindAccount,
	"Consent to application.": footfall.KindConfig, "Set domain authentication.": footfall.KindConfig, "Set federation settings on domain.": footfall.KindConfig,
	"MemberAdded": footfall.KindGroup, "MemberRemoved": footfall.KindGroup, "MemberRoleChanged": footfall.KindGroup, "AddedToGroup": footfall.KindGroup, "RemovedFromGroup": footfall.KindGroup,
}

func kind(r *jsonlog.Reader) {
	e := r.Event
	op := r.Get(operation)
	k, known := kinds[op]
	switch {
	case known:
		e.Kind = k
	case strings.HasPrefix(op, "Add member to "), strings.HasPrefix(op, "Remove member from "), strings.HasPrefix(op, "Add eligible member to "),
		strings.HasPrefix(op, "Add app role assignment"), strings.HasPrefix(op, "Add owner to "):
		e.Kind = footfall.KindGroup
	case hasAny(op, "Add user", "Update user", "Delete user", "Disable account", "Enable account", "Restore user", "Invite external user", "Add service principal", "Update service principal", "Add device", "Add registered "):
		e.Kind = footfall.KindAccount
	case hasAny(op, "Add policy", "Update policy", "Delete policy", "Add conditional access", "Update conditional access", "Delete conditional access", "Add application", "Update application",
		"Add domain", "Add verified domain", "Add unverified domain", "Set Company", "Add delegated permission", "Add OAuth2PermissionGrant", "Update authorization policy"):
		e.Kind = footfall.KindConfig
	case op != "" || r.Get(workload) != "":
		e.Kind = footfall.KindCall
	}
	if e.Kind != footfall.KindLogon && front(e.From.Addr) {
		e.From = footfall.Endpoint{}
	}
	switch e.Kind {
	case footfall.KindLogon:
		logon(r, op)
	case footfall.KindAlert:
		if v := r.Get(name); v != "" {
			e.Object = v
		}
	case footfall.KindAccount, footfall.KindGroup, footfall.KindPassword:
		e.Target.Name = r.First(members, object)
	}
	if r.Get(workload) == "Exchange" && e.Kind == footfall.KindLogon {
		e.Service = footfall.ServiceMail
	}
}

func hasAny(s string, prefixes ...string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}

// logon is a sign-in. AADSTS numbers its errors; interrupts among them that
// only ask for something more are no failures of their own.
func logon(r *jsonlog.Reader, op string) {
	e := r.Event
	e.To.Host = appName(r.First(appID, object))
	if op == "TeamsSessionStarted" {
		e.To.Host = "Microsoft Teams"
	}
	if op == "UserLoginFailed" {
		e.Outcome = footfall.Failure
	}
	if e.Outcome == footfall.Failure {
		e.Reason = errorReason(r.Num(errorNumber), r.Get(logonError))
		if e.Reason == footfall.ReasonMFA {
			e.MFA = footfall.MFADenied
		}
	}
}

func errorReason(n int64, text string) footfall.Reason {
	switch n {
	case 50034, 50059, 51004, 50128, 81016:
		return footfall.ReasonNoUser
	case 50126, 50056, 50064, 700016:
		return footfall.ReasonBadPassword
	case 50053:
		return footfall.ReasonLocked
	case 50055, 50144, 50173, 700082:
		return footfall.ReasonExpired
	case 50057:
		return footfall.ReasonDisabled
	case 50072, 50074, 50076, 50079, 50158, 500121, 50203, 53004:
		return footfall.ReasonMFA
	case 50105, 53000, 53001, 53002, 53003, 530032, 50131, 500011, 65001, 90094, 50020:
		return footfall.ReasonRestricted
	}
	switch {
	case jsonlog.Has(text, "invalidusernameorpassword", "invalidpassword"):
		return footfall.ReasonBadPassword
	case jsonlog.Has(text, "userstrongauth", "strongauth"):
		return footfall.ReasonMFA
	case jsonlog.Has(text, "locked"):
		return footfall.ReasonLocked
	case jsonlog.Has(text, "notfound", "doesnotexist", "useraccountnotfound"):
		return footfall.ReasonNoUser
	case jsonlog.Has(text, "disabled"):
		return footfall.ReasonDisabled
	case jsonlog.Has(text, "blocked", "conditionalaccess"):
		return footfall.ReasonRestricted
	}
	return footfall.ReasonUnknown
}

func sniffCSV(head []byte) int {
	line := strings.TrimPrefix(footfall.Str(head), "\ufeff")
	if i := strings.IndexByte(line, '\n'); i >= 0 {
		line = line[:i]
	}
	if !strings.Contains(line, "AuditData") || strings.HasPrefix(line, "{") {
		return 0
	}
	if strings.Contains(line, "CreationDate") || strings.Contains(line, "Operation") || strings.Contains(line, "RecordType") {
		return 95
	}
	return 60
}

type constError string

func (e constError) Error() string { return string(e) }

const errNoData = constError("m365: no column holds a record")

type csv struct {
	r      *jsonlog.Reader
	sep    byte
	column int // of AuditData; -1 when the header does not say
	fields [][]byte
	buf    []byte
}

func openCSV(s *footfall.Schema, header []byte) (footfall.DecodeFunc, error) {
	d := &csv{r: format.Reader(s), sep: csvscan.Separator(header), column: -1}
	d.fields, d.buf = csvscan.Fields(nil, nil, header, d.sep)
	for i, f := range d.fields {
		if strings.TrimPrefix(strings.TrimSpace(string(f)), "\ufeff") == "AuditData" {
			d.column = i
		}
	}
	return d.decode, nil
}

func (d *csv) decode(b *footfall.Batch, rec []byte) error {
	d.fields, d.buf = csvscan.Fields(d.fields[:0], d.buf[:0], rec, d.sep)
	if d.column >= 0 && d.column < len(d.fields) && len(d.fields[d.column]) > 1 && d.fields[d.column][0] == '{' {
		return d.r.Decode(b, d.fields[d.column])
	}
	for _, f := range d.fields {
		if len(f) > 1 && f[0] == '{' {
			return d.r.Decode(b, f)
		}
	}
	return errNoData
}
