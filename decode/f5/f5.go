// Package f5 reads the messages of F5 BIG-IP: sessions of the Access Policy
// Manager with their inner addresses, logons that httpd and sshd's pam audit,
// what administrators change, requests that the Application Security Manager
// judged. In goes the message behind the envelope, which already is the current
// event of the batch; out comes the event with its meaning. A user name stands
// in quotes or last, and is cut where BIG-IP ends it.
package f5

import (
	"errors"
	"net/netip"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/hostport"
	"github.com/footfall/footfall/internal/kvscan"
	"github.com/footfall/footfall/internal/message"
	"github.com/footfall/footfall/internal/preface"
	"github.com/footfall/footfall/internal/record"
)

// Decoder reads messages of BIG-IP.
var Decoder = footfall.Decoder{
	Name:     "f5",
	Doc:      "Messages of F5 BIG-IP in syslog: APM sessions with inner addresses, logons to the device, changed settings, ASM's verdicts.",
	Source:   "https://my.f5.com/manage/s/article/K16197; https://techdocs.f5.com/en-us/bigip-16-1-0/external-monitoring-of-big-ip-systems-implementations.html; error catalog of BIG-IP",
	Frame:    footfall.FrameMessage,
	Programs: []string{"apmd", "apd", "tmm", "tmm1", "tmm2", "tmm3", "mcpd", "tmsh"},
	By:       "a code of eight digits and a level before the text, AUDIT, or user= and partition=[",
	Sniff: func(head []byte) int {
		_, s := body(footfall.Str(head))
		if _, _, ok := code(s); ok || strings.HasPrefix(s, "AUDIT - ") || strings.HasPrefix(s, "unit_hostname=\"") || strings.Contains(s[:min(len(s), 200)], "user=") && strings.Contains(s, "partition=[") {
			return 90
		}
		return 0
	},
	New: func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
		return newReader(s).message, nil
	},
}

// Lines reads the files of BIG-IP, in which a level stands before the program.
var Lines = footfall.Decoder{
	Name:   "f5-lines",
	Doc:    "Log files of F5 BIG-IP (ltm, apm, asm, audit), with a level before the program; messages go to the decoder of what wrote them.",
	Source: "https://my.f5.com/manage/s/article/K16197",
	Frame:  footfall.FrameLines,
	By:     "lines with a level before the program and a code of eight digits before the text",
	Sniff: func(head []byte) int {
		n, lines := message.Count(head, func(l string) bool {
			_, text := leveled(l)
			_, _, ok := code(text)
			return ok
		})
		if n == 0 || n*3 < lines {
			return 0
		}
		return 92
	},
	New: func(*footfall.Schema, []byte) (footfall.DecodeFunc, error) { return line, nil },
}

var errLine = errors.New("f5: not a line of BIG-IP")

// line takes the header off; the stage hands the message on.
func line(b *footfall.Batch, frame []byte) error {
	s := strings.TrimRight(footfall.Str(frame), " \r\n\x00")
	if s == "" {
		return nil
	}
	s = b.Keep(footfall.Bytes(s))
	at, text := leveled(s)
	if at < 0 {
		return errLine
	}
	e := b.New()
	h := preface.Read(s[:at])
	e.Len, e.Time, e.Computer, e.Program, e.Zoneless = uint32(len(frame)), h.Time, h.Host, h.Program, h.Time != 0 && !h.Zoned
	e.Message = text
	if name, _, _ := strings.Cut(s[at:], ":"); name != "" {
		e.Program, _, _ = strings.Cut(name, "[")
	}
	return nil
}

// leveled returns where the message begins, behind "TIME HOST LEVEL PROGRAM[PID]: ";
// -1 for other lines.
func leveled(s string) (at int, text string) {
	head := s[:min(len(s), 256)]
	for from := 0; ; {
		i := strings.IndexByte(head[from:], ':')
		if i < 0 {
			return -1, ""
		}
		i += from
		from = i + 1
		if i > 0 && (s[i-1] == ']' || s[i-1]-'0' > 9) && (strings.HasPrefix(s[i:], ": ") || strings.HasPrefix(s[i:], ":CEF:")) {
			begin := strings.LastIndexByte(s[:i], ' ') + 1
			return begin, strings.TrimLeft(s[i+1:], " ")
		}
	}
}

var errNoEvent = errors.New("f5: a message without its envelope")

