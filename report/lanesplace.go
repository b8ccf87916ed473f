package report

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/footfall/footfall"
)

// Measures of the picture, in pixels. Letters of the fonts that it asks for are
// 0.6 of their size wide.
const (
	glyph      = 7.3 // of 12 px
	smallGlyph = 6.7 // of 11 px
	lineStep   = 12
	laneStep   = 48
	badge      = 9 // half the height of a hop's number
	tip        = 9 // length of an arrow's head
	mostPush   = 400
	pageWidth  = 960                  // what a window of 1024 has room for
	quiet      = int64(2 * time.Hour) // from here on nothing happening is marked
)

// A detail says how much is written at arrows.
type detail uint8

const (
	inFull  detail = iota // service, account, how sure
	changes               // accounts where they are not the one before
)

type box struct{ x1, y1, x2, y2 int }

func (b box) meets(c box) bool { return b.x1 < c.x2 && c.x1 < b.x2 && b.y1 < c.y2 && c.y1 < b.y2 }

// A writing is text in its place.
type writing struct {
	box
	class string
	end   bool // x2 is where it ends
	text  string
	small bool
}

// A spot is where an arrow stands.
type spot struct {
	x    int
	wide int // half the width of its number
	alts []int
}

// A sheet is a walk with everything in its place.
type sheet struct {
	*walk
	detail        detail
	start         int // where time begins
	top           int // above the first lane
	spots         []spot
	texts         []writing
	taken         []box
	breaks        []int // where quiet times are
	width, height int
	last          int // the last time that was written
	zone          *time.Location
}

// lay puts a walk on the sheet that tells most and still fits a page, or on
// several below one another, each with the hosts of its time.
func lay(w *walk, zone *time.Location) []*sheet {
	if zone == nil {
		zone = time.UTC
	}
	from := inFull
	if len(w.arrows) > 24 {
		from = changes
	}
	for d := from; d <= changes; d++ {
		if s := fit(w, d, zone); s != nil {
			return []*sheet{s}
		}
	}
	var out []*sheet
	for i := 0; i < len(w.arrows); {
		s, n := w.strip(i, zone)
		out = append(out, s)
		i += n
	}
	return out
}

// strip lays out as many arrows from the i-th on as fit, up to a quiet time
// when one is near the end, and returns how many these are.
func (w *walk) strip(i int, zone *time.Location) (*sheet, int) {
	n := len(w.arrows) - i
	s := fit(w.part(i, i+n), changes, zone)
	for s == nil && n > 1 {
		n -= (n + 7) / 8
		s = fit(w.part(i, i+n), changes, zone)
	}
	if s == nil { // one arrow with very much around it
		return setOut(w.part(i, i+1), changes, units[len(units)-1], zone), 1
	}
	for m := n - 1; m > n*2/3 && i+n < len(w.arrows); m-- {
		if w.idle(i+m) < quiet {
			continue
		}
		if t := fit(w.part(i, i+m), changes, zone); t != nil {
			return t, m
		}
	}
	return s, n
}

// part is a picture of some of the arrows, with the lanes of these.
func (w *walk) part(from, to int) *walk {
	p := &walk{hops: w.hops, parent: w.parent, arrows: slices.Clone(w.arrows[from:to])}
	for i := range p.arrows {
		a := &p.arrows[i]
		a.alts = slices.Clone(a.alts)
		if a.after -= from; a.after < 0 {
			a.after = -1
		}
	}
	p.order()
	return p
}

// units are the distances of arrows that are tried, the most readable first.
var units = []int{76, 60, 46, 34, 24, 14, 6}

// fit returns a sheet that is not broader than a page, nil when none is.
func fit(w *walk, d detail, zone *time.Location) *sheet {
	last := setOut(w, d, units[len(units)-1], zone)
	if last.width > pageWidth {
		return nil
	}
	for _, unit := range units[:len(units)-1] {
		if s := setOut(w, d, unit, zone); s.width <= pageWidth {
			return s
		}
	}
	return last
}

