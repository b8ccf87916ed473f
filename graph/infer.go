package graph

import (
	"math"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/recent"
)

// A cand is one hand that a login can be of: a guest of the host that it left,
// or somebody who was not seen to come there.
type cand struct {
	arrival uint64  // of the guest; 0 when the way begins here
	node    uint32  // the guest's hop
	weight  float64 // how probable this is, after weigh; before that in proportion
	account footfall.Name
	hand    footfall.Name
	root    Root
	other   bool // the account logged on with is another's than the hand
	there   bool // somebody who can do anything was seen to come, and is there
}

// What a candidate's weight is made of. These were fitted on logins of which
// the records show what they came out of.
var (
	// rates are how readily logins come out of a session of each sort.
	rates = [sorts]float64{sortDesk: 1, sortShell: 0.2, sortNet: 0.003, sortJob: 1, sortDoor: 0.01}
)

const (
	// Of a hand that holds an account, how much less often it goes on with
	// another account of its own person.
	ownOther = 0.5
	// How often somebody goes on with another's account: one hop of twenty,
	// before anything is known.
	switchOwn, switchOther = 20, 1
	// However seldom it was seen: who steals accounts was not seen before.
	leastSwitch = 0.004
	// How probable another's account is for a hand that was never seen to use
	// it, beside one that does so daily.
	neverUsed = 0.02
	nobodys   = 0.2 // of an account that is no person's
	// How much a hand counts that was not seen to come.
	unseenKnown  = 0.02 // though a session of the same person is there
	unseenUsual  = 1.0  // whose account comes from there day after day
	unseenRare   = 0.01
	unseenOwner  = 0.5  // who works on that host
	unseenSelf   = 0.15 // a program's account
	unseenRoot   = 0.1  // one that every host has
	unseenSeat   = 0.1  // a further person at a desk where somebody sits
	unseenTheirs = 0.02 // one that is not of the host that it was used on
	unseenTool   = 0.01 // the same on somebody's workstation
	ended        = 0.02 // its session did, and much longer than clocks differ: squared
	rateAdmin    = 0.02 // over the network with administrator rights
	idleHalf     = 10 * minute
	grace        = 3 * minute
	asked        = 6        // questions to the past about one login
	unseenAway   = 0.3      // from an address that stands for many, beside a desk of the person
	leastBustle  = 0.3      // the more go on from a host, the more are not seen to come
	seesWell     = 20       // logins that a host's records are taken to explain before any was seen
	leftFor      = 21 * day // how long guests that found no room are taken to be there
	fewSources   = 4
	impliedFor   = 4 * day
	sureOwner    = 0.9
	switchEnough = 0.002
)

// infer lists the hands that a login can be of, with their weights. It reports
// whether a record shows which, and whether anything was asked of the past.
func (e *Engine) infer(l *Login) (shown bool) {
	e.cands, e.asked, e.left, e.leftWeight, e.bustle = e.cands[:0], 0, 0, 0, 0
	src := l.Src
	if src == 0 && l.Service != footfall.ServiceLocal {
		src = l.Dst // from the host to itself
	}
	if e.linked(l, src) {
		e.normalise()
		return true
	}
	switch {
	case l.Src == 0 && l.Service == footfall.ServiceLocal:
		e.root(l, RootAccount, l.Person, 1)
	case sortOf(l) == sortDoor && l.Src == 0, l.Flags&FlagPublic != 0:
		if l.Service == footfall.ServiceCloud {
			e.sits(l, &e.doors, true)
		}
		if l.Flags&FlagShared != 0 && len(e.cands) == 0 {
			e.sits(l, &e.desks, false)
		}
		e.root(l, RootOutside, l.Person, unseenAway)
	case l.Flags&FlagShared != 0 && l.Flags&FlagInner == 0:
		e.sits(l, &e.desks, false)
		e.root(l, RootShared, l.Person, unseenAway)
	default:
		e.inside(l, src)
	}
	e.normalise()
	return false
}

func (e *Engine) root(l *Login, r Root, hand footfall.Name, weight float64) {
	if hand == 0 || weight <= 0 {
		return
	}
	e.cands = append(e.cands, cand{weight: weight, account: l.Account, hand: hand, root: r, other: hand != l.Person})
}