// The values of ASM's key=value lines that are read, by slot.
const (
	kSrc = iota
	kDst
	kSrcPort
	kDstPort
	kURI
	kMethod
	kStatus
	kAttack
	kViolations
	kRequest
	kUser
	kHost
	slots
)

var paths = [slots]string{
	kSrc: "ip_client|client_ip", kDst: "dest_ip|destination_ip", kSrcPort: "src_port|client_port", kDstPort: "dest_port", kURI: "uri", kMethod: "method", kStatus: "request_status|response_code",
	kAttack: "attack_type", kViolations: "violations", kRequest: "query_string", kUser: "username", kHost: "unit_hostname|management_ip_address",
}

type reader struct {
	v    *record.Values
	log  footfall.LogID
	asm  footfall.LogID
	code footfall.FieldID
}

func newReader(s *footfall.Schema) *reader {
	return &reader{
		v: record.New(s, paths[:], map[string][]string{
			"ip_client": {"src_ip"}, "dest_ip": {"dst_ip"}, "uri": {"c-uri", "cs-uri-stem"}, "method": {"cs-method"}, "response_code": {"sc-status"},
		}),
		log:  s.AddLog(footfall.Log{Product: "f5", Services: []string{"bigip"}}),
		asm:  s.AddLog(footfall.Log{Product: "f5", Services: []string{"asm"}, Categories: []string{"webserver"}}),
		code: s.Asked("code"),
	}
}

func (r *reader) message(b *footfall.Batch, frame []byte) error {
	if len(b.Events) == 0 {
		return errNoEvent
	}
	e := b.Current()
	s := e.Message
	if s != string(frame) {
		s = b.Keep(frame)
	}
	program, s := body(strings.TrimSpace(s))
	if e.Log = r.log; program != "" {
		e.Program = program
	}
	if number, text, ok := code(s); ok {
		b.Add(r.code, number)
		r.numbered(e, number, text)
		return nil
	}
	switch {
	case strings.HasPrefix(s, "AUDIT - "):
		audited(e, s[len("AUDIT - "):])
	case strings.Contains(s, "partition=[") && strings.Contains(s, "user="):
		pamAudit(e, s)
	case strings.Contains(s, "ip_client=") || strings.Contains(s, "unit_hostname="):
		r.judged(b, e, s)
	}
	return nil
}

// body passes over "tmm[20175]: ", which stands behind the level that BIG-IP
// writes in the place of the program.
func body(s string) (program, text string) {
	if _, _, ok := code(s); ok {
		return "", s
	}
	head, rest, ok := strings.Cut(s[:min(len(s), 96)], ": ")
	if !ok || strings.ContainsAny(head, " \"'=") {
		return "", s
	}
	program, _, _ = strings.Cut(head, "[")
	return program, s[len(s)-len(rest)-max(0, len(s)-96):]
}

// code reads "01490500:5: " before a message: eight hexadecimal digits of the
// error catalog and the severity.
func code(s string) (number, text string, ok bool) {
	if len(s) < 11 || s[8] != ':' || s[9]-'0' > 7 || s[10] != ':' {
		return "", "", false
	}
	for i := range 8 {
		if c := s[i]; c-'0' > 9 && (c < 'a' || c > 'f') {
			return "", "", false
		}
	}
	return s[:8], strings.TrimLeft(s[11:], " "), true
}

// numbered reads messages of the error catalog; those of APM begin with 0149.
func (r *reader) numbered(e *footfall.Event, number, s string) {
	if strings.HasPrefix(number, "0149") {
		session(e, s)
		return
	}
	if strings.HasPrefix(s, "AUDIT - ") {
		audited(e, s[len("AUDIT - "):])
		return
	}
	if name, where, ok := denied(s); ok {
		e.Kind, e.Outcome, e.User.Name = footfall.KindConnection, footfall.Failure, name
		e.From.Addr = where
	}
}

// denied reads "Inbound CMI connection from IP (192.0.2.1) denied because ...".
func denied(s string) (name string, from netip.Addr, ok bool) {
	_, v, ok := strings.Cut(s, "connection from IP (")
	if !ok || !strings.Contains(v, " denied") {
		return "", from, false
	}
	v, _, _ = strings.Cut(v, ")")
	return "", record.Addr(v), true
}

