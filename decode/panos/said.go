package panos

import (
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/hostport"
)

// said reads the text of a SYSTEM record. Where the client came from is looked
// for at the side of the user's name that PAN-OS writes itself.
func (r *reader) said(e *footfall.Event, s string) {
	s = strings.TrimSpace(s)
	switch {
	case strings.HasPrefix(s, "GlobalProtect "):
		r.entered(e, s)
	case strings.HasPrefix(r.v.Get(kEventID), "lease-") || strings.HasPrefix(s, "DHCP lease"):
		leased(e, s)
	default:
		_ = r.tunnel(e, s) || managed(e, s) || authenticated(e, s)
	}
}

// managed reads "User admin logged in via Web from 192.0.2.1 using https" and
// "User 'admin' logged out via CLI from Console".
func managed(e *footfall.Event, s string) bool {
	who, ok := strings.CutPrefix(s, "User ")
	if !ok {
		return false
	}
	for _, verb := range [...]string{" logged in via ", " logged out via "} {
		i := strings.LastIndex(who, verb)
		if i < 0 {
			continue
		}
		how, from, ok := strings.Cut(who[i+len(verb):], " from ")
		if !ok {
			return false
		}
		e.Kind, e.Outcome = footfall.KindLogon, footfall.Success
		if verb == " logged out via " {
			e.Kind = footfall.KindLogoff
		}
		e.User.Name, e.Object = unquote(who[:i]), ""
		from, _, _ = strings.Cut(from, " ")
		if h, ok := hostport.Host(strings.TrimRight(from, ".")); ok && from != "Console" {
			e.From = h
		}
		switch {
		case from == "Console":
			e.Service = footfall.ServiceLocal
		case how == "CLI":
			e.Service = footfall.ServiceSSH
		default:
			e.Service = footfall.ServiceWeb
		}
		return true
	}
	return false
}

func unquote(s string) string {
	s = strings.TrimSpace(s)
	if len(s) > 1 && s[0] == '\'' && s[len(s)-1] == '\'' {
		return s[1 : len(s)-1]
	}
	return s
}

// authenticated reads "authenticated for user 'bob'.   auth profile ..., From: 192.0.2.1.",
// "failed authentication for user 'bob'.  Reason: ... From: 192.0.2.1." and
// "User 'bob' failed authentication.  Reason: ... From: 192.0.2.1.".
func authenticated(e *footfall.Event, s string) bool {
	name, rest, good := "", "", false
	if v, ok := strings.CutPrefix(s, "authenticated for user '"); ok {
		name, rest, good = cutLast(v, "'.")
	} else if v, ok := strings.CutPrefix(s, "failed authentication for user '"); ok {
		name, rest, _ = cutLast(v, "'.")
	} else if v, ok := strings.CutPrefix(s, "User '"); ok {
		i := strings.LastIndex(v, "' failed authentication.")
		if i < 0 {
			return false
		}
		name, rest = v[:i], v[i:]
	} else {
		return false
	}
	e.Kind, e.Outcome, e.Auth, e.User.Name, e.Object = footfall.KindCredential, footfall.Success, footfall.AuthPassword, name, ""
	if !good {
		e.Outcome, e.Reason = footfall.Failure, reason(rest)
	}
	if i := strings.LastIndex(rest, "From: "); i >= 0 {
		e.From.Addr = lookAddr(rest[i+len("From: "):])
	}
	return true
}

// cutLast cuts at the end of a name in quotes: its last quote before the words
// that PAN-OS puts behind it, which hold no such mark themselves.
func cutLast(s, mark string) (before, after string, ok bool) {
	i := strings.LastIndex(s, mark)
	if i < 0 {
		return "", s, true
	}
	return s[:i], s[i+len(mark):], true
}

// entered reads "GlobalProtect gateway user authentication failed. Login from:
// 192.0.2.1, Source region: US, User name: bob, ..., Reason: ..." and its
// relatives. What stands before the user's name is PAN-OS' own.
func (r *reader) entered(e *footfall.Event, s string) {
	e.Service = footfall.ServiceVPN
	if strings.HasPrefix(s, "GlobalProtect portal") {
		e.Service = footfall.ServiceGateway
	}
	what, rest, ok := strings.Cut(s, ". ")
	if !ok {
		what = s
	}
	before, after, _ := strings.Cut(rest, "User name: ")
	if _, v, ok := strings.Cut(before, "Login from: "); ok {
		e.From.Addr = lookAddr(v)
	}
	if _, v, ok := strings.Cut(before, "Source region: "); ok {
		v, _, _ = strings.Cut(v, ",")
		e.Country = country(v)
	}
	e.User.Name, after, _ = strings.Cut(after, ", ")
	e.User.Name = strings.TrimSuffix(e.User.Name, ".")
	if _, v, ok := strings.Cut(after, "Private IP: "); ok {
		e.Assigned = set(lookAddr(v))
	}
	if _, v, ok := strings.Cut(after, "Device name: "); ok {
		e.Client, _, _ = strings.Cut(v, ", ")
	}
	has := func(w string) bool { return strings.Contains(what, w) }
	if e.Outcome = footfall.Success; has("failed") {
		e.Outcome, e.Reason = footfall.Failure, reason(after)
	}
	switch {
	case has("user authentication"):
		e.Kind, e.Auth = footfall.KindLogon, footfall.AuthPassword
	case has("user login"):
		e.Kind = footfall.KindLogon
	case has("logout"):
		e.Kind = footfall.KindLogoff
	case e.Assigned.IsValid():
		e.Kind = footfall.KindLease
	}
}

// leased reads "DHCP lease started ip 10.1.1.5 --> mac 00:00:5e:00:53:01 - hostname ws5, interface ethernet1/2".
func leased(e *footfall.Event, s string) {
	_, v, ok := strings.Cut(s, " ip ")
	if !ok || !strings.Contains(s, "started") && !strings.Contains(s, "renew") {
		return
	}
	e.Kind, e.Service, e.Assigned = footfall.KindLease, footfall.ServiceDHCP, lookAddr(v)
	if _, v, ok = strings.Cut(v, " mac "); ok {
		e.MAC, v, _ = strings.Cut(v, " ")
	}
	if _, v, ok = strings.Cut(v, "hostname "); ok {
		name, _, _ := strings.Cut(v, ",")
		e.From.Host, _, _ = strings.Cut(name, " ")
	}
}
