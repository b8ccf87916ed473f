package main

import (
	"testing"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/graph"
)

// A bed makes logins by hand.
type bed struct {
	n   *footfall.Names
	who inventory
	id  uint64
}

func newBed() *bed {
	n := footfall.NewNames()
	return &bed{n: n, who: inventory{
		names: n, owners: map[footfall.Name]string{}, role: map[string]string{}, program: map[string]bool{"svc": true},
		owner:  map[string]string{"alice": "alice", "bob": "bob", "carol": "carol", "adm-bob": "bob"},
		desk:   map[string]string{"lap-a": "alice", "lap-b": "bob"},
		client: map[string]bool{"lap-a": true, "lap-b": true, "web1": false, "db1": false},
		server: map[string]bool{"lap-a": false, "lap-b": false, "web1": true, "db1": true},
	}}
}

// login is one on a day at hours and minutes.
func (b *bed) login(day int, clock float64, src, dst, account string) *graph.Login {
	b.id++
	l := &graph.Login{
		Time: int64(day)*24*3600*1e9 + int64(clock*3600*1e9), ID: b.id, What: graph.Arrive,
		Src: b.n.Intern(src), Dst: b.n.Intern(dst), Account: b.n.Intern(account),
	}
	l.Person = b.n.Intern(b.who.person(l.Account))
	return l
}

// settled has everything known for a month, so that nothing is young.
func (b *bed) settled(h *hopper) {
	for d := range 40 {
		h.judge(b.login(100+d, 9, "lap-a", "web1", "alice"))
		h.judge(b.login(100+d, 9.5, "lap-b", "web1", "bob"))
		for _, a := range []string{"carol", "bob", "svc", "adm-bob"} {
			h.first[b.n.Intern(a)] = 100
		}
		h.first[b.n.Intern("db1")] = 100
	}
}

// TestHopperExample is the worked example of the two classes of switches.
func TestHopperExample(t *testing.T) {
	b := newBed()
	h := newHopper(&b.who)
	b.settled(h)
	const today = 140
	f := func(clock float64, src, dst, account string, want verdict) {
		t.Helper()
		got := h.judge(b.login(today, clock, src, dst, account))
		if got.class != want.class || got.hands != want.hands || got.alert != want.alert {
			t.Errorf("%s to %s as %s: got %v of %d hands, alert %v; want %v of %d, %v", src, dst, account, got.class, got.hands, got.alert, want.class, want.hands, want.alert)
		}
	}
	f(9, "lap-a", "web1", "alice", verdict{class: graph.Straight, hands: 1})
	f(9.5, "lap-b", "web1", "bob", verdict{class: graph.Straight, hands: 1})
	// Nobody came as carol: whoever it was changed accounts, and was never on db1.
	f(11, "web1", "db1", "carol", verdict{class: graph.Clear, hands: 2, alert: true})
	// bob came as bob, alice did not.
	f(11.1, "web1", "db1", "bob", verdict{class: graph.Unclear, hands: 2, alert: true})
	// A program's account is left out, and so is the own administrator's.
	f(12, "web1", "db1", "svc", verdict{class: graph.Clear, hands: 2})
	f(12, "lap-b", "web1", "adm-bob", verdict{class: graph.Straight, hands: 1})
	// From somebody else's client.
	f(13, "lap-a", "db1", "bob", verdict{class: graph.Clear, hands: 1, alert: true})
}

// TestHopperAlone has nobody but bob on the host: nothing was changed.
func TestHopperAlone(t *testing.T) {
	b := newBed()
	h := newHopper(&b.who)
	b.settled(h)
	h.judge(b.login(150, 9, "lap-b", "web1", "bob"))
	if v := h.judge(b.login(150, 11, "web1", "db1", "bob")); v.class != graph.Straight || v.hands != 1 || v.alert {
		t.Errorf("got %+v, want no switch", v)
	}
	// More than a day later nobody can have gone on from there.
	if v := h.judge(b.login(152, 11, "web1", "db1", "carol")); v.class != graph.Straight || v.hands != 1 || v.alert {
		t.Errorf("after two days: got %+v, want a path that begins there", v)
	}
}

