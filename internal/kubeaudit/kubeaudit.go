// Package kubeaudit understands calls of a Kubernetes API server as audit logs
// tell them: the server's own events, which come alone or inside the logs of
// clouds, and the entries of Google's. In goes a record, out come the typed
// fields of an event: shells in containers, bindings of roles, impersonation,
// guests. It keeps no state over records, so that a call which is logged when
// it arrives and when it is answered has its meaning once, when answered.
package kubeaudit

import (
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/clock"
	"github.com/footfall/footfall/internal/record"
)

const (
	stage = iota
	auditID
	requestURI
	verb
	user
	uid
	groups
	impersonated
	sources
	agent
	resource
	subresource
	namespace
	object
	code
	decision
	received
	stamped
	roleRef
	subject
	reviewed
	method
	resourceName
	caller
	execCommand
	gcpCode
	clusterName
	project
	timestamp
	podName
	slots
)

const proto = "protoPayload."

// paths are the names of audit.k8s.io/v1 and, behind a bar, those of an entry
// of Cloud Logging, which says the same of a cluster of GKE.
var paths = [slots]string{
	stage: "stage", auditID: "auditID", requestURI: "requestURI", verb: "verb",
	user: "user.username|" + proto + "authenticationInfo.principalEmail", uid: "user.uid|" + proto + "authenticationInfo.principalSubject", groups: "user.groups[]",
	impersonated: "impersonatedUser.username", sources: "sourceIPs[]", agent: "userAgent|" + proto + "requestMetadata.callerSuppliedUserAgent",
	resource: "objectRef.resource", subresource: "objectRef.subresource", namespace: "objectRef.namespace", object: "objectRef.name",
	code: "responseStatus.code", decision: "annotations.authorization.k8s.io/decision", received: "requestReceivedTimestamp", stamped: "stageTimestamp|timestamp",
	roleRef: "requestObject.roleRef.name|" + proto + "request.roleRef.name", subject: "requestObject.subjects.name|" + proto + "request.subjects.name",
	reviewed: "responseObject.status.user.username", method: proto + "methodName", resourceName: proto + "resourceName",
	caller: proto + "requestMetadata.callerIp|" + proto + "requestMetadata.callerIP", execCommand: proto + "request.command[]", gcpCode: proto + "status.code",
	clusterName: "resource.labels.cluster_name", project: "resource.labels.project_id", timestamp: "timestamp|receiveTimestamp",
	podName: "requestObject.metadata.name|responseObject.metadata.name",
}

// also are the names that SigmaHQ's rules use for values of an audit event.
var also = map[string][]string{
	"objectRef.apiGroup":                                               {"apiGroup"},
	"requestObject.spec.volumes.hostPath.path":                         {"hostPath"},
	"requestObject.spec.volumes.hostPath[]":                            {"hostPath"},
	"requestObject.spec.containers.securityContext.capabilities[]":     {"capabilities"},
	"requestObject.spec.initContainers.securityContext.capabilities[]": {"capabilities"},
}

type constError string

func (e constError) Error() string { return string(e) }

const errEvent = constError("kubernetes audit: not an event")

// A Reader reads audit events for one worker.
type Reader struct {
	values *record.Values
	log    footfall.LogID
	call   Call
}

// New returns a Reader.
func New(s *footfall.Schema) *Reader {
	return &Reader{
		values: record.New(s, paths[:], also),
		log:    s.AddLog(footfall.Log{Product: "kubernetes", Services: []string{"audit"}, Categories: []string{"application"}}),
	}
}

