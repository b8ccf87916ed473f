package cisco

import (
	"testing"

	"github.com/footfall/footfall/internal/trial"
)

func TestNoAllocs(t *testing.T) {
	trial.NoAllocs(t, &Decoder, nil, trial.Frames(t, "asa.txtar", "%"))
	trial.NoAllocs(t, &Lines, nil, trial.Frames(t, "*.txtar", ""))
}

func BenchmarkDecode(b *testing.B) {
	trial.Bench(b, &Lines, nil, trial.Frames(b, "*.txtar", ""))
}

func FuzzDecode(f *testing.F) {
	trial.Fuzz(f, trial.Frames(f, "*.txtar", ""), &Decoder, &IOS, &Lines)
}

func TestEnd(t *testing.T) {
	f := func(in, zone, addr, host string, port uint16, user string, ok bool) {
		t.Helper()
		e, u, is := end(in)
		a := ""
		if e.Addr.IsValid() {
			a = e.Addr.String()
		}
		if is != ok || ok && (e.Zone != zone || a != addr || e.Host != host || e.Port != port || u != user) {
			t.Errorf("%s: %+v %q %v", in, e, u, is)
		}
	}
	f("outside:198.51.100.7/80", "outside", "198.51.100.7", "", 80, "", true)
	f("outside:2001:db8::7/80", "outside", "2001:db8::7", "", 80, "", true)
	f("2001:db8::7/80", "", "2001:db8::7", "", 80, "", true)
	f("inside/198.51.100.7(1039)", "inside", "198.51.100.7", "", 1039, "", true)
	f(`198.51.100.7/80(LOCAL\ana)`, "", "198.51.100.7", "", 80, `LOCAL\ana`, true)
	f("dmz:web1/https,", "dmz", "", "web1", 443, "", true)
	f("mailgw/25", "", "", "mailgw", 25, "", true)
	f("(0.0.0.0)", "", "0.0.0.0", "", 0, "", true)
	f("outside:198.51.100.7/514514", "outside", "198.51.100.7", "", 0, "", true)
	f("dynamic", "", "", "", 0, "", false)
	f("TCP", "", "", "", 0, "", false)
}
