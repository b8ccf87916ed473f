// Package checkpoint reads what Check Point's Log Exporter sends in its syslog,
// generic and Splunk formats, and the lines of "fw log". In goes a line, out
// comes one event: connections, remote access with the inner address,
// identities behind addresses, administrators, verdicts. Fields are cut where
// the exporter puts its marks, so that a value in quotes names no field.
package checkpoint

import (
	"errors"
	"slices"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/kvscan"
	"github.com/footfall/footfall/internal/message"
	"github.com/footfall/footfall/internal/preface"
	"github.com/footfall/footfall/internal/record"
)

const source = "Check Point sk122323 (Log Exporter), sk144192 (fields of logs); R81 Logging and Monitoring Administration Guide"

// Decoder reads lines of Check Point.
var Decoder = footfall.Decoder{
	Name:   "checkpoint",
	Doc:    "Logs of Check Point by Log Exporter (syslog, generic, Splunk) and of fw log: connections, remote access with the inner address, Identity Awareness, administrators, verdicts.",
	Source: source,
	Frame:  footfall.FrameLines,
	By:     `lines with " CheckPoint " and a bracket, loguid and product, or the form of fw log`,
	Sniff:  sniff,
	New: func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
		return newReader(s).line, nil
	},
}

// Message reads the same behind a syslog header, among other lines.
var Message = footfall.Decoder{
	Name:     "checkpoint-message",
	Doc:      "Logs of Check Point among other lines of syslog.",
	Source:   source,
	Frame:    footfall.FrameMessage,
	Programs: []string{"CheckPoint"},
	New: func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
		return newReader(s).message, nil
	},
}

var (
	errLine    = errors.New("checkpoint: not a line of Check Point")
	errNoEvent = errors.New("checkpoint: a message without its envelope")
)

// The values of a record that are read, by slot.
const (
	kAction = iota
	kRuleAction
	kTime
	kOrigin
	kProduct
	kSrc
	kDst
	kSrcPort
	kService
	kServiceID
	kDstPort
	kUser
	kUserName
	kAdmin
	kMachine
	kSrcZone
	kDstZone
	kInterface
	kRule
	kRuleUID
	kOffice
	kReason
	kStatus
	kSession
	kClientIP
	kEndpointIP
	kAttack
	kProtection
	kResource
	kOperation
	kObject
	kSubject
	kCountry
	kSent
	kReceived
	kBytes
	kDuration
	kMAC
	kClient
	kAuth
	kOrigSrc
	kIdentity
	kMalware
	kApp
	kPeer
	kAgent
	kVPN
	kHostname
	slots
)

var paths = [slots]string{
	kAction: "action", kRuleAction: "rule_action", kTime: "time", kOrigin: "origin|orig", kProduct: "product|ProductName", kSrc: "src", kDst: "dst", kSrcPort: "s_port|sport_svc",
	kService: "service|svc", kServiceID: "service_id|service_name", kDstPort: "d_port", kUser: "src_user_name|user|user_name", kUserName: "user_dn", kAdmin: "administrator",
	kMachine: "src_machine_name|machine|host_name|machine_name|device_name", kSrcZone: "inzone", kDstZone: "outzone", kInterface: "ifname|i/f_name", kRule: "rule_name", kRuleUID: "rule_uid|rule",
	kOffice: "office_mode_ip|om_ip|assigned_ip", kReason: "reason|login_failed_reason|failure_reason", kStatus: "auth_status|status|audit_status", kSession: "session_uid|session_id|connection_uid", kClientIP: "client_ip",
	kEndpointIP: "endpoint_ip", kAttack: "attack", kProtection: "protection_name", kResource: "resource|url", kOperation: "operation", kObject: "objectname", kSubject: "subject",
	kCountry: "src_country", kSent: "sent_bytes|client_outbound_bytes", kReceived: "received_bytes|server_outbound_bytes", kBytes: "bytes", kDuration: "elapsed_seconds", kMAC: "mac_address|mac_source_address|src_mac",
	kClient: "client_name", kAuth: "auth_method|authentication_method", kOrigSrc: "orig_src", kIdentity: "identity_src", kMalware: "malware_action|malware_family", kApp: "appi_name",
	kPeer: "peer_gateway", kAgent: "user_agent|web_client_type", kVPN: "vpn_feature_name|fw_subproduct", kHostname: "hostname",
}

