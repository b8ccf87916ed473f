// Package keycloak reads the log of a Keycloak server, as lines and as JSON:
// events of its jboss-logging listener (sign-ins, tokens, changes of
// accounts) and of administrators. Other lines of the server are events
// without a meaning. It holds no state.
package keycloak

import (
	"bytes"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/clock"
	"github.com/footfall/footfall/internal/jsonlog"
)

// Decoder reads lines.
var Decoder = footfall.Decoder{
	Name: "keycloak",
	Doc: "Log lines of a Keycloak server: its login and administration events (type=LOGIN_ERROR, ipAddress=...), with values in quotes or not. " +
		"Where an unquoted value that a client chose holds further pairs, the first of a name counts; where the client's name may hold an address, none does.",
	Source: "https://www.keycloak.org/docs/latest/server_admin/#event-listener",
	Frame:  footfall.FrameLines,
	By:     "lines with an event (type=..., realmId=..., ipAddress=...), or of a logger with keycloak in its name",
	Sniff:  sniff,
	New: func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
		r := format.Reader(s)
		return func(b *footfall.Batch, line []byte) error { return text(r, b, line) }, nil
	},
}

// JSON reads the server's JSON log.
var JSON = format.Decoder()

const (
	stamp = iota
	logger
	level
	message
	host
	kindOf
	realm
	realmName
	client
	userID
	address
	failure
	username
	session
	operation
	resourceType
	resourcePath
	authMethod
	impersonator
)

var format = jsonlog.Format{
	Name:   "keycloak-json",
	Doc:    "JSON log of a Keycloak server: the message holds the event.",
	Source: "https://www.keycloak.org/server/logging",
	Logs:   []footfall.Log{{Product: "keycloak", Services: []string{"events"}}},
	By:     "a loggerName with keycloak in it, or a message that holds an event",
	Rate: func(rec []byte) int {
		if jsonlog.All(rec, "loggerName", "message", "level") && (strings.Contains(footfall.Str(rec), "keycloak") || strings.Contains(footfall.Str(rec), "ipAddress=")) {
			return 92
		}
		return 0
	},
	Paths: []string{
		stamp: "timestamp|@timestamp", logger: "loggerName", level: "level", message: "message", host: "hostName", kindOf: "type", realm: "realmId", realmName: "realmName", client: "clientId", userID: "userId",
		address: "ipAddress", failure: "error", username: "username", session: "sessionId|code_id", operation: "operationType", resourceType: "resourceType", resourcePath: "resourcePath",
		authMethod: "auth_method", impersonator: "impersonator",
	},
	Mean: func(r *jsonlog.Reader) {
		r.When(stamp)
		r.Event.Computer = r.Get(host)
		if m := r.Get(message); m != "" {
			pairs(r, m)
			mean(r)
		}
	},
}

func sniff(head []byte) int {
	lines, events, n := 0, 0, 0
	for line := range bytes.Lines(head) {
		if n++; n > 200 {
			break
		}
		h, ok := header(footfall.Str(line))
		if !ok {
			continue
		}
		lines++
		if isEvent(h.text) {
			return 95
		}
		if strings.Contains(h.category, "keycloak") {
			events++
		}
	}
	switch {
	case lines > 0 && events > 0:
		return 85
	}
	return 0
}

func isEvent(s string) bool {
	return (strings.HasPrefix(s, "type=") || strings.HasPrefix(s, "operationType=")) && strings.Contains(s, "realmId=") && strings.Contains(s, "ipAddress=")
}

// A line is what a line of the server says of itself.
type line struct {
	time           int64
	category, text string
}

// header reads "2031-10-22 21:01:45,403 WARN  [org.keycloak.events] (default task-1) ".
func header(s string) (l line, ok bool) {
	ns, n := clock.ISO(s)
	if n == 0 || n >= len(s) || s[n] != ' ' {
		return l, false
	}
	l.time = ns
	s = strings.TrimLeft(s[n:], " ")
	i := strings.IndexByte(s, ' ')
	if i <= 0 || i > 8 {
		return l, false
	}
	for j := range i {
		if s[j] < 'A' || s[j] > 'Z' {
			return l, false
		}
	}
	s = strings.TrimLeft(s[i:], " ")
	end := strings.IndexByte(s, ']')
	if s == "" || s[0] != '[' || end < 0 {
		return l, false
	}
	l.category = s[1:end]
	s = strings.TrimLeft(s[end+1:], " ")
	if s != "" && s[0] == '(' { // a thread's name may hold brackets of its own: executor-thread-1 does not
		if j := strings.Index(s, ") "); j > 0 {
			s = s[j+2:]
		}
	}
	l.text = strings.TrimRight(s, "\r\n")
	return l, true
}

// text reads a line. One without a header goes on with the line before it:
// the trace of an error.
func text(r *jsonlog.Reader, b *footfall.Batch, in []byte) error {
	r.Open(b)
	l, ok := header(b.Keep(in))
	if !ok {
		return nil
	}
	e := r.Event
	e.Time, e.Zoneless = l.time, true
	r.Put("loggerName", l.category)
	r.Put("message", l.text)
	if isEvent(l.text) {
		pairs(r, l.text)
		mean(r)
	}
	return nil
}

// maxPairs bounds the pairs of a message.
const maxPairs = 100

// pairs takes "key=value, key=value" or key="value". An unquoted value ends
// where a comma, a blank and another name with = follow. The first value of a
// slot counts, so that what a client wrote into username, which stands behind
// ipAddress, moves no blame.
func pairs(r *jsonlog.Reader, s string) {
	for n := 0; n < maxPairs && s != ""; n++ {
		key, rest, ok := strings.Cut(s, "=")
		if !ok || !name(key) {
			return
		}
		val, more := rest, ""
		if rest != "" && rest[0] == '"' {
			val, more = quoted(rest[1:])
		} else if i := next(rest); i >= 0 {
			val, more = rest[:i], rest[i+2:]
		}
		if val != "null" {
			r.Put(key, val)
		}
		s = more
	}
}

