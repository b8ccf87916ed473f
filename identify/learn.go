package identify

import (
	"strings"

	"github.com/footfall/footfall"
)

// learn takes what a step shows of addresses, hosts and accounts.
func (d *Directory) learn(s *footfall.Step, x extra) {
	switch s.Kind {
	case footfall.KindLease:
		if s.Outcome == footfall.Failure {
			return
		}
		if s.SrcAddr != 0 && s.Object == 0 && s.Service != footfall.ServiceVPN {
			d.lease(s, x)
			return
		}
	case footfall.KindLogoff:
		switch {
		case s.Service == footfall.ServiceDHCP:
			if s.SrcAddr != 0 {
				d.released(s, x)
			}
		case s.Service == footfall.ServiceVPN || s.Service == footfall.ServiceGateway || s.Service == footfall.ServiceRADIUS:
			d.hangUp(s)
		}
		return
	case footfall.KindResolve:
		d.answered(s)
		return
	case footfall.KindEntry:
		d.inventory(s)
		return
	case footfall.KindAccount:
		if (s.Event == 4720 || s.Event == 4741 || s.Event == 0) && s.Target != 0 && s.Outcome != footfall.Failure {
			if a := d.account(s.Target); !a.real {
				a.made = s.Time
			}
		}
		return
	}
	if s.Object != 0 && s.Outcome != footfall.Failure && gives(s) && d.isAddress(s.Object) {
		d.tunnel(s)
	}
	if s.Kind == footfall.KindTicket && s.Outcome == footfall.Success {
		d.served(s)
	}
	d.places(s)
	d.match(s)
	if s.Outcome != footfall.Failure {
		d.accounts(s)
	}
}

// gives reports whether a step may tell of an inner address that was given.
func gives(s *footfall.Step) bool {
	switch s.Kind {
	case footfall.KindLease, footfall.KindLogon, footfall.KindReconnect:
		return s.Service == footfall.ServiceVPN || s.Service == footfall.ServiceGateway || s.Service == footfall.ServiceRADIUS || s.Kind == footfall.KindLease
	}
	return false
}

// places binds the addresses of a step to its hosts.
func (d *Directory) places(s *footfall.Step) {
	passing := s.Flags&footfall.FlagObserved != 0
	if s.SrcHost != 0 && s.SrcAddr != 0 && s.SrcHost != s.DstHost {
		switch {
		case s.Flags&footfall.FlagOutward != 0:
			d.bind(s.SrcAddr, s.SrcHost, ByOwnLog, s, 0)
		case passing && s.Kind == footfall.KindConnection:
			d.bind(s.SrcAddr, s.SrcHost, ByAnswer, s, 0)
		case s.Outcome != footfall.Failure:
			d.claim(s)
		}
	}
	if s.DstHost != 0 && s.DstAddr != 0 && s.SrcHost != s.DstHost {
		by := ByOwnLog
		if s.Flags&(footfall.FlagOutward|footfall.FlagObserved) != 0 {
			by = ByAnswer
		}
		d.bind(s.DstAddr, s.DstHost, by, s, 0)
	}
	if s.Outcome == footfall.Failure || s.Account == 0 {
		return
	}
	if s.SrcAddr != 0 && s.Auth == footfall.AuthKerberos && s.Flags&footfall.FlagOutward == 0 {
		d.proves(s)
	}
	if s.Kind == footfall.KindLogon || s.Kind == footfall.KindCredential {
		d.vote(s)
	}
}

// claim takes the name that a client gave itself. Where the address is proved
// to be another host's, the name is that one's NetBIOS name, cut to 15
// characters, or an instance's id, or it is not believed.
func (d *Directory) claim(s *footfall.Step) {
	a := d.address(s.SrcAddr)
	if a.now.host != 0 && a.now.host != s.SrcHost && a.proved(s.Time) {
		long, short := d.names.String(a.now.host), d.names.String(s.SrcHost)
		switch {
		case len(short) == netbiosLength && len(long) > netbiosLength && strings.HasPrefix(long, short):
			d.call(s.SrcHost, a.now.host, ByOwnLog, s)
		case instance(short) && !instance(long):
			d.call(s.SrcHost, a.now.host, a.now.proof.By, s)
		case strings.HasPrefix(short, long) && short[len(long)] == '.':
			d.call(s.SrcHost, a.now.host, a.now.proof.By, s)
		default:
			if h := d.hosts.Get(s.SrcHost); h != nil && h.wrote {
				d.crowded(a, s.SrcHost, s)
			}
			return
		}
		s.SrcHost = a.now.host
		return
	}
	d.bind(s.SrcAddr, s.SrcHost, ByClient, s, 0)
}

