package journal

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/footfall/footfall"
)

// Reconcile returns what a run changes in the journal: cases that are new,
// that grew, that turned out to be one, or of which the run has nothing. cases
// are the run's as Part leaves them, before those of the run before it, by
// whose names a case is known again whose findings all have other ids now.
//
// A case is the one with which it shares the most findings. It keeps all that
// people did, and when it was closed and a finding of medium or above is new in
// it, it is opened again.
func (s *State) Reconcile(cases, before []*footfall.Case) []Entry {
	r := &reconciler{s: s.copy(), of: map[*footfall.Case][]*File{}, taken: map[*File]bool{}}
	r.claim(cases)
	r.resemble(cases, before)
	r.backAgain(cases)
	// Cases that are known take their ids first, so that others may have those
	// that they had.
	for _, known := range [...]bool{true, false} {
		for _, c := range cases {
			if (len(r.of[c]) > 0) == known {
				r.one(c)
			}
		}
	}
	for _, f := range r.s.Files {
		if !r.taken[f] && !f.Gone && !r.s.absorbed(f) {
			r.add(f, Missed, Body{})
		}
	}
	return r.out
}

type reconciler struct {
	s     *State // a copy, with what was added
	of    map[*footfall.Case][]*File
	taken map[*File]bool
	out   []Entry
}

func (r *reconciler) add(f *File, what Verb, b Body) { r.put(f.Key, what, b) }

// put adds an entry that the journal takes: what follows is worked out from how
// things stand after it.
func (r *reconciler) put(key string, what Verb, b Body) {
	e := Entry{Seq: r.s.Seq + 1, Who: Program, Case: key, What: what, Body: b}
	if r.s.Add(&e) == nil {
		r.out = append(r.out, Entry{Case: key, What: what, Body: b})
	}
}

// absorbed reports whether a run found that a case is another one.
func (s *State) absorbed(f *File) bool { return f.Into != "" && !f.ByHand }

// sameID is more than any number of shared findings.
const sameID = 1 << 30

// claim gives each case of the journal to the one of the run that has the most
// of it.
func (r *reconciler) claim(cases []*footfall.Case) {
	holders := map[string][]*File{}
	for _, f := range r.s.Files {
		if !r.s.absorbed(f) {
			for id := range f.Findings {
				holders[id] = append(holders[id], f)
			}
		}
	}
	type claim struct {
		c *footfall.Case
		f *File
		n int
	}
	var claims []claim
	for _, c := range cases {
		shared := map[*File]int{}
		for _, f := range c.Findings {
			for _, h := range holders[f.ID] {
				shared[h] += 2
			}
		}
		if f := r.s.byID[c.ID]; f != nil && !r.s.absorbed(f) {
			shared[f]++
			if f.ID == c.ID {
				shared[f] += sameID
			}
			if f.Key == c.ID {
				shared[f] += 2 * sameID
			}
		}
		for f, n := range shared {
			claims = append(claims, claim{c, f, n})
		}
	}
	slices.SortStableFunc(claims, func(a, b claim) int {
		return cmp.Or(cmp.Compare(b.n, a.n), cmp.Compare(a.f.Work.Number, b.f.Work.Number), strings.Compare(a.c.ID, b.c.ID))
	})
	for _, x := range claims {
		if !r.taken[x.f] {
			r.take(x.c, x.f)
		}
	}
}

func (r *reconciler) take(c *footfall.Case, f *File) {
	r.taken[f] = true
	r.of[c] = append(r.of[c], f)
}

// near is how far apart in time a case and its likeness in an earlier run may be.
const near = int64(time.Hour)

// resemble gives cases of which the run has no finding to those that nobody
// has: of the same rule, about the same account or host, at the same time.
func (r *reconciler) resemble(cases, before []*footfall.Case) {
	old := map[string]*footfall.Case{}
	for _, c := range before {
		old[c.ID] = c
	}
	for _, f := range r.s.Files {
		was := old[f.ID]
		if r.taken[f] || f.Gone || r.s.absorbed(f) || was == nil {
			continue
		}
		var best *footfall.Case
		most := 0
		for _, c := range cases {
			if r.of[c] != nil || c.First > was.Last+near || c.Last < was.First-near {
				continue
			}
			if n := alike(was, c); n > most {
				best, most = c, n
			}
		}
		if best != nil {
			r.take(best, f)
		}
	}
}

// alike counts what two cases are both about; 0 when no rule is the same.
func alike(a, b *footfall.Case) int {
	rules := map[string]bool{}
	for _, f := range a.Findings {
		if f.Level >= footfall.LevelMedium && f.Rule != nil {
			rules[f.Rule.ID] = true
		}
	}
	if !slices.ContainsFunc(b.Findings, func(f *footfall.Finding) bool {
		return f.Level >= footfall.LevelMedium && f.Rule != nil && rules[f.Rule.ID]
	}) {
		return 0
	}
	n := 0
	for _, e := range a.Entities {
		if e.Name != "" && slices.Contains(b.Entities, e) {
			n++
		}
	}
	return n
}

// one writes down what is new about a case of the run.
func (r *reconciler) one(c *footfall.Case) {
	files := r.of[c]
	if len(files) == 0 {
		r.opened(c)
		return
	}
	slices.SortStableFunc(files, func(a, b *File) int {
		return cmp.Or(cmp.Compare(standing(b, c), standing(a, c)), cmp.Compare(a.Work.Number, b.Work.Number))
	})
	f := files[0]
	if f.Gone {
		r.add(f, Found, Body{})
	}
	var joined []string
	for _, o := range files[1:] {
		if o.Into != "" || r.s.Root(f) == o {
			continue // somebody put it elsewhere, or this one into it
		}
		r.add(f, Absorbed, Body{Case: o.Key})
		joined = append(joined, fmt.Sprintf("case %d turned out to belong to it", o.Work.Number))
	}
	if c.ID != f.ID || r.s.byID[c.ID] != f {
		r.add(f, Named, Body{Case: c.ID})
	}
	r.grown(f, c, joined)
	r.changed(f, c)
}

