package emulate

import (
	"slices"
	"strings"
	"time"
)

// A scenario is a campaign whose steps are written down, over roles of hosts
// and accounts, so that it can be played in any company.
type scenario struct {
	name  string
	start string
	craft string
	quiet float64 // share of hosts on which logs are stopped
	steps []stage
}

// A stage is one step: a credential that is taken, or a kind of move.
type stage struct {
	get      string // a credential; "" for a move
	to       string // what hosts
	over     string // protocols, any of which will do
	as       string // whose account
	from     string // "" for where the last move led, foothold, or base: where the step began
	least    int    // how many moves
	most     int
	soonest  time.Duration // between moves
	latest   time.Duration
	optional bool // when nothing comes of it, the next one follows
}

// scenarios are after what is published of groups and exercises; the sources
// stand in docs/emulate.md.
var scenarios = []scenario{
	{name: "wizard-spider", start: "client", craft: "chain", steps: []stage{
		{get: "kerberoast", soonest: 10 * time.Minute, latest: 7 * time.Hour},
		{to: "controller", over: "smb", as: "service", least: 1, most: 2, soonest: 2 * time.Minute, latest: 3 * time.Hour},
		{get: "domain", soonest: 3 * time.Minute, latest: 2 * time.Hour},
		{to: "store", over: "rdp", as: "domain", least: 1, most: 3, soonest: 4 * time.Minute, latest: 90 * time.Minute},
		{to: "windows", over: "winrm wmi", as: "domain", from: "base", least: 1, most: 4, soonest: 30 * time.Second, latest: 40 * time.Minute, optional: true},
		{to: "any-windows", over: "smb rdp", as: "domain", from: "base", least: 6, most: 25, soonest: 3 * time.Second, latest: 4 * time.Minute},
	}},
	{name: "aquatic-panda", start: "server", craft: "silence", quiet: 0.4, steps: []stage{
		{to: "system", over: "ssh smb", as: "first", least: 1, most: 2, soonest: 20 * time.Minute, latest: 9 * time.Hour, optional: true},
		{get: "cached", soonest: 15 * time.Minute, latest: 20 * time.Hour},
		{to: "server", over: "rdp ssh", as: "cached", least: 1, most: 3, soonest: 30 * time.Minute, latest: 40 * time.Hour},
		{get: "cached", soonest: 10 * time.Minute, latest: 5 * time.Hour, optional: true},
		{to: "windows", over: "wmi smb", as: "cached", least: 1, most: 3, soonest: 5 * time.Minute, latest: 15 * time.Hour, optional: true},
		{to: "unix", over: "ssh", as: "cached", least: 1, most: 3, soonest: 10 * time.Minute, latest: 15 * time.Hour, optional: true},
	}},
	{name: "ember-bear", start: "server", craft: "socks", steps: []stage{
		{get: "service", soonest: 5 * time.Minute, latest: 6 * time.Hour},
		{to: "windows", over: "wmi smb", as: "service", from: "foothold", least: 1, most: 4, soonest: time.Minute, latest: 5 * time.Hour, optional: true},
		{get: "cached", soonest: 10 * time.Minute, latest: 12 * time.Hour},
		{over: "vpn", as: "cached", least: 1, most: 1, soonest: 2 * time.Hour, latest: 60 * time.Hour},
		{to: "server", over: "rdp ssh", as: "cached", least: 1, most: 3, soonest: 3 * time.Minute, latest: 9 * time.Hour},
		{to: "store", over: "smb rdp", as: "service", from: "foothold", least: 1, most: 2, soonest: 10 * time.Minute, latest: 9 * time.Hour, optional: true},
	}},
	{name: "optc-day1", start: "client", craft: "chain", steps: []stage{
		{get: "kerberoast", soonest: 10 * time.Minute, latest: 50 * time.Minute},
		{to: "station", over: "winrm smb", as: "service", least: 2, most: 2, soonest: 8 * time.Minute, latest: 70 * time.Minute},
		{to: "controller", over: "smb wmi", as: "service", least: 1, most: 1, soonest: 8 * time.Minute, latest: 70 * time.Minute},
		{to: "station", over: "winrm smb", as: "service", from: "base", least: 6, most: 14, soonest: 5 * time.Second, latest: 6 * time.Minute},
	}},
	{name: "lanl-star", start: "client", craft: "socks", steps: []stage{
		{get: "people", soonest: 10 * time.Minute, latest: 9 * time.Hour},
		{to: "any", over: "rdp ssh smb winrm", as: "cached", from: "foothold", least: 10, most: 50, soonest: 20 * time.Second, latest: 11 * time.Hour},
	}},
	{name: "vpn-script", start: "vpn", craft: "chain", steps: []stage{
		{to: "hub", over: "rdp ssh", as: "first", least: 1, most: 1, soonest: 4 * time.Minute, latest: 5 * time.Hour, optional: true},
		{get: "kerberoast", soonest: 10 * time.Minute, latest: 9 * time.Hour}, // in a script on a share
		{to: "windows", over: "winrm rdp", as: "service", least: 1, most: 4, soonest: 3 * time.Minute, latest: 3 * time.Hour},
		{to: "controller", over: "rdp smb", as: "service", least: 1, most: 1, soonest: 3 * time.Minute, latest: 3 * time.Hour},
	}},
}

