// Package campaign finds passwords being guessed so slowly, or from so many
// sources, that no source and no account stands out: what changes is the
// share of failures among all attempts at a kind of service. In go logons and
// what guess and spread found; out come findings that name the sources which
// do together what chance would not make them do. It counts no key.
package campaign

import (
	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/recent"
)

// Analytic has one instance: a campaign is one over all hosts.
var Analytic = footfall.Analytic{
	Name: "campaign",
	Doc: "Of every hundred attempts of people to log on by password at one kind of service, the failures are counted and set against a beta-binomial " +
		"distribution that is fitted to earlier hundreds. A sum of deviations (CUSUM, thresholds campaign.k and campaign.h) tells a lasting rise. The sources " +
		"without any earlier logon are then tested for common accounts, a common client, accounts that nobody has, an alphabetical order and taking turns, " +
		"by the chance that sources without a plan do so (campaign.chance). A service with an old password, a wave of expired passwords, people with a new " +
		"device and scanners look the same to the sum and fail these tests. It says nothing before campaign.groups hundreds. " +
		"Sources and accounts that guess or spread told of are left to them.",
	Rules: []footfall.Rule{{
		ID: "campaign", Title: "Slow password guessing from many sources", Level: footfall.LevelMedium,
		Description: "More logons fail than before, and sources that never logged on share accounts, clients or an order; at high level one of them then got in.",
		Attack:      []string{"T1021", "T1021.001", "T1021.002", "T1021.004", "T1021.007", "T1110.001", "T1110.003", "T1133"},
		Rows:        []string{"SSH-01", "RDP-04", "EXT-01", "MIS-01"},
		Reference:   "https://doi.org/10.1145/2508859.2516719",
		Innocent:    []string{"a new site or a new fleet of devices with one wrong password", "a scanner with many addresses that is not declared"},
	}},
	Hears: true,
	Kinds: []footfall.Kind{footfall.KindLogon, footfall.KindCredential},
	Keys: func(dst []footfall.Name, s *footfall.Step) []footfall.Name {
		if s.Rule == 0 && attempt(s) {
			return append(dst, footfall.All)
		}
		return dst
	},
	New: newWatcher,
}

const (
	size = 100 // attempts of a group
	day  = 24 * 3600 * 1e9

	// limitK (campaign.k) is by how many standard deviations a group may
	// exceed the mean without adding to the sum; half the shift that matters.
	limitK = 0.5
	// limitH (campaign.h) is the sum that raises the alarm. With k = 0.5 a
	// service that does not change comes there once in more than a thousand
	// groups, a hundred thousand attempts, whatever its share of failures.
	limitH = 8
	// most is what one group adds at most: a storm of one hour is no campaign.
	most = 4
	// limitGroups (campaign.groups) is how many groups come before a judgement.
	limitGroups = 20
	// limitSources (campaign.sources) is the fewest sources of a campaign.
	limitSources = 5
	// limitChance (campaign.chance) is the highest probability, over all tests
	// together, at which sources are still called a campaign.
	limitChance = 0.001
	fewest      = 8 // accounts whose order is worth a test

	// often is how many attempts of one outcome count of a source and an
	// account in a day: who repeats himself tells nothing new.
	often = 3
	rests = 7 * day // a campaign ends when it is quiet for so long
	fresh = 2 * day // how long what others found keeps counting

	maxGroups  = 1 << 6
	maxWindow  = 1 << 12
	maxPairs   = 1 << 16
	maxTold    = 1 << 12
	maxMembers = 1 << 11
)

// attempt reports whether a step is a person's attempt by password, or may be.
func attempt(s *footfall.Step) bool {
	const not = footfall.FlagSystem | footfall.FlagMachine | footfall.FlagGuest | footfall.FlagLoopback | footfall.FlagTwice | footfall.FlagCovered | footfall.FlagOutward
	if s.Flags&not != 0 || s.Account == 0 || s.Source() == 0 || s.Outcome == footfall.OutcomeUnknown {
		return false
	}
	domain := s.Service == footfall.ServiceKerberos || s.Service == footfall.ServiceNTLM
	if s.Kind != footfall.KindLogon && (s.Kind != footfall.KindCredential || !domain) || s.Service == footfall.ServiceLocal {
		return false
	}
	switch s.Auth {
	case footfall.AuthUnknown, footfall.AuthPassword, footfall.AuthKeyboard, footfall.AuthNTLM:
	case footfall.AuthKerberos:
		if !domain {
			return false
		}
	default:
		return false
	}
	switch s.Reason {
	case footfall.ReasonExpired, footfall.ReasonMFA, footfall.ReasonProtocol, footfall.ReasonRestricted, footfall.ReasonNoKey:
		return false
	}
	return true
}

// class is the service that stands for its kind: what Windows tells of as a
// network logon may be any of these, and a guess at one is a guess at all.
func class(s footfall.Service) footfall.Service {
	switch s {
	case footfall.ServiceSMB, footfall.ServiceRPC, footfall.ServiceWMI, footfall.ServiceDCOM, footfall.ServiceWinRM, footfall.ServiceRDP:
		return footfall.ServiceNetwork
	case footfall.ServiceNTLM:
		return footfall.ServiceKerberos
	case footfall.ServiceGateway, footfall.ServiceRADIUS:
		return footfall.ServiceVPN
	}
	return s
}

