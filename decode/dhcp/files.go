package dhcp

import (
	"bytes"
	"errors"
	"strings"
	"time"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/clock"
	"github.com/footfall/footfall/internal/csvscan"
	"github.com/footfall/footfall/internal/message"
	"github.com/footfall/footfall/internal/record"
)

// KeaCSV reads Kea's files of leases.
var KeaCSV = footfall.Decoder{
	Name:   "dhcp-keacsv",
	Doc:    "Kea's files of leases (kea-leases4.csv, kea-leases6.csv). The file is a journal: each record is an event, at the time when the lease was given.",
	Source: "https://kea.readthedocs.io/en/latest/arm/dhcp4-srv.html#memfile-basic-storage-for-leases",
	Frame:  footfall.FrameCSV,
	By:     "the header record address,hwaddr or address,duid with valid_lifetime and expire",
	Sniff: func(head []byte) int {
		if (bytes.HasPrefix(head, []byte("address,hwaddr,")) || bytes.HasPrefix(head, []byte("address,duid,"))) && bytes.Contains(head, []byte(",valid_lifetime,expire,")) {
			return 97
		}
		return 0
	},
	New: newKeaCSV,
}

// LeaseLines reads dnsmasq's file of leases.
var LeaseLines = footfall.Decoder{
	Name:   "dhcp-dnsmasqleases",
	Doc:    "dnsmasq.leases: who holds which address now. The file says when a lease ends and not when it began, so that its events have no time.",
	Source: "dnsmasq: lease.c (lease_update_file)",
	Frame:  footfall.FrameLines,
	By:     "lines of five words: when the lease ends, hardware address, address, name, client id",
	Sniff: func(head []byte) int {
		return message.Share(head, 88, 1, func(line string) bool {
			_, _, ok := leaseLine(line)
			return ok || strings.HasPrefix(line, "duid ")
		})
	},
	New: newLeaseLines,
}

// Audit reads the audit log of Windows' server.
var Audit = footfall.Decoder{
	Name:   "dhcp-windows",
	Doc:    "Audit log of Windows' DHCP server (DhcpSrvLog-*.log, DhcpV6SrvLog-*.log): leases given, renewed and refused. Times are of the server's clock.",
	Source: "https://learn.microsoft.com/previous-versions/windows/it-pro/windows-server-2008-R2-and-2008/dd183591(v=ws.10)",
	Frame:  footfall.FrameLines,
	By:     "the header ID,Date,Time,Description,IP Address, or lines of an id, a date and a time parted by commas",
	Sniff:  sniffAudit,
	New:    newAudit,
}

// Slots of Kea's records.
const (
	kAddress = iota
	kHardware
	kLifetime
	kExpire
	kHostname
	kState
	kType
)

var errColumns = errors.New("dhcp: the header record has no address, valid_lifetime and expire")

type keaCSV struct {
	v       *record.Values
	log     footfall.LogID
	columns []record.Column
	fields  [][]byte
	buf     []byte
}

func newKeaCSV(s *footfall.Schema, header []byte) (footfall.DecodeFunc, error) {
	r := &keaCSV{log: s.AddLog(kea.Log), v: record.New(s, []string{
		kAddress: "address", kHardware: "hwaddr", kLifetime: "valid_lifetime", kExpire: "expire", kHostname: "hostname", kState: "state", kType: "lease_type",
	}, nil)}
	fields, _ := csvscan.Fields(nil, nil, header, ',')
	has := 0
	for _, f := range fields {
		switch string(f) {
		case "address", "valid_lifetime", "expire":
			has++
		}
		r.columns = append(r.columns, r.v.Column(string(f)))
	}
	if has < 3 {
		return nil, errColumns
	}
	return r.decode, nil
}

var errAddress = errors.New("dhcp: a lease without an address")

func (r *keaCSV) decode(b *footfall.Batch, frame []byte) error {
	if bytes.HasPrefix(frame, []byte("address,")) {
		return nil // files that were put together have the header again
	}
	e := b.New()
	e.Log, e.Service = r.log, footfall.ServiceDHCP
	r.v.Begin(b)
	r.fields, r.buf = csvscan.Fields(r.fields[:0], r.buf[:0], frame, ',')
	for i, f := range r.fields {
		if i < len(r.columns) && r.columns[i].Wanted() {
			r.v.PutColumn(r.columns[i], b.Keep(f))
		}
	}
	a := r.v.Addr(kAddress)
	if !a.IsValid() {
		return errAddress
	}
	life, expire := r.v.Int(kLifetime), r.v.Int(kExpire)
	const forever = 1<<32 - 1
	if expire > 0 && expire < 1<<33 && life < forever {
		e.Time = (expire - max(life, 0)) * int64(time.Second)
	}
	// A lifetime of 0 takes a lease out of the journal; state 0 is assigned.
	if life <= 0 || r.v.Int(kState) != 0 || r.v.Int(kType) == 2 {
		about(e, r.v.Get(kHardware), r.v.Get(kHostname))
		e.Object = r.v.Get(kAddress)
		return nil
	}
	gave(e, a, r.v.Get(kHardware), r.v.Get(kHostname))
	if life < forever {
		e.Duration = life * int64(time.Second)
	}
	return nil
}

// leaseLine reads "1795319911 02:77:00:00:00:01 10.77.1.105 ws1 01:02:77:00:00:00:01";
// of IPv6 the second word is the number of the identity association.
func leaseLine(line string) (f [5]string, n int, ok bool) {
	for ; n < 5 && line != ""; n++ {
		f[n], line = word(line)
	}
	_, at := clock.Unix(f[0])
	ends := at == len(f[0]) || f[0] == "0" || len(f[0]) >= 9 && len(f[0]) <= 11 && strings.Trim(f[0], "0123456789") == ""
	return f, n, n == 5 && ends && line == "" && addr(f[2]).IsValid() && f[1] != ""
}

