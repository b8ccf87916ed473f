// Package ftp understands the messages of FTP servers: vsftpd, proftpd,
// pure-ftpd and the ftpd of BSD and Kerberos. In goes the message behind the
// envelope, which already is the current event of the batch; out comes the
// event with peer, account and outcome. A user name in a message cannot pass
// for its peer: servers quote or bracket the one that they saw themselves.
package ftp

import (
	"bytes"
	"errors"
	"strconv"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/hostport"
	"github.com/footfall/footfall/internal/pamline"
)

// Decoder reads the messages of FTP servers.
var Decoder = footfall.Decoder{
	Name:     "ftp",
	Doc:      "Messages of FTP servers in syslog (vsftpd, proftpd, pure-ftpd, ftpd): connections and logons.",
	Source:   "vsftpd: logging.c; ProFTPD: mod_auth.c; Pure-FTPd: messages_en.h; netkit-ftpd, krb5-appl: ftpd.c",
	Frame:    footfall.FrameMessage,
	Programs: []string{"vsftpd", "proftpd", "pure-ftpd", "ftpd", "in.ftpd", "wu-ftpd"},
	By:       "a message of vsftpd's own log among lines of syslog",
	Sniff: func(m []byte) int {
		if _, ok := pidOf(footfall.Str(m)); ok && bytes.Contains(m, []byte(`: Client "`)) {
			return 90
		}
		return 0
	},
	New: func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
		log := s.AddLog(footfall.Log{Product: "linux", Services: []string{"vsftpd", "auth", "syslog"}})
		other := s.AddLog(footfall.Log{Product: "linux", Services: []string{"auth", "syslog"}})
		return func(b *footfall.Batch, frame []byte) error { return decode(b, frame, log, other) }, nil
	},
}

var errNoEvent = errors.New("ftp: a message without its envelope")

func decode(b *footfall.Batch, frame []byte, vsftpd, other footfall.LogID) error {
	if len(b.Events) == 0 {
		return errNoEvent
	}
	e := b.Current()
	s := e.Message
	if s != string(frame) {
		s = b.Keep(frame)
	}
	if e.Log = other; e.Program == "vsftpd" {
		e.Log = vsftpd
	}
	s = strings.TrimSpace(s)
	if text, ok := pidOf(s); ok && e.Program == "" {
		e.Program, e.Log, s = "vsftpd", vsftpd, text
	}
	if !checked(e, s) && !client(e, s) && !bracketed(e, s) && !prefixed(e, s) {
		return nil
	}
	e.Service = footfall.ServiceFTP
	if e.PID != 0 {
		e.Session = number(b, e.PID)
	}
	return nil
}

func number(b *footfall.Batch, v uint32) string {
	return b.Kept(strconv.AppendUint(b.Grow(10), uint64(v), 10))
}

// pidOf reads "[pid 12] TEXT", with which vsftpd begins its own lines.
func pidOf(s string) (text string, ok bool) {
	v, ok := strings.CutPrefix(s, "[pid ")
	pid, text, ok2 := strings.Cut(v, "] ")
	return text, ok && ok2 && decimal(pid) > 0
}

// checked reads PAM's lines.
func checked(e *footfall.Event, s string) bool {
	l, ok := pamline.Parse(s, e.Program)
	if !ok {
		return false
	}
	if e.User.Name = l.User; l.User == "" {
		e.User.Name = l.RUser
	}
	peer(e, l.RHost)
	switch l.What {
	case pamline.AuthFailure, pamline.MoreFailures:
		e.Kind, e.Outcome, e.Reason = footfall.KindCredential, footfall.Failure, footfall.ReasonBadPassword
	case pamline.AuthSuccess, pamline.SessionOpened:
		e.Kind, e.Outcome = footfall.KindCredential, footfall.Success
	case pamline.SessionClosed:
		e.Kind, e.Outcome = footfall.KindLogoff, footfall.Success
	}
	return true
}

func peer(e *footfall.Event, s string) bool {
	h, ok := hostport.Host(s)
	if ok {
		e.From = h
	}
	return ok
}

// logon makes e a logon.
func logon(e *footfall.Event, name string, in bool) {
	e.Kind, e.Outcome, e.Auth, e.User.Name = footfall.KindLogon, footfall.Success, footfall.AuthPassword, name
	if !in {
		e.Outcome, e.Reason = footfall.Failure, footfall.ReasonBadPassword
	}
	e.Guest = in && (name == "anonymous" || name == "ftp")
}

