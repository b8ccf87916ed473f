package emulate

import (
	"math"
	"slices"
	"time"
)

// An option is a move that an intruder could make.
type option struct {
	from     *seat
	to       *host
	account  *account
	protocol string
	again    bool
}

// A loot is an account that an intruder got hold of.
type loot struct {
	account *account
	how     string
	at      *host
}

// next makes a move, or waits until there is one.
func (c *campaign) next() {
	if c.over {
		return
	}
	if c.cell["craft"] == "hours" && c.victim != nil && !c.victim.present {
		c.wait("the victim was not at work", c.next)
		return
	}
	if c.cell["credential"] == "token" {
		c.nextInCloud()
		return
	}
	o, reason := c.choose()
	if reason != "" {
		c.wait(reason, c.next)
		return
	}
	if c.cell["craft"] == "failures" && c.dice.chance(0.7) || c.dice.chance(0.04) {
		c.stumble(o)
	}
	if c.move(o) == nil {
		c.wait("the host was not there", c.next)
		return
	}
	if c.done() {
		c.stop("")
		return
	}
	c.s.after(c.pause(), c.next)
}

// pause is the time to the next move.
func (c *campaign) pause() time.Duration {
	return c.ready(time.Duration(float64(c.gap)*math.Exp(c.dice.NormFloat64()*0.4)) + time.Second)
}

// ready makes a pause last until the logon before it is through.
func (c *campaign) ready(d time.Duration) time.Duration {
	if x := c.at.via; x != nil {
		d = max(d, x.ready.since(c.s.now)+c.dice.span(500*ms, 4*time.Second))
	}
	return d
}

// done tells whether the last move ended it.
func (c *campaign) done() bool {
	last, spent := c.hops[len(c.hops)-1], c.inner() >= c.limit+c.unaided
	switch c.cell["goal"] {
	case "explore":
		c.reached = c.suits(last) && (last.Switched || c.cell["credential"] == "own" && spent)
		return c.reached || len(c.hops) > 50
	case "target":
		c.reached = c.target != nil && last.To == c.target.id
		return c.reached || spent
	}
	c.reached = spent
	return spent
}

// inner counts the hops within the company: coming back is none.
func (c *campaign) inner() (n int) {
	for _, h := range c.hops {
		if h.Service != "vpn" {
			n++
		}
	}
	return n
}

// suits tells whether a hop was what the cell is about: with a credential of
// the kind, over the protocol.
func (c *campaign) suits(h hop) bool {
	if h.Credential != c.cell["credential"] && c.cell["credential"] != "own" {
		return false
	}
	switch p := c.cell["protocol"]; p {
	case "any":
		return h.Service != "vpn"
	case "cloud":
		return h.Service == "cloud" || h.Service == "ssm"
	default:
		return h.Service == p
	}
}

// credential is how an account came into an intruder's hands.
func (c *campaign) credential(a *account) string {
	if how := c.how[a]; how != "" {
		return how
	}
	return "own"
}

// search looks through the hosts in hand for accounts of the kind that the
// cell asks for.
func (c *campaign) search() {
	switch how := c.cell["credential"]; how {
	case "own", "token", "localadmin":
	case "forged":
		if len(c.loot) == 0 {
			c.forge()
		}
	default:
		for _, p := range c.seats {
			for _, t := range c.s.past.on[p.host] {
				if c.exposed(how, p, t) {
					c.steal(t.account, how, p.host)
				}
			}
		}
	}
}

// exposed tells whether an account can be had on a host.
func (c *campaign) exposed(how string, p *seat, t *stay) bool {
	a, since := t.account, p.since.add(-c.window)
	if a.kind == local || a.kind == machine || a == c.start || a.off {
		return false
	}
	switch how {
	case "cached":
		return t.last >= since && t.last != 0
	case "keylog":
		return t.typed > p.since
	case "service":
		return a.kind == service && t.last >= since && t.last != 0 && a != c.s.world.gitAccount
	case "adm":
		return c.victim != nil && a.person == c.victim && (a == c.victim.admin || a == c.victim.domain) && t.typed >= since && t.typed != 0
	}
	return false
}

