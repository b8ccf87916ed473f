package crowdstrike

import (
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/jsonlog"
	"github.com/footfall/footfall/internal/record"
)

// sensorEvent is an event of a sensor, by its simple name.
func sensorEvent(r *jsonlog.Reader, kind string) {
	e := r.Event
	switch kind {
	case "ProcessRollup2", "SyntheticProcessRollup2", "CreateProcessArgs":
		process(r)
	case "UserLogon", "UserLogonFailed", "UserLogonFailed2", "UserLogoff", "UserIdentity", "SsoUserLogon", "SsoUserLogonFailure":
		logon(r, kind)
	case "NetworkConnectIP4", "NetworkConnectIP6", "NetworkReceiveAcceptIP4", "NetworkReceiveAcceptIP6", "NetworkCloseIP4", "NetworkCloseIP6":
		connection(r, kind)
	case "DnsRequest", "DnsRequestResult", "DnsRequestBlocked", "SuspiciousDnsRequest":
		r.SetLog(logDNS)
		e.Kind, e.Service, e.Object = footfall.KindResolve, footfall.ServiceDNS, r.Get(query)
		e.To.Addr = record.Addr(first(r.Get(answer)))
	case "ServiceStarted", "CreateService", "ModifyServiceBinary", "HostedServiceStarted", "SystemdServiceCreated":
		e.Kind, e.Object, e.Image = footfall.KindService, r.First(serviceDisplay, serviceName), r.First(serviceImage, image, command)
	case "ScheduledTaskRegistered", "ScheduledTaskModified", "ScheduledTaskDeleted":
		e.Kind, e.Object, e.Command = footfall.KindTask, r.Get(taskName), r.Get(taskCommand)
	case "SmbServerShareOpenedEtw", "SmbClientShareOpenedEtw", "SmbServerV1AuditEtw":
		e.Kind, e.Service, e.From.Addr = footfall.KindShare, footfall.ServiceSMB, r.Addr(remoteIP)
	case "UserAccountCreated", "UserAccountDeleted":
		e.Kind, e.Outcome = footfall.KindAccount, footfall.Success
	case "UserAccountAddedToGroup", "UserAccountRemovedFromGroup":
		e.Kind, e.Outcome = footfall.KindGroup, footfall.Success
	case "EventLogCleared":
		e.Kind = footfall.KindCleared
	case "AgentOnline", "AgentConnect":
		e.Kind = footfall.KindStart
	case "LocalIpAddressIP4", "LocalIpAddressIP6":
		e.Kind, e.Assigned = footfall.KindEntry, r.Addr(localIP)
	case "RegGenericValueUpdate", "RegSystemConfigValueUpdate", "AsepValueUpdate":
		e.Kind = footfall.KindRegistry
	default:
		other(r, kind)
	}
}

// first is the first of several answers.
func first(s string) string {
	if i := strings.IndexByte(s, ';'); i >= 0 {
		return s[:i]
	}
	return s
}

func other(r *jsonlog.Reader, kind string) {
	e := r.Event
	switch {
	case strings.HasSuffix(kind, "FileWritten"), strings.HasSuffix(kind, "FileOpenInfo"), kind == "NewExecutableWritten", kind == "NewScriptWritten":
		r.SetLog(logFile)
		e.Kind, e.Object = footfall.KindFile, r.Get(targetProcess)
	case strings.HasPrefix(kind, "Script") || kind == "CommandHistory":
		e.Kind, e.Command = footfall.KindScript, r.Get(command)
	case kind == "" && r.Addr(localIP).IsValid(): // the inventory of hosts
		e.Kind, e.Assigned = footfall.KindEntry, r.Addr(localIP)
	default:
		e.Object = kind
	}
}

func process(r *jsonlog.Reader) {
	e := r.Event
	e.Kind, e.Image, e.Command = footfall.KindProcess, r.Get(image), r.Get(command)
	e.ParentImg, e.Session = r.First(parentImage, parentBase), r.Get(logonID)
	switch platformOf(r) {
	case 'M':
		r.SetLog(logMacProcess)
	case 'L':
		r.SetLog(logLinProcess)
	default:
		r.SetLog(logWinProcess)
	}
	r.Field(0, winPath(r, e.Image))
	if p := r.Get(parentImage); p != "" {
		r.Field(1, winPath(r, p))
	} else {
		r.Field(1, base(r, r.Get(parentBase)))
	}
	r.Field(8, r.Whole(e.User))
}

// base makes of a file's name how its path ends, which is what rules ask for.
func base(r *jsonlog.Reader, name string) string {
	if name == "" {
		return ""
	}
	slash := byte('\\')
	if platformOf(r) != 'W' {
		slash = '/'
	}
	s := r.Batch.Grow(len(name) + 1)
	return r.Batch.Kept(append(append(s, slash), name...))
}

