package campaign

import "math"

func lchoose(n, k int) float64 {
	a, _ := math.Lgamma(float64(n + 1))
	b, _ := math.Lgamma(float64(k + 1))
	c, _ := math.Lgamma(float64(n - k + 1))
	return a - b - c
}

func lbeta(a, b float64) float64 {
	x, _ := math.Lgamma(a)
	y, _ := math.Lgamma(b)
	z, _ := math.Lgamma(a + b)
	return x + y - z
}

// drawn is the probability that of k drawn from n, m of which are marked, at
// least x are marked: the hypergeometric tail.
func drawn(n, m, k, x int) float64 {
	if x <= max(0, k-(n-m)) {
		return 1
	}
	p := 0.0
	for i := x; i <= min(m, k); i++ {
		p += math.Exp(lchoose(m, i) + lchoose(n-m, k-i) - lchoose(n, k))
	}
	return min(p, 1)
}

// atLeast is the probability of x or more of n, each with chance p.
func atLeast(n int, p float64, x int) float64 {
	if x <= 0 {
		return 1
	}
	sum := 0.0
	for i := x; i <= n; i++ {
		sum += math.Exp(lchoose(n, i) + float64(i)*math.Log(p) + float64(n-i)*math.Log1p(-p))
	}
	return min(sum, 1)
}

// atMost is the probability of x or fewer of what is rare, with mean m.
func atMost(m float64, x int) float64 {
	term := math.Exp(-m)
	sum := term
	for i := 1; i <= x; i++ {
		term *= m / float64(i)
		sum += term
	}
	return min(sum, 1)
}

// ascending is the probability that things in no order of their own follow
// each other upwards, or downwards, in at least so many of n-1 places: the
// number of ascents of a random order is near normal.
func ascending(n, up int) float64 {
	if n < fewest {
		return 1
	}
	mean, sd := float64(n-1)/2, math.Sqrt(float64(n+1)/12)
	far := max(math.Abs(float64(up)-mean)-0.5, 0)
	return min(1, math.Erfc(far/sd/math.Sqrt2))
}

// A fit is a beta-binomial distribution of failures among size attempts.
type fit struct{ a, b, mean, sd float64 }

// tail is the probability of at least x failures.
func (f *fit) tail(x int) float64 {
	p := 0.0
	for i := x; i <= size; i++ {
		p += math.Exp(lchoose(size, i) + lbeta(float64(i)+f.a, float64(size-i)+f.b) - lbeta(f.a, f.b))
	}
	return min(p, 1)
}

// moments are sums over groups, each newer one weighing a little more.
type moments struct{ n, x, xx float64 }

const fading = 0.98 // a group weighs half after 34 others

func (m *moments) add(x int) {
	m.n, m.x, m.xx = m.n*fading+1, m.x*fading+float64(x), m.xx*fading+float64(x*x)
}

// fit has the mean and the variance of the groups. Neither an unbroken row of
// successes nor equal groups make the next failure a wonder: share and
// correlation have a lowest value.
func (m *moments) fit() fit {
	mean := m.x / m.n
	p := min(max(mean/size, 0.5/size), 1-0.5/size)
	spread := (m.xx/m.n - mean*mean) * m.n / max(m.n-1, 1)
	alone := size * p * (1 - p)
	rho := min(max((spread/alone-1)/(size-1), 0.005), 0.5)
	both := 1/rho - 1
	return fit{a: p * both, b: (1 - p) * both, mean: size * p, sd: math.Sqrt(alone * (1 + (size-1)*rho))}
}
