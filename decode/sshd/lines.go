package sshd

import (
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/message"
)

// Lines reads what the server writes to standard error or to a file of its own
// (sshd -e, -d, -E): its messages without a time.
var Lines = footfall.Decoder{
	Name:   "sshd-lines",
	Doc:    "What OpenSSH's server writes to standard error or a file (sshd -e, -d, -E). It says no time: its events are those of an unknown time.",
	Source: "OpenSSH: log.c (do_log), sshd(8)",
	Frame:  footfall.FrameLines,
	By:     "lines with the wording of OpenSSH's server and no time",
	Sniff: func(head []byte) int {
		known := 0
		n := message.Share(head, 80, 2, func(line string) bool {
			for _, p := range said {
				if strings.HasPrefix(line, p) {
					known++
					return true
				}
			}
			return strings.HasPrefix(line, "debug1: ") || strings.HasPrefix(line, "debug2: ") || strings.HasPrefix(line, "debug3: ")
		})
		if known == 0 {
			return 0
		}
		return n
	},
	New: func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
		id := s.Asked("message")
		return func(b *footfall.Batch, frame []byte) error {
			line := strings.TrimRight(footfall.Str(frame), " \r")
			if line == "" {
				return nil
			}
			e := b.New()
			e.Program, e.Message = "sshd", b.Keep(footfall.Bytes(line))
			b.Add(id, e.Message)
			return nil
		}, nil
	},
}

// said is how messages begin that no client writes.
var said = [...]string{
	"Server listening on ", "Accepted password for ", "Accepted publickey for ", "Accepted keyboard-interactive", "Accepted gssapi", "Accepted hostbased for ",
	"Failed password for ", "Failed publickey for ", "Failed none for ", "Failed keyboard-interactive", "Invalid user ", "Connection from ",
	"Connection closed by ", "Connection reset by ", "Received disconnect from ", "Disconnected from ", "debug1: sshd version ", "Disconnecting ",
	"debug1: userauth-request for user ", "Postponed ",
}
