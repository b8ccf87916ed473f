package samba

import (
	"bytes"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/clock"
	"github.com/footfall/footfall/internal/message"
)

// File reads Samba's own log files: log.smbd, log.samba, log.HOST. A message
// stands indented under a line with its time.
var File = footfall.Decoder{
	Name:   "samba-file",
	Doc:    "Log files of Samba: logons and refusals by the authentication audit (text and JSON), shares, changes in the directory.",
	Source: "Samba: lib/util/debug.c, auth/auth_log.c; https://wiki.samba.org/index.php/Setting_up_Audit_Logging",
	Frame:  footfall.FrameEntries,
	Begins: begins,
	Heads:  lastTold,
	By:     "lines [TIME, LEVEL] FILE.c:LINE(FUNCTION) above indented messages",
	Sniff: func(head []byte) int {
		return message.Share(head, 95, 8, func(line string) bool { _, ok := header(line); return ok })
	},
	New: func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
		f := &file{
			decoder: decoder{log: s.AddLog(footfall.Log{Product: "linux", Services: []string{"samba", "syslog"}})},
			message: s.Asked("message"),
		}
		return f.decode, nil
	},
}

func begins(line []byte) bool {
	_, ok := header(strings.TrimRight(footfall.Str(line), " \r\n"))
	return ok
}

// longest is how long a logon may be that is told as text and remembered.
const longest = 8 << 10

// null is how C's printf writes that there is nothing.
const null = "(null)"

type file struct {
	decoder
	message footfall.FieldID
	told    footfall.Event // the last logon that was told as text
}

// lastTold returns the last logon that was told as text, with its header.
func lastTold(old, data []byte) []byte {
	for end := len(data); end > 0; {
		from := bytes.LastIndexByte(data[:end-1], '\n') + 1
		s := strings.TrimSpace(footfall.Str(data[from:end]))
		if end = from; !strings.Contains(s, "Auth") || len(s) > longest {
			continue
		}
		var e footfall.Event
		if !audit(&e, s) {
			continue
		}
		for from > 0 {
			before := bytes.LastIndexByte(data[:from-1], '\n') + 1
			if h := data[before:from]; begins(h) {
				return append(bytes.Clone(h), s...)
			}
			from = before
		}
	}
	return old
}

// decode makes an event of each line that is no header.
func (f *file) decode(b *footfall.Batch, frame []byte) error {
	if len(frame) == 0 {
		f.told = footfall.Event{}
		return nil
	}
	now, line := int64(0), uint64(0)
	for pos := 0; pos < len(frame); {
		end := len(frame)
		if i := bytes.IndexByte(frame[pos:], '\n'); i >= 0 {
			end = pos + i
		}
		s := strings.TrimRight(footfall.Str(frame[pos:end]), " \r")
		line++
		if ns, ok := header(s); ok {
			now = ns
		} else if s != "" {
			e := b.New()
			e.Time, e.Zoneless, e.Log, e.Program = now, now != 0, f.log, "samba"
			e.Offset, e.Len, e.Record = int64(pos), uint32(len(s)), line
			s = b.Keep(footfall.Bytes(s))
			b.Add(f.message, s)
			s = strings.TrimSpace(s)
			switch {
			case audit(e, s):
				if len(s) <= longest {
					f.told = *e
				}
			case f.json(b, e, s):
				if again(e, &f.told) {
					e.Kind, e.Outcome, e.Reason = footfall.KindUnknown, footfall.OutcomeUnknown, footfall.ReasonUnknown
				}
			case check(e, s), denied(e, s):
			}
			if e.User.Domain == null {
				e.User.Domain = ""
			}
			if i := strings.LastIndexByte(e.User.Name, '@'); i >= 0 && e.User.Domain == "" && e.Service == footfall.ServiceKerberos {
				e.User.Name, e.User.Domain = e.User.Name[:i], e.User.Name[i+1:]
			}
			e.Client = strings.TrimPrefix(e.Client, null)
			if e.Kind != footfall.KindUnknown && e.Service == footfall.ServiceUnknown {
				e.Service = footfall.ServiceSMB
			}
		}
		pos = end + 1
	}
	return nil
}

// again reports whether an audit in JSON is of the logon whose text stands
// above it: Samba writes both when both are asked for.
func again(e, told *footfall.Event) bool {
	const near = 1e9
	return told.Kind == e.Kind && told.Outcome == e.Outcome && told.User.Name == e.User.Name && told.From == e.From && e.Time-told.Time < near && told.Time-e.Time < near
}

// header reads "[2026/11/22 02:32:45.501418,  4] auth/auth_log.c:969(log_x)",
// which pid and users may stand in: "[TIME,  4, pid=7, effective(0, 0), real(0, 0)]".
func header(s string) (int64, bool) {
	if len(s) < 24 || len(s) > 1024 || s[0] != '[' || s[5] != '/' || s[8] != '/' || s[11] != ' ' {
		return 0, false
	}
	i := strings.IndexByte(s, ',')
	if i < 20 || i > 32 || !strings.Contains(s, "] ") || !strings.HasSuffix(s, ")") {
		return 0, false
	}
	var stamp [32]byte
	n := copy(stamp[:], s[1:i])
	stamp[4], stamp[7] = '-', '-'
	ns, read := clock.ISO(footfall.Str(stamp[:n]))
	return ns, read == n
}