func (c *campaign) steal(a *account, how string, at *host) {
	if c.how[a] == "" && a != c.start {
		c.how[a] = how
		c.loot = append(c.loot, &loot{a, how, at})
	}
}

// forge makes tickets for a powerful account out of a key that was stolen
// before, or has a controller make a new account.
func (c *campaign) forge() {
	s := c.s
	var list []*account
	for _, p := range s.world.people {
		for _, a := range []*account{p.admin, p.domain} {
			if a != nil && p.active(s.now) && p != c.victim && p.role != helpdesk {
				list = append(list, a)
			}
		}
	}
	if len(list) == 0 {
		return
	}
	a := pick(c.dice, list)
	if c.dice.chance(0.4) {
		w := s.world
		n := &account{name: "svc-" + pick(c.dice, systemNames), domain: w.p.short, sid: w.newSID(), uid: c.dice.number(1000, w.uid), kind: service, admin: true}
		for w.logins.taken[n.name] || slices.ContainsFunc(w.systems, func(y *system) bool { return y.service.name == n.name }) {
			n.name += "2"
		}
		n.key = w.fingerprint()
		s.accountEvents(a, n, "Staff", 4720, 4722, 4738, 4728)
		a = n
	}
	c.steal(a, "forged", nil)
}

// usable lists the accounts that an intruder has.
func (c *campaign) usable() []*account {
	list := []*account{c.start}
	for _, l := range c.loot {
		if !l.account.off && l.how != "localadmin" {
			list = append(list, l.account)
		}
	}
	if most := 20; len(list) > most { // it does not try a thousand at every step
		return append(list[:1:1], some(c.dice, list[1:], most)...)
	}
	return list
}

// choose finds the next move, or why there is none.
func (c *campaign) choose() (option, string) {
	c.search()
	reason := "nowhere to go on from"
	for _, p := range c.sources() {
		// Who has been in before does not come in again for nothing.
		away := p.host == c.machine && p.host.tunnel == nil && len(c.hops) > 0
		if !away && c.sit(p) == nil {
			continue
		}
		list := c.options(p)
		if len(list) == 0 {
			reason = "no way on that the cell allows"
			if c.cell["credential"] == "localadmin" && !p.host.site.oneWord {
				reason = "the local administrators' passwords differ"
			}
			continue
		}
		o := c.prefer(list)
		if o.account == c.start && c.cell["credential"] != "own" {
			if c.unaided >= c.roam {
				reason = "no credential of the kind was to be had, or none that leads on"
				continue
			}
			c.unaided++
		}
		return o, ""
	}
	return option{}, reason
}

// sources are the hosts from which to go on, best first.
func (c *campaign) sources() []*seat {
	switch c.cell["craft"] {
	case "socks":
		return c.seats[:1]
	case "chain":
		return []*seat{c.at}
	case "hub":
		for _, p := range c.seats {
			if hub(p.host) && (p != c.seats[0] || c.cell["start"] == "terminal") {
				return []*seat{p}
			}
		}
	}
	list := []*seat{c.at}
	if c.seats[0] != c.at {
		list = append(list, c.seats[0])
	}
	rest := slices.DeleteFunc(slices.Clone(c.seats), func(p *seat) bool { return p == c.at || p == c.seats[0] })
	return append(list, some(c.dice, rest, 6)...)
}

func hub(h *host) bool { return h.role == bastion || h.role == terminalServer }

// options lists the moves from a host that the cell allows.
func (c *campaign) options(p *seat) []option {
	var out []option
	places := c.places()
	for _, a := range c.usable() {
		for _, h := range places {
			if !c.goes(p, h, a) {
				continue
			}
			if list := c.protocols(p, h, a); len(list) > 0 {
				out = append(out, option{p, h, a, pick(c.dice, list), c.seatOn(h) != nil})
			}
		}
	}
	if c.cell["credential"] == "localadmin" {
		out = append(out, c.neighbours(p)...)
	}
	if c.cell["protocol"] == "vpn" || c.cell["protocol"] == "any" && c.dice.chance(0.1) {
		out = append(out, c.tunnels(p)...)
	}
	return out
}

