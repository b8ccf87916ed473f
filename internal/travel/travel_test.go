package travel

import (
	"math"
	"testing"

	"github.com/footfall/footfall"
)

func TestBetween(t *testing.T) {
	const hour = 3600e9
	berlin := footfall.Place{Country: "DE", City: "Berlin", Lat: 52.52, Lon: 13.41, Radius: 20}
	paris := footfall.Place{Country: "FR", City: "Paris", Lat: 48.86, Lon: 2.35, Radius: 20}
	tokyo := footfall.Place{Country: "JP", City: "Tokyo", Lat: 35.68, Lon: 139.69, Radius: 50}
	germany := footfall.Place{Country: "DE", Lat: 51.2, Lon: 10.4, Radius: 460}
	france := footfall.Place{Country: "FR", Lat: 46.6, Lon: 2.4, Radius: 600}
	f := func(a, b footfall.Place, after int64, want footfall.Verdict) {
		t.Helper()
		there, back := Usual.Between(&a, &b, after), Usual.Between(&b, &a, -after)
		if there.Verdict != want || back.Verdict != want || math.Abs(there.Apart-back.Apart) > 1e-6 {
			t.Errorf("%s to %s: got %+v and %+v, want %v", a.Name(), b.Name(), there, back, want)
		}
	}
	f(berlin, paris, hour/2, footfall.No)
	f(berlin, paris, hour, footfall.Yes) // by air
	f(berlin, tokyo, 8*hour, footfall.No)
	f(berlin, tokyo, 14*hour, footfall.Yes)
	f(germany, france, 0, footfall.Yes) // neighbours: the border may be in between
	f(germany, tokyo, 2*hour, footfall.No)
	f(berlin, footfall.Place{Country: "JP"}, 0, footfall.Unknown)
	mobile := paris
	mobile.Org = "Example Mobile"
	f(berlin, mobile, hour/3, footfall.Yes)
	a, b := berlin, tokyo
	a.AS, b.AS = 64500, 64500
	f(a, b, hour, footfall.Yes)
	if d := berlin.Distance(&paris); math.Abs(d-878) > 10 {
		t.Errorf("from Berlin to Paris: got %.0f km, want 878", d)
	}
	antipode := footfall.Place{Lat: -berlin.Lat, Lon: berlin.Lon - 180, Radius: 1}
	if d := berlin.Distance(&antipode); math.Abs(d-math.Pi*6371) > 1 {
		t.Errorf("to the other side: got %.0f km", d)
	}
}
