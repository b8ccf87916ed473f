package frame

import (
	"bytes"
	"encoding/binary"
)

// A stream of flow exports is a capture (pcap, pcapng) of export datagrams, or
// bare datagrams one after another. Every chunk of it comes with a header: the
// start of the stream, then the packets before the chunk that its decoder must
// know: those that carry templates and options in force.

// flowBare is the start of a stream of bare datagrams: a version that no
// datagram has.
var flowBare = []byte{0, 0, 0, 0}

const (
	pcapHeader  = 24
	pcapPacket  = 16
	ngBlock     = 12
	maxPacket   = 256 << 10 // libpcap's MAXIMUM_SNAPLEN
	maxNGBlock  = 16 << 20
	ngSection   = 0x0a0d0d0a
	ngInterface = 1
	ngSimple    = 3
	ngEnhanced  = 6
	ngObsolete  = 2
)

// FlowStart returns the start of the stream that head begins, which is no part
// of its first chunk.
func FlowStart(head []byte) []byte {
	if _, _, ok := pcapMagic(head); ok && len(head) >= pcapHeader {
		return head[:pcapHeader]
	}
	if ng(head) {
		return head[:0:0]
	}
	return flowBare
}

// pcapMagic reads the magic number of a pcap file: its byte order, and whether
// its times are to the nanosecond.
func pcapMagic(head []byte) (order binary.ByteOrder, nano, ok bool) {
	if len(head) < 4 {
		return nil, false, false
	}
	switch binary.LittleEndian.Uint32(head) {
	case 0xa1b2c3d4:
		return binary.LittleEndian, false, true
	case 0xa1b23c4d:
		return binary.LittleEndian, true, true
	case 0xd4c3b2a1:
		return binary.BigEndian, false, true
	case 0x4d3cb2a1:
		return binary.BigEndian, true, true
	}
	return nil, false, false
}

// ng reports whether head begins a section of pcapng.
func ng(head []byte) bool {
	return len(head) >= 12 && binary.BigEndian.Uint32(head) == ngSection && ngOrder(head[8:]) != nil
}

func ngOrder(magic []byte) binary.ByteOrder {
	switch binary.BigEndian.Uint32(magic) {
	case 0x1a2b3c4d:
		return binary.BigEndian
	case 0x4d3c2b1a:
		return binary.LittleEndian
	}
	return nil
}

// A flowCut cuts a stream of flow exports into packets or datagrams.
type flowCut struct {
	order binary.ByteOrder // of pcap and pcapng
	ng    bool
	bare  bool
}

// flowCutOf knows from the header of a chunk how its data is cut.
func flowCutOf(header, data []byte) flowCut {
	if order, _, ok := pcapMagic(header); ok {
		return flowCut{order: order}
	}
	if bytes.HasPrefix(header, flowBare) {
		return flowCut{bare: true}
	}
	f := flowCut{ng: true, order: binary.LittleEndian}
	if ng(header) {
		f.order = ngOrder(header[8:])
	} else if ng(data) {
		f.order = ngOrder(data[8:])
	}
	return f
}

// next returns the length of the record at the front of data; whole is false
// when data ends before that is known, or before the record does.
func (f *flowCut) next(data []byte) (n int, whole bool) {
	switch {
	case f.bare:
		return datagram(data)
	case f.ng:
		if len(data) < ngBlock {
			return len(data), false
		}
		if ng(data) {
			f.order = ngOrder(data[8:])
		}
		n = int(f.order.Uint32(data[4:]))
		if n < ngBlock || n > maxNGBlock || n%4 != 0 {
			return len(data), true // broken: nothing behind it can be found
		}
	default:
		if len(data) < pcapPacket {
			return len(data), false
		}
		n = int(f.order.Uint32(data[8:]))
		if n > maxPacket {
			return len(data), true
		}
		n += pcapPacket
	}
	if n > len(data) {
		return len(data), false
	}
	return n, true
}

// datagram returns the length of the export datagram at the front of data.
func datagram(data []byte) (n int, whole bool) {
	if len(data) < 4 {
		return len(data), false
	}
	switch binary.BigEndian.Uint16(data) {
	case 5:
		n = 24 + 48*int(binary.BigEndian.Uint16(data[2:]))
	case 10:
		n = max(int(binary.BigEndian.Uint16(data[2:])), 16)
	case 9:
		return datagram9(data)
	default:
		return len(data), true
	}
	if n > len(data) {
		return len(data), false
	}
	return n, true
}

// datagram9 follows the sets of a datagram of version 9, which does not say its
// length, up to where another datagram begins: the numbers of versions are no
// numbers of sets.
func datagram9(data []byte) (n int, whole bool) {
	for n = 20; ; {
		if n+4 > len(data) {
			return len(data), false
		}
		id, size := binary.BigEndian.Uint16(data[n:]), int(binary.BigEndian.Uint16(data[n+2:]))
		if id == 9 || id == 5 || id == 10 {
			return n, true
		}
		if size < 4 {
			return len(data), true
		}
		n += size
	}
}

// Flow yields the packets or datagrams of data, which comes with header.
func Flow(header, data []byte, yield func(offset int, record []byte) bool) {
	f := flowCutOf(header, data)
	for pos := 0; pos < len(data); {
		n, _ := f.next(data[pos:])
		if n == 0 || !yield(pos, data[pos:pos+n]) {
			return
		}
		pos += n
	}
}

// FlowHeaders yields the start of a stream and the packets of a header.
func FlowHeaders(header []byte, yield func(record []byte)) {
	start := flowStartLen(header)
	yield(header[:start])
	Flow(header, header[start:], func(_ int, record []byte) bool {
		yield(record)
		return true
	})
}

func flowStartLen(header []byte) int {
	if _, _, ok := pcapMagic(header); ok {
		return min(pcapHeader, len(header))
	}
	if bytes.HasPrefix(header, flowBare) {
		return len(flowBare)
	}
	return 0
}

// CutFlow is the Cut of Flow for a stream that begins with start.
func CutFlow(start []byte) Cut {
	start = bytes.Clone(start)
	return func(data []byte) int {
		f := flowCutOf(start, data)
		if f.ng && len(start) == 0 && ng(data) {
			start = bytes.Clone(data[:12]) // the byte order of what follows
		}
		pos := 0
		for pos < len(data) {
			n, whole := f.next(data[pos:])
			if !whole {
				break
			}
			pos += n
		}
		return pos
	}
}
