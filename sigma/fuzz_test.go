package sigma

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/txtar"
)

// FuzzLoad holds that any bytes are rules or an error with a place, never a
// panic, and that what loads also compiles, matches and explains.
func FuzzLoad(f *testing.F) {
	files, err := filepath.Glob(filepath.Join("testdata", "*.txtar"))
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		for _, p := range txtar.Parse(data).Files {
			if p.Name == "rule" {
				f.Add(append([]byte("title: T\nlogsource: {product: test}\n"), p.Data...))
			}
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 1<<16 {
			return
		}
		rules, errs := Load([]Source{{"f", data}})
		for _, err := range errs {
			var e *Error
			if !errors.As(err, &e) || e.File != "f" || e.Line < 1 || e.Column < 1 || e.Reason == "" {
				t.Fatalf("an error without a place: %#v", err)
			}
		}
		s := footfall.NewSchema(true)
		set, err := Compile(rules, s, Options{Placeholders: known})
		if err != nil {
			t.Fatal(err)
		}
		e := footfall.Event{EventID: 1, Message: "whoami a b"}
		for i := range min(s.Fields(), 50) {
			if i > 0 {
				e.Fields = append(e.Fields, footfall.Field{ID: footfall.FieldID(i), Val: "a"})
			}
		}
		m := set.New()
		for i, r := range rules {
			e.Log = s.AddLog(footfall.Log{Product: r.Logsource.Product, Services: []string{r.Logsource.Service}, Categories: []string{r.Logsource.Category}})
			got := false
			m.Match(&e, func(n int) { got = got || n == i })
			if x := set.Explain(i, &e); x.Hit != got {
				t.Fatalf("matched %v, explained %v: %s", got, x.Hit, data)
			}
			set.Values(i, &e)
		}
	})
}

// FuzzMatch holds that the engine and the reference agree on made-up rules
// and events.
func FuzzMatch(f *testing.F) {
	for i := range uint64(64) {
		f.Add(binary.LittleEndian.AppendUint64(nil, i))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var seed [16]byte
		copy(seed[:], data)
		r := rand.New(rand.NewPCG(binary.LittleEndian.Uint64(seed[:]), binary.LittleEndian.Uint64(seed[8:])))
		agree(t, r, 3, 6)
	})
}

// TestRandom does what FuzzMatch does, many times.
func TestRandom(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 11))
	n := 600
	if testing.Short() {
		n = 150
	}
	hits := 0
	for range n {
		hits += agree(t, r, 8, 8)
		if t.Failed() {
			return
		}
	}
	t.Logf("%d hits", hits)
	if hits < n {
		t.Errorf("only %d hits in %d rounds: the events do not try the rules", hits, n)
	}
}

// agree compares engine and reference on random rules over random events and
// returns the number of hits.
func agree(t *testing.T, r *rand.Rand, rules, events int) (hits int) {
	t.Helper()
	g := &generator{r}
	var srcs []Source
	for i := range rules {
		srcs = append(srcs, Source{fmt.Sprint(i), g.rule(i)})
	}
	got, errs := Load(srcs)
	if len(errs) > 0 {
		t.Fatalf("%v\n%s", errs, srcs)
	}
	s := footfall.NewSchema(true)
	holders := map[string][]string{"p": {"a", "b*"}, "q": {"bc"}}
	set, err := Compile(got, s, Options{Placeholders: holders})
	if err != nil || len(set.Unused()) > 0 {
		t.Fatal(err, set.Unused())
	}
	m := set.New()
	for range events {
		e := g.event(s)
		hit := map[int]bool{}
		last := -1
		m.Match(&e, func(i int) {
			if i <= last {
				t.Errorf("rule %d after rule %d", i, last)
			}
			last, hit[i] = i, true
		})
		re := refFrom(s, &e)
		for i := range srcs {
			want := refMatch(t, refParse(t, srcs[i].Data), re, holders)
			if want {
				hits++
			}
			if hit[i] != want || set.Explain(i, &e).Hit != want {
				t.Errorf("got %v, explained %v, want %v\n%s\n%q", hit[i], set.Explain(i, &e).Hit, want, srcs[i].Data, re.fields)
			}
		}
	}
	return hits
}

// A generator makes rules and events of a small alphabet, so that they meet.
type generator struct{ *rand.Rand }

func (g *generator) pick(list ...string) string { return list[g.IntN(len(list))] }

func (g *generator) word(alphabet string, most int) string {
	rs := []rune(alphabet)
	var b strings.Builder
	for range g.IntN(most + 1) {
		b.WriteRune(rs[g.IntN(len(rs))])
	}
	return b.String()
}

func (g *generator) event(s *footfall.Schema) footfall.Event {
	e := footfall.Event{Log: s.AddLog(footfall.Log{Product: "p", Services: []string{"s"}, Categories: []string{"c", "d"}})}
	if g.IntN(2) == 0 {
		e.EventID = uint32(g.IntN(4))
	}
	for range g.IntN(5) {
		v := g.word(`abAB\ -/–äÄ`, 9)
		switch g.IntN(8) {
		case 0:
			v = g.pick("1", "2", "10", "2024-03-07 22:05:09", "10.1.2.3", "::1", "fe80::1%x", "")
		case 1:
			v = strings.Repeat(v, 5)
		}
		e.Fields = append(e.Fields, footfall.Field{ID: s.Field(g.pick("A", "B", "C", "EventID")), Val: v})
	}
	if g.IntN(3) == 0 {
		e.Message = g.word("ab", 5)
	}
	return e
}

