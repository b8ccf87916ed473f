// Package azurefw reads the diagnostic logs of Azure Firewall, in its old
// texts and its structured categories, and the flow logs of network security
// groups and virtual networks. In goes a JSON record; out comes one event, and
// of a flow log one for each of its tuples. It never looks up what a resource
// is called elsewhere.
package azurefw

import (
	"errors"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/clock"
	"github.com/footfall/footfall/internal/firewall"
	"github.com/footfall/footfall/internal/hostport"
	"github.com/footfall/footfall/internal/jsonscan"
	"github.com/footfall/footfall/internal/record"
)

// Decoder reads the logs of Azure's firewalls.
var Decoder = footfall.Decoder{
	Name:   "azurefw",
	Doc:    "Azure Firewall's rules, verdicts and DNS proxy; flow logs of network security groups (versions 1 and 2) and virtual networks: a connection for each tuple.",
	Source: "https://learn.microsoft.com/azure/firewall/monitor-firewall-reference; https://learn.microsoft.com/azure/network-watcher/nsg-flow-logs-overview; https://learn.microsoft.com/azure/network-watcher/vnet-flow-logs-overview",
	Frame:  footfall.FrameJSON,
	By:     "a category AzureFirewall..., AZFW..., NetworkSecurityGroupFlowEvent or FlowLogFlowEvent",
	Sniff:  sniff,
	New: func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
		return newReader(s).decode, nil
	},
}

var (
	errRecord = errors.New("azurefw: not a record of a firewall")
	errTuple  = errors.New("azurefw: a flow tuple that cannot be read")
)

// The values of a record that are read, by slot.
const (
	kCategory = iota
	kTime
	kResource
	kMsg
	kFlows
	kMAC
	kSrc
	kSrcPort
	kDst
	kDstPort
	kAction
	kRule
	kFqdn
	kURL
	kAgent
	kSignature
	kThreat
	kQuery
	kInner
	slots
)

var paths = [slots]string{
	kCategory: "category|Category", kTime: "time|TimeGenerated", kResource: "resourceId|targetResourceID|ResourceId|_ResourceId|flowLogResourceID",
	kMsg: "properties.msg|msg_s", kFlows: "properties.flows[]|flowRecords.flows[]", kMAC: "macAddress", kSrc: "properties.SourceIp|properties.SourceIP|SourceIp|SourceIP",
	kSrcPort: "properties.SourcePort|SourcePort", kDst: "properties.DestinationIp|properties.DestinationIP|DestinationIp", kDstPort: "properties.DestinationPort|DestinationPort",
	kAction: "properties.Action|Action", kRule: "properties.Rule|Rule", kFqdn: "properties.Fqdn|Fqdn", kURL: "properties.TargetUrl|TargetUrl",
	kAgent: "properties.UserAgent", kSignature: "properties.Description|Description", kThreat: "properties.ThreatDescription|ThreatDescription",
	kQuery: "properties.QueryName|QueryName", kInner: "properties.TranslatedIp|TranslatedIp",
}

var also = map[string][]string{
	"properties.SourceIp": {"src_ip"}, "properties.DestinationIp": {"dst_ip"}, "properties.SourcePort": {"src_port"}, "properties.DestinationPort": {"dst_port"},
	"properties.Action": {"action"}, "properties.Protocol": {"protocol"}, "properties.TargetUrl": {"c-uri"}, "properties.Fqdn": {"cs-host"}, "properties.QueryName": {"query"}, "QueryName": {"query"}, "properties.QueryType": {"record_type"}, "QueryType": {"record_type"},
}

type reader struct {
	v                              *record.Values
	scan                           jsonscan.Scanner
	log, dns                       footfall.LogID
	srcIP, srcPort, dstIP, dstPort footfall.FieldID
	action, protocol, blocked      footfall.FieldID
}

