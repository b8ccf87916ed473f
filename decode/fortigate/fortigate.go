// Package fortigate reads the key=value logs of Fortinet: FortiGate's traffic,
// event and security logs, and with the same words those of FortiAuthenticator,
// FortiMail, FortiManager and their like, behind syslog or as files. In goes a
// line, out comes one event. What stands in quotes is never read as a pair, so
// that a user's name cannot move the blame.
package fortigate

import (
	"errors"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/kvscan"
	"github.com/footfall/footfall/internal/message"
	"github.com/footfall/footfall/internal/preface"
	"github.com/footfall/footfall/internal/record"
)

const source = "https://docs.fortinet.com/document/fortigate/7.6.0/fortios-log-message-reference"

// Decoder reads lines of Fortinet's devices.
var Decoder = footfall.Decoder{
	Name:   "fortigate",
	Doc:    "Logs of FortiGate and other Fortinet devices (key=value): connections, VPN entries with the inner address, administrators' logons, changed settings, verdicts.",
	Source: source,
	Frame:  footfall.FrameLines,
	By:     "lines with date=, time= and devid= or logid=, or with logver= and devid=",
	Sniff:  sniff,
	New: func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
		return newReader(s).line, nil
	},
}

// Message reads the same behind a syslog header, among other lines.
var Message = footfall.Decoder{
	Name:   "fortigate-message",
	Doc:    "Logs of Fortinet devices among other lines of syslog.",
	Source: source,
	Frame:  footfall.FrameMessage,
	By:     "the same pairs",
	Sniff: func(head []byte) int {
		if at, _ := find(footfall.Str(head)); at >= 0 {
			return 90
		}
		return 0
	},
	New: func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
		return newReader(s).message, nil
	},
}

var (
	errLine    = errors.New("fortigate: not a line of a Fortinet device")
	errNoEvent = errors.New("fortigate: a message without its envelope")
)

// The values of a record that are read, by slot.
const (
	kType = iota
	kSubtype
	kAction
	kStatus
	kSrc
	kDst
	kSrcPort
	kDstPort
	kSrcIntf
	kDstIntf
	kUser
	kXUser
	kRemote
	kRemotePort
	kLocal
	kTunnelIP
	kTunnelID
	kTunnelType
	kVPN
	kDevice
	kDeviceID
	kLogID
	kEventTime
	kZone
	kDate
	kTime
	kSent
	kReceived
	kDuration
	kPolicy
	kPolicyName
	kService
	kApp
	kCountry
	kVDom
	kUI
	kMethod
	kReason
	kMsg
	kDesc
	kHost
	kURL
	kAttack
	kVirus
	kAgent
	kCfgPath
	kCfgObj
	kSerial
	kQName
	kAnswer
	kDHCP
	kIP
	kMAC
	kNAS
	kCategory
	kRole
	kProto
	kGroup
	slots
)

var paths = [slots]string{
	kType: "type", kSubtype: "subtype|subcategory", kAction: "action", kStatus: "status",
	kSrc: "srcip|src|client_ip|userip", kDst: "dstip|dst|dst_ip", kSrcPort: "srcport|src_port", kDstPort: "dstport|dst_port",
	kSrcIntf: "srcintf|src_int", kDstIntf: "dstintf|dst_int", kUser: "user|user_name|adminname", kXUser: "xauthuser|unauthuser",
	kRemote: "remip|rem_ip", kRemotePort: "remport|rem_port", kLocal: "locip|loc_ip", kTunnelIP: "tunnelip|tunnel_ip|assignip|assign_ip",
	kTunnelID: "tunnelid|tunnel_id", kTunnelType: "tunneltype|tunnel_type", kVPN: "vpntunnel|vpn_tunnel", kDevice: "devname",
	kDeviceID: "devid|device_id", kLogID: "logid|log_id|typeid", kEventTime: "eventtime|timestamp", kZone: "tz", kDate: "date", kTime: "time",
	kSent: "sentbyte|sent", kReceived: "rcvdbyte|rcvd", kDuration: "duration", kPolicy: "policyid", kPolicyName: "policyname",
	kService: "service", kApp: "app", kCountry: "srccountry", kVDom: "vd", kUI: "ui|userfrom|user_from", kMethod: "method",
	kReason: "reason", kMsg: "msg", kDesc: "logdesc", kHost: "hostname|host", kURL: "url", kAttack: "attack|attackname", kVirus: "virus",
	kAgent: "agent", kCfgPath: "cfgpath", kCfgObj: "cfgobj", kSerial: "sn", kQName: "qname", kAnswer: "ipaddr", kDHCP: "dhcp_msg",
	kIP: "ip", kMAC: "mac|srcmac", kNAS: "nas", kCategory: "category", kRole: "role", kProto: "proto", kGroup: "group",
}

