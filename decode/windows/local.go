package windows

import (
	"slices"

	f "github.com/footfall/footfall"
)

var system = []Meaning{
	{
		ID: 104, Doc: "a log was cleared", Provider: "Microsoft-Windows-Eventlog", Kind: f.KindCleared, Outcome: f.Success, finish: cleared,
		Reads: join(writer, binds{{"SubjectUserName", toUser}, {"SubjectDomainName", toUserDomain}, {"Channel", toLog}}),
	},
	{ID: 6005, Doc: "the event log service started", Provider: "EventLog", Kind: f.KindStart, Outcome: f.Success},
	{ID: 12, Doc: "Windows started", Provider: "Microsoft-Windows-Kernel-General", Kind: f.KindStart, Outcome: f.Success},
	{ID: 7009, Doc: "a service did not answer in time", Provider: scm, Outcome: f.Failure, Reads: binds{{"param2", toObject}}},
	{ID: 7036, Doc: "a service started or stopped", Provider: scm, Outcome: f.Success, Reads: binds{{"param1", toObject}}},
	{ID: 7040, Doc: "the start of a service was changed", Provider: scm, Outcome: f.Success, Reads: join(writer, binds{{"param4", toObject}})},
	{
		ID: 7045, Doc: "a service was installed", Provider: scm, Kind: f.KindService, Outcome: f.Success, finish: service,
		Reads: join(writer, binds{{"ServiceName", toObject}, {"ImagePath", toImage}, {"AccountName", toSystemUser}, {"Domain", toSystemDomain}}),
	},
}

const scm = "Service Control Manager"

var (
	sysUser  = binds{{"User", toUserFull}}
	onImage  = join(sysUser, binds{{"Image", toImage}})
	onFile   = join(onImage, binds{{"TargetFilename", toObject}})
	onKey    = join(onImage, binds{{"TargetObject", toObject}, {"EventType", toOperation}})
	onPipe   = join(onImage, binds{{"PipeName", toPipe}})
	onThread = binds{{"SourceUser", toUserFull}, {"SourceImage", toImage}, {"TargetImage", toObject}}
	onWMI    = join(sysUser, binds{{"Name", toObject}, {"Destination", toCommand}, {"Query", toCommand}})
)

// sysmonLinux are the events that Sysmon for Linux writes.
var sysmonLinux = slices.DeleteFunc(slices.Clone(sysmon), func(m Meaning) bool {
	return !slices.Contains([]uint32{1, 3, 4, 5, 9, 11, 16, 23}, m.ID)
})