// places are the hosts that an intruder knows of.
func (c *campaign) places() []*host {
	s := c.s
	if c.cell["knowledge"] != "local" {
		return s.world.hosts // whether it gets in there decides later
	}
	w := s.world
	list := slices.Concat(w.terminals, w.bastions, w.jumps)
	if c.victim != nil {
		list = append(list, s.near(c.victim.site), c.victim.team.share)
	}
	for _, p := range c.seats {
		for _, h := range s.past.around(p.host, s.now.add(-c.known)) {
			if !slices.Contains(list, h) {
				list = append(list, h)
			}
		}
	}
	return list
}

// goes tells whether an account gets from one host to another in the way that
// the cell asks for.
func (c *campaign) goes(p *seat, h *host, a *account) bool {
	s := c.s
	if h.gone != 0 || h.role == foreign || !h.reaches() || !s.enters(a, h) {
		return false
	}
	if c.cell["knowledge"] == "oracle" && !s.foreseen[a.String()][h.id] && s.past.ways[passage{a, h}] == 0 && c.credential(a) != "forged" {
		return false
	}
	return c.may(p, h, a)
}

// may tells whether the restrictions of the cell leave a move open.
func (c *campaign) may(p *seat, h *host, a *account) bool {
	s := c.s
	if h == p.host || c.seatOn(h) != nil && (c.cell["craft"] != "revisits" || !c.dice.chance(0.3)) {
		return false
	}
	if c.cell["craft"] == "hub" && !hub(p.host) && !hub(h) {
		return false
	}
	if c.cell["rule"] == "new" && a != c.start && s.enters(c.start, h) {
		return false
	}
	if n := c.cell["stealth"]; n == "edges" || n == "full" {
		if t := s.past.pairs[pair{p.host, h}]; t == 0 || s.now.since(t) > c.known {
			return false
		}
	}
	if n := c.cell["stealth"]; n == "active" || n == "full" {
		t := s.past.stays[passage{a, p.host}]
		if a != c.account && (t == nil || t.last == 0 || s.now.since(t.last) > c.fresh) {
			return false
		}
	}
	return true
}

func (c *campaign) seatOn(h *host) *seat {
	for _, p := range c.seats {
		if p.host == h {
			return p
		}
	}
	return nil
}

// enters tells whether an account gets a session on a host that is worth
// something: as its administrator, or as somebody who works there.
func (s *sim) enters(a *account, h *host) bool {
	p := a.person
	switch {
	case h.role == foreign || h.gone != 0:
		return false
	case h.windows && a.rules(h):
		return true
	case s.past.ways[passage{a, h}] != 0:
		return h.role != controller && h.role != fileServer && a != s.world.gitAccount && (!h.windows || a.kind == human)
	case a.kind == service && h.system != nil && h.system.service == a:
		return true
	case a.kind == service:
		return !h.windows && (a == s.world.ansible || a.admin && h.static)
	case p == nil || a != p.account:
		return false
	case h.role == terminalServer:
		return true
	case !h.windows && h.role == bastion:
		return p.role.technical() || p.role == vendor
	case h.role != server || !p.role.technical() && p.role != vendor:
		return false
	case !h.windows && (p.role == linuxAdmin || p.role == security || p.role == networkAdmin):
		return true
	}
	return h.system != nil && slices.Contains(p.team.systems, h.system) || slices.Contains(p.projects, h)
}

// protocols lists those over which an account can take a host.
func (c *campaign) protocols(p *seat, h *host, a *account) []string {
	list := c.ways(h, a)
	if a == c.start && c.cell["credential"] != "own" {
		return list // the first hops are made as they can be
	}
	if want := c.cell["protocol"]; want != "any" && (want != "vpn" || p.host != c.machine) {
		if !slices.Contains(list, want) {
			return nil
		}
		return []string{want}
	}
	return list
}

