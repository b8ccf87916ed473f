package graph

import (
	"math"
	"slices"

	"github.com/footfall/footfall"
)

// A sign is one respect in which a way can be unlike what was before. Each is
// larger the less it is like it; what is compared is only which of two is larger.
type sign uint8

const (
	signAccess    sign = iota // the host is rare for the hand, its peers and everybody
	signSwitch                // the account is not one that this hand uses
	signFrom                  // the account does not come from there
	signEdge                  // the host is not reached from there
	signPeers                 // peers do not go there
	signPrivilege             // the host is near the core, or few have to do with it
	signExposure              // the account had been on a host of the way: it could be taken there
	signVelocity              // new hosts came faster than the hand's own pace
	signFailures              // logons failed shortly before
	signService               // the account does not use the service
	signHour                  // nor logs on at that hour
	signRoot                  // how the way begins
	signs
)

// values are the signs of a way; one that cannot be told is not a number.
type values [signs]float64

// A read is what was found out about a way, for the judgement and for the
// sentence that tells of it.
type reading struct {
	values
	hand, main      footfall.Name // whose hand, and the account that it began with
	never           bool          // the hand was never seen on the host
	known           int           // hosts that the hand was on
	switched, fresh bool          // another person's account; never used by this hand
	edge            bool          // nobody went from there to the host before
	newcomer        bool
	peers, team     int // days on which peers were on the host; how many they are
	tier            int
	tiered, outside bool
	pace            float64 // probability of as many new hosts in so short a time
	recent          int     // new hosts in that time
	within          int64
	failed          float64
	exposed         footfall.Name // the host where the account was before
	exposedAt       int64
	p               [signs]float64
	excuse          string
}

const (
	discount = 0.5        // half a day of each known thing is lent to the unknown ones
	aHour    = 3600 * 1e9 // without a type, for fractions of it
	aDay     = 24 * aHour
	// newcomerDays is how long somebody counts as new: work is not settled.
	newcomerDays = 14
)

func unknown() float64 { return math.NaN() }

// smooth is a Pitman-Yor estimate: n of sum days, on items different things,
// over what is known without them.
func smooth(n, sum, items int, below float64) float64 {
	total := 1 + float64(sum)
	return max(float64(n)-discount, 0)/total + (1+discount*float64(items))/total*below
}

// days of a tally with the current one.
func upToNow(t footfall.Tally) int {
	if t.Today {
		return t.Days + 1
	}
	return t.Days
}

// read finds out about the last hop of a way all that does not need the other
// ways. t is when it happened.
func (j *judge) read(l *Login, w *way) (r reading) {
	last, root := &w.hops[len(w.hops)-1], &w.hops[0]
	r.hand, r.main = last.hand, last.hand
	if root.person == r.hand {
		r.main = root.account
	}
	if last.person == r.hand {
		r.main = last.account
	}
	r.switched = last.person != r.hand
	for i := range r.values {
		r.values[i] = unknown()
	}
	j.access(&r, l, last)
	j.switching(&r, l, w)
	j.edge(&r, l)
	j.peers(&r, l)
	j.privilege(&r, l)
	if j.opt.Without&PartVelocity == 0 {
		j.velocity(&r, l)
	}
	r.failed = j.failed(l)
	r.values[signFailures] = math.Log1p(r.failed)
	r.values[signService] = j.service(l)
	r.values[signHour] = j.oddHour(l)
	r.values[signRoot] = j.began(&r, l, w)
	return r
}

// access is how improbable the host is for the hand.
func (j *judge) access(r *reading, l *Login, last *hop) {
	past := j.opt.Past
	t, h := past.Tally(footfall.TraitHandHost, r.hand, l.Dst, 0, 0), past.Habit(footfall.TraitHandHost, r.hand)
	base := past.Likely(r.main, l.Dst)
	if j.opt.Without&PartPeers != 0 {
		base = least
	}
	r.never, r.known = j.never(last), h.Items
	if !r.switched {
		r.known = max(r.known, past.Habit(footfall.TraitHost, last.account).Items)
	}
	r.values[signAccess] = -math.Log(max(smooth(upToNow(t), h.Sum, h.Items, base), 1e-9))
	first, _ := past.Span()
	since := h.First
	if since == 0 {
		since = past.Habit(footfall.TraitHost, r.main).First
	}
	if since == 0 {
		since = l.Time
	}
	// Who was there from the first days on was there before.
	r.newcomer = l.Time-since < newcomerDays*aDay && l.Time-first > newcomerDays*aDay && since-first > footfall.EnoughDays*aDay
}

