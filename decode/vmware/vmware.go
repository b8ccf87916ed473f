// Package vmware understands the logs of vCenter and ESXi: vpxd, hostd, vobd,
// the shell, single sign-on and the appliance, behind syslog and in the hosts'
// own files. In goes a line or a message, out comes an event: who was let in
// from where, what was switched on, what was typed. Names in a message cannot
// pass for its address, which servers write last or behind a known name.
package vmware

import (
	"errors"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/clock"
	"github.com/footfall/footfall/internal/message"
)

const source = "https://techdocs.broadcom.com (ESXi and vCenter log files); vSphere Web Services API, data object types of events"

// Decoder reads the messages of vCenter's and ESXi's programs.
var Decoder = footfall.Decoder{
	Name: "vmware", Doc: "Messages of vCenter and ESXi: logons, SSH and shell switched on, commands in the ESXi shell, permissions, consoles.",
	Source: source, Frame: footfall.FrameMessage, By: "a message of vCenter's single sign-on",
	Programs: []string{"vpxd", "hostd", "vobd", "vpxa", "shell", "ESXShell", "SSH", "dcui", "applmgmt-audit", "vmcad", "sso", "vmware-sts", "rhttpproxy"},
	Sniff: func(msg []byte) int {
		if strings.Contains(footfall.Str(msg), `"type":"com.vmware.sso.`) {
			return 100
		}
		return 0
	},
	New: func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) { return newDecoder(s).message, nil },
}

// File reads the log files on a host: hostd.log, vobd.log, vpxa.log, vpxd.log,
// and each file of ESXi 8.
var File = footfall.Decoder{
	Name: "vmware-file", Doc: "Log files of ESXi and vCenter as they lie on the host: hostd.log, vobd.log, vpxd.log, shell.log, auth.log of ESXi 8.",
	Source: source, Frame: footfall.FrameLines, By: "lines with [Originator@6876, a correlator of vobd, or a level such as In(166)",
	Sniff: func(head []byte) int {
		lines, hits := 0, 0
		message.Lines(head, 64, func(line string) {
			if more(line) {
				return // of an entry, if that is what it goes on from: any indented text has such lines
			}
			var e footfall.Event
			if lines++; envelope(&e, line) {
				hits++
			}
		})
		if hits == 0 || hits*2 < lines {
			return 0
		}
		return 96
	},
	New: func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) { return newDecoder(s).line, nil },
}

type decoder struct {
	log, shell                         footfall.LogID
	text, program, kind, user, command footfall.FieldID
	image                              footfall.FieldID
}

func newDecoder(s *footfall.Schema) *decoder {
	return &decoder{
		log:   s.AddLog(footfall.Log{Product: "vmware", Services: []string{"esxi", "vcenter"}}),
		shell: s.AddLog(footfall.Log{Product: "linux", Services: []string{"esxi"}, Categories: []string{"process_creation"}}),
		text:  s.Asked("message"), program: s.Asked("program"), kind: s.Asked("EventType"), user: s.Asked("User"),
		command: s.Asked("CommandLine"), image: s.Asked("Image"),
	}
}

var (
	errNoEvent = errors.New("vmware: a message without its envelope")
	errLine    = errors.New("not a line of an ESXi or vCenter log")
)

// more reports whether a line goes on with the message before it.
func more(line string) bool {
	return line == "" || line[0] == ' ' || line[0] == '\t' || strings.HasPrefix(line, "-->")
}

// line reads a line of a file. What it says is for the decoder of its program.
func (d *decoder) line(b *footfall.Batch, frame []byte) error {
	line := strings.TrimRight(strings.TrimPrefix(footfall.Str(frame), "\ufeff"), " \t\r")
	if more(line) || strings.HasPrefix(line, "Section for VMware ") {
		return nil
	}
	line = b.Keep(footfall.Bytes(line))
	e := b.New()
	e.Log = d.log
	if !envelope(e, line) {
		return errLine
	}
	b.Add(d.text, e.Message)
	b.Add(d.program, e.Program)
	return nil
}

