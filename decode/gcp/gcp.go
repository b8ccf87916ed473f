// Package gcp reads entries of Google Cloud Logging: audit logs of every
// service, Workspace sign-ins that are logged there, VPC flows, firewall rules
// and requests of load balancers. In goes one LogEntry, out comes one event.
// Calls of GKE clusters have Kubernetes' meaning, from internal/kubeaudit.
package gcp

import (
	"errors"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/clock"
	"github.com/footfall/footfall/internal/kubeaudit"
	"github.com/footfall/footfall/internal/record"
)

// Decoder reads Cloud Logging's entries.
var Decoder = footfall.Decoder{
	Name: "gcp",
	Doc: "Google Cloud Logging: audit logs (OS Login, IAP tunnels, serial consoles, SSH keys in metadata, IAM, GKE and every other call), Workspace sign-ins, " +
		"VPC flow logs, firewall rules logs and load balancers.",
	Source: "https://cloud.google.com/logging/docs/reference/v2/rest/v2/LogEntry; https://cloud.google.com/logging/docs/reference/audit/auditlog/rest/Shared.Types/AuditLog",
	Frame:  footfall.FrameJSON,
	By:     "the keys logName with protoPayload, jsonPayload, textPayload, httpRequest or insertId, or protoPayload.methodName",
	Sniff:  sniff,
	New: func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
		return newReader(s).decode, nil
	},
}

const (
	wrapped = iota
	timestamp
	receivedAt
	logName
	insertID
	severity
	resourceType
	project
	instanceID
	instanceName
	clusterName
	emailID
	opFirst
	opLast

	service
	method
	resourceName
	principal
	subject
	delegate
	keyName
	callerIP
	agent
	destIP
	destPort
	statusCode
	granted
	permission
	bindingRole
	bindingMember
	requestName
	requestEmail
	requestInstance
	requestPolicy
	requestUser
	tunnelPhase
	tunnelIn
	tunnelOut
	tunnelID
	responseOK
	addedKeys
	changedKeys
	accountID
	execCommand
	roleRef
	roleSubject
	eventName
	eventParam
	eventEmail

	srcIP
	srcPort
	dstIP
	dstPort
	bytesSent
	started
	ended
	srcVM
	dstVM
	srcVPC
	dstVPC
	srcCountry
	disposition
	rule
	direction
	vm
	remoteVM
	vpc
	remoteVPC
	remoteCountry

	requestURL
	requestStatus
	requestIP
	requestAgent
	text
	slots
)

// pp lists names below protoPayload; pipelines fold that name to lower case or snake case.
func pp(names ...string) string {
	var out []string
	for _, n := range names {
		out = append(out, "protoPayload."+n, "protopayload."+n, "proto_payload."+n)
	}
	return strings.Join(out, "|")
}

const flow = "jsonPayload."

