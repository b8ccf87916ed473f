// Package meraki reads what Cisco Meraki devices send by syslog, whose first
// fields are a version, seconds since 1970 and the device, and the JSON events
// of the Meraki dashboard's API and webhooks. In goes a line or a record, out
// comes one event: flows, requests, VPN clients with their inner addresses,
// leases, verdicts. What a user typed stands last and names nothing.
package meraki

import (
	"errors"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/clock"
	"github.com/footfall/footfall/internal/hostport"
	"github.com/footfall/footfall/internal/kvscan"
	"github.com/footfall/footfall/internal/record"
)

// Decoder reads Meraki's syslog.
var Decoder = footfall.Decoder{
	Name:   "meraki",
	Doc:    "Syslog of Cisco Meraki: flows, URLs, events (client VPN, site-to-site, DHCP, wireless), security events.",
	Source: "https://documentation.meraki.com/General_Administration/Monitoring_and_Reporting/Syslog_Event_Types_and_Log_Samples",
	Frame:  footfall.FrameLines,
	By:     "lines with a time of ten digits and a fraction, a device and a kind such as flows, urls, events",
	Sniff:  sniff,
	New: func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
		return newReader(s).line, nil
	},
}

// JSON reads the events of Meraki's API and webhooks.
var JSON = footfall.Decoder{
	Name:   "meraki-json",
	Doc:    "Events of Meraki's dashboard as JSON: network events of the API, alerts of webhooks, changes of configuration.",
	Source: "https://developer.cisco.com/meraki/api-v1/get-network-events/; https://developer.cisco.com/meraki/webhooks/",
	Frame:  footfall.FrameJSON,
	By:     "the keys networkId with alertTypeId, with occurredAt, or with adminEmail and oldValue",
	Sniff:  sniffJSON,
	New: func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
		return newJSON(s).decode, nil
	},
}

var errLine = errors.New("meraki: not a line of a Meraki device")

// The values of a line that are read, by slot.
const (
	kSrc = iota
	kDst
	kSrcPort
	kDstPort
	kMAC
	kProtocol
	kAgent
	kURL
	kSignature
	kName
	kAction
	kType
	kLocalIP
	kUser
	kPeer
	kPattern
	kDecision
	kClientIP
	kConnectivity
	kIdentity
	slots
)

var paths = [slots]string{
	kSrc: "src", kDst: "dst", kSrcPort: "sport", kDstPort: "dport", kMAC: "mac|client_mac", kProtocol: "protocol", kAgent: "agent", kURL: "url",
	kSignature: "signature", kName: "name", kAction: "action|disposition", kType: "type", kLocalIP: "local_ip|vpn_ip|assigned_ip", kUser: "user_id|user", kPeer: "peer_ip|remote_ip|connected_from|peer_contact",
	kPattern: "pattern", kDecision: "decision", kClientIP: "client_ip|ip", kConnectivity: "connectivity|vpn_connectivity_change", kIdentity: "identity",
}

var also = map[string][]string{
	"src": {"src_ip"}, "dst": {"dst_ip"}, "sport": {"src_port"}, "dport": {"dst_port"}, "agent": {"c-useragent", "cs-user-agent"}, "user_id": {"username"},
}

type reader struct {
	v       *record.Values
	log     footfall.LogID
	web     footfall.LogID
	uri     footfall.FieldID
	method  footfall.FieldID
	kind    footfall.FieldID
	message footfall.FieldID
	blocked footfall.FieldID
}

func newReader(s *footfall.Schema) *reader {
	return &reader{
		v:   record.New(s, paths[:], also),
		log: s.AddLog(footfall.Log{Product: "meraki", Categories: []string{"firewall"}}),
		web: s.AddLog(footfall.Log{Product: "meraki", Categories: []string{"proxy"}}),
		uri: s.Asked("c-uri"), method: s.Asked("cs-method"), kind: s.Asked("event"), message: s.Asked("message"), blocked: s.Asked("blocked"),
	}
}

// A head is what stands before the pairs of a line.
type head struct {
	time int64
	name string // of the device
	kind string // urls, flows, events, ...
	text string
}

// split reads "<134>1 1947479278.997155282 MX84 urls text", with or without
// the priority, also behind another header of syslog.
func split(s string) (h head, ok bool) {
	for from := 0; from < min(len(s), 128); {
		i := strings.IndexByte(s[from:min(len(s), 128)], '.')
		if i < 0 {
			return h, false
		}
		i += from
		from = i + 1
		begin := i
		for begin > 0 && s[begin-1]-'0' <= 9 {
			begin--
		}
		if i-begin != 10 || begin > 0 && s[begin-1] != ' ' {
			continue
		}
		ns, n := clock.Unix(s[begin:])
		if n == 0 || begin+n >= len(s) || s[begin+n] != ' ' {
			continue
		}
		h.time = ns
		var rest string
		h.name, rest, ok = strings.Cut(s[begin+n+1:], " ")
		h.kind, h.text, _ = strings.Cut(rest, " ")
		return h, ok && known(h.kind)
	}
	return h, false
}

