package engine

import (
	"net/netip"
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
// a jump forward by as much a late line of the old one. Workers keep one for
// a chunk, and the collector joins them in the order of chunks.
type calendar struct {
	begun bool
	first int // day of the year of the first line
	last  int // and of the newest
	rel   int // years since the first line
	dated int // the first line's year, as a neighbour that names its own shows
	known bool
}

const halfYear = 183

// yearBegin is when the year of year-less stamps begins.
var yearBegin = time.Date(clock.Yearless, 1, 1, 0, 0, 0, 0, time.UTC).UnixNano()

// place moves a year-less time into the open year of its line.
func (c *calendar) place(t int64) int64 {
	day := int((t - yearBegin) / int64(24*time.Hour))
	if !c.begun {
		c.begun, c.first, c.last = true, day, day
	}
	switch d := day - c.last; {
	case d < -halfYear && c.rel < maxRel:
		c.rel++
	case d > halfYear && c.rel > 0:
		return clock.InYear(t, openYear+4*(c.rel-1)) // a late line of the old year moves nothing
	}
	c.last = day
	return clock.InYear(t, openYear+4*c.rel)
}

// neighbour learns from a line that names its year.
func (c *calendar) neighbour(t int64) {
	if !c.known {
		c.dated, c.known = time.Unix(0, t).UTC().Year()-c.rel, true
	}
}

// join adds the calendar of the next chunk and returns the years by which its
// times are moved.
func (c *calendar) join(next *calendar) (years int) {
	years = c.rel
	if c.begun && next.begun && next.first-c.last < -halfYear {
		years++
	}
	if next.known && !c.known {
		c.dated, c.known = next.dated-years, true
	}
	if next.begun {
		if !c.begun {
			c.begun, c.first = true, next.first
		}
		c.rel, c.last = min(years+next.rel, maxRel), next.last
	}
	return years
}

// open returns how many years after its input's first line a time of an open
// year is; ok is false for other times.
func open(t int64) (rel int, ok bool) {
	y := time.Unix(0, t).UTC().Year()
	return (y - openYear) / 4, y >= openYear && y < openYear+4*(maxRel+1)
}

// settled moves a time of an open year into a year.
func settled(t int64, rel, year int) int64 {
	return clock.InYear(t-clock.InYear(yearBegin, openYear+4*rel)+yearBegin, year)
}

// later moves a time of an open year on by some years; other times stay.
func later(t int64, years int) int64 {
	rel, ok := open(t)
	if !ok || years == 0 {
		return t
	}
	return settled(t, rel, openYear+4*min(rel+years, maxRel))
}

// closed gives a time of an open year its year and zone; other times stay.
func closed(t int64, base int, zone *time.Location) int64 {
	if rel, ok := open(t); ok {
		return inZone(settled(t, rel, base+rel), zone)
	}
	return t
}

// latest gives a year-less time the year of --year, or the last one in which
// it is not after receipt: what can be said of a line by itself.
func latest(t int64, year int, receipt time.Time, zone *time.Location) int64 {
	if year == 0 {
		if year = receipt.Year(); clock.InYear(t, year) > receipt.UnixNano() {
			year--
		}
	}
	return inZone(clock.InYear(t, year), zone)
}

// resolve gives an event that is shown by itself the year and the zone that its
// record does not say.
func (o *Options) resolve(e *footfall.Event) {
	if clock.Unresolved(e.Time) {
		e.Time = latest(e.Time, o.Year, o.Receipt, o.zoneOf(e))
	} else if e.Zoneless && e.Time != 0 {
		e.Time = inZone(e.Time, o.zoneOf(e))
	}
}

// zoneOf returns the zone of an event whose record names none: what the
// context says of its host, or else the one for all.
func (o *Options) zoneOf(e *footfall.Event) *time.Location {
	if o.Context == nil || len(o.Context.Zones) == 0 {
		return o.Zone
	}
	host := footfall.HostName(e.Computer)
	addr, err := netip.ParseAddr(e.Computer)
	for i := range o.Context.Zones {
		z := &o.Context.Zones[i]
		if z.Host != "" && z.Host == host || err == nil && z.Prefix.IsValid() && z.Prefix.Contains(addr.Unmap()) {
			return z.Location
		}
	}
	return o.Zone
}

// ahead moves a year-less time of a host with a zone of its own so that it is
// right once the zone for all is taken off it. The zones' distance is that of
// the day in the year of receipt: days on which a zone's clocks change may be
// others in the year that the time turns out to be of.
func (o *Options) ahead(e *footfall.Event) int64 {
	z := o.zoneOf(e)
	if z == o.Zone {
		return e.Time
	}
	year := o.Year
	if year == 0 {
		year = o.Receipt.Year()
	}
	t := clock.InYear(e.Time, year)
	moved := e.Time + inZone(t, z) - inZone(t, o.Zone)
	if !clock.Unresolved(moved) { // New Year's Eve in one zone, New Year in the other
		return e.Time
	}
	return moved
}

// base returns the year of the first line: from --year, from a dated
// neighbour, or so that the last line is not after receipt.
func (c *calendar) base(year int, receipt time.Time) int {
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

// inZone reads a time that was taken as UTC as one of a zone.
func inZone(t int64, z *time.Location) int64 {
	if z == nil || z == time.UTC {
		return t
	}
	u := time.Unix(0, t).UTC()
	return time.Date(u.Year(), u.Month(), u.Day(), u.Hour(), u.Minute(), u.Second(), u.Nanosecond(), z).UnixNano()
}

// A yearlessInput holds back the steps of an input whose years are open until
// its last line was seen.
type yearlessInput struct {
	cal   calendar
	steps *sorter
	cover []footfall.Coverage
}

// settle gives the steps of an input their years and hands them on.
func (y *yearlessInput) settle(base int, zone *time.Location, out *sorter) error {
	one := make([]footfall.Step, 1)
	for s, texts := range y.steps.raw() {
		one[0] = *s
		one[0].Time = closed(s.Time, base, zone)
		if err := out.add(one, texts); err != nil {
			return err
		}
	}
	if y.steps.err != nil {
		return y.steps.err
	}
	return y.steps.close()
}
