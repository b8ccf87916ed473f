// Package flow is what the analytics of connections share: what the context
// declares of an address, what is usual between two ends, and whether
// connections come at a steady beat. In go steps and the environment of an
// instance; out come words for findings. It keeps caches only, within bounds.
package flow

import (
	"cmp"
	"net/netip"
	"strconv"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/recent"
)

// Seen reports whether a step is a connection that a sensor, a firewall or a
// flow export saw between two ends that are not one host; a host's own log names
// the program, and says more. Whether it came to anything its Outcome says.
func Seen(s *footfall.Step) bool {
	return s.Kind == footfall.KindConnection && s.Rule == 0 && s.Event == 0 && s.Image == 0 && s.SrcAddr != 0 && s.SrcAddr != s.DstAddr &&
		s.Flags&footfall.FlagLoopback == 0 && s.DstAddr|s.DstHost != 0
}

// To names where a connection goes as the baseline does: its host, else its address.
func To(s *footfall.Step) footfall.Name { return cmp.Or(s.DstHost, s.DstAddr) }

// A Standing is what is declared of an address.
type Standing struct {
	Known   bool   // it is an address
	Public  bool   // on the internet, and not of a declared network inside
	Trusted bool   // among the trusted sources
	Shared  bool   // declared as NAT, a proxy or a VPN's egress
	Trust   string // of its network: internal, dmz, vpn, external; "" when none is declared
	Network string // its name
}

// rank orders networks by how much they are trusted.
var rank = map[string]int{"external": 1, "dmz": 2, "vpn": 3, "internal": 3}

// Below reports whether a is declared as trusted less than b; people work by
// VPN as they do inside.
func (a *Standing) Below(b *Standing) bool {
	x, y := rank[a.Trust], rank[b.Trust]
	return x != 0 && y != 0 && x < y
}

// A Desk answers what the analytics of connections ask.
type Desk struct {
	env   *footfall.Env
	addrs *recent.Map[footfall.Name, Standing]
	ports map[uint16]footfall.Name
	words footfall.ServiceItems
}

// NewDesk returns a Desk for an instance.
func NewDesk(e *footfall.Env) *Desk {
	return &Desk{env: e, addrs: recent.New[footfall.Name, Standing](1 << 10), ports: map[uint16]footfall.Name{}}
}

// Of returns the standing of an address.
func (d *Desk) Of(addr footfall.Name) Standing {
	s, fresh := d.addrs.Put(addr)
	if fresh {
		*s = d.look(addr)
	}
	return *s
}

func (d *Desk) look(addr footfall.Name) (s Standing) {
	a, err := netip.ParseAddr(d.env.Names.String(addr))
	if err != nil {
		return s
	}
	a = a.Unmap().WithZone("")
	s.Known = true
	s.Public = !a.IsPrivate() && !a.IsLoopback() && !a.IsLinkLocalUnicast() && !a.IsMulticast() && !a.IsUnspecified() && !carrier.Contains(a)
	c := d.env.Context
	if c == nil {
		return s
	}
	for _, p := range c.Trusted {
		s.Trusted = s.Trusted || p.Contains(a)
	}
	for i := range c.Networks {
		if n := &c.Networks[i]; n.Prefix.Contains(a) {
			s.Trust, s.Network, s.Shared = n.Trust, n.Name, n.Shared
			s.Public = s.Public && (n.Trust == "" || n.Trust == "external")
			break
		}
	}
	return s
}

// carrier is the range of carrier-grade NAT, which VPN meshes use too (RFC 6598).
var carrier = netip.MustParsePrefix("100.64.0.0/10")

// Trade says what a step's source is declared to do with many hosts by trade,
// "" when nothing.
func (d *Desk) Trade(s *footfall.Step) string {
	c := d.env.Context
	if c == nil {
		return ""
	}
	for _, x := range [...]footfall.Name{s.SrcHost, s.SrcAddr} {
		if x == 0 {
			continue
		}
		switch n := d.env.Names.String(x); {
		case c.Deployers[n]:
			return n + " is declared to administer other hosts"
		case c.Scanners[n]:
			return n + " is declared to scan other hosts"
		case c.Bastions[n]:
			return n + " is declared as a bastion, through which others are reached"
		}
	}
	return ""
}

