package windows

import f "github.com/footfall/footfall"

var (
	onTerminal = binds{{"User", toUserFull}, {"SessionID", toTerminal}, {"Address", toFromAddr}}
	writer     = binds{{"UserID", toUserSID}} // who wrote the record, by the System part
)

// terminalServices: LocalSessionManager writes on the server, one event a
// change of a session.
var localSessions = []Meaning{
	{ID: 21, Doc: "a session was logged on", Kind: f.KindLogon, Service: f.ServiceRDP, Outcome: f.Success, Reads: onTerminal, finish: session},
	{ID: 22, Doc: "a session's shell started", Service: f.ServiceRDP, Outcome: f.Success, Reads: onTerminal, finish: session},
	{ID: 23, Doc: "a session was logged off", Kind: f.KindLogoff, Service: f.ServiceRDP, Outcome: f.Success, Reads: onTerminal, finish: session},
	{ID: 24, Doc: "a session was left", Kind: f.KindDisconnect, Service: f.ServiceRDP, Outcome: f.Success, Reads: onTerminal, finish: session},
	{ID: 25, Doc: "a session was taken up again", Kind: f.KindReconnect, Service: f.ServiceRDP, Outcome: f.Success, Reads: onTerminal, finish: session},
	{
		ID: 39, Doc: "a session was cut off by another", Kind: f.KindDisconnect, Service: f.ServiceRDP, Outcome: f.Success,
		Reads: binds{{"TargetSession", toTerminal}, {"Source", toTerminalParent}},
	},
	{
		ID: 40, Doc: "a session was cut off", Kind: f.KindDisconnect, Service: f.ServiceRDP, Outcome: f.Success,
		Reads: binds{{"Session", toTerminal}, {"Reason", toObject}},
	},
}

// remoteConnections: 1149 comes after the credentials of network level
// authentication, where that is asked for, and else before any were given. It
// is no logon.
var remoteConnections = []Meaning{
	{ID: 261, Doc: "the listener received a connection", Kind: f.KindAttempt, Service: f.ServiceRDP, Reads: binds{{"listenerName", toObject}}},
	{
		ID: 1149, Doc: "a client reached the log on screen or beyond", Kind: f.KindAttempt, Service: f.ServiceRDP, Outcome: f.Success,
		Reads: binds{{"Param1", toUser}, {"Param2", toUserDomain}, {"Param3", toFromAddr}},
	},
}

var rdpCore = []Meaning{
	{ID: 65, Doc: "a connection was made", Service: f.ServiceRDP, Reads: binds{{"ConnectionName", toObject}}},
	{ID: 66, Doc: "a connection was given a session", Service: f.ServiceRDP, Reads: binds{{"ConnectionName", toObject}, {"SessionID", toTerminal}}},
	{ID: 131, Doc: "a client connected", Kind: f.KindAttempt, Service: f.ServiceRDP, Reads: binds{{"ClientIP", toFromBoth}, {"ConnType", toObject}}},
	{
		ID: 139, Doc: "the client broke the protocol and was cut off", Kind: f.KindAttempt, Service: f.ServiceRDP, Outcome: f.Failure, finish: protocol,
		Reads: binds{{"ClientIP", toFromBoth}, {"IPString", toFromBoth}},
	},
	{
		ID: 140, Doc: "the user name or password was wrong", Kind: f.KindLogon, Service: f.ServiceRDP, Outcome: f.Failure, finish: wrongPassword,
		Reads: binds{{"IPString", toFromBoth}, {"ClientIP", toFromBoth}},
	},
	{ID: 148, Doc: "a channel was closed", Service: f.ServiceRDP, Reads: binds{{"ChannelName", toObject}}},
}

// rdpClient is written where mstsc runs: this host is the source.
var rdpClient = []Meaning{
	{ID: 1024, Doc: "the client tries to connect", Kind: f.KindConnection, Service: f.ServiceRDP, Reads: join(writer, binds{{"Value", toServer}}), finish: towards},
	{ID: 1025, Doc: "the client connected", Service: f.ServiceRDP, Outcome: f.Success, Reads: writer},
	{ID: 1026, Doc: "the client was disconnected", Service: f.ServiceRDP, Reads: writer},
	{ID: 1027, Doc: "the client got a session in a domain", Service: f.ServiceRDP, Outcome: f.Success, Reads: join(writer, binds{{"DomainName", toObject}})},
	{ID: 1028, Doc: "what the server can do", Service: f.ServiceRDP, Reads: writer},
	{ID: 1029, Doc: "hash of the account's name", Service: f.ServiceRDP, Reads: join(writer, binds{{"TraceMessage", toObject}})},
	{ID: 1102, Doc: "the client opened a transport to an address", Kind: f.KindConnection, Service: f.ServiceRDP, Outcome: f.Success, Reads: join(writer, binds{{"Value", toServer}}), finish: towards},
}

