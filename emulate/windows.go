package emulate

import (
	"net/netip"
	"slices"
	"time"
)

// event makes a record of a Windows host, to be filled and put.
func (s *sim) event(h *host, delay time.Duration, id int) *record {
	r := s.newRecord(h, delay)
	r.event = id
	return r
}

// told puts a record that is about a session.
func (s *sim) told(r *record, what string, x *session) {
	r.truth = truth{what, x}
	s.put(r)
}

const ms = time.Millisecond

var loopback = netip.AddrFrom4([4]byte{127, 0, 0, 1})

// near is a domain controller of a site, or of the main one.
func (s *sim) near(at *site) *host {
	if len(at.controllers) > 0 {
		return pick(s.dice, at.controllers)
	}
	return pick(s.dice, s.world.sites[0].controllers)
}

// ask gets a ticket for the account itself: 4768, or 4771 when it is refused.
func (s *sim) ask(x *session, a *account, from *host, status uint32) {
	if !from.reaches() {
		return
	}
	dc := s.near(from.where())
	id, what := 4768, "ticket"
	switch {
	case status == 0x6: // a name that is not known fails before its password
		what = "failure"
	case status != 0:
		id, what = 4771, "failure"
	}
	r := s.event(dc, s.dice.span(2*ms, 90*ms), id)
	r.win = winData{target: a, status: status, addr: s.seen(from, dc), port: s.port()}
	s.told(r, what, x)
}

// serviceTicket gets one for a service on a host, unless there is one.
func (s *sim) serviceTicket(x, of *session, a *account, from, to *host) {
	if of != nil {
		if slices.Contains(of.tickets, to) {
			return
		}
		if of.tickets = append(of.tickets, to); len(of.tickets) > 40 {
			of.tickets = of.tickets[20:]
		}
	}
	if to.machine == nil {
		return
	}
	dc := s.near(from.where())
	r := s.event(dc, s.dice.span(20*ms, 200*ms), 4769)
	r.win = winData{target: a, object: to.machine.name, more: to.machine.sid, addr: s.seen(from, dc), port: s.port(), guid: s.dice.Uint64()}
	s.told(r, "ticket", x)
}

// opened writes 4624, once more when Windows splits an administrator's token,
// and 4672 for privileges.
func (s *sim) opened(x *session, delay time.Duration, d winData, powerful bool) {
	h := x.to
	x.luid, x.ready = h.nextLUID(s.dice), s.now.add(delay+100*ms)
	d.target = x.account
	split := powerful && (d.kind == 2 || d.kind == 10 || d.kind == 11) && x.account.kind != service
	if split { // both halves of the token come at once
		x.linked = x.luid
		x.luid += uint64(s.dice.number(20, 220))
		h.luid = x.luid
		r := s.event(h, delay, 4624)
		r.win = d
		r.win.targetID, r.win.linked, r.win.elevated = x.linked, x.luid, true
		s.told(r, "logon", x)
	}
	r := s.event(h, delay, 4624)
	r.win = d
	r.win.targetID, r.win.linked, r.win.elevated = x.luid, x.linked, powerful && !split
	s.told(r, "logon", x)
	if powerful {
		id := x.luid
		if split {
			id = x.linked
		}
		r := s.event(h, delay, 4672)
		r.win = winData{subject: x.account, subjectID: id}
		s.put(r)
	}
}

func (s *sim) loggedOff(x *session, kind uint8, delay time.Duration) {
	for _, id := range []uint64{x.luid, x.linked} {
		if id != 0 {
			r := s.event(x.to, delay, 4634)
			r.win = winData{target: x.account, targetID: id, kind: kind}
			s.put(r)
		}
	}
}

// rules tells whether an account is administrator of a host: what decides it
// stays the same from logon to logon.
func (a *account) rules(h *host) bool {
	p := a.person
	switch {
	case a.kind == machine:
		return h.role == controller
	case a.kind == local:
		return a == h.admin
	case a.kind == service:
		return a.admin
	case h.role == controller:
		return p != nil && a == p.domain
	case a.admin && p.role == helpdesk:
		return h.role == workstation || h.role == kiosk
	case a.admin:
		return true
	case h.owner != nil:
		return h.owner == p && p.powerful
	}
	return h.system != nil && h.system.owner == p.team && h.system.shared
}

