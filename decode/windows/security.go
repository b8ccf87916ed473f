package windows

import f "github.com/footfall/footfall"

const securityLog = "Security"

// The blocks of fields that Security events share.
var (
	subject   = binds{{"SubjectUserSid", toUserSID}, {"SubjectUserName", toUser}, {"SubjectDomainName", toUserDomain}, {"SubjectLogonId", toSession}}
	logonAs   = binds{{"TargetUserSid", toUserSID}, {"TargetUserName", toUser}, {"TargetDomainName", toUserDomain}, {"TargetLogonId", toSession}}
	onAccount = join(subject, binds{{"TargetSid", toTargetSID}, {"TargetUserName", toTarget}, {"TargetDomainName", toTargetDomain}})
	fromIP    = binds{{"IpAddress", toFromAddr}, {"IpPort", toFromPort}}
	onGroup   = join(subject, binds{{"TargetUserName", toObject}, {"MemberName", toTarget}, {"MemberSid", toTargetSID}, {"TargetDomainName", toTargetDomain}})
	onTask    = join(subject, binds{{"TaskName", toObject}, {"TaskContent", toText}, {"TaskContentNew", toText}, {"ClientProcessId", toCallerPID}, {"RpcCallClientLocality", toLocality}})
	onWindow  = binds{{"AccountName", toUser}, {"AccountDomain", toUserDomain}, {"LogonID", toSession}, {"SessionName", toObject}, {"ClientName", toClient}, {"ClientAddress", toFromAddr}}
	logonWith = binds{{"LogonType", toLogonType}, {"WorkstationName", toClient}, {"LogonProcessName", toLogonProc}, {"AuthenticationPackageName", toPackage}, {"LmPackageName", toLmPackage}, {"ProcessName", toProcess}}
	kerberosK = join(fromIP, binds{{"TargetUserName", toUser}, {"TargetDomainName", toUserDomain}, {"TargetSid", toUserSID}, {"ServiceName", toObject}, {"Status", toStatus}, {"PreAuthType", toPreAuth}})
	onFlow    = binds{{"SourceAddress", toFromAddr}, {"SourcePort", toFromPort}, {"DestAddress", toAddr}, {"DestPort", toPort}, {"Application", toImage}, {"Direction", toDirection}}
	onObject  = join(subject, binds{{"ObjectName", toObject}, {"ObjectType", toOperation}, {"ProcessName", toImage}})
	onShare   = join(subject, fromIP, binds{{"ShareName", toShare}, {"RelativeTargetName", toRelative}})
	onRadius  = binds{{"SubjectUserSid", toUserSID}, {"SubjectUserName", toUser}, {"SubjectDomainName", toUserDomain}, {"CallingStationID", toText}, {"ClientName", toClient}, {"ReasonCode", toStatus}, {"NASIdentifier", toObject}}
)

