// Package clock reads the time stamps that begin log lines: RFC 3164, ISO
// 8601 and RFC 3339 with their relatives, and Unix seconds. In goes text, out
// come Unix nanoseconds UTC and how many bytes the stamp takes. It never
// asks what time it is, and it never allocates.
package clock

import "strings"

// Yearless is the year that a stamp without one is given: a leap year, so
// that February 29 exists. A time in it is unresolved; whoever knows the year
// (a flag, a dated neighbour, the time of receipt) moves it there. Nothing
// that logs remote access is as old as that, so no dated stamp is mistaken.
const Yearless = 1972

const (
	second = int64(1e9)
	minute = 60 * second
	hour   = 60 * minute
	day    = 24 * hour
)

// Unresolved reports whether a time is one of a stamp without a year.
func Unresolved(ns int64) bool {
	return ns >= yearlessFrom && ns < yearlessTo
}

var (
	yearlessFrom = daysTo(Yearless, 1, 1) * day
	yearlessTo   = daysTo(Yearless+1, 1, 1) * day
)

// InYear moves a time that is Unresolved into a year. February 29 becomes
// March 1 in a year that has none.
func InYear(ns int64, year int) int64 {
	in := ns - yearlessFrom
	d := in / day
	if d >= 60 && !leap(year) { // March 1 and after; day 59 is February 29, and March 1 where there is none
		in -= day
	}
	return daysTo(year, 1, 1)*day + in
}

// A Civil is a calendar date and a time of day.
type Civil struct {
	Year, Month, Day     int
	Hour, Minute, Second int
	Nano                 int64
	Offset               int // seconds east of UTC
}

// Unix returns the time in Unix nanoseconds. ok is false when there is no
// such date or time of day; second 60 is the first of the next minute. A
// year that nanoseconds cannot hold (before 1678, after 2261) gives 0.
func (c Civil) Unix() (ns int64, ok bool) {
	if c.Month < 1 || c.Month > 12 || c.Day < 1 || c.Day > monthLen(c.Year, c.Month) ||
		c.Hour > 23 || c.Minute > 59 || c.Second > 60 {
		return 0, false
	}
	if c.Year < 1678 || c.Year > 2261 {
		return 0, true
	}
	s := int64(c.Hour)*3600 + int64(c.Minute)*60 + int64(c.Second) - int64(c.Offset)
	return daysTo(c.Year, c.Month, c.Day)*day + s*second + c.Nano, true
}

// Parse reads the stamp at the beginning of s, whichever of the kinds below
// it is, behind the name of a weekday too. n is its length, 0 when s begins
// with none. A stamp without a zone is taken as UTC, one without a year as of Yearless.
func Parse(s string) (ns int64, n int) {
	if len(s) < 10 {
		return 0, 0
	}
	if s[0] >= '0' && s[0] <= '9' {
		if ns, n = ISO(s); n > 0 {
			return ns, n
		}
		if s[4] == ' ' {
			return yearFirst(s)
		}
		return Unix(s)
	}
	if w := weekday(s); w > 0 {
		if ns, n = ISO(s[w:]); n == 0 {
			ns, n = bsd(s[w:], true)
		} else {
			n += zoneName(s[w+n:])
		}
		if n == 0 {
			return 0, 0
		}
		return ns, w + n
	}
	return bsd(s, false)
}

// ISO reads "2006-01-02T15:04:05" and its relatives: a blank for the T, a
// fraction behind "." or ",", a zone "Z", "+01", "+0100" or "+01:00", also
// behind a blank (RFC 3339; ISO 8601; journalctl; the unified log of macOS).
func ISO(s string) (ns int64, n int) {
	if len(s) < 19 || s[4] != '-' || s[7] != '-' || (s[10] != 'T' && s[10] != ' ' && s[10] != 't') {
		return 0, 0
	}
	var c Civil
	var ok bool
	if c.Hour, c.Minute, c.Second, ok = hms(s[11:]); !ok {
		return 0, 0
	}
	hi, lo := two(s), two(s[2:])
	c.Month, c.Day = two(s[5:]), two(s[8:])
	if hi < 0 || lo < 0 || c.Month < 0 || c.Day < 0 {
		return 0, 0
	}
	c.Year = hi*100 + lo
	n = 19
	var k int
	c.Nano, k = fraction(s[n:])
	n += k
	c.Offset, k = zone(s[n:])
	n += k
	if ns, ok = c.Unix(); !ok {
		return 0, 0
	}
	return ns, n
}

// BSD reads "Jan _2 15:04:05", with a fraction, and with a year before or
// behind the time (RFC 3164 section 4.1.2 and what came of it). The year is
// Yearless when there is none.
func BSD(s string) (ns int64, n int) { return bsd(s, false) }

