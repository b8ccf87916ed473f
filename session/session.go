// Package session keeps what logons opened: by the host and LogonId of
// Windows, by the host and pid of sshd. In go identified steps in the order of
// time; out comes the session that each is in, with where it came from, as far
// as the records say. It is bounded, knows no rules, and never guesses a
// session from a time or a name.
package session

import (
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/recent"
)

// maxSessions bounds how many sessions are kept.
const maxSessions = 1 << 17

// together is how far apart the records of one opening may lie: sshd's
// "Accepted" and its PAM line, Windows' 4624 and 4672.
const together = 10 * 1e9

// pairing is how long after other credentials were used a logon by them counts
// as that use.
const pairing = 2 * 60 * 1e9

// A Table is the sessions seen so far. One goroutine owns it.
type Table struct {
	names    *footfall.Names
	byID     map[footfall.Name]*footfall.Session
	ended    queue
	opened   queue
	explicit *recent.Map[footfall.Name, use] // by the account whose credentials were used
	Evicted  int64                           // sessions that made room for others
}

// A use is other credentials used from within a session.
type use struct {
	by   footfall.Name
	host footfall.Name // where from
	time int64
}

// New returns an empty Table.
func New(n *footfall.Names) *Table {
	return &Table{
		names: n, byID: map[footfall.Name]*footfall.Session{},
		explicit: recent.New[footfall.Name, use](1 << 12),
	}
}

// Observe returns the session that a step is in or opens, nil when none is
// known. The session is the table's: it may be read until the next call.
func (t *Table) Observe(s *footfall.Step) *footfall.Session {
	if s.Kind == footfall.KindExplicit && s.Target != 0 && s.Rule == 0 {
		t.use(s)
	}
	if s.Session == 0 {
		return nil
	}
	have := t.byID[s.Session]
	if s.Rule != 0 {
		return have
	}
	switch {
	case s.Kind == footfall.KindLogon && s.Outcome == footfall.Success:
		return t.open(s, have)
	case s.Kind == footfall.KindLogoff:
		t.close(s, have)
	case have == nil:
		return t.glimpse(s)
	case s.Kind == footfall.KindReconnect:
		moved(have, s)
	case s.Kind == footfall.KindPrivilege && s.Flags&footfall.FlagElevated != 0:
		have.Flags |= footfall.FlagElevated
	}
	return have
}

// Len returns how many sessions are kept.
func (t *Table) Len() int { return len(t.byID) }

// open makes a session, or completes one that another record of the same
// opening made. LogonIds and pids are used again: a later opening is another
// session, unless its record only repeats the first without saying from where.
func (t *Table) open(s *footfall.Step, have *footfall.Session) *footfall.Session {
	if have != nil && have.End == 0 && s.Time-have.Start <= together && sameOpening(have, s) {
		complete(have, s)
		return have
	}
	n := &footfall.Session{
		ID: s.Session, Host: s.DstHost, Account: s.Account, SID: s.SID, SrcHost: s.SrcHost, SrcAddr: s.SrcAddr,
		Service: s.Service, Auth: s.Auth, Type: s.LogonType, Flags: s.Flags &^ footfall.FlagLearn, Start: s.Time, Opened: s.Ref,
	}
	// 4672 may be numbered before its 4624.
	if have != nil && have.Start == 0 && s.Time-have.End <= together {
		n.Flags |= have.Flags & footfall.FlagElevated
	}
	t.inherit(n, s)
	t.put(n)
	return n
}

func sameOpening(have *footfall.Session, s *footfall.Step) bool {
	if have.Start == 0 || have.Account != s.Account {
		return false
	}
	return s.SrcAddr == 0 && s.SrcHost == 0 || have.SrcAddr == 0 && have.SrcHost == 0 ||
		have.SrcAddr == s.SrcAddr && have.Opened == s.Ref
}

func complete(have *footfall.Session, s *footfall.Step) {
	if have.SrcAddr == 0 && have.SrcHost == 0 {
		have.SrcAddr, have.SrcHost, have.Opened = s.SrcAddr, s.SrcHost, s.Ref
	}
	if have.Service == footfall.ServiceUnknown {
		have.Service = s.Service
	}
	if have.Auth == footfall.AuthUnknown {
		have.Auth = s.Auth
	}
	have.Flags |= s.Flags &^ footfall.FlagLearn
}

