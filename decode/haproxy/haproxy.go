// Package haproxy reads the log of HAProxy, in syslog or as its container
// writes it. In goes a line of its formats for HTTP and TCP, of connections
// that were refused before, and what it says of itself; out comes a request or
// a connection. Client and time stand in front of what clients write.
package haproxy

import (
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/clock"
	"github.com/footfall/footfall/internal/hostport"
	"github.com/footfall/footfall/internal/message"
)

const source = "https://docs.haproxy.org/3.0/configuration.html#8.2 (log formats), #8.5 (session state at disconnection)"

// Decoder reads lines without an envelope.
var Decoder = footfall.Decoder{
	Name: "haproxy", Doc: "Log of HAProxy without an envelope: requests, connections, failed handshakes.", Source: source, Frame: footfall.FrameLines,
	By: "lines with a client's ADDRESS:PORT, a time in brackets, frontends and servers",
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

// Message reads HAProxy's messages in syslog.
var Message = footfall.Decoder{
	Name: "haproxy-message", Doc: "Messages of HAProxy in syslog: requests, connections, failed handshakes.", Source: source, Frame: footfall.FrameMessage,
	Programs: []string{"haproxy"},
	New: func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
		t := newReader(s).text()
		return t.Messages(s, nil)
	},
}

type reader struct {
	client, method, uri, status, frontend, backend, server, state footfall.FieldID
}

func newReader(s *footfall.Schema) *reader {
	return &reader{
		client: s.Asked("c-ip"), method: s.Asked("cs-method"), uri: s.Asked("c-uri"), status: s.Asked("sc-status"),
		frontend: s.Asked("frontend"), backend: s.Asked("backend"), server: s.Asked("server"), state: s.Asked("termination_state"),
	}
}

func (r *reader) text() *message.Text {
	return &message.Text{
		Name: "haproxy", Program: "haproxy",
		Log: footfall.Log{Product: "linux", Services: []string{"haproxy", "syslog"}, Categories: []string{"proxy", "webserver"}},
		Head: func(_ *footfall.Event, line string) (string, bool) {
			_, ok := cut(line)
			return line, ok || strings.HasPrefix(line, "Connect from ")
		},
		Read: r.read,
	}
}

// A line is one of HAProxy's, cut into its parts.
type line struct {
	client   footfall.Endpoint
	accepted int64  // when the client was taken, in local time
	front    string // frontend, behind an error with its bind
	rest     string
}

// cut reads "ADDR:PORT [dd/Mon/yyyy:hh:mm:ss.mmm] FRONTEND REST".
func cut(s string) (l line, ok bool) {
	who, rest, ok := strings.Cut(s, " [")
	if !ok || len(rest) < 26 || rest[24] != ']' || rest[25] != ' ' {
		return l, false
	}
	if l.client, ok = hostport.Colon(who); !ok && !strings.HasPrefix(who, "unix:") {
		return l, false
	}
	if l.accepted, ok = moment(rest[:24]); !ok {
		return l, false
	}
	l.front, l.rest, ok = strings.Cut(rest[26:], " ")
	return l, ok
}

const months = "JanFebMarAprMayJunJulAugSepOctNovDec"

// moment reads "09/Dec/2013:12:59:46.633".
func moment(s string) (int64, bool) {
	if s[2] != '/' || s[6] != '/' || s[11] != ':' || s[14] != ':' || s[17] != ':' || s[20] != '.' {
		return 0, false
	}
	month := strings.Index(months, s[3:6])
	if month < 0 || month%3 != 0 {
		return 0, false
	}
	num := func(i, j int) (v int) {
		for ; i < j; i++ {
			if s[i]-'0' > 9 {
				return 1 << 20
			}
			v = v*10 + int(s[i]-'0')
		}
		return v
	}
	c := clock.Civil{Year: num(7, 11), Month: month/3 + 1, Day: num(0, 2), Hour: num(12, 14), Minute: num(15, 17), Second: num(18, 20), Nano: int64(num(21, 24)) * 1e6}
	if c.Year > 9999 || c.Nano >= 1e9 {
		return 0, false
	}
	return c.Unix()
}

func (r *reader) read(b *footfall.Batch, e *footfall.Event, s string) {
	if l, ok := cut(s); ok {
		e.From = l.client
		if l.client.Addr.IsValid() {
			b.Add(r.client, b.Kept(l.client.Addr.AppendTo(b.Grow(64))))
		}
		r.line(b, e, &l)
		return
	}
	switch v, ok := strings.CutPrefix(s, "Connect from "); {
	case ok:
		r.connect(b, e, v)
	case strings.HasPrefix(s, "Proxy ") && strings.HasSuffix(s, " started."):
		e.Kind = footfall.KindStart
	}
}

// connect reads "ADDR:PORT to ADDR:PORT (FRONTEND/MODE)", the default format.
func (r *reader) connect(b *footfall.Batch, e *footfall.Event, s string) {
	from, rest, ok := strings.Cut(s, " to ")
	to, front, is := strings.Cut(rest, " (")
	if !ok || !is {
		return
	}
	e.Kind, e.Outcome = footfall.KindConnection, footfall.Success
	e.From, _ = hostport.Colon(from)
	e.To, _ = hostport.Colon(to)
	name, mode, _ := strings.Cut(strings.TrimSuffix(front, ")"), "/")
	b.Add(r.frontend, name)
	e.Object = name
	if e.Service = footfall.ServiceOfPort(e.To.Port); mode == "HTTP" {
		e.Service = footfall.ServiceWeb
	} else if e.Service == footfall.ServiceUnknown {
		e.Service = footfall.ServiceProxy
	}
}

