package sigma

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/automaton"
)

// Options say what rules cannot know by themselves.
type Options struct {
	// Placeholders are the values of %name%, for the modifier expand. A value
	// may have wildcards.
	Placeholders map[string][]string
}

// A Set is rules ready to be matched. It is read only: one Set serves any
// number of Matchers in any number of goroutines.
type Set struct {
	schema *footfall.Schema
	rules  []*Rule
	bound  []bound // by rule
	unused []Unused
	open   []Open
	groups []group
	names  map[string]footfall.FieldID
	built  builtin
	most   sizes

	carry   []carrier // by rule: what its hits carry for correlations
	planned []footfall.Correlation

	searches []*automaton.Search
	searchOf map[string]int // by expression: 1 + index into searches; 0 when it has none
}

// A bound is what a rule asks for, its placeholders in place; cond is nil
// when the rule cannot be used.
type bound struct {
	selections []*expr
	cond       *expr
}

// An Unused is a rule of a Set that never matches, and why.
type Unused struct {
	Rule   int // index into Rules
	Reason string
}

// An Open is a filter that is left out of a rule, since its placeholders have
// no values: the rule is used without it.
type Open struct {
	Rule   int // index into Rules
	Filter Applied
	Reason string
}

// A group is the rules that ask for one log source.
type group struct {
	source Logsource
	every  *bucket            // rules that do not say for which EventIDs they are
	byID   map[uint32]*bucket // rules by the EventIDs that they ask for
}

// sizes are the largest numbers of things in any bucket: a Matcher has room for so many.
type sizes struct{ preds, rules, entries int }

// Compile makes rules ready and asks the schema for the fields that they look
// at. A rule whose placeholders have no values is not matched, and listed by
// Unused. It fails when the schema has no numbers left for fields, or when
// the rules need more memory than a set may take.
func Compile(rules []*Rule, s *footfall.Schema, opt Options) (*Set, error) {
	set := &Set{schema: s, rules: slices.Clone(rules), bound: make([]bound, len(rules)), names: map[string]footfall.FieldID{}, searchOf: map[string]int{}}
	for i, r := range set.rules {
		if r.Correlation != nil {
			continue
		}
		if err := set.bind(i, r, opt.Placeholders); err != nil {
			set.unused = append(set.unused, Unused{i, err.Error()})
			set.bound[i] = bound{}
		}
	}
	for i := range set.bound {
		if err := set.ask(set.bound[i]); err != nil {
			return nil, err
		}
	}
	if err := set.correlations(); err != nil {
		return nil, err
	}
	set.built = set.askBuiltin()
	return set, set.build()
}

// Rules returns the rules of the set, in the order given to Compile.
func (s *Set) Rules() []*Rule { return s.rules }

// Unused returns the rules that never match, in the order of Rules.
func (s *Set) Unused() []Unused { return s.unused }

// Open returns the filters that are left out, in the order of Rules.
func (s *Set) Open() []Open { return s.open }

// Unserved returns the indices of the rules that are about none of logs.
func (s *Set) Unserved(logs []footfall.Log) []int {
	var out []int
	for i, r := range s.rules {
		if r.Correlation == nil && !r.Logsource.common() && !slices.ContainsFunc(logs, r.Applies) {
			out = append(out, i)
		}
	}
	return out
}

// search returns 1 + the index of the Search of an expression, 0 when it has none.
func (s *Set) search(expr string) int {
	n, known := s.searchOf[expr]
	if !known {
		if x, ok := automaton.NewSearch(expr); ok {
			s.searches = append(s.searches, x)
			n = len(s.searches)
		}
		s.searchOf[expr] = n
	}
	return n
}

// unbound returns an error when placeholders of selections have no values.
func unbound(list []selection, to map[string][]string) error {
	var names, open []string
	for _, sel := range list {
		names = sel.root.placeholders(names)
	}
	for _, n := range names {
		if len(to[n]) == 0 {
			open = append(open, "%"+n+"%")
		}
	}
	if len(open) > 0 {
		return fmt.Errorf("no values are given for %s", strings.Join(open, ", "))
	}
	return nil
}

