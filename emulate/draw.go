package emulate

import (
	"hash/fnv"
	"math"
	"math/rand/v2"
	"time"
)

// A dice draws everything that a world leaves to chance. Each purpose has one
// of its own, so that a change to one process leaves the others as they were.
type dice struct{ *rand.Rand }

func newDice(seed uint64, purpose string) *dice {
	h := fnv.New64a()
	h.Write([]byte(purpose))
	return &dice{rand.New(rand.NewPCG(seed, h.Sum64()))}
}

// chance is true with probability p.
func (d *dice) chance(p float64) bool { return d.Float64() < p }

// between is uniform.
func (d *dice) between(lo, hi float64) float64 { return lo + d.Float64()*(hi-lo) }

// number is uniform, both ends included.
func (d *dice) number(lo, hi int) int { return lo + d.IntN(hi-lo+1) }

// span is uniform in the logarithm: most durations of work have no typical length.
func (d *dice) span(lo, hi time.Duration) time.Duration {
	return time.Duration(math.Exp(d.between(math.Log(float64(lo)), math.Log(float64(hi)))))
}

// wait is the time to the next of events that do not know of one another.
func (d *dice) wait(mean time.Duration) time.Duration {
	return time.Duration(d.ExpFloat64() * float64(mean))
}

// low is an index below n, the smaller the likelier: a few things are used much.
func (d *dice) low(n int) int {
	f := d.Float64()
	return min(n-1, int(float64(n)*f*f*f))
}

func pick[T any](d *dice, list []T) T { return list[d.IntN(len(list))] }

// some is a selection of n different elements in no order.
func some[T any](d *dice, list []T, n int) []T {
	n = min(n, len(list))
	order := d.Perm(len(list))[:n]
	out := make([]T, n)
	for i, k := range order {
		out[i] = list[k]
	}
	return out
}

// A moment is Unix time in nanoseconds.
type moment int64

func (m moment) add(d time.Duration) moment   { return m + moment(d) }
func (m moment) since(o moment) time.Duration { return time.Duration(m - o) }
func (m moment) utc() time.Time               { return time.Unix(0, int64(m)).UTC() }
func (m moment) in(z *time.Location) time.Time {
	return time.Unix(0, int64(m)).In(z)
}
