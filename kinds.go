package footfall

import "fmt"

// A Kind says what an event is about. Outcome says whether it succeeded.
type Kind uint8

const (
	KindUnknown    Kind = iota
	KindLogon           // somebody was authenticated on To, or tried to be
	KindLogoff          // a session ended
	KindReconnect       // a session was taken up again (4778, LSM 25)
	KindDisconnect      // a session was left but lives on (4779, LSM 24)
	KindAttempt         // a client reached the service before authentication (RdpCoreTS 131, sshd "Connection from")
	KindCredential      // credentials were checked elsewhere: 4776, 4768, 4771
	KindTicket          // a service ticket was given: 4769
	KindExplicit        // other credentials were used from within a session: 4648, su
	KindPrivilege       // a session got special privileges: 4672, sudo
	KindProcess         // a program started
	KindScript          // a script block or command ran in an interpreter: 4103, 4104, 400
	KindService         // a service was installed: 4697, 7045
	KindTask            // a scheduled task was made, changed or removed
	KindShare           // a share or a file on it was opened: 5140, 5145
	KindPipe            // a named pipe was made or opened
	KindFile            // a file was made or changed
	KindModule          // a module was loaded
	KindRegistry        // a registry value was made or changed
	KindWMI             // a WMI consumer, filter, binding or provider
	KindShell           // a remote shell was opened or asked for: WinRM 6, 91
	KindConnection      // a network connection
	KindAccount         // an account was made, changed, locked or removed
	KindGroup           // a member came or went
	KindPassword        // a password was changed or reset
	KindConfig          // the configuration of a remote service changed
	KindStart           // a host or a server program started
	KindCleared         // a log was cleared: 1102, 104
	KindLease           // an address was given to a host
	KindAlert           // another product's verdict
	KindTransfer        // a file moved between hosts
	KindCall            // a call of a cloud's, a SaaS's or a cluster's API, or an action in its console: Object is the operation
	KindRequest         // an HTTP request: Object is the path
	KindResolve         // a name was resolved: Object is the name, To.Addr the answer
	KindEntry           // a directory or an inventory says that an account, a group or a host exists
	kindEnd
)

// A Service is the remote service that an event is about.
type Service uint8

const (
	ServiceUnknown Service = iota
	ServiceRDP
	ServiceSMB
	ServiceDCOM
	ServiceSSH
	ServiceVNC
	ServiceWinRM
	ServiceWMI
	ServiceRPC
	ServiceVPN
	ServiceGateway // Citrix, RD Gateway, Guacamole: a portal in front of other services
	ServiceTelnet
	ServiceARD
	ServiceFTP
	ServiceKerberos
	ServiceNTLM
	ServiceLDAP
	ServiceWeb
	ServiceSQL
	ServiceCloud // a cloud or SaaS API or console
	ServiceKube
	ServiceLocal   // console, unlock, service, batch: nobody came over the network
	ServiceNetwork // a network logon (type 3) whose service the record does not name
	ServiceR       // rsh, rlogin, rexec
	ServiceRMM     // remote management and support tools: TeamViewer, AnyDesk, ScreenConnect, MeshCentral
	ServiceVirtual // the management of virtual machines: vCenter, ESXi, Proxmox
	ServiceProxy   // a proxy or relay of connections: SOCKS, 3proxy, stunnel
	ServiceRADIUS  // RADIUS and TACACS+: a server that others ask whether somebody may enter
	ServiceMail    // SMTP, IMAP, Exchange
	ServiceDNS
	ServiceDHCP
	serviceEnd
)

// An Auth is how identity was proved.
type Auth uint8

const (
	AuthUnknown Auth = iota
	AuthPassword
	AuthKey
	AuthCertificate
	AuthKerberos
	AuthNTLM
	AuthToken
	AuthKeyboard // keyboard-interactive: PAM asks, a second factor may be among the questions
	AuthHost     // host based
	AuthNone
	authEnd
)

// An Outcome says whether what was tried was done.
type Outcome uint8

const (
	OutcomeUnknown Outcome = iota
	Success
	Failure
	outcomeEnd
)

// A Reason is why a logon failed.
type Reason uint8

