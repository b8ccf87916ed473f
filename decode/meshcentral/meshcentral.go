// Package meshcentral reads the messages of MeshCentral's authentication log,
// in syslog or in a file of its own of the same form. In goes a message, out
// comes a logon, made or refused. The peer stands at the end, behind the name.
package meshcentral

import (
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/hostport"
	"github.com/footfall/footfall/internal/message"
)

// Decoder reads MeshCentral's messages.
var Decoder = footfall.Decoder{
	Name:     "meshcentral",
	Doc:      "Messages of MeshCentral's authentication log: logons to its web server and management ports.",
	Source:   "MeshCentral: meshcentral.js (authLog), webserver.js, mpsserver.js",
	Frame:    footfall.FrameMessage,
	Programs: []string{"https", "mps", "meshcentral", "redirserver"},
	New:      text.Messages,
}

var text = message.Text{Name: "meshcentral", Log: footfall.Log{Product: "linux", Services: []string{"meshcentral", "syslog"}}, Read: read}

// A form is what stands before the name.
type form struct {
	prefix  string
	outcome footfall.Outcome
	reason  footfall.Reason
	mfa     footfall.MFA
}

var forms = [...]form{
	{"Accepted password for ", footfall.Success, 0, 0},
	{"Accepted ", footfall.Success, 0, 0},
	{"Failed password for ", footfall.Failure, footfall.ReasonBadPassword, 0},
	{"Failed 2FA for ", footfall.Failure, footfall.ReasonMFA, footfall.MFADenied},
	{"Failed login token for ", footfall.Failure, footfall.ReasonBadPassword, 0},
	{"Banned ", footfall.Failure, footfall.ReasonLocked, 0},
	{"Failed ", footfall.Failure, footfall.ReasonBadPassword, 0},
}

func read(_ *footfall.Batch, e *footfall.Event, s string) {
	i := strings.LastIndex(s, " from ")
	if i < 0 {
		return
	}
	addr, port, _ := strings.Cut(s[i+len(" from "):], " port ")
	p, ok := hostport.Host(addr)
	if !ok || !p.Addr.IsValid() {
		return
	}
	for j := range forms {
		f := &forms[j]
		name, ok := strings.CutPrefix(s[:i], f.prefix)
		if !ok {
			continue
		}
		if _, n, ok := strings.Cut(name, " for "); ok && strings.Count(f.prefix, " ") == 1 {
			name = n
		}
		e.Kind, e.Service, e.Outcome, e.Reason, e.MFA = footfall.KindLogon, footfall.ServiceRMM, f.outcome, f.reason, f.mfa
		port, _, _ = strings.Cut(port, " ")
		p.Port, _ = hostport.Port(port)
		e.From = p
		if name != "undefined" {
			e.User.Name = name
		}
		e.Auth = footfall.AuthPassword
		return
	}
}