// switching is how little the account is the hand's, and whether it could be
// taken on the way.
func (j *judge) switching(r *reading, l *Login, w *way) {
	past := j.opt.Past
	if r.switched {
		t, h := past.Tally(footfall.TraitHandAccount, r.hand, l.Account, 0, 0), past.Habit(footfall.TraitHandAccount, r.hand)
		// An account that comes from many places is many people's.
		from := float64(past.Habit(footfall.TraitSource, l.Account).Items)
		r.fresh = !t.Known()
		r.values[signSwitch] = -math.Log(max(smooth(upToNow(t), h.Sum, h.Items, (1+from)/(crowd+from)), 1e-9))
		if j.opt.Without&PartExposure == 0 {
			j.exposure(r, l, w)
		}
	} else {
		r.values[signSwitch] = 0
	}
	n, all := j.ties.of(tieFrom, l.Account, j.from)
	r.values[signFrom] = j.newness(n, all)
}

// least is the smallest share of days that counts: below it, a longer history
// would make all that is new today look rarer than what was new a week ago.
const least = 0.01

// often is how rarely something was on so many of all days.
func often(n, of float64) float64 { return -math.Log(max(n/max(of, 1), least)) }

// newness is how rare one of the things of an owner is by how often it was,
// and while it never was, by how rarely the owner has new ones. An owner that
// never had any, as a server that never went anywhere, was without them all the
// days on which ties were counted: they are not in a history of other runs.
func (j *judge) newness(n tie, all whole) float64 {
	if all.days == 0 && j.watched < footfall.EnoughDays {
		return unknown()
	}
	if all.days == 0 {
		return -math.Log(least) + often(1, 1+float64(j.watched))
	}
	if n.days > 0 {
		return often(float64(n.days), float64(all.days))
	}
	return -math.Log(least) + often(1+discount*float64(all.items), 1+float64(all.days))
}

// exposure looks for a host of the way where the account was before: whoever
// was there could take what it left.
func (j *judge) exposure(r *reading, l *Login, w *way) {
	r.values[signExposure] = 0
	at := func(host footfall.Name) {
		if host == 0 || host == l.Dst {
			return
		}
		t := j.opt.Past.Tally(footfall.TraitVisitor, host, l.Account, 0, 0)
		if t.Last == 0 {
			return
		}
		if x := 8 / (1 + float64(max(0, l.Time-t.Last))/aDay); x > r.values[signExposure] {
			r.values[signExposure], r.exposed, r.exposedAt = x, host, t.Last
		}
	}
	at(w.hops[0].src)
	for i := range w.hops[:len(w.hops)-1] {
		at(w.hops[i].dst)
	}
}

// edge is whether anybody went from there to the host before, and how often
// new ones are reached from there.
func (j *judge) edge(r *reading, l *Login) {
	n, all := j.ties.of(tieEdge, j.from, l.Dst)
	r.edge = n.days == 0
	r.values[signEdge] = j.newness(n, all)
}

// peers is how rarely those go there who are like the hand.
func (j *judge) peers(r *reading, l *Login) {
	if j.opt.Without&PartPeers != 0 {
		return
	}
	past := j.opt.Past
	group, n := past.Peers(r.main)
	if group == 0 {
		return
	}
	t := past.Tally(footfall.TraitPeerHost, group, l.Dst, 0, 0)
	_, days := past.Span()
	r.peers, r.team = t.Days, n
	r.values[signPeers] = often(float64(t.Days), float64(days))
}

