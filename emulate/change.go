package emulate

import (
	"fmt"
	"strings"
	"time"
)

// change starts what keeps a company from standing still: people who come,
// go and move; hosts that are new, renamed and rebuilt; passwords that run
// out; collectors that fail.
func (s *sim) change() {
	w := s.world
	month := 30 * 24 * time.Hour
	each := func(count float64, f func()) { s.often(time.Duration(float64(month)/max(count, 0.2)), f) }
	people := float64(len(w.people))
	people *= s.p.churn
	each(people*s.p.joining, s.join)
	each(people*s.p.joining, s.quit)
	each(people*s.p.joining*0.7, s.transferPerson)
	hosts := float64(len(w.hosts)) * s.p.churn
	each(hosts*0.012, s.newServer)
	each(hosts*0.004, s.rename)
	each(hosts*0.008, s.rebuild)
	each(hosts*0.004, s.retire)
	each(float64(len(w.systems))*0.05, s.lockService)
	each(float64(len(w.systems))*0.06, s.projectStarts)
	each(float64(len(w.systems))*0.008, s.drill)
	for _, src := range s.sources {
		if strings.HasPrefix(src.path, "windows/") || strings.HasPrefix(src.path, "unix/") {
			s.outages(src)
			s.repeats(src)
		}
	}
	for _, p := range w.people {
		s.expire(p)
		if p.role.technical() {
			s.mistakes(p)
		}
	}
}

// often does something again and again, with a mean time between.
func (s *sim) often(gap time.Duration, f func()) {
	s.after(s.dice.wait(gap), func() {
		f()
		s.often(gap, f)
	})
}

// account writes changes of an account, by an administrator or by a program.
func (s *sim) accountEvents(by *account, a *account, group string, ids ...int) {
	dc := s.near(s.world.sites[0])
	for i, id := range ids {
		r := s.event(dc, time.Duration(i+1)*150*ms, id)
		r.win = winData{subject: by, subjectID: 0x4b1000 + uint64(by.uid), target: a, object: group, more: "CN=" + a.name + ",OU=People"}
		s.put(r)
	}
}

// someAdmin is a person who administers accounts.
func (s *sim) someAdmin() *account {
	for range 40 {
		if p := pick(s.dice, s.world.people); p.admin != nil && p.active(s.now) && (p.role == windowsAdmin || p.role == helpdesk) {
			return p.admin
		}
	}
	return s.world.sync
}

func (s *sim) join() {
	t := pick(s.dice, s.world.teams)
	p := s.world.hire(s, t, s.now.add(s.dice.span(20*time.Hour, 9*24*time.Hour)))
	s.accountEvents(s.someAdmin(), p.account, "Staff", 4720, 4722, 4738, 4728)
	s.at(p.hired, func() {
		s.world.introduce(p)
		s.expire(p)
	})
}

func (s *sim) quit() {
	p := pick(s.dice, s.world.people)
	if p.left != 0 || !p.active(s.now) || len(p.team.members) < 3 {
		return
	}
	p.left = s.now.add(s.dice.span(10*time.Hour, 12*24*time.Hour))
	s.at(p.left, func() {
		if p.present {
			s.goHome(p)
		}
		p.account.off = true
		s.accountEvents(s.someAdmin(), p.account, "Staff", 4725, 4729)
		for i, m := range p.team.members {
			if m == p {
				p.team.members = append(p.team.members[:i:i], p.team.members[i+1:]...)
				break
			}
		}
		if s.dice.chance(0.25) && len(p.team.systems) > 0 { // something of theirs still runs somewhere
			s.orphan(p, pick(s.dice, pick(s.dice, p.team.systems).hosts), s.dice.number(4, 40))
		}
	})
}

