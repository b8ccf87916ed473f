package engine

import (
	"os"
	"path/filepath"
	"testing"
)

// TestTableForgets reads lines that have no header after a table that has one,
// with one worker: what was known of the one is not taken for the other.
func TestTableForgets(t *testing.T) {
	dir := t.TempDir()
	files := map[string]string{
		"a.log": "#Software: x\n#Version: 1.0\n#Fields: date time c-ip cs-username cs-method cs-uri-stem sc-status\n2031-05-02 08:15:00 192.0.2.7 ana GET /x 200\n",
		"b.log": "2031-05-02T08:15:06.270Z,EX1\\Default Frontend EX1,08DA4F7C11473A60,9,192.0.2.241:25,198.51.100.212:53722,>,535 5.7.3 Authentication unsuccessful,\n",
	}
	var paths []string
	for _, name := range []string{"a.log", "b.log"} {
		paths = append(paths, filepath.Join(dir, name))
		if err := os.WriteFile(filepath.Join(dir, name), []byte(files[name]), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, in := range hunted(t, Options{Paths: paths, Workers: 1}).Inputs {
		if in.Records != 1 || in.Unread != 0 {
			t.Errorf("%s: %d records, unread %v", filepath.Base(in.Path), in.Records, in.Reasons)
		}
	}
}