func setOut(w *walk, d detail, unit int, zone *time.Location) *sheet {
	s := &sheet{walk: w, detail: d, zone: zone, top: 36}
	for i := range w.arrows {
		if i > 0 && s.idle(i) >= quiet {
			s.top = 50
		}
	}
	for i := range w.lanes {
		s.start = max(s.start, int(float64(columns(w.lanes[i].label))*glyph))
	}
	s.start += 14
	s.height = s.top + len(w.lanes)*laneStep
	x, right := s.start+18, s.start
	for i := range w.arrows {
		a := &w.arrows[i]
		if i > 0 {
			x += s.quiet(i, right)
			x += int(float64(unit) * s.weight(i))
		}
		x = s.put(a, x)
		right = x
		s.tick(i)
		if x > 2*pageWidth { // too broad in any case
			break
		}
	}
	for _, b := range s.taken {
		s.width = max(s.width, b.x2)
	}
	for _, t := range s.texts {
		s.width, s.height = max(s.width, t.x2), max(s.height, t.y2+4)
	}
	s.width += 12
	return s
}

func (s *sheet) y(lane int) int { return s.top + lane*laneStep + laneStep/2 }

// weight is how much of the room there is an arrow takes: more after a longer
// time, but by far not in proportion.
func (s *sheet) weight(i int) float64 {
	w := 1.0
	if i > 0 {
		if dt := s.when(i) - s.when(i-1); dt < quiet && dt > 0 {
			w += min(1.2, math.Log10(1+float64(dt)/float64(time.Minute))/2)
		}
	}
	return w
}

func (w *walk) when(i int) int64 { return w.hops[w.arrows[i].hops[0]].Time }

func (w *walk) endOf(i int) int64 {
	h := w.arrows[i].hops
	return w.hops[h[len(h)-1]].Time
}

// idle is how long nothing happened before an arrow; 0 when that is not known.
func (w *walk) idle(i int) int64 {
	if t := w.endOf(i - 1); t != 0 {
		return w.when(i) - t
	}
	return 0
}

// quiet marks that nothing happened for long, and returns the room for it.
func (s *sheet) quiet(i, right int) int {
	dt := s.idle(i)
	if dt < quiet {
		return 0
	}
	text := later(dt)
	w := int(float64(len(text)) * smallGlyph)
	x := right + 24 + w/2
	if n := len(s.texts); n > 0 && s.last > 0 {
		x = max(x, s.last+w/2+6)
	}
	s.breaks = append(s.breaks, x)
	s.texts = append(s.texts, writing{box: box{x - w/2, 4, x + w/2, 17}, class: "t", text: text, small: true})
	for l := range s.lanes {
		s.taken = append(s.taken, box{x - 6, s.y(l) - 7, x + 6, s.y(l) + 7})
	}
	return x + 8 - right
}

// later is how much time passed, in the unit that tells it best.
func later(dt int64) string {
	if h := dt / int64(time.Hour); h < 48 {
		return fmt.Sprintf("%d h later", h)
	}
	return fmt.Sprintf("%d d later", dt/int64(24*time.Hour))
}

// put places an arrow at x or right of it, where nothing else is in its way.
func (s *sheet) put(a *arrow, x int) int {
	sp := spot{wide: s.badgeWidth(a)}
	for _, o := range a.alts {
		x = s.putOther(a, o, x)
		sp.alts = append(sp.alts, x)
		x += 16 + sp.wide
	}
	lines := s.lines(a)
	for end := x + mostPush; ; x += 4 {
		sp.x = x
		if x > end {
			lines = nil
		}
		if core := s.core(a, sp); s.free(core...) {
			link, ok := s.linkText(a, sp)
			if !ok && x <= end {
				continue
			}
			texts, ok := s.beside(a, sp, lines, append(core, boxes(link)...))
			if !ok && x <= end {
				continue
			}
			s.taken = append(s.taken, core...)
			s.write(link...)
			s.write(texts...)
			break
		}
		if x > end+mostPush {
			s.taken = append(s.taken, s.core(a, sp)...)
			break
		}
	}
	s.spots = append(s.spots, sp)
	return x
}

func boxes(list []writing) (out []box) {
	for _, t := range list {
		out = append(out, t.box)
	}
	return out
}

