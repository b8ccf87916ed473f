package evtx

import (
	"time"

	"github.com/footfall/footfall"
)

// exec adds to the event the fields that ops make of the substitutions.
func (d *decoder) exec(ops []op, parts []part, subs []value) {
	if d.used.run += len(ops) + len(parts); d.overBudget() {
		return
	}
	for i := range ops {
		o := &ops[i]
		switch o.kind {
		case opSub:
			if int(o.sub) < len(subs) {
				d.substitute(o.id, o.to, subs[o.sub])
			}
		case opText:
			d.typed(o.to, o.text)
			d.add(o.id, o.text)
		case opParts:
			d.joined(o.id, o.to, parts[o.lo:o.hi], subs)
		case opNamed:
			id, named := d.fieldNamed(parts[o.nameLo:o.nameHi], subs)
			if !named {
				id = o.id
			}
			if id != 0 {
				d.joined(id, toNothing, parts[o.lo:o.hi], subs)
			}
		}
	}
}

// substitute adds the field that one substitution gives: none when the value
// is null or is BinXml, which gives fields of its own; one for each item of an
// array, as Windows repeats the element.
func (d *decoder) substitute(id footfall.FieldID, to target, v value) {
	switch {
	case v.typ == typNull || v.typ == typBinXML:
	case to != toNothing:
		d.system(id, to, v)
	case v.typ&typArray != 0:
		d.items(id, v)
	default:
		d.add(id, d.text(v))
	}
}

// system fills the typed part of the event that v is for, and adds its field.
func (d *decoder) system(id footfall.FieldID, to target, v value) {
	switch to {
	case toTime:
		if v.typ == typFiletime && v.n == 8 {
			if d.e.Time == 0 {
				d.e.Time = unixNano(le.Uint64(d.raw(v)))
			}
			if id != 0 {
				d.add(id, d.text(v))
			}
			return
		}
	case toEventID, toRecord:
		if isInt(v.typ) {
			d.number(to, loadUint(d.raw(v)))
			if id != 0 {
				d.add(id, d.text(v))
			}
			return
		}
	}
	s := d.systemText(to, v)
	d.typed(to, s)
	d.add(id, s)
}

// systemText is the text of v, shared over the records that have the same.
func (d *decoder) systemText(to target, v value) string {
	if v.typ == typString {
		switch to {
		case toChannel:
			return d.shared(&d.channels, d.trimmed(v))
		case toProvider:
			return d.shared(&d.providers, d.trimmed(v))
		case toComputer:
			return d.shared(&d.computers, d.trimmed(v))
		}
	}
	return d.text(v)
}

// typed fills the typed part of the event from text. The first wins: what
// follows <System> cannot contradict it.
func (d *decoder) typed(to target, s string) {
	e := d.e
	switch to {
	case toChannel:
		setFirst(&e.Channel, s)
	case toProvider:
		setFirst(&e.Provider, s)
	case toComputer:
		setFirst(&e.Computer, s)
	case toEventID, toRecord:
		if n, ok := parseUint(s); ok {
			d.number(to, n)
		}
	case toTime:
		if t, err := time.Parse(time.RFC3339Nano, s); err == nil && e.Time == 0 && t.Year() > 1700 && t.Year() < 2200 {
			e.Time = t.UnixNano()
		}
	}
}

func setFirst(p *string, s string) {
	if *p == "" {
		*p = s
	}
}

func (d *decoder) number(to target, n uint64) {
	switch {
	case to == toRecord && d.e.Record == 0:
		d.e.Record = n
	case to == toEventID && d.e.EventID == 0 && n <= 0xffffffff:
		d.e.EventID = uint32(n)
	}
}

// joined adds the field that several parts give together, none when all of
// them are null.
func (d *decoder) joined(id footfall.FieldID, to target, parts []part, subs []value) {
	if len(parts) == 1 {
		switch p := &parts[0]; p.kind {
		case partSub:
			if int(p.sub) < len(subs) {
				d.substitute(id, to, subs[p.sub])
			}
			return
		case partRaw:
			d.substitute(id, to, p.val)
			return
		}
	}
	s, some := d.join(parts, subs)
	if !some && len(parts) > 0 {
		return
	}
	d.typed(to, s)
	d.add(id, s)
}

// join returns the text of parts, and whether any of them is not null.
func (d *decoder) join(parts []part, subs []value) (s string, some bool) {
	buf := d.scratch[:0]
	for i := range parts {
		p := &parts[i]
		v := p.val
		switch p.kind {
		case partText:
			if d.used.out+len(buf) <= maxOut {
				buf, some = append(buf, p.text...), true
			}
			continue
		case partSub:
			if int(p.sub) >= len(subs) {
				continue
			}
			v = subs[p.sub]
		}
		if v.typ == typNull || v.typ == typBinXML || d.used.out+len(buf) > maxOut {
			continue
		}
		buf, some = d.appendAny(buf, v), true
	}
	d.scratch = buf
	return d.took(append(d.room(len(buf)), buf...)), some
}

// fieldNamed returns the field whose name the record gives, if it gives one.
func (d *decoder) fieldNamed(parts []part, subs []value) (id footfall.FieldID, named bool) {
	if p := &parts[0]; len(parts) == 1 && p.kind == partSub && int(p.sub) < len(subs) {
		if v := subs[p.sub]; v.typ == typString {
			raw := d.trimmed(v)
			return d.dataField(raw), len(raw) > 0
		}
	}
	s, _ := d.join(parts, subs)
	if s == "" || len(s) > maxNameChars {
		return 0, s != ""
	}
	return d.asked(s), true
}

// items adds a field for each item of an array.
func (d *decoder) items(id footfall.FieldID, v value) {
	if id == 0 {
		return
	}
	for it := newItems(d, v); it.next(); {
		if d.overBudget() {
			return
		}
		d.add(id, d.text(it.item))
	}
}

// text returns v as text.
func (d *decoder) text(v value) string {
	if isInt(v.typ) {
		if n := d.loadInt(v); n >= 0 && n < int64(len(small)) {
			return small[n]
		}
	}
	if d.used.out > maxOut {
		return "" // the record will be dropped
	}
	return d.took(d.appendValue(d.room(3*int(v.n)+64), v))
}
