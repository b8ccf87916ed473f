package graph

import (
	"fmt"
	"time"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/recent"
)

// A Part is a part of the engine that evaluations leave out to measure it.
type Part uint16

const (
	PartWeights  Part = 1 << iota // candidates weighed, not counted
	PartLinks                     // exact links
	PartPeers                     // peers and everybody behind the person's own history
	PartExposure                  // whether the credential was exposed on the path
	PartVelocity                  // how many new hosts in how short a time
	PartLong                      // sessions as long as they live, not a day
	PartOwn                       // the second budget, of paths without a switch
	PartBudget                    // the threshold of the days before; without it the first of each day are told
)

// Options say what an Engine looks things up in. The last two are for
// evaluations and tests.
type Options struct {
	Names   *footfall.Names
	Context *footfall.Context
	Past    footfall.Past
	// Zone returns the time zone that an account's person works in, nil for UTC.
	Zone func(account footfall.Name) *time.Location

	Without Part
	// Told is called for each arrival with what was inferred of it, and again
	// when a late record changes that. It must not keep the Inference.
	Told func(*Login, *Inference)
	// Beyond is called with the ID of each finding that only the second budget
	// let through.
	Beyond func(id string)
}

// A Class says whether accounts were changed on the way to a login.
type Class uint8

const (
	Straight Class = iota // every hand that it can have been uses its own account
	Unclear               // some of the hands that it can have been would have changed accounts
	Clear                 // whoever it was changed accounts
)

var classes = [...]string{"no switch", "unclear switch", "clear switch"}

func (c Class) String() string { return classes[c] }

// An Inference says out of which session a login came, and whose hand it was.
type Inference struct {
	Class Class
	Shown bool   // by a record, not inferred
	Hands []Hand // the likeliest first, at most handsTold; their weights and Other sum to 1
	Of    int    // how many hands it can have been
	Other float64
	Root  Root // what the likeliest begins with
}

// A Hand is one way that a login can have come about.
type Hand struct {
	Parent  uint64        // ID of the login that it went on from; 0 when the path begins here
	Account footfall.Name // the account that was used there
	Person  footfall.Name // whose hand it is: the person at the root of the path
	Weight  float64
	Switch  bool // the account belongs to another person than the hand
}

// A Root is what a path begins with.
type Root uint8

const (
	RootOwner     Root = iota // the workstation of the person
	RootAccount               // a host where nobody is known to have come in: the account's person is taken
	RootNoInbound             // a server where nobody was logged on: missing logs, the console, an implant
	RootOutside               // a public address, a VPN or a gateway
	RootShared                // an address that stands for many
)

// An Engine follows the hands. One goroutine owns it.
type Engine struct {
	opt   Options `freeze:"-"`
	judge *judge  // nil for measuring what is inferred alone

	reg     register
	pool    pool
	lengths [256]length                         // by service
	sure    prior                               // over all hosts
	used    *recent.Map[footfall.Name, use]     // by host: the account that somebody there took last
	desks   *recent.Map[footfall.Name, sitting] // by person
	doors   *recent.Map[footfall.Name, sitting]
	lately  []departure // logins that left hosts, a ring
	gone    uint64      // how many there were
	now     int64
	Late    int64 // logins of which a later record changed what was inferred

	same       uint64           `freeze:"-"` // the arrival that the login is a further record of
	left       int              `freeze:"-"` // hands that found no room where a login left, and what they weigh
	bustle     float64          `freeze:"-"` // how readily logins come out of the sessions where a login left, together
	leftWeight float64          `freeze:"-"`
	cands      []cand           `freeze:"-"`
	asked      int              `freeze:"-"`
	inf        Inference        `freeze:"-"`
	ways       []way            `freeze:"-"`
	hops       [handsTold][]hop `freeze:"-"`
}

// New returns an Engine that has seen nothing.
func New(o Options) *Engine {
	return &Engine{
		opt: o, judge: newJudge(o), reg: newRegister(),
		used:  recent.New[footfall.Name, use](maxUses),
		desks: recent.New[footfall.Name, sitting](maxSittings),
		doors: recent.New[footfall.Name, sitting](maxSittings),
	}
}

// Observe takes the next Login. s is the step that it was made of.
func (e *Engine) Observe(l *Login, s *footfall.Step, out *footfall.Sink) {
	e.now = max(e.now, l.Time)
	switch l.What {
	case Arrive:
		e.arrive(l, s, out)
	case Change:
		e.change(l, out)
	case Leave:
		e.leave(l)
	case Fail:
		if e.judge != nil {
			e.judge.failure(l)
		}
	}
}