// sysmon: fields are those of the manifest that Sysmon prints (sysmon -s).
var sysmon = []Meaning{
	{
		ID: 1, Doc: "a process was created", Kind: f.KindProcess, Outcome: f.Success, Categories: []string{"process_creation"}, Aliases: hashes,
		Reads: join(onImage, binds{{"ParentImage", toParentImg}, {"CommandLine", toCommand}, {"LogonId", toSession}}),
	},
	{ID: 2, Doc: "a file's creation time was changed", Kind: f.KindFile, Outcome: f.Success, Categories: []string{"file_change"}, Reads: onFile},
	{
		ID: 3, Doc: "a network connection", Kind: f.KindConnection, Outcome: f.Success, Categories: []string{"network_connection"}, finish: connection,
		Reads: join(onImage, binds{
			{"Initiated", toDirection},
			{"SourceIp", toFromAddr},
			{"SourceHostname", toFromHost},
			{"SourcePort", toFromPort},
			{"DestinationIp", toAddr},
			{"DestinationHostname", toPeer},
			{"DestinationPort", toPort},
		}),
	},
	{ID: 4, Doc: "Sysmon started or stopped", Categories: []string{"sysmon_status"}},
	{ID: 5, Doc: "a process ended", Outcome: f.Success, Categories: []string{"process_termination"}, Reads: onImage},
	{ID: 6, Doc: "a driver was loaded", Kind: f.KindModule, Outcome: f.Success, Categories: []string{"driver_load"}, Aliases: hashes, Reads: binds{{"ImageLoaded", toObject}}},
	{ID: 7, Doc: "a module was loaded", Kind: f.KindModule, Outcome: f.Success, Categories: []string{"image_load"}, Aliases: hashes, Reads: join(onImage, binds{{"ImageLoaded", toObject}})},
	{ID: 8, Doc: "a thread was started in another process", Outcome: f.Success, Categories: []string{"create_remote_thread"}, Reads: onThread},
	{ID: 9, Doc: "a disk was read raw", Outcome: f.Success, Categories: []string{"raw_access_thread"}, Reads: join(onImage, binds{{"Device", toObject}})},
	{ID: 10, Doc: "a process was opened", Outcome: f.Success, Categories: []string{"process_access"}, Reads: onThread},
	{ID: 11, Doc: "a file was made", Kind: f.KindFile, Outcome: f.Success, Categories: []string{"file_event"}, Reads: onFile},
	{ID: 12, Doc: "a registry key or value was made or removed", Kind: f.KindRegistry, Outcome: f.Success, Categories: []string{"registry_event", "registry_add", "registry_delete"}, Reads: onKey, Aliases: keyNames, finish: registryKey},
	{ID: 13, Doc: "a registry value was set", Kind: f.KindRegistry, Outcome: f.Success, Categories: []string{"registry_event", "registry_set"}, Reads: onKey, Aliases: keyNames},
	{ID: 14, Doc: "a registry key or value was renamed", Kind: f.KindRegistry, Outcome: f.Success, Categories: []string{"registry_event", "registry_rename"}, Reads: onKey, Aliases: keyNames},
	{ID: 15, Doc: "a file stream was made", Kind: f.KindFile, Outcome: f.Success, Categories: []string{"create_stream_hash"}, Reads: onFile},
	{ID: 16, Doc: "Sysmon's configuration changed", Categories: []string{"sysmon_status"}, Reads: binds{{"Configuration", toObject}}},
	{ID: 17, Doc: "a named pipe was made", Kind: f.KindPipe, Outcome: f.Success, Categories: []string{"pipe_created"}, Reads: onPipe},
	{ID: 18, Doc: "a named pipe was opened", Kind: f.KindPipe, Outcome: f.Success, Categories: []string{"pipe_created"}, Reads: onPipe},
	{ID: 19, Doc: "a WMI filter was made", Kind: f.KindWMI, Outcome: f.Success, Categories: []string{"wmi_event"}, Reads: onWMI},
	{ID: 20, Doc: "a WMI consumer was made", Kind: f.KindWMI, Outcome: f.Success, Categories: []string{"wmi_event"}, Reads: onWMI},
	{ID: 21, Doc: "a WMI consumer was bound to a filter", Kind: f.KindWMI, Outcome: f.Success, Categories: []string{"wmi_event"}, Reads: join(sysUser, binds{{"Consumer", toObject}, {"Filter", toCommand}})},
	{ID: 22, Doc: "a name was looked up", Outcome: f.Success, Categories: []string{"dns_query"}, Reads: join(onImage, binds{{"QueryName", toObject}})},
	{ID: 23, Doc: "a file was removed and kept", Kind: f.KindFile, Outcome: f.Success, Categories: []string{"file_delete"}, Aliases: hashes, Reads: onFile},
	{ID: 24, Doc: "the clipboard changed", Outcome: f.Success, Categories: []string{"clipboard_capture"}, Reads: join(onImage, binds{{"ClientInfo", toText}, {"Session", toTerminal}}), finish: clipboard},
	{ID: 25, Doc: "a process image was replaced", Outcome: f.Success, Categories: []string{"process_tampering"}, Reads: onImage},
	{ID: 26, Doc: "a file was removed", Kind: f.KindFile, Outcome: f.Success, Categories: []string{"file_delete"}, Aliases: hashes, Reads: onFile},
	{ID: 27, Doc: "an executable file was blocked", Kind: f.KindFile, Outcome: f.Failure, Categories: []string{"file_block_executable"}, Aliases: hashes, Reads: onFile},
	{ID: 28, Doc: "the shredding of a file was blocked", Kind: f.KindFile, Outcome: f.Failure, Categories: []string{"file_block_shredding"}, Aliases: hashes, Reads: onFile},
	{ID: 29, Doc: "an executable file was made", Kind: f.KindFile, Outcome: f.Success, Categories: []string{"file_executable_detected"}, Aliases: hashes, Reads: onFile},
	{ID: 255, Doc: "Sysmon failed at something", Categories: []string{"sysmon_error"}},
}

// application: SQL Server writes its logins here, one instance a provider.
var application = []Meaning{
	{ID: 18453, Doc: "SQL Server: logged on as a Windows account", Provider: mssql, Kind: f.KindLogon, Service: f.ServiceSQL, Outcome: f.Success, Reads: anyData, finish: sqlLogin},
	{ID: 18454, Doc: "SQL Server: logged on by password", Provider: mssql, Kind: f.KindLogon, Service: f.ServiceSQL, Auth: f.AuthPassword, Outcome: f.Success, Reads: anyData, finish: sqlLogin},
	{ID: 18456, Doc: "SQL Server: could not log on", Provider: mssql, Kind: f.KindLogon, Service: f.ServiceSQL, Outcome: f.Failure, Reads: anyData, finish: sqlLogin},
}

const mssql = "MSSQL*" // MSSQLSERVER, MSSQL$NAME

