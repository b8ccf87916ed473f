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
	atoms   []atom            // the yes-or-no values that it looks at
	asks    []string          // techniques and rules that it asks the findings for
	wants   map[atom][]string // the values with which comparisons with it hold
	counts  []string          // counts that it looks at
	numbers []int             // and what they are compared with
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
	Medium   int `expr:"medium"`  // different reasons at medium or above, failed guessing counted once
	Against  int `expr:"against"` // things that speak against abuse
	High     int `expr:"high"`    // different reasons at high or above, on different records
}

var contextNames = []string{"critical", "trusted"}

func compile(source string, known []Question) (*condition, error) {
	tree, err := parser.Parse(source)
	if err != nil {
		return nil, firstLine(err)
	}
	c := &condition{source: source, wants: map[atom][]string{}}
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
		w.call(n)
	case *ast.UnaryNode:
		if _, ok := n.Node.(*ast.CallNode); !ok || n.Operator != "not" && n.Operator != "!" {
			w.fail("the operator %s stands before findings.any alone; compare with \"no\" instead", n.Operator)
		}
	case *ast.IntegerNode:
		w.c.numbers = append(w.c.numbers, n.Value)
	case *ast.StringNode, *ast.IdentifierNode:
	default:
		w.fail("only comparisons, and, or, not and findings.any are allowed")
	}
}

// call takes findings.any with what it asks for, the one call that there is.
func (w *walker) call(n *ast.CallNode) {
	m, ok := n.Callee.(*ast.MemberNode)
	if !ok || len(n.Arguments) != 1 {
		w.fail("findings.any asks for one technique or rule")
		return
	}
	group, name := twoWords(m)
	ask, quoted := n.Arguments[0].(*ast.StringNode)
	switch {
	case group != "findings" || name != "any":
		w.fail("findings.any is the only call")
	case !quoted:
		w.fail("what findings.any asks for must stand in quotes")
	case !slices.Contains(w.c.asks, ask.Value):
		w.c.asks = append(w.c.asks, ask.Value)
	}
}

// twoWords are the two words of a value: answers and failures.
func twoWords(node ast.Node) (group, name string) {
	m, ok := node.(*ast.MemberNode)
	if !ok {
		return "", ""
	}
	id, named := m.Node.(*ast.IdentifierNode)
	property, quoted := m.Property.(*ast.StringNode)
	if !named || !quoted {
		return "", ""
	}
	return id.Value, property.Value
}

func (w *walker) member(n *ast.MemberNode) {
	group, name := twoWords(n)
	var allowed []string
	switch group {
	case "answers":
		for _, q := range w.known {
			allowed = append(allowed, q.ID)
		}
	case "facts":
		allowed = kinds
	case "context":
		allowed = contextNames
	case "counts":
		if !slices.Contains(w.c.counts, name) {
			w.c.counts = append(w.c.counts, name)
		}
		return
	case "findings":
		return
	default:
		w.fail("a value is named by two words, as answers.failures or facts[\"mfa\"]")
		return
	}
	if !slices.Contains(allowed, name) {
		w.fail("%s has no %q; it has %q", group, name, allowed)
		return
	}
	if a := (atom{group, name}); !slices.Contains(w.c.atoms, a) {
		w.c.atoms = append(w.c.atoms, a)
	}
}

// compared takes a comparison: of a value with yes or no, or of a count with
// a number.
func (w *walker) compared(n *ast.BinaryNode) {
	switch n.Operator {
	case "and", "or", "&&", "||":
		return
	case "==", "!=", "<", "<=", ">", ">=":
	default:
		w.fail("the operator %s is not allowed", n.Operator)
		return
	}
	for i, side := range []ast.Node{n.Left, n.Right} {
		other := []ast.Node{n.Right, n.Left}[i]
		group, name := twoWords(side)
		switch group {
		case "answers", "facts", "context":
			w.wanted(atom{group, name}, n.Operator, other)
		case "counts":
			_, number := other.(*ast.IntegerNode)
			if g, _ := twoWords(other); !number && g != "counts" {
				w.fail("counts.%s is compared with a number", name)
			}
		case "findings":
			w.fail("findings is asked with findings.any(\"T1110\")")
		}
		if group == "" && i == 0 {
			if g, _ := twoWords(other); g == "" {
				w.fail("a comparison needs a value, as answers.failures == \"yes\"")
			}
		}
	}
}

// wanted notes which value of an atom makes a comparison hold.
func (w *walker) wanted(a atom, operator string, other ast.Node) {
	s, quoted := other.(*ast.StringNode)
	switch {
	case operator != "==" && operator != "!=":
		w.fail("%s.%s is compared by == or !=", a.group, a.name)
	case !quoted || s.Value != "yes" && s.Value != "no":
		w.fail("%s.%s is compared with \"yes\" or \"no\"; what is unknown leaves the rule unknown", a.group, a.name)
	case operator == "==":
		w.c.wants[a] = append(w.c.wants[a], s.Value)
	default:
		w.c.wants[a] = append(w.c.wants[a], map[string]string{"yes": "no", "no": "yes"}[s.Value])
	}
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

// mostTrials bounds what reach tries.
const mostTrials = 1 << 14

// reach reports whether a condition can hold at all, and whether it can fail,
// by trying every answer, every asked finding, and counts around the numbers
// that they are compared with. A condition with too many values to try is
// taken for one that can do both.
func (c *condition) reach() (hold, fail bool) {
	values := []int{0}
	for _, n := range c.numbers {
		for _, v := range []int{n - 1, n, n + 1} {
			if v >= 0 && !slices.Contains(values, v) {
				values = append(values, v)
			}
		}
	}
	trials := 1 << (len(c.atoms) + len(c.asks))
	for range c.counts {
		if trials *= len(values); trials > mostTrials {
			return true, true
		}
	}
	if trials > mostTrials {
		return true, true
	}
	for n := range trials {
		w, possible := c.trial(n, values)
		if !possible {
			continue
		}
		v, err := expr.Run(c.program, w)
		hold, fail = hold || err == nil && v == true, fail || err != nil || v != true
		if hold && fail {
			return
		}
	}
	return hold, fail
}

// trial makes the nth world of those that reach tries, and reports whether
// there can be such a one.
func (c *condition) trial(n int, values []int) (w world, possible bool) {
	take := func(of int) int { v := n % of; n /= of; return v }
	w = world{Answers: map[string]string{}, Facts: map[string]string{}, Context: map[string]string{}}
	groups := map[string]map[string]string{"answers": w.Answers, "facts": w.Facts, "context": w.Context}
	for _, a := range c.atoms {
		groups[a.group][a.name] = [2]string{"no", "yes"}[take(2)]
	}
	found := map[string]bool{}
	for _, ask := range c.asks {
		found[ask] = take(2) == 1
	}
	w.Findings.Any = func(ask string) bool { return found[ask] }
	set := map[string]*int{
		"hosts": &w.Counts.Hosts, "sources": &w.Counts.Sources, "accounts": &w.Counts.Accounts,
		"findings": &w.Counts.Findings, "against": &w.Counts.Against, "medium": &w.Counts.Medium, "high": &w.Counts.High,
	}
	for _, name := range c.counts {
		*set[name] = values[take(len(values))]
	}
	has := func(name string) bool { return slices.Contains(c.counts, name) }
	switch {
	case has("high") && has("medium") && w.Counts.High > w.Counts.Medium,
		has("medium") && has("findings") && w.Counts.Medium > w.Counts.Findings,
		has("high") && has("findings") && w.Counts.High > w.Counts.Findings:
		return w, false
	}
	return w, true
}
