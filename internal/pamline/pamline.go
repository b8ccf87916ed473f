// Package pamline reads the lines that PAM modules write into the log of the
// program that uses them: pam_unix, pam_sss, pam_succeed_if and the like. In
// goes the message of a syslog line, out come its parts. A user name or a host
// name in the line cannot pass for another part. It knows nothing of the
// program around it.
package pamline

import "strings"

// A What says what a line tells.
type What uint8

const (
	Nothing       What = iota
	AuthFailure        // a check failed
	AuthSuccess        // a check succeeded
	MoreFailures       // Count checks failed after the first (libpam's summary at the end)
	UnknownUser        // the account does not exist; the line does not name it
	SessionOpened      // pam_open_session
	SessionClosed
	AccountDenied // the account may not log on: expired, locked, access rules
	Changed       // a password was changed
	Other         // a line of a module that says none of these
)

// A Line is what a line holds. Its strings point into the message.
type Line struct {
	What    What
	Module  string // "pam_unix"; empty when the line does not say
	Service string // the PAM service: "sshd", "sudo"; the program when the line does not say
	Type    string // "auth", "account", "session", "chauthtok"
	User    string // who is checked, or whose session it is
	UID     string // number of User
	By      string // who opened the session
	ByUID   string
	RUser   string // user on the other host, as the client says
	RHost   string // the other host
	TTY     string
	Count   int
	Text    string // what the module says, without its head
}

// Parse reads a message of a program. ok is false when it is not PAM's.
func Parse(msg, program string) (l Line, ok bool) {
	l.Service = program
	text := l.head(msg)
	l.Text = text
	switch {
	case strings.HasPrefix(text, "authentication failure; "):
		l.What = AuthFailure
		l.failure(text[len("authentication failure; "):])
	case strings.HasPrefix(text, "authentication success; "): // pam_sss, after pam_unix failed for an account that is not local
		l.What = AuthSuccess
		l.failure(text[len("authentication success; "):])
	case l.more(text):
	case strings.HasPrefix(text, "session opened for user "):
		l.What = SessionOpened
		l.opened(text[len("session opened for user "):])
	case strings.HasPrefix(text, "session closed for user "):
		l.What = SessionClosed
		l.User, l.UID = account(text[len("session closed for user "):])
	case strings.HasPrefix(text, "check pass; user unknown"):
		l.What = UnknownUser
	case l.Module == "":
		return Line{}, false
	default:
		l.module(text)
	}
	return l, true
}

// head reads "pam_unix(sshd:auth): ", "(pam_unix) " or "pam_unix[123]: ".
func (l *Line) head(msg string) string {
	if strings.HasPrefix(msg, "(pam_") {
		if i := strings.IndexByte(msg, ')'); i > 0 && i < 40 {
			l.Module = msg[1:i]
			return strings.TrimLeft(msg[i+1:], " ")
		}
	}
	if !strings.HasPrefix(msg, "pam_") {
		return msg
	}
	i := strings.IndexAny(msg, "(: [")
	if i < 0 || i > 40 {
		return msg
	}
	module := msg[:i]
	if msg[i] == '(' {
		j := strings.IndexByte(msg[i:], ')')
		if j < 0 || j > 100 {
			return msg
		}
		l.Service, l.Type, _ = strings.Cut(msg[i+1:i+j], ":")
		i += j + 1
	} else if msg[i] == '[' {
		if j := strings.IndexByte(msg[i:], ']'); j > 0 {
			i += j + 1
		}
	}
	l.Module = module
	return strings.TrimLeft(strings.TrimPrefix(msg[i:], ":"), " ")
}

// more reads "PAM 2 more authentication failures; " and the same without PAM.
func (l *Line) more(text string) bool {
	s := strings.TrimPrefix(text, "PAM ")
	n, i := 0, 0
	for i < len(s) && i < 6 && s[i]-'0' <= 9 {
		n = n*10 + int(s[i]-'0')
		i++
	}
	if i == 0 || !strings.HasPrefix(s[i:], " more authentication failure") {
		return false
	}
	_, fields, ok := strings.Cut(s[i:], "; ")
	if !ok {
		return false
	}
	l.What, l.Count = MoreFailures, n
	if l.Module == "" {
		l.Module = "pam_unix"
	}
	l.failure(fields)
	return true
}

// failure reads "logname= uid=0 euid=0 tty=ssh ruser= rhost=192.0.2.1  user=root".
// rhost holds no blanks. sshd gives PAM no ruser, so there the first rhost is
// the true one and what follows user= may be anything; for the others ruser
// is what the client says, so the last rhost is.
func (l *Line) failure(s string) {
	if i := strings.Index(s, " tty="); i >= 0 {
		l.TTY, _, _ = strings.Cut(s[i+len(" tty="):], " ")
	}
	i := strings.Index(s, " ruser=")
	if i < 0 {
		return
	}
	s = s[i+len(" ruser="):]
	at := strings.Index(s, "rhost=")
	if l.Service != "sshd" && at >= 0 {
		at = lastHost(s)
	}
	if at < 0 {
		l.RUser = strings.TrimRight(s, " ")
		return
	}
	l.RUser = strings.TrimRight(s[:at], " ")
	var rest string
	l.RHost, rest, _ = strings.Cut(s[at+len("rhost="):], " ")
	if u, found := strings.CutPrefix(strings.TrimLeft(rest, " "), "user="); found {
		l.User = strings.TrimSuffix(u, " ")
	}
}

// lastHost returns where the last " rhost=" begins behind its blank.
func lastHost(s string) int {
	if i := strings.LastIndex(s, " rhost="); i >= 0 {
		return i + 1
	}
	return strings.Index(s, "rhost=")
}

// opened reads "root(uid=0) by bob(uid=1000)", "test by (uid=509)" and "root".
func (l *Line) opened(s string) {
	user := s
	if i := strings.LastIndex(s, " by "); i >= 0 {
		user = s[:i]
		l.By, l.ByUID = account(s[i+len(" by "):])
	}
	l.User, l.UID = account(user)
}

// account reads "bob(uid=1000)".
func account(s string) (name, uid string) {
	s = strings.TrimRight(s, " ")
	if i := strings.LastIndex(s, "(uid="); i >= 0 && strings.HasSuffix(s, ")") {
		return s[:i], s[i+len("(uid=") : len(s)-1]
	}
	return s, ""
}

// module reads the lines of single modules that tell of a logon.
func (l *Line) module(text string) {
	l.What = Other
	switch {
	case strings.HasPrefix(text, "requirement \""): // pam_succeed_if
		// The requirement is the administrator's; what follows it is the name.
		_, v, ok := strings.Cut(text, "met by user \"")
		if ok {
			l.User = strings.TrimSuffix(v, "\"")
		}
	case strings.HasPrefix(text, "password changed for "):
		l.What, l.User = Changed, text[len("password changed for "):]
	case strings.HasPrefix(text, "account "):
		if name, ok := strings.CutSuffix(text[len("account "):], " has expired (account expired)"); ok {
			l.What, l.User = AccountDenied, name
		}
	case strings.HasPrefix(text, "access denied for user `"), strings.HasPrefix(text, "access denied for user '"): // pam_access, pam_time
		l.What, l.User = AccountDenied, strings.TrimSuffix(text[len("access denied for user '"):], "'")
		if i := strings.LastIndex(l.User, "' from `"); i >= 0 {
			l.User, l.RHost = l.User[:i], l.User[i+len("' from `"):]
		}
	}
}
