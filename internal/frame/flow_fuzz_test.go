package frame

import (
	"bytes"
	"testing"
)

// FuzzFlow cuts a capture or bare datagrams, keeps their headers over two
// chunks, and takes the datagrams out: records lie in the data, one behind
// the other, and a header that is kept is one that can be read again. A
// table's header lines are kept as well.
func FuzzFlow(f *testing.F) {
	bare := append([]byte{0, 9, 0, 1, 0, 0, 0, 1, 101, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1}, 0, 0, 0, 12, 1, 0, 0, 1, 0, 8, 0, 4)
	pcap := append([]byte{0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 1, 0, 0, 0}, 1, 0, 0, 0, 2, 0, 0, 0, 4, 0, 0, 0, 4, 0, 0, 0, 1, 2, 3, 4)
	ng := []byte{0x0a, 0x0d, 0x0d, 0x0a, 28, 0, 0, 0, 0x4d, 0x3c, 0x2b, 0x1a, 1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 28, 0, 0, 0}
	for _, s := range [][]byte{bare, pcap, ng, []byte("#fields\ta\n1\n#close\n")} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		start := FlowStart(data)
		rest := data
		if bytes.HasPrefix(data, start) {
			rest = data[len(start):]
		}
		end := 0
		var c Capture
		c.Start(start)
		Flow(start, rest, func(offset int, record []byte) bool {
			if offset != end || len(record) == 0 || offset+len(record) > len(rest) {
				t.Fatalf("a record of %d bytes at %d behind %d", len(record), offset, end)
			}
			end = offset + len(record)
			c.Datagram(record)
			return true
		})
		header := FlowHeader(start, rest)
		FlowHeaders(header, func([]byte) {})
		FlowHeaders(FlowHeader(header, rest), func([]byte) {})
		TableHeader(TableHeader(nil, data), data)
	})
}
