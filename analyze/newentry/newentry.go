// Package newentry finds entries from outside that are unlike all earlier ones
// of their account: another country, another provider, another device, another
// hour. In go logons from public addresses; out come findings that say what is
// new and over how many days it was not seen. On a short history it says so
// and finds nothing.
package newentry

import (
	"fmt"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/recent"
	"github.com/footfall/footfall/internal/say"
)

// Analytic is keyed by the account.
var Analytic = footfall.Analytic{
	Name: "newentry",
	Doc: "A successful entry from a public address by VPN, gateway, cloud or a remote service, from a country, a provider (AS), a network, with a device or at an hour that " +
		"the account never had on its earlier days, once it had entries from outside on newentry.days (5) days. Each novelty counts by how much of the history speaks against it; " +
		"a new network of a known provider alone is nothing. A journey, a new telephone, a new provider at home look the same: announced journeys, networks that colleagues come from, " +
		"and ways out that many share are tested for.",
	Rules: []footfall.Rule{{
		ID: "newentry", Title: "Entry from outside unlike the account's earlier ones", Level: footfall.LevelMedium,
		Description: "An account entered from outside in a way that is new for it in several respects at once.",
		Attack:      []string{"T1021", "T1021.007", "T1078", "T1133"}, Rows: []string{"EXT-03", "CLD-02"},
		Innocent: []string{"a journey", "a new device", "a new provider at home", "a provider whose addresses a database has in another country"},
	}},
	Kinds: []footfall.Kind{footfall.KindLogon},
	Keys: func(dst []footfall.Name, s *footfall.Step) []footfall.Name {
		if s.Rule == 0 && s.Kind == footfall.KindLogon && s.Outcome == footfall.Success && s.Account != 0 && s.SrcAddr != 0 &&
			s.Flags&footfall.FlagPublic != 0 && s.Flags&(footfall.FlagSystem|footfall.FlagMachine|footfall.FlagGuest) == 0 {
			return append(dst, s.Account)
		}
		return dst
	},
	New: newWatcher,
}

// What each novelty counts, in bits, at full history. They are shown in the
// finding, and their sum is compared with newentry.low (2) and newentry.medium (4).
const (
	newCountry  = 3.0
	newAS       = 1.5
	newNetwork  = 0.5
	newDevice   = 1.5
	newHour     = 1.0
	noFactor    = 1.0
	hiddenWay   = 1.5
	neverAnyone = 1.0 // nobody of all accounts ever came from that country

	limitLow    = 2.0
	limitMedium = 4.0
	limitHigh   = 7.0

	maxJudged = 1 << 12
)

type key struct{ account, network, device footfall.Name }

type watcher struct {
	env               *footfall.Env
	days              float64
	low, medium, high float64
	anybody           footfall.Name
	judged            *recent.Map[key, int64] // what was told in this run: the baseline counts days
	buf               []footfall.Listing
}

func newWatcher(e *footfall.Env) footfall.Watcher {
	c := e.Context
	return &watcher{
		env: e, days: c.Limit("newentry.days", footfall.EnoughDays), anybody: e.Names.Intern(footfall.Anybody),
		low: c.Limit("newentry.low", limitLow), medium: c.Limit("newentry.medium", limitMedium), high: c.Limit("newentry.high", limitHigh),
		judged: recent.New[key, int64](maxJudged),
	}
}

// A novelty is one respect in which an entry is new.
type novelty struct {
	bits float64
	text string
}

// A look is one entry and what is new of it.
type look struct {
	w       *watcher
	s       *footfall.Step
	who     string
	country string
	new     []novelty
	known   []string // what speaks for the account's own hand
}

// Observe compares an entry with those of earlier days.
func (w *watcher) Observe(s *footfall.Step, _ *footfall.Session, out *footfall.Sink) {
	n, past := w.env.Names, w.env.Past
	if w.env.Context.Services[n.String(s.Account)] {
		return
	}
	network := n.Intern(footfall.NetworkItem(n.String(s.SrcAddr)))
	from := past.Habit(footfall.TraitNetwork, s.Account)
	if float64(from.Days) < w.days {
		return
	}
	if t := past.Tally(footfall.TraitNetwork, s.Account, network, 0, 0); t.Days > 0 && (s.Client == 0 || w.knows(footfall.TraitDevice, s, s.Client)) {
		return // as on an earlier day
	}
	if at, fresh := w.judged.Put(key{s.Account, network, s.Client}); !fresh {
		*at = s.Time
		return
	}
	l := look{w: w, s: s, who: n.String(s.Account)}
	l.place(network)
	l.rest()
	l.tell(from, out)
}

func (w *watcher) knows(t footfall.Trait, s *footfall.Step, item footfall.Name) bool {
	if item == 0 {
		return false
	}
	v := w.env.Past.Tally(t, s.Account, item, 0, 0)
	return v.Days > 0
}

func (l *look) add(bits float64, format string, args ...any) {
	l.new = append(l.new, novelty{bits, fmt.Sprintf(format, args...)})
}

