package windows

import (
	"net/netip"
	"strconv"
	"strings"

	"github.com/footfall/footfall"
)

// lower is one ASCII byte in lower case.
func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}

// equalFold compares, ASCII letters in any case.
func equalFold(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range len(a) {
		if a[i] != b[i] && lower(a[i]) != lower(b[i]) {
			return false
		}
	}
	return true
}

func hasPrefixFold(s, p string) bool { return len(s) >= len(p) && equalFold(s[:len(p)], p) }

// containsFold reports whether sub, which is in lower case, is in s.
func containsFold(s, sub string) bool {
	for i := 0; i+len(sub) <= len(s); i++ {
		if equalFold(s[i:i+len(sub)], sub) {
			return true
		}
	}
	return false
}

// base is the last part of a path of either kind.
func base(s string) string {
	if i := strings.LastIndexAny(s, `\/`); i >= 0 {
		s = s[i+1:]
	}
	return s
}

// lowered is s in lower case; a copy only when it is not.
func lowered(b *footfall.Batch, s string) string {
	for i := range len(s) {
		if 'A' <= s[i] && s[i] <= 'Z' {
			v := b.Grow(len(s))
			for j := range len(s) {
				v = append(v, lower(s[j]))
			}
			return b.Kept(v)
		}
	}
	return s
}

func joined(b *footfall.Batch, domain, name string) string {
	if domain == "" {
		return name
	}
	v := b.Grow(len(domain) + 1 + len(name))
	v = append(v, domain...)
	v = append(v, '\\')
	v = append(v, name...)
	return b.Kept(v)
}

func number(b *footfall.Batch, n uint64) string {
	return b.Kept(strconv.AppendUint(b.Grow(20), n, 10))
}

// decimal is the number that s is, in decimal or after 0x; 0 when it is none.
func decimal(s string) uint64 {
	radix := uint64(10)
	if len(s) > 2 && s[0] == '0' && lower(s[1]) == 'x' {
		s, radix = s[2:], 16
	}
	n := uint64(0)
	for i := range len(s) {
		d := uint64(hexDigit(s[i]))
		if d >= radix || n > (1<<64-1-d)/radix {
			return 0
		}
		n = n*radix + d
	}
	return n
}

// hexDigit is the value of a digit, 255 when it is none.
func hexDigit(c byte) byte {
	switch c = lower(c); {
	case '0' <= c && c <= '9':
		return c - '0'
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10
	}
	return 255
}

func port(s string) uint16 {
	if n := decimal(s); n < 1<<16 {
		return uint16(n)
	}
	return 0
}

// address reads an IP address, without zone and mapping; not the unspecified
// one. netip.ParseAddr makes an error for what is no address, so that names
// are kept away from it.
func address(s string) netip.Addr {
	if a, ok := dotted(s); ok {
		return a
	}
	if i := strings.IndexByte(s, '%'); i > 0 {
		s = s[:i]
	}
	if len(s) > 2 && s[0] == '[' && s[len(s)-1] == ']' {
		s = s[1 : len(s)-1]
	}
	if len(s) < 2 || len(s) > 45 {
		return netip.Addr{}
	}
	colons := 0
	for i := range len(s) {
		switch c := s[i]; {
		case c == ':':
			colons++
		case c != '.' && hexDigit(c) == 255:
			return netip.Addr{}
		}
	}
	if colons < 2 {
		return netip.Addr{}
	}
	a, err := netip.ParseAddr(s)
	if a = a.Unmap(); err != nil || a.IsUnspecified() {
		return netip.Addr{}
	}
	return a
}

// dotted reads four numbers with dots between them, which most addresses are.
func dotted(s string) (netip.Addr, bool) {
	if len(s) < len("0.0.0.0") || len(s) > len("255.255.255.255") {
		return netip.Addr{}, false
	}
	var ip [4]byte
	part, n, digits := 0, 0, 0
	for i := range len(s) {
		c := s[i]
		switch {
		case '0' <= c && c <= '9' && digits < 3 && (n > 0 || digits == 0):
			n, digits = n*10+int(c-'0'), digits+1
		case c == '.' && digits > 0 && part < 3 && n < 256:
			ip[part] = byte(n)
			part, n, digits = part+1, 0, 0
		default:
			return netip.Addr{}, false
		}
	}
	if part != 3 || digits == 0 || n > 255 || ip == [4]byte{} && n == 0 {
		return netip.Addr{}, false
	}
	ip[3] = byte(n)
	return netip.AddrFrom4(ip), true
}

