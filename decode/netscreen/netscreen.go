// Package netscreen understands the messages of ScreenOS: traffic, logons of
// administrators, VPN users, screens. In goes a message from "NetScreen
// device_id=" on, or a line with whatever stands before that; out comes what it
// says. Names may hold the words of a message: what stands behind them is read
// from the end.
package netscreen

import (
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/clock"
	"github.com/footfall/footfall/internal/firewall"
	"github.com/footfall/footfall/internal/hostport"
	"github.com/footfall/footfall/internal/message"
	"github.com/footfall/footfall/internal/preface"
	"github.com/footfall/footfall/internal/record"
)

const manual = "ScreenOS Message Log Reference Guide, release 6.3.0"

// Decoder reads messages of ScreenOS behind syslog.
var Decoder = footfall.Decoder{
	Name:   "netscreen",
	Doc:    "Messages of ScreenOS (NetScreen, SSG, ISG): traffic, logons of administrators, VPN users, screens.",
	Source: manual,
	Frame:  footfall.FrameMessage,
	By:     `"NetScreen device_id="`,
	Sniff: func(m []byte) int {
		if strings.HasPrefix(footfall.Str(m), mark) {
			return 90
		}
		return 0
	},
	New: func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) { return newText(s).Messages(s, nil) },
}

// Lines reads files of such lines without a header of syslog.
var Lines = footfall.Decoder{
	Name:   "netscreen-line",
	Doc:    "Lines of ScreenOS without a header of syslog.",
	Source: manual,
	Frame:  footfall.FrameLines,
	By:     `lines with "NetScreen device_id="`,
	Sniff: func(head []byte) int {
		return message.Share(head, 93, 2, func(line string) bool { return strings.Contains(line[:min(len(line), maxHead)], mark) })
	},
	New: func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) { return newText(s).Lines(s, nil) },
}

const (
	mark    = "NetScreen device_id="
	maxHead = 256
)

// Slots of the values of a traffic message.
const (
	start = iota
	duration
	policy
	service
	proto
	srcZone
	dstZone
	action
	sent
	received
	src
	dst
	srcPort
	dstPort
	session
	slots
)

var paths = []string{
	start: "start_time", duration: "duration", policy: "policy_id", service: "service", proto: "proto", srcZone: "src zone", dstZone: "dst zone", action: "action",
	sent: "sent", received: "rcvd", src: "src", dst: "dst", srcPort: "src_port", dstPort: "dst_port", session: "session_id",
}

type decoder struct {
	values *record.Values
	fields firewall.Fields
	wall   footfall.LogID
}

func newText(s *footfall.Schema) *message.Text {
	d := &decoder{
		values: record.New(s, paths, nil), fields: firewall.New(s),
		wall: s.AddLog(footfall.Log{Product: "netscreen", Services: []string{"traffic", "syslog"}, Categories: []string{"firewall"}}),
	}
	return &message.Text{Name: "netscreen", Log: footfall.Log{Product: "netscreen", Services: []string{"system", "syslog"}}, Head: head, Read: d.read}
}

func head(e *footfall.Event, line string) (string, bool) {
	i := strings.Index(line[:min(len(line), maxHead)], mark)
	if i < 0 {
		return "", false
	}
	h := preface.Read(line[:i])
	e.Time, e.Zoneless, e.Computer = h.Time, h.Time != 0 && !h.Zoned, h.Host
	return line[i:], true
}

func (d *decoder) read(b *footfall.Batch, e *footfall.Event, s string) {
	s, ok := strings.CutPrefix(s, mark)
	if !ok {
		return
	}
	device, s, _ := strings.Cut(s, " ")
	if e.Computer == "" {
		e.Computer = device
	}
	i := strings.Index(s, "system-")
	if i < 0 {
		return
	}
	if vsys := strings.Trim(s[:i], " []"); vsys != "" && !strings.EqualFold(vsys, "root") && vsys != "No Name" {
		e.Tenant = vsys
	}
	kind, text, ok := strings.Cut(s[i:], ": ")
	if !ok {
		return
	}
	e.EventID = number(kind)
	text = dated(e, strings.TrimSpace(text))
	if e.EventID == 257 {
		d.traffic(b, e, text)
		return
	}
	switch {
	case admin(e, text), user(e, text), screen(e, text):
	}
	d.fields.Add(b, "", "")
}

