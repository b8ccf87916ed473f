package graph

import (
	"math"
	"slices"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/recent"
)

const (
	mostIncidents = 1 << 12
	mostStops     = 32 // hops that are kept of an incident
	mostMarks     = 32 // judged ways whose rarity is kept
	mostReached   = 32
	// tied is how far apart ways can be that nothing but a hand, an account
	// or a host ties: beyond, an old incident would swallow a new one unseen.
	tied = 18 * aHour
	// longest is for how long an incident can be quiet and wake up again, when a
	// session of it goes on.
	longest = 30 * aDay
	// crowd is how many accounts a host has before having been there ties nobody.
	crowd = 8

	// shown is how rare a way must be for its hops to be shown; of what is
	// commoner only the number counts.
	shown = 0.2

	perScore = 4.0 // bins a nat of an incident's score
)

// A stop is a hop of an incident, and who else it can have been.
type stop struct {
	hop
	others [3]Hand
}

// A mark is how rare a judged way was, and when.
type mark struct {
	id   uint64
	time int64
	rare float64 // -ln of the share of comparable ways
}

// An incident is ways that belong together: of one hand, with one taken
// account, or going on from a host that was reached.
type incident struct {
	key         uint32
	own         bool // no account but the person's own was used
	beyond      bool // told within the second budget
	hand        footfall.Name
	first, last int64
	marks       []mark
	stops       []stop
	places      []footfall.Name // hosts that were reached
	score       float64         // of now
	ways        int             // that were judged
	top         verdict         // the rarest way; its way is not kept
	topHop      hop
	entry       entry  // among all
	again       entry  // among those of the second budget
	told        string // the finding's ID
	level       footfall.Level
}

// An entry is where an incident's score was counted.
type entry struct {
	bin int
	day int32 // 0 where it was not counted
}

// A joint is what incidents are joined by.
type joint struct {
	sort uint8
	name footfall.Name
}

const (
	jointHand uint8 = iota + 1
	jointTaken
	jointPlace
	jointHop // by number, in place of a name
)

// incidents are those of the last days.
type incidents struct {
	list   *recent.Map[uint32, incident]
	joints *recent.Map[joint, uint32]
	hops   *recent.Map[uint64, uint32] // by the login of a judged hop
	next   uint32
}

func newIncidents() incidents {
	return incidents{
		recent.New[uint32, incident](mostIncidents), recent.New[joint, uint32](8 * mostIncidents),
		recent.New[uint64, uint32](8 * mostIncidents), 0,
	}
}

// join adds a way to the incident that it belongs to, or begins one, and tells
// of it when that is called for.
func (j *judge) join(v *verdict, l *Login, s *footfall.Step, out *footfall.Sink) {
	if v.excuse != "" {
		return
	}
	p := j.pace(v.hand, l.Time)
	if min(j.history(), int(j.watched)) < footfall.EnoughDays {
		return // all is new, or there is nothing to compare it with
	}
	in := j.belongs(v, l, p)
	told := false
	if in != nil && in.told != "" && l.Time-in.last > tied {
		in, told = j.anew(in.key, v, l)
	}
	if in == nil {
		in = j.begin(v, l)
	}
	if !told {
		in.add(v, l)
	}
	j.tie(in, v, l)
	if l.Time-p.first > learning {
		p.ways.add(l.Time, 1)
		j.everybody.ways.add(l.Time, 1)
	}
	in.score = j.strength(in, l.Time)
	j.enter(in)
	if told || in.told != "" || j.allow(in, l) {
		j.tell(in, l, s, out)
	}
}

// anew begins an incident with a way that goes on from one which was told of
// and has been quiet since, if the way is worth telling by itself: who has
// closed the old one would not look again. Else the way is the old one's.
func (j *judge) anew(old uint32, v *verdict, l *Login) (in *incident, told bool) {
	in = j.begin(v, l)
	in.add(v, l)
	in.score = j.strength(in, l.Time)
	if j.allow(in, l) {
		return in, true
	}
	j.incidents.list.Delete(in.key)
	return j.incidents.list.Get(old), false
}

// belongs returns the incident that a way is part of: it goes on from one of
// its hops; it is of its hand, and comes sooner than the hand's pace lets one
// expect; it uses an account that was taken; or it goes on from a host that was
// reached and that few come to.
func (j *judge) belongs(v *verdict, l *Login, p *pace) *incident {
	_, ways, days := j.everybody.rates(p, l.Time)
	gap := min(tied, days/ways*aDay)
	for i := range v.way.hops[:len(v.way.hops)-1] {
		if key := j.incidents.hops.Get(v.way.hops[i].id); key != nil {
			if in := j.alive(*key, l.Time, longest); in != nil {
				return in
			}
		}
	}
	try := func(sort uint8, name footfall.Name, within float64) *incident {
		if key := j.incidents.joints.Get(joint{sort, name}); key != nil {
			return j.alive(*key, l.Time, int64(within))
		}
		return nil
	}
	if in := try(jointHand, v.hand, gap); in != nil {
		return in
	}
	if v.switched {
		if in := try(jointTaken, l.Account, gap); in != nil {
			return in
		}
	}
	if j.opt.Past.Habit(footfall.TraitVisitor, l.Src).Items <= crowd {
		return try(jointPlace, l.Src, gap)
	}
	return nil
}

