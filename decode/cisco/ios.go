package cisco

import (
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/clock"
	"github.com/footfall/footfall/internal/hostport"
)

// named says what a message of IOS and its relatives means, by its facility
// and mnemonic.
func (d *decoder) named(b *footfall.Batch, e *footfall.Event, facility, mnemonic, s string) {
	switch {
	case strings.Contains(mnemonic, "ACCESSLOG"):
		d.accessList(b, e, s)
		return
	case facility == "FW" || facility == "IOSXE_FWLOG" || facility == "UTM":
		d.inspected(b, e, mnemonic, s)
		return
	case facility == "BGP" || facility == "TCP" || facility == "IP-TCP" || facility == "LDP" || facility == "TDP" || facility == "ROUTING-BGP" || facility == "ROUTING-LDP":
		e.Log = d.routing
		return
	}
	switch facility {
	case "SEC_LOGIN", "SECURITY-LOGIN", "SECURITY-SSHD", "SSH", "SYS", "PARSER", "AAA", "AAAA", "HA_EM", "WEBUI", "DOT1X", "AUTHMGR", "MAB", "SESSION_MGR",
		"AUTHPRIV", "DAEMON", "VSHD", "MGBL-CONFIG", "MGBL-SYS", "DMI", "ACLLOG", "LOGIN", "CRYPTO", "IKEV2":
		e.Log = d.aaa
	}
	switch mnemonic {
	case "LOGIN_SUCCESS", "WEBLOGIN_SUCCESS", "LOGIN_FAILED", "WEBLOGIN_FAILED", "QUIET_MODE_ON":
		login(e, facility, mnemonic, s)
	case "LOGOUT": // User NAME has exited tty session 3(ADDR)
		e.Kind = footfall.KindLogoff
		v := strings.TrimPrefix(s, "User ")
		if i := strings.LastIndex(v, " has exited tty session "); i >= 0 {
			e.User.Name, e.Session = v[:i], v[i+len(" has exited tty session "):]
			line(e)
		}
	case "TTY_EXPIRE_TIMER": // (exec timer expired, tty 1 (ADDR)), user NAME
		e.Kind = footfall.KindLogoff
		if head, u, ok := strings.Cut(s, ")), user "); ok {
			e.User.Name = u
			_, e.Session, _ = strings.Cut(head, "tty ")
			line(e)
		}
	case "CONFIG_I", "CONFIG_P", "VSHD_SYSLOG_CONFIG_I", "PRIV_AUTH_PASS", "PRIV_AUTH_FAIL", "CFGLOG_LOGGEDCMD", "DB_COMMIT", "INSTALL_OPERATION_INFO":
		configured(e, mnemonic, s)
	case "SSH2_SESSION", "SSH2_USERAUTH", "SSH2_CLOSE", "SSH_SESSION", "SSH_USERAUTH", "SSH_CLOSE":
		ssh(e, mnemonic, s)
	case "AUTHEN_SUCCESS", "AUTHEN_FAILED", "INFO_SUCCESS", "INFO_FAILURE", "INFO_GENERAL", "INFO_AUTHENTICATION", "ERR_AUTHENTICATION":
		quoted(e, facility, mnemonic, s)
	case "SYSTEM_MSG":
		systemMessage(e, s)
	case "FAIL", "SUCCESS", "START":
		if facility == "DOT1X" || facility == "AUTHMGR" || facility == "MAB" || facility == "SESSION_MGR" {
			port(e, mnemonic, s)
		}
	case "RESTART":
		e.Kind = footfall.KindStart
	case "INVALID_RP_JOIN": // Received (*, GROUP) Join from ADDR for invalid RP ADDR
		if from, rp, ok := strings.Cut(s, " for invalid RP "); ok {
			e.Kind, e.Outcome = footfall.KindConnection, footfall.Failure
			if from, ok = last(from, " from "); ok {
				addr(&e.From, from)
			}
			addr(&e.To, rp)
		}
	}
	d.fields.Add(b, "", "")
}

// line parts "3(ADDR)", where a session's line and the address of its client stand.
func line(e *footfall.Event) {
	l, a, ok := strings.Cut(e.Session, "(")
	e.Session = strings.TrimSpace(l)
	if ok {
		addr(&e.From, strings.TrimRight(a, ")"))
	}
}

