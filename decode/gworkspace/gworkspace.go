// Package gworkspace reads the audit activities of Google Workspace, as the
// Reports API writes them and as collectors flatten them: an activity holds a
// list of events, each of which becomes one event of ours with the activity's
// actor and address. It holds no state over records.
package gworkspace

import (
	"bytes"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/jsonlog"
	"github.com/footfall/footfall/internal/jsonscan"
)

// Decoder reads activities.
var Decoder = footfall.Decoder{
	Name:   format.Name,
	Doc:    format.Doc,
	Source: format.Source,
	Frame:  footfall.FrameJSON,
	By:     "the kind admin#reports#activity, or the keys applicationName and id with two more of its own",
	Sniff:  func(head []byte) int { return jsonlog.Sniff(head, rate) },
	New:    open,
}

const (
	when = iota
	app
	email
	profile
	address
	domain
	name
	group // the type of an event
	parameters
	eventName
	eventType
	eventParameters
	events
	country
	device
)

// apps are the applications of the Reports API that have a log of their own.
var apps = []string{
	"admin", "login", "drive", "token", "saml", "user_accounts", "groups", "groups_enterprise", "mobile", "rules", "calendar", "chat", "chrome", "context_aware_access",
	"data_studio", "gcp", "gmail", "gplus", "jamboard", "keep", "meet", "access_transparency", "vault", "access_evaluation", "gemini_in_workspace_apps", "ldap", "takeout",
}

var format = jsonlog.Format{
	Name:   "gworkspace",
	Doc:    "Audit activities of Google Workspace (Reports API): login, admin, SAML, tokens, drive, accounts. One event for each element of events[], or for a record that a collector flattened.",
	Source: "https://developers.google.com/workspace/admin/reports/reference/rest/v1/activities/list",
	Logs:   []footfall.Log{{Product: "gcp", Services: []string{"google_workspace"}}},
	Rate:   rate,
	Paths: []string{
		when: "id.time|p_event_time", app: "id.applicationName", email: "actor.email", profile: "actor.profileId|actor.key", address: "ipAddress", domain: "ownerDomain|id.customerId",
		name: "name", group: "type", parameters: "parameters[]", eventName: "events.name", eventType: "events.type", eventParameters: "events.parameters[]", events: "events[]",
		country: "networkInfo.regionCode", device: "actor.callerType",
	},
	Also: map[string][]string{
		"name":        {"eventName", "protoPayload.metadata.event.eventName"},
		"events.name": {"eventName", "protoPayload.metadata.event.eventName"},
	},
	Names: []string{"eventService", "protoPayload.serviceName", "protoPayload.Servicename", "setting_name", "new_value", "old_value"},
	Mean:  mean,
}

func rate(rec []byte) int {
	switch {
	case jsonlog.All(rec, "admin#reports#activity"):
		return 97
	case jsonlog.All(rec, "applicationName", "id") && jsonlog.Count(rec, "uniqueQualifier", "customerId", "events", "actor", "ipAddress", "name", "parameters") >= 2:
		return 88
	}
	return 0
}

type decoder struct {
	r     *jsonlog.Reader
	logs  []footfall.LogID
	scan  jsonscan.Scanner
	whole jsonscan.Scanner // goes over one member alone

	// Of the activity in hand: its events, when there are several, and what
	// they have in common.
	list   []byte
	common [len(commonNames)][]byte
}

// commonNames are the members of an activity that each of its events gets.
var commonNames = [...]string{"id", "actor", "networkInfo", "ipAddress", "ownerDomain", "kind"}

func open(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
	d := &decoder{r: format.Reader(s)}
	for _, a := range apps {
		d.logs = append(d.logs, s.AddLog(footfall.Log{Product: "gcp", Services: []string{"google_workspace." + a}}))
	}
	return d.decode, nil
}

const (
	// maxEvents bounds how many events one activity may hold.
	maxEvents = 1000
	// maxCommon bounds what is read anew for each of them.
	maxCommon = 16 << 10
)

type constError string

func (e constError) Error() string { return string(e) }

const (
	errCommon = constError("gworkspace: the actor of several events is too long")
	errEvents = constError("gworkspace: an activity of more than 1000 events")
)

func (d *decoder) decode(b *footfall.Batch, in []byte) error {
	if i := bytes.IndexByte(in, '{'); i > 0 {
		in = in[i:]
	}
	from := len(b.Events)
	n, err := d.survey(in)
	switch {
	case err != nil:
		return err
	case n > maxEvents:
		return errEvents
	case n > 1:
		return d.several(b)
	}
	if err := d.r.Decode(b, in); err != nil {
		return err
	}
	d.log(b, from)
	return nil
}

