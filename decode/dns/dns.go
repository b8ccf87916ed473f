// Package dns reads which names were asked for and what they stood for, as DNS
// servers log it: dnsmasq, BIND, Unbound, CoreDNS, and Windows' debug log. In goes
// a message or an entry; out comes the event with the name (Object), the client
// (From), of an answer its address (To), and the fields query, record_type and
// answer. Names come from clients and may look like log text: what the server
// wrote stands around them.
package dns

import (
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/hostport"
	"github.com/footfall/footfall/internal/message"
)

var (
	dnsmasq = message.Text{Name: "dns", Log: logOf("dnsmasq"), Open: reads((*fields).dnsmasq)}
	named   = message.Text{Name: "dns-bind", Log: logOf("named"), Head: bindHead, Open: reads((*fields).bind)}
	unbound = message.Text{Name: "dns-unbound", Log: logOf("unbound"), Open: reads((*fields).unbound)}
)

func logOf(program string) footfall.Log {
	return footfall.Log{Product: "linux", Services: []string{program, "syslog"}, Categories: []string{"dns"}}
}

// Decoder reads dnsmasq's messages.
var Decoder = footfall.Decoder{
	Name: "dns", Doc: "Messages of dnsmasq with log-queries: queries, and answers from upstream, its cache, its files and its leases.",
	Source: "dnsmasq: cache.c (log_query)", Frame: footfall.FrameMessage, Programs: []string{"dnsmasq"}, New: dnsmasq.Messages,
}

// Bind reads BIND's messages behind syslog.
var Bind = footfall.Decoder{
	Name: "dns-bindsyslog", Doc: "BIND's queries and responses behind syslog.",
	Source: "https://bind9.readthedocs.io/en/latest/reference.html#the-query-errors-category", Frame: footfall.FrameMessage, Programs: []string{"named"}, New: named.Messages,
}

// BindLog reads BIND's own log files.
var BindLog = footfall.Decoder{
	Name: "dns-bind", Doc: "BIND's log files of the categories queries and responses.",
	Source: "https://bind9.readthedocs.io/en/latest/reference.html#namedconf-statement-category", Frame: footfall.FrameLines, By: "a time, then client ADDRESS#PORT (NAME): query:",
	Sniff: func(head []byte) int {
		return message.Share(head, 92, 2, func(line string) bool {
			var e footfall.Event
			s, ok := bindHead(&e, line)
			before, _, _ := strings.Cut(s, "client ")
			return ok && strings.IndexByte(before, '[') < 0 && (strings.Contains(s, "): query: ") || strings.Contains(s, "): response: "))
		})
	},
	New: named.Lines,
}

// Unbound reads Unbound's messages.
var Unbound = footfall.Decoder{
	Name: "dns-unbound", Doc: "Unbound's messages with log-queries and log-replies.",
	Source: "unbound.conf(5)", Frame: footfall.FrameMessage, Programs: []string{"unbound"}, New: unbound.Messages,
}

// fields are those of Sigma's category dns.
type fields struct{ query, kind, answer footfall.FieldID }

func newFields(s *footfall.Schema) *fields {
	return &fields{s.Asked("query"), s.Asked("record_type"), s.Asked("answer")}
}

// reads makes the function of a message.Text of a method.
func reads(read func(*fields, *footfall.Batch, *footfall.Event, string)) func(*footfall.Schema) func(*footfall.Batch, *footfall.Event, string) {
	return func(s *footfall.Schema) func(*footfall.Batch, *footfall.Event, string) {
		f := newFields(s)
		return func(b *footfall.Batch, e *footfall.Event, text string) { read(f, b, e, text) }
	}
}

// asked makes e a query for a name, of a type such as AAAA.
func (f *fields) asked(b *footfall.Batch, e *footfall.Event, name, kind, client string) {
	e.Kind, e.Service, e.Object = footfall.KindResolve, footfall.ServiceDNS, strings.TrimSuffix(name, ".")
	b.Add(f.query, e.Object)
	if kind != "" {
		b.Add(f.kind, kind)
	}
	if p, ok := hostport.Host(client); ok && p.Addr.IsValid() {
		e.From.Addr = p.Addr
	}
}

// readDnsmasq reads "[N ADDR/PORT ]query[A] NAME from ADDR" and "... reply NAME is
// ADDR"; NAME may hold blanks, so that the last " from " or " is " counts.
func (f *fields) dnsmasq(b *footfall.Batch, e *footfall.Event, s string) {
	first, rest, _ := strings.Cut(s, " ")
	client := ""
	if first != "" && strings.Trim(first, "0123456789") == "" { // log-queries=extra
		var at string
		at, rest, _ = strings.Cut(rest, " ")
		client, _, _ = strings.Cut(at, "/")
		first, rest, _ = strings.Cut(rest, " ")
	}
	if strings.HasPrefix(first, "query[") {
		if i := strings.LastIndex(rest, " from "); i > 0 {
			f.asked(b, e, rest[:i], strings.TrimSuffix(first[len("query["):], "]"), rest[i+6:])
		}
		return
	}
	switch first {
	case "reply", "cached", "cached-stale", "config", "DHCP", "/etc/hosts":
	default:
		if !strings.HasPrefix(first, "/") {
			return
		}
	}
	i := strings.LastIndex(rest, " is ")
	if i <= 0 {
		return
	}
	f.asked(b, e, rest[:i], "", client)
	f.answered(b, e, rest[i+4:])
}