// winPath writes \Device\HarddiskVolume2\Windows as Sysmon does, with a
// letter: which one the record does not say, C is where systems lie.
func winPath(r *jsonlog.Reader, p string) string {
	rest, ok := strings.CutPrefix(p, `\Device\HarddiskVolume`)
	i := strings.IndexByte(rest, '\\')
	if !ok || i < 0 {
		return p
	}
	s := r.Batch.Grow(len(rest) + 2)
	return r.Batch.Kept(append(append(s, "C:"...), rest[i:]...))
}

func platformOf(r *jsonlog.Reader) byte {
	if p := r.Get(platform); p != "" {
		return p[0]
	}
	if n := r.Get(name); strings.Contains(n, "Lin") {
		return 'L'
	} else if strings.Contains(n, "Mac") {
		return 'M'
	}
	return 'W'
}

func logon(r *jsonlog.Reader, kind string) {
	e := r.Event
	e.Kind, e.Session, e.Outcome = footfall.KindLogon, r.Get(logonID), footfall.Success
	e.From.Addr, e.From.Host, e.Client = r.Addr(remoteIP), r.Get(clientName), r.Get(clientName)
	if ns, _ := jsonlog.Stamp(r.Get(logonTime)); ns != 0 {
		e.Time = ns
	}
	n := r.Num(logonType)
	if n > 0 && n < 14 {
		e.LogonType = uint8(n)
	}
	switch n {
	case 3, 8:
		e.Service = footfall.ServiceNetwork
	case 10:
		e.Service = footfall.ServiceRDP
	case 2, 4, 5, 7, 11, 12, 13:
		e.Service = footfall.ServiceLocal
	}
	switch kind {
	case "UserLogoff":
		e.Kind = footfall.KindLogoff
	case "UserIdentity":
		e.Kind = footfall.KindEntry
	case "UserLogonFailed", "UserLogonFailed2", "SsoUserLogonFailure":
		e.Outcome = footfall.Failure
		if e.Reason = ntReason(r.Get(subStatus)); e.Reason == footfall.ReasonUnknown {
			e.Reason = ntReason(r.Get(status))
		}
	}
}

// ntReason reads an NTSTATUS, decimal or with 0x.
func ntReason(s string) footfall.Reason {
	switch {
	case jsonlog.Is(s, "3221225578", "0xc000006a", "c000006a", "-1073741718"):
		return footfall.ReasonBadPassword
	case jsonlog.Is(s, "3221225572", "0xc0000064", "c0000064", "-1073741724"):
		return footfall.ReasonNoUser
	case jsonlog.Is(s, "3221225586", "0xc0000072", "c0000072", "-1073741710"):
		return footfall.ReasonDisabled
	case jsonlog.Is(s, "3221226036", "0xc0000234", "c0000234", "-1073741260"):
		return footfall.ReasonLocked
	case jsonlog.Is(s, "3221225585", "0xc0000071", "c0000071", "3221225875", "0xc0000193", "-1073741711"):
		return footfall.ReasonExpired
	case jsonlog.Is(s, "3221225583", "0xc000006f", "3221225584", "0xc0000070", "3221225819", "0xc000015b"):
		return footfall.ReasonRestricted
	}
	return footfall.ReasonUnknown
}

// connection is one that the sensor's host opened (direction 0) or accepted.
func connection(r *jsonlog.Reader, kind string) {
	e := r.Event
	e.Kind, e.Outcome = footfall.KindConnection, footfall.Success
	local := footfall.Endpoint{Addr: r.Addr(localIP), Port: r.PortOf(localPort), Host: r.Get(computer)}
	remote := footfall.Endpoint{Addr: r.Addr(remoteIP), Port: r.PortOf(remotePort)}
	out := r.Get(direction) == "0" || r.Get(direction) == "" && !strings.Contains(kind, "Accept")
	if strings.Contains(kind, "Close") {
		e.Outcome = footfall.OutcomeUnknown
	}
	e.From, e.To = remote, local
	if out {
		e.From, e.To = local, remote
	}
	e.Service = footfall.ServiceOfPort(e.To.Port)
	e.Image = r.First(image, contextBase)
	if p := r.Get(image); p != "" {
		r.Field(0, winPath(r, p))
	} else {
		r.Field(0, base(r, r.Get(contextBase)))
	}
	switch platformOf(r) {
	case 'M':
		r.SetLog(logMacNetwork)
	case 'L':
		r.SetLog(logLinNetwork)
	default:
		r.SetLog(logWinNetwork)
	}
	if out {
		r.Field(3, r.Get(localIP))
		r.Field(4, r.Get(localPort))
		r.Field(5, r.Get(remoteIP))
		r.Field(6, r.Get(remotePort))
		r.Field(7, "true")
		return
	}
	r.Field(3, r.Get(remoteIP))
	r.Field(4, r.Get(remotePort))
	r.Field(5, r.Get(localIP))
	r.Field(6, r.Get(localPort))
	r.Field(7, "false")
}
