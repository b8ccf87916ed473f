package read

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/shared"
)

// lines recognises everything as lines.
func lines(string, []byte) (Format, bool) {
	return Format{Name: "lines", Frame: footfall.FrameLines}, true
}

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
	src  *Source
	data map[string][]byte // by path, chunks joined
	recs map[string]int
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
	g := got{src: src, data: map[string][]byte{}, recs: map[string]int{}}
	out := make(chan *footfall.Chunk, 4)
	done := make(chan error, 1)
	go func() { done <- src.Run(context.Background(), out); close(out) }()
	for c := range out {
		g.data[c.Input.Path] = append(g.data[c.Input.Path], c.Data...)
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

func TestSharedData(t *testing.T) {
	dir := filepath.Join(shared.Dir(t), "data", "dev")
	g := run(t, Options{Workers: 2}, filepath.Join(dir, "evtx"), filepath.Join(dir, "windows-json"), filepath.Join(dir, "linux-auth"))
	for _, s := range g.src.Stats() {
		if s.State != "read" {
			t.Logf("%s: %s %v", s.Path, s.State, s.Reasons)
		}
	}
	for p, d := range g.data {
		raw, err := os.ReadFile(p)
		if err != nil || !bytes.HasSuffix(raw, d) {
			t.Logf("%s: %d bytes of %d", p, len(d), len(raw))
		}
	}
	t.Log(len(g.data))
}
