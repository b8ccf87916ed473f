package read

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/footfall/footfall"
)

// TestTableHeader cuts a table with three headers into small chunks: each
// comes with the header that was in force, also when it is asked for again.
func TestTableHeader(t *testing.T) {
	var in strings.Builder
	for h := range 3 {
		fmt.Fprintf(&in, "#separator \\x09\n#fields\th%d\n#types\tstring\n", h)
		for i := range 20 {
			fmt.Fprintf(&in, "%d.%d # not a header\n", h, i)
		}
		in.WriteString("#close\t2031\n")
	}
	path := filepath.Join(t.TempDir(), "x.log")
	if err := os.WriteFile(path, []byte(in.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	check := func(c *footfall.Chunk) {
		head := c.Header
		for line := range bytes.Lines(c.Data) {
			if line[0] == '#' {
				if bytes.HasPrefix(line, []byte("#fields")) {
					head = line
				}
				continue
			}
			if want := fmt.Appendf(nil, "#fields\th%c\n", line[0]); !bytes.Contains(head, want) {
				t.Errorf("line %q under header %q", line, head)
			}
		}
	}
	g := run(t, Options{ChunkSize: 70, Recognise: func(string, []byte) (Format, bool) {
		return Format{Name: "table", Frame: footfall.FrameTable}, true
	}}, path)
	refs := map[uint32][]uint32{}
	for i := range g.chunks {
		check(&g.chunks[i])
		refs[0] = append(refs[0], uint32(i))
	}
	if len(g.chunks) < 6 || string(g.data[path]) != in.String() {
		t.Fatalf("%d chunks", len(g.chunks))
	}
	if err := g.src.Many(refs, check); err != nil {
		t.Error(err)
	}
}
