package playbooks

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/footfall/footfall/internal/shared"
	"github.com/footfall/footfall/internal/yaml"
)

// column returns the words of one column of a playbook document.
func column(t *testing.T, doc, name string) string {
	t.Helper()
	for line := range strings.Lines(doc) {
		if rest, ok := strings.CutPrefix(line, "| "+name+" | "); ok {
			return strings.TrimSuffix(strings.TrimSpace(rest), " |")
		}
	}
	t.Fatalf("the document has no column %q", name)
	return ""
}

// TestWordForWord holds that each column of the documents is in the playbooks
// with every word, in order, and nothing of it is dropped.
func TestWordForWord(t *testing.T) {
	dir := filepath.Join(shared.Dir(t), "mission")
	f := func(file, document string) {
		t.Helper()
		data, err := os.ReadFile(filepath.Join(dir, document))
		if err != nil {
			t.Fatal(err)
		}
		doc := string(data)
		docs, err := yaml.Documents(Files()["playbooks/"+file])
		if err != nil {
			t.Fatal(err)
		}
		root := docs[0].Content[0]
		same := func(name, got string) {
			t.Helper()
			if want := column(t, doc, name); got != want {
				t.Errorf("%s: %s\ngot:  %s\nwant: %s", file, name, got, want)
			}
		}
		same("Name", key(root, "name").Value)
		same("MITRE Tactic", strings.Join(texts(root, "tactic", ""), ", "))
		same("MITRE TTP", strings.Join(texts(root, "attack", ""), ", "))
		same("Log Sources to Investigate", strings.Join(texts(root, "log_sources", ""), " "))
		same("Key Indicators", strings.Join(texts(root, "indicators", ""), " "))
		same("Questions for Analysis", strings.Join(texts(root, "questions", "ask"), " "))
		same("Additional Analysis Steps for L1", strings.Join(texts(root, "l1", "text"), " "))
		same("T2 Analyst Actions", strings.Join(texts(root, "t2", "text"), " "))
		holds(t, file, column(t, doc, "Decision for Escalation"), texts(root, "escalate", "because"), []string{
			"Escalate if", "Additionally, escalate if", "if", "or", ",", ".", "that are inconsistent with the user's role",
		})
		holds(t, file, column(t, doc, "Containment and Further Analysis"), texts(root, "contain", "text"), nil)
	}
	f("t1021.yaml", "T1021-playbook.md")
	f("t1133.yaml", "T1133-playbook.md")
}

// holds takes the parts and then the joining words out of a column; nothing
// may be left.
func holds(t *testing.T, file, column string, parts, joins []string) {
	t.Helper()
	rest := column
	for _, p := range append(parts, joins...) {
		rest = strings.ReplaceAll(rest, p, " ")
	}
	if rest = strings.TrimSpace(rest); rest != "" {
		t.Errorf("%s: of the column\n%s\nis not in the playbook: %s", file, column, rest)
	}
}

func key(n *yaml.Node, name string) *yaml.Node {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == name {
			return n.Content[i+1]
		}
	}
	return &yaml.Node{}
}

// texts returns the entries of a list, or of each one the value of a key.
func texts(root *yaml.Node, list, of string) (out []string) {
	for _, n := range key(root, list).Content {
		if of != "" {
			n = key(n, of)
		}
		out = append(out, n.Value)
	}
	return out
}
