package triage_test

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/footfall/footfall/internal/txtar"
	"github.com/footfall/footfall/playbooks"
	"github.com/footfall/footfall/triage"
)

func checked(files map[string][]byte) []triage.Issue {
	_, issues := triage.Check(files, triage.CheckOptions{Beside: playbooks.Files()})
	return issues
}

// TestCheckShipped holds that the program's own playbooks pass their linter.
func TestCheckShipped(t *testing.T) {
	for _, i := range checked(playbooks.Files()) {
		t.Error(i)
	}
}

// TestMutations makes one small change of a playbook at a time: the linter
// must say what is wrong, on its line and by its key, and nothing else.
func TestMutations(t *testing.T) {
	data, err := os.ReadFile("testdata/check/mutations.txtar")
	if err != nil {
		t.Fatal(err)
	}
	parts := txtar.Parse(data).Files
	if len(parts) < 40 {
		t.Errorf("%d mutations, want at least 40", len(parts))
	}
	for _, part := range parts {
		t.Run(strings.ReplaceAll(part.Name, " ", "_"), func(t *testing.T) {
			files, at, want := mutate(t, string(part.Data))
			var got []string
			for _, i := range checked(files) {
				got = append(got, fmt.Sprintf("%d %s: %s", i.Line-at, i.Key, i.Reason))
			}
			slices.Sort(got)
			slices.Sort(want)
			same := len(got) == len(want)
			for i := range min(len(got), len(want)) {
				same = same && strings.HasPrefix(got[i], want[i])
			}
			if !same {
				t.Errorf("got:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		})
	}
}

// mutate returns the shipped playbooks with the change that a part describes,
// the line of the change and what is to be said of it.
func mutate(t *testing.T, part string) (files map[string][]byte, at int, want []string) {
	t.Helper()
	lines := strings.Split(strings.TrimRight(part, "\n"), "\n")
	name := "playbooks/" + lines[0]
	var old, put strings.Builder
	for _, l := range lines[1:] {
		switch rest := l[1:]; l[0] {
		case '-':
			old.WriteString(rest + "\n")
		case '+':
			put.WriteString(rest + "\n")
		case '=':
			want = append(want, rest)
		}
	}
	files = playbooks.Files()
	before, after, ok := bytes.Cut(files[name], []byte(old.String()))
	if !ok {
		t.Fatalf("%s has no\n%s", name, old.String())
	}
	files[name] = slices.Concat(before, []byte(put.String()), after)
	return files, 1 + bytes.Count(before, []byte("\n")), want
}

// A circle of several playbooks names the link that closes it.
func TestCircle(t *testing.T) {
	files := playbooks.Files()
	for name, parent := range map[string]string{"t1021_vnc": "t1021_ssh", "t1021_ssh": "t1021_vnc"} {
		file := "playbooks/" + name + ".yaml"
		files[file] = bytes.Replace(files[file], []byte("extends: t1021\n"), []byte("extends: "+parent+"\n"), 1)
	}
	var got []string
	for _, i := range checked(files) {
		got = append(got, i.Reason)
	}
	slices.Sort(got)
	if want := []string{`"t1021_ssh" extends "t1021_vnc" in a circle`, `"t1021_vnc" extends "t1021_ssh" in a circle`}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestIssueLines holds that what Check says of any file can be found: the line
// is one of the file.
func TestIssueLines(t *testing.T) {
	for name, data := range playbooks.Files() {
		lines := bytes.Split(data, []byte("\n"))
		for i := range lines {
			bad := bytes.Join(slices.Concat(lines[:i], lines[i+1:]), []byte("\n"))
			for _, issue := range checked(map[string][]byte{name: bad}) {
				if issue.Line < 1 || issue.Line > len(lines) || issue.Key == "" && !strings.Contains(issue.Reason, "YAML") {
					t.Errorf("%s without line %s: %v", name, strconv.Itoa(i+1), issue)
				}
			}
		}
	}
}