func (j *judge) alive(key uint32, now, within int64) *incident {
	in := j.incidents.list.Get(key)
	if in == nil || now-in.last > within {
		return nil
	}
	return in
}

func (j *judge) begin(v *verdict, l *Login) *incident {
	j.incidents.next++
	in, _ := j.incidents.list.Put(j.incidents.next)
	*in = incident{key: j.incidents.next, hand: v.hand, first: l.Time, own: true}
	return in
}

// add takes a way in.
func (in *incident) add(v *verdict, l *Login) {
	in.last = max(in.last, l.Time)
	if v.class != Straight {
		in.own = false
	}
	in.ways++
	rare := -math.Log(v.rare)
	if len(in.marks) == mostMarks {
		copy(in.marks, in.marks[1:])
		in.marks = in.marks[:mostMarks-1]
	}
	in.marks = append(in.marks, mark{l.ID, l.Time, rare})
	if v.rare <= shown || in.goesOn(v.way) {
		for i := range v.way.hops {
			in.pass(&v.way.hops[i], v.way, i == len(v.way.hops)-1)
		}
	}
	if in.topHop.id == 0 || v.rare < in.top.rare || v.rare == in.top.rare && v.total > in.top.total {
		in.top, in.topHop = *v, v.way.hops[len(v.way.hops)-1]
		in.top.way = nil
	}
	if v.never && len(in.places) < mostReached && !slices.Contains(in.places, l.Dst) {
		in.places = append(in.places, l.Dst)
	}
}

// goesOn reports whether a way begins an incident or goes on from one of its hops.
func (in *incident) goesOn(w *way) bool {
	return len(in.stops) == 0 || slices.ContainsFunc(w.hops[:len(w.hops)-1], func(h hop) bool {
		return slices.ContainsFunc(in.stops, func(st stop) bool { return st.hop.id == h.id })
	})
}

// pass keeps a hop, once; the first ones and the last ones stay.
func (in *incident) pass(h *hop, w *way, last bool) {
	for i := range in.stops {
		if in.stops[i].id == h.id {
			return
		}
	}
	if len(in.stops) == mostStops {
		copy(in.stops[mostStops/2:], in.stops[mostStops/2+1:])
		in.stops = in.stops[:mostStops-1]
	}
	st := stop{hop: *h}
	if last {
		copy(st.others[:], w.others)
	}
	in.stops = append(in.stops, st)
}

// tie makes an incident findable by what a way adds to it.
func (j *judge) tie(in *incident, v *verdict, l *Login) {
	put := func(sort uint8, name footfall.Name) {
		if key, fresh := j.incidents.joints.Put(joint{sort, name}); fresh || j.alive(*key, l.Time, longest) == nil || sort == jointHand {
			*key = in.key
		}
	}
	put(jointHand, v.hand)
	if v.switched {
		put(jointTaken, l.Account)
	}
	put(jointPlace, l.Dst)
	id, _ := j.incidents.hops.Put(l.ID)
	*id = in.key
}

// strength is how improbable the ways of an incident are together at the pace
// of its hand, within the span for which that is least probable: -ln of it.
// Each way alone is as rare as the share of comparable ways says, so that the
// sum of -ln of n of them has a Gamma distribution, and n that of the hand's
// pace: a busy day of somebody who often comes to new hosts does not add up.
func (j *judge) strength(in *incident, now int64) float64 {
	_, ways, days := j.everybody.rates(j.paces.Get(in.hand), now)
	best := 0.0
	for _, span := range [...]int64{aHour, aDay, 7 * aDay, 30 * aDay} {
		sum, n := 0.0, 0
		for _, m := range in.marks {
			if now-m.time <= span {
				sum += m.rare
				n++
			}
		}
		// The hand's ways of now are in its pace already; they must not excuse themselves.
		r := max(ways-float64(n), 0.1)
		best = max(best, -math.Log(compound(sum, r, days, float64(span)/aDay)))
	}
	return best
}

// compound is the probability that the sum of as many standard exponential
// numbers as things come in a span of days, where r came in b days, is at least s.
func compound(s, r, b, days float64) float64 {
	p := b / (b + days)
	logTerm := r * math.Log(p)                   // of no thing
	gamma, part, total := 0.0, math.Exp(-s), 0.0 // P(Gamma(n) >= s), built up term by term
	mean := r * days / b
	for n := 1.0; n <= 1000; n++ {
		logTerm += math.Log((r + n - 1) / n * (1 - p))
		gamma = min(gamma+part, 1)
		part *= s / n
		x := math.Exp(logTerm) * gamma
		total += x
		if n > s && n > mean && x < total*1e-9 {
			break
		}
	}
	return min(max(total, 1e-20), 1)
}
