package main

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/footfall/footfall/playbooks"
	"github.com/footfall/footfall/triage"
)

var update = flag.Bool("update", false, "rewrite what samples of playbooks want")

// TestPlaybookSamples runs the samples of the shipped playbooks as the command
// line does; every playbook has one.
func TestPlaybookSamples(t *testing.T) {
	dir := filepath.Join("..", "..", "playbooks")
	var out bytes.Buffer
	r := &rehearsal{ctx: t.Context(), out: &out, update: *update}
	if err := r.run([]string{dir}); err != nil || r.bare > 0 {
		t.Errorf("%v\n%s", err, out.String())
	}
	if r.passed < len(playbooks.Files()) {
		t.Errorf("%d samples of %d playbooks", r.passed, len(playbooks.Files()))
	}
	for file, data := range playbooks.Files() {
		sample, err := playbooks.Sample(strings.TrimSuffix(file, ".yaml") + ".txtar")
		if err != nil {
			t.Error(err)
		} else if id := triage.PlaybookID(data); !bytes.Contains(sample, []byte(` playbooks ["`)) || !bytes.Contains(sample, []byte(`"`+id+`"`)) {
			t.Errorf("%s is not chosen for its sample", file)
		}
	}
}

// TestPlaybookCards prints each playbook: no line is longer than the paper.
func TestPlaybookCards(t *testing.T) {
	books, _, err := shelf(nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range books {
		for _, markdown := range []bool{false, true} {
			for line := range bytes.Lines(p.Card(80, markdown)) {
				if n := len([]rune(string(line))) - 1; n > 80 && !bytes.HasPrefix(line, []byte("#")) && bytes.Count(bytes.TrimSpace(line), []byte(" ")) > 3 {
					t.Errorf("%s: a line of %d columns: %s", p.ID, n, line)
				}
			}
		}
	}
}

// TestPlaybookIDs holds that a file that cannot be used still replaces the
// program's own of its id, so that its mistakes are told and not hidden.
func TestPlaybookIDs(t *testing.T) {
	path := filepath.Join(t.TempDir(), "own.yaml")
	if err := os.WriteFile(path, []byte("version: 1\nid: t1021\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := shelf([]string{path}); err == nil {
		t.Error("a playbook without columns is no error")
	}
}
