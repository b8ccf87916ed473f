package clock

import (
	"testing"
	"time"
)

func TestLocal(t *testing.T) {
	f := func(in, want, rest string) {
		t.Helper()
		ns, n := Local(in)
		got := ""
		if n > 0 {
			got = time.Unix(0, ns).UTC().Format("2006-01-02 15:04:05.999")
		}
		if got != want || n > 0 && in[n:] != rest {
			t.Errorf("%q: got %q and %q, want %q and %q", in, got, in[n:], want, rest)
		}
	}
	f("5/2/2031 8:15:00 AM 0E78 PACKET", "2031-05-02 08:15:00", " 0E78 PACKET")
	f("5/2/2031 12:15:00 PM 0E78", "2031-05-02 12:15:00", " 0E78")
	f("5/2/2031 12:15:00 a.m. x", "2031-05-02 00:15:00", " x")
	f("02/05/2031 08:15:00 0E78", "2031-05-02 08:15:00", " 0E78")
	f("02.05.2031 08:15:00 0AAA PACKET", "2031-05-02 08:15:00", " 0AAA PACKET")
	f("2.5.2031 8.15.00 AM0 x", "2031-05-02 08:15:00", " AM0 x")
	f("20310502 08:15:00 F60 PACKET", "2031-05-02 08:15:00", " F60 PACKET")
	f("2031/05/02 8:15:00.25 x", "2031-05-02 08:15:00.25", " x")
	f("2031. 05. 02. 8:15:00 x", "2031-05-02 08:15:00", " x")
	f("2031-05-02T08:15 x", "2031-05-02 08:15:00", " x")
	f("2031-05-02 8", "", "")
	f("31/31/2031 08:15:00", "", "")
	f("5/2/2031 13:15:00 PM", "", "")
	f("5/2 13:15:00", "", "")
	f("192.0.2.1 1:2:3", "", "")
	f("", "", "")
}

func FuzzLocal(f *testing.F) {
	f.Add("5/2/2031 8:15:00 AM 0E78")
	f.Add("2031. 05. 02. 8.15.00 p. m.")
	f.Fuzz(func(t *testing.T, s string) {
		if _, n := Local(s); n < 0 || n > len(s) {
			t.Fatalf("%d of %d bytes", n, len(s))
		}
	})
}
