// Package sudo understands the messages of sudo, doas and pkexec: who ran
// which command as whom, and who was refused. In goes the message behind the
// envelope, which already is the current event of the batch; out comes the
// event with its accounts, command and outcome. It never counts PAM's lines
// about the same use a second time.
package sudo

import (
	"errors"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/pamline"
)

// Decoder reads the messages of sudo and its like.
var Decoder = footfall.Decoder{
	Name:     "sudo",
	Doc:      "Messages of sudo, doas and pkexec: a privilege event for each use or refusal, with the command.",
	Source:   "sudo: lib/eventlog/eventlog.c; OpenBSD doas.c; polkit pkexec.c",
	Frame:    footfall.FrameMessage,
	Programs: []string{"sudo", "sudo-i", "doas", "pkexec"},
	New:      newDecoder,
}

var errNoEvent = errors.New("sudo: a message without its envelope")

type decoder struct {
	log                     footfall.LogID
	user, command, tty, pwd footfall.FieldID
}

func newDecoder(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
	d := &decoder{
		log:  s.AddLog(footfall.Log{Product: "linux", Services: []string{"sudo", "auth", "syslog"}}),
		user: s.Asked("USER"), command: s.Asked("COMMAND"), tty: s.Asked("TTY"), pwd: s.Asked("PWD"),
	}
	return d.decode, nil
}

func (d *decoder) decode(b *footfall.Batch, frame []byte) error {
	if len(b.Events) == 0 {
		return errNoEvent
	}
	e := b.Current()
	text := e.Message
	if text != string(frame) {
		text = b.Keep(frame)
	}
	e.Log = d.log
	text = strings.TrimLeft(text, " ")
	switch {
	case checked(e, text), d.used(b, e, text), ran(e, text), d.executing(b, e, text):
		e.Service = footfall.ServiceLocal
	}
	return nil
}

// checked reads PAM's lines. The session that sudo opens is told by the line
// with the command; a failed check by both, so that it is no use of sudo.
func checked(e *footfall.Event, s string) bool {
	l, ok := pamline.Parse(s, "sudo")
	if !ok {
		return false
	}
	switch l.What {
	case pamline.AuthFailure, pamline.MoreFailures:
		e.Kind, e.Outcome, e.Reason = footfall.KindCredential, footfall.Failure, footfall.ReasonBadPassword
		e.User.Name = l.User
		if e.User.Name == "" {
			e.User.Name = l.RUser
		}
	case pamline.SessionOpened:
		e.User.Name, e.User.SID, e.Target.Name, e.Target.SID = l.By, l.ByUID, l.User, l.UID
	case pamline.SessionClosed:
		e.Target.Name = l.User
	}
	return true
}

// used reads "NAME : [REFUSAL ; ]TTY=pts/0 ; PWD=/home ; USER=root ; COMMAND=...".
// The folder and the command are the user's to name: the first of each mark
// counts, so that a command is at most longer than it was, never hidden.
func (d *decoder) used(b *footfall.Batch, e *footfall.Event, s string) bool {
	name, rest, ok := strings.Cut(s, " : ")
	if !ok || strings.IndexByte(name, ' ') >= 0 || strings.HasPrefix(rest, "(command continued)") {
		return false
	}
	e.Outcome, e.Reason = footfall.Success, footfall.ReasonUnknown
	for rest != "" {
		part, more, _ := strings.Cut(rest, " ; ")
		key, v, is := strings.Cut(part, "=")
		switch {
		case is && key == "TTY":
			b.Add(d.tty, v)
		case is && key == "PWD":
			b.Add(d.pwd, v)
		case is && key == "USER":
			e.Target.Name = v
			b.Add(d.user, v)
		case is && key == "COMMAND":
			e.Command = rest[len("COMMAND="):]
			e.Image, _, _ = strings.Cut(e.Command, " ")
			b.Add(d.command, e.Command)
			more = ""
		case is && key == strings.ToUpper(key): // HOST, GROUP, TSID, ENV, CHROOT
		case e.Target.Name == "" && e.Outcome == footfall.Success:
			e.Outcome, e.Reason = footfall.Failure, refusal(part)
		}
		rest = more
	}
	if e.Target.Name == "" && e.Command == "" {
		*e = unused(e)
		return false
	}
	e.Kind, e.User.Name = footfall.KindPrivilege, name
	e.Elevated = e.Outcome == footfall.Success && (e.Target.Name == "root" || e.Target.Name == "#0")
	return true
}

// unused takes back what a line gave that turned out to be another.
func unused(e *footfall.Event) footfall.Event {
	v := *e
	v.Outcome, v.Reason, v.Target = footfall.OutcomeUnknown, footfall.ReasonUnknown, footfall.Account{}
	return v
}

// refusal tells the reason from sudo's words.
func refusal(s string) footfall.Reason {
	switch {
	case strings.HasSuffix(s, "incorrect password attempts"), strings.HasSuffix(s, "incorrect password attempt"):
		return footfall.ReasonBadPassword
	case strings.Contains(s, "NOT in sudoers"), strings.Contains(s, "not allowed"), strings.Contains(s, "NOT authorized"):
		return footfall.ReasonRestricted
	case strings.Contains(s, "expired"):
		return footfall.ReasonExpired
	}
	return footfall.ReasonUnknown
}

// ran reads doas: "NAME ran command as NAME: COMMAND", "failed auth for NAME",
// "command not permitted for NAME: COMMAND".
func ran(e *footfall.Event, s string) bool {
	if name, ok := strings.CutPrefix(s, "failed auth for "); ok {
		e.Kind, e.Outcome, e.Reason, e.User.Name = footfall.KindPrivilege, footfall.Failure, footfall.ReasonBadPassword, name
		return true
	}
	if v, ok := strings.CutPrefix(s, "command not permitted for "); ok {
		e.Kind, e.Outcome, e.Reason = footfall.KindPrivilege, footfall.Failure, footfall.ReasonRestricted
		e.User.Name, e.Command, _ = strings.Cut(v, ": ")
		return true
	}
	name, v, ok := strings.Cut(s, " ran command ")
	if !ok || strings.IndexByte(name, ' ') >= 0 {
		return false
	}
	if who, cmd, as := strings.Cut(strings.TrimPrefix(v, "as "), ": "); as && strings.HasPrefix(v, "as ") {
		e.Target.Name, v = who, cmd
	}
	e.Kind, e.Outcome, e.User.Name, e.Command = footfall.KindPrivilege, footfall.Success, name, v
	e.Image, _, _ = strings.Cut(v, " ")
	e.Elevated = e.Target.Name == "root"
	return true
}

// executing reads pkexec: "NAME: Executing command [USER=root] [TTY=/dev/pts/0] [CWD=/] [COMMAND=/bin/x]".
func (d *decoder) executing(b *footfall.Batch, e *footfall.Event, s string) bool {
	name, rest, ok := strings.Cut(s, ": Executing command [USER=")
	if !ok || strings.IndexByte(name, ' ') >= 0 {
		return false
	}
	e.Kind, e.Outcome, e.User.Name = footfall.KindPrivilege, footfall.Success, name
	e.Target.Name, rest, _ = strings.Cut(rest, "]")
	b.Add(d.user, e.Target.Name)
	if _, cmd, ok := strings.Cut(rest, "[COMMAND="); ok {
		e.Command = strings.TrimSuffix(cmd, "]")
		e.Image, _, _ = strings.Cut(e.Command, " ")
		b.Add(d.command, e.Command)
	}
	e.Elevated = e.Target.Name == "root"
	return true
}
