package identify

import (
	"net/netip"

	"github.com/footfall/footfall"
)

// An address is what is known of one: its class, whose it is now, and who else
// was there lately.
type address struct {
	class  class
	shared shared
	now    binding
	before footfall.Name // the host before
	moved  int64         // when it changed hosts last
	user   known         // the account that a VPN or gateway gave it to
	mac    footfall.Name // the hardware address that it was leased to
	lately [4]sighting   // hosts that were seen at it
	people [4]sighting   // persons that came from it
	turns  uint8         // how often a host was seen at it again after another one, within hours
	turned int64         // when that was last
	mark   Proof         // of shared
}

// A binding is an interval in which an address is a host's.
type binding struct {
	host  footfall.Name
	until int64 // when it ends by itself; 0 when that is not known
	own   bool  // the host itself wrote so
	proof Proof
}

// A sighting is a name and when it was seen.
type sighting struct {
	name footfall.Name
	seen int64
}

// shared says whether an address stands for many.
type shared uint8

const (
	single     shared = iota
	sharedHost        // several hosts were seen behind it at the same time
	sharedUser        // several persons came from it at the same time, and no host is known
	declared          // the context says so: NAT, proxy, VPN egress
)

// A class says what kind of address one is.
type class uint8

const (
	unclassed class = iota
	notAddress
	loopback
	public
	internal
)

// An Evidence says how something is known, the weakest first.
type Evidence uint8

const (
	ByNothing   Evidence = iota
	ByAnswer             // a DNS answer
	ByPerson             // whom the address was given to works on that host
	ByVotes              // the same logons were recorded by name and by address
	ByClient             // a client said its own name
	ByWays               // the persons that come from it had come to that host before
	ByName               // the names are alike
	ByBehaviour          // what is done on it and from it
	ByUse                // it is used from one person's session or workstation, day after day
	ByTicket             // the computer's own account proved itself from there with Kerberos
	ByFlow               // a sensor and the host's own log told of the same connection
	ByOwnLog             // the host's own log
	ByLease              // a DHCP server gave the address
	ByTunnel             // a VPN or gateway gave the address
	BySID                // both have the same SID
	ByDirectory          // a directory or inventory lists it
	ByContext            // the context file declares it
	evidenceEnd
)

var evidenceTexts = [evidenceEnd]string{
	"", "DNS answer", "workstation of the VPN's user", "logons recorded by name and by address", "name that the client gave itself",
	"the ways of the persons that come from it",
	"likeness of names", "its behaviour", "use day after day", "Kerberos ticket of the computer's own account",
	"a connection that a sensor and the host's own log recorded", "the host's own log", "DHCP lease",
	"address given by the VPN", "same SID", "directory", "context file",
}

func (e Evidence) String() string { return evidenceTexts[min(e, evidenceEnd-1)] }

const (
	// A host that is seen at an address again after another one, this often
	// within hours, is not alone there; so are this many at once.
	maxTurns = 3
	crowd    = 4
	// together is how close sightings count as at the same time.
	together = hour
	// holds is how long a name holds that nothing repeats: longer at an
	// address that never changed hosts.
	holds, holdsMoved = 7 * day, 12 * hour
	// A lease of unknown length is taken to last this long: Windows' default.
	leaseTime = 8 * day
	// fresh is how long a better kind of evidence holds against a worse one.
	fresh = day
	// sharedFor is how long an address counts as shared after it last showed.
	sharedFor = 7 * day
)

// HostAt returns the host that an address belongs to now, 0 when unknown or
// when it stands for many.
func (d *Directory) HostAt(addr footfall.Name) footfall.Name {
	if addr == 0 {
		return 0
	}
	if a := d.addrs.Get(addr); a != nil {
		return d.hostOf(a)
	}
	return 0
}

// UserAt returns the account that a VPN or gateway gave an address to, as long
// as it has it; 0 when none.
func (d *Directory) UserAt(addr footfall.Name) footfall.Name {
	if a := d.addrs.Get(addr); a != nil {
		return a.user.name
	}
	return 0
}