// privilege orders hosts by what they are declared or seen to be, and then by
// how few have to do with them.
func (j *judge) privilege(r *reading, l *Login) {
	x := 0.0
	tier, ok := j.opt.Context.Critical[j.opt.Names.String(l.Dst)]
	if !ok && l.DstKind == footfall.HostController && (commands(l.Service) || l.Flags&FlagElevated != 0) {
		tier, ok = 0, true
	}
	r.tier, r.tiered = tier, ok
	if ok {
		x = 4 + 8/float64(1+max(tier, 0))
	}
	if l.Flags&FlagElevated != 0 {
		x += 2
	}
	visitors := j.opt.Past.Habit(footfall.TraitVisitor, l.Dst)
	r.values[signPrivilege] = x + 2/float64(1+visitors.Items)
}

// commands reports whether a service gives its user the host.
func commands(s footfall.Service) bool {
	switch s {
	case footfall.ServiceRDP, footfall.ServiceSSH, footfall.ServiceWinRM, footfall.ServiceWMI, footfall.ServiceDCOM, footfall.ServiceVNC,
		footfall.ServiceARD, footfall.ServiceTelnet, footfall.ServiceR, footfall.ServiceRMM, footfall.ServiceVirtual, footfall.ServiceLocal:
		return true
	}
	return false
}

// velocity is how improbable so many new hosts in so short a time are at the
// hand's own pace.
func (j *judge) velocity(r *reading, l *Login) {
	p := j.paces.Get(r.hand)
	r.pace, r.recent, r.within = j.everybody.burst(p, l.Time, r.never)
	r.values[signVelocity] = -math.Log(max(r.pace, 1e-12))
}

// alike are services that tell of the same, by the log that told.
var alike = [...]footfall.Service{footfall.ServiceNetwork, footfall.ServiceSMB, footfall.ServiceKerberos, footfall.ServiceNTLM, footfall.ServiceRPC}

// service is how rarely the account uses the service.
func (j *judge) service(l *Login) float64 {
	past := j.opt.Past
	all := past.Habit(footfall.TraitService, l.Account)
	if all.Days == 0 && j.history() < footfall.EnoughDays {
		return unknown()
	}
	if all.Days == 0 {
		return -math.Log(least)
	}
	days := 0
	list := alike[:]
	if !slices.Contains(list, l.Service) {
		list = []footfall.Service{l.Service}
	}
	for _, s := range list {
		t := past.Tally(footfall.TraitService, l.Account, j.services.Of(j.opt.Names, s), 0, 0)
		days = max(days, t.Days)
	}
	return often(float64(days), float64(all.Days))
}

// oddHour is how rare logons of the account are within two hours of this one
// on days of this kind.
func (j *judge) oddHour(l *Login) float64 {
	past := j.opt.Past
	all := past.Habit(footfall.TraitHour, l.Account)
	if all.Days < footfall.EnoughDays || j.opt.Zone == nil {
		return unknown()
	}
	at := footfall.HourOfWeek(l.Time, j.opt.Zone(l.Account))
	first, last := 0, 5
	if at >= 5*24 {
		first, last = 5, 7
	}
	near := 0
	for d := first; d < last; d++ {
		for h := at%24 - 2; h <= at%24+2; h++ {
			t := past.Tally(footfall.TraitHour, l.Account, j.hourItem(d*24+(h+24)%24), 0, 0)
			near += t.Days
		}
	}
	return often(float64(near), float64(all.Sum))
}

func (j *judge) hourItem(h int) footfall.Name {
	if j.hours[h] == 0 {
		j.hours[h] = j.opt.Names.Intern(footfall.HourName(h))
	}
	return j.hours[h]
}

// began orders ways by how they begin: on somebody's own machine, where nobody
// is known to have come in, outside, and from outside over another host to the core.
func (j *judge) began(r *reading, l *Login, w *way) float64 {
	x := 0.0
	switch w.hops[0].root {
	case RootNoInbound, RootShared:
		x = 1
	case RootOutside:
		x, r.outside = 2, true
	}
	if r.outside && len(w.hops) > 1 {
		x = 3
		if r.tiered && r.tier == 0 {
			x = 6
		}
	}
	if w.cut {
		x += 0.5
	}
	return x
}
