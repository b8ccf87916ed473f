package graph

import "github.com/footfall/footfall"

// A What is what a Login tells of.
type What uint8

const (
	Nothing What = iota
	Arrive       // somebody logged on to Dst, from Src
	Change       // somebody in a session on Dst took another account: 4648, run as, sudo, su, a role
	Leave        // a session on Dst ended
	Fail         // somebody on Src failed to log on to Dst
)

// A Login is a step as the graph sees it: names resolved as of its time, and
// nothing that must be looked up anywhere else. It has no pointers.
type Login struct {
	Time    int64
	ID      uint64 // Step.ID
	Ref     footfall.Ref
	What    What
	Service footfall.Service
	Type    uint8 // Windows logon type
	Flags   Flags

	Src, Dst         footfall.Name // hosts; an address where no host is known; Src is 0 for a logon at Dst itself
	SrcKind, DstKind footfall.HostKind
	Account          footfall.Name // Arrive, Fail: the account logged on with; Change: the one taken
	Person           footfall.Name // whose account it is; the account itself where nobody is known
	Was, WasPerson   footfall.Name // Change: the account and its person before
	Owner            footfall.Name // the person who works on Src, 0 when that is nobody or not known
	Session          footfall.Name // what it opened (Arrive), is in (Change), ended (Leave), on Dst
	Parent           footfall.Name // the session on Src that it came out of, where records show it
	To               footfall.Name // Change: the host that the account taken was used on, when the record names another one (4648)
}

// Flags are yes-or-no facts of a Login.
type Flags uint16

const (
	FlagMachine  Flags = 1 << iota // Account is a computer's or a system's own
	FlagService                    // Account is a program's, as declared or known
	FlagShared                     // Src stands for many hosts: NAT, a proxy, a VPN's egress
	FlagPublic                     // Src is a public address
	FlagElevated                   // the session has administrator rights
	FlagObserved                   // recorded by neither end: a sensor, a directory
	FlagOutward                    // recorded by Src, not by Dst
	FlagInner                      // Src is an address that a VPN or a gateway gave to Owner
	FlagLearn                      // learned from and not judged
)

// A Reader makes Logins of steps. It keeps nothing of them.
type Reader struct{ env *footfall.Env }

// NewReader returns a Reader that looks names up in env.
func NewReader(env *footfall.Env) *Reader { return &Reader{env} }

// Read makes the Login of a step; ok is false for a step that the graph has no
// use for. sess is the session that the step is in or opened, nil when none is known.
func (r *Reader) Read(s *footfall.Step, sess *footfall.Session) (l Login, ok bool) {
	if s.Kind != footfall.KindLogon || s.DstHost == 0 {
		return l, false
	}
	l = Login{Time: s.Time, ID: s.ID, Ref: s.Ref, What: Arrive, Service: s.Service, Type: s.LogonType, Src: s.SrcHost, Dst: s.DstHost, Account: s.Account, Session: s.Session}
	if s.Outcome == footfall.Failure {
		l.What = Fail
	}
	if l.Person = r.env.Person(s.Account); l.Person == 0 {
		l.Person = s.Account
	}
	return l, true
}
