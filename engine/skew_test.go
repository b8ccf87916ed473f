package engine

import (
	"fmt"
	"strings"
	"testing"

	"github.com/footfall/footfall"
)

// TestSkew lets two hosts record the same connections, one with its clock two
// hours and three seconds ahead, and a third with none.
func TestSkew(t *testing.T) {
	n := footfall.NewNames()
	k := newSkew(n)
	const second = int64(1e9)
	see := func(host, src, addr string, port uint16, at int64) {
		s := footfall.Step{Time: at, SrcAddr: n.Intern(addr), SrcPort: port, DstHost: n.Intern(host)}
		if src == host {
			s.SrcHost, s.DstHost, s.Flags = s.DstHost, n.Intern("far"), footfall.FlagOutward
		}
		k.observe(&s)
	}
	for i := range int64(7) {
		port := uint16(50000 + i)
		see("ws1", "ws1", "192.0.2.1", port, i*60*second)
		see("srv3", "", "192.0.2.1", port, i*60*second+second) // within what logs are late
	}
	for i := range int64(7) {
		port := uint16(50000 + i)
		see("srv2", "", "192.0.2.1", port, i*60*second+7203*second+i*second/10)
		see("few", "", "198.51.100.1", uint16(40000+i), i)
	}
	got := strings.Join(k.notes(), "\n")
	for _, want := range []string{"the clock of srv2 is 2h0m3s ahead of ws1's", "7 connections", "time zone"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q does not say %q", got, want)
		}
	}
	if strings.Contains(got, "srv3") || strings.Contains(got, "few") {
		t.Errorf("%q tells of clocks that are not apart", got)
	}
	for i := range 3 * maxPairs {
		k.late(n.Intern("a"), n.Intern(fmt.Sprint("b", i)), second)
	}
	if len(k.pairs) > maxPairs {
		t.Errorf("%d pairs are kept", len(k.pairs))
	}
}
