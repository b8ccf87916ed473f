package netflow

import (
	"bytes"
	"net/netip"
	"strconv"

	"github.com/footfall/footfall"
)

// The fields that rules can ask for: those of Sigma's category firewall, and
// the names of IANA's registry.
const (
	srcIP = iota
	dstIP
	srcPort
	dstPort
	protocol
	action
	sourceIPv4
	sourceIPv6
	destinationIPv4
	destinationIPv6
	sourcePort
	destinationPort
	protocolID
	tcpBits
	octets
	packets
	ingress
	egress
	vlanID
	userName
	application
	firewallEvent
	natSource
	natDestination
	samplingInterval
	version
	fieldEnd
)

var fieldNames = [fieldEnd]string{
	srcIP: "src_ip", dstIP: "dst_ip", srcPort: "src_port", dstPort: "dst_port", protocol: "protocol", action: "action",
	sourceIPv4: "sourceIPv4Address", sourceIPv6: "sourceIPv6Address", destinationIPv4: "destinationIPv4Address", destinationIPv6: "destinationIPv6Address",
	sourcePort: "sourceTransportPort", destinationPort: "destinationTransportPort", protocolID: "protocolIdentifier", tcpBits: "tcpControlBits",
	octets: "octetDeltaCount", packets: "packetDeltaCount", ingress: "ingressInterface", egress: "egressInterface", vlanID: "vlanId", userName: "userName",
	application: "applicationName", firewallEvent: "firewallEvent", natSource: "postNATSourceIPv4Address", natDestination: "postNATDestinationIPv4Address",
	samplingInterval: "samplingInterval", version: "version",
}

const (
	tcp = 6
	udp = 17
	// Flags of TCP (RFC 9293 section 3.1), as all packets of a flow had them.
	syn, rst, ack = 2, 4, 16
	ephemeral     = 1024
)

// emit adds the event of a flow whose record is at offset of the datagram. A
// record without addresses is about something else than a flow: frames of the
// data link, counters of the exporter.
func (d *decoder) emit(at, size int) {
	f := &d.flow
	e := d.record(at, size)
	d.times(e)
	if f.src.IsValid() || f.dst.IsValid() {
		e.Kind = footfall.KindConnection
	}
	if f.rate > 1 {
		f.bytes, f.packets, f.outBytes = f.bytes*uint64(f.rate), f.packets*uint64(f.rate), f.outBytes*uint64(f.rate)
		f.initiator, f.responder, f.backBytes = f.initiator*uint64(f.rate), f.responder*uint64(f.rate), f.backBytes*uint64(f.rate)
	}
	d.ends(e)
	e.Outcome = f.outcome()
	e.User.Name = d.text(f.user)
	d.fields()
}

// record adds an event of the exporter's.
func (d *decoder) record(at, size int) *footfall.Event {
	e := d.batch.New()
	e.Offset, e.Len, e.Log, e.Time = int64(d.d.Offset+at), uint32(size), d.log, d.h.time
	if d.d.Exporter.IsValid() {
		e.Computer = d.addr(d.d.Exporter)
	}
	return e
}

// times sets when a flow began and how long it lasted.
func (d *decoder) times(e *footfall.Event) {
	f := &d.flow
	boot := d.h.boot
	if f.boot != 0 {
		boot = f.boot
	} else if boot == 0 && f.uptime { // of IPFIX, whose header says no uptime
		boot = d.boots[samplerKey{d.d.Exporter, d.h.domain, 0}]
	}
	start, end := f.start, f.end
	if start == 0 && f.uptime && boot != 0 {
		start, end = boot+since(f.first), boot+since(f.last)
		const wrap = 1 << 32 * 1e6 // the uptime starts anew after 49.7 days
		if start > d.h.time+wrap/2 {
			start, end = start-wrap, end-wrap
		}
		if end < start {
			end += wrap
		}
	}
	switch {
	case start != 0:
		e.Time = start
	case f.observed != 0:
		e.Time = f.observed
	case end != 0:
		e.Time = end
	default:
		e.Time = d.h.time
	}
	e.Duration = f.took
	if end > start && start != 0 && f.took == 0 {
		e.Duration = end - start
	}
}

func since(ms uint64) int64 { return int64(min(ms, 1<<32)) * 1e6 }

// ends sets who opened the connection, to whom, and the bytes either way. A
// flow from a port that servers have to one that they have not is what the
// server answered; a firewall says itself who opened.
func (d *decoder) ends(e *footfall.Event) {
	f := &d.flow
	e.From = footfall.Endpoint{Addr: f.src, Port: f.srcPort, Zone: d.iface(f.in)}
	e.To = footfall.Endpoint{Addr: f.dst, Port: f.dstPort, Zone: d.iface(f.out)}
	sent, back := f.bytes, f.backBytes
	if sent == 0 {
		sent = f.outBytes
	}
	known := f.initiator+f.responder > 0 || f.event != 0 || f.oriented
	if known && f.initiator+f.responder > 0 {
		sent, back = f.initiator, f.responder
	}
	transport := f.proto == tcp || f.proto == udp || !f.hasProto
	if !known && transport && answers(f.srcPort, f.dstPort) {
		e.From, e.To = e.To, e.From
		sent, back = back, sent
	}
	e.Bytes, e.Returned = int64(min(sent+back, 1<<62)), int64(min(back, 1<<62))
	if transport {
		e.Service = footfall.ServiceOfPort(e.To.Port)
	}
}

