package pam

import (
	"strings"

	"github.com/footfall/footfall"
)

// login reads what login(1) writes, for itself or for telnetd and rlogind:
//
//	LOGIN ON TTY BY NAME[ FROM HOST]     ROOT LOGIN ON TTY[ FROM HOST]     util-linux
//	FAILED LOGIN [SESSION ]N FROM HOST FOR NAME, TEXT
//	FAILED LOGIN (N) on 'TTY'[ from 'HOST'] FOR 'NAME', TEXT               shadow
//	ROOT LOGIN  on 'TTY'[ from 'HOST']
func login(e *footfall.Event, s string) bool {
	var name, from string
	out := footfall.Success
	switch {
	case strings.HasPrefix(s, "LOGIN ON "):
		_, v, ok := strings.Cut(s, " BY ")
		if !ok {
			return false
		}
		name = v
		if i := strings.LastIndex(v, " FROM "); i >= 0 {
			name, from = v[:i], v[i+len(" FROM "):]
		}
	case strings.HasPrefix(s, "ROOT LOGIN "):
		name, from = "root", behind(s, " FROM ", " from '")
	case strings.HasPrefix(s, "FAILED LOGIN "):
		i := strings.LastIndex(s, ", ")
		j := strings.Index(s, " FOR ")
		if i < 0 || j < 0 || j > i {
			return false
		}
		name, from = strings.Trim(s[j+len(" FOR "):i], "`'"), behind(s[:j], " FROM ", " from '")
		out = footfall.Failure
	default:
		return false
	}
	e.Kind, e.Outcome, e.Service = footfall.KindLogon, out, footfall.ServiceLocal
	e.Auth = footfall.AuthPassword
	if out == footfall.Failure {
		e.Reason = footfall.ReasonBadPassword
	}
	if name != "UNKNOWN" && name != "(null)" && name != "(unknown)" {
		e.User.Name = name
	}
	if e.From = host(from); e.From.Host != "" || e.From.Addr.IsValid() {
		e.Service = footfall.ServiceTelnet
	}
	e.Elevated = out == footfall.Success && name == "root"
	return true
}

// behind returns the word behind the first of two marks that s has; the
// second opens a quote.
func behind(s, plain, quoted string) string {
	if _, v, ok := strings.Cut(s, plain); ok {
		v, _, _ = strings.Cut(v, " ")
		return v
	}
	if _, v, ok := strings.Cut(s, quoted); ok {
		v, _, _ = strings.Cut(v, "'")
		return v
	}
	return ""
}

// accounts reads what shadow's programs write when they change accounts,
// groups and passwords. Lines about the shadow files repeat others and are left.
func accounts(e *footfall.Event, s string) bool {
	out := footfall.Success
	switch {
	case strings.HasPrefix(s, "new user: "):
		e.Kind = footfall.KindAccount
		e.Target.Name, e.Target.SID = value(s, "name="), value(s, "UID=")
	case strings.HasPrefix(s, "failed adding user "):
		e.Kind, out = footfall.KindAccount, footfall.Failure
		e.Target.Name = quoted(s, 0)
	case strings.HasPrefix(s, "delete user "), strings.HasPrefix(s, "change user '"), strings.HasPrefix(s, "lock user "), strings.HasPrefix(s, "unlock user "):
		e.Kind = footfall.KindAccount
		if strings.HasSuffix(s, "' password") && strings.HasPrefix(s, "change") {
			e.Kind = footfall.KindPassword
		}
		e.Target.Name = quoted(s, 0)
	case strings.HasPrefix(s, "changed user '") && strings.HasSuffix(s, "' information"): // chfn
		e.Kind, e.Target.Name = footfall.KindAccount, quoted(s, 0)
	case strings.HasPrefix(s, "changed user '") && strings.Contains(s, "' shell to '"): // chsh
		e.Kind, e.Target.Name, e.Object = footfall.KindAccount, quoted(s, 0), quoted(s, 1)
	case strings.HasPrefix(s, "group added to /etc/"), strings.HasPrefix(s, "group removed from /etc/"), strings.HasPrefix(s, "removed group '"):
		// What "new group" and "delete group" do not tell is the name alone.
		if e.Object = value(s, "name="); e.Object == "" {
			e.Object = quoted(s, 0)
		}
		e.Outcome = footfall.Success
		return true
	case strings.HasPrefix(s, "new group: "):
		e.Kind, e.Object = footfall.KindGroup, value(s, "name=")
	case strings.HasPrefix(s, "add '") && strings.Contains(s, "' to group '"), strings.HasPrefix(s, "delete '") && strings.Contains(s, "' from group '"):
		e.Kind, e.Target.Name, e.Object = footfall.KindGroup, quoted(s, 0), quoted(s, 1)
	case strings.HasPrefix(s, "user ") && e.Program == "gpasswd":
		return member(e, s[len("user "):])
	case strings.HasPrefix(s, "password for '") && strings.Contains(s, "' changed by '"):
		e.Kind, e.Target.Name, e.User.Name = footfall.KindPassword, quoted(s, 0), quoted(s, 1)
	default:
		return false
	}
	e.Outcome, e.Service = out, footfall.ServiceLocal
	return true
}