// Flush ends the run at the time of the last step.
func (e *Engine) Flush(now int64, out *footfall.Sink) {
	if e.judge != nil {
		e.judge.flush(now, out)
	}
	if n := e.reg.NoRoom; n > 0 {
		out.Notes = append(out.Notes, fmt.Sprintf("paths: %d sessions on hosts with more than %d made room for others and were not followed to their end", n, mostGuests))
	}
	if n := e.reg.NoHost; n > 0 {
		out.Notes = append(out.Notes, fmt.Sprintf("paths: %d logons to hosts beyond the first %d were not followed", n, e.reg.most))
	}
}

// arrive infers whose hand a login was, keeps it as a guest of its host, and
// has it judged.
func (e *Engine) arrive(l *Login, s *footfall.Step, out *footfall.Sink) {
	if l.Flags&FlagMachine != 0 {
		e.tell(l, e.itself(l))
		return
	}
	moved := e.moved(l)
	again, known := e.again(l)
	if known && e.opt.Told == nil {
		return
	}
	e.same = again
	shown := e.infer(l)
	inf := e.conclude(l, shown)
	if e.same = 0; known { // a further record of a logon, or a repeat of one that lives
		e.tell(l, inf)
		return
	}
	e.settle(l, inf)
	if moved != 0 {
		e.takeOut(e.reg.get(l.Dst), moved)
	}
	e.tell(l, inf)
	if e.judge != nil {
		e.judge.arrival(l, inf, e.ways, s, out)
	}
	e.teach(l, inf)
	e.departs(l, inf)
	e.sit(l)
	e.reconsider(l, out)
}

// sit notes where a person came last.
func (e *Engine) sit(l *Login) {
	switch {
	case l.Service == footfall.ServiceLocal && sortOf(l) == sortDesk:
		s, _ := e.desks.Put(l.Person)
		*s = sitting{l.Dst, l.ID}
	case l.Service == footfall.ServiceCloud:
		s, _ := e.doors.Put(l.Person)
		*s = sitting{l.Dst, l.ID}
	}
}

func (e *Engine) tell(l *Login, inf *Inference) {
	if e.opt.Told != nil {
		e.opt.Told(l, inf)
	}
}

// itself is what is inferred of a computer's own account: no hand but its own.
func (e *Engine) itself(l *Login) *Inference {
	e.inf = Inference{Of: 1, Hands: append(e.inf.Hands[:0], Hand{Account: l.Account, Person: l.Person, Weight: 1}), Root: RootAccount}
	return &e.inf
}

// settle makes the hops of the likeliest hands and the guests that they are
// on the host now, and the ways that are judged.
func (e *Engine) settle(l *Login, inf *Inference) {
	p := e.place(l.Dst, l.Time)
	e.hopsOf(l, inf, p)
	if p != nil {
		p.gen++
	}
	for i := range inf.Hands {
		if c := &e.cands[i]; c.weight >= 0.5 {
			e.active(l, c)
			e.imply(l, c)
			e.trust(l, c)
			e.trains(l, inf)
		}
	}
}

// place is that of a host. Where there are too many, those go where nobody is
// any more; it is nil when there are none.
func (e *Engine) place(n footfall.Name, now int64) *place {
	p := e.reg.put(n)
	if p != nil || n == 0 {
		return p
	}
	if now-e.reg.turned > hour {
		e.reg.turned = now
		for i := range e.reg.places {
			at := &e.reg.places[i]
			for g := range e.reg.all(at) {
				if e.over(g, now) {
					e.remove(at, g)
				}
			}
			if e.reg.tidy(at); at.n == 0 && at.name != 0 {
				e.reg.forget(i)
			}
		}
		p = e.reg.put(n)
	}
	if p == nil {
		e.reg.NoHost++
	}
	return p
}

// hopsOf makes the hop of each likely hand and the way that leads to it, and
// makes the hands guests of p, where that is not nil.
func (e *Engine) hopsOf(l *Login, inf *Inference, p *place) {
	e.ways = e.ways[:0]
	gen := uint32(0)
	if q := e.reg.get(l.Src); q != nil {
		gen = q.gen
	}
	for i := range inf.Hands { // those that make room for others must not go before they are linked to
		e.pool.hold(e.cands[i].node)
	}
	for i := range inf.Hands {
		c := &e.cands[i]
		h := e.hop(l, inf, c)
		n := e.pool.add(&h, c.node)
		e.pool.nodes[n-1].other = c.other
		w := e.pool.way(e.hops[i], n)
		e.hops[i], w.weight, w.others = w.hops, c.weight, inf.Hands
		e.ways = append(e.ways, w)
		if p == nil || i > 0 && c.weight < leastKept || !e.admit(p, l, c, n, gen) {
			e.pool.drop(n)
		}
	}
	for i := range inf.Hands {
		e.pool.drop(e.cands[i].node)
	}
}

