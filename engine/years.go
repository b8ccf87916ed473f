package engine

import (
	"time"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/clock"
)

// While an input is read its year-less times stand in a leap year of their
// own, four years apart for each year that went by, long before any log.
const (
	openYear = 1904
	maxRel   = 15
)

// A calendar gives the year-less times of one input their year. Lines come in
// the order of the file: a jump back by more than half a year is a new year,
// a jump forward by as much a late line of the old one.
type calendar struct {
	rel   int // years since the first line
	last  int // day of the year of the newest line
	begun bool
	dated int // a year that a neighbour in the same input names, for rel
	known bool
}

// yearless reports whether a decoder left the year open.
func yearless(t int64) bool {
	return t >= clock.YearlessStart && t < clock.YearlessEnd
}

const halfYear = 183

// place moves a year-less time into the open year of its line.
func (c *calendar) place(t int64) int64 {
	day := int((t - clock.YearlessStart) / int64(24*time.Hour))
	rel := c.rel
	if c.begun {
		switch d := day - c.last; {
		case d < -halfYear && c.rel < maxRel:
			c.rel++
			rel = c.rel
		case d > halfYear && c.rel > 0:
			// A late line of the old year: it moves nothing.
			return inYear(t, openYear+4*(c.rel-1))
		}
	}
	c.begun, c.last = true, day
	return inYear(t, openYear+4*rel)
}

// neighbour learns from a line that names its year.
func (c *calendar) neighbour(t int64) {
	c.dated, c.known = time.Unix(0, t).UTC().Year()-c.rel, true
}

// first returns the year of the first line: from --year, from a dated
// neighbour, or so that the last line is not after receipt.
func (c *calendar) first(year int, receipt time.Time) int {
	switch {
	case year != 0:
		return year - c.rel
	case c.known:
		return c.dated
	}
	y := receipt.Year()
	if c.last > receipt.YearDay() { // day of a leap year against a day of any year: a day of grace
		y--
	}
	return y - c.rel
}

// inYear moves a year-less time into a year. The 29th of February of a year
// that has none becomes the 1st of March.
func inYear(t int64, year int) int64 {
	u := time.Unix(0, t).UTC()
	return time.Date(year, u.Month(), u.Day(), u.Hour(), u.Minute(), u.Second(), u.Nanosecond(), time.UTC).UnixNano()
}

// inZone reads a time that was taken as UTC as one of a zone.
func inZone(t int64, z *time.Location) int64 {
	if z == nil || z == time.UTC {
		return t
	}
	u := time.Unix(0, t).UTC()
	return time.Date(u.Year(), u.Month(), u.Day(), u.Hour(), u.Minute(), u.Second(), u.Nanosecond(), z).UnixNano()
}

// yearlessInput holds back the steps of an input whose years are open until
// its last line was seen.
type yearlessInput struct {
	cal   calendar
	steps *sorter
}

// settle gives the steps of an input their years and hands them on.
func (y *yearlessInput) settle(year int, receipt time.Time, zone *time.Location, out *sorter) error {
	first := y.cal.first(year, receipt)
	buf := make([]footfall.Step, 0, 1024)
	flush := func() error {
		err := out.add(buf)
		buf = buf[:0]
		return err
	}
	for s := range y.steps.merged() {
		t := *s
		if y := time.Unix(0, t.Time).UTC().Year(); y >= openYear && y <= openYear+4*maxRel {
			t.Time = inZone(inYear(t.Time, first+(y-openYear)/4), zone)
		}
		if buf = append(buf, t); len(buf) == cap(buf) {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	if err := flush(); err != nil {
		return err
	}
	if y.steps.err != nil {
		return y.steps.err
	}
	return y.steps.close()
}
