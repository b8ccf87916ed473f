package sigma

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/footfall/footfall"
)

// pack returns the rules that come with the program.
func pack(t *testing.T) []Source {
	t.Helper()
	files, err := filepath.Glob("../rules/*/*.yml")
	if err != nil || len(files) < 50 {
		t.Fatalf("%d rules: %v", len(files), err)
	}
	var out []Source
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(data), "\ncorrelation:") {
			out = append(out, Source{f, data})
		}
	}
	return out
}

// A mutation changes a text; n chooses where. It returns the text as it was
// when there is nothing to change.
type mutation struct {
	name string
	do   func(s string, n int) string
}

// line changes the n-th line that has a part.
func line(part string, do func(l string) string) func(s string, n int) string {
	return func(s string, n int) string {
		lines := strings.SplitAfter(s, "\n")
		var at []int
		for i, l := range lines {
			if strings.Contains(l, part) {
				at = append(at, i)
			}
		}
		if len(at) == 0 {
			return s
		}
		i := at[n%len(at)]
		lines[i] = do(lines[i])
		return strings.Join(lines, "")
	}
}

func swap(old, with string) func(s string, n int) string {
	return line(old, func(l string) string { return strings.Replace(l, old, with, 1) })
}

var mutations = []mutation{
	{"a byte goes", func(s string, n int) string { i := n * 7919 % len(s); return s[:i] + s[i+1:] }},
	{"a line goes", line("", func(string) string { return "" })},
	{"a line comes twice", line("", func(l string) string { return l + l })},
	{"the rest goes", func(s string, n int) string { return s[:n*104729%len(s)] }},
	{"a selection is misspelled in the condition", swap("condition: s", "condition: z")},
	{"a condition ends in and", line("condition:", func(l string) string { return strings.TrimRight(l, "\n") + " and\n" })},
	{"a bracket is opened", swap("condition: ", "condition: (")},
	{"not is doubled", swap("condition: ", "condition: not not ")},
	{"what is found is negated", swap("condition: ", "condition: not ")},
	{"an aggregation", line("condition:", func(l string) string { return strings.TrimRight(l, "\n") + " | count() > 5\n" })},
	{"a modifier is misspelled", swap("|contains", "|contain")},
	{"a modifier is doubled", swap("|endswith", "|endswith|endswith")},
	{"a modifier that does not fit", swap("|contains", "|contains|cidr")},
	{"text as a number", swap("|endswith", "|gt")},
	{"text as an expression", swap("|endswith", "|re")},
	{"an expression that is open", line("|re: ", func(l string) string { return strings.TrimRight(l, "\n") + "(\n" })},
	{"a field's case", line("|", strings.ToLower)},
	{"a value's case", line("- '", strings.ToUpper)},
	{"a key's indent", line(": ", func(l string) string { return " " + l })},
	{"a tab", line("    ", func(l string) string { return strings.Replace(l, "    ", "\t", 1) })},
	{"a quote goes", swap("'", "")},
	{"a list item's dash goes", swap("- ", "")},
	{"a colon goes", swap(": ", " ")},
	{"logsource goes", swap("logsource:", "logsourc:")},
	{"product is another", swap("product: ", "product: no")},
	{"detection goes", swap("detection:", "detektion:")},
	{"condition goes", swap("condition:", "conditions:")},
	{"title goes", swap("title:", "titel:")},
	{"level is unknown", swap("level: ", "level: very ")},
	{"a null", line("- '", func(l string) string { return l[:strings.Index(l, "-")] + "- null\n" })},
	{"a number", line("- '", func(l string) string { return l[:strings.Index(l, "-")] + "- 17\n" })},
	{"a mapping where a value is", line("- '", func(l string) string { return l[:strings.Index(l, "-")] + "- {a: b}\n" })},
	{"an alias of nothing", line("- '", func(l string) string { return l[:strings.Index(l, "-")] + "- *nothing\n" })},
	{"a control byte", func(s string, n int) string { i := n * 7919 % len(s); return s[:i] + "\x01" + s[i:] }},
	{"not UTF-8", func(s string, n int) string { i := n * 7919 % len(s); return s[:i] + "\xff" + s[i:] }},
	{"a placeholder", line("- '", func(l string) string { return strings.Replace(l, "- '", "- '%x%", 1) })},
	{"a selection that nothing needs", swap("detection:", "detection:\n    extra:\n        Image|endswith: '\\nothing.exe'")},
	{"CRLF", func(s string, _ int) string { return strings.ReplaceAll(s, "\n", "\r\n") }},
	{"a byte order mark", func(s string, _ int) string { return "\ufeff" + s }},
	{"a comment", line(":", func(l string) string { return strings.TrimRight(l, "\n") + " # why\n" })},
}

// harmless are the mutations that change nothing of what a rule means.
var harmless = []string{"CRLF", "a byte order mark", "a comment", "not is doubled"}

