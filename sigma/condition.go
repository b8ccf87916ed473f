package sigma

import (
	"fmt"
	"strings"

	"github.com/footfall/footfall/internal/yaml"
)

// maxDepth is how deep a condition may be nested.
const maxDepth = 100

// conditions reads the condition, or the list of conditions of which one is enough.
func (l *loader) conditions(e entry) error {
	nodes := []*yaml.Node{e.value}
	if e.value.Kind == yaml.Sequence {
		nodes = e.value.Content
	}
	if len(nodes) == 0 {
		return l.errorf(e.key, "the condition is empty")
	}
	or := &expr{op: opOr}
	for _, n := range nodes {
		v := deref(n)
		if v.Kind != yaml.Scalar || v.Tag == "!!null" || strings.TrimSpace(v.Value) == "" {
			return l.errorf(n, "the condition must be a text that is not empty")
		}
		l.rule.Conditions = append(l.rule.Conditions, strings.Join(strings.Fields(v.Value), " "))
		p := &conditionParser{src: v.Value, selections: l.rule.selections}
		x, err := p.parse()
		if err != nil {
			return l.conditionError(v, err)
		}
		or.kids = append(or.kids, x)
	}
	l.rule.cond = or.simple()
	return nil
}

// conditionError gives the parser's error its line and column. Only for a
// condition on one line does an offset in the value say the column.
func (l *loader) conditionError(n *yaml.Node, err *conditionError) error {
	at := *n
	if n.Style == 0 && !strings.Contains(n.Value, "\n") {
		at.Column += err.at
	}
	return l.errorf(&at, "condition: %s", err.reason)
}

// A conditionError is a reason with an offset.
type conditionError struct {
	at     int
	reason string
}

// A conditionParser reads a condition by recursive descent: or binds least,
// then and, not, "x of", brackets (Sigma rules specification 2.0, Condition).
type conditionParser struct {
	src        string
	selections []selection
	at         int    // behind the current token
	tok        string // "" at the end
	start      int    // where tok begins
	depth      int
	refs       int // selections referred to so far
}

// maxRefs is how often a condition may refer to selections: a short pattern
// may stand for many of them.
const maxRefs = 10_000

func (p *conditionParser) fail(format string, args ...any) *conditionError {
	return &conditionError{p.start, fmt.Sprintf(format, args...)}
}

// next moves to the next token: a bracket, a pipe, or a word.
func (p *conditionParser) next() {
	for p.at < len(p.src) && strings.IndexByte(" \t\r\n", p.src[p.at]) >= 0 {
		p.at++
	}
	p.start = p.at
	if p.at < len(p.src) && strings.IndexByte("()|", p.src[p.at]) >= 0 {
		p.at++
	} else {
		for p.at < len(p.src) && strings.IndexByte(" \t\r\n()|", p.src[p.at]) < 0 {
			p.at++
		}
	}
	p.tok = p.src[p.start:p.at]
}

func (p *conditionParser) is(word string) bool { return strings.EqualFold(p.tok, word) }

func (p *conditionParser) parse() (*expr, *conditionError) {
	p.next()
	x, err := p.or()
	if err != nil {
		return nil, err
	}
	switch p.tok {
	case "":
		return x, nil
	case "|":
		return nil, p.fail("aggregations behind a pipe are Sigma 1; write a correlation (event_count, value_count, temporal) over this rule instead")
	case ")":
		return nil, p.fail("a bracket is closed that was not opened")
	}
	return nil, p.fail("and, or, or the end is expected before %q", p.tok)
}

func (p *conditionParser) or() (*expr, *conditionError) {
	return p.chain(opOr, "or", func() (*expr, *conditionError) { return p.chain(opAnd, "and", p.not) })
}

// chain reads one or more of what sub reads, with word between them.
func (p *conditionParser) chain(o op, word string, sub func() (*expr, *conditionError)) (*expr, *conditionError) {
	x := &expr{op: o}
	for {
		k, err := sub()
		if err != nil {
			return nil, err
		}
		x.kids = append(x.kids, k)
		if !p.is(word) {
			return x.simple(), nil
		}
		p.next()
	}
}

func (p *conditionParser) not() (*expr, *conditionError) {
	if p.depth++; p.depth > maxDepth {
		return nil, p.fail("nested more than %d deep", maxDepth)
	}
	defer func() { p.depth-- }()
	switch {
	case p.is("not"):
		p.next()
		k, err := p.not()
		if err != nil {
			return nil, err
		}
		return &expr{op: opNot, kids: []*expr{k}}, nil
	case p.tok == "(":
		open := p.start
		p.next()
		k, err := p.or()
		if err != nil {
			return nil, err
		}
		if p.tok == "" {
			return nil, &conditionError{open, "a bracket is not closed"}
		}
		if p.tok != ")" {
			return nil, p.fail("and, or, or a closing bracket is expected before %q", p.tok)
		}
		p.next()
		return k, nil
	}
	return p.name()
}

// name reads the name of a selection, or a quantity of them.
func (p *conditionParser) name() (*expr, *conditionError) {
	word, start := p.tok, p.start
	switch {
	case word == "":
		return nil, p.fail("the condition ends where the name of a selection is expected")
	case word == ")" || word == "|" || p.is("and") || p.is("or") || p.is("of"):
		return nil, p.fail("the name of a selection is expected before %q", word)
	}
	p.next()
	if p.is("of") {
		return p.quantity(word, start)
	}
	for i, s := range p.selections {
		if s.name == word {
			return &expr{op: opSel, sel: i}, nil
		}
	}
	if strings.Contains(word, "*") {
		return nil, &conditionError{start, fmt.Sprintf("a pattern needs a quantity: 1 of %s, or all of %s", word, word)}
	}
	return nil, &conditionError{start, fmt.Sprintf("there is no selection %q", word)}
}

// quantity reads what follows "1 of", "any of" or "all of".
func (p *conditionParser) quantity(word string, start int) (*expr, *conditionError) {
	x := &expr{op: opOr}
	switch strings.ToLower(word) {
	case "1", "any":
	case "all":
		x.op = opAnd
	default:
		return nil, &conditionError{start, fmt.Sprintf("%q of: Sigma knows 1, any and all", word)}
	}
	p.next()
	pat := p.tok
	if pat == "" || pat == "(" || pat == ")" || pat == "|" {
		return nil, p.fail("them or a pattern is expected after of")
	}
	them := p.is("them")
	for i, s := range p.selections {
		if them && !strings.HasPrefix(s.name, "_") || !them && starMatch(pat, s.name) {
			x.kids = append(x.kids, &expr{op: opSel, sel: i})
		}
	}
	if p.refs += len(x.kids); p.refs > maxRefs {
		return nil, p.fail("the condition refers to selections more than %d times", maxRefs)
	}
	if len(x.kids) == 0 {
		return nil, p.fail("no selection fits %q", pat)
	}
	p.next()
	return x.simple(), nil
}

// starMatch reports whether a name fits a pattern in which * stands for any
// number of characters.
func starMatch(pat, name string) bool {
	var p pattern
	for i, s := range strings.Split(pat, "*") {
		if i > 0 {
			p = p.add(piece{wild: '*'})
		}
		p = p.text(s)
	}
	return p.match(name)
}
