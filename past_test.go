package footfall

import (
	"math/rand/v2"
	"testing"
	"time"
)

func TestHourOfWeek(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(3, 4))
	for range 10_000 {
		for _, zone := range []*time.Location{nil, time.UTC, berlin, time.FixedZone("", -5*3600)} {
			at := r.Int64N(8e18) - 4e18
			in := time.Unix(0, at).UTC()
			if zone != nil {
				in = in.In(zone)
			}
			if got, want := HourName(HourOfWeek(at, zone)), in.Format("Mon 15"); got != want {
				t.Fatalf("%d in %v: got %s, want %s", at, zone, got, want)
			}
		}
	}
}

// TestNamesAtOnce reads names without a lock while others are made.
func TestNamesAtOnce(t *testing.T) {
	n := NewNames()
	ids := make(chan Name, 100)
	go func() {
		for i := range 20_000 {
			ids <- n.Intern(string(rune(i + 0x10000)))
		}
		close(ids)
	}()
	i := 0
	for id := range ids {
		if want := string(rune(i + 0x10000)); n.String(id) != want || n.HashOf(id) != Hash(want) {
			t.Fatalf("name %d is %q, want %q", i, n.String(id), want)
		}
		i++
	}
	for id, s := range n.All() {
		if n.Find(s) != id {
			t.Fatalf("%q is found as %d, want %d", s, n.Find(s), id)
		}
		i--
	}
	if i != 0 {
		t.Errorf("%d names were left out", i)
	}
}
