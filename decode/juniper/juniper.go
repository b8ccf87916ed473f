// Package juniper understands the messages of Junos on SRX and other devices:
// sessions, screens, intrusions and web filtering, as structured data and as
// text, and logons of administrators. In goes the message behind the envelope,
// from its tag on (RT_FLOW_SESSION_CREATE), out comes what it says in the event
// that is there.
package juniper

import (
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/firewall"
	"github.com/footfall/footfall/internal/hostport"
	"github.com/footfall/footfall/internal/message"
	"github.com/footfall/footfall/internal/record"
)

const source = "https://apps.juniper.net/syslog-explorer/; Junos OS System Log Messages Reference"

// Decoder reads the messages of Junos.
var Decoder = footfall.Decoder{
	Name:     "juniper",
	Doc:      "Messages of Junos: sessions of SRX (RT_FLOW, APPTRACK), screens, IDP, UTM and SecIntel verdicts, logons and commands of administrators.",
	Source:   source,
	Frame:    footfall.FrameMessage,
	Programs: []string{"RT_FLOW", "RT_UTM", "RT_IDP", "RT_IDS", "RT_AAMW", "RT_SECINTEL", "RT_SCREEN", "RT_LOG", "mgd", "kmd", "checklogin", "login", "sshd"},
	By:       "a tag of Junos such as RT_FLOW_SESSION_CREATE or LOGIN_FAILED",
	Sniff: func(m []byte) int {
		if s := footfall.Str(m); known(tag(s)) {
			return 80
		}
		return 0
	},
	New: func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
		d := &decoder{
			values: record.New(s, paths, nil), fields: firewall.New(s),
			wall: s.AddLog(footfall.Log{Product: "juniper", Services: []string{"srx", "syslog"}, Categories: []string{"firewall"}}),
		}
		t := message.Text{Name: "juniper", Log: footfall.Log{Product: "juniper", Services: []string{"junos", "syslog"}}, Read: d.read}
		return t.Messages(s, nil)
	},
}

// Slots of the values of structured data.
const (
	src = iota
	srcPort
	dst
	dstPort
	service
	application
	protoID
	policy
	srcZone
	dstZone
	session
	username
	bytesClient
	bytesServer
	elapsed
	attack
	action
	url
	object
	category
	remote
	local
	command
	reason
	slots
)

var paths = []string{
	src: "source-address", srcPort: "source-port", dst: "destination-address", dstPort: "destination-port",
	service: "service-name", application: "application|application-name", protoID: "protocol-id", policy: "policy-name|rule-name",
	srcZone: "source-zone-name|source-zone", dstZone: "destination-zone-name|destination-zone", session: "session-id-32|session-id",
	username: "username|user-name", bytesClient: "bytes-from-client|inbound-bytes", bytesServer: "bytes-from-server|outbound-bytes", elapsed: "elapsed-time",
	attack: "attack-name|name|threat-name", action: "action", url: "url", object: "obj", category: "category",
	remote: "remote-address|source-host|peer-address", local: "local-address", command: "command", reason: "reason",
}

type decoder struct {
	values *record.Values
	fields firewall.Fields
	wall   footfall.LogID
}

// tag returns the name of a message: capitals, digits and underscores.
func tag(s string) string {
	i := 0
	for i < len(s) && i < 64 && (s[i] >= 'A' && s[i] <= 'Z' || s[i]-'0' <= 9 || s[i] == '_') {
		i++
	}
	if i < 6 || i == len(s) || s[i] != ':' && s[i] != ' ' {
		return ""
	}
	return s[:i]
}

// known reports whether a tag is of a message that is understood here.
func known(tag string) bool {
	for _, p := range [...]string{
		"RT_FLOW", "RT_SCREEN", "RT_IDS", "APPTRACK_", "IDP_", "WEBFILTER_", "AV_", "ANTISPAM_", "CONTENT_FILTERING", "SECINTEL_", "AAMW_",
		"UI_", "LOGIN_", "WEB_AUTH", "SSHD_LOGIN_", "KMD_", "FWAUTH_", "JSCRIPT_",
	} {
		if strings.HasPrefix(tag, p) {
			return true
		}
	}
	return false
}

