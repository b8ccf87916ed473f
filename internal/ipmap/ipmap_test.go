package ipmap

import (
	"encoding/binary"
	"math/rand/v2"
	"net/netip"
	"testing"
)

// TestNest compares tables of random networks, that lie in one another often,
// with looking at each network in turn.
func TestNest(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 7))
		var list []netip.Prefix
		for range r.IntN(60) {
			list = append(list, network(r))
		}
		table, up := Nest(list)
		for range 300 {
			a := address(r)
			got := map[uint32]bool{}
			bits := 129
			for v := table.Lookup(a); v != 0; v = up[v-1] {
				if got[v] {
					t.Fatalf("seed %d: %v is twice in the chain of %v", seed, list[v-1], a)
				}
				got[v] = true
				if list[v-1].Bits() > bits {
					t.Fatalf("seed %d: %v lies around %v", seed, list[v-1], bits)
				}
				bits = list[v-1].Bits()
			}
			for i, p := range list {
				if p.Contains(a) != got[uint32(i+1)] {
					t.Fatalf("seed %d: %v in %v: got %v", seed, a, p, got[uint32(i+1)])
				}
			}
		}
	}
}

// network is one of few bits, so that many overlap.
func network(r *rand.Rand) netip.Prefix {
	a := address(r)
	bits := r.IntN(a.BitLen() + 1)
	if r.IntN(3) == 0 {
		bits = a.BitLen()
	}
	p, _ := a.Prefix(bits)
	return p
}

func address(r *rand.Rand) netip.Addr {
	if r.IntN(2) == 0 {
		return netip.AddrFrom4([4]byte{byte(r.IntN(2) * 255), byte(r.IntN(2) * 128), byte(r.IntN(2) * 255), byte(r.IntN(4))})
	}
	var b [16]byte
	for _, i := range []int{0, 1, 7, 8, 15} {
		b[i] = byte(r.IntN(2) * 255)
	}
	return netip.AddrFrom16(b).WithZone("")
}

func TestLookup(t *testing.T) {
	table, _ := Nest([]netip.Prefix{
		netip.MustParsePrefix("0.0.0.0/0"), netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("255.255.255.255/32"),
		netip.MustParsePrefix("::/0"), netip.MustParsePrefix("2001:db8::/32"),
		{},
	})
	f := func(a string, want uint32) {
		t.Helper()
		if got := table.Lookup(netip.MustParseAddr(a)); got != want {
			t.Errorf("%s: got %d, want %d", a, got, want)
		}
	}
	f("192.0.2.0", 2)
	f("192.0.2.255", 2)
	f("192.0.3.0", 1)
	f("::ffff:192.0.2.9", 2)
	f("255.255.255.255", 3)
	f("255.255.255.254", 1)
	f("2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", 5)
	f("2001:db9::", 4)
	f("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 4)
	if got := table.Lookup(netip.Addr{}); got != 0 {
		t.Errorf("no address: got %d, want 0", got)
	}
	if got := new(Table).Lookup(netip.MustParseAddr("192.0.2.1")); got != 0 {
		t.Errorf("empty table: got %d, want 0", got)
	}
}

const million = 1_000_000

func BenchmarkLookup4(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	list := make([]netip.Prefix, million)
	for i := range list {
		list[i] = netip.PrefixFrom(four(r), 20+r.IntN(13)).Masked()
	}
	bench(b, list, func() netip.Addr { return four(r) })
}

// BenchmarkLookup6 spreads networks as registries do: a few thousand /32 of
// providers, most of 2600::/12 and 2a00::/12, each with its customers.
func BenchmarkLookup6(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	providers := make([]uint64, 8000)
	for i := range providers {
		top := []uint64{0x2001, 0x2400, 0x2600, 0x2a00}[r.IntN(4)]
		providers[i] = (top+uint64(r.IntN(16)))<<48 | uint64(r.IntN(1<<16))<<32
	}
	six := func() netip.Addr {
		var a [16]byte
		binary.BigEndian.PutUint64(a[:8], providers[r.IntN(len(providers))]|uint64(r.Uint32()))
		binary.BigEndian.PutUint64(a[8:], r.Uint64())
		return netip.AddrFrom16(a)
	}
	list := make([]netip.Prefix, million)
	for i := range list {
		list[i] = netip.PrefixFrom(six(), 48+r.IntN(17)).Masked()
	}
	bench(b, list, six)
}

func four(r *rand.Rand) netip.Addr {
	var a [4]byte
	binary.BigEndian.PutUint32(a[:], r.Uint32())
	return netip.AddrFrom4(a)
}

func bench(b *testing.B, list []netip.Prefix, next func() netip.Addr) {
	table, _ := Nest(list)
	addrs := make([]netip.Addr, 1<<16)
	for i := range addrs {
		if addrs[i] = next(); i%2 == 0 {
			addrs[i] = list[(i*7919)%len(list)].Addr()
		}
	}
	b.ReportAllocs()
	b.ReportMetric(float64(table.Bytes())/1e6, "MB")
	b.ResetTimer()
	var sum uint32
	for i := range b.N {
		sum += table.Lookup(addrs[i&(1<<16-1)])
	}
	b.ReportMetric(float64(table.Bytes())/1e6, "MB")
	_ = sum
}

// BenchmarkRead is what one read from a place in memory that hangs on the one
// before costs on this machine, over as much memory as a million networks take.
func BenchmarkRead(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	mem := make([]uint64, 2*million)
	for i := range mem {
		mem[i] = r.Uint64()
	}
	at := uint64(0)
	for i := range b.N {
		at = mem[(at+uint64(i))%uint64(len(mem))]
	}
	_ = at
}

// TestClumps looks networks up that lie close together in a few places, by
// the networks of every length that could hold an address.
func TestClumps(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	clumped := func() netip.Addr {
		var a [16]byte
		a[0], a[1], a[2], a[3] = 0x20|byte(r.IntN(3)), 1, byte(r.IntN(2)*0xd), byte(r.IntN(3)*60)
		binary.BigEndian.PutUint32(a[4:], r.Uint32())
		a[15] = byte(r.IntN(4))
		return netip.AddrFrom16(a)
	}
	list, known := make([]netip.Prefix, 20_000), map[netip.Prefix]bool{}
	for i := range list {
		list[i] = netip.PrefixFrom(clumped(), 40+r.IntN(30)).Masked()
		known[list[i]] = true
	}
	table, _ := Nest(list)
	for i := range 50_000 {
		a := clumped()
		if i%2 == 0 {
			a = list[r.IntN(len(list))].Addr()
		}
		want := netip.Prefix{}
		for n := 128; n >= 0; n-- {
			if p, _ := a.Prefix(n); known[p] {
				want = p
				break
			}
		}
		got := netip.Prefix{}
		if v := table.Lookup(a); v != 0 {
			got = list[v-1]
		}
		if got != want {
			t.Fatalf("%v: got %v, want %v", a, got, want)
		}
	}
}
