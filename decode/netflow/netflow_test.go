package netflow

import (
	"bytes"
	"encoding/binary"
	"encoding/csv"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/frame"
	"github.com/footfall/footfall/internal/shared"
)

// A made flow is one that the tests export in every version.
type made struct {
	src, dst         string
	srcPort, dstPort uint16
	flags            uint8
	bytes, packets   uint32
	start, end       time.Duration // after the exporter started
}

var madeFlows = []made{
	{"192.0.2.7", "198.51.100.10", 50123, 3389, 0x1b, 106468, 1383, 10 * time.Second, 42 * time.Second},
	{"198.51.100.10", "192.0.2.7", 3389, 50123, 0x1b, 357999, 816, 10 * time.Second, 42 * time.Second},
	{"192.0.2.8", "198.51.100.10", 50124, 22, 0x02, 120, 2, 11 * time.Second, 14 * time.Second},
	{"192.0.2.8", "198.51.100.11", 50125, 445, 0x14, 40, 1, 12 * time.Second, 12 * time.Second},
}

var booted = time.Date(2031, 5, 2, 8, 0, 0, 0, time.UTC)

func be(parts ...any) []byte {
	var b bytes.Buffer
	for _, p := range parts {
		switch p := p.(type) {
		case string:
			a := netip.MustParseAddr(p)
			b.Write(a.AsSlice())
		case []byte:
			b.Write(p)
		default:
			_ = binary.Write(&b, binary.BigEndian, p) // a bytes.Buffer does not fail
		}
	}
	return b.Bytes()
}

func ms(d time.Duration) uint32 { return uint32(d / time.Millisecond) }

func now() time.Time { return booted.Add(time.Minute) }

func v5() []byte {
	out := be(uint16(5), uint16(len(madeFlows)), ms(time.Minute), uint32(now().Unix()), uint32(0), uint32(1), uint8(0), uint8(0), uint16(0))
	for _, f := range madeFlows {
		out = append(out, be(f.src, f.dst, "0.0.0.0", uint16(3), uint16(4), f.packets, f.bytes, ms(f.start), ms(f.end), f.srcPort, f.dstPort,
			uint8(0), f.flags, uint8(6), uint8(0), uint16(0), uint16(0), uint8(24), uint8(24), uint16(0))...)
	}
	return out
}

func set(id uint16, p []byte) []byte { return be(id, uint16(len(p)+4), p) }

func v9(template bool) []byte {
	out := be(uint16(9), uint16(len(madeFlows)), ms(time.Minute), uint32(now().Unix()), uint32(1), uint32(7))
	if template {
		out = append(out, set(0, be(uint16(256), uint16(12), uint16(8), uint16(4), uint16(12), uint16(4), uint16(10), uint16(2), uint16(14), uint16(2), uint16(2), uint16(4),
			uint16(1), uint16(4), uint16(22), uint16(4), uint16(21), uint16(4), uint16(7), uint16(2), uint16(11), uint16(2), uint16(6), uint16(1), uint16(4), uint16(1)))...)
	}
	var data []byte
	for _, f := range madeFlows {
		data = append(data, be(f.src, f.dst, uint16(3), uint16(4), f.packets, f.bytes, ms(f.start), ms(f.end), f.srcPort, f.dstPort, f.flags, uint8(6))...)
	}
	return append(out, set(256, data)...)
}

func v10(template bool) []byte {
	var body []byte
	if template {
		body = set(2, be(uint16(300), uint16(12), uint16(8), uint16(4), uint16(12), uint16(4), uint16(10), uint16(4), uint16(14), uint16(4), uint16(2), uint16(8),
			uint16(1), uint16(8), uint16(152), uint16(8), uint16(153), uint16(8), uint16(7), uint16(2), uint16(11), uint16(2), uint16(6), uint16(2), uint16(4), uint16(1)))
	}
	var data []byte
	for _, f := range madeFlows {
		data = append(data, be(f.src, f.dst, uint32(3), uint32(4), uint64(f.packets), uint64(f.bytes), uint64(booted.Add(f.start).UnixMilli()), uint64(booted.Add(f.end).UnixMilli()),
			f.srcPort, f.dstPort, uint16(f.flags), uint8(6))...)
	}
	body = append(body, set(300, data)...)
	return append(be(uint16(10), uint16(16+len(body)), uint32(now().Unix()), uint32(1), uint32(7)), body...)
}

