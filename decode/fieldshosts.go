package decode

// hosts are the log sources of programs of Unix, of macOS and of hypervisors.
// Those of text have their message alone.
var hosts = []listing{
	{product: "linux", service: "slapd,vsftpd,dropbear,endlessh,fail2ban,sftp,proxmox,synology,auth,syslog", read: true, source: "the makers' sources, see sources.md", fields: lineFields},
	{product: "linux", service: "sftpgo", read: true, open: true, source: "https://docs.sftpgo.com/latest/logs/", fields: "level time sender client_ip username login_type protocol error connection_id message"},
	{product: "linux", service: "osquery", read: true, open: true, source: "https://osquery.readthedocs.io/en/stable/deployment/logging/", fields: "name action hostIdentifier calendarTime unixTime epoch counter"},
	{product: "vmware", service: "esxi,vcenter", category: "process_creation", read: true, source: "https://techdocs.broadcom.com (ESXi and vCenter log files)", fields: lineFields + " Image CommandLine User EventType"},
	{product: "macos", service: "unifiedlog,system", read: true, open: true, source: "log(1), asl(5)", fields: lineFields},
	{product: "macos", service: "santa", category: "process_creation,file_event", read: true, open: true, source: "https://northpole.dev/features/binary-authorization/", fields: "Image CommandLine User TargetFilename ProcessId ParentProcessId action decision reason sha256 path args"},
	{product: "macos", service: "jamf,bsm", category: "process_creation", read: true, open: true, source: "Jamf Compliance Reporter, Jamf Protect; audit_event(5)", fields: "Image CommandLine User header.event_name"},
	{product: "windows", service: "netlogon", read: true, source: "https://learn.microsoft.com/troubleshoot/windows-client/windows-security/enable-debug-logging-netlogon-service", fields: lineFields},
}
