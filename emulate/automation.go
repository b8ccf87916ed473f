package emulate

import (
	"slices"
	"time"
)

// task begins a program's session on its host: the root of all that it does.
func (s *sim) task(h *host, a *account, why string) *session {
	x := s.begin(session{account: a, from: h, to: h, service: "batch", why: why})
	if h.windows {
		s.opened(x, 0, winData{subject: localSystem, kind: 4, pack: advapi, client: h.netbios(), process: `C:\Windows\System32\svchost.exe`}, a.rules(h))
		x.end = func() { s.loggedOff(x, 4, 0) }
	}
	return x
}

// automation starts everything that nobody does by hand.
func (s *sim) automation() {
	w := s.world
	s.nightly(s.dice.span(19*time.Hour, 23*time.Hour+30*time.Minute), s.backups)
	s.nightly(s.dice.span(70*time.Minute, 5*time.Hour), s.configure)
	s.scanDay = s.dice.IntN(7)
	s.nightly(s.dice.span(30*time.Minute, 22*time.Hour), s.scan)
	s.patchDay = s.dice.IntN(5)
	s.nightly(s.dice.span(20*time.Hour, 23*time.Hour), s.patch)
	var watched []*host
	for _, h := range w.hosts {
		if h.role == server && h.system != nil && s.dice.chance(0.06) {
			watched = append(watched, h)
		}
		switch {
		case h.windows && h.static && h.role != controller:
			s.refresh(h, h.boot)
		case !h.windows && h.role != foreign:
			s.cron(h)
		}
	}
	gap := s.dice.span(20*time.Minute, 50*time.Minute)
	for _, h := range watched {
		s.watch(h, gap)
	}
	s.cloudMachines()
	s.replication()
	s.ownScripts()
	for _, y := range w.systems {
		s.tickets(y)
		s.incidents(y)
		s.releases(y)
		s.exchange(y)
	}
}

// nightly does something every day from a time on, until the end.
func (s *sim) nightly(at time.Duration, f func()) {
	day := s.now.utc().Truncate(24 * time.Hour)
	next := moment(day.UnixNano()).add(at)
	if next < s.now {
		next = next.add(24 * time.Hour)
	}
	s.at(next, func() {
		f()
		s.after(24*time.Hour-time.Second, func() { s.nightly(at, f) })
	})
}

// each does something to hosts one after another, from a session that lasts
// as long.
func (s *sim) each(x *session, hosts []*host, gap time.Duration, do func(*host)) {
	if len(hosts) == 0 || !x.open {
		s.finish(x)
		return
	}
	do(hosts[0])
	s.after(gap/2+s.dice.wait(gap/2), func() { s.each(x, hosts[1:], gap, do) })
}

// part of the hosts that fit, always the same ones for the same salt.
func (s *sim) hosts(share float64, salt int, fits func(*host) bool) []*host {
	var out []*host
	for i, h := range s.world.hosts {
		if h.gone == 0 && h.role != foreign && fits(h) && uint32((i+salt)*2654435761)%1000 < uint32(share*1000) {
			out = append(out, h)
		}
	}
	return out
}

