package radius

import (
	"bytes"
	"errors"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/clock"
	"github.com/footfall/footfall/internal/csvscan"
	"github.com/footfall/footfall/internal/xmlscan"
)

const npsSource = "https://learn.microsoft.com/previous-versions/windows/it-pro/windows-server-2008-R2-and-2008/cc771748(v=ws.10) (Interpret NPS Database Format Log Files; IAS format: cc785145)"

var npsLog = footfall.Log{Product: "windows", Services: []string{"nps"}}

// NPS reads the log files of Microsoft's Network Policy Server and RRAS in the
// database-compatible and the IAS form.
var NPS = footfall.Decoder{
	Name:   "radius-nps",
	Doc:    "Log files of Microsoft's NPS, IAS and RRAS, database-compatible (ODBC) or IAS form: answers and sessions.",
	Source: npsSource,
	Frame:  footfall.FrameLines,
	By:     "a first record with IAS or RAS, and a date and a time",
	Sniff:  sniffNPS,
	New: func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
		n := &nps{reader: newReader(s, npsLog, nil)}
		return n.line, nil
	},
}

// DTS reads the log files of NPS in the DTS-compatible form, XML.
var DTS = footfall.Decoder{
	Name:   "radius-dts",
	Doc:    "Log files of Microsoft's NPS in the DTS-compatible form: one <Event> element a record.",
	Source: npsSource,
	Frame:  footfall.FrameXML,
	By:     "<Event> with <Timestamp data_type= and <Packet-Type data_type=",
	Sniff: func(head []byte) int {
		s := footfall.Str(head[:min(len(head), 4096)])
		if strings.Contains(s, "<Event>") && strings.Contains(s, "<Timestamp data_type=") && strings.Contains(s, "<Packet-Type data_type=") {
			return 97
		}
		return 0
	},
	New: func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
		n := &nps{reader: newReader(s, npsLog, nil)}
		return n.xml, nil
	},
}

// columns are the columns of the database-compatible form.
var columns = strings.Fields(`ComputerName ServiceName Record-Date Record-Time Packet-Type User-Name Fully-Qualified-Distinguished-Name
	Called-Station-ID Calling-Station-ID Callback-Number Framed-IP-Address NAS-Identifier NAS-IP-Address NAS-Port Client-Vendor Client-IP-Address
	Client-Friendly-Name Event-Timestamp Port-Limit NAS-Port-Type Connect-Info Framed-Protocol Service-Type Authentication-Type Policy-Name Reason-Code
	Class Session-Timeout Idle-Timeout Termination-Action EAP-Friendly-Name Acct-Status-Type Acct-Delay-Time Acct-Input-Octets Acct-Output-Octets
	Acct-Session-Id Acct-Authentic Acct-Session-Time Acct-Input-Packets Acct-Output-Packets Acct-Terminate-Cause Acct-Multi-Ssn-ID Acct-Link-Count
	Acct-Interim-Interval Tunnel-Type Tunnel-Medium-Type Tunnel-Client-Endpt Tunnel-Server-Endpt Acct-Tunnel-Conn Tunnel-Pvt-Group-ID
	Tunnel-Assignment-ID Tunnel-Preference MS-Acct-Auth-Type MS-Acct-EAP-Type MS-RAS-Version MS-RAS-Vendor MS-CHAP-Error MS-CHAP-Domain
	MS-MPPE-Encryption-Types MS-MPPE-Encryption-Policy Proxy-Policy-Name Provider-Type Provider-Name Remote-Server-Address MS-RAS-Client-Name
	MS-RAS-Client-Version`)

// names are the attributes of the IAS form by their numbers.
var names = map[string]string{
	"1": "User-Name", "4": "NAS-IP-Address", "5": "NAS-Port", "6": "Service-Type", "8": "Framed-IP-Address", "25": "Class", "30": "Called-Station-ID",
	"31": "Calling-Station-ID", "32": "NAS-Identifier", "40": "Acct-Status-Type", "42": "Acct-Input-Octets", "43": "Acct-Output-Octets", "44": "Acct-Session-Id",
	"46": "Acct-Session-Time", "49": "Acct-Terminate-Cause", "52": "Acct-Input-Gigawords", "53": "Acct-Output-Gigawords", "61": "NAS-Port-Type", "66": "Tunnel-Client-Endpt",
	"4108": "Client-IP-Address", "4116": "Client-Vendor", "4127": "Authentication-Type", "4128": "Client-Friendly-Name", "4129": "SAM-Account-Name",
	"4130": "Fully-Qualified-User-Name", "4136": "Packet-Type", "4142": "Reason-Code", "4149": "NP-Policy-Name", "4154": "Proxy-Policy-Name",
}

var (
	errNPS = errors.New("not a line of an NPS log")
	errDTS = errors.New("not an event of an NPS log")
)

type nps struct {
	*reader
	fields [][]byte
	buf    []byte
}

