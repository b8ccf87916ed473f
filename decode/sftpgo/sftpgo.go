// Package sftpgo reads the JSON log of SFTPGo, a server for SFTP, FTP, WebDAV
// and HTTP: refused and granted logons, files that moved, commands. One record
// goes in, one event comes out. The address in a text stands behind the name
// in quotes that the server wrote, and its last mark counts.
package sftpgo

import (
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/hostport"
	"github.com/footfall/footfall/internal/jsonlog"
)

// Decoder reads SFTPGo's log.
var Decoder = format.Decoder()

const (
	stamp = iota
	sender
	client
	remote
	user
	method
	protocol
	failure
	connection
	text
	path
	size
	elapsed
)

var format = jsonlog.Format{
	Name:   "sftpgo",
	Doc:    "JSON log of SFTPGo: logons over SSH, FTP, WebDAV and HTTP, transfers, commands.",
	Source: "https://docs.sftpgo.com/latest/logs/",
	Logs:   []footfall.Log{{Product: "linux", Services: []string{"sftpgo"}}},
	By:     "the keys sender, level and time, with connection_id, login_type, protocol or the like",
	Rate:   rate,
	Paths: []string{
		stamp: "time", sender: "sender", client: "client_ip", remote: "remote_addr|local_addr", user: "username", method: "login_type", protocol: "protocol",
		failure: "error", connection: "connection_id", text: "message", path: "file_path", size: "size_bytes", elapsed: "elapsed_ms",
	},
	Mean: mean,
}

func rate(rec []byte) int {
	switch {
	case jsonlog.All(rec, "sender", "level", "time") && jsonlog.Count(rec, "connection_id", "login_type", "protocol", "client_ip", "file_path") > 0:
		return 94
	case jsonlog.All(rec, "sender", "level", "time", "message"):
		return 82
	}
	return 0
}

func mean(r *jsonlog.Reader) {
	e := r.Event
	r.When(stamp)
	e.Program, e.Session, e.User.Name = "sftpgo", r.Get(connection), r.Get(user)
	e.From.Addr, e.Service = r.Addr(client), service(r.Get(protocol))
	if !e.From.Addr.IsValid() {
		if p, ok := hostport.Colon(r.Get(remote)); ok && r.Get(sender) != "httpd" {
			e.From = p
		}
	}
	switch s := r.Get(sender); s {
	case "connection_failed":
		e.Kind, e.Outcome, e.Auth = footfall.KindLogon, footfall.Failure, auth(r.Get(method))
		e.Reason = reason(r.Get(failure))
		if r.Get(method) == "no_auth_tried" || r.Get(method) == "no_auth_tryed" {
			e.Kind = footfall.KindAttempt
		}
	case "login":
		e.Kind, e.Outcome, e.Auth = footfall.KindLogon, footfall.Success, auth(r.Get(method))
	case "Download", "Upload":
		e.Kind, e.Outcome, e.Object = footfall.KindTransfer, footfall.Success, r.Get(path)
		e.Bytes, e.Duration = r.Num(size), r.Num(elapsed)*1e6
	case "Rename", "Remove", "Mkdir", "Rmdir", "Symlink", "Chmod", "Chown", "Truncate", "Copy", "SSHCommand":
		e.Kind, e.Outcome, e.Object = footfall.KindFile, footfall.Success, r.Get(path)
	default:
		granted(e, s, r.Get(text))
	}
}

// granted reads `User "NAME" logged in with "METHOD", from ip "ADDR", client version "..."`.
// Go quotes the name, so a quote in it has a backslash; the client's version
// comes after the address.
func granted(e *footfall.Event, sender, s string) {
	v, ok := strings.CutPrefix(s, `User "`)
	if !ok {
		return
	}
	name, v := quoted(v)
	if v, ok = strings.CutPrefix(v, ` logged in with "`); !ok {
		return
	}
	method, v, _ := strings.Cut(v, `"`)
	_, v, ok = strings.Cut(v, ` from ip "`)
	addr, rest, ok2 := strings.Cut(v, `"`)
	if !ok || !ok2 {
		return
	}
	e.From, _ = hostport.Host(addr)
	e.Kind, e.Outcome, e.User.Name, e.Auth = footfall.KindLogon, footfall.Success, name, auth(method)
	e.Service = service(sender)
	if v, ok := strings.CutPrefix(rest, `, client version "`); ok {
		e.Client, _ = quoted(v)
	}
}

// quoted returns what stands before the quote that closes, and what behind it.
func quoted(s string) (in, rest string) {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return s[:i], s[i+1:]
		}
	}
	return s, ""
}

func service(s string) footfall.Service {
	switch s {
	case "SSH", "SFTP", "SCP", "sftpd":
		return footfall.ServiceSSH
	case "FTP", "ftpd":
		return footfall.ServiceFTP
	case "DAV", "HTTP", "HTTPShare", "OIDC", "webdavd", "httpd", "WebDAV":
		return footfall.ServiceWeb
	}
	return footfall.ServiceUnknown
}

func auth(s string) footfall.Auth {
	switch {
	case strings.Contains(s, "publickey"):
		return footfall.AuthKey
	case strings.Contains(s, "keyboard-interactive"):
		return footfall.AuthKeyboard
	case strings.Contains(s, "TLSCertificate"):
		return footfall.AuthCertificate
	case strings.HasPrefix(s, "password"):
		return footfall.AuthPassword
	case s == "IDP", s == "OIDC":
		return footfall.AuthToken
	}
	return footfall.AuthUnknown
}

func reason(s string) footfall.Reason {
	switch {
	case strings.Contains(s, "not found"), strings.Contains(s, "does not exist"):
		return footfall.ReasonNoUser
	case strings.Contains(s, "invalid credentials"), strings.Contains(s, "not match"):
		return footfall.ReasonBadPassword
	case strings.Contains(s, "disabled"):
		return footfall.ReasonDisabled
	case strings.Contains(s, "expired"):
		return footfall.ReasonExpired
	case strings.Contains(s, "not allowed"), strings.Contains(s, "denied"):
		return footfall.ReasonRestricted
	}
	return footfall.ReasonUnknown
}
