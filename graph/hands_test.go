package graph

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/footfall/footfall"
)

// A diary is a past that tests write themselves.
type diary struct {
	tallies map[diaryKey]footfall.Tally
	items   map[diaryKey]int
	asked   int
	taught  int
}

type diaryKey struct {
	t              footfall.Trait
	owner, a, b, c footfall.Name
}

func (d *diary) Tally(t footfall.Trait, owner, a, b, c footfall.Name) footfall.Tally {
	d.asked++
	return d.tallies[diaryKey{t, owner, a, b, c}]
}

func (d *diary) Habit(t footfall.Trait, owner footfall.Name) footfall.Habit {
	d.asked++
	return footfall.Habit{Items: d.items[diaryKey{t: t, owner: owner}]}
}
func (d *diary) Tail(footfall.Trait, footfall.Name, int) float64  { return 1 }
func (d *diary) Likely(_, _ footfall.Name) float64                { return 0.01 }
func (d *diary) Peers(footfall.Name) (footfall.Name, int)         { return 0, 0 }
func (d *diary) Teach(_ footfall.Trait, _, _, _, _ footfall.Name) { d.taught++ }
func (d *diary) AsOf(int64) footfall.Past                         { return d }
func (d *diary) Span() (int64, int)                               { return 0, 0 }
func (d *diary) knows(t footfall.Trait, owner, a footfall.Name, days int) {
	d.tallies[diaryKey{t: t, owner: owner, a: a}] = footfall.Tally{First: 1, Last: 1, Days: days}
}

// A stage is an engine and what it told.
type stage struct {
	t     testing.TB
	names *footfall.Names
	past  *diary
	e     *Engine
	out   footfall.Sink
	id    uint64
	now   int64
	told  map[uint64]Inference
	times map[uint64]int
	whose map[string]string // account -> person
	owner map[string]string // host -> person
	kind  map[string]footfall.HostKind
}

func newStage(t testing.TB) *stage {
	s := &stage{
		t: t, names: footfall.NewNames(), past: &diary{map[diaryKey]footfall.Tally{}, map[diaryKey]int{}, 0, 0},
		told: map[uint64]Inference{}, times: map[uint64]int{}, whose: map[string]string{}, owner: map[string]string{}, kind: map[string]footfall.HostKind{},
		now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC).UnixNano(),
	}
	s.e = New(Options{Names: s.names, Context: &footfall.Context{}, Past: s.past, Told: func(l *Login, inf *Inference) {
		c := *inf
		c.Hands = append([]Hand(nil), inf.Hands...)
		s.told[l.ID] = c
		s.times[l.ID]++
	}})
	return s
}

func (s *stage) name(v string) footfall.Name { return s.names.Intern(v) }

func (s *stage) person(account string) footfall.Name {
	if p, ok := s.whose[account]; ok {
		return s.name(p)
	}
	return s.name(account)
}

func (s *stage) observe(l Login) uint64 {
	s.id++
	l.ID, l.Ref.Offset = s.id, int64(s.id)
	if l.Time == 0 {
		l.Time = s.now
	}
	s.e.Observe(&l, &footfall.Step{Time: l.Time, ID: l.ID}, &s.out)
	return l.ID
}

func (s *stage) after(d time.Duration) { s.now += int64(d) }

// login is a logon by ssh that opens a session.
func (s *stage) login(src, dst, account, session string) Login {
	l := Login{
		What: Arrive, Service: footfall.ServiceSSH, Src: s.name(src), Dst: s.name(dst), Source: s.name(src), Account: s.name(account), Person: s.person(account),
		Session: s.name(session), SrcKind: s.kind[src], DstKind: s.kind[dst],
	}
	if account == "root" {
		l.Flags = FlagNobodys
	}
	if o := s.owner[src]; o != "" {
		l.Owner = s.name(o)
	}
	return l
}

func (s *stage) came(src, dst, account string) uint64 {
	return s.observe(s.login(src, dst, account, ""))
}

