package w3c

import (
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/clock"
	"github.com/footfall/footfall/internal/hostport"
)

// when reads date and time, which are UTC but where the header says else
// ("#Time Format: Local" of the Windows firewall).
func (d *decoder) when(e *footfall.Event) {
	if s := d.v.Get(kStamp); s != "" {
		e.Time, _ = clock.ISO(s)
		return
	}
	date, tod := d.v.Get(kDate), d.v.Get(kTime)
	if date == "" {
		date = d.date
	}
	if len(date) != 10 || len(tod) < 8 || len(tod) > 18 {
		return
	}
	var buf [30]byte
	n := copy(buf[:], date)
	buf[n] = 'T'
	n += 1 + copy(buf[n+1:], tod)
	ns, _ := clock.ISO(footfall.Str(buf[:n]))
	e.Time, e.Zoneless = ns, d.zoneless && ns != 0
}

func (d *decoder) mean(b *footfall.Batch, e *footfall.Event) {
	e.Log = d.logs[d.dress]
	switch d.dress {
	case firewall:
		d.packet(b, e)
	case web, proxy, exchange:
		d.request(b, e)
	case smtp:
		d.spoken(e)
	case mailbox:
		d.fetched(e)
	case tracking:
		e.Service, e.From.Addr, e.From.Host, e.Computer = footfall.ServiceMail, d.v.Addr(kClient), d.v.Get(kHost), d.v.Get(kComputer)
		e.Object = d.v.Get(kEvent)
	}
}

// packet reads the Windows firewall. OPEN and CLOSE are of connections that
// the host itself opened, OPEN-INBOUND of others'.
func (d *decoder) packet(b *footfall.Batch, e *footfall.Event) {
	v := d.v
	e.From = footfall.Endpoint{Addr: v.Addr(kSrc), Port: v.Port(kSrcPort)}
	e.To = footfall.Endpoint{Addr: v.Addr(kDst), Port: v.Port(kDstPort)}
	e.Service, e.Bytes = footfall.ServiceOfPort(e.To.Port), v.Int(kSize)
	e.PID = uint32(max(0, min(v.Int(kPID), 1<<31)))
	switch v.Get(kAction) {
	case "ALLOW", "OPEN", "OPEN-INBOUND", "CLOSE":
		e.Kind, e.Outcome = footfall.KindConnection, footfall.Success
		b.Add(d.blocked, "false")
	case "DROP":
		e.Kind, e.Outcome = footfall.KindConnection, footfall.Failure
		b.Add(d.blocked, "true")
	}
}

// request reads a request of HTTP, or a command of IIS' FTP and SMTP services.
func (d *decoder) request(b *footfall.Batch, e *footfall.Event) {
	v := d.v
	e.Kind, e.Service = footfall.KindRequest, footfall.ServiceWeb
	e.From = footfall.Endpoint{Addr: v.Addr(kClient), Port: v.Port(kClientPort)}
	e.To = footfall.Endpoint{Addr: v.Addr(kServer), Port: v.Port(kServerPort), Host: host(v.Get(kHost))}
	e.User = account(v.Get(kUser))
	e.Computer = v.First(kComputer, kServer)
	e.Returned = v.Int(kReceived)
	e.Bytes = v.Int(kSent) + e.Returned
	if ms := v.Int(kTaken); ms > 0 && ms < 1e12 {
		e.Duration = ms * 1e6
	}
	status := v.Int(kStatus)
	switch {
	case status >= 400, status == 0 && v.Get(kAction) == "Denied", v.Get(kResult) == "DENIED":
		e.Outcome = footfall.Failure
	case status > 0:
		e.Outcome = footfall.Success
	}
	d.uri(b, e)
	d.agent(b, e)
	if d.dress == exchange {
		e.Service = footfall.ServiceMail
		return
	}
	if d.dress == web {
		d.portal(e, status)
	}
}

func host(s string) string {
	name, _, _ := strings.Cut(s, ":")
	if h, ok := hostport.Host(name); ok {
		return h.Host
	}
	return ""
}

// account reads a name that may have its domain before it.
func account(s string) footfall.Account {
	if domain, name, ok := strings.Cut(s, "\\"); ok && domain != "" && name != "" {
		return footfall.Account{Domain: domain, Name: name}
	}
	return footfall.Account{Name: s}
}

// uri puts path and query together. Rules look for a path in cs-uri-query too,
// since other servers log both in one.
func (d *decoder) uri(b *footfall.Batch, e *footfall.Event) {
	stem, query := d.v.Get(kStem), d.v.Get(kQuery)
	if e.Object = d.v.Get(kURI); e.Object == "" {
		if e.Object = stem; query != "" {
			s := append(b.Grow(len(stem)+len(query)+1), stem...)
			if query[0] != '?' {
				s = append(s, '?')
			}
			e.Object = b.Kept(append(s, query...))
		}
	}
	if e.Object == "" {
		return
	}
	if d.v.Get(kURI) == "" {
		b.Add(d.uriIDs[0], e.Object)
		b.Add(d.uriIDs[1], e.Object)
	}
	b.Add(d.uriIDs[2], e.Object)
}

