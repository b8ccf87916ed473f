package triage

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/footfall/footfall"
)

// A phase is the place of a measure in the order that keeps an intruder out:
// deny first, or what is ended comes back; check last, by evidence.
type phase uint8

const (
	deny phase = iota
	revoke
	terminate
	verify
)

var verbs = []struct {
	name  string
	phase phase
}{
	{"disable_account", deny},
	{"quarantine_account", deny},
	{"block_address", deny},
	{"isolate_host", deny},
	{"revoke_keys", revoke},
	{"end_sessions", terminate},
	{"reset_password", terminate}, // a session that is still there could set it once more
	{"require_mfa", terminate},
	{"collect", verify},
	{"review_configuration", verify},
	{"verify_contained", verify},
}

func verbNames() []string {
	var out []string
	for _, v := range verbs {
		out = append(out, v.name)
	}
	return out
}

// Place is where a verb stands in the order of measures that keeps an
// intruder out.
func Place(verb string) int {
	return slices.IndexFunc(verbs, func(v struct {
		name  string
		phase phase
	},
	) bool {
		return v.name == verb
	})
}

func phaseOf(verb string) phase {
	for _, v := range verbs {
		if v.name == verb {
			return v.phase
		}
	}
	return verify
}

// plan proposes the measures of the playbooks on what the case is about.
// Nothing is done here.
func (b *builder) plan(books []*Playbook, c *footfall.Case, s *scene) []footfall.Action {
	type measure struct {
		Measure
		about  map[string]bool // what it is about alone; nil for all
		closer bool            // it is of a playbook that adds to another
	}
	var all []measure
	for _, p := range books {
		about := p.about(c)
		for _, m := range p.Contain {
			all = append(all, measure{m, about, p.Parent != nil})
		}
	}
	slices.SortStableFunc(all, func(x, y measure) int { return cmp.Compare(Place(x.Verb), Place(y.Verb)) })
	var out []footfall.Action
	at := map[string]int{}
	for _, m := range all {
		if m.Verb == "verify_contained" && !slices.ContainsFunc(out, func(a footfall.Action) bool { return phaseOf(a.Verb) != verify }) {
			continue
		}
		for _, on := range s.targets(m.Verb, m.Target) {
			if m.about != nil && (on.Kind == "account" || on.Kind == "host") && !m.about[on.Name] {
				continue
			}
			key := effect(m.Verb) + "\x00" + on.Kind + "\x00" + on.Name
			if i, ok := at[key]; ok {
				if !strings.Contains(out[i].Reason, m.Text) {
					out[i].Reason += " " + m.Text
				}
				out[i].References = distinct(append(out[i].References, m.References...))
				if m.closer && m.Verb == out[i].Verb {
					out[i].For, out[i].Undo, out[i].Approval = m.For, m.Undo, m.Approval
				}
				continue
			}
			at[key] = len(out)
			out = append(out, footfall.Action{
				ID: fmt.Sprintf("%016x", footfall.Hash(c.ID, m.Verb, on.Kind, on.Name)), Verb: m.Verb, On: on, For: m.For,
				Undo: m.Undo, Approval: m.Approval, Reason: m.Text, Blast: b.blast(m.Verb, on, c), References: slices.Clone(m.References),
			})
		}
	}
	return out
}

// about returns the accounts and hosts of the hops by the services that a
// playbook is for; nil when no hop is by one of them, or it names none.
func (p *Playbook) about(c *footfall.Case) map[string]bool {
	var out map[string]bool
	for _, h := range c.Path {
		if slices.Contains(p.Services, h.Service) || slices.Contains(p.Entry, h.Service) {
			if out == nil {
				out = map[string]bool{}
			}
			out[h.From], out[h.To], out[h.Account] = true, true, true
		}
	}
	return out
}

// effect is what a measure comes to: an account that is disabled need not be
// quarantined too. The order of verbs lets the stronger one come first.
func effect(verb string) string {
	if verb == "quarantine_account" {
		return "disable_account"
	}
	return verb
}

// targets returns what a measure acts on. System accounts, addresses inside
// (their hosts are isolated instead) and declared scanners are never among it,
// and nothing is taken away from accounts and hosts that nobody got into; nor
// is there anything to collect on them.
func (s *scene) targets(verb, kind string) (out []footfall.Entity) {
	add := func(role footfall.Role, kind string, names []string, want func(string) bool) {
		for _, n := range names {
			if want(n) {
				out = append(out, footfall.Entity{Role: role, Kind: kind, Name: n})
			}
		}
	}
	isHost := func(n string) bool { return !isAddress(n) }
	hosts := s.hosts
	if phaseOf(verb) != verify || verb == "collect" && s.nowhere {
		hosts = s.held
	}
	if verb == "isolate_host" {
		hosts = append(slices.Clone(hosts), s.launched()...)
	}
	switch kind {
	case "account":
		add(footfall.RoleActor, "account", append(slices.Clone(s.entered), s.hands...), func(n string) bool { return !SystemAccount(n) })
	case "source_address":
		add(footfall.RoleSource, "address", s.sources, func(n string) bool { return external(n, s.ctx) && !s.ctx.Scanners[n] })
	case "source_host":
		add(footfall.RoleSource, "host", s.allFrom, func(n string) bool { return isHost(n) && !slices.Contains(s.hosts, n) })
	case "destination_host":
		add(footfall.RoleDestination, "host", hosts, func(n string) bool { return !ownAddress(n) && !s.application(n) })
	case "session":
		add(footfall.RoleSession, "session", sessions(s.c), func(n string) bool { return !systemSession(n) })
	case "case":
		add(footfall.RoleObject, "case", []string{s.c.ID}, func(string) bool { return true })
	}
	return out
}