// Shared reports whether an address is known to stand for many hosts or
// persons now.
func (d *Directory) Shared(addr footfall.Name) bool {
	a := d.addrs.Get(addr)
	return a != nil && a.many(d.now)
}

func (a *address) many(now int64) bool {
	return a.shared == declared || a.shared != single && now-a.mark.Last < sharedFor
}

func (d *Directory) hostOf(a *address) footfall.Name {
	switch {
	case a.many(d.now):
		return 0
	case a.holds(d.now):
		return a.now.host
	case a.user.name != 0:
		return d.workstation(a.user.name)
	}
	return 0
}

// holds reports whether the present binding is still good.
func (a *address) holds(now int64) bool {
	b := &a.now
	switch {
	case b.host == 0:
		return false
	case b.until != 0:
		return now < b.until
	case b.proof.By >= ByDirectory:
		return true
	case a.moved != 0:
		return now-b.proof.Last < holdsMoved
	}
	return now-b.proof.Last < holds
}

// proved reports whether the host of an address is shown by more than what
// clients say of themselves, and is alone there.
func (a *address) proved(now int64) bool {
	return a.now.proof.By >= ByTicket && a.holds(now) && !a.many(now) && (a.now.until != 0 || now-a.now.proof.Last < fresh || a.moved == 0)
}

// bind takes the evidence of a step for a host at an address.
func (d *Directory) bind(addr, name footfall.Name, by Evidence, s *footfall.Step, until int64) {
	if name = d.HostName(name); name == 0 {
		return
	}
	a := d.address(addr)
	if a.class != public && a.class != internal || a.shared == declared {
		return
	}
	if by != ByLease && by != ByTunnel && by != ByAnswer {
		d.crowded(a, name, s)
	}
	b := &a.now
	switch {
	case b.host == name && a.holds(d.now):
		if by == b.proof.By || by > b.proof.By {
			b.until = until
		}
		b.proof.saw(by, s)
		b.own = b.own || by == ByOwnLog
	case b.host == 0 || !a.holds(d.now) || by >= b.proof.By || weakened(a, by, d.now):
		d.take(addr, a, name, by, s, until)
	}
	// Leases that name the hardware alone are told by what proved itself there.
	if a.mac != 0 && by >= ByClient && by != ByLease && a.now.host == name {
		if al := d.aliases.Get(a.mac); al == nil || al.host != name && al.proof.By < by {
			d.call(a.mac, name, by, s)
		}
	}
	d.at(name, addr, s.Time)
}

// weakened reports whether a binding gives way to worse evidence: nothing
// repeated it for a while, and no lease is running.
func weakened(a *address, by Evidence, now int64) bool {
	b := &a.now
	if b.until != 0 {
		return false
	}
	return by >= ByClient && now-b.proof.Last > fresh || by == ByTicket && b.proof.By <= ByOwnLog && now-b.proof.Last > hour
}

// take ends the interval of an address and begins another host's.
func (d *Directory) take(addr footfall.Name, a *address, name footfall.Name, by Evidence, s *footfall.Step, until int64) {
	d.leave(addr, a, s.Time)
	if a.before != 0 && a.before != name {
		a.moved = s.Time
	}
	if a.shared == sharedUser { // they are on one host
		a.shared = single
	}
	a.now = binding{host: name, until: until, own: by == ByOwnLog}
	a.now.proof.saw(by, s)
}

// leave ends the interval of an address.
func (d *Directory) leave(addr footfall.Name, a *address, at int64) {
	if a.now.host != 0 || a.user.name != 0 {
		d.watched(addr, a, at)
	}
	if a.now.host == 0 {
		return
	}
	a.before = a.now.host
	a.now = binding{}
}

// crowded notes who is seen at an address, and marks it as shared when many
// are there at the same time: hosts that come again after others did not just
// hand it on.
func (d *Directory) crowded(a *address, name footfall.Name, s *footfall.Step) {
	if a.lately[0].name == name && s.Time-a.lately[0].seen < together {
		a.lately[0].seen = s.Time
		return
	}
	again, n := note(&a.lately, name, s.Time)
	if s.Time-a.turned > day {
		a.turns = 0
	}
	if again && n > 1 {
		a.turns, a.turned = a.turns+1, s.Time
	}
	if n >= crowd || a.turns >= maxTurns {
		a.shared = sharedHost
		a.turns = min(a.turns, maxTurns)
		a.mark.saw(ByOwnLog, s)
	}
}

