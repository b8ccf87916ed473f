package read

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/footfall/footfall"
)

// FuzzArchive reads any bytes as a file. The inputs that were listed must all
// be accounted for, chunks must have been announced, and found again.
func FuzzArchive(f *testing.F) {
	f.Add([]byte("a line\n"), uint8(1))
	f.Add([]byte(zipped(f, "a", "1\n", "b.gz", gzipped(f, "2\n"), "c.zip", zipped(f, "d", "3\n"))), uint8(1))
	f.Add([]byte(tarred(f, "a", "1\n", "b", "2\n")), uint8(1))
	f.Add([]byte(gzipped(f, tarred(f, "a", "1\n"))), uint8(2))
	f.Add([]byte(zstded(f, "{\"Records\":[{\"a\":1}]}")), uint8(2))
	f.Add([]byte(bzip2ed), uint8(0))
	f.Add([]byte("\xff\xfea\x00\n\x00"), uint8(1))
	f.Add([]byte("#TYPE x\n\"a\",\"b\"\n1,\"2\n3\"\n"), uint8(4))
	f.Add([]byte("ElfFile\x00"), uint8(5))
	f.Add([]byte("A=1\nB\n\x01\x00\x00\x00\x00\x00\x00\x00x\n\n"), uint8(6))
	f.Fuzz(func(t *testing.T, data []byte, frame uint8) {
		dir := t.TempDir()
		path := filepath.Join(dir, "f")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		opt := Options{
			Workers: 2, ChunkSize: 100, SpoolDir: dir,
			Recognise: func(_ string, head []byte) (Format, bool) {
				return Format{Name: "x", Frame: footfall.Frame(frame % 11), Block: int(frame)}, len(head)%5 > 0
			},
			Limits: Limits{Depth: 3, Ratio: 100, Member: 1 << 16, Total: 1 << 17, Members: 20, Record: 1000},
		}
		src, err := Walk(context.Background(), []string{path}, opt)
		if err != nil {
			t.Fatal(err)
		}
		defer src.Close()
		out := make(chan *footfall.Chunk, 1)
		done := make(chan error, 1)
		go func() { done <- src.Run(context.Background(), out); close(out) }()
		refs := map[uint32][]uint32{}
		total := 0
		for c := range out {
			refs[uint32(c.Input.Index)] = append(refs[uint32(c.Input.Index)], uint32(c.Index))
			total += len(c.Data)
			src.Release(c)
		}
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		if total > 1<<18+len(data) {
			t.Fatalf("%d bytes come out of %d", total, len(data))
		}
		for _, s := range src.Stats() {
			if s.State == "" {
				t.Fatalf("%q is not accounted for", s.Path)
			}
		}
		seen := 0
		err = src.Many(refs, func(c *footfall.Chunk) { seen += len(c.Data) })
		if err != nil || seen != total {
			t.Fatalf("%d of %d bytes found again: %v", seen, total, err)
		}
	})
}