// leastKept is how probable a hand must be to be followed beside a likelier one.
const leastKept = 0.02

func (e *Engine) hop(l *Login, inf *Inference, c *cand) hop {
	h := hop{
		id: l.ID, after: c.arrival, time: l.Time, ref: l.Ref, src: l.Src, dst: l.Dst, account: l.Account, person: l.Person, hand: c.hand,
		session: l.Session, service: l.Service, srcKind: l.SrcKind, dstKind: l.DstKind, flags: l.Flags, class: inf.Class,
		root: e.rootOf(c), shown: inf.Shown, of: uint8(min(inf.Of, 255)),
	}
	if c.arrival != 0 {
		h.was = c.account
		for i := range e.cands {
			if e.cands[i].arrival == c.arrival {
				h.weight += float32(e.cands[i].weight)
			}
		}
	} else {
		h.weight = float32(c.weight)
	}
	return h
}

// admit makes a hand that came to a host its guest.
func (e *Engine) admit(p *place, l *Login, c *cand, n, gen uint32) bool {
	if g := e.newest(p, l.ID, c.hand); g != nil { // one hand, though it can have come on two ways
		g.weight += float32(c.weight)
		return false
	}
	k := sortOf(l)
	e.crowd(p, l, c.hand, k)
	if nets := k == sortNet && p.nets >= mostNets; nets || p.n >= mostGuests {
		e.spare(p, l.Time, nets)
	}
	if !e.reg.admit(p, guest{
		at: l.Time, last: l.Time, arrival: l.ID, srcGen: gen, node: n, session: l.Session, account: l.Account, whose: l.Person, hand: c.hand, src: l.Src,
		weight: float32(c.weight), open: 1, service: l.Service, sort: k, flags: l.Flags,
	}) {
		return false
	}
	e.seat(l, l.ID)
	return true
}

// spare makes room on a full host.
func (e *Engine) spare(p *place, now int64, nets bool) {
	g := e.reg.least(p, nets)
	if g.end == 0 && rates[g.sort] >= rates[sortShell] {
		if now-p.since > leftFor {
			p.left = 0
		}
		p.left, p.since = min(p.left, 1<<15)+1, now
		e.reg.NoRoom++
	}
	e.remove(p, g)
}

func (e *Engine) seat(l *Login, arrival uint64) {
	if l.Session == 0 || l.Flags&FlagAgain != 0 && l.Service == footfall.ServiceLocal {
		return
	}
	s, _ := e.reg.seats.Put(l.Session)
	*s = seat{l.Dst, arrival}
}

// crowd makes room among the sessions of one hand that are alike: the one that
// was quiet for longest goes.
func (e *Engine) crowd(p *place, l *Login, hand footfall.Name, k sort) {
	var oldest, gone *guest
	n := 0
	for g := range e.reg.of(p, hand) {
		if g.arrival == l.ID || g.account != l.Account || g.sort != k {
			continue
		}
		if g.end != 0 && gone == nil {
			gone = g
		}
		if n++; oldest == nil || g.last < oldest.last || g.last == oldest.last && g.arrival < oldest.arrival {
			oldest = g
		}
	}
	// Who sits down anew sat nowhere before; only such records tell of it.
	if gone != nil { // of sessions that are over the last is enough
		e.remove(p, gone)
		return
	}
	if n >= mostAlike || n > 0 && k == sortDesk && l.Src == 0 && l.Flags&FlagObserved != 0 && oldest.flags&FlagObserved != 0 {
		e.remove(p, oldest)
	}
}

// active notes that a guest did something.
func (e *Engine) active(l *Login, c *cand) {
	src := l.Src
	if src == 0 {
		src = l.Dst
	}
	p := e.reg.get(src)
	if c.arrival == 0 || p == nil {
		return
	}
	for g := range e.reg.by(p, c.arrival) {
		if g.hand == c.hand {
			g.last = max(g.last, l.Time)
		}
	}
}

func (e *Engine) remove(p *place, g *guest) {
	e.pool.drop(g.node)
	e.reg.remove(p, g)
}

// teach has the past learn what a likely hand did.
func (e *Engine) teach(l *Login, inf *Inference) {
	h := &inf.Hands[0]
	if h.Weight < 0.5 || h.Person == 0 {
		return
	}
	e.opt.Past.Teach(footfall.TraitHandAccount, h.Person, l.Account, 0, 0)
	e.opt.Past.Teach(footfall.TraitHandHost, h.Person, l.Dst, 0, 0)
	if h.Parent == 0 && !h.Switch && l.Src != 0 && l.Flags&(FlagPublic|FlagShared) == 0 {
		e.opt.Past.Teach(footfall.TraitHandRoot, l.Account, l.Src, 0, 0)
	}
}
