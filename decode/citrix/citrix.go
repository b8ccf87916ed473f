// Package citrix reads what NetScaler (Citrix ADC and Gateway) logs: ns.log and
// its syslog in every dress, with SSLVPN, AAA, ICA, TCP, SSL, command and
// application firewall messages, and the statistics of its NITRO interface as
// JSON. In goes a line, out comes a logon, a connection, a command or a
// verdict. Items that a message has twice are nobody's: a client wrote one.
package citrix

import (
	"errors"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/clock"
	"github.com/footfall/footfall/internal/record"
)

const source = "https://developer-docs.netscaler.com/en-us/netscaler-syslog-message-reference; https://docs.netscaler.com (Web App Firewall logs)"

var log = footfall.Log{Product: "citrix", Services: []string{"netscaler"}}

// Decoder reads ns.log and lines of NetScaler's syslog.
var Decoder = footfall.Decoder{
	Name:   "citrix",
	Doc:    "NetScaler's ns.log and syslog: Gateway and AAA logons, connections through it, commands, application firewall.",
	Source: source,
	Frame:  footfall.FrameLines,
	By:     "lines with a packet engine such as 0-PPE-0 between colons",
	Sniff:  sniff,
	New: func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
		return newReader(s).line, nil
	},
}

// Message reads NetScaler's messages in a log of many programs.
var Message = footfall.Decoder{
	Name:   "citrix-message",
	Doc:    "NetScaler's messages in syslog among others'.",
	Source: source,
	Frame:  footfall.FrameMessage,
	By:     "a packet engine such as 0-PPE-0 between colons",
	Sniff: func(head []byte) int {
		s := footfall.Str(head)
		if strings.Contains(s[:min(len(s), 120)], "PPE-") {
			if _, ok := cut(s); ok {
				return 70
			}
		}
		return 0
	},
	New: func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
		return newReader(s).message, nil
	},
}

var (
	errLine    = errors.New("not a line of NetScaler")
	errNoEvent = errors.New("citrix: a message without its envelope")
)

// Slots of the items that mean something.
const (
	user = iota
	client
	natIP
	vserver
	origin
	destination
	session
	browser
	kind
	reason
	sent
	received
	lasted
	command
	status
	remote
	clientPort
	serviceIP
	servicePort
	context
	icaUser
	application
	slots
)

var paths = [slots]string{
	user: "User", client: "Client_ip|ClientIP", natIP: "Nat_ip|NatIP", vserver: "Vserver", origin: "Source", destination: "Destination",
	session: "SessionId|session_guid", browser: "Browser_type|Browser", kind: "SSLVPN_client_type", reason: "Failure_reason|Reason",
	sent: "Total_bytes_send", received: "Total_bytes_recv", lasted: "Duration", command: "Command", status: "Status", remote: "Remote_ip",
	clientPort: "ClientPort", serviceIP: "VserverServiceIP", servicePort: "VserverServicePort", context: "Context",
	icaUser: "username:domainname", application: "applicationName",
}

func newReader(s *footfall.Schema) *reader {
	return &reader{log: s.AddLog(log), text: s.Asked("message"), feature: s.Asked("feature"), event: s.Asked("event"), values: record.New(s, paths[:], nil)}
}

// A reader reads messages and holds the items of the one at hand.
type reader struct {
	log                  footfall.LogID
	text, feature, event footfall.FieldID
	values               *record.Values
	twice                bool // the client's address stands more than once
}

// A part is a message in its parts.
type part struct {
	at            string // where the time begins
	host          string
	feature, name string
	text          string
}