func (s *sim) backups() {
	w := s.world
	x := s.task(w.backup, w.backupAccount, "backup")
	list := s.hosts(0.45, 1, func(h *host) bool { return h.static && h != w.backup })
	s.each(x, list, s.pace(list, 4*time.Hour), func(h *host) {
		hold := s.dice.span(20*time.Second, 50*time.Minute)
		if h.windows {
			s.network(x, h, call{share: `\\*\C$`, local: `\??\C:\`, port: 445, service: "smb", why: "backup", hold: hold})
			return
		}
		s.finishIn(s.ssh(x, h, way{account: w.backupAccount, method: "publickey", why: "backup", brief: true}), hold)
	})
}

// pace spreads a run over about a time.
func (s *sim) pace(list []*host, over time.Duration) time.Duration {
	return over / time.Duration(len(list)+1)
}

func (s *sim) configure() {
	w := s.world
	x := s.task(w.config, w.ansible, "configuration")
	list := s.hosts(0.8, 7, func(h *host) bool { return !h.windows && h.static && h != w.config })
	s.each(x, list, s.pace(list, 100*time.Minute), func(h *host) {
		y := s.ssh(x, h, way{account: w.ansible, method: "publickey", why: "configuration", brief: true})
		s.sudo(y, `/bin/sh -c echo BECOME-SUCCESS ; /usr/bin/python3`)
		s.finishIn(y, s.dice.span(4*time.Second, 3*time.Minute))
	})
}

// scan is the weekly visit of the scanner, with credentials where they work.
func (s *sim) scan() {
	w := s.world
	if int(s.now.utc().Weekday()) != s.scanDay {
		return
	}
	x := s.task(w.scanner, w.scanAccount, "scan")
	list := s.hosts(0.9, 3, func(h *host) bool {
		return (h.static || h.windows && h.reaches() && h.tunnel == nil && h.boot%5 == 0) && h != w.scanner
	})
	s.each(x, list, s.pace(list, 8*time.Hour), func(h *host) {
		if !h.reaches() {
			return
		}
		hold := s.dice.span(2*time.Second, 5*time.Minute)
		s.probe(x, h)
		switch {
		case h.windows && s.dice.chance(0.1):
			s.refused(x, w.scanAccount, w.scanner, h, 3, 0xc000006a, "scan")
		case h.windows:
			s.network(x, h, call{share: `\\*\ADMIN$`, local: `\??\C:\Windows`, port: 445, service: "smb", why: "scan", hold: hold})
			if s.dice.chance(0.3) {
				s.nobody(x, h)
			}
		case s.dice.chance(0.15):
			s.wrongSSH(x, h, w.scanAccount.name, "scan", s.dice.number(1, 4))
		default:
			s.finishIn(s.ssh(x, h, way{account: w.scanAccount, method: "password", why: "scan", brief: true}), hold)
		}
	})
}

// nobody is an anonymous logon, as old programs make them.
func (s *sim) nobody(parent *session, h *host) {
	if s.lost(parent, anonymous, h) != nil {
		return
	}
	x := s.begin(session{parent: parent, account: anonymous, from: parent.to, to: h, service: "smb", why: parent.why, addr: s.seen(parent.to, h), port: s.port()})
	s.opened(x, 50*ms, winData{kind: 3, pack: ntlm, client: parent.to.netbios(), addr: x.addr, port: x.port}, false)
	x.end = func() { s.loggedOff(x, 3, 0) }
	s.finishIn(x, s.dice.span(time.Second, 20*time.Second))
}

// patch is the weekly wave, with a restart of what was patched.
func (s *sim) patch() {
	w := s.world
	if day := s.now.utc(); int(day.Weekday()) != 1+s.patchDay {
		return
	}
	x := s.task(w.deploy, w.patchAccount, "patch")
	list := s.hosts(0.3, int(s.now/moment(7*24*time.Hour)), func(h *host) bool {
		return h.windows && h != w.deploy && h.role != kiosk && (h.static || h.reaches())
	})
	s.each(x, list, s.pace(list, 5*time.Hour), func(h *host) {
		if !h.reaches() {
			return
		}
		y := s.network(x, h, call{share: `\\*\ADMIN$`, local: `\??\C:\Windows`, port: 445, service: "smb", why: "patch", hold: s.dice.span(20*time.Second, 8*time.Minute)})
		if s.dice.chance(0.12) {
			s.install(y, "ccmsetup", `C:\Windows\ccmsetup\ccmsetup.exe /runservice`)
		}
		if h.static && h.role == server && s.dice.chance(0.6) {
			s.after(s.dice.span(10*time.Minute, 2*time.Hour), func() { s.restart(h) })
		}
	})
}

func (s *sim) install(x *session, name, path string) {
	if !x.open {
		return
	}
	r := s.event(x.to, time.Second, 4697)
	r.win = winData{subject: x.account, subjectID: x.luid, object: name, more: path}
	s.put(r)
	r = s.event(x.to, time.Second, 7045)
	r.win = winData{object: name, more: path}
	s.put(r)
}

// restart ends what is open on a host and boots it.
func (s *sim) restart(h *host) {
	if h.gone != 0 {
		return
	}
	for _, x := range slices.Clone(h.open) {
		x.ready = 0
		s.finish(x)
	}
	s.after(s.dice.span(20*time.Second, 9*time.Minute), func() { s.start(h) })
}

// watch is the monitoring that asks a host how it is.
func (s *sim) watch(h *host, gap time.Duration) {
	s.after(gap/2+s.dice.wait(gap/2), func() {
		w := s.world
		if h.gone != 0 {
			return
		}
		if s.watcher == nil || !s.watcher.open {
			s.watcher = s.task(w.monitor, w.monitorAccount, "monitoring")
			s.finishIn(s.watcher, s.dice.span(20*time.Hour, 90*time.Hour))
		}
		if h.windows {
			s.network(s.watcher, h, call{port: 135, service: "wmi", why: "monitoring", hold: s.dice.span(time.Second, 20*time.Second)})
		} else {
			s.finishIn(s.ssh(s.watcher, h, way{account: w.monitorAccount, method: "publickey", why: "monitoring", brief: true}), s.dice.span(300*ms, 4*time.Second))
		}
		s.watch(h, gap)
	})
}

// releases brings a system's new versions to its hosts, on working days.
func (s *sim) releases(y *system) {
	if y.deploys < 0.02 {
		return
	}
	s.after(s.dice.wait(time.Duration(float64(24*time.Hour)/y.deploys)), func() {
		if t := s.now.utc(); t.Weekday() != time.Saturday && t.Weekday() != time.Sunday && t.Hour() > 5 && t.Hour() < 19 {
			s.release(y)
		}
		s.releases(y)
	})
}

func (s *sim) release(y *system) {
	w := s.world
	runner := pick(s.dice, w.runners)
	x := s.task(runner, w.deployAccount, "release")
	if y.cloud {
		s.roleTaken(x, w.cloud[0])
	}
	s.each(x, append([]*host(nil), y.hosts...), 20*time.Second, func(h *host) {
		switch {
		case h.gone != 0:
		case h.windows:
			s.network(x, h, call{port: 5985, service: "winrm", why: "release", hold: s.dice.span(10*time.Second, 6*time.Minute)})
		default:
			z := s.ssh(x, h, way{account: w.deployAccount, method: "publickey", why: "release", brief: true})
			if s.dice.chance(0.7) {
				s.sudo(z, "/usr/bin/systemctl restart "+y.name)
			}
			s.finishIn(z, s.dice.span(3*time.Second, 90*time.Second))
		}
	})
}

// exchange is what the hosts of a system do with one another, under the
// account of its own.
func (s *sim) exchange(y *system) {
	if len(y.hosts) < 2 || !s.dice.chance(0.5) {
		return
	}
	from := y.hosts[0]
	to := some(s.dice, y.hosts[1:], s.dice.number(1, 3))
	gap := s.dice.span(2*time.Hour+13*time.Minute, 30*time.Hour)
	if s.dice.chance(0.25) {
		to = append(to, pick(s.dice, pick(s.dice, s.world.systems).hosts))
	}
	s.transfer(y, from, to, gap)
}

func (s *sim) transfer(y *system, from *host, to []*host, gap time.Duration) {
	s.after(gap+time.Duration(s.dice.NormFloat64()*90)*time.Second, func() {
		defer s.transfer(y, from, to, gap)
		if from.gone != 0 || y.service.off {
			return
		}
		x := s.task(from, y.service, "exchange")
		s.finishIn(x, 2*time.Hour-7*time.Minute)
		for _, h := range to {
			hold := s.dice.span(2*time.Second, 40*time.Minute)
			switch {
			case h.gone != 0 || h == from:
			case h.windows:
				s.network(x, h, call{share: `\\*\data`, local: `\??\D:\data`, port: 445, service: "smb", why: "exchange", hold: hold})
			default:
				s.finishIn(s.ssh(x, h, way{account: y.service, method: "publickey", why: "exchange", brief: true}), hold)
			}
		}
	})
}