// sitDown is a logon at the computer itself; cached when no controller answers.
func (s *sim) sitDown(p *person, h *host, cached bool) *session {
	x := s.begin(session{person: p, account: p.account, from: h, to: h, service: "local", why: "work"})
	d := winData{subject: localSystem, kind: 2, client: h.netbios(), addr: loopback, process: `C:\Windows\System32\svchost.exe`}
	if cached {
		d.kind = 11
	} else {
		s.ask(x, p.account, h, 0)
		s.serviceTicket(x, x, p.account, h, h)
	}
	s.opened(x, s.dice.span(150*ms, 900*ms), d, p.account.rules(h))
	kind := d.kind
	x.end = func() {
		r := s.event(h, 0, 4647)
		r.win = winData{target: x.account, targetID: x.luid}
		s.put(r)
		s.loggedOff(x, kind, s.dice.span(100*ms, 2*time.Second))
	}
	return x
}

// lock and unlock of a screen.
func (s *sim) lock(x *session, away time.Duration) {
	if !x.open {
		return
	}
	r := s.event(x.to, 0, 4800)
	r.win = winData{target: x.account, targetID: x.luid, kind: 1}
	s.put(r)
	s.after(away, func() { s.unlock(x) })
}

func (s *sim) unlock(x *session) {
	if !x.open || !x.to.up || !x.to.windows {
		return
	}
	delay := s.mistype(x, x.to, 7)
	id := x.to.nextLUID(s.dice)
	r := s.event(x.to, delay, 4624)
	r.win = winData{subject: localSystem, target: x.account, targetID: id, kind: 7, client: x.to.netbios(), addr: loopback, process: `C:\Windows\System32\lsass.exe`, elevated: x.account.rules(x.to)}
	s.told(r, "logon", x)
	r = s.event(x.to, delay+20*ms, 4634)
	r.win = winData{target: x.account, targetID: id, kind: 7}
	s.put(r)
	r = s.event(x.to, delay+40*ms, 4801)
	r.win = winData{target: x.account, targetID: x.luid, kind: 1}
	s.put(r)
	if x.to.reaches() && s.dice.chance(0.4) {
		s.ask(x, x.account, x.to, 0)
	}
}

// mistype fails to log on at a screen, sometimes; it returns how long that took.
func (s *sim) mistype(x *session, h *host, kind uint8) time.Duration {
	delay := time.Duration(0)
	for n := 0; n < 4 && s.dice.chance(s.p.typos*float64(1+3*n)); n++ {
		a, status, refusal := x.account, uint32(0xc000006a), uint32(0x18)
		if kind != 7 && s.dice.chance(0.12) { // the name is wrong, not the password
			a, status, refusal = s.misspelt(a), 0xc0000064, 0x6
		}
		t := attempt(nil, a, h, h, "local", "mistake")
		t.person = x.person
		r := s.event(h, delay, 4625)
		r.win = winData{subject: localSystem, target: a, kind: kind, status: status, client: h.netbios(), addr: loopback}
		s.told(r, "failure", t)
		s.ask(t, a, h, refusal)
		delay += s.dice.span(2*time.Second, 12*time.Second)
	}
	return delay
}

// misspelt is an account that does not exist: two letters change places.
func (s *sim) misspelt(a *account) *account {
	b := []byte(a.name)
	i := s.dice.IntN(len(b) - 1)
	b[i], b[i+1] = b[i+1], b[i]
	return &account{name: string(b), domain: a.domain, sid: "S-1-0-0"}
}

// A call is what a network logon is for.
type call struct {
	account *account // nil: that of the session
	share   string
	local   string
	port    uint16
	service string
	why     string
	hold    time.Duration
	typed   string // program in which another account was typed
}

