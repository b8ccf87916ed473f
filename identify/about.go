package identify

import (
	"maps"
	"slices"

	"github.com/footfall/footfall"
)

// A Portrait is what is known of a host or a person at a time. Strings are as
// logs have them: who prints them must take them as written by an attacker.
type Portrait struct {
	Name      string
	Kind      footfall.HostKind // of a host
	KindProof Proof
	Owner     string // of a host: the person who works on it
	Whose     Proof
	Shown     string // of a person: the name that a directory shows
	Names     []Called
	Places    []Place // addresses of a host, or that a person was given; the newest last
	Desk      string  // of a person: the host that is theirs
	Users     []Called
}

// A Called is a name with the proof of what it is: another name of a host, an
// account of a person, somebody who works on a host.
type Called struct {
	Name  string
	Proof Proof
}

// A Place is an interval in which an address was a host's.
type Place struct {
	Addr   string
	Host   string
	User   string // the account that a VPN gave it to
	From   int64
	Until  int64 // 0 while it lasts
	Shared string
	Proof  Proof
}

// A watch keeps the ended intervals of what a portrait is asked of.
type watch struct {
	ended []Place
}

// maxWatched bounds the intervals that a portrait lists.
const maxWatched = 1000

// Watch keeps the intervals of addresses from now on, for a portrait.
func (d *Directory) Watch() { d.watch = &watch{} }

func (d *Directory) watched(addr footfall.Name, a *address, at int64) {
	w := d.watch
	if w == nil {
		return
	}
	until := at
	if a.now.until != 0 {
		until = min(at, a.now.until)
	}
	p := Place{
		Addr: d.names.String(addr), Host: d.names.String(a.now.host), User: d.names.String(a.user.name),
		From: a.now.proof.Since, Until: until, Proof: a.now.proof,
	}
	if a.now.host == 0 {
		p.From, p.Proof = a.user.proof.Since, a.user.proof
	}
	w.ended = append(w.ended, p)
	if len(w.ended) > 64*maxWatched {
		n := copy(w.ended, w.ended[len(w.ended)/2:])
		w.ended = w.ended[:n]
	}
}

// AboutHost returns what is known of a host, or of whose an address is, by any
// of its names; nil when nothing is.
func (d *Directory) AboutHost(name string) *Portrait {
	n := d.names.Find(name)
	if n == 0 {
		n = d.names.Find(footfall.HostName(name))
	}
	if n != 0 && d.isAddress(n) {
		return d.aboutAddress(n)
	}
	if m := d.names.Find(hardware(name)); m != 0 && d.aliases.Get(m) != nil {
		n = m
	}
	if n = d.HostName(n); n == 0 {
		return nil
	}
	h := d.hosts.Get(n)
	if h == nil {
		if n = d.names.Find(footfall.HostName(name)); n == 0 {
			return nil
		}
		if n = d.HostName(n); d.hosts.Get(n) == nil {
			return nil
		}
		h = d.hosts.Get(n)
	}
	p := &Portrait{Name: d.names.String(n), Kind: h.kind, KindProof: h.proof, Whose: h.whose}
	if h.owner != 0 {
		p.Owner = d.personName(h.owner)
	}
	for _, o := range h.others {
		if a := d.aliases.Get(o); o != 0 && a != nil && a.host == n {
			p.Names = append(p.Names, Called{d.names.String(o), a.proof})
		}
	}
	for i := range h.users {
		if u := &h.users[i]; u.name != 0 {
			p.Users = append(p.Users, Called{d.names.String(u.name), Proof{By: ByUse, Since: u.since, Last: u.seen, First: u.first, Latest: u.ref, Times: uint32(u.days)}})
		}
	}
	p.Places = d.ended(func(v *Place) bool { return v.Host == p.Name })
	for _, v := range h.addrs {
		if a := d.addrs.Get(v.name); v.name != 0 && a != nil && a.now.host == n {
			p.Places = append(p.Places, d.place(v.name, a))
		}
	}
	return p
}

func (d *Directory) aboutAddress(n footfall.Name) *Portrait {
	a := d.addrs.Get(n)
	if a == nil {
		return nil
	}
	p := &Portrait{Name: d.names.String(n)}
	p.Places = d.ended(func(v *Place) bool { return v.Addr == p.Name })
	if a.now.host != 0 || a.user.name != 0 || a.many(d.now) {
		p.Places = append(p.Places, d.place(n, a))
	}
	return p
}