// pcap wraps datagrams into a capture of Ethernet frames.
func pcap(datagrams ...[]byte) []byte {
	le := binary.LittleEndian
	out := le.AppendUint32(nil, 0xa1b2c3d4)
	out = le.AppendUint16(le.AppendUint16(out, 2), 4)
	out = append(out, make([]byte, 8)...)
	out = le.AppendUint32(le.AppendUint32(out, 65535), 1)
	for _, d := range datagrams {
		ip := be(uint8(0x45), uint8(0), uint16(28+len(d)), uint32(0), uint8(64), uint8(17), uint16(0), "203.0.113.1", "203.0.113.2", uint16(40000), uint16(2055), uint16(8+len(d)), uint16(0), d)
		p := append(be(make([]byte, 12), uint16(0x0800)), ip...)
		out = le.AppendUint32(le.AppendUint32(out, uint32(now().Unix())), 5)
		out = le.AppendUint32(le.AppendUint32(out, uint32(len(p))), uint32(len(p)))
		out = append(out, p...)
	}
	return out
}

// pcapng wraps a capture's packets into blocks.
func pcapng(old []byte) []byte {
	le := binary.LittleEndian
	block := func(kind uint32, body []byte) []byte {
		for len(body)%4 != 0 {
			body = append(body, 0)
		}
		n := uint32(len(body) + 12)
		return le.AppendUint32(append(le.AppendUint32(le.AppendUint32(nil, kind), n), body...), n)
	}
	out := block(0x0a0d0d0a, append(le.AppendUint32(le.AppendUint32(nil, 0x1a2b3c4d), 1), bytes.Repeat([]byte{0xff}, 8)...))
	out = append(out, block(1, []byte{1, 0, 0, 0, 0, 0, 4, 0, 9, 0, 1, 0, 9, 0, 0, 0, 0, 0, 0, 0})...) // ticks of a nanosecond
	frame.Flow(old[:24], old[24:], func(_ int, r []byte) bool {
		t := uint64(le.Uint32(r))*1e9 + uint64(le.Uint32(r[4:]))*1e3
		body := le.AppendUint32(le.AppendUint32(le.AppendUint32(nil, 0), uint32(t>>32)), uint32(t))
		out = append(out, block(6, append(append(body, r[8:16]...), r[16:]...))...)
		return true
	})
	return out
}

// read decodes a stream that is cut into chunks of at most size bytes, as the
// reader cuts it.
func read(t testing.TB, in []byte, size int) (events []string, unread []string) {
	t.Helper()
	f, err := open(footfall.NewSchema(true), nil)
	if err != nil {
		t.Fatal(err)
	}
	header := frame.FlowStart(in)
	cut := frame.CutFlow(header)
	header = bytes.Clone(header)
	in = bytes.TrimPrefix(in, header)
	for len(in) > 0 {
		n := cut(in[:min(size, len(in))])
		for s := size; n == 0; s *= 2 {
			if s >= len(in) {
				n = len(in)
			} else {
				n = cut(in[:s])
			}
		}
		var b footfall.Batch
		frame.FlowHeaders(header, func(r []byte) { _ = f(&b, r) })
		b.Reset()
		frame.Flow(header, in[:n], func(_ int, r []byte) bool {
			if err := f(&b, r); err != nil {
				unread = append(unread, err.Error())
			}
			return true
		})
		for i := range b.Events {
			events = append(events, told(&b.Events[i]))
		}
		for _, u := range b.Unread {
			unread = append(unread, u.Reason)
		}
		header = frame.FlowHeader(header, in[:n])
		in = in[n:]
	}
	return events, unread
}

