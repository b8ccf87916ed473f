package winevent

// insertions are the texts that Windows puts in place of %%N (msobjs.dll),
// where a field holds nothing else.
var insertions = map[string]string{
	"Yes": "%%1842", "No": "%%1843",
	"Anonymous": "%%1831", "Identification": "%%1832", "Impersonation": "%%1833", "Delegation": "%%1840",
	"An Error occured during Logon.":                                          "%%2304",
	"The specified user account has expired.":                                 "%%2305",
	"The NetLogon component is not active.":                                   "%%2306",
	"Account locked out.":                                                     "%%2307",
	"The user has not been granted the requested logon type at this machine.": "%%2308",
	"The specified account's password has expired.":                           "%%2309",
	"Account currently disabled.":                                             "%%2310",
	"Account logon time restriction violation.":                               "%%2311",
	"User not allowed to logon at this computer.":                             "%%2312",
	"Unknown user name or bad password.":                                      "%%2313",
	"Inbound":                                                                 "%%14592", "Outbound": "%%14593",
}

// sysmonFields are the fields of Sysmon, so that their names need no copy.
var sysmonFields = func() map[string]string {
	m := map[string]string{}
	for _, n := range []string{
		"RuleName", "UtcTime", "ProcessGuid", "ProcessId", "Image", "FileVersion", "Description", "Product", "Company",
		"OriginalFileName", "CommandLine", "CurrentDirectory", "User", "LogonGuid", "LogonId", "TerminalSessionId",
		"IntegrityLevel", "Hashes", "ParentProcessGuid", "ParentProcessId", "ParentImage", "ParentCommandLine", "ParentUser",
		"Protocol", "Initiated", "SourceIsIpv6", "SourceIp", "SourceHostname", "SourcePort", "SourcePortName",
		"DestinationIsIpv6", "DestinationIp", "DestinationHostname", "DestinationPort", "DestinationPortName",
		"TargetFilename", "CreationUtcTime", "ImageLoaded", "Signed", "Signature", "SignatureStatus", "EventType",
		"TargetObject", "Details", "NewName", "PipeName", "Operation", "EventNamespace", "Name", "Query", "Type",
		"Destination", "Consumer", "Filter", "QueryName", "QueryStatus", "QueryResults", "SourceProcessGUID",
		"SourceProcessId", "SourceThreadId", "SourceImage", "TargetProcessGUID", "TargetProcessId", "TargetImage",
		"GrantedAccess", "CallTrace", "SourceUser", "TargetUser", "IsExecutable", "Archived", "StartAddress", "StartModule",
		"StartFunction", "NewThreadId", "SourceProcessGuid", "TargetProcessGuid", "State", "Version", "SchemaVersion",
	} {
		m[n] = n
	}
	return m
}()