var onGateway = binds{
	{"Username", toUserFull},
	{"IpAddress", toFromBoth},
	{"AuthType", toPackage},
	{"Resource", toServer},
	{"BytesReceived", toBytes},
	{"BytesTransfered", toBytes},
	{"SessionDuration", toSeconds},
}

// rdGateway: the resource is the target, this host the way to it.
var rdGateway = []Meaning{
	{ID: 200, Doc: "a user may connect to the gateway", Kind: f.KindCredential, Service: f.ServiceGateway, Outcome: f.Success, Reads: onGateway, finish: gateway},
	{ID: 201, Doc: "a user may not connect to the gateway", Kind: f.KindCredential, Service: f.ServiceGateway, Outcome: f.Failure, Reads: onGateway, finish: gatewayRefused},
	{ID: 300, Doc: "a user may connect to a resource", Kind: f.KindCredential, Service: f.ServiceGateway, Outcome: f.Success, Reads: onGateway, finish: gateway},
	{ID: 301, Doc: "a user may not connect to a resource", Kind: f.KindCredential, Service: f.ServiceGateway, Outcome: f.Failure, Reads: onGateway, finish: gatewayRefused},
	{ID: 302, Doc: "a user connected to a resource", Kind: f.KindLogon, Service: f.ServiceGateway, Outcome: f.Success, Reads: onGateway, finish: gateway},
	{ID: 303, Doc: "a user disconnected from a resource", Kind: f.KindLogoff, Service: f.ServiceGateway, Outcome: f.Success, Reads: onGateway, finish: gateway},
	{ID: 304, Doc: "a resource could not be reached", Kind: f.KindConnection, Service: f.ServiceGateway, Outcome: f.Failure, Reads: onGateway, finish: gateway},
	{ID: 305, Doc: "a user was disconnected by an administrator", Kind: f.KindDisconnect, Service: f.ServiceGateway, Outcome: f.Success, Reads: onGateway, finish: gateway},
	{ID: 306, Doc: "a session ran out of time", Kind: f.KindDisconnect, Service: f.ServiceGateway, Outcome: f.Success, Reads: onGateway, finish: gateway},
	{ID: 312, Doc: "a client opened the outbound channel", Kind: f.KindAttempt, Service: f.ServiceGateway, Outcome: f.Success, Reads: onGateway, finish: gateway},
	{ID: 313, Doc: "a client opened the inbound channel", Kind: f.KindAttempt, Service: f.ServiceGateway, Outcome: f.Success, Reads: onGateway, finish: gateway},
}

// winRM: 6 is the client's, 91 and 169 are the server's.
var winRM = []Meaning{
	{ID: 6, Doc: "a session to a server is made", Kind: f.KindShell, Service: f.ServiceWinRM, Reads: join(writer, binds{{"connection", toServer}, {"Connection", toServer}}), finish: wsman},
	{ID: 91, Doc: "a shell was opened", Kind: f.KindShell, Service: f.ServiceWinRM, Outcome: f.Success, Reads: join(writer, binds{{"resourceUri", toObject}, {"ResourceUri", toObject}}), finish: shell},
	{ID: 142, Doc: "an operation failed", Kind: f.KindShell, Service: f.ServiceWinRM, Outcome: f.Failure, Reads: join(writer, binds{{"operationName", toObject}}), finish: towards},
	{ID: 161, Doc: "the client's authentication failed", Kind: f.KindShell, Service: f.ServiceWinRM, Outcome: f.Failure, Reads: join(writer, binds{{"authFailureMessage", toObject}}), finish: towards},
	{
		ID: 169, Doc: "a user was authenticated", Kind: f.KindCredential, Service: f.ServiceWinRM, Outcome: f.Success, finish: authenticated,
		Reads: binds{{"username", toUserFull}, {"authenticationMechanism", toPackage}},
	},
}

