// Package netlogon reads netlogon.log, which Windows' Netlogon service writes
// when debugging is switched on: logons passed through a domain controller,
// with the workstation that they came from, and computers that authenticate
// for a secure channel. In goes a line, out comes an event. The words around a
// name are the service's; the last of them parts it from what follows.
package netlogon

import (
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/clock"
	"github.com/footfall/footfall/internal/hostport"
	"github.com/footfall/footfall/internal/message"
)

var text = message.Text{Name: "netlogon.log", Program: "netlogon", Log: footfall.Log{Product: "windows", Services: []string{"netlogon"}}, Head: head, Read: read}

// Decoder reads netlogon.log.
var Decoder = footfall.Decoder{
	Name:   "netlogon",
	Doc:    "Debug log of Windows' Netlogon service (netlogon.log): logons by way of a domain controller, secure channels.",
	Source: "https://learn.microsoft.com/troubleshoot/windows-client/windows-security/enable-debug-logging-netlogon-service; [MS-NRPC]",
	Frame:  footfall.FrameLines,
	By:     "lines of a month and day, a time and a subsystem in brackets: 09/14 12:33:07 [LOGON]",
	Sniff: func(b []byte) int {
		return message.Share(b, 95, 2, func(line string) bool {
			var e footfall.Event
			_, ok := head(&e, line)
			return ok
		})
	},
	New: text.Lines,
}

// head reads "09/14 12:33:07 [LOGON] [3352] TEXT"; older systems name no thread.
func head(e *footfall.Event, s string) (string, bool) {
	if len(s) < 18 || s[2] != '/' || s[5] != ' ' || s[8] != ':' || s[11] != ':' || s[14] != ' ' || s[15] != '[' {
		return s, false
	}
	c := clock.Civil{Year: clock.Yearless}
	for i, v := range [...]*int{&c.Month, &c.Day, &c.Hour, &c.Minute, &c.Second} {
		a, b := s[3*i]-'0', s[3*i+1]-'0'
		if a > 9 || b > 9 {
			return s, false
		}
		*v = int(a)*10 + int(b)
	}
	ns, ok := c.Unix()
	area, rest, ok2 := strings.Cut(s[16:], "] ")
	if !ok || !ok2 || !upper(area) {
		return s, false
	}
	e.Time, e.Zoneless = ns, true
	if v, ok := strings.CutPrefix(rest, "["); ok {
		if id, text, ok := strings.Cut(v, "] "); ok && len(id) < 10 {
			rest = text
		}
	}
	return rest, true
}

func upper(s string) bool {
	for i := range len(s) {
		if (s[i] < 'A' || s[i] > 'Z') && s[i] != '_' && s[i] != ' ' {
			return false
		}
	}
	return s != "" && len(s) < 32
}

func read(_ *footfall.Batch, e *footfall.Event, s string) {
	if i := strings.Index(s, "SamLogon: "); i >= 0 && i < 80 {
		logon(e, s[i+len("SamLogon: "):])
		return
	}
	for _, m := range [...]string{"NetrServerAuthenticate", "NetrLogonGetCapabilities", "NetrServerPasswordSet"} {
		if i := strings.Index(s, m); i >= 0 && i < 80 {
			channel(e, s[i:])
			return
		}
	}
	if i := strings.Index(s, "NO_CLIENT_SITE: "); i >= 0 && i < 80 {
		host, addr, _ := strings.Cut(s[i+len("NO_CLIENT_SITE: "):], " ")
		e.Kind, e.Client = footfall.KindUnknown, host
		e.From, _ = hostport.Host(addr)
	}
}