func newLeaseLines(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
	log, text, errLine := s.AddLog(dnsmasq.Log), s.Asked("message"), errors.New("dhcp: not a lease of dnsmasq")
	return func(b *footfall.Batch, frame []byte) error {
		line := strings.TrimRight(footfall.Str(frame), " \r\t")
		if line == "" || strings.HasPrefix(line, "duid ") {
			return nil
		}
		line = b.Keep(footfall.Bytes(line))
		f, _, ok := leaseLine(line)
		if !ok {
			return errLine
		}
		e := b.New()
		e.Log = log
		b.Add(text, line)
		mac := f[1]
		if !strings.Contains(mac, ":") {
			mac = ""
		} else if i := strings.IndexByte(mac, '-'); i >= 0 && i < 3 {
			mac = mac[i+1:] // "06-02:77:..": a kind of hardware other than Ethernet
		}
		gave(e, addr(f[2]), mac, f[3])
		return nil
	}, nil
}

// auditNames are the columns of the log since Windows Server 2008 R2, in their
// order; older ones have fewer. The header is in the server's language.
var auditNames = [...]string{
	"ID", "Date", "Time", "Description", "IP Address", "Host Name", "MAC Address", "User Name", "TransactionID", "QResult", "Probationtime", "CorrelationID",
	"Dhcid", "VendorClass(Hex)", "VendorClass(ASCII)", "UserClass(Hex)", "UserClass(ASCII)", "RelayAgentInformation", "DnsRegError",
}

// auditNames6 are those of DHCPv6.
var auditNames6 = [...]string{"ID", "Date", "Time", "Description", "IPv6 Address", "Host Name", "Error Code", "Duid Length", "Duid Bytes(Hex)", "User Name", "Dhcid", "Subnet Prefix"}

func sniffAudit(head []byte) int {
	if bytes.Contains(head[:min(len(head), 8192)], []byte("ID,Date,Time,Description,IP")) {
		return 97
	}
	return message.Share(head, 80, 2, func(line string) bool {
		_, date, ok := strings.Cut(line, ",")
		if !ok || strings.Count(line, ",") < 6 {
			return false
		}
		_, _, ok = auditTime(date)
		return ok
	})
}

// auditTime reads "05/02/31,08:15:00,": month, day, year.
func auditTime(s string) (ns int64, rest string, ok bool) {
	if len(s) < 18 || s[2] != '/' || s[5] != '/' || s[8] != ',' || s[11] != ':' || s[14] != ':' || s[17] != ',' {
		return 0, s, false
	}
	two := func(i int) int {
		if s[i]-'0' > 9 || s[i+1]-'0' > 9 {
			return 99
		}
		return int(s[i]-'0')*10 + int(s[i+1]-'0')
	}
	ns, ok = clock.Civil{Year: 2000 + two(6), Month: two(0), Day: two(3), Hour: two(9), Minute: two(12), Second: two(15)}.Unix()
	return ns, s[18:], ok
}

var errAudit = errors.New("dhcp: not a line of Windows' audit log")

func newAudit(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
	log := s.AddLog(footfall.Log{Product: "windows", Services: []string{"dhcp-audit"}})
	var four, six [len(auditNames)]footfall.FieldID
	for i, n := range auditNames {
		four[i] = s.Asked(n)
	}
	for i, n := range auditNames6 {
		six[i] = s.Asked(n)
	}
	return func(b *footfall.Batch, frame []byte) error {
		line := strings.TrimRight(strings.TrimPrefix(footfall.Str(frame), "\ufeff"), " \r\t")
		id, rest, ok := strings.Cut(line, ",")
		n, isID := number(id)
		if !ok || !isID {
			return prose(line)
		}
		ns, _, ok := auditTime(rest)
		if !ok {
			return errAudit
		}
		e := b.New()
		e.Log, e.EventID, e.Time, e.Zoneless, e.Service = log, n, ns, true, footfall.ServiceDHCP
		ids := &four
		if n >= 11000 {
			ids = &six
		}
		var f [len(auditNames)]string
		rest = b.Keep(footfall.Bytes(line))
		for i := range f {
			if rest == "" {
				break
			}
			f[i], rest, _ = strings.Cut(rest, ",")
			if f[i] != "" {
				b.Add(ids[i], f[i])
			}
		}
		audit(e, n, &f)
		return nil
	}, nil
}

// prose takes what stands above the records: the list of what ids mean, in the
// server's language.
func prose(line string) error {
	if strings.Count(line, ",") >= 6 && line[0]-'0' <= 9 {
		return errAudit
	}
	return nil
}

func number(s string) (n uint32, ok bool) {
	if s == "" || len(s) > 5 {
		return 0, false
	}
	for i := range len(s) {
		if s[i]-'0' > 9 {
			return 0, false
		}
		n = n*10 + uint32(s[i]-'0')
	}
	return n, true
}

// audit gives a record its meaning by its id. Address stands before the name that the
// client chose, which may hold commas.
func audit(e *footfall.Event, id uint32, f *[len(auditNames)]string) {
	a, host, mac := f[4], f[5], f[6]
	if id >= 11000 || !hardware(mac) {
		mac = ""
	}
	switch id {
	case 10, 11, 20, 21, 11002, 11004, 11005: // assigned, renewed, BOOTP; of DHCPv6 requests, renewals and rebinds
		gave(e, addr(a), mac, host)
	case 12, 16, 17, 18, 11007: // given back, deleted, run out; of DHCPv6 given back
		released(e, addr(a), mac, host)
		e.Object = a
	case 15: // denied
		refused(e, a, mac, host)
	default:
		about(e, mac, host)
		e.Object = a
	}
}
