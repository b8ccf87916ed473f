// Package leef understands records of the Log Event Extended Format, versions
// 1.0 and 2.0, by the attributes that it predefines. In goes a message from
// "LEEF:" on, or a line with whatever stands before that; out comes one event.
// Of an attribute that comes twice the first counts.
package leef

import (
	"errors"
	"strconv"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/clock"
	"github.com/footfall/footfall/internal/firewall"
	"github.com/footfall/footfall/internal/message"
	"github.com/footfall/footfall/internal/preface"
	"github.com/footfall/footfall/internal/record"
)

const manual = "IBM QRadar Log Event Extended Format (LEEF) version 2"

// Decoder reads LEEF behind syslog.
var Decoder = footfall.Decoder{
	Name:   "leef",
	Doc:    "Records of the Log Event Extended Format behind syslog: connections, logons and verdicts of whoever writes for QRadar.",
	Source: manual,
	Frame:  footfall.FrameMessage,
	By:     `a message that begins with "LEEF:" and a version`,
	Sniff: func(m []byte) int {
		if begin(footfall.Str(m)) == 0 {
			return 80
		}
		return 0
	},
	New: func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) { return newDecoder(s).message, nil },
}

// Lines reads files of LEEF.
var Lines = footfall.Decoder{
	Name:   "leef-line",
	Doc:    "Lines of the Log Event Extended Format, alone or behind any header.",
	Source: manual,
	Frame:  footfall.FrameLines,
	By:     `lines with "LEEF:" and a version`,
	Sniff: func(head []byte) int {
		return message.Share(head, 85, 2, func(line string) bool { return begin(line) >= 0 })
	},
	New: func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) { return newDecoder(s).line, nil },
}

var (
	errNoEvent = errors.New("leef: a message without its envelope")
	errLine    = errors.New("not a line of LEEF")
	errHeader  = errors.New("leef: the header has too few parts")
)

// Slots of the values of a record.
const (
	devTime = iota
	src
	srcPort
	dst
	dstPort
	usrName
	domain
	action
	proto
	srcBytes
	dstBytes
	totalBytes
	identHost
	identSrc
	mac
	policy
	resource
	url
	isLogin
	isLogout
	cat
	app
	device
	client
	session
	outcome
	inZone
	outZone
	why
	inner
	slots
)

var paths = []string{
	devTime: "devTime|devtime|DeviceTime", src: "src|srcIP", srcPort: "srcPort|sport", dst: "dst|dstIP", dstPort: "dstPort|dport", usrName: "usrName|usrname|user|User|UserName",
	domain: "domain|Domain|realm", action: "action|Action|act|Action_Taken", proto: "proto|protocol|Protocol", srcBytes: "srcBytes|bytesIn|SrcBytes", dstBytes: "dstBytes|bytesOut|DstBytes",
	totalBytes: "totalBytes|TotalBytes", identHost: "identHostName|identHost|srcHostName", identSrc: "identSrc", mac: "srcMAC|identMAC", policy: "policy|Policy|RuleName|rule|rule_name",
	resource: "resource|dstHostName", url: "url|URL", isLogin: "isLoginEvent", isLogout: "isLogoutEvent", cat: "cat", app: "app|Application|application|service",
	device: "devName|dvchost|DeviceName|hostname", client: "userAgent|UserAgent", session: "SessionID|sessionid|sessionId", outcome: "outcome|result|Result|status|Status",
	inZone: "SourceZone|srcZone|inzone|IngressInterface", outZone: "DestinationZone|dstZone|outzone|EgressInterface", why: "reason|Reason", inner: "PrivateIP|tunnelip|assigned_ip|PrivateIPv4",
}

// header are the names of the parts of the header.
var header = [5]string{"LEEFVersion", "Vendor", "Product", "Version", "EventID"}

type decoder struct {
	values      *record.Values
	fields      firewall.Fields
	other, wall footfall.LogID
	text        footfall.FieldID
	keys        [len(header)]record.Column
}

func newDecoder(s *footfall.Schema) *decoder {
	d := &decoder{
		values: record.New(s, paths, nil), fields: firewall.New(s), text: s.Asked("message"),
		other: s.AddLog(footfall.Log{Product: "leef"}),
		wall:  s.AddLog(footfall.Log{Product: "leef", Categories: []string{"firewall"}}),
	}
	for i, name := range header {
		d.keys[i] = d.values.Column(name)
	}
	return d
}

func (d *decoder) message(b *footfall.Batch, frame []byte) error {
	if len(b.Events) == 0 {
		return errNoEvent
	}
	e := b.Current()
	s := e.Message
	if s != string(frame) {
		s = b.Keep(frame)
	}
	return d.read(b, e, s)
}

