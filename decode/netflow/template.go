package netflow

import (
	"bytes"
	"encoding/binary"
	"math"
	"net/netip"
)

// A template is the form of a data set's records.
type template struct {
	fields  []field
	least   int // length of a record without what is in fields of variable length
	options bool
	set     uint16
	raw     []byte
}

type field struct {
	id     uint16
	pen    uint32
	length uint16 // 65535: it stands before the value
}

const variable = math.MaxUint16

func (t *template) same(set uint16, raw []byte) bool { return t.set == set && bytes.Equal(t.raw, raw) }

// parseTemplate reads a template from the count of its fields on; nil when it
// has none, or such as never end.
func parseTemplate(version, set uint16, p []byte) *template {
	if len(p) < 2 {
		return nil
	}
	t := &template{set: set, raw: bytes.Clone(p), options: set == 1 || set == 3}
	n := int(binary.BigEndian.Uint16(p))
	at := 2
	switch {
	case version == 9 && set == 1: // lengths of the scopes and of the options, in bytes
		if len(p) < 4 {
			return nil
		}
		n = (n + int(binary.BigEndian.Uint16(p[2:]))) / 4
		at = 4
	case set == 3:
		at = 4
	}
	scopes := 0
	if version == 9 && set == 1 {
		scopes = int(binary.BigEndian.Uint16(p)) / 4
	}
	for i := range n {
		if at+4 > len(p) {
			return nil
		}
		f := field{id: binary.BigEndian.Uint16(p[at:]), length: binary.BigEndian.Uint16(p[at+2:])}
		at += 4
		if f.id&0x8000 != 0 && version == 10 {
			if at+4 > len(p) {
				return nil
			}
			f.id, f.pen = f.id&0x7fff, binary.BigEndian.Uint32(p[at:])
			at += 4
		}
		if i < scopes { // scopes of version 9 have numbers of their own
			f.id, f.pen = 0, math.MaxUint32
		}
		if f.length == variable && version == 10 {
			t.least++
		} else {
			t.least += int(f.length)
		}
		t.fields = append(t.fields, f)
	}
	if t.least == 0 {
		return nil
	}
	return t
}

// read reads one record and returns its length, 0 when it does not end in p.
func (t *template) read(f *flow, p []byte) int {
	at := 0
	for i := range t.fields {
		x := &t.fields[i]
		n := int(x.length)
		if x.length == variable {
			if at >= len(p) {
				return 0
			}
			if n = int(p[at]); n == 255 {
				if at+3 > len(p) {
					return 0
				}
				n = int(binary.BigEndian.Uint16(p[at+1:]))
				at += 2
			}
			at++
		}
		if at+n > len(p) {
			return 0
		}
		switch x.pen {
		case 0:
			f.take(x.id, p[at:at+n])
		case reverse:
			f.back(x.id, p[at:at+n])
		case cisco:
			f.cisco(x.id, p[at:at+n])
		}
		at += n
	}
	return at
}

// reverse is the enterprise number of the counters of a flow's other direction
// (RFC 5103).
const reverse = 29305

// cisco is the enterprise number of Cisco, whose application monitoring names
// client and server instead of source and destination.
const cisco = 9

// number reads an unsigned number of up to eight bytes: exporters shorten them
// (RFC 7011 section 6.2).
func number(v []byte) (n uint64) {
	if len(v) > 8 {
		v = v[len(v)-8:]
	}
	for _, c := range v {
		n = n<<8 | uint64(c)
	}
	return n
}

func addr(v []byte) netip.Addr {
	switch len(v) {
	case 4:
		return netip.AddrFrom4([4]byte(v))
	case 16:
		return netip.AddrFrom16([16]byte(v)).Unmap()
	}
	return netip.Addr{}
}

// A flow is what is read of one record.
type flow struct {
	src, dst             netip.Addr
	natSrc, natDst       netip.Addr
	srcPort, dstPort     uint16
	flags                uint16
	proto                uint8
	hasProto             bool
	oriented             bool  // source and destination are client and server
	event                uint8 // firewallEvent: 1 created, 2 deleted, 3 denied, 5 updated
	direction            uint8
	bytes, packets       uint64
	outBytes, outPackets uint64 // counted on the way out
	initiator, responder uint64 // octets of a firewall's connection, by who sent them
	backBytes            uint64
	in, out, vlan        uint64
	first, last          uint64 // uptime in milliseconds
	uptime               bool
	boot                 int64 // systemInitTimeMilliseconds, in nanoseconds
	start, end, observed int64 // Unix nanoseconds
	took                 int64
	user, app            []byte
	sampler              uint64
	interval             uint64
	pick, space          uint64
	rate                 uint32
}

