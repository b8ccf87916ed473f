// Package squid reads the access log of Squid in its native format, the file
// and what comes by syslog. In goes a line, out comes a request or, of CONNECT,
// a connection through the proxy. The names of users and the URL stand between
// parts that no client writes, and are read from both ends.
package squid

import (
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/clock"
	"github.com/footfall/footfall/internal/hostport"
	"github.com/footfall/footfall/internal/message"
)

const source = "https://www.squid-cache.org/Doc/config/logformat/ (squid), https://wiki.squid-cache.org/SquidFaq/SquidLogs"

// Decoder reads access.log.
var Decoder = footfall.Decoder{
	Name: "squid", Doc: "Access log of Squid in its native format: requests and tunnels through the proxy.", Source: source, Frame: footfall.FrameLines,
	By: "lines with a time of ten digits and a fraction, a duration, an address, a result such as TCP_TUNNEL/200",
	Sniff: func(head []byte) int {
		return message.Share(head, 90, 2, func(line string) bool {
			_, ok := cut(line)
			return ok
		})
	},
	New: func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
		t := newReader(s).text()
		return t.Lines(s, nil)
	},
}

// Message reads the same behind an envelope.
var Message = footfall.Decoder{
	Name: "squid-message", Doc: "Access log of Squid in syslog.", Source: source, Frame: footfall.FrameMessage,
	Programs: []string{"squid", "squid-1", "squid-2", "squid-3", "squid-4", "squid3"},
	New: func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
		t := newReader(s).text()
		return t.Messages(s, nil)
	},
}

type reader struct {
	client, method, uri, host, status, user, bytes, action footfall.FieldID
}

func newReader(s *footfall.Schema) *reader {
	return &reader{
		client: s.Asked("c-ip"), method: s.Asked("cs-method"), uri: s.Asked("c-uri"), host: s.Asked("cs-host"), status: s.Asked("sc-status"),
		user: s.Asked("cs-username"), bytes: s.Asked("sc-bytes"), action: s.Asked("s-action"),
	}
}

func (r *reader) text() *message.Text {
	return &message.Text{
		Name: "squid", Program: "squid",
		Log: footfall.Log{Product: "linux", Services: []string{"squid", "syslog"}, Categories: []string{"proxy"}},
		Head: func(_ *footfall.Event, line string) (string, bool) {
			_, ok := cut(line)
			return line, ok
		},
		Read: r.read,
	}
}

// A line is one of the access log, cut into its columns.
type line struct {
	time, took                    int64
	client                        footfall.Endpoint
	addr                          string
	action, status, bytes, method string
	url, user, peer               string
}

// cut reads "SECONDS.MILLIS ELAPSED CLIENT ACTION/STATUS BYTES METHOD URL USER
// HIERARCHY/PEER TYPE".
func cut(s string) (l line, ok bool) {
	stamp, behind := s, ""
	if strings.HasPrefix(s, "[") { // "[TIME ELAPSED](tel:...) CLIENT": copied through what takes numbers for those of telephones
		stamp, s, _ = strings.Cut(s[1:], "](tel:")
		_, behind, _ = strings.Cut(s, ") ")
	}
	ns, n := clock.Unix(stamp)
	if n < 12 || n >= len(stamp) || stamp[n] != ' ' {
		return l, false
	}
	l.time = ns
	var took, code string
	if took, s = word(stamp[n:]); behind != "" {
		s = behind
	}
	l.addr, s = word(s)
	code, s = word(s)
	l.bytes, s = word(s)
	l.method, s = word(s)
	var has bool
	if l.action, l.status, has = strings.Cut(code, "/"); !has || number(took) < 0 || number(l.bytes) < 0 || number(l.status) < 0 {
		return l, false
	}
	if l.client, ok = hostport.Host(l.addr); !ok {
		return l, false
	}
	l.took = number(took)
	s = strings.TrimRight(s, " ")
	var found [3]string // type, hierarchy, user
	for i := range found {
		j := strings.LastIndexByte(s, ' ')
		if j < 0 {
			return l, false
		}
		found[i], s = s[j+1:], strings.TrimRight(s[:j], " ")
	}
	l.url, l.user, l.peer = s, found[2], found[1]
	return l, strings.IndexByte(l.peer, '/') > 0
}

func word(s string) (w, rest string) {
	s = strings.TrimLeft(s, " ")
	w, rest, _ = strings.Cut(s, " ")
	return w, rest
}

func (r *reader) read(b *footfall.Batch, e *footfall.Event, s string) {
	l, ok := cut(s)
	if !ok {
		return
	}
	e.Time, e.Zoneless = l.time, false
	e.From, e.Service = l.client, footfall.ServiceProxy
	e.Returned, e.Duration = number(l.bytes), min(l.took, 1<<40)*1e6
	e.Bytes, e.Object = e.Returned, l.url
	if e.User.Name = l.user; l.user == "-" {
		e.User.Name = ""
	}
	_, peer, _ := strings.Cut(l.peer, "/")
	if p, ok := hostport.Host(peer); ok && p.Addr.IsValid() {
		e.To.Addr = p.Addr
	}
	r.target(e, &l)
	e.Kind, e.Outcome = footfall.KindRequest, footfall.Success
	if l.method == "CONNECT" {
		e.Kind = footfall.KindConnection
	}
	switch status := number(l.status); {
	case status == 407 && e.User.Name != "": // a name came with the request, and was not believed
		e.Outcome, e.Reason = footfall.Failure, footfall.ReasonBadPassword
	case status >= 400, strings.Contains(l.action, "DENIED"):
		e.Outcome = footfall.Failure
	case status == 0: // nothing was sent: the client went away, or a tunnel failed
		e.Outcome = footfall.OutcomeUnknown
	}
	r.fields(b, e, &l)
}

// target tells host and port from the URL, of CONNECT from HOST:PORT.
func (r *reader) target(e *footfall.Event, l *line) {
	where := l.url
	if l.method != "CONNECT" {
		_, v, ok := strings.Cut(where, "://")
		if !ok {
			return
		}
		if i := strings.IndexAny(v, "/?#"); i >= 0 {
			v = v[:i]
		}
		where = v[strings.LastIndexByte(v, '@')+1:]
	}
	p, ok := hostport.Colon(where)
	if !ok {
		p, _ = hostport.Host(where)
	}
	if e.To.Host, e.To.Port = p.Host, p.Port; !e.To.Addr.IsValid() {
		e.To.Addr = p.Addr
	}
	if s := footfall.ServiceOfPort(p.Port); l.method == "CONNECT" && s != footfall.ServiceUnknown {
		e.Service = s
	}
}

func (r *reader) fields(b *footfall.Batch, e *footfall.Event, l *line) {
	b.Add(r.client, l.addr)
	b.Add(r.method, l.method)
	b.Add(r.uri, l.url)
	b.Add(r.status, l.status)
	b.Add(r.bytes, l.bytes)
	b.Add(r.action, l.action)
	if e.To.Host != "" {
		b.Add(r.host, e.To.Host)
	}
	if e.User.Name != "" {
		b.Add(r.user, e.User.Name)
	}
}

// number reads a number that is not negative, -1 for anything else.
func number(s string) (v int64) {
	if s == "" || len(s) > 15 {
		return -1
	}
	for i := range len(s) {
		if s[i]-'0' > 9 {
			return -1
		}
		v = v*10 + int64(s[i]-'0')
	}
	return v
}
