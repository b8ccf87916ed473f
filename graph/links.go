package graph

import "github.com/footfall/footfall"

// A use is an account that somebody on a host took, and for where.
type use struct {
	list [8]taken
	n    uint8
}

type taken struct {
	time            int64
	session         footfall.Name
	was, wasPerson  footfall.Name
	account, person footfall.Name
	to              footfall.Name // 0 for no host in particular
}

const (
	maxUses = 1 << 14
	// pairing is how long after an account was taken a login with it counts as
	// that; the clocks of the two hosts may differ.
	pairing = 3 * minute
	ahead   = minute
)

// A departure is a login that left a host, so that what led to it can be
// inferred anew.
type departure struct {
	login  Login
	before uint64 // the one that left the host before, counted from 1
	shown  bool
	sure   bool // it came out of a session of the account's own person
}

const maxLately = 1 << 14

// departs keeps a login for records that come late.
func (e *Engine) departs(l *Login, inf *Inference) {
	if l.Src == 0 || l.Flags&(FlagPublic|FlagShared) != 0 {
		return
	}
	p := e.place(l.Src, l.Time)
	if p == nil {
		return
	}
	if e.gone++; len(e.lately) < maxLately {
		e.lately = append(e.lately, departure{})
	}
	*e.departure(e.gone) = departure{login: *l, before: p.out, shown: inf.Shown, sure: inf.Hands[0].Parent != 0 && !inf.Hands[0].Switch}
	p.out = e.gone
}

// departure is one of the newest, by its number.
func (e *Engine) departure(n uint64) *departure { return &e.lately[(n-1)%maxLately] }

// linked takes what records show of where a login came from: the session that
// it names, or that somebody on the host took its account for it.
func (e *Engine) linked(l *Login, src footfall.Name) bool {
	if e.opt.Without&PartLinks != 0 {
		return false
	}
	if l.Parent != 0 && !e.nearer(l, src) && e.bySession(l, l.Parent) {
		return true
	}
	if src == 0 {
		return false
	}
	u := e.used.Get(src)
	if u == nil {
		return false
	}
	for i := int(u.n) - 1; i >= 0; i-- {
		t := &u.list[i]
		if t.account != l.Account && t.person != l.Person || t.to != l.Dst || l.Time-t.time > pairing || t.time-l.Time > ahead {
			continue
		}
		if t.session != 0 && e.bySession(l, t.session) || e.byHolder(l, src, t) {
			return true
		}
	}
	return false
}

// nearer reports whether the session that a login names is an entry from
// outside, and the host that it was made by has guests of its own: its records
// tell more.
func (e *Engine) nearer(l *Login, src footfall.Name) bool {
	s := e.reg.seats.Get(l.Parent)
	if s == nil || s.place == src || s.place == l.Dst {
		return false
	}
	p := e.reg.get(src)
	if p == nil {
		return false
	}
	for g := range e.reg.all(p) {
		if g.sort == sortDesk && g.end == 0 && !e.over(g, l.Time) {
			return true
		}
	}
	return false
}

// bySession lists the hands that a session can be of.
func (e *Engine) bySession(l *Login, session footfall.Name) bool {
	s := e.reg.seats.Get(session)
	if s == nil || s.arrival == l.ID || s.arrival == e.same {
		return false
	}
	p := e.reg.get(s.place)
	if p == nil {
		return false
	}
	for g := range e.reg.by(p, s.arrival) {
		if e.over(g, l.Time) {
			continue
		}
		e.cands = append(e.cands, cand{arrival: g.arrival, node: g.node, weight: float64(g.weight), account: g.account, hand: g.hand, other: g.hand != l.Person})
	}
	return len(e.cands) > 0
}

// byHolder lists the hands on a host that held the account which another was
// taken from.
func (e *Engine) byHolder(l *Login, src footfall.Name, t *taken) bool {
	p := e.reg.get(src)
	if p == nil {
		return false
	}
	for g := range e.reg.all(p) {
		if g.account != t.was || rates[g.sort] < rates[sortShell] || e.over(g, l.Time) {
			continue
		}
		w := e.rate(l, g, 0.5, false)
		e.cands = append(e.cands, cand{arrival: g.arrival, node: g.node, weight: w, account: g.account, hand: g.hand, other: g.hand != l.Person})
	}
	return len(e.cands) > 0
}

