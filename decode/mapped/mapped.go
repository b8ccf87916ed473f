// Package mapped makes decoders out of mappings: a dozen lines of YAML that
// say which field of an unknown JSON, CSV or key=value log is the time, the
// source, the destination, the user, the service and the outcome. In goes a
// mapping, out comes a decoder like any other. It guesses nothing: what the
// mapping does not say stays empty, and its mistakes are told with their line.
package mapped

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/clock"
	"github.com/footfall/footfall/internal/csvscan"
	"github.com/footfall/footfall/internal/hostport"
	"github.com/footfall/footfall/internal/jsonscan"
	"github.com/footfall/footfall/internal/kvscan"
	"github.com/footfall/footfall/internal/record"
)

// The slots of a record, one for each key of a mapping that names a field.
const (
	when = iota
	source
	sourcePort
	destination
	destinationPort
	user
	domain
	target
	host
	session
	object
	client
	assigned
	command
	kind
	service
	outcome
	auth
	mfa
	slots
)

var errNoTime = errors.New("mapped: the field of the time is missing or is no time of the mapping's layout")

// A plan is a mapping made ready.
type plan struct {
	paths  [slots]string
	words  [slots]words
	layout string
	zone   *time.Location
	match  []pair
	fields []string // names that a record of this log has, for Sniff
}

// words turn the values of a field into one of the vocabulary's.
type words struct {
	fixed  uint8 // what every record has, when no field says it
	values map[string]uint8
	other  uint8 // for values that are not listed
}

type pair struct{ field, value string }

// Read makes the decoder of a mapping; name is for messages. The decoder's
// own name is the mapping's.
func Read(name string, data []byte) (footfall.Decoder, error) {
	p, f, err := parse(data)
	if err != nil {
		return footfall.Decoder{}, fmt.Errorf("mapping %s: %w", name, err)
	}
	d := footfall.Decoder{
		Name: f.Name, Doc: "A log read by the mapping " + name + ".", Source: name,
	}
	switch f.Format {
	case "json":
		d.Frame, d.Sniff = footfall.FrameJSON, p.sniffJSON
		d.New = func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) { return p.reader(s).json, nil }
	case "csv":
		d.Frame, d.Sniff = footfall.FrameCSV, p.sniffCSV
		d.New = p.newCSV
	case "kv":
		d.Frame, d.Sniff = footfall.FrameLines, p.sniffKV
		d.New = func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) { return p.reader(s).pairs, nil }
	}
	return d, nil
}

type reader struct {
	p       *plan
	v       *record.Values
	match   []int // slots of what must have a value
	columns []record.Column
	fields  [][]byte
	buf     []byte
	sep     byte
}

func (p *plan) reader(s *footfall.Schema) *reader {
	r := &reader{p: p}
	paths := p.paths[:]
	for _, m := range p.match {
		r.match = append(r.match, len(paths))
		paths = append(paths, m.field)
	}
	r.v = record.New(s, paths, nil)
	return r
}

func (p *plan) newCSV(s *footfall.Schema, header []byte) (footfall.DecodeFunc, error) {
	r := p.reader(s)
	r.sep = csvscan.Separator(header)
	fields, _ := csvscan.Fields(nil, nil, header, r.sep)
	for _, f := range fields {
		r.columns = append(r.columns, r.v.Column(string(bytes.TrimSpace(f))))
	}
	return r.csv, nil
}

func (r *reader) json(b *footfall.Batch, frame []byte) error {
	e := b.New()
	r.v.Begin(b)
	if err := r.v.JSON(frame); err != nil {
		return err
	}
	return r.finish(b, e)
}

func (r *reader) csv(b *footfall.Batch, frame []byte) error {
	e := b.New()
	r.v.Begin(b)
	r.fields, r.buf = csvscan.Fields(r.fields[:0], r.buf[:0], frame, r.sep)
	for i, f := range r.fields {
		if i < len(r.columns) && r.columns[i].Wanted() {
			r.v.PutColumn(r.columns[i], b.Keep(f))
		}
	}
	return r.finish(b, e)
}

func (r *reader) pairs(b *footfall.Batch, frame []byte) error {
	e := b.New()
	r.v.Begin(b)
	for s := kvscan.New(b.Keep(frame)); s.Next(); {
		v := s.Val
		if s.Escaped {
			v = b.Kept(kvscan.Unescape(b.Grow(len(v)), v))
		}
		r.v.Put(s.Key, v)
	}
	return r.finish(b, e)
}

// finish fills in the typed event. A record that the mapping is not for stays
// an event of which nothing is said.
func (r *reader) finish(b *footfall.Batch, e *footfall.Event) error {
	v := r.v
	e.Computer = v.Get(host)
	t, zoneless, ok := r.p.time(v.Get(when))
	if !ok {
		return errNoTime
	}
	e.Time, e.Zoneless = t, zoneless
	for i, slot := range r.match {
		if v.Get(slot) != r.p.match[i].value {
			return nil
		}
	}
	e.From, e.To = end(v.Get(source)), end(v.Get(destination))
	if p := v.Port(sourcePort); p != 0 {
		e.From.Port = p
	}
	if p := v.Port(destinationPort); p != 0 {
		e.To.Port = p
	}
	e.User = footfall.Account{Name: v.Get(user), Domain: v.Get(domain)}
	e.Target.Name = v.Get(target)
	e.Session, e.Object, e.Client, e.Command = v.Get(session), v.Get(object), v.Get(client), v.Get(command)
	e.Assigned = v.Addr(assigned)
	e.Kind = footfall.Kind(r.word(kind))
	e.Service = footfall.Service(r.word(service))
	e.Outcome = footfall.Outcome(r.word(outcome))
	e.Auth = footfall.Auth(r.word(auth))
	e.MFA = footfall.MFA(r.word(mfa))
	if e.Service == footfall.ServiceUnknown && e.Kind == footfall.KindConnection {
		e.Service = footfall.ServiceOfPort(e.To.Port)
	}
	return nil
}

