package emulate

import (
	"time"
)

// A job is work on a host that a ticket, a project or an incident brings.
type job struct {
	host   *host
	why    string
	visits int
}

// useSystem works on a host in one's care: first what tickets ask for, then
// the projects, then whatever the team has.
func (s *sim) useSystem(p *person) {
	if q := s.jobs[p]; len(q) > 0 {
		j := &q[0]
		h, why := j.host, j.why
		if j.visits--; j.visits <= 0 {
			s.jobs[p] = q[1:]
		}
		s.visit(p, h, why)
		return
	}
	switch {
	case p.domain != nil && s.dice.chance(0.06):
		s.visitWindows(p, s.near(p.site), "care")
	case len(p.projects) > 0 && s.dice.chance(0.75):
		s.visit(p, p.projects[s.dice.low(len(p.projects))], "project")
	case len(p.team.systems) > 0:
		s.visit(p, pick(s.dice, pick(s.dice, p.team.systems).hosts), "care")
	}
}

// visit goes to a host by the way that one takes there.
func (s *sim) visit(p *person, h *host, why string) {
	if h.gone != 0 || p.desk == nil || !p.desk.open {
		return
	}
	if h.windows {
		s.visitWindows(p, h, why)
		return
	}
	s.visitUnix(p, h, why)
}

func (s *sim) visitUnix(p *person, h *host, why string) {
	from := p.desk
	through := p.team.through || p.role == vendor || h.system != nil && h.system.cloud
	if p.role == developer && s.dice.chance(s.p.direct) && h.system != nil && !h.system.cloud {
		through = false
	}
	forward := s.dice.chance(0.45)
	method := "publickey"
	switch f := s.dice.Float64(); {
	case f < 0.12:
		method = "password"
	case f < 0.22:
		method = "gssapi-with-mic"
	}
	if through {
		from = s.bastion(p, from, forward)
	}
	s.after(s.dice.span(3*time.Second, 90*time.Second), func() {
		if !from.open || h.gone != 0 {
			return
		}
		if s.dice.chance(0.02) { // a name that is not known there
			s.wrongSSH(from, h, pick(s.dice, []string{p.account.name + "1", "ubuntu", "centos", "admin"}), "mistake", s.dice.number(1, 3))
		}
		x := s.ssh(from, h, way{account: p.account, method: method, forward: forward, why: why})
		s.terminalWork(p, x)
		if why == "mistake" {
			s.finishIn(x, s.dice.span(5*time.Second, time.Minute))
			return
		}
		s.onwards(p, x, h, why)
	})
}

// terminalWork is what happens in a shell: commands, maybe a tmux that lives on.
func (s *sim) terminalWork(p *person, x *session) {
	root := 0.0
	switch y := x.to.system; {
	case p.role == linuxAdmin:
		root = 0.7
	case y != nil && y.owner == p.team && y.shared:
		root = 0.35
	case s.dice.chance(0.02):
		s.deniedSudo(x)
	}
	s.busy(x, 25*time.Minute, root)
	if s.dice.chance(0.04) {
		x.parted = true
		s.finishIn(x, s.dice.span(10*time.Hour, 25*24*time.Hour))
		return
	}
	s.finishIn(x, s.dice.span(time.Minute, 6*time.Hour))
}

// bastion finds the session on the bastion that is open, or opens one.
func (s *sim) bastion(p *person, from *session, forward bool) *session {
	for _, c := range from.children {
		if c.to.role == bastion && c.service == "ssh" && c.open && s.dice.chance(0.6) {
			return c
		}
	}
	to := s.world.bastions[0]
	if p.site.number == 1 {
		to = s.world.bastions[1]
	}
	method := "keyboard-interactive/pam"
	if s.dice.chance(0.6) {
		method = "publickey"
	}
	x := s.ssh(from, to, way{account: p.account, method: method, forward: forward, why: "bastion"})
	s.finishIn(x, s.dice.span(20*time.Minute, 9*time.Hour))
	return x
}

