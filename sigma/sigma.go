// Package sigma is the Sigma rule language, version 2.1. Rules, filters and
// correlations as YAML go in (Load, Check), a compiled set comes out (Compile),
// and a Matcher of it says which rules an event hits, at a cost that follows the
// event and not the number of rules; Explain and Values say why. Correlations
// come out resolved (Set.Correlations) with what each hit carries for them
// (Set.Carry): to count over time is the caller's. The package knows no log
// format, spells names as rules do, does no input or output, and keeps nothing.
package sigma

import (
	"fmt"
	"slices"
	"strings"

	"github.com/footfall/footfall"
)

// A Source is one file of rules.
type Source struct {
	Name string // for messages and Rule.Meta.Source
	Data []byte // one or more YAML documents
}

// An Error says where in which file a rule is wrong, and why it was not used.
type Error struct {
	File         string
	Line, Column int // from 1
	Reason       string
	Warning      bool // nothing was left out, but what is there does not do what its author will have meant
}

func (e *Error) Error() string {
	return fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Column, e.Reason)
}

// A Rule is one Sigma rule as it was written. It is read only once loaded.
type Rule struct {
	Meta       footfall.Rule // ID is the rule's id, else its name, else its title
	Name       string
	Status     string
	Taxonomy   string
	License    string
	Date       string
	Modified   string
	References []string
	Tags       []string
	Fields     []string // fields that its author wants shown
	Scope      []string
	Related    []Related
	Logsource  Logsource
	Conditions []string // as written; one of them is enough
	Filters    []Applied
	Line       int // where its document begins

	// Correlation is what the rule correlates; nil for rules about single
	// events, which alone have a Logsource and Conditions.
	Correlation *Correlation

	selections []selection
	own        *expr // the condition without those of the filters; nil when there are none
	cond       *expr
}

// A Related names another rule and what it is to this one.
type Related struct{ ID, Type string }

// A Logsource says which logs a rule is about, in lower case. An empty part
// is not asked for; at least one is given.
type Logsource struct {
	Product, Service, Category string
	Definition                 string // what must be configured for the log to exist
}

// String names a log source as messages do.
func (s Logsource) String() string {
	var parts []string
	for _, p := range [][2]string{{"product ", s.Product}, {"service ", s.Service}, {"category ", s.Category}} {
		if p[1] != "" {
			parts = append(parts, p[0]+p[1])
		}
	}
	return strings.Join(parts, ", ")
}

// A selection is one named part of a detection.
type selection struct {
	name string
	root *expr
	at   place
}

// A place is where in its file something is written.
type place struct{ line, column int }

// An op says how an expr is made up.
type op uint8

const (
	opItem op = iota + 1 // one field with values, or keywords
	opAnd
	opOr
	opNot // kids[0]
	opSel // the selection with index sel
)

// An expr is a condition, or a part of one.
type expr struct {
	op   op
	kids []*expr
	item *item
	sel  int
}

// An item is one line of a selection: a field and the values it is compared with.
type item struct {
	key     string   // as written: field|modifier|modifier
	field   string   // "" for keywords, which are looked for in every field
	written []string // the values as written
	values  [][]test // for each value its tests, of which one must hold
	all     bool     // every value must fit, else one is enough
	neg     bool     // neq: the outcome is turned around
	pending *pending // values that hold placeholders: tests are made when they are bound
	at      place
}

// Applies reports whether the rule is about a log: each part of its log
// source that is given is among the log's.
func (r *Rule) Applies(l footfall.Log) bool { return r.Correlation == nil && r.Logsource.serves(l) }

func (s Logsource) serves(l footfall.Log) bool {
	if s.common() {
		return l.Product == "" && slices.Contains(l.Categories, authentication)
	}
	return (s.Product == "" || s.Product == l.Product) &&
		(s.Service == "" || slices.Contains(l.Services, s.Service)) &&
		(s.Category == "" || slices.Contains(l.Categories, s.Category))
}

// Looks returns the names of the fields that a rule looks at, each once, in
// the order of the rule.
func (r *Rule) Looks() []string {
	var out []string
	seen := map[string]bool{"": true}
	for _, s := range r.selections {
		s.root.looks(func(name string) {
			if !seen[name] {
				seen[name] = true
				out = append(out, name)
			}
		})
	}
	return out
}

// Keywords reports whether a rule looks for texts in any field. It sees only
// the fields that are kept: those that some rule names, and Message.
func (r *Rule) Keywords() bool {
	return slices.ContainsFunc(r.selections, func(s selection) bool { return s.root.keywords() })
}

func (x *expr) keywords() bool {
	return x.item != nil && x.item.field == "" || slices.ContainsFunc(x.kids, (*expr).keywords)
}

// looks calls f with each field that x looks at, "" for keywords and for
// tests that look at no other.
func (x *expr) looks(f func(name string)) {
	for _, k := range x.kids {
		k.looks(f)
	}
	if x.item == nil {
		return
	}
	f(x.item.field)
	for _, ts := range x.item.values {
		for i := range ts {
			f(ts[i].ref)
		}
	}
}