// inside lists the guests of the host that a login left, and who may be there
// without having been seen to come.
func (e *Engine) inside(l *Login, src footfall.Name) {
	p := e.reg.get(src)
	own := 0.0
	owner := false
	if p != nil {
		sigma := e.sigma(p)
		bastion := l.SrcKind == footfall.HostBastion
		for g := range e.reg.all(p) {
			if e.itsOwn(l, g) {
				continue
			}
			if e.over(g, l.Time) {
				e.remove(p, g)
				continue
			}
			w := e.rate(l, g, sigma, bastion)
			if w == 0 {
				continue
			}
			c := cand{arrival: g.arrival, node: g.node, weight: w, account: g.account, hand: g.hand, other: g.hand != l.Person}
			c.there = rates[g.sort] >= rates[sortShell] && g.end == 0
			e.cands = append(e.cands, c)
			if !c.other {
				own += w
			}
			owner = owner || g.hand == l.Owner
		}
		e.reg.tidy(p)
	}
	if len(e.cands) == 0 || e.opt.Without&PartWeights == 0 {
		e.unseen(l, p, own, owner)
	}
	if p != nil && p.left > 0 && l.Time-p.since < leftFor {
		e.left = int(p.left)
		e.leftWeight = float64(p.left) * e.sigma(p) * neverUsed
	}
}

// itsOwn reports whether a guest is the login itself, or came out of it.
func (e *Engine) itsOwn(l *Login, g *guest) bool {
	if g.arrival == l.ID || g.arrival == e.same {
		return true
	}
	if g.at < l.Time {
		return false
	}
	return g.at-l.Time > skewed || e.pool.holds(g.node, l.ID)
}

// trust counts whether somebody who went on from a host had been seen to come.
func (e *Engine) trust(l *Login, c *cand) {
	if p := e.reg.get(l.Src); p != nil && l.Flags&(FlagNobodys|FlagPublic|FlagShared) == 0 && !c.other {
		p.seen.saw(c.arrival == 0)
	}
}

// A sitting is where somebody came last, at a desk or into a cloud.
type sitting struct {
	place   footfall.Name
	arrival uint64
}

const maxSittings = 1 << 16

// sits adds the newest session of the account's person at a desk or in a
// cloud: it is where somebody is who comes from an address that stands for
// many or is not known.
func (e *Engine) sits(l *Login, where **recent.Map[footfall.Name, sitting], fromThere bool) {
	at := (*where).Get(l.Person)
	if at == nil {
		return
	}
	p := e.reg.get(at.place)
	if p == nil {
		return
	}
	for g := range e.reg.by(p, at.arrival) {
		if g.end != 0 || e.over(g, l.Time) || fromThere && g.src != l.Src {
			continue
		}
		e.cands = append(e.cands, cand{arrival: g.arrival, node: g.node, weight: float64(g.weight), account: g.account, hand: g.hand, other: g.hand != l.Person})
	}
}

// rate is how readily a guest makes such a login, in proportion.
func (e *Engine) rate(l *Login, g *guest, sigma float64, bastion bool) float64 {
	w := float64(g.weight) * g.rate()
	if e.opt.Without&PartWeights != 0 {
		if g.end != 0 || rates[g.sort] < rates[sortShell] {
			return 0
		}
		return float64(g.weight)
	}
	w /= math.Sqrt(1 + float64(max(l.Time-g.last, 0))/float64(idleHalf))
	if g.end == 0 {
		e.bustle += w
	} else {
		if w *= ended; l.Time-g.end > grace {
			w *= ended
		}
	}
	switch {
	case g.account == l.Account && g.hand == l.Person:
		w *= 1 - sigma
	case g.hand == l.Person:
		w *= (1 - sigma) * ownOther
	case g.held == l.Account: // it took it just now
		w *= 1 - sigma
	case g.account == l.Account: // another's hand holds it already
		w *= (1 - sigma) * ownOther
	case g.sort == sortJob: // a program keeps to its account
		w *= sigma * neverUsed
	case bastion && l.Flags&FlagNobodys == 0:
		w *= sigma * neverUsed
	default:
		w *= e.takes(l, g.hand, sigma)
	}
	return w
}

// takes is how probable it is that a hand goes on with an account that is not
// its own. One that is nobody's is there to be used.
func (e *Engine) takes(l *Login, hand footfall.Name, sigma float64) float64 {
	m := e.uses(hand, l.Account)
	if l.Flags&FlagNobodys != 0 {
		return max(m, nobodys)
	}
	return sigma * m
}

// uses is how probable an account is for a person's hand when it takes another's.
func (e *Engine) uses(hand, account footfall.Name) float64 {
	if e.asked >= asked {
		return neverUsed
	}
	e.asked++
	t := e.opt.Past.Tally(footfall.TraitHandAccount, hand, account, 0, 0)
	n := float64(t.Days)
	if t.Today {
		n += 0.5
	}
	return max(neverUsed, n/(n+1))
}

