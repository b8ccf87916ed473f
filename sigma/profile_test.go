package sigma

import (
	"testing"

	"github.com/footfall/footfall"
)

// TestProfile holds that a profiled Matcher hits what another hits, counts
// it, and times every eighth evaluation.
func TestProfile(t *testing.T) {
	rules, errs := Load([]Source{{"r", []byte("title: A\nlogsource: {product: x}\ndetection: {sel: {F|contains: abc, G: 1}, condition: sel}\n---\ntitle: B\nlogsource: {product: x}\ndetection: {sel: {F|contains: xyz}, condition: sel}\n---\ntitle: C\nlogsource: {product: x}\ndetection: {sel: {F: abc}, condition: not sel}\n")}})
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	s := footfall.NewSchema(false)
	set, err := Compile(rules, s, Options{})
	if err != nil {
		t.Fatal(err)
	}
	log := s.AddLog(footfall.Log{Product: "x"})
	e := footfall.Event{Log: log, Fields: []footfall.Field{{ID: s.Asked("F"), Val: "1abc2"}, {ID: s.Asked("G"), Val: "1"}}}
	m, clock, hits := set.New(), int64(0), 0
	if m.Costs() != nil {
		t.Error("costs of a Matcher that counts none")
	}
	m.Profile(func() int64 { clock += 5; return clock })
	for range 16 {
		m.Match(&e, func(int) { hits++ })
	}
	got := m.Costs()
	if hits != 32 || got[0] != (Cost{16, 16, 80}) || got[1] != (Cost{}) || got[2] != (Cost{16, 16, 80}) {
		t.Errorf("%d hits, %+v", hits, got)
	}
	got[0].Add(got[2])
	if got[0] != (Cost{32, 32, 160}) {
		t.Errorf("%+v", got[0])
	}
	if n := testing.AllocsPerRun(100, func() { m.Match(&e, func(int) {}) }); n > 0 {
		t.Errorf("%v allocations an event", n)
	}
}