// agent gives the client's name for itself: IIS writes + for blanks.
func (d *decoder) agent(b *footfall.Batch, e *footfall.Event) {
	e.Client = d.v.Get(kAgent)
	if e.Client == "" {
		return
	}
	if d.sep == ' ' && strings.IndexByte(e.Client, '+') >= 0 && strings.IndexByte(e.Client, ' ') < 0 {
		s := append(b.Grow(len(e.Client)), e.Client...)
		for i := range s {
			if s[i] == '+' {
				s[i] = ' '
			}
		}
		e.Client = b.Kept(s)
	}
	b.Add(d.agents[0], e.Client)
	b.Add(d.agents[1], e.Client)
}

// portal knows the front ends behind which remote access begins. RD Web Access
// answers a good sign-in with a redirect and a bad one with the same page.
func (d *decoder) portal(e *footfall.Event, status int64) {
	v := d.v
	stem, method := v.Get(kStem), v.Get(kMethod)
	switch {
	case fold(stem, "/rdweb/"):
		e.Service = footfall.ServiceGateway
		if method == "POST" && strings.HasSuffix(lowered(stem), "/login.aspx") {
			e.Kind, e.Auth = footfall.KindLogon, footfall.AuthPassword
			switch status {
			case 302:
				e.Outcome = footfall.Success
			case 200:
				e.Outcome, e.Reason = footfall.Failure, footfall.ReasonBadPassword
			}
		}
	case fold(stem, "/remotedesktopgateway"), fold(stem, "/rpc/rpcproxy.dll") && strings.Contains(v.Get(kQuery), ":3388"):
		e.Service = footfall.ServiceGateway
	case fold(stem, "/owa"), fold(stem, "/ecp"), fold(stem, "/ews"), fold(stem, "/mapi"), fold(stem, "/autodiscover"), fold(stem, "/microsoft-server-activesync"), fold(stem, "/oab"), fold(stem, "/rpc"):
		e.Service = footfall.ServiceMail
	case fold(stem, "/wsman"):
		e.Service = footfall.ServiceWinRM
	case e.To.Port == 21 && (method == "PASS" || strings.HasSuffix(method, "]PASS")): // IIS' FTP service
		e.Kind, e.Service, e.Auth, e.Object = footfall.KindLogon, footfall.ServiceFTP, footfall.AuthPassword, ""
		if e.Outcome = footfall.Failure; status == 230 {
			e.Outcome = footfall.Success
		} else {
			e.Reason = footfall.ReasonBadPassword
		}
	case e.To.Port == 21:
		e.Service = footfall.ServiceFTP
	}
}

// fold reports whether s begins with prefix, which is in lower case.
func fold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}

// lowered returns the end of a path in lower case where it may be told: no
// more than the last name is looked at.
func lowered(s string) string {
	i := strings.LastIndexByte(s, '/')
	if i < 0 {
		return ""
	}
	if strings.EqualFold(s[i:], "/login.aspx") {
		return "/login.aspx"
	}
	return ""
}

// spoken reads SMTP protocol logs: > is what the server says, < the client,
// + and - begin and end a connection, * is what Exchange knows besides.
func (d *decoder) spoken(e *footfall.Event) {
	v := d.v
	e.Service, e.Session = footfall.ServiceMail, v.Get(kSession)
	e.Computer, e.Object, _ = strings.Cut(v.Get(kConnector), "\\")
	if h, ok := hostport.Colon(v.Get(kRemote)); ok {
		e.From = h
	}
	if h, ok := hostport.Colon(v.Get(kLocal)); ok {
		e.To = h
	}
	data := v.Get(kData)
	switch v.Get(kEvent) {
	case "+":
		e.Kind = footfall.KindConnection
		if e.Outcome = footfall.Success; e.From.Port == 25 || e.From.Port == 587 { // a send connector: the other end is the server
			e.From, e.To = e.To, e.From
		}
	case ">":
		switch {
		case strings.HasPrefix(data, "235 "):
			e.Kind, e.Outcome, e.Auth = footfall.KindCredential, footfall.Success, footfall.AuthPassword
		case strings.HasPrefix(data, "535 "), strings.HasPrefix(data, "534 "), strings.HasPrefix(data, "454 4.7.0"):
			e.Kind, e.Outcome, e.Reason, e.Auth = footfall.KindLogon, footfall.Failure, footfall.ReasonBadPassword, footfall.AuthPassword
		}
	case "*":
		if v.Get(kContext) == "authenticated" {
			e.Kind, e.Outcome, e.User = footfall.KindLogon, footfall.Success, account(data)
		}
	}
}

// fetched reads IMAP and POP3 protocol logs: the outcome of a command stands
// in its context as R=.
func (d *decoder) fetched(e *footfall.Event) {
	v := d.v
	e.Service, e.Session, e.User = footfall.ServiceMail, v.Get(kSession), account(v.Get(kUser))
	if h, ok := hostport.Colon(v.Get(kClient)); ok {
		e.From = h
	}
	if h, ok := hostport.Colon(v.Get(kServer)); ok {
		e.To = h
	}
	switch strings.ToLower(v.Get(kCommand)) {
	case "login", "authenticate", "auth", "pass":
		e.Kind, e.Auth = footfall.KindLogon, footfall.AuthPassword
		context := v.Get(kContext)
		if strings.HasPrefix(context, "R=ok") || strings.HasPrefix(context, "R=\"OK") || strings.HasPrefix(context, "R=+OK") || strings.Contains(context, " OK ") {
			e.Outcome = footfall.Success
		} else if context != "" {
			e.Outcome, e.Reason = footfall.Failure, footfall.ReasonBadPassword
		}
	case "opensession":
		e.Kind = footfall.KindAttempt
	}
}
