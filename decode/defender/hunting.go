package defender

import (
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/jsonlog"
)

// hunting is a row of a table of advanced hunting. Where the table is not
// named, as in exports, its action tells.
func hunting(r *jsonlog.Reader, t string) {
	e := r.Event
	r.UTC(stamp, streamed)
	e.Computer = r.Get(device)
	e.User = footfall.Account{Name: r.Get(user), Domain: r.Get(userDomain), SID: r.Get(userSID)}
	a := r.Get(action)
	switch {
	case t == "DeviceLogonEvents", t == "" && strings.HasPrefix(a, "Logon"):
		deviceLogon(r, a)
	case t == "IdentityLogonEvents", t == "" && r.Get(logonType) != "" && strings.HasPrefix(a, "Logon"):
		identityLogon(r, a)
	case t == "AADSignInEventsBeta", t == "EntraIdSignInEvents", t == "AADSpnSignInEventsBeta":
		cloudLogon(r)
	case t == "DeviceProcessEvents", a == "ProcessCreated":
		process(r)
	case t == "DeviceNetworkEvents", strings.Contains(a, "Connection"):
		network(r, a)
	case t == "DeviceFileEvents", strings.HasPrefix(a, "File"):
		r.SetLog(logFile)
		e.Kind, e.Object = footfall.KindFile, path(r, folder, fileName)
		r.Field(8, e.Object)
		initiator(r)
	case t == "DeviceRegistryEvents", strings.HasPrefix(a, "Registry"):
		r.SetLog(logRegistry)
		registry(r)
		initiator(r)
	case t == "DeviceImageLoadEvents", a == "ImageLoaded":
		r.SetLog(logModule)
		e.Kind, e.Object = footfall.KindModule, path(r, folder, fileName)
		r.Field(9, e.Object)
		initiator(r)
	default:
		event(r, a)
	}
}

// event is a row of DeviceEvents, CloudAppEvents and the other tables.
func event(r *jsonlog.Reader, a string) {
	e := r.Event
	e.Object = a
	if e.User.Name == "" {
		e.User = footfall.Account{Name: r.Get(initUser), Domain: r.Get(initDomain), SID: r.Get(initSID)}
	}
	switch {
	case a == "ServiceInstalled":
		e.Kind, e.Object, e.Image = footfall.KindService, r.First(serviceName, fileName), path(r, folder, fileName)
	case strings.HasPrefix(a, "ScheduledTask"):
		e.Kind = footfall.KindTask
	case a == "RemoteDesktopConnection", a == "RemoteWmiOperation", strings.HasPrefix(a, "PsExec"):
		e.Kind, e.From.Addr, e.From.Host = footfall.KindConnection, r.Addr(remoteIP), r.Get(remoteName)
		if a[0] == 'R' && a[6] == 'D' {
			e.Service = footfall.ServiceRDP
		} else if a[0] == 'R' {
			e.Service = footfall.ServiceWMI
		}
	case a == "NamedPipeEvent":
		e.Kind = footfall.KindPipe
	case a == "PowerShellCommand", a == "AmsiScriptContent", a == "ScriptContent":
		e.Kind, e.Command = footfall.KindScript, r.Get(command)
	case strings.HasPrefix(a, "UserAccount"):
		e.Kind = footfall.KindAccount
	case strings.HasPrefix(a, "SecurityGroup"), strings.HasPrefix(a, "UserAccountAddedToLocalGroup"):
		e.Kind = footfall.KindGroup
	case strings.HasPrefix(a, "Antivirus"), strings.HasPrefix(a, "Asr"), strings.HasPrefix(a, "ExploitGuard"):
		e.Kind = footfall.KindAlert
	case a == "SecurityLogCleared":
		e.Kind = footfall.KindCleared
	case r.Get(app) != "":
		e.Kind, e.Service, e.From.Addr, e.Country = footfall.KindCall, footfall.ServiceCloud, r.Addr(ip), r.Get(country)
	}
}

func outcome(a string) footfall.Outcome {
	switch {
	case strings.HasSuffix(a, "Success"):
		return footfall.Success
	case strings.HasSuffix(a, "Failed"), strings.HasSuffix(a, "Failure"):
		return footfall.Failure
	}
	return footfall.OutcomeUnknown
}

