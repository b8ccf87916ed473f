// Package travel finds entries of one person from two places that nobody can
// have been at in the time between. In go entries from public addresses, with
// where these are; out come findings and the fact source-location. Places that
// are not known, and ways out that many people share, find nothing.
package travel

import (
	"fmt"
	"net/netip"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/recent"
	"github.com/footfall/footfall/internal/say"
	"github.com/footfall/footfall/internal/travel"
)

// Analytic sees every entry from outside in one instance: whether a way out
// is shared shows by the accounts of others.
var Analytic = footfall.Analytic{
	Name: "travel",
	Doc: "Two successful entries of one account (VPN, cloud, gateway, SSH and the like from public addresses) from places too far apart for the time between, " +
		"measured along the sphere, less the radii within which the places are known (thresholds travel.speed, 1000 km/h, and travel.distance, 300 km). " +
		"Private VPN services, roaming telephones and addresses whose place a database has wrong look the same; both sessions being open at once speaks against travel of any kind.",
	Rules: []footfall.Rule{{
		ID: "travel", Title: "Impossible travel", Level: footfall.LevelMedium,
		Description: "One account entered from two places in less time than the way takes; high where both cities are known and both were in use at once.",
		Attack:      []string{"T1021", "T1078", "T1133"}, Rows: []string{"EXT-02"},
		Innocent: []string{"a private VPN service, a relay or a proxy", "a network whose way out is far from its users", "a place that the database has wrong", "an account that several people use"},
	}},
	Facts: []string{"source-location"},
	Keys: func(dst []footfall.Name, s *footfall.Step) []footfall.Name {
		if s.SrcAddr != 0 && s.Flags&footfall.FlagPublic != 0 || s.Kind == footfall.KindLogoff && s.Session != 0 {
			return append(dst, footfall.All)
		}
		return dst
	},
	New: newWatcher,
}

const (
	maxPersons = 1 << 14
	maxHabits  = 1 << 15
	maxEgress  = 1 << 14
	maxPairs   = 1 << 12
	// peers is how many other accounts make an address a way out of many.
	peers = 5
	// often is on how many earlier days a network and country is a person's usual one.
	often = 3
	day   = 24 * 3600 * 1e9
	// within: what is longer ago proves nothing; the way around half the Earth takes less.
	within = day
)

// A visit is an address that somebody entered from.
type visit struct {
	addr    footfall.Name
	last    int64
	session footfall.Name
	step    footfall.Step
}

// A person is the last few addresses that somebody entered from.
type person struct {
	visits [4]visit
	next   uint8
}

type habitKey struct {
	who     footfall.Name
	country string
	as      uint32
}

type habit struct {
	days    uint32
	lastDay int64
}

// An egress is an address with the first accounts that entered from it.
type egress struct {
	who [peers + 1]footfall.Name
	n   uint8
}

type pairKey struct{ who, from, to footfall.Name }

// A pair is a finding, and what would show that both ends were in use at once.
type pair struct {
	f       *footfall.Finding
	at      int64
	leg     travel.Leg
	usual   uint32
	atOnce  string
	session footfall.Name // of the earlier entry
	about   footfall.Step
}

type watcher struct {
	env     *footfall.Env
	lim     travel.Limits
	persons *recent.Map[footfall.Name, person]
	habits  *recent.Map[habitKey, habit]
	egress  *recent.Map[footfall.Name, egress]
	pairs   *recent.Map[pairKey, pair]
	open    *recent.Map[footfall.Name, pairKey] // by the session of the earlier entry
	buf     []footfall.Listing
}

func newWatcher(e *footfall.Env) footfall.Watcher {
	lim := travel.Usual
	lim.Speed = e.Context.Limit("travel.speed", lim.Speed)
	lim.Distance = e.Context.Limit("travel.distance", lim.Distance)
	return &watcher{
		env: e, lim: lim,
		persons: recent.New[footfall.Name, person](maxPersons), habits: recent.New[habitKey, habit](maxHabits),
		egress: recent.New[footfall.Name, egress](maxEgress), pairs: recent.New[pairKey, pair](maxPairs),
		open: recent.New[footfall.Name, pairKey](maxPairs),
	}
}

