// Package cowrie reads the log of the Cowrie honeypot for SSH and telnet, as
// JSON and as the lines that it sends to syslog. In goes one event of the
// honeypot, out comes ours: attempts, logons, commands, forwarded connections.
// What is typed into a honeypot is an intruder's, so every field is kept.
package cowrie

import (
	"errors"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/clock"
	"github.com/footfall/footfall/internal/hostport"
	"github.com/footfall/footfall/internal/jsonscan"
)

// Decoder reads Cowrie's JSON.
var Decoder = footfall.Decoder{
	Name:   "cowrie",
	Doc:    "JSON log of the Cowrie honeypot: who came, what they tried, what they typed.",
	Source: "https://docs.cowrie.org/en/latest/OUTPUT.html",
	Frame:  footfall.FrameJSON,
	By:     `an eventid that begins with "cowrie."`,
	Sniff:  sniff,
	New: func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
		return newReader(s).json, nil
	},
}

// Message reads Cowrie's lines in syslog.
var Message = footfall.Decoder{
	Name:     "cowrie-message",
	Doc:      "Lines of the Cowrie honeypot behind a syslog header.",
	Source:   "Cowrie: src/cowrie/core/output.py, textlog",
	Frame:    footfall.FrameMessage,
	Programs: []string{"cowrie"},
	New: func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
		return newReader(s).message, nil
	},
}

const maxNames = 1000

var (
	errEvent   = errors.New("not an event of Cowrie")
	errNoEvent = errors.New("cowrie: a message without its envelope")
)

type reader struct {
	schema *footfall.Schema
	log    footfall.LogID
	names  map[string]footfall.FieldID
	scan   jsonscan.Scanner
	text   []byte
}

func newReader(s *footfall.Schema) *reader {
	return &reader{schema: s, names: map[string]footfall.FieldID{}, log: s.AddLog(footfall.Log{Product: "cowrie"})}
}

func (r *reader) json(b *footfall.Batch, frame []byte) error {
	s := &r.scan
	if s.Reset(frame) != jsonscan.Object || !s.Enter() {
		return errEvent
	}
	e := b.New()
	e.Log, e.Program, e.Len = r.log, "cowrie", uint32(len(frame))
	event, protocol := "", ""
	for s.Next() {
		if s.Kind() != jsonscan.String && s.Kind() != jsonscan.Number {
			continue
		}
		id := r.asked(s.Key())
		r.text = append(r.text[:0], s.Text(r.text)...)
		v := b.Keep(r.text)
		b.Add(id, v)
		switch string(s.Key()) {
		case "eventid":
			event = v
		case "protocol":
			protocol = v
		case "timestamp":
			e.Time, _ = clock.ISO(v)
		case "session":
			e.Session = v
		case "sensor":
			e.Computer = v
		case "username":
			e.User.Name = v
		case "input":
			e.Command = v
		case "version":
			e.Client = v
		case "src_ip":
			e.From.Addr, _ = hostport.Addr(v)
		case "src_port":
			e.From.Port, _ = hostport.Port(v)
		case "dst_ip":
			h, _ := hostport.Host(v)
			e.To.Addr, e.To.Host = h.Addr, h.Host
		case "dst_port":
			e.To.Port, _ = hostport.Port(v)
		case "fingerprint", "url":
			e.Object = v
		}
	}
	if s.Err() != nil {
		return s.Err()
	}
	kind, ok := strings.CutPrefix(event, "cowrie.")
	if !ok {
		return errEvent
	}
	mean(e, kind, protocol)
	return nil
}

// mean gives an event its kind by its eventid.
func mean(e *footfall.Event, kind, protocol string) {
	e.Service = footfall.ServiceSSH
	if protocol == "telnet" {
		e.Service = footfall.ServiceTelnet
	}
	switch kind {
	case "session.connect":
		e.Kind = footfall.KindAttempt
	case "login.success":
		e.Kind, e.Outcome = footfall.KindLogon, footfall.Success
	case "login.failed":
		e.Kind, e.Outcome, e.Reason = footfall.KindLogon, footfall.Failure, footfall.ReasonBadPassword
	case "session.closed":
		e.Kind, e.Outcome = footfall.KindLogoff, footfall.Success
	case "command.input", "command.failed", "command.success":
		e.Kind = footfall.KindProcess
	case "direct-tcpip.request":
		e.Kind = footfall.KindConnection
	case "session.file_download", "session.file_upload":
		e.Kind = footfall.KindTransfer
	}
	if e.Kind == footfall.KindLogon {
		e.Auth = footfall.AuthPassword
		if e.Object != "" {
			e.Auth = footfall.AuthKey
		}
	}
}

// message reads "TIME [WHERE] New connection: ADDR:PORT (ADDR:PORT) [session: ID]"
// and "TIME [WHERE,N,ADDR] login attempt [NAME/PASSWORD] failed".
func (r *reader) message(b *footfall.Batch, frame []byte) error {
	if len(b.Events) == 0 {
		return errNoEvent
	}
	e := b.Current()
	s := e.Message
	if s != string(frame) {
		s = b.Keep(frame)
	}
	if ns, n := clock.ISO(s); n > 0 {
		if ns != 0 {
			e.Time = ns
		}
		s = strings.TrimLeft(s[n:], " ")
	}
	where, text, ok := strings.Cut(s, "] ")
	if !ok || where == "" || where[0] != '[' {
		return nil
	}
	protocol := "ssh"
	if strings.Contains(where, "elnet") {
		protocol = "telnet"
	}
	if v, ok := strings.CutPrefix(text, "New connection: "); ok {
		connected(e, v)
		mean(e, "session.connect", protocol)
		return nil
	}
	v, ok := strings.CutPrefix(text, "login attempt [")
	i := strings.LastIndex(v, "] ")
	if !ok || i < 0 {
		return nil
	}
	name, _, _ := strings.Cut(v[:i], "/")
	e.User.Name = strings.TrimSuffix(strings.TrimPrefix(name, "b'"), "'")
	if j := strings.LastIndexByte(where, ','); j > 0 {
		e.From.Addr, _ = hostport.Addr(where[j+1:])
	}
	kind := "login.failed"
	if v[i:] == "] succeeded" {
		kind = "login.success"
	}
	mean(e, kind, protocol)
	return nil
}

// connected reads "ADDR:PORT (ADDR:PORT) [session: ID]".
func connected(e *footfall.Event, s string) {
	client, rest, _ := strings.Cut(s, " (")
	server, rest, _ := strings.Cut(rest, ")")
	if p, ok := hostport.Colon(client); ok {
		e.From = p
	}
	if p, ok := hostport.Colon(server); ok {
		e.To = p
	}
	if _, v, ok := strings.Cut(rest, "[session: "); ok {
		e.Session = strings.TrimSuffix(v, "]")
	}
}

// asked returns the field of a name, 0 when nobody asked for it.
func (r *reader) asked(name []byte) footfall.FieldID {
	id, ok := r.names[string(name)]
	if !ok && len(name) <= 64 {
		key := string(name)
		id = r.schema.Asked(key)
		if len(r.names) < maxNames {
			r.names[key] = id
		}
	}
	return id
}

func sniff(head []byte) int {
	s := strings.TrimLeft(footfall.Str(head), " \r\n\t[\ufeff")
	if strings.HasPrefix(s, "{") && strings.Contains(s, `"eventid"`) && strings.Contains(s, `"cowrie.`) {
		return 95
	}
	return 0
}