func (d *decoder) read(b *footfall.Batch, e *footfall.Event, s string) {
	name := tag(s)
	if !known(name) {
		return
	}
	text := strings.TrimLeft(strings.TrimPrefix(s[len(name):], ":"), " ")
	name = strings.TrimSuffix(name, "_LS") // of a logical system
	v := d.values
	v.Begin(b)
	structured := strings.HasPrefix(text, "[") && strings.Contains(text, `="`)
	if structured {
		params(b, text, v)
	}
	switch {
	case strings.HasPrefix(name, "UI_"), strings.HasPrefix(name, "LOGIN_"), strings.HasPrefix(name, "WEB_AUTH"), strings.HasPrefix(name, "SSHD_LOGIN_"), strings.HasPrefix(name, "FWAUTH_"):
		admin(e, name, text)
		if structured {
			d.who(e)
		}
		d.fields.Add(b, "", "")
		return
	case strings.HasPrefix(name, "KMD_"):
		tunnel(e, name, text)
		return
	}
	e.Log = d.wall
	if structured {
		d.ends(e)
	} else {
		plain(e, name, text)
	}
	d.mean(e, name)
	d.fields.Add(b, v.Get(action), value(v.Get(protoID)))
}

// params takes name="value" pairs. Between quotes a backslash protects.
func params(b *footfall.Batch, s string, v *record.Values) {
	for {
		i := strings.Index(s, `="`)
		if i < 0 {
			return
		}
		key := s[strings.LastIndexAny(s[:i], " [")+1 : i]
		s = s[i+2:]
		end, escaped := 0, false
		for end < len(s) && s[end] != '"' {
			if s[end] == '\\' && end+1 < len(s) {
				escaped = true
				end++
			}
			end++
		}
		end = min(end, len(s))
		val := s[:end]
		if escaped {
			val = unescape(b, val)
		}
		if len(key) > 0 && len(key) <= 64 {
			v.Put(key, strings.TrimSpace(val))
		}
		s = s[min(end+1, len(s)):]
	}
}

func unescape(b *footfall.Batch, s string) string {
	out := b.Grow(len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
		}
		out = append(out, s[i])
	}
	return b.Kept(out)
}

// value returns "" for Junos' words for nothing.
func value(s string) string {
	switch s {
	case "N/A", "UNKNOWN", "None", "unset", "unknown":
		return ""
	}
	return s
}

func (d *decoder) ends(e *footfall.Event) {
	v := d.values
	e.From = footfall.Endpoint{Addr: v.Addr(src), Port: v.Port(srcPort), Zone: value(v.Get(srcZone))}
	e.To = footfall.Endpoint{Addr: v.Addr(dst), Port: v.Port(dstPort), Zone: value(v.Get(dstZone))}
	e.User = account(value(v.Get(username)))
	e.Session, e.Object = value(v.Get(session)), value(v.Get(policy))
	e.Returned = max(0, v.Int(bytesServer))
	e.Bytes = max(0, v.Int(bytesClient)) + e.Returned
	e.Duration = min(max(0, v.Int(elapsed)), 1<<32) * 1e9
	app := value(v.Get(application))
	if app == "" {
		app = value(v.Get(service))
	}
	e.Service = firewall.Service(app, e.To.Port)
}

