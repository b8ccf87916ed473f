package jsonlog

import (
	"testing"
	"time"
)

func TestStamp(t *testing.T) {
	f := func(in, want string, zoned bool) {
		t.Helper()
		ns, z := Stamp(in)
		if got := time.Unix(0, ns).UTC().Format(time.RFC3339Nano); got != want || z != zoned {
			t.Errorf("%s: got %s, zoned %t", in, got, z)
		}
	}
	f("2031-03-04T05:06:07.5Z", "2031-03-04T05:06:07.5Z", true)
	f("2031-03-04 05:06:07.5 +0100 UTC", "2031-03-04T04:06:07.5Z", true)
	f("2031-03-04 05:06:07", "2031-03-04T05:06:07Z", false)
	f("1931000000", "2031-03-11T12:53:20Z", true)
	f("1931000000.25", "2031-03-11T12:53:20.25Z", true)
	f("1931000000250", "2031-03-11T12:53:20.25Z", true)
	f("1931000000250000", "2031-03-11T12:53:20.25Z", true)
	f("3/23/2031 3:45:38 PM", "2031-03-23T15:45:38Z", false)
	f("yesterday", "1970-01-01T00:00:00Z", false)
}

func TestAllLooksForNamesInQuotes(t *testing.T) {
	in := []byte(`{"a":"say \"eventType\" twice","b":1}`)
	if All(in, "eventType") || !All(in, "a", "b") || Count(in, "a", "b", "c") != 2 {
		t.Error("a value in quotes was taken for a name")
	}
}
