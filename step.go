package footfall

// A Step is an event cut down to what sessions and analytics need. It has no
// pointers, so that millions of them cost the garbage collector nothing, and
// at most 128 bytes, so that they can be sorted and spilled to disk.
type Step struct {
	Time   int64  // Unix nanoseconds UTC
	ID     uint64 // identity of the event (DESIGN section 10.1): the same event has the same ID in any run
	Ref    Ref    // where its record is
	Bytes  int64  // bytes moved
	Took   uint32 // seconds that it lasted, for events that say so
	Event  uint32 // the source's number for this type of event
	Native bool   // ID is the source's own; else it is of the raw record, and equal records are numbered in order
	Local  int8   // Event.Locality

	Kind      Kind
	Service   Service
	Auth      Auth
	Outcome   Outcome
	Reason    Reason
	MFA       MFA
	LogonType uint8
	Flags     Flags
	SrcPort   uint16
	DstPort   uint16

	SrcHost Name // the host that it came from: name in lower case, without domain; after identify also from the address
	SrcAddr Name // its address
	DstHost Name // the host that it happened on
	DstAddr Name // its address
	Account Name // who acts, as Canonical spells it
	Target  Name // who is acted upon, or whose credentials are used
	SID     Name // SID or uid of Account
	Session Name // session that the step is in or opens, with its host: "host|0x3e7", "cloud|ASIA..."; after session the name that it had first
	Parent  Name // session that Session came from, with its host
	Object  Name // share, service, task, pipe, key, group; for a process, the image of its parent; for an entry by VPN, the inner address it was given
	Image   Name // program, or the one that a service or task will run
	Command Name // its command line; only for hits and graded commands
	Client  Name // the client's name for itself
	Rule    Name // the rule that hit on the event, by its id; 0 for the plain step
	Values  Name // what the rule's hit shows: "Field: value" lines
	Extra   Name // the log that it came from, and what few records have; see Extra
}

// Flags are yes-or-no facts of a step.
type Flags uint16

const (
	FlagSystem        Flags = 1 << iota // Account is a system account, by its SID
	FlagElevated                        // the session has administrator rights
	FlagGuest                           // anonymous or guest
	FlagTargetSystem                    // Target is a system account, by its SID
	FlagMachine                         // Account is a computer's own, shown by evidence (identify), not by a trailing $
	FlagTargetMachine                   // Target is one
	FlagRemote                          // the step came over the network
	FlagPublic                          // SrcAddr is a public address
	FlagLoopback                        // SrcAddr is the host itself
	FlagOutward                         // recorded by the source's own log, not by the destination's
	FlagObserved                        // recorded by neither end: a sensor, a firewall, a directory
	FlagLearn                           // before --learn-until: learned from and not judged
	FlagCovered                         // FlagObserved, while DstHost's own log of logons is there and tells it better
	FlagTwice                           // a failure that another log of the host has told of: it counts once
)

// A Ref is the place of a record: enough to read it again, which is how its
// number and its text come into the output.
type Ref struct {
	Input  uint32 // Input.Index
	Chunk  uint32 // Chunk.Index
	Offset int64  // in the decompressed stream
}

// A Session is what a logon opens and a logoff closes. The session stage owns
// it; analytics read it during Observe.
type Session struct {
	ID      Name // as Step.Session
	Host    Name // where it is
	Account Name // whose it is
	SID     Name
	SrcHost Name // where it came from
	SrcAddr Name
	Service Service
	Auth    Auth
	Type    uint8 // Windows logon type
	Flags   Flags
	Start   int64 // 0 when the opening was not seen
	End     int64 // 0 while it lives
	Opened  Ref   // the record that opened it
	Inner   Name  // the inner address that a VPN or a gateway gave it
	Parent  *Session
	Switch  Name // the account that used this one's credentials (4648, su), when seen

	Inferred bool // no record ended it: its host or its server began anew, its id was given anew, or nothing came for long
}

// Remote reports whether the session was opened over the network.
func (s *Session) Remote() bool { return s != nil && s.Flags&FlagRemote != 0 }

// CloudSession begins the name of a session whose id is one of its own in the
// whole world, not on a host.
const CloudSession = "cloud|"

// PassingSession begins an id that is no session's: it ties records for a
// moment, as the number of a thread that handles one packet after another.
const PassingSession = "~"