// word returns what the value of a slot means.
func (r *reader) word(slot int) uint8 {
	w := &r.p.words[slot]
	if w.values == nil {
		return w.fixed
	}
	v := r.v.Get(slot)
	if x, ok := w.values[v]; ok {
		return x
	}
	var buf [64]byte
	if len(v) <= len(buf) {
		for i := range len(v) {
			c := v[i]
			if c >= 'A' && c <= 'Z' {
				c += 'a' - 'A'
			}
			buf[i] = c
		}
		if x, ok := w.values[string(buf[:len(v)])]; ok {
			return x
		}
	}
	return w.other
}

// end reads an address, a host name, or one of them with a port.
func end(s string) footfall.Endpoint {
	if a := record.Addr(s); a.IsValid() && strings.Count(s, ":") != 1 && s[0] != '[' {
		return footfall.Endpoint{Addr: a}
	}
	if e, ok := hostport.Colon(s); ok {
		return e
	}
	e, _ := hostport.Host(s)
	return e
}

// time reads a time of the mapping's layout.
func (p *plan) time(s string) (ns int64, zoneless, ok bool) {
	switch p.layout {
	case "unix", "unix-ms", "unix-us", "unix-ns":
		ns, ok = epoch(s, p.layout)
		return ns, false, ok
	case "":
		n := 0
		ns, n = clock.Parse(s)
		if n == 0 {
			return 0, false, false
		}
		if zoneless = !clock.Zoned(s[:n]); zoneless && p.zone != nil && !clock.Unresolved(ns) {
			u := time.Unix(0, ns).UTC()
			return time.Date(u.Year(), u.Month(), u.Day(), u.Hour(), u.Minute(), u.Second(), u.Nanosecond(), p.zone).UnixNano(), false, true
		}
		return ns, zoneless, true
	}
	zone := p.zone
	if zone == nil {
		zone = time.UTC
	}
	t, err := time.ParseInLocation(p.layout, s, zone)
	if err != nil || t.Year() < 1678 || t.Year() > 2261 {
		return 0, false, false
	}
	named := p.zone != nil || strings.Contains(p.layout, "Z07") || strings.Contains(p.layout, "-07") || strings.Contains(p.layout, "MST")
	return t.UnixNano(), !named, true
}

// epoch reads a count since 1970, with a fraction.
func epoch(s, unit string) (int64, bool) {
	scale := int64(1e9)
	switch unit {
	case "unix-ms":
		scale = 1e6
	case "unix-us":
		scale = 1e3
	case "unix-ns":
		scale = 1
	}
	whole, fraction, _ := strings.Cut(s, ".")
	var v int64
	for i := range len(whole) {
		c := whole[i] - '0'
		if c > 9 || v > (1<<62)/10/scale {
			return 0, false
		}
		v = v*10 + int64(c)
	}
	v *= scale
	for i := 0; i < len(fraction) && scale > 1; i++ {
		c := fraction[i] - '0'
		if c > 9 {
			return 0, false
		}
		scale /= 10
		v += int64(c) * scale
	}
	return v, whole != ""
}

// sure is how sure a mapping is of a log whose first record has its fields:
// who gives a mapping means it, so nothing else is as sure.
const sure = 101

// fits tells how sure a mapping is that a first record is of its log.
func (p *plan) fits(has func(field string) bool) int {
	if len(p.fields) == 0 || !has(p.fields[0]) { // the time
		return 0
	}
	n := 0
	for _, f := range p.fields {
		if has(f) {
			n++
		}
	}
	if 2*n < len(p.fields) {
		return 0
	}
	return sure
}

func (p *plan) sniffJSON(head []byte) int {
	s := footfall.NewSchema(true)
	v := record.New(s, p.fields, nil)
	var b footfall.Batch
	b.New()
	v.Begin(&b)
	in := bytes.TrimLeft(head, " \t\r\n[")
	var scan jsonscan.Scanner
	if scan.Reset(in) != jsonscan.Object {
		return 0
	}
	whole := scan.Skip()
	if whole == nil {
		whole = in // longer than the head: what there is of it
	}
	_ = v.JSON(whole) // a broken record shows its first fields all the same
	return p.fits(func(f string) bool {
		for i, have := range p.fields {
			if have == f {
				return v.Kind(i) != jsonscan.None
			}
		}
		return false
	})
}

func (p *plan) sniffCSV(head []byte) int {
	line, _, ok := bytes.Cut(head, []byte("\n"))
	if !ok || len(line) > 1<<16 {
		return 0
	}
	line = bytes.TrimRight(line, "\r")
	fields, _ := csvscan.Fields(nil, nil, line, csvscan.Separator(line))
	return p.fits(func(f string) bool {
		for _, have := range fields {
			if string(bytes.TrimSpace(have)) == f {
				return true
			}
		}
		return false
	})
}

func (p *plan) sniffKV(head []byte) int {
	line, _, _ := bytes.Cut(head, []byte("\n"))
	seen := map[string]bool{}
	for s := kvscan.New(string(line[:min(len(line), 1<<14)])); s.Next(); {
		seen[s.Key] = true
	}
	return p.fits(func(f string) bool { return seen[f] })
}