func known(kind string) bool {
	switch kind {
	case "urls", "flows", "ip_flow_start", "ip_flow_end", "events", "event", "security_event", "ids-alerts", "ids_alerted", "airmarshal_events",
		"firewall", "vpn_firewall", "cellular_firewall", "bridge_anyconnect_client_vpn_firewall", "l7_firewall", "security_filtering_file_scanned", "security_filtering_disposition_change":
		return true
	}
	return false
}

func (r *reader) line(b *footfall.Batch, frame []byte) error {
	s := strings.TrimRight(footfall.Str(frame), " \r\n\x00")
	if s == "" {
		return nil
	}
	if _, ok := split(s); !ok {
		return errLine
	}
	s = b.Keep(footfall.Bytes(s))
	h, _ := split(s)
	e := b.New()
	e.Len, e.Time, e.Computer, e.Program, e.Log = uint32(len(frame)), h.time, h.name, "meraki", r.log
	b.Add(r.kind, h.kind)
	b.Add(r.message, h.text)
	r.v.Begin(b)
	pairs, request, _ := strings.Cut(h.text, "request: ")
	pairs, message, _ := strings.Cut(pairs, "message: ")
	for k := kvscan.New(pairs); k.Next(); {
		r.v.Put(k.Key, k.Val)
	}
	r.mean(b, e, h, request, message)
	return nil
}

func (r *reader) mean(b *footfall.Batch, e *footfall.Event, h head, request, message string) {
	v := r.v
	e.From, e.To = r.end(kSrc, kSrcPort), r.end(kDst, kDstPort)
	e.MAC, e.Client, e.User.Name = v.Get(kMAC), v.Get(kAgent), v.Get(kUser)
	switch h.kind {
	case "urls":
		r.request(b, e, request)
	case "flows", "ip_flow_start", "ip_flow_end", "firewall", "vpn_firewall", "cellular_firewall", "l7_firewall", "bridge_anyconnect_client_vpn_firewall":
		r.flow(b, e, h.text)
	case "security_event", "ids-alerts", "ids_alerted", "security_filtering_file_scanned", "security_filtering_disposition_change":
		e.Kind, e.Object, e.Service = footfall.KindAlert, message, footfall.ServiceOfPort(e.To.Port)
		if e.Object == "" {
			e.Object = v.First(kName, kSignature)
		}
		if d := v.First(kDecision, kAction); d == "blocked" || d == "block" {
			e.Outcome = footfall.Failure
			b.Add(r.blocked, "true")
		}
	case "events", "event":
		r.happened(e, h.text)
	case "airmarshal_events":
		e.Kind, e.Object = footfall.KindAlert, v.Get(kType)
	}
}

// end reads an address, with its port or beside it.
func (r *reader) end(addr, port int) (p footfall.Endpoint) {
	s := r.v.Get(addr)
	if a, ok := hostport.Addr(s); ok {
		return footfall.Endpoint{Addr: a, Port: r.v.Port(port)}
	}
	if h, ok := hostport.Colon(s); ok && h.Addr.IsValid() {
		return h
	}
	return p
}

// request reads "GET https://www.example.com/a".
func (r *reader) request(b *footfall.Batch, e *footfall.Event, s string) {
	method, uri, _ := strings.Cut(s, " ")
	e.Kind, e.Service, e.Log, e.Object = footfall.KindRequest, footfall.ServiceWeb, r.web, uri
	b.Add(r.method, method)
	b.Add(r.uri, uri)
	_, rest, ok := strings.Cut(uri, "://")
	if ok {
		name, _, _ := strings.Cut(rest, "/")
		name, _, _ = strings.Cut(name, ":")
		if h, ok := hostport.Host(name); ok {
			e.To.Host = h.Host
		}
	}
}

// flow reads a flow: its decision stands as a word before the pairs, or in
// pattern: "allow tcp", "deny all", "1 all".
func (r *reader) flow(b *footfall.Batch, e *footfall.Event, text string) {
	e.Kind, e.Service = footfall.KindConnection, footfall.ServiceOfPort(e.To.Port)
	word, _, _ := strings.Cut(text, " ")
	if p := r.v.Get(kPattern); p != "" {
		word, _, _ = strings.Cut(p, " ")
	} else if _, p, ok := strings.Cut(text, " pattern: "); ok { // its value has blanks and no quotes
		word, _, _ = strings.Cut(p, " ")
	}
	switch word {
	case "deny", "Deny", "drop", "0":
		e.Outcome = footfall.Failure
		b.Add(r.blocked, "true")
	default:
		e.Outcome = footfall.Success
		b.Add(r.blocked, "false")
	}
}