func newReader(s *footfall.Schema) *reader {
	return &reader{
		v:     record.New(s, paths[:], also),
		log:   s.AddLog(footfall.Log{Product: "azure", Services: []string{"firewall"}, Categories: []string{"firewall"}}),
		dns:   s.AddLog(footfall.Log{Product: "azure", Services: []string{"firewall"}, Categories: []string{"dns"}}),
		srcIP: s.Asked("src_ip"), srcPort: s.Asked("src_port"), dstIP: s.Asked("dst_ip"), dstPort: s.Asked("dst_port"),
		action: s.Asked("action"), protocol: s.Asked("protocol"), blocked: s.Asked("blocked"),
	}
}

func (r *reader) decode(b *footfall.Batch, frame []byte) error {
	v := r.v
	e := b.New()
	e.Len = uint32(len(frame))
	v.Begin(b)
	if err := v.JSON(frame); err != nil {
		return err
	}
	category := v.Get(kCategory)
	if category == "" {
		return errRecord
	}
	e.Log, e.Program = r.log, "azurefw"
	e.Time, _ = clock.ISO(v.Get(kTime))
	e.Computer, e.Tenant = names(v.Get(kResource))
	if flows := v.Get(kFlows); flows != "" && strings.Contains(category, "Flow") {
		head := *e
		b.Drop()
		return r.flows(b, &head, footfall.Bytes(flows))
	}
	e.From = footfall.Endpoint{Addr: v.Addr(kSrc), Port: v.Port(kSrcPort)}
	e.To = footfall.Endpoint{Addr: v.Addr(kDst), Port: v.Port(kDstPort), Host: host(v.Get(kFqdn))}
	e.Object, e.Client = v.Get(kRule), v.Get(kAgent)
	switch {
	case v.Get(kMsg) != "":
		r.said(b, e, v.Get(kMsg))
	case strings.HasPrefix(category, "AZFW"):
		r.structured(b, e, category)
	}
	return nil
}

// names reads the firewall's name, the last part of its resource's id, and
// the subscription.
func names(id string) (name, subscription string) {
	name = id[strings.LastIndexByte(id, '/')+1:]
	rest := strings.TrimPrefix(id, "/")
	head, rest, ok := strings.Cut(rest, "/")
	if ok && strings.EqualFold(head, "subscriptions") {
		subscription, _, _ = strings.Cut(rest, "/")
	}
	return name, subscription
}

func host(s string) string {
	name, _, _ := strings.Cut(s, ":")
	if h, ok := hostport.Host(name); ok {
		return h.Host
	}
	return ""
}

// structured reads the categories of the structured logs.
func (r *reader) structured(b *footfall.Batch, e *footfall.Event, category string) {
	v := r.v
	r.verdict(b, e, v.Get(kAction))
	switch {
	case strings.HasPrefix(category, "AZFWIdps"), strings.HasPrefix(category, "AZFWThreat"):
		e.Kind, e.Object = footfall.KindAlert, v.First(kSignature, kThreat)
	case strings.HasPrefix(category, "AZFWDns"), strings.HasPrefix(category, "AZFWInternalFqdn"):
		e.Kind, e.Service, e.Object, e.Log = footfall.KindResolve, footfall.ServiceDNS, v.Get(kQuery), r.dns
	case v.Get(kURL) != "":
		e.Kind, e.Service, e.Object = footfall.KindRequest, footfall.ServiceWeb, v.Get(kURL)
	}
}

// verdict makes e a connection that was let through or not.
func (r *reader) verdict(b *footfall.Batch, e *footfall.Event, action string) {
	e.Kind, e.Service = footfall.KindConnection, footfall.ServiceOfPort(e.To.Port)
	switch {
	case strings.EqualFold(action, "deny"), strings.EqualFold(action, "drop"), strings.EqualFold(action, "alert and deny"), strings.EqualFold(action, "denied"):
		e.Outcome = footfall.Failure
		b.Add(r.blocked, "true")
	case action != "":
		e.Outcome = footfall.Success
		b.Add(r.blocked, "false")
	}
}