// number reads the number of "system-notification-00257(traffic)".
func number(s string) (n uint32) {
	s, _, _ = strings.Cut(s, "(")
	s = s[strings.LastIndexByte(s, '-')+1:]
	for i := range len(s) {
		if s[i]-'0' > 9 || i > 6 {
			return 0
		}
		n = n*10 + uint32(s[i]-'0')
	}
	return n
}

// dated drops "(2024-03-07 14:01:59)" from the end of a message; it is the
// time when the line has no other.
func dated(e *footfall.Event, s string) string {
	i := strings.LastIndex(s, "(")
	if i < 0 || !strings.HasSuffix(s, ")") {
		return s
	}
	if ns, ok := moment(s[i+1 : len(s)-1]); ok {
		if e.Time == 0 || clock.Unresolved(e.Time) {
			e.Time, e.Zoneless = ns, true
		}
		return strings.TrimRight(s[:i], " ")
	}
	return s
}

// moment reads "2024-3-7 14:01:59": ScreenOS writes months and days without zeros.
func moment(s string) (ns int64, ok bool) {
	var v [6]int
	part := 0
	digits := 0
	for i := range len(s) {
		switch c := s[i]; {
		case c-'0' <= 9:
			if digits++; digits > 4 {
				return 0, false
			}
			v[part] = v[part]*10 + int(c-'0')
		case strings.IndexByte("-- ::", c) >= 0 && part < 5 && c == "-- ::"[part] && digits > 0:
			part, digits = part+1, 0
		default:
			return 0, false
		}
	}
	if part != 5 || digits == 0 || v[0] < 1990 {
		return 0, false
	}
	return clock.Civil{Year: v[0], Month: v[1], Day: v[2], Hour: v[3], Minute: v[4], Second: v[5]}.Unix()
}

// traffic reads "start_time="2024-03-07 14:01:59" duration=5 ... src zone=Untrust ... reason=Close - TCP FIN".
func (d *decoder) traffic(b *footfall.Batch, e *footfall.Event, s string) {
	v := d.values
	v.Begin(b)
	for s != "" {
		key, rest, ok := strings.Cut(s, "=")
		if !ok || len(key) > 64 {
			break
		}
		var val string
		if strings.HasPrefix(rest, `"`) {
			val, rest, _ = strings.Cut(rest[1:], `"`)
		} else {
			end := valueEnd(rest)
			val, rest = strings.TrimRight(rest[:end], " "), rest[end:]
		}
		v.Put(strings.TrimSpace(key), val)
		s = strings.TrimLeft(rest, " ")
	}
	e.Kind, e.Log = footfall.KindConnection, d.wall
	e.From = footfall.Endpoint{Addr: v.Addr(src), Port: v.Port(srcPort), Zone: v.Get(srcZone)}
	e.To = footfall.Endpoint{Addr: v.Addr(dst), Port: v.Port(dstPort), Zone: v.Get(dstZone)}
	e.Service = firewall.Service(v.Get(service), e.To.Port)
	e.Object, e.Session = v.Get(policy), v.Get(session)
	e.Returned = max(0, v.Int(received))
	e.Bytes = max(0, v.Int(sent)) + e.Returned
	e.Duration = min(max(0, v.Int(duration)), 1<<32) * 1e9
	switch a := v.Get(action); {
	case strings.HasPrefix(a, "Permit"), strings.HasPrefix(a, "Tunnel"):
		e.Outcome = footfall.Success
	case strings.HasPrefix(a, "Deny"), strings.HasPrefix(a, "Reject"), strings.HasPrefix(a, "Drop"):
		e.Outcome = footfall.Failure
	}
	if ns, ok := moment(v.Get(start)); ok && (e.Time == 0 || clock.Unresolved(e.Time)) {
		e.Time, e.Zoneless = ns, true
	}
	d.fields.Add(b, "", v.Get(proto))
}

