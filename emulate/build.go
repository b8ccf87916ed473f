package emulate

import (
	"fmt"
	"strings"
	"time"
)

// siteKinds are the places that a company may have, in the order in which it
// gets them; share is that of the people.
var siteKinds = []struct {
	code, zone string
	share      float64
	shifts     bool
	nat        bool
	large      bool // only the larger company has it
}{
	{"ber", "Europe/Berlin", 0.42, false, false, false},
	{"nyc", "America/New_York", 0.22, false, false, false},
	{"plt", "Europe/Berlin", 0.20, true, false, false},
	{"lis", "Europe/Lisbon", 0.06, false, true, false},
	{"sin", "Asia/Singapore", 0.07, false, false, true},
	{"ham", "Europe/Berlin", 0.03, false, true, true},
}

// roleShares say how many do what, by share of a hundred people.
var roleShares = []struct {
	role  role
	share float64
	team  int // people in a team
}{
	{office, 0.21, 11},
	{sales, 0.17, 10},
	{finance, 0.08, 8},
	{shift, 0.15, 14},
	{support, 0.08, 12},
	{developer, 0.17, 8},
	{windowsAdmin, 0.022, 6},
	{linuxAdmin, 0.022, 6},
	{helpdesk, 0.02, 7},
	{networkAdmin, 0.008, 4},
	{databaseAdmin, 0.01, 5},
	{security, 0.008, 5},
	{vendor, 0.03, 4},
}

// build makes the company as it is on its first day.
func (s *sim) build(people int) {
	w := s.world
	w.buildSites(s, people)
	w.buildServices(s)
	w.buildSystems(int(float64(people) * w.dice.between(1.35, 1.65)))
	w.buildTeams(s, people)
	w.assign()
	for _, h := range w.hosts {
		s.collector(h)
	}
}

func (w *world) buildSites(s *sim, people int) {
	for i, k := range siteKinds {
		if k.large && people < 1000 {
			continue
		}
		n := len(w.sites)
		g := &site{code: k.code, zone: w.zone(k.zone), number: n, main: i == 0, shifts: k.shifts}
		base := 16 + 16*n
		g.servers = newNetwork(k.code+" servers", fmt.Sprintf("10.%d.0.0/18", base), g, "internal")
		floors := 1 + int(k.share*float64(people))/180
		for f := range floors {
			v := newNetwork(fmt.Sprintf("%s floor %d", k.code, f+1), fmt.Sprintf("10.%d.%d.0/23", base, 64+2*f), g, "internal")
			v.pool(20, 8+min(470, int(k.share*float64(people)*w.dice.between(0.5, 1.1))/floors), w.p.wiredLease)
			g.wired = append(g.wired, v)
		}
		g.wifi = newNetwork(k.code+" wireless", fmt.Sprintf("10.%d.128.0/19", base), g, "internal")
		g.wifi.pool(20, 20+int(k.share*float64(people)*w.dice.between(0.7, 1.2)), w.p.wifiLease)
		g.egress = addr4(192, 0, 2, 10+n)
		if k.nat {
			g.nat = addr4(10, 16, 63, 200+n)
		}
		g.sensor = g.main || w.dice.chance(w.p.sensor)
		w.sites = append(w.sites, g)
		w.fitOut(s, g, people, k.share)
	}
}

