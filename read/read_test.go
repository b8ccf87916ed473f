package read

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/shared"
)

// guess recognises by the first byte.
func guess(_ string, head []byte) (Format, bool) {
	trim := bytes.TrimSpace(head)
	switch {
	case bytes.HasPrefix(head, []byte("ElfFile")):
		return Format{Name: "evtx", Frame: footfall.FrameEVTX}, true
	case len(trim) == 0:
		return Format{}, false
	case trim[0] == '{', trim[0] == '[':
		return Format{Name: "json", Frame: footfall.FrameJSON}, true
	case trim[0] == '<':
		return Format{Name: "xml", Frame: footfall.FrameXML}, true
	case bytes.IndexByte(head, 0) >= 0:
		return Format{}, false
	}
	return Format{Name: "lines", Frame: footfall.FrameLines}, true
}

// A got is all that came of a run.
type got struct {
	src    *Source
	data   map[string][]byte // by path, chunks joined
	chunks []footfall.Chunk
}

func run(t testing.TB, opt Options, paths ...string) got {
	t.Helper()
	if opt.Recognise == nil {
		opt.Recognise = guess
	}
	opt.SpoolDir = t.TempDir()
	src, err := Walk(context.Background(), paths, opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := src.Close(); err != nil {
			t.Error(err)
		}
	})
	g := got{src: src, data: map[string][]byte{}}
	out := make(chan *footfall.Chunk, 4)
	done := make(chan error, 1)
	go func() { done <- src.Run(context.Background(), out); close(out) }()
	for c := range out {
		g.data[c.Input.Path] = append(g.data[c.Input.Path], c.Data...)
		keep := *c
		keep.Data = bytes.Clone(c.Data)
		g.chunks = append(g.chunks, keep)
		if src.Inputs()[c.Input.Index] != c.Input {
			t.Errorf("%s: chunk of another input than index %d", c.Input.Path, c.Input.Index)
		}
		src.Release(c)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	return g
}

