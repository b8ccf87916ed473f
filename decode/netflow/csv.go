package netflow

import (
	"bytes"
	"errors"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/clock"
	"github.com/footfall/footfall/internal/csvscan"
	"github.com/footfall/footfall/internal/record"
)

// CSV reads what nfdump prints.
var CSV = footfall.Decoder{
	Name:   "netflow-csv",
	Doc:    "Flows as CSV of nfdump (-o csv of 1.6 and 1.7, and -o fmt with the same names). Times have no zone.",
	Source: "nfdump(1), output formats",
	By:     "a header record with ts, sa, da, sp, dp or firstSeen, srcAddr, dstAddr",
	Frame:  footfall.FrameCSV,
	Sniff:  sniffCSV,
	New:    openCSV,
}

const (
	csvTime = iota
	csvTook
	csvProto
	csvFlags
	csvSrc
	csvDst
	csvSrcPort
	csvDstPort
	csvBytes
	csvBack
	csvIn
	csvOut
	csvRouter
	csvEnd
)

var csvPaths = []string{
	csvTime: "ts|firstSeen|first", csvTook: "td|duration", csvProto: "pr|proto", csvFlags: "flg|flags|tcpFlags", csvSrc: "sa|srcAddr|srcaddr|srcIP",
	csvDst: "da|dstAddr|dstaddr|dstIP", csvSrcPort: "sp|srcPort|srcport", csvDstPort: "dp|dstPort|dstport", csvBytes: "ibyt|bytes|inBytes|in_bytes", csvBack: "obyt|outBytes|out_bytes",
	csvIn: "in|input|inIface", csvOut: "out|output|outIface", csvRouter: "ra|router|ip_exporter",
}

var csvAlso = map[string][]string{
	"sa": {"src_ip"}, "srcAddr": {"src_ip"}, "da": {"dst_ip"}, "dstAddr": {"dst_ip"}, "sp": {"src_port"}, "srcPort": {"src_port"},
	"dp": {"dst_port"}, "dstPort": {"dst_port"}, "pr": {"protocol"}, "proto": {"protocol"},
}

var (
	errColumns = errors.New("netflow: the header record names no addresses")
	errFlow    = errors.New("netflow: a record without a time and two addresses")
)

type csvDecoder struct {
	v       *record.Values
	log     footfall.LogID
	columns []record.Column
	fields  [][]byte
	buf     []byte
	sep     byte
}

func openCSV(s *footfall.Schema, header []byte) (footfall.DecodeFunc, error) {
	d := &csvDecoder{v: record.New(s, csvPaths, csvAlso), log: s.AddLog(log), sep: csvscan.Separator(header)}
	fields, _ := csvscan.Fields(nil, nil, header, d.sep)
	if sniffCSV(append(bytes.Clone(header), '\n')) == 0 {
		return nil, errColumns
	}
	for _, f := range fields {
		d.columns = append(d.columns, d.v.Column(string(bytes.TrimSpace(f))))
	}
	return d.decode, nil
}

func (d *csvDecoder) decode(b *footfall.Batch, frame []byte) error {
	if summary(frame) {
		return nil
	}
	e := b.New()
	d.v.Begin(b)
	d.fields, d.buf = csvscan.Fields(d.fields[:0], d.buf[:0], frame, d.sep)
	for i, f := range d.fields {
		if i < len(d.columns) && d.columns[i].Wanted() {
			d.v.PutColumn(d.columns[i], b.Keep(bytes.TrimSpace(f)))
		}
	}
	return d.finish(b, e)
}

// summary reports whether a record is of what nfdump writes below the flows:
// a heading, its names and its totals.
func summary(frame []byte) bool {
	return bytes.Equal(frame, []byte("Summary")) || bytes.HasPrefix(frame, []byte("flows,")) || bytes.Count(frame, []byte(",")) < 6 && !bytes.ContainsAny(frame, ".:")
}

func (d *csvDecoder) finish(b *footfall.Batch, e *footfall.Event) error {
	v := d.v
	ns, n := clock.Parse(v.Get(csvTime))
	f := flow{src: v.Addr(csvSrc), dst: v.Addr(csvDst), srcPort: v.Port(csvSrcPort), dstPort: v.Port(csvDstPort), hasProto: true}
	if n == 0 || !f.src.IsValid() || !f.dst.IsValid() {
		return errFlow
	}
	f.bytes, f.backBytes = uint64(v.Int(csvBytes)), uint64(v.Int(csvBack))
	f.proto, f.flags = protocolNumber(v), flags(v.Get(csvFlags))
	e.Time, e.Zoneless = ns, !clock.Zoned(v.Get(csvTime)[:n])
	e.Duration = took(v.Get(csvTook))
	e.Kind, e.Log, e.Computer = footfall.KindConnection, d.log, v.Get(csvRouter)
	x := decoder{batch: b, flow: f}
	x.ends(e)
	e.From.Zone, e.To.Zone = zone(v.Get(csvIn)), zone(v.Get(csvOut))
	if e.From.Addr != f.src {
		e.From.Zone, e.To.Zone = e.To.Zone, e.From.Zone
	}
	e.Outcome = x.flow.outcome()
	return nil
}

func zone(s string) string {
	if s == "0" {
		return ""
	}
	return s
}

func protocolNumber(v *record.Values) uint8 {
	switch s := v.Get(csvProto); {
	case strings.EqualFold(s, "tcp"):
		return tcp
	case strings.EqualFold(s, "udp"):
		return udp
	}
	return uint8(v.Int(csvProto) & 255)
}

// flags reads "...AP.SF": a letter for each flag, in the order URG, ACK, PSH,
// RST, SYN, FIN from the right.
func flags(s string) (n uint16) {
	for i := range len(s) {
		switch s[i] {
		case 'F':
			n |= 1
		case 'S':
			n |= syn
		case 'R':
			n |= rst
		case 'P':
			n |= 8
		case 'A':
			n |= ack
		case 'U':
			n |= 32
		}
	}
	return n
}

// took reads seconds with a fraction, or 00:01:02.500.
func took(s string) int64 {
	var total int64
	for part := range strings.SplitSeq(s, ":") {
		whole, frac, _ := strings.Cut(strings.TrimSpace(part), ".")
		var v int64
		for i := 0; i < len(whole) && i < 9; i++ {
			if c := whole[i] - '0'; c <= 9 {
				v = v*10 + int64(c)
			}
		}
		total = total*60 + v*1e9
		unit := int64(1e8)
		for i := 0; i < len(frac) && unit > 0; i++ {
			if c := frac[i] - '0'; c <= 9 {
				total += int64(c) * unit
			}
			unit /= 10
		}
	}
	return total
}

func sniffCSV(head []byte) int {
	line, _, ok := bytes.Cut(head, []byte("\n"))
	if !ok || len(line) > 8192 {
		return 0
	}
	has := map[string]bool{}
	fields, _ := csvscan.Fields(nil, nil, bytes.TrimRight(line, "\r"), csvscan.Separator(line))
	for _, f := range fields {
		has[string(bytes.TrimSpace(f))] = true
	}
	switch {
	case has["ts"] && has["sa"] && has["da"] && has["sp"] && has["dp"]:
		return 97
	case (has["firstSeen"] || has["first"]) && (has["srcAddr"] || has["srcaddr"]) && (has["dstAddr"] || has["dstaddr"]):
		return 97
	}
	return 0
}
