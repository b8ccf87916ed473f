package windows

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/footfall/footfall"
)

// A Channel is one Windows event log and what the table knows of its events.
type Channel struct {
	Name      string
	Product   string   // the log source's product in Sigma rules; "" for windows
	Services  []string // names of the log source's service in Sigma rules
	Providers []string // who writes only here, for records that do not say where they were
	Events    []Meaning
}

func (ch *Channel) product() string {
	if ch.Product == "" {
		return "windows"
	}
	return ch.Product
}

// A Meaning says what one event id of a channel is about.
type Meaning struct {
	Channel    string // filled in by Events
	ID         uint32
	Doc        string // what happened
	Kind       footfall.Kind
	Service    footfall.Service
	Auth       footfall.Auth
	Outcome    footfall.Outcome
	Provider   string   // when another provider may use the id for something else
	Categories []string // names of the log source's category in Sigma rules
	Reads      binds
	Aliases    []Alias

	finish func(*Reader, *footfall.Batch, *footfall.Event)
}

// binds says which field of the record feeds what.
type binds []bind

type bind struct {
	field string
	to    role
}

// Feeds lists the fields that are read and what each one feeds, as
// "TargetUserName: user".
func (b binds) Feeds() []string {
	out := make([]string, 0, len(b))
	for _, x := range b {
		out = append(out, x.field+": "+x.to.String())
	}
	return out
}

func join(list ...binds) binds { return slices.Concat(list...) }

// Events returns the table for the reference, in the order of channels and ids.
func Events() []Meaning {
	var out []Meaning
	for _, c := range Channels {
		for _, m := range c.Events {
			m.Channel = c.Name
			out = append(out, m)
		}
	}
	slices.SortFunc(out, func(a, b Meaning) int {
		if a.Channel != b.Channel {
			return strings.Compare(a.Channel, b.Channel)
		}
		if a.ID != b.ID {
			return cmp.Compare(a.ID, b.ID)
		}
		return strings.Compare(a.Provider, b.Provider)
	})
	return out
}

// A compiler makes the tables ready for one Schema.
type compiler struct {
	schema *footfall.Schema
	reader *Reader
	slots  map[string]uint8   // by field name
	ids    []footfall.FieldID // by slot; 0 for one that nobody asked for
}

// slot returns the number of a field that the table reads, and asks for it.
func (c *compiler) slot(field string) uint8 {
	n, ok := c.slots[field]
	if !ok {
		n = c.add(field, 0)
	}
	if c.ids[n] == 0 {
		c.ids[n] = c.schema.Field(field)
	}
	return n
}

// reserve gives a slot to a field without asking for it.
func (c *compiler) reserve(field string) { c.add(field, c.schema.Asked(field)) }

func (c *compiler) add(field string, id footfall.FieldID) uint8 {
	if len(c.ids) == 0 {
		c.ids = append(c.ids, 0) // slot 0 is no field
	}
	n := len(c.ids)
	if n > 255 {
		panic("BUG: windows: more fields than slots")
	}
	c.slots[field] = uint8(n)
	c.ids = append(c.ids, id)
	return uint8(n)
}

func (c *compiler) channel(ch *Channel) {
	out := &channel{name: ch.Name, other: &entry{log: c.log(ch, nil)}}
	if ch.Name == securityLog {
		out.other = c.entry(ch, &Meaning{Outcome: footfall.Success, Reads: subject})
	}
	if len(ch.Events) > 0 {
		byID := func(a, b Meaning) int { return cmp.Compare(a.ID, b.ID) }
		out.first = slices.MinFunc(ch.Events, byID).ID
		out.dense = make([]*entry, slices.MaxFunc(ch.Events, byID).ID-out.first+1)
	}
	for i := range ch.Events {
		m := &ch.Events[i]
		t, at := c.entry(ch, m), &out.dense[m.ID-out.first]
		t.next, *at = *at, t
	}
	key := strings.ToLower(ch.Name)
	if c.reader.channels[key] != nil {
		panic(fmt.Sprintf("BUG: windows: channel %q twice", ch.Name))
	}
	c.reader.channels[key] = out
	for _, p := range ch.Providers {
		p = strings.ToLower(p)
		c.reader.origins[p] = append(c.reader.origins[p], out)
	}
}

func (c *compiler) log(ch *Channel, categories []string) footfall.LogID {
	return c.schema.AddLog(footfall.Log{Product: ch.product(), Services: ch.Services, Categories: categories})
}

func (c *compiler) entry(ch *Channel, m *Meaning) *entry {
	t := &entry{
		kind: m.Kind, service: m.Service, auth: m.Auth, outcome: m.Outcome,
		finish: m.finish, log: c.log(ch, m.Categories), provider: m.Provider,
	}
	set := func(field string, to role) {
		t.at(c.slot(field)).role = to
	}
	if ch.Name == securityLog {
		set("Keywords", toKeywords)
	}
	for _, b := range m.Reads {
		set(b.field, b.to)
	}
	c.aliases(t, m)
	if m.registry() {
		t.logs = [4]footfall.LogID{
			t.log,
			c.log(ch, []string{"registry_event", "registry_add"}),
			c.log(ch, []string{"registry_event", "registry_set"}),
			c.log(ch, []string{"registry_event", "registry_delete"}),
		}
		if m.ID == 4657 {
			// Here a value that is new was also set; Sysmon tells keys from values.
			t.logs[1] = c.log(ch, []string{"registry_event", "registry_add", "registry_set"})
		}
	}
	return t
}

// registry reports whether it depends on the record which registry category
// the event is of.
func (m *Meaning) registry() bool { return slices.Contains(m.Categories, "registry_delete") }

// aliases adds what rules asked for. Fields of one name stand together in to.
func (c *compiler) aliases(t *entry, m *Meaning) {
	byField := map[string][]aliasTo{}
	var order []string
	for _, a := range m.Aliases {
		id := c.schema.Asked(a.Sigma)
		switch {
		case id == 0 || a.Field == made:
		case a.Field == fromUser:
			t.user = id
		case a.Field == fromSession:
			t.session = id
		default:
			if byField[a.Field] == nil {
				order = append(order, a.Field)
			}
			byField[a.Field] = append(byField[a.Field], aliasTo{id: id, how: a.How})
		}
	}
	for _, f := range order {
		list := byField[f]
		list[len(list)-1].last = true
		t.at(c.slot(f)).alias = uint8(len(t.to) + 1)
		t.to = append(t.to, list...)
	}
}

// at returns the use of a slot, made if need be.
func (t *entry) at(slot uint8) *use {
	for len(t.use) <= int(slot) {
		t.use = append(t.use, use{})
	}
	return &t.use[slot]
}

// finish makes the array from field numbers to slots.
func (c *compiler) finish() {
	high := footfall.FieldID(0)
	for _, id := range c.ids {
		high = max(high, id)
	}
	c.reader.slot = make([]uint8, int(high)+1)
	for i, id := range c.ids {
		if id != 0 {
			c.reader.slot[id] = uint8(i)
		}
	}
}
