package report

import (
	_ "embed"
	"fmt"
	"strings"
	"time"

	"github.com/footfall/footfall"
)

//go:embed colors.css
var colorStyle string

//go:embed lanes.css
var laneStyle string

// A figure is a picture of a path: sheets below one another, and a legend.
type figure struct {
	*walk
	sheets        []*sheet
	width, height int
	top           int // of the last sheet
	signs         []sign
}

// sheetGap is what lies between sheets.
const sheetGap = 26

func newFigure(hops []footfall.Hop, zone *time.Location) *figure {
	f := &figure{walk: newPicture(hops)}
	f.sheets = lay(f.walk, zone)
	for i, s := range f.sheets {
		if i > 0 {
			f.height += sheetGap
		}
		f.top = f.height
		f.width = max(f.width, s.width)
		f.height += s.height
	}
	f.signs = f.kinds()
	f.place()
	return f
}

// svg is the picture for the page, a sheet each, so that paper can be turned
// between them: all texts are escaped, and the styles are the page's.
func (f *figure) svg() string {
	var b strings.Builder
	for i, s := range f.sheets {
		width, height, title := s.width, s.height, f.summary()
		if len(f.sheets) > 1 {
			title += fmt.Sprintf(", part %d of %d", i+1, len(f.sheets))
		}
		last := i == len(f.sheets)-1
		if last {
			width, height = f.width, f.height-f.top
		}
		fmt.Fprintf(&b, `<svg class="path" role="img" width="%d" height="%d" viewBox="0 0 %d %d"><title>%s</title><desc>%s</desc>`+"\n",
			width, height, width, height, escape(title), escape(s.told()))
		s.draw(&b)
		if last {
			f.drawSigns(&b, -f.top)
		}
		b.WriteString("</svg>\n")
	}
	return b.String()
}

// summary is the picture in a line.
func (f *figure) summary() string {
	hosts := map[string]bool{}
	for _, h := range f.hops {
		hosts[h.From], hosts[h.To] = true, true
	}
	return fmt.Sprintf("The path: %s between %s", plural(len(f.hops), "hop", "hops"), plural(len(hosts), "host", "hosts"))
}

func (f *figure) draw(b *strings.Builder) {
	y := 0
	for _, s := range f.sheets {
		if y > 0 {
			fmt.Fprintf(b, `<g transform="translate(0 %d)">`+"\n", y)
		}
		s.draw(b)
		if y > 0 {
			b.WriteString("</g>\n")
		}
		y += s.height + sheetGap
	}
	f.drawSigns(b, 0)
}

func (f *figure) drawSigns(b *strings.Builder, dy int) {
	for _, g := range f.signs {
		fmt.Fprintf(b, `<g transform="translate(%d %d)">%s<text class="s t" x="34" y="4">%s</text></g>`+"\n", g.x, g.y+dy, g.draw, escape(g.text))
	}
}

// draw writes lanes first, then what moves over them, then the words.
func (s *sheet) draw(b *strings.Builder) {
	for i := range s.lanes {
		s.drawLane(b, i)
	}
	for i := range s.arrows {
		s.drawLink(b, i)
	}
	for _, x := range s.breaks { // two strokes across each lane, as a cut in an axis
		fmt.Fprintf(b, `<path class="q dots" d="M%d %dV%d"/><path class="q" d="`, x, s.top-14, s.top+6)
		for l := range s.lanes {
			y := s.y(l)
			fmt.Fprintf(b, "M%d %dL%d %dM%d %dL%d %d", x-5, y+6, x-1, y-6, x+1, y+6, x+5, y-6)
		}
		b.WriteString(`"/>` + "\n")
	}
	for i := range s.arrows {
		s.drawArrow(b, i)
	}
	for _, t := range s.texts {
		anchor, x := "", t.x1
		if t.end {
			anchor, x = ` text-anchor="end"`, t.x2
		}
		class := "l " + t.class
		if t.small {
			class = "s " + t.class
		}
		fmt.Fprintf(b, `<text class="%s" x="%d" y="%d"%s>%s</text>`+"\n", class, x, t.y1+10, anchor, escape(t.text))
	}
}

