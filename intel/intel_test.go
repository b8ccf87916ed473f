package intel

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"
	"unsafe"

	"github.com/footfall/footfall"
)

const plainList = `# source: A trust group
# confidence: 80
198.51.100.7
203.0.113.0/24   ; a network
2001:db8:bad::/48
203.0.113.64-203.0.113.95
# kind: tor exit
# valid_until: 2026-04-01
198.51.100.77
*.evil.example
vps1.other.example.
SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
MD5:01:23:45:67:89:ab:cd:ef:01:23:45:67:89:AB:cd:ef
not an address
0.0.0.0/0
10.0.0.0/8
127.0.0.1
`

const csvList = "\"indicator\",\"type\",\"confidence\",\"source\",\"valid_from\",\"valid_until\",\"description\",\"tags\"\n" +
	"198.51.100.7,ip,high,Feed,2026-03-01,2026-03-10,Botnet server,c2\n" +
	"198.51.100.8:443,ip:port,30,Feed,,,\"two, words\",\n" +
	"bad.example,domain,,Feed,,,,\n" +
	"198.51.100.9,ip,,Feed,,,,datacenter\n" +
	"198.51.100.10,ip,,Feed,yesterday,,,\n" +
	"http://x.example/a,url,,Feed,,,,\n"

const stixList = `{"type":"bundle","id":"bundle--1","objects":[
 {"type":"identity","id":"identity--1","name":"A maker"},
 {"type":"indicator","created_by_ref":"identity--1","name":"Scanner","pattern_type":"stix","valid_from":"2026-03-01T00:00:00.000Z","valid_until":"2026-04-01T00:00:00Z","confidence":90,
  "indicator_types":["malicious-activity"],"pattern":"[ipv4-addr:value = '198.51.100.7' OR ipv4-addr:value ISSUBSET '203.0.113.0/24'] OR [domain-name:value='Evil.Example']"},
 {"type":"indicator","indicator_types":["anonymization"],"valid_from":"2026-03-01T00:00:00Z","pattern":"[ipv6-addr:value IN ('2001:db8::1', '2001:db8::2')]"},
 {"type":"indicator","pattern":"[file:hashes.'SHA-256' = '0000000000000000000000000000000000000000000000000000000000000000']"},
 {"type":"indicator","pattern":"[ipv4-addr:value = '198.51.100.1' AND domain-name:value = 'x.example']"},
 {"type":"indicator","pattern":"[process:name = 'x']"},
 {"type":"indicator","revoked":true,"pattern":"[ipv4-addr:value = '198.51.100.2']"},
 {"type":"indicator","indicator_types":["benign"],"pattern":"[ipv4-addr:value = '198.51.100.3']"}]}`

const mispList = `{"Event":{"info":"Intrusions by VPN","Orgc":{"name":"CERT"},"Tag":[{"name":"misp:confidence-level=\"usually-confident\""}],
 "Attribute":[
  {"type":"ip-src","value":"198.51.100.7","to_ids":true,"first_seen":"2026-03-01T00:00:00+00:00","last_seen":"2026-03-09T00:00:00+00:00"},
  {"type":"ip-dst|port","value":"198.51.100.8|443","to_ids":"1"},
  {"type":"domain|ip","value":"evil.example|198.51.100.9","to_ids":true,"comment":"front"},
  {"type":"hostname","value":"vps1.other.example","to_ids":false},
  {"type":"sha256","value":"00","to_ids":true},
  {"type":"ip-src","value":"198.51.100.10","deleted":true}],
 "Object":[{"Attribute":[{"type":"ssh-fingerprint","value":"01:23:45:67:89:ab:cd:ef:01:23:45:67:89:ab:cd:ef","to_ids":true}]}]}}`

// found is what a table says, one listing a line.
func found(t *Table, what string) string {
	var out []string
	for _, l := range t.Find(nil, what) {
		s := fmt.Sprintf("%s %s %d", l.What, l.Kind, l.Confidence)
		for _, x := range []string{l.Source, l.Description} {
			if x != "" {
				s += " (" + x + ")"
			}
		}
		for _, at := range []int64{l.From, l.Until} {
			if at != 0 {
				s += " " + time.Unix(0, at).UTC().Format(time.DateOnly)
			}
		}
		out = append(out, s)
	}
	return strings.Join(out, "; ")
}

func read(t *testing.T, name, data, format, doubts string, entries int) *Table {
	t.Helper()
	l, err := Read(name, []byte(data))
	if err != nil {
		t.Fatal(err)
	}
	var d []string
	for _, x := range l.Doubts {
		d = append(d, fmt.Sprintf("%d@%d", x.Count, x.Line))
	}
	if l.Format != format || l.Entries != entries || strings.Join(d, " ") != doubts {
		t.Errorf("%s: got %s with %d entries and doubts %v %v, want %s, %d, %s", name, l.Format, l.Entries, d, l.Doubts, format, entries, doubts)
	}
	return New(l)
}

