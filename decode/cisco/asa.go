package cisco

import (
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/hostport"
)

// numbered says what a message of ASA or FTD means, by its number.
func (d *decoder) numbered(b *footfall.Batch, e *footfall.Event, id uint32, s string) {
	switch {
	case id >= 430001 && id <= 430005:
		d.ftd(b, e, id, s)
	case session(b, e, id, s), aaa(e, id, s), admin(e, id, s):
		e.Log = d.aaa
		d.fields.Add(b, "", "")
	case id/1000 == 304:
		d.request(b, e, s)
	case id/1000 == 733:
		threat(e, id, s)
		e.Log = d.wall
		d.fields.Add(b, "", "")
	case id == 609001 || id == 609002 || id == 305011 || id == 305012 || id == 602303 || id == 602304:
		ends(e, s)
		e.Log = d.wall
		if id/1000 == 602 {
			e.Service, e.Outcome = footfall.ServiceVPN, footfall.Success
		}
	case flows(id / 1000):
		d.traffic(b, e, s, id)
		if !e.From.Addr.IsValid() && e.From.Host == "" && !e.To.Addr.IsValid() && e.To.Host == "" {
			e.Kind, e.Outcome = footfall.KindUnknown, footfall.OutcomeUnknown
		}
		switch id / 1000 {
		case 303:
			transfer(e, s)
		case 400:
			e.Kind, e.Outcome = footfall.KindAlert, footfall.OutcomeUnknown
			e.Object, _, _ = strings.Cut(s, " from ")
		}
	}
}

// flows reports whether messages of a class (the first three digits of their
// numbers) are about single connections and packets.
func flows(class uint32) bool {
	switch class {
	case 106, 108, 110, 209, 302, 303, 313, 322, 338, 400, 401, 406, 407, 408, 410, 415, 416, 418, 419, 420, 421, 424, 431, 434, 446, 500, 507, 508, 710, 805:
		return true
	}
	return false
}

// ends keeps who is named in a message that is about no connection of theirs:
// translations, local hosts, security associations.
func ends(e *footfall.Event, s string) {
	var f flow
	f.parse(s)
	if !f.hasFrom {
		if i := strings.Index(s, "local-host "); i >= 0 {
			w, _ := word(s[i+len("local-host "):])
			if p, _, ok := end(w); ok {
				f.from = p
			}
		}
	}
	e.From, e.To, e.Duration = f.from, f.to, f.duration
	if f.user != "" {
		e.User = account(f.user)
	}
	if u, ok := between(s, "(user= ", ")"); ok {
		e.User = account(u)
	}
}

// request reads "USER@ADDR Accessed URL ADDR:URL" and "Access denied URL URL
// SRC ADDR DEST ADDR on interface NAME".
func (d *decoder) request(b *footfall.Batch, e *footfall.Event, s string) {
	action := ""
	if who, url, ok := strings.Cut(s, " Accessed "); ok {
		_, url, ok = strings.Cut(url, "URL ")
		if !ok {
			return
		}
		who, _, _ = strings.Cut(who, " ")
		if u, a, named := strings.Cut(who, "@"); named {
			e.User, who = account(u), a
		}
		addr(&e.From, who)
		to, path, _ := strings.Cut(url, ":")
		if i := strings.LastIndexByte(to, '@'); i >= 0 {
			to = to[i+1:]
		}
		addr(&e.To, to)
		e.Outcome, e.Object, action = footfall.Success, path, "Accessed"
	} else if i, j := strings.Index(s, "denied URL "), strings.LastIndex(s, " SRC "); i >= 0 && j > i+len("denied URL ")-1 {
		var f flow
		f.parse(s[j+1:])
		e.From, e.To, e.From.Zone = f.from, f.to, f.zone
		e.Outcome, e.Object, action = footfall.Failure, s[i+len("denied URL "):j], "denied"
	} else {
		return
	}
	e.Kind, e.Service, e.Log = footfall.KindRequest, footfall.ServiceWeb, d.wall
	d.fields.Add(b, action, "")
}

