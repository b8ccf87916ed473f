package cisco

import (
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/hostport"
)

// session reads messages about sessions of remote users: AnyConnect, WebVPN,
// IPsec by IKEv1 and IKEv2, and the addresses that they are given.
func session(b *footfall.Batch, e *footfall.Event, id uint32, s string) bool {
	kind, outcome := meaning(id, s)
	if kind == footfall.KindUnknown && !named(id) {
		return false
	}
	e.Kind, e.Outcome, e.Service = kind, outcome, footfall.ServiceVPN
	switch id / 1000 {
	case 750, 751, 752:
		ike2(e, s)
	case 734: // DAP: User NAME, Addr ADDR, Connection TYPE: ...
		v := strings.TrimPrefix(s, "DAP: User ")
		if i := strings.LastIndex(v, ", Addr "); i >= 0 {
			e.User = account(v[:i])
			a, rest, _ := strings.Cut(v[i+len(", Addr "):], ",")
			addr(&e.From, strings.TrimSuffix(strings.TrimSpace(a), ":"))
			_, e.Client, _ = strings.Cut(rest, "Connection ")
			e.Client, _, _ = strings.Cut(e.Client, ":")
		}
	case 737:
		ipaa(e, s)
	default:
		member(e, s)
	}
	details(e, id, s)
	if e.Session == "" && outcome != footfall.Failure && e.User.Name != "" && e.From.Addr.IsValid() {
		buf := b.Grow(len(e.User.Name) + 50)
		buf = append(append(buf, e.User.Name...), '@')
		e.Session = b.Kept(e.From.Addr.AppendTo(buf))
	}
	return true
}

// meaning says what became of a session.
func meaning(id uint32, s string) (footfall.Kind, footfall.Outcome) {
	switch id {
	case 113039, 716001:
		return footfall.KindLogon, footfall.Success
	case 713049: // of a LAN-to-LAN group no user came
		if strings.Contains(s, "negotiation complete for User (") {
			return footfall.KindLogon, footfall.Success
		}
		return footfall.KindConnection, footfall.Success
	case 750006:
		return footfall.KindLogon, footfall.Success
	case 750002, 713172, 713119:
		return footfall.KindAttempt, footfall.OutcomeUnknown
	case 750003, 751011, 713167, 713194, 713205, 113029, 113030, 113033, 113035, 113036, 113038, 716039, 716007, 716023, 722012:
		return footfall.KindLogon, footfall.Failure
	case 716038, 734001:
		return footfall.KindCredential, footfall.Success
	case 722051, 713228, 751025, 737026, 737016, 737006, 722041:
		if id == 737016 || id == 737006 || id == 722041 {
			return footfall.KindUnknown, footfall.OutcomeUnknown
		}
		return footfall.KindLease, footfall.Success
	case 113019, 716002, 750007, 713050, 713259:
		return footfall.KindLogoff, footfall.OutcomeUnknown
	case 722023, 722037, 722028, 722030, 722031, 722029:
		return footfall.KindDisconnect, footfall.OutcomeUnknown
	case 722022, 722033, 722034:
		return footfall.KindConnection, footfall.Success
	case 716003: // WebVPN access GRANTED: url
		return footfall.KindRequest, footfall.Success
	case 716004:
		return footfall.KindRequest, footfall.Failure
	case 716058:
		return footfall.KindDisconnect, footfall.OutcomeUnknown
	case 716059:
		return footfall.KindReconnect, footfall.Success
	}
	return footfall.KindUnknown, footfall.OutcomeUnknown
}

// named reports whether other messages of a number's class name a session.
func named(id uint32) bool {
	switch id / 1000 {
	case 713, 715, 716, 722, 725, 734, 737, 750, 751, 752:
		return true
	}
	return id >= 113029 && id <= 113042
}

