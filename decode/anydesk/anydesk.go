// Package anydesk reads what AnyDesk logs on the host that is looked at:
// connection_trace.txt, a line for each session asked for, and its trace
// files. In goes a line, out comes a logon, a refusal or an attempt.
package anydesk

import (
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/clock"
	"github.com/footfall/footfall/internal/message"
)

var log = footfall.Log{Product: "windows", Services: []string{"anydesk"}}

var trace = message.Text{Name: "anydesk", Program: "AnyDesk", Log: log, Head: row, Read: func(*footfall.Batch, *footfall.Event, string) {}}

// Decoder reads connection_trace.txt.
var Decoder = footfall.Decoder{
	Name:   "anydesk",
	Doc:    "AnyDesk's connection_trace.txt: who asked for a session, and how he was let in.",
	Source: "https://support.anydesk.com (trace files); connection_trace.txt as forensic literature describes it",
	Frame:  footfall.FrameLines,
	By:     "lines that begin with Incoming, a day and a time",
	Sniff: func(head []byte) int {
		return message.Share(head, 93, 2, func(line string) bool {
			var e footfall.Event
			_, ok := row(&e, line)
			return ok
		})
	},
	New: trace.Lines,
}

// row reads "Incoming    2031-01-02, 03:04    User    123456789    123456789".
func row(e *footfall.Event, line string) (string, bool) {
	v, ok := strings.CutPrefix(line, "Incoming")
	v = strings.TrimLeft(v, " \t")
	if !ok || len(v) < 17 || v[10] != ',' || v[4] != '-' || v[7] != '-' || v[14] != ':' {
		return line, false
	}
	var n [5]int
	for i, at := range [...]int{0, 5, 8, 12, 15} {
		width := 2
		if i == 0 {
			width = 4
		}
		for _, c := range []byte(v[at : at+width]) {
			if c-'0' > 9 {
				return line, false
			}
			n[i] = n[i]*10 + int(c-'0')
		}
	}
	ns, ok := clock.Civil{Year: n[0], Month: n[1], Day: n[2], Hour: n[3], Minute: n[4]}.Unix()
	if !ok {
		return line, false
	}
	e.Time, e.Zoneless = ns, true
	how, rest := word(v[17:])
	id, _ := word(rest)
	e.Kind, e.Service, e.Outcome, e.Client = footfall.KindLogon, footfall.ServiceRMM, footfall.Success, id
	switch how {
	case "Passwd":
		e.Auth = footfall.AuthPassword
	case "Token":
		e.Auth = footfall.AuthToken
	case "REJECTED":
		e.Outcome, e.Reason = footfall.Failure, footfall.ReasonRestricted
	}
	return line, true
}

func word(s string) (w, rest string) {
	s = strings.TrimLeft(s, " \t")
	if i := strings.IndexAny(s, " \t"); i >= 0 {
		return s[:i], s[i:]
	}
	return s, ""
}

var file = message.Text{Name: "anydesk-trace", Program: "AnyDesk", Log: log, Head: head, Read: read}

// File reads ad_svc.trace and ad.trace.
var File = footfall.Decoder{
	Name:   "anydesk-trace",
	Doc:    "AnyDesk's ad_svc.trace and ad.trace: sessions asked for and the addresses that they come from. Times are UTC.",
	Source: "https://support.anydesk.com (trace files)",
	Frame:  footfall.FrameLines,
	By:     `lines with a level, a time and " - " before the text`,
	Sniff: func(head []byte) int {
		return message.Share(head, 88, 3, func(line string) bool {
			var e footfall.Event
			s, _ := head2(&e, line)
			return e.Time != 0 && strings.Contains(s, " - ")
		})
	},
	New: file.Lines,
}

// head2 reads "   info 2031-01-02 03:04:05.678       lsvc   1234   5678    9    anynet.any_socket - TEXT".
func head2(e *footfall.Event, line string) (string, bool) {
	level, rest := word(line)
	switch level {
	case "info", "warning", "error", "debug":
	default:
		return line, false
	}
	ns, n := clock.ISO(strings.TrimLeft(rest, " "))
	if n == 0 {
		return line, false
	}
	e.Time = ns
	return strings.TrimLeft(rest, " ")[n:], true
}

func head(e *footfall.Event, line string) (string, bool) {
	s, _ := head2(e, line)
	return s, true // rulers and banners
}

func read(_ *footfall.Batch, e *footfall.Event, s string) {
	_, s, _ = strings.Cut(s, " - ")
	switch {
	case strings.HasPrefix(s, "Logged in from "):
		v, _, _ := strings.Cut(s[len("Logged in from "):], " ")
		if message.Peer(e, v) && e.From.Addr.IsValid() {
			e.Kind, e.Service = footfall.KindAttempt, footfall.ServiceRMM
		}
	case strings.HasPrefix(s, "Incoming session request: "):
		e.Kind, e.Service = footfall.KindAttempt, footfall.ServiceRMM
		v := strings.TrimSuffix(s[len("Incoming session request: "):], ")")
		if i := strings.LastIndex(v, " ("); i >= 0 {
			e.From.Host, e.Client = v[:i], v[i+2:]
		}
	case strings.HasPrefix(s, "Session stopped"), strings.HasPrefix(s, "Session closed"):
		e.Kind, e.Service, e.Outcome = footfall.KindLogoff, footfall.ServiceRMM, footfall.Success
	case strings.HasPrefix(s, "Authenticated by "), strings.HasPrefix(s, "Accepting from "):
		e.Kind, e.Service, e.Outcome = footfall.KindCredential, footfall.ServiceRMM, footfall.Success
	}
}