func TestRead(t *testing.T) {
	var table *Table
	f := func(what, want string) {
		t.Helper()
		if got := found(table, what); got != want {
			t.Errorf("%s: got %q, want %q", what, got, want)
		}
	}
	table = read(t, "plain", plainList, "plain", "1@14 1@15 1@16 1@17", 9)
	f("198.51.100.7", "198.51.100.7 malicious 80 (A trust group)")
	f("198.51.100.8", "")
	f("203.0.113.70", "203.0.113.64/27 malicious 80 (A trust group); 203.0.113.0/24 malicious 80 (A trust group)")
	f("::ffff:203.0.113.9", "203.0.113.0/24 malicious 80 (A trust group)")
	f("2001:db8:bad:1::5", "2001:db8:bad::/48 malicious 80 (A trust group)")
	f("198.51.100.77", "198.51.100.77 anonymiser 80 (A trust group) 2026-04-01")
	f("a.b.evil.example", "evil.example anonymiser 80 (A trust group) 2026-04-01")
	f("VPS1.other.example", "vps1.other.example anonymiser 80 (A trust group) 2026-04-01")
	f("x.vps1.other.example", "")
	f("SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA anonymiser 80 (A trust group) 2026-04-01")
	f("MD5:01:23:45:67:89:ab:cd:ef:01:23:45:67:89:ab:cd:ef", "md5:01:23:45:67:89:ab:cd:ef:01:23:45:67:89:ab:cd:ef anonymiser 80 (A trust group) 2026-04-01")

	table = read(t, "csv", csvList, "csv", "1@6 1@7", 4)
	f("198.51.100.7", "198.51.100.7 malicious 85 (Feed) (Botnet server) 2026-03-01 2026-03-10")
	f("198.51.100.8", "198.51.100.8 malicious 30 (Feed) (two, words)")
	f("198.51.100.9", "198.51.100.9 hosting -1 (Feed)")
	f("www.bad.example", "bad.example malicious -1 (Feed)")

	table = read(t, "stix", stixList, "stix", "1@0 1@0 1@0 1@0", 6)
	f("198.51.100.7", "198.51.100.7 malicious 90 (A maker) (Scanner) 2026-03-01 2026-04-01")
	f("203.0.113.7", "203.0.113.0/24 malicious 90 (A maker) (Scanner) 2026-03-01 2026-04-01")
	f("www.evil.example", "evil.example malicious 90 (A maker) (Scanner) 2026-03-01 2026-04-01")
	f("2001:db8::2", "2001:db8::2 anonymiser -1 2026-03-01")
	f("SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA malicious -1")
	f("198.51.100.2", "")

	table = read(t, "misp", mispList, "misp", "1@0 1@0", 6)
	f("198.51.100.7", "198.51.100.7 malicious 75 (CERT) (Intrusions by VPN) 2026-03-01 2026-03-09")
	f("198.51.100.8", "198.51.100.8 malicious 75 (CERT) (Intrusions by VPN)")
	f("198.51.100.9", "198.51.100.9 malicious 75 (CERT) (front)")
	f("www.evil.example", "evil.example malicious 75 (CERT) (front)")
	f("vps1.other.example", "vps1.other.example malicious 20 (CERT) (Intrusions by VPN)")
	f("MD5:01:23:45:67:89:ab:cd:ef:01:23:45:67:89:ab:cd:ef", "md5:01:23:45:67:89:ab:cd:ef:01:23:45:67:89:ab:cd:ef malicious 75 (CERT) (Intrusions by VPN)")
}

func TestShapes(t *testing.T) {
	f := func(data, what, want string) {
		t.Helper()
		l, err := Read("x", []byte(data))
		if err != nil {
			t.Errorf("%q: %v", data, err)
			return
		}
		if got := found(New(l), what); got != want {
			t.Errorf("%q of %s: got %q, want %q", data, what, got, want)
		}
	}
	f("ExitNode 00\nPublished 2026-03-02 10:00:00\nExitAddress 198.51.100.7 2026-03-02 10:00:00\n", "198.51.100.7", "198.51.100.7 anonymiser -1 (Tor exit)")
	f("# \"first_seen_utc\",\"dst_ip\",\"dst_port\",\"malware\"\n\"2026-03-02 10:00:00\",\"198.51.100.7\",\"443\",\"X\"\n", "198.51.100.7", "198.51.100.7 malicious -1 2026-03-02")
	f("198[.]51.100[.]7\r\n", "198.51.100.7", "198.51.100.7 malicious -1")
	f("198.51.100.0-198.51.101.255", "198.51.101.9", "198.51.100.0/23 malicious -1")
	f("0.0.0.0 ads.example\n", "ads.example", "ads.example malicious -1")
	f(`{"response":{"Attribute":[{"type":"ip-src","value":"198.51.100.7","to_ids":"1"}]}}`, "198.51.100.7", "198.51.100.7 malicious -1")
	f(`{"response":[{"Event":{"Attribute":[{"type":"ip-src","value":"198.51.100.7","to_ids":"1"}]}}]}`, "198.51.100.7", "198.51.100.7 malicious -1")
	f("", "198.51.100.7", "")
	f("255.255.255.0/24\n198.51.100.7", "198.51.100.7", "198.51.100.7 malicious -1")
}

