package engine

import (
	"cmp"
	"maps"
	"net/netip"
	"slices"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/flow"
	"github.com/footfall/footfall/internal/recent"
)

// edges gathers the arrows of the login graph from the steps in order of time.
// An arrow stands for
//   - logons and their failures, as the host that they were to tells, or the
//     gateway, cloud or cluster that let somebody in;
//   - what others saw of a session where that host tells of none: a sensor, a
//     firewall or a flow the connection to a remote service, the host that it
//     came from the credentials that were used (4648) or the tool that
//     connected, a domain controller the ticket, a file server the share;
//   - a role of a cloud that somebody took, and the inner address that a VPN
//     gave: what goes on from there leaves from it.
//
// Records that lie near each other tell more together: a logon over the network
// is by the service that was connected to, a connection is of the account that
// got the ticket. So arrivals wait for their neighbours.
//
// Not drawn are names, directories, time and the web; SMB and RPC to a domain
// controller, which every computer of a domain speaks, unless the controller
// tells of a person's logon or an administrative share was opened; a computer's
// own account that goes out from that computer or stays there, which nobody's
// hand is behind, with the same exception; services that a cloud runs for
// itself; and connections that were refused.
type edges struct {
	names  *footfall.Names
	most   int // arrows
	sums   map[edgeKey]edgeSum
	wait   []arrival
	head   int // those before are settled
	now    int64
	nearby *recent.Map[edgePair, nearby]
	lone   *recent.Map[footfall.Name, lone]
	hosts  map[footfall.Name]footfall.Name // of inner addresses; 0 is several
	roles  map[footfall.Name]bool          // that were taken
	grants map[footfall.Name]bool          // what gives Kerberos tickets
	beyond int64                           // arrivals that there was no room for
}

type edgePair struct{ from, to footfall.Name }

type edgeKey struct {
	edgePair
	account footfall.Name
	service footfall.Service
	seen    bool // by others than the host that it was to
}

type edgeSum struct {
	count, failures int64
	first, last     int64
	counted         int64 // when a seen one counted last
	got             int64 // when somebody got in first
	ref             footfall.Ref
	grave           bool // an administrative share was opened
}

// An arrival is a step on its way to an arrow.
type arrival struct {
	edgePair
	time    int64
	ref     footfall.Ref
	account footfall.Name
	service footfall.Service
	failed  bool
	seen    bool
	outward bool // told by where it came from
	machine bool
	grave   bool
}

// A nearby is what was seen lately between two hosts.
type nearby struct {
	account             footfall.Name
	service             footfall.Service
	known, used         int64 // when the account and the service were seen
	logon, let, refused int64 // when the host itself told of a logon, that it let a connection in, that it did not
}

// A lone is who logged on to a host lately by records that do not say from where.
type lone struct {
	account footfall.Name
	time    int64
	several bool
}

const (
	// visit is how far records of one visit lie apart: who types a password
	// takes time, and clocks differ.
	visit = int64(120e9)
	// again is how far records of one connection lie apart, which counts once.
	again = int64(10e9)
	// knock is how many bytes a stranger exchanges with an open port without
	// getting anywhere.
	knock = 4 << 10
	// maxBeside bounds the pairs of hosts with something seen lately.
	maxBeside = 1 << 15
	// maxEdges bounds the arrows: who writes the log must not be able to fill memory.
	maxEdges = 1 << 17
)

func newEdges(n *footfall.Names, most int) *edges {
	return &edges{
		names: n, most: most, sums: map[edgeKey]edgeSum{}, nearby: recent.New[edgePair, nearby](maxBeside),
		lone: recent.New[footfall.Name, lone](maxBeside), hosts: map[footfall.Name]footfall.Name{},
		roles: map[footfall.Name]bool{}, grants: map[footfall.Name]bool{},
	}
}

// take takes a step, identified.
func (g *edges) take(s *footfall.Step) {
	if s.Rule != 0 {
		return
	}
	switch s.Kind {
	case footfall.KindLogon, footfall.KindReconnect:
		g.logon(s)
	case footfall.KindLease:
		g.lease(s)
	case footfall.KindShell:
		g.shell(s)
	case footfall.KindExplicit:
		g.explicit(s)
	case footfall.KindConnection:
		g.connection(s)
	case footfall.KindTicket, footfall.KindCredential:
		g.ticket(s)
	case footfall.KindShare:
		g.share(s)
	default:
		return
	}
	g.name(s.SrcAddr, s.SrcHost)
	g.name(s.DstAddr, s.DstHost)
	g.settle(s.Time)
}

