package emulate

import "strings"

// An eventKind is what stands in the System part of an event.
type eventKind struct {
	version, task int
	channel       int
	category      string
}

var channelNames = [channels]struct{ channel, provider, guid string }{
	securityLog: {"Security", "Microsoft-Windows-Security-Auditing", "{54849625-5478-4994-a5ba-3e3b0328c30d}"},
	terminalLog: {"Microsoft-Windows-TerminalServices-LocalSessionManager/Operational", "Microsoft-Windows-TerminalServices-LocalSessionManager", "{5d896912-022d-40aa-a3a8-4fa5515c76d7}"},
	remoteLog:   {"Microsoft-Windows-TerminalServices-RemoteConnectionManager/Operational", "Microsoft-Windows-TerminalServices-RemoteConnectionManager", "{c76baa63-ae81-421c-b425-340b4b24157f}"},
	systemLog:   {"System", "Service Control Manager", "{555908d1-a6d7-4695-8e1e-26931d2012f4}"},
}

func kindOf(event int) eventKind {
	switch event {
	case 4624:
		return eventKind{2, 12544, securityLog, "Logon"}
	case 4625, 4648:
		return eventKind{0, 12544, securityLog, "Logon"}
	case 4634, 4647:
		return eventKind{0, 12545, securityLog, "Logoff"}
	case 4672:
		return eventKind{0, 12548, securityLog, "Special Logon"}
	case 4768, 4771:
		return eventKind{0, 14339, securityLog, "Kerberos Authentication Service"}
	case 4769:
		return eventKind{0, 14337, securityLog, "Kerberos Service Ticket Operations"}
	case 4776:
		return eventKind{0, 14336, securityLog, "Credential Validation"}
	case 4778, 4779, 4800, 4801:
		return eventKind{0, 12551, securityLog, "Other Logon/Logoff Events"}
	case 5140:
		return eventKind{1, 12808, securityLog, "File Share"}
	case 4608:
		return eventKind{0, 12288, securityLog, "Security State Change"}
	case 4728, 4729:
		return eventKind{0, 13826, securityLog, "Security Group Management"}
	case 4697:
		return eventKind{0, 12289, securityLog, "Security System Extension"}
	case 7045:
		return eventKind{0, 0, systemLog, ""}
	case 21, 23, 24, 25:
		return eventKind{0, 0, terminalLog, ""}
	case 1149:
		return eventKind{0, 0, remoteLog, ""}
	}
	return eventKind{0, 13824, securityLog, "User Account Management"}
}

func channelOf(event int) int { return kindOf(event).channel }

// failed tells whether an event is an audit failure.
func (r *record) failed() bool {
	switch r.event {
	case 4625, 4771:
		return true
	case 4768, 4769, 4776:
		return r.win.status != 0
	}
	return false
}

