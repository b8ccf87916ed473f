package geo

import (
	"bufio"
	"bytes"
	"compress/flate"
	_ "embed"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/ipmap"
)

// countries is made by geo/gen; docs/geo.md says from what.
//
//go:embed countries.bin
var countries []byte

// centres has a line for each country: its code, the degrees north and east of
// a point in its middle, and the kilometres around it within which it lies
// whole, with its islands where they are of the same code.
//
//go:embed centres.txt
var centres string

// A country is what the table knows of one.
type country struct {
	code             string
	lat, lon, radius float64
}

func (c *country) place() footfall.Place {
	return footfall.Place{Country: c.code, Lat: c.lat, Lon: c.lon, Radius: c.radius}
}

func readCentres() (map[string]country, error) {
	m := map[string]country{}
	for line := range strings.Lines(centres) {
		var c country
		if _, err := fmt.Sscan(line, &c.code, &c.lat, &c.lon, &c.radius); err != nil {
			return nil, fmt.Errorf("geo: centres.txt: %q: %w", line, err)
		}
		m[c.code] = c
	}
	return m, nil
}

// The embedded file is DEFLATE (RFC 1951) over: the number of countries and
// their codes of two letters; then for IPv4 and for IPv6 the number of ranges,
// and for each how far it begins behind the one before, as a variable-length
// number, of IPv6 in the upper 64 bits; then the country of each, 0 for none.

// maxRanges bounds what is read of a table.
const maxRanges = 1 << 22

var errTable = errors.New("geo: the table of countries is not whole")

// readTable reads the embedded form: values of the table are 1 + indices into codes.
func readTable(data []byte) (t *ipmap.Table, codes []string, err error) {
	r := bufio.NewReader(flate.NewReader(bytes.NewReader(data)))
	n, err := binary.ReadUvarint(r)
	if err != nil || n > 254 {
		return nil, nil, errTable
	}
	two := make([]byte, 2)
	for range n {
		if _, err := io.ReadFull(r, two); err != nil {
			return nil, nil, errTable
		}
		codes = append(codes, string(two))
	}
	t = &ipmap.Table{}
	for _, add := range []func(uint64, uint32){
		func(a uint64, v uint32) { t.Add4(uint32(a), v) },
		func(a uint64, v uint32) { t.Add6(a, 0, v) },
	} {
		if err := readRanges(r, len(codes), add); err != nil {
			return nil, nil, err
		}
	}
	t.Done()
	return t, codes, nil
}

func readRanges(r *bufio.Reader, known int, add func(uint64, uint32)) error {
	n, err := binary.ReadUvarint(r)
	if err != nil || n > maxRanges {
		return errTable
	}
	var starts []uint64
	at := uint64(0)
	for range n {
		d, err := binary.ReadUvarint(r)
		if err != nil || at+d < at {
			return errTable
		}
		at += d
		starts = append(starts, at)
	}
	for _, s := range starts {
		v, err := r.ReadByte()
		if err != nil || int(v) > known {
			return errTable
		}
		add(s, uint32(v))
	}
	return nil
}

// A Range begins where a country's addresses begin, in order; it ends where
// the next begins. Addr is an IPv4 address, or the upper half of an IPv6 one.
type Range struct {
	Addr    uint64
	Country string // "" where none is known
}

// WriteTable writes the embedded form; geo/gen uses it.
func WriteTable(four, six []Range) ([]byte, error) {
	index := map[string]byte{"": 0}
	var codes []string
	for _, r := range append(append([]Range(nil), four...), six...) {
		if _, ok := index[r.Country]; !ok {
			codes = append(codes, r.Country)
			index[r.Country] = byte(len(codes))
		}
	}
	if len(codes) > 254 {
		return nil, fmt.Errorf("geo: %d countries are too many", len(codes))
	}
	raw := binary.AppendUvarint(nil, uint64(len(codes)))
	raw = append(raw, strings.Join(codes, "")...)
	for _, list := range [][]Range{four, six} {
		raw = binary.AppendUvarint(raw, uint64(len(list)))
		at := uint64(0)
		for _, r := range list {
			raw = binary.AppendUvarint(raw, r.Addr-at)
			at = r.Addr
		}
		for _, r := range list {
			raw = append(raw, index[r.Country])
		}
	}
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, flate.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(raw); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
