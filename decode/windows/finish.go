package windows

import (
	"strings"

	"github.com/footfall/footfall"
)

// logon reads the service, and how identity was proved, of 4624 and 4625.
func logon(r *Reader, b *footfall.Batch, e *footfall.Event) {
	parent(b, e, r.got(toStarter))
	e.Auth = authBy(r.got(toPackage), r.got(toLmPackage))
	switch e.LogonType {
	case 3, 8:
		e.Service = byProcess(r.got(toProcess))
		// A domain controller's own LSA asks in the name of who binds to LDAP by
		// name and password; the tickets and NTLM of other clients name no process.
		if equalFold(base(r.got(toProcess)), "lsass.exe") && hasPrefixFold(r.got(toLogonProc), "advapi") {
			e.Service, e.Auth = footfall.ServiceLDAP, footfall.AuthPassword
		}
		if e.LogonType == 8 && e.Auth == footfall.AuthUnknown {
			e.Auth = footfall.AuthPassword // NetworkCleartext is a password sent as it is
		}
	case 10, 12:
		e.Service = footfall.ServiceRDP
	case 7, 13:
		// Taking up a locked session over the network is logged as an unlock.
		e.Service = footfall.ServiceLocal
		if e.From.Addr.IsValid() && !e.From.Addr.IsLoopback() {
			e.Service = footfall.ServiceRDP
		}
	default:
		e.Service = footfall.ServiceLocal
	}
	if e.LogonType == 9 && r.got(toOtherUser) != "" {
		// NewCredentials: local identity stays, the network sees another.
		e.Target = footfall.Account{Name: r.got(toOtherUser), Domain: r.got(toOtherDomain)}
	}
	if e.Service == footfall.ServiceLocal && e.Locality == 0 && !e.From.Addr.IsValid() {
		e.Locality = -1
	}
	fromClient(e)
	if e.Outcome == footfall.Failure {
		if e.Reason = ntReason(r.got(toSubStatus)); e.Reason == footfall.ReasonUnknown {
			e.Reason = ntReason(r.got(toStatus))
		}
	}
}

// parent settles the session that a logon came from. An administrator's logon
// is two sessions, each linked to the other: the older one, whose number is
// lower, is the parent. Else it is the session of who asked for the logon,
// unless that is one of Windows' own.
func parent(b *footfall.Batch, e *footfall.Event, starter string) {
	if e.Parent != "" && decimal(e.Parent) < decimal(e.Session) {
		return
	}
	e.Parent = ""
	switch id := logonID(b, starter); id {
	case "0x3e4", "0x3e5", "0x3e6", "0x3e7", e.Session:
	default:
		e.Parent = id
	}
}

// fromClient lets the client's own name stand for where it is when the record
// has no address: a client may claim any name.
func fromClient(e *footfall.Event) {
	if e.From.Addr.IsValid() || e.From.Host != "" || e.Client == "" || e.Service == footfall.ServiceLocal {
		return
	}
	if sameHost(e.Client, e.Computer) {
		return // a server that logs its clients on by itself: they may be anywhere
	}
	if hostLike(e.Client) {
		e.From.Host = e.Client
	}
}

// byProcess names the service of a network logon by the process that asked for it.
func byProcess(path string) footfall.Service {
	switch name := base(path); {
	case name == "":
	case equalFold(name, "sshd.exe"), equalFold(name, "sshd-session.exe"), equalFold(name, "sshd-auth.exe"):
		return footfall.ServiceSSH
	case equalFold(name, "w3wp.exe"):
		return footfall.ServiceWeb
	case equalFold(name, "sqlservr.exe"):
		return footfall.ServiceSQL
	case equalFold(name, "winvnc.exe"), equalFold(name, "vncserver.exe"), equalFold(name, "tvnserver.exe"):
		return footfall.ServiceVNC
	case equalFold(name, "tlntsess.exe"), equalFold(name, "tlntsvr.exe"):
		return footfall.ServiceTelnet
	}
	return footfall.ServiceNetwork
}

