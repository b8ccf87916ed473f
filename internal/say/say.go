// Package say writes numbers and times as people read them, for the sentences
// of findings: counts with their nouns, spans in the two largest units, lists
// that end when they are long.
package say

import (
	"strconv"
	"strings"
	"time"
)

// Count writes "1 host", "3 hosts".
func Count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	switch {
	case strings.HasSuffix(noun, "y") && !strings.HasSuffix(noun, "ay") && !strings.HasSuffix(noun, "ey"):
		noun = noun[:len(noun)-1] + "ies"
	case strings.HasSuffix(noun, "s"), strings.HasSuffix(noun, "x"), strings.HasSuffix(noun, "ch"), strings.HasSuffix(noun, "sh"):
		noun += "es"
	default:
		noun += "s"
	}
	return strconv.Itoa(n) + " " + noun
}

// Span writes a length of time in nanoseconds: "40 s", "3 m 12 s", "2 d 4 h".
func Span(d int64) string {
	s := max(d, 0) / 1e9
	two := func(a int64, ua string, b int64, ub string) string {
		if b == 0 {
			return strconv.FormatInt(a, 10) + ua
		}
		return strconv.FormatInt(a, 10) + ua + " " + strconv.FormatInt(b, 10) + ub
	}
	switch {
	case s == 0 && d > 0:
		return "less than a second"
	case s < 60:
		return strconv.FormatInt(s, 10) + " s"
	case s < 3600:
		return two(s/60, " m", s%60, " s")
	case s < 24*3600:
		return two(s/3600, " h", s%3600/60, " m")
	}
	return two(s/86400, " d", s%86400/3600, " h")
}

// Time writes an instant in Unix nanoseconds, in UTC.
func Time(t int64) string { return time.Unix(0, t).UTC().Format("2006-01-02 15:04:05Z") }

// Day writes the day of a time in UTC.
func Day(t int64) string { return time.Unix(0, t).UTC().Format(time.DateOnly) }

// List joins names with commas; of more than most it says how many others there are.
func List(names []string, most int) string {
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return strings.Join(names[:most], ", ") + " and " + Count(len(names)-most, "other")
}

// Short cuts a text to at most n bytes at a rune's border, and says so.
func Short(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "") + "..."
}

// Quote puts a text into quotation marks as it stands, cut to n bytes; what is
// not printable shows as "?".
func Quote(s string, n int) string {
	clean := strings.Map(func(r rune) rune {
		if !strconv.IsPrint(r) {
			return '?'
		}
		return r
	}, Short(s, n))
	return `"` + clean + `"`
}
