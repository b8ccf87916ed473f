// Package pam understands the messages of the programs that let people in on
// the machine itself or change its accounts: login, su, display managers,
// systemd-logind, useradd and its family, passwd, cron, and what PAM's modules
// write in their name. In goes the message behind the envelope, which already
// is the current event of the batch; out comes the event with kind, accounts
// and outcome. PAM's own lines are never a second logon.
package pam

import (
	"bytes"
	"errors"
	"net/netip"
	"strconv"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/pamline"
)

// Decoder reads the messages of local programs that authenticate or administer.
var Decoder = footfall.Decoder{
	Name:   "pam",
	Doc:    "Messages of login, su, systemd-logind, useradd and its family, passwd, cron, and PAM's modules in any of them: logons, switched users, accounts, groups, passwords.",
	Source: "Linux-PAM: pam_unix; util-linux: login.c, su-common.c; shadow: su.c, useradd.c, usermod.c, gpasswd.c, passwd.c; FreeBSD su.c; cronie, vixie-cron",
	Frame:  footfall.FrameMessage,
	Programs: []string{
		"su", "su-l", "runuser", "runuser-l", "login", "remote", "gdm", "gdm-password", "gdm-session-worker", "lightdm", "sddm", "sddm-helper", "kdm", "xdm",
		"systemd-logind", "systemd-user", "systemd", "polkitd", "polkit-agent-helper-1", "cockpit-session", "webmin", "dovecot", "unix_chkpwd", "xscreensaver", "gnome-keyring-daemon",
		"useradd", "usermod", "userdel", "adduser", "groupadd", "groupmod", "groupdel", "gpasswd", "passwd", "chpasswd", "newusers", "chage", "chfn", "chsh",
		"cron", "crond", "crontab", "atd", "anacron",
	},
	By:    `"pam_...(SERVICE:TYPE): ", or wording of PAM and login such as "session opened for user"`,
	Sniff: ofModule,
	New:   newDecoder,
}

// ofModule knows a message of one of PAM's modules, whichever program they were
// loaded into, and what only login writes.
func ofModule(message []byte) int {
	for _, head := range [...]string{"session opened for user ", "session closed for user ", "authentication failure; ", "LOGIN ON ", "ROOT LOGIN ", "FAILED LOGIN "} {
		if bytes.HasPrefix(message, footfall.Bytes(head)) {
			return 100
		}
	}
	if bytes.HasPrefix(message, []byte("pam_")) && bytes.Contains(message[:min(len(message), 64)], []byte("(")) {
		return 100
	}
	return 0
}

var errNoEvent = errors.New("pam: a message without its envelope")

type decoder struct{ auth, cron footfall.LogID }

