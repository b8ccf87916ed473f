// Package identify says whose an address and an account were at the time of a
// step: which host an address belonged to, which person an account is of, who
// works on a host and what sort of host it is. In go steps in the order of
// time, and what directories list; out come the same steps with hosts and
// flags filled in. What is learned later changes no earlier answer, each
// answer keeps its evidence, and what is not known stays empty.
package identify

import (
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/recent"
)

// A Directory is what is known of addresses, hosts, accounts and persons so
// far. One goroutine owns it.
type Directory struct {
	names   *footfall.Names
	context *footfall.Context
	now     int64 // time of the newest step

	addrs   *recent.Map[footfall.Name, address]
	tunnels *recent.Map[footfall.Name, footfall.Name] // session of a VPN -> the inner address it was given
	votes   *recent.Map[voteKey, vote]
	pairs   *recent.Map[pairKey, pair]
	flows   *recent.Map[flowKey, flow]
	ways    *recent.Map[footfall.Name, way]    // by account
	origins *recent.Map[footfall.Name, origin] // by address

	hosts   *recent.Map[footfall.Name, host]
	aliases *recent.Map[footfall.Name, alias] // other name, instance id or hardware address -> host
	twins   *recent.Map[twinKey, twin]        // full names that share a first label

	accts   *recent.Map[footfall.Name, account]
	locals  *recent.Map[footfall.Name, local] // name without domain -> the account that it is of
	sids    *recent.Map[footfall.Name, known] // SID -> account
	domains *recent.Map[footfall.Name, known] // SID of a domain, or another name of it -> its name
	listed  *recent.Map[footfall.Name, known] // name or address in a directory -> account
	groups  *recent.Map[footfall.Name, group] // main account -> the others of the same person
	extras  *recent.Map[footfall.Name, extra]
	answers *recent.Map[footfall.Name, sighting] // DNS answers for names that are no host's yet
	last    extra                                // of the step before, by its name
	lastFor footfall.Name
	gen     uint32 // counts what may link accounts that have no link yet

	nobody footfall.Name // the null SID: a failed logon's, of anybody
	system footfall.Name // LocalSystem's SID
	watch  *watch
}

// An extra is what identity wants of Step.Extra.
type extra struct {
	source footfall.Name // the host that wrote the record
	domain footfall.Name // and its DNS domain
	mac    footfall.Name
}

// A Proof is what an answer rests on.
type Proof struct {
	By     Evidence
	Since  int64        // when it was first seen
	Last   int64        // when it was last seen
	First  footfall.Ref // the record that showed it first
	Latest footfall.Ref
	Times  uint32 // records, or days where the evidence is of days
	None   bool   // there is no record: it was declared, or read off a name
}

// A known is an answer and its proof.
type known struct {
	name  footfall.Name
	proof Proof
}

// Bounds of the tables: a large company's addresses, hosts and accounts fit.
const (
	maxAddresses = 1 << 16
	maxHosts     = 1 << 16
	maxAccounts  = 1 << 16
	maxTunnels   = 1 << 14
	maxVotes     = 1 << 12
	maxDomains   = 1 << 10
	maxExtras    = 1 << 14
)

const (
	minute = 60 * 1e9
	hour   = 60 * minute
	day    = 24 * hour
)

// New returns a Directory that knows what the context declares. c may be nil.
func New(n *footfall.Names, c *footfall.Context) *Directory {
	d := &Directory{
		names: n, context: c, nobody: n.Intern("S-1-0-0"), system: n.Intern("S-1-5-18"), gen: 1,
		addrs:   recent.New[footfall.Name, address](maxAddresses),
		tunnels: recent.New[footfall.Name, footfall.Name](maxTunnels),
		votes:   recent.New[voteKey, vote](maxVotes),
		pairs:   recent.New[pairKey, pair](maxVotes),
		flows:   recent.New[flowKey, flow](maxVotes),
		ways:    recent.New[footfall.Name, way](maxVotes),
		origins: recent.New[footfall.Name, origin](maxVotes),
		hosts:   recent.New[footfall.Name, host](maxHosts),
		aliases: recent.New[footfall.Name, alias](maxHosts),
		twins:   recent.New[twinKey, twin](maxDomains),
		accts:   recent.New[footfall.Name, account](maxAccounts),
		locals:  recent.New[footfall.Name, local](maxAccounts),
		sids:    recent.New[footfall.Name, known](maxAccounts),
		domains: recent.New[footfall.Name, known](maxDomains),
		listed:  recent.New[footfall.Name, known](maxAccounts),
		groups:  recent.New[footfall.Name, group](maxAccounts),
		extras:  recent.New[footfall.Name, extra](maxExtras),
		answers: recent.New[footfall.Name, sighting](maxVotes),
	}
	if c != nil {
		d.declare(c)
	}
	return d
}