type groupKey struct {
	tenant footfall.Name
	class  footfall.Service
}

type pairKey struct {
	group           groupKey
	source, account footfall.Name
	won             bool
}

type pair struct {
	day int64
	n   uint32
}

// A toldKey is a source, or an account on a host, or all of a host.
type toldKey struct{ source, host, account footfall.Name }

// A try is one attempt that counts.
type try struct {
	time                          int64
	ref                           footfall.Ref
	source, account, client, host footfall.Name
	service                       footfall.Service
	won, public                   bool
}

type limits struct {
	k, h, chance    float64
	groups, sources int
}

type watcher struct {
	env    *footfall.Env
	lim    limits
	groups *recent.Map[groupKey, group]
	order  []groupKey
	pairs  *recent.Map[pairKey, pair]
	told   *recent.Map[toldKey, int64]
}

func newWatcher(e *footfall.Env) footfall.Watcher {
	c := e.Context
	return &watcher{
		env: e,
		lim: limits{
			k: c.Limit("campaign.k", limitK), h: c.Limit("campaign.h", limitH), chance: c.Limit("campaign.chance", limitChance),
			groups: int(max(2, c.Limit("campaign.groups", limitGroups))), sources: int(max(2, c.Limit("campaign.sources", limitSources))),
		},
		groups: recent.New[groupKey, group](maxGroups),
		pairs:  recent.New[pairKey, pair](maxPairs),
		told:   recent.New[toldKey, int64](maxTold),
	}
}

// Observe counts an attempt, and judges with each that fills a group.
func (w *watcher) Observe(s *footfall.Step, _ *footfall.Session, out *footfall.Sink) {
	n := w.env.Names
	name := n.String(s.Account)
	if c := w.env.Context; c != nil && (c.Services[name] || c.Scanners[n.String(s.SrcAddr)] || c.Scanners[n.String(s.SrcHost)]) {
		return
	}
	account := s.Account
	if b := footfall.Bare(name); len(b) != len(name) {
		account = n.Intern(b)
	}
	k := groupKey{class: class(s.Service)}
	if s.Extra != 0 {
		if x := w.env.Extra(s.Extra); x != nil && x.Tenant != "" {
			k.tenant = n.Intern(x.Tenant)
		}
	}
	t := try{
		time: s.Time, ref: s.Ref, source: s.Source(), account: account, client: s.Client, host: s.DstHost, service: s.Service,
		won: s.Outcome == footfall.Success, public: s.Flags&footfall.FlagPublic != 0,
	}
	g, isNew := w.groups.Put(k)
	if isNew {
		*g = group{}
		w.order = append(w.order, k)
		if len(w.order) > 4*maxGroups {
			w.order = w.order[len(w.order)-2*maxGroups:]
		}
	}
	w.follow(g, &t, s, out)
	if !w.again(k, &t) && (t.won || !w.heard(&t)) {
		w.count(k, g, &t, s, out)
	}
}

// again reports whether a pair did the same often enough on this day.
func (w *watcher) again(k groupKey, t *try) bool {
	p, _ := w.pairs.Put(pairKey{k, t.source, t.account, t.won})
	if today := t.time / day; p.day != today {
		*p = pair{day: today}
	}
	p.n++
	return p.n > often
}

// Hear notes what guess and spread told of: that is theirs.
func (w *watcher) Hear(f *footfall.Finding, about *footfall.Step, _ *footfall.Sink) {
	if f.Rule == nil || f.Rule.ID != "guess" && f.Rule.ID != "spread" {
		return
	}
	if src := about.Source(); src != 0 {
		w.note(toldKey{source: src}, about.Time)
	}
	var thing toldKey
	for i := range f.Entities {
		e := &f.Entities[i]
		switch {
		case e.Role == footfall.RoleSource:
			w.note(toldKey{source: w.env.Names.Intern(e.Name)}, about.Time)
		case e.Role == footfall.RoleDestination:
			thing.host = w.env.Names.Intern(e.Name)
		case e.Role == footfall.RoleTarget:
			thing.account = w.env.Names.Intern(e.Name)
		}
	}
	if f.Rule.ID == "spread" && thing.host != 0 {
		w.note(thing, about.Time)
	}
}

func (w *watcher) note(k toldKey, t int64) {
	at, _ := w.told.Put(k)
	*at = t
}

// heard reports whether another analytic told of a try lately.
func (w *watcher) heard(t *try) bool {
	for _, k := range [...]toldKey{{source: t.source}, {host: t.host, account: t.account}, {host: t.host}} {
		if k == (toldKey{}) {
			continue
		}
		if at := w.told.Get(k); at != nil && t.time-*at < fresh {
			return true
		}
	}
	return false
}

// newcomer reports whether nobody ever logged on from a source.
func (w *watcher) newcomer(source footfall.Name) bool {
	h := w.env.Past.Habit(footfall.TraitUser, source)
	return h.Items == 0 && !w.env.Shared(source)
}
