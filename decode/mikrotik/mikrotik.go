// Package mikrotik understands the messages of RouterOS: packets of its
// firewall, logons of administrators, PPP sessions of remote users with the
// addresses given to them, DHCP. In goes a message, or a line with RouterOS's
// own head, out comes what it says. Names may hold the words of a message:
// what stands behind them is read from the end.
package mikrotik

import (
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/clock"
	"github.com/footfall/footfall/internal/firewall"
	"github.com/footfall/footfall/internal/hostport"
	"github.com/footfall/footfall/internal/message"
	"github.com/footfall/footfall/internal/preface"
)

const source = "https://help.mikrotik.com/docs/spaces/ROS/pages/328094/Log; /ip firewall filter action=log"

// Decoder reads the messages of RouterOS behind syslog.
var Decoder = footfall.Decoder{
	Name:   "mikrotik",
	Doc:    "Messages of RouterOS: packets of the firewall, logons of administrators, PPP, L2TP, SSTP and OpenVPN sessions, DHCP.",
	Source: source,
	Frame:  footfall.FrameMessage,
	By:     `the wording of RouterOS: "user ... logged in from ... via", "login failure for user", "in:... out:..., proto"`,
	Sniff: func(m []byte) int {
		if about(footfall.Str(m)) != nothing {
			return 70
		}
		return 0
	},
	New: func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
		return newText(s).Messages(s, nil)
	},
}

// Lines reads RouterOS's own files and print-outs of its log.
var Lines = footfall.Decoder{
	Name:   "mikrotik-line",
	Doc:    "Lines of RouterOS's own log files: a stamp or none, topics parted by commas, the message.",
	Source: source,
	Frame:  footfall.FrameLines,
	By:     "lines with topics parted by commas, or that wording",
	Sniff: func(head []byte) int {
		return message.Share(head, 75, 2, func(line string) bool {
			var e footfall.Event
			text, ok := split(&e, line)
			return ok && (about(text) != nothing || strings.Contains(e.Program, ",info") || strings.Contains(e.Program, ",error") || strings.Contains(e.Program, ",warning") || strings.Contains(e.Program, ",critical"))
		})
	},
	New: func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
		return newText(s).Lines(s, nil)
	},
}

func newText(s *footfall.Schema) *message.Text {
	d := &decoder{
		fields: firewall.New(s),
		wall:   s.AddLog(footfall.Log{Product: "mikrotik", Services: []string{"firewall", "syslog"}, Categories: []string{"firewall"}}),
	}
	return &message.Text{Name: "mikrotik", Log: footfall.Log{Product: "mikrotik", Services: []string{"system", "syslog"}}, Head: split, Read: d.read}
}

type decoder struct {
	fields firewall.Fields
	wall   footfall.LogID
}

// split reads what stands before a message: topics, and before them a stamp in
// the forms of RouterOS before and since version 7.10, or what a server of
// syslog put there.
func split(e *footfall.Event, line string) (text string, ok bool) {
	at := 0
	for range maxWords {
		if n := topics(line[at:]); n > 0 {
			before(e, line[:at])
			e.Program = line[at : at+n]
			return line[at+n+1:], true
		}
		i := strings.IndexByte(line[at:], ' ')
		if i < 0 {
			break
		}
		for at += i; at < len(line) && line[at] == ' '; at++ {
		}
	}
	return "", false
}

// maxWords bounds how many words may stand before the topics.
const maxWords = 8

// before reads the stamp and the host that stand before the topics.
func before(e *footfall.Event, s string) {
	if ns, n := stamp(s); n > 0 {
		e.Time, e.Zoneless = ns, true
		return
	}
	h := preface.Read(s)
	e.Time, e.Zoneless, e.Computer = h.Time, h.Time != 0 && !h.Zoned, h.Host
}

// topics returns the length of the topics that s begins with, up to the blank
// behind them; 0 when there are none.
func topics(s string) int {
	n := strings.IndexByte(s, ' ')
	if n < 0 || n > 64 || strings.IndexByte(s[:n], ',') < 0 || strings.Trim(s[:n], "abcdefghijklmnopqrstuvwxyz0123456789,-!") != "" {
		return 0
	}
	for _, t := range [...]string{",info", ",error", ",critical", ",warning", ",debug", ",account", ",packet", ",raw"} {
		if strings.Contains(s[:n], t) {
			return n
		}
	}
	return 0
}

