package graph

import (
	"iter"
	"math/bits"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/recent"
)

// A guest is one hand that may be at work on a host: a session that is open
// there, as one of those that can have opened it. It has no pointers.
type guest struct {
	at, last, end int64  // when it came, when it did something last, when its session ended; end is 0 while it lives
	arrival       uint64 // Login.ID: the guests of one arrival are the hands that it can have been
	srcGen        uint32 // of the host that it came from, when this was inferred
	node          uint32 // the hop that it came by
	slot          uint32 // where it is, counted over all blocks
	session       footfall.Name
	account       footfall.Name // what it holds
	whose         footfall.Name // whose account that is
	held          footfall.Name // another account that was taken since: sudo, su, run as
	hand          footfall.Name // who is at the keyboard
	src           footfall.Name
	weight        float32 // how probable the hand is
	open          uint16  // sessions that this stands for: repeats of one way are not kept apart
	service       footfall.Service
	sort          sort
	flags         Flags
}

// A sort is what somebody does with a session.
type sort uint8

const (
	sortDesk  sort = iota // at a screen or a shell: hops come out of it
	sortShell             // commands run by a program or a line at a time: WinRM, WMI, DCOM
	sortNet               // files, printers, directories: nothing comes out of it
	sortJob               // a program that was started: service, batch, cron
	sortDoor              // an entry from outside, a cloud's console: others come out of it elsewhere
	sorts
)

// sortOf says what a logon is for.
func sortOf(l *Login) sort {
	switch l.Service {
	case footfall.ServiceRDP, footfall.ServiceSSH, footfall.ServiceVNC, footfall.ServiceTelnet, footfall.ServiceARD, footfall.ServiceR, footfall.ServiceRMM,
		footfall.ServiceKube:
		return sortDesk
	case footfall.ServiceLocal:
		if l.Type == 0 || l.Type == 4 || l.Type == 5 {
			return sortJob
		}
		return sortDesk
	case footfall.ServiceWinRM, footfall.ServiceWMI, footfall.ServiceDCOM:
		return sortShell
	case footfall.ServiceVPN, footfall.ServiceGateway, footfall.ServiceCloud, footfall.ServiceVirtual, footfall.ServiceWeb:
		return sortDoor
	}
	return sortNet
}

// A place is a host and who may be on it.
type place struct {
	name  footfall.Name
	first uint32 // block
	gen   uint32 // counts what comes and goes
	n     uint16
	nets  uint16 // of these, of sortNet
	left  uint16 // guests with a desk that made room and may still be there
	since int64  // when the last of these was left out
	out   uint64 // the newest of the logins that left it, in Engine.lately
	sure  prior
	seen  prior // other: persons who went on from here without having been seen to come
	// implied are persons who went on from here without having been seen to come.
	implied [2]implied
}

type implied struct {
	hand, account footfall.Name
	last          int64
}

// A prior is how often something was as it mostly is and how often otherwise:
// hands that went on with an account of their own, and with another's.
type prior struct{ own, other uint16 }

func (p *prior) saw(other bool) {
	n := &p.own
	if other {
		n = &p.other
	}
	if *n++; *n == 1<<15 {
		p.own, p.other = p.own/2, p.other/2
	}
}

const (
	inBlock    = 8
	mostGuests = 256     // on one host
	mostNets   = 64      // of these, ones that came for files and the like
	placesMost = 1 << 18 // hosts with guests
	mostAlike  = 4       // sessions of one hand with one account and of one sort
)

// A block is some of a place's guests. Whose they are stands apart, so that
// most can be passed over without being looked at.
type block struct {
	next     uint32
	whose    [inBlock]footfall.Name
	hands    [inBlock]footfall.Name
	arrivals [inBlock]uint64 // 0 for a free one
	guests   [inBlock]guest
}

// A register is all places and their guests. Numbers of blocks and places are
// indexes plus one, so that 0 is none.
type register struct {
	index  map[footfall.Name]uint32
	places []place
	blocks []block
	free   uint32 // blocks
	gone   []uint32
	turned int64                            // when the last search for empty places was made
	seats  *recent.Map[footfall.Name, seat] // by session
	most   int                              // places

	NoRoom int64 // guests of full hosts, with a desk there, that made room for others
	NoHost int64 // arrivals at hosts beyond the bound
}

func newRegister() register {
	return register{most: placesMost, index: map[footfall.Name]uint32{}, seats: recent.New[footfall.Name, seat](maxSeats)}
}

// get returns the place of a host, nil when nobody is known there.
func (r *register) get(n footfall.Name) *place {
	if i, ok := r.index[n]; ok {
		return &r.places[i-1]
	}
	return nil
}

// put returns the place of a host, nil when there are too many. The pointer is
// good until the next put.
func (r *register) put(n footfall.Name) *place {
	if i, ok := r.index[n]; ok {
		return &r.places[i-1]
	}
	if n == 0 {
		return nil
	}
	var i uint32
	if k := len(r.gone); k > 0 {
		i, r.gone = r.gone[k-1], r.gone[:k-1]
	} else {
		if len(r.places) >= r.most {
			return nil
		}
		r.places = append(r.places, place{})
		i = uint32(len(r.places))
	}
	r.index[n] = i
	r.places[i-1] = place{name: n}
	return &r.places[i-1]
}

// forget makes room for another host: this one has no guests.
func (r *register) forget(i int) {
	p := &r.places[i]
	delete(r.index, p.name)
	*p = place{}
	r.gone = append(r.gone, uint32(i+1))
}

// all yields the guests of a place.
func (r *register) all(p *place) iter.Seq[*guest] {
	return func(yield func(*guest) bool) {
		for b := p.first; b != 0; b = r.blocks[b-1].next {
			for i := range inBlock {
				if r.blocks[b-1].arrivals[i] != 0 && !yield(&r.blocks[b-1].guests[i]) {
					return
				}
			}
		}
	}
}

