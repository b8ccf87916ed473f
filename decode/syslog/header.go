package syslog

import (
	"strings"

	"github.com/footfall/footfall/internal/ciscohead"
	"github.com/footfall/footfall/internal/clock"
	"github.com/footfall/footfall/internal/unixlog"
)

// A header is what stands before the message of a line, and the message.
type header struct {
	time     int64
	pri      int // facility*8 + severity; -1 when the line does not say
	host     string
	program  string
	pid      uint32
	msgID    string // RFC 5424 MSGID
	data     string // RFC 5424 STRUCTURED-DATA
	msg      string
	stamped  bool // a time stamp was there
	zoneless bool // it named no zone
	tagged   bool // the identifier stood before a colon or a process id, or in its own field
	again    bool // the line says that the last message came again
	cri      bool // the message is a container's line, of any format
}

// split takes a line apart. It returns false when the line has no header of
// any known dress.
func (h *header) split(s string) bool {
	*h = header{pri: -1}
	s = skipCount(strings.TrimPrefix(s, "\ufeff"))
	s = h.priority(s)
	if h.pri >= 0 || strings.HasPrefix(s, "1 2") {
		if v, found := strings.CutPrefix(s, "1 "); found && h.rfc5424(v) {
			return true
		}
	}
	if h.cisco(s) {
		return true
	}
	rest := h.stamp(s)
	if !h.stamped && h.pri < 0 {
		return h.bare(rest)
	}
	if h.stamped && (h.container(rest) || h.dated(rest)) {
		return true
	}
	h.origin(rest)
	return true
}

// container reads what CRI's runtimes write for Kubernetes: stream and a mark of
// whole or partial lines behind the stamp, then the container's own line, which is
// of any format.
func (h *header) container(s string) bool {
	const mark = len("stdout F ")
	if len(s) < mark || s[0] != 's' || s[:6] != "stdout" && s[:6] != "stderr" || s[6] != ' ' || s[7] != 'F' && s[7] != 'P' || s[8] != ' ' {
		return false
	}
	s = s[mark:]
	if !h.dated(s) {
		h.cri, h.msg, h.tagged = true, s, true
	}
	return true
}

// dated reads a whole line of syslog behind the stamp that a collector wrote
// before it (CloudWatch Logs, exports of it to S3). The inner stamp is the
// record's own, unless it lacks the year that the outer one knows.
func (h *header) dated(s string) bool {
	if len(s) < 15 || s[0]-'0' > 9 && (s[0] < 'A' || s[0] > 'W') && s[0] != '<' {
		return false
	}
	in := header{pri: h.pri}
	rest := in.priority(s)
	if v, found := strings.CutPrefix(rest, "1 "); found && in.pri >= 0 && in.rfc5424(v) {
		*h = in
		return true
	}
	if rest = in.stamp(rest); !in.stamped || in.time == 0 {
		return false
	}
	if in.origin(rest); !in.tagged {
		return false
	}
	if clock.Unresolved(in.time) && !clock.Unresolved(h.time) {
		in.time, in.zoneless = h.time, h.zoneless
	}
	*h = in
	return true
}

// cisco reads the headers of Cisco's devices, which end in "%FACILITY-": the
// message begins there, since that names what it says and no program.
func (h *header) cisco(s string) bool {
	c, ok := ciscohead.Parse(s)
	if !ok || c.Tagged || c.Words > 1 || !c.Stamped && h.pri < 0 {
		return false
	}
	h.time, h.stamped, h.zoneless, h.host = c.Time, c.Stamped, c.Zoneless, c.Host
	h.tagged, h.msg = true, s[c.At:]
	return true
}

// skipCount drops the octet count that a stream of RFC 6587 leaves before a line.
func skipCount(s string) string {
	for i := 0; i < len(s) && i < 7; i++ {
		if s[i] == ' ' && i > 0 && i+1 < len(s) && s[i+1] == '<' {
			return s[i+1:]
		}
		if s[i]-'0' > 9 {
			break
		}
	}
	return s
}

// priority reads "<38>".
func (h *header) priority(s string) string {
	if len(s) < 3 || s[0] != '<' {
		return s
	}
	v := 0
	for i := 1; i < len(s) && i < 5; i++ {
		if s[i] == '>' && i > 1 && v <= 191 {
			h.pri = v
			return strings.TrimLeft(s[i+1:], " ")
		}
		if s[i]-'0' > 9 {
			break
		}
		v = v*10 + int(s[i]-'0')
	}
	return s
}

// stamp reads the time, or the seconds since boot of journalctl and dmesg,
// which tell no time.
func (h *header) stamp(s string) string {
	ns, n := clock.Parse(s)
	if n == 0 {
		if n = monotonic(s); n == 0 {
			return s
		}
	}
	rest := s[n:]
	if rest != "" && rest[0] == ':' { // Cisco IOS ends its stamps so
		rest = rest[1:]
	}
	if rest != "" && rest[0] != ' ' && rest[0] != '\t' {
		return s
	}
	h.time, h.stamped, h.zoneless = ns, true, ns != 0 && !clock.Zoned(s[:n])
	return strings.TrimLeft(rest, " \t")
}

