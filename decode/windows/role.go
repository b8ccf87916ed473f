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

	// What follows is kept for the entry's finish function.
	toKeywords
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
	toText
	toValues
	toSystemUser
	toSystemDomain
	toProgram
	toPID
	toPayload
	roleEnd
)

var roleNames = [roleEnd]string{
	"", "user", "user domain", "user SID", "user", "target", "target domain", "target SID", "target",
	"from address", "from host", "from port", "from address and port", "from address and port", "to host", "to host", "to address", "to port",
	"session", "parent session", "object", "object", "pipe", "image", "parent image", "command", "client", "logon type",
	"elevated", "bytes", "duration", "terminal session", "terminal session that did it",
	"outcome", "outcome and reason", "reason", "process that asked", "logon process", "authentication package", "NTLM version",
	"server", "service principal", "share", "file or pipe", "direction", "caller's process", "locality", "outbound account",
	"its domain", "new process's user", "its domain", "its SID", "its session", "session that started it", "kind of pre-authentication", "what was done", "value name",
	"value type", "value", "text that holds more", "values in their order", "account that wrote the record", "its domain", "program", "process", "message",
}

// String names the typed field, or what the value is used for.
func (r role) String() string { return roleNames[min(r, roleEnd-1)] }

// An extra holds values that only the entry's finish function looks at.
type extra struct {
	failed                               bool // Keywords say Audit Failure
	status, sub                          string
	process, logonProc, pkg, lmPkg       string
	server, spn, share, relative         string
	direction, pid, locality             string
	otherUser, otherDomain               string
	newUser, newDomain, newSID, newLogon string
	starter, preAuth, operation          string
	valueName, valueType, value          string
	text                                 string
	values                               [4]string
	count                                int
	systemUser, systemDomain             string
}

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
		e.To.Host, r.x.server = v, v
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
	default:
		r.keep(e, to, v)
	}
}

// keep keeps a value for the entry's finish function.
func (r *Reader) keep(e *footfall.Event, to role, v string) {
	x := &r.x
	switch to {
	case toStatus:
		x.status = v
	case toSubStatus:
		x.sub = v
	case toProcess:
		x.process = v
	case toLogonProc:
		x.logonProc = v
	case toPackage:
		x.pkg = v
	case toLmPackage:
		x.lmPkg = v
	case toServer:
		x.server = v
	case toSPN:
		x.spn = v
	case toShare:
		x.share = v
	case toRelative:
		x.relative = v
	case toDirection:
		x.direction = v
	case toCallerPID:
		x.pid = v
	case toLocality:
		x.locality = v
	case toOtherUser:
		x.otherUser = v
	case toOtherDomain:
		x.otherDomain = v
	case toNewUser:
		x.newUser = v
	case toNewDomain:
		x.newDomain = v
	case toNewSID:
		x.newSID = v
	case toNewSession:
		x.newLogon = v
	case toStarter:
		x.starter = v
	case toPreAuth:
		x.preAuth = v
	case toOperation:
		x.operation = v
	case toValueName:
		x.valueName = v
	case toValueType:
		x.valueType = v
	case toValue:
		x.value = v
	case toText:
		// The longest of several unnamed values is the one that tells.
		if len(v) > len(x.text) {
			x.text = v
		}
	case toValues:
		if x.count < len(x.values) {
			x.values[x.count] = v
			x.count++
		}
	case toSystemUser:
		x.systemUser = v
	case toSystemDomain:
		x.systemDomain = v
	case toProgram:
		e.Program = v
	case toPID:
		e.PID = uint32(min(decimal(v), 1<<32-1))
	case toPayload:
		e.Message = v
	}
}
