// Package accesslog reads the access logs of web servers in NCSA's common and
// combined format, as Apache, nginx and the portals of VPN gateways and
// firewalls write them, with a virtual host before or without. In goes a line,
// out comes one request under the names that Sigma's webserver rules use. The
// client's address stands first; what a client sent is cut by its quotes, which
// servers escape. Paths stay as they were sent.
package accesslog

import (
	"errors"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/clock"
	"github.com/footfall/footfall/internal/hostport"
	"github.com/footfall/footfall/internal/message"
)

// Decoder reads access logs.
var Decoder = footfall.Decoder{
	Name:   "accesslog",
	Doc:    "Access logs of web servers (Apache, nginx, portals of VPN gateways and firewalls) in the common and the combined format.",
	Source: "https://httpd.apache.org/docs/2.4/logs.html#accesslog; https://nginx.org/en/docs/http/ngx_http_log_module.html",
	Frame:  footfall.FrameLines,
	By:     `lines HOST IDENT USER [TIME] "REQUEST" STATUS BYTES`,
	Sniff:  sniff,
	New: func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
		return newReader(s).line, nil
	},
}

// Message reads the same behind a syslog header.
var Message = footfall.Decoder{
	Name:   "accesslog-message",
	Doc:    "Access logs of web servers in syslog.",
	Source: "https://nginx.org/en/docs/syslog.html",
	Frame:  footfall.FrameMessage,
	By:     "a message of that form",
	Sniff: func(head []byte) int {
		s := footfall.Str(head)
		if !strings.Contains(s, `] "`) { // behind the time; most messages have none
			return 0
		}
		if _, ok := parse(s); ok {
			return 80
		}
		return 0
	},
	New: func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
		return newReader(s).message, nil
	},
}

var (
	errLine    = errors.New("accesslog: not a line of an access log")
	errNoEvent = errors.New("accesslog: a message without its envelope")
)

// A request is a line taken apart.
type request struct {
	vhost, client, user string
	time                int64
	method, uri, proto  string
	status, bytes       string
	referer, agent      string
}

// parse takes a line apart. The time in its brackets with a quote behind is
// looked for from the left: a user's name before it can hold no quote.
func parse(s string) (q request, ok bool) {
	at := -1
	for from := 0; from < min(len(s), 1024); {
		i := strings.Index(s[from:], " [")
		if i < 0 {
			return q, false
		}
		i += from
		from = i + 2
		if len(s) > i+31 && s[i+28] == ']' && s[i+29] == ' ' && s[i+30] == '"' {
			if q.time, ok = stamp(s[i+2 : i+28]); ok {
				at = i
				break
			}
		}
	}
	if at < 0 || !q.who(s[:at]) {
		return q, false
	}
	line, rest, ok := quoted(s[at+31:])
	if !ok {
		return q, false
	}
	q.method, q.uri, _ = strings.Cut(line, " ")
	if i := strings.LastIndex(q.uri, " HTTP/"); i >= 0 {
		q.uri, q.proto = q.uri[:i], q.uri[i+1:]
	}
	q.status, rest, _ = strings.Cut(strings.TrimLeft(rest, " "), " ")
	if len(q.status) != 3 || q.status[0] < '1' || q.status[0] > '9' {
		return q, false
	}
	q.bytes, rest, _ = strings.Cut(rest, " ")
	if strings.HasPrefix(rest, `"`) {
		q.referer, rest, _ = quoted(rest[1:])
		if rest = strings.TrimLeft(rest, " "); strings.HasPrefix(rest, `"`) {
			q.agent, _, _ = quoted(rest[1:])
		}
	}
	return q, true
}

// who reads "CLIENT IDENT USER" or "VHOST:PORT CLIENT IDENT USER".
func (q *request) who(s string) bool {
	first, rest, ok := strings.Cut(s, " ")
	second, user, ok2 := strings.Cut(rest, " ")
	if !ok || !ok2 || first == "" {
		return false
	}
	if third, last, ok := strings.Cut(user, " "); ok && third == "-" {
		if _, is := hostport.Addr(second); is { // a virtual host stands before the client
			q.vhost, first, user = first, second, last
		}
	}
	q.client = first
	if q.user = user; user == "-" {
		q.user = ""
	}
	_, ok = hostport.Host(first)
	return ok
}

// quoted reads up to a quote that no backslash protects.
func quoted(s string) (v, rest string, ok bool) {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			if v = s[:i]; v == "-" {
				v = ""
			}
			return v, s[i+1:], true
		}
	}
	return "", "", false
}

