package triage

import (
	"slices"
	"time"

	"github.com/footfall/footfall"
)

// Two findings belong together when they share
//   - a session: always, but for the ones in which Windows runs itself;
//   - an account that acts in both, within a day; one that acts in one and is
//     acted upon in the other, within an hour;
//   - a source and a destination, within a day; so with an account whose name
//     every machine has (root, administrator), which counts with its host;
//   - a host that one got into and the other left from, within an hour, also
//     with a weak hop between them, or with hops that a fact tells of;
//   - a source and the rule, within a quarter of an hour, when neither names an
//     account: a sensor saw one machine do the same to several;
//   - a host, within a quarter of an hour, when one of the two names neither
//     session, account nor pair.
//
// Some things are shared by all and join nothing: system accounts, declared
// scanners and deployment tools, an account seen from many sources, and
// findings that name very many accounts or sources. Through a host that many
// come to, a bastion or a domain controller, only the one group joins that came
// there in the hour before.
//
// A path that one hand made is a case by itself (walk.go).
//
// Guessing that got nowhere is the noise of every open port. It joins the
// group of its own source, and else makes one group for each host.
const (
	withAccount = int64(24 * time.Hour)
	withPair    = int64(24 * time.Hour)
	withHop     = int64(time.Hour)
	withHost    = int64(15 * time.Minute)
	withTarget  = int64(time.Hour)
	// What is below medium belongs only to what is close to it.
	withWeak = int64(time.Hour)
	// An account of findings from so many sources is shared: it joins only
	// together with the source.
	hubSources = 10
	// A host that findings name so many sources for is a hub: a bastion, a
	// domain controller, a file server. Having been there joins nothing.
	hubArrivals = 5
	// A finding about more accounts or sources than this is about guessing at
	// large, not about each of them.
	maxNamed = 8
	// A finding with more entities than this says nothing of which account
	// came from where.
	maxEntities = 200
)

// A set is findings that belong together, the hops by which facts join them,
// and why each is in it.
type set struct {
	findings []*footfall.Finding
	hops     []footfall.Hop
	bonds    []footfall.Bond
}

// join returns the sets of findings that hold one at medium or above. findings
// are in order of time and id, and so are the sets and their members.
func join(findings []*footfall.Finding, facts factIndex, opt *Options) []set {
	j := newJoiner(findings, opt)
	is := func(c class) func(int) bool { return func(i int) bool { return j.parts[i].class == c } }
	upTo := func(c class) func(int) bool {
		return func(i int) bool { return j.parts[i].class < c && j.parts[i].class != walk }
	}
	j.unite(is(strong))
	j.bridge(facts)
	j.onePath()
	j.walks(is(strong), false)
	for _, c := range []class{guessing, loose, weak} {
		j.attach(is(c), j.settled(upTo(c)))
		j.walks(is(c), true)
	}
	return j.groups()
}

// A class is how much a finding may do for a case; the order is that in which
// cases are made.
type class uint8

const (
	strong   class = iota // makes groups and unites them
	walk                  // a path that one hand made
	guessing              // failed guesses without any success
	loose                 // names only where something happened
	weak                  // below medium
)

// parts are the names by which a finding may belong to others.
type parts struct {
	class    class
	keys     []string // sessions, accounts and pairs, each with its kind in front
	sources  []string
	arrivals []string // hosts that it happened on
	leaves   []string // hosts that it came from
}

// sharedAccounts are the accounts of findings from many sources.
func sharedAccounts(findings []*footfall.Finding, ctx *footfall.Context) map[string]bool {
	from := map[string]map[string]bool{}
	for _, f := range findings {
		if len(f.Entities) > maxEntities {
			continue
		}
		for _, e := range f.Entities {
			if !isAccount(e) {
				continue
			}
			for _, s := range f.Entities {
				if isSource(s) {
					if from[e.Name] == nil {
						from[e.Name] = map[string]bool{}
					}
					from[e.Name][s.Name] = true
				}
			}
		}
	}
	shared := map[string]bool{}
	for name, sources := range from {
		shared[name] = len(sources) >= hubSources || ctx.Services[name]
	}
	return shared
}

// takers are the accounts that took the roles of a cloud, of each role the only
// one that did.
func takers(hops []footfall.Hop) map[string]string {
	by := map[string]string{}
	for _, h := range hops {
		if h.Service != footfall.ServiceCloud || h.Account == "" || h.To == h.Account || !identity(h.To) || h.From != h.Account {
			continue
		}
		if one, ok := by[h.To]; ok && one != h.Account {
			by[h.To] = ""
			continue
		}
		by[h.To] = h.Account
	}
	return by
}