// orphan is a task that runs under an account which is disabled.
func (s *sim) orphan(p *person, h *host, times int) {
	if times == 0 || h.gone != 0 {
		return
	}
	if h.windows {
		s.refused(nil, p.account, h, h, 4, 0xc0000072, "orphan")
	}
	s.after(s.dice.span(50*time.Minute, 26*time.Hour), func() { s.orphan(p, h, times-1) })
}

func (s *sim) transferPerson() {
	p := pick(s.dice, s.world.people)
	t := pick(s.dice, s.world.teams)
	if t == p.team || len(p.team.members) < 3 || p.role == vendor || p.role == shift || t.role == vendor || t.role == shift {
		return
	}
	for i, m := range p.team.members {
		if m == p {
			p.team.members = append(p.team.members[:i:i], p.team.members[i+1:]...)
			break
		}
	}
	p.team, p.role = t, t.role
	t.members = append(t.members, p)
	if s.dice.chance(0.5) {
		p.projects = nil
	}
	s.world.introduce(p)
	s.accountEvents(s.someAdmin(), p.account, t.name, 4728, 4738)
}

func (s *sim) newServer() {
	y := pick(s.dice, s.world.systems)
	if len(y.hosts) == 0 {
		return
	}
	h := s.world.newSystemHost(y, y.hosts[0].site, len(y.hosts))
	h.born, h.names[0].from = s.now, s.now
	s.collector(h)
	s.start(h)
	if y.owner != nil && len(y.owner.members) > 0 {
		p := pick(s.dice, y.owner.members)
		s.jobs[p] = append(s.jobs[p], job{h, "new host", s.dice.number(2, 6)})
	}
	if h.windows {
		s.refresh(h, h.boot)
	} else {
		s.cron(h)
	}
}

// oneServer is a server of a system, chosen blindly; nil when luck is out.
func (s *sim) oneServer() *host {
	for range 50 {
		if h := pick(s.dice, s.world.hosts); h.role == server && h.system != nil && h.gone == 0 {
			return h
		}
	}
	return nil
}

func (s *sim) rename() {
	h := s.oneServer()
	if h == nil {
		return
	}
	name := fmt.Sprintf("%s-%s%02d", h.site.code, pick(s.dice, systemNames), 50+s.dice.IntN(49))
	name = name[:min(len(name), 15)]
	if s.world.hostNamed(name) {
		return
	}
	s.world.named[name] = true
	if h.windows {
		name = strings.ToUpper(name)
		a := *h.machine
		a.name = name + "$"
		h.machine = &a
	}
	s.restart(h)
	h.name = name
	h.names = append(h.names, naming{name, s.now})
}

// rebuild installs a host anew, sometimes at a new address.
func (s *sim) rebuild() {
	h := s.oneServer()
	if h == nil {
		return
	}
	if s.dice.chance(0.4) && !h.system.cloud {
		s.truth.lease(h.addr, h, h.since, s.now, "static")
		h.addr, h.since = h.net.fixed(), s.now
		h.mac = s.world.newMAC()
	}
	s.restart(h)
	for i := range h.number {
		h.number[i] = uint64(s.dice.IntN(40))
	}
	if t := h.system.owner; t != nil && len(t.members) > 0 {
		p := pick(s.dice, t.members)
		s.jobs[p] = append(s.jobs[p], job{h, "rebuild", s.dice.number(1, 4)})
	}
}

func (s *sim) retire() {
	h := s.oneServer()
	if h == nil || len(h.system.hosts) < 3 {
		return
	}
	s.cut(h)
	h.gone = s.now
	y := h.system
	for i, o := range y.hosts {
		if o == h {
			y.hosts = append(y.hosts[:i:i], y.hosts[i+1:]...)
			return
		}
	}
}

// lockService lets the password of a service run out: it fails wherever it
// runs, until somebody finds out.
func (s *sim) lockService() {
	y := pick(s.dice, s.world.systems)
	if y.service.off || len(y.hosts) < 2 {
		return
	}
	y.service.off = true
	until := s.now.add(s.dice.span(20*time.Minute, 20*time.Hour))
	gap := s.dice.span(20*time.Second, 25*time.Minute)
	s.failing(y, y.hosts[0], y.hosts[len(y.hosts)-1], gap, until, 0)
	s.at(until, func() { y.service.off = false })
}

