// Package crowdstrike reads what CrowdStrike's Falcon hands out: the event
// stream with its envelope of metadata, and the sensor events of Falcon Data
// Replicator. One JSON record goes in, one event comes out. It holds no state:
// what names a host by its sensor's id alone stays with that id.
package crowdstrike

import (
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/jsonlog"
)

// Decoder reads Falcon's event stream and sensor events.
var Decoder = format.Decoder()

const (
	streamType = iota
	simple
	eventType
	external
	created
	stamp
	sensorStamp
	customer
	sensor
	computer
	domain
	user
	userIP
	userSID
	operation
	success
	detect
	image
	parentImage
	fileName
	filePath
	command
	localIP
	remoteIP
	localPort
	remotePort
	direction
	logonType
	logonTime
	session
	name
	mac
	query
	answer
	hostField
	targetProcess
	status
	subStatus
	taskName
	taskCommand
	serviceName
	serviceImage
	clientName
	logonID
	platform
	parentBase
	startTime
	serviceDisplay
	userName2
	contextBase
)

// The logs that a record can be of.
const (
	logAny = iota
	logAlert
	logWinProcess
	logMacProcess
	logLinProcess
	logWinNetwork
	logLinNetwork
	logMacNetwork
	logDNS
	logFile
)

const product = "crowdstrike"

var format = jsonlog.Format{
	Name: "crowdstrike",
	Doc: "CrowdStrike Falcon: the event stream (detections, user and authentication audit, remote response sessions) and the sensor events of Falcon Data Replicator, " +
		"processes and connections among them under the names of Sysmon besides their own.",
	Source: "https://falcon.crowdstrike.com/documentation/page/fdr (event data dictionary); https://docs.elastic.co/integrations/crowdstrike",
	Logs: []footfall.Log{
		logAny:        {Product: product, Services: []string{"falcon"}},
		logAlert:      {Product: product, Services: []string{"falcon", "detection"}},
		logWinProcess: {Product: "windows", Services: []string{"falcon"}, Categories: []string{"process_creation"}},
		logMacProcess: {Product: "macos", Services: []string{"falcon"}, Categories: []string{"process_creation"}},
		logLinProcess: {Product: "linux", Services: []string{"falcon"}, Categories: []string{"process_creation"}},
		logWinNetwork: {Product: "windows", Services: []string{"falcon"}, Categories: []string{"network_connection"}},
		logLinNetwork: {Product: "linux", Services: []string{"falcon"}, Categories: []string{"network_connection"}},
		logMacNetwork: {Product: "macos", Services: []string{"falcon"}, Categories: []string{"network_connection"}},
		logDNS:        {Product: product, Services: []string{"falcon"}, Categories: []string{"dns_query", "dns"}},
		logFile:       {Product: product, Services: []string{"falcon"}, Categories: []string{"file_event"}},
	},
	By:     "the keys metadata and eventType, or event_simpleName with aid, cid or event_platform",
	Rate:   rate,
	Inside: []string{"crowdstrike"},
	Paths: []string{
		streamType: "metadata.eventType", simple: "event_simpleName|event_simplename|event.event_simpleName", eventType: "EventType|fdr_event_type", external: "ExternalApiType|event.ExternalApiType",
		created: "metadata.eventCreationTime", stamp: "ContextTimeStamp|event.ContextTimeStamp|event.UTCTimestamp|UTCTimestamp|event.StartTimestamp|event.EndTimestamp|StartTimestamp|EndTimestamp",
		sensorStamp: "timestamp|event.timestamp|_time|p_event_time", customer: "metadata.customerIDString|cid|event.cid|CustomerIdString", sensor: "aid|event.aid|AgentIdString|event.AgentId|SensorId|event.SensorId",
		computer: "event.ComputerName|ComputerName|event.Hostname|Hostname|event.ClientComputerName|ClientComputerName", domain: "event.MachineDomain|MachineDomain|event.LogonDomain|LogonDomain|event.UserDomain|UserDomain",
		user: "event.UserName|UserName|event.UserId|UserId", userIP: "event.UserIp|UserIp", userSID: "event.UserSid|UserSid|event.UID|UID",
		operation: "event.OperationName|OperationName", success: "event.Success|Success", detect: "event.DetectName|DetectName|event.Name|event.IncidentName|event.Objective|Name",
		image: "event.ImageFileName|ImageFileName", parentImage: "event.ParentImageFileName|ParentImageFileName|event.ParentImageFilePath",
		fileName: "event.FileName|FileName", filePath: "event.FilePath|FilePath", command: "event.CommandLine|CommandLine",
		localIP: "event.LocalAddressIP4|LocalAddressIP4|event.LocalAddressIP6|LocalAddressIP6|event.LocalIP|LocalIP|event.HostIP|event.LocalIPv6|CurrentLocalIP", remoteIP: "event.RemoteAddressIP4|RemoteAddressIP4|event.RemoteAddressIP6|RemoteAddressIP6|event.RemoteAddressString|RemoteAddressString",
		localPort: "event.LocalPort|LocalPort", remotePort: "event.RemotePort|RemotePort", direction: "event.ConnectionDirection|ConnectionDirection",
		logonType: "event.LogonType|LogonType", logonTime: "event.LogonTime|LogonTime", session: "event.SessionId|SessionId",
		name: "event.name|name", mac: "event.MACAddress|MACAddress|MAC", query: "event.DomainName|DomainName", answer: "event.IP4Records|IP4Records|event.FirstIP4Record|FirstIP4Record|event.IP6Records|IP6Records",
		hostField:     "event.HostnameField|HostnameField",
		targetProcess: "event.TargetFileName|TargetFileName", status: "event.Status|Status", subStatus: "event.SubStatus|SubStatus",
		taskName: "event.TaskName|TaskName", taskCommand: "event.TaskExecCommand|TaskExecCommand", serviceName: "event.ServiceObjectName|ServiceObjectName", serviceImage: "event.ServiceImagePath|ServiceImagePath",
		clientName: "event.ClientComputerName|ClientComputerName|event.RemoteHostName", logonID: "event.AuthenticationId|AuthenticationId", platform: "event.event_platform|event_platform|event.PlatformName",
		parentBase: "event.ParentBaseFileName|ParentBaseFileName", startTime: "event.ProcessStartTime|ProcessStartTime|event.IncidentStartTime",
		serviceDisplay: "event.ServiceDisplayName|ServiceDisplayName", userName2: "event.UserPrincipal|UserPrincipal", contextBase: "event.ContextBaseFileName|ContextBaseFileName",
	},
	Also:  also(),
	Names: []string{"Image", "ParentImage", "OriginalFileName", "SourceIp", "SourcePort", "DestinationIp", "DestinationPort", "Initiated", "User"},
	Mean:  mean,
}

