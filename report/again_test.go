package report

import (
	"bytes"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/footfall/footfall"
)

// TestAgainFinerTimes holds that a report written anew from its tables shows
// what it showed at first, though tables have whole microseconds and Windows
// tells tenths of them.
func TestAgainFinerTimes(t *testing.T) {
	finer := func() (*footfall.Run, iter.Seq[Row]) {
		r := made()
		c := r.Cases[0]
		c.First, c.Last = c.First+700, c.Last+900
		account := c.Path[0].Account
		return r, slices.Values([]Row{
			logonAt(c.First, account, "203.0.113.50", "jump1", footfall.Success),
			logonAt(c.First+300, account, "203.0.113.51", "jump2", footfall.Success),
			logonAt(c.Last, account, "203.0.113.52", "jump3", footfall.Success),
			logonAt(c.Last+int64(time.Hour)+50, account, "203.0.113.53", "jump4", footfall.Success),
		})
	}
	dir := t.TempDir()
	r, rows := finer()
	if err := Folder(dir, r, rows, nil); err != nil {
		t.Fatal(err)
	}
	first := contents(t, dir)
	r, _ = finer()
	if err := Refresh(dir, r, nil); err != nil {
		t.Fatal(err)
	}
	for name, text := range contents(t, dir) {
		if first[name] != text {
			t.Errorf("%s is another when it is written again", name)
		}
	}
}

// TestMarkdownMakesNoLinks holds that what GitHub would make a link of, in
// whatever case, is text.
func TestMarkdownMakesNoLinks(t *testing.T) {
	m := newMarkdown(nil, made(), nil)
	for in, want := range map[string]string{
		"see http://203.0.113.9/x":  `see http\://203.0.113.9/x`,
		"see HTTPS://203.0.113.9/x": `see HTTPS\://203.0.113.9/x`,
		"hTTp://203.0.113.9":        `hTTp\://203.0.113.9`,
		"Ftp://203.0.113.9":         `Ftp\://203.0.113.9`,
		"Www.example.org":           `Www\.example.org`,
		"at 09:14 p:q":              "at 09:14 p:q",
	} {
		if got := m.text(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

// TestPagesNameTheTable holds that a page names the table of findings as it is
// called where that is compressed.
func TestPagesNameTheTable(t *testing.T) {
	r := made()
	c := r.Cases[0]
	for i := range 100 {
		f := *c.Findings[0]
		f.ID = fmt.Sprintf("%016x", 0xaa00+i)
		c.Findings = append(c.Findings, &f)
	}
	w := newWriter(r, nil)
	w.table = "findings.ndjson.gz"
	p, err := w.page(0, c)
	if err != nil {
		t.Fatal(err)
	}
	page := string(render(t, func(b *bytes.Buffer) error { return w.pages.write(b, "case", p) }))
	if n, named := strings.Count(page, "findings.ndjson"), strings.Count(page, "findings.ndjson.gz"); n == 0 || n != named {
		t.Errorf("of %d times that the table is named %d are right", n, named)
	}
}
