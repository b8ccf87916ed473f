package report

import (
	"encoding/json"
	"net/netip"
	"strconv"
	"time"

	"github.com/footfall/footfall"
)

// OCSF classes of events, each in its category.
const (
	classAuthentication = 3002
	classProcess        = 1007
	classNetwork        = 4001
)

// Event appends an event as one OCSF object and a line end to dst:
// Authentication for logons and what belongs to them, Process Activity,
// Network Activity, and a Base Event for everything else. What OCSF has no
// field for is under unmapped. It keeps nothing of e and may be called from
// many goroutines.
func Event(dst []byte, e *footfall.Event, s *footfall.Schema, input string) []byte {
	o := eventBase(e, input)
	switch e.Kind {
	case footfall.KindLogon, footfall.KindLogoff, footfall.KindCredential, footfall.KindTicket, footfall.KindExplicit, footfall.KindReconnect, footfall.KindDisconnect:
		authentication(o, e)
	case footfall.KindProcess:
		process(o, e)
	case footfall.KindConnection, footfall.KindAttempt:
		connection(o, e)
	default:
		class(o, 0, 0, "Base Event", 99, e.Kind.String())
		if e.Kind == footfall.KindUnknown {
			class(o, 0, 0, "Base Event", 0, "Unknown")
		}
	}
	own := ownFields(e)
	if len(e.Fields) > 0 {
		fields := object{}
		for _, f := range e.Fields {
			name := s.FieldName(f.ID)
			if had, ok := fields[name].(string); ok {
				fields[name] = []string{had, f.Val}
			} else if had, ok := fields[name].([]string); ok {
				fields[name] = append(had, f.Val)
			} else {
				fields[name] = f.Val
			}
		}
		own["fields"] = fields
	}
	o["unmapped"] = object{"footfall": own}
	line, err := json.Marshal(o)
	if err != nil {
		panic("BUG: an event that is no JSON: " + err.Error())
	}
	return append(append(dst, visible(line)...), '\n')
}

func class(o object, uid, category int, name string, activity int, what string) {
	o["class_uid"], o["class_name"], o["category_uid"] = uid, name, category
	o["activity_id"], o["activity_name"], o["type_uid"] = activity, what, uid*100+activity
}

func eventBase(e *footfall.Event, input string) object {
	o := object{"severity_id": 1, "severity": "Informational", "time": millis(e.Time)}
	m := object{"version": OCSFVersion, "product": object{"name": "Footfall", "vendor_name": "Footfall"}, "log_source": input}
	put(m, "log_name", e.Channel)
	put(m, "log_provider", e.Provider)
	if e.EventID != 0 {
		m["event_code"] = strconv.FormatUint(uint64(e.EventID), 10)
	}
	o["metadata"] = m
	switch e.Outcome {
	case footfall.Success:
		o["status_id"], o["status"] = 1, "Success"
	case footfall.Failure:
		o["status_id"], o["status"] = 2, "Failure"
		put(o, "status_detail", e.Reason.String())
	}
	put(o, "message", e.Message)
	return o
}

func put(o object, name, v string) {
	if v != "" {
		o[name] = v
	}
}

// ownFields is what the program understood of the event, in its own words.
func ownFields(e *footfall.Event) object {
	own := object{"offset": e.Offset, "record": e.Record}
	put(own, "kind", e.Kind.String())
	put(own, "outcome", e.Outcome.String())
	put(own, "service", e.Service.String())
	put(own, "auth", e.Auth.String())
	put(own, "reason", e.Reason.String())
	put(own, "mfa", e.MFA.String())
	put(own, "computer", e.Computer)
	put(own, "program", e.Program)
	put(own, "session", e.Session)
	put(own, "parent", e.Parent)
	put(own, "object", e.Object)
	put(own, "image", e.Image)
	put(own, "parent_image", e.ParentImg)
	put(own, "command", e.Command)
	put(own, "client", e.Client)
	put(own, "mac", e.MAC)
	put(own, "tenant", e.Tenant)
	put(own, "country", e.Country)
	if e.Assigned.IsValid() {
		own["assigned"] = e.Assigned.String()
	}
	if x := user(e.User); x != nil {
		own["user"] = x
	}
	if x := user(e.Target); x != nil {
		own["target"] = x
	}
	if x := endpoint(e.From); x != nil {
		own["from"] = x
	}
	if x := endpoint(e.To); x != nil {
		own["to"] = x
	}
	if e.PID != 0 {
		own["pid"] = e.PID
	}
	if e.LogonType != 0 {
		own["logon_type"] = e.LogonType
	}
	if e.Bytes != 0 {
		own["bytes"] = e.Bytes
	}
	if e.Returned != 0 {
		own["bytes_returned"] = e.Returned
	}
	if e.Duration != 0 {
		own["seconds"] = time.Duration(e.Duration).Seconds()
	}
	return own
}