// with yields the guests of a place that hold a person's account.
func (r *register) with(p *place, person footfall.Name) iter.Seq[*guest] {
	return func(yield func(*guest) bool) {
		for b := p.first; b != 0; b = r.blocks[b-1].next {
			for i := range inBlock {
				if r.blocks[b-1].whose[i] == person && !yield(&r.blocks[b-1].guests[i]) {
					return
				}
			}
		}
	}
}

// of yields the guests of a place that one hand is.
func (r *register) of(p *place, hand footfall.Name) iter.Seq[*guest] {
	return func(yield func(*guest) bool) {
		for b := p.first; b != 0; b = r.blocks[b-1].next {
			for i := range inBlock {
				if r.blocks[b-1].hands[i] == hand && !yield(&r.blocks[b-1].guests[i]) {
					return
				}
			}
		}
	}
}

// by yields the guests of a place that one arrival is, each a hand that it can be of.
func (r *register) by(p *place, arrival uint64) iter.Seq[*guest] {
	return func(yield func(*guest) bool) {
		for b := p.first; b != 0 && arrival != 0; b = r.blocks[b-1].next {
			for i := range inBlock {
				if r.blocks[b-1].arrivals[i] == arrival && !yield(&r.blocks[b-1].guests[i]) {
					return
				}
			}
		}
	}
}

// admit makes somebody a guest; false when the host is full.
func (r *register) admit(p *place, g guest) bool {
	if p.n >= mostGuests {
		return false
	}
	at := &p.first
	for *at != 0 {
		b := &r.blocks[*at-1]
		for i, a := range b.arrivals {
			if a == 0 {
				r.seatAt(p, *at, i, g)
				return true
			}
		}
		at = &b.next
	}
	b := r.free
	if b == 0 {
		r.blocks = append(r.blocks, block{})
		b = uint32(len(r.blocks))
		at = r.last(p)
	} else {
		r.free = r.blocks[b-1].next
		r.blocks[b-1].next = 0
	}
	*at = b
	r.seatAt(p, b, 0, g)
	return true
}

// last is where the number of a further block goes.
func (r *register) last(p *place) *uint32 {
	at := &p.first
	for *at != 0 {
		at = &r.blocks[*at-1].next
	}
	return at
}

func (r *register) seatAt(p *place, b uint32, i int, g guest) {
	k := &r.blocks[b-1]
	g.slot = (b-1)*inBlock + uint32(i)
	k.whose[i], k.hands[i], k.arrivals[i], k.guests[i] = g.whose, g.hand, g.arrival, g
	p.n++
	if g.sort == sortNet {
		p.nets++
	}
}

// turn makes a guest one of another sort.
func (r *register) turn(p *place, g *guest, k sort) {
	if g.sort == sortNet {
		p.nets--
	}
	if g.sort = k; k == sortNet {
		p.nets++
	}
}

// remove forgets a guest.
func (r *register) remove(p *place, g *guest) {
	if g.sort == sortNet {
		p.nets--
	}
	k, i := &r.blocks[g.slot/inBlock], g.slot%inBlock
	k.whose[i], k.hands[i], k.arrivals[i], k.guests[i] = 0, 0, 0, guest{}
	p.n--
	p.gen++
}

// least is the guest of a full host that is least likely to go on from there,
// of those that came for files and the like where nets says so.
func (r *register) least(p *place, nets bool) (found *guest) {
	for g := range r.all(p) {
		if (!nets || g.sort == sortNet) && (found == nil || g.less(found)) {
			found = g
		}
	}
	return found
}

// rate is how readily logins come out of a guest's session. An administrator
// can start anything over the network.
func (g *guest) rate() float64 {
	if g.sort == sortNet && g.flags&FlagElevated != 0 {
		return rateAdmin
	}
	return rates[g.sort]
}

func (g *guest) less(o *guest) bool {
	switch {
	case (g.end == 0) != (o.end == 0):
		return g.end != 0
	case g.rate() != o.rate():
		return g.rate() < o.rate()
	case g.last != o.last:
		return g.last < o.last
	}
	return g.arrival < o.arrival
}

// tidy gives back blocks without guests.
func (r *register) tidy(p *place) {
	for at := &p.first; *at != 0; {
		b := &r.blocks[*at-1]
		used := false
		for _, a := range b.arrivals {
			used = used || a != 0
		}
		if used {
			at = &b.next
			continue
		}
		i := *at
		*at, b.next = b.next, r.free
		r.free = i
	}
}

// A seat says on which host a session is and by which arrival it came.
type seat struct {
	place   footfall.Name
	arrival uint64
}

const maxSeats = 1 << 18

const (
	minute = int64(60 * 1e9)
	hour   = 60 * minute
	day    = 24 * hour
)

// A length is how long sessions of a service were that were seen to end, by
// powers of two of a second.
type length struct {
	of   [24]uint32
	n    uint32
	most int64 // how long nearly all were, 0 while too few were seen to end
}

const (
	enoughLengths = 200
	share995      = 0.995
)

func (l *length) saw(d int64) {
	b := min(bits.Len64(uint64(max(d, 0)/1e9)), len(l.of)-1)
	l.of[b]++
	if l.n++; l.n%64 != 0 || l.n < enoughLengths {
		return
	}
	if l.n >= 1<<20 {
		l.n = 0
		for i := range l.of {
			l.of[i] /= 2
			l.n += l.of[i]
		}
	}
	seen := uint32(0)
	for b, n := range l.of {
		if seen += n; float64(seen) >= share995*float64(l.n) {
			l.most = 1e9 << b
			return
		}
	}
}