// valueEnd returns where a value without quotes ends: before the next key. It
// may have several words, as services and reasons do; so have the keys that
// begin with src and dst.
func valueEnd(s string) int {
	for i := 0; i < len(s); i++ {
		if s[i] != ' ' {
			continue
		}
		next, _, _ := strings.Cut(s[i+1:], " ")
		if strings.IndexByte(next, '=') >= 0 || next == "src" || next == "dst" || strings.HasSuffix(next, "-xlated") {
			return i
		}
	}
	return len(s)
}

// behind reads the address, with or without a port, behind the last mark.
func behind(e *footfall.Event, s, mark string) {
	i := strings.LastIndex(s, mark)
	if i < 0 {
		return
	}
	w, _, _ := strings.Cut(s[i+len(mark):], " ")
	w = strings.TrimRight(w, ".,;")
	if a, ok := hostport.Addr(w); ok {
		e.From.Addr = a
	} else if p, ok := hostport.Colon(w); ok && p.Addr.IsValid() {
		e.From = p
	}
}

// quoted takes a name between the first before and the last after.
func quoted(e *footfall.Event, s, before, after string) bool {
	i, j := strings.Index(s, before), strings.LastIndex(s, after)
	if i < 0 || j < i+len(before) {
		return false
	}
	e.User.Name = strings.Trim(s[i+len(before):j], `"'`)
	return true
}

// how tells the service by ScreenOS's word for the way of management.
func how(e *footfall.Event, s string) {
	switch {
	case firewall.Has(s, "ssh", "scs"):
		e.Service = footfall.ServiceSSH
	case firewall.Has(s, "telnet"):
		e.Service = footfall.ServiceTelnet
	case firewall.Has(s, "web", "http"):
		e.Service = footfall.ServiceWeb
	case firewall.Has(s, "console"):
		e.Service = footfall.ServiceLocal
	}
}

// admin reads messages about administrators.
func admin(e *footfall.Event, s string) bool {
	set := func(k footfall.Kind, o footfall.Outcome) {
		if e.Kind, e.Outcome = k, o; o == footfall.Failure {
			e.Reason = footfall.ReasonBadPassword
		}
	}
	switch {
	case strings.HasSuffix(s, " failed.") && (quoted(e, s, "dmin User ", " login attempt for ") || quoted(e, s, "dmin user ", " login attempt for ")): // first: a name may hold the words of a success
		set(footfall.KindLogon, footfall.Failure)
		behind(e, s, " from ")
		how(e, s[strings.LastIndex(s, " login attempt for "):])
	case quoted(e, s, "dmin User ", " logged in for ") || quoted(e, s, "dmin user ", " logged in for "): // Admin User "NAME" logged in for SSH management (port 22) from ADDR:PORT
		set(footfall.KindLogon, footfall.Success)
		behind(e, s, " from ")
		how(e, s[strings.LastIndex(s, " logged in for "):])
	case quoted(e, s, "dmin User ", " logged out for ") || quoted(e, s, "dmin user ", " logged out for "):
		e.Kind = footfall.KindLogoff
		behind(e, s, " from ")
		how(e, s[strings.LastIndex(s, " logged out for "):])
	case quoted(e, s, "dmin user ", " has been rejected via ") || quoted(e, s, "dmin user ", " has been accepted via "):
		set(footfall.KindCredential, footfall.Failure)
		if strings.LastIndex(s, " accepted via ") > strings.LastIndex(s, " rejected via ") {
			e.Outcome, e.Reason = footfall.Success, footfall.ReasonUnknown
		}
		i := strings.LastIndex(s, " server at ")
		if i >= 0 {
			e.To.Addr, _ = hostport.Addr(strings.TrimRight(s[i+len(" server at "):], ". "))
		}
	case strings.HasPrefix(s, "SSH: Password authentication "), strings.HasPrefix(s, "SSH: PKA authentication "), strings.HasPrefix(s, "SCS: "):
		if !quoted(e, s, "admin user ", " at host ") {
			return false
		}
		set(footfall.KindLogon, footfall.Success)
		if firewall.Has(s[:min(len(s), 48)], "fail", "den", "reject") {
			set(footfall.KindLogon, footfall.Failure)
		}
		e.Service = footfall.ServiceSSH
		behind(e, s, " at host ")
	case strings.HasPrefix(s, "ADM: "): // ADM: Local admin authentication failed for login name 'NAME': invalid password
		set(footfall.KindCredential, footfall.Success)
		if strings.Contains(s[:min(len(s), 56)], " failed ") {
			set(footfall.KindCredential, footfall.Failure)
		}
		if !quoted(e, s, "login name '", "'") {
			quoted(e, s, "login name ", ": ")
		}
	case quoted(e, s, " for admin ", " has timed out"): // Management session via SSH from ADDR:PORT for admin NAME has timed out
		e.Kind = footfall.KindLogoff
		v, _, _ := strings.Cut(s, " for admin ")
		behind(e, v, " from ")
		how(e, v)
	default:
		return false
	}
	return true
}

