package velociraptor

import (
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/clock"
	"github.com/footfall/footfall/internal/hostport"
)

// Slots of rows that are no Windows events.
const (
	vWhen = iota
	vHost
	vClient
	vResult
	vMethod
	vTried
	vUser
	vFrom
	vFromHost
	vPID
	vTerminal
	vSort
	vLogin
	vLogout
	vLine
	vSource
)

var paths = []string{
	vWhen: "Time|EventTime|Timestamp", vHost: "Fqdn|Hostname|hostname|Computer", vClient: "ClientId", vResult: "Result", vMethod: "Method", vTried: "AttemptedUser",
	vUser: "User|login_User", vFrom: "IP|SourceIP|login_IpAddr", vFromHost: "SourceHost|login_Host", vPID: "PID|Pid|login_PID", vTerminal: "Terminal|login_Terminal",
	vSort: "login_Type", vLogin: "login_time", vLogout: "logout_time", vLine: "Line", vSource: "_Source",
}

// row reads a row that is no Windows event.
func (d *decoder) row(b *footfall.Batch, e *footfall.Event, s sort) error {
	v := d.values
	e.Computer = v.First(vHost, vClient)
	e.Time, e.Zoneless = moment(v.Get(vWhen))
	switch s {
	case line:
		e.Message = strings.TrimRight(v.Get(vLine), "\r\n")
		return nil
	case secureShell:
		d.secureShell(e)
	case login:
		d.login(b, e)
	default:
		e.Log = d.logs.other
	}
	return nil
}

// moment reads a time of VQL: RFC 3339, with a zone.
func moment(s string) (ns int64, zoneless bool) {
	ns, n := clock.ISO(s)
	return ns, n > 0 && !clock.Zoned(s[:n])
}

// secureShell reads what the SSHLogin artifacts took from lines of sshd; that of
// events gives logons that succeeded.
func (d *decoder) secureShell(e *footfall.Event) {
	v := d.values
	e.Log, e.Program = d.logs.sshd, "sshd"
	e.Kind, e.Service, e.To.Host = footfall.KindLogon, footfall.ServiceSSH, e.Computer
	e.User.Name = v.First(vTried, vUser)
	from(e, v.Get(vFrom))
	e.Session = v.Get(vPID)
	switch result := v.Get(vResult); {
	case result == "Accepted", result == "" && v.Get(vTried) == "":
		e.Outcome = footfall.Success
	case result == "Failed":
		e.Outcome = footfall.Failure
	default: // Postponed, Partial
		e.Kind = footfall.KindAttempt
	}
	switch method := v.Get(vMethod); {
	case method == "password":
		e.Auth = footfall.AuthPassword
	case method == "publickey":
		e.Auth = footfall.AuthKey
	case method == "none":
		e.Auth = footfall.AuthNone
	case method == "hostbased":
		e.Auth = footfall.AuthHost
	case strings.HasPrefix(method, "gssapi"):
		e.Auth = footfall.AuthKerberos
	case strings.HasPrefix(method, "keyboard-interactive"):
		e.Auth = footfall.AuthKeyboard
	}
}

// login reads a row of LastUserLogin: a record of wtmp, with the end of the
// session where there was one.
func (d *decoder) login(b *footfall.Batch, e *footfall.Event) {
	v := d.values
	e.Log = d.logs.utmp
	e.Time, e.Zoneless = moment(v.Get(vLogin))
	e.Session = v.Get(vTerminal)
	switch v.Get(vSort) {
	case "", "USER_PROCESS":
	case "BOOT_TIME", "RUN_LVL":
		e.Kind, e.Outcome, e.Object = footfall.KindStart, footfall.Success, v.Get(vUser)
		return
	default: // a getty that waits
		return
	}
	e.Kind, e.Outcome, e.Service, e.To.Host = footfall.KindLogon, footfall.Success, footfall.ServiceLocal, e.Computer
	e.User.Name = v.Get(vUser)
	if host := v.Get(vFromHost); !strings.HasPrefix(host, ":") { // not the display that somebody sits before
		from(e, host)
	}
	if a := v.Addr(vFrom); a.IsValid() && !a.IsUnspecified() {
		e.From.Addr = a
	}
	if e.From.Addr.IsValid() || e.From.Host != "" {
		e.Service = footfall.ServiceNetwork
	}
	if end, zoneless := moment(v.Get(vLogout)); end > e.Time && e.Time > 0 {
		one, fields := *e, e.Fields
		e = b.New()
		*e = one
		e.Kind, e.Time, e.Zoneless, e.Duration, e.Fields = footfall.KindLogoff, end, zoneless, end-one.Time, fields
	}
}

// from takes an address or a name.
func from(e *footfall.Event, s string) {
	if end, ok := hostport.Host(s); ok {
		e.From.Host, e.From.Addr = end.Host, end.Addr
	}
}