// logonTypes are Windows' numbers of the words that Defender writes.
var logonTypes = map[string]uint8{
	"Interactive": 2, "Network": 3, "Batch": 4, "Service": 5, "Unlock": 7, "NetworkCleartext": 8, "NewCredentials": 9,
	"RemoteInteractive": 10, "RemoteInteractive (RDP) logons": 10, "CachedInteractive": 11, "CachedRemoteInteractive": 12, "Remote interactive (RDP) logons": 10, "Local": 2,
}

func deviceLogon(r *jsonlog.Reader, a string) {
	e := r.Event
	e.Kind, e.Outcome, e.Session = footfall.KindLogon, outcome(a), r.Get(logonID)
	if a == "LogonAttempted" {
		e.Kind = footfall.KindAttempt
	}
	e.From.Addr, e.From.Port, e.From.Host = r.Addr(remoteIP), r.PortOf(remotePort), r.Get(remoteName)
	e.LogonType = logonTypes[r.Get(logonType)]
	switch e.LogonType {
	case 3, 8:
		e.Service = footfall.ServiceNetwork
		if e.From.Addr.IsValid() && jsonlog.Has(r.Get(initFile), "sshd") {
			e.Service = footfall.ServiceSSH
		}
	case 10, 12:
		e.Service = footfall.ServiceRDP
	case 2, 4, 5, 7, 11:
		e.Service = footfall.ServiceLocal
	}
	switch r.Get(protocol) {
	case "NTLM":
		e.Auth = footfall.AuthNTLM
	case "Kerberos":
		e.Auth = footfall.AuthKerberos
	case "Negotiate":
	}
	e.Elevated = e.Outcome == footfall.Success && jsonlog.Is(r.Get(isAdmin), "true", "1")
	if e.Outcome == footfall.Failure {
		e.Reason = why(r.Get(failure))
	}
	e.User.Name = r.First(user, userUPN)
}

func why(s string) footfall.Reason {
	switch {
	case jsonlog.Has(s, "locked"):
		return footfall.ReasonLocked
	case jsonlog.Has(s, "disabled"):
		return footfall.ReasonDisabled
	case jsonlog.Has(s, "expired"):
		return footfall.ReasonExpired
	case jsonlog.Has(s, "unknownuser", "userdoesnotexist", "nosuchuser", "unknown user"):
		return footfall.ReasonNoUser
	case jsonlog.Has(s, "password", "invaliduser", "invalidcredentials", "unknownusernameorbadpassword"):
		return footfall.ReasonBadPassword
	case s != "":
		return footfall.ReasonRestricted
	}
	return footfall.ReasonUnknown
}

// identityLogon is a logon that a domain controller or Entra ID saw.
func identityLogon(r *jsonlog.Reader, a string) {
	e := r.Event
	deviceLogon(r, a)
	e.From.Addr, e.From.Host = r.Addr(ip), r.Get(device)
	e.To.Host, e.To.Addr, e.Computer = r.Get(remoteName), r.Addr(localIP), ""
	e.Client, e.Country = r.Get(agent), r.Get(country)
	switch r.Get(app) {
	case "Active Directory":
		e.Kind = footfall.KindCredential
	case "":
	default:
		e.Service = footfall.ServiceCloud
		e.To.Host = r.Get(app)
	}
}

func cloudLogon(r *jsonlog.Reader) {
	e := r.Event
	e.Kind, e.Service, e.Outcome = footfall.KindLogon, footfall.ServiceCloud, footfall.Success
	e.User.Name = r.First(userUPN, user)
	e.From.Addr, e.From.Host, e.To.Host = r.Addr(ip), r.Get(device), r.Get(app)
	e.Client, e.Country, e.Computer = r.Get(agent), r.Get(country), ""
	if c := r.Get(errorCode); c != "" && c != "0" {
		e.Outcome = footfall.Failure
		switch c {
		case "50126":
			e.Reason = footfall.ReasonBadPassword
		case "50034":
			e.Reason = footfall.ReasonNoUser
		case "50053":
			e.Reason = footfall.ReasonLocked
		case "50057":
			e.Reason = footfall.ReasonDisabled
		case "50074", "50076", "500121":
			e.Reason, e.MFA = footfall.ReasonMFA, footfall.MFADenied
		case "53003", "50105":
			e.Reason = footfall.ReasonRestricted
		}
	}
}