// member reads gpasswd: "NAME added by NAME to group NAME", "NAME removed by NAME from group NAME".
func member(e *footfall.Event, s string) bool {
	name, rest, ok := strings.Cut(s, " ")
	if !ok {
		return false
	}
	for _, verb := range [...][2]string{{"added by ", " to group "}, {"removed by ", " from group "}} {
		if v, found := strings.CutPrefix(rest, verb[0]); found {
			e.User.Name, e.Object, ok = strings.Cut(v, verb[1])
			e.Kind, e.Outcome, e.Service, e.Target.Name = footfall.KindGroup, footfall.Success, footfall.ServiceLocal, name
			return ok
		}
	}
	return false
}

// value returns the text of "key=text," in s.
func value(s, key string) string {
	for rest := s; rest != ""; {
		i := strings.Index(rest, key)
		if i < 0 {
			return ""
		}
		if i == 0 || rest[i-1] == ' ' {
			v, _, _ := strings.Cut(rest[i+len(key):], ",")
			return v
		}
		rest = rest[i+len(key):]
	}
	return ""
}

// quoted returns the nth text in single quotes.
func quoted(s string, n int) string {
	for ; ; n-- {
		_, v, ok := strings.Cut(s, "'")
		if !ok {
			return ""
		}
		in, rest, ok := strings.Cut(v, "'")
		if !ok {
			return ""
		}
		if n == 0 {
			return in
		}
		s = rest
	}
}

// logind reads "New session 5 of user NAME." and "Session 5 logged out...";
// the program that asked for the session tells of the logon.
func logind(e *footfall.Event, s string) bool {
	if e.Program != "systemd-logind" {
		return false
	}
	e.Service = footfall.ServiceLocal
	if v, ok := strings.CutPrefix(s, "New session "); ok {
		id, name, _ := strings.Cut(v, " of user ")
		e.User.Name, e.Session = strings.TrimSuffix(name, "."), strings.Trim(id, "'")
	} else if v, ok := strings.CutPrefix(s, "Removed session "); ok {
		e.Session = strings.TrimSuffix(v, ".")
	} else if v, ok := strings.CutPrefix(s, "Session "); ok {
		e.Session, _, _ = strings.Cut(v, " logged out")
	}
	return true
}

// cron reads "(NAME) CMD (COMMAND)" and what crontab(1) does: "(NAME) REPLACE (NAME)".
func cron(e *footfall.Event, s string) {
	v, ok := strings.CutPrefix(s, "(")
	if !ok {
		return
	}
	name, v, ok := strings.Cut(v, ") ")
	if !ok || strings.IndexByte(name, ' ') >= 0 {
		return
	}
	verb, arg, _ := strings.Cut(v, " (")
	arg = strings.TrimSuffix(arg, ")")
	switch verb {
	case "CMD":
		e.Kind, e.Command, e.ParentImg = footfall.KindProcess, strings.TrimLeft(arg, " "), e.Program
	case "REPLACE", "DELETE":
		e.Kind, e.Target.Name, e.Object = footfall.KindTask, arg, "crontab"
	default:
		return
	}
	e.Outcome, e.Service, e.User.Name = footfall.Success, footfall.ServiceLocal, name
}
