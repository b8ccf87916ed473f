// Package windows is what all dresses of Windows events share: the meaning of
// an event by its channel and number. An event with Channel, Provider,
// EventID, Computer and the record's own fields goes in; the same event comes
// out with its typed fields, its log source and the fields that Sigma rules
// know it by. It reads no format of its own, keeps nothing from one event to
// the next, and never panics on any value.
package windows

import (
	"github.com/footfall/footfall"
)

// A Reader fills in events, for one worker: it is used from one goroutine.
type Reader struct {
	slot     []uint8 // by FieldID: the number of a field that the table reads, 0 for the others
	channels map[string]*channel
	origins  map[string][]*channel // by lower-case provider, for records that do not name their channel
	unknown  *entry                // of a channel that nobody knows
	system   systemIDs
	sigma    sigmaIDs
	last     *channel
	lastRaw  string // the channel as the last event spelled it; our own copy
	at       *entry // of the event at hand
	x        extra  // values of the event at hand that no typed field holds as they are
}

// A channel is a Channel made ready for one Schema.
type channel struct {
	name  string
	first uint32   // the lowest id that the table names
	dense []*entry // by id from first
	other *entry   // for the ids that the table does not name
}

func (c *channel) at(id uint32) *entry {
	if i := id - c.first; i < uint32(len(c.dense)) {
		return c.dense[i]
	}
	return nil
}

// An entry is one event id of a channel made ready for one Schema.
type entry struct {
	use      []use // by slot
	to       []aliasTo
	user     footfall.FieldID // field for "DOMAIN\name" of Event.User
	session  footfall.FieldID // field for Event.Session
	kind     footfall.Kind
	service  footfall.Service
	auth     footfall.Auth
	outcome  footfall.Outcome
	finish   func(*Reader, *footfall.Batch, *footfall.Event)
	log      footfall.LogID
	logs     [4]footfall.LogID // by what the record says was done: unknown, made, set, removed
	provider string            // as Meaning.Provider
	next     *entry            // the same id of another provider
}

// by reports whether the entry is for what a provider writes. A star at the
// end stands for anything.
func (t *entry) by(provider string) bool {
	p := t.provider
	if n := len(p); n > 0 && p[n-1] == '*' {
		return hasPrefixFold(provider, p[:n-1])
	}
	return p == "" || equalFold(p, provider)
}

// A use is what an entry does with a field.
type use struct {
	role  role
	alias uint8 // the first of the field's aliases in entry.to, counted from 1
}

// systemIDs are the fields of the System part under the names that Sigma
// rules use; 0 when nobody asked.
type systemIDs struct {
	eventID, channel, provider, source, computer footfall.FieldID
}

// New returns a Reader. It asks s for the fields that the table reads, so it
// must be made before decoders look their names up.
func New(s *footfall.Schema) *Reader {
	r := &Reader{channels: map[string]*channel{}, origins: map[string][]*channel{}}
	r.system = systemIDs{s.Asked("EventID"), s.Asked("Channel"), s.Asked("Provider_Name"), s.Asked("SourceName"), s.Asked("Computer")}
	r.sigma = newSigmaIDs(s)
	c := compiler{schema: s, slots: map[string]uint8{}, reader: r}
	for _, name := range []string{"EventID", "Channel", "Provider_Name", "SourceName", "Computer"} {
		c.reserve(name)
	}
	for i := range Channels {
		c.channel(&Channels[i])
	}
	c.finish()
	r.unknown = &entry{log: s.AddLog(footfall.Log{Product: "windows"})}
	return r
}

// Read fills in e, which must be the current event of b. Fields that it adds
// for Sigma go to b; their strings live as long as the batch.
func (r *Reader) Read(b *footfall.Batch, e *footfall.Event) {
	t := r.entry(e)
	r.at = t
	e.Log, e.Kind, e.Service, e.Auth, e.Outcome = t.log, t.kind, t.service, t.auth, t.outcome
	e.To.Host = e.Computer
	seen := r.fields(b, e, t)
	if t.finish != nil {
		t.finish(r, b, e)
	}
	if r.x.failed && e.Outcome == footfall.Success {
		e.Outcome = footfall.Failure
	}
	wellKnown(e)
	if t.user != 0 && e.User.Name != "" {
		b.Add(t.user, joined(b, e.User.Domain, e.User.Name))
	}
	if t.session != 0 && e.Session != "" {
		b.Add(t.session, e.Session)
	}
	r.addSystem(b, e, seen)
}

