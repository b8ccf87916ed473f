package zeek

import (
	"math"
	"strconv"
)

// micros reads a decimal number and gives it times a million, rounded: the
// tables write six digits behind the point, JSON writes all that a double has.
func micros(s string) (int64, bool) {
	i, whole := 0, int64(0)
	for i < len(s) && i < 13 && s[i]-'0' <= 9 {
		whole = whole*10 + int64(s[i]-'0')
		i++
	}
	if i == 0 {
		return float(s)
	}
	if i == len(s) {
		return whole * 1e6, true
	}
	if s[i] != '.' {
		return float(s)
	}
	part, unit := int64(0), int64(1e6)
	for i++; i < len(s) && s[i]-'0' <= 9; i++ {
		if unit > 1 {
			unit /= 10
			part += int64(s[i]-'0') * unit
		} else if unit == 1 {
			unit = 0
			if s[i] >= '5' {
				part++
			}
		}
	}
	if i < len(s) {
		return float(s)
	}
	return whole*1e6 + part, true
}

// float reads what is written otherwise: a sign, an exponent.
func float(s string) (int64, bool) {
	if s == "" || len(s) > 40 || s[0] > '9' {
		return 0, false
	}
	for i := range len(s) {
		if c := s[i]; c-'0' > 9 && c != '.' && c != '-' && c != '+' && c != 'e' && c != 'E' {
			return 0, false
		}
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || math.Abs(f) > 9e12 {
		return 0, false
	}
	return int64(math.Round(f * 1e6)), true
}
