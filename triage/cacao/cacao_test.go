package cacao_test

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/footfall/footfall/playbooks"
	"github.com/footfall/footfall/triage"
	"github.com/footfall/footfall/triage/cacao"
)

func shipped(t testing.TB) []*triage.Playbook {
	t.Helper()
	books, err := triage.Load(playbooks.Files())
	if err != nil {
		t.Fatal(err)
	}
	return books
}

func exported(t testing.TB, p *triage.Playbook) []byte {
	t.Helper()
	data, err := cacao.Export(p)
	if err != nil {
		t.Fatalf("%s: %v", p.ID, err)
	}
	return data
}

// TestExport holds that every playbook is exported, the same way each time,
// passes the linter and says every word of the playbook.
func TestExport(t *testing.T) {
	for _, p := range shipped(t) {
		data := exported(t, p)
		if again := exported(t, shipped(t)[0]); p.ID == shipped(t)[0].ID && !bytes.Equal(data, again) {
			t.Errorf("%s: two exports differ", p.ID)
		}
		for _, err := range cacao.Lint(data) {
			t.Errorf("%s: %v", p.ID, err)
		}
		var words []string
		for _, b := range p.Chain() {
			words = append(append(words, b.LogSources...), b.Indicators...)
			for _, q := range b.Questions {
				words = append(append(words, q.Ask, q.Unknown), q.Takes...)
			}
			for _, r := range b.Escalate {
				words = append(words, r.Because, r.Source)
			}
			for _, d := range append(b.L1, b.T2...) {
				words = append(words, d.Text)
			}
			for _, m := range b.Contain {
				words = append(words, m.Text, m.Undo)
			}
		}
		for _, w := range words {
			quoted, err := json.Marshal(w)
			if err != nil {
				t.Fatal(err)
			}
			plain := bytes.NewBuffer(nil)
			enc := json.NewEncoder(plain)
			enc.SetEscapeHTML(false)
			if err := enc.Encode(w); err != nil {
				t.Fatal(err)
			}
			if s := strings.Trim(strings.TrimSpace(plain.String()), `"`); !bytes.Contains(data, []byte(s)) {
				t.Errorf("%s: the export lacks %s", p.ID, quoted)
			}
		}
	}
}

// TestIDs holds that no two objects of all exports have one UUID, but for those
// that stand for the same thing in each.
func TestIDs(t *testing.T) {
	keys := map[string]string{}
	for _, p := range shipped(t) {
		var d cacao.Playbook
		if err := json.Unmarshal(exported(t, p), &d); err != nil {
			t.Fatal(err)
		}
		for key := range d.Workflow {
			_, id, _ := strings.Cut(key, "--")
			if other := keys[id]; other != "" {
				t.Errorf("%s is in %s and %s", key, p.ID, other)
			}
			keys[id] = p.ID
		}
	}
}

