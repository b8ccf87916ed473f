package emulate

import (
	"time"
)

// loop is a person's day: one thing after another until it is over.
func (s *sim) loop(p *person) {
	gap := 32 * time.Minute
	if p.role.technical() {
		gap = 24 * time.Minute
	}
	if s.closing(p) {
		gap /= 2
	}
	s.after(s.dice.wait(gap)+10*time.Second, func() {
		if !p.present {
			return
		}
		if s.now >= p.until {
			s.goHome(p)
			return
		}
		if p.desk != nil && p.desk.open && p.desk.to.reaches() {
			s.something(p)
		}
		s.loop(p)
	})
}

// A pursuit is something that people do, by how often.
type pursuit struct {
	weight float64
	do     func(*sim, *person)
}

func pursuits(r role, p *params) []pursuit {
	share, screen, meeting, web := pursuit{0.5, (*sim).useShare}, pursuit{0.16, (*sim).leaveScreen}, pursuit{0.10, (*sim).meet}, pursuit{0.14, (*sim).useWeb}
	switch r {
	case finance:
		return []pursuit{share, screen, meeting, web, {0.22, (*sim).useTerminal}}
	case developer:
		return []pursuit{{0.4, (*sim).useGit}, {0.2, (*sim).useSystem}, {0.07 * p.consoles, (*sim).useCloud}, {0.08, share.do}, screen, meeting, web}
	case security:
		return []pursuit{{0.3 * p.switches, (*sim).inspect}, {0.05 * p.consoles, (*sim).useCloud}, {0.15, share.do}, screen, meeting, web}
	case networkAdmin:
		return []pursuit{{0.4, (*sim).tend}, {0.1, share.do}, screen, meeting, web}
	case windowsAdmin, linuxAdmin:
		return []pursuit{{0.5, (*sim).useSystem}, {0.012 * p.switches, (*sim).sweep}, {0.05 * p.consoles, (*sim).useCloud}, {0.08, share.do}, screen, meeting, web}
	case databaseAdmin:
		return []pursuit{{0.5, (*sim).useSystem}, {0.05 * p.consoles, (*sim).useCloud}, {0.08, share.do}, screen, meeting, web}
	case helpdesk:
		return []pursuit{{0.4 * p.switches, (*sim).assist}, {0.15, share.do}, screen, web}
	case vendor:
		return []pursuit{{1, (*sim).useSystem}}
	case shift:
		return []pursuit{{0.4, share.do}, {0.3, (*sim).leaveScreen}}
	}
	return []pursuit{share, screen, meeting, web, {0.05, (*sim).useTerminal}}
}

func (s *sim) something(p *person) {
	list := s.pursuits[p.role]
	sum := 0.0
	for _, k := range list {
		sum += k.weight
	}
	f := s.dice.Float64() * sum
	for _, k := range list {
		if f -= k.weight; f < 0 {
			k.do(s, p)
			return
		}
	}
}

func (s *sim) useShare(p *person) {
	if s.p.terminals > 0 && p.place != nil && s.dice.chance(s.p.terminals) {
		s.useTerminal(p)
		return
	}
	to := p.team.share
	if s.dice.chance(0.12) {
		to = pick(s.dice, pick(s.dice, s.world.sites).files)
	}
	s.openShare(p.desk, to)
}

func (s *sim) leaveScreen(p *person) {
	if p.desk.to.windows {
		s.lock(p.desk, s.dice.span(2*time.Minute, 70*time.Minute))
	}
}

func (s *sim) useWeb(p *person) {
	if p.token != "" && p.place != nil {
		s.application(p, p.place, pick(s.dice, []string{"Travel", "Wiki", "Tickets", "Mail", "Payroll", "Chat", "AWS"}))
	}
}