// Crowd reports whether many hosts or persons stand behind a step's source.
func (d *Desk) Crowd(s *footfall.Step) bool {
	return d.Of(s.SrcAddr).Shared || d.env.Shared != nil && d.env.Shared(s.SrcAddr)
}

// Kind is what sort of host a name is.
func (d *Desk) Kind(host footfall.Name) footfall.HostKind {
	if d.env.HostKind == nil || host == 0 {
		return footfall.HostUnknown
	}
	return d.env.HostKind(host)
}

// Port is the item of TraitFlow for a port.
func (d *Desk) Port(p uint16) footfall.Name {
	n, ok := d.ports[p]
	if !ok {
		n = d.env.Names.Intern(strconv.Itoa(int(p)))
		d.ports[p] = n
	}
	return n
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// Days is on how many different days anything was learned.
func (d *Desk) Days() int {
	if d.env.Past == nil {
		return 0
	}
	_, days := d.env.Past.Span()
	return days
}

// History says how little was seen, as a sentence without its end.
func (d *Desk) History() string {
	if n := d.Days(); n > 1 {
		return "only " + itoa(int64(n)) + " days of connections were seen"
	}
	return "no earlier day of connections was seen"
}

// Enough reports whether so much was learned that "new" means something.
func (d *Desk) Enough() bool {
	return d.Days() >= int(d.env.Context.Limit("flow.days", footfall.EnoughDays))
}

// Edge is on how many earlier days a step's source went to its port there.
func (d *Desk) Edge(s *footfall.Step) int {
	if d.env.Past == nil {
		return 0
	}
	return d.env.Past.Tally(footfall.TraitFlow, s.Source(), To(s), d.Port(s.DstPort), 0).Days
}

// Uses is on how many earlier days a step's source used its service anywhere.
func (d *Desk) Uses(s *footfall.Step) int {
	if d.env.Past == nil {
		return 0
	}
	return d.env.Past.Tally(footfall.TraitUse, s.Source(), d.words.Of(d.env.Names, s.Service), 0, 0).Days
}

// Beside is how many ways of others to services of a host were seen: many
// lead to a server, next to none to the desk of a person.
func (d *Desk) Beside(host, source footfall.Name) int {
	p := d.env.Past
	if p == nil {
		return 0
	}
	n := p.Habit(footfall.TraitCaller, host).Items
	for s := range footfall.ServiceDHCP + 1 {
		if t := p.Tally(footfall.TraitCaller, host, source, d.words.Of(d.env.Names, s), 0); t.Known() {
			n--
		}
	}
	return max(n, 0)
}

// Server is how many ways of others make a host a server.
const Server = 3

// Work is on how many earlier days a source used a service for that to be its work.
const Work = 3

// Caller is on how many earlier days a source reached a service of a host.
func (d *Desk) Caller(host, source footfall.Name, service footfall.Service) int {
	if d.env.Past == nil {
		return 0
	}
	return d.env.Past.Tally(footfall.TraitCaller, host, source, d.words.Of(d.env.Names, service), 0).Days
}

// Name is how a finding calls an end: its host with the address, or the address.
func (d *Desk) Name(host, addr footfall.Name) string {
	n := d.env.Names
	switch {
	case host == 0:
		return n.String(addr)
	case addr == 0 || host == addr:
		return n.String(host)
	}
	return n.String(host) + " (" + n.String(addr) + ")"
}

// Ends makes the two ends of a step entities of a finding.
func (d *Desk) Ends(f *footfall.Finding, s *footfall.Step) {
	n := d.env.Names
	f.About(footfall.RoleSource, "address", n.String(s.SrcAddr))
	f.About(footfall.RoleSource, "host", n.String(s.SrcHost))
	f.About(footfall.RoleDestination, "host", n.String(s.DstHost))
	f.About(footfall.RoleDestination, "address", n.String(s.DstAddr))
}
