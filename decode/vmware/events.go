package vmware

import (
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/hostport"
	"github.com/footfall/footfall/internal/message"
	"github.com/footfall/footfall/internal/pamline"
)

// server reads what vpxd and hostd say.
//
//	Event [ID] [1-1] [TIME] [TYPE] [LEVEL] [USER] [DATACENTER] [ID] [TEXT]
//	Event ID : TEXT
//	Rejected password for user NAME from ADDRESS
func (d *decoder) server(b *footfall.Batch, e *footfall.Event, s string) {
	if v, ok := strings.CutPrefix(s, "Event ["); ok {
		d.listed(b, e, v)
		return
	}
	if v, ok := strings.CutPrefix(s, "Event "); ok {
		if id, text, ok := strings.Cut(v, " : "); ok && len(id) < 20 {
			happened(e, strings.TrimRight(text, " "), "")
			if e.Service == footfall.ServiceSSH && e.Kind == footfall.KindLogon {
				e.Kind = footfall.KindCredential // the logon is vobd's
			}
			return
		}
	}
	for _, m := range [...]string{"Rejected password for user ", "Accepted password for user "} {
		_, v, ok := strings.Cut(s, m)
		i := strings.LastIndex(v, " from ")
		if !ok || i < 0 {
			continue
		}
		if !message.Peer(e, v[i+len(" from "):]) {
			return
		}
		e.Kind, e.Service, e.Auth = footfall.KindCredential, footfall.ServiceVirtual, footfall.AuthPassword
		named(&e.User, v[:i])
		if e.Outcome = footfall.Success; m[0] == 'R' {
			e.Outcome, e.Reason = footfall.Failure, footfall.ReasonBadPassword
		}
		return
	}
	happened(e, s, "")
}

// listed reads an event of vpxd behind "Event [".
func (d *decoder) listed(b *footfall.Batch, e *footfall.Event, s string) {
	var part [5]string // id, chain, time, type, level
	for i := range part {
		v, rest, ok := strings.Cut(s, "]")
		if !ok {
			return
		}
		part[i], s = v, strings.TrimPrefix(strings.TrimLeft(rest, " "), "[")
	}
	kind := part[3]
	kind = kind[strings.LastIndexByte(kind, '.')+1:]
	b.Add(d.kind, part[3])
	mark := strings.Index(s, "] ["+part[0]+"] [")
	if mark < 0 {
		return
	}
	who, _, _ := strings.Cut(s[:mark], "] [")
	text := strings.TrimSuffix(s[mark+len(part[0])+len("] [] ["):], "]")
	named(&e.User, who)
	happened(e, text, who)
	if e.Kind == footfall.KindUnknown && who != "" {
		e.Kind, e.Service, e.Object = footfall.KindCall, footfall.ServiceVirtual, kind
	}
}

// happened reads the text of an event, as the vSphere API words it. who is the
// account that the record names apart from the text, if any.
func happened(e *footfall.Event, s, who string) {
	switch {
	case session(e, s, who), access(e, s), account(e, s), guest(e, s):
		if e.Service == footfall.ServiceUnknown {
			e.Service = footfall.ServiceVirtual
		}
	}
}

// session reads who came and went. The address of a logon stands behind the
// name that the record gives apart, or else behind the last at sign before
// what follows it; that of a refusal ends the text.
func session(e *footfall.Event, s, who string) bool {
	if v, ok := cutAny(s, "Cannot login user ", "Cannot login ", "Failed login attempt for "); ok {
		v = strings.TrimSuffix(strings.TrimSuffix(v, ": no permission"), ".")
		e.Kind, e.Outcome, e.Reason = footfall.KindLogon, footfall.Failure, footfall.ReasonBadPassword
		if strings.HasSuffix(s, ": no permission") {
			e.Reason = footfall.ReasonRestricted
		}
		return at(e, v)
	}
	v, ok := strings.CutPrefix(s, "User ")
	if !ok {
		return false
	}
	for i, mark := range [...]string{" logged in as ", " logged out"} {
		j := strings.Index(v, mark)
		if who != "" && strings.HasPrefix(v, who+"@") {
			if k := strings.Index(v[len(who):], mark); k >= 0 {
				j = len(who) + k
			}
		}
		if j < 0 {
			continue
		}
		if i == 0 {
			e.Kind, e.Client = footfall.KindLogon, v[j+len(mark):]
		} else {
			e.Kind = footfall.KindLogoff
		}
		e.Outcome = footfall.Success
		if !at(e, v[:j]) {
			named(&e.User, v[:j])
		}
		return true
	}
	return false
}