// onwards goes from one host of a system to the next, and to the next.
func (s *sim) onwards(p *person, x *session, h *host, why string) {
	if h.system == nil || len(h.system.hosts) < 2 || !s.dice.chance(s.p.onward) {
		return
	}
	s.after(s.dice.span(40*time.Second, 50*time.Minute), func() {
		to := pick(s.dice, h.system.hosts)
		if s.p.mesh > 0 && s.dice.chance(s.p.mesh) {
			if y := pick(s.dice, s.world.systems); len(y.hosts) > 0 && !y.cloud {
				to = pick(s.dice, y.hosts)
			}
		}
		if !x.open || to == h || to.windows || to.gone != 0 {
			return
		}
		a, method := p.account, "publickey"
		if s.dice.chance(s.p.asRoot) {
			a = s.world.root
		}
		if !x.forward && s.dice.chance(0.3) {
			method = "password"
		}
		y := s.ssh(x, to, way{account: a, method: method, forward: x.forward, why: why})
		s.finishIn(y, s.dice.span(time.Minute, 2*time.Hour+7*time.Minute))
		s.onwards(p, y, to, why)
	})
}

func (s *sim) visitWindows(p *person, h *host, why string) {
	a := p.account
	if p.admin != nil && s.dice.chance(s.p.admins) {
		a = p.admin
	}
	if h.role == controller {
		if p.domain == nil {
			return
		}
		a = p.domain
	}
	if (p.role == developer || p.role == linuxAdmin) && !s.p.personal {
		a = p.account
	}
	from := p.desk
	if p.team.through || p.role == vendor {
		if from = s.jump(p, a); from == nil {
			return
		}
	}
	s.after(s.dice.span(5*time.Second, 2*time.Minute), func() {
		if from.open && h.gone == 0 {
			s.manage(p, from, h, a, why)
		}
	})
}

// jump finds or opens the desktop on the jump server.
func (s *sim) jump(p *person, a *account) *session {
	for _, c := range p.desk.children {
		if c.to.role == bastion && c.service == "rdp" && c.open && !c.parted {
			return c
		}
	}
	to := s.world.jumps[0]
	if p.site.number == 1 {
		to = s.world.jumps[1]
	}
	x := s.desktop(p.desk, to, a, "bastion")
	s.finishIn(x, s.dice.span(15*time.Minute, 8*time.Hour))
	return x
}

