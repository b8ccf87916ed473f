package geo

import (
	"encoding/binary"
	"math"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/footfall/footfall"
)

// TestCountries asks for addresses whose registries and operators say where
// they are: RIPE NCC, NIC.br, JPRS, Google, AFRINIC.
func TestCountries(t *testing.T) {
	table := must(New())
	f := func(a, want string) {
		t.Helper()
		p := table.Place(netip.MustParseAddr(a))
		if p.Country != want || (want != "") != p.Known() || p.City != "" || p.AS != 0 {
			t.Errorf("%s: got %+v, want %q", a, p, want)
		}
	}
	f("193.0.6.139", "NL")
	f("200.160.2.3", "BR")
	f("8.8.8.8", "US")
	f("::ffff:8.8.8.8", "US")
	f("202.12.27.33", "JP")
	f("2001:67c:2e8::1", "NL")
	f("2a00:1450::1", "US") // the country of who announces it, not of the machine
	f("10.0.0.1", "")
	f("192.0.2.1", "")
	f("127.0.0.1", "")
	f("fe80::1", "")
	f("2001:db8::1", "")
	for _, c := range table.codes {
		if _, ok := table.known[c]; !ok && c != "EU" && c != "AP" {
			t.Errorf("country %s has no line in centres.txt", c)
		}
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// TestCentres holds every country's point and radius to the sphere.
func TestCentres(t *testing.T) {
	known := must(readCentres())
	if len(known) != strings.Count(centres, "\n") {
		t.Error("a country is listed twice")
	}
	for code, c := range known {
		if len(code) != 2 || math.Abs(c.lat) > 90 || math.Abs(c.lon) > 180 || c.radius < 1 || c.radius > 6000 {
			t.Errorf("%s: %+v", code, c)
		}
	}
	f := func(a, b string, lo, hi float64) {
		t.Helper()
		p, q := known[a], known[b]
		pa, pb := p.place(), q.place()
		if d := pa.Distance(&pb); d < lo || d > hi {
			t.Errorf("from %s to %s: %.0f km, want %.0f to %.0f", a, b, d, lo, hi)
		}
	}
	f("DE", "DE", 0, 0)
	f("DE", "FR", 600, 900)
	f("DE", "AU", 13_000, 16_500)
	f("FJ", "WS", 700, 1500) // over the date line
}

func TestFile(t *testing.T) {
	city := data(
		entry{"81.2.69.0/24", object("country", object("iso_code", "GB"), "city", object("names", object("en", "London")),
			"location", object("latitude", 51.5, "longitude", -0.1, "accuracy_radius", uint16(10)))},
		entry{"2a01:4f8::/32", object("country_code", "de", "city", "Falkenstein", "lat", "50.48", "lng", "12.37", "asn", "AS24940", "as_name", "A host")},
	)
	as := data(entry{"81.2.69.0/24", object("autonomous_system_number", uint32(20712), "autonomous_system_organization", "A provider")})
	table := must(New(must(Open("city", city)), must(Open("as", as))))
	f := func(a string, want footfall.Place) {
		t.Helper()
		if got := table.Place(netip.MustParseAddr(a)); got != want {
			t.Errorf("%s: got %+v, want %+v", a, got, want)
		}
	}
	f("81.2.69.142", footfall.Place{Country: "GB", City: "London", Lat: 51.5, Lon: -0.1, Radius: 10, AS: 20712, Org: "A provider"})
	f("2a01:4f8::1", footfall.Place{Country: "DE", City: "Falkenstein", Lat: 50.48, Lon: 12.37, Radius: cityRadius, AS: 24940, Org: "A host"})
	if _, err := Open("bad.mmdb", []byte("no database")); err == nil || !strings.Contains(err.Error(), "bad.mmdb") {
		t.Errorf("a bad file gives %v", err)
	}
}

// TestTable holds that what is written is read.
func TestTable(t *testing.T) {
	four, six, err := must(Open("c", data(
		entry{"81.2.69.0/24", object("country_code", "GB")}, entry{"81.2.70.0/24", object("country_code", "GB")},
		entry{"255.0.0.0/8", object("country_code", "FR")}, entry{"2a01:4f8::/32", object("country_code", "DE")},
	))).Ranges()
	if err != nil {
		t.Fatal(err)
	}
	if want := []Range{{0x51024500, "GB"}, {0x51024700, ""}, {0xff000000, "FR"}}; !slices.Equal(four, want) {
		t.Errorf("IPv4: got %x, want %x", four, want)
	}
	table, codes, err := readTable(must(WriteTable(four, six)))
	if err != nil {
		t.Fatal(err)
	}
	f := func(a, want string) {
		t.Helper()
		got := ""
		if v := table.Lookup(netip.MustParseAddr(a)); v != 0 {
			got = codes[v-1]
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", a, got, want)
		}
	}
	f("81.2.69.0", "GB")
	f("81.2.70.255", "GB")
	f("81.2.71.0", "")
	f("255.255.255.255", "FR")
	f("2a01:4f8:ffff::1", "DE")
	f("2a01:4f9::1", "")
}

func FuzzOpen(f *testing.F) {
	f.Add(data(entry{"81.2.69.0/24", object("country", object("iso_code", "GB"), "location", object("latitude", 51.5, "longitude", -0.1))}))
	f.Add(data(entry{"2a01:4f8::/32", object("asn", "AS1", "country", "DE")}))
	addrs := []netip.Addr{netip.MustParseAddr("81.2.69.9"), netip.MustParseAddr("2a01:4f8::1"), netip.MustParseAddr("8.8.8.8")}
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := Open("x", data)
		if err != nil {
			return
		}
		for _, a := range addrs {
			var p footfall.Place
			file.add(&p, a)
			if p.Known() && (math.IsNaN(p.Distance(&p)) || p.Radius < 1) {
				t.Errorf("%+v is no place", p)
			}
		}
	})
}