// TestMutations breaks the rules that come with the program in a thousand
// ways. Each broken rule gives an error with line and column, or loads: then
// it means what is written, and when that is something other than the rule
// meant, and nothing could ever hit it, a warning says so.
func TestMutations(t *testing.T) {
	srcs := pack(t)
	opt := CheckOptions{Known: served(t, srcs)}
	seen, refused, warned, kept := map[string]bool{}, 0, 0, 0
	for n := 0; len(seen) < 1200 && n < 20_000; n++ {
		m, src := mutations[n%len(mutations)], srcs[n/7%len(srcs)]
		text := m.do(string(src.Data), n)
		if text == string(src.Data) || seen[text] {
			continue
		}
		seen[text] = true
		rules, issues := Check([]Source{{src.Name, []byte(text)}}, opt)
		errors, warnings := 0, 0
		for _, i := range issues {
			if i.Line < 1 || i.Column < 1 || i.Reason == "" || i.Line > strings.Count(text, "\n")+2 {
				t.Errorf("%s, %s: an issue without its place: %+v", src.Name, m.name, i)
			}
			if i.Warning {
				warnings++
			} else {
				errors++
			}
		}
		switch {
		case errors > 0:
			refused++
		case warnings > 0:
			warned++
		case len(rules) == 0:
			if strings.TrimSpace(text) != "" {
				t.Errorf("%s, %s: no rule, no error and no warning:\n%s", src.Name, m.name, text)
			}
		default:
			kept++
		}
		if slices.Contains(harmless, m.name) {
			same(t, src, text, m.name)
		}
		if errors == 0 {
			fires(t, src.Name+", "+m.name, rules, issues)
		}
	}
	if len(seen) < 1000 {
		t.Errorf("only %d mutated rules", len(seen))
	}
	t.Logf("%d mutated rules: %d refused, %d with a warning, %d as good as before", len(seen), refused, warned, kept)
}

// served is a log source for each rule with the fields that it looks at:
// what the decoders' table says of them is tested where that is.
func served(t *testing.T, srcs []Source) []Known {
	t.Helper()
	rules, errs := Load(srcs)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	var out []Known
	for _, r := range rules {
		k := Known{Log: footfall.Log{Product: r.Logsource.Product}, Read: true, Fields: r.Looks()}
		if s := r.Logsource.Service; s != "" {
			k.Log.Services = []string{s}
		}
		if c := r.Logsource.Category; c != "" {
			k.Log.Categories = []string{c}
		}
		out = append(out, k)
	}
	return out
}

// same holds that a changed text means what it meant.
func same(t *testing.T, src Source, text, name string) {
	t.Helper()
	a, _ := Load([]Source{src})
	b, errs := Load([]Source{{src.Name, []byte(text)}})
	if len(errs) > 0 || len(a) != len(b) {
		t.Errorf("%s, %s: %v", src.Name, name, errs)
		return
	}
	for i := range a {
		if x, y := meaning(a[i]), meaning(b[i]); x != y {
			t.Errorf("%s, %s:\n%s\nbecame\n%s", src.Name, name, x, y)
		}
	}
}

// meaning writes down what a rule asks for.
func meaning(r *Rule) string {
	var b strings.Builder
	var walk func(x *expr)
	walk = func(x *expr) {
		for x.op == opNot && x.kids[0].op == opNot {
			x = x.kids[0].kids[0]
		}
		fmt.Fprintf(&b, "(%d", x.op)
		switch x.op {
		case opSel:
			walk(r.selections[x.sel].root)
		case opItem:
			fmt.Fprintf(&b, " %q %q", x.item.key, x.item.written)
		}
		for _, k := range x.kids {
			walk(k)
		}
		b.WriteString(")")
	}
	fmt.Fprintf(&b, "%q %+v ", r.Meta.ID, r.Logsource)
	walk(r.cond)
	return b.String()
}

// fires holds that each rule without a warning can be hit: there are outcomes
// of its items that make its condition true, each of which some text gives.
func fires(t *testing.T, name string, rules []*Rule, issues []Issue) {
	t.Helper()
	set, err := Compile(rules, footfall.NewSchema(false), Options{})
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	told := map[string]bool{}
	for _, i := range issues {
		told[i.Rule] = true
	}
	for _, u := range set.Unused() {
		if !told[rules[u.Rule].Meta.ID] {
			t.Errorf("%s: unused without a warning: %s", name, u.Reason)
		}
	}
	for i := range set.groups {
		for _, b := range set.groups[i].byID {
			dead(t, name, set, b, told)
		}
		if b := set.groups[i].every; b != nil {
			dead(t, name, set, b, told)
		}
	}
}

// dead tells rules that a bucket settled as never holding.
func dead(t *testing.T, name string, set *Set, b *bucket, told map[string]bool) {
	t.Helper()
	for i, root := range b.roots {
		id := set.rules[b.rules[i]].Meta.ID
		if b.nodes[root].op == nodeFalse && !told[id] {
			t.Errorf("%s: %s never hits, and nothing says so", name, id)
		}
	}
}
