// Package carbonblack reads VMware Carbon Black Cloud's data forwarder and
// API: alerts, watchlist hits, endpoint events, the audit log. One JSON record
// goes in, one event comes out. It holds no state.
package carbonblack

import (
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/jsonlog"
)

// Decoder reads Carbon Black Cloud's records.
var Decoder = format.Decoder()

const (
	kindOf = iota
	created
	deviceTime
	auditTime
	org
	device
	deviceUser
	processUser
	image
	parentImage
	command
	reason
	report
	internalIP
	localIP
	remoteIP
	localPort
	remotePort
	remoteHost
	inbound
	blocked
	regmod
	filemod
	modload
	childImage
	childUser
	childCommand
	crossName
	script
	login
	clientIP
	description
	flagged
	severity
	system
	parentCommand
)

const (
	logAny = iota
	logProcess
	logNetwork
	logFile
	logRegistry
	logModule
	logLinProcess
	logLinNetwork
	logMacProcess
	logMacNetwork
)

const product = "carbonblack"

var format = jsonlog.Format{
	Name:   "carbonblack",
	Doc:    "Carbon Black Cloud: alerts, watchlist hits and endpoint events of the data forwarder, alerts of the API, the console's audit log.",
	Source: "https://developer.carbonblack.com/reference/carbon-black-cloud/data-forwarder/schema/latest/",
	Logs: []footfall.Log{
		logAny:      {Product: product, Services: []string{"cloud"}},
		logProcess:  {Product: "windows", Services: []string{product}, Categories: []string{"process_creation"}},
		logNetwork:  {Product: "windows", Services: []string{product}, Categories: []string{"network_connection"}},
		logFile:     {Product: "windows", Services: []string{product}, Categories: []string{"file_event"}},
		logRegistry: {Product: "windows", Services: []string{product}, Categories: []string{"registry_event", "registry_set"}},
		logModule:   {Product: "windows", Services: []string{product}, Categories: []string{"image_load"}},

		logLinProcess: {Product: "linux", Services: []string{product}, Categories: []string{"process_creation"}},
		logLinNetwork: {Product: "linux", Services: []string{product}, Categories: []string{"network_connection"}},
		logMacProcess: {Product: "macos", Services: []string{product}, Categories: []string{"process_creation"}},
		logMacNetwork: {Product: "macos", Services: []string{product}, Categories: []string{"network_connection"}},
	},
	By:     "the keys org_key and device_name with two more of its own, or those of its audit log",
	Rate:   rate,
	Inside: []string{"json", "carbon_black_cloud"},
	Paths: []string{
		kindOf: "type", created: "first_event_timestamp|first_event_time|detection_timestamp|backend_timestamp|create_time", deviceTime: "device_timestamp", auditTime: "eventTime|create_timestamp",
		org: "org_key|orgName", device: "device_name", deviceUser: "device_username|device_username_upn", processUser: "process_username", image: "process_path|process_name", parentImage: "parent_path",
		command: "process_cmdline", reason: "reason|reason_code", report: "report_name", internalIP: "device_internal_ip", localIP: "local_ip|netconn_local_ip|netconn_local_ipv4",
		remoteIP: "remote_ip|netconn_remote_ip|netconn_remote_ipv4", localPort: "local_port|netconn_local_port", remotePort: "remote_port|netconn_remote_port", remoteHost: "netconn_domain|remote_domain",
		inbound: "netconn_inbound", blocked: "sensor_action", regmod: "regmod_name", filemod: "filemod_name", modload: "modload_name", childImage: "childproc_name", childUser: "childproc_username",
		childCommand: "target_cmdline|childproc_cmdline", crossName: "crossproc_name", script: "scriptload_name|fileless_scriptload_cmdline", login: "loginName|actor|login_name", clientIP: "clientIp|actor_ip|client_ip",
		description: "description", flagged: "flagged", severity: "threat_cause_actor_name",
		system: "device_os", parentCommand: "parent_cmdline",
	},
	Also: map[string][]string{
		"regmod_name": {"TargetObject"}, "filemod_name": {"TargetFilename"}, "modload_name": {"ImageLoaded"},
		"netconn_domain": {"DestinationHostname"}, "remote_port": {"DestinationPort"}, "remote_ip": {"DestinationIp"}, "local_ip": {"SourceIp"}, "local_port": {"SourcePort"},
	},
	Names: []string{"Image", "CommandLine", "ParentImage", "ParentCommandLine", "User"},
	Mean:  mean,
}

func rate(rec []byte) int {
	switch {
	case jsonlog.All(rec, "org_key", "device_name") && jsonlog.Count(rec, "process_guid", "parent_guid", "ioc_hit", "report_name", "threat_id", "backend_timestamp", "device_id", "policy_name", "reason_code", "alert_url") >= 2:
		return 95
	case jsonlog.All(rec, "loginName", "clientIp", "orgName", "eventTime"), jsonlog.All(rec, "org_key", "actor", "actor_ip", "description"):
		return 93
	}
	return 0
}

