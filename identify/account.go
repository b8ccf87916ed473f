package identify

import (
	"strings"

	"github.com/footfall/footfall"
)

// An account is what is known of one.
type account struct {
	main    footfall.Name // the account that stands for its person; 0 when it is that itself
	proof   Proof         // of main
	person  footfall.Name // declared name
	stem    footfall.Name // the host that it would be of: the name without domain and "$"
	local   footfall.Name // the name without domain, in lower case
	domain  footfall.Name // its domain: a Windows domain's label, a realm
	sid     footfall.Name
	shown   footfall.Name // name that a directory shows
	desk    footfall.Name // the workstation that is its own
	atDesk  uint16        // days that this rests on
	inner   footfall.Name // the address that a VPN gave it last
	outer   footfall.Name // and where it came from then
	gen     uint32        // of Directory, when a link was looked for last
	made    int64         // when it was seen being made
	used    int32         // last day that it was used
	days    uint16        // days that it was used
	asked   bool
	machine bool
	real    bool // it logged on, or a directory lists it
	listed  bool // a directory lists it
	kind    accountKind
	with    [3]companion
}

// An accountKind says what sort of account one is, by its name and domain.
type accountKind uint8

const (
	ordinary   accountKind = iota
	impersonal             // root, Administrator: a name that every host has
	service                // a program's
	ofHost                 // a host's own, not a domain's
)

// A companion is whose session or workstation an account was used from, and on
// how many days.
type companion struct {
	name  footfall.Name
	days  uint16
	last  int32
	first footfall.Ref
	since int64
}

// A local is the accounts that share a name without domain.
type local struct {
	name  footfall.Name // the account of the highest rank
	other footfall.Name // another one of the same rank
	rank  uint8
	many  bool // there are more
}

// A group is the further accounts of a person.
type group struct {
	list [10]footfall.Name
}

// Ranks of accounts that share a name: what a Unix host calls jdoe is the
// domain's jdoe, and so is the realm's.
const (
	rankBare = iota + 1
	rankRealm
	rankDomain
)

// newAccount is how long an account that was seen being made is not taken for
// anybody's by its name alone: intruders name accounts like people's.
const newAccount = 14 * day

// Machine reports whether an account is shown to be a computer's own: its name
// is that of a host that writes logs, with "$", or the computer's own system
// account wrote under it. A trailing "$" alone shows nothing.
func (d *Directory) Machine(acct footfall.Name) bool {
	if acct == 0 {
		return false
	}
	return d.isMachine(d.account(acct))
}

func (d *Directory) isMachine(a *account) bool {
	if a.machine {
		return true
	}
	if a.stem != 0 {
		if h := d.hosts.Get(a.stem); h != nil && h.wrote {
			a.machine = true
		}
	}
	return a.machine
}

// Person returns whose account it is now: the declared name, else the main
// account of the same person; 0 when it is nobody's or that is not known.
func (d *Directory) Person(acct footfall.Name) footfall.Name {
	if acct == 0 {
		return 0
	}
	a := d.account(acct)
	if a.person != 0 {
		return a.person
	}
	main := d.mainOf(acct, a)
	if main != acct {
		m := d.account(main)
		if m.person != 0 {
			return m.person
		}
		a = m
	}
	if a.kind == impersonal || a.kind == service || a.stem != 0 {
		return 0
	}
	return main
}

// Main returns the account that stands for the person of an account: itself
// when no other is known.
func (d *Directory) Main(acct footfall.Name) footfall.Name {
	if acct == 0 {
		return 0
	}
	return d.mainOf(acct, d.account(acct))
}

// worker returns the main account of a person, 0 for accounts that are nobody's.
func (d *Directory) worker(acct footfall.Name) footfall.Name {
	a := d.account(acct)
	if a.kind == impersonal || a.kind == service || a.stem != 0 { // a computer, shown or not, works on no other
		return 0
	}
	return d.mainOf(acct, a)
}

// mainOf follows the links of an account. They are few: each leads to an
// account of a higher rank or of a stronger proof.
func (d *Directory) mainOf(acct footfall.Name, a *account) footfall.Name {
	for range 4 {
		if a.main == 0 && a.gen != d.gen {
			d.link(acct, a)
		}
		if a.main == 0 || a.main == acct {
			return acct
		}
		acct, a = a.main, d.account(a.main)
	}
	return acct
}

// account returns what is known of an account.
func (d *Directory) account(acct footfall.Name) *account {
	a, isNew := d.accts.Put(acct)
	if !isNew && a.asked {
		return a
	}
	a.asked = true
	s := d.names.String(acct)
	if d.context != nil {
		a.person = d.names.Intern(d.context.People[s])
	}
	a.stem = d.stem(acct)
	name, domain := split(s)
	a.local, a.domain = d.names.Intern(strings.ToLower(name)), d.names.Intern(domain)
	switch {
	case common(d.names.String(a.local)):
		a.kind = impersonal
	case d.context != nil && d.context.Services[s], program(d.names.String(a.local)):
		a.kind = service
	case a.domain != 0 && d.hosts.Get(a.domain) != nil:
		a.kind = ofHost
	}
	return a
}

