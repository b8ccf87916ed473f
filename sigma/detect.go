package sigma

import (
	"fmt"
	"strings"

	"github.com/footfall/footfall/internal/yaml"
)

// maxTests is how many values a rule may have. The longest lists in public
// rules have a few thousand.
const maxTests = 100_000

// detection reads the selections and the condition.
func (l *loader) detection(root *yaml.Node, parts []entry) error {
	var det *entry
	for i := range parts {
		if parts[i].name == "detection" {
			det = &parts[i]
		}
	}
	if det == nil {
		return l.errorf(root, "the rule has no detection")
	}
	found, err := l.mapping(det.value, "detection")
	if err != nil {
		return err
	}
	return l.searches(det.key, "detection", found)
}

// searches reads selections and the condition over them; key is what they
// stand under.
func (l *loader) searches(key *yaml.Node, what string, found []entry) error {
	var cond *entry
	for i, e := range found {
		switch e.name {
		case "condition":
			cond = &found[i]
		case "timeframe":
			return l.errorf(e.key, "timeframe belongs to the aggregations of Sigma 1; write a correlation with timespan instead")
		default:
			x, err := l.search(e)
			if err != nil {
				return err
			}
			l.rule.selections = append(l.rule.selections, selection{e.name, x, place{e.key.Line, e.key.Column}})
		}
	}
	if cond == nil {
		return l.errorf(key, "the %s has no condition", what)
	}
	if len(l.rule.selections) == 0 {
		return l.errorf(key, "the %s has a condition and nothing that it could be about", what)
	}
	return l.conditions(*cond)
}

// search reads one selection: a mapping of fields (all must fit), a list of
// mappings or keywords (one must), or one keyword.
func (l *loader) search(e entry) (*expr, error) {
	switch e.value.Kind {
	case yaml.Mapping:
		return l.fields(e.name, e.value)
	case yaml.Scalar:
		return l.item(e.name, entry{"", e.value, e.value})
	}
	if len(e.value.Content) == 0 {
		return nil, l.errorf(e.key, "%s is empty", e.name)
	}
	or := &expr{op: opOr}
	words := yaml.Node{Kind: yaml.Sequence, Line: e.value.Line, Column: e.value.Column}
	for _, n := range e.value.Content {
		n = deref(n)
		switch n.Kind {
		case yaml.Mapping:
			x, err := l.fields(e.name, n)
			if err != nil {
				return nil, err
			}
			or.kids = append(or.kids, x)
		case yaml.Scalar:
			words.Content = append(words.Content, n)
		default:
			return nil, l.errorf(n, "%s: a list in a list", e.name)
		}
	}
	if len(words.Content) > 0 {
		x, err := l.item(e.name, entry{"", e.value, &words})
		if err != nil {
			return nil, err
		}
		or.kids = append(or.kids, x)
	}
	return or.simple(), nil
}

// simple returns the only kid of an expr that has one, else the expr.
func (x *expr) simple() *expr {
	if len(x.kids) == 1 && (x.op == opAnd || x.op == opOr) {
		return x.kids[0]
	}
	return x
}

// fields reads a mapping of fields to values.
func (l *loader) fields(name string, n *yaml.Node) (*expr, error) {
	parts, err := l.mapping(n, name)
	if err != nil {
		return nil, err
	}
	if len(parts) == 0 {
		return nil, l.errorf(n, "%s is empty", name)
	}
	and := &expr{op: opAnd}
	for _, e := range parts {
		x, err := l.item(name, e)
		if err != nil {
			return nil, err
		}
		and.kids = append(and.kids, x)
	}
	return and.simple(), nil
}

// item reads one field with its modifiers and values.
func (l *loader) item(name string, e entry) (*expr, error) {
	ms, err := parseModifiers(e.name)
	if err != nil {
		return nil, l.errorf(e.key, "%s: %s", name, err)
	}
	it := &item{key: e.name, field: ms.field, all: ms.all, neg: ms.neg, at: place{e.key.Line, e.key.Column}}
	nodes := []*yaml.Node{e.value}
	if e.value.Kind == yaml.Sequence {
		nodes = e.value.Content
	}
	if len(nodes) == 0 {
		return nil, l.errorf(e.value, "%s: %s has no values", name, label(e.name))
	}
	if l.tests += len(nodes); l.tests > maxTests {
		return nil, l.errorf(e.key, "the rule has more than %d values", maxTests)
	}
	for _, n := range nodes {
		v, err := readValue(deref(n))
		if err != nil {
			return nil, l.errorf(n, "%s: %s: %s", name, label(e.name), err)
		}
		it.written = append(it.written, v.text)
		if err := it.add(ms, v); err != nil {
			return nil, l.errorf(n, "%s: %s: %s", name, label(e.name), err)
		}
		if k := len(it.values); k > 0 {
			// windash and base64offset make several tests of one value.
			l.tests += len(it.values[k-1])
		}
		if l.tests > maxTests {
			return nil, l.errorf(n, "the rule has more than %d values", maxTests)
		}
	}
	return &expr{op: opItem, item: it}, nil
}

// label names a key in messages.
func label(key string) string {
	if key == "" {
		return "keyword"
	}
	return fmt.Sprintf("%q", key)
}

// A value is one YAML scalar.
type value struct {
	text string
	kind valueKind
}

type valueKind uint8

const (
	valueText valueKind = iota
	valueNumber
	valueBool
	valueNull
)

// readValue returns a scalar. Whole numbers are written in decimal, whatever
// they were written in, because that is how logs show them and how YAML
// means them.
func readValue(n *yaml.Node) (value, error) {
	if n.Kind != yaml.Scalar {
		return value{}, fmt.Errorf("a value must be a text, a number, true, false or null")
	}
	switch n.ShortTag() {
	case "!!null":
		return value{"", valueNull}, nil
	case "!!bool":
		return value{strings.ToLower(n.Value), valueBool}, nil
	case "!!int":
		var i int64
		if n.Decode(&i) == nil {
			return value{fmt.Sprint(i), valueNumber}, nil
		}
		return value{n.Value, valueNumber}, nil
	case "!!float":
		var f float64
		if n.Decode(&f) == nil && f == float64(int64(f)) {
			return value{fmt.Sprint(int64(f)), valueNumber}, nil
		}
		return value{n.Value, valueNumber}, nil
	case "!!binary":
		return value{}, fmt.Errorf("a binary value (!!binary) cannot be compared")
	}
	return value{n.Value, valueText}, nil
}
