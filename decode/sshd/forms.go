package sshd

import (
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/pamline"
)

// nobody reads messages that name no client.
func nobody(*reading, string) bool { return true }

// beforeOnly reads messages that only count before authentication.
func beforeOnly(r *reading, _ string) bool { return r.preauth }

// named reads "NAME from HOST port PORT".
func named(r *reading, s string) bool {
	name, p, ok := from(s)
	if ok {
		r.e.User.Name, r.e.From = name, p
	}
	return ok
}

// ending reads messages that end in "from HOST port PORT".
func ending(r *reading, s string) bool {
	_, p, ok := from(s)
	if ok {
		r.e.From = p
	}
	return ok
}

// connection reads "HOST port PORT on HOST port PORT rdomain NAME".
func connection(r *reading, s string) bool {
	if i := strings.Index(s, ` rdomain "`); i >= 0 {
		s = s[:i]
	}
	client, server, both := strings.Cut(s, " on ")
	if !r.leadingPeer(client) {
		return false
	}
	if both {
		if before, p, ok := atEnd(server); ok && before == "" {
			r.e.To = p
		}
	}
	return true
}

// leadingPeer reads "HOST port PORT", all of s.
func (r *reading) leadingPeer(s string) bool {
	before, p, ok := atEnd(s)
	if !ok || before != "" {
		return false
	}
	r.e.From = p
	return true
}

// leading reads "HOST port PORT: TEXT": the text may be the client's.
func leading(r *reading, s string) bool {
	who, _, _ := strings.Cut(s, ": ")
	return r.leadingPeer(who)
}

// remoteHost reads "HOST port PORT: TEXT" of a session; before authentication
// it is an attempt.
func remoteHost(r *reading, s string) bool {
	if r.preauth {
		r.attempt()
	}
	return leading(r, s)
}

// attempt makes of a message what a client leaves that did not get in.
func (r *reading) attempt() {
	r.made.Kind, r.made.Outcome = footfall.KindAttempt, footfall.Failure
}

// who reads "[authenticating user NAME |invalid user NAME |user NAME ]HOST port PORT"
// (packet.c, sshpkt_fmt_connection_id behind ssh_packet_set_log_preamble). in
// says that the user had been let in.
func (r *reading) who(s string) (in, ok bool) {
	before, p, ok := atEnd(s)
	if !ok {
		return false, false
	}
	switch {
	case before == "":
	case strings.HasPrefix(before, "authenticating user "):
		r.e.User.Name = before[len("authenticating user "):]
		r.attempt()
	case strings.HasPrefix(before, "invalid user"):
		r.e.User.Name = strings.TrimPrefix(before[len("invalid user"):], " ")
		r.attempt()
		r.made.Reason = footfall.ReasonNoUser
	case strings.HasPrefix(before, "user "):
		r.e.User.Name, in = before[len("user "):], true
	default:
		return false, false
	}
	r.e.From = p
	return in, true
}

// left reads the messages of a connection that ended. Since OpenSSH 7.5 they
// name the user who had been let in, so that one with a port and without a
// user is of a client that left before it was asked (a scanner, mostly).
func left(r *reading, s string) bool {
	r.made.Kind, r.made.Outcome = footfall.KindLogoff, footfall.Success
	in, ok := r.who(s)
	if ok && (r.preauth || !in && r.e.From.Port != 0) {
		r.attempt()
	}
	return ok
}

// disconnect reads "HOST port PORT:11: TEXT" and "HOST: 11: TEXT". The text is the client's.
func disconnect(r *reading, s string) bool {
	i := strings.IndexByte(s, ' ')
	if i < 0 {
		return false
	}
	var who, rest string
	if s[i-min(i, 1)] == ':' { // "192.0.2.1: 11: TEXT"
		who, rest = s[:max(i-1, 0)], s[i+1:]
	} else if j := strings.IndexByte(s[i:], ':'); j > 0 { // "192.0.2.1 port 22:11: TEXT"; an address of IPv6 has its colons before the blank
		who, rest = s[:i+j], strings.TrimLeft(s[i+j+1:], " ")
	}
	if !r.leadingPeer(who) {
		return false
	}
	r.made.Kind, r.made.Outcome = footfall.KindLogoff, footfall.Success
	code, text, _ := strings.Cut(rest, ": ")
	if r.preauth || code == "14" || (code == "3" && strings.HasSuffix(text, "Auth fail")) {
		r.attempt()
	}
	return true
}

// disconnecting reads "invalid user NAME HOST port PORT: TEXT". NAME is the
// client's to choose, and so are the names in the TEXT that tells of a change
// of names: when there are two of those, nobody can tell which is sshd's.
func disconnecting(r *reading, s string) bool {
	const change = ": Change of username or service not allowed: ("
	if who, ok := strings.CutSuffix(s, ": Too many authentication failures"); ok {
		_, ok = r.who(who)
		return ok
	}
	switch strings.Count(s, change) {
	case 0:
		_, ok := r.who(s[:max(strings.LastIndex(s, ": "), 0)])
		return ok
	case 1:
		_, ok := r.who(s[:strings.Index(s, change)])
		return ok
	}
	return true
}