// write makes files under a new folder.
func write(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, data := range files {
		p := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(data), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// states lists what became of the inputs, one a line.
func (g got) states(dir string) string {
	var b strings.Builder
	for _, s := range g.src.Stats() {
		if clean := s.State == "read" || s.State == "empty" || s.State == "duplicate"; clean != (s.Unread == 0) {
			fmt.Fprintf(&b, "%d unread: ", s.Unread)
		}
		fmt.Fprintf(&b, "%s %s", strings.TrimPrefix(s.Path, dir+"/"), s.State)
		for _, r := range s.Reasons {
			fmt.Fprintf(&b, " [%d at %d: %s]", r.Count, r.Offset, strings.ReplaceAll(r.Reason, dir+"/", ""))
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func zipped(t testing.TB, members ...string) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(members); i += 2 {
		w, err := z.Create(members[i])
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(w, members[i+1])
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func tarred(t testing.TB, members ...string) string {
	t.Helper()
	var b bytes.Buffer
	z := tar.NewWriter(&b)
	for i := 0; i < len(members); i += 2 {
		if err := z.WriteHeader(&tar.Header{Name: members[i], Mode: 0o600, Size: int64(len(members[i+1]))}); err != nil {
			t.Fatal(err)
		}
		io.WriteString(z, members[i+1])
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func gzipped(t testing.TB, data string) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	io.WriteString(z, data)
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func zstded(t testing.TB, data string) string {
	t.Helper()
	z, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	return string(z.EncodeAll([]byte(data), nil))
}

// bzip2ed is "bzip line 1\nbzip line 2\n", which nothing here can compress.
const bzip2ed = "\x42\x5a\x68\x39\x31\x41\x59\x26\x53\x59\xb1\x69\x2c\x9a\x00\x00\x04\x59\x80\x00\x10\x40\x00\x30\x00\x12\x25\x40\x10\x20\x00\x31\x00\xd3\x4d\x02\x54\x34\xf5\x1b\x25\x52\x18\x84\x31\x90\xe9\x02\x18\x2e\xe4\x8a\x70\xa1\x21\x62\xd2\x59\x34"

// evidence is a folder of everything that can be read.
func evidence(t testing.TB) (dir string, want map[string]string) {
	dir = write(t, map[string]string{
		"a.log":      "one\ntwo\n",
		"b.gz":       gzipped(t, "three\n") + gzipped(t, "four\n") + "\x00\x00\x00",
		"c.zst":      zstded(t, "five\n"),
		"d.zip":      zipped(t, "x/", "", "x/1.log", "six\n", "2.gz", gzipped(t, "seven\n"), "3.zip", zipped(t, "in", "eight\n"), "4.log", "nine\n"),
		"e.tar":      tarred(t, "1", "ten\n", "2", strings.Repeat("eleven\n", 1000), "3", "twelve\n"),
		"f/g.tgz":    gzipped(t, tarred(t, "k", "thirteen\n", "l.zip", zipped(t, "m", "fourteen\n"))),
		"f/h.tgz":    gzipped(t, tarred(t, "k", "fifteen\n", "l", "sixteen\n")),
		"i.bz2":      bzip2ed,
		"mislabeled": gzipped(t, "seventeen\n"),
		"u16.txt":    "\xff\xfeh\x00\xe9\x00\n\x00=\xd8\x00\xde",
		"u8.txt":     "\xef\xbb\xbfeighteen\n",
	})
	return dir, map[string]string{
		"a.log": "one\ntwo\n", "b.gz": "three\nfour\n", "c.zst": "five\n",
		"d.zip!/x/1.log": "six\n", "d.zip!/2.gz": "seven\n", "d.zip!/3.zip!/in": "eight\n", "d.zip!/4.log": "nine\n",
		"e.tar!/1": "ten\n", "e.tar!/2": strings.Repeat("eleven\n", 1000), "e.tar!/3": "twelve\n",
		"f/g.tgz!/k": "thirteen\n", "f/g.tgz!/l.zip!/m": "fourteen\n", "f/h.tgz!/k": "fifteen\n", "f/h.tgz!/l": "sixteen\n",
		"i.bz2": "bzip line 1\nbzip line 2\n", "mislabeled": "seventeen\n", "u16.txt": "hé\n\U0001F600", "u8.txt": "eighteen\n",
	}
}

func TestLayers(t *testing.T) {
	dir, want := evidence(t)
	var order string
	for _, workers := range []int{1, 2, 8} {
		for _, size := range []int{2, 10, 0} {
			paths := []string{dir, filepath.Join(dir, "a.log"), filepath.Join(dir, "f", "..", "a.log"), filepath.Join(dir, "f")}
			if workers == 2 {
				slices.Reverse(paths)
			}
			g := run(t, Options{Workers: workers, ChunkSize: size}, paths...)
			for path, data := range want {
				if got := string(g.data[filepath.Join(dir, path)]); got != data {
					t.Errorf("%s: %.60q, want %.60q", path, got, data)
				}
			}
			if len(g.data) != len(want) {
				t.Errorf("%d inputs, want %d", len(g.data), len(want))
			}
			states := g.states(dir)
			if order == "" {
				order = states
			}
			if states != order {
				t.Errorf("%d workers, chunks of %d:\n%s\nbut before\n%s", workers, size, states, order)
			}
			again(t, g)
		}
	}
	if strings.Contains(order, "[") {
		t.Error(order)
	}
}

// again finds every chunk of g once more, alone and all together.
func again(t *testing.T, g got) {
	t.Helper()
	refs := map[uint32][]uint32{}
	for _, c := range g.chunks {
		refs[uint32(c.Input.Index)] = append(refs[uint32(c.Input.Index)], uint32(c.Index))
	}
	count := 0
	err := g.src.Many(refs, func(c *footfall.Chunk) {
		count++
		i := slices.IndexFunc(g.chunks, func(o footfall.Chunk) bool { return o.Input == c.Input && o.Index == c.Index })
		if i < 0 || !bytes.Equal(g.chunks[i].Data, c.Data) || g.chunks[i].Offset != c.Offset || !bytes.Equal(g.chunks[i].Header, c.Header) {
			t.Errorf("%s: chunk %d is another one now", c.Input.Path, c.Index)
		}
	})
	if err != nil || count != len(g.chunks) {
		t.Errorf("%d of %d chunks found again: %v", count, len(g.chunks), err)
	}
	for i := 0; i < len(g.chunks); i += 1 + len(g.chunks)/20 {
		want := g.chunks[i]
		c, err := g.src.At(uint32(want.Input.Index), uint32(want.Index))
		if err != nil || !bytes.Equal(c.Data, want.Data) || c.Offset != want.Offset {
			t.Errorf("%s: chunk %d: %v", want.Input.Path, want.Index, err)
		}
	}
}

func TestSharedData(t *testing.T) {
	dir := filepath.Join(shared.Dir(t), "data", "dev")
	g := run(t, Options{Workers: 2}, filepath.Join(dir, "evtx"), filepath.Join(dir, "windows-json"), filepath.Join(dir, "linux-auth"))
	for _, s := range g.src.Stats() {
		if s.State != "read" && s.State != "unrecognised" {
			t.Errorf("%s: %s %v", s.Path, s.State, s.Reasons)
		}
	}
	for p, d := range g.data {
		raw, err := os.ReadFile(p)
		if err != nil || len(raw) > 2 && raw[0] == 0x1f {
			continue // a member or a compressed file
		}
		if !bytes.HasSuffix(raw, d) && len(raw) != len(d) {
			t.Errorf("%s: %d bytes of %d", p, len(d), len(raw))
		}
	}
	again(t, g)
}