func (s *sim) failing(y *system, from, to *host, gap time.Duration, until moment, n int) {
	if s.now > until || from.gone != 0 || to.gone != 0 {
		return
	}
	status := uint32(0xc0000071)
	if n > 8 {
		status = 0xc0000234
	}
	if n == 8 {
		r := s.event(s.near(from.site), 500*ms, 4740)
		r.win = winData{subject: localSystem, target: y.service, client: from.netbios()}
		s.put(r)
	}
	if to.windows {
		s.refused(nil, y.service, from, to, 3, status, "expired service")
	} else {
		x := attempt(nil, y.service, from, to, "ssh", "expired service")
		x.pid = to.nextPID(s.dice)
		s.told(s.sshLine(x, 0, fmt.Sprintf("Failed password for %s from %s port %d ssh2", y.service.name, s.seen(from, to), s.port())), "failure", x)
	}
	s.after(gap/2+s.dice.wait(gap/2), func() { s.failing(y, from, to, gap, until, n+1) })
}

// expire makes a person change the password, after which a phone or a mapped
// drive may go on with the old one for a while.
func (s *sim) expire(p *person) {
	s.at(max(p.nextWord, s.now), func() {
		if p.left != 0 || p.role == vendor {
			return
		}
		dc := s.near(p.site)
		for i, id := range []int{4723, 4738} {
			r := s.event(dc, time.Duration(i)*100*ms, id)
			r.win = winData{subject: p.account, subjectID: 0x61000 + uint64(p.account.uid), target: p.account}
			s.put(r)
		}
		p.account.words++
		if s.dice.chance(0.3) {
			s.oldPassword(p, s.dice.span(4*time.Minute, 70*time.Minute), s.now.add(s.dice.span(time.Hour, 50*time.Hour)), 0)
		}
		p.nextWord = s.now.add(s.p.passwordAge)
		s.expire(p)
	})
}

func (s *sim) oldPassword(p *person, gap time.Duration, until moment, n int) {
	if s.now > until || n > 60 || p.left != 0 {
		return
	}
	from := p.place
	if from == nil || !from.reaches() {
		s.after(gap, func() { s.oldPassword(p, gap, until, n+1) })
		return
	}
	s.refused(nil, p.account, from, p.team.share, 3, 0xc000006a, "old password")
	if n == 14 && s.dice.chance(0.4) {
		r := s.event(s.near(p.site), 300*ms, 4740)
		r.win = winData{subject: localSystem, target: p.account, client: from.netbios()}
		s.put(r)
		s.after(s.dice.span(10*time.Minute, 3*time.Hour), func() { s.accountEvents(s.someAdmin(), p.account, "", 4767) })
		return
	}
	s.after(gap, func() { s.oldPassword(p, gap, until, n+1) })
}

// mistakes are logons to a host that was not meant.
func (s *sim) mistakes(p *person) {
	s.after(s.dice.wait(s.p.mistakes), func() {
		if p.present && p.desk != nil && p.desk.open && p.desk.to.reaches() {
			if h := s.oneServer(); h != nil {
				s.visit(p, h, "mistake")
			}
		}
		s.mistakes(p)
	})
}

// outages of a collector: what it gets is late, or lost.
func (s *sim) outages(src *source) {
	s.often(s.p.outageGap, func() {
		src.failed = s.now.add(s.dice.span(5*time.Minute, 9*time.Hour))
		src.lossy = s.dice.chance(0.3)
	})
}

// repeats are batches that a collector sends twice.
func (s *sim) repeats(src *source) {
	s.often(s.dice.span(20*time.Hour, 12*24*time.Hour), func() { src.repeat = s.dice.number(20, 400) })
}
