package session

import (
	"fmt"
	"testing"

	"github.com/footfall/footfall"
)

type desk struct {
	t *testing.T
	n *footfall.Names
	b *Table
}

func newDesk(t *testing.T) desk {
	n := footfall.NewNames()
	return desk{t, n, New(n)}
}

func (k desk) step(at int64, kind footfall.Kind, id, user, src string) *footfall.Step {
	s := &footfall.Step{
		Time: at * 1e9, Kind: kind, Outcome: footfall.Success, Session: k.n.Intern(id), Account: k.n.Intern(user),
		SrcAddr: k.n.Intern(src), DstHost: k.n.Intern("srv1"), Ref: footfall.Ref{Offset: at},
	}
	if src != "" {
		s.Flags |= footfall.FlagRemote
	}
	return s
}

func TestOpenAndReuse(t *testing.T) {
	k := newDesk(t)
	k.b.Observe(k.step(1, footfall.KindLogon, "srv1|0x5", "eve", "10.0.0.6"))
	s := k.b.Observe(k.step(5, footfall.KindProcess, "srv1|0x5", "eve", ""))
	if !s.Remote() || k.n.String(s.Account) != "eve" || s.Start != 1e9 {
		t.Fatalf("got %+v, want eve's session", s)
	}
	k.b.Observe(k.step(9, footfall.KindLogoff, "srv1|0x5", "eve", ""))
	if s.End != 9e9 {
		t.Errorf("got end %d, want 9 s", s.End)
	}
	// After a reboot the same number is another's.
	k.b.Observe(k.step(500, footfall.KindLogon, "srv1|0x5", "bob", ""))
	s = k.b.Observe(k.step(501, footfall.KindProcess, "srv1|0x5", "bob", ""))
	if s.Remote() || k.n.String(s.Account) != "bob" {
		t.Errorf("got %+v, want bob's session", s)
	}
	if s := k.b.Observe(k.step(502, footfall.KindProcess, "srv1|0x77", "x", "")); s != nil {
		t.Errorf("got %+v for a session that nobody opened", s)
	}
}

// TestTwoRecords: sshd and PAM both tell of one opening, in either order.
func TestTwoRecords(t *testing.T) {
	for _, order := range [][2]string{{"10.0.0.6", ""}, {"", "10.0.0.6"}} {
		k := newDesk(t)
		k.b.Observe(k.step(1, footfall.KindLogon, "srv1|700", "alice", order[0]))
		k.b.Observe(k.step(1, footfall.KindLogon, "srv1|700", "alice", order[1]))
		s := k.b.Observe(k.step(2, footfall.KindProcess, "srv1|700", "alice", ""))
		if !s.Remote() || k.n.String(s.SrcAddr) != "10.0.0.6" || k.b.Len() != 1 {
			t.Errorf("sources %q: got %+v", order, s)
		}
	}
}

// TestGlimpses: 4672 may come before its 4624, and a share shows where an
// unseen session came from; the machine's own session stays its own.
func TestGlimpses(t *testing.T) {
	k := newDesk(t)
	p := k.step(1, footfall.KindPrivilege, "srv1|0x5", "eve", "")
	p.Event, p.Flags = 4672, footfall.FlagElevated
	k.b.Observe(p)
	if s := k.b.Observe(k.step(1, footfall.KindLogon, "srv1|0x5", "eve", "10.0.0.6")); s.Flags&footfall.FlagElevated == 0 {
		t.Error("the rights of the record before are lost")
	}
	s := k.b.Observe(k.step(2, footfall.KindShare, "srv1|0x6", "bob", "10.0.0.7"))
	if !s.Remote() || s.Start != 0 || s.Type != 3 {
		t.Errorf("got %+v, want a network session whose opening was not seen", s)
	}
	if s := k.b.Observe(k.step(3, footfall.KindShare, "srv1|0x3e7", "srv1$", "10.0.0.7")); s != nil {
		t.Errorf("got %+v: the machine's own session came from elsewhere", s)
	}
}

func TestReconnect(t *testing.T) {
	k := newDesk(t)
	k.b.Observe(k.step(1, footfall.KindLogon, "srv1|0x5", "bob", ""))
	s := k.b.Observe(k.step(60, footfall.KindReconnect, "srv1|0x5", "bob", "10.0.0.66"))
	if !s.Remote() || k.n.String(s.SrcAddr) != "10.0.0.66" {
		t.Errorf("got %+v, want a session used from 10.0.0.66", s)
	}
}

func TestParentAndSwitch(t *testing.T) {
	k := newDesk(t)
	k.b.Observe(k.step(1, footfall.KindLogon, "srv1|700", "alice", "10.0.0.6"))
	su := k.step(5, footfall.KindLogon, "srv1|701", "root", "")
	su.Parent = k.n.Intern("srv1|700")
	if s := k.b.Observe(su); !s.Remote() || s.Parent == nil || k.n.String(s.SrcAddr) != "10.0.0.6" {
		t.Errorf("got %+v, want where alice came from", s)
	}
	use := k.step(10, footfall.KindExplicit, "srv1|700", "alice", "")
	use.Target = k.n.Intern("adm")
	k.b.Observe(use)
	on := k.step(11, footfall.KindLogon, "dc1|0x9", "adm", "10.0.0.1")
	on.SrcHost = k.n.Intern("srv1")
	if s := k.b.Observe(on); k.n.String(s.Switch) != "alice" {
		t.Errorf("got switch from %q, want alice", k.n.String(s.Switch))
	}
}

func TestBound(t *testing.T) {
	k := newDesk(t)
	name := func(i int) footfall.Name { return k.n.Intern(fmt.Sprintf("srv1|%d", i)) }
	s := k.step(0, footfall.KindLogon, "", "bob", "10.0.0.6")
	for i := range maxSessions + 5000 {
		s.Session, s.Time = name(i+1000), int64(i)*1e6
		k.b.Observe(s)
		if i == 7 {
			end := *s
			end.Kind = footfall.KindLogoff
			k.b.Observe(&end)
		}
	}
	if k.b.Len() > maxSessions || k.b.Evicted != 5000 {
		t.Errorf("got %d sessions and %d evicted, want %d and 5000", k.b.Len(), k.b.Evicted, maxSessions)
	}
	if k.b.byID[name(1007)] != nil || k.b.byID[name(maxSessions)] == nil {
		t.Error("what ended first must give way first, and the newest stay")
	}
}

// TestQueueBound: sessions that were replaced under their name, or made room,
// are not held by the order that sessions were opened in.
func TestQueueBound(t *testing.T) {
	k := newDesk(t)
	s := k.step(0, footfall.KindLogon, "", "bob", "10.0.0.6")
	for i := range 5 * maxSessions {
		s.Session, s.Time = k.n.Pass(fmt.Sprintf("srv1|%d", i%(maxSessions+9))), int64(i)*1e9
		k.b.Observe(s)
		if i%2 == 0 {
			end := *s
			end.Kind, end.Time = footfall.KindLogoff, s.Time+5e8
			k.b.Observe(&end)
		}
	}
	for _, q := range []*queue{&k.b.opened, &k.b.ended} {
		if n := len(q.list) - q.head; n > 3*maxSessions {
			t.Errorf("%d entries wait in order, for %d names", n, k.b.Len())
		}
	}
	if k.b.Len() > maxSessions || k.b.Evicted == 0 {
		t.Errorf("%d sessions, %d evicted", k.b.Len(), k.b.Evicted)
	}
}
