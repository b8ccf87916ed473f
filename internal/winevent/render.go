package winevent

import "strconv"

// level is the number of a level that may be written as its name. Security
// auditing writes 0, which Windows shows as Information.
func level(v []byte, provider string) (string, bool) {
	if len(v) == 1 && v[0] >= '0' && v[0] <= '9' {
		return digits[v[0]-'0'], true
	}
	switch lower(v) {
	case "logalways", "log always":
		return "0", true
	case "critical":
		return "1", true
	case "error":
		return "2", true
	case "warning":
		return "3", true
	case "information", "informational", "info":
		if provider == "Microsoft-Windows-Security-Auditing" {
			return "0", true
		}
		return "4", true
	case "verbose":
		return "5", true
	}
	return "", false
}

var digits = [10]string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}

// opcode is the number of one of the opcodes that winmeta.xml defines.
func opcode(v []byte) (string, bool) {
	if n, ok := Uint(v); ok {
		if n < 10 {
			return digits[n], true
		}
		return strconv.FormatUint(n, 10), true
	}
	switch lower(v) {
	case "info":
		return "0", true
	case "start":
		return "1", true
	case "stop":
		return "2", true
	case "reply":
		return "6", true
	case "resume":
		return "7", true
	case "suspend":
		return "8", true
	case "send":
		return "9", true
	}
	return "", false
}

// keywords appends the mask as the event XML writes it: NXLog writes it as a
// signed number, Beats by the names that winmeta.xml gives the audit bits. The
// highest bits name the channel: those of the event log service are others.
func keywords(dst, v []byte, provider string) []byte {
	if len(v) > 2 && v[0] == '0' && v[1]|0x20 == 'x' {
		dst = append(dst, v...)
		return Hex(dst, dst)
	}
	neg := v[0] == '-'
	if neg {
		v = v[1:]
	}
	if n, ok := Uint(v); ok {
		if neg {
			n = -n
		}
		return strconv.AppendUint(append(dst, "0x"...), n, 16)
	}
	switch lower(v) {
	case "audit success", "successaudit":
		if provider == "Microsoft-Windows-Eventlog" {
			return append(dst, "0x4020000000000000"...)
		}
		return append(dst, "0x8020000000000000"...)
	case "audit failure", "failureaudit":
		return append(dst, "0x8010000000000000"...)
	case "classic":
		return append(dst, "0x80000000000000"...)
	}
	return dst
}

// lower is v in lower case, for comparing with short ASCII words.
func lower(v []byte) string {
	var b [24]byte
	if len(v) > len(b) {
		return ""
	}
	for i, c := range v {
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		b[i] = c
	}
	return string(b[:len(v)])
}
