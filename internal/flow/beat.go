package flow

// A Beat tells what a program does on a schedule from what a person does: the
// times between one thing and its next.
type Beat struct {
	last  int64
	first int64
	mean  float64
	dev   float64 // sum of absolute deviations from the mean
	n     int32   // times between
}

const (
	// together is how close things lie that are one: the flows of a session.
	together = 5 * 1e9
	// Four times between, off by a fifth on average, and more often than people
	// come at their hours: people do not.
	beats   = 4
	steady  = 0.2
	longest = 2 * 3600 * 1e9
)

// Add takes the time of one more.
func (b *Beat) Add(t int64) {
	if b.last == 0 {
		b.first, b.last = t, t
		return
	}
	d := t - b.last
	if d < together {
		return
	}
	b.last = t
	x := float64(d)
	if b.n > 0 {
		b.dev += max(x-b.mean, b.mean-x)
	}
	b.n++
	b.mean += (x - b.mean) / float64(b.n)
}

// Times is how often it came, things that lie together counted once.
func (b *Beat) Times() int {
	if b.last == 0 {
		return 0
	}
	return int(b.n) + 1
}

// Every is the time between two, in nanoseconds.
func (b *Beat) Every() int64 { return int64(b.mean) }

// Steady reports whether it comes at a steady beat.
func (b *Beat) Steady() bool {
	return b.n >= beats && b.mean <= longest && b.dev <= steady*b.mean*float64(b.n-1)
}
