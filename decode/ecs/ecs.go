// Package ecs reads records in the Elastic Common Schema, of any product, by
// event.category, event.type, event.action and event.outcome: what Beats,
// Agent and Logstash send on and Elasticsearch exports. One JSON record goes
// in, one event comes out. It needs to know no product and holds no state.
package ecs

import (
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/jsonlog"
)

// Decoder reads ECS.
var Decoder = format.Decoder()

const (
	stamp = iota
	category
	categories
	kindOf
	types
	action
	outcome
	reason
	srcIP
	srcPort
	srcHost
	srcUser
	clientIP
	clientPort
	country
	dstIP
	dstPort
	dstHost
	serverIP
	serverPort
	user
	userDomain
	userID
	userEmail
	target
	targetDomain
	host
	process
	command
	parent
	pid
	agent
	tenant
	file
	group
	rule
	message
	url
	status
	query
	answer
	protocol
	app
	bytes
	srcBytes
	dstBytes
	duration
	zoneIn
	zoneOut
	sshMethod
	session
	mac
	processName
	hostName
	effective
	dataset
	observer
	serviceName
)

var format = jsonlog.Format{
	Name:   "ecs",
	Doc:    "Records in the Elastic Common Schema, whatever product they are of: Filebeat, Auditbeat, Packetbeat, Elastic Agent, exports of Elasticsearch. What they mean follows from event.category, event.action and event.outcome.",
	Source: "https://www.elastic.co/docs/reference/ecs",
	Logs: []footfall.Log{
		{Product: "ecs"},
		{Product: "windows", Services: []string{"endpoint"}, Categories: []string{"process_creation"}},
		{Product: "linux", Services: []string{"endpoint"}, Categories: []string{"process_creation"}},
		{Product: "ecs", Categories: []string{"firewall", "network_connection"}},
		{Product: "ecs", Categories: []string{"dns", "dns_query"}},
		{Product: "ecs", Categories: []string{"authentication"}},
		{Product: "ecs", Categories: []string{"webserver", "proxy"}},
	},
	By:     "the keys @timestamp and event with ecs or other names of the schema, and none of Windows",
	Rate:   rate,
	Inside: []string{"_source"},
	Paths: []string{
		stamp: "@timestamp|event.created", category: "event.category", categories: "event.category[]", kindOf: "event.kind", types: "event.type[]|event.type", action: "event.action", outcome: "event.outcome",
		reason: "event.reason|error.message", srcIP: "source.ip|source.address", srcPort: "source.port", srcHost: "source.domain", srcUser: "source.user.name", clientIP: "client.ip", clientPort: "client.port",
		country: "source.geo.country_iso_code|client.geo.country_iso_code|source.geo.country_name", dstIP: "destination.ip|destination.address", dstPort: "destination.port", dstHost: "destination.domain",
		serverIP: "server.ip", serverPort: "server.port", user: "user.name", userDomain: "user.domain", userID: "user.id", userEmail: "user.email", target: "user.target.name|user.changes.name|destination.user.name",
		targetDomain: "user.target.domain", host: "host.hostname|host.name", process: "process.executable", command: "process.command_line", parent: "process.parent.executable|process.parent.name", pid: "process.pid",
		agent: "user_agent.original", tenant: "organization.id|cloud.account.id|orchestrator.cluster.name", file: "file.path", group: "group.name|user.target.group.name", rule: "rule.name|kibana.alert.rule.name|signal.rule.name",
		message: "message", url: "url.original|url.path|url.full", status: "http.response.status_code", query: "dns.question.name", answer: "dns.resolved_ip|dns.answers.data", protocol: "network.protocol", app: "network.application",
		bytes: "network.bytes", srcBytes: "source.bytes", dstBytes: "destination.bytes", duration: "event.duration", zoneIn: "observer.ingress.zone|observer.ingress.interface.name", zoneOut: "observer.egress.zone|observer.egress.interface.name",
		sshMethod: "system.auth.ssh.method", session: "session.id|transaction.id", mac: "source.mac", processName: "process.name",
		hostName: "observer.name|observer.hostname", effective: "user.effective.name", dataset: "event.dataset|event.module", observer: "observer.type", serviceName: "service.name",
	},
	Also: map[string][]string{
		"process.executable": {"Image"}, "process.command_line": {"CommandLine"}, "process.parent.executable": {"ParentImage"}, "process.parent.command_line": {"ParentCommandLine"}, "process.working_directory": {"CurrentDirectory"},
		"process.pe.original_file_name": {"OriginalFileName"}, "source.ip": {"src_ip", "SourceIp"}, "destination.ip": {"dst_ip", "DestinationIp"}, "source.port": {"src_port", "SourcePort"}, "destination.port": {"dst_port", "DestinationPort"},
		"destination.domain": {"DestinationHostname"}, "dns.question.name": {"query", "QueryName"}, "dns.question.type": {"record_type"}, "dns.answers.data": {"answer"}, "dns.resolved_ip": {"answer"}, "user.name": {"User", "username"}, "user_agent.original": {"c-useragent", "cs-user-agent"},
		"http.response.status_code": {"sc-status"}, "http.request.method": {"cs-method"}, "url.original": {"c-uri"}, "url.path": {"cs-uri-stem"}, "url.query": {"cs-uri-query"},
	},
	Mean: mean,
}

