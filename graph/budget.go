package graph

// What competes for one budget.
const (
	channelSwitch = iota // paths on which accounts were changed
	channelOwn           // paths with one person's accounts alone
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
	tokens float64
	told   float64 // today
	part   float64 // of the budget that the history is long enough to spend
}

// turn gives a day's tokens. What is left is kept up to the budget of a day.
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

// enter counts an incident once, on the day on which it was strongest.
func (j *judge) enter(in *incident) {
	e, b := in.entry, bin(in.score, perScore)
	if e.day != 0 && e.channel == in.channel && e.bin >= b {
		return
	}
	if e.day != 0 {
		j.channels[e.channel].scores.drop(e.day, e.bin)
	}
	in.entry = entry{in.channel, b, j.today}
	j.channels[in.channel].scores.add(j.today, b)
}

// common is the share of comparable ways beyond which the rarest way of an
// incident is like the others, whatever is left of the budget.
const common = 0.5

// allow reports whether an incident is told: it is among as many of the days
// before as the budget allows, and there is something left of today's. While
// much is left late in the day less is asked, and when the day spent it early,
// more. What is stronger than all of the days before is told in any case, with
// 30 days of them even beyond the budget.
func (j *judge) allow(in *incident, l *Login) bool {
	c := &j.channels[in.channel]
	days := min(j.history(), keptDays)
	if j.opt.Without&PartOwn != 0 && in.channel == channelOwn || c.budget <= 0 || in.top.rare > common {
		return false
	}
	stronger := float64(c.scores.above[bin(in.score, perScore)])
	left := max(1-float64(l.Time%aDay)/aDay, 1.0/24)
	switch {
	case j.opt.Without&PartBudget != 0:
		if c.tokens < 1 {
			return false
		}
	case c.tokens >= 1 && stronger < float64(days)*min(c.daily(), c.tokens/left):
	case stronger == 0 && (days >= fullHistory || days >= sureDays && c.told+1 <= c.budget):
	default:
		return false
	}
	c.tokens = max(0, c.tokens-1)
	c.told++
	return true
}
