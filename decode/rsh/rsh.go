// Package rsh understands the messages of the r-services: rshd, rlogind,
// rexecd, and of Kerberos' klogind and kshd. In goes the message behind the
// envelope, which already is the current event of the batch; out comes the
// event with peer, accounts, command and outcome. A name in a message cannot
// pass for its peer.
package rsh

import (
	"errors"
	"strconv"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/hostport"
	"github.com/footfall/footfall/internal/pamline"
)

// Decoder reads the messages of the r-services.
var Decoder = footfall.Decoder{
	Name:     "rsh",
	Doc:      "Messages of rshd, rlogind and rexecd, and of their Kerberos relatives: logons, commands, refusals.",
	Source:   "netkit-rsh and GNU inetutils: rshd.c, rlogind.c, rexecd.c; MIT krb5-appl: krlogind.c",
	Frame:    footfall.FrameMessage,
	Programs: []string{"rshd", "in.rshd", "rhsd", "rsh", "rlogind", "in.rlogind", "rexecd", "in.rexecd", "klogind", "kshd"},
	New: func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
		log := s.AddLog(footfall.Log{Product: "linux", Services: []string{"auth", "syslog"}})
		return func(b *footfall.Batch, frame []byte) error { return decode(b, frame, log) }, nil
	},
}

var errNoEvent = errors.New("rsh: a message without its envelope")

func decode(b *footfall.Batch, frame []byte, log footfall.LogID) error {
	if len(b.Events) == 0 {
		return errNoEvent
	}
	e := b.Current()
	s := e.Message
	if s != string(frame) {
		s = b.Keep(frame)
	}
	e.Log = log
	s = strings.TrimSpace(s)
	if !checked(e, s) && !arrived(e, s) && !ran(e, s) && !refused(e, s) {
		return nil
	}
	e.Service = footfall.ServiceR
	if e.PID != 0 {
		e.Session = b.Kept(strconv.AppendUint(b.Grow(10), uint64(e.PID), 10))
	}
	return nil
}

// checked reads PAM's lines: pam_rhosts is how most of these let in.
func checked(e *footfall.Event, s string) bool {
	l, ok := pamline.Parse(s, e.Program)
	if !ok {
		return false
	}
	e.Kind = footfall.KindCredential
	e.User.Name, e.User.SID = l.User, l.UID
	if h, ok := hostport.Host(l.RHost); ok {
		e.From = h
	}
	switch l.What {
	case pamline.AuthFailure, pamline.MoreFailures, pamline.AccountDenied:
		e.Outcome, e.Reason = footfall.Failure, footfall.ReasonRestricted
	case pamline.AuthSuccess, pamline.SessionOpened:
		e.Outcome = footfall.Success
	case pamline.SessionClosed:
		e.Kind, e.Outcome = footfall.KindLogoff, footfall.Success
	default:
		// pam_rhosts: "allowed to NAME@HOST as NAME", "denied to NAME@HOST as NAME: TEXT"
		v, allowed := strings.CutPrefix(l.Text, "allowed to ")
		if e.Outcome = footfall.Success; !allowed {
			if v, ok = strings.CutPrefix(l.Text, "denied to "); !ok {
				e.Kind, e.Outcome = footfall.KindUnknown, footfall.OutcomeUnknown
				return true
			}
			e.Outcome, e.Reason = footfall.Failure, footfall.ReasonRestricted
		}
		e.Auth = footfall.AuthHost
		parties(e, v)
	}
	return true
}

// parties reads "NAME@HOST as NAME", where the first NAME is the client's.
func parties(e *footfall.Event, s string) bool {
	who, as, ok := cutLast(s, " as ")
	if !ok {
		return false
	}
	if i := strings.Index(as, ": "); i >= 0 {
		as = as[:i]
	}
	i := strings.LastIndexByte(who, '@')
	if i < 0 {
		return false
	}
	h, ok := hostport.Host(who[i+1:])
	if !ok {
		return false
	}
	e.From = h
	e.User.Name, e.Client = strings.TrimSpace(as), who[:i]
	return true
}

func cutLast(s, sep string) (before, after string, ok bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

// arrived reads "Connection from HOST on illegal port", "connect from HOST (ADDR)"
// and klogind's "Authentication failed from HOST (ADDR): TEXT".
func arrived(e *footfall.Event, s string) bool {
	out, why := footfall.OutcomeUnknown, footfall.ReasonUnknown
	who := ""
	switch {
	case strings.HasPrefix(s, "Connection from "):
		v, ok := strings.CutSuffix(s[len("Connection from "):], " on illegal port")
		if !ok {
			return false
		}
		who, out, why = v, footfall.Failure, footfall.ReasonProtocol
	case strings.HasPrefix(s, "connect from "):
		who = s[len("connect from "):]
	case strings.HasPrefix(s, "refused connect from "):
		who = s[len("refused connect from "):]
		out, why = footfall.Failure, footfall.ReasonRestricted
	case strings.HasPrefix(s, "Authentication failed from "):
		who = s[len("Authentication failed from "):]
		if i := strings.Index(who, "): "); i >= 0 {
			who = who[:i+1]
		}
		out = footfall.Failure
	default:
		return false
	}
	if i := strings.LastIndex(who, " ("); i >= 0 && strings.HasSuffix(who, ")") {
		who = who[i+2 : len(who)-1]
	}
	h, ok := hostport.Host(who)
	if !ok {
		return false
	}
	e.Kind, e.Outcome, e.Reason, e.From = footfall.KindAttempt, out, why, h
	if strings.HasPrefix(s, "Auth") {
		e.Kind, e.Auth = footfall.KindLogon, footfall.AuthKerberos
	}
	return true
}

// ran reads "NAME@HOST as NAME: cmd='COMMAND'" and the same with
// "permission denied (TEXT). " before cmd. HOST and the second NAME hold no
// blanks or quotes; the command ends the line.
func ran(e *footfall.Event, s string) bool {
	head, command, ok := strings.Cut(s, "cmd='")
	if !ok {
		return false
	}
	who, text, ok := strings.Cut(head, ": ")
	if !ok || strings.Count(who, " as ") != 1 || !parties(e, who) {
		return false
	}
	e.Kind, e.Outcome, e.Auth = footfall.KindLogon, footfall.Success, footfall.AuthHost
	e.Command = strings.TrimSuffix(command, "'")
	if strings.HasPrefix(text, "permission denied") {
		e.Outcome, e.Reason = footfall.Failure, footfall.ReasonRestricted
	}
	e.Elevated = e.Outcome == footfall.Success && e.User.Name == "root"
	return true
}

// refused reads what rexecd and klogind say of a failed check.
func refused(e *footfall.Event, s string) bool {
	if s != "Kerberos authentication failed" && !strings.HasPrefix(s, "LOGIN FAILURE ") && !strings.HasPrefix(s, "LOGIN REFUSED ") {
		return false
	}
	e.Kind, e.Outcome = footfall.KindCredential, footfall.Failure
	if _, v, ok := cutLast(s, " FROM "); ok {
		if h, ok := hostport.Host(strings.TrimSuffix(v, ",")); ok {
			e.Kind, e.From = footfall.KindLogon, h
		}
	}
	return true
}