func (d *decoder) line(b *footfall.Batch, frame []byte) error {
	line := strings.TrimRight(footfall.Str(frame), " \t\r")
	if line == "" {
		return nil
	}
	i := begin(line)
	if i < 0 {
		return errLine
	}
	line = b.Keep(footfall.Bytes(line))
	e := b.New()
	if h := preface.Read(line[:i]); h.Time != 0 || h.Host != "" {
		e.Time, e.Zoneless, e.Computer = h.Time, !h.Zoned && h.Time != 0, h.Host
	}
	b.Add(d.text, line[i:])
	return d.read(b, e, line[i:])
}

// maxHead bounds what may stand before a record in a line.
const maxHead = 512

// begin returns where a record begins, -1 when there is none. The mark may be
// gone, when it was taken for the name of a program.
func begin(s string) int {
	i := strings.Index(s[:min(len(s), maxHead)], "LEEF:")
	if i < 0 {
		return -1
	}
	v := strings.TrimLeft(s[i+len("LEEF:"):], " ")
	if len(v) < 8 || v[0] != '1' && v[0] != '2' || v[1] != '|' && v[1] != '.' || strings.Count(v[:min(len(v), 1024)], "|") < 4 {
		return -1
	}
	return i
}

func (d *decoder) read(b *footfall.Batch, e *footfall.Event, s string) error {
	i := strings.Index(s[:min(len(s), 8)], "LEEF:")
	if i < 0 {
		return errLine
	}
	s = strings.TrimLeft(s[i+len("LEEF:"):], " ")
	v := d.values
	v.Begin(b)
	var part [len(header)]string
	for i := range part {
		var ok bool
		if part[i], s, ok = strings.Cut(s, "|"); !ok {
			return errHeader
		}
		if part[i] != "" {
			v.PutColumn(d.keys[i], part[i])
		}
	}
	mark := "\t"
	if strings.HasPrefix(part[0], "2") {
		mark, s = delimiter(s)
	}
	attributes(s, mark, v)
	d.mean(b, e, part[4])
	return nil
}

// delimiter reads the sixth part of a header of version 2: a character, or its
// number ("x5E", "0x09"); a tab when it is empty or missing.
func delimiter(s string) (mark, rest string) {
	in, after, ok := strings.Cut(s, "|")
	if !ok || len(in) > 6 || strings.IndexByte(in, '=') >= 0 && len(in) > 1 {
		return "\t", s
	}
	hex := strings.TrimPrefix(strings.TrimPrefix(in, "0"), "x")
	switch {
	case in == "":
		return "\t", after
	case len(in) > 1 && len(hex) < len(in):
		n, err := strconv.ParseUint(hex, 16, 8)
		if err != nil {
			return "\t", after
		}
		return chars[n : n+1], after
	}
	return in, after
}

// chars holds every byte at its own place, so that none has to be made.
var chars = func() string {
	var c [256]byte
	for i := range c {
		c[i] = byte(i)
	}
	return string(c[:])
}()

// attributes takes key=value pairs. Where a tab is due and blanks are all
// there is, whoever handed the record on made them of the tabs: then a value
// goes on to the blank before the next key.
func attributes(s, mark string, v *record.Values) {
	if mark == "\t" && strings.IndexByte(s, '\t') < 0 && strings.Count(s, "=") > 1 {
		blanks(s, v)
		return
	}
	for s != "" {
		var pair string
		pair, s, _ = strings.Cut(s, mark)
		if key, val, ok := strings.Cut(pair, "="); ok && key != "" && len(key) <= 64 {
			v.Put(strings.TrimSpace(key), strings.TrimSpace(val))
		}
	}
}

func blanks(s string, v *record.Values) {
	for s = strings.TrimLeft(s, " "); s != ""; {
		key, rest, ok := strings.Cut(s, "=")
		if !ok || len(key) > 64 {
			return
		}
		end := len(rest)
		for i := 0; i < len(rest); i++ {
			if rest[i] != '=' {
				continue
			}
			from := max(0, i-65) // a name has at most 64 bytes
			if k := strings.LastIndexByte(rest[from:i], ' '); k >= 0 && name(rest[from+k+1:i]) {
				end = from + k
				break
			}
		}
		v.Put(strings.TrimSpace(key), strings.TrimSpace(rest[:end]))
		s = strings.TrimLeft(rest[end:], " ")
	}
}

func name(s string) bool {
	for i := range len(s) {
		c := s[i]
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '_' && c != '-' && c != '.' {
			return false
		}
	}
	return s != "" && len(s) <= 64
}

