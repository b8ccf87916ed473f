// Package dropbear understands the messages of the Dropbear SSH server. In
// goes the message behind the envelope, which already is the current event of
// the batch; the event gets its kind, peer, account and outcome. A user name
// in a message cannot pass for its peer, which always comes last.
package dropbear

import (
	"errors"
	"strconv"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/hostport"
	"github.com/footfall/footfall/internal/message"
)

// Decoder reads the messages of Dropbear.
var Decoder = footfall.Decoder{
	Name:     "dropbear",
	Doc:      "Messages of the Dropbear SSH server of routers and small systems.",
	Source:   "Dropbear: svr-auth.c, svr-authpasswd.c, svr-authpam.c, svr-authpubkey.c, svr-session.c",
	Frame:    footfall.FrameMessage,
	Programs: []string{"dropbear"},
	New: func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
		log := s.AddLog(footfall.Log{Product: "linux", Services: []string{"sshd", "auth", "syslog"}})
		return func(b *footfall.Batch, frame []byte) error { return decode(b, frame, log) }, nil
	},
}

var lines = message.Text{
	Name: "dropbear", Program: "dropbear", Log: footfall.Log{Product: "linux", Services: []string{"sshd", "auth", "syslog"}},
	Head: head, Read: func(b *footfall.Batch, e *footfall.Event, s string) { read(b, e, s) },
}

// Lines reads what Dropbear writes on its standard error, and its messages
// without an envelope.
var Lines = footfall.Decoder{
	Name:   "dropbear-lines",
	Doc:    "Messages of the Dropbear SSH server without syslog: its standard error (-E), or the bare text.",
	Source: "Dropbear: svr-session.c, svr_dropbear_log",
	Frame:  footfall.FrameLines,
	By:     "lines of Dropbear's wording, behind its process number and time or bare",
	Sniff: func(b []byte) int {
		return message.Share(b, 94, 2, func(line string) bool {
			var e footfall.Event
			text, ok := head(&e, line)
			return ok && (result(&e, text) || left(&e, text))
		})
	},
	New: lines.Lines,
}

// head reads "[12] Jan 02 03:04:05 TEXT", or nothing.
func head(e *footfall.Event, s string) (string, bool) {
	v, ok := strings.CutPrefix(s, "[")
	pid, v, ok2 := strings.Cut(v, "] ")
	if !ok || !ok2 || len(pid) > 9 {
		return s, true
	}
	n := uint32(0)
	for i := range len(pid) {
		if pid[i]-'0' > 9 {
			return s, true
		}
		n = n*10 + uint32(pid[i]-'0')
	}
	if rest, ok := message.Stamp(e, v); ok {
		e.PID = n
		return rest, true
	}
	return s, true
}

var errNoEvent = errors.New("dropbear: a message without its envelope")

func decode(b *footfall.Batch, frame []byte, log footfall.LogID) error {
	if len(b.Events) == 0 {
		return errNoEvent
	}
	e := b.Current()
	text := e.Message
	if text != string(frame) {
		text = b.Keep(frame)
	}
	e.Log = log
	read(b, e, text)
	return nil
}

func read(b *footfall.Batch, e *footfall.Event, text string) {
	if !result(e, text) && !left(e, text) && !barred(e, text) {
		return
	}
	e.Service = footfall.ServiceSSH
	if e.PID != 0 {
		e.Session = b.Kept(strconv.AppendUint(b.Grow(10), uint64(e.PID), 10))
	}
}

// A form is a message that ends in "from HOST:PORT".
type form struct {
	prefix  string
	kind    footfall.Kind
	outcome footfall.Outcome
	reason  footfall.Reason
	auth    footfall.Auth
}

