// Package teleport reads Teleport's audit log, JSON: logons of users, sessions
// on nodes, desktops, databases and clusters, what ran in them, certificates
// and requests for access. In goes one event of Teleport, out comes ours. It
// takes from where somebody came from addr.remote alone.
package teleport

import (
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/clock"
	"github.com/footfall/footfall/internal/hostport"
	"github.com/footfall/footfall/internal/jsonscan"
	"github.com/footfall/footfall/internal/record"
)

// Decoder reads Teleport's audit events.
var Decoder = footfall.Decoder{
	Name:   "teleport",
	Doc:    "Teleport's audit log as JSON: logons, sessions, commands, certificates, access requests.",
	Source: "https://goteleport.com/docs/reference/audit-events; Teleport: lib/events/api.go, api/proto/teleport/legacy/types/events",
	Frame:  footfall.FrameJSON,
	By:     "the keys event, uid and a code such as T2000I",
	Sniff:  sniff,
	New: func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
		r := &reader{log: s.AddLog(footfall.Log{Product: "teleport", Services: []string{"audit"}}), values: record.New(s, paths[:], nil)}
		return r.decode, nil
	},
}

const (
	event = iota
	code
	at
	user
	login
	success
	remote
	srcAddr
	dstAddr
	dstPort
	server
	serverAddr
	sid
	program
	command
	argv
	agent
	mfa
	cluster
	method
	failure
	target
	proto
	certUser
	connector
	slots
)

var paths = [slots]string{
	event: "event", code: "code", at: "time", user: "user", login: "login|windows_user|db_user", success: "success",
	remote: "addr.remote", srcAddr: "src_addr", dstAddr: "dst_addr", dstPort: "dst_port",
	server: "server_hostname|desktop_name|db_service|app_name|kubernetes_cluster|desktop_addr", serverAddr: "server_addr|addr.local", sid: "sid|session_id",
	program: "path|program", command: "exitCommand|command|db_query|request_path", argv: "argv[]", agent: "user_agent|client", mfa: "mfa_device.mfa_device_type|mfa_device_name|with_mfa",
	cluster: "cluster_name", method: "method", failure: "error|exitError|message", target: "target.user|name|roles", proto: "proto", certUser: "identity.user", connector: "connector",
}

type reader struct {
	log    footfall.LogID
	values *record.Values
}

func (r *reader) decode(b *footfall.Batch, frame []byte) error {
	e := b.New()
	v := r.values
	e.Log, e.Program = r.log, "teleport"
	v.Begin(b)
	if err := v.JSON(frame); err != nil {
		return err
	}
	if t := v.Get(at); t != "" {
		if ns, n := clock.ISO(t); n > 0 {
			e.Time, e.Zoneless = ns, !clock.Zoned(t[:n])
		}
	}
	e.User.Name, e.Session, e.Tenant, e.Client = v.Get(user), v.Get(sid), v.Get(cluster), v.Get(agent)
	e.From = endpoint(v.Get(remote))
	e.To = endpoint(v.Get(serverAddr))
	if h := v.Get(server); h != "" {
		if p := endpoint(h); p.Addr.IsValid() {
			e.To = p
		} else {
			e.To.Host = h
		}
	}
	e.Computer = e.To.Host
	if v.Get(mfa) != "" && v.Get(mfa) != "false" {
		e.MFA = footfall.MFAUsed
	}
	switch v.Get(success) {
	case "true":
		e.Outcome = footfall.Success
	case "false":
		e.Outcome = footfall.Failure
	}
	r.mean(e, v.Get(event))
	return nil
}

// endpoint reads "ADDR:PORT"; what is no address stays out.
func endpoint(s string) footfall.Endpoint {
	p, ok := hostport.Colon(s)
	if !ok || !p.Addr.IsValid() {
		return footfall.Endpoint{Addr: record.Addr(s)}
	}
	return p
}

