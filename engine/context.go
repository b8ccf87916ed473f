package engine

import (
	"cmp"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/yaml"
)

// A ContextFile is the YAML form of what people declare. Everything is
// optional; an unknown key is an error.
type ContextFile struct {
	Version  int                `yaml:"version" doc:"version of this file's layout: 1"`
	Networks []NetworkEntry     `yaml:"networks" doc:"named ranges of addresses; the most exact one that fits an address counts"`
	Critical []CriticalEntry    `yaml:"critical" doc:"hosts that matter most, with their tier: 0 is the most critical"`
	Bastions []string           `yaml:"bastions" doc:"hosts that others are reached through"`
	Scanners []string           `yaml:"scanners" doc:"hosts and addresses that scan by trade"`
	Deploy   []string           `yaml:"deployment" doc:"hosts and addresses that administer many others by trade"`
	Service  []string           `yaml:"service_accounts" doc:"accounts that programs use, as DOMAIN\\\\name, name@domain or name"`
	Hosts    []HostEntry        `yaml:"hosts" doc:"what is known of single hosts that their behaviour need not show"`
	People   []PersonEntry      `yaml:"people" doc:"persons with the accounts that are theirs"`
	Expected []ExpectedEntry    `yaml:"expected" doc:"commands that are legitimate where they are said to be"`
	Abuse    []AbuseEntry       `yaml:"abuse" doc:"what turned out to be abuse: nothing is learned from it, and a baseline that learned from it takes that back"`
	Suppress []SuppressEntry    `yaml:"suppress" doc:"findings that are known and not wanted: each with a reason and a day on which that ends"`
	Alerts   string             `yaml:"alerts" doc:"how many cases a day are wanted, as 5/day; 5/day + 2/day gives two more to paths on which no account was changed"`
	Trusted  []string           `yaml:"trusted_sources" doc:"networks or addresses whose connections count as expected"`
	Zones    []ZoneEntry        `yaml:"zones" doc:"time zones of logs that name none, by the host that writes them; --tz is for all others"`
	Limits   map[string]float64 `yaml:"thresholds" doc:"thresholds of detections by name (docs/detections.md)"`

	Placeholders map[string][]string `yaml:"placeholders" doc:"values of %name% in Sigma rules with the modifier expand, by name without percent signs; a value may have wildcards"`
}

// A NetworkEntry is a named range of addresses.
type NetworkEntry struct {
	Name   string `yaml:"name" doc:"name"`
	CIDR   string `yaml:"cidr" doc:"range, as 10.0.0.0/8"`
	Trust  string `yaml:"trust" doc:"internal, dmz, vpn or external"`
	Shared bool   `yaml:"shared" doc:"many people stand behind one address: NAT, proxy, VPN egress"`
}

// A CriticalEntry is a host that matters.
type CriticalEntry struct {
	Host string `yaml:"host" doc:"host name"`
	Tier int    `yaml:"tier" doc:"0 the most critical, 2 the least"`
}

// A ZoneEntry is the time zone of hosts whose logs name none.
type ZoneEntry struct {
	Host string `yaml:"host" doc:"host name as its log spells it; empty when cidr is given"`
	CIDR string `yaml:"cidr" doc:"range of addresses, for devices that log under their address"`
	Zone string `yaml:"zone" doc:"name of the zone, as Europe/Berlin"`
}

// A HostEntry is what is known of a host.
type HostEntry struct {
	Host    string   `yaml:"host" doc:"host name"`
	Kind    string   `yaml:"kind" doc:"workstation, server, bastion, terminal server, domain controller or network device"`
	Owner   string   `yaml:"owner" doc:"the person who works on it, as people name them, or an account"`
	Aliases []string `yaml:"aliases" doc:"other names of it: full names, instance ids, hardware addresses"`
	Fixed   []string `yaml:"addresses" doc:"addresses that are its own for good"`
}

