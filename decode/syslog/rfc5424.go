package syslog

import (
	"strings"

	"github.com/footfall/footfall/internal/clock"
	"github.com/footfall/footfall/internal/unixlog"
)

// rfc5424 reads what stands behind "<PRI>1 ": RFC 5424 section 6. It changes
// nothing when the line is of another dress.
func (h *header) rfc5424(s string) bool {
	in := header{pri: h.pri, tagged: true, stamped: true}
	if rest, nil_ := strings.CutPrefix(s, "- "); nil_ {
		s = rest
	} else {
		ns, n := clock.ISO(s)
		if n == 0 || n >= len(s) || s[n] != ' ' {
			return false
		}
		in.time, in.zoneless, s = ns, !clock.Zoned(s[:n]), s[n+1:]
	}
	var part [4]string // HOSTNAME, APP-NAME, PROCID, MSGID
	tail := ""         // from MSGID on
	for i := range part {
		tail = s
		w, rest, ok := strings.Cut(s, " ")
		if !ok && i < 3 {
			return false
		}
		if w != "-" {
			part[i] = w
		}
		s = rest
	}
	in.host, in.msgID = part[0], part[3]
	if part[1] != "" {
		in.program = unixlog.Program(part[1])
	}
	in.pid = decimal(part[2])
	if in.data, in.msg = structured(s); in.data != "" && (in.msg == "" || strings.HasPrefix(in.data, "[junos@") || strings.HasPrefix(in.data, "[NXLOG@")) {
		in.msg = tail // MSGID and data say it all, what follows at most the same in words
	}
	*h = in
	return true
}

// structured parts STRUCTURED-DATA from the message. What begins with neither
// "-" nor "[" is all message.
func structured(s string) (data, msg string) {
	if s == "-" || strings.HasPrefix(s, "- ") {
		s = s[1:]
	} else if n := elements(s); n > 0 {
		data, s = s[:n], s[n:]
	}
	return data, strings.TrimPrefix(strings.TrimPrefix(s, " "), "\ufeff")
}

// elements returns the length of the SD-ELEMENTs at the head of s: 0 when
// they are broken.
func elements(s string) int {
	n := 0
	for n < len(s) && s[n] == '[' {
		quoted := false
		i := n + 1
		for ; i < len(s) && (quoted || s[i] != ']'); i++ {
			switch s[i] {
			case '"':
				quoted = !quoted
			case '\\':
				i++
			}
		}
		if i >= len(s) {
			return 0
		}
		n = i + 1
	}
	return n
}

// params calls f for each PARAM of structured data; raw values hold their
// escapes.
func params(data string, f func(id, name, value string)) {
	for len(data) > 1 && data[0] == '[' {
		end := elements(data)
		if end == 0 {
			return
		}
		i := strings.IndexAny(data, " ]")
		id := data[1:i]
		data = data[i:]
		for {
			data = strings.TrimLeft(data, " ")
			name, rest, ok := strings.Cut(data, `="`)
			if !ok || strings.IndexByte(name, ']') >= 0 {
				break
			}
			j := 0
			for j < len(rest) && rest[j] != '"' {
				if rest[j] == '\\' {
					j++
				}
				j++
			}
			if j >= len(rest) {
				return
			}
			f(id, name, rest[:j])
			data = rest[j+1:]
		}
		data = data[min(1, len(data)):]
	}
}

// decimal reads a process id; 0 when s is none.
func decimal(s string) uint32 {
	v := uint64(0)
	for i := range len(s) {
		if s[i]-'0' > 9 || v > 1<<32-1 {
			return 0
		}
		v = v*10 + uint64(s[i]-'0')
	}
	if v > 1<<32-1 {
		return 0
	}
	return uint32(v)
}
