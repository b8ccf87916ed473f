package winevent

import "math"

// A Moment is a time as a record writes it.
type Moment struct {
	Sec   int64 // Unix seconds; of the clock on the wall when not Zoned
	Nano  int32
	Zoned bool // the record says which zone
	Whole bool // no fraction of a second was written
}

// The years that an int64 of nanoseconds holds.
const (
	minSec = math.MinInt64/1_000_000_000 + 1
	maxSec = math.MaxInt64/1_000_000_000 - 1
)

// UnixNano returns the time in nanoseconds; 0, that is unknown, outside the
// years 1678 to 2262 that they can hold: 1601 and 9999 say "never".
func (m Moment) UnixNano() int64 {
	if m.Sec < minSec || m.Sec > maxSec {
		return 0
	}
	return m.Sec*1e9 + int64(m.Nano)
}

// Time reads a time: RFC 3339 and its kin (T or a blank, any fraction, Z, an
// offset with or without colon, or no zone at all), .NET's /Date(ms)/, and
// Unix seconds, milli-, micro- or nanoseconds.
func Time(v []byte) (m Moment, ok bool) {
	if len(v) >= 19 && v[4] == '-' && v[7] == '-' {
		return civil(v)
	}
	if len(v) > 8 && string(v[:6]) == "/Date(" {
		end := 6
		for end < len(v) && (v[end] >= '0' && v[end] <= '9' || end == 6 && v[end] == '-') {
			end++
		}
		return unix(v[6:end], 1000)
	}
	return epoch(v)
}

func civil(v []byte) (m Moment, ok bool) {
	year, a := number(v[0:4])
	month, b := number(v[5:7])
	day, c := number(v[8:10])
	hour, d := number(v[11:13])
	minute, e := number(v[14:16])
	sec, f := number(v[17:19])
	if !(a && b && c && d && e && f) || v[10] != 'T' && v[10] != 't' && v[10] != ' ' || v[13] != ':' || v[16] != ':' {
		return m, false
	}
	if month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || sec > 60 {
		return m, false
	}
	m.Sec = Days(year, month, day)*86400 + int64(hour*3600+minute*60+sec)
	rest := v[19:]
	rest = m.fraction(rest)
	return m, m.zone(rest)
}

// fraction reads .123456789 and returns what follows; digits past the ninth are dropped.
func (m *Moment) fraction(v []byte) []byte {
	if len(v) < 2 || v[0] != '.' && v[0] != ',' {
		m.Whole = true
		return v
	}
	i, scale := 1, int32(100_000_000)
	for ; i < len(v) && v[i] >= '0' && v[i] <= '9'; i++ {
		m.Nano += int32(v[i]-'0') * scale
		scale /= 10
	}
	return v[i:]
}

func (m *Moment) zone(v []byte) bool {
	for len(v) > 0 && v[0] == ' ' {
		v = v[1:]
	}
	if len(v) == 0 {
		return true
	}
	if len(v) == 1 && v[0]|0x20 == 'z' || string(v) == "UTC" {
		m.Zoned = true
		return true
	}
	if v[0] != '+' && v[0] != '-' || len(v) < 3 {
		return false
	}
	hour, ok := number(v[1:3])
	rest := v[3:]
	if len(rest) > 0 && rest[0] == ':' {
		rest = rest[1:]
	}
	minute := 0
	if len(rest) > 0 {
		var good bool
		minute, good = number(rest)
		ok = ok && good && len(rest) == 2
	}
	if !ok || hour > 15 || minute > 59 {
		return false
	}
	off := int64(hour*3600 + minute*60)
	if v[0] == '-' {
		off = -off
	}
	m.Sec -= off
	m.Zoned = true
	return true
}

// epoch reads Unix time; the number of digits tells the unit.
func epoch(v []byte) (Moment, bool) {
	n := 0
	for n < len(v) && v[n] >= '0' && v[n] <= '9' {
		n++
	}
	switch {
	case n == 10 && len(v) > n && v[n] == '.':
		m, ok := unix(v[:n], 1)
		return m, ok && len(m.fraction(v[n:])) == 0
	case n != len(v):
		return Moment{}, false
	case n == 9 || n == 10:
		return unix(v, 1)
	case n == 12 || n == 13:
		return unix(v, 1000)
	case n == 16:
		return unix(v, 1e6)
	case n == 19:
		return unix(v, 1e9)
	}
	return Moment{}, false
}

// unix reads a number of which there are per to the second.
func unix(v []byte, per int64) (Moment, bool) {
	neg := len(v) > 0 && v[0] == '-'
	if neg {
		v = v[1:]
	}
	u, ok := Uint(v)
	if !ok || u > math.MaxInt64 {
		return Moment{}, false
	}
	n := int64(u)
	if neg {
		n = -n
	}
	sec, frac := n/per, n%per
	if frac < 0 {
		sec, frac = sec-1, frac+per
	}
	return Moment{Sec: sec, Nano: int32(frac * (1e9 / per)), Zoned: true, Whole: per == 1}, true
}

func number(v []byte) (n int, ok bool) {
	for _, c := range v {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, true
}

// Days returns the days from 1970-01-01 to a day of the Gregorian calendar.
// (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil.)
func Days(year, month, day int) int64 {
	if month <= 2 {
		year--
	}
	era := year / 400
	yoe := year - era*400
	doy := (153*((month+9)%12)+2)/5 + day - 1
	doe := yoe*365 + yoe/4 - yoe/100 + doy
	return int64(era)*146097 + int64(doe) - 719468
}