// sat is a logon at a host itself.
func (s *stage) sat(host, account string) uint64 {
	l := s.login("", host, account, "")
	l.Service, l.Type = footfall.ServiceLocal, 2
	return s.observe(l)
}

func (s *stage) of(id uint64) Inference { return s.told[id] }

// hand returns the weight of a person's hand with a parent.
func (s *stage) hand(id uint64, person string, parent uint64) (w float64) {
	for _, h := range s.told[id].Hands {
		if h.Person == s.name(person) && h.Parent == parent {
			w += h.Weight
		}
	}
	return w
}

func (s *stage) best(id uint64, person string, parent uint64, class Class) {
	s.t.Helper()
	inf := s.told[id]
	if len(inf.Hands) == 0 {
		s.t.Fatalf("login %d: nothing was told", id)
	}
	if h := inf.Hands[0]; h.Person != s.name(person) || h.Parent != parent || inf.Class != class {
		s.t.Errorf("login %d: %s out of %d (%.3f), %v of %d; want %s out of %d, %v", id, s.names.String(h.Person), h.Parent, h.Weight, inf.Class, inf.Of, person, parent, class)
	}
}

// two is the beginning of the worked example: alice and bob are on web1.
func two(t testing.TB) (s *stage, alice, bob uint64) {
	s = newStage(t)
	s.owner["laptop-a"], s.owner["laptop-b"] = "alice", "bob"
	s.kind["laptop-a"], s.kind["laptop-b"] = footfall.HostWorkstation, footfall.HostWorkstation
	s.kind["web1"], s.kind["db1"] = footfall.HostServer, footfall.HostServer
	alice = s.came("laptop-a", "web1", "alice")
	s.after(30 * time.Minute)
	bob = s.came("laptop-b", "web1", "bob")
	return s, alice, bob
}

// TestWorkedExample is the example of Ho et al. 2021.
func TestWorkedExample(t *testing.T) {
	s, alice, bob := two(t)
	s.best(alice, "alice", 0, Straight)
	if s.of(alice).Root != RootOwner {
		t.Errorf("root %d", s.of(alice).Root)
	}
	s.after(90 * time.Minute)
	carol := s.came("web1", "db1", "carol")
	if inf := s.of(carol); inf.Class != Clear || s.hand(carol, "alice", alice) < 0.1 || s.hand(carol, "bob", bob) < 0.1 {
		t.Errorf("carol: %+v", inf)
	}
	s.after(5 * time.Minute)
	on := s.came("web1", "db1", "bob")
	s.best(on, "bob", bob, Unclear)
	if w := s.hand(on, "alice", alice); w <= 0 || w > 0.05 {
		t.Errorf("alice's hand weighs %v", w)
	}

	s = newStage(t)
	bob = s.came("laptop-b", "web1", "bob")
	s.after(time.Hour)
	s.best(s.came("web1", "db1", "bob"), "bob", bob, Straight)
}

// TestGoesOn holds that the hand stays the same over several hosts and accounts.
func TestGoesOn(t *testing.T) {
	s := newStage(t)
	s.owner["laptop-a"] = "alice"
	s.whose["adm-alice"] = "alice"
	a := s.came("laptop-a", "jump", "alice")
	s.after(time.Minute)
	b := s.came("jump", "web1", "adm-alice")
	s.best(b, "alice", a, Straight)
	s.after(time.Minute)
	c := s.came("web1", "db1", "root")
	s.best(c, "alice", b, Clear)
	s.after(time.Minute)
	s.best(s.came("db1", "db2", "root"), "alice", c, Unclear) // it may have been root's own hand on web1
}

