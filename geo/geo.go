// Package geo says where addresses are: the country from a table that comes
// with the program, and the city, its accuracy and the autonomous system from
// MMDB files that people give. In go the bytes of such files and addresses; out
// come places. It reads no files itself, and what it does not know it leaves
// empty.
package geo

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/oschwald/maxminddb-golang/v2"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/ipmap"
)

// A Table knows places. It is read only once made and may be used from many
// goroutines.
type Table struct {
	known map[string]country
	files []*File
	built *ipmap.Table // 1 + index into codes
	codes []string
}

// New returns a table of the given files, the earlier before the later, and
// behind them the countries that come with the program.
func New(files ...*File) (*Table, error) {
	known, err := readCentres()
	if err != nil {
		return nil, err
	}
	built, codes, err := readTable(countries)
	if err != nil {
		return nil, err
	}
	return &Table{known: known, files: files, built: built, codes: codes}, nil
}

// Place returns where an address is. Each part is taken from the first file
// that knows it; a point and a city come from the same one. Addresses that are
// not public are nowhere.
func (t *Table) Place(a netip.Addr) footfall.Place {
	var p footfall.Place
	if a = a.Unmap().WithZone(""); !a.IsValid() || !a.IsGlobalUnicast() || a.IsPrivate() {
		return p
	}
	for _, f := range t.files {
		f.add(&p, a)
	}
	if p.Country == "" {
		if v := t.built.Lookup(a); v != 0 {
			p.Country = t.codes[v-1]
		}
	}
	if c, ok := t.known[p.Country]; ok && !p.Known() {
		p.Lat, p.Lon, p.Radius = c.lat, c.lon, c.radius
	}
	return p
}

// Where a file gives a point without saying how exact it is: what databases
// claim for most cities.
const cityRadius = 50

// A File is an MMDB file (the MaxMind DB format, version 2).
type File struct {
	name string
	db   *maxminddb.Reader
}

// Open reads an MMDB file; data must stay as it is while the file is used.
func Open(name string, data []byte) (*File, error) {
	db, err := maxminddb.OpenBytes(data)
	if err != nil {
		return nil, &Error{name, err}
	}
	return &File{name, db}, nil
}

// An Error says which file is at fault.
type Error struct {
	File string
	Err  error
}

func (e *Error) Error() string { return "MMDB file " + e.File + ": " + e.Err.Error() }

// Unwrap returns what is wrong with it.
func (e *Error) Unwrap() error { return e.Err }

// add fills in what p lacks. The names are those of MaxMind's databases
// (GeoIP2 and GeoLite2 City, Country, ASN) and of those that write the same
// format flat (IPinfo, DB-IP, ip-location-db).
func (f *File) add(p *footfall.Place, a netip.Addr) {
	r := f.db.Lookup(a)
	if !r.Found() {
		return
	}
	if p.Country == "" {
		p.Country = code(text(r, path{"country", "iso_code"}, path{"country_code"}, path{"country"}, path{"registered_country", "iso_code"}))
	}
	if !p.Known() {
		lat, ok1 := number(r, path{"location", "latitude"}, path{"latitude"}, path{"lat"})
		lon, ok2 := number(r, path{"location", "longitude"}, path{"longitude"}, path{"lng"}, path{"lon"})
		if ok1 && ok2 && lat >= -90 && lat <= 90 && lon >= -180 && lon <= 180 {
			p.Lat, p.Lon, p.Radius = lat, lon, cityRadius
			if km, ok := number(r, path{"location", "accuracy_radius"}, path{"accuracy_radius"}, path{"radius"}); ok && km >= 1 && km < 20_000 {
				p.Radius = km
			}
			p.City = text(r, path{"city", "names", "en"}, path{"city"})
		}
	}
	if p.AS == 0 {
		if n, ok := number(r, path{"autonomous_system_number"}, path{"asn"}, path{"as_number"}); ok && n >= 1 && n < 1<<32 {
			p.AS = uint32(n)
			p.Org = text(r, path{"autonomous_system_organization"}, path{"as_name"}, path{"as_organization"}, path{"organization"})
		}
	}
}

type path []any

// text is the first of the paths that leads to a string.
func text(r maxminddb.Result, paths ...path) string {
	for _, p := range paths {
		var s string
		if err := r.DecodePath(&s, p...); err == nil && s != "" {
			return strings.ToValidUTF8(s[:min(len(s), 200)], "")
		}
	}
	return ""
}

// number is the first of the paths that leads to a number, or to a string of
// one, with "AS" in front or not.
func number(r maxminddb.Result, paths ...path) (float64, bool) {
	for _, p := range paths {
		var v any
		if err := r.DecodePath(&v, p...); err != nil {
			continue
		}
		switch v := v.(type) {
		case float64:
			return v, v == v
		case float32:
			return float64(v), v == v
		case uint64:
			return float64(v), true
		case int32:
			return float64(v), true
		case string:
			if n, err := strconv.ParseFloat(strings.TrimPrefix(v, "AS"), 64); err == nil && n == n {
				return n, true
			}
		}
	}
	return 0, false
}

// code is a country's code of two letters, else "".
func code(s string) string {
	if len(s) != 2 {
		return ""
	}
	return strings.ToUpper(s)
}

// Ranges returns the countries of a file that is one, joined where they are
// the same: IPv4 and IPv6 addresses in order. geo/gen makes the embedded table
// of it.
func (f *File) Ranges() (four, six []Range, err error) {
	for r := range f.db.Networks() {
		if err := r.Err(); err != nil {
			return nil, nil, &Error{f.name, err}
		}
		p := r.Prefix()
		c := code(text(r, path{"country_code"}, path{"country", "iso_code"}))
		if a := p.Addr().Unmap(); a.Is4() {
			bits := p.Bits()
			if p.Addr().Is4In6() {
				bits -= 96
			}
			four = appendRange(four, upper(a), uint64(1)<<(32-bits), c)
		} else if p.Bits() <= 64 {
			six = appendRange(six, upper(a), uint64(1)<<(64-p.Bits()), c)
		}
	}
	return join(four), join(six), nil
}

func upper(a netip.Addr) uint64 {
	n := uint64(0)
	for _, b := range a.AsSlice()[:min(8, a.BitLen()/8)] {
		n = n<<8 | uint64(b)
	}
	return n
}

// appendRange adds a network and what lies behind it, unknown until the next.
func appendRange(list []Range, start, size uint64, c string) []Range {
	if n := len(list); n > 0 && list[n-1].Addr == start {
		list = list[:n-1]
	}
	return append(list, Range{start, c}, Range{start + size, ""})
}

// join leaves out what begins no other country, and what begins beyond the
// last address.
func join(list []Range) []Range {
	list = slices.CompactFunc(list, func(a, b Range) bool { return a.Country == b.Country })
	if n := len(list); n > 0 && list[n-1].Country == "" && list[n-1].Addr&(1<<32-1) == 0 && (list[n-1].Addr == 0 || list[n-1].Addr == 1<<32) {
		list = list[:n-1]
	}
	return list
}
