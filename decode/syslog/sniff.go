package syslog

import (
	"bytes"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/unixlog"
)

// sniffed is how many lines are looked at.
const sniffed = 64

// sniff counts the lines with a header. Lines of a program that writes about
// logons make sure; lines whose message is of a format that only travels in
// syslog (CEF, LEEF, Cisco's) leave room for a decoder of that.
func sniff(head []byte) int {
	if bytes.HasPrefix(head, []byte("#separator")) || bytes.HasPrefix(head, []byte("#Software")) {
		return 0 // Zeek and W3C: their lines begin with stamps too
	}
	var h header
	var lines, whole, tagged, framed, known, other int
	for s := range strings.SplitSeq(footfall.Str(head[:min(len(head), 32<<10)]), "\n") {
		if lines == sniffed {
			break
		}
		s = strings.TrimRight(s, " \r")
		if ignored(s) {
			continue
		}
		lines++
		if !h.split(s) || level(h.host) {
			continue
		}
		whole++
		if foreign(&h, s) {
			other++
		}
		switch {
		case h.tagged || h.again:
			tagged++
		case h.pri >= 0 && h.stamped:
			framed++
		}
		if wellKnown(h.program) {
			known++
		}
	}
	switch {
	case lines == 0 || whole*2 < lines || (tagged+framed)*2 < whole:
		return 0
	case other*2 > whole:
		return 40
	case known > 0:
		return 90
	case tagged*10 >= lines*9:
		return 70
	}
	return 50
}

// foreign reports whether the message is of a format that only uses syslog to travel.
func foreign(h *header, s string) bool {
	return strings.Contains(s, "CEF:0|") || strings.Contains(s, "CEF:1|") || strings.Contains(s, "LEEF:") ||
		strings.HasPrefix(h.msg, "%") || strings.Contains(s, " %ASA-") || strings.Contains(s, " %FTD-") ||
		strings.HasPrefix(h.msg, "{")
}

func wellKnown(program string) bool {
	for i := range unixlog.Sources {
		if unixlog.Sources[i].Program == program {
			return true
		}
	}
	switch program {
	case "systemd", "kernel", "rsyslogd", "syslogd", "smbd", "rshd", "in.telnetd", "telnetd", "xinetd", "NetworkManager", "dhclient":
		return true
	}
	return false
}

// level reports whether what stands in the host's place is the level of a
// program's own log.
func level(s string) bool {
	switch s {
	case "TRACE", "DEBUG", "INFO", "NOTICE", "WARN", "WARNING", "ERROR", "SEVERE", "FATAL", "CRITICAL":
		return true
	}
	return false
}
