// Package hostport reads what names the other end of a connection in the
// messages of servers: an address or a host name, and a port. In goes text,
// out come its parts; what has a byte that neither has is none. It resolves
// no names, and it allocates nothing.
package hostport

import (
	"net/netip"
	"strings"

	"github.com/footfall/footfall"
)

// Host reads an address, without IPv4 mapped into IPv6, or else a host name.
func Host(s string) (e footfall.Endpoint, ok bool) {
	s = strings.TrimSuffix(strings.TrimPrefix(s, "["), "]")
	if s == "" || len(s) > 255 {
		return e, false
	}
	if a, ok := Addr(s); ok && a.Zone() == "" {
		return footfall.Endpoint{Addr: a}, true
	}
	for i := range len(s) {
		if !hostByte[s[i]] {
			return e, false
		}
	}
	if e.Addr, ok = Addr(s); !ok {
		e.Addr, e.Host = netip.Addr{}, s
	}
	return e, true
}

// Colon reads "HOST:PORT"; the last colon parts them, also when HOST is an
// address of IPv6 without brackets.
func Colon(s string) (e footfall.Endpoint, ok bool) {
	i := strings.LastIndexByte(s, ':')
	if i < 0 {
		return e, false
	}
	port, ok := Port(s[i+1:])
	if !ok {
		return e, false
	}
	e, ok = Host(s[:i])
	e.Port = port
	return e, ok
}

// Port reads the number of a port.
func Port(s string) (uint16, bool) {
	if s == "" || len(s) > 5 {
		return 0, false
	}
	v := 0
	for i := range len(s) {
		if s[i]-'0' > 9 {
			return 0, false
		}
		v = v*10 + int(s[i]-'0')
	}
	return uint16(v), v <= 65535
}

// Addr reads an address without allocating when s is the name of a host.
func Addr(s string) (netip.Addr, bool) {
	if strings.IndexByte(s, ':') >= 0 {
		if !maybe6(s) {
			return netip.Addr{}, false
		}
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

// maybe6 reports whether s may be an address of IPv6: netip allocates when it
// says that a text is none, and times of day and hardware addresses hold colons too.
func maybe6(s string) bool {
	colons, double := 0, false
	for i := range len(s) {
		switch c := s[i]; {
		case c == '%':
			return double || colons == 7
		case c == ':':
			double = double || i > 0 && s[i-1] == ':'
			colons++
		case c-'0' > 9 && (c|0x20 < 'a' || c|0x20 > 'f') && c != '.':
			return false
		}
	}
	return double || colons == 7 || colons == 6 && strings.IndexByte(s, '.') > 0
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
