package sudo

import (
	"bytes"
	"errors"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/clock"
	"github.com/footfall/footfall/internal/message"
)

// File reads the log file that sudo writes itself, whose messages are those of
// syslog; what follows the entry goes to the decoder of messages.
var File = footfall.Decoder{
	Name:   "sudo-file",
	Doc:    "The log file that sudo writes itself (logfile in sudoers), whole or wrapped (loglinelen), with the year or without, with the host or without.",
	Source: "sudo: lib/eventlog/eventlog.c (do_logfile_sudo), lib/eventlog/logwrap.c; sudoers(5)",
	Frame:  footfall.FrameEntries,
	By:     `lines with a time, " : ", a user, " : " and TTY=, HOST= or COMMAND= there or on the next`,
	Begins: func(line []byte) bool { _, n := begins(footfall.Str(line)); return n > 0 },
	Sniff: func(head []byte) int {
		entries, uses := 0, 0
		message.Lines(head, 64, func(line string) {
			_, n := begins(line)
			if n > 0 {
				entries++
			}
			if n > 0 && (strings.Contains(line, " TTY=") || strings.Contains(line, " HOST=")) || strings.Contains(line, " COMMAND=") || strings.Contains(line, " PWD=") {
				uses++
			}
		})
		if entries == 0 || uses < entries {
			return 0
		}
		return 90
	},
	New: func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
		f := &file{log: s.AddLog(footfall.Log{Product: "linux", Services: []string{"sudo", "auth", "syslog"}}), message: s.Asked("message")}
		return f.decode, nil
	},
}

var errEntry = errors.New("sudo: lines before the first entry")

type file struct {
	log     footfall.LogID
	message footfall.FieldID
}

// begins reads the time of an entry: n is where " : " behind it ends.
func begins(line string) (ns int64, n int) {
	ns, n = clock.BSD(line)
	if n == 0 {
		return 0, 0
	}
	rest := line[n:]
	if len(rest) > 5 && rest[0] == ' ' && strings.Trim(rest[1:5], "0123456789") == "" { // log_year
		year := 0
		for _, c := range []byte(rest[1:5]) {
			year = year*10 + int(c-'0')
		}
		if clock.Unresolved(ns) {
			ns = clock.InYear(ns, year)
		}
		n += 5
	}
	if v, ok := strings.CutPrefix(line[n:], " : "); ok && len(v) > 0 {
		return ns, n + 3
	}
	return 0, 0
}

// decode joins the lines of an entry: sudo wraps at blanks, and each line
// behind the first is indented.
func (f *file) decode(b *footfall.Batch, frame []byte) error {
	if len(frame) == 0 {
		return nil
	}
	ns, n := begins(footfall.Str(frame))
	if n == 0 {
		return errEntry
	}
	text := b.Grow(len(frame) - n)
	for line := range bytes.Lines(frame[n:]) {
		line = bytes.Trim(line, " \r\n")
		if len(text) > 0 && len(line) > 0 {
			text = append(text, ' ')
		}
		text = append(text, line...)
	}
	e := b.New()
	e.Time, e.Zoneless, e.Log, e.Program, e.Message = ns, true, f.log, "sudo", b.Kept(text)
	if _, host, ok := strings.Cut(e.Message, " HOST="); ok { // log_host
		e.Computer, _, _ = strings.Cut(host, " ; ")
	}
	b.Add(f.message, e.Message)
	return nil
}
