package session

import (
	"strings"

	"github.com/footfall/footfall"
)

// A said is what records say of a session by its id, opened or not: slapd
// names the client when it comes, the account when it asks, and neither when
// it answers.
type said struct {
	account, sid footfall.Name
	addr, host   footfall.Name
	flags        footfall.Flags // of addr
	at, from     int64          // when account and addr were told
	port         uint16
	several      bool // of the time at there were two accounts
	many         bool // of the time from there were two sources
}

// A naming is an account that somebody gave under a passing id: the records
// that follow may have another one, but come from the same end.
type naming struct{ session, account, sid footfall.Name }

// A named is the account that the far end of a connection gave.
type named struct {
	account, sid footfall.Name
	at           int64
}

const (
	// asking is how long what was asked may wait for its answer, and holding
	// how long a connection may last.
	asking  = 10 * 60 * 1e9
	holding = 24 * hour
	sourced = footfall.FlagRemote | footfall.FlagPublic | footfall.FlagLoopback
)

// tells reports whether a step belongs to a logon of several records: those of
// Windows stand alone.
func tells(s *footfall.Step) bool {
	if s.Session == 0 || s.Event != 0 || s.Rule != 0 {
		return false
	}
	switch s.Kind {
	case footfall.KindAttempt, footfall.KindCredential, footfall.KindLogon, footfall.KindLease:
		return true
	case footfall.KindUnknown: // a packet came
		return s.Service == footfall.ServiceVPN
	}
	return false
}

// Learn takes what a step says of its session. All steps of one time are
// learned before the first of them is observed, since their order says nothing.
func (t *Table) Learn(s *footfall.Step) {
	if !tells(s) {
		return
	}
	source := s.SrcAddr != 0 || s.SrcHost != 0
	if !source && s.Account == 0 && s.Flags&footfall.FlagGuest == 0 {
		return
	}
	k, _ := t.said.Put(s.Session)
	if s.Kind != footfall.KindUnknown {
		t.account(k, s)
	}
	if !source {
		return
	}
	if k.from == s.Time && (k.addr != s.SrcAddr || k.host != s.SrcHost || k.port != s.SrcPort && k.port != 0 && s.SrcPort != 0) {
		k.many = true
		return
	}
	if (s.Kind == footfall.KindAttempt || s.Kind == footfall.KindUnknown) && s.Account == 0 && k.at != s.Time {
		k.account, k.sid, k.at = 0, 0, 0 // another client under an id that was free
	}
	if k.from != s.Time {
		k.many = false
	}
	if k.addr != s.SrcAddr || s.SrcPort != 0 {
		k.port = s.SrcPort
	}
	k.addr, k.host, k.from, k.flags = s.SrcAddr, s.SrcHost, s.Time, s.Flags&sourced
}

func (t *Table) account(k *said, s *footfall.Step) {
	if s.Account == 0 && s.Flags&footfall.FlagGuest == 0 {
		return
	}
	if k.at == s.Time && k.account != s.Account {
		k.several = true
		return
	}
	if k.at != s.Time {
		k.several = false
	}
	k.account, k.sid, k.at = s.Account, s.SID, s.Time
	if s.Account != 0 && t.passing(s.Session) {
		t.namings = append(t.namings, naming{s.Session, s.Account, s.SID})
	}
}

// settle gives the accounts that were named under passing ids to the ends that
// these were of at the time.
func (t *Table) settle() {
	for _, n := range t.namings {
		k := t.said.Get(n.session)
		if k == nil || k.many || k.several || k.addr == 0 {
			continue
		}
		e, _ := t.byEnd.Put(end{addr: k.addr, port: k.port, service: footfall.ServiceVPN})
		*e = named{n.account, n.sid, k.at}
	}
	t.namings = t.namings[:0]
}

// passing reports whether an id ties records for a moment only.
func (t *Table) passing(id footfall.Name) bool {
	_, own, _ := strings.Cut(t.names.String(id), "|")
	return strings.HasPrefix(own, footfall.PassingSession)
}

// fill gives a step what other records of its session say: the account while
// the answer can be awaited, the source while the connection can last.
func (t *Table) fill(s *footfall.Step) {
	if !tells(s) || s.Kind == footfall.KindAttempt || s.Account != 0 && (s.SrcAddr != 0 || s.SrcHost != 0) {
		return
	}
	k := t.said.Get(s.Session)
	if k == nil {
		return
	}
	if s.SrcAddr == 0 && s.SrcHost == 0 && s.Flags&footfall.FlagLoopback == 0 && !k.many && k.from != 0 && s.Time-k.from <= holding {
		s.SrcAddr, s.SrcHost, s.SrcPort = k.addr, k.host, k.port
		s.Flags |= k.flags
	}
	if s.Account != 0 || s.Flags&footfall.FlagGuest != 0 || k.several {
		return
	}
	sid := k.sid
	if s.Account = k.account; k.at == 0 || s.Time-k.at > asking {
		s.Account, sid = 0, 0
		if e := t.byEnd.Get(end{addr: s.SrcAddr, port: s.SrcPort, service: footfall.ServiceVPN}); e != nil && s.Time-e.at <= asking {
			s.Account, sid = e.account, e.sid
		}
	}
	if s.SID == 0 {
		s.SID = sid
	}
}