// logoff of 4634 has the type but no service.
func logoff(_ *Reader, _ *footfall.Batch, e *footfall.Event) {
	switch e.LogonType {
	case 10, 12:
		e.Service = footfall.ServiceRDP
	case 3, 8:
		e.Service = footfall.ServiceNetwork
	case 0:
	default:
		e.Service = footfall.ServiceLocal
	}
}

// explicit reads 4648. It is written where the credentials were given: with
// this host as its server it is a logon here, perhaps by a client elsewhere;
// with another it is a step to there.
func explicit(r *Reader, _ *footfall.Batch, e *footfall.Event) {
	server := strings.TrimLeft(r.got(toServer), `\`)
	e.Service = bySPN(r.got(toSPN))
	if s := byProcess(e.Image); e.Service == footfall.ServiceUnknown && s != footfall.ServiceNetwork {
		e.Service = s
	}
	if server == "" || equalFold(server, "localhost") || sameHost(server, e.Computer) {
		e.Locality = -1
		if e.From.Addr.IsValid() && !e.From.Addr.IsLoopback() {
			e.Locality = 0
		}
		return
	}
	if a := address(server); a.IsValid() {
		e.To = footfall.Endpoint{Addr: a}
	} else {
		e.To.Host = server
	}
	// The address, where there is one, is the server's: the client is this host.
	if e.From.Addr.IsValid() {
		e.To.Addr, e.To.Port = e.From.Addr, e.From.Port
	}
	e.From = footfall.Endpoint{Host: e.Computer}
	e.Locality = 0
}

// sameHost compares the first labels of two host names.
func sameHost(a, b string) bool {
	if i := strings.IndexByte(a, '.'); i > 0 {
		a = a[:i]
	}
	if i := strings.IndexByte(b, '.'); i > 0 {
		b = b[:i]
	}
	return a != "" && equalFold(a, b)
}

// process reads 4688: a process that runs as somebody else than its creator
// belongs to the other one's session.
func process(r *Reader, b *footfall.Batch, e *footfall.Event) {
	if r.got(toNewUser) == "" {
		return
	}
	if id := logonID(b, r.got(toNewSession)); id != "" {
		e.Parent, e.Session = e.Session, id
		e.User = footfall.Account{Name: r.got(toNewUser), Domain: r.got(toNewDomain), SID: r.got(toNewSID)}
		if r.got(toNewSID) == nobody {
			e.User.SID = ""
		}
	}
}

// caller reads whether a task or service was asked for from afar: an RPC call
// from another host has no process here, so its id is 0 ([rpcasync.h],
// RPC_CALL_ATTRIBUTES: ClientPID is for local callers; 2 is rcclRemote).
func caller(r *Reader, _ *footfall.Batch, e *footfall.Event) {
	switch {
	case r.got(toLocality) == "2":
		e.Locality = +1
	case r.got(toCallerPID) == "" || r.got(toLocality) == "":
	case decimal(r.got(toCallerPID)) == 0 && decimal(r.got(toLocality)) == 0:
		e.Locality = +1
	case decimal(r.got(toCallerPID)) != 0:
		e.Locality = -1
	}
}

// task reads 4698 to 4702; the command stands in the task's XML.
func task(r *Reader, b *footfall.Batch, e *footfall.Event) {
	caller(r, b, e)
	e.Image = xmlText(between(r.x.text, "<Command>", "</Command>"))
	args := xmlText(between(r.x.text, "<Arguments>", "</Arguments>"))
	if e.Image == "" {
		return
	}
	v := b.Grow(len(e.Image) + 1 + len(args))
	v = append(v, e.Image...)
	if args != "" {
		v = append(append(v, ' '), args...)
	}
	e.Command = b.Kept(v)
}

// xmlText leaves text whole that has nothing to resolve, as most has.
func xmlText(s string) string {
	if strings.IndexByte(s, '&') < 0 {
		return s
	}
	return unescape.Replace(s)
}

var unescape = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&quot;", `"`, "&apos;", "'", "&amp;", "&")

// service of 4697 and 7045: what will run is a command line.
func service(r *Reader, b *footfall.Batch, e *footfall.Event) {
	caller(r, b, e)
	e.Command = e.Image
	e.Image = program(e.Command)
	if r.got(toSystemUser) != "" && r.got(toSystemDomain) != "" {
		// Collectors that resolve the account that the service manager noted.
		e.User.Name, e.User.Domain = r.got(toSystemUser), r.got(toSystemDomain)
	}
}

// program is the first word of a command line, which may be quoted. Without
// quotes a path runs to the first extension of a program.
func program(line string) string {
	line = strings.TrimLeft(line, " \t")
	if strings.HasPrefix(line, `"`) {
		if i := strings.IndexByte(line[1:], '"'); i >= 0 {
			return line[1 : i+1]
		}
		return line[1:]
	}
	for i := range len(line) {
		if line[i] != ' ' && line[i] != '\t' {
			continue
		}
		word := line[:i]
		if n := len(word); n > 4 && (equalFold(word[n-4:], ".exe") || equalFold(word[n-4:], ".sys") || equalFold(word[n-4:], ".bat") || equalFold(word[n-4:], ".cmd")) {
			return word
		}
		if strings.IndexByte(word, '\\') < 0 {
			return word
		}
	}
	return line
}

// kerberos reads the result of 4768, 4769 and 4771.
func kerberos(r *Reader, _ *footfall.Batch, e *footfall.Event) {
	if n := decimal(r.got(toStatus)); n != 0 {
		e.Outcome, e.Reason = footfall.Failure, krbReason(r.got(toStatus))
	}
	// A ticket for a host's own account is one to go there.
	if host, ok := strings.CutSuffix(e.Object, "$"); ok && e.Kind == footfall.KindTicket && e.Outcome == footfall.Success {
		e.To.Host = host
	}
	switch decimal(r.got(toPreAuth)) {
	case 14, 15, 16, 17: // PA-PK-AS-REQ and -REP, old and new (RFC 4556)
		e.Auth = footfall.AuthCertificate
	}
}

// ntlm reads the result of 4776.
func ntlm(r *Reader, _ *footfall.Batch, e *footfall.Event) {
	if decimal(r.got(toStatus)) != 0 {
		e.Outcome, e.Reason = footfall.Failure, ntReason(r.got(toStatus))
	}
	fromClient(e)
}

// window reads 4778 and 4779, which the console has too.
func window(_ *Reader, _ *footfall.Batch, e *footfall.Event) {
	if equalFold(e.Object, "console") {
		e.Service = footfall.ServiceLocal
	}
	fromClient(e)
}

// share reads 5140 and 5145: over IPC$ the file is a named pipe.
func share(r *Reader, b *footfall.Batch, e *footfall.Event) {
	name := r.got(toShare)
	if strings.HasPrefix(name, `\\`) {
		if i := strings.IndexByte(name[2:], '\\'); i >= 0 {
			name = name[2+i+1:]
		}
	}
	switch {
	case r.got(toRelative) == "" || r.got(toRelative) == `\`:
		e.Object = name
	case equalFold(name, "ipc$"):
		e.Kind, e.Object = footfall.KindPipe, lowered(b, trimPipe(r.got(toRelative)))
	default:
		v := b.Grow(len(name) + 1 + len(r.got(toRelative)))
		v = append(append(v, name...), '\\')
		e.Object = b.Kept(append(v, r.got(toRelative)...))
	}
}

// flow reads 5156 and 5157. Source is who asked for the connection.
func flow(r *Reader, _ *footfall.Batch, e *footfall.Event) {
	e.To.Host = ""
	switch r.got(toDirection) {
	case "%%14592", "Inbound":
		e.To.Host = e.Computer
	case "%%14593", "Outbound":
		e.From.Host = e.Computer
	}
	connected(e)
}

// connection reads Sysmon 3. Source is who asked for the connection, but
// where this host did not, old versions and answers to datagrams have this
// host as the source: its name or a port that only servers use shows it.
func connection(r *Reader, _ *footfall.Batch, e *footfall.Event) {
	switch {
	case r.got(toDirection) == "":
	case yes(r.got(toDirection)):
		e.From.Host = e.Computer
		if e.To.Host == e.Computer {
			e.To.Host = ""
		}
	case !sameHost(e.To.Host, e.Computer) && sameHost(e.From.Host, e.Computer),
		serverPort(e.From.Port) && !serverPort(e.To.Port) && !sameHost(r.got(toServer), e.Computer):
		e.From, e.To = e.To, e.From
		if r.got(toServer) == "" {
			e.From.Host = ""
		}
		e.To.Host = e.Computer
	case e.From.Port == e.To.Port && r.got(toServer) == "":
		e.To.Host = "" // a datagram between equals: either may be this host
	default:
		e.To.Host = e.Computer
	}
	connected(e)
}

func serverPort(p uint16) bool {
	return footfall.ServiceOfPort(p) != footfall.ServiceUnknown
}

func connected(e *footfall.Event) {
	e.Service = footfall.ServiceOfPort(e.To.Port)
	e.Locality = 0
	if e.To.Addr.IsMulticast() || e.To.Addr.Is4() && e.To.Addr.As4()[3] == 255 {
		e.To.Host = "" // everybody's address is not this host's
	}
	if e.To.Addr.IsLoopback() || e.From.Addr.IsValid() && e.From.Addr == e.To.Addr {
		e.Locality = -1
		e.From.Host, e.To.Host = e.Computer, e.Computer
	}
}

// object reads 4656 and 4663, which all kinds of objects have.
func object(r *Reader, _ *footfall.Batch, e *footfall.Event) {
	switch {
	case equalFold(r.got(toOperation), "file"):
		e.Kind = footfall.KindFile
	case equalFold(r.got(toOperation), "key"):
		e.Kind = footfall.KindRegistry
	}
}

// lockout of 4740: the domain is the host whose attempts locked the account.
func lockout(r *Reader, _ *footfall.Batch, e *footfall.Event) {
	e.Client = r.got(toOtherDomain)
	fromClient(e)
}

// session of the terminal services: LOCAL is the console.
func session(_ *Reader, _ *footfall.Batch, e *footfall.Event) {
	if e.Locality < 0 && !e.From.Addr.IsValid() {
		e.Service = footfall.ServiceLocal
	}
}

// towards is for events of a client: it is this host, and the server is the
// other end.
func towards(r *Reader, _ *footfall.Batch, e *footfall.Event) {
	e.From.Host, e.To = e.Computer, footfall.Endpoint{}
	server, p := splitPort(strings.TrimLeft(r.got(toServer), `\`))
	e.To.Port = port(p)
	if a := address(server); a.IsValid() {
		e.To.Addr = a
	} else if hostLike(server) {
		e.To.Host = server
	}
	if e.To.Host != "" && (sameHost(e.To.Host, e.Computer) || equalFold(e.To.Host, "localhost")) || e.To.Addr.IsLoopback() {
		e.Locality = -1
	}
}

// wsman reads WinRM 6: "server/wsman?PSVersion=5.1".
func wsman(r *Reader, b *footfall.Batch, e *footfall.Event) {
	s := r.got(toServer)
	if i := strings.Index(s, "://"); i >= 0 {
		s = s[i+3:]
	}
	if i := strings.IndexAny(s, "/?"); i >= 0 {
		s = s[:i]
	}
	r.keep(toServer, s)
	towards(r, b, e)
}

// query reads WMI-Activity: the client's machine is named even when it is this one.
func query(r *Reader, _ *footfall.Batch, e *footfall.Event) {
	m := strings.TrimLeft(r.got(toServer), `\`)
	switch {
	case m == "":
	case equalFold(m, "local"), sameHost(m, e.Computer):
		e.Locality = -1
	default:
		e.Locality, e.Client = +1, m
		e.Service = footfall.ServiceWMI
		if a := address(m); a.IsValid() {
			e.From.Addr = a
		} else if hostLike(m) {
			e.From.Host = m
		}
	}
}

// classic reads "Windows PowerShell", whose values are lines of one text.
func classic(r *Reader, _ *footfall.Batch, e *footfall.Event) {
	t := r.x.text
	e.Command = line(t, "HostApplication=")
	e.Image = program(e.Command)
	if u := line(t, "UserId="); u != "" {
		setFull(&e.User, u)
	}
	overWinRM(e, e.Image)
}

// module reads 4103, whose ContextInfo says who ran the command and in what.
func module(r *Reader, _ *footfall.Batch, e *footfall.Event) {
	t := r.x.text
	e.ParentImg = program(line(t, "Host Application = "))
	if u := line(t, "User = "); u != "" {
		setFull(&e.User, u)
	}
	overWinRM(e, e.ParentImg)
}

// overWinRM tells scripts of remote sessions by the process that hosts those.
// The host's name in the text, ServerRemoteHost, is that of local jobs too.
func overWinRM(e *footfall.Event, image string) {
	if equalFold(base(image), "wsmprovhost.exe") {
		e.Service = footfall.ServiceWinRM
	}
}

// gateway reads the RD Gateway: the target is the resource, by way of this host.
func gateway(r *Reader, _ *footfall.Batch, e *footfall.Event) {
	if s := r.got(toServer); s != "" {
		e.To = footfall.Endpoint{}
		if a := address(s); a.IsValid() {
			e.To.Addr = a
		} else {
			e.To.Host = s
		}
	}
	if equalFold(r.got(toPackage), "ntlm") {
		e.Auth = footfall.AuthNTLM
	} else if containsFold(r.got(toPackage), "smart") {
		e.Auth = footfall.AuthCertificate
	}
}

// cleared of 104: without the event's own fields Channel is the one of the
// System part, where the record was written, and does not say what was cleared.
func cleared(_ *Reader, _ *footfall.Batch, e *footfall.Event) {
	if e.Object == e.Channel && e.User.Name == "" {
		e.Object = ""
	}
}

// ntlmClient reads NTLM 8001: the server is named as a service principal.
func ntlmClient(r *Reader, b *footfall.Batch, e *footfall.Event) {
	_, host, _ := strings.Cut(r.got(toSPN), "/")
	if i := strings.IndexByte(host, '/'); i >= 0 {
		host = host[:i]
	}
	r.keep(toServer, host)
	towards(r, b, e)
	if s := bySPN(r.got(toSPN)); s != footfall.ServiceUnknown {
		e.Service = s
	}
}

// clipboard reads Sysmon 24: "user: DOMAIN\name ip: 10.0.0.1 hostname: client".
func clipboard(r *Reader, _ *footfall.Batch, e *footfall.Event) {
	t := r.x.text
	if u := between(t, "user: ", " "); u != "" {
		setFull(&e.User, u)
	}
	if a := address(between(t, "ip: ", " ")); a.IsValid() {
		e.From.Addr = a
	}
	e.Client = between(t, "hostname: ", " ")
}

// radius reads NPS 6272 to 6274: the station that called may be named by its
// address, its hardware or its number.
func radius(r *Reader, _ *footfall.Batch, e *footfall.Event) {
	if a := address(r.x.text); a.IsValid() {
		e.From.Addr = a
	}
	switch decimal(r.got(toStatus)) { // reason codes of NPS (IAS_... in the SDK)
	case 7, 8:
		e.Reason = footfall.ReasonNoUser
	case 16:
		e.Reason = footfall.ReasonBadPassword
	case 21: // an extension refused: in practice the second factor
		e.Reason, e.MFA = footfall.ReasonMFA, footfall.MFADenied
	case 22, 23:
		e.Reason = footfall.ReasonProtocol
	case 33, 35:
		e.Reason = footfall.ReasonExpired
	case 34:
		e.Reason = footfall.ReasonDisabled
	case 36, 64:
		e.Reason = footfall.ReasonLocked
	case 32, 37, 38, 48, 49, 65, 66:
		e.Reason = footfall.ReasonRestricted
	}
}

// federation reads AD FS audits, whose values are one XML text.
func federation(r *Reader, _ *footfall.Batch, e *footfall.Event) {
	t := r.x.text
	if u := xmlText(between(t, "<UserId>", "</UserId>")); u != "" {
		setFull(&e.User, u)
	}
	// A list of addresses is what the client claims to have come through; the
	// last one is who the server saw.
	ip := between(t, "<IpAddress>", "</IpAddress>")
	if i := strings.LastIndexByte(ip, ','); i >= 0 {
		ip = ip[i+1:]
	}
	if a := address(strings.TrimSpace(ip)); a.IsValid() {
		e.From.Addr = a
	}
	e.Client = xmlText(between(t, "<UserAgentString>", "</UserAgentString>"))
	e.Object = xmlText(between(t, "<RelyingParty>", "</RelyingParty>"))
}

// logons of SMB say why they failed by NTSTATUS.
func status(r *Reader, _ *footfall.Batch, e *footfall.Event) {
	if e.Outcome == footfall.Failure {
		e.Reason = ntReason(r.got(toStatus))
	}
}

func smbClient(r *Reader, b *footfall.Batch, e *footfall.Event) {
	towards(r, b, e)
	status(r, b, e)
}

// shell reads WinRM 91: newer versions write behind the resource who asked,
// and from where: "uri (DOMAIN\name clientIP: 10.0.0.1)".
func shell(_ *Reader, _ *footfall.Batch, e *footfall.Event) {
	i := strings.Index(e.Object, " (")
	if i < 0 {
		return
	}
	who := between(e.Object[i:], " (", ")")
	e.Object = e.Object[:i]
	name, ip, ok := strings.Cut(who, " clientIP: ")
	if !ok {
		return
	}
	setFull(&e.User, name)
	setFrom(e, ip)
}

// sqlLogin reads SQL Server's login messages: the login first, then why not,
// then " [CLIENT: 10.0.0.1]". A login may be made to look like the last part,
// so the last value that begins so counts.
func sqlLogin(r *Reader, _ *footfall.Batch, e *footfall.Event) {
	setFull(&e.User, r.x.values[0])
	for i := r.x.count - 1; i > 0; i-- {
		v := strings.TrimLeft(r.x.values[i], " ")
		if !strings.HasPrefix(v, "[CLIENT: ") {
			continue
		}
		if v = between(v, "[CLIENT: ", "]"); v == "<local machine>" {
			e.Locality = -1
		} else {
			setFrom(e, v)
		}
		break
	}
	if e.Outcome == footfall.Failure {
		switch t := r.x.values[1]; {
		case containsFold(t, "could not find a login"):
			e.Reason = footfall.ReasonNoUser
		case containsFold(t, "password did not match"):
			e.Reason = footfall.ReasonBadPassword
		case containsFold(t, "disabled"):
			e.Reason = footfall.ReasonDisabled
		case containsFold(t, "locked"):
			e.Reason = footfall.ReasonLocked
		}
	}
	if e.User.Domain == "" && e.Auth == footfall.AuthUnknown && e.Outcome == footfall.Failure {
		e.Auth = footfall.AuthPassword
	}
}

func elevated(_ *Reader, _ *footfall.Batch, e *footfall.Event) { e.Elevated = true }

func clearedSecurity(_ *Reader, _ *footfall.Batch, e *footfall.Event) { e.Object = securityLog }

// member of a group: the field TargetDomainName is the group's.
func member(_ *Reader, _ *footfall.Batch, e *footfall.Event) { e.Target.Domain = "" }

func denied(_ *Reader, _ *footfall.Batch, e *footfall.Event) { e.Reason = footfall.ReasonRestricted }

func protocol(_ *Reader, _ *footfall.Batch, e *footfall.Event) { e.Reason = footfall.ReasonProtocol }

func wrongPassword(_ *Reader, _ *footfall.Batch, e *footfall.Event) {
	e.Reason = footfall.ReasonBadPassword
}

func anonymous(_ *Reader, _ *footfall.Batch, e *footfall.Event) {
	e.Guest, e.Reason = true, footfall.ReasonRestricted
}

func gatewayRefused(r *Reader, b *footfall.Batch, e *footfall.Event) {
	gateway(r, b, e)
	e.Reason = footfall.ReasonRestricted
}

func authenticated(r *Reader, _ *footfall.Batch, e *footfall.Event) {
	e.Auth = authBy(r.got(toPackage), "")
	if e.Auth == footfall.AuthUnknown && equalFold(r.got(toPackage), "basic") {
		e.Auth = footfall.AuthPassword
	}
}
