package automaton

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// finds returns "key@end" of everything that the DFA of keys finds in s.
func finds(t *testing.T, keys []string, s string) []string {
	t.Helper()
	d, err := Build(keys)
	if err != nil {
		t.Fatal(err)
	}
	var hits []Hit
	for at := 0; at < len(s); {
		hits, at = d.Find(hits, s, at)
	}
	// Lanes find in their own order, and some things twice.
	slices.SortFunc(hits, func(a, b Hit) int { return cmp.Compare(a.End, b.End) })
	var got []string
	for _, h := range slices.Compact(hits) {
		for _, k := range d.Keys(h) {
			got = append(got, fmt.Sprintf("%s@%d", keys[k], h.End))
		}
	}
	// Where a lane begins, the longest keys that end there may not be found a
	// second time.
	slices.SortStableFunc(got, func(a, b string) int {
		_, x, _ := strings.Cut(a, "@")
		_, y, _ := strings.Cut(b, "@")
		return cmp.Or(cmp.Compare(len(x), len(y)), cmp.Compare(x, y), cmp.Compare(len(b), len(a)))
	})
	return slices.Compact(got)
}

// naive does the same by looking at each place.
func naive(keys []string, s string) []string {
	var got []string
	for i := 1; i <= len(s); i++ {
		var here []string
		for _, k := range keys {
			if strings.HasSuffix(s[:i], k) && !slices.Contains(here, k) {
				here = append(here, k)
			}
		}
		slices.SortFunc(here, func(a, b string) int { return len(b) - len(a) })
		for _, k := range here {
			got = append(got, fmt.Sprintf("%s@%d", k, i))
		}
	}
	return got
}

func TestDFA(t *testing.T) {
	f := func(keys []string, s string) {
		t.Helper()
		// A long text is searched in lanes side by side: neither order nor that a
		// hit comes once is promised.
		got, want := finds(t, keys, s), naive(keys, s)
		slices.Sort(got)
		slices.Sort(want)
		got, want = slices.Compact(got), slices.Compact(want)
		if !slices.Equal(got, want) {
			t.Errorf("keys %q in %q:\n got %q\nwant %q", keys, s, got, want)
		}
	}
	f([]string{"he", "she", "his", "hers"}, "ushers and his sheep")
	f([]string{"a"}, "")
	f([]string{"a", "aa", "aaa"}, "aaaaa")
	f([]string{"ab", "ab"}, "abab")
	f([]string{"\x00", "\xff\x00"}, "\xff\x00\xff")
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		var keys []string
		for range 1 + r.IntN(8) {
			keys = append(keys, random(r, 1+r.IntN(5)))
		}
		f(keys, random(r, r.IntN(40)))
		for i := range keys {
			keys[i] += random(r, 3) // long enough to look at some places only
		}
		f(keys, random(r, r.IntN(40)))
		f(keys, random(r, 60+r.IntN(100)))
	}
	for _, n := range []int{block - 1, block, block + 1, block + brief, 2*block + 3} {
		f([]string{"abac", `\\\\a`, "cccc"}, random(r, n))
		f([]string{"ab", "abac", `\\\\a`, "cccc"}, random(r, n))
	}
}

func random(r *rand.Rand, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = "ab\\c"[r.IntN(4)]
	}
	return string(b)
}

// TestAllBytes has keys with every byte there is, so that no class is left over.
func TestAllBytes(t *testing.T) {
	var keys []string
	for c := range 256 {
		keys = append(keys, string([]byte{byte(c), 'x'}))
	}
	s := "qxq\x00x\xffx"
	if got, want := finds(t, keys, s), naive(keys, s); !slices.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
}

func TestTable(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	stands := map[Place]func(s, k string) bool{
		Whole: func(s, k string) bool { return s == k },
		First: strings.HasPrefix,
		Last:  strings.HasSuffix,
	}
	for range 3000 {
		var keys []string
		for range 1 + r.IntN(20) {
			n := r.IntN(6)
			if n == 5 {
				n = r.IntN(60)
			}
			keys = append(keys, random(r, 1+n))
		}
		s := keys[0]
		switch r.IntN(3) {
		case 0:
			s += random(r, r.IntN(9))
		case 1:
			s = random(r, r.IntN(9)) + s
		}
		for place, is := range stands {
			got := NewTable(place, keys).Append(nil, s)
			slices.Sort(got)
			var want []int32
			for i, k := range keys {
				if is(s, k) {
					want = append(want, int32(i))
				}
			}
			if !slices.Equal(got, want) {
				t.Fatalf("place %d, keys %q, text %q: got %v, want %v", place, keys, s, got, want)
			}
		}
	}
}

func TestNoAllocs(t *testing.T) {
	keys := []string{"powershell", "cmd.exe", "whoami", ".exe"}
	d, err := Build(keys)
	if err != nil {
		t.Fatal(err)
	}
	tab := NewTable(Last, keys)
	dst := make([]int32, 0, 8)
	s := `c:\windows\system32\cmd.exe /c whoami & powershell.exe, c:\windows\system32\cmd.exe /c whoami & powershell.exe`
	hits := make([]Hit, 0, 64)
	n := testing.AllocsPerRun(100, func() {
		hits, _ = d.Find(hits[:0], s, 0)
		dst = tab.Append(dst[:0], s)
	})
	if n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func FuzzDFA(f *testing.F) {
	f.Add("he she his hers", "ushers")
	f.Add("a aa", "aaaa")
	f.Fuzz(func(t *testing.T, words, s string) {
		keys := strings.Fields(words)
		if len(keys) == 0 || len(s) > 1000 || len(keys) > 50 {
			return
		}
		// A long text is searched in lanes side by side: neither order nor that a
		// hit comes once is promised.
		got, want := finds(t, keys, s), naive(keys, s)
		slices.Sort(got)
		slices.Sort(want)
		got, want = slices.Compact(got), slices.Compact(want)
		if !slices.Equal(got, want) {
			t.Errorf("keys %q in %q:\n got %q\nwant %q", keys, s, got, want)
		}
	})
}
