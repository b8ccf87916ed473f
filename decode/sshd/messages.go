package sshd

import "github.com/footfall/footfall"

// A Message is one kind of message and what it gives. The first of the table
// whose form fits is taken.
type Message struct {
	Form    string // the message; capitals stand for what varies
	Kind    footfall.Kind
	Outcome footfall.Outcome
	Reason  footfall.Reason // when it is always the same
	Note    string
	prefix  string
	read    func(r *reading, rest string) bool // rest is behind prefix; false when the form is another
}

// A reading is one message on its way into an event.
type reading struct {
	b       *footfall.Batch
	e       *footfall.Event
	preauth bool   // the message ended in [preauth]
	text    string // the message
	made    made   // what it gives; a reader may say more exactly
}

type made struct {
	Kind    footfall.Kind
	Outcome footfall.Outcome
	Reason  footfall.Reason
}

// Messages is what the decoder knows. One try to log on is one KindLogon
// event: Accepted or Failed. What else tells of the same try is another kind,
// so that nothing is counted twice, and says enough to count tries by it in a
// log that has no Failed lines: KindCredential for a check that failed or
// succeeded (PAM, limits, access rules), KindAttempt for a client that came
// and did not get in. Session is the process id, which ties all of one
// connection; a process that serves the user after logon is tied by "User
// child is on pid".
var Messages = [...]Message{
	{
		Form: "Accepted METHOD for NAME from HOST port PORT ssh2[: KEY]", prefix: "Accepted ", Kind: footfall.KindLogon, Outcome: footfall.Success, read: result,
		Note: "Object is the key's fingerprint; Client the id of a certificate or the Kerberos principal; Elevated for root",
	},
	{
		Form: "Failed METHOD for [invalid user ]NAME from HOST port PORT ssh2[: KEY]", prefix: "Failed ", Kind: footfall.KindLogon, Outcome: footfall.Failure, read: result,
		Note: "Reason no-user for an invalid user, else by METHOD: bad-password, no-key; METHOD none is a client that asks what it may try",
	},
	{Form: "Invalid user NAME from HOST[ port PORT]", prefix: "Invalid user ", Kind: footfall.KindAttempt, Outcome: footfall.Failure, Reason: footfall.ReasonNoUser, read: named},
	{Form: "Illegal user NAME from HOST", prefix: "Illegal user ", Kind: footfall.KindAttempt, Outcome: footfall.Failure, Reason: footfall.ReasonNoUser, read: named},
	{Form: "Connection from HOST port PORT[ on HOST port PORT]", prefix: "Connection from ", Kind: footfall.KindAttempt, read: connection},
	{
		Form: "Connection closed by [authenticating user NAME |invalid user NAME |user NAME ]HOST[ port PORT]", prefix: "Connection closed by ", read: left,
		Note: "attempt, failure before authentication, that is with [preauth] or with a port and no user; logoff after it; no-user for an invalid user",
	},
	{
		Form: "Connection reset by [authenticating user NAME |invalid user NAME |user NAME ]HOST[ port PORT]", prefix: "Connection reset by ", read: left,
		Note: "as Connection closed by",
	},
	{
		Form: "Disconnected from [authenticating user NAME |invalid user NAME |user NAME ]HOST[ port PORT]", prefix: "Disconnected from ", read: left,
		Note: "as Connection closed by",
	},
	{
		Form: "Received disconnect from HOST[ port PORT]: CODE: TEXT", prefix: "Received disconnect from ", read: disconnect,
		Note: "attempt, failure before authentication, or when CODE and TEXT say that no method was left; logoff after it",
	},
	{
		Form: "Disconnecting [authenticating user NAME |invalid user NAME ]HOST port PORT: TEXT", prefix: "Disconnecting ", Kind: footfall.KindAttempt, Outcome: footfall.Failure, read: disconnecting,
		Note: "TEXT is Too many authentication failures, Change of username...",
	},
	{Form: "Disconnecting: Too many authentication failures[ for NAME]", prefix: "Disconnecting: ", Kind: footfall.KindAttempt, Outcome: footfall.Failure, read: tooMany},
	{
		Form: "User child is on pid PID", prefix: "User child is on pid ", read: child,
		Note: "Session is the child, Parent the process that logged Accepted",
	},
	{
		Form: "Starting session: WHAT for NAME from HOST port PORT id N", prefix: "Starting session: ", Kind: footfall.KindShell, Outcome: footfall.Success, read: starting,
		Note: "Object is shell, command, forced-command or subsystem NAME",
	},
	{Form: "subsystem request for NAME by user NAME[ failed, subsystem not found]", prefix: "subsystem request for ", Kind: footfall.KindShell, Outcome: footfall.Success, read: subsystem},
	{
		Form: "pam_MODULE(sshd:TYPE): TEXT", prefix: "pam_", read: pam,
		Note: "authentication failure: credential, failure (bad-password, no-user when it names nobody); session opened: credential, success; session closed: logoff",
	},
	{Form: "PAM N more authentication failures; FIELDS", prefix: "PAM ", read: pam, Note: "credential, failure; its checks were logged before"},
	{Form: "authentication failure; FIELDS", prefix: "authentication failure; ", read: pam, Note: "as pam_unix; sshd(pam_unix) of Red Hat 9 and before"},
	{Form: "N more authentication failures; FIELDS", prefix: "", read: pam},
	{Form: "session opened for user NAME by ...", prefix: "session opened for user ", read: pam, Note: "as pam_unix"},
	{Form: "session closed for user NAME", prefix: "session closed for user ", read: pam, Note: "as pam_unix"},
	{Form: "PAM: TEXT for [illegal user ]NAME from HOST[ via HOST]", prefix: "PAM: ", Kind: footfall.KindCredential, Outcome: footfall.Failure, read: pamError},
	{Form: "maximum authentication attempts exceeded for [invalid user ]NAME from HOST port PORT ssh2", prefix: "maximum authentication attempts exceeded for ", Kind: footfall.KindCredential, Outcome: footfall.Failure, Reason: footfall.ReasonLocked, read: maximum},
	{
		Form: "User NAME[ from HOST] not allowed because TEXT", prefix: "User ", Kind: footfall.KindCredential, Outcome: footfall.Failure, Reason: footfall.ReasonRestricted, read: notAllowed,
		Note: "locked when TEXT says that the account is",
	},
	{Form: "ROOT LOGIN REFUSED FROM HOST[ port PORT]", prefix: "ROOT LOGIN REFUSED FROM ", Kind: footfall.KindCredential, Outcome: footfall.Failure, Reason: footfall.ReasonRestricted, read: rootRefused},
	{Form: "Authentication tried for NAME with correct key but not from a permitted host (host=HOST, ip=ADDR)", prefix: "Authentication tried for ", Kind: footfall.KindCredential, Outcome: footfall.Failure, Reason: footfall.ReasonRestricted, read: wrongPlace},
	{Form: "Postponed METHOD for [invalid user ]NAME from HOST port PORT ssh2", prefix: "Postponed ", Kind: footfall.KindAttempt, read: result, Note: "the try goes on"},
	{
		Form: "Partial METHOD for NAME from HOST port PORT ssh2", prefix: "Partial ", Kind: footfall.KindCredential, Outcome: footfall.Success, read: partial,
		Note: "one of several required methods was passed",
	},
	{Form: "Timeout before authentication for HOST[ port PORT]", prefix: "Timeout before authentication for ", Kind: footfall.KindAttempt, Outcome: footfall.Failure, Reason: footfall.ReasonProtocol, read: timeout},
	{Form: "Did not receive identification string from HOST[ port PORT]", prefix: "Did not receive identification string ", Kind: footfall.KindAttempt, Outcome: footfall.Failure, Reason: footfall.ReasonProtocol, read: ending},
	{Form: "Bad protocol version identification 'TEXT' from HOST[ port PORT]", prefix: "Bad protocol version identification ", Kind: footfall.KindAttempt, Outcome: footfall.Failure, Reason: footfall.ReasonProtocol, read: ending},
	{Form: "Magic value check failed (N) on obfuscated handshake from HOST port PORT", prefix: "Magic value check failed ", Kind: footfall.KindAttempt, Outcome: footfall.Failure, Reason: footfall.ReasonProtocol, read: ending},
	{Form: "Unable to negotiate with HOST port PORT: TEXT", prefix: "Unable to negotiate with ", Kind: footfall.KindAttempt, Outcome: footfall.Failure, Reason: footfall.ReasonProtocol, read: leading},
	{Form: "Unable to negotiate a key exchange method", prefix: "Unable to negotiate a", Kind: footfall.KindAttempt, Outcome: footfall.Failure, Reason: footfall.ReasonProtocol, read: nobody},
	{Form: "no matching WHAT found: ...", prefix: "no matching ", Kind: footfall.KindAttempt, Outcome: footfall.Failure, Reason: footfall.ReasonProtocol, read: nobody},
	{Form: "banner exchange: Connection from HOST port PORT: TEXT", prefix: "banner exchange: Connection from ", Kind: footfall.KindAttempt, Outcome: footfall.Failure, Reason: footfall.ReasonProtocol, read: leading},
	{Form: "ssh_dispatch_run_fatal: Connection from [WHO ]HOST port PORT: TEXT", prefix: "ssh_dispatch_run_fatal: Connection from ", Kind: footfall.KindAttempt, Outcome: footfall.Failure, Reason: footfall.ReasonProtocol, read: dispatch},
	{
		Form: "kex_exchange_identification: TEXT", prefix: "kex_exchange_identification: ", Kind: footfall.KindAttempt, Outcome: footfall.Failure, Reason: footfall.ReasonProtocol, read: nobody,
		Note: "does not name the client: the connection's other lines do",
	},
	{Form: "kex_protocol_error: TEXT", prefix: "kex_protocol_error: ", Kind: footfall.KindAttempt, Outcome: footfall.Failure, Reason: footfall.ReasonProtocol, read: nobody},
	{Form: "Read from socket failed: Connection reset by peer", prefix: "Read from socket failed: ", Kind: footfall.KindAttempt, Outcome: footfall.Failure, Reason: footfall.ReasonProtocol, read: beforeOnly},
	{Form: "Bad packet length N.", prefix: "Bad packet length ", Kind: footfall.KindAttempt, Outcome: footfall.Failure, Reason: footfall.ReasonProtocol, read: beforeOnly},
	{Form: "Read error from remote host HOST[ port PORT]: TEXT", prefix: "Read error from remote host ", Kind: footfall.KindLogoff, Outcome: footfall.Success, read: remoteHost},
	{Form: "Timeout, client not responding from user NAME HOST port PORT", prefix: "Timeout, client not responding", Kind: footfall.KindLogoff, Outcome: footfall.Success, read: silent},
	{Form: "refused connect from NAME (ADDR)", prefix: "refused connect from ", Kind: footfall.KindAttempt, Outcome: footfall.Failure, Reason: footfall.ReasonRestricted, read: refused},
	{
		Form: "drop connection #N from [ADDR]:PORT on [ADDR]:PORT TEXT", prefix: "drop connection #", Kind: footfall.KindAttempt, Outcome: footfall.Failure, Reason: footfall.ReasonRestricted, read: dropped,
		Note: "past MaxStartups, or a penalty (OpenSSH 9.8)",
	},
	{Form: "SSH: Server;Ltype: TYPE;Remote: ADDR-PORT;...[Name: NAME]", prefix: "SSH: Server;Ltype: ", Kind: footfall.KindAttempt, read: hpn, Note: "HPN-SSH"},
	{Form: "reverse mapping checking getaddrinfo for HOST [ADDR] failed - POSSIBLE BREAK-IN ATTEMPT!", prefix: "reverse mapping checking getaddrinfo for ", Kind: footfall.KindAttempt, read: reverse},
	{Form: "Address ADDR maps to HOST, but this does not map back to the address", prefix: "Address ", Kind: footfall.KindAttempt, read: mapsTo},
	{
		Form: "connect_to HOST port PORT: failed.", prefix: "connect_to ", Kind: footfall.KindConnection, Outcome: footfall.Failure, read: forward,
		Note: "a forwarded port; To is where it should have gone",
	},
	{Form: "Server listening on ADDR port PORT.", prefix: "Server listening on ", Kind: footfall.KindStart, Outcome: footfall.Success, read: listening},
}
