// Package sentinelone reads SentinelOne: activities of the console, threats,
// alerts of its own rules, and Deep Visibility's process, network and logon
// events. One JSON record goes in, one event comes out. It holds no state.
package sentinelone

import (
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/jsonlog"
)

// Decoder reads SentinelOne's records.
var Decoder = format.Decoder()

const (
	activity = iota
	created
	description
	user
	address
	computer
	account
	threatName
	threatTime
	threatUser
	threatPath
	threatArgs
	alertTime
	ruleName
	srcIP
	srcPort
	dstIP
	dstPort
	alertUser
	alertImage
	alertCommand
	alertParent
	loginUser
	eventType
	dvTime
	dvComputer
	dvUser
	dvImage
	dvCommand
	dvParent
	loginType
	loginOK
	loginSID
	loginHost
	reportedUser
	comments
	system
	direction
	filePath
	registryKey
	modulePath
	dvParentCommand
)

// The logs that a record can be of; those of endpoints are in the order of the
// systems: Windows, Linux, macOS.
const (
	logAny      = 0
	logProcess  = 1
	logNetwork  = 4
	logFile     = 7
	logRegistry = 10
	logModule   = 11
)

func endpoints(category string) []footfall.Log {
	var out []footfall.Log
	for _, p := range []string{"windows", "linux", "macos"} {
		out = append(out, footfall.Log{Product: p, Services: []string{"sentinelone"}, Categories: []string{category}})
	}
	return out
}

func logs() []footfall.Log {
	out := []footfall.Log{logAny: {Product: "sentinelone", Services: []string{"management"}}}
	for _, category := range []string{"process_creation", "network_connection", "file_event"} {
		out = append(out, endpoints(category)...)
	}
	return append(out,
		footfall.Log{Product: "windows", Services: []string{"sentinelone"}, Categories: []string{"registry_set", "registry_event"}},
		footfall.Log{Product: "windows", Services: []string{"sentinelone"}, Categories: []string{"image_load"}})
}

var format = jsonlog.Format{
	Name:   "sentinelone",
	Doc:    "SentinelOne: activities of the management console, threats, alerts of custom rules, events of Deep Visibility (Singularity Data Lake).",
	Source: "https://docs.elastic.co/integrations/sentinel_one; SentinelOne Management API 2.1 (activities, threats, cloud-detection/alerts)",
	Logs:   logs(),
	By:     "the keys activityType and primaryDescription, threatInfo and agentRealtimeInfo, alertInfo and ruleInfo, or event.type and endpoint.name",
	Rate:   rate,
	Inside: []string{"json", "sentinel_one"},
	Paths: []string{
		activity: "activityType", created: "createdAt", description: "primaryDescription", user: "data.username|data.userName", address: "data.ipAddress|data.ip",
		computer: "data.computerName|agentRealtimeInfo.agentComputerName|agentDetectionInfo.name", account: "accountName|agentDetectionInfo.accountName",
		threatName: "threatInfo.threatName", threatTime: "threatInfo.identifiedAt|threatInfo.createdAt", threatUser: "threatInfo.processUser", threatPath: "threatInfo.filePath", threatArgs: "threatInfo.maliciousProcessArguments",
		alertTime: "alertInfo.createdAt", ruleName: "ruleInfo.name",
		srcIP: "alertInfo.srcIp|src.ip.address|srcIp", srcPort: "alertInfo.srcPort|src.port.number|srcPort", dstIP: "alertInfo.dstIp|dst.ip.address|dstIp", dstPort: "alertInfo.dstPort|dst.port.number|dstPort",
		alertUser: "sourceProcessInfo.user", alertImage: "sourceProcessInfo.filePath", alertCommand: "sourceProcessInfo.commandline", alertParent: "sourceParentProcessInfo.filePath",
		loginUser: "alertInfo.loginsUserName|event.login.userName|loginsUserName", eventType: "event.type|eventType", dvTime: "event.time|timestamp|eventTime", dvComputer: "endpoint.name|agentName",
		dvUser: "src.process.user|user|srcProcUser", dvImage: "tgt.process.image.path|tgtProcImagePath|processImagePath", dvCommand: "tgt.process.cmdline|tgtProcCmdLine|processCmd", dvParent: "src.process.image.path|srcProcImagePath|parentProcessName",
		loginType: "event.login.type|alertInfo.loginType|loginType", loginOK: "event.login.loginIsSuccessful|alertInfo.loginIsSuccessful|loginIsSuccessful",
		loginSID: "event.login.accountSid|alertInfo.loginAccountSid", loginHost: "event.login.sourceAddress|src.endpoint.ip.address|alertInfo.srcMachineIp|srcMachineIp", reportedUser: "data.byUser", comments: "comments",
		system: "endpoint.os|agentOs", direction: "event.network.direction|netEventDirection", filePath: "tgt.file.path|tgtFilePath|fileFullName",
		registryKey: "registry.keyPath|registryKeyPath|registryPath", modulePath: "module.path|modulePath", dvParentCommand: "src.process.cmdline|srcProcCmdLine",
	},
	Also: map[string][]string{
		"src.process.user": {"User"}, "srcProcUser": {"User"}, "tgt.file.path": {"TargetFilename"}, "tgtFilePath": {"TargetFilename"}, "registry.keyPath": {"TargetObject"}, "registryKeyPath": {"TargetObject"},
		"registry.value": {"Details"}, "registryValue": {"Details"}, "module.path": {"ImageLoaded"}, "modulePath": {"ImageLoaded"}, "event.dns.request": {"QueryName"}, "dnsRequest": {"QueryName"},
		"url.address": {"DestinationHostname"}, "srcIp": {"SourceIp"}, "dstIp": {"DestinationIp"}, "dstPort": {"DestinationPort"}, "srcPort": {"SourcePort"},
		"tgt.process.integrityLevel": {"IntegrityLevel"}, "tgt.process.displayName": {"Description"}, "tgt.process.publisher": {"Company"},
		"src.ip.address": {"SourceIp"}, "dst.ip.address": {"DestinationIp"}, "dst.port.number": {"DestinationPort"}, "src.port.number": {"SourcePort"},
		"tgt.process.originalFileName": {"OriginalFileName"},
	},
	Names: []string{"Image", "ParentImage", "ParentCommandLine", "CommandLine", "Initiated"},
	Mean:  mean,
}