// session reads APM: "/Common/profile:Common:a1b2c3d4: text", or "a1b2c3d4: text"
// before version 12.
func session(e *footfall.Event, s string) {
	id, text := sessionID(s)
	e.Service, e.Session = footfall.ServiceVPN, id
	has := func(w string) bool { return strings.HasPrefix(text, w) }
	switch {
	case has("New session from client IP "):
		e.Kind = footfall.KindAttempt
		e.From.Addr = word(text, "New session from client IP ")
		if _, v, ok := strings.Cut(text, "(ST="); ok {
			_, v, _ = strings.Cut(v, "/CC=")
			e.Country, _, _ = strings.Cut(v, "/")
		}
		if _, v, ok := strings.Cut(text, " at VIP "); ok {
			e.To.Addr = word(v, "")
		}
	case has("Username '"):
		e.Kind, e.User = footfall.KindCredential, account(between(text, "Username '"))
	case has("Assigned PPP Dynamic IPv4: "), has("Assigned PPP Static IPv4: "), has("Assigned PPP IPv4: "):
		_, v, _ := strings.Cut(text, "IPv4: ")
		e.Kind, e.Outcome, e.Assigned = footfall.KindLease, footfall.Success, word(v, "")
	case has("PPP tunnel "):
		e.Kind = footfall.KindConnection
		if strings.Contains(text, "closed") {
			e.Kind = footfall.KindUnknown
		}
	case has("Access policy result: "):
		e.Kind, e.Outcome = footfall.KindLogon, footfall.Success
		if result := text[len("Access policy result: "):]; strings.Contains(result, "Deny") || strings.Contains(result, "denied") {
			e.Outcome, e.Reason = footfall.Failure, footfall.ReasonRestricted
		} else if !strings.Contains(result, "Network_Access") && !strings.Contains(result, "Full") {
			e.Service = footfall.ServiceGateway
		}
	case has("Session deleted"), has("Session logout"):
		e.Kind, e.Outcome = footfall.KindLogoff, footfall.Success
	case has("Session statistics - "):
		e.Bytes, e.Returned = stats(text)
	case strings.Contains(text, "authentication with '"), strings.Contains(text, "Authentication with '"):
		checked(e, text)
	case has("Received User-Agent header: "):
		e.Client = strings.TrimSuffix(text[len("Received User-Agent header: "):], ".")
	}
}

// sessionID cuts off what names the session: eight hexadecimal digits before
// the text, behind the profile and the partition.
func sessionID(s string) (id, text string) {
	for range 4 {
		part, rest, ok := strings.Cut(s, ":")
		if !ok {
			break
		}
		if len(part) == 8 && strings.Trim(part, "0123456789abcdef") == "" {
			return part, strings.TrimLeft(rest, " ")
		}
		s = rest
	}
	return "", strings.TrimLeft(s, " ")
}

func word(s, prefix string) netip.Addr {
	s = strings.TrimPrefix(s, prefix)
	w, _, _ := strings.Cut(s, " ")
	return record.Addr(strings.TrimRight(w, ".,;"))
}

// between returns what stands in quotes behind mark: up to the last quote.
func between(s, mark string) string {
	_, v, _ := strings.Cut(s, mark)
	if i := strings.LastIndexByte(v, '\''); i >= 0 {
		return v[:i]
	}
	return v
}