// tooMany reads "Too many authentication failures for NAME" (OpenSSH before 7).
func tooMany(r *reading, s string) bool {
	rest, ok := strings.CutPrefix(s, "Too many authentication failures")
	if ok {
		r.e.User.Name = strings.TrimPrefix(rest, " for ")
	}
	return ok
}

// child reads the process id of the process that serves the user.
func child(r *reading, s string) bool {
	for i := range len(s) {
		if s[i]-'0' > 9 {
			return false
		}
	}
	if s == "" || len(s) > 10 {
		return false
	}
	r.e.Session = s
	if r.e.PID != 0 {
		r.e.Parent = number(r.b, r.e.PID)
	}
	return true
}

// starting reads "shell on pts/0 for NAME from HOST port PORT id 0": session.c, do_exec.
func starting(r *reading, s string) bool {
	if j := strings.LastIndex(s, " id "); j > 0 && len(s)-j <= len(" id ")+10 {
		s = s[:j]
	}
	s, p, ok := from(s)
	if !ok {
		return false
	}
	i := strings.LastIndex(s, " for ")
	if i < 0 {
		return false
	}
	what, name := s[:i], s[i+len(" for "):]
	if w, _, on := strings.Cut(what, " on "); on {
		what = w
	}
	if v, ok := strings.CutPrefix(what, "subsystem '"); ok {
		what = strings.TrimSuffix(v, "'")
	}
	r.e.Object, r.e.User.Name, r.e.From = what, name, p
	return true
}

// subsystem reads "sftp by user NAME failed, subsystem not found".
func subsystem(r *reading, s string) bool {
	if v, failed := strings.CutSuffix(s, " failed, subsystem not found"); failed {
		s, r.made.Outcome = v, footfall.Failure
	}
	i := strings.LastIndex(s, " by user ")
	if i >= 0 {
		r.e.Object, r.e.User.Name = s[:i], s[i+len(" by user "):]
	}
	return i >= 0
}

// pamError reads "Authentication failure for illegal user NAME from HOST via HOST".
func pamError(r *reading, s string) bool {
	text, rest, ok := strings.Cut(s, " for ")
	if !ok {
		return false
	}
	name, p, ok := from(rest)
	if !ok {
		before, _, end := atEnd(rest)
		v, via := strings.CutSuffix(before, " via")
		if !end || !via {
			return false
		}
		if name, p, ok = from(v); !ok {
			return false
		}
	}
	if v, found := strings.CutPrefix(name, "illegal user "); found {
		name, r.made.Reason = v, footfall.ReasonNoUser
	} else if strings.HasPrefix(text, "User not known") {
		r.made.Reason = footfall.ReasonNoUser
	} else if strings.EqualFold(text, "authentication failure") || strings.EqualFold(text, "authentication error") {
		r.made.Reason = footfall.ReasonBadPassword
	} else if strings.Contains(text, "expired") {
		r.made.Reason = footfall.ReasonExpired
	}
	r.e.User.Name, r.e.From, r.e.Auth = name, p, footfall.AuthKeyboard
	return true
}

// maximum reads "[invalid user ]NAME from HOST port PORT ssh2".
func maximum(r *reading, s string) bool {
	if v, found := strings.CutPrefix(s, "invalid user "); found {
		s, r.made.Reason = v, footfall.ReasonNoUser
	}
	return named(r, s)
}

// notAllowed reads "NAME from HOST not allowed because TEXT". NAME is an
// account that exists.
func notAllowed(r *reading, s string) bool {
	who, why, ok := strings.Cut(s, " not allowed because ")
	if !ok {
		return false
	}
	if strings.HasPrefix(why, "account is locked") {
		r.made.Reason = footfall.ReasonLocked
	}
	if !named(r, who) {
		r.e.User.Name = who
	}
	return true
}

func rootRefused(r *reading, s string) bool {
	r.e.User.Name = "root"
	return r.leadingPeer(s)
}

// wrongPlace reads "NAME with correct key but not from a permitted host (host=HOST, ip=ADDR, required=...)".
func wrongPlace(r *reading, s string) bool {
	name, rest, ok := strings.Cut(s, " with correct key but not from a permitted host (host=")
	if !ok {
		return false
	}
	i := strings.LastIndex(rest, ", ip=")
	if i < 0 {
		return false
	}
	ip := rest[i+len(", ip="):]
	ip = ip[:strings.IndexAny(ip+")", ",)")]
	r.e.User.Name, r.e.Auth = name, footfall.AuthKey
	return r.leadingPeer(ip)
}

func partial(r *reading, s string) bool {
	r.e.MFA = footfall.MFAUsed
	return result(r, s)
}

// timeout reads "HOST port PORT", and since OpenSSH 9.8 "connection from HOST to HOST, pid = 7".
func timeout(r *reading, s string) bool {
	v, found := strings.CutPrefix(s, "connection from ")
	if !found {
		return r.leadingPeer(s)
	}
	client, rest, _ := strings.Cut(v, " to ")
	server, pid, ok := strings.Cut(rest, ", pid = ")
	if ok && child(r, pid) {
		r.e.Parent = ""
		if before, p, ok := atEnd(server); ok && before == "" {
			r.e.To = p
		}
	}
	return r.leadingPeer(client)
}