// fitOut gives a site its servers: controllers, files, DHCP, sensor, collectors.
func (w *world) fitOut(s *sim, g *site, people int, share float64) {
	controllers := 1
	if g.main {
		controllers = 2 + people/1500
	} else if g.nat.IsValid() {
		controllers = 0
	}
	for i := range controllers {
		g.controllers = append(g.controllers, w.newServer(fmt.Sprintf("%s-DC%02d", strings.ToUpper(g.code), i+1), true, controller, g))
	}
	for i := range 1 + int(share*float64(people))/150 {
		g.files = append(g.files, sound(w.newServer(fmt.Sprintf("%s-FS%02d", strings.ToUpper(g.code), i+1), true, fileServer, g)))
	}
	if g.number%3 == 1 {
		g.dhcp = sound(w.newServer(strings.ToUpper(g.code)+"-DHCP01", true, server, g))
	} else {
		g.dhcp = sound(w.newServer(g.code+"-dhcp01", false, server, g))
	}
	g.tap = sound(w.newServer(g.code+"-tap01", false, server, g))
	if g.shifts {
		for i := range 4 + people/60 {
			g.kiosks = append(g.kiosks, w.newHost(fmt.Sprintf("%s-KIOSK%02d", strings.ToUpper(g.code), i+1), true, kiosk, g))
		}
	}
	s.siteSources(g)
}

// sound takes the faults from a host on which too much depends.
func sound(h *host) *host {
	h.silent, h.skew = false, 0
	return h
}

func (w *world) buildServices(s *sim) {
	main := w.sites[0]
	w.saas = sound(w.newHost("identity-provider", false, foreign, main))
	w.root = &account{name: "root", uid: 0, kind: local, key: w.fingerprint()}
	w.gitAccount = &account{name: "git", uid: 998, kind: service, key: w.fingerprint()}
	for _, a := range []struct {
		to    **account
		name  string
		admin bool
	}{
		{&w.backupAccount, "svc-backup", true},
		{&w.scanAccount, "svc-vulnscan", true},
		{&w.deployAccount, "deploy", true},
		{&w.ansible, "ansible", false},
		{&w.monitorAccount, "svc-monitor", true},
		{&w.glass, "break-glass", true},
		{&w.sync, "svc-adsync", false},
		{&w.patchAccount, "svc-cm", true},
	} {
		*a.to = w.newAccount(a.name, service)
		(*a.to).admin = a.admin
	}
	for _, a := range []struct {
		to      **host
		name    string
		windows bool
	}{
		{&w.backup, "BER-BACKUP01", true},
		{&w.scanner, "ber-scan01", false},
		{&w.config, "ber-ansible01", false},
		{&w.monitor, "BER-MON01", true},
		{&w.deploy, "BER-CM01", true},
	} {
		*a.to = sound(w.newServer(a.name, a.windows, server, main))
	}
	for i := range 2 {
		w.git = append(w.git, w.newServer(fmt.Sprintf("ber-git%02d", i+1), false, server, main))
		w.runners = append(w.runners, w.newServer(fmt.Sprintf("ber-ci%02d", i+1), false, server, main))
	}
	for _, g := range w.sites[:2] {
		w.bastions = append(w.bastions, sound(w.newServer(g.code+"-jump01", false, bastion, g)))
		w.jumps = append(w.jumps, sound(w.newServer(strings.ToUpper(g.code)+"-JMP01", true, bastion, g)))
		for i := range 2 {
			w.terminals = append(w.terminals, w.newServer(fmt.Sprintf("%s-RDS%02d", strings.ToUpper(g.code), i+1), true, terminalServer, g))
		}
	}
	for i, g := range w.sites[:2] {
		w.gateways = append(w.gateways, w.newGateway(s, i, g))
	}
	for i, name := range []string{"production", "development"} {
		c := &cloudAccount{number: []string{"111122223333", "444455556666"}[i], name: name, role: []string{"Operator", "PowerUser"}[i], host: w.saas}
		c.net = newNetwork("cloud "+name, fmt.Sprintf("172.%d.0.0/16", 30+i), main, "internal")
		s.cloudSource(c)
		w.cloud = append(w.cloud, c)
	}
}

func (w *world) newGateway(s *sim, i int, g *site) *gateway {
	gw := &gateway{host: sound(w.newServer(fmt.Sprintf("%s-vpn%02d", g.code, i+1), false, server, g)), product: (w.p.vpn + i) % 3}
	gw.public = addr4(203, 0, 113, 10+i)
	gw.pool = newNetwork(fmt.Sprintf("VPN %d", i+1), fmt.Sprintf("10.%d.0.0/20", 200+i), g, "vpn")
	gw.pool.pool(10, 4000, 0)
	gw.pool.anew = gw.product != 2 // OpenVPN remembers what it gave
	if gw.product == 0 {
		gw.log = s.source("vpn/"+gw.host.name+"/{2006-01-02}.log", plain)
	}
	return gw
}

