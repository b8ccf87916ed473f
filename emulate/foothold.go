package emulate

import (
	"fmt"
	"net/netip"
	"slices"
	"time"
)

// A seat is a host on which an intruder can act.
type seat struct {
	host    *host
	since   moment
	desk    func() *session // finds the session of somebody's that they sit in; nil on hosts that they entered
	via     *session        // that brought them there
	implant *session
	worn    map[*account]*session
}

// begin looks for a foothold until there is one.
func (c *campaign) begin() {
	if reason := c.settle(); reason != "" {
		c.lastTried = reason
		c.s.after(c.dice.span(20*time.Minute, 7*time.Hour), c.begin)
		return
	}
	c.lastTried = ""
	c.begun, c.moved = c.s.now, c.s.now
	c.account = c.start
	c.at = c.seats[0]
	c.target = c.aim()
	if c.plan != nil {
		c.s.after(c.dice.span(2*time.Minute, 5*time.Hour), c.follow)
		return
	}
	c.s.after(min(c.dice.span(time.Minute, 9*time.Hour), 3*c.gap+time.Minute), c.next)
}

// wait tries again later, or gives up.
func (c *campaign) wait(reason string, again func()) {
	c.lastTried = reason
	if c.s.now.since(c.moved) > c.patience {
		c.stop(reason)
		return
	}
	c.s.after(c.dice.span(4*time.Minute, max(10*time.Minute, c.patience/6)), again)
}

// aim chooses what a campaign is after.
func (c *campaign) aim() *host {
	if c.cell["goal"] != "target" {
		return nil
	}
	var list []*host
	for _, h := range c.s.world.hosts {
		if h.role == controller || h.role == fileServer || h.system != nil && h.system.grave == 0 && h.gone == 0 {
			list = append(list, h)
		}
	}
	return pick(c.dice, list)
}

// settle takes the foothold that the cell asks for; it returns why it cannot.
func (c *campaign) settle() string {
	switch c.cell["start"] {
	case "server":
		return c.settleOnServer()
	case "vpn":
		return c.settleOutside()
	}
	var fit []*person
	for _, p := range c.s.world.people {
		if c.begins(p) && c.serves(p) {
			fit = append(fit, p)
		}
	}
	if len(fit) == 0 {
		return "nobody fits the start: " + c.cell["start"] + " with " + c.cell["credential"]
	}
	c.sitWith(c.best(fit))
	return ""
}

// begins tells whether a person is where a campaign may start now.
func (c *campaign) begins(p *person) bool {
	s := c.s
	if c.cell["start"] == "terminal" {
		x := s.left[p]
		return x != nil && x.open && !x.parted && x.to.role == terminalServer
	}
	if !p.present || p.place == nil || p.desk == nil || !p.desk.open || p.desk.to != p.place || !p.place.reaches() {
		return false
	}
	technical := p.role >= windowsAdmin && p.role <= security
	switch c.cell["start"] {
	case "admin":
		return technical
	case "joiner":
		return p.hired != 0 && s.now.since(p.hired) < 7*24*time.Hour
	case "vendor":
		return p.role == vendor
	case "branch":
		return p.site.nat.IsValid()
	}
	return p.role != vendor && (!technical || c.cell["credential"] == "adm")
}

// serves tells whether a person has what the credentials of the cell need.
func (c *campaign) serves(p *person) bool {
	switch c.cell["credential"] {
	case "adm":
		return p.admin != nil
	case "token":
		return p.role == developer || p.role >= windowsAdmin && p.role <= security && p.role != networkAdmin && p.role != helpdesk
	}
	return true
}

// best chooses among people by the strategy of the cell, out of a few that
// chance brought along.
func (c *campaign) best(fit []*person) *person {
	list := some(c.dice, fit, 14)
	score := func(p *person) int { return 0 }
	past := c.s.past
	switch c.cell["choice"] {
	case "elevation":
		score = func(p *person) (n int) {
			for _, t := range past.on[c.placeOf(p)] {
				if t.account != p.account && t.account.admin {
					n++
				}
			}
			return n
		}
	case "ambiguous":
		score = func(p *person) int { return len(past.on[c.placeOf(p)]) }
	case "long":
		score = func(p *person) int { return -len(past.out[c.placeOf(p)]) }
	case "quiet":
		score = func(p *person) int { return len(past.out[c.placeOf(p)]) }
	}
	best := list[0]
	for _, p := range list[1:] {
		if score(p) > score(best) {
			best = p
		}
	}
	return best
}

func (c *campaign) placeOf(p *person) *host {
	if x := c.s.left[p]; c.cell["start"] == "terminal" && x != nil {
		return x.to
	}
	return p.place
}

// sitWith gets into what a person has open.
func (c *campaign) sitWith(p *person) {
	s := c.s
	c.victim, c.start = p, p.account
	h := c.placeOf(p)
	terminal := c.cell["start"] == "terminal"
	c.take(&seat{host: h, desk: func() *session {
		x := p.desk
		if terminal {
			x = s.left[p]
		}
		if x == nil || !x.open || x.parted || x.to != h {
			return nil
		}
		return x
	}})
}

func (c *campaign) take(p *seat) {
	p.since, p.worn = c.s.now, map[*account]*session{}
	c.seats = append(c.seats, p)
}

