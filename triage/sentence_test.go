package triage

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// TestBrief shortens reasons and cuts no word, bracket or quotation in two.
func TestBrief(t *testing.T) {
	f := func(in, want string) {
		t.Helper()
		if got := brief(in); got != want {
			t.Errorf("brief(%q): got %q, want %q", in, got, want)
		}
	}
	f("8 failed logons on 1 account from 192.0.2.7 to web1 within 0 s", "8 failed logons on 1 account from 192.0.2.7 to web1")
	f("a service was installed at 2026-03-04 02:10:00Z, running x", "a service was installed, running x")
	f("3 pipes of a tool (a-stdin, a-stdout, a-stderr and what else there is of it); 2 programs (x.exe)", "3 pipes of a tool; 2 programs (x.exe)")
	f(`it ran "`+strings.Repeat("a", 90)+`"`, `it ran "`+strings.Repeat("a", 56)+`.."`)
	long := strings.Repeat("one part of it, ", 20)
	if got := brief(long); len(got) > maxReason || !strings.HasSuffix(got, "one part of it") {
		t.Errorf("brief cut a part in two: %q", got)
	}
	if got := brief(strings.Repeat("ü", 300)); !utf8.ValidString(got) || len(got) > maxReason+2 {
		t.Errorf("brief cut a character in two: %q", got)
	}
}

func TestList(t *testing.T) {
	f := func(most int, want string, names ...string) {
		t.Helper()
		if got := list(names, most); got != want {
			t.Errorf("list(%q, %d): got %q, want %q", names, most, got, want)
		}
	}
	f(2, "")
	f(2, "a", "a")
	f(2, "a and b", "a", "b")
	f(2, "a, b and c", "a", "b", "c")
	f(2, "a, b and 2 more", "a", "b", "c", "d")
}

func TestCloudID(t *testing.T) {
	f := func(name string, want bool) {
		t.Helper()
		if got := cloudID(name); got != want {
			t.Errorf("cloudID(%q): got %t, want %t", name, got, want)
		}
	}
	f("00000003-0000-0ff1-ce00-000000000000", true)
	f("562283505220", true)
	f("i-00456a8d163f546ff", false)
	f("srv-0123456789", false)
	f("20260304", false)
	f("00000003-0000-0ff1-ce00-00000000000g", false)
}
