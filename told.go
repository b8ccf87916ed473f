package footfall

// A Told is a sort of record: what a log that holds some of it is seen to
// tell. Where none of a sort came, that nothing happened is not known.
type Told uint8

const (
	ToldNothing  Told = iota
	ToldLogons        // logons that succeeded
	ToldFailures      // logons that failed
	ToldRights        // special rights, sudo, members of groups
	ToldAccounts      // accounts and passwords made, changed, locked
	ToldLockouts      // lockouts, and logons refused because of them
	ToldPrograms      // programs that started
	ToldDoings        // commands, services, tasks, calls
	ToldShares        // shares and files on them that were opened
	ToldData          // files made, files moved
	ToldTickets       // a directory's own log: credentials that it checked by Kerberos
	ToldFlows         // connections that a sensor saw
	ToldAlerts        // verdicts of other products
	toldEnd
)

// toldOf is the sort of a kind, but for logons.
var toldOf = [256]Told{
	KindPrivilege: ToldRights, KindGroup: ToldRights,
	KindAccount: ToldAccounts, KindPassword: ToldAccounts,
	KindProcess: ToldPrograms, KindScript: ToldDoings, KindService: ToldDoings, KindTask: ToldDoings, KindShell: ToldDoings, KindCall: ToldDoings,
	KindShare: ToldShares, KindFile: ToldData, KindTransfer: ToldData,
	KindAlert: ToldAlerts,
}

// ToldBy returns what sort of record a step is of.
func ToldBy(s *Step) Told {
	switch {
	case s.Rule != 0:
		return ToldNothing
	case s.Kind == KindConnection && s.Flags&FlagObserved != 0:
		return ToldFlows
	case s.Kind != KindLogon && s.Kind != KindCredential && s.Kind != KindAccount:
		return toldOf[s.Kind]
	case Lockout(s):
		return ToldLockouts
	case s.Kind == KindCredential && s.Service == ServiceKerberos && s.Flags&FlagObserved == 0:
		return ToldTickets
	case s.Kind != KindLogon:
		return toldOf[s.Kind]
	case s.Outcome == Success:
		return ToldLogons
	case s.Outcome == Failure:
		return ToldFailures
	}
	return ToldNothing
}

// Lockout reports whether a step says that an account is locked out.
func Lockout(s *Step) bool {
	const lockedOut = 4740 // of Windows, "a user account was locked out"
	return s.Reason == ReasonLocked || s.Kind == KindAccount && s.Event == lockedOut
}

// TellsLogons reports whether the log of a failed logon holds logons that
// succeed as well, whatever its host is set to record: sshd writes both at one
// level. Windows' own log does so only when it is told to.
func TellsLogons(s *Step) bool {
	const failedToLogOn = 4625 // of Windows
	return s.Service == ServiceSSH && s.Event != failedToLogOn
}

// A Tale is from when to when a host's own log was seen, and each sort of
// record about the host in any log.
type Tale struct {
	First, Last int64 // of its own log
	Of          [toldEnd][2]int64
}

// Sort takes that a sort of record came at a time.
func (t *Tale) Sort(w Told, at int64) {
	of := &t.Of[w]
	if of[0] == 0 {
		of[0] = at
	}
	of[1] = at
}

// Tales are those of hosts, and of all of them together.
type Tales struct {
	All   Tale
	Hosts map[Name]*Tale
}

// Note takes a step. What sensors saw of connections is not noted by host:
// there are too many of these.
func (t *Tales) Note(s *Step) {
	w := ToldBy(s)
	t.All.Sort(w, s.Time)
	if s.DstHost == 0 || w == ToldFlows {
		return
	}
	x := t.Hosts[s.DstHost]
	if x == nil {
		if t.Hosts == nil {
			t.Hosts = map[Name]*Tale{}
		}
		x = &Tale{}
		t.Hosts[s.DstHost] = x
	}
	if s.Flags&FlagObserved == 0 {
		if x.First == 0 {
			x.First = s.Time
		}
		x.Last = s.Time
	}
	x.Sort(w, s.Time)
}

// Span returns from when to when a host's own log was seen, 0, 0 for never.
func (t *Tales) Span(host Name) (first, last int64) {
	if x := t.Hosts[host]; x != nil {
		return x.First, x.Last
	}
	return 0, 0
}

// Told returns from when to when a sort of record was seen about a host, of
// host 0 about any; 0, 0 for never.
func (t *Tales) Told(host Name, w Told) (first, last int64) {
	x := &t.All
	if host != 0 {
		x = t.Hosts[host]
	}
	if x == nil || w >= toldEnd {
		return 0, 0
	}
	return x.Of[w][0], x.Of[w][1]
}