func (s *sheet) drawLane(b *strings.Builder, i int) {
	l, y := &s.lanes[i], s.y(i)
	class := "lane"
	if l.other {
		class = "lane maybe"
	}
	title := short(strings.Join(l.hosts[:min(len(l.hosts), 60)], ", "), 800)
	fmt.Fprintf(b, `<g><title>%s</title><path class="%s" d="M%d %dH%d"/><text class="name" x="0" y="%d">%s</text></g>`+"\n",
		escape(title), class, s.start, y, s.width-4, y+4, escape(l.label))
}

// drawLink draws along a lane that an arrow went on from another: solid when a
// record shows it, dashed when it is inferred.
func (s *sheet) drawLink(b *strings.Builder, i int) {
	a := &s.arrows[i]
	x2, y2 := s.spots[i].x, s.y(a.from)
	x1 := s.start // from the sheet before
	switch {
	case a.after >= 0 && s.carried(a) == 0:
		x1 = s.arrival(a.after)
	case a.after >= 0:
		x1 = max(s.start, x2-s.spots[i].wide-26)
	case s.carried(a) == 0:
		return
	}
	class := linkClass(s.hops[a.hops[0]])
	d := fmt.Sprintf("M%d %dH%d", x1, y2, x2)
	if s.between(i, x1, x2, class) {
		// Beside what else goes along the lane.
		d = fmt.Sprintf("M%d %dL%d %dH%dL%d %d", x1, y2, x1+6, y2+6, x2-6, x2, y2)
	}
	fmt.Fprintf(b, `<path class="%s" d="%s"/>`+"\n", class, d)
}

// linkClass is how the line along a lane is drawn that an arrow went on over.
func linkClass(h footfall.Hop) string {
	switch {
	case h.Shown:
		return "link"
	case h.Of == 1 || h.Sure == 1:
		return "link thin"
	}
	return "link thin doubt"
}

// between reports whether anything stands on a lane between two places but
// arrows that went on from the same one and are as sure of it.
func (s *sheet) between(i, x1, x2 int, class string) bool {
	me := &s.arrows[i]
	for j := range s.arrows {
		a := &s.arrows[j]
		begins := a.from == me.from && s.spots[j].x > x1 && s.spots[j].x < x2
		ends := a.to == me.from && s.arrival(j) > x1+4 && s.arrival(j) < x2
		if j != i && (ends || begins && (s.parent[a.hops[0]] != s.parent[me.hops[0]] || linkClass(s.hops[a.hops[0]]) != class)) {
			return true
		}
	}
	return false
}

func (s *sheet) drawArrow(b *strings.Builder, i int) {
	a, sp := &s.arrows[i], s.spots[i]
	h := s.hops[a.hops[0]]
	fail := ""
	if h.Outcome == footfall.Failure {
		fail = " bad"
	}
	for k, o := range a.alts {
		s.drawOther(b, o, sp.alts[k], s.y(a.from))
	}
	fmt.Fprintf(b, `<g><title>%s</title>`, escape(s.arrowSentence(a)))
	y1, y2 := s.y(a.from), s.y(a.to)
	switch {
	case a.from == a.to:
		x := s.arrival(i)
		fmt.Fprintf(b, `<path class="hop%s" d="M%d %dC%d %d %d %d %d %d"/>`, fail, sp.x, y1, sp.x+2, y1-30, x, y1-30, x, y1-tip)
		drawHead(b, x, y1, 1, fail)
	case y1 < y2:
		fmt.Fprintf(b, `<path class="hop%s" d="M%d %dV%d"/>`, fail, sp.x, y1, y2-tip)
		drawHead(b, sp.x, y2, 1, fail)
	default:
		fmt.Fprintf(b, `<path class="hop%s" d="M%d %dV%d"/>`, fail, sp.x, y1, y2+tip)
		drawHead(b, sp.x, y2, -1, fail)
	}
	drawBadge(b, sp, y1, changed(h), fail)
	fmt.Fprintf(b, `<text class="no" x="%d" y="%d" text-anchor="middle">%s</text></g>`+"\n", sp.x, y1+4, s.numbers(a))
}

