package ocsf

import (
	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/jsonlog"
)

// authentication is class 3002. Activities: 1 logon, 2 logoff, 3 a
// ticket-granting ticket, 4 and 5 a service ticket, 6 a preauthentication, 7 a
// switch of account.
func authentication(r *jsonlog.Reader, act int64) {
	e := r.Event
	r.SetLog(4)
	e.Kind = footfall.KindLogon
	switch act {
	case 2:
		e.Kind = footfall.KindLogoff
	case 3, 6:
		e.Kind, e.Service = footfall.KindCredential, footfall.ServiceKerberos
	case 4, 5:
		e.Kind, e.Service = footfall.KindTicket, footfall.ServiceKerberos
	case 7:
		e.Kind, e.Target.Name = footfall.KindExplicit, r.First(user, userEmail)
		return
	}
	if r.Get(user) != "" || r.Get(userEmail) != "" || r.Get(userUID) != "" { // user is who logs on; the actor asks for it
		e.User = footfall.Account{Name: r.First(user, userEmail), Domain: r.Get(userDomain), SID: r.Get(userUID)}
	}
	auth(r)
	if n := r.Num(logonTypeID); n > 0 && n < 14 {
		e.LogonType = uint8(n)
	}
	if e.Service == footfall.ServiceUnknown {
		e.Service = logonService(r)
	}
	if e.To.Host == "" && !e.To.Addr.IsValid() {
		e.To.Host = r.Get(service)
		if e.To.Host == "" || serviceOf(e.To.Host) != footfall.ServiceUnknown {
			e.To.Host = r.Get(deviceHost)
			e.To.Addr = r.Addr(deviceIP)
		}
	}
	switch r.Get(mfa) {
	case "true":
		e.MFA = footfall.MFAUsed
	case "false":
		e.MFA = footfall.MFAAbsent
	}
	if e.Outcome == footfall.Failure {
		e.Reason = why(r.Get(statusDetail))
	}
}

func auth(r *jsonlog.Reader) {
	e := r.Event
	switch r.Num(protocol) {
	case 1:
		e.Auth = footfall.AuthNTLM
	case 2:
		e.Auth = footfall.AuthKerberos
	case 4, 5, 6:
		e.Auth = footfall.AuthToken
	case 3, 7, 8, 9, 10, 11, 12:
		e.Auth = footfall.AuthPassword
	}
}

// logonService is the service of a logon: what is named, else what the type
// or the port says.
func logonService(r *jsonlog.Reader) footfall.Service {
	e := r.Event
	for _, slot := range [...]int{service, app} {
		if s := serviceOf(r.Get(slot)); s != footfall.ServiceUnknown {
			return s
		}
	}
	if s := footfall.ServiceOfPort(e.To.Port); s != footfall.ServiceUnknown {
		return s
	}
	switch e.LogonType {
	case 10, 12:
		return footfall.ServiceRDP
	case 3, 8:
		return footfall.ServiceNetwork
	case 2, 4, 5, 7, 11:
		return footfall.ServiceLocal
	}
	if r.Get(account) != "" || r.Get(apiOp) != "" {
		return footfall.ServiceCloud
	}
	return footfall.ServiceUnknown
}

func why(s string) footfall.Reason {
	switch {
	case jsonlog.Has(s, "locked", "lockout"):
		return footfall.ReasonLocked
	case jsonlog.Has(s, "disabled"):
		return footfall.ReasonDisabled
	case jsonlog.Has(s, "expired"):
		return footfall.ReasonExpired
	case jsonlog.Has(s, "no such user", "user_not_found", "unknown user", "does not exist", "invalid user"):
		return footfall.ReasonNoUser
	case jsonlog.Has(s, "mfa", "factor", "otp"):
		return footfall.ReasonMFA
	case jsonlog.Has(s, "password", "credential"):
		return footfall.ReasonBadPassword
	case jsonlog.Has(s, "restrict", "policy", "denied", "not allowed"):
		return footfall.ReasonRestricted
	}
	return footfall.ReasonUnknown
}

// account3001 is Account Change. Activities: 1 create, 2 enable, 3 password
// change, 4 password reset, 5 disable, 6 delete, 7 attach policy, 8 detach
// policy, 9 lock, 10 MFA enable, 11 MFA disable, 12 unlock.
func account3001(r *jsonlog.Reader, act int64) {
	e := r.Event
	e.Kind = footfall.KindAccount
	switch act {
	case 3, 4:
		e.Kind = footfall.KindPassword
	case 7, 8:
		e.Kind, e.Object = footfall.KindGroup, r.Get(privileges)
	}
	e.Target = footfall.Account{Name: r.First(user, userEmail), Domain: r.Get(userDomain), SID: r.Get(userUID)}
}

