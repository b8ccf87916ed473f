package footfall

import "math"

// A Listing is what a list of intelligence says of an address, a network, a
// key or a host.
type Listing struct {
	What        string // what is listed, as the list has it: 198.51.100.0/24
	List        string // file that it came from
	Source      string // who says so, where the list tells
	Kind        string // malicious, anonymiser, hosting
	Description string
	Confidence  int8  // 0 to 100; -1 when the list does not say
	From        int64 // valid from, Unix nanoseconds; 0 when the list does not say
	Until       int64 // no longer valid from then on; 0 when it does not end
}

// A Feed is a list of intelligence that was given.
type Feed struct {
	Name    string // file that it came from
	Entries int
	Newest  int64 // the latest time from which anything in it is valid, Unix nanoseconds; 0 when it does not say
}

// Kinds of listings. Only the first is a verdict: Tor exits, VPN services and
// data centres have honest users too.
const (
	ListedMalicious  = "malicious"
	ListedAnonymiser = "anonymiser"
	ListedHosting    = "hosting"
)

// Verdict reports whether a listing says that the thing is bad.
func (l *Listing) Verdict() bool { return l.Kind == ListedMalicious }

// Covers reports whether a listing is valid at a time.
func (l *Listing) Covers(t int64) bool { return t >= l.From && (l.Until == 0 || t < l.Until) }

// A Place is where an address is, as far as is known. The zero Place is unknown.
type Place struct {
	Country string  // ISO 3166-1 alpha-2; "" when unknown
	City    string  // "" when only the country is known
	Lat     float64 // degrees north
	Lon     float64 // degrees east
	Radius  float64 // kilometres around Lat and Lon within which it is; 0 when no point is known
	AS      uint32  // number of the autonomous system; 0 when unknown
	Org     string  // who runs it
}

// Known reports whether there is a point to measure from.
func (p *Place) Known() bool { return p.Radius > 0 }

// Name is the place for a person: the city and the country, or the country.
func (p *Place) Name() string {
	if p.City == "" {
		return p.Country
	}
	return p.City + " (" + p.Country + ")"
}

// earth is the mean radius of the Earth in kilometres (IUGG).
const earth = 6371.0

// Distance returns the kilometres between two points on the sphere, by the
// haversine formula, which stays exact for points close together.
func (p *Place) Distance(q *Place) float64 {
	const rad = math.Pi / 180
	dlat, dlon := (q.Lat-p.Lat)*rad/2, (q.Lon-p.Lon)*rad/2
	h := math.Sin(dlat)*math.Sin(dlat) + math.Cos(p.Lat*rad)*math.Cos(q.Lat*rad)*math.Sin(dlon)*math.Sin(dlon)
	return 2 * earth * math.Asin(math.Sqrt(min(h, 1)))
}