func TestEnds(t *testing.T) {
	s, alice, bob := two(t)
	l := s.login("laptop-a", "web1", "alice", "web1|7")
	l.Time = s.now
	s.after(time.Minute)
	third := s.observe(l)
	s.observe(Login{What: Leave, Dst: s.name("web1"), Session: s.name("web1|7"), Account: s.name("bob"), Person: s.name("bob")})
	s.after(time.Hour)
	if id := s.came("web1", "db1", "alice"); s.hand(id, "alice", third) == 0 {
		t.Error("another account's end ended the session")
	}
	s.observe(Login{What: Leave, Dst: s.name("web1"), Session: s.name("web1|7")})
	s.after(time.Hour)
	id := s.came("web1", "db2", "alice")
	s.best(id, "alice", alice, Unclear)
	if w := s.hand(id, "alice", third); w > 0.01 {
		t.Errorf("a session that ended an hour ago weighs %v", w)
	}
	s.observe(Login{What: Leave, Dst: s.name("web1")})
	s.after(25 * time.Hour)
	id = s.came("web1", "db3", "alice")
	s.best(id, "alice", 0, Straight)
	if s.of(id).Root != RootNoInbound {
		t.Errorf("root %d after the host began anew", s.of(id).Root)
	}
	_ = bob
}

// TestLong holds that a session which nothing ended lives for days, and no
// session for ever.
func TestLong(t *testing.T) {
	s, alice, _ := two(t)
	s.after(6 * 24 * time.Hour)
	s.best(s.came("web1", "db1", "alice"), "alice", alice, Unclear)
	s.after(60 * 24 * time.Hour)
	s.best(s.came("web1", "db2", "alice"), "alice", 0, Straight)

	s = newStage(t)
	s.e.opt.Without = PartLong
	s.came("laptop-a", "web1", "alice")
	s.after(25 * time.Hour)
	s.best(s.came("web1", "db1", "alice"), "alice", 0, Straight)
}

// TestTaken holds that a record of an account that was taken for a host shows
// who went there, before or after the login.
func TestTaken(t *testing.T) {
	for _, late := range []bool{false, true} {
		s, alice, bob := two(t)
		s.after(time.Hour)
		take := Login{
			What: Change, Dst: s.name("web1"), Account: s.name("carol"), Person: s.name("carol"), Was: s.name("alice"), WasPerson: s.name("alice"), To: s.name("db1"),
		}
		var id uint64
		if late {
			id = s.came("web1", "db1", "carol")
			if s.of(id).Shown {
				t.Error("shown before the record")
			}
			s.after(time.Second)
			s.observe(take)
		} else {
			s.observe(take)
			s.after(time.Second)
			id = s.came("web1", "db1", "carol")
		}
		s.best(id, "alice", alice, Clear)
		if inf := s.of(id); !inf.Shown || !inf.Hands[0].Switch || inf.Hands[0].Weight < 0.999 {
			t.Errorf("late %v: %+v", late, inf)
		}
		s.after(time.Minute)
		s.best(s.came("db1", "db2", "carol"), "alice", id, Clear)
		_ = bob
	}
}

// TestHeld holds that an account which a session took weighs as one it holds.
func TestHeld(t *testing.T) {
	s, alice, _ := two(t)
	s.observe(Login{What: Change, Dst: s.name("web1"), Account: s.name("root"), Person: s.name("root"), Was: s.name("alice"), WasPerson: s.name("alice")})
	s.after(time.Minute)
	id := s.came("web1", "db1", "root")
	s.best(id, "alice", alice, Clear)
	if w := s.hand(id, "alice", alice); w < 0.5 {
		t.Errorf("weighs %v", w)
	}
}

// TestNamed holds that a login which names the session that it came out of
// came out of that.
func TestNamed(t *testing.T) {
	s := newStage(t)
	entry := s.login("198.51.100.7", "vpn1", "alice", "vpn1|4")
	entry.Service, entry.Flags = footfall.ServiceVPN, FlagPublic
	in := s.observe(entry)
	if s.of(in).Root != RootOutside {
		t.Errorf("root %d", s.of(in).Root)
	}
	s.after(time.Minute)
	l := s.login("10.8.0.4", "web1", "alice", "web1|1")
	l.Flags, l.Owner, l.Parent = FlagInner, s.name("alice"), s.name("vpn1|4")
	on := s.observe(l)
	s.best(on, "alice", in, Straight)
	if inf := s.of(on); !inf.Shown || inf.Root != RootOutside {
		t.Errorf("%+v", inf)
	}
	// A company's own laptop behind the same entry knows better.
	s.after(time.Minute)
	desk := s.sat("laptop-a", "alice")
	s.after(time.Minute)
	l = s.login("laptop-a", "web2", "alice", "web2|1")
	l.Flags, l.Owner, l.Parent = FlagInner, s.name("alice"), s.name("vpn1|4")
	s.best(s.observe(l), "alice", desk, Straight)
}

