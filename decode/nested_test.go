package decode_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/decode"
	"github.com/footfall/footfall/internal/txtar"
)

// TestNeedsBrace holds what the stage relies on when it asks no decoder of JSON
// about a message without a brace, and none of XML about one without an angle
// bracket: all samples without these, and their lines, are nothing to them.
func TestNeedsBrace(t *testing.T) {
	files, err := filepath.Glob("*/testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		in := txtar.Parse(data).Get("in")
		for frame, mark := range map[footfall.Frame]string{footfall.FrameJSON: "{", footfall.FrameXML: "<"} {
			text := bytes.ReplaceAll(in, []byte(mark), nil)
			lines := bytes.Split(text, []byte{'\n'})
			if len(lines) > 100 {
				lines = lines[:100]
			}
			for i := range decode.All {
				d := &decode.All[i]
				if d.Frame != frame || d.Sniff == nil {
					continue
				}
				for _, s := range append(lines, text) {
					if n := d.Sniff(s); n > 0 {
						t.Fatalf("%s: %s is %d sure without %q: %.200s", file, d.Name, n, mark, s)
					}
				}
			}
		}
	}
}
