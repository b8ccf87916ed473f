package decode

import (
	"fmt"
	"slices"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/decode/windows"
	"github.com/footfall/footfall/internal/unixlog"
)

// A Provides says which fields the events of a log source have, by the names
// that Sigma rules use for them.
type Provides struct {
	Log    footfall.Log
	Read   bool // a decoder reads it
	Open   bool // its events may have fields that Fields does not list
	Fields []string
	Values map[string][]string // by field: all values that it can have
	Never  map[string][]string // by field: texts in lower case that no value has
	Paths  []string            // fields whose values are full paths
	Source string              // who describes the fields
}

// Fields lists the log sources that are known, those that nothing reads yet
// behind the others. What Windows' table of meanings says is added to what
// is listed here.
func Fields() []Provides {
	out := sysmonFields()
	out = append(out, windowsFields()...)
	out = append(out, unixFields()...)
	for _, l := range firewalls {
		out = append(out, l.provides())
	}
	for _, l := range walls {
		out = append(out, l.provides())
	}
	for _, l := range gateways {
		out = append(out, l.provides())
	}
	for _, l := range sensors {
		out = append(out, l.provides())
	}
	for _, l := range services {
		out = append(out, l.provides())
	}
	for _, l := range hosts {
		out = append(out, l.provides())
	}
	for _, l := range contexts {
		out = append(out, l.provides())
	}
	for _, l := range later {
		out = append(out, l.provides())
	}
	return append(out, Provides{
		Log: footfall.Log{Categories: []string{"authentication"}}, Read: true, Fields: footfall.AuthenticationFields[:],
		Values: map[string][]string{"outcome": {"success", "failure"}, "mfa": {"used", "absent", "denied"}, "guest": {"true"}},
		Source: "what decoders understand of an event, see sigma.md",
	})
}

// A listing is a log source as it is written down here.
type listing struct {
	product, service, category string // several services or categories parted by commas
	open, read                 bool
	source, fields             string
}

func (l listing) provides() Provides {
	return Provides{
		Log:  footfall.Log{Product: l.product, Services: split(l.service), Categories: split(l.category)},
		Read: l.read, Open: l.open, Fields: strings.Fields(l.fields), Source: l.source,
	}
}

func split(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, ",")
}

const (
	sysmonManual  = "https://learn.microsoft.com/sysinternals/downloads/sysmon"
	auditManual   = "https://learn.microsoft.com/windows/security/threat-protection/auditing/"
	processOf     = "RuleName UtcTime ProcessGuid ProcessId Image User "
	hashNames     = "Hashes md5 sha1 sha256 Imphash "
	systemPart    = "EventID Channel Provider_Name Provider_Guid SourceName Computer EventRecordID Version Level Task Opcode Keywords UserID "
	versionFields = "FileVersion Description Product Company OriginalFileName "
)

