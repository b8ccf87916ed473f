package sigma

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/footfall/footfall"
)

// TestCheck holds what is said of rules, and where.
func TestCheck(t *testing.T) {
	known := []Known{
		{
			Log: footfall.Log{Product: "windows", Services: []string{"sysmon"}, Categories: []string{"process_creation"}}, Read: true,
			Fields: []string{"Image", "CommandLine", "IntegrityLevel", "TargetObject"}, Paths: []string{"Image"},
			Values: map[string][]string{"IntegrityLevel": {"Low", "High"}}, Never: map[string][]string{"TargetObject": {`hkcu\`}},
		},
		{Log: footfall.Log{Product: "later"}},
		{Log: footfall.Log{Product: "open"}, Read: true, Open: true},
	}
	const head = "title: R\nid: r-1\nlevel: low\ntags: [attack.t1021]\nfalsepositives: [work]\nlogsource: {product: windows, category: process_creation}\ndetection:\n"
	f := func(rule string, want ...string) {
		t.Helper()
		if !strings.Contains(rule, "title:") {
			rule = head + rule
		}
		_, issues := Check([]Source{{"r", []byte(rule)}}, CheckOptions{Known: known, Placeholders: map[string][]string{"here": {"x"}}})
		var got []string
		for _, i := range issues {
			got = append(got, fmt.Sprintf("%d:%d %s", i.Line, i.Column, i.Code))
			if i.Warning != (i.Code != "error") || i.Reason == "" {
				t.Errorf("%s: %+v", rule, i)
			}
		}
		if strings.Join(got, "; ") != strings.Join(want, "; ") {
			t.Errorf("%s\n got %v\nwant %v", rule, got, want)
		}
	}
	f("  sel:\n    Image|endswith: '\\cmd.exe'\n  condition: sel")
	f("  sel:\n    Image|endswith: '\\cmd.exe'\n  other:\n    Image: '*x*'\n  condition: sel", "10:3 unused-selection")
	f("  sel:\n    Image|endswith: '\\cmd.exe'\n  condition: sel and not sel", "1:1 never")
	f("  sel:\n    Image|endswith: '\\cmd.exe'\n  condition: sel or not sel", "1:1 always")
	f("  a:\n    EventID: 1\n  b:\n    EventID: [2, 3]\n  condition: a and b", "1:1 never")
	f("  a:\n    EventID: 1\n  b:\n    EventID: [1, 3]\n  condition: a and b")
	f("  sel:\n    CommandLine|all: [x y z, a b c]\n  condition: sel", "1:1 never")
	f("  sel:\n    CommandLine|contains|all: [xyz, abc]\n  condition: sel")
	f("  sel:\n    CommandLine|contains: ab\n  condition: sel", "1:1 broad")
	f("  sel:\n    CommandLine|contains: ab\n    Image|endswith: '\\cmd.exe'\n  condition: sel")
	f("  sel:\n    CommandLine|contains: [abcdef, b]\n  condition: sel", "1:1 broad")
	f("  sel:\n    Image|endswith: '\\cmd.exe'\n  condition: not sel", "1:1 broad")
	f("  sel:\n    CommandLine: null\n  condition: sel", "1:1 broad")
	f("  sel:\n    CommandLine|re: '[0-9]+'\n  condition: sel")
	f("  sel:\n    Commandline|contains: abcdef\n  condition: sel", "1:1 dead", "9:5 unknown-field")
	f("  sel:\n    Image|endswith: '\\cmd.exe'\n  f:\n    Nothing: abc\n  condition: sel and not f", "11:5 unknown-field")
	f("  sel:\n    Image|endswith: '\\cmd.exe'\n    Nothing: null\n  condition: sel", "10:5 unknown-field")
	f("  sel:\n    Image|fieldref: Nothing\n  condition: sel", "8:3 unknown-field")
	f("  sel:\n    Image: cmd.exe\n  condition: sel", "1:1 dead", "9:5 dead-value")
	f("  sel:\n    Image: [cmd.exe, 'C:\\cmd.exe']\n  condition: sel")
	f("  sel:\n    Image: System\n  condition: sel")
	f("  sel:\n    IntegrityLevel: Huge\n  condition: sel", "1:1 dead", "9:5 dead-value")
	f("  sel:\n    IntegrityLevel: high\n  condition: sel")
	f("  sel:\n    TargetObject|startswith: 'HKCU\\Software'\n  condition: sel", "1:1 dead", "9:5 dead-value")
	f("  sel:\n    Image|expand: '%gone%'\n  condition: sel", "1:1 placeholder")
	f("  sel:\n    Image|expand: '%here%'\n  condition: sel")
	f("title: R\nlogsource: {product: open}\ndetection:\n  sel:\n    Any: abc\n  condition: sel", "1:1 no-id", "1:1 no-level", "1:1 no-tags", "1:1 no-falsepositives")
	f(strings.Replace(head, "product: windows, category: process_creation", "product: nobody", 1)+"  sel:\n    Any: abc\n  condition: sel", "1:1 unserved")
	f(strings.Replace(head, "product: windows, category: process_creation", "product: later", 1)+"  sel:\n    Any: abc\n  condition: sel", "1:1 unread", "1:1 dead", "9:5 unknown-field")
	f(head+"  sel:\n    Image|endswith: '\\cmd.exe'\n  condition: sel and x", "10:22 error")
	f(head+"  sel:\n    Image|endswith: '\\cmd.exe'\n  condition: sel | count() > 5", "10:18 error")
	f(head+"  sel:\n    Image|endswith: '\\cmd.exe'\n  timeframe: 5m\n  condition: sel", "10:3 error")
	f(head+"  sel:\n    Image|endswith: '\\cmd.exe'\n  condition: sel\n---\ntitle: F\nlogsource: {product: windows}\nfilter:\n  rules: [r-1]\n  s:\n    Image: 'C:\\x'\n  condition: s", "12:1 filter-keeps")
	f(head+"  sel:\n    Image|endswith: '\\cmd.exe'\n  condition: sel\n---\ntitle: F\nlogsource: {product: linux}\nfilter:\n  rules: [r-1, r-2]\n  s:\n    Image: 'C:\\x'\n  condition: not s", "15:11 filter", "15:16 error")
}

// TestCheckBeside holds that what stands beside is known and not judged.
func TestCheckBeside(t *testing.T) {
	beside := Source{"shipped", []byte("title: R\nname: shipped_rule\nlogsource: {product: x}\ndetection:\n  sel:\n    A: abc\n  condition: sel")}
	rules, issues := Check([]Source{{"f", []byte("title: F\nid: f\nlogsource: {product: x}\nfilter:\n  rules: [shipped_rule]\n  s:\n    A: abc\n  condition: not s")}}, CheckOptions{Beside: []Source{beside}})
	if len(rules) != 0 || len(issues) != 0 {
		t.Errorf("%d rules, %v", len(rules), issues)
	}
}

// TestCheckCorrelated holds that a rule that makes no finding of its own needs
// no level, tags and false positives, and that every other does.
func TestCheckCorrelated(t *testing.T) {
	const base = "title: B\nid: b-1\nname: base\nlogsource: {product: x}\ndetection:\n  sel:\n    A: abcdef\n  condition: sel\n"
	outer := func(id, rest string) Source {
		return Source{id, []byte("title: C\nid: " + id + "\nlevel: low\ntags: [attack.t1021]\nfalsepositives: [work]\n" +
			"correlation:\n  type: event_count\n  rules: [base]\n  timespan: 5m\n  condition: {gte: 3}\n" + rest)}
	}
	missing := "no-level no-tags no-falsepositives"
	f := func(want string, srcs, beside []Source) {
		t.Helper()
		_, issues := Check(srcs, CheckOptions{Beside: beside})
		var got []string
		for _, i := range issues {
			got = append(got, i.Code)
		}
		if s := strings.Join(got, " "); s != want {
			t.Errorf("got %q, want %q", s, want)
		}
	}
	b := Source{"b", []byte(base)}
	f(missing, []Source{b}, nil)
	f("", []Source{b, outer("c-1", "")}, nil)
	f(missing, []Source{b, outer("c-1", "generate: true\n")}, nil)
	f(missing, []Source{b, outer("c-1", ""), outer("c-2", "generate: true\n")}, nil)
	f("", []Source{b}, []Source{outer("c-1", "")})
	f("no-id", []Source{{"b", []byte(strings.Replace(base, "id: b-1\n", "", 1))}, outer("c-1", "")}, nil)
	inner := strings.Replace(string(outer("c-1", "").Data), "level: low\ntags: [attack.t1021]\nfalsepositives: [work]\n", "name: counted\n", 1)
	chain := strings.Replace(string(outer("c-2", "").Data), "[base]", "[counted]", 1)
	f("no-tags no-falsepositives", []Source{b, {"c-1", []byte(inner)}}, nil)
	f("", []Source{b, {"c-1", []byte(inner)}, {"c-2", []byte(chain)}}, nil)
}

// TestCheckShipped holds that the rules of the program get no warning.
func TestCheckShipped(t *testing.T) {
	var srcs []Source
	files, err := filepath.Glob("../rules/*/*.yml")
	if err != nil || len(files) < 100 {
		t.Fatalf("%d files of rules: %v", len(files), err)
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		srcs = append(srcs, Source{name, data})
	}
	_, issues := Check(srcs, CheckOptions{})
	for _, i := range issues {
		t.Errorf("%s [%s]", i.Error.Error(), i.Code)
	}
}

// TestCheckSigmaHQ holds that SigmaHQ's own rules get no error, and no
// warning that they never or always hold.
func TestCheckSigmaHQ(t *testing.T) {
	rules, issues := Check(sigmaHQ(t), CheckOptions{Placeholders: known})
	for _, i := range issues {
		switch i.Code {
		case "error", "never", "always", "unused-selection", "no-id", "no-level":
			t.Errorf("%s [%s]", i.Error.Error(), i.Code)
		}
	}
	if len(rules) < 3000 {
		t.Errorf("%d rules", len(rules))
	}
}
