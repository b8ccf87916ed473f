package dns

import (
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/clock"
	"github.com/footfall/footfall/internal/hostport"
	"github.com/footfall/footfall/internal/message"
)

// Windows reads the debug log of Windows' DNS server.
var Windows = footfall.Decoder{
	Name: "dns-windows",
	Doc: "Debug log of Windows' DNS server (dns.log), with details or without: queries of clients and what they were answered. " +
		"Dates are read by their form: with AM or PM the month stands first, else the day.",
	Source: "https://learn.microsoft.com/previous-versions/windows/it-pro/windows-server-2008-R2-and-2008/cc776361(v=ws.10) and the key at the head of each log",
	Frame:  footfall.FrameEntries,
	By:     "lines with a date, a thread and PACKET",
	Begins: func(line []byte) bool { _, n := clock.Local(footfall.Str(line)); return n > 0 },
	Sniff: func(head []byte) int {
		found := false
		message.Lines(head, 64, func(line string) {
			if _, n := clock.Local(line); n > 0 {
				_, rest, _ := strings.Cut(strings.TrimLeft(line[n:], " "), " ")
				found = found || strings.HasPrefix(rest, "PACKET  ") && strings.Contains(rest, " [")
			}
			found = found || strings.HasPrefix(line, "DNS Server log file creation at ")
		})
		if found {
			return 95
		}
		return 0
	},
	New: func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
		w := &windows{
			fields:  newFields(s),
			log:     s.AddLog(footfall.Log{Product: "windows", Services: []string{"dns-server-debug"}, Categories: []string{"dns"}}),
			message: s.Asked("message"), proto: s.Asked("protocol"), source: s.Asked("src_ip"),
		}
		return w.decode, nil
	},
}

type windows struct {
	*fields
	log                    footfall.LogID
	message, proto, source footfall.FieldID
}

// decode reads an entry: a line and, if the server was told to write them, the
// details below it. What stands before the first entry is the log's key.
func (w *windows) decode(b *footfall.Batch, frame []byte) error {
	ns, n := clock.Local(footfall.Str(frame))
	if n == 0 {
		return nil
	}
	text := b.Keep(frame)
	line, details, _ := strings.Cut(text, "\n")
	line = strings.TrimRight(line, " \r")
	e := b.New()
	e.Time, e.Zoneless, e.Log, e.Program = ns, true, w.log, "dns.exe"
	b.Add(w.message, line)
	_, s, _ := strings.Cut(strings.TrimLeft(line[min(n, len(line)):], " "), " ") // the thread
	if s, ok := strings.CutPrefix(strings.TrimLeft(s, " "), "PACKET "); ok {
		w.packet(b, e, s, details)
	}
	return nil
}

// packet reads "ID UDP Rcv ADDR XID [R] Q [FLAGS CHARS RCODE] TYPE NAME". All
// that stands before the name is the server's.
func (w *windows) packet(b *footfall.Batch, e *footfall.Event, s, details string) {
	head, rest, ok := strings.Cut(s, "[")
	flags, rest, ok2 := strings.Cut(rest, "]")
	if !ok || !ok2 {
		return
	}
	_, head = word(head)
	proto, head := word(head)
	direction, head := word(head)
	remote, head := word(head)
	_, head = word(head)
	opcode, head := word(head)
	response := opcode == "R"
	if response {
		opcode, _ = word(head)
	}
	addr, ok := hostport.Addr(remote)
	if !ok {
		return
	}
	e.Service = footfall.ServiceDNS
	b.Add(w.proto, proto)
	client := (direction == "Rcv") != response // of a query that came or an answer that went
	if client {
		e.From.Addr = addr
		b.Add(w.source, remote)
	}
	kind, name := word(rest)
	name = labels(b, strings.TrimSpace(name))
	if opcode != "Q" { // a notification or an update: the name is the zone's
		e.Object = name
		return
	}
	w.asked(b, e, name, kind, "")
	if response {
		_, code, _ := strings.Cut(strings.TrimLeft(flags, " "), " ")
		if e.Outcome = footfall.Failure; strings.HasSuffix(code, "NOERROR") {
			e.Outcome = footfall.Success
		}
	}
	w.details(b, e, details, client)
}

// details reads the client's port and the data of the answers.
func (w *windows) details(b *footfall.Batch, e *footfall.Event, s string, client bool) {
	answers := false
	for s != "" {
		line, rest, _ := strings.Cut(s, "\n")
		s = rest
		line = strings.Trim(line, " \t\r")
		switch {
		case strings.HasSuffix(line, " SECTION:"):
			answers = line == "ANSWER SECTION:"
		case client && strings.HasPrefix(line, "Remote addr "):
			if _, port, ok := strings.Cut(line, ", port "); ok {
				e.From.Port, _ = hostport.Port(port)
			}
		case answers && strings.HasPrefix(line, "DATA "):
			v := strings.TrimLeft(line[len("DATA "):], " ")
			b.Add(w.answer, v)
			if a, ok := hostport.Addr(v); ok && !e.To.Addr.IsValid() {
				e.To.Addr = a
			}
		}
	}
}

// word cuts the first word off.
func word(s string) (w, rest string) {
	w, rest, _ = strings.Cut(strings.TrimLeft(s, " "), " ")
	return w, rest
}

// labels makes "(3)www(7)example(4)test(0)" a name. A label that is not as long
// as it says goes up to the next bracket.
func labels(b *footfall.Batch, s string) string {
	out := b.Grow(len(s))
	for strings.HasPrefix(s, "(") {
		n, i := 0, 1
		for i < len(s) && i < 4 && s[i]-'0' <= 9 {
			n = n*10 + int(s[i]-'0')
			i++
		}
		if i >= len(s) || s[i] != ')' || n == 0 {
			break
		}
		s = s[i+1:]
		if n > len(s) || n < len(s) && s[n] != '(' {
			if n = strings.IndexByte(s, '('); n < 0 {
				n = len(s)
			}
		}
		if len(out) > 0 {
			out = append(out, '.')
		}
		out = append(out, s[:n]...)
		s = s[n:]
	}
	return b.Kept(out)
}
