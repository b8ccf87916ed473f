package flow

import "testing"

func TestBeat(t *testing.T) {
	f := func(times []int64, want bool) {
		t.Helper()
		var b Beat
		for _, x := range times {
			b.Add(x * 1e9)
		}
		if got := b.Steady(); got != want {
			t.Errorf("%v: got %v, want %v", times, got, want)
		}
	}
	f([]int64{1000, 1300, 1600, 1900, 2200}, true)
	f([]int64{1000, 1001, 1300, 1302, 1600, 1900, 2190}, true) // each of several flows
	f([]int64{1000, 1300, 1600, 1900}, false)                  // too few
	f([]int64{1000, 87400, 173800, 260200, 346600}, false)     // daily
	f([]int64{1000, 1010, 1700, 1800, 2900, 2910}, false)
}