// survey finds the parts of an activity and counts its events.
func (d *decoder) survey(in []byte) (n int, err error) {
	s := &d.scan
	d.list = nil
	clear(d.common[:])
	if s.Reset(in) != jsonscan.Object || !s.Enter() {
		return 0, s.Err()
	}
	for s.Next() {
		if string(s.Key()) == "events" && s.Kind() == jsonscan.Array {
			start := s.Pos() - 1 // the bracket was looked at
			s.Enter()
			for n = 0; s.Next(); n++ {
			}
			d.list = in[start:s.Pos()]
			continue
		}
		for i, name := range commonNames {
			if string(s.Key()) == name {
				d.common[i] = s.Skip()
				break
			}
		}
	}
	return n, s.Err()
}

// several makes an event of each element of the list.
func (d *decoder) several(b *footfall.Batch) error {
	r, s := d.r, &d.scan
	size := 0
	for _, c := range d.common {
		size += len(c)
	}
	if size > maxCommon {
		return errCommon
	}
	s.Reset(d.list)
	s.Enter()
	for s.Next() {
		if s.Kind() != jsonscan.Object {
			continue
		}
		from := len(b.Events)
		elem := s.Skip()
		r.Open(b)
		if err := d.shared(); err != nil {
			return err
		}
		if err := r.JSONBelow("events.", elem); err != nil {
			return err
		}
		r.Close()
		d.log(b, from)
	}
	return s.Err()
}

// shared gives an event what all of the activity have.
func (d *decoder) shared() error {
	r := d.r
	for i, c := range d.common {
		if len(c) == 0 {
			continue
		}
		switch d.whole.Reset(c) {
		case jsonscan.Object:
			if err := r.JSONBelow(commonPrefix[i], c); err != nil {
				return err
			}
		case jsonscan.String, jsonscan.Number:
			r.Put(commonNames[i], d.whole.Keep(r.Batch))
		}
	}
	return nil
}

var commonPrefix = [...]string{"id.", "actor.", "networkInfo.", "ipAddress.", "ownerDomain.", "kind."}

// log gives the events from from on the log of their application.
func (d *decoder) log(b *footfall.Batch, from int) {
	a := d.r.Get(app)
	for i, name := range apps {
		if name == a {
			for j := from; j < len(b.Events); j++ {
				b.Events[j].Log = d.logs[i]
			}
			return
		}
	}
}

func mean(r *jsonlog.Reader) {
	e := r.Event
	r.UTC(when)
	e.Service = footfall.ServiceCloud
	e.User = footfall.Account{Name: r.Get(email), SID: r.Get(profile)}
	e.From.Addr, e.Tenant, e.Country = r.Addr(address), r.Get(domain), r.Get(country)
	e.Object = r.First(eventName, name)
	if a := r.Get(app); a != "" {
		s := r.Batch.Grow(len(a) + len(suffix))
		v := r.Batch.Kept(append(append(s, a...), suffix...))
		for i := range 3 {
			r.Field(i, v)
		}
	}
	r.Pairs(eventParameters, "name", valueKeys, parameter)
	r.Pairs(parameters, "name", valueKeys, parameter)
	kind(r)
}

// The last of format.Names.
const (
	settingName = iota + 3
	newValue
	oldValue
)

const suffix = ".googleapis.com"

var valueKeys = []string{"value", "intValue", "boolValue", "multiValue", "multiIntValue", "messageValue", "multiMessageValue"}

// parameter takes a parameter of an event: rules ask for them by their names.
func parameter(r *jsonlog.Reader, name, val string) {
	r.Extra(name, val)
	e := r.Event
	switch name {
	case "affected_email_address", "USER_EMAIL", "target_user":
		e.Target.Name = val
	case "application_name", "app_name", "APPLICATION_NAME", "CAA_APPLICATION":
		e.To.Host = val
	case "SETTING_NAME": // rules spell these three as the export to Cloud Logging does
		r.Field(settingName, val)
	case "NEW_VALUE":
		r.Field(newValue, val)
	case "OLD_VALUE":
		r.Field(oldValue, val)
	case "GROUP_EMAIL", "ROLE_NAME":
		e.Session = val // until kind says what it is
	case "login_type":
		e.Client = val
	case "login_failure_type", "failure_type", "CAA_ACCESS_LEVEL_UNSATISFIED":
		e.Reason = why(val)
	case "is_second_factor":
		if val == "true" {
			e.MFA = footfall.MFAUsed
		}
	case "login_challenge_status":
		if strings.Contains(val, "Incorrect") {
			e.Outcome = footfall.Failure
		} else if strings.Contains(val, "Passed") || strings.Contains(val, "Correct") {
			e.Outcome = footfall.Success
		}
	case "user_agent":
		e.Client = val
	}
}