// TestOneLogon holds that several records of one logon are one arrival, with
// what the best of them says.
func TestOneLogon(t *testing.T) {
	s := newStage(t)
	s.kind["laptop-a"] = footfall.HostWorkstation
	nla := s.login("laptop-a", "ts1", "alice", "ts1|0x1")
	nla.Service, nla.Type = footfall.ServiceNetwork, 3
	first := s.observe(nla)
	s.after(time.Second)
	rdp := s.login("laptop-a", "ts1", "alice", "ts1|0x2")
	rdp.Service, rdp.Type = footfall.ServiceRDP, 10
	s.observe(rdp)
	s.after(time.Second)
	s.observe(Login{What: Leave, Dst: s.name("ts1"), Session: s.name("ts1|0x1")})
	s.after(time.Hour)
	id := s.came("ts1", "db1", "alice")
	s.best(id, "alice", first, Straight)
	if n := s.e.reg.get(s.name("ts1")).n; n != 1 {
		t.Errorf("%d guests", n)
	}
	s.observe(Login{What: Leave, Dst: s.name("ts1"), Session: s.name("ts1|0x2")})
	s.after(25 * time.Hour)
	s.best(s.came("ts1", "db1", "alice"), "alice", 0, Straight)
}

// TestTakenUp holds that a session which is taken up again has the hand of
// who took it up, and that unlocking is no new session.
func TestTakenUp(t *testing.T) {
	s := newStage(t)
	desk := s.sat("laptop-a", "alice")
	s.after(time.Hour)
	un := s.login("", "laptop-a", "alice", "laptop-a|0x9")
	un.Service, un.Type, un.Flags = footfall.ServiceLocal, 7, FlagAgain
	s.observe(un)
	s.observe(Login{What: Leave, Dst: s.name("laptop-a"), Session: s.name("laptop-a|0x9")})
	s.after(time.Hour)
	l := s.login("laptop-a", "ts1", "alice", "ts1|0x1")
	l.Service = footfall.ServiceRDP
	first := s.observe(l)
	s.best(first, "alice", desk, Straight)

	bob := s.sat("laptop-b", "bob")
	s.after(time.Hour)
	up := s.login("laptop-b", "ts1", "alice", "ts1|0x1")
	up.Service, up.Flags = footfall.ServiceRDP, FlagAgain
	again := s.observe(up)
	s.best(again, "bob", bob, Clear)
	s.after(time.Minute)
	id := s.came("ts1", "db1", "alice")
	if w := s.hand(id, "bob", again); w < 0.3 || s.hand(id, "alice", first) != 0 {
		t.Errorf("%+v", s.of(id))
	}
}

// TestPrograms holds that programs' accounts are programs' where they always
// come from, and somebody's tool on a workstation.
func TestPrograms(t *testing.T) {
	s, _, _ := two(t)
	l := s.login("web1", "db1", "svc-sync", "")
	l.Flags = FlagService | FlagNobodys
	s.past.knows(footfall.TraitHandRoot, l.Account, l.Src, 20)
	id := s.observe(l)
	if h := s.of(id).Hands[0]; h.Person != s.name("svc-sync") || h.Switch {
		t.Errorf("%+v", s.of(id))
	}
	job := s.login("", "web1", "svc-sync", "web1|0x5")
	job.Service, job.Type, job.Flags = footfall.ServiceLocal, 4, FlagService|FlagNobodys
	began := s.observe(job)
	s.after(time.Second)
	l = s.login("web1", "db2", "svc-sync", "")
	l.Flags = FlagService | FlagNobodys
	if id = s.observe(l); s.of(id).Hands[0].Parent != began {
		t.Errorf("%+v", s.of(id))
	}

	desk := s.sat("laptop-a", "alice")
	git := s.login("laptop-a", "git1", "git", "")
	git.Flags = FlagService | FlagNobodys
	s.past.knows(footfall.TraitHandRoot, git.Account, git.Src, 20)
	s.past.items[diaryKey{t: footfall.TraitSource, owner: git.Account}] = 60
	s.best(s.observe(git), "alice", desk, Clear)
}

