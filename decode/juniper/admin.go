package juniper

import (
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/hostport"
)

// admin reads messages about people who administer the device. Their names
// stand in quotes and may hold any words; what stands behind is read from the
// end.
func admin(e *footfall.Event, name, s string) {
	switch name {
	case "UI_LOGIN_EVENT": // User 'NAME' login, class 'CLASS' [PID], ssh-connection 'ADDR PORT ADDR PORT', client-mode 'cli'
		e.Kind, e.Outcome = footfall.KindLogon, footfall.Success
		user(e, s, "User '", "' login, class ")
		connection(e, s)
	case "UI_LOGOUT_EVENT":
		e.Kind = footfall.KindLogoff
		user(e, s, "User '", "' logout")
	case "UI_AUTH_EVENT": // Authenticated user 'NAME' at permission level 'CLASS'
		e.Kind, e.Outcome = footfall.KindCredential, footfall.Success
		user(e, s, "user '", "' a")
	case "UI_CMDLINE_READ_LINE": // User 'NAME', command 'TEXT '
		e.Kind, e.Outcome = footfall.KindScript, footfall.Success
		user(e, s, "User '", "', command '")
		if i := strings.Index(s, "', command '"); i >= 0 {
			e.Command = strings.TrimRight(s[i+len("', command '"):], " '")
		}
	case "UI_COMMIT", "UI_COMMIT_PROGRESS", "UI_CFG_AUDIT_SET", "UI_CFG_AUDIT_OTHER", "UI_LOAD_EVENT", "UI_CFG_AUDIT_SET_SECRET":
		e.Kind, e.Outcome = footfall.KindConfig, footfall.Success
		if i := strings.Index(s, "User '"); i >= 0 {
			v := s[i+len("User '"):]
			e.User.Name, e.Object, _ = strings.Cut(v, "' ")
		}
	case "LOGIN_INFORMATION", "LOGIN_ROOT": // User NAME logged in from host ADDR on device TTY
		e.Kind, e.Outcome = footfall.KindLogon, footfall.Success
		host(e, s, "User ", " logged in from host ")
	case "LOGIN_FAILED", "LOGIN_REFUSED", "SSHD_LOGIN_FAILED", "LOGIN_PAM_AUTHENTICATION_ERROR", "LOGIN_PAM_NONLOCAL_USER", "LOGIN_PASSWORD_EXPIRED", "SSHD_LOGIN_ATTEMPTS_THRESHOLD":
		e.Kind, e.Outcome, e.Reason = footfall.KindLogon, footfall.Failure, footfall.ReasonBadPassword
		if strings.HasPrefix(name, "SSHD_") {
			e.Service = footfall.ServiceSSH
		}
		host(e, s, "user ", " from host ")
	case "WEB_AUTH_SUCCESS", "WEB_AUTH_FAIL": // Unable to authenticate httpd client (username NAME)
		e.Kind, e.Service, e.Outcome = footfall.KindLogon, footfall.ServiceWeb, footfall.Success
		if name == "WEB_AUTH_FAIL" {
			e.Outcome, e.Reason = footfall.Failure, footfall.ReasonBadPassword
		}
		user(e, s, "(username ", ")")
	default:
		if !strings.HasPrefix(name, "FWAUTH_") {
			return
		}
		// FTP authentication of user NAME at ADDR is accepted
		e.Kind, e.Service, e.Outcome = footfall.KindLogon, footfall.ServiceGateway, footfall.Success
		if strings.Contains(name, "FAIL") || strings.Contains(name, "DENIED") || strings.Contains(name, "REJECT") {
			e.Outcome, e.Reason = footfall.Failure, footfall.ReasonBadPassword
		}
		host(e, s, "user ", " at ")
	}
}

// user takes what stands between the first before and the last after.
func user(e *footfall.Event, s, before, after string) {
	i, j := strings.Index(s, before), strings.LastIndex(s, after)
	if i >= 0 && j >= i+len(before) {
		e.User.Name = s[i+len(before) : j]
	}
}

// host takes a name up to the last mark, and the address behind that.
func host(e *footfall.Event, s, before, mark string) {
	i, j := strings.Index(s, before), strings.LastIndex(s, mark)
	if i < 0 {
		return
	}
	if j < i+len(before) {
		e.User.Name = strings.Trim(s[i+len(before):], "'. ")
		return
	}
	e.User.Name = strings.Trim(s[i+len(before):j], "'")
	v, _, _ := strings.Cut(s[j+len(mark):], " ")
	if h, ok := hostport.Host(strings.Trim(v, "'.,")); ok {
		e.From = h
	}
}

// connection reads "ssh-connection 'ADDR PORT ADDR PORT'", the last there is.
func connection(e *footfall.Event, s string) {
	i := strings.LastIndex(s, "ssh-connection '")
	if i < 0 {
		return
	}
	v, _, _ := strings.Cut(s[i+len("ssh-connection '"):], "'")
	from, v, _ := strings.Cut(v, " ")
	port, v, _ := strings.Cut(v, " ")
	to, toPort, _ := strings.Cut(v, " ")
	a, ok := hostport.Addr(from)
	if !ok {
		return
	}
	e.Service, e.From.Addr = footfall.ServiceSSH, a
	e.From.Port, _ = hostport.Port(port)
	e.To.Addr, _ = hostport.Addr(to)
	e.To.Port, _ = hostport.Port(toPort)
}

// who takes what the same messages say as structured data, where it is surer.
func (d *decoder) who(e *footfall.Event) {
	v := d.values
	if u := value(v.Get(username)); u != "" {
		e.User.Name = u
	}
	if a := v.Addr(remote); a.IsValid() {
		e.From.Addr = a
	} else if a := v.Addr(src); a.IsValid() {
		e.From.Addr = a
	}
	if c := v.Get(command); c != "" && (e.Kind == footfall.KindScript || e.Kind == footfall.KindConfig) {
		e.Command = strings.TrimSpace(c)
	}
}

// tunnel reads "VPN NAME from ADDR is up. Local-ip: ADDR, ..., XAUTH username: NAME, ...".
func tunnel(e *footfall.Event, name, s string) {
	e.Service = footfall.ServiceVPN
	switch {
	case strings.HasPrefix(name, "KMD_VPN_UP"):
		e.Kind, e.Outcome = footfall.KindConnection, footfall.Success
	case strings.HasPrefix(name, "KMD_VPN_DOWN"):
		e.Kind = footfall.KindDisconnect
	default:
		return
	}
	if i := strings.Index(s, " from "); i >= 0 {
		v, _, _ := strings.Cut(s[i+len(" from "):], " ")
		e.From.Addr, _ = hostport.Addr(v)
	}
	if i := strings.Index(s, "Local-ip: "); i >= 0 {
		v, _, _ := strings.Cut(s[i+len("Local-ip: "):], ",")
		e.To.Addr, _ = hostport.Addr(v)
	}
	for _, mark := range [...]string{"XAUTH username: ", "EAP username: ", "AAA username: "} {
		i := strings.LastIndex(s, mark)
		if i < 0 {
			continue
		}
		v, _, _ := strings.Cut(s[i+len(mark):], ",")
		if v = value(strings.TrimSpace(v)); v != "" && v != "Not-Applicable" {
			e.User.Name = v
			switch e.Kind {
			case footfall.KindConnection:
				e.Kind = footfall.KindLogon
			case footfall.KindDisconnect:
				e.Kind = footfall.KindLogoff
			}
			return
		}
	}
}
