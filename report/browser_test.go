package report

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/footfall/footfall"
)

// trap are texts that would set a variable of the page if any were taken for
// more than text.
const trap = `<script>window.caught=1</script>"><img src=x onerror="window.caught=1"><svg onload=window.caught=1>` +
	`</style></textarea></title><body onload=window.caught=1>` + "\x1b[31m\u202e\u2066=cmd|' /C calc'!A0{{.}}`${window.caught=1}`"

// TestBrowser opens the pages in a Chromium: what names of logs try to do,
// what people need who cannot see or use a mouse, and what the keys do.
func TestBrowser(t *testing.T) {
	axe, err := os.ReadFile(filepath.FromSlash("../tools/browser/node_modules/axe-core/axe.min.js"))
	if err != nil && without(t, "axe-core") {
		return
	}
	c := newChromium(t)
	if c == nil {
		return
	}
	dir := t.TempDir()
	if err := Folder(dir, made(), madeRows(""), time.FixedZone("AEST", 10*3600)); err != nil {
		t.Fatal(err)
	}
	id := made().Cases[0].ID
	shiftPage(t, dir, made(), "kim")
	pages := []string{"index.html", "cases/" + id + ".html", "handover.html"}
	t.Run("axe", func(t *testing.T) {
		c.t = t
		for _, name := range pages {
			for _, theme := range []string{"light", "dark"} {
				c.theme(theme)
				c.size(1440, 900)
				c.open(filepath.Join(dir, name))
				c.silent(name)
				c.eval(`document.querySelectorAll("details").forEach(d => { d.open = true; })`, nil)
				for _, v := range c.axe(string(axe)) {
					t.Errorf("%s, %s: %s", name, theme, v)
				}
			}
		}
	})
	t.Run("hostile", func(t *testing.T) { hostileInBrowser(t, c) })
	t.Run("keys", func(t *testing.T) { keysInBrowser(t, c, dir, id) })
	t.Run("without script", func(t *testing.T) {
		c.t = t
		c.call("Emulation.setScriptExecutionDisabled", map[string]any{"value": true}, nil)
		for _, name := range pages[:2] {
			c.open(filepath.Join(dir, name))
			if !c.truth(`!document.querySelector(".tools").checkVisibility() && !document.querySelector("main button")`) {
				t.Errorf("%s shows what only a script can do", name)
			}
			if !c.truth(`document.querySelectorAll("main summary").length > 3 && document.querySelector("main a[href]")`) {
				t.Errorf("%s has nothing to unfold or to follow", name)
			}
		}
		c.call("Emulation.setScriptExecutionDisabled", map[string]any{"value": false}, nil)
	})
	t.Run("narrow", func(t *testing.T) {
		c.t = t
		for _, name := range pages {
			c.open(filepath.Join(dir, name))
			for _, wide := range []int{1024, 720} { // 720 is 1440 at 200 %
				c.size(wide, 900)
				var over int
				c.eval("document.documentElement.scrollWidth - document.documentElement.clientWidth", &over)
				if over > 0 {
					var what []string
					c.eval(`Array.from(document.querySelectorAll("main *")).filter(e => !e.parentElement.closest(".scroll") && e.getBoundingClientRect().right > document.documentElement.clientWidth + 1).map(e => e.outerHTML.slice(0, 120))`, &what)
					t.Errorf("%s at %d: %d pixels are beyond the edge: %q", name, wide, over, what[:min(4, len(what))])
				}
				if wide == 1024 && c.truth(`Array.from(document.querySelectorAll(".moments")).some(e => {
					e.querySelector("td:nth-child(2)").textContent = "credentials checked, kerberos";
					return e.closest("details").open && e.scrollWidth > e.parentElement.clientWidth;
				})`) {
					t.Errorf("%s at %d: columns of the timeline are beyond the edge", name, wide)
				}
			}
		}
		c.size(1440, 900)
	})
	c.t = t
}