// TestMachine holds that a computer's own account is its own hand and nobody's
// way on.
func TestMachine(t *testing.T) {
	s := newStage(t)
	l := s.login("web1", "dc1", `corp\web1$`, "")
	l.Flags = FlagMachine
	id := s.observe(l)
	if inf := s.of(id); len(inf.Hands) != 1 || inf.Hands[0].Weight != 1 || inf.Class != Straight || s.e.reg.get(s.name("dc1")) != nil {
		t.Errorf("%+v", inf)
	}
}

// TestLate holds that what a login came out of is inferred anew when it is
// recorded a moment later.
func TestLate(t *testing.T) {
	s := newStage(t)
	s.kind["app1"] = footfall.HostServer
	id := s.came("app1", "db1", "alice")
	s.best(id, "alice", 0, Straight)
	s.after(20 * time.Second)
	in := s.came("laptop-a", "app1", "alice")
	s.best(id, "alice", in, Straight)
	if s.times[id] != 2 || s.e.Late != 1 {
		t.Errorf("told %d times, %d late", s.times[id], s.e.Late)
	}
	s.after(time.Minute)
	s.best(s.came("db1", "db2", "alice"), "alice", id, Straight)
}

// TestBastion holds that nobody changes accounts on a bastion.
func TestBastion(t *testing.T) {
	s, alice, bob := two(t)
	s.kind["web1"] = footfall.HostBastion
	s.past.knows(footfall.TraitHandAccount, s.name("alice"), s.name("carol"), 10)
	id := s.came("web1", "db1", "carol")
	if inf := s.of(id); inf.Class != Clear || s.hand(id, "alice", alice) > 2*s.hand(id, "bob", bob) {
		t.Errorf("%+v", inf)
	}
}

// TestUses holds that who used an account before is likelier to have used it.
func TestUses(t *testing.T) {
	s, alice, bob := two(t)
	s.past.knows(footfall.TraitHandAccount, s.name("alice"), s.name("carol"), 10)
	id := s.came("web1", "db1", "carol")
	if s.hand(id, "alice", alice) < 10*s.hand(id, "bob", bob) {
		t.Errorf("%+v", s.of(id))
	}
}

// TestHub holds that a host has room for so many, and that the rest is told of.
func TestHub(t *testing.T) {
	s := newStage(t)
	for i := range mostGuests + 50 {
		s.after(time.Second)
		s.came(fmt.Sprint("laptop-", i), "hub", fmt.Sprint("user", i))
	}
	id := s.came("hub", "db1", "somebody")
	inf := s.of(id)
	if inf.Of < mostGuests+50 || inf.Other <= 0 || len(inf.Hands) != handsTold || inf.Class != Clear {
		t.Errorf("of %d, other %v, %v", inf.Of, inf.Other, inf.Class)
	}
	s.e.Flush(s.now, &s.out)
	found := false
	for _, n := range s.out.Notes {
		found = found || n == fmt.Sprintf("paths: 50 sessions on hosts with more than %d made room for others and were not followed to their end", mostGuests)
	}
	if !found {
		t.Errorf("%q", s.out.Notes)
	}
}

