package emulate

import (
	"time"
)

// calendar plans the next local day of everybody, half a day ahead so that it
// has not begun anywhere.
func (s *sim) calendar(day time.Time) {
	holiday := map[string]bool{}
	for _, g := range s.world.sites {
		if _, known := holiday[g.zone.String()]; !known {
			holiday[g.zone.String()] = s.dice.chance(0.03)
		}
	}
	for _, p := range s.world.people {
		s.plan(p, day, holiday[p.site.zone.String()])
	}
	next := day.AddDate(0, 0, 1)
	s.at(moment(next.Add(-12*time.Hour).UnixNano()), func() { s.calendar(next) })
}

// plan decides whether, when and where a person works on a day.
func (s *sim) plan(p *person, day time.Time, holiday bool) {
	midnight := time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, p.site.zone)
	begin, length := p.starts+time.Duration(s.dice.NormFloat64()*17)*time.Minute, p.hours
	number := int(midnight.Unix()/86400) + p.account.uid
	switch {
	case p.role == shift || p.role == support:
		if number%7 >= 5 {
			return
		}
		week := int(midnight.Unix()/86400/7) + p.habit
		begin = []time.Duration{6 * time.Hour, 14 * time.Hour, 22 * time.Hour}[week%3] + time.Duration(s.dice.NormFloat64()*6)*time.Minute
		if p.role == support {
			begin = []time.Duration{7 * time.Hour, 9 * time.Hour, 13 * time.Hour}[week%3] + time.Duration(s.dice.NormFloat64()*9)*time.Minute
		}
		length = 8 * time.Hour
	case day.Weekday() == time.Saturday || day.Weekday() == time.Sunday || holiday:
		if !s.dice.chance(p.weekends) {
			return
		}
		begin += s.dice.span(30*time.Minute, 9*time.Hour)
		length = s.dice.span(20*time.Minute, 5*time.Hour)
	case p.role == vendor && s.dice.chance(0.6):
		return
	}
	start := moment(midnight.Add(begin).UnixNano()).add(time.Duration(s.dice.Int64N(int64(time.Minute))))
	if start < s.now || !p.active(start) || p.away > start {
		return
	}
	if s.dice.chance(s.p.sick) {
		if s.dice.chance(0.2) { // a holiday of its own length
			p.away = start.add(s.dice.span(30*time.Hour, 22*24*time.Hour))
		}
		return
	}
	if p.role == finance && day.AddDate(0, 0, 3).Day() <= 4 {
		length += s.dice.span(20*time.Minute, 4*time.Hour) // the month is closed
	}
	until := start.add(length + 40*time.Minute + time.Duration(s.dice.NormFloat64()*30)*time.Minute)
	home := s.dice.chance(p.home) || (day.Weekday() == time.Saturday || day.Weekday() == time.Sunday) && p.role != shift && p.role != support
	s.at(start, func() { s.arrive(p, home, until, "work") })
}

// arrive begins a day at the desk, here or at home.
func (s *sim) arrive(p *person, home bool, until moment, why string) {
	if p.present {
		p.until = max(p.until, until) // out of bed already
		return
	}
	if !p.active(s.now) {
		return
	}
	p.present, p.until = true, until
	if p.place == nil {
		s.relieve(p)
		return
	}
	h := p.place
	if home {
		s.settleOutside(p, h, why)
		return
	}
	n := pick(s.dice, p.site.wired)
	if len(p.site.wired) > 1 {
		n = p.site.wired[len(p.team.name)*7%len(p.site.wired)]
	}
	if p.roams && s.dice.chance(0.3) {
		n = p.site.wifi
	}
	if s.dice.chance(s.p.travel) { // at another site
		n = pick(s.dice, s.world.sites).wifi
	}
	s.attach(h, n)
	if !h.up {
		s.start(h)
	}
	s.after(s.dice.span(15*time.Second, 3*time.Minute), func() {
		s.settle(p, h, false, why)
		s.after(s.dice.span(30*time.Second, 20*time.Minute), func() {
			if p.present && p.role != shift {
				s.signIn(p, h)
			}
		})
		s.loop(p)
	})
}