func endpoint(p footfall.Endpoint) object {
	o := object{}
	put(o, "hostname", p.Host)
	if p.Addr != (netip.Addr{}) {
		o["ip"] = p.Addr.String()
	}
	put(o, "zone", p.Zone)
	if len(o) == 0 {
		return nil
	}
	if p.Port != 0 {
		o["port"] = p.Port
	}
	return o
}

func user(a footfall.Account) object {
	o := object{}
	put(o, "name", a.Name)
	put(o, "uid", a.SID)
	if len(o) == 0 {
		return nil
	}
	put(o, "domain", a.Domain)
	return o
}

// authActivity is the activity of class Authentication for a kind.
func authActivity(k footfall.Kind) (int, string) {
	switch k {
	case footfall.KindLogon:
		return 1, "Logon"
	case footfall.KindLogoff:
		return 2, "Logoff"
	case footfall.KindTicket:
		return 4, "Service Ticket Request"
	case footfall.KindExplicit:
		return 7, "Account Switch"
	}
	return 99, k.String()
}

// logonTypes are OCSF's, which are those of event 4624.
var logonTypes = map[uint8]string{
	2: "Interactive", 3: "Network", 4: "Batch", 5: "OS Service", 7: "Unlock", 8: "Network Cleartext",
	9: "New Credentials", 10: "Remote Interactive", 11: "Cached Interactive", 12: "Cached Remote Interactive", 13: "Cached Unlock",
}

func authentication(o object, e *footfall.Event) {
	id, what := authActivity(e.Kind)
	class(o, classAuthentication, 3, "Authentication", id, what)
	u := user(e.User)
	if u == nil {
		u = object{"name": "-"}
	}
	o["user"] = u
	if src := endpoint(e.From); src != nil {
		o["src_endpoint"] = src
		o["is_remote"] = !e.From.Addr.IsLoopback() && e.Service != footfall.ServiceLocal
	}
	dst := endpoint(e.To)
	if dst == nil && e.Computer != "" {
		dst = object{"hostname": e.Computer}
	}
	if dst != nil {
		o["dst_endpoint"] = dst
	}
	if n := e.Service.String(); n != "" {
		o["service"] = object{"name": n}
	} else if dst == nil {
		o["service"] = object{"name": "unknown"}
	}
	if n := logonTypes[e.LogonType]; n != "" {
		o["logon_type_id"], o["logon_type"] = e.LogonType, n
	}
	if e.Session != "" {
		o["session"] = object{"uid": e.Session}
	}
	switch e.MFA {
	case footfall.MFAUsed:
		o["is_mfa"] = true
	case footfall.MFAAbsent:
		o["is_mfa"] = false
	}
}

func process(o object, e *footfall.Event) {
	class(o, classProcess, 1, "Process Activity", 1, "Launch")
	p := object{}
	put(p, "name", lastPart(e.Image))
	put(p, "path", e.Image)
	put(p, "cmd_line", e.Command)
	// A process must have a number; where the record has none it is told apart
	// by the place of the record.
	p["uid"] = strconv.FormatInt(e.Offset, 10)
	o["process"] = p
	actor := object{}
	if u := user(e.User); u != nil {
		actor["user"] = u
	}
	if e.ParentImg != "" {
		actor["process"] = object{"name": lastPart(e.ParentImg), "path": e.ParentImg, "uid": strconv.FormatInt(e.Offset, 10) + "-parent"}
	}
	if len(actor) == 0 {
		actor["app_name"] = "unknown"
	}
	o["actor"] = actor
	d := object{"type_id": 0, "type": "Unknown"}
	put(d, "hostname", e.Computer)
	if e.Computer == "" {
		d["hostname"] = "unknown"
	}
	o["device"] = d
}

// lastPart is the last part of a path of either kind.
func lastPart(path string) string {
	for i := len(path) - 1; i >= 0; i-- {
		if path[i] == '/' || path[i] == '\\' {
			return path[i+1:]
		}
	}
	return path
}

func connection(o object, e *footfall.Event) {
	id, what := 1, "Open"
	if e.Outcome == footfall.Failure {
		id, what = 4, "Fail"
	}
	class(o, classNetwork, 4, "Network Activity", id, what)
	src, dst := endpoint(e.From), endpoint(e.To)
	if dst == nil {
		dst = object{"hostname": "unknown"}
		put(dst, "hostname", e.Computer)
	}
	o["dst_endpoint"] = dst
	if src != nil {
		o["src_endpoint"] = src
	}
	put(o, "app_name", e.Image)
	if e.Bytes > 0 {
		o["traffic"] = object{"bytes": e.Bytes}
	}
}
