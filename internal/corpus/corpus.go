// Package corpus walks the evaluation data for tests: every log file of the
// manifest, unpacked, with how many events it is said to hold. It reads files
// only and knows no format but gzip and zip.
package corpus

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// A File is one log: a file, or a member of a zip.
type File struct {
	Path   string // below data/dev; archive!/member
	Format string // as the manifest words it
	Label  string // attack, mixed, benign, format-sample
	Events int    // as the manifest counts them; -1 when it does not
	Data   []byte
}

// Head is what a decoder is shown to recognise a stream.
func (f *File) Head() []byte { return f.Data[:min(len(f.Data), 64<<10)] }

// maxFile bounds what is unpacked of one file.
const maxFile = 64 << 20

// Walk yields the logs of data/dev in dir whose path begins with prefix, in
// the order of the manifest. Truth files and rules are left out.
func Walk(dir, prefix string, yield func(*File)) error {
	root := filepath.Join(dir, "data", "dev")
	manifest, err := os.ReadFile(filepath.Join(root, "MANIFEST.tsv"))
	if err != nil {
		return err
	}
	for i, line := range strings.Split(strings.TrimSpace(string(manifest)), "\n") {
		col := strings.Split(line, "\t")
		if i == 0 || len(col) < 12 || !strings.HasPrefix(col[0], prefix) || col[7] == "ground-truth" || col[7] == "rules" {
			continue
		}
		f := &File{Path: col[0], Format: col[3], Label: col[7], Events: -1}
		if n, err := strconv.Atoi(col[9]); err == nil {
			f.Events = n
		}
		if f.Data, err = os.ReadFile(filepath.Join(root, filepath.FromSlash(col[0]))); err != nil {
			return err
		}
		if err := unpack(f, yield); err != nil {
			return fmt.Errorf("%s: %w", f.Path, err)
		}
	}
	return nil
}

func unpack(f *File, yield func(*File)) error {
	switch {
	case bytes.HasPrefix(f.Data, []byte("\x1f\x8b")):
		r, err := gzip.NewReader(bytes.NewReader(f.Data))
		if err != nil {
			return err
		}
		if f.Data, err = io.ReadAll(io.LimitReader(r, maxFile)); err != nil {
			return err
		}
	case bytes.HasPrefix(f.Data, []byte("PK\x03\x04")):
		return members(f, yield)
	}
	yield(f)
	return nil
}

func members(f *File, yield func(*File)) error {
	z, err := zip.NewReader(bytes.NewReader(f.Data), int64(len(f.Data)))
	if err != nil {
		return err
	}
	for _, m := range z.File {
		if m.FileInfo().IsDir() {
			continue
		}
		r, err := m.Open()
		if err != nil {
			return err
		}
		data, err := io.ReadAll(io.LimitReader(r, maxFile))
		if err != nil {
			return err
		}
		one := *f
		one.Path, one.Data = f.Path+"!/"+m.Name, data
		if len(z.File) > 1 {
			one.Events = -1
		}
		yield(&one)
	}
	return nil
}
