// Package cisco understands the messages of Cisco's devices: ASA, PIX, FWSM
// and FTD, whose messages have numbers, and IOS, IOS XE, IOS XR and NX-OS,
// whose messages have names. In goes a message from its "%" on, or a line with
// whatever stands before that; out comes one event. User names and command
// lines are the other end's to choose: what stands behind them is looked for
// from the end, and where two readings are possible nobody is blamed.
package cisco

import (
	"errors"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/ciscohead"
	"github.com/footfall/footfall/internal/clock"
	"github.com/footfall/footfall/internal/firewall"
	"github.com/footfall/footfall/internal/record"
)

const source = "Cisco Secure Firewall ASA Series Syslog Messages; Cisco Secure Firewall Threat Defense Syslog Messages; Cisco IOS System Messages"

// Decoder reads messages of ASA and FTD behind syslog.
var Decoder = footfall.Decoder{
	Name:   "cisco",
	Doc:    "Messages of ASA, PIX, FWSM and FTD (%ASA-6-302013): connections, denials, VPN sessions and the addresses given to them, logons of administrators, commands.",
	Source: source,
	Frame:  footfall.FrameMessage,
	By:     `"%NAME-LEVEL-" and a number: %ASA-6-302013`,
	Sniff:  func(m []byte) int { return sniffMessage(m, true) },
	New:    messages,
}

// IOS reads messages of IOS, IOS XE, IOS XR and NX-OS behind syslog.
var IOS = footfall.Decoder{
	Name:   "cisco-ios",
	Doc:    "Messages of IOS, IOS XE, IOS XR and NX-OS (%SEC_LOGIN-5-LOGIN_SUCCESS): logons, access lists, commands and configuration.",
	Source: source,
	Frame:  footfall.FrameMessage,
	By:     `"%NAME-LEVEL-WORD:" such as %SEC_LOGIN-5-LOGIN_SUCCESS`,
	Sniff:  func(m []byte) int { return sniffMessage(m, false) },
	New:    messages,
}

// Lines reads files of either whose lines are not syslog's.
var Lines = footfall.Decoder{
	Name:   "cisco-line",
	Doc:    "Lines of Cisco's devices with their own headers: sequence numbers, time since boot, EMBLEM, or none.",
	Source: source,
	Frame:  footfall.FrameLines,
	By:     "lines with such a tag behind a header of Cisco's",
	Sniff:  sniffLines,
	New:    lines,
}

func sniffMessage(m []byte, numbered bool) int {
	if len(m) == 0 || m[0] != '%' {
		return 0
	}
	s := footfall.Str(m)
	n := ciscohead.Mnemonic(s)
	if n == 0 || (number(s[:n]) != 0) != numbered {
		return 0
	}
	return 95
}

// number returns the number of a message of ASA's kind, "%ASA-6-302013": 0
// when its name is a word.
func number(name string) uint32 {
	dash := strings.LastIndexByte(name, '-')
	if len(name)-dash-1 != 6 {
		return 0
	}
	var v uint32
	for _, c := range name[dash+1:] {
		if c < '0' || c > '9' {
			return 0
		}
		v = v*10 + uint32(c-'0')
	}
	return v
}

// sniffLines counts the lines that are Cisco's.
func sniffLines(head []byte) int {
	lines, hits := 0, 0
	for s := range strings.SplitSeq(footfall.Str(head[:min(len(head), 32<<10)]), "\n") {
		if s = strings.TrimRight(s, " \r"); s == "" {
			continue
		}
		if _, ok := ciscohead.Parse(s); ok {
			hits++
		}
		if lines++; lines == 64 {
			break
		}
	}
	if hits == 0 || hits*10 < lines*8 {
		return 0
	}
	return 94
}

var (
	errNoEvent = errors.New("cisco: a message without its envelope")
	errLine    = errors.New("not a line of a Cisco device")
)

type decoder struct {
	aaa, routing, wall, other             footfall.LogID
	message, facility, severity, mnemonic footfall.FieldID
	fields                                firewall.Fields
	pairs                                 *record.Values // of FTD's "Key: value" messages
}

func newDecoder(s *footfall.Schema) *decoder {
	log := func(services ...string) footfall.LogID {
		return s.AddLog(footfall.Log{Product: "cisco", Services: services})
	}
	message := s.Asked("message")
	if message == 0 {
		message = s.Asked("Message") // for rules that look for words anywhere
	}
	return &decoder{
		aaa: log("aaa", "syslog"), routing: log("bgp", "ldp", "syslog"), other: log("syslog"),
		wall:    s.AddLog(footfall.Log{Product: "cisco", Services: []string{"syslog"}, Categories: []string{"firewall"}}),
		message: message, facility: s.Asked("facility"), severity: s.Asked("severity"), mnemonic: s.Asked("mnemonic"),
		fields: firewall.New(s), pairs: record.New(s, ftdPaths, nil),
	}
}

func messages(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
	d := newDecoder(s)
	return func(b *footfall.Batch, frame []byte) error {
		if len(b.Events) == 0 {
			return errNoEvent
		}
		e := b.Current()
		text := e.Message
		if text != string(frame) {
			text = b.Keep(frame)
		}
		d.read(b, e, text)
		return nil
	}, nil
}

func lines(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
	d := newDecoder(s)
	return func(b *footfall.Batch, frame []byte) error {
		line := strings.TrimRight(footfall.Str(frame), " \t\r")
		if line == "" || line[0] == '#' {
			return nil
		}
		h, ok := ciscohead.Parse(line)
		if !ok {
			return d.unnamed(b, line)
		}
		line = b.Keep(footfall.Bytes(line))
		e := b.New()
		e.Time, e.Zoneless = h.Time, h.Zoneless && h.Time != 0
		if h.Host != "" {
			at := strings.Index(line[:h.At], h.Host) // the line was copied since
			e.Computer = line[at : at+len(h.Host)]
		}
		b.Add(d.message, line[h.At:])
		d.read(b, e, line[h.At:])
		return nil
	}, nil
}

// unnamed reads a line whose relay cut the name off the message: "STAMP HOST : TEXT".
func (d *decoder) unnamed(b *footfall.Batch, line string) error {
	_, n := clock.Parse(line)
	i := strings.Index(line, " : ")
	if n == 0 || i < n || i > 128 {
		return errLine
	}
	line = b.Keep(footfall.Bytes(line))
	e := b.New()
	e.Time, _ = clock.Parse(line)
	e.Zoneless, e.Computer, e.Log = !clock.Zoned(line[:n]), strings.TrimSpace(line[n:i]), d.other
	text := line[i+len(" : "):]
	b.Add(d.message, text)
	if strings.HasPrefix(text, "AAA user authentication Rejected") {
		d.numbered(b, e, 113005, text)
	}
	return nil
}

// read says what a message means.
func (d *decoder) read(b *footfall.Batch, e *footfall.Event, s string) {
	n := ciscohead.Mnemonic(s)
	e.Log = d.other
	if n == 0 {
		return
	}
	name, text := s[1:n], strings.TrimLeft(strings.TrimPrefix(strings.TrimLeft(s[n:], " "), ":"), " ")
	dash := strings.LastIndexByte(name, '-')
	facility, severity, mnemonic := name[:dash-2], name[dash-1:dash], name[dash+1:]
	b.Add(d.facility, facility)
	b.Add(d.severity, severity)
	b.Add(d.mnemonic, mnemonic)
	if id := number(s[:n]); id != 0 {
		e.EventID = id
		d.numbered(b, e, id, text)
		return
	}
	d.named(b, e, facility, mnemonic, text)
}
