package session

import (
	"slices"
	"testing"

	"github.com/footfall/footfall"
)

// from sets the log that a step came from.
func (k desk) from(s *footfall.Step, log string) *footfall.Step {
	s.Extra = k.n.Intern(log)
	return s
}

func (k desk) rdp(s *footfall.Step, log string) *footfall.Step {
	s.Service = footfall.ServiceRDP
	return k.from(s, log)
}

// TestTerminalSession: the number of a terminal session and the LogonId are
// two names of one session, in whatever order they are told.
func TestTerminalSession(t *testing.T) {
	k := newDesk(t)
	k.b.Observe(k.rdp(k.step(1, footfall.KindLogon, "srv1|0x5", "bob", "10.0.0.6"), "srv1|Security"))
	lsm := k.rdp(k.step(2, footfall.KindLogon, "srv1|ts:2", "bob", "10.0.0.6"), "srv1|LSM")
	if s := k.b.Observe(lsm); k.n.String(s.ID) != "srv1|0x5" || k.n.String(lsm.Session) != "srv1|0x5" {
		t.Fatalf("got %q and %q, want the LogonId's session", k.n.String(s.ID), k.n.String(lsm.Session))
	}
	s := k.b.Observe(k.rdp(k.step(90, footfall.KindReconnect, "srv1|ts:2", "bob", "10.0.0.66"), "srv1|LSM"))
	if got := k.b.Observe(k.step(91, footfall.KindProcess, "srv1|0x5", "bob", "")); got != s || k.n.String(got.SrcAddr) != "10.0.0.66" {
		t.Errorf("got %+v, want a session that was taken up from 10.0.0.66", got)
	}
	k.b.Observe(k.rdp(k.step(100, footfall.KindLogoff, "srv1|ts:2", "bob", ""), "srv1|LSM"))
	if s.End != 100e9 || s.Inferred {
		t.Errorf("got end %d, want 100 s", s.End)
	}
	// The number is given again.
	if s := k.b.Observe(k.rdp(k.step(200, footfall.KindLogon, "srv1|ts:2", "eve", "10.0.0.7"), "srv1|LSM")); k.n.String(s.Account) != "eve" {
		t.Errorf("got %q, want eve's session", k.n.String(s.Account))
	}
}

// TestReconnectOfNowhere: 4778 without an address rests on the logon that was
// made to take the session up.
func TestReconnectOfNowhere(t *testing.T) {
	k := newDesk(t)
	k.b.Observe(k.rdp(k.step(1, footfall.KindLogon, "srv1|0x5", "bob", "10.0.0.6"), "srv1|Security"))
	k.b.Observe(k.rdp(k.step(500, footfall.KindLogon, "srv1|0x9", "bob", "10.0.0.66"), "srv1|Security"))
	if s := k.b.Observe(k.rdp(k.step(501, footfall.KindReconnect, "srv1|0x5", "bob", ""), "srv1|Security")); k.n.String(s.SrcAddr) != "10.0.0.66" {
		t.Errorf("got %q, want the address of the logon before", k.n.String(s.SrcAddr))
	}
}

// TestConnection: the process of sshd that serves a user is known by the
// client's port.
func TestConnection(t *testing.T) {
	k := newDesk(t)
	in := k.step(1, footfall.KindLogon, "srv1|700", "alice", "10.0.0.6")
	in.SrcPort, in.Service = 51000, footfall.ServiceSSH
	s := k.b.Observe(in)
	out := k.step(60, footfall.KindLogoff, "srv1|702", "alice", "10.0.0.6")
	out.SrcPort, out.Service = 51000, footfall.ServiceSSH
	if got := k.b.Observe(out); got != s || s.End != 60e9 || k.n.String(out.Session) != "srv1|700" {
		t.Errorf("got %+v, want the end of the session of pid 700", got)
	}
}

