package engine

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/footfall/footfall"
)

func TestAlerts(t *testing.T) {
	for text, want := range map[string][3]float64{
		"5/day": {5, 5. * 5 / 7, 5. * 2 / 7}, " 7 / day": {7, 5, 2}, "5/day + 2/day": {7, 5, 2}, "0.5/day": {0.5, 2.5 / 7, 1. / 7},
	} {
		c, err := ReadContext("x", []byte("version: 1\nalerts: "+text+"\n"))
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		a := c.Alerts
		if math.Abs(a.All-want[0])+math.Abs(a.Paths-want[1])+math.Abs(a.Own-want[2]) > 1e-9 {
			t.Errorf("%s: got %+v, want %v", text, *a, want)
		}
		if sw, own := c.PathBudget(); sw != a.Paths || own != a.Own {
			t.Errorf("%s: budget of paths is %v and %v", text, sw, own)
		}
	}
	for _, bad := range []string{"5", "0/day", "-1/day", "5/week", "NaN/day", "Inf/day", "1e9/day", "5/day + x", "five a day"} {
		if _, err := ReadContext("x", []byte("version: 1\nalerts: "+bad+"\n")); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

func TestInBudget(t *testing.T) {
	begin := time.Date(2026, 3, 2, 7, 0, 0, 0, time.UTC).UnixNano()
	made := func(id string, day int, level footfall.Level, score int) *footfall.Case {
		at := begin + int64(day)*int64(24*time.Hour)
		return &footfall.Case{
			ID: id, Level: level, Score: score, First: begin,
			Findings: []*footfall.Finding{{Level: footfall.LevelLow, Last: begin}, {Level: level, First: at, Last: at + 60e9}},
		}
	}
	var cases []*footfall.Case
	for day := range 4 {
		for i := range 8 {
			cases = append(cases, made(fmt.Sprintf("%d-%d", day, i), day, footfall.LevelMedium, 50+i))
		}
	}
	cases = append(cases, made("top", 1, footfall.LevelHigh, 10), made("low", 1, footfall.LevelLow, 99))
	for i := range 7 {
		cases = append(cases, made(fmt.Sprintf("crit-%d", i), 3, footfall.LevelCritical, i))
	}
	notes := inBudget(cases, &footfall.Alerts{All: 5}, begin)
	kept := map[int64]int{}
	for _, c := range cases {
		if c.Level >= footfall.LevelMedium {
			kept[dayOf(c.Findings[1].Last)-dayOf(begin)]++
		}
		switch lowered := strings.Contains(c.ScoreText, "The case was medium"); {
		case c.ID == "top" && c.Level != footfall.LevelHigh:
			t.Error("the heaviest was lowered")
		case c.ID == "1-3" && !lowered, c.ID == "1-4" && lowered:
			t.Errorf("%s: lowered %v", c.ID, lowered)
		}
	}
	if want := map[int64]int{0: 5, 1: 5, 2: 5, 3: 7}; fmt.Sprint(kept) != fmt.Sprint(want) {
		t.Errorf("cases at medium by day: got %v, want %v", kept, want)
	}
	if len(notes) != 1 {
		t.Errorf("got notes %q", notes)
	}
	n := 0
	for day := range 10 {
		n += portion(0.3, int64(day))
	}
	if n != 3 {
		t.Errorf("0.3 a day gives %d in ten days", n)
	}
}
