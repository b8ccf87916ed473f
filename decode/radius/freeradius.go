package radius

import (
	"errors"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/clock"
	"github.com/footfall/footfall/internal/message"
)

const source = "FreeRADIUS: src/main/auth.c, src/main/client.c, raddb/mods-available/detail; RFC 2865, RFC 2866, RFC 2869"

var freeLog = footfall.Log{Product: "linux", Services: []string{"freeradius", "syslog"}}

var text = message.Text{Name: "radius", Program: "radiusd", Log: freeLog, Head: head, Read: read}

// Decoder reads FreeRADIUS' radius.log.
var Decoder = footfall.Decoder{
	Name:   "radius",
	Doc:    "FreeRADIUS' radius.log: who may enter and who may not, through which device, from where.",
	Source: source,
	Frame:  footfall.FrameLines,
	By:     `lines such as "Thu Jan  2 03:04:05 2031 : Auth: ..."`,
	Sniff: func(head []byte) int {
		return message.Share(head, 90, 2, func(line string) bool {
			return text.Heads(line)
		})
	},
	New: text.Lines,
}

// Message reads FreeRADIUS' messages in syslog.
var Message = footfall.Decoder{
	Name:     "radius-message",
	Doc:      "FreeRADIUS' messages in syslog.",
	Source:   source,
	Frame:    footfall.FrameMessage,
	Programs: []string{"radiusd", "freeradius"},
	New:      text.Messages,
}

// Detail reads FreeRADIUS' detail files: a time, attributes, an empty line.
var Detail = footfall.Decoder{
	Name:   "radius-detail",
	Doc:    "Detail files of FreeRADIUS: requests and sessions with all their attributes.",
	Source: source,
	Frame:  footfall.FrameJournal,
	By:     `a line with a time alone, and indented lines "NAME = VALUE"`,
	Sniff:  sniffDetail,
	New: func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
		r := newReader(s, freeLog, nil)
		return r.detail, nil
	},
}

// head reads "Thu Jan  2 03:04:05 2031 : Auth: TEXT".
func head(e *footfall.Event, line string) (string, bool) {
	rest, ok := message.Stamp(e, line)
	rest, ok2 := strings.CutPrefix(rest, ": ")
	if !ok || !ok2 {
		return line, false
	}
	i := strings.Index(rest, ": ")
	return rest, i > 0 && i < 12 && strings.IndexByte(rest[:i], ' ') < 0
}

func read(_ *footfall.Batch, e *footfall.Event, s string) {
	if i := strings.Index(s, ": "); i > 0 && i < 8 && strings.IndexByte(s[:i], ' ') < 0 {
		s = s[i+2:] // "Auth: "
	}
	if s != "" && s[0] == '(' {
		if i := strings.IndexByte(s, ')'); i > 0 && i < 12 && i+1 < len(s) {
			s = strings.TrimLeft(s[i+1:], " ")
		}
	}
	if login(e, s) || unknown(e, s) {
		e.Service = footfall.ServiceRADIUS
	} else if strings.HasPrefix(s, "Ready to process requests") {
		e.Kind, e.Service = footfall.KindStart, footfall.ServiceRADIUS
	}
}

// login reads "Login OK: [NAME] (from client NAS port 0 cli ADDR)" and
// "Login incorrect (WHY): [NAME/PASSWORD] (from client ...)". Names and
// passwords are the client's: what the server adds is looked for from the end.
func login(e *footfall.Event, s string) bool {
	var why string
	switch {
	case strings.HasPrefix(s, "Login OK: ["):
		accepted(e)
	case strings.HasPrefix(s, "Login incorrect"), strings.HasPrefix(s, "Invalid user"):
		why, _, _ = strings.Cut(s, ": [")
		rejected(e, reasonOf(why))
		if s[0] == 'I' {
			e.Kind = footfall.KindCredential // "Login incorrect" follows
		}
	default:
		return false
	}
	i := strings.LastIndex(s, " (from client ")
	open := strings.Index(s, ": [")
	if i < 0 || open < 0 || open+3 > i {
		return true
	}
	from := strings.TrimPrefix(s[i:], " (from client ")
	name := strings.TrimSuffix(s[open+3:i], "]")
	if via := strings.LastIndex(name, "/<"); via >= 0 {
		name = name[:via]
	} else if j := strings.IndexByte(name, '/'); j > 0 && name[:j] != "host" {
		name = name[:j] // a password, when the server is told to log them
	}
	account(e, name)
	if j := strings.Index(from, " port "); j > 0 {
		e.To.Host = from[:j]
	}
	if _, cli, ok := strings.Cut(from, " cli "); ok {
		if j := strings.IndexAny(cli, " )"); j >= 0 {
			cli = cli[:j]
		}
		station(e, cli)
	}
	return true
}

