// Package ciscohead reads what Cisco's devices and the relays behind them
// write before "%FACILITY-SEVERITY-MNEMONIC": priority, sequence numbers,
// host, one or several time stamps, time since boot, in every order that is
// in use. In goes a line, out come time, host and where the message begins.
// It looks at no message and allocates nothing.
package ciscohead

import (
	"strings"

	"github.com/footfall/footfall/internal/clock"
)

// A Head is what stands before a message.
type Head struct {
	Time     int64
	Pri      int // facility*8 + severity; -1 when the line does not say
	Host     string
	At       int  // where the message begins, at its "%"
	Stamped  bool // there is a time stamp
	Zoneless bool // which names no zone
	Tagged   bool // an identifier with a process id stands before the message
	Words    int  // words that are neither host nor anything else known
}

const (
	maxHead  = 256 // how far in a line the message may begin
	maxParts = 24
)

// Parse reads the head of a line. ok is false when no message of Cisco's
// form follows a head.
func Parse(s string) (h Head, ok bool) {
	h.Pri = -1
	for from := 0; ; {
		i := strings.IndexByte(s[from:min(len(s), maxHead)], '%')
		if i < 0 {
			return h, false
		}
		if h.At = from + i; (h.At == 0 || s[h.At-1] == ' ' || s[h.At-1] == ':') && Mnemonic(s[h.At:]) > 0 {
			break
		}
		from = h.At + 1
	}
	return h, h.parts(s[:h.At])
}

// Mnemonic returns the length of "%FACILITY-SEVERITY-MNEMONIC" at the
// beginning of s, 0 when there is none. The facility may have parts of its
// own (SNMP-SW1, ASA-session, SECURITY-LOGIN).
func Mnemonic(s string) int {
	if len(s) < 8 || s[0] != '%' || s[1] < 'A' || s[1] > 'Z' {
		return 0
	}
	n := 1
	for n < len(s) && n < 96 && nameByte[s[n]] {
		n++
	}
	if n < len(s) && s[n] != ':' && s[n] != ' ' {
		return 0
	}
	dash := strings.LastIndexByte(s[:n], '-')
	if dash < 3 || dash+1 == n || s[dash-1]-'0' > 7 || s[dash-2] != '-' {
		return 0
	}
	return n
}

var nameByte = func() (t [256]bool) {
	for c := range t {
		t[c] = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_'
	}
	return t
}()

// parts goes over a head from the left. The stamp next to the message is the
// device's own; it counts, unless it has no year and an earlier one has.
func (h *Head) parts(s string) bool {
	s = h.priority(strings.TrimPrefix(s, "\ufeff"))
	fresh := true // no host was named since the last stamp
	for range maxParts {
		s = strings.TrimLeft(s, " \t:*.")
		if s == "" {
			return true
		}
		if n := h.stamp(s); n > 0 {
			s, fresh = s[n:], true
			continue
		}
		n := strings.IndexByte(s, ' ')
		if n < 0 {
			n = len(s)
		}
		if i := strings.IndexByte(s[:n], ':'); i > 0 && i+1 < n && s[i+1] > '9' { // IOS XR: "RP/0/RSP0/CPU0:Jan  1 00:00:00"
			if _, k := clock.Parse(s[i+1:]); k > 0 {
				n = i
			}
		}
		w := s[:n]
		s = s[n:]
		switch trimmed := strings.TrimRight(w, ":"); {
		case trimmed == "" || digits(trimmed) || uptime(trimmed):
		case w[0] == '<': // a relay left the device's own priority
			if rest := h.priority(w); rest != "" && rest != w {
				s = w[len(w)-len(rest):] + s
			}
		case strings.HasSuffix(trimmed, "]"):
			h.Tagged = true
		case fresh && hostName(trimmed):
			h.Host, fresh = trimmed, false
		default:
			h.Words++
		}
	}
	return false
}