// meet takes the computer along: from the cable to the air and back.
func (s *sim) meet(p *person) {
	h := p.place
	if h == nil || !p.roams || !h.addr.IsValid() || h.net == p.site.wifi {
		return
	}
	back := h.net
	s.attach(h, p.site.wifi)
	s.after(s.dice.span(14*time.Minute, 100*time.Minute), func() {
		if p.present && h.net == p.site.wifi {
			s.attach(h, back)
		}
	})
}

// useTerminal works on a terminal server; what was left there is taken up.
func (s *sim) useTerminal(p *person) {
	for _, c := range p.desk.children {
		if c.service == "rdp" && !c.parted {
			return
		}
	}
	if c := s.left[p]; c != nil && c.open && c.parted && p.desk.to.reaches() {
		s.resume(c, p.desk.to)
		s.desktopWork(c)
		return
	}
	to := s.world.terminals[p.account.uid%len(s.world.terminals)]
	x := s.desktop(p.desk, to, nil, "work")
	s.left[p] = x
	s.desktopWork(x)
	s.idle(x)
}

// desktopWork uses shares from the terminal server, whose address many have.
func (s *sim) desktopWork(x *session) {
	s.after(s.dice.wait(50*time.Minute)+time.Minute, func() {
		if x.open && !x.parted {
			s.openShare(x, x.person.team.share)
			s.desktopWork(x)
		}
	})
	if s.dice.chance(0.5) {
		s.after(s.dice.span(10*time.Minute, 5*time.Hour), func() {
			if x.open && !x.parted {
				if s.dice.chance(0.5) {
					s.part(x)
				} else {
					s.finish(x)
				}
			}
		})
	}
}

// idle logs a desktop off that was left for too long.
func (s *sim) idle(x *session) {
	s.after(s.p.farIdle, func() {
		if !x.open {
			return
		}
		if x.parted {
			s.finish(x)
			return
		}
		s.idle(x)
	})
}

// useGit fetches and pushes.
func (s *sim) useGit(p *person) {
	to := s.world.git[p.account.uid%len(s.world.git)]
	for range s.dice.number(1, 3) {
		s.after(s.dice.span(time.Second, 8*time.Minute), func() {
			if p.present && p.desk != nil && p.desk.open && p.desk.to.reaches() {
				x := s.ssh(p.desk, to, way{account: s.world.gitAccount, method: "publickey", why: "git", brief: true})
				s.finishIn(x, s.dice.span(400*ms, 40*time.Second))
			}
		})
	}
}

func (s *sim) useCloud(p *person) {
	c := s.world.cloud[1]
	if p.role != developer || s.dice.chance(0.2) {
		c = s.world.cloud[0]
	}
	if p.place != nil {
		s.console(p, p.place, c, "work")
	}
}

// assist helps somebody at their own computer, with the second account.
func (s *sim) assist(p *person) {
	other := pick(s.dice, s.world.people)
	h := other.place
	if h == nil || !other.present || !h.windows || !h.reaches() || h.role == foreign || p.admin == nil {
		return
	}
	if s.dice.chance(0.35) {
		x := s.desktop(p.desk, h, p.admin, "helpdesk")
		s.finishIn(x, s.dice.span(3*time.Minute, 50*time.Minute))
		return
	}
	a := p.admin
	if s.dice.chance(0.12) {
		a = h.admin // the password of the local administrator is looked up
	}
	s.network(p.desk, h, call{
		account: a, share: `\\*\C$`, local: `\??\C:\`, port: 445, service: "smb", why: "helpdesk",
		hold: s.dice.span(2*time.Minute, 25*time.Minute), typed: `C:\Windows\System32\mmc.exe`,
	})
	if s.dice.chance(0.2) {
		s.reset(p, other)
	}
}

// reset gives somebody a new password.
func (s *sim) reset(by, p *person) {
	dc := s.near(by.site)
	for i, id := range []int{4724, 4738} {
		r := s.event(dc, time.Duration(i+1)*100*ms, id)
		r.win = winData{subject: by.admin, subjectID: 0x5a3000 + uint64(by.admin.uid), target: p.account}
		s.put(r)
	}
	p.account.words++
}
