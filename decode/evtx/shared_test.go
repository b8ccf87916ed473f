package evtx

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
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
				// One log has chunks that were never written and hold what was in memory.
				if u.Reason != badMagic || bytes.Contains(c, []byte{0x2a, 0x2a, 0, 0}) {
					t.Errorf("%s: chunk %d: %d: %s", f.path, i, u.Offset, u.Reason)
				}
			}
			for j := range b.Events {
				if e := &b.Events[j]; e.Channel == "" || e.Provider == "" || e.Computer == "" || e.Time == 0 || e.Record == 0 || len(e.Fields) == 0 {
					t.Errorf("%s: chunk %d: the system part of %+v was not read", f.path, i, *e)
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

// One decoder for everything, and one for each chunk, say the same: what was
// learned from one chunk never shows in another, so that it does not matter
// which worker reads which. Run with -race this also tests that decoders share
// nothing but the schema.
func TestWorkersAgree(t *testing.T) {
	files := logFiles(t)
	asOne := make([]string, len(files))
	schema := footfall.NewSchema(true)
	one := newDecoder(schema, nil)
	for i, f := range files {
		_, chunks := chunksOf(f.data)
		for _, c := range chunks {
			asOne[i] += decodeText(t, schema, one, c)
		}
	}
	var wg sync.WaitGroup
	for worker := range 2 {
		wg.Go(func() {
			for i := worker; i < len(files); i += 2 {
				_, chunks := chunksOf(files[i].data)
				got := ""
				for _, c := range chunks {
					got += decodeText(t, schema, newDecoder(schema, nil), c)
				}
				if got != asOne[i] {
					t.Errorf("%s: decoders differ", files[i].path)
				}
			}
		})
	}
	wg.Wait()
}

func decodeText(t *testing.T, s *footfall.Schema, d *decoder, frame []byte) string {
	t.Helper()
	var b footfall.Batch
	if err := d.decode(&b, frame); err != nil {
		t.Error(err)
	}
	var out strings.Builder
	for i := range b.Events {
		e := &b.Events[i]
		fmt.Fprintln(&out, e.Time, e.Offset, e.Len, e.Record, e.EventID, e.Channel, e.Provider, e.Computer)
		out.WriteString(dump(s, e, 0))
	}
	out.WriteString(unread(&b))
	return out.String()
}
