// Package netfilter understands what Linux's packet filters log: iptables and
// nftables in the kernel or by ulogd, and what ufw, firewalld, Shorewall,
// OpenWrt, EdgeOS and UniFi make of their prefixes; and the port scans that
// scanlogd sees. In goes a message or a bare line, out comes a connection. The
// prefix is the administrator's to choose: only its words for what was done
// count, and only what stands behind IN= is read as values.
package netfilter

import (
	"net/netip"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/firewall"
	"github.com/footfall/footfall/internal/hostport"
	"github.com/footfall/footfall/internal/message"
	"github.com/footfall/footfall/internal/preface"
	"github.com/footfall/footfall/internal/record"
)

const source = "Linux: net/netfilter/nf_log_syslog.c; iptables-extensions(8) LOG; ufw(8); scanlogd(8)"

// Decoder reads messages of the kernel's packet filter.
var Decoder = footfall.Decoder{
	Name:   "netfilter",
	Doc:    "Packets that iptables, nftables, ufw, firewalld, OpenWrt, EdgeOS or UniFi logged (IN= OUT= SRC= DST=), and scanlogd's port scans.",
	Source: source,
	Frame:  footfall.FrameMessage,
	By:     `"IN=" and "OUT=" with SRC= or MAC=, "PROTO=" with SPT= and DPT=, or a scan that scanlogd tells`,
	Sniff: func(m []byte) int {
		if s := footfall.Str(m); begin(s) >= 0 || scan(s) {
			return 80
		}
		return 0
	},
	New: func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
		return newText(s).Messages(s, nil)
	},
}

// Lines reads files of such lines without a header of syslog.
var Lines = footfall.Decoder{
	Name:   "netfilter-line",
	Doc:    "Lines of a packet filter of Linux without a header of syslog, as ulogd or a cut-down file has them.",
	Source: source,
	Frame:  footfall.FrameLines,
	By:     `lines with "IN=" and "OUT="`,
	Sniff: func(head []byte) int {
		return message.Share(head, 60, 2, func(line string) bool { return begin(line) >= 0 })
	},
	New: func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
		return newText(s).Lines(s, nil)
	},
}

// Slots of the values of a packet.
const (
	src = iota
	dst
	srcPort
	dstPort
	in
	out
	physIn
	physOut
	mac
	proto
	slots
)

var paths = []string{src: "SRC", dst: "DST", srcPort: "SPT", dstPort: "DPT", in: "IN", out: "OUT", physIn: "PHYSIN", physOut: "PHYSOUT", mac: "MAC", proto: "PROTO"}

type decoder struct {
	values *record.Values
	fields firewall.Fields
}

func newText(s *footfall.Schema) *message.Text {
	d := &decoder{values: record.New(s, paths, nil), fields: firewall.New(s)}
	return &message.Text{
		Name: "netfilter", Program: "kernel",
		Log:  footfall.Log{Product: "linux", Services: []string{"iptables", "syslog"}, Categories: []string{"firewall"}},
		Head: head, Read: d.read,
	}
}

// head reads what stands before the prefix of a line.
func head(e *footfall.Event, line string) (string, bool) {
	i := begin(line)
	if i < 0 {
		return "", false
	}
	if h := preface.Read(line[:i]); h.Time != 0 {
		e.Time, e.Zoneless, e.Computer = h.Time, !h.Zoned, h.Host
	}
	return line, true
}

// begin returns where the values of a packet begin: "IN=eth0 OUT=". The head
// of a line that was cut off in the middle of a packet is lost: then, where
// "PROTO=" stands.
func begin(s string) int {
	for from := 0; ; {
		i := strings.Index(s[from:], "IN=")
		if i < 0 {
			break
		}
		i += from
		end := strings.IndexByte(s[i:], ' ')
		if end > 0 && strings.HasPrefix(s[i+end:], " OUT=") && (strings.Contains(s[i+end:], " SRC=") || strings.Contains(s[i+end:], " MAC=")) {
			return i
		}
		from = i + 3
	}
	if i := strings.Index(s[:min(len(s), 128+len(" PROTO=")-1)], " PROTO="); i >= 0 && strings.Contains(s[i:], " SPT=") && strings.Contains(s[i:], " DPT=") {
		return i + 1
	}
	return -1
}