// Read fills in e, the current event of b, from an audit event or a GKE entry.
// An event that another log carries keeps the time that it has, if the audit
// event says none.
func (r *Reader) Read(b *footfall.Batch, e *footfall.Event, frame []byte) error {
	v := r.values
	v.Begin(b)
	if err := v.JSON(frame); err != nil {
		return err
	}
	c := &r.call
	*c = Call{}
	if m := v.Get(method); m != "" {
		c.GKE(m, v.Get(resourceName))
		if n := v.Int(gcpCode); n != 0 {
			c.Denied = true
		}
	} else if v.Get(verb) == "" && v.Get(auditID) == "" && v.Get(requestURI) == "" && v.Get(resource) == "" {
		return errEvent
	}
	if c.Verb == "" {
		c.Verb, c.Resource, c.Sub, c.Namespace, c.Name = v.Get(verb), v.Get(resource), v.Get(subresource), v.Get(namespace), v.Get(object)
	}
	if c.Name == "" {
		c.Name = v.Get(podName)
	}
	c.Role, c.Subject, c.Reviewed, c.Impersonated = v.Get(roleRef), v.Get(subject), v.Get(reviewed), v.Get(impersonated)
	c.Code = int(v.Int(code))
	c.Denied = c.Denied || v.Get(decision) == "forbid"
	c.Command = commands(b, v.Get(requestURI))
	if c.Command == "" {
		c.Command = v.Get(execCommand)
	}
	r.fill(b, e)
	return nil
}

func (r *Reader) fill(b *footfall.Batch, e *footfall.Event) {
	v := r.values
	e.UID = v.Get(auditID)
	e.Log, e.Service, e.Session, e.Client, e.Tenant = r.log, footfall.ServiceKube, v.Get(auditID), v.Get(agent), v.Get(project)
	// A call happened when it came; the last stage tells when it ended.
	ended, _ := clock.ISO(v.First(stamped, timestamp))
	begun, _ := clock.ISO(v.First(received, stamped, timestamp))
	if begun != 0 {
		e.Time = begun
		e.Duration = max(ended-begun, 0)
	}
	if e.Computer == "" {
		e.Computer = v.Get(clusterName)
	}
	e.User = footfall.Account{Name: v.Get(user), SID: v.Get(uid)}
	e.Guest = e.User.Name == "system:anonymous" || strings.Contains(v.Get(groups), `"system:unauthenticated"`)
	e.From.Addr = v.Addr(caller)
	if list := v.Get(sources); list != "" {
		e.From.Addr = record.Addr(lastOf(list))
	}
	// The call has its meaning when it is answered: "ResponseStarted" is of
	// those that go on, and will be answered too.
	switch v.Get(stage) {
	case "RequestReceived", "ResponseStarted":
		e.Duration = 0
		return
	}
	r.call.Mean(b, e)
}

// lastOf returns the last string of a JSON array. Of the addresses of a call
// only the last is the server's own knowledge; a client can write any others
// into X-Forwarded-For (audit.k8s.io/v1, Event.sourceIPs).
func lastOf(list string) string {
	end := strings.LastIndexByte(list, '"')
	if end < 0 {
		return ""
	}
	return list[strings.LastIndexByte(list[:end], '"')+1 : end]
}

// commands joins the command parameters of the URI of an exec.
func commands(b *footfall.Batch, uri string) string {
	_, query, ok := strings.Cut(uri, "?")
	if !ok || !strings.Contains(query, "command=") {
		return ""
	}
	out := b.Grow(len(query))
	for p := range strings.SplitSeq(query, "&") {
		arg, ok := strings.CutPrefix(p, "command=")
		if !ok {
			continue
		}
		if len(out) > 0 {
			out = append(out, ' ')
		}
		out = unescape(out, arg)
	}
	return b.Kept(out)
}

// unescape appends the text of a part of a query; what is no escape stays.
func unescape(out []byte, s string) []byte {
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '+':
			out = append(out, ' ')
		case s[i] == '%' && i+2 < len(s) && hex(s[i+1]) >= 0 && hex(s[i+2]) >= 0:
			out = append(out, byte(hex(s[i+1])<<4|hex(s[i+2])))
			i += 2
		default:
			out = append(out, s[i])
		}
	}
	return out
}

func hex(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return int(c|0x20-'a') + 10
	}
	return -1
}
