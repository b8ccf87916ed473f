// Package travel says whether one person can have been in two places: how far
// they are apart at least, and how fast somebody would have had to move. In go
// places with the radii within which they are known, and times; it knows
// nothing of logs.
package travel

import (
	"math"
	"strings"

	"github.com/footfall/footfall"
)

// Limits are what nobody does.
type Limits struct {
	Speed    float64 // kilometres an hour; an airliner's is 900
	Distance float64 // kilometres; below, databases are often wrong
	Slack    int64   // nanoseconds by which the clocks of two sources may differ
}

// Usual are limits that fit where nothing else was declared.
var Usual = Limits{Speed: 1000, Distance: 300, Slack: 5 * 60 * 1e9}

// A Leg is the way between two places.
type Leg struct {
	Apart    float64 // kilometres between the points
	Least    float64 // less both radii: what was travelled at least
	Speed    float64 // Least over the time between, slack added; kilometres an hour
	Verdict  footfall.Verdict
	SameNet  bool // both are of one autonomous system: its own way of handing out addresses may explain it
	ByCities bool // both points are of cities
}

// Between says whether somebody can have been at a and, after the given time,
// at b: Yes when that is possible, No when not, Unknown when a place is.
func (l Limits) Between(a, b *footfall.Place, after int64) Leg {
	if !a.Known() || !b.Known() {
		return Leg{}
	}
	leg := Leg{Apart: a.Distance(b), ByCities: a.City != "" && b.City != "", SameNet: a.AS != 0 && a.AS == b.AS, Verdict: footfall.Yes}
	leg.Least = max(0, leg.Apart-reach(a)-reach(b))
	hours := (math.Abs(float64(after)) + float64(l.Slack)) / 3600e9
	if leg.Least > 0 {
		leg.Speed = leg.Least / hours
	}
	if !leg.SameNet && leg.Least >= l.Distance && leg.Speed > l.Speed {
		leg.Verdict = footfall.No
	}
	return leg
}

// roaming is how far the way out of a network that moves with its users may
// lie from them: mobile operators have few per country, satellites fewer.
const roaming, orbit = 500, 2500

func reach(p *footfall.Place) float64 {
	org := strings.ToLower(p.Org)
	switch {
	case has(org, "satellite", "starlink", "space exploration", "viasat", "hughes", "inmarsat", "iridium"):
		return max(p.Radius, orbit)
	case has(org, "mobile", "wireless", "cellular"):
		return max(p.Radius, roaming)
	}
	return p.Radius
}

func has(s string, words ...string) bool {
	for _, w := range words {
		if strings.Contains(s, w) {
			return true
		}
	}
	return false
}
