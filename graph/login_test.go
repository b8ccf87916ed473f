package graph

import (
	"testing"

	"github.com/footfall/footfall"
)

// A world is what a Reader looks names up in.
type world struct {
	n      *footfall.Names
	whose  map[string]string
	owner  map[string]string
	kind   map[string]footfall.HostKind
	inner  map[string]string
	shared map[string]bool
}

func newWorld() *world {
	return &world{
		n:      footfall.NewNames(),
		whose:  map[string]string{`corp\alice`: "Alice", `corp\adm-alice`: "Alice", "alice": "Alice", `corp\bob`: "Bob"},
		owner:  map[string]string{"nb1": `corp\alice`},
		kind:   map[string]footfall.HostKind{"nb1": footfall.HostWorkstation, "srv1": footfall.HostServer},
		inner:  map[string]string{"10.8.0.4": `corp\bob`},
		shared: map[string]bool{"10.9.0.1": true},
	}
}

func (w *world) reader() *Reader {
	find := func(m map[string]string) func(footfall.Name) footfall.Name {
		return func(n footfall.Name) footfall.Name { return w.n.Intern(m[w.n.String(n)]) }
	}
	return NewReader(&footfall.Env{
		Names: w.n, Context: &footfall.Context{Services: map[string]bool{`corp\sync`: true}},
		Person: find(w.whose), Owner: find(w.owner), UserAt: find(w.inner),
		Shared:   func(n footfall.Name) bool { return w.shared[w.n.String(n)] },
		HostKind: func(n footfall.Name) footfall.HostKind { return w.kind[w.n.String(n)] },
	})
}

// read reads a step whose names are given as texts: source host and address,
// destination, account and target.
func (w *world) read(s footfall.Step, srcHost, srcAddr, dst, account, target string) (Login, bool) {
	s.SrcHost, s.SrcAddr, s.DstHost = w.n.Intern(srcHost), w.n.Intern(srcAddr), w.n.Intern(dst)
	s.Account, s.Target = w.n.Intern(account), w.n.Intern(target)
	if s.Time == 0 {
		s.Time = 1.7e18
	}
	return w.reader().Read(&s, nil)
}

