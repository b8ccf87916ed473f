package dhcp

import (
	"strings"
	"time"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/clock"
)

// readISC reads dhcpd's "DHCPACK on ADDR to MAC (NAME) via PLACE" and its kin.
// NAME is the client's own and may hold anything: it ends at the last ") via ".
func readISC(_ *footfall.Batch, e *footfall.Event, s string) {
	e.Service = footfall.ServiceDHCP
	what, rest := word(s)
	prep, rest := word(rest)
	switch what {
	case "Reply": // dhcpd -6: "Reply NA: address A to client with duid D iaid = N valid for S seconds"
		if prep == "NA:" || prep == "TA:" {
			v6(e, rest)
		}
		return
	case "DHCPACK", "DHCPNAK", "DHCPOFFER", "DHCPRELEASE", "DHCPDECLINE", "DHCPREQUEST", "DHCPDISCOVER", "DHCPINFORM", "BOOTREPLY":
	default:
		return
	}
	a, mac, host := "", "", ""
	switch prep {
	case "on", "of", "for":
		a, rest = word(rest)
		if what == "DHCPREQUEST" && strings.HasPrefix(rest, "(") { // the server that the client chose
			_, rest, _ = strings.Cut(rest, ") ")
		}
		_, rest = word(rest) // "to" or "from"
	case "to": // answers to DHCPINFORM: "DHCPACK to ADDR (MAC) via PLACE"
		_, rest, _ = strings.Cut(rest, "(")
		mac, _, _ = strings.Cut(rest, ")")
		about(e, mac, "")
		return
	case "from":
	default:
		return
	}
	mac, rest = word(rest)
	if what == "BOOTREPLY" && !hardware(mac) { // "BOOTREPLY for ADDR to NAME (MAC) via PLACE"
		host = mac
		mac = strings.TrimPrefix(rest, "(")
		mac, _, _ = strings.Cut(mac, ")")
	}
	if !hardware(mac) {
		return
	}
	if v, ok := strings.CutPrefix(rest, "("); ok && host == "" {
		if i := strings.LastIndex(v, ") via "); i >= 0 {
			host, rest = v[:i], v[i+2:]
		}
	}
	if v, ok := strings.CutPrefix(rest, "via "); ok {
		place, _ := word(v)
		e.From.Zone = strings.TrimSuffix(place, ":")
	}
	said(e, what, a, mac, host)
}

// said gives a message of the protocol its meaning.
func said(e *footfall.Event, what, a, mac, host string) {
	switch what {
	case "DHCPACK", "DHCPREPLY", "BOOTREPLY":
		gave(e, addr(a), mac, host)
	case "DHCPNAK":
		refused(e, a, mac, host)
	case "DHCPRELEASE":
		released(e, addr(a), mac, host)
		e.Object = a
	default:
		about(e, mac, host)
		e.Object = a
	}
}

func v6(e *footfall.Event, s string) {
	a, ok := strings.CutPrefix(s, "address ")
	if !ok {
		return
	}
	a, rest := word(a)
	gave(e, addr(a), "", "")
	if _, v, ok := strings.Cut(rest, " valid for "); ok {
		e.Duration = seconds(v)
	}
}

// seconds reads the number that s begins with.
func seconds(s string) int64 {
	v := int64(0)
	for i := 0; i < len(s) && s[i]-'0' <= 9 && i < 10; i++ {
		v = v*10 + int64(s[i]-'0')
	}
	if v >= 1<<32-1 { // infinite
		return 0
	}
	return v * int64(time.Second)
}

