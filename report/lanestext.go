package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/footfall/footfall"
)

// A rung is an arrow as a line of text: rail stands before it and shows what
// it went on from, under goes on below it.
type rung struct {
	*arrow
	rail, under string
}

// path writes the hops of a case in columns that fit: time, from, service, to,
// account.
func (t *text) path(c *footfall.Case) {
	if len(c.Path) == 0 {
		return
	}
	t.line("")
	t.sub("Path")
	t.hops(c, shownHops)
}

// hops writes at most so many lines of hops. Where it is known what hops went
// on from they stand in a tree, and many hops that are alike are one line.
func (t *text) hops(c *footfall.Case, most int) {
	f := foldSome
	if len(c.Path) <= shownHops {
		f = unfolded(c.Path)
	}
	w := newWalk(c.Path, f)
	rungs := w.rungs()
	shown := rungs[:min(len(rungs), most)]
	t.rungs(c, w, shown)
	if n := len(c.Path) - w.count(shown); n > 0 {
		t.line("    and " + plural(n, "more hop", "more hops"))
	}
	if !t.brief && slices.ContainsFunc(shown, func(r rung) bool { return r.rail != "" }) {
		t.clipped(4, "", "", "On one rail each hop went on from the one above; * begins a way, |-* leaves another. A hand that is not shown by a record has its probability.", 2)
	}
}

func (w *walk) count(list []rung) (n int) {
	for _, r := range list {
		n += len(r.hops)
	}
	return n
}

func (t *text) rungs(c *footfall.Case, w *walk, list []rung) {
	layout := t.clock(c)
	rail, by, wide := 0, 10, []int{0, 0, 0}
	mostBy := 16
	if t.opt.Width < 80 {
		mostBy = by
	}
	cells := func(r rung, n []int) []string {
		out := make([]string, 3)
		for i := range 2 {
			if l := w.end(r.arrow, i == 1); len(l.hosts) > 1 {
				out[i] = fold(l.count(), n[i])
			} else {
				out[i] = l.name(n[i])
			}
		}
		out[2] = fold(w.accounts(r.arrow), n[2])
		return out
	}
	for _, r := range list {
		rail, by = max(rail, len(r.rail)), max(by, min(mostBy, columns(w.by(r.arrow))))
		for i, s := range cells(r, []int{maxNameCols, maxNameCols, maxNameCols}) {
			wide[i] = max(wide[i], columns(s))
		}
	}
	room := t.opt.Width - 10 - len(layout) - rail - by
	for sum(wide) > room && slices.Max(wide) > 4 {
		wide[slices.Index(wide, slices.Max(wide))]--
	}
	for _, r := range list {
		x := cells(r, wide)
		t.line("    " + t.paint(dim, stamp(w.hops[r.hops[0]].Time, t.opt.Zone, layout)) + "  " + pad(r.rail+x[0], rail+wide[0]) + " " +
			pad(fold(w.by(r.arrow), by), by) + " " + t.paint(bold, pad(x[1], wide[1])) + "  " + x[2])
		t.under(w, r, strings.Repeat(" ", 6+len(layout))+r.under)
	}
}

func sum(list []int) (n int) {
	for _, x := range list {
		n += x
	}
	return n
}

// under writes what else is to be said of a line, below it.
func (t *text) under(w *walk, r rung, lead string) {
	room := t.opt.Width - columns(lead)
	for _, to := range []bool{false, true} {
		if l := w.end(r.arrow, to); len(l.hosts) > 1 {
			t.line(lead + l.name(room))
		}
	}
	if h := w.hops[r.hops[0]]; changed(h) {
		t.line(lead + t.paint(yellow, "account changed here, before: "+short(h.Switch, room-30)))
	}
	if s := w.whose(r.hops[0]); s != "" {
		for _, l := range wrap("whose hand: "+s, room) {
			t.line(lead + l)
		}
	}
}

// by is the arrow between two hosts: the first service, and how many others.
func (w *walk) by(a *arrow) string {
	list := w.serviceList(a)
	s := "-" + list[0]
	if len(list) > 1 {
		s += fmt.Sprintf("+%d", len(list)-1)
	}
	if w.hops[a.hops[0]].Outcome == footfall.Failure {
		return s + "-x"
	}
	return s + "->"
}

// rungs are the arrows in the order of time, or as a tree where something is
// known of what they went on from: each below that, and of several ways on the
// longest last, on the same rail.
func (w *walk) rungs() []rung {
	below := make([][]int, len(w.arrows))
	size := make([]int, len(w.arrows))
	tree := false
	for i := len(w.arrows) - 1; i >= 0; i-- {
		size[i]++
		if p := w.arrows[i].after; p >= 0 {
			tree = true
			size[p] += size[i]
			below[p] = append(below[p], i)
		}
	}
	out := make([]rung, 0, len(w.arrows))
	if !tree {
		for i := range w.arrows {
			out = append(out, rung{arrow: &w.arrows[i]})
		}
		return out
	}
	type node struct {
		at         int
		rail, mark string
	}
	var stack []node
	for i := len(w.arrows) - 1; i >= 0; i-- {
		if w.arrows[i].after < 0 {
			stack = append(stack, node{i, "", "* "})
		}
	}
	for len(stack) > 0 {
		n := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		next := below[n.at]
		slices.SortFunc(next, func(a, b int) int { return cmp.Or(cmp.Compare(size[b], size[a]), cmp.Compare(b, a)) })
		rail, under := strings.ReplaceAll(n.rail, "-", " "), "  "
		if len(next) > 0 {
			under = "| "
		}
		out = append(out, rung{arrow: &w.arrows[n.at], rail: railEnd(n.rail + n.mark), under: railEnd(rail + under)})
		if len(next) == 0 {
			continue
		}
		stack = append(stack, node{next[0], rail, "| "})
		rest := next[1:]
		slices.Sort(rest)
		for _, c := range slices.Backward(rest) {
			stack = append(stack, node{c, rail + "|-", "* "})
		}
	}
	return out
}

// railEnd leaves out the outer rails where there are very many.
func railEnd(s string) string {
	const most = 14
	if len(s) <= most {
		return s
	}
	return ".." + s[len(s)-most+2:]
}

// pathsText writes the paths of cases for a terminal.
func pathsText(t *text, list []*footfall.Case) {
	if len(list) == 0 {
		t.line("No case has a path.")
	}
	for i, c := range list {
		if i > 0 {
			t.line("")
		}
		t.clipped(0, strings.ToUpper(levelWord(c.Level))+"  ", levelColor(c.Level), fmt.Sprintf("case %s  %s", fold(clean(c.ID), 16), caseLine(c)), 2)
		t.hops(c, mostRungs)
	}
}

// mostRungs is how many lines of one path a terminal is given.
const mostRungs = 400