// securityLabels are the labels of Security messages that mean the same in all
// of them: "section|label". (The texts are in adtschema.dll; the events are
// described one a page under "Security auditing" at learn.microsoft.com.)
var securityLabels = map[string]string{
	"Subject|Security ID": "SubjectUserSid", "Subject|Account Name": "SubjectUserName",
	"Subject|Account Domain": "SubjectDomainName", "Subject|Domain Name": "SubjectDomainName", "Subject|Logon ID": "SubjectLogonId",
	"Creator Subject|Security ID": "SubjectUserSid", "Creator Subject|Account Name": "SubjectUserName",
	"Creator Subject|Account Domain": "SubjectDomainName", "Creator Subject|Logon ID": "SubjectLogonId",
	"Target Subject|Security ID": "TargetUserSid", "Target Subject|Account Name": "TargetUserName",
	"Target Subject|Account Domain": "TargetDomainName", "Target Subject|Logon ID": "TargetLogonId",

	"|Logon Type": "LogonType", "Logon Information|Logon Type": "LogonType",
	"Logon Information|Restricted Admin Mode": "RestrictedAdminMode", "Logon Information|Virtual Account": "VirtualAccount",
	"Logon Information|Elevated Token": "ElevatedToken", "|Impersonation Level": "ImpersonationLevel",
	"Logon Information|Remote Credential Guard": "RemoteCredentialGuard",
	"New Logon|Security ID":                     "TargetUserSid", "New Logon|Account Name": "TargetUserName",
	"New Logon|Account Domain": "TargetDomainName", "New Logon|Logon ID": "TargetLogonId",
	"New Logon|Linked Logon ID": "TargetLinkedLogonId", "New Logon|Logon GUID": "LogonGuid",
	"New Logon|Network Account Name": "TargetOutboundUserName", "New Logon|Network Account Domain": "TargetOutboundDomainName",
	"Account For Which Logon Failed|Security ID": "TargetUserSid", "Account For Which Logon Failed|Account Name": "TargetUserName",
	"Account For Which Logon Failed|Account Domain": "TargetDomainName",
	"Failure Information|Failure Reason":            "FailureReason", "Failure Information|Status": "Status", "Failure Information|Sub Status": "SubStatus",
	"Process Information|Caller Process ID": "ProcessId", "Process Information|Caller Process Name": "ProcessName",
	"Process Information|Process ID": "ProcessId", "Process Information|Process Name": "ProcessName",
	"Network Information|Workstation Name": "WorkstationName", "Network Information|Source Network Address": "IpAddress",
	"Network Information|Source Port": "IpPort", "Network Information|Network Address": "IpAddress", "Network Information|Port": "IpPort",
	"Network Information|Client Address": "IpAddress", "Network Information|Client Port": "IpPort",
	"Network Information|Source Address": "IpAddress", "Network Information|Object Type": "ObjectType",
	"Detailed Authentication Information|Logon Process":            "LogonProcessName",
	"Detailed Authentication Information|Authentication Package":   "AuthenticationPackageName",
	"Detailed Authentication Information|Transited Services":       "TransmittedServices",
	"Detailed Authentication Information|Package Name (NTLM only)": "LmPackageName",
	"Detailed Authentication Information|Key Length":               "KeyLength",

	"Account Whose Credentials Were Used|Account Name":   "TargetUserName",
	"Account Whose Credentials Were Used|Account Domain": "TargetDomainName",
	"Account Whose Credentials Were Used|Logon GUID":     "TargetLogonGuid",
	"Target Server|Target Server Name":                   "TargetServerName", "Target Server|Additional Information": "TargetInfo",

	"|Privileges": "PrivilegeList", "Additional Information|Privileges": "PrivilegeList",

	"Process Information|New Process ID": "NewProcessId", "Process Information|New Process Name": "NewProcessName",
	"Process Information|Token Elevation Type": "TokenElevationType", "Process Information|Mandatory Label": "MandatoryLabel",
	"Process Information|Creator Process ID": "ProcessId", "Process Information|Creator Process Name": "ParentProcessName",
	"Process Information|Process Command Line": "CommandLine",

	"Service Information|Service Name": "ServiceName", "Service Information|Service File Name": "ServiceFileName",
	"Service Information|Service Type": "ServiceType", "Service Information|Service Start Type": "ServiceStartType",
	"Service Information|Service Account": "ServiceAccount", "Service Information|Service ID": "ServiceSid",

	"Account Information|Account Name": "TargetUserName", "Account Information|Account Domain": "TargetDomainName",
	"Account Information|Supplied Realm Name": "TargetDomainName", "Account Information|User ID": "TargetSid",
	"Account Information|Security ID": "TargetSid", "Account Information|Logon GUID": "LogonGuid",
	"Additional Information|Ticket Options": "TicketOptions", "Additional Information|Result Code": "Status",
	"Additional Information|Failure Code": "Status", "Additional Information|Ticket Encryption Type": "TicketEncryptionType",
	"Additional Information|Pre-Authentication Type": "PreAuthType", "Additional Information|Transited Services": "TransmittedServices",
	"Certificate Information|Certificate Issuer Name":   "CertIssuerName",
	"Certificate Information|Certificate Serial Number": "CertSerialNumber",
	"Certificate Information|Certificate Thumbprint":    "CertThumbprint",
	"|Authentication Package":                           "PackageName", "|Logon Account": "TargetUserName", "|Source Workstation": "Workstation", "|Error Code": "Status",

	"Share Information|Share Name": "ShareName", "Share Information|Share Path": "ShareLocalPath",
	"Share Information|Relative Target Name": "RelativeTargetName",
	"Access Request Information|Access Mask": "AccessMask", "Access Request Information|Accesses": "AccessList",

	"New Account|Security ID": "TargetSid", "New Account|Account Name": "TargetUserName", "New Account|Account Domain": "TargetDomainName",
	"Target Account|Security ID": "TargetSid", "Target Account|Account Name": "TargetUserName", "Target Account|Account Domain": "TargetDomainName",
	"Target Account|Old Account Name": "OldTargetUserName", "Target Account|New Account Name": "NewTargetUserName",
	"Account That Was Locked Out|Security ID": "TargetSid", "Account That Was Locked Out|Account Name": "TargetUserName",
	"Member|Security ID": "MemberSid", "Member|Account Name": "MemberName",
	"Group|Security ID": "TargetSid", "Group|Account Name": "TargetUserName", "Group|Group Name": "TargetUserName",
	"Group|Account Domain": "TargetDomainName", "Group|Group Domain": "TargetDomainName",
	"New Group|Security ID": "TargetSid", "New Group|Group Name": "TargetUserName", "New Group|Group Domain": "TargetDomainName",

	"Task Information|Task Name": "TaskName", "Task Information|Task Content": "TaskContent",
	"Object|Object Server": "ObjectServer", "Object|Object Type": "ObjectType", "Object|Object Name": "ObjectName", "Object|Handle ID": "HandleId",
}