// line reads a record of either form: IAS begins with the address of the
// device, the other with the name of the server.
func (n *nps) line(b *footfall.Batch, frame []byte) error {
	if frame = bytes.TrimRight(frame, " \r"); len(frame) == 0 {
		return nil
	}
	n.fields, n.buf = csvscan.Fields(n.fields[:0], n.buf[:0], frame, ',')
	if len(n.fields) < 6 {
		return errNPS
	}
	e := b.New()
	e.Log, e.Program = n.log, "ias"
	v := n.values
	v.Begin(b)
	f := n.fields
	if service := string(f[1]); service == "IAS" || service == "RAS" {
		if !when(e, footfall.Str(f[2]), footfall.Str(f[3])) {
			return errNPS
		}
		for i := range min(len(f), len(columns)) {
			if len(f[i]) > 0 {
				v.Put(columns[i], b.Keep(f[i]))
			}
		}
	} else {
		if s := string(f[4]); s != "IAS" && s != "RAS" || !when(e, footfall.Str(f[2]), footfall.Str(f[3])) {
			return errNPS
		}
		v.Put("NAS-IP-Address", b.Keep(f[0]))
		v.Put("User-Name", b.Keep(f[1]))
		v.Put("Computer-Name", b.Keep(f[5]))
		for i := 6; i+1 < len(f); i += 2 {
			if name, ok := names[string(f[i])]; ok {
				v.Put(name, b.Keep(f[i+1]))
			}
		}
	}
	n.answer(e)
	return nil
}

// when reads "01/02/2031" and "03:04:05", month first. The time is the server's own.
func when(e *footfall.Event, date, tod string) bool {
	m, rest, _ := strings.Cut(date, "/")
	d, y, _ := strings.Cut(rest, "/")
	h, rest, _ := strings.Cut(tod, ":")
	min, sec, ok := strings.Cut(rest, ":")
	sec, milli, _ := strings.Cut(sec, ".")
	if !ok || !digits(m) || !digits(d) || !digits(y) || !digits(h) || !digits(min) || !digits(sec) {
		return false
	}
	c := clock.Civil{Year: number(y), Month: number(m), Day: number(d), Hour: number(h), Minute: number(min), Second: number(sec)}
	if digits(milli) && len(milli) == 3 {
		c.Nano = int64(number(milli)) * 1e6
	}
	ns, ok := c.Unix()
	e.Time, e.Zoneless = ns, true
	return ok && ns != 0
}

func number(s string) (n int) {
	for i := 0; i < len(s) && i < 6; i++ {
		n = n*10 + int(s[i]-'0')
	}
	return n
}

// answer gives a record its kind by its Packet-Type and Reason-Code.
func (n *nps) answer(e *footfall.Event) {
	v := n.values
	e.Computer = v.Get(computer)
	n.who(e)
	switch v.Get(packet) {
	case "1":
		e.Kind = footfall.KindAttempt
	case "2":
		accepted(e)
	case "3":
		rejected(e, npsReason(v.Get(reason)))
	case "4":
		n.accounting(e)
	case "11":
		e.Kind = footfall.KindCredential
	}
}

// npsReason reads Reason-Code, as event 6273 has it too.
func npsReason(code string) footfall.Reason {
	switch code {
	case "8", "7":
		return footfall.ReasonNoUser
	case "16", "17":
		return footfall.ReasonBadPassword
	case "34":
		return footfall.ReasonDisabled
	case "35", "33":
		return footfall.ReasonExpired
	case "36":
		return footfall.ReasonLocked
	case "32", "37", "38", "48", "49", "64", "65", "66", "67", "68", "69", "70", "97":
		return footfall.ReasonRestricted
	case "18", "22", "23", "259", "262", "265", "266":
		return footfall.ReasonProtocol
	}
	return footfall.ReasonUnknown
}

// xml reads "<Event><NAME data_type="1">VALUE</NAME>...</Event>".
func (n *nps) xml(b *footfall.Batch, frame []byte) error {
	s := footfall.Str(frame)
	_, s, ok := strings.Cut(s, "<Event>")
	if !ok {
		return errDTS
	}
	e := b.New()
	e.Log, e.Program = n.log, "ias"
	v := n.values
	v.Begin(b)
	for {
		i := strings.IndexByte(s, '<')
		if i < 0 || i+1 < len(s) && s[i+1] == '/' {
			break
		}
		tag, rest, ok := strings.Cut(s[i+1:], ">")
		text, after, ok2 := strings.Cut(rest, "<")
		if !ok || !ok2 {
			return errDTS
		}
		name, _, _ := strings.Cut(tag, " ")
		n.buf = xmlscan.Decode(n.buf[:0], footfall.Bytes(text))
		if !strings.HasSuffix(tag, "/") {
			_, after, _ = strings.Cut(after, ">")
		} else {
			after = s[i+len(tag)+2:]
			n.buf = n.buf[:0]
		}
		if len(n.buf) > 0 {
			val := b.Keep(n.buf)
			v.Put(name, val)
			if name == "Timestamp" {
				date, tod, _ := strings.Cut(val, " ")
				when(e, date, tod)
			}
		}
		s = after
	}
	n.answer(e)
	return nil
}

func sniffNPS(head []byte) int {
	s, _, _ := strings.Cut(strings.TrimPrefix(footfall.Str(head), "\ufeff"), "\n")
	if len(s) > 4096 || strings.Count(s, ",") < 8 {
		return 0
	}
	var e footfall.Event
	var f [6]string
	for i := range f {
		f[i], s, _ = strings.Cut(s, ",")
	}
	service := strings.Trim(f[1], `"`)
	if (service == "IAS" || service == "RAS") && when(&e, f[2], f[3]) {
		return 95
	}
	if service = strings.Trim(f[4], `"`); (service == "IAS" || service == "RAS") && when(&e, f[2], f[3]) {
		return 95
	}
	return 0
}
