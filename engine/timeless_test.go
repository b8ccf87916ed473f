package engine

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestTimeless: lines that name no time keep their order, are judged, and are
// told; the same whatever the workers.
func TestTimeless(t *testing.T) {
	var b strings.Builder
	for i := range 12 {
		fmt.Fprintf(&b, "web1 sshd[%d]: Failed password for root from 203.0.113.9 port %d ssh2\n", 100+i, 40000+i)
	}
	fmt.Fprintf(&b, "web1 sshd[200]: Accepted password for root from 203.0.113.9 port 41000 ssh2\n")
	path := filepath.Join(t.TempDir(), "auth.log")
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	run := hunted(t, Options{Paths: []string{path}})
	guessed := false
	for _, f := range run.Findings {
		guessed = guessed || f.Rule.ID == "guess" && f.Count >= 12
	}
	if !guessed {
		t.Errorf("no guessing among %d findings", len(run.Findings))
	}
	if !strings.Contains(strings.Join(run.Notes, "\n"), "13 records of "+path+" without a usable time") {
		t.Errorf("notes say %q", run.Notes)
	}
	if got, want := printed(t, hunted(t, Options{Paths: []string{path}, Workers: 8})), printed(t, run); got != want {
		t.Error(firstDifference([]byte(got), []byte(want)))
	}
}