// stamp reads a time stamp and the zone behind it; 0 when there is none.
func (h *Head) stamp(s string) int {
	ns, n := clock.Parse(s)
	if n == 0 || n < len(s) && s[n] != ' ' && s[n] != ':' && s[n] != '\t' {
		return 0
	}
	zoned := clock.Zoned(s[:n])
	if w, known, hours := zone(s[n:]); w > 0 {
		n += w
		if known {
			zoned = true
			ns -= int64(hours) * 3600e9
		}
	}
	if !h.Stamped || !clock.Unresolved(ns) || clock.Unresolved(h.Time) {
		h.Time, h.Zoneless = ns, !zoned
	}
	h.Stamped = true
	return n
}

// zone reads the name of a zone between a stamp and a colon. Only the names
// of RFC 5322 and Central Europe's say which one is meant.
func zone(s string) (n int, known bool, hours int) {
	if len(s) < 4 || s[0] != ' ' {
		return 0, false, 0
	}
	n = 1
	for n < len(s) && n < 6 && s[n] >= 'A' && s[n] <= 'Z' {
		n++
	}
	if n < 4 || n < len(s) && s[n] != ':' && s[n] != ' ' {
		return 0, false, 0
	}
	for i := range zones {
		if zones[i].name == s[1:n] {
			return n, zones[i].known, zones[i].hours
		}
	}
	return 0, false, 0
}

var zones = [...]struct {
	name  string
	known bool
	hours int
}{
	{"UTC", true, 0},
	{"GMT", true, 0},
	{"EST", true, -5},
	{"EDT", true, -4},
	{"CST", true, -6},
	{"CDT", true, -5},
	{"MST", true, -7},
	{"MDT", true, -6},
	{"PST", true, -8},
	{"PDT", true, -7},
	{"CET", true, 1},
	{"CEST", true, 2},
	{"MET", true, 1},
	{"MEST", true, 2},
	{"BST", false, 0},
	{"IST", false, 0},
	{"WET", false, 0},
	{"WEST", false, 0},
	{"EET", false, 0},
	{"EEST", false, 0},
	{"MSK", false, 0},
	{"JST", false, 0},
	{"KST", false, 0},
	{"SGT", false, 0},
	{"HKT", false, 0},
	{"AEST", false, 0},
	{"AEDT", false, 0},
	{"ACST", false, 0},
	{"AWST", false, 0},
	{"NZST", false, 0},
	{"NZDT", false, 0},
	{"AKST", false, 0},
	{"AKDT", false, 0},
	{"HST", false, 0},
	{"SAST", false, 0},
	{"BRT", false, 0},
	{"ART", false, 0},
}

// priority reads "<166>".
func (h *Head) priority(s string) string {
	if len(s) < 3 || s[0] != '<' {
		return s
	}
	v := 0
	for i := 1; i < len(s) && i < 5; i++ {
		if s[i] == '>' && i > 1 && v <= 191 {
			h.Pri = v
			return s[i+1:]
		}
		if s[i]-'0' > 9 {
			break
		}
		v = v*10 + int(s[i]-'0')
	}
	return s
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i]-'0' > 9 {
			return false
		}
	}
	return true
}

// uptime reports whether s is time since boot: 2y10w, 7w3d, 1d02h, 00:00:46.
func uptime(s string) bool {
	if len(s) == 8 && s[2] == ':' && s[5] == ':' && digits(s[:2]) && digits(s[3:5]) && digits(s[6:]) {
		return true
	}
	if len(s) < 4 || len(s) > 10 {
		return false
	}
	unit := 0
	for i := range len(s) {
		switch c := s[i]; {
		case c-'0' <= 9:
		case c == 'y' || c == 'w' || c == 'd' || c == 'h':
			unit++
		default:
			return false
		}
	}
	return unit == 2 && s[0]-'0' <= 9 && s[len(s)-1] > '9'
}

func hostName(s string) bool {
	for i := range len(s) {
		if !hostByte[s[i]] {
			return false
		}
	}
	return len(s) <= 255
}

var hostByte = func() (t [256]bool) {
	for c := range t {
		t[c] = nameByte[c] || c >= 0x80
	}
	for _, c := range ".:@/~" {
		t[c] = true
	}
	return t
}()
