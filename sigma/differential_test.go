package sigma

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/footfall/footfall"
)

// TestDifferential holds that the engine and the reference agree on every
// rule of SigmaHQ, over real events of every kind there is.
func TestDifferential(t *testing.T) {
	srcs := sigmaHQ(t)
	rules, errs := Load(srcs)
	if len(errs) > 0 || len(rules) != len(srcs) {
		t.Fatal(errs)
	}
	s := footfall.NewSchema(true)
	set, err := Compile(rules, s, Options{Placeholders: known})
	if err != nil {
		t.Fatal(err)
	}
	m := set.New()
	plain := make([]map[string]any, len(srcs))
	for i := range srcs {
		plain[i] = refParse(t, srcs[i].Data)
	}
	kinds := map[string]int{}
	events, pairs, hits := 0, 0, 0
	for _, r := range windowsEvents(t) {
		k := fmt.Sprint(r.channel, r.id)
		if kinds[k]++; kinds[k] > 3 && (testing.Short() || kinds[k]%97 != 0 || kinds[k] > 1000) {
			continue
		}
		e := r.event(s)
		got := map[int]bool{}
		m.Match(&e, func(i int) { got[i] = true })
		re := refFrom(s, &e)
		events++
		for i, rule := range rules {
			if !rule.Applies(re.log) {
				if got[i] {
					t.Errorf("%s hits on %s", rule.Meta.Source, k)
				}
				continue
			}
			pairs++
			want := refMatch(t, plain[i], re, known)
			if want {
				hits++
			}
			if got[i] != want {
				t.Errorf("%s on %s: got %v, want %v, event %v", rule.Meta.Source, k, got[i], want, re.fields)
			}
			if x := set.Explain(i, &e); want != x.Hit {
				t.Errorf("%s on %s: explained as %v", rule.Meta.Source, k, x.Hit)
			}
		}
	}
	if hits == 0 {
		t.Error("no rule hits")
	}
	t.Logf("%d events, %d pairs of rule and event, %d hits", events, pairs, hits)
}

// TestWritten holds that engine and reference agree on events that are made
// from the rules' own values, so that nearly every rule of SigmaHQ hits.
func TestWritten(t *testing.T) {
	srcs := sigmaHQ(t)
	rules, errs := Load(srcs)
	if len(errs) > 0 || len(rules) != len(srcs) {
		t.Fatal(errs)
	}
	s := footfall.NewSchema(true)
	set, err := Compile(rules, s, Options{Placeholders: known})
	if err != nil {
		t.Fatal(err)
	}
	m := set.New()
	r := rand.New(rand.NewPCG(3, 9))
	rounds := 4
	if testing.Short() {
		rounds = 1
	}
	hit, pairs := map[int]bool{}, 0
	for i, rule := range rules {
		plain := refParse(t, srcs[i].Data)
		for range rounds {
			e := written(r, s, rule, set.bound[i].selections)
			got := map[int]bool{}
			m.Match(&e, func(n int) { got[n] = true })
			re := refFrom(s, &e)
			pairs++
			if want := refMatch(t, plain, re, known); got[i] != want {
				t.Errorf("%s: got %v, want %v, event %q", rule.Meta.Source, got[i], want, re.fields)
			}
			for n := range got {
				hit[n] = true
				if n != i && r.IntN(4) == 0 && !refMatch(t, refParse(t, srcs[n].Data), re, known) {
					t.Errorf("%s hits and should not, event %q", rules[n].Meta.Source, re.fields)
				}
			}
		}
	}
	t.Logf("%d events, %d of %d rules hit", pairs, len(hit), len(rules))
	if len(hit) < len(rules)*8/10 {
		t.Errorf("only %d of %d rules hit", len(hit), len(rules))
	}
}

// written makes an event with the values that a rule looks for; of what it
// excludes only now and then.
func written(r *rand.Rand, s *footfall.Schema, rule *Rule, selections []*expr) footfall.Event {
	l := footfall.Log{Product: rule.Logsource.Product}
	if x := rule.Logsource.Service; x != "" {
		l.Services = []string{x}
	}
	if x := rule.Logsource.Category; x != "" {
		l.Categories = []string{x}
	}
	e := footfall.Event{Log: s.AddLog(l)}
	values := map[string]string{}
	var names []string
	var walk func(x *expr)
	walk = func(x *expr) {
		kids := x.kids
		if x.op == opOr && len(kids) > 0 {
			n := r.IntN(len(kids))
			kids = kids[n : n+1]
		}
		for _, k := range kids {
			walk(k)
		}
		if x.item == nil || len(x.item.values) == 0 {
			return
		}
		field := x.item.field
		if field == "" {
			field = "Text"
		}
		if _, ok := values[field]; !ok {
			names = append(names, field)
		}
		list := x.item.values
		if !x.item.all {
			n := r.IntN(len(list))
			list = list[n : n+1]
		}
		for _, ts := range list {
			values[field] = instance(r, ts[r.IntN(len(ts))], values[field])
		}
	}
	for i, x := range selections {
		name := strings.ToLower(rule.selections[i].name)
		likely := 9
		if strings.Contains(name, "filter") || strings.Contains(name, "false") || strings.Contains(name, "exclu") {
			likely = 1
		}
		if r.IntN(10) < likely {
			walk(x)
		}
	}
	for _, n := range names {
		if values[n] != "\x00" {
			e.Fields = append(e.Fields, footfall.Field{ID: s.Field(n), Val: values[n]})
		}
	}
	return e
}

// instance returns a value that fits a test, beside the value so far when
// that can be.
func instance(r *rand.Rand, t test, have string) string {
	var b strings.Builder
	switch t.kind {
	case testText:
		for _, p := range t.text {
			switch {
			case p.wild == '?':
				b.WriteByte('q')
			case p.wild == '*':
				b.WriteString([]string{"", " ", "x y", "\\"}[r.IntN(4)])
			case r.IntN(2) == 0 && !t.cased:
				b.WriteString(strings.ToUpper(p.lit))
			default:
				b.WriteString(p.lit)
			}
		}
	case testRegexp:
		b.WriteString(strings.Join(required(t.re.String()), " "))
	case testCIDR:
		b.WriteString(t.net.Addr().String())
	case testNumber:
		fmt.Fprint(&b, t.num+float64(r.IntN(3)-1))
	case testNull:
		return "\x00"
	}
	kind, _ := t.text.shape()
	switch {
	case have == "" || have == "\x00" || t.kind != testText || kind == shapeEqual:
		return b.String()
	case kind == shapePrefix:
		return b.String() + have
	}
	return have + b.String()
}
