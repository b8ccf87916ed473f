package guacamole

import (
	"bytes"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/clock"
)

// old reports whether lines of java.util.logging are among the first ones:
// "Apr 15, 2031 8:34:08 PM class method".
func old(head []byte) bool {
	for range 20 {
		line, rest, more := bytes.Cut(head, []byte("\n"))
		if _, ok := juli(footfall.Str(line)); ok {
			return true
		}
		if !more {
			break
		}
		head = rest
	}
	return false
}

// juli reads "Apr 15, 2031 8:34:08 PM", months of Tomcat's language in any case.
func juli(s string) (int64, bool) {
	if len(s) < 24 || s[3] != ' ' {
		return 0, false
	}
	var c clock.Civil
	for i, m := range [...]string{"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"} {
		if strings.EqualFold(s[:3], m) {
			c.Month = i + 1
		}
	}
	rest := s[4:]
	for i, part := range [...]*int{&c.Day, &c.Year, &c.Hour, &c.Minute, &c.Second} {
		n := 0
		for n < len(rest) && n < 4 && rest[n]-'0' <= 9 {
			*part = *part*10 + int(rest[n]-'0')
			n++
		}
		after := [...]string{", ", " ", ":", ":", " "}[i]
		if n == 0 || !strings.HasPrefix(rest[n:], after) {
			return 0, false
		}
		rest = rest[n+len(after):]
	}
	switch {
	case strings.HasPrefix(rest, "PM ") && c.Hour < 12:
		c.Hour += 12
	case strings.HasPrefix(rest, "AM ") && c.Hour == 12:
		c.Hour = 0
	}
	ns, ok := c.Unix()
	return ns, ok && c.Month > 0
}

// entry reads a line with a time alone and those below, which it dates unless
// they are of the other form.
func entry(b *footfall.Batch, frame []byte, log footfall.LogID, id footfall.FieldID) error {
	now, number := int64(0), uint64(0)
	for pos := 0; pos < len(frame); {
		end := len(frame)
		if i := bytes.IndexByte(frame[pos:], '\n'); i >= 0 {
			end = pos + i
		}
		number++
		if s := strings.TrimRight(footfall.Str(frame[pos:end]), " \r\t"); s != "" {
			line := b.Keep(footfall.Bytes(s))
			e := b.New()
			e.Offset, e.Len, e.Record, e.Log, e.Program = int64(pos), uint32(len(s)), number, log, "guacamole"
			rest := line
			if ns, ok := juli(line); ok {
				now = ns
			} else {
				rest, _ = head(e, line)
			}
			if e.Time == 0 && rest == line {
				e.Time, e.Zoneless = now, now != 0
			}
			b.Add(id, line)
			read(e, rest)
		}
		pos = end + 1
	}
	return nil
}