// stamp reads "mar/07 14:01:59" and "mar/07/2024 14:01:59".
func stamp(s string) (ns int64, n int) {
	if len(s) < 15 || s[3] != '/' {
		return 0, 0
	}
	m := strings.Index(" jan feb mar apr may jun jul aug sep oct nov dec", s[:3]) - 1
	if m < 0 || m%4 != 0 {
		return 0, 0
	}
	c := clock.Civil{Year: clock.Yearless, Month: m/4 + 1, Day: two(s[4:])}
	n = 6
	if s[n] == '/' {
		if len(s) < 20 {
			return 0, 0
		}
		hi, lo := two(s[7:]), two(s[9:])
		if hi < 0 || lo < 0 {
			return 0, 0
		}
		c.Year, n = hi*100+lo, 11
	}
	if s[n] != ' ' || s[n+3] != ':' || s[n+6] != ':' {
		return 0, 0
	}
	c.Hour, c.Minute, c.Second = two(s[n+1:]), two(s[n+4:]), two(s[n+7:])
	if c.Day < 0 || c.Hour < 0 || c.Minute < 0 || c.Second < 0 {
		return 0, 0
	}
	ns, ok := c.Unix()
	if !ok {
		return 0, 0
	}
	return ns, n + 9
}

func two(s string) int {
	a, b := s[0]-'0', s[1]-'0'
	if a > 9 || b > 9 {
		return -1
	}
	return int(a)*10 + int(b)
}

// A matter is what a message is about.
type matter uint8

const (
	nothing matter = iota
	packet
	failure
	login
	logout
	connected
	disconnected
	refused
	reached
	assigned
	deassigned
	changed
)

// about tells what a message is about by its words.
func about(s string) matter {
	switch {
	case s == "":
		return nothing
	case strings.HasPrefix(s, "login failure for user ") && strings.Contains(s, " via "):
		return failure
	case strings.HasPrefix(s, "user ") && strings.Contains(s, " via "):
		if i, o := strings.LastIndex(s, " logged in "), strings.LastIndex(s, " logged out "); i >= 0 || o >= 0 {
			if i > o {
				return login
			}
			return logout
		}
	}
	if i := strings.Index(s[:min(len(s), 128+len("in:")-1)], "in:"); i >= 0 && strings.Contains(s[i:], " out:") && strings.Contains(s[i:], "proto ") && strings.Contains(s[i:], "->") {
		return packet
	}
	return ppp(s)
}

// ppp is about for the messages that have no common words.
func ppp(s string) matter {
	if len(s) > 512 || s[0] != '<' && !strings.Contains(s, " from ") && !strings.Contains(s, " by ") && !strings.Contains(s, "assigned ") {
		return nothing
	}
	switch {
	case strings.Contains(s, " logged in, ") && strings.Contains(s, " from "):
		return connected
	case strings.Contains(s, " logged out, ") && strings.Contains(s, " from "):
		return disconnected
	case s[0] == '<' && strings.Contains(s, ">: user ") && strings.HasSuffix(s, " authentication failed"):
		return refused
	case strings.HasPrefix(s, "first L2TP UDP packet received from "), strings.HasPrefix(s, "TCP connection established from "):
		return reached
	case strings.Contains(s, " deassigned "):
		if _, _, ok := lease(s, " deassigned "); ok {
			return deassigned
		}
	case strings.Contains(s, " assigned "):
		if _, _, ok := lease(s, " assigned "); ok {
			return assigned
		}
	case strings.HasSuffix(s, ")") && strings.Contains(s, " changed by ") && strings.Contains(s, "/"), strings.Contains(s, " rule changed by "), strings.Contains(s, " rule added by "), strings.Contains(s, " rule removed by "):
		return changed
	}
	return nothing
}