// The first slots are those of the System part: a bit for each tells whether
// the dress brought the field along.
const (
	slotEventID = 1 + iota
	slotChannel
	slotProvider
	slotSource
	slotComputer
)

// fields gives every field of e to its role, and to Sigma under its aliases.
func (r *Reader) fields(b *footfall.Batch, e *footfall.Event, t *entry) (seen uint8) {
	r.x = extra{}
	slots, uses := r.slot, t.use
	fields := e.Fields
	for i := range fields {
		f := &fields[i]
		if int(f.ID) >= len(slots) {
			continue
		}
		s := slots[f.ID]
		if s <= slotComputer {
			seen |= 1 << s
		}
		if int(s) >= len(uses) {
			continue
		}
		u := uses[s]
		if u == (use{}) || f.Val == "" || f.Val == "-" {
			continue
		}
		if u.role >= firstKept {
			r.keep(u.role, f.Val)
		} else {
			r.set(b, e, u.role, f.Val)
		}
		if u.alias != 0 {
			t.rename(b, *f, u.alias)
		}
	}
	return seen
}

// rename adds a field's value under the names that rules know it by.
func (t *entry) rename(b *footfall.Batch, f footfall.Field, first uint8) {
	for _, to := range t.to[first-1:] {
		if v := to.how.apply(b, f.Val); v != "" && (to.id != f.ID || v != f.Val) {
			b.Add(to.id, v)
		}
		if to.last {
			break
		}
	}
}

// addSystem gives rules the System part that the dress did not spell as
// fields, so that a rule sees the same fields in every dress.
func (r *Reader) addSystem(b *footfall.Batch, e *footfall.Event, seen uint8) {
	if r.system.eventID != 0 && seen&(1<<slotEventID) == 0 {
		b.Add(r.system.eventID, number(b, uint64(e.EventID)))
	}
	if seen&(1<<slotChannel) == 0 || e.Kind == footfall.KindCleared { // 104 has a field of that name of its own
		b.Add(r.system.channel, e.Channel)
	}
	if seen&(1<<slotProvider) == 0 {
		b.Add(r.system.provider, e.Provider)
	}
	if seen&(1<<slotSource) == 0 {
		b.Add(r.system.source, e.Provider)
	}
	if seen&(1<<slotComputer) == 0 {
		b.Add(r.system.computer, e.Computer)
	}
}

// entry finds the table's entry for e, and gives e.Channel its usual spelling.
func (r *Reader) entry(e *footfall.Event) *entry {
	c := r.channel(e)
	if c == nil {
		return r.unknown
	}
	e.Channel = c.name
	t := c.at(e.EventID)
	for ; t != nil; t = t.next {
		if e.Provider == "" || t.by(e.Provider) {
			return t
		}
	}
	return c.other
}

// channel finds the channel of e by its name, or by its provider when the
// record names none or only the log that events are forwarded to.
func (r *Reader) channel(e *footfall.Event) *channel {
	if e.Channel == r.lastRaw && e.Channel != "" {
		return r.last
	}
	if e.Channel != "" && !equalFold(e.Channel, "forwardedevents") {
		c := lookup(r.channels, e.Channel)
		if c != nil {
			r.last, r.lastRaw = c, c.name
		}
		return c
	}
	list := lookup(r.origins, e.Provider)
	for _, c := range list {
		for t := c.at(e.EventID); t != nil; t = t.next {
			if t.by(e.Provider) {
				return c
			}
		}
	}
	if len(list) > 0 {
		return list[0]
	}
	return nil
}

// lookup finds s, whatever its case, without making a string.
func lookup[T any](m map[string]T, s string) T {
	var buf [128]byte
	if len(s) > len(buf) {
		var none T
		return none
	}
	for i := range len(s) {
		buf[i] = lower(s[i])
	}
	return m[string(buf[:len(s)])]
}
