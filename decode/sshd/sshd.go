// Package sshd understands the messages of OpenSSH's server: sshd,
// sshd-session and sshd-auth. In goes the message behind the envelope, which
// already is the newest event of the batch; the event gets its kind, peer,
// account, key and outcome. User names, key ids and host names in a message
// cannot pass for its peer: each message is read by its own grammar, from the
// end where the start is the client's to choose. It knows no envelope.
package sshd

import (
	"errors"
	"strconv"
	"strings"

	"github.com/footfall/footfall"
)

// Decoder reads the messages of OpenSSH.
var Decoder = footfall.Decoder{
	Name:     "sshd",
	Doc:      "Messages of OpenSSH's server (sshd, sshd-session, sshd-auth), versions 3 to 10, with the PAM lines that it writes. Messages says what each gives.",
	Source:   "OpenSSH: auth.c auth_log, packet.c sshpkt_vfatal, sshd.c, session.c, serverloop.c; Linux-PAM: pam_unix",
	Frame:    footfall.FrameMessage,
	Programs: []string{"sshd", "sshd-session", "sshd-auth"},
	New:      newDecoder,
}

const (
	maxRepeats = 10000 // how often "message repeated" counts at most
	maxEvents  = 50000 // how many events a batch may hold when it does
)

var errNoEvent = errors.New("sshd: a message without its envelope")

type decoder struct {
	log    footfall.LogID
	byHead [256][]*Message
	now    reading // kept here so that a message allocates nothing
}

func newDecoder(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
	d := &decoder{log: s.AddLog(footfall.Log{Product: "linux", Services: []string{"sshd", "auth", "syslog"}})}
	for i := range Messages {
		m := &Messages[i]
		heads := m.prefix
		if heads == "" {
			heads = "0123456789"
		} else {
			heads = heads[:1]
		}
		for _, c := range []byte(heads) {
			d.byHead[c] = append(d.byHead[c], m)
		}
	}
	return d.decode, nil
}

func (d *decoder) decode(b *footfall.Batch, frame []byte) error {
	if len(b.Events) == 0 {
		return errNoEvent
	}
	e := b.Current()
	text := e.Message
	if text != string(frame) {
		text = b.Keep(frame)
	}
	e.Log = d.log
	if n, inner, ok := repeated(text); ok {
		d.understand(b, e, inner)
		return d.repeat(b, n-1)
	}
	d.understand(b, e, text)
	return nil
}

// repeat adds n copies of the current event.
func (d *decoder) repeat(b *footfall.Batch, n int) error {
	copied := *b.Current()
	copied.Offset, copied.Message = 0, "" // relative to the frame; nothing is left to understand
	for range min(n, maxRepeats-1) {
		if len(b.Events) >= maxEvents {
			b.Bad(0, "repeated messages beyond what a batch holds are not counted")
			break
		}
		*b.New() = copied
	}
	return nil
}

// repeated reads "message repeated 3 times: [ Failed password ...]", into
// which rsyslog folds equal messages (imuxsock, RepeatedMsgReduction).
func repeated(s string) (n int, inner string, ok bool) {
	const head = "message repeated "
	if len(s) < len(head) || s[0] != 'm' || s[:len(head)] != head {
		return 0, "", false
	}
	count, rest, found := strings.Cut(s[len(head):], " times: [ ")
	n, err := strconv.Atoi(count)
	if !found || err != nil || n < 1 {
		return 0, "", false
	}
	return n, strings.TrimSuffix(rest, "]"), true
}

// understand fills e from a message. A message that it does not know leaves e
// as it is.
func (d *decoder) understand(b *footfall.Batch, e *footfall.Event, s string) {
	s, pre := trim(s)
	if s == "" {
		return
	}
	for _, m := range d.byHead[s[0]] {
		if len(s) < len(m.prefix) || s[:len(m.prefix)] != m.prefix {
			continue
		}
		r := &d.now
		r.b, r.e, r.preauth, r.text, r.made = b, e, pre, s, made{m.Kind, m.Outcome, m.Reason}
		if !m.read(r, s[len(m.prefix):]) {
			continue
		}
		e.Kind, e.Outcome, e.Reason = r.made.Kind, r.made.Outcome, r.made.Reason
		e.Service = footfall.ServiceSSH
		if e.Session == "" && e.PID != 0 {
			e.Session = number(b, e.PID)
		}
		return
	}
}

// trim drops what surrounds a message: a level, the name that Windows' own
// log puts before it, the kernel's stamp, and the mark of the process that
// runs before authentication.
func trim(s string) (rest string, preauth bool) {
	s = blanks(s)
	for s != "" {
		v := s
		switch s[0] {
		case 'e', 'f', 'i', 's':
			for _, p := range [...]string{"error: ", "fatal: ", "info: ", "sshd: "} {
				if strings.HasPrefix(s, p) {
					v = s[len(p):]
				}
			}
		case 'k':
			if strings.HasPrefix(s, "kernel:") {
				if i := strings.IndexByte(s, ']'); i > 0 && i < 40 {
					v = strings.TrimPrefix(s[i+1:], ":")
				}
			}
		}
		if len(v) == len(s) {
			break
		}
		s = blanks(v)
	}
	const mark = " [preauth]"
	if n := len(s) - len(mark); n >= 0 && s[n:] == mark {
		return blanks(s[:n]), true
	}
	return s, false
}

// blanks cuts the blanks around s.
func blanks(s string) string {
	for s != "" && s[0] == ' ' {
		s = s[1:]
	}
	for s != "" && s[len(s)-1] == ' ' {
		s = s[:len(s)-1]
	}
	return s
}

// number writes a process id.
func number(b *footfall.Batch, v uint32) string {
	return b.Kept(strconv.AppendUint(b.Grow(10), uint64(v), 10))
}