// buildSystems makes what the company runs, up to a number of hosts.
func (w *world) buildSystems(hosts int) {
	for n := 0; hosts > 0; n++ {
		name := systemNames[n%len(systemNames)]
		if n >= len(systemNames) {
			name += fmt.Sprint(n/len(systemNames) + 1)
		}
		y := &system{name: name, windows: w.dice.chance(w.p.windows), grave: 1 + w.dice.IntN(2), shared: w.dice.chance(0.5), deploys: w.dice.ExpFloat64() * 0.25}
		if w.dice.chance(0.12) {
			y.grave = 0
		}
		g := w.sites[w.dice.low(min(len(w.sites), 3))]
		y.cloud = !y.windows && w.dice.chance(w.p.clouded)
		count := 1 + int(w.dice.ExpFloat64()*5.5)
		for i := range min(count, hosts, 40) {
			w.newSystemHost(y, g, i)
		}
		y.service = w.newAccount("svc-"+name, service)
		w.systems = append(w.systems, y)
		hosts -= count
	}
}

func (w *world) newSystemHost(y *system, g *site, i int) *host {
	kind := []string{"a", "d", "w", "t"}[min(3, w.dice.low(5))]
	name := fmt.Sprintf("%s-%s%s%02d", g.code, y.name[:min(len(y.name), 9)], kind, i+1)
	if y.windows {
		name = strings.ToUpper(name[:min(len(name), 15)])
	}
	for n := 2; w.hostNamed(name); n++ {
		name = fmt.Sprintf("%s-%s%s%02d", g.code, y.name[:min(len(y.name), 6)], kind, i+n*10)
		if y.windows {
			name = strings.ToUpper(name)
		}
	}
	w.named[strings.ToLower(name)] = true
	h := w.newServer(name, y.windows, server, g)
	h.system = y
	if y.cloud {
		c := w.cloud[w.dice.IntN(len(w.cloud))]
		c.instances = append(c.instances, h)
		h.addr = c.net.fixed()
	}
	y.hosts = append(y.hosts, h)
	return h
}

func (w *world) hostNamed(name string) bool { return w.named[strings.ToLower(name)] }

func (w *world) buildTeams(s *sim, people int) {
	for _, r := range roleShares {
		left := max(2, int(r.share*float64(people)+0.5))
		for left > 0 {
			n := min(left, max(2, r.team+w.dice.number(-3, 3)))
			if left-n < 2 {
				n = left
			}
			g := w.siteFor(r.role)
			t := &team{name: fmt.Sprintf("%s-%s-%d", r.role, g.code, len(w.teams)+1), role: r.role, site: g, through: w.dice.chance(w.p.jumping)}
			t.share = pick(w.dice, g.files)
			w.teams = append(w.teams, t)
			for range n {
				w.hire(s, t, w.first)
			}
			left -= n
		}
	}
}

func (w *world) siteFor(r role) *site {
	switch r {
	case shift:
		return w.sites[2]
	case windowsAdmin, linuxAdmin, databaseAdmin, security, networkAdmin:
		return w.sites[w.dice.low(2)]
	}
	f := w.dice.Float64() * 0.97
	for i, g := range w.sites {
		if share := siteKinds[i].share; f < share {
			return g
		} else {
			f -= share
		}
	}
	return w.sites[0]
}

