package main

import (
	"maps"
	"math/bits"
	"slices"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/graph"
)

// A hopper is Hopper (Ho et al., USENIX Security 2021) as far as it was
// published, with the inventory that it needs given and right: who owns which
// client, which accounts are one person's, which are programs'. What is not
// published, the features of unclear paths, is stood in for by the scoring of
// the same group (Ho et al., USENIX Security 2017): how many of those before
// were at least as harmless in every feature.
//
//   - A login from a client begins a path; its causal user is the owner. One
//     from a server may go on from any login that came to the server in the
//     24 hours before, and inherits its causal user; each is as likely.
//   - Benign: the account is the causal user's, whichever it was. Clear: it is
//     nobody's who came there. Unclear: it is that of some.
//   - Left out: switches to a program's account, to the own administrator
//     account, and by or to what was first seen within a week.
//   - Clear: alert when the causal user was not on one of the path's machines
//     in the 30 days before. Unclear: ranked by how rare the causal user on
//     the machine, the account on it, and the way with the account are.
//
// As published, what is clear is always told, and takes its part of the
// budget; ranked, both kinds share the budget, the clear before the unclear.
type hopper struct {
	who *inventory

	came  map[footfall.Name][]arrival // by host: of the last 24 hours
	been  map[pairing]days            // person and host
	way   map[way]days                // source, host and account; without source too
	first map[footfall.Name]int64     // host or account -> its first day
	ranks [2]ranks                    // of unclear and of clear switches
}

// An arrival is a login to a host, with whose hand it can have been.
type arrival struct {
	time    int64
	account footfall.Name
	person  string // causal
	fresh   bool   // the path went to a machine that the person had not been on
	class   graph.Class
}

type pairing struct {
	person string
	name   footfall.Name
}

type way struct{ src, dst, account footfall.Name }

// Days are those of the last 30 on which something was, as bits; bit 0 is last.
type days struct {
	last int64
	bits uint32
}

const (
	activeHours  = 24 * 3600 * 1e9
	rememberDays = 30
	settledDays  = 7
)

func (d days) add(day int64) days {
	if n := day - d.last; n > 0 {
		if n < 32 {
			d.bits <<= uint(n)
		} else {
			d.bits = 0
		}
		d.last = day
	}
	d.bits |= 1
	return d
}

// before is on how many of the 30 days before a day.
func (d days) before(day int64) int {
	n := day - d.last
	if n >= 32 || d.bits == 0 {
		return 0
	}
	return bits.OnesCount32(d.bits << uint(n) &^ 1 & (1<<(rememberDays+1) - 1))
}

func newHopper(who *inventory) *hopper {
	return &hopper{
		who: who, came: map[footfall.Name][]arrival{}, been: map[pairing]days{}, way: map[way]days{},
		first: map[footfall.Name]int64{},
	}
}

// A verdict is the class of a login, and the hand that makes it most odd.
type verdict struct {
	class graph.Class
	hands int
	alert bool
	clear bool // for a clear switch
	odd   float64
}

// score implements scorer.
func (h *hopper) score(l *graph.Login) (float64, bool) {
	v := h.judge(l)
	if !v.alert {
		return 0, false
	}
	if v.clear {
		return 2 + v.odd, true
	}
	return v.odd, false
}

// judge classifies a login and learns from it. What goes on with an account
// that was taken before is of the class that taking it was.
func (h *hopper) judge(l *graph.Login) verdict {
	day := dayOf(l.Time)
	owner := h.ownerOf(l.Account)
	hands := h.candidates(l, owner)
	v := verdict{hands: len(hands)}
	matched := slices.ContainsFunc(hands, func(c arrival) bool { return c.account == l.Account || c.person == owner })
	excused := h.who.isProgram(l.Account) || h.young(l.Account, day) || h.young(l.Dst, day)
	var after []arrival
	for _, c := range hands {
		a := arrival{time: l.Time, account: l.Account, person: c.person}
		a.fresh = c.fresh || h.been[pairing{c.person, l.Dst}].before(day) == 0
		switch {
		case c.person == owner:
		case c.account == l.Account:
			a.class = c.class
		case matched:
			a.class = graph.Unclear
		default:
			a.class = graph.Clear
		}
		after = append(after, a)
		v.class = max(v.class, a.class)
		if a.class != graph.Straight && !excused && (a.class == graph.Unclear || a.fresh) {
			odd := h.rare(l, &a, day)
			if v.clear = v.clear || a.class == graph.Clear; v.clear && a.class != graph.Clear {
				continue
			}
			v.alert, v.odd = true, max(v.odd, odd)
		}
	}
	h.learn(l, after, owner, day)
	return v
}

