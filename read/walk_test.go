package read

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/klauspost/compress/zstd"

	"github.com/footfall/footfall"
)

func TestWalk(t *testing.T) {
	dir := write(t, map[string]string{
		"a/1.log": "one\n", "a/2.log": "two\n", "b/same": "one\n", "b/other": "ono\n", "c/d/deep": "three\n",
	})
	link := func(old, name string) {
		if err := os.Symlink(old, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	link("a", "linked") // a folder reached twice
	link("a/2.log", "later")
	link(dir+"/c/d/deep", "c/d/alias")
	link("../..", "c/d/loop")
	link("missing", "dangling")
	link("loop1", "loop2")
	link("loop2", "loop1")
	if err := syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o600); err != nil {
		t.Fatal(err)
	}
	want := `a/1.log read
a/2.log read
b/other read
b/same duplicate [1 at 0: the same content as a/1.log]
c/d/alias read
c/d/loop unreadable [1 at 0: a symbolic link to a folder around it]
dangling unreadable [1 at 0: no such file or directory]
loop1 unreadable [1 at 0: too many links]
loop2 unreadable [1 at 0: too many links]
nowhere unreadable [1 at 0: no such file or directory]
pipe unreadable [1 at 0: not a file but a named pipe]
`
	for _, paths := range [][]string{
		{dir, filepath.Join(dir, "nowhere"), dir, filepath.Join(dir, "a")},
		{filepath.Join(dir, "a", "..", "a"), filepath.Join(dir, "nowhere"), dir + "/"},
	} {
		if got := run(t, Options{Workers: 3}, paths...).states(dir); got != want {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
	}
}

// The same log in another dress is read once; equal sizes, checksums or names
// alone are not enough.
func TestCopies(t *testing.T) {
	twice := zipped(t, "same", "one\n", "same", "two\n")
	dir := write(t, map[string]string{
		"a.log": "one\n", "b.gz": gzipped(t, "one\n"), "c.zip": zipped(t, "x", "two\n", "y", "one\n"),
		"d.zip": zipped(t, "in.zip", twice, "z", "six\n"), "e.log": "two\n", "f.gz": gzipped(t, "six\n") + gzipped(t, "one\n"),
	})
	want := `a.log read
b.gz duplicate [1 at 0: the same content as a.log]
c.zip!/x read
c.zip!/y duplicate [1 at 0: the same content as a.log]
d.zip!/in.zip!/same duplicate [1 at 0: the same content as a.log]
d.zip!/in.zip!/same duplicate [1 at 0: the same content as c.zip!/x]
d.zip!/z read
e.log duplicate [1 at 0: the same content as c.zip!/x]
f.gz read
`
	g := run(t, Options{Workers: 2}, dir)
	if got := g.states(dir); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	again(t, g)
}

// Equal members of one archive are found in one pass over it: twice the members
// are twice the work.
func TestManyCopies(t *testing.T) {
	work := func(n int) float64 {
		var members []string
		for i := range n {
			members = append(members, fmt.Sprint(i), "the same\n")
		}
		path := filepath.Join(write(t, map[string]string{"a.zip": zipped(t, members...)}), "a.zip")
		return testing.AllocsPerRun(1, func() {
			s, err := Walk(context.Background(), []string{path}, Options{Recognise: guess})
			if err != nil {
				t.Fatal(err)
			}
			for i, st := range s.Stats() {
				if (st.State == "duplicate") != (i > 0) {
					t.Fatal(i, st)
				}
			}
		})
	}
	if once, twice := work(200), work(400); twice > 3*once {
		t.Errorf("%v allocations for 200 members, %v for 400", once, twice)
	}
}

// Streams with long windows wait for each other, also within each other.
func TestLongWindow(t *testing.T) {
	long := func(data string) string {
		var b bytes.Buffer
		z, err := zstd.NewWriter(&b, zstd.WithWindowSize(64<<20), zstd.WithSingleSegment(false), zstd.WithEncoderConcurrency(1))
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(z, data)
		z.Flush() // or it shrinks the window to what it has
		z.Close()
		return b.String()
	}
	dir := write(t, map[string]string{"a": long("one\n"), "b": long(long("two\n")), "c": long("three\n"), "d": long(tarred(t, "x", long("four\n")))})
	g := run(t, Options{Workers: 4}, dir)
	if got := g.states(dir); got != "a read\nb read\nc read\nd!/x read\n" {
		t.Error(got)
	}
	again(t, g)
}

func TestEmptyFolder(t *testing.T) {
	dir := write(t, map[string]string{"full/a": "x\n"})
	if err := os.MkdirAll(filepath.Join(dir, "bare", "deep"), 0o755); err != nil {
		t.Fatal(err)
	}
	want := "bare empty [1 at 0: a folder without files]\nfull/a read\n"
	if got := run(t, Options{}, filepath.Join(dir, "bare"), filepath.Join(dir, "full"), filepath.Join(dir, "full")).states(dir); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestForbidden(t *testing.T) {
	if os.Geteuid() == 0 {
		asNobody(t, "TestForbidden") // root may read everything
		return
	}
	dir := write(t, map[string]string{"a": "x\n", "b/c": "y\n"})
	for _, name := range []string{"a", "b"} {
		if err := os.Chmod(filepath.Join(dir, name), 0); err != nil {
			t.Fatal(err)
		}
		defer os.Chmod(filepath.Join(dir, name), 0o700)
	}
	want := "a unreadable [1 at 0: permission denied]\nb unreadable [1 at 0: permission denied]\n"
	if got := run(t, Options{}, dir).states(dir); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// asNobody runs a test again as an account without rights.
func asNobody(t *testing.T, name string) {
	t.Helper()
	const nobody = 65534
	dir, err := os.MkdirTemp("", "footfall-nobody-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	self, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	bin := filepath.Join(dir, "read.test")
	if err := errors.Join(os.WriteFile(bin, self, 0o755), os.Chown(dir, nobody, nobody)); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(bin, "-test.run=^"+name+"$", "-test.v")
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "TMPDIR="+dir)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	out, err := cmd.CombinedOutput()
	if err != nil || !bytes.Contains(out, []byte("--- PASS: "+name)) {
		t.Errorf("as nobody: %v\n%s", err, out)
	}
}

func TestUnusable(t *testing.T) {
	ctx := context.Background()
	for _, c := range []struct {
		paths []string
		opt   Options
	}{
		{nil, Options{Recognise: guess}},
		{[]string{"x"}, Options{}},
		{[]string{""}, Options{Recognise: guess}},
		{[]string{"-"}, Options{Recognise: guess, SpoolDir: "/no/such/folder"}},
	} {
		if _, err := Walk(ctx, c.paths, c.opt); err == nil {
			t.Errorf("%q: no error", c.paths)
		}
	}
}

func TestStandardInput(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	old := os.Stdin
	defer func() { os.Stdin = old }()
	os.Stdin = r
	go func() {
		fmt.Fprint(w, gzipped(t, tarred(t, "a", "one\n", "b", "two\n")))
		w.Close()
	}()
	g := run(t, Options{}, "-")
	if got := string(g.data["-!/a"]) + string(g.data["-!/b"]); got != "one\ntwo\n" {
		t.Errorf("%q", got)
	}
	again(t, g)
}

// Evidence that changed after it was read is not passed off as what was read.
func TestChanged(t *testing.T) {
	dir := write(t, map[string]string{"grown": "one\n", "other": "two\n", "gone": "three\n", "a.gz": gzipped(t, "four\n")})
	g := run(t, Options{}, dir)
	f, err := os.OpenFile(filepath.Join(dir, "grown"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	f.WriteString("more\n")
	f.Close()
	later := time.Now().Add(time.Hour)
	for _, name := range []string{"other", "a.gz"} {
		if err := os.Chtimes(filepath.Join(dir, name), later, later); err != nil {
			t.Fatal(err)
		}
	}
	os.Remove(filepath.Join(dir, "gone"))
	for _, in := range g.src.Inputs() {
		c, err := g.src.At(uint32(in.Index), 0)
		name := filepath.Base(in.Path)
		if name == "grown" {
			if err != nil || string(c.Data) != "one\n" {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := g.src.At(99, 0); err == nil {
		t.Error("there is no input 99")
	}
	if _, err := g.src.At(2, 99); err == nil {
		t.Error("there is no chunk 99")
	}
}

// UTF-16 is known by its mark, or by how XML and JSON begin.
func TestUTF16(t *testing.T) {
	const text = "{\"a\":\"h\u00e9 \U0001F600\"}\n"
	wide := func(order binary.AppendByteOrder, s string) string {
		var b []byte
		for _, u := range utf16.Encode([]rune(s)) {
			b = order.AppendUint16(b, u)
		}
		return string(b)
	}
	long := strings.Repeat(text, 20000)
	files := map[string]string{
		"le": wide(binary.LittleEndian, "\ufeff"+text), "be": wide(binary.BigEndian, "\ufeff"+text+" "),
		"bare": wide(binary.LittleEndian, text+"  "), "barebe": wide(binary.BigEndian, text+"   "),
		"long": wide(binary.LittleEndian, "\ufeff"+long), "odd": wide(binary.LittleEndian, "\ufeffa") + "x",
		"half": wide(binary.LittleEndian, "\ufeff") + "\x3d\xd8b\x00",
	}
	want := map[string]string{
		"le": text, "be": text + " ", "bare": text + "  ", "barebe": text + "   ", "long": long, "odd": "a\ufffd", "half": "\ufffdb",
	}
	dir := write(t, files)
	g := run(t, Options{ChunkSize: 1000}, dir)
	for name, data := range want {
		if got := string(g.data[filepath.Join(dir, name)]); got != data {
			t.Errorf("%s: %.80q, want %.80q", name, got, data)
		}
	}
	again(t, g)
}

func TestHeaders(t *testing.T) {
	csv := "\xef\xbb\xbf#TYPE System.Object\r\n\"a\",\"b\nc\"\r\n\r\n1,\"2\n3\"\r\n4,5"
	evtx := "ElfFile\x00" + strings.Repeat("h", 4088) + "ElfChnk\x00" + strings.Repeat("x", 70000)
	dir := write(t, map[string]string{"csv": csv, "evtx": evtx, "bare": evtx[4096:]})
	g := run(t, Options{Recognise: func(path string, head []byte) (Format, bool) {
		if strings.HasSuffix(path, "csv") {
			return Format{Name: "csv", Frame: footfall.FrameCSV}, true
		}
		return Format{Name: "evtx", Frame: footfall.FrameEVTX}, true
	}}, dir)
	headers := map[string]string{"csv": "\"a\",\"b\nc\"", "evtx": evtx[:4096], "bare": ""}
	data := map[string]string{"csv": "1,\"2\n3\"\r\n4,5", "evtx": evtx[4096:], "bare": evtx[4096:]}
	for _, c := range g.chunks {
		name := filepath.Base(c.Input.Path)
		if string(c.Header) != headers[name] {
			t.Errorf("%s: header of %d bytes, %.40q", name, len(c.Header), c.Header)
		}
		if string(g.data[c.Input.Path]) != data[name] {
			t.Errorf("%s: %d bytes, want %d", name, len(g.data[c.Input.Path]), len(data[name]))
		}
	}
	again(t, g)
}

// A run that is called off ends soon, and says so.
func TestCancel(t *testing.T) {
	dir := write(t, map[string]string{"a": strings.Repeat("a line\n", 1<<20), "b.gz": gzipped(t, strings.Repeat("a line\n", 1<<20))})
	ctx, cancel := context.WithCancel(context.Background())
	src, err := Walk(ctx, []string{dir}, Options{Recognise: guess, Workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	out := make(chan *footfall.Chunk)
	done := make(chan error, 1)
	go func() { done <- src.Run(ctx, out) }()
	<-out
	cancel()
	if err := <-done; err == nil {
		t.Error("no error")
	}
}

func TestProgress(t *testing.T) {
	dir, _ := evidence(t)
	var done, total int64
	run(t, Options{Progress: func(d, all int64) { done, total = d, all }}, dir)
	if done != total || total == 0 {
		t.Errorf("%d of %d", done, total)
	}
}
