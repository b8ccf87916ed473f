package sigma

import (
	"regexp/syntax"
	"slices"
	"strings"
)

// A need is what every match of a regular expression has. It is checked
// before the expression is run, which costs a hundred times more.
type need struct {
	texts []string // folded; the value holds each of them
	bytes int      // the value is at least so long
}

// maxNeeds is how many texts are looked for before an expression is run.
const maxNeeds = 4

func needs(src string) need {
	re, err := syntax.Parse(src, syntax.Perl)
	if err != nil {
		return need{}
	}
	re = re.Simplify()
	n := need{bytes: shortestMatch(re, 0)}
	n.collect(re, 0)
	slices.SortStableFunc(n.texts, func(a, b string) int { return len(b) - len(a) })
	n.texts = slices.Compact(n.texts)
	if len(n.texts) > maxNeeds {
		n.texts = n.texts[:maxNeeds]
	}
	return n
}

func (n *need) collect(x *syntax.Regexp, depth int) {
	if depth > 200 {
		return
	}
	switch x.Op {
	case syntax.OpLiteral:
		n.texts = append(n.texts, fold(string(x.Rune)))
	case syntax.OpCapture, syntax.OpPlus, syntax.OpConcat:
		for _, s := range x.Sub {
			n.collect(s, depth+1)
		}
	case syntax.OpRepeat:
		if x.Min > 0 {
			n.collect(x.Sub[0], depth+1)
		}
	}
}

// shortestMatch returns how many bytes a match has at least.
func shortestMatch(x *syntax.Regexp, depth int) int {
	if depth > 200 {
		return 0
	}
	switch x.Op {
	case syntax.OpLiteral:
		return len(x.Rune)
	case syntax.OpCharClass, syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return 1
	case syntax.OpCapture, syntax.OpPlus:
		return shortestMatch(x.Sub[0], depth+1)
	case syntax.OpRepeat:
		return x.Min * shortestMatch(x.Sub[0], depth+1)
	case syntax.OpConcat:
		sum := 0
		for _, s := range x.Sub {
			sum += shortestMatch(s, depth+1)
		}
		return sum
	case syntax.OpAlternate:
		low := shortestMatch(x.Sub[0], depth+1)
		for _, s := range x.Sub[1:] {
			low = min(low, shortestMatch(s, depth+1))
		}
		return low
	}
	return 0
}

// met reports whether a value has what is needed.
func (n *need) met(raw, low string) bool {
	if len(raw) < n.bytes {
		return false
	}
	for _, s := range n.texts {
		if !strings.Contains(low, s) {
			return false
		}
	}
	return true
}

// shortest is the length from which a literal of a regular expression is
// worth looking for: shorter ones are in nearly every value.
const shortest = 2

// required returns folded texts of which every match of a regular expression
// holds one, or none when there are no such texts.
func required(src string) []string {
	re, err := syntax.Parse(src, syntax.Perl)
	if err != nil {
		return nil
	}
	return literals(re.Simplify(), 0)
}

func literals(n *syntax.Regexp, depth int) []string {
	if depth > 200 {
		return nil
	}
	switch n.Op {
	case syntax.OpLiteral:
		if s := fold(string(n.Rune)); len(s) >= shortest {
			return []string{s}
		}
	case syntax.OpCapture, syntax.OpPlus:
		return literals(n.Sub[0], depth+1)
	case syntax.OpRepeat:
		if n.Min > 0 {
			return literals(n.Sub[0], depth+1)
		}
	case syntax.OpConcat:
		var best []string
		for _, s := range n.Sub {
			if l := literals(s, depth+1); better(l, best) {
				best = l
			}
		}
		return best
	case syntax.OpAlternate:
		var out []string
		for _, s := range n.Sub {
			l := literals(s, depth+1)
			if len(l) == 0 {
				return nil
			}
			out = append(out, l...)
		}
		return out
	}
	return nil
}

// better reports whether a says more than b: its shortest text is longer, or
// there are fewer of them.
func better(a, b []string) bool {
	if len(a) == 0 || len(b) == 0 {
		return len(a) > 0
	}
	x, y := least(a), least(b)
	return x > y || x == y && len(a) < len(b)
}

func least(list []string) int {
	n := len(list[0])
	for _, s := range list {
		n = min(n, len(s))
	}
	return n
}
