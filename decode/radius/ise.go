package radius

import (
	"errors"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/clock"
	"github.com/footfall/footfall/internal/message"
)

const iseSource = "https://www.cisco.com/c/en/us/td/docs/security/ise/syslog/Cisco_ISE_Syslogs.html"

var iseLog = footfall.Log{Product: "cisco", Services: []string{"ise"}}

// ISE reads the messages of Cisco's Identity Services Engine.
var ISE = footfall.Decoder{
	Name: "radius-ise",
	Doc: "Messages of Cisco ISE in syslog: passed and failed authentications, accounting, administration. " +
		"Of a message in segments each is an event of its own: what is in the later ones is not joined to the first.",
	Source: iseSource,
	Frame:  footfall.FrameMessage,
	Programs: []string{
		"CISE_Passed_Authentications", "CISE_Failed_Attempts", "CISE_RADIUS_Accounting", "CISE_RADIUS_Diagnostics", "CISE_TACACS_Accounting", "CISE_TACACS_Diagnostics",
		"CISE_Authentication_Flow_Diagnostics", "CISE_Identity_Stores_Diagnostics", "CISE_Policy_Diagnostics", "CISE_Guest", "CISE_MyDevices", "CISE_Profiler",
		"CISE_Administrative_and_Operational_Audit", "CISE_Administrative_And_Operational_Audit", "CISE_Internal_Operations_Diagnostics", "CISE_System_Diagnostics", "CISE_System_Statistics",
		"CISE_Posture_and_Client_Provisioning_Audit", "CISE_Posture_And_Client_Provisioning_Audit", "CISE_Posture_and_Client_Provisioning_Diagnostics", "CISE_Distributed_Management",
		"CISE_Alarm", "CISE_AD_Connector", "CISE_Threat_Centric_NAC", "CISE_MONITORING", "CISE_Licensing", "CISE_External_MDM", "CISE_Internal_Certificate_Authority",
	},
	By: "a message that begins with CISE_",
	Sniff: func(head []byte) int {
		s := footfall.Str(head)
		if strings.HasPrefix(s, "CISE_") && strings.IndexByte(s[:min(len(s), 64)], ' ') > 0 {
			return 80
		}
		return 0
	},
	New: func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
		r := newReader(s, iseLog, nil)
		return r.ise, nil
	},
}

// Store reads the log that ISE keeps itself.
var Store = footfall.Decoder{
	Name:   "radius-isestore",
	Doc:    "Cisco ISE's own log, iseLocalStore.log: the same records as in syslog.",
	Source: iseSource,
	Frame:  footfall.FrameLines,
	By:     "lines of a time with a zone, two numbers and a severity",
	Sniff: func(head []byte) int {
		return message.Share(head, 85, 2, func(line string) bool {
			_, n := clock.ISO(line)
			if n < 25 {
				return false
			}
			_, _, ok := coded(strings.TrimLeft(line[n:], " "))
			return ok
		})
	},
	New: func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
		r := newReader(s, iseLog, nil)
		return r.store, nil
	},
}

var (
	errNoEvent = errors.New("radius: a message without its envelope")
	errStore   = errors.New("not a line of ISE's log")
)

// ise reads "0000075134 1 0 2031-01-02 03:04:05.678 +00:00 0000075201 5405 NOTICE Failed-Attempt: TEXT, NAME=VALUE, ...":
// number, segments, segment, and in the first one time, sequence, code, severity.
func (r *reader) ise(b *footfall.Batch, frame []byte) error {
	if len(b.Events) == 0 {
		return errNoEvent
	}
	e := b.Current()
	s := e.Message
	if s != string(frame) {
		s = b.Keep(frame)
	}
	if strings.HasPrefix(s, "CISE_") {
		e.Program, s, _ = strings.Cut(s, " ")
	}
	e.Log = r.log
	number, rest, _ := strings.Cut(s, " ")
	total, rest, _ := strings.Cut(rest, " ")
	part, rest, ok := strings.Cut(rest, " ")
	if !ok || !digits(number) || !digits(total) || !digits(part) {
		return nil
	}
	rest = strings.TrimLeft(rest, " ")
	if part == "0" {
		if ns, n := clock.ISO(rest); n > 0 {
			e.Time, e.Zoneless = ns, !clock.Zoned(rest[:n])
			rest = strings.TrimLeft(rest[n:], " ")
		}
	}
	r.body(b, e, rest)
	return nil
}

func (r *reader) store(b *footfall.Batch, frame []byte) error {
	line := b.Keep(frame)
	ns, n := clock.ISO(line)
	if n == 0 {
		return errStore
	}
	e := b.New()
	e.Log, e.Program, e.Time, e.Zoneless = r.log, "ise", ns, !clock.Zoned(line[:n])
	r.body(b, e, strings.TrimSpace(line[n:]))
	return nil
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i]-'0' > 9 {
			return false
		}
	}
	return s != "" && len(s) <= 12
}