var forms = [...]form{
	{"Password auth succeeded for ", footfall.KindLogon, footfall.Success, 0, footfall.AuthPassword},
	{"PAM password auth succeeded for ", footfall.KindLogon, footfall.Success, 0, footfall.AuthPassword},
	{"Pubkey auth succeeded for ", footfall.KindLogon, footfall.Success, 0, footfall.AuthKey},
	{"Auth succeeded with blank password for ", footfall.KindLogon, footfall.Success, 0, footfall.AuthNone},
	{"Bad password attempt for ", footfall.KindLogon, footfall.Failure, footfall.ReasonBadPassword, footfall.AuthPassword},
	{"Bad PAM password attempt for ", footfall.KindLogon, footfall.Failure, footfall.ReasonBadPassword, footfall.AuthPassword},
	{"bad password attempt for ", footfall.KindLogon, footfall.Failure, footfall.ReasonBadPassword, footfall.AuthPassword},
	{"Login attempt for nonexistent user ", footfall.KindLogon, footfall.Failure, footfall.ReasonNoUser, 0},
	{"login attempt for nonexistent user ", footfall.KindLogon, footfall.Failure, footfall.ReasonNoUser, 0},
	{"Child connection from ", footfall.KindAttempt, 0, 0, 0},
}

// result reads the messages of forms.
func result(e *footfall.Event, s string) bool {
	for i := range forms {
		f := &forms[i]
		rest, ok := strings.CutPrefix(s, f.prefix)
		if !ok {
			continue
		}
		j := strings.LastIndex(" "+rest, " from ")
		host := rest
		if j >= 0 {
			host = rest[j+len("from "):]
		} else if f.kind != footfall.KindAttempt {
			return false
		}
		p, ok := hostport.Colon(host)
		if !ok {
			return false
		}
		e.Kind, e.Outcome, e.Reason, e.Auth, e.From = f.kind, f.outcome, f.reason, f.auth, p
		if j > 0 {
			who(e, strings.TrimRight(rest[:j], " "))
		}
		return true
	}
	return false
}

// who reads "'NAME'" and "'NAME' with ssh-rsa key SHA256:...".
func who(e *footfall.Event, s string) {
	if i := strings.LastIndex(s, "' with "); i > 0 {
		if k := strings.LastIndex(s, " key "); k > i {
			e.Object = s[k+len(" key "):]
		}
		s = s[:i+1]
	}
	e.User.Name = strings.TrimSuffix(strings.TrimPrefix(s, "'"), "'")
	e.Elevated = e.Outcome == footfall.Success && e.User.Name == "root"
}

// left reads "Exit (NAME)[ from <HOST:PORT>]: TEXT" and
// "Exit before auth[ from <HOST:PORT>]: [(user 'NAME', N fails): ]TEXT".
func left(e *footfall.Event, s string) bool {
	if rest, ok := strings.CutPrefix(s, "Exit before auth"); ok {
		e.Kind, e.Outcome = footfall.KindAttempt, footfall.Failure
		rest = bracketed(e, rest)
		if _, v, ok := strings.Cut(rest, "(user '"); ok {
			if i := strings.LastIndex(v, "', "); i >= 0 {
				e.User.Name = v[:i]
			}
		}
		return true
	}
	rest, ok := strings.CutPrefix(s, "Exit (")
	if !ok {
		return false
	}
	i := strings.Index(rest, ")")
	if i < 0 {
		return false
	}
	e.Kind, e.Outcome, e.User.Name = footfall.KindLogoff, footfall.Success, rest[:i]
	bracketed(e, rest[i+1:])
	return true
}

// barred reads "root login rejected" and "User 'NAME' has invalid shell, rejected":
// the name is right and may not log on. No peer is told; the process ties it.
func barred(e *footfall.Event, s string) bool {
	name := "root"
	if s != "root login rejected" {
		v, ok := strings.CutPrefix(s, "User '")
		i := strings.LastIndex(v, "' has ")
		if !ok || i < 0 || !strings.HasSuffix(v, ", rejected") {
			return false
		}
		name = v[:i]
	}
	e.Kind, e.Outcome, e.Reason, e.User.Name = footfall.KindLogon, footfall.Failure, footfall.ReasonRestricted, name
	return true
}

// bracketed reads " from <HOST:PORT>" and returns what follows.
func bracketed(e *footfall.Event, s string) string {
	v, ok := strings.CutPrefix(s, " from <")
	if !ok {
		return s
	}
	host, rest, _ := strings.Cut(v, ">")
	if p, ok := hostport.Colon(host); ok {
		e.From = p
	}
	return rest
}