// change notes that somebody on a host took another account.
func (e *Engine) change(l *Login, out *footfall.Sink) {
	if l.Flags&FlagMachine != 0 {
		return
	}
	u, _ := e.used.Put(l.Dst)
	if int(u.n) == len(u.list) {
		copy(u.list[:], u.list[1:])
		u.n--
	}
	u.list[u.n] = taken{time: l.Time, session: l.Session, was: l.Was, wasPerson: l.WasPerson, account: l.Account, person: l.Person, to: l.To}
	u.n++
	e.holds(l)
	if l.To != 0 {
		e.shows(l, out)
	}
}

// holds notes that a session did something, and which account it has now.
func (e *Engine) holds(l *Login) {
	arrival := uint64(0)
	if s := e.reg.seats.Get(l.Session); l.Session != 0 && s != nil {
		arrival = s.arrival
	}
	p := e.reg.get(l.Dst)
	if p == nil {
		return
	}
	if arrival == 0 {
		arrival = e.only(p, l)
	}
	if arrival == 0 {
		return
	}
	for g := range e.reg.by(p, arrival) {
		g.last, g.held = max(g.last, l.Time), l.Account
	}
}

// only is the one session of an account on a host, 0 when there are several.
func (e *Engine) only(p *place, l *Login) (arrival uint64) {
	for g := range e.reg.all(p) {
		if g.account != l.Was || g.end != 0 || g.arrival == arrival {
			continue
		}
		if arrival != 0 {
			return 0
		}
		arrival = g.arrival
	}
	return arrival
}

// moved returns the arrival of a session that is taken up again from elsewhere,
// 0 when there is none: whose hand it is now is inferred anew. The session that
// a login names must be one of the account; else it is the newest that is.
func (e *Engine) moved(l *Login) uint64 {
	p := e.reg.get(l.Dst)
	if l.Flags&FlagAgain == 0 || l.Service == footfall.ServiceLocal || p == nil {
		return 0
	}
	var found *guest
	for g := range e.reg.with(p, l.Person) {
		if g.service != l.Service || g.end != 0 {
			continue
		}
		if g.session == l.Session {
			found = g
			break
		}
		if found == nil || found.session != l.Session && (g.at > found.at || g.at == found.at && g.arrival > found.arrival) {
			found = g
		}
	}
	if found == nil {
		return 0
	}
	l.Session = found.session
	return found.arrival
}

// again finds the arrival that a login is a further record of, or that it
// repeats while that lives and nothing changed where it came from.
func (e *Engine) again(l *Login) (first uint64, ok bool) {
	p := e.reg.get(l.Dst)
	if p == nil {
		return 0, false
	}
	gen := uint32(0)
	if q := e.reg.get(l.Src); q != nil {
		gen = q.gen
	}
	k := sortOf(l)
	for g := range e.reg.with(p, l.Person) {
		if g.arrival == l.ID || first != 0 && g.arrival != first || first == 0 && !e.repeats(l, g, k, gen) {
			continue
		}
		if first == 0 {
			first = g.arrival
			e.recorded(p, l, g, k)
		}
		g.last = max(g.last, l.Time)
	}
	return first, first != 0
}

// repeats reports whether a login is one that a guest came by: a further record
// of it, the same way again, or its desktop unlocked.
func (e *Engine) repeats(l *Login, g *guest, k sort, gen uint32) bool {
	if l.Flags&FlagAgain != 0 {
		return g.service == l.Service && g.sort == k && g.src == l.Src && g.end == 0 && !e.over(g, l.Time)
	}
	if g.session != 0 && g.session == l.Session {
		return true
	}
	if g.end != 0 || g.src != l.Src && (l.Time-g.at > together || g.src != 0 && l.Src != 0) {
		return false
	}
	if l.Time-g.at <= together && family(g.service) == family(l.Service) {
		return true
	}
	return k == sortNet && g.account == l.Account && g.service == l.Service && g.srcGen == gen && !e.over(g, l.Time)
}

