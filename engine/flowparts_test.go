package engine

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/decode"
	"github.com/footfall/footfall/internal/frame"
)

// TestFlowParts cuts exports of flows into files, of which the first alone has
// the templates: all flows are read, whatever the names of the files and how
// many workers there are.
func TestFlowParts(t *testing.T) {
	for _, name := range []string{"netflow9.pcap", "ipfix.pcap"} {
		data, err := os.ReadFile(filepath.Join(recordings, "netflow", name))
		if err != nil {
			t.Fatal(err)
		}
		head, packets := packetsOf(data)
		for kind, join := range map[string]func([]byte, [][]byte) []byte{"pcap": joinPcap, "pcapng": joinNG} {
			t.Run(name+" as "+kind, func(t *testing.T) {
				want, _ := flowsOf(t, map[string][]byte{"a": join(head, packets)}, 1)
				n := len(packets)
				for _, names := range [][3]string{{"a", "b", "c"}, {"c", "b", "a"}} {
					parts := map[string][]byte{names[0]: join(head, packets[:1]), names[1]: join(head, packets[1:n/2]), names[2]: join(head, packets[n/2:])}
					for workers := 1; workers <= 3; workers++ {
						got, unread := flowsOf(t, parts, workers)
						if !slices.Equal(got, want) || unread != 0 {
							t.Errorf("%v by %d: %d flows and %d unread, want %d and 0", names, workers, len(got), unread, len(want))
						}
					}
				}
			})
		}
	}
}

// packetsOf parts a pcap.
func packetsOf(data []byte) (head []byte, packets [][]byte) {
	for at := 24; at < len(data); {
		n := 16 + int(binary.LittleEndian.Uint32(data[at+8:]))
		packets = append(packets, data[at:at+n])
		at += n
	}
	return data[:24], packets
}

func joinPcap(head []byte, packets [][]byte) []byte {
	return slices.Concat(append([][]byte{head}, packets...)...)
}

func joinNG(head []byte, packets [][]byte) []byte {
	le := binary.LittleEndian
	block := func(kind uint32, body []byte) (out []byte) {
		for len(body)%4 != 0 {
			body = append(body, 0)
		}
		n := uint32(len(body) + 12)
		return le.AppendUint32(append(le.AppendUint32(le.AppendUint32(nil, kind), n), body...), n)
	}
	out := block(0x0a0d0d0a, []byte{0x4d, 0x3c, 0x2b, 0x1a, 1, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255})
	out = append(out, block(1, append(le.AppendUint16(nil, le.Uint16(head[20:])), 0, 0, 0, 0, 4, 0))...)
	for _, p := range packets {
		ticks := uint64(le.Uint32(p))*1e6 + uint64(le.Uint32(p[4:]))
		body := le.AppendUint32(le.AppendUint32(le.AppendUint32(nil, 0), uint32(ticks>>32)), uint32(ticks))
		body = le.AppendUint32(le.AppendUint32(body, le.Uint32(p[8:])), le.Uint32(p[12:]))
		out = append(out, block(6, append(body, p[16:]...))...)
	}
	return out
}

func flowsOf(t *testing.T, files map[string][]byte, workers int) (out []string, unread int64) {
	t.Helper()
	dir := t.TempDir()
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	opt := Options{Paths: []string{dir}, Decoders: decode.All, Workers: workers, Receipt: time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC)}
	var mu sync.Mutex
	stats, err := Events(context.Background(), opt, io.Discard, func(dst []byte, e *footfall.Event, _ *footfall.Schema, _ string) []byte {
		mu.Lock()
		defer mu.Unlock()
		if e.Kind != footfall.KindUnknown {
			out = append(out, fmt.Sprint(e.Time, e.From, e.To, e.Bytes, e.Outcome, e.Duration))
		}
		return dst
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range stats {
		unread += int64(s.Unread)
	}
	slices.Sort(out)
	return out, unread
}

// TestFlowPartHeaders reads the second part of an export packet by packet, with
// the header that the first part left: no packet lacks its template.
func TestFlowPartHeaders(t *testing.T) {
	for _, name := range []string{"netflow9.pcap", "ipfix.pcap"} {
		data, err := os.ReadFile(filepath.Join(recordings, "netflow", name))
		if err != nil {
			t.Fatal(err)
		}
		head, packets := packetsOf(data)
		for kind, join := range map[string]func([]byte, [][]byte) []byte{"pcap": joinPcap, "pcapng": joinNG} {
			first, second := join(head, packets[:1]), join(head, packets[1:])
			start := frame.FlowStart(first)
			header := frame.FlowJoin(start, frame.FlowHeader(start, first[len(start):]))
			frame.Flow(start, second[len(start):], func(offset int, record []byte) bool {
				if lacks, _ := frame.FlowLook(header, record); lacks {
					t.Errorf("%s as %s: the packet at %d lacks a template", name, kind, offset)
				}
				header = frame.FlowHeader(header, record)
				return true
			})
		}
	}
}