// member reads who a message is about, in one of three forms:
//
//	Group <NAME> User <NAME> IP <ADDR> TEXT
//	Group NAME User NAME IP ADDR TEXT
//	Group = NAME, Username = NAME, IP = ADDR, TEXT
//
// The names are the other end's to choose when they are of a failed logon: the
// address is the last that stands so, and of the third form the only one.
func member(e *footfall.Event, s string) {
	if v, ok := strings.CutPrefix(s, "Group <"); ok {
		i := strings.LastIndex(v, "> IP <")
		if i < 0 {
			return
		}
		head := v[:i]
		if j := strings.Index(head, "> User <"); j >= 0 {
			e.Object, e.User = head[:j], account(shown(head[j+len("> User <"):]))
		}
		a, _, _ := strings.Cut(v[i+len("> IP <"):], ">")
		addr(&e.From, a)
		return
	}
	if v, ok := strings.CutPrefix(s, "Group "); ok && !strings.HasPrefix(v, "= ") {
		i, j := strings.Index(v, " User "), strings.LastIndex(v, " IP ")
		if i < 0 || j < i+len(" User ") {
			return
		}
		e.Object, e.User = v[:i], account(shown(v[i+len(" User "):j]))
		a, _ := word(v[j+len(" IP "):])
		addr(&e.From, a)
		return
	}
	if v, ok := strings.CutPrefix(s, "Group = "); ok {
		e.Object, _, _ = strings.Cut(v, ",")
	}
	if strings.Count(s, "IP = ") == 1 {
		_, v, _ := strings.Cut(s, "IP = ")
		v, _, _ = strings.Cut(v, ",")
		v, _ = word(v)
		addr(&e.From, v)
		if u, ok := between(s, "Username = ", ", IP = "); ok {
			e.User = account(shown(u))
		}
	}
	if v, ok := strings.CutPrefix(s, "Authentication: rejected, group = "); ok { // 716039 of old releases
		i, j := strings.Index(v, " user = "), strings.LastIndex(v, " , Session Type:")
		if i >= 0 && j > i+len(" user = ") {
			e.Object, e.User = v[:i], account(shown(v[i+len(" user = "):j]))
		}
	}
}

// ike2 reads "Local:ADDR:PORT Remote:ADDR:PORT Username:NAME TEXT".
func ike2(e *footfall.Event, s string) {
	v, ok := strings.CutPrefix(s, "Local:")
	if !ok {
		return
	}
	local, v := word(v)
	remote, ok := strings.CutPrefix(v, "Remote:")
	if !ok {
		return
	}
	remote, rest := word(remote)
	if p, ok := hostport.Colon(local); ok {
		e.To = p
	}
	if p, ok := hostport.Colon(remote); ok {
		e.From = p
	}
	if v, ok := strings.CutPrefix(rest, "Username:"); ok {
		v, _ = word(v)
		if v != "Unknown" && v != "DefaultL2LGroup" {
			e.User = account(v)
		}
	}
}

// ipaa reads "IPAA: Session=0x00001000, Client assigned ADDR from local pool NAME".
func ipaa(e *footfall.Event, s string) {
	if _, v, ok := strings.Cut(s, "Session="); ok {
		e.Session, _, _ = strings.Cut(v, ",")
	}
	if _, v, ok := strings.Cut(s, "assigned "); ok {
		v, _ = word(v)
		if a, ok := hostport.Addr(strings.TrimRight(v, ".,")); ok {
			e.Assigned = a
		}
	}
	if e.Kind == footfall.KindLease && !e.Assigned.IsValid() {
		e.Kind, e.Outcome = footfall.KindUnknown, footfall.OutcomeUnknown
	}
}

// details reads what only some messages say: the address given, how long it
// lasted, how much was moved, why it failed.
func details(e *footfall.Event, id uint32, s string) {
	switch id {
	case 722051: // IPv4 Address <ADDR> IPv6 address <ADDR> assigned to session
		if v, ok := last(s, "IPv4 Address <"); ok {
			assigned(e, v)
		}
		if v, ok := last(s, "IPv6 address <"); ok && !e.Assigned.IsValid() {
			assigned(e, v)
		}
	case 713228: // Assigned private IP address ADDR to remote user
		if v, ok := last(s, "private IP address "); ok {
			v, _ = word(v)
			assigned(e, v)
		}
	case 751025: // Group:NAME IPv4 Address=ADDR IPv6 address=ADDR assigned to session
		if v, ok := last(s, "IPv4 Address="); ok {
			v, _ = word(v)
			assigned(e, v)
		}
	case 113019: // Session disconnected. Session Type: T, Duration: 0h:32m:16s, Bytes xmt: N, Bytes rcv: N, Reason: TEXT
		if v, ok := last(s, "Duration: "); ok {
			v, _, _ = strings.Cut(v, ",")
			e.Duration = duration(v)
		}
		if v, ok := last(s, "Bytes xmt: "); ok {
			e.Returned = count(v) // what the gateway sent to the client
		}
		if v, ok := last(s, "Bytes rcv: "); ok {
			e.Bytes = e.Returned + count(v)
		}
		if v, ok := last(s, "Session Type: "); ok {
			e.Client, _, _ = strings.Cut(v, ",")
		}
	case 716003, 716004:
		e.Object, _ = last(s, ": ")
		e.Service = footfall.ServiceGateway
	case 113029, 113030, 113033, 113035, 113036, 113038:
		e.Reason = footfall.ReasonRestricted
	case 750003, 751011:
		if strings.Contains(s, "uthentication") {
			e.Reason = footfall.ReasonBadPassword
		} else {
			e.Reason = footfall.ReasonProtocol
		}
	case 716039, 713167:
		e.Reason = footfall.ReasonBadPassword
	}
}