// quoted returns what stands before the closing quote, and behind the comma.
func quoted(s string) (val, rest string) {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return s[:i], strings.TrimPrefix(s[i+1:], ", ")
		}
	}
	return s, ""
}

// next returns where ", name=" begins in s, -1 when nowhere.
func next(s string) int {
	for from := 0; ; {
		i := strings.Index(s[from:], ", ")
		if i < 0 {
			return -1
		}
		i += from
		if j := strings.IndexByte(s[i+2:], '='); j > 0 && name(s[i+2:i+2+j]) {
			return i
		}
		from = i + 2
	}
}

func name(s string) bool {
	if s == "" || len(s) > 64 {
		return false
	}
	for i := range len(s) {
		if c := s[i] | 0x20; (c < 'a' || c > 'z') && s[i] != '_' && s[i] != '-' && s[i] != '.' && (s[i] < '0' || s[i] > '9') {
			return false
		}
	}
	return true
}

func mean(r *jsonlog.Reader) {
	e := r.Event
	t := r.Get(kindOf)
	if t == "" && r.Get(operation) == "" {
		return
	}
	e.Service, e.Tenant = footfall.ServiceCloud, r.First(realmName, realm)
	e.From.Addr, e.Session = r.Addr(address), r.Get(session)
	e.User = footfall.Account{Name: r.Get(username), SID: r.Get(userID)}
	e.To.Host, e.Outcome, e.Object = r.Get(client), footfall.Success, t
	if several(r.Get(message)) {
		e.From.Addr = footfall.Endpoint{}.Addr
	}
	t, failed := strings.CutSuffix(t, "_ERROR")
	if failed || r.Get(failure) != "" {
		e.Outcome = footfall.Failure
	}
	if op := r.Get(operation); op != "" {
		admin(r, op)
		return
	}
	switch t {
	case "LOGIN", "CLIENT_LOGIN", "IDENTITY_PROVIDER_LOGIN", "IDENTITY_PROVIDER_FIRST_LOGIN", "OAUTH2_DEVICE_AUTH":
		e.Kind = footfall.KindLogon
		if e.Outcome == footfall.Failure {
			e.Reason = why(r.Get(failure))
			if e.Reason == footfall.ReasonMFA {
				e.MFA = footfall.MFADenied
			}
		}
	case "LOGOUT":
		e.Kind = footfall.KindLogoff
	case "IMPERSONATE":
		e.Kind, e.Target.Name = footfall.KindExplicit, e.User.Name
		e.User = footfall.Account{Name: r.Get(impersonator)}
	case "UPDATE_PASSWORD", "RESET_PASSWORD", "SEND_RESET_PASSWORD":
		e.Kind, e.Target = footfall.KindPassword, e.User
	case "REGISTER", "UPDATE_PROFILE", "UPDATE_EMAIL", "DELETE_ACCOUNT", "UPDATE_TOTP", "REMOVE_TOTP", "VERIFY_EMAIL", "UPDATE_CREDENTIAL", "REMOVE_CREDENTIAL",
		"USER_DISABLED_BY_PERMANENT_LOCKOUT", "USER_DISABLED_BY_TEMPORARY_LOCKOUT", "FEDERATED_IDENTITY_LINK", "REMOVE_FEDERATED_IDENTITY":
		e.Kind, e.Target = footfall.KindAccount, e.User
	case "GRANT_CONSENT", "REVOKE_GRANT":
		e.Kind = footfall.KindConfig
	default:
		e.Kind = footfall.KindCall
	}
}

// several reports whether an unquoted message names several addresses and it
// is open which is true. A client's name stands before the address and is
// anybody's to choose where the server knows no such client; it may hold pairs
// of its own, an error among them, but the true error stands in the message still.
// What stands behind the address, as username, needs no care: the first counts.
func several(message string) bool {
	return strings.Count(message, ", ipAddress=") > 1 && strings.Contains(message, ", error=client_not_found")
}

// admin is what an administrator did: operation and kind of resource.
func admin(r *jsonlog.Reader, op string) {
	e := r.Event
	e.Object = r.First(resourcePath, resourceType)
	switch t := r.Get(resourceType); {
	case strings.Contains(t, "GROUP_MEMBERSHIP"), strings.Contains(t, "ROLE_MAPPING"):
		e.Kind = footfall.KindGroup
	case strings.HasPrefix(t, "USER"), strings.HasPrefix(t, "GROUP"):
		e.Kind = footfall.KindAccount
		if op == "ACTION" && strings.Contains(e.Object, "reset-password") {
			e.Kind = footfall.KindPassword
		}
	default:
		e.Kind = footfall.KindConfig
	}
}

func why(s string) footfall.Reason {
	switch s {
	case "invalid_user_credentials", "invalid_client_credentials", "invalid_password":
		return footfall.ReasonBadPassword
	case "user_not_found", "client_not_found", "username_missing":
		return footfall.ReasonNoUser
	case "user_disabled", "client_disabled":
		return footfall.ReasonDisabled
	case "user_temporarily_disabled":
		return footfall.ReasonLocked
	case "expired_code", "session_expired":
		return footfall.ReasonExpired
	case "not_allowed", "rejected_by_user", "access_denied":
		return footfall.ReasonRestricted
	}
	if strings.Contains(s, "totp") || strings.Contains(s, "otp") {
		return footfall.ReasonMFA
	}
	return footfall.ReasonUnknown
}
