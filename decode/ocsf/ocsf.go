// Package ocsf reads records in the Open Cybersecurity Schema Framework, of
// any product, by class_uid: authentication, accounts, network, RDP, SMB, SSH,
// DNS, DHCP, processes, API activity, findings. One JSON record goes in, one
// event comes out. It needs to know no product and holds no state.
package ocsf

import (
	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/jsonlog"
)

// Decoder reads OCSF 1.x.
var Decoder = format.Decoder()

const (
	class = iota
	stamp
	timeDT
	activity
	status
	statusID
	statusDetail
	disposition
	actionID
	srcIP
	srcHost
	srcPort
	srcZone
	dstIP
	dstHost
	dstPort
	dstZone
	service
	app
	user
	userEmail
	userDomain
	userUID
	actor
	actorEmail
	actorDomain
	actorUID
	deviceHost
	deviceIP
	session
	actorSession
	mfa
	protocol
	logonTypeID
	country
	account
	agent
	apiOp
	apiService
	process
	command
	parent
	actorProcess
	actorCommand
	file
	title
	query
	answers
	duration
	bytesIn
	bytesOut
	bytes
	privileges
	group
	share
	url
	code
	mac
	resource
	evidenceSrc
	evidenceDst
	evidenceUser
	evidencePort
	message
	rule
	jobName
	serviceName
	registry
)

var format = jsonlog.Format{
	Name:   "ocsf",
	Doc:    "Records in the Open Cybersecurity Schema Framework 1.x, whatever product they are of: what they mean follows from class_uid, activity_id and status_id. Security Lake's JSON and what converters write.",
	Source: "https://schema.ocsf.io/",
	Logs: []footfall.Log{
		{Product: "ocsf"},
		{Product: "windows", Services: []string{"ocsf"}, Categories: []string{"process_creation"}},
		{Product: "ocsf", Categories: []string{"firewall", "network_connection"}},
		{Product: "ocsf", Categories: []string{"dns", "dns_query"}},
		{Product: "ocsf", Categories: []string{"authentication"}},
	},
	By:     "the key class_uid, and three more of the framework's",
	Rate:   rate,
	Inside: []string{"ocsf"},
	Paths: []string{
		class: "class_uid", stamp: "time", timeDT: "time_dt|start_time|metadata.original_time", activity: "activity_id", status: "status", statusID: "status_id",
		statusDetail: "status_detail|status_code", disposition: "disposition_id", actionID: "action_id",
		srcIP: "src_endpoint.ip", srcHost: "src_endpoint.hostname|src_endpoint.name", srcPort: "src_endpoint.port", srcZone: "src_endpoint.zone|src_endpoint.vpc_uid",
		dstIP: "dst_endpoint.ip", dstHost: "dst_endpoint.hostname|dst_endpoint.name", dstPort: "dst_endpoint.port", dstZone: "dst_endpoint.zone|dst_endpoint.vpc_uid",
		service: "service.name|dst_endpoint.svc_name", app: "app_name|connection_info.protocol_name", user: "user.name", userEmail: "user.email_addr", userDomain: "user.domain", userUID: "user.uid",
		actor: "actor.user.name", actorEmail: "actor.user.email_addr", actorDomain: "actor.user.domain", actorUID: "actor.user.uid",
		deviceHost: "device.hostname|device.name", deviceIP: "device.ip", session: "session.uid", actorSession: "actor.session.uid", mfa: "is_mfa|actor.session.is_mfa|session.is_mfa",
		protocol: "auth_protocol_id", logonTypeID: "logon_type_id", country: "src_endpoint.location.country", account: "cloud.account.uid|cloud.account_uid|metadata.tenant_uid",
		agent: "http_request.user_agent|src_endpoint.agent", apiOp: "api.operation", apiService: "api.service.name", process: "process.file.path|process.path", command: "process.cmd_line",
		parent: "process.parent_process.file.path", actorProcess: "actor.process.file.path", actorCommand: "actor.process.cmd_line", file: "file.path|file.name", title: "finding_info.title|finding.title|rule.name",
		query: "query.hostname", answers: "answers.rdata", duration: "duration", bytesIn: "traffic.bytes_in", bytesOut: "traffic.bytes_out", bytes: "traffic.bytes", privileges: "privileges", group: "group.name",
		share: "share", url: "http_request.url.url_string|http_request.url.path", code: "http_response.code",
		mac: "src_endpoint.mac|device.mac", resource: "resources.name|resources.uid", evidenceSrc: "evidences.src_endpoint.ip", evidenceDst: "evidences.dst_endpoint.ip",
		evidenceUser: "evidences.actor.user.name|evidences.user.name", evidencePort: "evidences.dst_endpoint.port", message: "message",
		rule: "firewall_rule.name|policy.name", jobName: "job.name", serviceName: "win_service.name", registry: "reg_key.path|reg_value.path",
	},
	Also: map[string][]string{
		"process.cmd_line": {"CommandLine"}, "process.file.path": {"Image"}, "process.parent_process.file.path": {"ParentImage"}, "process.parent_process.cmd_line": {"ParentCommandLine"},
		"actor.process.file.path": {"ParentImage"}, "actor.process.cmd_line": {"ParentCommandLine"}, "actor.user.name": {"User"},
		"src_endpoint.ip": {"src_ip"}, "dst_endpoint.ip": {"dst_ip"}, "src_endpoint.port": {"src_port"}, "dst_endpoint.port": {"dst_port"}, "query.hostname": {"query"}, "query.type": {"record_type"}, "answers.rdata": {"answer"},
	},
	Mean: mean,
}