// split takes an account apart: domain\name, name@realm or name.
func split(s string) (name, domain string) {
	if i := strings.IndexByte(s, '\\'); i >= 0 {
		if strings.IndexByte(s[i+1:], '@') > 0 { // a cloud's tenant before an address
			return split(s[i+1:])
		}
		return s[i+1:], s[:i]
	}
	if i := strings.LastIndexByte(s, '@'); i > 0 {
		return s[:i], s[i+1:]
	}
	return s, ""
}

// stem returns the host that a computer account would be of, 0 when the name
// is not like one.
func (d *Directory) stem(acct footfall.Name) footfall.Name {
	s := d.names.String(acct)
	if len(s) < 2 || s[len(s)-1] != '$' {
		return 0
	}
	return d.names.Intern(strings.ToLower(s[strings.LastIndexByte(s, '\\')+1 : len(s)-1]))
}

// domainOf returns the domain of an account, by its one name.
func (d *Directory) domainOf(acct footfall.Name) footfall.Name {
	return d.oneDomain(d.account(acct).domain)
}

// oneDomain returns the one name of a domain that is known under several.
func (d *Directory) oneDomain(n footfall.Name) footfall.Name {
	if k := d.domains.Get(n); k != nil {
		return k.name
	}
	return n
}

// common reports whether a name is one that every host has: whose it is shows
// the session, not the name.
func common(name string) bool {
	switch name {
	case "root", "toor", "administrator", "admin", "guest", "krbtgt", "defaultaccount", "wdagutilityaccount", "anonymous logon", "system",
		"local service", "network service", "nobody", "daemon", "ubuntu", "ec2-user", "centos", "debian", "fedora", "cloud-user", "opc", "azureuser",
		"vagrant", "pi", "user", "test", "unknown", "anonymous", "iusr", "sshd", "www-data", "gdm", "lightdm", "sddm", "domain admins", "administrateur", "administrador":
		return true
	}
	return strings.HasPrefix(name, "dwm-") || strings.HasPrefix(name, "umfd-") || strings.HasPrefix(name, "healthmailbox") || strings.HasPrefix(name, "msol_")
}

// program reports whether a name is one that programs' accounts go by.
func program(name string) bool {
	for _, p := range [...]string{"svc-", "svc_", "svc.", "srv-", "srv_", "service-", "service_", "sa_", "gmsa-", "gmsa_", "app-", "app_", "bot-", "bot_", "sys-", "sys_"} {
		if strings.HasPrefix(name, p) {
			return true
		}
	}
	for _, p := range [...]string{"-svc", "_svc", ".svc", "-service", "_service", "-bot", "_bot"} {
		if strings.HasSuffix(name, p) {
			return true
		}
	}
	switch name {
	case "postgres", "mysql", "oracle", "git", "jenkins", "gitlab-runner", "ansible", "deploy", "backup", "nagios", "zabbix", "puppet", "terraform", "prometheus", "tomcat", "apache", "nginx":
		return true
	}
	return false
}

// privileged returns the name of the person that an administrator's account is
// named after, "" when the name is not like one.
func privileged(name string) string {
	for _, p := range [...]string{
		"adm-", "adm_", "adm.", "admin-", "admin_", "admin.", "a-", "a_", "a.", "da-", "da_", "da.", "ea-", "ea_", "t0-", "t0_", "t1-", "t1_", "t2-", "t2_",
		"tier0-", "tier1-", "tier2-", "su-", "su_", "priv-", "priv_", "x-", "x_", "sa-", "ad-", "ad_", "wa-", "wa_", "la-", "la_",
	} {
		if v, ok := strings.CutPrefix(name, p); ok && len(v) >= 2 {
			return v
		}
	}
	for _, p := range [...]string{
		"-admin", "_admin", ".admin", "-adm", "_adm", ".adm", "-a", "_a", ".a", "-da", "_da", ".da", "-ea", "_ea", "-t0", "_t0", "-t1", "_t1", "-t2", "_t2",
		"-su", "_su", "-priv", "_priv", "-x", "_x", "-sa", "-wa", "_wa", "-la", "_la", "-ad", "_ad",
	} {
		if v, ok := strings.CutSuffix(name, p); ok && len(v) >= 2 {
			return v
		}
	}
	for _, p := range [...]string{"admin", "adm"} {
		if v, ok := strings.CutPrefix(name, p); ok && len(v) >= 3 {
			return v
		}
		if v, ok := strings.CutSuffix(name, p); ok && len(v) >= 3 {
			return v
		}
	}
	return ""
}