// launched are the hosts inside from which somebody got in elsewhere, when the
// records name them.
func (s *scene) launched() (out []string) {
	hostOf := map[string]string{}
	for host, addr := range s.addresses() {
		if prev, ok := hostOf[addr]; !ok || host < prev {
			hostOf[addr] = host
		}
	}
	for _, n := range s.sources {
		if h := hostOf[n]; h != "" && !external(n, s.ctx) && !slices.Contains(s.held, h) && len(s.entered) > 0 {
			out = note(out, h)
		}
	}
	return out
}

func sessions(c *footfall.Case) (out []string) {
	for _, f := range c.Findings {
		if f.Level >= footfall.LevelMedium {
			for _, s := range f.Sessions {
				out = note(out, s)
			}
		}
	}
	return out
}

// blast tells who and what else a measure would touch, as far as findings,
// facts and the context know; "" when they know of nothing.
func (b *builder) blast(verb string, on footfall.Entity, c *footfall.Case) string {
	if on.Kind == "case" || on.Kind == "session" {
		return ""
	}
	if phaseOf(verb) == verify {
		return "nothing is changed"
	}
	accounts, hosts := b.company(on.Name, c)
	var parts []string
	if t, ok := b.opt.Context.Critical[on.Name]; ok {
		parts = append(parts, fmt.Sprintf("critical, tier %d", t))
	}
	if b.opt.Context.Bastions[on.Name] {
		parts = append(parts, "a bastion: others are reached through it")
	}
	if b.opt.Context.Services[on.Name] {
		parts = append(parts, "a service account: what runs under it stops")
	}
	if r := b.opt.Context.Roles[on.Name]; slices.ContainsFunc(r, func(s string) bool { return strings.Contains(s, "admin") }) {
		parts = append(parts, "an administrator's account")
	}
	if sharedAddress(on.Name, b.opt.Context) {
		parts = append(parts, "many people share the address")
	}
	if len(accounts) > 0 && on.Kind != "account" {
		parts = append(parts, "seen with "+count(len(accounts), "other account")+" ("+list(accounts, 3)+")")
	}
	if len(hosts) > 0 {
		parts = append(parts, "seen with "+count(len(hosts), "other host")+" ("+list(hosts, 3)+")")
	}
	return strings.Join(parts, "; ")
}

// company returns the accounts and hosts outside of the case that findings and
// facts name together with a name.
func (b *builder) company(name string, c *footfall.Case) (accounts, hosts []string) {
	if b.with == nil {
		b.meetAll()
	}
	if b.known.of != c {
		b.known.of, b.known.names = c, map[string]bool{}
		for _, e := range c.Entities {
			b.known.names[e.Name] = true
		}
	}
	outside := func(list []string) (out []string) {
		for _, n := range list {
			if !b.known.names[n] {
				out = append(out, n)
			}
		}
		return out
	}
	w := b.with[name]
	return outside(w.accounts), outside(w.hosts)
}

// peers are the names that were named together with another.
type peers struct{ accounts, hosts []string }

func (b *builder) meetAll() {
	seen := map[string]map[footfall.Entity]bool{}
	for _, f := range b.all {
		meet(seen, f.Entities)
	}
	for _, list := range b.facts.byFinding {
		for _, f := range list {
			meet(seen, f.Entities)
		}
	}
	for _, f := range b.facts.free {
		meet(seen, f.Entities)
	}
	b.with = map[string]peers{}
	for name, set := range seen {
		var p peers
		for e := range set {
			if e.Kind == "account" {
				p.accounts = append(p.accounts, e.Name)
			} else {
				p.hosts = append(p.hosts, e.Name)
			}
		}
		slices.Sort(p.accounts)
		slices.Sort(p.hosts)
		b.with[name] = p
	}
}

func meet(seen map[string]map[footfall.Entity]bool, list []footfall.Entity) {
	if len(list) > maxEntities {
		return
	}
	for _, e := range list {
		for _, o := range list {
			if o.Name == e.Name || o.Kind != "account" && o.Kind != "host" || SystemAccount(o.Name) {
				continue
			}
			if seen[e.Name] == nil {
				seen[e.Name] = map[footfall.Entity]bool{}
			}
			seen[e.Name][footfall.Entity{Kind: o.Kind, Name: o.Name}] = true
		}
	}
}