// AboutPerson returns what is known of the person of an account, or of a
// declared person; nil when nothing is.
func (d *Directory) AboutPerson(name string) *Portrait {
	n := d.names.Find(name)
	if n == 0 || d.accts.Get(n) == nil {
		n = d.names.Find(footfall.Canonical(footfall.Account{Name: name}, true))
	}
	if d.context != nil {
		for _, a := range sortedPeople(d.context.People, name) {
			if m := d.names.Find(a); m != 0 && d.accts.Get(m) != nil {
				n = m
				break
			}
		}
	}
	if n == 0 || d.accts.Get(n) == nil {
		return nil
	}
	main := d.Main(n)
	a := d.account(main)
	p := &Portrait{Name: d.personName(main), Shown: d.names.String(a.shown), Desk: d.names.String(d.workstation(main))}
	p.Names = append(p.Names, Called{d.names.String(main), Proof{By: d.how(a), None: true}})
	seen := map[footfall.Name]bool{main: true}
	if g := d.groups.Get(main); g != nil {
		for _, o := range g.list {
			if o != 0 && !seen[o] && d.Main(o) == main {
				seen[o] = true
				p.Names = append(p.Names, Called{d.names.String(o), d.account(o).proof})
			}
		}
	}
	if d.context != nil {
		for _, s := range sortedPeople(d.context.People, p.Name) {
			if o := d.names.Find(s); o != 0 && !seen[o] && d.accts.Get(o) != nil {
				seen[o] = true
				p.Names = append(p.Names, Called{s, Proof{By: ByContext, None: true}})
			}
		}
	}
	p.Places = d.ended(func(v *Place) bool { o := d.names.Find(v.User); return o != 0 && seen[o] })
	for _, c := range p.Names {
		o := d.names.Find(c.Name)
		if b := d.account(o); b.inner != 0 {
			if v := d.addrs.Get(b.inner); v != nil && v.user.name == o {
				p.Places = append(p.Places, d.place(b.inner, v))
			}
		}
	}
	return p
}

func (d *Directory) how(a *account) Evidence {
	switch {
	case a.person != 0:
		return ByContext
	case a.listed:
		return ByDirectory
	}
	return ByOwnLog
}

func (d *Directory) personName(acct footfall.Name) string {
	if p := d.Person(acct); p != 0 {
		return d.names.String(p)
	}
	return d.names.String(acct)
}

func (d *Directory) place(n footfall.Name, a *address) Place {
	p := Place{Addr: d.names.String(n), Host: d.names.String(a.now.host), User: d.names.String(a.user.name), From: a.now.proof.Since, Proof: a.now.proof}
	if a.now.host == 0 && a.user.name != 0 {
		p.From, p.Proof = a.user.proof.Since, a.user.proof
	}
	if a.now.until != 0 && a.now.until < d.now {
		p.Until = a.now.until
	}
	if a.many(d.now) {
		switch a.shared {
		case declared:
			p.Shared = "declared to stand for many"
		case sharedHost:
			p.Shared = "several hosts were seen behind it at the same time"
		case sharedUser:
			p.Shared = "several persons came from it at the same time"
		}
		p.From, p.Proof = a.mark.Since, a.mark
	}
	return p
}

// ended returns the ended intervals that fit, the newest of them.
func (d *Directory) ended(fits func(*Place) bool) []Place {
	if d.watch == nil {
		return nil
	}
	var out []Place
	for i := range d.watch.ended {
		if fits(&d.watch.ended[i]) {
			out = append(out, d.watch.ended[i])
		}
	}
	if len(out) > maxWatched {
		out = out[len(out)-maxWatched:]
	}
	return out
}

// sortedPeople returns the accounts that are declared to be a person's.
func sortedPeople(people map[string]string, name string) []string {
	var out []string
	for _, a := range slices.Sorted(maps.Keys(people)) {
		if people[a] == name {
			out = append(out, a)
		}
	}
	return out
}

// Refs are the records that a portrait rests on.
func (p *Portrait) Refs() []footfall.Ref {
	var out []footfall.Ref
	add := func(q Proof) {
		if !q.None && q.Times > 0 {
			out = append(out, q.First, q.Latest)
		}
	}
	add(p.KindProof)
	add(p.Whose)
	for _, c := range slices.Concat(p.Names, p.Users) {
		add(c.Proof)
	}
	for _, v := range p.Places {
		add(v.Proof)
	}
	return out
}
