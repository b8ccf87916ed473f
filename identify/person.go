package identify

import (
	"strings"

	"github.com/footfall/footfall"
)

// link looks for the account that stands for the person of an account which
// has no link yet.
func (d *Directory) link(acct footfall.Name, a *account) {
	a.gen = d.gen
	if a.kind == impersonal || a.kind == service || a.kind == ofHost || a.stem != 0 {
		return
	}
	if k := d.listed.Get(d.lower(acct)); k != nil && k.name != acct && !a.listed {
		d.join(acct, a, k.name, k.proof)
		return
	}
	if a.sid != 0 {
		if k := d.sids.Get(a.sid); k != nil && k.name != acct {
			p := k.proof
			p.By = BySID
			d.join(acct, a, k.name, p)
			return
		}
	}
	if main := d.sameName(acct, a); main != 0 && main != acct {
		d.join(acct, a, main, Proof{By: ByName, None: true, Since: d.now, Last: d.now})
		return
	}
	if base := privileged(d.names.String(a.local)); base != "" && (a.made == 0 || a.listed || d.now-a.made > newAccount) {
		if main := d.byName(d.names.Find(base), a.domain); main != 0 && main != acct {
			d.join(acct, a, main, Proof{By: ByName, None: true, Since: d.now, Last: d.now})
		}
	}
}

// join links an account to another one of the same person. It must not close
// a ring.
func (d *Directory) join(acct footfall.Name, a *account, main footfall.Name, p Proof) {
	to := main
	for range 8 {
		if to == acct {
			return
		}
		next := d.account(to)
		if next.main == 0 || next.main == to {
			break
		}
		to = next.main
	}
	a.main, a.proof = to, p
	g, _ := d.groups.Put(to)
	for i := range g.list {
		if g.list[i] == acct {
			return
		}
		if g.list[i] == 0 || i == len(g.list)-1 {
			g.list[i] = acct
			return
		}
	}
}

// sameName returns the account of the same name of the highest rank: in the
// same domain by another of its names, else the only one there is.
func (d *Directory) sameName(acct footfall.Name, a *account) footfall.Name {
	return d.byName(a.local, a.domain)
}

func (d *Directory) byName(name, domain footfall.Name) footfall.Name {
	if name == 0 {
		return 0
	}
	l := d.locals.Get(name)
	if l == nil || l.name == 0 {
		return 0
	}
	want := d.oneDomain(d.label(domain))
	for _, c := range [...]footfall.Name{l.name, l.other} {
		if c != 0 && want != 0 && d.oneDomain(d.label(d.account(c).domain)) == want {
			return c
		}
	}
	if l.many || l.other != 0 && d.account(l.other).main != l.name {
		return 0
	}
	// A realm's account is the domain's when only one has the name; two
	// domains' are two persons'.
	if domain != 0 && l.rank == rankDomain && !strings.Contains(d.names.String(domain), ".") {
		return 0
	}
	return l.name
}

// label returns the first label of a realm, which is how accounts of Windows
// name it.
func (d *Directory) label(domain footfall.Name) footfall.Name {
	s := d.names.String(domain)
	if i := strings.IndexByte(s, '.'); i > 0 {
		return d.names.Intern(strings.ToLower(s[:i]))
	}
	return domain
}

func (d *Directory) lower(acct footfall.Name) footfall.Name {
	s := d.names.String(acct)
	for i := range len(s) {
		if s[i]-'A' <= 'Z'-'A' {
			return d.names.Find(strings.ToLower(s))
		}
	}
	return acct
}

// exists notes that an account is real: it logged on, or a directory lists it.
func (d *Directory) exists(acct footfall.Name, a *account) {
	if a.real || a.stem != 0 {
		return
	}
	a.real = true
	if a.domain != 0 && a.kind == ordinary && d.hosts.Get(a.domain) != nil {
		a.kind = ofHost // the host was not known when the account was seen first
	}
	if a.kind != ordinary || a.local == 0 {
		return
	}
	rank := uint8(rankBare)
	switch s := d.names.String(acct); {
	case strings.IndexByte(s, '@') > 0:
		rank = rankRealm
	case strings.IndexByte(s, '\\') > 0:
		rank = rankDomain
	}
	l, _ := d.locals.Put(a.local)
	switch {
	case rank > l.rank:
		*l = local{name: acct, rank: rank}
		d.gen++
	case rank < l.rank || l.name == acct || l.other == acct:
	case l.other == 0:
		l.other = acct
		d.gen++
	default:
		l.many = true
	}
}