func account(s string) footfall.Account {
	if domain, name, ok := strings.Cut(s, `\`); ok && domain != "" && name != "" {
		return footfall.Account{Domain: domain, Name: name}
	}
	return footfall.Account{Name: s}
}

// checked reads "AD module: authentication with 'bob' failed: ..." and
// "RADIUS module: authentication with 'bob' successful".
func checked(e *footfall.Event, s string) {
	_, v, _ := strings.Cut(s, "uthentication with '")
	e.Kind, e.Auth = footfall.KindCredential, footfall.AuthPassword
	// Nothing follows a success; what follows a failure repeats the name.
	if name, ok := strings.CutSuffix(strings.TrimRight(v, ". "), "' successful"); ok {
		e.User, e.Outcome = account(name), footfall.Success
		return
	}
	name, why, ok := strings.Cut(v, "' failed")
	if !ok {
		return
	}
	e.User, e.Outcome, e.Reason = account(name), footfall.Failure, footfall.ReasonBadPassword
	if strings.Contains(why, "not found") || strings.Contains(why, "unknown") {
		e.Reason = footfall.ReasonNoUser
	}
}

// stats reads "Session statistics - bytes in: 1, bytes out: 2".
func stats(s string) (total, returned int64) {
	number := func(mark string) (v int64) {
		_, t, _ := strings.Cut(s, mark)
		for i := range len(t) {
			if t[i]-'0' > 9 || i > 17 {
				break
			}
			v = v*10 + int64(t[i]-'0')
		}
		return v
	}
	in, out := number("bytes in: "), number("bytes out: ")
	return in + out, out
}

// pamAudit reads what pam_audit writes for httpd, sshd and the console:
// "user=admin(admin) partition=[All] level=Administrator tty=(unknown) host=192.0.2.1 attempts=1 start="..." [end="..."]".
func pamAudit(e *footfall.Event, s string) {
	name, _, ok := strings.Cut(s[strings.Index(s, "user=")+len("user="):], " partition=[")
	if !ok {
		return
	}
	if i := strings.LastIndexByte(name, '('); i > 0 && strings.HasSuffix(name, ")") {
		name = name[i+1 : len(name)-1]
	}
	rest := s[strings.LastIndex(s, " partition=["):]
	e.User.Name, e.Kind, e.Outcome, e.Auth = name, footfall.KindLogon, footfall.Success, footfall.AuthPassword
	if h, ok := hostport.Host(kvscan.Get(rest, "host")); ok {
		e.From = h
	}
	switch {
	case e.Program == "sshd", strings.Contains(rest, "tty=ssh"):
		e.Service = footfall.ServiceSSH
	case strings.Contains(rest, "tty=/dev/"):
		e.Service = footfall.ServiceLocal
	default:
		e.Service = footfall.ServiceWeb
	}
	if strings.Contains(rest, " end=\"") {
		e.Kind, e.Auth = footfall.KindLogoff, footfall.AuthUnknown
	}
	if kvscan.Get(rest, "partition") == "" && strings.Contains(s, "failed") {
		e.Outcome = footfall.Failure
	}
}

// audited reads "user admin - RAW: httpd(mod_auth_pam): user=admin(admin) partition=[All] ...",
// "user root - transaction #12-3 - object 0 - modify { ... } [Status=Command OK]" and
// "pid=1 user=root folder=/Common module=(tmos)# status=[Command OK] cmd_data=modify ...".
func audited(e *footfall.Event, s string) {
	if strings.Contains(s, " partition=[") {
		failed := strings.Contains(s, " failed ") || strings.HasSuffix(s, " failed")
		pamAudit(e, s)
		if failed {
			e.Outcome, e.Reason = footfall.Failure, footfall.ReasonBadPassword
		}
		return
	}
	if v, ok := strings.CutPrefix(s, "user "); ok {
		e.User.Name, s, _ = strings.Cut(v, " - ")
		s = strings.TrimPrefix(s, "RAW: ")
	} else {
		e.User.Name = kvscan.Get(s, "user")
	}
	if _, cmd, ok := strings.Cut(s, "cmd_data="); ok {
		s = cmd
	} else if !strings.HasPrefix(s, "transaction ") {
		return
	}
	e.Kind, e.Outcome, e.Command = footfall.KindConfig, footfall.Success, s
	e.Object, _, _ = strings.Cut(s, " {")
}

// judged reads ASM's lines of key="value".
func (r *reader) judged(b *footfall.Batch, e *footfall.Event, s string) {
	r.v.Begin(b)
	for k := kvscan.New(s); k.Next(); {
		r.v.Put(k.Key, k.Val)
	}
	v := r.v
	e.Kind, e.Service, e.Log = footfall.KindRequest, footfall.ServiceWeb, r.asm
	e.From = footfall.Endpoint{Addr: v.Addr(kSrc), Port: v.Port(kSrcPort)}
	e.To = footfall.Endpoint{Addr: v.Addr(kDst), Port: v.Port(kDstPort)}
	e.Object, e.User.Name = v.Get(kURI), v.Get(kUser)
	if e.User.Name == "N/A" {
		e.User.Name = ""
	}
	e.Outcome = footfall.Success
	if v.Get(kStatus) == "blocked" {
		e.Outcome = footfall.Failure
	}
	if a := v.First(kAttack, kViolations); a != "" && a != "N/A" {
		e.Kind, e.Object = footfall.KindAlert, a
	}
}