func mean(r *jsonlog.Reader) {
	e := r.Event
	r.UTC(deviceTime, created, auditTime)
	e.Tenant = r.Get(org)
	host := jsonlog.Name(r.Get(device)) // DOMAIN\HOST
	e.Computer = host.Name
	e.User = jsonlog.Name(r.First(processUser, deviceUser))
	t := r.Get(kindOf)
	switch {
	case r.Get(login) != "" || r.Get(clientIP) != "":
		audit(r)
	case strings.HasPrefix(t, "endpoint.event."):
		endpoint(r, strings.TrimPrefix(t, "endpoint.event."))
	case t == "" && r.Get(report) == "":
		e.Object = t
	default:
		alert(r)
	}
}

func alert(r *jsonlog.Reader) {
	e := r.Event
	e.Kind, e.Object = footfall.KindAlert, r.First(report, reason, severity)
	e.Image, e.Command, e.ParentImg = r.Get(image), r.Get(command), r.Get(parentImage)
	if a := r.Addr(remoteIP); a.IsValid() {
		e.From = footfall.Endpoint{Addr: r.Addr(localIP), Port: r.PortOf(localPort)}
		e.To = footfall.Endpoint{Addr: a, Port: r.PortOf(remotePort), Host: r.Get(remoteHost)}
		if r.Get(inbound) == "true" {
			e.From, e.To = e.To, e.From
		}
	}
}

// audit is an action in the console.
func audit(r *jsonlog.Reader) {
	e := r.Event
	text := r.Get(description)
	e.Service, e.From.Addr, e.Object = footfall.ServiceCloud, r.Addr(clientIP), text
	e.User = footfall.Account{Name: r.Get(login)}
	e.Outcome = footfall.Success
	if r.Get(flagged) == "true" {
		e.Outcome = footfall.Failure
	}
	switch {
	case strings.HasPrefix(text, "Logged in"), strings.HasPrefix(text, "Log in"), jsonlog.Has(text, "login"), jsonlog.Has(text, "signed in"):
		e.Kind, e.To.Host, e.Object = footfall.KindLogon, "Carbon Black Cloud", ""
		if jsonlog.Has(text, "fail", "invalid") {
			e.Outcome, e.Reason = footfall.Failure, footfall.ReasonBadPassword
		}
	case jsonlog.Has(text, "live response", "session"):
		e.Kind, e.Service = footfall.KindShell, footfall.ServiceRMM
	case jsonlog.Has(text, "password"):
		e.Kind = footfall.KindPassword
	case jsonlog.Has(text, "user", "api key", "role"):
		e.Kind = footfall.KindAccount
	case jsonlog.Has(text, "policy", "setting"):
		e.Kind = footfall.KindConfig
	default:
		e.Kind = footfall.KindCall
	}
}

func endpoint(r *jsonlog.Reader, t string) {
	e := r.Event
	e.Image, e.Command, e.ParentImg = r.Get(image), r.Get(command), r.Get(parentImage)
	switch t {
	case "procstart":
		r.SetLog(bySystem(r, logProcess, logLinProcess, logMacProcess))
		e.Kind = footfall.KindProcess
		if c := r.Get(childImage); c != "" {
			r.Field(2, e.Image)
			r.Field(3, e.Command)
			e.ParentImg, e.Image, e.Command = e.Image, c, r.Get(childCommand)
			if u := r.Get(childUser); u != "" {
				e.User = jsonlog.Name(u)
			}
		} else {
			r.Field(2, e.ParentImg)
			r.Field(3, r.Get(parentCommand))
		}
	case "netconn", "netconn_proxy":
		r.SetLog(bySystem(r, logNetwork, logLinNetwork, logMacNetwork))
		connection(r)
	case "filemod":
		r.SetLog(logFile)
		e.Kind, e.Object = footfall.KindFile, r.Get(filemod)
	case "regmod":
		r.SetLog(logRegistry)
		e.Kind, e.Object = footfall.KindRegistry, r.Get(regmod)
	case "moduleload":
		r.SetLog(logModule)
		e.Kind, e.Object = footfall.KindModule, r.Get(modload)
	case "scriptload", "fileless_scriptload":
		e.Kind, e.Object = footfall.KindScript, r.Get(script)
	default:
		e.Object = r.Get(crossName)
	}
	r.Field(0, e.Image)
	r.Field(1, e.Command)
	r.Field(4, r.Whole(e.User))
}

// bySystem returns the log of the record's system.
func bySystem(r *jsonlog.Reader, win, lin, mac int) int {
	switch s := r.Get(system); {
	case jsonlog.Is(s, "LINUX"):
		return lin
	case jsonlog.Is(s, "MAC", "MACOS"):
		return mac
	}
	return win
}

func connection(r *jsonlog.Reader) {
	e := r.Event
	e.Kind, e.Outcome = footfall.KindConnection, footfall.Success
	if strings.Contains(r.Get(blocked), "BLOCK") || strings.Contains(r.Get(blocked), "DENY") || strings.Contains(r.Get(blocked), "TERMINATE") {
		e.Outcome = footfall.Failure
	}
	e.From = footfall.Endpoint{Addr: r.Addr(localIP), Port: r.PortOf(localPort), Host: e.Computer}
	e.To = footfall.Endpoint{Addr: r.Addr(remoteIP), Port: r.PortOf(remotePort), Host: r.Get(remoteHost)}
	if !e.From.Addr.IsValid() {
		e.From.Addr = r.Addr(internalIP)
	}
	if r.Get(inbound) == "true" {
		e.From, e.To = e.To, e.From
	}
	e.Service = footfall.ServiceOfPort(e.To.Port)
}
