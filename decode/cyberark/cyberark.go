// Package cyberark reads the audit records that CyberArk's Vault sends to
// syslog in the JSON form of its Elastic translator, with and without the
// record's XML beside it: logons to the Vault, sessions through the PSM, use
// and change of passwords. In goes a line, out comes one event.
package cyberark

import (
	"bytes"
	"errors"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/clock"
	"github.com/footfall/footfall/internal/hostport"
	"github.com/footfall/footfall/internal/message"
	"github.com/footfall/footfall/internal/record"
)

const source = "https://docs.cyberark.com/pam-self-hosted (Vault audit action codes; Security Information and Event Management applications, syslog translators)"

// Decoder reads lines of the Vault's syslog with JSON.
var Decoder = footfall.Decoder{
	Name:   "cyberark",
	Doc:    "Audit records of CyberArk's Vault as JSON, alone or behind a syslog header: logons, PSM sessions, passwords used and changed. Records as CEF are read as CEF.",
	Source: source,
	Frame:  footfall.FrameLines,
	By:     "an object with format and audit_record, alone or behind a header",
	Sniff: func(head []byte) int {
		return message.Share(head, 95, 2, func(line string) bool {
			_, ok := object(footfall.Bytes(line))
			return ok
		})
	},
	New: func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
		r := newReader(s)
		return r.line, nil
	},
}

const (
	code = iota
	desc
	issuer
	station
	gateway
	extra
	host
	iso
	stamp
	severity
	file
	safe
	targetUser
	reason
	slots
)

const at = "syslog.audit_record."

var names = [slots]string{
	code: "MessageID", desc: "Desc", issuer: "Issuer", station: "Station", gateway: "GatewayStation", extra: "ExtraDetails", host: "Hostname",
	iso: "IsoTimestamp", stamp: "Timestamp", severity: "Severity", file: "File", safe: "Safe", targetUser: "TargetUser", reason: "Reason",
}

type reader struct {
	log    footfall.LogID
	values *record.Values
}

func newReader(s *footfall.Schema) *reader {
	var paths [slots]string
	also := map[string][]string{}
	for i, n := range names {
		paths[i] = at + n
	}
	for _, n := range strings.Fields("MessageID Desc Issuer Action Station GatewayStation Safe File Reason Severity SourceUser TargetUser Category Location Message ExtraDetails") {
		also[at+n] = []string{n}
	}
	return &reader{log: s.AddLog(footfall.Log{Product: "cyberark", Services: []string{"pas"}}), values: record.New(s, paths[:], also)}
}

var errLine = errors.New("not an audit record of CyberArk's Vault")

// object finds the JSON of a line.
func object(line []byte) ([]byte, bool) {
	i := bytes.IndexByte(line[:min(len(line), 256)], '{')
	if i < 0 {
		return nil, false
	}
	v := line[i:]
	return v, bytes.Contains(v[:min(len(v), 200)], []byte(`"format"`)) && bytes.Contains(v, []byte(`"audit_record"`))
}

func (r *reader) line(b *footfall.Batch, frame []byte) error {
	if len(bytes.TrimSpace(frame)) == 0 {
		return nil
	}
	obj, ok := object(frame)
	if !ok {
		return errLine
	}
	e := b.New()
	v := r.values
	e.Log, e.Program = r.log, "vault"
	v.Begin(b)
	if err := v.JSON(obj); err != nil {
		return err
	}
	r.when(e, footfall.Str(frame[:len(frame)-len(obj)]))
	e.Computer, e.User.Name = v.Get(host), v.Get(issuer)
	e.From, _ = hostport.Host(v.Get(station))
	r.mean(e, v.Get(code))
	return nil
}

