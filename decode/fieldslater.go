package decode

// later are log sources that nothing reads yet. Their fields are those that
// their makers document; a source is open where rules may name any path in a
// record that its maker extends.
var later = []listing{
	{product: "aws", service: "cloudtrail", read: true, source: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html", open: true, fields: "eventVersion userIdentity.type userIdentity.principalId userIdentity.arn userIdentity.accountId userIdentity.accessKeyId userIdentity.userName userIdentity.invokedBy eventTime eventSource eventName awsRegion sourceIPAddress userAgent errorCode errorMessage requestID eventID readOnly resources eventType apiVersion managementEvent recipientAccountId serviceEventDetails sharedEventID vpcEndpointId eventCategory tlsDetails sessionCredentialFromConsole"},
	{product: "aws", service: "guardduty", read: true, open: true, source: "https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_finding-format.html"},
	{product: "azure", service: "signinlogs", read: true, source: "https://learn.microsoft.com/graph/api/resources/signin", open: true, fields: "AppDisplayName AppId AuthenticationProcessingDetails AuthenticationRequirement ClientAppUsed ConditionalAccessStatus CorrelationId DeviceDetail IPAddress Location NetworkLocationDetails ResourceDisplayName ResourceId ResourceIdentity ResultDescription ResultType RiskDetail RiskState RiskLevelDuringSignIn Status UserAgent Username UserPrincipalName UserId"},
	{product: "azure", service: "auditlogs", read: true, source: "https://learn.microsoft.com/graph/api/resources/directoryaudit", open: true},
	{product: "azure", service: "activitylogs", read: true, source: "https://learn.microsoft.com/azure/azure-monitor/essentials/activity-log-schema", open: true},
	{product: "azure", service: "riskdetection", read: true, source: "https://learn.microsoft.com/graph/api/resources/riskdetection", open: true},
	{product: "azure", service: "pim", read: true, source: "https://learn.microsoft.com/graph/api/resources/unifiedrbacresourceaction", open: true},
	{product: "azure", service: "diagnostics", read: true, source: "https://learn.microsoft.com/azure/azure-monitor/reference/tables-category", open: true},
	{product: "gcp", service: "gcp.audit", read: true, source: "https://cloud.google.com/logging/docs/audit", open: true},
	{product: "gcp", service: "logging", read: true, source: "https://cloud.google.com/logging/docs/reference/v2/rest/v2/LogEntry", open: true},
	{product: "kubernetes", service: "audit", category: "application", read: true, source: "https://kubernetes.io/docs/reference/config-api/apiserver-audit.v1/", open: true, fields: "level auditID stage requestURI verb user.username user.uid user.groups impersonatedUser.username sourceIPs userAgent objectRef.resource objectRef.namespace objectRef.name objectRef.apiGroup objectRef.apiVersion objectRef.subresource apiGroup hostPath capabilities responseStatus.code responseStatus.reason requestReceivedTimestamp stageTimestamp annotations"},
	{product: "velociraptor", read: true, source: "https://docs.velociraptor.app/artifact_references/", open: true},
	{category: "firewall", source: "Sigma taxonomy appendix", fields: "src_ip src_port dst_ip dst_port username action protocol blocked"},
	{category: "dns", source: "Sigma taxonomy appendix", fields: "query record_type answer parent_domain"},
	{category: "proxy", source: "Sigma taxonomy appendix", fields: proxyFields},
	{category: "webserver", source: "Sigma taxonomy appendix", fields: proxyFields},
	{product: "linux", service: "sysmon", category: "process_creation", read: true, source: sysmonManual, fields: processOf + "CommandLine CurrentDirectory LogonGuid LogonId TerminalSessionId IntegrityLevel Hashes FileVersion Description Product Company OriginalFileName ParentProcessGuid ParentProcessId ParentImage ParentCommandLine ParentUser"},
	{product: "linux", service: "sysmon", category: "network_connection", read: true, source: sysmonManual, fields: processOf + "Protocol Initiated SourceIsIpv6 SourceIp SourceHostname SourcePort DestinationIsIpv6 DestinationIp DestinationHostname DestinationPort"},
	{product: "linux", service: "sysmon", category: "file_event", read: true, source: sysmonManual, fields: processOf + "TargetFilename CreationUtcTime"},
	{product: "macos", category: "process_creation", source: "Sigma taxonomy appendix", fields: "Image CommandLine ParentImage ParentCommandLine User CurrentDirectory ProcessId ParentProcessId OriginalFileName"},
	{product: "macos", category: "file_event", source: "Sigma taxonomy appendix", fields: "Image TargetFilename User"},
}

const (
	proxyFields = "c-uri c-uri-extension c-uri-query c-uri-stem c-useragent cs-bytes cs-cookie cs-host cs-method r-dns cs-referrer cs-version sc-bytes sc-status src_ip dst_ip cs-uri cs-uri-query cs-uri-stem cs-user-agent cs-username c-ip s-ip s-port date time cs-content-type cs-referer"
)
