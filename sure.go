package footfall

// SureOf is how sure a verdict is that n observations stand behind and none
// against: (n+1)/(n+2), Laplace's rule of succession, which is the chance that
// one more like them would agree. What counts as an observation is days for
// what is usual or never was, hours of log for what did not follow, and
// records for what is seen to have happened.
func SureOf(n int) float64 {
	n = max(n, 0)
	return float64(n+1) / float64(n+2)
}

// SureFirst is how sure it is that something is new to an owner: one less the
// chance that the next thing on one of its days is one never seen before, by
// Good and Turing from what was seen on one day alone, smoothed by one. Who
// does something new all the time shows nothing by it.
func SureFirst(h *Habit) float64 {
	once := max(0, h.Once-h.New)
	return 1 - min(1, float64(once+1)/float64(h.Sum+2))
}