func account(s string) footfall.Account {
	if d, n, ok := strings.Cut(s, `\`); ok && n != "" {
		return footfall.Account{Domain: d, Name: n}
	}
	return footfall.Account{Name: s}
}

// mean says what a message about traffic means, by its name.
func (d *decoder) mean(e *footfall.Event, name string) {
	v := d.values
	switch {
	case strings.HasPrefix(name, "RT_FLOW_SESSION_DENY"):
		e.Kind, e.Outcome = footfall.KindConnection, footfall.Failure
	case strings.HasPrefix(name, "RT_FLOW_SESSION_"), strings.HasPrefix(name, "APPTRACK_SESSION_"):
		e.Kind, e.Outcome = footfall.KindConnection, footfall.Success
	case strings.HasPrefix(name, "WEBFILTER_URL_"):
		e.Kind, e.Service, e.Outcome = footfall.KindRequest, footfall.ServiceWeb, footfall.Success
		if strings.Contains(name, "BLOCKED") {
			e.Outcome = footfall.Failure
		}
		if e.Object = value(v.Get(url)); e.Object == "" {
			e.Object = value(v.Get(object))
		}
	case strings.HasPrefix(name, "RT_FLOW"):
	default:
		e.Kind, e.Outcome = footfall.KindAlert, footfall.OutcomeUnknown
		if a := value(v.Get(attack)); a != "" {
			e.Object = a
		} else if e.Object == "" {
			e.Object = name
		}
		if a := v.Get(action); a != "" {
			e.Outcome = firewall.Outcome(a)
		} else if strings.HasPrefix(name, "AV_") && firewall.Has(name, "virus_detected", "drop", "block") {
			e.Outcome = footfall.Failure // what the antivirus found or dropped was not handed on
		}
	}
}

// plain reads the same in words.
func plain(e *footfall.Event, name, s string) {
	if strings.HasPrefix(name, "RT_SCREEN") || strings.HasPrefix(name, "RT_IDS") {
		screen(e, s)
		return
	}
	var word [48]string
	n := 0
	for w := range strings.FieldsSeq(s) {
		if n == len(word) {
			break
		}
		word[n] = w
		n++
	}
	at, nat := -1, -1
	for i, w := range word[:n] {
		if strings.Contains(w, "->") {
			if at < 0 {
				at = i
			} else {
				nat = i
				break
			}
		}
	}
	if at < 0 {
		return
	}
	from, to, _ := strings.Cut(word[at], "->")
	e.From, e.To = end(from), end(to)
	app := ""
	for i := at + 1; i < n && app == ""; i++ {
		if !strings.HasPrefix(word[i], "0x") {
			app = value(word[i])
			break
		}
	}
	e.Service = firewall.Service(app, e.To.Port)
	zones(e, word[max(at, nat)+1:n])
}

// zones reads what follows the addresses: "None None 6 POLICY ZONE ZONE SESSION
// PACKETS(BYTES) PACKETS(BYTES) SECONDS", in a denial "6(0) POLICY ZONE ZONE".
func zones(e *footfall.Event, word []string) {
	for i, w := range word {
		proto, kind, denied := strings.Cut(w, "(")
		if _, ok := hostport.Port(proto); !ok || len(proto) > 3 || denied && strings.Trim(kind, "0123456789)") != "" || i+3 >= len(word) {
			continue
		}
		if !denied && i+4 < len(word) {
			if strings.Trim(word[i+4], "0123456789") != "" {
				continue
			}
			e.Session = word[i+4]
		}
		e.Object, e.From.Zone, e.To.Zone = word[i+1], word[i+2], word[i+3]
		if !denied && i+7 < len(word) {
			_, sent, ok := strings.Cut(word[i+5], "(")
			_, got, ok2 := strings.Cut(word[i+6], "(")
			if ok && ok2 && sent != "N/A)" {
				e.Returned = count(got)
				e.Bytes = count(sent) + e.Returned
				e.Duration = min(count(word[i+7]), 1<<32) * 1e9
			}
		}
		return
	}
}

// screen reads "TCP port scan! source: ADDR:PORT, destination: ADDR:PORT, zone name: NAME, ..., action: drop".
func screen(e *footfall.Event, s string) {
	e.Object, _, _ = strings.Cut(s, "!")
	e.From, e.To = peer(s, "source: "), peer(s, "destination: ")
	e.Service = footfall.ServiceOfPort(e.To.Port)
}

// peer reads "ADDR:PORT" or "ADDR" behind a mark.
func peer(s, mark string) footfall.Endpoint {
	_, v, _ := strings.Cut(s, mark)
	v, _, _ = strings.Cut(v, ",")
	if a, ok := hostport.Addr(v); ok {
		return footfall.Endpoint{Addr: a}
	}
	e, _ := hostport.Colon(v)
	return e
}

// end reads "ADDR/PORT".
func end(s string) (e footfall.Endpoint) {
	a, p, ok := strings.Cut(s, "/")
	e.Addr, _ = hostport.Addr(a)
	if ok {
		e.Port, _ = hostport.Port(p)
	}
	return e
}

func count(s string) (n int64) {
	for i := 0; i < len(s) && s[i]-'0' <= 9 && n < 1<<58; i++ {
		n = n*10 + int64(s[i]-'0')
	}
	return n
}
