package graph

import (
	"fmt"
	"math"
	"net/netip"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/recent"
	"github.com/footfall/footfall/internal/say"
)

// A judge says which ways are told of. It is given what the engine inferred, in
// the order of time. Most logins repeat what is known and leave at once; of the
// others it reads the signs, compares them with those of the days before, and
// joins what belongs together into incidents, of which the strongest are told
// while the budget lasts.
type judge struct {
	opt       Options `freeze:"-"`
	today     int32
	watched   int32       // days that began
	depth     [rows]int32 // on how many days the past was learned when a day began
	known     *recent.Map[gone, int32]
	ties      ties
	paces     *recent.Map[footfall.Name, pace]
	everybody tempo
	failures  *recent.Map[failing, failed]
	scale     scale
	incidents incidents
	channels  [2]channel
	services  footfall.ServiceItems
	hours     [168]footfall.Name
	areas     *recent.Map[footfall.Name, footfall.Name] `freeze:"-"`
	from      footfall.Name                             `freeze:"-"` // the area that the login at hand came from
	told      int                                       // findings
	found     verdict                                   `freeze:"-"`
}

// gone is a way that was gone: whoever goes it again does nothing new.
type gone struct{ hand, account, src, dst footfall.Name }

// failing is from where or against which account logons failed.
type failing struct {
	account bool
	name    footfall.Name
}

const (
	mostKnown    = 1 << 20
	mostHands    = 1 << 17
	mostFailures = 1 << 16
	mostAreas    = 1 << 14
)

func newJudge(o Options) *judge {
	if o.Context == nil {
		o.Context = &footfall.Context{}
	}
	j := &judge{
		opt: o, known: recent.New[gone, int32](mostKnown), ties: newTies(), paces: recent.New[footfall.Name, pace](mostHands),
		failures: recent.New[failing, failed](mostFailures), incidents: newIncidents(),
		areas: recent.New[footfall.Name, footfall.Name](mostAreas),
	}
	with, own := o.Context.PathBudget()
	j.channels[channelAll].budget, j.channels[channelOwn].budget = with, own
	return j
}

// arrival judges a login with the ways that can have led to it, one for each
// likely hand, the likeliest first. s is the step that it was made of.
func (j *judge) arrival(l *Login, inf *Inference, ways []way, s *footfall.Step, out *footfall.Sink) {
	if len(ways) == 0 || l.Time <= 0 || l.Src == 0 || l.Dst == 0 || l.Src == l.Dst {
		return // a logon at the host itself is no hop
	}
	j.turn(l.Time)
	last := &ways[0].hops[len(ways[0].hops)-1]
	j.from = j.area(l)
	at, fresh := j.known.Put(gone{last.hand, l.Account, j.from, l.Dst})
	if !fresh && *at == j.today {
		return
	}
	*at = j.today
	if ways = j.people(ways); len(ways) == 0 || j.computer(l.Account) {
		return
	}
	v := j.weigh(l, inf, ways)
	if v != nil && l.Flags&FlagLearn == 0 {
		j.join(v, l, s, out)
	}
	j.learn(l, last)
}

// people leaves out ways of computers: what one does under its own account is no
// hand's.
func (j *judge) people(ways []way) []way {
	for len(ways) > 0 && j.computer(ways[0].hops[len(ways[0].hops)-1].hand) {
		ways = ways[1:]
	}
	return ways
}

func (j *judge) computer(account footfall.Name) bool {
	return strings.HasSuffix(j.opt.Names.String(account), "$")
}

// A verdict is what is found of a login.
type verdict struct {
	reading
	way   *way
	class Class
	group group
	total float64 // of all signs
	rare  float64 // share of comparable ways that are as rare
	as    uint32  // how many those are, and of how many
	of    uint32
	days  int // of history
}

