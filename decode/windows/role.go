package windows

import (
	"strings"

	"github.com/footfall/footfall"
)

// A role says what a field of a record feeds.
type role uint8

const (
	toNothing    role = iota
	toUser            // Event.User.Name
	toUserDomain      // its domain
	toUserSID         // its SID
	toUserFull        // both, as DOMAIN\name, or a SID
	toTarget
	toTargetDomain
	toTargetSID
	toTargetFull
	toFromAddr
	toFromHost
	toFromPort
	toFromBoth // address and port in one: 10.0.0.1:4711, [fe80::1]:4711
	toFromSock // a SOCKADDR_STORAGE in hexadecimal, or what toFromBoth reads
	toHost
	toPeer // To.Host, and kept to tell the two ends apart
	toAddr
	toPort
	toSession
	toParent
	toObject
	toLog // the log that was cleared
	toPipe
	toImage
	toParentImg
	toCommand
	toClient
	toLogonType
	toElevated
	toBytes
	toSeconds
	toTerminal // terminal session number
	toTerminalParent

	toKeywords
	toText   // the longest of several values
	toValues // values in their order
	toProgram
	toPID
	toPayload

	// What follows is kept as it is for the entry's finish function.
	toStatus
	toSubStatus
	toProcess
	toLogonProc
	toPackage
	toLmPackage
	toServer
	toSPN
	toShare
	toRelative
	toDirection
	toCallerPID
	toLocality
	toOtherUser
	toOtherDomain
	toNewUser
	toNewDomain
	toNewSID
	toNewSession
	toStarter
	toPreAuth
	toOperation
	toValueName
	toValueType
	toValue
	toSystemUser
	toSystemDomain
	roleEnd

	firstKept = toStatus
)

var roleNames = [roleEnd]string{
	toUser:           "user",
	toUserDomain:     "user domain",
	toUserSID:        "user SID",
	toUserFull:       "user",
	toTarget:         "target",
	toTargetDomain:   "target domain",
	toTargetSID:      "target SID",
	toTargetFull:     "target",
	toFromAddr:       "from address",
	toFromHost:       "from host",
	toFromPort:       "from port",
	toFromBoth:       "from address and port",
	toFromSock:       "from address and port",
	toHost:           "to host",
	toPeer:           "to host",
	toAddr:           "to address",
	toPort:           "to port",
	toSession:        "session",
	toParent:         "parent session",
	toObject:         "object",
	toLog:            "object",
	toPipe:           "pipe",
	toImage:          "image",
	toParentImg:      "parent image",
	toCommand:        "command",
	toClient:         "client",
	toLogonType:      "logon type",
	toElevated:       "elevated",
	toBytes:          "bytes",
	toSeconds:        "duration",
	toTerminal:       "terminal session",
	toTerminalParent: "terminal session that did it",
	toKeywords:       "outcome",
	toText:           "text that holds more",
	toValues:         "values in their order",
	toProgram:        "program",
	toPID:            "process",
	toPayload:        "message",
	toStatus:         "outcome and reason",
	toSubStatus:      "reason",
	toProcess:        "process that asked",
	toLogonProc:      "logon process",
	toPackage:        "authentication package",
	toLmPackage:      "NTLM version",
	toServer:         "server",
	toSPN:            "service principal",
	toShare:          "share",
	toRelative:       "file or pipe",
	toDirection:      "direction",
	toCallerPID:      "caller's process",
	toLocality:       "locality",
	toOtherUser:      "outbound account",
	toOtherDomain:    "its domain",
	toNewUser:        "new process's user",
	toNewDomain:      "its domain",
	toNewSID:         "its SID",
	toNewSession:     "its session",
	toStarter:        "session that started it",
	toPreAuth:        "kind of pre-authentication",
	toOperation:      "what was done",
	toValueName:      "value name",
	toValueType:      "value type",
	toValue:          "value",
	toSystemUser:     "account that wrote the record",
	toSystemDomain:   "its domain",
}

// String names the typed field, or what the value is used for.
func (r role) String() string { return roleNames[min(r, roleEnd-1)] }

// An extra holds values that only the entry's finish function looks at.
type extra struct {
	kept   [roleEnd - firstKept]string
	values [4]string // of toValues
	count  int
	text   string // of toText
	failed bool   // Keywords say Audit Failure
}

// got returns the value that was kept for a role, "" when there is none.
func (r *Reader) got(to role) string { return r.x.kept[to-firstKept] }

func (r *Reader) keep(to role, v string) { r.x.kept[to-firstKept] = v }

// nobody is the SID that Windows writes where it knows none ([MS-DTYP]
// 2.4.2.4, NULL).
const nobody = "S-1-0-0"

// set gives a value to its typed field. v is neither empty nor "-".
func (r *Reader) set(b *footfall.Batch, e *footfall.Event, to role, v string) {
	switch to {
	case toUser:
		e.User.Name = v
	case toUserDomain:
		if v != "." { // this host
			e.User.Domain = v
		}
	case toUserSID:
		if v != nobody {
			e.User.SID = v
		}
	case toUserFull:
		setFull(&e.User, v)
	case toTarget:
		e.Target.Name = v
	case toTargetDomain:
		e.Target.Domain = v
	case toTargetSID:
		if v != nobody {
			e.Target.SID = v
		}
	case toTargetFull:
		setFull(&e.Target, v)
	case toFromAddr:
		setFrom(e, v)
	case toFromHost:
		e.From.Host = v
	case toFromPort:
		e.From.Port = port(v)
	case toFromBoth:
		setFromBoth(e, v)
	case toFromSock:
		setFromSock(e, v)
	case toPeer:
		e.To.Host = v
		r.keep(toServer, v)
	case toLog:
		// Dresses that spell the System part give its Channel too.
		if e.Object == "" || v != e.Channel {
			e.Object = v
		}
	case toHost:
		e.To.Host = v
	case toAddr:
		e.To.Addr = address(v)
	case toPort:
		e.To.Port = port(v)
	case toSession:
		e.Session = logonID(b, v)
	case toParent:
		e.Parent = logonID(b, v)
	case toKeywords:
		r.x.failed = r.x.failed || auditFailure(v)
	default:
		r.thing(b, e, to, v)
	}
}

// thing gives a value to the typed fields that say what was acted on and how.
func (r *Reader) thing(b *footfall.Batch, e *footfall.Event, to role, v string) {
	switch to {
	case toObject:
		e.Object = v
	case toPipe:
		e.Object = lowered(b, trimPipe(v))
	case toImage:
		e.Image = v
	case toParentImg:
		e.ParentImg = v
	case toCommand:
		e.Command = v
	case toClient:
		if v = strings.TrimLeft(v, `\`); !equalFold(v, "unknown") {
			e.Client = v
		}
	case toLogonType:
		e.LogonType = uint8(min(decimal(v), 255))
	case toElevated:
		e.Elevated = yes(v)
	case toBytes:
		e.Bytes += int64(min(decimal(v), 1<<60))
	case toSeconds:
		e.Duration = int64(min(decimal(v), 1<<30)) * 1e9
	case toTerminal:
		e.Session = terminal(b, v)
	case toTerminalParent:
		e.Parent = terminal(b, v)
	case toText:
		// Of several unnamed values the longest is the one that tells.
		if len(v) > len(r.x.text) {
			r.x.text = v
		}
	case toValues:
		if x := &r.x; x.count < len(x.values) {
			x.values[x.count] = v
			x.count++
		}
	case toProgram:
		e.Program = v
	case toPID:
		e.PID = uint32(min(decimal(v), 1<<32-1))
	case toPayload:
		e.Message = v
	}
}
