package identify

import (
	"maps"
	"slices"
	"strings"

	"github.com/footfall/footfall"
)

// An Entry is what a directory lists. It has no time and holds for the whole
// run: entries are given before the first step.
type Entry struct {
	Kind    EntryKind
	Account footfall.Name
	SID     footfall.Name
	Other   footfall.Name // another name of the account: UPN, mail address
	Host    footfall.Name // name of a computer
	Sort    footfall.HostKind
	Shown   footfall.Name // name that people know the account's person by
	Ref     footfall.Ref
}

// An EntryKind is what an entry is about.
type EntryKind uint8

const (
	EntryUser EntryKind = iota + 1
	EntryComputer
	EntryAlias // another name of an account
)

// Enter takes an entry of a directory.
func (d *Directory) Enter(e *Entry) {
	s := &footfall.Step{Ref: e.Ref}
	switch e.Kind {
	case EntryUser:
		if e.Account == 0 {
			return
		}
		a := d.account(e.Account)
		if e.Shown != 0 {
			a.shown = e.Shown
		}
		d.meet(e.Account, e.SID, s)
		a.listed = true
	case EntryAlias:
		if e.Account == 0 || e.Other == 0 || e.Other == e.Account {
			return
		}
		other := d.names.String(e.Other)
		for _, n := range [...]footfall.Name{
			e.Other, d.names.Intern(strings.ToLower(other)), d.names.Intern(footfall.Canonical(footfall.Account{Name: other}, true)),
		} {
			if n == e.Account {
				continue
			}
			k, isNew := d.listed.Put(n)
			if isNew {
				k.name = e.Account
				k.proof.saw(ByDirectory, s)
			}
		}
		d.gen++
	case EntryComputer:
		if e.Host == 0 {
			return
		}
		h, _ := d.hosts.Put(e.Host)
		if e.Sort != footfall.HostUnknown && h.proof.By < ByDirectory {
			h.kind, h.proof = e.Sort, Proof{}
			h.proof.saw(ByDirectory, s)
		}
	}
}

// declare takes what the context file says.
func (d *Directory) declare(c *footfall.Context) {
	for _, name := range slices.Sorted(maps.Keys(c.Hosts)) {
		host := c.Hosts[name]
		h, _ := d.hosts.Put(d.names.Intern(name))
		if host.Kind != footfall.HostUnknown {
			h.kind, h.proof = host.Kind, Proof{By: ByContext, None: true}
		}
		if host.Owner != "" {
			h.owner, h.whose = d.ownerOf(c, host.Owner), Proof{By: ByContext, None: true}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.Bastions)) {
		if h, _ := d.hosts.Put(d.names.Intern(name)); h.proof.By != ByContext {
			h.kind, h.proof = footfall.HostBastion, Proof{By: ByContext, None: true}
		}
	}
	for _, addr := range slices.Sorted(maps.Keys(c.HostAddr)) {
		n, name := d.names.Intern(addr), d.names.Intern(c.HostAddr[addr])
		d.address(n).now = binding{host: name, proof: Proof{By: ByContext, None: true}}
		d.at(name, n, 0)
	}
	for _, other := range slices.Sorted(maps.Keys(c.HostAlias)) {
		name := c.HostAlias[other]
		if mac := hardware(other); mac != "" {
			other = mac
		}
		d.call(d.names.Intern(other), d.names.Intern(name), ByContext, nil)
	}
}

// ownerOf returns the account that stands for a declared owner: that of the
// name itself, or the first of the person's accounts in their order.
func (d *Directory) ownerOf(c *footfall.Context, owner string) footfall.Name {
	first := ""
	for a, person := range c.People {
		if person == owner && (first == "" || a < first) {
			first = a
		}
	}
	if first == "" {
		first = owner
	}
	return d.names.Intern(first)
}

// SortOf is the kind of host that an operating system's name and a computer's
// place in the directory show.
func SortOf(system, dn string) footfall.HostKind {
	system = strings.ToLower(system)
	switch {
	case strings.Contains(strings.ToLower(dn), "ou=domain controllers,"):
		return footfall.HostController
	case strings.Contains(system, "server"):
		return footfall.HostServer
	case strings.HasPrefix(system, "windows"), strings.HasPrefix(system, "mac"):
		return footfall.HostWorkstation
	}
	return footfall.HostUnknown
}
