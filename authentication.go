package footfall

// AuthenticationFields are the fields of the log source that all makers share,
// for which a Sigma rule asks by the category authentication alone: what an
// event's types say, so that one rule holds for every VPN, gateway, cloud and
// directory. What an event does not say is a field that it has not.
var AuthenticationFields = [...]string{
	"kind", "service", "outcome", "auth", "reason", "mfa", "product",
	"user", "domain", "user_id", "target", "src_ip", "src_host", "dst_ip", "dst_host", "assigned_ip",
	"session", "tenant", "country", "client", "object", "computer", "guest", "logon_type",
}

// Authenticates reports whether an event is of that log source: about who
// came, as whom, and what they may do from now on.
func (e *Event) Authenticates() bool {
	switch e.Kind {
	case KindLogon, KindLogoff, KindReconnect, KindAttempt, KindCredential, KindExplicit,
		KindShell, KindAccount, KindGroup, KindPassword, KindConfig, KindLease:
		return true
	}
	return false
}