// rate leaves Windows events to those who know them.
func rate(rec []byte) int {
	if jsonlog.Count(rec, "winlog", "event_data") > 0 {
		return 0
	}
	n := jsonlog.Count(rec, "ecs", "category", "outcome", "action", "dataset", "module", "agent", "event.category", "event.outcome", "event.action", "event.dataset", "source.ip", "destination.ip", "user.name", "host.name")
	stamped := jsonlog.All(rec, "@timestamp")
	ofEvent := jsonlog.All(rec, "event") || jsonlog.Count(rec, "event.category", "event.action", "event.outcome", "event.dataset") > 0
	switch {
	case stamped && jsonlog.All(rec, "ecs") && ofEvent && n >= 2:
		return 80
	case stamped && ofEvent && n >= 2:
		return 62
	case ofEvent && n >= 4:
		return 45
	}
	return 0
}

func mean(r *jsonlog.Reader) {
	e := r.Event
	r.UTC(stamp)
	e.Tenant, e.Country, e.Client = r.Get(tenant), r.Get(country), r.Get(agent)
	e.Computer, e.MAC, e.Session = r.First(host, hostName), r.Get(mac), r.Get(session)
	e.From = footfall.Endpoint{Addr: r.Addr(srcIP), Port: r.PortOf(srcPort), Host: r.Get(srcHost), Zone: r.Get(zoneIn)}
	if !e.From.Addr.IsValid() {
		e.From.Addr, e.From.Port = r.Addr(clientIP), r.PortOf(clientPort)
	}
	e.To = footfall.Endpoint{Addr: r.Addr(dstIP), Port: r.PortOf(dstPort), Host: r.Get(dstHost), Zone: r.Get(zoneOut)}
	if !e.To.Addr.IsValid() {
		e.To.Addr, e.To.Port = r.Addr(serverIP), r.PortOf(serverPort)
	}
	e.User = footfall.Account{Name: r.First(user, userEmail, srcUser), Domain: r.Get(userDomain), SID: r.Get(userID)}
	e.Outcome = jsonlog.Outcome(r.Get(outcome))
	if p := r.Num(pid); p > 0 && p < 1<<32 {
		e.PID = uint32(p)
	}
	e.Bytes, e.Returned = r.Num(bytes), r.Num(dstBytes)
	if e.Bytes == 0 {
		e.Bytes = r.Num(srcBytes) + r.Num(dstBytes)
	}
	if d := r.Num(duration); d > 0 {
		e.Duration = d
	}
	e.Service = service(r)
	kind(r)
}

// of reports whether event.category, a word or a list of words, has word.
func of(r *jsonlog.Reader, slot int, word string) bool {
	s := r.Get(slot)
	if s == word {
		return true
	}
	for {
		i := strings.Index(s, word)
		if i < 0 {
			return false
		}
		end := i + len(word)
		if i > 0 && s[i-1] == '"' && end < len(s) && s[end] == '"' {
			return true
		}
		s = s[end:]
	}
}

func in(r *jsonlog.Reader, word string) bool {
	return r.Get(category) == word || of(r, categories, word)
}

func service(r *jsonlog.Reader) footfall.Service {
	for _, slot := range [...]int{protocol, app, processName, serviceName} {
		switch v := r.Get(slot); {
		case v == "":
		case jsonlog.Is(v, "ssh", "sshd"):
			return footfall.ServiceSSH
		case jsonlog.Is(v, "rdp", "ms-rdp"):
			return footfall.ServiceRDP
		case jsonlog.Is(v, "smb", "smb2", "cifs"):
			return footfall.ServiceSMB
		case jsonlog.Is(v, "telnet"):
			return footfall.ServiceTelnet
		case jsonlog.Is(v, "ftp", "vsftpd", "proftpd"):
			return footfall.ServiceFTP
		case jsonlog.Is(v, "vnc", "rfb"):
			return footfall.ServiceVNC
		case jsonlog.Is(v, "kerberos"):
			return footfall.ServiceKerberos
		case jsonlog.Is(v, "ldap", "ldaps"):
			return footfall.ServiceLDAP
		case jsonlog.Is(v, "dns"):
			return footfall.ServiceDNS
		case jsonlog.Has(v, "vpn"):
			return footfall.ServiceVPN
		}
	}
	if s := footfall.ServiceOfPort(r.PortOf(dstPort)); s != footfall.ServiceUnknown {
		return s
	}
	if jsonlog.Has(r.Get(dataset), "vpn", "anyconnect", "globalprotect") || r.Get(observer) == "vpn" {
		return footfall.ServiceVPN
	}
	if jsonlog.Has(r.Get(dataset), "okta", "o365", "azure", "aws", "gcp", "google_workspace", "auth0", "duo") {
		return footfall.ServiceCloud
	}
	return footfall.ServiceUnknown
}

