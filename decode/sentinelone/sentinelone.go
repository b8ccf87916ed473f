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
)

const (
	logAny = iota
	logProcess
	logNetwork
)

var format = jsonlog.Format{
	Name:   "sentinelone",
	Doc:    "SentinelOne: activities of the management console, threats, alerts of custom rules, events of Deep Visibility (Singularity Data Lake).",
	Source: "https://docs.elastic.co/integrations/sentinel_one; SentinelOne Management API 2.1 (activities, threats, cloud-detection/alerts)",
	Logs: []footfall.Log{
		logAny:     {Product: "sentinelone", Services: []string{"management"}},
		logProcess: {Product: "windows", Services: []string{"sentinelone"}, Categories: []string{"process_creation"}},
		logNetwork: {Product: "windows", Services: []string{"sentinelone"}, Categories: []string{"network_connection"}},
	},
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
		loginSID: "event.login.accountSid|alertInfo.loginAccountSid", loginHost: "event.login.sourceAddress|src.endpoint.ip.address|alertInfo.srcMachineIp|srcMachineIp", reportedUser: "data.byUser",
	},
	Also: map[string][]string{
		"tgt.process.cmdline": {"CommandLine"}, "tgtProcCmdLine": {"CommandLine"}, "tgt.process.image.path": {"Image"}, "tgtProcImagePath": {"Image"},
		"src.process.cmdline": {"ParentCommandLine"}, "srcProcCmdLine": {"ParentCommandLine"}, "src.process.image.path": {"ParentImage"}, "srcProcImagePath": {"ParentImage"},
		"src.process.user": {"User"}, "src.ip.address": {"SourceIp"}, "dst.ip.address": {"DestinationIp"}, "dst.port.number": {"DestinationPort"}, "src.port.number": {"SourcePort"},
		"tgt.process.originalFileName": {"OriginalFileName"},
	},
	Mean: mean,
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
	case n == 27 || strings.HasPrefix(end, " logged in to the management console"):
		e.Kind, e.Outcome = footfall.KindLogon, footfall.Success
	case n == 133 || n == 134 || n == 3711 || strings.HasPrefix(end, " failed to log in"):
		e.Kind, e.Outcome, e.Reason = footfall.KindLogon, footfall.Failure, footfall.ReasonBadPassword
		if n == 134 {
			e.Reason = footfall.ReasonNoUser
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
		r.SetLog(logProcess)
		e.Kind, e.Image, e.Command, e.ParentImg = footfall.KindProcess, r.Get(dvImage), r.Get(dvCommand), r.Get(dvParent)
	case jsonlog.Has(t, "ip connect", "ip listen", "tcpv"):
		r.SetLog(logNetwork)
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
	default:
		e.Object = t
	}
}
