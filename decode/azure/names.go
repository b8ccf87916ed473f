package azure

import (
	"strings"

	"github.com/footfall/footfall"
)

// The values that are read.
const (
	when = iota
	created
	category
	kindOfTable
	operation
	activity
	resultType
	resultText
	resultReason
	result
	callerIP
	correlation
	session
	requestID
	tenant
	identity
	resourceID
	level

	upn
	userID
	spName
	spID
	appName
	resourceName
	userAgent
	deviceName
	browser
	clientApp
	country
	place
	errorCode
	failureReason
	moreDetails
	authRequirement
	authMethod
	authMethodText
	authProtocol
	mfaMethod
	interactive
	credentialType
	accessStatus
	loggedBy

	byUPN
	byID
	byIP
	byApp
	byAppID
	targetUPN
	targetName
	targetID
	targets

	riskType
	riskLevel
	riskState
	riskDetail

	caller
	claimUPN
	claimName
	claimOID
	claimApp
	status
	statusCode
	principal

	bastionUser
	bastionMail
	bastionIP
	bastionPort
	bastionProtocol
	bastionTarget
	bastionVM
	bastionTunnel
	message

	kubeLog
	requestURI
	httpStatus
	clientIP

	dynDevice
	dynStatus
	dynLocation
	dynInitiated
	dynTargets
	dynAuth
	dynMFA
	dynProperties
	dynAuthorization
	dynClaims
	slots
)

// p lists a name of Graph with that of Azure Monitor, which puts it under
// properties, and further ones.
func p(name string, more ...string) string {
	return strings.Join(append([]string{name, "properties." + name}, more...), "|")
}

const claims = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/"

