// Package sophos reads the key=value logs of Sophos Firewall (XG, SFOS) in its
// standard and its central format, and the files of Sophos UTM, behind syslog
// or as they lie on the device. In goes a line, out comes one event:
// connections, logons, VPN with the inner address, requests, verdicts. It never
// reads what stands in quotes as a pair, and it guesses no time zone by its name.
package sophos

import (
	"errors"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/kvscan"
	"github.com/footfall/footfall/internal/message"
	"github.com/footfall/footfall/internal/preface"
	"github.com/footfall/footfall/internal/record"
)

const source = "https://docs.sophos.com/nsg/sophos-firewall/20.0/syslog/index.html; Sophos UTM: log files of aua, ulogd, httpproxy, openvpn"

// Decoder reads lines of Sophos Firewall and Sophos UTM.
var Decoder = footfall.Decoder{
	Name:   "sophos",
	Doc:    "Logs of Sophos Firewall (XG) and Sophos UTM (key=value): connections, logons, VPN with the inner address, requests, verdicts.",
	Source: source,
	Frame:  footfall.FrameLines,
	By:     "lines with device=, log_type= and log_component=, or id=, sys=, sub= and name=",
	Sniff:  sniff,
	New: func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
		return newReader(s).line, nil
	},
}

// Message reads the same behind a syslog header, among other lines.
var Message = footfall.Decoder{
	Name:   "sophos-message",
	Doc:    "Logs of Sophos devices among other lines of syslog.",
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
	errLine    = errors.New("sophos: not a line of a Sophos device")
	errNoEvent = errors.New("sophos: a message without its envelope")
)

// The values of a record that are read, by slot.
const (
	kType = iota
	kComponent
	kSubtype
	kStatus
	kDate
	kTime
	kZone
	kStamp
	kDevice
	kModel
	kUser
	kSrc
	kDst
	kSrcPort
	kDstPort
	kSrcZone
	kDstZone
	kSrcIntf
	kDstIntf
	kSrcMAC
	kSent
	kReceived
	kDuration
	kApp
	kRule
	kReason
	kMessage
	kCountry
	kInner
	kRemote
	kSession
	kClientMAC
	kClientHost
	kURL
	kQuery
	kHost
	kCode
	kAgent
	kThreat
	kAuthClient
	kMail
	kAction
	kID
	kSub
	kName
	kCaller
	kEvent
	kConnection
	kMethod
	slots
)

var paths = [slots]string{
	kType: "log_type", kComponent: "log_component", kSubtype: "log_subtype", kStatus: "status", kDate: "date", kTime: "time", kZone: "timezone",
	kStamp: "timestamp", kDevice: "device_name", kModel: "device_model", kUser: "user_name|user|username", kSrc: "src_ip|srcip|sourceip",
	kDst: "dst_ip|dstip|localip|destinationip|localinterfaceip", kSrcPort: "src_port|srcport", kDstPort: "dst_port|dstport",
	kSrcZone: "src_zone|srczone", kDstZone: "dst_zone|dstzone", kSrcIntf: "in_interface|initf", kDstIntf: "out_interface|outitf", kSrcMAC: "src_mac|srcmac",
	kSent: "sent_bytes|bytes_sent|bytessent|size|tx", kReceived: "recv_bytes|bytes_received|bytesrcv|rx", kDuration: "duration",
	kApp: "application|app_name", kRule: "fw_rule_name|fw_rule_id|fwrule", kReason: "reason", kMessage: "message",
	kCountry: "src_country|src_country_code", kInner: "ipaddress|virtual_ip", kRemote: "remote_ip|remoteinterfaceip|remotepeer",
	kSession: "sessionid", kClientMAC: "client_physical_address", kClientHost: "client_host_name", kURL: "url", kQuery: "querystring",
	kHost: "domain|domainname|server", kCode: "http_status|httpstatus|httpresponsecode|statuscode|status_code", kAgent: "user_agent|useragent|ua",
	kThreat: "signature_msg|virus|threatname|malware|virus_name", kAuthClient: "auth_client", kMail: "spamaction", kAction: "action", kID: "id", kSub: "sub", kName: "name",
	kCaller: "caller", kEvent: "event", kConnection: "connectionname|connection|connection_name", kMethod: "method",
}

