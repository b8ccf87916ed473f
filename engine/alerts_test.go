package engine

import (
	"math"
	"testing"
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
		if math.Abs(a.All-want[0])+math.Abs(a.Switch-want[1])+math.Abs(a.Own-want[2]) > 1e-9 {
			t.Errorf("%s: got %+v, want %v", text, *a, want)
		}
		if sw, own := c.PathBudget(); sw != a.Switch || own != a.Own {
			t.Errorf("%s: budget of paths is %v and %v", text, sw, own)
		}
	}
	for _, bad := range []string{"5", "0/day", "-1/day", "5/week", "NaN/day", "Inf/day", "1e9/day", "5/day + x", "five a day"} {
		if _, err := ReadContext("x", []byte("version: 1\nalerts: "+bad+"\n")); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}
