// Package panos reads the CSV logs that Palo Alto Networks' firewalls and
// Panorama send, behind a syslog header or as files: TRAFFIC, THREAT,
// GLOBALPROTECT, SYSTEM, CONFIG, USERID and the others, with the order of
// fields that PAN-OS 8 to 11 share. In goes a line, out comes one event. Fields
// that a version adds stand behind those of the versions before, so none is
// asked for; what is not known stays an event with its first fields.
package panos

import (
	"errors"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/csvscan"
	"github.com/footfall/footfall/internal/message"
	"github.com/footfall/footfall/internal/preface"
	"github.com/footfall/footfall/internal/record"
)

const source = "https://docs.paloaltonetworks.com/pan-os/11-1/pan-os-admin/monitoring/use-syslog-for-monitoring/syslog-field-descriptions"

// Decoder reads lines of PAN-OS.
var Decoder = footfall.Decoder{
	Name:   "panos",
	Doc:    "CSV logs of Palo Alto Networks firewalls: connections, GlobalProtect entries with the inner address, administrators' logons, changed settings, users behind addresses, verdicts.",
	Source: source,
	Frame:  footfall.FrameLines,
	By:     "lines with a number, a time such as 2031/05/01 10:00:00 and more values, parted by commas",
	Sniff:  sniff,
	New: func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
		return newReader(s).line, nil
	},
}

// Message reads the same behind a syslog header, among other lines.
var Message = footfall.Decoder{
	Name:   "panos-message",
	Doc:    "CSV logs of Palo Alto Networks firewalls among other lines of syslog.",
	Source: source,
	Frame:  footfall.FrameMessage,
	By:     "the same values",
	Sniff: func(head []byte) int {
		if find(footfall.Str(head)) >= 0 {
			return 90
		}
		return 0
	},
	New: func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
		return newReader(s).message, nil
	},
}

var (
	errLine    = errors.New("panos: not a line of PAN-OS")
	errNoEvent = errors.New("panos: a message without its envelope")
)

// The values of a record that are read, by slot.
const (
	kSerial = iota
	kGenerated
	kSubtype
	kSrc
	kDst
	kSrcPort
	kDstPort
	kRule
	kUser
	kApp
	kVsys
	kSrcZone
	kDstZone
	kAction
	kBytes
	kReceived
	kElapsed
	kSrcLoc
	kDevice
	kMisc
	kThreat
	kAgent
	kEventID
	kObject
	kDescription
	kHost
	kCommand
	kClient
	kResult
	kPath
	kMachine
	kPublic
	kPublic6
	kPrivate
	kPrivate6
	kHostID
	kReason
	kError
	kStatus
	kDuration
	kRegion
	kOS
	kMethod
	kFactor
	kSource
	kName
	slots
)

var paths = [slots]string{
	kSerial: "serial", kGenerated: "time_generated", kSubtype: "subtype", kSrc: "src", kDst: "dst", kSrcPort: "sport", kDstPort: "dport",
	kRule: "rule", kUser: "srcuser|user|admin", kApp: "app", kVsys: "vsys", kSrcZone: "from", kDstZone: "to", kAction: "action",
	kBytes: "bytes", kReceived: "bytes_received", kElapsed: "elapsed", kSrcLoc: "srcloc", kDevice: "device_name", kMisc: "misc",
	kThreat: "threatid", kAgent: "user_agent", kEventID: "eventid|event", kObject: "object", kDescription: "opaque|desc|evidence", kHost: "host",
	kCommand: "cmd", kClient: "client", kResult: "result", kPath: "path", kMachine: "machinename", kPublic: "public_ip", kPublic6: "public_ipv6",
	kPrivate: "private_ip", kPrivate6: "private_ipv6", kHostID: "hostid", kReason: "reason", kError: "error", kStatus: "status",
	kDuration: "login_duration", kRegion: "srcregion", kOS: "client_os|os", kMethod: "auth_method", kFactor: "factorno",
	kSource: "datasourcename", kName: "objectname",
}

