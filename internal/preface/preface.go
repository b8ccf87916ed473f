// Package preface reads what syslog, its relays and collectors put before the
// text of a device: priority, version, time stamps, the name of the host. In
// goes that part of a line, out come time and host. Who calls it has found the
// device's own text already, which says more and counts first. It never reads
// behind that, and it allocates nothing.
package preface

import (
	"strings"

	"github.com/footfall/footfall/internal/clock"
)

// A Head is what stands before a device's text.
type Head struct {
	Time    int64  // Unix nanoseconds UTC, as internal/clock reads it; 0 when there is none
	Zoned   bool   // the stamp names its zone
	Host    string // "" when there is none
	Program string // the identifier behind the host, without its process id
}

// maxStamps bounds how many headers of relays are passed over.
const maxStamps = 4

// Read reads s, the part of a line before the device's own text. Of several
// headers, each relay's before the next, the last one counts.
func Read(s string) (h Head) {
	for range maxStamps {
		s = priority(strings.TrimLeft(s, " \t\ufeff"))
		ns, n := clock.Parse(s)
		if n > 0 {
			h.Time, h.Zoned = ns, clock.Zoned(s[:n])
			s = strings.TrimLeft(s[n:], " \t:")
		}
		word, rest, _ := strings.Cut(s, " ")
		if word == "" {
			return h
		}
		rest = strings.TrimLeft(rest, " \t")
		word = strings.TrimSuffix(word, ":")
		if name, _, ok := strings.Cut(word, "->"); ok { // a Wazuh manager's: agent->where
			word = name
		}
		if word != "-" && Host(word) {
			h.Host = word
		}
		if s = rest; !headed(s) {
			break
		}
	}
	h.Program, _, _ = strings.Cut(s, " ")
	h.Program, _, _ = strings.Cut(strings.TrimSuffix(h.Program, ":"), "[")
	return h
}

// headed reports whether a header of its own begins at s.
func headed(s string) bool {
	if s == "" {
		return false
	}
	if s[0] == '<' {
		return true
	}
	_, n := clock.Parse(s)
	return n > 0
}

// priority passes over an octet count, "<134>" and the version of RFC 5424.
func priority(s string) string {
	i := strings.IndexByte(s[:min(len(s), 8)], '<')
	if i < 0 || i > 0 && (s[i-1] != ' ' || s[0]-'0' > 9) {
		return s
	}
	j := strings.IndexByte(s[i:min(len(s), i+6)], '>')
	if j < 0 {
		return s
	}
	s = strings.TrimLeft(s[i+j+1:], " ")
	return strings.TrimPrefix(s, "1 ")
}

// Host reports whether s can be the name or the address of a host.
func Host(s string) bool {
	if s == "" || len(s) > 255 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-' && c != '.' && c != '_' && c != ':' && c < 0x80 {
			return false
		}
	}
	return true
}