var also = map[string][]string{
	"src": {"src_ip"}, "dst": {"dst_ip"}, "s_port": {"src_port"}, "service": {"dst_port"}, "user": {"username"}, "src_user_name": {"username"}, "proto": {"protocol"},
	"resource": {"c-uri"}, "user_agent": {"c-useragent", "cs-user-agent"}, "client_ip": {"src_ip"},
}

type reader struct {
	v       *record.Values
	log     footfall.LogID
	web     footfall.LogID
	audit   footfall.LogID
	blocked footfall.FieldID
	clock   string // of a line of fw log
}

func newReader(s *footfall.Schema) *reader {
	return &reader{
		v:       record.New(s, paths[:], also),
		log:     s.AddLog(footfall.Log{Product: "checkpoint", Categories: []string{"firewall"}}),
		web:     s.AddLog(footfall.Log{Product: "checkpoint", Categories: []string{"proxy"}}),
		audit:   s.AddLog(footfall.Log{Product: "checkpoint", Services: []string{"audit"}}),
		blocked: s.Asked("blocked"),
	}
}

func (r *reader) line(b *footfall.Batch, frame []byte) error {
	s := strings.TrimRight(footfall.Str(frame), " \r\n\x00")
	if s == "" {
		return nil
	}
	at, form := find(s)
	if at < 0 {
		return errLine
	}
	s = b.Keep(footfall.Bytes(s))
	e := b.New()
	h := preface.Read(s[:at])
	e.Time, e.Computer, e.Zoneless, e.Len = h.Time, h.Host, h.Time != 0 && !h.Zoned, uint32(len(frame))
	r.fill(b, e, s[at:], form)
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
	s = strings.TrimPrefix(s, "- ")
	if strings.HasPrefix(s, "[") {
		r.fill(b, e, s, brackets)
	} else if at, form := find(s); at >= 0 {
		r.fill(b, e, s[at:], form)
	}
	return nil
}

// A form is how the exporter marks fields.
type form uint8

const (
	brackets form = iota + 1 // [key:"value"; key:"value"]
	bars                     // key=value|key=value
	generic                  // key="value" key="value"
	printed                  // fw log: "10:00:00 accept gw >eth0 src: 192.0.2.1; dst: ..."
)

// put takes a field. Keys that are exported twice, once for each of several
// values, end in a second colon.
func (r *reader) put(b *footfall.Batch, key, val string, escaped bool) {
	val = strings.TrimSpace(val)
	if val == "" || key == "" {
		return
	}
	if escaped {
		val = b.Kept(unescape(b.Grow(len(val)), val))
	}
	r.v.Put(key, val)
}

// unescape resolves what the exporter protects: \" \\ \] and \=.
func unescape(dst []byte, v string) []byte {
	for i := 0; i < len(v); i++ {
		if v[i] == '\\' && i+1 < len(v) && strings.IndexByte(`"\]=|;`, v[i+1]) >= 0 {
			i++
		}
		dst = append(dst, v[i])
	}
	return dst
}

func (r *reader) fill(b *footfall.Batch, e *footfall.Event, text string, f form) {
	r.v.Begin(b)
	r.clock = ""
	switch f {
	case brackets:
		r.bracketed(b, text)
	case bars:
		for text != "" {
			var part string
			part, text, _ = strings.Cut(text, "|")
			if key, val, ok := strings.Cut(part, "="); ok {
				r.put(b, key, val, strings.IndexByte(val, '\\') >= 0)
			}
		}
	case generic:
		for s := kvscan.New(text); s.Next(); {
			r.put(b, s.Key, s.Val, s.Escaped)
		}
	case printed:
		r.printed(b, e, text)
	}
	e.Program = "checkpoint"
	r.when(e)
	r.common(e)
	r.mean(b, e)
}

// bracketed reads [key:"value"; key:"value"; ... ].
func (r *reader) bracketed(b *footfall.Batch, s string) {
	s = strings.TrimPrefix(s, "[")
	for {
		s = strings.TrimLeft(s, " ;")
		i := strings.IndexByte(s, ':')
		if i <= 0 || i > 64 || strings.IndexByte(s[:i], '"') >= 0 {
			return
		}
		key := s[:i]
		s = strings.TrimLeft(s[i:], ": ")
		if !strings.HasPrefix(s, `"`) {
			return
		}
		end, escaped := quote(s)
		if end < 0 {
			return
		}
		r.put(b, key, s[1:end], escaped)
		s = s[end+1:]
	}
}

