// Package teamviewer reads what TeamViewer logs on the host that is looked at:
// Connections_incoming.txt, a line for each session with begin and end, and
// the lines of its log file that tell who came and whether the password was
// right. In goes a line, out comes a logon or an attempt.
package teamviewer

import (
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/clock"
	"github.com/footfall/footfall/internal/message"
)

var log = footfall.Log{Product: "windows", Services: []string{"teamviewer"}}

var incoming = message.Text{Name: "teamviewer", Program: "TeamViewer", Log: log, Head: row, Read: func(*footfall.Batch, *footfall.Event, string) {}}

// Decoder reads Connections_incoming.txt.
var Decoder = footfall.Decoder{
	Name:   "teamviewer",
	Doc:    "TeamViewer's Connections_incoming.txt: each session with partner, begin, end, local user and kind.",
	Source: "https://www.teamviewer.com (Log files: incoming connections); Plaso: text/teamviewer",
	Frame:  footfall.FrameLines,
	By:     "lines of seven values parted by tabs: an ID, a name, two times, a user, a kind, a session",
	Sniff: func(head []byte) int {
		return message.Share(head, 95, 2, func(line string) bool {
			var e footfall.Event
			_, ok := row(&e, line)
			return ok
		})
	},
	New: incoming.Lines,
}

// row reads "ID\tNAME\tBEGIN\tEND\tUSER\tKIND\t{SESSION}". Times are UTC.
func row(e *footfall.Event, line string) (string, bool) {
	var f [7]string
	rest := line
	for i := range f {
		var more bool
		f[i], rest, more = strings.Cut(rest, "\t")
		if !more && i < 5 {
			return line, false
		}
	}
	if f[0] == "" || strings.Trim(f[0], "0123456789") != "" {
		return line, false
	}
	begin, ok := moment(f[2])
	if !ok {
		return line, false
	}
	if end, ok := moment(f[3]); ok && end >= begin {
		e.Duration = end - begin
	}
	e.Time, e.Kind, e.Service, e.Outcome = begin, footfall.KindLogon, footfall.ServiceRMM, footfall.Success
	e.Client, e.From.Host, e.User.Name, e.Object = f[0], f[1], f[4], f[5]
	e.Session = strings.Trim(f[6], "{}")
	return line, true
}

// moment reads "02-01-2031 03:04:05": day, month, year.
func moment(s string) (int64, bool) {
	if len(s) != 19 || s[2] != '-' || s[5] != '-' || s[10] != ' ' || s[13] != ':' || s[16] != ':' {
		return 0, false
	}
	var n [6]int
	for i, at := range [...]int{0, 3, 6, 11, 14, 17} {
		width := 2
		if i == 2 {
			width = 4
		}
		for _, c := range []byte(s[at : at+width]) {
			if c-'0' > 9 {
				return 0, false
			}
			n[i] = n[i]*10 + int(c-'0')
		}
	}
	return clock.Civil{Year: n[2], Month: n[1], Day: n[0], Hour: n[3], Minute: n[4], Second: n[5]}.Unix()
}

var file = message.Text{Name: "teamviewer-log", Program: "TeamViewer", Log: log, Head: head, Read: read}

// File reads TeamViewer15_Logfile.log.
var File = footfall.Decoder{
	Name:   "teamviewer-log",
	Doc:    "TeamViewer's log file: who came, through which address, whether the password was right.",
	Source: "TeamViewer15_Logfile.log, as forensic literature describes it",
	Frame:  footfall.FrameLines,
	By:     "lines with a time such as 2031/01/02 03:04:05.678, and TeamViewer's name, or two numbers and a mark such as G1",
	Sniff: func(head []byte) int {
		named := strings.Contains(footfall.Str(head), "TeamViewer")
		return message.Share(head, 85, 3, func(line string) bool {
			var e footfall.Event
			_, ok := head2(&e, line)
			return ok && (named || marked(line))
		})
	},
	New: file.Lines,
}

// marked reports whether process, thread and a mark such as G1 or S0+ stand
// behind the time: what tells a part of the log, which does not name the program.
func marked(line string) bool {
	f := strings.Fields(line[:min(len(line), 64)])
	return len(f) > 5 && number(f[2]) && number(f[3]) && (len(f[4]) == 2 || len(f[4]) == 3) && f[4][0] >= 'A' && f[4][0] <= 'Z' && f[4][1]-'0' <= 9
}

func number(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// head2 reads "2031/01/02 03:04:05.678  1234  5678 G1   TEXT".
func head2(e *footfall.Event, line string) (string, bool) {
	if len(line) < 24 || line[4] != '/' || line[7] != '/' || line[10] != ' ' || line[13] != ':' {
		return line, false
	}
	var b [19]byte
	copy(b[:], line)
	b[4], b[7] = '-', '-'
	ns, n := clock.ISO(footfall.Str(b[:]))
	if n == 0 {
		return line, false
	}
	e.Time, e.Zoneless = ns, true
	rest := line[19:]
	if rest[0] == '.' || rest[0] == ',' {
		rest = rest[min(len(rest), 4):]
	}
	for range 3 { // process, thread, level
		_, rest, _ = strings.Cut(strings.TrimLeft(rest, " "), " ")
	}
	return strings.TrimLeft(rest, " "), true
}

func head(e *footfall.Event, line string) (string, bool) {
	s, _ := head2(e, line)
	return s, true // banners have no time
}

func read(_ *footfall.Batch, e *footfall.Event, s string) {
	switch {
	case strings.Contains(s, "RunAuthenticationMethod: authentication using ") && strings.HasSuffix(s, " was successful"):
		e.Kind, e.Outcome = footfall.KindLogon, footfall.Success
	case strings.Contains(s, "RunAuthenticationMethod: authentication using ") && (strings.HasSuffix(s, " was denied") || strings.HasSuffix(s, " failed")):
		e.Kind, e.Outcome, e.Reason = footfall.KindLogon, footfall.Failure, footfall.ReasonBadPassword
	case strings.Contains(s, "client hello received from "):
		_, v, _ := strings.Cut(s, "client hello received from ")
		e.Kind = footfall.KindAttempt
		e.Client, _, _ = strings.Cut(v, ",")
	case strings.Contains(s, "punch received a="):
		v, _ := message.Between(s, "punch received a=", ": ")
		e.Kind = footfall.KindAttempt
		if !message.Peer(e, v) || !e.From.Addr.IsValid() {
			e.From, e.Kind = footfall.Endpoint{}, footfall.KindUnknown
		}
	}
	if e.Kind != footfall.KindUnknown {
		e.Service = footfall.ServiceRMM
	}
	if e.Kind == footfall.KindLogon {
		e.Auth = footfall.AuthPassword
	}
}
