package identify

import (
	"fmt"
	"net/netip"
	"testing"

	"github.com/footfall/footfall"
)

type desk struct {
	t *testing.T
	n *footfall.Names
	d *Directory
}

func newDesk(t *testing.T, c *footfall.Context) desk {
	n := footfall.NewNames()
	return desk{t, n, New(n, c)}
}

// see observes a step and returns it.
func (k desk) see(at int64, kind footfall.Kind, srcHost, srcAddr, dstHost, dstAddr string, change ...func(*footfall.Step)) footfall.Step {
	s := footfall.Step{
		Time: at, Kind: kind, Outcome: footfall.Success, SrcHost: k.n.Intern(srcHost), SrcAddr: k.n.Intern(srcAddr),
		DstHost: k.n.Intern(dstHost), DstAddr: k.n.Intern(dstAddr),
	}
	for _, f := range change {
		f(&s)
	}
	k.d.Observe(&s)
	return s
}

func (k desk) host(addr, want string) {
	k.t.Helper()
	if got := k.n.String(k.d.HostAt(k.n.Intern(addr))); got != want {
		k.t.Errorf("%s: got host %q, want %q", addr, got, want)
	}
}

func TestHostOfAddress(t *testing.T) {
	k := newDesk(t, nil)
	k.see(0, footfall.KindLogon, "ws7", "10.0.0.7", "srv1", "")
	k.host("10.0.0.7", "ws7")
	if s := k.see(1, footfall.KindShare, "", "10.0.0.7", "srv1", ""); k.n.String(s.SrcHost) != "ws7" {
		t.Errorf("got source host %q, want ws7", k.n.String(s.SrcHost))
	}
	// A failed logon claims any name: it teaches nothing.
	k.see(2, footfall.KindLogon, "kali", "10.0.0.8", "srv1", "", func(s *footfall.Step) { s.Outcome = footfall.Failure })
	k.host("10.0.0.8", "")
	// What a host's own log says beats what a client claims of itself.
	k.see(3, footfall.KindConnection, "x", "10.0.0.1", "srv1", "10.0.0.20")
	k.see(4, footfall.KindLogon, "liar", "10.0.0.20", "srv2", "")
	k.host("10.0.0.20", "srv1")
	// A lease gives the address to another host.
	k.see(5, footfall.KindLease, "ws9", "10.0.0.7", "dhcp1", "")
	k.host("10.0.0.7", "ws9")
	// An address behind which many hosts stand names none.
	for i, h := range []string{"a", "b", "c", "d", "e"} {
		k.see(int64(10+i), footfall.KindLogon, h, "10.0.0.99", "srv1", "")
	}
	k.host("10.0.0.99", "")
}

func TestWorkstationIsTarget(t *testing.T) {
	k := newDesk(t, nil)
	s := k.see(0, footfall.KindLogon, "ts1", "10.0.0.5", "ts1", "", func(s *footfall.Step) { s.LogonType = 10 })
	if s.SrcHost != 0 || s.Flags&footfall.FlagRemote == 0 {
		t.Errorf("got source host %q and flags %b: the target's own name as the client's says nothing", k.n.String(s.SrcHost), s.Flags)
	}
	k.host("10.0.0.5", "")
}

func TestFlags(t *testing.T) {
	k := newDesk(t, &footfall.Context{Networks: []footfall.Network{
		{Name: "branch", Prefix: netip.MustParsePrefix("203.0.113.0/28"), Trust: "internal"},
		{Name: "egress", Prefix: netip.MustParsePrefix("198.51.100.8/32"), Trust: "external", Shared: true},
	}})
	k.see(0, footfall.KindConnection, "x", "10.0.0.1", "srv1", "10.0.0.20")
	f := func(addr string, want footfall.Flags) {
		t.Helper()
		s := k.see(hour, footfall.KindLogon, "", addr, "srv1", "")
		got := s.Flags & (footfall.FlagPublic | footfall.FlagLoopback | footfall.FlagRemote)
		if got != want {
			t.Errorf("%s: got flags %b, want %b", addr, got, want)
		}
	}
	f("10.0.0.9", footfall.FlagRemote)
	f("8.8.4.4", footfall.FlagRemote|footfall.FlagPublic)
	f("203.0.113.5", footfall.FlagRemote)
	f("198.51.100.8", footfall.FlagRemote|footfall.FlagPublic)
	f("100.64.3.4", footfall.FlagRemote)
	f("fe80::1", footfall.FlagRemote)
	f("127.0.0.1", footfall.FlagLoopback)
	f("::1", footfall.FlagLoopback)
	f("10.0.0.20", footfall.FlagLoopback)
	f("0.0.0.0", 0)
	f("", 0)
}

