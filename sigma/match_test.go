package sigma

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/footfall/footfall"
)

// compile makes a set of rules that are written out.
func compile(t testing.TB, s *footfall.Schema, rules ...string) *Set {
	t.Helper()
	var srcs []Source
	for i, r := range rules {
		srcs = append(srcs, Source{fmt.Sprintf("rule%d.yml", i), []byte(r)})
	}
	got, errs := Load(srcs)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	set, err := Compile(got, s, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// everything is one rule of each kind of test.
var everything = []string{`
title: texts
logsource: {product: windows}
detection:
  sel:
    CommandLine|contains: [whoami, 'net*user']
    Image|endswith: \cmd.exe
    User|cased: Bob
  condition: sel
`, `
title: expressions
logsource: {product: windows}
detection:
  sel:
    CommandLine|re: '(?i)a{3,}\s+\w'
  net:
    SourceIp|cidr: ['10.0.0.0/8', 'fe80::/10']
  num:
    Size|gt: 5
    Stamp|hour: 22
  ref:
    Image|fieldref: ParentImage
  condition: sel and net and num and not ref
`, `
title: keywords
logsource: {product: windows}
detection:
  words: [mimikatz, Ünlikely]
  condition: words
`, `
title: number
logsource: {product: windows, service: security}
detection:
  sel:
    EventID: 4624
    LogonType: 10
    Other: null
  condition: sel
`}

func full(s *footfall.Schema) footfall.Event {
	e := footfall.Event{
		Log:     s.AddLog(footfall.Log{Product: "windows", Services: []string{"security"}}),
		EventID: 4624, Channel: "Security", Provider: "Microsoft-Windows-Security-Auditing", Computer: "WS1",
		Message: "An ÜNLIKELY message " + strings.Repeat("about nothing ", 20),
	}
	for _, f := range [][2]string{
		{"CommandLine", "cmd /c NET local USER & aaa b"},
		{"Image", `C:\Windows\System32\CMD.EXE`},
		{"User", "Bob"},
		{"SourceIp", "fe80::1%eth0"},
		{"Size", "1e3"},
		{"Stamp", "2024-03-07T22:05:09Z"},
		{"ParentImage", `C:\Wïndows\explorer.exe`},
		{"LogonType", "10"},
	} {
		e.Fields = append(e.Fields, footfall.Field{ID: s.Asked(f[0]), Val: f[1]})
	}
	return e
}

// TestNoAllocs holds that a warm Matcher allocates nothing, whatever the
// kinds of tests, and also when they fail.
func TestNoAllocs(t *testing.T) {
	s := footfall.NewSchema(true)
	set := compile(t, s, everything...)
	m := set.New()
	e := full(s)
	odd := full(s)
	for i := range odd.Fields {
		odd.Fields[i].Val = "1.2.3" // no address, number, or date
	}
	hits := 0
	n := testing.AllocsPerRun(100, func() {
		m.Match(&e, func(int) { hits++ })
		m.Match(&odd, func(int) {})
	})
	if n != 0 {
		t.Errorf("%v allocations", n)
	}
	if hits != 101*len(everything) {
		t.Errorf("%d hits in 101 runs", hits)
	}
}

// TestWorkers holds that Matchers of one Set can work at the same time, also
// while log sources are added, and that they agree.
func TestWorkers(t *testing.T) {
	s := footfall.NewSchema(true)
	set := compile(t, s, everything...)
	want := fmt.Sprint(hitsOf(set.New(), s, 0))
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			m := set.New()
			for i := range 50 {
				if got := fmt.Sprint(hitsOf(m, s, w*100+i)); got != want {
					t.Errorf("got %s, want %s", got, want)
				}
			}
		})
	}
	wg.Wait()
}