// said reads the texts of the old categories: "TCP request from A:1 to B:2.
// Action: Deny. ...", "... was DNAT'ed to C:3", and "HTTPS request from A:1 to
// name:443. Url: name/x. Action: Allow. Rule Collection: c. Rule: r".
func (r *reader) said(b *footfall.Batch, e *footfall.Event, s string) {
	if v, ok := strings.CutPrefix(s, "DNS Request: "); ok {
		r.resolved(e, v)
		return
	}
	protocol, rest, ok := strings.Cut(s, " request from ")
	if !ok {
		return
	}
	protocol, _, _ = strings.Cut(strings.TrimSpace(protocol), " ")
	ends, rest, _ := strings.Cut(rest, ". ")
	ends, nat, natted := strings.Cut(ends, " was DNAT'ed to ")
	from, to, _ := strings.Cut(ends, " to ")
	e.From, e.To = end(strings.TrimRight(from, ".: ")), end(strings.TrimRight(to, ".: "))
	action := after(rest, "Action: ")
	r.add(b, from, to, protocol)
	if natted {
		action = "Allow"
		e.Object = nat
	}
	b.Add(r.action, action)
	r.verdict(b, e, action)
	if e.Service == footfall.ServiceUnknown {
		e.Service = firewall.Service(protocol, 0)
	}
	if rule := after(rest, " Rule: "); rule != "" {
		e.Object = rule
	}
	if url := after(rest, "Url: "); url != "" {
		e.Kind, e.Service, e.Object = footfall.KindRequest, footfall.ServiceWeb, url
	}
	if sig := after(rest, " IDS: "); sig != "" {
		e.Kind, e.Object = footfall.KindAlert, sig
	} else if intel := after(rest, "ThreatIntel: "); intel != "" {
		e.Kind, e.Object = footfall.KindAlert, intel
	}
}

// add gives the ends under the names of Sigma's category firewall.
func (r *reader) add(b *footfall.Batch, from, to, protocol string) {
	for _, p := range [...]struct {
		text     string
		ip, port footfall.FieldID
	}{{from, r.srcIP, r.srcPort}, {to, r.dstIP, r.dstPort}} {
		a, port := p.text, ""
		if i := strings.LastIndexByte(a, ':'); i > 0 {
			a, port = a[:i], a[i+1:]
		}
		b.Add(p.ip, strings.TrimRight(a, ". "))
		if port != "" {
			b.Add(p.port, port)
		}
	}
	b.Add(r.protocol, protocol)
}

// after returns what stands behind mark, up to the next sentence.
func after(s, mark string) string {
	_, v, ok := strings.Cut(s, mark)
	if !ok && strings.HasPrefix(mark, " ") {
		v, ok = strings.CutPrefix(s, mark[1:])
	}
	if !ok {
		return ""
	}
	v, _, _ = strings.Cut(v, ". ")
	return strings.TrimRight(v, ". ")
}

func end(s string) footfall.Endpoint {
	if h, ok := hostport.Colon(s); ok {
		return h
	}
	h, _ := hostport.Host(s)
	return h
}

// resolved reads the DNS proxy: "10.0.0.1:53210 - 4711 A IN www.example.com. udp 41 false 512 NOERROR qr,rd,ra 68 0.003s".
func (r *reader) resolved(e *footfall.Event, s string) {
	from, rest, ok := strings.Cut(s, " - ")
	if !ok {
		return
	}
	e.Kind, e.Service, e.Log, e.From = footfall.KindResolve, footfall.ServiceDNS, r.dns, end(from)
	for i := 0; rest != "" && i < 4; i++ {
		var w string
		if w, rest, _ = strings.Cut(rest, " "); i == 3 {
			e.Object = strings.TrimSuffix(w, ".")
		}
	}
	if e.Outcome = footfall.Failure; strings.Contains(rest, " NOERROR ") {
		e.Outcome = footfall.Success
	}
}

func sniff(head []byte) int {
	s := strings.TrimLeft(footfall.Str(head), " \r\n\t[\ufeff")
	if !strings.HasPrefix(s, "{") {
		return 0
	}
	for _, mark := range [...]string{`"AzureFirewall`, `"AZFW`, `"NetworkSecurityGroupFlowEvent`, `"FlowLogFlowEvent`} {
		if strings.Contains(s, mark) {
			return 95
		}
	}
	return 0
}