func why(s string) footfall.Reason {
	switch {
	case jsonlog.Has(s, "invalid_password", "bad_password"):
		return footfall.ReasonBadPassword
	case jsonlog.Has(s, "second_factor", "challenge", "2sv"):
		return footfall.ReasonMFA
	case jsonlog.Has(s, "disabled", "suspended"):
		return footfall.ReasonDisabled
	case jsonlog.Has(s, "unknown", "no_user", "deleted"):
		return footfall.ReasonNoUser
	case s != "":
		return footfall.ReasonRestricted
	}
	return footfall.ReasonUnknown
}

func kind(r *jsonlog.Reader) {
	e := r.Event
	container := e.Session
	e.Session = ""
	host := e.To.Host
	e.To.Host = ""
	switch r.Get(app) {
	case "login", "saml", "ldap":
		login(e, e.Object, r.First(eventType, group))
		e.To.Host = host
	case "context_aware_access":
		e.To.Host = host
		e.Kind, e.Outcome, e.Reason = footfall.KindLogon, footfall.Failure, footfall.ReasonRestricted
		if e.Object == "MONITOR_MODE_ACCESS_DENY_EVENT" {
			e.Kind, e.Outcome, e.Reason = footfall.KindCall, footfall.OutcomeUnknown, footfall.ReasonUnknown
		}
	case "admin":
		e.Outcome = footfall.Success
		admin(e, container)
	case "user_accounts":
		e.Kind, e.Outcome = footfall.KindAccount, footfall.Success
		if strings.HasPrefix(e.Object, "password") {
			e.Kind = footfall.KindPassword
		}
	case "token":
		e.Kind, e.Outcome, e.To.Host = footfall.KindConfig, footfall.Success, host
		if e.Object == "activity" || e.Object == "request" {
			e.Kind = footfall.KindCall
		}
	case "rules":
		e.Kind = footfall.KindAlert
	case "":
	default:
		e.Kind, e.Outcome = footfall.KindCall, footfall.Success
	}
}

func login(e *footfall.Event, name, group string) {
	reason := e.Reason
	e.Reason = footfall.ReasonUnknown
	switch {
	case name == "login_success":
		e.Kind, e.Outcome = footfall.KindLogon, footfall.Success
	case name == "login_failure":
		e.Kind, e.Outcome, e.Reason = footfall.KindLogon, footfall.Failure, reason
	case name == "login_challenge", name == "login_verification":
		e.Kind = footfall.KindCredential
		switch e.Outcome {
		case footfall.Success:
			e.MFA = footfall.MFAUsed
		case footfall.Failure:
			e.MFA, e.Reason = footfall.MFADenied, footfall.ReasonMFA
		}
	case name == "logout":
		e.Kind, e.Outcome = footfall.KindLogoff, footfall.Success
	case name == "password_edit":
		e.Kind, e.Outcome = footfall.KindPassword, footfall.Success
	case group == "account_warning", group == "attack_warning", name == "gov_attack_warning", strings.HasPrefix(name, "suspicious_"):
		e.Kind = footfall.KindAlert
	case group == "blocked_sender_change", group == "email_forwarding_change":
		e.Kind, e.Outcome = footfall.KindConfig, footfall.Success
	case group != "" && strings.HasSuffix(group, "change"):
		e.Kind, e.Outcome = footfall.KindAccount, footfall.Success
	default:
		e.Kind = footfall.KindCall
	}
}

// admin says what an administrator did, by the families of names.
func admin(e *footfall.Event, container string) {
	n := e.Object
	switch {
	case strings.Contains(n, "PASSWORD") && !strings.Contains(n, "SETTING"):
		e.Kind = footfall.KindPassword
	case strings.Contains(n, "GROUP_MEMBER"), strings.HasSuffix(n, "_ROLE"), strings.Contains(n, "PRIVILEGE"):
		e.Kind = footfall.KindGroup
		if container != "" && e.Target.Name != "" {
			e.Object = container
		}
	case strings.Contains(n, "SETTING"), strings.Contains(n, "APPLICATION"), strings.Contains(n, "API_CLIENT"), strings.Contains(n, "AUTHENTICATION"),
		strings.Contains(n, "DOMAIN"), strings.Contains(n, "POLICY"), strings.Contains(n, "SSO"):
		e.Kind = footfall.KindConfig
	case strings.Contains(n, "USER"), strings.Contains(n, "2SV"), strings.Contains(n, "RECOVERY"), strings.Contains(n, "_GROUP"), strings.Contains(n, "TOKEN"), strings.Contains(n, "ASP"):
		e.Kind = footfall.KindAccount
	default:
		e.Kind = footfall.KindCall
	}
}