// when takes the record's own time with a zone, that of the header, or the one
// without year and zone.
func (r *reader) when(e *footfall.Event, head string) {
	if ns, n := clock.ISO(r.values.Get(iso)); n > 0 {
		e.Time = ns
		return
	}
	if i := strings.IndexByte(head, '>'); i >= 0 {
		head = strings.TrimPrefix(head[i+1:], "1 ")
	}
	if ns, n := clock.Parse(head); n > 0 {
		e.Time, e.Zoneless = ns, !clock.Zoned(head[:n])
		return
	}
	ns, _ := clock.Parse(r.values.Get(stamp))
	e.Time, e.Zoneless = ns, ns != 0
}

// detail returns a value of ExtraDetails, "NAME=VALUE;NAME=VALUE;".
func detail(s, name string) string {
	for s != "" {
		var item string
		item, s, _ = strings.Cut(s, ";")
		if k, v, ok := strings.Cut(item, "="); ok && k == name {
			return v
		}
	}
	return ""
}

// mean gives a record its kind by its code (Vault audit action codes).
func (r *reader) mean(e *footfall.Event, id string) {
	v := r.values
	e.Outcome, e.Service = footfall.Success, footfall.ServiceGateway
	if v.Get(severity) == "Error" {
		e.Outcome = footfall.Failure
	}
	e.Object = v.Get(file)
	switch id {
	case "7":
		e.Kind = footfall.KindLogon
	case "8":
		e.Kind = footfall.KindLogoff
	case "4", "309":
		e.Kind, e.Outcome, e.Reason = footfall.KindLogon, footfall.Failure, footfall.ReasonBadPassword
		if id == "309" {
			e.Reason = footfall.ReasonNoUser
		}
	case "300", "301", "302", "303", "346", "347":
		r.session(e, id)
	case "295", "308", "428", "357":
		e.Kind, e.Target.Name = footfall.KindExplicit, v.Get(targetUser)
	case "22", "24", "31", "38", "57", "60", "88", "294", "414", "427":
		e.Kind, e.Service = footfall.KindPassword, footfall.ServiceUnknown
		e.To, _ = hostport.Host(detail(v.Get(extra), "address"))
		e.Target.Name = detail(v.Get(extra), "username")
		if id == "38" || id == "57" || id == "60" {
			e.Outcome = footfall.Failure
		}
	case "361", "411", "412", "359", "360", "436":
		e.Kind, e.Command = footfall.KindScript, detail(v.Get(extra), "Command")
		r.ends(e)
	case "180", "181", "184", "185", "187", "267", "268", "269", "270", "271", "272", "273", "274":
		e.Kind, e.Target.Name = footfall.KindAccount, v.Get(targetUser)
	default:
		e.Kind, e.Object = footfall.KindCall, v.Get(desc)
	}
}

// session reads the records of sessions through the PSM: connect, disconnect
// and their failures.
func (r *reader) session(e *footfall.Event, id string) {
	e.Kind, e.Outcome = footfall.KindLogon, footfall.Success
	switch id {
	case "301", "347":
		e.Outcome = footfall.Failure
	case "302", "303":
		e.Kind = footfall.KindLogoff
	}
	r.ends(e)
}

func (r *reader) ends(e *footfall.Event) {
	x := r.values.Get(extra)
	if p, ok := hostport.Host(detail(x, "SrcHost")); ok {
		e.From = p
	}
	e.To, _ = hostport.Host(detail(x, "DstHost"))
	e.Session, e.Target.Name, e.Client = detail(x, "SessionID"), detail(x, "User"), detail(x, "ApplicationType")
	switch p := detail(x, "Protocol"); {
	case strings.EqualFold(p, "SSH"):
		e.Service = footfall.ServiceSSH
	case strings.EqualFold(p, "RDP"):
		e.Service = footfall.ServiceRDP
	}
	h, rest, _ := strings.Cut(detail(x, "SessionDuration"), ":")
	m, s, ok := strings.Cut(rest, ":")
	if ok {
		e.Duration = (digits(h)*3600 + digits(m)*60 + digits(s)) * 1e9
	}
}

func digits(s string) (n int64) {
	for i := 0; i < len(s) && i < 6; i++ {
		if s[i]-'0' > 9 {
			return 0
		}
		n = n*10 + int64(s[i]-'0')
	}
	return n
}
