package citrix

import (
	"net/netip"
	"strconv"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/hostport"
)

// mean gives an event its kind by feature and name of the message.
func (r *reader) mean(e *footfall.Event, p *part) {
	v := r.values
	switch p.feature {
	case "SSLVPN", "AAA", "AAATM", "ICA":
		e.Service = footfall.ServiceGateway
		r.gateway(e, p)
	case "SSLLOG":
		e.Kind, e.Service, e.Outcome = footfall.KindAttempt, footfall.ServiceWeb, footfall.OutcomeUnknown
		if strings.Contains(p.name, "FAILURE") {
			e.Outcome, e.Reason = footfall.Failure, footfall.ReasonProtocol
		}
		e.From = footfall.Endpoint{Addr: v.Addr(client), Port: v.Port(clientPort)}
		e.To = footfall.Endpoint{Addr: v.Addr(serviceIP), Port: v.Port(servicePort)}
	case "TCP":
		if strings.HasPrefix(p.name, "CONN_") || strings.HasPrefix(p.name, "OTHERCONN_") || strings.HasPrefix(p.name, "NAT_") {
			e.Kind, e.Outcome = footfall.KindConnection, footfall.Success
			r.ends(e)
			r.moved(e)
		}
	case "GUI", "CLI", "UI", "API", "NITRO":
		r.command(e)
	case "APPFW":
		firewall(e, p)
	case "EVENT":
		if p.name == "STARTSYS" || p.name == "STARTCPU" {
			e.Kind = footfall.KindStart
		}
	}
}

// peer takes the client's address from its item, or from the context.
func (r *reader) peer(e *footfall.Event) {
	v := r.values
	if r.twice {
		return
	}
	if e.From.Addr = v.Addr(client); e.From.Addr.IsValid() {
		return
	}
	ctx := v.Get(context)
	if i := strings.LastIndexByte(ctx, '@'); i >= 0 {
		e.From.Addr, _ = hostport.Addr(ctx[i+1:])
		if e.User.Name == "" {
			e.User.Name = ctx[:i]
		}
	}
}

// gateway reads what Gateway and AAA say of logons and sessions.
func (r *reader) gateway(e *footfall.Event, p *part) {
	v := r.values
	e.User.Name, e.Session = v.Get(user), v.Get(session)
	if e.Client = v.Get(browser); e.Client == "" {
		e.Client = v.Get(kind)
	}
	r.peer(e)
	switch p.name {
	case "LOGIN":
		e.Kind, e.Outcome = footfall.KindLogon, footfall.Success
		e.To, _ = hostport.Colon(v.Get(vserver))
		if a := v.Addr(natIP); a.IsPrivate() { // else the address that many share
			e.Assigned = a
		}
	case "LOGIN_FAILED", "LOGINFAILED":
		e.Kind, e.Outcome, e.Reason = footfall.KindLogon, footfall.Failure, failure(v.Get(reason))
	case "LOGOUT":
		e.Kind, e.Outcome = footfall.KindLogoff, footfall.Success
		r.moved(e)
	case "TCPCONNSTAT", "UDPFLOWSTAT", "NONHTTP_RESOURCEACCESS_DENIED", "NONHTTP_RESOURCEACCESS_ALLOWED":
		e.Kind, e.Outcome = footfall.KindConnection, footfall.Success
		if strings.Contains(p.text, " - Access Denied") || strings.HasSuffix(p.name, "DENIED") {
			e.Outcome, e.Reason = footfall.Failure, footfall.ReasonRestricted
		}
		outer := e.From.Addr
		if r.ends(e); outer.IsValid() && e.From.Addr.IsValid() && outer != e.From.Addr {
			e.Client = v.Get(client) // the session is of another address than the connection
		}
		r.moved(e)
	case "ICASTART", "ICAEND_CONNSTAT":
		e.Kind, e.Outcome = footfall.KindConnection, footfall.Success
		r.ends(e)
		r.moved(e)
		name, domain, _ := strings.Cut(v.Get(icaUser), ":")
		if name != "" {
			e.User.Name, e.User.Domain = name, domain
		}
		e.Object = v.Get(application)
	case "HTTPREQUEST":
		r.request(e, p.text)
	case "HTTP_RESOURCEACCESS_DENIED":
		e.Kind, e.Outcome, e.Reason = footfall.KindRequest, footfall.Failure, footfall.ReasonRestricted
	}
	if e.Kind == footfall.KindUnknown {
		e.Service = footfall.ServiceUnknown
	}
}

