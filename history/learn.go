package history

import (
	"github.com/footfall/footfall"
)

// Observe learns from a step that has been judged. sess is the session that it
// is in, nil when none is known.
func (h *History) Observe(s *footfall.Step, sess *footfall.Session) {
	defer func() { h.taught = h.taught[:0] }()
	if s.Time <= 0 {
		return
	}
	h.Now(s.Time)
	l := lesson{h: h, s: s, sess: sess}
	wanted := l.wanted()
	if !wanted && len(h.taught) == 0 {
		return
	}
	source := ""
	if h.opt.Extra != nil {
		source = h.opt.Extra(s.Extra).Source
	}
	abuse := h.abuse(s)
	held := h.held.has(source, s.Time)
	switch {
	case abuse != 0 && held && h.held.unlearn(abuse, source, s.Time):
		h.Unlearned++
		h.Refused++
		l.take = true
	case abuse != 0:
		h.Refused++
		return
	case held:
		h.Skipped++
		return
	default:
		h.held.add(s.Extra, source, s.Time)
	}
	if wanted {
		l.learn()
	}
	for _, x := range h.taught {
		l.count(x.trait, x.owner, x.a, x.b, x.c)
	}
	if !l.take {
		h.days.add(h.day)
	}
	if h.edges.n > h.opt.Most {
		h.forget()
	}
}

// A taught is what an analytic wants to be learned.
type taught struct {
	trait          footfall.Trait
	owner, a, b, c footfall.Name
}

// Teach implements footfall.Past.
func (h *History) Teach(t footfall.Trait, owner, a, b, c footfall.Name) {
	h.taught = append(h.taught, taught{t, owner, a, b, c})
}

// A lesson is what one step teaches, or what is taken back of it.
type lesson struct {
	h    *History
	s    *footfall.Step
	sess *footfall.Session
	take bool
}

func (l *lesson) wanted() bool {
	s := l.s
	if s.Rule != 0 {
		return s.DstHost != 0
	}
	switch s.Kind {
	case footfall.KindLogon, footfall.KindCredential, footfall.KindTicket:
		return s.Account != 0 && s.Flags&(footfall.FlagSystem|footfall.FlagGuest) == 0
	case footfall.KindConnection:
		return s.Source() != 0
	case footfall.KindShare, footfall.KindPipe, footfall.KindCall, footfall.KindShell:
		return s.Account != 0
	case footfall.KindProcess:
		return s.Account != 0 && l.sess.Remote()
	}
	return false
}

func (l *lesson) learn() {
	s := l.s
	if s.Rule != 0 {
		l.count(footfall.TraitHit, s.DstHost, s.Rule, s.Image, 0)
		return
	}
	h := l.h
	switch s.Kind {
	case footfall.KindLogon:
		l.logon()
	case footfall.KindCredential, footfall.KindTicket:
		if s.Outcome == footfall.Failure {
			l.failure()
		}
	case footfall.KindConnection:
		l.connection()
	case footfall.KindShare, footfall.KindPipe, footfall.KindCall:
		l.count(footfall.TraitTool, s.Account, s.Object, s.Source(), 0)
	case footfall.KindShell, footfall.KindProcess:
		if s.Image != 0 {
			l.count(footfall.TraitTool, s.Account, h.words.program(s.Image), 0, 0)
		}
	}
}

func (l *lesson) logon() {
	s, h := l.s, l.h
	if s.Outcome == footfall.Failure {
		l.failure()
		return
	}
	if s.Outcome != footfall.Success {
		return
	}
	src, service := s.Source(), h.words.service(s.Service)
	if src == s.DstHost || s.Flags&footfall.FlagLoopback != 0 {
		src = 0
	}
	l.hour()
	// Where the same way was gone on this day already, all that hangs on it is known.
	if !l.count(footfall.TraitEdge, s.Account, src, s.DstHost, service) && !l.take {
		return
	}
	l.count(footfall.TraitLogon, s.Account, 0, 0, 0)
	l.count(footfall.TraitService, s.Account, service, 0, 0)
	if src != 0 {
		l.count(footfall.TraitSource, s.Account, src, 0, 0)
		l.count(footfall.TraitUser, src, s.Account, 0, 0)
		l.count(footfall.TraitReach, src, s.DstHost, service, 0)
		l.count(footfall.TraitAnySource, h.nobody, src, 0, 0)
	}
	if s.DstHost != 0 {
		l.count(footfall.TraitHost, s.Account, s.DstHost, 0, 0)
		l.count(footfall.TraitVisitor, s.DstHost, s.Account, 0, 0)
		l.count(footfall.TraitCaller, s.DstHost, src, service, 0)
		l.count(footfall.TraitAnyHost, h.nobody, s.DstHost, 0, 0)
		l.peers()
	}
	if s.Client != 0 {
		l.count(footfall.TraitDevice, s.Account, s.Client, 0, 0)
	}
	if s.Flags&footfall.FlagPublic != 0 {
		l.place()
	}
}

