package sigma

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestRequired holds that what an expression is said to need is in all that
// it matches.
func TestRequired(t *testing.T) {
	f := func(src string, want []string, texts ...string) {
		t.Helper()
		got := required(src)
		if !slices.Equal(got, want) {
			t.Errorf("required(%q) = %q, want %q", src, got, want)
		}
		n, re := needs(src), regexp.MustCompile(src)
		for _, s := range texts {
			if !re.MatchString(s) {
				t.Fatalf("%q does not match %q", src, s)
			}
			if !n.met(s, fold(s)) {
				t.Errorf("%q matches %q, but its needs are not met", src, s)
			}
			if holds := func(x string) bool { return strings.Contains(fold(s), x) }; len(got) > 0 && !slices.ContainsFunc(got, holds) {
				t.Errorf("%q matches %q, which has none of %q", src, s, got)
			}
		}
	}
	hex := strings.Repeat("0aF9", 4)
	f(`\.[a-z]{1,6}\.[ "']{1}`, []string{`. `, `."`, `.'`}, `c:\x.exe. `, `.a.'`, `.b.c."`)
	f(`(?i)x[Kk]`, []string{"xk"}, "XK", "xk", "x\u212a")
	f(`-[a-e]`, nil, "-a", "-e")
	f(`a[bc]?d`, nil, "ad", "acd")
	f(`a[bc]d|xy`, []string{"abd", "acd", "xy"}, "abd", "acd", "xy")
	f(`\s[a-fA-F0-9]{16}\s`, nil, " "+hex+" ", "zz\t"+hex+"\n", strings.Repeat(hex[:15]+"g", 9)+" "+hex+" ")
	f(`([0-9]{8}|x)`, nil, "x", "12345678")
	f(`(?i)[k]{8}`, []string{"kkkkkkkk"}, strings.Repeat("\u212a", 8), "kKkKkKkK")
	f(`(?:[0-9]{9}-){2}`, nil, "123456789-123456789-")
}

func TestRow(t *testing.T) {
	r := needs(`[0-9]{8}`).run
	f := func(s string, want bool) {
		t.Helper()
		if got := r.in(s); got != want {
			t.Errorf("in(%q) = %v, want %v", s, got, want)
		}
	}
	f("", false)
	f("1234567", false)
	f("12345678", true)
	f("1234567x12345678", true)
	f("x1234567x1234567x", false)
	for i := range 40 {
		f(strings.Repeat("x", i)+"12345678", true)
		f(strings.Repeat("1234567-", i)+"12345678-", true)
		f(strings.Repeat("1234567-", i)+"1234567", false)
	}
}