// name notes whose an inner address is.
func (g *edges) name(addr, host footfall.Name) {
	if addr == 0 || host == 0 || addr == host {
		return
	}
	if have, ok := g.hosts[addr]; ok {
		if have != host {
			g.hosts[addr] = 0
		}
		return
	}
	if len(g.hosts) < g.most && inner(g.names.String(addr)) {
		g.hosts[addr] = host
	}
}

// inner reports whether an address is of a private range (RFC 1918, 4193) or
// of one link (RFC 3927, 4291): a public one stands for itself.
func inner(addr string) bool {
	a, err := netip.ParseAddr(addr)
	return err == nil && (a.IsPrivate() || a.IsLinkLocalUnicast())
}

func (g *edges) hostOf(n footfall.Name) footfall.Name {
	if h := g.hosts[n]; h != 0 {
		return h
	}
	return n
}

// arrive makes an arrival of a step between its two ends.
func arrive(s *footfall.Step) arrival {
	a := arrival{
		edgePair: edgePair{s.SrcHost, s.DstHost}, time: s.Time, ref: s.Ref, account: s.Account, service: s.Service,
		failed: s.Outcome == footfall.Failure, outward: s.Flags&footfall.FlagOutward != 0, machine: s.Flags&footfall.FlagMachine != 0,
	}
	if a.from == 0 {
		a.from = s.SrcAddr
	}
	if a.to == 0 {
		a.to = s.DstAddr
	}
	return a
}

func (g *edges) push(a arrival) {
	if a.from == 0 || a.to == 0 || a.from == a.to {
		return
	}
	g.wait = append(g.wait, a)
}

func (g *edges) near(from, to footfall.Name) *nearby {
	b, _ := g.nearby.Put(edgePair{from, to})
	return b
}

// vague reports whether a record of a logon does not say which service was used.
func vague(s footfall.Service) bool {
	return s == footfall.ServiceUnknown || s == footfall.ServiceNetwork
}

func (g *edges) logon(s *footfall.Step) {
	a := arrive(s)
	switch {
	case s.Service == footfall.ServiceLocal, s.Flags&footfall.FlagTwice != 0, s.Kind == footfall.KindReconnect && a.failed:
		return
	case s.Flags&footfall.FlagLoopback != 0 && (vague(s.Service) || s.Service == footfall.ServiceSMB || s.Service == footfall.ServiceRPC):
		return // the host's own services; a remote desktop from itself is a tunnel's end
	}
	a.seen = s.Flags&footfall.FlagCovered != 0
	if !a.failed && g.entry(s) && s.Object != 0 && inner(g.names.String(s.Object)) {
		a.to = s.Object
	}
	if a.to == 0 {
		a.to = g.recorder(s)
	}
	if s.Service == footfall.ServiceCloud && g.role(s.Account) {
		a.from = s.Account
	}
	if a.from == 0 && !a.failed && s.Account != 0 && a.to != 0 && s.Flags&(footfall.FlagSystem|footfall.FlagMachine) == 0 {
		g.alone(a.to, s)
	}
	if !a.failed && !a.seen && a.from != 0 && !g.own(a.account, a.edgePair) {
		g.near(a.from, a.to).logon = s.Time
	}
	g.push(a)
}

// entry reports whether a step lets somebody into a network.
func (g *edges) entry(s *footfall.Step) bool {
	return s.Service == footfall.ServiceVPN || s.Service == footfall.ServiceGateway || s.Service == footfall.ServiceRADIUS
}

// alone notes a logon that does not say where it came from.
func (g *edges) alone(to footfall.Name, s *footfall.Step) {
	l, fresh := g.lone.Put(to)
	if fresh || s.Time-l.time > visit {
		*l = lone{account: s.Account}
	}
	l.several = l.several || l.account != s.Account
	l.time = s.Time
}

// recorder names what let somebody in where no host is named: the tenant of a
// cloud, the host that wrote the record, of a cloud its log, else the service.
func (g *edges) recorder(s *footfall.Step) footfall.Name {
	x := footfall.ParseExtra(g.names.String(s.Extra))
	host, log, _ := strings.Cut(x.Source, "|")
	if s.Service != footfall.ServiceCloud {
		log = s.Service.String()
	}
	return g.names.Intern(cmp.Or(x.Tenant, host, log))
}

// lease is an inner address that a VPN or a gateway gave to who came from outside.
func (g *edges) lease(s *footfall.Step) {
	a := arrive(s)
	a.to = s.Object
	if a.failed || !g.entry(s) || a.from == 0 || s.Object == 0 || !inner(g.names.String(s.Object)) {
		return
	}
	g.push(a)
}

