// Package synology understands the log of Synology's DiskStation Manager as it
// is sent to syslog. In goes the message behind the envelope, which already is
// the current event of the batch; out comes who logged on from where by what.
// The name stands in brackets first; the last mark parts it from the address.
package synology

import (
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/message"
)

var text = message.Text{Name: "synology", Log: footfall.Log{Product: "linux", Services: []string{"synology", "syslog"}}, Read: read}

// Decoder reads the connection log of DSM.
var Decoder = footfall.Decoder{
	Name: "synology", Doc: "Connection log of Synology DSM: logons to its interface and its file services.",
	Source: "https://kb.synology.com (Log Center, Connection logs)", Frame: footfall.FrameMessage, By: "User [NAME] from [ADDRESS]",
	Sniff: func(m []byte) int {
		s := footfall.Str(m)
		if i := strings.Index(s, "User ["); i >= 0 && i < 64 && strings.Contains(s[i:], "] from [") {
			return 90
		}
		return 0
	},
	New: text.Messages,
}

// read reads "User [NAME] from [ADDR] failed to log in via [DSM] due to authorization failure."
// and "User [NAME] from [ADDR] logged in successfully via [SSH]." Some versions
// put a heading before it.
func read(_ *footfall.Batch, e *footfall.Event, s string) {
	i := strings.Index(s, "User [")
	if i < 0 || i > 64 {
		return
	}
	s = s[i+len("User ["):]
	i = strings.LastIndex(s, "] from [")
	if i < 0 {
		return
	}
	addr, rest, _ := strings.Cut(s[i+len("] from ["):], "]")
	rest = strings.TrimLeft(rest, " ")
	switch {
	case strings.HasPrefix(rest, "logged in successfully"), strings.HasPrefix(rest, "signed in to "):
		e.Kind, e.Outcome = footfall.KindLogon, footfall.Success
	case strings.HasPrefix(rest, "failed to log in"), strings.HasPrefix(rest, "failed to sign in"):
		e.Kind, e.Outcome, e.Reason = footfall.KindLogon, footfall.Failure, footfall.ReasonBadPassword
	case strings.HasPrefix(rest, "logged out"), strings.HasPrefix(rest, "signed out"):
		e.Kind, e.Outcome = footfall.KindLogoff, footfall.Success
	default:
		return
	}
	e.User.Name = s[:i]
	message.Peer(e, addr)
	way, _ := message.Between(rest, "[", "]")
	e.Service, e.Object = service(way), way
}

func service(s string) footfall.Service {
	switch s {
	case "SSH", "SFTP":
		return footfall.ServiceSSH
	case "FTP":
		return footfall.ServiceFTP
	case "CIFS", "SMB", "Windows File Service":
		return footfall.ServiceSMB
	case "Telnet":
		return footfall.ServiceTelnet
	}
	return footfall.ServiceWeb
}