// network logs on to a Windows host over the network.
func (s *sim) network(parent *session, to *host, c call) *session {
	from, a := parent.to, c.account
	if a == nil {
		a = parent.account
	}
	if x := s.lost(parent, a, to); x != nil {
		return x
	}
	x := s.begin(session{parent: parent, account: a, from: from, to: to, service: c.service, why: c.why, addr: s.seen(from, to), port: s.port()})
	if a != parent.account && from.windows {
		s.explicitly(x, parent, c.typed, c.service)
	}
	d := winData{kind: 3, addr: x.addr, port: x.port, client: "-"}
	s.authenticate(x, parent, &d)
	s.opened(x, s.dice.span(210*ms, 700*ms), d, a.rules(to))
	if c.share != "" {
		s.share(x, `\\*\IPC$`, "", 720*ms)
		s.share(x, c.share, c.local, 800*ms)
		x.ready = s.now.add(900 * ms)
	}
	began := s.now
	x.end = func() {
		s.loggedOff(x, 3, s.dice.span(ms, 300*ms))
		s.flow(x, c.port, began)
	}
	s.finishIn(x, c.hold)
	return x
}

// authenticate decides between Kerberos and NTLM and tells the controller.
func (s *sim) authenticate(x, parent *session, d *winData) {
	if x.account.kind == local || s.dice.chance(s.p.ntlm) {
		d.pack, d.client = ntlm, x.from.netbios()
		dc := s.near(x.to.where())
		if x.account.kind == local {
			dc = x.to
		}
		r := s.event(dc, s.dice.span(10*ms, 200*ms), 4776)
		r.win = winData{target: x.account, client: d.client}
		s.told(r, "ticket", x)
		return
	}
	d.pack, d.guid = kerberos, s.dice.Uint64()
	of := parent
	if x.account != parent.account {
		of = nil
		s.ask(x, x.account, x.from, 0)
	}
	s.serviceTicket(x, of, x.account, x.from, x.to)
}

// explicitly writes 4648 where another account was typed.
func (s *sim) explicitly(x, parent *session, program, service string) {
	if program == "" {
		program = `C:\Windows\System32\mstsc.exe`
	}
	name := s.world.fqdn(x.to)
	target := map[string]string{"rdp": "TERMSRV/", "winrm": "HTTP/", "smb": "cifs/"}[service] + name
	r := s.event(parent.to, s.dice.span(ms, 20*ms), 4648)
	r.win = winData{subject: parent.account, subjectID: parent.luid, target: x.account, object: name, more: target, process: program}
	s.told(r, "explicit", x)
}

func (s *sim) share(x *session, name, path string, delay time.Duration) {
	r := s.event(x.to, delay, 5140)
	r.win = winData{subject: x.account, subjectID: x.luid, addr: x.addr, port: x.port, object: name, more: path}
	s.put(r)
}

// desktop opens a remote desktop.
func (s *sim) desktop(parent *session, to *host, a *account, why string) *session {
	from := parent.to
	if a == nil {
		a = parent.account
	}
	if x := s.lost(parent, a, to); x != nil {
		return x
	}
	x := s.begin(session{parent: parent, account: a, from: from, to: to, service: "rdp", why: why, addr: s.seen(from, to), port: s.port()})
	if a != parent.account && from.windows {
		s.explicitly(x, parent, "", "rdp")
	}
	pre := winData{kind: 3, addr: x.addr, port: x.port, client: "-"}
	s.authenticate(x, parent, &pre)
	s.opened(x, s.dice.span(300*ms, 900*ms), pre, a.rules(to))
	early := *x
	s.after(s.dice.span(900*ms, 6*time.Second), func() { s.loggedOff(&early, 3, 0) })
	s.terminalEvent(x, 1149, 950*ms)
	x.luid, x.linked, x.number = 0, 0, uint8(2+s.dice.IntN(9))
	d := winData{subject: localSystem, kind: 10, client: to.netbios(), addr: x.addr, process: `C:\Windows\System32\svchost.exe`}
	s.opened(x, s.dice.span(1200*ms, 3*time.Second), d, a.rules(to))
	s.terminalEvent(x, 21, 3100*ms)
	x.ready = s.now.add(3200 * ms)
	began := s.now
	x.end = func() {
		r := s.event(to, 0, 4647)
		r.win = winData{target: a, targetID: x.luid}
		s.put(r)
		s.loggedOff(x, 10, s.dice.span(200*ms, 2*time.Second))
		s.terminalEvent(x, 23, 2100*ms)
		if !x.parted {
			s.flow(x, 3389, began)
		}
	}
	return x
}