// settleOutside is a day away from the company's networks: the screen opens
// with what the computer remembers, the tunnel comes up later.
func (s *sim) settleOutside(p *person, h *host, why string) {
	if h.addr.IsValid() {
		s.detach(h)
	}
	outer := p.outside
	if s.dice.chance(0.06) {
		outer = s.world.newOutside() // a hotel, a train
	} else if s.dice.chance(0.05) {
		outer = p.phone
	}
	h.online = false
	if !h.up {
		s.start(h)
	}
	if p.role != vendor {
		s.settle(p, h, true, why)
	} else {
		p.desk = s.begin(session{person: p, account: &account{name: p.account.name, kind: local}, from: h, to: h, service: "local", why: why})
	}
	s.after(s.dice.span(40*time.Second, 15*time.Minute), func() { s.signIn(p, h) })
	s.after(s.dice.span(30*time.Second, 25*time.Minute), func() {
		if !p.present {
			return
		}
		s.enter(p, h, s.gate(p), outer, why)
		s.dropLater(p, h)
		s.loop(p)
	})
}

// gate is the gateway that is nearest to a person.
func (s *sim) gate(p *person) *gateway {
	if p.site.number == 1 || s.dice.chance(0.04) {
		return s.world.gateways[1]
	}
	return s.world.gateways[0]
}

// dropLater loses the line now and then; it comes back, maybe over the phone.
func (s *sim) dropLater(p *person, h *host) {
	t := h.tunnel
	s.after(s.dice.wait(17*time.Hour), func() {
		if !p.present || h.tunnel != t || t == nil {
			return
		}
		s.leave(t)
		s.hangUp(p.desk)
		s.after(s.dice.span(3*time.Second, 6*time.Minute), func() {
			if p.present && h.tunnel == nil && !h.addr.IsValid() {
				outer := t.outer
				if s.dice.chance(0.4) {
					outer = p.phone
				}
				s.enter(p, h, t.gate, outer, "line lost")
				s.dropLater(p, h)
			}
		})
	})
}

// settle opens the screen: anew, or as it was left.
func (s *sim) settle(p *person, h *host, cached bool, why string) {
	if p.desk != nil && p.desk.open && p.desk.to == h {
		s.unlock(p.desk)
		return
	}
	if !h.windows {
		p.desk = s.begin(session{person: p, account: p.account, from: h, to: h, service: "local", why: why})
		pid := h.nextPID(s.dice)
		s.told(s.lineOf(h, "gdm-password]", pid, "pam_unix(gdm-password:session): session opened for user "+p.account.name+"(uid="+digits(p.account.uid)+") by (uid=0)"), "logon", p.desk)
		p.desk.end = func() {
			s.line(h, 0, "gdm-password]", pid, "pam_unix(gdm-password:session): session closed for user "+p.account.name)
		}
		return
	}
	late := attempt(nil, p.account, h, h, "local", why)
	late.person = p
	wait := s.mistype(late, h, 2)
	s.after(wait, func() {
		p.desk = s.sitDown(p, h, cached)
		if !cached {
			s.scripts(p.desk)
		}
	})
}

func (s *sim) lineOf(h *host, program string, pid int, message string) *record {
	r := s.newRecord(h, 0)
	r.program, r.pid, r.message = program, pid, message
	return r
}

// scripts are what a logon does by itself: policies, drives.
func (s *sim) scripts(x *session) {
	dc := s.near(x.to.where())
	s.after(s.dice.span(time.Second, 9*time.Second), func() {
		if !x.open || !x.to.reaches() {
			return
		}
		s.network(x, dc, call{share: `\\*\SYSVOL`, local: `\??\C:\Windows\SYSVOL\sysvol`, port: 445, service: "smb", why: "policy", hold: s.dice.span(10*time.Second, 10*time.Minute)})
		if p := x.person; p != nil {
			s.openShare(x, p.team.share)
		}
	})
}

