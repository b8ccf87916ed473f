// Package history is the learned baseline: who logs on from where to what, on
// how many days, and what reaches what. In go identified steps in the order of
// time, each after it was judged; analytics ask it what is usual, and get what
// came before the step that they look at. It keeps days and not events, in
// tables of 16 bytes for each thing known under a 64-bit hash: no name, no
// pointer. It can be written and read exactly, and what turned out to be abuse
// can be taken out of it again.
package history

import (
	"crypto/sha256"
	"encoding/binary"
	"math/bits"
	"time"

	"github.com/footfall/footfall"
)

// Options say what a History is told beside the steps.
type Options struct {
	Names   *footfall.Names
	Context *footfall.Context
	// Extra, Zone and Place are what Env has; Zone returns nil for UTC, and
	// Place may be nil.
	Extra func(footfall.Name) *footfall.Extra
	Zone  func(account footfall.Name) *time.Location
	Place func(addr footfall.Name) footfall.Place
	// Key makes the hashes of this baseline its own, so that nobody can make
	// names that are mistaken for known ones; a file keeps it.
	Key []byte
	// Most is how many things are known at most; the ones not seen for longest
	// make room for others. 0 is 128 million, about 3 GB.
	Most int
	// Unsaved leaves out what only a file is for: when which source of records
	// was learned from, an interval for each host and day.
	Unsaved bool
}

// A History is a baseline. One goroutine owns it.
type History struct {
	opt    Options
	day    int
	edges  table[tally]
	habits table[habit]
	rates  [footfall.Traits][2]rate
	sums   [footfall.Traits]uint64 // days over all owners and items
	groups peers
	days   tally // on which anything was learned
	hash   hashes
	held   held
	words  words
	nobody footfall.Name
	taught []taught // with the step that is being observed

	touched uint64 // by Expect, which is for what it reads and not for what it says

	Forgotten int64 // things that made room for others
	Skipped   int64 // steps that the baseline held already
	Refused   int64 // steps that were declared abuse, and so not learned from
	Unlearned int64 // of these, steps that had been learned from before
}

const most = 128 << 20

// New returns an empty History.
func New(o Options) *History {
	if o.Most == 0 {
		o.Most = most
	}
	if o.Context == nil {
		o.Context = &footfall.Context{}
	}
	h := &History{opt: o, held: newHeld(), words: newWords(o.Names)}
	h.hash.names, h.held.unsaved = o.Names, o.Unsaved
	h.nobody = o.Names.Intern(footfall.Anybody)
	h.hash.key = o.Key
	return h
}

// Now says at what time the next step is judged: what is asked until Observe
// is as of then.
func (h *History) Now(t int64) { h.day = max(h.day, dayOf(t)) }

// Len returns how many things are known.
func (h *History) Len() int { return h.edges.n }

// Tally implements footfall.Past.
func (h *History) Tally(t footfall.Trait, owner, a, b, c footfall.Name) footfall.Tally {
	return h.tally(h.day, t, owner, a, b, c)
}

func (h *History) tally(day int, t footfall.Trait, owner, a, b, c footfall.Name) footfall.Tally {
	if v := h.edges.get(h.item(t, h.ownerHash(t, owner), a, b, c)); v != nil {
		return v.before(day)
	}
	return footfall.Tally{}
}

// Habit implements footfall.Past.
func (h *History) Habit(t footfall.Trait, owner footfall.Name) footfall.Habit {
	return h.habit(h.day, t, owner)
}

func (h *History) habit(day int, t footfall.Trait, owner footfall.Name) footfall.Habit {
	if v := h.habits.get(h.owner(t, h.ownerHash(t, owner))); v != nil {
		return v.before(day)
	}
	return footfall.Habit{}
}

// A view is the past as of an earlier day.
type view struct {
	*History
	day int
}

// AsOf implements footfall.Past.
func (h *History) AsOf(t int64) footfall.Past { return view{h, min(dayOf(t), h.day)} }

// Tally implements footfall.Past.
func (v view) Tally(t footfall.Trait, owner, a, b, c footfall.Name) footfall.Tally {
	return v.tally(v.day, t, owner, a, b, c)
}