// Observe compares an entry with those before it.
func (w *watcher) Observe(s *footfall.Step, _ *footfall.Session, out *footfall.Sink) {
	if w.env.Place == nil || s.Rule != 0 {
		return
	}
	if s.Kind == footfall.KindLogoff {
		w.ended(s, out)
		return
	}
	if !entry(s) || w.env.Context.Services[w.env.Names.String(s.Account)] {
		return
	}
	place := w.env.Place(s.SrcAddr)
	if !place.Known() || w.hidden(s) {
		return
	}
	who := w.who(s.Account)
	others := w.others(s.SrcAddr, who)
	usual := w.habit(who, &place, s.Time)
	p, _ := w.persons.Put(who)
	if s.Flags&footfall.FlagLearn == 0 && others < peers {
		if v, leg := w.farthest(p, s, &place); v != nil {
			w.found(who, v, s, leg, usual, out)
		}
	}
	p.add(s)
}

// entry reports whether a person came in from outside.
func entry(s *footfall.Step) bool {
	if s.SrcAddr == 0 || s.Account == 0 || s.Flags&(footfall.FlagSystem|footfall.FlagMachine|footfall.FlagGuest|footfall.FlagOutward|footfall.FlagLoopback) != 0 ||
		s.Flags&footfall.FlagPublic == 0 || s.Service == footfall.ServiceLocal {
		return false
	}
	switch s.Kind {
	case footfall.KindLogon:
		return s.Outcome == footfall.Success
	case footfall.KindReconnect, footfall.KindLease:
		return s.Outcome != footfall.Failure
	}
	return false
}

// who is the person of an account where one is declared, else the account.
func (w *watcher) who(account footfall.Name) footfall.Name {
	if p := w.env.Context.People[w.env.Names.String(account)]; p != "" {
		return w.env.Names.Intern("person " + p)
	}
	return account
}

// hidden reports whether an address says nothing of where its user is: many
// people's, declared, or listed as an anonymiser's or a data centre's.
func (w *watcher) hidden(s *footfall.Step) bool {
	text := w.env.Names.String(s.SrcAddr)
	if a, err := netip.ParseAddr(text); err == nil {
		for i := range w.env.Context.Networks {
			if n := &w.env.Context.Networks[i]; n.Prefix.Contains(a) {
				if n.Shared {
					return true
				}
				break
			}
		}
	}
	if w.env.Intel == nil {
		return false
	}
	w.buf = w.env.Intel(w.buf[:0], text)
	for i := range w.buf {
		if !w.buf[i].Verdict() {
			return true
		}
	}
	return false
}

// others counts the accounts that entered from an address before, up to a
// bound, but for one.
func (w *watcher) others(addr, who footfall.Name) int {
	e, _ := w.egress.Put(addr)
	n := 0
	for _, x := range e.who[:e.n] {
		if x == who {
			return int(e.n) - 1
		}
		n++
	}
	if int(e.n) < len(e.who) {
		e.who[e.n] = who
		e.n++
	}
	return n
}

// habit counts a day of somebody at a network and country, and returns on how
// many days before there was one.
func (w *watcher) habit(who footfall.Name, p *footfall.Place, t int64) uint32 {
	h, _ := w.habits.Put(habitKey{who, p.Country, p.AS})
	if d := t/day + 1; h.lastDay != d {
		h.days++
		h.lastDay = d
	}
	return h.days - 1
}

// farthest is the visit that the entry is least possible after.
func (w *watcher) farthest(p *person, s *footfall.Step, place *footfall.Place) (best *visit, leg travel.Leg) {
	for i := range p.visits {
		v := &p.visits[i]
		if v.addr == 0 || v.addr == s.SrcAddr || s.Time-v.last > within {
			continue
		}
		from := w.env.Place(v.addr)
		if l := w.lim.Between(&from, place, s.Time-v.last); l.Verdict == footfall.No &&
			(best == nil || l.Speed > leg.Speed || l.Speed == leg.Speed && w.env.Names.Less(v.addr, best.addr)) {
			best, leg = v, l
		}
	}
	return best, leg
}