// bind puts the values of placeholders into a rule. One that lacks values is
// not used; of a filter that lacks them only the filter is left out.
func (s *Set) bind(i int, r *Rule, to map[string][]string) error {
	own := len(r.selections)
	if len(r.Filters) > 0 {
		own = r.Filters[0].first
	}
	if err := unbound(r.selections[:own], to); err != nil {
		return err
	}
	b := &s.bound[i]
	b.cond = r.cond
	left := make([]bool, len(r.selections))
	if len(r.Filters) > 0 {
		b.cond = r.own
		for _, f := range r.Filters {
			if err := unbound(r.selections[f.first:f.end], to); err != nil {
				s.open = append(s.open, Open{i, f, err.Error()})
				for k := f.first; k < f.end; k++ {
					left[k] = true
				}
				continue
			}
			b.cond = &expr{op: opAnd, kids: []*expr{b.cond, f.cond}}
		}
	}
	for k, sel := range r.selections {
		if left[k] {
			b.selections = append(b.selections, &expr{op: opOr}) // holds of nothing, and nothing refers to it
			continue
		}
		x, err := sel.root.bind(to)
		if err != nil {
			return fmt.Errorf("%s: %w", sel.name, err)
		}
		b.selections = append(b.selections, x)
	}
	return nil
}

// ask asks the schema for the fields that a rule looks at.
func (s *Set) ask(b bound) (err error) {
	for _, x := range b.selections {
		x.looks(func(name string) {
			if name == "" || s.names[name] != 0 {
				return
			}
			id := s.schema.Field(name)
			if id == 0 {
				err = errors.New("sigma: the rules name more fields than a schema has numbers for")
			}
			s.names[name] = id
		})
	}
	return err
}

// build sorts the rules into buckets and compiles these.
func (s *Set) build() error {
	type place struct {
		group int
		id    uint32
		every bool
	}
	at := map[Logsource]int{}
	members := map[place][]int32{}
	var order []place
	for i, r := range s.rules {
		b := s.bound[i]
		if b.cond == nil {
			continue
		}
		src := r.Logsource
		src.Definition = ""
		g, ok := at[src]
		if !ok {
			g = len(s.groups)
			at[src] = g
			s.groups = append(s.groups, group{source: src, byID: map[uint32]*bucket{}})
		}
		places := []place{{g, 0, true}}
		if ids, ok := b.eventIDs(b.cond); ok {
			places = places[:0]
			for _, id := range ids {
				places = append(places, place{g, id, false})
			}
		}
		for _, p := range places {
			if len(members[p]) == 0 {
				order = append(order, p)
			}
			members[p] = append(members[p], int32(i))
		}
	}
	for _, p := range order {
		b, err := s.compileBucket(members[p], p.id, !p.every)
		if err != nil {
			return err
		}
		if p.every {
			s.groups[p.group].every = b
		} else {
			s.groups[p.group].byID[p.id] = b
		}
		s.most.preds = max(s.most.preds, len(b.preds))
		s.most.rules = max(s.most.rules, len(b.rules))
		s.most.entries = max(s.most.entries, len(b.entries))
	}
	return nil
}

// maxIDs is for how many EventIDs a rule is kept apart; one that names more
// is kept with those that name none.
const maxIDs = 64

// eventIDs returns the EventIDs of which an event must have one for x to
// hold; ok is false when it may have any.
func (b *bound) eventIDs(x *expr) (ids []uint32, ok bool) {
	switch x.op {
	case opSel:
		return b.eventIDs(b.selections[x.sel])
	case opItem:
		return x.item.eventIDs()
	case opAnd:
		for _, k := range x.kids {
			if got, is := b.eventIDs(k); is && (!ok || len(got) < len(ids)) {
				ids, ok = got, true
			}
		}
		return ids, ok
	case opOr:
		for _, k := range x.kids {
			got, is := b.eventIDs(k)
			if !is {
				return nil, false
			}
			ids = append(ids, got...)
		}
		slices.Sort(ids)
		ids = slices.Compact(ids)
		return ids, len(ids) <= maxIDs
	}
	return nil, false
}

// eventIDs does so for one line: it must compare EventID with numbers as
// they are written in logs.
func (it *item) eventIDs() ([]uint32, bool) {
	if it.field != "EventID" || it.neg || it.all && len(it.values) > 1 {
		return nil, false
	}
	var ids []uint32
	for _, ts := range it.values {
		for i := range ts {
			id, ok := ts[i].eventID()
			if !ok {
				return nil, false
			}
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	return ids, len(ids) <= maxIDs
}

// eventID returns the number that a test compares EventID with.
func (t *test) eventID() (uint32, bool) {
	if t.kind != testText {
		return 0, false
	}
	kind, text := t.text.shape()
	if kind != shapeEqual {
		return 0, false
	}
	return decimal(text)
}
