// Package federated finds sign-ins to a cloud's console with an identity that
// an identity provider should have vouched for, where that provider's own log
// goes on and knows nothing of it: a token that was forged or stolen. In go
// sign-ins; out come findings, weighed by how many sign-ins to the same tenant
// the provider did know of.
package federated

import (
	"fmt"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/recent"
	"github.com/footfall/footfall/internal/say"
)

// Analytic has one instance: the two logs name one person differently.
var Analytic = footfall.Analytic{
	Name: "federated",
	Doc: "A console sign-in by a token (CloudTrail and others) without anything of that person at the identity provider (Okta, Entra, AD FS, Google and others) within federated.minutes (10) before, " +
		"while the provider's log goes on before and after. Which provider vouches for a tenant is learned from sign-ins that had their match. " +
		"A provider whose log is not complete, and another provider for some of the people, look the same. Without a provider's log nothing is said.",
	Rules: []footfall.Rule{{
		ID: "federated", Title: "A federated sign-in that the identity provider does not know", Level: footfall.LevelMedium,
		Description: "An identity that is vouched for elsewhere signed in to a cloud, and the log of the identity provider has nothing of it.",
		Attack:      []string{"T1021.007", "T1078.004", "T1606.002"}, Rows: []string{"CLD-01"},
		Reference: "https://attack.mitre.org/techniques/T1606/002/",
		Innocent:  []string{"records of the provider that came late or were left out", "another provider for some of the people", "a role that a program signs in with"},
	}},
	Kinds: []footfall.Kind{footfall.KindLogon, footfall.KindTicket, footfall.KindCredential, footfall.KindExplicit},
	Keys: func(dst []footfall.Name, s *footfall.Step) []footfall.Name {
		if s.Rule != 0 || s.Outcome != footfall.Success || s.Account == 0 {
			return dst
		}
		switch s.Kind {
		case footfall.KindLogon, footfall.KindTicket, footfall.KindCredential, footfall.KindExplicit:
			if s.Service == footfall.ServiceCloud || s.Service == footfall.ServiceWeb {
				return append(dst, footfall.All)
			}
		}
		return dst
	},
	New: func(e *footfall.Env) footfall.Watcher {
		c := e.Context
		return &watcher{
			env: e, within: int64(c.Limit("federated.minutes", limitMinutes) * minute), enough: int(c.Limit("federated.matched", limitMatched)),
			seen: recent.New[footfall.Name, int64](maxPeople), logs: recent.New[footfall.Name, provider](maxLogs), tenants: recent.New[pair, tenant](maxTenants),
			sorts: recent.New[footfall.Name, sort](maxSorts),
		}
	},
}

const (
	minute = 60 * 1e9

	limitMinutes = 10
	limitMatched = 3
	// late is how much later than the cloud's the provider's record may be.
	late = 2 * minute
	// covers is how near to a sign-in records of the provider must lie, on both
	// sides, for its log to cover the time.
	covers = 6 * 3600 * 1e9

	maxPeople  = 1 << 13
	maxLogs    = 1 << 6
	maxTenants = 1 << 9
	maxSorts   = 1 << 10
	maxWaiting = 1 << 8
)

// providers are the logs of identity providers, by format.
var providers = map[string]bool{
	"okta": true, "azure": true, "m365": true, "gworkspace": true, "onelogin": true, "pingone": true, "auth0": true,
	"jumpcloud": true, "keycloak": true, "duo": true,
}

// A sort is what a log is.
type sort struct {
	provider bool
	log      footfall.Name // its format
}

// A provider is what is seen of its log.
type provider struct{ first, last int64 }

// A pair is a tenant of a cloud and a provider that may vouch for it.
type pair struct{ tenant, provider footfall.Name }

// A tenant counts its sign-ins that the provider knew of and those it did not.
type tenant struct {
	known, unknown int
	first          int64
}

// A waiting sign-in is judged when the provider's log goes on.
type waiting struct {
	step   footfall.Step
	person footfall.Name
}

type watcher struct {
	env       *footfall.Env
	within    int64
	enough    int
	seen      *recent.Map[footfall.Name, int64] // by person, the newest at a provider
	logs      *recent.Map[footfall.Name, provider]
	tenants   *recent.Map[pair, tenant]
	sorts     *recent.Map[footfall.Name, sort] // by Extra
	providers []footfall.Name                  // formats of those seen, in their order
	waiting   []waiting
}

// Observe notes what a provider knows, and keeps a sign-in until its log goes on.
func (w *watcher) Observe(s *footfall.Step, _ *footfall.Session, out *footfall.Sink) {
	k := w.sort(s)
	if k.provider {
		w.provider(s, k.log, out)
		return
	}
	if s.Kind != footfall.KindLogon || s.Service != footfall.ServiceCloud || s.Auth != footfall.AuthToken || len(w.providers) == 0 {
		return
	}
	who := w.person(s)
	if who == 0 || w.env.Context.Services[w.env.Names.String(s.Account)] {
		return
	}
	if at := w.seen.Get(who); at != nil && *at >= s.Time-w.within {
		w.count(s, true)
		return
	}
	if len(w.waiting) >= maxWaiting {
		w.waiting = w.waiting[1:]
	}
	w.waiting = append(w.waiting, waiting{*s, who})
}

