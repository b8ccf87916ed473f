package decode

// later are log sources that nothing reads yet. Their fields are those that
// their makers document; a source is open where rules may name any path in a
// record that its maker extends.
var later = []listing{
	{product: "zeek", service: "conn", source: zeekManual, fields: zeekID + "proto service duration orig_bytes resp_bytes conn_state local_orig local_resp missed_bytes history orig_pkts orig_ip_bytes resp_pkts resp_ip_bytes tunnel_parents vlan inner_vlan"},
	{product: "zeek", service: "dns", source: zeekManual, fields: zeekID + "proto trans_id rtt query qclass qclass_name qtype qtype_name rcode rcode_name AA TC RD RA Z answers TTLs rejected"},
	{product: "zeek", service: "http", source: zeekManual, fields: zeekID + "trans_depth method host uri referrer version user_agent origin request_body_len response_body_len status_code status_msg info_code info_msg tags username password proxied orig_fuids orig_filenames orig_mime_types resp_fuids resp_filenames resp_mime_types"},
	{product: "zeek", service: "ssh", source: zeekManual, fields: zeekID + "version auth_success auth_attempts direction client server cipher_alg mac_alg compression_alg kex_alg host_key_alg host_key remote_location"},
	{product: "zeek", service: "rdp", source: zeekManual, fields: zeekID + "cookie result security_protocol client_channels keyboard_layout client_build client_name client_dig_product_id desktop_width desktop_height requested_color_depth cert_type cert_count cert_permanent encryption_level encryption_method"},
	{product: "zeek", service: "rfb", source: zeekManual, fields: zeekID + "client_major_version client_minor_version server_major_version server_minor_version authentication_method auth share_flag desktop_name width height"},
	{product: "zeek", service: "smb_files", source: zeekManual, fields: zeekID + "fuid action path name size prev_name times.modified times.accessed times.created times.changed"},
	{product: "zeek", service: "smb_mapping", source: zeekManual, fields: zeekID + "path service native_file_system share_type"},
	{product: "zeek", service: "dce_rpc", source: zeekManual, fields: zeekID + "rtt named_pipe endpoint operation"},
	{product: "zeek", service: "ntlm", source: zeekManual, fields: zeekID + "username hostname domainname server_nb_computer_name server_dns_computer_name server_tree_name success"},
	{product: "zeek", service: "kerberos", source: zeekManual, fields: zeekID + "request_type client service success error_msg from till cipher forwardable renewable client_cert_subject client_cert_fuid server_cert_subject server_cert_fuid"},
	{product: "zeek", service: "dhcp", source: zeekManual, fields: "ts uids client_addr server_addr mac host_name client_fqdn domain requested_addr assigned_addr lease_time client_message server_message msg_types duration"},
	{product: "zeek", service: "x509", source: zeekManual, open: true},
	{product: "aws", service: "cloudtrail", source: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html", open: true, fields: "eventVersion userIdentity.type userIdentity.principalId userIdentity.arn userIdentity.accountId userIdentity.accessKeyId userIdentity.userName userIdentity.invokedBy eventTime eventSource eventName awsRegion sourceIPAddress userAgent errorCode errorMessage requestID eventID readOnly resources eventType apiVersion managementEvent recipientAccountId serviceEventDetails sharedEventID vpcEndpointId eventCategory tlsDetails sessionCredentialFromConsole"},
	{product: "okta", service: "okta", source: "https://developer.okta.com/docs/reference/api/system-log/", open: true, fields: "eventType eventtype displayMessage displaymessage severity outcome.result outcome.reason actor.id actor.type actor.alternateId actor.alternateid actor.displayName client.ipAddress client.userAgent.rawUserAgent client.geographicalContext.country client.zone authenticationContext.externalSessionId securityContext.isProxy debugContext.debugData target published uuid"},
	{product: "azure", service: "signinlogs", source: "https://learn.microsoft.com/graph/api/resources/signin", open: true, fields: "AppDisplayName AppId AuthenticationProcessingDetails AuthenticationRequirement ClientAppUsed ConditionalAccessStatus CorrelationId DeviceDetail IPAddress Location NetworkLocationDetails ResourceDisplayName ResourceId ResourceIdentity ResultDescription ResultType RiskDetail RiskState RiskLevelDuringSignIn Status UserAgent Username UserPrincipalName UserId"},
	{product: "azure", service: "auditlogs", source: "https://learn.microsoft.com/graph/api/resources/directoryaudit", open: true},
	{product: "azure", service: "activitylogs", source: "https://learn.microsoft.com/azure/azure-monitor/essentials/activity-log-schema", open: true},
	{product: "azure", service: "riskdetection", source: "https://learn.microsoft.com/graph/api/resources/riskdetection", open: true},
	{product: "azure", service: "pim", source: "https://learn.microsoft.com/graph/api/resources/unifiedrbacresourceaction", open: true},
	{product: "gcp", service: "gcp.audit", source: "https://cloud.google.com/logging/docs/audit", open: true},
	{product: "gcp", service: "google_workspace.admin", source: "https://developers.google.com/admin-sdk/reports/v1", open: true},
	{product: "gcp", service: "google_workspace.login", source: "https://developers.google.com/admin-sdk/reports/v1", open: true},
	{product: "m365", service: "audit,exchange,threat_management,threat_detection", source: "https://learn.microsoft.com/office/office-365-management-api/office-365-management-activity-api-schema", open: true},
	{product: "kubernetes", service: "audit", category: "application", source: "https://kubernetes.io/docs/reference/config-api/apiserver-audit.v1/", open: true, fields: "level auditID stage requestURI verb user.username user.uid user.groups impersonatedUser.username sourceIPs userAgent objectRef.resource objectRef.namespace objectRef.name objectRef.apiGroup objectRef.apiVersion objectRef.subresource responseStatus.code responseStatus.reason requestReceivedTimestamp stageTimestamp annotations"},
	{product: "cisco", service: "aaa,bgp,ldp,duo", source: "https://www.cisco.com/c/en/us/support/", open: true},
	{category: "firewall", source: "Sigma taxonomy appendix", fields: "src_ip src_port dst_ip dst_port username action protocol blocked"},
	{category: "dns", source: "Sigma taxonomy appendix", fields: "query record_type answer parent_domain"},
	{category: "proxy", source: "Sigma taxonomy appendix", fields: proxyFields},
	{category: "webserver", source: "Sigma taxonomy appendix", fields: proxyFields},
	{product: "linux", service: "sysmon", category: "process_creation", source: sysmonManual, fields: processOf + "CommandLine CurrentDirectory LogonGuid LogonId TerminalSessionId IntegrityLevel Hashes FileVersion Description Product Company OriginalFileName ParentProcessGuid ParentProcessId ParentImage ParentCommandLine ParentUser"},
	{product: "linux", service: "sysmon", category: "network_connection", source: sysmonManual, fields: processOf + "Protocol Initiated SourceIsIpv6 SourceIp SourceHostname SourcePort DestinationIsIpv6 DestinationIp DestinationHostname DestinationPort"},
	{product: "linux", service: "sysmon", category: "file_event", source: sysmonManual, fields: processOf + "TargetFilename CreationUtcTime"},
	{product: "macos", category: "process_creation", source: "Sigma taxonomy appendix", fields: "Image CommandLine ParentImage ParentCommandLine User CurrentDirectory ProcessId ParentProcessId OriginalFileName"},
	{product: "macos", category: "file_event", source: "Sigma taxonomy appendix", fields: "Image TargetFilename User"},
}

const (
	zeekManual  = "https://docs.zeek.org/en/master/logs/index.html"
	zeekID      = "ts uid id.orig_h id.orig_p id.resp_h id.resp_p "
	proxyFields = "c-uri c-uri-extension c-uri-query c-uri-stem c-useragent cs-bytes cs-cookie cs-host cs-method r-dns cs-referrer cs-version sc-bytes sc-status src_ip dst_ip cs-uri cs-uri-query cs-uri-stem cs-user-agent cs-username c-ip s-ip s-port date time cs-content-type cs-referer"
)
