// Package netflow reads flow exports: NetFlow 5 and 9 and IPFIX, bare or in a
// capture, and the CSV that nfdump makes of them. In go packets with export
// datagrams, out comes a connection for each flow, with who opened it as its
// source. Templates, options and sampling rates are kept per exporter. It
// joins no flows: a connection that was exported for each direction is two.
package netflow

import (
	"encoding/binary"
	"errors"
	"net/netip"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/frame"
)

// Decoder reads exports.
var Decoder = footfall.Decoder{
	Name: "netflow",
	Doc: "Flow exports of NetFlow 5, NetFlow 9 and IPFIX: captures of them (pcap, pcapng), IPFIX files, bare datagrams one after another. " +
		"Feeds connections with bytes, both ways where the exporter knows them; sampled counts are scaled up. A flow that goes from a server's port to a client's is turned round.",
	Source: "RFC 3954, RFC 7011, RFC 5655, RFC 5103; https://www.iana.org/assignments/ipfix; Cisco NetFlow Services Solutions Guide (version 5)",
	By:     "the version and first set of a datagram; in a capture, that of the packets' UDP payload",
	Frame:  footfall.FrameFlow,
	Sniff:  sniff,
	New:    open,
}

var log = footfall.Log{Product: "netflow", Services: []string{"flow"}, Categories: []string{"firewall", "network_connection"}}

var (
	errNoExport = errors.New("netflow: a packet that is no export of NetFlow 5 or 9 or of IPFIX")
	errShort    = errors.New("netflow: a datagram that ends within its header or a flow")
	errVersion  = errors.New("netflow: a datagram of a version that is neither 5, 9 nor 10")
)

const (
	noTemplate = "netflow: flows whose template is in no datagram before them"
	badSet     = "netflow: a set whose length goes beyond its datagram"
	badOptions = "netflow: a template that has no fields, or fields of no length"
	tooMany    = "netflow: templates beyond those that are kept"
)

// maxTemplates bounds the templates that are kept: an exporter has tens.
const maxTemplates = 4096

type templateKey struct {
	exporter netip.Addr
	domain   uint32
	version  uint16
	id       uint16
}

type samplerKey struct {
	exporter netip.Addr
	domain   uint32
	sampler  uint32
}

type decoder struct {
	log       footfall.LogID
	ids       [fieldEnd]footfall.FieldID
	cap       frame.Capture
	templates map[templateKey]*template
	sampling  map[samplerKey]uint32
	boots     map[samplerKey]int64 // systemInitTimeMilliseconds of the options, in nanoseconds; of no sampler
	begun     bool

	// The datagram at hand.
	batch *footfall.Batch
	d     frame.Datagram
	h     header
	flow  flow
}

// A header is what a datagram says for all of its flows.
type header struct {
	version uint16
	domain  uint32
	time    int64 // when it was exported, Unix nanoseconds
	boot    int64 // when the exporter started, as its uptime says; 0 when it does not
}

func open(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
	d := &decoder{log: s.AddLog(log), templates: map[templateKey]*template{}, sampling: map[samplerKey]uint32{}, boots: map[samplerKey]int64{}}
	for i := range fieldNames {
		d.ids[i] = s.Asked(fieldNames[i])
	}
	return d.decode, nil
}

// started reports whether a record is the start of a stream.
func started(record []byte) bool {
	switch len(record) {
	case 0:
		return true
	case 4:
		return binary.BigEndian.Uint32(record) == 0
	case 24:
		start := frame.FlowStart(record)
		return len(start) == 24
	}
	return false
}

func (d *decoder) decode(b *footfall.Batch, record []byte) error {
	if started(record) {
		d.cap.Start(record)
		clear(d.templates)
		clear(d.sampling)
		clear(d.boots)
		d.begun = true
		return nil
	}
	if !d.begun {
		d.cap.Start([]byte{0, 0, 0, 0})
		d.begun = true
	}
	var state, ok bool
	d.batch = b
	if d.d, state, ok = d.cap.Datagram(record); state {
		return nil
	} else if !ok {
		return errNoExport
	}
	return d.datagram()
}

func (d *decoder) datagram() error {
	p := d.d.Payload
	if len(p) < 16 {
		return errShort
	}
	switch d.h = (header{version: binary.BigEndian.Uint16(p), domain: frame.Domain(p)}); d.h.version {
	case 5:
		return d.five(p)
	case 9:
		if len(p) < 20 {
			return errShort
		}
		d.h.time = int64(binary.BigEndian.Uint32(p[8:])) * 1e9
		d.h.boot = d.h.time - int64(binary.BigEndian.Uint32(p[4:]))*1e6
	case 10:
		d.h.time = int64(binary.BigEndian.Uint32(p[4:])) * 1e9
	default:
		return errVersion
	}
	events, unread := len(d.batch.Events), len(d.batch.Unread)
	if !frame.Sets(p, d.set) {
		d.bad(len(p), badSet)
	}
	if len(d.batch.Events) == events && len(d.batch.Unread) == unread {
		d.record(0, len(p)) // templates and options alone
	}
	return nil
}

