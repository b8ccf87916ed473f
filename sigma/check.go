package sigma

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/footfall/footfall"
)

// A Known is what is known of one log source: the fields of its events.
type Known struct {
	Log    footfall.Log
	Read   bool // there is a decoder for it
	Open   bool // its events may have fields that Fields does not list
	Fields []string
	Values map[string][]string // by field: all values that it can have, in any case
	Never  map[string][]string // by field: texts that no value has, folded
	Paths  []string            // fields whose values are full paths
}

// CheckOptions say what rules are checked against.
type CheckOptions struct {
	Known        []Known             // log sources; none: nothing is said of log sources and fields
	Placeholders map[string][]string // as Options.Placeholders
	Beside       []Source            // rules that those checked may name; nothing is said of them
}

// An Issue is one thing that is wrong with a rule, or likely to be.
type Issue struct {
	Error
	Code string // what kind of thing, in one word or two: unknown-field
	Rule string // id of the rule; "" when it could not be read
}

// The codes of issues, with what each means.
var Codes = [...][2]string{
	{"error", "the document cannot be used"},
	{"filter", "a filter is for no rule, or for one about another log source"},
	{"filter-keeps", "a filter's condition has no not: it keeps only what it selects"},
	{"unused-selection", "no condition refers to the selection"},
	{"never", "the condition can never hold"},
	{"always", "the condition holds for every event of the log source"},
	{"broad", "nothing in the condition must be there, or only a very short text: each event of the log source is looked at and many hit"},
	{"always-run", "no text is looked for first: the rule is evaluated for every event of its log source"},
	{"unserved", "no log source that is known fits: the rule never sees an event"},
	{"unread", "the log source is known, and nothing reads it yet"},
	{"dead", "no event that is known can hit the rule, for want of fields or values"},
	{"unknown-field", "no event of the log source has the field"},
	{"dead-value", "the field never has any of the values"},
	{"placeholder", "the placeholder has no values: the rule is not used"},
	{"no-id", "the rule has no id"},
	{"no-level", "the rule has no level"},
	{"no-tags", "the rule has no tags"},
	{"no-falsepositives", "the rule names no harmless activity that looks the same"},
}

