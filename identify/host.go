package identify

import (
	"math/bits"
	"strings"

	"github.com/footfall/footfall"
)

// A host is what is known of one: what it writes, who works on it, and what
// its behaviour says that it is.
type host struct {
	wrote  bool          // it writes logs that we read
	logons int64         // when its own log last told of a logon
	domain footfall.Name // DNS domain that its records name
	label  footfall.Name // domain of its computer account
	own    sighting      // address that its log names as its own
	addrs  [4]sighting   // addresses it was at lately
	others [6]footfall.Name

	kind  footfall.HostKind
	proof Proof // of kind
	users [5]user
	owner footfall.Name // main account of who works on it
	whose Proof         // of owner; Times are days

	// What was done on it, from it and by it since epoch, as 64-bit sketches
	// of different names.
	epoch    int64
	desk     uint64 // persons at its console
	windows  uint64 // persons in remote desktops on it
	visitors uint64 // accounts that logged on over the network
	shells   uint64 // persons in remote shells on it
	outward  uint64 // hosts that were reached from it
	going    uint64 // persons that reached others from it
	passing  uint8  // connections of others that it recorded
}

// A user is how often somebody worked on a host.
type user struct {
	name  footfall.Name // main account
	days  uint16
	last  int32 // day
	first footfall.Ref
	since int64
	seen  int64
	ref   footfall.Ref
}

// An alias is another name of a host.
type alias struct {
	host  footfall.Name
	proof Proof
}

// A twinKey is a full name: first label and domain.
type twinKey struct{ host, domain footfall.Name }

// A twin is a host whose full name shares its first label with another's.
type twin struct {
	host  footfall.Name // its own name, once it is shown to be another; else 0
	label footfall.Name
	own   sighting
	apart uint8 // times that both were seen at addresses of their own
}

const (
	// epochs is how long behaviour counts.
	epochs = 21 * day
	// Behaviour shows a kind from these numbers on.
	manyAtOnce    = 5  // persons in remote desktops: a terminal server
	fewPersons    = 3  // persons in shells that go on from there: a bastion
	fewHosts      = 4  // hosts that a bastion leads to
	manyVisitors  = 5  // accounts over the network: a server
	manyPassing   = 20 // connections of others: a network device
	ownerDays     = 3
	ownerShare    = 60 // per cent of the days of all who work there
	worksShare    = 80 // per cent of the days of an account that another's use explains
	netbiosLength = 15
)

// HostName returns the one name of a host that is known under several.
func (d *Directory) HostName(n footfall.Name) footfall.Name {
	if a := d.aliases.Get(n); a != nil {
		return a.host
	}
	return n
}

// HostKind returns what sort of host one is, as far as that is declared,
// listed or shown by its behaviour up to now.
func (d *Directory) HostKind(name footfall.Name) footfall.HostKind {
	if h := d.hosts.Get(name); h != nil {
		return h.kind
	}
	return footfall.HostUnknown
}

// Owner returns the main account of who works on a host most days, 0 when that
// is not known or it is many people's.
func (d *Directory) Owner(name footfall.Name) footfall.Name {
	if h := d.hosts.Get(name); h != nil {
		return h.owner
	}
	return 0
}

// tells reports whether a host's own log of logons is there: what others say
// of logons to it is said twice then.
func (d *Directory) tells(name footfall.Name) bool {
	h := d.hosts.Get(name)
	return h != nil && h.logons != 0 && d.now-h.logons < fresh
}

// canonical gives the hosts of a step their one name each.
func (d *Directory) canonical(s *footfall.Step, x extra) {
	if s.DstHost != 0 {
		if x.domain != 0 && x.source == s.DstHost {
			s.DstHost = d.own(s, x, s.DstHost, s.DstAddr)
		} else {
			s.DstHost = d.HostName(s.DstHost)
		}
		d.writes(s, x)
	}
	if s.SrcHost != 0 {
		if x.domain != 0 && x.source == s.SrcHost {
			s.SrcHost = d.own(s, x, s.SrcHost, s.SrcAddr)
		} else {
			s.SrcHost = d.local(s.SrcHost)
		}
	}
}

// local shortens the full name of a source to the name of a host that writes
// logs here; any other full name stays whole, since its domain says whose it is.
func (d *Directory) local(name footfall.Name) footfall.Name {
	if a := d.aliases.Get(name); a != nil {
		return a.host
	}
	full := d.names.String(name)
	i := strings.IndexByte(full, '.')
	if i <= 0 {
		return name
	}
	short := d.names.Find(footfall.HostName(full))
	h := d.hosts.Get(short)
	if h == nil || !h.wrote {
		return name
	}
	if domain := d.names.Find(full[i+1:]); domain != h.domain && domain != 0 {
		if t := d.twins.Get(twinKey{short, domain}); t != nil && t.host != 0 {
			return t.host
		}
	}
	return short
}

