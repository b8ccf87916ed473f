// Package proxmox understands the messages of Proxmox VE, Backup Server and
// Mail Gateway, and pveproxy's access log. In goes a message or a line, out
// comes who logged on from where, which task was begun by whom, and whose
// console was opened. A name is parted from its address from the outside in.
package proxmox

import (
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/clock"
	"github.com/footfall/footfall/internal/hostport"
	"github.com/footfall/footfall/internal/message"
)

const source = "Proxmox: pve-access-control, PVE/RPCEnvironment, pve-http-server; https://pve.proxmox.com/pve-docs/"

var log = footfall.Log{Product: "linux", Services: []string{"proxmox", "auth", "syslog"}}

var daemon = message.Text{Name: "proxmox", Log: log, Read: read}

// Decoder reads the messages of Proxmox' daemons.
var Decoder = footfall.Decoder{
	Name: "proxmox", Doc: "Messages of Proxmox VE, Backup Server and Mail Gateway: logons to the interface, tasks, consoles.",
	Source: source, Frame: footfall.FrameMessage,
	Programs: []string{"pvedaemon", "pveproxy", "pvesh", "proxmox-backup-api", "proxmox-backup-proxy", "proxmox-datacenter-api", "pmgdaemon", "pmgproxy", "termproxy", "vncterm"},
	New:      daemon.Messages,
}

var access = message.Text{Name: "proxmox access log", Program: "pveproxy", Log: log, Head: head, Read: request}

// Access reads pveproxy's access log.
var Access = footfall.Decoder{
	Name: "proxmox-access", Doc: "Access log of pveproxy and pmgproxy.", Source: source, Frame: footfall.FrameLines,
	By: "lines of an access log with a user such as root@pam",
	Sniff: func(b []byte) int {
		return message.Share(b, 97, 2, func(line string) bool {
			var e footfall.Event
			_, ok := head(&e, line)
			return ok
		})
	},
	New: access.Lines,
}

func read(_ *footfall.Batch, e *footfall.Event, s string) {
	if task(e, s) || refused(e, s) || granted(e, s) {
		e.Service = footfall.ServiceVirtual
		if strings.HasPrefix(e.Program, "pmg") {
			e.Service = footfall.ServiceWeb
		}
	}
}

// refused reads "authentication failure; rhost=ADDR user=NAME@REALM msg=TEXT".
// rhost stands first and holds no blank; the text is Proxmox' own.
func refused(e *footfall.Event, s string) bool {
	v, ok := strings.CutPrefix(s, "authentication failure; rhost=")
	if !ok {
		return false
	}
	host, v, _ := strings.Cut(v, " ")
	message.Peer(e, host)
	if v, ok = strings.CutPrefix(v, "user="); !ok {
		return false
	}
	name, why := v, ""
	if i := strings.LastIndex(v, " msg="); i >= 0 {
		name, why = v[:i], v[i+len(" msg="):]
	}
	e.Kind, e.Outcome, e.Reason, e.Auth = footfall.KindLogon, footfall.Failure, footfall.ReasonBadPassword, footfall.AuthPassword
	switch {
	case strings.HasPrefix(why, "no such user"):
		e.Reason = footfall.ReasonNoUser
	case strings.Contains(why, "disabled"), strings.Contains(why, "not enabled"):
		e.Reason = footfall.ReasonDisabled
	case strings.Contains(why, "expired"):
		e.Reason = footfall.ReasonExpired
	case strings.Contains(why, "locked"):
		e.Reason = footfall.ReasonLocked
	case strings.Contains(why, "TFA"), strings.Contains(why, "second factor"), strings.Contains(why, "OTP"):
		e.Reason, e.MFA = footfall.ReasonMFA, footfall.MFADenied
	}
	account(&e.User, name)
	return true
}

// granted reads "<NAME@REALM> successful auth for user 'NAME@REALM'".
func granted(e *footfall.Event, s string) bool {
	_, v, ok := strings.Cut(s, "successful auth for user '")
	if !ok || !strings.HasPrefix(s, "<") && !strings.HasPrefix(s, "successful auth") || !strings.HasSuffix(v, "'") {
		return false
	}
	e.Kind, e.Outcome = footfall.KindLogon, footfall.Success
	account(&e.User, v[:len(v)-1])
	return true
}

