package triage

import "slices"

// A factKind is a question about a finding that facts answer, and what its
// answers take. docs/answers.md shows them all.
type factKind struct {
	Name  string
	Asks  string // the fact's own question
	Takes string // the evidence that it takes
	Yes   string // what yes rests on
	No    string // what no rests on; anything less is unknown
}

// factKinds are the kinds of facts that analytics give about a finding, and
// those that the context file and lists of intelligence add.
var factKinds = []factKind{
	{
		"source-usual", "Does the account usually log on from there?",
		"earlier logons of the account or the host with their sources",
		"two earlier days or more with a logon from there, of history that is long enough",
		"history that is long enough, a logon from there on no earlier day or on one alone, and an account whose sources vary little",
	},
	{
		"source-seen", "Did the account log on from there on an earlier day?",
		"earlier activity from the address",
		"one earlier day with such a logon",
		"five days of earlier logs or more, no such logon in them, and an account whose sources vary little",
	},
	{
		"hour-usual", "Is it one of the account's usual hours?",
		"earlier logons of the account over several days",
		"two days or more with a logon within two hours of the time, on this kind of day",
		"history that is long enough, and fewer than one in fifty of its hours there",
	},
	{
		"new-destinations", "Is the host new for the account?",
		"earlier logons of the account with their destinations",
		"history that is long enough, no logon to that host in it, and an account whose hosts vary little",
		"one earlier day with a logon to that host",
	},
	{
		"failures-before", "Did logons of the account from there fail before?",
		"failed logons of the account or the source before the success",
		"failed logons of the account from the source in the two days before",
		"a log in which failures of logons are seen to be recorded, and none of these in it",
	},
	{
		"movement-after", "Did somebody go on from there?",
		"logs of the hosts that can be reached from where it came in",
		"logons onward by the account or from the host within a day; of applications of a cloud those that the account never used, where five earlier days of it are known",
		"a record of what leaves the host or of where the account goes (a directory's log, a sensor that sees the host), an hour of it at least, and nothing onward in any log",
	},
	{
		"privileges-after", "Were rights used or gained there afterwards?",
		"privilege, group and sudo records inside the session",
		"records of special rights, groups, accounts or sudo by the account on the host within a day",
		"an hour of the host's own log, in which such records are seen at other times, and none of the account",
	},
	{
		"mfa", "Was a second factor used?",
		"records that tell whether a second factor was used",
		"the logon's own record, or one of its session, says that it was used",
		"such a record says that it was absent or denied",
	},
	{
		"path-before", "Had somebody come to where it began over other hosts?",
		"logons that lead to the session",
		"two hops or more that led there",
		"one hop alone, from a public address or from a host whose log tells of logons up to then",
	},
	{
		"account-changes", "Was the account or its password changed lately?",
		"password and account changes (4723, 4724, 4738, passwd, the identity provider's)",
		"a change of the account or of its password in the seven days before or the day after",
		"the log of where the account is kept, in which such changes are seen to be recorded, and none of this account",
	},
	{
		"lockouts", "Was the account locked out lately?",
		"lockouts of accounts (4740, pam_faillock, the identity provider's)",
		"a lockout of the account, or a logon refused because of one, in the seven days before or the day after",
		"a log in which lockouts are seen to be recorded, and none of this account",
	},
	{
		"source-location", "Is the address where the account usually comes from?",
		"the places of addresses (--geo)",
		"three earlier days or more from that network and country, or a journey there that was announced",
		"entries of the account on five earlier days or more, none of them from that country",
	},
	{
		"source-shared", "Do many people stand behind the address?",
		"the context file, lists of anonymisers, and who else came from the address",
		"the address is declared as shared, or listed as an anonymiser's or a data centre's",
		"the network is declared in the context file, and not as shared",
	},
	{
		"others-at-source", "Did other accounts use the address?",
		"logons from the address with their accounts",
		"other accounts that logged on from there, or tried to",
		"nothing: that nobody else came from there, no log can tell that is not of all services",
	},
	{
		"other-sessions", "Had the account other sessions at that time?",
		"logons and logoffs of the account on all hosts",
		"a session of the account from another source or on another host that was open or began within the hour",
		"nothing: another session may be on a host whose log was not read",
	},
	{
		"session-logs", "Do other records tell what was done in the session?",
		"further records of the same session",
		"commands, programs, services, tasks, shares or files within the session",
		"the end of the session and a log of the host that tells of programs before and after it, and nothing in this session",
	},
	{
		"transfer-after", "Were data read or moved there afterwards?",
		"share access, file transfer and network flow records",
		"files on shares opened, files moved, or a MiB or more that left, by the account, in the session or from the host within a day; a share opened without a file named is unknown",
		"an hour of log or more in which shares opened on the host and flows of it are seen to be recorded, and none of the account",
	},
	{
		"alerts-around", "Did another product alert on the hosts or the account?",
		"alerts of endpoint detection",
		"an alert that names one of the hosts or the account, from a day before to a day after",
		"another product's alerts from before and after that time, of which some name the host at other times",
	},
	{
		"source-known-bad", "Do lists of intelligence call the source malicious?",
		"a list of addresses known to be bad (--intel)",
		"a listing that was valid at the time and is sure of it",
		"at least one list that was given, and none of them names the source",
	},
	{
		"addresses-known-bad", "Do lists of intelligence call any address of the case malicious?",
		"a list of addresses known to be bad (--intel)",
		"a listing of one of the addresses that was valid at the time and is sure of it",
		"at least one list that was given, and none of them names any public address of the case",
	},
	{
		"owner-contact", "Is it known whom to ask about the account?",
		"the account's person and an address of theirs in the context file (people)",
		"a person with an address is declared for each account that acted",
		"people are declared, and nobody for one of the accounts",
	},
	{
		"owner-confirmed", "Did the account's owner confirm it?",
		"the word of the account's owner",
		"the owner's word, which a person notes",
		"the owner's word, which a person notes",
	},
	{
		"tickets", "Is there a ticket about it?",
		"an export of tickets (--tickets)",
		"a ticket of that time that names the account, the host or the address",
		"an export of tickets that covers the time, and none that names them",
	},
}

// kinds are the names of factKinds.
var kinds = kindNames()

func kindNames() (out []string) {
	for _, k := range factKinds {
		out = append(out, k.Name)
	}
	return out
}

// needs says which evidence a kind of fact takes.
func needs(kind string) string {
	if i := slices.Index(kinds, kind); i >= 0 {
		return factKinds[i].Takes
	}
	return ""
}
