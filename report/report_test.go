package report

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/footfall/footfall"
)

var update = flag.Bool("update", false, "rewrite the files under testdata")

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs; got:\n%s", name, got)
	}
}

func render(t *testing.T, f func(*bytes.Buffer) error) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := f(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestGolden(t *testing.T) {
	f := func(name string, write func(*bytes.Buffer) error) {
		t.Helper()
		got := render(t, write)
		if again := render(t, write); !bytes.Equal(got, again) {
			t.Errorf("%s: the same run gives other bytes", name)
		}
		golden(t, name, got)
	}
	f("text80.txt", func(b *bytes.Buffer) error { return Text(b, made(), TextOptions{Width: 80}) })
	f("text160.txt", func(b *bytes.Buffer) error { return Text(b, made(), TextOptions{Width: 160}) })
	f("color80.txt", func(b *bytes.Buffer) error { return Text(b, made(), TextOptions{Color: true}) })
	f("empty.txt", func(b *bytes.Buffer) error { return Text(b, &footfall.Run{Version: "0"}, TextOptions{}) })
	f("run.ndjson", func(b *bytes.Buffer) error { return NDJSON(b, made()) })
	f("stats.json", func(b *bytes.Buffer) error { _, err := b.Write(Stats(made())); return err })
	f("index.html", func(b *bytes.Buffer) error { return bare(b, func(b *bytes.Buffer) error { return HTML(b, made()) }) })
	for _, format := range []string{"html", "markdown", "stix", "ocsf", "timesketch"} {
		f("case."+format, func(b *bytes.Buffer) error {
			return bare(b, func(b *bytes.Buffer) error {
				r := made()
				return Case(b, format, r, r.Cases[0], time.FixedZone("AEST", 10*3600))
			})
		})
	}
	f("run.markdown", func(b *bytes.Buffer) error { return Markdown(b, made(), nil) })
	f("timeline.csv", func(b *bytes.Buffer) error { return Timeline(b, "csv", madeRows("=1"), nil) })
	f("timeline.txt", func(b *bytes.Buffer) error { return Timeline(b, "text", madeRows("x\x1b[1m"), nil) })
	f("timeline.ndjson", func(b *bytes.Buffer) error { return Timeline(b, "ndjson", madeRows("x"), nil) })
	for _, format := range []string{"text", "csv", "ndjson"} {
		f("logons."+format, func(b *bytes.Buffer) error { return Logons(b, format, madeLogons(""), nil) })
	}
	for _, format := range []string{"svg", "dot", "graphml", "ndjson"} {
		f("graph."+format, func(b *bytes.Buffer) error { return Graph(b, format, madeEdges(""), nil, TextOptions{}) })
	}
}

// bare leaves style, script and policy out of a page: they have files of their own.
func bare(b *bytes.Buffer, write func(*bytes.Buffer) error) error {
	var page bytes.Buffer
	err := write(&page)
	s := strings.Replace(strings.Replace(page.String(), pageStyle, "", 1), pageScript, "", 1)
	b.WriteString(regexp.MustCompile(`sha256-[^']*`).ReplaceAllString(s, "sha256-"))
	return err
}

// TestWidth holds that no line of text is wider than asked for.
func TestWidth(t *testing.T) {
	for _, width := range []int{60, 80, 160} {
		for _, s := range append([]string{""}, nasty...) {
			r := made()
			if s != "" {
				spoil(r, s)
			}
			out := render(t, func(b *bytes.Buffer) error { return Text(b, r, TextOptions{Width: width}) })
			for line := range strings.Lines(string(out)) {
				if n := columns(strings.TrimRight(line, "\n")); n > width {
					t.Fatalf("width %d, %.20q: a line of %d columns: %.300q", width, s, n, line)
				}
			}
		}
	}
}

// shown fails when text for eyes holds what is not to be seen.
func shown(t *testing.T, what, out string) {
	t.Helper()
	if !utf8.ValidString(out) {
		t.Errorf("%s: not UTF-8", what)
	}
	for i, r := range out {
		if r != '\n' && r != ' ' && hidden(r) {
			t.Fatalf("%s: %U in %.80q", what, r, out[max(0, i-30):])
		}
	}
}

// TestHostile puts what tries to break out into every field that a log can
// reach, through every output.
func TestHostile(t *testing.T) {
	for _, s := range nasty {
		r := made()
		spoil(r, s)
		name := fmt.Sprintf("%.12q", s)
		shown(t, name+" text", string(render(t, func(b *bytes.Buffer) error { return Text(b, r, TextOptions{}) })))
		shown(t, name+" timeline", string(render(t, func(b *bytes.Buffer) error { return Timeline(b, "text", madeRows(s), nil) })))
		shown(t, name+" logons", string(render(t, func(b *bytes.Buffer) error { return Logons(b, "text", madeLogons(s), nil) })))
		hostilePages(t, name, r, s)
		for _, format := range []string{"svg", "graphml"} {
			xmlWell(t, name+" "+format, render(t, func(b *bytes.Buffer) error { return Graph(b, format, madeEdges(s), nil, TextOptions{}) }))
		}
		dotWell(t, name, string(render(t, func(b *bytes.Buffer) error { return Graph(b, "dot", madeEdges(s), nil, TextOptions{}) })))
		jsonLines(t, name, render(t, func(b *bytes.Buffer) error { return NDJSON(b, r) }), len(r.Cases)+len(r.Findings))
		jsonLines(t, name, render(t, func(b *bytes.Buffer) error { return Graph(b, "ndjson", madeEdges(s), nil, TextOptions{}) }), len(madeEdges(s)))
		jsonLines(t, name, render(t, func(b *bytes.Buffer) error { return Timeline(b, "ndjson", madeRows(s), nil) }), 3)
		var stats any
		if err := json.Unmarshal(Stats(r), &stats); err != nil {
			t.Errorf("%s: stats: %v", name, err)
		}
		for _, out := range [][]byte{
			render(t, func(b *bytes.Buffer) error { return Timeline(b, "csv", madeRows(s), nil) }),
			render(t, func(b *bytes.Buffer) error { return Logons(b, "csv", madeLogons(s), nil) }),
		} {
			csvSafe(t, name, out)
		}
	}
}

// hostilePages holds that pages and exports show what tries to break out.
func hostilePages(t *testing.T, name string, r *footfall.Run, s string) {
	t.Helper()
	page := string(render(t, func(b *bytes.Buffer) error { return HTML(b, r) }))
	shown(t, name+" queue", page)
	wellFormed(t, name+" queue", page)
	c := r.Cases[0]
	write := func(format string) []byte {
		return render(t, func(b *bytes.Buffer) error { return Case(b, format, r, c, nil) })
	}
	page = string(write("html"))
	shown(t, name+" case", page)
	wellFormed(t, name+" case", page)
	md := string(write("markdown"))
	shown(t, name+" markdown", md)
	for _, bad := range []string{"<script", "<img", "![", "](", "<!--"} {
		if strings.Contains(unfenced(md), bad) {
			t.Errorf("%s: the Markdown has %q", name, bad)
		}
	}
	jsonLines(t, name+" stix", write("stix"), 1)
	jsonLines(t, name+" ocsf", write("ocsf"), 1+len(c.Findings))
	table := write("timesketch")
	csvSafe(t, name+" timesketch", table)
	shown(t, name+" timesketch", strings.ReplaceAll(string(table), "\r\n", "\n"))
}

var span = regexp.MustCompile("`[^`\n]+`")

// unfenced is Markdown without its code.
func unfenced(s string) string {
	var out strings.Builder
	in := ""
	for line := range strings.Lines(s) {
		bare := strings.TrimSpace(line)
		switch {
		case in == "" && strings.HasPrefix(bare, "```"):
			in = strings.TrimSuffix(bare, "text")
		case in != "" && bare == in:
			in = ""
		case in == "":
			out.WriteString(span.ReplaceAllString(line, ""))
		}
	}
	return out.String()
}

// jsonLines holds that each line is one object, and that nothing in it can
// reach a terminal as anything but text.
func jsonLines(t *testing.T, name string, out []byte, want int) {
	t.Helper()
	shown(t, name+" ndjson", string(out))
	n := 0
	for line := range bytes.Lines(out) {
		var o map[string]any
		if err := json.Unmarshal(line, &o); err != nil {
			t.Errorf("%s: line %d: %v", name, n, err)
		}
		n++
	}
	if n != want {
		t.Errorf("%s: %d lines, want %d", name, n, want)
	}
}

// csvSafe reads the table back as RFC 4180 has it: rows of equal length, and no
// cell that a spreadsheet takes for a formula.
func csvSafe(t *testing.T, name string, out []byte) {
	t.Helper()
	rows, err := csv.NewReader(bytes.NewReader(out)).ReadAll()
	if err != nil {
		t.Errorf("%s: %v", name, err)
	}
	for _, row := range rows {
		for _, c := range row {
			if c != "" && strings.ContainsRune("=+-@\t\r", rune(c[0])) {
				t.Errorf("%s: the cell %.40q begins a formula", name, c)
			}
		}
	}
}

func TestFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out", "deep")
	if err := Folder(dir, made(), madeRows("=1"), nil); err != nil {
		t.Fatal(err)
	}
	var names []string
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, e fs.DirEntry, err error) error {
		if !e.IsDir() {
			names = append(names, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	want := "cases/0000000000000001.html cases/0000000000000001.md cases/0000000000000001.stix.json " +
		"cases/00000000000000aa.html cases/00000000000000aa.md cases/00000000000000aa.stix.json " +
		"cases.ndjson findings.ndjson index.html stats.json steps.csv timeline.csv"
	if got := strings.Join(names, " "); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	both := render(t, func(b *bytes.Buffer) error { return NDJSON(b, made()) })
	a, err := os.ReadFile(filepath.Join(dir, "cases.ndjson"))
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join(dir, "findings.ndjson"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(both, append(a, b...)) {
		t.Error("the folder's two files are not the lines that are printed")
	}
	first := contents(t, dir)
	if err := Refresh(dir, made(), nil); err != nil {
		t.Fatal(err)
	}
	for name, text := range contents(t, dir) {
		if first[name] != text {
			t.Errorf("%s is another when it is written again", name)
		}
	}
	if err := Folder(filepath.Join(dir, "index.html"), made(), madeRows(""), nil); err == nil {
		t.Error("a file in the place of the folder is no error")
	}
}

// contents are the texts of all files below a folder.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := os.ReadFile(filepath.Join(dir, name))
		out[name] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestClean(t *testing.T) {
	f := func(in, want string) {
		t.Helper()
		if got := clean(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
	f(`acme\bob`, `acme\bob`)
	f("grün 日本", "grün 日本")
	f("a\x1b[2Jb", `a\x1b[2Jb`)
	f("a\u202eb", `a\u202eb`)
	f("a\u2066b\u200bc\ufeff", `a\u2066b\u200bc\ufeff`)
	f("\xffa", `\xffa`)
	f("\ufffd", "\ufffd")
	f("a\r\n\tb\x00\x7f", `a\r\n\tb\x00\x7f`)
	f("\U000e0041", `\U000e0041`)
	if got := fold(strings.Repeat("x", 300), 40); columns(got) > 40 || !strings.Contains(got, "(300)") {
		t.Errorf("folded: %q", got)
	}
}
