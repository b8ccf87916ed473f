package graph

import (
	"math"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/recent"
)

const (
	halfLife = 30 * aDay
	// learning is how long new hosts of a hand that was just met do not count
	// towards its pace: everything is new then.
	learning = footfall.EnoughDays * aDay
	// priorDays is how many days of its own a hand needs to weigh as much as
	// the pace of everybody.
	priorDays = 7
	// lately is how many new hosts of a hand are remembered.
	lately = 32
)

// spans are the lengths of time in which new things are counted.
var spans = [...]int64{10 * 60 * 1e9, aHour, aDay, 7 * aDay}

// A fading count halves in 30 days.
type fading struct {
	n    float64
	last int64
}

func (f *fading) at(t int64) float64 {
	if f.last == 0 {
		return 0
	}
	return f.n * math.Exp2(-float64(max(0, t-f.last))/halfLife)
}

func (f *fading) add(t int64, n float64) { f.n, f.last = f.at(t)+n, max(f.last, t) }

// A pace is how often a hand comes to new hosts, and goes ways that are judged.
type pace struct {
	first       int64 // when it was met
	hosts, ways fading
	times       [lately]int64 // of the last new hosts
	n           uint32        // new hosts in all
	own         own
}

// days is for how many days the pace was counted, fading as it does.
func (p *pace) days(t int64) float64 {
	since := float64(max(0, t-p.first-learning))
	return (1 - math.Exp2(-since/halfLife)) * halfLife / aDay / math.Ln2
}

// A tempo is the pace of everybody.
type tempo struct {
	hosts, ways, days fading // days of hands
	hands             int    // that were met
}

// turn counts a day of each hand.
func (e *tempo) turn(now int64) { e.days.add(now, float64(e.hands)) }

// rates are how many new hosts and ways a hand has in a day, as the shape and
// the days of a Gamma distribution: everybody's, then its own.
func (e *tempo) rates(p *pace, now int64) (hosts, ways, days float64) {
	all := e.days.at(now) + priorDays
	hosts, ways, days = (e.hosts.at(now)+1)/all*priorDays, (e.ways.at(now)+1)/all*priorDays, priorDays
	if p != nil {
		hosts, ways, days = hosts+p.hosts.at(now), ways+p.ways.at(now), days+p.days(now)
	}
	return hosts, ways, days
}

// average is how many ways a hand has in a day.
func (e *tempo) average(now int64) float64 {
	return (e.ways.at(now) + 1) / (e.days.at(now) + priorDays)
}

// burst is the least probability of as many new hosts as came within one of
// the spans up to now; fresh counts the one of now.
func (e *tempo) burst(p *pace, now int64, fresh bool) (least float64, n int, within int64) {
	least = 1
	r, _, b := e.rates(p, now)
	for _, span := range spans {
		c := 0
		if fresh {
			c = 1
		}
		if p != nil {
			for _, t := range p.times {
				if t != 0 && now-t <= span {
					c++
				}
			}
		}
		if q := moreThan(c, r, b, float64(span)/aDay); q < least {
			least, n, within = q, c, span
		}
	}
	return least, n, within
}

// moreThan is the probability of n or more things in a span of days, where r
// were counted in b days: the negative binomial distribution of a Poisson count
// whose rate has a Gamma distribution.
func moreThan(n int, r, b, days float64) float64 {
	if n <= 0 {
		return 1
	}
	p := b / (b + days)
	term := math.Exp(lgamma(r+float64(n)) - lgamma(float64(n)+1) - lgamma(r) + r*math.Log(p) + float64(n)*math.Log1p(-p))
	sum, k := term, float64(n)
	for range 1000 {
		ratio := (r + k) / (k + 1) * (1 - p)
		term *= ratio
		sum += term
		k++
		if term < sum*1e-9 && ratio < 1 {
			break
		}
	}
	return min(sum, 1)
}

func lgamma(x float64) float64 {
	v, _ := math.Lgamma(x)
	return v
}

// A tie is on how many days two names were seen together; a whole is how many
// things a name has, and on how many days, each for itself.
type tie struct{ first, last, days int32 }

type whole struct{ items, days int32 }

// Sorts of ties.
const (
	tieEdge uint8 = iota + 1 // source host, destination
	tieFrom                  // account, source host
)

type tieKey struct {
	sort uint8
	a, b footfall.Name
}

// ties count what the baseline counts by address, by host.
type ties struct {
	two *recent.Map[tieKey, tie]
	one *recent.Map[tieKey, whole]
}

const mostTies = 1 << 19

func newTies() ties {
	return ties{recent.New[tieKey, tie](mostTies), recent.New[tieKey, whole](mostTies / 4)}
}

func (t *ties) of(sort uint8, a, b footfall.Name) (n tie, all whole) {
	if v := t.two.Get(tieKey{sort, a, b}); v != nil {
		n = *v
	}
	if v := t.one.Get(tieKey{sort, a, 0}); v != nil {
		all = *v
	}
	return n, all
}

// learn counts a day, once.
func (t *ties) learn(sort uint8, a, b footfall.Name, today int32) {
	v, fresh := t.two.Put(tieKey{sort, a, b})
	if !fresh && v.last >= today {
		return
	}
	if fresh {
		v.first = today
	}
	v.last = today
	v.days++
	all, _ := t.one.Put(tieKey{sort, a, 0})
	if fresh {
		all.items++
	}
	all.days++
}
