package netflow

import (
	"bytes"

	"github.com/footfall/footfall/internal/frame"
)

// sniff knows a capture by its magic number, surer when one of its first
// packets is an export, and bare datagrams by the first one.
func sniff(head []byte) int {
	if len(head) < 16 {
		return 0
	}
	start := frame.FlowStart(head)
	if len(start) == 4 {
		if frame.FlowExport(head) {
			return 90
		}
		return 0
	}
	var c frame.Capture
	c.Start(start)
	found := false
	frame.Flow(start, bytes.TrimPrefix(head, start), func(_ int, record []byte) bool {
		_, _, ok := c.Datagram(record)
		found = found || ok
		return !found
	})
	if found {
		return 98
	}
	return 40 // a capture of something else: each packet is told
}