// note puts a sighting to the front. It says whether the name was there within
// the hour before, and how many different ones were.
func note(list *[4]sighting, name footfall.Name, t int64) (again bool, n int) {
	at := len(list) - 1
	for i := range list {
		if list[i].name == name {
			at, again = i, t-list[i].seen < together
			break
		}
	}
	copy(list[1:at+1], list[:at])
	list[0] = sighting{name, t}
	for i := range list {
		if list[i].name != 0 && t-list[i].seen < together {
			n++
		}
	}
	return again, n
}

// comes notes the person that came from an address: many within the hour, and
// no host known there, show that it stands for many.
func (d *Directory) comes(addr, person footfall.Name, s *footfall.Step) {
	a := d.address(addr)
	if a.class != internal && a.class != public || a.shared == declared {
		return
	}
	if a.people[0].name == person {
		a.people[0].seen = s.Time
		return
	}
	if _, n := note(&a.people, person, s.Time); n >= crowd && !a.holds(s.Time) && a.user.name == 0 {
		a.shared = max(a.shared, sharedUser)
		a.mark.saw(ByClient, s)
	}
}

// lease takes a record of a DHCP server: an address is a client's for as long
// as the record says, another client's lease or its end.
func (d *Directory) lease(s *footfall.Step, x extra) {
	a := d.address(s.SrcAddr)
	if a.class != public && a.class != internal {
		return
	}
	name := s.SrcHost
	if x.mac != 0 {
		switch al := d.aliases.Get(x.mac); {
		case name != 0:
			d.call(x.mac, name, ByLease, s)
		case al != nil:
			name = al.host
		}
	}
	until := s.Time + leaseTime
	if s.Took > 0 {
		until = s.Time + int64(s.Took)*1e9
	}
	if x.mac != 0 && a.mac != 0 && a.mac != x.mac || name != 0 && a.now.host != 0 && d.HostName(name) != a.now.host {
		if a.now.proof.By <= ByTunnel {
			d.leave(s.SrcAddr, a, s.Time)
		}
		a.user, a.lately, a.turns = known{}, [4]sighting{}, 0
	}
	a.mac = x.mac
	if s.Account != 0 { // a RADIUS server says whose the client is
		if a.user.name != s.Account {
			a.user = known{name: s.Account}
		}
		a.user.proof.saw(ByLease, s)
	}
	if name == 0 {
		return
	}
	d.left(name, s.SrcAddr, s)
	d.bind(s.SrcAddr, name, ByLease, s, until)
}

// left ends the leases that a host had of other addresses of the same family:
// a client that is given a new one gave up the old.
func (d *Directory) left(name, addr footfall.Name, s *footfall.Step) {
	h := d.hosts.Get(d.HostName(name))
	if h == nil {
		return
	}
	for _, v := range h.addrs {
		if v.name == 0 || v.name == addr || d.six(v.name) != d.six(addr) {
			continue
		}
		a := d.addrs.Get(v.name)
		if a != nil && a.now.host == d.HostName(name) && a.now.proof.By <= ByLease && !a.now.own {
			d.leave(v.name, a, s.Time)
		}
	}
}

// released ends a lease.
func (d *Directory) released(s *footfall.Step, x extra) {
	a := d.addrs.Get(s.SrcAddr)
	if a == nil || a.now.proof.By > ByLease || x.mac != 0 && a.mac != 0 && x.mac != a.mac {
		return
	}
	d.leave(s.SrcAddr, a, s.Time)
	a.mac = 0
}

