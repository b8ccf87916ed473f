package emulate

import (
	"slices"
	"time"
)

// move goes to a host; nil when nothing came of it.
func (c *campaign) move(o option) *session {
	on := c.sit(o.from)
	if on == nil {
		return nil
	}
	if o.protocol == "vpn" {
		return c.moveOutside(o, on)
	}
	from := c.under(o, on)
	x := c.carry(o, from)
	if x == nil || x.id == 0 {
		return nil
	}
	c.told(x, x.service, o.account, c.credential(o.account))
	h := &c.hops[len(c.hops)-1]
	h.Again = o.again
	c.account, c.moved, c.lastTried = o.account, c.s.now, ""
	p := c.seatOn(o.to)
	if p == nil {
		p = &seat{host: o.to}
		c.take(p)
	}
	if p.desk == nil {
		p.via = x
	}
	c.at = p
	c.hush(o)
	return x
}

// under is the session that a move is made from: that in which the intruder
// sits when the account is its own or will be typed, else one that wears it.
func (c *campaign) under(o option, on *session) *session {
	h := o.from.host
	switch {
	case o.account == on.account || o.protocol == "ssh":
		return on
	case !h.windows || o.protocol == "wmi" || o.account.kind != human || c.cell["craft"] == "socks" || c.credential(o.account) == "forged":
		return c.wear(o.from, on, o.account)
	}
	typing := on.open && (on.service == "rdp" || on.service == implant && o.from.desk != nil)
	switch f := c.dice.Float64(); {
	case !typing || f < 0.35:
		return c.wear(o.from, on, o.account)
	case f < 0.5 && c.s.past.takes > 2 && o.account.kind == human && o.account.rules(h) && h.role != foreign:
		x := c.s.runAs(on, o.account, "attack")
		c.s.finishIn(x, c.dice.span(30*time.Minute, 5*time.Hour))
		return x
	}
	return on
}

