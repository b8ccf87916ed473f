package exportcsv

import (
	"bytes"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/clock"
	"github.com/footfall/footfall/internal/winevent"
)

func contains(v []byte, s string) bool { return bytes.Contains(v, []byte(s)) }

// date reads a time as .NET writes it in the culture of whoever exported.
func date(v []byte) (m winevent.Moment, ok bool) {
	if m, ok := winevent.Time(v); ok {
		return m, true
	}
	ns, n := clock.Local(footfall.Str(v))
	if n == 0 || n < len(v) {
		return m, false
	}
	m.Sec, m.Nano = ns/1e9, int32(ns%1e9)
	if m.Nano < 0 {
		m.Sec, m.Nano = m.Sec-1, m.Nano+1e9
	}
	return m, true
}
