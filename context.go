package footfall

import (
	"net/netip"
	"time"
)

// A Context is what people declare about their networks. Every part is
// optional: what is missing makes answers unknown, not wrong.
type Context struct {
	Networks   []Network           // named networks, the most exact first
	Critical   map[string]int      // host -> tier, 0 the most critical
	Bastions   map[string]bool     // hosts that others are reached through
	Scanners   map[string]bool     // hosts and addresses that scan by trade
	Deployers  map[string]bool     // hosts and addresses that administer many others by trade
	Services   map[string]bool     // service accounts, as Canonical spells them
	People     map[string]string   // account -> person
	Expected   []Expected          // commands that are known to be legitimate
	Trusted    []netip.Prefix      // sources that count as trusted
	Limits     map[string]float64  // thresholds by name
	Zones      []Zone              // time zones of logs that name none
	Roles      map[string][]string // account -> roles
	Abuse      []Abuse             // what turned out to be abuse: baselines do not learn from it
	Suppressed []Suppression       // findings that are known and not wanted
	Alerts     *Alerts             // how many cases a day are wanted; nil when nobody said
	// Placeholders are the values of %name% in Sigma rules with the modifier
	// expand, by name without percent signs; a value may have wildcards.
	Placeholders map[string][]string
	Hosts        map[string]Host           // what is declared of a host, by its name
	HostAlias    map[string]string         // another name of a host -> its name
	HostAddr     map[string]string         // a fixed address -> the name of its host
	PersonZone   map[string]*time.Location // account -> the time zone that its person works in
	Travel       map[string][]Trip         // account -> journeys that its person announced
	Contacts     map[string]string         // account -> how its person is reached: an address, a number
	Tickets      *Tickets                  // what a service desk knows; nil when no export was given
}

// Tickets are an export of a service desk's.
type Tickets struct {
	Name        string // file that they came from
	List        []Ticket
	First, Last int64 // when the first and the last was opened, Unix nanoseconds
}

// A Ticket is a request, a change or a fault that people wrote down.
type Ticket struct {
	ID, Title     string
	State, Who    string // as the export spells them
	Text          string // all of its words, in which names are looked for
	Opened, Ended int64  // Unix nanoseconds; Ended is 0 while it is open
}

// Alerts are how many cases somebody can look at in a day.
type Alerts struct {
	All   float64 // of any kind; 0 for no bound
	Paths float64 // of paths
	Own   float64 // of paths with one person's accounts alone, beyond those
}

// What a day's budget of paths is unless the context file says how many cases
// somebody can look at: few, since nobody promised to look at any.
const (
	AlertsPaths = 1.0
	AlertsOwn   = 0.5
)

// OwnShare is the part of one number of cases that paths without a switch get
// beyond the others.
const OwnShare = 2.0 / 7

// PathBudget returns how many paths may be told in a day, and how many without a
// switch beyond those.
func (c *Context) PathBudget() (all, own float64) {
	if c.Alerts == nil {
		return AlertsPaths, AlertsOwn
	}
	return c.Alerts.Paths, c.Alerts.Own
}

// A Host is what is declared of one.
type Host struct {
	Kind  HostKind
	Owner string // the person who works on it
}

// A Trip is an announced stay in another country.
type Trip struct {
	Country string // as records and place databases spell it: ISO 3166-1 alpha-2
	From    int64  // Unix nanoseconds
	Until   int64  // Unix nanoseconds, not included
}

// Away returns the journey that an account's person announced for a time, nil
// when there is none.
func (c *Context) Away(account string, at int64) *Trip {
	for i := range c.Travel[account] {
		if t := &c.Travel[account][i]; at >= t.From && at < t.Until {
			return t
		}
	}
	return nil
}

// A Network is a range of addresses with a name.
type Network struct {
	Name   string
	Prefix netip.Prefix
	Trust  string // internal, dmz, vpn, external
	Shared bool   // NAT, proxy or VPN egress: many people behind one address
}

// A Zone is the time zone of the hosts whose logs name none: one of a name, or
// all that log under an address of a network.
type Zone struct {
	Host     string
	Prefix   netip.Prefix
	Location *time.Location
}

// An Expected is a command that is legitimate where it is said to be.
type Expected struct {
	Account, Host, Parent, Command string // Command is a prefix; an empty part fits everything
	Until                          int64  // Unix nanoseconds; 0 for ever
}

// ParseHostKind reads what HostKind's String writes; it fails on anything else.
func ParseHostKind(s string) (HostKind, error) {
	return named[HostKind]("kind of host", hostKinds[:], s)
}

// An Abuse is what turned out to be an intruder's: steps of the account, the
// host and the sources, in the time. An empty part fits everything.
type Abuse struct {
	Account, Host string
	Prefix        netip.Prefix
	From, Until   int64 // Unix nanoseconds; 0 for no bound
}

// A Suppression says which findings are known, until when and why. An empty
// part fits everything.
type Suppression struct {
	Rule, Account, Host string
	Prefix              netip.Prefix
	Until               int64 // Unix nanoseconds
	Reason              string
}

// Fits reports whether a suppression is meant for a finding.
func (s *Suppression) Fits(f *Finding) bool {
	return f.Rule.ID == s.Rule && f.Last < s.Until && s.names(f, s.Account, "account") && s.names(f, s.Host, "host") && s.source(f)
}

func (s *Suppression) names(f *Finding, name, kind string) bool {
	if name == "" {
		return true
	}
	for _, e := range f.Entities {
		if e.Kind == kind && e.Name == name {
			return true
		}
	}
	return false
}

func (s *Suppression) source(f *Finding) bool {
	if !s.Prefix.IsValid() {
		return true
	}
	for _, e := range f.Entities {
		if e.Role != RoleSource || e.Kind != "address" {
			continue
		}
		if a, err := netip.ParseAddr(e.Name); err == nil && s.Prefix.Contains(a.Unmap()) {
			return true
		}
	}
	return false
}
