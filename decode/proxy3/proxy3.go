// Package proxy3 reads the log of 3proxy in its default form. In goes a line,
// out comes a connection that it carried or a logon that it refused. The
// user's name holds no blank in this log, so that addresses keep their places.
package proxy3

import (
	"strconv"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/clock"
	"github.com/footfall/footfall/internal/hostport"
	"github.com/footfall/footfall/internal/message"
)

var text = message.Text{Name: "proxy3", Program: "3proxy", Log: footfall.Log{Product: "linux", Services: []string{"3proxy", "syslog"}}, Head: head, Read: read}

// Decoder reads 3proxy's log.
var Decoder = footfall.Decoder{
	Name:   "proxy3",
	Doc:    "Log of 3proxy: connections through its HTTP and SOCKS proxies, and logons refused.",
	Source: "https://3proxy.org/doc/man5/3proxy.cfg.5.html (logformat), https://3proxy.org/doc/html/howtoe.html (log codes)",
	Frame:  footfall.FrameLines,
	By:     "lines with a time, a service with its port, and a code of five digits",
	Sniff: func(data []byte) int {
		return message.Share(data, 90, 2, func(line string) bool {
			var e footfall.Event
			s, ok := head(&e, line)
			if !ok {
				return false
			}
			name, rest, _ := strings.Cut(s, " ")
			code, _, _ := strings.Cut(rest, " ")
			return strings.IndexByte(name, '.') > 0 && len(code) == 5 && strings.Trim(code, "0123456789") == ""
		})
	},
	New: text.Lines,
}

// head reads "02-01-2031 03:04:05 +0100 ", day first.
func head(e *footfall.Event, line string) (string, bool) {
	if len(line) < 27 || line[2] != '-' || line[5] != '-' || line[10] != ' ' || line[19] != ' ' || (line[20] != '+' && line[20] != '-') {
		return line, false
	}
	var b [25]byte
	copy(b[:], line[6:10])
	b[4], b[7] = '-', '-'
	copy(b[5:7], line[3:5])
	copy(b[8:10], line[:2])
	copy(b[10:], line[10:25])
	ns, n := clock.ISO(footfall.Str(b[:]))
	if n != 25 {
		return line, false
	}
	e.Time = ns
	return strings.TrimLeft(line[25:], " "), true
}

// read reads "SOCK.1080 00000 NAME ADDR:PORT ADDR:PORT IN OUT HOPS REQUEST".
func read(_ *footfall.Batch, e *footfall.Event, s string) {
	var f [7]string
	for i := range f {
		f[i], s, _ = strings.Cut(s, " ")
	}
	if len(f[1]) != 5 || strings.Trim(f[1], "0123456789") != "" {
		return
	}
	e.Service, e.Object = footfall.ServiceProxy, f[0]
	if f[2] != "-" {
		e.User.Name = f[2]
	}
	e.From, _ = hostport.Colon(f[3])
	if p, ok := hostport.Colon(f[4]); ok && !p.Addr.IsUnspecified() {
		e.To = p
	}
	in, out := count(f[5]), count(f[6])
	e.Bytes, e.Returned = in+out, in
	e.Kind, e.Outcome = footfall.KindConnection, footfall.Success
	switch code := f[1]; {
	case code >= "00001" && code <= "00009":
		e.Kind, e.Outcome, e.Reason, e.Auth = footfall.KindLogon, footfall.Failure, footfall.ReasonBadPassword, footfall.AuthPassword
		switch code {
		case "00001", "00002", "00003":
			e.Reason = footfall.ReasonRestricted
		case "00005":
			e.Reason = footfall.ReasonNoUser
		}
	case code != "00000":
		e.Outcome = footfall.Failure
	}
	if i := strings.IndexByte(s, ' '); i > 0 && e.Kind == footfall.KindConnection {
		e.Command = s[i+1:]
	}
}

func count(s string) int64 {
	if s == "" || len(s) > 15 || strings.Trim(s, "0123456789") != "" {
		return 0
	}
	n, _ := strconv.ParseInt(s, 10, 64)
	return n
}