func rate(rec []byte) int {
	switch {
	case jsonlog.All(rec, "activityType", "primaryDescription"), jsonlog.All(rec, "threatInfo", "agentRealtimeInfo"), jsonlog.All(rec, "alertInfo", "ruleInfo", "agentDetectionInfo"):
		return 96
	case jsonlog.All(rec, "event.type", "endpoint.name") && jsonlog.Count(rec, "src.process.storyline.id", "src.process.image.path", "dataSource.name", "agent.uuid", "mgmt.id") >= 1:
		return 92
	}
	return 0
}

func mean(r *jsonlog.Reader) {
	e := r.Event
	e.Tenant = r.Get(account)
	switch {
	case r.Get(activity) != "":
		console(r)
	case r.Get(threatName) != "" || r.Get(threatTime) != "":
		r.UTC(threatTime)
		e.Kind, e.Object, e.Computer = footfall.KindAlert, r.Get(threatName), r.Get(computer)
		e.User = jsonlog.Name(r.Get(threatUser))
		e.Image, e.Command = r.Get(threatPath), r.Get(threatArgs)
	case r.Get(alertTime) != "" || r.Get(ruleName) != "":
		alert(r)
	default:
		visibility(r)
	}
}

// console is an activity. The number of its type says what it is; what has a
// number of its own for each release is told by the sentence.
func console(r *jsonlog.Reader) {
	e := r.Event
	r.UTC(created)
	n := r.Num(activity)
	if n > 0 && n < 1<<31 {
		e.EventID = uint32(n)
	}
	text := r.Get(description)
	e.Service, e.From.Addr = footfall.ServiceCloud, r.Addr(address)
	e.User.Name, e.To.Host = r.First(user, reportedUser), r.Get(computer)
	e.Object = text
	end := strings.TrimPrefix(text, "The management user ")
	end = strings.TrimPrefix(end, e.User.Name) // a name is the user's own choice
	switch {
	case n == 27 || n == 3629 || strings.HasPrefix(end, " logged in to the management console"):
		e.Kind, e.Outcome = footfall.KindLogon, footfall.Success
		if n == 3629 { // by a code that was kept for the loss of the second factor
			e.MFA = footfall.MFAUsed
		}
	case n == 133 || n == 134 || n == 139 || strings.HasPrefix(end, " failed to log in"):
		e.Kind, e.Outcome, e.Reason = footfall.KindLogon, footfall.Failure, why(n, r.Get(comments))
		if e.Reason == footfall.ReasonMFA {
			e.MFA = footfall.MFADenied
		}
	case n == 33 || strings.HasPrefix(end, " logged out"):
		e.Kind = footfall.KindLogoff
	case jsonlog.Has(end, "remote shell", "remote script", "fetch logs") && n != 0:
		e.Kind, e.Service = footfall.KindShell, footfall.ServiceRMM
	case strings.HasPrefix(text, "Threat "), jsonlog.Has(end, " detected: ", "suspicious threat"):
		e.Kind, e.Computer = footfall.KindAlert, r.Get(computer)
		e.Service = footfall.ServiceUnknown
	case jsonlog.Has(end, "two factor", "recovery email", "api token", "new user", "deleted the user", "added user"):
		e.Kind, e.Outcome = footfall.KindAccount, footfall.Success
	case jsonlog.Has(end, "policy", "blacklist", "exclusion", "setting", "firewall rule"):
		e.Kind = footfall.KindConfig
	default:
		e.Kind, e.Computer = footfall.KindCall, r.Get(computer)
	}
	if e.Kind == footfall.KindLogon || e.Kind == footfall.KindLogoff {
		e.To.Host, e.Object = "SentinelOne console", ""
	}
}

