package triage

import (
	"testing"
	"time"

	"github.com/footfall/footfall"
)

// TestMergedHops holds that hops keep what they went on from when other
// findings tell of the same logons, and that two logons stay two.
func TestMergedHops(t *testing.T) {
	at := func(s int64) int64 { return s * int64(time.Second) }
	plain := footfall.Hop{Time: at(100), From: "jump1", To: "fs01", Account: "svc", Service: footfall.ServiceSMB, Outcome: footfall.Success}
	in := plain
	in.Time, in.ID, in.After, in.Sure, in.Of, in.Else = at(101), 7, 3, 0.6, 2, []footfall.Hand{{Person: "ben", Sure: 0.4}}
	again := plain
	again.Time, again.ID, again.After, again.Shown, again.Sure, again.Of = at(5000), 9, 7, true, 1, 1
	onward := footfall.Hop{Time: at(6000), From: "fs01", To: "dc01", Account: "svc", Service: footfall.ServiceSMB, Outcome: footfall.Success, ID: 11, After: 9, Shown: true}
	got := mergePath([]footfall.Hop{plain, onward, again, in})
	if len(got) != 3 {
		t.Fatalf("%d hops, want 3: %+v", len(got), got)
	}
	for i, want := range []footfall.Hop{in, again, onward} {
		if g := got[i]; g.ID != want.ID || g.After != want.After || g.Sure != want.Sure || g.Of != want.Of || len(g.Else) != len(want.Else) {
			t.Errorf("hop %d: got %+v, want %+v", i, g, want)
		}
	}
	later := plain
	later.Time = at(9000)
	if got := mergePath([]footfall.Hop{plain, later}); len(got) != 1 || got[0].Time != plain.Time {
		t.Errorf("equal hops without ids: got %+v", got)
	}
}
