package frame

import (
	"bytes"
	"encoding/binary"
	"net/netip"
)

// maxFlowHeader bounds the packets that are carried along in a header: those
// of the templates that came last stay.
const maxFlowHeader = 256 << 10

// A templateKey names a template of an exporter, or the newest options data of
// one.
type templateKey struct {
	exporter netip.Addr
	domain   uint32
	id       uint16
	version  uint16
	data     bool
}

// A flowKeep is what of a stream its later chunks must know.
type flowKeep struct {
	cap     Capture
	latest  map[templateKey][]byte // the template, as it stands
	options map[templateKey]bool   // is one of options
	packets []keptPacket
	lacks   bool  // a set of data came without its template
	first   int64 // when the first datagram was exported, Unix seconds; 0 before one came
}

type keptPacket struct {
	bytes []byte
	keys  []templateKey // empty for blocks about the capture itself
}

// FlowHeader returns the header of what follows data, old being that of data.
// It is old itself when nothing new came.
func FlowHeader(old, data []byte) []byte {
	k, known := lookFlow(old, data)
	if len(k.packets) == known {
		return old
	}
	return k.header(old[:flowStartLen(old)])
}

// lookFlow goes through a header, which leaves known packets to keep, and the
// data behind it.
func lookFlow(old, data []byte) (k *flowKeep, known int) {
	k = &flowKeep{latest: map[templateKey][]byte{}, options: map[templateKey]bool{}}
	start := flowStartLen(old)
	k.cap.Start(old[:start])
	see := func(_ int, record []byte) bool {
		k.see(record)
		return true
	}
	Flow(old, old[start:], see)
	known, k.lacks, k.first = len(k.packets), false, 0
	Flow(old, data, see)
	return k, known
}

// FlowLook reports whether data, behind its header, has sets without their
// template, and when its first datagram was exported, in Unix seconds; 0 when
// it has none.
func FlowLook(header, data []byte) (lacks bool, first int64) {
	k, _ := lookFlow(header, data)
	return k.lacks, k.first
}

// FlowStartOf returns the start of the stream that a header is of.
func FlowStartOf(header []byte) []byte { return header[:flowStartLen(header)] }

// FlowJoin returns the header of a stream that knows what two headers of
// streams with the same start say; where they differ, the second counts.
func FlowJoin(header, more []byte) []byte {
	return FlowHeader(header, more[min(flowStartLen(more), len(more)):])
}

// see keeps a packet that brings something new.
func (k *flowKeep) see(record []byte) {
	d, state, ok := k.cap.Datagram(record)
	if state {
		k.packets = append(k.packets, keptPacket{bytes: record})
		return
	}
	if !ok {
		return
	}
	if k.first == 0 {
		k.first = exported(d.Payload)
	}
	var keys []templateKey
	Sets(d.Payload, func(id uint16, _ int, set []byte) bool {
		keys = k.set(keys, &d, id, set)
		return true
	})
	if len(keys) > 0 {
		k.packets = append(k.packets, keptPacket{record, keys})
	}
}

// set notes the templates of a set, and options data; new ones are added to keys.
func (k *flowKeep) set(keys []templateKey, d *Datagram, id uint16, set []byte) []templateKey {
	version := binary.BigEndian.Uint16(d.Payload)
	key := templateKey{exporter: d.Exporter, domain: Domain(d.Payload), version: version}
	if id > 255 {
		key.id = id
		if _, known := k.latest[key]; !known {
			k.lacks = true
		}
		if !k.options[key] {
			return keys
		}
		key.data = true
		return k.note(keys, key, set)
	}
	options := id == 1 || id == 3
	Templates(version, id, set, func(tid uint16, t []byte) {
		key.id = tid
		k.options[key] = options
		keys = k.note(keys, key, t)
	})
	return keys
}

func (k *flowKeep) note(keys []templateKey, key templateKey, value []byte) []templateKey {
	if old, ok := k.latest[key]; ok && bytes.Equal(old, value) {
		return keys
	}
	k.latest[key] = value
	return append(keys, key)
}

