// Package slapd understands the messages of OpenLDAP's slapd at loglevel
// stats. In goes the message behind the envelope, which already is the current
// event of the batch; out comes the event: who came, who asked to be bound, how
// that ended. Each line is read alone: conn, the Session, ties them together.
// A name in a line cannot pass for a result, which begins the line's text.
package slapd

import (
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/hostport"
	"github.com/footfall/footfall/internal/message"
)

var text = message.Text{Name: "slapd", Log: footfall.Log{Product: "linux", Services: []string{"slapd", "auth", "syslog"}}, Read: read}

// Decoder reads the messages of slapd.
var Decoder = footfall.Decoder{
	Name:     "slapd",
	Doc:      "Messages of OpenLDAP's slapd (loglevel stats): connections, binds and their results, searches, changes.",
	Source:   "OpenLDAP: servers/slapd/connection.c, bind.c, result.c, search.c; slapd.conf(5) loglevel",
	Frame:    footfall.FrameMessage,
	Programs: []string{"slapd", "ns-slapd"},
	New:      text.Messages,
}

func read(b *footfall.Batch, e *footfall.Event, s string) {
	conn, rest, ok := field(s, "conn=")
	if !ok {
		return
	}
	e.Session = conn
	if _, text, ok := field(rest, "op="); ok {
		operation(e, text)
	} else if _, text, ok := field(rest, "fd="); ok {
		connection(e, text)
	}
	if e.Kind != footfall.KindUnknown {
		e.Service = footfall.ServiceLDAP
	}
}

// field reads "KEY=NUMBER " at the head of s.
func field(s, key string) (value, rest string, ok bool) {
	v, ok := strings.CutPrefix(s, key)
	if !ok {
		return "", s, false
	}
	value, rest, _ = strings.Cut(v, " ")
	return value, strings.TrimLeft(rest, " "), value != ""
}

// connection reads "ACCEPT from IP=192.0.2.1:40000 (IP=0.0.0.0:389)" and "closed (connection lost)".
func connection(e *footfall.Event, s string) {
	if v, ok := strings.CutPrefix(s, "ACCEPT from IP="); ok {
		peer, own, _ := strings.Cut(v, " (IP=")
		e.Kind = footfall.KindAttempt
		e.From, _ = hostport.Colon(peer)
		if to, ok := hostport.Colon(strings.TrimSuffix(own, ")")); ok {
			if e.To = to; !to.Addr.IsValid() || to.Addr.IsUnspecified() {
				e.To = footfall.Endpoint{Port: to.Port}
			}
		}
		return
	}
	if strings.HasPrefix(s, "closed") {
		e.Kind, e.Outcome = footfall.KindLogoff, footfall.Success
	}
}

func operation(e *footfall.Event, s string) {
	verb, rest, _ := strings.Cut(s, " ")
	switch verb {
	case "BIND":
		bind(e, rest)
	case "RESULT":
		result(e, rest)
	case "SRCH":
		if v, ok := strings.CutPrefix(rest, `base="`); ok {
			call(e, verb, quoted(v))
		}
	case "ADD", "MOD", "DEL", "MODRDN", "CMP":
		if v, ok := strings.CutPrefix(rest, `dn="`); ok {
			call(e, verb, quoted(v))
		}
	case "PASSMOD":
		e.Kind = footfall.KindPassword
		if v, ok := strings.CutPrefix(rest, `id="`); ok {
			who(&e.Target, quoted(v))
		}
	case "do_bind:":
		e.Kind, e.Outcome, e.Reason = footfall.KindAttempt, footfall.Failure, footfall.ReasonProtocol
	}
}

// call makes e an operation on the entry dn. The verbs are constants of ours.
func call(e *footfall.Event, verb, dn string) {
	e.Kind, e.Object, e.Target.Name = footfall.KindCall, verb, dn
}

// bind reads what is asked, `dn="DN" method=128`, and what was granted,
// `dn="DN" mech=SIMPLE ...`, which only a success writes.
func bind(e *footfall.Event, s string) {
	if strings.HasPrefix(s, "anonymous") {
		e.Kind, e.Outcome, e.Guest, e.Auth = footfall.KindCredential, footfall.Success, true, footfall.AuthNone
		return
	}
	v, ok := strings.CutPrefix(s, `dn="`)
	if !ok {
		return
	}
	dn := quoted(v)
	rest := strings.TrimPrefix(v[min(len(v), len(dn)+1):], " ")
	e.Kind, e.Object = footfall.KindAttempt, dn
	who(&e.User, dn)
	switch {
	case strings.HasPrefix(rest, "method=128"):
		e.Auth = footfall.AuthPassword
		if dn == "" {
			e.Auth, e.Guest = footfall.AuthNone, true
		}
	case strings.HasPrefix(rest, "mech="):
		e.Kind, e.Outcome = footfall.KindCredential, footfall.Success
		mech, _, _ := strings.Cut(rest[len("mech="):], " ")
		e.Auth = mechanism(mech)
	}
}

func mechanism(s string) footfall.Auth {
	switch s {
	case "SIMPLE", "PLAIN", "LOGIN", "DIGEST-MD5", "CRAM-MD5":
		return footfall.AuthPassword
	case "GSSAPI", "GSS-SPNEGO":
		return footfall.AuthKerberos
	case "EXTERNAL":
		return footfall.AuthCertificate
	case "ANONYMOUS":
		return footfall.AuthNone
	case "OAUTHBEARER":
		return footfall.AuthToken
	}
	if strings.HasPrefix(s, "SCRAM-") {
		return footfall.AuthPassword
	}
	return footfall.AuthUnknown
}

// The result codes of a bind (RFC 4511 appendix A).
var reasons = map[string]footfall.Reason{
	"49": footfall.ReasonBadPassword, "32": footfall.ReasonNoUser, "34": footfall.ReasonProtocol, "2": footfall.ReasonProtocol,
	"7": footfall.ReasonProtocol, "8": footfall.ReasonRestricted, "13": footfall.ReasonRestricted, "48": footfall.ReasonRestricted,
	"50": footfall.ReasonRestricted, "53": footfall.ReasonRestricted,
}

// result reads "tag=97 err=49 ... text=": 97 answers a bind (RFC 4511 section
// 4.2.2). 389's server writes err before tag.
func result(e *footfall.Event, s string) {
	head, _, _ := strings.Cut(s, " text=")
	var tag, code string
	for head != "" {
		var w string
		w, head, _ = strings.Cut(head, " ")
		if v, ok := strings.CutPrefix(w, "tag="); ok && tag == "" {
			tag = v
		} else if v, ok := strings.CutPrefix(w, "err="); ok && code == "" {
			code = v
		}
	}
	if tag != "97" || code == "14" { // 14: the exchange of SASL goes on
		return
	}
	e.Kind, e.Outcome, e.Reason = footfall.KindLogon, footfall.Failure, reasons[code]
	if code == "0" {
		e.Outcome = footfall.Success
	}
}

// who names an account by the first part of its DN: uid=NAME,...
func who(a *footfall.Account, dn string) {
	end := 0
	for end < len(dn) && dn[end] != ',' {
		if dn[end] == '\\' {
			end++
		}
		end++
	}
	_, name, ok := strings.Cut(dn[:min(end, len(dn))], "=")
	if a.Name = name; !ok {
		a.Name = dn
	}
}

// quoted returns what stands before the quote that ends a DN: slapd writes a
// quote within it as \22.
func quoted(s string) string {
	v, _, _ := strings.Cut(s, `"`)
	return v
}