var also = map[string][]string{
	"srcip": {"src_ip"}, "dstip": {"dst_ip"}, "srcport": {"src_port"}, "dstport": {"dst_port"}, "user_name": {"username"}, "user": {"username"},
	"proto": {"protocol"}, "url": {"c-uri"}, "querystring": {"cs-uri-query"}, "user_agent": {"c-useragent", "cs-user-agent"},
	"useragent": {"c-useragent", "cs-user-agent"}, "ua": {"c-useragent", "cs-user-agent"}, "method": {"cs-method"}, "domain": {"cs-host"}, "server": {"cs-host"},
	"http_status": {"sc-status"}, "httpstatus": {"sc-status"}, "httpresponsecode": {"sc-status"}, "statuscode": {"sc-status"}, "status_code": {"sc-status"},
	"sourceip": {"src_ip"}, "localip": {"dst_ip"},
}

type reader struct {
	v       *record.Values
	log     footfall.LogID
	web     footfall.LogID
	server  footfall.LogID
	blocked footfall.FieldID
}

func newReader(s *footfall.Schema) *reader {
	return &reader{
		v:      record.New(s, paths[:], also),
		log:    s.AddLog(footfall.Log{Product: "sophos", Categories: []string{"firewall"}}),
		web:    s.AddLog(footfall.Log{Product: "sophos", Categories: []string{"proxy"}}),
		server: s.AddLog(footfall.Log{Product: "sophos", Categories: []string{"webserver"}}), blocked: s.Asked("blocked"),
	}
}

func (r *reader) line(b *footfall.Batch, frame []byte) error {
	s := strings.TrimRight(footfall.Str(frame), " \r\n\x00")
	if s == "" {
		return nil
	}
	at, utm := find(s)
	if at < 0 {
		return errLine
	}
	s = b.Keep(footfall.Bytes(s))
	e := b.New()
	e.Len = uint32(len(frame))
	if ns, host, program := utmHead(s[:at]); ns != 0 {
		e.Time, e.Computer, e.Program, e.Zoneless = ns, host, program, true
	} else {
		h := preface.Read(s[:at])
		e.Time, e.Computer, e.Program, e.Zoneless = h.Time, h.Host, h.Program, h.Time != 0 && !h.Zoned
	}
	r.fill(b, e, s[at:], utm)
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
	if at, utm := find(s); at >= 0 {
		r.fill(b, e, s[at:], utm)
	}
	return nil
}

func (r *reader) fill(b *footfall.Batch, e *footfall.Event, text string, utm bool) {
	r.v.Begin(b)
	for s := kvscan.New(text); s.Next(); {
		val := s.Val
		if s.Escaped {
			val = b.Kept(kvscan.Unescape(b.Grow(len(val)), val))
		}
		if val == "" || val == "-" || val == "N/A" || val == "(null)" {
			continue // as if it were not there
		}
		r.v.Put(s.Key, val)
	}
	r.common(e)
	e.Log = r.log
	if utm {
		r.utm(b, e)
		return
	}
	e.Program = "sophos"
	r.when(e)
	r.xg(b, e)
}

// maxHead is how far behind the front of a line the device's own text begins
// at most.
const maxHead = 256

// find returns where the pairs begin: of Sophos Firewall at device="SFW" or
// device_name=, of Sophos UTM at the id behind the program's name. at is -1
// for other lines.
func find(s string) (at int, utm bool) {
	head := s[:min(len(s), maxHead)]
	for _, mark := range [...]string{`device="SF`, `device_name="`} {
		i := strings.Index(head, mark)
		if i >= 0 && (i == 0 || s[i-1] == ' ' || s[i-1] == '>') && strings.Contains(s[i:], ` log_type="`) && strings.Contains(s[i:], " log_component=") {
			return i, false
		}
	}
	i := strings.Index(head, `: id="`)
	if i < 0 {
		if !strings.HasPrefix(s, `id="`) {
			return -1, false
		}
		i = -2
	}
	if rest := s[i+2:]; strings.Contains(rest, ` sys="`) && strings.Contains(rest, ` sub="`) && strings.Contains(rest, ` name="`) {
		return i + 2, true
	}
	return -1, false
}

func sniff(head []byte) int {
	n, lines := message.Count(head, func(l string) bool {
		at, _ := find(l)
		if at < 0 { // UTM writes other lines among those with pairs
			ns, _, program := utmHead(l)
			return ns != 0 && program != ""
		}
		return at >= 0
	})
	if n == 0 || n*10 < lines*9 {
		return 0
	}
	return 95
}