// also are the names of Sigma's category firewall and of the web.
var also = map[string][]string{
	"srcip": {"src_ip"}, "src": {"src_ip"}, "dstip": {"dst_ip"}, "dst": {"dst_ip"}, "srcport": {"src_port"}, "dstport": {"dst_port"},
	"user": {"username"}, "proto": {"protocol"}, "agent": {"c-useragent", "cs-user-agent"}, "remip": {"src_ip"},
	"url": {"c-uri", "cs-uri-query"}, "hostname": {"cs-host"},
	"qname": {"query"}, "qtype": {"record_type"}, "ipaddr": {"answer"},
}

type reader struct {
	v       *record.Values
	schema  *footfall.Schema
	traffic footfall.LogID
	web     footfall.LogID
	dns     footfall.LogID
	event   footfall.LogID
	blocked footfall.FieldID
	text    string // of the line at hand
	loose   string // its words behind or between the pairs
}

func newReader(s *footfall.Schema) *reader {
	log := func(service, category string) footfall.LogID {
		return s.AddLog(footfall.Log{Product: "fortigate", Services: []string{service}, Categories: []string{category}})
	}
	return &reader{
		v: record.New(s, paths[:], also), schema: s, blocked: s.Asked("blocked"),
		traffic: log("traffic", "firewall"), web: log("webfilter", "proxy"), dns: log("dns", "dns"),
		event: s.AddLog(footfall.Log{Product: "fortigate", Services: []string{"event"}}),
	}
}

func (r *reader) line(b *footfall.Batch, frame []byte) error {
	s := strings.TrimRight(footfall.Str(frame), " \r\n\x00")
	if s == "" {
		return nil
	}
	at, comma := find(s)
	if at < 0 {
		return errLine
	}
	s = b.Keep(footfall.Bytes(s))
	e := b.New()
	h := preface.Read(s[:at])
	e.Time, e.Computer, e.Zoneless, e.Len = h.Time, h.Host, h.Time != 0 && !h.Zoned, uint32(len(frame))
	r.fill(b, e, s[at:], comma)
	return nil
}

func (r *reader) message(b *footfall.Batch, frame []byte) error {
	if len(b.Events) == 0 {
		return errNoEvent
	}
	e := b.Current()
	s := e.Message
	if s != string(frame) {
		s = b.Keep(frame)
	}
	at, comma := find(s)
	if at < 0 {
		return nil
	}
	r.fill(b, e, s[at:], comma)
	return nil
}

// fill reads the pairs of a device and gives the event its meaning.
func (r *reader) fill(b *footfall.Batch, e *footfall.Event, text string, comma bool) {
	r.v.Begin(b)
	r.text, r.loose = text, ""
	s := kvscan.New(text)
	s.Comma = comma
	for s.Next() {
		val := s.Val
		if s.Escaped {
			val = b.Kept(kvscan.Unescape(b.Grow(len(val)), val))
		}
		if val == "N/A" || val == "(null)" {
			continue // as if it were not there
		}
		r.v.Put(s.Key, val)
	}
	if s.Loose >= 0 {
		r.loose = text[s.Loose:]
	}
	e.Program = "fortigate"
	r.when(e)
	r.common(e)
	r.mean(b, e)
}

// maxHead is how far behind the front of a line the device's own text begins
// at most.
const maxHead = 256

// find returns where the pairs begin, behind any header: at date=, at the
// version of the log, or at FortiAuthenticator's category. comma reports that
// commas part them (set format csv). at is -1 for other lines.
func find(s string) (at int, comma bool) {
	for from := 0; from < min(len(s), maxHead); {
		i := strings.IndexByte(s[from:min(len(s), maxHead)], '=')
		if i < 0 {
			break
		}
		i += from
		from = i + 1
		begin := i
		for begin > 0 && s[begin-1] != ' ' && s[begin-1] != '>' && s[begin-1] != '\t' {
			begin--
		}
		switch s[begin:i] {
		case "date":
			if len(s) < i+16 || s[i+5] != '-' || !strings.HasPrefix(s[i+12:], "time=") {
				return -1, false
			}
			ok := strings.Contains(s, "devid=") || strings.Contains(s, "device_id=") || strings.Contains(s, "logid=") || strings.Contains(s, "log_id=")
			if !ok || strings.Contains(s, "log_type=") { // Sophos writes much the same
				return -1, false
			}
			return begin, s[i+11] == ','
		case "logver":
			if strings.Contains(s, "devid=") && strings.Contains(s, "type=") {
				return begin, strings.IndexByte(s[i:min(len(s), i+20)], ',') > 0
			}
			return -1, false
		case "category":
			if strings.Contains(s[i:], " subcategory=") && strings.Contains(s[i:], " typeid=") {
				return begin, false
			}
			return -1, false
		}
	}
	return -1, false
}

func sniff(head []byte) int {
	n, lines := message.Count(head, func(l string) bool {
		at, _ := find(l)
		return at >= 0
	})
	if n == 0 || n*10 < lines*9 {
		return 0
	}
	return 95
}
