package emulate

import (
	"fmt"
	"net/netip"
	"time"
)

// A network is a VLAN or a pool with the addresses that it gives away.
type network struct {
	name   string
	prefix netip.Prefix
	site   *site
	trust  string
	lease  time.Duration
	low    int // the last fixed address
	slots  []slot
	hand   int
	first  int
	anew   bool // always the lowest free address, whoever asks
}

type slot struct {
	host    *host
	expires moment
	used    bool
}

func newNetwork(name, cidr string, s *site, trust string) *network {
	return &network{name: name, prefix: netip.MustParsePrefix(cidr), site: s, trust: trust, low: 9}
}

// pool makes the part of a network that is given away, of n addresses.
func (n *network) pool(first, size int, lease time.Duration) {
	n.first, n.slots, n.lease = first, make([]slot, size), lease
}

func (n *network) at(i int) netip.Addr {
	b := n.prefix.Addr().As4()
	v := uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3])
	v += uint32(i)
	return netip.AddrFrom4([4]byte{byte(v >> 24), byte(v >> 16), byte(v >> 8), byte(v)})
}

func (n *network) fixed() netip.Addr {
	n.low++
	if n.low&255 == 255 {
		n.low += 2
	}
	return n.at(n.low)
}

// take finds an address: the one that the host had if nobody else got it,
// else one that was never given, else the first whose lease has run out.
func (n *network) take(h *host, now moment) (a netip.Addr, again bool) {
	free := -1
	if n.anew {
		for i := range n.slots {
			if !n.slots[i].used {
				n.slots[i] = slot{h, now, true}
				return n.at(n.first + i), false
			}
		}
		return netip.Addr{}, false
	}
	for k := range n.slots {
		i := (n.hand + k) % len(n.slots)
		if s := &n.slots[i]; s.host == h {
			s.expires, again = now.add(n.lease), s.used && s.expires > now
			s.used = true
			return n.at(n.first + i), again
		} else if free < 0 && !s.used && (s.host == nil || s.expires < now) {
			free = i
		}
	}
	if free < 0 {
		for i := range n.slots {
			if s := &n.slots[i]; s.expires < now {
				free = i
				break
			}
		}
	}
	if free < 0 {
		return netip.Addr{}, false
	}
	n.hand = (free + 1) % len(n.slots)
	n.slots[free] = slot{h, now.add(n.lease), true}
	return n.at(n.first + free), false
}

func (n *network) slotOf(a netip.Addr) *slot {
	b, c := n.prefix.Addr().As4(), a.As4()
	i := (int(c[1])-int(b[1]))<<16 + (int(c[2])-int(b[2]))<<8 + int(c[3]) - int(b[3]) - n.first
	if i < 0 || i >= len(n.slots) {
		return nil
	}
	return &n.slots[i]
}

func (n *network) free(a netip.Addr, now moment, atOnce bool) {
	if s := n.slotOf(a); s != nil {
		s.used = false
		if atOnce {
			s.expires = now
		}
	}
}

// attach gives a computer an address in a network, by DHCP.
func (s *sim) attach(h *host, n *network) {
	if h.static || h.net == n && h.addr.IsValid() {
		return
	}
	s.detach(h)
	a, again := n.take(h, s.now)
	if !a.IsValid() { // the pool is empty: people move to the next best place
		n = n.site.wifi
		if a, again = n.take(h, s.now); !a.IsValid() {
			return
		}
	}
	h.net, h.addr, h.since = n, a, s.now
	h.renewal++
	s.leased(h, n, again)
	s.renew(h, n, h.renewal)
	s.connected(h)
}

// renew asks for more time when half of it is over.
func (s *sim) renew(h *host, n *network, number uint64) {
	s.after(n.lease/2+s.dice.span(time.Second, 20*time.Second), func() {
		if h.renewal != number || h.net != n || !h.addr.IsValid() {
			return
		}
		if l := n.slotOf(h.addr); l != nil {
			l.expires = s.now.add(n.lease)
		}
		s.leased(h, n, true)
		s.renew(h, n, number)
	})
}

func (s *sim) detach(h *host) {
	if h.static || !h.addr.IsValid() {
		return
	}
	s.cut(h)
	s.truth.lease(h.addr, h, h.since, s.now, "dhcp")
	h.net.free(h.addr, s.now, false)
	h.addr, h.net = netip.Addr{}, nil
	h.renewal++
	h.online = false
}

// connected sends what a computer's collector could not have before.
func (s *sim) connected(h *host) {
	h.online = true
	at := max(h.sent, s.now.add(s.dice.span(time.Second, 4*time.Minute)))
	h.sent = at
	for _, r := range h.spool {
		r.received = at
		h.to.add(s, r)
	}
	h.spool = h.spool[:0]
}

// leased writes the DHCP server's records, in the words of the site's product.
func (s *sim) leased(h *host, n *network, again bool) {
	server := n.site.dhcp
	if server == nil {
		return
	}
	mac, tid := h.macText(":"), s.dice.Uint32()
	switch n.site.number % 3 {
	case 0:
		via := "via " + n.at(1).String()
		if !again {
			s.line(server, 0, "dhcpd", 812, fmt.Sprintf("DHCPDISCOVER from %s (%s) %s", mac, h.name, via))
			s.line(server, time.Second, "dhcpd", 812, fmt.Sprintf("DHCPOFFER on %s to %s (%s) %s", h.addr, mac, h.name, via))
		}
		s.line(server, time.Second, "dhcpd", 812, fmt.Sprintf("DHCPREQUEST for %s (%s) from %s (%s) %s", h.addr, server.addr, mac, h.name, via))
		s.line(server, time.Second, "dhcpd", 812, fmt.Sprintf("DHCPACK on %s to %s (%s) %s", h.addr, mac, h.name, via))
	case 1:
		mac = h.macText("")
		code, word := 10, "Assign"
		if again {
			code, word = 11, "Renew"
		}
		given, name := h.addr, s.world.fqdn(h)
		s.text(n.site.audit(s), server, 0, func(b []byte, at time.Time) []byte {
			return fmt.Appendf(b, "%02d,%s,%s,%s,%s,%s,%s,,%d,0,,,,0x4D53465420352E30,MSFT 5.0,,,,0\r\n", code,
				at.Format("01/02/06"), at.Format("15:04:05"), word, given, name, mac, tid)
		})
	default:
		s.line(server, 0, "kea-dhcp4", 367, fmt.Sprintf("INFO  [kea-dhcp4.leases.140168697312960] DHCP4_LEASE_ALLOC [hwtype=1 %s], cid=[01:%s], tid=0x%08x: lease %s has been allocated for %d seconds",
			mac, mac, tid, h.addr, int(n.lease.Seconds())))
	}
}

// seen is the address that one host has for another.
func (s *sim) seen(h, by *host) netip.Addr {
	if h.tunnel != nil {
		return h.tunnel.inner
	}
	if g := h.where(); g.nat.IsValid() && (by == nil || by.where() != g) {
		return g.nat
	}
	return h.addr
}

// reaches tells whether a host has a way to the inner networks.
func (h *host) reaches() bool { return h.up && (h.addr.IsValid() || h.tunnel != nil) }
