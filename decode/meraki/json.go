package meraki

import (
	"errors"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/clock"
	"github.com/footfall/footfall/internal/record"
)

var errRecord = errors.New("meraki: not an event of Meraki")

// The values of a record that are read, by slot.
const (
	jTime = iota
	jType
	jTitle
	jNetwork
	jDevice
	jOrg
	jUser
	jInner
	jRemote
	jSrc
	jDst
	jMAC
	jClient
	jLevel
	jLabel
	jAdmin
	jIdentity
	jSlots
)

var jsonPaths = [jSlots]string{
	jTime: "occurredAt|json.occurredAt|ts|json.ts", jType: "alertTypeId|json.alertTypeId|type|json.type|eventType", jTitle: "alertType|json.alertType|description|json.description|message",
	jNetwork: "networkName|json.networkName|networkId|json.networkId", jDevice: "deviceName|json.deviceName|deviceSerial|json.deviceSerial", jOrg: "organizationName|json.organizationName|organizationId|json.organizationId",
	jUser: "alertData.username|json.alertData.username|eventData.user_id|eventData.user|clientDescription", jInner: "eventData.local_ip|alertData.localIp|json.alertData.localIp|eventData.vpn_ip|eventData.ip",
	jRemote: "eventData.remote_ip|alertData.remoteIp|json.alertData.remoteIp|eventData.peer_ip", jSrc: "srcIp|alertData.srcIp|json.alertData.srcIp|eventData.src", jDst: "destIp|alertData.destIp|json.alertData.destIp|eventData.dst",
	jMAC: "clientMac|alertData.mac|json.alertData.mac|eventData.client_mac", jClient: "clientDescription|clientName", jLevel: "alertLevel|json.alertLevel",
	jLabel: "label", jAdmin: "adminEmail|adminName", jIdentity: "eventData.identity",
}

type jsonReader struct {
	v   *record.Values
	log footfall.LogID
}

func newJSON(s *footfall.Schema) *jsonReader {
	return &jsonReader{
		v:   record.New(s, jsonPaths[:], map[string][]string{"srcIp": {"src_ip"}, "destIp": {"dst_ip"}}),
		log: s.AddLog(footfall.Log{Product: "meraki", Services: []string{"events"}}),
	}
}

func (r *jsonReader) decode(b *footfall.Batch, frame []byte) error {
	v := r.v
	e := b.New()
	e.Len = uint32(len(frame))
	v.Begin(b)
	if err := v.JSON(frame); err != nil {
		return err
	}
	kind := v.First(jType, jTitle)
	if kind == "" && v.Get(jLabel) == "" {
		return errRecord
	}
	e.Log, e.Program = r.log, "meraki"
	ns, n := clock.ISO(v.Get(jTime))
	if n == 0 {
		ns, _ = clock.Unix(v.Get(jTime))
	}
	e.Time, e.Zoneless = ns, n == 19 && ns != 0
	e.Computer, e.Tenant = v.First(jDevice, jNetwork), v.Get(jOrg)
	e.MAC, e.Client, e.Object = v.Get(jMAC), v.Get(jClient), v.First(jTitle, jType)
	e.From.Addr, e.To.Addr = v.Addr(jSrc), v.Addr(jDst)
	if !e.From.Addr.IsValid() {
		e.From.Addr = v.Addr(jRemote)
	}
	r.mean(e, kind)
	return nil
}

func (r *jsonReader) mean(e *footfall.Event, kind string) {
	v := r.v
	e.User.Name = v.First(jUser, jIdentity)
	has := func(w string) bool { return strings.Contains(kind, w) }
	switch {
	case v.Get(jAdmin) != "": // a change of the configuration
		e.Kind, e.Outcome, e.User.Name, e.Object = footfall.KindConfig, footfall.Success, v.Get(jAdmin), v.Get(jLabel)
	case has("client_vpn_connect"), has("vpn_auth_success"):
		e.Kind, e.Outcome, e.Service, e.Assigned = footfall.KindLogon, footfall.Success, footfall.ServiceVPN, v.Addr(jInner)
	case has("client_vpn_disconnect"), has("anyconnect_vpn_disconnect"):
		e.Kind, e.Outcome, e.Service, e.Assigned = footfall.KindLogoff, footfall.Success, footfall.ServiceVPN, v.Addr(jInner)
	case has("vpn_auth_failure"):
		e.Kind, e.Outcome, e.Service, e.Reason = footfall.KindLogon, footfall.Failure, footfall.ServiceVPN, footfall.ReasonBadPassword
	case has("8021x_auth"), has("8021x_eap_success"), has("splash_auth"):
		e.Kind, e.Outcome = footfall.KindCredential, footfall.Success
	case has("8021x_eap_failure"):
		e.Kind, e.Outcome = footfall.KindCredential, footfall.Failure
	case has("dhcp_lease"):
		e.Kind, e.Service, e.Assigned, e.From = footfall.KindLease, footfall.ServiceDHCP, v.Addr(jInner), footfall.Endpoint{Host: v.Get(jClient)}
	case has("settings_changed"):
		e.Kind = footfall.KindConfig
	case v.Get(jLevel) == "critical", has("ids_alert"), has("malware"), has("rogue"):
		e.Kind = footfall.KindAlert
	}
}

func sniffJSON(head []byte) int {
	s := strings.TrimLeft(footfall.Str(head), " \r\n\t[\ufeff")
	if !strings.HasPrefix(s, "{") {
		return 0
	}
	has := func(w string) bool { return strings.Contains(s, w) }
	switch {
	case has(`"alertTypeId"`) && has(`"networkId"`), has(`"occurredAt"`) && has(`"networkId"`) && (has(`"eventData"`) || has(`"deviceSerial"`)):
		return 90
	case has(`"adminEmail"`) && has(`"networkId"`) && has(`"oldValue"`):
		return 90
	}
	return 0
}
