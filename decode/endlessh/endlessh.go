// Package endlessh reads the log of endlessh, a tarpit for SSH: a line for
// each client that it took and let go. In goes a line or a message, out comes
// an attempt without success, for nobody can log on to a tarpit.
package endlessh

import (
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/clock"
	"github.com/footfall/footfall/internal/hostport"
	"github.com/footfall/footfall/internal/kvscan"
	"github.com/footfall/footfall/internal/message"
)

const source = "endlessh: endlessh.c, logmsg"

var text = message.Text{
	Name: "endlessh", Program: "endlessh", Log: footfall.Log{Product: "linux", Services: []string{"endlessh", "syslog"}},
	Head: head, Read: read,
}

// Decoder reads endlessh's own log.
var Decoder = footfall.Decoder{
	Name: "endlessh", Doc: "Log of the SSH tarpit endlessh.", Source: source, Frame: footfall.FrameLines,
	By: "lines with a time and ACCEPT host=, CLOSE host= or a setting",
	Sniff: func(data []byte) int {
		return message.Share(data, 95, 2, func(line string) bool {
			var e footfall.Event
			rest, ok := head(&e, line)
			return ok && known(rest)
		})
	},
	New: text.Lines,
}

// Message reads endlessh's messages in syslog, which may repeat the time.
var Message = footfall.Decoder{
	Name: "endlessh-message", Doc: "Messages of the SSH tarpit endlessh in syslog.", Source: source, Frame: footfall.FrameMessage,
	Programs: []string{"endlessh"}, New: text.Messages,
}

// head reads endlessh's time, "2031-01-02T03:04:05.123Z TEXT", and the head of
// endlessh-go, which is glog's: "I0102 03:04:05.123456       1 client.go:58] TEXT".
func head(e *footfall.Event, s string) (string, bool) {
	if len(s) < 24 || s[0] < 'A' || s[0] > 'Z' || s[5] != ' ' || s[8] != ':' || s[11] != ':' || s[14] != '.' {
		return message.Stamp(e, s)
	}
	c := clock.Civil{Year: clock.Yearless}
	for i, v := range [...]*int{&c.Month, &c.Day, &c.Hour, &c.Minute, &c.Second} {
		at := [...]int{1, 3, 6, 9, 12}[i]
		a, b := s[at]-'0', s[at+1]-'0'
		if a > 9 || b > 9 {
			return s, false
		}
		*v = int(a)*10 + int(b)
	}
	scale := int64(1e8)
	for i := 15; i < 21 && s[i]-'0' <= 9; i++ {
		c.Nano += int64(s[i]-'0') * scale
		scale /= 10
	}
	ns, ok := c.Unix()
	_, text, ok2 := strings.Cut(s, "] ")
	e.Time, e.Zoneless = ns, true
	return text, ok && ok2
}

func known(s string) bool {
	for _, w := range [...]string{"ACCEPT host=", "CLOSE host=", "Port ", "Delay ", "MaxLineLength ", "MaxClients ", "BindFamily ", "TOTALS connects="} {
		if strings.HasPrefix(s, w) {
			return true
		}
	}
	return false
}

// read reads "ACCEPT host=ADDR port=N fd=N n=N/N" and "CLOSE host=ADDR port=N fd=N time=SECONDS bytes=N".
func read(_ *footfall.Batch, e *footfall.Event, s string) {
	if !known(s) {
		var again footfall.Event
		s, _ = message.Stamp(&again, s)
	}
	verb, rest, _ := strings.Cut(s, " host=")
	if verb != "ACCEPT" && verb != "CLOSE" {
		return
	}
	host, rest, _ := strings.Cut(rest, " ")
	e.Kind, e.Service, e.Outcome, e.Reason = footfall.KindAttempt, footfall.ServiceSSH, footfall.Failure, footfall.ReasonProtocol
	e.From, _ = hostport.Host(host)
	e.From.Port, _ = hostport.Port(kvscan.Get(rest, "port"))
	if verb == "CLOSE" { // the attempt is told by ACCEPT
		e.Kind, e.Outcome, e.Reason = footfall.KindLogoff, footfall.OutcomeUnknown, 0
		e.Duration, e.Bytes = seconds(kvscan.Get(rest, "time")), seconds(kvscan.Get(rest, "bytes"))/1e9
	}
}

// seconds reads SECONDS.FRACTION in nanoseconds.
func seconds(s string) int64 {
	v, scale := int64(0), int64(0)
	for i := 0; i < len(s) && i < 18; i++ {
		switch {
		case s[i] == '.' && scale == 0:
			scale = 1
			v *= 1e9
			scale = 1e8
			continue
		case s[i]-'0' > 9:
			return 0
		case scale > 0:
			v += int64(s[i]-'0') * scale
			scale /= 10
		case v > 1e6:
			return 0
		default:
			v = v*10 + int64(s[i]-'0')
		}
	}
	if !strings.Contains(s, ".") {
		v *= 1e9
	}
	return v
}
