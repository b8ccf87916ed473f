// Package spread finds passwords being guessed from many sources at once,
// each with few tries, so that no source by itself stands out. In go steps;
// out come findings, one for each account of a host that is guessed at and
// one for each host on which many accounts are.
package spread

import (
	"fmt"
	"slices"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/recent"
	"github.com/footfall/footfall/internal/say"
)

// Analytic is keyed by the host that was tried.
var Analytic = footfall.Analytic{
	Name: "spread",
	Doc: "Failed logons on one account, or on many accounts of one host, from many sources within a day, few from each. " +
		"A person with an old password on several devices looks the same on a small scale: his sources are few and inside.",
	Rules: []footfall.Rule{{
		ID: "spread", Title: "Password guessing from many sources", Level: footfall.LevelMedium,
		Description: "Many sources failed to log on, each a few times; at high level one of them then got in.",
		Attack:      []string{"T1021", "T1110.001", "T1110.003", "T1133"}, Rows: []string{"RDP-04", "SSH-01", "EXT-01", "MIS-01"},
		Innocent: []string{"an old password on several devices of one person", "a farm of servers with an old service password"},
	}},
	Kinds: []footfall.Kind{footfall.KindLogon, footfall.KindCredential, footfall.KindAttempt},
	Keys: func(dst []footfall.Name, s *footfall.Step) []footfall.Name {
		if s.Rule == 0 && (s.Kind == footfall.KindLogon || s.Kind == footfall.KindCredential || s.Kind == footfall.KindAttempt) &&
			s.Source() != 0 && s.Flags&(footfall.FlagLoopback|footfall.FlagSystem|footfall.FlagMachine|footfall.FlagTwice) == 0 {
			return append(dst, s.DstHost)
		}
		return dst
	},
	New: newWatcher,
}

const (
	// limitSources (spread.sources) is from how many sources one account, or
	// one host, is tried within a day: a person's devices are fewer.
	limitSources = 6
	// few is how many tries a source makes on average at most: with more it
	// stands out by itself.
	few = 6
	day = 24 * 3600 * 1e9

	maxThings = 1 << 11
	maxPairs  = 1 << 13
)

// A thing is a host, or an account on it, within a day of failures.
type thing struct {
	first, last int64
	tries       uint32
	sources     uint32
	outside     uint32 // of them, with a public address
	accounts    uint32
	early       [limitSources]footfall.Ref  // the first records of it
	begun       [limitSources]footfall.Name // the first sources
	records     uint32
	known       uint32 // of the sources, those that somebody logged on from on other days
	service     footfall.Service
	episode     uint32
}

// known is on how many earlier days somebody logged on from a source for it to
// be one that people work from, and mostly which part of the sources must be so
// for failures to be their slips.
const (
	known  = 3
	mostly = 0.8
)

type thingKey struct{ host, account footfall.Name }

// A pairKey is a source at a thing, or an account at a host.
type pairKey struct {
	thing thingKey
	other footfall.Name
	acct  bool
}

type pair struct {
	episode uint32
	tries   uint32
	won     bool
	within  footfall.Name
}

type opened struct {
	f     *footfall.Finding
	about footfall.Step
	told  int
	won   bool
}

type watcher struct {
	env    *footfall.Env
	limit  uint32
	things *recent.Map[thingKey, thing]
	pairs  *recent.Map[pairKey, pair]
	open   *recent.Map[thingKey, opened]
	order  []thingKey
}

func newWatcher(e *footfall.Env) footfall.Watcher {
	return &watcher{
		env: e, limit: uint32(max(2, e.Context.Limit("spread.sources", limitSources))),
		things: recent.New[thingKey, thing](maxThings),
		pairs:  recent.New[pairKey, pair](maxPairs),
		open:   recent.New[thingKey, opened](maxThings),
	}
}

// Observe counts failures by account and by host.
func (w *watcher) Observe(s *footfall.Step, _ *footfall.Session, out *footfall.Sink) {
	acct := w.env.Names.Bare(s.Account)
	switch {
	case s.Kind == footfall.KindLogon && s.Outcome == footfall.Success:
		w.success(s, acct, out)
	case s.Outcome != footfall.Failure || acct == 0 || s.Reason == footfall.ReasonProtocol || s.Reason == footfall.ReasonNoKey || s.Auth == footfall.AuthKey:
	default:
		w.failure(s, thingKey{s.DstHost, acct}, 0, out)
		w.failure(s, thingKey{s.DstHost, 0}, acct, out)
	}
}

func (w *watcher) failure(s *footfall.Step, k thingKey, acct footfall.Name, out *footfall.Sink) {
	t, fresh := w.things.Put(k)
	if fresh || s.Time-t.last > day {
		w.open.Delete(k)
		*t = thing{first: s.Time, episode: t.episode + 1, service: s.Service}
	}
	p, _ := w.pairs.Put(pairKey{k, s.Source(), false})
	if p.episode != t.episode {
		*p = pair{episode: t.episode, won: p.won}
		if int(t.sources) < len(t.begun) {
			t.begun[t.sources] = s.Source()
		}
		t.sources++
		if s.Flags&footfall.FlagPublic != 0 {
			t.outside++
		}
		if w.env.Past != nil && w.env.Past.Habit(footfall.TraitUser, s.Source()).Days >= known {
			t.known++
		}
	}
	// Records of one connection tell of one try each at most once more: sshd
	// and PAM both do. Half as many tries is near enough for an average.
	if s.Session == 0 || s.Session != p.within {
		p.tries++
		t.tries++
	}
	p.within = s.Session
	t.last = s.Time
	if int(t.records) < len(t.early) {
		t.early[t.records] = s.Ref
	}
	t.records++
	if acct != 0 {
		if a, _ := w.pairs.Put(pairKey{k, acct, true}); a.episode != t.episode {
			a.episode = t.episode
			t.accounts++
		}
	}
	w.judge(s, k, t, out)
}

