package engine

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/footfall/footfall"
)

func gz(t *testing.T, p []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(p); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func zipped(t *testing.T, name string, p []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	f, err := w.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write(p); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const goodLine = "2026-03-02T08:00:00.000000+00:00 web1 sshd[100]: Accepted publickey for mara from 10.0.0.9 port 50000 ssh2: ED25519 SHA256:abc\n"

// TestBadInput puts every kind of bad input beside a good one: each is named
// with its reason and the rest is read. What memory it takes is held by the
// command's tests, in a process of its own.
func TestBadInput(t *testing.T) {
	good := []byte(strings.Repeat(goodLine, 3))
	long := append(bytes.Repeat([]byte("x"), 100<<20), '\n')
	var lines []byte
	for i := range 20000 { // lines that differ, so that much of them is left when the end is torn off
		lines = fmt.Appendf(lines, "2026-03-02T08:00:00.%06d+00:00 web1 sshd[%d]: Accepted publickey for mara from 10.0.0.9 port %d ssh2\n", i, 100+i*7919%60000, 1024+i*104729%60000)
	}
	torn := gz(t, lines)
	torn = torn[:len(torn)*2/3]
	deep := good
	for range 9 {
		deep = zipped(t, "inner.zip", deep)
	}
	cases := map[string]struct {
		data    []byte
		state   string
		records int64
		reason  string
	}{
		"good.log":       {good, "read", 3, ""},
		"empty.log":      {nil, "empty", 0, "nothing"},
		"random.bin":     {bytes.Repeat([]byte{0xfe, 0x13, 0x00, 0x9c, 0x7f, 0x01}, 4000), "unrecognised", 0, "begins with"},
		"torn.log.gz":    {torn, "partly", -1, "ends before its end"},
		"longline.log":   {append(append(bytes.Clone(good), long...), good...), "partly", 6, "more than"},
		"mislabelled.gz": {good[:2*len(goodLine)], "read", 2, ""},
		"nul.log":        {append(bytes.Clone(good), "\x00\x00\xff\xfe broken \x80\x81\n"...), "", -1, ""},
		"deep.zip":       {deep, "unreadable", 0, "within more than"},
		"times.ndjson": {[]byte(`{"EventTime":"1601-01-01 00:00:00","Hostname":"a","Channel":"Security","SourceName":"Microsoft-Windows-Security-Auditing","EventID":4624,"RecordNumber":1}
{"EventTime":"1970-01-01 00:00:00","Hostname":"a","Channel":"Security","SourceName":"Microsoft-Windows-Security-Auditing","EventID":4624,"RecordNumber":2}
{"EventTime":"9999-12-31 23:59:59","Hostname":"a","Channel":"Security","SourceName":"Microsoft-Windows-Security-Auditing","EventID":4624,"RecordNumber":3}
`), "read", 3, ""},
		"evtx-head-only.evtx": {append([]byte("ElfFile\x00"), make([]byte, 4088)...), "", 0, ""},
	}
	dir := t.TempDir()
	for name, c := range cases {
		if err := os.WriteFile(filepath.Join(dir, name), c.data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	run := hunted(t, Options{Paths: []string{dir, filepath.Join(dir, "missing")}})
	stats := map[string]footfall.InputStat{}
	for _, s := range run.Inputs {
		stats[strings.Split(strings.TrimPrefix(s.Path, dir+"/"), "!")[0]] = s
	}
	for name, c := range cases {
		s, ok := stats[name]
		reasons := ""
		for _, r := range s.Reasons {
			reasons += r.Reason + "; "
		}
		switch {
		case !ok:
			t.Errorf("%s is not accounted for", name)
		case c.state != "" && s.State != c.state:
			t.Errorf("%s is %q (%s), want %q", name, s.State, reasons, c.state)
		case c.records >= 0 && s.Records != c.records:
			t.Errorf("%s has %d records, want %d (%s)", name, s.Records, c.records, reasons)
		case !strings.Contains(reasons, c.reason):
			t.Errorf("%s says %q, want %q in it", name, reasons, c.reason)
		}
	}
	if s := stats["missing"]; s.State != "unreadable" {
		t.Errorf("a missing path is %q, want unreadable", s.State)
	}
}

// TestBomb: a gzip file of much more than it seems is stopped at a bound and
// said so, and what stands beside it is read.
func TestBomb(t *testing.T) {
	dir := t.TempDir()
	f, err := os.Create(filepath.Join(dir, "bomb.gz"))
	if err != nil {
		t.Fatal(err)
	}
	w, err := gzip.NewWriterLevel(f, gzip.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.CopyN(w, zeros{}, 256<<20); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "good.log"), []byte(goodLine), 0o600); err != nil {
		t.Fatal(err)
	}
	run := hunted(t, Options{Paths: []string{dir}})
	if len(run.Inputs) != 2 || run.Inputs[0].State == "read" || run.Inputs[1].Records != 1 {
		t.Errorf("got %+v", run.Inputs)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