// sysmonEvents are the events of Sysmon's schema 4.90, by category.
var sysmonEvents = []listing{
	{category: "process_creation", fields: processOf + hashNames + versionFields + "CommandLine CurrentDirectory LogonGuid LogonId TerminalSessionId IntegrityLevel ParentProcessGuid ParentProcessId ParentImage ParentCommandLine ParentUser"},
	{category: "file_change", fields: processOf + "TargetFilename CreationUtcTime PreviousCreationUtcTime"},
	{category: "network_connection", fields: processOf + "Protocol Initiated SourceIsIpv6 SourceIp SourceHostname SourcePort SourcePortName DestinationIsIpv6 DestinationIp DestinationHostname DestinationPort DestinationPortName"},
	{category: "sysmon_status", fields: "UtcTime State Version SchemaVersion Configuration ConfigurationFileHash"},
	{category: "sysmon_error", fields: "UtcTime ID Description"},
	{category: "process_termination", fields: processOf},
	{category: "driver_load", fields: "RuleName UtcTime ImageLoaded Signed Signature SignatureStatus " + hashNames},
	{category: "image_load", fields: processOf + hashNames + versionFields + "ImageLoaded Signed Signature SignatureStatus"},
	{category: "create_remote_thread", fields: "RuleName UtcTime SourceProcessGuid SourceProcessId SourceImage TargetProcessGuid TargetProcessId TargetImage NewThreadId StartAddress StartModule StartFunction SourceUser TargetUser"},
	{category: "raw_access_thread", fields: processOf + "Device"},
	{category: "process_access", fields: "RuleName UtcTime SourceProcessGUID SourceProcessId SourceThreadId SourceImage TargetProcessGUID TargetProcessId TargetImage GrantedAccess CallTrace SourceUser TargetUser"},
	{category: "file_event", fields: processOf + "TargetFilename CreationUtcTime"},
	{category: "registry_add,registry_event", fields: processOf + "EventType TargetObject"},
	{category: "registry_delete,registry_event", fields: processOf + "EventType TargetObject"},
	{category: "registry_set,registry_event", fields: processOf + "EventType TargetObject Details"},
	{category: "registry_rename,registry_event", fields: processOf + "EventType TargetObject NewName"},
	{category: "create_stream_hash", fields: processOf + "TargetFilename CreationUtcTime Hash Contents md5 sha1 sha256 Imphash"},
	{category: "pipe_created", fields: processOf + "EventType PipeName"},
	{category: "wmi_event", fields: "RuleName EventType UtcTime Operation User EventNamespace Name Query Type Destination Consumer Filter"},
	{category: "dns_query", fields: processOf + "QueryName QueryStatus QueryResults"},
	{category: "file_delete", fields: processOf + hashNames + "TargetFilename IsExecutable Archived"},
	{category: "clipboard_capture", fields: processOf + hashNames + "Session ClientInfo Archived"},
	{category: "process_tampering", fields: processOf + "Type"},
	{category: "file_block_executable,file_executable_detected", fields: processOf + hashNames + "TargetFilename"},
	{category: "file_block_shredding", fields: processOf + hashNames + "TargetFilename IsExecutable"},
}

