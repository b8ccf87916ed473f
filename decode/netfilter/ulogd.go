package netfilter

import (
	"bytes"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/clock"
	"github.com/footfall/footfall/internal/record"
)

// JSON reads the JSON of ulogd's output plugin.
var JSON = footfall.Decoder{
	Name:   "netfilter-ulogd",
	Doc:    "Packets and connections that ulogd logs as JSON.",
	Source: "ulogd2: output/ulogd_output_JSON.c, input/packet/ulogd_inppkt_NFLOG.c, input/flow/ulogd_inpflow_NFCT.c, filter/raw2packet/ulogd_raw2packet_BASE.c",
	Frame:  footfall.FrameJSON,
	By:     `objects with "dvc" and "oob.prefix" or "orig.ip.protocol"`,
	Sniff: func(head []byte) int {
		head = head[:min(len(head), 8<<10)]
		if len(head) > 0 && head[0] == '{' && bytes.Contains(head, []byte(`"dvc":`)) &&
			(bytes.Contains(head, []byte(`"oob.prefix":`)) || bytes.Contains(head, []byte(`"orig.ip.protocol":`))) {
			return 95
		}
		return 0
	},
	New: func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
		r := &ulogd{
			v:      record.New(s, ulogdPaths[:], ulogdAlso),
			log:    s.AddLog(footfall.Log{Product: "linux", Services: []string{"iptables", "syslog"}, Categories: []string{"firewall"}}),
			action: s.Asked("action"), blocked: s.Asked("blocked"), protocol: s.Asked("protocol"),
		}
		return r.decode, nil
	},
}

// Slots of what ulogd tells.
const (
	uTime = iota
	uSec
	uUsec
	uDevice
	uPrefix
	uIn
	uOut
	uSrc
	uDst
	uSrcPort
	uDstPort
	uProto
	uMAC
	uSent
	uReturned
	uFlowSec
	uFlowUsec
	uEndSec
	uEndUsec
	ulogdSlots
)

var ulogdPaths = [ulogdSlots]string{
	uTime: "timestamp", uSec: `oob.time.sec`, uUsec: "oob.time.usec", uDevice: "dvc", uPrefix: "oob.prefix", uIn: "oob.in", uOut: "oob.out",
	uSrc: "src_ip|orig.ip.saddr.str|orig.ip.saddr", uDst: "dest_ip|orig.ip.daddr.str|orig.ip.daddr", uSrcPort: "src_port|orig.l4.sport", uDstPort: "dest_port|orig.l4.dport",
	uProto: "ip.protocol|ip6.nexthdr|orig.ip.protocol", uMAC: "mac.saddr.str", uSent: "orig.raw.pktlen", uReturned: "reply.raw.pktlen",
	uFlowSec: "flow.start.sec", uFlowUsec: "flow.start.usec", uEndSec: "flow.end.sec", uEndUsec: "flow.end.usec",
}

var ulogdAlso = map[string][]string{
	"dest_ip": {"dst_ip"}, "dest_port": {"dst_port"}, "orig.ip.saddr.str": {"src_ip"}, "orig.ip.daddr.str": {"dst_ip"}, "orig.l4.sport": {"src_port"}, "orig.l4.dport": {"dst_port"},
}

type ulogd struct {
	v                         *record.Values
	log                       footfall.LogID
	action, blocked, protocol footfall.FieldID
}

func (r *ulogd) decode(b *footfall.Batch, frame []byte) error {
	v := r.v
	e := b.New()
	v.Begin(b)
	if err := v.JSON(frame); err != nil {
		return err
	}
	e.Log, e.Program = r.log, "ulogd"
	e.From = footfall.Endpoint{Addr: v.Addr(uSrc), Port: v.Port(uSrcPort), Zone: v.Get(uIn)}
	e.To = footfall.Endpoint{Addr: v.Addr(uDst), Port: v.Port(uDstPort), Zone: v.Get(uOut)}
	r.when(e)
	if e.From.Addr.IsValid() && e.To.Addr.IsValid() { // else it is no packet of IP
		e.Kind, e.Service = footfall.KindConnection, footfall.ServiceOfPort(e.To.Port)
	}
	e.MAC = v.Get(uMAC)
	if d := v.Get(uDevice); d != "Netfilter" { // what it says when nobody gave it a name
		e.Computer = d
	}
	e.Returned = v.Int(uReturned)
	e.Bytes = v.Int(uSent) + e.Returned
	prefix := v.Get(uPrefix)
	e.Object = strings.Trim(prefix, " []:-")
	word, outcome := done(prefix)
	if e.Outcome = outcome; word != "" {
		b.Add(r.action, word)
	}
	switch outcome {
	case footfall.Success:
		b.Add(r.blocked, "false")
	case footfall.Failure:
		b.Add(r.blocked, "true")
	}
	if p := v.Get(uProto); p != "" {
		b.Add(r.protocol, protocolName(p))
	}
	return nil
}

// when takes the kernel's time of the packet or the flow, in seconds since 1970;
// the other is of the clock on the wall.
func (r *ulogd) when(e *footfall.Event) {
	v := r.v
	switch {
	case v.Int(uSec) > 0:
		e.Time = micros(v.Int(uSec), v.Int(uUsec))
	case v.Int(uFlowSec) > 0:
		e.Time = micros(v.Int(uFlowSec), v.Int(uFlowUsec))
		if end := micros(v.Int(uEndSec), v.Int(uEndUsec)); end > e.Time {
			e.Duration = end - e.Time
		}
	default:
		s := v.Get(uTime)
		ns, n := clock.Parse(s)
		if n > 0 {
			e.Time, e.Zoneless = ns, !clock.Zoned(s[:n])
		}
	}
}

// micros makes nanoseconds; 0 of what no clock says.
func micros(sec, usec int64) int64 {
	if sec < 0 || sec > 1<<33 || usec < 0 || usec >= 1e6 {
		return 0
	}
	return sec*1e9 + usec*1e3
}

func protocolName(number string) string {
	switch number {
	case "1":
		return "ICMP"
	case "6":
		return "TCP"
	case "17":
		return "UDP"
	case "58":
		return "ICMPv6"
	}
	return number
}
