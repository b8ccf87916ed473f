package evtx

import (
	"bytes"

	"github.com/footfall/footfall"
)

// A section is the part of an event that an element stands in: it decides
// what its fields are called.
type section uint8

const (
	inNothing   section = iota
	inEvent             // directly in <Event>
	inSystem            // in <System>
	inRendering         // in <RenderingInfo>, which forwarders add
	inData              // in <EventData>, <UserData>, and whatever else
)

// inside returns the section of the children of an element.
func inside(parent section, elem string) section {
	switch {
	case parent == inNothing && elem == "Event":
		return inEvent
	case parent == inNothing && elem == "System", parent == inEvent && elem == "System":
		return inSystem
	case parent == inEvent && elem == "RenderingInfo":
		return inRendering
	case parent <= inEvent:
		return inData
	}
	return parent
}

// A target is the typed part of an event that a field fills.
type target uint8

const (
	toNothing target = iota
	toTime
	toRecord
	toEventID
	toChannel
	toProvider
	toComputer
)

// A sysField says what becomes of a value in <System>.
type sysField struct {
	name string
	to   target
}

// systemField names the fields of <System> as rules and people call them.
// Others are Element or Element_Attribute.
func systemField(elem, attr string) sysField {
	switch elem + "/" + attr {
	case "Provider/Name":
		return sysField{"Provider_Name", toProvider}
	case "EventID/":
		return sysField{"EventID", toEventID}
	case "EventID/Qualifiers":
		return sysField{"Qualifiers", toNothing}
	case "TimeCreated/SystemTime":
		return sysField{"TimeCreated_SystemTime", toTime}
	case "EventRecordID/":
		return sysField{"EventRecordID", toRecord}
	case "Channel/":
		return sysField{"Channel", toChannel}
	case "Computer/":
		return sysField{"Computer", toComputer}
	case "Security/UserID":
		return sysField{"UserID", toNothing}
	}
	if attr == "" {
		return sysField{elem, toNothing}
	}
	return sysField{elem + "_" + attr, toNothing}
}

// A name is the name of an element or attribute.
type name struct {
	text   string
	raw    []byte // in UTF-16, as the file has it
	xmlns  bool   // declares a name space: says nothing about the event
	isName bool   // "Name": names the field of its element
}

type nameSlot struct {
	seal, off uint32
	name      *name
}

// A fieldKey is what a field's name is made of; attr is nil for content.
type fieldKey struct {
	in         section
	elem, attr *name
}

// A kept is what a name was resolved to.
type kept struct {
	id footfall.FieldID
	to target
}

// names keeps the names met so far and the fields they stand for. Each table
// is emptied when it is full: hostile files must not fill memory.
type names struct {
	known  map[string]*name            // by UTF-16
	fields map[fieldKey]kept           // fields named by elements and attributes
	data   map[string]footfall.FieldID // fields named by a Name attribute, by UTF-16
}

const (
	maxNames     = 4096
	maxNameChars = 256
)

func (n *names) init() {
	n.known = map[string]*name{}
	n.fields = map[fieldKey]kept{}
	n.data = map[string]footfall.FieldID{}
}

// nameAt returns the name that is stored at off in the chunk: next offset,
// hash, characters, text. It returns nil when none can be there.
func (d *decoder) nameAt(off uint32) *name {
	s := &d.nameSlots[off%uint32(len(d.nameSlots))]
	if s.seal == d.seal && s.off == off {
		return s.name
	}
	raw, ok := d.rawName(off)
	if !ok {
		return nil
	}
	*s = nameSlot{d.seal, off, d.names.intern(raw)}
	return s.name
}

func (d *decoder) rawName(off uint32) ([]byte, bool) {
	if uint64(off)+8 > uint64(len(d.buf)) {
		return nil, false
	}
	n := 2 * uint32(le.Uint16(d.buf[off+6:]))
	if n == 0 || n > 2*maxNameChars || uint64(off)+8+uint64(n) > uint64(len(d.buf)) {
		return nil, false
	}
	return d.buf[off+8 : off+8+n], true
}

func (n *names) intern(raw []byte) *name {
	if x := n.known[string(raw)]; x != nil {
		return x
	}
	if len(n.known) >= maxNames {
		clear(n.known)
		clear(n.fields) // its keys are names
	}
	text := string(appendUTF16(nil, raw))
	x := &name{text: text, raw: bytes.Clone(raw), isName: text == "Name"}
	x.xmlns = text == "xmlns" || len(text) > 6 && text[:6] == "xmlns:"
	n.known[string(x.raw)] = x
	return x
}

// field resolves the field of an element's content or of an attribute.
func (d *decoder) field(in section, elem, attr *name) kept {
	k := fieldKey{in, elem, attr}
	f, ok := d.names.fields[k]
	if !ok {
		if len(d.names.fields) >= maxNames {
			clear(d.names.fields)
		}
		f = d.resolve(k)
		d.names.fields[k] = f
	}
	return f
}

func (d *decoder) resolve(k fieldKey) kept {
	elem, attr := k.elem.text, ""
	if k.attr != nil {
		attr = k.attr.text
	}
	if k.in == inSystem {
		f := systemField(elem, attr)
		return kept{d.asked(f.name), f.to}
	}
	s := elem
	if attr != "" {
		s += "_" + attr
	}
	if k.in == inRendering && elem != "Message" && elem != "RenderingInfo" {
		s = "RenderingInfo_" + s
	}
	return kept{d.asked(s), toNothing}
}

func (d *decoder) asked(s string) footfall.FieldID {
	if s = blankless(s); s == "" {
		return 0
	}
	return d.schema.Asked(s)
}

// dataField resolves the field that a Name attribute of this UTF-16 names.
func (d *decoder) dataField(raw []byte) footfall.FieldID {
	id, ok := d.names.data[string(raw)]
	if ok || len(raw) > 2*maxNameChars {
		return id
	}
	if len(d.names.data) >= maxNames {
		clear(d.names.data)
	}
	id = d.asked(string(appendUTF16(nil, raw)))
	d.names.data[string(raw)] = id
	return id
}

// texts keeps strings that most records of a log share, so that they are
// neither converted nor copied again.
type texts struct {
	last  []byte
	value string
	all   map[string]string
}

const (
	maxTexts     = 1024
	maxTextBytes = 1024
)

// shared returns the string of UTF-16 text, from t if it was met before.
func (d *decoder) shared(t *texts, raw []byte) string {
	if bytes.Equal(raw, t.last) {
		return t.value
	}
	if len(raw) > maxTextBytes {
		return d.took(appendUTF16(d.room(2*len(raw)), raw))
	}
	s, ok := t.all[string(raw)]
	if !ok {
		if t.all == nil || len(t.all) >= maxTexts {
			t.all = map[string]string{}
		}
		s = string(appendUTF16(nil, raw))
		t.all[string(raw)] = s
	}
	t.last, t.value = append(t.last[:0], raw...), s
	return s
}
