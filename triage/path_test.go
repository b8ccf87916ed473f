package triage_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/triage"
)

// TestPathBefore puts the hops of a fact in front of a case's own. The finding's
// first hop is one of the fact's, so it is there once, with what it came out of.
func TestPathBefore(t *testing.T) {
	const minute = int64(60e9)
	hop := func(at int64, id, after uint64, from, to, who string, s footfall.Service) footfall.Hop {
		return footfall.Hop{Time: at, ID: id, After: after, From: from, To: to, Account: who, Service: s, Outcome: footfall.Success}
	}
	f := &footfall.Finding{
		ID: "f", Rule: &footfall.Rule{ID: "fanout", Title: "Many hosts"}, Level: footfall.LevelHigh, First: 30 * minute, Last: 40 * minute, Count: 2,
		Attack: []string{"T1021.001"}, Entities: []footfall.Entity{{Role: footfall.RoleDestination, Kind: "host", Name: "db1"}, {Role: footfall.RoleActor, Kind: "account", Name: "adm"}},
		Path: []footfall.Hop{
			hop(30*minute, 0, 0, "jump", "app1", "adm", footfall.ServiceRDP),
			hop(40*minute, 5, 3, "app1", "db1", "adm", footfall.ServiceSSH),
		},
	}
	last := hop(30*minute-1e9, 3, 2, "jump", "app1", "adm", footfall.ServiceRDP)
	last.Sure, last.Of, last.Else = 0.8, 2, []footfall.Hand{{Account: "adm", Person: "bob", From: "ws7", Sure: 0.2}}
	facts := []*footfall.Fact{
		{Kind: "path-before", Finding: "f", Time: f.First, Verdict: footfall.Yes, Path: []footfall.Hop{
			hop(10*minute, 1, 0, "203.0.113.5", "vpn1", "ann", footfall.ServiceVPN),
			hop(20*minute, 2, 1, "lap1", "jump", "ann", footfall.ServiceRDP),
			last,
		}},
		{Kind: "movement-after", Finding: "f", Time: f.Last, Verdict: footfall.Yes, Path: []footfall.Hop{
			hop(50*minute, 9, 0, "db1", "db2", "adm", footfall.ServiceSSH),
		}},
	}
	cases := triage.Build([]*footfall.Finding{f}, facts, triage.Options{})
	if len(cases) != 1 {
		t.Fatalf("%d cases, want 1", len(cases))
	}
	var got []string
	for _, h := range cases[0].Path {
		got = append(got, fmt.Sprintf("%d>%d %s %s %s %s %.1f of %d else %d", h.After, h.ID, h.From, h.To, h.Account, h.Service, h.Sure, h.Of, len(h.Else)))
	}
	want := []string{
		"0>1 203.0.113.5 vpn1 ann vpn 0.0 of 0 else 0",
		"1>2 lap1 jump ann rdp 0.0 of 0 else 0",
		"2>3 jump app1 adm rdp 0.8 of 2 else 1",
		"3>5 app1 db1 adm ssh 0.0 of 0 else 0",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