func (d *decoder) read(b *footfall.Batch, e *footfall.Event, s string) {
	if n := topics(s); n > 0 { // syslog left them in the message
		e.Program, s = s[:n], s[n+1:]
	}
	switch about(s) {
	case packet:
		d.packet(b, e, s)
		return
	case failure, login, logout:
		administrator(e, s)
	case connected: // NAME logged in, ADDR from ADDR
		i := strings.LastIndex(s, " logged in, ")
		in, from, _ := strings.Cut(s[i+len(" logged in, "):], " from ")
		e.Kind, e.Service, e.Outcome, e.User.Name = footfall.KindLogon, footfall.ServiceVPN, footfall.Success, s[:i]
		e.Assigned, _ = hostport.Addr(in)
		message.Peer(e, from)
		session(b, e)
	case disconnected: // NAME logged out, SECONDS BYTES BYTES PACKETS PACKETS from ADDR
		i := strings.LastIndex(s, " logged out, ")
		n, from, _ := strings.Cut(s[i+len(" logged out, "):], " from ")
		e.Kind, e.Service, e.User.Name = footfall.KindLogoff, footfall.ServiceVPN, s[:i]
		took, n, _ := strings.Cut(n, " ")
		in, n, _ := strings.Cut(n, " ")
		out, _, _ := strings.Cut(n, " ")
		e.Duration, e.Returned = min(count(took), 1<<32)*1e9, count(out)
		e.Bytes = count(in) + e.Returned
		message.Peer(e, from)
		session(b, e)
	case refused: // <ADDR>: user NAME authentication failed
		from, v, _ := strings.Cut(s[1:], ">: user ")
		e.Kind, e.Service, e.Outcome, e.Reason = footfall.KindLogon, footfall.ServiceVPN, footfall.Failure, footfall.ReasonBadPassword
		e.User.Name = strings.TrimSuffix(v, " authentication failed")
		if a, ok := hostport.Addr(from); ok {
			e.From.Addr = a
		}
	case reached:
		e.Kind, e.Service = footfall.KindAttempt, footfall.ServiceVPN
		message.Peer(e, s[strings.LastIndex(s, " from ")+len(" from "):])
	case assigned:
		e.Kind, e.Service, e.Outcome = footfall.KindLease, footfall.ServiceDHCP, footfall.Success
		offer(e, s)
	case changed:
		e.Kind, e.Outcome = footfall.KindConfig, footfall.Success
		i := strings.LastIndex(s, " by ")
		e.Object, e.User.Name = s[:i], s[i+len(" by "):]
		if _, v, ok := strings.Cut(e.User.Name, "):"); ok { // winbox-3.41/tcp-msg(winbox):NAME@ADDR/...
			v, _, _ = strings.Cut(v, " ")
			v, _, _ = strings.Cut(v, "/")
			if j := strings.LastIndexByte(v, '@'); j >= 0 {
				e.User.Name = v[:j]
				message.Peer(e, v[j+1:])
			}
		}
	}
	d.fields.Add(b, "", "")
}

// administrator reads "user NAME logged in from ADDR via winbox" and "login
// failure for user NAME from ADDR via ssh".
func administrator(e *footfall.Event, s string) {
	via := strings.LastIndex(s, " via ")
	head, how := s[:via], s[via+len(" via "):]
	e.Client = how
	how, _, _ = strings.Cut(how, " ")
	switch how {
	case "ssh", "sftp", "scp":
		e.Service = footfall.ServiceSSH
	case "telnet", "mac-telnet":
		e.Service = footfall.ServiceTelnet
	case "web", "www", "www-ssl", "rest-api", "api", "api-ssl":
		e.Service = footfall.ServiceWeb
	case "winbox", "dude", "mac-winbox", "romon":
		e.Service = footfall.ServiceRMM
	case "ftp":
		e.Service = footfall.ServiceFTP
	case "local", "console":
		e.Service = footfall.ServiceLocal
	}
	mark, name := " from ", strings.TrimPrefix(strings.TrimPrefix(head, "login failure for "), "user ")
	switch about(s) {
	case failure:
		e.Kind, e.Outcome, e.Reason = footfall.KindLogon, footfall.Failure, footfall.ReasonBadPassword
	case login:
		e.Kind, e.Outcome, mark = footfall.KindLogon, footfall.Success, " logged in"
	default:
		e.Kind, mark = footfall.KindLogoff, " logged out"
	}
	i := strings.LastIndex(name, mark)
	if i < 0 {
		e.User.Name = name
		return
	}
	e.User.Name = name[:i]
	if v := strings.TrimPrefix(name[i+len(mark):], " from "); v != "" {
		message.Peer(e, v)
		if len(v) == 17 && v[2] == ':' && v[14] == ':' { // by MAC-Telnet the other end has no address
			e.From.Host, e.From.Port, e.MAC = "", 0, v
		}
	}
}