// logon reads "Transitive Network logon of DOMAIN\NAME from HOST (via SERVER) Entered"
// and the same with "Returns 0xC000006A". What is Entered is only asked.
func logon(e *footfall.Event, s string) {
	way, v, ok := strings.Cut(s, " logon of ")
	if !ok || len(way) > 40 {
		return
	}
	i := strings.LastIndexByte(v, ' ')
	if i < 0 {
		return
	}
	last := v[i+1:]
	v = v[:i]
	entered := last == "Entered"
	if !entered {
		if v, ok = strings.CutSuffix(v, " Returns"); !ok {
			return
		}
	}
	if w, ok := strings.CutSuffix(v, ")"); ok {
		if i := strings.LastIndex(w, " (via "); i >= 0 {
			e.To.Host, v = w[i+len(" (via "):], w[:i]
		}
	}
	name := v
	if i := strings.LastIndex(v, " from "); i >= 0 {
		name, v = v[:i], v[i+len(" from "):]
		if e.Client = strings.TrimLeft(v, `\`); e.Client != "" {
			e.From, _ = hostport.Host(e.Client)
		}
	}
	domain, user, ok := strings.Cut(name, `\`)
	if !ok {
		domain, user = "", name
	}
	if domain == "(null)" {
		domain = ""
	}
	e.User = footfall.Account{Name: user, Domain: domain}
	e.Service, e.Auth, e.Kind = footfall.ServiceNTLM, footfall.AuthNTLM, footfall.KindCredential
	if entered {
		e.Kind = footfall.KindAttempt
		return
	}
	if e.Outcome = footfall.Success; !strings.EqualFold(last, "0x0") {
		e.Outcome, e.Reason = footfall.Failure, reason(last)
	}
}

// channel reads "NetrServerAuthenticate entered: HOST (ADDR) on account NAME (Negot: FLAGS)",
// "NetrServerAuthenticate: Bad password 0 for HOST on account NAME" and
// "NetrServerAuthenticate: Failed to authenticate HOST on account NAME".
func channel(e *footfall.Event, s string) {
	i := strings.LastIndex(s, " on account ")
	if i < 0 {
		return
	}
	account, _, _ := strings.Cut(s[i+len(" on account "):], " ")
	s = s[:i]
	_, what, _ := strings.Cut(s, ": ")
	e.Service, e.User.Name = footfall.ServiceRPC, account
	switch {
	case strings.HasSuffix(s[:len(s)-len(what)], " entered: "):
		host, addr, _ := strings.Cut(what, " (")
		e.Kind, e.Client = footfall.KindAttempt, host
		e.From, _ = hostport.Host(strings.TrimSuffix(addr, ")"))
		if !e.From.Addr.IsValid() {
			e.From.Host = host
		}
	case strings.HasPrefix(what, "Bad password "):
		// Each of several passwords that the account may have; what is
		// counted is the failure that follows.
		_, e.Client, _ = strings.Cut(what, " for ")
		e.Reason = footfall.ReasonBadPassword
	case strings.HasPrefix(what, "Failed to authenticate "):
		e.Kind, e.Outcome, e.Reason = footfall.KindCredential, footfall.Failure, footfall.ReasonBadPassword
		e.Client = what[len("Failed to authenticate "):]
		e.From, _ = hostport.Host(e.Client)
	}
}

// reason reads an NTSTATUS ([MS-ERREF] 2.3.1).
func reason(s string) footfall.Reason {
	for _, r := range [...]struct {
		code string
		is   footfall.Reason
	}{
		{"0xC000006A", footfall.ReasonBadPassword},
		{"0xC0000064", footfall.ReasonNoUser},
		{"0xC0000072", footfall.ReasonDisabled},
		{"0xC0000234", footfall.ReasonLocked},
		{"0xC0000071", footfall.ReasonExpired},
		{"0xC0000193", footfall.ReasonExpired},
		{"0xC0000224", footfall.ReasonExpired},
		{"0xC000006E", footfall.ReasonRestricted},
		{"0xC000006F", footfall.ReasonRestricted},
		{"0xC0000070", footfall.ReasonRestricted},
		{"0xC000015B", footfall.ReasonRestricted},
		{"0xC0000413", footfall.ReasonRestricted},
		{"0xC0000022", footfall.ReasonRestricted},
		{"0xC000005E", footfall.ReasonProtocol},
		{"0xC000018D", footfall.ReasonProtocol},
	} {
		if strings.EqualFold(s, r.code) {
			return r.is
		}
	}
	return footfall.ReasonUnknown
}
