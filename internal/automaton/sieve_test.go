package automaton

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// other returns s with letters in another case: also those whose other case
// is longer in UTF-8, the long s and the Kelvin sign.
func other(r *rand.Rand, s string) string {
	var b strings.Builder
	for _, c := range s {
		switch n := r.IntN(12); {
		case n < 5:
			b.WriteString(strings.ToUpper(string(c)))
		case n == 5 && c == 's':
			b.WriteRune('ſ')
		case n == 5 && c == 'k':
			b.WriteRune('\u212a')
		default:
			b.WriteRune(c)
		}
	}
	return b.String()
}

func TestSieve(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	text := func(n int) string {
		b := make([]byte, n)
		for i := range b {
			b[i] = `abcdefghiksxyz0189_-:\. `[r.IntN(24)]
		}
		return string(b)
	}
	for _, least := range []int{8, 9, 13, 15, 16, 23, 24, 32, 60} {
		stopped := 0
		for range 500 {
			var keys []string
			for range 1 + r.IntN(20) {
				keys = append(keys, text(least+r.IntN(5)))
			}
			x := NewSieve(keys)
			if x == nil {
				t.Fatalf("no sieve for keys of %d bytes", least)
			}
			s := text(r.IntN(50)) + other(r, keys[0]) + text(r.IntN(50))
			if !x.Passes(s) {
				t.Fatalf("keys %q: %q does not pass", keys, s)
			}
			if !x.Passes(text(r.IntN(60))) {
				stopped++
			}
		}
		if stopped < 400 {
			t.Errorf("keys of %d bytes: of 500 texts only %d are stopped", least, stopped)
		}
	}
	if NewSieve([]string{"sekurlsa", "kiwi"}) != nil || NewSieve(nil) != nil {
		t.Error("a sieve of short keys, or of none")
	}
}
