package journal

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/footfall/footfall"
)

// Again builds a case anew of findings that people put together or apart, with
// the hops that are known to belong to them.
type Again func(findings []*footfall.Finding, facts []*footfall.Fact, hops []footfall.Hop) *footfall.Case

// Part returns cases with what people split off as cases of their own. The
// cases that are given stay as they are.
func (s *State) Part(cases []*footfall.Case, again Again) []*footfall.Case {
	owner := map[string]*File{}
	for _, f := range s.Files {
		if f.From != "" {
			for id := range f.Findings {
				owner[id] = f
			}
		}
	}
	if len(owner) == 0 {
		return cases
	}
	var out []*footfall.Case
	apart := map[*File]*gathered{}
	var order []*File
	for _, c := range cases {
		rest, moved := &gathered{}, false
		for _, f := range c.Findings {
			part := owner[f.ID]
			if part == nil {
				rest.findings = append(rest.findings, f)
				continue
			}
			moved = true
			if apart[part] == nil {
				apart[part] = &gathered{}
				order = append(order, part)
			}
			g := apart[part]
			g.findings = append(g.findings, f)
			if n := len(g.from); n == 0 || g.from[n-1] != c {
				g.from = append(g.from, c)
				g.facts = append(g.facts, c.Facts...)
			}
		}
		switch {
		case !moved:
			out = append(out, c)
		case len(rest.findings) > 0:
			rest.facts = c.Facts
			id := c.ID
			if part := owner[id]; part != nil && part.ID == id { // its first finding is another case now
				id = leading(rest.findings)
			}
			out = append(out, rest.made(id, again))
		}
	}
	for _, f := range order {
		g := apart[f]
		if len(g.from) == 1 && len(g.findings) == len(g.from[0].Findings) { // triage has it as it is
			c := *g.from[0]
			c.ID = f.ID
			out = append(out, &c)
			continue
		}
		out = append(out, g.made(f.ID, again))
	}
	return out
}

// leading is the finding after which a case is named.
func leading(list []*footfall.Finding) string {
	for _, f := range list {
		if f.Level >= footfall.LevelMedium {
			return f.ID
		}
	}
	return list[0].ID
}

// gathered is what a case is built of.
type gathered struct {
	findings []*footfall.Finding
	facts    []*footfall.Fact
	hops     []footfall.Hop
	from     []*footfall.Case
}

func (g *gathered) made(id string, again Again) *footfall.Case {
	in := map[string]bool{}
	seen := map[*footfall.Fact]bool{}
	var facts []*footfall.Fact
	for _, f := range g.findings {
		in[f.ID] = true
	}
	for _, f := range g.facts {
		if in[f.Finding] && !seen[f] {
			seen[f] = true
			facts = append(facts, f)
		}
	}
	c := again(g.findings, facts, g.hops)
	c.ID = id
	return c
}

// Apply returns the cases with what people did about them: each with its work,
// its tasks and its other ids, and those that somebody merged as one. The cases
// that are given stay as they are.
func (s *State) Apply(cases []*footfall.Case, again Again) []*footfall.Case {
	of := map[*File][]*footfall.Case{}
	var out []*footfall.Case
	for _, c := range cases {
		f := s.byID[c.ID]
		if f == nil {
			out = append(out, c)
			continue
		}
		root := s.Root(f)
		if of[root] == nil {
			out = append(out, nil)
			of[root] = []*footfall.Case{c}
			out[len(out)-1] = c
			continue
		}
		of[root] = append(of[root], c)
	}
	kin := s.kin()
	for i, c := range out {
		f := s.byID[c.ID]
		if f == nil {
			continue
		}
		root := s.Root(f)
		out[i] = s.worked(root, of[root], kin[root], again)
	}
	return out
}

// kin are the cases that belong to each case that others belong to.
func (s *State) kin() map[*File][]*File {
	out := map[*File][]*File{}
	for _, f := range s.Files {
		if root := s.Root(f); root != f {
			out[root] = append(out[root], f)
		}
	}
	return out
}