func (s *sim) openShare(x *session, to *host) {
	name := pick(s.dice, []string{"dept", "home", "public", "projects", "scans"})
	s.network(x, to, call{share: `\\*\` + name, local: `\??\D:\` + name, port: 445, service: "smb", why: x.why, hold: s.p.shareIdle + s.dice.wait(40*time.Minute)})
}

// relieve takes a shared computer over at the change of shifts.
func (s *sim) relieve(p *person) {
	h := pick(s.dice, p.site.kiosks)
	if !h.up {
		s.attach(h, pick(s.dice, p.site.wired))
		s.start(h)
	}
	s.after(s.dice.span(10*time.Second, 20*time.Minute), func() {
		p.desk = s.sitDown(p, h, false)
		s.scripts(p.desk)
		s.loop(p)
	})
}

// goHome ends the day: some log off and switch off, some lock and close the lid.
func (s *sim) goHome(p *person) {
	p.present = false
	x := p.desk
	if x == nil {
		return
	}
	h := x.to
	for _, c := range append([]*session(nil), x.children...) {
		if c.service == "rdp" && s.dice.chance(0.5) {
			s.part(c)
		} else if !c.parted {
			s.finish(c)
		}
	}
	if p.place != nil && p.sleeper && p.role != vendor && s.dice.chance(0.85) {
		s.after(0, func() { s.sleep(p, h) })
		return
	}
	s.finish(x)
	p.desk = nil
	if p.place == nil {
		return
	}
	s.after(s.dice.span(5*time.Second, 90*time.Second), func() {
		s.leave(h.tunnel)
		s.detach(h)
		h.up = false
	})
}

// sleep closes the lid; the session stays.
func (s *sim) sleep(p *person, h *host) {
	if p.present {
		return
	}
	if p.desk != nil && h.windows {
		r := s.event(h, 0, 4800)
		r.win = winData{target: p.desk.account, targetID: p.desk.luid, kind: 1}
		s.put(r)
	}
	s.after(2*time.Second, func() {
		if !p.present {
			s.leave(h.tunnel)
			s.detach(h)
		}
	})
}

// start boots a computer.
func (s *sim) start(h *host) {
	h.up, h.muted = true, 0
	h.boot++
	h.luid = uint64(s.dice.number(0x1a000, 0x5ffff))
	h.pid = s.dice.number(700, 3000)
	if !h.windows {
		s.line(h, 0, "systemd", 1, "Reached target multi-user.target - Multi-User System.")
		s.line(h, time.Second, "sshd", 890, "Server listening on 0.0.0.0 port 22.")
		return
	}
	s.put(s.event(h, 0, 4608))
	x := s.begin(session{account: localSystem, from: h, to: h, service: "local", why: "boot"})
	r := s.event(h, 40*ms, 4624)
	r.win = winData{subject: localSystem, target: localSystem, targetID: 0x3e7, kind: 5, pack: advapi, client: "-", elevated: true, process: `C:\Windows\System32\services.exe`}
	s.told(r, "logon", x)
	s.finish(x)
	if y := h.system; y != nil && !y.service.off {
		x := s.begin(session{account: y.service, from: h, to: h, service: "service", why: "boot"})
		s.opened(x, 9*time.Second, winData{subject: localSystem, kind: 5, pack: advapi, client: "-", process: `C:\Windows\System32\services.exe`}, false)
	}
	if h.role == foreign || h.role == controller {
		return
	}
	s.after(s.dice.span(4*time.Second, 20*time.Second), func() { s.machineLogon(h) })
	s.refresh(h, h.boot)
}

// machineLogon is a computer that reads its policies as itself.
func (s *sim) machineLogon(h *host) {
	if !h.reaches() || h.machine == nil || !h.addr.IsValid() && h.tunnel == nil {
		return
	}
	s.machineAt(h, s.near(h.where()), "policy")
	if s.dice.chance(0.12) {
		s.machineAt(h, s.world.deploy, "packages")
	}
}

// machineAt is a logon of a computer's own account.
func (s *sim) machineAt(h, dc *host, why string) {
	if h == dc {
		return
	}
	x := s.begin(session{account: h.machine, from: h, to: dc, service: "smb", why: why, addr: s.seen(h, dc), port: s.port()})
	if s.dice.chance(0.6) {
		s.ask(x, h.machine, h, 0)
	}
	s.serviceTicket(x, nil, h.machine, h, dc)
	s.opened(x, 250*ms, winData{kind: 3, pack: kerberos, client: "-", addr: x.addr, port: x.port, guid: s.dice.Uint64()}, true)
	x.end = func() { s.loggedOff(x, 3, 0) }
	s.finishIn(x, s.dice.span(5*time.Second, 12*time.Minute))
}

// refresh repeats that while the computer is on.
func (s *sim) refresh(h *host, boot int) {
	s.after(time.Duration(float64(s.p.refresh)*s.dice.between(0.8, 1.25)), func() {
		if h.boot != boot || h.gone != 0 {
			return
		}
		s.machineLogon(h)
		s.refresh(h, boot)
	})
}