// meet learns from the account of a step: that it is real, and its SID.
func (d *Directory) meet(acct, sid footfall.Name, s *footfall.Step) {
	a := d.account(acct)
	d.exists(acct, a)
	if sid == 0 || a.sid == sid {
		return
	}
	text := d.names.String(sid)
	if !strings.HasPrefix(text, "S-1-5-21-") && !strings.HasPrefix(text, "S-1-12-1-") {
		return // a uid is the same on many hosts
	}
	a.sid = sid
	k, isNew := d.sids.Put(sid)
	if isNew {
		k.name = acct
		k.proof.saw(BySID, s)
	} else if k.name != acct && a.main == 0 {
		p := k.proof
		p.saw(BySID, s)
		d.join(acct, a, k.name, p)
	}
	d.domainIs(a.domain, text, s)
}

// domainIs learns that two names are one domain's from the SID that accounts
// of both begin with.
func (d *Directory) domainIs(domain footfall.Name, sid string, s *footfall.Step) {
	i := strings.LastIndexByte(sid, '-')
	label := d.label(domain)
	if i < len("S-1-5-21-") || label == 0 || d.hosts.Get(label) != nil {
		return
	}
	k, isNew := d.domains.Put(d.names.Intern(sid[:i]))
	if isNew {
		k.name = label
		k.proof.saw(BySID, s)
		return
	}
	if k.name == label || d.oneDomain(label) == k.name {
		return
	}
	main := k.name
	other, _ := d.domains.Put(label)
	other.name = main
	other.proof.saw(BySID, s)
	d.gen++
}

// use learns whose account it is from whose session or workstation it was used
// from: one person's, day after day, and hardly anybody else's.
func (d *Directory) use(acct, by footfall.Name, s *footfall.Step) {
	a := d.account(acct)
	if a.kind == impersonal || a.stem != 0 || a.main != 0 && a.proof.By != ByUse {
		return
	}
	today := int32(s.Time / day)
	if a.used != today {
		if a.used != 0 && today-a.used > int32(epochs/day) {
			a.days, a.with = 0, [3]companion{}
		}
		a.used, a.days = today, a.days+1
	}
	who := footfall.Name(0)
	if by != 0 && by != acct {
		who = d.worker(by)
	}
	if who == acct {
		return
	}
	if c := a.companion(who); c != nil && c.last != today {
		if c.name != who {
			*c = companion{name: who, first: s.Ref, since: s.Time}
		}
		c.days, c.last = c.days+1, today
	}
	d.settle(acct, a, s)
}

func (a *account) companion(who footfall.Name) *companion {
	if who == 0 {
		return nil
	}
	var least *companion
	for i := range a.with {
		c := &a.with[i]
		if c.name == who || c.name == 0 {
			return c
		}
		if least == nil || c.days < least.days {
			least = c
		}
	}
	if least.days > 1 {
		return nil
	}
	return least
}

// settle links an account to the person from whose session it is used, or
// takes such a link back.
func (d *Directory) settle(acct footfall.Name, a *account, s *footfall.Step) {
	var top *companion
	sum := 0
	for i := range a.with {
		c := &a.with[i]
		if c.name != 0 && (top == nil || c.days > top.days) {
			top = c
		}
		sum += int(c.days)
	}
	// One that several persons use on the same days is none of theirs.
	good := top != nil && top.days >= ownerDays && int(top.days)*100 >= max(int(a.days), sum)*worksShare
	switch {
	case good && a.main == 0 && a.desk == 0:
		d.join(acct, a, top.name, Proof{By: ByUse, Since: top.since, Last: s.Time, First: top.first, Latest: s.Ref, Times: uint32(top.days)})
	case good && a.main != 0:
		a.proof.Last, a.proof.Latest, a.proof.Times = s.Time, s.Ref, uint32(top.days)
	case !good && a.main != 0 && a.proof.By == ByUse:
		a.main, a.proof = 0, Proof{}
	}
}