// answers reports whether a flow between two ports goes from server to client.
func answers(src, dst uint16) bool {
	from, to := footfall.ServiceOfPort(src) != footfall.ServiceUnknown, footfall.ServiceOfPort(dst) != footfall.ServiceUnknown
	return from && !to && dst >= ephemeral || src < ephemeral && src > 0 && dst >= ephemeral && !to
}

// outcome says whether a flow was let through: what a firewall says, or whether
// the packets of TCP are more than an attempt or a refusal.
func (f *flow) outcome() footfall.Outcome {
	switch f.event {
	case 1, 2, 5:
		return footfall.Success
	case 3:
		return footfall.Failure
	}
	if f.proto != tcp || f.flags == 0 {
		return footfall.OutcomeUnknown
	}
	switch {
	case f.flags&(syn|rst|ack) == syn, f.flags&(rst|ack) == rst, f.flags&^(rst|ack) == 0 && f.flags&rst != 0:
		return footfall.Failure
	case f.flags&ack != 0:
		return footfall.Success
	}
	return footfall.OutcomeUnknown
}

func (d *decoder) addr(a netip.Addr) string {
	return d.batch.Kept(a.AppendTo(d.batch.Grow(64)))
}

func (d *decoder) number(n uint64) string {
	return d.batch.Kept(strconv.AppendUint(d.batch.Grow(20), n, 10))
}

// iface names an interface by its number, "" for none.
func (d *decoder) iface(n uint64) string {
	if n == 0 {
		return ""
	}
	return d.batch.Kept(strconv.AppendUint(append(d.batch.Grow(24), "if"...), n, 10))
}

func (d *decoder) text(v []byte) string {
	if v = bytes.Trim(v, "\x00 "); len(v) == 0 {
		return ""
	}
	return d.batch.Keep(v)
}

// fields adds what rules asked for.
func (d *decoder) fields() {
	f := &d.flow
	d.put(srcIP, f.src, 0)
	d.put(dstIP, f.dst, 0)
	d.put(natSource, f.natSrc, 4)
	d.put(natDestination, f.natDst, 4)
	d.put(sourceIPv4, f.src, 4)
	d.put(sourceIPv6, f.src, 6)
	d.put(destinationIPv4, f.dst, 4)
	d.put(destinationIPv6, f.dst, 6)
	for _, x := range [...]struct {
		id    int
		value uint64
		has   bool
	}{
		{srcPort, uint64(f.srcPort), f.srcPort > 0},
		{dstPort, uint64(f.dstPort), f.dstPort > 0},
		{sourcePort, uint64(f.srcPort), f.srcPort > 0},
		{destinationPort, uint64(f.dstPort), f.dstPort > 0},
		{protocolID, uint64(f.proto), f.hasProto},
		{tcpBits, uint64(f.flags), f.flags > 0},
		{octets, f.bytes, f.bytes > 0},
		{packets, f.packets, f.packets > 0},
		{ingress, f.in, f.in > 0},
		{egress, f.out, f.out > 0},
		{vlanID, f.vlan, f.vlan > 0},
		{firewallEvent, uint64(f.event), f.event > 0},
		{samplingInterval, uint64(f.rate), f.rate > 0},
		{version, uint64(d.h.version), true},
	} {
		if x.has && d.ids[x.id] != 0 {
			d.batch.Add(d.ids[x.id], d.number(x.value))
		}
	}
	if f.hasProto && d.ids[protocol] != 0 {
		d.batch.Add(d.ids[protocol], protocolName(d, f.proto))
	}
	if d.ids[action] != 0 && f.event != 0 {
		d.batch.Add(d.ids[action], events[min(int(f.event), len(events)-1)])
	}
	if len(f.user) > 0 && d.ids[userName] != 0 {
		d.batch.Add(d.ids[userName], d.text(f.user))
	}
	if len(f.app) > 0 && d.ids[application] != 0 {
		d.batch.Add(d.ids[application], d.text(f.app))
	}
}

// events are the values of firewallEvent (IPFIX element 233).
var events = []string{"", "created", "deleted", "denied", "alert", "updated", "other"}

// put adds an address of a family; 0 for either.
func (d *decoder) put(id int, a netip.Addr, family int) {
	if d.ids[id] == 0 || !a.IsValid() || family == 4 && !a.Is4() || family == 6 && !a.Is6() {
		return
	}
	d.batch.Add(d.ids[id], d.addr(a))
}

func protocolName(d *decoder, p uint8) string {
	switch p {
	case 1:
		return "icmp"
	case tcp:
		return "tcp"
	case udp:
		return "udp"
	case 58:
		return "icmp6"
	}
	return d.number(uint64(p))
}
