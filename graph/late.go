package graph

import "github.com/footfall/footfall"

// What comes late: a session that is recorded just after a login which came
// out of it, since clocks differ and many logs know seconds only, and the
// record of an account that was taken for a login that was seen before.

const (
	// sameTick is how much later the session can be recorded that any login
	// came out of, skewed one that the account's own came out of.
	sameTick = 2 * int64(1e9)
	skewed   = 2 * minute
	mostAnew = 16 // logins that one record has inferred anew
)

// reconsider infers anew whose hands the logins were that left a host just
// before somebody was seen to come there.
func (e *Engine) reconsider(l *Login, out *footfall.Sink) {
	p := e.reg.get(l.Dst)
	if p == nil || rates[sortOf(l)] < rates[sortShell] {
		return
	}
	n := 0
	for at := p.out; at != 0 && at+maxLately > e.gone && n < mostAnew; {
		d := e.departure(at)
		at = d.before
		if l.Time-d.login.Time > skewed {
			return
		}
		n++
		if d.shown || d.sure || d.login.ID == l.ID || d.login.Person != l.Person && l.Time-d.login.Time > sameTick {
			continue
		}
		e.anew(d, out)
	}
}

// shows infers anew whose hand a login was that left before it was recorded
// that its account was taken for it.
func (e *Engine) shows(l *Login, out *footfall.Sink) {
	p := e.reg.get(l.Dst)
	if p == nil {
		return
	}
	n := 0
	for at := p.out; at != 0 && at+maxLately > e.gone && n < mostAnew; n++ {
		d := e.departure(at)
		if at = d.before; l.Time-d.login.Time > ahead {
			return
		}
		if !d.shown && d.login.Dst == l.To && (d.login.Account == l.Account || d.login.Person == l.Person) {
			e.anew(d, out)
		}
	}
}

// anew infers again what a login came out of, and tells of it.
func (e *Engine) anew(d *departure, out *footfall.Sink) {
	l := &d.login
	e.Late++
	shown := e.infer(l)
	inf := e.conclude(l, shown)
	d.shown, d.sure = shown, inf.Hands[0].Parent != 0 && !inf.Hands[0].Switch
	p := e.reg.get(l.Dst)
	old := e.takeOut(p, l.ID)
	if old.arrival == 0 {
		p = nil // its session is over
	}
	e.hopsOf(l, inf, p)
	if p != nil {
		for g := range e.reg.by(p, l.ID) {
			g.last, g.end, g.open, g.session, g.service = old.last, old.end, old.open, old.session, old.service
			e.reg.turn(p, g, old.sort)
		}
	}
	if c := &e.cands[0]; c.weight >= 0.5 {
		e.active(l, c)
	}
	e.tell(l, inf)
	if e.judge != nil {
		e.judge.revise(l, inf, e.ways, out)
	}
}

// takeOut removes the guests of an arrival and returns one of them.
func (e *Engine) takeOut(p *place, arrival uint64) (old guest) {
	if p == nil {
		return old
	}
	for g := range e.reg.by(p, arrival) {
		old = *g
		e.remove(p, g)
	}
	return old
}

// newest returns the guest that a hand of an arrival is.
func (e *Engine) newest(p *place, arrival uint64, hand footfall.Name) (found *guest) {
	for g := range e.reg.by(p, arrival) {
		if g.hand == hand {
			found = g
		}
	}
	return found
}
