package session

import (
	"cmp"
	"strings"

	"github.com/footfall/footfall"
)

// One session has several names where several logs tell of it: a LogonId and
// the number of a terminal session, the pid of sshd that let somebody in and
// the one that serves him, the ses of auditd. This file ties them.

// A hostAccount is an account on a host.
type hostAccount struct{ host, account footfall.Name }

// A few is the newest sessions of an account on a host, the oldest first.
type few struct {
	ids  [8]footfall.Name
	n    uint8
	more bool // there were others, which may live
}

// An end is the far end of a connection to a host.
type end struct {
	host, addr footfall.Name
	port       uint16
	service    footfall.Service
}

func connection(s *footfall.Step) (end, bool) {
	return end{s.DstHost, s.SrcAddr, s.SrcPort, s.Service}, s.SrcAddr != 0 && s.SrcPort != 0
}

// lives notes that a session was opened.
func (t *Table) lives(n *footfall.Session) {
	if n.Account == 0 {
		return
	}
	f, _ := t.living.Put(hostAccount{n.Host, n.Account})
	if int(f.n) == len(f.ids) {
		copy(f.ids[:], f.ids[1:])
		f.n, f.more = f.n-1, true
	}
	f.ids[f.n] = n.ID
	f.n++
}

// left notes that a session is over.
func (t *Table) left(n *footfall.Session) {
	f := t.living.Get(hostAccount{n.Host, n.Account})
	if f == nil {
		return
	}
	k := 0
	for _, id := range f.ids[:f.n] {
		if id != n.ID {
			f.ids[k] = id
			k++
		}
	}
	clear(f.ids[k:])
	if f.n = uint8(k); k == 0 {
		f.more = false
	}
}

func (t *Table) connected(s *footfall.Step) {
	if k, ok := connection(s); ok {
		id, _ := t.ends.Put(k)
		*id = s.Session
	}
}

// same returns the session whose opening another log of the host told of under
// another name: the same account, service and source, within seconds. Two that
// came from different places leave it open which.
func (t *Table) same(s *footfall.Step) *entry {
	if k, ok := connection(s); ok {
		if id := t.ends.Get(k); id != nil && *id != s.Session {
			if e := t.get(*id, s.Time); e != nil && e.ses.End == 0 && e.ses.Account == s.Account && s.Time-e.ses.Start <= together {
				return e
			}
		}
	}
	if s.Parent != 0 && s.Service != footfall.ServiceCloud {
		// A child's name for what its parent opened: sshd's processes.
		if e := t.byID[s.Parent]; e != nil && e.ses.End == 0 && e.ses.Service == s.Service && s.Service == footfall.ServiceSSH &&
			(e.ses.Account == s.Account || s.Account == 0) && s.Time-e.ses.Start <= together {
			return e
		}
	}
	log := t.log(s)
	f := t.living.Get(hostAccount{s.DstHost, s.Account})
	if f == nil || log == 0 || s.Account == 0 || s.Service == footfall.ServiceUnknown {
		return nil
	}
	var found *entry
	for _, id := range f.ids[:f.n] {
		e := t.byID[id]
		if e == nil || e.ses.ID == s.Session || s.Time-cmp.Or(e.ses.Start, e.seen) > together || e.ses.End != 0 || e.ses.Service != s.Service || e.knows(log) || !sameSource(e.ses, s) {
			continue
		}
		if found == nil {
			found = e
		} else if found.ses.SrcAddr != e.ses.SrcAddr || found.ses.SrcHost != e.ses.SrcHost {
			return nil
		}
	}
	return found
}

func sameSource(n *footfall.Session, s *footfall.Step) bool {
	if n.SrcAddr != 0 && s.SrcAddr != 0 {
		return n.SrcAddr == s.SrcAddr
	}
	return n.SrcHost == 0 || s.SrcHost == 0 || n.SrcHost == s.SrcHost
}