// sort tells a provider's log from others: by its format, AD FS by its events.
func (w *watcher) sort(s *footfall.Step) sort {
	if s.Service == footfall.ServiceWeb && s.Event >= 1200 && s.Event <= 1202 {
		return sort{true, w.env.Names.Intern("AD FS")}
	}
	k, fresh := w.sorts.Put(s.Extra)
	if fresh {
		source := w.env.Extra(s.Extra).Source
		log := source[strings.LastIndexByte(source, '|')+1:]
		log, _, _ = strings.Cut(log, "-") // azure-csv, keycloak-json
		*k = sort{providers[log], w.env.Names.Intern(log)}
	}
	return *k
}

// person is the name that both logs have: that of the session of a role, else
// the account's, without its domain; the declared person where there is one.
func (w *watcher) person(s *footfall.Step) footfall.Name {
	if p := w.env.Person(s.Account); p != 0 {
		if _, declared := w.env.Context.People[w.env.Names.String(s.Account)]; declared {
			return p
		}
	}
	name := footfall.Bare(w.env.Names.String(s.Account))
	if _, role, ok := strings.Cut(w.env.Names.String(s.SID), ":"); ok && role != "" && !strings.Contains(role, ":") {
		name = role
	}
	name, _, _ = strings.Cut(strings.ToLower(name), "@")
	return w.env.Names.Intern(name)
}

func (w *watcher) provider(s *footfall.Step, log footfall.Name, out *footfall.Sink) {
	p, fresh := w.logs.Put(log)
	if fresh {
		p.first = s.Time
		w.providers = append(w.providers, log)
		if len(w.providers) > maxLogs {
			w.providers = w.providers[1:]
		}
	}
	p.last = s.Time
	who := w.person(s)
	w.settle(who, s.Time, out)
	at, _ := w.seen.Put(who)
	*at = s.Time
}

// settle takes a record of a person at a provider, and judges the sign-ins whose
// match would have come by now.
func (w *watcher) settle(who footfall.Name, now int64, out *footfall.Sink) {
	keep := w.waiting[:0]
	for i := range w.waiting {
		x := &w.waiting[i]
		switch {
		case now > x.step.Time+late:
			w.judge(x, out)
		case who == x.person:
			w.count(&x.step, true)
		default:
			keep = append(keep, *x)
		}
	}
	clear(w.waiting[len(keep):])
	w.waiting = keep
}

// count adds a sign-in to its tenant's, for each provider whose log covers it.
func (w *watcher) count(s *footfall.Step, known bool) (best tenant, by footfall.Name) {
	t := s.DstHost
	if t == 0 {
		t = w.env.Names.Intern(w.env.Extra(s.Extra).Tenant)
	}
	for _, log := range w.providers {
		p := w.logs.Get(log)
		if p == nil || p.first > s.Time-w.within || p.last < s.Time-covers {
			continue
		}
		v, fresh := w.tenants.Put(pair{t, log})
		if fresh {
			v.first = s.Time
		}
		if by == 0 || v.known > best.known {
			best, by = *v, log
		}
		if known {
			v.known++
		} else {
			v.unknown++
		}
	}
	return best, by
}

func (w *watcher) judge(x *waiting, out *footfall.Sink) {
	s, n := &x.step, w.env.Names
	t, by := w.count(s, false)
	if by == 0 {
		return // no log covers the time
	}
	at := w.seen.Get(x.person)
	level := footfall.LevelUnknown
	switch {
	case t.known >= w.enough && t.unknown*5 <= t.known:
		level = footfall.LevelMedium
	case t.known > 0, at != nil && t.unknown == 0:
		level = footfall.LevelLow
	default:
		return // it seems not to be the provider of this tenant
	}
	who, where := n.String(s.Account), n.String(s.DstHost)
	f := &footfall.Finding{
		ID: footfall.FindingID("federated", who+"|"+where, s.ID), Rule: &Analytic.Rules[0], Level: level, Weight: level.Weight(),
		Title: fmt.Sprintf("%s signed in to %s unknown to %s", who, or(where, "a cloud"), n.String(by)),
	}
	last := "it knows nothing of that person before"
	if at != nil && *at < s.Time {
		last = fmt.Sprintf("the newest that it knows of that person was %s before", say.Span(s.Time-*at))
	}
	f.Why = fmt.Sprintf("%s (%s) signed in to %s by a token from %s at %s; %s, whose log goes on before and after, has nothing of %s within %s before: %s.",
		who, n.String(x.person), or(where, "a cloud"), or(n.String(s.Source()), "a place that is not named"), say.Time(s.Time), n.String(by), n.String(x.person), say.Span(w.within), last)
	f.Innocent = fmt.Sprintf("Another provider was tested for: %s of that tenant had their match at %s, %d had none.", say.Count(t.known, "sign-in"), n.String(by), t.unknown)
	f.Cite(s)
	f.Bear("T1021.007")
	f.Bear("T1606.002")
	f.About(footfall.RoleActor, "account", who)
	f.About(footfall.RoleSource, "address", n.String(s.SrcAddr))
	f.About(footfall.RoleDestination, "host", where)
	f.About(footfall.RoleSession, "session", n.String(s.Session))
	if s.Session != 0 {
		f.Sessions = []string{n.String(s.Session)}
	}
	f.Path = []footfall.Hop{{Time: s.Time, From: n.String(s.Source()), To: where, Account: who, Service: s.Service, Outcome: s.Outcome, Ref: s.Ref}}
	out.Find(f, s)
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// Flush leaves unsaid what the provider's log ended before.
func (w *watcher) Flush(int64, *footfall.Sink) { w.waiting = nil }
