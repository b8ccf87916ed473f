package macos

import (
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/hostport"
	"github.com/footfall/footfall/internal/message"
)

// body takes off the library, the subsystem and the level before a text:
// "(lib) [subsystem:category] <Info>: TEXT".
func body(s string) string {
	for range 4 {
		s = strings.TrimLeft(s, " ")
		closing := ""
		switch {
		case strings.HasPrefix(s, "("):
			closing = ") "
		case strings.HasPrefix(s, "[com."):
			closing = "] "
		case strings.HasPrefix(s, "<"):
			closing = ">: "
		}
		head, rest, ok := strings.Cut(s, closing)
		if closing == "" || !ok || len(head) > 160 {
			return s
		}
		s = rest
	}
	return s
}

func read(e *footfall.Event, s string) {
	s = body(s)
	switch e.Program {
	case "screensharingd", "ScreensharingAgent", "com.apple.screensharing":
		screen(e, s)
	case "ARDAgent", "RemoteManagementAgent":
		if strings.Contains(s, "ARDAgent Launched") || strings.Contains(s, "ARDAgent Ready") {
			e.Kind, e.Service, e.Outcome = footfall.KindStart, footfall.ServiceARD, footfall.Success
		} else {
			screen(e, s)
		}
	case "loginwindow", "sessionlogoutd":
		window(e, s)
	case "socketfilterfw", "Firewall":
		firewall(e, s)
	case "kdc":
		ticket(e, s)
	default:
		authority(e, s)
	}
}

// screen reads "Authentication: SUCCEEDED :: User Name: ana :: Viewer Address: 192.0.2.10 :: Type: DH".
// What the server writes behind the name comes last.
func screen(e *footfall.Event, s string) {
	_, v, ok := strings.Cut(s, "Authentication: ")
	result, v, ok2 := strings.Cut(v, " :: User Name: ")
	i := strings.LastIndex(v, " :: Viewer Address: ")
	if !ok || !ok2 || i < 0 {
		return
	}
	addr, how, _ := strings.Cut(v[i+len(" :: Viewer Address: "):], " :: Type: ")
	e.Kind, e.Service, e.Outcome, e.Auth = footfall.KindLogon, footfall.ServiceVNC, footfall.Success, footfall.AuthPassword
	if result != "SUCCEEDED" {
		e.Outcome, e.Reason = footfall.Failure, footfall.ReasonBadPassword
	}
	if e.Program == "ARDAgent" {
		e.Service = footfall.ServiceARD
	}
	if strings.HasPrefix(how, "Kerberos") {
		e.Auth = footfall.AuthKerberos
	}
	if e.User.Name = v[:i]; e.User.Name == "N/A" {
		e.User.Name = ""
	}
	message.Peer(e, strings.TrimSpace(addr))
}

// window reads what loginwindow tells other programs, and the records of
// utmpx that it writes.
func window(e *footfall.Event, s string) {
	switch {
	case strings.Contains(s, "com.apple.sessionDidLogin"), strings.HasPrefix(s, "USER_PROCESS: ") && strings.HasSuffix(s, " console"):
		e.Kind, e.Outcome = footfall.KindLogon, footfall.Success
	case strings.Contains(s, "com.apple.sessionDidLogout"), strings.Contains(s, "com.apple.sessionagent.didLogout"), strings.HasSuffix(s, "logout is complete."),
		strings.HasPrefix(s, "DEAD_PROCESS: ") && strings.HasSuffix(s, " console"):
		e.Kind, e.Outcome = footfall.KindLogoff, footfall.Success
	case strings.Contains(s, "com.apple.sessionagent.screenIsLocked"):
		e.Kind, e.Outcome = footfall.KindDisconnect, footfall.Success
	case strings.Contains(s, "com.apple.sessionagent.screenIsUnlocked"):
		e.Kind, e.Outcome = footfall.KindReconnect, footfall.Success
	default:
		return
	}
	e.Service = footfall.ServiceLocal
	if _, v, ok := strings.Cut(s, "with userID:"); ok {
		e.User.SID, _, _ = strings.Cut(v, " ")
	}
}

// firewall reads the application firewall:
//
//	NAME: Allow TCP LISTEN  (in:0 out:1)
//	Deny NAME connecting from ADDR:PORT to port PORT proto=6
//	Stealth Mode connection attempt to TCP ADDR:PORT from ADDR:PORT
func firewall(e *footfall.Event, s string) {
	if v, ok := strings.CutPrefix(s, "Stealth Mode connection attempt to "); ok {
		_, v, _ = strings.Cut(v, " ")
		to, from, _ := strings.Cut(v, " from ")
		from, _, _ = strings.Cut(from, " ")
		e.To, _ = hostport.Colon(to)
		e.From, _ = hostport.Colon(from)
		e.Kind, e.Outcome = footfall.KindConnection, footfall.Failure
	} else if i := strings.LastIndex(s, " connecting from "); i >= 0 {
		verb, name, ok := strings.Cut(s[:i], " ")
		from, v, ok2 := strings.Cut(s[i+len(" connecting from "):], " to port ")
		port, _, _ := strings.Cut(v, " ")
		if !ok || !ok2 || verb != "Deny" && verb != "Allow" {
			return
		}
		e.From, _ = hostport.Colon(from)
		e.To.Port, _ = hostport.Port(port)
		e.Image, e.Kind, e.Outcome = name, footfall.KindConnection, footfall.Success
		if verb == "Deny" {
			e.Outcome = footfall.Failure
		}
	} else if name, v, ok := strings.Cut(s, ": "); ok && (strings.HasPrefix(v, "Allow ") || strings.HasPrefix(v, "Deny ")) {
		e.Image, e.Kind, e.Outcome = name, footfall.KindConnection, footfall.Success
		if v[0] == 'D' {
			e.Outcome = footfall.Failure
		}
		return // no end is named
	} else {
		return
	}
	e.Service = footfall.ServiceOfPort(e.To.Port)
}

