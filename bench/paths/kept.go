package main

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A kept holds the results of worlds that are done, a line each.
type kept struct {
	runs map[string]*run
	file *os.File
}

// readKept reads what was measured of this code, and goes on with its file.
func readKept(path, code string) (*kept, error) {
	k := &kept{runs: map[string]*run{}}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o644)
	if err != nil {
		return nil, err
	}
	k.file = f
	s := bufio.NewScanner(f)
	s.Buffer(nil, 64<<20)
	for s.Scan() {
		var r run
		if json.Unmarshal(s.Bytes(), &r) == nil && r.Code == code { // a line that was cut off is measured again
			k.runs[r.Plan.String()] = &r
		}
	}
	if err := s.Err(); err != nil {
		return nil, err
	}
	// A line that was cut off ends here.
	var last [1]byte
	if end, err := f.Seek(0, io.SeekEnd); err != nil || end == 0 {
		return k, err
	} else if _, err := f.ReadAt(last[:], end-1); err != nil || last[0] == '\n' {
		return k, err
	}
	_, err = f.WriteString("\n")
	return k, err
}

func (k *kept) add(r *run) error {
	b, err := json.Marshal(r)
	if err != nil {
		return err
	}
	_, err = k.file.Write(append(b, '\n'))
	return err
}

func (k *kept) close() error { return k.file.Close() }

// sources are the packages that results are of.
var sources = []string{".", "bench/paths", "decode", "emulate", "emulate/score", "engine", "graph", "history", "identify", "session"}

// fingerprint tells one state of the code from another.
func fingerprint() (string, error) {
	root, err := moduleRoot()
	if err != nil {
		return "", err
	}
	h := sha256.New()
	for _, dir := range sources {
		files, err := filepath.Glob(filepath.Join(root, dir, "*.go"))
		if err != nil {
			return "", err
		}
		slices.Sort(files)
		for _, f := range files {
			if strings.HasSuffix(f, "_test.go") {
				continue
			}
			data, err := os.ReadFile(f)
			if err != nil {
				return "", err
			}
			fmt.Fprintf(h, "%s %d\n", filepath.Base(f), len(data))
			h.Write(data)
		}
	}
	return hex.EncodeToString(h.Sum(nil))[:16], nil
}

// moduleRoot is the folder with go.mod above the current one.
func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	for err == nil {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		} else if !errors.Is(err, fs.ErrNotExist) || dir == filepath.Dir(dir) {
			return "", fmt.Errorf("this is no checkout: %w", err)
		}
		dir = filepath.Dir(dir)
	}
	return "", err
}
