package hayabusa

// whole returns the channel that an abbreviation stands for
// (config/channel_abbreviations.txt); v itself when it is none.
func whole(v []byte) []byte {
	if c, ok := channels[string(v)]; ok {
		return c
	}
	return v
}

var channels = func() map[string][]byte {
	m := map[string][]byte{}
	for short, long := range map[string]string{
		"Sec": "Security", "Sys": "System", "App": "Application", "PwShClassic": "Windows PowerShell", "PwShCore": "PowerShellCore",
		"Sysmon": "Microsoft-Windows-Sysmon/Operational", "PwSh": "Microsoft-Windows-PowerShell/Operational",
		"RDS-LSM": localSessions, "RDS-RCM": remoteConnections, "RDS-GTW": gateway, "RDP-CoreTS": coreTS,
		"RDP-Cli": "Microsoft-Windows-TerminalServices-RDPClient/Operational",
		"TaskSch": "Microsoft-Windows-TaskScheduler/Operational", "WinRM": "Microsoft-Windows-WinRM/Operational", "WMI": "Microsoft-Windows-WMI-Activity/Operational",
		"Defender": "Microsoft-Windows-Windows Defender/Operational", "Firewall": "Microsoft-Windows-Windows Firewall With Advanced Security/Firewall",
		"NTLM": "Microsoft-Windows-NTLM/Operational", "SmbCliSec": "Microsoft-Windows-SmbClient/Security", "BitsCli": "Microsoft-Windows-Bits-Client/Operational",
		"OpenSSH": "OpenSSH/Operational", "DNS-Svr": "DNS Server", "DHCP-Svr": "Microsoft-Windows-DHCP-Server/Operational", "LDAP-Cli": "Microsoft-Windows-LDAP-Client/Debug",
		"CodeInteg": "Microsoft-Windows-CodeIntegrity/Operational", "Exchange": "MSExchange Management", "GroupPolicy": "Microsoft-Windows-GroupPolicy/Operational",
		"Forwarding": "Microsoft-Windows-Forwarding/Operational", "UserProfileSvc": "Microsoft-Windows-User Profile Service/Operational",
		"PrintAdm": "Microsoft-Windows-PrintService/Admin", "PrintOp": "Microsoft-Windows-PrintService/Operational",
		"DvrFmwk": "Microsoft-Windows-DriverFrameworks-UserMode/Operational",
	} {
		m[short] = []byte(long)
	}
	return m
}()

const (
	localSessions     = "Microsoft-Windows-TerminalServices-LocalSessionManager/Operational"
	remoteConnections = "Microsoft-Windows-TerminalServices-RemoteConnectionManager/Operational"
	gateway           = "Microsoft-Windows-TerminalServices-Gateway/Operational"
	coreTS            = "Microsoft-Windows-RemoteDesktopServices-RdpCoreTS/Operational"
)

// A pair is an abbreviated name and the event's own.
type pair struct{ short, full string }

// abbreviations are the names in Details of an event, by config/default_details.txt
// and by the rules that word their own.
func abbreviations(channel string, id uint32) []pair {
	switch channel {
	case "Security":
		return security(id)
	case "System":
		return services
	case "Microsoft-Windows-Sysmon/Operational":
		return sysmon(id)
	case localSessions:
		return sessions
	case remoteConnections:
		return connections
	case gateway:
		return gatewayNames
	case coreTS:
		return clients
	case "Microsoft-Windows-PowerShell/Operational", "PowerShellCore":
		return scripts
	}
	return none
}

func security(id uint32) []pair {
	switch id {
	case 4624, 4625, 4634, 4647, 4771, 4768, 4769, 4770:
		return logons
	case 4648:
		return explicit
	case 4776:
		return validated
	case 4778, 4779, 4825:
		return stations
	case 5140, 5145:
		return shares
	case 5156, 5157:
		return filtered
	case 4688:
		return processes
	case 4720, 4722, 4723, 4724, 4725, 4726, 4738, 4740, 4767, 4728, 4729, 4732, 4733, 4756, 4757:
		return accounts
	}
	return subjects
}

func sysmon(id uint32) []pair {
	switch id {
	case 3:
		return network
	case 2, 11, 15, 23, 26:
		return files
	}
	return images
}