// login reads "Login Success [user: NAME] [Source: ADDR] [localport: 22] at TIME"
// and "Login failed [user: NAME] [Source: ADDR] [localport: 22] [Reason: TEXT] at TIME".
// NAME may hold the same words, so what stands behind it is taken from the end.
func login(e *footfall.Event, facility, mnemonic, s string) {
	e.Kind, e.Outcome = footfall.KindLogon, footfall.Success
	switch mnemonic {
	case "LOGIN_FAILED", "WEBLOGIN_FAILED":
		e.Outcome = footfall.Failure
		if strings.Contains(s, "[Reason: Login Authentication Failed") {
			e.Reason = footfall.ReasonBadPassword
		}
	case "QUIET_MODE_ON":
		e.Kind, e.Outcome, e.Object = footfall.KindAlert, footfall.OutcomeUnknown, "QUIET_MODE_ON"
	}
	if facility != "SEC_LOGIN" {
		quoted(e, facility, mnemonic, s)
		return
	}
	i, j := strings.Index(s, "[user: "), strings.LastIndex(s, "] [Source: ")
	if i < 0 || j < i+len("[user: ") {
		return
	}
	e.User = account(s[i+len("[user: ") : j])
	a, rest, _ := strings.Cut(s[j+len("] [Source: "):], "]")
	addr(&e.From, a)
	if p, ok := strings.CutPrefix(rest, " [localport: "); ok {
		p, _, _ = strings.Cut(p, "]")
		e.To.Port, _ = hostport.Port(p)
		e.Service = footfall.ServiceOfPort(e.To.Port)
	}
	if e.Time == 0 { // the header had but the time since boot
		if ns, ok := moment(s); ok {
			e.Time, e.Zoneless = ns, true
		}
	}
	if strings.HasPrefix(mnemonic, "WEB") {
		e.Service = footfall.ServiceWeb
	}
	if e.To.Port == 0 && !e.From.Addr.IsValid() {
		e.Service = footfall.ServiceLocal
	}
}

// moment reads the end of a message, "at 07:57:58 ZONE Thu Mar 7 2024".
func moment(s string) (ns int64, ok bool) {
	v, found := last(s, " at ")
	if !found || len(v) < 24 || v[2] != ':' || v[5] != ':' {
		return 0, false
	}
	c := clock.Civil{Hour: int(count(v)), Minute: int(count(v[3:])), Second: int(count(v[6:]))}
	_, v = word(v)
	_, v = word(v)
	_, v = word(v)
	month, v := word(v)
	day, year := word(v)
	if len(month) != 3 {
		return 0, false
	}
	c.Month = strings.Index("JanFebMarAprMayJunJulAugSepOctNovDec", month)/3 + 1
	c.Day, c.Year = int(min(count(day), 99)), int(min(count(year), 9999))
	if c.Year < 1990 {
		return 0, false
	}
	return c.Unix()
}

// configured reads who changed the configuration, or got the right to.
func configured(e *footfall.Event, mnemonic, s string) {
	e.Kind, e.Outcome = footfall.KindConfig, footfall.Success
	switch mnemonic {
	case "CFGLOG_LOGGEDCMD": // User:NAME  logged command:TEXT
		u, c, _ := strings.Cut(strings.TrimPrefix(s, "User:"), "logged command:")
		e.User.Name, e.Command = strings.TrimSpace(u), strings.TrimSpace(c)
		return
	case "DB_COMMIT": // Configuration committed by user 'NAME'. Use 'show ...' to view the changes.
		e.User.Name, _ = between(s, "by user '", "'. ")
		return
	case "INSTALL_OPERATION_INFO": // User: NAME, Install Operation: ADD FILE
		e.User.Name, e.Object, _ = strings.Cut(strings.TrimPrefix(s, "User: "), ", Install Operation: ")
		return
	case "CONFIG_P": // Configured programmatically by process TEXT from LINE as NAME on LINE
		if i := strings.LastIndex(s, " as "); i >= 0 {
			e.User.Name, _, _ = strings.Cut(s[i+len(" as "):], " on ")
		}
		return
	case "VSHD_SYSLOG_CONFIG_I": // Configured from vty by NAME on ADDR@pts/0
		i, j := strings.Index(s, " by "), strings.LastIndex(s, " on ")
		if i >= 0 && j >= i+len(" by ") {
			e.User.Name = s[i+len(" by ") : j]
			a, _, _ := strings.Cut(s[j+len(" on "):], "@")
			addr(&e.From, a)
		}
		return
	case "PRIV_AUTH_PASS", "PRIV_AUTH_FAIL": // Privilege level set to 15 by NAME on vty0 (ADDR)
		e.Kind, e.Elevated = footfall.KindPrivilege, mnemonic == "PRIV_AUTH_PASS" && strings.Contains(s, " to 15 ")
		if mnemonic == "PRIV_AUTH_FAIL" {
			e.Outcome = footfall.Failure
		}
	}
	// Configured from console by NAME on vty0 (ADDR)
	i := strings.Index(s, " by ")
	if i < 0 {
		return
	}
	v := s[i+len(" by "):]
	if j := strings.LastIndex(v, " on "); j >= 0 {
		e.User.Name = v[:j]
		e.Session, _ = word(v[j+len(" on "):])
		if k := strings.LastIndexByte(v, '('); k > j {
			addr(&e.From, v[k+1:])
		}
		return
	}
	e.User.Name = v
}

