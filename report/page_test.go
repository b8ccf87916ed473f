package report

import (
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

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
		f("text", "markbg", 4.5)
		f("bg", "bad", 4.5)
		f("lane", "bg", 3)
		f("focus", "bg", 3)
	}
}

// everyPage renders the queue, the pages of all cases and those of records.
func everyPage(t *testing.T, r *footfall.Run) map[string]string {
	t.Helper()
	dir := t.TempDir()
	if err := Folder(dir, r, madeRows(""), time.FixedZone("AEST", 10*3600)); err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	files, err := filepath.Glob(filepath.Join(dir, "cases", "*.html"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range append(files, filepath.Join(dir, "index.html")) {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		out[filepath.Base(f)] = string(b)
	}
	return out
}

// TestStandsAlone holds that pages load nothing, that their policy would not
// let them, and that each link inside of one has its end.
func TestStandsAlone(t *testing.T) {
	for name, page := range everyPage(t, made()) {
		bare := strings.Replace(page, pageScript, "", 1)
		for _, bad := range []string{"<link", "<img", "@import", "url(", " src=", "http://", "https://", "javascript:", "<iframe"} {
			if strings.Contains(bare, bad) {
				t.Errorf("%s has %q", name, bad)
			}
		}
		if n := strings.Count(page, "<script"); n != 1 {
			t.Errorf("%s has %d scripts", name, n)
		}
		if !strings.Contains(page, `content="default-src 'none'; style-src 'sha256-`) {
			t.Errorf("%s has no strict policy", name)
		}
		ids := map[string]bool{}
		for _, m := range regexp.MustCompile(` id="([^"]*)"`).FindAllStringSubmatch(page, -1) {
			if ids[m[1]] {
				t.Errorf("%s: the id %q is there twice", name, m[1])
			}
			ids[m[1]] = true
		}
		for _, m := range regexp.MustCompile(`href="#([^"]*)"`).FindAllStringSubmatch(page, -1) {
			if !ids[m[1]] {
				t.Errorf("%s: a link to %q, which is not there", name, m[1])
			}
		}
		wellFormed(t, name, page)
	}
}
