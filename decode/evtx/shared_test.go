package evtx

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/shared"
)

// A logFile is one EVTX file of the evaluation data.
type logFile struct {
	path   string // below data/dev
	data   []byte
	events int // as the manifest counts them
}

func logFiles(t testing.TB) []logFile {
	t.Helper()
	root := filepath.Join(shared.Dir(t), "data", "dev")
	manifest, err := os.ReadFile(filepath.Join(root, "MANIFEST.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	var files []logFile
	for line := range strings.Lines(string(manifest)) {
		c := strings.Split(strings.TrimRight(line, "\n"), "\t")
		if len(c) < 10 || !strings.HasSuffix(c[0], ".evtx") {
			continue
		}
		n, err := strconv.Atoi(c[9])
		if err != nil {
			t.Fatalf("%s: events %q", c[0], c[9])
		}
		data, err := os.ReadFile(filepath.Join(root, c[0]))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, logFile{c[0], data, n})
	}
	return files
}

// chunksOf cuts a file as the reader does.
func chunksOf(data []byte) (header []byte, chunks [][]byte) {
	header, data = data[:fileHeader], data[fileHeader:]
	for len(data) > 0 {
		n := min(len(data), chunkSize)
		chunks = append(chunks, data[:n:n])
		data = data[n:]
	}
	return header, chunks
}

func TestCounts(t *testing.T) {
	files := logFiles(t)
	if len(files) < 100 {
		t.Fatalf("%d files only", len(files))
	}
	schema := footfall.NewSchema(true)
	total := 0
	var b footfall.Batch
	for _, f := range files {
		header, chunks := chunksOf(f.data)
		decode, err := New(schema, header)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for i, c := range chunks {
			b.Reset()
			if err := decode(&b, c); err != nil {
				t.Fatal(err)
			}
			n += len(b.Events)
			for _, u := range b.Unread {
				t.Logf("%s: chunk %d: %d: %s", f.path, i, u.Offset, u.Reason)
			}
			for j := range b.Events {
				e := &b.Events[j]
				if e.EventID == 0 && e.Provider != "Microsoft-Windows-Sysmon" && !strings.Contains(e.Channel, "Application") || e.Channel == "" || e.Provider == "" || e.Computer == "" || e.Time == 0 || e.Record == 0 {
					t.Logf("%s: chunk %d: %+v", f.path, i, *e)
				}
			}
		}
		if n != f.events {
			t.Errorf("%s: %d events, want %d", f.path, n, f.events)
		}
		total += n
	}
	t.Logf("%d files, %d events", len(files), total)
}
