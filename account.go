package footfall

import "strings"

// Canonical spells an account so that equal ones are equal strings: lower
// case for Windows and domain accounts, whose names ignore case, as
// "domain\name" with the domain's first label only; user@realm the same way;
// names of other systems as they are.
func Canonical(a Account, windows bool) string {
	name, domain := a.Name, a.Domain
	if name == "-" {
		name = ""
	}
	if domain == "-" {
		domain = ""
	}
	if !windows {
		if domain == "" {
			return name
		}
		return domain + `\` + name
	}
	if d, n, ok := strings.Cut(name, `\`); ok && n != "" {
		domain, name = d, n
	} else if n, d, ok := strings.Cut(name, "@"); ok && n != "" && d != "" {
		name, domain = n, d
	}
	if name == "" {
		return ""
	}
	if i := strings.IndexByte(domain, '.'); i > 0 {
		domain = domain[:i]
	}
	if domain == "" {
		return strings.ToLower(name)
	}
	return strings.ToLower(domain + `\` + name)
}

// HostName spells a host so that equal ones are equal strings: lower case,
// first label, without the leading backslashes of UNC names; addresses and
// names that are none stay as they are.
func HostName(s string) string {
	s = strings.TrimLeft(s, `\`)
	if s == "" || s == "-" || s == "*" {
		return ""
	}
	if i := strings.IndexByte(s, '.'); i > 0 && !digits(s[:i]) {
		s = s[:i]
	}
	return strings.ToLower(strings.TrimSuffix(s, "$"))
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// SystemSID reports whether a SID is one of the accounts under which Windows
// runs its own services: LocalSystem, LocalService, NetworkService, the
// virtual ones of window manager, font driver, services and sshd ([MS-DTYP]
// 2.4.2.4).
func SystemSID(sid string) bool {
	switch sid {
	case "S-1-5-18", "S-1-5-19", "S-1-5-20":
		return true
	}
	return strings.HasPrefix(sid, "S-1-5-90-") || strings.HasPrefix(sid, "S-1-5-96-") || strings.HasPrefix(sid, "S-1-5-80-") || strings.HasPrefix(sid, "S-1-5-111-")
}