// own returns the name of the host whose record this is. Two hosts whose full
// names share the first label are two when their computer accounts are of
// different domains, or when both are at addresses of their own at one time.
func (d *Directory) own(s *footfall.Step, x extra, short, addr footfall.Name) footfall.Name {
	short = d.HostName(short)
	h, _ := d.hosts.Put(short)
	if h.domain == 0 {
		h.domain = x.domain
	}
	label := footfall.Name(0)
	if s.SID == d.system && s.Account != 0 && d.stem(s.Account) != 0 {
		label = d.domainOf(s.Account)
	}
	if h.domain == x.domain {
		if label != 0 {
			h.label = label
		}
		if addr != 0 {
			h.own = sighting{addr, s.Time}
		}
		return short
	}
	t, _ := d.twins.Put(twinKey{short, x.domain})
	if label != 0 {
		t.label = label
	}
	if addr != 0 {
		t.own = sighting{addr, s.Time}
		if h.own.name != 0 && h.own.name != addr && s.Time-h.own.seen < together && d.six(h.own.name) == d.six(addr) {
			t.apart++
		}
	}
	if t.host == 0 && (t.label != 0 && h.label != 0 && t.label != h.label || t.apart >= 3) {
		t.host = d.names.Intern(d.names.String(short) + "." + d.names.String(x.domain))
	}
	if t.host == 0 {
		return short
	}
	s.Session, s.Parent = d.moveSession(s.Session, short, t.host), d.moveSession(s.Parent, short, t.host)
	return t.host
}

// moveSession gives the session of a host to another of the same first label.
func (d *Directory) moveSession(id, from, to footfall.Name) footfall.Name {
	host, rest, ok := strings.Cut(d.names.String(id), "|")
	if !ok || host != d.names.String(from) {
		return id
	}
	return d.names.Pass(d.names.String(to) + "|" + rest)
}

func (d *Directory) writes(s *footfall.Step, x extra) {
	// A connection's far end is named by the near end's log: only what a host
	// can say of itself shows that it writes.
	if s.Kind == footfall.KindConnection || s.Kind == footfall.KindExplicit || s.Flags&(footfall.FlagObserved|footfall.FlagOutward) != 0 {
		return
	}
	h, _ := d.hosts.Put(s.DstHost)
	h.wrote = true
	if s.Kind == footfall.KindLogon {
		h.logons = s.Time
	}
}

// at notes that a host was at an address.
func (d *Directory) at(name, addr footfall.Name, t int64) {
	h, _ := d.hosts.Put(name)
	if h.addrs[0].name == addr {
		h.addrs[0].seen = t
		return
	}
	note(&h.addrs, addr, t)
}

// call notes that a name is another name of a host.
func (d *Directory) call(other, name footfall.Name, by Evidence, s *footfall.Step) {
	name = d.HostName(name)
	if other == name || other == 0 || name == 0 {
		return
	}
	a, isNew := d.aliases.Put(other)
	if !isNew && a.host != name && a.proof.By > by {
		return
	}
	if a.host != name {
		*a = alias{host: name}
		h, _ := d.hosts.Put(name)
		for i := range h.others {
			if h.others[i] == other {
				break
			}
			if h.others[i] == 0 || i == len(h.others)-1 {
				h.others[i] = other
				break
			}
		}
	}
	if s != nil {
		a.proof.saw(by, s)
	} else {
		a.proof = Proof{By: by, None: true}
	}
}

// behave learns from what was done what sort of hosts these are and who works
// on them.
func (d *Directory) behave(s *footfall.Step, x extra) {
	switch s.Kind {
	case footfall.KindLogon, footfall.KindReconnect:
	case footfall.KindCredential, footfall.KindTicket:
		d.ticket(s, x)
		return
	case footfall.KindConnection:
		if x.source != 0 && s.Flags&footfall.FlagObserved != 0 {
			d.passes(x.source, s)
		}
		return
	case footfall.KindLease:
		if s.Service == footfall.ServiceVPN && x.source != 0 {
			d.shows(x.source, footfall.HostNetwork, s)
		}
		return
	default:
		return
	}
	if s.Service == footfall.ServiceVPN && s.DstHost != 0 {
		d.shows(s.DstHost, footfall.HostNetwork, s)
		return
	}
	if s.Account == 0 || s.Flags&(footfall.FlagSystem|footfall.FlagMachine|footfall.FlagGuest) != 0 {
		return
	}
	who := d.worker(s.Account)
	bit := uint64(1) << (d.names.HashOf(s.Account) & 63)
	if who != 0 {
		bit = 1 << (d.names.HashOf(who) & 63)
	}
	if s.DstHost != 0 && s.Service != footfall.ServiceCloud {
		d.visited(s, who, bit)
	}
	if s.SrcHost != 0 && s.SrcHost != s.DstHost {
		d.leaves(s, who, bit)
	}
}