func (p *person) add(s *footfall.Step) {
	for i := range p.visits {
		if v := &p.visits[i]; v.addr == s.SrcAddr {
			v.last, v.step = s.Time, *s
			if s.Session != 0 {
				v.session = s.Session
			}
			return
		}
	}
	p.visits[p.next] = visit{s.SrcAddr, s.Time, s.Session, *s}
	p.next = (p.next + 1) % uint8(len(p.visits))
}

// found makes a finding of two places, or adds to that of the way back: who
// is seen at both ends in turn uses both at once.
func (w *watcher) found(who footfall.Name, v *visit, s *footfall.Step, leg travel.Leg, usual uint32, out *footfall.Sink) {
	n := w.env.Names
	if back := w.pairs.Get(pairKey{who, s.SrcAddr, v.addr}); back != nil && back.f != nil && s.Time-back.at < within {
		back.f.Cite(s)
		back.atOnce = fmt.Sprintf("%s was used again %s after that", n.String(s.SrcAddr), say.Span(s.Time-back.at))
		w.give(back, out)
		return
	}
	k := pairKey{who, v.addr, s.SrcAddr}
	p, _ := w.pairs.Put(k)
	if p.f != nil && s.Time-p.at < within {
		p.f.Cite(s)
		return
	}
	*p = pair{at: s.Time, leg: leg, usual: usual, session: v.session, about: *s}
	p.f = &footfall.Finding{ID: footfall.FindingID("travel", n.String(who)+"|"+n.String(v.addr)+"|"+n.String(s.SrcAddr), s.ID), Rule: &Analytic.Rules[0]}
	p.f.Cite(&v.step)
	p.f.Cite(s)
	for _, x := range []*footfall.Step{s, &v.step} {
		p.f.Bear(x.Service.Technique())
		p.f.About(footfall.RoleSource, "address", n.String(x.SrcAddr))
		p.f.About(footfall.RoleDestination, "host", n.String(x.DstHost))
		p.f.About(footfall.RoleActor, "account", n.String(x.Account))
		if id := n.String(x.Session); id != "" {
			p.f.Sessions = append(p.f.Sessions, id)
		}
	}
	p.f.Bear("T1078")
	p.f.Bear("T1133")
	from, to := w.env.Place(v.addr), w.env.Place(s.SrcAddr)
	p.f.Title = fmt.Sprintf("%s entered from %s and from %s within %s", n.String(s.Account), from.Name(), to.Name(), say.Span(s.Time-v.last))
	p.f.Why = fmt.Sprintf("%s (%s) and %s (%s) are %.0f km apart, at least %.0f km by what is known of both; %s lie between the entries, so that takes %.0f km/h",
		n.String(v.addr), from.Name(), n.String(s.SrcAddr), to.Name(), leg.Apart, leg.Least, say.Span(s.Time-v.last), leg.Speed)
	if v.session != 0 && v.session != s.Session {
		o, _ := w.open.Put(v.session)
		*o = k
	}
	w.give(p, out)
}

// ended looks whether the session at the first place outlived the entry at the second.
func (w *watcher) ended(s *footfall.Step, out *footfall.Sink) {
	k := w.open.Get(s.Session)
	if k == nil {
		return
	}
	if p := w.pairs.Get(*k); p != nil && p.f != nil && p.session == s.Session && s.Time > p.at && p.atOnce == "" {
		p.f.Cite(s)
		p.atOnce = fmt.Sprintf("the session from %s ended only %s after that", w.env.Names.String(k.from), say.Span(s.Time-p.at))
		w.give(p, out)
	}
	w.open.Delete(s.Session)
}

// give weighs a finding by how well the places are known and whether both were
// in use at once.
func (w *watcher) give(p *pair, out *footfall.Sink) {
	f := p.f.Clone()
	f.Level, f.Weight = footfall.LevelMedium, 1.5
	switch {
	case p.usual >= often:
		f.Level, f.Weight = footfall.LevelLow, 0.8
	case p.atOnce != "" && p.leg.ByCities:
		f.Level, f.Weight = footfall.LevelHigh, 4
	case p.atOnce != "" || p.leg.ByCities:
		f.Weight = 2.5
	}
	if p.atOnce != "" {
		f.Why += "; " + p.atOnce
	}
	f.Why += "."
	f.Innocent = "Ways out that many share were tested for: neither address is declared as shared or listed as an anonymiser's or a data centre's, and fewer than " +
		fmt.Sprint(peers) + " other accounts entered from the second before."
	if p.usual >= often {
		f.Innocent += fmt.Sprintf(" The second network and country were used on %s before: a second way that is usual here.", say.Count(int(p.usual), "day"))
	}
	if !p.leg.ByCities {
		f.Innocent += " Only the country is known of one or both: it is that of the network's owner, and may not be the user's."
	}
	out.Find(f, &p.about)
}

