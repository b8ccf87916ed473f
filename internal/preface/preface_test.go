package preface

import (
	"testing"
	"time"
)

func TestRead(t *testing.T) {
	f := func(in, at, host, program string, zoned bool) {
		t.Helper()
		h := Read(in)
		got := ""
		if h.Time != 0 {
			got = time.Unix(0, h.Time).UTC().Format(time.RFC3339Nano)
		}
		if got != at || h.Host != host || h.Program != program || h.Zoned != zoned {
			t.Errorf("%q: %s %q %q %v, want %s %q %q %v", in, got, h.Host, h.Program, h.Zoned, at, host, program, zoned)
		}
	}
	f("", "", "", "", false)
	f("<189>", "", "", "", false)
	f("Nov 30 16:09:33 ", "1972-11-30T16:09:33Z", "", "", false)
	f("<14>Nov 30 16:09:33 PA-220 ", "1972-11-30T16:09:33Z", "PA-220", "", false)
	f("<134>1 2031-11-03T13:40:34+01:00 PA-220 ", "2031-11-03T12:40:34Z", "PA-220", "", true)
	f("<134>1 2031-07-06T15:53:08Z cp1 CheckPoint 2700 - ", "2031-07-06T15:53:08Z", "cp1", "CheckPoint", true)
	f("10.0.0.1  ", "", "10.0.0.1", "", false)
	f("2031 Apr 09 16:03:37 mgr->192.0.2.1 ", "2031-04-09T16:03:37Z", "mgr", "", false)
	f("Oct  1 10:00:00 relay <13>Oct  1 09:59:58 fw1 prog[12]: ", "1972-10-01T09:59:58Z", "fw1", "prog", false)
	f("<134>1 1947479278.997155282 MX100 ", "2031-09-18T06:27:58.997155282Z", "MX100", "", true)
	f("1 - - x ", "", "1", "-", false)
}

func FuzzRead(f *testing.F) {
	f.Add("<134>1 2031-07-06T15:53:08Z cp1 CheckPoint 2700 - ")
	f.Add("Oct  1 10:00:00 relay <13>Oct  1 09:59:58 fw1 prog[12]: ")
	f.Fuzz(func(_ *testing.T, s string) { Read(s) })
}
