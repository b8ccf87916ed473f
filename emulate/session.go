package emulate

import (
	"net/netip"
	"slices"
	"time"
)

// A session is what a logon opens and a logoff closes, with the one that it
// came from: the truth that analytics try to guess.
type session struct {
	id       uint64
	parent   *session
	person   *person
	account  *account
	from, to *host
	service  string
	why      string
	began    moment
	ready    moment // what the logon wrote is written by then
	open     bool
	parted   bool // lives on when its parent ends: tmux, a disconnected desktop
	children []*session
	end      func() // writes the records of the end

	luid, linked uint64
	number       uint8 // of the terminal session
	pid          int
	addr         netip.Addr
	port         uint16
	tickets      []*host
	forward      bool // the agent came along
	usedAt       moment
	campaign     *campaign
}

func (x *session) root() *session {
	for x.parent != nil {
		x = x.parent
	}
	return x
}

// begin opens a session out of another, or out of nothing when parent is nil.
func (s *sim) begin(x session) *session {
	s.sessions++
	x.id, x.began, x.open, x.usedAt = s.sessions, s.now, true, s.now
	x.campaign = s.actor
	n := &x
	if p := x.parent; p != nil {
		if x.person == nil {
			n.person = p.person
		}
		p.children = append(p.children, n)
	}
	if n.to != nil {
		n.to.open = append(n.to.open, n)
	}
	s.remember(n)
	return n
}

// cut ends what others have open on a host that goes away.
func (s *sim) cut(h *host) {
	for _, x := range slices.Clone(h.open) {
		if x.from != h && x.to == h {
			x.ready = 0
			s.finish(x)
		}
	}
}

// finish ends a session, and what was opened out of it first.
func (s *sim) finish(x *session) {
	if x == nil || !x.open {
		return
	}
	if x.ready > s.now { // nothing ends before it has begun
		s.at(x.ready, func() { s.finish(x) })
		return
	}
	x.open = false
	kids := x.children
	x.children = nil
	for _, c := range kids {
		if !c.parted {
			s.finish(c)
		}
	}
	if x.end != nil {
		s.as(x.campaign, x.end)
		x.end = nil
	}
	if p := x.parent; p != nil {
		p.children = without(p.children, x)
	}
	if x.to != nil {
		x.to.open = without(x.to.open, x)
	}
	s.truth.session(x, s.now, false)
}

// finishIn ends a session after a while.
func (s *sim) finishIn(x *session, d time.Duration) {
	s.after(d, func() { s.finish(x) })
}

// lost is what comes of a logon for which there is no way: a session that is
// over before it began and that nothing tells of.
func (s *sim) lost(parent *session, a *account, to *host) *session {
	if parent.open && parent.to.reaches() && to.reaches() && to.gone == 0 {
		return nil
	}
	return &session{parent: parent, person: parent.person, account: a, from: parent.to, to: to}
}

// hangUp is what becomes of sessions whose line is lost.
func (s *sim) hangUp(x *session) {
	if x == nil {
		return
	}
	for _, c := range slices.Clone(x.children) {
		switch {
		case c.parted:
		case c.service == implant:
			s.as(c.campaign, func() { s.hangUp(c) })
		case c.service == "rdp":
			s.part(c)
		case c.from != c.to:
			s.finishIn(c, s.dice.span(10*time.Second, 12*time.Minute))
		}
	}
}

// attempt is a logon that leads to no session.
func attempt(parent *session, a *account, from, to *host, service, why string) *session {
	x := &session{account: a, from: from, to: to, service: service, why: why}
	if parent != nil {
		x.person = parent.person
	}
	return x
}

func (s *sim) port() uint16 { return uint16(49152 + s.dice.IntN(16383)) }

func without(list []*session, x *session) []*session {
	if i := slices.Index(list, x); i >= 0 {
		return slices.Delete(list, i, i+1)
	}
	return list
}