// monotonic returns the length of "[   12.345678]", 0 when s begins otherwise.
func monotonic(s string) int {
	if s == "" || s[0] != '[' {
		return 0
	}
	dot := false
	for i := 1; i < len(s) && i < 24; i++ {
		switch {
		case s[i] == '.':
			dot = true
		case s[i] == ']' && dot:
			return i + 1
		case s[i] != ' ' && s[i]-'0' > 9:
			return 0
		}
	}
	return 0
}

// origin reads host and identifier behind the stamp, and keeps the message.
func (h *header) origin(s string) {
	s = skipLevel(s)
	if h.repeated(s) || h.bracketed(s) || h.tag(s, true) {
		return
	}
	host, rest := word(s)
	if !hostName(host) {
		h.msg = s
		return
	}
	if h.relayed(host, rest) {
		return
	}
	h.host = host
	if h.repeated(rest) || h.tag(rest, true) {
		return
	}
	h.tag(rest, false)
}

// relayed reads a second header behind the first, which a relay wrote before
// it. The inner one is the record's own.
func (h *header) relayed(host, s string) bool {
	if len(s) < 15 || (s[0] != '<' && s[0]-'0' > 9 && (s[0] < 'A' || s[0] > 'W')) {
		return false
	}
	in := header{pri: h.pri}
	rest := in.stamp(in.priority(s))
	if !in.stamped {
		return false
	}
	inner, rest := word(skipLevel(rest))
	if inner == "" || !in.tag(rest, true) {
		return false
	}
	in.host = inner
	if in.time == 0 || clock.Unresolved(in.time) && !clock.Unresolved(h.time) {
		in.time, in.zoneless = h.time, h.zoneless
	}
	*h = in
	return true
}

// bare reads a line that has no stamp: "host ident[pid]: message" or
// "ident[pid]: message", as journald hands lines on. Nothing less is enough.
func (h *header) bare(s string) bool {
	if i := strings.IndexByte(s[:min(len(s), 256)], '\t'); i > 0 && hostName(s[:i]) && h.agent(s[i+1:]) { // "host<TAB>MSWinEventLog"
		h.host = s[:i]
		return true
	}
	if h.tag(s, true) && h.pid != 0 {
		return true
	}
	host, rest := word(s)
	if !hostName(host) || !h.tag(rest, true) || h.pid == 0 {
		*h = header{pri: -1}
		return false
	}
	h.host = host
	return true
}

// topics reports whether a word is what RouterOS calls topics: small letters
// parted by commas, as in "system,error,critical".
func topics(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < 'a' || c > 'z') && (i == 0 || c != ',' && c != '-' && c != '!' && c-'0' > 9) {
			return false
		}
	}
	return s[len(s)-1] != ','
}

// repeated reads "last message repeated 3 times", with or without dashes
// around it (syslogd of BSD, macOS and sysklogd).
func (h *header) repeated(s string) bool {
	if h.again = strings.HasPrefix(strings.TrimPrefix(s, "--- "), "last message repeated "); h.again {
		h.msg = s
	}
	return h.again
}

// tag reads "ident[pid]: " and keeps the message behind it. Unless strict, an
// identifier may stand alone before a blank, as RFC 3164 lets it.
func (h *header) tag(s string, strict bool) bool {
	if h.foreign(s) || h.agent(s) {
		return true
	}
	end := 0
scan:
	for end < len(s) {
		switch s[end] {
		case ' ', '[':
			break scan
		case ':':
			if end+1 == len(s) || s[end+1] == ' ' {
				break scan
			}
		}
		end++
	}
	if end == 0 || end > 128 {
		h.keep(strict, s)
		return false
	}
	name := s[:end]
	if end < len(s) && s[end] == '[' {
		if pid, n := processID(s[end:]); n > 0 {
			h.named(name, s[end+n:], pid)
			return true
		}
	} else if end < len(s) && s[end] == ':' {
		h.named(name, s[end:], 0)
		return true
	}
	if !strict {
		// The first pair of key=value, or the first fields of CSV, are no identifier;
		// RouterOS's topics are.
		if end == len(s) || s[end] != ' ' || strings.IndexByte(name, '=') >= 0 || strings.IndexByte(name, ',') >= 0 && !topics(name) {
			h.msg = s
			return false
		}
		h.named(name, s[end:], 0)
		h.tagged = false
	}
	return false
}

// foreign reads records of CEF and LEEF, whose mark is no identifier; before
// it one may stand ("ASM:CEF:0|").
func (h *header) foreign(s string) bool {
	i := strings.Index(s[:min(len(s), 64)], "EF:")
	if i < 1 || strings.IndexByte(s[:i], ' ') >= 0 {
		return false
	}
	switch mark := s[:i]; {
	case mark == "C" || mark == "LE":
		h.msg = s
	case strings.HasSuffix(mark, ":C"):
		h.program, h.msg = unixlog.Program(s[:i-2]), s[i-1:]
	case strings.HasSuffix(mark, ":LE"):
		h.program, h.msg = unixlog.Program(s[:i-3]), s[i-2:]
	default:
		return false
	}
	h.tagged = true
	return true
}

