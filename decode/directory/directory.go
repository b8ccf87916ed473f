// Package directory reads what was exported of Active Directory: LDIF, SharpHound's
// JSON, Get-ADUser's and Get-ADComputer's CSV. In goes an entry, out comes an event
// of KindEntry without a time. User is the entry's account (domain as of DNS, SID);
// Object is its kind and DN, To.Host a computer's DNS name, Client a computer's
// operating system or a person's name, Reason says disabled, Elevated is adminCount
// or a group of administrators. A membership is an event of its own (User is the
// member, Target the group, Object "member" and the group's DN), and so is another
// name of an account: its UPN or mail address is Target, Object "alias" and the DN.
package directory

import (
	"strings"

	"github.com/footfall/footfall"
)

var source = footfall.Log{Product: "windows", Services: []string{"directory"}}

// An entry is what an export says of one object.
type entry struct {
	kind    string // user, computer, group, domain; "" for others
	dn      string
	account footfall.Account
	host    string
	system  string // operating system
	person  string // display name
	primary string // RID of the primary group
	upn     string
	mail    string
	admin   bool
	off     bool
}

// fill gives e the meaning of an entry.
func (x *entry) fill(b *footfall.Batch, e *footfall.Event) {
	e.Kind, e.User = footfall.KindEntry, x.account
	if x.account.Domain == "" {
		e.User.Domain = domainOf(b, x.dn)
	}
	e.Object = join(b, x.kind, x.dn)
	switch x.kind {
	case "computer":
		e.To.Host, e.Client = x.host, x.system
	default:
		e.Client = x.person
	}
	if x.off {
		e.Reason = footfall.ReasonDisabled
	}
	e.Elevated = x.admin || adminRID(x.primary)
}

// member adds the event of a membership.
func member(b *footfall.Batch, log footfall.LogID, who, group footfall.Account, dn string) *footfall.Event {
	e := b.New()
	e.Log, e.Kind, e.User, e.Target = log, footfall.KindEntry, who, group
	e.Object = join(b, "member", dn)
	e.Elevated = adminGroup(group.Name) || adminSID(group.SID)
	return e
}

// aliases adds an event for each other name that an account has.
func (x *entry) aliases(b *footfall.Batch, log footfall.LogID, who footfall.Account, placed func(*footfall.Event)) {
	if x.kind == "computer" || x.kind == "group" || who.Name == "" {
		return
	}
	for i, name := range [...]string{x.upn, x.mail} {
		if strings.IndexByte(name, '@') <= 0 || i == 1 && strings.EqualFold(name, x.upn) {
			continue
		}
		e := b.New()
		e.Log, e.Kind, e.User, e.Target = log, footfall.KindEntry, who, footfall.Account{Name: name}
		e.Object = join(b, "alias", x.dn)
		if placed != nil {
			placed(e)
		}
	}
}

// adminGroup reports whether a group's members rule hosts or the domain.
func adminGroup(name string) bool {
	name, _, _ = strings.Cut(name, "@")
	for _, g := range [...]string{"Domain Admins", "Enterprise Admins", "Schema Admins", "Administrators", "Account Operators", "Server Operators", "Backup Operators", "Group Policy Creator Owners"} {
		if strings.EqualFold(g, name) {
			return true
		}
	}
	return false
}

// adminRID reports whether the last part of a SID is that of Domain Admins, Schema
// Admins, Enterprise Admins or Administrators.
func adminRID(rid string) bool {
	return rid == "512" || rid == "518" || rid == "519" || rid == "544"
}

func adminSID(sid string) bool {
	i := strings.LastIndexByte(sid, '-')
	return i > 0 && adminRID(sid[i+1:])
}

// join returns "KIND DN".
func join(b *footfall.Batch, kind, dn string) string {
	if kind == "" {
		return dn
	}
	out := append(b.Grow(len(kind)+1+len(dn)), kind...)
	if dn != "" {
		out = append(append(out, ' '), dn...)
	}
	return b.Kept(out)
}

// domainOf returns the DNS name that the DC parts at the end of a DN make.
func domainOf(b *footfall.Batch, dn string) string {
	out := b.Grow(len(dn))
	for i := 0; i < len(dn); {
		end := comma(dn[i:]) + i
		if part := strings.TrimSpace(dn[i:end]); len(part) > 3 && strings.EqualFold(part[:3], "DC=") {
			if len(out) > 0 {
				out = append(out, '.')
			}
			out = append(out, part[3:]...)
		}
		i = end + 1
	}
	return b.Kept(out)
}

// first returns the value of a DN's first part: a group's name. Backslashes before
// commas stay.
func first(dn string) string {
	part := dn[:comma(dn)]
	_, v, _ := strings.Cut(part, "=")
	return v
}

// comma returns where the first comma stands that parts a DN (RFC 4514), or its length.
func comma(dn string) int {
	for i := 0; i < len(dn); i++ {
		switch dn[i] {
		case '\\':
			i++
		case ',':
			return i
		}
	}
	return len(dn)
}
