// Package identify says which host an address belonged to at the time of a
// step, and which accounts are computers' own, from the steps alone: hosts
// that write logs, logons that name the client beside its address, leases. In
// go steps in the order of time; out come the same steps with hosts and flags
// filled in. It knows no rules, and what it does not know it leaves empty.
package identify

import (
	"net/netip"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/recent"
)

// A Directory is what is known of addresses, hosts and accounts so far. One
// goroutine owns it.
type Directory struct {
	names   *footfall.Names
	context *footfall.Context
	addrs   *recent.Map[footfall.Name, address]
	hosts   *recent.Map[footfall.Name, host]
	accts   *recent.Map[footfall.Name, account]
	nobody  footfall.Name // the null SID: a failed logon's, of anybody
	system  footfall.Name // LocalSystem's SID
}

// An address is what is known of one: its class, and the hosts that it
// belonged to.
type address struct {
	class  class
	by     evidence
	host   footfall.Name
	since  int64 // when host was first seen at it
	seen   int64 // when host was last seen at it
	moves  uint8 // how often another host took it, within a day of the one before
	shared bool  // declared to stand for many: NAT, proxy, VPN egress
}

type host struct {
	wrote bool // it writes logs that we read
}

type account struct {
	stem    footfall.Name // the host that it would be of: the name without domain and "$"
	asked   bool
	machine bool
}

// A class says what kind of address one is.
type class uint8

const (
	unclassed class = iota
	notAddress
	loopback
	public
	internal
)

// An evidence says how well an address is known to be a host's.
type evidence uint8

const (
	claimed evidence = iota + 1 // a client said its own name
	written                     // the host's own log says that it was reached there
	leased                      // a DHCP server gave it
)

const (
	// Bounds of the tables: a large company's addresses and hosts fit.
	maxAddresses = 1 << 16
	maxHosts     = 1 << 16
	maxAccounts  = 1 << 16
	// An address that changed hands this often within days stands for many.
	maxMoves = 3
	// stale is how long a better kind of evidence holds against a worse one.
	stale = 24 * 3600 * 1e9
)

// New returns an empty Directory. c may be nil.
func New(n *footfall.Names, c *footfall.Context) *Directory {
	return &Directory{
		names: n, context: c, nobody: n.Intern("S-1-0-0"), system: n.Intern("S-1-5-18"),
		addrs: recent.New[footfall.Name, address](maxAddresses),
		hosts: recent.New[footfall.Name, host](maxHosts),
		accts: recent.New[footfall.Name, account](maxAccounts),
	}
}

// Observe learns from a step and fills in what is known at its time: SrcHost
// from SrcAddr, DstHost from DstAddr, and the flags of machine accounts and of
// where the step came from.
func (d *Directory) Observe(s *footfall.Step) {
	if s.SID == d.nobody {
		s.Flags &^= footfall.FlagSystem
	}
	if s.SrcAddr != 0 && d.classOf(s.SrcAddr) == notAddress {
		s.SrcAddr = 0
	}
	if s.SrcHost != 0 && d.classOf(s.SrcHost) != notAddress {
		if s.SrcAddr == 0 {
			s.SrcAddr = s.SrcHost
		}
		s.SrcHost = 0
	}
	if s.DstHost != 0 {
		d.writes(s)
	}
	if s.SrcHost != 0 {
		s.SrcHost = d.local(s.SrcHost)
	}
	// Windows names the target itself as the client's workstation of some
	// remote logons (RDP, NTLM by address): such a name says nothing.
	if s.SrcHost == s.DstHost && s.SrcAddr != 0 && !d.ownAddress(s) {
		s.SrcHost = 0
	}
	d.learn(s)
	d.fill(s)
	d.flag(s)
}

// local shortens the full name of a source to the name of a host that writes
// logs here; any other full name stays whole, since its domain says whose it is.
func (d *Directory) local(name footfall.Name) footfall.Name {
	full := d.names.String(name)
	if strings.IndexByte(full, '.') <= 0 {
		return name
	}
	short := d.names.Find(footfall.HostName(full))
	if h := d.hosts.Get(short); h != nil && h.wrote {
		return short
	}
	return name
}

// HostAt returns the host that an address belongs to now, 0 when unknown or
// when it stands for many.
func (d *Directory) HostAt(addr footfall.Name) footfall.Name {
	if addr == 0 {
		return 0
	}
	a := d.addrs.Get(addr)
	if a == nil || a.shared || a.moves >= maxMoves {
		return 0
	}
	return a.host
}

// Machine reports whether an account is shown to be a computer's own: its name
// is that of a host that writes logs, with "$", or the computer's own system
// account wrote under it. A trailing "$" alone shows nothing.
func (d *Directory) Machine(acct footfall.Name) bool {
	if acct == 0 {
		return false
	}
	a, fresh := d.accts.Put(acct)
	if fresh || !a.asked {
		a.asked = true
		a.stem = d.stem(acct)
	}
	if a.machine {
		return true
	}
	if a.stem != 0 {
		if h := d.hosts.Get(a.stem); h != nil && h.wrote {
			a.machine = true
		}
	}
	return a.machine
}

// Person returns whose account it is now, 0 when that is not known.
func (d *Directory) Person(acct footfall.Name) footfall.Name {
	if d.context == nil || acct == 0 {
		return 0
	}
	return d.names.Intern(d.context.People[d.names.String(acct)])
}