func told(e *footfall.Event) string {
	return fmt.Sprint(time.Unix(0, e.Time).UTC().Format(time.RFC3339Nano), " ", time.Duration(e.Duration), " ", e.From.Addr, " ", e.From.Port, " ", e.From.Zone, " ", e.To.Addr, " ", e.To.Port, " ", e.To.Zone,
		" ", e.Service, " ", e.Outcome, " ", e.Bytes, " ", e.Returned)
}

var wanted = []string{
	"2031-05-02T08:00:10Z 32s 192.0.2.7 50123 if3 198.51.100.10 3389 if4 rdp success 106468 0",
	"2031-05-02T08:00:10Z 32s 192.0.2.7 50123 if4 198.51.100.10 3389 if3 rdp success 357999 357999",
	"2031-05-02T08:00:11Z 3s 192.0.2.8 50124 if3 198.51.100.10 22 if4 ssh failure 120 0",
	"2031-05-02T08:00:12Z 0s 192.0.2.8 50125 if3 198.51.100.11 445 if4 smb failure 40 0",
}

// TestVersions holds that the same flows give the same events in every version
// and dress, however the stream is cut.
func TestVersions(t *testing.T) {
	for name, in := range map[string][]byte{
		"5": v5(), "9": v9(true), "10": v10(true), "5 in pcap": pcap(v5()), "9 in pcap": pcap(v9(true)), "10 in pcap": pcap(v10(true)),
		"5 in pcapng": pcapng(pcap(v5())), "9 in pcapng": pcapng(pcap(v9(true))), "10 in pcapng": pcapng(pcap(v10(true))),
	} {
		got, unread := read(t, in, 1<<20)
		if !slices.Equal(got, wanted) || len(unread) > 0 {
			t.Errorf("%s: got\n%s\nwant\n%s\nunread %q", name, strings.Join(got, "\n"), strings.Join(wanted, "\n"), unread)
		}
	}
}

// TestCut holds that templates reach later chunks.
func TestCut(t *testing.T) {
	for name, list := range map[string][][]byte{"9": {v9(true), v9(false), v9(false)}, "10": {v10(true), v10(false), v10(false)}} {
		for dress, in := range map[string][]byte{"bare": slices.Concat(list...), "pcap": pcap(list...), "pcapng": pcapng(pcap(list...))} {
			whole, _ := read(t, in, 1<<20)
			parts, unread := read(t, in, 200)
			if len(whole) != 12 || !slices.Equal(whole, parts) || len(unread) > 0 {
				t.Errorf("%s, %s: %d flows in one chunk, %d in several, unread %q", name, dress, len(whole), len(parts), unread)
			}
		}
	}
}

func TestNoTemplate(t *testing.T) {
	got, unread := read(t, slices.Concat(v9(false), v9(true)), 1<<20)
	if len(got) != 4 || !slices.Equal(unread, []string{noTemplate}) {
		t.Errorf("%d flows, unread %q", len(got), unread)
	}
}

// TestSampling exports a rate by options and flows after it.
func TestSampling(t *testing.T) {
	options := set(1, be(uint16(257), uint16(4), uint16(8), uint16(1), uint16(4), uint16(34), uint16(4), uint16(48), uint16(1), []byte{0, 0}))
	d := append(be(uint16(9), uint16(2), ms(time.Minute), uint32(now().Unix()), uint32(1), uint32(7)), options...)
	d = append(d, set(257, be(uint32(0), uint32(100), uint8(0), []byte{0, 0, 0}))...)
	for _, size := range []int{1 << 20, 100} {
		got, unread := read(t, pcap(d, v9(true)), size)
		if len(got) != 5 || !strings.HasSuffix(got[1], " 10646800 0") || len(unread) > 0 {
			t.Errorf("got %q, unread %q", got, unread)
		}
	}
}

