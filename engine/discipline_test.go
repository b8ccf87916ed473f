package engine

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/footfall/footfall"
)

func TestSuppress(t *testing.T) {
	rule := &footfall.Rule{ID: "guess"}
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC).UnixNano()
	find := func(addr string) *footfall.Finding {
		f := &footfall.Finding{Rule: rule, Level: footfall.LevelHigh, First: at, Last: at, Innocent: "Tested."}
		f.About(footfall.RoleSource, "address", addr)
		f.About(footfall.RoleDestination, "host", "web1")
		return f
	}
	c, err := ReadContext("c.yaml", []byte("suppress:\n  - rule: guess\n    host: web1\n    source: 192.0.2.0/24\n    until: 2026-03-31\n    reason: the scanner of March\n"))
	if err != nil {
		t.Fatal(err)
	}
	known, other := find("192.0.2.9"), find("203.0.113.9")
	notes := suppress([]*footfall.Finding{known, other}, c.Suppressed)
	if known.Level != footfall.LevelInformational || !strings.HasPrefix(known.Innocent, "It was high and is suppressed until 2026-03-31: the scanner of March.") {
		t.Errorf("got %v, %q", known.Level, known.Innocent)
	}
	if other.Level != footfall.LevelHigh {
		t.Errorf("another source: got %v", other.Level)
	}
	if len(notes) != 1 || notes[0] != "1 finding of guess suppressed until 2026-03-31: the scanner of March" {
		t.Errorf("got notes %q", notes)
	}
	late := find("192.0.2.9")
	late.Last = time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC).UnixNano()
	if suppress([]*footfall.Finding{late}, c.Suppressed); late.Level != footfall.LevelHigh {
		t.Error("a suppression acts after its end")
	}
	for _, bad := range []string{"suppress: [{rule: x, until: 2026-01-01}]", "suppress: [{rule: x, reason: y}]", "suppress: [{rule: x, reason: y, until: soon}]", "abuse: [{from: 2026-01-01}]", "abuse: [{account: x, from: soon}]"} {
		if _, err := ReadContext("c.yaml", []byte(bad)); err == nil {
			t.Errorf("%s is read without an error", bad)
		}
	}
}

func TestBudget(t *testing.T) {
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC).UnixNano()
	var list []*footfall.Finding
	for i := range 7 {
		list = append(list, &footfall.Finding{ID: fmt.Sprint(i), Level: footfall.LevelHigh, Weight: float64(4 + i%3), First: at + int64(i)})
	}
	notes := ration(list, footfall.LevelHigh, 4, "budget.high")
	high := ""
	for _, f := range list {
		if f.Level == footfall.LevelHigh {
			high += f.ID
		}
	}
	if high != "1245" || len(notes) != 1 {
		t.Errorf("%q keep their level, want the four heaviest, 1 2 4 5 (%v)", high, notes)
	}
	if notes := ration(list, footfall.LevelHigh, 4, "budget.high"); len(notes) != 0 {
		t.Errorf("within the budget: %v", notes)
	}
}
