package report

import (
	"fmt"
	"html/template"
	"strings"
	"time"

	"github.com/footfall/footfall"
)

// Sizes of the small pictures, in CSS pixels.
const (
	cellWide, cellHigh = 15, 13
	dayWide, hourHigh  = 30, 14
	stripWide          = 6
	stripHigh          = 16
	shownNames         = 8 // lines of one table before the rest is folded
)

var days = [7]string{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"}

// A drawing is a profile as the page of one case shows it.
type drawing struct {
	*profile
	Roles       string
	Hours       template.HTML
	Left, Right sideOf
	Column      string // what one column of the strips stands for
	From, To    int64  // of the strips
	Busy        []hoursOf
	Hourly      [7][24]uint32
}

// A sideOf is the sources, hosts or accounts of an entity.
type sideOf struct {
	Title string
	Lines []lineOf
	More  []lineOf
	Rest  int // names that were not counted one by one
}

type lineOf struct {
	Name        string
	Strip       template.HTML
	Good, Bad   int64
	First, Last int64
	New         bool // first seen in the case's time
}

// An hoursOf is a row of the table that equals the heat map.
type hoursOf struct {
	Day   string
	Hours [24]uint32
}

func (g *gathering) drawings(c *footfall.Case) (out []*drawing) {
	s := g.settings[c]
	if s == nil {
		return nil
	}
	for _, p := range s.drawn {
		if p.OK+p.Bad > 0 {
			out = append(out, g.drawing(p, c))
		}
	}
	return out
}

func (g *gathering) drawing(p *profile, c *footfall.Case) *drawing {
	d := &drawing{profile: p, Column: lasting(time.Duration(g.span.step)), Hourly: p.hours, From: g.span.first, To: g.span.first + int64(g.span.columns)*g.span.step}
	var roles []string
	for i, have := range p.roles {
		if r := footfall.Role(i); have && r != footfall.RoleUnknown && r != footfall.RoleAddress {
			roles = append(roles, r.String())
		}
	}
	d.Roles = strings.Join(roles, ", ")
	d.Hours = template.HTML(p.heat(c))
	for i, row := range p.hours {
		if row != [24]uint32{} {
			d.Busy = append(d.Busy, hoursOf{days[i], row})
		}
	}
	left, right := "Came from", "Went to"
	switch p.Kind {
	case "address":
		left = "As"
	case "host":
		right = "Who logged on"
	}
	d.Left, d.Right = g.side(left, &p.left, c), g.side(right, &p.right, c)
	return d
}

func (g *gathering) side(title string, t *tallies, c *footfall.Case) sideOf {
	s := sideOf{Title: title, Rest: t.beyond}
	for i, x := range t.sorted() {
		l := lineOf{
			Name: x.name, Strip: template.HTML(g.strip(&x, c)), Good: int64(x.ok), Bad: int64(x.bad), First: x.first, Last: x.last,
			New: x.first >= tabled(c.First) && x.first <= tabled(c.Last),
		}
		if i < shownNames {
			s.Lines = append(s.Lines, l)
		} else {
			s.More = append(s.More, l)
		}
	}
	return s
}

// heat draws the successful logons by day of the week and hour; the hours of
// the case have a frame.
func (p *profile) heat(c *footfall.Case) string {
	most, frames := uint32(1), hoursWithin(c.First, c.Last)
	for _, row := range p.hours {
		for _, n := range row {
			most = max(most, n)
		}
	}
	var b strings.Builder
	wide, high := dayWide+24*cellWide+2, hourHigh+7*cellHigh+2
	fmt.Fprintf(&b, `<svg class="heat" role="img" width="%d" height="%d" viewBox="0 0 %d %d"><title>Logons by day of the week and hour, UTC; the numbers are in the table below</title>`, wide, high, wide, high)
	for h := 0; h < 24; h += 6 {
		fmt.Fprintf(&b, `<text x="%d" y="10">%02d</text>`, dayWide+h*cellWide, h)
	}
	fmt.Fprintf(&b, `<rect x="%d" y="%d" width="%d" height="%d" class="h0"/>`, dayWide, hourHigh, 24*cellWide-1, 7*cellHigh-1)
	var cells [5]strings.Builder
	for d, row := range p.hours {
		fmt.Fprintf(&b, `<text x="0" y="%d">%s</text>`, hourHigh+d*cellHigh+10, days[d])
		for h, n := range row {
			if k := shade(n, most); k > 0 {
				fmt.Fprintf(&cells[k], "M%d %dh%dv%dh-%dz", dayWide+h*cellWide, hourHigh+d*cellHigh, cellWide-1, cellHigh-1, cellWide-1)
			}
		}
	}
	for k := range cells {
		if cells[k].Len() > 0 {
			fmt.Fprintf(&b, `<path d="%s" class="h%d"/>`, cells[k].String(), k)
		}
	}
	for d := range frames {
		for h, in := range frames[d] {
			if in {
				fmt.Fprintf(&b, `<rect x="%d" y="%d" width="%d" height="%d" class="frame"/>`, dayWide+h*cellWide, hourHigh+d*cellHigh, cellWide-1, cellHigh-1)
			}
		}
	}
	b.WriteString("</svg>")
	return b.String()
}

// shade is 0 for none and 1 to 4 by how large n is against the most.
func shade(n, most uint32) int {
	if n == 0 {
		return 0
	}
	return 1 + int(min(3, uint64(n)*4/uint64(most+1)))
}

// hoursWithin are the hours of the week that a time touches; none when it is
// longer than half a day, for then it tells nothing.
func hoursWithin(first, last int64) (out [7][24]bool) {
	if first == 0 || last-first > int64(day/2) || last < first {
		return out
	}
	for t := first - first%int64(time.Hour); t <= last; t += int64(time.Hour) {
		at := time.Unix(0, t).UTC()
		out[(int(at.Weekday())+6)%7][at.Hour()] = true
	}
	return out
}

// strip draws when a name was seen; the time of the case is behind it.
func (g *gathering) strip(x *tally, c *footfall.Case) string {
	var b strings.Builder
	wide := g.span.columns*stripWide + 1
	fmt.Fprintf(&b, `<svg class="when" aria-hidden="true" width="%d" height="%d" viewBox="0 0 %d %d">`, wide, stripHigh, wide, stripHigh)
	from, to := g.span.column(c.First), g.span.column(c.Last)
	fmt.Fprintf(&b, `<rect x="%d" y="0" width="%d" height="%d" class="case"/><path d="M0 %d.5H%d" class="base"/>`, from*stripWide, (to-from+1)*stripWide, stripHigh, stripHigh-1, wide)
	var on, no strings.Builder
	for i, n := range x.axis[:g.span.columns] {
		if n == 0 {
			continue
		}
		to := &on
		if x.failed[i] {
			to = &no
		}
		fmt.Fprintf(to, "M%d %dv-%dh%dv%dz", i*stripWide+1, stripHigh-1, 5+min(10, bitsOf(n)), stripWide-1, 5+min(10, bitsOf(n)))
	}
	if on.Len() > 0 {
		fmt.Fprintf(&b, `<path d="%s" class="on"/>`, on.String())
	}
	if no.Len() > 0 {
		fmt.Fprintf(&b, `<path d="%s" class="no"/>`, no.String())
	}
	b.WriteString("</svg>")
	return b.String()
}

func bitsOf(n uint16) (k int) {
	for ; n > 1; n >>= 1 {
		k++
	}
	return k
}

// lasting writes a length of time as people say it.
func lasting(d time.Duration) string {
	switch {
	case d >= 7*day && d%(7*day) == 0:
		return plural(int64(d/(7*day)), "week", "weeks")
	case d >= day:
		return plural(int64(d/day), "day", "days")
	case d >= time.Hour:
		return plural(int64(d/time.Hour), "hour", "hours")
	}
	return plural(int64(d/time.Minute), "minute", "minutes")
}
