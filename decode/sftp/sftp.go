// Package sftp understands the messages of OpenSSH's sftp-server and
// internal-sftp. In goes the message behind the envelope, which already is the
// current event of the batch; out comes the event: whose session it is, which
// file moved and how many bytes. Paths are the client's and stand in quotes.
package sftp

import (
	"strconv"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/message"
)

var text = message.Text{Name: "sftp", Log: footfall.Log{Product: "linux", Services: []string{"sftp", "auth", "syslog"}}, Read: read}

// Decoder reads the messages of sftp-server.
var Decoder = footfall.Decoder{
	Name: "sftp", Doc: "Messages of OpenSSH's sftp-server: sessions, files that moved, were renamed or removed.",
	Source: "OpenSSH: sftp-server.c; sftp-server(8)", Frame: footfall.FrameMessage,
	Programs: []string{"sftp-server", "internal-sftp"}, New: text.Messages,
}

func read(b *footfall.Batch, e *footfall.Event, s string) {
	switch {
	case strings.HasPrefix(s, "session opened for local user "), strings.HasPrefix(s, "session closed for local user "):
		v := s[len("session opened for local user "):]
		i := strings.LastIndex(v, " from [")
		if i < 0 {
			return
		}
		e.User.Name, e.Outcome = v[:i], footfall.Success
		message.Peer(e, strings.TrimSuffix(v[i+len(" from ["):], "]"))
		if e.Kind = footfall.KindShell; s[8] == 'c' { // sshd tells of the logon
			e.Kind = footfall.KindUnknown
		}
		e.Object = "sftp"
	case strings.HasPrefix(s, `close "`):
		i := strings.LastIndex(s, `" bytes read `)
		if i < len(`close "`) {
			return
		}
		got, put, _ := strings.Cut(s[i+len(`" bytes read `):], " written ")
		e.Kind, e.Outcome, e.Object = footfall.KindTransfer, footfall.Success, s[len(`close "`):i]
		e.Returned, _ = strconv.ParseInt(short(got), 10, 64)
		e.Bytes, _ = strconv.ParseInt(short(put), 10, 64)
		e.Bytes += e.Returned
	default:
		changed(e, s)
	}
	if e.Kind == footfall.KindUnknown && e.User.Name == "" {
		return
	}
	e.Service = footfall.ServiceSSH
	if e.PID != 0 {
		e.Session = b.Kept(strconv.AppendUint(b.Grow(10), uint64(e.PID), 10))
	}
}

// short returns s when it may be a number: strconv allocates for its errors.
func short(s string) string {
	if s == "" || len(s) > 18 {
		return "0"
	}
	for i := range len(s) {
		if s[i]-'0' > 9 {
			return "0"
		}
	}
	return s
}

// changed reads `remove name "/x"`, `rename old "/x" new "/y"`, `mkdir name "/x" mode 0755`.
func changed(e *footfall.Event, s string) {
	for _, head := range [...]string{`remove name "`, `rename old "`, `posix-rename old "`, `mkdir name "`, `rmdir name "`, `symlink old "`, `set "`} {
		if v, ok := strings.CutPrefix(s, head); ok {
			e.Kind, e.Outcome = footfall.KindFile, footfall.Success
			e.Object, _, _ = strings.Cut(v, `"`)
			return
		}
	}
}