// TestHosts holds that hosts where nobody is any more make room for others, and
// that those which find none are counted.
func TestHosts(t *testing.T) {
	s := newStage(t)
	s.e.reg.most = 20
	for i := range 100 {
		s.came(fmt.Sprint("laptop-", i), fmt.Sprint("server-", i), "alice")
	}
	if n := len(s.e.reg.index); n != 20 || s.e.reg.NoHost == 0 {
		t.Errorf("%d hosts, %d found no room", n, s.e.reg.NoHost)
	}
	s.after(100 * 24 * time.Hour)
	in := s.came("laptop-1", "other-1", "alice")
	s.after(time.Minute)
	s.best(s.came("other-1", "other-2", "alice"), "alice", in, Straight)
	checkPool(t, s.e)
}

// TestDeep holds that a hand which goes to and fro is not kept from its first
// hop on, and that its root is.
func TestDeep(t *testing.T) {
	s := newStage(t)
	s.owner["laptop-a"] = "alice"
	s.came("laptop-a", "h0", "alice")
	for i := range 500 {
		s.after(time.Minute)
		id := s.came(fmt.Sprint("h", i%7), fmt.Sprint("h", (i+1)%7), "alice")
		s.after(time.Second)
		if inf := s.of(id); inf.Root != RootOwner {
			t.Fatalf("hop %d: root %d", i, inf.Root)
		}
		for _, w := range s.e.ways[:1] {
			if len(w.hops) > mostHops+1 || w.hops[0].src != s.name("laptop-a") || w.hops[len(w.hops)-1].id != id || w.cut != (i+2 > mostHops+1) {
				t.Fatalf("hop %d: way of %d hops from %s, cut %v", i, len(w.hops), s.names.String(w.hops[0].src), w.cut)
			}
		}
	}
	if n := len(s.e.pool.nodes); n > 1500 {
		t.Errorf("%d nodes", n)
	}
	checkPool(t, s.e)
}

// checkPool holds that each node has as many references as there are.
func checkPool(t testing.TB, e *Engine) {
	t.Helper()
	refs := make([]uint32, len(e.pool.nodes))
	for i := range e.reg.places {
		p := &e.reg.places[i]
		n, nets := 0, 0
		for g := range e.reg.all(p) {
			refs[g.node-1]++
			if n++; g.sort == sortNet {
				nets++
			}
			if k, j := &e.reg.blocks[g.slot/inBlock], g.slot%inBlock; k.whose[j] != g.whose || k.hands[j] != g.hand || k.arrivals[j] != g.arrival || &k.guests[j] != g {
				t.Fatalf("a guest is not where it says: %+v", *g)
			}
		}
		if n != int(p.n) || n > mostGuests || nets != int(p.nets) {
			t.Fatalf("%d guests where %d are counted", n, p.n)
		}
	}
	free := map[uint32]bool{}
	for _, i := range e.pool.free {
		free[i] = true
	}
	for i := range e.pool.nodes {
		if n := &e.pool.nodes[i]; n.parent != 0 && !free[uint32(i+1)] {
			refs[n.parent-1]++
		}
	}
	for i := range e.pool.nodes {
		n := &e.pool.nodes[i]
		if free[uint32(i+1)] != (n.refs == 0) || !free[uint32(i+1)] && n.refs != refs[i] {
			t.Fatalf("node %d has %d references, counted %d, free %v", i+1, n.refs, refs[i], free[uint32(i+1)])
		}
	}
}

// checkTold holds that the weights of an inference are a distribution.
func checkTold(t testing.TB, inf *Inference) {
	t.Helper()
	sum := inf.Other
	for i, h := range inf.Hands {
		if h.Weight < 0 || h.Weight > 1+1e-9 || math.IsNaN(h.Weight) || i > 0 && h.Weight > inf.Hands[i-1].Weight {
			t.Fatalf("%+v", *inf)
		}
		sum += h.Weight
	}
	if math.Abs(sum-1) > 1e-9 || len(inf.Hands) == 0 || len(inf.Hands) > handsTold || inf.Of < len(inf.Hands) {
		t.Fatalf("weights sum to %v: %+v", sum, *inf)
	}
}