// transfer reads what 303002 says behind the ends: "user NAME Stored file NAME".
func transfer(e *footfall.Event, s string) {
	_, v, ok := strings.Cut(s, ", user ")
	if !ok {
		return
	}
	for _, mark := range [...]string{" Stored file ", " Retrieved file "} {
		if u, file, ok := strings.Cut(v, mark); ok {
			e.Kind, e.Service, e.User, e.Object, e.Outcome = footfall.KindTransfer, footfall.ServiceFTP, account(u), file, footfall.Success
		}
	}
}

// threat reads messages of threat detection.
func threat(e *footfall.Event, id uint32, s string) {
	e.Kind = footfall.KindAlert
	switch id {
	case 733100:
		e.Object, _, _ = strings.Cut(s, " drop rate")
		e.Object = strings.Trim(e.Object, "[ ]")
		addr(&e.From, e.Object)
	case 733101: // Host ADDR is targeted; Subnet ADDR is attacking
		kind, v := word(s)
		v, did := word(v)
		e.Object, _, _ = strings.Cut(did, ".")
		switch {
		case kind != "Host" && kind != "host" && kind != "Object":
		case strings.HasPrefix(did, "is targeted"):
			addr(&e.To, v)
		default:
			addr(&e.From, v)
		}
	default:
		e.Object = s
		if _, v, ok := strings.Cut(s, "host "); ok {
			v, _ = word(v)
			addr(&e.From, v)
		}
	}
}

// admin reads messages about administrators: logons, commands, accounts.
func admin(e *footfall.Event, id uint32, s string) bool {
	switch id {
	case 605004, 605005: // Login denied from ADDR/PORT to IF:ADDR/SERVICE for user "NAME"
		var f flow
		head, user, _ := strings.Cut(s, ` for user "`)
		f.parse(head)
		e.Kind, e.From, e.To, e.Outcome = footfall.KindLogon, f.from, f.to, footfall.Success
		e.Service = footfall.ServiceOfPort(e.To.Port)
		if id == 605004 {
			e.Outcome = footfall.Failure
		}
		e.User.Name = shown(strings.TrimSuffix(strings.TrimRight(user, " "), `"`))
	case 611101, 611102: // User authentication succeeded: [IP address: ADDR, ]Uname: NAME
		e.Kind, e.Outcome = footfall.KindCredential, footfall.Success
		if id == 611102 {
			e.Outcome = footfall.Failure
		}
		if _, v, ok := strings.Cut(s, "IP address: "); ok {
			v, _, _ = strings.Cut(v, ",")
			addr(&e.From, v)
		}
		_, e.User.Name, _ = strings.Cut(s, "Uname: ")
	case 611103: // User logged out: Uname: NAME
		e.Kind = footfall.KindLogoff
		_, e.User.Name, _ = strings.Cut(s, "Uname: ")
	case 315011: // SSH session from ADDR on interface NAME for user "NAME" disconnected by SSH server, reason: "TEXT" (0x00)
		e.Kind, e.Service = footfall.KindLogoff, footfall.ServiceSSH
		from(e, s)
		e.User.Name, _ = between(s, ` for user "`, `" `)
		if i := strings.LastIndex(e.User.Name, `" disconnected`); i >= 0 {
			e.User.Name = e.User.Name[:i]
		}
	case 315001, 307001: // Denied SSH session from ADDR on interface NAME
		e.Kind, e.Service, e.Outcome, e.Reason = footfall.KindAttempt, footfall.ServiceSSH, footfall.Failure, footfall.ReasonRestricted
		if id == 307001 {
			e.Service = footfall.ServiceTelnet
		}
		from(e, s)
	case 606001, 606003: // ASDM session number N from ADDR started
		e.Kind, e.Service = footfall.KindAttempt, footfall.ServiceWeb
		from(e, s)
	case 606002, 606004:
		e.Kind, e.Service = footfall.KindLogoff, footfall.ServiceWeb
		from(e, s)
	case 308001: // console enable password incorrect for N tries (from ADDR)
		e.Kind, e.Outcome, e.Reason = footfall.KindPrivilege, footfall.Failure, footfall.ReasonBadPassword
		from(e, s)
	case 111008, 111009, 111010:
		command(e, id, s)
	case 502101, 502102: // New user added to local dbase: Uname: NAME Priv: N Encpass: TEXT
		e.Kind, e.Outcome = footfall.KindAccount, footfall.Success
		e.Target.Name, _ = between(s, "Uname: ", " Priv: ")
	case 502103: // User priv level changed: Uname: NAME From: N To: N
		e.Kind, e.Outcome = footfall.KindPrivilege, footfall.Success
		e.User.Name, _ = between(s, "Uname: ", " From: ")
		to, _ := last(s, " To: ")
		e.Elevated = strings.TrimSpace(to) == "15"
	case 113006, 113007: // User NAME locked out on exceeding N successive failed authentication attempts
		e.Kind, e.Outcome = footfall.KindAccount, footfall.Failure
		e.Reason = footfall.ReasonLocked
		if id == 113007 {
			e.Outcome, e.Reason = footfall.Success, footfall.ReasonUnknown
		}
		e.Target.Name, _, _ = strings.Cut(strings.TrimPrefix(s, "User "), behindName(id))
	case 113021: // Attempted console login failed. User NAME did NOT have appropriate Admin Rights.
		e.Kind, e.Service, e.Outcome, e.Reason = footfall.KindLogon, footfall.ServiceLocal, footfall.Failure, footfall.ReasonRestricted
		e.User.Name, _ = between(s, "User ", " did NOT have ")
	case 199001, 199002, 199005:
		e.Kind = footfall.KindStart
	case 111001, 111002, 111003, 111004, 111005, 111007:
		e.Kind = footfall.KindConfig
		if w, _ := word(strings.TrimPrefix(strings.TrimPrefix(s, "Begin configuration: "), "Write ")); w != "" {
			addr(&e.From, w)
		}
	default:
		return false
	}
	return true
}