// readDnsmasq reads "DHCPACK(eth0) ADDR MAC NAME", behind the number of the
// transaction or not. NAME is all that follows.
func readDnsmasq(_ *footfall.Batch, e *footfall.Event, s string) {
	e.Service = footfall.ServiceDHCP
	if n, rest := word(s); n != "" && strings.Trim(n, "0123456789") == "" {
		s = rest
	}
	what, rest, ok := strings.Cut(s, "(")
	if !ok || strings.IndexByte(what, ' ') >= 0 {
		return
	}
	zone, rest, ok := strings.Cut(rest, ") ")
	if !ok || strings.IndexByte(zone, ' ') >= 0 {
		return
	}
	switch what {
	case "SLAAC-CONFIRM": // a host answered from the address that it made itself
		a, host := word(rest)
		gave(e, addr(a), "", strings.TrimSpace(host))
	case "DHCPACK", "DHCPNAK", "DHCPOFFER", "DHCPRELEASE", "DHCPDECLINE", "DHCPREQUEST", "DHCPDISCOVER", "DHCPINFORM",
		"DHCPREPLY", "DHCPADVERTISE", "DHCPSOLICIT", "DHCPRENEW", "DHCPREBIND", "DHCPCONFIRM":
		a, tail := word(rest)
		if !addr(a).IsValid() {
			a, tail = "", rest
		}
		mac, host := word(tail)
		if !hardware(mac) {
			return
		}
		if what == "DHCPNAK" {
			host = "" // the reason stands there
		}
		if len(mac) > 3*16 || strings.HasPrefix(what, "DHCPR") && addr(a).Is6() {
			mac = "" // a DUID
		}
		said(e, what, a, mac, strings.TrimSpace(host))
	default:
		return
	}
	e.From.Zone = zone
}

// keaHead reads "2031-05-02 08:15:00.123 INFO  [kea-dhcp4.leases/367.1401] ".
func keaHead(e *footfall.Event, line string) (string, bool) {
	ns, n := clock.ISO(line)
	if n == 0 || n+1 >= len(line) {
		return line, false
	}
	e.Time, e.Zoneless = ns, !clock.Zoned(line[:n])
	s := strings.TrimLeft(line[n:], " ")
	_, v := word(s)
	v = strings.TrimLeft(v, " ")
	name, _, ok := strings.Cut(strings.TrimPrefix(v, "["), "]")
	if !ok || !strings.HasPrefix(v, "[") || strings.IndexByte(name, ' ') >= 0 {
		return line, false
	}
	e.Program, _, _ = strings.Cut(name, ".")
	return s, true
}

func isKea(line string) bool {
	var e footfall.Event
	_, ok := keaHead(&e, line)
	return ok && strings.HasPrefix(e.Program, "kea-")
}

// readKea reads "INFO  [LOGGER] CODE CLIENT: TEXT". CLIENT holds hardware
// address and client id in hex, nothing of the client's choosing.
func readKea(_ *footfall.Batch, e *footfall.Event, s string) {
	if !strings.HasPrefix(s, "DHCP") && !strings.HasPrefix(s, "ALLOC") {
		i := strings.Index(s, "] ")
		if i < 0 || i > 128 {
			return
		}
		s = s[i+2:]
	}
	code, rest := word(s)
	if !strings.HasPrefix(code, "DHCP4_") && !strings.HasPrefix(code, "DHCP6_") && !strings.HasPrefix(code, "DHCPSRV_") {
		return
	}
	e.Service = footfall.ServiceDHCP
	client, text, ok := strings.Cut(rest, ": ")
	if !ok {
		return
	}
	mac := ""
	if _, v, ok := strings.Cut(client, "[hwtype="); ok {
		v, _, _ = strings.Cut(v, "]")
		if _, v = word(v); hardware(v) {
			mac = v
		}
	}
	about(e, mac, "")
	switch code {
	case "DHCP4_LEASE_ALLOC", "DHCP4_LEASE_REUSE", "DHCP6_LEASE_ALLOC", "DHCP6_LEASE_REUSE", "DHCP6_LEASE_RENEW", "DHCP6_LEASE_DATA":
		gave(e, addr(leased(text)), mac, "")
		if _, v, ok := strings.Cut(text, " for "); ok {
			if _, again, ok := strings.Cut(v, " for "); ok { // "lease for address A ... for N seconds"
				v = again
			}
			e.Duration = seconds(v)
		}
	case "DHCP4_PACKET_NAK_0001", "DHCP4_PACKET_NAK_0002", "DHCP4_PACKET_NAK_0003", "DHCP4_PACKET_NAK_0004":
		refused(e, "", mac, "")
	case "DHCP4_RELEASE":
		released(e, addr(leased(text)), mac, "")
		e.Object = leased(text)
	case "DHCP4_LEASE_OFFER", "DHCP4_LEASE_ADVERT", "DHCP6_LEASE_ADVERT", "DHCP4_INIT_REBOOT":
		e.Object = leased(text)
	}
}

// leased is the address in "lease A has been allocated", "lease for address A and
// iaid=1 has been allocated", "address A was released properly".
func leased(s string) string {
	for range 4 {
		var w string
		if w, s = word(s); addr(w).IsValid() {
			return w
		}
	}
	return ""
}