func (s *sim) terminalEvent(x *session, id int, delay time.Duration) {
	r := s.event(x.to, delay, id)
	r.win = winData{target: x.account, kind: x.number, addr: x.addr}
	if id == 1149 {
		s.told(r, "connection", x)
		return
	}
	if id == 25 {
		s.told(r, "reconnect", x)
		return
	}
	s.put(r)
}

// part leaves a desktop behind without logging off.
func (s *sim) part(x *session) {
	if !x.open || x.parted {
		return
	}
	x.parted = true
	s.flow(x, 3389, x.usedAt)
	r := s.event(x.to, 0, 4779)
	r.win = winData{target: x.account, targetID: x.luid, object: "RDP-Tcp#" + digits(int(x.id%90)), client: x.from.netbios(), addr: x.addr}
	s.put(r)
	s.terminalEvent(x, 24, 60*ms)
}

// resume comes back to it, maybe from elsewhere.
func (s *sim) resume(x *session, from *host) {
	x.parted, x.from, x.addr, x.usedAt = false, from, s.seen(from, x.to), s.now
	if s.dice.chance(0.8) {
		pre := *x
		pre.port = s.port()
		d := winData{kind: 3, addr: x.addr, port: pre.port, client: "-"}
		s.authenticate(&pre, &pre, &d)
		s.opened(&pre, 300*ms, d, x.account.rules(x.to))
		s.after(2*time.Second, func() { s.loggedOff(&pre, 3, 0) })
	}
	r := s.event(x.to, 900*ms, 4778)
	r.win = winData{target: x.account, targetID: x.luid, object: "RDP-Tcp#" + digits(int(x.id%90)+s.dice.IntN(9)), client: from.netbios(), addr: x.addr}
	s.told(r, "reconnect", x)
	s.terminalEvent(x, 25, time.Second)
}

// runAs takes another account on the same host.
func (s *sim) runAs(parent *session, a *account, why string) *session {
	h := parent.to
	x := s.begin(session{parent: parent, account: a, from: h, to: h, service: "local", why: why})
	r := s.event(h, ms, 4648)
	r.win = winData{
		subject: parent.account, subjectID: parent.luid, target: a, object: "localhost", more: "localhost",
		process: `C:\Windows\System32\svchost.exe`, addr: netip.IPv6Loopback(), guid: s.dice.Uint64(),
	}
	s.told(r, "explicit", x)
	s.ask(x, a, h, 0)
	s.opened(x, 100*ms, winData{
		subject: parent.account, subjectID: parent.luid, kind: 2, pack: runas, client: h.netbios(),
		addr: netip.IPv6Loopback(), process: `C:\Windows\System32\svchost.exe`,
	}, a.rules(h))
	x.end = func() { s.loggedOff(x, 2, 0) }
	return x
}

// refused is a network logon that fails at a Windows host.
func (s *sim) refused(parent *session, a *account, from, to *host, kind uint8, status uint32, why string) {
	if !from.reaches() || !to.reaches() {
		return
	}
	x := attempt(parent, a, from, to, "smb", why)
	if parent == nil {
		x.person = a.person
	}
	code := map[uint32]uint32{0xc000006a: 0x18, 0xc0000234: 0x12, 0xc0000071: 0x17, 0xc0000072: 0x12}[status]
	if code != 0 && to.machine != nil {
		s.ask(x, a, from, code)
	}
	r := s.event(to, s.dice.span(20*ms, 300*ms), 4625)
	r.win = winData{target: a, kind: kind, pack: ntlm, status: status, client: from.netbios(), addr: s.seen(from, to), port: s.port()}
	s.told(r, "failure", x)
}

func digits(n int) string {
	if n >= 10 {
		return digits(n/10) + string(rune('0'+n%10))
	}
	return string(rune('0' + n))
}