// sigma is how probable it is that a hand goes on from a host with another's account.
func (e *Engine) sigma(p *place) float64 {
	all := float64(switchOther+int(e.sure.other)) / float64(switchOwn+switchOther+int(e.sure.own)+int(e.sure.other))
	const strength = switchOwn + switchOther
	return max(leastSwitch, (strength*all+float64(p.sure.other))/(strength+float64(p.sure.own)+float64(p.sure.other)))
}

// unseen adds who may be on the host without having been seen to come.
func (e *Engine) unseen(l *Login, p *place, own float64, owner bool) {
	none := len(e.cands) == 0
	if none && e.elsewhere(l) {
		e.sits(l, &e.desks, false)
		none = len(e.cands) == 0
		own = float64(len(e.cands))
	}
	if p != nil {
		e.implied(l, p)
	}
	desk := l.SrcKind == footfall.HostWorkstation || l.SrcKind == footfall.HostUnknown
	nobodys := l.Flags&FlagNobodys != 0
	if l.Owner != 0 && !owner {
		w := unseenOwner
		if l.Owner != l.Person {
			w *= e.takes(l, l.Owner, e.sigmaOf(p))
			if none && !nobodys {
				w = sureOwner
			}
		}
		e.root(l, e.ownRoot(l), l.Owner, w)
		if l.Owner == l.Person {
			return
		}
	}
	r, w := RootNoInbound, unseenRare*p.blind()*max(e.bustle, leastBustle)
	if desk {
		r = RootAccount
	}
	switch {
	case len(e.cands) == 0:
		w = 1
	case own > 0:
		w = unseenKnown * own
	case desk && nobodys:
		if w = unseenTool; e.usual(l) && e.few(l) {
			w = unseenSelf
		}
	case none:
		w = 1 - sureOwner
	case e.usual(l):
		w = unseenUsual
	case l.Flags&FlagService != 0:
		w = unseenSelf
	case nobodys:
		w = unseenRoot
	case desk && e.somebody():
		w *= unseenSeat
	}
	if l.Flags&FlagTheirs != 0 && len(e.cands) > 0 {
		w *= unseenTheirs
	}
	e.root(l, r, l.Person, w)
}

// somebody reports whether anybody was seen to come to where a login left.
func (e *Engine) somebody() bool {
	for i := range e.cands {
		if e.cands[i].there {
			return true
		}
	}
	return false
}

// elsewhere reports whether where a login came from is an address whose host
// is not known, or a name that a desk of the account's person may have.
func (e *Engine) elsewhere(l *Login) bool {
	if l.Src == 0 || l.Flags&FlagInner != 0 {
		return false
	}
	from := e.opt.Names.String(l.Src)
	if from[0] >= '0' && from[0] <= '9' || strings.IndexByte(from, ':') >= 0 {
		return true
	}
	at := e.desks.Get(l.Person)
	if at == nil {
		return false
	}
	label, _, full := strings.Cut(from, ".")
	return full && label == e.opt.Names.String(at.place)
}

// implied adds who went from the host before without having been seen to come.
func (e *Engine) implied(l *Login, p *place) {
	for i := range p.implied {
		m := &p.implied[i]
		if m.hand == 0 || m.hand == l.Person || m.hand == l.Owner || l.Time-m.last > impliedFor {
			continue
		}
		w := unseenOwner * e.takes(l, m.hand, e.sigma(p))
		if l.SrcKind != footfall.HostWorkstation && l.SrcKind != footfall.HostUnknown {
			w *= unseenRare
		}
		e.cands = append(e.cands, cand{weight: w, account: m.account, hand: m.hand, root: RootAccount, other: true})
	}
}

// imply notes who went from a host without having been seen to come.
func (e *Engine) imply(l *Login, c *cand) {
	if c.arrival != 0 || c.other || l.Src == 0 || l.Flags&(FlagPublic|FlagShared|FlagNobodys) != 0 || c.weight < 0.5 {
		return
	}
	p := e.reg.get(l.Src)
	if p == nil {
		return
	}
	at := &p.implied[0]
	for i := range p.implied {
		if p.implied[i].hand == c.hand {
			at = &p.implied[i]
			break
		}
		if p.implied[i].last < at.last {
			at = &p.implied[i]
		}
	}
	*at = implied{c.hand, l.Account, l.Time}
}

func (e *Engine) sigmaOf(p *place) float64 {
	if p == nil {
		return e.sigma(&place{})
	}
	return e.sigma(p)
}

