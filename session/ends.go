package session

import (
	"strings"

	"github.com/footfall/footfall"
)

// A server is a host, or one of its services.
type server struct {
	host    footfall.Name
	service footfall.Service
}

// start notes that a host began anew, which ends all its sessions, or one of
// its services, which ends that one's. Sessions outlive sshd and the desktop's
// server.
func (t *Table) start(s *footfall.Step) {
	if s.DstHost == 0 {
		return
	}
	k := server{host: s.DstHost}
	switch s.Service {
	case footfall.ServiceVPN, footfall.ServiceGateway, footfall.ServiceLDAP, footfall.ServiceVNC:
		k.service = s.Service
	case footfall.ServiceUnknown:
		if !t.booted(s) {
			return
		}
	default:
		return
	}
	at, _ := t.begun.Put(k)
	*at = s.Time
}

// booted reports whether a start is the host's: of Windows 12, 4608 and 6005,
// of others the record's word for it.
func (t *Table) booted(s *footfall.Step) bool {
	switch s.Event {
	case 12, 4608, 6005:
		return true
	}
	return t.names.String(s.Object) == "reboot"
}

const (
	hour = 3600 * 1e9
	days = 24 * hour

	shortest = 36 * hour // of what idle returns
)

// idle is how long a session may be quiet before its name is free for another,
// 0 for ever. LogonIds are not given twice until the host begins anew; pids
// and the numbers of connections are; a gateway's sessions and a cloud's keys
// have a life of a day at most (STS: 36 hours).
func (t *Table) idle(n *footfall.Session) int64 {
	if strings.Contains(t.names.String(n.ID), "|0x") {
		return 0
	}
	switch n.Service {
	case footfall.ServiceVPN, footfall.ServiceGateway:
		return shortest
	case footfall.ServiceRDP:
		return 30 * days
	case footfall.ServiceCloud:
		return shortest
	}
	return 7 * days
}

// infer ends a session that no record ended.
func (t *Table) infer(e *entry, now int64) {
	if t.begun.Len() == 0 && now-e.seen < shortest {
		return
	}
	for _, k := range [...]server{{e.ses.Host, footfall.ServiceUnknown}, {e.ses.Host, e.ses.Service}} {
		if at := t.begun.Get(k); at != nil && *at > e.seen {
			t.over(e, *at)
			return
		}
	}
	if now-e.seen < shortest {
		return
	}
	if d := t.idle(e.ses); d != 0 && now-e.seen > d {
		t.over(e, e.seen)
	}
}

func (t *Table) over(e *entry, at int64) {
	e.ses.End, e.ses.Inferred = at, true
	t.left(e.ses)
	t.ended.push(e, t.reached)
}