// happened reads events: "client_vpn_connect user id 'ana' local ip 10.1.1.5
// connected from 203.0.113.9", AnyConnect's, DHCP's, and those with type=.
func (r *reader) happened(e *footfall.Event, s string) {
	v := r.v
	kind, rest, _ := strings.Cut(s, " ")
	if t := v.Get(kType); t != "" {
		kind = t
	}
	e.Object = kind
	switch {
	case kind == "client_vpn_connect", kind == "client_vpn_disconnect":
		e.Kind, e.Outcome, e.Service, e.Object = footfall.KindLogon, footfall.Success, footfall.ServiceVPN, ""
		if kind == "client_vpn_disconnect" {
			e.Kind = footfall.KindLogoff
		}
		r.clientVPN(e, rest)
	case strings.HasPrefix(kind, "anyconnect_vpn_"):
		r.anyConnect(e, kind)
	case strings.HasPrefix(s, "dhcp lease of ip "):
		lease(e, s[len("dhcp lease of ip "):])
	case kind == "8021x_auth", kind == "wpa_auth", kind == "splash_auth", kind == "8021x_eap_success":
		e.Kind, e.Outcome = footfall.KindCredential, footfall.Success
		e.User.Name = v.First(kIdentity, kUser)
	case kind == "8021x_eap_failure", kind == "8021x_deauth" && v.Get(kIdentity) != "":
		e.Kind, e.Outcome, e.User.Name = footfall.KindCredential, footfall.Failure, v.Get(kIdentity)
	}
}

// clientVPN reads "user id 'ana' local ip 10.1.1.5 connected from 203.0.113.9".
// The name stands in quotes; what is behind the last one is Meraki's.
func (r *reader) clientVPN(e *footfall.Event, s string) {
	if v, ok := strings.CutPrefix(s, "user id '"); ok {
		i := strings.LastIndexByte(v, '\'')
		if i < 0 {
			return
		}
		e.User.Name, s = v[:i], v[i+1:]
	}
	if _, v, ok := strings.Cut(s, "local ip "); ok {
		w, _, _ := strings.Cut(v, " ")
		e.Assigned = record.Addr(w)
	}
	if _, v, ok := strings.Cut(s, "connected from "); ok {
		w, _, _ := strings.Cut(v, " ")
		e.From.Addr = record.Addr(w)
	}
}

// anyConnect reads the events of AnyConnect's server on the MX.
func (r *reader) anyConnect(e *footfall.Event, kind string) {
	v := r.v
	e.Service, e.From.Addr, e.Assigned = footfall.ServiceVPN, v.Addr(kPeer), v.Addr(kLocalIP)
	switch kind {
	case "anyconnect_vpn_auth_success":
		e.Kind, e.Outcome = footfall.KindLogon, footfall.Success
	case "anyconnect_vpn_auth_failure":
		e.Kind, e.Outcome, e.Reason = footfall.KindLogon, footfall.Failure, footfall.ReasonBadPassword
	case "anyconnect_vpn_connect":
		e.Kind, e.Outcome = footfall.KindLease, footfall.Success
	case "anyconnect_vpn_disconnect":
		e.Kind, e.Outcome = footfall.KindLogoff, footfall.Success
	}
}

// lease reads "10.1.1.5 from server mac 00:.. for client mac 00:.. with hostname ws5 from router 10.1.1.1 on subnet ...".
func lease(e *footfall.Event, s string) {
	w, rest, _ := strings.Cut(s, " ")
	e.Kind, e.Service, e.Assigned, e.Object = footfall.KindLease, footfall.ServiceDHCP, record.Addr(w), ""
	if _, v, ok := strings.Cut(rest, "for client mac "); ok {
		e.MAC, rest, _ = strings.Cut(v, " ")
	}
	if _, v, ok := strings.Cut(rest, "with hostname "); ok {
		e.From.Host, _, _ = strings.Cut(v, " ")
	}
}

func sniff(head []byte) int {
	n, lines := 0, 0
	for l := range strings.SplitSeq(footfall.Str(head), "\n") {
		if l = strings.TrimRight(l, " \r"); l == "" {
			continue
		}
		if lines++; lines > 64 {
			break
		}
		if _, ok := split(l); ok {
			n++
		}
	}
	if n == 0 || n*10 < lines*9 {
		return 0
	}
	return 95
}