// place learns where an account comes from outside.
func (l *lesson) place() {
	h, s := l.h, l.s
	if n := h.words.network(s.SrcAddr); n != 0 {
		l.both(footfall.TraitNetwork, s.Account, n)
	}
	country := ""
	if h.opt.Place != nil {
		p := h.opt.Place(s.SrcAddr)
		country = p.Country
		if p.AS != 0 {
			l.both(footfall.TraitAS, s.Account, h.opt.Names.Intern(footfall.ASItem(p.AS)))
		}
	}
	if country == "" && h.opt.Extra != nil {
		country = h.opt.Extra(s.Extra).Country
	}
	if country != "" {
		l.both(footfall.TraitCountry, s.Account, h.opt.Names.Intern(country))
	}
}

// both counts an item of an account, and that anybody had it.
func (l *lesson) both(t footfall.Trait, account, item footfall.Name) {
	l.count(t, account, item, 0, 0)
	l.count(t, l.h.nobody, item, 0, 0)
}

func (l *lesson) hour() {
	h, s := l.h, l.s
	zone := h.opt.zone(s.Account)
	l.count(footfall.TraitHour, s.Account, h.words.hour(footfall.HourOfWeek(s.Time, zone)), 0, 0)
}

// mostFailures is how many names a source can fail with on a day and all be
// known: whoever guesses makes names up.
const mostFailures = 1 << 10

func (l *lesson) failure() {
	src := l.s.Source()
	if src == 0 {
		return
	}
	if hb := l.h.habits.get(l.h.owner(footfall.TraitFailure, l.h.hash.of(src))); hb != nil && int(hb.last) == l.h.day && hb.today >= mostFailures {
		return
	}
	l.count(footfall.TraitFailure, src, l.s.Account, 0, 0)
}

func (l *lesson) connection() {
	h, s := l.h, l.s
	if s.Outcome == footfall.Failure {
		return
	}
	dst := s.DstHost
	if dst == 0 {
		dst = s.DstAddr
	}
	if dst == 0 {
		return
	}
	port := h.words.port(s.DstPort)
	if l.count(footfall.TraitFlow, s.Source(), dst, port, 0) || l.take {
		l.count(footfall.TraitReach, s.Source(), dst, h.words.service(s.Service), 0)
		l.count(footfall.TraitCaller, dst, s.Source(), h.words.service(s.Service), 0)
		l.count(footfall.TraitUse, s.Source(), h.words.service(s.Service), 0, 0)
	}
}

// peers learns what the account's group reaches.
func (l *lesson) peers() {
	h := l.h
	account := h.hash.of(l.s.Account)
	if !l.take {
		h.groups.visit(account, h.hash.of(l.s.DstHost), h.day)
	}
	if g, _ := h.group(l.s.Account); g != 0 {
		l.countOf(footfall.TraitPeerHost, g, l.s.DstHost, 0, 0)
	}
}

// count adds the day to a thing and to its owner's habit, or takes it back. It
// reports whether the day is new to the thing.
func (l *lesson) count(t footfall.Trait, owner, a, b, c footfall.Name) bool {
	return l.countOf(t, l.h.hash.of(owner), a, b, c)
}

func (l *lesson) countOf(t footfall.Trait, owner uint64, a, b, c footfall.Name) bool {
	h := l.h
	of := h.owner(t, owner)
	key := h.itemOf(of, a, b, c)
	if l.take {
		return l.takeBack(t, owner, key)
	}
	v, _ := h.edges.put(key)
	first, again := v.add(h.day)
	hb, _ := h.habits.put(of)
	hb.turn(h.day, &h.rates[t])
	hb.times++
	if again {
		return false
	}
	hb.today = min(hb.today, maxDay-1) + 1
	hb.sum++
	h.sums[t]++
	switch {
	case first:
		hb.new = min(hb.new, maxDay-1) + 1
		hb.items++
		hb.once++
	case v.days() == 2:
		hb.once -= min(hb.once, 1)
	}
	return true
}

// takeBack undoes a day that was learned, once for each thing and day.
func (l *lesson) takeBack(t footfall.Trait, owner, key uint64) bool {
	h := l.h
	v := h.edges.get(key)
	if v == nil || !h.held.takeOnce(key, dayOf(l.s.Time)) {
		return false
	}
	hb, _ := h.habits.put(h.owner(t, owner))
	hb.sum -= min(hb.sum, 1)
	h.sums[t] -= min(h.sums[t], 1)
	if v.days() == 1 {
		hb.once -= min(hb.once, 1)
	} else if v.days() == 2 {
		hb.once++
	}
	if v.drop(dayOf(l.s.Time)) {
		hb.items -= min(hb.items, 1)
		h.edges.remove(key)
	}
	return true
}

// forget makes room: what was not seen for longest goes, an eighth or more.
func (h *History) forget() {
	var last [maxDay + 1]int
	for i := range h.edges.pages {
		for j := range h.edges.pages[i].slots {
			if s := &h.edges.pages[i].slots[j]; s.key != 0 {
				last[s.val.last()]++
			}
		}
	}
	cut, gone := 0, 0
	for gone < h.edges.n/8 {
		gone += last[cut]
		cut++
	}
	h.edges.keep(func(t *tally) bool { return t.last() >= cut })
	h.Forgotten += int64(gone)
}