// visited counts a logon on the host that it was to.
func (d *Directory) visited(s *footfall.Step, who footfall.Name, bit uint64) {
	h := d.era(s.DstHost, s.Time)
	switch {
	case console(s):
		h.desk |= bit
		if who != 0 {
			d.works(s.DstHost, h, who, s)
		}
	case s.Service == footfall.ServiceRDP || s.LogonType == 10:
		h.windows |= bit
	case s.Service == footfall.ServiceSSH:
		h.shells |= bit
		h.visitors |= bit
	case s.Flags&footfall.FlagRemote != 0:
		h.visitors |= bit
	default:
		return
	}
	d.judge(s.DstHost, h, s)
}

// console reports whether a logon is somebody's at the screen and keyboard of
// the host: interactive, unlocking, or interactive with cached credentials.
func console(s *footfall.Step) bool {
	switch s.LogonType {
	case 2:
		// What somebody runs as another (seclogo) is of this type too, and comes out of a session.
		return s.Flags&footfall.FlagRemote == 0 && s.Parent == 0
	case 7, 11, 13:
		return s.Flags&footfall.FlagRemote == 0
	case 0:
		return s.Service == footfall.ServiceLocal && s.Flags&footfall.FlagRemote == 0
	}
	return false
}

// leaves counts a logon on the host that it came from.
func (d *Directory) leaves(s *footfall.Step, who footfall.Name, bit uint64) {
	h := d.era(s.SrcHost, s.Time)
	h.outward |= 1 << (d.names.HashOf(s.DstHost) & 63)
	if who == 0 {
		return
	}
	h.going |= bit
	d.judge(s.SrcHost, h, s)
	d.works(s.SrcHost, h, who, s)
}

// ticket counts what a domain controller recorded: that it is one, and who
// asked for tickets where.
func (d *Directory) ticket(s *footfall.Step, x extra) {
	if s.Service != footfall.ServiceKerberos || s.Auth != footfall.AuthKerberos && s.Auth != footfall.AuthCertificate || s.Event == 0 {
		return
	}
	if x.source != 0 {
		d.shows(d.HostName(x.source), footfall.HostController, s)
	}
	if s.Kind != footfall.KindCredential || s.SrcHost == 0 || s.SrcHost == s.DstHost || s.Flags&footfall.FlagMachine != 0 {
		return
	}
	if who := d.worker(s.Account); who != 0 {
		h := d.era(s.SrcHost, s.Time)
		d.works(s.SrcHost, h, who, s)
		d.judge(s.SrcHost, h, s)
	}
}

func (d *Directory) passes(name footfall.Name, s *footfall.Step) {
	h, _ := d.hosts.Put(name)
	if h.passing < manyPassing {
		if h.passing++; h.passing == manyPassing && h.logons == 0 {
			d.shows(name, footfall.HostNetwork, s)
		}
	}
}

// era returns a host whose sketches are of the time now.
func (d *Directory) era(name footfall.Name, t int64) *host {
	h, _ := d.hosts.Put(name)
	if t-h.epoch > epochs {
		if h.epoch != 0 {
			h.desk, h.windows, h.visitors, h.shells, h.outward, h.going = 0, 0, 0, 0, 0, 0
		}
		h.epoch = t
	}
	return h
}

// works counts a day on which somebody worked on a host, and says whose it is
// when one person's days are most of all.
func (d *Directory) works(name footfall.Name, h *host, who footfall.Name, s *footfall.Step) {
	today := int32(s.Time / day)
	if u := &h.users[0]; u.name == who && u.last == today {
		u.seen, u.ref = s.Time, s.Ref
		return
	}
	u := h.user(who, today)
	if u == nil || u.last == today && u.name == who {
		return
	}
	if u.name != who {
		*u = user{name: who, first: s.Ref, since: s.Time}
	}
	u.days, u.last, u.seen, u.ref = u.days+1, today, s.Time, s.Ref
	for u != &h.users[0] { // the one with most days stands first
		at := 0
		for &h.users[at+1] != u {
			at++
		}
		if h.users[at].days > u.days {
			break
		}
		h.users[at], h.users[at+1] = h.users[at+1], h.users[at]
		u = &h.users[at]
	}
	d.appoint(name, h, today)
	d.sits(name, h, who)
}