func (s *sheet) write(list ...writing) {
	s.texts = append(s.texts, list...)
	s.taken = append(s.taken, boxes(list)...)
}

func (s *sheet) free(list ...box) bool {
	for _, b := range list {
		for i := len(s.taken) - 1; i >= 0; i-- {
			if b.meets(s.taken[i]) {
				return false
			}
		}
	}
	return true
}

func (s *sheet) badgeWidth(a *arrow) int {
	return max(badge, int(float64(len(s.numbers(a)))*6.4/2)+5)
}

// core is what an arrow itself covers: its number, its line, its head.
func (s *sheet) core(a *arrow, sp spot) []box {
	y1, y2 := s.y(a.from), s.y(a.to)
	w := sp.wide + 3
	b := []box{{sp.x - w, y1 - badge - 2, sp.x + w, y1 + badge + 2}}
	if a.from == a.to {
		return append(b, box{sp.x - 4, y1 - 26, sp.x + sp.wide + 26, y1 + 4})
	}
	return append(b, box{sp.x - 3, min(y1, y2), sp.x + 3, max(y1, y2)}, box{sp.x - 8, y2 - 7, sp.x + 8, y2 + 7})
}

// arrival is where an arrow meets its lane.
func (s *sheet) arrival(i int) int {
	if a := &s.arrows[i]; a.from == a.to {
		return s.spots[i].x + s.spots[i].wide + 18
	}
	return s.spots[i].x
}

// linkText says left of an arrow's number how sure it is what it went on from.
func (s *sheet) linkText(a *arrow, sp spot) ([]writing, bool) {
	h := s.hops[a.hops[0]]
	text := ""
	if !h.Shown && h.Sure > 0 && h.Sure < 1 {
		if text = percent(h.Sure); s.detail == inFull && doubtful(h) {
			text = known(h)
		}
	}
	if n := s.carried(a); n > 0 {
		text = strings.TrimSuffix(fmt.Sprintf("from %d, %s", n, text), ", ")
	}
	if text == "" {
		return nil, true
	}
	w := int(float64(columns(text)) * smallGlyph)
	from := s.start
	if a.after >= 0 && s.arrows[a.after].to == a.from {
		from = s.arrival(a.after) + 4
	}
	if n := len(sp.alts); n > 0 {
		from = sp.alts[n-1] + 6
	}
	x, y := sp.x-sp.wide-5, s.y(a.from)
	for _, top := range []int{y - 16, y + 4} {
		t := writing{box: box{x - w, top, x, top + 12}, class: "p", end: true, text: text, small: true}
		if t.x1 >= from && s.free(t.box) {
			return []writing{t}, true
		}
	}
	return nil, false
}

// carried is the number of the hop that an arrow went on from when no line can
// be drawn from that: it is on another sheet, or came to the host by another of
// its names. It is 0 when one can, or the hop is not known.
func (w *walk) carried(a *arrow) int {
	if a.after >= 0 && w.arrows[a.after].to == a.from {
		return 0
	}
	return w.parent[a.hops[0]] + 1
}

// A line is a line of a label: its class and text.
type line struct{ class, text string }

// lines are what is written at an arrow.
func (s *sheet) lines(a *arrow) []line {
	h := s.hops[a.hops[0]]
	what, who := line{"w", s.services(a)}, line{"", short(s.accounts(a), 24)}
	if n := len(a.hops); n > 1 && s.lanes[a.from].key[0] == 'h' && s.lanes[a.to].key[0] == 'h' {
		what.text += fmt.Sprintf(" x%d", n)
	}
	if h.Outcome == footfall.Failure {
		what.text += " failed"
		what.class = "w bad"
	}
	sw := changed(h)
	if sw {
		who = line{"sw", "now " + short(s.accounts(a), 22)}
		if s.detail == inFull {
			what.text += ", was " + hostName(h.Switch, 18)
		}
	}
	same := a.after >= 0 && s.hops[s.arrows[a.after].hops[0]].Account == h.Account
	if s.detail == changes && same && !sw {
		return []line{what}
	}
	return []line{what, who}
}