// manage works on a Windows server in one of the ways there are.
func (s *sim) manage(p *person, from *session, h *host, a *account, why string) {
	hold := s.dice.span(90*time.Second, 3*time.Hour)
	switch f := s.dice.Float64(); {
	case h.role == controller && f < 0.6: // straight from the desk's or the jump server's console
		x := s.desktop(from, h, a, why)
		s.finishIn(x, hold)
	case why == "mistake":
		s.refused(from, a, from.to, h, 3, 0xc000006a, why)
	case f < 0.5:
		x := s.desktop(from, h, a, why)
		if s.dice.chance(0.15) {
			s.after(hold, func() { s.part(x) })
			s.idle(x)
		} else {
			s.finishIn(x, hold)
		}
		s.fromServer(p, x, why)
	case f < 0.72 && a.rules(h):
		s.network(from, h, call{account: a, port: 5985, service: "winrm", why: why, hold: hold, typed: `C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe`})
	case !a.rules(h) || !a.admin && s.dice.chance(0.6):
		s.network(from, h, call{account: a, share: `\\*\data`, local: `\??\D:\data`, port: 445, service: "smb", why: why, hold: hold, typed: `C:\Windows\explorer.exe`})
	default:
		s.network(from, h, call{account: a, share: `\\*\C$`, local: `\??\C:\`, port: 445, service: "smb", why: why, hold: hold, typed: `C:\Windows\explorer.exe`})
	}
	if p.admin != nil && from == p.desk && from.to.windows && s.dice.chance(s.p.taking) && p.admin.rules(from.to) {
		s.finishIn(s.runAs(from, p.admin, why), s.dice.span(time.Minute, time.Hour))
	}
}

// fromServer goes on from a desktop on a server.
func (s *sim) fromServer(p *person, x *session, why string) {
	if !s.dice.chance(0.25) {
		return
	}
	s.after(s.dice.span(time.Minute, 40*time.Minute), func() {
		if !x.open || x.parted {
			return
		}
		to := p.team.share
		if y := x.to.system; y != nil && s.dice.chance(0.7) {
			to = pick(s.dice, y.hosts)
		}
		if to == x.to || to.gone != 0 || !to.windows {
			return
		}
		s.network(x, to, call{share: `\\*\C$`, local: `\??\C:\`, port: 445, service: "smb", why: why, hold: s.dice.span(time.Minute, 30*time.Minute)})
	})
}

// tickets bring work on systems to the teams that own them.
func (s *sim) tickets(y *system) {
	s.after(s.dice.wait(s.p.ticketGap), func() {
		s.ticket(y)
		s.tickets(y)
	})
}

func (s *sim) ticket(y *system) {
	if len(y.hosts) == 0 || y.owner == nil || len(y.owner.members) == 0 {
		return
	}
	p := pick(s.dice, y.owner.members)
	h := pick(s.dice, y.hosts)
	s.jobs[p] = append(s.jobs[p], job{h, "ticket", s.dice.number(1, 4)})
	p.projects = append([]*host{h}, p.projects...)
	if len(p.projects) > 14 {
		p.projects = p.projects[:14]
	}
	if s.dice.chance(0.2) { // handed over to somebody else
		q := pick(s.dice, y.owner.members)
		s.after(s.dice.span(3*time.Hour, 60*time.Hour), func() { s.jobs[q] = append(s.jobs[q], job{h, "handover", s.dice.number(1, 3)}) })
	}
	if s.dice.chance(0.1) { // somebody of another team helps out
		if t := pick(s.dice, s.world.teams); t.role.technical() {
			q := pick(s.dice, t.members)
			s.jobs[q] = append(s.jobs[q], job{h, "help", s.dice.number(1, 2)})
		}
	}
}

// incidents call whoever carries the pager, at any hour.
func (s *sim) incidents(y *system) {
	s.after(s.dice.wait(s.p.incidentGap*time.Duration(1+y.grave)), func() {
		s.incident(y)
		s.incidents(y)
	})
}

func (s *sim) incident(y *system) {
	t := y.owner
	if t == nil || len(t.members) == 0 || len(y.hosts) == 0 {
		return
	}
	week := int(int64(s.now) / int64(7*24*time.Hour))
	s.page(t.members[week%len(t.members)], y, s.dice.number(1, 4))
	if s.dice.chance(0.25) {
		q := pick(s.dice, t.members)
		s.after(s.dice.span(6*time.Minute, 40*time.Minute), func() { s.page(q, y, s.dice.number(1, 3)) })
	}
}

// page gets a person to a system's hosts, out of bed if need be.
func (s *sim) page(p *person, y *system, hosts int) {
	if !p.active(s.now) || p.away > s.now {
		return
	}
	wait := s.dice.span(20*time.Second, 3*time.Minute)
	if !p.present {
		wait = s.dice.span(4*time.Minute, 35*time.Minute)
		long := s.dice.span(25*time.Minute, 4*time.Hour)
		s.after(wait-2*time.Minute, func() { s.arrive(p, true, s.now.add(long), "on-call") })
		wait += 26 * time.Minute
	}
	for _, h := range some(s.dice, y.hosts, hosts) {
		s.after(wait, func() {
			if p.desk == nil || !p.desk.open || !p.desk.to.reaches() {
				return
			}
			if !h.windows && s.dice.chance(0.07) {
				x := s.ssh(p.desk, h, way{account: s.world.glass, method: "password", why: "break-glass"})
				s.finishIn(x, s.dice.span(5*time.Minute, time.Hour))
				return
			}
			s.visit(p, h, "incident")
		})
		wait += s.dice.span(30*time.Second, 25*time.Minute)
	}
}