// Scenarios names them all.
func Scenarios() []string {
	names := make([]string, len(scenarios))
	for i, p := range scenarios {
		names[i] = p.name
	}
	return names
}

func scenarioNamed(name string) *scenario {
	i := slices.IndexFunc(scenarios, func(p scenario) bool { return p.name == name })
	return &scenarios[i]
}

// cell is what a scenario is in terms of the axes.
func (p *scenario) cell() Cell {
	return Cell{
		"goal": "spread", "stealth": "none", "choice": "ambiguous", "start": p.start, "gap": "hours", "credential": "cached",
		"rule": "any", "knowledge": "permissions", "craft": p.craft, "protocol": "any",
	}
}

// follow does what the plan says next.
func (c *campaign) follow() {
	switch {
	case c.over:
	case c.step >= len(c.plan.steps):
		c.reached = true
		c.stop("")
	default:
		g := &c.plan.steps[c.step]
		if c.left == 0 {
			c.base = c.at
			c.left = c.dice.number(max(g.least, 1), max(g.most, 1))
		}
		if reason := c.perform(g); reason != "" {
			c.fail(g, reason)
			return
		}
		c.moved, c.lastTried = c.s.now, ""
		if c.made++; c.made == c.left {
			c.step, c.left, c.made = c.step+1, 0, 0
		}
		if c.step < len(c.plan.steps) {
			g = &c.plan.steps[c.step]
		}
		c.s.after(c.ready(c.dice.span(g.soonest, g.latest)), c.follow)
	}
}

// fail tries again later, goes on without, or gives up.
func (c *campaign) fail(g *stage, reason string) {
	enough := c.made >= max(g.least, 1)
	switch {
	case !enough && !g.optional:
		c.wait(reason, c.follow)
	case enough || c.s.now.since(c.moved) > c.patience/5:
		c.step, c.left, c.made, c.moved = c.step+1, 0, 0, c.s.now
		c.s.after(c.dice.span(time.Minute, time.Hour), c.follow)
	default:
		c.s.after(c.dice.span(10*time.Minute, 3*time.Hour), c.follow)
	}
}

