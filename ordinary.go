package footfall

import "strings"

// ordinaryDays is on how many earlier days the same work from the same source
// makes it an account's own.
const ordinaryDays = 3

// burst is the probability, by the account's own days, below which the hosts
// that it works on in a day are more than its work.
const burst = 0.001

// Ordinary reports on how many earlier days an account did the same, and
// whether that makes it ordinary: administrators work with the tools of
// intruders, but from their own machines, day after day, on about as many
// hosts. It must have been from the same source, or from any while this one is
// where the account usually comes from. What is done from a source that is new
// for it never is, nor is a day on which far more hosts are worked on. what
// names the work, as a rule's id does. The step that is being observed is
// learned from.
func (e *Env) Ordinary(account, what, source, host Name) (days int, ok bool) {
	if account == 0 || source == 0 || e.Past == nil {
		return 0, false
	}
	here, anywhere := e.Past.Tally(TraitWork, account, what, source, 0), e.Past.Tally(TraitWork, account, what, 0, 0)
	today := e.Past.Habit(TraitWorkHost, account)
	e.Past.Teach(TraitWork, account, what, source, 0)
	e.Past.Teach(TraitWork, account, what, 0, 0)
	if host != 0 {
		e.Past.Teach(TraitWorkHost, account, what, host, 0)
	}
	days = here.Days
	if own := e.Past.Tally(TraitSource, account, source, 0, 0); own.Days >= ordinaryDays {
		days = anywhere.Days
	}
	if days < ordinaryDays {
		return days, false
	}
	return days, e.Past.Tail(TraitWorkHost, account, today.Today+1) > burst
}

// Own reports whether a source is one that an account works from: its person's
// host or inner address, or where it came from on three earlier days.
func (e *Env) Own(account, source Name) bool {
	if account == 0 || source == 0 {
		return false
	}
	if e.Past != nil {
		if t := e.Past.Tally(TraitSource, account, source, 0, 0); t.Days >= ordinaryDays {
			return true
		}
	}
	return e.Same(account, e.Behind(source))
}

// Behind returns whose machine a source is, or who was given it as an inner
// address: the main account of the person, 0 when that is not known.
func (e *Env) Behind(source Name) Name {
	if source == 0 {
		return 0
	}
	if e.UserAt != nil {
		if a := e.UserAt(source); a != 0 {
			return a
		}
	}
	if e.Owner == nil {
		return 0
	}
	return e.Owner(e.at(source))
}

// at is the host that an address belongs to, else the name itself.
func (e *Env) at(source Name) Name {
	if e.HostAt != nil {
		if h := e.HostAt(source); h != 0 {
			return h
		}
	}
	return source
}

// Same reports whether two accounts are one or of one person.
func (e *Env) Same(a, b Name) bool {
	if a == 0 || b == 0 || a == b {
		return a != 0 && a == b
	}
	if e.Person == nil {
		return false
	}
	p := e.Person(a)
	return p != 0 && p == e.Person(b)
}

// Doer is whose habit tells whether what an account does is ordinary: its own,
// but for an account of the host itself, which is another on each host, that of
// the source.
func (e *Env) Doer(account, source, host Name) Name {
	domain, _, ok := strings.Cut(e.Names.String(account), `\`)
	if ok && host != 0 && source != 0 && domain == e.Names.String(host) {
		return source
	}
	return account
}

// Expects reports whether an account's declared roles are to administer hosts
// or to help their users, and the source is one that it works from, or a host
// that it worked on before: what it does there with the means of administration
// was to be expected.
func (e *Env) Expects(account, source Name) bool {
	_, administers, _ := e.Context.Role(e.Names.String(account))
	return administers && (e.Own(account, source) || e.worked(account, source))
}

// worked reports whether an account was on the host of a source on an earlier day.
func (e *Env) worked(account, source Name) bool {
	if e.Past == nil || source == 0 {
		return false
	}
	t := e.Past.Tally(TraitHost, account, e.at(source), 0, 0)
	return t.Days > 0
}

// Knows reports whether, where enough days were seen, a way is not all new to
// an account: on earlier days it came from the source, was on the source's host
// or came to the host, or its peers did so there for days.
func (e *Env) Knows(account, source, host Name) bool {
	if e.Past == nil || account == 0 {
		return false
	}
	if _, days := e.Past.Span(); days < EnoughDays {
		return false
	}
	from, to := e.Past.Tally(TraitSource, account, source, 0, 0), e.Past.Tally(TraitHost, account, host, 0, 0)
	if from.Days > 0 || to.Days > 0 || e.worked(account, source) {
		return true
	}
	group, _ := e.Past.Peers(account)
	if group == 0 {
		return false
	}
	to = e.Past.Tally(TraitPeerHost, group, host, 0, 0)
	return to.Days >= ordinaryDays
}

// Explained is what a finding weighs for which a harmless explanation was found
// in what is known of the account: it is no sign that adds to others.
const Explained = 0.4

// Role tells what the declared roles of an account say: whether it has any, and
// whether one of them is to administer.
func (c *Context) Role(account string) (declared, administers bool, roles string) {
	if c == nil {
		return false, false, ""
	}
	list := c.Roles[account]
	if len(list) == 0 {
		list = c.Roles[Bare(account)]
	}
	for _, r := range list {
		r = strings.ToLower(r)
		for _, word := range [...]string{"admin", "operat", "root", "sre", "helpdesk", "help desk", "on-call", "identity"} {
			administers = administers || strings.Contains(r, word)
		}
	}
	return len(list) > 0, administers, strings.Join(list, ", ")
}