// anything is a login of a small world, sense or none.
func anything(n *footfall.Names, rnd *rand.Rand, now int64) Login {
	host := func() footfall.Name {
		if rnd.IntN(8) == 0 {
			return 0
		}
		return n.Intern(fmt.Sprint("h", rnd.IntN(12)))
	}
	person := func() footfall.Name { return n.Intern(fmt.Sprint("p", rnd.IntN(6))) }
	session := func() footfall.Name {
		if rnd.IntN(3) == 0 {
			return 0
		}
		return n.Intern(fmt.Sprint("s", rnd.IntN(60)))
	}
	l := Login{
		Time: now, ID: rnd.Uint64(), What: What(rnd.IntN(5)), Service: footfall.Service(rnd.IntN(30)), Type: uint8(rnd.IntN(14)), Flags: Flags(rnd.IntN(1 << 11)),
		Src: host(), Dst: host(), SrcKind: footfall.HostKind(rnd.IntN(7)), DstKind: footfall.HostKind(rnd.IntN(7)),
		Session: session(), Parent: session(), To: host(),
	}
	if rnd.IntN(4) > 0 {
		l.Flags &^= FlagMachine | FlagPublic | FlagShared
	}
	if l.Dst == 0 {
		l.Dst = n.Intern("h0")
	}
	l.Source = l.Src
	l.Person, l.WasPerson = person(), person()
	l.Account, l.Was = l.Person, l.WasPerson
	if rnd.IntN(2) == 0 {
		l.Account = n.Intern("x-" + n.String(l.Person))
	}
	if rnd.IntN(3) == 0 {
		l.Owner = person()
	}
	return l
}

// TestAnything holds that no order of logins breaks the engine, and that what
// it tells is a distribution.
func TestAnything(t *testing.T) {
	for seed := range uint64(20) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		n := footfall.NewNames()
		told := 0
		e := New(Options{Names: n, Context: &footfall.Context{}, Past: &diary{}, Told: func(_ *Login, inf *Inference) {
			told++
			checkTold(t, inf)
		}})
		if seed%4 == 1 {
			e.opt.Without = PartWeights | PartLinks
		}
		now, out := int64(1.7e18), footfall.Sink{}
		for i := range 6000 {
			if rnd.IntN(3) > 0 {
				now += int64(rnd.ExpFloat64() * 1e9 * float64(rnd.IntN(4000)))
			}
			l := anything(n, rnd, now)
			e.Observe(&l, &footfall.Step{Time: l.Time, ID: l.ID}, &out)
			if i%500 == 0 {
				checkPool(t, e)
			}
		}
		e.Flush(now, &out)
		checkPool(t, e)
		if told < 500 {
			t.Errorf("told %d times", told)
		}
	}
}

// TestOrderOfNames holds that nothing depends on the numbers of names.
func TestOrderOfNames(t *testing.T) {
	run := func(before int) (out []string) {
		n := footfall.NewNames()
		for i := range before {
			n.Intern(fmt.Sprint("before ", i))
			n.Intern(fmt.Sprint("p", 5-i%6))
		}
		e := New(Options{Names: n, Context: &footfall.Context{}, Past: &diary{}, Told: func(l *Login, inf *Inference) {
			line := fmt.Sprint(l.ID, inf.Class, inf.Of, inf.Root)
			for _, h := range inf.Hands {
				line += fmt.Sprintf(" %d %s %s %.6f", h.Parent, n.String(h.Person), n.String(h.Account), h.Weight)
			}
			out = append(out, line)
		}})
		rnd := rand.New(rand.NewPCG(3, 3))
		now, sink := int64(1.7e18), footfall.Sink{}
		for range 4000 {
			now += int64(rnd.IntN(600)) * 1e9
			l := anything(n, rnd, now)
			e.Observe(&l, &footfall.Step{Time: l.Time, ID: l.ID}, &sink)
		}
		return out
	}
	a, b := run(0), run(777)
	for i := range a {
		if a[i] != b[i] {
			t.Fatalf("%s\n%s", a[i], b[i])
		}
	}
}
