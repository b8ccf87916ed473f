package graph

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/footfall/footfall"
)

// A ledger is a past in a plain table, about as dear to ask as the real one.
type ledger struct {
	diary
	days map[uint64]uint16
}

func (d *ledger) key(t footfall.Trait, owner, a footfall.Name) uint64 {
	return (uint64(t)<<56 ^ uint64(owner)<<28 ^ uint64(a)) * 0x9e3779b97f4a7c15
}

func (d *ledger) Tally(t footfall.Trait, owner, a, _, _ footfall.Name) footfall.Tally {
	d.asked++
	return footfall.Tally{Days: int(d.days[d.key(t, owner, a)])}
}

func (d *ledger) Teach(t footfall.Trait, owner, a, _, _ footfall.Name) {
	d.days[d.key(t, owner, a)]++
}

// traffic is logins of a large company: people at their desks who use file
// servers, servers that programs go round, jump hosts, and people who go on
// from there with another account. They are those of half a day.
func traffic(n *footfall.Names, count int) []Login {
	rnd := rand.New(rand.NewPCG(1, 2))
	const people, servers, shares, jumps = 3000, 4000, 30, 10
	name := func(kind string, i int) footfall.Name { return n.Intern(fmt.Sprint(kind, i)) }
	out := make([]Login, 0, count)
	now := int64(1.7e18)
	on := map[int]int{} // person -> jump host
	for i := 0; len(out) < count; i++ {
		now += int64(43200e9) / int64(count)
		p := rnd.IntN(people)
		who := name("person", p)
		l := Login{Time: now, ID: uint64(i + 1), What: Arrive, Account: name("acct", p), Person: who, SrcKind: footfall.HostWorkstation, DstKind: footfall.HostServer}
		l.Src, l.Owner = name("desk", p), who
		switch k := rnd.IntN(100); {
		case k < 45: // a share
			l.Service, l.Type, l.Dst = footfall.ServiceSMB, 3, name("share", (p+rnd.IntN(3))%shares)
			l.Session = name("share-session", i%20000)
		case k < 80: // a program
			j := rnd.IntN(20)
			l.Src, l.SrcKind, l.Owner = name("tool", j), footfall.HostServer, 0
			l.Account, l.Flags = name("svc", j), FlagService|FlagNobodys
			l.Person = l.Account
			l.Service, l.Dst = footfall.ServiceSSH, name("server", rnd.IntN(servers))
			l.Session = name("tool-session", i%20000)
		case k < 90:
			j := rnd.IntN(jumps)
			l.Service, l.Dst, l.DstKind = footfall.ServiceSSH, name("jump", j), [...]footfall.HostKind{footfall.HostBastion, footfall.HostServer}[j%2]
			l.Session = name("jump-session", p)
			on[p] = j
		default:
			j, ok := on[p]
			if !ok {
				continue
			}
			l.Service, l.Src, l.SrcKind, l.Owner, l.Dst = footfall.ServiceSSH, name("jump", j), [...]footfall.HostKind{footfall.HostBastion, footfall.HostServer}[j%2], 0, name("server", (p*7+rnd.IntN(20))%servers)
			if k == 99 {
				l.Account, l.Person = name("acct", p+1), name("person", p+1)
			}
			l.Session = name("server-session", i%20000)
		}
		l.Source = l.Src
		out = append(out, l)
		if rnd.IntN(2) == 0 {
			o := l
			o.What, o.Time = Leave, now+1
			out = append(out, o)
		}
	}
	return out
}

func warm(names *footfall.Names) (*Engine, *ledger) {
	past := &ledger{days: map[uint64]uint16{}}
	for i := range 2_000_000 {
		past.days[uint64(i)*0x9e3779b97f4a7c15] = uint16(i)
	}
	return New(Options{Names: names, Context: &footfall.Context{}, Past: past}), past
}

// BenchmarkObserve is what a login costs behind identity and sessions, without
// being judged.
func BenchmarkObserve(b *testing.B) {
	names := footfall.NewNames()
	logins := traffic(names, 400_000)
	e, past := warm(names)
	e.judge = nil
	var out footfall.Sink
	var s footfall.Step
	var l Login
	const halfDay = int64(43200e9)
	turn := func(k int64) {
		for i := range logins {
			l = logins[i]
			l.Time += k * halfDay
			l.ID += uint64(k) << 32
			e.Observe(&l, &s, &out)
		}
	}
	turn(0)
	past.asked = 0
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		turn(int64(i + 1))
	}
	b.ReportMetric(float64(b.N)*float64(len(logins))/b.Elapsed().Seconds(), "logins/s")
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(logins)), "ns/login")
	b.ReportMetric(float64(past.asked)/float64(b.N)/float64(len(logins)), "asked/login")
}

// TestNoAllocs holds that a login costs no allocation once tables are warm.
func TestNoAllocs(t *testing.T) {
	names := footfall.NewNames()
	logins := traffic(names, 20_000)
	past := &ledger{days: map[uint64]uint16{}}
	e := New(Options{Names: names, Context: &footfall.Context{}, Past: past})
	e.judge = nil
	var out footfall.Sink
	var s footfall.Step
	var l Login
	k := int64(0)
	turn := func() {
		for i := range logins {
			l = logins[i]
			l.Time += k * 43200e9
			l.ID += uint64(k) << 32
			e.Observe(&l, &s, &out)
		}
		k++
	}
	for range 8 {
		turn()
	}
	if n := testing.AllocsPerRun(3, turn); n > float64(len(logins))/200 {
		t.Errorf("%v allocations for %d logins", n, len(logins))
	}
	checkPool(t, e)
}