func (d *decoder) read(b *footfall.Batch, e *footfall.Event, s string) {
	i := begin(s)
	if i < 0 {
		scanned(e, s)
		return
	}
	v := d.values
	v.Begin(b)
	values(s[i:], v)
	e.Kind = footfall.KindConnection
	e.From = footfall.Endpoint{Addr: address(v.Get(src)), Port: v.Port(srcPort), Zone: v.First(physIn, in)}
	e.To = footfall.Endpoint{Addr: address(v.Get(dst)), Port: v.Port(dstPort), Zone: v.First(physOut, out)}
	e.Service = footfall.ServiceOfPort(e.To.Port)
	if m := v.Get(mac); len(m) >= 41 && m[17] == ':' && m[35] == ':' { // to, from, type
		e.MAC = m[18:35]
	}
	prefix := ""
	if strings.HasPrefix(s[i:], "IN=") {
		prefix = ruled(s[:i])
	}
	if prefix == "" && e.Program != "kernel" { // syslog took the rule's prefix for who wrote the line
		prefix = e.Program
	}
	e.Object = strings.Trim(prefix, " []:-")
	action, outcome := done(prefix)
	e.Outcome = outcome
	d.fields.Add(b, action, v.Get(proto))
}

func address(s string) (a netip.Addr) {
	a, _ = hostport.Addr(s)
	return a
}

// values takes NAME=VALUE words. In brackets stands the packet that an ICMP
// error is about.
func values(s string, v *record.Values) {
	for s != "" {
		var w string
		w, s, _ = strings.Cut(s, " ")
		if w != "" && w[0] == '[' {
			return
		}
		if i := strings.IndexByte(w, '='); i > 0 && i < 16 {
			v.Put(w[:i], w[i+1:])
		}
	}
}

// ruled returns what the rule put before a packet, without the kernel's time
// since boot.
func ruled(s string) string {
	s = strings.TrimLeft(s, " ")
	if s != "" && s[0] == '[' {
		if i := strings.IndexByte(s, ']'); i > 0 && strings.Trim(s[1:i], " .0123456789") == "" {
			s = strings.TrimLeft(s[i+1:], " ")
		}
	}
	return strings.TrimRight(s, " ")
}

// words are what prefixes say of what was done with a packet.
var words = [...]struct {
	text string
	is   footfall.Outcome
}{
	{"DROP", footfall.Failure},
	{"REJECT", footfall.Failure},
	{"DENY", footfall.Failure},
	{"DENIED", footfall.Failure},
	{"BLOCK", footfall.Failure},
	{"BAN", footfall.Failure},
	{"DISCARD", footfall.Failure},
	{"BLACKLIST", footfall.Failure},
	{"LIMIT", footfall.Failure},
	{"ACCEPT", footfall.Success},
	{"ALLOW", footfall.Success},
	{"PERMIT", footfall.Success},
	{"PASS", footfall.Success},
}

// done tells from a prefix what was done with a packet: by a word of its own
// or part of one, or by the letter that EdgeOS and UniFi put between dashes.
func done(prefix string) (word string, is footfall.Outcome) {
	for i := range words {
		if at := fold(prefix, words[i].text); at >= 0 {
			return prefix[at : at+len(words[i].text)], words[i].is
		}
	}
	for s := strings.Trim(prefix, " []:"); s != ""; {
		var part string
		part, s, _ = strings.Cut(s, "-")
		switch part {
		case "D":
			return part, footfall.Failure
		case "R":
			return part, footfall.Failure
		case "A":
			return part, footfall.Success
		}
	}
	return "", footfall.OutcomeUnknown
}

// fold returns where upper stands in s, in capitals or not; -1 when nowhere.
func fold(s, upper string) int {
	for i := 0; i+len(upper) <= len(s); i++ {
		if strings.EqualFold(s[i:i+len(upper)], upper) {
			return i
		}
	}
	return -1
}

// scan reports whether s is scanlogd's: "ADDR[:PORT] to ADDR [and others,] ports 80, 81, ..., TOS 00, TTL 49 @20:44:43".
func scan(s string) bool {
	i := strings.Index(s[:min(len(s), 128+len(" ports ")-1)], " ports ")
	return i > 0 && strings.Contains(s[:i], " to ") && strings.Contains(s[i:], ", TOS ") && strings.Contains(s[i:], " @")
}

func scanned(e *footfall.Event, s string) {
	if !scan(s) {
		return
	}
	from, rest, _ := strings.Cut(s, " to ")
	to, _, _ := strings.Cut(rest, " ")
	var ok bool
	if e.From.Addr, ok = hostport.Addr(from); !ok {
		e.From, _ = hostport.Colon(from)
	}
	if e.To.Addr, ok = hostport.Addr(to); !ok {
		e.To, _ = hostport.Colon(to)
	}
	e.Kind, e.Object = footfall.KindAlert, "port scan"
}