func reasonOf(why string) footfall.Reason {
	has := func(list ...string) bool {
		for _, w := range list {
			if strings.Contains(why, w) {
				return true
			}
		}
		return false
	}
	switch {
	case has("Invalid user", "not found", "No such user", "no such user", "No Auth-Type", "No \"known good\""):
		return footfall.ReasonNoUser
	case has("locked out", "Locked", "locked"):
		return footfall.ReasonLocked
	case has("disabled", "Disabled"):
		return footfall.ReasonDisabled
	case has("expired", "Expired", "must change"):
		return footfall.ReasonExpired
	case has("TLS Alert", "eap_tls", "eap_peap", "eap_ttls", "session timeout", "No User-Name"):
		return footfall.ReasonProtocol
	case has("outside allowed timespan", "Multiple logins", "rejected by", "Rejected in"):
		return footfall.ReasonRestricted
	}
	return footfall.ReasonBadPassword
}

// unknown reads what the server says of devices that it does not know.
func unknown(e *footfall.Event, s string) bool {
	i := strings.LastIndex(s, " from unknown client ")
	if i < 0 || !strings.HasPrefix(s, "Ignoring request") {
		return false
	}
	host, _, _ := strings.Cut(s[i+len(" from unknown client "):], " ")
	e.Kind, e.Outcome, e.Reason = footfall.KindAttempt, footfall.Failure, footfall.ReasonRestricted
	message.Peer(e, host)
	return true
}

var errDetail = errors.New("not a block of a RADIUS detail file")

// detail reads one block: "Thu Jan  2 03:04:05 2031", then "\tNAME = VALUE" lines.
func (r *reader) detail(b *footfall.Batch, frame []byte) error {
	s := b.Keep(frame)
	first, rest, ok := strings.Cut(s, "\n")
	ns, n := clock.Parse(strings.TrimRight(first, " \r"))
	if !ok || n == 0 {
		return errDetail
	}
	e := b.New()
	e.Log, e.Program, e.Time, e.Zoneless = r.log, "radiusd", ns, true
	v := r.values
	v.Begin(b)
	for rest != "" {
		var line string
		line, rest, _ = strings.Cut(rest, "\n")
		name, val, ok := strings.Cut(strings.TrimSpace(line), " = ")
		if !ok {
			continue
		}
		if len(val) > 1 && val[0] == '"' && val[len(val)-1] == '"' {
			val = val[1 : len(val)-1]
		}
		v.Put(name, val)
	}
	if sec := v.Int(stamp); sec > 1<<28 && sec < 1<<33 {
		e.Time, e.Zoneless = sec*1e9, false
	}
	r.who(e)
	if r.accounting(e) {
		return nil
	}
	switch v.Get(packet) {
	case "Access-Request":
		e.Kind = footfall.KindAttempt
	case "Access-Accept":
		accepted(e)
	case "Access-Reject":
		rejected(e, footfall.ReasonBadPassword)
	case "Access-Challenge":
		e.Kind = footfall.KindCredential
	}
	return nil
}

func sniffDetail(head []byte) int {
	s := footfall.Str(head)
	first, rest, ok := strings.Cut(strings.TrimLeft(s, "\r\n"), "\n")
	if !ok || len(first) < 24 || len(first) > 34 {
		return 0
	}
	line, _, _ := strings.Cut(rest, "\n")
	if _, n := clock.Parse(strings.TrimRight(first, " \r")); n < 20 || len(line) < 4 || line[0] != '\t' || !strings.Contains(line, " = ") {
		return 0
	}
	return 92
}