func hitsOf(m *Matcher, s *footfall.Schema, n int) (hits []int) {
	e := full(s)
	e.Log = s.AddLog(footfall.Log{Product: "windows", Services: []string{"security"}, Categories: []string{fmt.Sprint(n)}})
	m.Match(&e, func(i int) { hits = append(hits, i) })
	return hits
}

// TestWrap holds that a Matcher survives the end of its counter.
func TestWrap(t *testing.T) {
	s := footfall.NewSchema(true)
	set := compile(t, s, everything...)
	m := set.New()
	want := hitsOf(m, s, 0)
	m.epoch = 1<<31 - 5
	for range 20 {
		if got := hitsOf(m, s, 0); !slices.Equal(got, want) {
			t.Fatalf("got %v, want %v", got, want)
		}
	}
}

// TestUnserved holds that rules whose log source nobody has are named.
func TestUnserved(t *testing.T) {
	s := footfall.NewSchema(true)
	set := compile(t, s, everything...)
	if got := set.Unserved([]footfall.Log{{Product: "windows"}}); !slices.Equal(got, []int{3}) {
		t.Errorf("got %v, want the rule that asks for a service", got)
	}
	if got := set.Unserved([]footfall.Log{{Product: "windows", Services: []string{"security"}}}); len(got) > 0 {
		t.Errorf("got %v, want none", got)
	}
}

// TestMeta holds what of a rule's head is kept.
func TestMeta(t *testing.T) {
	rules, errs := Load([]Source{{"a/b.yml", []byte(`
title: A title
id: 0b27d1c9-7c0c-4a56-9f2a-5e4d7ad1c1a1
name: short
status: test
level: High
author: Somebody
description: What it is about
references: [https://example.org/1, https://example.org/2]
tags: [attack.lateral-movement, attack.t1021.001, attack.T1133, attack.t1021.001, cve.2020-1]
fields: [User]
falsepositives: Admins
related:
  - {id: other, type: derived}
logsource: {product: Windows, definition: Audit it}
detection: {sel: {A: 1}, condition: sel}
`)}})
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	r := rules[0]
	f := func(what string, got, want any) {
		t.Helper()
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: got %v, want %v", what, got, want)
		}
	}
	f("id", r.Meta.ID, "0b27d1c9-7c0c-4a56-9f2a-5e4d7ad1c1a1")
	f("level", r.Meta.Level, footfall.LevelHigh)
	f("techniques", r.Meta.Attack, []string{"T1021.001", "T1133"})
	f("innocent", r.Meta.Innocent, []string{"Admins"})
	f("reference", r.Meta.Reference, "https://example.org/1")
	f("source", r.Meta.Source, "a/b.yml")
	f("related", r.Related, []Related{{"other", "derived"}})
	f("logsource", r.Logsource, Logsource{Product: "windows", Definition: "Audit it"})
	f("condition", r.Conditions, []string{"sel"})
	f("line", r.Line, 2)
}

// TestExplain holds what people are told of a hit and of a miss.
func TestExplain(t *testing.T) {
	s := footfall.NewSchema(true)
	set := compile(t, s, everything...)
	e := full(s)
	x := set.Explain(0, &e)
	if !x.Hit || !x.Applies || len(x.Parts) != 1 || len(x.Parts[0].Lines) != 3 {
		t.Fatalf("%+v", x)
	}
	if l := x.Parts[0].Lines[0]; !l.Hit || l.Key != "CommandLine|contains" || len(l.Found) != 1 || l.Found[0].Val != "cmd /c NET local USER & aaa b" {
		t.Errorf("%+v", l)
	}
	e.Fields[2].Val = "bob"
	x = set.Explain(0, &e)
	if x.Hit || x.Parts[0].Hit {
		t.Errorf("%+v", x)
	}
	if l := x.Parts[0].Lines[2]; l.Hit || l.Found != nil || !slices.Equal(l.Values, []string{"Bob"}) || !slices.Equal(l.Had, []string{"bob"}) {
		t.Errorf("%+v", l)
	}
}
