package sigma

import "time"

// A datePart is what a time modifier takes of a date.
type datePart uint8

const (
	partMinute datePart = iota + 1
	partHour
	partDay
	partWeek
	partMonth
	partYear
)

var dateParts = map[string]datePart{
	"minute": partMinute, "hour": partHour, "day": partDay,
	"week": partWeek, "month": partMonth, "year": partYear,
}

// of returns the part of a date as it is written: no zone is applied
// (modifiers appendix 2.1, Time Modifiers). Dates are ISO 8601, with a blank
// or a T before the time and with - or / between the numbers, or a time of
// day alone for minute and hour. Weeks are ISO 8601's.
func (d datePart) of(s string) (int, bool) {
	y, m, day, rest, ok := isoDate(s)
	if !ok {
		rest = s
	}
	switch d {
	case partMinute, partHour:
		if ok {
			if len(rest) < 1 || rest[0] != 'T' && rest[0] != ' ' && rest[0] != 't' {
				return 0, false
			}
			rest = rest[1:]
		}
		hour, ok1 := twoDigits(rest, 0)
		minute, ok2 := twoDigits(rest, 3)
		if !ok1 || !ok2 || rest[2] != ':' || hour > 23 || minute > 59 {
			return 0, false
		}
		if d == partHour {
			return hour, true
		}
		return minute, true
	}
	if !ok {
		return 0, false
	}
	switch d {
	case partDay:
		return day, true
	case partMonth:
		return m, true
	case partYear:
		return y, true
	}
	_, week := time.Date(y, time.Month(m), day, 0, 0, 0, 0, time.UTC).ISOWeek()
	return week, true
}

// isoDate reads YYYY-MM-DD at the beginning of s and returns what is behind it.
func isoDate(s string) (y, m, d int, rest string, ok bool) {
	hi, ok1 := twoDigits(s, 0)
	lo, ok2 := twoDigits(s, 2)
	m, ok3 := twoDigits(s, 5)
	d, ok4 := twoDigits(s, 8)
	if !ok1 || !ok2 || !ok3 || !ok4 || s[4] != s[7] || s[4] != '-' && s[4] != '/' {
		return 0, 0, 0, "", false
	}
	if m < 1 || m > 12 || d < 1 || d > 31 {
		return 0, 0, 0, "", false
	}
	return hi*100 + lo, m, d, s[10:], true
}

func twoDigits(s string, i int) (int, bool) {
	if len(s) < i+2 || s[i] < '0' || s[i] > '9' || s[i+1] < '0' || s[i+1] > '9' {
		return 0, false
	}
	return int(s[i]-'0')*10 + int(s[i+1]-'0'), true
}