// A PersonEntry is a person.
type PersonEntry struct {
	Name     string       `yaml:"name" doc:"the person"`
	Accounts []string     `yaml:"accounts" doc:"accounts that are theirs"`
	Email    []string     `yaml:"email" doc:"addresses under which they sign in"`
	Roles    []string     `yaml:"roles" doc:"what they do: admin, on-call, finance"`
	Contact  string       `yaml:"contact" doc:"how they are reached when asked about a logon; without it, their first email"`
	Zone     string       `yaml:"zone" doc:"time zone that they work in, as Europe/Berlin"`
	Travel   []TravelNote `yaml:"travel" doc:"journeys that they announced"`
}

// A TravelNote is an announced journey.
type TravelNote struct {
	Country string `yaml:"country" doc:"where to, as the two letters of ISO 3166"`
	From    string `yaml:"from" doc:"first day, as 2026-11-22"`
	Until   string `yaml:"until" doc:"last day"`
}

// An ExpectedEntry is a command that is legitimate.
type ExpectedEntry struct {
	Account string `yaml:"account" doc:"whose; empty for anybody's"`
	Host    string `yaml:"host" doc:"where; empty for anywhere"`
	Parent  string `yaml:"parent" doc:"program that starts it; empty for any"`
	Command string `yaml:"command" doc:"how its command line begins"`
	Until   string `yaml:"until" doc:"date up to which it is expected, as 2026-12-31; empty for ever"`
}

// An AbuseEntry is what turned out to be abuse.
type AbuseEntry struct {
	Account string `yaml:"account" doc:"whose account was used; empty for any"`
	Host    string `yaml:"host" doc:"host that it came from or went to; empty for any"`
	Source  string `yaml:"source" doc:"address or network that it came from; empty for any"`
	From    string `yaml:"from" doc:"when it began, as 2026-03-02 or 2026-03-02T09:00:00Z; empty for ever before"`
	Until   string `yaml:"until" doc:"when it ended; empty for not yet"`
}

// A SuppressEntry says which findings are known.
type SuppressEntry struct {
	Rule    string `yaml:"rule" doc:"id of the rule or name of the analytic, as findings name it"`
	Account string `yaml:"account" doc:"account that the finding names; empty for any"`
	Host    string `yaml:"host" doc:"host that the finding names; empty for any"`
	Source  string `yaml:"source" doc:"address or network of a source that the finding names; empty for any"`
	Until   string `yaml:"until" doc:"last day on which it holds, as 2026-12-31; it must be given"`
	Reason  string `yaml:"reason" doc:"why; it must be given, and is shown where it acted"`
}

// ReadContext reads a context file; name is for messages.
func ReadContext(name string, data []byte) (*footfall.Context, error) {
	var f ContextFile
	if err := yaml.Strict(data, &f); err != nil {
		return nil, fmt.Errorf("context file %s: %w", name, err)
	}
	c, err := f.context()
	if err != nil {
		return nil, fmt.Errorf("context file %s: %w", name, err)
	}
	return c, nil
}

func (f *ContextFile) context() (*footfall.Context, error) {
	if f.Version > 1 {
		return nil, fmt.Errorf("version: %d is newer than this program knows (1)", f.Version)
	}
	c := &footfall.Context{
		Critical: map[string]int{}, Bastions: hosts(f.Bastions), Scanners: hosts(f.Scanners), Deployers: hosts(f.Deploy),
		Services: map[string]bool{}, People: map[string]string{}, Limits: f.Limits, Roles: map[string][]string{},
		Placeholders: f.Placeholders,
	}
	for _, name := range slices.Sorted(maps.Keys(f.Placeholders)) {
		values := f.Placeholders[name]
		if name == "" || strings.Contains(name, "%") {
			return nil, fmt.Errorf("placeholders: %q is not a name without percent signs", name)
		}
		if len(values) == 0 || slices.Contains(values, "") {
			return nil, fmt.Errorf("placeholders.%s: values are missing or empty", name)
		}
	}
	for _, h := range f.Critical {
		c.Critical[footfall.HostName(h.Host)] = h.Tier
	}
	for _, a := range f.Service {
		c.Services[canonical(a)] = true
	}
	if err := f.people(c); err != nil {
		return nil, err
	}
	if err := f.hosts(c); err != nil {
		return nil, err
	}
	if err := f.networks(c); err != nil {
		return nil, err
	}
	if err := f.zones(c); err != nil {
		return nil, err
	}
	if err := f.abuse(c); err != nil {
		return nil, err
	}
	if err := f.suppressed(c); err != nil {
		return nil, err
	}
	if err := f.alerts(c); err != nil {
		return nil, err
	}
	return c, f.expected(c)
}