// instance reports whether a name is a cloud's id of a machine: i-0123456789abcdef0.
func instance(s string) bool {
	v, ok := strings.CutPrefix(s, "i-")
	if !ok || len(v) != 8 && len(v) != 17 {
		return false
	}
	return strings.Trim(v, "0123456789abcdef") == ""
}

// proves takes a computer's own account, which proved itself with Kerberos
// from the address that it has. NTLM can be relayed: it proves nothing.
func (d *Directory) proves(s *footfall.Step) {
	a := d.account(s.Account)
	if a.stem == 0 {
		return
	}
	addr := d.address(s.SrcAddr)
	if addr.class != internal {
		return // a computer outside is not where its name says
	}
	name := d.HostName(a.stem)
	if s.DstHost == name {
		return // it reached itself
	}
	d.bind(s.SrcAddr, name, ByTicket, s, 0)
}

// accounts learns from who acts and whose credentials are used.
func (d *Directory) accounts(s *footfall.Step) {
	if s.Account == 0 || s.Flags&footfall.FlagGuest != 0 {
		return
	}
	// LocalSystem writes under its computer's account name.
	if s.SID == d.system {
		if a := d.account(s.Account); a.stem != 0 {
			a.machine = true
		}
		return
	}
	switch s.Kind {
	case footfall.KindLogon, footfall.KindCredential, footfall.KindTicket, footfall.KindReconnect, footfall.KindShell, footfall.KindShare:
		d.meet(s.Account, s.SID, s)
		d.from(s)
		if s.Kind == footfall.KindLogon && s.DstHost != 0 && (s.Service == footfall.ServiceSSH || s.LogonType == 10 || s.LogonType == 2) {
			d.came(s)
		}
	case footfall.KindLease, footfall.KindPrivilege, footfall.KindProcess:
		d.meet(s.Account, s.SID, s)
	case footfall.KindExplicit:
		d.meet(s.Account, s.SID, s)
		if s.Target != 0 && s.Target != s.Account && s.Flags&(footfall.FlagSystem|footfall.FlagTargetSystem) == 0 && d.account(s.Account).stem == 0 {
			d.meet(s.Target, 0, s)
			d.use(s.Target, s.Account, s)
		}
	}
}

// from learns from where an account was used: its own session by VPN, or the
// workstation of one person.
func (d *Directory) from(s *footfall.Step) {
	if s.SrcAddr == 0 && s.SrcHost == 0 || s.Kind == footfall.KindShare {
		return
	}
	by, host := footfall.Name(0), s.SrcHost
	if s.SrcAddr != 0 {
		a := d.address(s.SrcAddr)
		if a.class == loopback {
			return
		}
		by = a.user.name
		if host == 0 {
			host = d.hostOf(a)
		}
		if a.class == internal && a.user.name == 0 && (host == 0 || a.now.proof.By == ByWays) && s.Kind == footfall.KindLogon {
			d.goesOn(s)
		}
		if who := d.worker(s.Account); who != 0 {
			d.comes(s.SrcAddr, who, s)
		}
	}
	if by == 0 && host != 0 && host != s.DstHost {
		by = d.Owner(host)
	}
	d.use(s.Account, by, s)
}

// answered takes a DNS answer: a name of ours at an inner address. A name that
// no record has shown to be a host's waits until one does.
func (d *Directory) answered(s *footfall.Step) {
	if s.DstAddr == 0 || s.Object == 0 || d.classOf(s.DstAddr) != internal {
		return
	}
	name := d.names.Intern(footfall.HostName(d.names.String(s.Object)))
	if d.hosts.Get(name) != nil {
		d.bind(s.DstAddr, name, ByAnswer, s, 0)
		return
	}
	a, _ := d.answers.Put(name)
	*a = sighting{s.DstAddr, s.Time}
}

// served takes the host that a ticket is for, of which the request names the
// service's principal alone (HTTP/web1.example.com): a computer of the domain.
func (d *Directory) served(s *footfall.Step) {
	class, host, ok := strings.Cut(d.names.String(s.Object), "/")
	if !ok || s.Event != 0 || strings.EqualFold(class, "krbtgt") {
		return
	}
	host, _, _ = strings.Cut(host, "/")
	host, _, _ = strings.Cut(host, ":")
	name := d.names.Intern(footfall.HostName(host))
	if name == 0 || d.isAddress(name) || d.hosts.Get(name) != nil {
		return
	}
	d.hosts.Put(name)
	if a := d.answers.Get(name); a != nil && s.Time-a.seen < hour {
		d.bind(a.name, name, ByAnswer, s, 0)
	}
}

// inventory takes what an agent says of its host: the address that it has.
func (d *Directory) inventory(s *footfall.Step) {
	if s.DstHost != 0 && s.Object != 0 && d.isAddress(s.Object) {
		d.bind(s.Object, s.DstHost, ByOwnLog, s, 0)
	}
}
