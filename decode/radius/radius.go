// Package radius reads what RADIUS servers log: FreeRADIUS' radius.log and
// detail files, Cisco ISE's syslog, the files of Microsoft's NPS in all three
// forms. In goes a line, a message or a block, out comes who asked through
// which device, what was answered, which inner address a session has. It takes
// the device's word for where somebody came from: Calling-Station-Id.
package radius

import (
	"math"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/hostport"
	"github.com/footfall/footfall/internal/record"
)

// Slots of the attributes that mean something here, under all the names that
// the servers have for them.
const (
	user = iota
	caller
	called
	nasAddr
	nasName
	framed
	status
	session
	took
	in
	out
	inGiga
	outGiga
	packet
	reason
	endpoint
	client
	policy
	stamp
	failure
	mac
	portal
	method
	longName
	computer
	slots
)

var paths = [slots]string{
	user:     "UserName|User-Name|User|AdminName|SAM-Account-Name",
	caller:   "Calling-Station-Id|Calling-Station-ID|CallingStationID",
	called:   "Called-Station-Id|Called-Station-ID",
	nasAddr:  "NAS-IP-Address|Device IP Address|Client-IP-Address",
	nasName:  "NetworkDeviceName|Client-Friendly-Name|NAS-Identifier",
	framed:   "Framed-IP-Address",
	status:   "Acct-Status-Type",
	session:  "Acct-Session-Id|Acct-Session-ID|CPMSessionID|AcsSessionID",
	took:     "Acct-Session-Time",
	in:       "Acct-Input-Octets",
	out:      "Acct-Output-Octets",
	inGiga:   "Acct-Input-Gigawords",
	outGiga:  "Acct-Output-Gigawords",
	packet:   "Packet-Type",
	reason:   "Reason-Code",
	endpoint: "Tunnel-Client-Endpoint|Tunnel-Client-Endpt",
	client:   "EndPointProfilerServer|Connect-Info",
	policy:   "NP-Policy-Name|Policy-Name|SelectedAuthorizationProfiles",
	stamp:    "Timestamp|Event-Timestamp",
	failure:  "FailureReason",
	mac:      "EndPointMACAddress",
	portal:   "IpAddress|Remote-Address|AdminIPAddress",
	method:   "AuthenticationMethod|Authentication-Type",
	longName: "Fully-Qualified-Distinguished-Name|Fully-Qualified-User-Name",
	computer: "Computer-Name|ComputerName",
}

// A reader turns attributes into the typed parts of an event.
type reader struct {
	log    footfall.LogID
	values *record.Values
}

func newReader(s *footfall.Schema, log footfall.Log, also map[string][]string) *reader {
	return &reader{log: s.AddLog(log), values: record.New(s, paths[:], also)}
}

// who fills in who asks, from where and through which device.
func (r *reader) who(e *footfall.Event) {
	v := r.values
	e.Service = footfall.ServiceRADIUS
	if e.User.Name == "" {
		name := v.Get(user)
		if name == "" {
			name = v.Get(longName)
			name = name[strings.LastIndexByte(name, '/')+1:] // example.net/Users/alice
		}
		account(e, name)
	}
	station(e, v.Get(caller))
	for _, s := range [...]int{endpoint, portal} {
		text := v.Get(s)
		if strings.HasPrefix(text, "(tag=") {
			_, text, _ = strings.Cut(text, ") ")
		}
		if a := record.Addr(text); a.IsValid() {
			e.From.Addr = a
			break
		}
	}
	if e.MAC == "" && v.Get(mac) != "" {
		e.MAC = v.Get(mac)
	}
	e.To.Addr, e.To.Host = v.Addr(nasAddr), v.Get(nasName)
	e.Assigned = v.Addr(framed)
	e.Session, e.Object = v.Get(session), v.Get(policy)
}

func account(e *footfall.Event, s string) {
	if d, n, ok := strings.Cut(s, `\`); ok {
		e.User.Domain, s = d, n
	}
	e.User.Name = s
}

// station reads Calling-Station-Id: an address of a VPN's client, or the
// hardware address of a port's or of a wireless client.
func station(e *footfall.Event, s string) {
	if p, ok := hostport.Addr(s); ok {
		e.From.Addr = p
		return
	}
	if a := record.Addr(s); a.IsValid() {
		e.From.Addr = a
		return
	}
	if n := len(s); n >= 12 && n <= 17 && strings.Trim(s, "0123456789abcdefABCDEF:-.") == "" {
		e.MAC = s
	}
}

// accounting reads the state of a session; false when the record has none.
func (r *reader) accounting(e *footfall.Event) bool {
	v := r.values
	switch v.Get(status) {
	case "Start", "1":
		e.Kind = footfall.KindLease
	case "Interim-Update", "Alive", "3":
		e.Kind = footfall.KindLease
	case "Stop", "2":
		e.Kind = footfall.KindLogoff
	case "Accounting-On", "7":
		e.Kind = footfall.KindStart
		return true
	default:
		return false
	}
	e.Outcome = footfall.Success
	sent, got := octets(v, in, inGiga), octets(v, out, outGiga)
	if sent <= math.MaxInt64-got {
		e.Bytes, e.Returned = sent+got, got
	}
	if n := v.Int(took); n > 0 && n < 1<<32 {
		e.Duration = n * 1e9
	}
	return true
}

// octets returns a counter with its part above 32 bits (RFC 2869 section 5.1).
func octets(v *record.Values, low, high int) int64 {
	n, g := v.Int(low), v.Int(high)
	if n < 0 || g < 0 || g > 1<<30 || n > math.MaxInt64-g<<32 {
		return 0
	}
	return n + g<<32
}

func accepted(e *footfall.Event) {
	e.Kind, e.Outcome = footfall.KindLogon, footfall.Success
}

func rejected(e *footfall.Event, why footfall.Reason) {
	e.Kind, e.Outcome, e.Reason = footfall.KindLogon, footfall.Failure, why
}