// ssh reads
//
//	SSH2 Session request from ADDR (tty = 0) using crypto cipher 'X', hmac 'X' Succeeded
//	User 'NAME' authentication for SSH2 Session from ADDR (tty = 0) using crypto cipher 'X', hmac 'X' Failed
//	SSH2 Session from ADDR (tty = 0) for user 'NAME' using crypto cipher 'X', hmac 'X' closed
func ssh(e *footfall.Event, mnemonic, s string) {
	e.Service = footfall.ServiceSSH
	rest := s
	switch {
	case strings.HasSuffix(mnemonic, "_USERAUTH"):
		e.Kind = footfall.KindLogon
		i, j := strings.Index(s, "User '"), strings.LastIndex(s, "' authentication for SSH")
		if i >= 0 && j >= i+len("User '") {
			e.User.Name, rest = s[i+len("User '"):j], s[j:]
		}
	case strings.HasSuffix(mnemonic, "_CLOSE"):
		e.Kind = footfall.KindLogoff
		i, j := strings.Index(s, "for user '"), strings.LastIndex(s, "' using crypto")
		if i >= 0 && j >= i+len("for user '") {
			e.User.Name = s[i+len("for user '") : j]
		}
	default:
		e.Kind = footfall.KindAttempt
	}
	if _, v, ok := strings.Cut(rest, " from "); ok {
		a, v := word(v)
		addr(&e.From, a)
		if v, ok = strings.CutPrefix(v, "(tty = "); ok {
			e.Session, _, _ = strings.Cut(v, ")")
		}
	}
	if e.Kind != footfall.KindLogoff {
		switch {
		case strings.HasSuffix(s, "Succeeded"):
			e.Outcome = footfall.Success
		case strings.HasSuffix(s, "Failed"):
			e.Outcome = footfall.Failure
		}
	}
}

// quoted reads the messages of IOS XR: "Successfully authenticated user 'NAME' from
// 'ADDR' on 'vty0'", "Failed authentication attempt by user 'NAME' from 'ADDR' on 'vty0'".
func quoted(e *footfall.Event, facility, mnemonic, s string) {
	ok := strings.HasPrefix(s, "Successfully authenticated")
	if !ok && !strings.HasPrefix(s, "Failed authentication") {
		return
	}
	e.Kind, e.Outcome = footfall.KindLogon, footfall.Success
	if !ok {
		e.Outcome, e.Reason = footfall.Failure, footfall.ReasonBadPassword
	}
	if facility == "SECURITY-SSHD" {
		e.Service = footfall.ServiceSSH
	}
	i, j := strings.Index(s, "user '"), strings.LastIndex(s, "' from '")
	if i < 0 || j < i+len("user '") {
		return
	}
	e.User.Name = s[i+len("user '") : j]
	a, on, _ := strings.Cut(s[j+len("' from '"):], "'")
	addr(&e.From, a)
	_, on, _ = strings.Cut(on, " on '")
	e.Session, _, _ = strings.Cut(on, "'")
}

// systemMessage reads what NX-OS hands on of its programs.
func systemMessage(e *footfall.Event, s string) {
	v, ok := strings.CutPrefix(s, "pam_aaa:Authentication failed ")
	if !ok {
		return
	}
	e.Kind, e.Outcome, e.Reason = footfall.KindLogon, footfall.Failure, footfall.ReasonBadPassword
	if i := strings.LastIndex(v, " - "); i >= 0 {
		prog := v[i+3:]
		v = v[:i]
		if strings.Contains(prog, "sshd") {
			e.Service = footfall.ServiceSSH
		} else if strings.Contains(prog, "login") {
			e.Service = footfall.ServiceLocal
		}
	}
	i := strings.LastIndex(v, "from ")
	if i < 0 {
		return
	}
	addr(&e.From, v[i+len("from "):])
	if u, ok := strings.CutPrefix(strings.TrimSpace(v[:i]), "for user "); ok {
		e.User.Name = u
	}
}

