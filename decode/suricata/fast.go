package suricata

import (
	"bytes"
	"net/netip"
	"strconv"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/clock"
)

// fast reads one line:
//
//	MM/DD/YYYY-HH:MM:SS.ffffff  [Drop] [**] [GID:SID:REV] NAME [**] [Classification: TEXT] [Priority: N] {PROTO} ADDR:PORT -> ADDR:PORT
//
// Snort writes no year, or two digits of it, one blank, its name in quotes and
// no ports but those of TCP and UDP.
func (r *reader) fast(b *footfall.Batch, line []byte) error {
	ns, n, years := stamp(footfall.Str(line))
	if n == 0 {
		return errLine
	}
	e := b.New()
	e.Len, e.Time, e.Zoneless = uint32(len(line)), ns, true
	s := b.Keep(line)[n:]
	head, rest, ok := strings.Cut(s, "[**] ")
	if !ok || len(head) > 40 || !r.alert(b, e, rest, years == 4) {
		return errLine
	}
	switch strings.TrimSpace(head) {
	case "[Drop]":
		e.Outcome = footfall.Failure
	case "[wDrop]":
		e.Outcome = footfall.Success
	}
	e.Program = "snort"
	if years == 4 {
		e.Program = "suricata"
	}
	return nil
}

// stamp reads "MM/DD/YYYY-HH:MM:SS.ffffff", with the year in years digits.
func stamp(s string) (ns int64, n, years int) {
	if len(s) < 15 || s[2] != '/' {
		return 0, 0, 0
	}
	dash := strings.IndexByte(s[:min(len(s), 12)], '-')
	if dash != 5 && dash != 8 && dash != 10 || dash > 5 && s[5] != '/' || len(s) < dash+9 || s[dash+3] != ':' || s[dash+6] != ':' {
		return 0, 0, 0
	}
	var c clock.Civil
	good := true
	num := func(s string) int {
		n, err := strconv.ParseUint(s, 10, 32)
		good = good && err == nil
		return int(n)
	}
	c.Year, c.Month, c.Day = clock.Yearless, num(s[:2]), num(s[3:5])
	if dash > 6 {
		if c.Year, years = num(s[6:dash]), dash-6; years == 2 {
			c.Year += 2000
		}
	}
	c.Hour, c.Minute, c.Second = num(s[dash+1:dash+3]), num(s[dash+4:dash+6]), num(s[dash+7:dash+9])
	n = dash + 9
	if n < len(s) && s[n] == '.' {
		unit := int64(1e9)
		for n++; n < len(s) && s[n]-'0' <= 9; n++ {
			unit /= 10
			c.Nano += int64(s[n]-'0') * unit
		}
	}
	ns, ok := c.Unix()
	if !ok || !good || n < len(s) && s[n] != ' ' {
		return 0, 0, 0
	}
	return ns, n, years
}

// alert reads what begins with [GID:SID:REV]. ports says that each address
// has one behind a colon, of ICMP its type or code.
func (r *reader) alert(b *footfall.Batch, e *footfall.Event, s string, ports bool) bool {
	id, s, ok := strings.Cut(s, "] ")
	if !ok || len(id) < 6 || len(id) > 40 || id[0] != '[' {
		return false
	}
	gid, sid, ok := strings.Cut(id[1:], ":")
	sid, rev, ok2 := strings.Cut(sid, ":")
	if !ok || !ok2 || !digits(gid) || !digits(sid) || !digits(rev) {
		return false
	}
	i := strings.LastIndex(s, "{") // the ends stand behind what a rule's author wrote
	if i < 0 {
		return false
	}
	proto, ends, ok := strings.Cut(s[i+1:], "} ")
	if !ok || len(proto) > 32 {
		return false
	}
	from, to, ok := strings.Cut(ends, " -> ")
	if !ok {
		return false
	}
	src, srcPort, ok := end(from, proto, ports)
	dst, dstPort, ok2 := end(to, proto, ports)
	if !ok || !ok2 {
		return false
	}
	name, class, priority := text(s[:i])
	r.b = b
	v := r.v
	v.Begin(b)
	for _, x := range [...][2]string{
		{"event_type", "alert"},
		{"alert.gid", gid},
		{"alert.signature_id", sid},
		{"alert.rev", rev},
		{"alert.signature", name},
		{"alert.category", class},
		{"alert.severity", priority},
		{"proto", proto},
		{"src_ip", src},
		{"src_port", srcPort},
		{"dest_ip", dst},
		{"dest_port", dstPort},
	} {
		if x[1] != "" {
			v.Put(x[0], x[1])
		}
	}
	r.finish(e)
	return true
}

// text parts "NAME [**] [Classification: TEXT] [Priority: N] ".
func text(s string) (name, class, priority string) {
	s = strings.TrimRight(s, " :") // Snort puts a colon there in syslog
	for strings.HasSuffix(s, "]") {
		i := strings.LastIndex(s, "[")
		if i < 0 {
			break
		}
		switch key, v, _ := strings.Cut(s[i+1:len(s)-1], ": "); key {
		case "Classification":
			class = v
		case "Priority":
			priority = v
		case "**", "AppID":
		default:
			i = -1
		}
		if i < 0 {
			break
		}
		if s = strings.TrimRight(s[:i], " "); strings.HasSuffix(s, "[**]") {
			s = strings.TrimRight(s[:len(s)-4], " ")
			break
		}
	}
	if strings.HasPrefix(s, "<") { // Snort's interface
		if _, after, ok := strings.Cut(s, "> "); ok {
			s = after
		}
	}
	if len(s) > 1 && s[0] == '"' && s[len(s)-1] == '"' {
		s = s[1 : len(s)-1]
	}
	return strings.TrimSuffix(s, ":"), class, priority
}

func end(s, proto string, ports bool) (addr, port string, ok bool) {
	s = strings.TrimSpace(s)
	if len(s) > 64 {
		return "", "", false
	}
	i := strings.LastIndexByte(s, ':')
	if i > 0 && (ports || proto == "TCP" || proto == "UDP") && digits(s[i+1:]) {
		if a, err := netip.ParseAddr(s[:i]); err == nil && a.IsValid() {
			return s[:i], s[i+1:], true
		}
	}
	_, err := netip.ParseAddr(s)
	return s, "", err == nil
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i]-'0' > 9 {
			return false
		}
	}
	return s != "" && len(s) < 12
}

func sniffFast(head []byte) int {
	good, lines := 0, 0
	for line := range bytes.SplitSeq(head, []byte("\n")) {
		if len(line) == 0 {
			continue
		}
		if lines++; lines > 20 {
			break
		}
		if _, n, _ := stamp(footfall.Str(line)); n > 0 && bytes.Contains(line[n:min(len(line), n+24)], []byte("[**] [")) {
			good++
		}
	}
	if good > 0 && good*2 >= lines {
		return 95
	}
	return 0
}
