package session

import (
	"net/netip"

	"github.com/footfall/footfall"
)

// entered reports whether a step says which inner address somebody who comes
// from outside was given.
func entered(s *footfall.Step) bool {
	return s.Rule == 0 && s.Object != 0 && s.Outcome != footfall.Failure &&
		(s.Kind == footfall.KindLogon || s.Kind == footfall.KindLease) &&
		(s.Service == footfall.ServiceVPN || s.Service == footfall.ServiceGateway)
}

// assign ties an inner address to the session of its entry. A record that
// names no session is known by the address.
func (t *Table) assign(s *footfall.Step) {
	text := t.names.String(s.Object)
	if _, err := netip.ParseAddr(text); err != nil {
		return
	}
	if e := t.sole(s); s.Session == 0 && s.Kind == footfall.KindLease && e != nil && e.ses.Service == s.Service && sameSource(e.ses, s) {
		s.Session = e.ses.ID
	}
	if s.Session == 0 {
		s.Session = t.names.Pass(t.names.String(s.DstHost) + "|inner:" + text)
	}
	id, _ := t.inner.Put(s.Object)
	*id = s.Session
	e := t.get(s.Session, s.Time)
	if e == nil || e.ses.End != 0 {
		if s.Kind == footfall.KindLogon {
			return // it is opened with it
		}
		e = &entry{seen: s.Time, ses: &footfall.Session{
			ID: s.Session, Host: s.DstHost, Account: s.Account, SID: s.SID, SrcAddr: s.SrcAddr, SrcHost: s.SrcHost,
			Service: s.Service, Flags: s.Flags &^ passing,
		}}
		t.put(e)
		t.lives(e.ses)
	}
	e.ses.Inner = s.Object
	if e.ses.Account == 0 {
		e.ses.Account, e.ses.SID = s.Account, s.SID
	}
	if e.ses.SrcAddr == 0 && e.ses.SrcHost == 0 {
		e.ses.SrcAddr, e.ses.SrcHost = s.SrcAddr, s.SrcHost
		e.ses.Flags |= s.Flags & sourced
	}
}

// gateway returns the session from outside that has the step's source as its
// inner address at that time.
func (t *Table) gateway(s *footfall.Step) *footfall.Session {
	if s.SrcAddr == 0 || s.Service == footfall.ServiceVPN {
		return nil
	}
	id := t.inner.Get(s.SrcAddr)
	if id == nil || *id == s.Session {
		return nil
	}
	e := t.get(*id, s.Time)
	if e == nil || e.ses.End != 0 || e.ses.Inner != s.SrcAddr {
		return nil
	}
	return e.ses
}
