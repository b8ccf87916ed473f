// Package session keeps what logons opened: by the host and LogonId of
// Windows, the number of a terminal session, the pid of sshd, the ses of
// auditd, the id of a gateway or the key of a cloud. In go identified steps in
// the order of time; out comes the session that each is in, with where it came
// from, as far as the records say. Several names of one session are tied by
// what their records share, never by a time alone. It is bounded and knows no
// rules.
package session

import (
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/recent"
)

// maxSessions bounds how many names of sessions are kept.
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
	byID     map[footfall.Name]*entry
	ended    queue
	opened   queue
	explicit *recent.Map[footfall.Name, use]           // by the account whose credentials were used
	living   *recent.Map[hostAccount, few]             // sessions of an account on a host
	ends     *recent.Map[end, footfall.Name]           // by connection, its session
	said     *recent.Map[footfall.Name, said]          // by session, what its records say before it is open
	inner    *recent.Map[footfall.Name, footfall.Name] // by inner address, the session that it was given to
	begun    *recent.Map[server, int64]                // when a host or a server began anew
	logs     *recent.Map[footfall.Name, footfall.Name] // by Extra, its log
	tries    *recent.Map[tryKey, tries]
	byEnd    *recent.Map[end, named]                   // accounts by the end that gave them
	namings  []naming                                  // of the steps of one time
	orphans  *recent.Map[footfall.Name, footfall.Name] // by a parent that was not open, the session that named it
	Evicted  int64                                     // sessions that made room for others
	Twice    int64                                     // failures that another log had told of
}

// An entry is a session and what the table alone knows of it.
type entry struct {
	ses  *footfall.Session
	seen int64            // its last step
	ids  [3]footfall.Name // its other names
	logs [4]footfall.Name // the logs that told of its opening
}

// A use is other credentials used from within a session.
type use struct {
	by   footfall.Name
	host footfall.Name // where from
	time int64
}

// Bounds of the smaller tables.
const (
	maxLiving = 1 << 15
	maxEnds   = 1 << 15
	maxSaid   = 1 << 14
	maxInner  = 1 << 14
	maxBegun  = 1 << 12
	maxLogs   = 1 << 12
	maxTries  = 1 << 13
)

// New returns an empty Table.
func New(n *footfall.Names) *Table {
	return &Table{
		names: n, byID: map[footfall.Name]*entry{},
		explicit: recent.New[footfall.Name, use](1 << 12),
		living:   recent.New[hostAccount, few](maxLiving),
		ends:     recent.New[end, footfall.Name](maxEnds),
		said:     recent.New[footfall.Name, said](maxSaid),
		inner:    recent.New[footfall.Name, footfall.Name](maxInner),
		begun:    recent.New[server, int64](maxBegun),
		logs:     recent.New[footfall.Name, footfall.Name](maxLogs),
		tries:    recent.New[tryKey, tries](maxTries),
		byEnd:    recent.New[end, named](maxEnds),
		orphans:  recent.New[footfall.Name, footfall.Name](maxBegun),
	}
}

// Observe returns the session that a step is in or opens, nil when none is
// known. It gives a step the name that its session had first, the account and
// the source that its record leaves to others of the session, and marks a
// failure that another log had told of. The session is the table's: it may be
// read until the next call.
func (t *Table) Observe(s *footfall.Step) *footfall.Session {
	if s.Rule == 0 {
		if len(t.namings) > 0 {
			t.settle()
		}
		t.fill(s)
		t.twice(s)
		if s.Kind == footfall.KindStart {
			t.start(s)
		}
	}
	if s.Service == footfall.ServiceVPN && s.Session != 0 && t.passing(s.Session) {
		s.Session = 0
	}
	if s.Kind == footfall.KindExplicit && s.Target != 0 && s.Rule == 0 {
		t.use(s)
	}
	e := t.in(s)
	if e == nil {
		return nil
	}
	e.seen = s.Time
	if s.Session == 0 || e.named(s.Session) {
		s.Session = e.ses.ID
	}
	return e.ses
}

// in returns the session of a step, which it may open, move or close.
func (t *Table) in(s *footfall.Step) *entry {
	if entered(s) {
		t.assign(s)
	}
	if s.Session == 0 {
		return t.unnamed(s)
	}
	have := t.get(s.Session, s.Time)
	if s.Rule != 0 {
		return have
	}
	switch {
	case opens(s) && s.Outcome == footfall.Success:
		if s.Kind == footfall.KindLogon && t.key(s.Session) {
			if have == nil {
				have = t.caller(s, s.Session)
			}
			return have
		}
		return t.open(s, have)
	case s.Kind == footfall.KindLogoff:
		if have == nil {
			have = t.tied(s)
		}
		t.close(s, have)
		return have
	case have == nil:
		if have = t.tied(s); have == nil {
			have = t.glimpse(s)
		}
		return have
	case s.Kind == footfall.KindReconnect:
		t.moved(have.ses, s)
	case s.Kind == footfall.KindPrivilege && s.Flags&footfall.FlagElevated != 0:
		have.ses.Flags |= footfall.FlagElevated
	}
	return have
}