func process(r *jsonlog.Reader) {
	e := r.Event
	r.SetLog(logProcess)
	if p := r.Get(folder); strings.HasPrefix(p, "/Applications/") || strings.HasPrefix(p, "/System/") || strings.HasPrefix(p, "/Library/") || strings.HasPrefix(p, "/Users/") {
		r.SetLog(logMacProcess)
	} else if strings.HasPrefix(p, "/") { // the table names no system
		r.SetLog(logUnixProcess)
	}
	e.Kind, e.Command, e.Session = footfall.KindProcess, r.Get(command), r.Get(logonID)
	e.Image, e.ParentImg = path(r, folder, fileName), path(r, initFolder, initFile)
	r.Field(0, e.Image)
	r.Field(1, e.ParentImg)
	r.Field(2, r.Whole(e.User))
}

// hives are the short names of the roots of the registry.
var hives = [...][2]string{{"HKEY_LOCAL_MACHINE", "HKLM"}, {"HKEY_USERS", "HKU"}, {"HKEY_CURRENT_USER", "HKCU"}, {"HKEY_CLASSES_ROOT", "HKCR"}}

// registry is a change of a key or a value, with the value's name behind the
// key and a number in the form of Sysmon besides.
func registry(r *jsonlog.Reader) {
	e := r.Event
	e.Kind, e.Object = footfall.KindRegistry, r.Get(registryKey)
	key, name := e.Object, r.Get(registryName)
	s := r.Batch.Grow(len(key) + 1 + len(name))
	for _, h := range hives {
		if rest, ok := strings.CutPrefix(key, h[0]); ok && (rest == "" || rest[0] == '\\') {
			s, key = append(s, h[1]...), rest
			break
		}
	}
	s = append(s, key...)
	if name != "" {
		s = append(append(s, '\\'), name...)
	}
	r.Field(10, r.Batch.Kept(s))
	data := r.Get(registryData)
	if n, ok := jsonlog.Number(data); ok && n >= 0 && n < 1<<32 && jsonlog.Is(r.Get(registryType), "Dword") {
		const digits = "0123456789abcdef"
		s = append(r.Batch.Grow(len("DWORD (0x00000000)")), "DWORD (0x"...)
		for shift := 28; shift >= 0; shift -= 4 {
			s = append(s, digits[n>>shift&15])
		}
		data = r.Batch.Kept(append(s, ')'))
	}
	r.Field(11, data)
}

// initiator fills what ran from the columns of the initiating process.
func initiator(r *jsonlog.Reader) {
	e := r.Event
	e.User = footfall.Account{Name: r.Get(initUser), Domain: r.Get(initDomain), SID: r.Get(initSID)}
	e.Image, e.Command = path(r, initFolder, initFile), r.Get(initCommand)
	r.Field(0, e.Image)
	r.Field(2, r.Whole(e.User))
}

func network(r *jsonlog.Reader, a string) {
	e := r.Event
	r.SetLog(logNetwork)
	initiator(r)
	e.Kind, e.Outcome = footfall.KindConnection, footfall.Success
	if strings.HasSuffix(a, "Failed") || strings.HasSuffix(a, "Blocked") {
		e.Outcome = footfall.Failure
	} else if strings.HasSuffix(a, "Attempt") || strings.HasSuffix(a, "Request") || strings.HasSuffix(a, "Found") {
		e.Outcome = footfall.OutcomeUnknown
	}
	local := footfall.Endpoint{Addr: r.Addr(localIP), Port: r.PortOf(localPort), Host: r.Get(device)}
	remote := footfall.Endpoint{Addr: r.Addr(remoteIP), Port: r.PortOf(remotePort), Host: r.Get(remoteURL)}
	e.From, e.To = local, remote
	in := strings.HasPrefix(a, "Inbound")
	if in {
		e.From, e.To = remote, local
	}
	e.Service = footfall.ServiceOfPort(e.To.Port)
	src, dst, flag := localIP, remoteIP, "true"
	srcPort, dstPort := localPort, remotePort
	if in {
		src, dst, srcPort, dstPort, flag = remoteIP, localIP, remotePort, localPort, "false"
	}
	r.Field(3, r.Get(src))
	r.Field(4, r.Get(srcPort))
	r.Field(5, r.Get(dst))
	r.Field(6, r.Get(dstPort))
	r.Field(7, flag)
}