var (
	yesNo      = []string{"true", "false"}
	levels     = []string{"Untrusted", "Low", "Medium", "Medium Plus", "High", "System", "Protected", "AppContainer", "S-1-16-0", "S-1-16-4096", "S-1-16-8192", "S-1-16-8448", "S-1-16-12288", "S-1-16-16384", "S-1-16-20480"}
	pathFields = []string{"Image", "ParentImage", "ImageLoaded", "TargetFilename", "SourceImage", "TargetImage"}
	oneOf      = map[string][]string{
		"Initiated": yesNo, "Signed": yesNo, "SourceIsIpv6": yesNo, "DestinationIsIpv6": yesNo, "IsExecutable": yesNo,
		"IntegrityLevel": levels, "Protocol": {"tcp", "udp"},
		"EventType": {
			"CreateKey", "DeleteKey", "CreateValue", "DeleteValue", "SetValue", "RenameKey", "RenameValue",
			"CreatePipe", "ConnectPipe", "WmiFilterEvent", "WmiConsumerEvent", "WmiBindingEvent",
		},
	}
	// Sysmon writes HKLM and HKU with the user's SID, never these.
	notInKeys = []string{`hkey_local_machine`, `hkey_users`, `hkey_current_user`, `hkey_classes_root`, `hkcu\`, `\registry\machine`, `\registry\user`}
)

func sysmonFields() []Provides {
	var out []Provides
	for _, l := range sysmonEvents {
		l.product, l.service, l.read, l.source = "windows", "sysmon", true, sysmonManual
		p := l.provides()
		p.Values, p.Paths, p.Never = map[string][]string{}, nil, map[string][]string{}
		p.Fields = append(p.Fields, strings.Fields(systemPart)...)
		for _, f := range p.Fields {
			if list := oneOf[f]; list != nil {
				p.Values[f] = list
			}
			if slices.Contains(pathFields, f) {
				p.Paths = append(p.Paths, f)
			}
			if f == "TargetObject" {
				p.Never[f] = notInKeys
			}
		}
		out = append(out, p)
	}
	return out
}

// windowsLogs are the logs whose events are listed whole. Those of the other
// channels may have any field.
var windowsLogs = []listing{
	{service: "security", source: auditManual, fields: `
		TemplateContent FilterName FilterType ProviderName ProviderContextName CalloutName FilterOrigin OriginalProfile CurrentProfile InterfaceIndex IsLoopback HasRemoteDynamicKeywordAddress
		AccessList AccessMask AccessReason AccountDomain AccountExpires AccountName AdditionalInfo AdditionalInfo2
		AdvancedOptions AlgorithmName AllowedToDelegateTo AppCorrelationID Application AttributeLDAPDisplayName
		AttributeSyntaxOID AttributeValue Attributes AuditPolicyChanges AuditSourceName AuthenticationPackageName
		CallerProcessId CallerProcessName CategoryId CertIssuerName CertSerialNumber CertThumbprint ClassId ClassName
		ClientAddress ClientCreationTime ClientName ClientProcessId ClientProcessStartKey CommandLine CompatibleIds
		ComputerAccountChange ConfigAccessPolicy CountOfCredentialsReturned CrashOnAuditFailValue DCDNSName DSName
		DSType DestAddress DestPort DestinationDRA DestinationIp DestinationPort DeviceDescription DeviceId DeviceName
		Direction DisableIntegrityChecks DisabledPrivilegeList DisplayName Disposition DnsHostName
		DomainBehaviorVersion DomainName DomainPolicyChanged DomainSid ElevatedToken EnabledPrivilegeList
		EventCountTotal EventIdx EventSourceId FQDN FailureReason FileName FilterRTID Flags FlightSigning ForceLogoff
		GroupMembership GroupPolicyApplied GroupTypeChange HandleId HomeDirectory HomePath HypervisorDebug
		HypervisorLaunchType HypervisorLoadOptions Identity Image ImpersonationLevel Initiated IntegrityLevel
		IpAddress IpPort KerberosPolicyChange KernelDebug KeyFilePath KeyLength KeyName KeyType LayerName LayerRTID
		LinkHandle LinkName LmPackageName LoadOptions LocationInformation LockoutDuration LockoutObservationWindow
		LockoutThreshold LogDroppedPacketsEnabled LogSuccessfulConnectionsEnabled LogonGuid LogonHours LogonID LogonId
		LogonProcessName LogonType MachineAccountQuota MandatoryLabel MaxPasswordAge MemberName MemberSid
		MinPasswordAge MinPasswordLength MixedDomainMode Module MulticastFlowsEnabled NamingContext NewObjectDN
		NewProcessId NewProcessName NewSd NewSecurityDescriptor NewState NewTargetUserName NewTemplateContent NewTime
		NewUACList NewUacValue NewValue NewValueType NotificationPackageName ObjectClass ObjectCollectionName ObjectDN
		ObjectGUID ObjectIdentifyingProperties ObjectName ObjectProperties ObjectServer ObjectType ObjectValueName
		OemInformation OldObjectDN OldSd OldTargetUserName OldTemplateContent OldUACList OldUacValue OldValue
		OldValueType OpCorrelationID Operation OperationMode OperationType Options PackageName PackageSid ParentImage
		ParentProcessId ParentProcessName PasswordHistoryLength PasswordLastSet PasswordProperties PeerPrivateAddress
		PreAuthType PreviousTime PrimaryGroupId PrivilegeList ProcessCommandLine ProcessCreationTime ProcessID
		ProcessId ProcessName Profile ProfileChanged ProfilePath ProfileUsed Profiles Properties Protocol ProviderName
		PuaCount PuaPolicyId ReadOperation Reason RelativeTargetName RemoteAdminEnabled RemoteEventLogging
		RemoteMachineID RemoteUserID RequestId Requester Resource ResourceAttributes ResourceManager
		RestrictedAdminMode RestrictedSidCount ReturnCode RpcCallClientLocality RuleId RuleName SamAccountName Schema
		SchemaFriendlyName ScriptPath SearchString SecurityPackageName Service ServiceAccount ServiceFileName
		ServiceName ServicePrincipalNames ServiceSid ServiceStartType ServiceType SessionName SettingType SettingValue
		ShareLocalPath ShareName SidFilteringEnabled SidHistory SidList SourceAddr SourceAddress SourceDRA
		SourceHandleId SourceIp SourcePort SourceProcessId SourceSid SourceUserName Status StatusCode SubStatus
		SubcategoryGuid SubcategoryId Subject SubjectDomainName SubjectKeyIdentifier SubjectLogonId
		SubjectUserDomainName SubjectUserName SubjectUserSid TargetDomainName TargetHandleId TargetInfo
		TargetLinkedLogonId TargetLogonGuid TargetLogonId TargetName TargetOutboundDomainName TargetOutboundUserName
		TargetProcessId TargetServerName TargetSid TargetUserName TargetUserSid TaskContent TaskContentNew TaskName
		TdoAttributes TdoDirection TdoType TemplateDSObjectFQDN TemplateInternalName TemplateOID TemplateSchemaVersion
		TemplateVersion TestSigning TicketEncryptionType TicketOptions TokenElevationType TransactionId
		TransmittedServices TreeDelete Type User UserAccountControl UserDN UserParameters UserPrincipalName
		UserWorkstations VendorIds VirtualAccount VsmLaunchType Workstation WorkstationName`},
	{service: "system", source: "the manifests of the Service Control Manager, EventLog, DistributedCOM, NETLOGON and the kernel", open: true, fields: `
		AccountName AddServiceStatus Address AddressLength Attributes BackupPath Binary BiosInitDuration
		BitlockerUserInputTime BootMenuPolicy BootMode BootStatusPolicy BootType BuildVersion Caption Config
		CorruptionActionState DCName Data Dependency DeviceId DeviceInstanceID DeviceName DeviceNameLength
		DeviceObject DeviceTime DeviceVersionMajor DeviceVersionMinor DirtyPages DriveName DriverDescription
		DriverFileName DriverInitDuration DriverName DriverNameLength DriverProvider DriverVersion DwordVal
		EffectiveState EnableDisableReason EntryCount EventData_Name ExtraInfoLength ExtraInfoString FailureName
		FailureNameLength FilterID FinalStatus Flags Group HiberPagesWritten HiberReadDuration HiberWriteDuration
		HiveName HiveNameLength HostOSName HostOSbuildversion HostOSmajorversion HostOSminorversion
		HostOSservicepackName HostOSservicepackmajorversion HostOSservicepackminorversion HostOSwasWindowsPE
		IdleImplementation IdleStateCount ImagePath InstallStatus Installwasanupgrade IsDriverOEM IsTestConfig
		KeysUpdated LastBootGood LastBootId LastShutdownGood LoadOptions MajorVersion MaximumPerformancePercent
		MinimumFxVersion MinimumPerformancePercent MinimumThrottlePercent MiniportName MiniportNameLen MinorVersion
		NewSchemeGuid NewSize NewTime NoMultiStageResumeReason NominalFrequency Number OSEditionID OSName
		OSbuildversion OSmajorversion OSminorversion OSservicepackName OSservicepackmajorversion
		OSservicepackminorversion OldSchemeGuid OldTime OriginalSize PerformanceImplementation PrimaryService
		ProcessPath ProcessPid ProcessingMode ProcessingTimeInMilliseconds ProgrammedWakeTimeAc ProgrammedWakeTimeDc
		QfeVersion QueryName Reason RebootOption ServiceName ServiceType ServiceVersion Service_clsid Service_name
		SetupClass ShutdownActionType ShutdownEventCode ShutdownReason SleepDuration SleepTime StartTime StartType
		State Status StopTime SubjectDomainName SubjectUserName SupportInfo1 SupportInfo2 TSId TargetState
		TimeOffsetSeconds TimeSource TransitionsToOn Turn UMDFDeviceInstallBegin_version UMDFServiceInstall_upgrade
		UpdateService UpgradeDevice Url UserSid VsmPolicy WakeDuration WakeFromState WakeRequesterTypeAc
		WakeRequesterTypeDc WakeSourceText WakeSourceTextLength WakeSourceType WakeTime WakeTimerContext
		WakeTimerContextLength WakeTimerOwner WakeTimerOwnerLength param1 param10 param11 param2 param3 param4 param5
		param6 param7 param8 param9`},
	{service: "powershell", source: "the manifest of Microsoft-Windows-PowerShell", fields: "ContextInfo UserData Payload MessageNumber MessageTotal ScriptBlockText ScriptBlockId Path param1 param2 param3 HostApplication HostName User"},
	{service: "powershell-classic", source: "PowerShell's classic log: unnamed values", fields: "Data param1 param2 param3 HostApplication HostName HostVersion EngineVersion ScriptName CommandLine CommandName CommandPath CommandType ProviderName NewProviderState NewEngineState"},
	{service: "taskscheduler", source: "the manifest of Microsoft-Windows-TaskScheduler", open: true, fields: "TaskName UserContext UserName InstanceId ActionName Path Priority ProcessID TaskInstanceId ResultCode EnginePID ErrorDescription"},
	{service: "windefend", source: "https://learn.microsoft.com/defender-endpoint/troubleshoot-microsoft-defender-antivirus", open: true, fields: "ThreatName Signature Filename Path ProcessName SourceName Category Severity Action NewValue OldValue"},
}

// windowsFields takes the logs and categories from the table of meanings.
func windowsFields() []Provides {
	var out []Provides
	for i := range windows.Channels {
		c := &windows.Channels[i]
		if slices.Contains(c.Services, "sysmon") {
			continue
		}
		p := Provides{Log: footfall.Log{Product: "windows", Services: c.Services}, Read: true, Open: true, Source: c.Name}
		p.Fields = strings.Fields(systemPart)
		for _, l := range windowsLogs {
			if slices.Contains(c.Services, l.service) {
				p.Open, p.Source, p.Fields = l.open, l.source, append(p.Fields, strings.Fields(l.fields)...)
			}
		}
		for j := range c.Events {
			out = p.meaning(out, &c.Events[j])
		}
		slices.Sort(p.Fields)
		p.Fields = slices.Compact(p.Fields)
		out = append(out, p)
	}
	return out
}

// meaning adds what the table says of one event to p, and to out a log
// source of its own when the event has categories.
func (p *Provides) meaning(out []Provides, m *windows.Meaning) []Provides {
	var names []string
	for _, f := range m.Reads.Feeds() {
		name, _, _ := strings.Cut(f, ": ")
		names = append(names, name)
	}
	for _, a := range m.Aliases {
		names = append(names, a.Sigma)
	}
	p.Fields = append(p.Fields, names...)
	if len(m.Categories) == 0 {
		return out
	}
	own := Provides{Log: footfall.Log{Product: "windows", Services: p.Log.Services, Categories: m.Categories}, Read: true, Open: p.Open, Source: p.Source}
	own.Fields = append(strings.Fields(systemPart), names...)
	for _, l := range windowsLogs {
		if l.service != "security" && slices.Contains(p.Log.Services, l.service) {
			own.Fields = append(own.Fields, strings.Fields(l.fields)...)
		}
	}
	slices.Sort(own.Fields)
	own.Fields = slices.Compact(own.Fields)
	return append(out, own)
}

// unixFields are the lines of syslog and the journal, each program's and the
// others', and what else has a decoder.
func unixFields() []Provides {
	const line = "message program hostname priority msgid"
	out := []Provides{}
	add := func(services []string, fields string) {
		out = append(out, Provides{Log: footfall.Log{Product: "linux", Services: services}, Read: true, Fields: strings.Fields(fields), Source: "RFC 3164, RFC 5424, systemd.journal-fields(7)"})
	}
	var seen []string
	for _, s := range unixlog.Sources {
		key := strings.Join(s.Services, ",")
		if slices.Contains(seen, key) || s.Services[0] == "auditd" {
			continue
		}
		seen = append(seen, key)
		if s.Program == "sudo" {
			add(s.Services, line+" USER COMMAND TTY PWD")
			continue
		}
		add(s.Services, line)
	}
	add(unixlog.Other, line)
	add([]string{"samba", "syslog"}, line)
	for _, l := range unixOther {
		out = append(out, l.provides())
	}
	return out
}

// auditFields are the fields of audit records (linux-audit's field
// dictionary), besides the arguments a0 and on.
const auditFields = `type msg arch syscall success exit a0 a1 a2 a3 a4 a5 a6 a7 a8 a9 a10 items ppid pid auid uid gid
	euid suid fsuid egid sgid fsgid tty ses comm exe subj key argc cwd item name inode dev mode ouid ogid rdev
	nametype objtype cap_fp cap_fi cap_fe cap_fver proctitle saddr op acct hostname addr terminal res unit cmd id
	grantors SYSCALL ARCH AUID UID GID EUID SUID FSUID EGID SGID FSGID OUID OGID ID obj old-auid old-ses
	scontext tcontext tclass prom old_prom sig reason cipher ksize mac pfs spid suid rport laddr lport direction kind fp new-level old-level`

var unixOther = []listing{
	{product: "linux", service: "auditd", open: false, read: true, source: "https://github.com/linux-audit/audit-documentation (field dictionary)", fields: auditFields},
	{product: "linux", service: "auditd", category: "process_creation", read: true, source: "the SYSCALL and EXECVE records of one exec", fields: "Image CommandLine CurrentDirectory ParentImage ParentCommandLine User LogonId " + auditFields},
	{product: "linux", service: "utmp", read: true, source: "utmp(5)", fields: "ut_type ut_pid ut_line ut_user ut_host ut_addr"},
	{product: "cowrie", read: true, open: true, source: "https://docs.cowrie.org/en/latest/OUTPUT.html", fields: "eventid src_ip src_port dst_ip dst_port username password session message sensor protocol input url shasum duration timestamp"},
}

// FieldsReference is the generated page of fields, as Markdown.
func FieldsReference() string {
	var b strings.Builder
	for _, read := range []bool{true, false} {
		if read {
			b.WriteString("## Read now\n\n")
		} else {
			b.WriteString("## Known, not read yet\n\nRules for these load, and are told as `unread`.\n\n")
		}
		for _, p := range Fields() {
			if p.Read == read {
				p.describe(&b)
			}
		}
	}
	b.WriteString("## Fields of Windows under the names that rules for Sysmon use\n\n| event | field of the record | as | how |\n|---|---|---|---|\n")
	for _, m := range windows.Events() {
		for _, a := range m.Aliases {
			if a.From() != a.Sigma || a.How != 0 {
				fmt.Fprintf(&b, "| %s %d | %s | `%s` | %s |\n", m.Channel, m.ID, a.From(), a.Sigma, a.How)
			}
		}
	}
	return b.String()
}

func (p *Provides) describe(b *strings.Builder) {
	var names []string
	for _, x := range [][2]string{{"product", p.Log.Product}, {"service", strings.Join(p.Log.Services, ", ")}, {"category", strings.Join(p.Log.Categories, ", ")}} {
		if x[1] != "" {
			names = append(names, x[0]+" "+x[1])
		}
	}
	fmt.Fprintf(b, "### %s\n\n%s\n\n", strings.Join(names, "; "), p.Source)
	list := slices.DeleteFunc(slices.Clone(p.Fields), func(f string) bool {
		return p.Log.Product == "windows" && slices.Contains(strings.Fields(systemPart), f)
	})
	slices.Sort(list)
	list = slices.Compact(list)
	if len(list) > 0 {
		fmt.Fprintf(b, "`%s`\n\n", strings.Join(list, "` `"))
	}
	switch {
	case p.Open && len(list) > 0:
		b.WriteString("And any other that the record has.\n\n")
	case p.Open:
		b.WriteString("Any field that the record has.\n\n")
	}
	for _, f := range list {
		if v := p.Values[f]; len(v) > 0 && len(v) <= 4 {
			fmt.Fprintf(b, "`%s` is one of %s.\n\n", f, strings.Join(v, ", "))
		}
	}
}
