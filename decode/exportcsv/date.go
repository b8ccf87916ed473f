package exportcsv

import (
	"bytes"

	"github.com/footfall/footfall/internal/winevent"
)

func contains(v []byte, s string) bool { return bytes.Contains(v, []byte(s)) }

// date reads a time as .NET writes it in the culture of whoever exported: ISO,
// or three numbers for the day and three for the clock, with or without AM
// and PM.
func date(v []byte) (m winevent.Moment, ok bool) {
	if m, ok := winevent.Time(v); ok {
		return m, true
	}
	var n [6]int
	var width [6]int
	i, k := 0, 0
	for k < 6 && i < len(v) {
		from := i
		for i < len(v) && v[i] >= '0' && v[i] <= '9' && i-from < 5 {
			n[k] = n[k]*10 + int(v[i]-'0')
			i++
		}
		if width[k] = i - from; width[k] == 0 {
			break
		}
		k++
		for i < len(v) && separates(v[i], k) {
			i++
		}
	}
	if k < 5 {
		return m, false
	}
	for k == 6 && i > 0 && v[i-1] == '.' && i < len(v) && v[i] >= '0' && v[i] <= '9' { // a fraction of a second
		i = fraction(&m, v, i)
	}
	half := halfOfDay(v[i:])
	if half == broken {
		return m, false
	}
	year, month, day := order(n, width, v, half != whole)
	hour := n[3]
	switch {
	case half != whole && (hour < 1 || hour > 12):
		return m, false
	case half == morning:
		hour %= 12
	case half == afternoon:
		hour = hour%12 + 12
	}
	if month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || n[4] > 59 || n[5] > 60 {
		return m, false
	}
	m.Sec = winevent.Days(year, month, day)*86400 + int64(hour*3600+n[4]*60+n[5])
	return m, true
}

// separates says whether c may stand behind the k-th number.
func separates(c byte, k int) bool {
	switch c {
	case ' ', ',':
		return k != 4 && k != 5
	case '/', '-':
		return k < 3
	case '.':
		return true
	case ':':
		return k > 3 && k < 6
	case 'T':
		return k == 3
	}
	return false
}

type half uint8

const (
	whole half = iota // a clock of 24 hours
	morning
	afternoon
	broken
)

func halfOfDay(v []byte) half {
	var letters [2]byte
	n := 0
	for i := 0; i < len(v); i++ {
		switch c := v[i]; {
		case c == ' ' || c == '.' || c >= 0x80: // a no-break space stands before AM since ICU 72
		case n == len(letters):
			return broken
		default:
			letters[n] = c | 0x20
			n++
		}
	}
	switch string(letters[:n]) {
	case "":
		return whole
	case "am":
		return morning
	case "pm":
		return afternoon
	}
	return broken
}

// order tells year, month and day apart.
func order(n, width [6]int, v []byte, twelve bool) (year, month, day int) {
	if width[0] == 4 {
		return n[0], n[1], n[2]
	}
	year = n[2]
	if width[2] == 2 {
		year += 2000
	}
	slash := v[width[0]] == '/'
	dayFirst := !slash || !twelve || width[0] == 1 && width[1] == 2 && n[1] < 10
	switch {
	case n[0] > 12:
		dayFirst = true
	case n[1] > 12:
		dayFirst = false
	}
	if dayFirst {
		return year, n[1], n[0]
	}
	return year, n[0], n[1]
}

// fraction reads digits at i into m's nanoseconds and returns where they end.
func fraction(m *winevent.Moment, v []byte, i int) int {
	n, unit := int32(0), int32(100_000_000)
	for ; i < len(v) && v[i] >= '0' && v[i] <= '9'; i++ {
		n += int32(v[i]-'0') * unit
		unit /= 10
	}
	m.Nano = n
	return i
}
