// Package macos reads the logs of macOS: what `log show` prints of the unified
// log in each of its styles, the application firewall, Santa, the audit trail
// as Jamf exports it, and the binary files of ASL; and it understands the
// messages of the programs that let people in. A line, a JSON value or a file
// goes in, events come out; a message of another program goes on to that
// program's decoder.
package macos

import (
	"errors"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/message"
)

const unified = "log(1), log show --style; os_log(3)"

var text = message.Text{
	Name: "macos", Log: footfall.Log{Product: "macos", Services: []string{"unifiedlog", "system"}},
	Read: func(_ *footfall.Batch, e *footfall.Event, s string) { read(e, s) },
}

// Decoder reads the messages of macOS' own programs.
var Decoder = footfall.Decoder{
	Name: "macos", Doc: "Messages of macOS' programs: screen sharing, Remote Management, loginwindow, authorization, the application firewall.",
	Source: "Apple: system.log and the unified log; screensharingd, authd, loginwindow, socketfilterfw", Frame: footfall.FrameMessage,
	Programs: []string{
		"screensharingd", "ScreensharingAgent", "ARDAgent", "loginwindow", "sessionlogoutd", "authd", "opendirectoryd", "securityd", "SecurityAgent", "authorizationhost",
		"com.apple.SecurityServer", "socketfilterfw", "Firewall", "tccd", "kdc", "com.apple.screensharing", "coreauthd", "RemoteManagementAgent",
	},
	New: text.Messages,
}

// Lines reads what log show prints in its default and its compact style. The
// style syslog is read as syslog.
var Lines = footfall.Decoder{
	Name: "macos-unified", Doc: "macOS' unified log as log show prints it: default and compact style.", Source: unified, Frame: footfall.FrameLines,
	By: `the header "Timestamp  ", or lines as log show prints them`,
	Sniff: func(head []byte) int {
		if strings.HasPrefix(strings.TrimPrefix(footfall.Str(head[:min(len(head), 4096)]), "\ufeff"), "Timestamp  ") {
			return 98
		}
		return message.Share(head, 96, 3, func(line string) bool {
			var e footfall.Event
			return shown(&e, line)
		})
	},
	New: func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
		d := &reader{log: s.AddLog(text.Log), message: s.Asked("message"), program: s.Asked("program")}
		return d.line, nil
	},
}

type reader struct {
	log              footfall.LogID
	message, program footfall.FieldID
}

var errLine = errors.New("macos: not a line of log show")

func (d *reader) line(b *footfall.Batch, frame []byte) error {
	line := strings.TrimRight(strings.TrimPrefix(footfall.Str(frame), "\ufeff"), " \t\r")
	if line == "" || strings.HasPrefix(line, "Timestamp  ") || strings.HasPrefix(line, "----") || line[0]-'0' > 9 {
		return nil // a heading, the summary, or the rest of a message
	}
	line = b.Keep(footfall.Bytes(line))
	e := b.New()
	e.Log = d.log
	if !shown(e, line) {
		return errLine
	}
	b.Add(d.message, e.Message)
	b.Add(d.program, e.Program)
	return nil
}

// shown reads
//
//	TIME 0x1a2b Default 0x0 155 0 loginwindow: (lib) [subsystem:category] TEXT   default
//	TIME Df loginwindow[155:1a2b] (lib) [subsystem:category] TEXT                 compact
func shown(e *footfall.Event, line string) bool {
	rest, ok := message.Stamp(e, line)
	if !ok || len(rest) < 8 {
		return false
	}
	if rest[2] == ' ' && rest[0] >= 'A' && rest[0] <= 'Z' {
		tag, s, ok := strings.Cut(strings.TrimLeft(rest[3:], " "), "] ")
		name, id, ok2 := strings.Cut(tag, "[")
		pid, thread, ok3 := strings.Cut(id, ":")
		if !ok || !ok2 || !ok3 || thread == "" {
			return false
		}
		e.Program, e.PID, e.Message = name, number(pid), s
		return true
	}
	if !strings.HasPrefix(rest, "0x") {
		return false
	}
	var part [6]string // thread, type, activity, pid, ttl
	for i := range 5 {
		part[i], rest, ok = strings.Cut(rest, " ")
		if rest = strings.TrimLeft(rest, " "); !ok {
			return false
		}
	}
	if !strings.HasPrefix(part[2], "0x") {
		return false
	}
	name, s, ok := strings.Cut(rest, ": ")
	if !ok || len(name) > 128 {
		return false
	}
	e.Program, e.PID, e.Message = name, number(part[3]), s
	return true
}

func number(s string) uint32 {
	v := uint32(0)
	for i := range len(s) {
		if s[i]-'0' > 9 || i > 8 {
			return 0
		}
		v = v*10 + uint32(s[i]-'0')
	}
	return v
}