// agent reads the marks of agents that send Windows events, whose columns are
// parted by tabs: they are no identifiers.
func (h *header) agent(s string) bool {
	const snare, agent = "MSWinEventLog", "AgentDevice=WindowsLog"
	switch {
	case s == "" || s[0] != 'M' && s[0] != 'A':
		return false
	case strings.HasPrefix(s, snare) && (len(s) == len(snare) || s[len(snare)] != ' ' && s[len(snare)] != '['):
		h.program, h.msg = snare, s
	case strings.HasPrefix(s, agent):
		h.msg = s
	default:
		return false
	}
	h.tagged = true
	return true
}

// keep takes all of s as the message when nothing better is left to try.
func (h *header) keep(strict bool, s string) {
	if !strict {
		h.msg = s
	}
}

// bracketed reads "[ident]: " and "[ident] ", which metalog writes in the
// place of host and identifier.
func (h *header) bracketed(s string) bool {
	if s == "" || s[0] != '[' {
		return false
	}
	i := strings.IndexByte(s, ']')
	if i < 2 || i > 64 || i+2 > len(s) || (s[i+1] != ':' && s[i+1] != ' ') || !hostName(s[1:i]) || strings.IndexByte(s[:i], '.') >= 0 || s[1]-'0' <= 9 {
		return false
	}
	h.named(s[1:i], s[i+1:], 0)
	return true
}

// named sets the program, and the message: what follows colon and blanks.
func (h *header) named(name, rest string, pid uint32) {
	if unit, ok := strings.CutSuffix(name, ".service"); ok { // journalctl -o with-unit
		if name = unit; name == "ssh" { // Debian's name for sshd's unit
			name = "sshd"
		}
	}
	h.program, h.pid, h.tagged = unixlog.Program(name), pid, true
	if rest != "" && rest[0] == ':' {
		rest = rest[1:]
	}
	h.msg = solaris(strings.TrimLeft(rest, " "))
	h.again = strings.HasPrefix(h.msg, "last message repeated ")
}

// processID reads "[123]". Other text in the brackets is no process id but
// still belongs to the identifier.
func processID(s string) (pid uint32, n int) {
	v := uint64(0)
	for i := 1; i < len(s) && i < 40; i++ {
		switch c := s[i]; {
		case c == ']':
			if i == 1 || (i+1 < len(s) && s[i+1] != ':' && s[i+1] != ' ') {
				return 0, 0
			}
			return uint32(min(v, 1<<32-1)), i + 1
		case c-'0' <= 9:
			v = min(v*10+uint64(c-'0'), 1<<32)
		case c == ' ' || c == '[':
			return 0, 0
		default:
			// "[21412/0x7000]": the thread is of no use here, the process is.
			if j := strings.IndexByte(s[:min(len(s), 40)], ']'); j > 0 && strings.IndexByte(s[:j], ' ') < 0 {
				return uint32(min(v, 1<<32-1)), j + 1
			}
			return 0, 0
		}
	}
	return 0, 0
}

// solaris drops "[ID 800047 auth.info] " from the head of a message
// (log(4) of Solaris, msgid).
func solaris(s string) string {
	if len(s) < 5 || s[0] != '[' || s[:4] != "[ID " {
		return s
	}
	if i := strings.Index(s[:min(len(s), 64)], "] "); i > 0 {
		return s[i+2:]
	}
	return s
}

// skipLevel drops "<auth.info> ", which syslogd -v of FreeBSD puts behind the stamp.
func skipLevel(s string) string {
	if s == "" || s[0] != '<' {
		return s
	}
	if i := strings.IndexByte(s[:min(len(s), 24)], '>'); i > 0 {
		return strings.TrimLeft(s[i+1:], " ")
	}
	return s
}

// word cuts s at its first run of blanks.
func word(s string) (w, rest string) {
	i := strings.IndexByte(s, ' ')
	if i < 0 {
		return s, ""
	}
	w = s[:i]
	for i < len(s) && s[i] == ' ' {
		i++
	}
	return w, s[i:]
}

// hostName reports whether s may be the name or address of a host, also as
// syslog-ng spells it with its source ("s_net@web1", "web1/10.0.0.1").
func hostName(s string) bool {
	for i := range len(s) {
		if !hostByte[s[i]] {
			return false
		}
	}
	return s != "" && len(s) <= 255
}

// hostByte says which bytes stand in the names and addresses of hosts; bytes
// beyond ASCII do in some.
var hostByte = func() (t [256]bool) {
	for c := range t {
		t[c] = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c >= 0x80
	}
	for _, c := range "-._:@/%+~" {
		t[c] = true
	}
	return t
}()