// user reads messages about users of VPNs: XAuth, L2TP, and authentication
// at the firewall.
func user(e *footfall.Event, s string) bool {
	if v, ok := strings.CutPrefix(s, "IKE<"); ok || strings.HasPrefix(s, "IKE ") {
		if !ok {
			v = strings.TrimPrefix(s, "IKE ")
		}
		at := strings.IndexAny(v, "> :")
		if at < 0 {
			return false
		}
		a, ok := hostport.Addr(v[:at])
		if !ok {
			return false
		}
		e.From.Addr, e.Service = a, footfall.ServiceVPN
		switch {
		case strings.Contains(v, "XAuth login was passed"):
			e.Kind, e.Outcome = footfall.KindLogon, footfall.Success
		case strings.Contains(v, "XAuth login") && firewall.Has(v, "fail", "expired", "abort", "time-out", "refus"):
			e.Kind, e.Outcome, e.Reason = footfall.KindLogon, footfall.Failure, footfall.ReasonBadPassword
		case strings.Contains(v, "Phase 1: Responder starts"):
			e.Kind = footfall.KindAttempt
		default:
			return true
		}
		if !quoted(e, v, "username <", ">, retry") {
			quoted(e, v, "username <", ">, ")
		}
		if i := strings.LastIndex(v, "Client IP Addr<"); i >= 0 {
			ip, _, _ := strings.Cut(v[i+len("Client IP Addr<"):], ">")
			e.Assigned, _ = hostport.Addr(ip)
		}
		return true
	}
	// User NAME at ADDR is accepted via the Local server; ... has been rejected via ...
	if v, ok := strings.CutPrefix(s, "User "); ok {
		i := strings.LastIndex(v, " at ")
		if i < 0 || !strings.Contains(v[i:], " via the ") {
			return false
		}
		e.Kind, e.Service, e.User.Name, e.Outcome = footfall.KindLogon, footfall.ServiceGateway, v[:i], footfall.Success
		if firewall.Has(v[i:], "rejected", "denied", "challenge") {
			e.Outcome, e.Reason = footfall.Failure, footfall.ReasonBadPassword
		}
		behind(e, v, " at ")
		return true
	}
	return false
}

// screen reads "Port scan! From ADDR:PORT to ADDR:PORT, proto TCP (zone ...). Occurred 1 times."
func screen(e *footfall.Event, s string) bool {
	what, v, ok := strings.Cut(s, "! From ")
	if !ok || len(what) > 64 {
		return false
	}
	from, v, _ := strings.Cut(v, " to ")
	to, _, _ := strings.Cut(v, ",")
	e.Kind, e.Object = footfall.KindAlert, what
	if a, ok := hostport.Addr(from); ok {
		e.From.Addr = a
	} else if p, ok := hostport.Colon(from); ok {
		e.From = p
	}
	if a, ok := hostport.Addr(to); ok {
		e.To.Addr = a
	} else if p, ok := hostport.Colon(to); ok {
		e.To = p
	}
	e.Service = footfall.ServiceOfPort(e.To.Port)
	return true
}