// TestBiflow reads a flow with counters of both directions, and one of a
// firewall that says who opened it and that it was denied.
func TestBiflow(t *testing.T) {
	body := set(2, be(uint16(400), uint16(7), uint16(27), uint16(16), uint16(28), uint16(16), uint16(7), uint16(2), uint16(11), uint16(2), uint16(1), uint16(4),
		uint16(0x8001), uint16(4), uint32(reverse), uint16(323), uint16(8)))
	body = append(body, set(400, be("2001:db8::7", "2001:db8::22", uint16(50000), uint16(22), uint32(10), uint32(90), uint64(now().UnixMilli())))...)
	body = append(body, set(2, be(uint16(401), uint16(6), uint16(8), uint16(4), uint16(12), uint16(4), uint16(7), uint16(2), uint16(11), uint16(2), uint16(233), uint16(1), uint16(371), uint16(65535)))...)
	body = append(body, set(401, be("192.0.2.1", "198.51.100.3", uint16(443), uint16(50000), uint8(3), uint8(5), []byte("alice")))...)
	in := append(be(uint16(10), uint16(16+len(body)), uint32(now().Unix()), uint32(1), uint32(7)), body...)
	got, unread := read(t, in, 1<<20)
	want := []string{
		"2031-05-02T08:01:00Z 0s 2001:db8::7 50000  2001:db8::22 22  ssh  100 90",
		"2031-05-02T08:01:00Z 0s 192.0.2.1 443  198.51.100.3 50000   failure 0 0",
	}
	if !slices.Equal(got, want) || len(unread) > 0 {
		t.Errorf("got\n%s\nunread %q", strings.Join(got, "\n"), unread)
	}
}

// TestNfdump compares what is read in exports of softflowd with what nfdump reads
// in them: addresses, ports, bytes, as often as they come.
func TestNfdump(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(shared.Dir(t), "data/dev/netflow/softflowd_*.pcap"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files: %v", len(files), err)
	}
	for _, file := range files {
		in, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		f, err := os.Open(file + ".truth.csv")
		if err != nil {
			t.Fatal(err)
		}
		r := csv.NewReader(f)
		r.FieldsPerRecord = -1
		rows, err := r.ReadAll()
		f.Close()
		if err != nil {
			t.Fatal(err)
		}
		var want []string
		for _, x := range rows {
			if len(x) < 15 || x[0] == "ts" {
				continue
			}
			ends := x[3] + ":" + x[5] + " " + x[4] + ":" + x[6]
			if back := x[4] + ":" + x[6] + " " + x[3] + ":" + x[5]; back < ends {
				ends = back
			}
			want = append(want, ends+" "+x[12])
		}
		events, unread := read(t, in, 1<<20)
		var got []string
		for _, e := range events {
			w := strings.Split(e, " ")
			// time, duration, from, port, zone, to, port, zone, service, outcome, bytes, returned
			ends := w[2] + ":" + w[3] + " " + w[5] + ":" + w[6]
			if back := w[5] + ":" + w[6] + " " + w[2] + ":" + w[3]; back < ends {
				ends = back
			}
			got = append(got, ends+" "+w[10])
		}
		slices.Sort(want)
		slices.Sort(got)
		if !slices.Equal(got, want) || len(unread) > 0 {
			t.Errorf("%s: got\n%s\nwant\n%s\nunread %q", filepath.Base(file), strings.Join(got, "\n"), strings.Join(want, "\n"), unread)
		}
	}
}

func TestNoAllocs(t *testing.T) {
	for name, in := range map[string][]byte{"5": v5(), "9": v9(false), "10": v10(false)} {
		f, err := open(footfall.NewSchema(false), nil)
		if err != nil {
			t.Fatal(err)
		}
		var b footfall.Batch
		_ = f(&b, nil)
		_ = f(&b, []byte{0, 0, 0, 0})
		_, _ = f(&b, v9(true)), f(&b, v10(true))
		run := func() {
			b.Reset()
			if err := f(&b, in); err != nil || len(b.Events) != 4 {
				t.Fatal(err, len(b.Events))
			}
		}
		run()
		if n := testing.AllocsPerRun(100, run); n > 0 {
			t.Errorf("version %s: %v allocations a datagram", name, n)
		}
	}
}

