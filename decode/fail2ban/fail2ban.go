// Package fail2ban reads fail2ban's own log: which jail found, banned and let
// go which address. In goes a line or a message, out comes an alert: it is the
// verdict of fail2ban and no logon of its own. An address stands alone.
package fail2ban

import (
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/hostport"
	"github.com/footfall/footfall/internal/message"
)

const source = "fail2ban: server/actions.py, server/filter.py, server/observer.py"

var text = message.Text{
	Name: "fail2ban", Program: "fail2ban", Log: footfall.Log{Product: "linux", Services: []string{"fail2ban", "syslog"}},
	Head: func(e *footfall.Event, line string) (string, bool) {
		rest, ok := message.Stamp(e, line)
		return rest, ok && strings.HasPrefix(rest, "fail2ban.")
	},
	Read: read,
}

// Decoder reads /var/log/fail2ban.log.
var Decoder = footfall.Decoder{
	Name: "fail2ban", Doc: "fail2ban's own log: addresses found, banned and let go, by jail.", Source: source, Frame: footfall.FrameLines,
	By: `lines with a time and "fail2ban."`,
	Sniff: func(head []byte) int {
		return message.Share(head, 96, 2, func(line string) bool {
			return text.Heads(line)
		})
	},
	New: text.Lines,
}

// Message reads fail2ban's messages in syslog.
var Message = footfall.Decoder{
	Name: "fail2ban-message", Doc: "Messages of fail2ban in syslog.", Source: source, Frame: footfall.FrameMessage,
	Programs: []string{"fail2ban", "fail2ban-server", "fail2ban.actions", "fail2ban.filter", "fail2ban.observer"}, New: text.Messages,
}

// read reads "fail2ban.actions [12]: NOTICE [sshd] Ban 192.0.2.66": the jail in
// brackets, then what was done, then the address.
func read(_ *footfall.Batch, e *footfall.Event, s string) {
	_, v, ok := strings.Cut(s, "[")
	for ok {
		jail, rest, closed := strings.Cut(v, "] ")
		if closed && found(e, jail, rest) {
			return
		}
		_, v, ok = strings.Cut(v, "[")
	}
}

func found(e *footfall.Event, jail, s string) bool {
	what, rest, _ := strings.Cut(s, " ")
	switch what {
	case "Ban", "Found", "Unban", "Ignore":
	case "Restore", "Increase":
		if v, ok := strings.CutPrefix(rest, "Ban "); ok {
			rest = v
		}
	default:
		return false
	}
	addr, _, _ := strings.Cut(rest, " ")
	p, ok := hostport.Host(addr)
	if !ok || strings.ContainsAny(jail, " ]") {
		return false
	}
	e.Kind, e.Object, e.Client, e.From = footfall.KindAlert, what, jail, p
	e.Service = service(jail)
	return true
}

// service tells by the name of a jail, as fail2ban ships them.
func service(jail string) footfall.Service {
	switch {
	case strings.HasPrefix(jail, "ssh"), strings.HasPrefix(jail, "dropbear"), strings.HasPrefix(jail, "selinux-ssh"):
		return footfall.ServiceSSH
	case strings.Contains(jail, "ftp"):
		return footfall.ServiceFTP
	case strings.HasPrefix(jail, "postfix"), strings.HasPrefix(jail, "dovecot"), strings.HasPrefix(jail, "exim"), strings.HasPrefix(jail, "sendmail"), strings.HasPrefix(jail, "cyrus"), strings.HasPrefix(jail, "courier"):
		return footfall.ServiceMail
	case strings.HasPrefix(jail, "apache"), strings.HasPrefix(jail, "nginx"), strings.HasPrefix(jail, "lighttpd"):
		return footfall.ServiceWeb
	case strings.HasPrefix(jail, "guacamole"):
		return footfall.ServiceGateway
	}
	return footfall.ServiceUnknown
}
