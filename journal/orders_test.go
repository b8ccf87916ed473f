package journal

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/footfall/footfall"
)

// TestAnyOrder plays hunts whose cases fall together and apart, with people
// who close, merge and split between them in any order that the commands let
// through: no hunt fails, and no finding is lost or in two cases.
func TestAnyOrder(t *testing.T) {
	for seed := range uint64(40) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			p := &play{folder: folder{t: t, dir: t.TempDir()}, r: rand.New(rand.NewPCG(seed, 7))}
			for range 6 {
				p.run()
				for range p.r.IntN(4) {
					p.act()
				}
			}
		})
	}
}

type play struct {
	folder
	r     *rand.Rand
	raw   []*footfall.Case
	shown []*footfall.Case
}

// run is a hunt whose findings, up to eight, are in up to four cases.
func (p *play) run() {
	p.t.Helper()
	list := make([][]*footfall.Finding, 4)
	want := 0
	for i := range 8 {
		if p.r.IntN(4) > 0 {
			k := p.r.IntN(4)
			list[k] = append(list[k], finding(fmt.Sprintf("fin%d", i), "rule", "mara", i))
			want++
		}
	}
	var cases []*footfall.Case
	for _, l := range list {
		if l != nil {
			cases = append(cases, caseOf(l...))
		}
	}
	p.raw = cases
	p.shown = p.hunt(cases...)
	p.whole(want)
}

func (p *play) whole(want int) {
	p.t.Helper()
	n, ids, seen := 0, map[string]bool{}, map[string]bool{}
	for _, c := range p.shown {
		if ids[c.ID] || c.Work == nil {
			p.t.Fatalf("two cases are called %s, or it has no work: %v", c.ID, c.Work)
		}
		ids[c.ID] = true
		for _, f := range c.Findings {
			if n++; seen[f.ID] {
				p.t.Fatalf("%s is in two cases", f.ID)
			}
			seen[f.ID] = true
		}
	}
	if n != want {
		p.t.Fatalf("%d findings of %d are shown", n, want)
	}
}

// act is what somebody does about a case.
func (p *play) act() {
	p.t.Helper()
	if len(p.shown) == 0 {
		return
	}
	l := load(p.t, p.dir)
	c := p.shown[p.r.IntN(len(p.shown))]
	x := l.Root(l.File(c.ID))
	closed := x.Work.Status == footfall.StatusClosed
	want := 0
	for _, c := range p.shown {
		want += len(c.Findings)
	}
	switch p.r.IntN(5) {
	case 0:
		p.person(Closed, x.Key, Body{Verdict: footfall.JudgementBenign, Reason: "a drill"})
	case 1:
		if !closed {
			return
		}
		p.person(Reopened, x.Key, Body{Cause: "more was heard"})
	case 2:
		o := l.Root(l.File(p.shown[p.r.IntN(len(p.shown))].ID))
		if o == x || closed {
			return
		}
		p.person(Merged, x.Key, Body{Case: o.Key})
	case 3:
		i := slices.IndexFunc(l.Files, func(f *File) bool { return f.Into != "" && f.ByHand })
		if i < 0 {
			return
		}
		p.person(Unmerged, l.Files[i].Into, Body{Case: l.Files[i].Key})
	case 4:
		f := c.Findings[len(c.Findings)-1]
		if len(c.Findings) < 2 || len(c.Work.Merged) > 0 || l.byKey[f.ID] != nil {
			return
		}
		p.person(Split, x.Key, Body{Case: f.ID, Findings: []string{f.ID}, Text: "apart"})
	}
	again := load(p.t, p.dir)
	p.shown = again.Apply(again.Part(p.raw, rebuilt), rebuilt)
	p.whole(want)
}

// What people wrote about a case is shown where the case is: with the one that
// it was merged into by hand, or that a run found it to belong to.
func TestNothingOfMergedIsHidden(t *testing.T) {
	for _, byHand := range []bool{true, false} {
		f := &folder{t: t, dir: t.TempDir()}
		a, b := finding("fa", "guess", "mara", 1), finding("fb", "share", "jonas", 2)
		f.hunt(caseOf(a), caseOf(b))
		for _, id := range []string{"fb", "fa"} {
			f.person(Noted, id, Body{Text: "note on " + id})
			f.person(Tasked, id, Body{Task: "own-1", State: "open", Text: "task of " + id})
		}
		var shown []*footfall.Case
		if byHand {
			f.person(Merged, "fa", Body{Case: "fb"})
			shown = f.hunt(caseOf(a), caseOf(b))
		} else {
			shown = f.hunt(caseOf(a, b))
		}
		if len(shown) != 1 {
			t.Fatalf("%d cases", len(shown))
		}
		c := shown[0]
		if n := c.Work.Notes; len(n) != 2 || n[0].Text != "note on fb" || n[1].Text != "note on fa" {
			t.Errorf("by hand %v: notes %+v", byHand, n)
		}
		var texts []string
		for _, x := range c.Tasks {
			texts = append(texts, x.ID+" "+x.Text)
		}
		slices.Sort(texts)
		if want := []string{"own-1 task of fa", "own-case2-1 task of fb"}; !slices.Equal(texts, want) {
			t.Errorf("by hand %v: tasks %q, want %q", byHand, texts, want)
		}
		// It is done where it is shown, and that says nothing once it is gone.
		f.person(Tasked, "fa", Body{Task: "own-case2-1", State: "done"})
		if byHand {
			f.person(Unmerged, "fa", Body{Case: "fb"})
			if shown = f.hunt(caseOf(a), caseOf(b)); len(shown[0].Tasks) != 1 || len(shown[1].Tasks) != 1 {
				t.Errorf("apart again: %+v %+v", shown[0].Tasks, shown[1].Tasks)
			}
		}
	}
}