// place weighs where the entry came from: of country, provider and network the
// widest that is new.
func (l *look) place(network footfall.Name) {
	w, n := l.w, l.w.env.Names
	var p footfall.Place
	if w.env.Place != nil {
		p = w.env.Place(l.s.SrcAddr)
	}
	if l.country = p.Country; l.country == "" {
		l.country = w.env.Extra(l.s.Extra).Country
	}
	as := footfall.Name(0)
	if p.AS != 0 {
		as = n.Intern(footfall.ASItem(p.AS))
	}
	c := n.Intern(l.country)
	switch {
	case c != 0 && w.env.Past.Habit(footfall.TraitCountry, l.s.Account).Days > 0 && !w.knows(footfall.TraitCountry, l.s, c):
		l.add(newCountry, "the country %s", l.country)
		if t := w.env.Past.Tally(footfall.TraitCountry, w.anybody, c, 0, 0); t.Days == 0 {
			l.add(neverAnyone, "nobody ever came from there")
		} else {
			l.known = append(l.known, fmt.Sprintf("others came from %s on %s before", l.country, say.Count(t.Days, "day")))
		}
		if as != 0 && !w.knows(footfall.TraitAS, l.s, as) {
			l.add(newAS/2, "the provider %s", provider(&p))
		}
	case as != 0 && w.env.Past.Habit(footfall.TraitAS, l.s.Account).Days > 0 && !w.knows(footfall.TraitAS, l.s, as):
		l.add(newAS, "the provider %s", provider(&p))
	case !w.knows(footfall.TraitNetwork, l.s, network):
		l.add(newNetwork, "the network %s", n.String(network))
	}
	if w.env.Intel != nil {
		w.buf = w.env.Intel(w.buf[:0], n.String(l.s.SrcAddr))
		for i := range w.buf {
			if k := w.buf[i].Kind; k == footfall.ListedAnonymiser || k == footfall.ListedHosting {
				l.add(hiddenWay, "an address that %s lists as %s", w.buf[i].List, k)
				break
			}
		}
	}
}

func provider(p *footfall.Place) string {
	if p.Org != "" {
		return fmt.Sprintf("%s (AS%d)", p.Org, p.AS)
	}
	return fmt.Sprintf("AS%d", p.AS)
}

// rest weighs device, hour and second factor.
func (l *look) rest() {
	w, s, past := l.w, l.s, l.w.env.Past
	if s.Client != 0 {
		if d := past.Habit(footfall.TraitDevice, s.Account); d.Days > 0 && !w.knows(footfall.TraitDevice, s, s.Client) {
			l.add(newDevice, "the device %s", say.Quote(w.env.Names.String(s.Client), 60))
		} else if d.Days > 0 {
			l.known = append(l.known, "the device is its own")
		}
	}
	hours := past.Habit(footfall.TraitHour, s.Account)
	if hours.Sum >= footfall.EnoughHours {
		at := footfall.HourOfWeek(s.Time, w.env.Zone(s.Account))
		near := 0
		for d := -1; d <= 1; d++ {
			for h := -2; h <= 2; h++ {
				item := w.env.Names.Find(footfall.HourName(at + 24*d + h))
				t := past.Tally(footfall.TraitHour, s.Account, item, 0, 0)
				near += t.Days
			}
		}
		if near == 0 {
			l.add(newHour, "the hour (none of the %d hours of its logons lay near it)", hours.Sum)
		}
	}
	if s.MFA == footfall.MFAAbsent {
		l.add(noFactor, "no second factor was asked for")
	}
}

func (l *look) tell(from footfall.Habit, out *footfall.Sink) {
	w, s, n := l.w, l.s, l.w.env.Names
	sum := 0.0
	var parts []string
	for _, x := range l.new {
		sum += x.bits
		parts = append(parts, fmt.Sprintf("%s (%.1f)", x.text, x.bits))
	}
	level := footfall.LevelUnknown
	switch {
	case sum >= w.high:
		level = footfall.LevelHigh
	case sum >= w.medium:
		level = footfall.LevelMedium
	case sum >= w.low:
		level = footfall.LevelLow
	default:
		return
	}
	innocent := "A journey was tested for: none is announced"
	if trip := w.env.Context.Away(l.who, s.Time); trip != nil && strings.EqualFold(trip.Country, l.country) {
		level, innocent = footfall.LevelInformational, fmt.Sprintf("A journey to %s is announced for that time", trip.Country)
	}
	if w.env.Shared(s.SrcAddr) {
		level = min(level, footfall.LevelLow)
		l.known = append(l.known, "many come out of that address")
	}
	innocent += "; " + strings.Join(append(l.known, "nothing else speaks for the account's own hand"), "; ") + "."
	f := &footfall.Finding{
		ID: footfall.FindingID("newentry", l.who, s.ID), Rule: &Analytic.Rules[0], Level: level, Innocent: innocent,
		Title: fmt.Sprintf("%s entered from %s in a new way", l.who, n.String(s.SrcAddr)),
	}
	f.Why = fmt.Sprintf("%s entered by %s from %s; new against its entries from outside on %s since %s: %s; together %.1f.",
		l.who, s.Service, n.String(s.SrcAddr), say.Count(from.Days, "day"), say.Day(from.First), say.List(parts, 8), sum)
	f.Weight = level.Weight()
	f.Cite(s)
	f.Bear("T1133")
	f.Bear(s.Service.Technique())
	f.About(footfall.RoleActor, "account", l.who)
	f.About(footfall.RoleSource, "address", n.String(s.SrcAddr))
	f.About(footfall.RoleDestination, "host", n.String(s.DstHost))
	f.About(footfall.RoleSession, "session", n.String(s.Session))
	if s.Session != 0 {
		f.Sessions = []string{n.String(s.Session)}
	}
	f.Path = []footfall.Hop{{Time: s.Time, From: n.String(s.SrcAddr), To: n.String(s.DstHost), Account: l.who, Service: s.Service, Outcome: s.Outcome, Ref: s.Ref}}
	out.Find(f, s)
}

// Flush does nothing: each finding is whole.
func (*watcher) Flush(int64, *footfall.Sink) {}