// coded reads "0000075201 5405 NOTICE Failed-Attempt: TEXT" before the first comma.
func coded(s string) (code uint32, rest string, ok bool) {
	sequence, v, _ := strings.Cut(s, " ")
	num, v, _ := strings.Cut(v, " ")
	level, v, ok := strings.Cut(v, " ")
	if !ok || !digits(sequence) || !digits(num) || len(num) > 6 {
		return 0, s, false
	}
	switch level {
	case "NOTICE", "INFO", "WARN", "ERROR", "DEBUG", "FATAL":
	default:
		return 0, s, false
	}
	for i := range len(num) {
		code = code*10 + uint32(num[i]-'0')
	}
	return code, v, true
}

// body reads what stands behind the head: code and text, then attributes.
func (r *reader) body(b *footfall.Batch, e *footfall.Event, s string) {
	code, rest, first := coded(s)
	e.EventID = code
	title := ""
	if first {
		title, rest, _ = strings.Cut(rest, ", ")
	}
	v := r.values
	v.Begin(b)
	pairs(v, rest)
	r.who(e)
	if e.Object == "" {
		e.Object = title
	}
	if r.accounting(e) {
		return
	}
	if first { // what a later segment is of, the first one said
		r.mean(e, code)
	}
	if e.Kind == footfall.KindUnknown && !e.From.Addr.IsValid() && e.User.Name == "" {
		e.Service = footfall.ServiceUnknown
	}
}

// pairs takes "NAME=VALUE, NAME=VALUE, ...". A comma in a value has a
// backslash before it; what has no sign of equality still belongs to the
// value before.
func pairs(v interface{ Put(name, val string) }, s string) {
	name, from, at := "", 0, 0
	flush := func(end int) {
		if name != "" {
			v.Put(name, strings.TrimSuffix(s[from:end], ","))
		}
	}
	for at < len(s) {
		end := len(s)
		for i := at; i+1 < len(s); i++ {
			if s[i] == ',' && s[i+1] == ' ' && (i == 0 || s[i-1] != '\\') {
				end = i
				break
			}
		}
		if k := strings.IndexByte(s[at:end], '='); k > 0 && k <= 80 {
			flush(max(at-2, from))
			name, from = strings.TrimSpace(s[at:at+k]), at+k+1
		}
		at = end + 2
	}
	flush(len(s))
}

// mean gives a record its kind by the code of its message, or by the category
// that its program is named after.
func (r *reader) mean(e *footfall.Event, code uint32) {
	switch {
	case code == 5232 || code == 5233 || code == 5234: // downloads of access lists and keys
	case code == 51001:
		accepted(e)
	case code == 51000 || code == 51020:
		rejected(e, footfall.ReasonBadPassword)
	case code == 51002:
		e.Kind, e.Outcome = footfall.KindLogoff, footfall.Success
	case code >= 52000 && code <= 52002:
		e.Kind, e.Outcome = footfall.KindConfig, footfall.Success
	case e.Program == "CISE_Passed_Authentications", code >= 5200 && code < 5300:
		accepted(e)
	case e.Program == "CISE_Failed_Attempts", code >= 5400 && code < 5500:
		rejected(e, iseReason(r.values.Get(failure), code))
	case code == 22037: // authentication passed
		e.Kind, e.Outcome = footfall.KindCredential, footfall.Success
	case code == 22040 || code == 22063 || code == 22056:
		e.Kind, e.Outcome, e.Reason = footfall.KindCredential, footfall.Failure, footfall.ReasonBadPassword
		if code == 22056 {
			e.Reason = footfall.ReasonNoUser
		}
	}
}

// iseReason reads the number that FailureReason begins with.
func iseReason(s string, code uint32) footfall.Reason {
	num, _, _ := strings.Cut(s, " ")
	switch num {
	case "22056", "22064", "24216", "24412", "24420":
		return footfall.ReasonNoUser
	case "22040", "22063", "24408", "24414", "22067":
		return footfall.ReasonBadPassword
	case "22061", "24409", "24217":
		return footfall.ReasonDisabled
	case "24415", "22068":
		return footfall.ReasonLocked
	case "24406", "24407", "24410", "24454", "22055":
		return footfall.ReasonExpired
	case "15039", "15024", "24416", "24417", "13036", "11022", "11007":
		return footfall.ReasonRestricted
	case "":
		return footfall.ReasonUnknown
	}
	if code == 5405 || code == 5411 || code == 5440 || code == 5413 || strings.HasPrefix(num, "12") || strings.HasPrefix(num, "110") {
		return footfall.ReasonProtocol
	}
	return footfall.ReasonUnknown
}
