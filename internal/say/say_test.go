package say

import "testing"

func TestSay(t *testing.T) {
	f := func(got, want string) {
		t.Helper()
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	f(Count(1, "host"), "1 host")
	f(Count(2, "try"), "2 tries")
	f(Count(2, "address"), "2 addresses")
	f(Count(3, "day"), "3 days")
	f(Span(0), "0 s")
	f(Span(5e6), "less than a second")
	f(Span(192e9), "3 m 12 s")
	f(Span(3600e9), "1 h")
	f(Span((2*86400+4*3600)*1e9), "2 d 4 h")
	f(List([]string{"a", "b", "c"}, 2), "a, b and 1 other")
	f(Short("abcdé", 5), "abcd...")
	f(Quote("a\\b\x1b[1m\n", 20), `"a\b?[1m?"`)
	f(Time(0), "1970-01-01 00:00:00Z")
}