func TestCSV(t *testing.T) {
	for header, record := range map[string]string{
		"ts,te,td,sa,da,sp,dp,pr,flg,fwd,stos,ipkt,ibyt,opkt,obyt,in,out": "2031-05-02 08:00:10,2031-05-02 08:00:42,32.000,198.51.100.10,192.0.2.7,3389,50123,TCP,...AP.SF,0,0,816,357999,0,0,4,3",
		"firstSeen,duration,proto,srcAddr,srcPort,dstAddr,dstPort,bytes":  "2031-05-02 08:00:10.000,00:00:32.000,TCP,198.51.100.10,3389,192.0.2.7,50123,357999",
	} {
		f, err := openCSV(footfall.NewSchema(true), []byte(header))
		if err != nil {
			t.Fatal(err)
		}
		var b footfall.Batch
		for _, r := range []string{record, "Summary", "flows,bytes,packets,avg_bps,avg_pps,avg_bpp", "1,2,3,4,5,6"} {
			if err := f(&b, []byte(r)); err != nil {
				t.Errorf("%s: %v", r, err)
			}
		}
		if len(b.Events) != 1 {
			t.Fatalf("%d events", len(b.Events))
		}
		got := told(&b.Events[0])
		if !strings.HasPrefix(got, "2031-05-02T08:00:10Z 32s 192.0.2.7 50123 ") || !strings.Contains(got, " rdp ") || !strings.HasSuffix(got, " 357999 357999") || !b.Events[0].Zoneless {
			t.Errorf("got %s", got)
		}
		if err := f(&b, []byte("x,y,z,1.2,5,6,7,8,9")); err == nil {
			t.Error("a record without addresses is taken")
		}
	}
}

func TestSniff(t *testing.T) {
	for _, x := range []struct {
		in   []byte
		want int
	}{{v5(), 90}, {v9(true), 90}, {v10(true), 90}, {pcap(v9(true)), 98}, {pcapng(pcap(v5())), 98}, {pcap([]byte("something else")), 40}, {make([]byte, 100), 0}, {[]byte("text of a log, long enough"), 0}} {
		if got := sniff(x.in); got != x.want {
			t.Errorf("%x: %d, want %d", x.in[:16], got, x.want)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, in := range [][]byte{v5(), v9(true), v10(true), pcap(v9(true), v9(false)), pcapng(pcap(v10(true), v10(false)))} {
		f.Add(in, uint16(100))
	}
	f.Fuzz(func(t *testing.T, in []byte, size uint16) {
		sniff(in)
		sniffCSV(in)
		read(t, in, int(size)+1)
		if d, err := openCSV(footfall.NewSchema(true), []byte("ts,sa,da,sp,dp")); err == nil {
			var b footfall.Batch
			_ = d(&b, in) // only that it ends without a panic is asked for
		}
	})
}

func BenchmarkDecode(b *testing.B) {
	for name, in := range map[string][]byte{"5": v5(), "9": v9(false), "10": v10(false)} {
		b.Run(name, func(b *testing.B) {
			f, err := open(footfall.NewSchema(false), nil)
			if err != nil {
				b.Fatal(err)
			}
			var batch footfall.Batch
			_ = f(&batch, []byte{0, 0, 0, 0})
			_, _ = f(&batch, v9(true)), f(&batch, v10(true))
			b.SetBytes(int64(len(in)))
			n := 0
			for b.Loop() {
				batch.Reset()
				if err := f(&batch, in); err != nil {
					b.Fatal(err)
				}
				n += len(batch.Events)
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "flows/s")
		})
	}
}