func failure(s string) footfall.Reason {
	has := func(w string) bool { return strings.Contains(s, w) }
	switch {
	case has("locked") || has("Locked"):
		return footfall.ReasonLocked
	case has("expired") || has("Expired"):
		return footfall.ReasonExpired
	case has("no such user") || has("No such user") || has("not found") || has("User not"):
		return footfall.ReasonNoUser
	case has("disabled"):
		return footfall.ReasonDisabled
	case has("denied by policy") || has("No policy") || has("restricted"):
		return footfall.ReasonRestricted
	}
	return footfall.ReasonBadPassword
}

// ends takes who connected and where to.
func (r *reader) ends(e *footfall.Event) {
	v := r.values
	if p, ok := hostport.Colon(v.Get(origin)); ok {
		e.From = p
	}
	if p, ok := hostport.Colon(v.Get(destination)); ok && p.Addr != netip.IPv4Unspecified() {
		e.To = p
	} else if p, ok := hostport.Colon(v.Get(vserver)); ok {
		e.To = p
	}
	if s := footfall.ServiceOfPort(e.To.Port); e.User.Name == "" || s != footfall.ServiceUnknown {
		e.Service = s
	}
}

// moved takes bytes and duration.
func (r *reader) moved(e *footfall.Event) {
	v := r.values
	out, in := number(v.Get(sent)), number(v.Get(received))
	e.Bytes, e.Returned = out+in, out
	h, rest, _ := strings.Cut(v.Get(lasted), ":")
	m, s, ok := strings.Cut(rest, ":")
	if s, _, _ = strings.Cut(s, " "); ok {
		e.Duration = min(number(h)*3600+number(m)*60+number(s), 1<<32) * 1e9
	}
}

func number(s string) int64 {
	if s == "" || len(s) > 15 || strings.Trim(s, "0123456789") != "" {
		return 0
	}
	n, _ := strconv.ParseInt(s, 10, 64)
	return n
}

// request reads "... : Vserver ADDR:PORT - TIME GMT GET/path - -".
func (r *reader) request(e *footfall.Event, s string) {
	e.Kind, e.Outcome = footfall.KindRequest, footfall.Success
	if v, ok := strings.CutPrefix(s, "Context "); ok {
		ctx, _, _ := strings.Cut(v, " - ")
		if i := strings.LastIndexByte(ctx, '@'); i >= 0 {
			e.User.Name = ctx[:i]
			e.From.Addr, _ = hostport.Addr(ctx[i+1:])
		}
	}
	if i := strings.LastIndex(s, " : Vserver "); i >= 0 {
		to, rest, _ := strings.Cut(s[i+len(" : Vserver "):], " - ")
		e.To, _ = hostport.Colon(to)
		if _, what, ok := strings.Cut(rest, " GMT "); ok {
			if j := strings.IndexByte(what, '/'); j >= 0 {
				e.Object, _, _ = strings.Cut(what[j:], " - ")
			}
		}
	}
}

// command reads what an administrator did: "User NAME - Remote_ip ADDR - Command "TEXT" - Status "Success"".
func (r *reader) command(e *footfall.Event) {
	v := r.values
	if v.Get(command) == "" {
		return
	}
	e.User.Name, e.Command = v.Get(user), v.Get(command)
	if !r.twice {
		e.From.Addr = v.Addr(remote)
	}
	e.Kind, e.Service, e.Outcome = footfall.KindConfig, footfall.ServiceWeb, footfall.Success
	if s := v.Get(status); s != "" && !strings.HasPrefix(s, "Success") && s != "0" {
		e.Outcome = footfall.Failure
	}
	switch word, _, _ := strings.Cut(e.Command, " "); word {
	case "login":
		if e.Kind = footfall.KindLogon; e.Outcome == footfall.Failure {
			e.Reason = footfall.ReasonBadPassword
		}
	case "logout", "exit":
		e.Kind = footfall.KindLogoff
	case "show", "stat", "sync":
		e.Kind = footfall.KindCall
	}
}

// firewall reads "ADDR NUMBER-PPE0 SESSION PROFILE URL TEXT <blocked>".
func firewall(e *footfall.Event, p *part) {
	addr, rest, _ := strings.Cut(p.text, " ")
	a, ok := hostport.Addr(addr)
	if !ok {
		return
	}
	e.Kind, e.Service, e.From.Addr, e.Object = footfall.KindAlert, footfall.ServiceWeb, a, p.name
	if strings.HasSuffix(rest, "<blocked>") {
		e.Outcome = footfall.Failure
	} else if strings.HasSuffix(rest, "<not blocked>") || strings.HasSuffix(rest, "<transformed>") {
		e.Outcome = footfall.Success
	}
}