// user returns the place of somebody among those who work on a host: an old
// one, a free one, or that of who was not there for longest.
func (h *host) user(who footfall.Name, today int32) *user {
	var at *user
	for i := range h.users {
		u := &h.users[i]
		if u.name == who {
			return u
		}
		if u.name == 0 || today-u.last > int32(epochs/day) {
			if at == nil || at.name != 0 {
				at = u
			}
		}
	}
	if at == nil {
		if u := &h.users[len(h.users)-1]; u.days <= 1 {
			at = u
		}
	}
	return at
}

// appoint says whose a host is: that of who worked there on most days.
func (d *Directory) appoint(name footfall.Name, h *host, today int32) {
	if h.whose.By == ByContext {
		return
	}
	sum := 0
	for i := range h.users {
		if u := &h.users[i]; u.name != 0 && today-u.last <= int32(epochs/day) {
			sum += int(u.days)
		}
	}
	top := &h.users[0]
	many := h.kind == footfall.HostTerminalServer || h.kind == footfall.HostBastion || h.kind == footfall.HostServer || h.kind == footfall.HostController
	if many || top.days < ownerDays || int(top.days)*100 < sum*ownerShare {
		h.owner, h.whose = 0, Proof{}
		return
	}
	h.owner = top.name
	h.whose = Proof{By: ByUse, Since: top.since, Last: top.seen, First: top.first, Latest: top.ref, Times: uint32(top.days)}
	if a := d.accts.Get(top.name); a != nil && (a.desk == 0 || a.desk == name || top.days >= a.atDesk) {
		a.desk, a.atDesk = name, top.days
	}
}

// workstation returns the host that a person works on when it is one alone.
func (d *Directory) workstation(acct footfall.Name) footfall.Name {
	if a := d.accts.Get(d.Main(acct)); a != nil {
		main := d.Main(acct)
		if h := d.hosts.Get(a.desk); h != nil && (h.owner == main || h.owner == 0 && h.users[0].name == main && h.users[1].name == 0 && h.kind == footfall.HostWorkstation) {
			return a.desk
		}
	}
	return 0
}

// sits notes that somebody works on a host which nobody else uses: it is
// theirs until their days say otherwise.
func (d *Directory) sits(name footfall.Name, h *host, who footfall.Name) {
	if h.users[1].name != 0 || h.users[0].name != who {
		return
	}
	if a := d.accts.Get(who); a != nil && (a.desk == 0 || a.atDesk <= h.users[0].days) {
		a.desk, a.atDesk = name, h.users[0].days
	}
}

// shows notes a kind that one record shows.
func (d *Directory) shows(name footfall.Name, k footfall.HostKind, s *footfall.Step) {
	h, _ := d.hosts.Put(name)
	d.kindIs(h, k, s)
}

func (d *Directory) kindIs(h *host, k footfall.HostKind, s *footfall.Step) {
	if h.proof.By >= ByDirectory && h.kind != footfall.HostUnknown {
		return
	}
	// What gives tickets stays a domain controller.
	if h.kind == footfall.HostController && k != footfall.HostController {
		return
	}
	if h.kind != k {
		h.kind, h.proof = k, Proof{}
	}
	h.proof.saw(ByBehaviour, s)
}

// judge says what a host's behaviour shows of its kind.
func (d *Directory) judge(name footfall.Name, h *host, s *footfall.Step) {
	n := bits.OnesCount64
	k := footfall.HostUnknown
	switch {
	case n(h.windows) >= manyAtOnce:
		k = footfall.HostTerminalServer
	case n(h.windows|h.shells) >= fewPersons && n(h.going) >= fewPersons && n(h.outward) >= fewHosts && n(h.going&(h.windows|h.shells)) >= fewPersons:
		k = footfall.HostBastion
	case n(h.visitors) >= max(manyVisitors, 4*n(h.desk)) || n(h.shells) > 0 && h.desk == 0:
		k = footfall.HostServer
	case h.desk != 0 || h.going != 0 && n(h.going) < fewPersons && h.windows|h.shells == 0:
		k = footfall.HostWorkstation
	default:
		return
	}
	if k != h.kind {
		d.kindIs(h, k, s)
		d.appoint(name, h, int32(s.Time/day))
	}
}