var also = map[string][]string{
	"src": {"src_ip"}, "dst": {"dst_ip"}, "sport": {"src_port"}, "dport": {"dst_port"}, "srcuser": {"username"}, "user": {"username"}, "admin": {"username"},
	"proto": {"protocol"}, "misc": {"c-uri"}, "user_agent": {"c-useragent", "cs-user-agent"}, "http_method": {"cs-method"}, "referer": {"cs-referer"},
	"public_ip": {"src_ip"}, "host": {"src_ip"},
}

// The fields of each type in their order, by PAN-OS' own names for them; _ is
// one that is not in use.
const (
	head    = "future_use1 receive_time serial type subtype config_ver time_generated "
	session = head + "src dst natsrc natdst rule srcuser dstuser app vsys from to inbound_if outbound_if logset _ sessionid repeatcnt sport dport natsport natdport flags proto action "
	levels  = "dg_hier_level_1 dg_hier_level_2 dg_hier_level_3 dg_hier_level_4 vsys_name device_name "
)

var layouts = map[string]string{
	"TRAFFIC":        session + "bytes bytes_sent bytes_received packets start elapsed category _ seqno actionflags srcloc dstloc _ pkts_sent pkts_received session_end_reason " + levels + "action_source",
	"THREAT":         session + "misc threatid category severity direction seqno actionflags srcloc dstloc _ contenttype pcap_id filedigest cloud url_idx user_agent filetype xff referer sender subject recipient reportid " + levels + "_ src_uuid dst_uuid http_method",
	"URL":            session + "misc threatid category severity direction seqno actionflags srcloc dstloc _ contenttype pcap_id filedigest cloud url_idx user_agent filetype xff referer sender subject recipient reportid " + levels + "_ src_uuid dst_uuid http_method",
	"DECRYPTION":     session + "tunnel",
	"GTP":            session,
	"SCTP":           session,
	"START":          session,
	"END":            session,
	"SYSTEM":         head + "vsys eventid object _ _ module severity opaque seqno actionflags " + levels,
	"CONFIG":         head + "host vsys cmd admin client result path",
	"GLOBALPROTECT":  head + "vsys eventid stage auth_method tunnel_type srcuser srcregion machinename public_ip public_ipv6 private_ip private_ipv6 hostid serialnumber client_ver client_os client_os_ver repeatcnt reason error opaque status location login_duration connect_method error_code portal seqno actionflags",
	"USERID":         head + "vsys src user datasourcename eventid repeatcnt timeout sport dport datasource datasourcetype seqno actionflags " + levels,
	"HIPMATCH":       head + "srcuser vsys machinename os src matchname repeatcnt matchtype _ _ seqno actionflags " + levels,
	"HIP-MATCH":      head + "srcuser vsys machinename os src matchname repeatcnt matchtype _ _ seqno actionflags " + levels,
	"AUTHENTICATION": head + "vsys src user normalize_user object authpolicy repeatcnt authid vendor logset serverprofile desc clienttype event factorno seqno actionflags " + levels,
	"CORRELATION":    head + "src srcuser vsys category severity " + levels + "vsys_id objectname object_id evidence",
	"IPTAG":          head + "vsys src tag_name event_id repeatcnt timeout datasourcename datasource_type datasource_subtype seqno actionflags " + levels,
	"":               head,
}

type reader struct {
	v       *record.Values
	columns map[string][]record.Column
	fields  [][]byte
	traffic footfall.LogID
	threat  footfall.LogID
	url     footfall.LogID
	gp      footfall.LogID
	system  footfall.LogID
	config  footfall.LogID
	other   footfall.LogID
	blocked footfall.FieldID
}

