// Package guardduty reads findings of Amazon GuardDuty, from its exports and
// from EventBridge. In goes one finding, out comes an alert: what was found,
// whom and which instance or cluster it concerns, and which remote address
// takes part. It does not judge the finding.
package guardduty

import (
	"errors"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/clock"
	"github.com/footfall/footfall/internal/record"
)

// Decoder reads GuardDuty's findings.
var Decoder = footfall.Decoder{
	Name:   "guardduty",
	Doc:    "Findings of Amazon GuardDuty, single, in lists, or in events of EventBridge: the finding, its instance, cluster or credentials, and the remote address.",
	Source: "https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_finding-format.html",
	Frame:  footfall.FrameJSON,
	By:     "a serviceName guardduty, a detectorId, an ARN of GuardDuty, or an event of EventBridge from aws.guardduty",
	Sniff:  sniff,
	New: func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
		return newReader(s).decode, nil
	},
}

const (
	detail = iota
	message
	kind
	title
	updated
	created
	lastSeen
	account
	findingID
	detector
	instance
	cluster
	host
	privateIP
	userName
	userType
	principal
	accessKey
	kubeUser
	kubeUID
	actionType
	netIP
	netCountry
	netDirection
	netPort
	netLocalPort
	netLocalIP
	netBlocked
	apiIP
	apiCountry
	apiDomain
	apiAgent
	probeIP
	probeCountry
	probePort
	dnsDomain
	command
	image
	slots
)

const (
	instancePath = "resource.instanceDetails."
	netPath      = "service.action.networkConnectionAction."
	probePath    = "service.action.portProbeAction.portProbeDetails."
	apiPath      = "service.action.awsApiCallAction."
	kubePath     = "service.action.kubernetesApiCallAction."
	rdsPath      = "service.action.rdsLoginAttemptAction."
)

// paths are the names of GuardDuty's JSON; those of its API in other
// languages begin with capitals, and Security Hub's are not read.
var paths = [slots]string{
	detail: "detail[]", message: "message", kind: "type|Type", title: "title|Title", updated: "updatedAt|UpdatedAt", created: "createdAt|CreatedAt",
	lastSeen: "service.eventLastSeen|Service.EventLastSeen", account: "accountId|AccountId", findingID: "id|Id", detector: "service.detectorId|Service.DetectorId",
	instance: instancePath + "instanceId|Resource.InstanceDetails.InstanceId", cluster: "resource.eksClusterDetails.name|resource.ecsClusterDetails.name|resource.rdsDbInstanceDetails.dbInstanceIdentifier",
	host:      instancePath + "networkInterfaces.privateDnsName",
	privateIP: instancePath + "networkInterfaces.privateIpAddress",
	userName:  "resource.accessKeyDetails.userName|Resource.AccessKeyDetails.UserName|resource.rdsDbUserDetails.user", userType: "resource.accessKeyDetails.userType",
	principal: "resource.accessKeyDetails.principalId|Resource.AccessKeyDetails.PrincipalId", accessKey: "resource.accessKeyDetails.accessKeyId|Resource.AccessKeyDetails.AccessKeyId",
	kubeUser: "resource.kubernetesDetails.kubernetesUserDetails.username", kubeUID: "resource.kubernetesDetails.kubernetesUserDetails.uid",
	actionType: "service.action.actionType|Service.Action.ActionType",
	netIP:      netPath + "remoteIpDetails.ipAddressV4|" + netPath + "remoteIpDetails.ipAddressV6|Service.Action.NetworkConnectionAction.RemoteIpDetails.IpAddressV4",
	netCountry: netPath + "remoteIpDetails.country.countryName", netDirection: netPath + "connectionDirection|Service.Action.NetworkConnectionAction.ConnectionDirection",
	netPort: netPath + "remotePortDetails.port|Service.Action.NetworkConnectionAction.RemotePortDetails.Port", netLocalPort: netPath + "localPortDetails.port|Service.Action.NetworkConnectionAction.LocalPortDetails.Port",
	netLocalIP: netPath + "localIpDetails.ipAddressV4", netBlocked: netPath + "blocked",
	apiIP: apiPath + "remoteIpDetails.ipAddressV4|" + apiPath + "remoteIpDetails.ipAddressV6|" + kubePath + "remoteIpDetails.ipAddressV4|" + rdsPath + "remoteIpDetails.ipAddressV4|" + kubePath + "sourceIPs|" +
		"Service.Action.AwsApiCallAction.RemoteIpDetails.IpAddressV4",
	apiCountry: apiPath + "remoteIpDetails.country.countryName|" + kubePath + "remoteIpDetails.country.countryName|" + rdsPath + "remoteIpDetails.country.countryName",
	apiDomain:  apiPath + "domainDetails.domain", apiAgent: apiPath + "userAgent|" + kubePath + "userAgent|service.additionalInfo.userAgent.fullUserAgent",
	probeIP: probePath + "remoteIpDetails.ipAddressV4", probeCountry: probePath + "remoteIpDetails.country.countryName", probePort: probePath + "localPortDetails.port",
	dnsDomain: "service.action.dnsRequestAction.domain", command: "service.runtimeDetails.process.commandLine", image: "service.runtimeDetails.process.executablePath",
}