// shell is a command or a shell in a pod or an instance, by the API of a cluster
// or a cloud; of a host's own shells there is a logon too.
func (g *edges) shell(s *footfall.Step) {
	a := arrive(s)
	if g.role(s.Account) {
		a.from = s.Account
	}
	if a.to == 0 || s.Service != footfall.ServiceKube && s.Service != footfall.ServiceCloud && s.Flags&footfall.FlagOutward == 0 {
		return
	}
	a.seen = a.outward
	g.push(a)
}

// role reports whether an account is a role that was seen to be taken: what it
// does goes on from there.
func (g *edges) role(account footfall.Name) bool { return account != 0 && g.roles[account] }

// explicit is an account that somebody took: a role of a cloud, or credentials
// used for another host.
func (g *edges) explicit(s *footfall.Step) {
	a := arrive(s)
	const nobody = footfall.FlagSystem | footfall.FlagMachine | footfall.FlagTargetSystem
	switch {
	case a.failed || s.Account == 0 || s.Target == 0 || s.Flags&nobody != 0:
	case s.Service == footfall.ServiceCloud:
		if g.provider(s.Account) || s.Target == s.Account {
			return
		}
		if !g.role(s.Account) {
			a.to = s.Account
			g.push(a)
		}
		if len(g.roles) < g.most {
			g.roles[s.Target] = true
		}
		a.from, a.to = s.Account, s.Target
		g.push(a)
	case a.outward && s.Local >= 0:
		a.seen, a.account, a.machine = true, s.Target, s.Flags&footfall.FlagTargetMachine != 0
		b := g.near(a.from, a.to)
		b.account, b.known = s.Target, s.Time
		if !vague(s.Service) {
			b.use(s.Service, s.Time)
		}
		g.push(a)
	}
}

// provider reports whether an account is a service of the cloud itself, which
// takes roles to do its work.
func (g *edges) provider(account footfall.Name) bool {
	return strings.HasSuffix(g.names.String(account), ".amazonaws.com")
}

// connection is a session of a remote service that a sensor saw, or the log of
// one of its ends.
func (g *edges) connection(s *footfall.Step) {
	a := arrive(s)
	if s.Service == footfall.ServiceKerberos && s.DstPort == 88 && !a.failed && a.to != 0 {
		g.grant(a.to)
	}
	a.seen, a.service = true, flow.Door(s)
	if a.service == footfall.ServiceUnknown || s.Flags&footfall.FlagLoopback != 0 || a.from == 0 || a.to == 0 {
		return
	}
	if s.Flags&footfall.FlagPublic != 0 && s.Bytes > 0 && s.Bytes < knock {
		return
	}
	if a.outward && strings.HasSuffix(strings.ToLower(g.names.String(s.Image)), `\lsass.exe`) {
		return // Windows asks its controllers
	}
	own := s.Image != 0 && !a.outward // the record names the server's own program and account
	if own || s.Flags&footfall.FlagSystem != 0 {
		a.account = 0
	}
	b := g.near(a.from, a.to)
	switch {
	case a.failed && own:
		b.refused = s.Time
	case own:
		b.let = s.Time
	}
	if a.failed {
		return
	}
	b.use(a.service, s.Time)
	if a.account != 0 {
		b.account, b.known = a.account, s.Time
	}
	g.push(a)
}

// use notes that a service was used, of several within a visit the one that
// says most.
func (b *nearby) use(s footfall.Service, t int64) {
	if t-b.used > visit || telling(s) >= telling(b.service) {
		b.service, b.used = s, t
	}
}

// telling orders services by how much they say: RPC asks for others' ports, and
// file sharing goes with everything.
func telling(s footfall.Service) int {
	switch s {
	case footfall.ServiceUnknown, footfall.ServiceNetwork:
		return 0
	case footfall.ServiceRPC:
		return 1
	case footfall.ServiceSMB:
		return 2
	}
	return 3
}

// grant notes what gives tickets: a domain controller.
func (g *edges) grant(host footfall.Name) {
	if len(g.grants) < g.most {
		g.grants[host] = true
	}
}

