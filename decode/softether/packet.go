package softether

import (
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/hostport"
	"github.com/footfall/footfall/internal/message"
)

var packets = message.Text{
	Name: "softether-packets", Program: "vpnserver", Log: footfall.Log{Product: "linux", Services: []string{"softether"}, Categories: []string{"firewall"}},
	Head: packetHead, Open: openPackets,
}

// Packets reads the packet logs of a virtual hub.
var Packets = footfall.Decoder{
	Name:   "softether-packets",
	Doc:    "Packet logs of SoftEther VPN's virtual hubs: connections that sessions opened to hosts inside, requests of HTTP, addresses given by DHCP.",
	Source: "SoftEther VPN: src/Cedar/Logging.c (PacketLogParseProc); https://www.softether.org/4-docs/1-manual/2/2.10 (Packet Log)", Frame: footfall.FrameLines,
	By: "lines of commas with a date, a time, two sessions, two hardware addresses and a type such as 0x0800",
	Sniff: func(head []byte) int {
		return message.Share(head, 94, 2, func(line string) bool {
			var e footfall.Event
			s, ok := packetHead(&e, line)
			if !ok {
				return false
			}
			_, ok = packetOf(s)
			return ok
		})
	},
	New: packets.Lines,
}

// packetHead reads "2031-05-02,08:15:00.123,".
func packetHead(e *footfall.Event, line string) (string, bool) {
	if len(line) < 24 || line[4] != '-' || line[10] != ',' || line[23] != ',' {
		return line, false
	}
	var b [23]byte
	copy(b[:], line)
	b[10] = ' '
	rest, ok := message.Stamp(e, footfall.Str(b[:]))
	return line[24:], ok && rest == ""
}

// The places in a line behind its time.
const (
	pFromSession = iota
	pToSession
	pFromMAC
	pToMAC
	pEther
	pSize
	pKind
	pFlags
	pFrom
	pFromPort
	pTo
	pToPort
	pSequence
	pAcknowledged
	pText
	pBytes
	pFromOuter
	pToOuter
	packetFields
)

// packetOf parts a line at its commas, which no value has.
func packetOf(s string) (f [packetFields]string, ok bool) {
	n := 0
	for ; n < packetFields && s != ""; n++ {
		f[n], s, _ = strings.Cut(s, ",")
		if f[n] == "-" {
			f[n] = ""
		}
	}
	ok = n > pSize && hardware(f[pFromMAC]) && hardware(f[pToMAC]) && strings.HasPrefix(f[pEther], "0x")
	return f, ok
}

func hardware(s string) bool { return len(s) == 12 || len(s) == 17 }

func openPackets(s *footfall.Schema) func(*footfall.Batch, *footfall.Event, string) {
	p := newPacketReader(s)
	return p.read
}

// A packetReader adds the fields of Sigma's category firewall.
type packetReader struct{ src, dst, port footfall.FieldID }

func newPacketReader(s *footfall.Schema) *packetReader {
	return &packetReader{s.Asked("src_ip"), s.Asked("dst_ip"), s.Asked("dst_port")}
}

func (p *packetReader) read(b *footfall.Batch, e *footfall.Event, text string) {
	f, ok := packetOf(text)
	if !ok {
		return
	}
	b.Add(p.src, f[pFrom])
	b.Add(p.dst, f[pTo])
	b.Add(p.port, digits(f[pToPort]))
	e.Session, e.MAC = f[pFromSession], f[pFromMAC]
	e.From, e.To = end(f[pFrom], f[pFromPort]), end(f[pTo], f[pToPort])
	switch kind := f[pKind]; {
	case strings.Contains(f[pText], "HttpMethod="):
		e.Kind, e.Service = footfall.KindRequest, footfall.ServiceWeb
		e.Object, e.Client = value(f[pText], "HttpUrl="), value(f[pText], "HttpUserAgent=")
	case strings.HasPrefix(kind, "TCP_CONNECT"):
		opened(e, &f)
	case strings.HasPrefix(kind, "OPENVPN_CONNECT"), strings.HasPrefix(kind, "IKE_CONNECT"):
		e.Kind, e.Service = footfall.KindConnection, footfall.ServiceVPN
	case strings.HasPrefix(kind, "DHCP") && f[pFlags] == "Response":
		leased(e, &f)
	}
}

// end reads an address and a port such as "ssh(22)" or "50122".
func end(addr, port string) (p footfall.Endpoint) {
	p.Addr, _ = hostport.Addr(addr)
	p.Port, _ = hostport.Port(digits(port))
	return p
}

func digits(port string) string {
	if i := strings.LastIndexByte(port, '('); i >= 0 {
		return strings.TrimSuffix(port[i+1:], ")")
	}
	return port
}

// opened reads the first packets of a connection: who asks, and who agrees or
// refuses, which is the answer to who asked.
func opened(e *footfall.Event, f *[packetFields]string) {
	switch f[pFlags] {
	case "SYN":
		e.Kind = footfall.KindConnection
	case "SYN+ACK", "RST", "RST+ACK":
		e.Kind, e.Outcome = footfall.KindConnection, footfall.Success
		if f[pFlags][0] == 'R' {
			if f[pSequence] != "0" { // a refusal has no number of its own (RFC 9293, 3.5.2)
				e.Kind, e.Outcome = footfall.KindUnknown, footfall.OutcomeUnknown
				return
			}
			e.Outcome = footfall.Failure
		}
		e.From, e.To = e.To, e.From
		e.Session, e.MAC = f[pToSession], f[pToMAC]
	default:
		return
	}
	e.Service = footfall.ServiceOfPort(e.To.Port)
}

// value returns what stands behind name, up to a blank: the server leaves no
// blank in what clients say.
func value(s, name string) string {
	_, v, ok := strings.Cut(s, name)
	if !ok {
		return ""
	}
	v, _, _ = strings.Cut(v, " ")
	return v
}

// leased reads what a DHCP server gave to a session: the outer address of its
// client stands at the end, where the hub is told to write it.
func leased(e *footfall.Event, f *[packetFields]string) {
	a, ok := hostport.Addr(value(f[pText], "YourIP="))
	if !ok || a.IsUnspecified() {
		return
	}
	e.Kind, e.Service, e.Outcome, e.Assigned = footfall.KindLease, footfall.ServiceVPN, footfall.Success, a
	e.Session, e.MAC, e.From, e.To = f[pToSession], f[pToMAC], end(f[pToOuter], ""), footfall.Endpoint{}
}