// fields writes an event's own part.
func (w *fieldWriter) fields(s *sim, r *record) {
	d := &r.win
	switch r.event {
	case 4624:
		w.logon(r)
	case 4625:
		w.failure(r)
	case 4634:
		w.account("Target", d.target.sid, d.target.name, d.target.domain, d.targetID)
		w.number("LogonType", uint64(d.kind))
	case 4647, 4800, 4801:
		w.account("Target", d.target.sid, d.target.name, d.target.domain, d.targetID)
		if r.event != 4647 {
			w.number("SessionId", uint64(d.kind))
		}
	case 4648:
		w.explicit(r)
	case 4672:
		w.subject(r)
		w.put("PrivilegeList", "SeSecurityPrivilege\n\t\t\tSeBackupPrivilege\n\t\t\tSeRestorePrivilege\n\t\t\tSeTakeOwnershipPrivilege\n\t\t\tSeDebugPrivilege\n\t\t\tSeSystemEnvironmentPrivilege\n\t\t\tSeLoadDriverPrivilege\n\t\t\tSeImpersonatePrivilege")
	case 4768, 4769, 4771, 4776:
		w.ticket(s, r)
	case 4778, 4779:
		w.put("AccountName", d.target.name)
		w.put("AccountDomain", d.target.domain)
		w.hex("LogonID", d.targetID)
		w.put("SessionName", d.object)
		w.put("ClientName", d.client)
		w.put("ClientAddress", d.addr.String())
	case 5140:
		w.subject(r)
		w.put("ObjectType", "File")
		w.from(r)
		w.put("ShareName", d.object)
		w.put("ShareLocalPath", d.more)
		w.put("AccessMask", "0x1")
		w.put("AccessList", "%%4416\n\t\t\t\t")
	case 21, 23, 24, 25, 1149:
		w.terminal(r)
	case 4697, 7045:
		w.installed(r)
	case 4728, 4729:
		w.put("MemberName", d.more)
		w.put("MemberSid", d.target.sid)
		w.put("TargetUserName", d.object)
		w.put("TargetDomainName", d.target.domain)
		w.subject(r)
		w.put("PrivilegeList", "-")
	case 4740:
		w.put("TargetUserName", d.target.name)
		w.put("TargetDomainName", d.client)
		w.put("TargetSid", d.target.sid)
		w.subject(r)
	case 4720, 4722, 4723, 4724, 4725, 4738, 4767:
		w.put("TargetUserName", d.target.name)
		w.put("TargetDomainName", d.target.domain)
		w.put("TargetSid", d.target.sid)
		w.subject(r)
	}
}

func (w *fieldWriter) logon(r *record) {
	d := &r.win
	p := packs[d.pack]
	w.subject(r)
	w.account("Target", d.target.sid, d.target.name, d.target.domain, d.targetID)
	w.number("LogonType", uint64(d.kind))
	w.put("LogonProcessName", p.process)
	w.put("AuthenticationPackageName", p.name)
	w.put("WorkstationName", d.client)
	w.guid("LogonGuid", d.guid)
	w.put("TransmittedServices", "-")
	if d.target == anonymous {
		w.put("LmPackageName", "NTLM V1")
	} else {
		w.put("LmPackageName", p.lm)
	}
	w.put("KeyLength", p.key)
	if d.process == "" {
		w.put("ProcessId", "0x0")
		w.put("ProcessName", "-")
	} else {
		w.hex("ProcessId", 0x2a0+d.targetID&0xff0)
		w.put("ProcessName", d.process)
	}
	w.from(r)
	w.put("ImpersonationLevel", "%%1833")
	w.put("RestrictedAdminMode", "-")
	w.put("TargetOutboundUserName", "-")
	w.put("TargetOutboundDomainName", "-")
	w.put("VirtualAccount", "%%1843")
	w.hex("TargetLinkedLogonId", d.linked)
	if d.elevated {
		w.put("ElevatedToken", "%%1842")
	} else {
		w.put("ElevatedToken", "%%1843")
	}
}

func (w *fieldWriter) failure(r *record) {
	d := &r.win
	p := packs[d.pack]
	w.subject(r)
	w.put("TargetUserSid", "S-1-0-0")
	w.put("TargetUserName", d.target.name)
	w.put("TargetDomainName", d.target.domain)
	status, reason := "0xc000006d", "%%2313"
	switch d.status {
	case 0xc0000234:
		status, reason = "0xc0000234", "%%2307"
	case 0xc0000071:
		status, reason = "0xc000006e", "%%2309"
	case 0xc0000072:
		status, reason = "0xc000006e", "%%2310"
	}
	w.put("Status", status)
	w.put("FailureReason", reason)
	w.hex("SubStatus", uint64(d.status))
	w.number("LogonType", uint64(d.kind))
	w.put("LogonProcessName", p.process)
	w.put("AuthenticationPackageName", p.name)
	w.put("WorkstationName", d.client)
	w.put("TransmittedServices", "-")
	w.put("LmPackageName", "-")
	w.put("KeyLength", "0")
	w.put("ProcessId", "0x0")
	w.put("ProcessName", "-")
	w.from(r)
}

