package auditd

import (
	"path"
	"strings"

	"github.com/footfall/footfall"
)

// mean gives event i its kind by the record's type (message dictionary).
func (r *reader) mean(b *footfall.Batch, i int) {
	e, v := &b.Events[i], &r.now
	switch v.kind {
	case "USER_LOGIN":
		e.Kind, e.Service = footfall.KindLogon, r.service(e)
		r.person(e)
		if _, ok := digits(v.pid, 10); ok && e.Service == footfall.ServiceSSH && e.Session != "" {
			e.Parent = v.pid // sshd's own messages name the session by its process
		}
	case "USER_AUTH", "USER_ERR":
		e.Kind, e.Service, e.Auth = footfall.KindCredential, r.service(e), auth(v.op)
	case "USER_START":
		// PAM's session is the same logon as USER_LOGIN: a check that succeeded.
		if s := r.service(e); s != footfall.ServiceLocal {
			e.Kind, e.Service = footfall.KindCredential, s
		}
	case "USER_LOGOUT":
		e.Kind, e.Service = footfall.KindLogoff, r.service(e)
		r.person(e)
	case "USER_END":
		if s := r.service(e); s == footfall.ServiceSSH || path.Base(v.exe) == "login" {
			e.Kind, e.Service = footfall.KindLogoff, s
		}
	case "USER_CMD":
		e.Kind, e.Service, e.Command = footfall.KindPrivilege, footfall.ServiceLocal, v.cmd
		e.User.Name = known(v.auidName)
	case "ADD_USER", "DEL_USER", "USER_MGMT", "ACCT_LOCK", "ACCT_UNLOCK":
		e.Kind = footfall.KindAccount
		r.changed(e)
	case "ADD_GROUP", "DEL_GROUP", "GRP_MGMT":
		e.Kind, e.Object = footfall.KindGroup, v.grp
		r.changed(e)
	case "USER_CHAUTHTOK":
		e.Kind = footfall.KindPassword
		r.changed(e)
	case "SYSCALL":
		if starts(v.arch, v.syscall) {
			r.started(b, i)
		}
	case "EXECVE":
		r.arguments(b, i)
	}
	if e := &b.Events[i]; e.Kind == footfall.KindUnknown {
		e.Outcome = footfall.OutcomeUnknown
	} else if e.Outcome == footfall.Failure && (e.Kind == footfall.KindLogon || e.Kind == footfall.KindCredential) && v.acct == "" && v.number == "" {
		e.Reason = footfall.ReasonNoUser
	}
}

// person names who logged on: sshd gives USER_LOGIN the number of an account
// that exists, and the name of one that does not.
func (r *reader) person(e *footfall.Event) {
	v := &r.now
	if v.number != "" {
		e.User.SID = set(v.number)
		if e.User.Name = known(v.idName); e.User.Name == "" {
			e.User.Name = v.acct
		}
	}
	e.Elevated = e.Outcome == footfall.Success && v.kind == "USER_LOGIN" && (e.User.SID == "0" || e.User.Name == "root")
}

// changed makes the account that a record names the one acted upon, and the
// one that logged on the one who acts.
func (r *reader) changed(e *footfall.Event) {
	v := &r.now
	e.Target = footfall.Account{Name: v.acct, SID: v.number}
	if v.acct == "" {
		e.Target.Name = known(v.idName)
	}
	e.User.Name, e.Service = known(v.auidName), footfall.ServiceLocal
}

func (r *reader) service(e *footfall.Event) footfall.Service {
	switch name := path.Base(r.now.exe); {
	case strings.HasPrefix(name, "sshd"), name == "dropbear":
		return footfall.ServiceSSH
	case name == "vsftpd", name == "proftpd":
		return footfall.ServiceFTP
	case name == "login" && (e.From.Addr.IsValid() || e.From.Host != ""):
		return footfall.ServiceTelnet
	case name == "xrdp-sesman":
		return footfall.ServiceRDP
	case name == "smbd":
		return footfall.ServiceSMB
	}
	return footfall.ServiceLocal
}

func auth(op string) footfall.Auth {
	switch op {
	case "pubkey", "pubkey_auth":
		return footfall.AuthKey
	case "password", "PAM:authentication":
		return footfall.AuthPassword
	case "hostbased":
		return footfall.AuthHost
	}
	return footfall.AuthUnknown
}

// starts reports whether a system call is execve or execveat: x86-64, i386,
// arm64, arm.
func starts(arch, call string) bool {
	switch arch {
	case "c000003e":
		return call == "59" || call == "322"
	case "40000003":
		return call == "11" || call == "358"
	case "c00000b7":
		return call == "221" || call == "281"
	case "40000028":
		return call == "11" || call == "387"
	}
	return call == "execve" || call == "execveat"
}

// started makes an event of a program that was started.
func (r *reader) started(b *footfall.Batch, i int) {
	e := &b.Events[i]
	e.Kind, e.Log = footfall.KindProcess, r.process
	b.Add(r.image, e.Image)
	r.lastExec = i
	r.lastID = append(r.lastID[:0], r.now.id...)
}

// arguments joins the arguments to the start of the program, which is the
// record before; when that is not here they stand for it.
func (r *reader) arguments(b *footfall.Batch, i int) {
	command := b.Keep(r.now.args)
	at := r.lastExec
	if at < 0 || at != i-1 || string(r.lastID) != r.now.id || b.Events[at].Time != b.Events[i].Time || b.Events[at].Kind != footfall.KindProcess {
		e := &b.Events[i]
		e.Kind, e.Log, e.Command, at = footfall.KindProcess, r.process, command, i
		e.Image, _, _ = strings.Cut(command, " ")
		b.Add(r.image, e.Image)
	}
	r.lastExec = -1
	b.Reopen(at).Command = command
	b.Add(r.commandID, command)
}