var paths = [slots]string{
	when:     "time|TimeGenerated|eventTimestamp|event_timestamp|Date (UTC)|Time|TimeGenerated [UTC]",
	created:  p("createdDateTime", "CreatedDateTime") + "|" + p("activityDateTime", "ActivityDateTime") + "|" + p("detectedDateTime", "DetectedDateTime") + "|" + p("riskLastUpdatedDateTime"),
	category: "category|Category|CategoryValue|category.value|Event category", kindOfTable: "Type|SourceTable", operation: "operationName|operationname|OperationName|OperationNameValue|operationName.value|operation_name.value|Operation name",
	activity: p("activityDisplayName", "ActivityDisplayName", "Activity"), resultType: "resultType|resulttype|ResultType|Sign-in error code", resultText: "resultDescription|resultdescription|ResultDescription|Failure reason",
	resultReason: p("resultReason", "ResultReason"), result: p("result", "Result"), callerIP: "callerIpAddress|calleripaddress|CallerIpAddress|CallerIPAddress|httpRequest.clientIpAddress|http_request.client_ip_address|" + p("ipAddress", "IPAddress", "IP address"),
	correlation: "correlationId|correlationid|CorrelationId|correlation_id|properties.correlationId|Correlation ID|Correlation id", session: p("sessionId", "SessionId", "Session ID"), requestID: p("id", "Id", "Request ID"),
	tenant: "tenantId|tenantid|TenantId|AADTenantId|tenant_id|" + p("homeTenantId", "HomeTenantId", "Home tenant ID"), identity: "identity|Identity",
	resourceID: "resourceId|resourceid|ResourceId|_ResourceId|resource_id|Resource", level: "level|Level",

	upn: p("userPrincipalName", "UserPrincipalName", "Username"), userID: p("userId", "UserId", "User ID"), spName: p("servicePrincipalName", "ServicePrincipalName", "Service principal name"),
	spID: p("servicePrincipalId", "ServicePrincipalId", "Service principal ID"), appName: p("appDisplayName", "AppDisplayName", "Application"), resourceName: p("resourceDisplayName", "ResourceDisplayName"),
	userAgent: p("userAgent", "UserAgent", "User agent"), deviceName: p("deviceDetail.displayName", "DeviceDetail.displayName"), browser: p("deviceDetail.browser", "DeviceDetail.browser", "Browser"),
	clientApp: p("clientAppUsed", "ClientAppUsed", "Client app"), country: p("location.countryOrRegion", "LocationDetails.countryOrRegion"), place: "location|Location",
	errorCode: p("status.errorCode", "Status.errorCode"), failureReason: p("status.failureReason", "Status.failureReason"), moreDetails: p("status.additionalDetails", "Status.additionalDetails", "Multifactor authentication result"),
	authRequirement: p("authenticationRequirement", "AuthenticationRequirement", "Authentication requirement"), authMethod: p("authenticationDetails.authenticationMethod", "AuthenticationDetails.authenticationMethod"),
	authMethodText: p("authenticationDetails"), authProtocol: p("authenticationProtocol", "AuthenticationProtocol", "Authentication Protocol"), mfaMethod: p("mfaDetail.authMethod", "MfaDetail.authMethod", "Multifactor authentication auth method"),
	interactive: p("isInteractive", "IsInteractive"), credentialType: p("clientCredentialType", "ClientCredentialType", "Client credential type"),
	accessStatus: p("conditionalAccessStatus", "ConditionalAccessStatus", "Conditional Access"), loggedBy: p("loggedByService", "LoggedByService"),

	byUPN: p("initiatedBy.user.userPrincipalName", "InitiatedBy.user.userPrincipalName", "ActorUserPrincipalName"), byID: p("initiatedBy.user.id", "InitiatedBy.user.id", "ActorObjectId"),
	byIP: p("initiatedBy.user.ipAddress", "InitiatedBy.user.ipAddress"), byApp: p("initiatedBy.app.displayName", "InitiatedBy.app.displayName", "ActorServicePrincipalName", "ActorDisplayName"),
	byAppID: p("initiatedBy.app.servicePrincipalId", "InitiatedBy.app.servicePrincipalId", "ActorServicePrincipalId"), targetUPN: p("targetResources.userPrincipalName", "TargetResources.userPrincipalName", "Target1UserPrincipalName"),
	targetName: p("targetResources.displayName", "TargetResources.displayName", "Target1DisplayName"), targetID: p("targetResources.id", "TargetResources.id", "Target1ObjectId"), targets: p("targetResources[]", "properties.targetResources[]", "TargetResources[]"),

	riskType: p("riskEventType", "RiskEventType", "riskType"), riskLevel: p("riskLevel", "RiskLevel"), riskState: p("riskState", "RiskState"), riskDetail: p("riskDetail", "RiskDetail"),

	caller: "caller|Caller|Event initiated by", claimUPN: "identity.claims." + claims + "upn|claims." + claims + "upn|Claims_d." + claims + "upn", claimName: "identity.claims." + claims + "name|claims." + claims + "name|identity.claims.name|claims.name",
	claimOID: "identity.claims.http://schemas.microsoft.com/identity/claims/objectidentifier|claims.http://schemas.microsoft.com/identity/claims/objectidentifier", claimApp: "identity.claims.appid|claims.appid|Claims_d.appid",
	status: "ActivityStatusValue|status.value|Status|status", statusCode: p("statusCode", "ActivitySubstatusValue", "subStatus.value", "sub_status.value"),
	principal: "identity.authorization.evidence.principalId",

	bastionUser: "properties.userName|UserName|userName_s", bastionMail: "properties.userEmail|UserEmail|userEmail_s", bastionIP: "properties.clientIpAddress|ClientIpAddress|clientIpAddress_s",
	bastionPort: "properties.clientPort|ClientPort|clientPort_d", bastionProtocol: "properties.protocol|Protocol|protocol_s", bastionTarget: "properties.targetVMIPAddress|TargetVMIPAddress|targetVMIPAddress_s",
	bastionVM: "properties.targetResourceId|TargetResourceId|targetResourceId_s", bastionTunnel: "properties.tunnelId|TunnelId|tunnelId_s", message: "properties.message|Message|message_s",

	kubeLog: "properties.log|log_s", requestURI: "properties.requestUri|uri", httpStatus: "properties.httpStatus", clientIP: "properties.clientIP|properties.clientIp",

	dynDevice: "DeviceDetail", dynStatus: "", dynLocation: "LocationDetails", dynInitiated: "InitiatedBy", dynTargets: "TargetResources", dynAuth: "AuthenticationDetails", dynMFA: "MfaDetail",
	dynProperties: "properties|Properties", dynAuthorization: "Authorization", dynClaims: "Claims",
}