// network is one of the classes of connections. Activities of 4001: 1 open, 2
// close, 3 reset, 4 fail, 5 refuse, 6 traffic, 7 listen.
func network(r *jsonlog.Reader, n, act int64) {
	e := r.Event
	r.SetLog(2)
	e.Kind = footfall.KindConnection
	switch n {
	case 4005:
		e.Service = footfall.ServiceRDP
	case 4006:
		e.Service = footfall.ServiceSMB
	case 4007:
		e.Service = footfall.ServiceSSH
	case 4008:
		e.Service = footfall.ServiceFTP
	case 4009:
		e.Service = footfall.ServiceMail
	case 4002:
		http(r)
		return
	case 4014: // Tunnel Activity
		e.Service = footfall.ServiceVPN
		tunnel(r, act)
	default:
		if e.Service = serviceOf(r.First(service, app)); e.Service == footfall.ServiceUnknown {
			e.Service = footfall.ServiceOfPort(e.To.Port)
		}
	}
	if n == 4006 && r.Get(share) != "" {
		e.Kind, e.Object = footfall.KindShare, r.Get(share)
	} else if r.Get(rule) != "" {
		e.Object = r.Get(rule)
	}
	subject(r)
	e.Outcome = permitted(r, n, act)
	e.Bytes, e.Returned = r.Num(bytes), r.Num(bytesIn)
	if e.Bytes == 0 {
		e.Bytes = r.Num(bytesIn) + r.Num(bytesOut)
	}
	if ms := r.Num(duration); ms > 0 && ms < 1<<40 {
		e.Duration = ms * 1e6
	}
	auth(r)
}

// tunnel is class 4014: 1 opened, 2 closed, 3 renewed.
func tunnel(r *jsonlog.Reader, act int64) {
	e := r.Event
	e.Kind = footfall.KindLogon
	if act == 2 {
		e.Kind = footfall.KindLogoff
	}
}

// permitted tells what was let through: by disposition, action and activity,
// the status last, which says how well the record's own work went.
func permitted(r *jsonlog.Reader, n, act int64) footfall.Outcome {
	switch r.Get(disposition) {
	case "1":
		return footfall.Success
	case "2", "6", "21", "24", "25", "26":
		return footfall.Failure
	}
	switch r.Get(actionID) {
	case "1":
		return footfall.Success
	case "2":
		return footfall.Failure
	}
	if (n == 4001 || n == 4007) && (act == 4 || act == 5) {
		return footfall.Failure
	}
	if o := outcome(r); o != footfall.OutcomeUnknown {
		return o
	}
	if n == 4001 && (act == 1 || act == 2 || act == 6) {
		return footfall.Success
	}
	return footfall.OutcomeUnknown
}

func http(r *jsonlog.Reader) {
	e := r.Event
	e.Kind, e.Service, e.Object = footfall.KindRequest, footfall.ServiceWeb, r.Get(url)
	subject(r)
	switch c := r.Num(code); {
	case c >= 400:
		e.Outcome = footfall.Failure
	case c > 0:
		e.Outcome = footfall.Success
	}
	e.Bytes, e.Returned = r.Num(bytes), r.Num(bytesIn)
}

func finding(r *jsonlog.Reader) {
	e := r.Event
	e.Kind, e.Object, e.Outcome = footfall.KindAlert, r.First(title, message), footfall.OutcomeUnknown
	if !e.From.Addr.IsValid() {
		e.From.Addr = r.Addr(evidenceSrc)
	}
	if !e.To.Addr.IsValid() {
		e.To.Addr, e.To.Port = r.Addr(evidenceDst), r.PortOf(evidencePort)
	}
	if e.User.Name == "" {
		e.User.Name = r.Get(evidenceUser)
	}
	if e.Computer == "" {
		e.Computer = r.Get(resource)
	}
	subject(r)
}

func process1007(r *jsonlog.Reader, act int64) {
	e := r.Event
	if act != 1 { // 2 terminate, 3 open, 4 inject, 5 set user id
		return
	}
	r.SetLog(1)
	e.Kind, e.Image, e.Command, e.ParentImg = footfall.KindProcess, r.Get(process), r.Get(command), r.First(parent, actorProcess)
	subject(r)
}
