package sigma

// A Cost is what one rule cost a Matcher. A rule is evaluated only when a
// text that it needs was found; looking for the texts of all rules at once is
// no rule's cost.
type Cost struct {
	Evaluations int64 // how often the rule's condition was evaluated
	Hits        int64
	Nanos       int64 // that evaluations took, estimated from every eighth
}

// Add adds the cost of the same rule in another Matcher.
func (c *Cost) Add(d Cost) {
	c.Evaluations += d.Evaluations
	c.Hits += d.Hits
	c.Nanos += d.Nanos
}

// timedEvery is of how many evaluations of a rule one is timed.
const timedEvery = 8

type profile struct {
	now   func() int64
	rules []counted
}

type counted struct{ evaluations, hits, timed, nanos int64 }

// Profile makes the Matcher count, from now on, what each rule costs. now
// returns nanoseconds of a clock that never goes back. A Matcher that is not
// profiled pays one comparison for each bucket of an event.
func (m *Matcher) Profile(now func() int64) {
	m.costs = &profile{now: now, rules: make([]counted, len(m.set.rules))}
}

// Costs returns what each rule cost, by index into Rules, nil when the
// Matcher is not profiled.
func (m *Matcher) Costs() []Cost {
	if m.costs == nil {
		return nil
	}
	out := make([]Cost, len(m.costs.rules))
	for i, c := range m.costs.rules {
		out[i] = Cost{Evaluations: c.evaluations, Hits: c.hits}
		if c.timed > 0 {
			out[i].Nanos = c.nanos * c.evaluations / c.timed
		}
	}
	return out
}

// profiled evaluates rules of a bucket as run does, and counts.
func (m *Matcher) profiled(b *bucket, list []int32) {
	for _, r := range list {
		c := &m.costs.rules[b.rules[r]]
		c.evaluations++
		begun := int64(0)
		timed := c.evaluations%timedEvery == 1
		if timed {
			begun = m.costs.now()
		}
		hit := m.eval(b, b.roots[r])
		if timed {
			c.timed++
			c.nanos += m.costs.now() - begun
		}
		if hit {
			c.hits++
			m.hits = append(m.hits, b.rules[r])
		}
	}
}
