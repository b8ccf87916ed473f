package clock

// Local reads a date of numbers alone and a time of day, as Windows writes
// them by the settings of whoever runs it: "3/4/2031 10:00:01 AM",
// "04.03.2031 10:00:01", "2031/3/4 10:00", "20310304 10:00:01". Three numbers
// between slashes are month, day and year with AM or PM, which the United
// States have, unless the month is padded less than the day; and day, month
// and year without; and as Kibana writes it by its user's browser. n is its
// length, 0 when there is none. It names no zone.
func Local(s string) (ns int64, n int) {
	if s != "" && s[0] >= 'A' {
		return Kibana(s)
	}
	var c Civil
	d, n := localDate(s)
	if n == 0 {
		return 0, 0
	}
	for n < len(s) && (s[n] == ' ' || s[n] == ',' || s[n] == 'T' || s[n] == '.') {
		n++
	}
	k := 0
	for i, part := range [...]*int{&c.Hour, &c.Minute, &c.Second} {
		v, w := number(s[n:], 2)
		if w == 0 {
			return 0, 0
		}
		*part, n, k = v, n+w, i
		if i == 2 || n+1 >= len(s) || s[n] != ':' && s[n] != '.' || s[n+1]-'0' > 9 {
			break
		}
		n++
	}
	if k == 0 {
		return 0, 0
	}
	if k == 2 {
		nano, w := fraction(s[n:])
		c.Nano, n = nano, n+w
	}
	half, w := halfOfDay(s[n:])
	if n += w; half != 0 {
		if c.Hour < 1 || c.Hour > 12 {
			return 0, 0
		}
		c.Hour = c.Hour%12 + int(half-1)*12
	}
	c.Year, c.Month, c.Day = d.order(half != 0)
	ns, ok := c.Unix()
	if !ok {
		return 0, 0
	}
	return ns, n
}

// A numbers is a date before it is known which number is which.
type numbers struct {
	v, width [3]int
	slash    bool
}

func localDate(s string) (d numbers, n int) {
	if _, w := number(s, 9); w == 8 {
		day, _ := number(s[6:], 2)
		month, _ := number(s[4:], 2)
		year, _ := number(s, 4)
		return numbers{v: [3]int{year, month, day}, width: [3]int{4, 2, 2}}, 8
	}
	for k := range d.v {
		v, w := number(s[n:], 5)
		if w == 0 || w > 4 {
			return d, 0
		}
		d.v[k], d.width[k] = v, w
		if n += w; k == 2 {
			break
		}
		if n >= len(s) || s[n] != '/' && s[n] != '-' && s[n] != '.' {
			return d, 0
		}
		d.slash = s[n] == '/'
		for n++; n < len(s) && s[n] == ' '; n++ { // "2031. 03. 04."
		}
	}
	return d, n
}

// order tells year, month and day apart.
func (d *numbers) order(twelve bool) (year, month, day int) {
	if d.width[0] == 4 {
		return d.v[0], d.v[1], d.v[2]
	}
	year = d.v[2]
	if d.width[2] == 2 {
		year += 2000
	}
	dayFirst := !d.slash || !twelve || d.width[0] == 1 && d.width[1] == 2 && d.v[1] < 10
	switch {
	case d.v[0] > 12:
		dayFirst = true
	case d.v[1] > 12:
		dayFirst = false
	}
	if dayFirst {
		return year, d.v[1], d.v[0]
	}
	return year, d.v[0], d.v[1]
}

// halfOfDay reads " AM", "\u202fPM" (since ICU 72) or " a.m.": 1 or 2, and 0
// when there is none.
func halfOfDay(s string) (half, n int) {
	i := 0
	for i < len(s) && (s[i] == ' ' || s[i] >= 0x80) && i < 4 {
		i++
	}
	if i+1 >= len(s) {
		return 0, 0
	}
	c := s[i] | 0x20
	if c != 'a' && c != 'p' {
		return 0, 0
	}
	i++
	for i < len(s) && (s[i] == '.' || s[i] == ' ') && i < 8 {
		i++
	}
	if i >= len(s) || s[i]|0x20 != 'm' || i+1 < len(s) && (s[i+1]|0x20 >= 'a' && s[i+1]|0x20 <= 'z' || s[i+1]-'0' <= 9) {
		return 0, 0
	}
	if i++; i < len(s) && s[i] == '.' {
		i++
	}
	if half = 1; c == 'p' {
		half = 2
	}
	return half, i
}
