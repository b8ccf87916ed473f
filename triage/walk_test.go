package triage

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/footfall/footfall"
)

// TestWalks holds that a path of weeks is a case by itself, and takes in only
// what is about one of its hops.
func TestWalks(t *testing.T) {
	begin := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC).UnixNano()
	at := func(hours float64) int64 { return begin + int64(hours*float64(time.Hour)) }
	rule := &footfall.Rule{ID: "x"}
	hop := func(id uint64, hours float64, from, to, account string) footfall.Hop {
		return footfall.Hop{ID: id, Time: at(hours), From: from, To: to, Account: account, Service: footfall.ServiceSSH, Outcome: footfall.Success}
	}
	path := func(id string, hops ...footfall.Hop) *footfall.Finding {
		f := &footfall.Finding{ID: id, Rule: rule, Level: footfall.LevelHigh, Weight: 4, First: hops[0].Time, Last: hops[len(hops)-1].Time, Path: hops}
		for _, h := range hops {
			f.About(footfall.RoleActor, "account", h.Account)
			f.About(footfall.RoleSource, "host", h.From)
			f.About(footfall.RoleDestination, "host", h.To)
		}
		return f
	}
	about := func(id string, hours float64, level footfall.Level, host, account string) *footfall.Finding {
		f := &footfall.Finding{ID: id, Rule: rule, Level: level, Weight: 2, First: at(hours), Last: at(hours)}
		f.About(footfall.RoleActor, "account", account)
		f.About(footfall.RoleDestination, "host", host)
		return f
	}
	findings := []*footfall.Finding{
		path("walk-1", hop(1, 0, "lap1", "web1", "alice"), hop(2, 200, "web1", "db1", "carol")),
		path("walk-2", hop(3, 1, "lap2", "web1", "bob"), hop(4, 201, "web1", "db1", "dave")),
		path("walk-2-goes-on", hop(4, 201, "web1", "db1", "dave"), hop(5, 260, "db1", "db2", "dave")),
		about("on-the-way", 200.5, footfall.LevelHigh, "db1", "carol"),
		about("weak-on-the-way", 0.2, footfall.LevelLow, "web1", "alice"),
		about("between", 100, footfall.LevelHigh, "db1", "carol"),
		about("other", 100, footfall.LevelMedium, "web1", "erin"),
		about("weak-later", 90, footfall.LevelLow, "web1", "alice"),
	}
	want := []string{"[between]", "[other]", "[walk-1 weak-on-the-way on-the-way]", "[walk-2 walk-2-goes-on]"}
	for range 5 {
		var got []string
		for _, c := range Build(findings, nil, Options{}) {
			var ids []string
			for _, f := range c.Findings {
				ids = append(ids, f.ID)
			}
			got = append(got, fmt.Sprint(ids))
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Fatalf("got cases %v, want %v", got, want)
		}
		findings = append(findings[1:], findings[0])
	}
}
