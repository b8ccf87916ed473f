package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/footfall/footfall"
)

// A writer writes the pages of a run's cases.
type writer struct {
	r      *footfall.Run
	zone   *time.Location
	pages  pages
	names  []string
	byID   map[string]string
	whose  map[string]string // bonds of the case at hand by finding
	seen   *gathering        // nil when no steps were given
	put    func(name string, write func(io.Writer) error) error
	folder string // that all inputs are in
	table  string // of the findings, as it is called
	inline int    // bytes of records that pages of cases may still have
	left   int    // bytes of the pages of records that may still be written
}

func newWriter(r *footfall.Run, zone *time.Location) *writer {
	w := &writer{r: r, zone: zone, pages: newPages(), names: pageNames(r), byID: map[string]string{}, inline: allInline, left: allApart, folder: commonFolder(r.Inputs), table: plainTables().Findings}
	for i, c := range r.Cases {
		for _, id := range append([]string{c.ID}, c.Aliases...) {
			if _, ok := w.byID[id]; !ok && id != "" {
				w.byID[id] = w.names[i]
			}
		}
	}
	return w
}

// page makes the page of the i-th case; its further records go to pages of
// their own where there is a folder for them.
func (w *writer) page(i int, c *footfall.Case) (*casePage, error) {
	p := &casePage{
		frame: newFrame(c.Title, "../", w.zone), Name: w.names[i], Number: i + 1, Of: len(w.names), Names: w.byID, Files: w.put != nil, Exports: w.put != nil && len(w.names) < manyCases, Folder: w.folder, Table: w.table,
	}
	if i > 0 {
		p.Prev = w.names[i-1] + ".html"
	}
	if i+1 < len(w.names) {
		p.Next = w.names[i+1] + ".html"
	}
	p.fill(c, w.r.Notes)
	// The worst come first, and most cases need little.
	room := fair(4*w.inline, p.Of-i, pageLeast, pageInline)
	k := newRecorder(w.r, c, w.zone, room)
	k.table = w.table
	for _, q := range c.Questions {
		p.Asked = append(p.Asked, newAnswer(q, k.source(q.Evidence, 0)))
	}
	slices.SortStableFunc(p.Asked, func(a, b pageAnswer) int { return cmp.Compare(a.rank(), b.rank()) })
	p.path(k)
	if err := w.findings(p, k); err != nil {
		return nil, err
	}
	if w.seen != nil {
		p.Drawn, p.Phases = w.seen.drawings(c), w.seen.phases(c, k.seen, w.folder)
	}
	return p, nil
}

// findings shows the findings of a case by rule. Those whose records are not
// all on the page have them on pages of their own, in the same order.
func (w *writer) findings(p *casePage, k *recorder) error {
	w.whose = map[string]string{}
	for _, b := range p.Bonds {
		w.whose[b.Finding] = b.Because
	}
	a := &overflow{w: w, p: p, k: k, room: min(w.left, 4*w.left/max(1, p.Of-p.Number+1))}
	if a.room < leastApart {
		a.room = 0
	}
	n := 0
	for _, g := range byRule(p.Case.Findings) {
		shown := newGroup(g, fair(allFindings, p.Of, leastFindings, pageFindings), func(f *footfall.Finding) pageFinding {
			n++
			x := pageFinding{F: f, Bond: w.whose[f.ID], Anchor: fmt.Sprintf("f%d", n)}
			x.source = k.source(f.Evidence, f.Count)
			return x
		})
		shown.Open = len(p.Groups) < 3
		p.Groups = append(p.Groups, shown)
	}
	w.inline = max(0, w.inline-k.room+max(0, k.left))
	if w.put == nil {
		return nil
	}
	return a.write(p.Groups)
}

// An overflow puts the records that a case's page had no room for on pages of
// their own, until the room of the case is used up.
type overflow struct {
	w    *writer
	p    *casePage
	k    *recorder
	room int
	page recordPage
	size int
}

// A recordPage is one page of records.
type recordPage struct {
	frame
	Name, Case, Prev, Next string
	Number                 int
	List                   []recordPart
}

type recordPart struct {
	pageFinding
	Rule string
}

func (a *overflow) write(groups []*pageGroup) error {
	for _, g := range groups {
		for i, f := range g.List {
			var on *pageFinding
			if i < len(g.Shown) {
				if on = &g.Shown[i]; !on.Without {
					continue
				}
			}
			if err := a.finding(f, g.Title, on); err != nil {
				return err
			}
		}
	}
	return a.flush(true)
}

func (a *overflow) finding(f *footfall.Finding, rule string, on *pageFinding) error {
	if a.room <= 0 {
		a.p.NotApart++
		if on != nil {
			on.Apart = "" // what is on the page stands there, with its count
		}
		return nil
	}
	if a.size >= pageApart {
		if err := a.flush(false); err != nil {
			return err
		}
	}
	k := a.k
	k.left = max(1, min(a.room, pageApart))
	if a.size == 0 {
		k.at = map[footfall.Ref]int{}
	}
	part := recordPart{pageFinding{F: f, Anchor: fmt.Sprintf("f%d", len(a.page.List)+1)}, rule}
	part.source = k.source(f.Evidence, f.Count)
	a.page.List = append(a.page.List, part)
	n := len(part.List) + 300
	a.size, a.room, a.w.left = a.size+n, a.room-n, a.w.left-n
	if on != nil {
		on.Apart = a.name(len(a.p.Apart)+1) + "#" + part.Anchor
	}
	return nil
}

func (a *overflow) name(n int) string { return fmt.Sprintf("%s-records-%d.html", a.p.Name, n) }

// flush writes the page at hand; the last one has no next.
func (a *overflow) flush(last bool) error {
	if len(a.page.List) == 0 {
		return nil
	}
	n := len(a.p.Apart) + 1
	a.page.frame = newFrame(fmt.Sprintf("Records %d of %s", n, a.p.Title()), "../", a.w.zone)
	a.page.Name, a.page.Case, a.page.Number = a.p.Name, a.p.Title(), n
	a.page.Prev, a.page.Next = "", ""
	if n > 1 {
		a.page.Prev = a.name(n - 1)
	}
	if !last {
		a.page.Next = a.name(n + 1)
	}
	err := a.w.put("cases/"+a.name(n), func(w io.Writer) error { return a.w.pages.write(w, "evidence", &a.page) })
	a.p.Apart = append(a.p.Apart, a.name(n))
	a.page.List, a.size = a.page.List[:0], 0
	return err
}

// Title is the case's own, which the page's frame would hide.
func (p *casePage) Title() string { return p.Case.Title }
