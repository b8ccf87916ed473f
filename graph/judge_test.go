package graph

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/history"
)

// A town is a small company: people with laptops who work on the servers of
// their team, every day on some of them and now and then on a new one.
type town struct {
	t      testing.TB
	names  *footfall.Names
	ctx    *footfall.Context
	past   *history.History
	e      *Engine
	out    footfall.Sink
	id     uint64
	now    int64
	person map[string]string
	owner  map[string]string
	kind   map[string]footfall.HostKind
}

var monday = time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)

func newTown(t testing.TB, ctx *footfall.Context) *town {
	x := &town{t: t, names: footfall.NewNames(), ctx: ctx, person: map[string]string{}, owner: map[string]string{}, kind: map[string]footfall.HostKind{}}
	x.past = history.New(history.Options{Names: x.names, Context: ctx})
	x.e = New(Options{Names: x.names, Context: ctx, Past: x.past})
	return x
}

func (x *town) who(account string) footfall.Name {
	if p, ok := x.person[account]; ok {
		return x.names.Intern(p)
	}
	return x.names.Intern(account)
}

// login has an account log on by SSH at a time that never goes back.
func (x *town) login(at time.Time, src, dst, account string) uint64 {
	x.t.Helper()
	return x.step(at, src, dst, account, footfall.Success)
}

func (x *town) step(at time.Time, src, dst, account string, outcome footfall.Outcome) uint64 {
	if at.UnixNano() < x.now {
		x.t.Fatalf("%v lies before what was told already", at)
	}
	x.now = at.UnixNano()
	x.id++
	n := x.names.Intern
	s := footfall.Step{
		Time: x.now, ID: footfall.Hash(fmt.Sprint(x.id)), Ref: footfall.Ref{Offset: int64(x.id)}, Kind: footfall.KindLogon, Service: footfall.ServiceSSH,
		Outcome: outcome, Flags: footfall.FlagRemote, SrcHost: n(src), DstHost: n(dst), Account: n(account),
	}
	l := Login{
		Time: s.Time, ID: s.ID, Ref: s.Ref, What: Arrive, Service: s.Service, Src: s.SrcHost, Dst: s.DstHost, Account: s.Account, Person: x.who(account),
		SrcKind: x.kind[src], DstKind: x.kind[dst],
	}
	if outcome == footfall.Failure {
		l.What = Fail
	}
	if o := x.owner[src]; o != "" {
		l.Owner, l.SrcKind = n(o), footfall.HostWorkstation
	}
	if x.ctx.Services[account] {
		l.Flags |= FlagService
	}
	x.past.Now(s.Time)
	x.e.Observe(&l, &s, &x.out)
	x.past.Observe(&s, nil)
	return s.ID
}

const (
	people = 40
	teams  = 5
)

func date(n int) time.Time { return monday.AddDate(0, 0, n) }

// hire gives a person a laptop.
func (x *town) hire(name string) { x.owner["pc-"+name] = name }

// work is a day of everybody: two servers of the team each, in turns, and on
// some days one that is new. Nothing is drawn: the days differ by count.
func (x *town) work(n int) {
	if w := date(n).Weekday(); w == time.Saturday || w == time.Sunday {
		return
	}
	for i := range people {
		name := fmt.Sprintf("p%02d", i)
		x.hire(name)
		at := date(n).Add(9*time.Hour + time.Duration(i)*3*time.Minute)
		for k := range 2 {
			x.login(at.Add(time.Duration(k)*time.Minute), "pc-"+name, fmt.Sprintf("srv-%d-%d", i%teams, (n+k*3+i/teams)%6), name)
		}
		if h := footfall.Hash("new", name, fmt.Sprint(n)); h%9 == 0 {
			x.login(at.Add(2*time.Minute), "pc-"+name, fmt.Sprintf("srv-%d-%d", h/9%teams, h/99%6), name)
		}
	}
}

func (x *town) until(n int) {
	for d := range n {
		x.work(d)
	}
}

// told are the findings whose hand is a person, the last form of each.
func (x *town) told(hand string) (list []*footfall.Finding) {
	at := map[string]int{}
	for _, f := range x.out.Found {
		if !slices.ContainsFunc(f.Entities, func(e footfall.Entity) bool { return e.Name == hand }) {
			continue
		}
		if i, ok := at[f.ID]; ok {
			list[i] = f
			continue
		}
		at[f.ID] = len(list)
		list = append(list, f)
	}
	return list
}

// one is the only finding about a hand.
func (x *town) one(hand string) *footfall.Finding {
	x.t.Helper()
	list := x.told(hand)
	if len(list) != 1 {
		for _, f := range list {
			x.t.Logf("%s: %s", f.Title, f.Why)
		}
		x.t.Fatalf("%d findings about %s, want 1", len(list), hand)
	}
	return list[0]
}

