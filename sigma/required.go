package sigma

import (
	"regexp/syntax"
	"slices"
	"strings"
	"unicode"
)

// A need is what every match of a regular expression has. It is checked
// before the expression is run, which costs a hundred times more.
type need struct {
	texts []string // folded; the value holds each of them
	bytes int      // the value is at least so long
	run   *row     // the value has it
}

// A row is a row of bytes of one class.
type row struct {
	has   [256]bool
	bytes int
}

// shortestRun is the length from which a row is worth looking for.
const shortestRun = 8

// maxNeeds is how many texts are looked for before an expression is run.
const maxNeeds = 4

func needs(src string) need {
	re, err := syntax.Parse(src, syntax.Perl)
	if err != nil {
		return need{}
	}
	run := longestRun(re, 0) // simplified, {64} is 64 classes
	re = re.Simplify()
	n := need{bytes: shortestMatch(re, 0), run: run}
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

// longestRun returns the longest row of ASCII bytes of one class that every
// match has, nil when there is none.
func longestRun(x *syntax.Regexp, depth int) *row {
	if depth > 200 {
		return nil
	}
	var best *row
	switch x.Op {
	case syntax.OpCapture, syntax.OpPlus, syntax.OpConcat:
		for _, s := range x.Sub {
			if r := longestRun(s, depth+1); best == nil || r != nil && r.bytes > best.bytes {
				best = r
			}
		}
	case syntax.OpRepeat:
		c := x.Sub[0]
		if x.Min > 0 && c.Op != syntax.OpCharClass {
			return longestRun(c, depth+1)
		}
		if x.Min < shortestRun || len(c.Rune) == 0 || c.Rune[len(c.Rune)-1] > unicode.MaxASCII {
			return nil
		}
		best = &row{bytes: x.Min}
		for i := 0; i < len(c.Rune); i += 2 {
			for r := c.Rune[i]; r <= c.Rune[i+1]; r++ {
				best.has[r] = true
			}
		}
	}
	return best
}

// in reports whether s has the row. It looks from a row's end towards its
// beginning, so that it sees few bytes of a text that has none.
func (r *row) in(s string) bool {
	for end := r.bytes - 1; end < len(s); {
		i := end
		for i > end-r.bytes && r.has[s[i]] {
			i--
		}
		if i == end-r.bytes {
			return true
		}
		end = i + r.bytes
	}
	return false
}

// met reports whether a value has what is needed.
func (n *need) met(raw, low string) bool {
	if len(raw) < n.bytes || n.run != nil && !n.run.in(raw) {
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
		for i := range n.Sub {
			if l := adjoining(n.Sub[i:]); better(l, best) {
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

// maxAdjoining is how many texts adjoining literals and classes may make.
const maxAdjoining = 4

// adjoining returns the texts that the literals and small classes at the
// beginning of a sequence make together, none when they are too short.
func adjoining(list []*syntax.Regexp) []string {
	out := []string{""}
	for _, x := range list {
		next := spell(out, x)
		if len(next) == 0 || len(next) > maxAdjoining {
			break
		}
		out = next
	}
	if least(out) < shortest {
		return nil
	}
	return out
}

// spell returns each of the texts with each text of x behind it, folded; none
// when x is no literal and no small class.
func spell(texts []string, x *syntax.Regexp) (out []string) {
	var ends []string
	switch x.Op {
	case syntax.OpLiteral:
		ends = []string{fold(string(x.Rune))}
	case syntax.OpCharClass:
		for i := 0; i < len(x.Rune); i += 2 {
			if x.Rune[i+1]-x.Rune[i] > 2*maxAdjoining {
				return nil
			}
			for r := x.Rune[i]; r <= x.Rune[i+1]; r++ {
				ends = append(ends, fold(string(r)))
			}
		}
		slices.Sort(ends)
		ends = slices.Compact(ends)
	}
	for _, t := range texts {
		for _, e := range ends {
			out = append(out, t+e)
		}
	}
	return out
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
