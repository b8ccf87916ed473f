package triage

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/footfall/footfall"
)

// A scene is a case as a person would tell it: who, from where, over which
// hosts, by what. Its names are in the order in which they came up.
type scene struct {
	c        *footfall.Case
	ctx      *footfall.Context
	nameOf   func(string) string // the host of an inner address, as the path has it
	accounts []string            // that acted
	entered  []string            // that logged on successfully, or acted when no hop is known
	sources  []string            // where the first hop came from, and other ones that lead in
	allFrom  []string            // every source
	hosts    []string            // destinations
	hands    []string            // accounts that used another one to log on
	held     []string            // destinations that somebody got into, or where something happened and no hop is known
	tried    []string            // accounts that were acted upon
	system   bool                // a system account acted
	nowhere  bool                // all of it is guessing that got nowhere
	services []string
	walked   bool // a hop leads to a host
	success  bool // and somebody got in
	later    bool // but only after all that was done
}

func newScene(c *footfall.Case, ctx *footfall.Context, nameOf func(string) string) *scene {
	s := &scene{c: c, ctx: ctx, nameOf: nameOf}
	for _, h := range c.Path {
		s.hop(h)
	}
	for _, f := range c.Findings {
		if f.Level < footfall.LevelMedium {
			continue
		}
		for _, e := range f.Entities {
			if isAccount(e) && traces(f) && s.told() {
				continue // who wiped a log need not be who did the rest
			}
			s.entity(e, f)
		}
	}
	s.nowhere = !s.success && onlyTried(c.Findings)
	if !s.walked && !s.nowhere {
		s.entered, s.held = s.accounts, s.hosts
	}
	s.begin()
	s.name()
	s.later = s.walked && s.success && s.after()
	return s
}

// begin says where it began: what the path leaves from and never comes to is
// no host that was reached, although something was found there.
func (s *scene) begin() {
	came := func(n string) bool {
		return slices.ContainsFunc(s.c.Path, func(h footfall.Hop) bool { return h.To == n })
	}
	left := func(n string) bool {
		return slices.ContainsFunc(s.c.Path, func(h footfall.Hop) bool { return h.From == n })
	}
	if s.walked {
		s.hosts = slices.DeleteFunc(s.hosts, func(n string) bool { return left(n) && !came(n) })
	}
	s.sources = slices.DeleteFunc(slices.Clone(s.allFrom), func(n string) bool { return slices.Contains(s.hosts, n) })
	if len(s.c.Path) > 0 && !identity(s.c.Path[0].From) && s.c.Path[0].From != "" {
		origin := s.c.Path[0].From
		s.sources = append([]string{origin}, slices.DeleteFunc(s.sources, func(n string) bool { return n == origin })...)
	}
	if slices.ContainsFunc(s.sources, func(n string) bool { return !ownAddress(n) }) {
		s.sources = slices.DeleteFunc(s.sources, ownAddress)
	}
}

// after reports whether the first hop came after all that the case is about, so
// that none of it was done by it.
func (s *scene) after() bool {
	last := int64(0)
	for _, f := range s.c.Findings {
		if f.Level >= footfall.LevelMedium {
			last = max(last, f.Last)
		}
	}
	return len(s.c.Path) > 0 && s.c.Path[0].Time > last+sameLogon
}

// name names the services: those of the path, without any those of what says most.
func (s *scene) name() {
	if len(s.services) == 0 {
		s.services = serviceOf(s.top().Attack)
	}
	if len(s.services) == 0 {
		s.services = serviceOf(s.c.Attack)
	}
}

// application reports whether a name is of no machine: an application, a tenant
// or an account of a cloud that somebody signed in to. An instance is one where
// a finding says that commands ran there or that it was entered.
func (s *scene) application(name string) bool {
	if cloudID(name) {
		return true
	}
	cloud := false
	for _, h := range s.c.Path {
		if h.To == name && h.Service != footfall.ServiceCloud {
			return false
		}
		cloud = cloud || h.To == name
	}
	return cloud && !slices.ContainsFunc(s.c.Findings, func(f *footfall.Finding) bool {
		return (slices.Contains(f.Attack, "T1021.008") || slices.Contains(f.Attack, "T1651")) &&
			slices.ContainsFunc(f.Entities, func(e footfall.Entity) bool { return isDestination(e) && e.Name == name })
	})
}