// drawHead draws the end of an arrow that goes down (1) or up (-1): a head, or
// a cross where it failed.
func drawHead(b *strings.Builder, x, y, way int, fail string) {
	if fail != "" {
		m := y - way*tip
		fmt.Fprintf(b, `<path class="hop bad" d="M%d %dL%d %dM%d %dL%d %d"/>`, x-5, m-5, x+5, m+5, x-5, m+5, x+5, m-5)
		return
	}
	fmt.Fprintf(b, `<path class="head" d="M%d %dL%d %dL%d %dz"/>`, x, y, x-6, y-way*(tip+2), x+6, y-way*(tip+2))
}

// drawBadge draws what an arrow's number stands in: round, or pointed where
// the account changed.
func drawBadge(b *strings.Builder, sp spot, y int, changed bool, fail string) {
	if changed {
		w := sp.wide + 4
		fmt.Fprintf(b, `<path class="no sw" d="M%d %dL%d %dH%dL%d %dL%d %dH%dz"/>`, sp.x-w, y, sp.x-w+9, y-badge-2, sp.x+w-9, sp.x+w, y, sp.x+w-9, y+badge+2, sp.x-w+9)
		return
	}
	fmt.Fprintf(b, `<rect class="no%s" x="%d" y="%d" width="%d" height="%d" rx="%d"/>`, fail, sp.x-sp.wide, y-badge, 2*sp.wide, 2*badge, badge)
}

func (s *sheet) drawOther(b *strings.Builder, o other, x, y int) {
	from, way := y-laneStep/2-4, 1
	if o.lane >= 0 {
		if from = s.y(o.lane); from > y {
			way = -1
		}
		fmt.Fprintf(b, `<circle class="maybe" cx="%d" cy="%d" r="4"/>`, x, from)
	}
	fmt.Fprintf(b, `<path class="maybe" d="M%d %dV%d"/><path class="tip" d="M%d %dL%d %dL%d %d"/>`+"\n", x, from, y-way*3, x-5, y-way*9, x, y-way*2, x+5, y-way*9)
}

// A sign is a part of the legend.
type sign struct {
	draw, text string
	x, y       int
}

// kinds are the signs of what is in the picture.
func (f *figure) kinds() (out []sign) {
	has := map[string]bool{}
	for i := range f.arrows {
		a := &f.arrows[i]
		h := f.hops[a.hops[0]]
		has["sw"] = has["sw"] || changed(h)
		has["bad"] = has["bad"] || h.Outcome == footfall.Failure
		has["maybe"] = has["maybe"] || len(a.alts) > 0
		has["many"] = has["many"] || len(a.hops) > 1
		if f.parent[a.hops[0]] >= 0 {
			has[linkClass(h)] = true
		}
	}
	add := func(name, draw, text string) {
		if has[name] {
			out = append(out, sign{draw: draw, text: text})
		}
	}
	add("link", `<path class="link" d="M0 0H26"/>`, "went on from, shown by a record")
	add("link thin", `<path class="link thin" d="M0 0H26"/>`, "went on from, the only hand it can have been")
	add("link thin doubt", `<path class="link thin doubt" d="M0 0H26"/>`, "went on from, inferred")
	add("maybe", `<path class="maybe" d="M13 -9V5"/><path class="tip" d="M8 0L13 7L18 0"/>`, "other hands it can have been")
	add("sw", `<path class="no sw" d="M2 0L11 -9L20 0L11 9z"/>`, "account changed")
	add("bad", `<path class="hop bad" d="M6 -5L16 5M6 5L16 -5"/>`, "failed")
	add("many", `<rect class="no" x="0" y="-7" width="26" height="14" rx="7"/>`, "several hops; 11+3 is hop 11 and 3 more")
	if f.left > 0 {
		out = append(out, sign{text: f.leftOut("the table")})
	}
	return out
}

// place puts the legend below the sheets, in rows that fit.
func (f *figure) place() {
	if len(f.signs) == 0 {
		return
	}
	x, y, wide := 0, f.height+14, f.width
	for i := range f.signs {
		g := &f.signs[i]
		w := 34 + int(float64(columns(g.text))*smallGlyph)
		if x > 0 && x+w > pageWidth {
			x, y = 0, y+22
		}
		g.x, g.y = x, y
		wide = max(wide, x+w)
		x += w + 22
	}
	f.width, f.height = wide, y+12
}