// settleOnServer is a hole in what a server offers: a shell under the account
// of its service.
func (c *campaign) settleOnServer() string {
	if n := c.cell["credential"]; n == "adm" || n == "token" {
		return "nobody who has such credentials sits at a server"
	}
	var list []*host
	for _, h := range c.s.world.hosts {
		if h.role == server && h.system != nil && h.gone == 0 && !h.system.cloud && !h.system.service.off && !h.silent {
			list = append(list, h)
		}
	}
	if len(list) == 0 {
		return "no server offers anything"
	}
	h := list[c.dice.low(len(list))]
	if c.cell["choice"] != "random" {
		for range 9 {
			if o := pick(c.dice, list); len(c.s.past.on[o]) > len(c.s.past.on[h]) {
				h = o
			}
		}
	}
	c.start = h.system.service
	c.take(&seat{host: h})
	return ""
}

// settleOutside comes in with somebody's account and no host of the company's.
func (c *campaign) settleOutside() string {
	var list []*person
	for _, p := range c.s.world.people {
		if p.role != shift && p.role != vendor && p.active(c.s.now) && !p.account.off && c.serves(p) {
			list = append(list, p)
		}
	}
	if len(list) == 0 {
		return "nobody fits the start: vpn with " + c.cell["credential"]
	}
	p := c.best(list)
	c.victim, c.start = p, p.account
	c.take(c.outside(p, nil))
	return ""
}

// outside is a seat at the intruder's own machine, with a tunnel as somebody.
func (c *campaign) outside(p *person, parent *session) *seat {
	h := c.ownMachine(p)
	var on *session
	return &seat{host: h, desk: func() *session {
		if on == nil || !on.open || h.tunnel == nil {
			on = c.dial(p, h, parent)
		}
		return on
	}}
}

// ownMachine makes one. It takes nothing from the company's counters, and
// bears a name as the company's computers do.
func (c *campaign) ownMachine(p *person) *host {
	if c.machine != nil {
		return c.machine
	}
	w := c.s.world
	name := fmt.Sprintf("LT-%05d", 4000+c.dice.IntN(w.computers+1))
	if w.p.logins%2 == 1 {
		name = fmt.Sprintf("BER-NB%04d", 1+c.dice.IntN(w.computers+1))
	}
	c.machine = &host{
		id: c.id + "-outside", name: name, windows: true, role: foreign, site: p.site, born: c.s.now, up: true, online: true,
		silent: true, luid: 0x1a000, pid: 900, mac: [6]byte{0x02, 0x00, 0x5e, 0xff, byte(len(c.s.machines) >> 8), byte(len(c.s.machines))},
		lag: time.Second, names: []naming{{name, c.s.now}},
	}
	c.s.machines = append(c.s.machines, c.machine)
	return c.machine
}

// address is one on the Internet, from where people's hotels are.
func (c *campaign) address() netip.Addr {
	n := c.dice.IntN(c.s.world.outsides + 9)
	return addr4(198, 18+n>>16&1, n>>8&255, n&255)
}

// dial opens a tunnel as a person and sits down behind it; nil when it cannot.
func (c *campaign) dial(p *person, h *host, parent *session) *session {
	s := c.s
	if p.account.off || !p.active(s.now) {
		return nil
	}
	s.leave(h.tunnel)
	t := s.enter(p, h, s.gate(p), c.address(), "attack")
	if t == nil {
		return nil
	}
	x := t.session
	if parent != nil {
		x.parent, x.person, x.parted = parent, parent.person, true
		parent.children = append(parent.children, x)
	}
	s.finishIn(x, c.dice.span(40*time.Minute, 14*time.Hour))
	c.told(x, "vpn", p.account, c.credential(p.account))
	return s.begin(session{
		parent: x, account: &account{name: p.account.name, kind: local}, from: h, to: h, service: implant, why: "attack",
	})
}

// sit is the session from which an intruder acts on a host; nil when there is
// none at the moment.
func (c *campaign) sit(p *seat) *session {
	s, h := c.s, p.host
	if h.gone != 0 || !h.up || p.desk == nil && !h.reaches() {
		return nil
	}
	parent := p.via
	switch {
	case p.desk != nil:
		if parent = p.desk(); parent == nil || !h.reaches() {
			return nil
		}
		if parent.service == implant {
			return parent
		}
	case parent != nil && parent.open && !parent.parted && (parent.service == "rdp" || parent.service == "ssh"):
		return parent
	}
	if x := p.implant; x != nil && x.open && (p.desk == nil || x.parent == parent) {
		return x
	}
	if p.implant != nil && p.desk == nil {
		parent = p.implant // it came back after a restart
	}
	n := session{parent: parent, account: c.start, from: h, to: h, service: implant, why: "attack", parted: p.desk == nil}
	if parent != nil {
		n.account, n.luid, n.forward, n.tickets = parent.account, parent.luid, parent.forward, slices.Clone(parent.tickets)
	}
	p.implant = s.begin(n)
	return p.implant
}

// wear gets a session under a stolen account on a host, as those have who
// take a token or a ticket: nothing is typed.
func (c *campaign) wear(p *seat, on *session, a *account) *session {
	if on.account == a {
		return on
	}
	if x := p.worn[a]; x != nil && x.open && x.parent == on {
		return x
	}
	x := c.s.begin(session{parent: on, account: a, from: p.host, to: p.host, service: implant, why: "attack", luid: on.luid, forward: on.forward})
	p.worn[a] = x
	if a.kind == human && c.credential(a) != "forged" && c.dice.chance(0.7) {
		c.s.ask(x, a, p.host, 0)
	}
	return x
}