// TestHopperRanks has what happens daily rank below what never did.
func TestHopperRanks(t *testing.T) {
	b := newBed()
	h := newHopper(&b.who)
	b.settled(h)
	for d := range 20 {
		for _, l := range []*graph.Login{
			b.login(141+d, 9, "lap-a", "web1", "alice"), b.login(141+d, 9.5, "lap-b", "web1", "bob"), b.login(141+d, 10, "web1", "db1", "bob"),
		} {
			h.judge(l)
		}
	}
	usual := h.fork().(*hopper).judge(b.login(161, 10, "lap-a", "web1", "alice"))
	if usual.alert {
		t.Errorf("alice's daily way: got %+v", usual)
	}
	h.judge(b.login(161, 9, "lap-a", "web1", "alice"))
	h.judge(b.login(161, 9.5, "lap-b", "web1", "bob"))
	b.who.server["db2"] = true
	h.first[b.n.Intern("db2")] = 100
	daily := h.fork().(*hopper).judge(b.login(161, 10, "web1", "db1", "bob"))
	never := h.fork().(*hopper).judge(b.login(161, 10, "web1", "db2", "bob"))
	if !daily.alert || !never.alert || daily.odd >= never.odd {
		t.Errorf("daily %.3f, never before %.3f: want the second to be odder", daily.odd, never.odd)
	}
}

func TestDays(t *testing.T) {
	var d days
	for _, day := range []int64{10, 11, 11, 40} {
		d = d.add(day)
	}
	for day, want := range map[int64]int{40: 2, 41: 2, 42: 1, 70: 1, 71: 0} {
		if got := d.before(day); got != want {
			t.Errorf("before day %d: got %d, want %d", day, got, want)
		}
	}
}

func TestMemories(t *testing.T) {
	b := newBed()
	f := func(name string, s scorer, want ...float64) {
		t.Helper()
		for i, l := range []*graph.Login{
			b.login(1, 9, "lap-a", "web1", "alice"), b.login(2, 9, "lap-a", "web1", "alice"), b.login(2, 9, "lap-b", "web1", "alice"), b.login(2, 9, "lap-b", "web1", "bob"),
		} {
			if got, _ := s.score(l); got != want[i] {
				t.Errorf("%s, login %d: got %v, want %v", name, i, got, want[i])
			}
		}
	}
	f(namePair, newPair(), 1, 0, 0, 1)
	f(nameTriple, newTriple(), 1, 0, 1, 1)
	f(nameEdges, edgeBank(), 1, 0, 1, 0)
}

// TestMidas compares with the statistic computed by hand.
func TestMidas(t *testing.T) {
	b := newBed()
	m := newMidas()
	var last float64
	for h := range 10 {
		last, _ = m.score(b.login(1, float64(h), "lap-a", "web1", "alice"))
	}
	// In tick 10, s = 10; the count of now is 1 + 1/2 + ... + 1/512.
	a := 2 - 1/512.0
	if want := chi(a, 10, 10); last != want {
		t.Errorf("one an hour: got %v, want %v", last, want)
	}
	if got, want := chi(11, 20, 10), 81*100/(20.0*9); got != want {
		t.Errorf("chi: got %v, want %v", got, want)
	}
	for range 10 {
		last, _ = m.score(b.login(1, 10, "lap-a", "web1", "alice"))
	}
	if last < 50 {
		t.Errorf("a burst: got %v", last)
	}
}

// TestJoiner: thresholds are of the days before, and what belongs together is
// one incident.
func TestJoiner(t *testing.T) {
	b := newBed()
	j := newJoiner(true)
	told := map[int]int{}
	see := func(day int, clock float64, src, dst, account string, n float64) {
		l := b.login(day, clock, src, dst, account)
		j.pass(l.Time)
		j.take(l, n, false, false, func(i toldIncident) {
			if i.fresh {
				told[budgets[i.budget]]++
			}
		})
	}
	for d := range 17 { // ten days after the first week, of six incidents of 1 to 6
		for i, a := range []string{"a1", "a2", "a3", "a4", "a5", "a6"} {
			b.who.owner[a] = a
			see(d, 9, "h"+a, "x"+a, a, float64(i+1))
		}
	}
	clear(told)
	see(17, 9, "ha1", "xa1", "a1", 4.999)
	if told[1] != 0 || told[3] != 1 || told[9] != 1 {
		t.Errorf("4.999 after days of 1 to 6: told %v, want at 3 and above", told)
	}
	see(17, 10, "other", "there", "a1", 2) // the same person
	if told[1] != 1 || len(j.open) != 1 {
		t.Errorf("6.999 in one incident: told %v in %d incidents, want at 1 too", told, len(j.open))
	}
	see(17, 11, "there", "more", "bob", 1) // from where that came to
	if len(j.open) != 1 {
		t.Errorf("%d incidents, want the pivot to join", len(j.open))
	}
	k := j.fork()
	see(17, 12, "else", "where", "carol", 1)
	if len(j.open) != 2 || len(k.open) != 1 {
		t.Errorf("a fork shares incidents: %d and %d", len(j.open), len(k.open))
	}
}