func TestChildAndAudit(t *testing.T) {
	k := newDesk(t)
	in := k.from(k.step(1, footfall.KindLogon, "srv1|700", "alice", "10.0.0.6"), "srv1|syslog")
	in.Service = footfall.ServiceSSH
	s := k.b.Observe(in)
	child := k.step(2, footfall.KindUnknown, "srv1|702", "", "")
	child.Parent, child.Service = k.n.Intern("srv1|700"), footfall.ServiceSSH
	if got := k.b.Observe(child); got != s {
		t.Errorf("got %+v for sshd's child, want the session of its parent", got)
	}
	audit := k.from(k.step(2, footfall.KindLogon, "srv1|ses9", "alice", "10.0.0.6"), "srv1|auditd")
	audit.Service = footfall.ServiceSSH
	if got := k.b.Observe(audit); got != s {
		t.Errorf("got %+v for auditd's session, want sshd's", got)
	}
	if got := k.b.Observe(k.step(9, footfall.KindProcess, "srv1|ses9", "root", "")); got != s {
		t.Errorf("got %+v, want a process in alice's session", got)
	}
	// Another log of the same kind tells of another session.
	two := k.from(k.step(3, footfall.KindLogon, "srv1|ses10", "alice", "10.0.0.6"), "srv1|auditd")
	two.Service = footfall.ServiceSSH
	if got := k.b.Observe(two); got == s {
		t.Error("a second session of auditd's is taken for the first")
	}
}

// TestSudo: who runs sudo is in his only session on the host; of two none is
// chosen.
func TestSudo(t *testing.T) {
	k := newDesk(t)
	s := k.b.Observe(k.step(1, footfall.KindLogon, "srv1|700", "alice", "10.0.0.6"))
	sudo := k.step(60, footfall.KindPrivilege, "", "alice", "")
	if got := k.b.Observe(sudo); got != s || sudo.Session != s.ID {
		t.Errorf("got %+v, want alice's session", got)
	}
	k.b.Observe(k.step(70, footfall.KindLogon, "srv1|800", "alice", "10.0.0.7"))
	if got := k.b.Observe(k.step(80, footfall.KindPrivilege, "", "alice", "")); got != nil {
		t.Errorf("got %+v, want none of two", got)
	}
}

func TestEndsThatNoRecordTells(t *testing.T) {
	k := newDesk(t)
	s := k.b.Observe(k.step(1, footfall.KindLogon, "srv1|0x5", "bob", "10.0.0.6"))
	boot := k.step(100, footfall.KindStart, "", "", "")
	boot.Event = 12
	k.b.Observe(boot)
	if got := k.b.Observe(k.step(200, footfall.KindProcess, "srv1|0x5", "x", "")); got != nil || s.End != 100e9 || !s.Inferred {
		t.Errorf("got %+v after a start of the host, want none; the session %+v", got, s)
	}
	p := k.b.Observe(k.step(300, footfall.KindLogon, "srv1|700", "bob", "10.0.0.6"))
	if got := k.b.Observe(k.step(300+8*24*3600, footfall.KindShell, "srv1|700", "x", "")); got == p || p.End != 300e9 {
		t.Errorf("got %+v for a pid after eight days", got)
	}
}

// TestInnerAddress: who comes from the inner address of a VPN came in by that,
// while it lasts.
func TestInnerAddress(t *testing.T) {
	for _, lease := range []bool{false, true} {
		k := newDesk(t)
		vpn := k.step(1, footfall.KindLogon, "gw|83", "alice", "203.0.113.9")
		vpn.Service, vpn.DstHost = footfall.ServiceVPN, k.n.Intern("gw")
		if !lease {
			vpn.Object = k.n.Intern("10.8.0.5")
		}
		s := k.b.Observe(vpn)
		if lease {
			l := k.step(2, footfall.KindLease, "gw|83", "alice", "")
			l.Service, l.DstHost, l.Object = footfall.ServiceVPN, vpn.DstHost, k.n.Intern("10.8.0.5")
			k.b.Observe(l)
		}
		hop := k.b.Observe(k.step(60, footfall.KindLogon, "srv1|0x5", "alice", "10.8.0.5"))
		if hop.Parent == nil || hop.Parent != s || k.n.String(s.Inner) != "10.8.0.5" {
			t.Fatalf("lease %v: got %+v, want a session within %+v", lease, hop, s)
		}
		end := k.step(90, footfall.KindLogoff, "gw|83", "alice", "")
		end.DstHost, end.Service = vpn.DstHost, footfall.ServiceVPN
		k.b.Observe(end)
		if hop := k.b.Observe(k.step(120, footfall.KindLogon, "srv1|0x6", "bob", "10.8.0.5")); hop.Parent != nil {
			t.Errorf("got %+v after the end of the VPN", hop.Parent)
		}
	}
}