func rate(rec []byte) int {
	n := jsonlog.Count(rec, "class_uid", "category_uid", "activity_id", "type_uid", "severity_id", "metadata", "class_name")
	if jsonlog.All(rec, "class_uid") && n >= 4 {
		return 98
	}
	return 0
}

func mean(r *jsonlog.Reader) {
	e := r.Event
	r.UTC(stamp, timeDT)
	e.Tenant, e.Country, e.Client = r.Get(account), r.Get(country), r.Get(agent)
	e.Computer, e.MAC, e.Session = r.Get(deviceHost), r.Get(mac), r.First(session, actorSession)
	e.From = footfall.Endpoint{Addr: r.Addr(srcIP), Host: r.Get(srcHost), Port: r.PortOf(srcPort), Zone: r.Get(srcZone)}
	e.To = footfall.Endpoint{Addr: r.Addr(dstIP), Host: r.Get(dstHost), Port: r.PortOf(dstPort), Zone: r.Get(dstZone)}
	e.Outcome = outcome(r)
	e.User = footfall.Account{Name: r.First(actor, actorEmail), Domain: r.Get(actorDomain), SID: r.Get(actorUID)}
	n := r.Num(class)
	if n > 0 && n < 1<<31 {
		e.EventID = uint32(n)
	}
	switch n { // of the extension for Windows
	case 201001, 201002:
		e.Kind, e.Object = footfall.KindRegistry, r.Get(registry)
		return
	case 201004:
		e.Kind, e.Object = footfall.KindService, r.Get(serviceName)
		return
	}
	byClass(r, n)
}

func outcome(r *jsonlog.Reader) footfall.Outcome {
	switch r.Get(statusID) {
	case "1":
		return footfall.Success
	case "2":
		return footfall.Failure
	}
	return jsonlog.Outcome(r.Get(status))
}