func assigned(e *footfall.Event, v string) {
	v, _, _ = strings.Cut(v, ">")
	if a, ok := hostport.Addr(v); ok && !a.IsUnspecified() {
		e.Assigned = a
	}
}

// aaa reads messages about credentials that were checked.
func aaa(e *footfall.Event, id uint32, s string) bool {
	switch id {
	case 113004, 113012: // AAA user authentication Successful : server = ADDR : user = NAME
		e.Kind, e.Outcome, e.Service = footfall.KindCredential, footfall.Success, footfall.ServiceVPN
		if strings.HasPrefix(s, "AAA user account") || strings.HasPrefix(s, "AAA user authoriz") {
			e.Kind = footfall.KindUnknown
		}
		checked(e, s)
	case 113005, 113015, 113016, 113017: // AAA user authentication Rejected : reason = TEXT : server = ADDR : user = NAME : user IP = ADDR
		e.Kind, e.Outcome, e.Service = footfall.KindLogon, footfall.Failure, footfall.ServiceVPN
		checked(e, s)
		e.To = footfall.Endpoint{} // the server that was asked is not where they wanted to go
		why(e, s)
	case 113008, 113009, 113011, 113013, 113003, 113010: // AAA transaction status ACCEPT : user = NAME
		checked(e, s)
	case 109001, 109005, 109006, 109007, 109008, 109010, 109023, 109024, 109025, 109029, 109031, 109033, 109034, 109039:
		through(e, id, s)
	default:
		return false
	}
	return true
}

// checked reads server, user and user IP. The user is the other end's to
// choose; nothing but "user IP" stands behind it.
func checked(e *footfall.Event, s string) {
	if v, ok := last(s, "user IP = "); ok {
		addr(&e.From, v)
		s = strings.TrimRight(s[:len(s)-len(v)-len("user IP = ")], " :")
	}
	i := strings.Index(s, "ser = ")
	if i < 0 {
		return
	}
	e.User = account(shown(strings.TrimSpace(s[i+len("ser = "):])))
	if _, v, ok := strings.Cut(s[:i], "server = "); ok {
		v, _ = word(strings.TrimLeft(v, " "))
		addr(&e.To, v)
	}
}

// why reads the reason of a rejection.
func why(e *footfall.Event, s string) {
	_, v, _ := strings.Cut(s, "reason = ")
	v, _, _ = strings.Cut(v, ":")
	switch v = strings.TrimSpace(v); {
	case strings.HasPrefix(v, "Invalid password"), strings.HasPrefix(v, "AAA failure"), strings.HasPrefix(v, "Unspecified"), strings.HasPrefix(v, "Authentication failed"):
		e.Reason = footfall.ReasonBadPassword
	case strings.HasPrefix(v, "User was not found"), strings.HasPrefix(v, "No such user"):
		e.Reason = footfall.ReasonNoUser
	case strings.HasPrefix(v, "Account is locked"), strings.HasPrefix(v, "Account locked"), strings.Contains(v, "locked out"):
		e.Reason = footfall.ReasonLocked
	case strings.HasPrefix(v, "Account has been disabled"), strings.Contains(v, "disabled"):
		e.Reason = footfall.ReasonDisabled
	case strings.Contains(v, "expired"):
		e.Reason = footfall.ReasonExpired
	case strings.Contains(v, "restrict"), strings.Contains(v, "hours"), strings.Contains(v, "not allowed"):
		e.Reason = footfall.ReasonRestricted
	}
}

// through reads messages of users that prove who they are to the firewall to
// get through it: "Authentication succeeded for user 'NAME' from ADDR/PORT to ADDR/PORT on interface NAME".
func through(e *footfall.Event, id uint32, s string) {
	i := strings.LastIndex(s, " from ")
	if i < 0 {
		return
	}
	var f flow
	f.parse(s[i+1:])
	e.From, e.To, e.From.Zone = f.from, f.to, f.zone
	if _, v, ok := strings.Cut(s[:i], "user "); ok {
		e.User = account(shown(strings.Trim(strings.TrimSpace(v), `'"?`)))
	}
	e.Service = footfall.ServiceGateway
	if v := footfall.ServiceOfPort(e.To.Port); v != footfall.ServiceUnknown {
		e.Service = v
	}
	switch id {
	case 109001:
		e.Kind = footfall.KindAttempt
	case 109005, 109033, 109039:
		e.Kind, e.Outcome = footfall.KindLogon, footfall.Success
	case 109007:
		e.Kind, e.Outcome = footfall.KindConnection, footfall.Success
	case 109006, 109010, 109023, 109031, 109034:
		e.Kind, e.Outcome, e.Reason = footfall.KindLogon, footfall.Failure, footfall.ReasonBadPassword
	case 109008, 109024, 109025, 109029:
		e.Kind, e.Outcome, e.Reason = footfall.KindConnection, footfall.Failure, footfall.ReasonRestricted
	}
}
