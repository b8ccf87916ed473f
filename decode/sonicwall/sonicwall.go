// Package sonicwall reads the key=value logs of SonicWall's firewalls and of
// its SMA remote-access appliances, behind syslog or as files. In goes a line,
// out comes one event: connections, who logged in to the device or by VPN,
// verdicts. What a message is about is told by its number first, by its words
// when the number is not known. It never reads what stands in quotes as a pair.
package sonicwall

import (
	"errors"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/clock"
	"github.com/footfall/footfall/internal/kvscan"
	"github.com/footfall/footfall/internal/message"
	"github.com/footfall/footfall/internal/preface"
	"github.com/footfall/footfall/internal/record"
)

const source = "SonicOS Log Events Reference Guide; https://www.sonicwall.com/support/technical-documentation/docs/sonicos-7-0-0-0-device_log/"

// Decoder reads lines of SonicWall's devices.
var Decoder = footfall.Decoder{
	Name:   "sonicwall",
	Doc:    "Logs of SonicWall firewalls and SMA appliances (key=value): connections, logons of administrators, users and SSL VPN, verdicts.",
	Source: source,
	Frame:  footfall.FrameLines,
	By:     "lines with id=, sn=, time= and fw=",
	Sniff:  sniff,
	New: func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
		return newReader(s).line, nil
	},
}

// Message reads the same behind a syslog header, among other lines.
var Message = footfall.Decoder{
	Name:   "sonicwall-message",
	Doc:    "Logs of SonicWall devices among other lines of syslog.",
	Source: source,
	Frame:  footfall.FrameMessage,
	By:     "the same pairs",
	Sniff: func(head []byte) int {
		if find(footfall.Str(head)) >= 0 {
			return 90
		}
		return 0
	},
	New: func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
		return newReader(s).message, nil
	},
}

var (
	errLine    = errors.New("sonicwall: not a line of a SonicWall device")
	errNoEvent = errors.New("sonicwall: a message without its envelope")
)

// The values of a record that are read, by slot.
const (
	kTime = iota
	kFirewall
	kID
	kMessage
	kMsg
	kSrc
	kDst
	kSrc6
	kDst6
	kSrcZone
	kDstZone
	kUser
	kProto
	kSent
	kReceived
	kDuration
	kAction
	kRule
	kPolicy
	kNote
	kHost
	kArg
	kResult
	kMAC
	kCategory
	kAgent
	kDomain
	kSession
	kAppName
	kSerial
	kSeconds
	slots
)

var paths = [slots]string{
	kTime: "time", kFirewall: "fw", kID: "id", kMessage: "m", kMsg: "msg", kSrc: "src", kDst: "dst", kSrc6: "srcV6", kDst6: "dstV6",
	kSrcZone: "srcZone", kDstZone: "dstZone", kUser: "usr|user", kProto: "proto", kSent: "sent", kReceived: "rcvd", kDuration: "cdur",
	kAction: "fw_action", kRule: "rule|policy", kPolicy: "vpnpolicy", kNote: "note", kHost: "dstname", kArg: "arg", kResult: "result",
	kMAC: "srcMac", kCategory: "ipscat|spycat|virus", kAgent: "agent", kDomain: "domain", kSession: "sess", kAppName: "appName",
	kSerial: "sn", kSeconds: "dur|duration",
}

var also = map[string][]string{"usr": {"username"}, "user": {"username"}, "fw_action": {"action"}, "proto": {"protocol"}, "dstname": {"cs-host"}, "arg": {"c-uri"}}

type reader struct {
	v       *record.Values
	log     footfall.LogID
	web     footfall.LogID
	srcIP   footfall.FieldID
	srcPort footfall.FieldID
	dstIP   footfall.FieldID
	dstPort footfall.FieldID
	blocked footfall.FieldID
}

func newReader(s *footfall.Schema) *reader {
	return &reader{
		v:     record.New(s, paths[:], also),
		log:   s.AddLog(footfall.Log{Product: "sonicwall", Categories: []string{"firewall"}}),
		web:   s.AddLog(footfall.Log{Product: "sonicwall", Categories: []string{"proxy"}}),
		srcIP: s.Asked("src_ip"), srcPort: s.Asked("src_port"), dstIP: s.Asked("dst_ip"), dstPort: s.Asked("dst_port"), blocked: s.Asked("blocked"),
	}
}

func (r *reader) line(b *footfall.Batch, frame []byte) error {
	s := strings.TrimRight(footfall.Str(frame), " \r\n\x00")
	if s == "" {
		return nil
	}
	at := find(s)
	if at < 0 {
		return errLine
	}
	s = b.Keep(footfall.Bytes(s))
	e := b.New()
	h := preface.Read(s[:at])
	e.Time, e.Computer, e.Zoneless, e.Len = h.Time, h.Host, h.Time != 0 && !h.Zoned, uint32(len(frame))
	r.fill(b, e, s[at:])
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
	if at := find(s); at >= 0 {
		r.fill(b, e, s[at:])
	}
	return nil
}

func (r *reader) fill(b *footfall.Batch, e *footfall.Event, text string) {
	r.v.Begin(b)
	for s := kvscan.New(text); s.Next(); {
		val := s.Val
		if s.Escaped {
			val = b.Kept(kvscan.Unescape(b.Grow(len(val)), val))
		}
		if s.Key == "msg" && val == "" {
			continue // an empty one comes before or behind one that says something
		}
		r.v.Put(s.Key, val)
	}
	e.Program = "sonicwall"
	r.when(e)
	r.common(b, e)
	r.mean(b, e)
}

// when reads "2031-02-27 12:55:40 UTC"; without UTC it is the device's own time.
func (r *reader) when(e *footfall.Event) {
	s := r.v.Get(kTime)
	ns, n := clock.ISO(s)
	if n == 0 || ns == 0 {
		return
	}
	e.Time, e.Zoneless = ns, n == len("2031-02-27 12:55:40") && strings.TrimSpace(s[n:]) != "UTC"
}

// maxHead is how far behind the front of a line the device's own text begins
// at most.
const maxHead = 256

// find returns where "id=NAME sn=SERIAL" begins, behind any header; -1 when a
// line has none.
func find(s string) int {
	head := s[:min(len(s), maxHead)]
	for from := 0; ; {
		i := strings.Index(head[from:], "id=")
		if i < 0 {
			return -1
		}
		i += from
		from = i + 3
		if i > 0 && s[i-1] != ' ' && s[i-1] != '>' && s[i-1] != '\t' {
			continue
		}
		_, rest, _ := strings.Cut(s[i:], " ")
		if rest = strings.TrimLeft(rest, " "); strings.HasPrefix(rest, "sn=") && strings.Contains(rest, "time=") && strings.Contains(rest, " fw=") {
			return i
		}
	}
}

func sniff(head []byte) int {
	n, lines := message.Count(head, func(l string) bool { return find(l) >= 0 })
	if n == 0 || n*10 < lines*9 {
		return 0
	}
	return 95
}
