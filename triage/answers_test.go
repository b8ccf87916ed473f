package triage

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/footfall/footfall/playbooks"
)

var updatePage = flag.Bool("page", false, "rewrite the tables of docs/answers.md")

// TestAnswersPage holds that docs/answers.md shows every kind of fact and every
// question as the program has them.
func TestAnswersPage(t *testing.T) {
	const path = "../docs/answers.md"
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var facts, questions strings.Builder
	facts.WriteString("| fact | asks | takes | yes | no |\n|---|---|---|---|---|\n")
	for _, k := range factKinds {
		fmt.Fprintf(&facts, "| %s | %s | %s | %s | %s |\n", k.Name, k.Asks, k.Takes, k.Yes, k.No)
	}
	books, err := Load(playbooks.Files())
	if err != nil {
		t.Fatal(err)
	}
	questions.WriteString("| question | asked | fed by | speaks for abuse | when unknown |\n|---|---|---|---|---|\n")
	for _, p := range books {
		for _, q := range p.Questions {
			abuse := q.Abuse.String()
			fmt.Fprintf(&questions, "| %s.%s | %s | %s | %s | %s |\n", p.ID, q.ID, q.Ask, strings.Join(q.Facts, ", "), abuse, q.Unknown)
		}
	}
	want := filled(filled(page, "kinds", facts.String()), "questions", questions.String())
	if *updatePage {
		if err := os.WriteFile(path, want, 0o644); err != nil {
			t.Fatal(err)
		}
	} else if !bytes.Equal(page, want) {
		t.Error("docs/answers.md is not what the program has; go test ./triage -run AnswersPage -page")
	}
	for _, k := range factKinds {
		if k.Asks == "" || k.Takes == "" || k.Yes == "" || k.No == "" {
			t.Errorf("kind %s lacks a text", k.Name)
		}
	}
}

// filled puts a table between its marks.
func filled(page []byte, name, table string) []byte {
	re := regexp.MustCompile(`(?s)<!-- ` + name + ` -->\n.*?<!-- end -->`)
	return re.ReplaceAllLiteral(page, []byte("<!-- "+name+" -->\n\n"+table+"\n<!-- end -->"))
}