const (
	failed  = `] FAIL LOGIN: Client "`
	granted = `] OK LOGIN: Client "`
)

// client reads vsftpd: `[NAME] FAIL LOGIN: Client "ADDR"`, `[NAME] OK LOGIN: Client "ADDR", anon password "x"`,
// `CONNECT: Client "ADDR"`. The last mark counts: behind the address stands
// nothing of the client's but an anonymous one's password.
func client(e *footfall.Event, s string) bool {
	if v, ok := strings.CutPrefix(s, `CONNECT: Client "`); ok {
		e.Kind = footfall.KindAttempt
		v, _, _ = strings.Cut(v, `"`)
		return peer(e, v)
	}
	fail, ok := strings.LastIndex(s, failed), strings.LastIndex(s, granted)
	i, mark := fail, failed
	if ok > fail {
		i, mark = ok, granted
	}
	if i < 1 || s[0] != '[' {
		return file(e, s)
	}
	// Behind the address an anonymous client's password may look like the rest.
	if i != strings.Index(s, mark) || fail >= 0 && ok >= 0 {
		if strings.HasPrefix(s, "[ftp"+granted) || strings.HasPrefix(s, "[anonymous"+granted) {
			return false
		}
	}
	v, _, _ := strings.Cut(s[i+len(mark):], `"`)
	if !peer(e, v) {
		return file(e, s)
	}
	logon(e, s[1:i], mark == granted)
	return true
}

// bracketed reads proftpd: "SERVER (HOST[ADDR]) - USER NAME: Login successful."
// and "... (HOST[ADDR]): USER NAME (Login failed): TEXT". HOST comes from the
// client's DNS and holds no brackets; what the client says comes after.
func bracketed(e *footfall.Event, s string) bool {
	i := strings.IndexByte(s, '(')
	if i < 0 {
		return false
	}
	host, rest, ok := strings.Cut(s[i+1:], "])")
	_, addr, ok2 := strings.Cut(host, "[")
	if !ok || !ok2 || !peer(e, addr) {
		return false
	}
	e.Kind = footfall.KindAttempt
	rest = strings.TrimLeft(rest, " -:")
	v, ok := strings.CutPrefix(rest, "USER ")
	if !ok {
		if strings.HasSuffix(rest, " denied.") {
			e.Outcome, e.Reason = footfall.Failure, footfall.ReasonRestricted
		}
		return true
	}
	if name, ok := strings.CutSuffix(v, ": Login successful."); ok {
		logon(e, name, true)
	} else if i := strings.LastIndex(v, " (Login failed)"); i >= 0 {
		logon(e, v[:i], false)
	} else if i := strings.LastIndex(v, ": no such user found from "); i >= 0 {
		logon(e, v[:i], false)
		e.Reason = footfall.ReasonNoUser
	}
	return true
}

// prefixed reads pure-ftpd, "(NAME@HOST) [INFO] NAME is now logged in" and
// "(?@HOST) [WARNING] Authentication failed for user [NAME]"; and ftpd,
// "connection from ADDR (HOST) at DATE", "repeated login failures from ADDR (HOST)",
// "FTP LOGIN FROM HOST as NAME".
func prefixed(e *footfall.Event, s string) bool {
	for _, head := range [...]string{"connection from ", "repeated login failures from "} {
		v, ok := strings.CutPrefix(s, head)
		if !ok {
			continue
		}
		v, _, _ = strings.Cut(v, " ")
		if e.Kind = footfall.KindAttempt; head[0] == 'r' {
			e.Kind, e.Outcome = footfall.KindCredential, footfall.Failure
		}
		return peer(e, v)
	}
	if v, ok := strings.CutPrefix(s, "FTP LOGIN FROM "); ok {
		host, name, ok := strings.Cut(v, " as ")
		host, _, _ = strings.Cut(host, " ")
		if !ok || !peer(e, host) {
			return false
		}
		logon(e, name, true)
		return true
	}
	v, ok := strings.CutPrefix(s, "(")
	who, text, ok2 := strings.Cut(v, ") [")
	_, host, ok3 := strings.Cut(who, "@")
	if !ok || !ok2 || !ok3 || !peer(e, host) {
		return false
	}
	_, text, _ = strings.Cut(text, "] ")
	if name, ok := strings.CutSuffix(text, " is now logged in"); ok {
		logon(e, name, true)
	} else if name, ok := strings.CutPrefix(text, "Authentication failed for user ["); ok {
		logon(e, strings.TrimSuffix(name, "]"), false)
	} else {
		e.Kind = footfall.KindAttempt
	}
	return true
}