// openSSH hands the server's own line on.
var openSSH = []Meaning{
	{ID: 1, Doc: "a fatal line of the SSH server", Reads: openSSHLine},
	{ID: 2, Doc: "an error line of the SSH server", Reads: openSSHLine},
	{ID: 3, Doc: "a warning line of the SSH server", Reads: openSSHLine},
	{ID: 4, Doc: "a line of the SSH server", Reads: openSSHLine},
}

// A connection has a process of its own, which writes its lines.
var openSSHLine = binds{{"process", toProgram}, {"payload", toPayload}, {"Execution_ProcessID", toPID}}

// ntlmAudit: 8001 is the client's, 8004 the domain controller's.
var ntlmAudit = []Meaning{
	{
		ID: 8001, Doc: "NTLM was used towards a server", Kind: f.KindCredential, Service: f.ServiceNTLM, Auth: f.AuthNTLM, Outcome: f.Success, finish: ntlmClient,
		Reads: binds{{"UserName", toUser}, {"DomainName", toUserDomain}, {"TargetName", toSPN}, {"ClientProcessName", toImage}, {"ProcessName", toImage}},
	},
	{
		ID: 8004, Doc: "the domain controller checked NTLM credentials for a server", Kind: f.KindCredential, Service: f.ServiceNTLM, Auth: f.AuthNTLM, Outcome: f.Success, finish: ntlm,
		Reads: binds{{"UserName", toUser}, {"DomainName", toUserDomain}, {"WorkstationName", toClient}, {"SChannelName", toObject}},
	},
}

var smbServer = []Meaning{
	{
		ID: 551, Doc: "a session could not be authenticated", Kind: f.KindLogon, Service: f.ServiceSMB, Outcome: f.Failure, finish: status,
		Reads: binds{{"UserName", toUserFull}, {"ClientName", toFromAddr}, {"ClientAddress", toFromSock}, {"Status", toStatus}},
	},
	{ID: 1006, Doc: "the server denied access to a share", Kind: f.KindShare, Service: f.ServiceSMB, Outcome: f.Failure, Reads: smbClientOf, finish: status},
	{ID: 1007, Doc: "the server denied anonymous access to a share", Kind: f.KindShare, Service: f.ServiceSMB, Outcome: f.Failure, Reads: smbClientOf, finish: status},
	{ID: 1009, Doc: "the server denied anonymous access", Kind: f.KindLogon, Service: f.ServiceSMB, Outcome: f.Failure, Reads: smbClientOf, finish: anonymous},
}

var smbClientOf = binds{{"UserName", toUserFull}, {"ClientName", toFromAddr}, {"ClientAddress", toFromSock}, {"ShareName", toObject}, {"Status", toStatus}}

var smbServerAudit = []Meaning{
	{ID: 3000, Doc: "a client spoke SMB1", Kind: f.KindAttempt, Service: f.ServiceSMB, Reads: binds{{"ClientName", toFromAddr}, {"ClientAddress", toFromSock}}},
}

var smbServerLinks = []Meaning{
	{ID: 1024, Doc: "a share was opened without signing or encryption", Kind: f.KindShare, Service: f.ServiceSMB, Outcome: f.Success, Reads: smbClientOf},
}

var smbClientAuth = []Meaning{
	{ID: 31001, Doc: "the client could not log on to a server", Kind: f.KindLogon, Service: f.ServiceSMB, Outcome: f.Failure, Reads: smbServerOf, finish: smbClient},
	{ID: 31010, Doc: "the client could not connect to a share", Kind: f.KindShare, Service: f.ServiceSMB, Outcome: f.Failure, Reads: smbServerOf, finish: smbClient},
	{ID: 31017, Doc: "the client refused an insecure guest logon", Kind: f.KindLogon, Service: f.ServiceSMB, Outcome: f.Failure, Reads: smbServerOf, finish: smbClient},
	{ID: 31018, Doc: "insecure guest logons were allowed", Kind: f.KindConfig, Service: f.ServiceSMB, Outcome: f.Success},
}

var smbServerOf = binds{{"ServerName", toServer}, {"UserName", toUserFull}, {"ShareName", toObject}, {"Status", toStatus}, {"LogonId", toSession}}