// answered takes what a name stands for, the type of which dnsmasq tells by it
// alone: an address, "<CNAME>", "NODATA-IPv6".
func (f *fields) answered(b *footfall.Batch, e *footfall.Event, v string) {
	e.Outcome = footfall.Success
	switch {
	case strings.HasPrefix(v, "NXDOMAIN"), strings.HasPrefix(v, "SERVFAIL"), strings.HasPrefix(v, "REFUSED"):
		e.Outcome = footfall.Failure
	case strings.HasPrefix(v, "NODATA"):
	default:
		b.Add(f.answer, v)
		if a, ok := hostport.Addr(v); ok {
			e.To.Addr = a
			kind := "A"
			if a.Is6() {
				kind = "AAAA"
			}
			b.Add(f.kind, kind)
		} else if v != "" && v[0] == '<' {
			b.Add(f.kind, strings.Trim(v, "<>"))
		}
	}
}

// bindHead reads the time that stands before a line of a log file.
func bindHead(e *footfall.Event, line string) (string, bool) {
	if len(line) > 24 && line[2] == '-' && line[6] == '-' && line[11] == ' ' { // "02-May-2031 08:15:00.123 "
		var b [24]byte // as ISO
		month := strings.Index("JanFebMarAprMayJunJulAugSepOctNovDec", line[3:6])
		if month < 0 || month%3 != 0 {
			return line, false
		}
		month = month/3 + 1
		copy(b[:], line[7:11])
		b[4], b[5], b[6], b[7], b[8], b[9] = '-', byte('0'+month/10), byte('0'+month%10), '-', line[0], line[1]
		copy(b[10:], line[11:24])
		if _, ok := message.Stamp(e, footfall.Str(b[:23])); !ok {
			return line, false
		}
		e.Program = "named"
		return strings.TrimLeft(line[24:], " "), true
	}
	rest, ok := message.Stamp(e, line)
	e.Program = "named"
	return rest, ok
}

// readBind reads "client @0x7f.. ADDR#PORT (NAME): query: NAME IN A + (ADDR)"
// and "...: response: NAME IN A NOERROR + ..." behind a category and a level or
// not. BIND escapes what is no letter in names, blanks too.
func (f *fields) bind(b *footfall.Batch, e *footfall.Event, s string) {
	i := strings.Index(s, "client ")
	if i < 0 || i > 64 {
		return
	}
	peer := s[i+7:]
	if strings.HasPrefix(peer, "@0x") {
		_, peer, _ = strings.Cut(peer, " ")
	}
	peer, rest, ok := strings.Cut(peer, " ")
	if !ok {
		return
	}
	addr, port, ok := strings.Cut(peer, "#")
	if !ok {
		return
	}
	for _, mark := range [...]string{"query: ", "response: "} {
		_, v, ok := strings.Cut(rest, "): ")
		if ok && strings.HasPrefix(v, "view ") {
			_, v, ok = strings.Cut(v, ": ")
		}
		if v, ok2 := strings.CutPrefix(v, mark); ok && ok2 {
			name, v, _ := strings.Cut(v, " ")
			_, kind, _ := strings.Cut(v, " ")
			kind, _, _ = strings.Cut(kind, " ")
			f.asked(b, e, name, kind, addr)
			e.From.Port, _ = hostport.Port(strings.TrimRight(port, ":"))
			if mark[0] == 'r' {
				e.Outcome = footfall.Success
				if !strings.Contains(v, " NOERROR ") {
					e.Outcome = footfall.Failure
				}
			}
			return
		}
	}
}

// readUnbound reads "[PID:N] info: ADDR NAME. A IN" and, of replies, "NOERROR 0.01 0 45" behind it.
func (f *fields) unbound(b *footfall.Batch, e *footfall.Event, s string) {
	i := strings.Index(s, "info: ")
	if i < 0 || i > 24 {
		return
	}
	addr, rest, _ := strings.Cut(s[i+6:], " ")
	a, ok := hostport.Addr(addr)
	if !ok {
		return
	}
	name, rest, _ := strings.Cut(rest, " ")
	if !strings.HasSuffix(name, ".") {
		return
	}
	kind, rest, _ := strings.Cut(rest, " ")
	f.asked(b, e, name, kind, "")
	e.From.Addr = a
	if _, code, ok := strings.Cut(rest, " "); ok {
		e.Outcome = footfall.Failure
		if strings.HasPrefix(code, "NOERROR") {
			e.Outcome = footfall.Success
		}
	}
}
