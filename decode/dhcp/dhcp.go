// Package dhcp reads what DHCP servers say of addresses that they gave: the
// messages of ISC dhcpd, dnsmasq and Kea, the files of leases that they keep,
// and the audit log of Windows' server. In goes a record, out comes a lease
// with the client's name, its hardware address and the address assigned.
// An address that was given back is a logoff. Whatever else was said is an event
// without a kind: an address that was offered or asked for is nobody's.
package dhcp

import (
	"net/netip"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/hostport"
	"github.com/footfall/footfall/internal/message"
)

var (
	dhcpd   = message.Text{Name: "dhcp", Log: footfall.Log{Product: "linux", Services: []string{"dhcpd", "syslog"}}, Read: readISC}
	dnsmasq = message.Text{Name: "dhcp", Log: footfall.Log{Product: "linux", Services: []string{"dnsmasq", "syslog"}}, Read: readDnsmasq}
	kea     = message.Text{Name: "dhcp-kea", Log: footfall.Log{Product: "linux", Services: []string{"kea", "syslog"}}, Head: keaHead, Read: readKea}
)

// Decoder reads the messages of ISC dhcpd.
var Decoder = footfall.Decoder{
	Name:     "dhcp",
	Doc:      "Messages of ISC dhcpd in syslog: leases given and refused.",
	Source:   "ISC DHCP: server/dhcp.c, server/bootp.c, server/dhcpv6.c",
	Frame:    footfall.FrameMessage,
	Programs: []string{"dhcpd", "dhcpd6", "dhcpd3"},
	New:      dhcpd.Messages,
}

// Dnsmasq reads the messages of dnsmasq's DHCP part.
var Dnsmasq = footfall.Decoder{
	Name:     "dhcp-dnsmasq",
	Doc:      "Messages of dnsmasq's DHCP server in syslog: leases given and refused.",
	Source:   "dnsmasq: rfc2131.c, rfc3315.c, slaac.c (log_packet)",
	Frame:    footfall.FrameMessage,
	Programs: []string{"dnsmasq-dhcp"},
	New:      dnsmasq.Messages,
}

// KeaMessage reads Kea's messages behind syslog.
var KeaMessage = footfall.Decoder{
	Name:     "dhcp-keasyslog",
	Doc:      "Messages of Kea's DHCP servers in syslog: leases given and refused.",
	Source:   "https://kea.readthedocs.io/en/latest/kea-messages.html",
	Frame:    footfall.FrameMessage,
	Programs: []string{"kea-dhcp4", "kea-dhcp6"},
	New:      kea.Messages,
}

// Kea reads the log files of Kea's servers.
var Kea = footfall.Decoder{
	Name:   "dhcp-kea",
	Doc:    "Log files of Kea's DHCP servers (kea-dhcp4.log, kea-dhcp6.log): leases given and refused.",
	Source: "https://kea.readthedocs.io/en/latest/kea-messages.html",
	Frame:  footfall.FrameLines,
	By:     "a time, a level and [kea-dhcp...] before each message",
	Sniff:  func(head []byte) int { return message.Share(head, 92, 2, isKea) },
	New:    kea.Lines,
}

// gave makes e a lease of address a.
func gave(e *footfall.Event, a netip.Addr, mac, host string) {
	about(e, mac, host)
	if !a.IsValid() || a.IsUnspecified() {
		return
	}
	e.Kind, e.Outcome, e.Assigned = footfall.KindLease, footfall.Success, a
}

// refused makes e a lease that a client did not get; Object is what it asked for.
func refused(e *footfall.Event, addr, mac, host string) {
	about(e, mac, host)
	e.Kind, e.Outcome, e.Object = footfall.KindLease, footfall.Failure, addr
}

// released makes e the end of a client's lease of address a.
func released(e *footfall.Event, a netip.Addr, mac, host string) {
	about(e, mac, host)
	if a.IsValid() && !a.IsUnspecified() {
		e.Kind, e.Outcome, e.Assigned = footfall.KindLogoff, footfall.Success, a
	}
}

// about says whom a message is about.
func about(e *footfall.Event, mac, host string) {
	e.Service, e.MAC = footfall.ServiceDHCP, mac
	e.From.Host = clientName(host)
}

// clientName is the name that a client gave itself, "" when it is no name.
// What is no host name is kept in the record's own text alone.
func clientName(s string) string {
	s = strings.TrimSuffix(s, ".")
	if s == "" || s == "*" {
		return ""
	}
	p, ok := hostport.Host(s)
	if !ok || p.Addr.IsValid() {
		return ""
	}
	return s
}

// hardware reports whether s is a hardware address: bytes in hex, parted by colons
// or dashes, or by nothing.
func hardware(s string) bool {
	digits := 0
	for i := range len(s) {
		switch c := s[i] | 0x20; {
		case c >= '0' && c <= '9', c >= 'a' && c <= 'f':
			digits++
		case s[i] != ':' && s[i] != '-':
			return false
		}
	}
	return digits >= 2 && digits <= 40
}

func addr(s string) netip.Addr {
	a, ok := hostport.Addr(s)
	if !ok {
		return netip.Addr{}
	}
	return a
}

// word cuts s at its first blank.
func word(s string) (w, rest string) {
	w, rest, _ = strings.Cut(s, " ")
	return w, rest
}
