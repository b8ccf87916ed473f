package macos

import (
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/jsonlog"
	"github.com/footfall/footfall/internal/jsonscan"
)

const (
	name = iota
	sec
	milli
	computer
	userName
	userID
	auditName
	session
	terminal
	peerAddr
	peerPort
	failed
	code
	process
	args
	texts
	pathOf
	caption
	alertHost
	alertTime
	alertUser
)

// Jamf reads the audit trail of macOS as Jamf's agents export it.
var Jamf = jamf.Decoder()

var jamf = jsonlog.Format{
	Name: "macos-jamf", Doc: "macOS' audit trail (BSM) as Jamf Compliance Reporter exports it, and the alerts of Jamf Protect: JSON.",
	Source: "Jamf Compliance Reporter documentation; audit_event(5), audit.log(5); https://learn.jamf.com (Jamf Protect, alert data)",
	Logs: []footfall.Log{
		{Product: "macos", Services: []string{"jamf", "bsm"}},
		{Product: "macos", Services: []string{"jamf", "bsm"}, Categories: []string{"process_creation"}},
	},
	By: "the keys header, host_info and event_name, or caption, input and match",
	Rate: func(rec []byte) int {
		switch {
		case jsonlog.All(rec, "header", "host_info", "event_name"):
			return 95
		case jsonlog.All(rec, "caption", "input", "match") && jsonlog.Count(rec, "certid", "matchType", "eventType") > 0:
			return 92
		}
		return 0
	},
	Names: []string{"Image", "CommandLine", "User"},
	Paths: []string{
		name: "header.event_name", sec: "header.time_seconds_epoch", milli: "header.time_milliseconds_offset", computer: "host_info.host_name",
		userName: "subject.user_name", userID: "subject.user_id", auditName: "subject.audit_user_name", session: "subject.session_id",
		terminal: "subject.terminal_id.ip_address", peerAddr: "socket_inet.ip_address", peerPort: "socket_inet.port", failed: "return.error", code: "return.description",
		process: "subject.process_name", args: "exec_args.args[]", texts: "texts[]",
		pathOf:  "path[]",
		caption: "caption", alertHost: "input.host.hostname", alertTime: "input.match.event.timestamp", alertUser: "input.match.event.user.name",
	},
	Mean: audited,
}

func audited(r *jsonlog.Reader) {
	e := r.Event
	e.Computer = r.First(computer, alertHost)
	if c := r.Get(caption); c != "" {
		r.When(alertTime)
		e.Kind, e.Object, e.User.Name = footfall.KindAlert, c, r.Get(alertUser)
		return
	}
	r.When(sec)
	if ms := r.Num(milli); ms > 0 && ms < 1000 {
		e.Time += ms * 1e6
	}
	e.User = footfall.Account{Name: r.Get(userName), SID: r.Get(userID)}
	e.Session, e.Image, e.Program = r.Get(session), r.Get(process), "auditd"
	if a := r.Addr(terminal); a.IsValid() && !a.IsUnspecified() {
		e.From.Addr = a
	}
	switch r.Get(code) {
	case "success":
		e.Outcome = footfall.Success
	case "failure":
		e.Outcome = footfall.Failure
	default:
		if v := r.Get(failed); v != "" {
			if e.Outcome = footfall.Success; v != "0" {
				e.Outcome = footfall.Failure
			}
		}
	}
	r.Field(2, e.User.Name)
	called(r, r.Get(name))
}

// first returns the first text of a list.
func first(list string) string {
	_, v, _ := strings.Cut(list, `"`)
	v, _, _ = strings.Cut(v, `"`)
	return v
}

// commandLine joins the arguments of {"1":"ssh","2":"host"}.
func commandLine(b *footfall.Batch, list string) string {
	var s jsonscan.Scanner
	if list == "" || s.Reset(footfall.Bytes(list)) != jsonscan.Object || !s.Enter() {
		return ""
	}
	out := b.Grow(len(list))
	for s.Next() {
		if s.Kind() == jsonscan.String {
			v, escaped := s.Raw()
			if escaped {
				v = s.Text(nil)
			}
			if len(out) > 0 {
				out = append(out, ' ')
			}
			out = append(out, v...)
		}
	}
	return b.Kept(out)
}

// called tells by the name of the audit event (audit_event(5)).
func called(r *jsonlog.Reader, event string) {
	e := r.Event
	var lower [32]byte
	n := 0
	for event = strings.TrimPrefix(event, "AUE_"); n < len(event) && n < len(lower); n++ {
		if lower[n] = event[n]; event[n] >= 'A' && event[n] <= 'Z' {
			lower[n] += 'a' - 'A'
		}
	}
	switch string(lower[:n]) {
	case "openssh", "sshd":
		e.Kind, e.Service = footfall.KindLogon, footfall.ServiceSSH
	case "lw_login", "login":
		e.Kind, e.Service = footfall.KindLogon, footfall.ServiceLocal
	case "screensharing", "screensharingd":
		e.Kind, e.Service = footfall.KindLogon, footfall.ServiceVNC
	case "ftpd":
		e.Kind, e.Service = footfall.KindLogon, footfall.ServiceFTP
	case "logout":
		e.Kind, e.Service = footfall.KindLogoff, footfall.ServiceLocal
	case "auth_user":
		e.Kind, e.Service = footfall.KindCredential, footfall.ServiceLocal
	case "su", "sudo":
		e.Kind, e.Service = footfall.KindPrivilege, footfall.ServiceLocal
	case "ssauthorize", "ssauthint", "ssauthmech":
		e.Kind, e.Service = footfall.KindPrivilege, footfall.ServiceLocal
		e.Object = first(r.Get(texts))
	case "create_user", "modify_user", "delete_user", "disable_user", "enable_user":
		e.Kind, e.Service = footfall.KindAccount, footfall.ServiceLocal
	case "add_to_group", "remove_from_group", "create_group", "delete_group", "modify_group":
		e.Kind, e.Service = footfall.KindGroup, footfall.ServiceLocal
		_, v, _ := strings.Cut(r.Get(texts), "value = '")
		e.Target.Name, _, _ = strings.Cut(v, "'")
		_, v, _ = strings.Cut(r.Get(texts), "username from '")
		e.Object, _, _ = strings.Cut(v, "'")
	case "passwd", "modify_password":
		e.Kind, e.Service = footfall.KindPassword, footfall.ServiceLocal
	case "execve", "exec", "posix_spawn":
		e.Kind, e.Command = footfall.KindProcess, commandLine(r.Batch, r.Get(args))
		r.SetLog(1)
		r.Field(0, e.Image)
		r.Field(1, e.Command)
	case "connect":
		e.Kind = footfall.KindConnection
		e.To.Addr, e.To.Port = r.Addr(peerAddr), r.PortOf(peerPort)
		e.Service = footfall.ServiceOfPort(e.To.Port)
	case "accept":
		e.Kind = footfall.KindConnection
		e.From.Addr, e.From.Port = r.Addr(peerAddr), r.PortOf(peerPort)
	}
	if e.Kind == footfall.KindConnection && !e.To.Addr.IsValid() && !e.From.Addr.IsValid() {
		e.Kind = footfall.KindUnknown // of a socket within the host
	}
}