func kind(r *jsonlog.Reader) {
	e := r.Event
	e.Object = r.Get(action)
	end := of(r, types, "end")
	switch {
	case r.Get(kindOf) == "alert" || r.Get(kindOf) == "signal" || in(r, "intrusion_detection") || in(r, "malware") || in(r, "threat"):
		e.Kind, e.Object, e.Image, e.Command = footfall.KindAlert, r.First(rule, message, action), r.Get(process), r.Get(command)
	case in(r, "authentication"):
		authentication(r, end)
	case in(r, "session"):
		e.Kind = footfall.KindLogon
		if end {
			e.Kind = footfall.KindLogoff
		}
	case in(r, "iam"):
		iam(r)
	case in(r, "process"):
		if end || of(r, types, "change") {
			return
		}
		r.SetLog(1)
		e.Image, e.Command, e.ParentImg = r.Get(process), r.Get(command), r.Get(parent)
		if strings.HasPrefix(e.Image, "/") {
			r.SetLog(2)
		}
		e.Kind, e.Object = footfall.KindProcess, ""
	case r.Get(query) != "":
		r.SetLog(4)
		e.Kind, e.Service, e.Object, e.To = footfall.KindResolve, footfall.ServiceDNS, r.Get(query), footfall.Endpoint{Addr: r.Addr(answer)}
	case in(r, "web"):
		r.SetLog(6)
		e.Kind, e.Service, e.Object = footfall.KindRequest, footfall.ServiceWeb, r.First(url, action)
		if n := r.Num(status); n >= 400 {
			e.Outcome = footfall.Failure
		} else if n > 0 {
			e.Outcome = footfall.Success
		}
	case in(r, "network"):
		network(r)
	case in(r, "file"):
		e.Kind, e.Object, e.Image = footfall.KindFile, r.First(file, action), r.Get(process)
	case in(r, "registry"):
		e.Kind = footfall.KindRegistry
	case in(r, "configuration"):
		e.Kind = footfall.KindConfig
	}
}

func authentication(r *jsonlog.Reader, end bool) {
	e := r.Event
	r.SetLog(5)
	e.Kind, e.Object = footfall.KindLogon, r.Get(action)
	switch {
	case end || jsonlog.Has(r.Get(action), "logoff", "logout", "logged-out", "session-end"):
		e.Kind = footfall.KindLogoff
	case jsonlog.Has(r.Get(action), "mfa", "factor"):
		e.Kind = footfall.KindCredential
		if e.Outcome == footfall.Success {
			e.MFA = footfall.MFAUsed
		} else if e.Outcome == footfall.Failure {
			e.MFA, e.Reason = footfall.MFADenied, footfall.ReasonMFA
		}
	case r.Get(effective) != "":
		e.Kind, e.Target.Name = footfall.KindExplicit, r.Get(effective)
	}
	switch m := r.Get(sshMethod); {
	case m == "password":
		e.Auth = footfall.AuthPassword
	case m == "publickey":
		e.Auth = footfall.AuthKey
	}
	if e.Outcome != footfall.Failure || e.Reason != footfall.ReasonUnknown {
		return
	}
	switch s := r.Get(reason); {
	case jsonlog.Has(s, "locked"):
		e.Reason = footfall.ReasonLocked
	case jsonlog.Has(s, "invalid user", "unknown user", "not found", "no such user"):
		e.Reason = footfall.ReasonNoUser
	case jsonlog.Has(s, "password", "credential"):
		e.Reason = footfall.ReasonBadPassword
	case jsonlog.Has(s, "disabled"):
		e.Reason = footfall.ReasonDisabled
	}
}

func iam(r *jsonlog.Reader) {
	e := r.Event
	e.Kind, e.Target = footfall.KindAccount, footfall.Account{Name: r.Get(target), Domain: r.Get(targetDomain)}
	switch {
	case jsonlog.Has(r.Get(action), "password"):
		e.Kind = footfall.KindPassword
	case of(r, types, "group") || r.Get(group) != "":
		e.Kind = footfall.KindGroup
		if g := r.Get(group); g != "" {
			e.Object = g
		}
	}
}

func network(r *jsonlog.Reader) {
	e := r.Event
	r.SetLog(3)
	e.Kind, e.Object = footfall.KindConnection, r.Get(rule)
	switch {
	case of(r, types, "denied") || jsonlog.Is(r.Get(action), "deny", "denied", "drop", "dropped", "block", "blocked", "reject", "rejected", "flow_denied", "flow_dropped"):
		e.Outcome = footfall.Failure
	case of(r, types, "allowed") || jsonlog.Is(r.Get(action), "allow", "allowed", "accept", "permit", "permitted", "pass"):
		e.Outcome = footfall.Success
	case e.Outcome == footfall.OutcomeUnknown && of(r, types, "connection"):
		e.Outcome = footfall.Success
	}
}
