package cisco

import (
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/clock"
)

// Slots of the values of FTD's security events (430001 to 430005).
const (
	srcIP = iota
	dstIP
	srcPort
	dstPort
	protocolSlot
	action
	rule
	userSlot
	application
	initiatorBytes
	responderBytes
	took
	inZone
	outZone
	inInterface
	outInterface
	message
	threatName
	fileName
	firstPacket
	connectionID
	agent
	inlineResult
	country
	ftdSlots
)

var ftdPaths = []string{
	srcIP: "SrcIP", dstIP: "DstIP", srcPort: "SrcPort", dstPort: "DstPort", protocolSlot: "Protocol", action: "AccessControlRuleAction",
	rule: "AccessControlRuleName", userSlot: "User", application: "ApplicationProtocol", initiatorBytes: "InitiatorBytes",
	responderBytes: "ResponderBytes", took: "ConnectionDuration", inZone: "IngressZone", outZone: "EgressZone",
	inInterface: "IngressInterface", outInterface: "EgressInterface", message: "Message", threatName: "ThreatName", fileName: "FileName",
	firstPacket: "FirstPacketSecond", connectionID: "ConnectionID", agent: "UserAgent", inlineResult: "InlineResult", country: "SrcIPCountry|OriginalClientCountry",
}

// ftd reads "Key: value, Key: value". Values may hold commas; what URL and
// UserAgent hold cannot pass for an address, since the first of a key counts
// and the firewall writes those first.
func (d *decoder) ftd(b *footfall.Batch, e *footfall.Event, id uint32, s string) {
	v := d.pairs
	v.Begin(b)
	pairs(s, v.Put)
	e.From = footfall.Endpoint{Addr: v.Addr(srcIP), Port: v.Port(srcPort), Zone: v.First(inZone, inInterface)}
	e.To = footfall.Endpoint{Addr: v.Addr(dstIP), Port: v.Port(dstPort), Zone: v.First(outZone, outInterface)}
	e.Service = serviceOf(v.Get(application), e.To.Port)
	e.Object, e.Session, e.Client = v.Get(rule), v.Get(connectionID), v.Get(agent)
	switch u := v.Get(userSlot); u {
	case "", "No Authentication Required", "Unknown", "Not Found", "Guest", "Failed Authentication", "Special Identities/No Authentication Required":
	default:
		e.User = account(u)
	}
	e.Returned = v.Int(responderBytes)
	e.Bytes = v.Int(initiatorBytes) + e.Returned
	e.Duration = min(v.Int(took), 1<<32) * 1e9
	if ns, n := clock.ISO(v.Get(firstPacket)); n > 0 && e.Time == 0 {
		e.Time, e.Zoneless = ns, false
	}
	e.Kind = footfall.KindConnection
	switch a := v.Get(action); {
	case strings.HasPrefix(a, "Block"), strings.HasPrefix(a, "Sinkhole"), strings.HasPrefix(v.Get(inlineResult), "Drop"):
		e.Outcome = footfall.Failure
	case a != "", v.Get(inlineResult) == "Pass":
		e.Outcome = footfall.Success
	}
	switch id {
	case 430001:
		e.Kind, e.Object = footfall.KindAlert, v.Get(message)
	case 430004:
		e.Kind, e.Object = footfall.KindTransfer, v.Get(fileName)
	case 430005:
		e.Kind, e.Object = footfall.KindAlert, v.First(threatName, fileName)
	}
	e.Log = d.wall
	d.fields.Add(b, v.Get(action), v.Get(protocolSlot))
}

// pairs calls put for each "Key: value" of s.
func pairs(s string, put func(key, val string)) {
	n := keyLen(s)
	if n == 0 {
		return
	}
	for range 256 {
		key := s[:n]
		s = s[n+2:]
		end, next := len(s), 0
		for i := 0; ; {
			j := strings.Index(s[i:], ", ")
			if j < 0 {
				break
			}
			if next = keyLen(s[i+j+2:]); next > 0 {
				end = i + j
				break
			}
			i += j + 2
		}
		put(key, s[:end])
		if next == 0 {
			return
		}
		s, n = s[end+2:], next
	}
}

// keyLen returns the length of a key at the beginning of s, 0 when there is
// none: letters, digits and single blanks up to ": ".
func keyLen(s string) int {
	if s == "" || s[0] < 'A' || s[0] > 'Z' {
		return 0
	}
	for i := 1; i < len(s) && i < 40; i++ {
		switch c := s[i]; {
		case c == ':':
			if i+1 < len(s) && s[i+1] == ' ' {
				return i
			}
			return 0
		case (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != ' ' && c != '_' && c != '-':
			return 0
		}
	}
	return 0
}

// serviceOf tells a service by the name of the application, else by the port.
func serviceOf(app string, port uint16) footfall.Service {
	switch strings.ToUpper(app) {
	case "SSH":
		return footfall.ServiceSSH
	case "RDP":
		return footfall.ServiceRDP
	case "SMB", "NETBIOS-SSN (SMB)", "NETBIOS-SSN":
		return footfall.ServiceSMB
	case "VNC", "RFB":
		return footfall.ServiceVNC
	case "TELNET":
		return footfall.ServiceTelnet
	case "FTP":
		return footfall.ServiceFTP
	case "LDAP":
		return footfall.ServiceLDAP
	case "KERBEROS":
		return footfall.ServiceKerberos
	case "DNS":
		return footfall.ServiceDNS
	case "HTTP", "HTTPS":
		return footfall.ServiceWeb
	case "DCE/RPC":
		return footfall.ServiceRPC
	}
	return footfall.ServiceOfPort(port)
}