func newDecoder(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
	d := &decoder{
		auth: s.AddLog(footfall.Log{Product: "linux", Services: []string{"auth", "syslog"}}),
		cron: s.AddLog(footfall.Log{Product: "linux", Services: []string{"cron", "syslog"}}),
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
	e.Log = d.auth
	text = strings.TrimLeft(text, " ")
	if l, ok := pamline.Parse(text, e.Program); ok {
		module(b, e, l)
		return nil
	}
	if isCron(e.Program) {
		e.Log = d.cron
		cron(e, text)
		return nil
	}
	_ = su(e, text) || login(e, text) || accounts(e, text) || logind(e, text)
	return nil
}

func isCron(program string) bool {
	switch program {
	case "cron", "crond", "CRON", "CROND", "crontab", "atd", "anacron":
		return true
	}
	return false
}

// module takes a line of PAM: a check that failed, a session that was opened
// or closed. The session of a cron job is nobody's.
func module(b *footfall.Batch, e *footfall.Event, l pamline.Line) {
	job := isCron(e.Program) || l.Service == "cron" || l.Service == "crond" || l.Service == "atd"
	e.Service = footfall.ServiceLocal
	switch l.What {
	case pamline.AuthFailure, pamline.MoreFailures, pamline.AccountDenied:
		e.Kind, e.Outcome, e.Reason = footfall.KindCredential, footfall.Failure, footfall.ReasonBadPassword
		if l.What == pamline.AccountDenied {
			e.Reason = footfall.ReasonRestricted
		} else if l.User == "" {
			e.Reason = footfall.ReasonNoUser
		}
		failed(e, l)
	case pamline.AuthSuccess:
		e.Kind, e.Outcome = footfall.KindCredential, footfall.Success
		failed(e, l)
	case pamline.SessionOpened:
		if !job && !strings.HasPrefix(l.Service, "su") {
			e.Kind, e.Outcome = footfall.KindCredential, footfall.Success
		}
		opened(e, l)
		session(b, e)
	case pamline.SessionClosed:
		if !job && !strings.HasPrefix(l.Service, "su") {
			e.Kind, e.Outcome = footfall.KindLogoff, footfall.Success
		}
		e.User.Name = l.User
		session(b, e)
	case pamline.Other:
		e.User.Name = l.User
	case pamline.Changed:
		e.Kind, e.Outcome, e.Target.Name = footfall.KindPassword, footfall.Success, l.User
	}
}

// failed sets who was checked, and for whom: su is told both.
func failed(e *footfall.Event, l pamline.Line) {
	if l.RUser != "" && l.RHost == "" && l.User != "" && strings.HasPrefix(e.Program, "su") {
		e.User.Name, e.Target.Name = l.RUser, l.User
		return
	}
	if e.User.Name = l.User; l.User == "" {
		e.User.Name = l.RUser
	}
	e.From = host(l.RHost)
}

func opened(e *footfall.Event, l pamline.Line) {
	if strings.HasPrefix(l.Service, "su") || strings.HasPrefix(e.Program, "su") {
		e.User.Name, e.User.SID, e.Target.Name, e.Target.SID = l.By, l.ByUID, l.User, l.UID
		return
	}
	e.User.Name, e.User.SID = l.User, l.UID
}

// session names the session by the process.
func session(b *footfall.Batch, e *footfall.Event) {
	if e.PID != 0 && e.Kind != footfall.KindUnknown {
		e.Session = b.Kept(strconv.AppendUint(b.Grow(10), uint64(e.PID), 10))
	}
}

// host makes an Endpoint of a name or address.
func host(s string) footfall.Endpoint {
	if s == "" || s == "(null)" || s == "?" || s == "localhost" || strings.ContainsAny(s, " '\"") {
		return footfall.Endpoint{}
	}
	if s[0] >= '0' && s[0] <= '9' || strings.IndexByte(s, ':') >= 0 {
		if a, err := netip.ParseAddr(s); err == nil {
			return footfall.Endpoint{Addr: a.Unmap()}
		}
	}
	return footfall.Endpoint{Host: s}
}

// su reads what su itself writes:
//
//	(to NAME) NAME on TTY            FAILED SU (to NAME) NAME on TTY     util-linux
//	Successful su for NAME by NAME   FAILED su for NAME by NAME          shadow
//	NAME to NAME on TTY              BAD SU NAME to NAME on TTY          BSD
func su(e *footfall.Event, s string) bool {
	if !strings.HasPrefix(e.Program, "su") && !strings.HasPrefix(e.Program, "runuser") {
		return false
	}
	out := footfall.Success
	if v, ok := strings.CutPrefix(s, "FAILED SU "); ok {
		s, out = v, footfall.Failure
	} else if v, ok := strings.CutPrefix(s, "BAD SU "); ok {
		s, out = v, footfall.Failure
	}
	by, to, ok := parties(s, &out)
	if !ok || by == "" || to == "" || strings.ContainsAny(by+to, " ") {
		return false
	}
	e.Kind, e.Outcome, e.Service = footfall.KindExplicit, out, footfall.ServiceLocal
	e.User.Name, e.Target.Name = by, to
	if out == footfall.Failure {
		e.Reason = footfall.ReasonBadPassword
	}
	e.Elevated = out == footfall.Success && to == "root"
	return true
}

func parties(s string, out *footfall.Outcome) (by, to string, ok bool) {
	if v, found := strings.CutPrefix(s, "(to "); found {
		to, s, ok = strings.Cut(v, ") ")
		by, _, _ = strings.Cut(s, " on ")
		return by, to, ok
	}
	for _, head := range [...]string{"Successful su for ", "FAILED su for "} {
		if v, found := strings.CutPrefix(s, head); found {
			if head[0] == 'F' {
				*out = footfall.Failure
			}
			to, by, ok = strings.Cut(v, " by ")
			return by, to, ok
		}
	}
	who, _, on := strings.Cut(s, " on ")
	by, to, ok = strings.Cut(who, " to ")
	return by, to, ok && on
}