// account parts NAME@REALM.
func account(a *footfall.Account, s string) {
	a.Name = s
	if i := strings.LastIndexByte(s, '@'); i > 0 {
		a.Name, a.Domain = s[:i], s[i+1:]
	}
}

// task reads "<NAME@REALM> starting task UPID:NODE:PID:PSTART:TIME:TYPE:ID:NAME@REALM:"
// and "<NAME@REALM> end task UPID:... OK".
func task(e *footfall.Event, s string) bool {
	v, ok := strings.CutPrefix(s, "<")
	name, v, ok2 := strings.Cut(v, "> ")
	if !ok || !ok2 {
		return false
	}
	done := false
	if v, ok = strings.CutPrefix(v, "starting task UPID:"); !ok {
		_, v, ok = strings.Cut(s, "> end task UPID:")
		done = ok
	}
	if !ok {
		return false
	}
	var part [6]string // node, process, its start, time, type, id
	for i := range part {
		if part[i], v, ok = strings.Cut(v, ":"); !ok {
			return false
		}
	}
	account(&e.User, name)
	e.Kind, e.Object, e.Outcome = footfall.KindCall, part[4], footfall.Success
	if done {
		e.Kind = footfall.KindUnknown
		_, result, _ := strings.Cut(v, " ")
		if e.Outcome = footfall.Success; result != "OK" && !strings.HasPrefix(result, "WARN") {
			e.Outcome = footfall.Failure
		}
	}
	e.To.Host = part[0]
	switch part[4] {
	case "vncproxy", "vncshell", "spiceproxy", "spiceshell", "termproxy", "termshell":
		if !done {
			e.Kind = footfall.KindShell
		}
		if part[5] != "" {
			e.To.Host = part[5] // a guest's console, else the node's shell
		}
	}
	return true
}

// head reads the time of `ADDR - NAME@REALM [02/01/2031:03:04:05 +0100] "GET /x HTTP/1.1" 200 12`,
// where the month is a number, unlike in a web server's log.
func head(e *footfall.Event, line string) (string, bool) {
	before, v, ok := strings.Cut(line, " [")
	stamp, rest, ok2 := strings.Cut(v, "] ")
	if !ok || !ok2 || len(stamp) != 25 || stamp[2] != '/' || stamp[5] != '/' || stamp[10] != ':' {
		return line, false
	}
	var b [25]byte // 2031-01-02T03:04:05+0100
	copy(b[:], stamp[6:10])
	b[4], b[7], b[10] = '-', '-', 'T'
	copy(b[5:], stamp[3:5])
	copy(b[8:], stamp[0:2])
	copy(b[11:], stamp[11:19])
	copy(b[19:], stamp[20:])
	ns, n := clock.ISO(footfall.Str(b[:24]))
	if n != 24 {
		return line, false
	}
	e.Time = ns
	host, who, ok := strings.Cut(before, " - ")
	if !ok {
		return line, false
	}
	if e.From, ok = hostport.Host(host); !ok {
		return line, false
	}
	if who != "-" {
		account(&e.User, who)
	}
	return rest, strings.HasPrefix(rest, `"`)
}

// request reads `"GET /path HTTP/1.1" 200 12`.
func request(_ *footfall.Batch, e *footfall.Event, s string) {
	i := strings.LastIndexByte(s, '"')
	if i < 1 {
		return
	}
	_, path, _ := strings.Cut(s[1:i], " ")
	path, _, _ = strings.Cut(path, " HTTP/")
	status, _, _ := strings.Cut(strings.TrimLeft(s[i+1:], " "), " ")
	e.Kind, e.Service, e.Object, e.Outcome = footfall.KindRequest, footfall.ServiceWeb, path, footfall.Success
	if len(status) == 3 && status[0] >= '4' {
		e.Outcome = footfall.Failure
	}
}