// last is the newest finding about a hand. There may be older ones: what goes
// on after a quiet day and night is told anew, with the way that led there.
func (x *town) last(hand string) *footfall.Finding {
	x.t.Helper()
	list := x.told(hand)
	if len(list) == 0 {
		x.t.Fatalf("no finding about %s", hand)
	}
	return slices.MaxFunc(list, func(a, b *footfall.Finding) int { return cmp.Compare(a.Last, b.Last) })
}

func (x *town) none(hand, because string) {
	x.t.Helper()
	for _, f := range x.told(hand) {
		x.t.Errorf("told although %s: %s: %s", because, f.Title, f.Why)
	}
}

const quiet = 34 // days before something happens: a Sunday

// TestChain holds that five hops with two changes of account over three days
// are one path, told anew after a quiet night, with each hop in it.
func TestChain(t *testing.T) {
	x := newTown(t, &footfall.Context{})
	x.hire("alice")
	for d := range quiet {
		x.work(d)
		if w := date(d).Weekday(); w != time.Saturday && w != time.Sunday {
			x.login(date(d).Add(12*time.Hour), "pc-alice", "srv-0-1", "alice")
			x.login(date(d).Add(12*time.Hour+time.Minute), "pc-bob", "srv-1-1", "bob")
			x.login(date(d).Add(12*time.Hour+2*time.Minute), "pc-carol", "srv-2-1", "carol")
		}
	}
	x.hire("bob")
	x.hire("carol")
	at := date(quiet + 1)
	ids := []uint64{
		x.login(at.Add(13*time.Hour), "pc-alice", "vault-1", "alice"),
		x.login(at.Add(13*time.Hour+10*time.Minute), "vault-1", "vault-2", "bob"),
		x.login(at.Add(15*time.Hour), "vault-2", "vault-3", "bob"),
		x.login(at.Add(39*time.Hour), "vault-3", "vault-4", "carol"),
		x.login(at.Add(60*time.Hour), "vault-4", "vault-5", "carol"),
	}
	f := x.last("alice")
	if f.Rule != &Analytic.Rules[0] || f.Level < footfall.LevelMedium || f.Level > footfall.LevelHigh {
		t.Errorf("%s at %s", f.Rule.ID, f.Level)
	}
	var got []uint64
	for _, h := range f.Path {
		got = append(got, h.ID)
	}
	if !slices.Equal(got, ids) {
		t.Errorf("path %v, want %v", got, ids)
	}
	for _, want := range []string{"vault-2 as bob", "vault-4 as carol", "never on", "comparable ways"} {
		if !strings.Contains(f.Why, want) {
			t.Errorf("why lacks %q: %s", want, f.Why)
		}
	}
	if !slices.Contains(f.Attack, "T1078") || !slices.Contains(f.Attack, "T1021.004") {
		t.Errorf("techniques %v", f.Attack)
	}
	if !strings.Contains(f.Innocent, "Ask alice") {
		t.Errorf("innocent: %s", f.Innocent)
	}
}

// TestSlow holds that hops 26 hours and three days apart stay together.
func TestSlow(t *testing.T) {
	x := newTown(t, &footfall.Context{})
	x.until(quiet)
	at := date(quiet + 1).Add(8 * time.Hour)
	x.login(at, "pc-p03", "vault-1", "p03")
	x.login(at.Add(26*time.Hour), "vault-1", "vault-2", "p11")
	x.login(at.Add(26*time.Hour+72*time.Hour), "vault-2", "vault-3", "p11")
	if f := x.last("p03"); len(f.Path) != 3 {
		t.Errorf("%d hops: %s", len(f.Path), f.Why)
	}
}

// TestFanOut holds that one's own account on many hosts that neither the hand
// nor its peers were on is told in its own channel.
func TestFanOut(t *testing.T) {
	x := newTown(t, &footfall.Context{})
	x.until(quiet)
	x.out = footfall.Sink{}
	at := date(quiet + 1).Add(8 * time.Hour)
	for i := range 8 {
		x.login(at.Add(time.Duration(i)*time.Minute), "pc-p07", fmt.Sprintf("vault-%d", i), "p07")
	}
	f := x.one("p07")
	if f.Rule != &Analytic.Rules[1] || !strings.Contains(f.Why, "new host in") {
		t.Errorf("%s: %s", f.Rule.ID, f.Why)
	}
}

