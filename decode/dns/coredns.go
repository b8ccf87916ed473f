package dns

import (
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/hostport"
	"github.com/footfall/footfall/internal/message"
)

var coredns = message.Text{Name: "dns-coredns", Program: "coredns", Log: logOf("coredns"), Head: corednsHead, Open: reads((*fields).coredns)}

const corednsManual = "https://coredns.io/plugins/log/"

// CoreDNS reads CoreDNS's output.
var CoreDNS = footfall.Decoder{
	Name: "dns-coredns", Doc: "CoreDNS's output with the log plugin in its common or combined format.",
	Source: corednsManual, Frame: footfall.FrameLines, By: `lines with [INFO], a client and a question such as "A IN NAME. udp in quotes`,
	Sniff: func(head []byte) int {
		return message.Share(head, 93, 4, func(line string) bool {
			var e footfall.Event
			s, _ := corednsHead(&e, line)
			_, ok := question(s)
			return ok
		})
	},
	New: coredns.Lines,
}

// CoreDNSMessage reads the same behind syslog.
var CoreDNSMessage = footfall.Decoder{
	Name: "dns-corednssyslog", Doc: "CoreDNS's queries behind syslog.", Source: corednsManual, Frame: footfall.FrameMessage,
	Programs: []string{"coredns"}, New: coredns.Messages,
}

// corednsHead reads the time, which CoreDNS writes no more since 1.4.
func corednsHead(e *footfall.Event, line string) (string, bool) {
	if rest, ok := message.Stamp(e, line); ok {
		return rest, true
	}
	return line, line[0] != '{'
}

// A corednsQuery is what stands in `ADDR:PORT - ID "TYPE CLASS NAME PROTO SIZE DO BUFSIZE" RCODE FLAGS SIZE DURATION`.
type corednsQuery struct {
	peer            footfall.Endpoint
	kind, name, end string
}

// question reads a line behind its time. The name may hold blanks, and quotes
// that are escaped: it is found from both ends.
func question(s string) (q corednsQuery, ok bool) {
	s = strings.TrimPrefix(s, "[INFO] ")
	peer, rest, ok := strings.Cut(s, " - ")
	if !ok || len(peer) > 64 {
		return q, false
	}
	if q.peer, ok = hostport.Colon(peer); !ok || !q.peer.Addr.IsValid() {
		return q, false
	}
	id, rest, ok := strings.Cut(rest, ` "`)
	if i := strings.LastIndex(rest, `" `); ok && len(id) <= 6 && i > 0 {
		rest, q.end = rest[:i], rest[i+2:]
	} else {
		return q, false
	}
	q.kind, rest, _ = strings.Cut(rest, " ")
	_, rest, ok = strings.Cut(rest, " ")
	for range 4 { // protocol, size, DO, size of the buffer
		i := strings.LastIndexByte(rest, ' ')
		if i <= 0 {
			return q, false
		}
		rest = rest[:i]
	}
	q.name = rest
	return q, ok
}

func (f *fields) coredns(b *footfall.Batch, e *footfall.Event, s string) {
	q, ok := question(s)
	if !ok {
		return
	}
	f.asked(b, e, q.name, q.kind, "")
	e.From = q.peer
	switch code, _, _ := strings.Cut(q.end, " "); code {
	case "NOERROR":
		e.Outcome = footfall.Success
	case "-": // no answer was sent
	default:
		e.Outcome = footfall.Failure
	}
}
