package footfall

import (
	"net/netip"
	"strconv"
	"time"
)

// A Trait is something that is counted of an owner, in days: the hosts that an
// account logs on to, the accounts that come to a host.
type Trait uint8

const (
	TraitUnknown     Trait = iota
	TraitLogon             // owner account: its logons as such; no item
	TraitSource            // owner account, item source: where it logs on from
	TraitHost              // owner account, item host: what it logs on to
	TraitService           // owner account, item service (ServiceName)
	TraitEdge              // owner account, items source, host and service
	TraitHour              // owner account, item hour of the week in the account's zone (HourName)
	TraitCountry           // owner account, item country of the address
	TraitNetwork           // owner account, item network of the address: /24, /48
	TraitAS                // owner account, item autonomous system of the address
	TraitDevice            // owner account, item the client's own name for itself
	TraitTool              // owner account, item program or operation that it runs remotely
	TraitVisitor           // owner host, item account: who logs on to it
	TraitCaller            // owner host, items source and service: what reaches it, whoever it is
	TraitReach             // owner source, items host and service: what it reaches, whoever it is
	TraitUser              // owner source, item account: who comes from it
	TraitFlow              // owner source, items destination and port: connections that sensors saw
	TraitFailure           // owner source, item account: logons that failed
	TraitHit               // owner host, items rule and program: what rules hit on there
	TraitWork              // owner account, items what analytics call it and source: work that looks like an intruder's; see Env.Ordinary
	TraitWorkHost          // owner account, items what and host
	TraitPeerHost          // owner group of peers, item host
	TraitAnyHost           // owner nobody, item host: over all accounts
	TraitAnySource         // owner nobody, item source
	TraitUse               // owner source, item service: what it uses in connections that sensors saw, whatever the host
	TraitHandHost          // owner person, item host: where the hand was that was behind a logon, whatever the account
	TraitHandAccount       // owner person, item account: what the hand used
	TraitHandRoot          // owner account, item host: where its own hand began, nobody having been seen to come there
	traitEnd
)

// Traits is how many traits there are.
const Traits = int(traitEnd)

// A Tally is on how many days something was seen, up to now and not beyond.
type Tally struct {
	First int64   // start of the first day, Unix nanoseconds; 0 when it was never seen
	Last  int64   // start of the last day
	Days  int     // days before the current one
	Fresh float64 // the same, each day weighing half as much after 30 days
	Today bool    // it was seen on the current day already
}

// Known reports whether it was ever seen before now.
func (t *Tally) Known() bool { return t.First != 0 }

// A Habit is what is known of an owner's items of one trait together, up to
// now and not beyond.
type Habit struct {
	First int64   // start of the first day of the owner, Unix nanoseconds; 0 when it was never seen
	Days  int     // days before the current one on which it had any item
	Items int     // different items
	Once  int     // of these, items seen on one day alone
	Sum   int     // days over all items: 3 items on 4 days each are 12
	Today int     // different items on the current day so far
	New   int     // of these, items never seen before that day
	Times int     // times on the current day so far, whatever the item
	Mean  float64 // different items on a day that has any, the older half as heavy after 30 days
}

// A Past is what is usual: the learned baseline. It holds what came before the
// step that is being observed, and nothing of that step.
type Past interface {
	// Tally returns how often an owner had the item a (with b and c where the
	// trait has several).
	Tally(t Trait, owner, a, b, c Name) Tally
	// Habit returns what is known of an owner's items of a trait.
	Habit(t Trait, owner Name) Habit
	// Tail returns the probability that an owner has at least n different items
	// of a trait on a day of this kind (working day or weekend), by its own days
	// and, while these are few, by those of all owners: a Gamma-Poisson tail.
	Tail(t Trait, owner Name, n int) float64
	// Likely returns the probability that the next day of an account on a host
	// is on this one: a Pitman-Yor estimate from its own days, backed by those
	// of its peers, of everybody, and by chance.
	Likely(account, host Name) float64
	// Peers returns the group of peers that an account is in and how many
	// accounts are: declared ones, or learned from the hosts that they share and
	// unchanged for a week. It returns 0, 0 when too few are like it.
	Peers(account Name) (group Name, members int)
	// Teach has a thing learned with the step that is being observed, after that
	// was judged.
	Teach(t Trait, owner, a, b, c Name)
	// AsOf returns the past as of an earlier time, as far as days tell: for
	// questions about a step that others have followed.
	AsOf(t int64) Past
	// Span returns the first day that anything was learned of, and on how many
	// different days; history that was loaded counts.
	Span() (first int64, days int)
}

// Enough is how much history an answer "unusual" takes unless the context file
// says otherwise: a working week.
const (
	EnoughDays  = 5
	EnoughHours = 20 // different hours of days with a logon
)

// ServiceItems are the names of services as items of traits, made once each.
type ServiceItems [256]Name

// Of returns the item of a service.
func (c *ServiceItems) Of(n *Names, s Service) Name {
	if c[s] == 0 {
		c[s] = n.Intern(s.String())
	}
	return c[s]
}

// HourOfWeek is the hour of the week of a time in a zone, 0 for Monday 00:00.
func HourOfWeek(t int64, zone *time.Location) int {
	if zone == nil || zone == time.UTC {
		const week = 7 * 24 * 3600e9
		t = (t%week + week) % week // of weeks from Thursday 00:00, as 1970-01-01 was
		return (int(t/3600e9) + 3*24) % (7 * 24)
	}
	at := time.Unix(0, t).In(zone)
	return (int(at.Weekday())+6)%7*24 + at.Hour()
}

// A HostKind is what sort of host one is, as declared or as its behaviour shows.
type HostKind uint8

const (
	HostUnknown HostKind = iota
	HostWorkstation
	HostServer
	HostBastion        // others are reached through it
	HostTerminalServer // many people work on it at once
	HostController     // a domain controller: it gives Kerberos tickets
	HostNetwork        // a firewall, a switch, a VPN gateway
	hostKindEnd
)

var hostKinds = [hostKindEnd]string{"unknown", "workstation", "server", "bastion", "terminal server", "domain controller", "network device"}

func (k HostKind) String() string { return hostKinds[min(k, hostKindEnd-1)] }

// Anybody is the owner of what is counted over all accounts: items of
// TraitAnyHost, TraitAnySource, TraitCountry, TraitNetwork and TraitAS.
const Anybody = "(anybody)"

// NetworkItem is the item of TraitNetwork for an address: its /24, of IPv6 its
// /48; "" for what is no address.
func NetworkItem(addr string) string {
	a, err := netip.ParseAddr(addr)
	if err != nil {
		return ""
	}
	bits := 24
	if a = a.Unmap().WithZone(""); a.Is6() {
		bits = 48
	}
	p, err := a.Prefix(bits)
	if err != nil {
		return ""
	}
	return p.String()
}

// ASItem is the item of TraitAS for a number.
func ASItem(as uint32) string { return "AS" + strconv.FormatUint(uint64(as), 10) }

// HourName is the item of TraitHour for an hour of the week: "Mon 08".
func HourName(hour int) string {
	hour = (hour%168 + 168) % 168
	return hourNames[hour]
}

var hourNames = func() (names [168]string) {
	for i := range names {
		names[i] = [...]string{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"}[i/24] + " " + string([]byte{'0' + byte(i%24/10), '0' + byte(i%24%10)})
	}
	return names
}()