// aliases are the names that SigmaHQ's rules use besides those of the records.
// They mix Graph's spelling, Log Analytics' columns and the portal's words.
var aliases = []struct{ names, from string }{
	{"ResultType", "resultType resulttype Sign-in_error_code properties.status.errorCode status.errorCode"},
	{"ResultDescription Resultdescription", "resultDescription resultdescription ResultDescription Failure_reason properties.status.failureReason status.failureReason"},
	{"userAgent UserAgent", "userAgent properties.userAgent UserAgent User_agent"},
	{"AuthenticationRequirement", "authenticationRequirement properties.authenticationRequirement Authentication_requirement"},
	{"RiskState", "riskState properties.riskState"},
	{"riskEventType", "properties.riskEventType RiskEventType"},
	{"conditionalAccessStatus ConditionalAccessStatus", "conditionalAccessStatus properties.conditionalAccessStatus ConditionalAccessStatus Conditional_Access"},
	{"ResourceDisplayName", "resourceDisplayName properties.resourceDisplayName"},
	{"AppDisplayName", "appDisplayName properties.appDisplayName Application"},
	{"AppId", "appId properties.appId Application_ID"},
	{"IPAddress", "ipAddress properties.ipAddress callerIpAddress calleripaddress IP_address"},
	{"UserPrincipalName Username", "userPrincipalName properties.userPrincipalName UserPrincipalName Username"},
	{"UserId", "userId properties.userId User_ID"},
	{"ClientApp ClientAppUsed", "clientAppUsed properties.clientAppUsed ClientAppUsed Client_app"},
	{"DeviceDetail.deviceId", "deviceDetail.deviceId properties.deviceDetail.deviceId Device_ID"},
	{"DeviceDetail.isCompliant", "deviceDetail.isCompliant properties.deviceDetail.isCompliant Compliant"},
	{"DeviceDetail.trusttype", "deviceDetail.trustType properties.deviceDetail.trustType DeviceDetail.trustType Join_Type"},
	{"NetworkLocationDetails", "networkLocationDetails[] properties.networkLocationDetails[] NetworkLocationDetails[] properties.networkLocationDetails"},
	{"Status", "status[] properties.status[] Status[] properties.result result Result properties.resultReason resultReason ResultReason Multifactor_authentication_result properties.status.additionalDetails status.additionalDetails"},
	{"OperationName operationName properties.message", "operationName operationname OperationName activityDisplayName properties.activityDisplayName ActivityDisplayName Activity"},
	{"operationName OperationNameValue", "operationName OperationNameValue operationName.value operation_name.value"},
	{"ActivityDisplayName ActivityType activityType", "activityDisplayName properties.activityDisplayName ActivityDisplayName Activity operationName"},
	{"Category category", "category Category properties.category"},
	{"CategoryValue", "category category.value"},
	{"ResourceId", "resourceId resourceid _ResourceId resource_id"},
	{"LoggedByService", "loggedByService properties.loggedByService Service"},
	{"properties.result", "result Result"},
	{"failure_status_reason", "resultReason properties.resultReason ResultReason properties.status.failureReason"},
	{"Initiatedby", "initiatedBy.user.userPrincipalName properties.initiatedBy.user.userPrincipalName InitiatedBy.user.userPrincipalName ActorUserPrincipalName"},
	{"Target", "targetResources.userPrincipalName properties.targetResources.userPrincipalName TargetResources.userPrincipalName Target1UserPrincipalName"},
	{"TargetResources properties.targetResources", "targetResources[] properties.targetResources[] TargetResources[] TargetResources"},
	{"TargetResources.modifiedProperties", "targetResources.modifiedProperties[] properties.targetResources.modifiedProperties[] TargetResources.modifiedProperties[]"},
	{"TargetResources.ModifiedProperties.DisplayName", "targetResources.modifiedProperties.displayName properties.targetResources.modifiedProperties.displayName TargetResources.modifiedProperties.displayName"},
	{"TargetResources.ModifiedProperties.NewValue TargetResources.modifiedProperties.newValue", "targetResources.modifiedProperties.newValue properties.targetResources.modifiedProperties.newValue TargetResources.modifiedProperties.newValue"},
	{"targetResources.type", "properties.targetResources.type TargetResources.type targetResources.type Target1Type"},
	{"additionalDetails.additionalInfo", "additionalDetails.value properties.additionalDetails.value AdditionalDetails.value AdditionalDetails"},
}

// also turns the aliases round. A column's blanks are written as underscores.
func also() map[string][]string {
	out := map[string][]string{}
	for _, a := range aliases {
		for from := range strings.FieldsSeq(a.from) {
			from = column.Replace(from)
			out[from] = append(out[from], strings.Fields(a.names)...)
		}
	}
	return out
}

var column = strings.NewReplacer("Sign-in_error_code", "Sign-in error code", "Failure_reason", "Failure reason", "User_agent", "User agent", "Authentication_requirement", "Authentication requirement",
	"Conditional_Access", "Conditional Access", "Application_ID", "Application ID", "IP_address", "IP address", "User_ID", "User ID", "Client_app", "Client app", "Device_ID", "Device ID", "Join_Type", "Join Type",
	"Multifactor_authentication_result", "Multifactor authentication result")

// synthetic are fields that rules ask for and that only the portal shows, not
// the record: they are made when asked for.
type synthetic struct {
	status, details, message, provider, consent footfall.FieldID
}

func newSynthetic(s *footfall.Schema) synthetic {
	return synthetic{
		status: s.Asked("Status"), details: s.Asked("ActivityDetails"), message: s.Asked("properties.message"),
		provider: s.Asked("ResourceProviderValue"), consent: s.Asked("ConsentContext.IsAdminConsent"),
	}
}
