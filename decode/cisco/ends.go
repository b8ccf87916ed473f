package cisco

import (
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/hostport"
)

// end reads one end of a connection in the forms that messages have:
// ADDR, ADDR/PORT, IF:ADDR/PORT, IF/ADDR(PORT), ADDR(PORT), each with a user
// in parentheses behind it when the firewall knows one. ok is false when the
// word is none of these.
func end(s string) (e footfall.Endpoint, user string, ok bool) {
	s = strings.TrimRight(s, ",;.")
	if strings.HasSuffix(s, ":") && !strings.HasSuffix(s, "::") {
		s = s[:len(s)-1]
	}
	if len(s) > 2 && s[0] == '(' && s[len(s)-1] == ')' {
		s = s[1 : len(s)-1]
	}
	sure := false
	if i := strings.IndexByte(s, '('); i > 0 {
		in := strings.TrimSuffix(s[i+1:], ")")
		if p, is := hostport.Port(in); is {
			e.Port, sure = p, true
		} else {
			user, _, _ = strings.Cut(in, ")")
		}
		s = s[:i]
	}
	if s == "" || len(s) > 255 {
		return e, "", false
	}
	if i := strings.LastIndexByte(s, '/'); i >= 0 {
		if p, is := portOf(s[i+1:]); is {
			e.Port, s, sure = p, s[:i], true
		} else if a, is := hostport.Addr(s[i+1:]); is {
			e.Zone, e.Addr = s[:i], a
			return e, user, true
		}
	}
	if a, is := hostport.Addr(s); is {
		e.Addr = a
		return e, user, true
	}
	if i := strings.IndexAny(s, ":/"); i > 0 {
		e.Zone, s, sure = s[:i], s[i+1:], true
		if a, is := hostport.Addr(s); is {
			e.Addr = a
			return e, user, true
		}
	}
	if !sure || !name(s) {
		return footfall.Endpoint{}, "", false
	}
	e.Host = s
	return e, user, true
}

// portOf reads a number, or the name by which ASA knows a port. A number too
// great for a port is one all the same, of which nothing is kept.
func portOf(s string) (uint16, bool) {
	if p, ok := hostport.Port(s); ok {
		return p, true
	}
	if s != "" && len(s) < 9 && strings.Trim(s, "0123456789") == "" {
		return 0, true
	}
	for i := range ports {
		if ports[i].name == s {
			return ports[i].port, true
		}
	}
	return 0, false
}

// ports are the names of ports that matter here (ASA command reference, "TCP
// and UDP ports").
var ports = [...]struct {
	name string
	port uint16
}{
	{"ssh", 22},
	{"https", 443},
	{"http", 80},
	{"www", 80},
	{"telnet", 23},
	{"domain", 53},
	{"snmp", 161},
	{"snmptrap", 162},
	{"ftp", 21},
	{"ftp-data", 20},
	{"smtp", 25},
	{"pop3", 110},
	{"imap4", 143},
	{"ldap", 389},
	{"ldaps", 636},
	{"kerberos", 88},
	{"netbios-ssn", 139},
	{"netbios-ns", 137},
	{"netbios-dgm", 138},
	{"isakmp", 500},
	{"ntp", 123},
	{"syslog", 514},
	{"rsh", 514},
	{"login", 513},
	{"exec", 512},
	{"bootps", 67},
	{"bootpc", 68},
	{"tftp", 69},
	{"tacacs", 49},
	{"radius", 1645},
	{"radius-acct", 1646},
	{"pptp", 1723},
	{"citrix-ica", 1494},
	{"sqlnet", 1521},
	{"nfs", 2049},
	{"sip", 5060},
	{"h323", 1720},
	{"cifs", 445},
	{"sunrpc", 111},
}

func name(s string) bool {
	for i := range len(s) {
		c := s[i]
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-' && c != '.' && c != '_' && c < 0x80 {
			return false
		}
	}
	return s != ""
}

// account reads "LOCAL\user", "DOMAIN\user" and "user". LOCAL is ASA's word for
// users that are in no domain.
func account(s string) (a footfall.Account) {
	s = strings.TrimPrefix(s, `LOCAL\`)
	if d, n, ok := strings.Cut(s, `\`); ok && d != "" && n != "" {
		return footfall.Account{Domain: d, Name: n}
	}
	a.Name = s
	return a
}

// addr reads an address that may be followed by punctuation.
func addr(e *footfall.Endpoint, s string) {
	s = strings.TrimRight(s, " ,;.)>]'\"")
	if a, ok := hostport.Addr(s); ok {
		e.Addr = a
	} else if p, ok := hostport.Host(s); ok && name(s) && strings.IndexByte(s, '.') > 0 {
		*e = p
	}
}

// duration reads "0:01:07", "1:00:02" or "0h:32m:16s", also "2d4h" and "1d 0h:32m:16s",
// as nanoseconds.
func duration(s string) int64 {
	var total, v int64
	part := 0
	plain := strings.IndexByte(s, 'h') < 0 && strings.IndexByte(s, 'd') < 0
	for i := 0; i < len(s) && i < 32; i++ {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			v = min(v*10+int64(c-'0'), 1e9)
		case c == 'd':
			total, v = total+v*86400, 0
		case c == 'h':
			total, v = total+v*3600, 0
		case c == 'm':
			total, v = total+v*60, 0
		case c == 's':
			total, v = total+v, 0
		case c == ':' && plain:
			total = (total + v) * 60
			v, part = 0, part+1
		}
	}
	if plain {
		total += v
	}
	return min(total, 1<<33) * 1e9
}

// count reads the number that s begins with.
func count(s string) int64 {
	var v int64
	for i := 0; i < len(s) && s[i]-'0' <= 9 && v < 1<<58; i++ {
		v = v*10 + int64(s[i]-'0')
	}
	return v
}

// between returns what stands between the first before and the last after.
func between(s, before, after string) (string, bool) {
	i := strings.Index(s, before)
	j := strings.LastIndex(s, after)
	if i < 0 || j < i+len(before) {
		return "", false
	}
	return s[i+len(before) : j], true
}

// last returns what stands behind the last mark.
func last(s, mark string) (string, bool) {
	i := strings.LastIndex(s, mark)
	if i < 0 {
		return "", false
	}
	return s[i+len(mark):], true
}

// word cuts s at its first blank.
func word(s string) (w, rest string) {
	w, rest, _ = strings.Cut(s, " ")
	return w, strings.TrimLeft(rest, " ")
}