// beside finds room for the lines of a label beside an arrow: left or right of
// it, from its head to its number.
func (s *sheet) beside(a *arrow, sp spot, lines []line, own []box) ([]writing, bool) {
	if len(lines) == 0 { // no room near it: its number must do
		return nil, true
	}
	w := 0
	for _, l := range lines {
		w = max(w, int(math.Ceil(float64(columns(l.text))*glyph)))
	}
	h := len(lines) * lineStep
	for _, top := range s.gaps(a, h) {
		for _, left := range []bool{true, false} {
			b := box{sp.x + 7, top, sp.x + 7 + w, top + h}
			if a.from == a.to {
				b.x1, b.x2 = b.x1+sp.wide+22, b.x2+sp.wide+22
			}
			if left {
				b.x1, b.x2 = sp.x-7-w, sp.x-7
			}
			if b.x1 < s.start || b.y1 < s.top-14 || !s.free(b) || meetsAny(b, own) {
				continue
			}
			var out []writing
			for i, l := range lines {
				out = append(out, writing{box: box{b.x1, top + i*lineStep, b.x2, top + (i+1)*lineStep}, class: l.class, end: left, text: l.text})
			}
			return out, true
		}
	}
	return nil, false
}

func meetsAny(b box, list []box) bool {
	for _, c := range list {
		if b.meets(c) {
			return true
		}
	}
	return false
}

// gaps are the heights at which a label of h can stand, the nearest to the
// arrow's head first.
func (s *sheet) gaps(a *arrow, h int) (out []int) {
	if a.from == a.to {
		return []int{s.y(a.from) + badge + 3, s.y(a.from) - badge - 4 - h}
	}
	lo, hi := min(a.from, a.to), max(a.from, a.to)
	for i := range min(hi-lo, 6) {
		upper := hi - 1 - i // the gap below this lane
		if a.to < a.from {
			upper = lo + i
		}
		mid := (s.y(upper) + s.y(upper+1)) / 2
		switch {
		case upper+1 == a.to:
			mid -= 1
		case upper == a.to:
			mid += 1
		}
		out = append(out, mid-h/2)
	}
	return out
}

// putOther places another hand that an arrow can have been: from its lane, or
// from nowhere, to the lane that the arrow begins on.
func (s *sheet) putOther(a *arrow, o other, x int) int {
	text := o.what + " " + percent(o.sure)
	w := int(math.Ceil(float64(columns(text)) * smallGlyph))
	for end := x + mostPush; ; x += 4 {
		y2 := s.y(a.from)
		y1, top := y2-laneStep/2-4, y2-laneStep/2-12
		if o.lane >= 0 {
			y1 = s.y(o.lane)
			top = y1 - 15
			if o.lane > a.from {
				top = y1 + 3
			}
		}
		core := []box{{x - 3, min(y1, y2), x + 3, max(y1, y2)}, {x - 8, y2 - 7, x + 8, y2 + 7}}
		for _, left := range []bool{true, false} {
			t := writing{box: box{x + 6, top, x + 6 + w, top + 12}, class: "o", text: text, small: true}
			if left {
				t.x1, t.x2, t.end = x-6-w, x-6, true
			}
			if t.x1 >= s.start && s.free(append(core, t.box)...) || x > end {
				s.taken = append(s.taken, core...)
				if x <= end {
					s.write(t)
				}
				return x
			}
		}
	}
}

// tick writes the time of an arrow above the lanes where there is room; the
// first of a day has the day with it.
func (s *sheet) tick(i int) {
	t, x := s.when(i), s.spots[i].x
	text := stamp(t, s.zone, timeShort)
	if i == 0 || stamp(s.when(i-1), s.zone, time.DateOnly) != stamp(t, s.zone, time.DateOnly) {
		text = stamp(t, s.zone, "01-02 15:04:05")
		if i == 0 {
			text = stamp(t, s.zone, timeLong)
		}
	}
	w := int(float64(len(text)) * smallGlyph)
	x1 := max(s.start, x-w/2)
	if i > 0 && x1 < s.last+8 {
		return
	}
	s.texts = append(s.texts, writing{box: box{x1, s.top - 30, x1 + w, s.top - 17}, class: "t", text: text, small: true})
	s.last = x1 + w
}