// worked is a case as people left it.
func (s *State) worked(f *File, list []*footfall.Case, kin []*File, again Again) *footfall.Case {
	slices.SortStableFunc(list, func(a, b *footfall.Case) int {
		return cmp.Compare(s.byID[a.ID].Work.Number, s.byID[b.ID].Work.Number)
	})
	c := *list[0]
	if len(list) > 1 {
		g := &gathered{}
		for _, x := range list {
			g.findings = append(g.findings, x.Findings...)
			g.facts = append(g.facts, x.Facts...)
			g.hops = append(g.hops, x.Path...)
		}
		c = *g.made(f.ID, again)
	}
	c.ID, c.Aliases = f.ID, f.aliases(kin)
	w := f.Work
	w.Notes, w.Clocks, w.Decisions = slices.Clone(w.Notes), slices.Clone(w.Clocks), slices.Clone(w.Decisions)
	for _, o := range kin {
		if o.ByHand {
			w.Merged = append(w.Merged, o.ID)
			w.Notes = append(w.Notes, o.Work.Notes...)
			c.Tasks = tasksOf(c.Tasks, o.lent())
		}
	}
	slices.SortStableFunc(w.Notes, func(a, b footfall.Note) int { return cmp.Compare(a.Time, b.Time) })
	c.Work = &w
	c.Tasks = tasksOf(c.Tasks, f.Tasks)
	if f.Gone {
		c.Health = append([]string{"The last run had nothing of this case: it stands as an earlier run had it."}, c.Health...)
	}
	return &c
}

// aliases are all other ids under which a case may be asked for.
func (f *File) aliases(kin []*File) []string {
	var out []string
	add := func(ids ...string) {
		for _, id := range ids {
			if id != f.ID && !slices.Contains(out, id) {
				out = append(out, id)
			}
		}
	}
	add(f.Aliases...)
	for _, o := range kin {
		add(o.ID)
		add(o.Aliases...)
	}
	return out
}

// lent are a case's tasks as those of the case that it belongs to, which has own
// ones of the same names.
func (f *File) lent() []footfall.Task {
	out := slices.Clone(f.Tasks)
	for i := range out {
		if id, own := strings.CutPrefix(out[i].ID, ownTask); own {
			out[i].ID = fmt.Sprintf("%scase%d-%s", ownTask, f.Work.Number, id)
		}
	}
	return out
}

// tasksOf returns the tasks with what people did about them, and those that
// people set themselves.
func tasksOf(list, done []footfall.Task) []footfall.Task {
	if len(done) == 0 {
		return list
	}
	list = slices.Clone(list)
	for _, t := range done {
		i := slices.IndexFunc(list, func(x footfall.Task) bool { return x.ID == t.ID })
		if i < 0 {
			if strings.HasPrefix(t.ID, ownTask) && t.Text != "" { // without, it was of a case that is no part any more
				list = append(list, t)
			}
			continue
		}
		x := &list[i]
		x.State, x.Who, x.Until = t.State, t.Who, t.Until
		if t.Note != "" {
			x.Note = strings.TrimSpace(x.Note + " " + t.Who + ": " + t.Note)
		}
	}
	return list
}

// Find returns the case that an id, a unique beginning of one, or a number
// means. What is absorbed is found by its ids too, as the case that has it.
func (s *State) Find(id string) (*File, error) {
	if f := s.byID[id]; f != nil {
		return f, nil
	}
	var found *File
	for _, f := range s.Files {
		if fmt.Sprint(f.Work.Number) == strings.TrimPrefix(id, "#") {
			return f, nil
		}
	}
	for known, f := range s.byID {
		if len(id) >= 3 && strings.HasPrefix(known, id) && f != found {
			if found != nil && s.Root(f) != s.Root(found) {
				return nil, fmt.Errorf("%q: the ids of several cases begin so", id)
			}
			if found == nil || f.Work.Number < found.Work.Number {
				found = f
			}
		}
	}
	if found == nil {
		return nil, fmt.Errorf("%q: there is no such case", id)
	}
	return found, nil
}