// port reads what 802.1X and MAB say of a port's client: "Authentication
// failed for client (MAC) on Interface NAME AuditSessionID ID".
func port(e *footfall.Event, mnemonic, s string) {
	e.Kind = footfall.KindCredential
	switch mnemonic {
	case "SUCCESS":
		e.Outcome = footfall.Success
	case "FAIL":
		e.Outcome = footfall.Failure
	case "START":
		e.Kind = footfall.KindAttempt
	}
	if _, v, ok := strings.Cut(s, "client ("); ok {
		e.MAC, _, _ = strings.Cut(v, ")")
	}
	if _, v, ok := strings.Cut(s, " on Interface "); ok {
		e.From.Zone, _ = word(v)
	}
	if _, v, ok := strings.Cut(s, "AuditSessionID "); ok {
		e.Session, _ = word(v)
	}
	if _, v, ok := strings.Cut(s, "Username: "); ok {
		e.User.Name, _ = word(v)
	}
}

// accessList reads "list NAME denied tcp ADDR(PORT) (IF MAC) -> ADDR(PORT), 1 packet".
func (d *decoder) accessList(b *footfall.Batch, e *footfall.Event, s string) {
	head, to, ok := strings.Cut(s, " -> ")
	if !ok {
		return
	}
	_, v, _ := strings.Cut(head, "list ")
	list, v := word(v)
	did, v := word(v)
	proto, v := word(v)
	src, via := word(v)
	dst, _ := word(to)
	e.From, _, _ = end(src)
	e.To, _, _ = end(dst)
	e.Kind, e.Object, e.Log = footfall.KindConnection, list, d.wall
	e.Service = footfall.ServiceOfPort(e.To.Port)
	switch did {
	case "permitted":
		e.Outcome = footfall.Success
	case "denied":
		e.Outcome = footfall.Failure
	}
	if strings.HasPrefix(via, "(") {
		e.From.Zone, via = word(via[1:])
		e.MAC = strings.TrimRight(via, ")")
	}
	d.fields.Add(b, did, proto)
}

// inspected reads the messages of the zone-based and the older firewall of
// IOS: "Start tcp session: initiator (ADDR:PORT) -- responder (ADDR:PORT)",
// "Dropping tcp session ADDR:PORT ADDR:PORT on zone-pair NAME".
func (d *decoder) inspected(b *footfall.Batch, e *footfall.Event, mnemonic, s string) {
	e.Log = d.wall
	var proto string
	if head, v, ok := strings.Cut(s, "initiator ("); ok {
		e.Kind, e.Outcome = footfall.KindConnection, footfall.Success
		i := strings.LastIndex(strings.TrimRight(head, " :"), " session")
		if i > 0 {
			_, proto, _ = strings.Cut(head[:i], " ")
			if j := strings.LastIndexByte(proto, ' '); j >= 0 {
				proto = proto[j+1:]
			}
		}
		from, v, _ := strings.Cut(v, ")")
		sent, v, _ := strings.Cut(v, "responder (")
		to, back, _ := strings.Cut(v, ")")
		e.From, _ = hostport.Colon(from)
		e.To, _ = hostport.Colon(to)
		if _, n, ok := strings.Cut(back, "sent "); ok {
			e.Returned = count(n)
		}
		if _, n, ok := strings.Cut(sent, "sent "); ok {
			e.Bytes = count(n) + e.Returned
		}
	} else if strings.HasPrefix(mnemonic, "DROP_PKT") {
		_, v, ok := strings.Cut(s, "Dropping ")
		proto, v = word(v)
		if _, after, is := strings.Cut(v, "pkt from "); is { // IOS XE: "Dropping tcp pkt from IF ADDR:PORT => ADDR:PORT(target:class)-(NAME)"
			if l, r, is := strings.Cut(after, " => "); is {
				e.From.Zone, l = word(l)
				zone := e.From.Zone
				e.From, _ = hostport.Colon(l)
				e.From.Zone = zone
				r, _, _ = strings.Cut(r, "(")
				e.To, _ = hostport.Colon(r)
			}
		} else {
			v = strings.TrimPrefix(strings.TrimPrefix(v, "session "), "pkt ")
			from, v := word(v)
			to, _ := word(v)
			e.From, _ = hostport.Colon(from)
			e.To, _ = hostport.Colon(to)
		}
		if ok {
			e.Kind, e.Outcome = footfall.KindConnection, footfall.Failure
		}
	}
	e.Service = footfall.ServiceOfPort(e.To.Port)
	d.fields.Add(b, "", proto)
}