func FuzzTable(f *testing.F) {
	f.Add(must(WriteTable([]Range{{1, "DE"}, {9, ""}}, []Range{{1 << 61, "FR"}})))
	f.Fuzz(func(t *testing.T, data []byte) {
		if table, codes, err := readTable(data); err == nil {
			if v := table.Lookup(netip.MustParseAddr("2001:db8::1")); int(v) > len(codes) {
				t.Errorf("number %d of %d countries", v, len(codes))
			}
		}
	})
}

func BenchmarkPlace(b *testing.B) {
	table := must(New())
	a := netip.MustParseAddr("193.0.6.139")
	b.ReportAllocs()
	b.ResetTimer()
	for range b.N {
		table.Place(a)
	}
}

func BenchmarkPlaceFile(b *testing.B) {
	table := must(New(must(Open("city", data(entry{"81.2.69.0/24", object("country", object("iso_code", "GB"), "city", object("names", object("en", "London")),
		"location", object("latitude", 51.5, "longitude", -0.1, "accuracy_radius", uint16(10)))})))))
	a := netip.MustParseAddr("81.2.69.142")
	b.ReportAllocs()
	b.ResetTimer()
	for range b.N {
		table.Place(a)
	}
}

func BenchmarkNew(b *testing.B) {
	for range b.N {
		must(New())
	}
}

// An entry is a network of a small MMDB file, with its record as the format encodes it.
type entry struct {
	network string
	record  []byte
}

// data writes an MMDB file: a tree of 32-bit records over 128 bits, IPv4 below ::/96.
func data(list ...entry) []byte {
	nodes := [][2]uint32{{}}
	const leaf = 1 << 31
	var section []byte
	for _, e := range list {
		p := netip.MustParsePrefix(e.network)
		a, bits := p.Addr().As16(), p.Bits()
		if p.Addr().Is4() {
			a, bits = [16]byte{12: a[12], 13: a[13], 14: a[14], 15: a[15]}, bits+96
		}
		at := 0
		for i := range bits {
			side := a[i/8] >> (7 - i%8) & 1
			if i == bits-1 {
				nodes[at][side] = leaf | uint32(len(section))
			} else if nodes[at][side] == 0 {
				nodes = append(nodes, [2]uint32{})
				nodes[at][side] = uint32(len(nodes) - 1)
			}
			at = int(nodes[at][side] &^ leaf)
		}
		section = append(section, e.record...)
	}
	var out []byte
	for _, n := range nodes {
		for _, r := range n {
			switch {
			case r&leaf != 0:
				r = r&^leaf + uint32(len(nodes)) + 16
			case r == 0:
				r = uint32(len(nodes))
			}
			out = binary.BigEndian.AppendUint32(out, r)
		}
	}
	out = append(append(out, make([]byte, 16)...), section...)
	out = append(out, "\xab\xcd\xefMaxMind.com"...)
	return append(out, object("node_count", uint32(len(nodes)), "record_size", uint16(32), "ip_version", uint16(6),
		"database_type", "test", "binary_format_major_version", uint16(2), "binary_format_minor_version", uint16(0), "build_epoch", uint32(1), "languages", array{}, "description", object())...)
}

type array struct{}

// object encodes a map of names and values (MaxMind DB format, data section).
func object(pairs ...any) []byte {
	out := []byte{7<<5 | byte(len(pairs)/2)}
	for _, v := range pairs {
		switch v := v.(type) {
		case string:
			if len(v) < 29 {
				out = append(out, 2<<5|byte(len(v)))
			} else {
				out = append(out, 2<<5|29, byte(len(v)-29))
			}
			out = append(out, v...)
		case []byte:
			out = append(out, v...)
		case float64:
			out = binary.BigEndian.AppendUint64(append(out, 3<<5|8), math.Float64bits(v))
		case uint16:
			out = binary.BigEndian.AppendUint16(append(out, 5<<5|2), v)
		case uint32:
			out = binary.BigEndian.AppendUint32(append(out, 6<<5|4), v)
		case array:
			out = append(out, 0, 11-7)
		}
	}
	return out
}