// enough is on how many earlier days somebody must have entered from known
// places before another one is called unusual.
const enough = footfall.EnoughDays

// Facts says where the source of a finding is, and whether its account usually
// comes from there.
func (w *watcher) Facts(step *footfall.Step, f *footfall.Finding, out *footfall.Sink) {
	if step.SrcAddr == 0 || step.Flags&(footfall.FlagPublic|footfall.FlagLoopback) != footfall.FlagPublic {
		return
	}
	n := w.env.Names
	addr := n.String(step.SrcAddr)
	fact := &footfall.Fact{Kind: "source-location", Finding: f.ID, Time: step.Time, Evidence: []footfall.Ref{step.Ref}}
	fact.Entities = append(fact.Entities, footfall.Entity{Role: footfall.RoleSource, Kind: "address", Name: addr})
	if w.env.Place == nil {
		fact.Text = "Where " + addr + " is, is not known: no places of addresses were given (--geo)."
		out.Tell(fact)
		return
	}
	place := w.env.Place(step.SrcAddr)
	if place.Country == "" {
		fact.Text = "Where " + addr + " is, is not known to the places that were given."
		out.Tell(fact)
		return
	}
	fact.Text = fmt.Sprintf("%s is in %s", addr, place.Name())
	if place.Known() {
		fact.Text += fmt.Sprintf(", within %.0f km", place.Radius)
	}
	if place.AS != 0 {
		fact.Text += fmt.Sprintf(", in the network of %s (AS%d)", say.Quote(place.Org, 80), place.AS)
	}
	if step.Account != 0 {
		w.pattern(step, &place, fact)
	}
	fact.Text += "."
	out.Tell(fact)
}

// pattern compares a place with those that the account entered from before.
func (w *watcher) pattern(step *footfall.Step, place *footfall.Place, fact *footfall.Fact) {
	who := w.env.Names.String(step.Account)
	days := 0
	if h := w.habits.Get(habitKey{w.who(step.Account), place.Country, place.AS}); h != nil {
		if days = int(h.days); h.lastDay == step.Time/day+1 {
			days--
		}
	}
	fact.Text += fmt.Sprintf("; %s entered from that network and country on %s before", who, say.Count(days, "day"))
	past := w.env.Past.AsOf(step.Time)
	all := past.Habit(footfall.TraitCountry, step.Account)
	country := past.Tally(footfall.TraitCountry, step.Account, w.env.Names.Find(place.Country), 0, 0)
	if all.Days > 0 {
		fact.Span = footfall.Span{From: all.First, Until: step.Time, Days: all.Days}
	}
	trip := w.env.Context.Away(who, step.Time)
	switch {
	case trip != nil && trip.Country == place.Country:
		fact.Verdict, fact.Sure = footfall.Yes, footfall.SureOf(1)
		fact.Text += fmt.Sprintf("; a journey to %s is announced for %s to %s", trip.Country, say.Day(trip.From), say.Day(trip.Until-1))
	case days >= often:
		fact.Verdict, fact.Sure = footfall.Yes, footfall.SureOf(days)
	case country.Days > 0:
		fact.Text += fmt.Sprintf(", and from that country on %d", country.Days)
	case all.Days >= enough:
		fact.Verdict, fact.Sure = footfall.No, footfall.SureFirst(&all)
		fact.Text += fmt.Sprintf("; it entered on %s from known places, none of them in %s", say.Count(all.Days, "earlier day"), place.Country)
	}
}

// Flush does nothing: findings are given as they come.
func (*watcher) Flush(int64, *footfall.Sink) {}