var (
	none   = []pair{}
	logons = []pair{
		{"Type", "LogonType"},
		{"TgtUser", "TargetUserName"},
		{"User", "TargetUserName"},
		{"TgtDomain", "TargetDomainName"},
		{"TgtSID", "TargetUserSid"},
		{"SrcComp", "WorkstationName"},
		{"SrcIP", "IpAddress"},
		{"SrcPort", "IpPort"},
		{"LID", "TargetLogonId"},
		{"AuthPkg", "AuthenticationPackageName"},
		{"Proc", "ProcessName"},
		{"SrcUser", "SubjectUserName"},
		{"Svc", "ServiceName"},
		{"SubStatus", "SubStatus"},
	}
	explicit = []pair{
		{"TgtUser", "TargetUserName"}, {"SrcUser", "SubjectUserName"}, {"SrcIP", "IpAddress"}, {"Proc", "ProcessName"}, {"TgtSvr", "TargetServerName"}, {"LID", "SubjectLogonId"}, {"TgtDomain", "TargetDomainName"},
	}
	validated = []pair{{"TgtUser", "TargetUserName"}, {"SrcComp", "Workstation"}}
	stations  = []pair{{"SrcUser", "AccountName"}, {"User", "AccountName"}, {"Domain", "AccountDomain"}, {"SrcIP", "ClientAddress"}, {"SrcComp", "ClientName"}, {"LID", "LogonID"}}
	shares    = []pair{{"SrcUser", "SubjectUserName"}, {"User", "SubjectUserName"}, {"SharePath", "ShareLocalPath"}, {"Path", "RelativeTargetName"}, {"SrcIP", "IpAddress"}, {"SrcPort", "IpPort"}, {"LID", "SubjectLogonId"}}
	filtered  = []pair{{"Proc", "Application"}, {"SrcIP", "SourceAddress"}, {"SrcPort", "SourcePort"}, {"TgtIP", "DestAddress"}, {"TgtPort", "DestPort"}, {"PID", "ProcessID"}, {"TgtSID", "RemoteUserID"}}
	processes = []pair{
		{"Cmdline", "CommandLine"}, {"CmdLine", "CommandLine"}, {"Cmd", "CommandLine"}, {"Path", "NewProcessName"}, {"Proc", "NewProcessName"}, {"PID", "NewProcessId"}, {"User", "SubjectUserName"}, {"LID", "SubjectLogonId"}, {"ParentProc", "ParentProcessName"},
	}
	accounts = []pair{{"TgtUser", "TargetUserName"}, {"TgtSID", "TargetSid"}, {"TgtGrp", "TargetUserName"}, {"SrcSID", "MemberSid"}, {"SrcUser", "SubjectUserName"}, {"User", "SubjectUserName"}, {"SID", "SubjectUserSid"}, {"LID", "SubjectLogonId"}, {"TgtDomain", "TargetDomainName"}, {"Domain", "SubjectDomainName"}}
	subjects = []pair{
		{"TgtUser", "SubjectUserName"},
		{"User", "SubjectUserName"},
		{"SrcUser", "SubjectUserName"},
		{"SID", "SubjectUserSid"},
		{"Domain", "SubjectDomainName"},
		{"LID", "SubjectLogonId"},
		{"Proc", "ProcessName"},
		{"PID", "ProcessId"},
		{"Svc", "ServiceName"},
		{"Path", "ServiceFileName"},
		{"SvcAcct", "ServiceAccount"},
		{"SvcType", "ServiceType"},
		{"SvcStartType", "ServiceStartType"},
		{"Name", "TaskName"},
		{"Content", "TaskContent"},
		{"ObjSvr", "ObjectServer"},
		{"ObjName", "ObjectName"},
		{"ObjType", "ObjectType"},
		{"OpType", "OperationType"},
		{"HID", "HandleId"},
		{"ObjDN", "ObjectDN"},
		{"AttrLDAPName", "AttributeLDAPDisplayName"},
		{"ShareLocalPath", "ShareLocalPath"},
	}
	services    = []pair{{"Svc", "ServiceName"}, {"Path", "ImagePath"}, {"Acct", "AccountName"}, {"User", "SubjectUserName"}}
	sessions    = []pair{{"TgtUser", "User"}, {"User", "User"}, {"SessID", "SessionID"}, {"SrcIP", "Address"}}
	connections = []pair{{"TgtUser", "Param1"}, {"User", "Param1"}, {"Domain", "Param2"}, {"SrcIP", "Param3"}}
	// TerminalServices-Gateway 200, 300 to 303: EventInfo
	gatewayNames = []pair{{"TgtUser", "Username"}, {"User", "Username"}, {"SrcIP", "IpAddress"}, {"Tgt", "Resource"}, {"TgtIP", "Resource"}, {"AuthType", "AuthType"}, {"Duration", "SessionDuration"}}
	clients      = []pair{{"SrcIP", "ClientIP"}} // RdpCoreTS 131
	scripts      = []pair{{"ScriptBlock", "ScriptBlockText"}}
	images       = []pair{
		{"Cmdline", "CommandLine"},
		{"CmdLine", "CommandLine"},
		{"Cmd", "CommandLine"},
		{"Proc", "Image"},
		{"ParentCmdline", "ParentCommandLine"},
		{"ParentCmd", "ParentCommandLine"},
		{"LID", "LogonId"},
		{"PID", "ProcessId"},
		{"PGUID", "ProcessGuid"},
		{"TgtObj", "TargetObject"},
		{"Pipe", "PipeName"},
		{"Query", "QueryName"},
		{"Result", "QueryResults"},
		{"Hash", "Hashes"},
		{"Sig", "Signature"},
		{"Op", "Operation"},
		{"SrcProc", "SourceImage"},
		{"TgtProc", "TargetImage"},
		{"SrcUser", "SourceUser"},
		{"TgtUser", "TargetUser"},
		{"Access", "GrantedAccess"},
	}
	network = []pair{
		{"Proto", "Protocol"},
		{"SrcIP", "SourceIp"},
		{"SrcPort", "SourcePort"},
		{"SrcHost", "SourceHostname"},
		{"TgtIP", "DestinationIp"},
		{"TgtPort", "DestinationPort"},
		{"TgtHost", "DestinationHostname"},
		{"Proc", "Image"},
		{"PID", "ProcessId"},
		{"PGUID", "ProcessGuid"},
	}
	files = []pair{{"Path", "TargetFilename"}, {"Proc", "Image"}, {"PID", "ProcessId"}, {"PGUID", "ProcessGuid"}, {"Hash", "Hash"}}
)
