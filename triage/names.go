package triage

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/footfall/footfall"
)

func isSource(e footfall.Entity) bool {
	return e.Role == footfall.RoleSource && (e.Kind == "host" || e.Kind == "address") || e.Role == footfall.RoleAddress
}

func isDestination(e footfall.Entity) bool {
	return e.Role == footfall.RoleDestination && (e.Kind == "host" || e.Kind == "address")
}

func isAccount(e footfall.Entity) bool {
	return e.Kind == "account" && (e.Role == footfall.RoleActor || e.Role == footfall.RoleTarget)
}

func isAddress(s string) bool {
	_, err := netip.ParseAddr(s)
	return err == nil
}

// SystemAccount reports whether a name is one under which Windows runs its own
// services ([MS-DTYP] 2.4.2.4). Findings carry names, not SIDs, and an analytic
// that has the SID has left such accounts out before.
func SystemAccount(name string) bool {
	domain, n, ok := strings.Cut(name, `\`)
	if !ok {
		domain, n = "", name
	}
	switch n {
	case "", "-", "system", "local service", "network service", "anonymous logon", "localsystem":
		return true
	}
	switch domain {
	case "nt authority", "window manager", "font driver host", "nt service":
		return true
	}
	return false
}

// ownMachine reports whether an account is that of the very computer on which
// a finding's things happened: its own services act under it there.
func ownMachine(name string, f *footfall.Finding) bool {
	host, ok := strings.CutSuffix(footfall.Bare(name), "$")
	return ok && slices.ContainsFunc(f.Entities, func(e footfall.Entity) bool {
		return isDestination(e) && footfall.HostName(e.Name) == footfall.HostName(host)
	})
}

// identity reports whether an end of a hop is an identity of a cloud, not a
// host: a user or a role with its account or domain, a mail address, a person's name.
func identity(name string) bool { return strings.ContainsAny(name, `\@ `) }

// cloudID reports whether a name is that of an application, a tenant or an
// account of a cloud, by the form of its id, which no host has: a UUID (RFC 9562)
// or twelve digits and more.
func cloudID(name string) bool {
	if len(name) != 36 {
		return len(name) >= 12 && strings.Trim(name, "0123456789") == ""
	}
	for i := range len(name) {
		dash := i == 8 || i == 13 || i == 18 || i == 23
		if c := name[i]; dash != (c == '-') || !dash && !(c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F') {
			return false
		}
	}
	return true
}

// commonAccount reports whether every machine may have an account of the name,
// so that it is not the same one in two places.
func commonAccount(name string) bool {
	_, n, ok := strings.Cut(name, `\`)
	if !ok {
		n = name
	}
	if ok && n != "" {
		return strings.HasSuffix(n, "$")
	}
	switch n {
	case "root", "admin", "administrator", "guest", "user", "test", "ubuntu", "debian", "centos", "ec2-user",
		"azureuser", "vagrant", "pi", "oracle", "postgres", "mysql", "git", "www-data", "nobody", "daemon",
		"backup", "deploy", "ansible", "jenkins", "nagios":
		return true
	}
	return strings.HasSuffix(n, "$")
}

// systemSession reports whether a session is one that Windows opens for itself
// at every start: the logon ids of LocalSystem, LocalService, NetworkService
// and of no session at all (LUIDs 0x3e7, 0x3e5, 0x3e4, 0x3e6 and 0).
func systemSession(id string) bool {
	_, luid, ok := strings.Cut(id, "|")
	if !ok {
		luid = id
	}
	switch strings.ToLower(luid) {
	case "", "0", "0x0", "0x3e4", "0x3e5", "0x3e6", "0x3e7", "-":
		return true
	}
	return false
}

// sharedAddress reports whether many people stand behind an address.
func sharedAddress(s string, ctx *footfall.Context) bool {
	a, err := netip.ParseAddr(s)
	if err != nil {
		return false
	}
	for _, n := range ctx.Networks {
		if n.Prefix.Contains(a) {
			return n.Shared
		}
	}
	return false
}

// trusted reports whether an address is declared trusted.
func trusted(s string, ctx *footfall.Context) bool {
	a, err := netip.ParseAddr(s)
	if err != nil {
		return false
	}
	for _, p := range ctx.Trusted {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// external reports whether an address is outside: neither of a private or
// shared range (RFC 1918, 4193, 6598) nor of a declared network of trust.
func external(s string, ctx *footfall.Context) bool {
	a, err := netip.ParseAddr(s)
	if err != nil {
		return false
	}
	a = a.Unmap()
	if !a.IsGlobalUnicast() || a.IsPrivate() || netip.MustParsePrefix("100.64.0.0/10").Contains(a) {
		return false
	}
	for _, n := range ctx.Networks {
		if n.Prefix.Contains(a) {
			return n.Trust == "external"
		}
	}
	return true
}

// ownAddress reports whether an address is of no other machine: loopback or none.
func ownAddress(s string) bool {
	a, err := netip.ParseAddr(s)
	return err == nil && (a.IsLoopback() || a.IsUnspecified())
}
