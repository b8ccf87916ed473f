// Package pf understands what pfSense and OPNsense log of their own: packets
// by filterlog, logons to the web interface, OPNsense's audit of logons, and
// changes of the configuration. In goes the message behind the envelope, out
// comes what it says in the event that is there. A user's name may hold the
// words of a message: the address is taken from the end.
package pf

import (
	"net/netip"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/firewall"
	"github.com/footfall/footfall/internal/hostport"
	"github.com/footfall/footfall/internal/message"
	"github.com/footfall/footfall/internal/record"
)

// Decoder reads messages of pfSense and OPNsense.
var Decoder = footfall.Decoder{
	Name:     "pf",
	Doc:      "Messages of pfSense and OPNsense: packets that pf passed or blocked (filterlog), logons to the web interface and OPNsense's audit of logons.",
	Source:   "https://docs.netgate.com/pfsense/en/latest/monitoring/logs/raw-filter-format.html; OPNsense: /usr/local/opnsense/mvc/app/library/OPNsense/Auth",
	Frame:    footfall.FrameMessage,
	Programs: []string{"filterlog", "php-fpm", "php", "opnsense", "/index.php", "audit"},
	By:       "the wording of the web interface and of OPNsense's audit of logons",
	Sniff: func(m []byte) int {
		if s := footfall.Str(m); web(s) || strings.HasPrefix(s, "user ") && (strings.Contains(s, " authenticated successfully for ") || strings.Contains(s, " could not authenticate for ") || strings.Contains(s, " failed authentication for ")) {
			return 80
		}
		return 0
	},
	New: func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
		d := &decoder{
			values: record.New(s, names[:], nil), fields: firewall.New(s),
			wall: s.AddLog(footfall.Log{Product: "pfsense", Services: []string{"filterlog", "syslog"}, Categories: []string{"firewall"}}),
		}
		for i, n := range names {
			d.column[i] = d.values.Column(n)
		}
		t := message.Text{Name: "pf", Log: footfall.Log{Product: "pfsense", Services: []string{"auth", "syslog"}}, Read: d.read}
		return t.Messages(s, nil)
	},
}

type decoder struct {
	values *record.Values
	fields firewall.Fields
	column [fields]record.Column
	wall   footfall.LogID
}

// The fields of a line of filterlog, in the order of its documentation.
const (
	ruleNumber = iota
	subRule
	anchor
	tracker
	iface
	reason
	action
	direction
	version
	protoText
	length
	source
	destination
	sourcePort
	destinationPort
	dataLength
	tcpFlags
	icmpType
	fields
)

var names = [fields]string{
	ruleNumber: "rulenr", subRule: "subrulenr", anchor: "anchorname", tracker: "rid", iface: "interface", reason: "reason", action: "action", direction: "dir",
	version: "ipversion", protoText: "protoname", length: "length", source: "src", destination: "dst", sourcePort: "srcport", destinationPort: "dstport",
	dataLength: "datalen", tcpFlags: "tcpflags", icmpType: "icmp_type",
}

func (d *decoder) read(b *footfall.Batch, e *footfall.Event, s string) {
	if d.packet(b, e, s) {
		return
	}
	switch {
	case web(s), audit(e, s):
		if e.Kind == footfall.KindUnknown {
			page(e, s)
		}
		d.fields.Add(b, "", "")
	case strings.Contains(s, "Configuration Change: "):
		changed(e, s)
	}
}

// web reports whether s is a message of the web interface about a logon.
func web(s string) bool {
	i := strings.IndexByte(s, ' ')
	if i < 0 || s[0] != '/' && !strings.HasPrefix(s, "webConfigurator ") && !strings.HasPrefix(s, "Web GUI ") {
		return false
	}
	return strings.Contains(s, "webConfigurator authentication error for ") || strings.Contains(s, "Web GUI authentication error for ") ||
		strings.Contains(s, "Successful login for user '") || strings.Contains(s, "User logged out for user '") || strings.Contains(s, "Session timed out for user '") ||
		strings.Contains(s, "login failure for user '")
}

// page reads
//
//	/index.php: Successful login for user 'NAME' from: ADDR (Local Database)
//	/index.php: webConfigurator authentication error for user 'NAME' from: ADDR
//	/index.php: Web GUI authentication error for 'NAME' from ADDR
//	/index.php: User logged out for user 'NAME' from: ADDR (Local Database)
func page(e *footfall.Event, s string) {
	e.Service = footfall.ServiceWeb
	switch {
	case strings.Contains(s, "Successful login for "):
		e.Kind, e.Outcome = footfall.KindLogon, footfall.Success
	case strings.Contains(s, " logged out for "), strings.Contains(s, " timed out for "):
		e.Kind = footfall.KindLogoff
	default:
		e.Kind, e.Outcome, e.Reason = footfall.KindLogon, footfall.Failure, footfall.ReasonBadPassword
	}
	if strings.Contains(s, " authentication error for ") { // a name may hold the words of a success
		e.Kind, e.Outcome, e.Reason = footfall.KindLogon, footfall.Failure, footfall.ReasonBadPassword
	}
	i := strings.IndexByte(s, '\'')
	j := strings.LastIndex(s, "' from")
	if i < 0 || j <= i {
		return
	}
	e.User.Name = s[i+1 : j]
	v := strings.TrimLeft(strings.TrimPrefix(s[j+len("' from"):], ":"), " ")
	v, _, _ = strings.Cut(v, " ")
	if h, ok := hostport.Host(strings.TrimRight(v, ",.")); ok {
		e.From = h
	}
}