// behindName is what follows the name in the messages about locked accounts.
func behindName(id uint32) string {
	if id == 113007 {
		return " unlocked by "
	}
	return " locked out on "
}

// from reads the word behind the first "from", an address without a port.
func from(e *footfall.Event, s string) {
	_, v, ok := strings.Cut(s, "from ")
	if !ok {
		return
	}
	v, _ = word(v)
	if a, ok := hostport.Addr(strings.TrimRight(v, "),.")); ok {
		e.From.Addr = a
	}
	if _, v, ok := strings.Cut(s, " on interface "); ok {
		e.From.Zone, _ = word(v)
	}
}

// command reads who ran what: "User 'NAME' executed the 'TEXT' command.",
// "User 'NAME' executed cmd: TEXT", "User 'NAME', running 'CLI' from IP ADDR, executed 'TEXT'".
func command(e *footfall.Event, id uint32, s string) {
	v := strings.TrimPrefix(s, "User ")
	e.Kind = footfall.KindConfig
	switch id {
	case 111008:
		e.User.Name, e.Command, _ = strings.Cut(v, " executed the ")
		e.Command = strings.TrimSuffix(strings.TrimRight(e.Command, ". "), " command")
	case 111009: // commands that change nothing
		e.Kind = footfall.KindScript
		e.User.Name, e.Command, _ = strings.Cut(v, " executed cmd:")
	case 111010:
		var rest string
		e.User.Name, rest, _ = strings.Cut(v, ", running ")
		_, rest, _ = strings.Cut(rest, " from IP ")
		ip, cmd, _ := strings.Cut(rest, ", executed ")
		addr(&e.From, ip)
		e.Command = cmd
	}
	e.User.Name = strings.Trim(e.User.Name, "'")
	e.Command = strings.Trim(strings.TrimSpace(e.Command), "'")
}

// shown returns a name, "" for the stars that ASA writes in place of one that
// is not valid.
func shown(s string) string {
	if strings.Trim(s, "*") == "" {
		return ""
	}
	return s
}