// inherit links a session to the one that it came from. Who becomes another
// on the same host came from where he came from before.
func (t *Table) inherit(n *footfall.Session, s *footfall.Step) {
	if s.Parent != 0 && s.Parent != s.Session {
		n.Parent = t.byID[s.Parent]
	}
	if p := n.Parent; p != nil {
		// Chains of su are short; a long one would keep every session alive.
		if p.Parent != nil && p.Parent.Parent != nil && p.Parent.Parent.Parent != nil {
			p.Parent.Parent.Parent = nil
		}
		if n.SrcAddr == 0 && n.SrcHost == 0 && p.Host == n.Host {
			n.SrcAddr, n.SrcHost = p.SrcAddr, p.SrcHost
			n.Flags |= p.Flags & (footfall.FlagRemote | footfall.FlagPublic)
		}
	}
	if u := t.explicit.Get(s.Account); u != nil && s.Time-u.time <= pairing && u.by != s.Account && (s.SrcHost == u.host || s.SrcHost == 0) {
		n.Switch = u.by
	}
}

// glimpse makes a session whose opening was not seen, from a step that says
// where it came from (a share opened, a session taken up again) or what rights
// it has.
func (t *Table) glimpse(s *footfall.Step) *footfall.Session {
	remote := s.Flags&footfall.FlagRemote != 0 && (s.Kind == footfall.KindShare || s.Kind == footfall.KindReconnect || s.Kind == footfall.KindShell)
	elevated := s.Kind == footfall.KindPrivilege && s.Event == 4672 && s.Flags&footfall.FlagSystem == 0
	if !remote && !elevated || t.own(s.Session) {
		return nil
	}
	n := &footfall.Session{ID: s.Session, Host: s.DstHost, Account: s.Account, SID: s.SID, Flags: s.Flags & (footfall.FlagElevated | footfall.FlagMachine | footfall.FlagSystem)}
	if elevated {
		// The opening follows at once or was not seen: End says when this was.
		n.End = s.Time
		n.Flags |= footfall.FlagElevated
	}
	if remote {
		moved(n, s)
		if s.Kind == footfall.KindShare {
			n.Type = 3
		}
	}
	t.put(n)
	return n
}

// own reports whether a session is one of those that the machine itself lives
// in, from its start on: what comes in from elsewhere under one of them (an
// exploited server, a relayed machine account) does not make it remote.
func (t *Table) own(id footfall.Name) bool {
	s := t.names.String(id)
	for _, l := range [...]string{"|0x3e7", "|0x3e4", "|0x3e5"} {
		if strings.HasSuffix(s, l) {
			return true
		}
	}
	return false
}

// moved notes that a session is used from where the step came from.
func moved(n *footfall.Session, s *footfall.Step) {
	n.End = 0
	if s.SrcAddr == 0 && s.SrcHost == 0 {
		return
	}
	n.SrcAddr, n.SrcHost, n.Service = s.SrcAddr, s.SrcHost, s.Service
	n.Flags = n.Flags&^(footfall.FlagRemote|footfall.FlagPublic|footfall.FlagLoopback) |
		s.Flags&(footfall.FlagRemote|footfall.FlagPublic|footfall.FlagLoopback)
}

func (t *Table) close(s *footfall.Step, have *footfall.Session) {
	if have != nil && have.End == 0 {
		have.End = s.Time
		t.ended.push(have)
	}
}

func (t *Table) use(s *footfall.Step) {
	u, _ := t.explicit.Put(s.Target)
	*u = use{by: s.Account, host: s.SrcHost, time: s.Time}
	if h := t.byID[s.Session]; h != nil {
		u.host = h.Host
	}
}

func (t *Table) put(n *footfall.Session) {
	if _, ok := t.byID[n.ID]; !ok && len(t.byID) >= maxSessions {
		t.evict()
	}
	t.byID[n.ID] = n
	t.opened.push(n)
}

// evict forgets the session that ended first, else the oldest.
func (t *Table) evict() {
	for _, q := range []*queue{&t.ended, &t.opened} {
		for s := q.pop(); s != nil; s = q.pop() {
			if t.byID[s.ID] == s {
				delete(t.byID, s.ID)
				t.Evicted++
				return
			}
		}
	}
}

// A queue is sessions in order, some of which were replaced since.
type queue struct {
	list []*footfall.Session
	head int
}

func (q *queue) push(s *footfall.Session) {
	// Half of the list being gone, or sessions reopened under one id over and
	// over, the rest moves down.
	if q.head > 1024 && q.head > len(q.list)/2 {
		n := copy(q.list, q.list[q.head:])
		clear(q.list[n:])
		q.list, q.head = q.list[:n], 0
	}
	if len(q.list)-q.head >= 4*maxSessions {
		q.pop()
	}
	q.list = append(q.list, s)
}

func (q *queue) pop() *footfall.Session {
	if q.head == len(q.list) {
		return nil
	}
	s := q.list[q.head]
	q.list[q.head] = nil
	q.head++
	return s
}