// mean says what a record means.
func (d *decoder) mean(b *footfall.Batch, e *footfall.Event, id string) {
	v := d.values
	stamp(e, v.Get(devTime))
	e.From = footfall.Endpoint{Addr: v.Addr(src), Host: v.Get(identHost), Port: v.Port(srcPort), Zone: v.Get(inZone)}
	e.To = footfall.Endpoint{Addr: v.Addr(dst), Host: v.Get(resource), Port: v.Port(dstPort), Zone: v.Get(outZone)}
	if !e.From.Addr.IsValid() {
		e.From.Addr = v.Addr(identSrc)
	}
	e.User = footfall.Account{Name: v.Get(usrName), Domain: v.Get(domain)}
	if dom, n, ok := strings.Cut(e.User.Name, `\`); ok && n != "" {
		e.User.Domain, e.User.Name = dom, n
	}
	if h := v.Get(device); h != "" {
		e.Computer = h
	}
	e.MAC, e.Client, e.Session, e.Assigned = v.Get(mac), v.Get(client), v.Get(session), v.Addr(inner)
	e.Returned = max(0, v.Int(dstBytes))
	e.Bytes = max(max(0, v.Int(srcBytes))+e.Returned, v.Int(totalBytes))
	e.Outcome = firewall.Outcome(v.Get(action))
	if o := firewall.Outcome(v.Get(outcome)); o != footfall.OutcomeUnknown {
		e.Outcome = o
	}
	e.Service = firewall.Service(v.Get(app), e.To.Port)
	e.Kind, e.Log = d.kind(e, id), d.other
	switch e.Kind {
	case footfall.KindLogon:
		if e.Outcome == footfall.OutcomeUnknown {
			if e.Outcome = firewall.Outcome(id); e.Outcome == footfall.OutcomeUnknown && v.Get(isLogin) == "true" {
				e.Outcome = footfall.Success
			}
		}
		if firewall.Has(id, "vpn", "globalprotect", "tunnel") || firewall.Has(v.Get(cat), "vpn") {
			e.Service = footfall.ServiceVPN
		}
		if e.Outcome == footfall.Failure && firewall.Has(v.Get(why), "password", "credential") {
			e.Reason = footfall.ReasonBadPassword
		}
	case footfall.KindLogoff:
		e.Outcome = footfall.OutcomeUnknown
	case footfall.KindConnection:
		e.Object, e.Log = v.Get(policy), d.wall
	case footfall.KindRequest:
		e.Object, e.Service = v.Get(url), footfall.ServiceWeb
	case footfall.KindUnknown:
		e.Outcome, e.Service = footfall.OutcomeUnknown, footfall.ServiceUnknown
	default:
		e.Object = id
	}
	d.fields.Add(b, "", v.Get(proto))
}

func (d *decoder) kind(e *footfall.Event, id string) footfall.Kind {
	v := d.values
	switch {
	case strings.EqualFold(v.Get(isLogin), "true"):
		return footfall.KindLogon
	case strings.EqualFold(v.Get(isLogout), "true"):
		return footfall.KindLogoff
	}
	k := firewall.Meaning(id)
	if k == footfall.KindUnknown {
		k = firewall.Meaning(v.Get(cat))
	}
	switch {
	case (k == footfall.KindLogon || k == footfall.KindLogoff) && e.User.Name == "" && !e.From.Addr.IsValid():
		return footfall.KindUnknown
	case k != footfall.KindUnknown:
		return k
	case v.Get(url) != "":
		return footfall.KindRequest
	case e.From.Addr.IsValid() && e.To.Addr.IsValid():
		return footfall.KindConnection
	}
	return footfall.KindUnknown
}

// stamp reads devTime: milliseconds or seconds since 1970, "Mar 07 2024 14:01:59.123 UTC", ISO 8601.
func stamp(e *footfall.Event, s string) {
	digits := strings.Trim(s, "0123456789") == ""
	switch {
	case digits && len(s) == 13:
		e.Time, e.Zoneless = count(s)*1e6, false
	case digits && len(s) == 10:
		e.Time, e.Zoneless = count(s)*1e9, false
	default:
		if ns, n := clock.Parse(s); n > 0 && ns != 0 && (!clock.Unresolved(ns) || e.Time == 0) {
			rest := strings.TrimSpace(s[n:])
			e.Time, e.Zoneless = ns, !clock.Zoned(s[:n]) && rest != "UTC" && rest != "GMT"
		}
	}
}

func count(s string) (n int64) {
	for i := range len(s) {
		n = n*10 + int64(s[i]-'0')
	}
	return n
}