// security is the Security log. The fields are those of Microsoft's pages
// "Audit ..." (learn.microsoft.com, security-auditing, event-NNNN).
var security = []Meaning{
	{ID: 1100, Doc: "the event log service stopped", Provider: "Microsoft-Windows-Eventlog"},
	{
		ID: 1102, Doc: "the Security log was cleared", Kind: f.KindCleared, Outcome: f.Success, Provider: "Microsoft-Windows-Eventlog",
		Reads: subject, finish: clearedSecurity,
	},
	{ID: 4608, Doc: "Windows is starting", Kind: f.KindStart, Outcome: f.Success},
	{
		ID: 4624, Doc: "an account was logged on", Kind: f.KindLogon, Outcome: f.Success, finish: logon,
		Reads: join(logonAs, logonWith, fromIP, binds{
			{"TargetLinkedLogonId", toParent},
			{"SubjectLogonId", toStarter},
			{"ElevatedToken", toElevated},
			{"TargetOutboundUserName", toOtherUser},
			{"TargetOutboundDomainName", toOtherDomain},
		}),
	},
	{
		ID: 4625, Doc: "an account failed to log on", Kind: f.KindLogon, Outcome: f.Failure, finish: logon,
		Reads: join(logonAs, logonWith, fromIP, binds{{"Status", toStatus}, {"SubStatus", toSubStatus}}),
	},
	{ID: 4634, Doc: "an account was logged off", Kind: f.KindLogoff, Outcome: f.Success, Reads: join(logonAs, binds{{"LogonType", toLogonType}}), finish: logoff},
	{ID: 4647, Doc: "a user asked to be logged off", Kind: f.KindLogoff, Outcome: f.Success, Reads: logonAs},
	{
		ID: 4648, Doc: "a logon was tried with explicit credentials", Kind: f.KindExplicit, Outcome: f.Success, finish: explicit,
		Reads: join(subject, fromIP, binds{
			{"TargetUserName", toTarget},
			{"TargetDomainName", toTargetDomain},
			{"TargetServerName", toServer},
			{"TargetInfo", toSPN},
			{"ProcessName", toImage},
		}),
	},
	{ID: 4656, Doc: "a handle to an object was requested", Outcome: f.Success, Reads: onObject, finish: object},
	{
		ID: 4657, Doc: "a registry value was changed", Kind: f.KindRegistry, Outcome: f.Success, finish: registryValue,
		Categories: []string{"registry_event", "registry_add", "registry_set", "registry_delete"},
		Reads: join(subject, binds{
			{"ObjectName", toObject},
			{"ObjectValueName", toValueName},
			{"OperationType", toOperation},
			{"NewValueType", toValueType},
			{"NewValue", toValue},
			{"ProcessName", toImage},
		}),
		Aliases: keyOf4657,
	},
	{ID: 4662, Doc: "an operation on a directory object", Outcome: f.Success, Reads: join(subject, binds{{"ObjectName", toObject}})},
	{ID: 4663, Doc: "an object was accessed", Outcome: f.Success, Reads: onObject, finish: object},
	{ID: 4672, Doc: "a logon got special privileges", Kind: f.KindPrivilege, Outcome: f.Success, Reads: subject, finish: elevated},
	{ID: 4673, Doc: "a privileged service was called", Outcome: f.Success, Reads: join(subject, binds{{"ProcessName", toImage}, {"Service", toObject}})},
	{ID: 4674, Doc: "an operation on a privileged object", Outcome: f.Success, Reads: join(subject, binds{{"ObjectName", toObject}, {"ProcessName", toImage}})},
	{
		ID: 4688, Doc: "a process was created", Kind: f.KindProcess, Outcome: f.Success, finish: process,
		Categories: []string{"process_creation"},
		Reads: join(subject, binds{
			{"NewProcessName", toImage},
			{"ParentProcessName", toParentImg},
			{"CommandLine", toCommand},
			{"TargetUserName", toNewUser},
			{"TargetDomainName", toNewDomain},
			{"TargetUserSid", toNewSID},
			{"TargetLogonId", toNewSession},
		}),
		Aliases: processOf4688,
	},
	{ID: 4689, Doc: "a process ended", Outcome: f.Success, Reads: join(subject, binds{{"ProcessName", toImage}})},
	{
		ID: 4697, Doc: "a service was installed", Kind: f.KindService, Outcome: f.Success, finish: service,
		Reads: join(subject, binds{
			{"ServiceName", toObject}, {"ServiceFileName", toImage}, {"ClientProcessId", toCallerPID}, {"RpcCallClientLocality", toLocality},
		}),
	},
	{ID: 4698, Doc: "a scheduled task was made", Kind: f.KindTask, Outcome: f.Success, Reads: onTask, finish: task},
	{ID: 4699, Doc: "a scheduled task was removed", Kind: f.KindTask, Outcome: f.Success, Reads: onTask, finish: task},
	{ID: 4700, Doc: "a scheduled task was switched on", Kind: f.KindTask, Outcome: f.Success, Reads: onTask, finish: task},
	{ID: 4701, Doc: "a scheduled task was switched off", Kind: f.KindTask, Outcome: f.Success, Reads: onTask, finish: task},
	{ID: 4702, Doc: "a scheduled task was changed", Kind: f.KindTask, Outcome: f.Success, Reads: onTask, finish: task},
	{ID: 4704, Doc: "a user right was given", Kind: f.KindAccount, Outcome: f.Success, Reads: join(subject, binds{{"TargetSid", toTargetSID}, {"PrivilegeList", toObject}})},
	{ID: 4717, Doc: "a logon right was given", Kind: f.KindAccount, Outcome: f.Success, Reads: join(subject, binds{{"TargetSid", toTargetSID}, {"AccessGranted", toObject}})},
	{ID: 4720, Doc: "an account was made", Kind: f.KindAccount, Outcome: f.Success, Reads: onAccount},
	{ID: 4722, Doc: "an account was enabled", Kind: f.KindAccount, Outcome: f.Success, Reads: onAccount},
	{ID: 4723, Doc: "a user tried to change a password", Kind: f.KindPassword, Outcome: f.Success, Reads: onAccount},
	{ID: 4724, Doc: "somebody tried to reset another one's password", Kind: f.KindPassword, Outcome: f.Success, Reads: onAccount},
	{ID: 4725, Doc: "an account was disabled", Kind: f.KindAccount, Outcome: f.Success, Reads: onAccount},
	{ID: 4726, Doc: "an account was removed", Kind: f.KindAccount, Outcome: f.Success, Reads: onAccount},
	{ID: 4727, Doc: "a global security group was made", Kind: f.KindAccount, Outcome: f.Success, Reads: onGroup},
	{ID: 4728, Doc: "a member joined a global security group", Kind: f.KindGroup, Outcome: f.Success, Reads: onGroup, finish: member},
	{ID: 4729, Doc: "a member left a global security group", Kind: f.KindGroup, Outcome: f.Success, Reads: onGroup, finish: member},
	{ID: 4730, Doc: "a global security group was removed", Kind: f.KindAccount, Outcome: f.Success, Reads: onGroup},
	{ID: 4731, Doc: "a local security group was made", Kind: f.KindAccount, Outcome: f.Success, Reads: onGroup},
	{ID: 4732, Doc: "a member joined a local security group", Kind: f.KindGroup, Outcome: f.Success, Reads: onGroup, finish: member},
	{ID: 4733, Doc: "a member left a local security group", Kind: f.KindGroup, Outcome: f.Success, Reads: onGroup, finish: member},
	{ID: 4734, Doc: "a local security group was removed", Kind: f.KindAccount, Outcome: f.Success, Reads: onGroup},
	{ID: 4735, Doc: "a local security group was changed", Kind: f.KindAccount, Outcome: f.Success, Reads: onGroup},
	{ID: 4737, Doc: "a global security group was changed", Kind: f.KindAccount, Outcome: f.Success, Reads: onGroup},
	{ID: 4738, Doc: "an account was changed", Kind: f.KindAccount, Outcome: f.Success, Reads: onAccount},
	{
		ID: 4740, Doc: "an account was locked out", Kind: f.KindAccount, Outcome: f.Success, finish: lockout,
		Reads: join(subject, binds{{"TargetSid", toTargetSID}, {"TargetUserName", toTarget}, {"TargetDomainName", toOtherDomain}}),
	},
	{ID: 4741, Doc: "a computer account was made", Kind: f.KindAccount, Outcome: f.Success, Reads: onAccount},
	{ID: 4742, Doc: "a computer account was changed", Kind: f.KindAccount, Outcome: f.Success, Reads: onAccount},
	{ID: 4743, Doc: "a computer account was removed", Kind: f.KindAccount, Outcome: f.Success, Reads: onAccount},
	{ID: 4746, Doc: "a member joined a local distribution group", Kind: f.KindGroup, Outcome: f.Success, Reads: onGroup, finish: member},
	{ID: 4751, Doc: "a member joined a global distribution group", Kind: f.KindGroup, Outcome: f.Success, Reads: onGroup, finish: member},
	{ID: 4754, Doc: "a universal security group was made", Kind: f.KindAccount, Outcome: f.Success, Reads: onGroup},
	{ID: 4755, Doc: "a universal security group was changed", Kind: f.KindAccount, Outcome: f.Success, Reads: onGroup},
	{ID: 4756, Doc: "a member joined a universal security group", Kind: f.KindGroup, Outcome: f.Success, Reads: onGroup, finish: member},
	{ID: 4757, Doc: "a member left a universal security group", Kind: f.KindGroup, Outcome: f.Success, Reads: onGroup, finish: member},
	{ID: 4758, Doc: "a universal security group was removed", Kind: f.KindAccount, Outcome: f.Success, Reads: onGroup},
	{ID: 4767, Doc: "an account was unlocked", Kind: f.KindAccount, Outcome: f.Success, Reads: onAccount},
	{ID: 4768, Doc: "a Kerberos ticket-granting ticket was asked for", Kind: f.KindCredential, Service: f.ServiceKerberos, Auth: f.AuthKerberos, Outcome: f.Success, Reads: kerberosK, finish: kerberos},
	{ID: 4769, Doc: "a Kerberos service ticket was asked for", Kind: f.KindTicket, Service: f.ServiceKerberos, Auth: f.AuthKerberos, Outcome: f.Success, Reads: kerberosK, finish: kerberos},
	{ID: 4770, Doc: "a Kerberos service ticket was renewed", Kind: f.KindTicket, Service: f.ServiceKerberos, Auth: f.AuthKerberos, Outcome: f.Success, Reads: kerberosK, finish: kerberos},
	{ID: 4771, Doc: "Kerberos pre-authentication failed", Kind: f.KindCredential, Service: f.ServiceKerberos, Auth: f.AuthKerberos, Outcome: f.Failure, Reads: kerberosK, finish: kerberos},
	{
		ID: 4776, Doc: "NTLM credentials were checked", Kind: f.KindCredential, Service: f.ServiceNTLM, Auth: f.AuthNTLM, Outcome: f.Success, finish: ntlm,
		Reads: binds{{"TargetUserName", toUser}, {"Workstation", toClient}, {"Status", toStatus}},
	},
	{ID: 4778, Doc: "a session was taken up again", Kind: f.KindReconnect, Service: f.ServiceRDP, Outcome: f.Success, Reads: onWindow, finish: window},
	{ID: 4779, Doc: "a session was left", Kind: f.KindDisconnect, Service: f.ServiceRDP, Outcome: f.Success, Reads: onWindow, finish: window},
	{
		ID: 4781, Doc: "an account was renamed", Kind: f.KindAccount, Outcome: f.Success,
		Reads: join(subject, binds{{"TargetSid", toTargetSID}, {"OldTargetUserName", toObject}, {"NewTargetUserName", toTarget}, {"TargetDomainName", toTargetDomain}}),
	},
	{ID: 4794, Doc: "the directory restore password was set", Kind: f.KindPassword, Outcome: f.Success, Reads: join(subject, binds{{"Workstation", toClient}, {"Status", toStatus}})},
	{ID: 4798, Doc: "an account's groups were listed", Outcome: f.Success, Reads: join(onAccount, binds{{"CallerProcessName", toImage}})},
	{ID: 4799, Doc: "a group's members were listed", Outcome: f.Success, Reads: join(subject, binds{{"TargetUserName", toObject}, {"CallerProcessName", toImage}})},
	{ID: 4825, Doc: "Remote Desktop was denied to a user", Kind: f.KindLogon, Service: f.ServiceRDP, Outcome: f.Failure, Reads: onWindow, finish: denied},
	{
		ID: 4964, Doc: "a logon belongs to a special group", Kind: f.KindPrivilege, Outcome: f.Success,
		Reads: join(logonAs, binds{{"SubjectLogonId", toParent}}), finish: elevated,
	},
	{ID: 5136, Doc: "a directory object was changed", Outcome: f.Success, Reads: join(subject, binds{{"ObjectDN", toObject}})},
	{ID: 5137, Doc: "a directory object was made", Outcome: f.Success, Reads: join(subject, binds{{"ObjectDN", toObject}})},
	{ID: 5140, Doc: "a share was opened", Kind: f.KindShare, Service: f.ServiceSMB, Outcome: f.Success, Reads: onShare, finish: share},
	{ID: 5142, Doc: "a share was made", Kind: f.KindConfig, Service: f.ServiceSMB, Outcome: f.Success, Reads: onShare, finish: share},
	{ID: 5143, Doc: "a share was changed", Kind: f.KindConfig, Service: f.ServiceSMB, Outcome: f.Success, Reads: onShare, finish: share},
	{ID: 5144, Doc: "a share was removed", Kind: f.KindConfig, Service: f.ServiceSMB, Outcome: f.Success, Reads: onShare, finish: share},
	{ID: 5145, Doc: "a file on a share was asked for", Kind: f.KindShare, Service: f.ServiceSMB, Outcome: f.Success, Reads: onShare, finish: share},
	{
		ID: 5156, Doc: "a connection was allowed", Kind: f.KindConnection, Outcome: f.Success, Reads: onFlow, finish: flow,
		Categories: []string{"network_connection"},
		Aliases:    flowOf5156,
	},
	{ID: 5157, Doc: "a connection was blocked", Kind: f.KindConnection, Outcome: f.Failure, Reads: onFlow, finish: flow},
	{ID: 5158, Doc: "a program took a port", Outcome: f.Success, Reads: binds{{"SourceAddress", toAddr}, {"SourcePort", toPort}, {"Application", toImage}}},
	{ID: 6272, Doc: "the network policy server let a user in", Kind: f.KindLogon, Service: f.ServiceVPN, Outcome: f.Success, Reads: onRadius, finish: radius},
	{ID: 6273, Doc: "the network policy server kept a user out", Kind: f.KindLogon, Service: f.ServiceVPN, Outcome: f.Failure, Reads: onRadius, finish: radius},
	{ID: 6274, Doc: "the network policy server dropped a request", Kind: f.KindLogon, Service: f.ServiceVPN, Outcome: f.Failure, Reads: onRadius, finish: radius},

	// AD FS writes to the Security log under its own provider.
	{ID: 411, Doc: "AD FS: a token was not valid", Provider: adfs, Kind: f.KindCredential, Service: f.ServiceWeb, Outcome: f.Failure, Reads: anyText, finish: federation},
	{ID: 516, Doc: "AD FS: an account is locked out", Provider: adfs, Kind: f.KindCredential, Service: f.ServiceWeb, Outcome: f.Failure, Reads: anyText, finish: federation},
	{ID: 1200, Doc: "AD FS: a token was given", Provider: adfs, Kind: f.KindTicket, Service: f.ServiceWeb, Auth: f.AuthToken, Outcome: f.Success, Reads: anyText, finish: federation},
	{ID: 1201, Doc: "AD FS: a token was refused", Provider: adfs, Kind: f.KindTicket, Service: f.ServiceWeb, Auth: f.AuthToken, Outcome: f.Failure, Reads: anyText, finish: federation},
	{ID: 1202, Doc: "AD FS: credentials were good", Provider: adfs, Kind: f.KindCredential, Service: f.ServiceWeb, Outcome: f.Success, Reads: anyText, finish: federation},
	{ID: 1203, Doc: "AD FS: credentials were not good", Provider: adfs, Kind: f.KindCredential, Service: f.ServiceWeb, Outcome: f.Failure, Reads: anyText, finish: federation},
}

const adfs = "AD FS Auditing"

// anyData reads the unnamed values of a record in their order, as far as a
// finish function wants them apart.
var anyData = binds{{"Data", toValues}, {"param1", toValues}, {"param2", toValues}, {"param3", toValues}}

// anyText reads the unnamed values of a record: dresses call them Data, or
// param1, param2 and so on.
var anyText = binds{
	{"Data", toText},
	{"param1", toText},
	{"param2", toText},
	{"param3", toText},
	{"param4", toText},
	{"param5", toText},
}