// header joins the packets that still say something: of each key the newest,
// and what a section of pcapng says of interfaces as long as one of its packets
// stays, or it is the last.
func (k *flowKeep) header(start []byte) []byte {
	seen := map[templateKey]bool{}
	keep := make([]bool, len(k.packets))
	size, needed := len(start), true
	for i := len(k.packets) - 1; i >= 0; i-- {
		p := &k.packets[i]
		most := maxFlowHeader
		if len(p.keys) == 0 {
			keep[i], most = needed, 4*maxFlowHeader // packets mean nothing without their section
			needed = needed && !ng(p.bytes)
		}
		for _, key := range p.keys {
			keep[i] = keep[i] || !seen[key]
			seen[key] = true
		}
		if keep[i] = keep[i] && size+len(p.bytes) <= most; keep[i] {
			size += len(p.bytes)
			needed = needed || len(p.keys) > 0
		}
	}
	out := append(make([]byte, 0, size), start...)
	for i := range k.packets {
		if keep[i] {
			out = append(out, k.packets[i].bytes...)
		}
	}
	return out
}

// exported returns when a datagram of version 9 or 10 was exported.
func exported(p []byte) int64 {
	switch {
	case len(p) >= 20 && p[1] == 9:
		return int64(binary.BigEndian.Uint32(p[8:]))
	case len(p) >= 16 && p[1] == 10:
		return int64(binary.BigEndian.Uint32(p[4:]))
	}
	return 0
}

// Domain returns the source id or observation domain of a datagram.
func Domain(p []byte) uint32 {
	switch {
	case len(p) >= 20 && p[1] == 9:
		return binary.BigEndian.Uint32(p[16:])
	case len(p) >= 16 && p[1] == 10:
		return binary.BigEndian.Uint32(p[12:])
	}
	return 0
}

// Sets yields the sets of a datagram of NetFlow 9 or IPFIX: id, where the set
// begins, and what is in it. It returns false when a set's length is wrong.
func Sets(p []byte, yield func(id uint16, offset int, set []byte) bool) bool {
	at := 0
	switch {
	case len(p) >= 20 && p[0] == 0 && p[1] == 9:
		at = 20
	case len(p) >= 16 && p[0] == 0 && p[1] == 10:
		at = 16
		if n := int(binary.BigEndian.Uint16(p[2:])); n >= 16 && n < len(p) {
			p = p[:n]
		}
	default:
		return true
	}
	for at+4 <= len(p) {
		id, n := binary.BigEndian.Uint16(p[at:]), int(binary.BigEndian.Uint16(p[at+2:]))
		if n < 4 || at+n > len(p) {
			return false
		}
		if !yield(id, at+4, p[at+4:at+n]) {
			return true
		}
		at += n
	}
	return true
}

// Templates yields the templates of a set by their ids: each as it stands,
// from the count of its fields on.
func Templates(version, set uint16, p []byte, yield func(id uint16, template []byte)) {
	for len(p) >= 4 {
		id := binary.BigEndian.Uint16(p)
		if id < 256 {
			return // padding, or the withdrawal of all
		}
		n := templateLen(version, set, p)
		if n < 0 || n > len(p) {
			return
		}
		yield(id, p[2:n])
		p = p[n:]
	}
}

// templateLen returns the length of the template at the front of p; -1 when it
// does not end in p.
func templateLen(version, set uint16, p []byte) int {
	fields, at := int(binary.BigEndian.Uint16(p[2:])), 4
	switch {
	case version == 9 && set == 1:
		if len(p) < 6 {
			return -1
		}
		return 6 + int(binary.BigEndian.Uint16(p[2:])) + int(binary.BigEndian.Uint16(p[4:]))
	case version == 9:
		return 4 + 4*fields
	case set == 3 && fields > 0:
		at = 6
	}
	for range fields {
		if at+4 > len(p) {
			return -1
		}
		if p[at]&0x80 != 0 { // of an enterprise: its number follows
			at += 4
		}
		at += 4
	}
	return at
}