// hire makes a person with accounts and a computer.
func (w *world) hire(s *sim, t *team, from moment) *person {
	d := w.dice
	p := &person{
		id: fmt.Sprintf("p%04d", len(w.people)+1), given: pick(d, givenNames), family: pick(d, familyNames),
		role: t.role, team: t, site: t.site, hired: from, sleeper: d.chance(w.p.sleepers), roams: d.chance(0.45), powerful: d.chance(w.p.powerful),
		home: d.Float64() * 2 * w.p.homework, weekends: d.ExpFloat64() * 0.03, habit: d.IntN(3),
	}
	p.starts = 8*time.Hour + time.Duration(d.NormFloat64()*50)*time.Minute
	p.hours = 8*time.Hour + time.Duration(d.NormFloat64()*40)*time.Minute
	p.account = w.newAccount(w.logins.login(p.given, p.family), human)
	p.account.person = p
	p.outside, p.phone = w.newOutside(), w.newOutside()
	if from == w.first {
		p.hired = 0 // was always there
	}
	p.nextWord = from.add(time.Duration(d.Float64() * float64(w.p.passwordAge)))
	switch t.role {
	case windowsAdmin, helpdesk, databaseAdmin, security:
		p.admin = w.newAccount("adm-"+p.account.name, human)
		p.admin.person, p.admin.admin = p, true
		if t.role == windowsAdmin && d.chance(0.4) {
			p.domain = w.newAccount("da-"+p.account.name, human)
			p.domain.person, p.domain.admin = p, true
		}
	case developer, linuxAdmin, networkAdmin:
		if w.p.personal {
			p.admin = w.newAccount("adm-"+p.account.name, human)
			p.admin.person, p.admin.admin = p, true
		}
	case shift:
		p.home = 0
	case vendor:
		p.home = 1
	}
	if t.role != shift {
		p.place = w.newComputer(p)
		s.collector(p.place)
	}
	t.members = append(t.members, p)
	w.people = append(w.people, p)
	return p
}

func (w *world) newComputer(p *person) *host {
	w.computers++
	if p.role == vendor {
		h := w.newHost(fmt.Sprintf("ext-%s", p.account.name), true, foreign, p.site)
		h.owner = p
		return h
	}
	name := fmt.Sprintf("LT-%05d", 4000+w.computers)
	if w.p.logins%2 == 1 {
		name = fmt.Sprintf("%s-NB%04d", strings.ToUpper(p.site.code), w.computers)
	}
	h := w.newHost(name, true, workstation, p.site)
	h.owner = p
	if (p.role == developer || p.role == linuxAdmin) && w.dice.chance(w.p.unixDesks) {
		h.windows, h.machine = false, nil
		h.name, h.id = strings.ToLower(name), strings.ToLower(name)
		h.names[0].name = h.name
	}
	return h
}

// assign gives systems to teams, and people their part of them.
func (w *world) assign() {
	var dev, win, lin, dba []*team
	for _, t := range w.teams {
		switch t.role {
		case developer:
			dev = append(dev, t)
		case windowsAdmin:
			win = append(win, t)
		case linuxAdmin:
			lin = append(lin, t)
		case databaseAdmin:
			dba = append(dba, t)
		}
	}
	for _, y := range w.systems {
		switch {
		case w.dice.chance(0.45):
			y.owner = pick(w.dice, dev)
		case w.dice.chance(0.12):
			y.owner = pick(w.dice, dba)
		case y.windows:
			y.owner = pick(w.dice, win)
		default:
			y.owner = pick(w.dice, lin)
		}
		y.owner.systems = append(y.owner.systems, y)
	}
	for _, p := range w.people {
		w.introduce(p)
	}
}

// introduce gives a person the hosts that the job is about.
func (w *world) introduce(p *person) {
	if len(p.team.systems) == 0 || !p.role.technical() {
		if p.role == vendor {
			p.team.systems = append(p.team.systems, pick(w.dice, w.systems))
			p.projects = append(p.projects, p.team.systems[0].hosts...)
		}
		return
	}
	for range w.dice.number(1, 3) {
		y := pick(w.dice, p.team.systems)
		p.projects = append(p.projects, some(w.dice, y.hosts, w.dice.number(1, 4))...)
	}
}