// tunnel takes a record of a VPN or gateway that gave somebody an inner
// address: it is that account's until the session ends or another has it.
func (d *Directory) tunnel(s *footfall.Step) {
	a := d.address(s.Object)
	if a.class != public && a.class != internal || s.Account == 0 && s.SrcHost == 0 {
		return
	}
	if s.Account != 0 && a.user.name != s.Account {
		d.leave(s.Object, a, s.Time)
		a.user, a.lately, a.turns = known{name: s.Account}, [4]sighting{}, 0
		if a.shared != declared {
			a.shared = single
		}
	}
	a.user.proof.saw(ByTunnel, s)
	if s.Account != 0 {
		v := d.account(s.Account)
		v.inner, v.outer = s.Object, s.SrcAddr
	}
	if s.Session != 0 {
		v, _ := d.tunnels.Put(s.Session)
		*v = s.Object
	}
	switch {
	case s.SrcHost != 0 && s.SrcHost != s.DstHost:
		d.bind(s.Object, s.SrcHost, ByTunnel, s, 0)
	case s.Client != 0:
		// The client's own name for itself counts when it is a host's.
		if name := d.names.Find(footfall.HostName(d.names.String(s.Client))); name != 0 && d.hosts.Get(name) != nil {
			d.bind(s.Object, name, ByTunnel, s, 0)
		}
	}
}

// hangUp ends what a VPN session was given.
func (d *Directory) hangUp(s *footfall.Step) {
	addr := footfall.Name(0)
	if s.Object != 0 && d.isAddress(s.Object) {
		addr = s.Object
	} else if v := d.tunnels.Get(s.Session); s.Session != 0 && v != nil {
		addr = *v
	} else if s.Account != 0 {
		// Some gateways' last word names the account and where it came from.
		if v := d.account(s.Account); v.outer != 0 && v.outer == s.SrcAddr {
			addr = v.inner
		}
	}
	if addr == 0 {
		return
	}
	a := d.addrs.Get(addr)
	if a == nil || s.Account != 0 && a.user.name != s.Account {
		return
	}
	d.leave(addr, a, s.Time)
	a.user = known{}
	d.tunnels.Delete(s.Session)
}

// ownAddress reports whether the source is the host's own address, as its own
// log says: what others say of it must not make what comes from there local.
func (d *Directory) ownAddress(s *footfall.Step) bool {
	if s.SrcAddr == s.DstAddr {
		return true
	}
	a := d.addrs.Get(s.SrcAddr)
	if a == nil {
		return false
	}
	return a.class == loopback || a.now.own && a.now.host == s.DstHost && s.DstHost != 0 && !a.many(d.now)
}

func (d *Directory) classOf(n footfall.Name) class { return d.address(n).class }

// isAddress reports whether a name is an address, without a place in the table
// for names that are none.
func (d *Directory) isAddress(n footfall.Name) bool {
	if a := d.addrs.Get(n); a != nil {
		return a.class != notAddress
	}
	s := d.names.String(n)
	if c := s[0]; c-'0' > 9 && c|0x20 > 'f' && c != ':' {
		return false
	}
	_, err := netip.ParseAddr(s)
	return err == nil
}

func (d *Directory) six(n footfall.Name) bool {
	s := d.names.String(n)
	for i := range min(len(s), 5) {
		if s[i] == ':' {
			return true
		}
	}
	return false
}

func (d *Directory) address(n footfall.Name) *address {
	a, fresh := d.addrs.Put(n)
	if fresh || a.class == unclassed {
		var many bool
		if a.class, many = d.classify(d.names.String(n)); many {
			a.shared = declared
			a.mark = Proof{By: ByContext, None: true}
		}
	}
	return a
}

// cgnat is the space between a provider and its customers (RFC 6598).
var cgnat = netip.MustParsePrefix("100.64.0.0/10")

func (d *Directory) classify(s string) (c class, many bool) {
	a, err := netip.ParseAddr(s)
	if err != nil {
		return notAddress, false
	}
	a = a.Unmap()
	if d.context != nil {
		for _, n := range d.context.Networks {
			if n.Prefix.Contains(a) {
				c, many = internal, n.Shared
				if n.Trust == "external" {
					c = public
				}
				return c, many
			}
		}
	}
	switch {
	case a.IsLoopback():
		return loopback, false
	case a.IsUnspecified():
		return notAddress, false
	case a.IsPrivate(), a.IsLinkLocalUnicast(), a.IsMulticast(), cgnat.Contains(a):
		return internal, false
	}
	return public, false
}
