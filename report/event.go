package report

import (
	"bytes"
	"cmp"
	"strconv"
	"strings"

	"github.com/footfall/footfall"
)

// OCSF classes of events.
const (
	classBase           = 0
	classProcess        = 1007
	classAccountChange  = 3001
	classAuthentication = 3002
	classNetwork        = 4001
)

// Event appends one record as one OCSF object and a line end: Authentication,
// Account Change, Process Activity or Network Activity where the record is
// understood as one, else a Base Event. The record's own fields are under
// unmapped, its bytes are found again by metadata.
func Event(dst []byte, e *footfall.Event, s *footfall.Schema, input string) []byte {
	o, class, activity := classified(e)
	o["class_uid"], o["activity_id"], o["type_uid"], o["category_uid"] = class, activity, class*100+activity, class/1000
	o["severity_id"], o["severity"] = 1, "Informational"
	o["time"], o["timezone_offset"] = millis(e.Time), 0
	o["metadata"] = object{
		"version": OCSFVersion, "product": object{"name": "Footfall", "vendor_name": "Footfall"},
		"log_name": cmp.Or(e.Channel, e.Program, input), "log_provider": cmp.Or(e.Provider, e.Program, "unknown"),
		"event_code": strconv.FormatUint(uint64(e.EventID), 10), "uid": strconv.FormatUint(e.Record, 10),
	}
	if e.Message != "" {
		o["message"] = valid(e.Message)
	}
	if e.Outcome != footfall.OutcomeUnknown {
		o["status_id"], o["status"] = int(e.Outcome), map[footfall.Outcome]string{footfall.Success: "Success", footfall.Failure: "Failure"}[e.Outcome]
	}
	if e.Reason != footfall.ReasonUnknown {
		o["status_detail"] = e.Reason.String()
	}
	un := object{"input": valid(input), "offset": e.Offset, "record": e.Record, "kind": e.Kind.String(), "service": e.Service.String()}
	fields := object{}
	for _, f := range e.Fields {
		name, v := valid(s.FieldName(f.ID)), valid(f.Val)
		if have, ok := fields[name].([]string); ok {
			fields[name] = append(have, v)
		} else if one, ok := fields[name].(string); ok {
			fields[name] = []string{one, v}
		} else {
			fields[name] = v
		}
	}
	un["fields"] = fields
	o["unmapped"] = un
	var b bytes.Buffer
	if err := writeObject(&b, o); err != nil {
		panic("BUG: an event that is not JSON: " + err.Error())
	}
	return append(dst, b.Bytes()...)
}

// valid is text with what is no UTF-8 shown as the replacement character.
func valid(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }

// activities of Authentication by kind; 99 is Other.
var activities = map[footfall.Kind]int{
	footfall.KindLogon: 1, footfall.KindReconnect: 1, footfall.KindLogoff: 2, footfall.KindDisconnect: 2,
	footfall.KindCredential: 6, footfall.KindTicket: 4, footfall.KindExplicit: 7, footfall.KindAttempt: 6, footfall.KindPrivilege: 99,
}

func classified(e *footfall.Event) (o object, class, activity int) {
	o = object{}
	user := userOf(e.User)
	if activity, ok := activities[e.Kind]; ok && (len(user) > 0 || e.From.Addr.IsValid()) {
		if len(user) == 0 {
			user = object{"name": "Unknown"}
		}
		o["user"] = user
		o["is_remote"] = e.From.Addr.IsValid() && !e.From.Addr.IsLoopback()
		put(o, "src_endpoint", endpoint(e.From, e.Client))
		put(o, "dst_endpoint", endpoint(to(e), ""))
		if e.LogonType != 0 {
			o["logon_type_id"] = logonType(e.LogonType)
		}
		if e.Service != footfall.ServiceUnknown {
			o["service"] = object{"name": e.Service.String()}
		}
		if e.Auth != footfall.AuthUnknown {
			o["auth_protocol"], o["auth_protocol_id"] = e.Auth.String(), protocol(e.Auth)
		}
		if e.Session != "" {
			o["session"] = object{"uid": valid(e.Session)}
		}
		if activity == 99 {
			o["activity_name"] = e.Kind.String()
		}
		return o, classAuthentication, activity
	}
	switch e.Kind {
	case footfall.KindProcess:
		o["process"] = process(e.Image, e.Command)
		if len(user) == 0 {
			user = object{"name": "Unknown"}
		}
		o["actor"] = object{"user": user}
		if e.ParentImg != "" {
			o["actor"] = object{"user": user, "process": process(e.ParentImg, "")}
		}
		o["device"] = device(e)
		return o, classProcess, 1
	case footfall.KindAccount, footfall.KindPassword:
		if t := userOf(e.Target); len(t) > 0 {
			o["user"] = t
			put(o, "actor", actor(user))
			o["activity_name"] = e.Kind.String()
			return o, classAccountChange, 99
		}
	case footfall.KindConnection:
		if len(endpoint(e.From, ""))+len(endpoint(e.To, "")) > 0 {
			put(o, "src_endpoint", endpoint(e.From, ""))
			put(o, "dst_endpoint", endpoint(e.To, ""))
			return o, classNetwork, 1
		}
	}
	return o, classBase, 0
}

func actor(user object) object {
	if len(user) == 0 {
		return nil
	}
	return object{"user": user}
}

func put(o object, name string, v object) {
	if len(v) > 0 {
		o[name] = v
	}
}

func to(e *footfall.Event) footfall.Endpoint {
	p := e.To
	if p.Host == "" {
		p.Host = e.Computer
	}
	return p
}

func userOf(a footfall.Account) object {
	o := object{}
	if a.Name != "" {
		o["name"] = valid(a.Name)
	}
	if a.Domain != "" {
		o["domain"] = valid(a.Domain)
	}
	if a.SID != "" {
		o["uid"] = valid(a.SID)
	}
	return o
}

func endpoint(p footfall.Endpoint, name string) object {
	o := object{}
	if p.Addr.IsValid() {
		o["ip"] = p.Addr.String()
	}
	if p.Host != "" {
		o["hostname"] = valid(p.Host)
	}
	if p.Port != 0 {
		o["port"] = int(p.Port)
	}
	if name != "" {
		o["name"] = valid(name)
	}
	return o
}

func process(image, command string) object {
	o := object{"name": valid(cmp.Or(image, "Unknown"))}
	if command != "" {
		o["cmd_line"] = valid(command)
	}
	return o
}

func device(e *footfall.Event) object {
	return object{"type_id": 0, "hostname": valid(cmp.Or(e.Computer, "Unknown"))}
}

// logonType is OCSF's logon_type_id, which follows the Windows numbers from 2
// to 13; 99 is Other.
func logonType(t uint8) int {
	if t >= 2 && t <= 13 {
		return int(t)
	}
	return 99
}

// protocol is OCSF's auth_protocol_id; 99 is Other.
func protocol(a footfall.Auth) int {
	switch a {
	case footfall.AuthNTLM:
		return 1
	case footfall.AuthKerberos:
		return 2
	}
	return 99
}