func partsOf(f *footfall.Finding, shared map[string]bool, roles map[string]string, opt *Options) parts {
	ctx := opt.Context
	var p parts
	var dests, actors, named []string
	for _, e := range f.Entities {
		switch {
		case isSource(e):
			p.sources = append(p.sources, e.Name)
		case isDestination(e):
			dests = append(dests, e.Name)
		case isAccount(e) && (SystemAccount(e.Name) || ownMachine(e.Name, f)):
		case isAccount(e) && e.Role == footfall.RoleActor:
			actors = append(actors, e.Name)
			if by := roles[e.Name]; by != "" {
				actors = append(actors, by) // who took the role
			}
		case isAccount(e):
			named = append(named, e.Name)
		}
	}
	for _, h := range f.Path {
		p.sources, dests = append(p.sources, bareHost(h.From)), append(dests, bareHost(h.To))
	}
	// A finding may name by its address what another one knows as a host.
	p.sources, dests = opt.withHosts(p.sources), opt.withHosts(dests)
	p.sources, dests, actors, named = distinct(p.sources), distinct(dests), distinct(actors), distinct(named)
	p.arrivals = dests
	for _, s := range p.sources {
		if !ctx.Scanners[s] && !sharedAddress(s, ctx) {
			p.leaves = append(p.leaves, s)
		}
	}
	for _, s := range f.Sessions {
		if !systemSession(s) {
			p.keys = append(p.keys, "session\x00"+s)
		}
	}
	pairing := p.leaves
	if len(pairing) > maxNamed {
		pairing = nil
	}
	pairing = slices.DeleteFunc(slices.Clone(pairing), func(s string) bool { return ctx.Deployers[s] })
	p.keys = append(p.keys, pairsOf(f, pairing, dests)...)
	p.keys = append(p.keys, accountKeys("account", actors, pairing, dests, shared)...)
	p.keys = append(p.keys, accountKeys("target", named, pairing, dests, shared)...)
	if len(actors)+len(named) == 0 && len(dests) > 0 {
		for _, s := range pairing {
			if !ctx.Bastions[s] {
				p.keys = append(p.keys, "doing\x00"+s+"\x00"+ruleID(f))
			}
		}
	}
	p.keys = distinct(p.keys)
	switch {
	case f.Level < footfall.LevelMedium:
		p.class = weak
	case isWalk(f):
		p.class = walk
	case failedGuess(f):
		p.class = guessing
	case len(p.keys) == 0:
		p.class = loose
	}
	return p
}

// failedGuess reports whether a finding is of guessing or knocking that got
// nowhere: no hop of it succeeded, it has no session, and no account acts in it.
func failedGuess(f *footfall.Finding) bool {
	return !slices.ContainsFunc(f.Path, func(h footfall.Hop) bool { return h.Outcome == footfall.Success }) &&
		(f.Failed || !slices.ContainsFunc(f.Entities, func(e footfall.Entity) bool {
			return isAccount(e) && e.Role == footfall.RoleActor && !SystemAccount(e.Name)
		})) &&
		(slices.ContainsFunc(f.Attack, func(t string) bool { return covers(guesses, t) }) || knocking(f))
}

var (
	guesses = []string{"T1110"}
	knocks  = []string{"T1021", "T1133", "T1046", "T1595"}
)

// knocking reports whether a finding is of nothing but a source that tries a
// remote service.
func knocking(f *footfall.Finding) bool {
	return len(f.Sessions) == 0 && len(f.Path) == 0 && slices.ContainsFunc(f.Entities, isSource) && len(f.Attack) > 0 &&
		!slices.ContainsFunc(f.Entities, func(e footfall.Entity) bool { return isAccount(e) || e.Role == footfall.RoleObject }) &&
		!slices.ContainsFunc(f.Attack, func(t string) bool { return !covers(knocks, t) })
}

// pairsOf returns the pairs that a finding's path shows, or else all pairs of
// its sources and destinations.
func pairsOf(f *footfall.Finding, sources, dests []string) (keys []string) {
	for _, h := range f.Path {
		if from := bareHost(h.From); slices.Contains(sources, from) {
			keys = append(keys, pairKeys([]string{from}, []string{bareHost(h.To)})...)
		}
	}
	if keys == nil {
		return pairKeys(sources, dests)
	}
	return keys
}

// maxPairs bounds the pairs of a finding that names many of both.
const maxPairs = 1024

func pairKeys(sources, dests []string) (keys []string) {
	if len(sources)*len(dests) > maxPairs {
		return nil
	}
	for _, s := range sources {
		for _, d := range dests {
			if s != d {
				keys = append(keys, "pair\x00"+s+"\x00"+d)
			}
		}
	}
	return keys
}

// accountKeys returns an account alone, or with the places where it was used
// when its name says little. kind is how the finding names it.
func accountKeys(kind string, accounts, sources, dests []string, shared map[string]bool) (keys []string) {
	if len(accounts) > maxNamed {
		return nil
	}
	for _, a := range accounts {
		if shared[a] || commonAccount(a) {
			for _, s := range sources {
				keys = append(keys, "account from\x00"+a+"\x00"+s)
			}
		}
		switch {
		case shared[a]:
		case !commonAccount(a):
			keys = append(keys, kind+"\x00"+a)
		case kind == "account":
			for _, d := range dests {
				keys = append(keys, "account at\x00"+a+"\x00"+d)
			}
		}
	}
	return keys
}

func distinct(list []string) []string {
	slices.Sort(list)
	list = slices.Compact(list)
	return slices.DeleteFunc(list, func(s string) bool { return s == "" })
}