// opens reports whether a step, if it succeeds, opens the session that it
// names: a logon, or the keys of another role.
func opens(s *footfall.Step) bool {
	return s.Kind == footfall.KindLogon || s.Kind == footfall.KindExplicit && s.Service == footfall.ServiceCloud && s.Parent != 0
}

// Len returns how many names of sessions are kept.
func (t *Table) Len() int { return len(t.byID) }

// get returns a session that is not over by its time: its host began anew, or
// nothing came for so long that its name is another's.
func (t *Table) get(id footfall.Name, now int64) *entry {
	e := t.byID[id]
	if e == nil || e.ses.End != 0 && !e.ses.Inferred {
		return e
	}
	if e.ses.End == 0 {
		t.infer(e, now)
	}
	if e.ses.Inferred && e.ses.End != 0 {
		return nil
	}
	return e
}

// open makes a session, or completes one that another record of the same
// opening made. LogonIds and pids are used again: a later opening is another
// session, unless its record only repeats the first without saying from where.
func (t *Table) open(s *footfall.Step, have *entry) *entry {
	switch {
	case have != nil && have.ses.End == 0 && s.Time-have.ses.Start <= together && sameOpening(have.ses, s),
		have != nil && have.ses.End == 0 && t.global(s.Session):
		complete(have.ses, s)
		have.told(t.log(s))
		return have
	}
	if e := t.same(s); e != nil {
		if e.ses.Start == 0 { // its lease came first
			e.ses.Start, e.ses.Opened, e.ses.Auth = s.Time, s.Ref, s.Auth
		}
		complete(e.ses, s)
		e.told(t.log(s))
		t.alias(e, s.Session)
		return e
	}
	n := &footfall.Session{
		ID: s.Session, Host: s.DstHost, Account: s.Account, SID: s.SID, SrcHost: s.SrcHost, SrcAddr: s.SrcAddr,
		Service: s.Service, Auth: s.Auth, Type: s.LogonType, Flags: s.Flags &^ passing, Start: s.Time, Opened: s.Ref,
	}
	if id := t.inner.Get(s.Object); entered(s) && id != nil && *id == s.Session {
		n.Inner = s.Object
	}
	if s.Kind == footfall.KindExplicit {
		n.Switch = s.Account
		if s.Target != 0 {
			n.Account, n.SID = s.Target, 0
		}
	}
	if have != nil && have.ses.Start == 0 {
		// 4672 may be numbered before its 4624, a lease before its entry.
		if s.Time-have.ses.End <= together {
			n.Flags |= have.ses.Flags & footfall.FlagElevated
		}
		n.Inner = have.ses.Inner
	}
	if have != nil && have.ses.End == 0 {
		have.ses.End, have.ses.Inferred = s.Time, true
		t.left(have.ses)
	}
	t.inherit(n, s)
	e := &entry{ses: n, seen: s.Time}
	e.told(t.log(s))
	t.put(e)
	t.lives(n)
	t.connected(s)
	t.adopt(n)
	return e
}

// adopt makes a session the parent of one that named it before it was opened:
// the two of an administrator's logon have one time.
func (t *Table) adopt(n *footfall.Session) {
	id := t.orphans.Get(n.ID)
	if id == nil {
		return
	}
	child := t.byID[*id]
	t.orphans.Delete(n.ID)
	for p := n; child != nil && p != nil; p = p.Parent {
		if p == child.ses {
			return
		}
	}
	if child != nil && child.ses.Parent == nil && n.Start-child.ses.Start <= together {
		child.ses.Parent = n
	}
}

// passing are the flags that are a step's and not its session's.
const passing = footfall.FlagLearn | footfall.FlagTwice

func sameOpening(have *footfall.Session, s *footfall.Step) bool {
	if have.Start == 0 || have.Account != s.Account {
		return false
	}
	return s.SrcAddr == 0 && s.SrcHost == 0 || have.SrcAddr == 0 && have.SrcHost == 0 ||
		have.SrcAddr == s.SrcAddr && have.Opened == s.Ref
}

func complete(have *footfall.Session, s *footfall.Step) {
	if have.SrcAddr == 0 && have.SrcHost == 0 {
		have.SrcAddr, have.SrcHost = s.SrcAddr, s.SrcHost
		if s.SrcAddr != 0 || s.SrcHost != 0 {
			have.Opened = s.Ref
		}
	}
	if have.Service == footfall.ServiceUnknown {
		have.Service = s.Service
	}
	if have.Auth == footfall.AuthUnknown {
		have.Auth = s.Auth
	}
	have.Flags |= s.Flags &^ passing
}