func (g *generator) rule(i int) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "title: %d\nlogsource:\n  %s\ndetection:\n", i, g.pick("product: p", "service: s", "category: c", "category: d", "product: p\n  category: x", "product: P\n  service: s"))
	names := []string{"sel_a", "sel_b", "filter"}[:1+g.IntN(3)]
	for _, n := range names {
		fmt.Fprintf(&b, "  %s:\n", n)
		switch g.IntN(6) {
		case 0:
			fmt.Fprintf(&b, "    - %s\n    - %s\n", quote(g.text()), quote(g.text()))
		case 1:
			fmt.Fprintf(&b, "    - %s\n      %s\n    - %s\n", g.line("A", "      "), g.line("B", "      "), g.line("C", "      "))
		default:
			for _, f := range []string{"A", "B", "EventID"}[:1+g.IntN(3)] {
				fmt.Fprintf(&b, "    %s\n", g.line(f, "    "))
			}
		}
	}
	fmt.Fprintf(&b, "  condition: %s\n", g.condition(names, 0))
	return []byte(b.String())
}

func (g *generator) condition(names []string, depth int) string {
	if depth > 3 {
		return names[g.IntN(len(names))]
	}
	sub := func() string { return g.condition(names, depth+1) }
	switch g.IntN(9) {
	case 0:
		return sub() + " and " + sub()
	case 1:
		return sub() + " or " + sub()
	case 2:
		return "not " + names[g.IntN(len(names))]
	case 3:
		return "not (" + sub() + ")"
	case 4:
		return "(" + sub() + ")"
	case 5:
		return g.pick("1", "all", "any") + " of " + g.pick("them", "sel_*", "*", "*a")
	}
	return names[g.IntN(len(names))]
}

func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

func (g *generator) text() string {
	s := g.word(`abAB\ -/ä`, 4)
	if g.IntN(3) == 0 {
		s = g.word(`ab*?\*`, 5)
	}
	return s
}

// line makes a field with modifiers and values.
func (g *generator) line(field, indent string) string {
	if field == "EventID" && g.IntN(3) > 0 {
		return g.pick("EventID: 1", "EventID: [1, 2]", "EventID|neq: 2", "EventID: '?'", "EventID|gte: 2", "EventID|exists: false")
	}
	key, value := field, func() string { return quote(g.text()) }
	switch g.IntN(16) {
	case 0:
		key, value = key+"|re"+g.pick("", "|i", "|s", "|i|m"), func() string {
			return quote(g.pick("a+b", "^a", "b$", "(a|bb)a", "[ab]{3}", "a.b", "ab.*ba", "(ab|ba)+", `a\\b`, ".{6,}", "ä", `\bab`, "(?:a|b){2}c?", "^(a|A)*$"))
		}
	case 1:
		key, value = key+"|cidr", func() string { return quote(g.pick("10.0.0.0/8", "::1", "fe80::/10", "0.0.0.0/0")) }
	case 2:
		return key + "|exists: " + g.pick("true", "false")
	case 3:
		return key + ": " + g.pick("null", "''", "'*'", "1", "[null, a]")
	case 4:
		key, value = key+g.pick("|gt", "|gte", "|lt", "|lte"), func() string { return g.pick("1", "2", "10") }
	case 5:
		key, value = key+g.pick("|hour", "|day", "|week", "|minute", "|month", "|year", "|hour|gt"), func() string { return g.pick("22", "7", "10", "5", "3", "2024") }
	case 6:
		key, value = key+"|fieldref"+g.pick("", "|contains", "|startswith", "|endswith", "|cased"), func() string { return g.pick("A", "B", "C") }
	case 7:
		key, value = key+"|expand"+g.pick("", "|contains", "|re"), func() string { return quote(g.pick("%p%", "%q%", "a%p%", "%p%%q%")) }
	case 8:
		key, value = key+g.pick("|windash", "|contains|windash", "|windash|contains"), func() string { return quote(g.pick("-a", "/a", "a-b", " -b", "-a -b")) }
	case 9:
		key, value = key+g.pick("|base64|contains", "|base64offset|contains", "|wide|base64offset|contains"), func() string { return quote(g.pick("ab", "abc", "abcd", "aaa")) }
	default:
		key += g.pick("", "", "|contains", "|contains", "|contains", "|startswith", "|endswith", "|cased", "|contains|cased")
	}
	if g.IntN(8) == 0 {
		key += "|neq"
	}
	n := g.IntN(4)
	if n == 0 {
		return key + ": " + value()
	}
	if g.IntN(3) == 0 {
		key += "|all"
	}
	out := key + ":"
	for range n {
		out += "\n" + indent + "  - " + value()
	}
	return out
}