var paths = [slots]string{
	wrapped: "gcp[]|data[]", timestamp: "timestamp", receivedAt: "receiveTimestamp|receive_timestamp|" + pp("timestamp"), logName: "logName|logname|log_name", insertID: "insertId|insertid|insert_id", severity: "severity",
	resourceType: "resource.type", project: "resource.labels.project_id", instanceID: "resource.labels.instance_id", instanceName: "labels.compute.googleapis.com/resource_name|labels.instance_name",
	clusterName: "resource.labels.cluster_name", emailID: "resource.labels.email_id", opFirst: "operation.first", opLast: "operation.last",

	service: pp("serviceName", "service_name") + "|serviceName", method: pp("methodName", "method_name") + "|methodName", resourceName: pp("resourceName", "resource_name") + "|resourceName",
	principal: pp("authenticationInfo.principalEmail", "authentication_info.principal_email"), subject: pp("authenticationInfo.principalSubject"),
	delegate: pp("authenticationInfo.serviceAccountDelegationInfo.firstPartyPrincipal.principalEmail", "authenticationInfo.serviceAccountDelegationInfo.principalSubject"),
	keyName:  pp("authenticationInfo.serviceAccountKeyName"), callerIP: pp("requestMetadata.callerIp", "requestMetadata.callerIP", "request_metadata.caller_ip"), agent: pp("requestMetadata.callerSuppliedUserAgent"),
	destIP: pp("requestMetadata.destinationAttributes.ip"), destPort: pp("requestMetadata.destinationAttributes.port"), statusCode: pp("status.code"),
	granted: pp("authorizationInfo.granted") + "|authorizationInfo.granted", permission: pp("authorizationInfo.permission") + "|authorizationInfo.permission",
	bindingRole: pp("serviceData.policyDelta.bindingDeltas.role", "metadata.datasetChange.bindingDeltas.role") + "|" + pp("request.policy.bindings.role"), bindingMember: pp("serviceData.policyDelta.bindingDeltas.member") + "|" + pp("request.policy.bindings.members"),
	requestName: pp("request.name"), requestEmail: pp("request.email"), requestInstance: pp("request.instance"), requestPolicy: pp("request.policy"), requestUser: pp("request.username"), tunnelPhase: pp("metadata.iap_tcp_session_info.phase"), tunnelIn: pp("metadata.iap_tcp_session_info.bytes_received"), tunnelOut: pp("metadata.iap_tcp_session_info.bytes_sent"), tunnelID: pp("metadata.request_id"), responseOK: pp("response.success"),
	addedKeys: pp("metadata.instanceMetadataDelta.addedMetadataKeys[]", "metadata.projectMetadataDelta.addedMetadataKeys[]"), changedKeys: pp("metadata.instanceMetadataDelta.modifiedMetadataKeys[]", "metadata.projectMetadataDelta.modifiedMetadataKeys[]"),
	accountID: pp("response.email", "response.name", "request.account_id"), execCommand: pp("request.command"), roleRef: pp("request.roleRef.name"), roleSubject: pp("request.subjects.name"),
	eventName: pp("metadata.event.eventName"), eventParam: pp("metadata.event[]"), eventEmail: pp("metadata.event.parameter.value"),

	srcIP: flow + "connection.src_ip", srcPort: flow + "connection.src_port", dstIP: flow + "connection.dest_ip", dstPort: flow + "connection.dest_port", bytesSent: flow + "bytes_sent",
	started: flow + "start_time", ended: flow + "end_time", srcVM: flow + "src_instance.vm_name", dstVM: flow + "dest_instance.vm_name", srcVPC: flow + "src_vpc.vpc_name", dstVPC: flow + "dest_vpc.vpc_name",
	srcCountry: flow + "src_location.country", disposition: flow + "disposition", rule: flow + "rule_details.reference", direction: flow + "rule_details.direction", vm: flow + "instance.vm_name",
	remoteVM: flow + "remote_instance.vm_name", vpc: flow + "vpc.vpc_name", remoteVPC: flow + "remote_vpc.vpc_name", remoteCountry: flow + "remote_location.country",

	requestURL: "httpRequest.requestUrl|cs_uri", requestStatus: "httpRequest.status|sc_status", requestIP: "httpRequest.remoteIp|c_ip", requestAgent: "httpRequest.userAgent|cs_user_agent", text: "textPayload|jsonPayload.message|jsonPayload.MESSAGE",
}

// aliases are the names of SigmaHQ's rules: those of Elastic's module
// (gcp.audit) and those of entries that came by Pub/Sub (data).
var aliases = map[string]string{
	"methodName": "gcp.audit.method_name", "serviceName": "gcp.audit.service_name protoPayload.Servicename eventService", "resourceName": "gcp.audit.resource_name",
	"authenticationInfo.principalEmail": "gcp.audit.authentication_info.principal_email", "requestMetadata.callerIp": "gcp.audit.request_metadata.caller_ip",
	"requestMetadata.callerSuppliedUserAgent": "gcp.audit.request_metadata.caller_supplied_user_agent", "authorizationInfo.permission": "gcp.audit.authorization_info.permission",
	"authorizationInfo.granted": "gcp.audit.authorization_info.granted", "metadata.event.eventName": "eventName",
}

func also() map[string][]string {
	out := map[string][]string{
		"resource.type": {"data.protoPayload.resource.type", "data.resource.type"},
		"logName":       {"data.protoPayload.logName", "data.logName"},
	}
	for name, names := range aliases {
		for _, below := range [...]string{"protoPayload.", "protopayload."} {
			out[below+name] = append(strings.Fields(names), "data.protoPayload."+name, "protoPayload."+name)
		}
	}
	return out
}

var errEntry = errors.New("gcp: not an entry of Cloud Logging")

type reader struct {
	values     *record.Values
	audit      footfall.LogID
	login      footfall.LogID
	admin      footfall.LogID
	other      footfall.LogID
	methodName footfall.FieldID
	logField   footfall.FieldID
	call       kubeaudit.Call
}

func newReader(s *footfall.Schema) *reader {
	log := func(services ...string) footfall.LogID {
		return s.AddLog(footfall.Log{Product: "gcp", Services: services})
	}
	return &reader{
		values: record.New(s, paths[:], also()), audit: log("gcp.audit"), login: log("gcp.audit", "google_workspace.login"), admin: log("gcp.audit", "google_workspace.admin"),
		other: log("logging"), methodName: s.Asked("gcp.audit.method_name"), logField: s.Asked("data.protoPayload.logName"),
	}
}

