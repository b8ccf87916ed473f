package sshd

import (
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/hostport"
)

// from takes "... from HOST port 22 ssh2" apart, from its end: port and
// protocol may be missing (OpenSSH before 2.3 and before 6). HOST holds no
// blanks, so that whatever stands before it, it is what sshd wrote last.
func from(s string) (before string, p footfall.Endpoint, ok bool) {
	s, p, ok = atEnd(protocol(s))
	if !ok {
		return "", footfall.Endpoint{}, false
	}
	before, ok = strings.CutSuffix(s, "from")
	if !ok || (before != "" && before[len(before)-1] != ' ') {
		return "", footfall.Endpoint{}, false
	}
	if before != "" {
		before = before[:len(before)-1]
	}
	return before, p, true
}

// atEnd takes "HOST port 22" or "HOST" off the end of s.
func atEnd(s string) (before string, p footfall.Endpoint, ok bool) {
	s, port, _ := portAtEnd(s)
	i := strings.LastIndexByte(s, ' ')
	if p, ok = end(s[i+1:], port); !ok {
		return "", footfall.Endpoint{}, false
	}
	return s[:max(i, 0)], p, true
}

// portAtEnd takes " port 22" off the end of s.
func portAtEnd(s string) (before string, port uint16, ok bool) {
	i := len(s)
	for i > 0 && s[i-1]-'0' <= 9 {
		i--
	}
	if i == len(s) || len(s)-i > 5 || i < 6 || s[i-6:i] != " port " {
		return s, 0, false
	}
	v := 0
	for _, c := range []byte(s[i:]) {
		v = v*10 + int(c-'0')
	}
	if v > 65535 {
		return s, 0, false
	}
	return s[:i-6], uint16(v), true
}

// protocol takes " ssh2" off the end of s.
func protocol(s string) string {
	if n := len(s); n > 5 && s[n-5:n-1] == " ssh" && (s[n-1] == '2' || s[n-1] == '1') {
		return strings.TrimRight(s[:n-5], " ")
	}
	return s
}

// end reads the name of an end. UNKNOWN is what sshd writes when the socket
// was gone before it asked.
func end(s string, port uint16) (footfall.Endpoint, bool) {
	if s == "UNKNOWN" {
		return footfall.Endpoint{Port: port}, true
	}
	h, ok := hostport.Host(s)
	return footfall.Endpoint{Addr: h.Addr, Host: h.Host, Port: port}, ok
}