// Observe learns from a step and fills in what is known at its time: SrcHost
// from SrcAddr, DstHost from DstAddr, one name for each host, and the flags of
// machine accounts and of where the step came from.
func (d *Directory) Observe(s *footfall.Step) {
	d.now = s.Time
	x := d.extraOf(s.Extra)
	if s.SID == d.nobody {
		s.Flags &^= footfall.FlagSystem
	}
	d.tidy(s)
	if s.DstHost != 0 || s.SrcHost != 0 {
		d.canonical(s, x)
	}
	// Windows names the target itself as the client's workstation of some
	// remote logons (RDP, NTLM by address): such a name says nothing.
	if s.SrcHost == s.DstHost && s.SrcAddr != 0 && !d.ownAddress(s) {
		s.SrcHost = 0
	}
	if s.Rule == 0 {
		d.learn(s, x)
	}
	d.fill(s)
	d.flag(s)
	if s.Rule == 0 && s.Outcome == footfall.Success {
		d.behave(s, x)
	}
}

// tidy puts names and addresses where they belong.
func (d *Directory) tidy(s *footfall.Step) {
	if s.SrcAddr != 0 && d.classOf(s.SrcAddr) == notAddress {
		s.SrcAddr = 0
	}
	if s.SrcHost != 0 && d.isAddress(s.SrcHost) {
		if s.SrcAddr == 0 {
			s.SrcAddr = s.SrcHost
		}
		s.SrcHost = 0
	}
}

func (d *Directory) extraOf(n footfall.Name) extra {
	if n == d.lastFor {
		return d.last
	}
	if n == 0 {
		return extra{}
	}
	x, fresh := d.extras.Put(n)
	if fresh {
		p := footfall.ParseExtra(d.names.String(n))
		source, _, _ := strings.Cut(p.Source, "|")
		*x = extra{d.names.Intern(source), d.names.Intern(p.Domain), d.names.Intern(hardware(p.MAC))}
	}
	d.last, d.lastFor = *x, n
	return *x
}

// hardware spells a hardware address as 12 or 16 hex digits, so that equal
// ones are equal; "" when it is none.
func hardware(s string) string {
	var out [16]byte
	n := 0
	for i := range len(s) {
		c := s[i]
		switch {
		case c >= 'A' && c <= 'F':
			c |= 0x20
		case c >= '0' && c <= '9', c >= 'a' && c <= 'f':
		case c == ':', c == '-', c == '.':
			continue
		default:
			return ""
		}
		if n == len(out) {
			return ""
		}
		out[n] = c
		n++
	}
	if n != 12 && n != 16 {
		return ""
	}
	return string(out[:n])
}

// fill names the ends of a step by their addresses. An address whose host is
// proved beats the name that a client gave itself.
func (d *Directory) fill(s *footfall.Step) {
	if s.SrcAddr != 0 {
		a := d.addrs.Get(s.SrcAddr)
		switch {
		case a == nil || a.class == loopback:
		case s.SrcHost == 0:
			s.SrcHost = d.hostOf(a)
		case s.SrcHost != a.now.host && s.SrcHost != s.DstHost && a.proved(d.now) && s.Flags&footfall.FlagOutward == 0:
			s.SrcHost = a.now.host
		}
	}
	if s.DstHost == 0 && s.DstAddr != 0 {
		if a := d.addrs.Get(s.DstAddr); a != nil {
			s.DstHost = d.hostOf(a)
		}
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
	if s.Flags&footfall.FlagObserved != 0 && d.tells(s.DstHost) {
		s.Flags |= footfall.FlagCovered
	}
	if s.Account != 0 && d.Machine(s.Account) {
		s.Flags |= footfall.FlagMachine
	}
	if s.Target != 0 && d.Machine(s.Target) {
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

// saw brings a proof up to a record.
func (p *Proof) saw(by Evidence, s *footfall.Step) {
	if p.Times == 0 {
		p.Since, p.First = s.Time, s.Ref
	}
	p.By = max(p.By, by)
	p.Last, p.Latest = s.Time, s.Ref
	p.Times++
}
