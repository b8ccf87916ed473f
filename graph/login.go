package graph

import (
	"strings"

	"github.com/footfall/footfall"
)

// A What is what a Login tells of.
type What uint8

const (
	Nothing What = iota
	Arrive       // somebody logged on to Dst, from Src
	Change       // somebody in a session on Dst took another account: 4648, run as, sudo, su, a role
	Leave        // a session on Dst ended; of a Login without a session all of them did
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
	Source           footfall.Name // where it came from as the past knows it: the address, else the host
	SrcKind, DstKind footfall.HostKind
	Account          footfall.Name // Arrive, Fail: the account logged on with; Change: the one taken; Leave: whose session it was, where the record says
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
	FlagAgain                      // a session that lived on was taken up again
	FlagTheirs                     // Account is one of Dst itself: nobody can be logged on with it on Src
	FlagNobodys                    // Account is no person's: a program's, or one that every host has
)

// A Reader makes Logins of steps. It keeps nothing of them.
type Reader struct{ env *footfall.Env }

// NewReader returns a Reader that looks names up in env.
func NewReader(env *footfall.Env) *Reader { return &Reader{env} }

// Read makes the Login of a step; ok is false for a step that the graph has no
// use for. sess is the session that the step is in or opened, nil when none is known.
func (r *Reader) Read(s *footfall.Step, sess *footfall.Session) (l Login, ok bool) {
	if s.Rule != 0 {
		return l, false
	}
	l = Login{Time: s.Time, ID: s.ID, Ref: s.Ref, Service: s.Service, Type: s.LogonType, Flags: flagsOf(s), Dst: s.DstHost, Session: s.Session}
	switch s.Kind {
	case footfall.KindLogon, footfall.KindReconnect, footfall.KindShell:
		ok = r.logon(&l, s, sess)
	case footfall.KindTicket:
		ok = r.ticket(&l, s)
	case footfall.KindExplicit, footfall.KindPrivilege:
		ok = r.change(&l, s, sess)
	case footfall.KindLogoff:
		l.What, l.Account = Leave, s.Account
		r.who(&l)
		ok = s.Session != 0
	case footfall.KindStart:
		l.What, l.Session = Leave, 0
		ok = s.DstHost != 0 && r.booted(s)
	}
	return l, ok
}

func flagsOf(s *footfall.Step) (f Flags) {
	for _, x := range [...]struct {
		step footfall.Flags
		flag Flags
	}{
		{footfall.FlagMachine | footfall.FlagSystem | footfall.FlagGuest, FlagMachine},
		{footfall.FlagPublic, FlagPublic},
		{footfall.FlagElevated, FlagElevated},
		{footfall.FlagObserved, FlagObserved},
		{footfall.FlagOutward, FlagOutward},
		{footfall.FlagLearn, FlagLearn},
	} {
		if s.Flags&x.step != 0 {
			f |= x.flag
		}
	}
	return f
}

// logon reads somebody who came, or tried to.
func (r *Reader) logon(l *Login, s *footfall.Step, sess *footfall.Session) bool {
	if s.Flags&footfall.FlagCovered != 0 || s.Flags&footfall.FlagTwice != 0 || s.DstHost == 0 && s.DstAddr == 0 {
		return false
	}
	if l.Dst == 0 {
		l.Dst = s.DstAddr
	}
	l.Account = s.Account
	if s.Outcome == footfall.Failure {
		l.What = Fail
		r.from(l, s)
		r.who(l)
		return l.Src != 0 && s.Kind == footfall.KindLogon
	}
	switch s.Kind {
	case footfall.KindReconnect:
		l.Flags |= FlagAgain
	case footfall.KindShell: // what a cluster's or a cloud's API runs; of a host's own shells there is a logon too
		if s.Service != footfall.ServiceKube && s.Service != footfall.ServiceCloud {
			return false
		}
	default:
		if s.Outcome != footfall.Success {
			return false
		}
	}
	if s.LogonType == 7 || s.LogonType == 13 { // a locked desktop was unlocked
		l.Flags |= FlagAgain
	}
	if sess != nil {
		r.session(l, sess)
	}
	if l.Account == 0 {
		return false
	}
	l.What = Arrive
	if l.DstKind = r.env.HostKind(l.Dst); l.Flags&FlagMachine != 0 && s.Flags&footfall.FlagRemote == 0 {
		return false // services of the host itself
	}
	r.from(l, s)
	r.who(l)
	return true
}

// session takes what the session of a logon tells beside its record.
func (r *Reader) session(l *Login, sess *footfall.Session) {
	if l.Account == 0 {
		l.Account = sess.Account
	}
	if sess.Flags&footfall.FlagElevated != 0 {
		l.Flags |= FlagElevated
	}
	if p := sess.Parent; p != nil {
		l.Parent = p.ID
	}
}