const (
	ReasonUnknown Reason = iota
	ReasonNoUser
	ReasonBadPassword
	ReasonDisabled
	ReasonLocked
	ReasonExpired
	ReasonRestricted // hours, workstation, logon type, group: valid but not allowed here
	ReasonNoKey
	ReasonMFA
	ReasonProtocol // the client did not speak the protocol: bad banner, bad key exchange, timeout
	reasonEnd
)

// An MFA is what is known of the second factor.
type MFA uint8

const (
	MFAUnknown MFA = iota
	MFAUsed
	MFAAbsent
	MFADenied
	mfaEnd
)

// A Level is how bad a finding is. The names are Sigma's.
type Level uint8

const (
	LevelUnknown Level = iota
	LevelInformational
	LevelLow
	LevelMedium
	LevelHigh
	LevelCritical
	levelEnd
)

// A Verdict answers a question. Unknown is never No.
type Verdict uint8

const (
	Unknown Verdict = iota
	Yes
	No
	verdictEnd
)

var (
	kindNames    = [kindEnd]string{"", "logon", "logoff", "reconnect", "disconnect", "attempt", "credential", "ticket", "explicit", "privilege", "process", "script", "service", "task", "share", "pipe", "file", "module", "registry", "wmi", "shell", "connection", "account", "group", "password", "config", "start", "cleared", "lease", "alert", "transfer", "call", "request", "resolve", "entry"}
	serviceNames = [serviceEnd]string{"", "rdp", "smb", "dcom", "ssh", "vnc", "winrm", "wmi", "rpc", "vpn", "gateway", "telnet", "ard", "ftp", "kerberos", "ntlm", "ldap", "web", "sql", "cloud", "kube", "local", "network", "rsh", "rmm", "virtual", "proxy", "radius", "mail", "dns", "dhcp"}
	authNames    = [authEnd]string{"", "password", "key", "certificate", "kerberos", "ntlm", "token", "keyboard", "host", "none"}
	outcomeNames = [outcomeEnd]string{"", "success", "failure"}
	reasonNames  = [reasonEnd]string{"", "no-user", "bad-password", "disabled", "locked", "expired", "restricted", "no-key", "mfa", "protocol"}
	mfaNames     = [mfaEnd]string{"", "used", "absent", "denied"}
	levelNames   = [levelEnd]string{"", "informational", "low", "medium", "high", "critical"}
	verdictNames = [verdictEnd]string{"unknown", "yes", "no"}
)

func (k Kind) String() string    { return kindNames[min(k, kindEnd-1)] }
func (s Service) String() string { return serviceNames[min(s, serviceEnd-1)] }
func (a Auth) String() string    { return authNames[min(a, authEnd-1)] }
func (o Outcome) String() string { return outcomeNames[min(o, outcomeEnd-1)] }
func (r Reason) String() string  { return reasonNames[min(r, reasonEnd-1)] }
func (m MFA) String() string     { return mfaNames[min(m, mfaEnd-1)] }
func (l Level) String() string   { return levelNames[min(l, levelEnd-1)] }
func (v Verdict) String() string { return verdictNames[min(v, verdictEnd-1)] }

func named[T ~uint8](what string, names []string, s string) (T, error) {
	for i, n := range names {
		if n == s {
			return T(i), nil
		}
	}
	return 0, fmt.Errorf("%s %q is not one of %q", what, s, names[1:])
}

// ParseKind, ParseService, ParseAuth, ParseOutcome, ParseReason and ParseLevel
// read what String writes; they fail on anything else.
func ParseKind(s string) (Kind, error) { return named[Kind]("kind", kindNames[:], s) }

func ParseService(s string) (Service, error) { return named[Service]("service", serviceNames[:], s) }
func ParseAuth(s string) (Auth, error)       { return named[Auth]("auth", authNames[:], s) }
func ParseOutcome(s string) (Outcome, error) { return named[Outcome]("outcome", outcomeNames[:], s) }
func ParseReason(s string) (Reason, error)   { return named[Reason]("reason", reasonNames[:], s) }
func ParseMFA(s string) (MFA, error)         { return named[MFA]("mfa", mfaNames[:], s) }
func ParseLevel(s string) (Level, error)     { return named[Level]("level", levelNames[:], s) }