func newReader(s *footfall.Schema) *reader {
	log := func(service string, categories ...string) footfall.LogID {
		return s.AddLog(footfall.Log{Product: "paloalto", Services: []string{service}, Categories: categories})
	}
	r := &reader{
		v: record.New(s, paths[:], also), columns: map[string][]record.Column{}, blocked: s.Asked("blocked"),
		traffic: log("traffic", "firewall"), threat: log("threat", "firewall"), url: log("url", "proxy"),
		gp: log("globalprotect", "appliance"), system: log("system"), config: log("config"), other: log("other"),
	}
	for name, layout := range layouts {
		for field := range strings.FieldsSeq(layout) {
			var c record.Column
			if field != "_" {
				c = r.v.Column(field)
			}
			r.columns[name] = append(r.columns[name], c)
		}
	}
	return r
}

func (r *reader) line(b *footfall.Batch, frame []byte) error {
	s := strings.TrimRight(footfall.Str(frame), " \r\n\x00")
	if s == "" {
		return nil
	}
	at := find(s)
	if at < 0 {
		return errLine
	}
	s = b.Keep(footfall.Bytes(s))
	e := b.New()
	h := preface.Read(s[:at])
	e.Time, e.Computer, e.Zoneless, e.Len = h.Time, h.Host, h.Time != 0 && !h.Zoned, uint32(len(frame))
	r.fill(b, e, s[at:])
	return nil
}

func (r *reader) message(b *footfall.Batch, frame []byte) error {
	if len(b.Events) == 0 {
		return errNoEvent
	}
	e := b.Current()
	s := e.Message
	if s != string(frame) {
		s = b.Keep(frame)
	}
	if at := find(s); at >= 0 {
		r.fill(b, e, s[at:])
	}
	return nil
}

// fill reads the fields of a line and gives the event its meaning.
func (r *reader) fill(b *footfall.Batch, e *footfall.Event, text string) {
	// A field with doubled quotes is shorter than it stands, so the arena's
	// slice never moves.
	f, decoded := csvscan.Fields(r.fields[:0], b.Grow(len(text)), footfall.Bytes(text), ',')
	_ = b.Kept(decoded)
	r.fields = f
	r.v.Begin(b)
	if len(f) < 5 { // a quote took the others in
		f = append(f, nil, nil, nil, nil)
	}
	kind := footfall.Str(f[3])
	columns, known := r.columns[kind]
	if !known {
		columns = r.columns[""]
	}
	for i := range min(len(f), len(columns)) {
		if columns[i].Wanted() && len(f[i]) > 0 {
			r.v.PutColumn(columns[i], footfall.Str(f[i]))
		}
	}
	e.Program = "panos"
	r.when(e)
	r.common(e)
	r.mean(b, e, kind)
}

// maxHead is how far behind the front of a line the device's own text begins
// at most.
const maxHead = 512

// find returns where "1,2031/05/01 10:00:00,SERIAL,TYPE," begins, behind any
// header; -1 when a line has none.
func find(s string) int {
	head := s[:min(len(s), maxHead)]
	for from := 0; ; {
		i := strings.IndexByte(head[from:], ',')
		if i < 0 {
			return -1
		}
		i += from
		from = i + 1
		begin := i
		for begin > 0 && s[begin-1]-'0' <= 9 {
			begin--
		}
		if begin == i || begin > 0 && s[begin-1] != ' ' && s[begin-1] != '>' {
			continue
		}
		if t := s[i+1:]; stamped(t) && strings.Count(t, ",") >= 3 {
			return begin
		}
	}
}

// stamped reports whether s begins with "2031/05/01 10:00:00,".
func stamped(s string) bool {
	return len(s) > 20 && s[4] == '/' && s[7] == '/' && s[10] == ' ' && s[13] == ':' && s[16] == ':' && s[19] == ',' && s[0] == '2' && s[3]-'0' <= 9
}

func sniff(head []byte) int {
	n, lines := message.Count(head, func(l string) bool { return find(l) >= 0 })
	if n == 0 || n*10 < lines*9 {
		return 0
	}
	return 95
}