// line reads what stands behind the frontend: in both formats
// "BACKEND/SERVER TIMES", and a text where the connection came to nothing.
func (r *reader) line(b *footfall.Batch, e *footfall.Event, l *line) {
	if front, ok := strings.CutSuffix(l.front, ":"); ok { // "FRONTEND/BIND: TEXT"
		r.failed(b, e, front)
		when(e, l.accepted, 0, false)
		return
	}
	var f [9]string
	n, rest := 0, l.rest
	for n < len(f) && rest != "" {
		f[n], rest, _ = strings.Cut(rest, " ")
		n++
	}
	backend, server, ok := strings.Cut(f[0], "/")
	if !ok || n < 5 {
		e.Kind = footfall.KindConnection
		when(e, l.accepted, 0, false)
		return
	}
	b.Add(r.frontend, strings.TrimSuffix(l.front, "~"))
	b.Add(r.backend, backend)
	b.Add(r.server, server)
	total, known := last(f[1])
	e.Duration = total * 1e6
	when(e, l.accepted, e.Duration, known)
	if number(f[2]) < 0 && f[2] != "-1" {
		return
	}
	if strings.Count(f[1], "/") == 2 { // Tw/Tc/Tt of TCP
		r.stream(b, e, f[2], f[3])
		e.Object = strings.TrimSuffix(l.front, "~")
		return
	}
	if e.Returned, known = max(0, number(f[3])), n == len(f); !known {
		return
	}
	e.Bytes = e.Returned
	b.Add(r.state, f[6])
	r.request(b, e, f[2], rest)
}

// stream reads bytes and state of a TCP session.
func (r *reader) stream(b *footfall.Batch, e *footfall.Event, bytes, state string) {
	e.Kind, e.Service = footfall.KindConnection, footfall.ServiceProxy
	e.Returned = max(0, number(bytes))
	e.Bytes = e.Returned
	b.Add(r.state, state)
	if len(state) != 2 {
		return
	}
	switch {
	case state == "--", state[1] == 'D', state[1] == 'L': // it carried data
		e.Outcome = footfall.Success
	case strings.IndexByte("PRISs", state[0]) >= 0: // refused by the proxy, or no server took it
		e.Outcome = footfall.Failure
	}
}

// request reads `"METHOD URI VERSION"`, which follows status and counters.
// Captured headers stand before it, between braces, whose like HAProxy writes
// as #7B and #7D within a header.
func (r *reader) request(b *footfall.Batch, e *footfall.Event, status, rest string) {
	e.Kind, e.Service = footfall.KindRequest, footfall.ServiceWeb
	b.Add(r.status, status)
	switch code := number(status); {
	case code >= 400:
		e.Outcome = footfall.Failure
	case code >= 100:
		e.Outcome = footfall.Success
	}
	for range 2 { // {headers of the request} {headers of the response}
		if strings.HasPrefix(rest, "{") {
			if _, v, ok := strings.Cut(rest, "} "); ok {
				rest = v
			}
		}
	}
	if rest == "" || rest[0] != '"' {
		return
	}
	v := rest[1:]
	if j := strings.LastIndexByte(v, '"'); j >= 0 {
		v = v[:j]
	}
	method, uri, ok := strings.Cut(v, " ")
	if !ok || method == "" || method[0] == '<' { // "<BADREQ>"
		return
	}
	if j := strings.LastIndexByte(uri, ' '); j >= 0 && strings.HasPrefix(uri[j+1:], "HTTP/") {
		uri = uri[:j]
	}
	e.Object = uri
	b.Add(r.method, method)
	b.Add(r.uri, uri)
}

// failed reads the frontend and the bind of a connection that came to nothing
// before its first byte; a bind without a name is the address it listens on.
func (r *reader) failed(b *footfall.Batch, e *footfall.Event, front string) {
	name, bind, _ := strings.Cut(front, "/")
	b.Add(r.frontend, name)
	e.Kind, e.Service, e.Outcome, e.Reason = footfall.KindConnection, footfall.ServiceProxy, footfall.Failure, footfall.ReasonProtocol
	e.Object = name
	if p, ok := hostport.Colon(bind); ok && p.Addr.IsValid() {
		e.To = p
		if s := footfall.ServiceOfPort(p.Port); s != footfall.ServiceUnknown {
			e.Service = s
		}
	}
}

// The line is written at the end, and names when the client was taken in local
// time. Where the envelope names its zone, the zone of that is the one by
// which client and duration come to the envelope's time: zones are counted in
// quarters of an hour, and what has no duration took less than half an hour.
func when(e *footfall.Event, accepted, took int64, known bool) {
	const minute = 60 * 1e9
	if e.Zoneless || e.Time == 0 || clock.Unresolved(e.Time) {
		e.Time, e.Zoneless = accepted, true
		return
	}
	ahead := accepted + took - e.Time
	if ahead < -13*60*minute || ahead > 15*60*minute {
		return
	}
	step, up := int64(15*minute), int64(15*minute/2)
	if !known {
		step, up = 30*minute, 30*minute-1
	}
	up += 16 * 60 * minute // both divisors of it: no negative number is rounded
	e.Time = accepted - ((ahead+up)/step*step - 16*60*minute)
}

// last returns the last number of "0/0/0/2/2" or "0/0/+537".
func last(s string) (int64, bool) {
	v := number(strings.TrimPrefix(s[strings.LastIndexByte(s, '/')+1:], "+"))
	return max(0, v), v >= 0
}

// number reads a number, with the plus of option logasap; -1 for anything else.
func number(s string) (v int64) {
	s = strings.TrimPrefix(s, "+")
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