func (f *ContextFile) people(c *footfall.Context) error {
	c.PersonZone, c.Travel, c.Contacts = map[string]*time.Location{}, map[string][]footfall.Trip{}, map[string]string{}
	for i, p := range f.People {
		var zone *time.Location
		if p.Zone != "" {
			var err error
			if zone, err = time.LoadLocation(p.Zone); err != nil {
				return fmt.Errorf("people[%d].zone: %q is not a time zone like Europe/Berlin", i, p.Zone)
			}
		}
		trips, err := p.trips(i)
		if err != nil {
			return err
		}
		for _, a := range p.names() {
			c.People[a], c.Roles[a] = p.Name, p.Roles
			if to := p.contact(); to != "" {
				c.Contacts[a] = to
			}
			if zone != nil {
				c.PersonZone[a] = zone
			}
			if len(trips) > 0 {
				c.Travel[a] = trips
			}
		}
	}
	return nil
}

// names are the accounts of a person as steps spell them. An address is an
// account by its own spelling too: logs other than Windows' keep it whole.
func (p *PersonEntry) names() []string {
	var out []string
	for _, a := range slices.Concat(p.Accounts, p.Email) {
		out = append(out, canonical(a))
		if strings.Contains(a, "@") {
			out = append(out, a, strings.ToLower(a))
		}
	}
	return out
}

// contact is how a person is reached.
func (p *PersonEntry) contact() string {
	if p.Contact != "" || len(p.Email) == 0 {
		return p.Contact
	}
	return p.Email[0]
}

func (p *PersonEntry) trips(i int) ([]footfall.Trip, error) {
	var out []footfall.Trip
	for j, t := range p.Travel {
		from, err := time.Parse(time.DateOnly, t.From)
		if err != nil {
			return nil, fmt.Errorf("people[%d].travel[%d].from: %q is not a date like 2026-12-31", i, j, t.From)
		}
		until, err := time.Parse(time.DateOnly, t.Until)
		if err != nil || until.Before(from) {
			return nil, fmt.Errorf("people[%d].travel[%d].until: %q is not a date like 2026-12-31, or before from", i, j, t.Until)
		}
		if len(t.Country) != 2 {
			return nil, fmt.Errorf("people[%d].travel[%d].country: %q is not two letters like DE", i, j, t.Country)
		}
		out = append(out, footfall.Trip{Country: strings.ToUpper(t.Country), From: from.UnixNano(), Until: until.AddDate(0, 0, 1).UnixNano()})
	}
	return out, nil
}

