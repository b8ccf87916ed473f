package graph

// What competes for one budget.
const (
	channelSwitch = iota // paths on which accounts were changed
	channelOwn           // paths with one person's accounts alone
)

// fullHistory is how many days make the threshold one of 30 days; before, only
// half of the budget is spent.
const fullHistory = 30

// A channel is what incidents of one kind may be told: on most days as many as
// the budget says, the strongest by the measure of the days before.
type channel struct {
	budget float64 // a day
	scores spread  // of the incidents of the last days
	tokens float64
	rich   bool // with enough history to spend all of it
}

// turn gives a day's tokens. What was not spent is not kept, but for a budget
// of less than one a day.
func (c *channel) turn(today, since int32, history int) {
	c.scores.turn(today, since)
	c.rich = history >= fullHistory
	c.tokens = min(c.tokens+c.daily(), max(c.daily(), 1))
}

// daily is what may be told in a day.
func (c *channel) daily() float64 {
	if c.rich {
		return c.budget
	}
	return c.budget / 2
}

// enter puts an incident's score in the place of what it had before.
func (j *judge) enter(in *incident) {
	if e := in.entry; e.day != 0 {
		j.channels[e.channel].scores.drop(e.day, e.bin)
	}
	in.entry = entry{in.channel, bin(in.score, perScore), j.today}
	j.channels[in.channel].scores.add(j.today, in.entry.bin)
}

// common is the share of comparable ways from which on a way is nothing to
// tell of, whatever is left of the budget.
const common = 0.05

// allow reports whether an incident is told: it is among as many of the days
// before as the budget allows, and there is something left of today's. While
// much is left late in the day less is asked, and when the day spent it early,
// more. What is stronger than all of 30 days is told in any case.
func (j *judge) allow(in *incident, l *Login) bool {
	c := &j.channels[in.channel]
	if j.opt.Without&PartOwn != 0 && in.channel == channelOwn || c.budget <= 0 || in.top.rare > common && !in.clear {
		return false
	}
	stronger, days := float64(c.scores.above[in.entry.bin]), float64(min(j.history(), keptDays))
	left := 1 - float64(l.Time%aDay)/aDay
	switch {
	case j.opt.Without&PartBudget != 0:
		if c.tokens < 1 {
			return false
		}
	case c.tokens >= 1 && stronger < days*min(c.daily(), c.tokens/max(left, 1.0/24)):
	case stronger == 0 && days >= fullHistory:
	default:
		return false
	}
	c.tokens = max(0, c.tokens-1)
	return true
}