// audit reads OPNsense's "user NAME authenticated successfully for WebGui [using ...]"
// and "user NAME could not authenticate for WebGui. [using ...]".
func audit(e *footfall.Event, s string) bool {
	v, ok := strings.CutPrefix(s, "user ")
	if !ok {
		return false
	}
	if i := strings.LastIndex(v, " ["); i > 0 {
		v = v[:i]
	}
	at, end, ok := -1, 0, false
	for k, mark := range [...]string{" authenticated successfully for ", " could not authenticate for ", " failed authentication for "} {
		if i := strings.LastIndex(v, mark); i > at { // a name may hold the others
			at, end, ok = i, i+len(mark), k == 0
		}
	}
	if at < 0 {
		return false
	}
	e.Kind, e.Outcome, e.User.Name = footfall.KindCredential, footfall.Success, v[:at]
	if !ok {
		e.Outcome, e.Reason = footfall.Failure, footfall.ReasonBadPassword
	}
	switch what, _, _ := strings.Cut(v[end:], " "); strings.TrimRight(what, ".,") {
	case "WebGui":
		e.Service = footfall.ServiceWeb
	case "SSH", "ssh", "sshd":
		e.Service = footfall.ServiceSSH
	case "OpenVPN", "IPsec", "xauth":
		e.Service = footfall.ServiceVPN
	}
	return true
}

// changed reads "/PAGE.php: Configuration Change: NAME@ADDR (Local Database): TEXT".
func changed(e *footfall.Event, s string) {
	_, v, _ := strings.Cut(s, "Configuration Change: ")
	who, what, ok := strings.Cut(v, ": ")
	if !ok {
		return
	}
	e.Kind, e.Outcome, e.Service, e.Object = footfall.KindConfig, footfall.Success, footfall.ServiceWeb, what
	who, _, _ = strings.Cut(who, " (")
	if i := strings.LastIndexByte(who, '@'); i >= 0 {
		e.User.Name = who[:i]
		if a, ok := hostport.Addr(who[i+1:]); ok {
			e.From.Addr = a
		}
		return
	}
	e.User.Name = who
}

// packet reads a line of filterlog: values parted by commas, of which those
// behind the version of IP depend on it.
func (d *decoder) packet(b *footfall.Batch, e *footfall.Event, s string) bool {
	if s == "" || s[0]-'0' > 9 || strings.Count(s, ",") < 11 {
		return false
	}
	v := d.values
	v.Begin(b)
	next := func() (w string) {
		w, s, _ = strings.Cut(s, ",")
		return w
	}
	put := func(slots ...int) {
		for _, slot := range slots {
			if w := next(); slot >= 0 && w != "" {
				v.PutColumn(d.column[slot], w)
			}
		}
	}
	put(ruleNumber, subRule, anchor, tracker, iface, reason, action, direction, version)
	switch v.Get(version) {
	case "4": // tos, ecn, ttl, id, offset, flags, protocol id
		put(-1, -1, -1, -1, -1, -1, -1, protoText, length, source, destination)
	case "6": // class, flow label, hop limit; protocol text, protocol id
		put(-1, -1, -1, protoText, -1, length, source, destination)
	default:
		return false
	}
	switch proto := v.Get(protoText); {
	case strings.EqualFold(proto, "tcp"):
		put(sourcePort, destinationPort, dataLength, tcpFlags)
	case strings.EqualFold(proto, "udp"):
		put(sourcePort, destinationPort, dataLength)
	case strings.HasPrefix(proto, "icmp"), strings.HasPrefix(proto, "ICMP"):
		put(icmpType)
	}
	e.Kind, e.Log = footfall.KindConnection, d.wall
	e.From = footfall.Endpoint{Addr: address(v.Get(source)), Port: v.Port(sourcePort)}
	e.To = footfall.Endpoint{Addr: address(v.Get(destination)), Port: v.Port(destinationPort)}
	if v.Get(direction) == "out" {
		e.To.Zone = v.Get(iface)
	} else {
		e.From.Zone = v.Get(iface)
	}
	e.Service = footfall.ServiceOfPort(e.To.Port)
	e.Object = v.First(tracker, ruleNumber)
	switch v.Get(action) {
	case "pass", "rdr", "nat", "binat":
		e.Outcome = footfall.Success
	case "block", "reject":
		e.Outcome = footfall.Failure
	}
	d.fields.Add(b, "", v.Get(protoText))
	return true
}

func address(s string) (a netip.Addr) {
	a, _ = hostport.Addr(s)
	return a
}