// TestLinked: the two sessions of an administrator's logon are linked in
// whatever order their records of one time come.
func TestLinked(t *testing.T) {
	for _, reverse := range []bool{false, true} {
		k := newDesk(t)
		full, limited := k.step(1, footfall.KindLogon, "srv1|0x5", "adm", "10.0.0.6"), k.step(1, footfall.KindLogon, "srv1|0x9", "adm", "10.0.0.6")
		limited.Parent = k.n.Intern("srv1|0x5")
		list := []*footfall.Step{full, limited}
		if reverse {
			slices.Reverse(list)
		}
		for _, s := range list {
			k.b.Observe(s)
		}
		if s := k.b.Observe(k.step(2, footfall.KindProcess, "srv1|0x9", "adm", "")); s.Parent == nil || k.n.String(s.Parent.ID) != "srv1|0x5" {
			t.Errorf("reverse %v: got parent %+v", reverse, s.Parent)
		}
	}
}

// TestLeaseFirst: an address given before the entry is told of belongs to it,
// though the lease names no session.
func TestLeaseFirst(t *testing.T) {
	k := newDesk(t)
	for i, kind := range []footfall.Kind{footfall.KindLease, footfall.KindLogon, footfall.KindLogoff} {
		s := k.from(k.step(int64(1+i), kind, "", "alice", "203.0.113.9"), "gw|charon")
		s.Service, s.DstHost = footfall.ServiceVPN, k.n.Intern("gw")
		if kind == footfall.KindLease {
			s.Object = k.n.Intern("10.8.0.5")
		} else {
			s.Session = k.n.Intern("gw|83")
		}
		got := k.b.Observe(s)
		if got == nil || k.n.String(got.Inner) != "10.8.0.5" || got.End != 0 != (kind == footfall.KindLogoff) {
			t.Fatalf("%v: got %+v", kind, got)
		}
	}
}

// TestRoles: the keys of a role come from the keys of who took it, link by link.
func TestRoles(t *testing.T) {
	k := newDesk(t)
	take := func(at int64, by, as, key, made string) *footfall.Session {
		s := k.step(at, footfall.KindExplicit, "cloud|"+made, by, "203.0.113.9")
		s.Service, s.Parent, s.Target = footfall.ServiceCloud, k.n.Intern("cloud|"+key), k.n.Intern(as)
		return k.b.Observe(s)
	}
	take(1, "carol", "deploy", "AKIA1", "ASIA1")
	s := take(50, "deploy", "admin", "ASIA1", "ASIA2")
	if s.Parent == nil || s.Parent.Parent == nil || k.n.String(s.Parent.Parent.Account) != "carol" || k.n.String(s.Account) != "admin" {
		t.Fatalf("got %+v, want admin within deploy within carol", s)
	}
	call := k.step(60, footfall.KindCall, "cloud|ASIA2", "admin", "203.0.113.9")
	if got := k.b.Observe(call); got != s {
		t.Errorf("got %+v, want the role's session", got)
	}
	send := k.step(70, footfall.KindLogon, "cloud|ASIA2", "admin", "203.0.113.9")
	send.Service = footfall.ServiceSSH
	if got := k.b.Observe(send); got != s || s.Start != 50e9 {
		t.Errorf("got %+v: a logon made with a key opens no session of the key's", got)
	}
}

// TestSeveralRecords: what one record of a session names the others have too,
// whatever their order within one time.
func TestSeveralRecords(t *testing.T) {
	for _, reverse := range []bool{false, true} {
		k := newDesk(t)
		in := k.step(1, footfall.KindAttempt, "ldap|1003", "", "192.0.2.7")
		ask := k.step(1, footfall.KindAttempt, "ldap|1003", "eve", "")
		answer := k.step(1, footfall.KindLogon, "ldap|1003", "", "")
		answer.Outcome, answer.Reason = footfall.Failure, footfall.ReasonBadPassword
		list := []*footfall.Step{in, ask, answer}
		if reverse {
			list[0], list[2] = list[2], list[0]
		}
		for _, s := range list {
			k.b.Learn(s)
		}
		for _, s := range list {
			k.b.Observe(s)
		}
		if k.n.String(answer.Account) != "eve" || k.n.String(answer.SrcAddr) != "192.0.2.7" || answer.Flags&footfall.FlagRemote == 0 {
			t.Errorf("reverse %v: got account %q from %q", reverse, k.n.String(answer.Account), k.n.String(answer.SrcAddr))
		}
		// Another client under the same id is not eve.
		next := k.step(900, footfall.KindAttempt, "ldap|1003", "", "192.0.2.8")
		fail := k.step(901, footfall.KindLogon, "ldap|1003", "", "")
		fail.Outcome = footfall.Failure
		for _, s := range []*footfall.Step{next, fail} {
			k.b.Learn(s)
			k.b.Observe(s)
		}
		if fail.Account != 0 || k.n.String(fail.SrcAddr) != "192.0.2.8" {
			t.Errorf("got account %q from %q for another client", k.n.String(fail.Account), k.n.String(fail.SrcAddr))
		}
	}
}