// logoffLabels are those of a session's end, where Subject is whose session it was.
var logoffLabels = map[string]string{
	"Subject|Security ID": "TargetUserSid", "Subject|Account Name": "TargetUserName",
	"Subject|Account Domain": "TargetDomainName", "Subject|Logon ID": "TargetLogonId",
}

// stationLabels are those of a session that is taken up again or left.
var stationLabels = map[string]string{
	"Subject|Account Name": "AccountName", "Subject|Account Domain": "AccountDomain", "Subject|Logon ID": "LogonID",
	"Session|Session Name":               "SessionName",
	"Additional Information|Client Name": "ClientName", "Additional Information|Client Address": "ClientAddress",
}

// filterLabels are those of the Windows Filtering Platform.
var filterLabels = map[string]string{
	"Application Information|Process ID": "ProcessID", "Application Information|Application Name": "Application",
	"Network Information|Direction":      "Direction",
	"Network Information|Source Address": "SourceAddress", "Network Information|Source Port": "SourcePort",
	"Network Information|Destination Address": "DestAddress", "Network Information|Destination Port": "DestPort",
	"Network Information|Protocol": "Protocol",
}

// eventLabels are the labels of single events, before the common ones.
var eventLabels = map[uint32]map[string]string{
	4634: logoffLabels, 4647: logoffLabels,
	4778: stationLabels, 4779: stationLabels,
	4648: {"Subject|Logon GUID": "LogonGuid"},
	4740: {"Additional Information|Caller Computer Name": "TargetDomainName"},
	5156: filterLabels, 5157: filterLabels, 5158: filterLabels,
	7045: {
		"|Service Name": "ServiceName", "|Service File Name": "ImagePath", "|Service Type": "ServiceType",
		"|Service Start Type": "StartType", "|Service Account": "AccountName",
	},
	1149: {"|User": "Param1", "|Domain": "Param2", "|Source Network Address": "Param3"},
	21:   sessionLabels, 22: sessionLabels, 23: sessionLabels, 24: sessionLabels, 25: sessionLabels,
}

// sessionLabels are those of TerminalServices-LocalSessionManager.
var sessionLabels = map[string]string{"|User": "User", "|Session ID": "SessionID", "|Source Network Address": "Address"}