func (r *reader) decode(b *footfall.Batch, frame []byte) error {
	e := b.New()
	e.Len = uint32(len(frame))
	v := r.values
	v.Begin(b)
	if err := v.JSON(frame); err != nil {
		return err
	}
	if inner := v.Get(wrapped); inner != "" && inner[0] == '{' && v.Get(logName) == "" && v.Get(method) == "" {
		if err := v.JSONBelow("", footfall.Bytes(inner)); err != nil {
			return err
		}
	}
	e.Time, _ = clock.ISO(v.First(timestamp, receivedAt))
	e.Tenant, e.Service, e.Log, e.Computer = v.Get(project), footfall.ServiceCloud, r.other, v.Get(clusterName)
	if e.Tenant == "" {
		e.Tenant = projectOf(v.Get(logName))
	}
	switch {
	case v.Get(method) != "" || v.Get(service) != "" || v.Get(permission) != "":
		r.audited(b, e)
	case v.Get(srcIP) != "" || v.Get(dstIP) != "":
		r.connection(e)
	case v.Get(requestURL) != "":
		r.request(e)
	case v.Get(logName) == "" && v.Get(insertID) == "" && v.Get(resourceType) == "" && v.Get(wrapped) == "" && v.Get(principal) == "":
		return errEntry
	case len(v.Get(text)) > 15: // a line that an agent took up: what it is of is found behind its own header
		e.Message, e.Log, e.Service = v.Get(text), 0, footfall.ServiceUnknown
	}
	return nil
}

// projectOf reads "projects/NAME/logs/...", or organizations, folders, billingAccounts.
func projectOf(name string) string {
	_, rest, _ := strings.Cut(name, "/")
	id, _, ok := strings.Cut(rest, "/")
	if !ok {
		return ""
	}
	return id
}

// connection reads a flow of a VPC, or a firewall rule that decided on a
// connection. A flow tells one direction, and its source is who sent.
func (r *reader) connection(e *footfall.Event) {
	v := r.values
	e.Kind, e.Outcome = footfall.KindConnection, footfall.Success
	e.From = footfall.Endpoint{Addr: v.Addr(srcIP), Port: v.Port(srcPort), Host: v.Get(srcVM), Zone: v.Get(srcVPC)}
	e.To = footfall.Endpoint{Addr: v.Addr(dstIP), Port: v.Port(dstPort), Host: v.Get(dstVM), Zone: v.Get(dstVPC)}
	e.Service, e.Bytes, e.Country = footfall.ServiceOfPort(e.To.Port), max(v.Int(bytesSent), 0), v.Get(srcCountry)
	if from, n := clock.ISO(v.Get(started)); n > 0 {
		if to, n := clock.ISO(v.Get(ended)); n > 0 && to > from {
			e.Duration = to - from
		}
	}
	if v.Get(disposition) == "" {
		return
	}
	if v.Get(disposition) == "DENIED" {
		e.Outcome = footfall.Failure
	}
	e.Object, e.Computer = v.Get(rule), v.Get(vm)
	here, there := &e.To, &e.From
	if v.Get(direction) == "EGRESS" {
		here, there = there, here
	} else {
		e.Country = v.Get(remoteCountry)
	}
	here.Host, here.Zone = v.Get(vm), v.Get(vpc)
	there.Host, there.Zone = v.Get(remoteVM), v.Get(remoteVPC)
}

// request reads an entry with an HTTP request: of a load balancer, App Engine, Cloud Run or storage.
func (r *reader) request(e *footfall.Event) {
	v := r.values
	e.Kind, e.Service, e.Object, e.Client = footfall.KindRequest, footfall.ServiceWeb, v.Get(requestURL), v.Get(requestAgent)
	e.From.Addr = v.Addr(requestIP)
	if n := v.Int(requestStatus); n >= 400 {
		e.Outcome = footfall.Failure
	} else if n > 0 {
		e.Outcome = footfall.Success
	}
}

func sniff(head []byte) int {
	if !record.Mentions(head, "logName", "log_name", "logname", "protoPayload", "protopayload", "insertId") {
		return 0
	}
	sh := record.ShapeOf(head)
	switch {
	case sh.Any("logName", "log_name", "logname") && sh.Any("protoPayload", "protopayload", "jsonPayload", "textPayload", "httpRequest", "insertId", "insertid"):
		return 95
	case sh.Has("gcp.logName") && sh.Any("gcp.protoPayload", "gcp.insertId", "gcp.jsonPayload", "integration"), sh.Has("data.logName", "data.protoPayload"):
		return 97
	case sh.Any("protoPayload.methodName", "protopayload.methodName", "protoPayload.serviceName"):
		return 92
	case sh.Has("insertId", "resource.labels.project_id"):
		return 90
	case sh.Has("protoPayload") && sh.Any("resource.type", "insertId", "severity"):
		return 90
	}
	return 0
}