// inherit links a session to the one that it came from. Who becomes another
// on the same host came from where he came from before, and who comes from the
// inner address of a gateway came in by that.
func (t *Table) inherit(n *footfall.Session, s *footfall.Step) {
	if s.Parent != 0 && s.Parent != s.Session {
		if p := t.get(s.Parent, s.Time); p != nil {
			n.Parent = p.ses
		} else if s.Kind == footfall.KindExplicit {
			n.Parent = t.caller(s, s.Parent).ses
		} else {
			child, _ := t.orphans.Put(s.Parent)
			*child = s.Session
		}
	}
	if n.Parent == nil {
		n.Parent = t.gateway(s)
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

// caller is the session of a cloud's key that was not seen to be made: the
// long-lived key of who took a role or went to an instance.
func (t *Table) caller(s *footfall.Step, id footfall.Name) *entry {
	e := &entry{seen: s.Time, ses: &footfall.Session{
		ID: id, Account: s.Account, SID: s.SID, SrcHost: s.SrcHost, SrcAddr: s.SrcAddr, Service: footfall.ServiceCloud,
		Flags: s.Flags & (footfall.FlagRemote | footfall.FlagPublic),
	}}
	t.put(e)
	return e
}

// glimpse makes a session whose opening was not seen, from a step that says
// where it came from (a share opened, a session taken up again) or what rights
// it has.
func (t *Table) glimpse(s *footfall.Step) *entry {
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
		t.moved(n, s)
		if s.Kind == footfall.KindShare {
			n.Type = 3
		}
	}
	e := &entry{ses: n, seen: s.Time}
	t.put(e)
	return e
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

// global reports whether the id of a session is one of its own in the whole
// world: a cloud's.
func (t *Table) global(id footfall.Name) bool {
	return strings.HasPrefix(t.names.String(id), footfall.CloudSession)
}

// key reports whether a session is known by an access key of AWS (IAM's unique
// ids): a logon elsewhere made with it does not open it.
func (t *Table) key(id footfall.Name) bool {
	v, ok := strings.CutPrefix(t.names.String(id), footfall.CloudSession)
	return ok && (strings.HasPrefix(v, "AKIA") || strings.HasPrefix(v, "ASIA"))
}

// moved notes that a session is used from where the step came from. A record
// that does not say it rests on the logon that was just made to get there.
func (t *Table) moved(n *footfall.Session, s *footfall.Step) {
	n.End, n.Inferred = 0, false
	addr, host, service, flags := s.SrcAddr, s.SrcHost, s.Service, s.Flags
	if addr == 0 && host == 0 {
		by := t.newest(hostAccount{n.Host, n.Account}, s.Time, n)
		if by == nil {
			return
		}
		addr, host, service, flags = by.SrcAddr, by.SrcHost, by.Service, by.Flags
	}
	n.SrcAddr, n.SrcHost, n.Service = addr, host, service
	const where = footfall.FlagRemote | footfall.FlagPublic | footfall.FlagLoopback
	n.Flags = n.Flags&^where | flags&where
}

func (t *Table) close(s *footfall.Step, have *entry) {
	if have != nil && have.ses.End == 0 {
		have.ses.End = s.Time
		t.left(have.ses)
		t.ended.push(have, t.reached)
	}
}

func (t *Table) use(s *footfall.Step) {
	u, _ := t.explicit.Put(s.Target)
	*u = use{by: s.Account, host: s.SrcHost, time: s.Time}
	if h := t.byID[s.Session]; h != nil {
		u.host = h.ses.Host
	}
}

func (t *Table) put(e *entry) {
	t.room(e.ses.ID)
	t.byID[e.ses.ID] = e
	t.opened.push(e, t.reached)
}

// room makes room for one more name.
func (t *Table) room(id footfall.Name) {
	if _, ok := t.byID[id]; !ok && len(t.byID) >= maxSessions {
		t.evict()
	}
}

// evict forgets the session that ended first, else the oldest.
func (t *Table) evict() {
	for _, q := range []*queue{&t.ended, &t.opened} {
		for e := q.pop(); e != nil; e = q.pop() {
			if t.byID[e.ses.ID] != e {
				continue
			}
			delete(t.byID, e.ses.ID)
			for _, id := range e.ids {
				if t.byID[id] == e {
					delete(t.byID, id)
				}
			}
			t.Evicted++
			return
		}
	}
}

// A queue is sessions in order, some of which were replaced since.
type queue struct {
	list []*entry
	head int
	most int // entries from which on it is thinned out
}

// reached reports whether an entry has a name by which it can be found.
func (t *Table) reached(e *entry) bool {
	if t.byID[e.ses.ID] == e {
		return true
	}
	for _, id := range e.ids {
		if id != 0 && t.byID[id] == e {
			return true
		}
	}
	return false
}

func (q *queue) push(e *entry, reached func(*entry) bool) {
	if n := len(q.list) - q.head; n >= max(q.most, 2*maxSessions) {
		q.thin(reached)
		q.most = 2 * len(q.list)
	}
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
	q.list = append(q.list, e)
}

// thin leaves out what was replaced: sessions would be held by it alone.
func (q *queue) thin(reached func(*entry) bool) {
	n := 0
	for _, e := range q.list[q.head:] {
		if reached(e) {
			q.list[n] = e
			n++
		}
	}
	clear(q.list[n:])
	q.list, q.head = q.list[:n], 0
}

func (q *queue) pop() *entry {
	if q.head == len(q.list) {
		return nil
	}
	e := q.list[q.head]
	q.list[q.head] = nil
	q.head++
	return e
}
