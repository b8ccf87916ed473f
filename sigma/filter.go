package sigma

import (
	"fmt"
	"slices"
	"strings"

	"github.com/footfall/footfall/internal/yaml"
)

// A filter is a Sigma filter document: a condition that is joined by "and" to
// those of the rules that it names (Sigma filters specification 2.1).
type filter struct {
	rule  *Rule   // the document's own title, id, log source, selections and condition
	every bool    // it is for all rules of its log source
	named []entry // the rules that it names, by id, name or title
}

// An Applied is a filter that was joined to a rule.
type Applied struct {
	ID, Title string
	Condition string // as the filter writes it
	Source    string // file that it came from

	Placeholders []string // names that its values ask for; without values it is left out

	first, end int   // its selections among the rule's
	cond       *expr // what it adds to the rule's condition
}

// filter reads the rest of a filter document once its meta data is read.
func (l *loader) filter(root *yaml.Node, parts []entry) (*filter, error) {
	f := &filter{rule: l.rule}
	if err := l.logsource(root, parts); err != nil {
		return nil, err
	}
	at := parts[slices.IndexFunc(parts, func(e entry) bool { return e.name == "filter" })]
	found, err := l.mapping(at.value, "filter")
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(found, func(e entry) bool { return e.name == "rules" })
	if i < 0 {
		return nil, l.errorf(at.key, "the filter does not say for which rules it is: rules must list their ids or names, or be any")
	}
	if err := f.names(l, found[i]); err != nil {
		return nil, err
	}
	if j := slices.IndexFunc(parts, func(e entry) bool { return e.name == "detection" }); j >= 0 {
		return nil, l.errorf(parts[j].key, "a filter has its selections and its condition under filter, not under detection")
	}
	return f, l.searches(at.key, "filter", slices.Delete(found, i, i+1))
}

// names reads which rules a filter is for.
func (f *filter) names(l *loader, e entry) error {
	nodes := []*yaml.Node{e.value}
	if e.value.Kind == yaml.Sequence {
		nodes = e.value.Content
	} else if s := strings.ToLower(strings.TrimSpace(e.value.Value)); e.value.Kind == yaml.Scalar && (s == "any" || s == "all") {
		f.every = true
		return nil
	}
	for _, n := range nodes {
		v := deref(n)
		if v.Kind != yaml.Scalar || v.Tag == "!!null" || strings.TrimSpace(v.Value) == "" {
			return l.errorf(n, "rules must list ids or names of rules, or be any")
		}
		f.named = append(f.named, entry{strings.TrimSpace(v.Value), n, v})
	}
	if len(f.named) == 0 {
		return l.errorf(e.key, "rules lists no rule: write any for all rules of the log source")
	}
	return nil
}

// serves reports whether a filter's log source takes in a rule's: each part
// that the filter gives is the same in the rule.
func (f *filter) serves(r *Rule) bool {
	a, b := f.rule.Logsource, r.Logsource
	return r.cond != nil && (a.Product == "" || a.Product == b.Product) &&
		(a.Service == "" || a.Service == b.Service) &&
		(a.Category == "" || a.Category == b.Category)
}

// attach joins the filters to the rules that they are for, and says which
// names no rule has and which filters had no effect.
func attach(filters []*filter, rules []*Rule) (errs []error) {
	byName := map[string][]*Rule{}
	for _, r := range rules {
		names := []string{strings.ToLower(r.Meta.ID), strings.ToLower(r.Name), strings.ToLower(r.Meta.Title)}
		slices.Sort(names)
		for _, n := range slices.Compact(names) {
			if n != "" {
				byName[n] = append(byName[n], r)
			}
		}
	}
	for _, f := range filters {
		errs = append(errs, f.attach(rules, byName)...)
	}
	return errs
}

func (f *filter) attach(rules []*Rule, byName map[string][]*Rule) (errs []error) {
	l := &loader{file: f.rule.Meta.Source}
	n := 0
	if f.every {
		for _, r := range rules {
			if f.serves(r) {
				f.join(r)
				n++
			}
		}
	}
	done := map[*Rule]bool{}
	for _, e := range f.named {
		found := byName[strings.ToLower(e.name)]
		if len(found) == 0 {
			errs = append(errs, l.errorf(e.key, "the filter %q is for a rule %q, and there is no such rule; it is used for the others that it names", f.rule.Meta.Title, e.name))
		}
		for _, r := range found {
			if !f.serves(r) {
				errs = append(errs, warning(l.errorf(e.key, "the filter %q is about %s and the rule %q about %s: it is not filtered", f.rule.Meta.Title, f.rule.Logsource, r.Meta.Title, r.Logsource)))
				continue
			}
			n++
			if !done[r] {
				f.join(r)
			}
			done[r] = true
		}
	}
	if n == 0 && len(errs) == 0 {
		errs = append(errs, warning(&Error{File: l.file, Line: f.rule.Line, Column: 1, Reason: fmt.Sprintf("the filter %q is for no rule: none is about %s", f.rule.Meta.Title, f.rule.Logsource)}))
	}
	return errs
}

// join adds the filter's selections and its condition to a rule.
func (f *filter) join(r *Rule) {
	base := len(r.selections)
	for _, s := range f.rule.selections {
		r.selections = append(r.selections, selection{f.rule.Meta.Title + ": " + s.name, s.root, s.at})
	}
	if len(r.Filters) == 0 {
		r.own = r.cond
	}
	more := f.rule.cond.shifted(base)
	r.cond = &expr{op: opAnd, kids: []*expr{r.cond, more}}
	r.Filters = append(r.Filters, Applied{f.rule.Meta.ID, f.rule.Meta.Title, strings.Join(f.rule.Conditions, " or "), f.rule.Meta.Source, f.rule.Placeholders(), base, len(r.selections), more})
}

// shifted returns a condition whose selections stand behind base others.
func (x *expr) shifted(base int) *expr {
	out := *x
	out.kids = make([]*expr, 0, len(x.kids))
	for _, k := range x.kids {
		out.kids = append(out.kids, k.shifted(base))
	}
	if x.op == opSel {
		out.sel += base
	}
	return &out
}

// warning makes an error one that left nothing out.
func warning(err error) error {
	if e, ok := err.(*Error); ok {
		e.Warning = true
	}
	return err
}
