// Package suricata reads what the network sensor Suricata writes: its event
// log (EVE, JSON) and the short lines of fast.log, which Snort writes too, also
// behind syslog. In goes one record, out comes one event: alerts, flows, and what
// was seen of SSH, RDP, SMB, Kerberos, VNC, DNS and others. Alerts name the ends
// of the packet that raised them; all others name the client first. It holds
// no rules of Suricata and joins no records.
package suricata

import (
	"errors"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/clock"
	"github.com/footfall/footfall/internal/jsonscan"
	"github.com/footfall/footfall/internal/record"
)

// Decoder reads EVE.
var Decoder = footfall.Decoder{
	Name:   "suricata",
	Doc:    "Event log of the network sensor Suricata (EVE JSON): alerts, flows, and sessions of SSH, RDP, SMB, Kerberos, VNC, DNS, HTTP and others.",
	Source: "https://docs.suricata.io/en/latest/output/eve/eve-json-format.html",
	Frame:  footfall.FrameJSON,
	By:     "the keys event_type and timestamp, with flow_id, src_ip or the like",
	Sniff:  sniff,
	New: func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
		return newReader(s).eve, nil
	},
}

// Fast reads fast.log of Suricata and alert_fast of Snort.
var Fast = footfall.Decoder{
	Name:   "suricata-fast",
	Doc:    "Alerts as single lines: fast.log of Suricata, alert_fast of Snort 2 and 3.",
	Source: "https://docs.suricata.io/en/latest/output/eve/eve-json-output.html and https://docs.snort.org/start/alert_logging",
	Frame:  footfall.FrameLines,
	By:     `lines with a time and "[**] ["`,
	Sniff:  sniffFast,
	New: func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
		return newReader(s).fast, nil
	},
}

// Message reads both behind syslog.
var Message = footfall.Decoder{
	Name:     "suricata-message",
	Doc:      "Alerts and events of Suricata and Snort behind a syslog header.",
	Source:   "https://docs.suricata.io/en/latest/output/syslog-alerting-comp.html",
	Frame:    footfall.FrameMessage,
	Programs: []string{"suricata", "snort"},
	New: func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
		return newReader(s).message, nil
	},
}

var (
	errEvent      = errors.New("suricata: a record without event_type")
	errJSON       = errors.New("suricata: not a JSON object that ends")
	errLine       = errors.New("suricata: not a line of an alert")
	errNoEnvelope = errors.New("suricata: a message without its envelope")
)

// A log is what is done with events of one type.
type log struct {
	id   footfall.LogID
	mean func(*reader, *footfall.Event)
}

type reader struct {
	v     *record.Values
	b     *footfall.Batch
	logs  map[string]log
	other log
	uri   [3]footfall.FieldID // c-uri-stem, c-uri-query, c-uri-extension
}

// types are those of EVE; of others an event is of product suricata alone.
const types = `alert anomaly arp bittorrent_dht dcerpc dhcp dnp3 dns doh2 drop enip files fileinfo flow frame ftp ftp_data http ike ikev2 krb5 ldap mdns metadata modbus mqtt
	mysql netflow nfs ntp packetinfo pgsql pop3 quic rdp rfb sip smb smtp snmp ssh stats telnet tftp tls websocket`

func newReader(s *footfall.Schema) *reader {
	r := &reader{v: record.New(s, paths[:], taxonomy), logs: map[string]log{}}
	for i, name := range [...]string{"c-uri-stem", "c-uri-query", "c-uri-extension"} {
		r.uri[i] = s.Asked(name)
	}
	for name := range strings.FieldsSeq(types) {
		l := footfall.Log{Product: "suricata", Services: []string{name}}
		switch name {
		case "alert":
			l.Categories = []string{"ids"}
		case "flow", "netflow", "drop":
			l.Categories = []string{"firewall"}
		case "dns":
			l.Categories = []string{"dns"}
		case "http":
			l.Categories = []string{"proxy", "webserver"}
		}
		r.logs[name] = log{s.AddLog(l), meanings[name]}
	}
	r.other = log{id: s.AddLog(footfall.Log{Product: "suricata"})}
	return r
}

func (r *reader) eve(b *footfall.Batch, frame []byte) error {
	e := b.New()
	e.Len = uint32(len(frame))
	return r.event(b, e, frame)
}

func (r *reader) event(b *footfall.Batch, e *footfall.Event, frame []byte) error {
	r.b = b
	r.v.Begin(b)
	if r.v.JSON(frame) != nil {
		return errJSON
	}
	if r.v.Get(vType) == "" {
		return errEvent
	}
	e.Program = "suricata"
	r.time(e)
	r.finish(e)
	return nil
}

// message reads a message of syslog, whose envelope is the current event.
func (r *reader) message(b *footfall.Batch, frame []byte) error {
	if len(b.Events) == 0 {
		return errNoEnvelope
	}
	e := b.Current()
	s := strings.TrimPrefix(e.Message, "@cee:")
	if s = strings.TrimLeft(s, " "); strings.HasPrefix(s, "{") && strings.Contains(s, `"event_type"`) {
		return r.event(b, e, footfall.Bytes(s))
	}
	if !strings.HasPrefix(s, "[") || !r.alert(b, e, s, true) {
		return nil // what the programs say of themselves
	}
	return nil
}