// Check loads sources and says all that is wrong with them, in the order of
// files and lines. rules are those that can be used.
func Check(srcs []Source, opt CheckOptions) (rules []*Rule, issues []Issue) {
	beside := map[string]bool{}
	for _, s := range opt.Beside {
		beside[s.Name] = true
	}
	for _, s := range srcs {
		delete(beside, s.Name)
	}
	all, filters, errs := loadAll(slices.Concat(srcs, opt.Beside))
	c := checker{opt: &opt, inner: correlatedOnly(all)}
	for _, err := range errs {
		e, ok := err.(*Error)
		if !ok {
			e = &Error{Line: 1, Column: 1, Reason: err.Error()}
		}
		if beside[e.File] {
			continue
		}
		code := "error"
		if e.Warning {
			code = "filter"
		}
		c.issues = append(c.issues, Issue{Error: *e, Code: code})
	}
	for _, f := range filters {
		if !beside[f.rule.Meta.Source] {
			c.filter(f)
		}
	}
	for _, r := range all {
		if !beside[r.Meta.Source] {
			rules = append(rules, r)
			c.rule = r
			c.check()
		}
	}
	c.slow(rules)
	order := map[string]int{}
	for i, s := range srcs {
		order[s.Name] = i
	}
	slices.SortStableFunc(c.issues, func(a, b Issue) int {
		return cmp.Or(cmp.Compare(order[a.File], order[b.File]), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return rules, c.issues
}

// A checker looks at one rule after another.
type checker struct {
	opt    *CheckOptions
	inner  map[*Rule]bool
	rule   *Rule
	dead   map[*item]bool // items of the rule that no known event passes
	issues []Issue
}

func (c *checker) warn(at place, code, format string, args ...any) {
	if at.line == 0 {
		at = place{c.rule.Line, 1}
	}
	c.issues = append(c.issues, Issue{
		Error: Error{File: c.rule.Meta.Source, Line: at.line, Column: at.column, Reason: fmt.Sprintf(format, args...), Warning: true},
		Code:  code, Rule: c.rule.Meta.ID,
	})
}

func (c *checker) filter(f *filter) {
	c.rule = f.rule
	if !f.rule.cond.negates() {
		c.warn(place{}, "filter-keeps", "the filter's condition %q keeps only what it selects; to leave that out write not before it", strings.Join(f.rule.Conditions, " or "))
	}
}

// negates reports whether a condition has a not.
func (x *expr) negates() bool {
	return x.op == opNot || slices.ContainsFunc(x.kids, (*expr).negates)
}

func (c *checker) check() {
	c.meta()
	if c.rule.cond == nil { // a correlation
		return
	}
	c.selections()
	c.logic()
	if len(c.opt.Known) > 0 {
		c.sources()
	}
	for _, n := range c.rule.Placeholders() {
		if len(c.opt.Placeholders[n]) == 0 {
			c.warn(place{}, "placeholder", "%%%s%% has no values: name them under placeholders in the context file", n)
		}
	}
}

// correlatedOnly returns the rules that make no finding of their own, since
// correlations refer to them and none says generate.
func correlatedOnly(rules []*Rule) map[*Rule]bool {
	inner, stands := map[*Rule]bool{}, map[*Rule]bool{}
	for _, r := range rules {
		if r.Correlation == nil {
			continue
		}
		for _, p := range r.Correlation.parts {
			inner[p] = true
			stands[p] = stands[p] || r.Correlation.Generate
		}
	}
	maps.DeleteFunc(inner, func(r *Rule, _ bool) bool { return stands[r] })
	return inner
}

func (c *checker) meta() {
	r := c.rule
	if r.Meta.ID == r.Name || r.Meta.ID == r.Meta.Title {
		c.warn(place{}, "no-id", "the rule has no id: findings of it cannot be told apart when its title changes")
	}
	if c.inner[r] { // no finding shows its level, tags and false positives
		return
	}
	if r.Meta.Level == footfall.LevelUnknown {
		c.warn(place{}, "no-level", "the rule has no level")
	}
	if len(r.Tags) == 0 {
		c.warn(place{}, "no-tags", "the rule has no tags: no technique is known that it is about")
	}
	if len(r.Meta.Innocent) == 0 {
		c.warn(place{}, "no-falsepositives", "the rule names no false positives")
	}
}

// slow tells the rules that no text wakes, besides those that are broad.
func (c *checker) slow(rules []*Rule) {
	set, err := Compile(rules, footfall.NewSchema(false), Options{Placeholders: c.opt.Placeholders})
	if err != nil {
		c.issues = append(c.issues, Issue{Error: Error{Line: 1, Column: 1, Reason: err.Error()}, Code: "error"})
		return
	}
	told := map[string]bool{}
	for _, i := range c.issues {
		told[i.Rule] = told[i.Rule] || i.Code == "broad" || i.Code == "always" || i.Code == "never"
	}
	for i := range set.groups {
		b := set.groups[i].every
		if b == nil {
			continue
		}
		for _, n := range b.always {
			if c.rule = set.rules[b.rules[n]]; !told[c.rule.Meta.ID] {
				c.warn(place{}, "always-run", "the rule is evaluated for every event of %s: no text is surely there that could be looked for first", c.rule.Logsource)
			}
		}
	}
}

// selections names those that no condition refers to.
func (c *checker) selections() {
	used := make([]bool, len(c.rule.selections))
	c.rule.cond.each(func(x *expr) {
		if x.op == opSel {
			used[x.sel] = true
		}
	})
	for i, s := range c.rule.selections {
		if !used[i] {
			c.warn(s.at, "unused-selection", "no condition refers to %s", s.name)
		}
	}
}

// each calls f with x and all its parts.
func (x *expr) each(f func(*expr)) {
	f(x)
	for _, k := range x.kids {
		k.each(f)
	}
}
