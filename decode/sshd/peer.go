package sshd

import (
	"net/netip"
	"strings"

	"github.com/footfall/footfall"
)

// A peer is the other end, as a message names it.
type peer struct {
	host string
	port uint16
}

// from takes "... from HOST port 22 ssh2" apart, from its end: port and
// protocol may be missing (OpenSSH before 2.3 and before 6). HOST holds no
// blanks, so that whatever stands before it, it is what sshd wrote last.
func from(s string) (before string, p peer, ok bool) {
	s, p, ok = atEnd(protocol(s))
	if !ok {
		return "", peer{}, false
	}
	before, ok = strings.CutSuffix(s, "from")
	if !ok || (before != "" && before[len(before)-1] != ' ') {
		return "", peer{}, false
	}
	if before != "" {
		before = before[:len(before)-1]
	}
	return before, p, true
}

// atEnd takes "HOST port 22" or "HOST" off the end of s.
func atEnd(s string) (before string, p peer, ok bool) {
	if rest, port, found := portAtEnd(s); found {
		s, p.port = rest, port
	}
	i := strings.LastIndexByte(s, ' ')
	p.host = s[i+1:]
	if !hostLike(p.host) {
		return "", peer{}, false
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

// hostLike reports whether s may be an address or the name of a host.
func hostLike(s string) bool {
	for i := range len(s) {
		if !hostByte[s[i]] {
			return false
		}
	}
	return s != "" && len(s) <= 255
}

var hostByte = func() (t [256]bool) {
	for c := range t {
		t[c] = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
	}
	for _, c := range "-._:%" {
		t[c] = true
	}
	return t
}()

// endpoint makes an Endpoint of a peer.
func (p peer) endpoint() footfall.Endpoint {
	e := footfall.Endpoint{Port: p.port}
	if a, ok := address(p.host); ok {
		e.Addr = a
	} else if p.host != "UNKNOWN" { // the socket was gone when sshd asked for its other end
		e.Host = p.host
	}
	return e
}

// address reads an address without allocating when it is none.
func address(s string) (netip.Addr, bool) {
	if strings.IndexByte(s, ':') >= 0 {
		a, err := netip.ParseAddr(s)
		return a.Unmap(), err == nil
	}
	var v4 [4]byte
	part, digits, v := 0, 0, 0
	for i := 0; i <= len(s); i++ {
		if i < len(s) && s[i]-'0' <= 9 {
			v = v*10 + int(s[i]-'0')
			if digits++; digits > 3 || v > 255 || (digits > 1 && v < 10) {
				return netip.Addr{}, false
			}
			continue
		}
		if digits == 0 || part > 3 || (i < len(s) && s[i] != '.') {
			return netip.Addr{}, false
		}
		v4[part] = byte(v)
		part, digits, v = part+1, 0, 0
	}
	return netip.AddrFrom4(v4), part == 4
}