// shiftPage writes the report of a shift beside the pages of a run.
func shiftPage(t *testing.T, dir string, r *footfall.Run, s string) {
	t.Helper()
	f, err := os.Create(filepath.Join(dir, "handover.html"))
	if err != nil {
		t.Fatal(err)
	}
	err = Handover(f, "html", r, &Shift{From: at("00:00:00"), Until: at("23:00:00"), Out: s, In: s, Anchor: s, Suggested: []string{s}, Watch: []string{s}}, TextOptions{})
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
}

func hostileInBrowser(t *testing.T, c *chromium) {
	c.t = t
	for i, s := range []string{trap, trap + strings.Repeat("A", 10<<10)} {
		dir := t.TempDir()
		r := made()
		spoil(r, s)
		if err := Folder(dir, r, madeRows(s), nil); err != nil {
			t.Fatal(err)
		}
		shiftPage(t, dir, r, s)
		for _, name := range []string{"index.html", "cases/case-1.html", "handover.html"} {
			c.open(filepath.Join(dir, name))
			c.eval(`document.querySelectorAll("details").forEach(d => { d.open = true; })`, nil)
			c.silent(fmt.Sprint(name, " ", i))
			if c.truth("window.caught") {
				t.Errorf("%s: a script of a log ran", name)
			}
			n, own := 0, 1
			if name == "handover.html" {
				own = 0
			}
			c.eval(`document.querySelectorAll("script, img, iframe, object, embed, link, [onload], [onerror]").length`, &n)
			if n != own {
				t.Errorf("%s: %d elements that run or load, want %d", name, n, own)
			}
			if i == 0 && !c.truth(`document.body.innerText.includes("<script>window.caught=1<")`) {
				t.Errorf("%s does not show the text", name)
			}
		}
	}
}

func keysInBrowser(t *testing.T, c *chromium, dir, id string) {
	c.t = t
	c.open(filepath.Join(dir, "index.html"))
	is := func(what, script string) {
		t.Helper()
		if !c.truth(script) {
			t.Errorf("%s: not %s", what, script)
		}
	}
	go1 := func(key string, leaves bool) {
		t.Helper()
		c.seen = nil
		c.key(key)
		if leaves {
			c.wait("Page.loadEventFired")
		}
	}
	c.key("j")
	is("j", `document.activeElement.matches("a.item")`)
	go1("Enter", true)
	is("Enter", `location.pathname.endsWith("`+id+`.html")`)
	c.key("?")
	is("?", `document.querySelector("#help").open`)
	c.key("/")
	is("/", `document.activeElement.id === "filter"`)
	for _, k := range "jump1" {
		c.key(string(k))
	}
	is("filter", `document.querySelector("#filter").value === "jump1"`)
	c.key("Escape")
	go1("n", true)
	is("n", `location.pathname.includes("00aa")`)
	go1("g", false)
	go1("q", true)
	is("g q", `location.pathname.endsWith("index.html")`)
	c.eval(`document.querySelector("#single").click(); document.activeElement.blur()`, nil)
	c.key("j")
	is("single keys are off", `document.activeElement === document.body`)
	c.eval(`document.querySelector("#single").click()`, nil)

	c.open(filepath.Join(dir, "cases", id+".html"))
	c.eval(`document.querySelector("details.rec").open = true`, nil)
	c.eval(`new Promise(f => setTimeout(f, 50)).then(() => document.querySelector(".copy button").click())`, nil)
	is("copy", `document.querySelector("#said").textContent === "copied"`)
	reached(t, c)
}

// reached holds that the Tab key reaches everything that can be worked with.
func reached(t *testing.T, c *chromium) {
	t.Helper()
	var want int
	c.eval(`window.reachable = new Set(Array.from(document.querySelectorAll("a[href], summary, button, input, select, [tabindex='0']")).filter(e => e.checkVisibility()));
		window.scrollTo(0, 0); document.activeElement.blur(); window.reachable.size`, &want)
	for range want + 3 {
		c.key("Tab")
		c.eval("window.reachable.delete(document.activeElement)", nil)
	}
	var left []string
	c.eval(`Array.from(window.reachable).map(e => e.outerHTML.slice(0, 120))`, &left)
	if len(left) > 0 {
		t.Errorf("the Tab key does not reach %d of %d: %q", len(left), want, left[:min(3, len(left))])
	}
}
