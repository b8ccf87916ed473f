package score

import (
	"math"
	"math/rand/v2"
	"slices"
)

// A Share is a number of cases out of all.
type Share struct {
	Part int `json:"part"`
	Of   int `json:"of"`
}

// Add counts one more.
func (s *Share) Add(yes bool) {
	s.Of++
	if yes {
		s.Part++
	}
}

// Rate is the share, NaN of nothing.
func (s Share) Rate() float64 { return float64(s.Part) / float64(s.Of) }

// z95 is the normal quantile of a two-sided interval of 95 %.
const z95 = 1.959963984540054

// Wilson returns the interval of 95 % of a share (Wilson 1927), 0 and 1 of nothing.
func (s Share) Wilson() (low, high float64) {
	if s.Of == 0 {
		return 0, 1
	}
	n, p := float64(s.Of), s.Rate()
	mid := (p + z95*z95/(2*n)) / (1 + z95*z95/n)
	half := z95 / (1 + z95*z95/n) * math.Sqrt(p*(1-p)/n+z95*z95/(4*n*n))
	return max(0, mid-half), min(1, mid+half)
}

// Quantile returns the value below which a share q of the values lies, the
// nearest rank; NaN of none. It sorts the values.
func Quantile(values []float64, q float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	slices.Sort(values)
	return values[min(max(int(math.Ceil(q*float64(len(values))))-1, 0), len(values)-1)]
}

// Mean returns the mean, NaN of none.
func Mean(values []float64) float64 {
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return sum / float64(len(values))
}

// Bootstrap returns the interval of 95 % of what estimate says of groups of
// things, resampling groups and then the things in each: pick holds for each
// chosen group its number and the numbers of its chosen things. An estimate of
// NaN does not count.
func Bootstrap(sizes []int, rounds int, seed uint64, estimate func(pick []Group) float64) (low, high float64) {
	r := rand.New(rand.NewPCG(seed, uint64(len(sizes))))
	var got []float64
	pick := make([]Group, len(sizes))
	for range rounds {
		for i := range pick {
			g := r.IntN(len(sizes))
			pick[i].N = g
			pick[i].Things = pick[i].Things[:0]
			for range sizes[g] {
				pick[i].Things = append(pick[i].Things, r.IntN(sizes[g]))
			}
		}
		if v := estimate(pick); !math.IsNaN(v) {
			got = append(got, v)
		}
	}
	return Quantile(got, 0.025), Quantile(got, 0.975)
}

// A Group is one chosen group of a bootstrap round.
type Group struct {
	N      int
	Things []int
}

// A Calibration compares probabilities that were told with what was true.
type Calibration struct {
	N     int           `json:"n"`
	Loss  float64       `json:"loss"` // sum of squared errors
	Count [bins]int     `json:"count"`
	Told  [bins]float64 `json:"told"` // sums
	Right [bins]int     `json:"right"`
}

const bins = 10

// Add counts one answer.
func (c *Calibration) Add(told float64, right bool) {
	i := min(int(told*bins), bins-1)
	c.N++
	c.Count[i]++
	c.Told[i] += told
	y := 0.0
	if right {
		c.Right[i]++
		y = 1
	}
	c.Loss += (told - y) * (told - y)
}

// Join adds another's counts.
func (c *Calibration) Join(o *Calibration) {
	c.N += o.N
	c.Loss += o.Loss
	for i := range c.Count {
		c.Count[i] += o.Count[i]
		c.Told[i] += o.Told[i]
		c.Right[i] += o.Right[i]
	}
}

// Brier is the mean squared error, NaN of nothing.
func (c *Calibration) Brier() float64 { return c.Loss / float64(c.N) }

// ECE is the expected calibration error over ten bins of equal width: by how
// much what was told differs from what was true, weighed by how often.
func (c *Calibration) ECE() float64 {
	sum := 0.0
	for i, n := range c.Count {
		if n > 0 {
			sum += math.Abs(c.Told[i] - float64(c.Right[i]))
		}
	}
	return sum / float64(c.N)
}
