package sigma

import "regexp/syntax"

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