func (w *fieldWriter) explicit(r *record) {
	d := &r.win
	w.subject(r)
	w.guid("LogonGuid", 0)
	w.put("TargetUserName", d.target.name)
	w.put("TargetDomainName", d.target.domain)
	w.guid("TargetLogonGuid", d.guid)
	w.put("TargetServerName", d.object)
	w.put("TargetInfo", d.more)
	w.hex("ProcessId", 0x100+d.subjectID&0xff0)
	w.put("ProcessName", d.process)
	w.from(r)
}

func (w *fieldWriter) ticket(s *sim, r *record) {
	d := &r.win
	realm := strings.ToUpper(s.p.realm)
	switch r.event {
	case 4768:
		w.put("TargetUserName", d.target.name)
		w.put("TargetDomainName", realm)
		w.put("TargetSid", d.target.sid)
		w.put("ServiceName", "krbtgt")
		w.put("ServiceSid", "S-1-5-21-1004336348-1177238915-682003330-502")
		w.put("TicketOptions", "0x40810010")
		w.hex("Status", uint64(d.status))
		w.put("TicketEncryptionType", "0x12")
		w.put("PreAuthType", "2")
		w.address("IpAddress", d.addr, true)
		w.ports(r)
		w.put("CertIssuerName", "")
		w.put("CertSerialNumber", "")
		w.put("CertThumbprint", "")
	case 4769:
		w.put("TargetUserName", d.target.name+"@"+realm)
		w.put("TargetDomainName", realm)
		w.put("ServiceName", d.object)
		w.put("ServiceSid", d.more)
		w.put("TicketOptions", "0x40810000")
		w.put("TicketEncryptionType", "0x12")
		w.address("IpAddress", d.addr, true)
		w.ports(r)
		w.hex("Status", uint64(d.status))
		w.guid("LogonGuid", d.guid)
		w.put("TransmittedServices", "-")
	case 4771:
		w.put("TargetUserName", d.target.name)
		w.put("TargetSid", d.target.sid)
		w.put("ServiceName", "krbtgt/"+s.p.short)
		w.put("TicketOptions", "0x40810010")
		w.hex("Status", uint64(d.status))
		w.put("PreAuthType", "2")
		w.address("IpAddress", d.addr, true)
		w.ports(r)
		w.put("CertIssuerName", "")
		w.put("CertSerialNumber", "")
		w.put("CertThumbprint", "")
	case 4776:
		w.put("PackageName", "MICROSOFT_AUTHENTICATION_PACKAGE_V1_0")
		w.put("TargetUserName", d.target.name)
		w.put("Workstation", d.client)
		w.hex("Status", uint64(d.status))
	}
}

func (w *fieldWriter) terminal(r *record) {
	d := &r.win
	if r.event == 1149 {
		w.put("Param1", d.target.name)
		w.put("Param2", d.target.domain)
		w.put("Param3", d.addr.String())
		return
	}
	w.put("User", d.target.domain+`\`+d.target.name)
	w.number("SessionID", uint64(d.kind))
	if r.event != 23 {
		if d.addr.IsValid() {
			w.put("Address", d.addr.String())
		} else {
			w.put("Address", "LOCAL")
		}
	}
}

func (w *fieldWriter) installed(r *record) {
	d := &r.win
	if r.event == 4697 {
		w.subject(r)
		w.put("ServiceName", d.object)
		w.put("ServiceFileName", d.more)
		w.put("ServiceType", "0x10")
		w.put("ServiceStartType", "2")
		w.put("ServiceAccount", "LocalSystem")
		return
	}
	w.put("ServiceName", d.object)
	w.put("ImagePath", d.more)
	w.put("ServiceType", "user mode service")
	w.put("StartType", "auto start")
	w.put("AccountName", "LocalSystem")
}
