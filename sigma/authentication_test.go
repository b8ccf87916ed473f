package sigma

import (
	"net/netip"
	"testing"

	"github.com/footfall/footfall"
)

const sharedRules = `
title: Logon from outside
id: 0b1c1b3c-6f2c-4b8e-a0b2-6d3f2f6ed111
logsource:
  category: authentication
detection:
  logon:
    kind: logon
    outcome: success
    service:
      - vpn
      - gateway
  inside:
    src_ip|cidr: '10.0.0.0/8'
  condition: logon and not inside
level: low
---
title: Of one maker
id: 0b1c1b3c-6f2c-4b8e-a0b2-6d3f2f6ed112
logsource:
  product: ecs
  category: authentication
detection:
  any:
    user: kea
  condition: any
level: low
---
title: Group
id: 0b1c1b3c-6f2c-4b8e-a0b2-6d3f2f6ed113
correlation:
  type: event_count
  rules:
    - 0b1c1b3c-6f2c-4b8e-a0b2-6d3f2f6ed111
  group-by:
    - user
    - assigned_ip
  timespan: 1h
  condition:
    gte: 2
level: low
`

// TestAuthentication holds that a rule about the shared log source sees what
// was understood of an event, and nothing that its record calls by the same name.
func TestAuthentication(t *testing.T) {
	list, errs := Load([]Source{{Name: "x.yml", Data: []byte(sharedRules)}})
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	s := footfall.NewSchema(false)
	set, err := Compile(list, s, Options{})
	if err != nil {
		t.Fatal(err)
	}
	ecs := s.AddLog(footfall.Log{Product: "ecs", Categories: []string{"authentication"}})
	m := set.New()
	f := func(e footfall.Event, want string) {
		t.Helper()
		got := ""
		hit := func(r int) { got += string(rune('0' + r)) }
		m.Match(&e, hit)
		if got != want {
			t.Errorf("%+v: hit by %q, want %q", e, got, want)
		}
		for r := range list[:2] {
			if x := set.Explain(r, &e); x.Hit != (want != "" && want[0] == byte('0'+r) || len(want) > 1) {
				t.Errorf("rule %d: Explain says %t", r, x.Hit)
			}
		}
		got = ""
		if n := testing.AllocsPerRun(20, func() { m.Match(&e, func(int) {}) }); n > 0 {
			t.Errorf("%g allocations for an event", n)
		}
	}
	e := footfall.Event{
		Kind: footfall.KindLogon, Outcome: footfall.Success, Service: footfall.ServiceVPN, User: footfall.Account{Name: "kea"},
		From: footfall.Endpoint{Addr: netip.MustParseAddr("203.0.113.5")}, Assigned: netip.MustParseAddr("10.8.0.6"),
		Fields: []footfall.Field{{ID: s.Field("src_ip"), Val: "10.1.1.1"}, {ID: s.Field("user"), Val: "moa"}},
	}
	f(e, "0")
	if vals := footfall.CarriedValues(nil, string(set.Carry(nil, 0, &e))); len(vals) != 2 || vals[0] != "kea" || vals[1] != "10.8.0.6" {
		t.Errorf("carries %q", vals)
	}
	e.Log = ecs
	f(e, "0")
	e.Fields[1].Val = "kea"
	f(e, "01")
	e.From.Addr = netip.MustParseAddr("10.1.1.1")
	f(e, "1")
	e.Log, e.Kind = 0, footfall.KindConnection
	f(e, "")
}