// TestTwice: what two logs record counts once, ten in a second ten times.
func TestTwice(t *testing.T) {
	k := newDesk(t)
	fail := func(at int64, log, host, user, src string) bool {
		s := k.from(k.step(at, footfall.KindLogon, "", user, src), log)
		s.Outcome, s.DstHost = footfall.Failure, k.n.Intern(host)
		k.b.Observe(s)
		return s.Flags&footfall.FlagTwice != 0
	}
	for i := range 10 {
		if fail(1, "srv1|syslog", "srv1", "bob", "192.0.2.7") {
			t.Errorf("failure %d of one log counts as told before", i)
		}
	}
	for i := range 10 {
		if !fail(2, "|utmp-btmp", "", "bob", "192.0.2.7") {
			t.Errorf("failure %d of the other log counts again", i)
		}
	}
	if fail(2, "|utmp-btmp", "", "bob", "192.0.2.7") {
		t.Error("an eleventh failure is no double")
	}
	if fail(20, "srv1|journald", "srv1", "bob", "192.0.2.7") {
		t.Error("a failure much later is no double")
	}
	if fail(20, "srv2|syslog", "srv2", "bob", "192.0.2.7") || fail(20, "srv1|syslog", "srv1", "eve", "192.0.2.7") {
		t.Error("another host's or account's failure is no double")
	}
	if !fail(21, "srv1|auditd", "srv1", "", "192.0.2.7") || k.b.Twice != 11 {
		t.Errorf("got %d doubles, want 11", k.b.Twice)
	}
}

// TestThreads: a daemon whose lines name the thread alone gives the source by
// the packet that the thread handles, and the account by the end it came from.
func TestThreads(t *testing.T) {
	for _, reverse := range []bool{false, true} {
		k := newDesk(t)
		vpn := func(at int64, kind footfall.Kind, thread, user, src string, port uint16) *footfall.Step {
			s := k.step(at, kind, "gw|~"+thread, user, src)
			s.Service, s.SrcPort = footfall.ServiceVPN, port
			return s
		}
		fail := vpn(5, footfall.KindCredential, "09", "", "", 0)
		fail.Outcome = footfall.Failure
		list := []*footfall.Step{
			vpn(5, footfall.KindUnknown, "08", "", "203.0.113.9", 4500), vpn(5, footfall.KindCredential, "08", "bob", "", 0),
			vpn(5, footfall.KindUnknown, "09", "", "203.0.113.9", 4500), fail,
		}
		if reverse {
			slices.Reverse(list)
		}
		for _, s := range list {
			k.b.Learn(s)
		}
		for _, s := range list {
			k.b.Observe(s)
		}
		if k.n.String(fail.Account) != "bob" || k.n.String(fail.SrcAddr) != "203.0.113.9" || fail.Session != 0 {
			t.Errorf("reverse %v: got %q from %q in session %q", reverse, k.n.String(fail.Account), k.n.String(fail.SrcAddr), k.n.String(fail.Session))
		}
		// Two packets of one thread within the second: whose failure it is is not known.
		lost := vpn(7, footfall.KindCredential, "09", "", "", 0)
		lost.Outcome = footfall.Failure
		for _, s := range []*footfall.Step{vpn(7, footfall.KindUnknown, "09", "", "203.0.113.9", 4500), vpn(7, footfall.KindUnknown, "09", "", "198.51.100.4", 4500), lost} {
			k.b.Learn(s)
		}
		if k.b.Observe(lost); lost.SrcAddr != 0 || lost.Account != 0 {
			t.Errorf("got %q from %q, want nobody", k.n.String(lost.Account), k.n.String(lost.SrcAddr))
		}
	}
}
