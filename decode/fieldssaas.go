package decode

// services are the log sources of identity providers, of software as a service
// and of agents on endpoints, and the schemas that any product may write.
// Their records are extended by their makers, so rules may name any path.
var services = []listing{
	{product: "okta", service: "okta", read: true, open: true, source: "https://developer.okta.com/docs/reference/api/system-log/", fields: "eventType eventtype displayMessage displaymessage legacyEventType severity outcome.result outcome.reason actor.id actor.type actor.alternateId actor.alternateid actor.displayName client.ipAddress client.userAgent.rawUserAgent client.geographicalContext.country client.zone authenticationContext.externalSessionId securityContext.isProxy debugContext.debugData debugContext.debugData.requestUri debugContext.debugData.behaviors debugContext.debugData.logOnlySecurityData target target.displayName published uuid"},
	{product: "m365", service: "audit,exchange,threat_management,threat_detection", read: true, open: true, source: "https://learn.microsoft.com/office/office-365-management-api/office-365-management-activity-api-schema", fields: "Operation Workload UserId ClientIP ResultStatus RecordType ObjectId ApplicationId Parameters OperationProperties RequestType eventSource eventName status"},
	{product: "m365", service: "defender,threat_management", read: true, open: true, source: "https://learn.microsoft.com/defender-xdr/advanced-hunting-schema-tables"},
	{product: "gcp", service: "google_workspace,google_workspace.admin,google_workspace.login,google_workspace.drive,google_workspace.token,google_workspace.saml,google_workspace.user_accounts,google_workspace.groups,google_workspace.groups_enterprise,google_workspace.mobile,google_workspace.rules,google_workspace.calendar,google_workspace.chat,google_workspace.chrome,google_workspace.context_aware_access,google_workspace.data_studio,google_workspace.gcp,google_workspace.gmail,google_workspace.gplus,google_workspace.jamboard,google_workspace.keep,google_workspace.meet,google_workspace.access_transparency,google_workspace.vault,google_workspace.access_evaluation,google_workspace.gemini_in_workspace_apps,google_workspace.ldap,google_workspace.takeout", read: true, open: true, source: "https://developers.google.com/workspace/admin/reports/reference/rest/v1/activities", fields: "eventService eventName protoPayload.serviceName protoPayload.Servicename protoPayload.metadata.event.eventName setting_name new_value old_value"},
	{product: "cisco", service: "duo", read: true, open: true, source: "https://duo.com/docs/adminapi#logs", fields: "event_type reason result factor action object description username user.name application.name access_device.ip"},
	{product: "auth0", service: "auth0", read: true, open: true, source: "https://auth0.com/docs/deploy-monitor/logs/log-event-type-codes", fields: "type data.type data.ip data.user_name data.description"},
	{product: "onelogin", service: "onelogin.events", read: true, open: true, source: "https://developers.onelogin.com/api-docs/1/events/event-resource", fields: "event_type_id actor_user_name user_name ipaddr app_name"},
	{product: "pingone", service: "audit", read: true, open: true, source: "https://developer.pingidentity.com/pingone-api/platform/audit-activities.html"},
	{product: "jumpcloud", service: "directory", read: true, open: true, source: "https://docs.jumpcloud.com/api/insights/directory/1.0/index.html"},
	{product: "1password", service: "events", read: true, open: true, source: "https://developer.1password.com/docs/events-api/reference/"},
	{product: "keycloak", service: "events", read: true, open: true, source: "https://www.keycloak.org/docs/latest/server_admin/#event-listener", fields: "type realmId clientId userId ipAddress error username operationType resourceType resourcePath"},
	{product: "crowdstrike", service: "falcon,detection", category: "dns_query,dns,file_event", read: true, open: true, source: "CrowdStrike's event data dictionary"},
	{product: "sentinelone", service: "management", read: true, open: true, source: "SentinelOne Management API 2.1"},
	{product: "carbonblack", service: "cloud", read: true, open: true, source: "https://developer.carbonblack.com/reference/carbon-black-cloud/data-forwarder/schema/latest/"},
	{product: "vectra", service: "detect", read: true, open: true, source: "https://support.vectra.ai/vectra/article/KB-VS-1233"},
	{product: "windows", service: "falcon,defender,sentinelone,carbonblack,ocsf,endpoint", category: "process_creation", read: true, source: "Sigma taxonomy appendix", fields: "Image ParentImage CommandLine ParentCommandLine OriginalFileName User"},
	// Closed, though these records have fields of their own: rules ask for those of
	// Sysmon, and a name that no event has must stay one that is told.
	{product: "windows", service: "falcon,defender,sentinelone,carbonblack", category: "network_connection,file_event,registry_set,registry_event,image_load", read: true, source: "Sigma taxonomy appendix", fields: edrFields},
	{product: "linux", service: "falcon,endpoint,defender,sentinelone,carbonblack", category: "process_creation,network_connection,file_event", read: true, source: "Sigma taxonomy appendix", fields: edrFields},
	{product: "macos", service: "falcon,defender,sentinelone,carbonblack", category: "process_creation,network_connection,file_event", read: true, source: "Sigma taxonomy appendix", fields: edrFields},
	{product: "ocsf", category: "firewall,network_connection,dns,dns_query,authentication", read: true, open: true, source: "https://schema.ocsf.io/"},
	{product: "ecs", category: "firewall,network_connection,dns,dns_query,authentication,webserver,proxy", read: true, open: true, source: "https://www.elastic.co/docs/reference/ecs"},
	{product: "signin", category: "authentication", read: true, open: true, source: "the names that services document for their audit logs"},
}

// edrFields are the names of Sigma's taxonomy that records of endpoint agents
// are known by.
const edrFields = "Image ParentImage CommandLine ParentCommandLine OriginalFileName User ProcessId ParentProcessId CurrentDirectory IntegrityLevel Hashes md5 sha1 sha256 " +
	"TargetFilename TargetObject Details ImageLoaded SourceIp SourcePort DestinationIp DestinationPort DestinationHostname Protocol Initiated Computer"
