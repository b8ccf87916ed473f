package clock

import (
	"testing"
	"time"
)

func TestParse(t *testing.T) {
	f := func(in, want, rest string) {
		t.Helper()
		ns, n := Parse(in)
		if n == 0 {
			t.Errorf("Parse(%q): no stamp", in)
			return
		}
		if got := time.Unix(0, ns).UTC().Format(time.RFC3339Nano); got != want || in[n:] != rest {
			t.Errorf("Parse(%q) = %s, rest %q, want %s, rest %q", in, got, in[n:], want, rest)
		}
	}
	f("Mar  7 14:01:59 web1 sshd", "1972-03-07T14:01:59Z", " web1 sshd")
	f("Mar 7 14:01:59 web1", "1972-03-07T14:01:59Z", " web1")
	f("Feb 29 00:00:00 web1", "1972-02-29T00:00:00Z", " web1")
	f("June 8 00:21:09 ns1", "1972-06-08T00:21:09Z", " ns1")
	f("July  8 00:21:09 ns1", "1972-07-08T00:21:09Z", " ns1")
	f("Mar 07 14:01:59.250001 web1", "1972-03-07T14:01:59.250001Z", " web1")
	f("Mar  7 2024 14:01:59 web1", "2024-03-07T14:01:59Z", " web1")
	f("2024 Mar  7 14:01:59 web1", "2024-03-07T14:01:59Z", " web1")
	f("Thu Mar  7 14:01:59 2024 [pid 1]", "2024-03-07T14:01:59Z", " [pid 1]")
	f("Thu 2024-03-07 14:01:59 UTC web1", "2024-03-07T14:01:59Z", " web1")
	f("2024-03-07T14:01:59Z web1", "2024-03-07T14:01:59Z", " web1")
	f("2024-03-07T14:01:59.5+01:00 web1", "2024-03-07T13:01:59.5Z", " web1")
	f("2024-03-07T14:01:59+0100 web1", "2024-03-07T13:01:59Z", " web1")
	f("2024-03-07 14:01:59,805 web1", "2024-03-07T14:01:59.805Z", " web1")
	f("2024-03-07 14:01:59.391078 -0700  web1", "2024-03-07T21:01:59.391078Z", "  web1")
	f("2024-03-07 14:01:59.391078-07  web1", "2024-03-07T21:01:59.391078Z", "  web1")
	f("2024-03-07T14:01:59 -12ab", "2024-03-07T14:01:59Z", " -12ab")
	f("1709820119.250000 web1", "2024-03-07T14:01:59.25Z", " web1")
	f("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z", "")
	f("9999-12-31T23:59:59Z x", "1970-01-01T00:00:00Z", " x")
}

func TestParseNone(t *testing.T) {
	f := func(in string) {
		t.Helper()
		if ns, n := Parse(in); n != 0 || ns != 0 {
			t.Errorf("Parse(%q) = %d, %d, want none", in, ns, n)
		}
	}
	f("")
	f("Mar")
	f("Mar  7")
	f("Mar 32 14:01:59 x")
	f("Mar  7 24:01:59 x")
	f("Feb 30 14:01:59 x")
	f("Feb 29 2023 14:01:59 x")
	f("March 7 14:01:59 x")
	f("2024-13-07T14:01:59Z")
	f("2024-03-07T14:61:59Z")
	f("12345678 bottles of beer")
	f("Monday is a day")
	f("Tue,Mar  7 14:01:59 x")
}

func TestInYear(t *testing.T) {
	f := func(in string, year int, want string) {
		t.Helper()
		ns, _ := Parse(in)
		if !Unresolved(ns) {
			t.Fatalf("%q is resolved", in)
		}
		if got := time.Unix(0, InYear(ns, year)).UTC().Format(time.RFC3339); got != want {
			t.Errorf("InYear(%q, %d) = %s, want %s", in, year, got, want)
		}
	}
	f("Jan  1 00:00:00", 2023, "2023-01-01T00:00:00Z")
	f("Feb 28 23:59:59", 2023, "2023-02-28T23:59:59Z")
	f("Feb 29 12:00:00", 2024, "2024-02-29T12:00:00Z")
	f("Feb 29 12:00:00", 2023, "2023-03-01T12:00:00Z")
	f("Mar  1 01:00:00", 2023, "2023-03-01T01:00:00Z")
	f("Dec 31 23:59:59", 2023, "2023-12-31T23:59:59Z")
	f("Dec 31 23:59:59", 2024, "2024-12-31T23:59:59Z")
}

// The calendar of the standard library agrees on every day of six centuries.
func TestDays(t *testing.T) {
	for d := time.Date(1678, 1, 1, 1, 2, 3, 0, time.UTC); d.Year() < 2262; d = d.AddDate(0, 0, 1) {
		ns, ok := Civil{Year: d.Year(), Month: int(d.Month()), Day: d.Day(), Hour: 1, Minute: 2, Second: 3}.Unix()
		if !ok || ns != d.UnixNano() {
			t.Fatalf("%v = %d, %v, want %d", d, ns, ok, d.UnixNano())
		}
	}
}

func TestZoned(t *testing.T) {
	for s, want := range map[string]bool{
		"Mar  7 14:01:59": false, "Mar  7 14:01:59.123": false, "Mar  7 14:01:59 2024": false, "Mar  7 14:01:59 UTC": true, "Mar  7 14:01:59+01:00": true,
		"2024-03-07T14:01:59": false, "2024-03-07 14:01:59,5": false, "2024-03-07T14:01:59Z": true, "2024-03-07T14:01:59.5-0300": true,
		"2024-03-07 14:01:59.5 +01": true, "1709820119.25": true,
	} {
		if got := Zoned(s); got != want {
			t.Errorf("%q: got %v", s, got)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"Mar  7 14:01:59 a", "2024-03-07T14:01:59.5+01:00", "Thu Mar  7 14:01:59 2024", "1709820119.25 ", "2024 Mar  7 14:01:59"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if _, n := Parse(s); n < 0 || n > len(s) {
			t.Fatalf("Parse(%q) took %d bytes", s, n)
		}
	})
}

func BenchmarkParse(b *testing.B) {
	for _, s := range []string{"Mar  7 14:01:59 web1", "2024-03-07T14:01:59.391078+00:00 web1"} {
		b.Run(s[:3], func(b *testing.B) {
			b.ReportAllocs()
			for range b.N {
				Parse(s)
			}
		})
	}
}

func TestKibana(t *testing.T) {
	for in, want := range map[string]string{
		"May 2, 2031 @ 08:15:00.000":      "2031-05-02T08:15:00Z",
		"Dec 31, 2031 @ 23:59:59.123":     "2031-12-31T23:59:59.123Z",
		"May 2, 2031 @ 08:15:00.000 tail": "2031-05-02T08:15:00Z",
		"May 2, 2031 @ 8:15":              "",
		"May 32, 2031 @ 08:15:00.000":     "",
		"Mai 2, 2031 @ 08:15:00.000":      "",
		"May 2 2031 @ 08:15:00.000":       "",
		"May 2, 31 @ 08:15:00.00000":      "",
	} {
		ns, n := Kibana(in)
		got := ""
		if n > 0 {
			got = time.Unix(0, ns).UTC().Format(time.RFC3339Nano)
		}
		if got != want {
			t.Errorf("%s: %q, want %q", in, got, want)
		}
	}
}