func TestMachine(t *testing.T) {
	k := newDesk(t, nil)
	f := func(account string, want bool) {
		t.Helper()
		if got := k.d.Machine(k.n.Intern(account)); got != want {
			t.Errorf("%s: got machine %v, want %v", account, got, want)
		}
	}
	f(`corp\srv1$`, false)
	k.see(0, footfall.KindLogon, "", "10.0.0.9", "srv1", "")
	f(`corp\srv1$`, true)
	f(`corp\srv1`, false)
	f(`corp\helper$`, false)
	f(`$`, false)
	k.see(1, footfall.KindProcess, "", "", "pc5", "", func(s *footfall.Step) {
		s.Account, s.SID, s.Flags = k.n.Intern(`corp\pc5-long-name$`), k.n.Intern("S-1-5-18"), footfall.FlagSystem
	})
	f(`corp\pc5-long-name$`, true)
	// The null SID of a failed logon is nobody's: it must not make a user a
	// system account.
	s := k.see(2, footfall.KindLogon, "", "10.0.0.9", "srv1", "", func(s *footfall.Step) {
		s.Account, s.SID, s.Flags, s.Outcome = k.n.Intern(`corp\bob`), k.n.Intern("S-1-0-0"), footfall.FlagSystem, footfall.Failure
	})
	if s.Flags&footfall.FlagSystem != 0 {
		t.Error("the null SID counts as the system's")
	}
	f(`corp\bob`, false)
}

func TestAddressAsName(t *testing.T) {
	k := newDesk(t, nil)
	s := k.see(0, footfall.KindLogon, "10.0.0.9", "", "web1", "")
	if k.n.String(s.SrcAddr) != "10.0.0.9" || s.SrcHost != 0 {
		t.Errorf("got %q and %q, want the address as one", k.n.String(s.SrcAddr), k.n.String(s.SrcHost))
	}
}

func TestNoAllocs(t *testing.T) {
	k := newDesk(t, nil)
	s := k.see(0, footfall.KindLogon, "ws7", "10.0.0.7", "srv1", "")
	s.Account = k.n.Intern(`corp\srv1$`)
	if n := testing.AllocsPerRun(100, func() { k.d.Observe(&s) }); n > 0 {
		t.Errorf("got %v allocations a step when warm, want 0", n)
	}
}

// BenchmarkObserve is the cost of a step of a company at work.
func BenchmarkObserve(b *testing.B) {
	n := footfall.NewNames()
	var steps []footfall.Step
	extra := footfall.Extra{Source: "srv|Security", Domain: "corp.example"}
	for i := range 20000 {
		user, host, src := fmt.Sprintf(`corp\user%d`, i%500), fmt.Sprintf("srv%d", i*7%200), fmt.Sprintf("10.1.2.%d", i%250)
		s := footfall.Step{Time: int64(i) * 1e8, Kind: footfall.KindLogon, Outcome: footfall.Success, DstHost: n.Intern(host), SrcAddr: n.Intern(src), Account: n.Intern(user), LogonType: 3, Service: footfall.ServiceNetwork, Auth: footfall.AuthKerberos, Extra: n.Intern(string(extra.Append(nil)))}
		steps = append(steps, s)
		s.Kind, s.SrcAddr, s.LogonType = footfall.KindProcess, 0, 0
		steps = append(steps, s, s)
		s.Kind = footfall.KindLogoff
		steps = append(steps, s)
	}
	d := New(n, nil)
	b.ResetTimer()
	for i := 0; b.Loop(); i++ {
		s := steps[i%len(steps)]
		d.Observe(&s)
	}
}
