// Package kube reads the audit log of Kubernetes: events as the API server
// writes them, alone or in lists, and as EKS, AKS and GKE wrap them. In goes
// one record, out comes the call of the API: who made it, from where, and what
// it was. What calls mean is internal/kubeaudit's.
package kube

import (
	"errors"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/clock"
	"github.com/footfall/footfall/internal/kubeaudit"
	"github.com/footfall/footfall/internal/record"
)

// Decoder reads audit events of Kubernetes.
var Decoder = footfall.Decoder{
	Name: "kube",
	Doc: "Audit log of Kubernetes: shells in containers, port forwards, role bindings, impersonation, anonymous calls and every other call of the API; " +
		"from the API server, from EKS through CloudWatch Logs, from AKS through Azure Monitor.",
	Source: "https://kubernetes.io/docs/reference/config-api/apiserver-audit.v1/",
	Frame:  footfall.FrameJSON,
	By:     "apiVersion audit.k8s.io, the keys verb and objectRef, or such a record in message, log or properties.log",
	Sniff:  sniff,
	New: func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
		return newReader(s).decode, nil
	},
}

// The dresses of an event.
const (
	aks     = iota // Azure Monitor: properties.log holds the event
	message        // CloudWatch Logs, and shippers of lines: message or log does
	wrapTime
	wrapMillis
	aksResource
	logGroup
	slots
)

var paths = [slots]string{
	aks: "properties.log|log_s", message: "message|log", wrapTime: "time|TimeGenerated|@timestamp", wrapMillis: "timestamp",
	aksResource: "resourceId|ResourceId|_ResourceId", logGroup: "logGroup",
}

var errEvent = errors.New("kubernetes audit: not an event")

type reader struct {
	wrapper *record.Values
	audit   *kubeaudit.Reader
}

func newReader(s *footfall.Schema) *reader {
	return &reader{wrapper: record.New(s, paths[:], nil), audit: kubeaudit.New(s)}
}

func (r *reader) decode(b *footfall.Batch, frame []byte) error {
	e := b.New()
	e.Len = uint32(len(frame))
	inside := wrapped(frame)
	if !inside && !plain(frame) {
		return r.audit.Read(b, e, frame)
	}
	v := r.wrapper
	v.Begin(b)
	if err := v.JSON(frame); err != nil {
		return err
	}
	inner := v.First(aks, message)
	if !inside { // of another component of the control plane
		e.Time, e.Message = stamp(v), inner
		return nil
	}
	if i := strings.IndexByte(inner, '{'); i > 0 {
		inner = inner[i:]
	}
	if inner == "" {
		return errEvent
	}
	e.Time = stamp(v)
	e.Computer = v.Get(aksResource)
	e.Computer = e.Computer[strings.LastIndexByte(e.Computer, '/')+1:]
	return r.audit.Read(b, e, footfall.Bytes(inner))
}

func stamp(v *record.Values) int64 {
	if ms := v.Int(wrapMillis); ms > 1e11 && ms < 1e14 {
		return ms * 1e6
	}
	ns, _ := clock.ISO(v.First(wrapTime, wrapMillis))
	return ns
}

// plain tells a line of text in a wrapper: klog's, or the authenticator's.
func plain(frame []byte) bool {
	s := footfall.Str(frame)
	return (strings.Contains(s, `"message":`) || strings.Contains(s, `"log":`)) && !strings.Contains(s, `"verb":`) && !strings.Contains(s, `"protoPayload":`) && !strings.Contains(s, `"objectRef":`)
}

// wrapped tells an event that is a JSON string of another record: its names
// are behind backslashes.
func wrapped(frame []byte) bool {
	s := footfall.Str(frame)
	return strings.Contains(s, `\"verb\"`) || strings.Contains(s, `\"auditID\"`) || strings.Contains(s, `\"objectRef\"`)
}

func sniff(head []byte) int {
	if !record.Mentions(head, "audit.k8s.io", "auditID", "verb", "kube-audit", "protoPayload") {
		return 0
	}
	sh := record.ShapeOf(head)
	switch {
	case strings.HasPrefix(sh["apiVersion"], "audit.k8s.io/") && sh["kind"] == "Event":
		return 96
	case sh.Has("auditID", "verb", "requestURI"), sh.Has("verb", "objectRef.resource"):
		return 90
	case strings.HasPrefix(sh["Category"], "kube-audit") && sh.Has("log_s"):
		return 96
	case sh.Has("properties.log") && strings.HasPrefix(sh["category"], "kube-audit"):
		return 80 // one category of Azure Monitor, whose decoder reads the others too
	case strings.Contains(sh["message"], `audit.k8s.io/v`), strings.Contains(sh["log"], `audit.k8s.io/v`):
		return 95
	case kubeaudit.IsGKE(sh["protoPayload.methodName"]) && !sh.Any("logName", "insertId", "severity"):
		return 60 // a GKE entry among others that were cut down to their core
	}
	return 0
}
