package report

import (
	"bytes"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/footfall/footfall"
)

// luminance is that of WCAG 2.2 of a colour such as #1b1e22.
func luminance(t *testing.T, hex string) float64 {
	t.Helper()
	hex = strings.TrimPrefix(hex, "#")
	if len(hex) == 3 {
		hex = string([]byte{hex[0], hex[0], hex[1], hex[1], hex[2], hex[2]})
	}
	n, err := strconv.ParseUint(hex, 16, 32)
	if err != nil || len(hex) != 6 {
		t.Fatalf("colour %q: %v", hex, err)
	}
	part := func(shift uint) float64 {
		c := float64(n>>shift&0xff) / 255
		if c <= 0.03928 {
			return c / 12.92
		}
		return math.Pow((c+0.055)/1.055, 2.4)
	}
	return 0.2126*part(16) + 0.7152*part(8) + 0.0722*part(0)
}

// TestContrast holds WCAG AA in the light, the dark and the printed page: 4.5
// to 1 for text on each ground that it stands on, 3 to 1 for lines and focus.
func TestContrast(t *testing.T) {
	roots := regexp.MustCompile(`:root\{([^}]*)\}`).FindAllStringSubmatch(pageStyle, -1)
	if len(roots) != 3 {
		t.Fatalf("%d sets of colours, want 3", len(roots))
	}
	value := map[string]string{}
	for i, root := range roots {
		for _, m := range regexp.MustCompile(`--([a-z]+):(#[0-9a-f]+)`).FindAllStringSubmatch(root[1], -1) {
			value[m[1]] = m[2]
		}
		f := func(a, b string, want float64) {
			t.Helper()
			x, y := luminance(t, value[a]), luminance(t, value[b])
			if got := (max(x, y) + 0.05) / (min(x, y) + 0.05); got < want {
				t.Errorf("set %d: %s on %s: %.2f to 1, want %.1f", i, a, b, got, want)
			}
		}
		for _, text := range []string{"text", "soft", "link", "bad", "good", "mark"} {
			f(text, "bg", 4.5)
			f(text, "panel", 4.5)
		}
		f("text", "badbg", 4.5)
		f("text", "pre", 4.5)
		f("bg", "bad", 4.5)
		f("lane", "bg", 3)
		f("focus", "bg", 3)
	}
}

// TestStandsAlone holds that the page loads nothing and runs nothing, and that
// its policy would not let it.
func TestStandsAlone(t *testing.T) {
	page := string(render(t, func(b *bytes.Buffer) error { return HTML(b, made()) }))
	for _, bad := range []string{"<script", "<link", "<img", "@import", "url(http", "src=", "http://", "https://", "javascript:"} {
		if strings.Contains(page, bad) {
			t.Errorf("the page has %q", bad)
		}
	}
	if !strings.Contains(page, `content="default-src &#39;none&#39;; style-src &#39;sha256-`) {
		t.Error("the page has no strict policy")
	}
	ids := map[string]bool{}
	for _, m := range regexp.MustCompile(` id="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		if ids[m[1]] {
			t.Errorf("the id %q is there twice", m[1])
		}
		ids[m[1]] = true
	}
	for _, m := range regexp.MustCompile(`href="#([^"]*)"`).FindAllStringSubmatch(page, -1) {
		if !ids[m[1]] {
			t.Errorf("a link to %q, which is not there", m[1])
		}
	}
}

// TestBig holds that a run with very much in it gives a page of bounded size
// that says what it leaves out.
func TestBig(t *testing.T) {
	r := made()
	one, look := r.Cases[0], r.Lookup
	r.Lookup = func(ref footfall.Ref) (footfall.Record, bool) {
		rec, ok := look(ref)
		rec.Raw = strings.Repeat(rec.Raw, 400)
		return rec, ok
	}
	for i := range 1000 {
		c := *one
		c.ID = fmt.Sprintf("%016x", i)
		r.Cases = append(r.Cases, &c)
	}
	for i := range 20000 {
		f := *r.Findings[4]
		f.ID = fmt.Sprintf("%016x", i)
		r.Findings = append(r.Findings, &f)
		r.Inputs = append(r.Inputs, footfall.InputStat{Path: fmt.Sprint(i), State: "unreadable"})
	}
	for i := range 300 {
		r.Cases[0].Path = append(r.Cases[0].Path, footfall.Hop{Time: int64(i), From: fmt.Sprint("a", i), To: fmt.Sprint("b", i)})
	}
	page := string(render(t, func(b *bytes.Buffer) error { return HTML(b, r) }))
	if len(page) > pageBudget+16<<20 {
		t.Errorf("the page has %d bytes", len(page))
	}
	for _, want := range []string{"802 more cases are in cases.ndjson", "more inputs are in stats.json", "19,976 more are in findings.ndjson", "more hops are in cases.ndjson", "bytes in all; the whole text is in findings.ndjson"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	wellFormed(t, "big", page)
	text := string(render(t, func(b *bytes.Buffer) error { return Text(b, r, TextOptions{}) }))
	for _, want := range []string{"and 289 more hops", "more inputs"} {
		if !strings.Contains(text, want) {
			t.Errorf("the text does not say %q", want)
		}
	}
}