// ways lists the protocols that a host has for an account.
func (c *campaign) ways(h *host, a *account) []string {
	switch {
	case !h.windows:
		return []string{"ssh"}
	case a.rules(h) && h.role == workstation:
		return []string{"rdp", "smb", "winrm"}
	case a.rules(h):
		return []string{"rdp", "smb", "winrm", "wmi"}
	case a.kind == service:
		return []string{"smb"}
	}
	return []string{"rdp"}
}

// neighbours are the computers that have the local administrator's password
// of this one.
func (c *campaign) neighbours(p *seat) []option {
	var out []option
	for _, h := range c.s.world.hosts {
		if h.role != p.host.role || h.site != p.host.site || h.admin == nil || p.host.admin == nil || !h.reaches() || !h.site.oneWord || !c.may(p, h, h.admin) {
			continue
		}
		c.steal(h.admin, "localadmin", p.host)
		for _, protocol := range []string{"smb", "wmi", "rdp"} {
			if want := c.cell["protocol"]; want == "any" || want == protocol {
				out = append(out, option{p, h, h.admin, protocol, false})
			}
		}
	}
	return out
}

// tunnels are ways in from outside with what was stolen.
func (c *campaign) tunnels(p *seat) []option {
	var out []option
	if n := c.cell["stealth"]; n == "edges" || n == "full" {
		return nil // nobody came from there before
	}
	for _, l := range c.loot {
		q := l.account.person
		in := func(h hop) bool { return h.Service == "vpn" && h.account == l.account }
		if q == nil || l.account != q.account || p.host == c.machine || slices.ContainsFunc(c.hops, in) {
			continue
		}
		out = append(out, option{p, c.s.world.gateways[0].host, l.account, "vpn", false})
	}
	return out
}

// prefer picks one by what the campaign is after.
func (c *campaign) prefer(list []option) option {
	take := func(fits func(option) bool) bool {
		some := make([]option, 0, len(list))
		for _, o := range list {
			if fits(o) {
				some = append(some, o)
			}
		}
		if len(some) > 0 {
			list = some
		}
		return len(some) > 0
	}
	own := c.cell["credential"] == "own"
	switch c.cell["goal"] {
	case "spread":
		if !own && !c.switched() && c.dice.chance(0.5) {
			take(func(o option) bool { return o.account != c.account })
		}
		take(func(o option) bool { return o.account == c.account })
	default:
		if !own {
			take(func(o option) bool { return o.account != c.start })
		}
		if c.target != nil {
			take(func(o option) bool { return o.to == c.target })
		}
	}
	if c.cell["craft"] == "hub" {
		take(func(o option) bool { return hub(o.from.host) || hub(o.to) })
	}
	if c.cell["stealth"] == "edges" || c.cell["stealth"] == "full" {
		take(func(o option) bool { return c.s.past.leaves[exit{o.from.host, o.account, o.to}] != nil })
	}
	return pick(c.dice, list)
}

// switched tells whether another account than the first was used.
func (c *campaign) switched() bool {
	return slices.ContainsFunc(c.hops, func(h hop) bool { return h.Switched })
}

// stumble is what goes wrong before a move: passwords that are not right, or
// hosts that do not let the account in.
func (c *campaign) stumble(o option) {
	s := c.s
	on := c.sit(o.from)
	if on == nil || o.protocol == "vpn" {
		return
	}
	for range c.dice.number(1, 4) {
		h := o.to
		if c.dice.chance(0.5) {
			if r := s.oneServer(); r != nil {
				h = r
			}
		}
		if s.lost(on, o.account, h) != nil || h == o.from.host {
			continue
		}
		c.failures++
		if h.windows {
			s.refused(on, o.account, o.from.host, h, 3, 0xc000006a, "attack")
		} else {
			name := pick(c.dice, []string{"ubuntu", "centos", "admin"})
			if p := o.account.person; p != nil && c.dice.chance(0.93) {
				name = p.account.name
			}
			s.wrongSSH(on, h, name, "attack", c.dice.number(1, 3))
		}
	}
}
