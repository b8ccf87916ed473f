// Package tailscale reads what Tailscale logs of a network: changes of its
// configuration and flows between its nodes, as its API, its streams and
// collectors hand them on. In goes one JSON record, out come events: one for a
// change, one for each flow.
package tailscale

import (
	"strconv"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/clock"
	"github.com/footfall/footfall/internal/hostport"
	"github.com/footfall/footfall/internal/jsonscan"
	"github.com/footfall/footfall/internal/record"
)

// Decoder reads Tailscale's audit and flow logs.
var Decoder = footfall.Decoder{
	Name:   "tailscale",
	Doc:    "Tailscale's configuration audit log and network flow log as JSON.",
	Source: "https://tailscale.com/kb/1203/audit-logging, https://tailscale.com/kb/1219/network-flow-logs",
	Frame:  footfall.FrameJSON,
	By:     "the keys nodeId with a kind of traffic, or eventGroupID with actor, target and origin",
	Sniff:  sniff,
	New: func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
		r := &reader{
			audit:   s.AddLog(footfall.Log{Product: "tailscale", Services: []string{"audit"}}),
			network: s.AddLog(footfall.Log{Product: "tailscale", Services: []string{"network"}}),
			values:  record.New(s, paths[:], also),
		}
		return r.decode, nil
	},
}

const (
	action = iota
	actor
	actorID
	origin
	target
	targetType
	property
	at
	node
	start
	end
	virtual
	subnet
	exit
	group
	slots
)

var paths = [slots]string{
	action: "event.action|action", actor: "event.actor.loginName|actor.loginName", actorID: "event.actor.id|actor.id", origin: "event.origin|origin",
	target: "event.target.name|target.name", targetType: "event.target.type|target.type", property: "event.target.property|target.property",
	at: "eventTime|time|event.eventTime|fields.recorded", node: "nodeId|event.nodeId", start: "start|event.start", end: "end|event.end",
	virtual: "virtualTraffic[]|event.virtualTraffic[]", subnet: "subnetTraffic[]|event.subnetTraffic[]", exit: "exitTraffic[]|event.exitTraffic[]", group: "eventGroupID|event.eventGroupID",
}

var also = map[string][]string{"event.action": {"action"}, "event.actor.loginName": {"actor.loginName"}, "event.origin": {"origin"}, "event.target.name": {"target.name"}, "event.target.type": {"target.type"}, "event.target.property": {"target.property"}}

type reader struct {
	audit, network footfall.LogID
	values         *record.Values
	scan           jsonscan.Scanner
}

func (r *reader) decode(b *footfall.Batch, frame []byte) error {
	e := b.New()
	v := r.values
	e.Log, e.Program = r.audit, "tailscale"
	v.Begin(b)
	if err := v.JSON(frame); err != nil {
		return err
	}
	if v.Get(node) != "" {
		r.flows(b, e)
		return nil
	}
	e.Time = when(v.Get(at))
	e.User.Name, e.User.SID, e.Session = v.Get(actor), v.Get(actorID), v.Get(group)
	e.Object, e.Outcome, e.Service = v.Get(action), footfall.Success, footfall.ServiceVPN
	if p := v.Get(property); p != "" {
		e.Object = p
	}
	e.To.Host = v.Get(target)
	switch kind := v.Get(targetType); {
	case v.Get(action) == "LOGIN":
		e.Kind = footfall.KindLogon
	case v.Get(action) == "LOGOUT":
		e.Kind = footfall.KindLogoff
	case kind == "USER" || kind == "INVITE" || kind == "API_KEY" || kind == "AUTH_KEY":
		e.Kind, e.Target.Name, e.To.Host = footfall.KindAccount, v.Get(target), ""
	case v.Get(action) == "":
		e.Service, e.Outcome = footfall.ServiceUnknown, footfall.OutcomeUnknown
	default:
		e.Kind = footfall.KindConfig
	}
	return nil
}

// when reads a time of RFC 3339, its relative with a blank, or seconds since 1970.
func when(s string) int64 {
	if ns, n := clock.ISO(s); n > 0 {
		return ns
	}
	ns, _ := clock.Unix(s)
	return ns
}

// maxFlows bounds the events of one record.
const maxFlows = 4096

// flows makes an event of each flow of a record; a record without any stays one.
func (r *reader) flows(b *footfall.Batch, e *footfall.Event) {
	v := r.values
	e.Log, e.Time, e.Computer = r.network, when(v.Get(start)), v.Get(node)
	took := when(v.Get(end)) - e.Time
	if e.Time == 0 || took < 0 {
		took = 0
	}
	first, n := *e, 0
	for _, slot := range [...]int{virtual, subnet, exit} {
		s := &r.scan
		if v.Get(slot) == "" || s.Reset(footfall.Bytes(v.Get(slot))) != jsonscan.Array || !s.Enter() {
			continue
		}
		for s.Next() && n < maxFlows {
			if s.Kind() != jsonscan.Object {
				continue
			}
			if n > 0 {
				e = b.New()
				fields := e.Fields
				*e = first
				e.Fields = fields
			}
			n++
			r.flow(b, e, s.Skip())
			e.Duration = took
		}
	}
}

// flow reads {"proto":6,"src":"100.64.0.1:5000","dst":"100.64.0.2:22","txBytes":1,"rxBytes":2}.
func (r *reader) flow(b *footfall.Batch, e *footfall.Event, obj []byte) {
	e.Kind, e.Outcome = footfall.KindConnection, footfall.Success
	var s jsonscan.Scanner
	if s.Reset(obj) != jsonscan.Object || !s.Enter() {
		return
	}
	for s.Next() {
		raw, _ := s.Raw()
		text := footfall.Str(raw)
		switch string(s.Key()) {
		case "src":
			e.From, _ = hostport.Colon(text)
			e.From.Host = ""
		case "dst":
			e.To, _ = hostport.Colon(text)
			e.To.Host = ""
		case "txBytes":
			e.Bytes += count(text)
		case "rxBytes":
			e.Returned = count(text)
			e.Bytes += e.Returned
		}
	}
	e.Service = footfall.ServiceOfPort(e.To.Port)
}

func count(s string) int64 {
	if s == "" || len(s) > 15 || strings.Trim(s, "0123456789") != "" {
		return 0
	}
	n, _ := strconv.ParseInt(s, 10, 64)
	return n
}

func sniff(head []byte) int {
	s := strings.TrimLeft(footfall.Str(head[:min(len(head), 16<<10)]), " \r\n\t[\ufeff")
	if !strings.HasPrefix(s, "{") {
		return 0
	}
	has := func(w string) bool { return strings.Contains(s, w) }
	switch {
	case has(`"nodeId"`) && (has(`"virtualTraffic"`) || has(`"physicalTraffic"`) || has(`"subnetTraffic"`) || has(`"exitTraffic"`)):
		return 95
	case has(`"eventGroupID"`) && has(`"actor"`) && has(`"target"`) && has(`"origin"`):
		return 94
	}
	return 0
}