var errFinding = errors.New("guardduty: not a finding")

type reader struct {
	log    footfall.LogID
	values *record.Values
}

func newReader(s *footfall.Schema) *reader {
	return &reader{log: s.AddLog(footfall.Log{Product: "aws", Services: []string{"guardduty"}}), values: record.New(s, paths[:], nil)}
}

func (r *reader) decode(b *footfall.Batch, frame []byte) error {
	e := b.New()
	e.Log, e.Len = r.log, uint32(len(frame))
	v := r.values
	v.Begin(b)
	if err := v.JSON(frame); err != nil {
		return err
	}
	if inner := v.First(detail, message); v.Get(detector) == "" && v.Get(title) == "" && strings.HasPrefix(inner, "{") {
		if err := v.JSONBelow("", footfall.Bytes(inner)); err != nil {
			return err
		}
	}
	if v.Get(kind) == "" {
		return errFinding
	}
	e.Time, _ = clock.ISO(v.First(updated, lastSeen, created))
	e.Kind, e.Object, e.Tenant, e.Session = footfall.KindAlert, v.First(title, kind), v.Get(account), v.Get(accessKey)
	if e.Session == "" {
		e.Session = v.Get(findingID)
	}
	e.Command, e.Image = v.Get(command), v.Get(image)
	concerned(e, v)
	ends(e, v)
	return nil
}

// concerned tells whose credentials or user the finding is about.
func concerned(e *footfall.Event, v *record.Values) {
	switch {
	case v.Get(kubeUser) != "":
		e.User = footfall.Account{Name: v.Get(kubeUser), SID: v.Get(kubeUID)}
		e.Guest = e.User.Name == "system:anonymous"
	case v.Get(userName) != "" || v.Get(principal) != "":
		e.User = footfall.Account{Name: v.Get(userName), SID: v.Get(principal)}
	}
	e.Computer = v.First(instance, cluster)
}

// ends tells where the remote address stands: a connection from inside out has
// it as its server.
func ends(e *footfall.Event, v *record.Values) {
	here := footfall.Endpoint{Host: v.First(instance, cluster), Addr: v.Addr(privateIP)}
	if a := v.Addr(netLocalIP); a.IsValid() {
		here.Addr = a
	}
	switch v.Get(actionType) {
	case "NETWORK_CONNECTION":
		far := footfall.Endpoint{Addr: v.Addr(netIP)}
		if v.Get(netDirection) == "OUTBOUND" {
			far.Port = v.Port(netPort)
			e.From, e.To = here, far
		} else {
			here.Port, far.Port, e.Country = v.Port(netLocalPort), v.Port(netPort), v.Get(netCountry)
			e.From, e.To = far, here
		}
		e.Service = footfall.ServiceOfPort(e.To.Port)
		if v.Get(netBlocked) == "true" {
			e.Outcome = footfall.Failure
		}
	case "PORT_PROBE":
		here.Port = v.Port(probePort)
		e.From, e.To, e.Country = footfall.Endpoint{Addr: v.Addr(probeIP)}, here, v.Get(probeCountry)
		e.Service = footfall.ServiceOfPort(here.Port)
	case "DNS_REQUEST":
		e.From, e.To, e.Service = here, footfall.Endpoint{Host: v.Get(dnsDomain)}, footfall.ServiceDNS
	case "KUBERNETES_API_CALL":
		e.From.Addr, e.To, e.Country, e.Client, e.Service = v.Addr(apiIP), here, v.Get(apiCountry), v.Get(apiAgent), footfall.ServiceKube
	case "AWS_API_CALL", "RDS_LOGIN_ATTEMPT":
		e.From = footfall.Endpoint{Addr: v.Addr(apiIP), Host: v.Get(apiDomain)}
		e.To, e.Country, e.Client, e.Service = here, v.Get(apiCountry), v.Get(apiAgent), footfall.ServiceCloud
		if v.Get(actionType) == "RDS_LOGIN_ATTEMPT" {
			e.Service = footfall.ServiceSQL
		}
	default:
		e.To = here
	}
}

func sniff(head []byte) int {
	if !record.Mentions(head, "GuardDuty", "guardduty", "detectorId") {
		return 0
	}
	sh := record.ShapeOf(head)
	switch {
	case sh["detail-type"] == "GuardDuty Finding", sh["source"] == "aws.guardduty" && sh.Has("detail"):
		return 96
	case sh["service.serviceName"] == "guardduty" && sh.Has("type"), sh["Service.ServiceName"] == "guardduty" && sh.Has("Type"):
		return 96
	case strings.Contains(sh["arn"], ":guardduty:") && sh.Has("type", "severity"), sh.Has("service.detectorId", "type", "severity"):
		return 95
	case strings.Contains(sh["message"], `\"serviceName\":\"guardduty\"`):
		return 96
	}
	return 0
}
