package ftp

import (
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/clock"
	"github.com/footfall/footfall/internal/hostport"
	"github.com/footfall/footfall/internal/message"
)

var own = message.Text{
	Name: "vsftpd's log", Program: "vsftpd", Log: footfall.Log{Product: "linux", Services: []string{"vsftpd", "auth", "syslog"}},
	Head: head, Read: line,
}

// File reads vsftpd's own log.
var File = footfall.Decoder{
	Name: "ftp-vsftpd", Doc: "vsftpd's own log: connections, logons, files that moved.", Source: "vsftpd: logging.c; vsftpd.conf(5) vsftpd_log_file",
	Frame: footfall.FrameLines,
	By:    "lines with a time, [pid N] and a result such as OK LOGIN",
	Sniff: shareOf(&own, 97), New: own.Lines,
}

var moved = message.Text{
	Name: "an xferlog", Program: "xferlog", Log: footfall.Log{Product: "linux", Services: []string{"vsftpd", "syslog"}},
	Head: func(e *footfall.Event, s string) (string, bool) {
		rest, ok := ctime(e, s)
		return rest, ok && transfer(e, rest)
	},
	Read: func(*footfall.Batch, *footfall.Event, string) {},
}

// Transfers reads the log of transfers that wu-ftpd, proftpd and vsftpd share.
var Transfers = footfall.Decoder{
	Name: "ftp-xferlog", Doc: "xferlog of FTP servers: files that moved.", Source: "xferlog(5)",
	Frame: footfall.FrameLines,
	By:    "lines with a time, seconds, a host, a size, a name and nine words more",
	Sniff: shareOf(&moved, 97), New: moved.Lines,
}

func shareOf(t *message.Text, sure int) func([]byte) int {
	return func(b []byte) int {
		return message.Share(b, sure, 2, func(line string) bool {
			return t.Heads(line)
		})
	}
}

// ctime reads "Sun Jan  2 03:04:05 2031 ".
func ctime(e *footfall.Event, s string) (string, bool) {
	if len(s) < 25 || s[3] != ' ' || s[24] != ' ' || s[19] != ' ' {
		return s, false
	}
	ns, n := clock.Parse(s[:24])
	if n != 24 {
		return s, false
	}
	e.Time, e.Zoneless = ns, true
	return s[25:], true
}

// head reads "Sun Jan  2 03:04:05 2031 [pid 12] TEXT".
func head(e *footfall.Event, s string) (string, bool) {
	rest, ok := ctime(e, s)
	if !ok {
		return s, false
	}
	v, ok := strings.CutPrefix(rest, "[pid ")
	pid, text, ok2 := strings.Cut(v, "] ")
	if !ok || !ok2 {
		return s, false
	}
	for i := range len(pid) {
		if pid[i]-'0' > 9 || len(pid) > 9 {
			return s, false
		}
		e.PID = e.PID*10 + uint32(pid[i]-'0')
	}
	return text, true
}

func line(b *footfall.Batch, e *footfall.Event, s string) {
	if client(e, s) {
		e.Service = footfall.ServiceFTP
		e.Session = number(b, e.PID)
	}
}

// verbs are what vsftpd logs beside logons.
var verbs = [...]string{"DOWNLOAD", "UPLOAD", "APPEND", "DELETE", "RENAME", "MKDIR", "RMDIR", "CHMOD"}

// file reads `[NAME] OK UPLOAD: Client "ADDR", "/path", 5 bytes, 12.36Kbyte/sec`.
// Behind the address stands the path, which is the client's; a name before it
// is that of a logon.
func file(e *footfall.Event, s string) bool {
	if s == "" || s[0] != '[' {
		return false
	}
	for _, ok := range [...]string{"] OK ", "] FAIL "} {
		i := strings.Index(s, ok)
		if i < 0 {
			continue
		}
		verb, v, found := strings.Cut(s[i+len(ok):], `: Client "`)
		addr, v, found2 := strings.Cut(v, `"`)
		if !found || !found2 || !isVerb(verb) || !peer(e, addr) {
			continue
		}
		e.User.Name, e.Kind, e.Outcome = s[1:i], footfall.KindFile, footfall.Success
		if verb == "DOWNLOAD" || verb == "UPLOAD" || verb == "APPEND" {
			e.Kind = footfall.KindTransfer
		}
		if ok[2] == 'F' {
			e.Outcome = footfall.Failure
		}
		v, _ = strings.CutPrefix(v, `, "`)
		if j := strings.LastIndexByte(v, '"'); j >= 0 {
			e.Object = v[:j]
			size, _, _ := strings.Cut(strings.TrimPrefix(v[j+1:], ", "), " bytes")
			e.Bytes = decimal(size)
		}
		return true
	}
	return false
}

func isVerb(s string) bool {
	for _, v := range verbs {
		if v == s {
			return true
		}
	}
	return false
}

func decimal(s string) int64 {
	v := int64(0)
	for i := range len(s) {
		if s[i]-'0' > 9 || len(s) > 18 {
			return 0
		}
		v = v*10 + int64(s[i]-'0')
	}
	return v
}

// transfer reads "1 ADDR 7 /path b _ o r NAME ftp 0 * c": the last nine words
// are the server's but for the name, so the path may hold blanks.
func transfer(e *footfall.Event, s string) bool {
	took, s, _ := strings.Cut(s, " ")
	host, s, _ := strings.Cut(s, " ")
	size, s, ok := strings.Cut(s, " ")
	if !ok || took == "" || took[0]-'0' > 9 || size == "" || size[0]-'0' > 9 {
		return false
	}
	var part [9]string // type, action, direction, mode, name, service, method, authenticated, status
	for i := len(part) - 1; i >= 0; i-- {
		j := strings.LastIndexByte(s, ' ')
		if j < 0 {
			return false
		}
		part[i], s = s[j+1:], s[:j]
	}
	var ok2 bool
	if e.From, ok2 = hostport.Host(host); !ok2 || len(part[2]) != 1 || len(part[3]) != 1 || len(part[8]) != 1 {
		return false
	}
	e.Kind, e.Service, e.Object, e.User.Name = footfall.KindTransfer, footfall.ServiceFTP, s, part[4]
	e.Bytes, e.Duration = decimal(size), decimal(took)*1e9
	e.Guest = part[3] == "a" || part[3] == "g"
	if e.Outcome = footfall.Success; part[8] != "c" {
		e.Outcome = footfall.Failure
	}
	return true
}
