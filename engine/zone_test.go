package engine

import (
	"testing"
	"time"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/clock"
)

// TestZoneOfHost holds that a host's own zone counts for its records that name
// none, dated and year-less, and the zone for all for the others.
func TestZoneOfHost(t *testing.T) {
	c, err := ReadContext("context.yaml", []byte("zones:\n  - {host: fw1, zone: America/New_York}\n  - {cidr: 192.0.2.0/24, zone: Asia/Tokyo}\n"))
	if err != nil {
		t.Fatal(err)
	}
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	o := Options{Context: c, Zone: berlin, Receipt: time.Date(2031, 8, 1, 0, 0, 0, 0, time.UTC)}
	for host, want := range map[string]string{"FW1.example.net": "14:00", "192.0.2.7": "01:00", "web1": "08:00"} {
		dated := footfall.Event{Computer: host, Zoneless: true, Time: time.Date(2031, 7, 1, 10, 0, 0, 0, time.UTC).UnixNano()}
		o.resolve(&dated)
		if got := time.Unix(0, dated.Time).UTC().Format("15:04"); got != want {
			t.Errorf("%s, dated: %s, want %s", host, got, want)
		}
		ns, _ := clock.Parse("Jul  1 10:00:00")
		e := footfall.Event{Computer: host, Zoneless: true, Time: ns}
		var cal calendar
		step := cal.place(o.ahead(&e))
		if got := time.Unix(0, closed(step, 2031, o.Zone)).UTC().Format("15:04 2006"); got != want+" 2031" {
			t.Errorf("%s, without a year: %s, want %s 2031", host, got, want)
		}
	}
	for _, bad := range []string{"zones: [{host: a, zone: Nowhere/None}]", "zones: [{zone: UTC}]", "zones: [{host: a, cidr: 192.0.2.0/24, zone: UTC}]", "zones: [{cidr: x, zone: UTC}]"} {
		if _, err := ReadContext("c", []byte(bad)); err == nil {
			t.Errorf("%s is taken", bad)
		}
	}
}
