package history

import "github.com/footfall/footfall"

// Expect says which step is judged and learned next, at whose time: what is
// asked until Observe is as of then. What is known of it lies anywhere in
// hundreds of megabytes. Looked up one after the other each thing is waited for
// alone; here all are fetched at once, and wait for each other.
func (h *History) Expect(s *footfall.Step) {
	h.Now(s.Time)
	e := expected{h: h}
	switch {
	case s.Rule != 0:
	case s.Kind == footfall.KindLogon && s.Outcome == footfall.Success && s.Account != 0:
		e.logon(s)
	case s.Kind == footfall.KindConnection && s.Outcome != footfall.Failure:
		e.connection(s)
	case s.Outcome == footfall.Failure && (s.Kind == footfall.KindLogon || s.Kind == footfall.KindCredential || s.Kind == footfall.KindTicket):
		if src := s.Source(); src != 0 {
			e.add(footfall.TraitFailure, src, s.Account, 0, 0)
			e.fetch()
		}
	}
}

// expected are the keys of what a step is about, and those of its owners.
type expected struct {
	h      *History
	keys   [8]uint64
	owners [8]uint64
	n      int
}

func (e *expected) add(t footfall.Trait, owner, a, b, c footfall.Name) {
	e.owners[e.n] = e.h.owner(t, e.h.hash.of(owner))
	e.keys[e.n] = e.h.itemOf(e.owners[e.n], a, b, c)
	e.n++
}

// fetch reads one word of each thing, and none hangs on another.
func (e *expected) fetch() {
	var sum uint64
	for _, k := range e.keys[:e.n] {
		sum ^= e.h.edges.touch(k)
	}
	for _, k := range e.owners[:e.n] {
		sum ^= e.h.habits.touch(k)
	}
	e.h.touched = sum
	e.n = 0
}

func (e *expected) logon(s *footfall.Step) {
	h := e.h
	src, service := s.Source(), h.words.service(s.Service)
	if src == s.DstHost || s.Flags&footfall.FlagLoopback != 0 {
		src = 0
	}
	e.add(footfall.TraitEdge, s.Account, src, s.DstHost, service)
	e.add(footfall.TraitHour, s.Account, h.words.hour(footfall.HourOfWeek(s.Time, h.opt.zone(s.Account))), 0, 0)
	e.add(footfall.TraitLogon, s.Account, 0, 0, 0)
	e.add(footfall.TraitSource, s.Account, src, 0, 0)
	e.add(footfall.TraitHost, s.Account, s.DstHost, 0, 0)
	edge := e.keys[0]
	e.fetch()
	if v := h.edges.get(edge); v != nil && v.last() == h.day {
		return // the rest was learned with it
	}
	e.add(footfall.TraitService, s.Account, service, 0, 0)
	if src != 0 {
		e.add(footfall.TraitUser, src, s.Account, 0, 0)
		e.add(footfall.TraitReach, src, s.DstHost, service, 0)
		e.add(footfall.TraitAnySource, h.nobody, src, 0, 0)
	}
	if s.DstHost != 0 {
		e.add(footfall.TraitVisitor, s.DstHost, s.Account, 0, 0)
		e.add(footfall.TraitCaller, s.DstHost, src, service, 0)
		e.add(footfall.TraitAnyHost, h.nobody, s.DstHost, 0, 0)
	}
	e.fetch()
}

func (e *expected) connection(s *footfall.Step) {
	h := e.h
	dst := s.DstHost
	if dst == 0 {
		dst = s.DstAddr
	}
	src, service := s.Source(), h.words.service(s.Service)
	if src == 0 || dst == 0 {
		return
	}
	e.add(footfall.TraitFlow, src, dst, h.words.port(s.DstPort), 0)
	e.add(footfall.TraitReach, src, dst, service, 0)
	e.add(footfall.TraitCaller, dst, src, service, 0)
	e.add(footfall.TraitUse, src, service, 0, 0)
	e.fetch()
}
