package automaton

import (
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
)

// same holds that a Searcher and package regexp answer alike.
func same(t *testing.T, expr string, texts ...string) {
	t.Helper()
	re, err := regexp.Compile(expr)
	if err != nil {
		return
	}
	s, ok := NewSearch(expr)
	if !ok {
		return
	}
	r := s.New()
	for _, text := range texts {
		got, ok := r.Match(text)
		if want := re.MatchString(text); ok && got != want {
			t.Errorf("%q in %q: got %v, want %v", expr, text, got, want)
		}
	}
}

var texts = []string{"", "a", "ab", "abc", "xabcx", "a\nb", "\n", "ab\n", "A_b 9", "ä", "ÄÖ\u212a", "\xff", "a\xffb", "\u2028", strings.Repeat("ab", 50)}

func TestSearch(t *testing.T) {
	for _, expr := range []string{
		"", "a", "abc", "^a", "a$", "^$", "(?m)^b$", `\bab\b`, `\Bb`, `\Aa`, `b\z`, "(?i)ÄÖk", ".", "(?s).b", "a.b", "[^a]", `[^\x00-\x7f]`, `\w+\s\d`,
		"(a|b)*c", "a{3,5}", ".{60,}", ".{101,}", "(?:ab){10}", `\p{L}\p{L}`, "[äö]", "x*", "(?i)[k]", `\C`, "a|^b|c$", `(^|\s)b`, `$^`, "[[:^alpha:]]", `(?m)(^a$)|(\bx)`,
	} {
		same(t, expr, texts...)
	}
}

func TestSearchRandom(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	parts := []string{"a", "b", "ab", ".", "[ab]", "[^a]", "^", "$", `\b`, `\B`, "(a|b)", "(?:ab)?", "a*", "b+", "a{2}", "ä", `\s`, `\w`, "|", "(?i:A)", "(?m:^)", "(?m:$)"}
	for range 5000 {
		var b strings.Builder
		for range 1 + r.IntN(6) {
			b.WriteString(parts[r.IntN(len(parts))])
		}
		var in []string
		for range 6 {
			var x strings.Builder
			for range r.IntN(12) {
				x.WriteString([]string{"a", "b", "A", " ", "\n", "ä", "\xff"}[r.IntN(7)])
			}
			in = append(in, x.String())
		}
		same(t, b.String(), in...)
	}
}

// TestSearchBounded holds that an expression with very many states is given
// up and costs little memory.
func TestSearchBounded(t *testing.T) {
	s, ok := NewSearch("(a|b)*a(a|b){30}c")
	if !ok {
		t.Fatal("not taken")
	}
	r := s.New()
	rnd := rand.New(rand.NewPCG(1, 1))
	var b strings.Builder
	for range 200_000 {
		b.WriteByte("ab"[rnd.IntN(2)])
	}
	for range maxFull + 2 {
		if _, ok := r.Match(b.String()); ok {
			t.Error("not given up")
		}
		if len(r.next) > maxTable || r.size > maxSets {
			t.Errorf("%d and %d numbers", len(r.next), r.size)
		}
	}
}

func TestSearchNoAllocs(t *testing.T) {
	s, _ := NewSearch(`(?i)\s[a-f0-9]{8}\s.*x$`)
	r := s.New()
	text := "powershell DEADBEEF c:\\ünlikely y x"
	if n := testing.AllocsPerRun(100, func() { r.Match(text) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func FuzzSearch(f *testing.F) {
	f.Add(`(?i)a+\b(b|c)*$`, "xaab c")
	f.Add(`(?m)^.{3,}\z`, "\xff\nabc")
	f.Fuzz(func(t *testing.T, expr, text string) {
		if len(expr) < 200 && len(text) < 1000 {
			same(t, expr, text, text+"a", "a"+text, text)
		}
	})
}
