package history

import (
	"math"

	"github.com/footfall/footfall"
)

// A tally is packed into the 8 bytes of a slot: the first and the last day
// (16 bits each, counted from 1970), the days in all (16), and the same with
// each day weighing half as much after 30 days, in steps of 1/1024 (16).
type tally uint64

const (
	halfLife  = 30 // days after which a day weighs half
	freshUnit = 1024
	dayBits   = 16
	maxDay    = 1<<dayBits - 1
	dayNanos  = 24 * 3600 * 1e9
)

func pack(first, last, days, fresh int) tally {
	return tally(first)<<48 | tally(last)<<32 | tally(min(days, maxDay))<<16 | tally(min(fresh, maxDay))
}

func (t tally) first() int { return int(t >> 48) }
func (t tally) last() int  { return int(t >> 32 & maxDay) }
func (t tally) days() int  { return int(t >> 16 & maxDay) }
func (t tally) fresh() int { return int(t & maxDay) }

// fade is how much of a weight is left after some days, by halfLife.
func fade(days int) float64 { return math.Exp2(-float64(max(days, 0)) / halfLife) }

// faded is fade for the gaps that nearly all have.
var faded = func() (f [64]float64) {
	for i := range f {
		f[i] = fade(i)
	}
	return f
}()

func left(days int) float64 {
	if days >= 0 && days < len(faded) {
		return faded[days]
	}
	return fade(days)
}

// add counts a day. A day before the last one, as records that came late have
// it, counts when it is the first.
func (t *tally) add(day int) (fresh, again bool) {
	switch {
	case *t == 0:
		*t = pack(day, day, 1, freshUnit)
		return true, false
	case day == t.last(), day < t.last() && day >= t.first():
		return false, true
	case day < t.first():
		*t = pack(day, t.last(), t.days()+1, t.fresh())
		return false, false
	}
	// The sum of all weights stays below 1/(1-2^(-1/30)), 43.8: it fits.
	*t = pack(t.first(), day, t.days()+1, int(float64(t.fresh())*left(day-t.last()))+freshUnit)
	return false, false
}

// drop takes back a day that was counted; it reports whether none is left.
func (t *tally) drop(day int) bool {
	if t.days() <= 1 {
		return true
	}
	fresh := max(0, t.fresh()-int(freshUnit*left(t.last()-day)))
	*t = pack(t.first(), t.last(), t.days()-1, fresh)
	return false
}

// before is the tally as of a day, without that day. Of what a file holds of
// days after it, no more can be said than that it was not more days than there
// were.
func (t tally) before(day int) footfall.Tally {
	if t == 0 || t.first() > day {
		return footfall.Tally{}
	}
	out := footfall.Tally{First: start(t.first()), Last: start(min(t.last(), day)), Days: t.days(), Fresh: float64(t.fresh()) / freshUnit}
	if t.last() < day {
		out.Fresh *= left(day - t.last())
		return out
	}
	out.Today = t.last() == day || t.first() == day
	out.Days = min(out.Days-1, day-t.first())
	out.Fresh = min(max(0, out.Fresh-1), float64(out.Days))
	return out
}

func start(day int) int64 { return int64(day) * dayNanos }

// dayOf is the day of a time, counted from 1970; times before that and after
// 2149 count as the first and the last day there is.
func dayOf(t int64) int { return int(min(max(t/dayNanos, 1), maxDay)) }

// weekend reports whether a day is a Saturday or Sunday, as 0 or 1:
// 1970-01-01 was a Thursday.
func weekend(day int) int {
	if d := (day + 4) % 7; d == 0 || d == 6 {
		return 1
	}
	return 0
}

// A habit is what is known of an owner's items of a trait together.
type habit struct {
	first, last uint16 // days
	days        uint16
	today       uint16 // different items on the last day
	new         uint16 // of these, items never seen before
	_           uint16
	items, once uint32
	sum         uint32
	times       uint32     // on the last day
	s, n        [2]float32 // items and days before the last one, on working days and at weekends, fading
}

// turn begins a day; what the last one held becomes part of the habit.
func (h *habit) turn(day int, all *[2]rate) {
	if int(h.last) == day && h.days > 0 || h.days > 0 && day < int(h.last) {
		return
	}
	if h.days > 0 {
		k := weekend(int(h.last))
		f := float32(left(day - int(h.last)))
		h.s[k] += float32(h.today)
		h.n[k]++
		for i := range h.s {
			h.s[i] *= f
			h.n[i] *= f
		}
		all[k].add(int(h.last), float64(h.today))
	} else {
		h.first = uint16(day)
	}
	h.last = uint16(day)
	h.days++
	h.today, h.new, h.times = 0, 0, 0
}

// before is the habit as of a day; what that day holds so far stands apart.
func (h *habit) before(day int) footfall.Habit {
	out := footfall.Habit{
		First: start(int(h.first)), Days: int(h.days), Items: int(h.items), Once: int(h.once), Sum: int(h.sum),
	}
	s, n := h.s[0]+h.s[1], h.n[0]+h.n[1]
	if int(h.first) > day {
		return footfall.Habit{}
	}
	if int(h.last) > day { // of an earlier day no more is known than this
		out.Days = min(out.Days, day-int(h.first))
	}
	if int(h.last) == day {
		out.Days--
		out.Today, out.New, out.Times = int(h.today), int(h.new), int(h.times)
	} else {
		s, n = s+float32(h.today), n+1
	}
	if n > 0 {
		out.Mean = float64(s / n)
	}
	return out
}

// A rate is how many items a day has over all owners, fading.
type rate struct {
	s, n float64
	last int
}

func (r *rate) add(day int, items float64) {
	if day > r.last {
		f := left(day - r.last)
		r.s, r.n, r.last = r.s*f, r.n*f, day
	}
	r.s += items
	r.n++
}

const (
	// prior is how many days of its own an owner needs to weigh as much as all
	// owners together.
	prior = 2
	// otherKind is what a day of the other kind weighs: who reaches six hosts on
	// each working day may do so on a Saturday.
	otherKind = 0.3
)

// tail is the probability of n items or more on a day, by the negative
// binomial distribution that a Poisson count has whose rate is known by a
// Gamma distribution: prior days at the rate of all owners, then the owner's.
func tail(n int, own *habit, kind int, all *[2]rate) float64 {
	if n <= 0 {
		return 1
	}
	mean := 1.0
	if d := all[kind].n + otherKind*all[1-kind].n; d > 0 {
		mean = max((all[kind].s+otherKind*all[1-kind].s)/d, 0.1)
	}
	r := mean*prior + float64(own.s[kind]) + otherKind*float64(own.s[1-kind])
	b := prior + float64(own.n[kind]) + otherKind*float64(own.n[1-kind])
	return negativeBinomial(n, r, b/(b+1))
}

// negativeBinomial is P(X >= n) for X of size r and probability p, summed from
// n upwards so that small tails keep their digits.
func negativeBinomial(n int, r, p float64) float64 {
	lg := func(x float64) float64 { v, _ := math.Lgamma(x); return v }
	k := float64(n)
	term := math.Exp(lg(r+k) - lg(k+1) - lg(r) + r*math.Log(p) + k*math.Log1p(-p))
	sum := term
	for range 100_000 {
		term *= (r + k) / (k + 1) * (1 - p)
		k++
		sum += term
		if term < sum*1e-12 && (r+k)/(k+1)*(1-p) < 1 {
			break
		}
	}
	return min(sum, 1)
}
