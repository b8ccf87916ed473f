package triage

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/vm"
	"github.com/footfall/footfall"
)

// A condition is the if of an escalation rule over answers, facts, what the
// context declares, findings and counts. What is unknown is tried both as yes
// and as no: only when every trial agrees does the condition say so, so that
// unknown never passes for no.
type condition struct {
	source  string
	program *vm.Program
	atoms   []atom          // the yes-or-no values that it looks at
	asks    []string        // techniques and rules that it asks the findings for
	wants   map[atom]string // the answer that a value is compared with, when it is one
}

// An atom is one value of the world that may be unknown.
type atom struct{ group, name string }

// maxAtoms bounds the trials of one condition at 2^maxAtoms.
const maxAtoms = 6

// A world is what a condition sees of a case.
type world struct {
	Answers  map[string]string `expr:"answers"`  // by question id: yes, no
	Facts    map[string]string `expr:"facts"`    // by kind: yes when any fact of the kind says so
	Context  map[string]string `expr:"context"`  // critical: a critical host is among the destinations
	Findings questions         `expr:"findings"` // any("T1110") asks by technique or rule id
	Counts   counts            `expr:"counts"`
}

type questions struct {
	Any func(string) bool `expr:"any"`
}

type counts struct {
	Hosts    int `expr:"hosts"`    // destinations
	Sources  int `expr:"sources"`  // hosts and addresses that it came from
	Accounts int `expr:"accounts"` // accounts that acted
	Findings int `expr:"findings"`
	Medium   int `expr:"medium"` // different reasons at medium or above, failed guessing counted once
	High     int `expr:"high"`   // different reasons at high or above, on different records
}

var contextNames = []string{"critical", "trusted"}

func compile(source string, known []Question) (*condition, error) {
	tree, err := parser.Parse(source)
	if err != nil {
		return nil, firstLine(err)
	}
	c := &condition{source: source, wants: map[atom]string{}}
	w := &walker{c: c, known: known}
	ast.Walk(&tree.Node, w)
	if w.err != nil {
		return nil, w.err
	}
	if len(c.atoms) > maxAtoms {
		return nil, fmt.Errorf("%d values that may be unknown, more than %d", len(c.atoms), maxAtoms)
	}
	c.program, err = expr.Compile(source, expr.Env(world{}), expr.AsBool(), expr.DisableAllBuiltins(), expr.MaxNodes(200))
	if err != nil {
		return nil, firstLine(err)
	}
	return c, nil
}

func firstLine(err error) error {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return errors.New(line)
}

// A walker collects what a condition looks at and refuses comparisons that
// could never be true.
type walker struct {
	c     *condition
	known []Question
	err   error
}

func (w *walker) fail(format string, args ...any) {
	if w.err == nil {
		w.err = fmt.Errorf(format, args...)
	}
}

func (w *walker) Visit(node *ast.Node) {
	switch n := (*node).(type) {
	case *ast.MemberNode:
		w.member(n)
	case *ast.BinaryNode:
		w.compared(n)
	case *ast.CallNode:
		for _, a := range n.Arguments {
			if s, ok := a.(*ast.StringNode); ok {
				w.c.asks = append(w.c.asks, s.Value)
			}
		}
	case *ast.IntegerNode, *ast.StringNode, *ast.BoolNode, *ast.IdentifierNode, *ast.UnaryNode:
	default:
		w.fail("only comparisons, and, or, not and findings.any are allowed")
	}
}

func (w *walker) member(n *ast.MemberNode) {
	id, ok := n.Node.(*ast.IdentifierNode)
	if !ok {
		w.fail("a value is named by two words such as answers.failures")
		return
	}
	name, ok := n.Property.(*ast.StringNode)
	if !ok {
		w.fail("what is asked of %s must stand in quotes", id.Value)
		return
	}
	var allowed []string
	switch id.Value {
	case "answers":
		for _, q := range w.known {
			allowed = append(allowed, q.ID)
		}
	case "facts":
		allowed = kinds
	case "context":
		allowed = contextNames
	default:
		return
	}
	if !slices.Contains(allowed, name.Value) {
		w.fail("%s has no %q; it has %q", id.Value, name.Value, allowed)
		return
	}
	if a := (atom{id.Value, name.Value}); !slices.Contains(w.c.atoms, a) {
		w.c.atoms = append(w.c.atoms, a)
	}
}

func (w *walker) compared(n *ast.BinaryNode) {
	switch n.Operator {
	case "==", "!=", "<", "<=", ">", ">=", "and", "or", "&&", "||":
	default:
		w.fail("the operator %s is not allowed", n.Operator)
	}
	for i, side := range []ast.Node{n.Left, n.Right} {
		if s, ok := side.(*ast.StringNode); ok {
			w.wanted([]ast.Node{n.Right, n.Left}[i], n.Operator, s.Value)
		}
		if s, ok := side.(*ast.StringNode); ok && s.Value != "yes" && s.Value != "no" {
			w.fail("%q: answers are compared with \"yes\" and \"no\"; what is unknown leaves the rule unknown", s.Value)
		}
	}
}

// wanted notes what a value must be for a comparison to hold.
func (w *walker) wanted(node ast.Node, operator, value string) {
	m, ok := node.(*ast.MemberNode)
	if !ok {
		return
	}
	id, named := m.Node.(*ast.IdentifierNode)
	name, quoted := m.Property.(*ast.StringNode)
	if !named || !quoted {
		return
	}
	if operator == "!=" {
		value = map[string]string{"yes": "no", "no": "yes"}[value]
	}
	w.c.wants[atom{id.Value, name.Value}] = value
}

// eval returns Yes when the condition holds, No when it does not, and Unknown
// when that hangs on values that are unknown.
func (c *condition) eval(w world) (footfall.Verdict, error) {
	trial := w
	trial.Answers, trial.Facts, trial.Context = maps.Clone(w.Answers), maps.Clone(w.Facts), maps.Clone(w.Context)
	groups := map[string]map[string]string{"answers": trial.Answers, "facts": trial.Facts, "context": trial.Context}
	var open []atom
	for _, a := range c.atoms {
		if v := groups[a.group][a.name]; v != "yes" && v != "no" {
			open = append(open, a)
		}
	}
	var yes, no bool
	for bits := range 1 << len(open) {
		for i, a := range open {
			groups[a.group][a.name] = [2]string{"no", "yes"}[bits>>i&1]
		}
		v, err := expr.Run(c.program, trial)
		if err != nil {
			return footfall.Unknown, firstLine(err)
		}
		if v == true {
			yes = true
		} else {
			no = true
		}
	}
	switch {
	case yes && no:
		return footfall.Unknown, nil
	case yes:
		return footfall.Yes, nil
	}
	return footfall.No, nil
}