func (f *ContextFile) hosts(c *footfall.Context) error {
	c.Hosts, c.HostAlias, c.HostAddr = map[string]footfall.Host{}, map[string]string{}, map[string]string{}
	for i, h := range f.Hosts {
		kind := footfall.HostUnknown
		if h.Kind != "" {
			var err error
			if kind, err = footfall.ParseHostKind(h.Kind); err != nil {
				return fmt.Errorf("hosts[%d].kind: %w", i, err)
			}
		}
		name := footfall.HostName(h.Host)
		if name == "" {
			return fmt.Errorf("hosts[%d].host is missing", i)
		}
		c.Hosts[name] = footfall.Host{Kind: kind, Owner: h.Owner}
		for _, a := range h.Aliases {
			c.HostAlias[strings.ToLower(strings.TrimSuffix(a, "."))] = name
		}
		for j, a := range h.Fixed {
			addr, err := netip.ParseAddr(a)
			if err != nil {
				return fmt.Errorf("hosts[%d].addresses[%d]: %q is not an address", i, j, a)
			}
			c.HostAddr[addr.Unmap().String()] = name
		}
	}
	return nil
}

func (f *ContextFile) zones(c *footfall.Context) error {
	for i, z := range f.Zones {
		loc, err := time.LoadLocation(z.Zone)
		if err != nil || z.Zone == "" {
			return fmt.Errorf("zones[%d].zone: %q is not a time zone like Europe/Berlin", i, z.Zone)
		}
		x := footfall.Zone{Host: footfall.HostName(z.Host), Location: loc}
		if z.CIDR != "" {
			if x.Prefix, err = prefix(z.CIDR); err != nil {
				return fmt.Errorf("zones[%d].cidr: %w", i, err)
			}
		}
		if (z.Host == "") == (z.CIDR == "") {
			return fmt.Errorf("zones[%d]: one of host and cidr must be given", i)
		}
		c.Zones = append(c.Zones, x)
	}
	return nil
}

func (f *ContextFile) networks(c *footfall.Context) error {
	for i, n := range f.Networks {
		p, err := prefix(n.CIDR)
		if err != nil {
			return fmt.Errorf("networks[%d].cidr: %w", i, err)
		}
		if !slices.Contains([]string{"", "internal", "dmz", "vpn", "external"}, n.Trust) {
			return fmt.Errorf("networks[%d].trust: %q is not internal, dmz, vpn or external", i, n.Trust)
		}
		c.Networks = append(c.Networks, footfall.Network{Name: n.Name, Prefix: p, Trust: n.Trust, Shared: n.Shared})
	}
	slices.SortStableFunc(c.Networks, func(a, b footfall.Network) int { return cmp.Compare(b.Prefix.Bits(), a.Prefix.Bits()) })
	for i, t := range f.Trusted {
		p, err := prefix(t)
		if err != nil {
			return fmt.Errorf("trusted_sources[%d]: %w", i, err)
		}
		c.Trusted = append(c.Trusted, p)
	}
	return nil
}

func (f *ContextFile) expected(c *footfall.Context) error {
	for i, e := range f.Expected {
		x := footfall.Expected{Account: canonical(e.Account), Host: footfall.HostName(e.Host), Parent: strings.ToLower(e.Parent), Command: e.Command}
		if e.Until != "" {
			t, err := time.Parse(time.DateOnly, e.Until)
			if err != nil {
				return fmt.Errorf("expected[%d].until: %q is not a date like 2026-12-31", i, e.Until)
			}
			x.Until = t.AddDate(0, 0, 1).UnixNano()
		}
		c.Expected = append(c.Expected, x)
	}
	return nil
}

func prefix(s string) (netip.Prefix, error) {
	if a, err := netip.ParseAddr(s); err == nil {
		return a.Prefix(a.BitLen())
	}
	p, err := netip.ParsePrefix(s)
	if err != nil {
		return p, fmt.Errorf("%q is neither an address nor a network", s)
	}
	return p.Masked(), nil
}

func hosts(list []string) map[string]bool {
	m := map[string]bool{}
	for _, h := range list {
		m[footfall.HostName(h)] = true
	}
	return m
}

// canonical spells a declared account as steps do. One without a domain is
// kept as it stands: it may be a Unix account.
func canonical(a string) string {
	windows := strings.ContainsAny(a, `\@`)
	return footfall.Canonical(footfall.Account{Name: a}, windows)
}