// recorded takes what a further record tells of a guest. Network level
// authentication is a logon of its own, before that of the desktop.
func (e *Engine) recorded(p *place, l *Login, g *guest, k sort) {
	if l.Flags&FlagAgain != 0 {
		return // its own session is over in a moment
	}
	if rates[k] > rates[g.sort] {
		e.reg.seats.Delete(g.session)
		g.service, g.session, g.open = l.Service, l.Session, 1
		e.reg.turn(p, g, k)
		h := &e.pool.nodes[g.node-1]
		h.service, h.session = l.Service, l.Session
		e.seat(l, g.arrival)
		return
	}
	if s := e.reg.seats.Get(l.Session); l.Session != 0 && s == nil && k == g.sort {
		g.open = min(g.open, 1<<15) + 1
		e.seat(l, g.arrival)
	}
}

// together is how far apart the records of one logon may lie.
const together = 10 * int64(1e9)

// family is what the records of one logon call its service.
func family(s footfall.Service) footfall.Service {
	switch s {
	case footfall.ServiceNetwork, footfall.ServiceSMB, footfall.ServiceNTLM, footfall.ServiceKerberos, footfall.ServiceRPC, footfall.ServiceDCOM, footfall.ServiceWMI,
		footfall.ServiceWinRM, footfall.ServiceRDP:
		return footfall.ServiceNetwork
	}
	return s
}

// leave ends a session, or all of a host that began anew.
func (e *Engine) leave(l *Login) {
	if l.Session == 0 {
		if p := e.reg.get(l.Dst); p != nil {
			e.boot(p, l.Time)
		}
		return
	}
	s := e.reg.seats.Get(l.Session)
	if s == nil {
		return
	}
	at := *s
	p := e.reg.get(at.place)
	if p == nil || !e.theirs(p, at.arrival, l) {
		return
	}
	e.reg.seats.Delete(l.Session)
	for g := range e.reg.by(p, at.arrival) {
		if g.end != 0 {
			continue
		}
		if g.open--; g.open > 0 {
			continue
		}
		e.lengths[g.service].saw(l.Time - g.at)
		if g.sort == sortNet && g.flags&FlagElevated == 0 {
			e.remove(p, g) // nothing comes out of it any more
			continue
		}
		g.end = max(l.Time, 1)
		p.gen++
	}
}

// theirs reports whether an end can be that of an arrival: numbers of terminal
// sessions are used again, and a record may be taken for one of the session before.
func (e *Engine) theirs(p *place, arrival uint64, l *Login) bool {
	if l.Account == 0 {
		return true
	}
	for g := range e.reg.by(p, arrival) {
		return g.account == l.Account || g.whose == l.Person
	}
	return true
}

func (e *Engine) boot(p *place, at int64) {
	for g := range e.reg.all(p) {
		if g.end == 0 && g.at < at-minute {
			g.end = at
		}
	}
	p.gen++
}

// over reports whether a guest is gone: its session ended, or it was quiet for
// longer than nearly all sessions of its kind live.
func (e *Engine) over(g *guest, now int64) bool {
	if g.end != 0 {
		return now-g.end > outlives[g.sort]
	}
	return now-g.last > e.lives(g)
}

// outlives is how long something that a session started may go on after it.
var outlives = [sorts]int64{sortDesk: day, sortShell: day, sortNet: day, sortJob: grace, sortDoor: grace}

// livesMost is how long sessions that nothing ends are taken to live before
// their lengths are known.
var livesMost = [sorts]int64{sortDesk: 21 * day, sortShell: 12 * hour, sortNet: 8 * hour, sortJob: 7 * day, sortDoor: 36 * hour}

// lives is how long a session can live that no record ends.
func (e *Engine) lives(g *guest) int64 {
	if e.opt.Without&PartLong != 0 {
		return day
	}
	start := livesMost[g.sort]
	if n := e.lengths[g.service].most; n != 0 {
		return min(max(2*n, start/8), 2*start)
	}
	return start
}
