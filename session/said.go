package session

import (
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
	several      bool           // of the time at there were two accounts
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
	switch {
	case s.Account != 0 || s.Flags&footfall.FlagGuest != 0:
		if k.at == s.Time && k.account != s.Account {
			k.several = true
			break
		}
		if k.at != s.Time {
			k.several = false
		}
		k.account, k.sid, k.at = s.Account, s.SID, s.Time
	case s.Kind == footfall.KindAttempt && k.at != s.Time:
		k.account, k.sid, k.at = 0, 0, 0 // another client under an id that was free
	}
	if source {
		k.addr, k.host, k.from = s.SrcAddr, s.SrcHost, s.Time
		k.flags = s.Flags & sourced
	}
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
	if s.Account == 0 && s.Flags&footfall.FlagGuest == 0 && !k.several && k.at != 0 && s.Time-k.at <= asking {
		if s.Account = k.account; s.SID == 0 {
			s.SID = k.sid
		}
	}
	if s.SrcAddr == 0 && s.SrcHost == 0 && s.Flags&footfall.FlagLoopback == 0 && k.from != 0 && s.Time-k.from <= holding {
		s.SrcAddr, s.SrcHost = k.addr, k.host
		s.Flags |= k.flags
	}
}