// TestHarmless holds that what only looks like an intruder is not told.
func TestHarmless(t *testing.T) {
	monday := date(quiet + 1).Add(8 * time.Hour)
	f := func(name, hand, because string, ctx *footfall.Context, before func(x *town, d int), act func(x *town)) {
		t.Run(name, func(t *testing.T) {
			x := newTown(t, ctx)
			for d := range quiet {
				x.work(d)
				if before != nil {
					before(x, d)
				}
			}
			x.out = footfall.Sink{}
			act(x)
			x.none(hand, because)
		})
	}
	f("on call", "p05", "one host for a page at night is no path", &footfall.Context{Roles: map[string][]string{"p05": {"on-call"}}}, nil, func(x *town) {
		x.login(monday.Add(-5*time.Hour), "pc-p05", "srv-1-2", "p05")
	})
	f("new hire", "newbie", "its team goes there", &footfall.Context{Roles: roles("team0")}, nil, func(x *town) {
		x.hire("newbie")
		for i := range 5 {
			x.login(monday.Add(time.Duration(i)*time.Minute), "pc-newbie", fmt.Sprintf("srv-0-%d", i), "newbie")
		}
	})
	patch := &footfall.Context{Services: map[string]bool{"svc-patch": true}, Deployers: map[string]bool{"deploy": true}}
	f("patch wave", "svc-patch", "a program goes out from its own host", patch, func(x *town, d int) {
		x.login(date(d).Add(20*time.Hour), "deploy", "srv-0-0", "svc-patch")
	}, func(x *town) {
		for i := range 60 {
			x.login(monday.Add(time.Duration(i)*time.Second), "deploy", fmt.Sprintf("patched-%d", i), "svc-patch")
		}
	})
	f("acts for others", "p09", "the same administrator does so every day", &footfall.Context{}, func(x *town, d int) {
		x.login(date(d).Add(20*time.Hour), "pc-p09", "srv-3-0", "p09")
		x.login(date(d).Add(20*time.Hour+time.Minute), "srv-3-0", "srv-4-0", "dba")
	}, func(x *town) {
		x.login(monday, "pc-p09", "srv-3-0", "p09")
		x.login(monday.Add(time.Minute), "srv-3-0", "srv-4-0", "dba")
	})
	bastion := &footfall.Context{Bastions: map[string]bool{"jump": true}}
	many := func(x *town, d int) {
		x.kind["jump"] = footfall.HostBastion
		for i := range people {
			name, at := fmt.Sprintf("p%02d", i), date(d).Add(20*time.Hour+time.Duration(i)*time.Minute)
			x.login(at, "pc-"+name, "jump", name)
			x.login(at.Add(20*time.Second), "jump", fmt.Sprintf("srv-%d-%d", i%teams, i/teams%6), name)
		}
	}
	f("bastion", "p21", "forty people go over one bastion, each as usual", bastion, many, func(x *town) { many(x, quiet+1) })
}

// roles gives the first team's people and a newcomer one role.
func roles(role string) map[string][]string {
	out := map[string][]string{"newbie": {role}}
	for i := 0; i < people; i += teams {
		out[fmt.Sprintf("p%02d", i)] = []string{role}
	}
	return out
}

// TestSameInput holds that the same logins give the same findings.
func TestSameInput(t *testing.T) {
	var first []string
	for range 2 {
		x := newTown(t, &footfall.Context{})
		for i := range 64 { // other numbers for the names
			x.names.Intern(fmt.Sprint("filler", i, len(first)))
		}
		x.until(quiet)
		at := date(quiet + 1).Add(8 * time.Hour)
		x.login(at, "pc-p03", "vault-1", "p03")
		x.login(at.Add(time.Hour), "vault-1", "vault-2", "p11")
		var got []string
		for _, f := range x.out.Found {
			got = append(got, fmt.Sprintf("%s %s %s %s %v", f.ID, f.Level, f.Why, f.Innocent, f.Path))
		}
		if first == nil {
			first = got
		} else if !slices.Equal(first, got) {
			t.Errorf("got  %q\nwant %q", got, first)
		}
	}
}

// TestLearn holds that what is only learned from is not told, and counts.
func TestLearn(t *testing.T) {
	x := newTown(t, &footfall.Context{})
	x.until(quiet)
	j := x.e.judge
	at := date(quiet + 1).Add(8 * time.Hour).UnixNano()
	l := Login{Time: at, ID: 1, What: Arrive, Flags: FlagLearn, Service: footfall.ServiceSSH, Src: x.names.Intern("pc-p03"), Dst: x.names.Intern("vault-9"), Account: x.names.Intern("p11"), Person: x.names.Intern("p11"), Owner: x.names.Intern("p03"), SrcKind: footfall.HostWorkstation}
	found := len(x.out.Found)
	x.e.Observe(&l, &footfall.Step{Time: at, ID: 1}, &x.out)
	if len(x.out.Found) != found {
		t.Error("told")
	}
	n := 0
	for _, k := range j.scale.total[groupOf].rows[j.today%rows] {
		n += int(k)
	}
	if n != 1 {
		t.Errorf("%d ways of the day are kept, want 1", n)
	}
}
