package campaign

import (
	"fmt"
	"math"
	"testing"
)

// runLength is the mean number of groups until the sum raises an alarm while
// nothing changes: the sum is a Markov chain (Brook and Evans, 1972), here in
// steps of a tenth, solved by repetition.
func runLength(f fit, k, h float64) float64 {
	const step = 0.1
	n := int(h / step)
	var p [size + 1]float64
	for x := range p {
		p[x] = math.Exp(lchoose(size, x) + lbeta(float64(x)+f.a, float64(size-x)+f.b) - lbeta(f.a, f.b))
	}
	move := make([][]float64, n)
	for i := range move {
		move[i] = make([]float64, n)
		for x, q := range p {
			s := max(0, float64(i)*step+min((float64(x)-f.mean)/f.sd, most)-k)
			if j := int(math.Round(s / step)); j < n {
				move[i][j] += q
			}
		}
	}
	// Start near the fixed point of l = 1 + move*l by squaring: l after 2^r steps.
	l := make([]float64, n)
	for i := range l {
		l[i] = 1
	}
	for range 24 {
		next := make([]float64, n)
		for i := range next {
			next[i] = l[i]
			for j, q := range move[i] {
				next[i] += q * l[j]
			}
		}
		square := make([][]float64, n)
		for i := range square {
			square[i] = make([]float64, n)
			for m, q := range move[i] {
				if q > 0 {
					for j, r := range move[m] {
						square[i][j] += q * r
					}
				}
			}
		}
		l, move = next, square
	}
	return l[0]
}

// TestRunLength holds the promise of limitH: a service whose share of failures
// does not change raises an alarm once in more than a thousand groups.
func TestRunLength(t *testing.T) {
	for _, share := range []float64{0.02, 0.05, 0.1, 0.3, 0.6, 0.9} {
		for _, rho := range []float64{0.005, 0.02, 0.1} {
			both := 1/rho - 1
			f := fit{a: share * both, b: (1 - share) * both, mean: size * share, sd: math.Sqrt(size * share * (1 - share) * (1 + (size-1)*rho))}
			n := runLength(f, limitK, limitH)
			t.Logf("share %.2f, correlation %.3f: one false alarm in %.0f groups", share, rho, n)
			if n < 1000 {
				t.Errorf("share %.2f, correlation %.3f: one false alarm in %.0f groups, want more than 1000", share, rho, n)
			}
		}
	}
}

func TestChances(t *testing.T) {
	for _, x := range []struct {
		what      string
		got, want float64
	}{
		{"a pair of two aces of four in 52 cards", drawn(52, 4, 2, 2), 6.0 / 1326},
		{"none or more", drawn(10, 3, 4, 0), 1},
		{"all of all", drawn(5, 5, 3, 3), 1},
		{"two sixes of three dice or more", atLeast(3, 1.0/6, 2), 16.0 / 216},
		{"none of what comes once", atMost(1, 0), math.Exp(-1)},
		{"a uniform beta-binomial", (&fit{a: 1, b: 1}).tail(51), 50.0 / 101},
	} {
		if math.Abs(x.got-x.want) > 1e-9 {
			t.Errorf("%s: got %v, want %v", x.what, x.got, x.want)
		}
	}
	if p := ascending(20, 19); p > 1e-6 {
		t.Errorf("twenty in order: p = %v", p)
	}
	if p := ascending(20, 10); p < 0.5 {
		t.Errorf("twenty in no order: p = %v", p)
	}
}

// TestFit compares the fit with the distribution that groups come from.
func TestFit(t *testing.T) {
	var m moments
	for i := range 400 {
		m.add([]int{2, 3, 5, 6, 9, 5}[i%6])
	}
	f := m.fit()
	if got := fmt.Sprintf("%.1f %.1f", f.mean, f.sd); got != "5.0 2.7" {
		t.Errorf("mean and deviation: %s", got)
	}
}