// also are the names that rules for Sysmon's events use, by Falcon's own.
func also() map[string][]string {
	m := map[string][]string{}
	for from, to := range map[string]string{
		"CommandLine": "CommandLine", "ParentCommandLine": "ParentCommandLine", "RawProcessId": "ProcessId", "TargetFileName": "TargetFilename",
		"DomainName": "QueryName", "SHA256HashData": "sha256", "MD5HashData": "md5", "RegObjectName": "TargetObject", "OriginalFilename": "OriginalFileName",
	} {
		if from != to {
			m[from] = []string{to}
		}
		m["event."+from] = []string{from, to}
	}
	for _, name := range [...]string{"DomainName", "event.DomainName"} { // Sigma's category dns
		m[name] = append(m[name], "query")
	}
	return m
}

func rate(rec []byte) int {
	switch {
	case jsonlog.All(rec, "metadata", "eventType", "customerIDString"), jsonlog.All(rec, "metadata", "event", "eventCreationTime"):
		return 96
	case jsonlog.Count(rec, "event_simpleName", "event_simplename", "fdr_event_type", "ExternalApiType") > 0 && jsonlog.Count(rec, "aid", "cid", "event_platform") >= 1:
		return 96
	case jsonlog.All(rec, "Crowdstrike.FDREvent"):
		return 80
	case jsonlog.All(rec, "cid", "aip") && jsonlog.Count(rec, "discoverer_aid", "LocalAddressIP4", "ComputerName", "aid", "AgentVersion", "MachineDomain", "UserSid_readable", "_time") >= 2:
		return 90
	}
	return 0
}

