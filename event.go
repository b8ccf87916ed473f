// Package footfall is the vocabulary of the whole program: what an event, a
// step, a session, a fact, a finding and a case are, and what a decoder, an
// analytic and a connector must be. Every stage knows these words and no
// stage knows another. The package imports the standard library only, does no
// input or output, and reads no clock.
package footfall

import (
	"net/netip"
	"unsafe"
)

// An Event is one log record, understood: the record's own fields for Sigma,
// and typed fields for analytics and people.
//
// Its strings point into the Batch that holds it and are good until that
// Batch is reset. Names are as the record spells them; normalising is the
// step's work.
type Event struct {
	Time   int64  // when it happened, Unix nanoseconds UTC; 0 if the record does not say
	Offset int64  // where the record begins in the decompressed stream of its input
	Len    uint32 // length of the record in that stream
	Record uint64 // the record's own number (EventRecordID), or its line or index from 1
	Native bool   // Record is the source's own number, not a count of ours
	UID    string // the id by which the source knows this event wherever it is delivered, "" for none: the same one twice is one event

	Log      LogID  // the log source, as Sigma rules ask for it
	EventID  uint32 // the source's number for this type of event, as Windows has it; else 0
	Channel  string // Windows channel
	Provider string // Windows provider
	Computer string // the host that wrote the record

	Program string // syslog identifier or process name of who wrote the message
	PID     uint32 // process id of Program
	Message string // the message behind an envelope; the stage hands it to the decoder of Program

	Kind      Kind
	Service   Service
	Auth      Auth
	Outcome   Outcome
	Reason    Reason
	MFA       MFA
	LogonType uint8 // Windows logon type (event 4624, field LogonType); else 0
	Locality  int8  // +1 the record says that a remote client did it, -1 a local one (4698 RpcCallClientLocality, 4648 TargetServerName); 0 unknown
	Zoneless  bool  // the time of the record names no zone: Time takes it as UTC
	Elevated  bool  // the session has administrator rights (4624 ElevatedToken, 4672)
	Guest     bool  // no identity was proved: anonymous or guest
	From      Endpoint
	To        Endpoint
	User      Account    // who acts; for a logon, as whom
	Target    Account    // who is acted upon, or whose credentials are used (4648, sudo)
	Session   string     // what ties a logon to its logoff: LogonId, sshd's pid, auditd's ses; the host is Computer; after PassingSession what ties records for a moment only
	Parent    string     // the session that this one came from (linked logon, sudo), when the record says
	Object    string     // share, service, task, pipe, key fingerprint, group, URL: what Kind acts on
	Image     string     // the program that ran, or the one that a service or task will run
	ParentImg string     // the program that started Image
	Command   string     // its command line
	Client    string     // the client's own name for itself: workstation, agent, device
	Assigned  netip.Addr // the inner address that a VPN, a gateway or a DHCP server gave: it ties who is outside to the first hop inside
	MAC       string     // hardware address of the client, as logged
	Tenant    string     // account, organisation, project or tenant of a cloud, or virtual system of a firewall
	Country   string     // where From is, as the record says: ISO 3166-1 code or name
	Bytes     int64      // bytes moved, both ways
	Returned  int64      // of Bytes, those that To sent to From
	Duration  int64      // nanoseconds, for events that say how long something lasted

	Fields []Field // the record's own fields; only those that somebody asked the Schema for
}

// Get returns the value of a field, and whether the record has it.
// The string is good as long as the event is.
func (e *Event) Get(id FieldID) (string, bool) {
	for i := range e.Fields {
		if e.Fields[i].ID == id {
			return e.Fields[i].Val, true
		}
	}
	return "", false
}

// An Endpoint is one end of a connection, by as many names as the record gives.
type Endpoint struct {
	Addr netip.Addr // as logged, IPv4-mapped IPv6 already unmapped
	Host string     // name as logged
	Port uint16
	Zone string // zone, interface, VLAN or VPC that this end is in, as logged
}

// An Account is who acts, by as many names as the record gives.
type Account struct {
	Name   string // as logged, without the domain when the record keeps it apart
	Domain string
	SID    string // Windows SID, Unix uid, cloud principal id
}

