package graph

import "math"

// A score says nothing until it is compared: with the new ways of the days
// before, which whoever went them had harmless reasons for. Only whole days
// that are over count, so nothing is compared with itself, and only days on
// which about as much was known, because the less is known the more is new.
const (
	keptDays = 30
	rows     = keptDays + 1
	bins     = 192
	// borrowed is how many ways of all classes a class is worth before it has
	// its own: its share in the estimate falls as the class gets its own.
	borrowed = 20.0
)

// A spread is how often values were how large on each of the last days. It has
// no pointers, and its size does not depend on how much it has seen.
type spread struct {
	day   [rows]int32
	rows  [rows][bins]uint32
	above [bins]uint32 // of the days that count: values in this bin or a higher one
}

// add counts a value of a day; it takes part when that day is over.
func (s *spread) add(day int32, bin int) {
	i := day % rows
	if s.day[i] != day {
		s.day[i], s.rows[i] = day, [bins]uint32{}
	}
	s.rows[i][bin]++
}

// drop takes a value of a day back.
func (s *spread) drop(day int32, bin int) {
	if i := day % rows; s.day[i] == day && s.rows[i][bin] > 0 {
		s.rows[i][bin]--
	}
}

// turn counts the days before today that have been kept, and from since on.
func (s *spread) turn(today, since int32) {
	s.above = [bins]uint32{}
	for i := range s.rows {
		if s.day[i] == 0 || s.day[i] >= today || s.day[i] < max(since, today-keptDays) {
			continue
		}
		for b, n := range s.rows[i] {
			s.above[b] += n
		}
	}
	for b := bins - 2; b >= 0; b-- {
		s.above[b] += s.above[b+1]
	}
}

// n is how many values count.
func (s *spread) n() uint32 { return s.above[0] }

// bin puts a value that is 0 or more into one of the bins, perUnit of them a unit.
func bin(x, perUnit float64) int {
	if !(x > 0) {
		return 0
	}
	return int(min(x*perUnit, bins-1))
}

const (
	perSign  = 8.0 // bins a nat of one sign
	perTotal = 2.0 // bins a nat of all signs together
)

// A group is ways that are compared with one another: of one class, and of
// hands that come to new things about as often.
type group uint8

// Sorts of hands.
const (
	handQuiet   = iota // half as often as the average, or less
	handUsual          // about as often
	handBusy           // twice as often, or more
	handProgram        // a program's account
	handSorts
)

const (
	groups  = 3*handSorts + 1
	groupOf = group(groups - 1) // of all together
)

func groupFor(c Class, sort int) group { return group(int(c)*handSorts + sort) }

// A scale tells how rare the signs of a way are, and all of them together.
type scale struct {
	signs [groups][signs]spread
	total [groups]spread
}

func (c *scale) turn(today, since int32) {
	for g := range c.signs {
		for i := range c.signs[g] {
			c.signs[g][i].turn(today, since)
		}
		c.total[g].turn(today, since)
	}
}

// learn counts a way of a day.
func (c *scale) learn(day int32, g group, v *values, total float64) {
	for _, to := range [...]group{g, groupOf} {
		for i, x := range v {
			if !math.IsNaN(x) {
				c.signs[to][i].add(day, bin(x, perSign))
			}
		}
		c.total[to].add(day, bin(total, perTotal))
	}
}

// rarity is the share of comparable ways on which a sign was as strong, 1 where
// it could not be told.
func (c *scale) rarity(g group, i sign, x float64) float64 {
	if math.IsNaN(x) {
		return 1
	}
	return share(&c.signs[g][i], &c.signs[groupOf][i], bin(x, perSign))
}

// totalRarity is the same of all signs together.
func (c *scale) totalRarity(g group, total float64) float64 {
	return share(&c.total[g], &c.total[groupOf], bin(total, perTotal))
}

// share is the part of the values that are as large: those of the class, with
// those of all behind them while the class has few. It is never smaller than
// what so many values can show.
func share(own, all *spread, b int) float64 {
	least := 1 / (1 + float64(all.n()))
	p := (1 + float64(all.above[b])) * least
	return max((float64(own.above[b])+borrowed*p)/(float64(own.n())+borrowed), least)
}

// comparable is with how many ways a way is compared, and how many of them
// were as rare: those of its group, else those of all.
func (c *scale) comparable(g group, total float64) (as, of uint32) {
	s := &c.total[g]
	if s.n() < borrowed {
		s = &c.total[groupOf]
	}
	return s.above[bin(total, perTotal)], s.n()
}

const (
	ownBins = 24
	perOwn  = 0.5 // bins a nat
	// borrowedOwn is how many ways of others a hand's own are beside.
	borrowedOwn = 5.0
	// mostOwn is how many ways of a hand are kept before all count half.
	mostOwn = 1 << 12
)

// own is how the ways of one hand were: somebody whose work is to go to ever
// new hosts in odd ways is measured by that. A day counts when it is over.
type own struct {
	was, now [ownBins]uint16
	day      int32
}

// rarity is the share of ways that are as rare by the hand's own and by those of others.
func (o *own) rarity(today int32, total, others float64) float64 {
	o.turn(today)
	above, n := 0.0, 0.0
	for i, k := range o.was {
		n += float64(k)
		if i >= bin(min(total, (ownBins-1)/perOwn), perOwn) {
			above += float64(k)
		}
	}
	return (above + borrowedOwn*others) / (n + borrowedOwn)
}

func (o *own) add(today int32, total float64) {
	o.turn(today)
	o.now[bin(min(total, (ownBins-1)/perOwn), perOwn)]++
}

func (o *own) turn(today int32) {
	if today <= o.day {
		return
	}
	o.day = today
	n := 0
	for i, k := range o.now {
		o.was[i] += k
		n += int(o.was[i])
	}
	o.now = [ownBins]uint16{}
	for n > mostOwn {
		n = 0
		for i := range o.was {
			o.was[i] /= 2
			n += int(o.was[i])
		}
	}
}