func mean(r *jsonlog.Reader) {
	e := r.Event
	r.UTC(stamp, created, sensorStamp)
	if e.Time == 0 {
		r.UTC(created, sensorStamp, startTime)
	}
	e.Tenant, e.MAC = r.Get(customer), r.Get(mac)
	e.Computer = r.First(computer, hostField, sensor)
	e.User = jsonlog.Name(r.First(user, userName2))
	e.User.SID = r.Get(userSID)
	if e.User.Domain == "" {
		e.User.Domain = r.Get(domain)
	}
	if r.Get(streamType) != "" {
		stream(r, r.Get(streamType))
		return
	}
	kind := r.First(simple, external, eventType)
	if k, ok := strings.CutPrefix(kind, "Event_"); ok {
		if k == "ExternalApiEvent" {
			k, _ = strings.CutPrefix(r.Get(external), "Event_")
		}
		stream(r, k)
		return
	}
	sensorEvent(r, kind)
}

// stream is an event of the event stream.
func stream(r *jsonlog.Reader, kind string) {
	e := r.Event
	e.Object = r.First(operation, detect)
	switch {
	case strings.HasPrefix(kind, "AuthActivityAudit"):
		audit(r)
	case strings.HasPrefix(kind, "UserActivityAudit"):
		audit(r)
	case strings.HasPrefix(kind, "RemoteResponseSession"):
		e.Service, e.Kind, e.Outcome = footfall.ServiceRMM, footfall.KindShell, footfall.Success
		if strings.Contains(kind, "End") {
			e.Kind = footfall.KindLogoff
		}
		e.To.Host, e.Session, e.Object = r.First(hostField, computer), r.Get(session), ""
		e.User.Domain = ""
	case strings.Contains(kind, "Detection"), strings.Contains(kind, "Incident"), strings.Contains(kind, "Summary"), strings.Contains(kind, "Ioc"), strings.HasPrefix(kind, "Hash"),
		strings.Contains(kind, "Idp"), strings.Contains(kind, "Mobile"), strings.Contains(kind, "Firewall"):
		alert(r, kind)
	case kind != "":
		e.Kind = footfall.KindCall
	}
}

func audit(r *jsonlog.Reader) {
	e := r.Event
	op := r.Get(operation)
	e.Service, e.From.Addr, e.User.Domain, e.Computer = footfall.ServiceCloud, r.Addr(userIP), "", ""
	e.Outcome = jsonlog.Outcome(r.Get(success))
	switch {
	case jsonlog.Is(op, "userAuthenticate", "saml2Assert", "twoFactorAuthenticate", "activeUser", "federatedAuthenticate"):
		e.Kind, e.To.Host = footfall.KindLogon, "Falcon console"
		if jsonlog.Is(op, "twoFactorAuthenticate") {
			e.MFA = footfall.MFAUsed
			if e.Outcome == footfall.Failure {
				e.MFA, e.Reason = footfall.MFADenied, footfall.ReasonMFA
			}
		} else if e.Outcome == footfall.Failure {
			e.Reason = footfall.ReasonBadPassword
		}
	case jsonlog.Has(op, "password"):
		e.Kind = footfall.KindPassword
	case jsonlog.Has(op, "role", "group", "permission"):
		e.Kind = footfall.KindGroup
	case jsonlog.Has(op, "user", "apiclient", "api_client", "twofactor"):
		e.Kind = footfall.KindAccount
	case jsonlog.Has(op, "policy", "allowlist", "exclusion", "setting"):
		e.Kind = footfall.KindConfig
	default:
		e.Kind = footfall.KindCall
	}
}

func alert(r *jsonlog.Reader, kind string) {
	e := r.Event
	e.Kind = footfall.KindAlert
	r.SetLog(logAlert)
	if e.Object == "" {
		e.Object = kind
	}
	e.From.Addr = r.Addr(localIP)
	e.Command, e.ParentImg = r.Get(command), r.Get(parentImage)
	e.Image = r.Get(fileName)
	if dir := r.Get(filePath); dir != "" && e.Image != "" && !strings.HasSuffix(dir, e.Image) {
		e.Image = join(r, dir, e.Image)
	} else if dir != "" {
		e.Image = dir
	}
	if a := r.Addr(remoteIP); a.IsValid() {
		e.To.Addr, e.To.Port = a, r.PortOf(remotePort)
	}
}

// join puts a file's name behind its folder.
func join(r *jsonlog.Reader, dir, name string) string {
	sep := "\\"
	if dir[0] == '/' {
		sep = "/"
	}
	if strings.HasSuffix(dir, sep) {
		sep = ""
	}
	s := r.Batch.Grow(len(dir) + len(sep) + len(name))
	return r.Batch.Kept(append(append(append(s, dir...), sep...), name...))
}