// weigh reads the signs of a login that has something new, of the way that is
// the rarest for what it is worth; nil when nothing is new.
func (j *judge) weigh(l *Login, inf *Inference, ways []way) *verdict {
	if !j.novel(l, ways) {
		return nil
	}
	v := &j.found
	*v = verdict{total: -1}
	for i := range ways {
		w := &ways[i]
		if i > 0 && w.weight < unlikely {
			continue
		}
		r := j.read(l, w)
		g := groupFor(inf.Class, j.sort(l, r.hand))
		total := 0.0
		for k, x := range r.values {
			r.p[k] = j.scale.rarity(g, sign(k), x)
			total -= math.Log(r.p[k])
		}
		if j.opt.Without&PartWeights == 0 {
			total += math.Log(max(w.weight, 1e-6))
		}
		if total = max(total, 0); total > v.total {
			*v = verdict{reading: r, way: w, class: inf.Class, group: g, total: total}
		}
	}
	p := j.pace(v.hand, l.Time)
	v.rare = p.own.rarity(j.today, v.total, j.scale.totalRarity(v.group, v.total))
	v.as, v.of = j.scale.comparable(v.group, v.total)
	v.days = j.history()
	p.own.add(j.today, v.total)
	j.scale.learn(j.today, v.group, &v.values, v.total)
	v.excuse = j.excuse(v, l)
	return v
}

// pace is that of a hand, which may have been met just now.
func (j *judge) pace(hand footfall.Name, now int64) *pace {
	p, fresh := j.paces.Put(hand)
	if fresh {
		p.first = now
		j.everybody.hands++
	}
	return p
}

// unlikely is how improbable a hand must be for its way to be left out, while
// there is a likelier one: on a host of many every login would be a switch of
// each of them.
const unlikely = 0.05

// novel reports whether anything about a login is new for one of its likely
// hands or for its account: the host, the account, the edge, or where the
// account comes from.
func (j *judge) novel(l *Login, ways []way) bool {
	if n, _ := j.ties.of(tieEdge, j.from, l.Dst); n.days == 0 {
		return true
	}
	if n, _ := j.ties.of(tieFrom, l.Account, j.from); n.days == 0 {
		return true
	}
	for i := range ways {
		last := &ways[i].hops[len(ways[i].hops)-1]
		if i > 0 && ways[i].weight < unlikely {
			continue
		}
		if j.never(last) {
			return true
		}
		if last.person == last.hand {
			continue
		}
		if t := j.opt.Past.Tally(footfall.TraitHandAccount, last.hand, l.Account, 0, 0); !t.Known() {
			return true
		}
	}
	return false
}

// excuse says why a way is nothing to tell of, "" when nothing does: a program
// that comes from where it always comes from, a newcomer who goes where its
// peers go.
func (j *judge) excuse(v *verdict, l *Login) string {
	c, src := j.opt.Context, j.opt.Names.String(l.Src)
	switch {
	case v.switched:
	case c.Deployers[src] || c.Scanners[src]:
		return "a host that administers many others by trade"
	case v.sortOf() == handProgram:
		if n, _ := j.ties.of(tieFrom, l.Account, j.from); n.days > 1 {
			return "a program from its own host"
		}
	case v.newcomer && v.peers > 0:
		return "a newcomer where its peers go"
	}
	return ""
}

func (v *verdict) sortOf() int { return int(v.group) % handSorts }

// never reports whether the hand of a hop was never on the host that it led to;
// what its own account did there under a hand that was not told is the hand's.
func (j *judge) never(last *hop) bool {
	past := j.opt.Past
	if t := past.Tally(footfall.TraitHandHost, last.hand, last.dst, 0, 0); t.Known() {
		return false
	}
	if last.person != last.hand {
		return true
	}
	t := past.Tally(footfall.TraitHost, last.account, last.dst, 0, 0)
	return !t.Known()
}

// sort is what sort of hand one is.
func (j *judge) sort(l *Login, hand footfall.Name) int {
	names, c := j.opt.Names, j.opt.Context
	if l.Flags&(FlagMachine|FlagService) != 0 || c.Services[names.String(l.Account)] || c.Deployers[names.String(l.Src)] || c.Scanners[names.String(l.Src)] {
		return handProgram
	}
	_, ways, days := j.everybody.rates(j.paces.Get(hand), l.Time)
	switch average := j.everybody.average(l.Time); {
	case ways/days < average/2:
		return handQuiet
	case ways/days > average*2:
		return handBusy
	}
	return handUsual
}