func TestErrors(t *testing.T) {
	f := func(data, want string) {
		t.Helper()
		if _, err := Read("list.txt", []byte(data)); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "list.txt") {
			t.Errorf("%q: got %v, want an error with %q", data, err, want)
		}
	}
	f("{\n\"type\": x}", "line 2")
	f("{\"a\":1}", "neither a STIX bundle nor a MISP event")
	f("!!\n??", "line 1: nothing in it can be used")
	f("ip,source\n\"198.51.100.7\nx", "line")
}

func TestPattern(t *testing.T) {
	f := func(s string, want int) {
		t.Helper()
		got, ok := pattern(s)
		if ok != (want > 0) || ok && len(got) != want {
			t.Errorf("%s: got %v %v, want %d", s, got, ok, want)
		}
	}
	f("[ipv4-addr:value = '192.0.2.1']", 1)
	f(" [ ipv4-addr:value='a' OR ipv4-addr:value = 'b' ] OR [domain-name:value IN('x','y')] ", 3)
	f(`[file:hashes."SHA-256" = 'it\'s']`, 1)
	f("[ipv4-addr:value != '192.0.2.1']", 0)
	f("[ipv4-addr:value = '192.0.2.1'] FOLLOWEDBY [ipv4-addr:value = '192.0.2.2']", 0)
	f("[ipv4-addr:value = '192.0.2.1'] WITHIN 5 SECONDS", 0)
	f("[ipv4-addr:value = '192.0.2.1", 0)
	f("[domain-name:value LIKE '%x']", 0)
	f("", 0)
}

func FuzzPlain(f *testing.F) {
	f.Add(plainList)
	fuzz(f)
}

func FuzzCSV(f *testing.F) {
	f.Add(csvList)
	fuzz(f)
}

func FuzzSTIX(f *testing.F) {
	f.Add(stixList)
	fuzz(f)
}

func FuzzMISP(f *testing.F) {
	f.Add(mispList)
	fuzz(f)
}

func fuzz(f *testing.F) {
	f.Fuzz(func(t *testing.T, s string) {
		l, err := Read("x", []byte(s))
		if err != nil {
			return
		}
		n := l.Entries
		table := New(l)
		if table.Len() != n {
			t.Errorf("got %d entries, want %d", table.Len(), n)
		}
		for _, w := range append(strings.Fields(s), "198.51.100.7", "2001:db8::1") {
			for _, x := range table.Find(nil, w) {
				if x.Confidence < -1 || x.Confidence > 100 || x.From < 0 || x.Until < 0 {
					t.Errorf("%s: %+v", w, x)
				}
			}
		}
	})
}

func FuzzPattern(f *testing.F) {
	f.Add("[ipv4-addr:value = '198.51.100.7' OR ipv4-addr:value ISSUBSET '203.0.113.0/24'] OR [file:hashes.'SHA-256' IN ('a', 'b')]")
	f.Fuzz(func(t *testing.T, s string) {
		if list, ok := pattern(s); ok && len(list) == 0 {
			t.Error("a pattern of nothing")
		}
	})
}

// BenchmarkFind looks up addresses in a list of a million networks; one in two is listed.
func BenchmarkFind(b *testing.B) {
	const million = 1_000_000
	var text strings.Builder
	for i := range million {
		x := uint32(i) * 2654435761
		fmt.Fprintf(&text, "%d.%d.%d.%d/30\n", 11+x>>24%100, byte(x>>16), byte(x>>8), byte(x))
	}
	begun := time.Now()
	l, err := Read("million", []byte(text.String()))
	if err != nil {
		b.Fatal(err)
	}
	table := New(l)
	took := time.Since(begun).Seconds()
	addrs := make([]netip.Addr, 1<<16)
	for i := range addrs {
		x := uint32(i*1_000_003) * 2654435761
		addrs[i] = netip.AddrFrom4([4]byte{byte(11 + x>>24%100 + uint32(i&1)*100), byte(x >> 16), byte(x >> 8), byte(x)})
	}
	dst := make([]footfall.Listing, 0, 8)
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		dst = table.Addr(dst[:0], addrs[i&(1<<16-1)])
	}
	b.ReportMetric(float64(table.Bytes())/1e6, "MB")
	b.ReportMetric(took, "s/read")
}

func TestSizes(t *testing.T) {
	if n := unsafe.Sizeof(about{}); n > 40 {
		t.Errorf("an about takes %d bytes; Bytes counts 40", n)
	}
	if !json.Valid([]byte(stixList)) || !json.Valid([]byte(mispList)) {
		t.Error("a sample is no JSON")
	}
}
