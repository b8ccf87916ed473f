package message

import (
	"testing"

	"github.com/footfall/footfall"
)

func TestZoned(t *testing.T) {
	f := func(in string, want, ok bool) {
		t.Helper()
		var e footfall.Event
		_, got := Stamp(&e, in)
		if got != ok || e.Zoneless == want && ok {
			t.Errorf("Stamp(%q): zoneless %t, %t", in, e.Zoneless, got)
		}
	}
	f("2031-01-02 03:04:05 x", false, true)
	f("2031-01-02T03:04:05.123Z x", true, true)
	f("2031-01-02T03:04:05Z x", true, true)
	f("2031-01-02T03:04:05-08:00 x", true, true)
	f("2031-01-02 03:04:05 -0800 x", true, true)
	f("Thu Jan  2 03:04:05 2031 x", false, true)
	f("Jan  2 03:04:05 x", false, true)
	f("1925089445.250000 x", true, true)
	f("nothing at all here", false, false)
}

func TestPeer(t *testing.T) {
	f := func(in, want string, port uint16) {
		t.Helper()
		var e footfall.Event
		if !Peer(&e, in) || e.From.Addr.String() != want || e.From.Port != port {
			t.Errorf("Peer(%q) = %v", in, e.From)
		}
	}
	f("192.0.2.1", "192.0.2.1", 0)
	f("192.0.2.1:5000", "192.0.2.1", 5000)
	f("2001:db8::1", "2001:db8::1", 0)
	f("[2001:db8::1]:5000", "2001:db8::1", 5000)
	f("[2001:db8::1]", "2001:db8::1", 0)
}

func TestLines(t *testing.T) {
	n := 0
	Lines([]byte("\ufeffa\r\n\nb\ncut"), 9, func(string) { n++ })
	if n != 2 {
		t.Errorf("%d lines", n)
	}
	if got := Share([]byte("a\nb\nc\n"), 80, 3, func(l string) bool { return l == "b" }); got != 80 {
		t.Errorf("share %d", got)
	}
}