// setFrom reads where a client is: an address, LOCAL for the console, or a
// name with or without the backslashes of UNC.
func setFrom(e *footfall.Event, v string) {
	v = strings.TrimLeft(v, `\`)
	if a := address(v); a.IsValid() {
		e.From.Addr = a
		if a.IsLoopback() {
			e.Locality = -1
		}
		return
	}
	switch {
	case equalFold(v, "local"), equalFold(v, "localhost"):
		e.Locality = -1
	case hostLike(v):
		e.From.Host = v
	}
}

// hostLike reports whether v can be the name of a host: no blank, no bracket,
// at least one letter, and not Windows' word for an address that it does not
// know.
func hostLike(v string) bool {
	letters := false
	for i := range len(v) {
		switch c := lower(v[i]); {
		case 'a' <= c && c <= 'z' || c >= 0x80:
			letters = true
		case '0' <= c && c <= '9', c == '-', c == '.', c == '_', c == '\\', c == '$':
		default:
			return false
		}
	}
	return letters && !equalFold(v, "unknown")
}

// setFromBoth reads an address with its port.
func setFromBoth(e *footfall.Event, v string) {
	host, p := splitPort(v)
	e.From.Port = port(p)
	setFrom(e, host)
}

// setFromSock reads the SOCKADDR_STORAGE that the SMB server logs, as
// hexadecimal with or without dashes between bytes (ws2def.h: family in the
// host's order, port in the network's, then the address).
func setFromSock(e *footfall.Event, v string) {
	var raw [24]byte
	n := 0
	for i := 0; i+1 < len(v) && n < len(raw); i += 2 {
		if v[i] == '-' {
			i++
		}
		if i+1 >= len(v) {
			break
		}
		hi, lo := hexDigit(v[i]), hexDigit(v[i+1])
		if hi == 255 || lo == 255 {
			setFromBoth(e, v)
			return
		}
		raw[n] = hi<<4 | lo
		n++
	}
	switch {
	case n >= 8 && raw[0] == 2 && raw[1] == 0: // AF_INET
		e.From.Addr = netip.AddrFrom4([4]byte(raw[4:8]))
	case n >= 24 && raw[0] == 23 && raw[1] == 0: // AF_INET6
		e.From.Addr = netip.AddrFrom16([16]byte(raw[8:24])).Unmap()
	default:
		setFromBoth(e, v)
		return
	}
	e.From.Port = uint16(raw[2])<<8 | uint16(raw[3])
}

// splitPort parts 10.0.0.1:4711 and [fe80::1%5]:4711; an address alone stays whole.
func splitPort(v string) (host, port string) {
	i := strings.LastIndexByte(v, ':')
	if i < 0 {
		return v, ""
	}
	if strings.IndexByte(v, ':') != i && (i == 0 || v[i-1] != ']') {
		return v, ""
	}
	host = v[:i]
	if len(host) > 2 && host[0] == '[' && host[len(host)-1] == ']' {
		host = host[1 : len(host)-1]
	}
	return host, v[i+1:]
}

// setFull reads DOMAIN\name, or a SID where Windows writes one in its place.
func setFull(a *footfall.Account, v string) {
	if strings.HasPrefix(v, "S-1-") {
		a.SID = v
		return
	}
	if i := strings.IndexByte(v, '\\'); i >= 0 {
		a.Domain, a.Name = v[:i], v[i+1:]
		if a.Domain == "." {
			a.Domain = ""
		}
		return
	}
	a.Name = v
}

// logonID spells a logon session as Windows does in most events: hexadecimal
// after 0x, lower case, no leading zeros. Session 0 is none.
func logonID(b *footfall.Batch, v string) string {
	if usual(v) {
		return v
	}
	if v == "0x0" {
		return ""
	}
	n := decimal(v)
	if n == 0 {
		return ""
	}
	out := append(b.Grow(18), '0', 'x')
	return b.Kept(strconv.AppendUint(out, n, 16))
}

// usual reports whether v is a logon session in its usual spelling.
func usual(v string) bool {
	if len(v) < 3 || len(v) > 18 || v[0] != '0' || v[1] != 'x' || v[2] == '0' {
		return false
	}
	for i := 2; i < len(v); i++ {
		if c := v[i]; hexDigit(c) == 255 || c < 'a' && c > '9' {
			return false
		}
	}
	return true
}

// terminal names a terminal session apart from logon sessions: "ts:2".
func terminal(b *footfall.Batch, v string) string {
	n := decimal(v)
	if n == 0 && v != "0" {
		return ""
	}
	return b.Kept(strconv.AppendUint(append(b.Grow(23), "ts:"...), n, 10))
}

// yes reads a truth as Windows writes and renders it (%%1842 is Yes).
func yes(v string) bool {
	return v == "%%1842" || equalFold(v, "yes") || equalFold(v, "true") || v == "1"
}

// auditFailure reads the Keywords of a Security event: hexadecimal, signed
// decimal, or rendered (bit 52 is Audit Failure).
func auditFailure(v string) bool {
	if v == "0x8020000000000000" {
		return false
	}
	const bit = 1 << 52
	if c := v[0]; c == '-' {
		n, err := strconv.ParseInt(v, 10, 64)
		return err == nil && uint64(n)&bit != 0
	} else if '0' <= c && c <= '9' {
		return decimal(v)&bit != 0
	}
	return containsFold(v, "failure")
}

func trimPipe(v string) string {
	if hasPrefixFold(v, `\device\namedpipe`) {
		v = v[len(`\device\namedpipe`):]
	}
	return strings.TrimLeft(v, `\`)
}

// between is what stands in s after open and before end; "" without open.
func between(s, open, end string) string {
	i := strings.Index(s, open)
	if i < 0 {
		return ""
	}
	s = s[i+len(open):]
	if j := strings.Index(s, end); j >= 0 {
		s = s[:j]
	}
	return s
}

// line is the value of "name" at the head of a line of s, without blanks
// around it.
func line(s, name string) string {
	for rest := s; rest != ""; {
		i := strings.Index(rest, name)
		if i < 0 {
			return ""
		}
		head := strings.TrimRight(rest[:i], " \t")
		rest = rest[i+len(name):]
		if head != "" && head[len(head)-1] != '\n' {
			continue
		}
		if j := strings.IndexByte(rest, '\n'); j >= 0 {
			rest = rest[:j]
		}
		return strings.TrimSpace(rest)
	}
	return ""
}
