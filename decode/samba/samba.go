// Package samba understands the messages of Samba: its authentication audit as
// text and as JSON, the older lines of failed checks, and the full_audit
// module's lines of what was done on shares. In goes the message behind the
// envelope, which already is the current event of the batch. Names that a
// client chose cannot pass for its address: where they may have, nobody is
// blamed.
package samba

import (
	"errors"
	"strconv"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/hostport"
	"github.com/footfall/footfall/internal/jsonscan"
)

// Decoder reads the messages of Samba.
var Decoder = footfall.Decoder{
	Name:     "samba",
	Doc:      "Messages of Samba: logons by the authentication audit (text and JSON), refused connections, and full_audit's lines about shares and files.",
	Source:   "https://wiki.samba.org/index.php/Setting_up_Audit_Logging; Samba: auth/auth_log.c, vfs_full_audit(8)",
	Frame:    footfall.FrameMessage,
	Programs: []string{"smbd", "smb", "samba", "smbd_audit", "winbindd", "nmbd"},
	New: func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
		d := &decoder{log: s.AddLog(footfall.Log{Product: "linux", Services: []string{"samba", "syslog"}})}
		return d.decode, nil
	},
}

var errNoEvent = errors.New("samba: a message without its envelope")

type decoder struct {
	log  footfall.LogID
	scan jsonscan.Scanner
	text []byte
}

func (d *decoder) decode(b *footfall.Batch, frame []byte) error {
	if len(b.Events) == 0 {
		return errNoEvent
	}
	e := b.Current()
	s := e.Message
	if s != string(frame) {
		s = b.Keep(frame)
	}
	e.Log = d.log
	s = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(s), "#015"))
	switch {
	case audit(e, s), d.json(b, e, s), check(e, s), denied(e, s), full(e, s):
		if e.Service == footfall.ServiceUnknown {
			e.Service = footfall.ServiceSMB
		}
		if e.PID != 0 && e.Session == "" {
			e.Session = b.Kept(strconv.AppendUint(b.Grow(10), uint64(e.PID), 10))
		}
	}
	return nil
}

// audit reads
//
//	Auth: [SMB2,(null)] user [DOMAIN]\[NAME] at [TIME] with [NTLMv2] status [NT_STATUS_OK]
//	workstation [WS] remote host [ipv4:ADDR:PORT] became [DOMAIN]\[NAME] [SID]. local host [ipv4:ADDR:PORT]
//
// (auth_log.c, log_authentication_event_human_readable). DOMAIN, NAME and WS
// are the client's to choose.
func audit(e *footfall.Event, s string) bool {
	s, ok := strings.CutPrefix(s, "Auth: [")
	if !ok {
		return false
	}
	service, s, ok := strings.Cut(s, "] user [")
	domain, s, ok2 := strings.Cut(s, `]\[`)
	name, s, ok3 := strings.Cut(s, "] at [")
	if !ok || !ok2 || !ok3 {
		return false
	}
	e.Kind = footfall.KindLogon
	e.User.Domain, e.User.Name = domain, name
	kind(e, service)
	if _, v, ok := strings.Cut(s, "] with ["); ok {
		v, _, _ = strings.Cut(v, "]")
		password(e, v)
	}
	if strings.Count(s, " status [") == 1 {
		_, v, _ := strings.Cut(s, " status [")
		v, _, _ = strings.Cut(v, "]")
		status(e, v)
	}
	if strings.Count(s, " remote host [") == 1 && strings.Count(s, " local host [") == 1 {
		e.From, e.To = between(s, " remote host ["), between(s, " local host [")
	}
	if i, j := strings.Index(s, " workstation ["), strings.Index(s, "] remote host ["); i >= 0 && j > i+len(" workstation [") {
		e.Client = s[i+len(" workstation [") : j]
	}
	if i := strings.LastIndex(s, "] [S-1-"); i >= 0 {
		e.User.SID, _, _ = strings.Cut(s[i+len("] ["):], "]")
	}
	guest(e)
	return true
}

// between reads "ipv4:ADDR:PORT" behind a mark, up to the bracket.
func between(s, mark string) footfall.Endpoint {
	_, v, _ := strings.Cut(s, mark)
	v, _, _ = strings.Cut(v, "]")
	return end(v)
}

// end reads "ipv4:ADDR:PORT" and "ipv6:ADDR:PORT".
func end(s string) footfall.Endpoint {
	if v, ok := strings.CutPrefix(s, "ipv4:"); ok {
		s = v
	} else if v, ok := strings.CutPrefix(s, "ipv6:"); ok {
		s = v
	} else {
		return footfall.Endpoint{}
	}
	p, ok := hostport.Colon(s)
	if !ok {
		return footfall.Endpoint{}
	}
	return p
}

