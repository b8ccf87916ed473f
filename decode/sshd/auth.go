package sshd

import (
	"strings"

	"github.com/footfall/footfall"
)

// result reads what follows Accepted, Failed, Postponed and Partial:
//
//	METHOD[/SUBMETHOD] for [invalid user ]NAME from HOST port PORT ssh2[: KEY]
//
// (OpenSSH auth.c, auth_log).
func result(r *reading, s string) bool {
	method, s, ok := strings.Cut(s, " ")
	if !ok || !strings.HasPrefix(s, "for ") {
		return false
	}
	s = s[len("for "):]
	invalid := false
	for _, p := range [...]string{"invalid user ", "illegal user ", "<invalid username>"} {
		if strings.HasPrefix(s, p) {
			s, invalid = s[len(p):], true
			break
		}
	}
	name, p, key, ok := whom(s, invalid)
	if !ok {
		return false
	}
	e := r.e
	e.User.Name, e.From = name, p
	e.Auth = auth(method)
	r.key(key)
	switch {
	case r.made.Outcome == footfall.Success:
		e.Elevated = name == "root" && r.made.Kind == footfall.KindLogon
	case r.made.Outcome == footfall.Failure && invalid:
		r.made.Reason = footfall.ReasonNoUser
	case r.made.Outcome == footfall.Failure:
		r.made.Reason = reason(e.Auth)
	}
	return true
}

// whom parts "NAME from HOST port PORT ssh2: KEY". Without a key the line
// ends in the peer. With one, NAME and the id of a certificate are both the
// client's to choose, and each may be made to look like the rest of the line:
// an account that exists has a plain name, so that the first peer is the true
// one; for another the last is, unless a certificate's id may have said it.
// Then nobody is blamed here: the connection's other lines tell.
func whom(s string, invalid bool) (name string, p footfall.Endpoint, key string, ok bool) {
	if protocol(s) != s {
		name, p, ok = from(s)
		return name, p, "", ok
	}
	found, free := 0, false
	for i := 0; ; {
		j := strings.Index(s[i:], " ssh")
		if j < 0 {
			break
		}
		i += j + len(" ssh")
		if i+2 >= len(s) || (s[i] != '2' && s[i] != '1') || s[i+1] != ':' {
			continue
		}
		n, q, whole := from(s[:i+1])
		if !whole {
			continue
		}
		free = free || found > 0 && strings.Contains(key, " (serial ")
		if found++; found == 1 || invalid {
			name, p, key = n, q, strings.TrimLeft(s[i+2:], " ")
		}
	}
	switch {
	case found > 1 && invalid && free:
		return "", footfall.Endpoint{}, "", true
	case found > 0:
		return name, p, key, true
	}
	name, p, ok = from(s)
	return name, p, "", ok
}

// key reads what sshd says of the key: "ED25519 SHA256:...", behind a
// certificate's also "ID NAME (serial 7) CA RSA SHA256:..."; for Kerberos the
// principal.
func (r *reading) key(s string) {
	if s == "" {
		return
	}
	kind, rest, ok := strings.Cut(s, " ")
	if !ok {
		if r.e.Auth == footfall.AuthKerberos {
			r.e.Client = s
		}
		return
	}
	print, rest, _ := strings.Cut(rest, " ")
	if strings.IndexByte(print, ':') < 0 {
		return
	}
	r.e.Object = strings.TrimSuffix(print, ",")
	if !strings.HasSuffix(kind, "-CERT") {
		return
	}
	r.e.Auth = footfall.AuthCertificate
	if id, ok := strings.CutPrefix(rest, "ID "); ok {
		if i := strings.LastIndex(id, " (serial "); i >= 0 {
			r.e.Client = id[:i]
		}
	}
}

func auth(method string) footfall.Auth {
	if i := strings.IndexByte(method, '/'); i >= 0 {
		method = method[:i]
	}
	switch method {
	case "password":
		return footfall.AuthPassword
	case "publickey", "rsa", "dsa":
		return footfall.AuthKey
	case "keyboard-interactive", "challenge-response":
		return footfall.AuthKeyboard
	case "gssapi-with-mic", "gssapi-keyex", "gssapi", "kerberos", "external-keyx":
		return footfall.AuthKerberos
	case "hostbased", "rhosts", "rhosts-rsa":
		return footfall.AuthHost
	case "none":
		return footfall.AuthNone
	}
	return footfall.AuthUnknown
}

// reason is why an account that exists was refused.
func reason(a footfall.Auth) footfall.Reason {
	switch a {
	case footfall.AuthPassword, footfall.AuthKeyboard:
		return footfall.ReasonBadPassword
	case footfall.AuthKey, footfall.AuthCertificate:
		return footfall.ReasonNoKey
	}
	return footfall.ReasonUnknown
}
