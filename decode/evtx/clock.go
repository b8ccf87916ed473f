package evtx

import "strconv"

// A FILETIME counts ticks of 100 ns since 1601.
const (
	ticksPerSecond = 10_000_000
	ticksPerDay    = 86400 * ticksPerSecond
	daysTo1970     = 134774
)

// unixNano returns a FILETIME as Unix nanoseconds, 0 when they cannot hold it.
func unixNano(ft uint64) int64 {
	const (
		epoch = daysTo1970 * ticksPerDay
		span  = (1<<63 - 1) / 100
	)
	if ft < epoch-span || ft > epoch+span {
		return 0
	}
	return (int64(ft) - epoch) * 100
}

// A clock writes times, and remembers the day that it wrote last: records of
// a log follow each other.
type clock struct {
	known bool
	day   uint64
	date  [16]byte
	n     int
}

// append appends a FILETIME as Windows writes it: seven digits after the
// point, in UTC.
func (c *clock) append(dst []byte, ft uint64) []byte {
	day, rest := ft/ticksPerDay, ft%ticksPerDay
	if day != c.day || !c.known {
		c.known, c.day = true, day
		c.n = len(appendDate(c.date[:0], day))
	}
	dst = append(dst, c.date[:c.n]...)
	sec, frac := uint32(rest/ticksPerSecond), uint32(rest%ticksPerSecond)
	h, m, s := sec/3600, sec/60%60, sec%60
	return append(dst, 'T',
		byte('0'+h/10), byte('0'+h%10), ':', byte('0'+m/10), byte('0'+m%10), ':', byte('0'+s/10), byte('0'+s%10), '.',
		byte('0'+frac/1000000), byte('0'+frac/100000%10), byte('0'+frac/10000%10), byte('0'+frac/1000%10),
		byte('0'+frac/100%10), byte('0'+frac/10%10), byte('0'+frac%10), 'Z')
}

// appendDate appends the date that is day days after 1601-01-01, by the
// civil_from_days algorithm (Howard Hinnant, chrono-compatible low-level date
// algorithms): years begin in March, so that the leap day is the last.
func appendDate(dst []byte, day uint64) []byte {
	const daysTo1601 = 584694 // from 0000-03-01
	z := day + daysTo1601
	era, doe := z/146097, z%146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	y, m, d := era*400+yoe, mp+3, doy-(153*mp+2)/5+1
	if m > 12 {
		y, m = y+1, m-12
	}
	return appendPadded(append(appendPadded(append(appendPadded(dst, y, 4), '-'), m, 2), '-'), d, 2)
}

func appendPadded(dst []byte, n uint64, digits int) []byte {
	for p := uint64(10); digits > 1; digits-- {
		if n < p {
			for ; digits > 1; digits-- {
				dst = append(dst, '0')
			}
			break
		}
		p *= 10
	}
	return strconv.AppendUint(dst, n, 10)
}

// appendSystime appends a SYSTEMTIME: year, month, day of the week, day,
// hour, minute, second, millisecond.
func appendSystime(dst, b []byte) []byte {
	if len(b) != 16 {
		return appendHex(dst, b)
	}
	at := func(i int) uint64 { return uint64(le.Uint16(b[2*i:])) }
	dst = append(appendPadded(dst, at(0), 4), '-')
	dst = append(appendPadded(dst, at(1), 2), '-')
	dst = append(appendPadded(dst, at(3), 2), 'T')
	dst = append(appendPadded(dst, at(4), 2), ':')
	dst = append(appendPadded(dst, at(5), 2), ':')
	dst = append(appendPadded(dst, at(6), 2), '.')
	return append(appendPadded(dst, at(7), 3), 'Z')
}