// compiler reads the JSON Schemas below a folder by their own ids; it never
// asks a network.
func compiler(t *testing.T, dir string) *jsonschema.Compiler {
	t.Helper()
	c := jsonschema.NewCompiler()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".json" {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
		if err != nil {
			return err
		}
		id, _ := doc.(map[string]any)["$id"].(string)
		return c.AddResource(id, doc)
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

const oasis = "https://raw.githubusercontent.com/oasis-open/cacao-json-schemas/main/schemas/"

// schemas returns the folder of OASIS's schemas (oasis-open/cacao-json-schemas,
// schemas/), which are not ours to keep here: $FOOTFALL_CACAO, or the one among
// the evaluation data beside the checkout; "" when there is none.
func schemas() string {
	for _, dir := range []string{os.Getenv("FOOTFALL_CACAO"), filepath.Join("..", "..", "..", "shared", "schemas", "cacao")} {
		if _, err := os.Stat(filepath.Join(dir, "playbook.json")); dir != "" && err == nil {
			return dir
		}
	}
	return ""
}

// TestSchemas validates each export against OASIS's schemas where they are
// given, its steps' commands against the schema of their type, and always
// what stands in the extension against the schema that the export carries.
func TestSchemas(t *testing.T) {
	own := jsonschema.NewCompiler()
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(cacao.Schema))
	if err != nil {
		t.Fatal(err)
	}
	if err := own.AddResource("extension.json", doc); err != nil {
		t.Fatal(err)
	}
	extension := own.MustCompile("extension.json")
	var playbook, manual *jsonschema.Schema
	if dir := schemas(); dir != "" {
		c := compiler(t, dir)
		playbook, manual = c.MustCompile(oasis+"playbook.json"), c.MustCompile(oasis+"commands/manual.json")
	} else if os.Getenv("FOOTFALL_CACAO") != "" {
		t.Fatalf("FOOTFALL_CACAO: there is no playbook.json")
	}
	for _, p := range shipped(t) {
		data, err := jsonschema.UnmarshalJSON(bytes.NewReader(exported(t, p)))
		if err != nil {
			t.Fatal(err)
		}
		if playbook != nil {
			if err := playbook.Validate(data); err != nil {
				t.Errorf("%s: %v", p.ID, err)
			}
		}
		root := data.(map[string]any)
		extended := []any{root["playbook_extensions"]}
		for _, s := range root["workflow"].(map[string]any) {
			step := s.(map[string]any)
			extended = append(extended, step["step_extensions"])
			commands, _ := step["commands"].([]any)
			for _, c := range commands {
				if manual == nil {
					continue
				}
				if err := manual.Validate(c); err != nil {
					t.Errorf("%s: %v", p.ID, err)
				}
			}
		}
		for _, e := range extended {
			if of, ok := e.(map[string]any); ok {
				if err := extension.Validate(of[cacao.Extension]); err != nil {
					t.Errorf("%s: %v", p.ID, err)
				}
			}
		}
	}
}

// TestLint makes one change of a good export at a time, which the schemas let
// pass or not; the linter must see each.
func TestLint(t *testing.T) {
	good := string(exported(t, shipped(t)[0]))
	f := func(old, new, want string) {
		t.Helper()
		at := regexp.MustCompile(old).FindStringIndex(good)
		if at == nil {
			t.Fatalf("nothing fits %s", old)
		}
		bad := good[:at[0]] + regexp.MustCompile(old).ReplaceAllString(good[at[0]:at[1]], new) + good[at[1]:]
		for _, err := range cacao.Lint([]byte(bad)) {
			if strings.Contains(err.Error(), want) {
				return
			}
		}
		t.Errorf("%s for %s\ngot:  %v\nwant: %s", new, old, cacao.Lint([]byte(bad)), want)
	}
	f(`"type": "playbook"`, `"type": "play"`, "is not a playbook of CACAO 2.0")
	f(`"cacao-2.0"`, `"cacao-1.0"`, "is not a playbook of CACAO 2.0")
	f(`"labels"`, `"lables"`, "unknown field")
	f(`"targets": \[`, `"targetz": [`, "unknown field")
	f(`"command": "(.)`, `"command": 3, "x": "$1`, "cannot unmarshal number")
	f(`"command": "[^\n]*",`, ``, "there is no text of the command")
	f(`"command": "[^\n]*",`, `"command": " ",`, "there is no text of the command")
	f(`"command": "[^\n]*",`, `"command_b64": "?",`, "it is not base64")
	f(`"command": "[^\n]*",`, `"command_b64": "X19hY2NvdW50X186dmFsdWU=",`, "variables in base64 are never replaced")
	f(`("command": "[^\n]*"),`, `$1, "content_b64": "X19hY2NvdW50X186dmFsdWU=",`, "variables in base64 are never replaced")
	f(`"type": "manual"`, `"type": "sigma"`, "are not carried out everywhere")
	f(`"targets": \[[^\]]*\]`, `"targets": []`, "engines take such a step for done")
	f(`"agent": "group--`, `"agent": "group--f`, "agent: there is no")
	f(`"on_completion": "action--.`, `"on_completion": "action--x`, "there is no step")
	f(`("on_completion": ("action--[^"]+"))`, `$1, "on_success": $2`, "exclude each other")
	f(`"on_completion": "action--[^"]+",`, ``, "it leads nowhere and is no end")
	f(`"condition": "[^"]+"`, `"condition": "a = b and c = d"`, "is not a variable's value")
	f(`"condition": "__[a-z_]+__`, `"condition": "__nobody__`, "the variable __nobody__ is not declared")
	f(`"on_true"`, `"on_tree"`, "unknown field")
	f(`"workflow_start": "start`, `"workflow_start": "end`, "is no start step")
	f(`"type": "end"`, `"type": "start"`, "2 start steps")
	f(`"type": "if-condition"`, `"type": "parallel"`, "are not carried out everywhere")
	f(`"type": "if-condition"`, `"type": "while-condition"`, "the loop has no bound")
	f(`"playbook--(.{14}).`, `"playbook--${1}7`, "is not playbook-- and a version 4 UUID")
	f(`"created": "([0-9-]+)T00:00:00.000Z"`, `"created": "${1}T00:00:00Z"`, "is not a time in UTC with milliseconds")
	f(`"modified": "2`, `"modified": "1`, "it is before created")
	f(`("playbook_variables": \{)`, `$1 "__spare__": {"type": "string"},`, "__spare__ is not used")
	f(`("playbook_variables": \{)`, `$1 "spare": {"type": "string"},`, "is not a name of a variable")
	f(`"type": "bool"`, `"type": "truth"`, "has the type")
	f(`"__account__": \{`, `"__acount__": {`, "the variable __account__ is not declared")
	f(`"markings": \[\n +"marking-tlp--.`, `"markings": [ "marking-tlp--x`, "markings: there is no")
	f(`"schema": "(?:[^"\\]|\\.)*"`, `"schema": ""`, "lacks type, name, schema or version")
	f(`("agent_definitions": \{)`, `$1 "group--00000000-0000-4000-8000-000000000000": {"type": "group", "name": "x"},`, "is not used")
	f(`("workflow": \{)`, `$1 "end--00000000-0000-4000-8000-000000000000": {"type": "end"},`, "the step is never reached")
	f(`\}\n$`, `}{}`, "there is more behind the playbook")
	f(`"out_args": \[\n +"__`, `"out_args": ["__x`, "is not declared")
}

// TestCircle joins the end of a workflow with its head.
func TestCircle(t *testing.T) {
	var d cacao.Playbook
	if err := json.Unmarshal(exported(t, shipped(t)[0]), &d); err != nil {
		t.Fatal(err)
	}
	first := d.Workflow[d.Start].OnCompletion
	for key, s := range d.Workflow {
		if s.Type == "if-condition" && s.Condition == "__escalate__:value = true" {
			s.OnCompletion = first
			d.Workflow[key] = s
		}
	}
	data, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range cacao.Lint(data) {
		if strings.Contains(err.Error(), "a circle without a bound") {
			return
		}
	}
	t.Errorf("the circle is not seen: %v", cacao.Lint(data))
}

func FuzzLint(f *testing.F) {
	for _, p := range shipped(f)[:2] {
		f.Add(exported(f, p))
	}
	f.Add([]byte(`{"workflow_start":"a","workflow":{"a":{"type":"start","on_completion":"a"}}}`))
	f.Fuzz(func(_ *testing.T, data []byte) { cacao.Lint(data) })
}