// quote returns where the value that s begins with ends: at the quote before a
// semicolon, a bracket or the end of the text; -1 when there is none.
func quote(s string) (end int, escaped bool) {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			escaped = true
			i++
		case '"':
			return i, escaped
		}
	}
	return -1, escaped
}

// printed reads a line of fw log: "10:00:00 accept 192.0.2.1 >eth0 src: A; dst: B; proto: tcp; service: http; rule: 5",
// with the date before the time or not.
func (r *reader) printed(b *footfall.Batch, e *footfall.Event, s string) {
	s = strings.TrimLeft(s, " ")
	head, _, _ := strings.Cut(s, ": ")
	i := max(strings.LastIndexByte(head, ' '), 0)
	clock, action, rest := printedHead(s[:i])
	if first, _, _ := strings.Cut(clock, " "); len(first) > 8 {
		r.clock = clock
	}
	r.put(b, "action", action, false)
	e.Computer, _ = word(rest)
	for rest := strings.TrimLeft(s[i:], " "); rest != ""; {
		var part string
		part, rest, _ = strings.Cut(rest, "; ")
		key, val, ok := strings.Cut(strings.TrimLeft(part, " "), ": ")
		if ok {
			r.put(b, key, strings.TrimSuffix(val, ";"), false)
		}
	}
}

// maxHead is how far behind the front of a line Check Point's own text begins
// at most.
const maxHead = 256

// find returns where the fields begin, and how they are marked; -1 for other
// lines.
func find(s string) (at int, f form) {
	head := s[:min(len(s), maxHead)]
	if i := strings.Index(head, " CheckPoint "); i >= 0 {
		if j := strings.IndexByte(head[i:], '['); j > 0 {
			return i + j, brackets
		}
	}
	if i := strings.Index(head, `[action:"`); i >= 0 {
		return i, brackets
	}
	if i := strings.Index(head, "time="); i >= 0 && (i == 0 || head[i-1] == ' ') && strings.Contains(s, "|product=") && strings.Contains(s, "|origin=") {
		return i, bars
	}
	if strings.Contains(s, `loguid="{0x`) && strings.Contains(s, ` product="`) {
		i := strings.Index(head, `="`)
		for i > 0 && s[i-1] != ' ' {
			i--
		}
		return max(i, 0), generic
	}
	if fwLog(s) {
		return 0, printed
	}
	return -1, 0
}

// fwLog reports whether s is a line of fw log: a time of day, an action, a
// host, a direction, and src behind them.
func fwLog(s string) bool {
	if len(s) < 40 || !strings.Contains(s, " src: ") || !strings.Contains(s, ";") {
		return false
	}
	_, action, _ := printedHead(strings.TrimLeft(s, " "))
	return action != ""
}

// printedHead reads "[16May2031 ]10:00:00 [5 N/A 1 ]accept gw1 ...": since R80
// the version of the content, the key and the sequence number stand before the
// action. action is "" when there is none.
func printedHead(s string) (clock, action, rest string) {
	first, rest := word(s)
	tod := first
	if len(first) == 9 || len(first) == 8 && strings.IndexByte(first, ':') < 0 {
		tod, rest = word(rest)
	}
	if len(tod) < 7 || len(tod) > 8 || strings.Count(tod, ":") != 2 {
		return "", "", ""
	}
	clock = s[:len(s)-len(rest)]
	for range 4 {
		action, rest = word(rest)
		if slices.Contains(printedActions, action) {
			return strings.TrimRight(clock, " "), action, rest
		}
	}
	return "", "", ""
}

var printedActions = []string{
	"accept", "drop", "reject", "encrypt", "decrypt", "vpnroute", "authcrypt", "keyinst", "authorize", "deauthorize", "ctl",
	"monitor", "prevent", "detect", "block", "allow", "log", "bypass", "update",
}

// word cuts the first word off.
func word(s string) (w, rest string) {
	w, rest, _ = strings.Cut(strings.TrimLeft(s, " "), " ")
	return w, rest
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
