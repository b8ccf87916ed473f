// Package barracuda reads the JSON that Barracuda CloudGen Firewall streams:
// its activity, web and threat logs. In goes a record, out comes one event: a
// connection, a request or a verdict. A user that is only the client's address
// once more is no user.
package barracuda

import (
	"errors"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/clock"
	"github.com/footfall/footfall/internal/hostport"
	"github.com/footfall/footfall/internal/record"
)

// Decoder reads the JSON of Barracuda CloudGen Firewall.
var Decoder = footfall.Decoder{
	Name:   "barracuda",
	Doc:    "JSON of Barracuda CloudGen Firewall: connections, requests, verdicts.",
	Source: "https://campus.barracuda.com/product/cloudgenfirewall/doc/96025953/how-to-enable-filebeat-stream-to-a-logstash-pipeline",
	Frame:  footfall.FrameJSON,
	By:     "the keys fw_rule, source_ip and traffic_type, or threat_severity, trans_proto and src_ip",
	Sniff:  sniff,
	New: func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
		return newReader(s).decode, nil
	},
}

var errRecord = errors.New("barracuda: not a record of the firewall")

// The values of a record that are read, by slot.
const (
	kTime = iota
	kSrc
	kSrcPort
	kDst
	kDstPort
	kSrcIntf
	kDstIntf
	kMAC
	kUser
	kAction
	kRule
	kURL
	kHost
	kStatus
	kAgent
	kThreat
	kSeverity
	kSent
	kReceived
	kDuration
	kBox
	kMethod
	kSize
	slots
)

var paths = [slots]string{
	kTime: "timestamp", kSrc: "source_ip|src_ip", kSrcPort: "source_port|src_port", kDst: "destination_ip|dst_ip", kDstPort: "destination_port|dst_port|port",
	kSrcIntf: "source_interface|input_interface|src_interface", kDstIntf: "destination_interface|output_interface|dst_interface", kMAC: "source_mac|src_mac",
	kUser: "user|user_id", kAction: "operation|action", kRule: "fw_rule|rule", kURL: "name|url", kHost: "domain", kStatus: "status_code", kAgent: "user_agent",
	kThreat: "description", kSeverity: "threat_severity", kSent: "bytes_sent|sent_bytes|src_bytes|out_bytes", kReceived: "bytes_received|received_bytes|dst_bytes|in_bytes",
	kDuration: "duration", kBox: "box|hostname|box_name", kMethod: "method", kSize: "size",
}

var also = map[string][]string{
	"source_ip": {"src_ip"}, "source_port": {"src_port"}, "destination_ip": {"dst_ip"}, "destination_port": {"dst_port"}, "port": {"dst_port"}, "user": {"username"},
	"operation": {"action"}, "trans_proto": {"protocol"}, "ip_proto": {"protocol"}, "name": {"c-uri"}, "domain": {"cs-host"}, "method": {"cs-method"},
	"status_code": {"sc-status"}, "user_agent": {"c-useragent", "cs-user-agent"},
}

type reader struct {
	v        *record.Values
	log, web footfall.LogID
	blocked  footfall.FieldID
}

func newReader(s *footfall.Schema) *reader {
	return &reader{
		v:       record.New(s, paths[:], also),
		log:     s.AddLog(footfall.Log{Product: "barracuda", Categories: []string{"firewall"}}),
		web:     s.AddLog(footfall.Log{Product: "barracuda", Categories: []string{"proxy"}}),
		blocked: s.Asked("blocked"),
	}
}

func (r *reader) decode(b *footfall.Batch, frame []byte) error {
	v := r.v
	e := b.New()
	e.Len = uint32(len(frame))
	v.Begin(b)
	if err := v.JSON(frame); err != nil {
		return err
	}
	if v.Get(kSrc) == "" && v.Get(kRule) == "" {
		return errRecord
	}
	e.Log, e.Program, e.Computer = r.log, "barracuda", v.Get(kBox)
	r.when(e)
	e.From = footfall.Endpoint{Addr: v.Addr(kSrc), Port: v.Port(kSrcPort), Zone: v.Get(kSrcIntf)}
	e.To = footfall.Endpoint{Addr: v.Addr(kDst), Port: v.Port(kDstPort), Zone: v.Get(kDstIntf)}
	if name := v.Get(kUser); name != v.Get(kSrc) {
		e.User.Name = name
	}
	e.MAC, e.Client, e.Object = v.Get(kMAC), v.Get(kAgent), v.Get(kRule)
	e.Returned = v.Int(kReceived)
	e.Bytes = v.Int(kSent) + e.Returned
	if ms := v.Int(kDuration); ms > 0 && ms < 1e12 {
		e.Duration = ms * 1e6
	}
	r.mean(b, e)
	return nil
}

// when reads seconds or milliseconds since 1970, or ISO 8601.
func (r *reader) when(e *footfall.Event) {
	s := r.v.Get(kTime)
	switch n := r.v.Int(kTime); {
	case n > 0 && len(s) == 13:
		e.Time = n * 1e6
	case n > 0 && len(s) == 10:
		e.Time = n * 1e9
	default:
		ns, n := clock.ISO(s)
		e.Time, e.Zoneless = ns, n == 19 && ns != 0
	}
}

func (r *reader) mean(b *footfall.Batch, e *footfall.Event) {
	v := r.v
	e.Kind, e.Service = footfall.KindConnection, footfall.ServiceOfPort(e.To.Port)
	switch action := v.Get(kAction); {
	case strings.EqualFold(action, "block"), strings.EqualFold(action, "deny"), strings.EqualFold(action, "drop"), strings.EqualFold(action, "fail"):
		e.Outcome = footfall.Failure
		b.Add(r.blocked, "true")
	case strings.EqualFold(action, "allow"), strings.EqualFold(action, "remove"), strings.EqualFold(action, "detect"), action == "0":
		e.Outcome = footfall.Success
		b.Add(r.blocked, "false")
	}
	switch {
	case v.Get(kSeverity) != "":
		e.Kind, e.Object = footfall.KindAlert, v.Get(kThreat)
	case v.Get(kMethod) != "" || v.Get(kStatus) != "":
		e.Kind, e.Service, e.Object, e.Log = footfall.KindRequest, footfall.ServiceWeb, v.Get(kURL), r.web
		if h, ok := hostport.Host(v.Get(kHost)); ok {
			e.To.Host = h.Host
		}
		e.Bytes = max(e.Bytes, v.Int(kSize))
		if v.Int(kStatus) >= 400 {
			e.Outcome = footfall.Failure
		}
	}
}

func sniff(head []byte) int {
	s := strings.TrimLeft(footfall.Str(head), " \r\n\t[\ufeff")
	if !strings.HasPrefix(s, "{") {
		return 0
	}
	has := func(w string) bool { return strings.Contains(s, w) }
	if has(`"fw_rule"`) && has(`"source_ip"`) && has(`"traffic_type"`) || has(`"threat_severity"`) && has(`"trans_proto"`) && has(`"src_ip"`) {
		return 90
	}
	return 0
}