var months = map[string]int{"Jan": 1, "Feb": 2, "Mar": 3, "Apr": 4, "May": 5, "Jun": 6, "Jul": 7, "Aug": 8, "Sep": 9, "Oct": 10, "Nov": 11, "Dec": 12}

// stamp reads "10/Oct/2031:13:55:36 -0700".
func stamp(s string) (ns int64, ok bool) {
	if len(s) != 26 || s[2] != '/' || s[6] != '/' || s[11] != ':' || s[20] != ' ' || s[21] != '+' && s[21] != '-' {
		return 0, false
	}
	two := func(i int) int {
		if s[i]-'0' > 9 || s[i+1]-'0' > 9 {
			return 99
		}
		return int(s[i]-'0')*10 + int(s[i+1]-'0')
	}
	c := clock.Civil{
		Year: two(7)*100 + two(9), Month: months[s[3:6]], Day: two(0), Hour: two(12), Minute: two(15), Second: two(18),
		Offset: two(22)*3600 + two(24)*60,
	}
	if s[21] == '-' {
		c.Offset = -c.Offset
	}
	return c.Unix()
}

type reader struct {
	log                                           footfall.LogID
	ip, src, user, method, status, bytes, version footfall.FieldID
	uris                                          [4]footfall.FieldID
	stem, referer, referrer, agent, cAgent, host  footfall.FieldID
}

func newReader(s *footfall.Schema) *reader {
	return &reader{
		log: s.AddLog(footfall.Log{Product: "linux", Services: []string{"access"}, Categories: []string{"webserver"}}),
		ip:  s.Asked("c-ip"), src: s.Asked("src_ip"), user: s.Asked("cs-username"), method: s.Asked("cs-method"), status: s.Asked("sc-status"),
		bytes: s.Asked("sc-bytes"), version: s.Asked("cs-version"), stem: s.Asked("cs-uri-stem"), referer: s.Asked("cs-referer"),
		referrer: s.Asked("cs-referrer"), agent: s.Asked("cs-user-agent"), cAgent: s.Asked("c-useragent"), host: s.Asked("cs-host"),
		uris: [4]footfall.FieldID{s.Asked("c-uri"), s.Asked("cs-uri"), s.Asked("cs-uri-query"), s.Asked("c-uri-query")},
	}
}

func (r *reader) line(b *footfall.Batch, frame []byte) error {
	s := strings.TrimRight(footfall.Str(frame), " \r\n\x00")
	if s == "" || s[0] == '#' {
		return nil
	}
	s = b.Keep(footfall.Bytes(s))
	q, ok := parse(s)
	if !ok {
		return errLine
	}
	e := b.New()
	e.Len = uint32(len(frame))
	r.fill(b, e, &q)
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
	if q, ok := parse(s); ok {
		r.fill(b, e, &q)
	}
	return nil
}

func (r *reader) fill(b *footfall.Batch, e *footfall.Event, q *request) {
	e.Kind, e.Service, e.Log, e.Object, e.Client = footfall.KindRequest, footfall.ServiceWeb, r.log, q.uri, q.agent
	e.Time, e.Zoneless = q.time, false
	e.From, _ = hostport.Host(q.client)
	e.User.Name = q.user
	e.To.Host, _, _ = strings.Cut(q.vhost, ":")
	e.Outcome = footfall.Success
	if q.status[0] >= '4' {
		e.Outcome = footfall.Failure
	}
	for i := range len(q.bytes) {
		if q.bytes[i]-'0' > 9 || i > 17 {
			break
		}
		e.Bytes = e.Bytes*10 + int64(q.bytes[i]-'0')
	}
	e.Returned = e.Bytes
	r.fields(b, q)
}

func (r *reader) fields(b *footfall.Batch, q *request) {
	add := func(id footfall.FieldID, v string) {
		if v != "" {
			b.Add(id, v)
		}
	}
	add(r.ip, q.client)
	add(r.src, q.client)
	add(r.user, q.user)
	add(r.method, q.method)
	add(r.status, q.status)
	add(r.bytes, q.bytes)
	add(r.version, q.proto)
	for _, id := range r.uris { // rules look for the path in any of them
		add(id, q.uri)
	}
	stem, _, _ := strings.Cut(q.uri, "?")
	add(r.stem, stem)
	add(r.referer, q.referer)
	add(r.referrer, q.referer)
	add(r.agent, q.agent)
	add(r.cAgent, q.agent)
	add(r.host, q.vhost)
}

func sniff(head []byte) int {
	n, lines := message.Count(head, func(l string) bool {
		_, ok := parse(l)
		return ok
	})
	if n == 0 || n*10 < lines*8 {
		return 0
	}
	return 92
}
