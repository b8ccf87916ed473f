package journal

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/footfall/footfall"
)

// finding is one of medium level about an account, at a minute.
func finding(id, rule, account string, minute int) *footfall.Finding {
	return &footfall.Finding{
		ID: id, Rule: &footfall.Rule{ID: rule, Title: "Rule " + rule}, Level: footfall.LevelMedium, First: m(minute).UnixNano(), Last: m(minute).UnixNano(),
		Entities: []footfall.Entity{{Role: footfall.RoleActor, Kind: "account", Name: account}},
	}
}

func caseOf(list ...*footfall.Finding) *footfall.Case {
	c := &footfall.Case{ID: list[0].ID, Findings: list, Level: footfall.LevelMedium, First: list[0].First, Last: list[len(list)-1].Last}
	for _, f := range list {
		c.Entities = append(c.Entities, f.Entities...)
	}
	c.Decision = footfall.Decision{Reasons: []footfall.Ground{{ID: "r1", State: "not_matched"}}}
	return c
}

func rebuilt(list []*footfall.Finding, _ []*footfall.Fact, _ []footfall.Hop) *footfall.Case {
	return caseOf(list...)
}

// A folder is a journal and the cases of the last run, as hunts and people use it.
type folder struct {
	t    *testing.T
	dir  string
	at   int
	last []*footfall.Case
}

func (f *folder) hunt(cases ...*footfall.Case) []*footfall.Case {
	f.t.Helper()
	f.at++
	b, err := Hold(f.dir)
	if err != nil {
		f.t.Fatal(err)
	}
	defer b.Close()
	parts := b.Part(cases, rebuilt)
	if err := b.Append(m(f.at), Program, b.Reconcile(parts, f.last)...); err != nil {
		f.t.Fatal(err)
	}
	f.last = parts
	// The same run again has nothing new to say.
	if again := b.Reconcile(parts, f.last); len(again) > 0 {
		f.t.Fatalf("the same run again gives %+v", again)
	}
	return b.Apply(parts, rebuilt)
}

func (f *folder) person(what Verb, key string, body Body) {
	f.t.Helper()
	f.at++
	write(f.t, f.dir, m(f.at), "kim", Entry{Case: key, What: what, Body: body})
}

func (f *folder) work(id string) *File {
	f.t.Helper()
	return load(f.t, f.dir).File(id)
}

func TestMoreEvidence(t *testing.T) {
	f := &folder{t: t, dir: t.TempDir()}
	a, b := finding("fa", "guess", "mara", 1), finding("fb", "share", "jonas", 2)
	f.hunt(caseOf(a), caseOf(b))
	f.person(Noted, "fa", Body{Text: "a note"})
	f.person(Tasked, "fa", Body{Task: "t1021.x", State: "done"})
	f.person(Closed, "fb", Body{Verdict: footfall.JudgementBenign, Reason: "restore test"})

	// An earlier finding gives the case another id; it is the same case.
	early := finding("f0", "spray", "mara", 0)
	shown := f.hunt(caseOf(early, a), caseOf(b))
	if shown[0].ID != "f0" || shown[0].Work.Number != 1 || !slices.Equal(shown[0].Aliases, []string{"fa"}) || len(shown[0].Work.Notes) != 1 {
		t.Errorf("%+v %+v", shown[0], shown[0].Work)
	}
	if w := shown[1].Work; w.Status != footfall.StatusClosed {
		t.Errorf("a closed case that did not grow is %v", w.Status)
	}

	// What was closed grows: it is opened again, with the cause.
	shown = f.hunt(caseOf(early, a), caseOf(b, finding("fc", "service", "jonas", 9)))
	w := shown[1].Work
	if w.Status != footfall.StatusTriage || w.Judgement != footfall.JudgementNone || !strings.Contains(w.Notes[0].Text, "Rule service (medium, fc) is new") || !strings.Contains(w.Notes[0].Text, "benign: restore test") {
		t.Errorf("%+v", w)
	}
	// Information alone opens nothing again.
	f.person(Closed, "fb", Body{Verdict: footfall.JudgementBenign, Reason: "restore test"})
	low := finding("fd", "first", "jonas", 10)
	low.Level = footfall.LevelInformational
	shown = f.hunt(caseOf(early, a), caseOf(b, finding("fc", "service", "jonas", 9), low))
	if shown[1].Work.Status != footfall.StatusClosed {
		t.Error("an informational finding opened a case again")
	}
}