// packet reads "[PREFIX ]CHAIN: in:IF out:IF, connection-state:new src-mac MAC,
// proto TCP (SYN), ADDR:PORT->ADDR:PORT, len 60".
func (d *decoder) packet(b *footfall.Batch, e *footfall.Event, s string) {
	i := strings.Index(s, "in:")
	prefix, v := strings.TrimRight(s[:i], " :"), s[i+len("in:"):]
	in, v, _ := strings.Cut(v, " out:")
	out, v, _ := strings.Cut(v, ", ")
	if _, m, ok := strings.Cut(v, "src-mac "); ok {
		e.MAC, _, _ = strings.Cut(m, ",")
	}
	_, v, _ = strings.Cut(v, "proto ")
	proto, _, _ := strings.Cut(v, ",")
	proto, _, _ = strings.Cut(proto, " ")
	i = strings.Index(v, "->")
	if i < 0 {
		return
	}
	from, to := v[:i], v[i+2:]
	from = from[strings.LastIndexByte(from, ' ')+1:]
	to, _, _ = strings.Cut(to, ",")
	to, _, _ = strings.Cut(to, " ")
	e.Kind, e.From, e.To = footfall.KindConnection, peer(from), peer(to)
	e.From.Zone, e.To.Zone = zone(in), zone(out)
	e.Service, e.Object, e.Log = footfall.ServiceOfPort(e.To.Port), prefix, d.wall
	switch {
	case firewall.Has(prefix, "drop", "den", "reject", "block", "tarpit", "ban"):
		e.Outcome = footfall.Failure
	case firewall.Has(prefix, "accept", "allow", "permit", "pass"):
		e.Outcome = footfall.Success
	}
	d.fields.Add(b, "", proto)
}

// zone returns the name of an interface, "" for "(unknown 0)".
func zone(s string) string {
	if strings.HasPrefix(s, "(") {
		return ""
	}
	return s
}

func peer(s string) footfall.Endpoint {
	if a, ok := hostport.Addr(s); ok && strings.IndexByte(s, ':') < 0 {
		return footfall.Endpoint{Addr: a}
	}
	if e, ok := hostport.Colon(s); ok {
		return e
	}
	e, _ := hostport.Host(s)
	return e
}

// lease reads "SERVER assigned ADDR to MAC[ NAME]" or "... for MAC NAME".
func lease(s, mark string) (ip, rest string, ok bool) {
	_, v, _ := strings.Cut(s, mark)
	ip, rest, _ = strings.Cut(v, " ")
	if _, ok = hostport.Addr(ip); !ok {
		return "", "", false
	}
	if v, ok := strings.CutPrefix(rest, "to "); ok {
		return ip, v, true
	}
	v, ok = strings.CutPrefix(rest, "for ")
	return ip, v, ok
}

func offer(e *footfall.Event, s string) {
	ip, rest, _ := lease(s, " assigned ")
	e.Assigned, _ = hostport.Addr(ip)
	e.MAC, rest, _ = strings.Cut(rest, " ")
	e.From.Host = rest
	e.Object, _, _ = strings.Cut(s, " assigned ")
}

// session ties the two ends of a session of PPP: RouterOS gives them no number.
func session(b *footfall.Batch, e *footfall.Event) {
	if e.From.Addr.IsValid() && e.User.Name != "" {
		buf := append(b.Grow(len(e.User.Name)+50), e.User.Name...)
		e.Session = b.Kept(e.From.Addr.AppendTo(append(buf, '@')))
	}
}

func count(s string) (n int64) {
	for i := 0; i < len(s) && s[i]-'0' <= 9 && n < 1<<58; i++ {
		n = n*10 + int64(s[i]-'0')
	}
	return n
}