// envelope reads what stands before the text of a line:
//
//	TIME LEVEL PROGRAM[THREAD] [Originator@6876 ...] TEXT   up to ESXi 7, vCenter
//	TIME In(166) PROGRAM[PID]: TEXT                         ESXi 8
//	TIME: [Correlator] 12us: [EVENT] TEXT                   vobd
func envelope(e *footfall.Event, line string) bool {
	ns, n := clock.ISO(line)
	if n == 0 {
		return false
	}
	e.Time, e.Zoneless = ns, !clock.Zoned(line[:n])
	rest := strings.TrimLeft(strings.TrimPrefix(line[n:], ":"), " ")
	if strings.HasPrefix(rest, "[") {
		e.Program, e.Message = "vobd", rest
		return strings.Contains(rest[:min(len(rest), 40)], "Correlator] ")
	}
	word, text, _ := strings.Cut(rest, " ")
	if syslogLevel(word) {
		e.Program, e.PID, e.Message = tagged(text)
		return e.Program != ""
	}
	if !level(word) {
		return false
	}
	name, text, _ := strings.Cut(text, " ")
	e.Program, _, _ = strings.Cut(name, "[")
	e.Message = text
	return e.Program != name && strings.HasPrefix(text, "[Originator@")
}

// syslogLevel knows ESXi 8's severity with the number of facility and severity: In(166).
func syslogLevel(s string) bool {
	if len(s) < 4 || len(s) > 7 || s[2] != '(' || s[len(s)-1] != ')' {
		return false
	}
	switch s[:2] {
	case "Em", "Al", "Cr", "Er", "Wa", "No", "In", "Db":
		return decimal(s[3:len(s)-1]) > 0
	}
	return false
}

func level(s string) bool {
	switch s {
	case "info", "warning", "error", "verbose", "trivia", "panic", "fatal", "debug", "INFO", "WARN", "ERROR", "DEBUG":
		return true
	}
	return false
}

// tagged reads "PROGRAM[PID]: TEXT".
func tagged(s string) (program string, pid uint32, text string) {
	tag, text, ok := strings.Cut(s, ": ")
	if !ok || len(tag) > 64 || strings.IndexByte(tag, ' ') >= 0 {
		return "", 0, s
	}
	program, id, _ := strings.Cut(tag, "[")
	return program, decimal(strings.TrimSuffix(id, "]")), text
}

func decimal(s string) uint32 {
	v := uint32(0)
	if len(s) > 9 {
		return 0
	}
	for i := range len(s) {
		if s[i]-'0' > 9 {
			return 0
		}
		v = v*10 + uint32(s[i]-'0')
	}
	return v
}

// message reads the message of a program.
func (d *decoder) message(b *footfall.Batch, frame []byte) error {
	if len(b.Events) == 0 {
		return errNoEvent
	}
	e := b.Current()
	s := e.Message
	if s != string(frame) {
		s = b.Keep(frame)
	}
	e.Log = d.log
	s = strings.TrimSpace(s)
	if i := strings.Index(s, `"type":"com.vmware.sso.`); i >= 0 {
		signOn(e, s)
		return nil
	}
	switch e.Program {
	case "shell", "ESXShell", "SSH", "esxshell", "ssh":
		d.typed(b, e, s)
	case "applmgmt-audit":
		appliance(e, strip(s))
	case "vmcad":
		if _, v, ok := strings.Cut(s, "VMCACheckAccessKrb: Authenticated user "); ok {
			e.Kind, e.Outcome, e.Auth, e.User.Name = footfall.KindCredential, footfall.Success, footfall.AuthKerberos, v
			e.Service = footfall.ServiceVirtual
		}
	case "dcui", "DCUI":
		console(e, s)
	case "vobd", "Vobd":
		d.observed(b, e, s)
	default:
		d.server(b, e, strip(s))
	}
	return nil
}

// strip takes off what programs write before their text: a time, a level,
// their name with a thread, and what hostd knows of itself.
func strip(s string) string {
	for range 8 {
		if strings.HasPrefix(s, "[Originator@") {
			_, rest, ok := strings.Cut(s, "] ")
			if !ok {
				return s
			}
			s = rest
			continue
		}
		if _, n := clock.ISO(s); n > 0 {
			s = strings.TrimLeft(s[n:], ": ")
			continue
		}
		word, rest, ok := strings.Cut(s, " ")
		if !ok || !level(word) && !(len(word) < 64 && strings.HasSuffix(word, "]") && strings.IndexByte(word, '[') > 0) {
			return s
		}
		s = strings.TrimLeft(rest, " ")
	}
	return s
}