// Two cases turn out to be one: the one that people worked on survives, and
// the ids of the other lead to it. Later they are two again.
func TestAbsorbed(t *testing.T) {
	f := &folder{t: t, dir: t.TempDir()}
	a, b := finding("fa", "guess", "mara", 1), finding("fb", "share", "jonas", 2)
	f.hunt(caseOf(a), caseOf(b))
	f.person(Noted, "fb", Body{Text: "on the second"})
	f.person(Closed, "fa", Body{Verdict: footfall.JudgementDisregard, Reason: "noise"})
	shown := f.hunt(caseOf(a, b))
	w := shown[0].Work
	if len(shown) != 1 || w.Number != 2 || w.Status == footfall.StatusClosed || len(w.Notes) != 2 || !strings.Contains(w.Notes[1].Text, "closed as disregard: noise") {
		t.Errorf("%+v", w)
	}
	if x, err := load(t, f.dir).Find("1"); err != nil || load(t, f.dir).Root(x).Work.Number != 2 {
		t.Errorf("the first case's number does not lead to the second: %v", err)
	}
	shown = f.hunt(caseOf(a), caseOf(b))
	if len(shown) != 2 || shown[0].Work.Number != 1 || shown[1].Work.Number != 2 || len(shown[1].Work.Notes) != 2 {
		t.Errorf("%+v %+v", shown[0].Work, shown[1].Work)
	}
}

// A case all of whose findings have other ids is known by its rule, who it is
// about, and its time.
func TestResembled(t *testing.T) {
	f := &folder{t: t, dir: t.TempDir()}
	f.hunt(caseOf(finding("fa", "guess", "mara", 1)), caseOf(finding("fb", "guess", "jonas", 1)))
	f.person(Noted, "fa", Body{Text: "a note"})
	shown := f.hunt(caseOf(finding("x1", "guess", "jonas", 3)), caseOf(finding("x2", "guess", "mara", 3)), caseOf(finding("x3", "guess", "mara", 300)))
	for i, want := range []int{2, 1, 3} {
		if shown[i].Work.Number != want {
			t.Errorf("case %d is number %d, want %d", i, shown[i].Work.Number, want)
		}
	}
	if len(shown[1].Work.Notes) != 1 {
		t.Error("the note is gone")
	}
}

// What a run has nothing of is missed once, and found again.
func TestMissed(t *testing.T) {
	f := &folder{t: t, dir: t.TempDir()}
	a, b := finding("fa", "guess", "mara", 1), finding("fb", "share", "jonas", 2)
	f.hunt(caseOf(a), caseOf(b))
	f.person(Taken, "fa", Body{Owner: "kim"})
	f.hunt(caseOf(b))
	if x := f.work("fa"); !x.Gone || x.Work.Owner != "kim" {
		t.Errorf("%+v", x)
	}
	shown := f.hunt(caseOf(a), caseOf(b))
	if shown[0].Work.Owner != "kim" || f.work("fa").Gone {
		t.Error("the case that is found again has lost its owner")
	}
}

// What people merged and split stays so in later runs.
func TestByHand(t *testing.T) {
	f := &folder{t: t, dir: t.TempDir()}
	a, a2, b := finding("fa", "guess", "mara", 1), finding("f2", "spray", "mara", 3), finding("fb", "share", "jonas", 2)
	run := func() []*footfall.Case { return f.hunt(caseOf(a, a2), caseOf(b)) }
	run()
	f.person(Merged, "fa", Body{Case: "fb"})
	for range 2 {
		shown := run()
		if len(shown) != 1 || len(shown[0].Findings) != 3 || !slices.Equal(shown[0].Work.Merged, []string{"fb"}) || !slices.Contains(shown[0].Aliases, "fb") {
			t.Fatalf("%+v", shown[0])
		}
	}
	f.person(Unmerged, "fa", Body{Case: "fb"})
	if shown := run(); len(shown) != 2 || len(shown[1].Findings) != 1 || shown[1].ID != "fb" {
		t.Fatalf("%+v", shown)
	}
	f.person(Split, "fa", Body{Case: "f2", Findings: []string{"f2"}, Text: "apart"})
	for range 2 {
		shown := run()
		if len(shown) != 3 || shown[0].ID != "fa" || len(shown[0].Findings) != 1 {
			t.Fatalf("%+v", shown)
		}
		i := slices.IndexFunc(shown, func(c *footfall.Case) bool { return c.ID == "f2" })
		if i < 0 || shown[i].Work.Number != 3 || shown[i].Work.Owner != "kim" {
			t.Fatalf("%+v", shown)
		}
	}
	// The part that was split off and the rest, put together again.
	f.person(Merged, "fa", Body{Case: "f2"})
	if shown := run(); len(shown) != 2 || len(shown[0].Findings) != 2 {
		t.Fatalf("%+v", shown)
	}
	if x, err := load(t, f.dir).Find("f"); err == nil {
		t.Errorf("one letter finds %s", x.Key)
	}
}

func TestFind(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, m(0), Program, opened("abc123", "f1"), opened("abd456", "f2"))
	l := load(t, dir)
	f := func(id, want string) {
		t.Helper()
		x, err := l.Find(id)
		if got := fmt.Sprint(err); err != nil && !strings.Contains(got, want) || err == nil && x.Key != want {
			t.Errorf("%s: got %v %v, want %s", id, x, err, want)
		}
	}
	f("abc", "abc123")
	f("2", "abd456")
	f("#1", "abc123")
	f("abd456", "abd456")
	f("3", "no such case")
	f("ab", "no such case")
	write(t, dir, m(1), Program, opened("abc999", "f3"))
	l = load(t, dir)
	f("abc", "several")
}