var taskScheduler = []Meaning{
	{ID: 106, Doc: "a task was registered", Kind: f.KindTask, Outcome: f.Success, Reads: binds{{"TaskName", toObject}, {"UserContext", toUserFull}}},
	{ID: 129, Doc: "a task started a process", Kind: f.KindProcess, Outcome: f.Success, Reads: binds{{"TaskName", toObject}, {"Path", toImage}}},
	{ID: 140, Doc: "a task was changed", Kind: f.KindTask, Outcome: f.Success, Reads: binds{{"TaskName", toObject}, {"UserName", toUserFull}}},
	{ID: 141, Doc: "a task was removed", Kind: f.KindTask, Outcome: f.Success, Reads: binds{{"TaskName", toObject}, {"UserName", toUserFull}}},
	{ID: 142, Doc: "a task was switched off", Kind: f.KindTask, Outcome: f.Success, Reads: binds{{"TaskName", toObject}, {"UserName", toUserFull}}},
	{ID: 200, Doc: "a task's action started", Kind: f.KindProcess, Outcome: f.Success, Reads: binds{{"TaskName", toObject}, {"ActionName", toImage}}},
	{ID: 201, Doc: "a task's action ended", Outcome: f.Success, Reads: binds{{"TaskName", toObject}, {"ActionName", toImage}}},
}

var powerShell = []Meaning{
	{
		ID: 4103, Doc: "a command ran", Kind: f.KindScript, Outcome: f.Success, Categories: []string{"ps_module"}, finish: module,
		Reads: join(writer, binds{{"Payload", toCommand}, {"ContextInfo", toText}}),
	},
	{
		ID: 4104, Doc: "a script block was compiled", Kind: f.KindScript, Outcome: f.Success, Categories: []string{"ps_script"},
		Reads: join(writer, binds{{"ScriptBlockText", toCommand}, {"Path", toObject}}),
	},
}

var powerShellClassic = []Meaning{
	{ID: 400, Doc: "an engine started", Kind: f.KindScript, Outcome: f.Success, Categories: []string{"ps_classic_start"}, Reads: anyText, Aliases: paramData, finish: classic},
	{ID: 403, Doc: "an engine stopped", Outcome: f.Success, Reads: anyText, Aliases: paramData, finish: classic},
	{ID: 600, Doc: "a provider started", Outcome: f.Success, Categories: []string{"ps_classic_provider_start"}, Reads: anyText, Aliases: paramData, finish: classic},
	{ID: 800, Doc: "a pipeline ran", Kind: f.KindScript, Outcome: f.Success, Categories: []string{"ps_classic_script"}, Reads: anyText, Aliases: paramData, finish: classic},
}

var wmiActivity = []Meaning{
	{
		ID: 5857, Doc: "a provider was loaded", Kind: f.KindWMI, Outcome: f.Success,
		Reads: join(writer, binds{{"ProviderName", toObject}, {"HostProcess", toImage}, {"ProviderPath", toCommand}}),
	},
	{
		ID: 5858, Doc: "a client's operation failed", Kind: f.KindWMI, Outcome: f.Failure, finish: query,
		Reads: binds{{"User", toUserFull}, {"ClientMachine", toServer}, {"Operation", toCommand}, {"Component", toObject}},
	},
	{ID: 5859, Doc: "a provider subscribed to events", Kind: f.KindWMI, Outcome: f.Success, Reads: binds{{"User", toUserFull}, {"NamespaceName", toObject}, {"Query", toCommand}}},
	{
		ID: 5860, Doc: "a client subscribed to events", Kind: f.KindWMI, Outcome: f.Success, finish: query,
		Reads: binds{{"User", toUserFull}, {"ClientMachine", toServer}, {"NamespaceName", toObject}, {"Query", toCommand}},
	},
	{ID: 5861, Doc: "a permanent consumer was bound", Kind: f.KindWMI, Outcome: f.Success, Reads: join(writer, binds{{"CONSUMER", toObject}, {"ESS", toText}, {"PossibleCause", toCommand}})},
}

var defender = []Meaning{
	{ID: 1006, Doc: "malware was found", Kind: f.KindAlert, Categories: antivirus, Reads: onThreat, Aliases: threatNames},
	{ID: 1015, Doc: "suspicious behaviour was found", Kind: f.KindAlert, Categories: antivirus, Reads: onThreat, Aliases: threatNames},
	{ID: 1116, Doc: "malware was found", Kind: f.KindAlert, Categories: antivirus, Reads: onThreat, Aliases: threatNames},
	{ID: 1117, Doc: "malware was acted on", Kind: f.KindAlert, Categories: antivirus, Reads: onThreat, Aliases: threatNames},
}

var (
	antivirus = []string{"antivirus"}
	onThreat  = binds{{"Threat Name", toObject}, {"Process Name", toImage}, {"Path", toCommand}, {"Detection User", toUserFull}}
)
