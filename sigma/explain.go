package sigma

import (
	"slices"
	"strings"

	"github.com/footfall/footfall"
)

// An Explanation says how an event fares with a rule.
type Explanation struct {
	Rule       *Rule
	Unused     string   // why the rule never matches; "" for one that may
	Applies    bool     // the event's log is one that the rule asks for
	Hit        bool     // the rule matches the event
	Conditions []string // as the rule writes them
	Filters    []Applied
	Parts      []Part // the selections, in the order of the rule
}

// A Part is one selection and what became of it.
type Part struct {
	Name  string
	Hit   bool
	Lines []Line // in the order of the rule
}

// A Line is one line of a selection: a field with values, or keywords.
type Line struct {
	Key    string   // as written, with modifiers; "" for keywords
	Field  string   // "" for keywords
	Values []string // as written
	Hit    bool
	Found  []footfall.Field // what fitted; for neq, what was not to fit
	Had    []string         // the field's values in the event, at most a few; none when it has no such field
}

// mostHad is how many of a field's values a Line shows.
const mostHad = 4

// Explain says which selections of a rule match an event, with the values
// that fitted, and what the others found instead. Strings of the result are
// its own. It is for people: slower than Match by far.
func (s *Set) Explain(rule int, e *footfall.Event) Explanation {
	v := s.look(rule, e)
	x := Explanation{Rule: s.rules[rule], Conditions: s.rules[rule].Conditions, Filters: s.rules[rule].Filters}
	x.Applies = s.applies(x.Rule, e)
	for _, u := range s.unused {
		if u.Rule == rule {
			x.Unused = u.Reason
		}
	}
	b := &s.bound[rule]
	if b.cond == nil {
		return x
	}
	for i, sel := range b.selections {
		p := Part{Name: x.Rule.selections[i].name, Hit: v.expr(sel)}
		p.Lines = v.lines(sel, nil)
		x.Parts = append(x.Parts, p)
	}
	x.Hit = x.Applies && v.expr(b.cond)
	return x
}

// Values returns the fields with which an event matched a rule, each once,
// in the order in which the rule names them. Strings are the result's own.
// What a rule excludes is not among them.
func (s *Set) Values(rule int, e *footfall.Event) []footfall.Field {
	b := &s.bound[rule]
	if b.cond == nil {
		return nil
	}
	v := s.look(rule, e)
	var out []footfall.Field
	v.evidence(b.cond, &out)
	for i := range out {
		out[i].Val = strings.Clone(out[i].Val)
	}
	return out
}

// A view evaluates the conditions of one rule one by one, as they are written.
type view struct {
	set *Set
	b   *bound
	rec record
}

func (s *Set) look(rule int, e *footfall.Event) *view {
	v := &view{set: s, b: &s.bound[rule]}
	if s.rules[rule].Logsource.common() {
		ids := s.authIDs()
		v.rec.loadAuthentication(&ids, e, s.schema.LogOf(e.Log).Product)
	} else {
		v.rec.load(&s.built, e)
	}
	return v
}

func (v *view) expr(x *expr) bool {
	switch x.op {
	case opSel:
		return v.expr(v.b.selections[x.sel])
	case opItem:
		return v.item(x.item) != x.item.neg
	case opNot:
		return !v.expr(x.kids[0])
	case opAnd:
		return !slices.ContainsFunc(x.kids, func(k *expr) bool { return !v.expr(k) })
	}
	return slices.ContainsFunc(x.kids, v.expr)
}

// item reports whether the values fit, before neq turns it around.
func (v *view) item(it *item) bool {
	one := func(ts []test) bool {
		return slices.ContainsFunc(ts, func(t test) bool { return v.test(it.field, &t) })
	}
	if it.all {
		return !slices.ContainsFunc(it.values, func(ts []test) bool { return !one(ts) })
	}
	return slices.ContainsFunc(it.values, one)
}

func (v *view) test(field string, t *test) bool {
	id := v.set.names[field]
	switch t.kind {
	case testNull, testExists:
		there, filled := false, false
		for i := range v.rec.vals {
			if v.rec.vals[i].id == id {
				there, filled = true, filled || v.rec.vals[i].raw != ""
			}
		}
		if t.kind == testNull {
			return !filled
		}
		return there == t.want
	}
	f := t.folded()
	return v.rec.holds(&f, id, v.set.names[t.ref])
}

// found appends the values that fit an item to dst, each once.
func (v *view) found(it *item, dst []footfall.Field) []footfall.Field {
	id := v.set.names[it.field]
	for i := range v.rec.vals {
		w := &v.rec.vals[i]
		if id != 0 && w.id != id {
			continue
		}
		fits := func(ts []test) bool {
			return slices.ContainsFunc(ts, func(t test) bool {
				f := t.folded()
				return t.kind == testExists && t.want || v.rec.fits(&f, i, v.set.names[t.ref])
			})
		}
		f := footfall.Field{ID: w.id, Val: w.raw}
		if slices.ContainsFunc(it.values, fits) && !slices.Contains(dst, f) {
			dst = append(dst, f)
		}
	}
	return dst
}

// evidence appends the values that make x hold to dst.
func (v *view) evidence(x *expr, dst *[]footfall.Field) {
	if !v.expr(x) {
		return
	}
	switch x.op {
	case opSel:
		v.evidence(v.b.selections[x.sel], dst)
	case opItem:
		if !x.item.neg {
			*dst = v.found(x.item, *dst)
		}
	case opAnd, opOr:
		for _, k := range x.kids {
			v.evidence(k, dst)
		}
	}
}

// lines appends what became of each line of a selection to dst.
func (v *view) lines(x *expr, dst []Line) []Line {
	for _, k := range x.kids {
		dst = v.lines(k, dst)
	}
	it := x.item
	if it == nil {
		return dst
	}
	l := Line{Key: it.key, Field: it.field, Values: it.written, Hit: v.item(it) != it.neg}
	for _, f := range v.found(it, nil) {
		l.Found = append(l.Found, footfall.Field{ID: f.ID, Val: strings.Clone(f.Val)})
	}
	for i := range v.rec.vals {
		if w := &v.rec.vals[i]; it.field != "" && w.id == v.set.names[it.field] && len(l.Had) < mostHad {
			l.Had = append(l.Had, strings.Clone(w.raw))
		}
	}
	return append(dst, l)
}