// ticket reads Heimdal's "AS-REQ NAME from ADDR:PORT for krbtgt/REALM@REALM".
func ticket(e *footfall.Event, s string) {
	v, ok := strings.CutPrefix(s, "AS-REQ ")
	i := strings.LastIndex(v, " for ")
	if !ok || i < 0 {
		return
	}
	j := strings.LastIndex(v[:i], " from ")
	if j < 0 {
		return
	}
	peer := strings.TrimPrefix(strings.TrimPrefix(v[j+len(" from "):i], "IPv4:"), "IPv6:")
	e.Kind, e.Service, e.Auth = footfall.KindAttempt, footfall.ServiceKerberos, footfall.AuthKerberos
	e.User.Name, e.Object = v[:j], v[i+len(" for "):]
	if p, ok := hostport.Colon(peer); ok {
		e.From = p
	} else {
		e.From, _ = hostport.Host(peer)
	}
}

// authority reads what grants rights and checks passwords.
//
//	Succeeded authorizing right 'RIGHT' by client 'PATH' [12] for authorization created by 'PATH' [12]
//	Failed to authorize right 'RIGHT' by client 'PATH' [12] ...
//	checkpw() succeeded, creating credential for user NAME
//	Failed to authenticate user <NAME> (error: 9).
//	Authentication failed for NAME with result ODErrorCredentialsInvalid
func authority(e *footfall.Event, s string) {
	for i, head := range [...]string{"Succeeded authorizing right '", "Failed to authorize right '"} {
		_, v, ok := strings.Cut(s, head)
		right, v, ok2 := strings.Cut(v, "'")
		if !ok || !ok2 {
			continue
		}
		e.Kind, e.Service, e.Object, e.Outcome = footfall.KindPrivilege, footfall.ServiceLocal, right, footfall.Success
		if i == 1 {
			e.Outcome = footfall.Failure
		}
		e.Image, _ = message.Between(v, " by client '", "'")
		return
	}
	switch {
	case strings.Contains(s, "checkpw() succeeded, creating "):
		e.Outcome = footfall.Success
		_, e.User.Name, _ = strings.Cut(s, "credential for user ")
	case strings.HasPrefix(s, "checkpw() failed"):
		e.Outcome, e.Reason = footfall.Failure, footfall.ReasonBadPassword
	case strings.HasPrefix(s, "Failed to authenticate user <"):
		e.Outcome, e.Reason = footfall.Failure, footfall.ReasonBadPassword
		if v := s[len("Failed to authenticate user <"):]; strings.LastIndexByte(v, '>') >= 0 {
			e.User.Name = v[:strings.LastIndexByte(v, '>')]
		}
	case strings.HasPrefix(s, "Authentication failed for ") && strings.Contains(s, " with result "):
		e.Outcome, e.Reason = footfall.Failure, result(s)
		v := s[len("Authentication failed for "):]
		e.User.Name = v[:max(0, strings.LastIndex(v, " with result "))]
	case strings.Contains(s, "ODRecordVerifyPassword failed with result "):
		e.Outcome, e.Reason = footfall.Failure, result(s)
	default:
		return
	}
	if e.User.Name == "<private>" {
		e.User.Name = ""
	}
	e.Kind, e.Service, e.Auth = footfall.KindCredential, footfall.ServiceLocal, footfall.AuthPassword
}

// result reads an error of OpenDirectory (CFOpenDirectoryConstants.h).
func result(s string) footfall.Reason {
	_, v, _ := strings.Cut(s, "ODErrorCredentials")
	switch {
	case strings.HasPrefix(v, "AccountNotFound"):
		return footfall.ReasonNoUser
	case strings.HasPrefix(v, "AccountDisabled"):
		return footfall.ReasonDisabled
	case strings.HasPrefix(v, "AccountLocked"), strings.HasPrefix(v, "AccountTemporarilyLocked"):
		return footfall.ReasonLocked
	case strings.HasPrefix(v, "AccountExpired"), strings.HasPrefix(v, "PasswordExpired"), strings.HasPrefix(v, "PasswordChangeRequired"):
		return footfall.ReasonExpired
	}
	return footfall.ReasonBadPassword
}