// told reports whether anything is in the case beside traces wiped away.
func (s *scene) told() bool {
	return slices.ContainsFunc(s.c.Findings, func(f *footfall.Finding) bool {
		return f.Level >= footfall.LevelMedium && !traces(f)
	})
}

func (s *scene) hop(h footfall.Hop) {
	if !identity(h.From) {
		s.allFrom = note(s.allFrom, h.From)
	}
	if h.Service == footfall.ServiceCloud {
		s.services = note(s.services, serviceName(h.Service))
		if identity(h.To) && h.To != h.Account {
			s.hands = note(s.hands, h.Account) // who took a role
		}
	}
	if identity(h.To) || isAddress(h.To) && (h.Service == footfall.ServiceVPN || h.Service == footfall.ServiceGateway) {
		return // an account or an inner address that somebody got, not a host
	}
	s.walked = true
	s.hosts = note(s.hosts, h.To)
	if n := serviceName(h.Service); n != "" {
		s.services = note(s.services, n)
	}
	if h.Outcome == footfall.Success {
		s.success = true
		s.held = note(s.held, h.To)
	}
	if SystemAccount(h.Account) {
		return
	}
	s.accounts = note(s.accounts, h.Account)
	if h.Outcome == footfall.Success {
		s.entered = note(s.entered, h.Account)
		if h.Switch != h.Account && !SystemAccount(h.Switch) {
			s.hands = note(s.hands, h.Switch)
		}
	}
}

func (s *scene) entity(e footfall.Entity, f *footfall.Finding) {
	switch {
	case isSource(e):
		s.allFrom = note(s.allFrom, s.known(e.Name))
	case isDestination(e):
		s.hosts = note(s.hosts, s.known(e.Name))
	case isAccount(e) && (SystemAccount(e.Name) || ownMachine(e.Name, f)):
		s.system = true
	case isAccount(e) && e.Role == footfall.RoleActor:
		s.accounts = note(s.accounts, e.Name)
	case isAccount(e):
		s.tried = note(s.tried, e.Name)
	}
}

// known returns the host of an address where the path has that host: it is not
// another one then.
func (s *scene) known(name string) string {
	if host := s.nameOf(name); host != name && (slices.Contains(s.hosts, host) || slices.Contains(s.allFrom, host)) {
		return host
	}
	return name
}

func note(list []string, s string) []string {
	if s == "" || slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}

func serviceName(s footfall.Service) string {
	switch s {
	case footfall.ServiceUnknown, footfall.ServiceLocal:
		return ""
	case footfall.ServiceNetwork:
		return "network logon"
	case footfall.ServiceWinRM:
		return "WinRM"
	case footfall.ServiceGateway, footfall.ServiceCloud, footfall.ServiceKube, footfall.ServiceWeb, footfall.ServiceTelnet:
		return s.String()
	}
	return strings.ToUpper(s.String())
}

// serviceOf names the services of techniques, for cases without hops.
func serviceOf(attack []string) (out []string) {
	for _, t := range []struct{ id, name string }{
		{"T1021.001", "RDP"},
		{"T1021.002", "SMB"},
		{"T1021.003", "DCOM"},
		{"T1021.004", "SSH"},
		{"T1021.005", "VNC"},
		{"T1021.006", "WinRM"},
		{"T1021.007", "cloud services"},
		{"T1047", "WMI"},
	} {
		if slices.Contains(attack, t.id) {
			out = append(out, t.name)
		}
	}
	return out
}

// happened is the one host that a finding happened on, "" when it names several.
func (s *scene) happened(f *footfall.Finding) (name string) {
	for _, e := range f.Entities {
		if !isDestination(e) {
			continue
		}
		if n := s.known(e.Name); name == "" || name == n {
			name = n
		} else {
			return ""
		}
	}
	return name
}

func (s *scene) title() string {
	top := s.top()
	switch {
	case len(s.hosts) > 1 && s.success && len(s.entered) > 0:
		return fmt.Sprintf("%s on %s: %s", list(s.entered, 2), count(len(s.hosts), s.word()), ruleTitle(top))
	case len(s.hosts) > 2 && s.nowhere:
		return ruleTitle(top) + " on " + s.hosts[0] + " and others"
	case s.happened(top) != "" && !slices.Contains(s.hosts, s.happened(top)):
		return ruleTitle(top) + " on " + s.happened(top)
	case len(s.hosts) > 0:
		return ruleTitle(top) + " on " + some(s.hosts, s.word(), 1)
	}
	return ruleTitle(top)
}

