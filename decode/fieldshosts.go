package decode

// hosts are the log sources of programs of Unix, of macOS and of hypervisors.
// Those of text have their message alone.
var hosts = []listing{
	{product: "linux", service: "slapd,vsftpd,dropbear,endlessh,fail2ban,sftp,proxmox,synology,auth,syslog", read: true, source: "the makers' sources, see sources.md", fields: lineFields},
	{product: "linux", service: "sftpgo", read: true, open: true, source: "https://docs.sftpgo.com/latest/logs/", fields: "level time sender client_ip username login_type protocol error connection_id message"},
	{product: "linux", service: "osquery", read: true, open: true, source: "https://osquery.readthedocs.io/en/stable/deployment/logging/", fields: "name action hostIdentifier calendarTime unixTime epoch counter"},
	{product: "linux", service: "sysmon", read: true, source: sysmonManual, fields: processOf + systemPart},
	{product: "linux", service: "sysmon", category: "process_termination", read: true, source: sysmonManual, fields: processOf + systemPart},
	{product: "linux", service: "sysmon", category: "raw_access_thread", read: true, source: sysmonManual, fields: processOf + "Device " + systemPart},
	{product: "linux", service: "sysmon", category: "file_delete", read: true, source: sysmonManual, fields: processOf + "TargetFilename " + hashNames + systemPart},
	{product: "linux", service: "sysmon", category: "sysmon_status", read: true, source: sysmonManual, fields: "UtcTime State Version SchemaVersion Configuration ConfigurationFileHash " + systemPart},
	{product: "linux", service: "esxi", category: "process_creation", read: true, source: "https://techdocs.broadcom.com (ESXi and vCenter log files)", fields: lineFields + " Image CommandLine User"},
	{product: "linux", service: "osquery", category: "process_creation", read: true, open: true, source: "https://osquery.io/schema/", fields: "Image CommandLine User"},
	{product: "linux", service: "osquery", category: "network_connection", read: true, open: true, source: "https://osquery.io/schema/", fields: "Image User SourceIp SourcePort DestinationIp DestinationPort"},
	{product: "vmware", service: "esxi,vcenter", read: true, source: "https://techdocs.broadcom.com (ESXi and vCenter log files)", fields: lineFields + " EventType"},
	{product: "macos", service: "unifiedlog,system", read: true, open: true, source: "log(1), asl(5)", fields: lineFields},
	{product: "macos", service: "santa", read: true, open: true, source: "https://northpole.dev/features/binary-authorization/", fields: "Image CommandLine User TargetFilename ProcessId ParentProcessId action decision reason sha256 path args"},
	{product: "macos", service: "jamf,bsm", read: true, open: true, source: "Jamf Compliance Reporter, Jamf Protect; audit_event(5)", fields: "Image CommandLine User header.event_name"},
	{product: "macos", service: "santa", category: "process_creation", read: true, open: true, source: "https://northpole.dev/features/binary-authorization/", fields: "Image CommandLine User ParentProcessId"},
	{product: "macos", service: "santa", category: "file_event", read: true, open: true, source: "https://northpole.dev/features/binary-authorization/", fields: "Image TargetFilename User"},
	{product: "macos", service: "jamf,bsm", category: "process_creation", read: true, open: true, source: "audit_event(5)", fields: "Image CommandLine User"},
	{product: "windows", service: "netlogon", read: true, source: "https://learn.microsoft.com/troubleshoot/windows-client/windows-security/enable-debug-logging-netlogon-service", fields: lineFields},
}