func TestRead(t *testing.T) {
	w := newWorld()
	ssh := footfall.Step{Kind: footfall.KindLogon, Service: footfall.ServiceSSH, Outcome: footfall.Success, Flags: footfall.FlagRemote}
	fail := ssh
	fail.Outcome = footfall.Failure
	desk := footfall.Step{Kind: footfall.KindLogon, Service: footfall.ServiceLocal, Outcome: footfall.Success, LogonType: 2}
	unlock := desk
	unlock.LogonType = 7
	covered := ssh
	covered.Flags |= footfall.FlagObserved | footfall.FlagCovered
	machine := ssh
	machine.Service, machine.Flags = footfall.ServiceNetwork, machine.Flags|footfall.FlagMachine
	boot := desk
	boot.Flags |= footfall.FlagSystem
	explicit := footfall.Step{Kind: footfall.KindExplicit, Outcome: footfall.Success, Event: 4648}
	outward := explicit
	outward.Flags |= footfall.FlagOutward
	ticket := footfall.Step{Kind: footfall.KindTicket, Service: footfall.ServiceKerberos, Outcome: footfall.Success, Event: 4769, Flags: footfall.FlagObserved | footfall.FlagRemote}
	told := ticket
	told.Flags |= footfall.FlagCovered
	vpn := footfall.Step{Kind: footfall.KindLogon, Service: footfall.ServiceVPN, Outcome: footfall.Success, Flags: footfall.FlagRemote | footfall.FlagPublic}
	rule := ssh
	rule.Rule = 7
	start := footfall.Step{Kind: footfall.KindStart, Event: 12}
	daemon := footfall.Step{Kind: footfall.KindStart, Service: footfall.ServiceSSH}
	for _, c := range []struct {
		name                                  string
		step                                  footfall.Step
		srcHost, srcAddr, dst, account, other string
		what                                  What
		src, at, who, person, to              string
		owner                                 string
		flags                                 Flags
	}{
		{"ssh", ssh, "nb1", "10.0.0.1", "srv1", "alice", "", Arrive, "nb1", "srv1", "alice", "Alice", "", "Alice", 0},
		{"no host is known", ssh, "", "10.0.0.9", "srv1", "alice", "", Arrive, "10.0.0.9", "srv1", "alice", "Alice", "", "", 0},
		{"it failed", fail, "nb1", "10.0.0.1", "srv1", "root", "", Fail, "nb1", "srv1", "root", "root", "", "Alice", FlagNobodys},
		{"no account", ssh, "nb1", "10.0.0.1", "srv1", "", "", Nothing, "", "", "", "", "", "", 0},
		{"at the desk", desk, "", "", "nb1", `corp\alice`, "", Arrive, "", "nb1", `corp\alice`, "Alice", "", "", 0},
		{"unlocked", unlock, "", "", "nb1", `corp\alice`, "", Arrive, "", "nb1", `corp\alice`, "Alice", "", "", FlagAgain},
		{"said twice", covered, "nb1", "10.0.0.1", "srv1", "alice", "", Nothing, "", "", "", "", "", "", 0},
		{"a computer", machine, "srv2", "10.0.0.2", "srv1", `corp\srv2$`, "", Arrive, "srv2", "srv1", `corp\srv2$`, `corp\srv2$`, "", "", FlagMachine},
		{"a computer without logs", ssh, "srv2.corp.example", "", "srv1", `corp\srv2$`, "", Arrive, "srv2.corp.example", "srv1", `corp\srv2$`, `corp\srv2$`, "", "", FlagMachine | FlagNobodys},
		{"one that is named like a computer", ssh, "srv2", "", "srv1", `corp\evil$`, "", Arrive, "srv2", "srv1", `corp\evil$`, "evil$", "", "", FlagService | FlagNobodys},
		{"a service of the host", boot, "", "", "srv1", "system", "", Nothing, "", "", "", "", "", "", 0},
		{"a program", ssh, "srv2", "", "srv1", `corp\sync`, "", Arrive, "srv2", "srv1", `corp\sync`, "sync", "", "", FlagService | FlagNobodys},
		{"an account of the host", ssh, "srv2", "", "srv1", `srv1\administrator`, "", Arrive, "srv2", "srv1", `srv1\administrator`, `srv1\administrator`, "", "", FlagTheirs | FlagNobodys},
		{"behind a VPN", ssh, "", "10.8.0.4", "srv1", "alice", "", Arrive, "10.8.0.4", "srv1", "alice", "Alice", "", "Bob", FlagInner},
		{"behind NAT", ssh, "", "10.9.0.1", "srv1", "alice", "", Arrive, "10.9.0.1", "srv1", "alice", "Alice", "", "", FlagShared},
		{"an entry", vpn, "", "198.51.100.9", "vpn1", "alice", "", Arrive, "198.51.100.9", "vpn1", "alice", "Alice", "", "", FlagPublic},
		{"run as", explicit, "", "", "nb1", `corp\alice`, `corp\bob`, Change, "", "nb1", `corp\bob`, "Bob", "", "", 0},
		{"for a server", outward, "nb1", "", "srv1", `corp\alice`, `corp\bob`, Change, "", "nb1", `corp\bob`, "Bob", "srv1", "", FlagOutward},
		{"a ticket for a host without logs", ticket, "nb1", "10.0.0.1", "srv9", `corp\alice`, "", Arrive, "nb1", "srv9", `corp\alice`, "Alice", "", "Alice", FlagObserved},
		{"a ticket for one with logs", told, "nb1", "10.0.0.1", "srv1", `corp\alice`, "", Nothing, "", "", "", "", "", "", 0},
		{"a ticket for the host itself", ticket, "nb1", "10.0.0.1", "nb1", `corp\alice`, "", Arrive, "", "nb1", `corp\alice`, "Alice", "", "", FlagObserved},
		{"a rule's hit", rule, "nb1", "10.0.0.1", "srv1", "alice", "", Nothing, "", "", "", "", "", "", 0},
		{"the host began anew", start, "", "", "srv1", "", "", Leave, "", "srv1", "", "", "", "", 0},
		{"its sshd did", daemon, "", "", "srv1", "", "", Nothing, "", "", "", "", "", "", 0},
	} {
		l, ok := w.read(c.step, c.srcHost, c.srcAddr, c.dst, c.account, c.other)
		if ok != (c.what != Nothing) {
			t.Errorf("%s: %v", c.name, ok)
			continue
		}
		if !ok {
			continue
		}
		got := [...]string{w.n.String(l.Src), w.n.String(l.Dst), w.n.String(l.Account), w.n.String(l.Person), w.n.String(l.To), w.n.String(l.Owner)}
		if want := [...]string{c.src, c.at, c.who, c.person, c.to, c.owner}; got != want || l.What != c.what || l.Flags != c.flags {
			t.Errorf("%s: %d %q flags %x, want %d %q flags %x", c.name, l.What, got, l.Flags, c.what, want, c.flags)
		}
	}
}

// TestReadSession holds what a session adds to the record that opened it.
func TestReadSession(t *testing.T) {
	w := newWorld()
	entry := &footfall.Session{ID: w.n.Intern("vpn1|4")}
	s := footfall.Step{
		Kind: footfall.KindLogon, Outcome: footfall.Success, Service: footfall.ServiceSSH, DstHost: w.n.Intern("srv1"), SrcAddr: w.n.Intern("10.8.0.4"),
		Flags: footfall.FlagRemote, Session: w.n.Intern("srv1|9"), Time: 1.7e18,
	}
	l, ok := w.reader().Read(&s, &footfall.Session{ID: s.Session, Account: w.n.Intern("alice"), Flags: footfall.FlagElevated, Parent: entry})
	if !ok || l.Account != w.n.Intern("alice") || l.Flags&FlagElevated == 0 || l.Parent != entry.ID || l.Session != s.Session {
		t.Errorf("%+v %v", l, ok)
	}
}
