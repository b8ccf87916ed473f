package frame

import (
	"encoding/binary"
	"net/netip"
)

// A Capture takes the export datagrams out of the packets of a stream of flow
// exports. It is told the stream's start first, and keeps what pcapng says of
// interfaces.
type Capture struct {
	order  binary.ByteOrder
	nano   bool
	bare   bool
	pcap   bool
	link   uint32
	ifaces []iface
}

type iface struct {
	link uint32
	unit int64 // nanoseconds of a tick; 0 for ticks of less
	per  int64 // ticks of a nanosecond, when unit is 0
}

// A Datagram is what one exporter sent in one packet.
type Datagram struct {
	Payload  []byte
	Offset   int        // of Payload in the record
	Exporter netip.Addr // who sent it; not known of bare datagrams
	Port     uint16     // of the collector
	Time     int64      // when it was captured, Unix nanoseconds; 0 for bare ones
}

const maxIfaces = 256

// Start begins a stream.
func (c *Capture) Start(start []byte) {
	*c = Capture{ifaces: c.ifaces[:0]}
	if order, nano, ok := pcapMagic(start); ok && len(start) >= pcapHeader {
		c.pcap, c.order, c.nano, c.link = true, order, nano, order.Uint32(start[20:])&0x0fffffff
		return
	}
	c.bare = len(start) > 0
}

// Datagram returns the datagram of a packet. ok is false when it holds none: a
// block about the capture itself (state), or another packet.
func (c *Capture) Datagram(record []byte) (d Datagram, state, ok bool) {
	switch {
	case c.bare:
		return Datagram{Payload: record}, false, true
	case c.pcap:
		return c.old(record)
	}
	return c.block(record)
}

// old reads a packet of pcap, as it was before pcapng.
func (c *Capture) old(record []byte) (d Datagram, state, ok bool) {
	if len(record) < pcapPacket {
		return d, false, false
	}
	frac := int64(c.order.Uint32(record[4:]))
	if !c.nano {
		frac *= 1000
	}
	d.Time = int64(c.order.Uint32(record))*1e9 + frac
	ok = d.packet(record, pcapPacket, c.link)
	return d, false, ok
}

// block reads a block of pcapng.
func (c *Capture) block(record []byte) (d Datagram, state, ok bool) {
	if ng(record) {
		c.order, c.ifaces = ngOrder(record[8:]), c.ifaces[:0]
		c.ifaces = append(c.ifaces, iface{}) // the place before the first: see below
		return d, true, false
	}
	if c.order == nil || len(record) < ngBlock {
		return d, false, false
	}
	switch c.order.Uint32(record) {
	case ngInterface:
		if len(record) >= 20 && len(c.ifaces) <= maxIfaces {
			c.ifaces = append(c.ifaces, c.iface(record))
		}
		return d, true, false
	case ngEnhanced:
		if len(record) < 32 {
			return d, false, false
		}
		f, known := c.ifaceAt(c.order.Uint32(record[8:]))
		if !known {
			return d, false, false
		}
		d.Time = f.time(uint64(c.order.Uint32(record[12:]))<<32 | uint64(c.order.Uint32(record[16:])))
		size := min(int(c.order.Uint32(record[20:])), len(record)-32)
		ok = size > 0 && d.packet(record[:28+size], 28, f.link)
	case ngSimple:
		if f, known := c.ifaceAt(0); known && len(record) > 16 {
			ok = d.packet(record[:len(record)-4], 12, f.link)
		}
	}
	return d, false, ok
}

// ifaceAt returns an interface by its number; the first of the list is none.
func (c *Capture) ifaceAt(i uint32) (iface, bool) {
	if int64(i)+1 >= int64(len(c.ifaces)) {
		return iface{}, false
	}
	return c.ifaces[i+1], true
}

// iface reads an interface description block: link type and resolution.
func (c *Capture) iface(record []byte) iface {
	f := iface{link: uint32(c.order.Uint16(record[8:])), unit: 1000}
	for opt := record[16 : len(record)-4]; len(opt) >= 4; {
		code, n := c.order.Uint16(opt), int(c.order.Uint16(opt[2:]))
		if code == 0 || 4+n > len(opt) {
			break
		}
		if code == 9 && n == 1 {
			f.unit, f.per = resolution(opt[4])
		}
		opt = opt[min(4+(n+3)/4*4, len(opt)):]
	}
	return f
}