func (w *watcher) judge(s *footfall.Step, k thingKey, t *thing, out *footfall.Sink) {
	if t.sources < w.limit || t.tries > few*t.sources || k.account == 0 && t.accounts < w.limit {
		return
	}
	o, fresh := w.open.Put(k)
	if fresh || o.f == nil {
		n := w.env.Names
		*o = opened{about: *s, f: &footfall.Finding{
			ID:   footfall.FindingID("spread", n.String(k.host)+"|"+n.String(k.account), s.ID),
			Rule: &Analytic.Rules[0], Count: int(t.records) - 1, First: t.first, Last: s.Time,
		}}
		for _, ref := range t.early[:min(int(t.records), len(t.early))] {
			o.f.CiteRef(ref)
		}
		for _, from := range t.begun {
			o.f.About(footfall.RoleSource, "address", n.String(from))
		}
		if len(w.order) >= 4*maxThings {
			w.order = slices.DeleteFunc(w.order, func(k thingKey) bool { return w.open.Get(k) == nil })
		}
		w.order = append(w.order, k)
	}
	o.f.Cite(s)
	w.source(o, s)
	if o.f.Count >= 2*o.told {
		w.give(o, k, t, out)
	}
}

func (w *watcher) source(o *opened, s *footfall.Step) {
	n := w.env.Names
	o.f.About(footfall.RoleSource, "address", n.String(s.Source()))
}

// success raises a finding when a source that took part gets in, and had
// never got in before.
func (w *watcher) success(s *footfall.Step, acct footfall.Name, out *footfall.Sink) {
	k := thingKey{s.DstHost, acct}
	p, _ := w.pairs.Put(pairKey{k, s.Source(), false})
	before := p.won
	p.won = true
	o, t := w.open.Get(k), w.things.Get(k)
	if o == nil || t == nil || o.won || before || p.episode != t.episode || p.tries == 0 || s.Time-t.last > day {
		return
	}
	n := w.env.Names
	o.won, o.about = true, *s
	o.f.CiteRef(s.Ref)
	o.f.Last = s.Time
	o.f.Path = []footfall.Hop{{Time: s.Time, From: n.String(s.Source()), To: n.String(s.DstHost), Account: n.String(s.Account), Service: s.Service, Outcome: s.Outcome, Ref: s.Ref}}
	if s.Session != 0 {
		o.f.Sessions = []string{n.String(s.Session)}
	}
	w.give(o, k, t, out)
}

func (w *watcher) give(o *opened, k thingKey, t *thing, out *footfall.Sink) {
	o.told = o.f.Count
	f, n := o.f, w.env.Names
	host, what := n.String(k.host), n.String(k.account)+" on "+n.String(k.host)
	f.Bear("T1110.001")
	if k.account == 0 {
		what = fmt.Sprintf("%s of %s", say.Count(int(t.accounts), "account"), host)
		f.Attack = f.Attack[:0]
		f.Bear("T1110.003")
	}
	f.Title = "Password guessing from many sources on " + what
	f.Why = fmt.Sprintf("%s that failed to log on as %s came from %s (%d with a public address) within %s, %.1f from each", say.Count(int(t.tries), "connection"), what,
		say.Count(int(t.sources), "source"), t.outside, say.Span(t.last-t.first), float64(t.tries)/float64(t.sources))
	f.Level = footfall.LevelMedium
	f.Innocent = fmt.Sprintf("A person's devices with an old password were tested for: they are fewer than %d.", w.limit)
	if t.outside == 0 {
		f.Level = footfall.LevelLow
		f.Innocent = "All sources are inside: a farm of servers with an old password of a service looks the same."
	}
	ours := k.account == 0 && float64(t.known) >= mostly*float64(t.sources)
	if ours {
		f.Level = footfall.LevelLow
		f.Innocent = fmt.Sprintf("It fits people who mistype: from %d of the %d sources somebody logged on on %s before.", t.known, t.sources, say.Count(known, "day"))
	}
	if o.won {
		if !ours {
			f.Level = footfall.LevelHigh
		}
		f.Why += fmt.Sprintf("; then %s, one of them, logged on as %s at %s, where it never had before", n.String(o.about.Source()), n.String(o.about.Account), say.Time(o.about.Time))
		f.About(footfall.RoleActor, "account", n.String(o.about.Account))
	}
	f.Why += "."
	service := t.service
	if service == footfall.ServiceNetwork {
		service = footfall.ServiceSMB
	}
	f.Bear(service.Technique())
	if t.outside > 0 {
		f.Bear("T1133")
	}
	f.About(footfall.RoleDestination, "host", host)
	f.About(footfall.RoleTarget, "account", n.String(k.account))
	f.Weight = f.Level.Weight()
	out.Find(f, &o.about)
}

// Flush gives the findings that grew since they were given last.
func (w *watcher) Flush(_ int64, out *footfall.Sink) {
	for _, k := range w.order {
		if o, t := w.open.Get(k), w.things.Get(k); o != nil && t != nil && o.told != o.f.Count {
			w.give(o, k, t, out)
		}
	}
}