func bsd(s string, ctime bool) (ns int64, n int) {
	c := Civil{Year: Yearless, Month: month(s)}
	if c.Month == 0 || len(s) < 14 {
		return 0, 0
	}
	n = 4
	if long := s[:4]; long == "June" || long == "July" || long == "Sept" { // NetScaler writes the first two out
		n = 5
	}
	if s[n-1] != ' ' {
		return 0, 0
	}
	if s[n] == ' ' {
		n++
	}
	d, k := number(s[n:], 2)
	if k == 0 || s[n+k] != ' ' {
		return 0, 0
	}
	c.Day = d
	n += k + 1
	if y, k := number(s[n:], 4); k == 4 && n+5 < len(s) && s[n+4] == ' ' {
		c.Year = y
		n += 5
	}
	return clockTime(s, n, c, ctime)
}

// yearFirst reads "2006 Jan _2 15:04:05".
func yearFirst(s string) (ns int64, n int) {
	y, k := number(s, 4)
	if k != 4 || len(s) < 20 {
		return 0, 0
	}
	c := Civil{Year: y, Month: month(s[5:])}
	if c.Month == 0 || s[8] != ' ' {
		return 0, 0
	}
	n = 9
	if s[n] == ' ' {
		n++
	}
	c.Day, k = number(s[n:], 2)
	if k == 0 || n+k >= len(s) || s[n+k] != ' ' {
		return 0, 0
	}
	return clockTime(s, n+k+1, c, false)
}

// clockTime reads the time of day at s[n:]; behind it, for the stamps of
// ctime(3), the year.
func clockTime(s string, n int, c Civil, ctime bool) (int64, int) {
	var ok bool
	if c.Hour, c.Minute, c.Second, ok = hms(s[min(n, len(s)):]); !ok {
		return 0, 0
	}
	n += 8
	var k int
	c.Nano, k = fraction(s[n:])
	n += k
	if n < len(s) && (s[n] == '+' || s[n] == '-' || s[n] == 'Z') {
		c.Offset, k = zone(s[n:])
		n += k
	} else {
		n += zoneName(s[n:])
	}
	if ctime && len(s) >= n+5 && s[n] == ' ' {
		if y, k := number(s[n+1:], 4); k == 4 && (len(s) == n+5 || s[n+5] == ' ') {
			c.Year = y
			n += 5
		}
	}
	ns, ok := c.Unix()
	if !ok {
		return 0, 0
	}
	return ns, n
}

// Kibana reads "Jan 2, 2006 @ 15:04:05.000", as Kibana shows a time and writes it
// into CSV: in the zone of whoever looked, which it does not name.
func Kibana(s string) (ns int64, n int) {
	var c Civil
	if len(s) < 22 || s[3] != ' ' {
		return 0, 0
	}
	if c.Month = month(s); c.Month == 0 {
		return 0, 0
	}
	n = 4
	var k int
	if c.Day, k = number(s[n:], 2); k == 0 || !strings.HasPrefix(s[n+k:], ", ") {
		return 0, 0
	}
	n += k + 2
	if c.Year, k = number(s[n:], 4); k != 4 || !strings.HasPrefix(s[n+k:], " @ ") {
		return 0, 0
	}
	n += k + 3
	var ok bool
	if c.Hour, c.Minute, c.Second, ok = hms(s[n:]); !ok {
		return 0, 0
	}
	n += len("15:04:05")
	c.Nano, k = fraction(s[n:])
	n += k
	if ns, ok = c.Unix(); !ok {
		return 0, 0
	}
	return ns, n
}

// Unix reads seconds since 1970 with a fraction, as journalctl -o short-unix
// writes them: nine to eleven digits, a point, up to nine more.
func Unix(s string) (ns int64, n int) {
	sec, k := number(s, 11)
	if k < 9 || k >= len(s) || s[k] != '.' || sec > 9_000_000_000 {
		return 0, 0
	}
	f, m := fraction(s[k:])
	if m == 0 {
		return 0, 0
	}
	return int64(sec)*second + f, k + m
}

// Zoned reports whether a stamp that Parse read names its zone, as Z, as an
// offset, or by the name of UTC; seconds since 1970 are always UTC's.
func Zoned(stamp string) bool {
	i := strings.IndexByte(stamp, ':')
	if i < 0 {
		return true
	}
	if i += len(":04:05"); i > len(stamp) {
		return false
	}
	rest := stamp[i:]
	_, k := fraction(rest)
	rest = strings.TrimLeft(rest[k:], " ")
	if rest == "" {
		return false
	}
	switch rest[0] {
	case 'Z', 'z', '+', '-':
		return true
	}
	return strings.HasPrefix(rest, "UTC") || strings.HasPrefix(rest, "GMT")
}