// tied returns the session of a step under a name that was not seen before: by
// the connection, which a process of sshd that serves a user names when it
// ends, or by the process that it came from.
func (t *Table) tied(s *footfall.Step) *entry {
	if k, ok := connection(s); ok {
		if id := t.ends.Get(k); id != nil {
			if e := t.get(*id, s.Time); e != nil && e.ses.End == 0 && (s.Account == 0 || s.Account == e.ses.Account) {
				t.alias(e, s.Session)
				return e
			}
		}
	}
	if s.Parent != 0 && s.Service == footfall.ServiceSSH {
		if e := t.get(s.Parent, s.Time); e != nil && e.ses.End == 0 && e.ses.Service == footfall.ServiceSSH {
			t.alias(e, s.Session)
			return e
		}
	}
	return nil
}

// alias gives a session one more name.
func (t *Table) alias(e *entry, id footfall.Name) {
	if id == e.ses.ID || e.named(id) {
		t.byID[id] = e
		return
	}
	for i, have := range e.ids {
		if have == 0 {
			t.room(id)
			e.ids[i], t.byID[id] = id, e
			return
		}
	}
}

func (e *entry) named(id footfall.Name) bool {
	for _, have := range e.ids {
		if have == id {
			return true
		}
	}
	return false
}

// told notes a log that tells of the opening.
func (e *entry) told(log footfall.Name) {
	for i, have := range e.logs {
		if have == log || have == 0 {
			e.logs[i] = log
			return
		}
	}
}

func (e *entry) knows(log footfall.Name) bool {
	for _, have := range e.logs {
		if have == log {
			return true
		}
	}
	return false
}

// newest returns the newest remote session of an account on a host that was
// just opened, but for one.
func (t *Table) newest(k hostAccount, now int64, but *footfall.Session) *footfall.Session {
	f := t.living.Get(k)
	if f == nil {
		return nil
	}
	for i := int(f.n) - 1; i >= 0; i-- {
		e := t.byID[f.ids[i]]
		if e != nil && e.ses != but && e.ses.Flags&footfall.FlagRemote != 0 && now-e.ses.Start <= together {
			return e.ses
		}
	}
	return nil
}

// unnamed returns the session of a step whose record names none: sudo and su
// name the account, and when it has one session on the host they are in that.
func (t *Table) unnamed(s *footfall.Step) *entry {
	if s.Kind == footfall.KindLogoff && (s.Service == footfall.ServiceVPN || s.Service == footfall.ServiceGateway) {
		if e := t.sole(s); e != nil && sameSource(e.ses, s) {
			t.close(s, e)
			return e
		}
		return nil
	}
	if s.Event != 0 || s.Account == 0 || s.Kind != footfall.KindPrivilege && s.Kind != footfall.KindExplicit && s.Kind != footfall.KindProcess {
		return nil
	}
	if s.Service != footfall.ServiceUnknown && s.Service != footfall.ServiceLocal {
		return nil
	}
	return t.sole(s)
}

// sole returns the session of the step's account on its host when it has one
// alone.
func (t *Table) sole(s *footfall.Step) *entry {
	f := t.living.Get(hostAccount{s.DstHost, s.Account})
	if f == nil || f.n != 1 || f.more || s.DstHost == 0 {
		return nil
	}
	e := t.get(f.ids[0], s.Time)
	if e == nil || e.ses.End != 0 {
		return nil
	}
	return e
}

// log is the log that a step came from: host and channel or format.
func (t *Table) log(s *footfall.Step) footfall.Name {
	if s.Extra == 0 {
		return 0
	}
	l, fresh := t.logs.Put(s.Extra)
	if fresh {
		full := t.names.String(s.Extra)
		if *l = s.Extra; strings.IndexByte(full, footfall.ExtraSep) >= 0 {
			*l = t.names.Intern(footfall.ParseExtra(full).Source)
		}
	}
	return *l
}