// cutAny cuts the first of prefixes that s has.
func cutAny(s string, prefixes ...string) (string, bool) {
	for _, p := range prefixes {
		if v, ok := strings.CutPrefix(s, p); ok {
			return v, true
		}
	}
	return s, false
}

// at reads "NAME@ADDRESS".
func at(e *footfall.Event, s string) bool {
	i := strings.LastIndexByte(s, '@')
	if i < 0 {
		return false
	}
	p, ok := hostport.Host(s[i+1:])
	if !ok {
		return false
	}
	e.From = p
	named(&e.User, s[:i])
	return true
}

// named parts DOMAIN\NAME.
func named(a *footfall.Account, s string) {
	if s == "" || s == "n/a" || s == "N/A" {
		return
	}
	domain, name, ok := strings.Cut(s, `\`)
	if !ok {
		domain, name = "", s
	}
	a.Domain, a.Name = domain, name
}

// access reads what lets others in: SSH and the shell of a host, its lockdown.
func access(e *footfall.Event, s string) bool {
	s = strings.TrimSuffix(s, ".")
	for i, head := range [...]string{"SSH session was opened for '", "SSH login has failed for '", "SSH session was closed for '"} {
		v, ok := strings.CutPrefix(s, head)
		if !ok {
			continue
		}
		e.Service, e.Kind, e.Outcome = footfall.ServiceSSH, footfall.KindLogon, footfall.Success
		switch i {
		case 1:
			e.Outcome, e.Reason = footfall.Failure, footfall.ReasonBadPassword
		case 2:
			e.Kind = footfall.KindLogoff
		}
		return at(e, strings.TrimSuffix(v, "'"))
	}
	if !strings.HasSuffix(s, "has been enabled") && !strings.HasSuffix(s, "has been disabled") {
		return false
	}
	switch {
	case strings.HasPrefix(s, "SSH "):
		e.Service = footfall.ServiceSSH
	case strings.Contains(s, "hell"), strings.HasPrefix(s, "Administrator access to the host"), strings.Contains(s, "ockdown"), strings.HasPrefix(s, "Remote tech support mode"), strings.HasPrefix(s, "Local tech support mode"):
	default:
		return false
	}
	e.Kind, e.Object, e.Outcome = footfall.KindConfig, s, footfall.Success
	return true
}

// account reads changes of accounts and permissions.
func account(e *footfall.Event, s string) bool {
	s = strings.TrimSuffix(s, ".")
	e.Outcome = footfall.Success
	if v, ok := message.Between(s, "Remote access for ESXi local user account '", "' has been locked for "); ok {
		e.Kind, e.Target.Name = footfall.KindAccount, v
		return true
	}
	if v, ok := message.Between(s, "Multiple remote login failures detected for ESXi local user account '", "'"); ok {
		e.Kind, e.Target.Name, e.Object = footfall.KindAlert, v, "Multiple remote login failures"
		return true
	}
	if v, ok := strings.CutPrefix(s, "Account "); ok {
		for _, verb := range [...]string{" was created on host ", " was updated on host ", " was removed on host "} {
			if name, host, ok := strings.Cut(v, verb); ok {
				e.Kind, e.To.Host = footfall.KindAccount, host
				named(&e.Target, name)
				return true
			}
		}
	}
	if v, ok := strings.CutPrefix(s, "Password was changed for account "); ok {
		name, host, _ := strings.Cut(v, " on host ")
		e.Kind, e.To.Host = footfall.KindPassword, host
		named(&e.Target, name)
		return true
	}
	if v, ok := cutAny(s, "Permission created for ", "Permission changed for ", "Permission rule removed for "); ok {
		name, where, _ := strings.Cut(v, " on ")
		_, role, _ := strings.Cut(where, "role is ")
		role, _, _ = strings.Cut(role, ", propagation is ")
		e.Kind, e.Object = footfall.KindGroup, role
		named(&e.Target, name)
		return true
	}
	e.Outcome = footfall.OutcomeUnknown
	return false
}

// guest reads what reaches into a virtual machine: its console, and programs
// that are started in it.
func guest(e *footfall.Event, s string) bool {
	s = strings.TrimSuffix(s, ".")
	var vm, what string
	if v, ok := strings.CutPrefix(s, "Guest operation "); ok {
		what, vm, _ = strings.Cut(v, " performed on Virtual machine ")
	} else if v, ok := strings.CutPrefix(s, "A ticket for "); ok && strings.HasSuffix(s, "acquired") {
		vm, what, _ = strings.Cut(v, " of type ")
		what, _, _ = strings.Cut(what, " ")
	} else if v, ok := cutAny(s, "Remote console to ", "A remote console connected to "); ok {
		vm, _, _ = strings.Cut(v, " on ")
		what = "remote console"
	}
	if vm == "" {
		return false
	}
	e.Kind, e.Outcome, e.To.Host, e.Object = footfall.KindShell, footfall.Success, vm, what
	return true
}

// observed reads "[CORRELATOR] 12us: [EVENT] TEXT". An event is told twice:
// as vob.X by who saw it and as esx.X to the world; the latter counts.
func (d *decoder) observed(b *footfall.Batch, e *footfall.Event, s string) {
	if i := strings.Index(s, "Correlator] "); i >= 0 && i < 40 {
		_, s, _ = strings.Cut(s[i:], ": ")
	}
	v, ok := strings.CutPrefix(s, "[")
	if !ok {
		return
	}
	id, text, ok := strings.Cut(v, "] ")
	if !ok {
		return
	}
	b.Add(d.kind, id)
	if !strings.HasPrefix(id, "esx.") {
		return
	}
	if strings.HasPrefix(id, "esx.audit.dcui.") {
		console(e, text)
		return
	}
	if happened(e, text, ""); id == "esx.audit.host.boot" {
		e.Kind, e.Service, e.Outcome = footfall.KindStart, footfall.ServiceVirtual, footfall.Success
	}
}

// console reads what the console of a host says of logons on it.
func console(e *footfall.Event, s string) {
	if l, ok := pamline.Parse(s, "dcui"); ok {
		e.Service, e.User.Name = footfall.ServiceLocal, l.User
		switch l.What {
		case pamline.AuthFailure, pamline.MoreFailures:
			e.Kind, e.Outcome, e.Reason = footfall.KindCredential, footfall.Failure, footfall.ReasonBadPassword
		case pamline.SessionOpened:
			e.Kind, e.Outcome = footfall.KindCredential, footfall.Success
		case pamline.SessionClosed:
			e.Kind, e.Outcome = footfall.KindLogoff, footfall.Success
		}
		return
	}
	v, ok := cutAny(s, "Authentication of user ", "authentication of user ")
	if !ok {
		return
	}
	i := strings.LastIndexByte(strings.TrimSuffix(v, "."), ' ')
	if i < 0 {
		return
	}
	e.Kind, e.Service, e.Outcome = footfall.KindLogon, footfall.ServiceLocal, footfall.Success
	if strings.HasPrefix(v[i+1:], "fail") {
		e.Outcome, e.Reason = footfall.Failure, footfall.ReasonBadPassword
	}
	e.User.Name = strings.TrimSuffix(v[:i], " has")
}

// typed reads "[NAME]: COMMAND" of the ESXi shell. Its programs lie in /bin.
func (d *decoder) typed(b *footfall.Batch, e *footfall.Event, s string) {
	if strings.HasPrefix(s, "Interactive shell session started") {
		e.Kind, e.Outcome, e.Service = footfall.KindShell, footfall.Success, footfall.ServiceVirtual
		return
	}
	v, ok := strings.CutPrefix(s, "[")
	name, command, ok2 := strings.Cut(v, "]: ")
	if !ok || !ok2 || name == "" || strings.IndexByte(name, ' ') >= 0 {
		switched(e, s)
		return
	}
	e.Log = d.shell
	e.Kind, e.User.Name, e.Command, e.Outcome = footfall.KindProcess, name, command, footfall.Success
	e.Image, _, _ = strings.Cut(command, " ")
	if e.Image != "" && e.Image[0] != '/' && e.Image[0] != '.' {
		image := append(b.Grow(len(e.Image)+5), "/bin/"...)
		e.Image = b.Kept(append(image, e.Image...))
	}
	b.Add(d.user, name)
	b.Add(d.command, command)
	b.Add(d.image, e.Image)
}

// switched reads "SSH login enabled" and "ESXi shell login disabled".
func switched(e *footfall.Event, s string) {
	if !strings.HasSuffix(s, " login enabled") && !strings.HasSuffix(s, " login disabled") {
		return
	}
	if e.Service = footfall.ServiceVirtual; strings.HasPrefix(s, "SSH ") {
		e.Service = footfall.ServiceSSH
	}
	e.Kind, e.Object, e.Outcome = footfall.KindConfig, s, footfall.Success
}

// appliance reads "Authorization Result: User=NAME, priv=PRIVILEGE, authorized=True".
func appliance(e *footfall.Event, s string) {
	v, ok := strings.CutPrefix(s, "Authorization Result: User=")
	i := strings.LastIndex(v, ", priv=")
	if !ok || i < 0 {
		return
	}
	named(&e.User, v[:i])
	what, result, _ := strings.Cut(v[i+len(", priv="):], ", authorized=")
	e.Kind, e.Service, e.Object, e.Outcome = footfall.KindCall, footfall.ServiceVirtual, what, footfall.Success
	if !strings.HasPrefix(result, "True") {
		e.Outcome, e.Reason = footfall.Failure, footfall.ReasonRestricted
	}
}

// signOn reads the audit records of vCenter's single sign-on:
// {"user":"NAME","client":"ADDRESS",...,"description":"TEXT",...,"type":"com.vmware.sso.LoginSuccess"}
func signOn(e *footfall.Event, s string) {
	_, kind, _ := strings.Cut(s[strings.LastIndex(s, `"type":"com.vmware.sso.`):], "com.vmware.sso.")
	kind, _, _ = strings.Cut(kind, `"`)
	client, _ := message.Between(s, `"client":"`, `"`)
	user, _ := message.Between(s, `"user":"`, `"`)
	what, _ := message.Between(s, `"description":"`, `","`)
	if name, ok := message.Between(what, "User ", " failed to log in"); ok && (user == "" || user == "n/a") {
		user = strings.TrimSuffix(name, "@"+client)
	}
	named(&e.User, strings.Replace(user, `\\`, `\`, 1))
	message.Peer(e, client)
	e.Service, e.Outcome = footfall.ServiceVirtual, footfall.Success
	switch kind {
	case "LoginSuccess":
		e.Kind = footfall.KindLogon
	case "LoginFailure":
		e.Kind, e.Outcome, e.Reason = footfall.KindLogon, footfall.Failure, footfall.ReasonBadPassword
	case "Logout":
		e.Kind = footfall.KindLogoff
	default:
		e.Kind, e.Object = footfall.KindCall, kind
	}
}
