package kubeaudit

import (
	"strings"

	"github.com/footfall/footfall"
)

// A Call is one call of the API, by the words of Kubernetes.
type Call struct {
	Verb, Resource, Sub, Namespace, Name string

	Role, Subject string // of a binding
	Reviewed      string // whose token was looked at
	Impersonated  string // as whom it was made
	Command       string // of an exec
	Code          int    // HTTP status of the answer; 0 unknown
	Denied        bool   // the authorizer said no
}

// GKE reads the name of a method of the service k8s.io in Google's audit logs,
// io.k8s.core.v1.pods.exec.create, and the resource that belongs to it,
// core/v1/namespaces/default/pods/web/exec.
func (c *Call) GKE(method, name string) {
	if !IsGKE(method) {
		return
	}
	rest := method
	i := strings.LastIndexByte(rest, '.')
	c.Verb, rest = rest[i+1:], rest[:i]
	c.path(name)
	if c.Resource != "" {
		return
	}
	for n := 0; n < 2; n++ { // the resource, or the resource and what is below it
		i := strings.LastIndexByte(rest, '.')
		part := rest[i+1:]
		if i < 0 || version(part) {
			return
		}
		if c.Resource != "" {
			c.Sub = c.Resource
		}
		c.Resource, rest = part, rest[:i]
	}
}

// IsGKE reports whether a method is one of a cluster's API.
func IsGKE(method string) bool {
	return strings.Contains(method, ".") && (strings.HasPrefix(method, "io.k8s.") || strings.Contains(method, ".k8s.io."))
}

// version tells v1, v1beta1.
func version(s string) bool { return len(s) > 1 && s[0] == 'v' && s[1] >= '0' && s[1] <= '9' }

// path reads "group/version[/namespaces/NS]/resource[/name[/sub]]".
func (c *Call) path(name string) {
	_, rest, ok := strings.Cut(name, "/")
	v, rest, more := strings.Cut(rest, "/")
	if !ok || !more || !version(v) {
		return
	}
	if after, ok := strings.CutPrefix(rest, "namespaces/"); ok && strings.Contains(after, "/") {
		c.Namespace, rest, _ = strings.Cut(after, "/")
	}
	c.Resource, rest, _ = strings.Cut(rest, "/")
	c.Name, c.Sub, _ = strings.Cut(rest, "/")
}

// Mean gives e its kind. Its strings live as long as those of c.
func (c *Call) Mean(b *footfall.Batch, e *footfall.Event) {
	e.Kind, e.Service = footfall.KindCall, footfall.ServiceKube
	e.Outcome = footfall.Success
	switch {
	case c.Code == 401:
		e.Outcome, e.Reason = footfall.Failure, footfall.ReasonNoKey
	case c.Code == 403, c.Denied:
		e.Outcome, e.Reason = footfall.Failure, footfall.ReasonRestricted
	case c.Code >= 400:
		e.Outcome = footfall.Failure
	}
	e.Object = join(b, c.Verb, " ", c.Resource, c.Sub)
	switch c.Sub {
	case "exec", "attach", "portforward", "ephemeralcontainers":
		e.Kind, e.Command = footfall.KindShell, c.Command
		e.To.Host = join(b, c.Namespace, "/", c.Name, "")
	case "proxy":
		e.Kind = footfall.KindConnection
		if c.Resource == "nodes" {
			e.Kind = footfall.KindShell // the kubelet's API runs commands
		}
		e.To.Host = join(b, c.Namespace, "/", c.Name, "")
	case "token":
		if c.Resource == "serviceaccounts" {
			e.Kind, e.Target = footfall.KindExplicit, footfall.Account{Name: c.Name, Domain: c.Namespace}
		}
	case "":
		c.change(e)
	}
	if c.Impersonated != "" {
		e.Target = footfall.Account{Name: c.Impersonated}
		if e.Kind == footfall.KindCall {
			e.Kind = footfall.KindExplicit
		}
	}
}

// change gives calls that change who may do what, or what runs when, a kind of their own.
func (c *Call) change(e *footfall.Event) {
	if c.Resource == "tokenreviews" {
		e.Kind, e.Target.Name = footfall.KindCredential, c.Reviewed
		return
	}
	switch c.Verb {
	case "create", "update", "patch", "delete", "deletecollection", "replace":
	default:
		return
	}
	switch c.Resource {
	case "rolebindings", "clusterrolebindings":
		e.Kind, e.Target.Name = footfall.KindGroup, c.Subject
		if c.Role != "" {
			e.Object = c.Role
		}
	case "roles", "clusterroles":
		e.Kind = footfall.KindGroup
	case "serviceaccounts":
		e.Kind, e.Target = footfall.KindAccount, footfall.Account{Name: c.Name, Domain: c.Namespace}
	case "cronjobs":
		e.Kind = footfall.KindTask
	case "mutatingwebhookconfigurations", "validatingwebhookconfigurations", "networkpolicies":
		e.Kind = footfall.KindConfig
	case "events":
		if c.Verb == "deletecollection" {
			e.Kind = footfall.KindCleared
		}
	}
}

// join writes "a SEP b" or "a SEP b/sub"; what is empty has no separator.
func join(b *footfall.Batch, x, sep, y, sub string) string {
	if y == "" {
		return x
	}
	if x == "" && sub == "" {
		return y
	}
	out := b.Grow(len(x) + len(sep) + len(y) + 1 + len(sub))
	if x != "" {
		out = append(append(out, x...), sep...)
	}
	out = append(out, y...)
	if sub != "" {
		out = append(append(out, '/'), sub...)
	}
	return b.Kept(out)
}
