package sigma

import (
	"fmt"
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