// kind tells the service from the audit's own name for it.
func kind(e *footfall.Event, service string) {
	switch {
	case strings.HasPrefix(service, "SMB"):
		e.Service = footfall.ServiceSMB
	case strings.HasPrefix(service, "Kerberos KDC"):
		e.Kind, e.Service, e.Auth = footfall.KindCredential, footfall.ServiceKerberos, footfall.AuthKerberos
	case strings.HasPrefix(service, "LDAP"):
		e.Service = footfall.ServiceLDAP
	case strings.HasPrefix(service, "DCE/RPC"):
		e.Service = footfall.ServiceRPC
	case strings.HasPrefix(service, "SamLogon"), strings.HasPrefix(service, "winbind"), strings.HasPrefix(service, "NETLOGON"):
		e.Kind, e.Service = footfall.KindCredential, footfall.ServiceNTLM
	default:
		e.Service = footfall.ServiceSMB
	}
}

func password(e *footfall.Event, how string) {
	switch {
	case strings.HasPrefix(how, "NTLM"), strings.HasPrefix(how, "HMAC-"), strings.HasPrefix(how, "MD4"):
		e.Auth = footfall.AuthNTLM
	case how == "Plaintext":
		e.Auth = footfall.AuthPassword
	case strings.HasPrefix(how, "krb5"), strings.HasPrefix(how, "arcfour"), strings.HasPrefix(how, "aes"):
		e.Auth = footfall.AuthKerberos
	}
}

// status reads an NTSTATUS by its name ([MS-ERREF] 2.3.1).
func status(e *footfall.Event, s string) {
	e.Outcome, e.Reason = footfall.Failure, footfall.ReasonUnknown
	switch s {
	case "NT_STATUS_OK":
		e.Outcome = footfall.Success
	case "NT_STATUS_PROTOCOL_UNREACHABLE":
		// The answer did not fit a datagram and the client comes again over TCP: nobody failed.
		e.Kind, e.Outcome = footfall.KindAttempt, footfall.OutcomeUnknown
	case "NT_STATUS_NO_SUCH_USER":
		e.Reason = footfall.ReasonNoUser
	case "NT_STATUS_WRONG_PASSWORD", "NT_STATUS_LOGON_FAILURE":
		e.Reason = footfall.ReasonBadPassword
	case "NT_STATUS_ACCOUNT_DISABLED":
		e.Reason = footfall.ReasonDisabled
	case "NT_STATUS_ACCOUNT_LOCKED_OUT":
		e.Reason = footfall.ReasonLocked
	case "NT_STATUS_PASSWORD_EXPIRED", "NT_STATUS_ACCOUNT_EXPIRED", "NT_STATUS_PASSWORD_MUST_CHANGE":
		e.Reason = footfall.ReasonExpired
	case "NT_STATUS_INVALID_WORKSTATION", "NT_STATUS_INVALID_LOGON_HOURS", "NT_STATUS_ACCOUNT_RESTRICTION", "NT_STATUS_LOGON_TYPE_NOT_GRANTED":
		e.Reason = footfall.ReasonRestricted
	}
}

func guest(e *footfall.Event) {
	e.Guest = e.Outcome == footfall.Success && (e.User.Name == "" || strings.EqualFold(e.User.Name, "guest") || strings.EqualFold(e.User.Name, "anonymous logon"))
}

// check reads "check_ntlm_password:  Authentication for user [NAME] -> [NAME] FAILED with error NT_STATUS_X".
func check(e *footfall.Event, s string) bool {
	i := strings.Index(s, "uthentication for user [")
	j := strings.LastIndex(s, "] FAILED with error ")
	if i < 0 || j < i {
		return false
	}
	names := s[i+len("uthentication for user [") : j]
	e.User.Name, _, _ = strings.Cut(names, "] -> [")
	code, _, _ := strings.Cut(s[j+len("] FAILED with error "):], ",")
	e.Kind, e.Auth = footfall.KindCredential, footfall.AuthNTLM
	status(e, code)
	return true
}

// denied reads "Denied connection from HOST (ADDR)".
func denied(e *footfall.Event, s string) bool {
	v, ok := strings.CutPrefix(s, "Denied connection from ")
	if !ok {
		return false
	}
	e.Kind, e.Outcome, e.Reason = footfall.KindAttempt, footfall.Failure, footfall.ReasonRestricted
	if i := strings.LastIndexByte(v, '('); i >= 0 {
		v = v[i+1:]
	}
	if h, ok := hostport.Host(strings.TrimSuffix(v, ")")); ok {
		e.From = h
	}
	return true
}