func byClass(r *jsonlog.Reader, n int64) {
	e := r.Event
	act := r.Num(activity)
	switch n {
	case 3002:
		authentication(r, act)
	case 3001:
		account3001(r, act)
	case 3003: // Authorize Session
		e.Kind, e.Object = footfall.KindPrivilege, r.Get(privileges)
		subject(r)
	case 3004: // Entity Management
		e.Kind = footfall.KindConfig
	case 3005: // User Access Management
		e.Kind, e.Object, e.Target.Name = footfall.KindGroup, r.Get(privileges), r.Get(user)
	case 3007, 3008: // User and Role Management
		e.Kind, e.Target.Name = footfall.KindAccount, r.First(user, userEmail)
	case 3006: // Group Management
		e.Kind, e.Object, e.Target.Name = footfall.KindGroup, r.Get(group), r.Get(user)
	case 4001, 4005, 4006, 4007, 4002, 4008, 4009, 4010, 4011, 4012, 4013, 4014:
		network(r, n, act)
	case 4003:
		r.SetLog(3)
		e.Kind, e.Service, e.Object = footfall.KindResolve, footfall.ServiceDNS, r.Get(query)
		e.To.Addr = r.Addr(answers)
	case 4004:
		e.Kind, e.Service, e.Assigned = footfall.KindLease, footfall.ServiceDHCP, e.To.Addr
		if !e.Assigned.IsValid() {
			e.Assigned = e.From.Addr
		}
		e.From = footfall.Endpoint{Host: e.From.Host}
		e.To = footfall.Endpoint{}
		switch act {
		case 5: // acknowledged
			e.Outcome = footfall.Success
		case 4, 6: // declined, refused
			e.Outcome = footfall.Failure
		}
	case 6003, 6005:
		e.Kind, e.Service, e.Object = footfall.KindCall, footfall.ServiceCloud, r.Get(apiOp)
		e.To.Host = r.Get(apiService)
		subject(r)
	case 6001, 6002, 6004, 6006, 6007, 6008:
		e.Kind, e.Service, e.Object = footfall.KindCall, footfall.ServiceWeb, r.First(url, resource, message)
		subject(r)
	case 2001, 2002, 2003, 2004, 2005, 2006, 2007:
		finding(r)
	case 1007:
		process1007(r, act)
	case 1001, 1010:
		e.Kind, e.Object, e.Image, e.Command = footfall.KindFile, r.Get(file), r.Get(actorProcess), r.Get(actorCommand)
	case 1005:
		e.Kind, e.Object = footfall.KindModule, r.Get(file)
	case 1009:
		e.Kind, e.Command = footfall.KindScript, r.Get(command)
	case 1008:
		if act == 1 { // cleared
			e.Kind = footfall.KindCleared
		}
	case 1006:
		e.Kind, e.Object = footfall.KindTask, r.Get(jobName)
	case 5001, 5003, 5020:
		e.Kind = footfall.KindEntry
	}
}

// subject takes the user of the record where it names no actor.
func subject(r *jsonlog.Reader) {
	if e := r.Event; e.User.Name == "" {
		e.User = footfall.Account{Name: r.First(user, userEmail), Domain: r.Get(userDomain), SID: r.Get(userUID)}
	}
}

// services are what products write into service.name and app_name.
func serviceOf(name string) footfall.Service {
	switch {
	case jsonlog.Is(name, "ssh", "sshd", "openssh"):
		return footfall.ServiceSSH
	case jsonlog.Is(name, "rdp", "termserv", "ms-wbt-server", "remote desktop"):
		return footfall.ServiceRDP
	case jsonlog.Is(name, "smb", "cifs", "microsoft-ds"):
		return footfall.ServiceSMB
	case jsonlog.Is(name, "winrm", "wsman"):
		return footfall.ServiceWinRM
	case jsonlog.Is(name, "vnc", "rfb"):
		return footfall.ServiceVNC
	case jsonlog.Is(name, "telnet"):
		return footfall.ServiceTelnet
	case jsonlog.Is(name, "ftp"):
		return footfall.ServiceFTP
	case jsonlog.Has(name, "vpn", "globalprotect", "anyconnect"):
		return footfall.ServiceVPN
	case jsonlog.Is(name, "ldap", "ldaps"):
		return footfall.ServiceLDAP
	}
	return footfall.ServiceUnknown
}