// A FieldID names a field of a log record, as Sigma rules spell it. IDs come
// from a Schema; 0 is no field.
type FieldID uint16

// A Field is one name and value of a record. A record may have a name twice.
type Field struct {
	Val string
	ID  FieldID
}

// A Batch holds the events of one chunk of a log and the bytes that they
// point to. One goroutine owns it.
type Batch struct {
	Events []Event
	Unread []Unread
	fields []Field
	arena  []byte
	cur    int // the event that Add adds to
	open   int // where its fields begin in fields; -1 when they lie elsewhere
}

// An Unread is a part of an input that could not be read, and why.
type Unread struct {
	Offset int64  // where it begins in the decompressed stream
	Reason string // one short sentence; equal reasons are counted together
}

// Reset empties b and keeps its memory. Strings of its events are no longer good.
func (b *Batch) Reset() {
	b.Events, b.Unread, b.fields, b.arena = b.Events[:0], b.Unread[:0], b.fields[:0], b.arena[:0]
	b.cur, b.open = 0, 0
}

// New adds an empty event to b and returns it. The pointer is good until the
// next call of New.
func (b *Batch) New() *Event {
	if n := len(b.Events); n < cap(b.Events) {
		b.Events = b.Events[:n+1]
		b.Events[n] = Event{}
	} else {
		b.Events = append(b.Events, Event{})
	}
	b.cur, b.open = len(b.Events)-1, len(b.fields)
	return &b.Events[b.cur]
}

// Drop takes back the newest event: the record turned out not to be one.
func (b *Batch) Drop() { b.Events = b.Events[:len(b.Events)-1] }

// Current returns the event that Add adds to: the newest, or the one that
// Reopen chose. The pointer is good until the next call of New.
func (b *Batch) Current() *Event { return &b.Events[b.cur] }

// Reopen makes an earlier event the current one: a stage that understands a
// record after its frame was decoded adds fields to it.
func (b *Batch) Reopen(i int) *Event {
	b.cur, b.open = i, -1
	return &b.Events[i]
}

// Add appends a field to the current event of b. An id of 0 is not kept.
// val must live as long as the batch: it is not copied.
func (b *Batch) Add(id FieldID, val string) {
	if id == 0 {
		return
	}
	e := &b.Events[b.cur]
	if b.open < 0 {
		b.open = len(b.fields)
		b.fields = append(b.fields, e.Fields...)
	}
	b.fields = append(b.fields, Field{val, id})
	e.Fields = b.fields[b.open:len(b.fields):len(b.fields)]
}

// Bad notes that the record at offset could not be read.
func (b *Batch) Bad(offset int64, reason string) {
	b.Unread = append(b.Unread, Unread{offset, reason})
}

// Keep copies v into the batch and returns it as a string that lives as long
// as the batch.
func (b *Batch) Keep(v []byte) string {
	s := b.Grow(len(v))
	s = append(s, v...)
	return b.Kept(s)
}

// Grow returns an empty slice with room for n bytes in the batch's arena. The
// caller appends at most n bytes and gives the result to Kept before it uses
// the batch again.
func (b *Batch) Grow(n int) []byte {
	if cap(b.arena)-len(b.arena) < n {
		// The old arena stays alive through the strings that point into it.
		b.arena = make([]byte, 0, max(2*cap(b.arena), n, 64<<10))
	}
	return b.arena[len(b.arena):len(b.arena):cap(b.arena)]
}

// Kept makes what was appended to the slice of Grow a string of the batch.
func (b *Batch) Kept(s []byte) string {
	if len(s) == 0 {
		return ""
	}
	if n := len(b.arena); cap(b.arena)-n >= len(s) && &b.arena[:n+1][n] == &s[0] {
		b.arena = b.arena[:n+len(s)]
	}
	return Str(s)
}

// Str returns v as a string without copying it: v must not change while the
// string is used. Str and Bytes are the program's only uses of unsafe strings.
func Str(v []byte) string { return unsafe.String(unsafe.SliceData(v), len(v)) }

// Bytes returns the bytes of s without copying them: they must not be written.
func Bytes(s string) []byte { return unsafe.Slice(unsafe.StringData(s), len(s)) }