// perform does a stage once; it returns why it could not.
func (c *campaign) perform(g *stage) string {
	if g.get != "" {
		return c.obtain(g.get)
	}
	from := c.at
	switch g.from {
	case "foothold":
		from = c.seats[0]
	case "base":
		from = c.base
	}
	if c.sit(from) == nil {
		return "nowhere to go on from"
	}
	if g.over == "vpn" {
		return c.comeBack(from)
	}
	var list []option
	for _, h := range c.s.world.hosts {
		if !c.meant(g.to, h) || h == from.host || !h.reaches() || c.seatOn(h) != nil {
			continue
		}
		for _, a := range c.accountsAs(g.as) {
			if !c.s.enters(a, h) {
				continue
			}
			for _, over := range c.ways(h, a) {
				if strings.Contains(g.over, over) {
					list = append(list, option{from, h, a, over, false})
				}
			}
		}
	}
	if len(list) == 0 {
		return "no " + g.to + " to go to as " + g.as
	}
	if c.move(pick(c.dice, list)) == nil {
		return "the host was not there"
	}
	return ""
}

// meant tells whether a host is of the kind that a stage is about.
func (c *campaign) meant(kind string, h *host) bool {
	w := c.s.world
	switch kind {
	case "controller":
		return h.role == controller
	case "store":
		return h.role == fileServer || h == w.backup
	case "station":
		return h.role == workstation && h.windows
	case "hub":
		return hub(h)
	case "system":
		return h.system != nil && h.system == c.seats[0].host.system
	case "windows":
		return h.windows && h.role == server
	case "unix":
		return !h.windows && h.role == server
	case "server":
		return h.role == server
	case "any-windows":
		return h.windows && (h.role == server || h.role == workstation || h.role == kiosk)
	}
	return h.role != foreign
}

// accountsAs lists the accounts that a stage may use.
func (c *campaign) accountsAs(kind string) []*account {
	if kind == "first" {
		return []*account{c.start}
	}
	var list []*account
	for _, l := range c.loot {
		if l.how == kind && !l.account.off {
			list = append(list, l.account)
		}
	}
	return list
}

// obtain takes a credential.
func (c *campaign) obtain(kind string) string {
	w, before := c.s.world, len(c.loot)
	switch kind {
	case "kerberoast": // a service's password, out of a ticket, a policy or a script
		c.steal(pick(c.dice, []*account{w.backupAccount, w.scanAccount, w.monitorAccount, w.patchAccount}), "service", nil)
	case "service": // what the foothold runs under, and others that run there
		for _, t := range c.s.past.on[c.seats[0].host] {
			if t.account.kind == service && t.account != w.gitAccount && t.account != c.start {
				c.steal(t.account, "service", c.seats[0].host)
			}
		}
		if len(c.loot) == before { // its own, on other hosts
			c.how[c.start] = "service"
			c.loot = append(c.loot, &loot{c.start, "service", c.seats[0].host})
		}
	case "domain": // the directory's own database
		for _, p := range w.people {
			if a := p.domain; a != nil && p.active(c.s.now) {
				c.steal(a, "domain", nil)
			}
		}
		if len(c.loot) == before && len(c.loot) > 0 {
			c.loot = append(c.loot, &loot{c.loot[0].account, "domain", nil})
		}
	case "people":
		for _, p := range some(c.dice, w.people, 60) {
			if p.active(c.s.now) && p != c.victim {
				c.steal(p.account, "cached", nil)
				if p.admin != nil {
					c.steal(p.admin, "cached", nil)
				}
			}
		}
	case "cached":
		for _, p := range c.seats {
			for _, t := range c.s.past.on[p.host] {
				if t.account.person != nil && c.exposed("cached", p, t) {
					c.steal(t.account, "cached", p.host)
				}
			}
		}
	}
	if len(c.loot) == before {
		return "no credential of the kind was to be had"
	}
	return ""
}

// comeBack enters over the VPN as somebody whose account was stolen.
func (c *campaign) comeBack(from *seat) string {
	for _, o := range c.tunnels(from) {
		if p := o.account.person; p.active(c.s.now) && c.move(o) != nil {
			return ""
		}
	}
	return "nobody's account was to be had for the VPN"
}