func (r *reader) time(e *footfall.Event) {
	s := r.v.Get(vTime)
	ns, n := clock.ISO(s)
	if n == 0 {
		return
	}
	e.Time = ns
	e.Zoneless = !strings.ContainsAny(s[19:n], "Zz+-")
}

// finish gives an event its typed face.
func (r *reader) finish(e *footfall.Event) {
	v := r.v
	name := v.Get(vType)
	l, ok := r.logs[name]
	if !ok {
		l = r.other
	}
	e.Log = l.id
	if s := v.Get(vFlow); s != "0" {
		e.Session = s
	}
	e.From.Addr, e.To.Addr = v.Addr(vSrc), v.Addr(vDst)
	if !strings.Contains(v.Get(vProto), "ICMP") {
		e.From.Port, e.To.Port = v.Port(vSrcPort), v.Port(vDstPort)
	}
	e.MAC = v.Get(vMAC)
	if s := v.Get(vVLAN); s != "" {
		e.From.Zone, e.To.Zone = s, s
	}
	if !e.From.Addr.IsValid() && !e.To.Addr.IsValid() {
		// Elsewhere the sensor's name would stand for the server's.
		e.Computer = v.Get(vHost)
	}
	if name != "alert" && name != "fileinfo" && name != "flow" && wrongWay(e) {
		turn(e)
	}
	e.Service = r.service(e, name)
	if l.mean != nil {
		l.mean(r, e)
	}
}

// wrongWay reports whether the server stands first, as in the answers of DNS
// of old versions: a service's port on its side, one of no service on the other.
func wrongWay(e *footfall.Event) bool {
	if e.To.Port < 1024 || footfall.ServiceOfPort(e.To.Port) != footfall.ServiceUnknown {
		return false
	}
	switch p := e.From.Port; p {
	case 3389, 5985, 5986, 5900:
		return true
	default:
		return p < 1024 && footfall.ServiceOfPort(p) != footfall.ServiceUnknown
	}
}

func turn(e *footfall.Event) {
	e.From, e.To = e.To, e.From
	e.MAC = ""
}

// protocols are Suricata's names, as event types and as app_proto.
var protocols = map[string]footfall.Service{
	"ssh": footfall.ServiceSSH, "rdp": footfall.ServiceRDP, "smb": footfall.ServiceSMB, "smb1": footfall.ServiceSMB, "smb2": footfall.ServiceSMB,
	"dcerpc": footfall.ServiceRPC, "dcerpc_udp": footfall.ServiceRPC, "krb5": footfall.ServiceKerberos, "krb5_tcp": footfall.ServiceKerberos, "krb5_udp": footfall.ServiceKerberos,
	"rfb": footfall.ServiceVNC, "telnet": footfall.ServiceTelnet, "ftp": footfall.ServiceFTP, "ftp_data": footfall.ServiceFTP, "ftp-data": footfall.ServiceFTP,
	"ldap": footfall.ServiceLDAP, "pgsql": footfall.ServiceSQL, "mysql": footfall.ServiceSQL, "smtp": footfall.ServiceMail, "imap": footfall.ServiceMail, "pop3": footfall.ServiceMail,
	"dns": footfall.ServiceDNS, "dhcp": footfall.ServiceDHCP, "ike": footfall.ServiceVPN, "ikev2": footfall.ServiceVPN,
}

func (r *reader) service(e *footfall.Event, name string) footfall.Service {
	app := r.v.Get(vApp)
	if s, ok := protocols[name]; ok {
		return s
	}
	if s, ok := protocols[app]; ok {
		return s
	}
	for _, p := range [...]uint16{e.To.Port, e.From.Port} {
		if s := footfall.ServiceOfPort(p); s != footfall.ServiceUnknown && (s == footfall.ServiceWinRM || app == "" || app == "failed" || app == "tls") {
			return s
		}
		if name != "alert" && name != "fileinfo" {
			break
		}
	}
	if app == "http" || app == "http1" || app == "http2" || app == "tls" || name == "http" {
		return footfall.ServiceWeb
	}
	return footfall.ServiceOfPort(e.To.Port)
}

// sniff looks at the names of the first record: event_type beside a time of
// Suricata's form, and what only it has.
func sniff(head []byte) int {
	for len(head) > 0 && strings.IndexByte(" \t\r\n[\xef\xbb\xbf", head[0]) >= 0 {
		head = head[1:]
	}
	var s jsonscan.Scanner
	if s.Reset(head) != jsonscan.Object || !s.Enter() {
		return 0
	}
	var kind, stamp, own bool
	for n := 0; n < 100 && s.Next(); n++ {
		switch string(s.Key()) {
		case "event_type":
			text, _ := s.Raw()
			kind = s.Kind() == jsonscan.String && len(text) < 24
		case "timestamp":
			text, _ := s.Raw()
			stamp = len(text) > 22 && text[10] == 'T'
		case "flow_id", "src_ip", "dest_ip", "in_iface", "pcap_cnt", "stats":
			own = true
		}
	}
	switch {
	case kind && stamp && own:
		return 95
	case kind && stamp:
		return 30
	}
	return 0
}