func (e *Engine) ownRoot(l *Login) Root {
	if l.Flags&FlagInner != 0 {
		return RootOutside
	}
	return RootOwner
}

// blind is how probable it is that a person's session on a host is not seen, by
// those who went on from there. A host that nothing is known of sees.
func (p *place) blind() float64 {
	if p == nil {
		return 1
	}
	return (1 + float64(p.seen.other)) / (seesWell + float64(p.seen.own) + float64(p.seen.other))
}

// trains counts whether a hand that is known went on with an account of its own.
func (e *Engine) trains(l *Login, inf *Inference) {
	p := e.reg.get(l.Src)
	if p == nil || l.Flags&FlagNobodys != 0 {
		return
	}
	c := &e.cands[0]
	if c.arrival == 0 || !inf.Shown && (c.weight < sureOwner || !e.alone()) {
		return
	}
	p.sure.saw(c.other)
	e.sure.saw(c.other)
}

// alone reports whether one person alone was seen to be where a login left.
func (e *Engine) alone() bool {
	who := footfall.Name(0)
	for i := range e.cands {
		c := &e.cands[i]
		if c.arrival == 0 || !c.there {
			continue
		}
		if who != 0 && c.hand != who {
			return false
		}
		who = c.hand
	}
	return who != 0
}

// usual reports whether an account's own hand begins on a host day after day.
func (e *Engine) usual(l *Login) bool {
	e.asked++
	t := e.opt.Past.Tally(footfall.TraitHandRoot, l.Account, l.Src, 0, 0)
	return t.Days >= 2
}

// few reports whether an account comes from few hosts: a program's does, one
// that people share for a tool comes from where they all sit.
func (e *Engine) few(l *Login) bool {
	e.asked++
	h := e.opt.Past.Habit(footfall.TraitSource, l.Account)
	return h.Items <= fewSources
}

func (e *Engine) normalise() {
	sum := e.leftWeight
	for i := range e.cands {
		sum += e.cands[i].weight
	}
	for i := range e.cands {
		e.cands[i].weight /= sum
	}
}

// handsTold is how many hands of a login are told apart.
const handsTold = 4

// conclude makes the Inference of the candidates.
func (e *Engine) conclude(l *Login, shown bool) *Inference {
	inf := &e.inf
	*inf = Inference{Shown: shown, Hands: inf.Hands[:0]}
	own, other, there := 0.0, 0.0, false
	for i := range e.cands {
		c := &e.cands[i]
		if c.other {
			other += c.weight
			there = there || c.there
		} else if c.arrival != 0 || c.root == RootOwner || len(e.cands) == 1 || c.weight >= 0.5 && e.lacking(l) {
			own += c.weight
		}
	}
	switch {
	case other < switchEnough && !there:
		inf.Class = Straight
	case own < switchEnough:
		inf.Class = Clear
	default:
		inf.Class = Unclear
	}
	// The likeliest to the front, in the order of their coming where they are
	// as likely.
	n := min(len(e.cands), handsTold)
	for i := range n {
		best := i
		for j := i + 1; j < len(e.cands); j++ {
			if e.before(&e.cands[j], &e.cands[best]) {
				best = j
			}
		}
		e.cands[i], e.cands[best] = e.cands[best], e.cands[i]
	}
	left := 1.0
	for i := range e.cands[:n] {
		c := &e.cands[i]
		left -= c.weight
		inf.Hands = append(inf.Hands, Hand{Parent: c.arrival, Account: c.account, Person: c.hand, Weight: c.weight, Switch: c.other})
	}
	inf.Of = len(e.cands) + e.left
	if inf.Other = max(left, 0); inf.Of == n {
		inf.Other = 0
	}
	if n > 0 {
		inf.Root = e.rootOf(&e.cands[0])
	}
	return inf
}

// lacking reports whether it is no wonder that somebody was not seen to come to
// where a login left: the host's records lack many, or it is a program's.
func (e *Engine) lacking(l *Login) bool {
	return l.Flags&FlagService != 0 || e.reg.get(l.Src).blind() > 0.5 || e.usual(l)
}

// before orders candidates: the likelier, then the later, then by what does
// not depend on the order of names.
func (e *Engine) before(a, b *cand) bool {
	switch {
	case a.weight != b.weight:
		return a.weight > b.weight
	case a.arrival != b.arrival:
		return a.arrival > b.arrival
	case a.root != b.root:
		return a.root < b.root
	}
	return e.opt.Names.Less(a.hand, b.hand)
}

func (e *Engine) rootOf(c *cand) Root {
	if c.node == 0 {
		return c.root
	}
	return e.pool.nodes[c.node-1].root
}