// mean gives an event its kind by its type; success and failure that no field
// says stand in the last letter of the code: I for information, W for a warning.
func (r *reader) mean(e *footfall.Event, what string) {
	v := r.values
	if c := v.Get(code); e.Outcome == footfall.OutcomeUnknown && len(c) > 3 {
		if e.Outcome = footfall.Success; c[len(c)-1] == 'W' || c[len(c)-1] == 'E' {
			e.Outcome = footfall.Failure
		}
	}
	family, rest, _ := strings.Cut(what, ".")
	switch what {
	case "user.login", "bot.join", "instance.join":
		e.Kind, e.Service = footfall.KindLogon, footfall.ServiceGateway
		e.To = footfall.Endpoint{Host: v.Get(cluster)}
		e.Auth = authOf(v.Get(method))
		if e.Outcome == footfall.Failure {
			e.Reason = reasonOf(v.Get(failure))
		}
	case "auth":
		e.Kind, e.Service, e.Outcome, e.Reason = footfall.KindLogon, footfall.ServiceSSH, footfall.Failure, footfall.ReasonRestricted
		e.Auth, e.Target.Name = footfall.AuthCertificate, v.Get(login)
	case "session.start", "session.join":
		r.entered(e, footfall.ServiceSSH)
	case "windows.desktop.session.start":
		r.entered(e, footfall.ServiceRDP)
	case "db.session.start":
		r.entered(e, footfall.ServiceSQL)
	case "app.session.start":
		r.entered(e, footfall.ServiceWeb)
	case "session.end", "windows.desktop.session.end", "db.session.end", "app.session.end", "client.disconnect", "session.leave":
		e.Kind, e.Service, e.Target.Name = footfall.KindLogoff, footfall.ServiceGateway, v.Get(login)
	case "session.rejected":
		e.Kind, e.Service, e.Outcome, e.Reason = footfall.KindLogon, footfall.ServiceSSH, footfall.Failure, footfall.ReasonRestricted
	case "exec", "session.command", "kube.exec":
		e.Kind, e.Service, e.Target.Name = footfall.KindProcess, footfall.ServiceSSH, v.Get(login)
		e.Image, e.Command = v.Get(program), v.Get(command)
		if e.Command == "" && v.Get(argv) != "[]" {
			e.Command = v.Get(argv)
		}
	case "session.network":
		e.Kind, e.Target.Name, e.Image = footfall.KindConnection, v.Get(login), v.Get(program)
		e.From = footfall.Endpoint{Addr: v.Addr(srcAddr)}
		e.To = footfall.Endpoint{Addr: v.Addr(dstAddr), Port: v.Port(dstPort)}
		e.Service = footfall.ServiceOfPort(e.To.Port)
	case "port", "session.connect", "x11-forward":
		e.Kind, e.Service = footfall.KindConnection, footfall.ServiceSSH
	case "scp", "sftp", "session.upload":
		e.Kind, e.Service, e.Object = footfall.KindTransfer, footfall.ServiceSSH, v.Get(program)
	case "kube.request":
		e.Kind, e.Service, e.Object = footfall.KindCall, footfall.ServiceKube, v.Get(command)
	case "cert.create":
		e.Kind, e.Service = footfall.KindCredential, footfall.ServiceGateway
		if e.User.Name == "" {
			e.User.Name = v.Get(certUser)
		}
	default:
		r.changed(e, family, rest, what)
	}
}

// entered makes e a session on what the event names, as an account there.
func (r *reader) entered(e *footfall.Event, service footfall.Service) {
	e.Kind, e.Auth, e.Target.Name = footfall.KindLogon, footfall.AuthCertificate, r.values.Get(login)
	if e.Service = service; r.values.Get(proto) == "kube" {
		e.Service = footfall.ServiceKube
	}
	e.Elevated = e.Target.Name == "root" && e.Outcome == footfall.Success
}

// changed reads events of accounts, factors, roles, locks and requests.
func (r *reader) changed(e *footfall.Event, family, rest, what string) {
	e.Object = what
	switch family {
	case "user", "lock", "bot":
		e.Kind, e.Target.Name = footfall.KindAccount, r.values.Get(target)
	case "mfa", "recovery_code", "reset_password_token", "privilege_token", "device":
		e.Kind, e.Target.Name = footfall.KindAccount, r.values.Get(target)
		if rest == "add" || rest == "delete" {
			e.Kind = footfall.KindConfig
		}
	case "role", "access_list", "access_request":
		if e.Kind = footfall.KindGroup; family == "access_request" {
			e.Kind = footfall.KindExplicit
		}
		e.Target.Name = r.values.Get(target)
	case "trusted_cluster", "github", "oidc", "saml", "join_token", "session_recording_access", "cluster_networking_config":
		e.Kind = footfall.KindConfig
	case "":
	default:
		e.Kind = footfall.KindCall
	}
	if e.Kind != footfall.KindUnknown {
		e.Service = footfall.ServiceGateway
	}
}

func authOf(method string) footfall.Auth {
	switch method {
	case "local":
		return footfall.AuthPassword
	case "saml", "oidc", "github", "token", "iam", "kubernetes":
		return footfall.AuthToken
	case "headless", "passwordless", "webauthn":
		return footfall.AuthKey
	}
	return footfall.AuthUnknown
}

func reasonOf(s string) footfall.Reason {
	switch {
	case strings.Contains(s, "locked"), strings.Contains(s, "lock"):
		return footfall.ReasonLocked
	case strings.Contains(s, "expired"):
		return footfall.ReasonExpired
	case strings.Contains(s, "second factor"), strings.Contains(s, "MFA"), strings.Contains(s, "otp"), strings.Contains(s, "OTP"):
		return footfall.ReasonMFA
	}
	return footfall.ReasonBadPassword
}

func sniff(head []byte) int {
	s := strings.TrimLeft(footfall.Str(head[:min(len(head), 16<<10)]), " \r\n\t[\ufeff")
	if !strings.HasPrefix(s, "{") || !strings.Contains(s, `"event"`) || !strings.Contains(s, `"uid"`) {
		return 0
	}
	var sc jsonscan.Scanner
	if sc.Reset(footfall.Bytes(s)) != jsonscan.Object || !sc.Enter() {
		return 0
	}
	found := 0
	for sc.Next() {
		raw, _ := sc.Raw()
		switch key := string(sc.Key()); {
		case key == "event" && sc.Kind() == jsonscan.String:
			found++
		case key == "code" && len(raw) > 4 && raw[0] == 'T' && strings.IndexByte("IWEDF", raw[len(raw)-1]) >= 0:
			found += 2
		case key == "uid" || key == "ei" || key == "cluster_name":
			found++
		}
	}
	if found >= 4 {
		return 94
	}
	return 0
}
