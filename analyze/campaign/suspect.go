package campaign

import (
	"github.com/footfall/footfall"
)

// A party is a source in the window.
type party struct {
	name     footfall.Name
	accounts []footfall.Name // that it failed on
	client   footfall.Name
	fails    int
	won      bool
	public   bool
	new      bool // it failed, and nobody ever logged on from it
	in       bool // it takes part
	unknown  bool // it tried an account that nobody has
}

// maxAccounts bounds the accounts of a party; guess sees who tries more.
const maxAccounts = 64

// A trial is the window at an alarm, and what the tests made of it.
type trial struct {
	w        *watcher
	window   []try
	parties  []party
	bySource map[footfall.Name]int
	accounts []footfall.Name // in the order of their first attempt
	unknown  map[footfall.Name]bool
	common   map[footfall.Name]int // account to how many newcomers failed on it
	new      int
	known    int // sources that failed and got in, then or before

	pAccounts, pClient, pUnknown, pOrder, pTurns, p float64
	client                                          footfall.Name
	shared, sameClient, strange, ordered, ups       int
}

func (w *watcher) try(window []try) *trial {
	t := &trial{w: w, window: window, bySource: map[footfall.Name]int{}, unknown: map[footfall.Name]bool{}, common: map[footfall.Name]int{}}
	t.collect()
	if t.new < w.lim.sources {
		return nil
	}
	t.testAccounts()
	t.testClient()
	t.testUnknown()
	t.testOrder()
	// The least of five is less than one alone: Bonferroni's bound.
	t.p = min(1, 5*min(t.pAccounts, t.pClient, t.pUnknown, t.pOrder, t.pTurns))
	if t.p > w.lim.chance || t.choose() < w.lim.sources {
		return nil
	}
	return t
}

func (t *trial) collect() {
	won := map[footfall.Name]bool{}
	for i := range t.window {
		x := &t.window[i]
		if !x.won && t.w.heard(x) {
			continue
		}
		at, ok := t.bySource[x.source]
		if !ok {
			at = len(t.parties)
			t.bySource[x.source] = at
			t.parties = append(t.parties, party{name: x.source, client: x.client, public: x.public})
		}
		p := &t.parties[at]
		if _, ok := t.unknown[x.account]; !ok {
			t.accounts = append(t.accounts, x.account)
			tally := t.w.env.Past.Tally(footfall.TraitLogon, x.account, 0, 0, 0)
			t.unknown[x.account] = !tally.Known()
		}
		if x.won {
			p.won = true
			won[x.account] = true
			continue
		}
		p.fails++
		if p.client == 0 {
			p.client = x.client
		}
		if !has(p.accounts, x.account) && len(p.accounts) < maxAccounts {
			p.accounts = append(p.accounts, x.account)
		}
	}
	for i := range t.parties {
		p := &t.parties[i]
		if p.fails == 0 {
			continue
		}
		if p.won || !t.w.newcomer(p.name) {
			t.known++
			continue
		}
		p.new = true
		t.new++
		for _, a := range p.accounts {
			t.common[a]++
			p.unknown = p.unknown || t.unknown[a] && !won[a]
		}
	}
}

func has(list []footfall.Name, n footfall.Name) bool {
	for _, x := range list {
		if x == n {
			return true
		}
	}
	return false
}

// seldom is at which chance the accounts of one source are called common.
const seldom = 0.05

// overlap is the chance that a source's accounts are so many times also those
// of the other newcomers, were they drawn from all accounts of the window.
func (t *trial) overlap(p *party) float64 {
	others, both := len(t.common), 0
	for _, a := range p.accounts {
		if t.common[a] > 1 {
			both++
		} else {
			others--
		}
	}
	if both == 0 {
		return 1
	}
	return drawn(len(t.accounts), others, len(p.accounts), both)
}

func (t *trial) testAccounts() {
	for i := range t.parties {
		if p := &t.parties[i]; p.new && t.overlap(p) <= seldom {
			t.shared++
		}
	}
	t.pAccounts = atLeast(t.new, seldom, t.shared)
}

// testClient asks whether newcomers have the client of most of them more often
// than all sources do.
func (t *trial) testClient() {
	t.pClient = 1
	all, mine := map[footfall.Name]int{}, map[footfall.Name]int{}
	for i := range t.parties {
		p := &t.parties[i]
		all[p.client]++
		if p.new && p.client != 0 {
			mine[p.client]++
		}
	}
	for i := range t.parties { // not over the map, whose order is chance
		if p := &t.parties[i]; mine[p.client] > t.sameClient {
			t.client, t.sameClient = p.client, mine[p.client]
		}
	}
	if t.sameClient > 0 {
		t.pClient = drawn(len(t.parties), all[t.client], t.new, t.sameClient)
	}
}

func (t *trial) testUnknown() {
	t.pUnknown = 1
	strange := 0
	for _, a := range t.accounts {
		if t.unknown[a] {
			strange++
			if t.common[a] > 0 {
				t.strange++
			}
		}
	}
	if t.strange > 0 {
		t.pUnknown = drawn(len(t.accounts), strange, len(t.common), t.strange)
	}
}

// testOrder looks at the newcomers' failures in the order of time: whether new
// accounts come alphabetically, and whether a source follows itself as often
// as it would by chance; a person tries again at once, a pool takes turns.
func (t *trial) testOrder() {
	n := t.w.env.Names
	var before, source footfall.Name
	met := map[footfall.Name]bool{}
	fails, again := 0, 0
	for i := range t.window {
		x := &t.window[i]
		at, ok := t.bySource[x.source]
		if x.won || !ok || !t.parties[at].new {
			continue
		}
		if fails++; x.source == source {
			again++
		}
		source = x.source
		if met[x.account] {
			continue
		}
		met[x.account] = true
		if t.ordered++; before != 0 && n.Less(before, x.account) {
			t.ups++
		}
		before = x.account
	}
	t.pOrder = ascending(t.ordered, t.ups)
	expect := 0.0
	for i := range t.parties {
		if p := &t.parties[i]; p.new {
			expect += float64(p.fails) * float64(p.fails-1) / float64(max(fails, 1))
		}
	}
	t.pTurns = atMost(expect, again)
}

// choose marks who takes part, by the tests that chance does not explain.
func (t *trial) choose() (n int) {
	sure := t.w.lim.chance / 5
	for i := range t.parties {
		p := &t.parties[i]
		if !p.new {
			continue
		}
		p.in = t.pOrder <= sure || t.pTurns <= sure ||
			t.pAccounts <= sure && t.overlap(p) <= seldom ||
			t.pClient <= sure && p.client == t.client ||
			t.pUnknown <= sure && p.unknown
		if p.in {
			n++
		}
	}
	return n
}