// hms reads "15:04:05".
func hms(s string) (h, m, sec int, ok bool) {
	if len(s) < 8 || s[2] != ':' || s[5] != ':' {
		return 0, 0, 0, false
	}
	h, m, sec = two(s), two(s[3:]), two(s[6:])
	return h, m, sec, h >= 0 && m >= 0 && sec >= 0
}

// two reads two digits; -1 when they are none.
func two(s string) int {
	a, b := s[0]-'0', s[1]-'0'
	if a > 9 || b > 9 {
		return -1
	}
	return int(a)*10 + int(b)
}

// number reads up to most digits.
func number(s string, most int) (v, n int) {
	for n < len(s) && n < most && s[n]-'0' <= 9 {
		v = v*10 + int(s[n]-'0')
		n++
	}
	return v, n
}

// fraction reads "." or "," and digits, of which nine count.
func fraction(s string) (nano int64, n int) {
	if len(s) < 2 || (s[0] != '.' && s[0] != ',') || s[1]-'0' > 9 {
		return 0, 0
	}
	unit := second
	for n = 1; n < len(s) && s[n]-'0' <= 9; n++ {
		unit /= 10
		nano += int64(s[n]-'0') * unit
	}
	return nano, n
}

// zone reads "Z", "+01", "+0100" or "+01:00". Behind a blank only the full
// forms are one: a word that begins with a sign may follow.
func zone(s string) (offset, n int) {
	if s == "" {
		return 0, 0
	}
	if s[0] == 'Z' || s[0] == 'z' {
		return 0, 1
	}
	blank := 0
	if s[0] == ' ' {
		blank = 1
	}
	z := s[blank:]
	if len(z) < 3 || (z[0] != '+' && z[0] != '-') || two(z[1:]) < 0 || two(z[1:]) > 15 {
		return 0, 0
	}
	h, m := two(z[1:]), 0
	n = 3
	if len(z) >= 6 && z[3] == ':' && two(z[4:]) >= 0 {
		m, n = two(z[4:]), 6
	} else if len(z) >= 5 && two(z[3:]) >= 0 {
		m, n = two(z[3:]), 5
	}
	if m > 59 || (blank == 1 && (n == 3 || (n < len(z) && z[n] != ' '))) {
		return 0, 0
	}
	offset = h*3600 + m*60
	if z[0] == '-' {
		offset = -offset
	}
	return offset, n + blank
}

// zoneName reads the name of UTC behind a blank. Other names of zones are not
// unique and stay unread.
func zoneName(s string) int {
	if len(s) >= 5 && s[0] == ' ' && (s[1:4] == "UTC" || s[1:4] == "GMT") && s[4] == ' ' {
		return 4
	}
	return 0
}

func weekday(s string) int {
	switch s[:3] {
	case "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun":
	default:
		return 0
	}
	if s[3] == ' ' {
		return 4
	}
	if s[3] == ',' && s[4] == ' ' {
		return 5
	}
	return 0
}

func month(s string) int {
	if len(s) < 3 {
		return 0
	}
	switch uint32(s[0])<<16 | uint32(s[1])<<8 | uint32(s[2]) {
	case 'J'<<16 | 'a'<<8 | 'n':
		return 1
	case 'F'<<16 | 'e'<<8 | 'b':
		return 2
	case 'M'<<16 | 'a'<<8 | 'r':
		return 3
	case 'A'<<16 | 'p'<<8 | 'r':
		return 4
	case 'M'<<16 | 'a'<<8 | 'y':
		return 5
	case 'J'<<16 | 'u'<<8 | 'n':
		return 6
	case 'J'<<16 | 'u'<<8 | 'l':
		return 7
	case 'A'<<16 | 'u'<<8 | 'g':
		return 8
	case 'S'<<16 | 'e'<<8 | 'p':
		return 9
	case 'O'<<16 | 'c'<<8 | 't':
		return 10
	case 'N'<<16 | 'o'<<8 | 'v':
		return 11
	case 'D'<<16 | 'e'<<8 | 'c':
		return 12
	}
	return 0
}

func leap(y int) bool { return y%4 == 0 && (y%100 != 0 || y%400 == 0) }

func monthLen(y, m int) int {
	switch m {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if leap(y) {
			return 29
		}
		return 28
	}
	return 31
}

// daysTo counts the days from 1970-01-01 to a date of the Gregorian calendar
// (H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil).
func daysTo(y, m, d int) int64 {
	if m <= 2 {
		y--
		m += 12
	}
	era := y / 400
	yoe := y - era*400
	doy := (153*(m-3)+2)/5 + d - 1
	doe := yoe*365 + yoe/4 - yoe/100 + doy
	return int64(era)*146097 + int64(doe) - 719468
}