// why reads the comment of a sign-in that failed, and the number of its activity.
func why(n int64, comment string) footfall.Reason {
	switch {
	case jsonlog.Has(comment, "locked"):
		return footfall.ReasonLocked
	case jsonlog.Has(comment, "2fa"):
		return footfall.ReasonMFA
	case n == 134, jsonlog.Has(comment, "mismatch"):
		return footfall.ReasonNoUser
	case n == 139, jsonlog.Has(comment, "no active site"):
		return footfall.ReasonRestricted
	}
	return footfall.ReasonBadPassword
}

func alert(r *jsonlog.Reader) {
	e := r.Event
	r.UTC(alertTime)
	e.Kind, e.Object, e.Computer = footfall.KindAlert, r.Get(ruleName), r.Get(computer)
	e.User = jsonlog.Name(r.First(loginUser, alertUser))
	e.From = footfall.Endpoint{Addr: r.Addr(srcIP), Port: r.PortOf(srcPort)}
	e.To = footfall.Endpoint{Addr: r.Addr(dstIP), Port: r.PortOf(dstPort)}
	e.Image, e.Command, e.ParentImg = r.Get(alertImage), r.Get(alertCommand), r.Get(alertParent)
}

// visibility is an event of Deep Visibility.
func visibility(r *jsonlog.Reader) {
	e := r.Event
	r.UTC(dvTime, created)
	e.Computer, e.User = r.Get(dvComputer), jsonlog.Name(r.Get(dvUser))
	t := r.Get(eventType)
	switch {
	case jsonlog.Is(t, "Process Creation", "processcreation"):
		r.SetLog(logProcess + systemOf(r))
		e.Kind, e.Image, e.Command, e.ParentImg = footfall.KindProcess, r.Get(dvImage), r.Get(dvCommand), r.Get(dvParent)
		r.Field(0, e.Image)
		r.Field(1, e.ParentImg)
		r.Field(2, r.Get(dvParentCommand))
		r.Field(3, e.Command)
		return
	case jsonlog.Has(t, "ip connect", "ip listen", "tcpv"):
		r.SetLog(logNetwork + systemOf(r))
		if d := r.Get(direction); d != "" {
			r.Field(4, word(!jsonlog.Is(d, "INCOMING")))
		}
		e.Kind, e.Outcome = footfall.KindConnection, footfall.Success
		e.From = footfall.Endpoint{Addr: r.Addr(srcIP), Port: r.PortOf(srcPort)}
		e.To = footfall.Endpoint{Addr: r.Addr(dstIP), Port: r.PortOf(dstPort)}
		e.Service = footfall.ServiceOfPort(e.To.Port)
	case jsonlog.Is(t, "Login", "Logout"):
		e.Kind, e.Outcome = footfall.KindLogon, jsonlog.Outcome(r.Get(loginOK))
		if jsonlog.Is(t, "Logout") {
			e.Kind = footfall.KindLogoff
		}
		e.User = jsonlog.Name(r.First(loginUser, dvUser))
		e.User.SID = r.Get(loginSID)
		e.From.Addr = r.Addr(loginHost)
		switch lt := r.Get(loginType); {
		case jsonlog.Has(lt, "remote_interactive", "remote interactive"):
			e.Service, e.LogonType = footfall.ServiceRDP, 10
		case jsonlog.Has(lt, "network"):
			e.Service, e.LogonType = footfall.ServiceNetwork, 3
		case lt != "":
			e.Service = footfall.ServiceLocal
		}
	case jsonlog.Is(t, "File Creation", "File Modification", "File Rename", "File Deletion"):
		r.SetLog(logFile + systemOf(r))
		e.Kind, e.Object = footfall.KindFile, r.Get(filePath)
	case jsonlog.Has(t, "registry"):
		r.SetLog(logRegistry)
		e.Kind, e.Object = footfall.KindRegistry, r.Get(registryKey)
	case jsonlog.Is(t, "ModuleLoad", "Module Load"):
		r.SetLog(logModule)
		e.Kind, e.Object = footfall.KindModule, r.Get(modulePath)
	default:
		e.Object = t
	}
	e.Image, e.Command = r.Get(dvParent), r.Get(dvParentCommand) // the process that did it
	r.Field(0, e.Image)
	r.Field(3, e.Command)
}

// systemOf returns which of the systems a record is of: 0 Windows, 1 Linux, 2 macOS.
func systemOf(r *jsonlog.Reader) int {
	switch s := r.Get(system); {
	case jsonlog.Has(s, "linux"):
		return 1
	case jsonlog.Has(s, "osx", "mac"):
		return 2
	}
	return 0
}

func word(b bool) string {
	if b {
		return "true"
	}
	return "false"
}