// resolution reads if_tsresol: ticks of 10^-v or 2^-v seconds.
func resolution(v byte) (unit, per int64) {
	ticks := int64(1)
	base := int64(10)
	if v&0x80 != 0 {
		base = 2
	}
	for range min(v&0x7f, 18) {
		ticks *= base
	}
	if ticks <= 1e9 {
		return 1e9 / ticks, 0
	}
	return 0, ticks / 1e9
}

func (f iface) time(ticks uint64) int64 {
	if f.unit > 0 {
		return int64(ticks) * f.unit
	}
	return int64(ticks) / max(f.per, 1)
}

// packet finds the UDP payload in a captured packet that begins at from.
func (d *Datagram) packet(record []byte, from int, link uint32) bool {
	at, v6 := from, false
	need := func(n int) bool { return at+n <= len(record) }
	ether := func(kind uint16) bool {
		for kind == 0x8100 || kind == 0x88a8 || kind == 0x9100 {
			if !need(4) {
				return false
			}
			kind = binary.BigEndian.Uint16(record[at+2:])
			at += 4
		}
		v6 = kind == 0x86dd
		return kind == 0x0800 || v6
	}
	switch link {
	case 1: // Ethernet
		if !need(14) {
			return false
		}
		at += 14
		if !ether(binary.BigEndian.Uint16(record[at-2:])) {
			return false
		}
	case 113, 276: // Linux cooked, and its second version
		n, kind := 16, 14
		if link == 276 {
			n, kind = 20, 0
		}
		if !need(n) {
			return false
		}
		t := binary.BigEndian.Uint16(record[at+kind:])
		at += n
		if !ether(t) {
			return false
		}
	case 0, 108: // the loopback of BSD: address family in four bytes
		if !need(5) {
			return false
		}
		at += 4
		v6 = record[at]>>4 == 6
	case 12, 14, 101, 228, 229: // IP without a head
		if !need(1) {
			return false
		}
		v6 = record[at]>>4 == 6
	default:
		return false
	}
	return d.ip(record, at, v6)
}

func (d *Datagram) ip(record []byte, at int, v6 bool) bool {
	const udp = 17
	end := len(record)
	if v6 {
		if at+40 > end || record[at]>>4 != 6 || record[at+6] != udp {
			return false
		}
		d.Exporter = netip.AddrFrom16([16]byte(record[at+8 : at+24])).Unmap()
		at += 40
	} else {
		if at+20 > end || record[at]>>4 != 4 || record[at+9] != udp {
			return false
		}
		if f := binary.BigEndian.Uint16(record[at+6:]); f&0x3fff != 0 {
			return false // a fragment: its datagram is not whole here
		}
		d.Exporter = netip.AddrFrom4([4]byte(record[at+12 : at+16]))
		n := int(record[at]&15) * 4
		if n < 20 {
			return false
		}
		at += n
	}
	if at+8 > end {
		return false
	}
	d.Port = binary.BigEndian.Uint16(record[at+2:])
	if n := int(binary.BigEndian.Uint16(record[at+4:])); n >= 8 {
		end = min(end, at+n)
	}
	d.Offset = at + 8
	d.Payload = record[min(d.Offset, end):end]
	return FlowExport(d.Payload)
}

// FlowExport reports whether a payload looks like an export datagram of
// NetFlow 5 or 9 or of IPFIX: version, and a length or a first set that fits.
func FlowExport(p []byte) bool {
	if len(p) < 16 {
		return false
	}
	n := int(binary.BigEndian.Uint16(p[2:]))
	switch binary.BigEndian.Uint16(p) {
	case 5:
		return len(p) >= 24+48 && n > 0 && n <= 60
	case 9:
		if len(p) < 24 || n == 0 {
			return false
		}
		id, size := binary.BigEndian.Uint16(p[20:]), int(binary.BigEndian.Uint16(p[22:]))
		return (id < 2 || id > 255) && size >= 4
	case 10:
		if len(p) < 20 || n < 20 || n > len(p)+4 {
			return false
		}
		id, size := binary.BigEndian.Uint16(p[16:]), int(binary.BigEndian.Uint16(p[18:]))
		return (id == 2 || id == 3 || id > 255) && size >= 4
	}
	return false
}