// take takes a field by its number in IANA's registry of IPFIX.
func (f *flow) take(id uint16, v []byte) {
	switch id {
	case 1, 85:
		f.bytes = max(f.bytes, number(v))
	case 2, 86:
		f.packets = max(f.packets, number(v))
	case 4:
		f.proto, f.hasProto = uint8(number(v)), true
	case 6:
		f.flags = uint16(number(v))
	case 7, 180, 182:
		f.srcPort = uint16(number(v))
	case 11, 181, 183:
		f.dstPort = uint16(number(v))
	case 8, 27:
		f.setAddr(&f.src, v)
	case 12, 28:
		f.setAddr(&f.dst, v)
	case 10:
		f.in = number(v)
	case 14:
		f.out = number(v)
	case 23:
		f.outBytes = number(v)
	case 24:
		f.outPackets = number(v)
	case 58:
		f.vlan = number(v)
	case 61:
		f.direction = uint8(number(v)) + 1
	case 225, 281:
		f.setAddr(&f.natSrc, v)
	case 226, 282:
		f.setAddr(&f.natDst, v)
	case 231:
		f.initiator = number(v)
	case 232:
		f.responder = number(v)
	case 233:
		f.event = uint8(number(v))
	case 371:
		f.user = v
	case 96:
		f.app = v
	default:
		f.more(id, v)
	}
}

// setAddr keeps an address that says something: exporters with one template for
// both families leave the other one zero.
func (f *flow) setAddr(to *netip.Addr, v []byte) {
	if a := addr(v); a.IsValid() && (!to.IsValid() || !a.IsUnspecified()) {
		*to = a
	}
}

// more takes times and what options say of sampling.
func (f *flow) more(id uint16, v []byte) {
	switch id {
	case 22:
		f.first, f.uptime = number(v), true
	case 21:
		f.last, f.uptime = number(v), true
	case 150:
		f.start = seconds(v)
	case 151:
		f.end = seconds(v)
	case 152:
		f.start = milliseconds(v)
	case 153:
		f.end = milliseconds(v)
	case 154, 156:
		f.start = ntp(v)
	case 155, 157:
		f.end = ntp(v)
	case 160:
		f.boot = milliseconds(v)
	case 161:
		f.took = int64(min(number(v), 1<<40)) * 1e6
	case 162:
		f.took = int64(min(number(v), 1<<50)) * 1e3
	case 322:
		f.observed = seconds(v)
	case 323:
		f.observed = milliseconds(v)
	case 34, 50:
		f.interval = number(v)
	case 48, 302:
		f.sampler = number(v)
	case 305:
		f.pick = number(v)
	case 306:
		f.space = number(v)
	case 40005: // NSEL's event of Cisco's ASA under version 9, before 233 was given out
		f.event = uint8(number(v))
	case 40000: // and its user name
		f.user = v
	case 40001:
		f.setAddr(&f.natSrc, v)
	case 40002:
		f.setAddr(&f.natDst, v)
	}
}

// back takes a counter of the other direction.
func (f *flow) back(id uint16, v []byte) {
	if id == 1 || id == 85 {
		f.backBytes = max(f.backBytes, number(v))
	}
}

// cisco takes who is client and who is server.
func (f *flow) cisco(id uint16, v []byte) {
	switch id {
	case 12236, 12238:
		f.setAddr(&f.src, v)
	case 12237, 12239:
		f.setAddr(&f.dst, v)
	case 12240:
		f.srcPort = uint16(number(v))
	case 12241:
		f.dstPort = uint16(number(v))
	default:
		return
	}
	f.oriented = true
}

func seconds(v []byte) int64 {
	n := number(v)
	if n > math.MaxUint32 {
		return 0
	}
	return int64(n) * 1e9
}

func milliseconds(v []byte) int64 {
	n := number(v)
	if n > 1<<43 { // the year 2248
		return 0
	}
	return int64(n) * 1e6
}

// ntp reads a time stamp of NTP, which IPFIX uses below the millisecond: seconds
// since 1900 and a fraction (RFC 7011 section 6.1.9).
func ntp(v []byte) int64 {
	if len(v) != 8 {
		return 0
	}
	const since1900 = 2208988800
	s := int64(binary.BigEndian.Uint32(v)) - since1900
	if s < 0 {
		return 0
	}
	return s*1e9 + int64(uint64(binary.BigEndian.Uint32(v[4:]))*1e9>>32)
}