func (d *decoder) bad(at int, reason string) { d.batch.Bad(int64(d.d.Offset+at), reason) }

// five reads a datagram of version 5: records of fixed form.
func (d *decoder) five(p []byte) error {
	if len(p) < 24 {
		return errShort
	}
	d.h.time = int64(binary.BigEndian.Uint32(p[8:]))*1e9 + int64(binary.BigEndian.Uint32(p[12:]))
	d.h.boot = d.h.time - int64(binary.BigEndian.Uint32(p[4:]))*1e6
	rate := uint32(binary.BigEndian.Uint16(p[22:]) & 0x3fff)
	n := int(binary.BigEndian.Uint16(p[2:]))
	for at := 24; n > 0; n, at = n-1, at+48 {
		if at+48 > len(p) {
			d.bad(at, errShort.Error())
			return nil
		}
		r := p[at : at+48]
		d.flow = flow{
			src: netip.AddrFrom4([4]byte(r)), dst: netip.AddrFrom4([4]byte(r[4:])), in: uint64(binary.BigEndian.Uint16(r[12:])), out: uint64(binary.BigEndian.Uint16(r[14:])),
			packets: uint64(binary.BigEndian.Uint32(r[16:])), bytes: uint64(binary.BigEndian.Uint32(r[20:])),
			first: uint64(binary.BigEndian.Uint32(r[24:])), last: uint64(binary.BigEndian.Uint32(r[28:])), uptime: true,
			srcPort: binary.BigEndian.Uint16(r[32:]), dstPort: binary.BigEndian.Uint16(r[34:]), flags: uint16(r[37]), proto: r[38], hasProto: true, rate: rate,
		}
		d.emit(at, 48)
	}
	return nil
}

// set reads one set of a datagram of version 9 or 10.
func (d *decoder) set(id uint16, offset int, set []byte) bool {
	switch {
	case id <= 1 && d.h.version == 9, (id == 2 || id == 3) && d.h.version == 10:
		frame.Templates(d.h.version, id, set, func(tid uint16, t []byte) { d.learn(id, tid, t, offset) })
	case id > 255:
		d.data(id, offset, set)
	}
	return true
}

func (d *decoder) key(id uint16) templateKey {
	return templateKey{d.d.Exporter, d.h.domain, d.h.version, id}
}

func (d *decoder) learn(set, id uint16, t []byte, offset int) {
	key := d.key(id)
	if old := d.templates[key]; old != nil && old.same(set, t) {
		return
	}
	x := parseTemplate(d.h.version, set, t)
	if x == nil {
		delete(d.templates, key)
		if len(t) > 2 && binary.BigEndian.Uint16(t) > 0 { // no fields: the template is withdrawn
			d.bad(offset, badOptions)
		}
		return
	}
	if len(d.templates) >= maxTemplates && d.templates[key] == nil {
		d.bad(offset, tooMany)
		return
	}
	d.templates[key] = x
}

// data reads the flows of a data set, or what options say.
func (d *decoder) data(id uint16, offset int, set []byte) {
	t := d.templates[d.key(id)]
	if t == nil {
		d.bad(offset, noTemplate)
		return
	}
	for at := 0; len(set)-at >= t.least; {
		d.flow = flow{}
		n := t.read(&d.flow, set[at:])
		if n <= 0 {
			d.bad(offset+at, errShort.Error())
			return
		}
		if t.options {
			d.option()
		} else {
			d.flow.rate = d.rate(d.flow.sampler)
			d.emit(offset+at, n)
		}
		at += n
	}
}

// option keeps what options data give: a sampling rate, when the exporter
// started.
func (d *decoder) option() {
	f := &d.flow
	if f.boot != 0 && len(d.boots) < maxTemplates {
		d.boots[samplerKey{d.d.Exporter, d.h.domain, 0}] = f.boot
	}
	rate := f.interval
	if rate == 0 && f.pick > 0 {
		rate = (f.pick + f.space) / f.pick
	}
	if rate == 0 || rate > 1<<24 || len(d.sampling) >= maxTemplates {
		return
	}
	d.sampling[samplerKey{d.d.Exporter, d.h.domain, uint32(f.sampler)}] = uint32(rate)
}

// rate is the sampling rate that flows of a sampler are scaled up by.
func (d *decoder) rate(sampler uint64) uint32 {
	if len(d.sampling) == 0 {
		return 0
	}
	return d.sampling[samplerKey{d.d.Exporter, d.h.domain, uint32(sampler)}]
}
