// Package jsonlog is what decoders of JSON logs have in common: a Format
// says which names a maker's records have and what they mean, and becomes a
// Decoder. A record goes in, one event with slots to read it by goes to the
// format's Mean. Records inside of a shipper's object or string are taken
// out of it. It knows no format's names and allocates nothing when warm.
package jsonlog

import (
	"bytes"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/frame"
	"github.com/footfall/footfall/internal/jsonscan"
	"github.com/footfall/footfall/internal/record"
)

// A Format is one maker's JSON records.
type Format struct {
	Name, Doc, Source string
	By                string               // what it is recognised by
	Logs              []footfall.Log       // a record is of the first, unless Mean says otherwise
	Rate              func(rec []byte) int // how sure one record makes it, 0 to 100
	Inside            []string             // members that hold the record when a shipper wrapped it
	Paths             []string             // as record.New takes them
	Also              map[string][]string  // as record.New takes it
	Names             []string             // further fields that Mean gives by Reader.Field
	Mean              func(*Reader)        // fills Reader.Event from the slots
}

// Decoder makes the Decoder of a format.
func (f *Format) Decoder() footfall.Decoder {
	return footfall.Decoder{
		Name: f.Name, Doc: f.Doc, Source: f.Source, By: f.By, Frame: footfall.FrameJSON,
		Sniff: func(head []byte) int { return Sniff(head, f.Rate) },
		New: func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
			return f.Reader(s).Decode, nil
		},
	}
}

// A Reader reads records of one format. Its Values are those of the record.
type Reader struct {
	*record.Values
	Event  *footfall.Event
	Batch  *footfall.Batch
	format *Format
	logs   []footfall.LogID
	named  []footfall.FieldID // of Format.Names
	raws   []raw
	scan   jsonscan.Scanner
	text   []byte
	schema *footfall.Schema
	extra  map[string]footfall.FieldID
}

// A raw is a slot of JSON text that rules ask for as text.
type raw struct {
	slot int
	id   footfall.FieldID
}

// Reader returns a Reader of the format.
func (f *Format) Reader(s *footfall.Schema) *Reader {
	r := &Reader{format: f, schema: s, extra: map[string]footfall.FieldID{}, Values: record.New(s, f.Paths, f.Also)}
	for _, l := range f.Logs {
		r.logs = append(r.logs, s.AddLog(l))
	}
	for _, n := range f.Names {
		r.named = append(r.named, s.Asked(n))
	}
	for i, p := range f.Paths {
		for path := range strings.SplitSeq(p, "|") {
			if name, ok := strings.CutSuffix(path, "[]"); ok {
				if id := s.Asked(name); id != 0 {
					r.raws = append(r.raws, raw{i, id})
				}
			}
		}
	}
	r.Wraps(f.Inside)
	return r
}

// Decode reads one record.
func (r *Reader) Decode(b *footfall.Batch, in []byte) error {
	if i := bytes.IndexByte(in, '{'); i > 0 { // behind a BOM, a bracket or a comma
		in = in[i:]
	}
	r.Open(b)
	inner, err := r.Unwrap(in)
	if err == nil && inner != nil {
		b.Drop()
		r.Open(b)
		err = r.JSON(inner)
	}
	if err != nil {
		return err
	}
	r.Close()
	return nil
}

// Message reads a record behind an envelope into the envelope's event, whose
// time and computer stay where the record names none.
func (r *Reader) Message(b *footfall.Batch, msg []byte) error {
	if len(b.Events) == 0 {
		return errNoEvent
	}
	i := bytes.IndexByte(msg, '{')
	if i < 0 {
		return errNoObject
	}
	e := b.Current()
	when, zoneless, computer := e.Time, e.Zoneless, e.Computer
	if len(r.logs) > 0 {
		e.Log = r.logs[0]
	}
	r.Event, r.Batch = e, b
	r.Begin(b)
	if err := r.JSON(msg[i:]); err != nil {
		return err
	}
	e.Time = 0
	r.Close()
	if e.Time == 0 {
		e.Time, e.Zoneless = when, zoneless
	}
	if e.Computer == "" {
		e.Computer = computer
	}
	return nil
}

type constError string

func (e constError) Error() string { return string(e) }

const (
	errNoEvent  = constError("json: a message without its envelope")
	errNoObject = constError("json: no object in the message")
)

// Open begins an event whose values come one by one.
func (r *Reader) Open(b *footfall.Batch) {
	e := b.New()
	if len(r.logs) > 0 {
		e.Log = r.logs[0]
	}
	r.Event, r.Batch = e, b
	r.Begin(b)
}

// Close gives the event of Open its meaning.
func (r *Reader) Close() {
	for _, w := range r.raws {
		if v := r.Get(w.slot); v != "" {
			r.Batch.Add(w.id, r.Batch.Keep(footfall.Bytes(v)))
		}
	}
	r.format.Mean(r)
}

// SetLog says that the record is of the i-th of Format.Logs.
func (r *Reader) SetLog(i int) { r.Event.Log = r.logs[i] }

// Field adds the i-th of Format.Names, unless val is empty.
func (r *Reader) Field(i int, val string) {
	if val != "" {
		r.Batch.Add(r.named[i], val)
	}
}

// maxExtra bounds how many names of Extra are remembered.
const maxExtra = 4096

// Extra adds a field whose name stands in the record.
func (r *Reader) Extra(name, val string) {
	id, ok := r.extra[name]
	if !ok {
		if len(name) == 0 || len(name) > 128 || len(r.extra) >= maxExtra {
			return
		}
		name = strings.Clone(name)
		id = r.schema.Asked(name)
		r.extra[name] = id
	}
	if val != "" {
		r.Batch.Add(id, val)
	}
}

// maxRated bounds how many records a stream is recognised by.
const maxRated = 24

// Sniff rates the records that head begins with, and returns the mean: where
// the records of several formats stand in one file, none is sure of it.
func Sniff(head []byte, rate func(rec []byte) int) int {
	lead := bytes.TrimLeft(head, "\xef\xbb\xbf \r\n\t[")
	if len(lead) == 0 || lead[0] != '{' {
		return 0
	}
	if n := len(head); head[0] == '{' && head[n-1] == '}' && bytes.IndexByte(head, '\n') < 0 && !bytes.Contains(head, []byte("}{")) {
		return rate(head) // one record: the message of another
	}
	sum, n := 0, 0
	frame.JSON(head, func(_ int, rec []byte) bool {
		sum += rate(rec)
		n++
		return n < maxRated
	})
	return sum / max(n, 1)
}

// All reports whether rec has each of the names, as it stands in JSON: in
// quotes, which a value cannot have without backslashes.
func All(rec []byte, names ...string) bool {
	for _, n := range names {
		if !has(rec, n) {
			return false
		}
	}
	return true
}

// Count returns how many of the names rec has.
func Count(rec []byte, names ...string) int {
	n := 0
	for _, name := range names {
		if has(rec, name) {
			n++
		}
	}
	return n
}

func has(rec []byte, name string) bool {
	for {
		i := bytes.Index(rec, footfall.Bytes(name))
		if i < 0 {
			return false
		}
		end := i + len(name)
		if i > 0 && rec[i-1] == '"' && end < len(rec) && rec[end] == '"' {
			return true
		}
		rec = rec[end:]
	}
}