// learn counts what a login that was judged, or repeats what is known, shows.
func (j *judge) learn(l *Login, last *hop) {
	j.ties.learn(tieEdge, j.from, l.Dst, j.today)
	j.ties.learn(tieFrom, l.Account, j.from, j.today)
	p := j.pace(last.hand, l.Time)
	if !j.never(last) {
		return
	}
	if l.Time-p.first > learning {
		p.hosts.add(l.Time, 1)
		j.everybody.hosts.add(l.Time, 1)
	}
	p.times[p.n%lately] = l.Time
	p.n++
}

// turn begins a day.
func (j *judge) turn(now int64) {
	today := int32(now / aDay)
	if today <= j.today {
		return
	}
	// Of days on which half as much or less was known most that was new says little now.
	days := int32(j.history())
	since := today
	for d := max(today-keptDays, j.today-keptDays); d < today; d++ {
		if d >= 0 && d <= j.today && 2*j.depth[d%rows] >= days {
			since = min(since, d)
		}
	}
	for d := max(j.today+1, today-keptDays); d <= today; d++ {
		j.depth[d%rows] = days
	}
	j.today = today
	j.watched++
	j.scale.turn(today, since)
	j.everybody.turn(now)
	for i := range j.channels {
		j.channels[i].turn(today, since, j.history())
	}
}

// history is on how many days the past was learned.
func (j *judge) history() int {
	_, days := j.opt.Past.Span()
	return days
}

// A failed counts failures; half of them are forgotten in an hour.
type failed struct {
	n    float64
	last int64
}

func (f *failed) at(t int64) float64 { return f.n * math.Exp2(-float64(max(0, t-f.last))/aHour) }

// failure notes a logon that failed.
func (j *judge) failure(l *Login) {
	for _, k := range [...]failing{{false, l.Src}, {true, l.Account}} {
		if k.name != 0 {
			f, _ := j.failures.Put(k)
			f.n, f.last = f.at(l.Time)+1, max(f.last, l.Time)
		}
	}
}

// failed is how many logons failed shortly before, from the source and with
// the account.
func (j *judge) failed(l *Login) (n float64) {
	for _, k := range [...]failing{{false, l.Src}, {true, l.Account}} {
		if f := j.failures.Get(k); f != nil {
			n += f.at(l.Time)
		}
	}
	return n
}

// revise judges a login anew, of which a late record changed the ways: what is
// shown of it is put right, and what was told is told again.
func (j *judge) revise(l *Login, inf *Inference, ways []way, out *footfall.Sink) {
	key := j.incidents.hops.Get(l.ID)
	if key == nil || len(ways) == 0 {
		return
	}
	in := j.alive(*key, l.Time, longest)
	if in == nil {
		return
	}
	last := &ways[0].hops[len(ways[0].hops)-1]
	for i := range in.stops {
		if st := &in.stops[i]; st.hop.id == l.ID {
			*st = stop{hop: *last}
			copy(st.others[:], ways[0].others)
		}
	}
	if in.told != "" {
		j.tell(in, l, stepOf(l), out)
	}
}

// flush ends the run at the time of the last step.
func (j *judge) flush(now int64, out *footfall.Sink) {
	if days := j.history(); days < fullHistory && j.told > 0 {
		out.Notes = append(out.Notes, fmt.Sprintf("paths: a history of %s: half of the budget of paths was spent until there are %d", say.Count(days, "day"), fullHistory))
	}
}

// area is where a login came from, for asking whether that was so before: the
// host, or where only an address is known, the range that it is of. Who comes
// by VPN or from home has another address every few days.
func (j *judge) area(l *Login) footfall.Name {
	if a := j.areas.Get(l.Src); a != nil {
		return *a
	}
	at, _ := j.areas.Put(l.Src)
	*at = l.Src
	a, err := netip.ParseAddr(j.opt.Names.String(l.Src))
	if err != nil {
		return l.Src
	}
	a = a.Unmap().WithZone("")
	bits := 24
	switch {
	case a.Is6() && a.IsPrivate():
		bits = 64
	case a.Is6():
		bits = 48
	}
	if p, err := a.Prefix(bits); err == nil {
		*at = j.opt.Names.Intern(p.String())
	}
	return *at
}