// rare is how rare a path with a switch is among those of its class.
func (h *hopper) rare(l *graph.Login, a *arrival, day int64) float64 {
	f := features{
		h.been[pairing{a.person, l.Dst}].before(day),
		h.way[way{l.Src, l.Dst, l.Account}].before(day),
		h.way[way{0, l.Dst, l.Account}].before(day),
	}
	r := &h.ranks[a.class-1]
	odd := r.odd(f)
	r.add(f, day)
	return odd
}

// candidates are the hands that a login can have been.
func (h *hopper) candidates(l *graph.Login, owner string) []arrival {
	src := h.who.names.String(l.Src)
	if h.who.client[src] {
		if p := h.who.desk[src]; p != "" {
			return []arrival{{time: l.Time, person: p}}
		}
		return []arrival{{time: l.Time, account: l.Account, person: owner}}
	}
	if !h.who.server[src] { // outside, a tunnel: whoever has it
		if p := h.who.person(l.Owner); p != "" {
			return []arrival{{time: l.Time, person: p}}
		}
		return []arrival{{time: l.Time, account: l.Account, person: owner}}
	}
	list := h.came[l.Src]
	list = slices.DeleteFunc(list, func(a arrival) bool { return a.time < l.Time-activeHours })
	if h.came[l.Src] = list; len(list) == 0 {
		delete(h.came, l.Src)
		return []arrival{{time: l.Time, account: l.Account, person: owner}}
	}
	return list
}

// ownerOf is whose an account is; a program's is its own.
func (h *hopper) ownerOf(account footfall.Name) string {
	if p := h.who.person(account); p != "" {
		return p
	}
	return "account " + h.who.names.String(account)
}

func (h *hopper) young(n footfall.Name, day int64) bool {
	first, ok := h.first[n]
	return !ok || day-first < settledDays
}

func (h *hopper) learn(l *graph.Login, after []arrival, owner string, day int64) {
	list := h.came[l.Dst]
	for _, a := range after {
		k := slices.IndexFunc(list, func(x arrival) bool { return x.account == a.account && x.person == a.person })
		if k < 0 {
			list = append(list, a)
		} else {
			list[k] = a
		}
	}
	h.came[l.Dst] = list
	note(h.been, pairing{owner, l.Dst}, day)
	note(h.way, way{l.Src, l.Dst, l.Account}, day)
	note(h.way, way{0, l.Dst, l.Account}, day)
	for _, n := range [...]footfall.Name{l.Account, l.Dst} {
		if _, ok := h.first[n]; !ok {
			h.first[n] = day
		}
	}
}

func note[K comparable](m map[K]days, k K, day int64) { m[k] = m[k].add(day) }

func (h *hopper) fork() scorer {
	c := *h
	c.came = make(map[footfall.Name][]arrival, len(h.came))
	for k, list := range h.came {
		c.came[k] = slices.Clone(list)
	}
	c.been, c.way, c.first = maps.Clone(h.been), maps.Clone(h.way), maps.Clone(h.first)
	for i := range c.ranks {
		c.ranks[i] = h.ranks[i].fork()
	}
	return &c
}

// Features are days in the 30 before, the fewer the odder: of the person on
// the machine, of the account on the same way, of the account on the machine.
type features [3]int

// ranks remember 30 days of features.
type ranks struct {
	past  []dayOfFeatures
	all   []counted // over the days of past
	where map[features]int
	sum   int
}

type counted struct {
	f features
	n int
}

type dayOfFeatures struct {
	day   int64
	count map[features]int
}

func (r *ranks) add(f features, day int64) {
	if n := len(r.past); n == 0 || r.past[n-1].day != day {
		r.past = append(r.past, dayOfFeatures{day, map[features]int{}})
	}
	for len(r.past) > 0 && r.past[0].day < day-rememberDays {
		for g, n := range r.past[0].count {
			r.all[r.where[g]].n -= n
			r.sum -= n
		}
		r.past = r.past[1:]
	}
	r.past[len(r.past)-1].count[f]++
	i, ok := r.where[f]
	if !ok {
		if r.where == nil {
			r.where = map[features]int{}
		}
		i = len(r.all)
		r.where[f], r.all = i, append(r.all, counted{f: f})
	}
	r.all[i].n++
	r.sum++
}

// odd is the share of those before that are at least as harmless in each
// feature; of nothing before it is 1.
func (r *ranks) odd(f features) float64 {
	milder := 1
	for i := range r.all {
		if g := &r.all[i]; g.f[0] >= f[0] && g.f[1] >= f[1] && g.f[2] >= f[2] {
			milder += g.n
		}
	}
	return float64(milder) / float64(1+r.sum)
}

func (r *ranks) fork() ranks {
	c := ranks{slices.Clone(r.past), slices.Clone(r.all), maps.Clone(r.where), r.sum}
	if n := len(c.past); n > 0 { // only the last day is added to
		c.past[n-1].count = maps.Clone(c.past[n-1].count)
	}
	return c
}