// opened is a case that the journal has nothing of.
func (r *reconciler) opened(c *footfall.Case) {
	key := c.ID
	for n := 2; r.s.byKey[key] != nil; n++ {
		key = fmt.Sprintf("%s~%d", c.ID, n)
	}
	r.put(key, Opened, Body{
		Text: cut(c.Title), Level: c.Level, Findings: ids(c), Clocks: clocks(c), Decision: DecisionText(c), Reasons: matched(c),
	})
	if key != c.ID {
		r.put(key, Named, Body{Case: c.ID})
	}
	r.taken[r.s.byKey[key]] = true
}

// backAgain gives cases that nobody has back their own files, which a run had
// found to belong to other ones.
func (r *reconciler) backAgain(cases []*footfall.Case) {
	for _, c := range cases {
		if r.of[c] != nil {
			continue
		}
		for _, f := range [...]*File{r.s.byID[c.ID], r.s.byKey[c.ID]} {
			if f != nil && r.s.absorbed(f) && !r.taken[f] {
				r.put(f.Into, Unmerged, Body{Case: f.Key})
				r.take(c, f)
				break
			}
		}
	}
}

// standing says whose work counts first when several cases become one.
func standing(f *File, c *footfall.Case) int {
	switch {
	case f.Into != "" && f.ID == c.ID:
		return 4
	case f.Into != "":
		return 0
	case f.Work.Changed == 0:
		return 1
	case f.Work.Status == footfall.StatusClosed:
		return 2
	}
	return 3
}

func (r *reconciler) grown(f *File, c *footfall.Case, causes []string) {
	var fresh []string
	for _, x := range c.Findings {
		if f.Findings[x.ID] {
			continue
		}
		fresh = append(fresh, x.ID)
		if x.Level >= footfall.LevelMedium {
			causes = append(causes, fmt.Sprintf("%s (%s, %s) is new", title(x), x.Level, x.ID))
		}
	}
	if fresh != nil {
		r.add(f, Grown, Body{Findings: fresh})
	}
	root := r.s.Root(f)
	if len(causes) == 0 || root.Work.Status != footfall.StatusClosed {
		return
	}
	if n := len(causes); n > 3 {
		causes = append(causes[:3:3], fmt.Sprintf("%d more", n-3))
	}
	r.add(root, Reopened, Body{Cause: cut(strings.Join(causes, "; "))})
}

func (r *reconciler) changed(f *File, c *footfall.Case) {
	if c.Level != f.Level || !slices.Equal(clocks(c), running(f)) && c.Clocks != nil {
		r.add(f, Rated, Body{Level: c.Level, Clocks: clocks(c)})
	}
	text, now := DecisionText(c), matched(c)
	if text == "" || slices.Equal(now, f.Reasons) && (f.Work.Decisions == nil || slices.ContainsFunc(f.Work.Decisions, func(t footfall.Turn) bool { return t.Text == text })) {
		return
	}
	r.add(f, Decided, Body{Decision: text, Reasons: now, Cause: difference(f.Reasons, now)})
}

func title(f *footfall.Finding) string {
	if f.Rule != nil && f.Rule.Title != "" {
		return f.Rule.Title
	}
	return cmp.Or(f.Title, f.ID)
}

func ids(c *footfall.Case) (out []string) {
	for _, f := range c.Findings {
		out = append(out, f.ID)
	}
	return out
}

func clocks(c *footfall.Case) (out []Clock) {
	for _, k := range c.Clocks {
		out = append(out, Clock{k.ID, k.Within.String()})
	}
	return out
}

func running(f *File) (out []Clock) {
	for _, k := range f.Work.Clocks {
		out = append(out, Clock{k.ID, k.Within.String()})
	}
	return out
}

// DecisionText is a decision in a few words; "" when no playbook asked.
func DecisionText(c *footfall.Case) string {
	d := c.Decision
	switch {
	case d.Escalate:
		return strings.TrimSuffix(fmt.Sprintf("escalate to %s, %s", d.To, d.Urgency), ", ")
	case len(d.Reasons) == 0:
		return ""
	}
	open := 0
	for _, g := range d.Reasons {
		if g.State == "unknown" {
			open++
		}
	}
	return fmt.Sprintf("no reason to escalate; %d of %d could not be evaluated", open, len(d.Reasons))
}

func matched(c *footfall.Case) (out []string) {
	for _, g := range c.Decision.Reasons {
		if g.State == "matched" {
			out = append(out, g.ID)
		}
	}
	return out
}

// difference names the reasons that came and went.
func difference(before, now []string) string {
	var parts []string
	name := func(what string, from, without []string) {
		var list []string
		for _, id := range from {
			if !slices.Contains(without, id) {
				list = append(list, id)
			}
		}
		if list != nil {
			parts = append(parts, strings.Join(list, ", ")+" "+what)
		}
	}
	name("matched now", now, before)
	name("no longer matched", before, now)
	if parts == nil {
		return "the answers changed, and no reason to escalate did"
	}
	return strings.Join(parts, "; ")
}

// cut bounds a text that comes from logs.
func cut(s string) string {
	const most = 1 << 10
	if len(s) > most {
		s = s[:most] + "..."
	}
	return strings.ToValidUTF8(s, "?")
}