// dispatch reads "[WHO ]HOST port PORT: TEXT"; TEXT is sshd's own.
func dispatch(r *reading, s string) bool {
	i := strings.LastIndex(s, ": ")
	if i < 0 {
		return false
	}
	in, ok := r.who(s[:i])
	if in || (ok && !r.preauth && r.e.User.Name == "") {
		r.made.Kind, r.made.Outcome, r.made.Reason = footfall.KindLogoff, footfall.Success, footfall.ReasonUnknown
	}
	return ok
}

// silent reads " from user NAME HOST port PORT".
func silent(r *reading, s string) bool {
	if s == "" {
		return true
	}
	v, ok := strings.CutPrefix(s, " from ")
	if !ok {
		return false
	}
	_, ok = r.who(v)
	return ok
}

// refused reads "NAME (ADDR)" of libwrap; NAME comes from the client's DNS or ident.
func refused(r *reading, s string) bool {
	v, ok := strings.CutSuffix(s, ")")
	i := strings.LastIndex(v, " (")
	if !ok || i < 0 {
		return r.leadingPeer(s)
	}
	return r.leadingPeer(v[i+2:])
}

// dropped reads "10 from [ADDR]:PORT on [ADDR]:PORT past MaxStartups".
func dropped(r *reading, s string) bool {
	_, v, ok := strings.Cut(s, " from [")
	if !ok {
		return false
	}
	host, v, ok := strings.Cut(v, "]:")
	if !ok {
		return false
	}
	port, _, _ := strings.Cut(v, " ")
	_, n, _ := portAtEnd(" port " + port)
	if !r.leadingPeer(host) {
		return false
	}
	r.e.From.Port = n
	return true
}

// hpn reads "TYPE;Remote: ADDR-PORT;...;Name: NAME".
func hpn(r *reading, s string) bool {
	_, v, ok := strings.Cut(s, ";Remote: ")
	if !ok {
		return false
	}
	remote, rest, _ := strings.Cut(v, ";")
	i := strings.LastIndexByte(remote, '-')
	if i < 0 || !r.leadingPeer(remote[:i]) {
		return false
	}
	_, r.e.From.Port, _ = portAtEnd(" port " + remote[i+1:])
	if name, ok := strings.CutPrefix(rest, "Name: "); ok {
		r.e.User.Name = name
	}
	return true
}

// reverse reads "HOST [ADDR] failed - POSSIBLE BREAK-IN ATTEMPT!". HOST is what the client's DNS says.
func reverse(r *reading, s string) bool {
	j := strings.LastIndex(s, "] failed")
	i := strings.LastIndexByte(s[:max(j, 0)], '[')
	return i >= 0 && r.leadingPeer(s[i+1:j])
}

// mapsTo reads "ADDR maps to HOST, but this does not map back to the address".
func mapsTo(r *reading, s string) bool {
	addr, rest, ok := strings.Cut(s, " maps to ")
	return ok && strings.Contains(rest, ", but this does not map back") && r.leadingPeer(addr)
}

// forward reads "HOST port PORT: failed." and "HOST: unknown host (...)".
func forward(r *reading, s string) bool {
	where, _, _ := strings.Cut(s, ": ")
	before, p, ok := atEnd(where)
	if !ok || before != "" {
		return false
	}
	r.e.To = p
	return true
}

// listening reads "ADDR port PORT.".
func listening(r *reading, s string) bool {
	before, p, ok := atEnd(strings.TrimSuffix(s, "."))
	if ok && before == "" {
		r.e.To = p
	}
	return ok
}

// pam reads the lines of PAM's modules.
func pam(r *reading, _ string) bool {
	l, ok := pamline.Parse(r.text, "sshd")
	if !ok {
		return false
	}
	return r.pam(l)
}

func (r *reading) pam(l pamline.Line) bool {
	e := r.e
	r.made.Kind = footfall.KindCredential
	switch l.What {
	case pamline.AuthFailure, pamline.MoreFailures:
		r.made.Outcome, r.made.Reason = footfall.Failure, footfall.ReasonBadPassword
		if l.User == "" {
			r.made.Reason = footfall.ReasonNoUser
		}
	case pamline.AuthSuccess, pamline.SessionOpened:
		r.made.Outcome = footfall.Success
	case pamline.AccountDenied:
		r.made.Outcome, r.made.Reason = footfall.Failure, footfall.ReasonRestricted
	case pamline.SessionClosed:
		r.made.Kind, r.made.Outcome = footfall.KindLogoff, footfall.Success
	default:
		r.made.Kind, e.User.Name = footfall.KindUnknown, l.User
		return true
	}
	e.User.Name, e.User.SID = l.User, l.UID
	if l.User == "" {
		e.User.Name = l.RUser
	}
	if l.RHost != "" {
		e.From, _ = end(l.RHost, 0)
	}
	return true
}