// Habit implements footfall.Past.
func (v view) Habit(t footfall.Trait, owner footfall.Name) footfall.Habit {
	return v.habit(v.day, t, owner)
}

// Tail implements footfall.Past.
func (h *History) Tail(t footfall.Trait, owner footfall.Name, n int) float64 {
	var own habit
	if v := h.habits.get(h.owner(t, h.ownerHash(t, owner))); v != nil {
		own = *v
		if int(own.last) != h.day { // its last day is over
			var none [2]rate
			own.turn(h.day, &none)
		}
	}
	k := weekend(h.day)
	return tail(n, &own, k, &h.rates[t])
}

// Span implements footfall.Past.
func (h *History) Span() (first int64, days int) {
	if h.days == 0 {
		return 0, 0
	}
	return start(h.days.first()), h.days.days()
}

// Discount and strength of the Pitman-Yor estimate: half a day of each known
// host is lent to the unknown ones.
const (
	discount = 0.5
	strength = 1.0
)

// Likely implements footfall.Past: the hierarchical estimate of account, peers,
// everybody and chance, from days (Teh 2006; Heard and Rubin-Delanchy 2016 use
// the Dirichlet case for edges of networks).
func (h *History) Likely(account, host footfall.Name) float64 {
	all := h.count(footfall.TraitAnyHost, h.nobody)
	p := 1 / float64(all.items+1)
	visits := h.count(footfall.TraitVisitor, host)
	p = smooth(float64(visits.sum), float64(h.sums[footfall.TraitHost]), float64(all.items), p)
	if g, _ := h.group(account); g != 0 {
		of := h.habits.get(h.owner(footfall.TraitPeerHost, g))
		n := h.edges.get(h.item(footfall.TraitPeerHost, g, host, 0, 0))
		if of != nil {
			p = smooth(days(n), float64(of.sum), float64(of.items), p)
		}
	}
	own := h.count(footfall.TraitHost, account)
	return smooth(days(h.edges.get(h.item(footfall.TraitHost, h.hash.of(account), host, 0, 0))), float64(own.sum), float64(own.items), p)
}

func (h *History) count(t footfall.Trait, owner footfall.Name) habit {
	if v := h.habits.get(h.owner(t, h.ownerHash(t, owner))); v != nil {
		return *v
	}
	return habit{}
}

func days(t *tally) float64 {
	if t == nil {
		return 0
	}
	return float64(t.days())
}

// smooth is one level of the estimate over the one below: n of sum days, on
// items different things.
func smooth(n, sum, items, below float64) float64 {
	total := strength + sum
	return max(n-discount, 0)/total + (strength+discount*items)/total*below
}

// owner and item are the keys of habits and of tallies.
func (h *History) owner(t footfall.Trait, owner uint64) uint64 { return mix(uint64(t)+1, owner) }

func (h *History) item(t footfall.Trait, owner uint64, a, b, c footfall.Name) uint64 {
	return h.itemOf(h.owner(t, owner), a, b, c)
}

func (h *History) itemOf(owner uint64, a, b, c footfall.Name) uint64 {
	k := mix(owner, h.hash.of(a))
	if b != 0 || c != 0 {
		k = mix(mix(k, h.hash.of(b)), h.hash.of(c))
	}
	return max(k, 1)
}

func mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a^0x9e3779b97f4a7c15, b^0xd6e8feb86659fd93)
	return hi ^ lo
}

// hashes are keyed hashes of names, each made once: 8 bytes for a name.
type hashes struct {
	names *footfall.Names
	key   []byte
	known [16][]uint64 // by the name's low bits, which Names deals out evenly
	buf   []byte
}

func (h *hashes) of(n footfall.Name) uint64 {
	if n == 0 {
		return 0
	}
	list, i := h.known[n&15], int(n>>4)
	if i < len(list) && list[i] != 0 {
		return list[i]
	}
	h.buf = append(append(h.buf[:0], h.key...), h.names.String(n)...)
	sum := sha256.Sum256(h.buf)
	v := max(binary.LittleEndian.Uint64(sum[:]), 1)
	for i >= len(list) {
		list = append(list, make([]uint64, max(64, i+1-len(list)))...)
	}
	list[i] = v
	h.known[n&15] = list
	return v
}
