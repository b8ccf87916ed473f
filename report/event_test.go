package report

import (
	"encoding/json"
	"net/netip"
	"testing"

	"github.com/footfall/footfall"
)

// madeEvents renders an event of every kind, plain and full of nasty text.
func madeEvents() (out [][]byte) {
	s := footfall.NewSchema(true)
	for k := range footfall.KindEntry + 1 {
		e := footfall.Event{Kind: k, Time: at("02:16:40")}
		out = append(out, Event(nil, &e, s, "auth.log"))
		for _, n := range nasty {
			e := footfall.Event{
				Kind: k, Time: at("02:16:40"), Outcome: footfall.Outcome(k % 3), Service: footfall.ServiceSSH, Reason: footfall.ReasonBadPassword,
				MFA: footfall.MFAAbsent, LogonType: uint8(k), Computer: n, Channel: n, Provider: n, Program: n, Message: n, Session: n, Object: n,
				Image: `C:\x\` + n, ParentImg: n, Command: n, Client: n, MAC: n, Tenant: n, Country: n, Assigned: netip.MustParseAddr("2001:db8::7"), Returned: 1, EventID: 4624, Record: 9, Bytes: 1, Duration: 1e9, PID: 7,
				From: footfall.Endpoint{Addr: netip.MustParseAddr("203.0.113.50"), Host: n, Port: 50001, Zone: n}, To: footfall.Endpoint{Host: n},
				User: footfall.Account{Name: n, Domain: n, SID: n}, Target: footfall.Account{Name: n},
				Fields: []footfall.Field{{Val: n, ID: s.Field("A")}, {Val: n, ID: s.Field("A")}, {Val: n, ID: s.Field("A")}, {Val: n, ID: s.Field(n)}},
			}
			out = append(out, Event(nil, &e, s, n))
		}
	}
	return out
}

func TestEvents(t *testing.T) {
	for _, line := range madeEvents() {
		jsonLines(t, "event", line, 1)
	}
	s := footfall.NewSchema(true)
	e := footfall.Event{
		Kind: footfall.KindLogon, Time: at("02:16:40"), Outcome: footfall.Failure, Reason: footfall.ReasonBadPassword, Service: footfall.ServiceSSH,
		Computer: "jump1", From: footfall.Endpoint{Addr: netip.MustParseAddr("203.0.113.50"), Port: 50001}, User: footfall.Account{Name: "dev"},
	}
	var o struct {
		ClassUID int    `json:"class_uid"`
		TypeUID  int    `json:"type_uid"`
		StatusID int    `json:"status_id"`
		Detail   string `json:"status_detail"`
		Src      struct {
			IP   string
			Port int
		} `json:"src_endpoint"`
		Dst  struct{ Hostname string } `json:"dst_endpoint"`
		User struct{ Name string }
	}
	line := Event([]byte("x"), &e, s, "auth.log")
	if line[0] != 'x' {
		t.Error("the event is not appended")
	}
	if err := json.Unmarshal(line[1:], &o); err != nil {
		t.Fatal(err)
	}
	if o.ClassUID != 3002 || o.TypeUID != 300201 || o.StatusID != 2 || o.Detail != "bad-password" || o.Src.IP != "203.0.113.50" ||
		o.Src.Port != 50001 || o.Dst.Hostname != "jump1" || o.User.Name != "dev" {
		t.Errorf("got %+v", o)
	}
}