// ticket says which account goes from a host to another one.
func (g *edges) ticket(s *footfall.Step) {
	if s.Service != footfall.ServiceKerberos || s.Outcome != footfall.Success {
		return
	}
	a := arrive(s)
	if s.Flags&footfall.FlagObserved == 0 && s.Event == 0 && a.to != 0 {
		g.grant(a.to)
	}
	const nobody = footfall.FlagSystem | footfall.FlagMachine | footfall.FlagGuest
	if s.Kind != footfall.KindTicket || s.Account == 0 || a.from == 0 || s.Flags&nobody != 0 {
		return
	}
	to := a.to
	if class, host, ok := strings.Cut(g.names.String(s.Object), "/"); ok { // a service's principal name
		host, _, _ = strings.Cut(host, "/")
		host, _, _ = strings.Cut(host, ":")
		if strings.EqualFold(class, "krbtgt") || host == "" {
			return
		}
		to = g.names.Intern(footfall.HostName(host))
	} else if s.Event == 0 {
		return
	}
	b := g.near(a.from, to)
	b.account, b.known = s.Account, s.Time
	if s.Event != 0 && s.Flags&footfall.FlagObserved != 0 {
		a.seen = true
		g.push(a)
	}
}

// share is a share that was opened.
func (g *edges) share(s *footfall.Step) {
	a := arrive(s)
	if a.failed || a.from == 0 || a.to == 0 || s.Flags&footfall.FlagLoopback != 0 {
		return
	}
	a.seen, a.service = true, footfall.ServiceSMB
	name, _, _ := strings.Cut(g.names.String(s.Object), `\`)
	switch {
	case s.Flags&footfall.FlagSystem != 0:
		a.account = 0
	case strings.HasSuffix(name, "$") && !strings.EqualFold(name, "ipc$"):
		a.grave = true
	}
	b := g.near(a.from, a.to)
	b.use(footfall.ServiceSMB, s.Time)
	if a.account != 0 && !a.machine {
		b.account, b.known = a.account, s.Time
	}
	g.push(a)
}

// settle makes arrows of the arrivals that have no more neighbours to come.
func (g *edges) settle(now int64) {
	g.now = now
	for g.head < len(g.wait) && g.wait[g.head].time < now-visit {
		g.add(g.sums, g.wait[g.head])
		g.head++
	}
	if g.head > 1024 && g.head > len(g.wait)/2 {
		g.wait = slices.Delete(g.wait, 0, g.head)
		g.head = 0
	}
}

// add counts an arrival, with what its neighbours say.
func (g *edges) add(sums map[edgeKey]edgeSum, a arrival) {
	b := g.around(&a)
	if b.service != 0 && (vague(a.service) || a.service == footfall.ServiceKerberos) {
		a.service = b.service
	}
	if a.seen {
		if b.logon != 0 {
			return // told by the host itself
		}
		a.failed = a.failed || a.outward && b.refused != 0 && b.let == 0
		if a.account == 0 {
			a.account = b.account
		}
		if l := g.lone.Get(a.to); a.account == 0 && l != nil && !l.several && oneVisit(l.time, a.time) {
			a.account = l.account
		}
	}
	if a.from == a.to {
		return
	}
	k := edgeKey{a.edgePair, a.account, a.service, a.seen}
	e, ok := sums[k]
	if !ok {
		if len(sums) >= g.most {
			g.beyond++
			return
		}
		e = edgeSum{first: a.time}
	}
	e.take(&a)
	sums[k] = e
}

func (e *edgeSum) take(a *arrival) {
	e.last = max(e.last, a.time)
	e.grave = e.grave || a.grave
	if !a.failed && (e.got == 0 || a.time < e.got) {
		e.got, e.ref = a.time, a.ref
	}
	if a.seen && e.count > 0 && a.time-e.counted < again {
		return
	}
	e.counted = a.time
	e.count++
	if a.failed {
		e.failures++
	}
}

func oneVisit(t, of int64) bool { return t != 0 && t-of <= visit && of-t <= visit }

// around returns what lies near an arrival between its hosts, by their names and
// their addresses, and gives it the hosts' names.
func (g *edges) around(a *arrival) (out nearby) {
	raw := a.edgePair
	a.from, a.to = g.hostOf(a.from), g.hostOf(a.to)
	pairs := [...]edgePair{{raw.from, raw.to}, {raw.from, a.to}, {a.from, raw.to}, {a.from, a.to}}
	for i, p := range pairs {
		if slices.Contains(pairs[:i], p) {
			continue
		}
		b := g.nearby.Get(p)
		if b == nil {
			continue
		}
		if oneVisit(b.known, a.time) {
			out.account = b.account
		}
		if oneVisit(b.used, a.time) && telling(b.service) > telling(out.service) {
			out.service = b.service
		}
		if oneVisit(b.logon, a.time) {
			out.logon = b.logon
		}
		if oneVisit(b.let, a.time) {
			out.let = b.let
		}
		if oneVisit(b.refused, a.time) {
			out.refused = b.refused
		}
	}
	return out
}

// A drawn is an arrow as it is drawn.
type drawn struct {
	edgeKey
	edgeSum
}

// all returns the arrows up to now. kind says what sort of host one is.
func (g *edges) all(kind func(footfall.Name) footfall.HostKind) []drawn {
	sums := maps.Clone(g.sums)
	for _, a := range g.wait[g.head:] {
		g.add(sums, a)
	}
	named := map[edgeKey]edgeSum{}
	for k, e := range sums {
		k.from, k.to = g.hostOf(k.from), g.hostOf(k.to)
		if k.from != k.to {
			named[k] = sumOf(named[k], e)
		}
	}
	pairs := map[edgePair][]edgeKey{}
	for k, e := range named {
		if g.background(k, e, g.grants[k.to] || kind(k.to) == footfall.HostController) {
			delete(named, k)
			continue
		}
		pairs[k.edgePair] = append(pairs[k.edgePair], k)
	}
	whole := map[edgeKey]edgeSum{}
	for k, e := range named {
		if k.seen && slices.ContainsFunc(pairs[k.edgePair], func(o edgeKey) bool { return covers(o, k) }) {
			continue
		}
		k.seen = false
		whole[k] = sumOf(whole[k], e)
	}
	out := make([]drawn, 0, len(whole))
	for k, e := range whole {
		out = append(out, drawn{k, e})
	}
	return out
}

func sumOf(a, b edgeSum) edgeSum {
	if a.first == 0 {
		return b
	}
	a.count, a.failures = a.count+b.count, a.failures+b.failures
	a.first, a.last = min(a.first, b.first), max(a.last, b.last)
	if a.got == 0 || b.got != 0 && b.got < a.got {
		a.got, a.ref = b.got, b.ref
	}
	a.grave = a.grave || b.grave
	return a
}

// covers reports whether one arrow between two hosts tells what another one,
// seen by others, does: the host's own logons do, and what names the account.
func covers(o, seen edgeKey) bool {
	if o == seen || seen.account != 0 && seen.account != o.account {
		return false
	}
	if seen.service == footfall.ServiceKerberos && o.account == seen.account {
		return true // a ticket for what was used
	}
	if o.seen {
		if vague(seen.service) && !vague(o.service) {
			return o.account == seen.account
		}
		return seen.account == 0 && o.account != 0 && o.service == seen.service
	}
	return o.service == seen.service || vague(o.service) && (windows(seen.service) || vague(seen.service))
}

// windows reports whether a service is one of those that Windows records as a
// logon over the network.
func windows(s footfall.Service) bool {
	switch s {
	case footfall.ServiceSMB, footfall.ServiceRPC, footfall.ServiceDCOM, footfall.ServiceWMI, footfall.ServiceWinRM, footfall.ServiceKerberos:
		return true
	}
	return false
}

// background reports whether an arrow is what computers do by themselves.
func (g *edges) background(k edgeKey, e edgeSum, grants bool) bool {
	if !e.grave && g.own(k.account, k.edgePair) {
		return true
	}
	return grants && k.seen && !e.grave && k.service != footfall.ServiceWinRM && (windows(k.service) || vague(k.service))
}

// firstHops are the arrows by which somebody got in, each at the first time.
func firstHops(list []drawn, names *footfall.Names) []footfall.Hop {
	var out []footfall.Hop
	for _, e := range list {
		if e.got == 0 {
			continue
		}
		out = append(out, footfall.Hop{
			Time: e.got, From: names.String(e.from), To: names.String(e.to), Account: names.String(e.account),
			Service: e.service, Outcome: footfall.Success, Ref: e.ref,
		})
	}
	slices.SortFunc(out, func(a, b footfall.Hop) int {
		return cmp.Or(cmp.Compare(a.Time, b.Time), strings.Compare(a.From, b.From), strings.Compare(a.To, b.To),
			strings.Compare(a.Account, b.Account), cmp.Compare(a.Service, b.Service))
	})
	return out
}

// host returns the host that an inner address was all the time, "" when that is
// not known or it was several.
func (g *edges) host(addr string) string {
	if n := g.names.Find(addr); n != 0 {
		return g.names.String(g.hosts[n])
	}
	return ""
}

// own reports whether an account is that of the computer that it goes out from
// or stays on.
func (g *edges) own(account footfall.Name, p edgePair) bool {
	stem, ok := strings.CutSuffix(footfall.Bare(g.names.String(account)), "$")
	if !ok {
		return false
	}
	n := g.names.Find(footfall.HostName(stem))
	return n != 0 && (n == p.to || n == p.from)
}