// carry makes a move by its protocol, with the functions that everybody has.
func (c *campaign) carry(o option, from *session) *session {
	s, d := c.s, c.dice
	hold := c.length(o.protocol)
	n := call{account: o.account, port: 445, service: "smb", why: "attack", hold: hold, typed: `C:\Windows\explorer.exe`, share: `\\*\C$`, local: `\??\C:\`}
	switch o.protocol {
	case "ssh":
		return c.shell(o, from, hold)
	case "rdp":
		x := s.desktop(from, o.to, o.account, "attack")
		if x.id != 0 {
			if d.chance(0.3) {
				s.after(hold, func() { s.part(x) })
				s.idle(x)
			} else {
				s.finishIn(x, hold)
			}
		}
		return x
	case "winrm":
		n.port, n.service, n.share, n.local = 5985, "winrm", "", ""
		n.typed = `C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe`
	case "wmi":
		n.port, n.service, n.share, n.local = 135, "wmi", "", ""
	default:
		switch {
		case !o.account.rules(o.to):
			n.share, n.local = `\\*\data`, `\??\D:\data`
		case d.chance(0.5):
			n.share, n.local = `\\*\ADMIN$`, `\??\C:\Windows`
		}
	}
	x := s.network(from, o.to, n)
	if o.protocol == "smb" && x.id != 0 && o.account.rules(o.to) && d.chance(0.6) { // under the name that the company's own programs have
		s.install(x, "ccmsetup", `C:\Windows\ccmsetup\ccmsetup.exe /runservice`)
	}
	return x
}

// length is how long a session lasts: a task over SMB, WinRM or WMI is over
// soon, somebody at a desktop stays.
func (c *campaign) length(protocol string) time.Duration {
	switch protocol {
	case "wmi":
		return c.dice.span(800*ms, 3*time.Minute)
	case "winrm":
		return c.dice.span(2*time.Second, time.Hour)
	case "smb":
		return c.dice.span(3*time.Second, 40*time.Minute)
	case "ssh":
		return c.dice.span(40*time.Second, 4*time.Hour)
	}
	return c.dice.span(3*time.Minute, 5*time.Hour)
}

func (c *campaign) shell(o option, from *session, hold time.Duration) *session {
	s, d := c.s, c.dice
	w := way{account: o.account, method: "publickey", why: "attack", forward: d.chance(0.3), brief: d.chance(0.35)}
	switch f := d.Float64(); {
	case o.account.kind != human:
		w.brief = true
	case o.to.role == bastion && f < 0.4:
		w.method = "keyboard-interactive/pam"
	case f < 0.25 && o.to.role != bastion:
		w.method = "password"
	case f < 0.35 && o.to.role != bastion:
		w.method = "gssapi-with-mic"
	}
	x := s.ssh(from, o.to, w)
	if x.id == 0 {
		return x
	}
	if p := o.account.person; p != nil && p.role == linuxAdmin && !w.brief {
		s.busy(x, 25*time.Minute, 0.5)
	}
	if w.brief {
		hold = d.span(400*ms, 4*time.Minute)
	}
	s.finishIn(x, hold)
	return x
}

// moveOutside leaves and comes back over the VPN with what was stolen.
func (c *campaign) moveOutside(o option, on *session) *session {
	p := c.outside(o.account.person, on)
	before := len(c.hops)
	if p.desk() == nil || len(c.hops) == before {
		return nil
	}
	c.account, c.moved = o.account, c.s.now
	first := c.seats[0].host == c.machine
	c.seats = slices.DeleteFunc(c.seats, func(q *seat) bool { return q.host == c.machine }) // there is one tunnel only
	c.take(p)
	if first {
		c.seats = slices.Insert(c.seats[:len(c.seats)-1], 0, p)
	}
	c.at = p
	return p.desk()
}

// told notes a hop.
func (c *campaign) told(x *session, service string, a *account, how string) {
	past := c.s.past
	h := hop{
		Hop: len(c.hops) + 1, Time: x.began.utc(), From: x.from.id, To: x.to.id, Account: a.String(), Service: service, Session: x.id, Credential: how,
		Switched: c.account != nil && a != c.account, Logged: !x.to.silent && x.to.muted == 0, account: a,
	}
	if x.parent != nil {
		h.Parent = x.parent.id
	}
	h.NewPair = past.pairs[pair{x.from, x.to}] == 0
	h.NewAccount = past.ways[passage{a, x.to}] == 0
	h.NewPerson = x.person == nil || past.met[meeting{x.person, x.to}] == 0
	c.hops = append(c.hops, h)
}

// hush stops a host's records, where the intruder may.
func (c *campaign) hush(o option) {
	if c.cell["craft"] != "silence" || !c.dice.chance(c.quieting) || o.to.silent {
		return
	}
	if o.to.windows && !o.account.rules(o.to) {
		return
	}
	wait := c.dice.span(time.Second, 20*time.Minute)
	c.s.after(wait, func() {
		if o.to.muted == 0 {
			o.to.muted = c.s.now
			c.silenced = append(c.silenced, o.to.id)
		}
	})
}

// nextInCloud goes on with a token of the cloud's: the console as the victim,
// terminals on instances, another role in the other account.
func (c *campaign) nextInCloud() {
	s, d := c.s, c.dice
	p := c.victim
	if last := s.past.ways[passage{p.account, s.world.saas}]; last == 0 || last < s.now.add(-c.window) {
		c.wait("no credential of the kind was to be had", c.next)
		return
	}
	on := c.sit(c.seats[0])
	if on == nil {
		c.wait("nowhere to go on from", c.next)
		return
	}
	c.steal(p.account, "token", c.seats[0].host)
	h, ip := c.seats[0].host, s.public(p, c.seats[0].host)
	if c.cell["craft"] != "socks" && c.machine == nil { // the token is used elsewhere
		h = c.ownMachine(p)
		ip = c.address()
	}
	cloud := s.world.cloud[d.IntN(len(s.world.cloud))]
	t := s.consoleAt(on, p, h, cloud, ip, "attack")
	c.told(t.session, "cloud", p.account, "token")
	if d.chance(0.4) {
		x := s.takeRole(t.session, s.world.cloud[0], h, ip) // with a key that lay about
		c.told(x, "cloud", x.account, "token")
	}
	if len(cloud.instances) > 0 {
		for _, to := range some(d, cloud.instances, d.number(1, 3)) {
			x := s.shell(t, to, "attack")
			c.told(x, "ssm", p.account, "token")
			t.delay += d.span(20*time.Second, 15*time.Minute)
		}
	}
	c.moved = s.now
	if c.done() {
		c.stop("")
		return
	}
	s.after(c.pause(), c.next)
}