// cut finds " : FEATURE EVENT NUMBER [NUMBER] : TEXT" behind "HOST [0-]PPE-N".
func cut(s string) (p part, ok bool) {
	head, rest, ok := strings.Cut(s, " : ")
	if !ok || len(head) > 160 {
		return p, false
	}
	i := strings.LastIndexByte(head, ' ')
	if engine := head[i+1:]; !strings.Contains(engine, "PPE-") || len(engine) > 12 {
		return p, false
	}
	p.host = head[:max(i, 0)]
	p.host = p.host[strings.LastIndexByte(p.host, ' ')+1:]
	p.at = head
	names, text, ok := strings.Cut(rest, " :")
	if !ok || len(names) > 120 {
		return p, false
	}
	names = strings.TrimPrefix(names, "default ")
	for n := 0; n < 2; n++ { // the numbers at the end
		names = strings.TrimRight(names, " ")
		j := strings.LastIndexByte(names, ' ')
		if j < 0 || strings.Trim(names[j+1:], "0123456789") != "" {
			break
		}
		names = names[:j]
	}
	p.feature, p.name, ok = strings.Cut(strings.TrimRight(names, " "), " ")
	if part, name, more := strings.Cut(p.name, " "); more && p.feature != "APPFW" && part == strings.ToUpper(part) {
		p.feature, p.name = part, name // behind the name of a partition
	}
	p.text = strings.TrimSpace(text)
	return p, ok
}

// stamp reads "01/02/2031:03:04:05 GMT" wherever it stands in head: month
// first, unless that cannot be.
func stamp(e *footfall.Event, head string) {
	for i := 0; i+19 <= len(head); i++ {
		t := head[i:]
		if t[2] != '/' || t[5] != '/' || t[10] != ':' || t[13] != ':' || t[16] != ':' {
			continue
		}
		var n [6]int
		for k, at := range [...]int{0, 3, 6, 11, 14, 17} {
			width := 2
			if k == 2 {
				width = 4
			}
			for _, c := range []byte(t[at : at+width]) {
				if c-'0' > 9 {
					return
				}
				n[k] = n[k]*10 + int(c-'0')
			}
		}
		if n[0] > 12 {
			n[0], n[1] = n[1], n[0]
		}
		ns, ok := clock.Civil{Year: n[2], Month: n[0], Day: n[1], Hour: n[3], Minute: n[4], Second: n[5]}.Unix()
		if !ok {
			return
		}
		e.Time, e.Zoneless = ns, !strings.HasPrefix(t[19:], " GMT") && !strings.HasPrefix(t[19:], " UTC")
		return
	}
}

func (r *reader) line(b *footfall.Batch, frame []byte) error {
	line := strings.TrimRight(footfall.Str(frame), " \r")
	if line == "" {
		return nil
	}
	line = b.Keep(footfall.Bytes(line))
	p, ok := cut(line)
	if !ok {
		return errLine
	}
	e := b.New()
	if ns, n := clock.Parse(line); n > 0 {
		e.Time, e.Zoneless = ns, true
	}
	b.Add(r.text, line)
	r.body(b, e, &p)
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
	if p, ok := cut(s); ok {
		if stamp(e, e.Program); p.host == "" {
			p.host = e.Computer
		}
		r.body(b, e, &p)
	}
	return nil
}

// body reads the items "NAME VALUE - NAME VALUE - ..." and gives the event its kind.
func (r *reader) body(b *footfall.Batch, e *footfall.Event, p *part) {
	e.Log, e.Program = r.log, p.feature
	if e.Computer == "" || p.host != "" {
		e.Computer = p.host
	}
	stamp(e, p.at)
	b.Add(r.feature, p.feature)
	b.Add(r.event, p.name)
	r.values.Begin(b)
	r.twice = false
	clients := 0
	for rest := p.text; rest != ""; {
		var item string
		item, rest, _ = strings.Cut(rest, " - ")
		for item != "" {
			var more string
			if i := strings.Index(item, "- "); i > 0 { // "SessionId: 651173- User NAME"
				item, more = item[:i], item[i+2:]
			}
			name, val, ok := strings.Cut(strings.TrimLeft(item, " "), " ")
			if name == "Client_ip" || name == "ClientIP" || name == "Remote_ip" {
				clients++
			}
			if ok && name != "" && len(name) <= 48 {
				r.values.Put(strings.TrimSuffix(name, ":"), strings.Trim(strings.TrimSpace(val), `"`))
			}
			item = more
		}
	}
	r.twice = clients > 1
	r.mean(e, p)
}

func sniff(head []byte) int {
	lines, hits := 0, 0
	for s := range strings.SplitSeq(footfall.Str(head[:min(len(head), 16<<10)]), "\n") {
		if s = strings.TrimRight(s, " \r"); s == "" {
			continue
		}
		lines++
		if _, ok := cut(s); ok {
			hits++
		}
	}
	if hits*2 < lines || hits == 0 {
		return 0
	}
	return 94
}