// who says whose the account is.
func (r *Reader) who(l *Login) {
	if l.Account == 0 {
		return
	}
	if domain, _, ok := strings.Cut(r.env.Names.String(l.Account), `\`); ok && l.Src != 0 && domain == r.env.Names.String(l.Dst) {
		l.Flags |= FlagTheirs
	}
	l.Person = r.env.Person(l.Account)
	if l.Person != 0 {
		return
	}
	l.Person = l.Account
	if l.Flags&FlagMachine != 0 {
		return
	}
	l.Flags |= FlagNobodys
	name := r.env.Names.String(l.Account)
	if stem, ok := strings.CutSuffix(footfall.Bare(name), "$"); ok && l.Src != 0 && strings.EqualFold(stem, r.label(l.Src)) {
		l.Flags |= FlagMachine
		return
	}
	if r.env.Context.Services[name] || !impersonal(footfall.Bare(name)) {
		l.Flags |= FlagService
		l.Person = r.bare(l.Account, name)
	}
}

// label is the first label of a host's name.
func (r *Reader) label(host footfall.Name) string {
	s, _, _ := strings.Cut(r.env.Names.String(host), ".")
	return s
}

// bare is a program's account without its domain: a Unix host calls it so.
func (r *Reader) bare(account footfall.Name, name string) footfall.Name {
	b := footfall.Bare(name)
	if i := strings.IndexByte(b, '@'); i > 0 {
		b = b[:i]
	}
	if len(b) == len(name) {
		return account
	}
	return r.env.Names.Intern(b)
}

// impersonal reports whether a name is one that every host has and that people
// and programs use.
func impersonal(name string) bool {
	switch strings.ToLower(name) {
	case "root", "toor", "administrator", "admin", "guest", "user", "ubuntu", "ec2-user", "centos", "debian", "fedora", "azureuser", "vagrant", "pi", "opc", "test":
		return true
	}
	return false
}

// from says where a logon came from and who works there.
func (r *Reader) from(l *Login, s *footfall.Step) {
	local := s.Service == footfall.ServiceLocal && s.Flags&footfall.FlagRemote == 0 || s.SrcHost == 0 && s.SrcAddr == 0
	if local || s.Flags&footfall.FlagLoopback != 0 || s.SrcHost == l.Dst {
		return
	}
	if l.Src = s.SrcHost; l.Src == 0 {
		l.Src = s.SrcAddr
	}
	l.Source = s.Source()
	owner := footfall.Name(0)
	if s.SrcAddr != 0 {
		if r.env.Shared(s.SrcAddr) {
			l.Flags |= FlagShared
		}
		if owner = r.env.UserAt(s.SrcAddr); owner != 0 {
			l.Flags |= FlagInner
		}
	}
	l.SrcKind = r.env.HostKind(l.Src)
	if owner == 0 {
		owner = r.env.Owner(l.Src)
	}
	if owner == 0 {
		return
	}
	if l.Owner = r.env.Person(owner); l.Owner == 0 {
		l.Owner = owner
	}
}

// ticket reads a service ticket as somebody going to a host whose own log of
// logons is not there.
func (r *Reader) ticket(l *Login, s *footfall.Step) bool {
	const nobody = footfall.FlagMachine | footfall.FlagSystem | footfall.FlagGuest
	if s.Outcome != footfall.Success || s.Account == 0 || s.Flags&(nobody|footfall.FlagCovered) != 0 || s.Flags&footfall.FlagObserved == 0 || s.DstHost == 0 {
		return false
	}
	l.What, l.Account, l.Session = Arrive, s.Account, 0
	if r.sitsDown(l, s) {
		l.Service, l.Type = footfall.ServiceLocal, 2
		l.DstKind = r.env.HostKind(l.Dst)
		r.who(l)
		return true
	}
	l.DstKind = r.env.HostKind(l.Dst)
	r.from(l, s)
	r.who(l)
	return l.Src != 0
}

// sitsDown reports whether a ticket is one for the host that it is asked for
// from: that is for who sits down there.
func (r *Reader) sitsDown(l *Login, s *footfall.Step) bool {
	if s.SrcHost != 0 {
		if s.SrcHost != s.DstHost && r.label(s.SrcHost) != r.env.Names.String(s.DstHost) {
			return false
		}
		l.Dst = s.SrcHost
		return true
	}
	if r.env.HostKind(s.DstHost) != footfall.HostWorkstation {
		return false
	}
	// From an address that stands for many: who works there goes nowhere else.
	who, owner := r.env.Person(s.Account), r.env.Owner(s.DstHost)
	return who != 0 && owner != 0 && who == r.env.Person(owner)
}

// change reads an account that somebody took within a session.
func (r *Reader) change(l *Login, s *footfall.Step, sess *footfall.Session) bool {
	const nobody = footfall.FlagMachine | footfall.FlagSystem
	if s.Outcome == footfall.Failure || s.Account == 0 || s.Target == 0 || s.Target == s.Account || s.Flags&nobody != 0 {
		return false
	}
	l.What, l.Was, l.Account = Change, s.Account, s.Target
	if l.WasPerson = r.env.Person(l.Was); l.WasPerson == 0 {
		l.WasPerson = l.Was
	}
	l.Flags &^= FlagMachine
	if s.Flags&(footfall.FlagTargetMachine|footfall.FlagTargetSystem) != 0 {
		l.Flags |= FlagMachine
	}
	r.who(l)
	if s.Flags&footfall.FlagOutward != 0 && s.SrcHost != 0 && s.SrcHost != s.DstHost {
		if l.To = s.DstHost; l.To == 0 {
			l.To = s.DstAddr
		}
		l.Dst = s.SrcHost
	}
	if sess != nil {
		if l.Session == 0 {
			l.Session = sess.ID
		}
		if p := sess.Parent; p != nil {
			l.Parent = p.ID
		}
		if l.Dst == 0 {
			l.Dst = sess.Host
		}
	}
	if l.Dst == 0 && s.Service == footfall.ServiceCloud { // a role: its sessions are of no host
		l.Dst = l.Account
	}
	l.DstKind = r.env.HostKind(l.Dst)
	return l.Dst != 0
}

// booted reports whether a start is the host's: of Windows 12, 4608 and 6005,
// of others the record's word for it.
func (r *Reader) booted(s *footfall.Step) bool {
	if s.Service != footfall.ServiceUnknown {
		return false
	}
	switch s.Event {
	case 12, 4608, 6005:
		return true
	}
	return s.Object != 0 && r.env.Names.String(s.Object) == "reboot"
}