// origins are the sources for people: a host and the address that one finding
// gives for it are one source.
func (s *scene) origins() []string {
	address := s.addresses()
	var covered []string
	for _, n := range append(slices.Clone(s.sources), s.hosts...) {
		if a := address[n]; a != "" {
			covered = append(covered, a)
		}
	}
	var out []string
	for _, n := range s.sources {
		switch a := address[n]; {
		case slices.Contains(covered, n):
		case a != "":
			out = append(out, n+" ("+a+")")
		default:
			out = append(out, n)
		}
	}
	return out
}

// addresses are those of hosts, as findings give both for one source.
func (s *scene) addresses() map[string]string {
	address := map[string]string{}
	for _, f := range s.c.Findings {
		if host, addr := oneSource(f); host != "" && addr != "" {
			address[host] = addr
		}
		for _, h := range f.Path {
			if host := s.sameHop(h); host != "" && isAddress(h.From) {
				address[host] = h.From
			}
		}
	}
	return address
}

// sameHop returns the host from which the case's path has a hop that a finding
// gives an address for.
func (s *scene) sameHop(h footfall.Hop) string {
	i, _ := slices.BinarySearchFunc(s.c.Path, h.Time-sameLogon, func(p footfall.Hop, t int64) int { return cmp.Compare(p.Time, t) })
	for ; i < len(s.c.Path) && s.c.Path[i].Time <= h.Time; i++ {
		if p := s.c.Path[i]; p.To == h.To && p.Account == h.Account && !isAddress(p.From) {
			return p.From
		}
	}
	return ""
}

// oneSource returns the host and the address of a finding's source when it
// names one of each, so that both are the same machine.
func oneSource(f *footfall.Finding) (host, addr string) {
	for _, e := range f.Entities {
		if !isSource(e) {
			continue
		}
		into := &host
		if isAddress(e.Name) {
			into = &addr
		}
		if *into != "" && *into != e.Name {
			return "", ""
		}
		*into = e.Name
	}
	for _, h := range f.Path {
		if isAddress(h.From) && addr == "" {
			addr = h.From
		}
		if !isAddress(h.From) && host == "" {
			host = h.From
		}
		if h.From != host && h.From != addr {
			return "", ""
		}
	}
	return host, addr
}

func (s *scene) world(said map[string]footfall.Answer) world {
	w := world{Answers: map[string]string{}, Facts: map[string]string{}, Context: map[string]string{}}
	for id, a := range said {
		w.Answers[id] = a.Verdict.String()
	}
	for _, k := range kinds {
		var about []*footfall.Fact
		for _, f := range s.c.Facts {
			if f.Kind == k {
				about = append(about, f)
			}
		}
		w.Facts[k] = verdict(about, footfall.Yes).String()
	}
	w.Context["critical"], w.Context["trusted"] = s.critical(), s.trusted()
	w.Findings.Any = func(ask string) bool {
		return slices.ContainsFunc(s.c.Findings, func(f *footfall.Finding) bool { return asked(f, ask) })
	}
	w.Counts = counts{Hosts: len(s.hosts), Sources: len(s.allFrom), Accounts: len(s.accounts), Findings: len(s.c.Findings), Against: len(s.c.Against)}
	guessed := false
	for _, f := range independent(s.c.Findings) {
		if f.Level >= footfall.LevelHigh {
			w.Counts.High++
		}
		again := failedGuess(f) && guessed
		guessed = guessed || failedGuess(f)
		if f.Level >= footfall.LevelMedium && !again {
			w.Counts.Medium++
		}
	}
	return w
}

func (s *scene) critical() string {
	if len(s.ctx.Critical) == 0 {
		return unknown
	}
	for _, h := range s.hosts {
		if _, ok := s.ctx.Critical[h]; ok {
			return "yes"
		}
	}
	return "no"
}

func (s *scene) trusted() string {
	if len(s.ctx.Trusted) == 0 || len(s.sources) == 0 {
		return unknown
	}
	for _, from := range s.sources {
		if !isAddress(from) {
			return unknown
		}
		if !trusted(from, s.ctx) {
			return "no"
		}
	}
	return "yes"
}
