// Package message holds what decoders of text logs share: a message behind an
// envelope, or a line with a head of its own, becomes the current event, and
// the decoder's function says what its text means. In go bytes, out comes an
// event with its text as a field. It knows no format and keeps no state.
package message

import (
	"errors"
	"strings"
	"sync"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/clock"
	"github.com/footfall/footfall/internal/hostport"
)

// A Text is a kind of text log.
type Text struct {
	Name    string // of the decoder, for errors
	Program string // that writes the lines, when they do not say
	Log     footfall.Log
	// Head reads what stands before the text of a line: time, host, program.
	// It returns false when the line is not of the format.
	Head func(e *footfall.Event, line string) (text string, ok bool)
	// Read says what a text means. b is for strings that it has to make.
	Read func(b *footfall.Batch, e *footfall.Event, text string)
	// Open makes Read of a text whose parts are fields; else it is nil.
	Open func(s *footfall.Schema) func(b *footfall.Batch, e *footfall.Event, text string)
}

func (t *Text) read(s *footfall.Schema) func(*footfall.Batch, *footfall.Event, string) {
	if t.Open != nil {
		return t.Open(s)
	}
	return t.Read
}

// Messages is the New of a decoder of messages.
func (t *Text) Messages(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
	log, read := s.AddLog(t.Log), t.read(s)
	errNoEvent := errors.New(t.Name + ": a message without its envelope")
	return func(b *footfall.Batch, frame []byte) error {
		if len(b.Events) == 0 {
			return errNoEvent
		}
		e := b.Current()
		text := e.Message
		if text != string(frame) {
			text = b.Keep(frame)
		}
		e.Log = log
		read(b, e, strings.TrimSpace(text))
		return nil
	}, nil
}

// Lines is the New of a decoder of lines.
func (t *Text) Lines(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
	log, message, read := s.AddLog(t.Log), s.Asked("message"), t.read(s)
	errLine := errors.New("not a line of " + t.Name)
	return func(b *footfall.Batch, frame []byte) error {
		line := strings.TrimRight(strings.TrimPrefix(footfall.Str(frame), "\ufeff"), " \t\r")
		if line == "" {
			return nil
		}
		line = b.Keep(footfall.Bytes(line))
		e := b.New()
		text, ok := t.Head(e, line)
		if !ok {
			return errLine
		}
		if e.Log = log; e.Program == "" {
			e.Program = t.Program
		}
		b.Add(message, text)
		read(b, e, strings.TrimSpace(text))
		return nil
	}, nil
}

// Stamp reads the time that s begins with, whichever internal/clock knows, into
// e, and returns what follows behind blanks.
func Stamp(e *footfall.Event, s string) (rest string, ok bool) {
	ns, n := clock.Parse(s)
	if n == 0 {
		return s, false
	}
	e.Time, e.Zoneless = ns, !clock.Zoned(s[:n])
	return strings.TrimLeft(s[n:], " \t"), true
}

// Lines returns up to most non-empty lines of head, for Sniff. What may be cut
// off at the end of a long head is left out.
func Lines(head []byte, most int, f func(line string)) {
	s := strings.TrimPrefix(footfall.Str(head), "\ufeff")
	for n := 0; s != "" && n < most; {
		i := strings.IndexByte(s, '\n')
		if i < 0 && n > 0 {
			return
		}
		line := s
		if s = ""; i >= 0 {
			line, s = line[:i], line[i+1:]
		}
		if line = strings.TrimRight(line, " \t\r"); line != "" {
			f(line)
			n++
		}
	}
}

// Count counts the first lines of head, and those among them that match.
func Count(head []byte, match func(line string) bool) (matched, lines int) {
	Lines(head, 64, func(line string) {
		lines++
		if match(line) {
			matched++
		}
	})
	return matched, lines
}

// spare are Events that only tell whether a line has a head.
var spare = sync.Pool{New: func() any { return new(footfall.Event) }}

// Heads reports whether a line has the head of such a text, for Sniff.
func (t *Text) Heads(line string) bool {
	e := spare.Get().(*footfall.Event)
	_, ok := t.Head(e, line)
	*e = footfall.Event{}
	spare.Put(e)
	return ok
}

// Share returns 0 when fewer than one in parts of the first lines of head
// fulfil is, else sure.
func Share(head []byte, sure, parts int, is func(line string) bool) int {
	hits, lines := Count(head, is)
	if hits == 0 || hits*parts < lines {
		return 0
	}
	return sure
}

// Between returns what stands between the first before and the next after it.
func Between(s, before, after string) (string, bool) {
	_, v, ok := strings.Cut(s, before)
	if !ok {
		return "", false
	}
	v, _, ok = strings.Cut(v, after)
	return v, ok
}

// Peer sets From to the HOST or HOST:PORT that s is, and reports whether it is
// one. An address of IPv6 has a port only when it stands in brackets.
func Peer(e *footfall.Event, s string) bool {
	p, ok := hostport.Host(s)
	if s != "" && (s[0] == '[' && s[len(s)-1] != ']' || strings.Count(s, ":") == 1) {
		p, ok = hostport.Colon(s)
	}
	if ok {
		e.From = p
	}
	return ok
}

// Entry makes e a logon to a VPN or a gateway, a failed one when reason or
// failed say so.
func Entry(e *footfall.Event, service footfall.Service, outcome footfall.Outcome, reason footfall.Reason) {
	e.Kind, e.Service, e.Outcome, e.Reason = footfall.KindLogon, service, outcome, reason
}
