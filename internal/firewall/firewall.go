// Package firewall gives records of firewalls and flows the fields by which
// the rules of Sigma's category firewall ask for them: src_ip, src_port,
// dst_ip, dst_port, username, action, protocol, blocked. They come from the
// typed parts of the current event, and only those that a rule asked for. It
// reads no records and keeps nothing.
package firewall

import (
	"net/netip"
	"strconv"

	"github.com/footfall/footfall"
)

// Names are the fields, as the taxonomy of Sigma lists them.
const Names = "src_ip src_port dst_ip dst_port username action protocol blocked"

// Fields are the numbers of the fields; 0 for those that nobody asked for.
type Fields struct {
	srcIP, srcPort, dstIP, dstPort, username, action, protocol, blocked footfall.FieldID
}

// New asks the schema which of the fields are wanted.
func New(s *footfall.Schema) Fields {
	return Fields{
		srcIP: s.Asked("src_ip"), srcPort: s.Asked("src_port"), dstIP: s.Asked("dst_ip"), dstPort: s.Asked("dst_port"),
		username: s.Asked("username"), action: s.Asked("action"), protocol: s.Asked("protocol"), blocked: s.Asked("blocked"),
	}
}

// Add adds the fields of the current event. action and protocol are as the
// record words them; "" leaves them out.
func (f *Fields) Add(b *footfall.Batch, action, protocol string) {
	e := b.Current()
	addr(b, f.srcIP, e.From.Addr)
	port(b, f.srcPort, e.From.Port)
	addr(b, f.dstIP, e.To.Addr)
	port(b, f.dstPort, e.To.Port)
	text(b, f.username, e.User.Name)
	text(b, f.action, action)
	text(b, f.protocol, protocol)
	switch e.Outcome {
	case footfall.Success:
		b.Add(f.blocked, "false")
	case footfall.Failure:
		b.Add(f.blocked, "true")
	}
}

func text(b *footfall.Batch, id footfall.FieldID, v string) {
	if v != "" {
		b.Add(id, v)
	}
}

func addr(b *footfall.Batch, id footfall.FieldID, a netip.Addr) {
	if id != 0 && a.IsValid() {
		b.Add(id, b.Kept(a.AppendTo(b.Grow(64))))
	}
}

func port(b *footfall.Batch, id footfall.FieldID, p uint16) {
	if id != 0 && p != 0 {
		b.Add(id, b.Kept(strconv.AppendUint(b.Grow(5), uint64(p), 10)))
	}
}
