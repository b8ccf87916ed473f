package hostport

import (
	"fmt"
	"net/netip"
	"testing"
)

func TestColon(t *testing.T) {
	f := func(in, want string) {
		t.Helper()
		e, ok := Colon(in)
		if got := fmt.Sprint(e.Addr, " ", e.Host, " ", e.Port, " ", ok); got != want {
			t.Errorf("Colon(%q) = %s, want %s", in, got, want)
		}
	}
	f("198.51.100.7:22", "198.51.100.7  22 true")
	f("2001:db8::5:22", "2001:db8::5  22 true")
	f("[2001:db8::5]:22", "2001:db8::5  22 true")
	f("::ffff:198.51.100.7:22", "198.51.100.7  22 true")
	f("host.example.net:22", "invalid IP host.example.net 22 true")
	f("198.51.100.7", "invalid IP  0 false")
	f("a b:22", "invalid IP  22 false")
	f("a:99999", "invalid IP  0 false")
	f("", "invalid IP  0 false")
}

// Addr takes the IPv4 addresses that the standard library takes, and no other.
func FuzzAddr(f *testing.F) {
	for _, s := range []string{"198.51.100.7", "1.2.3", "01.2.3.4", "256.1.1.1", "::1", "a.b.c.d"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		want, err := netip.ParseAddr(s)
		got, ok := Addr(s)
		if ok != (err == nil) || ok && got != want.Unmap() {
			t.Fatalf("Addr(%q) = %v, %v, want %v, %v", s, got, ok, want, err)
		}
	})
}
