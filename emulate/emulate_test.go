package emulate_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/footfall/footfall/emulate"
)

// monday is the first day of all worlds of the tests.
var monday = time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)

func world(t testing.TB, people, days int, seed uint64) string {
	t.Helper()
	return written(t, emulate.Config{People: people, Days: days, Seed: seed})
}

// written is the folder of a company that starts on monday.
func written(t testing.TB, c emulate.Config) string {
	t.Helper()
	c.Dir, c.Start = t.TempDir(), monday
	if _, err := emulate.Run(context.Background(), c); err != nil {
		t.Fatal(err)
	}
	return c.Dir
}

// sum is a hash over the names and bytes of all files of a world.
func sum(t *testing.T, dir string) string {
	t.Helper()
	h := sha256.New()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		fmt.Fprintln(h, strings.TrimPrefix(path, dir), len(data))
		h.Write(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%x", h.Sum(nil))
}

// TestSameSeed writes a world twice, and another one.
func TestSameSeed(t *testing.T) {
	a, b, c := sum(t, world(t, 100, 1, 5)), sum(t, world(t, 100, 1, 5)), sum(t, world(t, 100, 1, 6))
	if a != b {
		t.Error("the same seed gave other bytes")
	}
	if a == c {
		t.Error("another seed gave the same bytes")
	}
}

type row struct {
	Input, What, Person, Account, Why string
	From, To, Host                    string
	Line, Record, Event               int
	Session, Parent, Root             int
	Offset                            int64
	Time                              time.Time
	Again                             bool
	Campaign                          string
}

func truth(t *testing.T, dir string) []row { return rows[row](t, dir, "logons.ndjson.gz") }

// rows reads one of the files of truth.
func rows[T any](t *testing.T, dir, name string) []T {
	t.Helper()
	var out []T
	for l := range bytes.Lines(unpacked(t, filepath.Join(dir, "truth", name))) {
		var r T
		if err := json.Unmarshal(l, &r); err != nil {
			t.Fatal(err)
		}
		out = append(out, r)
	}
	return out
}

func unpacked(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasSuffix(path, ".gz") {
		return data
	}
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if data, err = io.ReadAll(z); err != nil {
		t.Fatal(err)
	}
	return data
}

// TestTruth holds that each row of truth is about the record that it points at.
func TestTruth(t *testing.T) {
	dir := world(t, 100, 2, 9)
	logs := map[string][]byte{}
	for _, r := range truth(t, dir) {
		data, ok := logs[r.Input]
		if !ok {
			data = unpacked(t, filepath.Join(dir, filepath.FromSlash(r.Input)))
			logs[r.Input] = data
		}
		if r.Offset >= int64(len(data)) {
			t.Fatalf("%s: offset %d of %d", r.Input, r.Offset, len(data))
		}
		if !strings.Contains(r.Input, "AWSLogs") && r.Offset > 0 && data[r.Offset-1] != '\n' {
			t.Fatalf("%s: offset %d is in the middle of a line", r.Input, r.Offset)
		}
		rec, _, _ := bytes.Cut(data[r.Offset:], []byte("\n"))
		rec, _, _ = bytes.Cut(rec, []byte(`,{"eventVersion"`))
		_, name, _ := strings.Cut(r.Account, `\`)
		switch {
		case r.Event != 0 && !bytes.Contains(rec, fmt.Append(nil, r.Record)), r.Event != 0 && !bytes.Contains(rec, fmt.Append(nil, r.Event)):
			t.Fatalf("%+v is not about %s", r, rec)
		case r.What == "connection", strings.Contains(string(rec), "TLS Auth Error"): // these have no name
		case !bytes.Contains(bytes.ToLower(rec), []byte(strings.ToLower(name))):
			t.Fatalf("%+v is not about %s", r, rec)
		}
	}
}

// TestHours holds that people work by day and on working days, and that what
// nobody does by hand goes on at night.
func TestHours(t *testing.T) {
	dir := world(t, 120, 7, 3)
	var day, night, weekend, auto int
	for _, r := range truth(t, dir) {
		weekday := r.Time.Weekday() != time.Saturday && r.Time.Weekday() != time.Sunday
		switch h := r.Time.Hour(); {
		case r.Person == "" && (h < 5 || h > 20):
			auto++
		case r.Person == "":
		case !weekday:
			weekend++
		case h >= 6 && h < 22:
			day++
		case h < 4:
			night++
		}
	}
	if day < 10*night || day < 10*weekend || night == 0 || weekend == 0 || auto == 0 {
		t.Errorf("people: %d by day, %d at night, %d at the weekend; programs: %d at night", day, night, weekend, auto)
	}
}
