package graph

import "math"

// What competes for one budget.
const (
	channelAll = iota // all incidents
	channelOwn        // those with one person's accounts alone, which the first one has not told
)

// fullHistory is how many days make the threshold one of 30 days; before, only
// half of the budget is spent, and in the first two weeks less than that.
const (
	fullHistory = 30
	halfHistory = 14
)

// A channel is what incidents of one kind may be told: on most days as many as
// the budget says, the strongest by the measure of the days before.
type channel struct {
	budget float64 // a day
	scores spread  // of the incidents of the last days
	tokens float64 // what may be told today; below 0 when more was
	told   float64 // today
	part   float64 // of the budget that the history is long enough to spend
}

// turn gives a day's tokens. What is left is kept up to the budget of a day,
// and what was told beyond it is missing.
func (c *channel) turn(today, since int32, history int) {
	c.scores.turn(today, since)
	c.part = 0.5 * min(1, float64(history)/halfHistory)
	if history >= fullHistory {
		c.part = 1
	}
	c.tokens = min(c.tokens+c.daily(), max(c.budget, 1))
	c.told = 0
}

// daily is what may be told in a day on average.
func (c *channel) daily() float64 { return c.budget * c.part }

// enter counts an incident, once for each budget that it competes for, on the
// day on which it was strongest.
func (j *judge) enter(in *incident) {
	j.count(&in.entry, channelAll, in.score)
	if in.own && (in.told == "" || in.beyond) {
		j.count(&in.again, channelOwn, in.score)
	} else {
		j.forget(&in.again, channelOwn)
	}
}

func (j *judge) count(e *entry, channel int, score float64) {
	b := bin(score, perScore)
	if e.day != 0 && e.bin >= b {
		return
	}
	j.forget(e, channel)
	*e = entry{b, j.today}
	j.channels[channel].scores.add(j.today, b)
}

func (j *judge) forget(e *entry, channel int) {
	if e.day != 0 {
		j.channels[channel].scores.drop(e.day, e.bin)
	}
	*e = entry{}
}

// allow reports whether an incident is told: within the budget of all of them,
// or beyond that, when nobody's account but the person's own was used, within
// the second one.
func (j *judge) allow(in *incident, l *Login) bool {
	if j.takes(&j.channels[channelAll], in, l) {
		j.forget(&in.again, channelOwn)
		return true
	}
	in.beyond = in.own && j.opt.Without&PartOwn == 0 && j.takes(&j.channels[channelOwn], in, l)
	return in.beyond
}

// takes reports whether a channel tells an incident now. Early in a day it must
// be so strong that those stronger than it, which are still to be expected,
// will hardly use up what is left; later less is asked, so that the budget is
// used. What is stronger than one in ten days brings is told although today's
// budget of all is spent.
func (j *judge) takes(c *channel, in *incident, l *Login) bool {
	days := float64(max(min(j.history(), keptDays), 1))
	if c.budget <= 0 {
		return false
	}
	stronger := float64(c.scores.above[bin(in.score, perScore)]) / days
	left := max(1-float64(l.Time%aDay)/aDay, 1.0/24)
	switch {
	case j.opt.Without&PartBudget != 0:
		if c.tokens < 1 {
			return false
		}
	case c.tokens >= 1 && stronger < atMost*c.daily() && stronger*left+reserve*math.Sqrt(stronger*left) < c.tokens:
	case c == &j.channels[channelAll] && stronger < seldom*c.part && c.tokens > -c.budget:
	case stronger == 0 && (days >= fullHistory || days >= sureDays && c.told+1 <= c.budget):
	default:
		return false
	}
	c.tokens--
	c.told++
	return true
}

const (
	// atMost times what may be told in a day were at least as strong, of all
	// that is told: late in a day on which little was.
	atMost = 2
	// reserve times the standard deviation of what is still to be expected
	// today is kept for it.
	reserve = 0.5
	// seldom is how many a day are so strong that the budget does not hold them.
	seldom = 0.1
)