// HostKind returns what sort of host one is.
func (d *Directory) HostKind(name footfall.Name) footfall.HostKind {
	if d.context != nil && d.context.Bastions[d.names.String(name)] {
		return footfall.HostBastion
	}
	return footfall.HostUnknown
}

// stem returns the host that a computer account would be of, 0 when the name
// is not like one.
func (d *Directory) stem(acct footfall.Name) footfall.Name {
	s := d.names.String(acct)
	if len(s) < 2 || s[len(s)-1] != '$' {
		return 0
	}
	return d.names.Intern(strings.ToLower(s[strings.LastIndexByte(s, '\\')+1 : len(s)-1]))
}

func (d *Directory) writes(s *footfall.Step) {
	// A connection's far end is named by the near end's log: only what a host
	// can say of itself shows that it writes.
	if s.Kind == footfall.KindConnection || s.Kind == footfall.KindExplicit {
		return
	}
	h, _ := d.hosts.Put(s.DstHost)
	h.wrote = true
}

func (d *Directory) learn(s *footfall.Step) {
	if s.Kind == footfall.KindLease && s.SrcAddr != 0 && s.SrcHost != 0 {
		d.bind(s.SrcAddr, s.SrcHost, leased, s.Time)
		return
	}
	if s.SrcHost != 0 && s.SrcAddr != 0 && s.SrcHost != s.DstHost && s.Outcome != footfall.Failure {
		d.bind(s.SrcAddr, s.SrcHost, claimed, s.Time)
	}
	if s.DstHost != 0 && s.DstAddr != 0 && s.SrcHost != s.DstHost {
		d.bind(s.DstAddr, s.DstHost, written, s.Time)
	}
	// LocalSystem writes under its computer's account name.
	if s.SID == d.system && s.Account != 0 && d.stem(s.Account) != 0 {
		a, _ := d.accts.Put(s.Account)
		a.asked, a.machine = true, true
	}
}

func (d *Directory) bind(addr, name footfall.Name, by evidence, t int64) {
	a := d.address(addr)
	if a.class != public && a.class != internal || a.shared {
		return
	}
	switch {
	case a.host == name:
		a.by, a.seen = max(a.by, by), t
	case a.host == 0 || by >= a.by || t-a.seen > stale:
		if a.host != 0 && t-a.seen < stale && a.moves < maxMoves && by != leased {
			a.moves++
		}
		if by == leased {
			a.moves = 0
		}
		a.host, a.by, a.since, a.seen = name, by, t, t
	}
}

func (d *Directory) fill(s *footfall.Step) {
	if s.SrcHost == 0 && s.SrcAddr != 0 && d.classOf(s.SrcAddr) != loopback {
		s.SrcHost = d.HostAt(s.SrcAddr)
	}
	if s.DstHost == 0 && s.DstAddr != 0 {
		s.DstHost = d.HostAt(s.DstAddr)
	}
}

func (d *Directory) flag(s *footfall.Step) {
	if s.SrcAddr != 0 {
		switch d.classOf(s.SrcAddr) {
		case loopback:
			s.Flags |= footfall.FlagLoopback
		case public:
			s.Flags |= footfall.FlagPublic
		}
		if d.ownAddress(s) {
			s.Flags |= footfall.FlagLoopback
		}
	}
	if remote(s) {
		s.Flags |= footfall.FlagRemote
	}
	if d.Machine(s.Account) {
		s.Flags |= footfall.FlagMachine
	}
	if d.Machine(s.Target) {
		s.Flags |= footfall.FlagTargetMachine
	}
}

// remote reports whether a step shows that it came over the network: it names
// a source that is not the host itself, it is a remote desktop's, or the
// record says so.
func remote(s *footfall.Step) bool {
	switch {
	case s.Flags&footfall.FlagLoopback != 0 || s.Local < 0:
		return false
	case s.Local > 0, s.SrcAddr != 0, s.LogonType == 10:
		return true
	}
	return s.SrcHost != 0 && s.SrcHost != s.DstHost && s.Kind != footfall.KindProcess
}

// ownAddress reports whether the source is the host's own address.
func (d *Directory) ownAddress(s *footfall.Step) bool {
	if s.SrcAddr == s.DstAddr || d.classOf(s.SrcAddr) == loopback {
		return true
	}
	a := d.addrs.Get(s.SrcAddr)
	return a != nil && a.by >= written && a.host == s.DstHost && s.DstHost != 0 && a.moves < maxMoves
}

func (d *Directory) classOf(n footfall.Name) class { return d.address(n).class }

func (d *Directory) address(n footfall.Name) *address {
	a, fresh := d.addrs.Put(n)
	if fresh || a.class == unclassed {
		a.class, a.shared = d.classify(d.names.String(n))
	}
	return a
}

// cgnat is the space between a provider and its customers (RFC 6598).
var cgnat = netip.MustParsePrefix("100.64.0.0/10")

func (d *Directory) classify(s string) (c class, shared bool) {
	a, err := netip.ParseAddr(s)
	if err != nil {
		return notAddress, false
	}
	a = a.Unmap()
	if d.context != nil {
		for _, n := range d.context.Networks {
			if n.Prefix.Contains(a) {
				c, shared = internal, n.Shared
				if n.Trust == "external" {
					c = public
				}
				return c, shared
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
